//! Sketches of streams: what a collector never says, what its rule protects, and errors beside theory.

use crate::run::{broken, record, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::Timeline;
use faultline::topics::bloom_filters::sketches::{Sample, Seen, Sketches, param};
use faultline::topics::topic;

/// Indices of numbers of events and of keys.
const FOUR_THOUSAND_EVENTS: i64 = 1;
const HUNDRED_KEYS: i64 = 0;
const THOUSAND_KEYS: i64 = 1;

fn last(run: &Timeline) -> Sample {
    let seen: &Seen = run.clock().world().ghost::<Sketches>().unwrap();
    *seen.samples.last().unwrap()
}

fn under_faults(seed: u64, rules: &[(u16, i64)]) -> Option<String> {
    let (_, entry) = topic(20).unwrap().by_id("sketches").unwrap();
    let small = [(param::EVENTS, FOUR_THOUSAND_EVENTS), (param::KEYS, HUNDRED_KEYS), (param::WIDTH, 32)];
    let journal = random_schedule(seed, 4, entry.algorithm.commands(), &Shape::default());
    broken(&setup("sketches", 4, seed, &[&small[..], rules].concat()), &journal, 8_000).map(|(name, _)| name)
}

#[test]
fn whatever_is_lost_late_or_crashed_no_estimate_is_too_low() {
    for seed in 0..100 {
        assert_eq!(under_faults(seed, &[]), None, "seed {seed}");
    }
}

#[test]
fn stations_with_functions_of_their_own_make_estimates_too_low() {
    for seed in 0..10 {
        assert_eq!(under_faults(seed, &[(param::SAME_FUNCTIONS, 0)]).as_deref(), Some("never-too-low"), "seed {seed}");
    }
}

#[test]
fn no_more_keys_are_beyond_the_bound_than_theory_allows() {
    for depth in [1, 2, 4] {
        for hash_seed in 0..5 {
            let params = [(param::KEYS, THOUSAND_KEYS), (param::DEPTH, depth), (param::WIDTH, 64), (param::SEED, hash_seed)];
            let sample = last(&record(&setup("sketches", 4, 1, &params), &[], 6_000));
            assert_eq!(sample.events, 60_000);
            let share = sample.beyond as f64 / 1_000.0;
            assert!(share <= sample.shape.counts.delta(), "{depth} rows, seed {hash_seed}: {share}");
        }
    }
}

#[test]
fn distinct_keys_of_all_stations_are_off_by_as_much_as_theory_says() {
    for precision in [6, 9] {
        let samples = (0..30).map(|seed| {
            let params = [(param::EVENTS, FOUR_THOUSAND_EVENTS), (param::PRECISION, precision), (param::SEED, seed)];
            last(&record(&setup("sketches", 4, 1, &params), &[], 6_000))
        });
        let errors: Vec<Sample> = samples.collect();
        let mean_square = errors.iter().map(|sample| sample.distinct_error() * sample.distinct_error()).sum::<f64>() / 30.0;
        let (measured, theory) = (mean_square.sqrt(), errors[0].shape.distinct.error());
        // A deviation of thirty samples is known to within 13 %; small numbers are counted better than theory says of large ones.
        assert!(measured < 1.35 * theory && measured > 0.4 * theory, "{precision}: {measured}, theory {theory}");
    }
}
