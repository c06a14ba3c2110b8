//! What the ring shows: messages in words, invariants, facts, node views, the journeys of the numbers and their cost.

use super::arrangement::{bounds, cost};
use super::tokens::{Journey, Tokens};
use super::{Message, Ring, Stable, Timer, Token, Volatile, param};
use crate::sim::{
    Bindings, Cell, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, MessageKind, Messages, NodeId, NodeView, Role, Step,
    Timers as _, Tone, Trace, Watched,
};
use crate::topics::leader_election::believers;
use crate::topics::roles;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Election", "ELN", Tone::Candidate, "A candidate's number, on its way round the ring."),
        MessageKind::request("Elected", "WON", Tone::Leader, "The number of the elected process, told once round the ring."),
        MessageKind::reply(
            "Ack",
            "ACK",
            Tone::Neutral,
            "Not in the paper: the successor is alive. Sent only if dead successors are skipped.",
        ),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Token(Token::Election(_)) => 0,
            Message::Token(Token::Elected(_)) => 1,
            Message::Ack(_) => 2,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Token(Token::Election(number)) => format!("Election {number}: is anyone larger than {number}?"),
            Message::Token(Token::Elected(number)) => format!("Elected {number}: process {number} leads"),
            Message::Ack(Token::Election(number)) => format!("Ack: election token {number} has arrived"),
            Message::Ack(Token::Elected(number)) => format!("Ack: the news of {number} has arrived"),
        }
    }
}

impl Watched for Ring {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "largest-elected",
        sentence: "Nobody is elected while a process with a larger number was up all the time that its own took to come round. \
                   With the paper's rules it holds whatever is lost. If dead successors are skipped, it rests on acknowledgements \
                   that are never late.",
        check: |_, ghost| ghost.check_deserved(),
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("leader-elected", "Node {node} is elected.", believers::leader_elected),
        Fact::milestone("two-leaders", "Nodes {node} and {other} both believe to be elected.", believers::two_leaders),
        Fact::detail("election-started", "Node {node} takes part.", believers::election_started),
        Fact::milestone("leader-crashed", "The elected node {node} crashes.", believers::leader_crashed),
        Fact::milestone("one-leader-again", "Only node {node} is left that believes to be elected.", believers::one_leader_again),
        Fact::detail("candidate-swallowed", "Node {node}, number {larger}, swallows number {number}.", candidate_swallowed),
        Fact::milestone("token-lost", "Number {number} is lost on its way to node {node}.", token_lost),
        Fact::milestone(
            "election-finished",
            "Everybody knows that {number} is elected; it took {messages} election messages.",
            election_finished,
        ),
    ];

    fn observe(ghost: &mut Tokens, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        ghost.observe(cluster, step);
    }
    fn role(_: &Stable, node: &Volatile) -> Role {
        if node.leads {
            Role { label: "elected", glyph: "L", tone: Tone::Leader }
        } else if node.participant {
            Role { label: "participant", glyph: "P", tone: Tone::Candidate }
        } else {
            Role { label: "at rest", glyph: "–", tone: Tone::Follower }
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let number = cluster.stable(id).map_or(0, |disk| disk.number);
        let badge = format!("number {number}");
        let mut fields = vec![Field {
            name: "number",
            value: number.to_string(),
            stable: true,
            help: "The process's own number, unique on the ring; the largest is to be elected.",
        }];
        let Some(node) = cluster.volatile(id) else { return NodeView { badge, fields, ..NodeView::default() } };
        let mut field = |name, value, help| fields.push(Field { name, value, stable: false, help });
        field("participant", yes(node.participant), "Whether it takes part in an election now.");
        field(
            "elected",
            node.elected.map_or("unknown".to_owned(), |n| n.to_string()),
            "Number of the elected process, as far as it knows.",
        );
        let waits: Vec<String> = node.unacknowledged.iter().map(|(token, _)| format!("{token:?}")).collect();
        if cluster.params().on(param::SKIP_DEAD) {
            field("unacknowledged", waits.join(", "), "Tokens that it sent and that no successor has acknowledged.");
        }
        let ring = node.unacknowledged.first().map_or(Timer::Begin, |(token, _)| Timer::Ack(*token));
        let successor = NodeId((id.0 + 1) % cluster.nodes());
        NodeView { badge, fields, ring: Some(ring.code()), points_at: Some(successor) }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, ghost: &Tokens, trace: &Trace) -> Vec<Exhibit> {
        let caption = "A span for each time in which a process believed to be elected.";
        let reigns = roles::intervals(cluster.world(), trace, "Elected", caption, |role| role.tone == Tone::Leader);
        vec![journeys(cluster, ghost), price(cluster, ghost), Exhibit::Intervals(reigns)]
    }
}

fn candidate_swallowed(cluster: &Cluster<'_, Ring>, _: &Tokens, step: &Step<'_>) -> Option<Bindings> {
    let (id, message) = step.delivered::<Ring>()?;
    let Message::Token(Token::Election(number)) = *message else { return None };
    let mine = cluster.stable(id.to)?.number;
    let swallows = mine > number && cluster.params().on(param::SWALLOW);
    swallows.then(|| Bindings::node(id.to).with("number", number).with("larger", mine))
}

fn token_lost(_: &Cluster<'_, Ring>, _: &Tokens, step: &Step<'_>) -> Option<Bindings> {
    let (id, message) = step.dropped::<Ring>()?;
    let Message::Token(Token::Election(number) | Token::Elected(number)) = *message else { return None };
    Some(Bindings::node(id.to).with("number", number))
}

fn election_finished(cluster: &Cluster<'_, Ring>, ghost: &Tokens, step: &Step<'_>) -> Option<Bindings> {
    let (id, message) = step.delivered::<Ring>()?;
    let Message::Token(Token::Elected(number)) = *message else { return None };
    (cluster.stable(id.to)?.number == number)
        .then(|| Bindings::nodes([id.to]).with("number", number).with("messages", ghost.election_messages()))
}

fn journeys(cluster: &Cluster<'_, Ring>, ghost: &Tokens) -> Exhibit {
    let row = |id: NodeId| {
        let number = cluster.stable(id).map_or(0, |disk| disk.number);
        let journey = ghost.journeys.get(&number);
        let is_home = cluster.volatile(id).is_some_and(|node| node.leads);
        LedgerRow {
            label: format!("node {id}"),
            node: Some(id),
            note: fate(journey, is_home),
            cells: vec![text(number.to_string(), "its number"), text(hops(journey).to_string(), "election messages that carried it")],
        }
    };
    Exhibit::Ledger(Ledger {
        title: "Journeys",
        caption: "How far each process's number came in the present election, in the order of the ring.",
        columns: vec!["number".to_owned(), "messages".to_owned()],
        rows: cluster.ids().map(row).collect(),
    })
}

fn hops(journey: Option<&Journey>) -> u32 {
    journey.map_or(0, |journey| journey.messages)
}

fn fate(journey: Option<&Journey>, is_home: bool) -> String {
    match journey {
        None => "did not set out".to_owned(),
        Some(Journey { swallowed_by: Some(by), .. }) => format!("swallowed by node {by}"),
        Some(_) if is_home => "came home: elected".to_owned(),
        Some(_) => "on its way".to_owned(),
    }
}

fn price(cluster: &Cluster<'_, Ring>, ghost: &Tokens) -> Exhibit {
    let numbers: Vec<u32> = cluster.ids().filter_map(|id| Some(cluster.stable(id)?.number)).collect();
    let (least, average_e2, most) = bounds(u32::from(cluster.nodes()));
    let average = format!("{}.{:02}", average_e2 / 100, average_e2 % 100);
    let row = |label: &str, value: String, note: &str| LedgerRow {
        label: label.to_owned(),
        node: None,
        note: note.to_owned(),
        cells: vec![text(value, note)],
    };
    Exhibit::Ledger(Ledger {
        title: "Price of an election",
        caption: "Election messages so far, and what the paper says if all processes start at once. The news of the victory \
                  takes n more.",
        columns: Vec::new(),
        rows: vec![
            row("this election", ghost.election_messages().to_string(), "election messages so far"),
            row("the news", ghost.elected_messages.to_string(), "elected messages so far"),
            row("this arrangement", cost(&numbers).to_string(), "if all start at once and nothing fails"),
            row("best case", least.to_string(), "2n − 1: numbers rise along the way"),
            row("average", average, "n · Hₙ: over all arrangements"),
            row("worst case", most.to_string(), "n(n + 1)/2: numbers fall along the way"),
        ],
    })
}

fn text(text: String, hint: &str) -> Cell {
    Cell { text, settled: true, hint: hint.to_owned(), ..Cell::default() }
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}
