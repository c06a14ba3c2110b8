//! The rules of protocol A, a function each.

use super::{BenOr, Message, Phase, Stable, Vote, param};
use crate::sim::Context;
use crate::topics::flp::consensus::Bit;

type Cx<'a> = Context<'a, BenOr>;

/// t, which is less than half of the nodes. With more a node's own vote could be all that it waits for, and its rounds would never end.
fn tolerated(cx: &Cx<'_>) -> usize {
    let most = usize::from(cx.nodes().saturating_sub(1)) / 2;
    usize::try_from(cx.params().get_u64(param::TOLERATED)).unwrap_or(most).min(most)
}

/// n − t: the votes to wait for, one's own included.
fn quorum(cx: &Cx<'_>) -> usize {
    usize::from(cx.nodes()) - tolerated(cx)
}

/// "Step 0/1: send the message (1, r, x) to all." Its own report counts at once.
pub fn start_round(stable: &mut Stable, round: u32, cx: &mut Cx<'_>) {
    (stable.round, stable.phase) = (round, Phase::Report);
    cx.broadcast(Message::Report { round, value: stable.x });
    count(stable, Vote { round, phase: Phase::Report, from: cx.me(), value: Some(stable.x) });
}

/// A report or a proposal. Those of the past are of no use any more, those of the future are kept.
pub fn handle_vote(stable: &mut Stable, vote: Vote, cx: &mut Cx<'_>) {
    if stable.decided.is_some() || (vote.round, vote.phase) < (stable.round, stable.phase) {
        return;
    }
    count(stable, vote);
    go_on(stable, cx);
}

/// Keeps a vote. A copy of it counts once.
fn count(stable: &mut Stable, vote: Vote) {
    let is_same = |other: &Vote| (other.round, other.phase, other.from) == (vote.round, vote.phase, vote.from);
    if !stable.votes.iter().any(is_same) {
        let place = stable.votes.partition_point(|other| *other < vote);
        stable.votes.insert(place, vote);
    }
}

/// Goes from phase to phase for as long as there are n − t votes of the present one.
pub fn go_on(stable: &mut Stable, cx: &mut Cx<'_>) {
    while stable.decided.is_none() {
        let (round, phase) = (stable.round, stable.phase);
        let votes: Vec<Vote> = stable.votes.iter().filter(|vote| (vote.round, vote.phase) == (round, phase)).copied().collect();
        if votes.len() < quorum(cx) {
            return;
        }
        match phase {
            Phase::Report => propose(stable, &votes, cx),
            Phase::Proposal => conclude(stable, &votes, cx),
        }
        let (round, phase) = (stable.round, stable.phase);
        stable.votes.retain(|vote| (vote.round, vote.phase) >= (round, phase));
    }
}

/// "Step 1: if more than n/2 messages have the same value v, send (2, r, v, D) to all, else send (2, r, ?) to all."
fn propose(stable: &mut Stable, reports: &[Vote], cx: &mut Cx<'_>) {
    let of = if cx.params().on(param::MAJORITY_OF_ALL) { usize::from(cx.nodes()) } else { reports.len() };
    let value = (0..=1).find(|bit| 2 * votes_for(reports, *bit) > of);
    let lowest = reports.iter().min_by_key(|vote| vote.from).and_then(|vote| vote.value);
    stable.lowest = lowest.unwrap_or(stable.x);
    let round = stable.round;
    stable.phase = Phase::Proposal;
    cx.say(|| match value {
        Some(value) => format!("More than half of {of} reported {value}: I propose {value}."),
        None => format!("Neither value was reported by more than half of {of}: I propose \u{201c}?\u{201d}."),
    });
    cx.broadcast(Message::Proposal { round, value });
    count(stable, Vote { round, phase: Phase::Proposal, from: cx.me(), value });
}

/// "Step 2: (a) if there is at least one D-message (2, r, v, D), then set x := v, (b) if there are more than t D-messages, decide v,
/// (c) otherwise set x := 0 or 1, each with probability ½. Step 3: r := r + 1, go to step 1."
fn conclude(stable: &mut Stable, proposals: &[Vote], cx: &mut Cx<'_>) {
    let round = stable.round;
    let enough = if cx.params().on(param::MORE_THAN_T) { tolerated(cx) } else { 0 };
    if let Some(value) = (0..=1).find(|bit| votes_for(proposals, *bit) > enough) {
        cx.say(|| format!("{} of my {} votes propose {value}: I decide {value}.", votes_for(proposals, value), proposals.len()));
        return decide(stable, value, round, cx);
    }
    match proposals.iter().find_map(|vote| vote.value).filter(|_| cx.params().on(param::ADOPT_PROPOSAL)) {
        Some(value) => {
            cx.say(|| format!("Somebody proposes {value}, and others may have decided it: my value is {value} now."));
            stable.x = value;
        }
        None if cx.params().on(param::FLIP_COIN) => {
            stable.x = u8::from(cx.choose(2) == 1);
            cx.say(|| format!("Nobody I heard proposes anything. My coin says {}.", stable.x));
        }
        None => {
            stable.x = stable.lowest;
            cx.say(|| format!("Nobody I heard proposes anything. The lowest node that I heard reported {}: I take that.", stable.x));
        }
    }
    start_round(stable, round + 1, cx);
}

fn votes_for(votes: &[Vote], bit: Bit) -> usize {
    votes.iter().filter(|vote| vote.value == Some(bit)).count()
}

/// Decides, tells all, and votes no more.
fn decide(stable: &mut Stable, value: Bit, round: u32, cx: &mut Cx<'_>) {
    stable.decided = Some((value, round));
    stable.x = value;
    stable.votes.clear();
    cx.broadcast(Message::Decided { round, value });
}

/// Somebody has decided. It is passed on, so that all learn of it if any does.
pub fn handle_decided(stable: &mut Stable, value: Bit, round: u32, cx: &mut Cx<'_>) {
    if stable.decided.is_none() {
        decide(stable, value, round, cx);
    }
}
