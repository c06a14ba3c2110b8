//! What an observer sees who knows what every cache holds: which questions were for nothing, and why.

use super::{Message, SummaryCache, Volatile, covers, params};
use crate::sim::{Cluster, NodeId, Step};

/// How a question ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ended {
    /// The other cache had the object.
    RemoteHit,
    /// It had not, and its summary says so by now: the digest was out of date.
    StaleHit,
    /// It had not, and its summary says that it has: other objects set those bits.
    FalseHit,
    /// The origin was asked although a cache had the object: no digest said so yet.
    MissedChance,
    /// The origin was asked, and no cache had the object.
    Fetched,
}

/// All ways, in the order of the counts.
pub const ENDS: [Ended; 5] = [Ended::RemoteHit, Ended::StaleHit, Ended::FalseHit, Ended::MissedChance, Ended::Fetched];

/// Counts, and what the last step showed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    /// How many questions ended in each way.
    pub counts: [u32; 5],
    /// Which way the last step showed: whose question, about whom, for which object.
    pub last: Option<(Ended, NodeId, NodeId, u64)>,
}

impl Seen {
    /// Takes in a step.
    pub fn observe(&mut self, cluster: &Cluster<'_, SummaryCache>, step: &Step<'_>) {
        self.last = ended(cluster, step);
        let Some((ended, ..)) = self.last else { return };
        for (count, _) in self.counts.iter_mut().zip(ENDS).filter(|(_, way)| *way == ended) {
            *count += 1;
        }
    }

    /// How often questions ended in one of these ways.
    pub fn count(&self, ways: &[Ended]) -> u32 {
        self.counts.iter().zip(ENDS).filter(|(_, way)| ways.contains(way)).map(|(count, _)| count).sum()
    }
}

fn ended(cluster: &Cluster<'_, SummaryCache>, step: &Step<'_>) -> Option<(Ended, NodeId, NodeId, u64)> {
    let capacity = params::capacity(cluster.params());
    let fetch = step.sent.iter().find_map(|id| match cluster.world().flight(*id)?.payload.as_any().downcast_ref::<Message>()? {
        Message::Fetch(_, object) => Some((id.from, *object)),
        _ => None,
    });
    match (step.delivered::<SummaryCache>(), fetch) {
        (Some((id, Message::Hit(_, object))), _) => Some((Ended::RemoteHit, id.to, id.from, *object)),
        (Some((id, Message::Miss(_, object))), _) => {
            let is_false = match cluster.volatile(id.from) {
                Some(Volatile::Cache(cache)) => covers(&cache.summary, *object, capacity),
                _ => false,
            };
            Some((if is_false { Ended::FalseHit } else { Ended::StaleHit }, id.to, id.from, *object))
        }
        (_, Some((node, object))) => {
            let has = |volatile: &Volatile| matches!(volatile, Volatile::Cache(cache) if cache.objects.contains(&object));
            let holder = cluster.up().find(|(_, (), volatile)| has(volatile)).map(|(id, ..)| id);
            Some(match holder {
                Some(other) => (Ended::MissedChance, node, other, object),
                None => (Ended::Fetched, node, super::ORIGIN, object),
            })
        }
        _ => None,
    }
}
