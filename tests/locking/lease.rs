//! The lock service with leases: what keeps its promise, and what each rule is for.

use crate::run::{PROMPT, SCHEDULES, add, at_ms, broken, crashes, field, freezes, has_fact, play, record, schedules_until, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::{Choice, NodeId, Outcome};
use faultline::topics::topic;

const NODES: u16 = 5;
const CLIENTS: std::ops::Range<u16> = 2..NODES;

/// Clients that come back for more and may need longer than their lock lasts.
const BUSY: [(&str, i64); 5] = [("repeat", 1), ("ttl_ms", 600), ("work_max_ms", 1_500), ("work_min_ms", 0), ("renew", 0)];

fn with(more: &[(&'static str, i64)]) -> Vec<(&'static str, i64)> {
    BUSY.iter().chain(more).copied().collect()
}

#[test]
fn with_its_rules_on_no_update_is_lost_whatever_happens() {
    let commands = topic(9).unwrap().by_id("lease").unwrap().1.algorithm.commands();
    let mut writes = 0;
    for seed in 0..SCHEDULES {
        let faults = random_schedule(seed, NODES, commands, &Shape { calls: 30, ..Shape::default() });
        let values = if seed % 2 == 0 { with(&[]) } else { Vec::new() };
        let (clock, broken) = play(&setup("lease", NODES, seed, &values, PROMPT), &faults, 8_000);
        assert_eq!(broken, None, "seed {seed}");
        writes += field(&clock, 1, "writes").parse::<u64>().unwrap();
    }
    assert!(writes > SCHEDULES, "{writes} writes");
}

#[test]
fn without_a_fence_a_frozen_holder_overwrites_its_successors_work_although_it_watches_its_time() {
    let run = |fence| {
        schedules_until("no-lost-update", |seed| {
            let values = with(&[("fence", fence)]);
            play(&setup("lease", NODES, seed, &values, PROMPT), &freezes(seed, CLIENTS, 8_000), 8_000).1
        })
    };
    let found = run(0);
    println!("fence off: no-lost-update broken after {found:?} schedules of freezes");
    assert!(found.is_some());
    assert_eq!(run(1), None);
}

#[test]
fn a_fence_that_only_writes_raise_keeps_the_order_of_tokens_and_still_loses_an_update() {
    let run = |invariant| {
        schedules_until(invariant, |seed| {
            let values = with(&[("fence_reads", 0)]);
            play(&setup("lease", NODES, seed, &values, PROMPT), &freezes(seed, CLIENTS, 8_000), 8_000).1
        })
    };
    let found = run("no-lost-update");
    println!("fence_reads off: no-lost-update broken after {found:?} schedules of freezes");
    assert!(found.is_some());
    assert_eq!(run("token-order"), None);
}

#[test]
fn a_client_that_does_not_watch_its_time_needs_no_freeze_to_overwrite_and_one_that_does_is_safe_without_freezes() {
    let run = |check| {
        schedules_until("no-lost-update", |seed| {
            let values = with(&[("fence", 0), ("validity_check", check)]);
            play(&setup("lease", NODES, seed, &values, PROMPT), &[], 8_000).1
        })
    };
    let found = run(0);
    println!("validity_check off: no-lost-update broken after {found:?} runs without any fault");
    assert!(found.is_some());
    assert_eq!(run(1), None);
}

#[test]
fn a_late_release_gives_a_successors_lock_away_unless_the_service_checks_whose_it_is() {
    let run = |check, invariant| {
        schedules_until(invariant, |seed| {
            let values = with(&[("fence", 0), ("owner_check", check)]);
            play(&setup("lease", NODES, seed, &values, PROMPT), &[], 12_000).1
        })
    };
    let found = run(0, "lease-honoured");
    println!("owner_check off: lease-honoured broken after {found:?} runs without any fault");
    assert!(found.is_some());
    assert_eq!(run(1, "lease-honoured"), None);
}

#[test]
fn a_service_that_forgets_its_table_in_a_crash_lends_the_lock_twice() {
    let run = |persisted| {
        schedules_until("no-lost-update", |seed| {
            let mut setup = setup("lease", NODES, seed, &with(&[("persisted", persisted)]), PROMPT);
            setup.checked = true;
            let mut clock_faults = crashes(seed, 0..1, 8_000);
            clock_faults.sort_by_key(|entry| entry.at);
            let timeline = record(&setup, &clock_faults, 8_000);
            broken(&timeline).into_iter().find(|name| *name == "no-lost-update")
        })
    };
    let found = run(0);
    println!("persisted off: no-lost-update broken after {found:?} schedules of crashes, with the fence on");
    assert!(found.is_some());
    let kept = |seed: u64| play(&setup("lease", NODES, seed, &with(&[]), PROMPT), &crashes(seed, 0..1, 8_000), 8_000).1;
    assert!((0..SCHEDULES).all(|seed| kept(seed).is_none()));
}

/// Client 2 is asked to add 1 and crashes with the lock; client 3 is asked to add 10.
fn orphaned(values: &[(&str, i64)]) -> faultline::sim::Timeline {
    let faults = [add(100, 2, 0, 1), at_ms(400, Choice::Crash(NodeId(2))), add(500, 3, 1, 10)];
    record(&setup("lease", NODES, 1, values, PROMPT), &faults, 20_000)
}

#[test]
fn the_lock_of_a_crashed_holder_is_free_once_its_time_is_over_and_never_if_locks_do_not_run_out() {
    let with_expiry = orphaned(&[]);
    assert!(has_fact(&with_expiry, "holder-crashed") && has_fact(&with_expiry, "lease-expired"));
    assert_eq!(with_expiry.clock().world().operations()[1].done.as_ref().map(|(_, outcome)| outcome.clone()), Some(Outcome::Done(10)));
    let without = orphaned(&[("expiry", 0)]);
    assert_eq!(without.clock().world().operations()[1].done, None);
}

#[test]
fn a_holder_that_renews_keeps_its_lock_for_work_longer_than_a_time_to_live() {
    let run = |renew| {
        let values = [("renew", renew), ("work_min_ms", 4_000), ("work_max_ms", 4_000)];
        record(&setup("lease", NODES, 1, &values, PROMPT), &[add(100, 2, 0, 5)], 6_000)
    };
    let (renewed, left) = (run(1), run(0));
    assert!(has_fact(&renewed, "lease-renewed") && has_fact(&renewed, "write-taken"));
    assert!(has_fact(&left, "gave-up") && !has_fact(&left, "write-taken"));
}

/// When client 2, asked at 100 ms, has made sure of its lock and is about to write.
fn about_to_write_ms(values: &[(&str, i64)]) -> u64 {
    let run = record(&setup("lease", NODES, 1, values, PROMPT), &[add(100, 2, 0, 1)], 2_000);
    let infos = run.setup().algorithm.facts();
    let fired = run.record().fired.iter().find(|fired| infos[usize::from(fired.fact)].name == "about-to-write");
    fired.unwrap().time_us / 1_000 + 1
}

#[test]
fn a_lock_delay_longer_than_the_freeze_is_as_good_as_a_fence_and_a_shorter_one_is_not() {
    let run = |delay| {
        let values = [("fence", 0), ("lock_delay_ms", delay), ("ttl_ms", 1_000)];
        let at = about_to_write_ms(&values);
        // Client 2 is frozen just before its write leaves, for three seconds; its lock has not quite half a second to run.
        let faults =
            [add(100, 2, 0, 1), at_ms(at, Choice::Pause(NodeId(2))), add(at + 50, 3, 1, 10), at_ms(at + 3_000, Choice::Resume(NodeId(2)))];
        record(&setup("lease", NODES, 1, &values, PROMPT), &faults, 8_000)
    };
    assert_eq!(broken(&run(0)), ["no-lost-update", "token-order"]);
    assert_eq!(broken(&run(3_000)), Vec::<&str>::new());
}
