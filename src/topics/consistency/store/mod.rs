//! Registers on three replicas, and clients that read and write at one of them. How the copies are kept is a param: each way is a store of
//! the literature and gives another model of consistency.
//!
//! ```text
//!   nodes 0 1 2: replicas      nodes 3 …: clients A, B, …
//!
//!   quorum       replica ─Query▶ majority ─State▶ latest ─Store▶ majority          linearizable
//!   total order  replica ─Submit▶ sequencer ─Update 1, 2, 3 …▶ all                 sequential
//!   causal       write here ─Update, after (2, 0, 1)▶ all, who wait for these      causal
//!   FIFO         write here ─Update, my 3rd▶ all, who wait for my 2nd              PRAM
//!   sessions     write here, read here; replicas ─Ask▶ ◀Updates─ now and then      the guarantees that clients ask for
//! ```
//!
//! - `client`: a session; `replica`: the copies; `quorum`: two phases; `state`, `params`; `show`: what the page and the checkers see.

mod client;
pub mod params;
mod quorum;
mod replica;
mod show;
pub mod state;

use crate::check::history::{Model, Watch, model::MODELS};
use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, ParamSpec, Protocol};
use state::{Copies, Message, Session, Stable, Timer, Volatile};

/// Nodes 0 to 2 are replicas.
pub const REPLICAS: u16 = 3;
/// The others are clients.
pub const CLIENTS_MAX: u16 = 5;
/// The registers.
pub const KEYS: [&str; 2] = ["x", "y"];
/// Names of clients, from node [`REPLICAS`] on.
pub const CLIENTS: [&str; CLIENTS_MAX as usize] = ["A", "B", "C", "D", "E"];
/// A run's history is judged as long as it has no more reads and writes.
pub const JUDGED_MAX: usize = 40;

/// The protocol.
pub struct Store;

/// What clients ask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Write to a register.
    Write {
        /// Which.
        key: u8,
        /// What.
        value: i64,
    },
    /// Read a register.
    Read {
        /// Which.
        key: u8,
    },
    /// Ask that replica from now on.
    Move(NodeId),
}

/// The history, and the models that refuse it: bit `i` for the `i`-th of [`MODELS`]. A longer history is not admitted again, so only the rest
/// is judged anew; but what is eventual may still come, so that model has no bit.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Observed {
    watch: Watch,
    refused: u16,
}

impl Observed {
    /// Whether the history so far is one that `model` refuses.
    pub fn refuses(&self, model: Model) -> bool {
        self.refused & bit(model) != 0
    }
}

fn bit(model: Model) -> u16 {
    MODELS.iter().position(|other| *other == model).map_or(0, |at| 1 << at)
}

fn others(me: NodeId) -> impl Iterator<Item = NodeId> {
    (0..REPLICAS).map(NodeId).filter(move |replica| *replica != me)
}

impl Protocol for Store {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Observed;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        match env.me.0.checked_sub(REPLICAS) {
            None => Stable::Replica(Copies::default()),
            Some(client) => Stable::Client(Session { replica: NodeId(client % REPLICAS), ..Session::default() }),
        }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        match stable {
            Stable::Replica(_) => Volatile::Replica(replica::start(cx)),
            Stable::Client(_) => Volatile::Client(None),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Replica(copies), Volatile::Replica(work)) => replica::on_message(copies, work, from, message, cx),
            (Stable::Client(session), Volatile::Client(waiting)) => client::on_message(session, waiting, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile, timer) {
            (Stable::Replica(copies), Volatile::Replica(work), Timer::Sync) => replica::sync(copies, work, cx),
            (_, Volatile::Client(waiting), Timer::Patience) => client::give_up(waiting, cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Client(session), Volatile::Client(waiting)) => client::on_command(session, waiting, id, *command, cx),
            _ => cx.reply(id, Outcome::Refused("this is a replica: ask a client, A or another")),
        }
    }
}
