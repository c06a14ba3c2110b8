//! What nodes send each other, and what clients ask.

use super::state::{Record, View};
use crate::sim::{CommandId, MessageKind, Messages, NodeId, Tone};
use std::rc::Rc;

/// A command, checked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// A node becomes a member.
    Join {
        /// Which.
        node: NodeId,
        /// Its share relative to the others'.
        weight: u32,
    },
    /// A member hands its keys off and goes.
    Leave(NodeId),
    /// A member is not waited for any more.
    Remove(NodeId),
    /// A client's question on a key.
    Client {
        /// The key.
        key: u16,
        /// What about it.
        ask: Ask,
    },
}

/// What a client wants of a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ask {
    /// Its value.
    Read,
    /// Another value.
    Write(u16),
}

/// A client's operation on its way to the key's owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Op {
    /// Whose, and which.
    pub id: CommandId,
    /// The key.
    pub key: u16,
    /// What about it.
    pub ask: Ask,
}

/// What nodes send each other. Storage nodes send the view that they act in along, so that none acts in an older one than it has heard of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// To the membership: a node has started on a blank disk.
    Hello,
    /// The membership's answer. Who is new gets its first keys; who is not has lost what it had.
    Welcome {
        /// The view.
        view: Rc<View>,
        /// Whether it has never said hello before.
        is_new: bool,
    },
    /// From the membership, or to a node that is behind: this is the view.
    ViewIs(Rc<View>),
    /// To the membership: everything that this node had to hand off in that view has been acknowledged.
    Moved(u32),
    /// Keys for their new owner.
    HandOff {
        /// The view.
        view: Rc<View>,
        /// Keys with what they hold.
        records: Vec<(u16, Record)>,
    },
    /// They are on disk.
    Taken {
        /// The view's version.
        version: u32,
        /// Which.
        keys: Vec<u16>,
    },
    /// A new owner needs this key now.
    Fetch {
        /// The view.
        view: Rc<View>,
        /// Which.
        key: u16,
    },
    /// The old owner has no such key.
    NotHere {
        /// The view's version.
        version: u32,
        /// Which.
        key: u16,
    },
    /// A client's operation, for the key's owner.
    Forward {
        /// The view.
        view: Rc<View>,
        /// The operation.
        op: Op,
    },
    /// A copy of a write.
    Replicate {
        /// The view.
        view: Rc<View>,
        /// The operation that it is of.
        id: CommandId,
        /// The key.
        key: u16,
        /// What it holds now.
        record: Record,
    },
    /// To the membership: a change that a client asked another node for.
    Change(CommandId, Command),
    /// The copy is on disk.
    Stored {
        /// The view's version.
        version: u32,
        /// The operation.
        id: CommandId,
    },
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Hello", "Hi", Tone::Neutral, "A node has started on a blank disk."),
        MessageKind::reply("Welcome", "Wel", Tone::Neutral, "The view, and whether the node is new."),
        MessageKind::request("View", "View", Tone::Leader, "Who keeps keys from now on."),
        MessageKind::reply("Moved", "Mvd", Tone::Leader, "All that this node had to hand off has been acknowledged."),
        MessageKind::request("HandOff", "Key", Tone::Candidate, "Keys for their new owner."),
        MessageKind::reply("Taken", "Ack", Tone::Good, "The keys are on the new owner's disk."),
        MessageKind::request("Fetch", "Get", Tone::Pending, "The new owner needs a key now that has not come yet."),
        MessageKind::reply("NotHere", "No", Tone::Bad, "The old owner has no such key."),
        MessageKind::request("Forward", "Op", Tone::Follower, "A client's operation, for the key's owner."),
        MessageKind::request("Replicate", "Rep", Tone::Follower, "A copy of a write."),
        MessageKind::reply("Stored", "OK", Tone::Follower, "The copy is on disk."),
        MessageKind::request("Change", "Chg", Tone::Leader, "A client wants another membership. The membership answers."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Hello => 0,
            Message::Welcome { .. } => 1,
            Message::ViewIs(_) => 2,
            Message::Moved(_) => 3,
            Message::HandOff { .. } => 4,
            Message::Taken { .. } => 5,
            Message::Fetch { .. } => 6,
            Message::NotHere { .. } => 7,
            Message::Forward { .. } => 8,
            Message::Replicate { .. } => 9,
            Message::Stored { .. } => 10,
            Message::Change(..) => 11,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Hello => "Hello: my disk is blank".to_owned(),
            Message::Welcome { view, is_new: true } => format!("Welcome, new node: this is {}", view.in_words()),
            Message::Welcome { view, is_new: false } => format!("Welcome back without your disk: this is {}", view.in_words()),
            Message::ViewIs(view) => format!("View: this is {}", view.in_words()),
            Message::Moved(version) => format!("Moved: all that I had to hand off in view {version} is acknowledged"),
            Message::HandOff { view, records } => {
                format!("HandOff in view {}: {}", view.version, keys_in_words(records.iter().map(|(key, _)| *key)))
            }
            Message::Taken { keys, .. } => format!("Taken: {}", keys_in_words(keys.iter().copied())),
            Message::Fetch { key, .. } => format!("Fetch key {key}: I am its owner now and need it"),
            Message::NotHere { key, .. } => format!("NotHere: I have no key {key}"),
            Message::Forward { op, .. } => format!("Forward {}: {}", op.id, op_in_words(op)),
            Message::Replicate { id, key, record, .. } => format!("Replicate {id}: key {key} holds {}", record.value),
            Message::Stored { id, .. } => format!("Stored {id}"),
            Message::Change(id, _) => format!("Change {id}: a client wants another membership"),
        }
    }
}

/// "read key 3", "write 7 to key 3".
pub fn op_in_words(op: &Op) -> String {
    match op.ask {
        Ask::Read => format!("read key {}", op.key),
        Ask::Write(value) => format!("write {value} to key {}", op.key),
    }
}

fn keys_in_words(keys: impl Iterator<Item = u16>) -> String {
    let keys: Vec<String> = keys.map(|key| key.to_string()).collect();
    match keys.as_slice() {
        [key] => format!("key {key}"),
        keys => format!("keys {}", keys.join(", ")),
    }
}
