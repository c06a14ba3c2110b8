//! The events that the reader has seen: the trace, and after a rewind also what is known of the future.

use crate::sim::{Event, Timeline};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Events remembered; those farthest from the present are forgotten first.
const KNOWN_MAX: usize = 8_000;

/// Events by step, of one branch of one run, without a gap.
#[derive(Default)]
pub struct Known {
    /// The run (its scenario's address) and the branch.
    of: Option<(usize, u32)>,
    events: BTreeMap<u64, Rc<Event>>,
}

impl Known {
    /// Takes in what the trace holds now. `run` tells runs apart.
    ///
    /// A branch only grows at its end (whatever is done in its past forks), so an event of a branch stays true.
    pub fn note(&mut self, run: usize, timeline: &Timeline) {
        let of = Some((run, timeline.branch().id));
        if self.of != of {
            self.of = of;
            self.events.clear();
        }
        self.events.split_off(&timeline.end().0);
        let trace = &timeline.record().trace;
        let Some((first, last)) = trace.events().next().zip(trace.last()) else { return };
        // Without a gap: of what lies apart from the trace nothing could be told that is between.
        let apart = |known: (&u64, &u64)| *known.1 + 1 < first.step || last.step + 1 < *known.0;
        if self.events.keys().next().zip(self.events.keys().next_back()).is_some_and(apart) {
            self.events.clear();
        }
        // From both ends, as a seek may have brought back what lies before all that was known.
        for event in trace.events().rev() {
            if !self.insert(event) {
                break;
            }
        }
        for event in trace.events() {
            if !self.insert(event) {
                break;
            }
        }
        let present = timeline.step_count();
        while self.events.len() > KNOWN_MAX {
            let first = self.events.keys().next().copied().unwrap_or(present);
            let last = self.events.keys().next_back().copied().unwrap_or(present);
            let farthest = if present.saturating_sub(first) >= last.saturating_sub(present) { first } else { last };
            self.events.remove(&farthest);
        }
    }

    /// Says whether the event was new.
    fn insert(&mut self, event: &Rc<Event>) -> bool {
        self.events.insert(event.step, Rc::clone(event)).is_none()
    }

    /// The event of a step.
    pub fn event(&self, step: u64) -> Option<&Rc<Event>> {
        self.events.get(&step)
    }

    /// Events before `step`, the latest first; none is missing.
    pub fn before(&self, step: u64) -> impl Iterator<Item = &Rc<Event>> {
        self.events.range(..step).rev().map(|(_, event)| event)
    }

    /// Events from `step` on; none is missing.
    pub fn from(&self, step: u64) -> impl Iterator<Item = &Rc<Event>> {
        self.events.range(step..).map(|(_, event)| event)
    }
}
