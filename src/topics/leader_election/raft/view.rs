//! What Raft shows of itself: roles, the state of a node by the paper's names, and the exhibits.

use super::invariants::{Ghost, Led};
use super::log::{Entry, Index, Log, Op, Term};
use super::message::place;
use super::params::PRE_VOTE;
use super::state::{Leadership, Stable, Standing, Volatile, quorum};
use super::timer::RaftTimer;
use super::{Raft, facts, invariants};
use crate::sim::{
    Cell, Cluster, Exhibit, Fact, Field, Intervals, Invariant, Ledger, LedgerRow, NodeId, NodeView, Role, Span, Step, Timers as _, Tone,
    Trace, Watched,
};
use crate::topics::roles;

/// Most columns of entries that the ledger shows; older ones are summed up in the first.
const LEDGER_COLUMNS_MAX: Index = 48;

const FOLLOWER: Role = Role { label: "follower", glyph: "F", tone: Tone::Follower };
const PRE_CANDIDATE: Role = Role { label: "pre-candidate", glyph: "P", tone: Tone::Pending };
const CANDIDATE: Role = Role { label: "candidate", glyph: "C", tone: Tone::Candidate };
const LEADER: Role = Role { label: "leader", glyph: "L", tone: Tone::Leader };

/// The colour of a term.
fn tone(term: Term) -> Tone {
    Tone::Series(u8::try_from(term % 256).unwrap_or(0))
}

fn register(register: Option<u16>) -> String {
    register.map_or_else(|| "x was never written".to_owned(), |value| format!("x = {value}"))
}

fn op(op: Op) -> String {
    match op {
        Op::Write(value) => format!("x←{value}"),
        Op::Read => "x?".to_owned(),
        Op::Noop => "·".to_owned(),
    }
}

fn op_in_words(op: Op) -> String {
    match op {
        Op::Write(value) => format!("set x to {value}"),
        Op::Read => "read x".to_owned(),
        Op::Noop => "do nothing".to_owned(),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let text = items.collect::<Vec<_>>().join(" ");
    if text.is_empty() { "none".to_owned() } else { text }
}

impl Watched for Raft {
    const INVARIANTS: &'static [Invariant<Self>] = invariants::ALL;
    const FACTS: &'static [Fact<Self>] = facts::ALL;

    fn observe(ghost: &mut invariants::Ghost, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        invariants::observe(ghost, cluster, step);
    }
    fn role(_: &Stable, volatile: &Volatile) -> Role {
        match volatile.standing {
            Standing::Follower => FOLLOWER,
            Standing::PreCandidate(_) => PRE_CANDIDATE,
            Standing::Candidate(_) => CANDIDATE,
            Standing::Leader(_) => LEADER,
        }
    }
    fn era(stable: &Stable, _: &Volatile) -> Option<(&'static str, u64)> {
        Some(("term", stable.current_term.into()))
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        let Some(stable) = cluster.stable(node) else { return NodeView::default() };
        let mut view = NodeView { badge: format!("term {}", stable.current_term), fields: stable_fields(stable), ..NodeView::default() };
        let Some(volatile) = cluster.volatile(node) else { return view };
        view.ring = Some(if volatile.is_leader() { RaftTimer::Heartbeat.code() } else { RaftTimer::Election.code() });
        view.points_at = volatile.leader.filter(|leader| *leader != node);
        view.fields.extend(volatile_fields(volatile));
        if cluster.params().on(PRE_VOTE) {
            let value = if volatile.leader_alive { "yes" } else { "no" }.to_owned();
            let help = "Whether a leader was heard from within the shortest election timeout; if so, pre-votes are refused.";
            view.fields.push(Field { name: "leader heard lately", value, stable: false, help });
        }
        match &volatile.standing {
            Standing::Follower => {}
            Standing::PreCandidate(votes) | Standing::Candidate(votes) => view.fields.push(votes_field(votes, cluster.nodes())),
            Standing::Leader(leadership) => view.fields.extend(leader_fields(leadership, node)),
        }
        view
    }
    fn exhibits(cluster: &Cluster<'_, Self>, ghost: &invariants::Ghost, trace: &Trace) -> Vec<Exhibit> {
        vec![Exhibit::Ledger(logs(cluster)), Exhibit::Intervals(leadership(cluster, ghost, trace))]
    }
}

fn stable_fields(stable: &Stable) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let log = &stable.log;
    let mut fields = vec![
        field("currentTerm", stable.current_term.to_string(), "Latest term the node has seen."),
        field(
            "votedFor",
            stable.voted_for.map_or_else(|| "nobody".to_owned(), |node| format!("node {node}")),
            "Who has the node's vote in the current term.",
        ),
        field(
            "log",
            list(log.entries().map(|(index, entry)| format!("{}:{}", place(index, entry.term), op(entry.op)))),
            "Entries as index/term:command.",
        ),
    ];
    let snapshot = log.snapshot();
    if snapshot.last_index > 0 {
        let value = format!("up to {}: {}", place(snapshot.last_index, snapshot.last_term), register(snapshot.register));
        fields.push(field("snapshot", value, "The state after the entries that were compacted away."));
    }
    fields
}

fn volatile_fields(volatile: &Volatile) -> [Field; 4] {
    let field = |name, value, help| Field { name, value, stable: false, help };
    [
        field("commitIndex", volatile.commit_index.to_string(), "Highest entry known to be committed."),
        field("lastApplied", volatile.last_applied.to_string(), "Highest entry applied to the state machine."),
        field("state machine", register(volatile.register), "The register that the applied entries lead to."),
        field(
            "leader",
            volatile.leader.map_or_else(|| "unknown".to_owned(), |node| format!("node {node}")),
            "The leader of the current term, once it was heard from.",
        ),
    ]
}

fn votes_field(votes: &[NodeId], nodes: u16) -> Field {
    let value = format!("{} ({} of {} needed)", list(votes.iter().map(NodeId::to_string)), votes.len(), quorum(nodes));
    Field { name: "votes granted", value, stable: false, help: "Nodes that said yes, itself included." }
}

fn leader_fields(leadership: &Leadership, me: NodeId) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: false, help };
    let followers = || leadership.progress.iter().enumerate().filter(|(i, _)| *i != me.index());
    let mut fields = vec![
        field(
            "nextIndex",
            list(followers().map(|(i, progress)| format!("{i}:{}", progress.next_index))),
            "For each follower, the next entry to send to it.",
        ),
        field(
            "matchIndex",
            list(followers().map(|(i, progress)| format!("{i}:{}", progress.match_index))),
            "For each follower, the highest entry known to be in its log.",
        ),
    ];
    if !leadership.waiting.is_empty() {
        let value = list(leadership.waiting.iter().map(|(index, id)| format!("{index}:{id}")));
        fields.push(field("clients waiting", value, "For an entry, the client operation that is answered when it is committed."));
    }
    if leadership.checks_quorum {
        let value = list(followers().filter(|(_, progress)| progress.heard).map(|(i, _)| i.to_string()));
        fields.push(field("heard from", value, "Followers that answered since the last quorum check."));
    }
    fields
}

fn logs(cluster: &Cluster<'_, Raft>) -> Ledger {
    let all = || cluster.ids().filter_map(|node| Some((node, &cluster.stable(node)?.log)));
    let longest = all().map(|(_, log)| log.last_index()).max().unwrap_or(0);
    let compacted = all().map(|(_, log)| log.snapshot().last_index).min().unwrap_or(0);
    // Everything up to `hidden` shares the first column.
    let hidden = compacted.max(longest.saturating_sub(LEDGER_COLUMNS_MAX));
    let prefix = (hidden > 0).then(|| format!("1–{hidden}"));
    Ledger {
        title: "Logs",
        caption: "One row a node, one column an index; the small number and the colour are the term. Solid: the node knows that the entry is \
                  committed. Dashed: it may still be lost.",
        columns: prefix.into_iter().chain((hidden + 1..=longest).map(|index| index.to_string())).collect(),
        rows: all().map(|(node, log)| row(cluster, node, log, hidden)).collect(),
    }
}

fn row(cluster: &Cluster<'_, Raft>, node: NodeId, log: &Log, hidden: Index) -> LedgerRow {
    let commit = cluster.volatile(node).map(|volatile| volatile.commit_index);
    let known = commit.unwrap_or(0).max(log.snapshot().last_index);
    let prefix = (hidden > 0).then(|| prefix_cell(log, hidden, known));
    LedgerRow {
        label: format!("node {node}"),
        node: Some(node),
        note: commit.map_or_else(|| "down".to_owned(), |commit| format!("commit {commit}")),
        cells: prefix.into_iter().chain((hidden + 1..=log.last_index()).map(|index| cell(log, index, known))).collect(),
    }
}

fn prefix_cell(log: &Log, hidden: Index, known: Index) -> Cell {
    let last = hidden.min(log.last_index());
    let snapshot = log.snapshot();
    Cell {
        text: "…".to_owned(),
        corner: log.term_at(last).map(|term| term.to_string()).unwrap_or_default(),
        tone: Tone::Neutral,
        settled: known >= last,
        hint: match snapshot.last_index {
            0 => format!("entries 1 to {last}"),
            end => format!("entries 1 to {last}; those up to {end} are in a snapshot: {}", register(snapshot.register)),
        },
    }
}

fn cell(log: &Log, index: Index, known: Index) -> Cell {
    let settled = index <= known;
    match log.entry(index) {
        Some(Entry { term, op: what }) => Cell {
            text: op(*what),
            corner: term.to_string(),
            tone: tone(*term),
            settled,
            hint: format!(
                "entry {index} of term {term}: {}; {}",
                op_in_words(*what),
                if settled { "known to be committed" } else { "not known to be committed" }
            ),
        },
        None => {
            let corner = log.term_at(index).map(|term| term.to_string()).unwrap_or_default();
            Cell { text: "▪".to_owned(), corner, tone: Tone::Neutral, settled, hint: format!("entry {index} is in the snapshot") }
        }
    }
}

/// Lanes of candidacy and leadership. An event notes the role and not the term, so a leader's terms are taken from the ghost, the latest for the
/// latest span.
fn leadership(cluster: &Cluster<'_, Raft>, ghost: &Ghost, trace: &Trace) -> Intervals {
    let caption = "Who stood for election and who led, as far back as the diagram reaches. Two leaders may overlap, but never in one term.";
    let mut intervals = roles::intervals(cluster.world(), trace, "Leadership", caption, |role| *role != FOLLOWER);
    for lane in &mut intervals.lanes {
        let terms = ghost.led.iter().rev().filter(|led| Some(led.node) == lane.node);
        let led = lane.spans.iter_mut().rev().filter(|span| span.tone == Tone::Leader);
        for (span, Led { term, .. }) in led.zip(terms) {
            *span = Span { label: format!("leader of term {term}"), tone: tone(*term), ..*span };
        }
    }
    intervals
}
