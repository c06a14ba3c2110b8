//! One thing that can happen next. A world changes in no other way.

use super::hash::{fold, stable_hash};
use super::{CommandId, MessageId, NodeId, TimerId};
use serde::{Deserialize, Serialize};

/// One thing that can happen next.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Choice {
    /// A message in flight arrives.
    Deliver(MessageId),
    /// A message in flight is lost.
    Drop(MessageId),
    /// The network makes a copy of a message in flight.
    Duplicate(MessageId),
    /// An armed timer fires.
    Fire(TimerId),
    /// A client asks a node for something.
    Command {
        /// Whose operation, and which.
        id: CommandId,
        /// The node that is asked.
        node: NodeId,
        /// What is asked.
        call: CommandCall,
    },
    /// A node stops; its volatile state is gone, its timers too.
    Crash(NodeId),
    /// A node that is down starts from its disk.
    Restart(NodeId),
    /// The disk of a node that is down is wiped.
    Wipe(NodeId),
    /// A node freezes, as in a long garbage collection: messages and timers pile up.
    Pause(NodeId),
    /// A frozen node goes on.
    Resume(NodeId),
    /// One direction of a link no longer lets messages through.
    Cut {
        /// Sender side.
        from: NodeId,
        /// Receiver side.
        to: NodeId,
    },
    /// One direction of a link lets messages through again.
    Mend {
        /// Sender side.
        from: NodeId,
        /// Receiver side.
        to: NodeId,
    },
    /// Only nodes of the same group hear each other; the group of each node in order.
    Partition(Vec<u8>),
    /// All cuts and partitions are undone.
    Heal,
    /// A node's clock jumps by so many microseconds.
    ClockJump {
        /// Whose.
        node: NodeId,
        /// How far, in microseconds; negative is back.
        by_us: i64,
    },
    /// A node's clock runs fast or slow from now on.
    ClockDrift {
        /// Whose.
        node: NodeId,
        /// Parts per million; +100,000 is ten percent fast.
        ppm: i32,
    },
    /// A param takes another value.
    Param {
        /// Which, in the algorithm's order.
        index: u16,
        /// The value.
        value: i64,
    },
}

impl Choice {
    /// The node at which it happens, if there is one.
    pub fn actor(&self) -> Option<NodeId> {
        match self {
            Choice::Deliver(id) => Some(id.to),
            Choice::Drop(_) | Choice::Duplicate(_) => None,
            Choice::Fire(id) => Some(id.node),
            Choice::Command { node, .. } | Choice::ClockJump { node, .. } | Choice::ClockDrift { node, .. } => Some(*node),
            Choice::Crash(node) | Choice::Restart(node) | Choice::Wipe(node) | Choice::Pause(node) | Choice::Resume(node) => Some(*node),
            Choice::Cut { .. } | Choice::Mend { .. } | Choice::Partition(_) | Choice::Heal | Choice::Param { .. } => None,
        }
    }

    /// A stable hash. The choices that make up almost all of a run are hashed as a word or two, the others by their derived hash.
    pub(super) fn digest(&self) -> u64 {
        let message = |tag: u64, id: &MessageId| fold(fold(tag, u64::from(id.copy)), id.word());
        match self {
            Choice::Deliver(id) => message(1, id),
            Choice::Drop(id) => message(2, id),
            Choice::Duplicate(id) => message(3, id),
            Choice::Fire(TimerId { node, code, generation }) => {
                fold(fold(4, u64::from(node.0)), (u64::from(*code) << 32) | u64::from(*generation))
            }
            other => stable_hash(other),
        }
    }

    /// Whether this is a fault: something that a reader or a fault schedule does to the cluster.
    pub fn is_fault(&self) -> bool {
        !matches!(self, Choice::Deliver(_) | Choice::Fire(_) | Choice::Command { .. } | Choice::Param { .. })
    }
}

/// What a command's argument may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArgumentKind {
    /// A number.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// Suggested.
        default: i64,
    },
    /// A short text.
    Text {
        /// Suggested.
        default: &'static str,
    },
}

/// A command as the page offers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommandSpec {
    /// Stable name, used in lesson files: `write`.
    pub name: &'static str,
    /// What the page calls it: "Append a command".
    pub label: &'static str,
    /// One sentence on what happens.
    pub help: &'static str,
    /// Name and kind of each argument.
    pub arguments: &'static [(&'static str, ArgumentKind)],
}

/// An argument's value.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Argument {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Argument::Number(number) => write!(f, "{number}"),
            Argument::Text(text) => f.write_str(text),
        }
    }
}

/// A call of a command: its index in the algorithm's order, and its arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CommandCall {
    /// Index into the algorithm's commands.
    pub command: u16,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
}

impl CommandCall {
    /// Argument `index` as a number.
    pub fn number(&self, index: usize) -> Option<i64> {
        match self.arguments.get(index)? {
            Argument::Number(n) => Some(*n),
            Argument::Text(_) => None,
        }
    }
    /// Argument `index` as a text.
    pub fn text(&self, index: usize) -> Option<&str> {
        match self.arguments.get(index)? {
            Argument::Number(_) => None,
            Argument::Text(text) => Some(text),
        }
    }
}

/// How a client's operation ended. One that never ends is of unknown outcome: it may or may not take effect.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// Done, with a value: what a read saw, the index of an entry.
    Done(i64),
    /// Refused, and certain to have no effect; the sentence says why.
    Refused(&'static str),
}

/// A client's operation, for the history that consistency checkers read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Operation {
    /// Whose, and which.
    pub id: CommandId,
    /// The node that was asked.
    pub node: NodeId,
    /// What was asked.
    pub call: CommandCall,
    /// When, in virtual microseconds.
    pub invoked_us: u64,
    /// When it was answered and how; `None` while it is open.
    pub done: Option<(u64, Outcome)>,
}
