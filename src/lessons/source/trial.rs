//! Random fault schedules that a lesson claims its algorithms to have passed, or to have broken under. Knows scripts.

use super::fields::Fields;
use super::mistake::{Mistake, Mistakes, unknown};
use super::script::{self, Script};
use super::units;
use crate::check::schedule::{self, Shape, random_schedule};
use crate::sim::Setup;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// How long a run goes on after everything has been repaired, in virtual microseconds.
const CALM_US: u64 = 5_000_000;

/// A claim about many random schedules.
#[derive(Clone)]
pub struct Trial {
    /// What it shows, as a sentence for the evidence at the lesson's end.
    pub says: String,
    /// The run whose algorithm, nodes and settings are tried.
    pub scenario: String,
    /// Each is a schedule, and the luck of its run.
    pub seeds: RangeInclusive<u64>,
    /// The invariant that some of the runs must break; otherwise none may break any.
    pub breaks: Option<u16>,
    params: Vec<(u16, i64)>,
    file: String,
    line: u32,
}

impl Trial {
    /// Reads a `[[trial]]`.
    pub fn read(mut fields: Fields<'_>, scripts: &BTreeMap<String, Script>, mistakes: &mut Mistakes) -> Result<Trial, Mistake> {
        let place = fields.mistake("");
        let says = fields.need_text("says", "\"With all its rules Raft keeps its promises\"")?;
        let value = fields.need("scenario", "\"first-election\"")?;
        let id = value.parsed("the name of a scenario", |text| Some(text.to_owned()))?;
        let known: Vec<&String> = scripts.keys().collect();
        let script = scripts.get(&id).ok_or_else(|| value.mistake(unknown("scenario", &id, &known)))?;
        let seeds = fields.need("seeds", "\"1..500\"")?.parsed("seeds such as \"1..500\"", units::seeds)?;
        let params = fields.table("with", "with")?.map(|table| script::params(script.entry, table, mistakes)).unwrap_or_default();
        let breaks = match fields.take("breaks") {
            None => None,
            Some(value) => {
                let names: Vec<&str> = script.entry.algorithm.invariants().iter().map(|info| info.name).collect();
                let name = value.parsed("the name of an invariant", |text| Some(text.to_owned()))?;
                let index = names.iter().position(|known| *known == name).and_then(|index| u16::try_from(index).ok());
                Some(index.ok_or_else(|| value.mistake(unknown("invariant", &name, &names)))?)
            }
        };
        fields.finish(mistakes);
        Ok(Trial { says, scenario: id, seeds, breaks, params, file: place.file, line: place.line })
    }

    /// How many of its runs break what they are to break. The error names the line: a run broke that must not, or none did.
    pub fn run(&self, scripts: &BTreeMap<String, Script>) -> Result<u64, Mistake> {
        let fail = |says: String| Mistake { file: self.file.clone(), line: self.line, says };
        let script = scripts.get(&self.scenario).ok_or_else(|| fail(format!("there is no scenario {}.", self.scenario)))?;
        let mut setup = script.play(script.seed())?.setup().map_err(|why| fail(why.to_string()))?;
        for (index, value) in &self.params {
            setup.params.set(*index, *value);
        }
        let (shape, mut broke) = (Shape::default(), 0);
        for seed in self.seeds.clone() {
            let setup = Setup { seed, ..setup.clone() };
            let journal = random_schedule(seed, setup.nodes, setup.algorithm.commands(), &shape);
            let ended = schedule::play(&setup, &journal, shape.calm_from_us + CALM_US).map_err(|error| fail(error.to_string()))?;
            match (ended.broken, self.breaks) {
                (Some((broken, _)), Some(breaks)) => broke += u64::from(broken == usize::from(breaks)),
                (Some((_, broken)), None) => return Err(fail(format!("the run of seed {seed} breaks: {}", broken.says))),
                (None, _) => {}
            }
        }
        match (broke, self.breaks) {
            (0, Some(_)) => Err(fail("none of these runs breaks it.".to_owned())),
            _ => Ok(broke),
        }
    }
}
