//! A run as components see it: shared, read-only, and equal only to itself at the same moment.

use crate::scenario::Scenario;
use crate::scenario::challenge::{Challenge, Extras};
use crate::sim::{History, Intervention, Timeline};
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
    /// What its sender said beside it.
    pub sent: Rc<Extras>,
    revision: (u64, u64),
}

impl PartialEq for Run {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.timeline, &other.timeline) && self.revision == other.revision
    }
}

impl Run {
    /// A handle on a run; `edits` counts what the page did to it, or to what stands beside it.
    pub fn new(
        timeline: &Rc<RefCell<Timeline>>,
        scenario: &Rc<Scenario>,
        edits: u64,
        edited: Option<Rc<History>>,
        sent: &Rc<Extras>,
    ) -> Self {
        let now_us = timeline.borrow().now_us();
        let (timeline, scenario, sent) = (Rc::clone(timeline), Rc::clone(scenario), Rc::clone(sent));
        Run { timeline, scenario, edited, sent, revision: (edits, now_us) }
    }

    /// The challenge that it is in.
    pub fn challenge(&self) -> Option<&Challenge> {
        self.sent.challenge.as_ref()
    }

    /// Why its challenge does not let this be done, whenever; `None` if it does.
    pub fn locks(&self, what: &Intervention) -> Option<String> {
        self.challenge()?.locks(what, self.timeline().setup().algorithm)
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
