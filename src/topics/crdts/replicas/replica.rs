//! One replica of the data under one way of spreading: what its updates and the others' messages do to it.

use super::data::{Data, Effect, Origin, Update};
use super::message::Operation;
use super::params::{Rules, Way};
use super::seen::{Seen, Stamp};
use super::text::Dot;
use std::rc::Rc;

/// What a replica keeps on disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Replica {
    /// The data.
    pub data: Rc<Data>,
    /// The updates that are in it.
    pub seen: Seen,
    /// The highest count that was used for names, as far as it is known here (Lamport's clock).
    pub clock: u32,
    /// Operations: its own, for sending them again.
    pub log: Vec<Operation>,
    /// Operations: those that wait for others.
    pub waiting: Vec<Operation>,
    /// Deltas: how many there have been (`c` of Algorithm 2 in Almeida et al. 2018).
    pub deltas: u32,
}

impl Replica {
    /// A replica that knows nothing.
    pub fn new(replicas: u16) -> Self {
        Replica { seen: Seen::new(replicas), ..Replica::default() }
    }

    /// Makes an update here and now, without asking anybody.
    pub fn update(&mut self, way: Way, update: &Update, (replica, replicas): (u16, u16), now_ms: u64, rules: &Rules) -> Effect {
        let origin = Origin { replica, replicas, now_ms, next: Dot { counter: self.clock + 1, replica } };
        let effect = self.data.prepare(update, origin, rules);
        let after = self.seen.counts().to_vec();
        self.clock += effect.names();
        Rc::make_mut(&mut self.data).apply(&effect, replica, way.remembers(rules), rules);
        let stamp = Stamp { replica, number: self.seen.count(replica) + 1 };
        self.seen.insert(stamp);
        if way == Way::Operations {
            self.log.push(Operation { stamp, after, clock: self.clock, effect: effect.clone() });
        }
        effect
    }

    /// Does what an operation of another replica says.
    pub fn deliver(&mut self, operation: &Operation, rules: &Rules) {
        Rc::make_mut(&mut self.data).apply(&operation.effect, operation.stamp.replica, Way::Operations.remembers(rules), rules);
        self.seen.insert(operation.stamp);
        self.clock = self.clock.max(operation.clock);
    }

    /// Takes note of what came with a state or a delta.
    pub fn note(&mut self, seen: &Seen, clock: u32) {
        self.seen.merge(seen);
        self.clock = self.clock.max(clock);
    }
}
