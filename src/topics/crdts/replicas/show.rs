//! What replicas show: node views, documents, values side by side, laws.

use super::laws::{LAWS, try_all};
use super::message::vector;
use super::params::{Rules, Way, command};
use super::past::Past;
use super::replica::Replica;
use super::{Replicas, Timer, Volatile, facts, invariants, past};
use crate::sim::{
    Cell, Choice, Cluster, Document, Documents, Exhibit, Fact, Field, Invariant, Ledger, LedgerRow, NodeId, NodeView, Offer, Role, Step,
    Stretch, Timers as _, Tone, Trace, Watched,
};

/// Letters of a text that have room under a node.
const BADGE_LETTERS_MAX: usize = 12;

impl Watched for Replicas {
    const INVARIANTS: &'static [Invariant<Self>] = invariants::INVARIANTS;
    const FACTS: &'static [Fact<Self>] = facts::FACTS;

    fn observe(ghost: &mut Past, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        past::observe(ghost, cluster, step);
    }
    fn role(_: &Self::Stable, volatile: &Volatile) -> Role {
        if volatile.is_armed {
            Role { label: "has news", glyph: "…", tone: Tone::Pending }
        } else {
            Role { label: "replica", glyph: "R", tone: Tone::Follower }
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(replica) = shown(cluster, id) else { return NodeView::default() };
        let text = replica.data.text.shown();
        let mut badge: String = text.chars().take(BADGE_LETTERS_MAX).map(|letter| if letter == '\n' { ' ' } else { letter }).collect();
        if text.chars().count() > BADGE_LETTERS_MAX {
            badge.push('…');
        }
        if text.is_empty() {
            badge = format!("counter {}", replica.data.small.pn_counter.value());
        }
        NodeView { badge, fields: fields(replica, Way::shown(cluster.params())), ring: Some(Timer::Round.code()), points_at: None }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, past: &Past, _: &Trace) -> Vec<Exhibit> {
        vec![Exhibit::Documents(documents(cluster, past)), Exhibit::Ledger(values(cluster)), Exhibit::Ledger(laws(cluster))]
    }
}

fn shown<'a>(cluster: &Cluster<'a, Replicas>, id: NodeId) -> Option<&'a Replica> {
    cluster.stable(id)?.get(Way::shown(cluster.params()).index())
}

fn list(values: Vec<&str>) -> String {
    format!("{{{}}}", values.join(", "))
}

fn fields(replica: &Replica, way: Way) -> Vec<Field> {
    let field = |name, value, help| Field { name, value, stable: true, help };
    let small = &replica.data.small;
    let mut fields = vec![
        field("text", replica.data.text.shown(), "The letters that are shown, in the order of the tree."),
        field("letters ever", replica.data.text.letters_ever().to_string(), "Letters of the tree; removed ones stay as tombstones."),
        field("G-Counter", small.g_counter.value().to_string(), "The sum of a count for each replica."),
        field("PN-Counter", small.pn_counter.value().to_string(), "Increments less decrements, each a G-Counter."),
        field("G-Set", list(small.g_set.value()), "All that was ever added."),
        field("2P-Set", list(small.two_phase_set.value()), "What was added and never removed."),
        field("OR-Set", list(small.or_set.value()), "What has an add that no remove has seen."),
        field("LWW-Register", small.lww_register.value().to_owned(), "The value with the latest stamp."),
        field("MV-Register", list(small.mv_register.values().collect()), "All values that no other has overwritten."),
        field("received", vector(replica.seen.counts()), "How many updates of each replica are in this state."),
        field("clock", replica.clock.to_string(), "The highest count used for names of letters and tags."),
    ];
    if way == Way::Operations {
        fields.push(field("waiting", replica.waiting.len().to_string(), "Operations that came before others on which they depend."));
    }
    fields
}

fn documents(cluster: &Cluster<'_, Replicas>, past: &Past) -> Documents {
    let is_apart = |a: NodeId, b: NodeId| cluster.world().is_cut(a, b) || cluster.world().is_cut(b, a);
    let made = past.stories.get(Way::shown(cluster.params()).index()).map_or(0, |story| story.made.len());
    let document = |id: NodeId| {
        let replica = shown(cluster, id)?;
        let others = || cluster.ids().filter(move |other| *other != id);
        let is_offline = others().all(|other| is_apart(id, other));
        let missing = made.saturating_sub(replica.seen.counts().iter().map(|count| *count as usize).sum());
        let news = match missing {
            0 => "has all updates".to_owned(),
            1 => "1 update has not arrived".to_owned(),
            more => format!("{more} updates have not arrived"),
        };
        let links = |link: fn(NodeId, NodeId) -> Choice| others().flat_map(move |other| [link(id, other), link(other, id)]).collect();
        let offer = if is_offline {
            // A partition is undone as a whole, so its other side comes back too.
            let choices =
                if cluster.world().groups().is_empty() { links(|from, to| Choice::Mend { from, to }) } else { vec![Choice::Heal] };
            Offer { label: "Go online".to_owned(), choices }
        } else {
            Offer { label: "Go offline".to_owned(), choices: links(|from, to| Choice::Cut { from, to }) }
        };
        let is_up = cluster.volatile(id).is_some();
        let (state, tone) = match (is_up, is_offline, missing) {
            (false, ..) => ("down".to_owned(), Tone::Bad),
            (_, true, _) => (format!("offline, {news}"), Tone::Bad),
            (_, false, 0) => (news, Tone::Good),
            (_, false, _) => (news, Tone::Pending),
        };
        Some(Document {
            node: id,
            label: format!("replica {id}"),
            text: replica.data.text.shown(),
            state,
            tone,
            is_writable: is_up,
            stretches: stretches(replica),
            offers: vec![offer],
        })
    };
    let cuts = cluster.ids().flat_map(|from| cluster.ids().filter(move |to| *to != from).map(move |to| Choice::Cut { from, to }));
    Documents {
        title: "Documents",
        caption: "Type into any of them, at any time. Each takes what you type at once and asks nobody; let time run for the others to hear of it.",
        insert: command::INSERT,
        delete: command::DELETE,
        documents: cluster.ids().filter_map(document).collect(),
        offers: vec![
            Offer { label: "All offline".to_owned(), choices: cuts.collect() },
            Offer { label: "All online".to_owned(), choices: vec![Choice::Heal] },
        ],
    }
}

/// The text of a replica by author, deleted letters included.
fn stretches(replica: &Replica) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (dot, letter, is_removed) in replica.data.text.iter() {
        let by = dot.replica.to_string();
        match stretches.last_mut() {
            Some(last) if last.by == by && last.is_removed == is_removed => last.text.push(letter),
            _ => stretches.push(Stretch {
                text: letter.to_string(),
                by,
                tone: Tone::Series(u8::try_from(dot.replica).unwrap_or(0)),
                is_removed,
            }),
        }
    }
    stretches
}

/// All types of all replicas, side by side.
fn values(cluster: &Cluster<'_, Replicas>) -> Ledger {
    let ways = Way::in_use(cluster.params());
    let row = |(way, id): (Way, NodeId)| {
        let replica = cluster.stable(id)?.get(way.index())?;
        let small = &replica.data.small;
        let values = [
            small.g_counter.value().to_string(),
            small.pn_counter.value().to_string(),
            list(small.g_set.value()),
            list(small.two_phase_set.value()),
            list(small.or_set.value()),
            small.lww_register.value().to_owned(),
            list(small.mv_register.values().collect()),
        ];
        let cell = |text: String| Cell { text: if text.is_empty() { "–".to_owned() } else { text }, settled: true, ..Cell::default() };
        let label = if ways.len() == 1 { format!("replica {id}") } else { format!("replica {id}, {}", way.label()) };
        let note = format!("received {}", vector(replica.seen.counts()));
        Some(LedgerRow { label, node: (ways.len() == 1).then_some(id), note, cells: values.map(cell).into() })
    };
    Ledger {
        title: "Values",
        caption: "The same updates, seven types. An increment is for both counters, an add for all three sets, a set for both registers.",
        columns: ["G-Counter", "PN-Counter", "G-Set", "2P-Set", "OR-Set", "LWW-Register", "MV-Register"].map(str::to_owned).into(),
        rows: ways.iter().flat_map(|way| cluster.ids().map(|id| (*way, id))).filter_map(row).collect(),
    }
}

/// Which laws each type's merge keeps on the states at hand.
fn laws(cluster: &Cluster<'_, Replicas>) -> Ledger {
    let states: Vec<_> = cluster.ids().filter_map(|id| shown(cluster, id)).map(|replica| &*replica.data).collect();
    let rows = try_all(&states, &Rules::of(cluster.params())).into_iter().map(|trial| {
        let example = trial.broken.iter().flatten().next().cloned().unwrap_or_default();
        let cell = |(broken, (_, says)): (&Option<String>, (&str, &str))| match broken {
            None => Cell { text: "✓".to_owned(), tone: Tone::Good, settled: true, hint: format!("holds: {says}"), ..Cell::default() },
            Some(example) => {
                Cell { text: "✗".to_owned(), tone: Tone::Bad, settled: true, hint: format!("fails: {example}"), ..Cell::default() }
            }
        };
        LedgerRow { label: trial.name.to_owned(), node: None, note: example, cells: trial.broken.iter().zip(LAWS).map(cell).collect() }
    });
    Ledger {
        title: "Merge laws",
        caption: "x ⊔ y is the merge of two states. Each law is tried on the states that the replicas are in now, and on what an update would make of them.",
        columns: LAWS.map(|(law, _)| law.to_owned()).into(),
        rows: rows.collect(),
    }
}
