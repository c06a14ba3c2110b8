//! What captions, goals and marks refer to by name. A fact is about a step (what it changed) or about the state that it led to.

use super::Raft;
use super::invariants::Ghost;
use super::log::{Entry, Index, Log, Term};
use super::message::{Appended, Message, Verdict};
use super::state::{Stable, Standing, Volatile, quorum};
use crate::sim::sorted::sort_by_key;
use crate::sim::world::Status;
use crate::sim::{Bindings, Choice, Cluster, Fact, NodeId, Outcome, Step};
use std::cmp::Reverse;

type Seen<'a> = Cluster<'a, Raft>;

/// Elections, then the log, then what goes wrong. Lesson files name facts, so the order is free and the names are not.
pub const ALL: &[Fact<Raft>] = &[
    Fact::milestone("leader-elected", "Node {node} has a majority, {votes} votes, and leads term {term}.", leader_elected),
    Fact::milestone("leader-crashed", "Node {node}, the leader of term {term}, crashed.", leader_crashed),
    Fact::milestone(
        "two-leaders",
        "Node {node} leads term {term}; node {other} still takes itself for the leader of term {other_term}.",
        two_leaders,
    ),
    Fact::milestone("one-leader-again", "Only node {node} leads now, in term {term}.", one_leader_again),
    Fact::milestone(
        "split-vote",
        "Node {node} and node {other} stand for term {term}, and neither can get {needed} votes any more.",
        split_vote,
    ),
    Fact::milestone(
        "stepped-down",
        "Node {node}, the leader of term {term}, learned of term {new_term} from node {other} and stepped down.",
        stepped_down,
    ),
    Fact::milestone(
        "leader-disrupted",
        "Node {other} had a later term, {new_term}, and so deposed node {node}, which had a majority behind it.",
        leader_disrupted,
    ),
    Fact::milestone(
        "leader-lost-quorum",
        "Node {node}, the leader of term {term}, did not hear from a majority and stepped down.",
        leader_lost_quorum,
    ),
    Fact::detail("election-started", "Node {node} stands for term {term}.", election_started),
    Fact::detail("vote-granted", "Node {node} votes for node {candidate} in term {term}.", |c, _, s| {
        verdict_sent(c, s, |verdict| verdict == Verdict::Granted)
    }),
    Fact::detail(
        "vote-denied-already-voted",
        "Node {node} does not vote for node {candidate}: it voted for another in term {term}.",
        |c, _, s| verdict_sent(c, s, |verdict| matches!(verdict, Verdict::AlreadyVoted(_))),
    ),
    Fact::milestone(
        "vote-denied-stale-log",
        "Node {node} does not vote for node {candidate} in term {term}: its own log is more up to date.",
        |c, _, s| verdict_sent(c, s, |verdict| verdict == Verdict::StaleLog),
    ),
    Fact::milestone("vote-dropped", "The {what} from node {node} to node {other} in term {term} was lost.", vote_dropped),
    Fact::detail("pre-vote-started", "Node {node} asks whether it could win term {term}.", pre_vote_started),
    Fact::milestone(
        "pre-vote-refused",
        "Node {node} hears from a leader, so it tells node {candidate} that it could not win term {term}.",
        pre_vote_refused,
    ),
    Fact::detail("entry-appended", "Node {node}, the leader, appends entry {index} of term {term}.", entry_appended),
    Fact::detail(
        "entry-committed",
        "Node {node}, the leader, has entry {index} of term {term} on a majority: it is committed.",
        entry_committed,
    ),
    Fact::detail("write-acknowledged", "Node {node} tells the client that entry {index} is committed.", write_acknowledged),
    Fact::detail("read-answered", "Node {node} answers a read with {value}.", read_answered),
    Fact::detail("write-refused", "Node {node} is not the leader and refuses the client.", write_refused),
    Fact::detail("append-refused", "Node {node} lacks entry {index}, so leader {leader} must go back.", append_refused),
    Fact::detail(
        "stale-leader-refused",
        "Node {node} is in term {term} and rejects node {leader}, which leads an older term.",
        stale_leader_refused,
    ),
    Fact::milestone(
        "entry-overwritten",
        "Node {node} deletes its uncommitted entry {index} of term {term}: leader {leader} has another.",
        entry_overwritten,
    ),
    Fact::milestone(
        "old-entry-on-majority",
        "A majority has entry {index} of term {term}, but node {node} leads a later term and must not count it.",
        old_entry,
    ),
    Fact::milestone(
        "minority-leader-stuck",
        "Node {node} leads term {term}, has entries to commit, and cannot reach a majority.",
        minority_leader_stuck,
    ),
    Fact::detail("snapshot-taken", "Node {node} keeps the state after entry {index} and drops the entries up to it.", snapshot_taken),
    Fact::milestone("snapshot-installed", "Node {node} takes over the leader's state after entry {index}.", snapshot_installed),
    Fact::detail("cluster-agrees", "All {up} nodes that are up have the same log, committed up to entry {index}.", cluster_agrees),
    Fact::milestone(
        "vote-lost-in-crash",
        "Node {node} restarts and no longer knows that it voted for node {candidate} in term {term}.",
        vote_lost_in_crash,
    ),
    Fact::milestone("voted-twice", "Node {node} voted for node {first} and for node {second} in term {term}.", voted_twice),
    Fact::milestone("committed-entry-lost", "Node {node} deletes entry {index} of term {term}, which was committed.", committed_entry_lost),
];

/// The acting node before and after a step.
struct Change<'a> {
    node: NodeId,
    old: &'a Stable,
    was: &'a Volatile,
    new: &'a Stable,
    is: &'a Volatile,
}

/// The change that a step made to a node that was up and still is.
fn change<'a>(cluster: &Seen<'a>, step: &Step<'a>) -> Option<Change<'a>> {
    let node = step.choice.actor()?;
    let before = step.before::<Raft>()?;
    Some(Change { node, old: &before.stable, was: before.volatile.as_ref()?, new: cluster.stable(node)?, is: cluster.volatile(node)? })
}

/// The first message that the step sent.
fn sent<'a>(cluster: &Seen<'a>, step: &Step<'_>) -> Option<(NodeId, &'a Message)> {
    let id = *step.sent.first()?;
    Some((id.to, cluster.world().flight(id)?.payload.as_any().downcast_ref::<Message>()?))
}

fn leader_elected(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    if change.was.is_leader() || !change.is.is_leader() {
        return None;
    }
    // The vote that made the majority came with this step; a node alone has its own.
    let votes = match &change.was.standing {
        Standing::Candidate(votes) => votes.len() + 1,
        _ => 1,
    };
    Some(Bindings::nodes([change.node]).with("term", change.new.current_term).with("votes", votes))
}

fn leader_crashed(_: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = step.choice else { return None };
    let before = step.before::<Raft>()?;
    before.volatile.as_ref()?.is_leader().then(|| Bindings::nodes([*node]).with("term", before.stable.current_term))
}

/// Nodes that take themselves for leaders, the one of the latest term first.
fn leaders(cluster: &Seen<'_>) -> Vec<(Term, NodeId)> {
    let mut leaders: Vec<_> =
        cluster.up().filter(|(_, _, volatile)| volatile.is_leader()).map(|(node, stable, _)| (stable.current_term, node)).collect();
    sort_by_key(&mut leaders, |(term, node)| (Reverse(*term), *node));
    leaders
}

fn two_leaders(cluster: &Seen<'_>, _: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let leaders = leaders(cluster);
    let ((term, node), (other_term, other)) = (leaders.first()?, leaders.get(1)?);
    Some(Bindings::nodes([*node, *other]).with("other", other).with("term", term).with("other_term", other_term))
}

fn one_leader_again(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let before = step.before::<Raft>()?;
    let led = before.volatile.as_ref()?.is_leader();
    let leads = cluster.volatile(step.choice.actor()?).is_some_and(Volatile::is_leader);
    if !led || leads {
        return None;
    }
    match leaders(cluster).as_slice() {
        [(term, node)] => Some(Bindings::nodes([*node]).with("term", term)),
        _ => None,
    }
}

/// No candidate of a term can win it: the votes that each has (on the voters' disks, on the way or counted) and those that nodes that are up
/// may still give do not make a majority.
fn split_vote(cluster: &Seen<'_>, _: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let candidates = || cluster.up().filter(|(_, _, volatile)| volatile.is_candidate());
    let term = candidates().map(|(_, stable, _)| stable.current_term).max()?;
    let mut standing = candidates().filter(|(_, stable, _)| stable.current_term == term).map(|(node, _, _)| node);
    let (first, second) = (standing.next()?, standing.next()?);
    let is_free = |stable: &Stable| stable.current_term < term || (stable.current_term == term && stable.voted_for.is_none());
    let free = cluster.up().filter(|(_, stable, _)| is_free(stable)).count();
    let has = |candidate| {
        cluster.ids().filter_map(|id| cluster.stable(id)).filter(|s| s.current_term == term && s.voted_for == Some(candidate)).count()
    };
    let needed = quorum(cluster.nodes());
    let can_win = |candidate| has(candidate) + free >= needed;
    if can_win(first) || can_win(second) || standing.any(can_win) {
        return None;
    }
    Some(Bindings::nodes([first, second]).with("other", second).with("term", term).with("needed", needed))
}

fn stepped_down(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let (id, _) = step.delivered::<Raft>()?;
    if !change.was.is_leader() || change.is.is_leader() || change.new.current_term <= change.old.current_term {
        return None;
    }
    let bindings = Bindings::nodes([change.node, id.from]).with("other", id.from);
    Some(bindings.with("term", change.old.current_term).with("new_term", change.new.current_term))
}

fn leader_disrupted(cluster: &Seen<'_>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let bindings = stepped_down(cluster, ghost, step)?;
    let node = step.choice.actor()?;
    (leaders(cluster).is_empty() && reaches_quorum(cluster, node)).then_some(bindings)
}

fn leader_lost_quorum(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let gave_up = matches!(step.choice, Choice::Fire(_)) && change.was.is_leader() && !change.is.is_leader();
    gave_up.then(|| Bindings::nodes([change.node]).with("term", change.new.current_term))
}

fn election_started(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let stands = change.is.is_candidate() && change.new.current_term > change.old.current_term;
    stands.then(|| Bindings::nodes([change.node]).with("term", change.new.current_term))
}

fn pre_vote_started(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let asks = matches!(step.choice, Choice::Fire(_)) && matches!(change.is.standing, Standing::PreCandidate(_));
    asks.then(|| Bindings::nodes([change.node]).with("term", change.new.current_term + 1))
}

fn verdict_sent(cluster: &Seen<'_>, step: &Step<'_>, wanted: fn(Verdict) -> bool) -> Option<Bindings> {
    let Message::RequestVote { .. } = step.delivered::<Raft>()?.1 else { return None };
    let (candidate, Message::Vote { term, verdict }) = sent(cluster, step)? else { return None };
    wanted(*verdict)
        .then(|| Bindings::nodes([step.choice.actor().unwrap_or(candidate), candidate]).with("candidate", candidate).with("term", term))
}

fn vote_dropped(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (id, message) = step.dropped::<Raft>()?;
    let (what, term) = match message {
        Message::RequestVote { term, .. } => ("request for a vote", term),
        Message::Vote { term, verdict: Verdict::Granted } => ("vote", term),
        _ => return None,
    };
    // A message to a node that is down is no loss.
    (cluster.world().status(id.to) != Status::Down)
        .then(|| Bindings::nodes([id.from, id.to]).with("other", id.to).with("term", term).with("what", what))
}

/// Whatever the reason that is given: a node that hears a leader may be in the term already that it is asked about.
fn pre_vote_refused(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (candidate, Message::PreVoteReply { next_term, verdict, .. }) = sent(cluster, step)? else { return None };
    let node = step.choice.actor()?;
    let hears_leader = cluster.volatile(node).is_some_and(|node| node.is_leader() || node.leader_alive);
    (*verdict != Verdict::Granted && hears_leader)
        .then(|| Bindings::nodes([node, candidate]).with("candidate", candidate).with("term", next_term))
}

fn entry_appended(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let log = &change.new.log;
    let appended = change.is.is_leader() && log.last_index() > change.old.log.last_index();
    appended.then(|| Bindings::nodes([change.node]).with("index", log.last_index()).with("term", log.last_term()))
}

fn entry_committed(cluster: &Seen<'_>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let index = change.is.commit_index;
    if !change.is.is_leader() || index <= change.was.commit_index {
        return None;
    }
    let term = ghost.committed.get(index as usize - 1)?.entry.term;
    Some(Bindings::nodes([change.node]).with("index", index).with("term", term))
}

/// The last operation that the acting leader answered in this step, with its answer.
fn answered(cluster: &Seen<'_>, step: &Step<'_>, command: u16) -> Option<(NodeId, i64)> {
    let change = change(cluster, step)?;
    if !change.is.is_leader() || change.is.last_applied <= change.was.last_applied {
        return None;
    }
    let answered = |waiting: &Volatile| waiting.leadership().map_or(0, |leadership| leadership.waiting.len());
    if answered(change.is) >= answered(change.was) && !matches!(step.choice, Choice::Command { .. }) {
        return None;
    }
    let operations = cluster.operations().iter().rev().filter(|op| op.node == change.node && op.call.command == command);
    operations.filter_map(|op| op.done.as_ref()).find_map(|(time_us, outcome)| match outcome {
        Outcome::Done(value) if *time_us == step.time_us => Some((change.node, *value)),
        _ => None,
    })
}

fn write_acknowledged(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, index) = answered(cluster, step, 0)?;
    Some(Bindings::nodes([node]).with("index", index))
}

fn read_answered(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, value) = answered(cluster, step, 1)?;
    Some(Bindings::nodes([node]).with("value", value))
}

fn write_refused(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Command { node, id, .. } = step.choice else { return None };
    let leads = cluster.volatile(*node).is_some_and(Volatile::is_leader);
    (!leads).then(|| Bindings::nodes([*node]).with("operation", id))
}

fn append_refused(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (leader, Message::AppendReply { appended: Appended::Conflict { prev_log_index, .. }, .. }) = sent(cluster, step)? else {
        return None;
    };
    Some(Bindings::nodes([step.choice.actor()?, leader]).with("leader", leader).with("index", prev_log_index))
}

fn stale_leader_refused(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (leader, Message::AppendReply { term, appended: Appended::StaleTerm }) = sent(cluster, step)? else { return None };
    Some(Bindings::nodes([step.choice.actor()?, leader]).with("leader", leader).with("term", term))
}

/// The first entry that a step took out of a log, compaction apart.
fn removed(old: &Log, new: &Log) -> Option<(Index, Entry)> {
    if new.snapshot().last_index < old.last_index() && new.last_index() >= old.last_index() && new.last_term() == old.last_term() {
        return None;
    }
    old.entries().find(|(index, entry)| !new.holds(*index, entry.term)).map(|(index, entry)| (index, *entry))
}

/// The first entry that a leader's message took out of the acting node's log, and that leader.
fn removed_by_leader(cluster: &Seen<'_>, step: &Step<'_>) -> Option<(NodeId, NodeId, Index, Entry)> {
    let (id, message) = step.delivered::<Raft>()?;
    if !matches!(message, Message::AppendEntries { .. } | Message::InstallSnapshot { .. }) {
        return None;
    }
    let change = change(cluster, step)?;
    let (index, entry) = removed(&change.old.log, &change.new.log)?;
    Some((change.node, id.from, index, entry))
}

fn entry_overwritten(cluster: &Seen<'_>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, leader, index, entry) = removed_by_leader(cluster, step)?;
    let was_committed = ghost.committed.get(index as usize - 1).is_some_and(|committed| committed.entry == entry);
    (!was_committed).then(|| Bindings::nodes([node, leader]).with("leader", leader).with("index", index).with("term", entry.term))
}

fn committed_entry_lost(cluster: &Seen<'_>, ghost: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, leader, index, entry) = removed_by_leader(cluster, step)?;
    let was_committed = ghost.committed.get(index as usize - 1).is_some_and(|committed| committed.entry == entry);
    was_committed.then(|| Bindings::nodes([node, leader]).with("leader", leader).with("index", index).with("term", entry.term))
}

fn old_entry(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let needed = quorum(cluster.nodes());
    let change = change(cluster, step)?;
    let (index, term) = old_entry_of(change.new, change.is, needed)?;
    let is_news = old_entry_of(change.old, change.was, needed) != Some((index, term));
    is_news.then(|| Bindings::nodes([change.node]).with("index", index).with("term", term))
}

/// The last entry that a leader knows on a majority and has not committed, if it is of an earlier term than its own.
fn old_entry_of(stable: &Stable, volatile: &Volatile, needed: usize) -> Option<(Index, Term)> {
    let leadership = volatile.leadership()?;
    let held = |index: Index| 1 + leadership.progress.iter().filter(|progress| progress.match_index >= index).count();
    let open = stable.log.entries().skip_while(|(index, _)| *index <= volatile.commit_index);
    let (index, entry) = open.take_while(|(index, _)| held(*index) >= needed).last()?;
    (entry.term < stable.current_term).then_some((index, entry.term))
}

/// Whether a node and those that it exchanges messages with, both ways, are a majority.
fn reaches_quorum(cluster: &Seen<'_>, node: NodeId) -> bool {
    let world = cluster.world();
    let reached =
        |other: NodeId| other == node || (world.status(other) == Status::Up && !world.is_cut(node, other) && !world.is_cut(other, node));
    cluster.ids().filter(|other| reached(*other)).count() >= quorum(cluster.nodes())
}

fn minority_leader_stuck(cluster: &Seen<'_>, _: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let mut stuck = cluster.up().filter(|(node, stable, volatile)| {
        volatile.is_leader() && stable.log.last_index() > volatile.commit_index && !reaches_quorum(cluster, *node)
    });
    let (node, stable, _) = stuck.next()?;
    Some(Bindings::nodes([node]).with("term", stable.current_term))
}

fn snapshot_taken(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let index = change.new.log.snapshot().last_index;
    let taken = index > change.old.log.snapshot().last_index && index <= change.was.last_applied;
    taken.then(|| Bindings::nodes([change.node]).with("index", index))
}

fn snapshot_installed(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let change = change(cluster, step)?;
    let index = change.new.log.snapshot().last_index;
    (index > change.was.last_applied).then(|| Bindings::nodes([change.node]).with("index", index))
}

/// By log matching, logs that end in the same entry are the same.
fn cluster_agrees(cluster: &Seen<'_>, _: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let mut nodes = cluster.up();
    let (_, stable, volatile) = nodes.next()?;
    let end = |stable: &Stable, volatile: &Volatile| (stable.log.last_index(), stable.log.last_term(), volatile.commit_index);
    let first = end(stable, volatile);
    let (index, _, commit) = first;
    if index == 0 || commit != index || nodes.any(|(_, stable, volatile)| end(stable, volatile) != first) {
        return None;
    }
    let up: Vec<NodeId> = cluster.up().map(|(node, _, _)| node).collect();
    let count = up.len();
    (count >= quorum(cluster.nodes())).then(|| Bindings::nodes(up).with("up", count).with("index", index))
}

fn vote_lost_in_crash(cluster: &Seen<'_>, _: &Ghost, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Restart(node) = step.choice else { return None };
    let old = &step.before::<Raft>()?.stable;
    let candidate = old.voted_for?;
    let forgot = cluster.stable(*node)?.voted_for.is_none();
    forgot.then(|| Bindings::nodes([*node]).with("candidate", candidate).with("term", old.current_term))
}

fn voted_twice(_: &Seen<'_>, ghost: &Ghost, _: &Step<'_>) -> Option<Bindings> {
    let (node, term, first, second) = ghost.breaches.voted_twice?;
    Some(Bindings::nodes([node, first, second]).with("term", term).with("first", first).with("second", second))
}
