//! Log compaction (§7).

use super::log::{Index, Snapshot};
use super::message::Message;
use super::params::COMPACT_AFTER;
use super::{Cx, Raft, election};
use crate::sim::{Node, NodeId};

/// Takes a snapshot when enough entries have been applied since the last. Called before a node applies more, so that what a step applies is
/// still in the log when the step is over.
pub fn compact_if_due(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let after = Index::try_from(cx.params().get(COMPACT_AFTER)).unwrap_or(0);
    let applied = node.volatile.last_applied;
    if after == 0 || applied.saturating_sub(node.stable.log.snapshot().last_index) < after {
        return;
    }
    node.stable.log.compact(applied, node.volatile.register);
    cx.say(|| format!("I keep the state after entry {applied} as a snapshot and drop the entries up to it"));
}

/// "InstallSnapshot RPC, receiver implementation", in one chunk.
pub fn handle_install_snapshot(node: &mut Node<'_, Raft>, from: NodeId, snapshot: &Snapshot, cx: &mut Cx<'_>) {
    let term = node.stable.current_term;
    if node.volatile.is_leader() {
        return cx.say(|| format!("node {from} claims to lead, but I lead term {term}: I ignore it"));
    }
    election::follow(node, from, cx);
    let index = snapshot.last_index;
    if index <= node.volatile.commit_index {
        cx.say(|| format!("the snapshot ends at entry {index}, which I have already"));
    } else {
        let kept = node.stable.log.install(*snapshot);
        node.volatile.commit_index = index;
        node.volatile.last_applied = index;
        node.volatile.register = snapshot.register;
        let rest = if kept { "what follows it in my log stays" } else { "my own log is dropped" };
        cx.say(|| format!("I take over the state after entry {index}; {rest}"));
    }
    cx.send(from, Message::SnapshotReply { term, match_index: index });
}
