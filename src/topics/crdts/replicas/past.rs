//! What was asked of the replicas, in which order of cause and effect: what their states are judged by. No replica knows it.

use super::Replicas;
use super::data::Update;
use super::params::WAYS;
use super::replica::Replica;
use super::seen::{Seen, Stamp};
use super::text::{Dot, Place};
use crate::sim::{Choice, Cluster, Commands as _, NodeId, Step};

/// Words that are watched for mixing: the last ones.
const WORDS_MAX: usize = 64;

/// An update that was made.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Made {
    /// Its name.
    pub stamp: Stamp,
    /// What it was.
    pub update: Update,
    /// What its replica had seen before.
    pub before: Seen,
}

impl Made {
    fn added(&self) -> Option<&str> {
        match &self.update {
            Update::Add(element) => Some(element),
            _ => None,
        }
    }
}

/// Letters that one replica typed one after the other, each behind the one before, while no other had received any of them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Word {
    /// The update that began it.
    pub stamp: Stamp,
    /// The last update of it.
    pub until: Stamp,
    /// What its replica had seen before the last update of it.
    pub before: Seen,
    /// Where it was begun.
    pub place: Place,
    /// Its first letter.
    pub first: Dot,
    /// Its last letter.
    pub last: Dot,
    /// Its letters.
    pub letters: String,
}

impl Word {
    /// Whether neither's replica had seen anything of the other.
    pub fn is_concurrent(&self, other: &Word) -> bool {
        self.stamp.replica != other.stamp.replica && !self.before.contains(other.stamp) && !other.before.contains(self.stamp)
    }
}

/// The past of the replicas of one way.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Story {
    /// All updates, in the order in which they were made.
    pub made: Vec<Made>,
    /// The last words, in the order in which they were begun.
    pub words: Vec<Word>,
}

/// The past, by way.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Past {
    /// In the order of [`WAYS`].
    pub stories: [Story; WAYS.len()],
}

/// After a command: notes what it did at its replica.
pub fn observe(past: &mut Past, cluster: &Cluster<'_, Replicas>, step: &Step<'_>) {
    let Choice::Command { node, call, .. } = step.choice else { return };
    let (Some(replicas), Ok(update)) = (cluster.stable(*node), Update::parse(call)) else { return };
    for (way, (story, replica)) in past.stories.iter_mut().zip(replicas).enumerate() {
        let has = |other: NodeId, stamp| cluster.stable(other).and_then(|all| all.get(way)).is_some_and(|other| other.seen.contains(stamp));
        let is_received = |stamp: Stamp| cluster.ids().any(|other| other.0 != stamp.replica && has(other, stamp));
        note(story, node.0, &update, replica, &is_received);
    }
}

fn note(story: &mut Story, origin: u16, update: &Update, replica: &Replica, is_received: &dyn Fn(Stamp) -> bool) {
    let stamp = Stamp { replica: origin, number: replica.seen.count(origin) };
    // Refused, or of a replica whose disk was wiped: then nothing is known.
    if stamp.number == 0 || story.made.iter().any(|made| made.stamp == stamp) {
        return;
    }
    let before = replica.seen.without_last(origin);
    if let Update::Insert { letters, .. } = update {
        note_word(story, stamp, &before, letters, replica, is_received);
    }
    story.made.push(Made { stamp, update: update.clone(), before });
}

fn note_word(story: &mut Story, stamp: Stamp, before: &Seen, letters: &str, replica: &Replica, is_received: &dyn Fn(Stamp) -> bool) {
    let count = u32::try_from(letters.chars().count()).unwrap_or(0);
    let last = Dot { counter: replica.clock, replica: stamp.replica };
    let first = Dot { counter: (replica.clock + 1).saturating_sub(count), ..last };
    let Some((place, preceding)) = replica.data.text.around(first) else { return };
    let goes_on = |word: &&mut Word| word.stamp.replica == stamp.replica && Some(word.last) == preceding && !is_received(word.until);
    if let Some(word) = story.words.iter_mut().find(goes_on) {
        (word.last, word.before, word.until) = (last, before.clone(), stamp);
        word.letters.push_str(letters);
        return;
    }
    if story.words.len() >= WORDS_MAX {
        story.words.remove(0);
    }
    story.words.push(Word { stamp, until: stamp, before: before.clone(), place, first, last, letters: letters.to_owned() });
}

impl Story {
    /// The updates that a replica has seen.
    pub fn seen<'a>(&'a self, seen: &'a Seen) -> impl Iterator<Item = &'a Made> {
        self.made.iter().filter(|made| seen.contains(made.stamp))
    }

    /// What the counters of a replica should show: the G-Counter, the PN-Counter.
    pub fn counts(&self, seen: &Seen) -> (u64, i64) {
        self.seen(seen).fold((0, 0), |(up, sum), made| match made.update {
            Update::Increment(amount) => (up + u64::from(amount), sum + i64::from(amount)),
            Update::Decrement(amount) => (up, sum - i64::from(amount)),
            _ => (up, sum),
        })
    }

    /// What the sets of a replica should hold: the G-Set, the 2P-Set, the OR-Set. Sorted.
    pub fn elements<'a>(&'a self, seen: &'a Seen) -> [Vec<&'a str>; 3] {
        let mut added: Vec<&str> = self.seen(seen).filter_map(Made::added).collect();
        added.sort_unstable();
        added.dedup();
        // A 2P-Set lets go what it holds, and for ever.
        let is_gone = |element: &str| self.removes(seen, element).any(|remove| self.adds(&remove.before, element).next().is_some());
        // An OR-Set has an element as long as one of its adds was seen by no remove.
        let survives = |element: &str| {
            self.adds(seen, element).any(|add| !self.removes(seen, element).any(|remove| remove.before.contains(add.stamp)))
        };
        let two_phase = added.iter().copied().filter(|element| !is_gone(element)).collect();
        let observed = added.iter().copied().filter(|element| survives(element)).collect();
        [added, two_phase, observed]
    }

    /// The received adds of an element.
    pub fn adds<'a>(&'a self, seen: &'a Seen, element: &'a str) -> impl Iterator<Item = &'a Made> {
        self.seen(seen).filter(move |made| made.added() == Some(element))
    }

    /// The received removes of an element.
    pub fn removes<'a>(&'a self, seen: &'a Seen, element: &'a str) -> impl Iterator<Item = &'a Made> {
        self.seen(seen).filter(move |made| matches!(&made.update, Update::Remove(removed) if removed == element))
    }

    /// What the MV-Register of a replica should hold: what no other write has seen. Sorted.
    pub fn values<'a>(&'a self, seen: &'a Seen) -> Vec<&'a str> {
        let writes = || self.seen(seen).filter(|made| matches!(made.update, Update::Assign(_)));
        let last = writes().filter(|made| !writes().any(|other| other.stamp != made.stamp && other.before.contains(made.stamp)));
        let mut values: Vec<&str> = last
            .filter_map(|made| match &made.update {
                Update::Assign(value) => Some(value.as_str()),
                _ => None,
            })
            .collect();
        values.sort_unstable();
        values
    }

    /// Pairs of words that were typed at the same time, the one that was begun first before the other.
    pub fn pairs(&self) -> impl Iterator<Item = (&Word, &Word)> {
        let later = |at: usize| self.words.get(at + 1..).unwrap_or(&[]);
        let pairs = self.words.iter().enumerate().flat_map(move |(at, word)| later(at).iter().map(move |other| (word, other)));
        pairs.filter(|(word, other)| word.is_concurrent(other))
    }
}
