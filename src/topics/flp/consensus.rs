//! What all consensus protocols of the lesson have in common: inputs, decisions, what is promised of them, and facts about them. Knows no
//! protocol: each says of its nodes what they were given, where they are and what they decided.

use crate::sim::{Bindings, Broken, Cluster, Fact, Invariant, NodeId, ParamKind, ParamSpec, Params, Protocol, Role, Step, Tone, Watched};
use std::marker::PhantomData;

/// A value: 0 or 1.
pub type Bit = u8;

/// A protocol by which nodes agree on a bit.
pub trait Consensus: Watched {
    /// What the node was given to propose.
    fn input(stable: &Self::Stable) -> Bit;
    /// Its round, from 1.
    fn round(stable: &Self::Stable) -> u32;
    /// What it has decided, and in which round.
    fn decided(stable: &Self::Stable) -> Option<(Bit, u32)>;
    /// Whether chance has a part in it.
    fn flips_coins(_: &Params) -> bool {
        false
    }
}

/// Index of the inputs among the params of every protocol here.
pub const INPUTS_PARAM: u16 = 0;
/// Inputs as words; node i has digit i, and after the third they begin again.
pub const INPUTS: &[&str] = &["0 0 0", "0 0 1", "0 1 0", "0 1 1", "1 0 0", "1 0 1", "1 1 0", "1 1 1"];
/// Digits of a pattern.
const PATTERN_DIGITS: u16 = 3;

/// The first param of every protocol here.
pub const INPUTS_SPEC: ParamSpec = ParamSpec {
    name: "inputs",
    label: "Inputs of the nodes",
    help: "What each node proposes at the start: the first digit is node 0's. With more than three nodes the pattern repeats. Read at the start of a run.",
    kind: ParamKind::Choice(INPUTS),
    default: 2,
};

/// The input of a node under a pattern.
pub fn input(params: &Params, node: NodeId) -> Bit {
    let digit = PATTERN_DIGITS - 1 - node.0 % PATTERN_DIGITS;
    u8::from(params.get_u64(INPUTS_PARAM) >> digit & 1 == 1)
}

/// The promises and the facts of any protocol here.
pub struct Common<P>(PhantomData<P>);

impl<P: Consensus> Common<P> {
    /// The first and the third of the three things that consensus promises. The second, that all decide, no finite run can break.
    pub const INVARIANTS: &'static [Invariant<P>] = &[
        Invariant { name: "agreement", sentence: "No two nodes decide different values.", check: |cluster, _| agreement(cluster) },
        Invariant { name: "validity", sentence: "What a node decides was the input of some node.", check: |cluster, _| validity(cluster) },
    ];
    pub const FIRST_DECIDED: Fact<P> =
        Fact::milestone("first-decided", "Node {node} is the first to decide: {value}, in round {round}.", first_decided);
    pub const DECIDED_0: Fact<P> = Fact::milestone("decided-0", "Node {node} has decided 0.", |cluster, _, _| has_decided(cluster, 0));
    pub const DECIDED_1: Fact<P> = Fact::milestone("decided-1", "Node {node} has decided 1.", |cluster, _, _| has_decided(cluster, 1));
    pub const ALL_DECIDED: Fact<P> = Fact::milestone("all-decided", "All {up} nodes that are up have decided {value}.", all_decided);
    pub const DISAGREEMENT: Fact<P> =
        Fact::milestone("disagreement", "Node {node} decided {value}, node {other} decided {other_value}.", disagreement);
    pub const ROUND_3: Fact<P> = Fact::milestone("round-3", ROUND, |cluster, _, _| in_round(cluster, 3));
    pub const ROUND_5: Fact<P> = Fact::milestone("round-5", ROUND, |cluster, _, _| in_round(cluster, 5));
    pub const ROUND_10: Fact<P> = Fact::milestone("round-10", ROUND, |cluster, _, _| in_round(cluster, 10));
}

const ROUND: &str = "Round {round} has begun, and nobody has decided.";

/// All decisions: the node, the value, the round.
pub fn decisions<P: Consensus>(cluster: &Cluster<'_, P>) -> impl Iterator<Item = (NodeId, Bit, u32)> {
    cluster.ids().filter_map(|id| P::decided(cluster.stable(id)?).map(|(value, round)| (id, value, round)))
}

/// The acting node before and after a step.
pub fn change<'a, P: Protocol>(cluster: &Cluster<'a, P>, step: &Step<'a>) -> Option<(NodeId, &'a P::Stable, &'a P::Stable)> {
    let node = step.choice.actor()?;
    Some((node, &step.before::<P>()?.stable, cluster.stable(node)?))
}

fn agreement<P: Consensus>(cluster: &Cluster<'_, P>) -> Result<(), Broken> {
    let Some((other, agreed, _)) = decisions(cluster).next() else { return Ok(()) };
    match decisions(cluster).find(|(_, value, _)| *value != agreed) {
        Some((id, value, _)) => {
            let says = format!("Node {other} decided {agreed}, and node {id} decided {value}.");
            Err(Broken { nodes: vec![other, id], says })
        }
        None => Ok(()),
    }
}

fn validity<P: Consensus>(cluster: &Cluster<'_, P>) -> Result<(), Broken> {
    let is_input = |value: Bit| cluster.ids().any(|id| cluster.stable(id).is_some_and(|node| P::input(node) == value));
    match decisions(cluster).find(|(_, value, _)| !is_input(*value)) {
        Some((id, value, _)) => Err(Broken { nodes: vec![id], says: format!("Node {id} decided {value}, which was nobody's input.") }),
        None => Ok(()),
    }
}

fn first_decided<P: Consensus>(cluster: &Cluster<'_, P>, _: &P::Ghost, step: &Step<'_>) -> Option<Bindings> {
    let (node, old, new) = change(cluster, step)?;
    let (value, round) = P::decided(new).filter(|_| P::decided(old).is_none())?;
    let is_first = decisions(cluster).count() == 1;
    is_first.then(|| Bindings::nodes([node]).with("value", value).with("round", round))
}

fn has_decided<P: Consensus>(cluster: &Cluster<'_, P>, wanted: Bit) -> Option<Bindings> {
    decisions(cluster).find(|(_, value, _)| *value == wanted).map(|(node, _, _)| Bindings::nodes([node]))
}

fn all_decided<P: Consensus>(cluster: &Cluster<'_, P>, _: &P::Ghost, _: &Step<'_>) -> Option<Bindings> {
    let mut values = cluster.up().map(|(_, node, _)| P::decided(node).map(|(value, _)| value));
    let first = values.next()??;
    values.all(|value| value == Some(first)).then(|| Bindings::default().with("value", first).with("up", cluster.up().count()))
}

fn disagreement<P: Consensus>(cluster: &Cluster<'_, P>, _: &P::Ghost, _: &Step<'_>) -> Option<Bindings> {
    let (node, value, _) = decisions(cluster).next()?;
    let (other, other_value, _) = decisions(cluster).find(|(_, other, _)| *other != value)?;
    Some(Bindings::nodes([node, other]).with("value", value).with("other", other).with("other_value", other_value))
}

/// Some node has come to that round, and none has decided.
fn in_round<P: Consensus>(cluster: &Cluster<'_, P>, round: u32) -> Option<Bindings> {
    if decisions(cluster).next().is_some() {
        return None;
    }
    let has_begun = cluster.up().any(|(_, node, _)| P::round(node) >= round);
    has_begun.then(|| Bindings::default().with("round", round))
}

/// A decision in words.
pub fn decision_words(decided: Option<(Bit, u32)>) -> String {
    decided.map_or("no".to_owned(), |(value, round)| format!("{value}, in round {round}"))
}

/// The role of a node by what it has decided, or else by what it holds.
pub fn role<P: Consensus>(stable: &P::Stable, holds: Bit) -> Role {
    match (P::decided(stable), holds) {
        (Some((0, _)), _) => Role { label: "decided 0", glyph: "0", tone: Tone::Good },
        (Some(_), _) => Role { label: "decided 1", glyph: "1", tone: Tone::Good },
        (None, 0) => Role { label: "holds 0", glyph: "0", tone: Tone::Series(0) },
        (None, _) => Role { label: "holds 1", glyph: "1", tone: Tone::Series(1) },
    }
}
