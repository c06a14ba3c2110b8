//! Redlock: safe where its assumptions hold, and what each rule and each assumption is for.

use crate::run::{PROMPT, SCHEDULES, at_ms, broken, crashes, field, freezes, has_fact, play, record, schedules_until, setup};
use faultline::sim::timeline::Entry;
use faultline::sim::{Choice, Conditions, Latency, NodeId, Timeline};

/// Three masters, the storage, two clients.
const NODES: u16 = 6;
const STORAGE: u16 = 3;
const CLIENTS: std::ops::Range<u16> = 4..6;
const UNTIL_MS: u64 = 12_000;

/// Clients that come back for more and may need longer than their lock lasts.
const BUSY: [(&str, i64); 4] = [("repeat", 1), ("ttl_ms", 2_000), ("work_max_ms", 2_500), ("work_min_ms", 0)];

fn with(more: &[(&'static str, i64)]) -> Vec<(&'static str, i64)> {
    BUSY.iter().chain(more).copied().collect()
}

fn lost(seed: u64, values: &[(&'static str, i64)], network: Conditions, faults: &[Entry]) -> Option<&'static str> {
    play(&setup("redlock", NODES, seed, &with(values), network), faults, UNTIL_MS).1
}

/// How many runs it takes until an update is lost with the rule off; with it on none may be.
fn finds(rule: &'static str, more: &[(&'static str, i64)], network: Conditions, faults: impl Fn(u64) -> Vec<Entry>) {
    let run = |on: i64| {
        let values: Vec<(&'static str, i64)> = more.iter().copied().chain([(rule, on)]).collect();
        schedules_until("no-lost-update", |seed| lost(seed, &values, network, &faults(seed)))
    };
    let found = run(0);
    println!("{rule} off: no-lost-update broken after {found:?} runs");
    assert!(found.is_some(), "{rule}");
    let values: Vec<(&'static str, i64)> = more.iter().copied().chain([(rule, 1)]).collect();
    for seed in 0..SCHEDULES {
        assert_eq!(lost(seed, &values, network, &faults(seed)), None, "{rule} on, seed {seed}");
    }
}

fn nothing(_: u64) -> Vec<Entry> {
    Vec::new()
}

#[test]
fn with_fewer_than_a_majority_two_clients_hold_it() {
    finds("majority", &[], PROMPT, nothing);
}

#[test]
fn a_late_unlock_deletes_anothers_key_unless_the_master_compares() {
    finds("owner_check", &[], PROMPT, nothing);
}

#[test]
fn a_client_that_does_not_watch_its_time_writes_after_its_lock_has_run_out() {
    finds("validity_check", &[], PROMPT, nothing);
}

#[test]
fn a_client_that_counts_from_the_end_of_a_slow_locking_believes_too_long() {
    let slow = Conditions { latency: Latency::Uniform(150_000, 300_000), ..PROMPT };
    finds("subtract_elapsed", &[("answers_ms", 1_000)], slow, nothing);
}

#[test]
fn a_masters_fast_clock_ends_the_key_early_unless_drift_is_allowed_for() {
    let fast = |_| (0..STORAGE).map(|node| at_ms(0, Choice::ClockDrift { node: NodeId(node), ppm: 100_000 })).collect();
    finds("subtract_drift", &[("drift_percent", 10)], PROMPT, fast);
}

#[test]
fn a_master_that_forgets_its_key_and_answers_at_once_is_half_of_two_majorities() {
    finds("delayed_restart", &[], PROMPT, |seed| crashes(seed, 0..STORAGE, UNTIL_MS));
    // With the key on disk no delay is needed.
    for seed in 0..SCHEDULES {
        let values = [("delayed_restart", 0), ("persisted", 1)];
        assert_eq!(lost(seed, &values, PROMPT, &crashes(seed, 0..STORAGE, UNTIL_MS)), None, "seed {seed}");
    }
}

#[test]
fn with_all_rules_on_a_freeze_still_loses_an_update() {
    let found = schedules_until("no-lost-update", |seed| lost(seed, &[], PROMPT, &freezes(seed, CLIENTS, UNTIL_MS)));
    println!("all rules on: no-lost-update broken after {found:?} schedules of freezes");
    assert!(found.is_some());
}

fn jump(by_us: i64) -> Timeline {
    // The first holder has all three masters. Two of them jump ahead past the end of its key.
    let jumps = (0..2).map(|node| at_ms(600, Choice::ClockJump { node: NodeId(node), by_us }));
    let values = [("repeat", 1), ("ttl_ms", 5_000), ("work_min_ms", 3_000), ("work_max_ms", 3_000)];
    record(&setup("redlock", NODES, 1, &values, PROMPT), &jumps.collect::<Vec<_>>(), 6_000)
}

#[test]
fn with_all_rules_on_a_clock_that_jumps_ahead_on_a_majority_gives_the_lock_away_and_a_small_jump_does_not() {
    let (far, near) = (jump(5_000_000), jump(50_000));
    assert!(has_fact(&far, "key-jumped") && has_fact(&far, "two-holders"));
    assert_eq!(broken(&far), ["no-lost-update"]);
    assert!(!has_fact(&near, "two-holders"));
    assert_eq!(broken(&near), Vec::<&str>::new());
}

#[test]
fn a_client_goes_on_without_a_minority_of_the_masters_and_not_without_a_majority() {
    let writes = |down: u16| {
        let faults: Vec<Entry> = (0..down).map(|node| at_ms(10, Choice::Crash(NodeId(node)))).collect();
        let (clock, broken) = play(&setup("redlock", 8, 3, &[("repeat", 1)], PROMPT), &faults, 10_000);
        assert_eq!(broken, None);
        field(&clock, 5, "writes").parse::<u32>().unwrap()
    };
    assert!(writes(0) > 3 && writes(2) > 3, "{} and {}", writes(0), writes(2));
    assert_eq!(writes(3), 0);
}
