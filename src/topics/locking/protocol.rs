//! The protocol that every lock of this lesson is, written once: keepers of the lock, a storage, and clients that do a job. A [`Lock`] supplies how
//! it is kept, how a client gets it and gives it back, and what is to see of it.
//!
//! ```text
//!   nodes 0 .. keepers    keepers of the lock    Disk::Keeper     Memory::Keeper
//!   node keepers          the storage            Disk::Storage    Memory::Storage
//!   all others            clients                Disk::Client     Memory::Client
//! ```

use super::job::{self, Command, Job, JobTimer, Next, TIMER_CODES};
use super::joined::Joined;
use super::show;
use super::storage::{History, Request, Storage, StoreMessage};
use crate::sim::protocol::Data;
use crate::sim::{
    Cluster, CommandId, Context, Env, Exhibit, Fact, Invariant, MessageId, MessageKind, Messages, Node, NodeId, NodeView, ParamSpec,
    Protocol, Role, Step, TimerInfo, Timers, Trace, Watched,
};
use std::marker::PhantomData;

/// Params, kinds of message, facts or invariants that a lock may have in all.
const LIST_MAX: usize = 24;

/// A handler's context.
pub type Cx<'a, L> = Context<'a, Locked<L>>;

/// What is a lock's own: its parts, beside how it is kept, asked for and shown.
pub trait Lock: Keeps<Self> + Asks<Self> + Shows<Self> + Copy + 'static {
    /// What a keeper has on disk.
    type Disk: Data;
    /// And in memory.
    type Memory: Data;
    /// What a client remembers of its lock, beside its job.
    type Asking: Data + Default;
    /// What clients and keepers say to each other; its kinds come after those of the storage.
    type Message: Messages;
    /// What they wait for, beside the steps of a job.
    type Timer: LockTimer;
    /// What an observer keeps of the keepers.
    type Ghost: Data + Default;

    /// Whether it hands out tokens, so that the storage can refuse who is late.
    const TOKENS: bool;
    /// Params after those of the job.
    const PARAMS: &'static [ParamSpec];

    /// How many keepers a cluster of so many nodes has.
    fn keepers(nodes: u16) -> u16;
}

/// What a keeper of a lock does.
pub trait Keeps<L: Lock> {
    /// The disk of a keeper that never ran.
    fn blank_disk(env: &Env<'_>) -> L::Disk;
    /// A keeper's first start.
    fn start(disk: &mut L::Disk, cx: &mut Cx<'_, L>) -> L::Memory;
    /// Its start after a crash.
    fn restart(disk: &mut L::Disk, cx: &mut Cx<'_, L>) -> L::Memory {
        Self::start(disk, cx)
    }
    /// A client's message, or another keeper's.
    fn on_message(keeper: &mut Keeper<'_, L>, from: NodeId, message: &L::Message, cx: &mut Cx<'_, L>);
    /// A keeper's timer.
    fn on_timer(keeper: &mut Keeper<'_, L>, timer: L::Timer, cx: &mut Cx<'_, L>);
    /// What an observer keeps of a keeper's step.
    fn observe(_ghost: &mut L::Ghost, _disk: &L::Disk, _step: &Step<'_>) {}
}

/// What a client of a lock does.
pub trait Asks<L: Lock> {
    /// Whether a client that asks again makes a new attempt, so that an old answer is not taken for a new one.
    const COUNTS_EACH_TRY: bool = true;

    /// It asks for the lock, for the first time or again.
    fn acquire(client: &mut Client<'_, L>, cx: &mut Cx<'_, L>);
    /// It gives the lock back.
    fn release(client: &mut Client<'_, L>, cx: &mut Cx<'_, L>);
    /// A keeper's message.
    fn on_answer(client: &mut Client<'_, L>, from: NodeId, message: &L::Message, cx: &mut Cx<'_, L>) -> Next;
    /// A client's timer, of the lock's.
    fn on_lock_timer(client: &mut Client<'_, L>, timer: L::Timer, cx: &mut Cx<'_, L>) -> Next;
}

/// What is to see of a lock.
pub trait Shows<L: Lock> {
    /// Invariants after those of the storage.
    const INVARIANTS: &'static [Invariant<Locked<L>>] = &[];
    /// Facts after those that all locks have.
    const FACTS: &'static [Fact<Locked<L>>];
    /// What the page calls a keeper.
    const KEEPER: &'static str;
    /// What it says of belief and truth.
    const CAPTION: &'static str;

    /// The role of a keeper that is up.
    fn role(disk: &L::Disk, memory: &L::Memory) -> Role;
    /// See [`Watched::era`].
    fn era(_disk: &L::Disk) -> Option<(&'static str, u64)> {
        None
    }
    /// A keeper's fields in the inspector; its memory is `None` while it is down.
    fn view(cluster: &Cluster<'_, Locked<L>>, keeper: NodeId, disk: &L::Disk, memory: Option<&L::Memory>) -> NodeView;
    /// Adds to a client's fields.
    fn view_client(_view: &mut NodeView, _asking: &L::Asking, _nodes: u16) {}
}

/// What the nodes of one lock wait for, beside the steps of a job.
pub trait LockTimer: Timers {
    /// Where the codes of [`JobTimer`] begin.
    const JOB_CODES: u32 = 0;
}

/// Where a lock's codes begin, after those of the job.
pub const OWN_CODES: u32 = TIMER_CODES;

/// The protocol.
#[derive(Clone, Copy)]
pub struct Locked<L>(PhantomData<L>);

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Disk<K> {
    /// Of a keeper of the lock.
    Keeper(K),
    /// Of the storage.
    Storage(Storage),
    /// Of a client: its count of attempts to get the lock.
    Client(Request),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Memory<K, C> {
    /// Of a keeper of the lock.
    Keeper(K),
    /// Of the storage: nothing.
    Storage,
    /// Of a client: its job, and what else it remembers of its lock.
    Client(Job, C),
}

impl<K> Disk<K> {
    /// The keeper's, if it is one's.
    pub fn keeper(&self) -> Option<&K> {
        if let Disk::Keeper(keeper) = self { Some(keeper) } else { None }
    }
    /// The storage, if it is its.
    pub fn storage(&self) -> Option<&Storage> {
        if let Disk::Storage(storage) = self { Some(storage) } else { None }
    }
}

impl<K, C> Memory<K, C> {
    /// The keeper's, if it is one's.
    pub fn keeper(&self) -> Option<&K> {
        if let Memory::Keeper(keeper) = self { Some(keeper) } else { None }
    }
    /// The client's, if it is one's.
    pub fn client(&self) -> Option<(&Job, &C)> {
        if let Memory::Client(job, asking) = self { Some((job, asking)) } else { None }
    }
}

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message<M> {
    /// To or from the storage.
    Store(StoreMessage),
    /// Between clients and keepers.
    Lock(M),
}

impl<M> From<StoreMessage> for Message<M> {
    fn from(message: StoreMessage) -> Self {
        Message::Store(message)
    }
}

impl<M: Messages> From<M> for Message<M> {
    fn from(message: M) -> Self {
        Message::Lock(message)
    }
}

impl<M: Messages> Messages for Message<M> {
    const KINDS: &'static [MessageKind] = const { &Joined::<_, LIST_MAX>::of(&[&show::STORE_KINDS, M::KINDS]) }.as_slice();

    fn kind(&self) -> u16 {
        match self {
            Message::Store(message) => show::store_kind(message),
            Message::Lock(message) => show::STORE_KINDS_COUNT + message.kind(),
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Store(message) => show::describe(message),
            Message::Lock(message) => message.describe(),
        }
    }
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wait<T> {
    /// A step of a client's job.
    Job(JobTimer),
    /// What is the lock's own.
    Lock(T),
}

impl<T> From<JobTimer> for Wait<T> {
    fn from(timer: JobTimer) -> Self {
        Wait::Job(timer)
    }
}

impl<T: LockTimer> From<T> for Wait<T> {
    fn from(timer: T) -> Self {
        Wait::Lock(timer)
    }
}

impl<T: LockTimer> Timers for Wait<T> {
    const PLAIN: &'static [(Self, TimerInfo)] = &[];

    fn code(self) -> u32 {
        match self {
            Wait::Job(timer) => T::JOB_CODES + timer.code(),
            Wait::Lock(timer) => timer.code(),
        }
    }
    fn with_argument(code: u32) -> Option<(Self, TimerInfo)> {
        let job = code.checked_sub(T::JOB_CODES).and_then(JobTimer::of_code).map(|(timer, info)| (Wait::Job(timer), info));
        job.or_else(|| T::of_code(code).map(|(timer, info)| (Wait::Lock(timer), info)))
    }
}

/// A keeper in a handler's hands.
pub struct Keeper<'a, L: Lock> {
    /// On disk.
    pub disk: &'a mut L::Disk,
    /// In memory.
    pub memory: &'a mut L::Memory,
}

/// A client in a handler's hands.
pub struct Client<'a, L: Lock> {
    /// Its count of attempts to get the lock; on disk.
    pub request: &'a mut Request,
    /// What it wants the lock for.
    pub job: &'a mut Job,
    /// What else it remembers of its lock.
    pub asking: &'a mut L::Asking,
}

impl<'a, L: Lock> Client<'a, L> {
    fn of(node: &'a mut Node<'_, Locked<L>>) -> Option<Self> {
        match (&mut *node.stable, &mut *node.volatile) {
            (Disk::Client(request), Memory::Client(job, asking)) => Some(Client { request, job, asking }),
            _ => None,
        }
    }

    /// Does what the job needs of the lock.
    fn go_on(&mut self, next: Next, cx: &mut Cx<'_, L>) {
        match next {
            Next::Wait => {}
            Next::Lock | Next::LockAgain => {
                *self.request += u32::from(next == Next::Lock || L::COUNTS_EACH_TRY);
                L::acquire(self, cx);
            }
            Next::Unlock => L::release(self, cx),
        }
    }
}

/// The storage's place in a cluster of so many nodes.
pub fn storage_at<L: Lock>(nodes: u16) -> NodeId {
    NodeId(L::keepers(nodes))
}

/// What an observer keeps.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Observed<G> {
    /// What became of the storage's writes.
    pub history: History,
    /// What is the lock's own.
    pub lock: G,
}

/// [`Observed`] of a lock.
pub type Ghost<L> = Observed<<L as Lock>::Ghost>;

impl<L: Lock> Locked<L> {
    /// A list of which the second part is there only if the lock hands out tokens.
    const fn joined<T: Copy>(first: &[T], with_tokens: &[T], rest: &[T], own: &[T]) -> Joined<T, LIST_MAX> {
        Joined::of(&[first, if L::TOKENS { with_tokens } else { &[] }, rest, own])
    }
}

impl<L: Lock> Protocol for Locked<L> {
    type Stable = Disk<L::Disk>;
    type Volatile = Memory<L::Memory, L::Asking>;
    type Message = Message<L::Message>;
    type Timer = Wait<L::Timer>;
    type Command = Command;
    type Ghost = Ghost<L>;

    const PARAMS: &'static [ParamSpec] = const { &Self::joined(job::PARAMS, job::FENCING, &[], L::PARAMS) }.as_slice();

    fn blank_disk(env: &Env<'_>) -> Self::Stable {
        match env.me {
            node if node < storage_at::<L>(env.nodes) => Disk::Keeper(L::blank_disk(env)),
            node if node > storage_at::<L>(env.nodes) => Disk::Client(0),
            _ => Disk::Storage(Storage::default()),
        }
    }
    fn on_start(stable: &mut Self::Stable, cx: &mut Cx<'_, L>) -> Self::Volatile {
        match stable {
            Disk::Keeper(disk) => Memory::Keeper(L::start(disk, cx)),
            Disk::Storage(_) => Memory::Storage,
            Disk::Client(_) => Memory::Client(job::start(cx), L::Asking::default()),
        }
    }
    fn on_restart(stable: &mut Self::Stable, cx: &mut Cx<'_, L>) -> Self::Volatile {
        match stable {
            Disk::Keeper(disk) => Memory::Keeper(L::restart(disk, cx)),
            _ => Self::on_start(stable, cx),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Self::Message, cx: &mut Cx<'_, L>) {
        match (&mut *node.stable, &mut *node.volatile, message) {
            (Disk::Keeper(disk), Memory::Keeper(memory), Message::Lock(message)) => {
                L::on_message(&mut Keeper { disk, memory }, from, message, cx);
            }
            (Disk::Storage(storage), _, Message::Store(message)) => job::serve(storage, from, message, cx),
            _ => {
                let Some(mut client) = Client::of(node) else { return };
                let next = match message {
                    Message::Store(message) => job::on_answer(client.job, *client.request, message, cx),
                    Message::Lock(message) => L::on_answer(&mut client, from, message, cx),
                };
                client.go_on(next, cx);
            }
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Self::Timer, cx: &mut Cx<'_, L>) {
        match (&mut *node.stable, &mut *node.volatile, timer) {
            (Disk::Keeper(disk), Memory::Keeper(memory), Wait::Lock(timer)) => L::on_timer(&mut Keeper { disk, memory }, timer, cx),
            _ => {
                let Some(mut client) = Client::of(node) else { return };
                let next = match timer {
                    Wait::Job(timer) => job::on_timer(client.job, *client.request, timer, cx),
                    Wait::Lock(timer) => L::on_lock_timer(&mut client, timer, cx),
                };
                client.go_on(next, cx);
            }
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Cx<'_, L>) {
        let Some(mut client) = Client::of(node) else { return cx.reply(id, job::NOT_A_CLIENT) };
        let next = job::on_command(client.job, id, *command, cx);
        client.go_on(next, cx);
    }
}

impl<L: Lock> Watched for Locked<L> {
    const INVARIANTS: &'static [Invariant<Self>] =
        const { &Self::joined(&[show::no_lost_update()], &[show::token_order()], &[], L::INVARIANTS) }.as_slice();
    const FACTS: &'static [Fact<Self>] =
        const { &Self::joined(&show::facts(), &[show::write_refused_fact()], &[show::lost_update_fact()], L::FACTS) }.as_slice();

    fn observe(ghost: &mut Self::Ghost, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        match step.choice.actor().and_then(|actor| cluster.stable(actor)) {
            Some(Disk::Storage(storage)) => ghost.history.observe(storage),
            Some(Disk::Keeper(disk)) => L::observe(&mut ghost.lock, disk, step),
            _ => {}
        }
    }
    fn role(stable: &Self::Stable, volatile: &Self::Volatile) -> Role {
        match (stable, volatile) {
            (Disk::Keeper(disk), Memory::Keeper(memory)) => L::role(disk, memory),
            (_, Memory::Client(job, _)) => show::client_role(job),
            _ => show::STORAGE,
        }
    }
    fn era(stable: &Self::Stable, _: &Self::Volatile) -> Option<(&'static str, u64)> {
        stable.keeper().and_then(L::era)
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        let Some(stable) = cluster.stable(node) else { return NodeView::default() };
        let volatile = cluster.volatile(node);
        match (stable, volatile) {
            (Disk::Keeper(disk), _) => L::view(cluster, node, disk, volatile.and_then(Memory::keeper)),
            (Disk::Storage(storage), _) => show::storage_view::<L>(storage),
            (Disk::Client(request), Some(Memory::Client(job, asking))) => {
                let mut view = show::client_view::<L>(*request, job);
                L::view_client(&mut view, asking, cluster.nodes());
                view
            }
            (Disk::Client(_), _) => NodeView::default(),
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &Self::Ghost, trace: &Trace) -> Vec<Exhibit> {
        show::exhibits(cluster, trace)
    }
}

/// The message between client and keeper that a step delivers.
pub fn delivered<'a, L: Lock>(step: &Step<'a>) -> Option<(MessageId, &'a L::Message)> {
    step.delivered::<Locked<L>>().and_then(of_lock::<L>)
}

/// The one that it loses.
pub fn dropped<'a, L: Lock>(step: &Step<'a>) -> Option<(MessageId, &'a L::Message)> {
    step.dropped::<Locked<L>>().and_then(of_lock::<L>)
}

fn of_lock<L: Lock>((id, message): (MessageId, &Message<L::Message>)) -> Option<(MessageId, &L::Message)> {
    if let Message::Lock(message) = message { Some((id, message)) } else { None }
}
