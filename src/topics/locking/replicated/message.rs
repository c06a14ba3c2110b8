//! What clients and servers say to each other, in types and in words.

use super::RaftMessage;
use crate::sim::{MessageKind, Messages, NodeId, Tone};
use crate::topics::locking::joined::Joined;

use crate::topics::locking::renewal::{ACQUIRE_KIND, BUSY_KIND, RELEASE_KIND, RENEW_KIND};
use crate::topics::locking::storage::{Request, Token};

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Between servers.
    Raft(RaftMessage),
    /// Client: lend me the lock.
    Acquire {
        /// The client's count of turns.
        request: Request,
    },
    /// Leader: it is yours, a majority has it in its log.
    Granted {
        /// The turn that this answers.
        request: Request,
        /// The index of the entry that gave it.
        token: Token,
    },
    /// Leader: another has it.
    Busy {
        /// The turn that this answers.
        request: Request,
    },
    /// Client: I need it longer.
    Renew {
        /// Which turn.
        request: Request,
    },
    /// Client: I no longer need it.
    Release {
        /// Which turn.
        request: Request,
    },
    /// Server: ask another.
    NotLeader {
        /// The turn that this answers.
        request: Request,
        /// Whom, if it knows.
        leader: Option<NodeId>,
    },
}

/// Kinds before those of Raft.
const OWN_KINDS: [MessageKind; OWN_KINDS_COUNT as usize] = [
    ACQUIRE_KIND,
    MessageKind::reply("Granted", "YES", Tone::Leader, "The lock is the client's: a majority has it in its log."),
    BUSY_KIND,
    RENEW_KIND,
    RELEASE_KIND,
    MessageKind::reply("NotLeader", "WHO", Tone::Bad, "This server does not lead; perhaps it knows who does."),
];
const OWN_KINDS_COUNT: u16 = 6;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = const { &Joined::<_, 16>::of(&[&OWN_KINDS, RaftMessage::KINDS]) }.as_slice();

    fn kind(&self) -> u16 {
        match self {
            Message::Acquire { .. } => 0,
            Message::Granted { .. } => 1,
            Message::Busy { .. } => 2,
            Message::Renew { .. } => 3,
            Message::Release { .. } => 4,
            Message::NotLeader { .. } => 5,
            Message::Raft(message) => OWN_KINDS_COUNT + message.kind(),
        }
    }

    fn describe(&self) -> String {
        match self {
            Message::Raft(message) => message.describe(),
            Message::Acquire { request } => format!("Acquire: lend me the lock, for my turn {request}"),
            Message::Granted { token, .. } => format!("Granted: it is yours, by entry {token}"),
            Message::Busy { .. } => "Busy: another has it".to_owned(),
            Message::Renew { request } => format!("Renew: I need it longer, for my turn {request}"),
            Message::Release { request } => format!("Release: my turn {request} is over"),
            Message::NotLeader { leader: Some(leader), .. } => format!("NotLeader: ask node {leader}"),
            Message::NotLeader { leader: None, .. } => "NotLeader: and I know of none".to_owned(),
        }
    }
}
