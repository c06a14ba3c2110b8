//! Election on a ring (Chang and Roberts, "An Improved Algorithm for Decentralized Extrema-Finding in Circular Configurations
//! of Processes", CACM 22(5), 1979): a candidate's number goes round; whoever has a larger one swallows it.
//!
//! Processes have numbers, which are not the node ids: how they lie on the ring decides what an election costs. Messages go
//! one way, from a node to the next. The paper knows no failures; skipping a dead successor is an extra, off by default.
//!
//! ```text
//!   best: numbers rise along the way        worst: numbers fall along the way
//!   2n − 1 election messages                n(n + 1) / 2
//! ```

mod arrangement;
mod rules;
mod show;
mod tokens;

use crate::sim::{
    CommandCall, CommandId, CommandSpec, Commands, Context, Env, Node, NodeId, ParamKind, ParamSpec, Protocol, TimerInfo, Timers,
};
pub use arrangement::number_of;
use tokens::Tokens;

/// The protocol. Node i sends to node i + 1, the last to node 0.
pub struct Ring;

/// Indices into [`Ring`]'s params.
pub mod param {
    /// How the numbers lie on the ring.
    pub const ARRANGEMENT: u16 = 0;
    /// Which permutation, if the arrangement is chosen by number.
    pub const PERMUTATION: u16 = 1;
    /// Who starts elections by itself.
    pub const INITIATORS: u16 = 2;
    /// When the initiators start, in milliseconds.
    pub const BEGIN_MS: u16 = 3;
    /// Rule: swallow smaller numbers.
    pub const SWALLOW: u16 = 4;
    /// Toggle: pass over a successor that does not acknowledge.
    pub const SKIP_DEAD: u16 = 5;
    /// How long an acknowledgement is awaited, in milliseconds.
    pub const ACK_LIMIT_MS: u16 = 6;
}

/// What survives a crash: the process's identity.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stable {
    /// The process's number, unique on the ring: from 1 to n.
    pub number: u32,
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Volatile {
    /// Whether it takes part in an election now.
    pub participant: bool,
    /// Number of the elected process, as far as it knows.
    pub elected: Option<u32>,
    /// Whether that is itself.
    pub leads: bool,
    /// With the extra: what is not yet acknowledged, and how many nodes ahead it was sent.
    pub unacknowledged: Vec<(Token, u16)>,
}

/// What goes round the ring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Token {
    /// The process of that number is a candidate.
    Election(u32),
    /// The process of that number is elected.
    Elected(u32),
}

/// A token, or with the extra its acknowledgement.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// To the next node.
    Token(Token),
    /// Back to the sender.
    Ack(Token),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The moment at which initiators start.
    Begin,
    /// The acknowledgement of a token.
    Ack(Token),
}

const ACK_CODES: u32 = 16;

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer::Begin, TimerInfo { name: "start of the election", action: "start now" })];

    fn code(self) -> u32 {
        match self {
            Timer::Begin => 0,
            Timer::Ack(Token::Election(number)) => ACK_CODES + 2 * number,
            Timer::Ack(Token::Elected(number)) => ACK_CODES + 2 * number + 1,
        }
    }
    fn with_argument(code: u32) -> Option<(Self, TimerInfo)> {
        let code = code.checked_sub(ACK_CODES)?;
        let token = if code % 2 == 0 { Token::Election(code / 2) } else { Token::Elected(code / 2) };
        Some((Timer::Ack(token), TimerInfo { name: "acknowledgement", action: "give the successor up" }))
    }
}

/// What clients ask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Become a candidate.
    StartElection,
    /// Which process is elected?
    WhoLeads,
}

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "start-election",
            label: "Start an election",
            help: "The process becomes a candidate and sends its number round, unless it takes part in an election already.",
            arguments: &[],
        },
        CommandSpec {
            name: "who-leads",
            label: "Ask who leads",
            help: "The process answers with the number of the elected process that it knows.",
            arguments: &[],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        match call.command {
            0 => Ok(Command::StartElection),
            1 => Ok(Command::WhoLeads),
            other => Err(format!("The ring has no command number {other}.")),
        }
    }
}

/// 12! − 1: a number for each arrangement of the largest ring.
const PERMUTATION_MAX: i64 = 479_001_599;

const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "arrangement",
        label: "Numbers along the ring",
        help: "How the processes' numbers lie in the direction of the messages. It decides the cost. Read at the start of a run.",
        kind: ParamKind::Choice(&["rising (best case)", "falling (worst case)", "shuffled"]),
        default: 2,
    },
    ParamSpec {
        name: "permutation",
        label: "Shuffle",
        help: "Which of the n! arrangements, if they are shuffled. Read at the start of a run.",
        kind: ParamKind::Range { min: 0, max: PERMUTATION_MAX, step: 1, unit: "" },
        default: 1_979,
    },
    ParamSpec {
        name: "initiators",
        label: "Who starts",
        help: "The processes that start an election by themselves. Any can be told to at any time.",
        kind: ParamKind::Choice(&["all at once", "node 0", "nobody"]),
        default: 0,
    },
    ParamSpec {
        name: "begin_ms",
        label: "Start after",
        help: "How long after it came up an initiator starts.",
        kind: ParamKind::Range { min: 0, max: 5_000, step: 50, unit: "ms" },
        default: 200,
    },
    ParamSpec::rule(
        "swallow",
        "Swallow smaller numbers",
        "A candidate's number that meets a larger process stops there. Without this rule every number comes home, and \
               every candidate believes to be elected.",
    ),
    ParamSpec {
        name: "skip_dead",
        label: "Skip dead successors",
        help: "Not in the paper, whose ring never breaks: tokens are acknowledged, and one that is not goes to the node after \
               next. A slow or unreachable node is skipped like a dead one, so a partition elects two leaders; and the number \
               of a candidate that crashed may circle for ever.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec {
        name: "ack_limit_ms",
        label: "Patience with a successor",
        help: "How long an acknowledgement is awaited, if dead successors are skipped.",
        kind: ParamKind::Range { min: 20, max: 1_000, step: 10, unit: "ms" },
        default: 100,
    },
];

impl Protocol for Ring {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Tokens;

    const PARAMS: &'static [ParamSpec] = PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        Stable { number: number_of(env.me.0, env.nodes, env.params) }
    }
    fn on_start(_: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        rules::wait_to_begin(cx);
        Volatile::default()
    }
    fn on_restart(_: &mut Stable, _: &mut Context<'_, Self>) -> Volatile {
        Volatile::default()
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match message {
            Message::Ack(token) => rules::handle_ack(node, *token, cx),
            Message::Token(token) => {
                rules::acknowledge(from, *token, cx);
                match token {
                    Token::Election(number) => rules::handle_election(node, *number, cx),
                    Token::Elected(number) => rules::handle_elected(node, *number, cx),
                }
            }
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match timer {
            Timer::Begin => rules::start_election(node, cx),
            Timer::Ack(token) => rules::skip_successor(node, token, cx),
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Context<'_, Self>) {
        rules::handle_command(node, id, *command, cx);
    }
}
