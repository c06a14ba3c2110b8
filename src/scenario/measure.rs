//! What can be measured of a run: a time, a count or a price, between two conditions. Knows no author, no seeds and no page.
//!
//! The figures of a lesson's text are these measures over the seeds that its author names, and the page takes the same ones of a
//! thousand runs ([`thousand`](super::thousand)).

use super::goal::Goal;
use super::letters;
use crate::sim::{Error, Exhibit, Ledger, Timeline};
use serde::{Deserialize, Serialize};

/// Events after which a run is first looked at; each further look is after twice as many.
const EVENTS_AT_FIRST: u32 = 256;
/// Parts of a unit that values are kept in: millionths of a second, of a message, of a percent.
pub const MICRO: u64 = 1_000_000;

/// What is measured of a run, from one condition to another. Conditions are those of a [`Goal`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// What.
    pub quantity: Quantity,
    /// Where it begins; the run's beginning if nothing is said.
    pub from: Option<String>,
    /// Where it ends; at `until_us` if nothing is said.
    pub to: Option<String>,
    /// How long a run goes on at most, in virtual microseconds.
    pub until_us: u64,
}

/// A quantity, in millionths of its unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Quantity {
    /// The time in between.
    Time,
    /// A number that the fact `to` says under this name.
    Reading(String),
    /// A number that a row of the algorithm's first table says then.
    Row(String),
    /// Messages sent of these kinds.
    Messages(Vec<u16>),
    /// Bytes sent.
    Bytes,
    /// How often the fact of that index came true.
    Often(u16),
}

/// What a run measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// In millionths of the unit.
    pub value: u64,
    /// Where the measurement ended, in virtual microseconds.
    pub at_us: u64,
}

/// Why a run could not be measured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unmeasured {
    /// The engine would not go on.
    Broke(Error),
    /// It takes more events than it may.
    TooLong,
    /// The fact says no number under that name.
    NoNumber,
}

impl From<Error> for Unmeasured {
    fn from(error: Error) -> Self {
        Unmeasured::Broke(error)
    }
}

impl Measure {
    /// As a text without blanks, with the index of the algorithm that it is about.
    pub fn to_text(&self, algorithm: u8) -> String {
        // Writing into memory cannot fail: every type here has a definite length.
        letters::encode(&postcard::to_allocvec(&(algorithm, self)).unwrap_or_default())
    }

    /// The measure of a text; `None` if it is none.
    pub fn from_text(text: &str) -> Option<(u8, Measure)> {
        postcard::from_bytes(&letters::decode(text)?).ok()
    }

    /// Whether it counts in wholes.
    pub fn is_count(&self) -> bool {
        matches!(self.quantity, Quantity::Messages(_) | Quantity::Bytes | Quantity::Often(_))
    }

    /// Plays `timeline`, which is at its beginning, and measures it; `None` if it never comes to that. It plays no further than it must.
    pub fn sample(&self, timeline: &mut Timeline, events_max: u32) -> Result<Option<Sample>, Unmeasured> {
        self.play(timeline, events_max)?;
        let from_us = match &self.from {
            None => 0,
            Some(from) => match reached_us(timeline, [from]) {
                Some(from_us) => from_us,
                None => return Ok(None),
            },
        };
        let to_us = match &self.to {
            None => self.until_us,
            Some(to) => match reached_us(timeline, self.from.iter().chain([to])) {
                Some(to_us) => to_us,
                None => return Ok(None),
            },
        };
        let value = match &self.quantity {
            Quantity::Time => to_us.saturating_sub(from_us),
            Quantity::Reading(name) => self.reading(timeline, name, to_us).ok_or(Unmeasured::NoNumber)?,
            Quantity::Row(label) => {
                timeline.seek_time(to_us)?;
                cell(timeline, label).as_deref().and_then(number).ok_or(Unmeasured::NoNumber)?
            }
            Quantity::Often(fact) => {
                let during = |time_us: u64| (from_us..=to_us).contains(&time_us);
                let times = timeline.record().fired.iter().filter(|fired| fired.fact == *fact && during(fired.time_us)).count();
                times as u64 * MICRO
            }
            Quantity::Messages(_) | Quantity::Bytes => {
                let before = if self.from.is_some() { self.sent(timeline, from_us)? } else { 0 };
                (self.sent(timeline, to_us)? - before) * MICRO
            }
        };
        Ok(Some(Sample { value, at_us: to_us }))
    }

    /// Plays up to where it ends. What comes after that cannot change it: conditions are met in order of time.
    fn play(&self, timeline: &mut Timeline, events_max: u32) -> Result<(), Unmeasured> {
        let (mut left, mut slice) = (events_max, EVENTS_AT_FIRST);
        loop {
            let now = slice.min(left);
            let is_over = timeline.play_to(self.until_us, now)?;
            if is_over || self.to.as_ref().is_some_and(|to| reached_us(timeline, self.from.iter().chain([to])).is_some()) {
                return Ok(());
            }
            left -= now;
            if left == 0 {
                return Err(Unmeasured::TooLong);
            }
            slice = slice.saturating_mul(2);
        }
    }

    fn reading(&self, timeline: &Timeline, name: &str, to_us: u64) -> Option<u64> {
        let (facts, to) = (timeline.setup().algorithm.facts(), self.to.as_ref()?);
        let is_it = |fact: u16| facts.get(usize::from(fact)).is_some_and(|info| info.name == to);
        let fired = timeline.record().fired.iter().find(|fired| fired.time_us == to_us && is_it(fired.fact))?;
        let (_, text) = fired.bindings.values.iter().find(|(known, _)| *known == name)?;
        number(text)
    }

    /// What was sent up to a moment.
    fn sent(&self, timeline: &mut Timeline, at_us: u64) -> Result<u64, Error> {
        timeline.seek_time(at_us)?;
        let of = |(kind, tally): (u16, &crate::sim::Tally)| match &self.quantity {
            Quantity::Messages(kinds) if kinds.contains(&kind) => tally.sent,
            Quantity::Bytes => tally.bytes,
            _ => 0,
        };
        Ok((0u16..).zip(timeline.clock().tallies()).map(of).sum())
    }
}

/// When conditions have come true in order, in virtual microseconds.
fn reached_us<'a>(timeline: &Timeline, conditions: impl IntoIterator<Item = &'a String>) -> Option<u64> {
    Goal { steps: conditions.into_iter().cloned().collect(), params: Vec::new() }.progress(timeline, 0).reached_us
}

/// The figures of a run at its present moment: the first table that its algorithm shows.
pub fn figures(timeline: &Timeline) -> Option<Ledger> {
    let world = timeline.clock().world();
    world.algorithm().exhibits(world, &timeline.record().trace).into_iter().find_map(|exhibit| match exhibit {
        Exhibit::Ledger(ledger) => Some(ledger),
        _ => None,
    })
}

/// The first cell of a row of the first table.
fn cell(timeline: &Timeline, label: &str) -> Option<String> {
    let ledger = figures(timeline)?;
    let row = ledger.rows.iter().find(|row| row.label == label)?;
    row.cells.first().map(|cell| cell.text.clone())
}

/// A stated value in millionths of its unit.
fn number(text: &str) -> Option<u64> {
    let (number, unit, places) = stated(text)?;
    Some(number * unit.micro / 10u64.pow(places))
}

/// A unit of what a text states.
pub struct Unit {
    /// What stands behind the number.
    pub name: &'static str,
    /// Millionths of a second, of a message, of a percent, of a byte.
    pub micro: u64,
}

const UNITS: &[Unit] = &[
    Unit { name: "ms", micro: 1_000 },
    Unit { name: "s", micro: MICRO },
    Unit { name: "%", micro: MICRO },
    Unit { name: "kB", micro: 1_000 * MICRO },
    Unit { name: "", micro: MICRO },
];

/// "1.24 s" as 124, the unit, and 2 places.
pub fn stated(text: &str) -> Option<(u64, &'static Unit, u32)> {
    let (number, unit) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let unit = UNITS.iter().find(|known| known.name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let places = u32::try_from(fraction.len()).ok()?;
    let plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && plain && unit.micro % 10u64.checked_pow(places)? == 0;
    Some((format!("{whole}{fraction}").parse().ok()?, unit, places)).filter(|_| fits)
}
