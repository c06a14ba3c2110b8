//! What Ben-Or's protocol shows: messages in words, invariants, facts, node views, the table of votes.

use super::{BenOr, Message, Phase, Stable, Vote};
use crate::sim::{
    Bindings, Cell, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, MessageKind, Messages, NodeId, NodeView, Role, Step, Tone,
    Trace, Watched,
};
use crate::topics::flp::configurations;
use crate::topics::flp::consensus::{self, Bit, Common, change, decision_words, decisions};

const REPORT: &str = "(1, r, x): the sender's value in this round.";
const PROPOSAL: &str = "(2, r, v, D): more than half of all nodes reported v in this round.";
const DECIDED: &str = "The sender has decided, and stops.";

impl Messages for Message {
    /// A kind for each value, so that the moving marks show it.
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Report 0", "R0", Tone::Series(0), REPORT),
        MessageKind::request("Report 1", "R1", Tone::Series(1), REPORT),
        MessageKind::request("Proposal 0", "P0", Tone::Series(0), PROPOSAL),
        MessageKind::request("Proposal 1", "P1", Tone::Series(1), PROPOSAL),
        MessageKind::request("Proposal ?", "P?", Tone::Candidate, "(2, r, ?): neither value was reported by more than half of all nodes."),
        MessageKind::request("Decided 0", "D0", Tone::Good, DECIDED),
        MessageKind::request("Decided 1", "D1", Tone::Good, DECIDED),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Report { value, .. } => u16::from(*value),
            Message::Proposal { value: Some(value), .. } => 2 + u16::from(*value),
            Message::Proposal { value: None, .. } => 4,
            Message::Decided { value, .. } => 5 + u16::from(*value),
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Report { round, value } => format!("Report {value} of round {round}"),
            Message::Proposal { round, value: Some(value) } => format!("Proposal {value} of round {round}"),
            Message::Proposal { round, value: None } => format!("Proposal ? of round {round}"),
            Message::Decided { round, value } => format!("Decided {value} in round {round}"),
        }
    }
}

type Seen<'a> = Cluster<'a, BenOr>;

impl Watched for BenOr {
    const INVARIANTS: &'static [Invariant<Self>] = Common::<Self>::INVARIANTS;
    /// Lesson files name facts, so the order is free and the names are not.
    const FACTS: &'static [Fact<Self>] = &[
        Common::<Self>::FIRST_DECIDED,
        Common::<Self>::DECIDED_0,
        Common::<Self>::DECIDED_1,
        Common::<Self>::ALL_DECIDED,
        Common::<Self>::DISAGREEMENT,
        configurations::bivalent_20(),
        configurations::univalent(),
        Fact::detail("proposed", "Node {node} saw a majority for {value} and proposes it.", |cluster, (), step| {
            proposed(cluster, step, |value| value.is_some())
        }),
        Fact::detail("no-majority", "Node {node} saw no majority and proposes \u{201c}?\u{201d}.", |cluster, (), step| {
            proposed(cluster, step, |value| value.is_none())
        }),
        Fact::detail("adopted", "Node {node} saw a proposal of {value} and takes that on for round {round}.", |cluster, (), step| {
            new_round(cluster, step, |coin| !coin)
        }),
        Fact::detail(
            "coin-flipped",
            "Node {node} saw no proposal and begins round {round} with {value}, by its coin or by its fixed rule.",
            |cluster, (), step| new_round(cluster, step, |coin| coin),
        ),
        Common::ROUND_3,
        Common::ROUND_5,
        Common::ROUND_10,
        Fact::detail("decided-in-round-1", "The first decision fell in round 1.", |cluster, (), _| decided_in(cluster, 1, 1)),
        Fact::detail("decided-in-round-2", "The first decision fell in round 2.", |cluster, (), _| decided_in(cluster, 2, 2)),
        Fact::detail("decided-in-round-3", "The first decision fell in round 3.", |cluster, (), _| decided_in(cluster, 3, 3)),
        Fact::detail("decided-in-round-4", "The first decision fell in round 4.", |cluster, (), _| decided_in(cluster, 4, 4)),
        Fact::detail("decided-later", "The first decision fell after round 4.", |cluster, (), _| decided_in(cluster, 5, u32::MAX)),
    ];

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role(stable: &Stable, (): &()) -> Role {
        consensus::role::<Self>(stable, stable.x)
    }
    fn era(stable: &Stable, (): &()) -> Option<(&'static str, u64)> {
        Some(("round", u64::from(stable.round)))
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(node) = cluster.stable(id) else { return NodeView::default() };
        let mut fields = Vec::new();
        let mut field = |name, value: String, help| fields.push(Field { name, value, stable: true, help });
        field("input", node.input.to_string(), "What the node was given to propose.");
        field("x", node.x.to_string(), "Its value now: the one that it reports.");
        field("r", node.round.to_string(), "Its round.");
        field("step", phase_words(node.phase).to_owned(), "Which of the round's votes it gathers.");
        field("votes", votes_words(node), "The votes of this step that it has, its own included.");
        field("decided", decision_words(node.decided), "For good: no rule changes it.");
        if cluster.volatile(id).is_none() {
            return NodeView { fields, ..NodeView::default() };
        }
        let badge = match node.decided {
            Some((value, _)) => format!("decided {value}"),
            None => format!("round {}", node.round),
        };
        NodeView { badge, fields, ring: None, points_at: None }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        vec![Exhibit::Tree(configurations::tree(cluster)), votes(cluster)]
    }
}

/// The node's own vote of a phase.
fn own_vote(node: &Stable, id: NodeId, phase: Phase) -> Option<&Vote> {
    node.votes.iter().find(|vote| vote.from == id && vote.phase == phase && vote.round == node.round)
}

fn proposed(cluster: &Seen<'_>, step: &Step<'_>, wanted: fn(Option<Bit>) -> bool) -> Option<Bindings> {
    let (node, old, new) = change(cluster, step)?;
    if new.phase != Phase::Proposal || (old.round, old.phase) == (new.round, new.phase) {
        return None;
    }
    let vote = own_vote(new, node, Phase::Proposal).filter(|vote| wanted(vote.value))?;
    Some(Bindings::nodes([node]).with("value", vote.value.map_or("?".to_owned(), |value| value.to_string())).with("round", new.round))
}

fn new_round(cluster: &Seen<'_>, step: &Step<'_>, wanted: fn(bool) -> bool) -> Option<Bindings> {
    let (node, old, new) = change(cluster, step)?;
    if new.decided.is_some() || new.round <= old.round || old.round == 0 {
        return None;
    }
    // What ended the old round was the vote that has just arrived, with those that were there.
    let arrived = match step.delivered::<BenOr>() {
        Some((_, Message::Proposal { round, value })) if *round == old.round => *value,
        _ => None,
    };
    let had = |vote: &Vote| vote.phase == Phase::Proposal && vote.round == old.round && vote.value.is_some();
    let is_coin = arrived.is_none() && !old.votes.iter().any(had);
    wanted(is_coin).then(|| Bindings::nodes([node]).with("value", new.x).with("round", new.round))
}

fn decided_in(cluster: &Seen<'_>, first: u32, last: u32) -> Option<Bindings> {
    let round = decisions(cluster).map(|(_, _, round)| round).min()?;
    (first..=last).contains(&round).then(Bindings::default)
}

fn phase_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Report => "1, reports",
        Phase::Proposal => "2, proposals",
    }
}

fn now(node: &Stable) -> impl Iterator<Item = &Vote> {
    node.votes.iter().filter(|vote| (vote.round, vote.phase) == (node.round, node.phase))
}

fn votes_words(node: &Stable) -> String {
    let words: Vec<String> = now(node).map(|vote| format!("{} from {}", value_words(vote.value), vote.from)).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

pub fn value_words(value: Option<Bit>) -> String {
    value.map_or("?".to_owned(), |value| value.to_string())
}

/// A row for each node: the votes that it has of the step at which it is.
pub fn votes(cluster: &Cluster<'_, BenOr>) -> Exhibit {
    let row = |id: NodeId| {
        let Some(node) = cluster.stable(id) else { return LedgerRow::default() };
        let cells = cluster.ids().map(|from| match now(node).find(|vote| vote.from == from) {
            Some(vote) => Cell {
                text: value_words(vote.value),
                tone: vote.value.map_or(Tone::Candidate, Tone::Series),
                settled: node.decided.is_some(),
                hint: format!("{} of node {from} in round {}", if vote.phase == Phase::Report { "report" } else { "proposal" }, vote.round),
                ..Cell::default()
            },
            None => Cell::default(),
        });
        let note = match node.decided {
            Some((value, round)) => format!("decided {value} in round {round}"),
            None => format!("round {}, step {}", node.round, phase_words(node.phase)),
        };
        LedgerRow { label: format!("node {id}"), node: Some(id), note, cells: cells.collect() }
    };
    Exhibit::Ledger(Ledger {
        title: "Votes",
        caption: "What each node has received of the step at which it is. It goes on at n − t votes, its own included.",
        columns: cluster.ids().map(|id| format!("from {id}")).collect(),
        rows: cluster.ids().map(row).collect(),
    })
}
