//! What Raft's nodes say to each other, and how it reads in words.

use super::log::{Entry, Index, Snapshot, Term};
use crate::sim::{MessageKind, Messages, NodeId, Tone, capital};
use std::fmt::Write;

/// Why a vote is given or not. The protocol reads only whether it is given; the reason is for people.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// Given.
    Granted,
    /// The candidate's term is over.
    StaleTerm,
    /// The voter gave its vote of this term to another.
    AlreadyVoted(NodeId),
    /// The voter's log is more up to date.
    StaleLog,
    /// The voter hears from a leader (pre-votes only).
    LeaderAlive,
}

/// How a follower answers AppendEntries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Appended {
    /// Its log equals the leader's up to this index.
    Matches(Index),
    /// It has no entry like the one that was to come before; the leader should go on from `retry_from`.
    Conflict {
        /// The entry that it lacks.
        prev_log_index: Index,
        /// Where the leader should try next.
        retry_from: Index,
    },
    /// The leader's term is over.
    StaleTerm,
}

/// The remote procedure calls of figures 2 and 13, requests and answers, and the pre-vote of the thesis (§9.6).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// A candidate asks for a vote.
    RequestVote {
        /// The candidate's term.
        term: Term,
        /// Where its log ends.
        last_log_index: Index,
        /// The term of that entry.
        last_log_term: Term,
    },
    /// The answer.
    Vote {
        /// The voter's term.
        term: Term,
        /// What it decided.
        verdict: Verdict,
    },
    /// A leader replicates entries, or with none of them says that it is there.
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// The entry before the new ones.
        prev_log_index: Index,
        /// Its term.
        prev_log_term: Term,
        /// The new ones.
        entries: Vec<Entry>,
        /// How far the leader knows entries to be committed.
        leader_commit: Index,
    },
    /// The answer.
    AppendReply {
        /// The follower's term.
        term: Term,
        /// What became of it.
        appended: Appended,
    },
    /// A leader sends its snapshot to a follower that lacks what was compacted away. In one piece: the paper's chunks are left out.
    InstallSnapshot {
        /// The leader's term.
        term: Term,
        /// The snapshot.
        snapshot: Snapshot,
    },
    /// The answer.
    SnapshotReply {
        /// The follower's term.
        term: Term,
        /// How far its log equals the leader's; 0 when it refused.
        match_index: Index,
    },
    /// A node asks whether it could win an election, before it disturbs anybody with a new term.
    PreVote {
        /// The term in which it would stand.
        next_term: Term,
        /// Where its log ends.
        last_log_index: Index,
        /// The term of that entry.
        last_log_term: Term,
    },
    /// The answer.
    PreVoteReply {
        /// The voter's term.
        term: Term,
        /// The term that was asked about.
        next_term: Term,
        /// What it decided.
        verdict: Verdict,
    },
}

impl Message {
    /// The sender's term.
    pub fn term(&self) -> Term {
        match self {
            Message::RequestVote { term, .. }
            | Message::Vote { term, .. }
            | Message::AppendEntries { term, .. }
            | Message::AppendReply { term, .. }
            | Message::InstallSnapshot { term, .. }
            | Message::SnapshotReply { term, .. }
            | Message::PreVoteReply { term, .. } => *term,
            Message::PreVote { next_term, .. } => next_term.saturating_sub(1),
        }
    }
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("RequestVote", "RV", Tone::Candidate, "A candidate asks for a vote in its term."),
        MessageKind::reply("vote", "V", Tone::Candidate, "The answer to RequestVote: given, or refused and why."),
        MessageKind::request("AppendEntries", "AE", Tone::Leader, "The leader sends entries of its log."),
        MessageKind::request(
            "heartbeat",
            "hb",
            Tone::Follower,
            "AppendEntries without entries: the leader is there, and so far is committed.",
        ),
        MessageKind::reply(
            "AppendEntries reply",
            "AR",
            Tone::Follower,
            "The follower says how far its log equals the leader's, or that the entries do not fit.",
        ),
        MessageKind::request(
            "InstallSnapshot",
            "IS",
            Tone::Leader,
            "The leader sends its state in place of entries that it has compacted away.",
        ),
        MessageKind::reply("InstallSnapshot reply", "IR", Tone::Follower, "The follower has put the snapshot in place."),
        MessageKind::request("PreVote", "PV", Tone::Pending, "A node asks whether it could win, before it starts a new term."),
        MessageKind::reply(
            "PreVote reply",
            "PR",
            Tone::Pending,
            "The answer to PreVote. It binds nobody: the voter's term and vote stay as they are.",
        ),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::RequestVote { .. } => 0,
            Message::Vote { .. } => 1,
            Message::AppendEntries { entries, .. } if entries.is_empty() => 3,
            Message::AppendEntries { .. } => 2,
            Message::AppendReply { .. } => 4,
            Message::InstallSnapshot { .. } => 5,
            Message::SnapshotReply { .. } => 6,
            Message::PreVote { .. } => 7,
            Message::PreVoteReply { .. } => 8,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::RequestVote { term, last_log_index, last_log_term } => {
                format!("RequestVote term {term}: {}", log_ends(*last_log_index, *last_log_term))
            }
            Message::Vote { term, verdict: Verdict::Granted } => format!("vote granted in term {term}"),
            Message::Vote { term, verdict } => format!("no vote in term {term}: {}", because(*verdict)),
            Message::AppendEntries { term, entries, leader_commit, .. } if entries.is_empty() => {
                format!("heartbeat term {term}, commit {leader_commit}")
            }
            Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => {
                let last = prev_log_index + entries.len() as Index;
                let mut words = format!("AppendEntries term {term}: {}", range(prev_log_index + 1, last));
                let after = if *prev_log_index == 0 {
                    " from the start".to_owned()
                } else {
                    format!(" after {}", place(*prev_log_index, *prev_log_term))
                };
                // Writing to a String cannot fail.
                let _ = write!(words, "{after}, commit {leader_commit}");
                words
            }
            Message::AppendReply { term, appended: Appended::Matches(index) } => format!("ok in term {term}: my log matches up to {index}"),
            Message::AppendReply { term, appended: Appended::Conflict { prev_log_index, retry_from } } => {
                format!("no in term {term}: I lack your entry {prev_log_index}; go on from {retry_from}")
            }
            Message::AppendReply { term, appended: Appended::StaleTerm } => format!("no: your term is over, mine is {term}"),
            Message::InstallSnapshot { term, snapshot } => {
                format!("InstallSnapshot term {term}: the state after {}", place(snapshot.last_index, snapshot.last_term))
            }
            Message::SnapshotReply { term, match_index: 0 } => format!("no: your term is over, mine is {term}"),
            Message::SnapshotReply { term, match_index } => format!("snapshot in place in term {term}: my log matches up to {match_index}"),
            Message::PreVote { next_term, last_log_index, last_log_term } => {
                format!("PreVote: could I win term {next_term}? {}", capital(&log_ends(*last_log_index, *last_log_term)))
            }
            Message::PreVoteReply { next_term, verdict: Verdict::Granted, .. } => format!("pre-vote: yes, you could win term {next_term}"),
            Message::PreVoteReply { next_term, verdict, .. } => format!("pre-vote: no to term {next_term}, {}", because(*verdict)),
        }
    }
}

/// An entry by its index and term, as the paper's figures write it: "4/2".
pub fn place(index: Index, term: Term) -> String {
    format!("{index}/{term}")
}

/// Where a log ends, in words.
fn log_ends(index: Index, term: Term) -> String {
    if index == 0 { "my log is empty".to_owned() } else { format!("my log ends at {}", place(index, term)) }
}

/// A range of indices in words: "entry 5", "entries 5–6".
pub fn range(first: Index, last: Index) -> String {
    if first == last { format!("entry {first}") } else { format!("entries {first}–{last}") }
}

/// Why a vote is not given, from the voter's mouth; empty when it is.
fn because(verdict: Verdict) -> String {
    match verdict {
        Verdict::Granted => String::new(),
        Verdict::StaleTerm => "your term is over".to_owned(),
        Verdict::AlreadyVoted(other) => format!("I voted for node {other}"),
        Verdict::StaleLog => "my log is more up to date than yours".to_owned(),
        Verdict::LeaderAlive => "I hear from a leader".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::Op;
    use super::*;

    fn entry(term: Term) -> Entry {
        Entry { term, op: Op::Write(1) }
    }

    #[test]
    fn every_message_says_what_it_carries() {
        let says = |message: Message, words: &str| assert_eq!(message.describe(), words);
        says(Message::RequestVote { term: 3, last_log_index: 4, last_log_term: 2 }, "RequestVote term 3: my log ends at 4/2");
        says(Message::RequestVote { term: 1, last_log_index: 0, last_log_term: 0 }, "RequestVote term 1: my log is empty");
        says(Message::Vote { term: 3, verdict: Verdict::Granted }, "vote granted in term 3");
        says(Message::Vote { term: 3, verdict: Verdict::AlreadyVoted(NodeId(1)) }, "no vote in term 3: I voted for node 1");
        let append = |prev_log_index, prev_log_term, entries| Message::AppendEntries {
            term: 3,
            prev_log_index,
            prev_log_term,
            entries,
            leader_commit: 4,
        };
        says(append(4, 2, vec![entry(3), entry(3)]), "AppendEntries term 3: entries 5–6 after 4/2, commit 4");
        says(append(0, 0, vec![entry(3)]), "AppendEntries term 3: entry 1 from the start, commit 4");
        says(append(4, 2, vec![]), "heartbeat term 3, commit 4");
        says(Message::PreVote { next_term: 5, last_log_index: 4, last_log_term: 2 }, "PreVote: could I win term 5? My log ends at 4/2");
    }
}
