//! A lock service that lends its lock for a while: a lease (Gray and Cheriton, "Leases", 1989). Each grant has a number that rises, the fencing
//! token (Kleppmann, "How to do distributed locking", 2016); Chubby calls it a sequencer and adds the lock-delay (Burrows, "The Chubby lock
//! service", 2006, §2.4).
//!
//! Node 0 is the service, node 1 the storage, the others are clients. The service is one node here; the lesson's third lock replicates it.
//!
//! ```text
//!   client ── Acquire ──▶ service      the client counts its time from when it asked,
//!   client ◀── Granted ── service      the service from when it granted: the client's ends first,
//!   client ── Renew ────▶ service      as long as both clocks run about equally fast
//!   client ── Release ──▶ service
//! ```

mod client;
mod message;
mod params;
mod service;
mod show;

use super::job::{self, Command, Job, JobTimer, Locking, TIMER_CODES};
use super::storage::{History, Request, Storage, StoreMessage};
use crate::sim::{
    Cluster, CommandCall, CommandId, CommandSpec, Context, Env, Exhibit, Fact, Invariant, MessageKind, Node, NodeId, NodeView, ParamSpec,
    Protocol, Role, Step, Timer as TimerKind, TimerInfo, Trace,
};
pub use message::Message;
pub use params::param;
pub use service::{Holding, Lending, Service};

/// The protocol.
pub struct Lease;

/// The lock service.
pub const SERVICE: NodeId = NodeId(0);
/// The storage.
pub const STORAGE: NodeId = NodeId(1);

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Stable {
    /// Of the lock service.
    Service(Service),
    /// Of the storage.
    Storage(Storage),
    /// Of a client: how often it has asked for the lock.
    Client(Request),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Of the lock service and of the storage: nothing.
    Nothing,
    /// Of a client.
    Client(Job),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Client: a step of its job.
    Job(JobTimer),
    /// Client: time to renew.
    Renew,
    /// Service: the lease runs out.
    Expiry,
    /// Service: the lock-delay is over.
    Delay,
}

impl TimerKind for Timer {
    fn code(self) -> u32 {
        match self {
            Timer::Job(timer) => timer.code(),
            Timer::Renew => TIMER_CODES,
            Timer::Expiry => TIMER_CODES + 1,
            Timer::Delay => TIMER_CODES + 2,
        }
    }
    fn from_code(code: u32) -> Option<Self> {
        let own = [Timer::Renew, Timer::Expiry, Timer::Delay].into_iter().find(|timer| timer.code() == code);
        own.or_else(|| JobTimer::from_code(code).map(Timer::Job))
    }
    fn info(self) -> TimerInfo {
        match self {
            Timer::Job(timer) => timer.info(),
            Timer::Renew => TimerInfo { name: "next renewal", action: "renew now" },
            Timer::Expiry => TimerInfo { name: "time to live", action: "let the lease run out" },
            Timer::Delay => TimerInfo { name: "lock-delay", action: "end the lock-delay" },
        }
    }
}

impl Locking for Lease {
    const FENCES: Option<(u16, u16)> = Some((param::FENCE, param::FENCE_READS));
    fn storage_at(_: u16) -> NodeId {
        STORAGE
    }
    fn is_client(_: u16, node: NodeId) -> bool {
        node != SERVICE && node != STORAGE
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
            Volatile::Client(job) => Some(job),
            Volatile::Nothing => None,
        }
    }
    fn history(ghost: &Lending) -> &History {
        &ghost.history
    }
}

impl Protocol for Lease {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Lending;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;
    const COMMANDS: &'static [CommandSpec] = job::COMMANDS;
    const KINDS: &'static [MessageKind] = message::KINDS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        match env.me {
            SERVICE => Stable::Service(Service::default()),
            STORAGE => Stable::Storage(Storage::default()),
            _ => Stable::Client(0),
        }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        match stable {
            Stable::Service(service) => {
                service.restart(cx);
                Volatile::Nothing
            }
            Stable::Storage(_) => Volatile::Nothing,
            Stable::Client(_) => Volatile::Client(job::start(cx)),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile, message) {
            (Stable::Service(service), ..) => service.on_message(from, message, cx),
            (Stable::Storage(storage), _, Message::Store(message)) => job::serve(storage, from, message, cx),
            (Stable::Client(request), Volatile::Client(job), _) => client::on_message(request, job, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Service(service), _) => service.on_timer(timer, cx),
            (Stable::Client(request), Volatile::Client(job)) => client::on_timer(request, job, timer, cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Client(request), Volatile::Client(job)) => {
                let next = job::on_command(job, id, *command, cx);
                client::go_on(request, next, cx);
            }
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

    fn observe(lending: &mut Lending, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        lending.observe(cluster, step);
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
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        show::view(cluster, node)
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &Lending, trace: &Trace) -> Vec<Exhibit> {
        show::exhibits(cluster, trace)
    }
}
