//! What the caches show: messages in words, the invariant, facts, node views, a summary, how questions ended.

use super::seen::{ENDS, Ended, Seen};
use super::{Cache, Message, SummaryCache, Timer, Volatile, covers, hashing, params};
use crate::sim::series::number;
use crate::sim::{
    Bindings, Broken, Cell, Cells, Cluster, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, MessageKind, Messages, NodeId, NodeView,
    Probe, Role, Step, Timers as _, Tone, Trace, Watched,
};

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Digest", "DIG", Tone::Leader, "What the sender holds, as the bits of a Bloom filter."),
        MessageKind::request("Query", "ASK", Tone::Follower, "Have you got this object?"),
        MessageKind::reply("Hit", "HIT", Tone::Good, "Here it is."),
        MessageKind::reply("Miss", "MISS", Tone::Bad, "It is not here, whatever the digest said."),
        MessageKind::request("Fetch", "GET", Tone::Candidate, "To the origin: send me this object."),
        MessageKind::reply("Object", "OBJ", Tone::Candidate, "The object, from the origin."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Digest(_) => 0,
            Message::Query(..) => 1,
            Message::Hit(..) => 2,
            Message::Miss(..) => 3,
            Message::Fetch(..) => 4,
            Message::Object(..) => 5,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Digest(digest) => format!("Digest of {} bits, {} of them set", digest.len(), digest.filled(0, digest.len())),
            Message::Query(_, object) => format!("Query: have you got object {object}?"),
            Message::Hit(_, object) => format!("Hit: here is object {object}"),
            Message::Miss(_, object) => format!("Miss: object {object} is not here"),
            Message::Fetch(_, object) => format!("Fetch object {object}"),
            Message::Object(_, object) => format!("Object {object}"),
        }
    }
}

impl Watched for SummaryCache {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "summary-covers-cache",
        sentence: "A summary never denies an object that its cache holds.",
        check: |cluster, _| {
            let capacity = params::capacity(cluster.params());
            for (node, (), volatile) in cluster.up() {
                let Volatile::Cache(cache) = volatile else { continue };
                if let Some(object) = cache.objects.iter().find(|object| !covers(&cache.summary, **object, capacity)) {
                    let says = format!("Node {node} holds object {object}, and its summary says that it does not.");
                    return Err(Broken { nodes: vec![node], says });
                }
            }
            Ok(())
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("remote-hit", "Node {node} gets object {object} from node {other}, which has it.", |_, seen: &Seen, _| {
            ended(seen, Ended::RemoteHit)
        }),
        Fact::milestone(
            "false-hit",
            "Node {node} asks node {other} for object {object} for nothing: its bits are set by others.",
            |_, seen: &Seen, _| ended(seen, Ended::FalseHit),
        ),
        Fact::milestone(
            "stale-hit",
            "Node {node} asks node {other} for object {object} for nothing: the digest is out of date.",
            |_, seen: &Seen, _| ended(seen, Ended::StaleHit),
        ),
        Fact::detail(
            "missed-chance",
            "Node {node} fetches object {object} from the origin, though node {other} has it.",
            |_, seen: &Seen, _| ended(seen, Ended::MissedChance),
        ),
        Fact::milestone(
            "mostly-for-nothing",
            "Of {questions} questions to other caches more than half were for nothing.",
            |_, seen: &Seen, _| {
                let (useful, useless) = (seen.count(&[Ended::RemoteHit]), seen.count(&[Ended::StaleHit, Ended::FalseHit]));
                let questions = (useful + useless) / QUESTIONS_MIN * QUESTIONS_MIN;
                (questions > 0 && useless > useful).then(|| Bindings::default().with("questions", questions))
            },
        ),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.observe(cluster, step);
    }
    fn role((): &(), volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Origin => Role { label: "origin", glyph: "O", tone: Tone::Neutral },
            Volatile::Cache(_) => Role { label: "cache", glyph: "C", tone: Tone::Follower },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        let Some(volatile) = cluster.volatile(id) else { return NodeView::default() };
        let Volatile::Cache(cache) = volatile else {
            return NodeView { badge: "all objects".to_owned(), ..NodeView::default() };
        };
        let objects: Vec<String> = cache.objects.iter().map(u64::to_string).collect();
        NodeView {
            badge: format!("{} objects", objects.len()),
            fields: vec![
                field(
                    "objects",
                    if objects.is_empty() { "none".to_owned() } else { objects.join(" ") },
                    "What it holds, the most recently used last.",
                ),
                field("requests", cache.requests.0.to_string(), "Requests of its users."),
                field("found here", cache.requests.1.to_string(), "Those that it could serve by itself."),
                field("under way", cache.open.len().to_string(), "Requests that wait for another cache or the origin."),
                field("digests known", cache.digests.len().to_string(), "Other caches of which it has a digest."),
                field("digests sent", cache.digests_sent.to_string(), "How often it told the others what it holds."),
            ],
            ring: Some(Timer::Digest.code()),
            points_at: None,
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        let summary = caches(cluster).next().map(|(id, cache)| Exhibit::Cells(summary(cluster, id, cache)));
        [Exhibit::Ledger(questions(cluster, seen))].into_iter().chain(summary).collect()
    }
}

/// From so many questions on a share says something.
const QUESTIONS_MIN: u32 = 100;

fn ended(seen: &Seen, way: Ended) -> Option<Bindings> {
    let (ended, node, other, object) = seen.last?;
    (ended == way).then(|| Bindings::nodes([node, other]).with("node", node).with("other", other).with("object", object))
}

fn caches<'a>(cluster: &Cluster<'a, SummaryCache>) -> impl Iterator<Item = (NodeId, &'a Cache)> {
    cluster.up().filter_map(|(id, (), volatile)| match volatile {
        Volatile::Cache(cache) => Some((id, cache)),
        Volatile::Origin => None,
    })
}

fn questions(cluster: &Cluster<'_, SummaryCache>, seen: &Seen) -> Ledger {
    let cell = |text: String, tone, hint: &str| Cell { text, tone, settled: true, hint: hint.to_owned(), ..Cell::default() };
    let share =
        |count: u32, of: u32| if of == 0 { "none".to_owned() } else { format!("{} %", number(100.0 * f64::from(count) / f64::from(of))) };
    let requests: u32 = caches(cluster).map(|(_, cache)| cache.requests.0).sum();
    let own: u32 = caches(cluster).map(|(_, cache)| cache.requests.1).sum();
    let row = |label: &str, count: u32, tone, note: &str| LedgerRow {
        label: label.to_owned(),
        note: note.to_owned(),
        cells: vec![cell(count.to_string(), tone, "how often"), cell(share(count, requests), tone, "of all requests")],
        ..LedgerRow::default()
    };
    let words = |way: Ended| match way {
        Ended::RemoteHit => ("another cache had it", Tone::Good, "the digest was right"),
        Ended::StaleHit => ("asked for nothing, stale", Tone::Bad, "it had the object when it made the digest"),
        Ended::FalseHit => ("asked for nothing, false", Tone::Bad, "other objects set the same bits"),
        Ended::MissedChance => ("fetched, but somebody had it", Tone::Pending, "no digest said so yet"),
        Ended::Fetched => ("fetched, nobody had it", Tone::Neutral, ""),
    };
    let mut rows =
        vec![row("requests", requests, Tone::Neutral, "of the users of caches that are up"), row("found at once", own, Tone::Good, "")];
    rows.extend(ENDS.iter().map(|way| {
        let (label, tone, note) = words(*way);
        row(label, seen.count(&[*way]), tone, note)
    }));
    Ledger {
        title: "Questions",
        caption: "How users' requests went. A question for nothing costs two messages and a round trip.",
        columns: ["count", "of requests"].map(str::to_owned).to_vec(),
        rows,
    }
}

fn summary(cluster: &Cluster<'_, SummaryCache>, id: NodeId, cache: &Cache) -> Cells {
    let capacity = params::capacity(cluster.params());
    let probe = |object: u64| {
        (1u32..).zip(hashing(cache.summary.len(), capacity).cells(object, cache.summary.len())).map(move |(index, cell)| Probe {
            cell,
            label: format!("h{index}"),
            tone: Tone::Good,
            says: format!("h{index} of object {object}"),
        })
    };
    let used = cache.summary.filled(0, cache.summary.len());
    Cells {
        title: "A summary",
        caption: "The counters of the first cache that is up. Its digest is one bit a counter: whether it is 0.",
        says: format!("Node {id} holds {} objects; {used} of {} counters are in use.", cache.objects.len(), cache.summary.len()),
        unit: "counter",
        group: None,
        values: cache.summary.clone(),
        probes: cache.objects.last().map(|object| probe(*object).collect()).unwrap_or_default(),
    }
}
