//! Consensus with a rotating coordinator and a failure detector that may be wrong (Chandra & Toueg, "Unreliable Failure Detectors for Reliable
//! Distributed Systems", JACM 43(2), 1996, figure 6), for n nodes of which f < n/2 may crash.
//!
//! The phases of figure 6 are in `rules`, a function each. The detector is the one of figure 10, with heartbeats and growing time-outs, in
//! `detector`. Agreement needs nothing of it; that all decide needs that it is right about some node in the end (◇S).
//!
//! ```text
//!   round r, coordinator c:
//!   1  all ─▶ c   (r, estimate, ts)
//!   2  c ─▶ all   of ⌈(n+1)/2⌉ estimates, one with the largest ts
//!   3  all ─▶ c   ack, having adopted it with ts := r;   or nack, if the detector suspects c
//!   4  c          ⌈(n+1)/2⌉ replies, all acks: R-broadcast the decision
//! ```
//!
//! Coordinators take turns from node 0, where the paper's first is its second process. Links lose nothing in the paper, and whoever crashes stays
//! down; a node that is restarted here goes on from its disk. What a node sends itself counts at once.

mod detector;
mod rules;
mod seen;
mod show;

use crate::sim::{CommandId, Context, Env, Never, Node, NodeId, ParamKind, ParamSpec, Protocol, TimerInfo, Timers};
use crate::topics::flp::consensus::{self, Bit, Consensus};
pub use detector::Detector;

/// The protocol.
pub struct ChandraToueg;

/// Indices into [`ChandraToueg`]'s params.
pub mod param {
    /// The nodes' inputs, as a pattern that repeats.
    pub const INPUTS: u16 = crate::topics::flp::consensus::INPUTS_PARAM;
    /// How often a node says that it is alive, in milliseconds.
    pub const HEARTBEAT_MS: u16 = 1;
    /// Δ at first: how long a node may be silent until it is suspected, in milliseconds.
    pub const PATIENCE_MS: u16 = 2;
    /// By how much Δ grows with each mistake, in milliseconds.
    pub const PATIENCE_STEP_MS: u16 = 3;
    /// Rule: a coordinator asks a majority before it proposes.
    pub const ASK_MAJORITY: u16 = 4;
    /// Rule: it proposes the estimate with the largest timestamp.
    pub const LARGEST_TIMESTAMP: u16 = 5;
    /// Rule: it decides when a majority has adopted its estimate.
    pub const MAJORITY_OF_ACKS: u16 = 6;
    /// Rule: a coordinator that is suspected is not waited for.
    pub const SUSPECT: u16 = 7;
}

/// Where a node is in its round, by the numbers of figure 6. Phase 1 takes no time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Phase {
    /// 2: the coordinator gathers estimates.
    Estimates,
    /// 3: for the coordinator's proposal.
    #[default]
    Proposal,
    /// 4: the coordinator gathers replies.
    Replies,
}

/// What belongs to a round.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Letter {
    /// Phase 1, to the coordinator.
    Estimate {
        /// The sender's estimate.
        value: Bit,
        /// The round in which it adopted that; 0 for its input.
        ts: u32,
    },
    /// Phase 2, of the coordinator to all.
    Proposal {
        /// Its estimate.
        value: Bit,
    },
    /// Phase 3: the sender has adopted it.
    Ack,
    /// Phase 3: the sender suspects the coordinator.
    Nack,
}

/// A letter that arrived.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Received {
    /// r.
    pub round: u32,
    /// What.
    pub letter: Letter,
    /// Whose.
    pub from: NodeId,
}

/// All of a node but its detector. It is on disk, so a crash takes nothing of it but the messages that arrive while the node is down.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stable {
    /// What the node was given to propose.
    pub input: Bit,
    /// estimate_p.
    pub estimate: Bit,
    /// ts_p: the round in which it adopted its estimate.
    pub ts: u32,
    /// r_p, from 1; 0 before the start.
    pub round: u32,
    /// Where in the round it is.
    pub phase: Phase,
    /// What has arrived of this round and of later ones, sorted, with what the node sent itself.
    pub inbox: Vec<Received>,
    /// The value and the round in which it was settled.
    pub decided: Option<(Bit, u32)>,
}

/// What nodes send each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// (p, r, …).
    Round {
        /// r.
        round: u32,
        /// The rest.
        letter: Letter,
    },
    /// "p-is-alive".
    Alive,
    /// (p, r, estimate, decide), by R-broadcast: whoever gets it first passes it on.
    Decide {
        /// r.
        round: u32,
        /// The decision.
        value: Bit,
    },
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next "I am alive".
    Heartbeat,
    /// The silence of that node, for Δ.
    Silence(NodeId),
}

const SILENCE_CODES: u32 = 16;

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer::Heartbeat, TimerInfo { name: "heartbeat", action: "send a heartbeat now" })];

    fn code(self) -> u32 {
        match self {
            Timer::Heartbeat => 0,
            Timer::Silence(node) => SILENCE_CODES + u32::from(node.0),
        }
    }
    fn with_argument(code: u32) -> Option<(Self, TimerInfo)> {
        let node = NodeId(u16::try_from(code.checked_sub(SILENCE_CODES)?).ok()?);
        let info = SILENCES.get(node.index()).copied().unwrap_or(TimerInfo { name: "silence", action: "suspect it" });
        Some((Timer::Silence(node), info))
    }
}

/// A word for the silence of each node of the largest cluster.
const SILENCES: [TimerInfo; 7] = [
    TimerInfo { name: "silence of node 0", action: "suspect node 0" },
    TimerInfo { name: "silence of node 1", action: "suspect node 1" },
    TimerInfo { name: "silence of node 2", action: "suspect node 2" },
    TimerInfo { name: "silence of node 3", action: "suspect node 3" },
    TimerInfo { name: "silence of node 4", action: "suspect node 4" },
    TimerInfo { name: "silence of node 5", action: "suspect node 5" },
    TimerInfo { name: "silence of node 6", action: "suspect node 6" },
];

const PARAMS: &[ParamSpec] = &[
    consensus::INPUTS_SPEC,
    ParamSpec {
        name: "heartbeat_ms",
        label: "Heartbeat every",
        help: "How often a node tells all others that it is alive.",
        kind: ParamKind::Range { min: 10, max: 1_000, step: 10, unit: "ms" },
        default: 100,
    },
    ParamSpec {
        name: "patience_ms",
        label: "Patience at first (Δ)",
        help: "A node that was silent for so long is suspected of having crashed.",
        kind: ParamKind::Range { min: 10, max: 5_000, step: 10, unit: "ms" },
        default: 250,
    },
    ParamSpec {
        name: "patience_step_ms",
        label: "More patience after a mistake",
        help: "How much longer a node is waited for from now on, once it was suspected and turned out to be alive. At 0 the detector learns nothing.",
        kind: ParamKind::Range { min: 0, max: 1_000, step: 10, unit: "ms" },
        default: 50,
    },
    ParamSpec::rule(
        "ask_majority",
        "Ask a majority before proposing",
        "One of any majority knows what an earlier majority adopted. Without this rule a coordinator proposes what it holds itself.",
    ),
    ParamSpec::rule(
        "largest_timestamp",
        "Propose the estimate adopted last",
        "The estimate with the largest timestamp is the one that may have been decided. Without this rule the coordinator takes that of the \
         highest-numbered node it heard.",
    ),
    ParamSpec::rule(
        "majority_of_acks",
        "Decide when a majority has adopted",
        "A value that a majority has adopted is met by every later coordinator. Without this rule a coordinator decides as soon as it has \
         proposed.",
    ),
    ParamSpec::rule(
        "suspect",
        "Give up a coordinator that is suspected",
        "Whoever suspects the coordinator says so and goes on to the next round. Without this rule one crash of a coordinator holds all of \
         them up for ever.",
    ),
];

impl Consensus for ChandraToueg {
    fn input(stable: &Stable) -> Bit {
        stable.input
    }
    fn round(stable: &Stable) -> u32 {
        stable.round
    }
    fn decided(stable: &Stable) -> Option<(Bit, u32)> {
        stable.decided
    }
}

impl Protocol for ChandraToueg {
    type Stable = Stable;
    type Volatile = Detector;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        let input = consensus::input(env.params, env.me);
        Stable { input, estimate: input, ..Stable::default() }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Detector {
        let mut detector = Detector::start(cx);
        let node = &mut Node { stable, volatile: &mut detector };
        rules::phase_1(node, 1, cx);
        rules::go_on(node, cx);
        detector
    }
    fn on_restart(_: &mut Stable, cx: &mut Context<'_, Self>) -> Detector {
        cx.say(|| "I go on from what is on my disk.".to_owned());
        Detector::start(cx)
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match *message {
            Message::Round { round, letter } => rules::receive(node, Received { round, letter, from }, cx),
            Message::Alive => detector::handle_alive(node, from, cx),
            Message::Decide { round, value } => rules::r_deliver(node, value, round, cx),
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match timer {
            Timer::Heartbeat => detector::say_alive(cx),
            Timer::Silence(silent) => {
                detector::suspect(node, silent, cx);
                rules::go_on(node, cx);
            }
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}
