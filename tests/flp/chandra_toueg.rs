//! Chandra and Toueg: agreement and validity under random faults, what each of its rules protects, and that all decide once the detector is right.

use crate::run::{SCHEDULES, broken, overtaking, schedules_until, setup, world};
use faultline::check::explorer::{Budget, Explorer, Query, Verdict};
use faultline::check::schedule::{Ended, Shape, play};
use faultline::sim::timeline::Entry;
use faultline::sim::{At, Choice, Conditions, Intervention, Latency, NodeId, Setup, Status};
use faultline::topics::flp::chandra_toueg::{ChandraToueg, param};
use faultline::topics::flp::decision;

const UNTIL_US: u64 = 8_000_000;

/// Nodes and the inputs, one after the other.
fn variant(seed: u64) -> (u16, [(u16, i64); 1]) {
    ([3, 4, 5, 7][(seed % 4) as usize], [(param::INPUTS, (seed / 4 % 8) as i64)])
}

fn at(time_us: u64, choice: Choice) -> Entry {
    Entry { at: At { time_us, after: 0 }, what: Intervention::Do(choice) }
}

/// What the nodes that are up have decided.
fn decisions(setup: &Setup, journal: &[Entry], until_us: u64) -> Vec<Option<u8>> {
    let Ended { clock, .. } = play(setup, journal, until_us).unwrap();
    let world = clock.world();
    let up = (0..setup.nodes).map(NodeId).filter(|node| world.status(*node) == Status::Up);
    up.map(|node| decision::<ChandraToueg>(world, node)).collect()
}

#[test]
fn agreement_and_validity_hold_under_random_faults_whatever_the_detector_says() {
    for seed in 0..SCHEDULES {
        let (nodes, values) = variant(seed);
        // Every third detector is wrong most of the time.
        let patience = if seed % 3 == 0 { 10 } else { 150 };
        let values = [values[0], (param::PATIENCE_MS, patience), (param::PATIENCE_STEP_MS, 0)];
        assert_eq!(broken(&setup("chandra-toueg", nodes, seed, &values), seed, &Shape::default(), UNTIL_US), None, "seed {seed}");
    }
}

#[test]
fn with_less_than_half_crashed_and_no_loss_all_others_decide() {
    for seed in 0..400 {
        let (nodes, values) = variant(seed);
        let setup = Setup { network: overtaking(), ..setup("chandra-toueg", nodes, seed, &values) };
        let crashes =
            (0..(nodes - 1) / 2).map(|i| at(seed * 731 % 90_000 + u64::from(i) * 40_000, Choice::Crash(NodeId((seed as u16 + i) % nodes))));
        let decided = decisions(&setup, &crashes.collect::<Vec<_>>(), 120_000_000);
        assert!(decided.iter().all(Option::is_some), "seed {seed}, {nodes} nodes: {decided:?}");
    }
}

#[test]
fn without_suspicion_one_crash_of_the_first_coordinator_holds_all_up_and_with_it_none() {
    let run = |suspects: i64| {
        let setup = setup("chandra-toueg", 5, 1, &[(param::SUSPECT, suspects)]);
        decisions(&setup, &[at(1_000, Choice::Crash(NodeId(0)))], 60_000_000)
    };
    assert_eq!(run(0), [None; 4]);
    assert!(run(1).iter().all(Option::is_some));
}

#[test]
fn a_detector_that_does_not_learn_keeps_them_from_deciding_for_longer() {
    let undecided = |step: i64| {
        let runs = (0..200).filter(|seed| {
            let values = [(param::PATIENCE_MS, 10), (param::PATIENCE_STEP_MS, step), (param::HEARTBEAT_MS, 200)];
            let network = Conditions { latency: Latency::Uniform(20_000, 60_000), ..overtaking() };
            let setup = Setup { network, ..setup("chandra-toueg", 5, *seed, &values) };
            decisions(&setup, &[], 4_000_000).contains(&None)
        });
        runs.count()
    };
    let (without, with) = (undecided(0), undecided(50));
    println!("undecided after 4 s of 200 runs: {without} without growing patience, {with} with it");
    assert!(without > 100 && with == 0, "{without} {with}");
}

const RULES: [u16; 3] = [param::ASK_MAJORITY, param::LARGEST_TIMESTAMP, param::MAJORITY_OF_ACKS];

#[test]
fn each_rule_of_safety_switched_off_breaks_agreement() {
    for rule in RULES {
        let run = |on: i64, seed: u64| {
            let patience = [10, 40, 80][(seed / 8 % 3) as usize];
            let values = [(rule, on), (param::INPUTS, (seed % 8) as i64), (param::PATIENCE_MS, patience), (param::PATIENCE_STEP_MS, 0)];
            let setup = Setup { network: overtaking(), ..setup("chandra-toueg", 3, seed, &values) };
            let ended = play(&setup, &[], 1_000_000).unwrap();
            ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name, broken.says))
        };
        let found = schedules_until("agreement", |seed| run(0, seed));
        println!("rule {rule}: {found:?}");
        let tried = found.unwrap_or_else(|| panic!("rule {rule} off breaks nothing"));
        assert!((0..tried).all(|seed| run(1, seed).is_none()));
    }
}

/// A search with so many timers that fire.
fn search(inputs: i64, rule: Option<u16>, fires: u8) -> (Verdict, Option<usize>, String) {
    let mut values = vec![(param::INPUTS, inputs)];
    values.extend(rule.map(|rule| (rule, 0)));
    let start = world("chandra-toueg", 3, &values);
    let query = Query { budget: Budget { fires: Some(fires), ..Budget::default() }, ..Query::invariants(start.algorithm()) };
    let mut explorer = Explorer::new(&start, &query).unwrap();
    explorer.finish();
    let property = explorer.witnessed().next();
    let found = property.map(|property| explorer.witness(property).unwrap().unwrap().len());
    (explorer.verdict(), found, format!("{:?}", explorer.progress()))
}

#[test]
fn the_explorer_finds_the_shortest_disagreement_of_each_missing_rule_and_none_with_all_of_them() {
    for (rule, inputs, fires, steps) in
        [(param::ASK_MAJORITY, 0b011, 1, 5), (param::LARGEST_TIMESTAMP, 0b001, 1, 7), (param::MAJORITY_OF_ACKS, 0b011, 2, 4)]
    {
        let (verdict, found, progress) = search(inputs, Some(rule), fires);
        println!("rule {rule}: {progress}");
        assert_eq!((verdict, found), (Verdict::Found, Some(steps)), "rule {rule}");
        assert_eq!(search(inputs, Some(rule), fires - 1).0, Verdict::Exhausted, "rule {rule} needs {fires} suspicions");
    }
    for inputs in [0b001, 0b011] {
        let (verdict, found, progress) = search(inputs, None, 2);
        println!("all rules: {progress}");
        assert_eq!((verdict, found), (Verdict::Exhausted, None));
    }
}
