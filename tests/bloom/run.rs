//! Runs of the lesson's algorithms.

use faultline::check::schedule;
use faultline::sim::timeline::Entry;
use faultline::sim::{Argument, At, Choice, CommandCall, CommandId, Intervention, NodeId, Params, Setup, Timeline};
use faultline::topics::topic;

pub fn at_ms(ms: u64, choice: Choice) -> Entry {
    Entry { at: At { time_us: ms * 1_000, after: 0 }, what: Intervention::Do(choice) }
}

/// The `k`-th command of the client at `node`.
pub fn command(ms: u64, node: u16, k: u32, command: u16, arguments: &[i64]) -> Entry {
    let arguments = arguments.iter().map(|number| Argument::Number(*number)).collect();
    at_ms(ms, Choice::Command { id: CommandId { client: 0, k }, node: NodeId(node), call: CommandCall { command, arguments } })
}

pub fn setup(id: &str, nodes: u16, seed: u64, params: &[(u16, i64)]) -> Setup {
    let (_, entry) = topic(20).unwrap().by_id(id).unwrap();
    let specs = entry.algorithm.params();
    let mut values = Params::defaults(specs);
    for (index, value) in params {
        assert!(specs[usize::from(*index)].admits(*value), "{} does not admit {value}", specs[usize::from(*index)].name);
        values.set(*index, *value);
    }
    Setup { algorithm: entry.algorithm, nodes, seed, params: values, network: entry.network, checked: true }
}

/// Name and words of the first invariant that breaks.
pub fn broken(setup: &Setup, journal: &[Entry], until_ms: u64) -> Option<(String, String)> {
    let ended = schedule::play(setup, journal, until_ms * 1_000).unwrap();
    ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name.to_owned(), broken.says))
}

/// Plays with everything written down, whatever breaks.
pub fn record(setup: &Setup, journal: &[Entry], until_ms: u64) -> Timeline {
    let mut timeline = Timeline::new(setup.clone(), journal.to_vec()).unwrap();
    timeline.seek_time(until_ms * 1_000).unwrap();
    timeline
}

/// Whether a fact became true.
pub fn has_fact(run: &Timeline, name: &str) -> bool {
    let infos = run.setup().algorithm.facts();
    run.record().fired.iter().any(|fired| infos[usize::from(fired.fact)].name == name)
}
