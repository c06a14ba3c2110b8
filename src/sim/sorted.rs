//! Maps and sets that are sorted vectors, iterated in the order of their keys; and sorting. Knows nothing of what they hold.
//!
//! Std's B-trees and its sorting are compiled anew for every type that they hold, some three kilobytes each, and most of what is kept here has a
//! few entries. An insertion moves what lies behind it, so a large collection had better grow at its end. They hash as B-trees do.

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

/// A map from `K` to `V`, sorted by `K`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct SortedMap<K, V>(Vec<(K, V)>);

/// A set of `K`, sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct SortedSet<K>(Vec<K>);

impl<K, V> SortedMap<K, V> {
    /// An empty map.
    pub const fn new() -> Self {
        SortedMap(Vec::new())
    }
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Takes out all entries.
    pub fn clear(&mut self) {
        self.0.clear();
    }
    /// All entries.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.0.iter())
    }
    /// All keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator {
        self.0.iter().map(|(key, _)| key)
    }
    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator {
        self.0.iter().map(|(_, value)| value)
    }
    /// All values, in the order of their keys.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> + ExactSizeIterator {
        self.0.iter_mut().map(|(_, value)| value)
    }
    /// All entries, with values that can be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> + ExactSizeIterator {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }
    /// Keeps the entries of which `keeps` says so.
    pub fn retain(&mut self, mut keeps: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keeps(key, value));
    }
    /// The entry with the smallest key.
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }
    /// The entry with the largest key.
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        // What grows at its end is asked for its end most often.
        match self.0.last() {
            Some((last, _)) if last.borrow() < key => Err(self.0.len()),
            _ => self.0.binary_search_by(|(other, _)| other.borrow().cmp(key)),
        }
    }
    /// The value of `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(self.place(key).ok()?).map(|(_, value)| value)
    }
    /// The value of `key`.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }
    /// Whether `key` has a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }
    /// Gives `key` a value; returns the one that it had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => self.0.get_mut(at).map(|(_, old)| std::mem::replace(old, value)),
            Err(at) => {
                self.0.insert(at, (key, value));
                None
            }
        }
    }
    /// Takes `key` out; returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?;
        Some(self.0.remove(at).1)
    }
    /// The value of `key`, which gets `value()` if it has none.
    pub fn get_or_insert_with(&mut self, key: K, value: impl FnOnce() -> V) -> &mut V {
        let at = match self.place(&key) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (key, value()));
                at
            }
        };
        &mut self.0[at].1
    }
    /// The entries whose keys lie in a range.
    pub fn range(&self, range: impl RangeBounds<K>) -> Iter<'_, K, V> {
        let (from, to) = bounds(range, self.0.len(), |is_before| self.0.partition_point(|(key, _)| is_before(key)));
        Iter(self.0.get(from..to).unwrap_or_default().iter())
    }
    /// Takes out the entries whose keys are `key` or larger.
    pub fn truncate_at(&mut self, key: &K) {
        let at = self.0.partition_point(|(other, _)| other < key);
        self.0.truncate(at);
    }
}

/// The places between which a range of keys lies; `point` counts the keys before something.
fn bounds<K: Ord>(range: impl RangeBounds<K>, len: usize, point: impl Fn(&dyn Fn(&K) -> bool) -> usize) -> (usize, usize) {
    let from = match range.start_bound() {
        Bound::Included(from) => point(&|key| key < from),
        Bound::Excluded(from) => point(&|key| key <= from),
        Bound::Unbounded => 0,
    };
    let to = match range.end_bound() {
        Bound::Included(to) => point(&|key| key <= to),
        Bound::Excluded(to) => point(&|key| key < to),
        Bound::Unbounded => len,
    };
    (from, to)
}

impl<K> SortedSet<K> {
    /// An empty set.
    pub const fn new() -> Self {
        SortedSet(Vec::new())
    }
    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Takes out all members.
    pub fn clear(&mut self) {
        self.0.clear();
    }
    /// All members.
    pub fn iter(&self) -> std::slice::Iter<'_, K> {
        self.0.iter()
    }
    /// The smallest member.
    pub fn first(&self) -> Option<&K> {
        self.0.first()
    }
    /// The largest member.
    pub fn last(&self) -> Option<&K> {
        self.0.last()
    }
    /// Keeps the members of which `keeps` says so.
    pub fn retain(&mut self, keeps: impl FnMut(&K) -> bool) {
        self.0.retain(keeps);
    }
}

impl<K: Ord> SortedSet<K> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        match self.0.last() {
            Some(last) if last.borrow() < key => Err(self.0.len()),
            _ => self.0.binary_search_by(|other| other.borrow().cmp(key)),
        }
    }
    /// Whether it is a member.
    pub fn contains<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }
    /// Adds a member; says whether it is new.
    pub fn insert(&mut self, key: K) -> bool {
        let place = self.place(&key);
        if let Err(at) = place {
            self.0.insert(at, key);
        }
        place.is_err()
    }
    /// Takes a member out; says whether it was one.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        let place = self.place(key);
        if let Ok(at) = place {
            self.0.remove(at);
        }
        place.is_ok()
    }
    /// The members in a range.
    pub fn range(&self, range: impl RangeBounds<K>) -> std::slice::Iter<'_, K> {
        let (from, to) = bounds(range, self.0.len(), |is_before| self.0.partition_point(is_before));
        self.0.get(from..to).unwrap_or_default().iter()
    }
}

/// Up to this length, putting each in its place is the fastest way to sort.
const FEW: usize = 16;

/// Sorts by a key. What has the same key stays in order.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    if items.len() <= FEW {
        for end in 1..items.len() {
            let mut at = end;
            while at > 0 && key(&items[at]) < key(&items[at - 1]) {
                items.swap(at, at - 1);
                at -= 1;
            }
        }
        return;
    }
    let order = order(items.len(), &|a, b| key(&items[a]).cmp(&key(&items[b])));
    for at in 0..items.len() {
        // What belongs here may have made room for one before: then it is where that one was.
        let mut from = order[at];
        while from < at {
            from = order[from];
        }
        items.swap(at, from);
    }
}

/// The places of so many things in their order. Sorts numbers, whatever they stand for, so that there is one code for all.
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    order
}

// ---- what collections do ----

/// The entries of a [`SortedMap`].
pub struct Iter<'a, K, V>(std::slice::Iter<'a, (K, V)>);

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key, value))
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (key, value))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a SortedSet<K> {
    type Item = &'a K;
    type IntoIter = std::slice::Iter<'a, K>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<K> IntoIterator for SortedSet<K> {
    type Item = K;
    type IntoIter = std::vec::IntoIter<K>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<T: IntoIterator<Item = (K, V)>>(&mut self, entries: T) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord> Extend<K> for SortedSet<K> {
    fn extend<T: IntoIterator<Item = K>>(&mut self, keys: T) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Ord> FromIterator<K> for SortedSet<K> {
    fn from_iter<T: IntoIterator<Item = K>>(keys: T) -> Self {
        let mut set = Self::new();
        set.extend(keys);
        set
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: Ord, const N: usize> From<[K; N]> for SortedSet<K> {
    fn from(keys: [K; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Default for SortedSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Clone, V: Clone> Clone for SortedMap<K, V> {
    fn clone(&self) -> Self {
        SortedMap(self.0.clone())
    }
    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

impl<K: Clone> Clone for SortedSet<K> {
    fn clone(&self) -> Self {
        SortedSet(self.0.clone())
    }
    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

// The length, and each entry by itself: what std's B-trees give a hasher, so that fingerprints are what they were with them.

impl<K: Hash, V: Hash> Hash for SortedMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.0.len());
        for entry in &self.0 {
            entry.hash(state);
        }
    }
}

impl<K: Hash> Hash for SortedSet<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.0.len());
        for key in &self.0 {
            key.hash(state);
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SortedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: fmt::Debug> fmt::Debug for SortedSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<K: Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for SortedMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
            type Value = SortedMap<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut map = SortedMap::new();
                while let Some((key, value)) = entries.next_entry()? {
                    map.insert(key, value);
                }
                Ok(map)
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::hash::stable_hash;
    use std::collections::{BTreeMap, BTreeSet};

    const KEYS: [u64; 9] = [5, 3, 9, 3, 1, 12, 5, 0, 7];

    #[test]
    fn a_map_does_what_a_b_tree_does() {
        let (mut map, mut tree) = (SortedMap::new(), BTreeMap::new());
        for (value, key) in KEYS.into_iter().enumerate() {
            assert_eq!(map.insert(key, value), tree.insert(key, value));
        }
        assert_eq!(map.remove(&9), tree.remove(&9));
        assert_eq!(map.remove(&9), None);
        assert_eq!(map.get(&3), tree.get(&3));
        assert_eq!(map.get(&4), None);
        for key in 0..14 {
            assert!(map.range(..key).eq(tree.range(..key)), "before {key}");
            assert!(map.range(key..).rev().eq(tree.range(key..).rev()), "from {key}");
            assert!(map.range(2..=key.max(2)).eq(tree.range(2..=key.max(2))), "up to {key}");
        }
        tree.split_off(&7);
        map.truncate_at(&7);
        assert!(map.iter().eq(&tree));
        assert_eq!(format!("{map:?}"), format!("{tree:?}"));
    }

    #[test]
    fn sorting_is_stable_whether_few_or_many() {
        for len in [0, 1, 2, 7, FEW, FEW + 1, 100, 1_000] {
            let mut items: Vec<(u64, usize)> = (0..len).map(|index| (stable_hash(&index) % 10, index)).collect();
            let mut same = items.clone();
            sort_by_key(&mut items, |(key, _)| *key);
            same.sort_by_key(|(key, _)| *key);
            assert_eq!(items, same);
        }
    }

    #[test]
    fn both_hash_as_b_trees_do() {
        let pairs = || KEYS.into_iter().map(|key| (key, key as u8));
        assert_eq!(stable_hash(&pairs().collect::<SortedMap<_, _>>()), stable_hash(&pairs().collect::<BTreeMap<_, _>>()));
        assert_eq!(stable_hash(&SortedSet::from(KEYS)), stable_hash(&BTreeSet::from(KEYS)));
        assert_eq!(stable_hash(&SortedSet::from([3u8, 1, 2])), stable_hash(&BTreeSet::from([3u8, 1, 2])));
    }

    #[test]
    fn a_set_does_what_a_b_tree_does() {
        let (mut set, mut tree) = (SortedSet::new(), BTreeSet::new());
        for key in KEYS {
            assert_eq!(set.insert(key), tree.insert(key));
        }
        assert_eq!((set.remove(&5), set.remove(&5)), (tree.remove(&5), tree.remove(&5)));
        assert!(set.iter().eq(&tree) && set.range(4..).eq(tree.range(4..)));
        assert_eq!((set.first(), set.last()), (tree.first(), tree.last()));
    }
}
