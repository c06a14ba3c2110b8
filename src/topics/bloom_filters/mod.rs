//! Lesson 20, Bloom filters: filters that answer "perhaps" and "no", their sizes, and where they are at work.

pub mod bloom;
pub mod filter;
pub mod hashing;
pub mod keys;
pub mod sizing;
pub mod summary_cache;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};

/// A quiet network.
const QUIET: Conditions =
    Conditions { latency: Latency::Uniform(10_000, 20_000), loss_ppm: 0, duplicate_ppm: 0, reorder_ppm: 0, bytes_per_s: 0, fifo: false };

static BLOOM: Erased<bloom::Bloom> = Erased::new();
static SUMMARY_CACHE: Erased<summary_cache::SummaryCache> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 20,
    algorithms: &[
        Entry {
            id: "bloom",
            name: "Bloom filter and its kin",
            source: "Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors, 1970",
            summary: "A few bits a key say \"perhaps\" or \"certainly not\". Counting, blocked and cuckoo filters stand beside it in the same memory.",
            algorithm: &BLOOM,
            nodes: (2, 2, 5),
            network: QUIET,
        },
        Entry {
            id: "summary-cache",
            name: "Summary cache",
            source: "Fan, Cao, Almeida & Broder, Summary Cache: A Scalable Wide-Area Web Cache Sharing Protocol, 2000",
            summary: "Caches send each other digests of what they hold, and ask only where a digest says yes.",
            algorithm: &SUMMARY_CACHE,
            nodes: (3, 4, 8),
            network: QUIET,
        },
    ],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Series, ExhibitKind::Cells],
};
