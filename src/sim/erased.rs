//! The seam between the engine, which is compiled once, and the algorithms, which are typed.
//!
//! A generic engine would be compiled again for each of some forty algorithms, and the page would carry forty copies of it.
//! So the engine handles nodes and messages behind `dyn`, and [`Erased`] is the thin typed shell around each protocol.

use super::protocol::{Broken, Cluster, Commands, Context, Messages, Node, Protocol, Timers, Watched};
use super::rng;
use super::view::{Ahead, Exhibit, MessageKind, NodeView, Role, TimerInfo};
use super::{
    Bindings, CommandCall, CommandId, CommandSpec, Flight, MessageId, NodeId, Outcome, ParamSpec, Params, Step, TimerId, Trace, World, hash,
};
use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

/// A message's content behind `dyn`.
pub trait Payload: 'static {
    /// For downcasting.
    fn as_any(&self) -> &dyn Any;
    /// For downcasting.
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// Its stable hash.
    fn fingerprint(&self) -> u64;
    /// Its size on the wire.
    fn wire_bytes(&self) -> u32;
}

impl<T: super::protocol::Data> Payload for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn fingerprint(&self) -> u64 {
        hash::stable_hash(self)
    }
    fn wire_bytes(&self) -> u32 {
        hash::wire_bytes(self)
    }
}

/// A value that is part of the world's state, behind `dyn`: a node's parts, a ghost.
pub trait Part: 'static {
    /// For downcasting.
    fn as_any(&self) -> &dyn Any;
    /// For downcasting.
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// A copy.
    fn boxed(&self) -> Box<dyn Part>;
    /// Takes over the value of another of the same type.
    fn copy_from(&mut self, other: &dyn Part);
    /// Whether the other is of the same type and value.
    fn equals(&self, other: &dyn Part) -> bool;
    /// Its stable hash.
    fn fingerprint(&self) -> u64;
}

impl<T: super::protocol::Data> Part for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn boxed(&self) -> Box<dyn Part> {
        Box::new(self.clone())
    }
    fn copy_from(&mut self, other: &dyn Part) {
        if let Some(other) = other.as_any().downcast_ref() {
            self.clone_from(other);
        }
    }
    fn equals(&self, other: &dyn Part) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
    fn fingerprint(&self) -> u64 {
        hash::stable_hash(self)
    }
}

impl Clone for Box<dyn Part> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

/// Both parts of a node; `volatile` is `None` while the node is down.
#[derive(Clone, PartialEq, Hash, Debug)]
pub struct Parts<S, V> {
    /// On disk.
    pub stable: S,
    /// In memory.
    pub volatile: Option<V>,
}

/// [`Parts`] of a protocol.
pub type PartsOf<P> = Parts<<P as Protocol>::Stable, <P as Protocol>::Volatile>;

/// Who a handler runs for, and what it may read.
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// The node.
    pub me: NodeId,
    /// Size of the membership.
    pub nodes: u16,
    /// What the reader has set.
    pub params: &'a Params,
    /// The node's own clock, in microseconds.
    pub clock_us: i64,
}

/// Where the answers to a handler's questions come from.
#[derive(Clone, Debug)]
pub enum Answers {
    /// Drawn from the seed by (node, count of its questions so far).
    Drawn {
        /// The run's seed.
        seed: u64,
    },
    /// Read back in order; 0 once they run out, so that a search can try the next.
    Given(Vec<u32>),
}

impl Default for Answers {
    fn default() -> Self {
        Answers::Given(Vec::new())
    }
}

/// A request to arm (`Some`) or disarm (`None`) a timer of the acting node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimerRequest {
    /// The protocol's number for it.
    pub code: u32,
    /// Shortest and longest duration by the node's clock, in microseconds.
    pub between_us: Option<(u64, u64)>,
}

/// Whether a handler asked for anything: messages, timers (to arm or disarm), answers to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Requested {
    /// It sent something.
    pub messages: bool,
    /// It armed or disarmed a timer, even to no avail.
    pub timers: bool,
    /// It answered a client, even one that had its answer.
    pub replies: bool,
}

/// Messages whose memory is kept for the next ones.
const SPARE_MAX: usize = 64;

/// What one handler asked for. One buffer serves a whole run.
#[derive(Default)]
pub struct Effects {
    /// Messages to send, in order; `None` once the world has them.
    pub(super) sends: Vec<(NodeId, Option<Rc<dyn Payload>>)>,
    /// Messages that have arrived and that nobody holds any more: their memory serves the next ones.
    pub(super) spare: Vec<Rc<dyn Payload>>,
    /// Timers to arm and disarm, in order.
    pub(super) timers: Vec<TimerRequest>,
    /// Answers to clients.
    pub(super) replies: Vec<(CommandId, Outcome)>,
    /// Why, in words.
    pub(super) said: Vec<String>,
    /// Whether words are wanted.
    pub(super) listening: bool,
    /// Source of answers to [`choose`](Effects::choose).
    pub(super) answers: Answers,
    /// The acting node and how many questions it asked before this handler.
    pub(super) asking: (NodeId, u32),
    /// Questions asked in this handler: (size of the range, answer).
    pub(super) asked: Vec<(u32, u32)>,
    /// Filled by the world: what was sent.
    pub(super) sent: Vec<MessageId>,
    /// Filled by the world: what was armed, with its range of durations.
    pub(super) armed: Vec<(TimerId, (u64, u64))>,
    /// Filled by the world: operations answered.
    pub(super) answered: Vec<CommandId>,
    /// Filled by the world: what the handler asked for.
    pub(super) requested: Requested,
    /// Filled by the world: some messages found no room in the network.
    pub(super) overflow: bool,
    /// Filled by the world: the message that arrived, was lost, or was copied.
    pub(super) message: Option<Flight>,
    /// Filled by the world: the step that led to this one, that is the sending of the message or the arming of the timer.
    pub(super) cause: Option<u64>,
}

impl Effects {
    pub(super) fn clear(&mut self) {
        self.sends.clear();
        self.timers.clear();
        self.replies.clear();
        self.said.clear();
        self.asked.clear();
        self.sent.clear();
        self.armed.clear();
        self.answered.clear();
        self.requested = Requested::default();
        self.overflow = false;
        self.cause = None;
        if let Some(flight) = self.message.take()
            && Rc::strong_count(&flight.payload) == 1
            && self.spare.len() < SPARE_MAX
        {
            self.spare.push(flight.payload);
        }
    }
    /// A message behind `dyn`, in the memory of one that has arrived if there is one.
    pub(super) fn payload<M: super::protocol::Data>(&mut self, message: M) -> Rc<dyn Payload> {
        if let Some(mut spare) = self.spare.pop()
            && let Some(place) = Rc::get_mut(&mut spare).and_then(|payload| payload.as_any_mut().downcast_mut::<M>())
        {
            *place = message;
            return spare;
        }
        Rc::new(message)
    }
    pub(super) fn send(&mut self, to: NodeId, payload: Rc<dyn Payload>) {
        self.sends.push((to, Some(payload)));
    }
    pub(super) fn set_timer(&mut self, code: u32, low_us: u64, high_us: u64) {
        self.timers.push(TimerRequest { code, between_us: Some((low_us, high_us)) });
    }
    pub(super) fn cancel_timer(&mut self, code: u32) {
        self.timers.push(TimerRequest { code, between_us: None });
    }
    pub(super) fn choose(&mut self, n: u32) -> u32 {
        let position = self.asked.len();
        let answer = match &self.answers {
            Answers::Drawn { seed } => {
                let (node, before) = self.asking;
                let count = before.wrapping_add(u32::try_from(position).unwrap_or(u32::MAX));
                rng::below(rng::for_choice(*seed, node, count), u64::from(n.max(1))) as u32
            }
            Answers::Given(answers) => answers.get(position).copied().unwrap_or(0).min(n.saturating_sub(1)),
        };
        self.asked.push((n, answer));
        answer
    }
    pub(super) fn draw(&mut self) -> u32 {
        let position = self.asked.len();
        let answer = match &self.answers {
            Answers::Drawn { seed } => {
                let (node, before) = self.asking;
                (rng::for_choice(*seed, node, before.wrapping_add(u32::try_from(position).unwrap_or(u32::MAX))) >> 32) as u32
            }
            Answers::Given(answers) => answers.get(position).copied().unwrap_or(0),
        };
        // A range of nothing: a search has no other answer to try.
        self.asked.push((0, answer));
        answer
    }
    pub(super) fn reply(&mut self, id: CommandId, outcome: Outcome) {
        self.replies.push((id, outcome));
    }
    pub(super) fn say(&mut self, sentence: impl FnOnce() -> String) {
        if self.listening {
            self.said.push(sentence());
        }
    }
}

/// An input to a node's handler, untyped.
pub enum Input<'a> {
    /// Start on a blank disk.
    Start,
    /// Start after a crash.
    Restart,
    /// A message arrived.
    Message(NodeId, &'a dyn Payload),
    /// A timer fired.
    Timer(u32),
    /// A client asks.
    Command(CommandId, &'a CommandCall),
}

/// A fact's name, sentence and whether the scrubber marks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FactInfo {
    /// Stable name.
    pub name: &'static str,
    /// What it means, for authors.
    pub sentence: &'static str,
    /// Marked on the scrubber.
    pub mark: bool,
}

/// An invariant's name and sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InvariantInfo {
    /// Stable name.
    pub name: &'static str,
    /// What must always hold.
    pub sentence: &'static str,
}

/// An algorithm as the engine and the page handle it. Implemented once, by [`Erased`].
pub trait Algorithm: Sync {
    /// The declared params.
    fn params(&self) -> &'static [ParamSpec];
    /// The declared commands.
    fn commands(&self) -> &'static [CommandSpec];
    /// The declared kinds of message.
    fn kinds(&self) -> &'static [MessageKind];
    /// How far a run may be played on unwatched.
    fn ahead(&self) -> Option<Ahead>;
    /// The state of a node that never ran.
    fn blank(&self, env: &Env<'_>) -> Box<dyn Part>;
    /// Runs one handler. The error is a sentence: a command that does not parse.
    fn handle(&self, part: &mut dyn Part, input: Input<'_>, env: Env<'_>, effects: &mut Effects) -> Result<(), String>;
    /// Takes what a crash takes.
    fn crash(&self, part: &mut dyn Part);
    /// Whether a call is one that this algorithm understands.
    fn parse(&self, call: &CommandCall) -> Result<(), String>;
    /// Index of a message's kind.
    fn kind(&self, payload: &dyn Payload) -> u16;
    /// A message in words.
    fn describe(&self, payload: &dyn Payload) -> String;
    /// What the page calls a timer.
    fn timer(&self, code: u32) -> Option<TimerInfo>;
    /// An empty ghost.
    fn ghost(&self) -> Box<dyn Part>;
    /// Updates the ghost after a step.
    fn observe(&self, ghost: &mut dyn Part, world: &World, step: &Step<'_>);
    /// The declared invariants.
    fn invariants(&self) -> Vec<InvariantInfo>;
    /// The first broken invariant from index `from` on.
    fn check(&self, world: &World, from: usize) -> Option<(usize, Broken)>;
    /// The declared facts.
    fn facts(&self) -> Vec<FactInfo>;
    /// What fact `index` says now.
    fn fact(&self, index: usize, world: &World, step: &Step<'_>) -> Option<Bindings>;
    /// The role of a node; `None` while it is down.
    fn role(&self, world: &World, node: NodeId) -> Option<Role>;
    /// Where a node stands in the algorithm's own count of time: `("term", 3)`; `None` while it is down.
    fn era(&self, world: &World, node: NodeId) -> Option<(&'static str, u64)>;
    /// All of a node.
    fn view(&self, world: &World, node: NodeId) -> NodeView;
    /// What to show beside the cluster.
    fn exhibits(&self, world: &World, trace: &Trace) -> Vec<Exhibit>;
}

/// The typed shell around a protocol. A value of it is a `&'static dyn Algorithm`.
pub struct Erased<P>(PhantomData<fn() -> P>);

impl<P> Erased<P> {
    /// The shell, for the catalogue: `static RAFT: Erased<Raft> = Erased::new();`
    pub const fn new() -> Self {
        Erased(PhantomData)
    }
}

impl<P> Default for Erased<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Watched> Algorithm for Erased<P> {
    fn params(&self) -> &'static [ParamSpec] {
        P::PARAMS
    }
    fn commands(&self) -> &'static [CommandSpec] {
        P::Command::COMMANDS
    }
    fn kinds(&self) -> &'static [MessageKind] {
        P::Message::KINDS
    }

    fn ahead(&self) -> Option<Ahead> {
        P::AHEAD
    }

    fn blank(&self, env: &Env<'_>) -> Box<dyn Part> {
        Box::new(PartsOf::<P> { stable: P::blank_disk(env), volatile: None })
    }

    fn handle(&self, part: &mut dyn Part, input: Input<'_>, env: Env<'_>, effects: &mut Effects) -> Result<(), String> {
        let Some(parts) = part.as_any_mut().downcast_mut::<PartsOf<P>>() else { return Ok(()) };
        let mut cx = Context::<P> { env, effects, protocol: PhantomData };
        match input {
            Input::Start => parts.volatile = Some(P::on_start(&mut parts.stable, &mut cx)),
            Input::Restart => parts.volatile = Some(P::on_restart(&mut parts.stable, &mut cx)),
            Input::Message(from, payload) => {
                if let (Some(volatile), Some(message)) = (&mut parts.volatile, payload.as_any().downcast_ref()) {
                    P::on_message(&mut Node { stable: &mut parts.stable, volatile }, from, message, &mut cx);
                }
            }
            Input::Timer(code) => {
                if let (Some(volatile), Some((timer, _))) = (&mut parts.volatile, P::Timer::of_code(code)) {
                    P::on_timer(&mut Node { stable: &mut parts.stable, volatile }, timer, &mut cx);
                }
            }
            Input::Command(id, call) => {
                let command = P::Command::parse(call)?;
                if let Some(volatile) = &mut parts.volatile {
                    P::on_command(&mut Node { stable: &mut parts.stable, volatile }, id, &command, &mut cx);
                }
            }
        }
        Ok(())
    }

    fn crash(&self, part: &mut dyn Part) {
        if let Some(parts) = part.as_any_mut().downcast_mut::<PartsOf<P>>() {
            parts.volatile = None;
        }
    }

    fn parse(&self, call: &CommandCall) -> Result<(), String> {
        P::Command::parse(call).map(|_| ())
    }

    fn kind(&self, payload: &dyn Payload) -> u16 {
        payload.as_any().downcast_ref().map_or(0, P::Message::kind)
    }

    fn describe(&self, payload: &dyn Payload) -> String {
        payload.as_any().downcast_ref().map_or_else(String::new, P::Message::describe)
    }

    fn timer(&self, code: u32) -> Option<TimerInfo> {
        P::Timer::of_code(code).map(|(_, info)| info)
    }

    fn ghost(&self) -> Box<dyn Part> {
        Box::new(P::Ghost::default())
    }

    fn observe(&self, ghost: &mut dyn Part, world: &World, step: &Step<'_>) {
        if let Some(ghost) = ghost.as_any_mut().downcast_mut() {
            P::observe(ghost, &Cluster::new(world), step);
        }
    }

    fn invariants(&self) -> Vec<InvariantInfo> {
        P::INVARIANTS.iter().map(|i| InvariantInfo { name: i.name, sentence: i.sentence }).collect()
    }

    fn check(&self, world: &World, from: usize) -> Option<(usize, Broken)> {
        let ghost = world.ghost::<P>()?;
        let cluster = Cluster::new(world);
        P::INVARIANTS
            .iter()
            .enumerate()
            .skip(from)
            .find_map(|(index, invariant)| (invariant.check)(&cluster, ghost).err().map(|broken| (index, broken)))
    }

    fn facts(&self) -> Vec<FactInfo> {
        P::FACTS.iter().map(|f| FactInfo { name: f.name, sentence: f.sentence, mark: f.mark }).collect()
    }

    fn fact(&self, index: usize, world: &World, step: &Step<'_>) -> Option<Bindings> {
        let fact = P::FACTS.get(index)?;
        (fact.test)(&Cluster::new(world), world.ghost::<P>()?, step)
    }

    fn role(&self, world: &World, node: NodeId) -> Option<Role> {
        let parts = world.parts::<P>(node)?;
        Some(P::role(&parts.stable, parts.volatile.as_ref()?))
    }

    fn era(&self, world: &World, node: NodeId) -> Option<(&'static str, u64)> {
        let parts = world.parts::<P>(node)?;
        P::era(&parts.stable, parts.volatile.as_ref()?)
    }

    fn view(&self, world: &World, node: NodeId) -> NodeView {
        P::view(&Cluster::new(world), node)
    }

    fn exhibits(&self, world: &World, trace: &Trace) -> Vec<Exhibit> {
        world.ghost::<P>().map_or_else(Vec::new, |ghost| P::exhibits(&Cluster::new(world), ghost, trace))
    }
}
