//! Nodes, messages in flight, armed timers. A world changes in one way only: [`World::apply`].
//!
//! A world has no schedule: whatever is in flight may arrive next, whatever is armed may fire next. Which of it does is a
//! driver's choice. Nodes are shared between copies of a world until one of them changes (`Rc`), so a copy costs a few counts.

pub(crate) mod exchange;

use super::erased::{Algorithm, Answers, Effects, Env, Input, Part, PartsOf, Payload, Requested};
use super::flights::Flights;
use super::hash::{finish, fold, stable_hash};
use super::protocol::Protocol;
use super::{Broken, Choice, CommandId, Error, MessageId, NodeId, Operation, Params, TimerId, limits};
use crate::sim::sorted::{SortedMap, SortedSet};
use std::cell::Cell;
use std::rc::Rc;

/// Whether a node runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Status {
    /// It runs.
    Up,
    /// It is frozen: its state is kept, nothing reaches it.
    Paused,
    /// It does not run; only its disk is left.
    #[default]
    Down,
}

/// A node's own clock: `local = shows_us + (now − since_us) · (1 + drift)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LocalClock {
    since_us: u64,
    shows_us: i64,
    /// Parts per million by which it runs fast.
    pub drift_ppm: i32,
}

const MILLION: i64 = 1_000_000;
/// A clock may run at most half as fast again, or half as fast.
const DRIFT_PPM_MAX: i32 = 500_000;

impl LocalClock {
    /// What it shows at `now_us`.
    #[inline(always)]
    pub fn read(&self, now_us: u64) -> i64 {
        let elapsed = i64::try_from(now_us.saturating_sub(self.since_us)).unwrap_or(i64::MAX / 4);
        if self.drift_ppm == 0 {
            return self.shows_us + elapsed;
        }
        self.shows_us + elapsed + elapsed / MILLION * i64::from(self.drift_ppm) + elapsed % MILLION * i64::from(self.drift_ppm) / MILLION
    }
    fn jump(&mut self, by_us: i64) {
        self.shows_us = self.shows_us.saturating_add(by_us);
    }
    fn drift(&mut self, now_us: u64, ppm: i32) {
        *self = LocalClock { since_us: now_us, shows_us: self.read(now_us), drift_ppm: ppm };
    }
    /// How much this clock moves on in `true_us`.
    pub fn local_us(&self, true_us: u64) -> u64 {
        let rate = u128::try_from(MILLION + i64::from(self.drift_ppm)).unwrap_or(1).max(1);
        u64::try_from(u128::from(true_us) * rate / 1_000_000).unwrap_or(u64::MAX)
    }
    /// How long `local_us` on this clock take in true time.
    pub fn true_us(&self, local_us: u64) -> u64 {
        if self.drift_ppm == 0 {
            return local_us;
        }
        let rate = u128::try_from(MILLION + i64::from(self.drift_ppm)).unwrap_or(1).max(1);
        u64::try_from(u128::from(local_us) * 1_000_000 / rate).unwrap_or(u64::MAX)
    }
}

/// A timer of a node. It stays here after it fired, for the count of its generations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimerSlot {
    /// The protocol's number for it.
    pub code: u32,
    /// How often it was armed.
    pub generation: u32,
    /// Whether it is armed now.
    pub armed: bool,
    /// Shortest and longest duration with which it was armed, by the node's clock, in microseconds.
    pub between_us: (u64, u64),
    /// When it was armed, in true microseconds.
    pub set_us: u64,
    /// When the driver will fire it; the driver's own note.
    pub due_us: u64,
    /// Its place among what is due at that time; the driver's own note.
    pub(super) rank: u64,
    /// Where the driver's heap has it, which may be earlier than it is due; the driver's own note.
    pub(super) queued: (u64, u64),
    /// The step that armed it.
    pub cause: u64,
}

/// Not in the driver's heap.
pub(super) const NEVER: (u64, u64) = (u64::MAX, u64::MAX);

impl TimerSlot {
    /// Where it belongs in the driver's heap.
    pub(super) fn due(&self) -> (u64, u64) {
        (self.due_us, self.rank)
    }
}

/// A node: its parts and what the world keeps about it.
#[derive(Clone)]
pub struct Slot {
    parts: Box<dyn Part>,
    /// Whether it runs.
    pub status: Status,
    /// Its own clock.
    pub clock: LocalClock,
    started: bool,
    /// Sorted by code.
    timers: Vec<TimerSlot>,
    /// Messages sent to each addressee so far, sorted by addressee.
    sent: Vec<(NodeId, u32)>,
    /// Questions that its handlers have asked so far.
    asked: u32,
    /// Stable hash of what distinguishes the node's state; 0 when not computed.
    hash: Cell<u64>,
}

impl Slot {
    /// Armed timers, by code.
    pub fn timers(&self) -> impl Iterator<Item = &TimerSlot> {
        self.timers.iter().filter(|timer| timer.armed)
    }

    #[inline(always)]
    fn next_k(&mut self, to: NodeId) -> u32 {
        match self.sent.binary_search_by_key(&to, |(id, _)| *id) {
            Ok(at) => self.sent.get_mut(at).map_or(0, |(_, count)| {
                let k = *count;
                *count += 1;
                k
            }),
            Err(at) => {
                self.sent.insert(at, (to, 1));
                0
            }
        }
    }

    fn arm(&mut self, code: u32, between_us: (u64, u64), now_us: u64, cause: u64) -> u32 {
        match self.timers.binary_search_by_key(&code, |timer| timer.code) {
            Ok(at) => self.timers.get_mut(at).map_or(0, |timer| {
                timer.generation += 1;
                timer.armed = true;
                timer.between_us = between_us;
                timer.set_us = now_us;
                timer.cause = cause;
                timer.generation
            }),
            Err(at) => {
                let (due_us, rank) = NEVER;
                let timer = TimerSlot { code, generation: 1, armed: true, between_us, set_us: now_us, due_us, rank, queued: NEVER, cause };
                self.timers.insert(at, timer);
                1
            }
        }
    }

    fn timer_mut(&mut self, code: u32) -> Option<&mut TimerSlot> {
        let at = self.timers.binary_search_by_key(&code, |timer| timer.code).ok()?;
        self.timers.get_mut(at)
    }

    /// A stable hash of the node's state: its parts, whether it runs, which timers are armed.
    pub fn fingerprint(&self) -> u64 {
        if self.hash.get() == 0 {
            let mut hash = fold(self.parts.fingerprint(), stable_hash(&(self.status, self.started)));
            for timer in self.timers() {
                hash = fold(hash, u64::from(timer.code));
            }
            self.hash.set(finish(hash) | 1);
        }
        self.hash.get()
    }
}

/// A message in flight.
#[derive(Clone)]
pub struct Flight {
    /// Its name.
    pub id: MessageId,
    /// What it says.
    pub payload: Rc<dyn Payload>,
    /// When it was sent, in true microseconds.
    pub sent_us: u64,
    /// The step whose handler sent it.
    pub cause: u64,
    /// When the driver ends its flight (`u64::MAX`: held back); the driver's own note.
    pub ends_us: u64,
    /// Whether the driver means to lose it then; the driver's own note.
    pub doomed: bool,
}

/// Which links let nothing through.
#[derive(Clone, Copy)]
struct LinkState<'a> {
    cuts: &'a SortedSet<(NodeId, NodeId)>,
    groups: &'a [u8],
}

impl LinkState<'_> {
    #[inline(always)]
    fn is_cut(self, from: NodeId, to: NodeId) -> bool {
        (!self.groups.is_empty() && self.groups.get(from.index()) != self.groups.get(to.index()))
            || (!self.cuts.is_empty() && self.cuts.contains(&(from, to)))
    }
}

/// Who schedules what a step leads to. It is told while the message or the timer is at hand, so that it need not look for it.
pub(super) trait Driver {
    /// A message is on its way, in that place of the table of flights. `is_cut`: its link lets nothing through at present.
    fn sent(&mut self, flight: &mut Flight, place: usize, is_cut: bool, now_us: u64);
    /// A timer of the node, whose clock this is, was armed.
    fn armed(&mut self, node: NodeId, timer: &mut TimerSlot, clock: &LocalClock, now_us: u64);
}

/// Where there is no schedule.
struct Nobody;

impl Driver for Nobody {
    fn sent(&mut self, _: &mut Flight, _: usize, _: bool, _: u64) {}
    fn armed(&mut self, _: NodeId, _: &mut TimerSlot, _: &LocalClock, _: u64) {}
}

/// What one step did, for observers: ghosts, facts, the trace.
pub struct Step<'a> {
    /// Number of the step, from 0.
    pub number: u64,
    /// Virtual time in microseconds.
    pub time_us: u64,
    /// What happened.
    pub choice: &'a Choice,
    /// The message that arrived, was lost or was duplicated.
    pub message: Option<&'a Flight>,
    /// The messages that the step sent.
    pub sent: &'a [MessageId],
    /// The acting node as it was before the step. Known to facts only: keeping it costs a copy of the node a step.
    pub before: Option<&'a Slot>,
}

impl<'a> Step<'a> {
    /// The message that this step delivered, typed.
    pub fn delivered<P: Protocol>(&self) -> Option<(MessageId, &'a P::Message)> {
        match self.choice {
            Choice::Deliver(_) => self.flight::<P>(),
            _ => None,
        }
    }
    /// The message that this step lost, typed.
    pub fn dropped<P: Protocol>(&self) -> Option<(MessageId, &'a P::Message)> {
        match self.choice {
            Choice::Drop(_) => self.flight::<P>(),
            _ => None,
        }
    }
    /// What the acting node held before the step, typed; for facts about what changed.
    pub fn before<P: Protocol>(&self) -> Option<&'a PartsOf<P>> {
        self.before?.parts.as_any().downcast_ref()
    }
    fn flight<P: Protocol>(&self) -> Option<(MessageId, &'a P::Message)> {
        let flight = self.message?;
        Some((flight.id, flight.payload.as_any().downcast_ref()?))
    }
}

/// Nodes + messages in flight + armed timers.
#[derive(Clone)]
pub struct World {
    algorithm: &'static dyn Algorithm,
    params: Rc<Params>,
    now_us: u64,
    steps: u64,
    slots: Vec<Rc<Slot>>,
    flights: Flights,
    /// Copies made so far of a message, by the original's name.
    copies: Rc<SortedMap<MessageId, u8>>,
    cuts: Rc<SortedSet<(NodeId, NodeId)>>,
    /// The group of each node; empty when there is no partition.
    groups: Rc<Vec<u8>>,
    operations: Rc<Vec<Operation>>,
    ghost: Option<Rc<Box<dyn Part>>>,
}

impl World {
    /// A world of `nodes` nodes that are all down, on blank disks. `checked` keeps the ghost that invariants and facts need.
    pub fn new(algorithm: &'static dyn Algorithm, nodes: u16, params: Params, checked: bool) -> Result<Self, Error> {
        if nodes == 0 || nodes > limits::NODES_MAX {
            return Err(Error::limit("nodes", limits::NODES_MAX));
        }
        let slots = (0..nodes)
            .map(|i| {
                let env = Env { me: NodeId(i), nodes, params: &params, clock_us: 0 };
                Rc::new(Slot {
                    parts: algorithm.blank(&env),
                    status: Status::Down,
                    clock: LocalClock::default(),
                    started: false,
                    timers: Vec::new(),
                    sent: Vec::new(),
                    asked: 0,
                    hash: Cell::new(0),
                })
            })
            .collect();
        Ok(World {
            algorithm,
            params: Rc::new(params),
            now_us: 0,
            steps: 0,
            slots,
            flights: Flights::default(),
            copies: Rc::default(),
            cuts: Rc::default(),
            groups: Rc::default(),
            operations: Rc::default(),
            ghost: checked.then(|| Rc::new(algorithm.ghost())),
        })
    }

    /// The algorithm that the nodes run.
    pub fn algorithm(&self) -> &'static dyn Algorithm {
        self.algorithm
    }
    /// Size of the membership.
    pub fn nodes(&self) -> u16 {
        u16::try_from(self.slots.len()).unwrap_or(u16::MAX)
    }
    /// What the reader has set.
    pub fn params(&self) -> &Params {
        &self.params
    }
    /// True time, in microseconds since the start of the run. Always 0 where a driver keeps no time.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }
    /// Steps applied so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }
    /// One node.
    pub fn slot(&self, node: NodeId) -> Option<&Slot> {
        self.slots.get(node.index()).map(|slot| &**slot)
    }
    /// Whether a node runs; one that does not exist is down.
    pub fn status(&self, node: NodeId) -> Status {
        self.slot(node).map_or(Status::Down, |slot| slot.status)
    }
    /// What a node's own clock shows.
    pub fn clock_us(&self, node: NodeId) -> i64 {
        self.slot(node).map_or(0, |slot| slot.clock.read(self.now_us))
    }
    /// Messages in flight, by id.
    pub fn in_flight(&self) -> impl Iterator<Item = &Flight> {
        self.flights.in_order()
    }
    /// One message in flight.
    pub fn flight(&self, id: MessageId) -> Option<&Flight> {
        self.flights.get(id)
    }
    /// How many messages have ended their flight so far, copies included: almost always by arriving.
    pub fn arrivals(&self) -> u64 {
        let sent: u64 = self.slots.iter().flat_map(|slot| &slot.sent).map(|(_, count)| u64::from(*count)).sum();
        let copies: u64 = self.copies.values().map(|count| u64::from(*count)).sum();
        (sent + copies).saturating_sub(self.flights.len() as u64)
    }
    /// Client operations so far, in order of invocation.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
    /// Whether messages from `from` to `to` are kept from arriving.
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        LinkState { cuts: &self.cuts, groups: &self.groups }.is_cut(from, to)
    }
    /// The group of each node in a partition; empty when there is none.
    pub fn groups(&self) -> &[u8] {
        &self.groups
    }
    /// A node's parts, typed.
    pub fn parts<P: Protocol>(&self, node: NodeId) -> Option<&PartsOf<P>> {
        self.slot(node)?.parts.as_any().downcast_ref()
    }
    /// The ghost, typed; `None` in a world that is not checked.
    pub fn ghost<P: Protocol>(&self) -> Option<&P::Ghost> {
        self.ghost.as_ref()?.as_any().downcast_ref()
    }
    /// The next unused id for an operation of `client`.
    pub fn next_command(&self, client: u16) -> CommandId {
        let k = self.operations.iter().filter(|op| op.id.client == client).map(|op| op.id.k.saturating_add(1)).max().unwrap_or(0);
        CommandId { client, k }
    }
    /// The first broken invariant from index `from` on; none in a world that is not checked.
    pub fn check(&self, from: usize) -> Option<(usize, Broken)> {
        self.algorithm.check(self, from)
    }

    /// A stable hash of the state: what nodes hold, what is in flight between whom, what is armed, cuts, params, history.
    /// Names of messages and times are not part of it, so two ways to the same situation have the same fingerprint.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = stable_hash(&(&*self.params, &*self.cuts, &*self.groups));
        for slot in &self.slots {
            hash = fold(hash, slot.fingerprint());
        }
        // A sum: the set of messages has no order.
        let messages = self.flights.unordered().fold(0u64, |sum, flight| {
            let link = (u64::from(flight.id.from.0) << 16) | u64::from(flight.id.to.0);
            sum.wrapping_add(finish(fold(flight.payload.fingerprint(), link)))
        });
        hash = fold(hash, messages);
        for operation in self.operations.iter() {
            let outcome = operation.done.as_ref().map(|(_, outcome)| outcome);
            hash = fold(hash, stable_hash(&(operation.id, operation.node, &operation.call, outcome)));
        }
        if let Some(ghost) = &self.ghost {
            hash = fold(hash, ghost.fingerprint());
        }
        finish(hash)
    }

    /// Lets true time pass; it never goes back.
    pub(super) fn advance(&mut self, to_us: u64) {
        self.now_us = self.now_us.max(to_us);
    }

    /// Counts something that a driver did to its own schedule as a step, so that steps number all that happened.
    pub(super) fn count_step(&mut self) {
        self.steps += 1;
    }

    /// For a driver's notes on a message's flight.
    pub(super) fn flight_mut(&mut self, id: MessageId) -> Option<&mut Flight> {
        self.flights.get_mut(id)
    }

    /// A message in flight that may be at `hint`, and its place.
    pub(super) fn flight_near(&self, id: MessageId, hint: usize) -> Option<(usize, &Flight)> {
        let place = self.flights.locate(id, hint)?;
        Some((place, self.flights.at(place)?))
    }

    /// For a driver's notes on a timer; whatever its generation. Notes do not count in the node's fingerprint.
    pub(super) fn timer_slot_mut(&mut self, id: TimerId) -> Option<&mut TimerSlot> {
        Rc::make_mut(self.slots.get_mut(id.node.index())?).timer_mut(id.code)
    }

    /// The timer of that node and code, whatever its generation.
    pub(super) fn timer_slot(&self, id: TimerId) -> Option<&TimerSlot> {
        let slot = self.slot(id.node)?;
        slot.timers.get(slot.timers.binary_search_by_key(&id.code, |timer| timer.code).ok()?)
    }

    /// The armed timer of that name.
    pub fn timer(&self, id: TimerId) -> Option<&TimerSlot> {
        self.timer_slot(id).filter(|timer| timer.armed && timer.generation == id.generation)
    }

    pub(crate) fn shared_slot(&self, node: NodeId) -> Option<Rc<Slot>> {
        self.slots.get(node.index()).cloned()
    }

    /// This world with another state of one node: for showing what a node was before a step.
    pub(super) fn with_slot(&self, node: NodeId, slot: Rc<Slot>) -> World {
        let mut world = self.clone();
        if let Some(place) = world.slots.get_mut(node.index()) {
            *place = slot;
        }
        world
    }

    fn slot_mut(&mut self, node: NodeId) -> Option<&mut Slot> {
        let slot = Rc::make_mut(self.slots.get_mut(node.index())?);
        slot.hash.set(0);
        Some(slot)
    }

    fn expect_slot(&mut self, node: NodeId) -> Result<&mut Slot, Error> {
        self.slot_mut(node).ok_or(Error::NoNode(node))
    }

    /// Whether `choice` can happen now; the error says why not.
    pub fn enabled(&self, choice: &Choice) -> Result<(), Error> {
        match choice {
            Choice::Deliver(id) => {
                self.flights.get(*id).ok_or(Error::NoMessage(*id))?;
                if self.is_cut(id.from, id.to) {
                    return Err(Error::LinkCut(id.from, id.to));
                }
                self.running(id.to)
            }
            Choice::Drop(id) => self.flights.get(*id).map(|_| ()).ok_or(Error::NoMessage(*id)),
            Choice::Duplicate(id) => {
                self.flights.get(*id).ok_or(Error::NoMessage(*id))?;
                self.room_in_flight()
            }
            Choice::Fire(id) => {
                self.running(id.node)?;
                self.timer(*id).map(|_| ()).ok_or(Error::NoTimer(id.node))
            }
            Choice::Command { node, call, .. } => {
                self.running(*node)?;
                if self.operations.len() >= limits::OPERATIONS_MAX {
                    return Err(Error::limit("client operations", limits::OPERATIONS_MAX));
                }
                self.algorithm.parse(call).map_err(Error::Command)
            }
            Choice::Crash(node) => match self.known(*node)? {
                Status::Down => Err(Error::Status(*node, "is down already")),
                Status::Up | Status::Paused => Ok(()),
            },
            Choice::Restart(node) => match self.known(*node)? {
                Status::Down => Ok(()),
                Status::Up | Status::Paused => Err(Error::Status(*node, "is running already")),
            },
            Choice::Wipe(node) => match self.known(*node)? {
                Status::Down => Ok(()),
                Status::Up | Status::Paused => Err(Error::Status(*node, "is running; crash it before wiping its disk")),
            },
            Choice::Pause(node) => self.running(*node),
            Choice::Resume(node) => match self.known(*node)? {
                Status::Paused => Ok(()),
                Status::Up | Status::Down => Err(Error::Status(*node, "is not paused")),
            },
            Choice::Cut { from, to } | Choice::Mend { from, to } => self.known(*from).and(self.known(*to)).map(|_| ()),
            Choice::Partition(groups) if groups.len() != self.slots.len() => {
                Err(Error::Groups { nodes: self.nodes(), groups: groups.len() })
            }
            Choice::Partition(_) | Choice::Heal => Ok(()),
            Choice::ClockJump { node, by_us } => {
                super::error::check_delay(by_us.unsigned_abs())?;
                self.known(*node).map(|_| ())
            }
            Choice::ClockDrift { node, ppm } => {
                if ppm.abs() > DRIFT_PPM_MAX {
                    return Err(Error::Range("A clock runs at most 50 % fast or slow.".to_owned()));
                }
                self.known(*node).map(|_| ())
            }
            Choice::Param { index, value } => match self.algorithm.params().get(usize::from(*index)) {
                Some(spec) if spec.admits(*value) => Ok(()),
                Some(spec) => Err(Error::Param(format!("{value} is not a value of \u{201c}{}\u{201d}.", spec.label))),
                None => Err(Error::Param(format!("This algorithm has no setting number {index}."))),
            },
        }
    }

    fn known(&self, node: NodeId) -> Result<Status, Error> {
        self.slot(node).map(|slot| slot.status).ok_or(Error::NoNode(node))
    }

    fn running(&self, node: NodeId) -> Result<(), Error> {
        match self.known(node)? {
            Status::Up => Ok(()),
            Status::Down => Err(Error::Down(node)),
            Status::Paused => Err(Error::Status(node, "is paused. Resume it first")),
        }
    }

    fn room_in_flight(&self) -> Result<(), Error> {
        if self.flights.len() >= limits::IN_FLIGHT_MAX {
            return Err(Error::limit("messages in flight", limits::IN_FLIGHT_MAX));
        }
        Ok(())
    }

    /// The one way in which a world changes. `effects` then holds what the step did: what it sent ([`Effects::sent`]) and armed
    /// ([`Effects::armed`]), for the driver to schedule, and more. An error means that nothing changed.
    pub fn apply(&mut self, choice: &Choice, effects: &mut Effects) -> Result<(), Error> {
        self.enabled(choice)?;
        self.perform(choice, None, &mut Nobody, effects)
    }

    /// [`apply`](Self::apply) for a driver that has made sure that the choice is enabled, knows the place of the message that it is about,
    /// and keeps a schedule.
    pub(super) fn perform(
        &mut self,
        choice: &Choice,
        place: Option<usize>,
        driver: &mut dyn Driver,
        effects: &mut Effects,
    ) -> Result<(), Error> {
        debug_assert!(matches!(self.enabled(choice), Ok(()) | Err(Error::Limit { .. })));
        effects.clear();
        match choice {
            Choice::Deliver(id) => {
                if let Some(flight) = self.take(*id, place) {
                    self.run(id.to, Input::Message(id.from, &*flight.payload), driver, effects)?;
                    effects.cause = Some(flight.cause);
                    effects.message = Some(flight);
                }
            }
            Choice::Drop(id) => {
                effects.message = self.take(*id, place);
                effects.cause = effects.message.as_ref().map(|flight| flight.cause);
            }
            Choice::Duplicate(id) => self.duplicate(*id, driver, effects)?,
            Choice::Fire(id) => {
                if let Some(timer) = self.slot_mut(id.node).and_then(|slot| slot.timer_mut(id.code)) {
                    timer.armed = false;
                    effects.cause = Some(timer.cause);
                }
                self.run(id.node, Input::Timer(id.code), driver, effects)?;
            }
            Choice::Command { id, node, call } => {
                let operation = Operation { id: *id, node: *node, call: call.clone(), invoked_us: self.now_us, done: None };
                Rc::make_mut(&mut self.operations).push(operation);
                self.run(*node, Input::Command(*id, call), driver, effects)?;
            }
            Choice::Crash(node) => {
                let algorithm = self.algorithm;
                let slot = self.expect_slot(*node)?;
                algorithm.crash(&mut *slot.parts);
                slot.status = Status::Down;
                for timer in &mut slot.timers {
                    timer.armed = false;
                }
            }
            Choice::Restart(node) => {
                let slot = self.expect_slot(*node)?;
                slot.status = Status::Up;
                let input = if slot.started { Input::Restart } else { Input::Start };
                slot.started = true;
                self.run(*node, input, driver, effects)?;
            }
            Choice::Wipe(node) => {
                let env = Env { me: *node, nodes: self.nodes(), params: &self.params, clock_us: 0 };
                let blank = self.algorithm.blank(&env);
                let slot = self.expect_slot(*node)?;
                slot.parts = blank;
                slot.started = false;
            }
            Choice::Pause(node) => self.expect_slot(*node)?.status = Status::Paused,
            Choice::Resume(node) => self.expect_slot(*node)?.status = Status::Up,
            Choice::Cut { from, to } => {
                Rc::make_mut(&mut self.cuts).insert((*from, *to));
            }
            Choice::Mend { from, to } => {
                Rc::make_mut(&mut self.cuts).remove(&(*from, *to));
            }
            Choice::Partition(groups) => self.groups = Rc::new(groups.clone()),
            Choice::Heal => {
                self.cuts = Rc::default();
                self.groups = Rc::default();
            }
            Choice::ClockJump { node, by_us } => self.expect_slot(*node)?.clock.jump(*by_us),
            Choice::ClockDrift { node, ppm } => {
                let now_us = self.now_us;
                self.expect_slot(*node)?.clock.drift(now_us, *ppm);
            }
            Choice::Param { index, value } => {
                Rc::make_mut(&mut self.params).set(*index, *value);
            }
        }
        self.observe(choice, effects);
        self.steps += 1;
        Ok(())
    }

    #[inline(always)]
    fn take(&mut self, id: MessageId, place: Option<usize>) -> Option<Flight> {
        self.flights.remove_at(place.or_else(|| self.flights.find(id))?)
    }

    fn duplicate(&mut self, id: MessageId, driver: &mut dyn Driver, effects: &mut Effects) -> Result<(), Error> {
        self.room_in_flight()?;
        let Some(original) = self.flights.get(id).cloned() else { return Ok(()) };
        let copies = Rc::make_mut(&mut self.copies).get_or_insert_with(MessageId { copy: 0, ..id }, || 0);
        if *copies >= limits::COPIES_MAX {
            return Err(Error::limit("copies of one message", limits::COPIES_MAX));
        }
        *copies += 1;
        let copy = Flight { id: MessageId { copy: *copies, ..id }, ends_us: u64::MAX, doomed: false, ..original.clone() };
        effects.sent.push(copy.id);
        let is_cut = self.is_cut(id.from, id.to);
        self.flights.launch(copy, is_cut, self.now_us, driver);
        effects.cause = Some(original.cause);
        effects.message = Some(original);
        Ok(())
    }

    /// Runs one handler and takes its effects in.
    fn run(&mut self, node: NodeId, input: Input<'_>, driver: &mut dyn Driver, effects: &mut Effects) -> Result<(), Error> {
        let (now_us, cause, nodes, algorithm) = (self.now_us, self.steps, self.nodes(), self.algorithm);
        let links = LinkState { cuts: &self.cuts, groups: &self.groups };
        let slot = Rc::make_mut(self.slots.get_mut(node.index()).ok_or(Error::NoNode(node))?);
        slot.hash.set(0);
        effects.asking = (node, slot.asked);
        let env = Env { me: node, nodes, params: &self.params, clock_us: slot.clock.read(now_us) };
        algorithm.handle(&mut *slot.parts, input, env, effects).map_err(Error::Command)?;
        slot.asked = slot.asked.wrapping_add(u32::try_from(effects.asked.len()).unwrap_or(0));
        effects.requested =
            Requested { messages: !effects.sends.is_empty(), timers: !effects.timers.is_empty(), replies: !effects.replies.is_empty() };

        // What is taken in stays in its list, which the next step clears: for the few that there are, draining costs more than reading.
        for request in &effects.timers {
            match request.between_us {
                Some(between_us) => {
                    let generation = slot.arm(request.code, between_us, now_us, cause);
                    let id = TimerId { node, code: request.code, generation };
                    // Armed twice in one step: the later one counts.
                    forget(&mut effects.armed, id.code);
                    effects.armed.push((id, between_us));
                }
                None => {
                    if let Some(timer) = slot.timer_mut(request.code) {
                        timer.armed = false;
                    }
                    forget(&mut effects.armed, request.code);
                }
            }
        }
        for (id, _) in &effects.armed {
            if let Some(timer) = slot.timers.iter_mut().find(|timer| timer.code == id.code) {
                driver.armed(node, timer, &slot.clock, now_us);
            }
        }
        let room = limits::IN_FLIGHT_MAX.saturating_sub(self.flights.len());
        effects.overflow = effects.sends.len() > room;
        effects.sends.truncate(room);
        for (to, payload) in &mut effects.sends {
            let to = *to;
            let Some(payload) = payload.take().filter(|_| to.0 < nodes) else { continue };
            let id = MessageId { from: node, to, k: slot.next_k(to), copy: 0 };
            let flight = Flight { id, payload, sent_us: now_us, cause, ends_us: u64::MAX, doomed: false };
            effects.sent.push(id);
            self.flights.launch(flight, links.is_cut(node, to), now_us, driver);
        }
        for (id, outcome) in std::mem::take(&mut effects.replies) {
            let open = self.operations.iter().rposition(|operation| operation.id == id && operation.done.is_none());
            if let Some(operation) = open.and_then(|at| Rc::make_mut(&mut self.operations).get_mut(at)) {
                operation.done = Some((now_us, outcome));
                effects.answered.push(id);
            }
        }
        Ok(())
    }

    fn observe(&mut self, choice: &Choice, effects: &Effects) {
        let Some(mut ghost) = self.ghost.take() else { return };
        let step =
            Step { number: self.steps, time_us: self.now_us, choice, message: effects.message.as_ref(), sent: &effects.sent, before: None };
        self.algorithm.observe(&mut **Rc::make_mut(&mut ghost), self, &step);
        self.ghost = Some(ghost);
    }
}

/// Takes out a timer of the acting node that this step had armed.
fn forget(armed: &mut Vec<(TimerId, (u64, u64))>, code: u32) {
    if let Some(at) = armed.iter().position(|(id, _)| id.code == code) {
        armed.remove(at);
    }
}

impl Effects {
    /// A buffer whose handlers' questions are answered from `answers`.
    pub fn answering(answers: Answers) -> Self {
        Effects { answers, ..Effects::default() }
    }
    /// Messages that the step sent.
    pub fn sent(&self) -> &[MessageId] {
        &self.sent
    }
    /// Timers that the step armed, with the range of durations by the node's clock.
    pub fn armed(&self) -> &[(TimerId, (u64, u64))] {
        &self.armed
    }
    /// Operations that the step answered.
    pub fn answered(&self) -> &[CommandId] {
        &self.answered
    }
    /// What the step's handler asked for, whether or not it changed anything.
    pub fn requested(&self) -> Requested {
        self.requested
    }
    /// The message that the step delivered, lost or copied.
    pub fn message(&self) -> Option<&Flight> {
        self.message.as_ref()
    }
    /// Questions that the step's handler asked: size of the range, and the answer.
    pub fn asked(&self) -> &[(u32, u32)] {
        &self.asked
    }
}
