//! A challenge: a run with a goal, in which only some things may be done. And what else a link may say beside its run. Knows no page.
//!
//! A challenge is sent before it is met and after: what was done in it travels as the run's journal, from the moment on at which it
//! begins. So nothing of a result is ever sent; whoever opens it replays the run, and sees what it reaches.

use super::goal::{self, Goal};
use super::{ENGINE_VERSION, Invalid, Moment, Scenario};
use crate::sim::timeline::Entry;
use crate::sim::{Algorithm, At, Choice, Intervention, Scope, Timeline};

/// Longest note, in characters.
pub const NOTE_CHARS_MAX: usize = 600;
/// Longest title of a challenge, in characters.
pub const TITLE_CHARS_MAX: usize = 80;
/// Things that a challenge waits for, at most.
pub const STEPS_MAX: usize = 8;
/// Longest name of such a thing, or of a param, in bytes.
pub const NAME_BYTES_MAX: usize = 80;
/// Events of one instant that are played to know how a run stands at its end; with more, its fingerprint is left out.
const EVENTS_AT_ONCE_MAX: u32 = 10_000;

/// What a link may say beside its run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Extras {
    /// Plain text for whoever opens it; empty if there is none.
    pub note: String,
    /// What is to be reached, and how.
    pub challenge: Option<Challenge>,
}

/// A goal, and what may be done to reach it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Challenge {
    /// What it is called; plain text.
    pub title: String,
    /// What must happen from the moment on at which it begins.
    pub goal: Goal,
    /// What may be done: bit `k` for [`TOOLS`]`[k]`.
    pub tools: u32,
    /// Params that stay as they are even where settings may be changed: bit `k` for the algorithm's `k`-th.
    pub fixed: u64,
    /// How many things may be done, if there is a bound.
    pub deeds_max: Option<u16>,
    /// Where it begins, in virtual microseconds. What was done before then is given.
    pub begins_us: u64,
}

/// A kind of deeds that a challenge admits or locks.
pub struct Tool {
    /// Its words.
    pub label: &'static str,
    /// Its deeds, by their names among [`goal::DEEDS`].
    pub deeds: &'static [&'static str],
}

/// All kinds. Links name them by index: new ones go to the end, and no deed changes its kind.
pub const TOOLS: &[Tool] = &[
    Tool { label: "Crash, restart", deeds: &["crash", "restart"] },
    Tool { label: "Wipe a disk", deeds: &["wipe"] },
    Tool { label: "Pause, resume", deeds: &["pause", "resume"] },
    Tool { label: "Cut, partition, heal", deeds: &["cut", "mend", "partition", "heal"] },
    Tool { label: "Drop messages", deeds: &["drop"] },
    Tool { label: "Delay, hold messages", deeds: &["delay", "hold", "release"] },
    Tool { label: "Duplicate messages", deeds: &["duplicate"] },
    Tool { label: "Deliver at once", deeds: &["deliver"] },
    Tool { label: "Fire timers", deeds: &["timeout"] },
    Tool { label: "Commands", deeds: &["command"] },
    Tool { label: "Clocks", deeds: &["clock"] },
    Tool { label: "Settings", deeds: &["param"] },
    Tool { label: "Network conditions", deeds: &["network"] },
    Tool { label: "Stop the schedule", deeds: &["manual"] },
];

/// Every kind, and those that a later version adds.
pub const ALL_TOOLS: u32 = u32::MAX;

/// The index of the kind to which a deed belongs, by its name.
fn tool_of(deed: &str) -> Option<usize> {
    TOOLS.iter().position(|tool| tool.deeds.contains(&deed))
}

/// Text as a link may carry it: without characters that cannot be seen or that turn others around, trimmed, and no longer than that.
pub fn plain(text: &str, chars_max: usize) -> String {
    let is_hidden =
        |letter: char| letter.is_control() || matches!(letter, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let seen = text.chars().map(|letter| if letter == '\t' { ' ' } else { letter }).filter(|letter| *letter == '\n' || !is_hidden(*letter));
    // Trimmed before it is cut and after, so that what is plain stays as it is.
    let cut: String = seen.collect::<String>().trim().chars().take(chars_max).collect();
    cut.trim_end().to_owned()
}

impl Extras {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.note.is_empty() && self.challenge.is_none()
    }

    /// Checks all that can be checked without playing, against the run that they stand beside.
    pub fn validate(&self, scenario: &Scenario) -> Result<(), Invalid> {
        check_text("note", &self.note, NOTE_CHARS_MAX)?;
        self.challenge.as_ref().map_or(Ok(()), |challenge| challenge.validate(scenario))
    }
}

fn check_text(what: &str, text: &str, chars_max: usize) -> Result<(), Invalid> {
    if plain(text, usize::MAX) != text {
        return Err(Invalid::Extras(format!("Its {what} is not plain text. Ask for a link whose {what} is letters and nothing else.")));
    }
    if text.chars().nth(chars_max).is_some() {
        return Err(Invalid::Extras(format!("Its {what} is longer than {chars_max} characters. Ask for a shorter one.")));
    }
    Ok(())
}

impl Challenge {
    /// Checks it, and what the run does from its beginning on.
    fn validate(&self, scenario: &Scenario) -> Result<(), Invalid> {
        let algorithm = scenario.entry()?.algorithm;
        let wrong = |why: String| Err(Invalid::Extras(why));
        check_text("title", &self.title, TITLE_CHARS_MAX)?;
        if self.goal.is_empty() {
            return wrong("Its challenge has no goal. Ask whoever set it to make it anew.".to_owned());
        }
        if self.goal.steps.len() > STEPS_MAX || self.goal.params.len() > STEPS_MAX {
            return wrong(format!("Its challenge waits for more than {STEPS_MAX} things. Ask whoever set it for a shorter one."));
        }
        if let Some((name, _)) = self.goal.unknown_name(algorithm) {
            let name: String = plain(&name, NAME_BYTES_MAX);
            return wrong(format!(
                "Its challenge waits for \u{201c}{name}\u{201d}, which is nothing that can happen here. Ask whoever set it to make it anew."
            ));
        }
        if let Some(index) =
            (0..u64::BITS).filter(|index| self.fixed >> index & 1 == 1).find(|index| *index as usize >= algorithm.params().len())
        {
            return wrong(format!("Its challenge locks setting number {index}, which this algorithm does not have."));
        }
        if self.begins_us > scenario.moment.at.time_us {
            return wrong("Its challenge begins after the moment at which it opens. Ask whoever set it to make it anew.".to_owned());
        }
        let done = after(&scenario.journal, self.begins_us);
        let locked = done.iter().find_map(|entry| self.locks(&entry.what, algorithm));
        let refusal = locked.or_else(|| self.exceeded(done.iter().map(|entry| (entry.at.time_us, &entry.what))));
        refusal.map_or(Ok(()), |why| wrong(format!("Its run breaks the rules of its own challenge. {why}")))
    }

    /// Whether a deed of that name is of a kind that is locked.
    pub fn locks_deed(&self, deed: &str) -> Option<String> {
        let index = tool_of(deed)?;
        (self.tools >> index & 1 == 0).then(|| locked(TOOLS.get(index).map_or(deed, |tool| tool.label)))
    }

    /// Why this may not be done at any moment of it; `None` if it may.
    pub fn locks(&self, what: &Intervention, algorithm: &dyn Algorithm) -> Option<String> {
        let param = match what {
            Intervention::Do(Choice::Param { index, .. }) | Intervention::Scripted(Choice::Param { index, .. }, _) => Some(*index),
            _ => None,
        };
        self.locks_deed(goal::deed(what)).or_else(|| self.locks_param(param?, algorithm))
    }

    /// Why this param may not be set; `None` if it may.
    pub fn locks_param(&self, index: u16, algorithm: &dyn Algorithm) -> Option<String> {
        let is_fixed = self.fixed.checked_shr(index.into()).unwrap_or(0) & 1 == 1;
        let label = algorithm.params().get(usize::from(index)).map_or("", |spec| spec.label);
        self.locks_deed("param").or_else(|| is_fixed.then(|| locked(label)))
    }

    /// Why these things may not be done at the present moment of a run, one after the other; `None` if they may.
    pub fn refuses(&self, timeline: &Timeline, what: &[Intervention]) -> Option<String> {
        let algorithm = timeline.setup().algorithm;
        if let Some(why) = what.iter().find_map(|what| self.locks(what, algorithm)) {
            return Some(why);
        }
        let now_us = timeline.now_us();
        if now_us < self.begins_us {
            return Some("What came before the beginning of this challenge stays as it is. Go on in the run, or press Reset.".to_owned());
        }
        let done = self.done(timeline).iter().map(|entry| (entry.at.time_us, &entry.what));
        self.exceeded(done.chain(what.iter().map(|what| (now_us, what))))
    }

    /// What was done in it up to the present moment of a run.
    fn done<'a>(&self, timeline: &'a Timeline) -> &'a [Entry] {
        after(timeline.journal(), self.begins_us)
    }

    /// How many things were done in it up to the present moment of a run.
    pub fn deeds(&self, timeline: &Timeline) -> u32 {
        count(self.done(timeline).iter().map(|entry| (entry.at.time_us, &entry.what)))
    }

    fn exceeded<'a>(&self, done: impl Iterator<Item = (u64, &'a Intervention)>) -> Option<String> {
        let most = self.deeds_max?;
        let actions = super::words::count(most.into(), "action");
        (count(done) > most.into())
            .then(|| format!("This challenge admits {actions}, and no more. Go back in the run to take one back, or press Reset."))
    }

    /// How far its goal is reached at the present moment of a run.
    pub fn progress(&self, timeline: &Timeline) -> goal::Progress {
        self.goal.progress(timeline, self.begins_us)
    }

    /// A run as it is where the challenge begins, with nothing done in it.
    pub fn start(&self, scenario: &Scenario) -> Scenario {
        let given = scenario.journal.len() - after(&scenario.journal, self.begins_us).len();
        let at = At { time_us: self.begins_us, after: 0 };
        // Where it opens there is the fingerprint of there: it is of no other moment.
        let moment = if scenario.moment.at == at { scenario.moment } else { Moment { at, fingerprint: None } };
        Scenario { journal: scenario.journal.get(..given).unwrap_or_default().to_vec(), moment, ..scenario.clone() }
    }
}

fn locked(label: &str) -> String {
    format!("\u{201c}{label}\u{201d} is locked in this challenge.")
}

/// The entries from a moment on.
fn after(journal: &[Entry], time_us: u64) -> &[Entry] {
    journal.get(journal.partition_point(|entry| entry.at.time_us < time_us)..).unwrap_or_default()
}

/// How many things these are: what is done to a link both ways at one moment is one.
fn count<'a>(done: impl Iterator<Item = (u64, &'a Intervention)>) -> u32 {
    let (mut count, mut before) = (0, None);
    for here in done {
        if !before.is_some_and(|before| is_other_way(before, here)) {
            count += 1;
        }
        before = Some(here);
    }
    count
}

fn is_other_way((before_us, before): (u64, &Intervention), (now_us, now): (u64, &Intervention)) -> bool {
    let link = |what: &Intervention| match what {
        Intervention::Do(Choice::Cut { from, to } | Choice::Mend { from, to }) => Some((*from, *to)),
        Intervention::Network { scope: Scope::Link(from, to), .. } => Some((*from, *to)),
        _ => None,
    };
    before_us == now_us
        && goal::deed(before) == goal::deed(now)
        && link(before).zip(link(now)).is_some_and(|((a, b), other)| other == (b, a))
}

/// A run with which a challenge may begin, made of the present moment of `timeline`: what was done so far is given, and nothing is to come.
///
/// It begins a microsecond after, so that what has just happened is before it, and what is done first is in it.
pub fn beginning(scenario: &Scenario, timeline: &Timeline) -> Scenario {
    let journal = timeline.journal().to_vec();
    if journal.is_empty() && timeline.step_count() == 0 {
        return Scenario { journal, moment: Moment::default(), ..scenario.clone() };
    }
    let at = At { time_us: timeline.now_us() + 1, after: 0 };
    Scenario { journal, moment: Moment { at, fingerprint: fingerprint_at(timeline, at.time_us) }, ..scenario.clone() }
}

/// The fingerprint of the run a moment later, if no more is done.
fn fingerprint_at(timeline: &Timeline, time_us: u64) -> Option<(u16, u64)> {
    let mut clock = timeline.clock().clone();
    for _ in 0..EVENTS_AT_ONCE_MAX {
        if !clock.step(time_us - 1, None).ok()? {
            clock.advance(time_us);
            return Some((ENGINE_VERSION, clock.fingerprint()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_is_of_one_kind() {
        for deed in goal::DEEDS {
            assert_eq!(TOOLS.iter().filter(|tool| tool.deeds.contains(deed)).count(), 1, "{deed}");
        }
        assert!(TOOLS.len() < u32::BITS as usize);
    }

    #[test]
    fn what_is_plain_stays_as_it_is() {
        for (text, expected) in [
            ("  Look at node 2.\nWhy does it wait?  ", "Look at node 2.\nWhy does it wait?"),
            ("a\tb\r\nc\u{7}", "a b\nc"),
            ("turned \u{202e}around\u{202c}", "turned around"),
            ("größer 🙂", "größer 🙂"),
            ("one two", "one two"),
        ] {
            assert_eq!(plain(text, 600), expected);
            assert_eq!(plain(&plain(text, 4), 600), plain(text, 4));
        }
        assert_eq!(plain("one two", 4), "one");
    }
}
