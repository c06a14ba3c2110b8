//! Raft's safety properties (figure 3), checked as a run goes: only what a step may have changed is looked at.

use super::Raft;
use super::log::{Entry, Index, Log, Op, Term};
use super::message::Message;
use super::params::NOOP_ON_ELECTION;
use super::state::{Stable, Volatile};
use crate::sim::{Broken, Choice, Cluster, Invariant, NodeId, Step};

/// History that no node has.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Ghost {
    /// Who led each term, in order of the terms.
    pub led: Vec<Led>,
    /// What was committed, from index 1 on.
    pub committed: Vec<Committed>,
    /// How far each node has applied, by node; 0 for those that are down.
    applied: Vec<Index>,
    /// The last vote of each node that it gave away: the term, and to whom.
    votes: Vec<(Term, Option<NodeId>)>,
    /// The first breach of each property.
    pub breaches: Breaches,
}

/// A leader of a term, and where its log ended when it was last seen to lead; zeros once it no longer does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Led {
    /// The term.
    pub term: Term,
    /// The leader.
    pub node: NodeId,
    last_index: Index,
    last_term: Term,
}

/// An entry that was committed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Committed {
    /// The entry.
    pub entry: Entry,
    /// The term of the leader that committed it.
    pub in_term: Term,
}

/// First breaches, each with what a sentence about it needs.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Breaches {
    election: Option<(Term, NodeId, NodeId)>,
    append_only: Option<(NodeId, Term, Index)>,
    matching: Option<(NodeId, NodeId, Index)>,
    completeness: Option<(NodeId, Term, Index, Term)>,
    machine: Option<(NodeId, Index, Term, Option<Term>)>,
    /// A node that voted for two candidates of one term: the node, the term, and whom.
    pub voted_twice: Option<(NodeId, Term, NodeId, NodeId)>,
}

/// The properties of figure 3, in its order.
pub const ALL: &[Invariant<Raft>] = &[
    Invariant {
        name: "election-safety",
        sentence: "At most one leader can be elected in a given term.",
        check: |_, ghost| match ghost.breaches.election {
            None => Ok(()),
            Some((term, a, b)) => broken([a, b], format!("Node {a} and node {b} have both led term {term}.")),
        },
    },
    Invariant {
        name: "leader-append-only",
        sentence: "A leader never overwrites or deletes entries in its log; it only appends new entries.",
        check: |_, ghost| match ghost.breaches.append_only {
            None => Ok(()),
            Some((node, term, index)) => broken([node], format!("Node {node} leads term {term} and has lost its entry {index}.")),
        },
    },
    Invariant {
        name: "log-matching",
        sentence: "If two logs contain an entry with the same index and term, then the logs are identical in all entries up through the given index.",
        check: |_, ghost| match ghost.breaches.matching {
            None => Ok(()),
            Some((a, b, index)) => broken(
                [a, b],
                format!("The logs of node {a} and node {b} differ at entry {index}, though a later entry is of the same term in both."),
            ),
        },
    },
    Invariant {
        name: "leader-completeness",
        sentence: "If a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all higher-numbered terms.",
        check: |_, ghost| match ghost.breaches.completeness {
            None => Ok(()),
            Some((node, term, index, in_term)) => {
                broken([node], format!("Node {node} leads term {term} without entry {index}, which was committed in term {in_term}."))
            }
        },
    },
    Invariant {
        name: "state-machine-safety",
        sentence: "If a server has applied a log entry at a given index to its state machine, no other server will ever apply a different log entry for the same index.",
        check: |_, ghost| match ghost.breaches.machine {
            None => Ok(()),
            Some((node, index, first, Some(term))) => broken(
                [node],
                format!("Node {node} has applied entry {index} of term {term}; before, one of term {first} was applied there."),
            ),
            Some((node, index, _, None)) => {
                broken([node], format!("Node {node} has taken over a snapshot up to entry {index} that is not what was applied before."))
            }
        },
    },
];

fn broken<const N: usize>(nodes: [NodeId; N], says: String) -> Result<(), Broken> {
    Err(Broken { nodes: nodes.to_vec(), says })
}

/// Takes in what a step did.
pub fn observe(ghost: &mut Ghost, cluster: &Cluster<'_, Raft>, step: &Step<'_>) {
    let Some(node) = step.choice.actor() else { return };
    let Some(stable) = cluster.stable(node) else { return };
    match step.choice {
        Choice::Deliver(_) | Choice::Fire(_) | Choice::Command { .. } | Choice::Restart(_) => {}
        Choice::Crash(_) | Choice::Wipe(_) => {
            if let Some(applied) = place(&mut ghost.applied, node) {
                *applied = 0;
            }
            return leads_no_more(ghost, node);
        }
        _ => return,
    }
    let Some(volatile) = cluster.volatile(node) else { return };
    note_vote(ghost, node, stable);
    note_applied(ghost, cluster, node, stable, volatile, matches!(step.choice, Choice::Restart(_)));
    if volatile.is_leader() {
        note_leader(ghost, node, stable);
    } else {
        leads_no_more(ghost, node);
    }
    if log_may_have_changed(cluster, step) {
        check_log_matching(ghost, cluster, node, &stable.log);
    }
}

/// The place of a node in a table by node, which grows as nodes show up.
fn place<T: Default + Clone>(table: &mut Vec<T>, node: NodeId) -> Option<&mut T> {
    if table.len() <= node.index() {
        table.resize(node.index() + 1, T::default());
    }
    table.get_mut(node.index())
}

fn note_vote(ghost: &mut Ghost, node: NodeId, stable: &Stable) {
    let term = stable.current_term;
    let Some(last) = place(&mut ghost.votes, node) else { return };
    if last.0 < term {
        // Terms never go back: what was voted in an older one is of no interest.
        *last = (0, None);
    }
    let Some(candidate) = stable.voted_for else { return };
    match *last {
        (seen, Some(first)) if seen == term && first != candidate => {
            ghost.breaches.voted_twice.get_or_insert((node, term, first, candidate));
        }
        _ => {}
    }
    *last = (term, Some(candidate));
}

fn leads_no_more(ghost: &mut Ghost, node: NodeId) {
    if let Some(led) = ghost.led.iter_mut().rev().find(|led| led.node == node) {
        (led.last_index, led.last_term) = (0, 0);
    }
}

fn note_leader(ghost: &mut Ghost, node: NodeId, stable: &Stable) {
    let (term, log) = (stable.current_term, &stable.log);
    let end = (log.last_index(), log.last_term());
    match ghost.led.binary_search_by_key(&term, |led| led.term) {
        Err(at) => {
            ghost.led.insert(at, Led { term, node, last_index: end.0, last_term: end.1 });
            check_completeness(ghost, node, term, log, 0);
        }
        Ok(at) => {
            let Some(led) = ghost.led.get_mut(at) else { return };
            if led.node != node {
                let first = led.node;
                ghost.breaches.election.get_or_insert((term, first, node));
                return;
            }
            if !log.holds(led.last_index, led.last_term) {
                ghost.breaches.append_only.get_or_insert((node, term, led.last_index));
            }
            (led.last_index, led.last_term) = end;
        }
    }
}

/// Whether the leader of `term` holds what was committed in earlier terms, from the entry after `from` on.
fn check_completeness(ghost: &mut Ghost, node: NodeId, term: Term, log: &Log, from: Index) {
    let missing = (1..)
        .zip(&ghost.committed)
        .skip(from as usize)
        .find(|(index, committed)| committed.in_term < term && !log.holds(*index, committed.entry.term));
    if let Some((index, committed)) = missing {
        ghost.breaches.completeness.get_or_insert((node, term, index, committed.in_term));
    }
}

/// Compares what the node has newly applied with what was applied there first. Whoever applies an entry first has committed it.
fn note_applied(ghost: &mut Ghost, cluster: &Cluster<'_, Raft>, node: NodeId, stable: &Stable, volatile: &Volatile, restarted: bool) {
    let (log, now) = (&stable.log, volatile.last_applied);
    let Some(seen) = place(&mut ghost.applied, node) else { return };
    let before = if restarted { now } else { *seen };
    *seen = now;
    if now <= before {
        return;
    }
    let known = ghost.committed.len() as Index;
    for index in before + 1..=now {
        let Some(entry) = log.entry(index) else { continue };
        match ghost.committed.get(index as usize - 1) {
            Some(first) if first.entry != *entry => {
                ghost.breaches.machine.get_or_insert((node, index, first.entry.term, Some(entry.term)));
            }
            Some(_) => {}
            None if index as usize == ghost.committed.len() + 1 => {
                ghost.committed.push(Committed { entry: *entry, in_term: stable.current_term });
            }
            None => {}
        }
    }
    // A snapshot took the place of entries: its state must be the one that they lead to.
    let snapshot = log.snapshot();
    if snapshot.last_index > before && snapshot.last_index <= now && !is_state_after(&ghost.committed, log) {
        ghost.breaches.machine.get_or_insert((node, snapshot.last_index, 0, None));
    }
    if ghost.committed.len() as Index > known {
        for (other, stable, _) in cluster.up().filter(|(other, _, volatile)| *other != node && volatile.is_leader()) {
            check_completeness(ghost, other, stable.current_term, &stable.log, known);
        }
    }
}

/// Whether a log's snapshot is what the committed entries up to its end lead to.
fn is_state_after(committed: &[Committed], log: &Log) -> bool {
    let snapshot = log.snapshot();
    let Some(prefix) = committed.get(..snapshot.last_index as usize) else { return true };
    let register = prefix.iter().rev().find_map(|committed| match committed.entry.op {
        Op::Write(value) => Some(value),
        Op::Read | Op::Noop => None,
    });
    prefix.last().is_none_or(|last| last.entry.term == snapshot.last_term) && register == snapshot.register
}

fn log_may_have_changed(cluster: &Cluster<'_, Raft>, step: &Step<'_>) -> bool {
    match step.choice {
        Choice::Command { .. } => true,
        Choice::Deliver(_) => match step.delivered::<Raft>() {
            Some((_, Message::AppendEntries { entries, .. })) => !entries.is_empty(),
            Some((_, Message::InstallSnapshot { .. })) => true,
            Some((_, Message::Vote { .. })) => cluster.params().on(NOOP_ON_ELECTION),
            _ => false,
        },
        Choice::Fire(_) => cluster.nodes() == 1,
        _ => false,
    }
}

fn check_log_matching(ghost: &mut Ghost, cluster: &Cluster<'_, Raft>, node: NodeId, log: &Log) {
    if ghost.breaches.matching.is_some() {
        return;
    }
    for other in cluster.ids().filter(|other| *other != node) {
        let Some(theirs) = cluster.stable(other).map(|stable| &stable.log) else { continue };
        if let Some(index) = mismatch(log, theirs) {
            ghost.breaches.matching = Some((node.min(other), node.max(other), index));
            return;
        }
    }
}

/// The highest index at which two logs differ below one at which their terms agree.
fn mismatch(a: &Log, b: &Log) -> Option<Index> {
    let first = a.snapshot().last_index.max(b.snapshot().last_index);
    let last = a.last_index().min(b.last_index());
    let mut agreed = false;
    let mut index = last;
    while index > 0 && index >= first {
        let same_term = a.term_at(index) == b.term_at(index);
        // At the end of a snapshot only the term is known.
        let same = same_term && (index == first || a.entry(index) == b.entry(index));
        if (agreed || same_term) && !same {
            return Some(index);
        }
        agreed |= same;
        index -= 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(entries: &[(Term, u16)]) -> Log {
        Log::of(entries.iter().map(|(term, value)| Entry { term: *term, op: Op::Write(*value) }).collect())
    }

    #[test]
    fn logs_may_differ_only_above_their_last_common_entry() {
        assert_eq!(mismatch(&log(&[(1, 1), (1, 2), (2, 3)]), &log(&[(1, 1), (1, 2), (3, 9)])), None);
        assert_eq!(mismatch(&log(&[(1, 1), (2, 2), (4, 3)]), &log(&[(1, 1), (3, 2), (4, 3)])), Some(2));
        assert_eq!(mismatch(&log(&[(1, 1), (1, 2)]), &log(&[(1, 1), (1, 7)])), Some(2));
        assert_eq!(mismatch(&log(&[]), &log(&[(1, 1)])), None);
    }

    #[test]
    fn a_snapshot_is_compared_by_its_last_term() {
        let mut compacted = log(&[(1, 1), (2, 2), (4, 3)]);
        compacted.compact(2, Some(2));
        assert_eq!(mismatch(&compacted, &log(&[(1, 1), (2, 2), (4, 3)])), None);
        assert_eq!(mismatch(&compacted, &log(&[(1, 1), (3, 2), (4, 3)])), Some(2));
    }
}
