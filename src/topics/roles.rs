//! Who was in which role, and when: lanes for the page, read from the roles that a run's events note. Knows no algorithm.

use crate::sim::{Intervals, Lane, NodeId, Role, Span, Trace, World};

/// A lane for each node, with a span for each time in which it was in a role that is `shown`. It reaches as far back as the
/// trace does; a span that still goes on ends now.
pub fn intervals(world: &World, trace: &Trace, title: &'static str, caption: &'static str, shown: impl Fn(&Role) -> bool) -> Intervals {
    let lane = |node: NodeId| Lane { label: format!("node {node}"), node: Some(node), spans: spans(world, trace, node, &shown) };
    Intervals { title, caption, lanes: (0..world.nodes()).map(|i| lane(NodeId(i))).collect() }
}

fn spans(world: &World, trace: &Trace, node: NodeId, shown: &impl Fn(&Role) -> bool) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut open: Option<Role> = None;
    for event in trace.events().filter(|event| event.actor == Some(node)) {
        let role = event.role.filter(shown);
        if role == open {
            continue;
        }
        if let (Some(_), Some(span)) = (open, spans.last_mut()) {
            span.to_us = event.time_us;
        }
        if let Some(role) = role {
            spans.push(Span { from_us: event.time_us, to_us: world.now_us(), label: role.label.to_owned(), tone: role.tone });
        }
        open = role;
    }
    spans
}
