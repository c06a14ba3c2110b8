//! Election through a coordination service, as ZooKeeper's recipe has it: every candidate creates an ephemeral, sequential
//! znode; the lowest leads, and each of the others watches the one before its own (Hunt, Konar, Junqueira and Reed, "ZooKeeper:
//! Wait-free Coordination for Internet-scale Systems", 2010, §2.4, "locks without herd effect"; ZooKeeper documentation,
//! "Recipes", leader election).
//!
//! Node 0 is the service and, to keep the cluster small, also the store on which a leader works. It is one node here; a real
//! service is itself replicated by consensus. The others are clients. Sessions are kept alive by pings; the service ends a
//! silent one by its own clock, and its ephemeral znodes go with it.
//!
//! ```text
//!   client:  Connect ▶ Create ▶ GetChildren ┬ mine is lowest: lead
//!                               ▲           └ Exists(next lower) ▶ wait
//!                               └──────────────── it is gone ◀──────┘
//! ```

mod client;
mod message;
mod params;
mod service;
mod show;
mod state;

use crate::sim::{CommandId, Context, Env, Node, NodeId, ParamSpec, Protocol};
pub use message::{Answer, Command, Message, Request};
pub use params::param;
pub use state::{Client, ClientDisk, Phase, ServiceDisk, Session, Stable, Timer, Volatile, Watches, Writes, Znode};

/// The protocol.
pub struct Ephemeral;

/// The coordination service.
pub const SERVICE: NodeId = NodeId(0);

impl Protocol for Ephemeral {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Writes;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        match env.me {
            SERVICE => Stable::Service(ServiceDisk::default()),
            _ => Stable::Client(ClientDisk::default()),
        }
    }
    fn on_start(stable: &mut Stable, cx: &mut Context<'_, Self>) -> Volatile {
        match stable {
            Stable::Service(disk) => Volatile::Service(service::start(disk, cx)),
            Stable::Client(disk) => Volatile::Client(client::start(disk, cx)),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Service(disk), Volatile::Service(watches)) => service::on_message(disk, watches, from, message, cx),
            (Stable::Client(disk), Volatile::Client(client)) => client::on_message(disk, client, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Service(disk), Volatile::Service(watches)) => service::on_timer(disk, watches, timer, cx),
            (Stable::Client(disk), Volatile::Client(client)) => client::on_timer(disk, client, timer, cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Context<'_, Self>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Service(disk), _) => service::on_command(disk, id, *command, cx),
            (Stable::Client(disk), Volatile::Client(client)) => client::on_command(disk, client, id, *command, cx),
            _ => {}
        }
    }
}
