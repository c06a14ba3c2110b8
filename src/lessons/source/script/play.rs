//! What the steps of a script mean in a world: which node is the leader now, which message is meant, which timer is armed.

use super::{Deed, Group, MessageName, Where, Which, Who};
use crate::sim::{Choice, Flight, Intervention, MessageId, NodeId, Scope, Status, Timeline, TimerId, World};

/// What a deed means in the world as it is now; the error is a sentence.
pub fn interventions(deed: &Deed, timeline: &Timeline) -> Result<Vec<Intervention>, String> {
    let world = timeline.clock().world();
    let one = |choice: Choice| vec![Intervention::Do(choice)];
    Ok(match deed {
        Deed::Node(make, who) => one(make(node(world, who)?)),
        Deed::Heal => one(Choice::Heal),
        Deed::Manual(on) => vec![Intervention::Manual(*on)],
        Deed::Links(make, links) => {
            let mut all = Vec::new();
            for (from, to) in pairs(world, links)? {
                all.push(Intervention::Do(make(from, to)));
            }
            all
        }
        Deed::Partition(groups) => one(Choice::Partition(grouped(world, groups)?)),
        Deed::Messages(make, names) => named(timeline, names)?.into_iter().map(make).collect(),
        Deed::Delay(names, by_us) => {
            named(timeline, names)?.into_iter().map(|message| Intervention::Delay { message, by_us: *by_us }).collect()
        }
        Deed::Timeout(who, timer) => one(Choice::Fire(armed(world, node(world, who)?, timer.as_deref())?)),
        Deed::Command { client, node: who, call } => {
            one(Choice::Command { id: world.next_command(*client), node: node(world, who)?, call: call.clone() })
        }
        Deed::ClockJump(who, by_us) => one(Choice::ClockJump { node: node(world, who)?, by_us: *by_us }),
        Deed::ClockDrift(who, ppm) => one(Choice::ClockDrift { node: node(world, who)?, ppm: *ppm }),
        Deed::Params(params) => {
            params.iter().map(|(index, value)| Intervention::Do(Choice::Param { index: *index, value: *value })).collect()
        }
        Deed::Network(scope, changes) => {
            let network = timeline.clock().network();
            let scopes = match scope {
                Where::Everywhere => vec![(Scope::Everywhere, *network.conditions(NodeId(u16::MAX), NodeId(u16::MAX)))],
                Where::Node(who) => {
                    let node = node(world, who)?;
                    vec![(Scope::Node(node), *network.conditions(node, node))]
                }
                Where::Links(links) => {
                    pairs(world, links)?.into_iter().map(|(from, to)| (Scope::Link(from, to), *network.conditions(from, to))).collect()
                }
            };
            let changed = |(scope, now)| Intervention::Network { scope, conditions: changes.as_ref().map(|changes| changes.apply(now)) };
            scopes.into_iter().map(changed).collect()
        }
    })
}

/// The node that an author means, now.
fn node(world: &World, who: &Who) -> Result<NodeId, String> {
    match who {
        Who::Number(number) => Ok(NodeId(*number)),
        Who::Any => Err("one node is meant here, not all of them.".to_owned()),
        Who::Role(label) => {
            let role = |id: &NodeId| world.algorithm().role(world, *id).map(|role| role.label);
            let nodes: Vec<NodeId> = (0..world.nodes()).map(NodeId).collect();
            let having: Vec<NodeId> = nodes.iter().copied().filter(|id| role(id) == Some(label.as_str())).collect();
            match having.as_slice() {
                [id] => Ok(*id),
                [] => {
                    let roles: Vec<String> = nodes.iter().map(|id| format!("{id} {}", role(id).unwrap_or("down"))).collect();
                    Err(format!("no node is \u{201c}{label}\u{201d} at this moment; the roles are: {}.", roles.join(", ")))
                }
                several => {
                    let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                    Err(format!("several nodes are \u{201c}{label}\u{201d} at this moment: {}. Name one by its number.", ids.join(" and ")))
                }
            }
        }
    }
}

fn ends(world: &World, who: &Who) -> Result<Vec<NodeId>, String> {
    match who {
        Who::Any => Ok((0..world.nodes()).map(NodeId).collect()),
        who => Ok(vec![node(world, who)?]),
    }
}

fn pairs(world: &World, links: &[(Who, Who)]) -> Result<Vec<(NodeId, NodeId)>, String> {
    let mut all = Vec::new();
    for (from, to) in links {
        let (from, to) = (ends(world, from)?, ends(world, to)?);
        all.extend(from.iter().flat_map(|from| to.iter().map(|to| (*from, *to))).filter(|(from, to)| from != to));
    }
    Ok(all)
}

fn grouped(world: &World, groups: &[Group]) -> Result<Vec<u8>, String> {
    let mut of: Vec<Option<u8>> = vec![None; usize::from(world.nodes())];
    let mut rest = None;
    for (number, group) in (0u8..).zip(groups) {
        let Group::Named(members) = group else {
            rest = Some(number);
            continue;
        };
        for who in members {
            let id = node(world, who)?;
            match of.get_mut(id.index()) {
                Some(slot @ None) => *slot = Some(number),
                _ => return Err(format!("node {id} is in two groups of this partition.")),
            }
        }
    }
    let missing = |index: usize| format!("node {index} is in no group of this partition. Name it, or add \"| rest\".");
    of.iter().enumerate().map(|(index, group)| group.or(rest).ok_or_else(|| missing(index))).collect()
}

/// The messages in flight that an author means.
fn named(timeline: &Timeline, names: &[MessageName]) -> Result<Vec<MessageId>, String> {
    let world = timeline.clock().world();
    let mut all = Vec::new();
    for name in names {
        let (from, to) = (ends(world, &name.from)?, ends(world, &name.to)?);
        let fits = |flight: &&Flight| {
            let id = flight.id;
            from.contains(&id.from)
                && to.contains(&id.to)
                && match name.which {
                    Which::Position(k, copy) => (id.k, id.copy) == (k, copy),
                    Which::Kind(kind) => world.algorithm().kind(&*flight.payload) == kind,
                }
        };
        let mut found: Vec<MessageId> = world.in_flight().filter(fits).map(|flight| flight.id).collect();
        // Without a star one message is meant: the oldest of its kind on that link.
        found.sort_unstable();
        if !matches!((&name.from, &name.to), (Who::Any, _) | (_, Who::Any)) {
            found.truncate(1);
        }
        if found.is_empty() {
            let kinds = world.algorithm().kinds();
            let words = |flight: &Flight| {
                let kind = kinds.get(usize::from(world.algorithm().kind(&*flight.payload))).map_or("", |kind| kind.name);
                format!("{}>{} #{} {kind}", flight.id.from, flight.id.to, flight.id.k)
            };
            let flying: Vec<String> = world.in_flight().map(words).collect();
            let flying = if flying.is_empty() { "nothing".to_owned() } else { flying.join(", ") };
            return Err(format!("no message \"{}\" is in flight at this moment; in flight: {flying}.", name.words));
        }
        all.extend(found);
    }
    Ok(all)
}

/// The armed timer of a node that an author means: the one of that name, or the one that the page draws around the node.
fn armed(world: &World, node: NodeId, name: Option<&str>) -> Result<TimerId, String> {
    if world.status(node) == Status::Down {
        return Err(format!("node {node} is down and has no timers."));
    }
    let algorithm = world.algorithm();
    let slots: Vec<_> = world.slot(node).map(|slot| slot.timers().collect()).unwrap_or_default();
    let label = |code: u32| algorithm.timer(code).map_or("", |info| info.name);
    let ring = algorithm.view(world, node).ring;
    let found = slots.iter().find(|slot| match name {
        Some(name) => label(slot.code) == name,
        None => Some(slot.code) == ring,
    });
    let names: Vec<&str> = slots.iter().map(|slot| label(slot.code)).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let says = format!("node {node} has no such timer armed at this moment; armed: {names}.");
    found.map(|slot| TimerId { node, code: slot.code, generation: slot.generation }).ok_or(says)
}
