//! A run as components see it: shared, read-only, and equal only to itself at the same moment.

use crate::scenario::Scenario;
use crate::sim::{History, Timeline};
use std::cell::{Ref, RefCell};
use std::rc::Rc;

/// A handle on the playground's run. The playground alone changes the run, between renders.
///
/// Two handles are equal when they show the same moment. One made with [`at_step`](Run::at_step) stays equal while time passes
/// without an event, so panels that show states and not motion render once an event and not once a frame.
#[derive(Clone)]
pub struct Run {
    timeline: Rc<RefCell<Timeline>>,
    /// What the run started from, for titles, reset and sharing.
    pub scenario: Rc<Scenario>,
    /// The reader's copy of its history, if there is one.
    pub edited: Option<Rc<History>>,
    revision: (u64, u64),
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.timeline, &other.timeline) && self.revision == other.revision
    }
}

impl Run {
    /// A handle on a run; `edits` counts what the page did to it, or to the reader's copy of its history.
    pub fn new(timeline: &Rc<RefCell<Timeline>>, scenario: &Rc<Scenario>, edits: u64, edited: Option<Rc<History>>) -> Self {
        let now_us = timeline.borrow().now_us();
        Run { timeline: Rc::clone(timeline), scenario: Rc::clone(scenario), edited, revision: (edits, now_us) }
    }

    /// The same run, equal to itself until the next event.
    pub fn at_step(&self) -> Self {
        let steps = self.timeline.borrow().step_count();
        Run { revision: (self.revision.0, steps), ..self.clone() }
    }

    /// The run.
    pub fn timeline(&self) -> Ref<'_, Timeline> {
        self.timeline.borrow()
    }
}
