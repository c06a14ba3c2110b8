//! What the reader may set, and what users may ask.

use super::Get;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, ParamKind, ParamSpec, Params};

/// Indices into the protocol's params.
pub mod param {
    /// Objects that a cache has room for.
    pub const CAPACITY: u16 = 0;
    /// Counters of a summary, and bits of a digest, for each of them.
    pub const BITS_PER_OBJECT: u16 = 1;
    /// Time between two digests.
    pub const DIGEST_MS: u16 = 2;
    /// Average time between two requests of a cache's users.
    pub const REQUEST_MS: u16 = 3;
    /// Objects that there are.
    pub const OBJECTS: u16 = 4;
    /// Who is asked before the origin.
    pub const ASKED: u16 = 5;
    /// Rule: a summary counts.
    pub const COUNT: u16 = 6;
    /// Rule: what is evicted is taken out of the summary.
    pub const FORGET: u16 = 7;
}

/// Who is asked before the origin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// Those whose digest says yes.
    ByDigest,
    /// Every other cache, in turn.
    Everybody,
    /// Nobody.
    Nobody,
}

pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "capacity",
        label: "Objects in a cache",
        help: "How many a cache has room for. The least recently used one goes first. A summary's size is fixed when its cache starts.",
        kind: ParamKind::Range { min: 10, max: 100, step: 10, unit: "" },
        default: 40,
    },
    ParamSpec {
        name: "bits_per_object",
        label: "Bits an object",
        help: "Size of a digest. It counts from the next start of a cache.",
        kind: ParamKind::Range { min: 1, max: 20, step: 1, unit: "bits" },
        default: 8,
    },
    ParamSpec {
        name: "digest_ms",
        label: "Time between digests",
        help: "The longer, the fewer messages, and the older what a cache knows of the others.",
        kind: ParamKind::Range { min: 200, max: 60_000, step: 200, unit: "ms" },
        default: 2_000,
    },
    ParamSpec {
        name: "request_ms",
        label: "Time between requests",
        help: "Of each cache's users, on average.",
        kind: ParamKind::Range { min: 20, max: 2_000, step: 20, unit: "ms" },
        default: 100,
    },
    ParamSpec {
        name: "objects",
        label: "Objects that there are",
        help: "Low numbers are asked for more often.",
        kind: ParamKind::Range { min: 50, max: 2_000, step: 50, unit: "" },
        default: 200,
    },
    ParamSpec {
        name: "asked",
        label: "Asked before the origin",
        help: "Whom a cache asks for what it has not got itself.",
        kind: ParamKind::Choice(&["those whose digest says yes", "every cache in turn", "nobody"]),
        default: 0,
    },
    ParamSpec::rule(
        "count",
        "Count in the summary",
        "Without this rule a cell of the summary is one bit, and an object that goes clears the bits of others that stay.",
    ),
    ParamSpec::rule(
        "forget",
        "Take out what goes",
        "Without this rule the summary keeps what the cache no longer has: it fills up, and the others ask for nothing.",
    ),
];

impl Commands for Get {
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec {
        name: "get",
        label: "Get an object",
        help: "A user asks this cache for an object.",
        arguments: &[("object", ArgumentKind::Number { min: 0, max: 1_999, default: 7 })],
    }];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let object = call.number(0).and_then(|object| u64::try_from(object).ok());
        object.map(Get).ok_or_else(|| "It takes an object, which is a number from 0.".to_owned())
    }
}

pub fn capacity(params: &Params) -> u64 {
    params.get_u64(param::CAPACITY).max(1)
}

pub fn counters(params: &Params) -> u32 {
    u32::try_from(capacity(params) * params.get_u64(param::BITS_PER_OBJECT)).unwrap_or(8)
}

pub fn digest_us(params: &Params) -> u64 {
    params.get_u64(param::DIGEST_MS) * 1_000
}

pub fn request_us(params: &Params) -> u64 {
    params.get_u64(param::REQUEST_MS) * 1_000
}

pub fn objects(params: &Params) -> u64 {
    params.get_u64(param::OBJECTS).max(1)
}

pub fn who_is_asked(params: &Params) -> Asked {
    match params.get(param::ASKED) {
        0 => Asked::ByDigest,
        1 => Asked::Everybody,
        _ => Asked::Nobody,
    }
}
