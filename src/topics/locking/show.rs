//! What all locks of the lesson show: who believes to hold the lock, what became of each write, and the facts about both. Knows no lock.

use super::job::{Job, JobTimer, Phase};
use super::protocol::{Ghost, Lock, Locked, Memory, Message, Wait, storage_at};
use super::storage::{Attempt, Request, Storage, StoreMessage, Token};
use crate::sim::erased::PartsOf;
use crate::sim::{
    Bindings, Cell, Choice, Cluster, Exhibit, Fact, Field, Invariant, Lane, Ledger, LedgerRow, MessageKind, NodeId, NodeView, Role, Step,
    Timers as _, Tone, Trace,
};
use crate::topics::roles;

/// Kinds of [`StoreMessage`], the first of every lock's kinds.
pub const STORE_KINDS: [MessageKind; STORE_KINDS_COUNT as usize] = [
    MessageKind::request("Read", "RD", Tone::Neutral, "A client that has the lock asks the storage for the counter."),
    MessageKind::reply("Value", "VAL", Tone::Neutral, "The counter, and how many writes there have been."),
    MessageKind::request("Write", "WR", Tone::Leader, "The client's sum. The storage takes it, or refuses it by its token."),
    MessageKind::reply("Written", "OK", Tone::Good, "The storage has taken the write."),
    MessageKind::reply("Stale", "OLD", Tone::Bad, "The storage has seen a higher token, so it refuses."),
];
/// Number of these.
pub const STORE_KINDS_COUNT: u16 = 5;

/// Index among a lock's kinds.
pub fn store_kind(message: &StoreMessage) -> u16 {
    match message {
        StoreMessage::Read { .. } => 0,
        StoreMessage::Value { .. } => 1,
        StoreMessage::Write { .. } => 2,
        StoreMessage::Written { .. } => 3,
        StoreMessage::Stale { .. } => 4,
    }
}

fn under(token: Token) -> String {
    if token == 0 { String::new() } else { format!(", under token {token}") }
}

/// A message in words.
pub fn describe(message: &StoreMessage) -> String {
    match message {
        StoreMessage::Read { token, .. } => format!("Read: what is the counter{}?", under(*token)),
        StoreMessage::Value { value, version, .. } => format!("Value: {value}, after {version} writes"),
        StoreMessage::Write { token, value, .. } => format!("Write: make it {value}{}", under(*token)),
        StoreMessage::Written { .. } => "Written: done".to_owned(),
        StoreMessage::Stale { .. } => "Stale: no, a later holder was here".to_owned(),
    }
}

/// The role of the storage.
pub const STORAGE: Role = Role { label: "storage", glyph: "S", tone: Tone::Neutral };
/// The role of a lock that nobody has.
pub const FREE: Role = Role { label: "free", glyph: "F", tone: Tone::Follower };

/// Names of holders, since a role's words are fixed.
const HELD_BY: [&str; 16] = [
    "held by 0",
    "held by 1",
    "held by 2",
    "held by 3",
    "held by 4",
    "held by 5",
    "held by 6",
    "held by 7",
    "held by 8",
    "held by 9",
    "held by 10",
    "held by 11",
    "held by 12",
    "held by 13",
    "held by 14",
    "held by 15",
];

/// The role of a lock that a client has.
pub fn held_by(client: NodeId) -> Role {
    let label = HELD_BY.get(client.index()).copied().unwrap_or("held");
    Role { label, glyph: "H", tone: Tone::Series(u8::try_from(client.0 % 8).unwrap_or(0)) }
}

/// The role of a client.
pub fn client_role(job: &Job) -> Role {
    match job.phase {
        Phase::Idle => Role { label: "idle", glyph: "–", tone: Tone::Follower },
        Phase::Locking => Role { label: "asking", glyph: "?", tone: Tone::Candidate },
        _ => Role { label: "holder", glyph: "L", tone: Tone::Leader },
    }
}

fn phase_words(job: &Job) -> &'static str {
    match job.phase {
        Phase::Idle => "idle",
        Phase::Locking => "asking",
        Phase::Reading => "reading",
        Phase::Working => "working",
        Phase::Sending => "about to write",
        Phase::Writing => "writing",
    }
}

/// A client's fields in the inspector.
pub fn client_view<L: Lock>(request: Request, job: &Job) -> NodeView {
    let token = if L::TOKENS { format!("token {}", job.token) } else { format!("lock {request}") };
    let field = |name, value, help| Field { name, value, stable: false, help };
    let held = job.believes();
    let read =
        if matches!(job.phase, Phase::Working | Phase::Sending | Phase::Writing) { job.value.to_string() } else { "nothing".to_owned() };
    let until = if held { format!("{} ms", job.until_us / 1_000) } else { "–".to_owned() };
    let fields = vec![
        field("phase", phase_words(job).to_owned(), "Where it is: lock, read, work, check, write, unlock."),
        field("believes", held.to_string(), "Whether it believes that the lock is its own. Nobody but the lock service can know."),
        field("token", if held { token.clone() } else { "none".to_owned() }, "What it shows to the storage with each request."),
        field("valid until", until, "When its lock runs out, by its own clock."),
        field("read", read, "The counter as it read it; it will write this and its own amount."),
    ];
    let ring = held.then(|| Wait::<L::Timer>::from(JobTimer::Validity).code());
    NodeView { badge: if held { token } else { phase_words(job).to_owned() }, fields, ring, points_at: None }
}

/// The storage's fields in the inspector.
pub fn storage_view<L: Lock>(storage: &Storage) -> NodeView {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let mut fields = vec![
        field("counter", storage.value.to_string(), "What the lock protects."),
        field("writes", storage.version.to_string(), "How many writes were taken."),
    ];
    if L::TOKENS {
        fields.push(field("fence", storage.fence.to_string(), "The highest token seen; with the rule on, lower ones are refused."));
    }
    NodeView { badge: format!("counter {}", storage.value), fields, ring: None, points_at: None }
}

fn storage<'a, L: Lock>(cluster: &Cluster<'a, Locked<L>>) -> Option<&'a Storage> {
    cluster.stable(storage_at::<L>(cluster.nodes()))?.storage()
}

/// Who believed, beside what the keepers knew; and the storage's ledger.
pub fn exhibits<L: Lock>(cluster: &Cluster<'_, Locked<L>>, trace: &Trace) -> Vec<Exhibit> {
    let is_shown = |role: &Role| matches!(role.tone, Tone::Leader | Tone::Series(_));
    let mut lanes = roles::intervals(cluster.world(), trace, "Belief and truth", L::CAPTION, is_shown);
    let store = storage_at::<L>(cluster.nodes());
    lanes.lanes.retain(|lane| lane.node != Some(store));
    for lane in &mut lanes.lanes {
        name::<L>(lane, store);
    }
    let ledger = storage(cluster).map(ledger::<L>);
    ledger.into_iter().chain([Exhibit::Intervals(lanes)]).collect()
}

fn name<L: Lock>(lane: &mut Lane, store: NodeId) {
    let Some(node) = lane.node else { return };
    lane.label = if node > store { format!("client {node}") } else { format!("{} {node}", L::KEEPER) };
}

fn ledger<L: Lock>(storage: &Storage) -> Exhibit {
    let row = |(index, attempt): (usize, &Attempt)| {
        let is_repeat = attempt.seen != attempt.found;
        let cell = |text: String, tone, hint: &str| Cell { text, tone, settled: true, hint: hint.to_owned(), ..Cell::default() };
        let (verdict, tone) = match (attempt.taken, is_repeat) {
            (false, _) => ("refused", Tone::Pending),
            (true, false) => ("taken", Tone::Good),
            (true, true) => ("taken, and overwrites", Tone::Bad),
        };
        let mut cells = vec![cell(format!("node {}", attempt.client), Tone::Neutral, "who")];
        if L::TOKENS {
            cells.push(cell(attempt.token.to_string(), Tone::Neutral, "token"));
        }
        cells.extend([
            cell(format!("{} of {}", attempt.seen, attempt.found), Tone::Neutral, "writes it knew of, of those that there were"),
            cell(attempt.value.to_string(), Tone::Neutral, "what it wrote"),
            cell(verdict.to_owned(), tone, "what the storage did"),
        ]);
        LedgerRow { label: format!("write {}", index + 1), node: Some(attempt.client), note: String::new(), cells }
    };
    let columns = ["client", "token", "knew writes", "wrote", "storage"].iter().filter(|name| L::TOKENS || **name != "token");
    Exhibit::Ledger(Ledger {
        title: "Writes at the storage",
        caption: "Each attempt to write, the latest last. A writer that did not know of all writes before its own overwrites one.",
        columns: columns.map(|name| (*name).to_owned()).collect(),
        rows: storage.attempts.iter().enumerate().map(row).collect(),
    })
}

fn job<L: Lock>(parts: &PartsOf<Locked<L>>) -> Option<&Job> {
    parts.volatile.as_ref().and_then(Memory::client).map(|(job, _)| job)
}

/// The client that acted in this step, with its job before and after.
fn change<'a, L: Lock>(cluster: &Cluster<'a, Locked<L>>, step: &Step<'a>) -> Option<(NodeId, Option<&'a Job>, Option<&'a Job>)> {
    let node = step.choice.actor()?;
    let before = step.before::<Locked<L>>().and_then(job::<L>);
    let after = cluster.world().parts::<Locked<L>>(node).and_then(job::<L>);
    (before.is_some() || after.is_some()).then_some((node, before, after))
}

fn believers<L: Lock>(cluster: &Cluster<'_, Locked<L>>) -> Vec<NodeId> {
    let believes = |id: &NodeId| cluster.world().parts::<Locked<L>>(*id).and_then(job::<L>).is_some_and(Job::believes);
    cluster.ids().filter(believes).collect()
}

fn lock_acquired<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, after) = change(cluster, step)?;
    let now = after.filter(|job| job.believes())?;
    let bindings = if now.token == 0 { Bindings::node(node) } else { Bindings::node(node).with("token", now.token) };
    (!before.is_some_and(Job::believes)).then_some(bindings)
}

fn two_holders<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, _: &Step<'_>) -> Option<Bindings> {
    match believers(cluster).as_slice() {
        all @ [first, second, ..] => Some(Bindings::nodes(all.iter().copied()).with("node", first).with("other", second)),
        _ => None,
    }
}

fn one_holder_again<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let (_, before, after) = change(cluster, step)?;
    let stopped = before.is_some_and(Job::believes) && !after.is_some_and(Job::believes);
    match believers(cluster).as_slice() {
        [one] if stopped => Some(Bindings::node(*one)),
        _ => None,
    }
}

fn about_to_write<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, after) = change(cluster, step)?;
    (after?.phase == Phase::Sending && before?.phase != Phase::Sending).then(|| Bindings::node(node))
}

fn gave_up<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, after) = change(cluster, step)?;
    let stopped_short = matches!(before?.phase, Phase::Reading | Phase::Working) && after?.phase == Phase::Idle;
    stopped_short.then(|| Bindings::node(node))
}

fn holder_crashed<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, _) = change(cluster, step)?;
    (matches!(step.choice, Choice::Crash(_)) && before?.believes()).then(|| Bindings::node(node))
}

fn holder_paused<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, _) = change(cluster, step)?;
    (matches!(step.choice, Choice::Pause(_)) && before?.believes()).then(|| Bindings::node(node))
}

/// The attempt to write that this step brought to the storage.
fn attempt<'a, L: Lock>(cluster: &Cluster<'a, Locked<L>>, step: &Step<'_>) -> Option<&'a Attempt> {
    let (id, Message::Store(StoreMessage::Write { request, .. })) = step.delivered::<Locked<L>>()? else { return None };
    let before = step.before::<Locked<L>>()?.stable.storage()?;
    let now = storage(cluster)?;
    let is_new = before.attempts != now.attempts;
    now.attempts.last().filter(|last| is_new && (last.client, last.request) == (id.from, *request))
}

fn about_write(attempt: &Attempt) -> Bindings {
    Bindings::node(attempt.client).with("token", attempt.token).with("value", attempt.value)
}

fn write_taken<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    attempt(cluster, step).filter(|attempt| attempt.taken).map(about_write)
}

fn write_refused<L: Lock>(cluster: &Cluster<'_, Locked<L>>, _: &Ghost<L>, step: &Step<'_>) -> Option<Bindings> {
    let fence = storage(cluster)?.fence;
    attempt(cluster, step).filter(|attempt| !attempt.taken).map(|attempt| about_write(attempt).with("fence", fence))
}

fn lost_update<L: Lock>(_: &Cluster<'_, Locked<L>>, ghost: &Ghost<L>, _: &Step<'_>) -> Option<Bindings> {
    let collision = ghost.history.lost_update?;
    let bindings = Bindings::nodes([collision.late, collision.other]);
    Some(bindings.with("node", collision.late).with("other", collision.other).with("token", collision.late_token))
}

/// What every lock can say of clients, and of a write that is taken.
pub const fn facts<L: Lock>() -> [Fact<Locked<L>>; 8] {
    let acquired = if L::TOKENS { "Node {node} has the lock, with token {token}." } else { "Node {node} has the lock." };
    [
        Fact::milestone("lock-acquired", acquired, lock_acquired),
        Fact::milestone("two-holders", "Nodes {node} and {other} both believe to hold the lock.", two_holders),
        Fact::detail("one-holder-again", "Only node {node} still believes to hold the lock.", one_holder_again),
        Fact::detail("about-to-write", "Node {node} is about to write.", about_to_write),
        Fact::milestone("gave-up", "Node {node} gives up without writing.", gave_up),
        Fact::milestone("holder-crashed", "Node {node}, which has the lock, crashes.", holder_crashed),
        Fact::milestone("holder-paused", "Node {node}, which has the lock, freezes.", holder_paused),
        Fact::detail("write-taken", "The storage takes {value} from node {node}.", write_taken),
    ]
}

/// What a lock with tokens can say besides: the storage refused a write for its token.
pub const fn write_refused_fact<L: Lock>() -> Fact<Locked<L>> {
    Fact::milestone("write-refused", "The storage refuses token {token} of node {node}: it has seen {fence}.", write_refused)
}

/// A write overwrote one that its writer had not seen.
pub const fn lost_update_fact<L: Lock>() -> Fact<Locked<L>> {
    Fact::milestone("lost-update", "Node {node} overwrites what node {other} wrote.", lost_update)
}

/// `no-lost-update`: what the lock is for.
pub const fn no_lost_update<L: Lock>() -> Invariant<Locked<L>> {
    Invariant {
        name: "no-lost-update",
        sentence: "No write overwrites one that its writer has not seen. This is what the lock is for.",
        check: |_, ghost| ghost.history.check_no_lost_update(),
    }
}

/// `token-order`: what the fence promises.
pub const fn token_order<L: Lock>() -> Invariant<Locked<L>> {
    Invariant {
        name: "token-order",
        sentence: "Once a holder has written, the storage takes no write of an earlier one. The fence promises this, whatever the clocks do.",
        check: |_, ghost| ghost.history.check_token_order(),
    }
}
