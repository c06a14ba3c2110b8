//! What all locks of the lesson show: who believes to hold the lock, what became of each write, and the facts about both. Knows no lock.

use super::job::{Job, Locking, Phase};
use super::storage::{Attempt, Storage, StoreMessage, Token};
use crate::sim::erased::PartsOf;
use crate::sim::{
    Bindings, Cell, Choice, Cluster, Exhibit, Fact, Field, Invariant, Lane, Ledger, LedgerRow, MessageKind, NodeId, NodeView, Role, Step,
    Tone, Trace,
};
use crate::topics::roles;

/// Kinds of [`StoreMessage`], the first of every lock's kinds.
pub const READ: MessageKind =
    MessageKind::request("Read", "RD", Tone::Neutral, "A client that has the lock asks the storage for the counter.");
pub const VALUE: MessageKind = MessageKind::reply("Value", "VAL", Tone::Neutral, "The counter, and how many writes there have been.");
pub const WRITE: MessageKind =
    MessageKind::request("Write", "WR", Tone::Leader, "The client's sum. The storage takes it, or refuses it by its token.");
pub const WRITTEN: MessageKind = MessageKind::reply("Written", "OK", Tone::Good, "The storage has taken the write.");
pub const STALE: MessageKind = MessageKind::reply("Stale", "OLD", Tone::Bad, "The storage has seen a higher token, so it refuses.");
/// Number of these.
pub const STORE_KINDS: u16 = 5;

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

/// A client's fields in the inspector. `token` says how its lock is named.
pub fn client_view(role: Role, job: &Job, token: String, ring: Option<u32>) -> NodeView {
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
    NodeView { role, badge: if held { token } else { phase_words(job).to_owned() }, fields, ring, points_at: None }
}

/// The storage's fields in the inspector.
pub fn storage_view(role: Role, storage: &Storage, has_fence: bool) -> NodeView {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let mut fields = vec![
        field("counter", storage.value.to_string(), "What the lock protects."),
        field("writes", storage.version.to_string(), "How many writes were taken."),
    ];
    if has_fence {
        fields.push(field("fence", storage.fence.to_string(), "The highest token seen; with the rule on, lower ones are refused."));
    }
    NodeView { role, badge: format!("counter {}", storage.value), fields, ring: None, points_at: None }
}

fn storage<'a, P: Locking>(cluster: &Cluster<'a, P>) -> Option<&'a Storage> {
    P::storage(cluster.stable(P::storage_at(cluster.nodes()))?)
}

/// Who believed, beside what the lock's own nodes knew; and the storage's ledger. `truth` names the lanes of the latter nodes.
pub fn exhibits<P: Locking>(cluster: &Cluster<'_, P>, trace: &Trace, caption: &'static str, truth: &str) -> Vec<Exhibit> {
    let is_shown = |role: &Role| matches!(role.tone, Tone::Leader | Tone::Series(_));
    let mut lanes = roles::intervals(cluster.world(), trace, "Belief and truth", caption, is_shown);
    let store = P::storage_at(cluster.nodes());
    lanes.lanes.retain(|lane| lane.node != Some(store));
    for lane in &mut lanes.lanes {
        name(cluster, lane, truth);
    }
    let ledger = storage(cluster).map(|storage| ledger(storage, P::FENCES.is_some()));
    ledger.into_iter().chain([Exhibit::Intervals(lanes)]).collect()
}

fn name<P: Locking>(cluster: &Cluster<'_, P>, lane: &mut Lane, truth: &str) {
    let Some(node) = lane.node else { return };
    lane.label = if P::is_client(cluster.nodes(), node) { format!("client {node}") } else { format!("{truth} {node}") };
}

fn ledger(storage: &Storage, has_tokens: bool) -> Exhibit {
    let row = |(index, attempt): (usize, &Attempt)| {
        let is_repeat = attempt.seen != attempt.found;
        let cell = |text: String, tone, hint: &str| Cell { text, tone, settled: true, hint: hint.to_owned(), ..Cell::default() };
        let (verdict, tone) = match (attempt.taken, is_repeat) {
            (false, _) => ("refused", Tone::Pending),
            (true, false) => ("taken", Tone::Good),
            (true, true) => ("taken, and overwrites", Tone::Bad),
        };
        let mut cells = vec![cell(format!("node {}", attempt.client), Tone::Neutral, "who")];
        if has_tokens {
            cells.push(cell(attempt.token.to_string(), Tone::Neutral, "token"));
        }
        cells.extend([
            cell(format!("{} of {}", attempt.seen, attempt.found), Tone::Neutral, "writes it knew of, of those that there were"),
            cell(attempt.value.to_string(), Tone::Neutral, "what it wrote"),
            cell(verdict.to_owned(), tone, "what the storage did"),
        ]);
        LedgerRow { label: format!("write {}", index + 1), node: Some(attempt.client), note: String::new(), cells }
    };
    let columns = ["client", "token", "knew writes", "wrote", "storage"].iter().filter(|name| has_tokens || **name != "token");
    Exhibit::Ledger(Ledger {
        title: "Writes at the storage",
        caption: "Each attempt to write, the latest last. A writer that did not know of all writes before its own overwrites one.",
        columns: columns.map(|name| (*name).to_owned()).collect(),
        rows: storage.attempts.iter().enumerate().map(row).collect(),
    })
}

fn about(node: NodeId) -> Bindings {
    Bindings::nodes([node]).with("node", node)
}

fn job<P: Locking>(parts: &PartsOf<P>) -> Option<&Job> {
    P::job(parts.volatile.as_ref()?)
}

/// The client that acted in this step, with its job before and after.
fn change<'a, P: Locking>(cluster: &Cluster<'a, P>, step: &Step<'a>) -> Option<(NodeId, Option<&'a Job>, Option<&'a Job>)> {
    let node = step.choice.actor()?;
    let before = step.before::<P>().and_then(job::<P>);
    let after = cluster.world().parts::<P>(node).and_then(job::<P>);
    (before.is_some() || after.is_some()).then_some((node, before, after))
}

fn believers<P: Locking>(cluster: &Cluster<'_, P>) -> Vec<NodeId> {
    let believes = |id: &NodeId| cluster.world().parts::<P>(*id).and_then(job::<P>).is_some_and(Job::believes);
    cluster.ids().filter(believes).collect()
}

fn lock_acquired<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, after) = change(cluster, step)?;
    let now = after.filter(|job| job.believes())?;
    let bindings = if now.token == 0 { about(node) } else { about(node).with("token", now.token) };
    (!before.is_some_and(Job::believes)).then_some(bindings)
}

fn two_holders<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, _: &Step<'_>) -> Option<Bindings> {
    match believers(cluster).as_slice() {
        all @ [first, second, ..] => Some(Bindings::nodes(all.iter().copied()).with("node", first).with("other", second)),
        _ => None,
    }
}

fn one_holder_again<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (_, before, after) = change(cluster, step)?;
    let stopped = before.is_some_and(Job::believes) && !after.is_some_and(Job::believes);
    match believers(cluster).as_slice() {
        [one] if stopped => Some(about(*one)),
        _ => None,
    }
}

fn about_to_write<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, after) = change(cluster, step)?;
    (after?.phase == Phase::Sending && before?.phase != Phase::Sending).then(|| about(node))
}

fn gave_up<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, after) = change(cluster, step)?;
    let stopped_short = matches!(before?.phase, Phase::Reading | Phase::Working) && after?.phase == Phase::Idle;
    stopped_short.then(|| about(node))
}

fn holder_crashed<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, _) = change(cluster, step)?;
    (matches!(step.choice, Choice::Crash(_)) && before?.believes()).then(|| about(node))
}

fn holder_paused<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, _) = change(cluster, step)?;
    (matches!(step.choice, Choice::Pause(_)) && before?.believes()).then(|| about(node))
}

/// The attempt to write that this step brought to the storage.
fn attempt<'a, P: Locking>(cluster: &Cluster<'a, P>, step: &Step<'_>) -> Option<&'a Attempt> {
    let (id, message) = step.delivered::<P>()?;
    let StoreMessage::Write { request, .. } = P::stored(message)? else { return None };
    let before = P::storage(&step.before::<P>()?.stable)?;
    let now = storage(cluster)?;
    let is_new = before.attempts != now.attempts;
    now.attempts.last().filter(|last| is_new && (last.client, last.request) == (id.from, *request))
}

fn about_write(attempt: &Attempt) -> Bindings {
    about(attempt.client).with("token", attempt.token).with("value", attempt.value)
}

fn write_taken<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    attempt(cluster, step).filter(|attempt| attempt.taken).map(about_write)
}

fn write_refused<P: Locking>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let fence = storage(cluster)?.fence;
    attempt(cluster, step).filter(|attempt| !attempt.taken).map(|attempt| about_write(attempt).with("fence", fence))
}

fn lost_update<P: Locking>(_: &Cluster<'_, P>, ghost: &P::Ghost, _: &Step<'_>) -> Option<Bindings> {
    let collision = P::history(ghost).lost_update?;
    let bindings = Bindings::nodes([collision.late, collision.other]);
    Some(bindings.with("node", collision.late).with("other", collision.other).with("token", collision.late_token))
}

/// `lock-acquired`: a client came to believe that the lock is its own.
pub const fn lock_acquired_fact<P: Locking>() -> Fact<P> {
    let sentence = if P::FENCES.is_some() { "Node {node} has the lock, with token {token}." } else { "Node {node} has the lock." };
    Fact { name: "lock-acquired", sentence, mark: true, test: lock_acquired }
}
/// `two-holders`: more than one client believes so.
pub const fn two_holders_fact<P: Locking>() -> Fact<P> {
    Fact { name: "two-holders", sentence: "Nodes {node} and {other} both believe to hold the lock.", mark: true, test: two_holders }
}
/// `one-holder-again`: one of two stopped believing so.
pub const fn one_holder_again_fact<P: Locking>() -> Fact<P> {
    Fact { name: "one-holder-again", sentence: "Only node {node} still believes to hold the lock.", mark: false, test: one_holder_again }
}
/// `about-to-write`: a client has made sure that the lock is its own, and its write will leave.
pub const fn about_to_write_fact<P: Locking>() -> Fact<P> {
    Fact { name: "about-to-write", sentence: "Node {node} is about to write.", mark: false, test: about_to_write }
}
/// `gave-up`: a client that had the lock stopped without writing.
pub const fn gave_up_fact<P: Locking>() -> Fact<P> {
    Fact { name: "gave-up", sentence: "Node {node} gives up without writing.", mark: true, test: gave_up }
}
/// `holder-crashed`: this step crashed a client that believed to hold the lock.
pub const fn holder_crashed_fact<P: Locking>() -> Fact<P> {
    Fact { name: "holder-crashed", sentence: "Node {node}, which has the lock, crashes.", mark: true, test: holder_crashed }
}
/// `holder-paused`: this step froze one.
pub const fn holder_paused_fact<P: Locking>() -> Fact<P> {
    Fact { name: "holder-paused", sentence: "Node {node}, which has the lock, freezes.", mark: true, test: holder_paused }
}
/// `write-taken`: the storage took a write.
pub const fn write_taken_fact<P: Locking>() -> Fact<P> {
    Fact { name: "write-taken", sentence: "The storage takes {value} from node {node}.", mark: false, test: write_taken }
}
/// `write-refused`: the storage refused one for its token.
pub const fn write_refused_fact<P: Locking>() -> Fact<P> {
    Fact {
        name: "write-refused",
        sentence: "The storage refuses token {token} of node {node}: it has seen {fence}.",
        mark: true,
        test: write_refused,
    }
}
/// `lost-update`: a write overwrote one that its writer had not seen.
pub const fn lost_update_fact<P: Locking>() -> Fact<P> {
    Fact { name: "lost-update", sentence: "Node {node} overwrites what node {other} wrote.", mark: true, test: lost_update }
}

/// `no-lost-update`: what the lock is for.
pub const fn no_lost_update<P: Locking>() -> Invariant<P> {
    Invariant {
        name: "no-lost-update",
        sentence: "No write overwrites one that its writer has not seen. This is what the lock is for.",
        check: |_, ghost| P::history(ghost).check_no_lost_update(),
    }
}
/// `token-order`: what the fence promises.
pub const fn token_order<P: Locking>() -> Invariant<P> {
    Invariant {
        name: "token-order",
        sentence: "Once a holder has written, the storage takes no write of an earlier one. The fence promises this, whatever the clocks do.",
        check: |_, ghost| P::history(ghost).check_token_order(),
    }
}
