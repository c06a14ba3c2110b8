//! Taking a world apart and putting it together again, for a search that keeps every part of its worlds once.
//!
//! Nothing here is a way for a run to change: what is put together is always a situation that [`World::apply`] has led to, or would.

use super::{Flight, Slot, World};
use crate::sim::erased::Part;
use crate::sim::sorted::SortedSet;
use crate::sim::{MessageId, NodeId, Operation};
use std::rc::Rc;

/// The history that invariants need, shared between worlds.
pub type Ghost = Rc<Box<dyn Part>>;

/// Which links let nothing through: the cuts, and the group of each node in a partition.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Pairs of sender and addressee.
    pub cuts: Rc<SortedSet<(NodeId, NodeId)>>,
    /// Empty when there is no partition.
    pub groups: Rc<Vec<u8>>,
}

impl Slot {
    /// Stable hash of what the node holds, whether it runs, and which timers are armed.
    pub(crate) fn state_hash(&self) -> u64 {
        self.fingerprint()
    }
    /// The node's parts.
    pub(crate) fn part(&self) -> &dyn Part {
        &*self.parts
    }
    /// Whether the node ran since its disk was blank.
    pub(crate) fn is_started(&self) -> bool {
        self.started
    }
}

impl World {
    /// Puts a node in place.
    pub(crate) fn put_slot(&mut self, node: NodeId, slot: &Rc<Slot>) {
        if let Some(place) = self.slots.get_mut(node.index()) {
            place.clone_from(slot);
        }
    }
    /// Puts a message into flight.
    pub(crate) fn put_flight(&mut self, flight: Flight) {
        self.flights.insert(flight);
    }
    /// Takes a message out of flight.
    pub(crate) fn take_flight(&mut self, id: MessageId) {
        self.flights.remove(id);
    }
    /// Takes all messages out of flight.
    pub(crate) fn clear_flights(&mut self) {
        self.flights.clear();
    }
    /// The ghost, shared; `None` in a world that is not checked.
    pub(crate) fn ghost_handle(&self) -> Option<Ghost> {
        self.ghost.clone()
    }
    /// Puts a ghost in place. Without one nothing is observed and nothing checked.
    pub(crate) fn put_ghost(&mut self, ghost: Option<Ghost>) {
        self.ghost = ghost;
    }
    /// The client operations, shared.
    pub(crate) fn operations_handle(&self) -> Rc<Vec<Operation>> {
        Rc::clone(&self.operations)
    }
    /// Puts a list of client operations in place.
    pub(crate) fn put_operations(&mut self, operations: &Rc<Vec<Operation>>) {
        self.operations.clone_from(operations);
    }
    /// The state of the links, shared.
    pub(crate) fn links_handle(&self) -> Links {
        Links { cuts: Rc::clone(&self.cuts), groups: Rc::clone(&self.groups) }
    }
    /// Puts a state of the links in place.
    pub(crate) fn put_links(&mut self, links: &Links) {
        self.cuts.clone_from(&links.cuts);
        self.groups.clone_from(&links.groups);
    }
}
