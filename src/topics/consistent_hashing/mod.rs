//! Lesson 5, consistent hashing: ways to place keys on nodes, and a store whose keys move when nodes come and go.

pub mod placement;
pub mod sharding;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};

const QUIET: Conditions =
    Conditions { latency: Latency::Uniform(20_000, 40_000), loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, bytes_per_s: 0, fifo: false };

static STORE: Erased<sharding::Store> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 5,
    algorithms: &[Entry {
        id: "sharding",
        name: "Store with moving keys",
        source: "Karger et al., Consistent Hashing and Random Trees, 1997, with preference lists as in DeCandia et al., Dynamo, 2007",
        summary: "Node 0 says who keeps keys; whenever that changes, keys are handed from node to node until each is where its hash wants it.",
        algorithm: &STORE,
        nodes: (2, 6, 11),
        network: QUIET,
    }],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Series, ExhibitKind::Ring],
};
