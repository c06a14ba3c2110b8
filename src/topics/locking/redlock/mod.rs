//! Redlock, as Redis documents it ("Distributed Locks with Redis", S. Sanfilippo): the same key is set on several independent masters, and whoever
//! has it on a majority has the lock, for what is left of its time to live.
//!
//! The last two nodes are clients, the one before them is the storage, all others are masters. The specification's random value is the client's
//! number with its count of attempts here: all that matters is that no other is like it.
//!
//! ```text
//!   1. look at the clock
//!   2. SET key value NX PX ttl ──▶ all masters
//!   3. look at the clock again: the lock is held if a majority said yes and time is left
//!   4. it is valid for ttl − elapsed − drift
//!   5. if not held: unlock ──▶ all masters, even those that said no
//! ```

mod client;
mod master;
mod message;
mod params;
mod show;

use super::job::{self, Command, Job, JobTimer, Locking, TIMER_CODES};
use super::storage::{History, Request, Storage, StoreMessage};
use crate::sim::{
    Cluster, CommandCall, CommandId, CommandSpec, Context, Env, Exhibit, Fact, Invariant, MessageKind, Node, NodeId, NodeView, ParamSpec,
    Protocol, Role, Step, Timer as TimerKind, TimerInfo, Trace,
};
pub use client::Client;
pub use master::{Key, Master};
pub use message::Message;
pub use params::param;

/// The protocol.
pub struct Redlock;

/// Clients of a cluster.
const CLIENTS: u16 = 2;

/// How many masters a cluster of so many nodes has.
pub fn masters(nodes: u16) -> u16 {
    nodes.saturating_sub(CLIENTS + 1)
}

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Stable {
    /// Of a master: its key, if it writes it to disk.
    Master(Option<Key>),
    /// Of the storage.
    Storage(Storage),
    /// Of a client: its count of attempts to get the lock.
    Client(Request),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Of a master.
    Master(Master),
    /// Of the storage: nothing.
    Storage,
    /// Of a client.
    Client(Client),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Client: a step of its job.
    Job(JobTimer),
    /// Client: masters that have not answered count as down.
    Answers,
    /// Master: its key runs out.
    Expiry,
    /// Master: it may answer again after a crash.
    Return,
}

impl TimerKind for Timer {
    fn code(self) -> u32 {
        match self {
            Timer::Job(timer) => timer.code(),
            Timer::Answers => TIMER_CODES,
            Timer::Expiry => TIMER_CODES + 1,
            Timer::Return => TIMER_CODES + 2,
        }
    }
    fn from_code(code: u32) -> Option<Self> {
        let own = [Timer::Answers, Timer::Expiry, Timer::Return].into_iter().find(|timer| timer.code() == code);
        own.or_else(|| JobTimer::from_code(code).map(Timer::Job))
    }
    fn info(self) -> TimerInfo {
        match self {
            Timer::Job(timer) => timer.info(),
            Timer::Answers => TimerInfo { name: "patience with the masters", action: "count the answers now" },
            Timer::Expiry => TimerInfo { name: "time to live of the key", action: "let the key run out" },
            Timer::Return => TimerInfo { name: "delay after the restart", action: "answer again" },
        }
    }
}

impl Locking for Redlock {
    const FENCES: Option<(u16, u16)> = None;
    fn storage_at(nodes: u16) -> NodeId {
        NodeId(masters(nodes))
    }
    fn is_client(nodes: u16, node: NodeId) -> bool {
        node.0 > masters(nodes)
    }
    fn store(message: StoreMessage) -> Message {
        Message::Store(message)
    }
    fn stored(message: &Message) -> Option<&StoreMessage> {
        match message {
            Message::Store(message) => Some(message),
            _ => None,
        }
    }
    fn timer(timer: JobTimer) -> Timer {
        Timer::Job(timer)
    }
    fn storage(stable: &Stable) -> Option<&Storage> {
        match stable {
            Stable::Storage(storage) => Some(storage),
            _ => None,
        }
    }
    fn job(volatile: &Volatile) -> Option<&Job> {
        match volatile {
            Volatile::Client(client) => Some(&client.job),
            _ => None,
        }
    }
    fn history(ghost: &History) -> &History {
        ghost
    }
}

impl Protocol for Redlock {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = History;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;
    const COMMANDS: &'static [CommandSpec] = job::COMMANDS;
    const KINDS: &'static [MessageKind] = message::KINDS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        match env.me.0 {
            id if id < masters(env.nodes) => Stable::Master(None),
            id if id == masters(env.nodes) => Stable::Storage(Storage::default()),
            _ => Stable::Client(0),
        }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        match stable {
            Stable::Master(_) => Volatile::Master(Master::default()),
            Stable::Storage(_) => Volatile::Storage,
            Stable::Client(_) => Volatile::Client(Client { job: job::start(cx), ..Client::default() }),
        }
    }
    fn on_restart(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        match stable {
            Stable::Master(disk) => Volatile::Master(Master::restart(disk, cx)),
            _ => Self::on_start(stable, cx),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile, message) {
            (Stable::Master(disk), Volatile::Master(master), _) => master.on_message(disk, from, message, cx),
            (Stable::Storage(storage), _, Message::Store(message)) => job::serve(storage, from, message, cx),
            (Stable::Client(request), Volatile::Client(client), _) => client.on_message(request, from, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Master(disk), Volatile::Master(master)) => master.on_timer(disk, timer, cx),
            (Stable::Client(request), Volatile::Client(client)) => client.on_timer(request, timer, cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Client(request), Volatile::Client(client)) => client.on_command(request, id, *command, cx),
            _ => cx.reply(id, job::NOT_A_CLIENT),
        }
    }

    fn command(call: &CommandCall) -> Result<Command, String> {
        job::command(call)
    }
    fn kind(message: &Message) -> u16 {
        message::kind(message)
    }
    fn describe(message: &Message) -> String {
        message::describe(message)
    }

    fn observe(history: &mut History, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        let storage = step.choice.actor().and_then(|actor| cluster.stable(actor)).and_then(Self::storage);
        if let Some(storage) = storage {
            history.observe(storage);
        }
    }
    fn invariants() -> &'static [Invariant<Self>] {
        show::INVARIANTS
    }
    fn facts() -> &'static [Fact<Self>] {
        show::FACTS
    }

    fn role(_: &Stable, volatile: &Volatile) -> Role {
        show::role(volatile)
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        show::view(cluster, node)
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &History, trace: &Trace) -> Vec<Exhibit> {
        show::exhibits(cluster, trace)
    }
}
