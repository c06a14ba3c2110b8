//! What Chandra and Toueg's protocol shows: messages in words, node views, the tables of estimates and of suspicions.

use super::detector::{Detector, Opinion};
use super::rules::{coordinator, now};
use super::{ChandraToueg, Letter, Message, Phase, Stable, Timer, param, seen};
use crate::sim::{
    Cell, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, MessageKind, Messages, NodeId, NodeView, Role, Step, Timers as _,
    Tone, Trace, Watched,
};
use crate::topics::flp::consensus::{self, Common, decision_words};

const ESTIMATE: &str = "Phase 1: the sender's estimate, and the round in which it adopted that.";
const PROPOSAL: &str = "Phase 2: what the coordinator proposes to adopt.";
const DECIDE: &str = "A majority has adopted this. Whoever gets it first passes it on.";

impl Messages for Message {
    /// A kind for each value, so that the moving marks show it.
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Estimate 0", "E0", Tone::Series(0), ESTIMATE),
        MessageKind::request("Estimate 1", "E1", Tone::Series(1), ESTIMATE),
        MessageKind::request("Proposal 0", "P0", Tone::Series(0), PROPOSAL),
        MessageKind::request("Proposal 1", "P1", Tone::Series(1), PROPOSAL),
        MessageKind::reply("Ack", "ack", Tone::Good, "Phase 3: the sender has adopted the proposal."),
        MessageKind::reply("Nack", "no", Tone::Bad, "Phase 3: the sender suspects the coordinator."),
        MessageKind::request("Alive", "up", Tone::Neutral, "The sender is alive: for the failure detectors."),
        MessageKind::request("Decide 0", "D0", Tone::Good, DECIDE),
        MessageKind::request("Decide 1", "D1", Tone::Good, DECIDE),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Round { letter: Letter::Estimate { value, .. }, .. } => u16::from(*value),
            Message::Round { letter: Letter::Proposal { value }, .. } => 2 + u16::from(*value),
            Message::Round { letter: Letter::Ack, .. } => 4,
            Message::Round { letter: Letter::Nack, .. } => 5,
            Message::Alive => 6,
            Message::Decide { value, .. } => 7 + u16::from(*value),
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Round { round, letter } => format!("{} of round {round}", letter_words(letter)),
            Message::Alive => "Alive".to_owned(),
            Message::Decide { round, value } => format!("Decide {value} in round {round}"),
        }
    }
}

fn letter_words(letter: &Letter) -> String {
    match letter {
        Letter::Estimate { value, ts } => format!("Estimate {value} with ts {ts}"),
        Letter::Proposal { value } => format!("Proposal {value}"),
        Letter::Ack => "Ack".to_owned(),
        Letter::Nack => "Nack".to_owned(),
    }
}

impl Watched for ChandraToueg {
    const INVARIANTS: &'static [Invariant<Self>] = Common::<Self>::INVARIANTS;
    const FACTS: &'static [Fact<Self>] = seen::FACTS;

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role(stable: &Stable, _: &Detector) -> Role {
        consensus::role::<Self>(stable, stable.estimate)
    }
    fn era(stable: &Stable, _: &Detector) -> Option<(&'static str, u64)> {
        Some(("round", u64::from(stable.round)))
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(node) = cluster.stable(id) else { return NodeView::default() };
        let c = coordinator(node.round, cluster.nodes());
        let mut fields = Vec::new();
        let mut field = |name, value: String, stable, help| fields.push(Field { name, value, stable, help });
        field("input", node.input.to_string(), true, "What the node was given to propose.");
        field("estimate", node.estimate.to_string(), true, "Its value now.");
        field("ts", node.ts.to_string(), true, "The round in which it adopted its estimate; 0 for its input.");
        field("r", node.round.to_string(), true, "Its round.");
        field("c", c.to_string(), true, "The coordinator of its round.");
        field("phase", phase_words(node, c == id).to_owned(), true, "What it waits for.");
        field("received", letters_words(node), true, "What it has of this round, its own included.");
        field("decided", decision_words(node.decided), true, "For good: no rule changes it.");
        let Some(detector) = cluster.volatile(id) else { return NodeView { fields, ..NodeView::default() } };
        field("D", suspects_words(detector), false, "Whom its failure detector suspects.");
        let (badge, points_at) = match node.decided {
            Some((value, _)) => (format!("decided {value}"), None),
            None if c == id => (format!("round {} · its turn", node.round), None),
            None => (format!("round {} · ts {}", node.round, node.ts), Some(c)),
        };
        NodeView { badge, fields, ring: points_at.map(|c| Timer::Silence(c).code()), points_at }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        vec![estimates(cluster), suspicions(cluster)]
    }
}

fn phase_words(node: &Stable, is_coordinator: bool) -> &'static str {
    match node.phase {
        Phase::Estimates => "2, gathers estimates",
        Phase::Proposal if is_coordinator => "2, proposes",
        Phase::Proposal => "3, waits for the coordinator",
        Phase::Replies => "4, gathers replies",
    }
}

fn or_none(words: &[String]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn letters_words(node: &Stable) -> String {
    let words: Vec<String> = now(node).map(|received| format!("{} from {}", letter_words(&received.letter), received.from)).collect();
    or_none(&words)
}

fn suspects_words(detector: &Detector) -> String {
    let words: Vec<String> = detector.suspected().map(|node| format!("node {node}")).collect();
    if words.is_empty() { "nobody".to_owned() } else { words.join(", ") }
}

/// A row for each node: what it holds, since when, and what it waits for.
pub fn estimates(cluster: &Cluster<'_, ChandraToueg>) -> Exhibit {
    let latest = cluster.ids().filter_map(|id| Some(cluster.stable(id)?.ts)).max().unwrap_or(0);
    let row = |id: NodeId| {
        let Some(node) = cluster.stable(id) else { return LedgerRow::default() };
        let value =
            |value, hint: String, settled| Cell { text: format!("{value}"), tone: Tone::Series(value), settled, hint, ..Cell::default() };
        let ts = Cell {
            text: node.ts.to_string(),
            tone: if node.ts == latest && latest > 0 { Tone::Leader } else { Tone::Neutral },
            settled: node.ts == latest,
            hint: if node.ts == 0 { "its own input".to_owned() } else { format!("adopted in round {}", node.ts) },
            ..Cell::default()
        };
        let decided = node.decided.map(|(value, round)| Cell {
            text: value.to_string(),
            tone: Tone::Good,
            settled: true,
            hint: format!("decided in round {round}"),
            ..Cell::default()
        });
        let cells = vec![
            value(node.input, "input".to_owned(), false),
            value(node.estimate, "estimate".to_owned(), node.decided.is_some()),
            ts,
            decided.unwrap_or_default(),
        ];
        let c = coordinator(node.round, cluster.nodes());
        let note = match node.decided {
            Some((_, round)) => format!("decided in round {round}"),
            None => format!("round {} of node {c}: phase {}", node.round, phase_words(node, c == id)),
        };
        LedgerRow { label: format!("node {id}"), node: Some(id), note, cells }
    };
    Exhibit::Ledger(Ledger {
        title: "Estimates",
        caption: "What each node holds, and the round in which it adopted that. The next coordinator proposes, of a majority, the estimate adopted last.",
        columns: ["input", "estimate", "ts", "decided"].map(str::to_owned).to_vec(),
        rows: cluster.ids().map(row).collect(),
    })
}

/// A row for each node: whom its detector suspects, and how patient it has become.
pub fn suspicions(cluster: &Cluster<'_, ChandraToueg>) -> Exhibit {
    let params = cluster.params();
    let patience =
        |opinion: &Opinion| params.get_u64(param::PATIENCE_MS) + u64::from(opinion.mistakes) * params.get_u64(param::PATIENCE_STEP_MS);
    let row = |id: NodeId| {
        let opinions = cluster.volatile(id).map_or(&[][..], |detector| &detector.opinions);
        let cell = |(other, opinion): (NodeId, &Opinion)| {
            if other == id {
                return Cell { text: "–".to_owned(), hint: "itself".to_owned(), ..Cell::default() };
            }
            let (text, tone) = if opinion.suspected { ("suspects", Tone::Bad) } else { ("trusts", Tone::Follower) };
            Cell {
                text: text.to_owned(),
                corner: format!("{} ms", patience(opinion)),
                tone,
                settled: !opinion.suspected,
                hint: format!(
                    "node {id} {text} node {other}, after {} mistakes, and waits {} ms for it",
                    opinion.mistakes,
                    patience(opinion)
                ),
            }
        };
        let note = if opinions.is_empty() { "down".to_owned() } else { String::new() };
        LedgerRow { label: format!("node {id}"), node: Some(id), note, cells: cluster.ids().zip(opinions).map(cell).collect() }
    };
    Exhibit::Ledger(Ledger {
        title: "Suspicions",
        caption: "What each node's failure detector thinks of each other, and for how long a silence it puts up with. Each mistake makes it more patient.",
        columns: cluster.ids().map(|id| format!("node {id}")).collect(),
        rows: cluster.ids().map(row).collect(),
    })
}
