//! The events that the reader has seen: the trace, and after a rewind also what is known of the future.

use crate::sim::{Event, Timeline};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Events remembered; those farthest from the present are forgotten first.
const KNOWN_MAX: usize = 8_000;

/// Events by step, of one branch of one run.
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
        for event in trace.events().rev() {
            if self.events.contains_key(&event.step) {
                break;
            }
            self.events.insert(event.step, Rc::clone(event));
        }
        // A seek may have brought back what lies before all that was known.
        for event in trace.events() {
            if self.events.contains_key(&event.step) {
                break;
            }
            self.events.insert(event.step, Rc::clone(event));
        }
        let present = timeline.step_count();
        while self.events.len() > KNOWN_MAX {
            let first = self.events.keys().next().copied().unwrap_or(present);
            let last = self.events.keys().next_back().copied().unwrap_or(present);
            let farthest = if present.saturating_sub(first) >= last.saturating_sub(present) { first } else { last };
            self.events.remove(&farthest);
        }
    }

    /// The event of a step.
    pub fn event(&self, step: u64) -> Option<&Rc<Event>> {
        self.events.get(&step)
    }

    /// Events before `step`, the latest first, as far back as none is missing.
    pub fn before(&self, step: u64) -> impl Iterator<Item = &Rc<Event>> {
        let mut next = step;
        self.events.range(..step).rev().map(|(_, event)| event).take_while(move |event| {
            let follows = event.step + 1 == next;
            next = event.step;
            follows
        })
    }

    /// Events from `step` on, as far as none is missing.
    pub fn from(&self, step: u64) -> impl Iterator<Item = &Rc<Event>> {
        let mut next = step;
        self.events.range(step..).map(|(_, event)| event).take_while(move |event| {
            let follows = event.step == next;
            next = event.step + 1;
            follows
        })
    }
}
