//! Facts about who believes to lead, for the algorithms in which that is all there is to say. Knows no algorithm: a node leads
//! if its role has the leader's tone, and takes part in an election if it has the candidate's.

use crate::sim::erased::PartsOf;
use crate::sim::{Bindings, Choice, Cluster, NodeId, Step, Tone, Watched};

fn tone<P: Watched>(parts: &PartsOf<P>) -> Option<Tone> {
    Some(P::role(&parts.stable, parts.volatile.as_ref()?).tone)
}

/// The node that acted in this step, with its tone before and after.
fn change<P: Watched>(cluster: &Cluster<'_, P>, step: &Step<'_>) -> Option<(NodeId, Option<Tone>, Option<Tone>)> {
    let node = step.choice.actor()?;
    let before = tone::<P>(step.before::<P>()?);
    let after = cluster.world().parts::<P>(node).and_then(tone::<P>);
    (before != after).then_some((node, before, after))
}

/// All nodes that believe to lead, in order; frozen ones too, since they still believe.
pub fn leaders<P: Watched>(cluster: &Cluster<'_, P>) -> Vec<NodeId> {
    let leads = |id: &NodeId| cluster.world().parts::<P>(*id).and_then(tone::<P>) == Some(Tone::Leader);
    cluster.ids().filter(leads).collect()
}

/// `leader-elected`: in this step the node came to lead.
pub fn leader_elected<P: Watched>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, _, after) = change(cluster, step)?;
    (after == Some(Tone::Leader)).then(|| Bindings::node(node))
}

/// `two-leaders`: more than one node believes to lead.
pub fn two_leaders<P: Watched>(cluster: &Cluster<'_, P>, _: &P::Ghost, _: &Step<'_>) -> Option<Bindings> {
    match leaders(cluster).as_slice() {
        all @ [first, second, ..] => Some(Bindings::nodes(all.iter().copied()).with("node", first).with("other", second)),
        _ => None,
    }
}

/// `one-leader-again`: in this step one of two stopped leading.
pub fn one_leader_again<P: Watched>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (_, before, _) = change(cluster, step)?;
    match leaders(cluster).as_slice() {
        [one] if before == Some(Tone::Leader) => Some(Bindings::node(*one)),
        _ => None,
    }
}

/// `election-started`: in this step the node began to take part in an election.
pub fn election_started<P: Watched>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, _, after) = change(cluster, step)?;
    (after == Some(Tone::Candidate)).then(|| Bindings::node(node))
}

/// `leader-crashed`: this step crashed a node that led.
pub fn leader_crashed<P: Watched>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, before, _) = change(cluster, step)?;
    (matches!(step.choice, Choice::Crash(_)) && before == Some(Tone::Leader)).then(|| Bindings::node(node))
}
