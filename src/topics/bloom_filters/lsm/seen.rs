//! What an observer sees who knows what is in every file: lookups that were told wrong, and how many files were read.

use super::{Lookup, Lsm, Memory, STORE, Stable, Volatile, params};
use crate::sim::{Cluster, NodeId};

/// Lookups of absent keys under one setting.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Sample {
    /// Bits a key; 0 without filters.
    pub bits_per_key: u64,
    /// Lookups.
    pub lookups: u64,
    /// Files read for them.
    pub reads: u64,
}

/// Counts, and the last lookup that ended wrong.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    /// Lookups that ended.
    pub lookups: u32,
    /// Files read for them.
    pub reads: u32,
    /// Files that would have been read without filters.
    pub reads_without: u32,
    /// Of the reads those that did not find the key.
    pub for_nothing: u32,
    /// Lookups of absent keys by setting, in the order in which they were first used.
    pub samples: Vec<Sample>,
    /// The first lookup that was told wrong: the key, the newest file that has it, and the file whose value was given.
    pub wrong: Option<(u32, NodeId, Option<NodeId>)>,
    /// Whether the last step ended a lookup.
    pub ended: bool,
    /// Lookups that the store has ended since it started.
    known: u32,
}

/// The newest file that has a key, and how many there are.
pub fn newest(cluster: &Cluster<'_, Lsm>, key: u32) -> Option<NodeId> {
    let has = |file: &NodeId| matches!(cluster.stable(*file), Some(Stable::File(keys)) if keys.binary_search(&key).is_ok());
    (1..cluster.nodes()).map(NodeId).find(has)
}

/// The store's memory, while it is up.
pub fn memory<'a>(cluster: &Cluster<'a, Lsm>) -> Option<&'a Memory> {
    match cluster.volatile(STORE)? {
        Volatile::Store(memory) => Some(memory),
        Volatile::File => None,
    }
}

/// The store's last lookup.
pub fn last<'a>(cluster: &Cluster<'a, Lsm>) -> Option<&'a Lookup> {
    memory(cluster)?.last.as_ref()
}

impl Seen {
    /// Takes a step in.
    pub fn observe(&mut self, cluster: &Cluster<'_, Lsm>) {
        let ended = memory(cluster).map_or(0, |memory| memory.ended);
        self.ended = ended > self.known;
        self.known = ended;
        let Some(lookup) = last(cluster).filter(|_| self.ended) else { return };
        let newest = newest(cluster, lookup.key);
        let reads = lookup.reads();
        self.lookups += 1;
        self.reads += reads;
        self.reads_without += newest.map_or(u32::from(cluster.nodes().saturating_sub(1)), |file| file.0.into());
        self.for_nothing += reads - u32::from(lookup.found().is_some());
        if let Some(newest) = newest.filter(|newest| lookup.found() != Some(*newest)) {
            self.wrong.get_or_insert((lookup.key, newest, lookup.found()));
        }
        if u64::from(lookup.key) >= params::keys(cluster.params()) {
            self.note(lookup.bits_per_key, reads);
        }
    }

    fn note(&mut self, bits_per_key: u64, reads: u32) {
        if !self.samples.iter().any(|sample| sample.bits_per_key == bits_per_key) {
            self.samples.push(Sample { bits_per_key, lookups: 0, reads: 0 });
        }
        if let Some(sample) = self.samples.iter_mut().find(|sample| sample.bits_per_key == bits_per_key) {
            sample.lookups += 1;
            sample.reads += u64::from(reads);
        }
    }
}
