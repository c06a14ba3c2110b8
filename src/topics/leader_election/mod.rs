//! Lesson 8, leader election: Raft, Bully, Chang–Roberts, and ephemeral sequential nodes.

mod believers;
pub mod bully;
pub mod ephemeral;
pub mod raft;
pub mod ring;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};

/// A quiet network whose latencies stay well within the default time limits.
const QUIET: Conditions = Conditions::faultless(Latency::Uniform(20_000, 40_000));

static RAFT: Erased<raft::Raft> = Erased::new();
static BULLY: Erased<bully::Bully> = Erased::new();
static RING: Erased<ring::Ring> = Erased::new();
static EPHEMERAL: Erased<ephemeral::Ephemeral> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 8,
    algorithms: &[
        Entry {
            id: "raft",
            name: "Raft",
            source: "Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, extended version, 2014",
            summary: "A majority elects a leader for a term, and only what a majority has in its logs is committed.",
            algorithm: &RAFT,
            nodes: (1, 5, 9),
            network: QUIET,
        },
        Entry {
            id: "bully",
            name: "Bully",
            source: "Garcia-Molina, Elections in a Distributed Computing System, 1982",
            summary: "The highest node that is up halts all others and takes over; it trusts its timeouts.",
            algorithm: &BULLY,
            nodes: (2, 5, 12),
            network: QUIET,
        },
        Entry {
            id: "ring",
            name: "Ring (Chang–Roberts)",
            source: "Chang & Roberts, An Improved Algorithm for Decentralized Extrema-Finding in Circular Configurations of Processes, 1979",
            summary: "Candidates' numbers go round a ring, and whoever has a larger one swallows them.",
            algorithm: &RING,
            nodes: (2, 7, 12),
            // On a link that reorders, a small number may come after the news of the victory and start all over.
            network: Conditions { fifo: true, ..QUIET },
        },
        Entry {
            id: "ephemeral",
            name: "Ephemeral nodes (ZooKeeper)",
            source: "Hunt, Konar, Junqueira & Reed, ZooKeeper: Wait-free Coordination for Internet-scale Systems, 2010, and its recipe for leader election",
            summary: "Clients line up by numbered znodes at a coordination service; the lowest leads, as long as its session lives.",
            algorithm: &EPHEMERAL,
            nodes: (2, 5, 10),
            network: QUIET,
        },
    ],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Intervals],
};
