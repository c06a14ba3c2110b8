//! Sketches of streams: how often a key came, and how many distinct keys there were, in a few kilobytes and over several stations.
//!
//! Node 0 collects. Every other node is a station with a stream of its own, of which it keeps a count–min sketch and a HyperLogLog and no key.
//! From time to time it sends both to the collector, which holds the latest of each station: counters are added, registers are maximised.
//!
//! ```text
//!   stream ─▶ station 1 ── Report ─▶
//!   stream ─▶ station 2 ── Report ─▶ collector: how often key 7? how many keys?
//! ```

pub mod count_min;
pub mod hyperloglog;
mod params;
mod seen;
mod show;

use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, Packed, ParamSpec, Protocol, TimerInfo, Timers};
use crate::topics::bloom_filters::hashing::hash;
use count_min::CountMin;
use hyperloglog::HyperLogLog;
pub use params::param;
pub use seen::{Sample, Seen};

/// The protocol.
pub struct Sketches;

/// Who collects.
pub const COLLECTOR: NodeId = NodeId(0);
/// A stream comes in so many parts.
const PARTS: u64 = 40;
/// Between two parts.
const TICK_US: u64 = 100_000;
/// Seed of what comes in the streams.
const STREAM_SEED: u64 = 0x57EA;

type Cx<'a> = Context<'a, Sketches>;

/// What a station counts with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Shape {
    /// How often.
    pub counts: CountMin,
    /// How many.
    pub distinct: HyperLogLog,
    /// Keys that there may be in a stream.
    pub keys: u64,
}

/// What a station knows of its stream.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Report {
    /// How it counted.
    pub shape: Shape,
    /// Events so far.
    pub events: u64,
    /// The count–min sketch.
    pub counters: Packed,
    /// The HyperLogLog.
    pub registers: Packed,
}

/// What a crash takes.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Volatile {
    /// The latest report of each station.
    Collector(Vec<Report>),
    /// A station: its sketches, and parts of its stream since the last report.
    Station(Report),
}

/// The only message: a station's sketches.
#[derive(Clone, PartialEq, Hash, Debug)]
pub struct Sent(pub Report);

/// What stations wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next part of the stream.
    Part,
    /// The next report.
    Report,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Part, TimerInfo { name: "next part", action: "let the next part come now" }),
        (Timer::Report, TimerInfo { name: "next report", action: "report now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What the collector may be asked: how often a key came.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ask(u64);

impl Protocol for Sketches {
    type Stable = ();
    type Volatile = Volatile;
    type Message = Sent;
    type Timer = Timer;
    type Command = Ask;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Cx<'_>) -> Volatile {
        if cx.me() == COLLECTOR {
            return Volatile::Collector(vec![Report::default(); usize::from(cx.nodes().saturating_sub(1))]);
        }
        cx.set_timer(Timer::Part, TICK_US);
        cx.set_timer(Timer::Report, params::report_us(cx.params()));
        Volatile::Station(Report::new(params::shape(cx.params(), cx.me())))
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, Sent(report): &Sent, cx: &mut Cx<'_>) {
        let Volatile::Collector(reports) = node.volatile else { return };
        let known = usize::from(from.0).checked_sub(1).and_then(|at| reports.get_mut(at));
        // One that was overtaken by a later one says nothing new.
        if let Some(known) = known.filter(|known| known.shape != report.shape || known.events < report.events) {
            *known = report.clone();
            cx.say(|| format!("It has node {from}'s sketches of {} events.", report.events));
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        let Volatile::Station(report) = node.volatile else { return };
        match timer {
            Timer::Part => {
                report.take_part(cx);
                cx.set_timer(Timer::Part, TICK_US);
            }
            Timer::Report => {
                cx.send(COLLECTOR, Sent(report.clone()));
                cx.set_timer(Timer::Report, params::report_us(cx.params()));
            }
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, ask: &Ask, cx: &mut Cx<'_>) {
        let Volatile::Collector(reports) = node.volatile else {
            return cx.reply(id, Outcome::Refused("ask the collector, node 0"));
        };
        let estimate = estimate(reports, ask.0);
        cx.say(|| format!("By its sketches key {} came at most {estimate} times.", ask.0));
        cx.reply(id, Outcome::Done(i64::try_from(estimate).unwrap_or(i64::MAX)));
    }
}

impl Report {
    fn new(shape: Shape) -> Self {
        Report { shape, events: 0, counters: shape.counts.empty(), registers: shape.distinct.empty() }
    }

    /// The next part of the stream; from its beginning, if the sketches have another shape now.
    fn take_part(&mut self, cx: &mut Cx<'_>) {
        let shape = params::shape(cx.params(), cx.me());
        if shape != self.shape {
            cx.say(|| "Its sketches have another shape now: the stream begins anew.".to_owned());
            *self = Report::new(shape);
        }
        let total = params::events(cx.params());
        let upto = (self.events + total.div_ceil(PARTS)).min(total);
        for event in self.events..upto {
            let key = key_of(cx.me(), event, shape.keys);
            shape.counts.add(&mut self.counters, key);
            shape.distinct.add(&mut self.registers, key);
        }
        self.events = upto;
    }
}

/// The key of an event of a station's stream: key i comes about in proportion to 1/(i + 1), as words and visitors do.
pub fn key_of(station: NodeId, event: u64, keys: u64) -> u64 {
    let u = (hash(event, STREAM_SEED + u64::from(station.0)) >> 12) as f64 / 4_503_599_627_370_496.0;
    (libm::pow(keys as f64 + 1.0, u) as u64).saturating_sub(1)
}

/// How often a key came at all stations, by their sketches.
pub fn estimate(reports: &[Report], key: u64) -> u64 {
    let counts = reports.first().map(|report| report.shape.counts).unwrap_or_default();
    counts.estimate(reports.iter().map(|report| &report.counters), key)
}

/// How many distinct keys came at all stations, by their sketches.
pub fn distinct(reports: &[Report]) -> f64 {
    let shape = reports.first().map(|report| report.shape.distinct).unwrap_or_default();
    if shape.precision == 0 { 0.0 } else { shape.estimate(&shape.union(reports.iter().map(|report| &report.registers))) }
}
