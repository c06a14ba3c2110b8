//! What Redlock shows: invariants, facts, node views.

use super::{Client, JobTimer, Master, Redlock, Stable, Timer, Volatile, masters};
use crate::sim::{Bindings, Choice, Cluster, Exhibit, Fact, Field, Invariant, NodeId, NodeView, Role, Step, Timer as _, Tone, Trace};
use crate::topics::locking::show::{self, FREE};
use crate::topics::locking::storage::History;

pub const INVARIANTS: &[Invariant<Redlock>] = &[show::no_lost_update()];

pub const FACTS: &[Fact<Redlock>] = &[
    show::lock_acquired_fact(),
    show::two_holders_fact(),
    show::one_holder_again_fact(),
    show::about_to_write_fact(),
    show::gave_up_fact(),
    show::holder_crashed_fact(),
    show::holder_paused_fact(),
    show::write_taken_fact(),
    show::lost_update_fact(),
    Fact {
        name: "majority-missed",
        sentence: "Node {node} has too few masters, and unlocks them all.",
        mark: false,
        test: majority_missed,
    },
    Fact {
        name: "key-forgotten",
        sentence: "Master {node} crashes, and the key of node {other} with it.",
        mark: true,
        test: key_forgotten,
    },
    Fact {
        name: "key-jumped",
        sentence: "The clock of master {node} jumps: the key of node {other} is over, by that clock.",
        mark: true,
        test: key_jumped,
    },
];

fn about(node: NodeId, other: NodeId) -> Bindings {
    Bindings::nodes([node, other]).with("node", node).with("other", other)
}

fn client(volatile: &Volatile) -> Option<&Client> {
    match volatile {
        Volatile::Client(client) => Some(client),
        _ => None,
    }
}

fn master(volatile: &Volatile) -> Option<&Master> {
    match volatile {
        Volatile::Master(master) => Some(master),
        _ => None,
    }
}

fn majority_missed(cluster: &Cluster<'_, Redlock>, _: &History, step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let counted = client(step.before::<Redlock>()?.volatile.as_ref()?)?.counting;
    let now = client(cluster.volatile(node)?)?;
    (counted && !now.counting && !now.job.believes()).then(|| Bindings::nodes([node]).with("node", node))
}

/// The key of a master in this step's beginning.
fn holder_before(step: &Step<'_>) -> Option<NodeId> {
    let parts = step.before::<Redlock>()?;
    let key = master(parts.volatile.as_ref()?)?.key?;
    Some(key.client)
}

/// A crash takes the key, unless it is on disk.
fn key_forgotten(_: &Cluster<'_, Redlock>, _: &History, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = step.choice else { return None };
    let is_on_disk = matches!(step.before::<Redlock>()?.stable, Stable::Master(Some(_)));
    holder_before(step).filter(|_| !is_on_disk).map(|other| about(*node, other))
}

fn key_jumped(cluster: &Cluster<'_, Redlock>, _: &History, step: &Step<'_>) -> Option<Bindings> {
    let Choice::ClockJump { node, .. } = step.choice else { return None };
    let key = master(cluster.volatile(*node)?)?.key?;
    (key.expires_us <= cluster.world().clock_us(*node)).then(|| about(*node, key.client))
}

pub fn role(volatile: &Volatile) -> Role {
    match volatile {
        Volatile::Master(Master { silent: true, .. }) => Role { label: "silent", glyph: "…", tone: Tone::Pending },
        Volatile::Master(master) => master.key.map_or(FREE, |key| show::held_by(key.client)),
        Volatile::Storage => show::STORAGE,
        Volatile::Client(client) => show::client_role(&client.job),
    }
}

pub fn view(cluster: &Cluster<'_, Redlock>, id: NodeId) -> NodeView {
    let volatile = cluster.volatile(id);
    let role = volatile.map(role).unwrap_or_default();
    match (cluster.stable(id), volatile) {
        (_, Some(Volatile::Master(master))) => master_view(cluster, id, role, master),
        (Some(Stable::Storage(storage)), _) => show::storage_view(role, storage, false),
        (Some(Stable::Client(attempts)), Some(Volatile::Client(client))) => client_view(cluster, role, client, *attempts),
        _ => NodeView { role, ..NodeView::default() },
    }
}

fn master_view(cluster: &Cluster<'_, Redlock>, id: NodeId, role: Role, master: &Master) -> NodeView {
    let field = |name, value, help| Field { name, value, stable: false, help };
    let (value, until) = match master.key {
        Some(key) => (format!("{} of node {}", key.request, key.client), format!("{} ms", key.expires_us / 1_000)),
        None => ("not set".to_owned(), "–".to_owned()),
    };
    let fields = vec![
        field("key", value, "Whose value it has: a client's number with its count of attempts is like no other."),
        field("runs out", until, "When the key is gone, by this master's clock."),
        field("clock", format!("{} ms", cluster.world().clock_us(id) / 1_000), "This master's own clock."),
        field("silent", master.silent.to_string(), "Whether it answers nobody, because it crashed a moment ago."),
    ];
    let (ring, badge) = match master.silent {
        true => (Timer::Return, "silent".to_owned()),
        false => (Timer::Expiry, master.key.map_or("free".to_owned(), |key| format!("for {}", key.client))),
    };
    NodeView { role, badge, fields, ring: Some(ring.code()), points_at: master.key.map(|key| key.client) }
}

fn client_view(cluster: &Cluster<'_, Redlock>, role: Role, client: &Client, attempts: u32) -> NodeView {
    let ring = match client.counting {
        true => Some(Timer::Answers.code()),
        false => client.job.believes().then_some(Timer::Job(JobTimer::Validity).code()),
    };
    let mut view = show::client_view(role, &client.job, format!("lock {attempts}"), ring);
    let masters = masters(cluster.nodes());
    view.fields.push(Field {
        name: "masters",
        value: format!("{} yes, {} no of {masters}", client.yes.len(), client.no.len()),
        stable: false,
        help: "How many masters have set its key in this attempt.",
    });
    view
}

pub fn exhibits(cluster: &Cluster<'_, Redlock>, trace: &Trace) -> Vec<Exhibit> {
    let caption = "Above, whose key each master had. Below, when each client believed that it had the lock. It should have a majority of the \
                   masters for as long.";
    show::exhibits(cluster, trace, caption, "master")
}
