//! The quorum register with many writers (Attiya, Bar-Noy & Dolev, "Sharing Memory Robustly in Message-Passing Systems", 1995; Lynch &
//! Shvartsman's form, 1997): ask a majority for its copies, then store the latest, or a later one, at a majority.

use super::params::param;
use super::state::{Copies, Message, Register, Round, Work};
use super::{REPLICAS, Store, others};
use crate::sim::{Context, NodeId};

type Cx<'a> = Context<'a, Store>;

fn needed(cx: &Cx<'_>) -> usize {
    if cx.params().on(param::MAJORITY) { usize::from(REPLICAS) / 2 + 1 } else { 1 }
}

/// A client's read (`writes` is nothing) or write begins with the first phase.
pub fn begin(copies: &mut Copies, work: &mut Work, client: (NodeId, u32), key: u8, writes: Option<i64>, cx: &mut Cx<'_>) {
    copies.rounds += 1;
    let round = copies.rounds;
    work.rounds.push(Round {
        number: round,
        client,
        key,
        writes,
        register: copies.register(key),
        is_storing: false,
        answered: vec![cx.me()],
    });
    let asks = writes.is_none() || cx.params().on(param::ASK_FIRST);
    if asks && needed(cx) > 1 {
        others(cx.me()).for_each(|replica| cx.send(replica, Message::Query { round, key }));
    } else {
        store(copies, work, round, cx);
    }
}

/// Another replica's query, or its wish that a copy be kept.
pub fn serve(copies: &mut Copies, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    match *message {
        Message::Query { round, key } => cx.send(from, Message::State { round, register: copies.register(key) }),
        Message::Store { round, key, register } => {
            copies.set_later(key, register);
            cx.send(from, Message::Stored { round });
        }
        _ => {}
    }
}

/// A copy that answers the first phase.
pub fn on_state(copies: &mut Copies, work: &mut Work, from: NodeId, (number, register): (u32, Register), cx: &mut Cx<'_>) {
    let needed = needed(cx);
    let Some(round) = work.rounds.iter_mut().find(|round| round.number == number && !round.is_storing) else { return };
    round.register = round.register.max(register);
    if !round.answered.contains(&from) {
        round.answered.push(from);
    }
    if round.answered.len() >= needed {
        store(copies, work, number, cx);
    }
}

/// The second phase.
fn store(copies: &mut Copies, work: &mut Work, number: u32, cx: &mut Cx<'_>) {
    let Some(round) = work.rounds.iter_mut().find(|round| round.number == number) else { return };
    if let Some(value) = round.writes {
        // Its own clock counts too, so that two of its writes never bear one stamp.
        copies.clock = copies.clock.max(round.register.stamp.0) + 1;
        round.register = Register { stamp: (round.register.stamp.0 + 1, cx.me().0), value };
    }
    let (key, register) = (round.key, round.register);
    copies.set_later(key, register);
    let is_needed = round.writes.is_some() || cx.params().on(param::WRITE_BACK);
    if !is_needed || needed(cx) == 1 {
        if is_needed {
            others(cx.me()).for_each(|replica| cx.send(replica, Message::Store { round: number, key, register }));
        }
        return finish(work, number, cx);
    }
    round.is_storing = true;
    round.answered = vec![cx.me()];
    others(cx.me()).for_each(|replica| cx.send(replica, Message::Store { round: number, key, register }));
}

/// A replica has kept the copy.
pub fn on_stored(work: &mut Work, from: NodeId, number: u32, cx: &mut Cx<'_>) {
    let needed = needed(cx);
    let Some(round) = work.rounds.iter_mut().find(|round| round.number == number && round.is_storing) else { return };
    if !round.answered.contains(&from) {
        round.answered.push(from);
    }
    if round.answered.len() >= needed {
        finish(work, number, cx);
    }
}

fn finish(work: &mut Work, number: u32, cx: &mut Cx<'_>) {
    let Some(at) = work.rounds.iter().position(|round| round.number == number) else { return };
    let Round { client: (client, request), writes, register, .. } = work.rounds.remove(at);
    let has = Default::default();
    cx.send(
        client,
        match writes {
            Some(_) => Message::Wrote { request, has },
            None => Message::Value { request, value: register.value, has },
        },
    );
}
