//! What the reader may set, and ask.

use super::count_min::CountMin;
use super::hyperloglog::HyperLogLog;
use super::{Ask, Shape};
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, NodeId, ParamKind, ParamSpec, Params};

/// Indices into the protocol's params. Append only: links name them by index.
pub mod param {
    /// Events of each stream, as an index.
    pub const EVENTS: u16 = 0;
    /// Keys that there may be, as an index.
    pub const KEYS: u16 = 1;
    /// Counters of a row.
    pub const WIDTH: u16 = 2;
    /// Rows.
    pub const DEPTH: u16 = 3;
    /// Registers, as a power of two.
    pub const PRECISION: u16 = 4;
    /// Time between two reports.
    pub const REPORT_MS: u16 = 5;
    /// Seed of the hash functions.
    pub const SEED: u16 = 6;
    /// Rule: all stations count by the same functions.
    pub const SAME_FUNCTIONS: u16 = 7;
}

const EVENTS: [u64; 4] = [400, 4_000, 20_000, 60_000];
const KEYS: [u64; 3] = [100, 1_000, 10_000];
/// Tells the functions of one station from those of the next.
const APART: u64 = 1_000;

pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "events",
        label: "Events of a stream",
        help: "Each station gets as many, in four seconds.",
        kind: ParamKind::Choice(&["400", "4,000", "20,000", "60,000"]),
        default: 2,
    },
    ParamSpec {
        name: "keys",
        label: "Keys that there may be",
        help: "Low numbers come more often: key i in proportion to 1/(i + 1). The streams begin anew.",
        kind: ParamKind::Choice(&["100", "1,000", "10,000"]),
        default: 2,
    },
    ParamSpec {
        name: "width",
        label: "Counters of a row",
        help: "w of the count–min sketch. An estimate is rarely more than e/w of all events too high. The streams begin anew.",
        kind: ParamKind::Range { min: 8, max: 2_048, step: 8, unit: "counters" },
        default: 256,
    },
    ParamSpec {
        name: "depth",
        label: "Rows",
        help: "d of the count–min sketch: \"rarely\" is for a part e^−d of keys. The streams begin anew.",
        kind: ParamKind::Range { min: 1, max: 8, step: 1, unit: "rows" },
        default: 4,
    },
    ParamSpec {
        name: "precision",
        label: "Registers, 2 to the power of",
        help: "b of HyperLogLog, with 2^b registers of six bits. The streams begin anew.",
        kind: ParamKind::Range { min: 4, max: 14, step: 1, unit: "" },
        default: 10,
    },
    ParamSpec {
        name: "report_ms",
        label: "Time between reports",
        help: "Of each station.",
        kind: ParamKind::Range { min: 100, max: 5_000, step: 100, unit: "ms" },
        default: 500,
    },
    ParamSpec {
        name: "hash_seed",
        label: "Seed of the hash functions",
        help: "Other functions of the same kind: other keys collide, but as many. The streams begin anew.",
        kind: ParamKind::Range { min: 0, max: 99, step: 1, unit: "" },
        default: 0,
    },
    ParamSpec::rule(
        "same_functions",
        "The same functions everywhere",
        "Without this rule each station has hash functions of its own, and what the collector adds up belongs to different keys.",
    ),
];

impl Commands for Ask {
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec {
        name: "count",
        label: "How often did a key come?",
        help: "The collector answers from its sketches.",
        arguments: &[("key", ArgumentKind::Number { min: 0, max: 9_999, default: 0 })],
    }];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let key = call.number(0).and_then(|key| u64::try_from(key).ok());
        key.map(Ask).ok_or_else(|| "It takes a key, which is a number from 0.".to_owned())
    }
}

fn of(values: &[u64], params: &Params, index: u16) -> u64 {
    usize::try_from(params.get(index)).ok().and_then(|at| values.get(at).copied()).unwrap_or(100)
}

/// Events of each stream.
pub fn events(params: &Params) -> u64 {
    of(&EVENTS, params, param::EVENTS)
}

/// Time between two reports.
pub fn report_us(params: &Params) -> u64 {
    params.get_u64(param::REPORT_MS) * 1_000
}

/// What a station counts with.
pub fn shape(params: &Params, station: NodeId) -> Shape {
    let u32_of = |index| u32::try_from(params.get_u64(index)).unwrap_or(1);
    let own = if params.on(param::SAME_FUNCTIONS) { 0 } else { u64::from(station.0) };
    let seed = (params.get_u64(param::SEED) + own * APART) * APART;
    Shape {
        counts: CountMin { width: u32_of(param::WIDTH), depth: u32_of(param::DEPTH), seed },
        distinct: HyperLogLog { precision: u32_of(param::PRECISION), seed },
        keys: of(&KEYS, params, param::KEYS),
    }
}
