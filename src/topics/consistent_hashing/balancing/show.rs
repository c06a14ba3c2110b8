//! What the balancer and its servers show: queues, caches, requests in flight over time, and how many each server got beside theory.

use super::{BALANCER, Balancing, Desk, HOT, Message, OVERLOADED, RECENT, RELIEVED, Seen, Server, Timer, Volatile, desk, param, params};
use crate::check::statistics::NORMAL;
use crate::sim::series::number;
use crate::sim::{
    Bindings, Broken, Cell, Choice, Cluster, Curve, Drawn, Exhibit, Fact, Field, Guide, GuideKind, Invariant, Ledger, LedgerRow,
    MessageKind, Messages, NodeId, NodeView, Point, Role, Scale, Series, Step, Timers as _, Tone, Trace, Watched,
};
use crate::topics::consistent_hashing::node_tone;
use crate::topics::consistent_hashing::placement::Method;

/// Of the recent answers at least so many come from warm caches.
pub const WARM: u32 = RECENT * 9 / 10;
/// Of the recent answers at most so many come from cold ones.
const COLD: u32 = RECENT / 2;
/// Requests of a queue that are drawn.
const QUEUE_SHOWN: usize = 24;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Request", "REQ", Tone::Follower, "A client's request, for the server of its key."),
        MessageKind::reply("Response", "OK", Tone::Good, "The answer, from the cache or fetched."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Request(..) => 0,
            Message::Response(..) => 1,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Request(number, key) => format!("Request {number}: key {key}"),
            Message::Response(number, key, true) => format!("Response {number}: key {key}, from the cache"),
            Message::Response(number, key, false) => format!("Response {number}: key {key}, which had to be fetched"),
        }
    }
}

impl Watched for Balancing {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "within-share",
        sentence: "With bounded loads no server is given a request while it has its share of those in flight.",
        check: |cluster, _| match desk(cluster).and_then(|desk| desk.decision) {
            Some(last) if last.had.1.is_some_and(|most| last.had.0 >= most) => {
                let says =
                    format!("Node {} had {} requests, which is its share, and was given request {}.", last.to, last.had.0, last.number);
                Err(Broken { nodes: vec![last.to], says })
            }
            _ => Ok(()),
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("overloaded", "Node {node} holds 20 requests or more.", overloaded),
        Fact::milestone("relieved", "No node holds more than {count} requests any more.", relieved),
        Fact::detail("passed-on", "Node {node} has its share: a request for key {key} goes on to node {other}.", passed_on),
        Fact::milestone("caches-warm", "At least nine of ten recent answers come from caches.", caches_warm),
        Fact::milestone("caches-cold", "Fewer than half of the recent answers come from caches.", caches_cold),
        Fact::detail(
            "answers-counted",
            "{recent} requests after the change, {hits} of the last {recent} answers came from caches.",
            answers_counted,
        ),
        Fact::detail("stays-warm", "Most answers after the change, {hits} of {recent}, came from caches.", stays_warm),
        Fact::milestone("server-out", "Node {node} gets no more requests.", server_out),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.observe(cluster, step);
    }
    fn role(_: &(), volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Balancer(_) => Role { label: "balancer", glyph: "B", tone: Tone::Neutral },
            Volatile::Server(server) if server.queue.len() >= OVERLOADED => Role { label: "overloaded", glyph: "!", tone: Tone::Bad },
            Volatile::Server(server) if server.queue.is_empty() => Role { label: "idle", glyph: "I", tone: Tone::Neutral },
            Volatile::Server(_) => Role { label: "serving", glyph: "S", tone: Tone::Follower },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        let Some(volatile) = cluster.volatile(node) else { return NodeView::default() };
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        let (badge, fields, timer) = match volatile {
            Volatile::Balancer(desk) => {
                let out: Vec<String> = desk.out.iter().map(NodeId::to_string).collect();
                let fields = vec![
                    field("in flight", desk.open.len().to_string(), "Requests that no server has answered."),
                    field("given out", (desk.next - 1).to_string(), "Requests since the run began."),
                    field("taken out", if out.is_empty() { "none".to_owned() } else { out.join(", ") }, "Servers that get no requests."),
                ];
                (format!("{} open", desk.open.len()), fields, Timer::Next)
            }
            Volatile::Server(server) => {
                let cache: Vec<String> = server.cache.iter().map(u16::to_string).collect();
                let fields = vec![
                    field("queue", server.queue.len().to_string(), "Requests that it has, the one that is being served included."),
                    field("cache", cache.join(", "), "Keys that it remembers, the one that was asked for last at the end."),
                    field("hits", server.found.0.to_string(), "Requests whose key was in the cache."),
                    field("misses", server.found.1.to_string(), "Requests whose key had to be fetched."),
                ];
                (format!("{} queued", server.queue.len()), fields, Timer::Service)
            }
        };
        NodeView { badge, fields, ring: Some(timer.code()), points_at: None }
    }
    /// Queues, requests in flight, requests given; always the same three.
    fn exhibits(cluster: &Cluster<'_, Self>, _: &Seen, _: &Trace) -> Vec<Exhibit> {
        let Some(desk) = desk(cluster) else { return Vec::new() };
        vec![Exhibit::Ledger(queues(cluster, desk)), Exhibit::Series(in_flight(cluster, desk)), Exhibit::Series(given(cluster, desk))]
    }
}

fn overloaded(cluster: &Cluster<'_, Balancing>, _: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let desk = desk(cluster)?;
    let node = (1..cluster.nodes()).map(NodeId).find(|node| desk.held(*node) >= OVERLOADED)?;
    Some(Bindings::node(node))
}

fn relieved(_: &Cluster<'_, Balancing>, seen: &Seen, _: &Step<'_>) -> Option<Bindings> {
    seen.relieved.then(|| Bindings::nodes([]).with("count", RELIEVED))
}

fn passed_on(cluster: &Cluster<'_, Balancing>, _: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let last = desk(cluster)?.decision.filter(|last| last.to != last.owner && !step.sent.is_empty())?;
    Some(Bindings::nodes([last.owner, last.to]).with("node", last.owner).with("other", last.to).with("key", last.key))
}

/// Hits among the recent answers, once there are enough.
fn hits(cluster: &Cluster<'_, Balancing>) -> Option<u32> {
    let (bits, answers) = desk(cluster)?.recent;
    (answers >= RECENT).then(|| bits.count_ones())
}

fn caches_warm(cluster: &Cluster<'_, Balancing>, _: &Seen, _: &Step<'_>) -> Option<Bindings> {
    hits(cluster).filter(|hits| *hits >= WARM).map(|_| Bindings::default())
}

fn caches_cold(cluster: &Cluster<'_, Balancing>, seen: &Seen, _: &Step<'_>) -> Option<Bindings> {
    hits(cluster).filter(|hits| *hits <= COLD && seen.warm).map(|_| Bindings::default())
}

/// Hits among the recent answers, so many requests after a server went or came back.
fn answers_counted(cluster: &Cluster<'_, Balancing>, seen: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let given: u32 = desk(cluster)?.given.iter().map(|(given, _)| given).sum();
    let is_now = seen.warm && given == RECENT && step.sent.iter().any(|id| id.from == BALANCER);
    hits(cluster).filter(|_| is_now).map(|hits| Bindings::default().with("hits", hits).with("recent", RECENT))
}

fn stays_warm(cluster: &Cluster<'_, Balancing>, seen: &Seen, step: &Step<'_>) -> Option<Bindings> {
    answers_counted(cluster, seen, step).filter(|_| hits(cluster).is_some_and(|hits| hits > COLD))
}

fn server_out(cluster: &Cluster<'_, Balancing>, _: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let before = step.before::<Balancing>()?;
    let (Choice::Command { .. }, Some(Volatile::Balancer(before))) = (step.choice, before.volatile.as_ref()) else { return None };
    let node = desk(cluster)?.out.iter().copied().find(|node| !before.out.contains(node))?;
    Some(Bindings::node(node))
}

fn queues(cluster: &Cluster<'_, Balancing>, desk: &Desk) -> Ledger {
    let row = |node: NodeId| {
        let label = format!("node {node}");
        let Some(Volatile::Server(Server { queue, cache, found })) = cluster.volatile(node) else {
            return LedgerRow { label, note: "down".to_owned(), ..LedgerRow::default() };
        };
        let cell = |(request, key): &(u32, u16)| Cell {
            text: key.to_string(),
            corner: if *key == HOT { "hot".to_owned() } else { String::new() },
            tone: if *key == HOT { Tone::Leader } else { Tone::Neutral },
            settled: true,
            hint: format!("request {request}, for {}", if *key == HOT { "the hot key, 0".to_owned() } else { format!("key {key}") }),
        };
        let answers = found.0 + found.1;
        let percent = (100 * found.0).checked_div(answers).unwrap_or(0);
        let out = if desk.out.contains(&node) { "taken out; " } else { "" };
        LedgerRow {
            label,
            node: None,
            note: format!("{out}{} queued; {} keys in cache, {percent} % hits", queue.len(), cache.len()),
            cells: queue.iter().take(QUEUE_SHOWN).map(cell).collect(),
        }
    };
    Ledger {
        title: "Queues",
        caption: "The requests that each server has, by their keys; the first is being served.",
        columns: Vec::new(),
        rows: (1..cluster.nodes()).map(NodeId).map(row).collect(),
    }
}

fn in_flight(cluster: &Cluster<'_, Balancing>, desk: &Desk) -> Series {
    let curve = |node: u16| Curve {
        label: format!("node {node}"),
        drawn: Drawn::Steps,
        tone: node_tone(NodeId(node)),
        points: desk
            .samples
            .taken
            .iter()
            .filter_map(|(ms, held)| Some(Point::new(f64::from(*ms) / 1e3, (*held.get(usize::from(node) - 1)?).into())))
            .collect(),
    };
    Series {
        title: "In flight",
        caption: "Requests that each server has not answered, over time.",
        across: Scale { label: "time", unit: "s", ..Scale::default() },
        upwards: Scale { label: "requests", least: Some((0.0, OVERLOADED as f64)), ..Scale::default() },
        curves: (1..cluster.nodes()).map(curve).collect(),
        ..Series::default()
    }
}

/// Requests of each server since the settings changed, beside those of its keys.
fn given(cluster: &Cluster<'_, Balancing>, desk: &Desk) -> Series {
    let total: u32 = desk.given.iter().map(|(given, _)| given).sum();
    let members: Vec<NodeId> = desk.members(cluster.nodes()).collect();
    let keys = u16::try_from(cluster.params().get_u64(param::KEYS)).unwrap_or(1).max(1);
    let hot = cluster.params().get_u64(param::HOT_PERCENT) as f64 / 100.0;
    let owners: Vec<Option<NodeId>> = (0..keys).map(|key| desk.placement.as_ref()?.owner(key)).collect();
    let expected = |node: NodeId| {
        let own = owners.iter().filter(|owner| **owner == Some(node)).count() as f64 / f64::from(keys);
        let is_hot = owners.first() == Some(&Some(node));
        (1.0 - hot) * own + if is_hot { hot } else { 0.0 }
    };
    let theory = |node: &NodeId| {
        let share = expected(*node);
        let half = NORMAL * libm::sqrt(share * (1.0 - share) / f64::from(total.max(1)));
        Point { x: node.0.into(), y: 100.0 * share, band: Some((100.0 * (share - half).max(0.0), 100.0 * (share + half).min(1.0))) }
    };
    let measured = |node: &NodeId| {
        let given = desk.given.get(usize::from(node.0)).map_or(0, |(given, _)| *given);
        Point::new(node.0.into(), 100.0 * f64::from(given) / f64::from(total.max(1)))
    };
    let mut guides = vec![Guide { label: "even".to_owned(), at: 100.0 / members.len().max(1) as f64, kind: GuideKind::Level }];
    if params::method(cluster.params()) == Method::Bounded {
        let bound = (100 + cluster.params().get_u64(param::EPSILON_PERCENT)) as f64 / members.len().max(1) as f64;
        guides.push(Guide { label: "1 + ε".to_owned(), at: bound, kind: GuideKind::Level });
    }
    let hot_owner = owners.first().copied().flatten().map(|owner| usize::from(owner.0));
    let passed: u32 = desk.given.iter().enumerate().filter(|(node, _)| Some(*node) != hot_owner).map(|(_, (_, hot))| hot).sum();
    Series {
        title: "Requests",
        caption: "The part of all requests that each server got since the settings changed. The theory sends every request to the server of its key; the band is where 95 % of such counts would be.",
        says: format!(
            "{} requests; {} of those for the hot key went to another server than its own.",
            number(total.into()),
            number(passed.into())
        ),
        across: Scale { label: "node", ..Scale::default() },
        upwards: Scale { label: "requests", unit: "%", least: Some((0.0, 60.0)), ..Scale::default() },
        curves: vec![
            Curve {
                label: "theory: to the server of the key".to_owned(),
                tone: Tone::Series(3),
                points: members.iter().map(theory).collect(),
                ..Curve::default()
            },
            Curve {
                label: "measured".to_owned(),
                drawn: Drawn::Points,
                tone: Tone::Series(0),
                points: members.iter().map(measured).collect(),
            },
        ],
        guides,
    }
}
