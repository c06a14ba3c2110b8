//! The phases of figure 6, a function each.

use super::detector::Detector;
use super::{ChandraToueg, Letter, Message, Phase, Received, Stable, param};
use crate::sim::{Context, Node, NodeId};
use crate::topics::flp::consensus::Bit;
use std::cmp::Reverse;

type Cx<'a> = Context<'a, ChandraToueg>;
type Me<'a> = Node<'a, ChandraToueg>;

/// ⌈(n + 1)/2⌉.
pub fn majority(nodes: u16) -> usize {
    usize::from(nodes) / 2 + 1
}

/// c: whose turn the round is.
pub fn coordinator(round: u32, nodes: u16) -> NodeId {
    let turn = round.saturating_sub(1) % u32::from(nodes.max(1));
    NodeId(u16::try_from(turn).unwrap_or(0))
}

/// How many messages the coordinator waits for under a rule; without it, its own is enough.
fn needed(rule: u16, cx: &Cx<'_>) -> usize {
    if cx.params().on(rule) { majority(cx.nodes()) } else { 1 }
}

/// "r := r + 1. Phase 1: all processes send their estimate to the current coordinator."
pub fn phase_1(node: &mut Me<'_>, round: u32, cx: &mut Cx<'_>) {
    let stable = &mut *node.stable;
    let c = coordinator(round, cx.nodes());
    stable.round = round;
    stable.phase = if c == cx.me() { Phase::Estimates } else { Phase::Proposal };
    stable.inbox.retain(|received| received.round >= round);
    tell(stable, c, Letter::Estimate { value: stable.estimate, ts: stable.ts }, cx);
}

/// A letter of the past is of no use any more, one of the future is kept.
pub fn receive(node: &mut Me<'_>, received: Received, cx: &mut Cx<'_>) {
    if node.stable.decided.is_some() || received.round < node.stable.round {
        return;
    }
    keep(node.stable, received);
    go_on(node, cx);
}

/// "While not decided": goes from phase to phase for as long as there is nothing to wait for.
pub fn go_on(node: &mut Me<'_>, cx: &mut Cx<'_>) {
    while node.stable.decided.is_none() {
        let went_on = match node.stable.phase {
            Phase::Estimates => phase_2(node.stable, cx),
            Phase::Proposal => phase_3(node, cx),
            Phase::Replies => phase_4(node, cx),
        };
        if !went_on {
            return;
        }
    }
}

/// "Phase 2: the current coordinator gathers ⌈(n + 1)/2⌉ estimates and proposes a new estimate": one with the largest timestamp.
fn phase_2(stable: &mut Stable, cx: &mut Cx<'_>) -> bool {
    let round = stable.round;
    let estimates: Vec<(u32, NodeId, Bit)> = now(stable)
        .filter_map(|received| match received.letter {
            Letter::Estimate { value, ts } => Some((ts, received.from, value)),
            _ => None,
        })
        .collect();
    if estimates.len() < needed(param::ASK_MAJORITY, cx) {
        return false;
    }
    let latest = estimates.iter().max_by_key(|(ts, from, _)| (*ts, Reverse(*from)));
    let last = estimates.iter().max_by_key(|(_, from, _)| *from);
    let Some((ts, from, value)) = (if cx.params().on(param::LARGEST_TIMESTAMP) { latest } else { last }).copied() else { return false };
    stable.estimate = value;
    stable.phase = Phase::Proposal;
    cx.say(|| format!("Of {} estimates I propose {value}, node {from}'s with timestamp {ts}.", estimates.len()));
    cx.broadcast(Message::Round { round, letter: Letter::Proposal { value } });
    keep(stable, Received { round, letter: Letter::Proposal { value }, from: cx.me() });
    true
}

/// "Phase 3: all processes wait for the new estimate proposed by the current coordinator", or until the detector suspects it.
fn phase_3(node: &mut Me<'_>, cx: &mut Cx<'_>) -> bool {
    let stable = &mut *node.stable;
    let round = stable.round;
    let c = coordinator(round, cx.nodes());
    let proposed = now(stable).find_map(|received| match received.letter {
        Letter::Proposal { value } => Some(value),
        _ => None,
    });
    match proposed {
        Some(value) => {
            (stable.estimate, stable.ts) = (value, round);
            cx.say(|| format!("I adopt {value} with timestamp {round}."));
            tell(stable, c, Letter::Ack, cx);
        }
        None if suspects(node.volatile, c, cx) => {
            cx.say(|| format!("I suspect node {c} and wait no longer for its proposal."));
            tell(stable, c, Letter::Nack, cx);
        }
        None => return false,
    }
    if c == cx.me() {
        stable.phase = Phase::Replies;
    } else {
        phase_1(node, round + 1, cx);
    }
    true
}

fn suspects(detector: &Detector, c: NodeId, cx: &Cx<'_>) -> bool {
    cx.params().on(param::SUSPECT) && detector.suspects(c)
}

/// "Phase 4: the current coordinator waits for ⌈(n + 1)/2⌉ replies. If they indicate that ⌈(n + 1)/2⌉ processes adopted its estimate, it
/// R-broadcasts a decide message."
fn phase_4(node: &mut Me<'_>, cx: &mut Cx<'_>) -> bool {
    let (round, value) = (node.stable.round, node.stable.estimate);
    let replies = |wanted: Letter| now(node.stable).filter(|received| received.letter == wanted).count();
    let (acks, nacks, needed) = (replies(Letter::Ack), replies(Letter::Nack), needed(param::MAJORITY_OF_ACKS, cx));
    if acks + nacks < needed {
        return false;
    }
    if acks >= needed {
        cx.say(|| format!("{acks} nodes have adopted {value}: that is decided."));
        r_deliver(node, value, round, cx);
    } else {
        cx.say(|| format!("Of {needed} replies {nacks} are refusals. I cannot tell what the others have adopted."));
        phase_1(node, round + 1, cx);
    }
    true
}

/// "If p R-delivers a decide message, p decides accordingly." It is passed on first, so that all that stay up get it if any does.
pub fn r_deliver(node: &mut Me<'_>, value: Bit, round: u32, cx: &mut Cx<'_>) {
    if node.stable.decided.is_some() {
        return;
    }
    cx.broadcast(Message::Decide { round, value });
    node.stable.decided = Some((value, round));
    node.stable.estimate = value;
    node.stable.inbox.clear();
}

/// Sends a letter of this round, or keeps it if it is to oneself.
fn tell(stable: &mut Stable, to: NodeId, letter: Letter, cx: &mut Cx<'_>) {
    let round = stable.round;
    if to == cx.me() {
        keep(stable, Received { round, letter, from: to });
    } else {
        cx.send(to, Message::Round { round, letter });
    }
}

/// What has arrived of this round.
pub fn now(stable: &Stable) -> impl Iterator<Item = &Received> {
    stable.inbox.iter().filter(|received| received.round == stable.round)
}

/// Keeps a letter. A copy of it counts once.
fn keep(stable: &mut Stable, received: Received) {
    if let Err(place) = stable.inbox.binary_search(&received) {
        stable.inbox.insert(place, received);
    }
}
