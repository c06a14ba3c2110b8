//! Lesson 3, the impossibility of consensus with one faulty process (Fischer, Lynch & Paterson 1985), and the ways around it.

pub mod ben_or;
pub mod chandra_toueg;
mod configurations;
mod consensus;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};
pub use configurations::decision;

/// Latencies that differ enough for messages to overtake each other: the asynchronous model promises no order.
const UNHURRIED: Conditions = Conditions::faultless(Latency::Uniform(10_000, 60_000));

static BEN_OR: Erased<ben_or::BenOr> = Erased::new();
static CHANDRA_TOUEG: Erased<chandra_toueg::ChandraToueg> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 3,
    algorithms: &[
        Entry {
            id: "ben-or",
            name: "Ben-Or",
            source: "Ben-Or, Another Advantage of Free Choice: Completely Asynchronous Agreement Protocols, 1983, protocol A",
            summary: "Nodes vote in rounds and wait for no clock; when a vote is split, each flips a coin.",
            algorithm: &BEN_OR,
            nodes: (3, 3, 7),
            network: UNHURRIED,
        },
        Entry {
            id: "chandra-toueg",
            name: "Chandra–Toueg",
            source: "Chandra & Toueg, Unreliable Failure Detectors for Reliable Distributed Systems, 1996, figures 6 and 10",
            summary: "Coordinators take turns; whoever suspects the one of this round goes on to the next.",
            algorithm: &CHANDRA_TOUEG,
            nodes: (3, 5, 7),
            network: UNHURRIED,
        },
    ],
    exhibits: &[ExhibitKind::Tree, ExhibitKind::Ledger],
};
