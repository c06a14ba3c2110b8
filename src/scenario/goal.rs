//! Goals: what must happen in a run, in order, for an experiment or a challenge to be done. Knows no lesson.

use super::{export, words};
use crate::sim::sorted::sort_by_key;
use crate::sim::{Algorithm, Choice, Intervention, Timeline};
use serde::{Deserialize, Serialize};

/// Conditions that must come true one after the other, with params as demanded when the last one does.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Goal {
    /// Each is the name of a fact of the algorithm, `do:` with an intervention ([`deed`]), or `broken:` with an invariant.
    pub steps: Vec<String>,
    /// Params by name that must have these values at the end.
    pub params: Vec<(String, i64)>,
}

/// How far a goal is reached at the present moment of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Conditions that came true.
    pub done: u32,
    /// When the last of them did, in virtual microseconds, if all have.
    pub reached_us: Option<u64>,
}

/// Names of interventions as goals and captions use them: `do:crash`.
pub const DEEDS: &[&str] = &[
    "crash",
    "restart",
    "wipe",
    "pause",
    "resume",
    "cut",
    "mend",
    "partition",
    "heal",
    "drop",
    "deliver",
    "duplicate",
    "delay",
    "hold",
    "release",
    "timeout",
    "command",
    "clock",
    "param",
    "network",
    "manual",
];

/// The same in words, after "you": in the order of [`DEEDS`].
const DEEDS_IN_WORDS: [&str; DEEDS.len()] = [
    "crash a node",
    "restart a node",
    "wipe a disk",
    "pause a node",
    "resume a node",
    "cut a link",
    "mend a link",
    "partition the nodes",
    "heal the partition",
    "drop a message",
    "deliver a message at once",
    "duplicate a message",
    "delay a message",
    "hold a message back",
    "release a message",
    "fire a timer",
    "send a command",
    "change a clock",
    "change a setting",
    "change the network",
    "stop the schedule, or let it go on",
];

/// The name of an intervention among [`DEEDS`].
pub fn deed(what: &Intervention) -> &'static str {
    match what {
        Intervention::Do(choice) | Intervention::Scripted(choice, _) => match choice {
            Choice::Deliver(_) => "deliver",
            Choice::Drop(_) => "drop",
            Choice::Duplicate(_) => "duplicate",
            Choice::Fire(_) => "timeout",
            Choice::Command { .. } => "command",
            Choice::Crash(_) => "crash",
            Choice::Restart(_) => "restart",
            Choice::Wipe(_) => "wipe",
            Choice::Pause(_) => "pause",
            Choice::Resume(_) => "resume",
            Choice::Cut { .. } => "cut",
            Choice::Mend { .. } => "mend",
            Choice::Partition(_) => "partition",
            Choice::Heal => "heal",
            Choice::ClockJump { .. } | Choice::ClockDrift { .. } => "clock",
            Choice::Param { .. } => "param",
        },
        Intervention::Delay { .. } => "delay",
        Intervention::Hold(_) => "hold",
        Intervention::Release(_) => "release",
        Intervention::Network { .. } => "network",
        Intervention::Manual(_) => "manual",
    }
}

/// Something that a condition can match, at a moment of the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Happened<'a> {
    /// An intervention; first at its moment, since what follows from it is of the same microsecond.
    Deed(&'static str),
    /// A fact.
    Fact(&'a str),
    /// An invariant that broke.
    Broken(&'a str),
}

impl Happened<'_> {
    fn matches(self, condition: &str) -> bool {
        match self {
            Happened::Deed(name) => condition.strip_prefix("do:") == Some(name),
            Happened::Fact(name) => condition == name,
            Happened::Broken(name) => condition.strip_prefix("broken:") == Some(name),
        }
    }
}

/// Everything up to the present of the run that a condition can match, in order, from `since_us` on.
fn happened(timeline: &Timeline, since_us: u64) -> Vec<(u64, Happened<'static>)> {
    let algorithm = timeline.setup().algorithm;
    let (facts, invariants) = (algorithm.facts(), algorithm.invariants());
    let steps = timeline.step_count();
    let record = timeline.record();
    let deeds = timeline.journal().iter().map(|entry| (entry.at.time_us, Happened::Deed(deed(&entry.what))));
    let fired = record
        .fired
        .iter()
        .filter(|fired| fired.step < steps)
        .filter_map(|fired| Some((fired.time_us, Happened::Fact(facts.get(usize::from(fired.fact))?.name))));
    let broken = record
        .violations
        .iter()
        .filter(|violation| violation.step < steps)
        .filter_map(|violation| Some((violation.time_us, Happened::Broken(invariants.get(usize::from(violation.invariant))?.name))));
    let mut all: Vec<_> = deeds.chain(fired).chain(broken).filter(|(time_us, _)| *time_us >= since_us).collect();
    // Stable: facts of one moment stay in the order in which they fired.
    sort_by_key(&mut all, |(time_us, happened)| (*time_us, !matches!(happened, Happened::Deed(_))));
    all
}

impl Goal {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How far the goal is reached at the present moment, counting from `since_us`.
    pub fn progress(&self, timeline: &Timeline, since_us: u64) -> Progress {
        let mut progress = Progress::default();
        let mut wanted = self.steps.iter();
        let mut next = wanted.next();
        for (time_us, happened) in happened(timeline, since_us) {
            let Some(condition) = next else { break };
            if happened.matches(condition) {
                progress.done += 1;
                next = wanted.next();
                if next.is_none() && self.params_hold(timeline) {
                    progress.reached_us = Some(time_us);
                }
            }
        }
        progress
    }

    fn params_hold(&self, timeline: &Timeline) -> bool {
        let specs = timeline.setup().algorithm.params();
        let values = timeline.clock().world().params().values();
        self.params.iter().all(|(name, wanted)| specs.iter().zip(values).any(|(spec, value)| spec.name == name && value == wanted))
    }

    /// The goal as one text: its steps, then its params as `pre_vote=0`, with a space between two. No name has a space in it.
    pub fn to_text(&self) -> String {
        let params = self.params.iter().map(|(name, value)| format!("{name}={value}"));
        self.steps.iter().cloned().chain(params).collect::<Vec<_>>().join(" ")
    }

    /// The goal of such a text. What is no number behind a `=` makes a step that means nothing to any algorithm.
    pub fn from_text(text: &str) -> Self {
        let mut goal = Goal::default();
        for word in text.split_ascii_whitespace() {
            match word.split_once('=').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?))) {
                Some(param) => goal.params.push(param),
                None => goal.steps.push(word.to_owned()),
            }
        }
        goal
    }

    /// The first name in the goal that means nothing to `algorithm`, with what could stand there.
    pub fn unknown_name(&self, algorithm: &dyn Algorithm) -> Option<(String, String)> {
        let list = |names: Vec<&str>| names.join(", ");
        self.steps.iter().find_map(|step| unknown_condition(step, algorithm)).or_else(|| {
            let names: Vec<&str> = algorithm.params().iter().map(|spec| spec.name).collect();
            let (name, _) = self.params.iter().find(|(name, _)| !names.contains(&name.as_str()))?;
            Some((name.clone(), list(names)))
        })
    }
}

/// Whether a condition means something to `algorithm`; if not, the condition and what could stand there.
pub fn unknown_condition(condition: &str, algorithm: &dyn Algorithm) -> Option<(String, String)> {
    let (name, known): (&str, Vec<&str>) = if let Some(name) = condition.strip_prefix("do:") {
        (name, DEEDS.to_vec())
    } else if let Some(name) = condition.strip_prefix("broken:") {
        (name, algorithm.invariants().iter().map(|info| info.name).collect())
    } else {
        (condition, algorithm.facts().iter().map(|info| info.name).collect())
    };
    (!known.contains(&name)).then(|| (condition.to_owned(), known.join(", ")))
}

/// A condition in words: in short, and what it means if there is more to say. What stands for a value is left open: "Node … leads".
pub fn in_words(condition: &str, algorithm: &dyn Algorithm) -> (String, String) {
    if let Some(name) = condition.strip_prefix("do:") {
        let words = DEEDS.iter().position(|known| *known == name).and_then(|index| DEEDS_IN_WORDS.get(index));
        return (format!("You {}", words.copied().unwrap_or(name)), String::new());
    }
    if let Some(name) = condition.strip_prefix("broken:") {
        let info = algorithm.invariants().into_iter().find(|info| info.name == name);
        return (format!("{} is broken", words::title(name)), info.map_or(String::new(), |info| info.sentence.to_owned()));
    }
    let info = algorithm.facts().into_iter().find(|info| info.name == condition);
    (words::title(condition), info.map_or(String::new(), |info| open_values(info.sentence)))
}

/// A param that a goal demands, in words: "Pre-vote: off".
pub fn param_in_words((name, value): &(String, i64), algorithm: &dyn Algorithm) -> String {
    let spec = algorithm.params().iter().find(|spec| spec.name == name);
    format!("{}: {}", spec.map_or(name.as_str(), |spec| spec.label), export::value_in_words(spec, *value))
}

/// A sentence with what stands in braces left open.
fn open_values(sentence: &str) -> String {
    let mut words = sentence.split('{');
    let mut text = words.next().unwrap_or_default().to_owned();
    for rest in words {
        text.push('\u{2026}');
        text.push_str(rest.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}
