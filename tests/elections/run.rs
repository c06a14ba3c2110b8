//! Runs of an algorithm under a schedule of faults.

use faultline::check::schedule;
use faultline::sim::timeline::{self, Entry};
use faultline::sim::{
    Argument, At, Broken, Choice, Clock, CommandCall, CommandId, Conditions, Intervention, NodeId, Params, Setup, Timeline, Tone, rng,
};
use faultline::topics::topic;

/// Schedules that each promise of safety is tried under.
pub const SCHEDULES: u64 = 3_000;
/// Schedules that may be needed to find what a missing rule breaks.
pub const SEARCH_MAX: u64 = 10_000;

/// Something done to a run, and when.
pub type Fault = Entry;

pub fn at_ms(ms: u64, choice: Choice) -> Fault {
    Entry { at: At { time_us: ms * 1_000, after: 0 }, what: Intervention::Do(choice) }
}

/// Command number `command` to `node`, the `k`-th of its client.
pub fn command_at_ms(ms: u64, node: u16, k: u32, command: u16, arguments: Vec<Argument>) -> Fault {
    at_ms(ms, Choice::Command { id: CommandId { client: 0, k }, node: NodeId(node), call: CommandCall { command, arguments } })
}

/// A run of `id` from seed `seed`, with the network and the params as given, the rest as the catalogue has it.
pub fn setup(id: &str, nodes: u16, seed: u64, params: &[(u16, i64)], network: Conditions) -> Setup {
    let (_, entry) = topic(8).unwrap().by_id(id).unwrap();
    let specs = entry.algorithm.params();
    let mut values = Params::defaults(specs);
    for (index, value) in params {
        assert!(specs[usize::from(*index)].admits(*value), "{} does not admit {value}", specs[usize::from(*index)].name);
        values.set(*index, *value);
    }
    Setup { algorithm: entry.algorithm, nodes, seed, params: values, network, checked: true }
}

/// Plays until `until_ms` and stops at the first broken invariant, which it names.
pub fn play(setup: &Setup, faults: &[Fault], until_ms: u64) -> (Clock, Option<(String, String)>) {
    let ended = schedule::play(setup, faults, until_ms * 1_000).unwrap();
    let name = |(index, broken): (usize, Broken)| (setup.algorithm.invariants()[index].name.to_owned(), broken.says);
    (ended.clock, ended.broken.map(name))
}

/// The same, but looks only at the invariants from index `from` on.
pub fn play_checking_from(from: usize, setup: &Setup, faults: &[Fault], until_ms: u64) -> (Clock, Option<(String, String)>) {
    let mut clock = Clock::new(setup).unwrap();
    let (mut done, mut skipped) = (0, 0);
    while timeline::step(&mut clock, faults, &mut done, &mut skipped, until_ms * 1_000, None).unwrap() {
        if let Some((index, broken)) = clock.world().check(from) {
            return (clock, Some((setup.algorithm.invariants()[index].name.to_owned(), broken.says)));
        }
    }
    (clock, None)
}

/// Plays until `until_ms` with everything written down, whatever breaks.
pub fn record(setup: &Setup, faults: &[Fault], until_ms: u64) -> Timeline {
    let mut timeline = Timeline::new(setup.clone(), faults.to_vec()).unwrap();
    timeline.seek_time(until_ms * 1_000).unwrap();
    timeline
}

/// How many of the schedules `0 .. SEARCH_MAX` it takes until `invariant` breaks.
pub fn schedules_until_broken(invariant: &str, run: impl Fn(u64) -> Option<(String, String)>) -> Option<u64> {
    (0..SEARCH_MAX).find(|seed| run(*seed).is_some_and(|(name, _)| name == invariant)).map(|seed| seed + 1)
}

/// Names of the facts that became true, in order, each with the first node that it is about.
pub fn facts(run: &Timeline) -> Vec<(&'static str, Option<NodeId>)> {
    let infos = run.setup().algorithm.facts();
    run.record().fired.iter().map(|fired| (infos[usize::from(fired.fact)].name, fired.bindings.nodes.first().copied())).collect()
}

/// Whether a fact became true.
pub fn has_fact(run: &Timeline, name: &str) -> bool {
    facts(run).iter().any(|(fact, _)| *fact == name)
}

/// Nodes whose role has the leader's tone at the end.
pub fn leaders(clock: &Clock) -> Vec<u16> {
    let leads = |i: &u16| clock.world().algorithm().role(clock.world(), NodeId(*i)).is_some_and(|role| role.tone == Tone::Leader);
    (0..clock.world().nodes()).filter(leads).collect()
}

/// Crashes and restarts of the nodes `first ..`, one every tenth of to whole `pause_ms`, all up again at `until_ms`.
pub fn crashes(seed: u64, first: u16, nodes: u16, pause_ms: u64, until_ms: u64) -> Vec<Fault> {
    let mut luck = rng::stream(seed);
    let (mut faults, mut now_ms) = (Vec::new(), 0);
    loop {
        now_ms += pause_ms / 10 + rng::pick(&mut luck, pause_ms * 9 / 10 + 1);
        if now_ms >= until_ms {
            break;
        }
        let node = NodeId(first + u16::try_from(rng::pick(&mut luck, u64::from(nodes - first))).unwrap());
        faults.push(at_ms(now_ms, if rng::pick(&mut luck, 2) == 0 { Choice::Crash(node) } else { Choice::Restart(node) }));
    }
    faults.extend((first..nodes).map(|node| at_ms(until_ms, Choice::Restart(NodeId(node)))));
    faults
}
