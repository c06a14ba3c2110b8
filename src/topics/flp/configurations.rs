//! The valency of the present configuration and of all that one step leads to, worked out by the Explorer on the spot: the adversary's map.

use super::consensus::{Bit, Consensus, decisions};
use crate::check::explorer::valency::{Study, Valency, study};
use crate::sim::{Bindings, Choice, Cluster, Fact, Messages as _, NodeId, Step, Tone, Tree, TreeEdge, TreeNode, World};

/// Most configurations visited for one picture: what a page can do between two frames.
const CONFIGURATIONS_MAX: u32 = 6_000;
/// Most visited to find out whether a fact holds, which is asked at every step.
const CONFIGURATIONS_OF_A_FACT_MAX: u32 = 2_000;
/// Deliveries through which the reader is to keep the cluster bivalent.
const DELIVERIES_WANTED: u64 = 20;
/// With more nodes there are too many configurations to say anything in time.
const NODES_MAX: u16 = 3;

/// What a node has decided: what the Explorer is told of a protocol.
pub fn decision<P: Consensus>(world: &World, node: NodeId) -> Option<Bit> {
    world.parts::<P>(node).and_then(|parts| P::decided(&parts.stable)).map(|(value, _)| value)
}

fn study_here<P: Consensus>(cluster: &Cluster<'_, P>, configurations_max: u32) -> Option<Study> {
    if cluster.nodes() > NODES_MAX {
        return None;
    }
    study(cluster.world(), decision::<P>, configurations_max).ok()
}

/// After so many deliveries both values can still be decided. What is bivalent now was so all the way: a step only takes values away.
pub const fn bivalent_20<P: Consensus>() -> Fact<P> {
    Fact::milestone("bivalent-20", "After {steps} deliveries both values can still be decided.", |cluster, _, step| {
        still_bivalent(cluster, step)
    })
}

/// One value is out of reach although nobody has decided yet.
pub const fn univalent<P: Consensus>() -> Fact<P> {
    Fact::milestone("univalent", "From here only {value} can be decided any more.", |cluster, _, step| became_univalent(cluster, step))
}

fn still_bivalent<P: Consensus>(cluster: &Cluster<'_, P>, step: &Step<'_>) -> Option<Bindings> {
    let is_full = matches!(step.choice, Choice::Deliver(_)) && cluster.world().arrivals() == DELIVERIES_WANTED;
    if !is_full || decisions(cluster).next().is_some() {
        return None;
    }
    let study = study_here(cluster, CONFIGURATIONS_OF_A_FACT_MAX)?;
    study.here.is_bivalent().then(|| Bindings::default().with("steps", DELIVERIES_WANTED))
}

/// Not looked for late in a run, where it is old news, nor where coins are flipped, which may fall either way for long.
fn became_univalent<P: Consensus>(cluster: &Cluster<'_, P>, step: &Step<'_>) -> Option<Bindings> {
    let may_matter = matches!(step.choice, Choice::Deliver(_) | Choice::Crash(_));
    let is_early = cluster.world().arrivals() <= DELIVERIES_WANTED;
    if !may_matter || !is_early || P::flips_coins(cluster.params()) || decisions(cluster).next().is_some() {
        return None;
    }
    let value = study_here(cluster, CONFIGURATIONS_OF_A_FACT_MAX)?.here.univalent()?;
    Some(Bindings::default().with("value", value))
}

/// The present configuration, and what each possible step leads to.
pub fn tree<P: Consensus>(cluster: &Cluster<'_, P>) -> Tree {
    let empty = Tree {
        title: "Configurations",
        caption: "The present configuration and every next step, each with the values that can still be decided after it. The Explorer \
                  follows all further steps to find them.",
        ..Tree::default()
    };
    let Some(study) = study_here(cluster, CONFIGURATIONS_MAX) else {
        let sentence = format!("Only for up to {NODES_MAX} nodes is this worked out while you look on; more have too many configurations.");
        return Tree { left_out: vec![sentence], ..empty };
    };
    let mut here = node(0, study.here, Vec::new());
    here.details = format!("{} Messages that have arrived so far: {}.", here.details, cluster.world().arrivals());
    let mut nodes = vec![here];
    for (choice, valency) in by_step(&study) {
        let edge = TreeEdge { from: 0, label: words(cluster, &choice), step: Some(choice) };
        nodes.push(node(1, valency, vec![edge]));
    }
    let cut =
        format!("It looked at {CONFIGURATIONS_MAX} configurations and no further. A value that it did not find may still be decided.");
    let is_cut = nodes.iter().any(|node| node.tone == Tone::Pending);
    let left_out = if is_cut { vec![cut] } else { vec![format!("{} configurations were visited for this.", study.configurations)] };
    Tree { nodes, current: Some(0), left_out, ..empty }
}

/// One entry a step: its coin may fall either way.
fn by_step(study: &Study) -> Vec<(Choice, Valency)> {
    let mut order: Vec<(Choice, Valency)> = Vec::new();
    for way in &study.ways {
        match order.iter_mut().find(|(choice, _)| *choice == way.step.choice) {
            Some((_, valency)) => *valency = valency.or(way.valency),
            None => order.push((way.step.choice.clone(), way.valency)),
        }
    }
    order
}

fn words<P: Consensus>(cluster: &Cluster<'_, P>, choice: &Choice) -> String {
    match choice {
        Choice::Deliver(id) => {
            let what = cluster.messages().find(|(other, _)| other == id).map_or_else(String::new, |(_, message)| message.describe());
            format!("{}→{} {what}", id.from, id.to).replace(" of round ", ", r").replace(" in round ", ", r")
        }
        _ => String::new(),
    }
}

fn node(depth: u32, valency: Valency, edges: Vec<TreeEdge>) -> TreeNode {
    let values: Vec<Bit> = valency.values().collect();
    let (label, sign, tone, details) = match (values.as_slice(), valency.is_cut) {
        ([], false) => ("stuck".to_owned(), "–", Tone::Bad, "No message is under way that could lead to a decision."),
        ([], true) => ("unknown".to_owned(), "…", Tone::Pending, "No decision was found within the bound."),
        ([0], false) => ("0-valent".to_owned(), "0", Tone::Series(0), "All that can be decided from here is 0."),
        ([_], false) => ("1-valent".to_owned(), "1", Tone::Series(1), "All that can be decided from here is 1."),
        ([value], true) => (format!("{value}, perhaps more"), "…", Tone::Pending, "One value was found within the bound."),
        (_, _) => ("bivalent".to_owned(), "01", Tone::Candidate, "Some run from here decides 0, and some run decides 1."),
    };
    TreeNode { depth, label, sign: sign.to_owned(), tone, details: details.to_owned(), edges }
}
