//! The lessons: what the page is given of them, and when an experiment's goal is reached. Knows `scenario`; no screen.
//!
//! Authors write Markdown and TOML in `lessons/` (its README has the format). The page writer reads them with `source`, natively,
//! checks every name in them against the catalogue of topics, renders the prose to HTML, and puts what the playground needs into
//! the page as one [`LessonData`]. So no prose and no parser is in the wasm module.

pub mod demo;
pub mod history;
pub mod map;
pub mod packed;
pub mod path;
pub mod progress;
#[cfg(not(target_arch = "wasm32"))]
pub mod source;

use crate::check::explorer::Verdict;
pub use crate::scenario::goal;
use crate::scenario::search::{Aim, Report, Search};
use crate::scenario::{Moment, Scenario};
use crate::sim::timeline::Entry;
use crate::sim::{Bindings, Choice, Intervention, Params};
use serde::{Deserialize, Serialize};

/// What a lesson's playground is given. Everything in it was checked when the page was written.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LessonData {
    /// Number of the lesson, which is that of its topic.
    pub number: u8,
    /// Folder of the lesson's page.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The runs that the lesson offers; the first is the one that the playground opens with.
    pub scenarios: Vec<ScenarioData>,
    /// The experiments in the order of the prose.
    pub experiments: Vec<Experiment>,
    /// What the page says when something happens; the first that fits counts.
    pub captions: Vec<Caption>,
    /// The questions at the end.
    pub questions: Vec<Question>,
    /// What is measured in its text, each with its algorithm, as the texts of [`Measure`](crate::scenario::measure::Measure).
    pub measures: Vec<String>,
}

/// A run that a lesson offers.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ScenarioData {
    /// Name of its file without the ending.
    pub id: String,
    /// What the page calls it.
    pub title: String,
    /// One sentence on what it is for; with curated timing it says so.
    pub note: String,
    /// The scenario as the text of a link.
    pub link: String,
}

/// A thing to try, with a goal that the page detects.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Experiment {
    /// Stable name: progress is remembered by it.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// The run that it starts from.
    pub scenario: String,
    /// What must happen; nothing if its goal is a search or a history.
    pub goal: goal::Goal,
    /// The search that must come to a verdict, if that is its goal.
    pub search: Option<SearchGoal>,
    /// What an edited copy of the run's history must be, if that is its goal.
    pub history: Option<history::HistoryGoal>,
    /// A prediction to make first.
    pub bet: Option<Bet>,
    /// The exhibit to look at, by its place among the algorithm's.
    pub shows: Option<u8>,
    /// The run that reaches the goal, for those who want to see it; empty if its goal is a search or a history.
    pub solution: String,
}

/// A goal of the Explorer: a search, from where the experiment's scenario opens, that ends as it should.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SearchGoal {
    /// The search as text: [`Search::from_text`](crate::scenario::search::Search::from_text).
    pub search: String,
    /// Whether it must find what it looks for; otherwise it must visit everything and find nothing.
    pub finds: bool,
    /// Params by index that are set before it begins, and that it must begin with.
    pub params: Vec<(u16, i64)>,
}

impl SearchGoal {
    /// Where its search begins: the experiment's scenario, with its params set.
    pub fn start(&self, scenario: &Scenario) -> Scenario {
        let Moment { mut at, .. } = scenario.moment;
        let mut journal = scenario.journal.clone();
        for (index, value) in &self.params {
            journal.push(Entry { at, what: Intervention::Do(Choice::Param { index: *index, value: *value }) });
            at.after += 1;
        }
        Scenario { journal, moment: Moment { at, fingerprint: None }, ..scenario.clone() }
    }

    /// Whether a search that began with these params and has ended reaches the goal: the goal's own, or one that looks at more.
    pub fn is_reached_by(&self, params: &Params, search: &Search, report: &Report) -> bool {
        let Some(own) = Search::from_text(&self.search) else { return false };
        let is_set = self.params.iter().all(|(index, value)| params.get(*index) == *value);
        let found = report.witness.as_ref().map(|witness| witness.invariant);
        is_set
            && match (self.finds, found) {
                (true, Some(broken)) => match (own.aim, search.aim) {
                    (Aim::AnyInvariant, Aim::AnyInvariant | Aim::Invariant(_)) => true,
                    (Aim::Invariant(invariant), Aim::AnyInvariant | Aim::Invariant(_)) => broken == Some(invariant),
                    (aim, other) => aim == other,
                },
                (false, None) => {
                    let is_aim = own.aim == search.aim || matches!((own.aim, search.aim), (Aim::Invariant(_), Aim::AnyInvariant));
                    report.verdict == Verdict::Exhausted && is_aim && search.covers(&own)
                }
                _ => false,
            }
    }
}

/// A prediction: the reader chooses before the run, the run decides.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Bet {
    /// What will happen?
    pub question: String,
    /// The possible answers.
    pub options: Vec<BetOption>,
    /// The run has decided by then, in virtual microseconds after the experiment's start.
    pub settles_us: u64,
}

/// One answer of a [`Bet`].
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BetOption {
    /// The answer.
    pub text: String,
    /// It is right if this comes true first. Empty: it is right if none of the others came true in time.
    pub when: goal::Goal,
}

/// What the page says when a fact fires. Of several for the same condition the first that can be filled in counts.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Caption {
    /// The condition of a single step of a goal: a fact's name, `do:crash`, `broken:election-safety`.
    pub when: String,
    /// The text, with bindings in braces: "Node {node} has a quorum in term {term}."
    pub say: String,
    /// Whether time slows down for a moment.
    pub slow: bool,
}

impl Caption {
    /// The text with its names filled in; `None` if one of them stands for nothing here, so that the caption does not fit.
    /// `{node}` and `{other}` are the first nodes that the bindings are about, unless something is bound to these names.
    pub fn filled(&self, bindings: &Bindings) -> Option<String> {
        let value = |name: &str| {
            let bound = bindings.values.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
            bound.or_else(|| match name {
                "node" => bindings.nodes.first().map(ToString::to_string),
                "other" => bindings.nodes.get(1).map(ToString::to_string),
                _ => None,
            })
        };
        let mut text = String::with_capacity(self.say.len());
        let mut rest = self.say.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            text.push_str(before);
            text.push_str(&value(name)?);
            rest = after;
        }
        text.push_str(rest);
        Some(text)
    }
}

/// A question with one right answer.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Question {
    /// Stable name: progress is remembered by it.
    pub id: String,
    /// Index of the right answer among those that the page shows.
    pub right: u8,
    /// A run that shows why, by its name; empty if there is none.
    pub scenario: String,
}
