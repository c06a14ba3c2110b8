//! What must hold of all replicas, whatever arrives in whatever order: strong eventual consistency, and that each type means what its updates say.

use super::Replicas;
use super::data::Data;
use super::laws::{LAWS, try_all};
use super::params::{Rules, Way};
use super::past::{Past, Story, Word};
use super::replica::Replica;
use super::text::{Dot, Text};
use crate::sim::sorted::SortedMap;
use crate::sim::{Broken, Cluster, Invariant, NodeId};

pub const INVARIANTS: &[Invariant<Replicas>] = &[
    Invariant {
        name: "strong-eventual-consistency",
        sentence: "Replicas that have received the same updates are in the same state.",
        check: same_updates_same_state,
    },
    Invariant {
        name: "counters-count",
        sentence: "A counter shows the sum of the increments and decrements that its replica has received, each once.",
        check: |cluster, past| each(cluster, past, counts_wrongly),
    },
    Invariant {
        name: "sets-hold-what-was-added",
        sentence: "A set holds what the received updates say: in the OR-Set an add wins over a remove that has not seen it.",
        check: |cluster, past| each(cluster, past, holds_wrongly),
    },
    Invariant {
        name: "register-keeps-concurrent",
        sentence: "An MV-Register holds exactly those received values that no other received write had seen.",
        check: |cluster, past| each(cluster, past, keeps_wrongly),
    },
    Invariant {
        name: "words-stay-whole",
        sentence: "Words that two replicas typed at the same time do not mix.",
        check: |cluster, past| each(cluster, past, mixes),
    },
    Invariant {
        name: "merge-is-a-join",
        sentence: "Merging is commutative, associative and idempotent, and updates only add.",
        check: merge_is_a_join,
    },
];

/// The replicas of one way, of nodes that are up.
pub fn replicas<'a>(cluster: &Cluster<'a, Replicas>, way: Way) -> impl Iterator<Item = (NodeId, &'a Replica)> {
    let cluster = *cluster;
    cluster
        .ids()
        .filter_map(move |id| cluster.volatile(id).and(cluster.stable(id)).and_then(|all| all.get(way.index())).map(|one| (id, one)))
}

/// A name for a replica where there are several on a node.
fn named(cluster: &Cluster<'_, Replicas>, way: Way, id: NodeId) -> String {
    match Way::in_use(cluster.params()).len() {
        1 => format!("Replica {id}"),
        _ => format!("Replica {id} of the {}", way.label()),
    }
}

/// Applies a test to each replica that is in use; it says what is wrong, if something is.
fn each(cluster: &Cluster<'_, Replicas>, past: &Past, wrong: fn(&Story, &Replica) -> Option<String>) -> Result<(), Broken> {
    for (way, story) in ways(cluster, past) {
        for (id, replica) in replicas(cluster, way) {
            if let Some(says) = wrong(story, replica) {
                return Err(Broken { nodes: vec![id], says: format!("{} {says}", named(cluster, way, id)) });
            }
        }
    }
    Ok(())
}

fn ways<'a>(cluster: &Cluster<'_, Replicas>, past: &'a Past) -> impl Iterator<Item = (Way, &'a Story)> {
    Way::in_use(cluster.params()).iter().filter_map(|way| Some((*way, past.stories.get(way.index())?)))
}

fn same_updates_same_state(cluster: &Cluster<'_, Replicas>, _: &Past) -> Result<(), Broken> {
    for way in Way::in_use(cluster.params()) {
        let all: Vec<(NodeId, &Replica)> = replicas(cluster, *way).collect();
        for (at, (id, one)) in all.iter().enumerate() {
            let differs = |(_, other): &&(NodeId, &Replica)| one.seen == other.seen && one.data != other.data;
            if let Some((other_id, other)) = all.iter().skip(at + 1).find(differs) {
                let what = difference(&one.data, &other.data);
                let says = format!("{} and replica {other_id} have received the same updates, but {what}.", named(cluster, *way, *id));
                return Err(Broken { nodes: vec![*id, *other_id], says });
            }
        }
    }
    Ok(())
}

/// What differs between two replicas, in words.
pub fn difference(one: &Data, other: &Data) -> String {
    let list = |values: Vec<&str>| if values.is_empty() { "nothing".to_owned() } else { values.join(", ") };
    let (a, b) = (&one.small, &other.small);
    let kinds = [
        ("the text is", format!("“{}”", one.text.shown()), format!("“{}”", other.text.shown())),
        ("the PN-Counter shows", a.pn_counter.value().to_string(), b.pn_counter.value().to_string()),
        ("the G-Counter shows", a.g_counter.value().to_string(), b.g_counter.value().to_string()),
        ("the OR-Set holds", list(a.or_set.value()), list(b.or_set.value())),
        ("the 2P-Set holds", list(a.two_phase_set.value()), list(b.two_phase_set.value())),
        ("the G-Set holds", list(a.g_set.value()), list(b.g_set.value())),
        ("the LWW-Register holds", list(vec![a.lww_register.value()]), list(vec![b.lww_register.value()])),
        ("the MV-Register holds", list(a.mv_register.values().collect()), list(b.mv_register.values().collect())),
    ];
    match kinds.iter().find(|(_, one, other)| one != other) {
        Some((kind, one, other)) => format!("{kind} {one} at the one and {other} at the other"),
        None => "they do not hold the same inside".to_owned(),
    }
}

/// What a counter shows that it should not.
pub fn counts_wrongly(story: &Story, replica: &Replica) -> Option<String> {
    let (up, sum) = story.counts(&replica.seen);
    let small = &replica.data.small;
    if small.g_counter.value() != up {
        return Some(format!("shows {} on its G-Counter; the increments that it has received make {up}.", small.g_counter.value()));
    }
    (small.pn_counter.value() != sum).then(|| format!("shows {} on its PN-Counter, and it should be {sum}.", small.pn_counter.value()))
}

fn holds_wrongly(story: &Story, replica: &Replica) -> Option<String> {
    let (set, element, is_held) = wrong_element(story, replica)?;
    let words = if is_held { "though no add of it is left" } else { "though an add of it was seen by no remove" };
    let holds = if is_held { "holds" } else { "does not hold" };
    Some(format!("{holds} {element} in its {set}, {words}."))
}

/// An element that a set holds and should not, or should hold and does not: which set, which element, whether it is held.
pub fn wrong_element(story: &Story, replica: &Replica) -> Option<(&'static str, String, bool)> {
    let small = &replica.data.small;
    let held = [small.g_set.value(), small.two_phase_set.value(), small.or_set.value()];
    let should = story.elements(&replica.seen);
    ["G-Set", "2P-Set", "OR-Set"].into_iter().zip(held.iter().zip(&should)).find_map(|(set, (held, should))| {
        let extra = held.iter().find(|element| !should.contains(element)).map(|element| (set, (*element).to_owned(), true));
        extra.or_else(|| should.iter().find(|element| !held.contains(element)).map(|element| (set, (*element).to_owned(), false)))
    })
}

fn keeps_wrongly(story: &Story, replica: &Replica) -> Option<String> {
    let values: Vec<&str> = replica.data.small.mv_register.values().collect();
    let should = story.values(&replica.seen);
    (values != should).then(|| format!("holds {} in its MV-Register; it should be {}.", values.join(", "), should.join(", ")))
}

fn mixes(story: &Story, replica: &Replica) -> Option<String> {
    let (word, other) = mixed(story, replica)?;
    Some(format!("has mixed “{}” and “{}”: “{}”.", word.letters, other.letters, replica.data.text.shown()))
}

/// Positions of the letters of a text, removed ones included.
struct Positions(SortedMap<Dot, u32>);

impl Positions {
    fn of(text: &Text) -> Self {
        let mut dots: Vec<(Dot, u32)> = text.iter().map(|(dot, ..)| dot).zip(0..).collect();
        // Sorted first: a sorted vector is slow to grow in its middle.
        crate::sim::sorted::sort_by_key(&mut dots, |(dot, _)| *dot);
        Positions(dots.into_iter().collect())
    }
    /// From where to where a word goes, if it is there.
    fn span(&self, word: &Word) -> Option<(u32, u32)> {
        Some((*self.0.get(&word.first)?, *self.0.get(&word.last)?))
    }
}

/// Two words of this replica's text that were typed at the same time and lie within each other.
pub fn mixed<'a>(story: &'a Story, replica: &Replica) -> Option<(&'a Word, &'a Word)> {
    let mut pairs = story.pairs().peekable();
    pairs.peek()?;
    let positions = Positions::of(&replica.data.text);
    pairs.find(|(word, other)| {
        let (Some(one), Some(two)) = (positions.span(word), positions.span(other)) else { return false };
        one.0 < two.1 && two.0 < one.1
    })
}

/// Two words of this replica's text that were typed at the same time at the same place and are both whole, the one that stands first before
/// the other.
pub fn met<'a>(story: &'a Story, replica: &Replica) -> Option<(&'a Word, &'a Word)> {
    let is_word = |word: &Word| word.first != word.last;
    let mut pairs = story.pairs().filter(|(word, other)| word.place == other.place && is_word(word) && is_word(other)).peekable();
    pairs.peek()?;
    let positions = Positions::of(&replica.data.text);
    pairs.find_map(|(word, other)| {
        let (one, two) = (positions.span(word)?, positions.span(other)?);
        match (one.1 < two.0, two.1 < one.0) {
            (true, _) => Some((word, other)),
            (_, true) => Some((other, word)),
            _ => None,
        }
    })
}

fn merge_is_a_join(cluster: &Cluster<'_, Replicas>, _: &Past) -> Result<(), Broken> {
    for way in Way::in_use(cluster.params()).iter().filter(|way| **way != Way::Operations) {
        let (nodes, states): (Vec<NodeId>, Vec<&Data>) = replicas(cluster, *way).map(|(id, replica)| (id, &*replica.data)).unzip();
        for trial in try_all(&states, &Rules::of(cluster.params())) {
            let broken = LAWS.iter().zip(trial.broken).find_map(|((law, _), example)| Some((law, example?)));
            if let Some((law, example)) = broken {
                return Err(Broken { nodes, says: format!("{}, not {law}. {example}.", trial.name) });
            }
        }
    }
    Ok(())
}
