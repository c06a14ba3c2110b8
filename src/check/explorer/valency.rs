//! Valency (Fischer, Lynch & Paterson, "Impossibility of Distributed Consensus with One Faulty Process", JACM 32(2), 1985, §3): which values can
//! still be decided from a configuration, and from each configuration that one step leads to. Knows no algorithm: it is told what a decision is.
//!
//! ```text
//!              ┌─ deliver 0→1 ─▶ {0}      0-valent
//!   {0, 1} ────┼─ deliver 2→1 ─▶ {0, 1}   bivalent
//!   bivalent   └─ deliver 1→0 ─▶ {1}      1-valent
//! ```
//!
//! Runs are followed up to their first decision, since in a protocol that keeps agreement no run decides anything else after it. Steps are
//! deliveries, timers and the answers to handlers' questions; a crash needs none: a node that crashed is one that takes no more steps.
//! Nodes that are down or frozen stay so, and so do cuts. Messages that change nothing where they are going are left out of configurations, so
//! this is for protocols in which such a message never will: votes of a past round. Two values found make a configuration bivalent for certain.
//! That there is no other value is said only when all was visited.

use super::query::Query;
use super::space::{Edge, Move, Space};
use super::state::{Row, at, put};
use super::table::{NONE, Numbers};
use crate::sim::hash::{finish, fold};
use crate::sim::rng;
use crate::sim::script::Recorded;
use crate::sim::{Error, NodeId, World};
use rand_pcg::Pcg64Mcg;
use std::collections::VecDeque;

/// The values that can still be decided, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Valency {
    /// Bit v: value v can be decided.
    values: u32,
    /// Whether a bound was reached before all was visited, so that there may be more.
    pub is_cut: bool,
}

impl Valency {
    /// Most values that there may be.
    pub const VALUES_MAX: u8 = 32;

    fn of(value: u8) -> Self {
        Valency { values: 1u32.checked_shl(u32::from(value)).unwrap_or(0), is_cut: false }
    }
    /// The values found, in order.
    pub fn values(self) -> impl Iterator<Item = u8> {
        (0..Self::VALUES_MAX).filter(move |value| self.values >> value & 1 == 1)
    }
    /// Whether at least two values can be decided.
    pub fn is_bivalent(self) -> bool {
        self.values.count_ones() >= 2
    }
    /// The only value that can be decided, if that is certain.
    pub fn univalent(self) -> Option<u8> {
        if self.is_cut || self.values.count_ones() != 1 { None } else { self.values().next() }
    }
    /// What either can decide.
    pub fn or(self, other: Self) -> Self {
        Valency { values: self.values | other.values, is_cut: self.is_cut || other.is_cut }
    }
}

/// A step from the configuration in question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// The step, with the answers to its handler's questions: a step that asks any is here once for each answer.
    pub step: Recorded,
    /// What can be decided after it.
    pub valency: Valency,
}

/// What can be decided from a configuration, and after each of its steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Study {
    /// From the configuration itself.
    pub here: Valency,
    /// After each step.
    pub ways: Vec<Way>,
    /// Configurations visited.
    pub configurations: u32,
}

/// What a node has decided, if it has.
pub type Decision = fn(&World, NodeId) -> Option<u8>;

/// Walks from each next configuration that look for two values before all is visited in order.
const WALKS: u64 = 96;
/// Most steps of a walk.
const WALK_STEPS_MAX: u32 = 60;

/// Configurations and the steps between them.
struct Map {
    space: Space,
    decision: Decision,
    numbers: Numbers,
    places: Vec<Place>,
    /// By the number of a node's part: what it has decided. Outer `None`: not asked yet.
    decided: Vec<Option<Option<u8>>>,
    edges: Vec<Edge>,
}

/// A configuration.
struct Place {
    row: Row,
    valency: Valency,
    /// Configurations that one step leads to, once they are known; none from one in which something is decided.
    next: Option<Vec<u32>>,
    /// Configurations from which one step leads here.
    before: Vec<u32>,
    /// Whether all that can be come to from here was visited.
    is_settled: bool,
    /// The last search that came by.
    visit: u32,
}

const LOST: &str = "A step that was found cannot be taken. This is a mistake in the algorithm's code: please report it.";

/// What can be decided from `world`, having visited at most about `configurations_max` configurations.
pub fn study(world: &World, decision: Decision, configurations_max: u32) -> Result<Study, Error> {
    let (space, row) = Space::new(world, &Query::new(Vec::new()))?;
    let mut map = Map { space, decision, numbers: Numbers::new(), places: Vec::new(), decided: Vec::new(), edges: Vec::new() };
    let start = map.number(&row);
    let first = map.ways(start)?;
    let ends = || (1u32..).zip(&first).filter_map(|(visit, (_, to))| Some((visit, (*to)?)));
    for (visit, to) in ends() {
        map.wander(to, visit, configurations_max)?;
    }
    let mut cut = Vec::new();
    for (visit, to) in ends() {
        if !map.settle(to, visit, configurations_max)? {
            cut.push(to);
        }
    }
    let valency = |to: u32| Valency { is_cut: cut.contains(&to), ..map.valency(to) };
    let here = ends().map(|(_, to)| valency(to)).fold(map.valency(start), Valency::or);
    let mut ways = Vec::new();
    for (edge, to) in &first {
        let step = map.space.script(&[*edge])?.pop().ok_or(Error::Range(LOST.to_owned()))?;
        ways.push(Way { step, valency: to.map_or(here, valency) });
    }
    Ok(Study { here, ways, configurations: u32::try_from(map.places.len()).unwrap_or(u32::MAX) })
}

impl Map {
    /// Takes the messages out of a configuration that would change nothing. Those that were in flight `before` the step, and whose addressee took no
    /// step, need no second look.
    fn simplify(&mut self, before: &[u32], child: &mut Row) {
        let (from, mut edges) = (self.space.layout.messages(), std::mem::take(&mut self.edges));
        let (old, old_nodes) = (self.space.layout.messages_of(before), self.space.layout.nodes_of(before));
        let mut kept = from;
        for place in from..child.len() {
            let letter = at(child, place);
            let to = self.space.parts.letters.get(letter as usize).map_or(0, |letter| letter.to.index());
            let is_known = old_nodes.get(to) == child.get(to) && old.binary_search(&letter).is_ok();
            if !is_known {
                edges.clear();
                self.space.edges_of(child, Move::Deliver(letter), &mut edges);
                if edges.iter().all(|edge| self.space.may_be_pruned(*edge)) {
                    continue;
                }
            }
            put(child, kept, letter);
            kept += 1;
        }
        child.truncate(kept);
        self.edges = edges;
    }

    /// The number of a configuration; a new one gets its own.
    fn number(&mut self, row: &[u32]) -> u32 {
        let fingerprint = finish(self.space.sum(row));
        let known = self.numbers.get(fingerprint);
        if known != NONE {
            return known;
        }
        let number = u32::try_from(self.places.len()).unwrap_or(NONE);
        self.numbers.insert(fingerprint, number);
        let decision = self.first_decision(row);
        self.places.push(Place {
            row: row.to_vec(),
            valency: decision.map_or(Valency::default(), Valency::of),
            next: decision.map(|_| Vec::new()),
            before: Vec::new(),
            is_settled: decision.is_some(),
            visit: 0,
        });
        number
    }

    fn valency(&self, number: u32) -> Valency {
        self.places.get(number as usize).map_or(Valency::default(), |place| place.valency)
    }

    /// What some node has decided in a configuration. Asked once for each state of a node.
    fn first_decision(&mut self, row: &[u32]) -> Option<u8> {
        let nodes = u16::try_from(self.space.layout.nodes_of(row).len()).unwrap_or(u16::MAX);
        (0..nodes).find_map(|node| {
            let local = at(row, usize::from(node)) as usize;
            if let Some(Some(known)) = self.decided.get(local) {
                return *known;
            }
            let found = (self.decision)(self.space.show(row), NodeId(node));
            if self.decided.len() <= local {
                self.decided.resize(local + 1, None);
            }
            if let Some(place) = self.decided.get_mut(local) {
                *place = Some(found);
            }
            found
        })
    }

    /// The steps from a configuration and where they lead; `None` for one that changes nothing.
    fn ways(&mut self, number: u32) -> Result<Vec<(Edge, Option<u32>)>, Error> {
        let Some(place) = self.places.get(number as usize).filter(|place| place.next.is_none()) else { return Ok(Vec::new()) };
        let row = place.row.clone();
        let (mut edges, mut child, mut ways) = (std::mem::take(&mut self.edges), Row::new(), Vec::new());
        self.space.edges(&row, &mut edges);
        for edge in edges.iter().filter(|edge| !edge.step.is_fault()) {
            if self.space.may_be_pruned(*edge) {
                ways.push((*edge, None));
                continue;
            }
            self.space.build(&row, *edge, &mut child)?;
            self.simplify(&row, &mut child);
            ways.push((*edge, Some(self.number(&child))));
        }
        self.edges = edges;
        Ok(ways)
    }

    /// Finds out where the steps from a configuration lead, and tells it what can be decided from there.
    fn expand(&mut self, number: u32) -> Result<(), Error> {
        let mut next: Vec<u32> = self.ways(number)?.into_iter().filter_map(|(_, to)| to).collect();
        next.sort_unstable();
        next.dedup();
        for to in &next {
            self.link(number, *to);
        }
        if let Some(place) = self.places.get_mut(number as usize) {
            place.next = Some(next);
        }
        Ok(())
    }

    /// What can be decided from a configuration can be decided from all that lead to it.
    fn tell(&mut self, number: u32, valency: Valency) {
        let mut open = vec![number];
        while let Some(place) = open.pop().and_then(|number| self.places.get_mut(number as usize)) {
            let both = place.valency.or(valency);
            if both != place.valency {
                place.valency = both;
                open.extend_from_slice(&place.before);
            }
        }
    }

    fn is_settled(&self, number: u32) -> bool {
        self.places.get(number as usize).is_some_and(|place| place.is_settled)
    }

    /// Walks at random from a configuration until two values are found, or often enough.
    fn wander(&mut self, from: u32, visit: u32, configurations_max: u32) -> Result<(), Error> {
        for walk in 0..WALKS {
            if self.valency(from).is_bivalent() {
                break;
            }
            self.walk(from, rng::stream(fold(u64::from(visit), walk)), configurations_max / 2)?;
        }
        Ok(())
    }

    /// Goes from a configuration at random until something is decided, or is known. Only the way itself is kept.
    fn walk(&mut self, from: u32, mut luck: Pcg64Mcg, configurations_max: u32) -> Result<(), Error> {
        let (mut here, mut edges, mut child) = (from, Vec::new(), Row::new());
        for _ in 0..WALK_STEPS_MAX {
            if self.is_settled(here) || self.valency(here).is_bivalent() || self.places.len() >= configurations_max as usize {
                break;
            }
            let Some(row) = self.places.get(here as usize).map(|place| place.row.clone()) else { break };
            self.space.edges(&row, &mut edges);
            edges.retain(|edge| !edge.step.is_fault() && !self.space.may_be_pruned(*edge));
            let drawn = rng::pick(&mut luck, edges.len().max(1) as u64) as usize;
            let Some(edge) = edges.get(drawn).copied() else { break };
            self.space.build(&row, edge, &mut child)?;
            self.simplify(&row, &mut child);
            let next = self.number(&child);
            self.link(here, next);
            here = next;
        }
        Ok(())
    }

    /// Notes that a step leads from one configuration to another.
    fn link(&mut self, from: u32, to: u32) {
        let Some(place) = self.places.get_mut(to as usize) else { return };
        if place.before.last() != Some(&from) {
            place.before.push(from);
        }
        let valency = place.valency;
        self.tell(from, valency);
    }

    /// Visits what can be come to from a configuration, nearest first, until two values are found. Says whether it came to an end.
    fn settle(&mut self, number: u32, visit: u32, configurations_max: u32) -> Result<bool, Error> {
        let (mut open, mut visited) = (VecDeque::from([number]), Vec::new());
        while let Some(number_here) = open.pop_front() {
            if self.valency(number).is_bivalent() {
                return Ok(true);
            }
            let Some(place) = self.places.get_mut(number_here as usize).filter(|place| place.visit != visit && !place.is_settled) else {
                continue;
            };
            place.visit = visit;
            visited.push(number_here);
            if place.next.is_none() {
                if self.places.len() >= configurations_max as usize {
                    return Ok(false);
                }
                self.expand(number_here)?;
            }
            open.extend(self.places.get(number_here as usize).and_then(|place| place.next.as_deref()).unwrap_or(&[]));
        }
        for number in visited {
            if let Some(place) = self.places.get_mut(number as usize) {
                place.is_settled = true;
            }
        }
        Ok(true)
    }
}
