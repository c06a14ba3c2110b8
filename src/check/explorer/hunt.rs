//! For bugs too deep for a search by levels: random walks until one shows it, then shorter and shorter runs that still do, then a search
//! by levels below that length, which finds a shorter one or proves that there is none.
//!
//! Every sub-list of a run's steps is a run: steps that are not enabled are skipped. So shrinking is leaving out, faults first.

use super::judge;
use super::query::{Property, Query, Stop};
use super::space::{Edge, Move, Space};
use super::state::{Row, at};
use super::{Bound, Explorer, Verdict, check};
use crate::check::shrink::Shrink;
use crate::sim::script::Recorded;
use crate::sim::{Error, World, rng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

/// How long to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Walks without a find after which the hunt gives up.
    pub walks_max: u32,
    /// Steps of a walk.
    pub steps_max: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { walks_max: 20_000, steps_max: 200 }
    }
}

/// What a hunt is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Phase {
    /// It walks.
    Walk,
    /// It leaves out what did not matter.
    Shrink,
    /// It searches for a shorter run.
    Prove,
    /// It is over.
    Over,
}

/// How far a hunt is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chase {
    /// What it is about.
    pub phase: Phase,
    /// Walks so far.
    pub walks: u32,
    /// Runs replayed for shrinking.
    pub replays: u32,
    /// Steps of the first run found.
    pub first_steps: Option<u32>,
    /// Steps of the shortest run so far.
    pub steps: Option<u32>,
    /// Whether no run is shorter; known only at the end, and only if the proof came to its end.
    pub is_shortest: bool,
}

/// A step by what happens, and which way of answering the handler's questions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Item {
    step: Move,
    way: u32,
}

/// One step in so many is a fault, where there is a choice.
const FAULTS_ONE_IN: u64 = 8;

/// A hunt for a witness of one property.
pub struct Hunt {
    start: World,
    query: Query,
    space: Space,
    first: Row,
    rng: Pcg64Mcg,
    patience: Patience,
    chase: Chase,
    /// The present walk.
    row: Row,
    items: Vec<Item>,
    /// The shortest run so far.
    shrink: Option<Shrink<Item>>,
    proof: Option<Box<Explorer>>,
    script: Option<Vec<Recorded>>,
    edges: Vec<Edge>,
}

impl Hunt {
    /// A hunt from `start` for the first property of `query`, which is not an `Eventually`. `query.limits` are those of the proof, which sets its own depth.
    pub fn new(start: &World, query: &Query, seed: u64, patience: Patience) -> Result<Self, Error> {
        check(start, query)?;
        let properties = match query.properties.first() {
            Some(property @ (Property::Always(_) | Property::Sometimes(_))) => vec![property.clone()],
            _ => return Err(Error::Range("A hunt is for an invariant or a goal.".to_owned())),
        };
        let query = Query { properties, stop: Stop::AtFirst, ..query.clone() };
        let (space, first) = Space::new(start, &query)?;
        Ok(Hunt {
            start: start.clone(),
            query,
            space,
            row: first.clone(),
            first,
            rng: rng::stream(seed),
            patience,
            chase: Chase { phase: Phase::Walk, walks: 0, replays: 0, first_steps: None, steps: None, is_shortest: false },
            items: Vec::new(),
            shrink: None,
            proof: None,
            script: None,
            edges: Vec::new(),
        })
    }

    /// Goes on for about so many steps.
    pub fn run(&mut self, steps: u32) -> Chase {
        let mut left = i64::from(steps);
        while left > 0 && self.chase.phase != Phase::Over {
            left -= match self.chase.phase {
                Phase::Walk => self.walk(),
                Phase::Shrink => self.shrink(),
                Phase::Prove => self.prove(left),
                Phase::Over => 0,
            };
        }
        self.chase
    }

    /// How far it is.
    pub fn chase(&self) -> Chase {
        self.chase
    }

    /// The shortest run so far, as a script for the world that the hunt began with.
    pub fn script(&mut self) -> Option<Result<Vec<Recorded>, Error>> {
        if let Some(script) = &self.script {
            return Some(Ok(script.clone()));
        }
        let best = self.shrink.as_ref()?.best().to_vec();
        let (_, edges) = self.replay(&best)?;
        Some(self.space.script(&edges))
    }

    /// Takes an edge; the state that it leads to, or `None` if it leads nowhere. Says whether it is a witness.
    fn take(&mut self, row: &[u32], edge: Edge) -> Option<(Row, bool)> {
        let mut child = Row::new();
        self.space.build(row, edge, &mut child).ok()?;
        if self.space.observes() {
            self.space.observe(row, edge, &mut child);
        }
        let property = self.query.properties.first()?;
        let is_witness = judge::is_witness(&mut self.space, property, row, edge, &child);
        let shadow = self.space.layout.shadow();
        if !is_witness && self.space.may_be_pruned(edge) && at(&child, shadow) == at(row, shadow) {
            return None;
        }
        Some((child, is_witness))
    }

    fn is_inside(&mut self, row: &[u32]) -> bool {
        match &self.query.boundary {
            Some(boundary) => (boundary.holds)(self.space.show(row)),
            None => true,
        }
    }

    /// One step of a walk.
    fn walk(&mut self) -> i64 {
        let mut edges = std::mem::take(&mut self.edges);
        let row = std::mem::take(&mut self.row);
        self.space.edges(&row, &mut edges);
        let mut found = None;
        while found.is_none() && !edges.is_empty() {
            let edge = self.draw(&mut edges);
            found = self.take(&row, edge).map(|(child, is_witness)| (edge, child, is_witness));
        }
        self.edges = edges;
        match found {
            Some((edge, child, true)) => {
                self.items.push(self.item(&row, edge));
                self.row = child;
                let steps = u32::try_from(self.items.len()).unwrap_or(u32::MAX);
                self.shrink = Some(Shrink::new(std::mem::take(&mut self.items), |item| item.step.is_fault()));
                (self.chase.first_steps, self.chase.steps) = (Some(steps), Some(steps));
                self.chase.phase = Phase::Shrink;
            }
            Some((edge, child, false)) if self.items.len() < self.patience.steps_max as usize && self.is_inside(&child) => {
                self.items.push(self.item(&row, edge));
                self.row = child;
            }
            _ => self.walk_anew(),
        }
        1
    }

    fn walk_anew(&mut self) {
        self.items.clear();
        self.row.clone_from(&self.first);
        self.chase.walks += 1;
        if self.chase.walks >= self.patience.walks_max {
            self.chase.phase = Phase::Over;
        }
    }

    /// Draws one of the edges and takes it out of the list.
    fn draw(&mut self, edges: &mut Vec<Edge>) -> Edge {
        let faults = edges.iter().filter(|edge| edge.step.is_fault()).count();
        let wants_fault = faults == edges.len() || (faults > 0 && rng::pick(&mut self.rng, FAULTS_ONE_IN) == 0);
        let count = if wants_fault { faults } else { edges.len() - faults };
        let drawn = rng::pick(&mut self.rng, count as u64) as usize;
        let mut of_kind = edges.iter().enumerate().filter(|(_, edge)| edge.step.is_fault() == wants_fault).map(|(index, _)| index);
        let index = of_kind.nth(drawn).unwrap_or(0);
        edges.swap_remove(index)
    }

    fn item(&self, row: &[u32], edge: Edge) -> Item {
        Item { step: edge.step, way: self.space.way(row, edge) }
    }

    /// Follows a list of items, skipping those that are not enabled; up to the witness: which items, and which edges. `None` if it comes to none.
    fn replay(&mut self, items: &[Item]) -> Option<(Vec<Item>, Vec<Edge>)> {
        let mut row = self.first.clone();
        let (mut kept, mut path, mut ways, mut moves) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for item in items {
            self.space.moves(&row, &mut moves);
            if !moves.contains(&item.step) {
                continue;
            }
            ways.clear();
            self.space.edges_of(&row, item.step, &mut ways);
            let Some((way, edge)) = (0u32..).zip(&ways).filter(|(way, _)| *way <= item.way).last() else { continue };
            let Some((child, is_witness)) = self.take(&row, *edge) else { continue };
            kept.push(Item { step: item.step, way });
            path.push(*edge);
            if is_witness {
                return Some((kept, path));
            }
            row = child;
        }
        None
    }

    /// Tries one run with something left out.
    fn shrink(&mut self) -> i64 {
        let candidate = self.shrink.as_mut().and_then(Shrink::candidate);
        let Some(candidate) = candidate else {
            self.begin_proof();
            return 1;
        };
        self.chase.replays += 1;
        let shows = self.replay(&candidate).map(|(kept, _)| kept);
        if let Some(shrink) = &mut self.shrink {
            shrink.tell(shows);
            self.chase.steps = u32::try_from(shrink.best().len()).ok();
        }
        candidate.len() as i64
    }

    fn begin_proof(&mut self) {
        let mut query = self.query.clone();
        query.limits.depth_max = self.chase.steps.unwrap_or(u32::MAX);
        self.proof = Explorer::new(&self.start, &query).ok().map(Box::new);
        self.chase.phase = if self.proof.is_some() { Phase::Prove } else { Phase::Over };
    }

    /// Goes on with the proof.
    fn prove(&mut self, steps: i64) -> i64 {
        let Some(proof) = &mut self.proof else { return steps };
        if !proof.run(steps.unsigned_abs()).is_over {
            return steps;
        }
        let is_bound_of_the_proof = |bound: &Bound| !matches!(bound, Bound::Depth(_) | Bound::Boundary(_));
        match proof.verdict() {
            Verdict::Found => {
                if let Some(Ok(script)) = proof.witness(0) {
                    self.chase.steps = u32::try_from(script.len()).ok();
                    self.script = Some(script);
                    self.chase.is_shortest = true;
                }
            }
            Verdict::Exhausted => self.chase.is_shortest = true,
            Verdict::Cut(bounds) => self.chase.is_shortest = !bounds.iter().any(is_bound_of_the_proof),
            Verdict::Open => {}
        }
        self.proof = None;
        self.chase.phase = Phase::Over;
        steps
    }
}
