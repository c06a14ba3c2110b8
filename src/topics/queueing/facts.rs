//! What captions, goals and invariants refer to, and how a node is shown.

use super::params;
use super::state::{CLIENTS, DISPATCHER, Decision, Desk, FIRST_SERVER, Message, Stable, Station, Timer, Volatile, server};
use super::{Queueing, exhibits};
use crate::sim::series::number;
use crate::sim::{
    Bindings, Broken, Choice, Cluster, Exhibit, Fact, Field, Invariant, NodeId, NodeView, Role, Step, Timers, Tone, Trace, Watched,
};

/// Customers in a row that go where another server has fewer: then it is a herd.
const HERD: u32 = 5;
/// Customers after which a target is judged, and then after as many again.
const JUDGED: u64 = 1_000;
/// A queue that crowds beside an idle server.
const CROWD: usize = 10;

/// The dispatcher's memory, while it is up.
pub fn desk<'a>(cluster: &Cluster<'a, Queueing>) -> Option<&'a Desk> {
    match cluster.volatile(DISPATCHER)? {
        Volatile::Dispatcher(desk) => Some(desk),
        _ => None,
    }
}

/// The servers that are up.
pub fn stations<'a>(cluster: &Cluster<'a, Queueing>) -> impl Iterator<Item = (NodeId, &'a Station)> {
    cluster.up().filter_map(|(id, _, volatile)| match volatile {
        Volatile::Server(station) => Some((id, station)),
        _ => None,
    })
}

impl Watched for Queueing {
    const INVARIANTS: &'static [Invariant<Self>] = &[
        Invariant {
            name: "shortest-queue",
            sentence: "A dispatcher that compares queues sends a customer where fewest are, of those that it compares.",
            check: |cluster, _| match desk(cluster).and_then(|desk| desk.decision) {
                Some(Decision { number, to, had, least, best, .. }) if had > least => {
                    let (to, best) = (server(to as usize), server(best as usize));
                    let says = format!("Customer {number} goes to node {to}, which has {had}, although node {best} has {least}.");
                    Err(Broken { nodes: vec![to, best], says })
                }
                _ => Ok(()),
            },
        },
        Invariant {
            name: "first-come-first-served",
            sentence: "Nobody is served before a customer of the same queue that came earlier.",
            check: |cluster, _| {
                let at_server = stations(cluster).find_map(|(id, station)| station.overtook.map(|overtook| (id, overtook)));
                let at_desk = || desk(cluster).and_then(|desk| desk.overtook).map(|overtook| (DISPATCHER, overtook));
                match at_server.or_else(at_desk) {
                    Some((node, (number, other))) => Err(Broken {
                        nodes: vec![node],
                        says: format!("At node {node} customer {number} is served before customer {other}, who came earlier."),
                    }),
                    None => Ok(()),
                }
            },
        },
        Invariant {
            name: "room-kept",
            sentence: "Where there is room for K customers, no more are let in.",
            check: |cluster, _| {
                let at_server = stations(cluster).find_map(|(id, station)| station.beyond_room.map(|number| (id, number)));
                match at_server.or_else(|| desk(cluster).and_then(|desk| desk.beyond_room).map(|number| (DISPATCHER, number))) {
                    Some((node, number)) => Err(Broken {
                        nodes: vec![node],
                        says: format!("Node {node} lets customer {number} in, although there is no room."),
                    }),
                    None => Ok(()),
                }
            },
        },
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("measured-100", "{customers} customers measured: mean wait {mean}, median {median}, p99 {p99}.", measured::<100>),
        Fact::milestone(
            "measured-1000",
            "{customers} customers measured: mean wait {mean}, median {median}, p99 {p99}.",
            measured::<1_000>,
        ),
        Fact::milestone(
            "measured-10000",
            "{customers} customers measured: mean wait {mean}, median {median}, p99 {p99}.",
            measured::<10_000>,
        ),
        Fact::milestone(
            "measured-100000",
            "{customers} customers measured: mean wait {mean}, median {median}, p99 {p99}.",
            measured::<100_000>,
        ),
        Fact::milestone(
            "target-met",
            "{share} of the wait is {wait} after {customers} customers: within the target of {target}.",
            |cluster, _, step| judged(cluster, step).filter(|(met, _)| *met).map(|(_, bindings)| bindings),
        ),
        Fact::milestone(
            "target-missed",
            "{share} of the wait is {wait} after {customers} customers: beyond the target of {target}.",
            |cluster, _, step| judged(cluster, step).filter(|(met, _)| !*met).map(|(_, bindings)| bindings),
        ),
        Fact::detail("queue-of-10", "{count} customers wait at node {node}.", queue_of::<10>),
        Fact::milestone("queue-of-50", "{count} customers wait at node {node}.", queue_of::<50>),
        Fact::milestone("first-refusal", "Customer {number} is the first to be turned away.", |cluster, _, step| {
            let desk = desk(cluster).filter(|desk| desk.meter.refused == 1)?;
            let number = match step.delivered::<Queueing>()? {
                (_, Message::Full { number } | Message::Arrival { number }) => *number,
                _ => return None,
            };
            (desk.meter.arrived > 0).then(|| Bindings::nodes([DISPATCHER]).with("number", number))
        }),
        Fact::milestone("speed-set", "Node {node} works at {percent} % of the usual speed.", |cluster, _, step| {
            let Choice::Command { node, call, .. } = step.choice else { return None };
            let percent = cluster.stable(*node)?.percent;
            (call.command == 0 && node.0 >= FIRST_SERVER).then(|| Bindings::node(*node).with("percent", percent))
        }),
        Fact::milestone("herd", "{count} customers in a row went to node {node}, although others had fewer.", |cluster, _, _| {
            let decision = desk(cluster)?.decision.filter(|decision| decision.herd >= HERD)?;
            let node = server(decision.to as usize);
            Some(Bindings::node(node).with("count", HERD))
        }),
        Fact::detail("idle-beside-a-queue", "Node {node} has nothing to do while ten wait at node {other}.", |cluster, _, _| {
            let (crowded, _) = stations(cluster).find(|(_, station)| station.queue.len() >= CROWD)?;
            let (idle, _) = stations(cluster).find(|(_, station)| station.present() == 0)?;
            Some(Bindings::nodes([idle, crowded]).with("node", idle).with("other", crowded))
        }),
        Fact::milestone("customers-lost", "Node {node} is back, and {count} customers are lost.", |_, _, step| {
            let (id, Message::Ready) = step.delivered::<Queueing>()? else { return None };
            let Some(Volatile::Dispatcher(before)) = step.before::<Queueing>()?.volatile.as_ref() else { return None };
            let count = before.sent.get(usize::from(id.from.0.checked_sub(FIRST_SERVER)?))?;
            (*count > 0).then(|| Bindings::node(id.from).with("count", count))
        }),
    ];

    fn observe(_: &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role(stable: &Stable, volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Clients(_) => Role { label: "clients", glyph: "C", tone: Tone::Candidate },
            Volatile::Dispatcher(_) => Role { label: "dispatcher", glyph: "D", tone: Tone::Leader },
            Volatile::Server(_) if stable.percent < 100 => Role { label: "slow server", glyph: "S", tone: Tone::Pending },
            Volatile::Server(station) if station.serving.is_some() => Role { label: "busy server", glyph: "B", tone: Tone::Follower },
            Volatile::Server(_) => Role { label: "idle server", glyph: "I", tone: Tone::Neutral },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let mut view = NodeView::default();
        let Some(stable) = cluster.stable(id) else { return view };
        let is_server = id != CLIENTS && id != DISPATCHER;
        if is_server {
            view.fields.push(Field { name: "speed", value: format!("{} %", stable.percent), stable: true, help: "Of the usual speed." });
        }
        let Some(volatile) = cluster.volatile(id) else { return view };
        let mut field = |name, value: String, help| view.fields.push(Field { name, value, stable: false, help });
        match volatile {
            Volatile::Clients(clients) => {
                field("sent", clients.sent.to_string(), "Customers that have come so far.");
                view.badge = format!("{} sent", clients.sent);
                view.ring = Some(Timer::Arrival.code());
            }
            Volatile::Dispatcher(desk) => {
                let list = |counts: &[u32]| counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" · ");
                field("at servers", list(&desk.sent), "Customers sent to each server that are not done, as far as the dispatcher knows.");
                field("seen", list(&desk.seen), "The same when it was last brought up to date; what counts where counts are not fresh.");
                field("waiting here", desk.queue.len().to_string(), "Customers of a shared queue.");
                field("inside", desk.meter.inside.to_string(), "Customers in the system.");
                field("served", desk.meter.served.to_string(), "Customers served since the measurement began.");
                field("turned away", desk.meter.refused.to_string(), "Customers that found no room.");
                view.badge =
                    if desk.queue.is_empty() { format!("{} inside", desk.meter.inside) } else { format!("{} wait", desk.queue.len()) };
            }
            Volatile::Server(station) => {
                field(
                    "serving",
                    station.serving.map_or("nobody".to_owned(), |(customer, _)| format!("customer {}", customer.number)),
                    "Who is served.",
                );
                field("waiting", station.queue.len().to_string(), "Customers in this server's queue.");
                field("served", station.served.to_string(), "Customers served since it started.");
                field("turned away", station.refused.to_string(), "Customers that found no room here.");
                view.badge = match (station.queue.len(), station.serving) {
                    (0, None) => "idle".to_owned(),
                    (0, Some(_)) => "serves".to_owned(),
                    (waiting, _) => format!("{waiting} wait"),
                };
                view.ring = Some(Timer::Service.code());
            }
        }
        view
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &(), _: &Trace) -> Vec<Exhibit> {
        exhibits::all(cluster)
    }
}

/// The dispatcher's memory, if this step told it of a customer that was served.
fn served<'a>(cluster: &Cluster<'a, Queueing>, step: &Step<'_>) -> Option<&'a Desk> {
    match step.delivered::<Queueing>() {
        Some((_, Message::Done { .. })) => desk(cluster),
        _ => None,
    }
}

/// What has been measured, in words for captions and in numbers for figures.
fn bound(desk: &Desk) -> Option<Bindings> {
    let settled = desk.meter.waits.settled();
    let ms = |us: f64| format!("{} ms", (us / 1e3 + 0.5) as u64);
    let wait = |share| Some(ms(settled.quantile(share)?.value));
    let bindings = Bindings::nodes([DISPATCHER]).with("customers", desk.meter.served);
    Some(bindings.with("mean", ms(settled.mean()?.value)).with("median", wait(0.5)?).with("p99", wait(0.99)?))
}

/// `measured-…`: this step ended the N-th customer's visit.
fn measured<const CUSTOMERS: u64>(cluster: &Cluster<'_, Queueing>, _: &(), step: &Step<'_>) -> Option<Bindings> {
    served(cluster, step).filter(|desk| desk.meter.served == CUSTOMERS).and_then(bound)
}

/// The target as it stands when a round number of customers has been served: whether it is met, and what it says.
fn judged(cluster: &Cluster<'_, Queueing>, step: &Step<'_>) -> Option<(bool, Bindings)> {
    let desk = served(cluster, step).filter(|desk| desk.meter.served.is_multiple_of(JUDGED))?;
    let (share, name, target_s) = params::target(cluster.params());
    let wait_s = desk.meter.waits.settled().quantile(share)?.value / 1e6;
    let ms = |seconds: f64| format!("{} ms", number(seconds * 1e3));
    let bindings = Bindings::nodes([DISPATCHER]).with("share", name).with("wait", ms(wait_s)).with("target", ms(target_s));
    Some((wait_s <= target_s, bindings.with("customers", desk.meter.served)))
}

/// The longest line anywhere.
fn longest(cluster: &Cluster<'_, Queueing>) -> Option<(NodeId, usize)> {
    let at_desk = desk(cluster).map(|desk| (DISPATCHER, desk.queue.len()));
    stations(cluster)
        .map(|(id, station)| (id, station.queue.len()))
        .chain(at_desk)
        .max_by_key(|(id, length)| (*length, std::cmp::Reverse(*id)))
}

/// `queue-of-…`: so many wait at one place.
fn queue_of<const WAITING: usize>(cluster: &Cluster<'_, Queueing>, _: &(), _: &Step<'_>) -> Option<Bindings> {
    let (node, length) = longest(cluster)?;
    (length >= WAITING).then(|| Bindings::node(node).with("count", WAITING))
}
