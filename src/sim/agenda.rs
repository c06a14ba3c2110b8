//! What is due when: the heap of a driver that keeps time, and what it draws for messages and timers. Applies nothing.
//!
//! A heap entry holds only while the world says the same: the message is still in flight and ends then, the timer is still armed. The others are
//! skipped when they come up. A timer that is armed anew for later, as an election timer is by every heartbeat, gets no second entry: the
//! one that it has moves on when it comes up.

use super::erased::Effects;
use super::network::{Fate, Network};
use super::rng;
use super::world::{LocalClock, NEVER, Status};
use super::{Choice, MessageId, NodeId, TimerId, World};
use crate::sim::sorted::SortedMap;
use std::cmp::Ordering;
use std::collections::binary_heap::{BinaryHeap, PeekMut};

/// What happens next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    Start(NodeId),
    /// The network's own duplicate of a message that was just sent.
    Copy(MessageId),
    /// The flight of a message ends.
    End(MessageId),
    /// It ends because the message is lost.
    Loss(MessageId),
    Fire(TimerId),
}

/// What a heap entry is about. At the same microsecond nodes start first, then messages are copied and arrive, then timers fire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
enum Class {
    Start,
    Copy,
    End,
    Fire,
}

const CLASS_SHIFT: u32 = 56;

/// A heap entry. Names are packed in words: entries are moved so often that it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    time_us: u64,
    /// Class, then sequence.
    rank: u64,
    /// A message's link and position, a timer's node and code, or a node.
    name: u64,
    class: Class,
    /// Of a message.
    copy: u8,
}

impl Entry {
    /// The earliest comes first; within a microsecond by class, then in order of scheduling.
    fn key(&self) -> (u64, u64) {
        (self.time_us, self.rank)
    }
    fn node(&self) -> NodeId {
        NodeId((self.name >> 32) as u16)
    }
    fn message(&self) -> MessageId {
        MessageId::of_word(self.name, self.copy)
    }
    /// The timer, without its generation.
    fn timer(&self) -> TimerId {
        TimerId { node: self.node(), code: self.name as u32, generation: 0 }
    }
}

// A heap gives its greatest, so the first is the greatest.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What is due when.
#[derive(Clone)]
pub(super) struct Agenda {
    seed: u64,
    pub(super) network: Network,
    heap: BinaryHeap<Entry>,
    sequence: u64,
    /// What waits at paused nodes, in order, with the time at which it would have happened.
    parked: SortedMap<NodeId, Vec<(u64, Due)>>,
    /// Whether nothing is scheduled.
    manual: bool,
}

impl Agenda {
    pub(super) fn new(seed: u64, network: Network, nodes: u16) -> Self {
        let mut agenda = Agenda { seed, network, heap: BinaryHeap::new(), sequence: 0, parked: SortedMap::new(), manual: false };
        for node in 0..nodes {
            agenda.push(0, Class::Start, u64::from(node) << 32, 0);
        }
        agenda
    }

    fn next_rank(&mut self, class: Class) -> u64 {
        self.sequence += 1;
        ((class as u64) << CLASS_SHIFT) | self.sequence
    }

    fn push(&mut self, time_us: u64, class: Class, name: u64, copy: u8) {
        let rank = self.next_rank(class);
        self.heap.push(Entry { time_us, rank, name, class, copy });
    }

    /// The flight of a message ends at `ends_us`, which the caller has noted in the world.
    pub(super) fn expect_end(&mut self, id: MessageId, ends_us: u64) {
        self.push(ends_us, Class::End, id.word(), id.copy);
    }

    /// A timer fires at `due_us`.
    fn expect_timer(&mut self, world: &mut World, id: TimerId, due_us: u64) {
        let Some(timer) = world.timer_slot_mut(id) else { return };
        let rank = self.next_rank(Class::Fire);
        (timer.due_us, timer.rank) = (due_us, rank);
        if due_us < timer.queued.0 {
            timer.queued = (due_us, rank);
            let name = (u64::from(id.node.0) << 32) | u64::from(id.code);
            self.heap.push(Entry { time_us: due_us, rank, name, class: Class::Fire, copy: 0 });
        }
    }

    /// The next thing that will happen if it is due by `until_us`, and when.
    ///
    /// What is addressed to a frozen node waits there, in order. A doomed message never gets that far.
    pub(super) fn next(&mut self, world: &mut World, until_us: u64) -> Option<(u64, Due)> {
        while let Some(entry) = self.heap.peek().filter(|entry| entry.time_us <= until_us).copied() {
            let found = match entry.class {
                Class::Start => Some(entry.node()).filter(|node| world.status(*node) == Status::Down).map(|node| (Due::Start(node), node)),
                Class::Copy => world.flight(entry.message()).map(|flight| (Due::Copy(flight.id), flight.id.from)),
                Class::End => world.flight(entry.message()).filter(|flight| flight.ends_us == entry.time_us).map(|flight| {
                    let due = if flight.doomed { Due::Loss } else { Due::End };
                    (due(flight.id), flight.id.to)
                }),
                Class::Fire => world
                    .timer_slot(entry.timer())
                    .filter(|timer| timer.armed && timer.due() == entry.key() && timer.queued == entry.key())
                    .map(|timer| (Due::Fire(TimerId { generation: timer.generation, ..entry.timer() }), entry.node())),
            };
            if let Some((due, at)) = found {
                let waits = matches!(due, Due::End(_) | Due::Fire(_)) && world.status(at) == Status::Paused;
                if !waits {
                    return Some((entry.time_us, due));
                }
                self.parked.get_or_insert_with(at, Vec::new).push((entry.time_us, due));
            }
            self.take(world);
        }
        None
    }

    /// Takes the earliest entry out. One of a timer that is due only later moves on to then.
    pub(super) fn take(&mut self, world: &mut World) {
        let Some(mut entry) = self.heap.peek_mut() else { return };
        let this = entry.key();
        if entry.class == Class::Fire
            && let Some(timer) = world.timer_slot_mut(entry.timer()).filter(|timer| timer.queued == this)
        {
            if timer.armed && timer.due() > this {
                timer.queued = timer.due();
                (entry.time_us, entry.rank) = timer.queued;
                return;
            }
            timer.queued = NEVER;
        }
        PeekMut::pop(entry);
    }

    pub(super) fn is_manual(&self) -> bool {
        self.manual
    }

    /// On: nothing is due any more but the starts of nodes. Off: all that is in flight or armed is scheduled as from now.
    pub(super) fn set_manual(&mut self, world: &mut World, on: bool) {
        if on == self.manual {
            return;
        }
        self.manual = on;
        let messages: Vec<MessageId> = world.in_flight().map(|flight| flight.id).collect();
        let mut timers = Vec::new();
        for node in (0..world.nodes()).map(NodeId) {
            let armed = world.slot(node).into_iter().flat_map(|slot| slot.timers());
            timers.extend(armed.map(|timer| (TimerId { node, code: timer.code, generation: timer.generation }, timer.between_us)));
        }
        if !on {
            for id in messages {
                if let Some(fate) = self.fate(world, id) {
                    self.expect_end(id, fate.ends_us);
                }
            }
            for (id, between_us) in timers {
                self.arm(world, id, between_us);
            }
            return;
        }
        self.heap.retain(|entry| entry.class == Class::Start);
        self.parked.clear();
        for id in messages {
            if let Some(flight) = world.flight_mut(id) {
                (flight.ends_us, flight.doomed) = (u64::MAX, false);
            }
        }
        for (id, _) in timers {
            hold(world, id);
        }
    }

    /// A timer was armed: it fires after a time drawn from its range, by the node's clock.
    fn arm(&mut self, world: &mut World, id: TimerId, (low_us, high_us): (u64, u64)) {
        let local_us = if low_us == high_us { low_us } else { rng::between(rng::for_timer(self.seed, id), low_us, high_us) };
        let true_us = world.slot(id.node).map_or(local_us, |slot| slot.clock.true_us(local_us));
        self.expect_timer(world, id, world.now_us().saturating_add(true_us));
    }

    /// Schedules what a choice led to.
    pub(super) fn schedule(&mut self, world: &mut World, choice: &Choice, effects: &Effects) {
        if self.manual {
            // Messages stay as they were sent, without an end.
            effects.armed().iter().for_each(|(id, _)| hold(world, *id));
            return;
        }
        let now_us = world.now_us();
        for (id, between_us) in effects.armed() {
            self.arm(world, *id, *between_us);
        }
        for id in effects.sent() {
            let Some(fate) = self.fate(world, *id) else { continue };
            self.expect_end(*id, fate.ends_us);
            if fate.copied {
                self.push(now_us, Class::Copy, id.word(), id.copy);
            }
        }
        if let Choice::Resume(node) | Choice::Crash(node) = choice {
            self.unpark(world, *node);
        }
    }

    /// Piled up at a frozen node that goes on: all of it is due now. At one that crashed, messages find nobody.
    fn unpark(&mut self, world: &mut World, node: NodeId) {
        let now_us = world.now_us();
        for (was_due_us, due) in self.parked.remove(&node).unwrap_or_default() {
            let time_us = was_due_us.max(now_us);
            match due {
                Due::End(id) => {
                    if let Some(flight) = world.flight_mut(id).filter(|flight| flight.ends_us == was_due_us) {
                        flight.ends_us = time_us;
                        self.expect_end(id, time_us);
                    }
                }
                Due::Fire(id) => {
                    if world.timer(id).is_some_and(|timer| timer.due_us == was_due_us) {
                        self.expect_timer(world, id, time_us);
                    }
                }
                // Such things do not wait.
                Due::Start(_) | Due::Copy(_) | Due::Loss(_) => {}
            }
        }
    }

    /// What happens to a message that is sent, or let go again, now; noted in the world.
    pub(super) fn fate(&mut self, world: &mut World, id: MessageId) -> Option<Fate> {
        let (now_us, cut) = (world.now_us(), world.is_cut(id.from, id.to));
        let flight = world.flight_mut(id)?;
        let fate = self.network.fate(self.seed, id, || flight.payload.wire_bytes(), now_us, cut);
        (flight.ends_us, flight.doomed) = (fate.ends_us, fate.doomed);
        Some(fate)
    }

    /// A clock changed its rate: what is left of its timers passes at the new one. Timers count from now, by the new rate.
    pub(super) fn reschedule_timers(&mut self, world: &mut World, node: NodeId, before: LocalClock) {
        let now_us = world.now_us();
        let Some(slot) = world.slot(node) else { return };
        let moved: Vec<(TimerId, u64)> = slot
            .timers()
            .filter(|timer| timer.due_us > now_us && timer.due_us < u64::MAX)
            .map(|timer| {
                let left_local_us = before.local_us(timer.due_us - now_us);
                let id = TimerId { node, code: timer.code, generation: timer.generation };
                (id, now_us.saturating_add(slot.clock.true_us(left_local_us)))
            })
            .collect();
        for (id, due_us) in moved {
            self.expect_timer(world, id, due_us);
        }
    }
}

/// A timer will not fire by itself.
fn hold(world: &mut World, id: TimerId) {
    if let Some(timer) = world.timer_slot_mut(id) {
        (timer.due_us, timer.rank) = NEVER;
        timer.queued = NEVER;
    }
}
