//! Runs of the lesson's algorithms, as the tests of both of them need them.

use faultline::sim::timeline::Entry;
use faultline::sim::{At, Choice, Intervention, Params, Setup, Timeline};
use faultline::topics::topic;

/// An algorithm of the lesson with these params, on its usual network.
pub fn setup(algorithm: &str, seed: u64, nodes: u16, params: &[(u16, i64)]) -> Setup {
    let (_, entry) = topic(5).unwrap().by_id(algorithm).unwrap();
    let mut values = Params::defaults(entry.algorithm.params());
    for (index, value) in params {
        assert!(entry.algorithm.params()[usize::from(*index)].admits(*value));
        values.set(*index, *value);
    }
    Setup { algorithm: entry.algorithm, nodes, seed, params: values, network: entry.network, checked: true }
}

pub fn at_ms(ms: u64, choice: Choice) -> Entry {
    Entry { at: At { time_us: ms * 1_000, after: 0 }, what: Intervention::Do(choice) }
}

/// The facts that came true until then, in order, and the run.
pub fn facts(setup: Setup, entries: Vec<Entry>, until_ms: u64) -> (Vec<&'static str>, Timeline) {
    let mut timeline = Timeline::new(setup, entries).unwrap();
    timeline.seek_time(until_ms * 1_000).unwrap();
    let infos = timeline.setup().algorithm.facts();
    (timeline.record().fired.iter().map(|fired| infos[usize::from(fired.fact)].name).collect(), timeline)
}
