//! What the election through a service shows: invariants, facts, node views, the table of znodes.

use super::message::Message;
use super::state::{Client, Phase, ServiceDisk, Stable, Timer, Volatile, Watches, Writes};
use super::{Ephemeral, SERVICE};
use crate::sim::{
    Bindings, Broken, Cell, Choice, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, NodeId, NodeView, Role, Step, Timers as _,
    Tone, Trace, Watched,
};
use crate::topics::leader_election::believers;
use crate::topics::roles;

fn service<'a>(cluster: &Cluster<'a, Ephemeral>) -> Option<&'a ServiceDisk> {
    match cluster.stable(SERVICE)? {
        Stable::Service(disk) => Some(disk),
        Stable::Client(_) => None,
    }
}

fn client(volatile: &Volatile) -> Option<&Client> {
    match volatile {
        Volatile::Client(client) => Some(client),
        Volatile::Service(_) => None,
    }
}

impl Watched for Ephemeral {
    const INVARIANTS: &'static [Invariant<Self>] = &[
        Invariant {
            name: "lowest-leads",
            sentence: "Whoever believes to lead owns the lowest znode. It rests on clocks that run about equally fast, on clients that \
                       do not freeze, and on a service that keeps its disk. Violate one and two clients lead.",
            check: lowest_leads,
        },
        Invariant {
            name: "one-znode-a-session",
            sentence: "No session owns two znodes, so nobody waits for itself.",
            check: one_znode_a_session,
        },
        Invariant {
            name: "no-stale-write",
            sentence: "Once a leader has written, the store takes no write of an earlier one. The fence keeps this up even while two \
                       clients believe to lead.",
            check: |_, writes: &Writes| writes.check(),
        },
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("leader-elected", "Node {node} leads.", believers::leader_elected),
        Fact::milestone("two-leaders", "Nodes {node} and {other} both believe to lead.", believers::two_leaders),
        Fact::detail("election-started", "Node {node} volunteers, or looks whether its turn has come.", believers::election_started),
        Fact::milestone("leader-crashed", "Leader {node} crashes.", believers::leader_crashed),
        Fact::milestone("one-leader-again", "Only node {node} is left that believes to lead.", believers::one_leader_again),
        Fact::milestone("session-expired", "Session {session} of node {node} expires.", session_expired),
        Fact::detail("watch-fired", "Node {node} learns that n_{znode} is gone.", watch_fired),
        Fact::milestone("herd", "{count} clients are woken by the end of one znode.", herd),
        Fact::milestone("stepped-down", "Leader {node} stops of its own accord: its session may be gone.", stepped_down),
        Fact::milestone("stale-write-refused", "The store refuses a write of node {node} under n_{znode}.", stale_write_refused),
        Fact::milestone(
            "stale-write-taken",
            "The store takes a write of node {node}, whose successor has written already.",
            |_, writes: &Writes, _| writes.stale.map(|(node, znode, _)| Bindings::node(node).with("znode", znode)),
        ),
    ];

    fn observe(writes: &mut Writes, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        if let (Choice::Deliver(_), Some(Stable::Service(disk))) = (step.choice, cluster.stable(SERVICE)) {
            writes.observe(disk, step);
        }
    }
    fn role(_: &Stable, volatile: &Volatile) -> Role {
        let Some(client) = client(volatile) else { return Role { label: "service", glyph: "S", tone: Tone::Neutral } };
        match client.phase {
            _ if client.suspended => Role { label: "disconnected", glyph: "?", tone: Tone::Pending },
            Phase::Connecting => Role { label: "connecting", glyph: "…", tone: Tone::Pending },
            Phase::Creating | Phase::Looking | Phase::SettingWatch(_) => Role { label: "volunteer", glyph: "V", tone: Tone::Candidate },
            Phase::Waiting(_) => Role { label: "waiting", glyph: "W", tone: Tone::Follower },
            Phase::Leading => Role { label: "leader", glyph: "L", tone: Tone::Leader },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let volatile = cluster.volatile(id);
        match (cluster.stable(id), volatile) {
            (Some(Stable::Service(disk)), Some(Volatile::Service(watches))) => {
                let mut fields = service_fields(disk);
                fields.push(watches_field(watches));
                NodeView { badge: format!("{} znodes", disk.znodes.len()), fields, ring: None, points_at: None }
            }
            (Some(Stable::Service(disk)), _) => NodeView { fields: service_fields(disk), ..NodeView::default() },
            (_, Some(Volatile::Client(client))) => client_view(cluster, client),
            _ => NodeView::default(),
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &Writes, trace: &Trace) -> Vec<Exhibit> {
        let caption = "A span for each time in which a client believed to lead. Two that overlap are two leaders.";
        let reigns = roles::intervals(cluster.world(), trace, "Leaders", caption, |role| role.tone == Tone::Leader);
        let mut exhibits: Vec<Exhibit> = service(cluster).map(|disk| znodes(cluster, disk)).into_iter().collect();
        exhibits.push(Exhibit::Intervals(reigns));
        exhibits
    }
}

fn lowest_leads(cluster: &Cluster<'_, Ephemeral>, _: &Writes) -> Result<(), Broken> {
    let Some(lowest) = service(cluster).map(|disk| disk.znodes.keys().next().copied()) else { return Ok(()) };
    for (id, _, volatile) in cluster.up() {
        let Some(leader) = client(volatile).filter(|client| client.leads() && client.znode != lowest) else { continue };
        let mine = leader.znode.map_or("no znode".to_owned(), |znode| format!("n_{znode}"));
        let lowest = lowest.map_or("there is none".to_owned(), |znode| format!("the lowest is n_{znode}"));
        return Err(Broken { nodes: vec![id], says: format!("Node {id} believes to lead with {mine}, but {lowest}.") });
    }
    Ok(())
}

fn one_znode_a_session(cluster: &Cluster<'_, Ephemeral>, _: &Writes) -> Result<(), Broken> {
    let Some(disk) = service(cluster) else { return Ok(()) };
    for (first, data) in &disk.znodes {
        let second = disk.znodes.iter().find(|(znode, other)| *znode > first && other.session == data.session);
        if let Some((second, _)) = second {
            let says = format!("Session {} of node {} owns n_{first} and n_{second}.", data.session, data.owner);
            return Err(Broken { nodes: vec![data.owner], says });
        }
    }
    Ok(())
}

fn session_expired(_: &Cluster<'_, Ephemeral>, _: &Writes, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Fire(id) = step.choice else { return None };
    let (Timer::Session(session), _) = Timer::of_code(id.code)? else { return None };
    let Stable::Service(disk) = &step.before::<Ephemeral>()?.stable else { return None };
    Some(Bindings::node(disk.sessions.get(&session)?.client).with("session", session))
}

fn watch_fired(_: &Cluster<'_, Ephemeral>, _: &Writes, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Event { znode }) = step.delivered::<Ephemeral>()? else { return None };
    Some(Bindings::node(id.to).with("znode", znode))
}

fn herd(cluster: &Cluster<'_, Ephemeral>, _: &Writes, step: &Step<'_>) -> Option<Bindings> {
    let woken = step.sent.iter().filter(|id| {
        let payload = cluster.world().flight(**id).map(|flight| flight.payload.as_any().downcast_ref::<Message>());
        matches!(payload, Some(Some(Message::Event { .. })))
    });
    let woken: Vec<NodeId> = woken.map(|id| id.to).collect();
    (woken.len() > 1).then(|| Bindings::nodes(woken.iter().copied()).with("count", woken.len()))
}

fn stepped_down(cluster: &Cluster<'_, Ephemeral>, _: &Writes, step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let led = step.before::<Ephemeral>()?.volatile.as_ref().and_then(client)?.leads();
    let now = cluster.volatile(node).and_then(client)?;
    (led && now.suspended).then(|| Bindings::node(node))
}

fn stale_write_refused(cluster: &Cluster<'_, Ephemeral>, _: &Writes, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Write { znode, .. }) = step.delivered::<Ephemeral>()? else { return None };
    let Stable::Service(before) = &step.before::<Ephemeral>()?.stable else { return None };
    let is_refused = before.writes == service(cluster)?.writes;
    is_refused.then(|| Bindings::node(id.from).with("znode", znode))
}

fn service_fields(disk: &ServiceDisk) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let sessions: Vec<String> = disk.sessions.iter().map(|(session, open)| format!("{session} of node {}", open.client)).collect();
    let znodes: Vec<String> = disk.znodes.keys().map(|znode| format!("n_{znode}")).collect();
    vec![
        field("sessions", list(&sessions), "Open sessions. Each expires if nothing is heard of it for the session timeout."),
        field("/election", list(&znodes), "The znodes; the owner of the lowest leads."),
        field("sequence", disk.sequence.to_string(), "The last sequence number given. None is ever given twice."),
        field("store", format!("{} after {} writes", disk.value, disk.writes), "What leaders wrote last."),
        field("fence", disk.fence.to_string(), "The highest sequence number that has written; lower ones are refused."),
    ]
}

fn watches_field(watches: &Watches) -> Field {
    let texts: Vec<String> = watches.iter().map(|(znode, session)| format!("n_{znode} by session {session}")).collect();
    let help = "Who is to be told when a znode goes. In memory only: clients repeat theirs in every ping.";
    Field { name: "watches", value: list(&texts), stable: false, help }
}

fn client_view(cluster: &Cluster<'_, Ephemeral>, client: &Client) -> NodeView {
    let field = |name, value, help| Field { name, value, stable: false, help };
    let znode = client.znode.map_or("none".to_owned(), |znode| format!("n_{znode}"));
    let fields = vec![
        field("phase", format!("{:?}", client.phase), "Where it is in the recipe."),
        field("session", client.session.map_or("none".to_owned(), |session| session.to_string()), "The session that it believes to have."),
        field("znode", znode.clone(), "Its own znode, which goes when its session does."),
        field("watching", client.watches().map_or("nothing".to_owned(), |znode| format!("n_{znode}")), "The znode whose end it waits for."),
        field(
            "leader",
            client.leader.map_or("unknown".to_owned(), |node| node.to_string()),
            "Owner of the lowest znode when it last looked.",
        ),
        field(
            "suspended",
            client.suspended.to_string(),
            "Whether its session may be gone, by its own clock: then it does not act as leader.",
        ),
    ];
    let owner = |znode: u32| service(cluster)?.znodes.get(&znode).map(|data| data.owner);
    NodeView { badge: znode, fields, ring: Some(Timer::Disconnect.code()), points_at: client.watches().and_then(owner) }
}

fn znodes(cluster: &Cluster<'_, Ephemeral>, disk: &ServiceDisk) -> Exhibit {
    let lowest = disk.znodes.keys().next();
    let watchers = |znode: u32| {
        let watches = |id: &NodeId| cluster.volatile(*id).and_then(client).and_then(Client::watches) == Some(znode);
        let nodes: Vec<String> = cluster.ids().filter(watches).map(|id| id.to_string()).collect();
        list(&nodes)
    };
    let row = |(znode, data): (&u32, &super::Znode)| {
        let is_lowest = Some(znode) == lowest;
        let cell = |text: String, tone, hint: &str| Cell { text, tone, settled: true, hint: hint.to_owned(), ..Cell::default() };
        let is_known = cluster.volatile(data.owner).and_then(client).is_some_and(|owner| owner.session == Some(data.session));
        let note = match (is_lowest, is_known) {
            (_, false) => "its owner has forgotten it; it stays until the session expires",
            (true, true) => "the lowest: its owner leads",
            (false, true) => "",
        };
        LedgerRow {
            label: format!("n_{znode}"),
            node: Some(data.owner),
            note: note.to_owned(),
            cells: vec![
                cell(format!("node {}", data.owner), if is_lowest { Tone::Leader } else { Tone::Follower }, "owner"),
                cell(data.session.to_string(), Tone::Neutral, "session with which it goes"),
                cell(watchers(*znode), Tone::Neutral, "clients that wait for its end"),
            ],
        }
    };
    Exhibit::Ledger(Ledger {
        title: "/election",
        caption: "The znodes as the service has them, the lowest first. Each goes when its session ends.",
        columns: ["owner", "session", "watched by"].map(str::to_owned).to_vec(),
        rows: disk.znodes.iter().map(row).collect(),
    })
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}
