//! Who sends customers to servers: at random, in turn, to the shortest queue, to the best of d, or from one shared queue.
//!
//! The dispatcher knows no server's queue. It counts whom it sent there and who is done, as most load balancers do ("least connections").

use super::Cx;
use super::meter::{Meter, Visit};
use super::params::{self, Dispatch};
use super::state::{Customer, Decision, Desk, FIRST_SERVER, Message, Timer, server};
use crate::sim::NodeId;

/// The dispatcher starts, with all servers free as far as it knows.
pub fn start(cx: &mut Cx<'_>) -> Desk {
    let servers = usize::from(cx.nodes().saturating_sub(FIRST_SERVER));
    let mut desk = Desk { sent: vec![0; servers], seen: vec![0; servers], ..Desk::default() };
    measure(&mut desk, cx);
    cx.set_timer(Timer::Look, cx.params().get_u64(params::STALE_MS) * 1_000);
    desk
}

/// Begins a measurement, with those who are inside.
pub fn measure(desk: &mut Desk, cx: &mut Cx<'_>) {
    let settings = cx.params().values().get(..params::MODEL_PARAMS).unwrap_or_default();
    desk.meter = Meter::begin(settings, desk.meter.inside, cx.clock_us());
    desk.handovers = (0, 0);
}

/// The counts that a dispatcher without fresh ones sees are brought up to date.
pub fn look(desk: &mut Desk, cx: &mut Cx<'_>) {
    desk.seen.clone_from(&desk.sent);
    cx.set_timer(Timer::Look, cx.params().get_u64(params::STALE_MS) * 1_000);
}

/// A customer comes.
pub fn handle_arrival(desk: &mut Desk, number: u32, cx: &mut Cx<'_>) {
    if cx.params().values().get(..params::MODEL_PARAMS) != Some(&desk.meter.settings) {
        measure(desk, cx);
    }
    let now_us = cx.clock_us();
    desk.meter.came(now_us);
    desk.came = desk.came.wrapping_add(1);
    let customer = Customer { number, came_us: now_us, joined_us: now_us, order: desk.came, waited_us: 0 };
    if params::dispatch(cx.params()) != Dispatch::Shared {
        let to = choose(desk, number, cx);
        return send(desk, to, customer, cx);
    }
    desk.decision = None;
    let room = cx.params().get_u64(params::ROOM);
    if room > 0 && u64::from(desk.meter.inside) > room {
        if cx.params().on(params::REFUSE) {
            cx.say(|| format!("{room} customers are inside: customer {number} is turned away."));
            desk.meter.refused += 1;
            return desk.meter.gone(1, now_us);
        }
        desk.beyond_room = Some(number);
    }
    match free_server(desk, cx) {
        Some(free) => send(desk, free, customer, cx),
        None => {
            cx.say(|| format!("No server is free: customer {number} waits here."));
            desk.queue.push_back(customer);
        }
    }
}

/// A free server, any of them.
fn free_server(desk: &Desk, cx: &mut Cx<'_>) -> Option<usize> {
    let free = desk.sent.iter().filter(|sent| **sent == 0).count();
    let chosen = if free > 1 { cx.choose(u32::try_from(free).unwrap_or(1)) as usize } else { 0 };
    desk.sent.iter().enumerate().filter(|(_, sent)| **sent == 0).map(|(at, _)| at).nth(chosen)
}

fn send(desk: &mut Desk, to: usize, customer: Customer, cx: &mut Cx<'_>) {
    if let Some(sent) = desk.sent.get_mut(to) {
        *sent += 1;
    }
    let waited_us = u64::try_from(cx.clock_us() - customer.joined_us).unwrap_or(0);
    cx.send(server(to), Message::Serve { number: customer.number, came_us: customer.came_us, waited_us });
}

/// Chooses a server for a customer that may not wait here.
fn choose(desk: &mut Desk, number: u32, cx: &mut Cx<'_>) -> usize {
    let servers = u32::try_from(desk.sent.len()).unwrap_or(1).max(1);
    let dispatch = params::dispatch(cx.params());
    let compared = match dispatch {
        Dispatch::Shortest => servers,
        Dispatch::BestOf => u32::try_from(cx.params().get(params::COMPARED)).unwrap_or(1).clamp(1, servers),
        Dispatch::Random | Dispatch::RoundRobin | Dispatch::Shared => 1,
    };
    if compared == 1 {
        desk.decision = None;
        if dispatch == Dispatch::RoundRobin {
            let turn = desk.turn % servers;
            desk.turn = (turn + 1) % servers;
            return turn as usize;
        }
        return cx.choose(servers) as usize;
    }
    let candidates = candidates(servers, compared, cx);
    let is_fresh = cx.params().on(params::FRESH);
    let counts = |at: &u32| {
        let counts = if is_fresh { &desk.sent } else { &desk.seen };
        counts.get(*at as usize).copied().unwrap_or(0)
    };
    let shortest = candidates.iter().map(counts).min().unwrap_or(0);
    let equal: Vec<u32> = if cx.params().on(params::LOOK) {
        candidates.iter().copied().filter(|at| counts(at) == shortest).collect()
    } else {
        candidates.clone()
    };
    let pick = if equal.len() > 1 { cx.choose(u32::try_from(equal.len()).unwrap_or(1)) as usize } else { 0 };
    let to = equal.get(pick).copied().unwrap_or(0);
    let had = |at: u32| desk.sent.get(at as usize).copied().unwrap_or(0);
    let best = candidates.iter().copied().min_by_key(|at| had(*at)).unwrap_or(to);
    let (had, least) = (had(to), had(best));
    let herd = match desk.decision {
        Some(last) if last.to == to && had > least => last.herd + 1,
        _ => u32::from(had > least),
    };
    desk.decision = Some(Decision { number, to, had, least, best, herd });
    to as usize
}

/// So many servers, each at most once: all, or some at random.
fn candidates(servers: u32, compared: u32, cx: &mut Cx<'_>) -> Vec<u32> {
    if compared >= servers {
        return (0..servers).collect();
    }
    let mut chosen: Vec<u32> = Vec::with_capacity(compared as usize);
    for taken in 0..compared {
        // The how-manieth of those that are left; `chosen` is sorted, so each one before it moves it on.
        let mut at = cx.choose(servers - taken);
        let mut place = 0;
        while chosen.get(place).is_some_and(|other| *other <= at) {
            at += 1;
            place += 1;
        }
        chosen.insert(place, at);
    }
    chosen
}

/// A customer is done, and a server free.
pub fn handle_done(desk: &mut Desk, from: NodeId, visit: Visit, cx: &mut Cx<'_>) {
    let now_us = cx.clock_us();
    let inside_us = u64::try_from(now_us - visit.came_us).unwrap_or(0);
    desk.handovers.0 += 1;
    desk.handovers.1 += inside_us.saturating_sub(visit.waited_us + visit.served_us);
    desk.meter.done(visit, now_us);
    if let Some(at) = leave(desk, from, 1) {
        hand_over(desk, at, cx);
    }
}

/// A customer was turned away.
pub fn handle_full(desk: &mut Desk, from: NodeId, cx: &mut Cx<'_>) {
    desk.meter.refused += 1;
    desk.meter.gone(1, cx.clock_us());
    leave(desk, from, 1);
}

/// A server is back from a crash: nobody is there any more.
pub fn handle_ready(desk: &mut Desk, from: NodeId, cx: &mut Cx<'_>) {
    let lost = desk.sent.get(position(from)).copied().unwrap_or(0);
    cx.say(|| format!("Node {from} is back. {lost} customers who were there are lost."));
    desk.meter.gone(lost, cx.clock_us());
    if let Some(at) = leave(desk, from, lost) {
        hand_over(desk, at, cx);
    }
}

fn position(server: NodeId) -> usize {
    usize::from(server.0.saturating_sub(FIRST_SERVER))
}

/// So many fewer are at a server; its position.
fn leave(desk: &mut Desk, from: NodeId, count: u32) -> Option<usize> {
    let at = position(from);
    let sent = desk.sent.get_mut(at)?;
    *sent = sent.saturating_sub(count);
    Some(at)
}

/// The next of a shared queue goes to a server that is free.
fn hand_over(desk: &mut Desk, at: usize, cx: &mut Cx<'_>) {
    if desk.sent.get(at) != Some(&0) {
        return;
    }
    let in_order = cx.params().on(params::IN_ORDER);
    let next = if in_order { desk.queue.pop_front() } else { desk.queue.pop_back() };
    let Some(customer) = next else { return };
    desk.overtook = desk.queue.front().filter(|first| first.order < customer.order).map(|first| (customer.number, first.number));
    send(desk, at, customer, cx);
}
