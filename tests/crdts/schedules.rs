//! Random schedules: with the rules on nothing breaks, whatever is lost, copied, reordered, cut or crashed; with a rule off something does.

use crate::run::{ALL, DELTAS, OPERATIONS, STATES, ask, broken, field, record, setup, spread, updates, wild, with_faults};
use faultline::sim::Outcome;
use faultline::sim::timeline::Entry;
use faultline::topics::crdts::replicas::TEXT_LETTERS_MAX;
use faultline::topics::crdts::replicas::params::param;

/// Schedules that each promise is tried under.
const SCHEDULES: u64 = 250;
/// Schedules that may be needed to find what a missing rule breaks.
const SEARCH_MAX: u64 = 1_000;
const UPDATES: u32 = 24;

fn journal(seed: u64, nodes: u16) -> Vec<Entry> {
    with_faults(seed, nodes, updates(seed, nodes, UPDATES))
}

fn nodes(seed: u64) -> u16 {
    2 + u16::try_from(seed % 3).unwrap()
}

#[test]
fn with_the_rules_on_no_schedule_breaks_anything() {
    for seed in 0..SCHEDULES {
        let values = [spread((seed % 4) as i64), (param::SYNC_MS, 100)];
        let network = (seed % 3 > 0).then(wild);
        assert_eq!(broken(&setup(nodes(seed), seed, &values, network), &journal(seed, nodes(seed)), 4_000), None, "schedule {seed}");
    }
}

#[test]
fn when_the_faults_are_over_all_replicas_come_to_hold_the_same_and_fall_silent() {
    for seed in 0..60 {
        let nodes = nodes(seed);
        let run = record(&setup(nodes, seed, &[spread((seed % 3) as i64)], None), &journal(seed, nodes), 8_000);
        for name in ["text", "PN-Counter", "OR-Set", "2P-Set", "LWW-Register", "MV-Register", "received"] {
            let values: Vec<String> = (0..nodes).map(|node| field(&run, node, name)).collect();
            assert!(values.windows(2).all(|pair| pair[0] == pair[1]), "schedule {seed}, {name}: {values:?}");
        }
        let world = run.clock().world();
        assert_eq!(world.in_flight().count(), 0, "schedule {seed}");
        assert!((0..nodes).all(|node| world.slot(faultline::sim::NodeId(node)).unwrap().timers().count() == 0), "schedule {seed}");
    }
}

#[track_caller]
fn assert_breaks(way: i64, rule: u16, invariant: &str) {
    let found = (0..SEARCH_MAX).find_map(|seed| {
        let setup = setup(nodes(seed), seed, &[spread(way), (param::SYNC_MS, 100), (rule, 0)], Some(wild()));
        let run = record(&setup, &journal(seed, nodes(seed)), 4_000);
        let infos = setup.algorithm.invariants();
        let mut violations = run.record().violations.iter();
        let violation = violations.find(|violation| infos[usize::from(violation.invariant)].name == invariant)?;
        Some((seed, violation.broken.says.clone()))
    });
    let (seed, says) = found.unwrap_or_else(|| panic!("{invariant} holds in {SEARCH_MAX} schedules"));
    println!("{invariant} breaks in schedule {seed}: {says}");
}

#[test]
fn counts_that_are_added_up_in_a_merge_count_too_much_and_come_apart() {
    for way in [STATES, DELTAS] {
        assert_breaks(way, param::MAX_MERGE, "merge-is-a-join");
    }
    assert_breaks(STATES, param::MAX_MERGE, "counters-count");
}

#[test]
fn without_tombstones_an_old_state_brings_back_what_was_removed() {
    assert_breaks(STATES, param::TOMBSTONES, "merge-is-a-join");
}

#[test]
fn without_tags_a_remove_takes_an_add_that_it_has_not_seen() {
    for way in [STATES, OPERATIONS, DELTAS] {
        assert_breaks(way, param::TAGS, "sets-hold-what-was-added");
    }
}

#[test]
fn without_an_order_for_equal_times_replicas_keep_different_values() {
    for way in [STATES, OPERATIONS, DELTAS] {
        assert_breaks(way, param::TIE_BREAK, if way == OPERATIONS { "strong-eventual-consistency" } else { "merge-is-a-join" });
    }
}

#[test]
fn operations_out_of_causal_order_leave_replicas_different() {
    assert_breaks(OPERATIONS, param::CAUSAL, "strong-eventual-consistency");
}

#[test]
fn an_operation_that_is_done_twice_counts_twice() {
    assert_breaks(OPERATIONS, param::EXACTLY_ONCE, "counters-count");
}

#[test]
fn a_delta_that_is_lost_and_never_sent_again_is_missing_for_ever() {
    assert_breaks(DELTAS, param::INTERVALS, "strong-eventual-consistency");
}

#[test]
fn letters_that_hang_on_the_one_after_them_mix() {
    for way in [STATES, OPERATIONS, DELTAS] {
        assert_breaks(way, param::FOLLOW, "words-stay-whole");
    }
}

#[test]
fn all_three_ways_at_once_come_to_the_same_values() {
    for seed in 0..20 {
        let setups = [STATES, OPERATIONS, DELTAS, ALL].map(|way| setup(3, seed, &[spread(way)], None));
        let sums = setups.map(|setup| field(&record(&setup, &updates(seed, 3, UPDATES), 6_000), 1, "PN-Counter"));
        assert!(sums.iter().all(|sum| *sum == sums[0]), "{sums:?}");
    }
}

#[test]
fn a_full_text_takes_no_more_letters_and_says_so() {
    let long = "x".repeat(250);
    let journal: Vec<Entry> = (0..17).map(|k| ask(10 + u64::from(k), k, 0, crate::run::insert(0, &long))).collect();
    let run = record(&setup(2, 1, &[], None), &journal, 50);
    let refused = |operation: &&faultline::sim::Operation| matches!(operation.done, Some((_, Outcome::Refused(_))));
    let operations = run.clock().world().operations();
    assert_eq!((TEXT_LETTERS_MAX, operations.iter().filter(refused).count()), (4_000, 1));
    assert_eq!(field(&run, 0, "letters ever"), "4000");
}
