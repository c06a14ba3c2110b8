//! Files behind filters: what a lookup is told under any faults, what each rule protects, and reads beside theory.

use crate::run::{broken, record, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::Timeline;
use faultline::topics::bloom_filters::lsm::{Lsm, Seen, param};
use faultline::topics::topic;

const SCHEDULES: u64 = 150;
/// A store whose lookups often find something.
const DENSE: [(u16, i64); 4] = [(param::KEYS, 40), (param::SHARE_PERCENT, 50), (param::ABSENT_PERCENT, 30), (param::RATE, 50)];

fn seen(run: &Timeline) -> &Seen {
    run.clock().world().ghost::<Lsm>().unwrap()
}

fn under_faults(seed: u64, rules: &[(u16, i64)]) -> Option<String> {
    let (_, entry) = topic(20).unwrap().by_id("lsm").unwrap();
    let journal = random_schedule(seed, 5, entry.algorithm.commands(), &Shape::default());
    broken(&setup("lsm", 5, seed, &[&DENSE[..], rules].concat()), &journal, 8_000).map(|(name, _)| name)
}

#[test]
fn whatever_crashes_or_is_lost_no_key_is_denied_and_the_newest_value_is_given() {
    for seed in 0..SCHEDULES {
        assert_eq!(under_faults(seed, &[]), None, "seed {seed}");
    }
}

#[test]
fn each_rule_switched_off_breaks_what_it_protects() {
    for (rule, invariant) in [(param::PERHAPS_UNTIL_LOADED, "no-false-negative"), (param::NEWEST_FIRST, "newest-value")] {
        let found = (0..SCHEDULES).find(|seed| under_faults(*seed, &[(rule, 0)]).as_deref() == Some(invariant));
        assert!(found.is_some(), "rule {rule}");
    }
}

#[test]
fn lookups_of_absent_keys_read_as_many_files_as_theory_says() {
    // Six files; of the thousand absent keys each is asked for about four times.
    for (bits, expected) in [(4, 6.0 * 0.1469), (8, 6.0 * 0.0216), (10, 6.0 * 0.0082)] {
        let params = [(param::BITS_PER_KEY, bits), (param::ABSENT_PERCENT, 100), (param::RATE, 200)];
        let run = record(&setup("lsm", 7, 1, &params), &[], 20_000);
        let sample = seen(&run).samples.last().unwrap();
        let measured = sample.reads as f64 / sample.lookups as f64;
        // 6,000 pairs of key and file: twice the deviation that they leave.
        let spread = 2.0 * (expected / 6_000.0_f64 * 6.0).sqrt() + 0.02;
        assert!((measured - expected).abs() < spread, "{bits} bits: {measured}, theory {expected}");
    }
}

#[test]
fn without_filters_every_file_is_read_until_one_has_the_key() {
    let run = record(&setup("lsm", 7, 1, &[(param::FILTERS, 0)]), &[], 10_000);
    let seen = seen(&run);
    assert!(seen.lookups > 300);
    assert_eq!(seen.reads, seen.reads_without);
    let with = record(&setup("lsm", 7, 1, &[]), &[], 10_000);
    let with = with.clock().world().ghost::<Lsm>().unwrap();
    assert!(5 * with.reads < with.reads_without, "{} {}", with.reads, with.reads_without);
}
