//! The first states that a search visited, and the steps between them: for a picture of a small space. Knows no words for them.
//!
//! The search itself keeps only how it came to each state first. So the states are made again, in the order in which they were found, and every
//! step from each is tried once more to see which of the others it leads to.

use super::space::Edge;
use super::state::Row;
use super::{Explorer, Found, judge};
use crate::sim::script::Recorded;
use crate::sim::sorted::SortedMap;
use crate::sim::{Error, Step, World};

/// A state that was visited.
pub struct Surveyed<S, T> {
    /// Steps of the shortest runs to it.
    pub depth: u32,
    /// What it was described as.
    pub state: S,
    /// The property that it, or the step to it, is a witness of, by index.
    pub witness: Option<usize>,
    /// Steps that lead to it: the index of the state from which, and what the step was described as. The one by which it was found first.
    pub from: Vec<(u32, T)>,
    /// A shortest run to it, for the world that the search began with.
    pub script: Vec<Recorded>,
}

/// A state to be shown: its number in the search, its depth and its row.
type Chosen = (u32, u32, Row);

impl Explorer {
    /// The first `states_max` states in the order in which they were found, and all on the way to what the search has found, each as `state` and
    /// `step` describe it. What one state is found from stands before it.
    pub fn survey<S, T>(
        &mut self,
        states_max: u32,
        state: impl Fn(&World) -> S,
        step: impl Fn(&World, &Step<'_>) -> T,
    ) -> Result<Vec<Surveyed<S, T>>, Error> {
        let chosen = self.chosen(states_max)?;
        let mut places: SortedMap<u64, usize> = SortedMap::new();
        let mut surveyed = Vec::new();
        for (place, (number, depth, row)) in chosen.iter().enumerate() {
            let fingerprint = self.fingerprint(row, None, (*depth).max(1));
            places.insert(fingerprint, place);
            let world = self.space.show(row);
            let witness = judge::witnessed(world, &self.query.properties, |_| true).first().copied();
            let state = state(world);
            let path = self.path(Found { state: *number, way: None });
            surveyed.push(Surveyed { depth: *depth, state, witness, from: Vec::new(), script: self.space.script(&path)? });
        }
        let mut edges = Vec::new();
        for (from, (number, depth, row)) in (0u32..).zip(&chosen) {
            self.space.edges(row, &mut edges);
            for (way, edge) in (0u16..).zip(&edges) {
                let child = self.child_of(row, *edge)?;
                let found = Found { state: *number, way: Some(way) };
                let of = self.found.iter().position(|other| *other == Some(found));
                let fingerprint = self.fingerprint(&child, None, depth + 1);
                let to = match places.get(&fingerprint) {
                    Some(to) => *to,
                    // What is found by a step is no state of the search.
                    None if of.is_some() => {
                        let path = self.path(found);
                        let state = state(self.space.show(&child));
                        let script = self.space.script(&path)?;
                        surveyed.push(Surveyed { depth: depth + 1, state, witness: None, from: Vec::new(), script });
                        places.insert(fingerprint, surveyed.len() - 1);
                        surveyed.len() - 1
                    }
                    None => continue,
                };
                let about = self.space.tell(row, *edge, &child, &step);
                if let Some((about, surveyed)) = about.zip(surveyed.get_mut(to)).filter(|_| to != from as usize) {
                    surveyed.from.push((from, about));
                    surveyed.witness = surveyed.witness.or(of);
                }
            }
        }
        Ok(surveyed)
    }

    fn chosen(&mut self, states_max: u32) -> Result<Vec<Chosen>, Error> {
        let mut numbers: Vec<u32> = (0..states_max).take_while(|number| u64::from(*number) < self.distinct()).collect();
        for found in self.found.iter().flatten() {
            let mut state = found.state;
            while state >= states_max {
                numbers.push(state);
                state = self.origins.get(state as usize - 1).map_or(0, |(from, _)| *from);
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        let mut chosen: Vec<Chosen> = Vec::new();
        let mut edges = Vec::new();
        for number in numbers {
            let origin = number.checked_sub(1).and_then(|index| self.origins.get(index as usize)).copied();
            let Some((from, way)) = origin else {
                chosen.push((number, 0, self.start.clone()));
                continue;
            };
            let Some((_, depth, row)) = chosen.binary_search_by_key(&from, |(number, ..)| *number).ok().and_then(|at| chosen.get(at))
            else {
                break;
            };
            self.space.edges(row, &mut edges);
            let Some(edge) = edges.get(usize::from(way)).copied() else { break };
            let (depth, row) = (depth + 1, row.clone());
            chosen.push((number, depth, self.child_of(&row, edge)?));
        }
        Ok(chosen)
    }

    /// The state that a step leads to.
    fn child_of(&mut self, row: &[u32], edge: Edge) -> Result<Row, Error> {
        let mut child = Row::new();
        self.space.build(row, edge, &mut child)?;
        if self.space.observes() {
            self.space.observe(row, edge, &mut child);
        }
        Ok(child)
    }
}
