//! All invariants hold under random fault schedules, and the cluster recovers when they are over.

use crate::lab::{invariant, leaders, schedule, setup, write};
use faultline::check::schedule::{Shape, play};
use faultline::sim::{Choice, Clock, CommandId, Intervention, Outcome};

/// The settings under which Raft must be safe, one after the other.
const VARIANTS: &[&[(&str, i64)]] = &[
    &[],
    &[("batch_entries", 1)],
    &[("pre_vote", 1)],
    &[("check_quorum", 1)],
    &[("pre_vote", 1), ("check_quorum", 1)],
    &[("compact_after", 2)],
    &[("compact_after", 5), ("batch_entries", 2), ("pre_vote", 1)],
    &[("backtrack", 1), ("noop_on_election", 1)],
    &[("compact_after", 1), ("noop_on_election", 1), ("check_quorum", 1)],
    &[("election_timeout_min_ms", 100), ("election_timeout_max_ms", 150), ("heartbeat_ms", 50)],
];

/// The client that asks when the faults are over.
const CLIENT: u16 = 9;

/// More with `FAULTLINE_SCHEDULES=100000`.
fn schedules() -> u64 {
    std::env::var("FAULTLINE_SCHEDULES").ok().and_then(|count| count.parse().ok()).unwrap_or(10_000)
}

fn variant(seed: u64) -> (u16, &'static [(&'static str, i64)]) {
    let nodes = if seed.is_multiple_of(2) { 3 } else { 5 };
    (nodes, VARIANTS[(seed / 2) as usize % VARIANTS.len()])
}

#[test]
fn every_invariant_holds_under_random_faults_and_the_cluster_recovers() {
    let shape = Shape::default();
    let (mut events, mut commits) = (0, 0);
    for seed in 0..schedules() {
        let (nodes, params) = variant(seed);
        let setup = setup(nodes, seed, params);
        let journal = schedule(&setup, seed, &shape);
        let mut ended = play(&setup, &journal, shape.calm_from_us).unwrap();
        let context = format!("seed {seed}, {nodes} nodes, {params:?}");
        if let Some((index, broken)) = ended.broken {
            panic!("{context}: {} is broken: {}", invariant(&setup, index), broken.says);
        }
        commits += ended.clock.world().operations().iter().filter(|op| matches!(op.done, Some((_, Outcome::Done(_))))).count();
        events += ended.clock.world().steps();
        if seed.is_multiple_of(4) {
            recovers(&mut ended.clock, &context);
        }
    }
    // The schedules must not be so harsh that nothing happens under them.
    assert!(commits as u64 > schedules(), "{commits} commands were committed in {events} events");
    println!("{} schedules, {events} events, {commits} commands committed before the calm", schedules());
}

/// After the faults a leader emerges and commits what a client asks.
fn recovers(clock: &mut Clock, context: &str) {
    let until_us = clock.world().now_us() + 30_000_000;
    let (mut asked, mut ask_us) = (0, 0);
    while clock.step(until_us, None).unwrap() {
        assert_eq!(clock.world().check(0), None, "{context}");
        if clock.world().operations().iter().any(|op| op.id.client == CLIENT && matches!(op.done, Some((_, Outcome::Done(_))))) {
            return;
        }
        // A leader that is about to be deposed never answers: ask again after a while.
        if let ([leader], true) = (leaders(clock.world()).as_slice(), clock.world().now_us() >= ask_us) {
            let id = CommandId { client: CLIENT, k: asked };
            clock.intervene(&Intervention::Do(Choice::Command { id, node: *leader, call: write(7) }), None).unwrap();
            (asked, ask_us) = (asked + 1, clock.world().now_us() + 2_000_000);
        }
    }
    panic!("{context}: nothing was committed in 30 s after the faults were over; leaders: {:?}", leaders(clock.world()));
}
