//! What clients and the lock service say to each other, in types and in words.

use crate::sim::{MessageKind, Messages, Tone};

use crate::topics::locking::renewal::{ACQUIRE_KIND, BUSY_KIND, RELEASE_KIND, RENEW_KIND};
use crate::topics::locking::storage::{Request, Token};

/// A message. `sent_us` is the client's clock when it asked, and comes back with the answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
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

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        ACQUIRE_KIND,
        MessageKind::reply("Granted", "YES", Tone::Leader, "The lock is the client's for a while; with its token."),
        BUSY_KIND,
        RENEW_KIND,
        MessageKind::reply("Renewed", "EXT", Tone::Neutral, "The holder's time starts over."),
        MessageKind::reply("Gone", "GON", Tone::Bad, "The lock is not the client's any more: too late to renew."),
        RELEASE_KIND,
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Acquire { .. } => 0,
            Message::Granted { .. } => 1,
            Message::Busy { .. } => 2,
            Message::Renew { .. } => 3,
            Message::Renewed { .. } => 4,
            Message::Gone { .. } => 5,
            Message::Release { .. } => 6,
        }
    }

    fn describe(&self) -> String {
        match self {
            Message::Acquire { request, .. } => format!("Acquire: lend me the lock, for my turn {request}"),
            Message::Granted { token, .. } => format!("Granted: it is yours, with token {token}"),
            Message::Busy { .. } => "Busy: another has it".to_owned(),
            Message::Renew { request, .. } => format!("Renew: I need it longer, for my turn {request}"),
            Message::Renewed { .. } => "Renewed: your time starts over".to_owned(),
            Message::Gone { .. } => "Gone: it is not yours any more".to_owned(),
            Message::Release { request } => format!("Release: my turn {request} is over"),
        }
    }
}
