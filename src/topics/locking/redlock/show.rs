//! What Redlock shows: facts and node views.

use super::{Asking, Key, Master, Redlock, Timer, masters};
use crate::sim::{Bindings, Choice, Cluster, Fact, Field, NodeId, NodeView, Role, Step, Timers as _, Tone};
use crate::topics::locking::protocol::{Disk, Ghost, Locked, Shows};
use crate::topics::locking::show::{self, FREE};

const FACTS: &[Fact<Locked<Redlock>>] = &[
    Fact::detail("majority-missed", "Node {node} has too few masters, and unlocks them all.", majority_missed),
    Fact::milestone("key-forgotten", "Master {node} crashes, and the key of node {other} with it.", key_forgotten),
    Fact::milestone("key-jumped", "The clock of master {node} jumps: the key of node {other} is over, by that clock.", key_jumped),
];

fn about(node: NodeId, other: NodeId) -> Bindings {
    Bindings::nodes([node, other]).with("node", node).with("other", other)
}

fn majority_missed(cluster: &Cluster<'_, Locked<Redlock>>, _: &Ghost<Redlock>, step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let (_, before) = step.before::<Locked<Redlock>>()?.volatile.as_ref()?.client()?;
    let (job, now) = cluster.volatile(node)?.client()?;
    (before.counting && !now.counting && !job.believes()).then(|| Bindings::node(node))
}

/// The key of a master in this step's beginning.
fn holder_before(step: &Step<'_>) -> Option<NodeId> {
    let master = step.before::<Locked<Redlock>>()?.volatile.as_ref()?.keeper()?;
    master.key.map(|key| key.client)
}

/// A crash takes the key, unless it is on disk.
fn key_forgotten(_: &Cluster<'_, Locked<Redlock>>, _: &Ghost<Redlock>, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = step.choice else { return None };
    let is_on_disk = matches!(step.before::<Locked<Redlock>>()?.stable, Disk::Keeper(Some(_)));
    holder_before(step).filter(|_| !is_on_disk).map(|other| about(*node, other))
}

fn key_jumped(cluster: &Cluster<'_, Locked<Redlock>>, _: &Ghost<Redlock>, step: &Step<'_>) -> Option<Bindings> {
    let Choice::ClockJump { node, .. } = step.choice else { return None };
    let key = cluster.volatile(*node)?.keeper()?.key?;
    (key.expires_us <= cluster.world().clock_us(*node)).then(|| about(*node, key.client))
}

impl Shows<Redlock> for Redlock {
    const FACTS: &'static [Fact<Locked<Redlock>>] = FACTS;
    const KEEPER: &'static str = "master";
    const CAPTION: &'static str = "Above, whose key each master had. Below, when each client believed that it had the lock. It should have a \
                                   majority of the masters for as long.";

    fn role(_: &Option<Key>, master: &Master) -> Role {
        match master {
            Master { silent: true, .. } => Role { label: "silent", glyph: "…", tone: Tone::Pending },
            Master { key, .. } => key.map_or(FREE, |key| show::held_by(key.client)),
        }
    }

    fn view(cluster: &Cluster<'_, Locked<Redlock>>, id: NodeId, _: &Option<Key>, master: Option<&Master>) -> NodeView {
        let Some(master) = master else { return NodeView::default() };
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
        NodeView { badge, fields, ring: Some(ring.code()), points_at: master.key.map(|key| key.client) }
    }

    fn view_client(view: &mut NodeView, asking: &Asking, nodes: u16) {
        if asking.counting {
            view.ring = Some(Timer::Answers.code());
        }
        view.fields.push(Field {
            name: "masters",
            value: format!("{} yes, {} no of {}", asking.yes.len(), asking.no.len(), masters(nodes)),
            stable: false,
            help: "How many masters have set its key in this attempt.",
        });
    }
}
