//! What was measured in the course of a run, in a bounded number of samples. Knows no algorithm.

/// At most `MOST` samples: when they are full, every other one goes, and the next are twice as far apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Samples<T, const MOST: usize> {
    /// When, in milliseconds of the run, and what.
    pub taken: Vec<(u32, T)>,
    apart_ms: u32,
}

impl<T, const MOST: usize> Samples<T, MOST> {
    /// None yet; the first are so far apart.
    pub fn every(apart_ms: u32) -> Self {
        Samples { taken: Vec::new(), apart_ms }
    }

    /// Whether it is time for another one.
    pub fn is_due(&self, now_us: i64) -> bool {
        self.taken.last().is_none_or(|(last_ms, _)| milliseconds(now_us) >= last_ms.saturating_add(self.apart_ms))
    }

    /// Takes one, for which it is time.
    pub fn take(&mut self, now_us: i64, what: T) {
        if self.taken.len() >= MOST {
            let mut keep = false;
            self.taken.retain(|_| {
                keep = !keep;
                keep
            });
            self.apart_ms *= 2;
        }
        self.taken.push((milliseconds(now_us), what));
    }
}

fn milliseconds(us: i64) -> u32 {
    u32::try_from(us / 1_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_samples_thin_out_and_go_on_at_twice_the_distance() {
        let mut samples: Samples<i64, 4> = Samples::every(10);
        for now_us in (0..80_000).step_by(1_000).filter(|us| us % 5_000 == 0) {
            if samples.is_due(now_us) {
                samples.take(now_us, now_us);
            }
        }
        // 0, 10, 20, 30 ms are full; 0 and 20 stay, 40 and 60 come.
        assert_eq!(samples.taken, [(0, 0), (20, 20_000), (40, 40_000), (60, 60_000)]);
    }
}
