//! Figures of the prose that come from runs: what the text states, and how to measure it again. Knows scripts.

use super::fields::Fields;
use super::mistake::{Mistake, Mistakes, unknown};
use super::script::Script;
use super::units;
use crate::check::statistics::percentile;
use crate::lessons::goal::unknown_condition;
use crate::scenario::measure::{Measure, Quantity, Unmeasured, stated};
use crate::scenario::words::thousands;
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
    /// What it is stated to be: "2674 ms".
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
    /// What is measured of each run.
    pub measure: Measure,
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
    /// What the text says in its place, as it writes its other numbers: `2,674 ms`.
    pub fn said(&self) -> String {
        let digits = self.value.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, rest) = self.value.split_at(digits);
        whole.parse::<u64>().map_or_else(|_| self.value.clone(), |whole| format!("{}{rest}", thousands(whole)))
    }

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
            measure: Measure { quantity, from, to, until_us },
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
        let sample = self.measure.sample(&mut timeline, EVENTS_MAX).map_err(|why| {
            fail(match why {
                Unmeasured::Broke(error) => error.to_string(),
                Unmeasured::TooLong => format!("the run takes more than {EVENTS_MAX} events. Give it an `until`."),
                Unmeasured::NoNumber => match &self.measure.quantity {
                    Quantity::Row(label) => format!("the algorithm's first table has no number in a row \u{201c}{label}\u{201d}."),
                    Quantity::Reading(name) => {
                        format!("\u{201c}{}\u{201d} says no number under the name {name}.", self.measure.to.as_deref().unwrap_or(""))
                    }
                    _ => "it has no number.".to_owned(),
                },
            })
        })?;
        Ok(sample.map(|sample| sample.value))
    }
}

impl Statistic {
    /// Its value; percentiles by nearest rank.
    fn of(self, mut samples: Vec<Micro>, runs: usize) -> Option<Micro> {
        samples.sort_unstable();
        match self {
            Statistic::Only => samples.first().copied(),
            Statistic::Percentile(percent) => percentile(&samples, percent),
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
