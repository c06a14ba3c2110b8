//! What happened: the events of a run with their causes, as far back as memory is kept.

use super::{Bindings, Broken, Choice, Flight, Intervention, NodeId, Role, limits};
use crate::sim::sorted::SortedSet;
use std::collections::VecDeque;
use std::rc::Rc;

/// One applied choice, with what the page needs to tell it.
#[derive(Clone)]
pub struct Event {
    /// Number of the step, from 0.
    pub step: u64,
    /// When, in virtual microseconds.
    pub time_us: u64,
    /// What happened: `Do` of a choice, whoever made it, or a turn of the network's knobs.
    pub what: Intervention,
    /// The node at which it happened.
    pub actor: Option<NodeId>,
    /// The step that led to it: the sending of the message, the arming of the timer.
    pub cause: Option<u64>,
    /// The message that arrived, was lost or was copied.
    pub message: Option<Flight>,
    /// Why the driver lost a message, or what else there is to say.
    pub reason: Option<&'static str>,
    /// What the handler said.
    pub said: Vec<String>,
    /// How many messages it sent.
    pub sent: u32,
    /// The actor's role afterwards; `None` when it is down or there is no actor.
    pub role: Option<Role>,
    /// Where the actor then stands in the algorithm's own count of time: `("term", 3)`.
    pub era: Option<(&'static str, u64)>,
    /// Answers to the handler's questions.
    pub answers: Vec<u32>,
    /// Whether the reader (or the scenario) did it, not the cluster by itself.
    pub by_hand: bool,
}

impl Event {
    /// The choice, if it was one.
    pub fn choice(&self) -> Option<&Choice> {
        match &self.what {
            Intervention::Do(choice) => Some(choice),
            _ => None,
        }
    }
}

/// A fact that became true.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fired {
    /// Index into the algorithm's facts.
    pub fact: u16,
    /// The step that made it true.
    pub step: u64,
    /// When, in virtual microseconds.
    pub time_us: u64,
    /// What it says.
    pub bindings: Bindings,
}

/// An invariant that broke: its first time in the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Index into the algorithm's invariants.
    pub invariant: u16,
    /// The step that broke it.
    pub step: u64,
    /// When, in virtual microseconds.
    pub time_us: u64,
    /// The nodes and the sentence.
    pub broken: Broken,
}

/// What a mark on the scrubber stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarkKind {
    /// A fault or another intervention.
    Fault,
    /// A fact that its algorithm calls a milestone.
    Milestone,
    /// An invariant broke.
    Violation,
}

/// A moment that the scrubber shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The step.
    pub step: u64,
    /// When, in virtual microseconds.
    pub time_us: u64,
    /// What it stands for.
    pub kind: MarkKind,
}

/// The last events of a run, in order. Older ones are dropped; a seek brings them back.
#[derive(Clone, Default)]
pub struct Trace {
    events: VecDeque<Rc<Event>>,
}

impl Trace {
    /// Adds an event at the end; the oldest goes when there are too many.
    pub(super) fn push(&mut self, event: Event) {
        if self.events.len() >= limits::TRACE_EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(Rc::new(event));
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    /// Events in order.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Rc<Event>> + ExactSizeIterator {
        self.events.iter()
    }

    /// The event of a step, if it is kept.
    pub fn event(&self, step: u64) -> Option<&Rc<Event>> {
        let first = self.events.front()?.step;
        self.events.get(usize::try_from(step.checked_sub(first)?).ok()?)
    }

    /// The last event.
    pub fn last(&self) -> Option<&Rc<Event>> {
        self.events.back()
    }

    /// Steps among those kept that happened before `step` (Lamport 1978, §"The partial ordering"): on the same node earlier, or
    /// through messages. `step` itself included.
    pub fn past(&self, step: u64) -> SortedSet<u64> {
        // Found from the end, and then put in from the beginning, where a set is slow to grow.
        let mut found = Vec::new();
        let mut awaited = SortedSet::from([step]);
        let mut nodes: SortedSet<NodeId> = SortedSet::new();
        for event in self.events.iter().rev() {
            let on_a_node_of_it = event.actor.is_some_and(|actor| nodes.contains(&actor));
            if awaited.remove(&event.step) || on_a_node_of_it {
                found.push(event.step);
                nodes.extend(event.actor);
                awaited.extend(event.cause);
            }
        }
        // Causes that are no longer kept lie before all that is.
        awaited.extend(found.into_iter().rev());
        awaited
    }

    /// Steps among those kept that `step` happened before, itself included.
    pub fn future(&self, step: u64) -> SortedSet<u64> {
        let mut future = SortedSet::from([step]);
        let mut nodes: SortedSet<NodeId> = SortedSet::new();
        for event in &self.events {
            let reached = future.contains(&event.step)
                || event.actor.is_some_and(|actor| nodes.contains(&actor))
                || event.cause.is_some_and(|cause| future.contains(&cause));
            if reached {
                future.insert(event.step);
                nodes.extend(event.actor);
            }
        }
        future
    }
}

/// Everything that is written down while a run goes on. What it holds beyond the trace is a prefix of the run: replaying a part
/// that is written down already adds nothing.
#[derive(Clone, Default)]
pub struct Record {
    /// The last events.
    pub trace: Trace,
    /// Facts in the order in which they became true.
    pub fired: Vec<Fired>,
    /// First violation of each invariant, in order of time.
    pub violations: Vec<Violation>,
    /// Moments for the scrubber.
    pub marks: Vec<Mark>,
    /// Steps up to which `fired`, `violations` and `marks` are complete.
    pub(super) known: u64,
}

impl Record {
    /// Forgets all from `step` on, and the trace, which a replay brings back.
    pub(super) fn truncate(&mut self, step: u64) {
        self.trace.clear();
        self.truncate_future(step);
    }

    /// Forgets all from `step` on that lies ahead of the present.
    pub(super) fn truncate_future(&mut self, step: u64) {
        self.fired.retain(|fired| fired.step < step);
        self.violations.retain(|violation| violation.step < step);
        self.marks.retain(|mark| mark.step < step);
        self.known = self.known.min(step);
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        if self.marks.len() < limits::MARKS_MAX && self.marks.last() != Some(&mark) {
            self.marks.push(mark);
        }
    }
}
