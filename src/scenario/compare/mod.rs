//! Two runs side by side: the same seed, the same things done, and one difference. Knows no page.
//!
//! - [`pair`]: both in step, and where they part.

pub mod pair;

use super::{Invalid, Moment, Scenario};
use crate::sim::timeline::Entry;
use crate::sim::{Algorithm, Choice, CommandCall, Intervention, Params};
use pair::Watch;

/// The one thing in which the other run differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Difference {
    /// A param, or a rule, has this value all the time.
    Param {
        /// Which.
        index: u16,
        /// The value.
        value: i64,
    },
    /// Another algorithm of the lesson, by index.
    Algorithm(u8),
    /// Other luck.
    Seed(u64),
}

/// The other run, at its beginning, and what of the first one it cannot have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Other {
    /// The run.
    pub scenario: Scenario,
    /// What is done in the first run and means nothing in the other.
    pub left_out: Vec<Intervention>,
}

impl Difference {
    /// The run beside `scenario` in which `journal` is done.
    pub fn other(self, scenario: &Scenario, journal: &[Entry]) -> Result<Other, Invalid> {
        let mut other = Scenario { journal: Vec::new(), moment: Moment::default(), ..scenario.clone() };
        match self {
            Difference::Param { index, value } => _ = other.params.set(index, value),
            Difference::Seed(seed) => other.seed = seed,
            Difference::Algorithm(algorithm) => {
                other.algorithm = algorithm;
                let entry = other.entry()?;
                other.nodes = scenario.nodes.clamp(entry.nodes.0, entry.nodes.2);
                other.params = Params::defaults(entry.algorithm.params());
                for (index, value) in (0u16..).zip(scenario.params.values()) {
                    if let Some(index) = same_param(scenario.entry()?.algorithm, entry.algorithm, index, *value) {
                        other.params.set(index, *value);
                    }
                }
            }
        }
        let mut left_out = Vec::new();
        for entry in journal {
            match self.translate(scenario, &other, &entry.what) {
                Some(what) => other.journal.push(Entry { at: entry.at, what }),
                // That it is not done there is the difference.
                None if self.is_about(&entry.what) => {}
                None => left_out.push(entry.what.clone()),
            }
        }
        other.validate()?;
        Ok(Other { scenario: other, left_out })
    }

    /// What watches where the two runs part.
    pub fn watch(self) -> Watch {
        match self {
            Difference::Param { index, .. } => Watch::new(Some(index), true),
            Difference::Seed(_) => Watch::new(None, true),
            Difference::Algorithm(_) => Watch::new(None, false),
        }
    }

    /// Whether an intervention turns the very thing in which the runs differ.
    pub fn is_about(self, what: &Intervention) -> bool {
        matches!((self, what), (Difference::Param { index, .. }, Intervention::Do(Choice::Param { index: turned, .. })) if index == *turned)
    }

    /// What something done in the run `here` is in the run `there`; `None` if it means nothing there.
    pub fn translate(self, here: &Scenario, there: &Scenario, what: &Intervention) -> Option<Intervention> {
        if self.is_about(what) {
            return None;
        }
        let Difference::Algorithm(_) = self else { return Some(what.clone()) };
        let (from, to) = (here.entry().ok()?.algorithm, there.entry().ok()?.algorithm);
        let what = match what {
            Intervention::Do(choice) => Intervention::Do(match choice {
                // Of another algorithm, the message of that name says something else.
                Choice::Deliver(_) | Choice::Drop(_) | Choice::Duplicate(_) | Choice::Fire(_) => return None,
                Choice::Command { id, node, call } => Choice::Command { id: *id, node: *node, call: same_command(from, to, call)? },
                Choice::Param { index, value } => Choice::Param { index: same_param(from, to, *index, *value)?, value: *value },
                choice => choice.clone(),
            }),
            Intervention::Network { .. } | Intervention::Manual(_) => what.clone(),
            Intervention::Scripted(..) | Intervention::Delay { .. } | Intervention::Hold(_) | Intervention::Release(_) => return None,
        };
        there.check_intervention(there.entry().ok()?, &what).ok()?;
        Some(what)
    }
}

/// The param of `to` that has the name of a param of `from`, if it may have this value.
fn same_param(from: &dyn Algorithm, to: &dyn Algorithm, index: u16, value: i64) -> Option<u16> {
    let name = from.params().get(usize::from(index))?.name;
    let found = to.params().iter().position(|spec| spec.name == name && spec.admits(value))?;
    u16::try_from(found).ok()
}

/// The call of the command of `to` that has the same name.
fn same_command(from: &dyn Algorithm, to: &dyn Algorithm, call: &CommandCall) -> Option<CommandCall> {
    let name = from.commands().get(usize::from(call.command))?.name;
    let command = u16::try_from(to.commands().iter().position(|spec| spec.name == name)?).ok()?;
    Some(CommandCall { command, arguments: call.arguments.clone() })
}
