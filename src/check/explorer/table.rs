//! Open addressing for 64-bit keys: the set of visited states, and maps from keys to small numbers. Nothing iterates over them.

use crate::sim::hash::finish;

/// Smallest number of places.
const PLACES_MIN: usize = 1 << 10;
/// A table grows when more than 5/8 of its places are taken: beyond that, probes get long.
const LOAD: (usize, usize) = (5, 8);

fn is_full(len: usize, places: usize) -> bool {
    len * LOAD.1 >= places * LOAD.0
}

/// A set of fingerprints. They are spread evenly already, so they are their own hash.
pub struct Fingerprints {
    /// 0 is a free place.
    places: Vec<u64>,
    len: usize,
}

impl Fingerprints {
    pub fn new() -> Self {
        Fingerprints { places: vec![0; PLACES_MIN], len: 0 }
    }

    /// Takes a fingerprint in; says whether it is new.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        // The one that looks like a free place shares the place of another: one more way to collide in 2^64.
        let key = fingerprint.max(1);
        if is_full(self.len, self.places.len()) {
            self.grow();
        }
        let is_new = put(&mut self.places, key);
        self.len += usize::from(is_new);
        is_new
    }

    fn grow(&mut self) {
        let mut places = vec![0; self.places.len() * 2];
        for key in self.places.iter().filter(|key| **key != 0) {
            put(&mut places, *key);
        }
        self.places = places;
    }

    /// What it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.places.len() * size_of::<u64>()
    }
    /// What it will take, in bytes, while it grows to hold one more; the same as now if it need not.
    pub fn bytes_next(&self) -> usize {
        if is_full(self.len + 1, self.places.len()) { 3 * self.bytes() } else { self.bytes() }
    }
}

/// Puts a key in its place; says whether it was not there. There is always a free place.
fn put(places: &mut [u64], key: u64) -> bool {
    let mask = places.len() - 1;
    let mut at = (key >> 20) as usize & mask;
    while let Some(place) = places.get_mut(at) {
        if *place == key {
            return false;
        }
        if *place == 0 {
            *place = key;
            return true;
        }
        at = (at + 1) & mask;
    }
    false
}

/// A map from keys to numbers below [`NONE`].
pub struct Numbers {
    places: Vec<(u64, u32)>,
    len: usize,
}

/// No number.
pub const NONE: u32 = u32::MAX;

impl Numbers {
    pub fn new() -> Self {
        Numbers { places: vec![(0, NONE); PLACES_MIN], len: 0 }
    }

    /// The number of a key, or [`NONE`].
    pub fn get(&self, key: u64) -> u32 {
        let mask = self.places.len() - 1;
        let mut at = finish(key) as usize & mask;
        while let Some((found, number)) = self.places.get(at) {
            if *number == NONE || *found == key {
                return *number;
            }
            at = (at + 1) & mask;
        }
        NONE
    }

    /// Gives a key that has none its number.
    pub fn insert(&mut self, key: u64, number: u32) {
        if is_full(self.len, self.places.len()) {
            let old = std::mem::take(&mut self.places);
            self.places = vec![(0, NONE); old.len() * 2];
            for (key, number) in old.into_iter().filter(|(_, number)| *number != NONE) {
                self.place(key, number);
            }
        }
        self.place(key, number);
        self.len += 1;
    }

    fn place(&mut self, key: u64, number: u32) {
        let mask = self.places.len() - 1;
        let mut at = finish(key) as usize & mask;
        while let Some(place) = self.places.get_mut(at) {
            if place.1 == NONE {
                *place = (key, number);
                return;
            }
            at = (at + 1) & mask;
        }
    }

    /// What it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.places.len() * size_of::<(u64, u32)>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_set_of_fingerprints_says_of_each_once_that_it_is_new() {
        let (mut set, mut plain) = (Fingerprints::new(), BTreeSet::new());
        for i in 0..20_000u64 {
            let key = finish(i % 9_000 + 1);
            assert_eq!(set.insert(key), plain.insert(key), "{i}");
        }
        assert!(set.insert(0) && !set.insert(0));
    }

    #[test]
    fn a_map_gives_back_the_numbers_that_were_put_in() {
        let (mut map, mut plain) = (Numbers::new(), BTreeMap::new());
        for i in 0..5_000u32 {
            let key = u64::from(i) << 36 | 7;
            assert_eq!(map.get(key), NONE);
            map.insert(key, i);
            plain.insert(key, i);
        }
        assert!(plain.iter().all(|(key, number)| map.get(*key) == *number));
    }
}
