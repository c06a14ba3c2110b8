//! The events that the reader has seen: the trace, and after a rewind also what is known of the future.

use crate::sim::{Event, Timeline};
use std::collections::VecDeque;
use std::rc::Rc;

/// Events remembered; those farthest from the present are forgotten first.
const KNOWN_MAX: usize = 8_000;

/// Events by step, of one branch of one run, without a gap.
#[derive(Default)]
pub struct Known {
    /// The run (its scenario's address) and the branch.
    of: Option<(usize, u32)>,
    events: VecDeque<Rc<Event>>,
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
        let end = timeline.end().0;
        while self.events.back().is_some_and(|last| last.step >= end) {
            self.events.pop_back();
        }
        let trace = &timeline.record().trace;
        let Some((first, last)) = trace.events().next().zip(trace.last()) else { return };
        // Without a gap: of what lies apart from the trace nothing could be told that is between.
        let apart = |known: (&Rc<Event>, &Rc<Event>)| known.1.step + 1 < first.step || last.step + 1 < known.0.step;
        if self.events.front().zip(self.events.back()).is_some_and(apart) {
            self.events.clear();
        }
        // At both ends, as a seek may have brought back what lies before all that was known.
        let newest = self.events.back().map(|event| event.step);
        let later: Vec<_> = trace.events().rev().take_while(|event| newest.is_none_or(|newest| event.step > newest)).collect();
        self.events.extend(later.into_iter().rev().cloned());
        let oldest = self.events.front().map_or(0, |event| event.step);
        let earlier: Vec<_> = trace.events().take_while(|event| event.step < oldest).collect();
        for event in earlier.into_iter().rev() {
            self.events.push_front(Rc::clone(event));
        }
        let present = timeline.step_count();
        while self.events.len() > KNOWN_MAX {
            let first = self.events.front().map_or(present, |event| event.step);
            let last = self.events.back().map_or(present, |event| event.step);
            if present.saturating_sub(first) >= last.saturating_sub(present) {
                self.events.pop_front();
            } else {
                self.events.pop_back();
            }
        }
    }

    /// The place of a step; that after the last for those which are later.
    fn place(&self, step: u64) -> usize {
        let first = self.events.front().map_or(0, |event| event.step);
        usize::try_from(step.saturating_sub(first)).map_or(self.events.len(), |place| place.min(self.events.len()))
    }

    /// The event of a step.
    pub fn event(&self, step: u64) -> Option<&Rc<Event>> {
        self.events.get(self.place(step)).filter(|event| event.step == step)
    }

    /// Events before `step`, the latest first; none is missing.
    pub fn before(&self, step: u64) -> impl Iterator<Item = &Rc<Event>> {
        self.events.range(..self.place(step)).rev()
    }

    /// Events from `step` on; none is missing.
    pub fn from(&self, step: u64) -> impl Iterator<Item = &Rc<Event>> {
        self.events.range(self.place(step)..)
    }
}
