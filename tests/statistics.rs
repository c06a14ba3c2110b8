//! Histograms, batch means and confidence, against what books say and against runs whose truth is known.

#![cfg(test)]

use faultline::check::statistics::{Batches, Histogram, half_width, mser, student_t, wilson};
use faultline::sim::rng;

/// Waits of successive customers in M/M/1 with service 1, by Lindley's recursion, in millionths.
fn waits(load: f64, customers: usize, seed: u64) -> Vec<u64> {
    let mut stream = rng::stream(seed);
    let mut unit = || (rng::pick(&mut stream, 1 << 32) as f64 + 0.5) / 4_294_967_296.0;
    let mut wait = 0.0_f64;
    let mut next = || {
        let here = wait;
        wait = (wait - libm::log(unit()) + libm::log(unit()) / load).max(0.0);
        (here * 1e6) as u64
    };
    (0..customers).map(|_| next()).collect()
}

#[test]
fn a_quantile_is_within_three_percent_whatever_the_size_of_the_values() {
    for scale in [1, 10, 1_000, 1_000_000, 1_000_000_000] {
        let mut histogram = Histogram::default();
        (1..=10_000_u64).for_each(|value| histogram.add(value * scale));
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let (is, should) = (histogram.quantile(share).unwrap(), share * 10_000.0 * scale as f64);
            assert!((is / should - 1.0).abs() < 0.032, "{share} of {scale}: {is} instead of {should}");
        }
    }
    assert_eq!(Histogram::default().quantile(0.5), None);
}

#[test]
fn the_shares_that_exceed_a_value_fall_from_all_to_the_largest() {
    let mut histogram = Histogram::default();
    [0, 0, 3, 3, 3, 70, 5_000, 5_000, 90_000, 1_000_000].into_iter().for_each(|value| histogram.add(value));
    let shares = histogram.exceedances();
    assert_eq!(shares.first(), Some(&(0, 1.0)));
    assert!(shares.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1), "{shares:?}");
    assert_eq!(shares.last().map(|(_, share)| *share), Some(0.1));
}

#[test]
fn batches_keep_the_count_and_the_mean_in_bounded_memory() {
    let mut batches = Batches::default();
    (0..1_000_000_u64).for_each(|value| batches.record(value % 100));
    assert_eq!(batches.count(), 1_000_000);
    let settled = batches.settled();
    let mean = settled.mean().unwrap();
    assert!((mean.value - 49.5).abs() < 0.2, "{mean:?}");
    assert!(settled.count() + settled.skipped <= 1_000_000 && settled.count() > 400_000);
}

#[test]
fn a_start_that_is_not_like_the_rest_is_cut_off() {
    let transient: Vec<f64> = (0..60).map(|i| if i < 12 { 50.0 - 4.0 * f64::from(i) } else { f64::from(i % 3) }).collect();
    assert!((11..=14).contains(&mser(&transient)), "{}", mser(&transient));
    let steady: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
    assert!(mser(&steady) <= 2);
    let mut batches = Batches::default();
    (0..64_000_u64).for_each(|i| batches.record(if i < 8_000 { 100_000 } else { 1_000 + i % 7 }));
    let settled = batches.settled();
    assert!(settled.skipped >= 8_000 && settled.mean().unwrap().value < 1_010.0, "{} {:?}", settled.skipped, settled.mean());
}

#[test]
fn students_t_is_that_of_the_tables() {
    for (freedom, expect) in [(1, 12.706), (5, 2.571), (19, 2.093), (30, 2.042), (40, 2.021), (60, 2.000), (120, 1.980)] {
        assert!((student_t(freedom) - expect).abs() < 1.5e-3, "{freedom}: {}", student_t(freedom));
    }
    // Mean 5, s = 1.5811, n = 5: 2.776 · s/√5.
    assert!((half_width(&[3.0, 4.0, 5.0, 6.0, 7.0]).unwrap() - 1.963).abs() < 1e-3);
    assert_eq!(half_width(&[3.0]), None);
}

#[test]
fn wilsons_interval_is_that_of_the_literature() {
    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
    for (hits, trials, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)] {
        let (from, to) = wilson(hits, trials);
        assert!((from - low).abs() < 1e-4 && (to - high).abs() < 1e-4, "{hits} of {trials}: {from} to {to}");
    }
}

#[test]
fn the_interval_of_a_queue_holds_the_mean_about_as_often_as_it_says_and_the_rare_waits_less_often() {
    let load = 0.8;
    let (truth, p99) = (load / (1.0 - load) * 1e6, libm::log(load / 0.01) / (1.0 - load) * 1e6);
    let (mut mean_held, mut p99_held) = (0, 0);
    for seed in 0..100 {
        let mut batches = Batches::default();
        waits(load, 40_000, seed).into_iter().for_each(|wait| batches.record(wait));
        let settled = batches.settled();
        let holds = |estimate: Option<faultline::check::statistics::Estimate>, truth: f64| {
            estimate.and_then(|estimate| estimate.band()).is_some_and(|(low, high)| low <= truth && truth <= high)
        };
        mean_held += u32::from(holds(settled.mean(), truth));
        p99_held += u32::from(holds(settled.quantile(0.99), p99));
    }
    // The usual σ/√n over single waits, which are not independent, would hold in about one of four.
    assert!(mean_held >= 86, "mean: {mean_held} of 100");
    // A batch of so short a run holds few of the long waits, so the interval for them is too narrow.
    assert!(p99_held >= 70, "p99: {p99_held} of 100");
}
