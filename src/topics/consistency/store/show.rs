//! What the store shows: messages in words, the history and what the models say of it, facts, node views.

use super::params::Kind;
use super::state::{Message, Register, Session, Stable, Timer, Vector, Volatile, Write};
use super::{CLIENTS, JUDGED_MAX, KEYS, Observed, REPLICAS, Store, bit};
use crate::check::history::judge::{Verdict, judge, refuses};
use crate::check::history::model::MODELS;
use crate::check::history::{Access, History, Model};
use crate::sim::{
    Bindings, Broken, Cell, Choice, Cluster, Exhibit, Fact, Field, HistoryView, Invariant, Ledger, LedgerRow, MessageKind, Messages,
    NodeId, NodeView, Operation, Role, Step, Timers as _, Tone, Trace, Watched,
};

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Write", "W", Tone::Candidate, "A client asks its replica to write."),
        MessageKind::request("Read", "R", Tone::Follower, "A client asks its replica to read."),
        MessageKind::reply("Wrote", "ok", Tone::Candidate, "The write is done, as far as the client is told."),
        MessageKind::reply("Value", "val", Tone::Follower, "What the register holds, as far as the client is told."),
        MessageKind::request("Query", "Q", Tone::Neutral, "Quorum, first phase: what copy do you have?"),
        MessageKind::reply("State", "S", Tone::Neutral, "A copy with its stamp."),
        MessageKind::request("Store", "ST", Tone::Pending, "Quorum, second phase: keep this copy if it is later than yours."),
        MessageKind::reply("Stored", "ok", Tone::Pending, "The copy is kept."),
        MessageKind::request("Submit", "SUB", Tone::Candidate, "Total order: a write on its way to the sequencer."),
        MessageKind::request("Update", "UP", Tone::Good, "A numbered write on its way to the other copies."),
        MessageKind::request("Ask", "ask", Tone::Neutral, "Anti-entropy: this is what I have."),
        MessageKind::reply("Updates", "UPS", Tone::Good, "Anti-entropy: and this is what you lack."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Write { .. } => 0,
            Message::Read { .. } => 1,
            Message::Wrote { .. } => 2,
            Message::Value { .. } => 3,
            Message::Query { .. } => 4,
            Message::State { .. } => 5,
            Message::Store { .. } => 6,
            Message::Stored { .. } => 7,
            Message::Submit(_) => 8,
            Message::Update(_) => 9,
            Message::Ask(_) => 10,
            Message::Updates(_) => 11,
        }
    }
    fn describe(&self) -> String {
        let needing = |needs: &Vector| {
            if *needs == Vector::default() { String::new() } else { format!(", at a copy that has {}", vector(needs)) }
        };
        match self {
            Message::Write { key, value, needs, .. } => format!("Write {} = {value}{}", key_name(*key), needing(needs)),
            Message::Read { key, needs, .. } => format!("Read {}{}", key_name(*key), needing(needs)),
            Message::Wrote { .. } => "Wrote: done".to_owned(),
            Message::Value { value, .. } => format!("Value: it holds {value}"),
            Message::Query { key, .. } => format!("Query: what do you have of {}?", key_name(*key)),
            Message::State { register, .. } => format!("State: {}", stamped(register)),
            Message::Store { key, register, .. } => format!("Store {} = {}", key_name(*key), stamped(register)),
            Message::Stored { .. } => "Stored".to_owned(),
            Message::Submit(write) => format!("Submit {}", write_words(write)),
            Message::Update(write) => {
                format!("Update {} of replica {}: {}, after {}", write.number, write.origin, write_words(write), vector(&write.after))
            }
            Message::Ask(has) => format!("Ask: I have {} writes of the replicas", vector(has)),
            Message::Updates(writes) => format!("Updates: {}", writes.iter().map(write_words).collect::<Vec<_>>().join(", ")),
        }
    }
}

fn key_name(key: u8) -> &'static str {
    KEYS.get(usize::from(key)).copied().unwrap_or_default()
}

/// The name of a client's node.
fn client_name(node: NodeId) -> &'static str {
    node.0.checked_sub(REPLICAS).and_then(|client| CLIENTS.get(usize::from(client))).copied().unwrap_or_default()
}

fn vector(vector: &Vector) -> String {
    let counts: Vec<String> = vector.iter().map(ToString::to_string).collect();
    format!("({})", counts.join(", "))
}

fn stamped(register: &Register) -> String {
    format!("{}, stamped {}.{}", register.value, register.stamp.0, register.stamp.1)
}

fn write_words(write: &Write) -> String {
    format!("{} = {}", key_name(write.key), write.value)
}

/// What an operation is to the history.
pub fn reading(operation: &Operation) -> Option<(u16, u16, Access)> {
    let process = operation.node.0.checked_sub(REPLICAS)?;
    let key = || operation.call.text(0).and_then(|name| KEYS.iter().position(|key| *key == name)).and_then(|at| u16::try_from(at).ok());
    match operation.call.command {
        0 => Some((process, key()?, Access::Write(operation.call.number(1)?))),
        1 => Some((process, key()?, Access::Read(None))),
        _ => None,
    }
}

/// The history so far.
pub fn history(cluster: &Cluster<'_, Store>, observed: &Observed) -> History {
    let clients = usize::from(cluster.nodes().saturating_sub(REPLICAS));
    observed.watch.history(CLIENTS.iter().take(clients).map(ToString::to_string).collect(), KEYS.map(str::to_owned).to_vec())
}

fn kept(model: Model, cluster: &Cluster<'_, Store>, observed: &Observed) -> Result<(), Broken> {
    if !observed.refuses(model) || !Kind::of(cluster.params()).promises(model, cluster.params()) {
        return Ok(());
    }
    let history = history(cluster, observed);
    match judge(&history, model) {
        Verdict::Refused(refusal) => {
            let mut nodes: Vec<NodeId> =
                refusal.calls.iter().filter_map(|call| history.calls.get(*call)).map(|call| NodeId(call.process + REPLICAS)).collect();
            nodes.sort_unstable();
            nodes.dedup();
            Err(Broken { nodes, says: refusal.says })
        }
        _ => Ok(()),
    }
}

const fn promise(
    name: &'static str,
    sentence: &'static str,
    check: fn(&Cluster<'_, Store>, &Observed) -> Result<(), Broken>,
) -> Invariant<Store> {
    Invariant { name, sentence, check }
}

impl Watched for Store {
    const INVARIANTS: &'static [Invariant<Self>] = &[
        promise(
            "linearizable",
            "The quorum register promises: each operation takes effect at one moment between its call and its return.",
            |c, o| kept(Model::Linearizable, c, o),
        ),
        promise("sequential", "Total order promises: one order of all operations that keeps the order of each client.", |c, o| {
            kept(Model::Sequential, c, o)
        }),
        promise("causal", "Causal memory promises: every client sees a write after those that it may depend on.", |c, o| {
            kept(Model::Causal, c, o)
        }),
        promise("pram", "FIFO promises: every client sees the writes of one client in their order.", |c, o| kept(Model::Pram, c, o)),
        promise("monotonic-writes", "Sessions promise: the writes of one session are seen in their order.", |c, o| {
            kept(Model::MonotonicWrites, c, o)
        }),
        promise("writes-follow-reads", "Sessions promise: a write is seen after what its session had read.", |c, o| {
            kept(Model::WritesFollowReads, c, o)
        }),
        promise("read-your-writes", "Sessions promise: a session reads its own writes, or what came after them.", |c, o| {
            kept(Model::ReadYourWrites, c, o)
        }),
        promise("monotonic-reads", "Sessions promise: a session does not lose what it has seen.", |c, o| kept(Model::MonotonicReads, c, o)),
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("write-returned", "Client {name} is told that its write of {value} to {key} is done.", |c, _, step| {
            returned(c, step, true)
        }),
        Fact::detail("read-returned", "Client {name} reads {value} from {key}.", |c, _, step| returned(c, step, false)),
        Fact::detail("client-moved", "Client {name} asks replica {replica} from now on.", client_moved),
        Fact::milestone("client-gave-up", "Client {name} gives up waiting; what it asked for may still happen.", client_gave_up),
        Fact::detail("update-waits", "Replica {node} has an update that waits for others: {update}.", update_waits),
        Fact::detail("request-waits", "Replica {node} lets client {name} wait: its copy lacks what the session needs.", request_waits),
        Fact::detail("replicas-differ", "Replicas {node} and {other} hold different values of {key}.", replicas_differ),
        Fact::detail("replicas-agree", "All replicas hold the same, and nothing is on its way.", replicas_agree),
        Fact::milestone("linearizable-refused", "The history is no longer linearizable.", |_, o: &Observed, _| {
            refused(Model::Linearizable, o)
        }),
        Fact::milestone("sequential-refused", "The history is no longer sequentially consistent.", |_, o: &Observed, _| {
            refused(Model::Sequential, o)
        }),
        Fact::milestone("causal-refused", "The history is no longer causally consistent.", |_, o: &Observed, _| refused(Model::Causal, o)),
        Fact::milestone("pram-refused", "The history is no longer PRAM consistent.", |_, o: &Observed, _| refused(Model::Pram, o)),
        Fact::milestone("monotonic-writes-refused", "A session does not see another's writes in order.", |_, o: &Observed, _| {
            refused(Model::MonotonicWrites, o)
        }),
        Fact::milestone("writes-follow-reads-refused", "A session sees a write without what it followed.", |_, o: &Observed, _| {
            refused(Model::WritesFollowReads, o)
        }),
        Fact::milestone("read-your-writes-refused", "A session does not read its own write.", |_, o: &Observed, _| {
            refused(Model::ReadYourWrites, o)
        }),
        Fact::milestone("monotonic-reads-refused", "A session loses what it had seen.", |_, o: &Observed, _| {
            refused(Model::MonotonicReads, o)
        }),
    ];

    fn observe(observed: &mut Observed, cluster: &Cluster<'_, Self>, _: &Step<'_>) {
        let is_news = observed.watch.note(cluster.operations(), reading);
        if !is_news || observed.watch.count() > JUDGED_MAX {
            return;
        }
        let history = history(cluster, observed);
        for model in MODELS.iter().filter(|model| **model != Model::Eventual) {
            if !observed.refuses(*model) && refuses(&history, *model) {
                observed.refused |= bit(*model);
            }
        }
    }
    fn role(stable: &Stable, volatile: &Volatile) -> Role {
        match (stable, volatile) {
            (Stable::Replica(_), _) => Role { label: "replica", glyph: "R", tone: Tone::Follower },
            (_, Volatile::Client(Some(_))) => Role { label: "client, waiting", glyph: "?", tone: Tone::Pending },
            _ => Role { label: "client", glyph: "C", tone: Tone::Neutral },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let volatile = cluster.volatile(id);
        match cluster.stable(id) {
            Some(Stable::Replica(copies)) => {
                let mut fields = replica_fields(copies);
                if let Some(Volatile::Replica(work)) = volatile {
                    fields.push(Field {
                        name: "held",
                        value: work.held.iter().map(|(client, _)| client_name(*client)).collect::<Vec<_>>().join(", "),
                        stable: false,
                        help: "Clients whose request waits until this copy has what their session needs.",
                    });
                }
                let badge = copies.registers.iter().zip(KEYS).map(|(register, key)| format!("{key}={}", register.value));
                NodeView { badge: badge.collect::<Vec<_>>().join(" "), fields, ring: Some(Timer::Sync.code()), points_at: None }
            }
            Some(Stable::Client(session)) => {
                let fields = client_fields(session);
                let badge = format!("client {}", client_name(id));
                NodeView { badge, fields, ring: Some(Timer::Patience.code()), points_at: Some(session.replica) }
            }
            None => NodeView::default(),
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, observed: &Observed, _: &Trace) -> Vec<Exhibit> {
        let row = |id: NodeId| {
            let Some(Stable::Replica(copies)) = cluster.stable(id) else { return None };
            let cell = |write: &Write, settled: bool| Cell {
                text: write_words(write),
                corner: format!("{}.{}", write.origin, write.number),
                tone: Tone::Series(u8::try_from(write.origin.0).unwrap_or(0)),
                settled,
                hint: format!("write {} of replica {}{}", write.number, write.origin, if settled { "" } else { ", not applied yet" }),
            };
            let cells = copies.applied.iter().map(|write| cell(write, true)).chain(copies.waiting.iter().map(|write| cell(write, false)));
            let note = copies
                .registers
                .iter()
                .zip(KEYS)
                .map(|(register, key)| format!("{key} = {}", register.value))
                .collect::<Vec<_>>()
                .join(", ");
            Some(LedgerRow { label: format!("replica {id}"), node: Some(id), note, cells: cells.collect() })
        };
        vec![
            Exhibit::History(HistoryView {
                title: "History",
                caption: "What clients asked and were told. An operation took effect somewhere between its ends, or so its client hopes.",
                history: history(cluster, observed),
            }),
            Exhibit::Ledger(Ledger {
                title: "Updates",
                caption: "Writes in the order in which each replica applied them; dashed ones still wait. The quorum register keeps no list.",
                columns: Vec::new(),
                rows: (0..REPLICAS).map(NodeId).filter_map(row).collect(),
            }),
        ]
    }
}

/// The history has become one that the model refuses.
fn refused(model: Model, observed: &Observed) -> Option<Bindings> {
    observed.refuses(model).then(Bindings::default)
}

fn about(node: NodeId) -> Bindings {
    Bindings::nodes([node]).with("name", client_name(node))
}

/// The operation that returned in this step.
fn returned(cluster: &Cluster<'_, Store>, step: &Step<'_>, is_write: bool) -> Option<Bindings> {
    let (id, message) = step.delivered::<Store>()?;
    let Some(Volatile::Client(Some((command, request)))) = step.before::<Store>()?.volatile else { return None };
    let value = match message {
        Message::Wrote { request: answered, .. } if is_write && *answered == request => None,
        Message::Value { request: answered, value, .. } if !is_write && *answered == request => Some(*value),
        _ => return None,
    };
    let operation = cluster.operations().iter().rev().find(|operation| operation.id == command)?;
    let value = value.or_else(|| operation.call.number(1))?;
    Some(about(id.to).with("key", operation.call.text(0)?).with("value", value))
}

fn client_moved(cluster: &Cluster<'_, Store>, _: &Observed, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Command { node, .. } = step.choice else { return None };
    let (Stable::Client(before), Some(Stable::Client(now))) = (&step.before::<Store>()?.stable, cluster.stable(*node)) else { return None };
    (before.replica != now.replica).then(|| about(*node).with("replica", now.replica))
}

fn client_gave_up(cluster: &Cluster<'_, Store>, _: &Observed, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Fire(id) = step.choice else { return None };
    let was_waiting = matches!(step.before::<Store>()?.volatile, Some(Volatile::Client(Some(_))));
    let is_waiting = matches!(cluster.volatile(id.node), Some(Volatile::Client(Some(_))));
    (was_waiting && !is_waiting).then(|| about(id.node))
}

fn update_waits(cluster: &Cluster<'_, Store>, _: &Observed, step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let (Stable::Replica(before), Some(Stable::Replica(now))) = (&step.before::<Store>()?.stable, cluster.stable(node)) else {
        return None;
    };
    let write = now.waiting.iter().find(|write| !before.waiting.contains(write))?;
    Some(Bindings::node(node).with("update", write_words(write)))
}

fn request_waits(cluster: &Cluster<'_, Store>, _: &Observed, step: &Step<'_>) -> Option<Bindings> {
    let (id, _) = step.delivered::<Store>()?;
    let Some(Volatile::Replica(work)) = cluster.volatile(id.to) else { return None };
    let is_held = work.held.iter().any(|(client, _)| *client == id.from);
    is_held.then(|| Bindings::nodes([id.to, id.from]).with("node", id.to).with("name", client_name(id.from)))
}

/// The registers of the replicas that are up.
fn copies<'a>(cluster: &'a Cluster<'_, Store>) -> impl Iterator<Item = (NodeId, &'a super::Copies)> {
    cluster.up().filter_map(|(id, stable, _)| match stable {
        Stable::Replica(copies) => Some((id, copies)),
        Stable::Client(_) => None,
    })
}

fn difference(cluster: &Cluster<'_, Store>) -> Option<(NodeId, NodeId, u8)> {
    let (first, one) = copies(cluster).next()?;
    (0u8..).zip(KEYS).find_map(|(key, _)| {
        let (other, _) = copies(cluster).find(|(_, other)| other.register(key).value != one.register(key).value)?;
        Some((first, other, key))
    })
}

fn replicas_differ(cluster: &Cluster<'_, Store>, _: &Observed, _: &Step<'_>) -> Option<Bindings> {
    let (node, other, key) = difference(cluster)?;
    Some(Bindings::nodes([node, other]).with("node", node).with("other", other).with("key", key_name(key)))
}

fn replicas_agree(cluster: &Cluster<'_, Store>, _: &Observed, _: &Step<'_>) -> Option<Bindings> {
    let is_quiet = cluster.messages().all(|(_, message)| matches!(message, Message::Ask(_)))
        && copies(cluster).all(|(_, copies)| copies.waiting.is_empty());
    let was_written = copies(cluster).any(|(_, copies)| copies.registers.iter().any(|register| *register != Register::default()));
    (is_quiet && was_written && difference(cluster).is_none()).then(|| Bindings::nodes(copies(cluster).map(|(id, _)| id)))
}

fn replica_fields(copies: &super::Copies) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let list = |writes: &[Write]| writes.iter().map(write_words).collect::<Vec<_>>().join(", ");
    let registers = copies.registers.iter().zip(KEYS).map(|(register, key)| format!("{key}: {}", stamped(register)));
    vec![
        field("registers", registers.collect::<Vec<_>>().join("; "), "Its copies. A stamp is a Lamport clock and a replica."),
        field("vector", vector(&copies.vector()), "How many writes of each replica it has applied."),
        field("applied", list(&copies.applied), "The writes in the order in which it applied them."),
        field("waiting", list(&copies.waiting), "Writes that came too early and wait for others."),
    ]
}

fn client_fields(session: &Session) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: true, help };
    vec![
        field("replica", session.replica.to_string(), "The replica that it asks."),
        field("read-vector", vector(&session.read), "What the copies had that it read."),
        field("write-vector", vector(&session.written), "Its own writes, by the replica that numbered them."),
    ]
}
