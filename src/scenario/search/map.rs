//! The states of a search in words, and the steps between them: what a reader may walk over. Knows no page.

use crate::check::explorer::replay::{PACE_US, journal};
use crate::check::explorer::{Explorer, Surveyed};
use crate::scenario::export::choice_in_words;
use crate::sim::script::Recorded;
use crate::sim::timeline::Entry;
use crate::sim::{At, Choice, Error, NodeId, Status, Step, World};
use serde::{Deserialize, Serialize};

/// States of a map, but for those on the way to what was found: the first ones of a search.
pub const PLACES_MAX: u32 = 120;

/// The states that a search visited first, and those on the way to what it found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Map {
    /// The states; what a state is found from stands before it. The first is where the search began.
    pub places: Vec<Place>,
    /// States of the search that are not in it.
    pub left_out: u64,
    /// What had been done to the run where the search began.
    before: Vec<Entry>,
    from: At,
}

/// A state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Steps of a shortest run to it.
    pub depth: u32,
    /// All nodes in a sentence each.
    pub about: String,
    /// Whether it is what the search looks for.
    pub is_found: bool,
    /// Steps that lead to it, the one by which it was found first.
    pub ways: Vec<Way>,
    script: Vec<(Choice, Vec<u32>)>,
}

/// A step between two states.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Way {
    /// The state from which, by index.
    pub from: u32,
    /// The step.
    pub step: String,
    /// The node that took it, as it is afterwards; empty for a step that no node takes.
    pub after: String,
}

impl Map {
    /// The map of a search that has ended and that began at `from`, after `before` had been done.
    pub fn new(explorer: &mut Explorer, before: &[Entry], from: At) -> Result<Self, Error> {
        let distinct = explorer.progress().distinct;
        let places: Vec<Place> = explorer.survey(PLACES_MAX, all_nodes, way)?.into_iter().map(place).collect();
        let left_out = distinct.saturating_sub(places.len() as u64);
        Ok(Map { places, left_out, before: before.to_vec(), from })
    }

    /// A shortest run to a state, as a journal, and the moment after its last step.
    pub fn run_to(&self, place: usize) -> Option<Result<(Vec<Entry>, At), Error>> {
        let script = &self.places.get(place)?.script;
        let script: Vec<Recorded> =
            script.iter().map(|(choice, answers)| Recorded { choice: choice.clone(), answers: answers.clone() }).collect();
        let run = journal(&self.before, self.from, &script, PACE_US);
        Some(run.map(|journal| {
            let last = journal.last().map_or(self.from, |last| last.at);
            (journal, At { after: last.after + 1, ..last })
        }))
    }
}

fn place(state: Surveyed<String, (String, String)>) -> Place {
    Place {
        depth: state.depth,
        about: state.state,
        is_found: state.witness.is_some(),
        ways: state.from.into_iter().map(|(from, (step, after))| Way { from, step, after }).collect(),
        script: state.script.into_iter().map(|Recorded { choice, answers }| (choice, answers)).collect(),
    }
}

fn way(world: &World, step: &Step<'_>) -> (String, String) {
    let algorithm = world.algorithm();
    let message = step.message.map_or_else(String::new, |flight| algorithm.describe(&*flight.payload));
    let after = step.choice.actor().map_or_else(String::new, |node| node_in_words(world, node));
    (choice_in_words(algorithm, step.choice, &message), after)
}

fn all_nodes(world: &World) -> String {
    let nodes: Vec<String> = (0..world.nodes()).map(|node| node_in_words(world, NodeId(node))).collect();
    nodes.join("; ")
}

/// `node 2: leader, term 3`.
fn node_in_words(world: &World, node: NodeId) -> String {
    let view = world.algorithm().view(world, node);
    let mut words = format!("node {node}: ");
    match world.status(node) {
        Status::Down => words.push_str("down"),
        Status::Paused => words.push_str("frozen"),
        Status::Up => words.push_str(world.algorithm().role(world, node).unwrap_or_default().label),
    }
    if !view.badge.is_empty() {
        words.push_str(", ");
        words.push_str(&view.badge);
    }
    words
}
