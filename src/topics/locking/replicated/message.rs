//! What clients and servers say to each other, in types and in words.

use super::RaftMessage;
use crate::sim::{MessageKind, NodeId, Protocol, Tone};
use crate::topics::leader_election::raft::Raft;
use crate::topics::locking::show::{self, READ, STALE, STORE_KINDS, VALUE, WRITE, WRITTEN};
use crate::topics::locking::storage::{Request, StoreMessage, Token};

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// To or from the storage.
    Store(StoreMessage),
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

const RAFT: &[MessageKind] = Raft::KINDS;
/// Kinds before those of Raft.
const OWN_KINDS: u16 = STORE_KINDS + 6;

pub const KINDS: &[MessageKind] = &[
    READ,
    VALUE,
    WRITE,
    WRITTEN,
    STALE,
    MessageKind { name: "Acquire", short: "ACQ", tone: Tone::Candidate, reply: false, help: "A client asks for the lock." },
    MessageKind {
        name: "Granted",
        short: "YES",
        tone: Tone::Leader,
        reply: true,
        help: "The lock is the client's: a majority has it in its log.",
    },
    MessageKind { name: "Busy", short: "NO", tone: Tone::Pending, reply: true, help: "Another has the lock." },
    MessageKind { name: "Renew", short: "REN", tone: Tone::Neutral, reply: false, help: "The holder needs the lock for longer." },
    MessageKind { name: "Release", short: "REL", tone: Tone::Follower, reply: false, help: "The client no longer needs the lock." },
    MessageKind {
        name: "NotLeader",
        short: "WHO",
        tone: Tone::Bad,
        reply: true,
        help: "This server does not lead; perhaps it knows who does.",
    },
    RAFT[0],
    RAFT[1],
    RAFT[2],
    RAFT[3],
    RAFT[4],
    RAFT[5],
    RAFT[6],
    RAFT[7],
    RAFT[8],
];

/// All of Raft's kinds are among them.
const _: () = assert!(KINDS.len() == OWN_KINDS as usize + RAFT.len());

/// Index into [`KINDS`].
pub fn kind(message: &Message) -> u16 {
    match message {
        Message::Store(message) => show::store_kind(message),
        Message::Acquire { .. } => STORE_KINDS,
        Message::Granted { .. } => STORE_KINDS + 1,
        Message::Busy { .. } => STORE_KINDS + 2,
        Message::Renew { .. } => STORE_KINDS + 3,
        Message::Release { .. } => STORE_KINDS + 4,
        Message::NotLeader { .. } => STORE_KINDS + 5,
        Message::Raft(message) => OWN_KINDS + Raft::kind(message),
    }
}

/// A message in words.
pub fn describe(message: &Message) -> String {
    match message {
        Message::Store(message) => show::describe(message),
        Message::Raft(message) => Raft::describe(message),
        Message::Acquire { request } => format!("Acquire: lend me the lock, for my turn {request}"),
        Message::Granted { token, .. } => format!("Granted: it is yours, by entry {token}"),
        Message::Busy { .. } => "Busy: another has it".to_owned(),
        Message::Renew { request } => format!("Renew: I need it longer, for my turn {request}"),
        Message::Release { request } => format!("Release: my turn {request} is over"),
        Message::NotLeader { leader: Some(leader), .. } => format!("NotLeader: ask node {leader}"),
        Message::NotLeader { leader: None, .. } => "NotLeader: and I know of none".to_owned(),
    }
}
