//! What nodes hold, send, and are asked. Knows no rule of dispatching.

use super::meter::Meter;
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, MessageKind, Messages, NodeId, TimerInfo, Timers, Tone};
use std::collections::VecDeque;

/// The node whose timer lets customers arrive.
pub const CLIENTS: NodeId = NodeId(0);
/// The node that sends customers to servers.
pub const DISPATCHER: NodeId = NodeId(1);
/// The first server; all nodes from here on are servers.
pub const FIRST_SERVER: u16 = 2;

/// The server of that position, from 0.
pub fn server(position: usize) -> NodeId {
    NodeId(u16::try_from(position).unwrap_or(u16::MAX).saturating_add(FIRST_SERVER))
}

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stable {
    /// A server's speed, in percent of the usual: a slow machine is slow after a restart too.
    pub percent: u32,
}

/// What a crash takes, by the part that a node plays.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Where customers come from.
    Clients(Clients),
    /// Who sends them on.
    Dispatcher(Box<Desk>),
    /// Who serves them.
    Server(Station),
}

/// Where customers come from.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Clients {
    /// Customers so far.
    pub sent: u32,
    /// What is left of the present burst, in microseconds.
    pub burst_left_us: u64,
}

/// A customer that waits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Customer {
    /// Its number, from 1.
    pub number: u32,
    /// When it came to the dispatcher, by the dispatcher's clock.
    pub came_us: i64,
    /// When it joined the queue in which it is, by the clock of that queue's node.
    pub joined_us: i64,
    /// The how-manieth in that queue it is, since the node started.
    pub order: u32,
    /// How long it waited before it came to that queue, in microseconds.
    pub waited_us: u64,
}

/// Who sends customers on.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Desk {
    /// For each server: customers sent there that are not done, as far as the dispatcher knows.
    pub sent: Vec<u32>,
    /// The same as it was when the counts were last brought up to date; what a dispatcher without fresh counts sees.
    pub seen: Vec<u32>,
    /// The server whose turn is next.
    pub turn: u32,
    /// Who waits for a free server.
    pub queue: VecDeque<Customer>,
    /// Customers that came.
    pub came: u32,
    /// The last decision.
    pub decision: Option<Decision>,
    /// A customer that was taken before one that had come earlier.
    pub overtook: Option<(u32, u32)>,
    /// A customer that was let in beyond the room.
    pub beyond_room: Option<u32>,
    /// Handing over: how often, and how long servers were kept waiting for it, in microseconds.
    pub handovers: (u64, u64),
    /// What is measured.
    pub meter: Meter,
}

/// Where the dispatcher sent a customer, and what it could have known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Decision {
    /// Which customer.
    pub number: u32,
    /// The server, by position.
    pub to: u32,
    /// Customers that it had.
    pub had: u32,
    /// The fewest that any of those had between which the dispatcher chose.
    pub least: u32,
    /// Where that was.
    pub best: u32,
    /// How many customers in a row went there while another had fewer.
    pub herd: u32,
}

/// Who serves customers.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Station {
    /// Who waits, in order of arrival.
    pub queue: VecDeque<Customer>,
    /// Customers that came.
    pub came: u32,
    /// Who is served, and since when.
    pub serving: Option<(Customer, i64)>,
    /// Customers served.
    pub served: u32,
    /// Customers turned away.
    pub refused: u32,
    /// A customer that was taken before one that had come earlier.
    pub overtook: Option<(u32, u32)>,
    /// A customer that was let in beyond the room.
    pub beyond_room: Option<u32>,
}

impl Station {
    /// Customers here.
    pub fn present(&self) -> u32 {
        u32::try_from(self.queue.len()).unwrap_or(u32::MAX).saturating_add(u32::from(self.serving.is_some()))
    }
}

/// What nodes send each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Clients to dispatcher.
    Arrival {
        /// Its number, from 1.
        number: u32,
    },
    /// Dispatcher to server.
    Serve {
        /// Its number.
        number: u32,
        /// When it came to the dispatcher.
        came_us: i64,
        /// How long it waited there.
        waited_us: u64,
    },
    /// Server to dispatcher.
    Done {
        /// Its number.
        number: u32,
        /// When it came to the dispatcher.
        came_us: i64,
        /// How long it waited in all.
        waited_us: u64,
        /// How long its service took.
        served_us: u64,
    },
    /// Server to dispatcher: turned away.
    Full {
        /// Its number.
        number: u32,
    },
    /// Server to dispatcher, after a restart: all that was here is lost.
    Ready,
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Arrival", "A", Tone::Candidate, "A customer comes."),
        MessageKind::request("Serve", "S", Tone::Leader, "The dispatcher sends a customer to a server."),
        MessageKind::reply("Done", "D", Tone::Good, "A server has served a customer."),
        MessageKind::reply("Full", "F", Tone::Bad, "A server has no room and turns a customer away."),
        MessageKind::reply("Ready", "R", Tone::Follower, "A server is back, and all who waited there are gone."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Arrival { .. } => 0,
            Message::Serve { .. } => 1,
            Message::Done { .. } => 2,
            Message::Full { .. } => 3,
            Message::Ready => 4,
        }
    }
    fn describe(&self) -> String {
        let ms = |us: u64| format!("{}.{} ms", us / 1_000, us / 100 % 10);
        match self {
            Message::Arrival { number } => format!("customer {number}"),
            Message::Serve { number, waited_us: 0, .. } => format!("serve customer {number}"),
            Message::Serve { number, waited_us, .. } => format!("serve customer {number}, who waited {}", ms(*waited_us)),
            Message::Done { number, waited_us, served_us, .. } => {
                format!("customer {number} is done: waited {}, served in {}", ms(*waited_us), ms(*served_us))
            }
            Message::Full { number } => format!("no room for customer {number}"),
            Message::Ready => "back from a crash: all who were here are lost".to_owned(),
        }
    }
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next customer.
    Arrival,
    /// The end of a service.
    Service,
    /// The next look at the servers, for a dispatcher without fresh counts.
    Look,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Arrival, TimerInfo { name: "next arrival", action: "let a customer come now" }),
        (Timer::Service, TimerInfo { name: "end of the service", action: "finish the service now" }),
        (Timer::Look, TimerInfo { name: "next look at the servers", action: "look at the servers now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What may be asked of a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// A server works at this speed from its next customer on, in percent of the usual.
    Speed(u32),
    /// So many customers come at once.
    Burst(u32),
    /// The measurement begins anew.
    Measure,
}

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "speed",
            label: "Set a server's speed",
            help: "From its next customer on the server works at so many percent of the usual speed. Only servers do.",
            arguments: &[("percent", ArgumentKind::Number { min: 5, max: 400, default: 25 })],
        },
        CommandSpec {
            name: "burst",
            label: "Let many come at once",
            help: "So many customers come at this moment. Only the clients do.",
            arguments: &[("customers", ArgumentKind::Number { min: 1, max: 200, default: 20 })],
        },
        CommandSpec {
            name: "measure",
            label: "Measure anew",
            help: "The dispatcher forgets what it measured and begins again.",
            arguments: &[],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let number = |name: &str, most: u32| {
            let number = call.number(0).and_then(|number| u32::try_from(number).ok()).filter(|number| (1..=most).contains(number));
            number.ok_or_else(|| format!("This command needs {name}, a number from 1 to {most}."))
        };
        match call.command {
            0 => Ok(Command::Speed(number("a speed in percent", 400)?)),
            1 => Ok(Command::Burst(number("how many customers", 200)?)),
            2 => Ok(Command::Measure),
            other => Err(format!("There is no command number {other} here.")),
        }
    }
}
