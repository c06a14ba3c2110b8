//! What the reader may set, and what clients may be told to do.

use super::{Command, KEYS, REPLICAS};
use crate::check::history::Model;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, NodeId, ParamKind, ParamSpec, Params};

/// Indices into the protocol's params.
pub mod param {
    /// How the copies are kept: an index into [`STORES`](super::STORES).
    pub const STORE: u16 = 0;
    /// Time between two rounds of anti-entropy, in milliseconds.
    pub const SYNC_MS: u16 = 1;
    /// How long a client waits for an answer, in milliseconds.
    pub const PATIENCE_MS: u16 = 2;
    /// Rule: a client stays with its replica.
    pub const STICKY: u16 = 3;
    /// Rule of the quorum register: both phases wait for a majority.
    pub const MAJORITY: u16 = 4;
    /// Rule of the quorum register: a write first asks for the latest stamp.
    pub const ASK_FIRST: u16 = 5;
    /// Rule of the quorum register: a read writes back what it returns.
    pub const WRITE_BACK: u16 = 6;
    /// Rule of total order: a write returns once its own replica has applied it.
    pub const WAIT_FOR_OWN: u16 = 7;
    /// Rule of total order: updates are applied in the order of their numbers.
    pub const IN_SEQUENCE: u16 = 8;
    /// Rule of causal memory: an update waits for what it depends on.
    pub const DEPENDENCIES: u16 = 9;
    /// Rule of causal memory and of FIFO: updates of one replica are applied in its order.
    pub const SENDER_ORDER: u16 = 10;
    /// Rule of sessions: read your writes.
    pub const READ_YOUR_WRITES: u16 = 11;
    /// Rule of sessions: monotonic reads.
    pub const MONOTONIC_READS: u16 = 12;
    /// Rule of sessions: monotonic writes.
    pub const MONOTONIC_WRITES: u16 = 13;
    /// Rule of sessions: writes follow reads.
    pub const WRITES_FOLLOW_READS: u16 = 14;
}

/// How the copies are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A majority for every read and write (Attiya, Bar-Noy & Dolev).
    Quorum,
    /// One order of all writes, reads of the nearest copy (Attiya & Welch).
    TotalOrder,
    /// Updates wait for their causes (Ahamad et al.).
    Causal,
    /// Updates in each sender's order (Lipton & Sandberg).
    Fifo,
    /// The latest stamp wins, spread by anti-entropy; sessions ask for more (Terry et al.).
    Sessions,
}

const STORES: &[&str] = &["quorum", "total order", "causal", "FIFO", "anti-entropy with sessions"];

impl Kind {
    /// The kind that is set.
    pub fn of(params: &Params) -> Self {
        match params.get(param::STORE) {
            0 => Kind::Quorum,
            1 => Kind::TotalOrder,
            2 => Kind::Causal,
            3 => Kind::Fifo,
            _ => Kind::Sessions,
        }
    }

    /// Whether it promises that model by itself. What follows from it is promised too, but need not be watched.
    pub fn promises(self, model: Model, params: &Params) -> bool {
        match (self, model) {
            (Kind::Quorum, Model::Linearizable)
            | (Kind::TotalOrder, Model::Sequential)
            | (Kind::Causal, Model::Causal)
            | (Kind::Fifo, Model::Pram)
            | (Kind::Sessions, Model::ReadYourWrites | Model::MonotonicReads) => true,
            // Judged for readers whose reads are monotonic.
            (Kind::Sessions, Model::MonotonicWrites | Model::WritesFollowReads) => params.on(param::MONOTONIC_READS),
            _ => false,
        }
    }
}

/// What the reader may set.
pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "store",
        label: "How the copies are kept",
        help: "Quorum gives linearizable registers, total order sequential ones, causal and FIFO what their names say, and anti-entropy \
               with sessions the four session guarantees.",
        kind: ParamKind::Choice(STORES),
        default: 0,
    },
    ParamSpec {
        name: "sync_ms",
        label: "Time between rounds of anti-entropy",
        help: "How often a replica asks another for writes that it lacks. With sessions it is the replicas' lag; elsewhere it only makes \
               up for lost messages.",
        kind: ParamKind::Range { min: 50, max: 10_000, step: 50, unit: "ms" },
        default: 1_000,
    },
    ParamSpec {
        name: "patience_ms",
        label: "Patience of clients",
        help: "A client that has no answer by then goes on. What it had asked for may still happen, or not.",
        kind: ParamKind::Range { min: 100, max: 20_000, step: 100, unit: "ms" },
        default: 3_000,
    },
    ParamSpec::rule(
        "sticky_sessions",
        "Clients stay with their replica",
        "Reads of one copy follow each other only as long as it is the same copy. Without this rule a client may move to a replica that \
         lags behind; the quorum register and sessions bear that.",
    ),
    ParamSpec::rule(
        "majority",
        "Quorum: wait for a majority",
        "Two majorities share a replica, so a read meets every earlier write. Without this rule one answer is enough.",
    ),
    ParamSpec::rule(
        "ask_first",
        "Quorum: ask for the latest stamp before writing",
        "A write is stamped higher than all that were complete. Without this rule it counts on from its own replica's copy, and may be \
         taken for older than one that it follows.",
    ),
    ParamSpec::rule(
        "write_back",
        "Quorum: reads write back",
        "What a read returns is on a majority by then. Without this rule a second read may return an older value than the first.",
    ),
    ParamSpec::rule(
        "wait_for_own_write",
        "Total order: a write returns when its own replica has it",
        "A client's later reads come after its write. Without this rule it may read the copy before its write has come back.",
    ),
    ParamSpec::rule(
        "in_sequence",
        "Total order: apply in the order of numbers",
        "All replicas go through the same states. Without this rule they apply updates as they arrive.",
    ),
    ParamSpec::rule(
        "wait_for_dependencies",
        "Causal: wait for what an update depends on",
        "An update waits until all that its writer's replica had seen is here too. Without this rule an answer may be seen before its \
         question.",
    ),
    ParamSpec::rule(
        "sender_order",
        "Causal and FIFO: apply in each sender's order",
        "Updates of one replica are numbered, and a gap is waited for. Without this rule they are applied as they arrive.",
    ),
    ParamSpec::rule(
        "read_your_writes",
        "Sessions: read your writes",
        "A read goes to a copy that has all the session's writes, or waits until it has them.",
    ),
    ParamSpec::rule(
        "monotonic_reads",
        "Sessions: monotonic reads",
        "A read goes to a copy that has all that the session has seen, or waits.",
    ),
    ParamSpec::rule(
        "monotonic_writes",
        "Sessions: monotonic writes",
        "A write goes to a copy that has the session's earlier writes, or waits, so that it is stamped higher.",
    ),
    ParamSpec::rule(
        "writes_follow_reads",
        "Sessions: writes follow reads",
        "A write goes to a copy that has all that the session has seen, or waits, so that it is stamped higher.",
    ),
];

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "write",
            label: "Write",
            help: "The client writes to a register, x or y, at its replica.",
            arguments: &[("key", ArgumentKind::Text { default: "x" }), ("value", ArgumentKind::Number { min: 1, max: 99, default: 1 })],
        },
        CommandSpec {
            name: "read",
            label: "Read",
            help: "The client reads a register, x or y, at its replica.",
            arguments: &[("key", ArgumentKind::Text { default: "x" })],
        },
        CommandSpec {
            name: "move",
            label: "Move to another replica",
            help: "From now on the client asks that replica, 0 to 2, as when a load balancer sends it elsewhere.",
            arguments: &[("replica", ArgumentKind::Number { min: 0, max: 2, default: 1 })],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let key = || -> Result<u8, String> {
            let key = call.text(0).and_then(|name| KEYS.iter().position(|key| *key == name)).and_then(|at| u8::try_from(at).ok());
            key.ok_or_else(|| "There are two registers, x and y.".to_owned())
        };
        match call.command {
            0 => Ok(Command::Write { key: key()?, value: call.number(1).ok_or("A write needs a value.")? }),
            1 => Ok(Command::Read { key: key()? }),
            2 => {
                let replica = call.number(0).and_then(|number| u16::try_from(number).ok()).filter(|number| *number < REPLICAS);
                Ok(Command::Move(NodeId(replica.ok_or("The replicas are 0, 1 and 2.")?)))
            }
            _ => Err("There is no such command.".to_owned()),
        }
    }
}
