//! What the replicated lock shows: invariants, facts, node views.

use super::{Asking, RaftStable, RaftTimer, RaftVolatile, Replicated, SERVERS, Timer, server};
use crate::sim::{Bindings, Broken, Choice, Cluster, Fact, Field, Invariant, NodeId, NodeView, Role, Step, Timers as _, Tone};
use crate::topics::locking::protocol::{Ghost, Locked, Memory, Shows};
use crate::topics::locking::show::{self, FREE};

const INVARIANTS: &[Invariant<Locked<Replicated>>] = &[Invariant {
    name: "one-table",
    sentence: "Servers that have committed an entry at the same place have committed the same entry, so they agree on who has the lock.",
    check: |cluster, _| one_table(cluster),
}];

const FACTS: &[Fact<Locked<Replicated>>] = &[
    Fact::milestone("leader-elected", "Server {node} leads term {term}.", leader_elected),
    Fact::milestone("leader-crashed", "Server {node}, which leads, crashes.", leader_crashed),
    Fact::milestone("lease-expired", "The leader ends the lock of node {node}.", lease_expired),
];

fn server<'a>(cluster: &Cluster<'a, Locked<Replicated>>, id: NodeId) -> Option<(&'a RaftStable, Option<&'a RaftVolatile>)> {
    Some((cluster.stable(id)?.keeper()?, cluster.volatile(id).and_then(Memory::keeper)))
}

fn one_table(cluster: &Cluster<'_, Locked<Replicated>>) -> Result<(), Broken> {
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

fn led_before(step: &Step<'_>) -> Option<bool> {
    Some(step.before::<Locked<Replicated>>()?.volatile.as_ref()?.keeper()?.is_leader())
}

fn leader_elected(cluster: &Cluster<'_, Locked<Replicated>>, _: &Ghost<Replicated>, step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let (stable, volatile) = server(cluster, node)?;
    (volatile?.is_leader() && led_before(step) == Some(false)).then(|| Bindings::node(node).with("term", stable.current_term))
}

fn leader_crashed(_: &Cluster<'_, Locked<Replicated>>, _: &Ghost<Replicated>, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = step.choice else { return None };
    (led_before(step)?).then(|| Bindings::node(*node))
}

fn lease_expired(cluster: &Cluster<'_, Locked<Replicated>>, _: &Ghost<Replicated>, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Fire(id) = step.choice else { return None };
    let (stable, volatile) = server(cluster, id.node)?;
    let held = server::holding(stable, volatile?)?;
    (id.code == Timer::Expiry.code()).then(|| Bindings::node(held.client))
}

impl Shows<Replicated> for Replicated {
    const INVARIANTS: &'static [Invariant<Locked<Replicated>>] = INVARIANTS;
    const FACTS: &'static [Fact<Locked<Replicated>>] = FACTS;
    const KEEPER: &'static str = "server";
    const CAPTION: &'static str =
        "Above, who had the lock by the log that each server knew to be committed. Below, when each client believed that it had it.";

    fn role(stable: &RaftStable, volatile: &RaftVolatile) -> Role {
        let held = server::holding(stable, volatile).map(|held| show::held_by(held.client));
        match (held, volatile.is_leader()) {
            (Some(held), true) => Role { glyph: "R", ..held },
            (Some(held), false) => held,
            (None, true) => Role { label: "free, leads", glyph: "R", tone: Tone::Good },
            (None, false) if volatile.is_candidate() => Role { label: "candidate", glyph: "C", tone: Tone::Candidate },
            (None, false) => FREE,
        }
    }

    fn era(stable: &RaftStable) -> Option<(&'static str, u64)> {
        Some(("term", stable.current_term.into()))
    }

    fn view(_: &Cluster<'_, Locked<Replicated>>, _: NodeId, stable: &RaftStable, volatile: Option<&RaftVolatile>) -> NodeView {
        let on_disk = |name, value, help| Field { name, value, stable: true, help };
        let in_memory = |name, value, help| Field { name, value, stable: false, help };
        let mut fields = vec![
            on_disk("term", stable.current_term.to_string(), "Raft's currentTerm."),
            on_disk(
                "log",
                format!("{} entries", stable.log.last_index()),
                "Every lending, renewal, return and end of the lock is an entry.",
            ),
        ];
        let mut view = NodeView { badge: format!("term {}", stable.current_term), ..NodeView::default() };
        if let Some(volatile) = volatile {
            let held = server::holding(stable, volatile);
            let holder = held.map_or("nobody".to_owned(), |held| format!("node {}, by entry {}", held.client, held.token));
            let leader = volatile.leader.map_or("unknown".to_owned(), |leader| format!("node {leader}"));
            let leader = if volatile.is_leader() { "itself".to_owned() } else { leader };
            fields.push(in_memory("holder", holder, "Who has the lock, as the committed log says."));
            fields.push(in_memory("commitIndex", volatile.commit_index.to_string(), "The last entry that a majority has."));
            fields.push(in_memory("leader", leader, "Which server it follows."));
            view.points_at = held.filter(|_| volatile.is_leader()).map(|held| held.client);
            view.ring = Some(if volatile.is_leader() { Timer::Expiry.code() } else { RaftTimer::Election.code() });
        }
        NodeView { fields, ..view }
    }

    fn view_client(view: &mut NodeView, asking: &Asking, _: u16) {
        view.fields.push(Field {
            name: "asks",
            value: format!("node {}", asking.server),
            stable: false,
            help: "The server that it takes for the leader.",
        });
    }
}
