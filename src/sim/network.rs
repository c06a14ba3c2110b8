//! What a network does to messages: latency, loss, duplication, reordering, bandwidth. For the driver that keeps time.

use super::rng::{self, Luck, Purpose};
use super::{Error, MessageId, NodeId, error, limits};
use crate::sim::sorted::SortedMap;
use serde::{Deserialize, Serialize};

/// How long messages travel, in microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Latency {
    /// Always the same.
    Fixed(u64),
    /// Evenly between the two.
    Uniform(u64, u64),
    /// At least the first, and on top of it exponentially distributed with the second as mean.
    Exponential(u64, u64),
}

impl Latency {
    /// The latency that goes with 64 random bits.
    pub fn draw(self, bits: u64) -> u64 {
        match self {
            Latency::Fixed(us) => us,
            Latency::Uniform(low_us, high_us) => rng::between(bits, low_us, high_us),
            Latency::Exponential(least_us, mean_us) => least_us.saturating_add(rng::exponential(bits, mean_us)).min(limits::DELAY_US_MAX),
        }
    }
}

/// How messages fare on a link. Probabilities are in parts per million.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Conditions {
    /// How long they travel.
    pub latency: Latency,
    /// How many are lost.
    pub loss_ppm: u32,
    /// How many arrive twice.
    pub duplicate_ppm: u32,
    /// How many fall behind by up to three further latencies, so that later ones overtake them.
    pub reorder_ppm: u32,
    /// Bytes a second; 0 is without limit. A message waits until those before it are through.
    pub bytes_per_s: u32,
    /// Whether messages of one link arrive in the order of sending.
    pub fifo: bool,
}

impl Default for Conditions {
    /// A quiet data centre seen in slow motion: 20 to 40 ms, nothing lost.
    fn default() -> Self {
        Conditions::faultless(Latency::Uniform(20_000, 40_000))
    }
}

impl Conditions {
    /// Whether messages only take their time.
    #[inline(always)]
    fn is_plain(&self) -> bool {
        self.loss_ppm | self.duplicate_ppm | self.reorder_ppm | self.bytes_per_s == 0 && !self.fifo
    }
    /// Refuses numbers that make no sense, with a sentence.
    pub fn validate(&self) -> Result<(), Error> {
        for (name, ppm) in [("loss", self.loss_ppm), ("duplication", self.duplicate_ppm), ("reordering", self.reorder_ppm)] {
            if ppm > 1_000_000 {
                return Err(Error::Range(format!("A rate of {name} is at most 100 %.")));
            }
        }
        match self.latency {
            Latency::Fixed(us) => error::check_delay(us),
            Latency::Uniform(low_us, high_us) if low_us > high_us => {
                Err(Error::Range("The shortest latency is longer than the longest.".to_owned()))
            }
            Latency::Uniform(_, high_us) => error::check_delay(high_us),
            Latency::Exponential(least_us, mean_us) => error::check_delay(least_us).and(error::check_delay(mean_us)),
        }
    }
    /// Messages take their time, and all arrive.
    pub const fn faultless(latency: Latency) -> Self {
        Conditions { latency, loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, bytes_per_s: 0, fifo: false }
    }
}

/// Where conditions apply. The narrower one wins: link before node before everywhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// All links.
    Everywhere,
    /// All links to and from a node.
    Node(NodeId),
    /// One direction of a link.
    Link(NodeId, NodeId),
}

/// What the driver decides when a message is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fate {
    /// When its flight ends, in true microseconds.
    pub ends_us: u64,
    /// Whether it is lost then.
    pub doomed: bool,
    /// Whether the network makes a copy of it.
    pub copied: bool,
}

/// The whole network's conditions, and the state of its links.
#[derive(Clone, Debug, Default)]
pub struct Network {
    everywhere: Conditions,
    nodes: SortedMap<NodeId, Conditions>,
    links: SortedMap<(NodeId, NodeId), Conditions>,
    /// When a link of limited bandwidth is free again, and when the last message of a FIFO link arrives.
    queues: SortedMap<(NodeId, NodeId), (u64, u64)>,
}

impl Network {
    /// A network with the same conditions everywhere.
    pub fn new(everywhere: Conditions) -> Self {
        Network { everywhere, ..Network::default() }
    }

    /// The conditions that count on a link.
    #[inline(always)]
    pub fn conditions(&self, from: NodeId, to: NodeId) -> &Conditions {
        if self.links.is_empty() && self.nodes.is_empty() {
            return &self.everywhere;
        }
        self.links.get(&(from, to)).or_else(|| self.nodes.get(&from)).or_else(|| self.nodes.get(&to)).unwrap_or(&self.everywhere)
    }

    /// Whether a link has conditions of its own.
    pub fn is_special(&self, from: NodeId, to: NodeId) -> bool {
        self.links.contains_key(&(from, to)) || self.nodes.contains_key(&from) || self.nodes.contains_key(&to)
    }

    /// The conditions set for a scope, or those of the wider scope where nothing is set. Of a link: in this direction.
    pub fn at(&self, scope: Scope) -> &Conditions {
        match scope {
            Scope::Everywhere => &self.everywhere,
            Scope::Node(node) => self.nodes.get(&node).unwrap_or(&self.everywhere),
            Scope::Link(from, to) => self.conditions(from, to),
        }
    }

    /// Whether conditions are set for just this scope.
    pub fn is_set(&self, scope: Scope) -> bool {
        match scope {
            Scope::Everywhere => true,
            Scope::Node(node) => self.nodes.contains_key(&node),
            Scope::Link(from, to) => self.links.contains_key(&(from, to)),
        }
    }

    /// Sets conditions, or with `None` takes them back to those of the wider scope (everywhere: to the default).
    pub fn set(&mut self, scope: Scope, conditions: Option<Conditions>) -> Result<(), Error> {
        if let Some(conditions) = &conditions {
            conditions.validate()?;
        }
        match (scope, conditions) {
            (Scope::Everywhere, conditions) => self.everywhere = conditions.unwrap_or_default(),
            (Scope::Node(node), Some(conditions)) => {
                self.nodes.insert(node, conditions);
            }
            (Scope::Node(node), None) => {
                self.nodes.remove(&node);
            }
            (Scope::Link(from, to), Some(conditions)) => {
                self.links.insert((from, to), conditions);
            }
            (Scope::Link(from, to), None) => {
                self.links.remove(&(from, to));
            }
        }
        Ok(())
    }

    /// How long a message travels if its link does nothing else to it, as most do; drawn from the run's latencies.
    pub fn undisturbed_us(&self, latencies: Luck, id: MessageId) -> Option<u64> {
        let conditions = self.conditions(id.from, id.to);
        (conditions.is_plain() && id.copy == 0).then(|| conditions.latency.draw(latencies.message(id)))
    }

    /// Draws what happens to a message of `bytes` bytes sent now. `cut`: the link lets nothing through at present.
    pub fn fate(&mut self, seed: u64, id: MessageId, bytes: impl FnOnce() -> u32, now_us: u64, cut: bool) -> Fate {
        let conditions = *self.conditions(id.from, id.to);
        let draw = |purpose| Luck::new(seed, purpose).message(id);
        let latency_purpose = if id.copy == 0 { Purpose::Latency } else { Purpose::CopyLatency };
        let mut travel_us = conditions.latency.draw(draw(latency_purpose));
        if conditions.reorder_ppm > 0 && rng::happens(draw(Purpose::Reorder), conditions.reorder_ppm) {
            travel_us += rng::between(Luck::new(!seed, Purpose::Reorder).message(id), travel_us, 3 * travel_us);
        }
        let mut starts_us = now_us;
        if conditions.bytes_per_s > 0 {
            let queue = self.queues.get_or_insert_with((id.from, id.to), Default::default);
            let takes_us = u64::from(bytes()) * 1_000_000 / u64::from(conditions.bytes_per_s);
            starts_us = queue.0.max(now_us) + takes_us;
            queue.0 = starts_us;
        }
        let mut ends_us = starts_us.saturating_add(travel_us);
        if conditions.fifo {
            let queue = self.queues.get_or_insert_with((id.from, id.to), Default::default);
            ends_us = ends_us.max(queue.1);
            queue.1 = ends_us;
        }
        let lost = cut || (conditions.loss_ppm > 0 && rng::happens(draw(Purpose::Loss), conditions.loss_ppm));
        let copied =
            !lost && id.copy == 0 && conditions.duplicate_ppm > 0 && rng::happens(draw(Purpose::Duplicate), conditions.duplicate_ppm);
        if lost {
            // It vanishes half way, where the reader can see it go.
            ends_us = now_us + (ends_us - now_us) / 2;
        }
        Fate { ends_us, doomed: lost, copied }
    }
}
