//! What is due when: the heap of a driver that keeps time, and what it draws for messages and timers. Applies nothing.
//!
//! A heap entry holds only while the world says the same: the message is still in flight and ends then, the timer is still armed. The others are
//! skipped when they come up. A timer that is armed anew for later, as an election timer is by every heartbeat, gets no second entry: the
//! one that it has moves on when it comes up.

use super::network::{Fate, Network};
use super::queue::{Entry, Queue};
use super::rng::{self, Luck, Purpose};
use super::world::{Driver, LocalClock, NEVER, Status};
use super::{Flight, MessageId, NodeId, TimerId, TimerSlot, World};
use crate::sim::sorted::SortedMap;

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

/// The next thing that happens.
pub(super) struct Next {
    pub(super) time_us: u64,
    pub(super) due: Due,
    /// Where its message lies in the table of flights, if that is known.
    pub(super) place: Option<usize>,
}

/// For an entry whose message may lie anywhere.
const NOWHERE: u32 = u32::MAX;

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

/// Entries are moved so often that it counts: their key is time, class and sequence in one number, and their name is one word. Of a message that is
/// its link and position, of a timer its node and code, of a start its node.
impl Entry {
    /// In a world's words: time, and class with sequence.
    fn due(&self) -> (u64, u64) {
        (self.time_us(), self.key as u64)
    }
    #[inline(always)]
    fn time_us(&self) -> u64 {
        (self.key >> 64) as u64
    }
    #[inline(always)]
    fn is_of(&self, class: Class) -> bool {
        (self.key as u64) >> CLASS_SHIFT == class as u64
    }
    #[inline(always)]
    fn node(&self) -> NodeId {
        NodeId((self.name >> 32) as u16)
    }
    #[inline(always)]
    fn message(&self) -> MessageId {
        MessageId::of_word(self.name, self.copy)
    }
    /// The timer, without its generation.
    fn timer(&self) -> TimerId {
        TimerId { node: self.node(), code: self.name as u32, generation: 0 }
    }
}

#[inline(always)]
fn key(time_us: u64, rank: u64) -> u128 {
    (u128::from(time_us) << 64) | u128::from(rank)
}

/// What is due when.
#[derive(Clone)]
pub(super) struct Agenda {
    seed: u64,
    /// How long messages travel.
    latencies: Luck,
    /// How long randomised timers run.
    timers: Luck,
    pub(super) network: Network,
    queue: Queue,
    sequence: u64,
    /// What waits at paused nodes, in order, with the time at which it would have happened.
    parked: SortedMap<NodeId, Vec<(u64, Due)>>,
    /// Whether nothing is scheduled.
    manual: bool,
}

impl Agenda {
    pub(super) fn new(seed: u64, network: Network, nodes: u16) -> Self {
        let (latencies, timers) = (Luck::new(seed, Purpose::Latency), Luck::new(seed, Purpose::Timer));
        let (queue, parked) = (Queue::default(), SortedMap::new());
        let mut agenda = Agenda { seed, latencies, timers, network, queue, sequence: 0, parked, manual: false };
        for node in 0..nodes {
            agenda.push(0, Class::Start, u64::from(node) << 32, 0, NOWHERE);
        }
        agenda
    }

    fn next_rank(&mut self, class: Class) -> u64 {
        self.sequence += 1;
        ((class as u64) << CLASS_SHIFT) | self.sequence
    }

    #[inline(always)]
    fn push(&mut self, time_us: u64, class: Class, name: u64, copy: u8, hint: u32) {
        let rank = self.next_rank(class);
        self.queue.push(Entry { key: key(time_us, rank), name, hint, copy });
    }

    /// The flight of a message ends at `ends_us`, which the caller has noted in the world.
    pub(super) fn expect_end(&mut self, id: MessageId, ends_us: u64) {
        self.push(ends_us, Class::End, id.word(), id.copy, NOWHERE);
    }

    /// A timer of a node fires at `due_us`.
    fn expect_timer(&mut self, node: NodeId, timer: &mut TimerSlot, due_us: u64) {
        let rank = self.next_rank(Class::Fire);
        (timer.due_us, timer.rank) = (due_us, rank);
        if due_us < timer.queued.0 {
            timer.queued = (due_us, rank);
            let name = (u64::from(node.0) << 32) | u64::from(timer.code);
            self.queue.push(Entry { key: key(due_us, rank), name, hint: NOWHERE, copy: 0 });
        }
    }

    /// The next thing that will happen if it is due by `until_us`, and when.
    ///
    /// What is addressed to a frozen node waits there, in order. A doomed message never gets that far.
    pub(super) fn next(&mut self, world: &mut World, until_us: u64) -> Option<Next> {
        while let Some(entry) = self.queue.first().filter(|entry| entry.time_us() <= until_us).copied() {
            let time_us = entry.time_us();
            let mut place = None;
            let found = if entry.is_of(Class::End) {
                let flight = world.flight_near(entry.message(), entry.hint as usize);
                flight.filter(|(_, flight)| flight.ends_us == time_us).map(|(at, flight)| {
                    place = Some(at);
                    (if flight.doomed { Due::Loss(flight.id) } else { Due::End(flight.id) }, flight.id.to)
                })
            } else if entry.is_of(Class::Fire) {
                world
                    .timer_slot(entry.timer())
                    .filter(|timer| timer.armed && timer.due() == entry.due() && timer.queued == entry.due())
                    .map(|timer| (Due::Fire(TimerId { generation: timer.generation, ..entry.timer() }), entry.node()))
            } else if entry.is_of(Class::Copy) {
                world.flight(entry.message()).map(|flight| (Due::Copy(flight.id), flight.id.from))
            } else {
                Some(entry.node()).filter(|node| world.status(*node) == Status::Down).map(|node| (Due::Start(node), node))
            };
            if let Some((due, at)) = found {
                let waits = matches!(due, Due::End(_) | Due::Fire(_)) && world.status(at) == Status::Paused;
                if !waits {
                    return Some(Next { time_us, due, place });
                }
                self.parked.get_or_insert_with(at, Vec::new).push((time_us, due));
            }
            self.take(world);
        }
        None
    }

    /// Takes the earliest entry out. One of a timer that is due only later moves on to then.
    pub(super) fn take(&mut self, world: &mut World) {
        let Some(mut entry) = self.queue.first().copied() else { return };
        self.queue.take_first();
        if entry.is_of(Class::Fire)
            && let Some(timer) = world.timer_slot_mut(entry.timer()).filter(|timer| timer.queued == entry.due())
        {
            if timer.armed && timer.due() > entry.due() {
                timer.queued = timer.due();
                entry.key = key(timer.due_us, timer.rank);
                return self.queue.push(entry);
            }
            timer.queued = NEVER;
        }
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
            timers.extend(armed.map(|timer| TimerId { node, code: timer.code, generation: timer.generation }));
        }
        if !on {
            for id in messages {
                if let Some(fate) = self.fate(world, id) {
                    self.expect_end(id, fate.ends_us);
                }
            }
            for id in timers {
                self.arm(world, id);
            }
            return;
        }
        self.queue.retain(|entry| entry.is_of(Class::Start));
        self.parked.clear();
        for id in messages {
            if let Some(flight) = world.flight_mut(id) {
                (flight.ends_us, flight.doomed) = (u64::MAX, false);
            }
        }
        for id in timers {
            if let Some(timer) = world.timer_slot_mut(id) {
                hold(timer);
            }
        }
    }

    /// An armed timer fires after a time drawn from its range, by the node's clock, as from now.
    fn arm(&mut self, world: &mut World, id: TimerId) {
        let (now_us, clock) = (world.now_us(), world.slot(id.node).map(|slot| slot.clock).unwrap_or_default());
        if let Some(timer) = world.timer_slot_mut(id) {
            self.armed(id.node, timer, &clock, now_us);
        }
    }

    /// Piled up at a frozen node that goes on: all of it is due now. At one that crashed, messages find nobody.
    pub(super) fn unpark(&mut self, world: &mut World, node: NodeId) {
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
                    if world.timer(id).is_some_and(|timer| timer.due_us == was_due_us)
                        && let Some(timer) = world.timer_slot_mut(id)
                    {
                        self.expect_timer(node, timer, time_us);
                    }
                }
                // Such things do not wait.
                Due::Start(_) | Due::Copy(_) | Due::Loss(_) => {}
            }
        }
    }

    /// What happens to a message that is let go again now; noted in the world.
    pub(super) fn fate(&mut self, world: &mut World, id: MessageId) -> Option<Fate> {
        let (now_us, is_cut) = (world.now_us(), world.is_cut(id.from, id.to));
        Some(self.decide(world.flight_mut(id)?, is_cut, now_us))
    }

    #[inline(always)]
    fn decide(&mut self, flight: &mut Flight, is_cut: bool, now_us: u64) -> Fate {
        let undisturbed_us = if is_cut { None } else { self.network.undisturbed_us(self.latencies, flight.id) };
        let fate = match undisturbed_us {
            Some(travel_us) => Fate { ends_us: now_us.saturating_add(travel_us), doomed: false, copied: false },
            None => self.network.fate(self.seed, flight.id, || flight.payload.wire_bytes(), now_us, is_cut),
        };
        (flight.ends_us, flight.doomed) = (fate.ends_us, fate.doomed);
        fate
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
            if let Some(timer) = world.timer_slot_mut(id) {
                self.expect_timer(node, timer, due_us);
            }
        }
    }
}

impl Driver for Agenda {
    fn sent(&mut self, flight: &mut Flight, place: usize, is_cut: bool, now_us: u64) {
        if self.manual {
            // It stays as it was sent, without an end.
            return;
        }
        let fate = self.decide(flight, is_cut, now_us);
        let (name, copy, hint) = (flight.id.word(), flight.id.copy, place as u32);
        self.push(fate.ends_us, Class::End, name, copy, hint);
        if fate.copied {
            self.push(now_us, Class::Copy, name, copy, hint);
        }
    }

    fn armed(&mut self, node: NodeId, timer: &mut TimerSlot, clock: &LocalClock, now_us: u64) {
        if self.manual {
            return hold(timer);
        }
        let (low_us, high_us) = timer.between_us;
        let id = TimerId { node, code: timer.code, generation: timer.generation };
        let local_us = if low_us == high_us { low_us } else { rng::between(self.timers.timer(id), low_us, high_us) };
        self.expect_timer(node, timer, now_us.saturating_add(clock.true_us(local_us)));
    }
}

/// A timer will not fire by itself.
fn hold(timer: &mut TimerSlot) {
    (timer.due_us, timer.rank) = NEVER;
    timer.queued = NEVER;
}
