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

use super::protocol::{Lock, LockTimer, OWN_CODES};
use crate::sim::{ParamSpec, TimerInfo, Timers};
pub use client::Asking;
pub use master::{Key, Master};
pub use message::Message;
pub use params::param;

/// The lock.
#[derive(Clone, Copy)]
pub struct Redlock;

/// Clients of a cluster.
const CLIENTS: u16 = 2;

/// How many masters a cluster of so many nodes has.
pub fn masters(nodes: u16) -> u16 {
    nodes.saturating_sub(CLIENTS + 1)
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Client: masters that have not answered count as down.
    Answers,
    /// Master: its key runs out.
    Expiry,
    /// Master: it may answer again after a crash.
    Return,
}

impl LockTimer for Timer {}
impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Answers, TimerInfo { name: "patience with the masters", action: "count the answers now" }),
        (Timer::Expiry, TimerInfo { name: "time to live of the key", action: "let the key run out" }),
        (Timer::Return, TimerInfo { name: "delay after the restart", action: "answer again" }),
    ];

    fn code(self) -> u32 {
        OWN_CODES + self as u32
    }
}

impl Lock for Redlock {
    /// A master's key, if it writes it to disk.
    type Disk = Option<Key>;
    type Memory = Master;
    type Asking = Asking;
    type Message = Message;
    type Timer = Timer;
    type Ghost = ();

    const TOKENS: bool = false;
    const PARAMS: &'static [ParamSpec] = params::PARAMS;
    fn keepers(nodes: u16) -> u16 {
        masters(nodes)
    }
}
