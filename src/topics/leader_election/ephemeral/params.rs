//! What the reader may set, and what clients may be told to do.

use super::Command;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, ParamKind, ParamSpec};

/// Indices into the protocol's params.
pub mod param {
    /// How long the service waits for a sign of life, in milliseconds.
    pub const SESSION_TIMEOUT_MS: u16 = 0;
    /// Time between pings, in milliseconds.
    pub const PING_MS: u16 = 1;
    /// How long an answer is awaited, in milliseconds.
    pub const RETRY_MS: u16 = 2;
    /// Rule: watch only the next lower znode.
    pub const WATCH_NEXT_LOWER: u16 = 3;
    /// Rule: stop leading when the session may be gone.
    pub const STEP_DOWN: u16 = 4;
    /// Rule: look for one's own znode before creating again.
    pub const FIND_OWN_ZNODE: u16 = 5;
    /// Rule: the store refuses writes of earlier leaders.
    pub const FENCE: u16 = 6;
}

pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "session_timeout_ms",
        label: "Session timeout",
        help: "A session that is silent for so long expires, and its znode goes. A client counts itself as disconnected after \
               two thirds of it.",
        kind: ParamKind::Range { min: 300, max: 9_000, step: 50, unit: "ms" },
        default: 1_500,
    },
    ParamSpec {
        name: "ping_ms",
        label: "Time between pings",
        help: "How often a client shows that it is alive.",
        kind: ParamKind::Range { min: 50, max: 3_000, step: 50, unit: "ms" },
        default: 400,
    },
    ParamSpec {
        name: "retry_ms",
        label: "Patience with an answer",
        help: "A request that is not answered for so long is taken up again.",
        kind: ParamKind::Range { min: 50, max: 3_000, step: 50, unit: "ms" },
        default: 300,
    },
    ParamSpec::rule(
        "watch_next_lower",
        "Watch only the next lower znode",
        "When a znode goes, one client wakes. Without this rule all watch the lowest, and all wake at once: the herd effect. It \
         costs messages, not safety.",
    ),
    ParamSpec::rule(
        "step_down_on_disconnect",
        "Stop leading when disconnected",
        "A leader that has not heard from the service for two thirds of its session timeout stops, by its own clock. Without \
         this rule it goes on leading after its session has expired and another leads.",
    ),
    ParamSpec::rule(
        "find_own_znode",
        "Look for your own znode before creating again",
        "The answer to a Create may be lost. Without this rule the client creates a second znode, and then waits for its own \
         first one to go.",
    ),
    ParamSpec::rule(
        "fence_writes",
        "Refuse writes of earlier leaders",
        "The store remembers the highest sequence number that has written and refuses lower ones. Without this rule a frozen \
         leader that wakes up overwrites its successor's work.",
    ),
];

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "work",
            label: "Write as leader",
            help: "A client that believes to lead writes to the store, under its znode's number; any other refuses.",
            arguments: &[("value", ArgumentKind::Number { min: 0, max: 99, default: 1 })],
        },
        CommandSpec {
            name: "who-leads",
            label: "Ask who leads",
            help: "A client answers from what it saw last, the service from what it holds.",
            arguments: &[],
        },
        CommandSpec {
            name: "resign",
            label: "Resign",
            help: "The client closes its session, so its znode goes at once, and lines up again at the end of the queue.",
            arguments: &[],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        match (call.command, call.number(0)) {
            (0, Some(value)) => Ok(Command::Work(value)),
            (0, None) => Err("What to write is missing: a number.".to_owned()),
            (1, _) => Ok(Command::WhoLeads),
            (2, _) => Ok(Command::Resign),
            (other, _) => Err(format!("This election has no command number {other}.")),
        }
    }
}
