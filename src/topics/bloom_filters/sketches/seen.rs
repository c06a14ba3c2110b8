//! What an observer sees who counts every event: how far the collector's sketches are off.

use super::{COLLECTOR, Report, Shape, Sketches, Volatile, distinct, estimate, key_of, params};
use crate::check::statistics::wilson;
use crate::sim::{Cluster, NodeId, Packed, Step};

/// Bits of an exact count.
const COUNT_BITS: u32 = 32;
/// Measurements kept: the last ones.
const SAMPLES_MAX: usize = 160;

/// How far sketches were off after so many events.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Sample {
    /// Their shape.
    pub shape: Shape,
    /// Events at all stations.
    pub events: u64,
    /// Distinct keys among them.
    pub distinct: u64,
    /// Their number by the HyperLogLogs, rounded.
    pub distinct_estimate: u64,
    /// Of all keys those whose estimate is more than ε·N too high.
    pub beyond: u64,
    /// All errors of count–min estimates together.
    pub error_sum: u64,
}

impl Sample {
    /// Error of the number of distinct keys, relative to it.
    pub fn distinct_error(&self) -> f64 {
        self.distinct_estimate as f64 / self.distinct.max(1) as f64 - 1.0
    }
    /// Between which values the share of keys beyond ε·N lies, with 95 % confidence.
    pub fn beyond_interval(&self) -> (f64, f64) {
        wilson(self.beyond, self.shape.keys)
    }
}

/// Exact counts of what was reported.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Seen {
    shape: Shape,
    /// Events of each station that the collector has heard of.
    reported: Vec<u64>,
    /// How often each key was among them.
    pub counts: Packed,
    /// In order of time.
    pub samples: Vec<Sample>,
    /// Whether the last step added one.
    pub is_new: bool,
    /// The first key whose estimate was too low: which, its estimate, its count.
    pub too_low: Option<(u64, u64, u64)>,
}

/// The collector's reports, while it is up.
pub fn reports<'a>(cluster: &Cluster<'a, Sketches>) -> Option<&'a [Report]> {
    match cluster.volatile(COLLECTOR)? {
        Volatile::Collector(reports) => Some(reports),
        Volatile::Station(_) => None,
    }
}

impl Seen {
    /// Takes a step in.
    pub fn observe(&mut self, cluster: &Cluster<'_, Sketches>, step: &Step<'_>) {
        self.is_new = false;
        let Some(reports) = reports(cluster).filter(|_| step.choice.actor() == Some(COLLECTOR)) else { return };
        let events: Vec<u64> = reports.iter().map(|report| report.events).collect();
        let Some(shape) = reports.iter().find(|report| report.events > 0).map(|report| report.shape) else { return };
        if events == self.reported && shape == self.shape {
            return;
        }
        // Stations that have not come to the present settings yet cannot be added to those that have.
        let is_one = (1..).map(NodeId).zip(reports).all(|(station, report)| report.shape == params::shape(cluster.params(), station));
        let is_newer = events.len() == self.reported.len() && events.iter().zip(&self.reported).all(|(now, before)| now >= before);
        if !is_newer || shape != self.shape {
            *self = Seen {
                shape,
                reported: vec![0; events.len()],
                counts: Packed::new(COUNT_BITS, count(shape.keys)),
                samples: std::mem::take(&mut self.samples),
                too_low: self.too_low,
                is_new: false,
            };
        }
        for (station, (from, to)) in (1..).map(NodeId).zip(self.reported.iter().zip(&events)) {
            for event in *from..*to {
                let cell = count(key_of(station, event, shape.keys));
                self.counts.set(cell, self.counts.get(cell) + 1);
            }
        }
        self.reported = events;
        if is_one && reports.iter().all(|report| report.events > 0) {
            self.measure(reports);
        }
    }

    fn measure(&mut self, reports: &[Report]) {
        let events: u64 = self.reported.iter().sum();
        let bound = self.shape.counts.epsilon() * events as f64;
        let distinct_estimate = (distinct(reports) + 0.5) as u64;
        let distinct = u64::from(self.counts.filled(0, self.counts.len()));
        let mut sample = Sample { shape: self.shape, events, distinct, distinct_estimate, ..Sample::default() };
        for key in 0..self.shape.keys {
            let (truth, estimate) = (self.counts.get(count(key)), estimate(reports, key));
            if estimate < truth {
                self.too_low.get_or_insert((key, estimate, truth));
            }
            let error = estimate.saturating_sub(truth);
            sample.error_sum += error;
            sample.beyond += u64::from(error as f64 > bound);
        }
        if self.samples.len() >= SAMPLES_MAX {
            self.samples.remove(0);
        }
        self.samples.push(sample);
        self.is_new = true;
    }
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
