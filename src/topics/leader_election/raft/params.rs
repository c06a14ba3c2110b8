//! What the reader may set, and what a client may ask. Links name both by index: append only.

use super::log::{Entry, Index, Op, Term};
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, ParamKind, ParamSpec, Params};

/// Index of the shortest election timeout, in milliseconds.
pub const ELECTION_TIMEOUT_MIN_MS: u16 = 0;
/// Index of the longest election timeout, in milliseconds.
pub const ELECTION_TIMEOUT_MAX_MS: u16 = 1;
/// Index of the time between heartbeats, in milliseconds.
pub const HEARTBEAT_MS: u16 = 2;
/// Index of the most entries in one AppendEntries.
pub const BATCH_ENTRIES: u16 = 3;
/// Index of how many applied entries a node keeps before it compacts; 0 is never.
pub const COMPACT_AFTER: u16 = 4;
/// Index of pre-vote.
pub const PRE_VOTE: u16 = 5;
/// Index of the leader's step-down on a lost quorum.
pub const CHECK_QUORUM: u16 = 6;
/// Index of how a leader searches for the point where logs agree.
pub const BACKTRACK: u16 = 7;
/// Index of the empty entry at the start of a term.
pub const NOOP_ON_ELECTION: u16 = 8;
/// Index of what is on the disks at the start.
pub const START: u16 = 9;
/// Index of the rule that messages of older terms are rejected.
pub const TERMS_CHECKED: u16 = 10;
/// Index of the rule of one vote a term.
pub const VOTE_ONCE_A_TERM: u16 = 11;
/// Index of the rule that a leader's log must be up to date.
pub const LOG_UP_TO_DATE_CHECK: u16 = 12;
/// Index of the rule of figure 8.
pub const COMMIT_ONLY_CURRENT_TERM: u16 = 13;
/// Index of the rule that votes are on disk.
pub const VOTES_PERSISTED: u16 = 14;

/// Value of [`START`] for figure 7.
const START_FIGURE_7: i64 = 1;
/// Value of [`BACKTRACK`] for a term at a time.
const BACKTRACK_BY_TERM: i64 = 1;

const MS: ParamKind = ParamKind::Range { min: 10, max: 20_000, step: 10, unit: "ms" };

/// In the order of the constants above.
pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "election_timeout_min_ms",
        label: "Shortest election timeout",
        help: "A follower that hears nothing for a random time of at least this long stands for election.",
        kind: MS,
        default: 300,
    },
    ParamSpec {
        name: "election_timeout_max_ms",
        label: "Longest election timeout",
        help: "The random time is at most this long; the wider the range, the rarer the split votes.",
        kind: MS,
        default: 600,
    },
    ParamSpec {
        name: "heartbeat_ms",
        label: "Heartbeat",
        help: "A leader is heard from at least this often; much less than an election timeout.",
        kind: MS,
        default: 100,
    },
    ParamSpec {
        name: "batch_entries",
        label: "Entries in a message",
        help: "Most entries that one AppendEntries carries.",
        kind: ParamKind::Range { min: 1, max: 64, step: 1, unit: "entries" },
        default: 8,
    },
    ParamSpec {
        name: "compact_after",
        label: "Compact after",
        help: "A node that has applied so many entries since its last snapshot takes a new one and drops them; 0 is never.",
        kind: ParamKind::Range { min: 0, max: 100, step: 1, unit: "entries" },
        default: 0,
    },
    ParamSpec {
        name: "pre_vote",
        label: "Pre-vote",
        help: "A node asks whether it could win before it starts a new term, so one that is cut off deposes nobody when it returns.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec {
        name: "check_quorum",
        label: "Leader checks its quorum",
        help: "A leader that has not heard from a majority for the longest election timeout steps down.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec {
        name: "backtrack",
        label: "Search for agreement",
        help: "How a leader finds the last entry that a follower shares with it: back by one entry, or by all of a term, a try.",
        kind: ParamKind::Choice(&["entry by entry", "term by term"]),
        default: 0,
    },
    ParamSpec {
        name: "noop_on_election",
        label: "Empty entry on election",
        help: "A new leader appends an empty entry, so that what its predecessors left is committed without waiting for a client.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec {
        name: "start",
        label: "Logs at the start",
        help: "Empty, or those of the paper's figure 7: node 0 is the leader-to-be of term 8, nodes 1 to 6 are followers (a) to (f).",
        kind: ParamKind::Choice(&["empty", "figure 7"]),
        default: 0,
    },
    ParamSpec::rule(
        "terms_checked",
        "Old terms are rejected",
        "A message of an older term is rejected; off, it counts as if it were of this term. Without it late votes elect a second \
               leader, and a deposed leader overwrites what was committed.",
    ),
    ParamSpec::rule(
        "vote_once_a_term",
        "One vote a term",
        "A node votes for one candidate in a term; off, for any. Without it two candidates of one term can both have a majority.",
    ),
    ParamSpec::rule(
        "log_up_to_date_check",
        "Voters compare logs",
        "A node votes only for a candidate whose log is at least as up to date as its own. Without it a leader may lack committed \
               entries and delete them everywhere.",
    ),
    ParamSpec::rule(
        "commit_only_current_term",
        "Count only this term's entries",
        "A leader commits by counting copies only of entries of its own term; older ones are committed along with them. Without it \
               a committed entry can be overwritten, as in figure 8.",
    ),
    ParamSpec::rule(
        "votes_persisted",
        "Votes are on disk",
        "A vote is on disk before it is sent. Off, a restart forgets votedFor (currentTerm and the log stay), and the node may vote \
               again in the same term: two leaders in one term.",
    ),
];

/// The range from which election timeouts are drawn, in microseconds.
pub fn election_timeout_us(params: &Params) -> (u64, u64) {
    let low = params.get_u64(ELECTION_TIMEOUT_MIN_MS) * 1_000;
    (low, (params.get_u64(ELECTION_TIMEOUT_MAX_MS) * 1_000).max(low))
}

/// The time between heartbeats, in microseconds.
pub fn heartbeat_us(params: &Params) -> u64 {
    params.get_u64(HEARTBEAT_MS) * 1_000
}

/// Most entries in one AppendEntries.
pub fn batch_entries(params: &Params) -> usize {
    usize::try_from(params.get(BATCH_ENTRIES)).unwrap_or(1).max(1)
}

/// Whether a leader backtracks by all of a term.
pub fn backtracks_by_term(params: &Params) -> bool {
    params.get(BACKTRACK) == BACKTRACK_BY_TERM
}

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "write",
            label: "Write x",
            help: "Asks the node to append \u{201c}x ← value\u{201d} to the log; acknowledged, with the entry's index, when it is committed.",
            arguments: &[("value", ArgumentKind::Number { min: 0, max: 999, default: 1 })],
        },
        CommandSpec {
            name: "read",
            label: "Read x",
            help: "Asks the node for x through the log, so that the answer is never stale; answered with the value, or −1 if x was never written.",
            arguments: &[],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        match call.command {
            0 => match call.number(0).and_then(|value| u16::try_from(value).ok()).filter(|value| *value <= 999) {
                Some(value) if call.arguments.len() == 1 => Ok(Command::Write(value)),
                _ => Err("\u{201c}write\u{201d} takes one number from 0 to 999.".to_owned()),
            },
            1 if call.arguments.is_empty() => Ok(Command::Read),
            1 => Err("\u{201c}read\u{201d} takes nothing.".to_owned()),
            other => Err(format!("Raft has no command number {other}.")),
        }
    }
}

/// What a client asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// `x ← value`.
    Write(u16),
    /// What is `x`?
    Read,
}

impl Command {
    /// The operation of the entry that stands for it.
    pub fn op(self) -> Op {
        match self {
            Command::Write(value) => Op::Write(value),
            Command::Read => Op::Read,
        }
    }
}

/// Terms of the entries in the logs of figure 7: the leader of term 8, then followers (a) to (f).
const FIGURE_7: [&[Term]; 7] = [
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6],
    &[1, 1, 1, 4],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    &[1, 1, 1, 4, 4, 4, 4],
    &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
];
/// The term in which all nodes of figure 7 are before node 0 stands for term 8.
const FIGURE_7_TERM: Term = 7;

/// Term and log on the disk of a node that never ran.
pub fn on_disk_at_start(params: &Params, node: usize) -> (Term, Vec<Entry>) {
    match FIGURE_7.get(node) {
        Some(terms) if params.get(START) == START_FIGURE_7 => {
            let entries = (1..).zip(*terms).map(|(index, term)| Entry { term: *term, op: Op::Write(figure_7_value(index, *term)) });
            (FIGURE_7_TERM, entries.collect())
        }
        _ => (0, Vec::new()),
    }
}

/// A value by which the reader tells the entries of figure 7 apart: the term, then the last digit of the index.
fn figure_7_value(index: Index, term: Term) -> u16 {
    u16::try_from(term * 10 + index % 10).unwrap_or(0)
}
