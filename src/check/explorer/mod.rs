//! The driver that tries everything: every order of delivery, timers at any moment, faults within a budget, every answer to a handler's
//! questions. Each distinct state is visited once, level by level, so the first run found is a shortest one. Knows no algorithm.
//!
//! ```text
//!   let mut explorer = Explorer::new(&world, &query)?;       from any world: fresh, or the one the reader looks at
//!   while !explorer.progress().is_over {
//!       explorer.run(20_000);                                a slice; the page breathes, or cancels, in between
//!   }
//!   explorer.verdict(); explorer.witness(0);                 what came of it; a script::Recorded list to replay
//! ```
//!
//! - [`query`]: what may be asked.
//! - [`hunt`]: random walks, shrunk, and proved shortest; for bugs too deep for a search by levels.
//! - [`replay`]: a witness as the journal of a run that plays, rewinds and is a link.
//! - [`symmetry`]: interchangeable nodes.
//! - `survey`: the first states and the steps between them, for a picture.
//! - [`valency`]: what can still be decided.
//! - `space`, `parts`, `scene`, `state`, `table`: how states are kept, and why a step costs so little.

pub mod hunt;
mod judge;
mod parts;
pub mod query;
pub mod replay;
mod scene;
mod space;
mod state;
mod survey;
pub mod symmetry;
mod table;
pub mod valency;

use crate::sim::erased::{Answers, Effects};
use crate::sim::hash::finish;
use crate::sim::script::Recorded;
use crate::sim::{Algorithm, Choice, Error, NodeId, Params, World};
pub use query::{Bound, Budget, Client, Goal, Limits, Network, Property, Pruning, Query, Request, Stop, Test, Timers};
use serde::{Deserialize, Serialize};
use space::{Edge, Space};
use state::Row;
pub use survey::Surveyed;
use symmetry::Orbits;
use table::Fingerprints;

/// A world all of whose nodes have started, as a run has it after its first moment. `seed` answers what they ask when they start.
pub fn started(algorithm: &'static dyn Algorithm, nodes: u16, params: Params, seed: u64) -> Result<World, Error> {
    let mut world = World::new(algorithm, nodes, params, true)?;
    let mut effects = Effects::answering(Answers::Drawn { seed });
    for node in (0..nodes).map(NodeId) {
        world.apply(&Choice::Restart(node), &mut effects)?;
    }
    Ok(world)
}

/// How far a search is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Progress {
    /// States generated, the first included and those met before too. As TLC and stateright count.
    pub generated: u64,
    /// Distinct states.
    pub distinct: u64,
    /// States on the longest of the shortest runs to a state, the first included. As TLC and stateright count; steps are one less.
    pub depth: u32,
    /// States whose next steps are still to be tried.
    pub frontier: u64,
    /// Memory in use, in bytes, as far as it can be told.
    pub memory_bytes: u64,
    /// Whether the search has ended.
    pub is_over: bool,
}

/// What came of a search.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// It goes on.
    Open,
    /// It stopped because it had found what it was to find.
    Found,
    /// Everything was visited: what has no witness has none.
    Exhausted,
    /// It ended, or left something out, for these reasons: what has no witness may still have one.
    Cut(Vec<Bound>),
}

/// A run that was found: to a state, and perhaps one way on from it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Found {
    state: u32,
    way: Option<u16>,
}

/// A search.
pub struct Explorer {
    query: Query,
    space: Space,
    orbits: Orbits,
    start: Row,
    visited: Fingerprints,
    /// For each state but the first: the state from which it was found, and which of its edges led here.
    origins: Vec<(u32, u16)>,
    /// States of the present level, and of the next: number, length and row of each, one after another.
    level: Vec<u32>,
    next: Vec<u32>,
    /// How far the present level is done.
    position: usize,
    depth: u32,
    generated: u64,
    frontier: u64,
    next_count: u64,
    found: Vec<Option<Found>>,
    /// Facts that edges are tested for, with the property for which they are.
    facts: Vec<(usize, u16)>,
    ended: Option<Verdict>,
    cuts: Vec<Bound>,
    edges: Vec<Edge>,
    row: Row,
    child: Row,
}

/// Extra key of a level, where states of different levels are told apart.
const LEVEL_KEY: u64 = 0x9E37_79B9_7F4A_7C15;

impl Explorer {
    /// A search from `start`. An error says what is wrong with the query.
    pub fn new(start: &World, query: &Query) -> Result<Self, Error> {
        check(start, query)?;
        let (space, row) = Space::new(start, query)?;
        let facts = query.properties.iter().enumerate().filter_map(|(index, property)| Some((index, judge::fact_of(property)?))).collect();
        let mut explorer = Explorer {
            found: vec![None; query.properties.len()],
            query: query.clone(),
            space,
            orbits: Orbits::default(),
            start: row.clone(),
            visited: Fingerprints::new(),
            origins: Vec::new(),
            level: Vec::new(),
            next: Vec::new(),
            position: 0,
            depth: 1,
            generated: 1,
            frontier: 1,
            next_count: 0,
            facts,
            ended: None,
            cuts: Vec::new(),
            edges: Vec::new(),
            row: Row::new(),
            child: Row::new(),
        };
        let fingerprint = explorer.fingerprint(&row, None, 1);
        explorer.visited.insert(fingerprint);
        if explorer.take_in(&row, Found { state: 0, way: None }) {
            push(&mut explorer.level, 0, &row);
        }
        Ok(explorer)
    }

    /// Goes on until about so many further states are generated. Takes the longer the more steps a state has, so ask for little at a time.
    pub fn run(&mut self, generated: u64) -> Progress {
        let until = self.generated.saturating_add(generated);
        while self.ended.is_none() && self.generated < until {
            self.advance();
        }
        self.progress()
    }

    /// Runs to the end.
    pub fn finish(&mut self) -> Progress {
        while self.ended.is_none() {
            self.advance();
        }
        self.progress()
    }

    /// Ends the search.
    pub fn cancel(&mut self) {
        self.end_by(Bound::Cancelled);
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress {
            generated: self.generated,
            distinct: self.distinct(),
            depth: self.depth,
            frontier: self.frontier + self.next_count,
            memory_bytes: self.memory_bytes(),
            is_over: self.ended.is_some(),
        }
    }

    fn distinct(&self) -> u64 {
        self.origins.len() as u64 + 1
    }

    fn memory_bytes(&self) -> u64 {
        let levels = (self.level.capacity() + self.next.capacity()) * size_of::<u32>();
        let origins = self.origins.capacity() * size_of::<(u32, u16)>();
        (self.visited.bytes_next() + origins + levels + self.space.bytes()) as u64
    }

    /// What came of it.
    pub fn verdict(&self) -> Verdict {
        self.ended.clone().unwrap_or(Verdict::Open)
    }

    /// The first witness of a property, which is a shortest one, as a script for the world that the search began with.
    pub fn witness(&mut self, property: usize) -> Option<Result<Vec<Recorded>, Error>> {
        let found = self.found.get(property).copied().flatten()?;
        let edges = self.path(found);
        Some(self.space.script(&edges))
    }

    /// The properties that have a witness.
    pub fn witnessed(&self) -> impl Iterator<Item = usize> {
        self.found.iter().enumerate().filter(|(_, found)| found.is_some()).map(|(property, _)| property)
    }

    /// An upper bound for the odds that two different states were taken for one: n²/2⁶⁵ for n hashes of 64 bits.
    pub fn collision_probability(&self) -> f64 {
        let (states, parts) = (self.distinct() as f64, self.space.hashed() as f64);
        (states * states + parts * parts) / (u64::MAX as f64 * 2.0)
    }

    fn end_by(&mut self, bound: Bound) {
        if self.ended.is_none() {
            self.cut(bound);
            self.ended = Some(Verdict::Cut(self.cuts.clone()));
        }
    }

    fn cut(&mut self, bound: Bound) {
        if !self.cuts.contains(&bound) {
            self.cuts.push(bound);
        }
    }

    /// The length of the runs that an `Eventually` asks about.
    fn within(&self) -> Option<u32> {
        match self.query.properties.as_slice() {
            [Property::Eventually { within, .. }] => Some(*within),
            _ => None,
        }
    }

    /// The fingerprint by which a state of that level is known. `sum` is the sum of its terms, if that is at hand.
    fn fingerprint(&mut self, row: &[u32], sum: Option<u64>, level: u32) -> u64 {
        let fingerprint = match &self.query.symmetry {
            Some(symmetry) => self.orbits.fingerprint(&self.space, &**symmetry, row),
            None => finish(sum.unwrap_or_else(|| self.space.sum(row))),
        };
        match self.within() {
            Some(_) => finish(fingerprint ^ u64::from(level).wrapping_mul(LEVEL_KEY)),
            None => fingerprint,
        }
    }

    /// Expands one state, or goes over to the next level.
    fn advance(&mut self) {
        let Some((state, length)) = self.level.get(self.position).copied().zip(self.level.get(self.position + 1).copied()) else {
            return self.next_level();
        };
        let from = self.position + 2;
        let mut row = std::mem::take(&mut self.row);
        row.clear();
        row.extend_from_slice(self.level.get(from..from + length as usize).unwrap_or(&[]));
        self.position = from + length as usize;
        self.frontier -= 1;
        self.expand(state, &row);
        self.row = row;
        if self.ended.is_none() {
            self.check_limits();
        }
    }

    fn next_level(&mut self) {
        if self.next.is_empty() {
            self.ended = Some(if self.cuts.is_empty() { Verdict::Exhausted } else { Verdict::Cut(self.cuts.clone()) });
            return;
        }
        if self.depth + 1 >= self.query.limits.depth_max {
            self.depth += 1;
            return self.end_by(Bound::Depth(self.query.limits.depth_max));
        }
        std::mem::swap(&mut self.level, &mut self.next);
        self.next.clear();
        self.position = 0;
        self.depth += 1;
        (self.frontier, self.next_count) = (self.next_count, 0);
    }

    fn check_limits(&mut self) {
        let limits = self.query.limits;
        if self.distinct() >= limits.states_max || self.origins.len() >= u32::MAX as usize - 1 {
            self.end_by(Bound::States(limits.states_max));
        } else if self.memory_bytes() > limits.memory_bytes_max {
            self.end_by(Bound::Memory(limits.memory_bytes_max));
        }
        if let Some(error) = self.space.refused.take() {
            self.cut(Bound::Engine(error.to_string()));
        }
    }

    /// Tries all that can happen next in a state.
    fn expand(&mut self, state: u32, row: &[u32]) {
        let mut edges = std::mem::take(&mut self.edges);
        let mut child = std::mem::take(&mut self.child);
        self.space.edges(row, &mut edges);
        let sum = self.space.sum(row);
        let is_stuck = self.try_edges(state, row, sum, &edges, &mut child);
        if is_stuck && self.within().is_some() {
            self.note(0, Found { state, way: None });
        }
        self.edges = edges;
        self.child = child;
    }

    /// Follows the edges of a state; says whether none of them led anywhere.
    fn try_edges(&mut self, state: u32, row: &[u32], sum: u64, edges: &[Edge], child: &mut Row) -> bool {
        let mut is_stuck = true;
        for (index, edge) in edges.iter().enumerate() {
            let watches = self.space.observes() || !self.facts.is_empty();
            let Ok(way) = u16::try_from(index) else {
                self.cut(Bound::Engine(format!("a state had more than {} next steps", u16::MAX)));
                break;
            };
            let may_be_pruned = self.space.may_be_pruned(*edge);
            if may_be_pruned && !watches {
                continue;
            }
            let found = Found { state, way: Some(way) };
            let quick = if self.query.symmetry.is_some() { None } else { self.space.sum_after(row, sum, *edge) };
            if let Some(sum) = quick.filter(|_| !watches) {
                is_stuck = false;
                self.generated += 1;
                let fingerprint = self.fingerprint(&[], Some(sum), self.depth);
                if !self.visited.insert(fingerprint) {
                    continue;
                }
                if let Err(error) = self.space.build(row, *edge, child) {
                    self.cut(Bound::Engine(error.to_string()));
                    continue;
                }
            } else {
                if let Err(error) = self.space.build(row, *edge, child) {
                    self.cut(Bound::Engine(error.to_string()));
                    continue;
                }
                if self.space.observes() {
                    self.space.observe(row, *edge, child);
                }
                if self.meets_facts(row, *edge, child, found) {
                    // This run has come to what it should come to.
                    is_stuck = false;
                    continue;
                }
                if self.ended.is_some() {
                    return false;
                }
                let shadow = self.space.layout.shadow();
                if may_be_pruned && state::at(child, shadow) == state::at(row, shadow) {
                    continue;
                }
                is_stuck = false;
                self.generated += 1;
                let sum = quick.map(|sum| sum.wrapping_add(self.space.ghost_shift(row, child)));
                let fingerprint = self.fingerprint(child, sum, self.depth);
                if !self.visited.insert(fingerprint) {
                    continue;
                }
            }
            self.origins.push((state, way));
            let number = u32::try_from(self.origins.len()).unwrap_or(u32::MAX);
            if self.take_in(child, found) {
                push(&mut self.next, number, child);
                self.next_count += 1;
            }
            if self.ended.is_some() {
                return false;
            }
        }
        is_stuck
    }

    /// Tests an edge for facts; says whether an `Eventually` has come to its goal by it.
    fn meets_facts(&mut self, row: &[u32], edge: Edge, child: &[u32], found: Found) -> bool {
        let met = |(_, fact): &(usize, u16)| self.space.fact(*fact, row, edge, child);
        let met: Vec<usize> = self.facts.iter().copied().filter(met).map(|(property, _)| property).collect();
        if met.is_empty() {
            return false;
        }
        if self.within().is_some() {
            return true;
        }
        // What is found once is no longer looked for.
        self.facts.retain(|(property, _)| !met.contains(property));
        for property in met {
            self.note(property, found);
        }
        false
    }

    /// Tests a new state for the properties; says whether to go on from it. `found` is the run that leads to it.
    fn take_in(&mut self, row: &[u32], found: Found) -> bool {
        let steps = match found.way {
            None => 0,
            Some(_) => self.depth,
        };
        let within = self.within();
        let Explorer { space, query, found: witnesses, .. } = self;
        let is_open = |index: usize| witnesses.get(index).is_some_and(Option::is_none);
        let is_asked = |(index, property): (usize, &Property)| is_open(index) && judge::looks_at_states(property);
        let mut notes: Vec<usize> = Vec::new();
        let mut goes_on = true;
        if query.boundary.is_some() || query.properties.iter().enumerate().any(is_asked) {
            let world = space.show(row);
            notes = judge::witnessed(world, &query.properties, is_open);
            if let [Property::Eventually { goal: Goal::State(test), .. }] = query.properties.as_slice() {
                goes_on = !(test.holds)(world);
            }
            if let Some(boundary) = query.boundary.as_ref().filter(|boundary| !(boundary.holds)(world)) {
                goes_on = false;
                let name = boundary.name.clone();
                self.cut(Bound::Boundary(name));
            }
        }
        if goes_on && within.is_some_and(|within| steps >= within) {
            notes.push(0);
            goes_on = false;
        }
        for property in notes {
            self.note(property, found);
        }
        goes_on
    }

    /// Keeps the first witness of a property, and ends the search if that is all it was for.
    fn note(&mut self, property: usize, found: Found) {
        if let Some(witness) = self.found.get_mut(property).filter(|witness| witness.is_none()) {
            *witness = Some(found);
        }
        let is_done = match self.query.stop {
            Stop::AtFirst => true,
            Stop::WhenAllHaveOne => self.found.iter().all(Option::is_some),
            Stop::Never => false,
        };
        if is_done && self.ended.is_none() {
            self.ended = Some(Verdict::Found);
        }
    }

    /// The edges of a run that was found.
    fn path(&mut self, found: Found) -> Vec<Edge> {
        let mut ways: Vec<u16> = found.way.into_iter().collect();
        let mut state = found.state;
        while let Some((from, way)) = state.checked_sub(1).and_then(|index| self.origins.get(index as usize)).copied() {
            ways.push(way);
            state = from;
        }
        let (mut row, mut child, mut edges) = (self.start.clone(), Row::new(), Vec::new());
        let mut path = Vec::new();
        for way in ways.into_iter().rev() {
            self.space.edges(&row, &mut edges);
            let Some(edge) = edges.get(usize::from(way)).copied() else { break };
            path.push(edge);
            if self.space.build(&row, edge, &mut child).is_err() {
                break;
            }
            if self.space.observes() {
                self.space.observe(&row, edge, &mut child);
            }
            std::mem::swap(&mut row, &mut child);
        }
        path
    }
}

fn push(level: &mut Vec<u32>, number: u32, row: &[u32]) {
    level.extend([number, u32::try_from(row.len()).unwrap_or(0)]);
    level.extend_from_slice(row);
}

/// Says what is wrong with a query.
fn check(start: &World, query: &Query) -> Result<(), Error> {
    let refuse = |why: &str| Err(Error::Range(why.to_owned()));
    let eventual = query.properties.iter().filter(|property| matches!(property, Property::Eventually { .. })).count();
    if eventual > 0 && query.properties.len() > 1 {
        return refuse("A search for \u{201c}eventually\u{201d} asks nothing else.");
    }
    let (invariants, facts) = (start.algorithm().invariants().len(), start.algorithm().facts().len());
    for property in &query.properties {
        match property {
            Property::Always(invariant) if usize::from(*invariant) >= invariants => return refuse("There is no such invariant."),
            Property::Sometimes(Goal::Fact(fact)) | Property::Eventually { goal: Goal::Fact(fact), .. } if usize::from(*fact) >= facts => {
                return refuse("There is no such fact.");
            }
            _ => {}
        }
    }
    if start.ghost_handle().is_none() {
        return refuse("This run is not checked, so there is nothing to search for.");
    }
    if let Some(symmetry) = &query.symmetry {
        let is_member = |node: NodeId| symmetry.groups().iter().flatten().any(|member| *member == node);
        if query.network == Network::Fifo {
            return refuse("Interchangeable nodes are for networks without an order.");
        }
        if query.clients.iter().flat_map(|client| &client.requests).filter_map(|request| request.node).any(is_member) {
            return refuse("A client asks a node by its name, so that node is not interchangeable.");
        }
    }
    Ok(())
}
