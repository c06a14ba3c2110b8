//! Runs of an algorithm under random schedules.

use faultline::check::explorer::started;
use faultline::check::schedule::{self, Shape, random_schedule};
use faultline::sim::{Conditions, Latency, Params, Setup, World};
use faultline::topics::topic;

/// Schedules under which safety is tried.
pub const SCHEDULES: u64 = 3_000;
/// Schedules that may be needed to find what a missing rule breaks.
pub const SEARCH_MAX: u64 = 20_000;

pub fn params(id: &str, values: &[(u16, i64)]) -> Params {
    let (_, entry) = topic(3).unwrap().by_id(id).unwrap();
    let specs = entry.algorithm.params();
    let mut params = Params::defaults(specs);
    for (index, value) in values {
        assert!(specs[usize::from(*index)].admits(*value), "{} does not admit {value}", specs[usize::from(*index)].name);
        params.set(*index, *value);
    }
    params
}

pub fn world(id: &str, nodes: u16, values: &[(u16, i64)]) -> World {
    started(topic(3).unwrap().by_id(id).unwrap().1.algorithm, nodes, params(id, values), 0).unwrap()
}

pub fn setup(id: &str, nodes: u16, seed: u64, values: &[(u16, i64)]) -> Setup {
    let (_, entry) = topic(3).unwrap().by_id(id).unwrap();
    Setup { algorithm: entry.algorithm, nodes, seed, params: params(id, values), network: entry.network, checked: true }
}

/// A network on which messages overtake each other and none is lost.
pub fn overtaking() -> Conditions {
    Conditions { latency: Latency::Exponential(1_000, 40_000), loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, bytes_per_s: 0, fifo: false }
}

/// The invariant that breaks in a run with random faults, if one does, and how.
pub fn broken(setup: &Setup, seed: u64, shape: &Shape, until_us: u64) -> Option<(&'static str, String)> {
    let journal = random_schedule(seed, setup.nodes, setup.algorithm.commands(), shape);
    let ended = schedule::play(setup, &journal, until_us).unwrap();
    ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name, broken.says))
}

/// How many of the schedules it takes until an invariant breaks.
pub fn schedules_until(invariant: &str, run: impl Fn(u64) -> Option<(&'static str, String)>) -> Option<u64> {
    (0..SEARCH_MAX).find(|seed| run(*seed).is_some_and(|(name, _)| name == invariant)).map(|seed| seed + 1)
}
