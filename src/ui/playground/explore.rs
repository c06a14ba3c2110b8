//! What the reader asks of the Explorer, and how far the worker is that answers. Knows no algorithm; draws nothing.

use crate::check::explorer::{Budget, Limits};
use crate::scenario::search::Search;
use crate::scenario::search::map::Map;
use crate::scenario::search::task::{News, Task};
use crate::scenario::{Moment, Scenario};
use crate::sim::timeline::Entry;
use crate::sim::{At, Choice, Intervention, Params, Timeline};
use std::rc::Rc;

/// Timeouts in the question that the page begins with. Without a bound most searches have no end.
const FIRES_USUAL: u8 = 2;

/// What is asked, and what was answered.
#[derive(Clone, PartialEq)]
pub struct Explore {
    /// The question.
    pub search: Search,
    /// Whether to begin with this moment of the run.
    pub from_here: bool,
    /// What was asked last.
    pub asked: Option<Asked>,
}

/// Something that a worker was asked.
#[derive(Clone, PartialEq)]
pub struct Asked {
    /// What.
    pub task: Task,
    /// Of which run, and at which moment of it.
    pub began: Rc<Scenario>,
    /// The params at that moment.
    pub params: Params,
    /// What the worker told last.
    pub news: Option<News>,
    /// For how long it had worked then, in real milliseconds.
    pub elapsed_ms: f64,
    /// Whether it is still at it.
    pub is_running: bool,
}

impl Default for Explore {
    fn default() -> Self {
        let budget = Budget { fires: Some(FIRES_USUAL), ..Budget::default() };
        Explore { search: Search { budget, limits: Limits::default(), ..Search::default() }, from_here: false, asked: None }
    }
}

impl Asked {
    /// Something that a worker is asked now.
    pub fn new(task: Task, began: Scenario, params: Params) -> Self {
        Asked { task, began: Rc::new(began), params, news: None, elapsed_ms: 0.0, is_running: true }
    }

    /// The run that came of it: what is done in it, and where to look first.
    pub fn found(&self) -> Option<(&[Entry], At)> {
        match self.news.as_ref()? {
            News::Search(report) => report.witness.as_ref().map(|witness| (witness.journal.as_slice(), witness.from)),
            News::Shrink(shrunk) if shrunk.is_over => {
                let first = shrunk.journal.first().map_or(At::default(), |entry| entry.at);
                Some((&shrunk.journal, first))
            }
            News::Shrink(_) | News::Thousand(_) | News::Refused(_) => None,
        }
    }

    /// The states that were visited first, if it was a search and has ended.
    pub fn map(&self) -> Option<&Map> {
        match self.news.as_ref()? {
            News::Search(report) => report.map.as_ref(),
            News::Shrink(_) | News::Thousand(_) | News::Refused(_) => None,
        }
    }
}

/// The run from which a search begins: as it is now, or untouched, with its params as they are now.
pub fn start(scenario: &Scenario, timeline: &Timeline, from_here: bool) -> Scenario {
    if from_here {
        return Scenario {
            journal: timeline.journal().to_vec(),
            moment: Moment { at: timeline.at(), fingerprint: None },
            ..scenario.clone()
        };
    }
    let mut journal = Vec::new();
    let mut at = At::default();
    let now = timeline.clock().world().params().values();
    for (index, (value, before)) in (0u16..).zip(now.iter().zip(scenario.params.values())) {
        if value != before {
            journal.push(Entry { at, what: Intervention::Do(Choice::Param { index, value: *value }) });
            at.after += 1;
        }
    }
    Scenario { journal, moment: Moment { at, fingerprint: None }, ..scenario.clone() }
}

/// Whether two runs begin alike, so that what is done in one can be done in the other.
pub fn begin_alike(one: &Scenario, other: &Scenario) -> bool {
    let bare = |scenario: &Scenario| Scenario { journal: Vec::new(), moment: Moment::default(), ..scenario.clone() };
    bare(one) == bare(other)
}
