//! Rules switched off, one by one: the violation is found, and with all rules on it is not.

use crate::run::setup;
use faultline::check::schedule::{self, Shape};
use faultline::sim::{Argument, Choice, CommandCall, CommandId, Intervention, NodeId, Setup, Timeline};
use faultline::topics::queueing::params;

/// Names of the invariants that break in a run of 20 seconds.
fn broken(setup: Setup) -> Vec<&'static str> {
    let algorithm = setup.algorithm;
    let mut timeline = Timeline::new(Setup { checked: true, ..setup }, Vec::new()).unwrap();
    timeline.play_to(20_000_000, u32::MAX).unwrap();
    let violations = &timeline.record().violations;
    violations.iter().map(|violation| algorithm.invariants()[usize::from(violation.invariant)].name).collect()
}

const CROWDED: [(u16, i64); 2] = [(params::ARRIVALS_PER_MIN, 2_160), (params::DISPATCH, 2)];

#[test]
fn with_all_rules_nothing_breaks_whatever_happens() {
    let entry = &faultline::topics::queueing::TOPIC.algorithms[0];
    for seed in 0..60 {
        for dispatch in 0..5 {
            let with = [(params::ARRIVALS_PER_MIN, 2_160), (params::DISPATCH, dispatch), (params::ROOM, 12)];
            let setup = Setup { seed, checked: true, ..setup(4, &with) };
            let journal = schedule::random_schedule(seed, setup.nodes, entry.algorithm.commands(), &Shape::default());
            let ended = schedule::play(&setup, &journal, 8_000_000).unwrap();
            assert_eq!(ended.clock.world().check(0), None, "seed {seed}, dispatch {dispatch}");
        }
    }
}

#[test]
fn a_dispatcher_that_does_not_look_passes_by_the_shortest_queue() {
    assert_eq!(broken(setup(4, &CROWDED)), Vec::<&str>::new());
    assert_eq!(broken(setup(4, &[CROWDED[0], CROWDED[1], (params::LOOK, 0)])), ["shortest-queue"]);
    assert_eq!(broken(setup(4, &[CROWDED[0], (params::DISPATCH, 3), (params::LOOK, 0)])), ["shortest-queue"]);
}

#[test]
fn a_dispatcher_that_looks_too_rarely_sends_a_herd() {
    assert_eq!(broken(setup(4, &[CROWDED[0], CROWDED[1], (params::FRESH, 0)])), ["shortest-queue"]);
}

#[test]
fn without_order_late_comers_are_served_first() {
    assert_eq!(broken(setup(4, &[CROWDED[0], CROWDED[1], (params::IN_ORDER, 0)])), ["first-come-first-served"]);
    assert_eq!(broken(setup(4, &[CROWDED[0], (params::DISPATCH, 4), (params::IN_ORDER, 0)])), ["first-come-first-served"]);
}

#[test]
fn without_refusal_more_are_let_in_than_there_is_room() {
    let full = [(params::ARRIVALS_PER_MIN, 3_000), (params::ROOM, 3)];
    assert_eq!(broken(setup(4, &full)), Vec::<&str>::new());
    assert_eq!(broken(setup(4, &[full[0], full[1], (params::REFUSE, 0)])), ["room-kept"]);
    assert_eq!(broken(setup(4, &[full[0], full[1], (params::REFUSE, 0), (params::DISPATCH, 4)])), ["room-kept"]);
}

#[test]
fn a_slow_server_crowds_where_nobody_looks_and_not_where_somebody_does() {
    let longest = |dispatch| {
        let mut timeline = Timeline::new(setup(4, &[(params::ARRIVALS_PER_MIN, 1_680), (params::DISPATCH, dispatch)]), Vec::new()).unwrap();
        timeline.play_to(1_000, u32::MAX).unwrap();
        let call = CommandCall { command: 0, arguments: vec![Argument::Number(25)] };
        let slow = Choice::Command { id: CommandId { client: 0, k: 0 }, node: NodeId(3), call };
        timeline.intervene(Intervention::Do(slow)).unwrap();
        timeline.play_to(60_000_000, u32::MAX).unwrap();
        crate::run::desk(timeline.clock()).sent.iter().copied().max().unwrap()
    };
    let (turns, shortest) = (longest(1), longest(2));
    assert!(turns > 150 && shortest < 20, "{turns} and {shortest}");
}
