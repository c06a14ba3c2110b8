//! What replicas and clients hold, and what they tell each other.

use super::{KEYS, REPLICAS};
use crate::sim::{CommandId, NodeId, TimerInfo, Timers};

/// Lamport clock and replica: the order of writes of the quorum register and of anti-entropy.
pub type Stamp = (u32, u16);
/// How many writes of each replica; Terry et al. call it a version vector.
pub type Vector = [u32; REPLICAS as usize];

/// Whether `a` has everything that `b` has.
pub fn dominates(a: &Vector, b: &Vector) -> bool {
    a.iter().zip(b).all(|(a, b)| a >= b)
}

/// The larger of each.
pub fn join(a: &mut Vector, b: &Vector) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a = (*a).max(*b));
}

/// A register's copy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Register {
    /// Of its last write.
    pub stamp: Stamp,
    /// What it holds.
    pub value: i64,
}

/// A write on its way to all copies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Write {
    /// The replica that numbered it: the client's own, or the sequencer.
    pub origin: NodeId,
    /// Its number among those, from 1; 0 before it has one.
    pub number: u32,
    /// The register.
    pub key: u8,
    /// The value.
    pub value: i64,
    /// Its stamp.
    pub stamp: Stamp,
    /// What its replica had applied before.
    pub after: Vector,
    /// The client, its count of requests, and the replica that it asked.
    pub asked: (NodeId, u32, NodeId),
}

/// On disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Stable {
    /// Of a replica.
    Replica(Copies),
    /// Of a client.
    Client(Session),
}

/// What a replica has.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Copies {
    /// The registers.
    pub registers: [Register; KEYS.len()],
    /// Lamport clock.
    pub clock: u32,
    /// Writes applied, in the order in which they were.
    pub applied: Vec<Write>,
    /// Writes that wait for others.
    pub waiting: Vec<Write>,
    /// Operations on a quorum begun so far, so that an answer from before a crash is not taken for a new one.
    pub rounds: u32,
}

/// What a client remembers of its session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Session {
    /// The replica that it asks.
    pub replica: NodeId,
    /// Requests so far.
    pub requests: u32,
    /// What the copies had that it read: Terry et al.'s read-vector.
    pub read: Vector,
    /// Its writes: their write-vector.
    pub written: Vector,
}

/// In memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Of a replica.
    Replica(Work),
    /// Of a client: the operation for whose answer it waits, and its request.
    Client(Option<(CommandId, u32)>),
}

/// What a replica is doing.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Work {
    /// Operations on a quorum.
    pub rounds: Vec<Round>,
    /// Requests of clients that wait until the copy has what they need.
    pub held: Vec<(NodeId, Message)>,
    /// Rounds of anti-entropy, for whom to ask next.
    pub asked: u16,
}

/// An operation on a quorum.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Round {
    /// Its number at this replica.
    pub number: u32,
    /// The client, and its request.
    pub client: (NodeId, u32),
    /// The register.
    pub key: u8,
    /// The value to write, or nothing for a read.
    pub writes: Option<i64>,
    /// The latest copy heard of; in the second phase the one that is stored.
    pub register: Register,
    /// Whether it stores.
    pub is_storing: bool,
    /// Who has answered in this phase.
    pub answered: Vec<NodeId>,
}

/// What they tell each other.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Client to replica.
    Write {
        /// The client's count.
        request: u32,
        /// The register.
        key: u8,
        /// The value.
        value: i64,
        /// What the copy must have.
        needs: Vector,
    },
    /// Client to replica.
    Read {
        /// The client's count.
        request: u32,
        /// The register.
        key: u8,
        /// What the copy must have.
        needs: Vector,
    },
    /// Replica to client: the write is done.
    Wrote {
        /// The client's count.
        request: u32,
        /// What the copy has now, as far as it is the client's.
        has: Vector,
    },
    /// Replica to client.
    Value {
        /// The client's count.
        request: u32,
        /// What the register holds.
        value: i64,
        /// What the copy has.
        has: Vector,
    },
    /// First phase: what do you have?
    Query {
        /// Of the asking replica.
        round: u32,
        /// The register.
        key: u8,
    },
    /// The answer.
    State {
        /// Of the asking replica.
        round: u32,
        /// The copy.
        register: Register,
    },
    /// Second phase: keep this if it is later than yours.
    Store {
        /// Of the asking replica.
        round: u32,
        /// The register.
        key: u8,
        /// The copy.
        register: Register,
    },
    /// The answer.
    Stored {
        /// Of the asking replica.
        round: u32,
    },
    /// To the sequencer: number this write.
    Submit(Write),
    /// A numbered write.
    Update(Write),
    /// Anti-entropy: this is what I have.
    Ask(Vector),
    /// And this is what you lack, in the order in which I applied it.
    Updates(Vec<Write>),
}

/// What they wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// A replica: the next round of anti-entropy.
    Sync,
    /// A client: the end of its patience.
    Patience,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Sync, TimerInfo { name: "next round of anti-entropy", action: "ask another replica now" }),
        (Timer::Patience, TimerInfo { name: "patience of the client", action: "give up waiting" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

impl Copies {
    /// How many writes of each replica it has applied.
    pub fn vector(&self) -> Vector {
        let mut vector = Vector::default();
        for write in &self.applied {
            if let Some(count) = vector.get_mut(write.origin.index()) {
                *count += 1;
            }
        }
        vector
    }

    /// The register of that number.
    pub fn register(&self, key: u8) -> Register {
        self.registers.get(usize::from(key)).copied().unwrap_or_default()
    }

    /// Keeps a copy.
    pub fn set(&mut self, key: u8, register: Register) {
        if let Some(slot) = self.registers.get_mut(usize::from(key)) {
            *slot = register;
        }
        self.clock = self.clock.max(register.stamp.0);
    }

    /// Keeps a copy if it is later than its own.
    pub fn set_later(&mut self, key: u8, register: Register) {
        if register.stamp > self.register(key).stamp {
            self.set(key, register);
        }
    }

    /// Whether it has that write, applied or waiting.
    pub fn knows(&self, write: &Write) -> bool {
        let is_it = |other: &Write| (other.origin, other.number) == (write.origin, write.number);
        self.applied.iter().chain(&self.waiting).any(is_it)
    }
}
