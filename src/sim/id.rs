//! Names of things that survive the editing of a run.
//!
//! A message is "the k-th from 0 to 2", a timer "the third election timer of node 1", a command "the second of client 0".
//! None of them is an index into a table, so taking one event out of a run does not rename the others.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// A node: `0 .. nodes`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u16);

impl NodeId {
    /// For use as an index only; never stored.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A message: the `k`-th on the directed link `from → to`, counted from 0. `copy` is 0 for the original, 1.. for duplicates,
/// so that a duplicate does not rename the messages after it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct MessageId {
    /// Sender.
    pub from: NodeId,
    /// Addressee.
    pub to: NodeId,
    /// Position on the link, from 0.
    pub k: u32,
    /// 0 for the original.
    pub copy: u8,
}

impl MessageId {
    /// Link and position in one word, ordered as they are.
    #[inline(always)]
    pub(super) fn word(self) -> u64 {
        (u64::from(self.from.0) << 48) | (u64::from(self.to.0) << 32) | u64::from(self.k)
    }
    /// Whether it is the same, in two comparisons.
    #[inline(always)]
    pub(super) fn is(self, other: Self) -> bool {
        self.word() == other.word() && self.copy == other.copy
    }
    /// The message of that [`word`](Self::word).
    #[inline(always)]
    pub(super) fn of_word(word: u64, copy: u8) -> Self {
        MessageId { from: NodeId((word >> 48) as u16), to: NodeId((word >> 32) as u16), k: word as u32, copy }
    }
}

// By link, position, copy, as a derived order would be; in two comparisons, since a run makes several for each event.
impl Ord for MessageId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.word().cmp(&other.word()).then(self.copy.cmp(&other.copy))
    }
}

impl PartialOrd for MessageId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}→{} #{}", self.from, self.to, self.k)?;
        if self.copy > 0 {
            write!(f, " copy {}", self.copy)?;
        }
        Ok(())
    }
}

/// An armed timer: the `generation`-th time that `node` armed its timer `code` (the protocol's own number for a kind of timer).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TimerId {
    /// Owner.
    pub node: NodeId,
    /// The protocol's number for the kind of timer.
    pub code: u32,
    /// From 1; counts every arming, through crashes.
    pub generation: u32,
}

/// A client's operation: the `k`-th of `client`, counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct CommandId {
    /// Who asks.
    pub client: u16,
    /// Position among the client's operations.
    pub k: u32,
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}.{}", self.client, self.k)
    }
}
