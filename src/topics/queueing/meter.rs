//! What the dispatcher measures: waits, services, how many are inside. Knows no theory.

use crate::check::statistics::Batches;
use crate::topics::samples::Samples;

/// Samples of the queue's length that are kept.
const SAMPLES_MAX: usize = 240;
/// Distance of the first samples, in milliseconds.
const SAMPLES_APART_MS: u32 = 20;

/// A measurement under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Meter {
    /// The settings under which it goes on; others begin a new one.
    pub settings: Vec<i64>,
    /// When it began.
    pub since_us: i64,
    /// Customers that came.
    pub arrived: u64,
    /// Customers that were turned away.
    pub refused: u64,
    /// Customers that were served.
    pub served: u64,
    /// Waits before service, in microseconds.
    pub waits: Batches,
    /// All that served customers spent inside, ways included, in microseconds.
    pub inside_us: u64,
    /// All service, in microseconds.
    pub busy_us: u64,
    /// Customers inside now.
    pub inside: u32,
    /// ∫ inside dt, in microseconds, up to `changed_us`.
    pub area_us: u64,
    changed_us: i64,
    /// How many were inside when, in milliseconds of the run.
    pub samples: Samples<u32, SAMPLES_MAX>,
}

/// A customer that is done.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// When it came, by the dispatcher's clock.
    pub came_us: i64,
    /// Before service.
    pub waited_us: u64,
    /// In service.
    pub served_us: u64,
}

impl Meter {
    /// A measurement that begins now, with those who are inside.
    pub fn begin(settings: &[i64], inside: u32, now_us: i64) -> Self {
        Meter {
            settings: settings.to_vec(),
            since_us: now_us,
            changed_us: now_us,
            inside,
            samples: Samples::every(SAMPLES_APART_MS),
            ..Meter::default()
        }
    }

    /// Somebody came.
    pub fn came(&mut self, now_us: i64) {
        self.arrived += 1;
        self.change(now_us, 1);
    }

    /// So many are gone without service.
    pub fn gone(&mut self, count: u32, now_us: i64) {
        self.change(now_us, -i64::from(count));
    }

    /// Somebody is done. Who came before the measurement began does not count.
    pub fn done(&mut self, visit: Visit, now_us: i64) {
        self.change(now_us, -1);
        if visit.came_us < self.since_us {
            return;
        }
        self.served += 1;
        self.waits.record(visit.waited_us);
        self.busy_us += visit.served_us;
        self.inside_us += u64::try_from(now_us - visit.came_us).unwrap_or(0);
    }

    fn change(&mut self, now_us: i64, by: i64) {
        let elapsed_us = u64::try_from(now_us - self.changed_us).unwrap_or(0);
        self.area_us += elapsed_us * u64::from(self.inside);
        self.changed_us = now_us;
        self.inside = u32::try_from(i64::from(self.inside) + by).unwrap_or(0);
        if self.samples.is_due(now_us) {
            self.samples.take(now_us, self.inside);
        }
    }

    /// How long it has gone on, in seconds, up to the last change.
    pub fn elapsed_s(&self) -> f64 {
        (self.changed_us - self.since_us).max(1) as f64 / 1e6
    }
    /// L, customers inside on average.
    pub fn inside_mean(&self) -> f64 {
        self.area_us as f64 / 1e6 / self.elapsed_s()
    }
    /// Time inside per customer, ways included, in seconds; `None` of nobody.
    pub fn inside_s(&self) -> Option<f64> {
        (self.served > 0).then(|| self.inside_us as f64 / 1e6 / self.served as f64)
    }
}
