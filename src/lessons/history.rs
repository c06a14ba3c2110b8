//! A goal that the reader reaches by editing a history: models that must refuse it, and models that must not.

use crate::check::history::judge::{Verdict, judge};
use crate::check::history::{History, Model};
use crate::sim::{Exhibit, Timeline};
use serde::{Deserialize, Serialize};

/// What an edited copy of the run's history must be.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HistoryGoal {
    /// Models by name that must refuse it.
    pub refused: Vec<String>,
    /// Models by name that must admit it.
    pub admitted: Vec<String>,
    /// How many operations may be other than they are in the run; of those, how many there are stays the same.
    pub changes_max: u32,
    /// A history that reaches the goal, as text.
    pub solution: String,
}

impl HistoryGoal {
    /// Whether the reader's copy reaches the goal.
    pub fn is_reached_by(&self, copy: &History, run: &History) -> bool {
        let is = |name: &String| Model::by_name(name).map(|model| judge(copy, model));
        changes(copy, run).is_some_and(|changes| changes > 0 && changes <= self.changes_max)
            && self.refused.iter().all(|name| matches!(is(name), Some(Verdict::Refused(_))))
            && self.admitted.iter().all(|name| matches!(is(name), Some(Verdict::Admitted(_))))
    }
}

/// How many operations differ, one by one in their order; `None` if there are more of them or fewer.
fn changes(copy: &History, run: &History) -> Option<u32> {
    let is_other = |index: &usize| {
        let span = |history: &History| history.calls.get(*index).map(|call| (call.called, call.returned));
        copy.words(*index) != run.words(*index) || span(copy) != span(run)
    };
    let changed = || u32::try_from((0..run.calls.len()).filter(is_other).count()).ok();
    (copy.calls.len() == run.calls.len()).then(changed).flatten()
}

/// The history that a run's algorithm shows at its present moment, if it shows one.
pub fn of_run(timeline: &Timeline) -> Option<History> {
    let world = timeline.clock().world();
    world.algorithm().exhibits(world, &timeline.record().trace).into_iter().find_map(|exhibit| match exhibit {
        Exhibit::History(view) => Some(view.history),
        _ => None,
    })
}
