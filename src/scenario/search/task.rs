//! What a worker is given to do, as one text, and what it tells while it works. Knows no worker.

use super::{Inquiry, Report, Search};
use crate::check::shrink::Minimiser;
use crate::scenario::thousand::{Sampled, Sampling, Thousand};
use crate::scenario::{Scenario, letters, link};
use crate::sim::timeline::Entry;
use crate::topics::Topic;
use serde::{Deserialize, Serialize};

/// Steps of a search in one slice of work: a few milliseconds.
const STEPS_PER_SLICE: u32 = 4_000;
/// Runs that are replayed in one slice of work.
const REPLAYS_PER_SLICE: u32 = 1;

/// Something to do with a scenario.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Task {
    /// Search from the moment at which it stands.
    Search(Search),
    /// Shrink what is done in it to what it takes to break an invariant.
    Shrink {
        /// Which, by index.
        invariant: u16,
        /// It is broken by then, in virtual microseconds.
        until_us: u64,
    },
    /// Measure it with a thousand other seeds.
    Thousand(Sampling),
}

impl Task {
    /// The task with its scenario, as one text.
    pub fn to_text(&self, scenario: &Scenario) -> Result<String, String> {
        let link = link::encode(scenario).map_err(|why| why.to_string())?;
        // Writing into memory cannot fail: every type here has a definite length.
        Ok(format!("{link} {}", letters::encode(&postcard::to_allocvec(self).unwrap_or_default())))
    }
}

/// What is told of a task.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum News {
    /// How far a search is, or what came of it.
    Search(Report),
    /// How far shrinking is.
    Shrink(Shrunk),
    /// What runs have measured so far.
    Thousand(Sampled),
    /// It cannot be done, for this reason.
    Refused(String),
}

/// A run shrunk to what mattered, or on its way there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shrunk {
    /// How much had been done in the run until it broke.
    pub of: u32,
    /// How much of that is left.
    pub left: u32,
    /// What is left; empty until it is over.
    pub journal: Vec<Entry>,
    /// Whether nothing more can be left out.
    pub is_over: bool,
}

/// A task under way.
pub enum Work {
    /// A search.
    Search(Inquiry),
    /// A run that is shrunk, of so many things done.
    Shrink(Box<Minimiser>, u32),
    /// Runs that are measured.
    Thousand(Box<Thousand>),
}

impl Work {
    /// Begins what a text asks for, if it is about one of `topics`.
    pub fn new(text: &str, topics: &'static [Topic]) -> Result<Self, String> {
        let damaged = || "This page and its program are of different versions. Reload the page.".to_owned();
        let (scenario, task) = text.split_once(' ').ok_or_else(damaged)?;
        let scenario = link::decode(scenario, topics).map_err(|error| error.to_string())?;
        let bytes = letters::decode(task).ok_or_else(damaged)?;
        match postcard::from_bytes(&bytes).map_err(|_| damaged())? {
            Task::Search(search) => Inquiry::new(&scenario, &search).map(Work::Search),
            Task::Shrink { invariant, until_us } => {
                let setup = scenario.setup().map_err(|why| why.to_string())?;
                let done: Vec<Entry> = scenario.journal.into_iter().filter(|entry| entry.at.time_us <= until_us).collect();
                let of = u32::try_from(done.len()).unwrap_or(u32::MAX);
                let minimiser = Minimiser::new(&setup, done, usize::from(invariant), until_us);
                minimiser.map(|minimiser| Work::Shrink(Box::new(minimiser), of)).map_err(|error| error.to_string())
            }
            Task::Thousand(sampling) => Thousand::new(scenario, sampling).map(|thousand| Work::Thousand(Box::new(thousand))),
        }
    }

    /// Does a slice of it; tells how far it is, and whether it is over.
    pub fn go_on(&mut self) -> (News, bool) {
        match self {
            Work::Search(inquiry) => match inquiry.go_on(STEPS_PER_SLICE) {
                Ok(report) => {
                    let is_over = report.is_over();
                    (News::Search(report), is_over)
                }
                Err(why) => (News::Refused(why), true),
            },
            Work::Shrink(minimiser, of) => {
                let is_over = !minimiser.run(REPLAYS_PER_SLICE);
                let journal = if is_over { minimiser.journal().to_vec() } else { Vec::new() };
                let left = u32::try_from(minimiser.journal().len()).unwrap_or(u32::MAX);
                (News::Shrink(Shrunk { of: *of, left, journal, is_over }), is_over)
            }
            Work::Thousand(thousand) => match thousand.go_on() {
                Ok(sampled) => (News::Thousand(sampled.clone()), sampled.is_over),
                Err(why) => (News::Refused(why), true),
            },
        }
    }
}
