//! The search that is the goal of an experiment, as its author writes it. Knows the algorithm of its scenario, and no search of its own.

use super::fields::{Fields, Value};
use super::mistake::{Mistake, Mistakes, unknown};
use super::script::{self, Script};
use super::units;
use crate::check::explorer::{Budget, Client, Limits, Network, Request, Timers};
use crate::lessons::SearchGoal;
use crate::scenario::search::{Aim, Search};
use crate::sim::NodeId;

const NETWORKS: &[(&str, Network)] =
    &[("any order", Network::Unordered), ("in order", Network::Fifo), ("again and again", Network::Growing)];
const TIMERS: &[(&str, Timers)] = &[("any", Timers::Any), ("in order", Timers::InOrder)];
const VERDICTS: &[(&str, bool)] = &[("found", true), ("exhausted", false)];
/// What a property may be besides an invariant's name.
const ANY: &str = "any";

/// Reads a `[search]` of an experiment that starts from `script`.
pub fn read(mut fields: Fields<'_>, script: &Script, mistakes: &mut Mistakes) -> Result<SearchGoal, Mistake> {
    let aim = aim(&mut fields, script)?;
    let verdict = fields.need("verdict", "\"found\"")?;
    let finds = one_of(&verdict, "verdict", VERDICTS)?;
    let network = fields.take("network").map_or(Ok(Network::default()), |value| one_of(&value, "network", NETWORKS))?;
    let timers = fields.take("timers").map_or(Ok(Timers::default()), |value| one_of(&value, "order of timers", TIMERS))?;
    let budget = budget(&mut fields)?;
    let partitions = fields.take("groups").map_or(Ok(Vec::new()), |value| groups(value, script))?;
    if budget.partitions == 0 && !partitions.is_empty() {
        return Err(fields.mistake("`groups` are the groups of partitions, but there are none: write `partitions = 1`."));
    }
    let clients = fields.take("clients").map_or(Ok(Vec::new()), |value| clients(value, script, mistakes))?;
    let mut limits = Limits::default();
    if let Some(value) = fields.take("states") {
        limits.states_max = value.number("a number of states")?;
    }
    if let Some(value) = fields.take("steps") {
        limits.depth_max = value.number::<u32>("a number of steps")?.saturating_add(1);
    }
    let params = fields.table("with", "with")?.map(|table| script::params(script.entry, table, mistakes)).unwrap_or_default();
    fields.finish(mistakes);
    let search = Search { aim, network, timers, budget, partitions, clients, limits, walks: 0 };
    Ok(SearchGoal { search: search.to_text(), finds, params })
}

/// What it looks for: exactly one of `property`, `reach` and `avoid`.
fn aim(fields: &mut Fields<'_>, script: &Script) -> Result<Aim, Mistake> {
    let invariants: Vec<&str> = script.entry.algorithm.invariants().iter().map(|info| info.name).collect();
    let facts: Vec<&str> = script.entry.algorithm.facts().iter().map(|info| info.name).collect();
    let index = |value: &Value<'_>, what: &str, known: &[&str]| -> Result<u16, Mistake> {
        let name = value.parsed("a name", |text| Some(text.to_owned()))?;
        let position = known.iter().position(|known| *known == name).and_then(|position| u16::try_from(position).ok());
        position.ok_or_else(|| value.mistake(unknown(what, &name, known)))
    };
    match (fields.take("property"), fields.take("reach"), fields.take("avoid")) {
        (Some(value), None, None) if value.as_text() == Some(ANY) => Ok(Aim::AnyInvariant),
        (Some(value), None, None) => Ok(Aim::Invariant(index(&value, "invariant", &invariants)?)),
        (None, Some(value), None) => Ok(Aim::Reach(index(&value, "fact", &facts)?)),
        (None, None, Some(value)) => {
            let within = fields.need("within", "12")?.number("a number of steps")?;
            Ok(Aim::Avoid { fact: index(&value, "fact", &facts)?, within })
        }
        _ => {
            let says = "a search has exactly one aim: `property = \"an invariant\"` (or \"any\") that it tries to break, `reach = \"a fact\"` \
                        that should come true, or `avoid = \"a fact\"` that should not within so many steps (`within = 12`).";
            Err(fields.mistake(says))
        }
    }
}

fn one_of<T: Copy>(value: &Value<'_>, what: &str, known: &[(&str, T)]) -> Result<T, Mistake> {
    let name = value.parsed("a word", |text| Some(text.to_owned()))?;
    let names: Vec<&str> = known.iter().map(|(known, _)| *known).collect();
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| value.mistake(unknown(what, &name, &names)))
}

fn budget(fields: &mut Fields<'_>) -> Result<Budget, Mistake> {
    let mut budget = Budget::default();
    let kinds = [
        ("crashes", &mut budget.crashes),
        ("partitions", &mut budget.partitions),
        ("drops", &mut budget.drops),
        ("duplicates", &mut budget.duplicates),
        ("pauses", &mut budget.pauses),
        ("jumps", &mut budget.jumps),
    ];
    for (name, count) in kinds {
        if let Some(value) = fields.take(name) {
            *count = value.number("a number of faults, at most 255")?;
        }
    }
    budget.fires = fields.take("timeouts").map(|value| value.number("a number of timeouts, at most 255")).transpose()?;
    match fields.take("jump") {
        Some(value) => budget.jump_us = value.parsed("a duration like \"-500 ms\"", units::signed_us)?,
        None if budget.jumps > 0 => return Err(fields.mistake("clocks that jump need `jump`, for example `jump = \"-500 ms\"`.")),
        None => {}
    }
    Ok(budget)
}

/// `["0 1 | 2", "0 | rest"]`: the group of each node, for each partition.
fn groups(value: Value<'_>, script: &Script) -> Result<Vec<Vec<u8>>, Mistake> {
    let place = value.mistake("");
    let mut all = Vec::new();
    for (text, _) in value.texts("groups such as \"0 1 | 2\" or \"0 | rest\"")? {
        let fail = |says: String| Mistake { says, ..place.clone() };
        let mut of_node: Vec<Option<u8>> = vec![None; usize::from(script.nodes())];
        for (group, part) in (0u8..).zip(text.split('|')) {
            let words: Vec<&str> = part.split_whitespace().collect();
            if words == ["rest"] {
                of_node.iter_mut().for_each(|of_node| *of_node = of_node.or(Some(group)));
                continue;
            }
            for word in words {
                let node: Option<usize> = word.parse().ok();
                let slot = node.and_then(|node| of_node.get_mut(node)).filter(|slot| slot.is_none());
                *slot.ok_or_else(|| fail(format!("\u{201c}{word}\u{201d} is not a node of this run that is in no group yet.")))? =
                    Some(group);
            }
        }
        let whole: Option<Vec<u8>> = of_node.into_iter().collect();
        all.push(whole.ok_or_else(|| fail(format!("some node is in no group of \u{201c}{text}\u{201d}.")))?);
    }
    Ok(all)
}

/// `[[{ name = "write", value = 7 }], [{ node = 1, name = "read" }]]`: for each client what it asks, in order.
fn clients(value: Value<'_>, script: &Script, mistakes: &mut Mistakes) -> Result<Vec<Client>, Mistake> {
    let mut clients = Vec::new();
    for (id, client) in (0u16..).zip(value.list("a list of clients, each a list of what it asks")?) {
        let mut requests = Vec::new();
        for request in client.list("a list of requests such as { name = \"write\", value = 7 }")? {
            let mut fields = request.table("a request")?;
            let node = match fields.take("node") {
                None => None,
                Some(value) => match value.number::<u16>("a node's number")? {
                    node if node < script.nodes() => Some(NodeId(node)),
                    node => return Err(value.mistake(format!("there is no node {node} in this run."))),
                },
            };
            let call = script::call(script.entry, &mut fields)?;
            fields.finish(mistakes);
            requests.push(Request { node, call });
        }
        clients.push(Client { id, requests });
    }
    Ok(clients)
}
