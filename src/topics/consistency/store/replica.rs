//! A replica: what it does with clients' requests, and when it applies the writes of others.
//!
//! In every store but the quorum register a write is numbered once and applied at each replica. What differs is who numbers it, when it may be
//! applied, and whether it then stands.

use super::params::{Kind, param};
use super::state::{Copies, Message, Register, Timer, Vector, Work, Write, dominates};
use super::{REPLICAS, Store, others, quorum};
use crate::sim::{Context, NodeId};

type Cx<'a> = Context<'a, Store>;

/// The replica that puts all writes in order (Attiya & Welch, "Sequential Consistency versus Linearizability", 1994, need any atomic
/// broadcast; this is the simplest).
pub const SEQUENCER: NodeId = NodeId(0);

/// It starts, with or without copies on its disk.
pub fn start(cx: &mut Cx<'_>) -> Work {
    cx.set_timer(Timer::Sync, cx.params().get_u64(param::SYNC_MS) * 1_000);
    Work::default()
}

/// A message from a client or another replica.
pub fn on_message(copies: &mut Copies, work: &mut Work, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    match message {
        Message::Write { needs, .. } | Message::Read { needs, .. } => {
            if dominates(&copies.vector(), needs) {
                serve(copies, work, from, message, cx);
            } else {
                cx.say(|| "Its copy lacks what the session needs; the request waits.".to_owned());
                work.held.push((from, message.clone()));
                others(cx.me()).for_each(|replica| cx.send(replica, Message::Ask(copies.vector())));
            }
        }
        Message::Query { .. } | Message::Store { .. } => quorum::serve(copies, from, message, cx),
        Message::State { round, register } => quorum::on_state(copies, work, from, (*round, *register), cx),
        Message::Stored { round } => quorum::on_stored(work, from, *round, cx),
        Message::Submit(write) => number(copies, write, cx),
        Message::Update(write) => receive(copies, work, write, cx),
        Message::Ask(has) => answer(copies, from, has, cx),
        Message::Updates(writes) => writes.iter().for_each(|write| receive(copies, work, write, cx)),
        Message::Wrote { .. } | Message::Value { .. } => {}
    }
}

/// A client's request, when the copy has what it needs.
fn serve(copies: &mut Copies, work: &mut Work, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    let kind = Kind::of(cx.params());
    match *message {
        Message::Read { request, key, .. } if kind == Kind::Quorum => quorum::begin(copies, work, (from, request), key, None, cx),
        Message::Read { request, key, .. } => {
            cx.send(from, Message::Value { request, value: copies.register(key).value, has: copies.vector() });
        }
        Message::Write { request, key, value, .. } if kind == Kind::Quorum => {
            quorum::begin(copies, work, (from, request), key, Some(value), cx)
        }
        Message::Write { request, key, value, .. } => {
            let write =
                Write { origin: cx.me(), number: 0, key, value, stamp: (0, 0), after: Vector::default(), asked: (from, request, cx.me()) };
            if kind != Kind::TotalOrder {
                return number(copies, &write, cx);
            }
            if !cx.params().on(param::WAIT_FOR_OWN) {
                cx.send(from, Message::Wrote { request, has: Vector::default() });
            }
            cx.send(SEQUENCER, Message::Submit(write));
        }
        _ => {}
    }
}

/// Numbers a write, applies it, and tells the others, unless they are to find out by anti-entropy.
fn number(copies: &mut Copies, write: &Write, cx: &mut Cx<'_>) {
    if copies.applied.iter().any(|known| known.asked == write.asked) {
        return;
    }
    let (me, after) = (cx.me(), copies.vector());
    let number = after.get(me.index()).copied().unwrap_or(0) + 1;
    let write = Write { origin: me, number, stamp: (copies.clock + 1, me.0), after, ..*write };
    apply(copies, &write, cx);
    if Kind::of(cx.params()) != Kind::Sessions {
        others(me).for_each(|replica| cx.send(replica, Message::Update(write)));
    }
}

/// A write from another replica: it waits its turn.
fn receive(copies: &mut Copies, work: &mut Work, write: &Write, cx: &mut Cx<'_>) {
    if copies.knows(write) {
        return;
    }
    copies.waiting.push(*write);
    while let Some(at) = copies.waiting.iter().position(|write| may_be_applied(copies, write, cx)) {
        let write = copies.waiting.remove(at);
        apply(copies, &write, cx);
    }
    if copies.waiting.contains(write) {
        cx.say(|| "The update waits for others that come before it.".to_owned());
    }
    let vector = copies.vector();
    let (ready, held): (Vec<_>, Vec<_>) = std::mem::take(&mut work.held).into_iter().partition(|(_, message)| match message {
        Message::Write { needs, .. } | Message::Read { needs, .. } => dominates(&vector, needs),
        _ => true,
    });
    work.held = held;
    ready.iter().for_each(|(client, message)| serve(copies, work, *client, message, cx));
}

fn may_be_applied(copies: &Copies, write: &Write, cx: &Cx<'_>) -> bool {
    let (has, params) = (copies.vector(), cx.params());
    let is_next = has.get(write.origin.index()).is_some_and(|count| count + 1 == write.number);
    match Kind::of(params) {
        Kind::TotalOrder => is_next || !params.on(param::IN_SEQUENCE),
        Kind::Causal | Kind::Fifo if !params.on(param::SENDER_ORDER) => true,
        Kind::Causal if params.on(param::DEPENDENCIES) => is_next && dominates(&has, &write.after),
        Kind::Causal | Kind::Fifo => is_next,
        // Anti-entropy hands on writes in the order in which they were applied, so nothing is missing before this one.
        Kind::Quorum | Kind::Sessions => true,
    }
}

/// A write takes effect here.
fn apply(copies: &mut Copies, write: &Write, cx: &mut Cx<'_>) {
    let register = Register { stamp: write.stamp, value: write.value };
    copies.clock = copies.clock.max(write.stamp.0);
    copies.applied.push(*write);
    match Kind::of(cx.params()) {
        Kind::Sessions | Kind::Quorum => copies.set_later(write.key, register),
        _ => copies.set(write.key, register),
    }
    let (client, request, replica) = write.asked;
    let is_answered_already = write.origin != replica && !cx.params().on(param::WAIT_FOR_OWN);
    if replica == cx.me() && !is_answered_already {
        let mut has = Vector::default();
        if let Some(count) = has.get_mut(write.origin.index()) {
            *count = write.number;
        }
        cx.send(client, Message::Wrote { request, has });
    }
}

/// Anti-entropy: what the asking replica lacks, in the order in which it was applied here.
fn answer(copies: &Copies, from: NodeId, has: &Vector, cx: &mut Cx<'_>) {
    let lacks = |write: &&Write| has.get(write.origin.index()).is_some_and(|count| write.number > *count);
    let writes: Vec<Write> = copies.applied.iter().filter(lacks).copied().collect();
    if !writes.is_empty() {
        cx.send(from, Message::Updates(writes));
    }
}

/// The next round of anti-entropy.
pub fn sync(copies: &Copies, work: &mut Work, cx: &mut Cx<'_>) {
    cx.set_timer(Timer::Sync, cx.params().get_u64(param::SYNC_MS) * 1_000);
    if Kind::of(cx.params()) == Kind::Quorum {
        return;
    }
    work.asked = work.asked % (REPLICAS - 1) + 1;
    let peer = NodeId((cx.me().0 + work.asked) % REPLICAS);
    cx.send(peer, Message::Ask(copies.vector()));
}
