//! Leader election (§5.2, §5.4.1; pre-vote: thesis §9.6; quorum check: thesis §6.2).

use super::log::Term;
use super::message::{Message, Verdict};
use super::params::{self, CHECK_QUORUM, LOG_UP_TO_DATE_CHECK, NOOP_ON_ELECTION, PRE_VOTE, VOTE_ONCE_A_TERM};
use super::state::{Leadership, Progress, Standing, quorum};
use super::timer::RaftTimer;
use super::{Cx, Raft, replication};
use crate::sim::{Node, NodeId};

/// Arms the election timer anew, with a fresh random time.
pub fn reset_election_timer(cx: &mut Cx<'_>) {
    let (low_us, high_us) = params::election_timeout_us(cx.params());
    cx.set_timer_between(RaftTimer::Election, low_us, high_us);
}

/// "If election timeout elapses without receiving AppendEntries RPC from current leader or granting vote to candidate: convert to candidate."
pub fn election_timeout(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    if node.volatile.is_leader() {
        return;
    }
    match node.volatile.leader {
        Some(leader) => cx.say(|| format!("I have heard nothing from leader {leader} for too long")),
        None => cx.say(|| "I know of no leader and my time is up".to_owned()),
    }
    node.volatile.leader = None;
    node.volatile.leader_alive = false;
    if cx.params().on(PRE_VOTE) { start_pre_vote(node, cx) } else { start_election(node, cx) }
}

/// Asks everybody whether it could win, before it disturbs them with a new term (thesis §9.6).
fn start_pre_vote(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let next_term = node.stable.current_term + 1;
    node.volatile.standing = Standing::PreCandidate(vec![cx.me()]);
    reset_election_timer(cx);
    if quorum(cx.nodes()) == 1 {
        return start_election(node, cx);
    }
    let (last_log_index, last_log_term) = (node.stable.log.last_index(), node.stable.log.last_term());
    cx.say(|| format!("I ask whether I could win term {next_term}; my own term stays {}", next_term - 1));
    cx.broadcast(Message::PreVote { next_term, last_log_index, last_log_term });
}

/// "Increment currentTerm, vote for self, reset election timer, send RequestVote RPCs to all other servers."
pub fn start_election(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let me = cx.me();
    node.stable.current_term += 1;
    node.stable.voted_for = Some(me);
    node.volatile.leader = None;
    node.volatile.standing = Standing::Candidate(vec![me]);
    reset_election_timer(cx);
    let (term, needed) = (node.stable.current_term, quorum(cx.nodes()));
    let nodes = cx.nodes();
    cx.say(|| format!("I stand for term {term}, vote for myself, and need {needed} of {nodes} votes"));
    if needed == 1 {
        return become_leader(node, cx);
    }
    let (last_log_index, last_log_term) = (node.stable.log.last_index(), node.stable.log.last_term());
    cx.broadcast(Message::RequestVote { term, last_log_index, last_log_term });
}

/// Whether a candidate's log may lead: it is at least as up to date as the voter's (§5.4.1), unless that rule is off.
fn may_lead(node: &Node<'_, Raft>, last_log_index: u32, last_log_term: Term, cx: &Cx<'_>) -> bool {
    !cx.params().on(LOG_UP_TO_DATE_CHECK) || node.stable.log.is_no_newer_than(last_log_index, last_log_term)
}

/// "If votedFor is null or candidateId, and candidate's log is at least as up-to-date as receiver's log, grant vote."
pub fn handle_request_vote(node: &mut Node<'_, Raft>, from: NodeId, last_log_index: u32, last_log_term: Term, cx: &mut Cx<'_>) {
    let term = node.stable.current_term;
    let taken = node.stable.voted_for.filter(|other| *other != from && cx.params().on(VOTE_ONCE_A_TERM));
    let verdict = if let Some(other) = taken {
        cx.say(|| format!("no: I already voted for node {other} in term {term}"));
        Verdict::AlreadyVoted(other)
    } else if !may_lead(node, last_log_index, last_log_term, cx) {
        let (index, last_term) = (node.stable.log.last_index(), node.stable.log.last_term());
        cx.say(|| format!("no: my log ends at {index}/{last_term}, which is more up to date than {last_log_index}/{last_log_term}"));
        Verdict::StaleLog
    } else {
        cx.say(|| format!("yes: node {from} has my vote in term {term}"));
        node.stable.voted_for = Some(from);
        if !node.volatile.is_leader() {
            reset_election_timer(cx);
        }
        Verdict::Granted
    };
    cx.send(from, Message::Vote { term, verdict });
}

/// "If votes received from majority of servers: become leader."
pub fn handle_vote(node: &mut Node<'_, Raft>, from: NodeId, verdict: Verdict, cx: &mut Cx<'_>) {
    let term = node.stable.current_term;
    let Standing::Candidate(votes) = &mut node.volatile.standing else {
        return cx.say(|| format!("I do not stand for election any more; the answer of node {from} changes nothing"));
    };
    if verdict != Verdict::Granted {
        return cx.say(|| format!("node {from} does not vote for me in term {term}"));
    }
    count(votes, from);
    let (got, needed) = (votes.len(), quorum(cx.nodes()));
    cx.say(|| format!("node {from} votes for me: {got} of the {needed} votes that I need"));
    if got >= needed {
        become_leader(node, cx);
    }
}

/// Adds a voter; a second answer of the same node (a duplicate) counts once.
fn count(votes: &mut Vec<NodeId>, from: NodeId) {
    if let Err(at) = votes.binary_search(&from) {
        votes.insert(at, from);
    }
}

/// "Upon election: send initial empty AppendEntries RPCs (heartbeat) to each server"; nextIndex starts after the leader's last entry.
fn become_leader(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let (me, term) = (cx.me(), node.stable.current_term);
    cx.say(|| format!("I have a majority: I lead term {term}"));
    let fresh = Progress { next_index: node.stable.log.last_index() + 1, match_index: 0, heard: false };
    node.volatile.standing = Standing::Leader(Leadership { progress: vec![fresh; usize::from(cx.nodes())], ..Leadership::default() });
    node.volatile.leader = Some(me);
    node.volatile.leader_alive = false;
    cx.cancel_timer(RaftTimer::Election);
    if cx.params().on(PRE_VOTE) {
        cx.cancel_timer(RaftTimer::LeaderLease);
    }
    if cx.params().on(NOOP_ON_ELECTION) {
        replication::append_noop(node, cx);
    }
    replication::heartbeat(node, cx);
}

/// Gives up what only a candidate or a leader has. A leader's clients are left without an answer: their entries may yet be committed.
pub fn become_follower(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    if node.volatile.is_leader() {
        cx.cancel_timer(RaftTimer::Heartbeat);
        cx.cancel_timer(RaftTimer::QuorumCheck);
        node.volatile.leader = None;
        reset_election_timer(cx);
    }
    node.volatile.standing = Standing::Follower;
}

/// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower."
pub fn adopt_term(node: &mut Node<'_, Raft>, from: NodeId, term: Term, cx: &mut Cx<'_>) {
    let old = node.stable.current_term;
    if node.volatile.is_leader() {
        cx.say(|| format!("node {from} is in term {term}, so my term {old} is over: I step down"));
    } else {
        cx.say(|| format!("node {from} is in term {term}: I follow from term {old} to it"));
    }
    become_follower(node, cx);
    node.stable.current_term = term;
    node.stable.voted_for = None;
    node.volatile.leader = None;
    node.volatile.leader_alive = false;
}

/// A valid message of a leader arrived: the node follows it and its election timer starts anew (§5.2).
pub fn follow(node: &mut Node<'_, Raft>, leader: NodeId, cx: &mut Cx<'_>) {
    if !matches!(node.volatile.standing, Standing::Follower) {
        let term = node.stable.current_term;
        cx.say(|| format!("node {leader} leads term {term}: I no longer stand"));
        become_follower(node, cx);
    }
    node.volatile.leader = Some(leader);
    reset_election_timer(cx);
    if cx.params().on(PRE_VOTE) {
        node.volatile.leader_alive = true;
        let (least_us, _) = params::election_timeout_us(cx.params());
        cx.set_timer(RaftTimer::LeaderLease, least_us);
    }
}

/// The shortest election timeout has passed since the leader was heard from.
pub fn leader_lease_ends(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    node.volatile.leader_alive = false;
    cx.say(|| "I have not heard from the leader for a while: from now on I give pre-votes".to_owned());
}

/// Thesis §9.6: yes only if the log is up to date and no leader was heard from within the shortest election timeout. Nothing is promised,
/// and neither term nor vote change.
pub fn handle_pre_vote(node: &Node<'_, Raft>, from: NodeId, next_term: Term, last_log_index: u32, last_log_term: Term, cx: &mut Cx<'_>) {
    let term = node.stable.current_term;
    let verdict = if next_term <= term {
        cx.say(|| format!("no: term {next_term} is not new to me, I am in term {term}"));
        Verdict::StaleTerm
    } else if node.volatile.is_leader() || node.volatile.leader_alive {
        cx.say(|| format!("no: term {term} has a leader, so nobody needs term {next_term}"));
        Verdict::LeaderAlive
    } else if !may_lead(node, last_log_index, last_log_term, cx) {
        cx.say(|| "no: my log is more up to date".to_owned());
        Verdict::StaleLog
    } else {
        cx.say(|| format!("yes: node {from} could have my vote in term {next_term}"));
        Verdict::Granted
    };
    cx.send(from, Message::PreVoteReply { term, next_term, verdict });
}

/// With pre-votes of a majority the election is worth a new term.
pub fn handle_pre_vote_reply(node: &mut Node<'_, Raft>, from: NodeId, next_term: Term, verdict: Verdict, cx: &mut Cx<'_>) {
    let asked = node.stable.current_term + 1;
    let votes = match &mut node.volatile.standing {
        Standing::PreCandidate(votes) if next_term == asked => votes,
        _ => return cx.say(|| format!("I no longer ask about term {next_term}")),
    };
    if verdict != Verdict::Granted {
        return cx.say(|| format!("node {from} says that I could not win term {next_term}"));
    }
    count(votes, from);
    let (got, needed) = (votes.len(), quorum(cx.nodes()));
    cx.say(|| format!("node {from} says that I could win: {got} of {needed}"));
    if got >= needed {
        start_election(node, cx);
    }
}

/// Arms the quorum check of a leader if it is wanted and not armed.
pub fn arm_quorum_check(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let Standing::Leader(leadership) = &mut node.volatile.standing else { return };
    if cx.params().on(CHECK_QUORUM) && !leadership.checks_quorum {
        leadership.checks_quorum = true;
        let (_, most_us) = params::election_timeout_us(cx.params());
        cx.set_timer(RaftTimer::QuorumCheck, most_us);
    }
}

/// "A leader steps down if an election timeout elapses without a successful round of heartbeats to a majority" (thesis §6.2).
pub fn check_quorum(node: &mut Node<'_, Raft>, cx: &mut Cx<'_>) {
    let Standing::Leader(leadership) = &mut node.volatile.standing else { return };
    leadership.checks_quorum = false;
    if !cx.params().on(CHECK_QUORUM) {
        return;
    }
    let heard = 1 + leadership.progress.iter().filter(|progress| progress.heard).count();
    let needed = quorum(cx.nodes());
    if heard < needed {
        cx.say(|| format!("I heard from {heard} of {needed} nodes that I need, myself included: I step down"));
        return become_follower(node, cx);
    }
    for progress in &mut leadership.progress {
        progress.heard = false;
    }
    arm_quorum_check(node, cx);
}
