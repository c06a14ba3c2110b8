//! What the reader may set, and what clients may ask.

use super::Get;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, ParamKind, ParamSpec, Params};

/// Indices into the protocol's params. Append only: links name them by index.
pub mod param {
    /// Whether filters are asked before files are read.
    pub const FILTERS: u16 = 0;
    /// Bits of a filter for each key of its file.
    pub const BITS_PER_KEY: u16 = 1;
    /// Lookups a second.
    pub const RATE: u16 = 2;
    /// Of a hundred lookups those for keys that no file has.
    pub const ABSENT_PERCENT: u16 = 3;
    /// Keys of which files have some.
    pub const KEYS: u16 = 4;
    /// Of a hundred keys so many are in each file.
    pub const SHARE_PERCENT: u16 = 5;
    /// Rule: the newest file first.
    pub const NEWEST_FIRST: u16 = 6;
    /// Rule: a filter that has not come says "perhaps".
    pub const PERHAPS_UNTIL_LOADED: u16 = 7;
}

pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "filters",
        label: "Ask the filters first",
        help: "Off: every file is read in turn until one has the key.",
        kind: ParamKind::Toggle,
        default: 1,
    },
    ParamSpec {
        name: "bits_per_key",
        label: "Bits a key",
        help: "Size of the filters. The number of hash functions is the best for it. After a change the store gets new filters.",
        kind: ParamKind::Range { min: 1, max: 20, step: 1, unit: "bits" },
        default: 10,
    },
    ParamSpec {
        name: "rate",
        label: "Lookups",
        help: "How many there are in a second.",
        kind: ParamKind::Range { min: 1, max: 200, step: 1, unit: "a second" },
        default: 50,
    },
    ParamSpec {
        name: "absent_percent",
        label: "Lookups of absent keys",
        help: "Of a hundred lookups so many are for keys that no file has.",
        kind: ParamKind::Range { min: 0, max: 100, step: 5, unit: "%" },
        default: 80,
    },
    ParamSpec {
        name: "keys",
        label: "Keys",
        help: "Keys 0, 1, 2 … of which each file has some. Keys beyond are absent. Read at the start of a run.",
        kind: ParamKind::Range { min: 4, max: 2_000, step: 1, unit: "keys" },
        default: 1_000,
    },
    ParamSpec {
        name: "share_percent",
        label: "Keys of a file",
        help: "Each file has so many of a hundred keys, chosen by a hash function. Read at the start of a run.",
        kind: ParamKind::Range { min: 5, max: 100, step: 5, unit: "%" },
        default: 25,
    },
    ParamSpec::rule(
        "newest_first",
        "The newest file first",
        "A key may be in several files, and its newest value is in the newest of them. Without this rule the oldest is read first.",
    ),
    ParamSpec::rule(
        "perhaps_until_loaded",
        "No filter means perhaps",
        "After a crash the store has no filters until the files have sent them. Without this rule it takes a missing filter for an empty one.",
    ),
];

impl Commands for Get {
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec {
        name: "get",
        label: "Look a key up",
        help: "The store goes from file to file, the newest first.",
        arguments: &[("key", ArgumentKind::Number { min: 0, max: 3_999, default: 7 })],
    }];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let key = call.number(0).and_then(|key| u32::try_from(key).ok());
        key.map(Get).ok_or_else(|| "It takes a key, which is a number from 0.".to_owned())
    }
}

/// Keys of which files have some.
pub fn keys(params: &Params) -> u64 {
    params.get_u64(param::KEYS).max(1)
}

/// Bits a key of the filters that are asked; 0 if none are.
pub fn bits_asked(params: &Params) -> u64 {
    if params.on(param::FILTERS) { params.get_u64(param::BITS_PER_KEY) } else { 0 }
}

/// Of a hundred keys those of a file.
pub fn share_percent(params: &Params) -> u64 {
    params.get_u64(param::SHARE_PERCENT)
}
