//! Lesson 20, Bloom filters: filters that answer "perhaps" and "no", their sizes, where they are at work, and their kin that count.

pub mod bloom;
pub mod filter;
pub mod hashing;
pub mod keys;
pub mod lsm;
pub mod sizing;
pub mod sketches;
pub mod summary_cache;

use super::{Entry, Topic};
use crate::sim::{Conditions, Erased, ExhibitKind, Latency};

/// A quiet network.
const QUIET: Conditions = Conditions::faultless(Latency::Uniform(10_000, 20_000));

static BLOOM: Erased<bloom::Bloom> = Erased::new();
static SUMMARY_CACHE: Erased<summary_cache::SummaryCache> = Erased::new();
static LSM: Erased<lsm::Lsm> = Erased::new();
static SKETCHES: Erased<sketches::Sketches> = Erased::new();

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic {
    number: 20,
    algorithms: &[
        Entry {
            id: "bloom",
            name: "Bloom filter and its kin",
            source: "Bloom, Space/Time Trade-offs in Hash Coding with Allowable Errors, 1970",
            summary: "A few bits a key say \u{201c}perhaps\u{201d} or \u{201c}certainly not\u{201d}. Counting, blocked and cuckoo filters stand beside it in the same memory.",
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
        Entry {
            id: "lsm",
            name: "Files behind filters",
            source: "O'Neil et al., The Log-Structured Merge-Tree, 1996, with filters as in Chang et al., Bigtable, 2006",
            summary: "A store looks for a key in one file after the other, the newest first, and skips those whose filter says no.",
            algorithm: &LSM,
            nodes: (2, 7, 11),
            network: QUIET,
        },
        Entry {
            id: "sketches",
            name: "Count–min and HyperLogLog",
            source: "Cormode & Muthukrishnan, The Count-Min Sketch, 2005; Flajolet et al., HyperLogLog, 2007",
            summary: "Stations count their streams in a few kilobytes: how often a key came, and how many distinct ones. A collector puts them together.",
            algorithm: &SKETCHES,
            nodes: (2, 4, 8),
            network: QUIET,
        },
    ],
    exhibits: &[ExhibitKind::Ledger, ExhibitKind::Series, ExhibitKind::Cells],
};
