//! What the reader may set, and what a client may ask. Links name both by index: append only.

use super::message::{Ask, Command};
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, NodeId, ParamKind, ParamSpec, Params};
use crate::topics::consistent_hashing::placement::{METHODS, Method, Rules};

/// Indices of the params.
pub mod param {
    /// How keys are placed.
    pub const METHOD: u16 = 0;
    /// Keys at the start.
    pub const KEYS: u16 = 1;
    /// Nodes that keep keys at the start.
    pub const MEMBERS: u16 = 2;
    /// Virtual nodes of a node.
    pub const TOKENS: u16 = 3;
    /// Copies of a key.
    pub const REPLICAS: u16 = 4;
    /// Keys in one hand-off.
    pub const BATCH: u16 = 5;
    /// Bounded loads: percent above the average.
    pub const EPSILON_PERCENT: u16 = 6;
    /// Entries of Maglev's table.
    pub const TABLE: u16 = 7;
    /// Seed of the hash function.
    pub const HASH_SEED: u16 = 8;
    /// Patience with what was sent and not answered, in milliseconds.
    pub const RETRY_MS: u16 = 9;
    /// Rule: copies on distinct nodes.
    pub const DISTINCT: u16 = 10;
    /// Rule: delete what was handed off after its acknowledgement only.
    pub const DELETE_AFTER_ACK: u16 = 11;
    /// Rule: fetch a key that has not come yet before answering.
    pub const FETCH_MISSING: u16 = 12;
}

/// Primes, for a table in which every backend's list meets every entry.
const TABLE_SIZES: [u32; 4] = [13, 101, 251, 1_009];

/// In the order of the constants above.
pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "method",
        label: "Placement",
        help: "How the node of a key is found. A change counts from the next join or leave on; then keys go to where the new method wants them.",
        kind: ParamKind::Choice(METHODS),
        default: 1,
    },
    ParamSpec {
        name: "keys",
        label: "Keys at the start",
        help: "Keys 0, 1, 2 … that are there when the run begins. Read at the start of a run.",
        kind: ParamKind::Range { min: 1, max: 500, step: 1, unit: "keys" },
        default: 60,
    },
    ParamSpec {
        name: "members",
        label: "Storage nodes at the start",
        help: "Nodes 1, 2 … that keep keys when the run begins; the others are spare. Read at the start of a run.",
        kind: ParamKind::Range { min: 1, max: 10, step: 1, unit: "nodes" },
        default: 4,
    },
    ParamSpec {
        name: "tokens",
        label: "Virtual nodes",
        help: "Places on the ring for a node of weight 1. Counts from the next join or leave on.",
        kind: ParamKind::Range { min: 1, max: 256, step: 1, unit: "a node" },
        default: 16,
    },
    ParamSpec {
        name: "replicas",
        label: "Copies of a key",
        help: "Length of a key's preference list. Read at the start of a run.",
        kind: ParamKind::Range { min: 1, max: 3, step: 1, unit: "copies" },
        default: 1,
    },
    ParamSpec {
        name: "batch",
        label: "Keys in a hand-off",
        help: "Keys that travel in one message. With 1, each key that moves is a message of its own.",
        kind: ParamKind::Range { min: 1, max: 50, step: 1, unit: "keys" },
        default: 1,
    },
    ParamSpec {
        name: "epsilon_percent",
        label: "Bounded loads: ε",
        help: "No node holds more than (1 + ε) times the average. Counts from the next join or leave on.",
        kind: ParamKind::Range { min: 5, max: 200, step: 5, unit: "%" },
        default: 25,
    },
    ParamSpec {
        name: "table",
        label: "Maglev: entries of the table",
        help: "A prime. The larger, the more equal the nodes' parts. Counts from the next join or leave on.",
        kind: ParamKind::Choice(&["13", "101", "251", "1,009"]),
        default: 2,
    },
    ParamSpec {
        name: "hash_seed",
        label: "Seed of the hash function",
        help: "Another seed puts every key and every node elsewhere. Counts from the next join or leave on.",
        kind: ParamKind::Range { min: 0, max: 999, step: 1, unit: "" },
        default: 0,
    },
    ParamSpec {
        name: "retry_ms",
        label: "Try again after",
        help: "How long an answer is awaited before the same is sent again.",
        kind: ParamKind::Range { min: 50, max: 5_000, step: 50, unit: "ms" },
        default: 300,
    },
    ParamSpec::rule(
        "distinct",
        "Copies on distinct nodes",
        "A preference list passes over virtual nodes of a machine that it holds already. Without this rule both copies of a key may be on one machine.",
    ),
    ParamSpec::rule(
        "delete_after_ack",
        "Delete after the acknowledgement",
        "A node keeps what it hands off until the receiver has said that it is on its disk. Without this rule a lost message is a lost key.",
    ),
    ParamSpec::rule(
        "fetch_missing",
        "Fetch what has not come yet",
        "A new owner that is asked for a key which is still on its way asks the old owner for it first. Without this rule it says that there is no such key.",
    ),
];

/// How keys are placed, as set.
pub fn rules(params: &Params) -> Rules {
    let u32_of = |index| u32::try_from(params.get_u64(index)).unwrap_or(u32::MAX);
    Rules {
        method: Method::of(params.get_u64(param::METHOD)),
        seed: u32_of(param::HASH_SEED),
        tokens: u32_of(param::TOKENS),
        table: TABLE_SIZES.get(u32_of(param::TABLE) as usize).copied().unwrap_or(13),
        epsilon_percent: u32_of(param::EPSILON_PERCENT),
        keys: u32_of(param::KEYS),
        replicas: u32_of(param::REPLICAS),
        distinct: params.on(param::DISTINCT),
    }
}

const NODE: (&str, ArgumentKind) = ("member", ArgumentKind::Number { min: 1, max: 10, default: 5 });
const KEY: (&str, ArgumentKind) = ("key", ArgumentKind::Number { min: 0, max: 999, default: 0 });

/// Commands of the membership.
pub const JOIN: u16 = 0;
/// A planned leave.
pub const LEAVE: u16 = 1;
/// A node is declared dead.
pub const REMOVE: u16 = 2;
/// A client's write.
pub const WRITE: u16 = 3;
/// A client's read.
pub const READ: u16 = 4;

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "join",
            label: "Let a node join",
            help: "The node becomes a member, and keys move to it.",
            arguments: &[NODE, ("weight", ArgumentKind::Number { min: 1, max: 10, default: 1 })],
        },
        CommandSpec {
            name: "leave",
            label: "Let a node leave",
            help: "The node hands its keys off and is then spare.",
            arguments: &[NODE],
        },
        CommandSpec {
            name: "remove",
            label: "Declare a node dead",
            help: "The node is a member no more and is not waited for; its keys come from other copies, if there are any.",
            arguments: &[NODE],
        },
        CommandSpec {
            name: "write",
            label: "Write a key",
            help: "Any storage node: it passes the write to the key's first node, which answers when all copies are on disk.",
            arguments: &[KEY, ("value", ArgumentKind::Number { min: 0, max: 999, default: 7 })],
        },
        CommandSpec {
            name: "read",
            label: "Read a key",
            help: "Any storage node: it passes the read to the key's first node.",
            arguments: &[KEY],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let number = |index: usize, what: &str, max: i64| {
            let number = call.number(index).ok_or_else(|| format!("Say which {what}."))?;
            u16::try_from(number).ok().filter(|number| i64::from(*number) <= max).ok_or_else(|| format!("There is no {what} {number}."))
        };
        let node = || number(0, "node", 10).map(NodeId);
        match call.command {
            JOIN => Ok(Command::Join { node: node()?, weight: u32::from(number(1, "weight", 10)?.max(1)) }),
            LEAVE => Ok(Command::Leave(node()?)),
            REMOVE => Ok(Command::Remove(node()?)),
            WRITE => Ok(Command::Client { key: number(0, "key", 999)?, ask: Ask::Write(number(1, "value", 999)?) }),
            READ => Ok(Command::Client { key: number(0, "key", 999)?, ask: Ask::Read }),
            other => Err(format!("The store has no command number {other}.")),
        }
    }
}
