//! What captions and goals may refer to.

use super::ghost::{Ghost, disks, membership};
use super::message::Message;
use super::state::{Stable, View};
use super::{MEMBERSHIP, Store};
use crate::sim::sorted::sort_by_key;
use crate::sim::{Bindings, Choice, Cluster, Fact, NodeId, Step};
use crate::topics::consistent_hashing::placement::circle::capacity;
use crate::topics::consistent_hashing::placement::{Method, theory};
use std::cmp::Reverse;

/// A node whose keys, when it goes, nearly all fall to one other: at least so many of a hundred.
const NEARLY_ALL_PERCENT: usize = 80;
/// A node that goes with fewer keys than this shows nothing.
const KEYS_TELLING: usize = 5;
/// A node is overfull if it holds so many percent of the average.
const OVERFULL_PERCENT: u64 = 150;

/// All of them.
pub const ALL: &[Fact<Store>] = &[
    Fact::milestone("node-joins", "Node {node} becomes a member, in view {version}.", joins),
    Fact::detail("heavy-node-joins", "Node {node} becomes a member with weight {weight}.", heavy_joins),
    Fact::milestone("node-leaves", "Node {node} is a member no more, from view {version} on.", leaves),
    Fact::detail("key-arrived", "Key {key} comes to node {node}, from node {other}.", key_arrived),
    Fact::milestone("move-finished", "All keys are in place; {moved} of {keys} moved.", move_finished),
    Fact::detail("most-keys-moved", "All keys are in place; at least half of them moved: {moved}.", most_moved),
    Fact::detail("few-keys-moved", "All keys are in place; fewer than half of them moved: {moved}.", few_moved),
    Fact::milestone("key-fetched", "Node {node} is asked for key {key} before it has come, and fetches it from node {other}.", key_fetched),
    Fact::milestone("read-missed", "Node {node} says that there is no key {key}.", read_missed),
    Fact::milestone("key-lost", "Key {key} is on no disk any more.", key_lost),
    Fact::milestone("crashed-in-mid-move", "Node {node} crashes while keys move.", crashed_in_mid_move),
    Fact::milestone("neighbour-takes-all", "Node {node} goes, and {taken} of its {keys} keys fall to node {other}.", neighbour_takes_all),
    Fact::milestone("many-take-over", "Node {node} goes, and {count} others take its keys over.", many_take_over),
    Fact::detail("overfull", "Node {node} holds {percent} % of the average.", overfull),
    Fact::milestone("within-bound", "No node holds more than {bound} keys.", within_bound),
    Fact::detail("copies-together", "All copies of key {key} are on node {node}.", copies_together),
];

/// The view that this step made, if it made one.
fn new_view<'a>(cluster: &Cluster<'a, Store>, step: &Step<'_>) -> Option<&'a View> {
    let Stable::Membership(before) = &step.before::<Store>()?.stable else { return None };
    let view = membership(cluster)?.view.as_deref()?;
    (before.view.as_ref()?.version < view.version).then_some(view)
}

fn joined(view: &View) -> Option<NodeId> {
    view.now.members().iter().map(|member| member.node).find(|node| !view.was.has(*node))
}

fn left(view: &View) -> Option<NodeId> {
    view.was.members().iter().map(|member| member.node).find(|node| !view.now.has(*node))
}

fn joins(cluster: &Cluster<'_, Store>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let view = new_view(cluster, step)?;
    Some(Bindings::node(joined(view)?).with("version", view.version))
}

fn heavy_joins(cluster: &Cluster<'_, Store>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let view = new_view(cluster, step)?;
    let member = view.now.members().iter().find(|member| !view.was.has(member.node) && member.weight > 1)?;
    Some(Bindings::node(member.node).with("weight", member.weight))
}

fn leaves(cluster: &Cluster<'_, Store>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let view = new_view(cluster, step)?;
    Some(Bindings::node(left(view)?).with("version", view.version))
}

fn key_arrived(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::HandOff { records, .. }) = step.delivered::<Store>()? else { return None };
    let (key, _) = records.first()?;
    let had = match &step.before::<Store>()?.stable {
        Stable::Disk(disk) => disk.records.contains_key(key),
        Stable::Membership(_) => true,
    };
    let is_new = !had && ghost.arrived.contains(&(id.to, *key)) && cluster.nodes() > 1;
    is_new.then(|| Bindings::nodes([id.to, id.from]).with("node", id.to).with("other", id.from).with("key", key))
}

/// Keys that moved and keys that there are, in the step after which all are in place.
fn finished(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<(usize, usize)> {
    let (id, Message::Moved(version)) = step.delivered::<Store>()? else { return None };
    let Stable::Membership(before) = &step.before::<Store>()?.stable else { return None };
    let now = membership(cluster).filter(|now| now.is_settled() && !before.is_settled())?;
    let is_change = id.to == MEMBERSHIP && *version > 1 && now.view.is_some();
    is_change.then_some((ghost.arrived.len(), ghost.acknowledged.len()))
}

fn move_finished(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (moved, keys) = finished(cluster, ghost, step)?;
    Some(Bindings::nodes([]).with("moved", moved).with("keys", keys))
}

fn most_moved(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (moved, keys) = finished(cluster, ghost, step)?;
    (2 * moved >= keys).then(|| Bindings::nodes([]).with("moved", moved).with("keys", keys))
}

fn few_moved(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (moved, keys) = finished(cluster, ghost, step)?;
    (2 * moved < keys).then(|| Bindings::nodes([]).with("moved", moved).with("keys", keys))
}

fn key_fetched(cluster: &Cluster<'_, Store>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    // A retry fetches again what was fetched before.
    if !matches!(step.choice, Choice::Command { .. } | Choice::Deliver(_)) {
        return None;
    }
    step.sent.iter().find_map(|id| {
        let flight = cluster.world().flight(*id)?;
        let Message::Fetch { key, .. } = flight.payload.as_any().downcast_ref()? else { return None };
        Some(Bindings::nodes([id.from, id.to]).with("node", id.from).with("other", id.to).with("key", key))
    })
}

fn read_missed(_: &Cluster<'_, Store>, ghost: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    ghost.missed.map(|(node, key)| Bindings::node(node).with("key", key))
}

fn key_lost(cluster: &Cluster<'_, Store>, ghost: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    ghost.lost(cluster).map(|key| Bindings::nodes([]).with("key", key))
}

fn crashed_in_mid_move(cluster: &Cluster<'_, Store>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = step.choice else { return None };
    let membership = membership(cluster)?;
    let is_moving = membership.view.as_ref().is_some_and(|view| view.version > 1) && !membership.is_settled();
    is_moving.then(|| Bindings::node(*node))
}

/// Who takes over from the node that goes, and how many keys each: the most first.
fn heirs(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<(NodeId, Vec<(usize, NodeId)>)> {
    let view = new_view(cluster, step)?;
    let leaver = left(view)?;
    let mut heirs: Vec<(usize, NodeId)> = view.now.members().iter().map(|member| (0, member.node)).collect();
    for key in ghost.acknowledged.keys().filter(|key| view.was.owner(**key) == Some(leaver)) {
        let owner = view.now.owner(*key);
        if let Some(heir) = heirs.iter_mut().find(|(_, node)| Some(*node) == owner) {
            heir.0 += 1;
        }
    }
    heirs.retain(|(keys, _)| *keys > 0);
    sort_by_key(&mut heirs, |heir| Reverse(*heir));
    (heirs.iter().map(|(keys, _)| keys).sum::<usize>() >= KEYS_TELLING).then_some((leaver, heirs))
}

fn neighbour_takes_all(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (leaver, heirs) = heirs(cluster, ghost, step)?;
    let keys: usize = heirs.iter().map(|(keys, _)| keys).sum();
    let (taken, heir) = heirs.first()?;
    let is_so = 100 * taken >= NEARLY_ALL_PERCENT * keys && cluster.nodes() > 3;
    is_so.then(|| Bindings::nodes([leaver, *heir]).with("node", leaver).with("other", heir).with("taken", taken).with("keys", keys))
}

fn many_take_over(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (leaver, heirs) = heirs(cluster, ghost, step)?;
    (heirs.len() > 2).then(|| Bindings::node(leaver).with("count", heirs.len()))
}

fn overfull(cluster: &Cluster<'_, Store>, ghost: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let membership = membership(cluster).filter(|membership| membership.is_settled())?;
    let members = membership.view.as_ref()?.now.members().len() as u64;
    let held = |(node, disk): (NodeId, &super::Disk)| (disk.records.len() as u64, node);
    let (most, node) = disks(cluster).map(held).max()?;
    let total: u64 = disks(cluster).map(|(_, disk)| disk.records.len() as u64).sum();
    let percent = (100 * most * members).checked_div(total)?;
    (percent >= OVERFULL_PERCENT && !ghost.acknowledged.is_empty()).then(|| Bindings::node(node).with("percent", percent))
}

fn within_bound(cluster: &Cluster<'_, Store>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    finished(cluster, ghost, step)?;
    let view = membership(cluster)?.view.as_ref()?;
    let rules = view.now.rules();
    let bound = capacity(rules.epsilon_percent, rules.keys, view.now.members().len());
    let most = theory::owned(&view.now, u16::try_from(rules.keys).unwrap_or(u16::MAX)).into_iter().max()?;
    (rules.method == Method::Bounded && most <= bound).then(|| Bindings::nodes([]).with("bound", bound))
}

fn copies_together(cluster: &Cluster<'_, Store>, ghost: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let view = membership(cluster)?.view.as_ref()?;
    if view.now.rules().distinct || view.now.rules().replicas < 2 || view.now.members().len() < 2 {
        return None;
    }
    let key = ghost.acknowledged.keys().find(|key| view.now.preference(**key).len() == 1)?;
    Some(Bindings::node(view.now.owner(*key)?).with("key", key))
}
