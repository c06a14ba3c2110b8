//! The lock table on Raft: it outlives its servers, tells the truth, and cannot make its clients know it.

use crate::run::{PROMPT, SCHEDULES, add, at_ms, broken, crashes, field, freezes, has_fact, play, record, schedules_until, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::{Choice, NodeId, Outcome, Timeline};
use faultline::topics::topic;

/// Three servers, the storage, two clients.
const NODES: u16 = 6;
const STORAGE: u16 = 3;
const CLIENTS: std::ops::Range<u16> = 4..NODES;
const BUSY: [(&str, i64); 5] = [("repeat", 1), ("ttl_ms", 1_000), ("work_max_ms", 2_000), ("work_min_ms", 0), ("renew", 0)];

fn with(more: &[(&'static str, i64)]) -> Vec<(&'static str, i64)> {
    BUSY.iter().chain(more).copied().collect()
}

#[test]
fn with_its_rules_on_no_update_is_lost_whatever_happens() {
    let commands = topic(9).unwrap().by_id("replicated").unwrap().1.algorithm.commands();
    let mut writes = 0;
    for seed in 0..SCHEDULES {
        let faults = random_schedule(seed, NODES, commands, &Shape { calls: 30, ..Shape::default() });
        let values = if seed % 2 == 0 { with(&[]) } else { Vec::new() };
        let (clock, broken) = play(&setup("replicated", NODES, seed, &values, PROMPT), &faults, 8_000);
        assert_eq!(broken, None, "seed {seed}");
        writes += field(&clock, STORAGE, "writes").parse::<u64>().unwrap();
    }
    assert!(writes > SCHEDULES, "{writes} writes");
}

#[test]
fn consensus_is_no_help_against_a_frozen_client_and_the_fence_is() {
    let run = |fence| {
        schedules_until("no-lost-update", |seed| {
            let setup = setup("replicated", NODES, seed, &with(&[("fence", fence)]), PROMPT);
            play(&setup, &freezes(seed, CLIENTS, 8_000), 8_000).1
        })
    };
    let found = run(0);
    println!("fence off: no-lost-update broken after {found:?} schedules of freezes");
    assert!(found.is_some());
    assert!((0..SCHEDULES).all(|seed| {
        let setup = setup("replicated", NODES, seed, &with(&[]), PROMPT);
        play(&setup, &freezes(seed, CLIENTS, 8_000), 8_000).1.is_none()
    }));
}

#[test]
fn a_fence_that_only_writes_raise_still_loses_an_update() {
    let found = schedules_until("no-lost-update", |seed| {
        let setup = setup("replicated", NODES, seed, &with(&[("fence_reads", 0)]), PROMPT);
        play(&setup, &freezes(seed, CLIENTS, 8_000), 8_000).1
    });
    println!("fence_reads off: no-lost-update broken after {found:?} schedules of freezes");
    assert!(found.is_some());
}

#[test]
fn a_client_that_does_not_watch_its_time_needs_no_freeze_to_overwrite_and_one_that_does_is_safe_though_servers_crash() {
    let run = |check, seed| {
        let setup = setup("replicated", NODES, seed, &with(&[("fence", 0), ("validity_check", check)]), PROMPT);
        play(&setup, &crashes(seed, 0..STORAGE, 12_000), 12_000).1
    };
    assert!(schedules_until("no-lost-update", |seed| run(0, seed)).is_some());
    for seed in 0..SCHEDULES {
        assert_eq!(run(1, seed), None, "seed {seed}");
    }
}

fn leader(run: &Timeline) -> NodeId {
    let leads = |node: &u16| {
        let is_up = run.clock().world().algorithm().role(run.clock().world(), NodeId(*node)).is_some();
        is_up && field(run.clock(), *node, "leader") == "itself"
    };
    NodeId((0..3).find(leads).expect("a server leads"))
}

#[test]
fn the_lock_and_its_token_outlive_the_leader() {
    let values = [("work_min_ms", 4_000), ("work_max_ms", 4_000)];
    let before = record(&setup("replicated", NODES, 1, &values, PROMPT), &[add(1_500, 4, 0, 5)], 2_500);
    let (first, token) = (leader(&before), field(before.clock(), 4, "token"));
    let faults = [add(1_500, 4, 0, 5), at_ms(2_500, Choice::Crash(first))];
    let after = record(&setup("replicated", NODES, 1, &values, PROMPT), &faults, 4_500);
    assert!(leader(&after) != first);
    assert_eq!(field(after.clock(), 4, "token"), token);
    let end = record(&setup("replicated", NODES, 1, &values, PROMPT), &faults, 8_000);
    assert!(has_fact(&end, "write-taken") && !has_fact(&end, "gave-up"));
    assert_eq!(broken(&end), Vec::<&str>::new());
}

#[test]
fn the_lock_of_a_crashed_client_is_free_once_its_time_is_over() {
    let faults = [add(1_500, 4, 0, 1), at_ms(2_000, Choice::Crash(NodeId(4))), add(2_100, 5, 1, 10)];
    let run = record(&setup("replicated", NODES, 1, &[], PROMPT), &faults, 12_000);
    assert!(has_fact(&run, "holder-crashed") && has_fact(&run, "lease-expired"));
    assert_eq!(run.clock().world().operations()[1].done.as_ref().map(|(_, outcome)| outcome.clone()), Some(Outcome::Done(10)));
}

#[test]
fn without_a_majority_of_its_servers_nobody_gets_the_lock() {
    let writes = |down: u16| {
        let faults: Vec<_> = (0..down).map(|node| at_ms(10, Choice::Crash(NodeId(node)))).collect();
        let (clock, broken) = play(&setup("replicated", NODES, 3, &[("repeat", 1)], PROMPT), &faults, 12_000);
        assert_eq!(broken, None);
        field(&clock, STORAGE, "writes").parse::<u32>().unwrap()
    };
    assert!(writes(0) > 3 && writes(1) > 3, "{} and {}", writes(0), writes(1));
    assert_eq!(writes(2), 0);
}
