//! What an observer sees who knows the keys on disk: how often filters erred, and whether one denied a key that is there.

use super::message::Message;
use super::{ABSENT, Bloom, Volatile};
use crate::check::statistics::wilson;
use crate::sim::{Broken, Cluster, NodeId, Step};
use crate::topics::bloom_filters::filter::Shape;

/// Measurements kept: the last ones.
const SAMPLES_MAX: usize = 160;

/// How often a filter erred while it held so many keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Sample {
    /// Whose.
    pub node: NodeId,
    /// What it was.
    pub shape: Shape,
    /// Its hash functions.
    pub k: u32,
    /// Keys on its disk.
    pub keys: u64,
    /// Cells in use. They may grow while the number of keys stays: a filter that cannot forget.
    pub used: u32,
    /// Absent keys that it was asked for.
    pub asked: u64,
    /// How many of them it took for there.
    pub wrong: u64,
}

impl Sample {
    /// The measured share of false positives.
    pub fn measured(&self) -> f64 {
        self.wrong as f64 / self.asked.max(1) as f64
    }
    /// Between which values the true share lies, with 95 % confidence.
    pub fn interval(&self) -> (f64, f64) {
        wilson(self.wrong, self.asked)
    }
}

/// Everything that was measured.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    /// In order of time.
    pub samples: Vec<Sample>,
    /// The last denial of a key that is there: who, and which.
    pub denied: Option<(NodeId, u64)>,
    /// The last answer to a question for a single key: who, which, whether it said "perhaps", and whether the key is there.
    pub single: Option<(NodeId, u64, bool, bool)>,
}

impl Seen {
    /// Takes in a step that had a filter answer.
    pub fn observe(&mut self, cluster: &Cluster<'_, Bloom>, step: &Step<'_>) {
        self.single = None;
        let Some((id, Message::Ask((from, count), asked_by))) = step.delivered::<Bloom>() else { return };
        let (Some(keys), Some(Volatile::Store(store))) = (cluster.stable(id.to), cluster.volatile(id.to)) else { return };
        let mut answers =
            step.sent.iter().filter_map(|sent| match cluster.world().flight(*sent)?.payload.as_any().downcast_ref::<Message>()? {
                Message::Answer(answer, _) => Some(*answer),
                _ => None,
            });
        let Some(answer) = answers.next_back() else { return };
        let there = keys.count(*from, from + count);
        if there == *count && answer.yes < *count {
            self.denied = answer.first_no.map(|key| (id.to, key));
        }
        if *count == 1 && asked_by.is_some() {
            self.single = Some((id.to, *from, answer.yes == 1, there == 1));
        }
        if *from >= ABSENT && there == 0 {
            let (shape, k) = (store.filter.shape(), store.hashing.k);
            let used = store.filter.cells().filled(0, shape.cells);
            self.note(Sample { node: id.to, shape, k, keys: keys.len(), used, asked: *count, wrong: answer.yes });
        }
    }

    fn note(&mut self, sample: Sample) {
        let same = |known: &&mut Sample| Sample { asked: sample.asked, wrong: sample.wrong, ..**known } == sample;
        match self.samples.iter_mut().rev().find(same) {
            Some(known) => {
                known.asked += sample.asked;
                known.wrong += sample.wrong;
            }
            None => {
                if self.samples.len() >= SAMPLES_MAX {
                    self.samples.remove(0);
                }
                self.samples.push(sample);
            }
        }
    }

    /// The latest measurement of a filter.
    pub fn last(&self, node: NodeId) -> Option<&Sample> {
        self.samples.iter().rfind(|sample| sample.node == node)
    }

    /// The invariant `no-false-negative`.
    pub fn check(&self) -> Result<(), Broken> {
        match self.denied {
            None => Ok(()),
            Some((node, key)) => {
                Err(Broken { nodes: vec![node], says: format!("The filter of node {node} denied key {key}, which is on its disk.") })
            }
        }
    }
}
