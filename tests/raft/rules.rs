//! Each rule switched off breaks what it protects: a check that cannot fail is no check.

use crate::lab::{invariant, schedule, setup};
use faultline::check::schedule::{Shape, play};
use std::collections::BTreeMap;

/// Schedules that may be needed to find what a missing rule breaks.
const SEARCH_MAX: u64 = 20_000;

/// For each invariant that breaks, how many schedules that took, until `wanted` have been found.
fn search(params: &[(&str, i64)], shape: &Shape, wanted: &[&str], schedules: u64) -> BTreeMap<&'static str, u64> {
    let mut found = BTreeMap::new();
    for seed in 0..schedules {
        let setup = setup(5, seed, params);
        let ended = play(&setup, &schedule(&setup, seed, shape), shape.calm_from_us).unwrap();
        if let Some((index, _)) = ended.broken {
            found.entry(invariant(&setup, index)).or_insert(seed + 1);
            if wanted.iter().all(|name| found.contains_key(name)) {
                break;
            }
        }
    }
    found
}

/// With the rule off the wanted invariants break; with it on, the same schedules break none.
fn breaks(rule: &str, also: &[(&str, i64)], shape: &Shape, wanted: &[&str]) {
    let params: Vec<_> = also.iter().copied().chain([(rule, 0)]).collect();
    let found = search(&params, shape, wanted, SEARCH_MAX);
    println!("without {rule}: {found:?} (schedules until it broke)");
    for name in wanted {
        assert!(found.contains_key(name), "without {rule}, {SEARCH_MAX} schedules do not break {name}");
    }
    let tried = found.values().copied().max().unwrap_or(0);
    assert_eq!(search(also, shape, wanted, tried), BTreeMap::new(), "with {rule}");
}

/// Elections as often as can be, in a cluster that is hardly ever in peace.
const RESTLESS: &[(&str, i64)] =
    &[("election_timeout_min_ms", 100), ("election_timeout_max_ms", 200), ("heartbeat_ms", 200), ("batch_entries", 1)];

#[test]
fn without_the_check_of_terms_a_term_gets_two_leaders_and_committed_entries_are_lost() {
    breaks("terms_checked", RESTLESS, &Shape::default(), &["election-safety", "leader-completeness"]);
}

#[test]
fn without_one_vote_a_term_a_term_gets_two_leaders() {
    breaks("vote_once_a_term", &[], &Shape::default(), &["election-safety"]);
}

#[test]
fn without_the_comparison_of_logs_a_leader_lacks_committed_entries() {
    breaks("log_up_to_date_check", &[], &Shape::default(), &["leader-completeness"]);
}

#[test]
fn without_votes_on_disk_a_term_gets_two_leaders() {
    let shape = Shape { faults: 60, ..Shape::default() };
    breaks("votes_persisted", &[], &shape, &["election-safety"]);
}

#[test]
fn without_the_rule_of_figure_8_a_committed_entry_is_overwritten() {
    let shape = Shape { calm_from_us: 15_000_000, faults: 40, calls: 60, ..Shape::default() };
    breaks("commit_only_current_term", RESTLESS, &shape, &["leader-completeness"]);
}
