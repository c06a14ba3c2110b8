//! Figures of the prose that come from runs: what the text states, and how to measure it again. Knows scripts.

use super::fields::Fields;
use super::mistake::{Mistake, Mistakes, unknown};
use super::script::Script;
use super::units;
use crate::lessons::demo::figures;
use crate::lessons::goal::{Goal, unknown_condition};
use crate::sim::Timeline;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Events that one run of a measurement may take.
const EVENTS_MAX: u32 = 2_000_000;
/// How long a run goes on when nothing is said: a minute.
const UNTIL_US: u64 = 60_000_000;

/// A number in the text that comes from runs.
#[derive(Clone)]
pub struct Figure {
    /// Stands as `{{name}}` in the text.
    pub name: String,
    /// What the text says in its place.
    pub value: String,
    /// What it is, as a sentence for the list at the lesson's end.
    pub says: String,
    /// The script that is run.
    pub scenario: String,
    /// The seeds that it is run with; the scenario's own if none.
    pub seeds: Option<RangeInclusive<u64>>,
    file: String,
    line: u32,
    statistic: Statistic,
    quantity: Quantity,
    from: Option<String>,
    to: Option<String>,
    until_us: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Statistic {
    /// The figure of a single run.
    Only,
    Percentile(u8),
    Mean,
    /// In how many of the runs the condition came true.
    Share,
}

#[derive(Clone)]
enum Quantity {
    Time,
    /// What the fact `to` says under this name.
    Reading(String),
    /// Messages sent of these kinds.
    Messages(Vec<u16>),
    Bytes,
    /// What a row of the algorithm's first table says.
    Row(String),
}

/// A measured value in millionths of its unit: of a second, of a message, of a percent.
type Micro = u64;

const STATISTICS: &[(&str, Statistic)] = &[
    ("median", Statistic::Percentile(50)),
    ("p90", Statistic::Percentile(90)),
    ("p95", Statistic::Percentile(95)),
    ("p99", Statistic::Percentile(99)),
    ("min", Statistic::Percentile(0)),
    ("max", Statistic::Percentile(100)),
    ("mean", Statistic::Mean),
    ("share", Statistic::Share),
];

impl Figure {
    /// Reads a `[[figure]]`.
    pub fn read(mut fields: Fields<'_>, scripts: &BTreeMap<String, Script>, mistakes: &mut Mistakes) -> Result<Figure, Mistake> {
        let place = fields.mistake("");
        let name = fields.need_text("name", "\"failover\"")?;
        let value = fields.need("value", "\"236 ms\"")?;
        let stated =
            value.parsed("a number with its unit, such as \"236 ms\", \"12\" or \"4 %\"", |text| stated(text).map(|_| text.to_owned()))?;
        let says = fields.need_text("says", "\"median time from the crash to the next leader\"")?;
        let scenario = fields.need("scenario", "\"crash-the-leader\"")?;
        let id = scenario.parsed("the name of a scenario", |text| Some(text.to_owned()))?;
        let known: Vec<&String> = scripts.keys().collect();
        let script = scripts.get(&id).ok_or_else(|| scenario.mistake(unknown("scenario", &id, &known)))?;
        let seeds = fields.take("seeds").map(|value| value.parsed("seeds such as \"1..200\"", units::seeds)).transpose()?;
        let statistic = match fields.take("statistic") {
            None => Statistic::Only,
            Some(value) => {
                let names: Vec<&str> = STATISTICS.iter().map(|(name, _)| *name).collect();
                let text = value.parsed("the name of a statistic", |text| Some(text.to_owned()))?;
                let found = STATISTICS.iter().find(|(name, _)| *name == text).map(|(_, statistic)| *statistic);
                found.ok_or_else(|| value.mistake(unknown("statistic", &text, &names)))?
            }
        };
        if (statistic == Statistic::Only) != seeds.is_none() {
            return Err(fields.mistake("a figure over many seeds needs both `seeds` and `statistic`; one of a single run has neither."));
        }
        let mut condition = |key| -> Result<Option<String>, Mistake> {
            let Some(value) = fields.take(key) else { return Ok(None) };
            let text = value.parsed("a condition", |text| Some(text.to_owned()))?;
            match unknown_condition(&text, script.entry.algorithm) {
                Some((name, known)) => Err(value.mistake(unknown("condition", &name, &known.split(", ").collect::<Vec<_>>()))),
                None => Ok(Some(text)),
            }
        };
        let (from, to) = (condition("from")?, condition("to")?);
        let until_us = fields.take("until").map_or(Ok(UNTIL_US), |value| value.duration_us())?;
        let quantity = match fields.take("count") {
            None => Quantity::Time,
            Some(value) => {
                let mut kinds = Vec::new();
                let names: Vec<&str> = script.entry.algorithm.kinds().iter().map(|kind| kind.name).collect();
                let place = value.mistake("");
                let texts = value.texts("kinds of message")?;
                if let [(word, _)] = texts.as_slice()
                    && word == "bytes"
                {
                    Quantity::Bytes
                } else if let [(word, _)] = texts.as_slice()
                    && word == "messages"
                {
                    Quantity::Messages((0..).take(names.len()).collect())
                } else {
                    for (text, _) in texts {
                        let index = names.iter().position(|name| *name == text);
                        let says = unknown("kind of message", &text, &names);
                        let index = index.ok_or_else(|| Mistake { says, ..place.clone() })?;
                        kinds.push(u16::try_from(index).unwrap_or(u16::MAX));
                    }
                    Quantity::Messages(kinds)
                }
            }
        };
        let quantity = match fields.take("reads") {
            None => quantity,
            Some(value) => {
                Quantity::Reading(value.parsed("the name of something that the fact of `to` says", |text| Some(text.to_owned()))?)
            }
        };
        let quantity = match fields.take("row") {
            None => quantity,
            Some(value) => Quantity::Row(value.parsed("the name of a row of the algorithm's first table", |text| Some(text.to_owned()))?),
        };
        if to.is_none() && (matches!(quantity, Quantity::Time | Quantity::Reading(_)) || statistic == Statistic::Share) {
            return Err(fields.mistake("this figure needs `to`, the condition at which the measurement ends."));
        }
        fields.finish(mistakes);
        Ok(Figure {
            name,
            value: stated,
            says,
            scenario: id,
            seeds,
            file: place.file,
            line: place.line,
            statistic,
            quantity,
            from,
            to,
            until_us,
        })
    }

    /// Measures it again. The error names the line and says what should stand there.
    pub fn check(&self, scripts: &BTreeMap<String, Script>) -> Result<(), Mistake> {
        let fail = |says: String| Mistake { file: self.file.clone(), line: self.line, says };
        let script = scripts.get(&self.scenario).ok_or_else(|| fail(format!("there is no scenario {}.", self.scenario)))?;
        let seeds: Vec<u64> = self.seeds.clone().map_or_else(|| vec![script.seed()], Iterator::collect);
        let mut samples = Vec::new();
        for seed in &seeds {
            match self.sample(script, *seed)? {
                Some(sample) => samples.push(sample),
                None if self.statistic == Statistic::Share => {}
                None => return Err(fail(format!("figure \u{201c}{}\u{201d}: with seed {seed} it never comes to that.", self.name))),
            }
        }
        let measured = self.statistic.of(samples, seeds.len()).ok_or_else(|| fail("there is nothing to measure.".to_owned()))?;
        let (stated, unit, places) = stated(&self.value).ok_or_else(|| fail(format!("{} is not a number.", self.value)))?;
        let step = unit.micro / 10u64.pow(places);
        let rounded = (measured + step / 2) / step;
        if rounded == stated {
            return Ok(());
        }
        let scale = 10u64.pow(places);
        let digits = usize::try_from(places).unwrap_or(0);
        let number = if places == 0 { rounded.to_string() } else { format!("{}.{:0digits$}", rounded / scale, rounded % scale) };
        Err(fail(format!(
            "figure \u{201c}{}\u{201d} states {}, but the runs say {number}{}{}.",
            self.name,
            self.value,
            if unit.name.is_empty() { "" } else { " " },
            unit.name
        )))
    }

    fn sample(&self, script: &Script, seed: u64) -> Result<Option<Micro>, Mistake> {
        let fail = |says: String| Mistake { file: self.file.clone(), line: self.line, says };
        let scenario = script.play(seed)?;
        let mut timeline = scenario.timeline().map_err(|why| fail(why.to_string()))?;
        if !timeline.play_to(self.until_us, EVENTS_MAX).map_err(|error| fail(error.to_string()))? {
            return Err(fail(format!("the run takes more than {EVENTS_MAX} events. Give it an `until`.")));
        }
        let when = |timeline: &Timeline, steps: Vec<String>| Goal { steps, params: Vec::new() }.progress(timeline, 0).reached_us;
        let from_us = match &self.from {
            None => 0,
            Some(from) => match when(&timeline, vec![from.clone()]) {
                Some(from_us) => from_us,
                None => return Ok(None),
            },
        };
        let to_us = match &self.to {
            None => self.until_us,
            Some(to) => match when(&timeline, self.from.iter().chain([to]).cloned().collect()) {
                Some(to_us) => to_us,
                None => return Ok(None),
            },
        };
        if matches!(self.quantity, Quantity::Time) {
            return Ok(Some(to_us.saturating_sub(from_us)));
        }
        if let (Quantity::Reading(name), Some(to)) = (&self.quantity, &self.to) {
            let facts = script.entry.algorithm.facts();
            let is_it = |fact: u16| facts.get(usize::from(fact)).is_some_and(|info| info.name == to);
            let fired = timeline.record().fired.iter().find(|fired| fired.time_us == to_us && is_it(fired.fact));
            let said = fired.and_then(|fired| fired.bindings.values.iter().find(|(known, _)| known == name));
            let (number, unit, places) = said
                .and_then(|(_, text)| stated(text))
                .ok_or_else(|| fail(format!("\u{201c}{to}\u{201d} says no number under the name {name}.")))?;
            return Ok(Some(number * unit.micro / 10u64.pow(places)));
        }
        if let Quantity::Row(label) = &self.quantity {
            timeline.seek_time(to_us).map_err(|error| fail(error.to_string()))?;
            let says = || fail(format!("the algorithm's first table has no number in a row \u{201c}{label}\u{201d}."));
            let (number, unit, places) = cell(&timeline, label).as_deref().and_then(stated).ok_or_else(says)?;
            return Ok(Some(number * unit.micro / 10u64.pow(places)));
        }
        let mut count = |at_us: u64| -> Result<u64, Mistake> {
            timeline.seek_time(at_us).map_err(|error| fail(error.to_string()))?;
            let tallies = timeline.clock().tallies();
            Ok((0u16..)
                .zip(tallies)
                .map(|(kind, tally)| match &self.quantity {
                    Quantity::Messages(kinds) if kinds.contains(&kind) => tally.sent,
                    Quantity::Messages(_) | Quantity::Time | Quantity::Reading(_) | Quantity::Row(_) => 0,
                    Quantity::Bytes => tally.bytes,
                })
                .sum())
        };
        let before = if self.from.is_some() { count(from_us)? } else { 0 };
        Ok(Some((count(to_us)? - before) * 1_000_000))
    }
}

/// The first cell of a row of the first table.
fn cell(timeline: &Timeline, label: &str) -> Option<String> {
    let ledger = figures(timeline)?;
    let row = ledger.rows.iter().find(|row| row.label == label)?;
    row.cells.first().map(|cell| cell.text.clone())
}

impl Statistic {
    /// Its value; percentiles by nearest rank.
    fn of(self, mut samples: Vec<Micro>, runs: usize) -> Option<Micro> {
        samples.sort_unstable();
        match self {
            Statistic::Only => samples.first().copied(),
            Statistic::Percentile(percent) => {
                let rank = (samples.len() * usize::from(percent)).div_ceil(100).max(1);
                samples.get(rank - 1).copied()
            }
            Statistic::Mean => {
                let count = u64::try_from(samples.len()).ok()?;
                (samples.iter().sum::<u64>() + count / 2).checked_div(count)
            }
            Statistic::Share => {
                let (came, runs) = (u64::try_from(samples.len()).ok()?, u64::try_from(runs).ok()?);
                (came * 100_000_000).checked_div(runs)
            }
        }
    }
}

struct Unit {
    name: &'static str,
    /// Millionths of a second, of a message, of a percent, of a byte.
    micro: u64,
}

const UNITS: &[Unit] = &[
    Unit { name: "ms", micro: 1_000 },
    Unit { name: "s", micro: 1_000_000 },
    Unit { name: "%", micro: 1_000_000 },
    Unit { name: "kB", micro: 1_000_000_000 },
    Unit { name: "", micro: 1_000_000 },
];

/// "1.24 s" as 124, the unit, and 2 places.
fn stated(text: &str) -> Option<(u64, &'static Unit, u32)> {
    let (number, unit) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let unit = UNITS.iter().find(|known| known.name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let places = u32::try_from(fraction.len()).ok()?;
    let plain = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && plain && unit.micro % 10u64.checked_pow(places)? == 0;
    Some((format!("{whole}{fraction}").parse().ok()?, unit, places)).filter(|_| fits)
}
