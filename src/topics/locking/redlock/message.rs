//! What clients and masters say to each other, in types and in words.

use crate::sim::{MessageKind, Messages, Tone};

use crate::topics::locking::storage::Request;

/// A message. The value of a key is its sender with `request`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
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

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Set", "SET", Tone::Candidate, "Sets the key to the client's value, unless it is set."),
        MessageKind::reply("SetReply", "ANS", Tone::Candidate, "Whether this master has set the key."),
        MessageKind::request("Unlock", "DEL", Tone::Follower, "Deletes the key if it has the client's value."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Set { .. } => 0,
            Message::SetReply { .. } => 1,
            Message::Unlock { .. } => 2,
        }
    }

    fn describe(&self) -> String {
        match self {
            Message::Set { request } => format!("Set: the key, to the value of my attempt {request}, unless it is set"),
            Message::SetReply { is_set: true, .. } => "SetReply: the key is yours here".to_owned(),
            Message::SetReply { is_set: false, .. } => "SetReply: no, the key is set already".to_owned(),
            Message::Unlock { request } => format!("Unlock: delete the key if it has the value of my attempt {request}"),
        }
    }
}
