//! Lesson 9, distributed locking: a lock service with leases, Redlock, and a lock table on Raft.

pub mod job;
mod joined;
pub mod lease;
pub mod protocol;
pub mod redlock;
mod renewal;
pub mod replicated;
mod show;
pub mod storage;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};
use protocol::Locked;

/// A quiet network whose latencies stay well within the default time limits.
const QUIET: Conditions = Conditions::faultless(Latency::Uniform(20_000, 40_000));

static LEASE: Erased<Locked<lease::Lease>> = Erased::new();
static REPLICATED: Erased<Locked<replicated::Replicated>> = Erased::new();
static REDLOCK: Erased<Locked<redlock::Redlock>> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 9,
    algorithms: &[
        Entry {
            id: "lease",
            name: "Lock service with leases",
            source: "Gray & Cheriton, Leases, 1989; Burrows, The Chubby Lock Service, 2006; Kleppmann, How to do distributed locking, 2016",
            summary: "One service lends the lock for a while, with a number that rises; the storage refuses lower numbers.",
            algorithm: &LEASE,
            nodes: (3, 5, 10),
            network: QUIET,
        },
        Entry {
            id: "redlock",
            name: "Redlock",
            source: "Sanfilippo, Distributed Locks with Redis, the Redis documentation",
            summary: "The lock is a key on a majority of independent masters, for what is left of its time to live.",
            algorithm: &REDLOCK,
            nodes: (6, 8, 10),
            network: QUIET,
        },
        Entry {
            id: "replicated",
            name: "Lock table on Raft",
            source: "Burrows, The Chubby Lock Service, 2006; Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, 2014",
            summary: "Three servers keep the lock table in a log that a majority agrees on; the index of an entry is the token.",
            algorithm: &REPLICATED,
            nodes: (5, 6, 8),
            network: QUIET,
        },
    ],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Intervals],
};
