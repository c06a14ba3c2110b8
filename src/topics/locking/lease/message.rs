//! What clients and the lock service say to each other, in types and in words.

use crate::sim::{MessageKind, Tone};
use crate::topics::locking::show::{self, READ, STALE, STORE_KINDS, VALUE, WRITE, WRITTEN};
use crate::topics::locking::storage::{Request, StoreMessage, Token};

/// A message. `sent_us` is the client's clock when it asked, and comes back with the answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// To or from the storage.
    Store(StoreMessage),
    /// Client: lend me the lock.
    Acquire {
        /// The client's count of attempts.
        request: Request,
        /// When it asked.
        sent_us: i64,
    },
    /// Service: it is yours for a while.
    Granted {
        /// The attempt that this answers.
        request: Request,
        /// The number of the grant.
        token: Token,
        /// When it was asked.
        sent_us: i64,
    },
    /// Service: another has it.
    Busy {
        /// The attempt that this answers.
        request: Request,
    },
    /// Client: I need it longer.
    Renew {
        /// Which holding.
        request: Request,
        /// When it asked.
        sent_us: i64,
    },
    /// Service: your time starts over.
    Renewed {
        /// Which holding.
        request: Request,
        /// When it was asked.
        sent_us: i64,
    },
    /// Service: it is not yours any more.
    Gone {
        /// Which holding.
        request: Request,
    },
    /// Client: I no longer need it.
    Release {
        /// Which holding.
        request: Request,
    },
}

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
        help: "The lock is the client's for a while; with its token.",
    },
    MessageKind { name: "Busy", short: "NO", tone: Tone::Pending, reply: true, help: "Another has the lock. The client will ask again." },
    MessageKind { name: "Renew", short: "REN", tone: Tone::Neutral, reply: false, help: "The holder needs the lock for longer." },
    MessageKind { name: "Renewed", short: "EXT", tone: Tone::Neutral, reply: true, help: "The holder's time starts over." },
    MessageKind {
        name: "Gone",
        short: "GON",
        tone: Tone::Bad,
        reply: true,
        help: "The lock is not the client's any more: too late to renew.",
    },
    MessageKind { name: "Release", short: "REL", tone: Tone::Follower, reply: false, help: "The client no longer needs the lock." },
];

/// Index into [`KINDS`].
pub fn kind(message: &Message) -> u16 {
    match message {
        Message::Store(message) => show::store_kind(message),
        Message::Acquire { .. } => STORE_KINDS,
        Message::Granted { .. } => STORE_KINDS + 1,
        Message::Busy { .. } => STORE_KINDS + 2,
        Message::Renew { .. } => STORE_KINDS + 3,
        Message::Renewed { .. } => STORE_KINDS + 4,
        Message::Gone { .. } => STORE_KINDS + 5,
        Message::Release { .. } => STORE_KINDS + 6,
    }
}

/// A message in words.
pub fn describe(message: &Message) -> String {
    match message {
        Message::Store(message) => show::describe(message),
        Message::Acquire { request, .. } => format!("Acquire: lend me the lock, for my turn {request}"),
        Message::Granted { token, .. } => format!("Granted: it is yours, with token {token}"),
        Message::Busy { .. } => "Busy: another has it".to_owned(),
        Message::Renew { request, .. } => format!("Renew: I need it longer, for my turn {request}"),
        Message::Renewed { .. } => "Renewed: your time starts over".to_owned(),
        Message::Gone { .. } => "Gone: it is not yours any more".to_owned(),
        Message::Release { request } => format!("Release: my turn {request} is over"),
    }
}
