//! What the reader may set, and what clients may be told to do.

use super::Command;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, ParamKind, ParamSpec, Params};
use crate::topics::bloom_filters::filter::{KINDS, Kind, Rules, Shape};
use crate::topics::bloom_filters::hashing::Hashing;
use crate::topics::bloom_filters::sizing::{self, BITS_MAX, HASHES_MAX};

/// Indices into the protocol's params.
pub mod param {
    /// How many keys the filter is made for, as an index.
    pub const KEYS: u16 = 0;
    /// Memory, in bits a key.
    pub const BITS_PER_KEY: u16 = 1;
    /// Hash functions.
    pub const HASHES: u16 = 2;
    /// Whether the two above count, or the target.
    pub const SIZE_BY: u16 = 3;
    /// Share of false positives that is aimed at, as an index.
    pub const TARGET: u16 = 4;
    /// Keys that are inserted, in percent of the plan.
    pub const INSERTED: u16 = 5;
    /// The kind of filter at node 1; those at further nodes follow in order.
    pub const KIND: u16 = 6;
    /// Whether old keys are deleted as new ones come.
    pub const EXPIRE: u16 = 7;
    /// Absent keys that are asked for at a time.
    pub const ASKED: u16 = 8;
    /// Seed of the hash functions.
    pub const SEED: u16 = 9;
    /// Rule: a bit that is set is never cleared.
    pub const BITS_STAY: u16 = 10;
    /// Rule: only keys that are there are deleted.
    pub const DELETE_MEMBERS: u16 = 11;
    /// Rule: full counters stay full.
    pub const COUNTERS_STICK: u16 = 12;
    /// Rule: an insertion without room is undone.
    pub const UNDO_KICKS: u16 = 13;
    /// Rule: a filter is built anew when its functions change.
    pub const REBUILD: u16 = 14;
    /// Rule: a filter is built anew after a crash.
    pub const REBUILD_ON_RESTART: u16 = 15;
}

/// Numbers of keys on offer.
pub const KEYS: [u64; 7] = [6, 100, 1_000, 10_000, 15_000, 100_000, 1_000_000];
/// Targets on offer.
pub const TARGETS: [f64; 5] = [0.1, 0.03, 0.01, 0.001, 0.000_1];
/// Keys inserted at most, into all filters together: a filter has to be built anew in a moment.
const INSERTED_MAX: u64 = 1_200_000;
/// Largest number of a key that a reader names.
pub const KEY_MAX: i64 = 9_999_999;

pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "keys",
        label: "Made for so many keys",
        help: "The filter's memory is so many times the bits a key.",
        kind: ParamKind::Choice(&["6", "100", "1,000", "10,000", "15,000", "100,000", "1,000,000"]),
        default: 3,
    },
    ParamSpec {
        name: "bits_per_key",
        label: "Bits a key",
        help: "Memory. It ends at 16 Mbit in all.",
        kind: ParamKind::Range { min: 1, max: 32, step: 1, unit: "bits" },
        default: 10,
    },
    ParamSpec {
        name: "hashes",
        label: "Hash functions, k",
        help: "How many cells a key sets, and how many must be set for a yes. A cuckoo filter does not care.",
        kind: ParamKind::Range { min: 1, max: HASHES_MAX as i64, step: 1, unit: "" },
        default: 7,
    },
    ParamSpec {
        name: "size_by",
        label: "Size by",
        help: "Either you set bits and functions, or they are worked out from the number of keys and the target.",
        kind: ParamKind::Choice(&["bits and functions", "target"]),
        default: 0,
    },
    ParamSpec {
        name: "target",
        label: "Target",
        help: "So many of the keys that are not there may be taken for there.",
        kind: ParamKind::Choice(&["10 %", "3 %", "1 %", "0.1 %", "0.01 %"]),
        default: 2,
    },
    ParamSpec {
        name: "inserted",
        label: "Keys inserted",
        help: "In percent of what the filter is made for. Beyond 100 % it is overfilled. It ends at 1.2 million in all filters together.",
        kind: ParamKind::Range { min: 10, max: 500, step: 10, unit: "%" },
        default: 100,
    },
    ParamSpec {
        name: "kind",
        label: "Filter at node 1",
        help: "Further nodes have the other kinds, in this order, in the same memory.",
        kind: ParamKind::Choice(&["Bloom", "counting", "blocked", "cuckoo"]),
        default: 0,
    },
    ParamSpec {
        name: "expire",
        label: "Delete old keys as new ones come",
        help: "On: once all keys are in, each batch of new ones takes the place of the oldest, so that the set stays as large as it is.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec {
        name: "asked",
        label: "Absent keys asked for at a time",
        help: "Each is asked for once. The more answers, the narrower the interval around what is measured.",
        kind: ParamKind::Range { min: 1, max: 5_000, step: 1, unit: "" },
        default: 1_000,
    },
    ParamSpec {
        name: "hash_seed",
        label: "Seed of the hash functions",
        help: "Other functions of the same kind: other keys are taken for there, but as many.",
        kind: ParamKind::Range { min: 0, max: 99, step: 1, unit: "" },
        default: 0,
    },
    ParamSpec::rule(
        "bits_stay",
        "A bit that is set stays set",
        "A bit may belong to several keys. Without this rule deleting a key from a Bloom or a blocked filter clears its bits, and other keys are \
         denied.",
    ),
    ParamSpec::rule(
        "delete_members",
        "Delete only what is there",
        "Without this rule a deletion goes to the filter even if the key was never inserted: a counting filter takes counts of other keys, a cuckoo \
         filter the fingerprint of another key.",
    ),
    ParamSpec::rule(
        "counters_stick",
        "A full counter stays full",
        "A counter of four bits ends at 15. With this rule it stays there for ever; without it the next one makes it 0, and keys are denied.",
    ),
    ParamSpec::rule(
        "undo_kicks",
        "Undo an insertion that finds no room",
        "A cuckoo filter gives up after 500 moves and says that it is full. Without this rule the last fingerprint that was moved is lost, whosever it \
         was.",
    ),
    ParamSpec::rule(
        "rebuild",
        "Build anew when the functions change",
        "Without this rule a filter goes on with the cells that the old functions set, and is asked by the new ones.",
    ),
    ParamSpec::rule(
        "rebuild_on_restart",
        "Build anew after a crash",
        "The filter is in memory, the keys are on disk. Without this rule it starts empty beside a disk full of keys.",
    ),
];

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "insert",
            label: "Insert a key",
            help: "The client has all filters insert it.",
            arguments: &[("key", ArgumentKind::Number { min: 0, max: KEY_MAX, default: 42 })],
        },
        CommandSpec {
            name: "ask",
            label: "Ask for a key",
            help: "The client asks all filters whether it is there.",
            arguments: &[("key", ArgumentKind::Number { min: 0, max: KEY_MAX, default: 42 })],
        },
        CommandSpec {
            name: "delete",
            label: "Delete a key",
            help: "The client has all filters delete it.",
            arguments: &[("key", ArgumentKind::Number { min: 0, max: KEY_MAX, default: 3 })],
        },
        CommandSpec {
            name: "delete-false-positive",
            label: "Delete what is not there",
            help: "Each filter deletes the last absent key that it took for there.",
            arguments: &[],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let key =
            || call.number(0).and_then(|key| u64::try_from(key).ok()).ok_or_else(|| "It takes a key, which is a number from 0.".to_owned());
        match call.command {
            0 => Ok(Command::Insert(key()?)),
            1 => Ok(Command::Ask(key()?)),
            2 => Ok(Command::Delete(key()?)),
            3 => Ok(Command::DeleteWrong),
            other => Err(format!("There is no command {other}.")),
        }
    }
}

/// How many keys the filters are made for.
pub fn planned(params: &Params) -> u64 {
    let index = usize::try_from(params.get(param::KEYS)).unwrap_or(0);
    KEYS.get(index).copied().unwrap_or(1)
}

/// How many keys are inserted into each filter of a run with so many nodes.
pub fn inserted(params: &Params, nodes: u16) -> u64 {
    let most = INSERTED_MAX / u64::from(nodes.saturating_sub(1).max(1));
    (planned(params) * params.get_u64(param::INSERTED) / 100).clamp(1, most)
}

/// The share of false positives that is aimed at.
pub fn target(params: &Params) -> f64 {
    let index = usize::try_from(params.get(param::TARGET)).unwrap_or(0);
    TARGETS.get(index).copied().unwrap_or(0.01)
}

/// Memory in bits.
pub fn memory_bits(params: &Params) -> u32 {
    let bits = match params.get(param::SIZE_BY) {
        0 => planned(params) * params.get_u64(param::BITS_PER_KEY),
        _ => sizing::bits_for(planned(params) as f64, target(params)) as u64,
    };
    u32::try_from(bits).unwrap_or(BITS_MAX).clamp(8, BITS_MAX)
}

/// The hash functions.
pub fn hashing(params: &Params) -> Hashing {
    let k = match params.get(param::SIZE_BY) {
        0 => u32::try_from(params.get(param::HASHES)).unwrap_or(1),
        _ => sizing::best_k(planned(params) as f64, f64::from(memory_bits(params))),
    };
    Hashing { k: k.clamp(1, HASHES_MAX), seed: params.get_u64(param::SEED) }
}

/// The filter of a node, which is not the client.
pub fn shape(params: &Params, node: u16) -> Shape {
    let at = usize::try_from(params.get(param::KIND)).unwrap_or(0) + usize::from(node.saturating_sub(1));
    let kind = KINDS.get(at % KINDS.len()).copied().unwrap_or(Kind::Bloom);
    Shape::of(kind, memory_bits(params), planned(params))
}

/// The filters' rules as they are set.
pub fn rules(params: &Params) -> Rules {
    Rules {
        bits_stay: params.on(param::BITS_STAY),
        counters_stick: params.on(param::COUNTERS_STICK),
        undo_kicks: params.on(param::UNDO_KICKS),
    }
}
