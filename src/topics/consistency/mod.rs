//! Lesson 2, consistency models: one set of registers on three replicas, kept by the store that gives the model.

pub mod store;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};

static STORE: Erased<store::Store> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 2,
    algorithms: &[Entry {
        id: "store",
        name: "Replicated registers",
        source: "Attiya, Bar-Noy & Dolev 1995; Attiya & Welch 1994; Ahamad et al. 1995; Lipton & Sandberg 1988; Terry et al. 1994",
        summary: "Three replicas, clients that read and write at one of them, and five ways to keep the copies: each gives another model.",
        algorithm: &STORE,
        nodes: (store::REPLICAS + 1, store::REPLICAS + 3, store::REPLICAS + store::CLIENTS_MAX),
        network: Conditions::faultless(Latency::Uniform(20_000, 60_000)),
    }],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::History],
};
