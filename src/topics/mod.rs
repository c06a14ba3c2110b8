//! The algorithms of the lessons, and the catalogue of them. Knows `sim` and `check`; no screen, no web crate.
//!
//! A topic adds a module here and a line in [`TOPICS`]. Nothing else in the house knows an algorithm by name.
//!
//! The program of a page carries its own lesson's topic and no other. So the catalogue is a constant, which costs a program only
//! what it takes out of it, and what looks a topic up at run time is handed those that there are.

pub mod bloom_filters;
pub mod consistency;
pub mod consistent_hashing;
pub mod crdts;
pub mod fallacies;
pub mod flp;
pub mod leader_election;
pub mod locking;
pub mod queueing;
mod roles;
mod samples;

use crate::sim::{Algorithm, Conditions, ExhibitKind};
use std::fmt;

/// One algorithm as the catalogue offers it.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Stable name, used in lesson files and on the page: `raft`.
    pub id: &'static str,
    /// What the page calls it.
    pub name: &'static str,
    /// Author, title and year of the paper whose rules it implements.
    pub source: &'static str,
    /// One sentence: how it works.
    pub summary: &'static str,
    /// The code.
    pub algorithm: &'static dyn Algorithm,
    /// Smallest, usual and largest number of nodes.
    pub nodes: (u16, u16, u16),
    /// The network in which it is shown at first.
    pub network: Conditions,
}

/// The algorithms of one lesson. Two are the same if they are of the same lesson.
#[derive(Clone, Copy)]
pub struct Topic {
    /// Number of the lesson, from 1; part of every scenario link.
    pub number: u8,
    /// Its algorithms in the order of their indices. Append only: links name them by index.
    pub algorithms: &'static [Entry],
    /// The kinds of exhibits that they show: a page carries only what draws these.
    pub exhibits: &'static [ExhibitKind],
}

/// All topics, by number. The last is not a lesson of the path: the eight fallacies.
pub const TOPICS: &[Topic] = &[
    consistency::TOPIC,
    flp::TOPIC,
    consistent_hashing::TOPIC,
    leader_election::TOPIC,
    locking::TOPIC,
    crdts::TOPIC,
    bloom_filters::TOPIC,
    queueing::TOPIC,
    fallacies::TOPIC,
];

/// The topic of a lesson.
pub const fn topic(number: u8) -> Option<&'static Topic> {
    let mut rest = TOPICS;
    while let [first, others @ ..] = rest {
        if first.number == number {
            return Some(first);
        }
        rest = others;
    }
    None
}

impl PartialEq for Topic {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Topic {}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lesson {}", self.number)
    }
}

impl Topic {
    /// The algorithm of that name, with its index.
    pub fn by_id(&self, id: &str) -> Option<(u8, &'static Entry)> {
        let index = self.algorithms.iter().position(|entry| entry.id == id)?;
        Some((u8::try_from(index).ok()?, self.algorithms.get(index)?))
    }
}
