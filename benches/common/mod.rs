//! The runs and links that the benches measure, natively and in the browser. Knows no clock but the world's.

pub mod ping;
pub mod writing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use faultline::check::schedule::{Shape, random_schedule};
use faultline::scenario::link::LINK_CHARS_MAX;
use faultline::scenario::{Scenario, link};
use faultline::sim::hash::stable_hash;
use faultline::sim::timeline::{self, At, Entry};
use faultline::sim::{Argument, Choice, Clock, CommandCall, CommandId, Intervention, NodeId, Params, Record, Setup, Timeline};
use faultline::topics::{self, TOPICS};
use std::rc::Rc;

/// Operations of the editing history that is replayed.
pub const EDITS: usize = 25_000;
/// Events of the run that is rewound.
pub const LONG_RUN_EVENTS: u64 = 100_000;
/// Nodes of every run of Raft.
const NODES: u16 = 5;
/// When the client begins: the first leader is there by then.
const CLIENT_FROM_US: u64 = 2_000_000;
/// How often the client writes in a run that is measured as it goes on.
const BUSY_US: u64 = 50_000;
/// How often it writes in a run that is rewound, so that its writes stay within what one run may be asked to do.
const CALM_US: u64 = 500_000;
/// A node compacts its log after so many entries, so that the state of a long run stays small.
const COMPACT_AFTER: i64 = 100;
/// Lesson and name of the algorithm.
const RAFT: (u8, &str) = (8, "raft");

fn raft() -> (u8, &'static topics::Entry) {
    topics::topic(RAFT.0).and_then(|topic| topic.by_id(RAFT.1)).expect("the algorithm is there")
}

/// Five-node Raft on its usual network.
pub fn setup(checked: bool) -> Setup {
    let (_, entry) = raft();
    let mut params = Params::defaults(entry.algorithm.params());
    let compact_after = (0u16..).zip(entry.algorithm.params()).find(|(_, spec)| spec.name == "compact_after");
    compact_after.map(|(index, _)| params.set(index, COMPACT_AFTER)).expect("the param is there");
    Setup { algorithm: entry.algorithm, nodes: NODES, seed: 7, params, network: entry.network, checked }
}

/// A client that writes `every_us` up to the moment `until_us`, to the node that leads.
fn writes(every_us: u64, until_us: u64) -> Vec<Entry> {
    let leader = leader();
    (0u32..)
        .map(|k| (k, CLIENT_FROM_US + u64::from(k) * every_us))
        .take_while(|(_, time_us)| *time_us < until_us)
        .map(|(k, time_us)| {
            let call = CommandCall { command: 0, arguments: vec![Argument::Number(i64::from(k % 1_000))] };
            let what = Intervention::Do(Choice::Command { id: CommandId { client: 0, k }, node: leader, call });
            Entry { at: At { time_us, after: 0 }, what }
        })
        .collect()
}

/// Who leads when the client begins; on a quiet network that is who leads for good.
fn leader() -> NodeId {
    let mut clock = Clock::new(&setup(true)).expect("a valid run");
    while clock.step(CLIENT_FROM_US, None).expect("it plays") {}
    let leads = |node: &NodeId| clock.world().algorithm().role(clock.world(), *node).is_some_and(|role| role.label == "leader");
    (0..NODES).map(NodeId).find(leads).expect("there is a leader by then")
}

/// A run under way.
#[derive(Clone)]
pub struct Run {
    clock: Clock,
    record: Option<Record>,
    journal: Rc<[Entry]>,
    done: usize,
    skipped: u32,
}

impl Run {
    /// Raft with a busy client, some thousand events after its beginning.
    pub fn raft(checked: bool, recorded: bool) -> Self {
        let journal = writes(BUSY_US, 900_000_000);
        Run::new(&setup(checked), journal, recorded)
    }
    /// The least that a run can be.
    pub fn ping() -> Self {
        Run::new(&ping::setup(), Vec::new(), false)
    }
    fn new(setup: &Setup, journal: Vec<Entry>, recorded: bool) -> Self {
        let clock = Clock::new(setup).expect("a valid run");
        let mut run = Run { clock, record: recorded.then(Record::default), journal: journal.into(), done: 0, skipped: 0 };
        run.play(2_000, |_| ());
        run
    }

    /// Plays so many events on; `each` sees every state.
    pub fn play(&mut self, events: u64, each: impl Fn(&Clock)) {
        let until = self.clock.world().steps() + events;
        while self.clock.world().steps() < until {
            let Run { clock, record, journal, done, skipped } = self;
            let stepped = timeline::step(clock, journal, done, skipped, u64::MAX, record.as_mut());
            assert!(stepped.expect("it plays"), "the run ended early");
            each(clock);
        }
        assert_eq!(self.skipped, 0);
    }
}

/// A long run as the page has it, at its end.
pub fn long_run() -> Timeline {
    // A second of it is a hundred events.
    let journal = writes(CALM_US, LONG_RUN_EVENTS * 10_000);
    let mut timeline = Timeline::new(setup(true), journal).expect("a valid run");
    while timeline.step_count() < LONG_RUN_EVENTS && timeline.step().expect("it plays") {}
    timeline
}

/// Positions in it, in no order.
pub fn positions(count: u64) -> impl Iterator<Item = u64> {
    (1..=count).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % LONG_RUN_EVENTS)
}

/// A scenario in which sixty things are done.
pub fn busy_scenario() -> Scenario {
    let (algorithm, entry) = raft();
    let topic = topics::topic(RAFT.0).expect("the topic is there");
    let mut scenario = Scenario::new(topic, algorithm, 3).expect("the algorithm is there");
    scenario.journal = random_schedule(7, scenario.nodes, entry.algorithm.commands(), &Shape { faults: 60, ..Shape::default() });
    scenario.journal.truncate(60);
    scenario
}

/// The longest texts that are looked at at all, made to cost as much as they can: as many entries as fit, one partition of as many groups as
/// fit, and nothing but noise.
pub fn hostile_texts() -> Vec<(&'static str, String)> {
    let bytes_max = (LINK_CHARS_MAX / 4) * 3 - 5;
    let start = [8, 0, 5, 42, 0, 0];
    let entries = (bytes_max - 16) / 4;
    let many = [&start[..], &varint(entries), &[0, 0, 0, 13].repeat(entries), &[0, 0, 0]].concat();
    let groups = bytes_max - 24;
    let wide = [&start[..], &[1, 0, 0, 0, 12], &varint(groups), &vec![1; groups], &[0, 0, 0]].concat();
    let noise: Vec<u8> = (0..bytes_max as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    vec![("as many entries as fit", sealed(&many)), ("a partition as wide as fits", sealed(&wide)), ("noise", sealed(&noise))]
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A link around a body, with the checksum that it should have.
fn sealed(body: &[u8]) -> String {
    let hash = stable_hash(body);
    let mut bytes = vec![1];
    bytes.extend(((hash ^ (hash >> 32)) as u32).to_le_bytes());
    bytes.extend(body);
    let text = URL_SAFE_NO_PAD.encode(bytes);
    assert!(text.len() <= LINK_CHARS_MAX && link::decode(&text, TOPICS).is_err());
    text
}
