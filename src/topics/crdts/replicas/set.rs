//! Sets (Shapiro et al. 2011, §3.3): one that only grows, one whose elements come and go once, one whose adds have tags.

use super::text::Dot;
use crate::sim::sorted::SortedSet;

/// Takes over all members.
fn unite<K: Ord + Clone>(into: &mut SortedSet<K>, from: &SortedSet<K>) {
    for member in from.iter() {
        into.insert(member.clone());
    }
}

/// A set that only grows (Specification 11).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct GSet {
    elements: SortedSet<String>,
}

impl GSet {
    /// Adds an element.
    pub fn add(&mut self, element: &str) {
        self.elements.insert(element.to_owned());
    }
    /// Its elements.
    pub fn value(&self) -> Vec<&str> {
        self.elements.iter().map(String::as_str).collect()
    }
    /// The union.
    pub fn merge(&mut self, other: &Self) {
        unite(&mut self.elements, &other.elements);
    }
}

/// A set of what was added and not removed; what was removed never returns (Specification 12).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct TwoPhaseSet {
    added: SortedSet<String>,
    removed: SortedSet<String>,
}

impl TwoPhaseSet {
    /// Adds an element.
    pub fn add(&mut self, element: &str) {
        self.added.insert(element.to_owned());
    }
    /// Removes an element for ever. Without remembering it, it is only taken out here.
    pub fn remove(&mut self, element: &str, remembers: bool) {
        if remembers {
            self.removed.insert(element.to_owned());
        } else {
            self.added.remove(element);
        }
    }
    /// Whether it holds an element: only one that it holds may be removed.
    pub fn contains(&self, element: &str) -> bool {
        self.added.contains(element) && !self.removed.contains(element)
    }
    /// Its elements.
    pub fn value(&self) -> Vec<&str> {
        self.added.iter().filter(|element| !self.removed.contains(*element)).map(String::as_str).collect()
    }
    /// The union of both parts.
    pub fn merge(&mut self, other: &Self) {
        unite(&mut self.added, &other.added);
        unite(&mut self.removed, &other.removed);
    }
}

/// The Observed-Remove set (Specification 15): every add has a tag of its own, and a remove names the tags that it has seen. So of an add and a
/// remove at the same time the add wins.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct OrSet {
    added: SortedSet<(String, Dot)>,
    /// Tombstones. Operations in causal order need none; states do, since an old one may still come.
    removed: SortedSet<(String, Dot)>,
}

impl OrSet {
    /// Adds an element under a tag.
    pub fn add(&mut self, element: &str, tag: Dot) {
        self.added.insert((element.to_owned(), tag));
    }
    /// The tags of an element that are seen here: what a remove names.
    pub fn tags(&self, element: &str) -> Vec<Dot> {
        self.present().filter(|(other, _)| other == element).map(|(_, tag)| *tag).collect()
    }
    /// Removes an element under the tags that were seen.
    pub fn remove(&mut self, element: &str, tags: &[Dot], remembers: bool) {
        for pair in tags.iter().map(|tag| (element.to_owned(), *tag)) {
            if remembers {
                self.removed.insert(pair);
            } else {
                self.added.remove(&pair);
            }
        }
    }
    fn present(&self) -> impl Iterator<Item = &(String, Dot)> {
        self.added.iter().filter(|pair| !self.removed.contains(*pair))
    }
    /// Its elements.
    pub fn value(&self) -> Vec<&str> {
        // Sorted by element, so tags of the same one are neighbours.
        let mut elements: Vec<&str> = self.present().map(|(element, _)| element.as_str()).collect();
        elements.dedup();
        elements
    }
    /// The union of both parts.
    pub fn merge(&mut self, other: &Self) {
        unite(&mut self.added, &other.added);
        unite(&mut self.removed, &other.removed);
    }
}
