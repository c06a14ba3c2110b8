//! Three ways to tell the others: states (Shapiro et al. 2011, §2.2), operations (§2.3), deltas (Almeida, Shoker & Baquero 2018, Algorithm 2).
//!
//! So that a cluster in which all know everything falls silent, whatever arrives is confirmed; Shapiro et al. just keep sending states.

use super::Replicas;
use super::data::{Delta, Effect};
use super::message::{Message, Operation};
use super::params::{Rules, Way, param};
use super::replica::Replica;
use super::seen::Seen;
use crate::sim::hash::stable_hash;
use crate::sim::{Context, NodeId};
use std::rc::Rc;

/// What a replica knows about what the others know. A crash takes it, and then it sends more than it need.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Session {
    /// States: a hash of the last state that each other is known to have had.
    digests: Vec<u64>,
    /// Operations: how many of this replica's each other has confirmed.
    confirmed: Vec<u32>,
    /// Operations: how many there were at the last round; those since are still on their first way.
    due: u32,
    /// Deltas: those that not everybody has confirmed, the oldest first (`D`).
    buffer: Vec<Rc<Delta>>,
    /// Deltas: the count of the first in the buffer.
    first: u32,
    /// Deltas: the count up to which each other has confirmed them (`A`).
    acked: Vec<u32>,
    /// Deltas: the count up to which they were sent to each other; counts only without the rule `intervals`.
    sent: Vec<u32>,
}

impl Session {
    /// Nothing is known: after a start, and after a crash.
    pub fn new(replicas: u16, deltas: u32) -> Self {
        let none = || vec![0; usize::from(replicas)];
        Session {
            digests: vec![0; usize::from(replicas)],
            confirmed: none(),
            first: deltas,
            acked: none(),
            sent: none(),
            ..Session::default()
        }
    }
}

fn of(counts: &[u32], node: NodeId) -> u32 {
    counts.get(node.index()).copied().unwrap_or(0)
}

fn raise(counts: &mut [u32], node: NodeId, to: u32) {
    if let Some(count) = counts.get_mut(node.index()) {
        *count = (*count).max(to);
    }
}

/// Notes a state that another has had.
fn has(session: &mut Session, node: NodeId, digest: u64) {
    if let Some(had) = session.digests.get_mut(node.index()) {
        *had = digest;
    }
}

fn digest(replica: &Replica) -> u64 {
    stable_hash(&(&replica.data, &replica.seen))
}

/// After an update that was made here: an operation is sent at once, the rest with the next round.
pub fn announce(way: Way, replica: &mut Replica, session: &mut Session, effect: &Effect, cx: &mut Context<'_, Replicas>) {
    match way {
        Way::States => {}
        Way::Operations => {
            if let Some(operation) = replica.log.last().filter(|_| Way::in_use(cx.params()).contains(&way)) {
                cx.broadcast(Message::Operations(vec![operation.clone()]));
            }
        }
        Way::Deltas => keep_delta(replica, session, replica.data.delta(effect, cx.me().0, &Rules::of(cx.params()))),
    }
}

/// Puts a delta into the buffer, for passing it on.
fn keep_delta(replica: &mut Replica, session: &mut Session, delta: Delta) {
    session.buffer.push(Rc::new(delta));
    replica.deltas += 1;
}

/// A round of one way: sends each other what it has not confirmed. Says whether there was something.
pub fn round(way: Way, replica: &Replica, session: &mut Session, cx: &mut Context<'_, Replicas>) -> bool {
    match way {
        Way::States => send_states(replica, session, cx),
        Way::Operations => send_operations(replica, session, cx),
        Way::Deltas => send_deltas(replica, session, cx),
    }
}

fn send_states(replica: &Replica, session: &Session, cx: &mut Context<'_, Replicas>) -> bool {
    let digest = digest(replica);
    let mut is_open = false;
    for peer in cx.peers() {
        if !replica.seen.is_empty() && session.digests.get(peer.index()) != Some(&digest) {
            is_open = true;
            cx.send(peer, Message::State { data: Rc::clone(&replica.data), seen: replica.seen.clone(), clock: replica.clock });
        }
    }
    is_open
}

fn send_operations(replica: &Replica, session: &mut Session, cx: &mut Context<'_, Replicas>) -> bool {
    let mut is_open = false;
    for peer in cx.peers() {
        let confirmed = of(&session.confirmed, peer);
        let rest = replica.log.get(confirmed as usize..).unwrap_or(&[]);
        is_open |= !rest.is_empty();
        if confirmed < session.due && !rest.is_empty() {
            cx.send(peer, Message::Operations(rest.to_vec()));
        }
    }
    session.due = u32::try_from(replica.log.len()).unwrap_or(u32::MAX);
    is_open
}

/// Algorithm 2, `periodically ship delta-interval or state`.
fn send_deltas(replica: &Replica, session: &mut Session, cx: &mut Context<'_, Replicas>) -> bool {
    let rules = Rules::of(cx.params());
    let with_intervals = cx.params().on(param::INTERVALS);
    let mut is_open = false;
    for peer in cx.peers() {
        let from = of(if with_intervals { &session.acked } else { &session.sent }, peer);
        if from >= replica.deltas {
            continue;
        }
        is_open = true;
        raise(&mut session.sent, peer, replica.deltas);
        let delta = match from.checked_sub(session.first) {
            Some(skipped) => {
                let mut group = Delta::default();
                for delta in session.buffer.iter().skip(skipped as usize) {
                    group.merge(delta, &rules);
                }
                group
            }
            None => replica.data.whole(),
        };
        let (seen, clock) = (replica.seen.clone(), replica.clock);
        cx.send(peer, Message::Delta { delta: Rc::new(delta), seen, clock, until: replica.deltas });
    }
    is_open
}

/// A message of one way; says whether it changed the replica.
pub fn receive(replica: &mut Replica, session: &mut Session, from: NodeId, message: &Message, cx: &mut Context<'_, Replicas>) -> bool {
    let rules = Rules::of(cx.params());
    match message {
        Message::State { data, seen, clock } => {
            let before = (Rc::clone(&replica.data), replica.seen.clone());
            Rc::make_mut(&mut replica.data).merge(data, &rules);
            replica.note(seen, *clock);
            let digest = stable_hash(&(data, seen));
            has(session, from, digest);
            cx.send(from, Message::StateAck { digest });
            before != (Rc::clone(&replica.data), replica.seen.clone())
        }
        Message::StateAck { digest } => {
            has(session, from, *digest);
            false
        }
        Message::Operations(operations) => {
            for operation in operations {
                take_operation(replica, operation, cx);
            }
            let number = received(replica, from);
            cx.send(from, Message::OperationAck { number });
            false
        }
        Message::OperationAck { number } => {
            raise(&mut session.confirmed, from, *number);
            false
        }
        Message::Delta { delta, seen, clock, until } => {
            cx.send(from, Message::DeltaAck { until: *until });
            take_delta(replica, session, delta, (seen, *clock), &rules)
        }
        Message::DeltaAck { until } => {
            raise(&mut session.acked, from, *until);
            forget_confirmed(session, cx);
            false
        }
    }
}

/// Causal broadcast, each operation once: one that came before is ignored, one that came too early waits.
fn take_operation(replica: &mut Replica, operation: &Operation, cx: &mut Context<'_, Replicas>) {
    let rules = Rules::of(cx.params());
    let is_known = replica.seen.contains(operation.stamp) || replica.waiting.iter().any(|other| other.stamp == operation.stamp);
    if is_known && cx.params().on(param::EXACTLY_ONCE) {
        cx.say(|| format!("operation {} of replica {} is here already", operation.stamp.number, operation.stamp.replica));
        return;
    }
    if !cx.params().on(param::CAUSAL) {
        return replica.deliver(operation, &rules);
    }
    replica.waiting.push(operation.clone());
    while let Some(at) = replica.waiting.iter().position(|other| replica.seen.admits(other.stamp, &other.after)) {
        let next = replica.waiting.remove(at);
        replica.deliver(&next, &rules);
    }
}

/// How many operations of `from` are here, those that wait included, without a gap.
fn received(replica: &Replica, from: NodeId) -> u32 {
    let mut number = replica.seen.count(from.0);
    while replica.waiting.iter().any(|operation| operation.stamp.replica == from.0 && operation.stamp.number == number + 1) {
        number += 1;
    }
    number
}

/// Algorithm 2, `on receive (delta)`: what says something new is merged, and kept for passing it on.
fn take_delta(replica: &mut Replica, session: &mut Session, delta: &Rc<Delta>, (seen, clock): (&Seen, u32), rules: &Rules) -> bool {
    let is_news = Rc::make_mut(&mut replica.data).absorb(delta, rules);
    replica.note(seen, clock);
    if is_news {
        session.buffer.push(Rc::clone(delta));
        replica.deltas += 1;
    }
    is_news
}

/// Algorithm 2, `garbage collect deltas`: those that all others have confirmed.
fn forget_confirmed(session: &mut Session, cx: &Context<'_, Replicas>) {
    let least = cx.peers().map(|peer| of(&session.acked, peer)).min().unwrap_or(0);
    let gone = least.saturating_sub(session.first).min(u32::try_from(session.buffer.len()).unwrap_or(u32::MAX));
    session.buffer.drain(..gone as usize);
    session.first += gone;
}
