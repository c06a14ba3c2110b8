//! A lock service that is replicated by consensus: three servers run Raft (Ongaro and Ousterhout, 2014), and the lock table is what their committed
//! log says, as Chubby's is what its Paxos log says (Burrows, "The Chubby lock service", 2006) and etcd's what its Raft log says. The index of the
//! entry that gave the lock is its token.
//!
//! Nodes 0 to 2 are the servers, node 3 the storage, the others clients. Raft is that of lesson 8, rule for rule; here are only the table, the
//! holder's time, and how a client finds the leader.

mod client;
mod message;
mod server;
mod show;
mod table;

use super::job::TIMER_CODES;
use super::protocol::{Lock, LockTimer};
use super::renewal;
use crate::sim::{ParamSpec, Protocol, TimerInfo, Timers};
use crate::topics::leader_election::raft::Raft;
pub use client::Asking;
pub use message::Message;
pub use table::Holding;

/// The lock.
#[derive(Clone, Copy)]
pub struct Replicated;

/// Servers of the lock.
pub const SERVERS: u16 = 3;

/// Raft's disk.
pub type RaftStable = <Raft as Protocol>::Stable;
/// Raft's memory.
pub type RaftVolatile = <Raft as Protocol>::Volatile;
/// Raft's messages.
pub type RaftMessage = <Raft as Protocol>::Message;
/// Raft's timers.
pub type RaftTimer = <Raft as Protocol>::Timer;

const RENEW_CODE: u32 = Timer::JOB_CODES + TIMER_CODES;
const EXPIRY_CODE: u32 = RENEW_CODE + 1;

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Server: a timer of Raft's, with its code.
    Raft(RaftTimer),
    /// Client: time to renew.
    Renew,
    /// Leader: the holder's time is over.
    Expiry,
}

/// Codes below those of the job are Raft's.
impl LockTimer for Timer {
    const JOB_CODES: u32 = 16;
}
impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Renew, TimerInfo { name: "next renewal", action: "renew now" }),
        (Timer::Expiry, TimerInfo { name: "time to live", action: "let the lock run out" }),
    ];

    fn code(self) -> u32 {
        match self {
            Timer::Raft(timer) => timer.code(),
            Timer::Renew => RENEW_CODE,
            Timer::Expiry => EXPIRY_CODE,
        }
    }
    fn with_argument(code: u32) -> Option<(Self, TimerInfo)> {
        RaftTimer::of_code(code).map(|(timer, info)| (Timer::Raft(timer), info))
    }
}

impl Lock for Replicated {
    type Disk = RaftStable;
    type Memory = RaftVolatile;
    type Asking = Asking;
    type Message = Message;
    type Timer = Timer;
    type Ghost = ();

    const TOKENS: bool = true;
    /// Raft runs with the params of lesson 8 at their defaults.
    const PARAMS: &'static [ParamSpec] = &[renewal::renew(
        "While it works, the holder asks for more time, every third of the time to live. Each renewal is an entry of the log.",
    )];
    fn keepers(_: u16) -> u16 {
        SERVERS
    }
}
