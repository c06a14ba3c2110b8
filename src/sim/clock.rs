//! The driver that keeps time: next event first, with latencies, losses and drift drawn from a seed.
//!
//! There are no ticks. A heap ordered by (time, class, sequence) holds the ends of flights and the firing of timers; entries
//! that no longer hold (the message was dropped, the timer armed anew) are skipped when they come up.

use super::erased::{Answers, Effects};
use super::hash::{Fingerprint, finish, fold, stable_hash};
use super::network::{Network, Scope};
use super::rng;
use super::trace::{Event, Fired, Mark, MarkKind, Record, Violation};
use super::world::{Applied, LocalClock, Slot, Status, Step};
use super::{Choice, Conditions, Error, MessageId, NodeId, Params, TimerId, World, error, limits};
use super::Algorithm;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;

/// What a reader, a scenario or a fault schedule does to a run: a choice out of turn, or a turn of the network's knobs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Intervention {
    /// A choice, now.
    Do(Choice),
    /// A message in flight takes longer by so many microseconds.
    Delay {
        /// Which.
        message: MessageId,
        /// How much longer.
        by_us: u64,
    },
    /// A message in flight is held back until it is released, delivered or dropped.
    Hold(MessageId),
    /// A held message travels on and arrives after what was left of its flight.
    Release(MessageId),
    /// Conditions of the network change; `None` takes back what was set for the scope.
    Network {
        /// Where.
        scope: Scope,
        /// To what.
        conditions: Option<Conditions>,
    },
}

/// What a run starts from.
#[derive(Clone)]
pub struct Setup {
    /// The algorithm.
    pub algorithm: &'static dyn Algorithm,
    /// Size of the membership.
    pub nodes: u16,
    /// The source of all luck.
    pub seed: u64,
    /// Values of the params.
    pub params: Params,
    /// The network at the start.
    pub network: Conditions,
    /// Whether invariants and facts are watched.
    pub checked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    Start(NodeId),
    /// The network's own duplicate of a message that was just sent.
    Copy(MessageId),
    End(MessageId),
    Fire(NodeId, u32),
}

impl Due {
    /// At the same microsecond nodes start first, then messages are copied and arrive, then timers fire.
    fn class(self) -> u64 {
        match self {
            Due::Start(_) => 0,
            Due::Copy(_) => 1,
            Due::End(_) => 2,
            Due::Fire(..) => 3,
        }
    }
}

const CLASS_SHIFT: u32 = 56;

/// What a heap entry has become by the time it comes up.
enum Standing {
    /// It happens, at this node; `passes` if even a frozen node does not hold it up.
    Holds { at: NodeId, passes: bool },
    /// The timer was put off until then.
    Later(u64),
    /// The timer was disarmed.
    Off,
    /// Something else took its place.
    Gone,
}

/// A choice as one word of the fingerprint. What happens by itself, by far the most of a run, takes the short way.
fn digest(choice: &Choice) -> u64 {
    match choice {
        Choice::Deliver(id) => fold(0x100 | u64::from(id.copy), id.word()),
        Choice::Drop(id) => fold(0x200 | u64::from(id.copy), id.word()),
        Choice::Fire(id) => fold(0x300, (u64::from(id.node.0) << 48) ^ (u64::from(id.code) << 32) ^ u64::from(id.generation)),
        other => stable_hash(other),
    }
}

/// Messages and bytes of one kind so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Sent, copies by the network included.
    pub sent: u64,
    /// Arrived.
    pub delivered: u64,
    /// Lost, on the way or at a node that is down.
    pub lost: u64,
    /// Bytes sent.
    pub bytes: u64,
}

/// A world and its schedule.
pub struct Clock {
    world: World,
    seed: u64,
    network: Network,
    heap: BinaryHeap<Reverse<(u64, u64, Due)>>,
    sequence: u64,
    /// What waits at paused nodes, in order, with the time at which it would have happened.
    parked: BTreeMap<NodeId, Vec<(u64, Due)>>,
    /// Events at exactly the present instant.
    at_this_instant: u32,
    fingerprint: Fingerprint,
    tallies: Vec<Tally>,
    /// Hash of what each fact said last; 0 for nothing.
    facts: Vec<u64>,
    /// Each node before the last step that changed it.
    before: BTreeMap<NodeId, Rc<Slot>>,
    /// One buffer for the whole run; absent only while a step is being applied.
    effects: Option<Box<Effects>>,
}

fn buffer(seed: u64) -> Box<Effects> {
    Box::new(Effects::answering(Answers::Drawn { seed }))
}

impl Clone for Clock {
    fn clone(&self) -> Self {
        Clock {
            world: self.world.clone(),
            seed: self.seed,
            network: self.network.clone(),
            heap: self.heap.clone(),
            sequence: self.sequence,
            parked: self.parked.clone(),
            at_this_instant: self.at_this_instant,
            fingerprint: self.fingerprint,
            tallies: self.tallies.clone(),
            facts: self.facts.clone(),
            before: self.before.clone(),
            effects: None,
        }
    }
}

impl Clock {
    /// A run at its beginning: all nodes start at time 0.
    pub fn new(setup: &Setup) -> Result<Self, Error> {
        setup.network.validate()?;
        let world = World::new(setup.algorithm, setup.nodes, setup.params.clone(), setup.checked)?;
        let mut clock = Clock {
            tallies: vec![Tally::default(); setup.algorithm.kinds().len()],
            facts: vec![0; if setup.checked { setup.algorithm.facts().len() } else { 0 }],
            world,
            seed: setup.seed,
            network: Network::new(setup.network),
            heap: BinaryHeap::new(),
            sequence: 0,
            parked: BTreeMap::new(),
            at_this_instant: 0,
            fingerprint: Fingerprint::default(),
            before: BTreeMap::new(),
            effects: None,
        };
        for node in 0..setup.nodes {
            clock.push(0, Due::Start(NodeId(node)));
        }
        Ok(clock)
    }

    /// The world now.
    pub fn world(&self) -> &World {
        &self.world
    }
    /// The network's conditions now.
    pub fn network(&self) -> &Network {
        &self.network
    }
    /// Messages and bytes so far, for each kind of message.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }
    /// Number of events applied at exactly the present instant.
    pub fn at_this_instant(&self) -> u32 {
        self.at_this_instant
    }
    /// The world as it was for `node` before the last step that touched it, for showing what changed. Kept only when recording.
    pub fn world_before(&self, node: NodeId) -> Option<World> {
        self.before.get(&node).map(|slot| self.world.with_slot(node, Rc::clone(slot)))
    }

    /// The fingerprint of the whole run so far: every step with its time, and the state it led to.
    pub fn fingerprint(&self) -> u64 {
        finish(fold(self.fingerprint.value(), fold(self.world.fingerprint(), self.world.now_us())))
    }

    fn push(&mut self, time_us: u64, due: Due) {
        self.sequence += 1;
        self.heap.push(Reverse((time_us, (due.class() << CLASS_SHIFT) | self.sequence, due)));
    }

    /// Notes when a timer is due. A timer that is put off, as an election timer is by every heartbeat, has an entry already that comes up
    /// before; it is asked then.
    fn arm(&mut self, node: NodeId, code: u32, due_us: u64) {
        let now_us = self.world.now_us();
        let Some(timer) = self.world.timer_mut(node, code) else { return };
        timer.due_us = due_us;
        if timer.queued_us <= now_us || timer.queued_us > due_us {
            timer.queued_us = due_us;
            self.push(due_us, Due::Fire(node, code));
        }
    }

    /// What a heap entry has become by now.
    fn standing(&self, time_us: u64, due: Due) -> Standing {
        let holds = |at, passes| Standing::Holds { at, passes };
        match due {
            Due::Start(node) if self.world.status(node) == Status::Down => holds(node, false),
            Due::Start(_) => Standing::Gone,
            // The network makes it, whatever becomes of the nodes.
            Due::Copy(id) => self.world.flight(id).map_or(Standing::Gone, |_| holds(id.from, true)),
            Due::End(id) => match self.world.flight(id) {
                Some(flight) if flight.ends_us == time_us => holds(id.to, flight.doomed),
                _ => Standing::Gone,
            },
            Due::Fire(node, code) => match self.world.timer_of(node, code) {
                Some(timer) if timer.queued_us != time_us => Standing::Gone,
                Some(timer) if !timer.armed => Standing::Off,
                Some(timer) if timer.due_us > time_us => Standing::Later(timer.due_us),
                Some(_) => holds(node, false),
                None => Standing::Gone,
            },
        }
    }

    /// The next event, when it is due, and whether it passes a frozen node by.
    ///
    /// What is addressed to a frozen node waits there, in order. A doomed message never gets that far.
    fn next(&mut self) -> Option<(u64, Due, bool)> {
        while let Some(Reverse((time_us, _, due))) = self.heap.peek().copied() {
            let queued_us = match self.standing(time_us, due) {
                Standing::Holds { at, passes } if passes || self.world.status(at) != Status::Paused => {
                    return Some((time_us, due, passes));
                }
                Standing::Holds { at, .. } => {
                    self.parked.entry(at).or_default().push((time_us, due));
                    Some(u64::MAX)
                }
                Standing::Later(due_us) => Some(due_us),
                Standing::Off => Some(u64::MAX),
                Standing::Gone => None,
            };
            self.heap.pop();
            if let (Due::Fire(node, code), Some(queued_us)) = (due, queued_us) {
                if let Some(timer) = self.world.timer_mut(node, code) {
                    timer.queued_us = queued_us;
                }
                if queued_us != u64::MAX {
                    self.push(queued_us, due);
                }
            }
        }
        None
    }

    /// When the next event is due; `None` when nothing will ever happen again by itself.
    pub fn next_us(&mut self) -> Option<u64> {
        self.next().map(|(time_us, _, _)| time_us)
    }

    /// Applies the next event if it is due by `until_us`; says whether there was one. `record` is written if given.
    pub fn step(&mut self, until_us: u64, record: Option<&mut Record>) -> Result<bool, Error> {
        let Some((time_us, due, passes)) = self.next().filter(|(time_us, _, _)| *time_us <= until_us) else { return Ok(false) };
        self.heap.pop();
        self.advance(time_us);
        let (choice, reason) = self.choice(due, passes);
        self.apply(&choice, reason, false, record)?;
        Ok(true)
    }

    /// Lets time pass up to `to_us` without an event.
    pub fn advance(&mut self, to_us: u64) {
        if to_us > self.world.now_us() {
            self.world.advance(to_us);
            self.at_this_instant = 0;
        }
    }

    fn choice(&self, due: Due, doomed: bool) -> (Choice, Option<&'static str>) {
        match due {
            Due::Start(node) => (Choice::Restart(node), None),
            Due::Copy(id) => (Choice::Duplicate(id), Some("by the network")),
            Due::Fire(node, code) => {
                let generation = self.world.timer_of(node, code).map_or(0, |timer| timer.generation);
                (Choice::Fire(TimerId { node, code, generation }), None)
            }
            Due::End(id) if self.world.is_cut(id.from, id.to) => (Choice::Drop(id), Some("the link is cut")),
            Due::End(id) if doomed => (Choice::Drop(id), Some("the network lost it")),
            Due::End(id) if self.world.status(id.to) == Status::Down => (Choice::Drop(id), Some("the node is down")),
            Due::End(id) => (Choice::Deliver(id), None),
        }
    }

    /// Does what a reader or a scenario asks, now.
    pub fn intervene(&mut self, intervention: &Intervention, record: Option<&mut Record>) -> Result<(), Error> {
        match intervention {
            Intervention::Do(choice) => return self.apply(choice, None, true, record),
            Intervention::Delay { message, by_us } => {
                error::check_delay(*by_us)?;
                let flight = self.world.flight_mut(*message).ok_or(Error::NoMessage(*message))?;
                if flight.ends_us == u64::MAX {
                    return Err(Error::Range("The message is held back. Release it, then delay it.".to_owned()));
                }
                flight.ends_us = flight.ends_us.saturating_add(*by_us);
                let ends_us = flight.ends_us;
                self.push(ends_us, Due::End(*message));
            }
            Intervention::Hold(message) => {
                let flight = self.world.flight_mut(*message).ok_or(Error::NoMessage(*message))?;
                flight.ends_us = u64::MAX;
            }
            Intervention::Release(message) => {
                let now_us = self.world.now_us();
                self.world.flight(*message).ok_or(Error::NoMessage(*message))?;
                let fate = self.fate(*message);
                let flight = self.world.flight_mut(*message).ok_or(Error::NoMessage(*message))?;
                let ends_us = now_us + (fate.ends_us - now_us) / 2;
                flight.ends_us = ends_us;
                flight.doomed = fate.doomed;
                self.push(ends_us, Due::End(*message));
            }
            Intervention::Network { scope, conditions } => self.network.set(*scope, *conditions)?,
        }
        self.fingerprint.fold(fold(stable_hash(intervention), self.world.now_us()));
        self.at_this_instant = self.at_this_instant.saturating_add(1);
        self.world.count_step();
        if let Some(record) = record {
            let message = match intervention {
                Intervention::Delay { message, .. } | Intervention::Hold(message) | Intervention::Release(message) => {
                    self.world.flight(*message).cloned()
                }
                Intervention::Do(_) | Intervention::Network { .. } => None,
            };
            let (step, time_us) = (self.world.steps() - 1, self.world.now_us());
            if step >= record.known {
                record.known = step + 1;
                record.mark(Mark { step, time_us, kind: MarkKind::Fault });
            }
            record.trace.push(Event {
                step,
                time_us,
                what: intervention.clone(),
                actor: None,
                cause: None,
                message,
                reason: None,
                said: Vec::new(),
                sent: 0,
                role: None,
                era: None,
                answers: Vec::new(),
                by_hand: true,
            });
        }
        Ok(())
    }

    fn fate(&mut self, id: MessageId) -> super::network::Fate {
        let (world, cut) = (&self.world, self.world.is_cut(id.from, id.to));
        let bytes = || world.flight(id).map_or(0, |flight| flight.payload.wire_bytes());
        self.network.fate(self.seed, id, bytes, world.now_us(), cut)
    }

    /// Applies a choice, schedules what it led to, and writes down what happened.
    fn apply(&mut self, choice: &Choice, reason: Option<&'static str>, by_hand: bool, record: Option<&mut Record>) -> Result<(), Error> {
        if self.world.steps() >= limits::EVENTS_MAX {
            return Err(Error::limit("events", limits::EVENTS_MAX));
        }
        let mut effects = self.effects.take().unwrap_or_else(|| buffer(self.seed));
        effects.listening = record.is_some();
        if let (Some(actor), true) = (choice.actor(), record.is_some()) {
            self.before.extend(self.world.shared_slot(actor).map(|slot| (actor, slot)));
        }
        let clock_before = match choice {
            Choice::ClockDrift { node, .. } => self.world.slot(*node).map(|slot| (*node, slot.clock)),
            _ => None,
        };
        let result = match self.world.apply(choice, &mut effects) {
            Ok(applied) => {
                self.schedule(choice, &effects, record.is_some());
                if let Some((node, before)) = clock_before {
                    self.reschedule_timers(node, before);
                }
                self.fingerprint.fold(fold(digest(choice), self.world.now_us()));
                self.at_this_instant = self.at_this_instant.saturating_add(1);
                if let Some(record) = record {
                    self.write(choice, reason, by_hand, applied, &mut effects, record);
                }
                if effects.overflow { Err(Error::limit("messages in flight", limits::IN_FLIGHT_MAX)) } else { Ok(()) }
            }
            Err(error) => Err(error),
        };
        self.effects = Some(effects);
        result
    }

    fn schedule(&mut self, choice: &Choice, effects: &Effects, counted: bool) {
        let now_us = self.world.now_us();
        for (id, (low_us, high_us)) in effects.armed() {
            let local_us = if low_us == high_us { *low_us } else { rng::between(rng::for_timer(self.seed, *id), *low_us, *high_us) };
            let true_us = self.world.slot(id.node).map_or(local_us, |slot| slot.clock.true_us(local_us));
            let due_us = now_us.saturating_add(true_us);
            self.arm(id.node, id.code, due_us);
        }
        for id in effects.sent() {
            let fate = self.fate(*id);
            if let Some(flight) = self.world.flight_mut(*id) {
                flight.ends_us = fate.ends_us;
                flight.doomed = fate.doomed;
            }
            self.push(fate.ends_us, Due::End(*id));
            if counted {
                self.count(*id);
            }
            if fate.copied {
                self.push(now_us, Due::Copy(*id));
            }
        }
        match choice {
            Choice::Resume(node) | Choice::Crash(node) => {
                // Piled up at a frozen node: all of it is due now. At a node that crashed, messages find nobody.
                for (time_us, due) in self.parked.remove(node).unwrap_or_default() {
                    self.unpark(time_us, due);
                }
            }
            _ => {}
        }
    }

    /// A clock changed its rate: what is left of its timers passes at the new one. Timers count from now, by the new rate.
    fn reschedule_timers(&mut self, node: NodeId, before: LocalClock) {
        let now_us = self.world.now_us();
        let Some(slot) = self.world.slot(node) else { return };
        let moved: Vec<(TimerId, u64)> = slot
            .timers()
            .filter(|timer| timer.due_us > now_us)
            .map(|timer| {
                let left_true_us = timer.due_us - now_us;
                let left_local_us = before.local_us(left_true_us);
                let id = TimerId { node, code: timer.code, generation: timer.generation };
                (id, now_us.saturating_add(slot.clock.true_us(left_local_us)))
            })
            .collect();
        for (id, due_us) in moved {
            self.arm(id.node, id.code, due_us);
        }
    }

    /// Lets something that waited at a frozen node since `time_us` happen now, or when it is due, if it still can.
    fn unpark(&mut self, time_us: u64, due: Due) {
        let now_us = self.world.now_us();
        match due {
            Due::End(id) => {
                if let Some(flight) = self.world.flight_mut(id).filter(|flight| flight.ends_us == time_us) {
                    flight.ends_us = time_us.max(now_us);
                    self.push(time_us.max(now_us), due);
                }
            }
            Due::Fire(node, code) => {
                if let Some(timer) = self.world.timer_of(node, code).filter(|timer| timer.armed) {
                    self.arm(node, code, timer.due_us.max(now_us));
                }
            }
            Due::Start(_) | Due::Copy(_) => {}
        }
    }

    fn count(&mut self, id: MessageId) {
        let Some(flight) = self.world.flight(id) else { return };
        let (kind, bytes) = (self.world.algorithm().kind(&*flight.payload), flight.payload.wire_bytes());
        if let Some(tally) = self.tallies.get_mut(usize::from(kind)) {
            tally.sent += 1;
            tally.bytes += u64::from(bytes);
        }
    }

    fn write(
        &mut self,
        choice: &Choice,
        reason: Option<&'static str>,
        by_hand: bool,
        applied: Applied,
        effects: &mut Effects,
        record: &mut Record,
    ) {
        let algorithm = self.world.algorithm();
        let (number, time_us) = (self.world.steps() - 1, self.world.now_us());
        if let Some(flight) = &applied.message {
            if let Some(tally) = self.tallies.get_mut(usize::from(algorithm.kind(&*flight.payload))) {
                match choice {
                    Choice::Deliver(_) => tally.delivered += 1,
                    Choice::Drop(_) => tally.lost += 1,
                    _ => {}
                }
            }
        }
        let before = choice.actor().and_then(|actor| self.before.get(&actor)).map(|slot| &**slot);
        let step = Step { number, time_us, choice, message: applied.message.as_ref(), sent: effects.sent(), before };
        let mut fired = Vec::new();
        for (index, last) in self.facts.iter_mut().enumerate() {
            let bindings = algorithm.fact(index, &self.world, &step);
            let hash = bindings.as_ref().map_or(0, |b| stable_hash(&(&b.nodes, &b.values)) | 1);
            if hash != *last {
                *last = hash;
                fired.extend(bindings.map(|bindings| Fired { fact: u16::try_from(index).unwrap_or(u16::MAX), step: number, time_us, bindings }));
            }
        }
        if number >= record.known {
            record.known = number + 1;
            if by_hand {
                record.mark(Mark { step: number, time_us, kind: MarkKind::Fault });
            }
            let infos = algorithm.facts();
            if fired.iter().any(|fired| infos.get(usize::from(fired.fact)).is_some_and(|info| info.mark)) {
                record.mark(Mark { step: number, time_us, kind: MarkKind::Milestone });
            }
            record.fired.append(&mut fired);
            let mut from = 0;
            while let Some((index, broken)) = self.world.check(from) {
                from = index + 1;
                let invariant = u16::try_from(index).unwrap_or(u16::MAX);
                if !record.violations.iter().any(|violation| violation.invariant == invariant) {
                    record.mark(Mark { step: number, time_us, kind: MarkKind::Violation });
                    record.violations.push(Violation { invariant, step: number, time_us, broken });
                }
            }
        }
        let actor = choice.actor();
        record.trace.push(Event {
            step: number,
            time_us,
            actor,
            cause: applied.cause,
            message: applied.message,
            reason,
            sent: u32::try_from(effects.sent().len()).unwrap_or(u32::MAX),
            said: std::mem::take(&mut effects.said),
            role: actor.and_then(|node| algorithm.role(&self.world, node)),
            era: actor.and_then(|node| algorithm.era(&self.world, node)),
            answers: effects.asked().iter().map(|(_, answer)| *answer).collect(),
            by_hand,
            what: Intervention::Do(choice.clone()),
        });
    }
}
