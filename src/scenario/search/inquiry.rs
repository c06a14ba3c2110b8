//! A search under way, by levels or by random runs, and what comes of it.

use super::Search;
use super::map::Map;
use crate::check::explorer::hunt::{Chase, Hunt, Patience, Phase};
use crate::check::explorer::replay::{PACE_US, journal};
use crate::check::explorer::{Explorer, Progress, Property, Query, Verdict};
use crate::scenario::{Moment, Scenario};
use crate::sim::script::Recorded;
use crate::sim::timeline::Entry;
use crate::sim::{At, Error, World};
use serde::{Deserialize, Serialize};

/// Seed of random runs: the same question gets the same answer.
const SEED: u64 = 1;

/// How far a search is, and once it has ended what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// How far it is; of random runs, nothing.
    pub progress: Progress,
    /// How far random runs are, if it goes by them.
    pub chase: Option<Chase>,
    /// What came of it; [`Verdict::Open`] while it goes on. Random runs that find nothing are cut off by no bound that has a name.
    pub verdict: Verdict,
    /// The run that was found.
    pub witness: Option<Witness>,
    /// The states that were visited first, once it has ended; of random runs, nothing.
    pub map: Option<Map>,
}

impl Report {
    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.verdict != Verdict::Open
    }
}

/// A run that was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Witness {
    /// The invariant that it breaks, if it was for that.
    pub invariant: Option<u16>,
    /// Its steps, from where the search began.
    pub steps: u32,
    /// Whether no run is shorter.
    pub is_shortest: bool,
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
    driver: Driver,
    /// What it looks for, one after another.
    properties: Vec<Property>,
    /// What had been done to the run where the search began.
    before: Vec<Entry>,
    from: At,
}

enum Driver {
    Levels(Box<Explorer>),
    Walks(Box<Walks>),
}

/// A hunt looks for one thing, so there is one after another.
struct Walks {
    hunt: Hunt,
    property: usize,
    start: World,
    query: Query,
    patience: Patience,
}

impl Inquiry {
    /// A search from the moment at which `scenario` stands. An error is a sentence.
    pub fn new(scenario: &Scenario, search: &Search) -> Result<Self, String> {
        let (start, before, from) = start(scenario)?;
        let query = search.query(start.algorithm());
        let properties = query.properties.clone();
        let driver = match search.walks {
            0 => Explorer::new(&start, &query).map(|explorer| Driver::Levels(Box::new(explorer))),
            walks_max => {
                let patience = Patience { walks_max, ..Patience::default() };
                let hunt = Hunt::new(&start, &query, SEED, patience);
                hunt.map(|hunt| Driver::Walks(Box::new(Walks { hunt, property: 0, start, query, patience })))
            }
        };
        Ok(Inquiry { driver: driver.map_err(|error| error.to_string())?, properties, before, from })
    }

    /// Goes on for about so many steps.
    pub fn go_on(&mut self, steps: u32) -> Result<Report, String> {
        self.slice(steps).map_err(|error| error.to_string())
    }

    fn slice(&mut self, steps: u32) -> Result<Report, Error> {
        match &mut self.driver {
            Driver::Levels(explorer) => {
                let progress = explorer.run(u64::from(steps));
                let verdict = explorer.verdict();
                let property = explorer.witnessed().next().filter(|_| progress.is_over);
                let script = property.and_then(|property| Some((property, explorer.witness(property)?)));
                let map = if progress.is_over { Some(Map::new(explorer, &self.before, self.from)?) } else { None };
                let witness = script.map(|(property, script)| self.witness(property, &script?, true)).transpose()?;
                Ok(Report { progress, chase: None, verdict, witness, map })
            }
            Driver::Walks(walks) => {
                let chase = walks.hunt.run(steps);
                let progress = Progress::default();
                let open = Report { progress, chase: Some(chase), verdict: Verdict::Open, witness: None, map: None };
                if chase.phase != Phase::Over {
                    return Ok(open);
                }
                let property = walks.property;
                match walks.hunt.script() {
                    Some(script) => {
                        let witness = Some(self.witness(property, &script?, chase.is_shortest)?);
                        Ok(Report { verdict: Verdict::Found, witness, ..open })
                    }
                    None if walks.next(&self.properties)? => Ok(open),
                    None => Ok(Report { verdict: Verdict::Cut(Vec::new()), ..open }),
                }
            }
        }
    }

    /// Goes on to the end.
    pub fn finish(&mut self) -> Result<Report, String> {
        loop {
            let report = self.go_on(u32::MAX)?;
            if report.is_over() {
                return Ok(report);
            }
        }
    }

    fn witness(&self, property: usize, script: &[Recorded], is_shortest: bool) -> Result<Witness, Error> {
        let invariant = match self.properties.get(property) {
            Some(Property::Always(invariant)) => Some(*invariant),
            _ => None,
        };
        let steps = u32::try_from(script.len()).unwrap_or(u32::MAX);
        Ok(Witness { invariant, steps, is_shortest, journal: journal(&self.before, self.from, script, PACE_US)?, from: self.from })
    }
}

impl Walks {
    /// Goes over to the next thing to look for; says whether there is one.
    fn next(&mut self, properties: &[Property]) -> Result<bool, Error> {
        self.property += 1;
        let Some(property) = properties.get(self.property) else { return Ok(false) };
        self.query.properties = vec![property.clone()];
        self.hunt = Hunt::new(&self.start, &self.query, SEED, self.patience)?;
        Ok(true)
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
