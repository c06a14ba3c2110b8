//! What an algorithm is: state, messages, timers, commands, and a handler for each thing that can happen.
//!
//! Types say what they are of: [`Messages`], [`Timers`], [`Commands`]. A [`Protocol`] is what nodes do, and [`Watched`] is what is to say of
//! them all. What does not depend on a run is a constant.
//!
//! Handlers are pure: they change the node they are given and ask for effects through their [`Context`]. They see no clock but
//! the node's own, no randomness but the driver's answers, and no other node. So the same code runs in the page, in the
//! Explorer and in the tests.
//!
//! ```text
//!            on_message(node, from, m, cx)
//!   driver ────────────────────────────────▶ handler ──▶ node.stable / node.volatile change
//!      ▲                                        │
//!      └──── send · set_timer · reply ◀─────────┘ cx
//! ```

use super::erased::{Effects, Env};
use super::{
    Ahead, CommandCall, CommandId, CommandSpec, Exhibit, MessageId, MessageKind, NodeId, NodeView, Operation, ParamSpec, Params, Role,
    Step, TimerInfo, Trace, World,
};
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

/// Everything that a part of an algorithm's state must be: copied for snapshots, hashed for fingerprints.
pub trait Data: Clone + PartialEq + Hash + Debug + 'static {}
impl<T: Clone + PartialEq + Hash + Debug + 'static> Data for T {}

/// What nodes send each other: one type, of several kinds.
pub trait Messages: Data {
    /// The kinds, in the order of [`kind`](Messages::kind). Append only.
    const KINDS: &'static [MessageKind];
    /// Index into [`KINDS`](Messages::KINDS).
    fn kind(&self) -> u16;
    /// It in words, with what it carries: "RequestVote term 3: my log ends at 4/2".
    fn describe(&self) -> String;
}

/// What nodes wait for: one type, of several timers. The code of one may carry a small argument (`16 + peer`).
pub trait Timers: Copy + Debug + 'static {
    /// Those without an argument, each with what the page calls it.
    const PLAIN: &'static [(Self, TimerInfo)];
    /// The number by which the engine knows this timer; stable, since scenario links name timers by it.
    fn code(self) -> u32;
    /// The timer of that number that is not plain: it has an argument, or it is that of a part.
    fn with_argument(_code: u32) -> Option<(Self, TimerInfo)> {
        None
    }
    /// The timer of that number, with what the page calls it.
    fn of_code(code: u32) -> Option<(Self, TimerInfo)> {
        Self::PLAIN.iter().find(|(timer, _)| timer.code() == code).copied().or_else(|| Self::with_argument(code))
    }
}

/// What clients ask.
pub trait Commands: Data {
    /// In the order of their indices. Append only: links name commands by index.
    const COMMANDS: &'static [CommandSpec];
    /// Elevates a call to a command; the error is a sentence for whoever wrote it.
    fn parse(call: &CommandCall) -> Result<Self, String>;
}

/// What there is none of: the timers of nodes that wait for nothing, the commands of nodes of which nobody asks anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Never {}

impl Timers for Never {
    const PLAIN: &'static [(Self, TimerInfo)] = &[];

    fn code(self) -> u32 {
        match self {}
    }
}

impl Commands for Never {
    const COMMANDS: &'static [CommandSpec] = &[];

    fn parse(_: &CommandCall) -> Result<Self, String> {
        Err("These nodes take no commands.".to_owned())
    }
}

/// One node as a handler sees it. The types say what a crash takes: `stable` is on disk, `volatile` in memory.
#[derive(Debug)]
pub struct Node<'a, P: Protocol> {
    /// Survives a crash. A handler's changes to it count as written before any message that it sends leaves.
    pub stable: &'a mut P::Stable,
    /// Lost in a crash.
    pub volatile: &'a mut P::Volatile,
}

/// A named property that must hold after every step.
pub struct Invariant<P: Protocol> {
    /// Stable name: `election-safety`.
    pub name: &'static str,
    /// The property in the paper's words, as one sentence.
    pub sentence: &'static str,
    /// Says how it is broken, if it is.
    pub check: fn(&Cluster<'_, P>, &P::Ghost) -> Result<(), Broken>,
}

impl<P: Protocol> Clone for Invariant<P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P: Protocol> Copy for Invariant<P> {}

/// How an invariant is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// The nodes that show it.
    pub nodes: Vec<NodeId>,
    /// One sentence: "node 0 and node 3 both led term 4".
    pub says: String,
}

/// Something that may become true in a run and that captions, goals and marks refer to by name: `leader-elected`.
///
/// It fires when `test` goes from `None` to `Some`, or when what it says changes.
pub struct Fact<P: Protocol> {
    /// Stable name, used in lesson files.
    pub name: &'static str,
    /// One sentence with the bindings in braces, for authors: "{node} has a quorum in term {term}".
    pub sentence: &'static str,
    /// Whether it is a milestone that the scrubber marks.
    pub mark: bool,
    /// What it says now.
    pub test: Test<P>,
}

/// What a fact says after a step, if it is true then.
pub type Test<P> = fn(&Cluster<'_, P>, &<P as Protocol>::Ghost, &Step<'_>) -> Option<Bindings>;

impl<P: Protocol> Fact<P> {
    /// One that the scrubber marks.
    pub const fn milestone(name: &'static str, sentence: &'static str, test: Test<P>) -> Self {
        Fact { name, sentence, mark: true, test }
    }
    /// One that it does not mark.
    pub const fn detail(name: &'static str, sentence: &'static str, test: Test<P>) -> Self {
        Fact { name, sentence, mark: false, test }
    }
}

impl<P: Protocol> Clone for Fact<P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P: Protocol> Copy for Fact<P> {}

/// Values for the names in braces of a caption, and the nodes it is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bindings {
    /// The nodes to light up.
    pub nodes: Vec<NodeId>,
    /// `("term", "3")`.
    pub values: Vec<(&'static str, String)>,
}

impl Bindings {
    /// About this node, which is `{node}`.
    pub fn node(node: NodeId) -> Self {
        Bindings::nodes([node]).with("node", node)
    }
    /// About these nodes, with nothing to fill in. `{node}` in a caption is the first of them.
    pub fn nodes(nodes: impl IntoIterator<Item = NodeId>) -> Self {
        Bindings { nodes: nodes.into_iter().collect(), values: Vec::new() }
    }
    /// Adds a value to fill in.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

/// An algorithm: what its nodes do. See the module for what a handler may do.
pub trait Protocol: Sized + 'static {
    /// What survives a crash.
    type Stable: Data;
    /// What a crash takes.
    type Volatile: Data;
    /// What nodes send each other.
    type Message: Messages;
    /// What nodes wait for.
    type Timer: Timers;
    /// What clients ask.
    type Command: Commands;
    /// History that the invariants need and no node has: "who led each term". Part of the state that the Explorer tells apart.
    /// It keeps neither times nor names of messages: a search has no times, and names of its own.
    type Ghost: Data + Default;

    /// Params in the order of their indices. Append only: links name them by index.
    const PARAMS: &'static [ParamSpec];
    /// How far a run may be played on unwatched, if its exhibits are about averages.
    const AHEAD: Option<Ahead> = None;

    /// The contents of the disk of a node that never ran.
    fn blank_disk(env: &Env<'_>) -> Self::Stable;
    /// First start, on a blank disk.
    fn on_start(stable: &mut Self::Stable, cx: &mut Context<'_, Self>) -> Self::Volatile;
    /// Start after a crash, from what the disk holds.
    fn on_restart(stable: &mut Self::Stable, cx: &mut Context<'_, Self>) -> Self::Volatile {
        Self::on_start(stable, cx)
    }
    /// A message arrived.
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Self::Message, cx: &mut Context<'_, Self>);
    /// A timer fired.
    fn on_timer(node: &mut Node<'_, Self>, timer: Self::Timer, cx: &mut Context<'_, Self>);
    /// A client asked for something. The answer, now or later, is [`Context::reply`].
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Self::Command, cx: &mut Context<'_, Self>);
}

/// A protocol as it is watched by who sees all nodes at once: what must hold, what may come true, and what the page shows.
pub trait Watched: Protocol {
    /// The safety properties.
    const INVARIANTS: &'static [Invariant<Self>];
    /// What captions and goals may refer to.
    const FACTS: &'static [Fact<Self>];

    /// Updates the ghost after a step.
    fn observe(ghost: &mut Self::Ghost, cluster: &Cluster<'_, Self>, step: &Step<'_>);

    /// The role of a node that is up.
    fn role(stable: &Self::Stable, volatile: &Self::Volatile) -> Role;
    /// Where a node that is up stands in the algorithm's own count of time, by its paper's name: `("term", 3)`.
    fn era(_stable: &Self::Stable, _volatile: &Self::Volatile) -> Option<(&'static str, u64)> {
        None
    }
    /// All of a node; its `volatile` is `None` while it is down.
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView;
    /// What to show beside the cluster.
    fn exhibits(cluster: &Cluster<'_, Self>, ghost: &Self::Ghost, trace: &Trace) -> Vec<Exhibit>;
}

/// What a handler may see and ask for. Everything asked for takes effect when the handler returns.
pub struct Context<'a, P: Protocol> {
    pub(super) env: Env<'a>,
    pub(super) effects: &'a mut Effects,
    pub(super) protocol: PhantomData<P>,
}

impl<'a, P: Protocol> Context<'a, P> {
    /// The node whose handler runs.
    pub fn me(&self) -> NodeId {
        self.env.me
    }
    /// Size of the membership, reachable or not.
    pub fn nodes(&self) -> u16 {
        self.env.nodes
    }
    /// All other members.
    pub fn peers(&self) -> impl Iterator<Item = NodeId> + use<P> {
        let me = self.env.me;
        (0..self.env.nodes).map(NodeId).filter(move |id| *id != me)
    }
    /// What the reader has set.
    pub fn params(&self) -> &'a Params {
        self.env.params
    }
    /// The node's own clock, in microseconds. It may be skewed, drift and jump.
    pub fn clock_us(&self) -> i64 {
        self.env.clock_us
    }

    /// Sends a message. One to oneself is delivered like any other. A protocol that is made of parts says with `From` how a part's messages, and its
    /// timers, are its own.
    pub fn send(&mut self, to: NodeId, message: impl Into<P::Message>) {
        let payload = self.effects.payload::<P::Message>(message.into());
        self.effects.send(to, payload);
    }
    /// Sends the same message to every other member.
    pub fn broadcast(&mut self, message: P::Message) {
        let shared = self.effects.payload(message);
        for to in self.peers() {
            self.effects.send(to, shared.clone());
        }
    }
    /// Arms a timer; one of the same kind that is already armed is replaced. The time passes by the node's own clock.
    pub fn set_timer(&mut self, timer: impl Into<P::Timer>, after_us: u64) {
        self.effects.set_timer(timer.into().code(), after_us, after_us);
    }
    /// Arms a timer with a duration that the driver draws from `low_us ..= high_us`.
    pub fn set_timer_between(&mut self, timer: impl Into<P::Timer>, low_us: u64, high_us: u64) {
        self.effects.set_timer(timer.into().code(), low_us, high_us.max(low_us));
    }
    /// Disarms a timer.
    pub fn cancel_timer(&mut self, timer: impl Into<P::Timer>) {
        self.effects.cancel_timer(timer.into().code());
    }
    /// A random number in `0 .. n`, answered by the driver: drawn, tried out one by one, or read back.
    pub fn choose(&mut self, n: u32) -> u32 {
        self.effects.choose(n)
    }
    /// A random number out of all 2^32, answered by the driver: drawn, or read back. For durations and amounts, on which no decision hangs:
    /// a search, which has no times, tries 0 only.
    pub fn draw(&mut self) -> u32 {
        self.effects.draw()
    }
    /// Answers a client. Only the first answer to an operation counts.
    pub fn reply(&mut self, id: CommandId, outcome: super::Outcome) {
        self.effects.reply(id, outcome);
    }
    /// Runs a handler of a protocol that this one is built on, for the members `0 .. nodes` and with params of its own. What it sends is wrapped by
    /// `lift`, its timers keep their codes, and what it would answer to clients is given back instead.
    pub fn within<Q: Protocol>(
        &mut self,
        nodes: u16,
        params: &Params,
        lift: fn(Q::Message) -> P::Message,
        handler: impl FnOnce(&mut Context<'_, Q>),
    ) -> Vec<(CommandId, super::Outcome)> {
        let (sent, replied) = (self.effects.sends.len(), self.effects.replies.len());
        let env = Env { nodes, params, ..self.env };
        handler(&mut Context { env, effects: self.effects, protocol: PhantomData });
        for (_, payload) in self.effects.sends.iter_mut().skip(sent) {
            if let Some(message) = payload.as_ref().and_then(|payload| payload.as_any().downcast_ref::<Q::Message>()) {
                *payload = Some(std::rc::Rc::new(lift(message.clone())));
            }
        }
        self.effects.replies.split_off(replied)
    }
    /// Says why, in words, for the event log. Not called when nobody listens, so it costs a fast run nothing.
    pub fn say(&mut self, sentence: impl FnOnce() -> String) {
        self.effects.say(sentence);
    }
}

/// All nodes of a world, typed: what an observer who sees everything at once can see. Handlers never get one.
pub struct Cluster<'a, P: Protocol> {
    world: &'a World,
    protocol: PhantomData<P>,
}

impl<P: Protocol> Clone for Cluster<'_, P> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P: Protocol> Copy for Cluster<'_, P> {}

impl<'a, P: Protocol> Cluster<'a, P> {
    pub(super) fn new(world: &'a World) -> Self {
        Cluster { world, protocol: PhantomData }
    }
    /// All node ids in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<P> {
        (0..self.world.nodes()).map(NodeId)
    }
    /// Size of the membership.
    pub fn nodes(&self) -> u16 {
        self.world.nodes()
    }
    /// What is on the disk of a node.
    pub fn stable(&self, id: NodeId) -> Option<&'a P::Stable> {
        self.world.parts::<P>(id).map(|parts| &parts.stable)
    }
    /// What is in the memory of a node; `None` while it is down.
    pub fn volatile(&self, id: NodeId) -> Option<&'a P::Volatile> {
        self.world.parts::<P>(id).and_then(|parts| parts.volatile.as_ref())
    }
    /// Both, of every node that is up (paused ones included).
    pub fn up(&self) -> impl Iterator<Item = (NodeId, &'a P::Stable, &'a P::Volatile)> {
        let world = self.world;
        (0..world.nodes()).filter_map(move |i| {
            let parts = world.parts::<P>(NodeId(i))?;
            Some((NodeId(i), &parts.stable, parts.volatile.as_ref()?))
        })
    }
    /// Messages in flight.
    pub fn messages(&self) -> impl Iterator<Item = (MessageId, &'a P::Message)> {
        self.world.in_flight().filter_map(|flight| Some((flight.id, flight.payload.as_any().downcast_ref::<P::Message>()?)))
    }
    /// What the reader has set.
    pub fn params(&self) -> &'a Params {
        self.world.params()
    }
    /// Client operations so far.
    pub fn operations(&self) -> &'a [Operation] {
        self.world.operations()
    }
    /// The world itself: status, links, time.
    pub fn world(&self) -> &'a World {
        self.world
    }
}
