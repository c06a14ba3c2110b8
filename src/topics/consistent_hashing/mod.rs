//! Lesson 5, consistent hashing: ways to place keys on nodes, a store whose keys move when nodes come and go, and a balancer before caches.

pub mod balancing;
pub mod placement;
pub mod sharding;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency, NodeId, Tone};

const QUIET: Conditions = Conditions::faultless(Latency::Uniform(20_000, 40_000));

const NEAR: Conditions = Conditions { latency: Latency::Uniform(2_000, 4_000), ..QUIET };

static STORE: Erased<sharding::Store> = Erased::new();
static BALANCING: Erased<balancing::Balancing> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 5,
    algorithms: &[
        Entry {
            id: "sharding",
            name: "Store with moving keys",
            source: "Karger et al., Consistent Hashing and Random Trees, 1997, with preference lists as in DeCandia et al., Dynamo, 2007",
            summary: "Node 0 says who keeps keys; whenever that changes, keys are handed from node to node until each is where its hash wants it.",
            algorithm: &STORE,
            nodes: (2, 6, 11),
            network: QUIET,
        },
        Entry {
            id: "balancing",
            name: "Balancer before caches",
            source: "Karger et al., Consistent Hashing and Random Trees, 1997; Mirrokni, Thorup & Zadimoghaddam, Consistent Hashing with Bounded Loads, 2018",
            summary: "Requests go to the cache that their key belongs to. With bounded loads a server that has its share passes further ones on.",
            algorithm: &BALANCING,
            nodes: (3, 5, 11),
            network: NEAR,
        },
    ],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Series, ExhibitKind::Ring],
};

/// The colour of what belongs to a node.
fn node_tone(node: NodeId) -> Tone {
    Tone::Series(u8::try_from(node.0).unwrap_or(0))
}
