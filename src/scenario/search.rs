//! A search as data: what is asked of a run, from the moment at which it stands, within which bounds; and what came of it. Knows no page.
//!
//! A [`Search`] travels as text, beside the scenario that it begins with, so that it can run elsewhere: in a worker, in a test. What it finds
//! comes back as a scenario: the run so far, and the way that was found, step by step at a pace that can be watched.

use super::{Moment, Scenario};
use crate::check::explorer::replay::{PACE_US, journal};
use crate::check::explorer::{Budget, Client, Explorer, Goal, Limits, Network, Progress, Property, Query, Timers, Verdict};
use crate::sim::timeline::Entry;
use crate::sim::{Algorithm, At, World};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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
}

impl Search {
    /// As a text without blanks.
    pub fn to_text(&self) -> String {
        // Writing into memory cannot fail: every type here has a definite length.
        URL_SAFE_NO_PAD.encode(postcard::to_allocvec(self).unwrap_or_default())
    }

    /// The search of a text; `None` if it is none.
    pub fn from_text(text: &str) -> Option<Search> {
        postcard::from_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
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
        at_least.iter().all(|(mine, theirs)| mine >= theirs)
            && (theirs.jumps == 0 || mine.jump_us == theirs.jump_us)
            && (theirs.partitions == 0 || self.partitions == other.partitions)
            && (self.network == other.network || other.network == Network::Fifo)
            && (self.timers == other.timers || self.timers == Timers::Any)
            && self.clients == other.clients
    }
}

/// How far a search is, and once it has ended what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// How far it is.
    pub progress: Progress,
    /// What came of it; [`Verdict::Open`] while it goes on.
    pub verdict: Verdict,
    /// The run that was found.
    pub witness: Option<Witness>,
}

/// A run that was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Witness {
    /// The invariant that it breaks, if it was for that.
    pub invariant: Option<u16>,
    /// Its steps, from where the search began.
    pub steps: u32,
    /// What is done in it, in order of time.
    pub journal: Vec<Entry>,
    /// Where the search began.
    pub from: At,
}

impl Witness {
    /// The run, standing where the search began.
    pub fn scenario(&self, began: &Scenario) -> Scenario {
        Scenario { journal: self.journal.clone(), moment: Moment { at: self.from, fingerprint: None }, ..began.clone() }
    }
}

/// A search under way.
pub struct Inquiry {
    explorer: Explorer,
    aim: Aim,
    /// What had been done to the run where the search began.
    before: Vec<Entry>,
    from: At,
}

impl Inquiry {
    /// A search from the moment at which `scenario` stands. An error is a sentence.
    pub fn new(scenario: &Scenario, search: &Search) -> Result<Self, String> {
        let (world, before, from) = start(scenario)?;
        let explorer = Explorer::new(&world, &search.query(world.algorithm())).map_err(|error| error.to_string())?;
        Ok(Inquiry { explorer, aim: search.aim, before, from })
    }

    /// Goes on until about so many further states are generated.
    pub fn go_on(&mut self, generated: u64) -> Result<Report, String> {
        let progress = self.explorer.run(generated);
        let property = self.explorer.witnessed().next().filter(|_| progress.is_over);
        let witness = property.map(|property| self.witness(property)).transpose()?;
        Ok(Report { progress, verdict: self.explorer.verdict(), witness })
    }

    /// Goes on to the end.
    pub fn finish(&mut self) -> Result<Report, String> {
        self.go_on(u64::MAX)
    }

    fn witness(&mut self, property: usize) -> Result<Witness, String> {
        let script = self.explorer.witness(property).ok_or("Nothing was found.")?.map_err(|error| error.to_string())?;
        let journal = journal(&self.before, self.from, &script, PACE_US).map_err(|error| error.to_string())?;
        let invariant = match self.aim {
            Aim::AnyInvariant => u16::try_from(property).ok(),
            Aim::Invariant(invariant) => Some(invariant),
            Aim::Reach(_) | Aim::Avoid { .. } => None,
        };
        Ok(Witness { invariant, steps: u32::try_from(script.len()).unwrap_or(u32::MAX), journal, from: self.from })
    }
}

/// The world at the moment at which a scenario stands, what was done to it until then, and the moment. Nodes start first: the beginning of a
/// run is the moment after that.
fn start(scenario: &Scenario) -> Result<(World, Vec<Entry>, At), String> {
    let mut timeline = scenario.timeline().map_err(|why| why.to_string())?;
    let after = scenario.journal.iter().take_while(|entry| entry.at.time_us == 0).fold(u32::from(scenario.nodes), |after, entry| {
        // What is done before the last node starts is an event of that moment too.
        if entry.at.after < after { after + 1 } else { after }
    });
    timeline.seek_at(scenario.moment.at.max(At { time_us: 0, after })).map_err(|error| error.to_string())?;
    Ok((timeline.clock().world().clone(), timeline.journal().to_vec(), timeline.at()))
}
