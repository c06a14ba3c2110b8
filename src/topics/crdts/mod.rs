//! Lesson 16, CRDTs: counters, sets, registers and a text on replicas that ask nobody, and three ways to tell the others.

pub mod replicas;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};

static REPLICAS: Erased<replicas::Replicas> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 16,
    algorithms: &[Entry {
        id: "crdts",
        name: "Replicated data types",
        source: "Shapiro, Preguiça, Baquero & Zawirski, A comprehensive study of Convergent and Commutative Replicated Data Types, 2011; \
                 Almeida, Shoker & Baquero, Delta State Replicated Data Types, 2018; Weidner & Kleppmann, The Art of the Fugue, 2023",
        summary: "Each replica takes every update at once and asks nobody. What it tells the others later makes them all the same.",
        algorithm: &REPLICAS,
        nodes: (2, 3, replicas::REPLICAS_MAX),
        network: Conditions::faultless(Latency::Uniform(20_000, 60_000)),
    }],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Documents],
};
