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

use super::protocol::{Lock, LockTimer, OWN_CODES};
use crate::sim::{NodeId, ParamSpec, TimerInfo, Timers};
pub use message::Message;
pub use params::param;
pub use service::{Holding, Lending, Service};

/// The lock.
#[derive(Clone, Copy)]
pub struct Lease;

/// The lock service.
pub const SERVICE: NodeId = NodeId(0);

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Client: time to renew.
    Renew,
    /// Service: the lease runs out.
    Expiry,
    /// Service: the lock-delay is over.
    Delay,
}

impl LockTimer for Timer {}
impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Renew, TimerInfo { name: "next renewal", action: "renew now" }),
        (Timer::Expiry, TimerInfo { name: "time to live", action: "let the lease run out" }),
        (Timer::Delay, TimerInfo { name: "lock-delay", action: "end the lock-delay" }),
    ];

    fn code(self) -> u32 {
        OWN_CODES + self as u32
    }
}

impl Lock for Lease {
    type Disk = Service;
    type Memory = ();
    type Asking = ();
    type Message = Message;
    type Timer = Timer;
    type Ghost = Lending;

    const TOKENS: bool = true;
    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn keepers(_: u16) -> u16 {
        1
    }
}
