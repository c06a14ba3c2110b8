//! What the replicated lock shows: invariants, facts, node views.

use super::{Client, JobTimer, RaftStable, RaftTimer, RaftVolatile, Replicated, SERVERS, Stable, Timer, Volatile, server};
use crate::sim::{
    Bindings, Broken, Choice, Cluster, Exhibit, Fact, Field, Invariant, NodeId, NodeView, Role, Step, Timer as _, Tone, Trace,
};
use crate::topics::locking::show::{self, FREE};
use crate::topics::locking::storage::History;

pub const INVARIANTS: &[Invariant<Replicated>] = &[
    show::no_lost_update(),
    show::token_order(),
    Invariant {
        name: "one-table",
        sentence: "Servers that have committed an entry at the same place have committed the same entry, so they agree on who has the lock.",
        check: |cluster, _| one_table(cluster),
    },
];

pub const FACTS: &[Fact<Replicated>] = &[
    show::lock_acquired_fact(),
    show::two_holders_fact(),
    show::one_holder_again_fact(),
    show::about_to_write_fact(),
    show::gave_up_fact(),
    show::holder_crashed_fact(),
    show::holder_paused_fact(),
    show::write_taken_fact(),
    show::write_refused_fact(),
    show::lost_update_fact(),
    Fact { name: "leader-elected", sentence: "Server {node} leads term {term}.", mark: true, test: leader_elected },
    Fact { name: "leader-crashed", sentence: "Server {node}, which leads, crashes.", mark: true, test: leader_crashed },
    Fact { name: "lease-expired", sentence: "The leader ends the lock of node {node}.", mark: true, test: lease_expired },
];

fn server<'a>(cluster: &Cluster<'a, Replicated>, id: NodeId) -> Option<(&'a RaftStable, Option<&'a RaftVolatile>)> {
    let Stable::Server(stable) = cluster.stable(id)? else { return None };
    Some((stable, cluster.volatile(id).and_then(raft)))
}

fn raft(volatile: &Volatile) -> Option<&RaftVolatile> {
    match volatile {
        Volatile::Server(volatile) => Some(volatile),
        _ => None,
    }
}

fn one_table(cluster: &Cluster<'_, Replicated>) -> Result<(), Broken> {
    let servers: Vec<_> = (0..SERVERS).map(NodeId).filter_map(|id| Some((id, server(cluster, id)?))).collect();
    for (place, (id, (stable, volatile))) in servers.iter().enumerate() {
        for (other, (other_stable, other_volatile)) in servers.iter().skip(place + 1) {
            let (Some(one), Some(two)) = (volatile, other_volatile) else { continue };
            let common = one.commit_index.min(two.commit_index);
            let mut pairs = stable.log.entries().zip(other_stable.log.entries()).take_while(|((index, _), _)| *index <= common);
            if let Some(((index, _), _)) = pairs.find(|((_, a), (_, b))| a != b) {
                let says = format!("Servers {id} and {other} have committed different entries {index}.");
                return Err(Broken { nodes: vec![*id, *other], says });
            }
        }
    }
    Ok(())
}

fn about(node: NodeId) -> Bindings {
    Bindings::nodes([node]).with("node", node)
}

fn led_before(step: &Step<'_>) -> Option<bool> {
    Some(raft(step.before::<Replicated>()?.volatile.as_ref()?)?.is_leader())
}

fn leader_elected(cluster: &Cluster<'_, Replicated>, _: &History, step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let (stable, volatile) = server(cluster, node)?;
    (volatile?.is_leader() && led_before(step) == Some(false)).then(|| about(node).with("term", stable.current_term))
}

fn leader_crashed(_: &Cluster<'_, Replicated>, _: &History, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = step.choice else { return None };
    (led_before(step)?).then(|| about(*node))
}

fn lease_expired(cluster: &Cluster<'_, Replicated>, _: &History, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Fire(id) = step.choice else { return None };
    let (stable, volatile) = server(cluster, id.node)?;
    let held = server::holding(stable, volatile?)?;
    (id.code == Timer::Expiry.code()).then(|| about(held.client))
}

pub fn role(stable: &Stable, volatile: &Volatile) -> Role {
    match (stable, volatile) {
        (Stable::Server(stable), Volatile::Server(volatile)) => server_role(stable, volatile),
        (_, Volatile::Client(client)) => show::client_role(&client.job),
        _ => show::STORAGE,
    }
}

fn server_role(stable: &RaftStable, volatile: &RaftVolatile) -> Role {
    let held = server::holding(stable, volatile).map(|held| show::held_by(held.client));
    match (held, volatile.is_leader()) {
        (Some(held), true) => Role { glyph: "R", ..held },
        (Some(held), false) => held,
        (None, true) => Role { label: "free, leads", glyph: "R", tone: Tone::Good },
        (None, false) if volatile.is_candidate() => Role { label: "candidate", glyph: "C", tone: Tone::Candidate },
        (None, false) => FREE,
    }
}

pub fn view(cluster: &Cluster<'_, Replicated>, id: NodeId) -> NodeView {
    let Some(stable) = cluster.stable(id) else { return NodeView::default() };
    let volatile = cluster.volatile(id);
    let role = volatile.map(|volatile| role(stable, volatile)).unwrap_or_default();
    match (stable, volatile) {
        (Stable::Server(stable), _) => server_view(role, stable, volatile.and_then(raft)),
        (Stable::Storage(storage), _) => show::storage_view(role, storage, true),
        (Stable::Client(_), Some(Volatile::Client(client))) => client_view(role, client),
        (Stable::Client(_), _) => NodeView { role, ..NodeView::default() },
    }
}

fn server_view(role: Role, stable: &RaftStable, volatile: Option<&RaftVolatile>) -> NodeView {
    let on_disk = |name, value, help| Field { name, value, stable: true, help };
    let in_memory = |name, value, help| Field { name, value, stable: false, help };
    let mut fields = vec![
        on_disk("term", stable.current_term.to_string(), "Raft's currentTerm."),
        on_disk("log", format!("{} entries", stable.log.last_index()), "Every lending, renewal, return and end of the lock is an entry."),
    ];
    let mut view = NodeView { role, badge: format!("term {}", stable.current_term), ..NodeView::default() };
    if let Some(volatile) = volatile {
        let held = server::holding(stable, volatile);
        let holder = held.map_or("nobody".to_owned(), |held| format!("node {}, by entry {}", held.client, held.token));
        let leader = volatile.leader.map_or("unknown".to_owned(), |leader| format!("node {leader}"));
        let leader = if volatile.is_leader() { "itself".to_owned() } else { leader };
        fields.push(in_memory("holder", holder, "Who has the lock, as the committed log says."));
        fields.push(in_memory("commitIndex", volatile.commit_index.to_string(), "The last entry that a majority has."));
        fields.push(in_memory("leader", leader, "Which server it follows."));
        view.points_at = held.filter(|_| volatile.is_leader()).map(|held| held.client);
        view.ring = Some(if volatile.is_leader() { Timer::Expiry.code() } else { Timer::Raft(RaftTimer::Election).code() });
    }
    NodeView { fields, ..view }
}

fn client_view(role: Role, client: &Client) -> NodeView {
    let ring = client.job.believes().then_some(Timer::Job(JobTimer::Validity).code());
    let mut view = show::client_view(role, &client.job, format!("token {}", client.job.token), ring);
    view.fields.push(Field {
        name: "asks",
        value: format!("node {}", client.server),
        stable: false,
        help: "The server that it takes for the leader.",
    });
    view
}

pub fn exhibits(cluster: &Cluster<'_, Replicated>, trace: &Trace) -> Vec<Exhibit> {
    let caption =
        "Above, who had the lock by the log that each server knew to be committed. Below, when each client believed that it had it.";
    show::exhibits(cluster, trace, caption, "server")
}
