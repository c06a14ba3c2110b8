//! The Bully algorithm: assertions 1 and 2 of the paper while its assumptions hold, and what breaks when they do not.

use crate::run::{Fault, SCHEDULES, at_ms, command_at_ms, crashes, facts, has_fact, leaders, play, record, schedules_until_broken, setup};
use faultline::sim::{Choice, Conditions, Latency, NodeId, Outcome};
use faultline::topics::leader_election::bully::{Bully, Status, param};

const NODES: u16 = 5;
const RULES: [u16; 4] = [param::ASK_HIGHER, param::HALT_FIRST, param::HALT_IN_ORDER, param::REMEMBER_HALTER];

/// Messages take 1 to 45 ms, so an answer comes within T = 100 ms, but some are far faster than others.
fn uneven() -> Conditions {
    Conditions { latency: Latency::Uniform(1_000, 45_000), ..Conditions::default() }
}

fn search(params: &[(u16, i64)], network: Conditions, faults: impl Fn(u64) -> Vec<Fault>) -> Option<u64> {
    schedules_until_broken("one-coordinator", |seed| play(&setup("bully", NODES, seed, params, network), &faults(seed), 6_000).1)
}

fn restless(seed: u64) -> Vec<Fault> {
    crashes(seed, 0, NODES, 150, 6_000)
}

#[test]
fn any_two_nodes_past_the_election_have_the_same_coordinator_through_crashes_and_restarts() {
    for seed in 0..SCHEDULES {
        let (_, broken) = play(&setup("bully", NODES, seed, &[], uneven()), &restless(seed), 6_000);
        assert_eq!(broken, None, "seed {seed}");
    }
}

#[test]
fn once_nothing_fails_any_more_all_nodes_work_under_the_highest() {
    for seed in 0..SCHEDULES / 10 {
        let faults = crashes(seed, 0, NODES, 150, 3_000);
        let (clock, broken) = play(&setup("bully", NODES, seed, &[], uneven()), &faults, 9_000);
        assert_eq!(broken, None, "seed {seed}");
        for node in 0..NODES {
            let parts = clock.world().parts::<Bully>(NodeId(node)).unwrap();
            let state = parts.volatile.as_ref().unwrap();
            assert_eq!((state.s, state.c), (Status::Normal, Some(NodeId(NODES - 1))), "seed {seed}, node {node}");
        }
    }
}

#[test]
fn each_rule_switched_off_breaks_assertion_1() {
    for rule in RULES {
        let found = search(&[(rule, 0)], uneven(), restless);
        println!("rule {rule} off: broken after {found:?} schedules");
        assert!(found.is_some(), "rule {rule}");
    }
}

#[test]
fn each_assumption_violated_breaks_assertion_1() {
    let slow = Conditions { latency: Latency::Uniform(20_000, 200_000), ..Conditions::default() };
    let lossy = Conditions { loss_ppm: 100_000, ..Conditions::default() };
    let pause = |_| vec![at_ms(1_000, Choice::Pause(NodeId(4))), at_ms(3_000, Choice::Resume(NodeId(4)))];
    let partition = |_| vec![at_ms(1_000, Choice::Partition(vec![0, 0, 0, 1, 1]))];
    for (what, found) in [
        ("answers later than T", search(&[], slow, |_| Vec::new())),
        ("lost messages", search(&[], lossy, |_| Vec::new())),
        ("a frozen node", search(&[], Conditions::default(), pause)),
        ("a partition", search(&[], Conditions::default(), partition)),
    ] {
        println!("{what}: broken after {found:?} schedules");
        assert!(found.is_some(), "{what}");
    }
}

#[test]
fn a_partition_leaves_two_coordinators_that_both_work_and_healing_it_does_not_mend_that() {
    const WORK: u16 = 2;
    let setup = setup("bully", NODES, 1, &[], Conditions::default());
    let faults = [
        at_ms(1_500, Choice::Partition(vec![0, 0, 0, 1, 1])),
        at_ms(5_000, Choice::Heal),
        command_at_ms(8_000, 2, 0, WORK, Vec::new()),
        command_at_ms(8_000, 4, 1, WORK, Vec::new()),
    ];
    let run = record(&setup, &faults, 9_000);
    assert!(has_fact(&run, "two-leaders"));
    assert_eq!(leaders(run.clock()), [2, 4]);
    let operations = run.clock().world().operations();
    assert!(operations.iter().all(|operation| matches!(operation.done, Some((_, Outcome::Done(_))))));
}

#[test]
fn the_highest_node_bullies_its_way_back_when_it_recovers() {
    let setup = setup("bully", NODES, 7, &[], Conditions::default());
    let faults = [at_ms(1_000, Choice::Crash(NodeId(4))), at_ms(4_000, Choice::Restart(NodeId(4)))];
    let run = record(&setup, &faults, 6_000);
    assert!(run.record().violations.is_empty());
    let elected = facts(&run).into_iter().filter(|(fact, _)| *fact == "leader-elected").map(|(_, node)| node.unwrap().0);
    assert_eq!(elected.collect::<Vec<u16>>(), [4, 3, 4]);
    assert!(has_fact(&run, "leader-crashed"));
}
