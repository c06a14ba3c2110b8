//! The promises of the store, and the history that they need.

use super::message::Message;
use super::params::{READ, WRITE};
use super::state::{Disk, Membership, Record, Stable, Version, View};
use super::storage::NO_SUCH_KEY;
use super::{MEMBERSHIP, Store};
use crate::sim::sorted::{SortedMap, SortedSet};
use crate::sim::{Broken, Choice, Cluster, CommandId, Invariant, NodeId, Outcome, Step};

/// History that no node has.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Ghost {
    /// Keys that were there at the start, or whose write a client was told of: the version that must not be lost.
    pub acknowledged: SortedMap<u16, Version>,
    /// The view that `arrived` is of.
    view: u32,
    /// Keys that have come to a node in this view that had not had them.
    pub arrived: SortedSet<(NodeId, u16)>,
    /// Operations whose answers have been looked at.
    answered: SortedSet<CommandId>,
    /// The first key that moved between two nodes whose parts the change had nothing to do with: key, to whom.
    needless: Option<(u16, NodeId)>,
    /// The first read that was told of no key, though there was one: by whom, which.
    pub missed: Option<(NodeId, u16)>,
    /// Nodes whose disk was wiped while they were members.
    wiped: SortedSet<NodeId>,
}

/// The membership's disk.
pub fn membership<'a>(cluster: &Cluster<'a, Store>) -> Option<&'a Membership> {
    match cluster.stable(MEMBERSHIP)? {
        Stable::Membership(membership) => Some(membership),
        Stable::Disk(_) => None,
    }
}

/// A storage node's disk.
pub fn disk<'a>(cluster: &Cluster<'a, Store>, node: NodeId) -> Option<&'a Disk> {
    match cluster.stable(node)? {
        Stable::Disk(disk) => Some(disk),
        Stable::Membership(_) => None,
    }
}

/// All storage nodes' disks, of those that are down too.
pub fn disks<'a>(cluster: &Cluster<'a, Store>) -> impl Iterator<Item = (NodeId, &'a Disk)> {
    let cluster = *cluster;
    cluster.ids().filter_map(move |node| Some((node, disk(&cluster, node)?)))
}

/// What a node's disk holds for a key.
pub fn record<'a>(cluster: &Cluster<'a, Store>, node: NodeId, key: u16) -> Option<&'a Record> {
    disk(cluster, node)?.records.get(&key)
}

impl Ghost {
    /// Takes a step in.
    pub fn observe(&mut self, cluster: &Cluster<'_, Store>, step: &Step<'_>) {
        let Some(view) = membership(cluster).and_then(|membership| membership.view.as_ref()) else { return };
        if view.version > self.view {
            self.view = view.version;
            self.arrived.clear();
            self.wiped.retain(|node| view.now.has(*node));
        }
        if let Choice::Wipe(node) = step.choice {
            self.wiped.insert(*node);
        }
        match step.delivered::<Store>() {
            Some((id, Message::Welcome { view, .. })) if view.version == 1 => {
                let records = disk(cluster, id.to).map(|disk| &disk.records);
                // A view that comes twice finds writes besides, of which no client has been told.
                for (key, record) in records.into_iter().flatten().filter(|(_, record)| record.version.view == 0) {
                    self.acknowledged.get_or_insert_with(*key, || record.version);
                }
            }
            Some((id, Message::HandOff { view, records })) => {
                for (key, _) in records {
                    self.note_arrival(view, *key, id.to, disk(cluster, id.to));
                }
            }
            _ => {}
        }
        self.read_answers(cluster, step);
    }

    fn note_arrival(&mut self, view: &View, key: u16, to: NodeId, disk: Option<&Disk>) {
        if view.version != self.view || !disk.is_some_and(|disk| disk.records.contains_key(&key)) {
            return;
        }
        self.arrived.insert((to, key));
        let joined = view.now.members().iter().map(|member| member.node).find(|node| !view.was.has(*node));
        let left = view.was.members().iter().map(|member| member.node).find(|node| !view.now.has(*node));
        let same_rules = view.now.rules() == view.was.rules();
        let is_needed = joined == Some(to) || left.is_some_and(|left| view.was.preference(key).contains(&left));
        if same_rules && view.now.rules().method.is_monotone() && !is_needed {
            self.needless.get_or_insert((key, to));
        }
    }

    fn read_answers(&mut self, cluster: &Cluster<'_, Store>, step: &Step<'_>) {
        let Some(actor) = step.choice.actor() else { return };
        for operation in cluster.operations() {
            let Some((_, outcome)) = &operation.done else { continue };
            // An answer is looked at in the step that gave it, so it was the acting node that gave it.
            if !self.answered.insert(operation.id) {
                continue;
            }
            let Some(key) = operation.call.number(0).and_then(|key| u16::try_from(key).ok()) else { continue };
            match (operation.call.command, outcome) {
                // All of the key's nodes have it then, so what they all have is not to be lost.
                (WRITE, Outcome::Done(_)) => {
                    let view = disk(cluster, actor).and_then(|disk| disk.view.as_ref());
                    let owners = view.map(|view| view.now.preference(key)).unwrap_or_default();
                    let common = owners.iter().filter_map(|node| record(cluster, *node, key)).map(|record| record.version).min();
                    if let Some(common) = common {
                        let version = self.acknowledged.get_or_insert_with(key, || common);
                        *version = common.max(*version);
                    }
                }
                (READ, Outcome::Refused(why)) if *why == NO_SUCH_KEY && self.acknowledged.contains_key(&key) => {
                    self.missed.get_or_insert((actor, key));
                }
                _ => {}
            }
        }
    }

    /// A key that no disk has any more in the version that was acknowledged, and no message carries.
    pub fn lost(&self, cluster: &Cluster<'_, Store>) -> Option<u16> {
        let is_on_disk = |key: u16, version: Version| {
            disks(cluster).any(|(_, disk)| disk.records.get(&key).is_some_and(|record| record.version >= version))
        };
        let is_on_the_way = |key: u16, version: Version| {
            cluster.messages().any(|(_, message)| match message {
                Message::HandOff { records, .. } => records.iter().any(|(other, record)| *other == key && record.version >= version),
                _ => false,
            })
        };
        let gone = |(key, version): &(&u16, &Version)| !is_on_disk(**key, **version) && !is_on_the_way(**key, **version);
        self.acknowledged.iter().find(gone).map(|(key, _)| *key)
    }

    /// A node that has a key which the view gives to others, or has not one that is its own.
    fn misplaced(&self, cluster: &Cluster<'_, Store>) -> Option<(NodeId, u16, bool)> {
        let membership = membership(cluster)?;
        let view = membership.view.as_ref().filter(|_| membership.is_settled())?;
        for key in self.acknowledged.keys() {
            let owners = view.now.preference(*key);
            for (node, disk) in disks(cluster).filter(|(node, _)| !self.wiped.contains(node) && view.takes_part(*node)) {
                let (has, should) = (disk.records.contains_key(key), owners.contains(&node));
                if has != should {
                    return Some((node, *key, has));
                }
            }
        }
        None
    }
}

pub const INVARIANTS: &[Invariant<Store>] = &[
    Invariant {
        name: "no-lost-key",
        sentence: "A key that was there, and a write that a client was told of, is on some disk. It rests on disks: with a key's copies on \
                   as many disks as are wiped or declared dead at once, it is gone.",
        check: |cluster, ghost| match ghost.lost(cluster) {
            None => Ok(()),
            Some(key) => Err(Broken { nodes: Vec::new(), says: format!("Key {key} is on no disk any more, and in no message.") }),
        },
    },
    Invariant {
        name: "in-place",
        sentence: "When all have reported, each key is with exactly those nodes that the view says.",
        check: |cluster, ghost| match ghost.misplaced(cluster) {
            None => Ok(()),
            Some((node, key, true)) => broken(node, format!("All keys are said to be in place, but node {node} still has key {key}.")),
            Some((node, key, false)) => broken(node, format!("All keys are said to be in place, but node {node} has no key {key}.")),
        },
    },
    Invariant {
        name: "reads-find-keys",
        sentence: "A read is never told that there is no such key when there is one.",
        check: |_, ghost| match ghost.missed {
            None => Ok(()),
            Some((node, key)) => broken(node, format!("Node {node} told a client that there is no key {key}, but there is.")),
        },
    },
    Invariant {
        name: "monotone",
        sentence: "On the ring and in rendezvous hashing, keys move only to the node that joins, or only from the node that leaves.",
        check: |_, ghost| match ghost.needless {
            None => Ok(()),
            Some((key, node)) => broken(node, format!("Key {key} moved to node {node}, which neither joined nor had to take over.")),
        },
    },
];

fn broken(node: NodeId, says: String) -> Result<(), Broken> {
    Err(Broken { nodes: vec![node], says })
}
