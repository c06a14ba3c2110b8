//! The Bully algorithm (Garcia-Molina, "Elections in a Distributed Computing System", IEEE ToC C-31(1), 1982, §III): the
//! highest node that is up becomes coordinator, by halting all below it.
//!
//! The procedures of the paper's appendix are in `procedures`, under their names; what the page shows is in `show`. The paper's
//! remote calls are a message and its answer here, with the time limit T. It asks higher nodes one by one; here all at once,
//! since the first answer ends the question.
//!
//! ```text
//!   ELECTION(i):  AreYouThere ─▶ all above i      an answer: leave it to them
//!                 Halt        ─▶ all below i, from the highest down
//!                 NewCoordinator, Ready ─▶ all that were halted
//! ```

mod procedures;
mod show;

use crate::sim::{
    CommandCall, CommandId, CommandSpec, Commands, Context, Env, Node, NodeId, ParamKind, ParamSpec, Protocol, TimerInfo, Timers,
};

/// The protocol. Nodes are ranked by their numbers.
pub struct Bully;

/// Indices into [`Bully`]'s params.
pub mod param {
    /// T: how long a call waits for its answer, in milliseconds.
    pub const CALL_LIMIT_MS: u16 = 0;
    /// How often the coordinator runs CHECK, in milliseconds.
    pub const CHECK_MS: u16 = 1;
    /// After how long without the coordinator a node runs TIMEOUT, in milliseconds.
    pub const SILENCE_MS: u16 = 2;
    /// Rule: ask higher nodes first.
    pub const ASK_HIGHER: u16 = 3;
    /// Rule: halt lower nodes before taking over.
    pub const HALT_FIRST: u16 = 4;
    /// Rule: halt them one by one, from the highest down.
    pub const HALT_IN_ORDER: u16 = 5;
    /// Rule: accept as coordinator only the node that halted last.
    pub const REMEMBER_HALTER: u16 = 6;
}

/// What survives a crash: one of the paper's "safe storage cells".
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stable {
    /// Rounds of calls made so far, so that an answer from before a crash is not taken for a new one.
    pub calls: u32,
}

/// S(i).s, without "Down", which the world knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Status {
    /// Halted, waiting for a coordinator.
    Election,
    /// It knows the coordinator, not yet the task.
    Reorganization,
    /// At work.
    Normal,
}

/// S(i).d, the task: who set it, and in which of its rounds.
pub type Task = (NodeId, u32);

/// The paper's state vector S(i), and the procedure that is under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Volatile {
    /// i, the node itself.
    pub i: NodeId,
    /// S(i).s, the status.
    pub s: Status,
    /// S(i).c, the coordinator.
    pub c: Option<NodeId>,
    /// S(i).h, the node that halted this one last.
    pub h: Option<NodeId>,
    /// S(i).d, the task.
    pub d: Option<Task>,
    /// S(i).Up: nodes that this one halted.
    pub up: Vec<NodeId>,
    /// What is under way.
    pub procedure: Procedure,
    /// Nodes whose answer to the present call is awaited.
    pub awaiting: Vec<NodeId>,
    /// Work done as coordinator.
    pub work: u32,
}

/// The part of a procedure whose calls are under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Procedure {
    /// None.
    Idle,
    /// TIMEOUT: is the coordinator there?
    AskCoordinator,
    /// ELECTION, first step: is a higher node there?
    AskHigher,
    /// ELECTION, second step: halting; these are still to be called.
    HaltLower(Vec<NodeId>),
    /// ELECTION, past the election point: "I am the coordinator."
    Announce,
    /// ELECTION, last step: "this is the task."
    Distribute,
    /// CHECK: is everybody normal?
    Check,
}

impl Procedure {
    /// Whether it is a step of ELECTION.
    pub fn is_election(&self) -> bool {
        !matches!(self, Procedure::Idle | Procedure::AskCoordinator | Procedure::Check)
    }
}

/// The paper's remote procedures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Call {
    /// Is the node up?
    AreYouThere,
    /// Is the node in status Normal?
    AreYouNormal,
    /// Stop what you do.
    Halt,
    /// The caller is the coordinator.
    NewCoordinator,
    /// Go to work on this.
    Ready(Task),
}

/// A call, or the answer to one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Round number `round` of the caller.
    Call {
        /// The caller's count.
        round: u32,
        /// What is called.
        call: Call,
    },
    /// The call was carried out.
    Answer {
        /// The caller's count.
        round: u32,
        /// AreYouNormal: whether the node is. Otherwise true.
        yes: bool,
    },
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The answers to the present call.
    CallLimit,
    /// A word from the coordinator.
    Silence,
    /// The coordinator's next CHECK.
    Check,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::CallLimit, TimerInfo { name: "time limit T of a call", action: "stop waiting for answers" }),
        (Timer::Silence, TimerInfo { name: "silence of the coordinator", action: "time out now" }),
        (Timer::Check, TimerInfo { name: "next check", action: "check all nodes now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What clients ask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Run ELECTION.
    StartElection,
    /// Who is the coordinator?
    WhoLeads,
    /// Do something that only a coordinator may.
    Work,
}

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "start-election",
            label: "Start an election",
            help: "The node runs ELECTION, as if it had found the coordinator gone.",
            arguments: &[],
        },
        CommandSpec {
            name: "who-leads",
            label: "Ask who leads",
            help: "The node answers with the coordinator that it knows.",
            arguments: &[],
        },
        CommandSpec {
            name: "work",
            label: "Ask it to act as coordinator",
            help: "A node that believes to be coordinator does it at once; any other refuses.",
            arguments: &[],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        match call.command {
            0 => Ok(Command::StartElection),
            1 => Ok(Command::WhoLeads),
            2 => Ok(Command::Work),
            other => Err(format!("The Bully algorithm has no command number {other}.")),
        }
    }
}

const fn milliseconds(name: &'static str, label: &'static str, help: &'static str, range: (i64, i64), default: i64) -> ParamSpec {
    ParamSpec { name, label, help, kind: ParamKind::Range { min: range.0, max: range.1, step: 10, unit: "ms" }, default }
}

const PARAMS: &[ParamSpec] = &[
    milliseconds(
        "call_limit_ms",
        "Time limit T of a call",
        "A node that has not answered by then counts as down. The algorithm is right only if no answer ever takes longer.",
        (20, 1_000),
        100,
    ),
    milliseconds("check_ms", "Time between checks", "How often the coordinator asks all nodes whether they are normal.", (100, 5_000), 300),
    milliseconds(
        "silence_ms",
        "Patience with the coordinator",
        "A node that hears nothing from its coordinator for so long asks whether it is there.",
        (200, 10_000),
        800,
    ),
    ParamSpec::rule(
        "ask_higher",
        "Ask higher nodes first",
        "A node takes over only if no higher node answers. Without this rule a lower node takes over beside a living coordinator.",
    ),
    ParamSpec::rule(
        "halt_first",
        "Halt lower nodes before taking over",
        "Nobody works under an old coordinator when the new one begins. Without this rule it is the textbooks' shorter form, \
         in which for one message's flight nodes follow different coordinators.",
    ),
    ParamSpec::rule(
        "halt_in_order",
        "Halt one by one, from the highest down",
        "A rival is halted before anyone whom it might still win over. Without this rule all are halted at once, and a fast \
         rival can slip in between.",
    ),
    ParamSpec::rule(
        "remember_halter",
        "Follow only the node that halted last",
        "A late NewCoordinator from a rival that was itself halted is ignored. Without this rule it is believed.",
    ),
];

impl Protocol for Bully {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = PARAMS;

    fn blank_disk(_: &Env<'_>) -> Stable {
        Stable::default()
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        procedures::recovery(stable, cx)
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match message {
            Message::Call { round, call } => procedures::handle_call(node, from, *round, *call, cx),
            Message::Answer { round, yes } => procedures::handle_answer(node, from, *round, *yes, cx),
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match timer {
            Timer::CallLimit => procedures::on_time_limit(node, cx),
            Timer::Silence => procedures::timeout(node, cx),
            Timer::Check => procedures::check(node, cx),
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Context<'_, Self>) {
        procedures::handle_command(node, id, *command, cx);
    }
}

/// Whether a node believes to be coordinator: past its election point, its own coordinator.
fn is_coordinator(node: &Volatile) -> bool {
    node.s != Status::Election && node.c == Some(node.i)
}
