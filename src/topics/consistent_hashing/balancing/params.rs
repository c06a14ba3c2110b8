//! What the reader may set, and have the balancer do. Links name both by index: append only.

use super::Command;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, NodeId, ParamKind, ParamSpec, Params};
use crate::topics::consistent_hashing::placement::{METHODS, Method, Rules};

/// Indices of the params.
pub mod param {
    /// How keys are placed.
    pub const METHOD: u16 = 0;
    /// Virtual nodes of a server.
    pub const TOKENS: u16 = 1;
    /// Bounded loads: percent above the average.
    pub const EPSILON_PERCENT: u16 = 2;
    /// Requests a second.
    pub const RATE: u16 = 3;
    /// Of a hundred requests those for the hot key.
    pub const HOT_PERCENT: u16 = 4;
    /// Keys that the others are for.
    pub const KEYS: u16 = 5;
    /// Keys that a cache has room for.
    pub const CACHE: u16 = 6;
    /// Service from the cache, in milliseconds.
    pub const HIT_MS: u16 = 7;
    /// Service of what has to be fetched, in milliseconds.
    pub const MISS_MS: u16 = 8;
    /// Seed of the hash function.
    pub const HASH_SEED: u16 = 9;
}

/// Entries of Maglev's table: a prime.
const TABLE: u32 = 251;
/// The most servers that there may be.
const SERVERS_MAX: i64 = 10;

/// In the order of the constants above.
pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "method",
        label: "Placement",
        help: "How the server of a request is found.",
        kind: ParamKind::Choice(METHODS),
        default: 1,
    },
    ParamSpec {
        name: "tokens",
        label: "Virtual nodes",
        help: "Places of a server on the ring.",
        kind: ParamKind::Range { min: 1, max: 256, step: 1, unit: "a server" },
        default: 16,
    },
    ParamSpec {
        name: "epsilon_percent",
        label: "Bounded loads: ε",
        help: "No server is given a request beyond (1 + ε) times the average of those in flight.",
        kind: ParamKind::Range { min: 5, max: 200, step: 5, unit: "%" },
        default: 25,
    },
    ParamSpec {
        name: "rate",
        label: "Requests",
        help: "How many come in a second, on average.",
        kind: ParamKind::Range { min: 1, max: 400, step: 1, unit: "a second" },
        default: 60,
    },
    ParamSpec {
        name: "hot_percent",
        label: "For the hot key",
        help: "Of a hundred requests so many are for key 0. The others are for any key alike.",
        kind: ParamKind::Range { min: 0, max: 100, step: 5, unit: "%" },
        default: 0,
    },
    ParamSpec {
        name: "keys",
        label: "Keys",
        help: "Keys that requests are for.",
        kind: ParamKind::Range { min: 1, max: 500, step: 1, unit: "keys" },
        default: 120,
    },
    ParamSpec {
        name: "cache",
        label: "Room in a cache",
        help: "Keys that a server remembers. The one that was not asked for longest goes first.",
        kind: ParamKind::Range { min: 1, max: 500, step: 1, unit: "keys" },
        default: 60,
    },
    ParamSpec {
        name: "hit_ms",
        label: "Answer from the cache",
        help: "How long it takes.",
        kind: ParamKind::Range { min: 1, max: 200, step: 1, unit: "ms" },
        default: 20,
    },
    ParamSpec {
        name: "miss_ms",
        label: "Answer that must be fetched",
        help: "How long it takes.",
        kind: ParamKind::Range { min: 1, max: 500, step: 1, unit: "ms" },
        default: 50,
    },
    ParamSpec {
        name: "hash_seed",
        label: "Seed of the hash function",
        help: "Another seed puts every key and every server elsewhere.",
        kind: ParamKind::Range { min: 0, max: 999, step: 1, unit: "" },
        default: 0,
    },
];

/// How keys are placed, as set.
pub fn method(params: &Params) -> Method {
    Method::of(params.get_u64(param::METHOD))
}

/// The rules of placement. Bounded loads begin at the same places as the plain ring: the bound is on requests and not on keys.
pub fn rules(params: &Params) -> Rules {
    let u32_of = |index| u32::try_from(params.get_u64(index)).unwrap_or(u32::MAX);
    let method = if method(params) == Method::Bounded { Method::Circle } else { method(params) };
    Rules { method, seed: u32_of(param::HASH_SEED), tokens: u32_of(param::TOKENS), table: TABLE, replicas: 1, ..Rules::default() }
}

const SERVER: (&str, ArgumentKind) = ("server", ArgumentKind::Number { min: 1, max: SERVERS_MAX, default: 2 });

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec { name: "take-out", label: "Take a server out", help: "It gets no more requests.", arguments: &[SERVER] },
        CommandSpec { name: "put-back", label: "Put a server back", help: "It gets requests again.", arguments: &[SERVER] },
        CommandSpec {
            name: "ask",
            label: "Ask for a key",
            help: "One more request.",
            arguments: &[("key", ArgumentKind::Number { min: 0, max: 499, default: 0 })],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let number = call.number(0).and_then(|number| u16::try_from(number).ok());
        let server = || match number {
            Some(number) if (1..=SERVERS_MAX).contains(&number.into()) => Ok(NodeId(number)),
            _ => Err("Say which server, by its number.".to_owned()),
        };
        match call.command {
            0 => Ok(Command::TakeOut(server()?)),
            1 => Ok(Command::PutBack(server()?)),
            2 => number.map(Command::Ask).ok_or_else(|| "Say which key.".to_owned()),
            other => Err(format!("The balancer has no command number {other}.")),
        }
    }
}
