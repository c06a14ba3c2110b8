//! What theory says: how large a filter must be, and how often it errs. Knows no filter.

/// ln 2.
const LN_2: f64 = std::f64::consts::LN_2;
/// Sizes are whole bits up to this: 16 Mbit.
pub const BITS_MAX: u32 = 1 << 24;
/// Hash functions, at most.
pub const HASHES_MAX: u32 = 16;
/// Bits of a block: a cache line.
pub const BLOCK_BITS: u32 = 512;
/// Fingerprints of a bucket (Fan et al. 2014, §5.1: 4).
pub const BUCKET: u32 = 4;
/// Share of a table of such buckets that can be filled (the same).
pub const LOAD_MAX: f64 = 0.95;

/// False positives of a Bloom filter with `n` keys in `m` cells under `k` functions: (1 − e^(−kn/m))^k.
pub fn bloom(n: f64, m: f64, k: f64) -> f64 {
    if n <= 0.0 { 0.0 } else { libm::pow(1.0 - libm::exp(-k * n / m.max(1.0)), k) }
}

/// Share of cells that are not 0: 1 − e^(−kn/m).
pub fn fill(n: f64, m: f64, k: f64) -> f64 {
    1.0 - libm::exp(-k * n / m.max(1.0))
}

/// Bits for `n` keys at `p` false positives: −n ln p / (ln 2)².
pub fn bits_for(n: f64, p: f64) -> f64 {
    libm::ceil(-n * libm::log(p) / (LN_2 * LN_2))
}

/// The number of functions at which a filter of `m` cells with `n` keys errs least: the whole number at or beside (m/n) ln 2 that does.
pub fn best_k(n: f64, m: f64) -> u32 {
    let best = (1..=HASHES_MAX).min_by(|a, b| bloom(n, m, f64::from(*a)).total_cmp(&bloom(n, m, f64::from(*b))));
    best.unwrap_or(1)
}

/// False positives of a blocked filter: a block of `block` cells holds a number of keys that is Poisson with mean `n·block/m`, and is a
/// Bloom filter by itself (Putze, Sanders and Singler 2007, §3).
pub fn blocked(n: f64, m: f64, k: f64, block: f64) -> f64 {
    let mean = n * block / m.max(1.0);
    let spread = 12.0 * libm::sqrt(mean) + 20.0;
    let (from, to) = (libm::floor((mean - spread).max(0.0)) as u32, libm::ceil(mean + spread) as u32);
    let mut sum = 0.0;
    for keys in from..=to {
        let i = f64::from(keys);
        let log_weight = i * libm::log(mean.max(1e-300)) - mean - libm::lgamma(i + 1.0);
        sum += libm::exp(log_weight) * bloom(i, block, k);
    }
    sum.min(1.0)
}

/// False positives of a cuckoo filter: a question meets `2·b·load` fingerprints, each of which is one of `2^f − 1` (Fan et al. 2014, §5.1, at
/// the present load in place of a full table).
pub fn cuckoo(n: f64, slots: f64, fingerprint_bits: u32) -> f64 {
    let values = libm::pow(2.0, f64::from(fingerprint_bits)) - 1.0;
    1.0 - libm::pow(1.0 - 1.0 / values.max(1.0), 2.0 * f64::from(BUCKET) * n / slots.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within, "{a} is not {b}");
    }

    #[test]
    fn the_known_sizes_come_out() {
        // The figures that everybody quotes: 9.585 bits a key and 7 functions for 1 %, 14.378 for 0.1 %.
        close(bits_for(1e6, 0.01), 9_585_059.0, 1.0);
        close(bits_for(1e6, 0.001), 14_377_588.0, 1.0);
        assert_eq!([best_k(1e6, 1e7), best_k(1e6, 8e6), best_k(1.0, 1.0)], [7, 6, 1]);
        close(bloom(1e6, 1e7, 7.0), 0.008_194, 1e-6);
        close(bloom(1e6, 8e6, 6.0), 0.021_577, 1e-6);
        close(fill(1e6, bits_for(1e6, 0.01), 6.644), 0.5, 1e-3);
    }

    #[test]
    fn a_blocked_filter_errs_more_than_a_plain_one_and_like_it_when_the_block_is_all() {
        let (n, m) = (10_000.0, 100_000.0);
        assert!(blocked(n, m, 7.0, 512.0) > bloom(n, m, 7.0));
        close(blocked(n, m, 7.0, m), bloom(n, m, 7.0), 4e-4);
    }
}
