//! What replicas tell each other, in types and in words.

use super::data::{Data, Delta, Effect, Update};
use super::params::Way;
use super::seen::{Seen, Stamp};
use crate::sim::{MessageKind, Messages, Tone};
use std::rc::Rc;

/// An operation on its way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Operation {
    /// Its name.
    pub stamp: Stamp,
    /// What its origin had seen: it is delivered after that.
    pub after: Vec<u32>,
    /// The highest count that its origin had used for names.
    pub clock: u32,
    /// What it does.
    pub effect: Effect,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// All that a replica holds.
    State {
        /// What it holds.
        data: Rc<Data>,
        /// The updates that are in it.
        seen: Seen,
        /// The highest count that was used for names.
        clock: u32,
    },
    /// A state was merged.
    StateAck {
        /// A hash of that state.
        digest: u64,
    },
    /// Operations, in the order of their origin.
    Operations(Vec<Operation>),
    /// All operations of the addressee up to this one are here.
    OperationAck {
        /// The last of them.
        number: u32,
    },
    /// A group of deltas.
    Delta {
        /// What it says.
        delta: Rc<Delta>,
        /// The updates that are in its sender's state.
        seen: Seen,
        /// The highest count that was used for names.
        clock: u32,
        /// The sender's count of deltas when it was sent.
        until: u32,
    },
    /// A group of deltas was merged.
    DeltaAck {
        /// The sender's count that came with it.
        until: u32,
    },
}

impl Message {
    /// The way that it belongs to.
    pub fn way(&self) -> Way {
        match self {
            Message::State { .. } | Message::StateAck { .. } => Way::States,
            Message::Operations(_) | Message::OperationAck { .. } => Way::Operations,
            Message::Delta { .. } | Message::DeltaAck { .. } => Way::Deltas,
        }
    }
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("State", "ST", Tone::Leader, "All that a replica holds, to be merged."),
        MessageKind::reply("StateAck", "ok", Tone::Leader, "That state is merged."),
        MessageKind::request("Operations", "OP", Tone::Candidate, "What was done, to be done here too."),
        MessageKind::reply("OperationAck", "ok", Tone::Candidate, "Your operations up to that one are here."),
        MessageKind::request("Delta", "Δ", Tone::Follower, "The part of a state that is new, to be merged."),
        MessageKind::reply("DeltaAck", "ok", Tone::Follower, "Your deltas up to that one are merged."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::State { .. } => 0,
            Message::StateAck { .. } => 1,
            Message::Operations(_) => 2,
            Message::OperationAck { .. } => 3,
            Message::Delta { .. } => 4,
            Message::DeltaAck { .. } => 5,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::State { data, seen, .. } => {
                format!("State: text “{}”, counter {}, updates {}", data.text.shown(), data.small.pn_counter.value(), vector(seen.counts()))
            }
            Message::StateAck { .. } => "StateAck: merged".to_owned(),
            Message::Operations(operations) => {
                let words: Vec<String> =
                    operations.iter().map(|operation| format!("{} {}", operation.stamp.number, effect(operation))).collect();
                format!("Operations: {}", words.join("; "))
            }
            Message::OperationAck { number } => format!("OperationAck: up to your {number}"),
            Message::Delta { delta, until, .. } => {
                let (pieces, removed) = (delta.text.pieces.len(), delta.text.removed.len());
                format!(
                    "Delta up to my {until}: {pieces} pieces of text, {removed} letters removed, counter {}",
                    delta.small.pn_counter.value()
                )
            }
            Message::DeltaAck { until } => format!("DeltaAck: up to your {until}"),
        }
    }
}

/// A version vector in words.
pub fn vector(counts: &[u32]) -> String {
    format!("({})", counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// What an operation does, in words.
fn effect(operation: &Operation) -> String {
    match &operation.effect {
        Effect::Count { is_up: true, amount } => format!("increment {amount}"),
        Effect::Count { amount, .. } => format!("decrement {amount}"),
        Effect::Add { element, tag } => format!("add {element}, tag {}.{}", tag.counter, tag.replica),
        Effect::Remove { element, tags, .. } => {
            format!(
                "remove {element}, tags {}",
                tags.iter().map(|tag| format!("{}.{}", tag.counter, tag.replica)).collect::<Vec<_>>().join(" ")
            )
        }
        Effect::Assign { value, version, .. } => format!("set {value}, version {}", vector(version)),
        Effect::Insert(piece) => format!("insert “{}” at {}.{}", piece.letters, piece.place.parent.counter, piece.place.parent.replica),
        Effect::Delete(dots) => format!("delete {} letters", dots.len()),
    }
}

/// An update in words.
pub fn update_words(update: &Update) -> String {
    match update {
        Update::Increment(amount) => format!("+{amount}"),
        Update::Decrement(amount) => format!("−{amount}"),
        Update::Add(element) => format!("add {element}"),
        Update::Remove(element) => format!("remove {element}"),
        Update::Assign(value) => format!("set {value}"),
        Update::Insert { letters, .. } => format!("“{letters}”"),
        Update::Delete { count, .. } => format!("delete {count}"),
    }
}
