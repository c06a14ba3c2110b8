//! Lesson 21, queueing theory: clients, a dispatcher and servers as nodes, and what theory says of them.
//!
//! ```text
//!                 Arrival                 Serve
//!   clients (0) ──────────▶ dispatcher (1) ──────▶ servers (2 …): a queue each, or one with the dispatcher
//!                            ▲                        │
//!                            └────────────────────────┘ Done · Full · Ready
//! ```
//!
//! Luck is drawn where it belongs: gaps by the clients, service times by the servers. A wait is measured by the node in whose queue it is
//! spent, so the time that messages take counts in no wait.

mod clients;
mod desk;
mod exhibits;
mod facts;
pub mod law;
pub mod meter;
pub mod params;
mod sizing;
mod state;
mod station;
pub mod theory;

use super::{Entry, Topic};
use crate::sim::{Ahead, CommandId, Conditions, Context, Env, Erased, ExhibitKind, Latency, Node, NodeId, Outcome, ParamSpec, Protocol};
use meter::Visit;
pub use sizing::{Demand, Plan, plan, servers_needed};
pub use state::{Command, Desk, Message, Stable, Station, Timer, Volatile};

type Cx<'a> = Context<'a, Queueing>;

/// The protocol.
pub struct Queueing;

static QUEUEING: Erased<Queueing> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 21,
    algorithms: &[Entry {
        id: "queueing",
        name: "Queues and servers",
        source: "Kleinrock, Queueing Systems, Volume 1, 1975; Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001",
        summary: "Customers come at random, a dispatcher sends them to servers, and they wait their turn.",
        algorithm: &QUEUEING,
        nodes: (3, 6, 18),
        network: Conditions { fifo: true, ..Conditions::faultless(Latency::Fixed(5_000)) },
    }],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Series],
};

/// Numbers evenly spread over (0, 1), from the driver's.
fn unit<'a>(cx: &'a mut Cx<'_>) -> impl FnMut() -> f64 + 'a {
    || (f64::from(cx.draw()) + 0.5) / 4_294_967_296.0
}

fn start(me: NodeId, cx: &mut Cx<'_>) -> Volatile {
    match me {
        state::CLIENTS => Volatile::Clients(clients::start(cx)),
        state::DISPATCHER => Volatile::Dispatcher(Box::new(desk::start(cx))),
        _ => Volatile::Server(Station::default()),
    }
}

impl Protocol for Queueing {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = params::PARAMS;
    // An arrival, three messages and a service each.
    const AHEAD: Option<Ahead> = Some(Ahead { what: "a million customers", events: 5_000_000 });

    fn blank_disk(_: &Env<'_>) -> Stable {
        Stable { percent: 100 }
    }
    fn on_start(_: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        start(cx.me(), cx)
    }
    fn on_restart(_: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        let volatile = start(cx.me(), cx);
        if matches!(volatile, Volatile::Server(_)) {
            cx.send(state::DISPATCHER, Message::Ready);
        }
        volatile
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, *message) {
            (Volatile::Dispatcher(desk), Message::Arrival { number }) => desk::handle_arrival(desk, number, cx),
            (Volatile::Dispatcher(desk), Message::Done { came_us, waited_us, served_us, .. }) => {
                desk::handle_done(desk, from, Visit { came_us, waited_us, served_us }, cx);
            }
            (Volatile::Dispatcher(desk), Message::Full { .. }) => desk::handle_full(desk, from, cx),
            (Volatile::Dispatcher(desk), Message::Ready) => desk::handle_ready(desk, from, cx),
            (Volatile::Server(station), Message::Serve { number, came_us, waited_us }) => {
                station::handle_serve(station, node.stable, number, came_us, waited_us, cx);
            }
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, timer) {
            (Volatile::Clients(clients), Timer::Arrival) => clients::arrive(clients, cx),
            (Volatile::Dispatcher(desk), Timer::Look) => desk::look(desk, cx),
            (Volatile::Server(station), Timer::Service) => station::finish(station, node.stable, cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Cx<'_>) {
        let outcome = match (&mut *node.volatile, *command) {
            (Volatile::Server(_), Command::Speed(percent)) => {
                node.stable.percent = percent;
                cx.say(|| format!("From its next customer on it works at {percent} % of the usual speed."));
                Outcome::Done(i64::from(percent))
            }
            (Volatile::Clients(clients), Command::Burst(customers)) => {
                clients::burst(clients, customers, cx);
                Outcome::Done(i64::from(customers))
            }
            (Volatile::Dispatcher(desk), Command::Measure) => {
                desk::measure(desk, cx);
                Outcome::Done(0)
            }
            (_, Command::Speed(_)) => Outcome::Refused("only servers have a speed"),
            (_, Command::Burst(_)) => Outcome::Refused("customers come from the clients, node 0"),
            (_, Command::Measure) => Outcome::Refused("only the dispatcher measures"),
        };
        cx.reply(id, outcome);
    }
}
