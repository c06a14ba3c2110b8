//! Histories as text, to paste in and copy out. One operation a line:
//!
//! ```text
//! A: write x 1 @ 0..20     process A writes 1 to register x; called at 0, returned at 20
//! B: read x 1 @ 10..30     process B read 1
//! A: write x 2 @ 40..?     it has not returned: it may take effect at any later time, or never
//! B: read x ? @ 50..?      it has not returned, so it has read nothing
//! # a remark
//! ```
//!
//! Times are whole numbers of any unit; only their order counts. Registers hold 0 at first.

use super::{Access, Call, History};
use std::fmt::Write as _;

/// Longest name of a process or register.
pub const NAME_MAX: usize = 12;
/// Operations in a text.
pub const LINES_MAX: usize = super::judge::CALLS_MAX;
/// Largest value, and the smallest but for its sign.
pub const VALUE_MAX: i64 = 999_999;
/// Letters of what was found that a mistake repeats.
const FOUND_CHARS_MAX: usize = 40;
/// Latest moment.
pub const MOMENT_MAX: u64 = 1_000_000_000_000;

/// What is wrong with a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Line, from 1.
    pub line: usize,
    /// What was expected.
    pub says: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line {}: {}", self.line, self.says)
    }
}

/// Reads a text.
pub fn parse(text: &str) -> Result<History, Mistake> {
    let mut history = History::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if history.calls.len() >= LINES_MAX {
            return Err(Mistake { line: number, says: format!("a history has at most {LINES_MAX} operations.") });
        }
        operation(&mut history, line).map_err(|says| Mistake { line: number, says })?;
    }
    Ok(history)
}

fn operation(history: &mut History, line: &str) -> Result<(), String> {
    let example = "expected an operation such as `A: write x 1 @ 0..20`";
    let (process, rest) = line.split_once(':').ok_or_else(|| format!("{example}, found no colon after the process."))?;
    let (what, span) = rest.split_once('@').ok_or_else(|| format!("{example}, found no @ before the times."))?;
    let words: Vec<&str> = what.split_whitespace().collect();
    let [verb, key, value] = words.as_slice() else {
        return Err(format!("{example}, found {} between colon and @.", found(what)));
    };
    let (called, returned) =
        span.split_once("..").ok_or_else(|| format!("expected times such as 0..20 or 40..?, found {}.", found(span)))?;
    let called = moment(called)?;
    let returned = if returned.trim() == "?" { None } else { Some(moment(returned)?) };
    if returned.is_some_and(|returned| returned < called) {
        return Err("it returns before it is called.".to_owned());
    }
    let number = || {
        let number = value.parse::<i64>().ok().filter(|number| (-VALUE_MAX..=VALUE_MAX).contains(number));
        number.ok_or_else(|| format!("expected a whole number of at most {VALUE_MAX} as value, found {}.", found(value)))
    };
    let access = match (*verb, *value, returned) {
        ("write", ..) => Access::Write(number()?),
        ("read", "?", None) => Access::Read(None),
        ("read", "?", Some(_)) => return Err("a read that has returned has read something: write its value in place of `?`.".to_owned()),
        ("read", _, Some(_)) => Access::Read(Some(number()?)),
        ("read", ..) => return Err("a read that has not returned has read nothing: write `?` as its value.".to_owned()),
        _ => return Err(format!("expected `read` or `write`, found {}.", found(verb))),
    };
    let process = index(&mut history.processes, name(process)?);
    let key = index(&mut history.keys, name(key)?);
    history.calls.push(Call { process, key, access, called, returned });
    Ok(())
}

/// What stands there, in quotes, or its beginning.
fn found(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(FOUND_CHARS_MAX) {
        Some((end, _)) => format!("\u{201c}{}\u{2026}\u{201d}", text.get(..end).unwrap_or_default()),
        None => format!("\u{201c}{text}\u{201d}"),
    }
}

fn name(text: &str) -> Result<&str, String> {
    let text = text.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= NAME_MAX
        && text.chars().all(|sign| sign.is_alphanumeric() || sign == '-' || sign == '_');
    if fits { Ok(text) } else { Err(format!("expected a name of at most {NAME_MAX} letters and digits, found {}.", found(text))) }
}

fn moment(text: &str) -> Result<u64, String> {
    let moment = text.trim().parse::<u64>().ok().filter(|moment| *moment <= MOMENT_MAX);
    moment.ok_or_else(|| format!("expected a time, a whole number from 0 to {MOMENT_MAX}, found {}.", found(text)))
}

/// The index of a name, which is added if it is new.
fn index(names: &mut Vec<String>, name: &str) -> u16 {
    let at = names.iter().position(|other| other == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    // There are fewer names than lines.
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Writes a history as text. [`parse`] makes the same of it again, but for processes and registers without a call.
pub fn print(history: &History) -> String {
    let mut text = String::new();
    for (index, call) in history.calls.iter().enumerate() {
        // Writing to a text does not fail.
        let _ = match call.returned {
            Some(returned) => writeln!(text, "{} @ {}..{returned}", history.words(index), call.called),
            None => writeln!(text, "{} @ {}..?", history.words(index), call.called),
        };
    }
    text
}
