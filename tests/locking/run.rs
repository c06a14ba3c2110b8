//! Runs of a lock under a schedule of faults.

use faultline::check::schedule;
use faultline::sim::timeline::Entry;
use faultline::sim::{
    Argument, At, Broken, Choice, Clock, CommandCall, CommandId, Conditions, Intervention, Latency, NodeId, Params, Setup, Timeline, rng,
};
use faultline::topics::topic;

/// Schedules that each promise of safety is tried under.
pub const SCHEDULES: u64 = 2_000;
/// Schedules that may be needed to find what a missing rule breaks.
pub const SEARCH_MAX: u64 = 10_000;

/// How fast messages travel in a network that keeps its promise.
pub const PROMPT: Conditions =
    Conditions { latency: Latency::Uniform(20_000, 40_000), loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, bytes_per_s: 0, fifo: false };

pub fn at_ms(ms: u64, choice: Choice) -> Entry {
    Entry { at: At { time_us: ms * 1_000, after: 0 }, what: Intervention::Do(choice) }
}

/// A client is told to lock, add and unlock; the `k`-th such request.
pub fn add(ms: u64, node: u16, k: u32, amount: i64) -> Entry {
    let call = CommandCall { command: 0, arguments: vec![Argument::Number(amount)] };
    at_ms(ms, Choice::Command { id: CommandId { client: 0, k }, node: NodeId(node), call })
}

/// Values of the params by name, the rest at its default.
pub fn params(id: &str, values: &[(&str, i64)]) -> Params {
    let specs = topic(9).unwrap().by_id(id).unwrap().1.algorithm.params();
    let mut params = Params::defaults(specs);
    for (name, value) in values {
        let index = specs.iter().position(|spec| spec.name == *name).unwrap_or_else(|| panic!("{id} has no param {name}"));
        assert!(specs[index].admits(*value), "{name} does not admit {value}");
        params.set(u16::try_from(index).unwrap(), *value);
    }
    params
}

pub fn setup(id: &str, nodes: u16, seed: u64, values: &[(&str, i64)], network: Conditions) -> Setup {
    let algorithm = topic(9).unwrap().by_id(id).unwrap().1.algorithm;
    Setup { algorithm, nodes, seed, params: params(id, values), network, checked: true }
}

/// Plays until `until_ms` and stops at the first broken invariant, which it names.
pub fn play(setup: &Setup, faults: &[Entry], until_ms: u64) -> (Clock, Option<&'static str>) {
    let ended = schedule::play(setup, faults, until_ms * 1_000).unwrap();
    (ended.clock, ended.broken.map(|(index, _): (usize, Broken)| setup.algorithm.invariants()[index].name))
}

/// Plays until `until_ms` with everything written down, whatever breaks.
pub fn record(setup: &Setup, faults: &[Entry], until_ms: u64) -> Timeline {
    let mut timeline = Timeline::new(setup.clone(), faults.to_vec()).unwrap();
    timeline.seek_time(until_ms * 1_000).unwrap();
    timeline
}

/// How many of the schedules `0 .. SEARCH_MAX` it takes until `invariant` breaks.
pub fn schedules_until(invariant: &str, run: impl Fn(u64) -> Option<&'static str>) -> Option<u64> {
    (0..SEARCH_MAX).find(|seed| run(*seed) == Some(invariant)).map(|seed| seed + 1)
}

/// Whether a fact became true.
pub fn has_fact(run: &Timeline, name: &str) -> bool {
    let infos = run.setup().algorithm.facts();
    run.record().fired.iter().any(|fired| infos[usize::from(fired.fact)].name == name)
}

/// The names of the invariants that broke, in order.
pub fn broken(run: &Timeline) -> Vec<&'static str> {
    let infos = run.setup().algorithm.invariants();
    run.record().violations.iter().map(|violation| infos[usize::from(violation.invariant)].name).collect()
}

/// A field of a node as the inspector shows it.
pub fn field(run: &Clock, node: u16, name: &str) -> String {
    let view = run.world().algorithm().view(run.world(), NodeId(node));
    view.fields.iter().find(|field| field.name == name).map_or_else(|| panic!("no field {name}"), |field| field.value.clone())
}

/// Clients that freeze for up to three seconds, again and again.
pub fn freezes(seed: u64, clients: std::ops::Range<u16>, until_ms: u64) -> Vec<Entry> {
    let mut luck = rng::stream(seed);
    let mut faults = Vec::new();
    for k in 0..until_ms / 1_000 {
        let client = NodeId(clients.start + u16::try_from(rng::pick(&mut luck, u64::from(clients.end - clients.start))).unwrap());
        let begins_ms = k * 1_000 + rng::pick(&mut luck, 1_000);
        faults.push(at_ms(begins_ms, Choice::Pause(client)));
        faults.push(at_ms(begins_ms + rng::pick(&mut luck, 3_000), Choice::Resume(client)));
    }
    faults.sort_by_key(|entry| entry.at);
    faults
}

/// A node that crashes now and then and is soon up again.
pub fn crashes(seed: u64, nodes: std::ops::Range<u16>, until_ms: u64) -> Vec<Entry> {
    let mut luck = rng::stream(!seed);
    let mut faults = Vec::new();
    for k in 0..until_ms / 1_000 {
        let node = NodeId(nodes.start + u16::try_from(rng::pick(&mut luck, u64::from(nodes.end - nodes.start))).unwrap());
        let begins_ms = k * 1_000 + rng::pick(&mut luck, 1_000);
        faults.push(at_ms(begins_ms, Choice::Crash(node)));
        faults.push(at_ms(begins_ms + rng::pick(&mut luck, 800), Choice::Restart(node)));
    }
    faults.sort_by_key(|entry| entry.at);
    faults
}
