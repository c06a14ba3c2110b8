//! One run beside a thousand: the same things done with other seeds, and what each of those runs measures. Knows no page.

use super::Scenario;
use super::measure::{MICRO, Measure, Sample};
use crate::check::statistics::percentile;
use serde::{Deserialize, Serialize};

/// Events that each run may take.
pub const EVENTS_MAX: u32 = 20_000;
/// A distribution has about so many bars: on a narrow page each is wide enough for a finger.
const BARS: u64 = 11;
/// Tenths of a power of ten that are round.
const ROUND: [u64; 10] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
/// How many halves of the width of all but the last percent fit at most into the whole; beyond, the rest stands in one bar.
const TAIL_HALVES: u64 = 3;

/// What is measured of which runs: those of the scenario with the seeds from 1 on, and its own.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Sampling {
    /// What.
    pub measure: Measure,
    /// How many seeds.
    pub runs: u16,
}

/// What came of it so far.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sampled {
    /// The run's own; `None` if it never came to that.
    pub own: Option<Sample>,
    /// Of seed 1, 2 and so on; `None` of those that never came to it.
    pub runs: Vec<Option<Sample>>,
    /// How many of those without a value were broken off, because they took too many events or met another limit.
    pub broken_off: u32,
    /// Whether it is over.
    pub is_over: bool,
}

/// A thousand runs under way.
pub struct Thousand {
    scenario: Scenario,
    sampling: Sampling,
    sampled: Sampled,
}

impl Thousand {
    /// Begins with the scenario's own run, which must be one that can be measured.
    pub fn new(scenario: Scenario, sampling: Sampling) -> Result<Self, String> {
        let mut thousand = Thousand { scenario, sampling, sampled: Sampled::default() };
        let seed = thousand.scenario.seed;
        thousand.sampled.own = thousand.measure(seed)?;
        thousand.sampled.broken_off = 0;
        Ok(thousand)
    }

    /// Plays the next run; what has come of all so far.
    pub fn go_on(&mut self) -> Result<&Sampled, String> {
        if self.sampled.runs.len() < usize::from(self.sampling.runs) {
            let sample = self.measure(self.sampled.runs.len() as u64 + 1)?;
            self.sampled.runs.push(sample);
        }
        self.sampled.is_over = self.sampled.runs.len() >= usize::from(self.sampling.runs);
        Ok(&self.sampled)
    }

    fn measure(&mut self, seed: u64) -> Result<Option<Sample>, String> {
        let scenario = Scenario { seed, ..self.scenario.clone() };
        let mut timeline = scenario.timeline().map_err(|why| why.to_string())?;
        let sample = self.sampling.measure.sample(&mut timeline, EVENTS_MAX);
        self.sampled.broken_off += u32::from(sample.is_err());
        Ok(sample.unwrap_or(None))
    }
}

/// One bar of a distribution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bar {
    /// From this value on.
    pub from: u64,
    /// Up to but without this one; to the largest if it stands for the tail.
    pub to: u64,
    /// How many runs.
    pub count: u32,
}

/// A distribution, with what it comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distribution {
    /// Bars of equal width, those in between that are empty included.
    pub bars: Vec<Bar>,
    /// Whether the last bar stands for all that lies beyond.
    pub has_tail: bool,
    /// Half of them are no larger.
    pub median: u64,
    /// 99 % of them are no larger.
    pub p99: u64,
    /// How many came to it.
    pub count: u32,
    /// All values in order.
    sorted: Vec<u64>,
}

impl Distribution {
    /// That of what runs measured; `None` if none came to it. `is_count`: values are wholes.
    pub fn of(runs: &[Option<Sample>], is_count: bool) -> Option<Distribution> {
        let mut sorted: Vec<u64> = runs.iter().flatten().map(|sample| sample.value).collect();
        sorted.sort_unstable();
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let (median, p99) = (percentile(&sorted, 50)?, percentile(&sorted, 99)?);
        let has_tail = p99 > least && (most - least) * 2 > TAIL_HALVES * (p99 - least);
        let last = if has_tail { p99 } else { most };
        let width = round_width((last - least) / BARS, if is_count { MICRO } else { 1 });
        let first = least / width * width;
        let count = (last - first) / width + 1;
        let bar = |from: u64, to: u64| Bar { from, to, count: 0 };
        let mut bars: Vec<Bar> = (0..count).map(|index| first + index * width).map(|from| bar(from, from + width)).collect();
        if has_tail {
            bars.push(bar(first + count * width, most));
        }
        for value in &sorted {
            let index = ((value - first) / width).min(bars.len() as u64 - 1);
            if let Some(bar) = bars.get_mut(usize::try_from(index).unwrap_or(usize::MAX)) {
                bar.count += 1;
            }
        }
        Some(Distribution { bars, has_tail, median, p99, count: u32::try_from(sorted.len()).unwrap_or(u32::MAX), sorted })
    }

    /// How many percent of them a value exceeds, rounded down.
    pub fn percent_below(&self, value: u64) -> u64 {
        self.sorted.partition_point(|other| *other < value) as u64 * 100 / (self.sorted.len() as u64).max(1)
    }

    /// The bar that a value belongs to.
    pub fn bar_of(&self, value: u64) -> Option<usize> {
        let after = self.bars.partition_point(|bar| bar.from <= value);
        let bar = self.bars.get(after.checked_sub(1)?)?;
        let is_in = value < bar.to || (self.has_tail && after == self.bars.len() && value <= bar.to);
        is_in.then_some(after - 1)
    }
}

/// The least round width that is wide enough, in wholes of `grain`.
fn round_width(wanted: u64, grain: u64) -> u64 {
    let wanted = wanted.div_ceil(grain).max(1);
    let mut power = 1;
    while wanted > power * 10 {
        power *= 10;
    }
    let tenths = ROUND.into_iter().find(|tenths| tenths * power >= wanted * 10 && (tenths * power).is_multiple_of(10));
    tenths.unwrap_or(100) * power / 10 * grain
}
