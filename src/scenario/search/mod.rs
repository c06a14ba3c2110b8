//! A search as data: what is asked of a run, from the moment at which it stands, within which bounds; and what came of it. Knows no page.
//!
//! A [`Search`] travels as text, beside the scenario that it begins with, so that it can run elsewhere: in a worker, in a test. What it finds
//! comes back as a scenario: the run so far, and the way that was found, step by step at a pace that can be watched.
//!
//! - [`inquiry`]: a search under way, and what comes of it.
//! - [`map`]: the states that it visited first, to walk over.
//! - [`task`]: what a worker is given to do, and what it tells.
//! - [`words`]: a search and its verdict in sentences.

mod inquiry;
pub mod map;
pub mod task;
pub mod words;

use crate::check::explorer::{Budget, Client, Goal, Limits, Network, Property, Query, Timers};
use crate::scenario::letters;
use crate::sim::Algorithm;
pub use inquiry::{Inquiry, Report, Witness};
use serde::{Deserialize, Serialize};

/// What a search looks for, by the algorithm's indices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Aim {
    /// A run that breaks any invariant.
    #[default]
    AnyInvariant,
    /// A run that breaks this invariant.
    Invariant(u16),
    /// A run in which this fact comes true.
    Reach(u16),
    /// A run in which this fact has not come true after so many steps, or never can.
    Avoid {
        /// The fact.
        fact: u16,
        /// The steps.
        within: u32,
    },
}

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Search {
    /// What it looks for.
    pub aim: Aim,
    /// What becomes of messages.
    pub network: Network,
    /// When timers fire.
    pub timers: Timers,
    /// How many faults there may be.
    pub budget: Budget,
    /// The groups of each partition that there may be; empty is every division in two.
    pub partitions: Vec<Vec<u8>>,
    /// What clients ask.
    pub clients: Vec<Client>,
    /// How far it may go.
    pub limits: Limits,
    /// Random runs to try instead of a search by levels: for what lies too deep for one. 0 is a search by levels.
    pub walks: u32,
}

impl Search {
    /// As a text without blanks.
    pub fn to_text(&self) -> String {
        // Writing into memory cannot fail: every type here has a definite length.
        letters::encode(&postcard::to_allocvec(self).unwrap_or_default())
    }

    /// The search of a text; `None` if it is none.
    pub fn from_text(text: &str) -> Option<Search> {
        postcard::from_bytes(&letters::decode(text)?).ok()
    }

    /// What the Explorer is asked.
    pub fn query(&self, algorithm: &dyn Algorithm) -> Query {
        let properties = match self.aim {
            Aim::AnyInvariant => Query::invariants(algorithm).properties,
            Aim::Invariant(invariant) => vec![Property::Always(invariant)],
            Aim::Reach(fact) => vec![Property::Sometimes(Goal::Fact(fact))],
            Aim::Avoid { fact, within } => vec![Property::Eventually { goal: Goal::Fact(fact), within }],
        };
        Query {
            network: self.network,
            timers: self.timers,
            budget: self.budget,
            partitions: self.partitions.clone(),
            clients: self.clients.clone(),
            limits: self.limits,
            ..Query::new(properties)
        }
    }

    /// Whether what this search visits is all that `other` visits, and perhaps more; but for what they look for and how far they go.
    pub fn covers(&self, other: &Search) -> bool {
        let (mine, theirs) = (self.budget, other.budget);
        let at_least = [
            (mine.crashes, theirs.crashes),
            (mine.partitions, theirs.partitions),
            (mine.drops, theirs.drops),
            (mine.duplicates, theirs.duplicates),
            (mine.pauses, theirs.pauses),
            (mine.jumps, theirs.jumps),
            (mine.fires.unwrap_or(u8::MAX), theirs.fires.unwrap_or(u8::MAX)),
        ];
        other.walks == 0
            && self.walks == 0
            && at_least.iter().all(|(mine, theirs)| mine >= theirs)
            && (theirs.jumps == 0 || mine.jump_us == theirs.jump_us)
            && (theirs.partitions == 0 || self.partitions == other.partitions)
            && (self.network == other.network || other.network == Network::Fifo)
            && (self.timers == other.timers || self.timers == Timers::Any)
            && self.clients == other.clients
    }
}
