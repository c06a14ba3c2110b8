//! Ben-Or's randomized consensus (Ben-Or, "Another Advantage of Free Choice: Completely Asynchronous Agreement Protocols", PODC 1983), protocol A,
//! for n nodes of which t < n/2 may crash.
//!
//! There is no timer in it: a node waits for votes, never for time. Its rules are in `rules`, what the page shows is in `show` and
//! `configurations`.
//!
//! ```text
//!   round r:  Report(r, x) ─▶ all     wait for n − t      more than n/2 say v: propose v, else "?"
//!             Proposal(r, v) ─▶ all   wait for n − t      more than t say v: decide v
//!                                                         some says v: x := v;   none does: x := a coin
//! ```
//!
//! Without its coin, a node that saw no proposal takes the value of the lowest-numbered node that it heard. That is a deterministic protocol that
//! keeps agreement and validity, and that a scheduler can keep from ever deciding: the theorem of Fischer, Lynch and Paterson says that every
//! such protocol can be.
//!
//! A node that decides tells all others and stops, where the paper's goes on voting; and one that is restarted goes on from its disk, where the
//! paper's stays down.

mod rules;
mod show;

use super::consensus::{self, Bit, Consensus};
use crate::sim::{CommandId, Context, Env, Never, Node, NodeId, ParamKind, ParamSpec, Params, Protocol};

/// The protocol.
pub struct BenOr;

/// Indices into [`BenOr`]'s params.
pub mod param {
    /// The nodes' inputs, as a pattern that repeats.
    pub const INPUTS: u16 = crate::topics::flp::consensus::INPUTS_PARAM;
    /// t: how many crashes to bear.
    pub const TOLERATED: u16 = 1;
    /// Rule: flip a coin.
    pub const FLIP_COIN: u16 = 2;
    /// Rule: a majority is of all nodes.
    pub const MAJORITY_OF_ALL: u16 = 3;
    /// Rule: adopt a value that somebody proposed.
    pub const ADOPT_PROPOSAL: u16 = 4;
    /// Rule: decide only what more than t propose.
    pub const MORE_THAN_T: u16 = 5;
}

/// The two phases of a round.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Phase {
    /// Reports are gathered.
    #[default]
    Report,
    /// Proposals are gathered.
    Proposal,
}

/// A vote of a node, which is its message of a phase of a round.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Vote {
    /// r, from 1.
    pub round: u32,
    /// Which of the round's two votes.
    pub phase: Phase,
    /// Whose.
    pub from: NodeId,
    /// The value; `None` is "?", which only a proposal may be.
    pub value: Option<Bit>,
}

/// All of a node. It is on disk, so a crash takes nothing but the messages that arrive while the node is down.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stable {
    /// What the node was given to propose.
    pub input: Bit,
    /// x, its value now.
    pub x: Bit,
    /// r, from 1; 0 before the start.
    pub round: u32,
    /// Where in the round it is.
    pub phase: Phase,
    /// What it takes without a coin: the value reported by the lowest-numbered node that it heard in this round.
    pub lowest: Bit,
    /// Votes of this phase and of later ones, sorted, its own among them.
    pub votes: Vec<Vote>,
    /// The value and the round in which it decided.
    pub decided: Option<(Bit, u32)>,
}

/// What nodes send each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// (1, r, x): "my value is x".
    Report {
        /// r.
        round: u32,
        /// x.
        value: Bit,
    },
    /// (2, r, v, D), or (2, r, ?): "most nodes reported v", or that no value had a majority.
    Proposal {
        /// r.
        round: u32,
        /// v, or `None` for "?".
        value: Option<Bit>,
    },
    /// The sender has decided. Not in the paper, where nodes vote on for ever.
    Decided {
        /// The round in which the first node did.
        round: u32,
        /// The value.
        value: Bit,
    },
}

const PARAMS: &[ParamSpec] = &[
    consensus::INPUTS_SPEC,
    ParamSpec {
        name: "tolerated",
        label: "Crashes to bear (t)",
        help: "A node goes on once it has the votes of all but t nodes, its own included. Less than half of the nodes: a larger t counts as that.",
        kind: ParamKind::Range { min: 1, max: 3, step: 1, unit: "" },
        default: 1,
    },
    ParamSpec::rule(
        "flip_coin",
        "Flip a coin when nobody proposes",
        "A random value breaks every tie sooner or later. Without this rule a node takes the value of the lowest-numbered node that it heard, \
         and a scheduler can keep the cluster undecided for ever.",
    ),
    ParamSpec::rule(
        "majority_of_all",
        "A majority is of all nodes",
        "A value is proposed only if more than half of all nodes reported it, so no two values are proposed in one round. Without this rule \
         more than half of the reports that arrived will do.",
    ),
    ParamSpec::rule(
        "adopt_proposal",
        "Adopt what somebody proposes",
        "A node that sees a single proposal takes its value on, since somebody else may have decided it. Without this rule it treats it like none.",
    ),
    ParamSpec::rule(
        "more_than_t",
        "Decide on more than t proposals",
        "Of more than t proposals every node sees one, whichever n − t votes it waits for. Without this rule a single proposal is enough.",
    ),
];

impl Consensus for BenOr {
    fn input(stable: &Stable) -> Bit {
        stable.input
    }
    fn round(stable: &Stable) -> u32 {
        stable.round
    }
    fn decided(stable: &Stable) -> Option<(Bit, u32)> {
        stable.decided
    }
    fn flips_coins(params: &Params) -> bool {
        params.on(param::FLIP_COIN)
    }
}

impl Protocol for BenOr {
    type Stable = Stable;
    type Volatile = ();
    type Message = Message;
    /// There are no timers.
    type Timer = Never;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        let input = consensus::input(env.params, env.me);
        Stable { input, x: input, ..Stable::default() }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) {
        rules::start_round(stable, 1, cx);
        rules::go_on(stable, cx);
    }
    fn on_restart(_: &mut Stable, cx: &mut Context<'_, Self>) {
        cx.say(|| "I go on from what is on my disk.".to_owned());
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        let vote = match *message {
            Message::Report { round, value } => Vote { round, phase: Phase::Report, from, value: Some(value) },
            Message::Proposal { round, value } => Vote { round, phase: Phase::Proposal, from, value },
            Message::Decided { round, value } => return rules::handle_decided(node.stable, value, round, cx),
        };
        rules::handle_vote(node.stable, vote, cx);
    }
    fn on_timer(_: &mut Node<'_, Self>, timer: Never, _: &mut Context<'_, Self>) {
        match timer {}
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}
