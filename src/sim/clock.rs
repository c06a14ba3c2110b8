//! The driver that keeps time: next event first, with latencies, losses and drift drawn from a seed.
//!
//! There are no ticks: the [`agenda`](super::agenda) has the ends of flights and the firing of timers, ordered by (time, class, sequence).

use super::Algorithm;
use super::agenda::{Agenda, Due, Next};
use super::erased::{Answers, Effects};
use super::hash::{Fingerprint, finish, fold, stable_hash};
use super::network::{Network, Scope};
use super::trace::{Event, Fired, Mark, MarkKind, Record, Violation};
use super::world::{Slot, Status, Step};
use super::{Choice, Conditions, Error, Flight, MessageId, NodeId, Params, World, error, limits};
use crate::sim::sorted::SortedMap;
use serde::{Deserialize, Serialize};
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
    /// On: the clock schedules nothing any more. Messages stay in flight and timers stay armed until somebody delivers or fires them. Off: it
    /// schedules again, all that waits as if it had been sent or armed now.
    Manual(bool),
    /// A choice, now, with the answers that its handler's questions get.
    Scripted(Choice, Vec<u32>),
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
    agenda: Agenda,
    /// Events at exactly the present instant.
    at_this_instant: u32,
    fingerprint: Fingerprint,
    tallies: Vec<Tally>,
    /// Hash of what each fact said last; 0 for nothing.
    facts: Vec<u64>,
    /// Each node before the last step that changed it.
    before: SortedMap<NodeId, Rc<Slot>>,
    effects: Effects,
}

impl Clone for Clock {
    fn clone(&self) -> Self {
        Clock {
            world: self.world.clone(),
            seed: self.seed,
            agenda: self.agenda.clone(),
            at_this_instant: self.at_this_instant,
            fingerprint: self.fingerprint,
            tallies: self.tallies.clone(),
            facts: self.facts.clone(),
            before: self.before.clone(),
            effects: Effects::answering(Answers::Drawn { seed: self.seed }),
        }
    }
}

impl Clock {
    /// A run at its beginning: all nodes start at time 0.
    pub fn new(setup: &Setup) -> Result<Self, Error> {
        setup.network.validate()?;
        let world = World::new(setup.algorithm, setup.nodes, setup.params.clone(), setup.checked)?;
        Ok(Clock {
            tallies: vec![Tally::default(); setup.algorithm.kinds().len()],
            facts: vec![0; if setup.checked { setup.algorithm.facts().len() } else { 0 }],
            world,
            seed: setup.seed,
            agenda: Agenda::new(setup.seed, Network::new(setup.network), setup.nodes),
            at_this_instant: 0,
            fingerprint: Fingerprint::default(),
            before: SortedMap::new(),
            effects: Effects::answering(Answers::Drawn { seed: setup.seed }),
        })
    }

    /// The world now.
    pub fn world(&self) -> &World {
        &self.world
    }
    /// The network's conditions now.
    pub fn network(&self) -> &Network {
        &self.agenda.network
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

    /// The messages that the last step sent and that are still on their way.
    pub fn sent(&self) -> impl Iterator<Item = &Flight> {
        self.effects.sent().iter().filter_map(|id| self.world.flight(*id))
    }

    /// When the next thing happens by itself, in virtual microseconds; `None` if nothing is due.
    pub fn next_us(&mut self) -> Option<u64> {
        self.agenda.next(&mut self.world, u64::MAX).map(|next| next.time_us)
    }

    /// Whether nothing happens by itself.
    pub fn is_manual(&self) -> bool {
        self.agenda.is_manual()
    }

    /// Where nothing happens by itself: notes when each message will be delivered or dropped, for showing it on its way. `future` tells the
    /// message, the moment in virtual microseconds and whether it will be dropped, in order of time.
    pub(super) fn foretell(&mut self, future: impl Iterator<Item = (MessageId, u64, bool)>) {
        let mut ends: SortedMap<MessageId, (u64, bool)> = SortedMap::new();
        for (id, time_us, is_dropped) in future {
            ends.get_or_insert_with(id, || (time_us, is_dropped));
        }
        let ids: Vec<MessageId> = self.world.in_flight().map(|flight| flight.id).collect();
        for id in ids {
            if let Some(flight) = self.world.flight_mut(id) {
                (flight.ends_us, flight.doomed) = ends.get(&id).copied().unwrap_or((u64::MAX, false));
            }
        }
    }

    /// Applies the next event if it is due by `until_us`; says whether there was one. `record` is written if given.
    pub fn step(&mut self, until_us: u64, record: Option<&mut Record>) -> Result<bool, Error> {
        let Some(Next { time_us, due, place }) = self.agenda.next(&mut self.world, until_us) else { return Ok(false) };
        self.agenda.take(&mut self.world);
        self.advance(time_us);
        let (choice, reason) = self.choice(due);
        self.apply(&choice, place, reason, false, record)?;
        Ok(true)
    }

    /// Lets time pass up to `to_us` without an event.
    pub fn advance(&mut self, to_us: u64) {
        if to_us > self.world.now_us() {
            self.world.advance(to_us);
            self.at_this_instant = 0;
        }
    }

    fn choice(&self, due: Due) -> (Choice, Option<&'static str>) {
        match due {
            Due::Start(node) => (Choice::Restart(node), None),
            Due::Copy(id) => (Choice::Duplicate(id), Some("by the network")),
            Due::Fire(id) => (Choice::Fire(id), None),
            Due::End(id) | Due::Loss(id) if self.world.is_cut(id.from, id.to) => (Choice::Drop(id), Some("the link is cut")),
            Due::Loss(id) => (Choice::Drop(id), Some("the network lost it")),
            Due::End(id) if self.world.status(id.to) == Status::Down => (Choice::Drop(id), Some("the node is down")),
            Due::End(id) => (Choice::Deliver(id), None),
        }
    }

    /// Does what a reader or a scenario asks, now.
    pub fn intervene(&mut self, intervention: &Intervention, record: Option<&mut Record>) -> Result<(), Error> {
        match intervention {
            Intervention::Do(choice) => {
                self.world.enabled(choice)?;
                return self.apply(choice, None, None, true, record);
            }
            Intervention::Scripted(choice, answers) => {
                self.world.enabled(choice)?;
                self.effects.answers = Answers::Given(answers.clone());
                let applied = self.apply(choice, None, None, choice.is_fault(), record);
                self.effects.answers = Answers::Drawn { seed: self.seed };
                return applied;
            }
            Intervention::Manual(on) => self.agenda.set_manual(&mut self.world, *on),
            Intervention::Delay { .. } | Intervention::Hold(_) | Intervention::Release(_) if self.agenda.is_manual() => {
                return Err(Error::Range("Nothing here happens by itself: deliver the message or drop it.".to_owned()));
            }
            Intervention::Delay { message, by_us } => {
                error::check_delay(*by_us)?;
                let flight = self.world.flight_mut(*message).ok_or(Error::NoMessage(*message))?;
                if flight.ends_us == u64::MAX {
                    return Err(Error::Range("The message is held back. Release it, then delay it.".to_owned()));
                }
                flight.ends_us = flight.ends_us.saturating_add(*by_us);
                let ends_us = flight.ends_us;
                self.agenda.expect_end(*message, ends_us);
            }
            Intervention::Hold(message) => {
                let flight = self.world.flight_mut(*message).ok_or(Error::NoMessage(*message))?;
                flight.ends_us = u64::MAX;
            }
            Intervention::Release(message) => {
                let now_us = self.world.now_us();
                let fate = self.agenda.fate(&mut self.world, *message).ok_or(Error::NoMessage(*message))?;
                let ends_us = now_us + (fate.ends_us - now_us) / 2;
                self.world.flight_mut(*message).ok_or(Error::NoMessage(*message))?.ends_us = ends_us;
                self.agenda.expect_end(*message, ends_us);
            }
            Intervention::Network { scope, conditions } => self.agenda.network.set(*scope, *conditions)?,
        }
        self.fingerprint.fold(fold(stable_hash(intervention), self.world.now_us()));
        self.at_this_instant = self.at_this_instant.saturating_add(1);
        self.world.count_step();
        if let Some(record) = record {
            let message = match intervention {
                Intervention::Delay { message, .. } | Intervention::Hold(message) | Intervention::Release(message) => {
                    self.world.flight(*message).cloned()
                }
                Intervention::Do(_) | Intervention::Scripted(..) | Intervention::Network { .. } | Intervention::Manual(_) => None,
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

    /// Applies an enabled choice, schedules what it led to, and writes down what happened.
    fn apply(
        &mut self,
        choice: &Choice,
        place: Option<usize>,
        reason: Option<&'static str>,
        by_hand: bool,
        record: Option<&mut Record>,
    ) -> Result<(), Error> {
        let most = if record.is_some() { limits::EVENTS_MAX } else { limits::EVENTS_UNWATCHED_MAX };
        if self.world.steps() >= most {
            return Err(Error::limit("events", most));
        }
        if let (Some(actor), true) = (choice.actor(), record.is_some()) {
            self.before.extend(self.world.shared_slot(actor).map(|slot| (actor, slot)));
        }
        let drifting =
            if let Choice::ClockDrift { node, .. } = choice { self.world.slot(*node).map(|slot| (*node, slot.clock)) } else { None };
        self.effects.listening = record.is_some();
        self.world.perform(choice, place, &mut self.agenda, &mut self.effects)?;
        if let Choice::Resume(node) | Choice::Crash(node) = choice {
            self.agenda.unpark(&mut self.world, *node);
        }
        if let Some((node, before)) = drifting {
            self.agenda.reschedule_timers(&mut self.world, node, before);
        }
        self.fingerprint.fold(fold(choice.digest(), self.world.now_us()));
        self.at_this_instant = self.at_this_instant.saturating_add(1);
        if let Some(record) = record {
            self.write(choice, reason, by_hand, record);
        }
        if self.effects.overflow { Err(Error::limit("messages in flight", limits::IN_FLIGHT_MAX)) } else { Ok(()) }
    }

    fn count_sent(&mut self) {
        let Clock { world, effects, tallies, .. } = self;
        for flight in effects.sent().iter().filter_map(|id| world.flight(*id)) {
            if let Some(tally) = tallies.get_mut(usize::from(world.algorithm().kind(&*flight.payload))) {
                tally.sent += 1;
                tally.bytes += u64::from(flight.payload.wire_bytes());
            }
        }
    }

    fn write(&mut self, choice: &Choice, reason: Option<&'static str>, by_hand: bool, record: &mut Record) {
        let algorithm = self.world.algorithm();
        let (number, time_us) = (self.world.steps() - 1, self.world.now_us());
        self.count_sent();
        if let Some(flight) = self.effects.message()
            && let Some(tally) = self.tallies.get_mut(usize::from(algorithm.kind(&*flight.payload)))
        {
            match choice {
                Choice::Deliver(_) => tally.delivered += 1,
                Choice::Drop(_) => tally.lost += 1,
                _ => {}
            }
        }
        let before = choice.actor().and_then(|actor| self.before.get(&actor)).map(|slot| &**slot);
        let step = Step { number, time_us, choice, message: self.effects.message(), sent: self.effects.sent(), before };
        let mut fired = Vec::new();
        for (index, last) in self.facts.iter_mut().enumerate() {
            let bindings = algorithm.fact(index, &self.world, &step);
            let hash = bindings.as_ref().map_or(0, |b| stable_hash(&(&b.nodes, &b.values)) | 1);
            if hash != *last {
                *last = hash;
                fired.extend(bindings.map(|bindings| Fired {
                    fact: u16::try_from(index).unwrap_or(u16::MAX),
                    step: number,
                    time_us,
                    bindings,
                }));
            }
        }
        if number >= record.known {
            record.known = number + 1;
            if by_hand {
                record.mark(Mark { step: number, time_us, kind: MarkKind::Fault });
            }
            // Most steps fire nothing, and the list of facts is made anew each time.
            let infos = if fired.is_empty() { Vec::new() } else { algorithm.facts() };
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
            cause: self.effects.cause,
            message: self.effects.message.take(),
            reason,
            sent: u32::try_from(self.effects.sent().len()).unwrap_or(u32::MAX),
            said: std::mem::take(&mut self.effects.said),
            role: actor.and_then(|node| algorithm.role(&self.world, node)),
            era: actor.and_then(|node| algorithm.era(&self.world, node)),
            answers: self.effects.asked().iter().map(|(_, answer)| *answer).collect(),
            by_hand,
            what: Intervention::Do(choice.clone()),
        });
    }
}
