//! Runs of replicas under a schedule of updates and faults.

use faultline::check::schedule;
use faultline::sim::timeline::Entry;
use faultline::sim::{
    Argument, At, Choice, CommandCall, CommandId, Conditions, Exhibit, Intervention, Latency, NodeId, Params, Setup, Timeline, rng,
};
use faultline::topics::crdts::replicas::params::{command, param};
use faultline::topics::topic;

pub const STATES: i64 = 0;
pub const OPERATIONS: i64 = 1;
pub const DELTAS: i64 = 2;
pub const ALL: i64 = 3;

pub fn at_ms(ms: u64, choice: Choice) -> Entry {
    Entry { at: At { time_us: ms * 1_000, after: 0 }, what: Intervention::Do(choice) }
}

pub fn call(command: u16, arguments: Vec<Argument>) -> CommandCall {
    CommandCall { command, arguments }
}

pub fn word(command: u16, word: &str) -> CommandCall {
    call(command, vec![Argument::Text(word.to_owned())])
}

pub fn increment(amount: i64) -> CommandCall {
    call(command::INCREMENT, vec![Argument::Number(amount)])
}

pub fn insert(at: i64, text: &str) -> CommandCall {
    call(command::INSERT, vec![Argument::Number(at), Argument::Text(text.to_owned())])
}

pub fn ask(ms: u64, k: u32, node: u16, call: CommandCall) -> Entry {
    at_ms(ms, Choice::Command { id: CommandId { client: 0, k }, node: NodeId(node), call })
}

pub fn params(values: &[(u16, i64)]) -> Params {
    let specs = topic(16).unwrap().algorithms[0].algorithm.params();
    let mut params = Params::defaults(specs);
    for (index, value) in values {
        assert!(specs[usize::from(*index)].admits(*value), "{index} does not admit {value}");
        params.set(*index, *value);
    }
    params
}

pub fn setup(nodes: u16, seed: u64, values: &[(u16, i64)], network: Option<Conditions>) -> Setup {
    let entry = &topic(16).unwrap().algorithms[0];
    Setup { algorithm: entry.algorithm, nodes, seed, params: params(values), network: network.unwrap_or(entry.network), checked: true }
}

/// A network that loses, copies and reorders.
pub fn wild() -> Conditions {
    Conditions {
        latency: Latency::Exponential(5_000, 60_000),
        loss_ppm: 100_000,
        duplicate_ppm: 150_000,
        reorder_ppm: 200_000,
        bytes_per_s: 0,
        fifo: false,
    }
}

/// Updates at random moments of the first two seconds.
pub fn updates(seed: u64, nodes: u16, count: u32) -> Vec<Entry> {
    let mut luck = rng::stream(seed);
    let mut draw = |n: u64| rng::pick(&mut luck, n);
    let words = ["milk", "tea", "rye"];
    let mut entries: Vec<Entry> = (0..count)
        .map(|k| {
            let number = |n: u64| Argument::Number(i64::try_from(n).unwrap());
            let which = draw(10);
            let some_word = words[draw(3) as usize];
            let call = match which {
                0..=2 => insert(i64::try_from(draw(8)).unwrap(), ["abc", "xy", "q"][draw(3) as usize]),
                3 => call(command::DELETE, vec![number(draw(6)), number(1 + draw(3))]),
                4 => increment(1 + i64::try_from(draw(9)).unwrap()),
                5 => call(command::DECREMENT, vec![number(1 + draw(9))]),
                6 | 7 => word(command::ADD, some_word),
                8 => word(command::REMOVE, some_word),
                _ => word(command::SET, some_word),
            };
            ask(draw(20) * 100, k, u16::try_from(draw(u64::from(nodes))).unwrap(), call)
        })
        .collect();
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// These updates with the faults of a random schedule, wipes not among them.
pub fn with_faults(seed: u64, nodes: u16, updates: Vec<Entry>) -> Vec<Entry> {
    let shape = schedule::Shape { calm_from_us: 2_500_000, faults: 8, calls: 0, wipes: false };
    let mut entries = schedule::random_schedule(seed, nodes, &[], &shape);
    entries.extend(updates);
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// The first broken invariant, if one breaks.
pub fn broken(setup: &Setup, journal: &[Entry], until_ms: u64) -> Option<(&'static str, String)> {
    let ended = schedule::play(setup, journal, until_ms * 1_000).unwrap();
    ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name, broken.says))
}

/// Plays until `until_ms` with everything written down, whatever breaks.
pub fn record(setup: &Setup, journal: &[Entry], until_ms: u64) -> Timeline {
    let mut timeline = Timeline::new(setup.clone(), journal.to_vec()).unwrap();
    timeline.seek_time(until_ms * 1_000).unwrap();
    timeline
}

/// A field of a node as the inspector shows it.
pub fn field(run: &Timeline, node: u16, name: &str) -> String {
    let world = run.clock().world();
    let view = world.algorithm().view(world, NodeId(node));
    view.fields.iter().find(|field| field.name == name).map_or_else(|| panic!("no field {name}"), |field| field.value.clone())
}

/// Whether a fact became true.
pub fn has_fact(run: &Timeline, name: &str) -> bool {
    let infos = run.setup().algorithm.facts();
    assert!(infos.iter().any(|info| info.name == name), "no fact {name}");
    run.record().fired.iter().any(|fired| infos[usize::from(fired.fact)].name == name)
}

/// The exhibits at the present moment.
pub fn exhibits(run: &Timeline) -> Vec<Exhibit> {
    let world = run.clock().world();
    world.algorithm().exhibits(world, &run.record().trace)
}

pub fn spread(way: i64) -> (u16, i64) {
    (param::SPREAD, way)
}
