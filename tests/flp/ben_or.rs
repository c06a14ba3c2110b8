//! Ben-Or: agreement and validity under random faults, what each of its rules protects, and that its coin ends what its fixed rule does not.

use crate::run::{self, SCHEDULES, broken, overtaking, schedules_until, setup, world};
use faultline::check::explorer::{Explorer, Limits, Query, Verdict};
use faultline::check::schedule::{Shape, play};
use faultline::sim::script;
use faultline::topics::flp::ben_or::{BenOr, param};
use faultline::topics::flp::decision;

const UNTIL_US: u64 = 8_000_000;

/// Nodes, t, and the inputs, one after the other.
fn variant(seed: u64) -> (u16, [(u16, i64); 2]) {
    let (nodes, tolerated) = [(3, 1), (4, 1), (5, 2), (5, 1), (7, 3)][(seed % 5) as usize];
    (nodes, [(param::TOLERATED, tolerated), (param::INPUTS, (seed / 5 % 8) as i64)])
}

#[test]
fn agreement_and_validity_hold_under_random_faults_with_a_coin_and_without() {
    for seed in 0..SCHEDULES {
        let (nodes, values) = variant(seed);
        let values = [values[0], values[1], (param::FLIP_COIN, (seed % 2) as i64)];
        assert_eq!(broken(&setup("ben-or", nodes, seed, &values), seed, &Shape::default(), UNTIL_US), None, "seed {seed}");
    }
}

#[test]
fn with_at_most_t_crashes_and_no_loss_all_others_decide() {
    for seed in 0..500 {
        let (nodes, values) = variant(seed);
        let mut setup = setup("ben-or", nodes, seed, &values);
        setup.network = overtaking();
        let crash = faultline::sim::timeline::Entry {
            at: faultline::sim::At { time_us: seed * 731 % 90_000, after: 0 },
            what: faultline::sim::Intervention::Do(faultline::sim::Choice::Crash(faultline::sim::NodeId((seed % u64::from(nodes)) as u16))),
        };
        let ended = play(&setup, &[crash], 120_000_000).unwrap();
        let world = ended.clock.world();
        let up = (0..nodes).map(faultline::sim::NodeId).filter(|node| world.status(*node) == faultline::sim::Status::Up);
        assert!(up.map(|node| decision::<BenOr>(world, node)).all(|value| value.is_some()), "seed {seed}, {nodes} nodes");
    }
}

#[test]
fn each_rule_of_safety_switched_off_breaks_agreement() {
    for (rule, nodes, values) in [(param::MAJORITY_OF_ALL, 4, vec![]), (param::ADOPT_PROPOSAL, 3, vec![]), (param::MORE_THAN_T, 3, vec![])]
    {
        let run = |on: i64, seed: u64| {
            let mut values: Vec<(u16, i64)> = values.clone();
            values.extend([(rule, on), (param::INPUTS, (seed % 8) as i64)]);
            let mut setup = setup("ben-or", nodes, seed, &values);
            setup.network = overtaking();
            let ended = play(&setup, &[], UNTIL_US).unwrap();
            ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name, broken.says))
        };
        let found = schedules_until("agreement", |seed| run(0, seed));
        println!("rule {rule}: {found:?}");
        let tried = found.unwrap_or_else(|| panic!("rule {rule} off breaks nothing"));
        assert!((0..tried).all(|seed| run(1, seed).is_none()));
    }
}

#[test]
fn the_explorer_finds_a_shortest_run_that_disagrees_where_one_proposal_is_enough() {
    let start = world("ben-or", 3, &[(param::INPUTS, 0b001), (param::MORE_THAN_T, 0)]);
    let mut explorer = Explorer::new(&start, &Query::invariants(start.algorithm())).unwrap();
    explorer.finish();
    let property = explorer.witnessed().next().expect("it disagrees");
    let found = explorer.witness(property).unwrap().unwrap();
    println!("{} steps, {:?}", found.len(), explorer.progress());
    let played = script::play(&mut start.clone(), &found, true);
    assert_eq!((played.skipped, played.broken.map(|(after, index, _)| (after as usize, index))), (0, Some((found.len(), 0))));
    let start = world("ben-or", 3, &[(param::INPUTS, 0b001)]);
    let mut explorer = Explorer::new(
        &start,
        &Query { limits: Limits { states_max: 60_000, ..Limits::default() }, ..Query::invariants(start.algorithm()) },
    )
    .unwrap();
    explorer.finish();
    assert_eq!(explorer.witnessed().count(), 0);
    assert!(matches!(explorer.verdict(), Verdict::Cut(_)));
}

#[test]
fn unanimous_inputs_are_decided_in_the_first_round_whatever_the_order() {
    for bit in [0, 1] {
        let start = run::world("ben-or", 3, &[(param::INPUTS, 7 * bit)]);
        let mut explorer = Explorer::new(&start, &Query::invariants(start.algorithm())).unwrap();
        explorer.finish();
        assert_eq!((explorer.verdict(), explorer.witnessed().count()), (Verdict::Exhausted, 0));
    }
}

#[test]
fn more_crashes_than_can_be_borne_count_as_the_most_that_can() {
    let decided = |tolerated: i64| {
        let setup = run::setup("ben-or", 3, 1, &[(param::INPUTS, 0b011), (param::TOLERATED, tolerated)]);
        let ended = play(&setup, &[], UNTIL_US).unwrap();
        (0..3).map(|node| decision::<BenOr>(ended.clock.world(), faultline::sim::NodeId(node))).collect::<Vec<_>>()
    };
    assert_eq!(decided(3), decided(1));
    assert!(decided(3).iter().all(Option::is_some));
}
