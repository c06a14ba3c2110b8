//! What clients and masters say to each other, in types and in words.

use crate::sim::{MessageKind, Tone};
use crate::topics::locking::show::{self, READ, STALE, STORE_KINDS, VALUE, WRITE, WRITTEN};
use crate::topics::locking::storage::{Request, StoreMessage};

/// A message. The value of a key is its sender with `request`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// To or from the storage.
    Store(StoreMessage),
    /// Client: SET key value NX PX ttl.
    Set {
        /// Count of the client's attempts.
        request: Request,
    },
    /// Master: whether the key is set to that value now.
    SetReply {
        /// The attempt that this answers.
        request: Request,
        /// Yes or no.
        is_set: bool,
    },
    /// Client: if the key has this value, delete it. A script at the master, so that nothing comes between the two.
    Unlock {
        /// The attempt that is over.
        request: Request,
    },
}

pub const KINDS: &[MessageKind] = &[
    READ,
    VALUE,
    WRITE,
    WRITTEN,
    STALE,
    MessageKind {
        name: "Set",
        short: "SET",
        tone: Tone::Candidate,
        reply: false,
        help: "Sets the key to the client's value, unless it is set.",
    },
    MessageKind { name: "SetReply", short: "ANS", tone: Tone::Candidate, reply: true, help: "Whether this master has set the key." },
    MessageKind { name: "Unlock", short: "DEL", tone: Tone::Follower, reply: false, help: "Deletes the key if it has the client's value." },
];

/// Index into [`KINDS`].
pub fn kind(message: &Message) -> u16 {
    match message {
        Message::Store(message) => show::store_kind(message),
        Message::Set { .. } => STORE_KINDS,
        Message::SetReply { .. } => STORE_KINDS + 1,
        Message::Unlock { .. } => STORE_KINDS + 2,
    }
}

/// A message in words.
pub fn describe(message: &Message) -> String {
    match message {
        Message::Store(message) => show::describe(message),
        Message::Set { request } => format!("Set: the key, to the value of my attempt {request}, unless it is set"),
        Message::SetReply { is_set: true, .. } => "SetReply: the key is yours here".to_owned(),
        Message::SetReply { is_set: false, .. } => "SetReply: no, the key is set already".to_owned(),
        Message::Unlock { request } => format!("Unlock: delete the key if it has the value of my attempt {request}"),
    }
}
