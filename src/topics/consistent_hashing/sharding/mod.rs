//! A key–value store whose keys move when nodes join and leave. Node 0 is the membership, the others keep keys.
//!
//! How keys are placed is a param; the store is the same for all of them (Karger et al. 1997; preference lists, virtual nodes and hand-off
//! after DeCandia et al., "Dynamo", 2007). Unlike Dynamo's, a write is answered when all of a key's nodes have it, and a read asks its first.
//!
//! ```text
//!   membership ── View 2 ──▶ all        old owner ── HandOff key 17 ──▶ new owner
//!              ◀── Moved ───            old owner ◀────── Taken ─────── new owner      then the old one deletes it
//! ```

mod facts;
mod ghost;
mod membership;
mod message;
mod params;
mod show;
mod state;
mod storage;

use crate::sim::{CommandId, Context, Env, Node, NodeId, ParamSpec, Protocol};
use crate::topics::consistent_hashing::placement::Rules;
pub use ghost::Ghost;
pub use message::{Ask, Command, Message, Op};
pub use params::param;
pub use state::{Disk, Membership, Memory, Record, Stable, Timer, Version, View, Volatile, Write};

/// The protocol.
pub struct Store;

type Cx<'a> = Context<'a, Store>;

/// The membership.
pub const MEMBERSHIP: NodeId = NodeId(0);

fn retry_us(cx: &Cx<'_>) -> u64 {
    cx.params().get_u64(param::RETRY_MS) * 1_000
}

impl Protocol for Store {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Ghost;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        match env.me {
            MEMBERSHIP => Stable::Membership(Membership::default()),
            _ => Stable::Disk(Disk::default()),
        }
    }
    fn on_start(stable: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        match stable {
            Stable::Membership(membership) => {
                membership::start(membership, cx);
                Volatile::Membership
            }
            Stable::Disk(disk) => Volatile::Memory(storage::start(disk, cx)),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Membership(membership), _) => membership::on_message(membership, from, message, cx),
            (Stable::Disk(disk), Volatile::Memory(memory)) => storage::on_message(disk, memory, from, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, _: Timer, cx: &mut Cx<'_>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Membership(membership), _) => membership::on_timer(membership, cx),
            (Stable::Disk(disk), Volatile::Memory(memory)) => storage::on_timer(disk, memory, cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Cx<'_>) {
        match (&mut *node.stable, &mut *node.volatile) {
            (Stable::Membership(membership), _) => membership::on_command(membership, id, *command, cx),
            (Stable::Disk(disk), Volatile::Memory(memory)) => storage::on_command(disk, memory, id, *command, cx),
            _ => {}
        }
    }
}
