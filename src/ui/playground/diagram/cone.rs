//! The happens-before cone of an event: all that could have led to it, and all that it could have led to (Lamport 1978).

use crate::sim::sorted::SortedSet;
use crate::sim::{Event, Trace};

/// The events of a cone, by step.
pub struct Cone(SortedSet<u64>);

impl Cone {
    /// The cone of a step that the trace keeps.
    pub fn of(trace: &Trace, step: u64) -> Option<Cone> {
        trace.event(step)?;
        let mut steps = trace.past(step);
        steps.extend(trace.future(step));
        Some(Cone(steps))
    }
    /// Whether an event is in it.
    pub fn holds(&self, step: u64) -> bool {
        self.0.contains(&step)
    }
    /// Whether the message whose flight `event` ended belongs to it: both its sending and its end do.
    pub fn carries(&self, event: &Event) -> bool {
        self.holds(event.step) && event.cause.is_some_and(|cause| self.holds(cause))
    }
}
