//! Raft as its paper has it: Ongaro & Ousterhout, "In Search of an Understandable Consensus Algorithm", extended version, 2014. Pre-vote and
//! the leader's quorum check are from Ongaro's thesis, 2014 (§9.6, §6.2).
//!
//! One function a rule, named as the paper names it, the paper's sentence above it. Left out: membership changes, and snapshots in chunks.
//!
//! - [`log`], [`state`], [`message`], [`timer`], [`params`]: what there is.
//! - [`election`], [`replication`], [`snapshot`]: what happens.
//! - [`invariants`], [`facts`], [`view`]: what an observer sees.

mod election;
mod facts;
mod invariants;
mod log;
mod message;
mod params;
mod replication;
mod snapshot;
mod state;
mod timer;
mod view;

use crate::sim::{CommandId, Context, Env, Node, NodeId, ParamSpec, Protocol};
use log::Term;
pub use log::{Log, Op};
use message::{Appended, Message, Verdict};
pub use params::Command;
pub use params::{CHECK_QUORUM, NOOP_ON_ELECTION};
use params::{TERMS_CHECKED, VOTES_PERSISTED};
use replication::Append;
use state::{Stable, Volatile};
use timer::RaftTimer;

/// The context of Raft's handlers.
type Cx<'a> = Context<'a, Raft>;

/// Raft.
pub struct Raft;

/// A node that starts knows what its disk says, and no leader.
fn wake(stable: &Stable, cx: &mut Cx<'_>) -> Volatile {
    election::reset_election_timer(cx);
    let snapshot = stable.log.snapshot();
    Volatile { commit_index: snapshot.last_index, last_applied: snapshot.last_index, register: snapshot.register, ..Volatile::default() }
}

/// Answers a message of a term that is over, so that its sender learns of the new one (§5.1).
fn reject_stale(from: NodeId, message: &Message, term: Term, cx: &mut Cx<'_>) {
    let old = message.term();
    cx.say(|| format!("this is of term {old}, which is over: I am in term {term}"));
    match message {
        Message::RequestVote { .. } => cx.send(from, Message::Vote { term, verdict: Verdict::StaleTerm }),
        Message::AppendEntries { .. } => cx.send(from, Message::AppendReply { term, appended: Appended::StaleTerm }),
        Message::InstallSnapshot { .. } => cx.send(from, Message::SnapshotReply { term, match_index: 0 }),
        _ => {}
    }
}

impl Protocol for Raft {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = RaftTimer;
    type Command = Command;
    type Ghost = invariants::Ghost;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        let (current_term, entries) = params::on_disk_at_start(env.params, env.me.index());
        Stable { current_term, voted_for: None, log: Log::of(entries) }
    }
    fn on_start(stable: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        wake(stable, cx)
    }
    fn on_restart(stable: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        if let (Some(candidate), false) = (stable.voted_for, cx.params().on(VOTES_PERSISTED)) {
            stable.voted_for = None;
            let term = stable.current_term;
            cx.say(|| format!("I no longer know that I voted for node {candidate} in term {term}"));
        }
        wake(stable, cx)
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        // A pre-vote must not touch the receiver's term: that is the whole point of it.
        if let Message::PreVote { next_term, last_log_index, last_log_term } = message {
            return election::handle_pre_vote(node, from, *next_term, *last_log_index, *last_log_term, cx);
        }
        if message.term() > node.stable.current_term {
            election::adopt_term(node, from, message.term(), cx);
        }
        if message.term() < node.stable.current_term && cx.params().on(TERMS_CHECKED) {
            return reject_stale(from, message, node.stable.current_term, cx);
        }
        match message {
            Message::PreVote { .. } => {}
            Message::RequestVote { last_log_index, last_log_term, .. } => {
                election::handle_request_vote(node, from, *last_log_index, *last_log_term, cx);
            }
            Message::Vote { verdict, .. } => election::handle_vote(node, from, *verdict, cx),
            Message::AppendEntries { prev_log_index, prev_log_term, entries, leader_commit, .. } => {
                let append =
                    Append { prev_log_index: *prev_log_index, prev_log_term: *prev_log_term, entries, leader_commit: *leader_commit };
                replication::handle_append_entries(node, from, &append, cx);
            }
            Message::AppendReply { appended, .. } => replication::handle_append_reply(node, from, *appended, cx),
            Message::InstallSnapshot { snapshot, .. } => snapshot::handle_install_snapshot(node, from, snapshot, cx),
            Message::SnapshotReply { match_index, .. } => replication::handle_snapshot_reply(node, from, *match_index, cx),
            Message::PreVoteReply { next_term, verdict, .. } => election::handle_pre_vote_reply(node, from, *next_term, *verdict, cx),
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: RaftTimer, cx: &mut Cx<'_>) {
        match timer {
            RaftTimer::Election => election::election_timeout(node, cx),
            RaftTimer::Heartbeat => replication::heartbeat(node, cx),
            RaftTimer::LeaderLease => election::leader_lease_ends(node, cx),
            RaftTimer::QuorumCheck => election::check_quorum(node, cx),
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Cx<'_>) {
        replication::handle_command(node, id, *command, cx);
    }
}
