//! Which properties a state or a step is a witness of.

use super::query::{Goal, Property};
use super::space::{Edge, Space};
use crate::sim::World;

/// Whether a property is tested on states, and not on the steps between them.
pub fn looks_at_states(property: &Property) -> bool {
    match property {
        Property::Always(_) => true,
        Property::Sometimes(goal) | Property::Eventually { goal, .. } => matches!(goal, Goal::State(_)),
    }
}

/// The fact that steps are tested for, if the property is about one.
pub fn fact_of(property: &Property) -> Option<u16> {
    match property {
        Property::Sometimes(Goal::Fact(fact)) | Property::Eventually { goal: Goal::Fact(fact), .. } => Some(*fact),
        _ => None,
    }
}

/// The properties, by index, that a state is a witness of, among those that `asks` wants to know about. An `Eventually` has no such states.
pub fn witnessed(world: &World, properties: &[Property], asks: impl Fn(usize) -> bool) -> Vec<usize> {
    let asked = || properties.iter().enumerate().filter(|(index, _)| asks(*index));
    // One call tells of all invariants while they hold.
    let some_is_broken = asked().any(|(_, property)| matches!(property, Property::Always(_))) && world.check(0).is_some();
    let is_witness = |property: &Property| match property {
        Property::Always(invariant) => some_is_broken && is_broken(world, usize::from(*invariant)),
        Property::Sometimes(Goal::State(test)) => (test.holds)(world),
        Property::Sometimes(Goal::Fact(_)) | Property::Eventually { .. } => false,
    };
    asked().filter(|(_, property)| is_witness(property)).map(|(index, _)| index).collect()
}

/// Whether that invariant itself is broken.
fn is_broken(world: &World, invariant: usize) -> bool {
    world.check(invariant).is_some_and(|(broken, _)| broken == invariant)
}

/// Whether a step, or the state that it led to, is a witness of a property.
pub fn is_witness(space: &mut Space, property: &Property, row: &[u32], edge: Edge, child: &[u32]) -> bool {
    match fact_of(property) {
        Some(fact) => space.fact(fact, row, edge, child),
        None => !witnessed(space.show(child), std::slice::from_ref(property), |_| true).is_empty(),
    }
}
