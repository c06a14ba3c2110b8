//! The consistency models, by what a view must hold and keep.
//!
//! *Program order* is of one process: a call that returned before another was made. *Reads-from* joins a write with a read of its value.
//!
//! | model | views | an order keeps |
//! | --- | --- | --- |
//! | linearizable (Herlihy & Wing 1990) | one for each register | every call that returned before another was made |
//! | sequential (Lamport 1979) | one of everything | program order |
//! | causal (Ahamad et al., "Causal memory", 1995) | one a process: all writes, its own reads | program order and reads-from, and what follows of both |
//! | PRAM (Lipton & Sandberg 1988) | the same | program order |
//! | read your writes | the same | own writes before own later reads |
//! | monotonic reads | the same | own reads in their order |
//! | monotonic writes | the same | own reads, and the writes of every process, in their order |
//! | writes follow reads | the same | own reads; a write after those that its process had read from |
//! | eventual | none | see [`Model::Eventual`] |
//!
//! The four session guarantees are those of Terry et al. ("Session Guarantees for Weakly Consistent Replicated Data", 1994), as orders of
//! views (Brzeziński, Sobaniec & Wawrzyniak, "From Session Causality to Causal Consistency", 2004): all but the last together are PRAM,
//! all four are causal. A history shows the order of writes only to a reader whose own reads are in order; so monotonic writes and writes
//! follow reads are judged together with monotonic reads. And in all four no read returns what its own process writes only later.

use super::{Access, History};

/// A consistency model of registers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Model {
    /// Each operation takes effect at one moment between its call and its return.
    Linearizable,
    /// All operations in one order, each process's in its own.
    Sequential,
    /// Nobody sees an effect before its cause.
    Causal,
    /// Everybody sees the writes of a process in the order in which it made them.
    Pram,
    /// A process sees its own writes.
    ReadYourWrites,
    /// What a process has seen it does not lose again.
    MonotonicReads,
    /// The writes of a process are seen in their order.
    MonotonicWrites,
    /// A write is seen after what its process had read.
    WritesFollowReads,
    /// Copies agree in the end. Of a finite history this is left: every value read was written; and where all writes of a register have
    /// returned, the last read of it by each process that was called after that is the same for all.
    Eventual,
}

/// All of them, strong before weak.
pub const MODELS: &[Model] = &[
    Model::Linearizable,
    Model::Sequential,
    Model::Causal,
    Model::Pram,
    Model::MonotonicWrites,
    Model::WritesFollowReads,
    Model::ReadYourWrites,
    Model::MonotonicReads,
    Model::Eventual,
];

/// Which model implies which, without what follows: every history that the first admits the second admits too.
pub const IMPLIES: &[(Model, Model)] = &[
    (Model::Linearizable, Model::Sequential),
    (Model::Linearizable, Model::Eventual),
    (Model::Sequential, Model::Causal),
    (Model::Causal, Model::Pram),
    (Model::Causal, Model::WritesFollowReads),
    (Model::Pram, Model::MonotonicWrites),
    (Model::Pram, Model::ReadYourWrites),
    (Model::MonotonicWrites, Model::MonotonicReads),
    (Model::WritesFollowReads, Model::MonotonicReads),
];

impl Model {
    /// Stable name, used in lesson files: `linearizable`.
    pub fn name(self) -> &'static str {
        match self {
            Model::Linearizable => "linearizable",
            Model::Sequential => "sequential",
            Model::Causal => "causal",
            Model::Pram => "pram",
            Model::ReadYourWrites => "read-your-writes",
            Model::MonotonicReads => "monotonic-reads",
            Model::MonotonicWrites => "monotonic-writes",
            Model::WritesFollowReads => "writes-follow-reads",
            Model::Eventual => "eventual",
        }
    }

    /// The model of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        MODELS.iter().copied().find(|model| model.name() == name)
    }

    /// What the page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Model::Linearizable => "Linearizable",
            Model::Sequential => "Sequential",
            Model::Causal => "Causal",
            Model::Pram => "PRAM (FIFO)",
            Model::ReadYourWrites => "Read your writes",
            Model::MonotonicReads => "Monotonic reads",
            Model::MonotonicWrites => "Monotonic writes",
            Model::WritesFollowReads => "Writes follow reads",
            Model::Eventual => "Eventual",
        }
    }

    /// The promise, in a sentence.
    pub fn promise(self) -> &'static str {
        match self {
            Model::Linearizable => "Each operation takes effect at one moment between its call and its return.",
            Model::Sequential => {
                "All operations have one order that everybody could have seen; it keeps each process's own order, not time."
            }
            Model::Causal => "Everybody sees a write after the writes that it may depend on; the rest in any order.",
            Model::Pram => "Everybody sees the writes of one process in their order; those of different processes in any.",
            Model::ReadYourWrites => "A process reads its own writes, or what came after them.",
            Model::MonotonicReads => "A process that has seen a write does not later read a state without it.",
            Model::MonotonicWrites => "Whoever reads in order sees the writes of each process in their order.",
            Model::WritesFollowReads => "Whoever reads in order sees a write after what its process had read.",
            Model::Eventual => "When nobody writes any more, all reads agree in the end.",
        }
    }

    /// Whether it matters which write a read got its value from.
    pub(super) fn needs_sources(self) -> bool {
        matches!(self, Model::Causal | Model::WritesFollowReads)
    }

    /// Whether call `a` must come before call `b` in a view by itself, apart from what reads-from adds.
    pub(super) fn keeps(self, history: &History, a: usize, b: usize) -> bool {
        let (Some(first), Some(second)) = (history.calls.get(a), history.calls.get(b)) else { return false };
        let precedes = history.precedes(a, b);
        if self == Model::Linearizable {
            return precedes;
        }
        if first.process != second.process || !precedes {
            return false;
        }
        match (self, first.is_write(), second.is_write()) {
            (Model::Eventual, ..) => false,
            (Model::Sequential | Model::Causal | Model::Pram, ..) => true,
            // What was read before a write cannot have come from it.
            (_, false, true) => first.key == second.key && first.read().is_some_and(|value| second.access == Access::Write(value)),
            (_, true, false) => self == Model::ReadYourWrites,
            (_, false, false) => self != Model::ReadYourWrites,
            (_, true, true) => self == Model::MonotonicWrites,
        }
    }
}
