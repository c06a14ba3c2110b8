//! The stores of lesson 2 under random schedules: each keeps the model that it promises, and each rule that is switched off breaks it.

#![cfg(test)]

use faultline::check::schedule;
use faultline::sim::timeline::Entry;
use faultline::sim::{
    Argument, At, Choice, CommandCall, CommandId, Conditions, Exhibit, Intervention, Latency, NodeId, Params, Scope, Setup, Timeline, rng,
};
use faultline::topics::consistency::store::params::param;
use faultline::topics::consistency::store::{JUDGED_MAX, REPLICAS};
use faultline::topics::topic;

/// Schedules that each promise is tried under.
const SCHEDULES: u64 = 600;
/// Schedules that may be needed to find what a missing rule breaks.
const SEARCH_MAX: u64 = 6_000;
const CLIENTS: u16 = 4;
const CALLS: u32 = 24;
const UNTIL_US: u64 = 4_000_000;
const CALM_US: u64 = 2_500_000;

const QUORUM: i64 = 0;
const TOTAL_ORDER: i64 = 1;
const CAUSAL: i64 = 2;
const FIFO: i64 = 3;
const SESSIONS: i64 = 4;

fn setup(store: i64, seed: u64, params: &[(u16, i64)]) -> Setup {
    let (_, entry) = topic(2).unwrap().by_id("store").unwrap();
    let specs = entry.algorithm.params();
    let mut values = Params::defaults(specs);
    for (index, value) in [(param::STORE, store), (param::SYNC_MS, 400)].iter().chain(params) {
        assert!(specs[usize::from(*index)].admits(*value));
        values.set(*index, *value);
    }
    let latency = if seed.is_multiple_of(2) { Latency::Uniform(2_000, 120_000) } else { Latency::Exponential(2_000, 50_000) };
    let network = Conditions { latency, ..entry.network };
    Setup { algorithm: entry.algorithm, nodes: REPLICAS + CLIENTS, seed, params: values, network, checked: true }
}

/// Reads and writes of all clients at random moments, moves if they may, and now and then a slow link, a partition, a crash or lost messages.
fn schedule_of(seed: u64, moves: bool) -> Vec<Entry> {
    let mut luck = rng::stream(seed);
    let mut draw = |n: u64| rng::pick(&mut luck, n);
    let mut entries: Vec<(u64, Intervention)> = Vec::new();
    for k in 0..CALLS {
        let node = NodeId(REPLICAS + u16::try_from(draw(u64::from(CLIENTS))).unwrap());
        let key = Argument::Text(if draw(4) == 0 { "y" } else { "x" }.to_owned());
        let call = match draw(if moves { 5 } else { 4 }) {
            0 | 1 => CommandCall { command: 0, arguments: vec![key, Argument::Number(1 + i64::from(k))] },
            2 | 3 => CommandCall { command: 1, arguments: vec![key] },
            _ => CommandCall { command: 2, arguments: vec![Argument::Number(i64::try_from(draw(3)).unwrap())] },
        };
        entries.push((draw(CALM_US), Intervention::Do(Choice::Command { id: CommandId { client: 0, k }, node, call })));
    }
    let from = |us: u64| us + CALM_US / 4;
    match draw(6) {
        0 => {
            let alone = draw(3);
            let groups = (0..u64::from(REPLICAS + CLIENTS)).map(|node| u8::from(node == alone)).collect();
            let begins = draw(CALM_US / 2);
            entries.push((begins, Intervention::Do(Choice::Partition(groups))));
            entries.push((from(begins), Intervention::Do(Choice::Heal)));
        }
        1 => {
            let slow = Conditions { latency: Latency::Fixed(300_000 + draw(400_000)), ..Conditions::default() };
            let scope = Scope::Link(NodeId(u16::try_from(draw(3)).unwrap()), NodeId(u16::try_from(draw(3)).unwrap()));
            entries.push((0, Intervention::Network { scope, conditions: Some(slow) }));
        }
        2 => {
            let node = NodeId(u16::try_from(draw(3)).unwrap());
            let begins = draw(CALM_US / 2);
            entries.push((begins, Intervention::Do(Choice::Crash(node))));
            entries.push((from(begins), Intervention::Do(Choice::Restart(node))));
        }
        3 => {
            let lossy =
                Conditions { latency: Latency::Uniform(5_000, 90_000), loss_ppm: 150_000, duplicate_ppm: 100_000, ..Conditions::default() };
            entries.push((0, Intervention::Network { scope: Scope::Everywhere, conditions: Some(lossy) }));
            entries.push((CALM_US, Intervention::Network { scope: Scope::Everywhere, conditions: None }));
        }
        _ => {}
    }
    entries.sort_by_key(|(time_us, _)| *time_us);
    entries.into_iter().map(|(time_us, what)| Entry { at: At { time_us, after: 0 }, what }).collect()
}

/// The invariant that breaks first, if one does.
fn broken(store: i64, seed: u64, params: &[(u16, i64)], moves: bool) -> Option<(&'static str, String)> {
    let setup = setup(store, seed, params);
    let ended = schedule::play(&setup, &schedule_of(seed, moves), UNTIL_US).unwrap();
    ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name, broken.says))
}

#[track_caller]
fn assert_kept(store: i64, params: &[(u16, i64)], moves: bool) {
    for seed in 0..SCHEDULES {
        let broken = broken(store, seed, params, moves);
        assert_eq!(broken, None, "schedule {seed}");
    }
}

#[track_caller]
fn assert_breaks(store: i64, rules_off: &[u16], moves: bool, invariant: &str) {
    // Copies of anti-entropy stay apart for a while: what a client finds elsewhere then differs more.
    let lag = (store == SESSIONS).then_some((param::SYNC_MS, 1_500));
    let params: Vec<(u16, i64)> = rules_off.iter().map(|rule| (*rule, 0)).chain(lag).collect();
    let found = (0..SEARCH_MAX)
        .find_map(|seed| broken(store, seed, &params, moves).filter(|(name, _)| *name == invariant).map(|found| (seed, found)));
    let (seed, (_, says)) = found.unwrap_or_else(|| panic!("{invariant} holds in {SEARCH_MAX} schedules"));
    println!("{invariant} breaks in schedule {seed}: {says}");
}

#[test]
fn the_quorum_register_is_linearizable_wherever_its_clients_go() {
    assert_kept(QUORUM, &[], true);
}

#[test]
fn total_order_with_local_reads_is_sequentially_consistent() {
    assert_kept(TOTAL_ORDER, &[], false);
}

#[test]
fn causal_memory_is_causal() {
    assert_kept(CAUSAL, &[], false);
}

#[test]
fn updates_in_senders_order_are_pram() {
    assert_kept(FIFO, &[], false);
}

#[test]
fn sessions_keep_their_four_guarantees_wherever_they_go() {
    assert_kept(SESSIONS, &[], true);
}

#[test]
fn without_a_majority_the_quorum_register_is_not_linearizable() {
    assert_breaks(QUORUM, &[param::MAJORITY], true, "linearizable");
}

#[test]
fn a_write_that_does_not_ask_first_is_taken_for_older_than_one_that_it_follows() {
    assert_breaks(QUORUM, &[param::ASK_FIRST], true, "linearizable");
}

#[test]
fn without_writing_back_a_second_read_returns_an_older_value() {
    assert_breaks(QUORUM, &[param::WRITE_BACK], true, "linearizable");
}

#[test]
fn a_client_that_does_not_wait_for_its_own_write_breaks_sequential_consistency() {
    assert_breaks(TOTAL_ORDER, &[param::WAIT_FOR_OWN], false, "sequential");
}

#[test]
fn updates_applied_out_of_sequence_break_sequential_consistency() {
    assert_breaks(TOTAL_ORDER, &[param::IN_SEQUENCE], false, "sequential");
}

#[test]
fn a_client_that_leaves_its_replica_breaks_what_local_reads_promise() {
    assert_breaks(TOTAL_ORDER, &[param::STICKY], true, "sequential");
    assert_breaks(CAUSAL, &[param::STICKY], true, "causal");
    assert_breaks(FIFO, &[param::STICKY], true, "pram");
}

#[test]
fn updates_that_do_not_wait_for_their_causes_break_causal_consistency() {
    assert_breaks(CAUSAL, &[param::DEPENDENCIES], false, "causal");
}

#[test]
fn updates_out_of_senders_order_break_causal_memory_and_pram() {
    assert_breaks(CAUSAL, &[param::SENDER_ORDER], false, "causal");
    assert_breaks(FIFO, &[param::SENDER_ORDER], false, "pram");
}

#[test]
fn each_session_guarantee_that_is_not_asked_for_is_broken() {
    assert_breaks(SESSIONS, &[param::READ_YOUR_WRITES], true, "read-your-writes");
    assert_breaks(SESSIONS, &[param::MONOTONIC_READS], true, "monotonic-reads");
    assert_breaks(SESSIONS, &[param::MONOTONIC_WRITES], true, "monotonic-writes");
    assert_breaks(SESSIONS, &[param::WRITES_FOLLOW_READS], true, "writes-follow-reads");
}

/// Values of the registers at the replicas, in the end.
fn copies(store: i64, seed: u64) -> Vec<String> {
    let mut timeline = Timeline::new(setup(store, seed, &[]), schedule_of(seed, store == SESSIONS)).unwrap();
    timeline.seek_time(10_000_000).unwrap();
    let world = timeline.clock().world();
    (0..REPLICAS).map(|replica| world.algorithm().view(world, NodeId(replica)).badge).collect()
}

#[test]
fn copies_agree_in_the_end_in_one_order_or_by_stamps_and_may_differ_for_ever_where_each_applies_as_it_hears() {
    let differ = |store: i64| (0..150).filter(|seed| copies(store, *seed).windows(2).any(|pair| pair[0] != pair[1])).count();
    assert_eq!([TOTAL_ORDER, SESSIONS].map(differ), [0, 0]);
    assert!([CAUSAL, FIFO].map(differ).iter().all(|count| *count > 10));
}

#[test]
fn the_history_has_every_read_and_write_in_its_lane_and_none_that_was_refused() {
    for seed in 0..40 {
        let mut timeline = Timeline::new(setup(seed as i64 % 5, seed, &[]), schedule_of(seed, true)).unwrap();
        timeline.seek_time(UNTIL_US).unwrap();
        let world = timeline.clock().world();
        let exhibits = world.algorithm().exhibits(world, &timeline.record().trace);
        let Some(Exhibit::History(shown)) = exhibits.first() else { panic!("the first exhibit is the history") };
        let is_counted = |operation: &&faultline::sim::Operation| {
            operation.call.command < 2 && !matches!(operation.done, Some((_, faultline::sim::Outcome::Refused(_))))
        };
        assert_eq!(shown.history.calls.len(), world.operations().iter().filter(is_counted).count());
        assert!(shown.history.calls.len() <= JUDGED_MAX);
        assert!(shown.history.calls.iter().all(|call| call.returned.is_none_or(|returned| returned > call.called)));
    }
}
