//! Runs with random faults, one for each algorithm and seed, and the line that each leaves in tests/golden/fingerprints.txt.
//! The same code runs natively and in the browser.

use faultline::check::schedule::{self, Shape};
use faultline::sim::{Params, Setup};
use faultline::topics::{Entry, TOPICS};

/// Seeds of each algorithm.
pub const SEEDS: u64 = 100;
/// How long each run goes on: faults for five seconds, then a while to recover.
const UNTIL_US: u64 = 8_000_000;

/// What the table says: every line of every algorithm.
pub const GOLDEN: &str = include_str!("../golden/fingerprints.txt");

/// All algorithms of the catalogue.
pub fn algorithms() -> impl Iterator<Item = &'static Entry> {
    TOPICS.iter().flat_map(|topic| topic.algorithms)
}

/// What the run of a seed starts from.
pub fn setup(entry: &Entry, seed: u64) -> Setup {
    let params = Params::defaults(entry.algorithm.params());
    Setup { algorithm: entry.algorithm, nodes: entry.nodes.1, seed, params, network: entry.network, checked: true }
}

/// Plays the run of a seed and says in a line where it ended: algorithm, seed, steps, fingerprint.
pub fn line(entry: &Entry, seed: u64) -> String {
    let setup = setup(entry, seed);
    let journal = schedule::random_schedule(seed, setup.nodes, entry.algorithm.commands(), &Shape::default());
    let ended = schedule::play(&setup, &journal, UNTIL_US).expect("no limit is reached");
    format!("{} {seed} {} {:016x}", entry.id, ended.clock.world().steps(), ended.clock.fingerprint())
}
