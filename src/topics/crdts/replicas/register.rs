//! Registers (Shapiro et al. 2011, §3.2): one where the last writer wins, one that keeps all values that nobody has overwritten.

use super::seen::at_most;

/// Where the last writer wins (Specification 8).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct LwwRegister {
    value: String,
    /// Time of the write, in milliseconds by the writer's clock, and the writer. 0 before the first write.
    stamp: (u64, u16),
}

impl LwwRegister {
    /// The value.
    pub fn value(&self) -> &str {
        &self.value
    }
    /// A stamp for a write after all that was seen here: the specification asks for stamps that are consistent with causal order.
    pub fn next_stamp(&self, now_ms: u64, replica: u16) -> (u64, u16) {
        (now_ms.max(self.stamp.0 + 1), replica)
    }
    /// Writes.
    pub fn assign(&mut self, value: &str, stamp: (u64, u16), tie_break: bool) {
        self.merge(&LwwRegister { value: value.to_owned(), stamp }, tie_break);
    }
    /// The later one. Of two at the same time that of the higher replica; without the rule `tie_break`, one's own.
    pub fn merge(&mut self, other: &Self, tie_break: bool) {
        let is_later = if tie_break { other.stamp > self.stamp } else { other.stamp.0 > self.stamp.0 };
        if is_later {
            self.clone_from(other);
        }
    }
}

/// One that keeps all values that no other write has seen (Specification 10).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct MvRegister {
    /// Values with their version vectors, sorted.
    values: Vec<(String, Vec<u32>)>,
}

impl MvRegister {
    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|(value, _)| value.as_str())
    }
    /// A version above all that are seen here.
    pub fn next_version(&self, replica: u16, replicas: u16) -> Vec<u32> {
        let highest = |of: usize| self.values.iter().filter_map(|(_, version)| version.get(of)).max().copied().unwrap_or(0);
        (0..usize::from(replicas)).map(|of| highest(of) + u32::from(of == usize::from(replica))).collect()
    }
    /// Writes.
    pub fn assign(&mut self, value: &str, version: &[u32]) {
        self.merge(&MvRegister { values: vec![(value.to_owned(), version.to_vec())] });
    }
    /// Of both, what the other has not overwritten.
    pub fn merge(&mut self, other: &Self) {
        let mut merged = survivors(&self.values, &other.values);
        merged.extend(survivors(&other.values, &self.values));
        merged.sort_unstable();
        merged.dedup();
        self.values = merged;
    }
}

/// The values of `of` whose version no other in `beside` is above.
fn survivors(of: &[(String, Vec<u32>)], beside: &[(String, Vec<u32>)]) -> Vec<(String, Vec<u32>)> {
    let is_overwritten = |version: &Vec<u32>| beside.iter().any(|(_, other)| other != version && at_most(version, other));
    of.iter().filter(|(_, version)| !is_overwritten(version)).cloned().collect()
}
