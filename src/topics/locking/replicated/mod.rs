//! A lock service that is replicated by consensus: three servers run Raft (Ongaro and Ousterhout, 2014), and the lock table is what their committed
//! log says, as Chubby's is what its Paxos log says (Burrows, "The Chubby lock service", 2006) and etcd's what its Raft log says. The index of the
//! entry that gave the lock is its token.
//!
//! Nodes 0 to 2 are the servers, node 3 the storage, the others clients. Raft is that of lesson 8, rule for rule; here are only the table, the
//! holder's time, and how a client finds the leader.

mod client;
mod message;
mod params;
mod server;
mod show;
mod table;

use super::job::{self, Command, Job, JobTimer, Locking, TIMER_CODES};
use super::storage::{History, Request, Storage, StoreMessage};
use crate::sim::{
    Cluster, CommandCall, CommandId, CommandSpec, Context, Env, Exhibit, Fact, Invariant, MessageKind, Node, NodeId, NodeView, ParamSpec,
    Params, Protocol, Role, Step, Timer as TimerKind, TimerInfo, Trace,
};
use crate::topics::leader_election::raft::Raft;
pub use client::Client;
pub use message::Message;
pub use params::param;
use server::Server;
pub use table::Holding;

/// The protocol.
pub struct Replicated;

/// Servers of the lock.
pub const SERVERS: u16 = 3;
/// The storage.
pub const STORAGE: NodeId = NodeId(SERVERS);

/// Raft's disk, memory, messages and timers.
pub type RaftStable = <Raft as Protocol>::Stable;
/// Raft's memory.
pub type RaftVolatile = <Raft as Protocol>::Volatile;
/// Raft's messages.
pub type RaftMessage = <Raft as Protocol>::Message;
/// Raft's timers.
pub type RaftTimer = <Raft as Protocol>::Timer;

/// What survives a crash.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Stable {
    /// Of a server: Raft's.
    Server(RaftStable),
    /// Of the storage.
    Storage(Storage),
    /// Of a client: its count of turns.
    Client(Request),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Volatile {
    /// Of a server: Raft's.
    Server(RaftVolatile),
    /// Of the storage: nothing.
    Storage,
    /// Of a client.
    Client(Client),
}

/// Codes from here on are a client's job, after those of Raft and of the lock itself.
const JOB_CODES: u32 = 16;
const RENEW_CODE: u32 = JOB_CODES + TIMER_CODES;
const EXPIRY_CODE: u32 = RENEW_CODE + 1;

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Server: a timer of Raft's, with its code.
    Raft(RaftTimer),
    /// Client: a step of its job.
    Job(JobTimer),
    /// Client: time to renew.
    Renew,
    /// Leader: the holder's time is over.
    Expiry,
}

impl TimerKind for Timer {
    fn code(self) -> u32 {
        match self {
            Timer::Raft(timer) => timer.code(),
            Timer::Job(timer) => JOB_CODES + timer.code(),
            Timer::Renew => RENEW_CODE,
            Timer::Expiry => EXPIRY_CODE,
        }
    }
    fn from_code(code: u32) -> Option<Self> {
        match code {
            RENEW_CODE => Some(Timer::Renew),
            EXPIRY_CODE => Some(Timer::Expiry),
            _ if code >= JOB_CODES => JobTimer::from_code(code - JOB_CODES).map(Timer::Job),
            _ => RaftTimer::from_code(code).map(Timer::Raft),
        }
    }
    fn info(self) -> TimerInfo {
        match self {
            Timer::Raft(timer) => timer.info(),
            Timer::Job(timer) => timer.info(),
            Timer::Renew => TimerInfo { name: "next renewal", action: "renew now" },
            Timer::Expiry => TimerInfo { name: "time to live", action: "let the lock run out" },
        }
    }
}

impl Locking for Replicated {
    const FENCES: Option<(u16, u16)> = Some((param::FENCE, param::FENCE_READS));
    fn storage_at(_: u16) -> NodeId {
        STORAGE
    }
    fn is_client(_: u16, node: NodeId) -> bool {
        node > STORAGE
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

impl Protocol for Replicated {
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
        match env.me {
            STORAGE => Stable::Storage(Storage::default()),
            node if node > STORAGE => Stable::Client(0),
            _ => Stable::Server(Raft::blank_disk(&Env { params: &Params::defaults(Raft::PARAMS), ..*env })),
        }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        match stable {
            Stable::Server(disk) => Volatile::Server(server::start(disk, cx)),
            Stable::Storage(_) => Volatile::Storage,
            Stable::Client(_) => Volatile::Client(Client { job: job::start(cx), ..Client::default() }),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile, message) {
            (Stable::Server(stable), Volatile::Server(volatile), _) => Server { stable, volatile }.on_message(from, message, cx),
            (Stable::Storage(storage), _, Message::Store(message)) => job::serve(storage, from, message, cx),
            (Stable::Client(request), Volatile::Client(client), _) => client.on_message(request, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Server(stable), Volatile::Server(volatile)) => Server { stable, volatile }.on_timer(timer, cx),
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

    fn role(stable: &Stable, volatile: &Volatile) -> Role {
        show::role(stable, volatile)
    }
    fn era(stable: &Stable, _: &Volatile) -> Option<(&'static str, u64)> {
        match stable {
            Stable::Server(disk) => Some(("term", disk.current_term.into())),
            _ => None,
        }
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        show::view(cluster, node)
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &History, trace: &Trace) -> Vec<Exhibit> {
        show::exhibits(cluster, trace)
    }
}
