//! What the membership and the storage nodes hold, and what they wait for.

use super::message::Op;
use crate::sim::sorted::{SortedMap, SortedSet};
use crate::sim::{CommandId, NodeId, TimerInfo, Timers};
use crate::topics::consistent_hashing::placement::Placement;
use std::rc::Rc;

/// Who keeps keys, and who did before: enough to tell for each key where it is and where it is to go.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct View {
    /// From 1, one more with each change.
    pub version: u32,
    /// Where keys belong.
    pub now: Placement,
    /// Where they belonged before.
    pub was: Placement,
    /// A node that was declared dead by this change.
    pub dead: Option<NodeId>,
}

impl View {
    /// Which node sends `to` a key in this view: the old owner whose place it takes, or the first that has the key. `None` if it has the key already.
    pub fn source(&self, key: u16, to: NodeId) -> Option<NodeId> {
        let old = self.was.preference(key);
        if old.contains(&to) {
            return None;
        }
        let old: Vec<NodeId> = old.into_iter().filter(|node| Some(*node) != self.dead).collect();
        let new = self.now.preference(key);
        let place = new.iter().filter(|node| !old.contains(node)).position(|node| *node == to)?;
        let leaver = old.iter().filter(|node| !new.contains(node)).nth(place);
        leaver.or(old.first()).copied()
    }

    /// Those whose keys must have moved before the next change: members now and before, without a dead one.
    pub fn takes_part(&self, node: NodeId) -> bool {
        (self.now.has(node) || self.was.has(node)) && Some(node) != self.dead
    }

    /// "view 3: nodes 1, 2, 4".
    pub fn in_words(&self) -> String {
        let nodes: Vec<String> = self.now.members().iter().map(|member| member.node.to_string()).collect();
        format!("view {}: nodes {}", self.version, nodes.join(", "))
    }
}

/// When a record was written: the view, and a count in it. A new owner's are later than those of any before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Version {
    /// The view in which it was written; 0 at the start.
    pub view: u32,
    /// From 1 in each view.
    pub count: u32,
}

/// What a key holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Record {
    /// When it was written.
    pub version: Version,
    /// The value.
    pub value: u16,
}

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Stable {
    /// Of node 0.
    Membership(Membership),
    /// Of the others.
    Disk(Disk),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Of node 0: nothing.
    Membership,
    /// Of the others.
    Memory(Memory),
}

/// The membership's disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Membership {
    /// The latest view.
    pub view: Option<Rc<View>>,
    /// Nodes that have had keys on their disks: if one starts on a blank disk, it has lost them.
    pub known: SortedSet<NodeId>,
    /// Nodes that have handed off what they had to in the latest view.
    pub moved: SortedSet<NodeId>,
}

impl Membership {
    /// Whether all keys are where the latest view wants them.
    pub fn is_settled(&self) -> bool {
        self.view.as_ref().is_some_and(|view| self.missing(view).next().is_none())
    }
    /// Nodes that have not yet handed off what they have to.
    pub fn missing<'a>(&'a self, view: &'a View) -> impl Iterator<Item = NodeId> + 'a {
        let members = view.now.members().iter().chain(view.was.members().iter().filter(|member| !view.now.has(member.node)));
        members.map(|member| member.node).filter(|node| view.takes_part(*node) && !self.moved.contains(node))
    }
}

/// A storage node's disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Disk {
    /// The latest view that it has heard of; `None` on a blank disk.
    pub view: Option<Rc<View>>,
    /// Keys with what they hold.
    pub records: SortedMap<u16, Record>,
    /// What is to be handed off: to whom, which key.
    pub outgoing: SortedSet<(NodeId, u16)>,
    /// It was wiped, and has nothing to answer with until it is taken out of the cluster.
    pub is_lost: bool,
}

/// A storage node's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Memory {
    /// Writes whose copies are not all on disk yet.
    pub writes: SortedMap<CommandId, Write>,
    /// Operations that wait for a key that has not come yet.
    pub waiting: SortedMap<u16, Vec<Op>>,
}

/// A write under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Write {
    /// The operation.
    pub op: Op,
    /// What the key holds with it.
    pub record: Record,
    /// Nodes whose copies are missing.
    pub missing: SortedSet<NodeId>,
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Something was not answered.
    Retry,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer::Retry, TimerInfo { name: "retry", action: "try again now" })];

    fn code(self) -> u32 {
        self as u32
    }
}
