//! Statistics of what a run measures: histograms with quantiles, means of batches without the warm-up, confidence. Knows no world.
//!
//! Successive waiting times are far from independent, so the usual σ/√n would promise too much. [`Batches`] keeps the method of
//! batch means in bounded memory: values go into batches of equal size, and when there are too many, neighbours are joined and the
//! size doubles. The warm-up is cut off by MSER (White, "An Effective Truncation Heuristic for Bias Reduction in Simulation Output",
//! Simulation 69(6), 1997) over the means of batches; what is left is grouped into 10 to 20 batches (Schmeiser, "Batch Size Effects in
//! the Analysis of Simulation Output", Operations Research 30(3), 1982), whose means give Student's t interval at 95 %.

use std::rc::Rc;

/// Bits of a value that choose its bucket, below the highest: a bucket is at most 1/32 as wide as its values.
const SUB_BITS: u32 = 5;
const SUB: u64 = 1 << SUB_BITS;

/// A histogram of whole numbers in buckets whose width grows with the value: quantiles are off by at most three percent.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Histogram {
    /// Bucket and count, sorted by bucket; empty ones are left out.
    counts: Vec<(u16, u32)>,
    total: u64,
}

/// The bucket of a value.
fn bucket(value: u64) -> u16 {
    if value < SUB {
        return value as u16;
    }
    let shift = value.ilog2() - SUB_BITS;
    (u64::from(shift) * SUB + (value >> shift)) as u16
}

/// The least value of a bucket.
fn floor(bucket: u16) -> u64 {
    let bucket = u64::from(bucket);
    if bucket < 2 * SUB {
        return bucket;
    }
    let shift = bucket / SUB - 1;
    (bucket - shift * SUB) << shift
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        self.add_many(bucket(value), 1);
    }

    fn add_many(&mut self, bucket: u16, count: u32) {
        self.total += u64::from(count);
        match self.counts.binary_search_by_key(&bucket, |(at, _)| *at) {
            Ok(at) => {
                if let Some((_, known)) = self.counts.get_mut(at) {
                    *known = known.saturating_add(count);
                }
            }
            Err(at) => self.counts.insert(at, (bucket, count)),
        }
    }

    /// Counts all values of another.
    pub fn join(&mut self, other: &Histogram) {
        other.counts.iter().for_each(|(bucket, count)| self.add_many(*bucket, *count));
    }

    /// How many values it has counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The value that a share of all values does not exceed, `0.99` for the 99th percentile; `None` of nothing.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let rank = share.clamp(0.0, 1.0) * self.total as f64;
        let mut below = 0.0;
        for (bucket, count) in &self.counts {
            let count = f64::from(*count);
            if below + count >= rank {
                // Values lie evenly in their bucket.
                let (low, high) = (floor(*bucket) as f64, floor(bucket + 1) as f64);
                let width = if high - low <= 1.0 { 0.0 } else { high - low };
                return Some(low + width * ((rank - below) / count));
            }
            below += count;
        }
        None
    }

    /// For each bucket that has any: its least value, and the share of all values that are at least so large.
    pub fn exceedances(&self) -> Vec<(u64, f64)> {
        let mut left = self.total;
        let share = |(bucket, count): &(u16, u32)| {
            let here = left as f64 / self.total as f64;
            left -= u64::from(*count);
            (floor(*bucket), here)
        };
        self.counts.iter().map(share).collect()
    }
}

/// The percentile of values in order, by nearest rank: the least value that so many percent of them do not exceed. `None` of nothing.
pub fn percentile(sorted: &[u64], percent: u8) -> Option<u64> {
    let rank = (sorted.len() * usize::from(percent)).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Batches kept; when full, neighbours are joined.
const BATCHES_MAX: usize = 64;
/// Size of the first batches.
const BATCH_AT_FIRST: u32 = 16;
/// Batches that an interval is built from, at least and at most.
const GROUPS: (usize, usize) = (10, 20);

/// Values of a run in order, as batches of equal size.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Batches {
    size: u32,
    /// Shared between copies of what holds them: only the last one still changes.
    batches: Vec<Rc<Batch>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Batch {
    count: u32,
    sum: u64,
    histogram: Histogram,
}

impl Batch {
    fn mean(&self) -> f64 {
        self.sum as f64 / f64::from(self.count.max(1))
    }
    fn join(&mut self, other: &Batch) {
        self.count += other.count;
        self.sum += other.sum;
        self.histogram.join(&other.histogram);
    }
}

impl Default for Batches {
    fn default() -> Self {
        Batches { size: BATCH_AT_FIRST, batches: Vec::new() }
    }
}

impl Batches {
    /// Takes in the next value.
    pub fn record(&mut self, value: u64) {
        if self.batches.last().is_none_or(|last| last.count >= self.size) {
            if self.batches.len() >= BATCHES_MAX {
                self.batches = joined(&self.batches, 2).into_iter().map(Rc::new).collect();
                self.size *= 2;
            }
            self.batches.push(Rc::default());
        }
        if let Some(last) = self.batches.last_mut().map(Rc::make_mut) {
            last.count += 1;
            last.sum += value;
            last.histogram.add(value);
        }
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.batches.iter().map(|batch| u64::from(batch.count)).sum()
    }

    /// What is left without the warm-up.
    pub fn settled(&self) -> Settled {
        let full: Vec<&Rc<Batch>> = self.batches.iter().filter(|batch| batch.count == self.size).collect();
        let means: Vec<f64> = full.iter().map(|batch| batch.mean()).collect();
        let warm_up = mser(&means);
        let kept: Vec<Rc<Batch>> = full.into_iter().skip(warm_up).cloned().collect();
        if kept.is_empty() {
            // Too short for one batch: all there is, and no interval.
            return Settled { skipped: 0, groups: joined(&self.batches, self.batches.len().max(1)) };
        }
        let each = kept.len().div_ceil(GROUPS.1);
        // What does not fill a group is left out at the front, where the run is least settled.
        let odd = kept.len() % each;
        Settled { skipped: (warm_up + odd) as u64 * u64::from(self.size), groups: joined(kept.get(odd..).unwrap_or_default(), each) }
    }
}

/// Every `each` neighbours made one.
fn joined(batches: &[Rc<Batch>], each: usize) -> Vec<Batch> {
    let join = |some: &[Rc<Batch>]| {
        let mut all = Batch::default();
        some.iter().for_each(|batch| all.join(batch));
        all
    };
    batches.chunks(each).map(join).collect()
}

/// White's MSER: how many of the first values to leave out so that the standard error of the mean of the others is least. At most a quarter
/// (White says half): in a settled run it would otherwise now and then take a long queue at the beginning for the warm-up.
pub fn mser(values: &[f64]) -> usize {
    let (mut best, mut least) = (0, f64::INFINITY);
    for skipped in 0..=values.len() / 4 {
        let kept = values.get(skipped..).unwrap_or_default();
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let error = kept.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count * count);
        if error < least {
            (best, least) = (skipped, error);
        }
    }
    best
}

/// An estimate with its interval of 95 % confidence.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Half the width of the interval; `None` while there is too little to say.
    pub half: Option<f64>,
}

impl Estimate {
    /// Both ends of the interval; the lower one is not below 0.
    pub fn band(&self) -> Option<(f64, f64)> {
        self.half.map(|half| ((self.value - half).max(0.0), self.value + half))
    }
    /// The same in another unit.
    pub fn scaled(self, by: f64) -> Estimate {
        Estimate { value: self.value * by, half: self.half.map(|half| half * by) }
    }
}

/// A run without its warm-up, in batches that count as independent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// Values at the beginning that do not count.
    pub skipped: u64,
    groups: Vec<Batch>,
}

impl Settled {
    /// How many values count.
    pub fn count(&self) -> u64 {
        self.groups.iter().map(|group| u64::from(group.count)).sum()
    }
    /// The mean; `None` of nothing.
    pub fn mean(&self) -> Option<Estimate> {
        self.estimate(Batch::mean, self.groups.iter().map(|group| group.sum as f64).sum::<f64>() / self.count() as f64)
    }
    /// A quantile; `None` of nothing.
    pub fn quantile(&self, share: f64) -> Option<Estimate> {
        self.estimate(|group| group.histogram.quantile(share).unwrap_or(0.0), self.histogram().quantile(share)?)
    }
    /// All values that count.
    pub fn histogram(&self) -> Histogram {
        let mut all = Histogram::default();
        self.groups.iter().for_each(|group| all.join(&group.histogram));
        all
    }
    fn estimate(&self, of: impl Fn(&Batch) -> f64, value: f64) -> Option<Estimate> {
        let values: Vec<f64> = self.groups.iter().map(of).collect();
        let half = if values.len() < GROUPS.0 { None } else { half_width(&values) };
        (!self.groups.is_empty()).then_some(Estimate { value, half })
    }
}

/// Half the width of Student's interval of 95 % confidence for the mean of independent values; `None` of fewer than two.
pub fn half_width(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    (values.len() >= 2).then(|| student_t(values.len() - 1) * libm::sqrt(variance / count))
}

/// The 97.5 % quantile of Student's t by degrees of freedom, from 1.
const STUDENT_T: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093,
    2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/// The same quantile of the normal distribution.
pub const NORMAL: f64 = 1.959_964;

/// The 97.5 % quantile of Student's t: by the table up to 30 degrees of freedom, then by the first two terms of its expansion around the
/// normal distribution's (Abramowitz & Stegun 26.7.5), which agree with tables to three digits there.
pub fn student_t(freedom: usize) -> f64 {
    let nu = freedom as f64;
    let (cube, fifth) = (NORMAL * NORMAL * NORMAL, NORMAL * NORMAL * NORMAL * NORMAL * NORMAL);
    let first = (cube + NORMAL) / (4.0 * nu);
    let second = (5.0 * fifth + 16.0 * cube + 3.0 * NORMAL) / (96.0 * nu * nu);
    freedom.checked_sub(1).and_then(|at| STUDENT_T.get(at)).copied().unwrap_or(NORMAL + first + second)
}

/// The interval of 95 % confidence for a probability after so many hits in so many trials (Wilson, "Probable Inference, the Law of
/// Succession, and Statistical Inference", JASA 22, 1927), which stays within 0 and 1 even where nothing was hit.
pub fn wilson(hits: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let (count, share, squared) = (trials as f64, hits as f64 / trials as f64, NORMAL * NORMAL);
    let middle = share + squared / (2.0 * count);
    let spread = NORMAL * libm::sqrt(share * (1.0 - share) / count + squared / (4.0 * count * count));
    let scale = 1.0 + squared / count;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}
