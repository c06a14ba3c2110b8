//! What may become true in a run, for captions and goals. All is about the replicas that are shown.

use super::Replicas;
use super::data::Update;
use super::invariants::{counts_wrongly, met, mixed, replicas, wrong_element};
use super::message::{Message, update_words};
use super::params::{Way, param};
use super::past::{Made, Past, Story};
use super::replica::Replica;
use crate::sim::{Bindings, Choice, Cluster, Commands as _, Fact, NodeId, Step};

pub const FACTS: &[Fact<Replicas>] = &[
    Fact::detail("updated", "Replica {node} takes an update: {update}.", updated),
    Fact::detail("updated-offline", "Replica {node} takes an update that replica {other} cannot hear of: {update}.", updated_offline),
    Fact::detail("replicas-differ", "Replicas {node} and {other} are in different states.", replicas_differ),
    Fact::milestone("replicas-agree", "All replicas have received all updates and are in the same state.", replicas_agree),
    Fact::milestone(
        "words-whole",
        "Replica {node} has “{word}” before “{other_word}”, both whole: they were typed at the same time at the same place.",
        |c, p, _| shown(c, p).find_map(|(id, story, replica)| Some(words(id, replica, met(story, replica)?))),
    ),
    Fact::milestone("words-mixed", "Replica {node} has mixed “{word}” and “{other_word}”: “{text}”.", |c, p, _| {
        shown(c, p).find_map(|(id, story, replica)| Some(words(id, replica, mixed(story, replica)?)))
    }),
    Fact::milestone("count-wrong", "A counter of replica {node} shows {value}; the updates that it has received make {made}.", count_wrong),
    Fact::milestone("element-back", "{element} is back in the {set} of replica {node}, though no add of it is left.", |c, p, _| {
        element(c, p, true)
    }),
    Fact::milestone(
        "element-lost",
        "{element} is missing in the {set} of replica {node}, though no remove has seen its add.",
        |c, p, _| element(c, p, false),
    ),
    Fact::milestone(
        "add-won",
        "{element} was added and removed at the same time: the OR-Set of replica {node} has it, the 2P-Set has not.",
        add_won,
    ),
    Fact::milestone(
        "two-values",
        "Replica {node} has two values at once in its MV-Register, {values}; its LWW-Register has kept {kept} alone.",
        two_values,
    ),
    Fact::milestone("operation-waits", "Replica {node} has an operation that waits for others.", operation_waits),
    Fact::detail("operation-again", "Replica {node} gets an operation that it has already.", operation_again),
    Fact::milestone(
        "operation-early",
        "Replica {node} has done an operation of replica {other} before one that it depends on.",
        operation_early,
    ),
];

/// The replicas that are shown, with their past.
fn shown<'a>(cluster: &Cluster<'a, Replicas>, past: &'a Past) -> impl Iterator<Item = (NodeId, &'a Story, &'a Replica)> {
    let way = Way::shown(cluster.params());
    let story = past.stories.get(way.index());
    replicas(cluster, way).filter_map(move |(id, replica)| Some((id, story?, replica)))
}

/// The update of this step, if it was one that was taken.
fn update_of(cluster: &Cluster<'_, Replicas>, step: &Step<'_>) -> Option<(NodeId, Update)> {
    let Choice::Command { node, call, .. } = step.choice else { return None };
    let way = Way::shown(cluster.params()).index();
    let count = |all: &[Replica]| all.get(way).map(|replica| replica.seen.count(node.0));
    let is_taken = count(cluster.stable(*node)?) > count(&step.before::<Replicas>()?.stable);
    Some((*node, Update::parse(call).ok()?)).filter(|_| is_taken)
}

fn updated(cluster: &Cluster<'_, Replicas>, _: &Past, step: &Step<'_>) -> Option<Bindings> {
    let (node, update) = update_of(cluster, step)?;
    Some(Bindings::node(node).with("update", update_words(&update)))
}

fn updated_offline(cluster: &Cluster<'_, Replicas>, _: &Past, step: &Step<'_>) -> Option<Bindings> {
    let (node, update) = update_of(cluster, step)?;
    let other = cluster.ids().find(|other| cluster.world().is_cut(node, *other))?;
    Some(Bindings::node(node).with("other", other).with("update", update_words(&update)))
}

fn replicas_differ(cluster: &Cluster<'_, Replicas>, _: &Past, _: &Step<'_>) -> Option<Bindings> {
    let mut all = replicas(cluster, Way::shown(cluster.params()));
    let (node, first) = all.next()?;
    let (other, _) = all.find(|(_, other)| other.data != first.data)?;
    Some(Bindings::nodes([node, other]).with("node", node).with("other", other))
}

fn replicas_agree(cluster: &Cluster<'_, Replicas>, past: &Past, _: &Step<'_>) -> Option<Bindings> {
    let mut all = shown(cluster, past);
    let (_, story, first) = all.next()?;
    let is_same = !story.made.is_empty() && all.all(|(_, _, other)| other.data == first.data && other.seen == first.seen);
    is_same.then(|| Bindings::nodes(cluster.ids()))
}

fn words(node: NodeId, replica: &Replica, (word, other): (&super::past::Word, &super::past::Word)) -> Bindings {
    Bindings::node(node).with("word", &word.letters).with("other_word", &other.letters).with("text", replica.data.text.shown())
}

fn count_wrong(cluster: &Cluster<'_, Replicas>, past: &Past, _: &Step<'_>) -> Option<Bindings> {
    shown(cluster, past).find_map(|(id, story, replica)| {
        counts_wrongly(story, replica)?;
        let (small, (up, sum)) = (&replica.data.small, story.counts(&replica.seen));
        let (value, made) = if small.g_counter.value() == up {
            (small.pn_counter.value().to_string(), sum.to_string())
        } else {
            (small.g_counter.value().to_string(), up.to_string())
        };
        Some(Bindings::node(id).with("value", value).with("made", made))
    })
}

fn element(cluster: &Cluster<'_, Replicas>, past: &Past, is_held: bool) -> Option<Bindings> {
    shown(cluster, past).find_map(|(id, story, replica)| {
        let (set, element, held) = wrong_element(story, replica)?;
        (held == is_held).then(|| Bindings::node(id).with("set", set).with("element", element))
    })
}

fn add_won(cluster: &Cluster<'_, Replicas>, past: &Past, _: &Step<'_>) -> Option<Bindings> {
    shown(cluster, past).find_map(|(id, story, replica)| {
        let small = &replica.data.small;
        let element = small.or_set.value().into_iter().find(|element| {
            let apart = |add: &Made, remove: &Made| !remove.before.contains(add.stamp) && !add.before.contains(remove.stamp);
            let mut removes = story.removes(&replica.seen, element);
            let is_lost = !small.two_phase_set.contains(element);
            is_lost && removes.any(|remove| story.adds(&replica.seen, element).any(|add| apart(add, remove)))
        })?;
        Some(Bindings::node(id).with("element", element))
    })
}

fn two_values(cluster: &Cluster<'_, Replicas>, past: &Past, _: &Step<'_>) -> Option<Bindings> {
    shown(cluster, past).find_map(|(id, _, replica)| {
        let values: Vec<&str> = replica.data.small.mv_register.values().collect();
        (values.len() > 1)
            .then(|| Bindings::node(id).with("values", values.join(" and ")).with("kept", replica.data.small.lww_register.value()))
    })
}

/// The operations of this step's message, and the replica as it was.
fn operations<'a>(step: &Step<'a>) -> Option<(NodeId, NodeId, &'a [super::message::Operation], &'a Replica)> {
    let (id, Message::Operations(operations)) = step.delivered::<Replicas>()? else { return None };
    Some((id.to, id.from, operations, step.before::<Replicas>()?.stable.get(Way::Operations.index())?))
}

fn operation_waits(cluster: &Cluster<'_, Replicas>, _: &Past, step: &Step<'_>) -> Option<Bindings> {
    let (node, _, _, before) = operations(step)?;
    let now = cluster.stable(node)?.get(Way::Operations.index())?;
    (now.waiting.len() > before.waiting.len()).then(|| Bindings::node(node))
}

fn operation_again(_: &Cluster<'_, Replicas>, _: &Past, step: &Step<'_>) -> Option<Bindings> {
    let (node, _, operations, before) = operations(step)?;
    operations.iter().all(|operation| before.seen.contains(operation.stamp)).then(|| Bindings::node(node))
}

fn operation_early(cluster: &Cluster<'_, Replicas>, _: &Past, step: &Step<'_>) -> Option<Bindings> {
    let (node, from, operations, before) = operations(step)?;
    let is_early = operations.iter().any(|operation| !before.seen.admits(operation.stamp, &operation.after));
    (is_early && operations.len() == 1 && !cluster.params().on(param::CAUSAL)).then(|| Bindings::node(node).with("other", from))
}
