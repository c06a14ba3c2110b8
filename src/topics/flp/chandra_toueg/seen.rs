//! Facts about Chandra and Toueg's protocol.

use super::rules::{coordinator, majority};
use super::{ChandraToueg, Letter, Message, Phase, Stable};
use crate::sim::{Bindings, Choice, Cluster, Fact, NodeId, Status, Step};
use crate::topics::flp::consensus::{self, change, decisions};

type Seen<'a> = Cluster<'a, ChandraToueg>;
type Common = consensus::Common<ChandraToueg>;

/// Lesson files name facts, so the order is free and the names are not.
pub const FACTS: &[Fact<ChandraToueg>] = &[
    Common::FIRST_DECIDED,
    Common::DECIDED_0,
    Common::DECIDED_1,
    Common::ALL_DECIDED,
    Common::DISAGREEMENT,
    Fact::milestone("coordinator-crashed", "Node {node}, which coordinated round {round}, has crashed.", coordinator_crashed),
    Fact::milestone("locked", "A majority has adopted {value} in round {round}: no later coordinator can propose anything else.", locked),
    Fact::milestone("suspected-in-error", "Node {node} suspects node {other}, which is up.", |cluster, (), step| {
        suspected(cluster, step, |status| status != Status::Down)
    }),
    Fact::milestone("suspected", "Node {node} suspects node {other}, which has crashed.", |cluster, (), step| {
        suspected(cluster, step, |status| status == Status::Down)
    }),
    Fact::detail("trusted-again", "Node {node} hears node {other} and will wait longer for it from now on.", trusted_again),
    Fact::detail("coordinator-proposed", "Node {node} coordinates round {round} and proposes {value}.", proposed),
    Fact::detail("estimate-adopted", "Node {node} adopts {value} in round {round}.", adopted),
    Fact::detail("refused", "Node {node} suspects node {other} and refuses its round {round}.", refused),
    Fact::milestone("round-failed", "Round {round} has failed: node {node} got refusals among its replies.", round_failed),
    Common::ROUND_3,
    Common::ROUND_5,
    Common::ROUND_10,
];

fn coordinates(stable: &Stable, node: NodeId, nodes: u16) -> bool {
    stable.round > 0 && stable.decided.is_none() && coordinator(stable.round, nodes) == node
}

fn coordinator_crashed(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let Choice::Crash(node) = *step.choice else { return None };
    let stable = cluster.stable(node).filter(|stable| coordinates(stable, node, cluster.nodes()))?;
    Some(Bindings::nodes([node]).with("round", stable.round))
}

fn locked(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let (_, old, new) = change(cluster, step)?;
    let adopters: Vec<NodeId> = cluster.ids().filter(|id| cluster.stable(*id).is_some_and(|node| node.ts == new.ts)).collect();
    let is_new = new.ts > old.ts && adopters.len() == majority(cluster.nodes()) && decisions(cluster).next().is_none();
    is_new.then(|| Bindings::nodes(adopters).with("value", new.estimate).with("round", new.ts))
}

fn suspected(cluster: &Seen<'_>, step: &Step<'_>, wanted: fn(Status) -> bool) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let (before, after) = (step.before::<ChandraToueg>()?.volatile.as_ref()?, cluster.volatile(node)?);
    let other = after.suspected().find(|other| !before.suspects(*other))?;
    wanted(cluster.world().status(other)).then(|| Bindings::nodes([node, other]).with("other", other))
}

fn trusted_again(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let (before, after) = (step.before::<ChandraToueg>()?.volatile.as_ref()?, cluster.volatile(node)?);
    let other = before.suspected().find(|other| !after.suspects(*other))?;
    Some(Bindings::nodes([node, other]).with("other", other))
}

fn proposed(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let (node, old, new) = change(cluster, step)?;
    let was_asking = coordinates(old, node, cluster.nodes()) && old.phase == Phase::Estimates;
    (was_asking && new.phase != old.phase).then(|| Bindings::nodes([node]).with("round", old.round).with("value", new.estimate))
}

fn adopted(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let (node, old, new) = change(cluster, step)?;
    (new.ts > old.ts).then(|| Bindings::nodes([node]).with("value", new.estimate).with("round", new.ts))
}

fn refused(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let node = step.choice.actor()?;
    let mut sent = cluster.messages().filter(|(id, _)| step.sent.contains(id));
    let (id, round) = sent.find_map(|(id, message)| match message {
        Message::Round { round, letter: Letter::Nack } => Some((id, *round)),
        _ => None,
    })?;
    Some(Bindings::nodes([node, id.to]).with("other", id.to).with("round", round))
}

fn round_failed(cluster: &Seen<'_>, (): &(), step: &Step<'_>) -> Option<Bindings> {
    let (node, old, new) = change(cluster, step)?;
    let has_failed =
        coordinates(old, node, cluster.nodes()) && old.phase == Phase::Replies && new.round > old.round && new.decided.is_none();
    has_failed.then(|| Bindings::nodes([node]).with("round", old.round))
}
