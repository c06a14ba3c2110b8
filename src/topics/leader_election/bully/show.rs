//! What the Bully algorithm shows: messages in words, invariants, facts, node views, the table of state vectors.

use super::{Bully, Call, Message, Procedure, Stable, Status, Timer, Volatile, is_coordinator};
use crate::sim::{
    Broken, Cell, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, MessageKind, Messages, NodeId, NodeView, Role, Step,
    Timers as _, Tone, Trace, Watched,
};
use crate::topics::leader_election::believers;
use crate::topics::roles;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request(
            "AreYouThere",
            "ELN",
            Tone::Candidate,
            "Is the node up? An election asks it of all higher nodes; textbooks call it Election.",
        ),
        MessageKind::request("AreYouNormal", "CHK", Tone::Neutral, "The coordinator's regular check, which is also its sign of life."),
        MessageKind::request("Halt", "HLT", Tone::Bad, "A higher node takes over: stop all that you do."),
        MessageKind::request(
            "NewCoordinator",
            "NEW",
            Tone::Leader,
            "The sender is the coordinator; textbooks call it Coordinator, or Victory.",
        ),
        MessageKind::request("Ready", "RDY", Tone::Good, "The coordinator hands out the task; work may begin."),
        MessageKind::reply("Answer", "OK", Tone::Follower, "The call was carried out; textbooks call it OK."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Call { call: Call::AreYouThere, .. } => 0,
            Message::Call { call: Call::AreYouNormal, .. } => 1,
            Message::Call { call: Call::Halt, .. } => 2,
            Message::Call { call: Call::NewCoordinator, .. } => 3,
            Message::Call { call: Call::Ready(_), .. } => 4,
            Message::Answer { .. } => 5,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Call { call: Call::AreYouThere, .. } => "AreYouThere: is a higher node up?".to_owned(),
            Message::Call { call: Call::AreYouNormal, .. } => "AreYouNormal: I am the coordinator; are you at work?".to_owned(),
            Message::Call { call: Call::Halt, .. } => "Halt: I take over, stop all that you do".to_owned(),
            Message::Call { call: Call::NewCoordinator, .. } => "NewCoordinator: follow me".to_owned(),
            Message::Call { call: Call::Ready((by, number)), .. } => format!("Ready: work on task {number} of coordinator {by}"),
            Message::Answer { yes: true, .. } => "Answer: yes".to_owned(),
            Message::Answer { yes: false, .. } => "Answer: no, I am not at work".to_owned(),
        }
    }
}

impl Watched for Bully {
    /// The paper's assertion 1, in its two parts.
    const INVARIANTS: &'static [Invariant<Self>] = &[
        Invariant {
            name: "one-coordinator",
            sentence: "Any two nodes that are up and past the election have the same coordinator. It rests on three assumptions: \
                       no message is lost, every answer comes within T, no node freezes. Violate one and it breaks.",
            check: |cluster, _| disagree(cluster, |node| (node.s != Status::Election).then_some(node.c?), "follows coordinator"),
        },
        Invariant {
            name: "same-task",
            sentence: "Any two nodes that are at work (status Normal) work on the same task. It rests on the same assumptions.",
            check: |cluster, _| {
                let task = |node: &Volatile| node.d.filter(|_| node.s == Status::Normal);
                disagree(cluster, |node| task(node).map(|(by, number)| format!("{number} of {by}")), "works on task")
            },
        },
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("leader-elected", "Node {node} becomes coordinator.", believers::leader_elected),
        Fact::milestone("two-leaders", "Nodes {node} and {other} both believe to be coordinator.", believers::two_leaders),
        Fact::detail("election-started", "Node {node} runs ELECTION.", believers::election_started),
        Fact::milestone("leader-crashed", "Coordinator {node} crashes.", believers::leader_crashed),
        Fact::milestone("one-leader-again", "Only node {node} is left as coordinator.", believers::one_leader_again),
    ];

    fn observe(_: &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role(_: &Stable, node: &Volatile) -> Role {
        match node.s {
            _ if is_coordinator(node) => Role { label: "coordinator", glyph: "C", tone: Tone::Leader },
            _ if node.procedure.is_election() => Role { label: "electing", glyph: "E", tone: Tone::Candidate },
            Status::Election => Role { label: "halted", glyph: "H", tone: Tone::Pending },
            Status::Reorganization | Status::Normal => Role { label: "follower", glyph: "F", tone: Tone::Follower },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let stable = |stable: &super::Stable| Field {
            name: "calls",
            value: stable.calls.to_string(),
            stable: true,
            help: "Rounds of calls so far, on disk, so that an answer from before a crash is not taken for a new one.",
        };
        let mut fields: Vec<Field> = cluster.stable(id).map(stable).into_iter().collect();
        let Some(node) = cluster.volatile(id) else { return NodeView { fields, ..NodeView::default() } };
        let mut field = |name, value, help| fields.push(Field { name, value, stable: false, help });
        field("s", format!("{:?}", node.s), "Status: Election while halted, Reorganization once the coordinator is known, Normal at work.");
        field("c", name(node.c), "The coordinator, as far as this node knows.");
        field("h", name(node.h), "The node that halted this one last; only that one may become its coordinator.");
        field("d", node.d.map_or("none".to_owned(), task), "The task that the coordinator handed out.");
        field("Up", list(&node.up), "Nodes that this one halted in its last election.");
        field("under way", under_way(&node.procedure).to_owned(), "The procedure of the paper whose calls are under way.");
        field("awaiting", list(&node.awaiting), "Nodes whose answer is awaited; after T they count as down.");
        let ring = match node.procedure {
            Procedure::Idle if is_coordinator(node) => Timer::Check,
            Procedure::Idle => Timer::Silence,
            _ => Timer::CallLimit,
        };
        NodeView {
            badge: format!("{:?}", node.s),
            fields,
            ring: Some(ring.code()),
            points_at: node.c.filter(|c| node.s != Status::Election && *c != id),
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, _: &(), trace: &Trace) -> Vec<Exhibit> {
        let caption = "A span for each time in which a node believed to be coordinator. No two may overlap.";
        let reigns = roles::intervals(cluster.world(), trace, "Coordinators", caption, |role| role.tone == Tone::Leader);
        vec![state_vectors(cluster), Exhibit::Intervals(reigns)]
    }
}

/// Breaks if two nodes that are up say different things.
fn disagree<T: PartialEq + ToString>(
    cluster: &Cluster<'_, Bully>,
    says: impl Fn(&Volatile) -> Option<T>,
    verb: &str,
) -> Result<(), Broken> {
    let mut first: Option<(NodeId, T)> = None;
    for (id, _, node) in cluster.up() {
        match (says(node), &first) {
            (Some(value), Some((other, agreed))) if value != *agreed => {
                let (value, agreed) = (value.to_string(), agreed.to_string());
                let says = format!("Node {other} {verb} {agreed}, and node {id} {verb} {value}.");
                return Err(Broken { nodes: vec![*other, id], says });
            }
            (Some(value), None) => first = Some((id, value)),
            _ => {}
        }
    }
    Ok(())
}

fn state_vectors(cluster: &Cluster<'_, Bully>) -> Exhibit {
    let row = |id: NodeId| {
        let label = format!("node {id}");
        let Some(node) = cluster.volatile(id) else {
            return LedgerRow { label, node: Some(id), note: "Down".to_owned(), cells: Vec::new() };
        };
        let cell = |text: String, hint: &str, tone| Cell {
            text,
            tone,
            settled: node.s == Status::Normal,
            hint: hint.to_owned(),
            ..Cell::default()
        };
        let tone = match node.s {
            Status::Election => Tone::Candidate,
            Status::Reorganization => Tone::Pending,
            Status::Normal => Tone::Good,
        };
        let cells = vec![
            cell(format!("{:?}", node.s), "status", tone),
            cell(name(node.c), "coordinator", node.c.map_or(Tone::Neutral, |c| Tone::Series(u8::try_from(c.0 % 8).unwrap_or(0)))),
            cell(name(node.h), "halted last by", Tone::Neutral),
            cell(node.d.map_or("none".to_owned(), task), "task", Tone::Neutral),
        ];
        LedgerRow { label, node: Some(id), note: under_way(&node.procedure).to_owned(), cells }
    };
    Exhibit::Ledger(Ledger {
        title: "State vectors",
        caption: "The paper's S(i): once a node is past the election, its c must be the same as that of all others that are.",
        columns: ["s: status", "c: coordinator", "h: halted by", "d: task"].map(str::to_owned).to_vec(),
        rows: cluster.ids().map(row).collect(),
    })
}

fn under_way(procedure: &Procedure) -> &'static str {
    match procedure {
        Procedure::Idle => "nothing",
        Procedure::AskCoordinator => "TIMEOUT: is the coordinator there?",
        Procedure::AskHigher => "ELECTION: is a higher node there?",
        Procedure::HaltLower(_) => "ELECTION: halting lower nodes",
        Procedure::Announce => "ELECTION: naming the coordinator",
        Procedure::Distribute => "ELECTION: handing out the task",
        Procedure::Check => "CHECK: is everybody normal?",
    }
}

fn name(node: Option<NodeId>) -> String {
    node.map_or("none".to_owned(), |node| node.to_string())
}

fn task((by, number): super::Task) -> String {
    format!("{number} of {by}")
}

fn list(nodes: &[NodeId]) -> String {
    let list: Vec<String> = nodes.iter().map(ToString::to_string).collect();
    if list.is_empty() { "nobody".to_owned() } else { list.join(", ") }
}
