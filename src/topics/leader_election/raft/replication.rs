//! Log replication and commitment (§5.3, §5.4.2).

use super::log::{Entry, Index, Op, Term};
use super::message::{Appended, Message, range};
use super::params::{self, CHECK_QUORUM, COMMIT_ONLY_CURRENT_TERM, Command};
use super::state::{Leadership, Progress, Standing, quorum};
use super::timer::RaftTimer;
use super::{Cx, Raft, election, snapshot};
use crate::sim::sorted::sort_by_key;
use crate::sim::{CommandId, Node, NodeId, Outcome};
use std::cmp::Reverse;

/// What a client is told by a node that does not lead.
const NOT_THE_LEADER: &str = "not the leader";
/// What a read of a register that was never written is answered with.
const NEVER_WRITTEN: i64 = -1;

/// "If command received from client: append entry to local log, respond after entry applied to state machine."
pub fn handle_command(node: &mut Node<'_, Raft>, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    let Standing::Leader(leadership) = &mut node.volatile.standing else {
        match node.volatile.leader {
            Some(leader) => cx.say(|| format!("I am not the leader; node {leader} is")),
            None => cx.say(|| "I am not the leader and know of none".to_owned()),
        }
        return cx.reply(id, Outcome::Refused(NOT_THE_LEADER));
    };
    let term = node.stable.current_term;
    let index = node.stable.log.append(Entry { term, op: command.op() });
    leadership.waiting.push((index, id));
    cx.say(|| format!("I append it as entry {index} of term {term}; the client waits until a majority has it"));
    send_to_all(node, cx);
    advance_commit_index(node, cx);
}

/// An empty entry of the new term, so that older entries can be committed along with it (§8).
pub fn append_noop(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let index = node.stable.log.append(Entry { term: node.stable.current_term, op: Op::Noop });
    cx.say(|| format!("I append an empty entry {index}, so that what came before it is committed with it"));
}

/// "Repeat during idle periods to prevent election timeouts." What a follower lacks goes along: this is also how lost messages are sent again.
pub fn heartbeat(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    if !node.volatile.is_leader() {
        return;
    }
    snapshot::compact_if_due(node, cx);
    election::arm_quorum_check(node, cx);
    cx.set_timer(RaftTimer::Heartbeat, params::heartbeat_us(cx.params()));
    send_to_all(node, cx);
    advance_commit_index(node, cx);
}

fn send_to_all(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    for peer in cx.peers() {
        send_append(node, peer, cx);
    }
}

/// "If last log index ≥ nextIndex for a follower: send AppendEntries RPC with log entries starting at nextIndex", or the snapshot if those are
/// compacted away (§7).
fn send_append(node: &Node<'_, Raft>, peer: NodeId, cx: &mut Cx<'_>) {
    let Some(progress) = node.volatile.leadership().and_then(|leadership| leadership.progress.get(peer.index())) else { return };
    let (log, term) = (&node.stable.log, node.stable.current_term);
    if progress.next_index <= log.snapshot().last_index {
        return cx.send(peer, Message::InstallSnapshot { term, snapshot: *log.snapshot() });
    }
    let prev_log_index = progress.next_index - 1;
    let message = Message::AppendEntries {
        term,
        prev_log_index,
        prev_log_term: log.term_at(prev_log_index).unwrap_or(0),
        entries: log.slice(progress.next_index, params::batch_entries(cx.params())),
        leader_commit: node.volatile.commit_index,
    };
    cx.send(peer, message);
}

/// What AppendEntries carries besides its term.
pub struct Append<'a> {
    /// The entry before the new ones.
    pub prev_log_index: Index,
    /// Its term.
    pub prev_log_term: Term,
    /// The new ones.
    pub entries: &'a [Entry],
    /// How far the leader knows entries to be committed.
    pub leader_commit: Index,
}

/// "AppendEntries RPC, receiver implementation."
pub fn handle_append_entries(node: &mut Node<'_, Raft>, from: NodeId, append: &Append<'_>, cx: &mut Cx<'_>) {
    let term = node.stable.current_term;
    if node.volatile.is_leader() {
        // Election safety rules this out while all rules are on.
        return cx.say(|| format!("node {from} claims to lead, but I lead term {term}: I ignore it"));
    }
    election::follow(node, from, cx);
    snapshot::compact_if_due(node, cx);
    let log = &node.stable.log;
    if !log.holds(append.prev_log_index, append.prev_log_term) {
        let (prev_log_index, prev_log_term) = (append.prev_log_index, append.prev_log_term);
        let retry_from = retry_from(node, prev_log_index, cx);
        cx.say(|| format!("no: I have no entry {prev_log_index} of term {prev_log_term} for these to follow"));
        return cx.send(from, Message::AppendReply { term, appended: Appended::Conflict { prev_log_index, retry_from } });
    }
    append_entries(node, append, cx);
    let last_new = append.prev_log_index + append.entries.len() as Index;
    if append.leader_commit > node.volatile.commit_index {
        node.volatile.commit_index = append.leader_commit.min(last_new).max(node.volatile.commit_index);
        apply_committed(node, cx);
    }
    cx.send(from, Message::AppendReply { term, appended: Appended::Matches(last_new) });
}

/// "If an existing entry conflicts with a new one (same index but different terms), delete the existing entry and all that follow it. Append any
/// new entries not already in the log."
fn append_entries(node: &mut Node<'_, Raft>, append: &Append<'_>, cx: &mut Cx<'_>) {
    let log = &mut node.stable.log;
    let before = log.last_index();
    for (index, entry) in (append.prev_log_index + 1..).zip(append.entries) {
        if log.holds(index, entry.term) {
            continue;
        }
        if index <= log.last_index() {
            let last = log.last_index();
            log.truncate_from(index);
            cx.say(|| format!("{} of mine differ from the leader's: I delete them", range(index, last)));
        }
        log.append(*entry);
    }
    let last = log.last_index();
    if last > before {
        cx.say(|| format!("{} fit: I append them", range(append.prev_log_index + 1, last)));
    } else if append.entries.is_empty() {
        let leader_commit = append.leader_commit;
        cx.say(|| format!("the leader is there; it has committed up to {leader_commit}"));
    }
}

/// Where the leader should try next after a conflict: one entry back, or at the start of the conflicting term (the end of §5.3).
fn retry_from(node: &Node<'_, Raft>, prev_log_index: Index, cx: &Cx<'_>) -> Index {
    let log = &node.stable.log;
    if !params::backtracks_by_term(cx.params()) {
        prev_log_index
    } else if prev_log_index > log.last_index() {
        log.last_index() + 1
    } else {
        log.first_of_term(prev_log_index)
    }
}

fn progress_of(leadership: &mut Leadership, peer: NodeId) -> Option<&mut Progress> {
    leadership.progress.get_mut(peer.index())
}

/// "If successful: update nextIndex and matchIndex for follower. If AppendEntries fails because of log inconsistency: decrement nextIndex and retry."
pub fn handle_append_reply(node: &mut Node<'_, Raft>, from: NodeId, appended: Appended, cx: &mut Cx<'_>) {
    let Some(progress) = leader_progress(node, from, cx) else { return };
    match appended {
        Appended::Matches(index) => matched(node, from, index, cx),
        Appended::Conflict { prev_log_index, retry_from } => {
            if prev_log_index + 1 != progress.next_index {
                return cx.say(|| format!("an old answer of node {from}: I am trying another entry by now"));
            }
            progress.next_index = retry_from;
            // Only a follower whose disk was wiped ever loses what matched.
            progress.match_index = progress.match_index.min(retry_from - 1);
            let next_index = progress.next_index;
            cx.say(|| format!("node {from} lacks entry {prev_log_index}: nextIndex goes back to {next_index}, and I try again"));
            send_append(node, from, cx);
        }
        Appended::StaleTerm => {}
    }
}

/// The leader's notes on a follower that has just answered; `None` when the node does not lead.
fn leader_progress<'a>(node: &'a mut Node<'_, Raft>, from: NodeId, cx: &mut Cx<'_>) -> Option<&'a mut Progress> {
    let Standing::Leader(leadership) = &mut node.volatile.standing else {
        cx.say(|| format!("I lead no more; the answer of node {from} changes nothing"));
        return None;
    };
    let progress = progress_of(leadership, from)?;
    if cx.params().on(CHECK_QUORUM) {
        progress.heard = true;
    }
    Some(progress)
}

/// A follower put a snapshot in place.
pub fn handle_snapshot_reply(node: &mut Node<'_, Raft>, from: NodeId, match_index: Index, cx: &mut Cx<'_>) {
    if leader_progress(node, from, cx).is_some() {
        matched(node, from, match_index, cx);
    }
}

/// A follower's log is known to equal the leader's up to `index`; what comes after goes out at once.
fn matched(node: &mut Node<'_, Raft>, from: NodeId, index: Index, cx: &mut Cx<'_>) {
    let last_index = node.stable.log.last_index();
    let Standing::Leader(leadership) = &mut node.volatile.standing else { return };
    let Some(progress) = progress_of(leadership, from) else { return };
    // With rules switched off a follower may claim more than the leader has.
    let index = index.min(last_index);
    if index <= progress.match_index {
        return;
    }
    progress.match_index = index;
    progress.next_index = progress.next_index.max(index + 1);
    let lags = progress.next_index <= last_index;
    cx.say(|| format!("node {from} has everything up to entry {index}"));
    advance_commit_index(node, cx);
    if lags {
        send_append(node, from, cx);
    }
}

/// "If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, and log[N].term == currentTerm: set commitIndex = N."
///
/// The last condition is the rule of figure 8.
fn advance_commit_index(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let (log, term) = (&node.stable.log, node.stable.current_term);
    let Standing::Leader(leadership) = &node.volatile.standing else { return };
    if log.last_index() <= node.volatile.commit_index {
        return;
    }
    let candidate = majority_match(leadership, cx.me(), log.last_index());
    if candidate <= node.volatile.commit_index {
        return;
    }
    if log.term_at(candidate) != Some(term) && cx.params().on(COMMIT_ONLY_CURRENT_TERM) {
        return cx.say(|| format!("a majority has entry {candidate}, but it is not of my term {term}: I must not commit it by counting"));
    }
    node.volatile.commit_index = candidate;
    cx.say(|| format!("a majority has everything up to entry {candidate}: it is committed"));
    apply_committed(node, cx);
}

/// The highest index that a majority of the members is known to hold, the leader included.
fn majority_match(leadership: &Leadership, me: NodeId, own_last: Index) -> Index {
    let held = |i: usize, progress: &Progress| if i == me.index() { own_last } else { progress.match_index };
    let mut indices: Vec<Index> = leadership.progress.iter().enumerate().map(|(i, progress)| held(i, progress)).collect();
    sort_by_key(&mut indices, |index| Reverse(*index));
    let needed = quorum(u16::try_from(indices.len()).unwrap_or(u16::MAX));
    indices.get(needed - 1).copied().unwrap_or(0)
}

/// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine." A leader then answers the clients that wait.
pub fn apply_committed(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    while node.volatile.last_applied < node.volatile.commit_index {
        let index = node.volatile.last_applied + 1;
        // Gone only if a switched-off rule let it be deleted.
        let Some(entry) = node.stable.log.entry(index) else { return };
        node.volatile.last_applied = index;
        if let Op::Write(value) = entry.op {
            node.volatile.register = Some(value);
        }
        answer_client(node, index, cx);
    }
}

/// Answers the client that waits for the entry at `index`, if there is one.
fn answer_client(node: &mut Node<'_, Raft>, index: Index, cx: &mut Cx<'_>) {
    let (register, op) = (node.volatile.register, node.stable.log.entry(index).map(|entry| entry.op));
    let Standing::Leader(leadership) = &mut node.volatile.standing else { return };
    let Ok(at) = leadership.waiting.binary_search_by_key(&index, |(waits_for, _)| *waits_for) else { return };
    let (_, id) = leadership.waiting.remove(at);
    let value = match op {
        Some(Op::Read) => register.map_or(NEVER_WRITTEN, i64::from),
        _ => i64::from(index),
    };
    cx.say(|| format!("I answer the client of entry {index}"));
    cx.reply(id, Outcome::Done(value));
}
