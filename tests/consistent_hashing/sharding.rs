//! The store under random faults, with its rules on and off.

use crate::run::{at_ms, facts};
use faultline::check::schedule::{self, Shape, random_schedule};
use faultline::sim::timeline::Entry;
use faultline::sim::{
    Argument, At, Choice, CommandCall, CommandId, Conditions, Intervention, Latency, NodeId, Outcome, Setup, Timeline, rng,
};
use faultline::topics::consistent_hashing::sharding::param;
use faultline::topics::topic;

const SCHEDULES: u64 = 400;
const SEARCH_MAX: u64 = 3_000;
const JOIN: u16 = 0;
const LEAVE: u16 = 1;
const REMOVE: u16 = 2;
const WRITE: u16 = 3;
const READ: u16 = 4;

fn setup(seed: u64, nodes: u16, params: &[(u16, i64)]) -> Setup {
    crate::run::setup("sharding", seed, nodes, params)
}

fn call(ms: u64, node: u16, k: u32, command: u16, arguments: &[i64]) -> Entry {
    let arguments = arguments.iter().map(|number| Argument::Number(*number)).collect();
    at_ms(ms, Choice::Command { id: CommandId { client: 9, k }, node: NodeId(node), call: CommandCall { command, arguments } })
}

/// Changes of membership, reads and writes, and crashes that end, on a network that loses.
fn restless(seed: u64, changes: &[u16]) -> Vec<Entry> {
    let mut luck = rng::stream(seed ^ 0x5709);
    let mut pick = |n: u64| rng::pick(&mut luck, n);
    let lossy = Conditions { latency: Latency::Uniform(5_000, 60_000), loss_ppm: 100_000, duplicate_ppm: 50_000, ..Conditions::default() };
    let mut entries = vec![Entry {
        at: At { time_us: 0, after: 0 },
        what: Intervention::Network { scope: faultline::sim::Scope::Everywhere, conditions: Some(lossy) },
    }];
    let mut k = 0;
    for round in 0..6 {
        let begins = 1_000 + round * 3_000;
        let change = changes[pick(changes.len() as u64) as usize];
        entries.push(call(begins, 0, k, change, &[1 + pick(5) as i64, 1][..if change == JOIN { 2 } else { 1 }]));
        for i in 1..=10 {
            let (ms, node, key) = (begins + pick(600), 1 + pick(5) as u16, pick(30) as i64);
            let is_write = pick(3) == 0;
            entries.push(call(
                ms,
                node,
                k + i,
                if is_write { WRITE } else { READ },
                &[key, i64::from(k + i)][..if is_write { 2 } else { 1 }],
            ));
        }
        k += 11;
        let node = NodeId(pick(6) as u16);
        let crash = begins + pick(500);
        entries.push(at_ms(crash, Choice::Crash(node)));
        entries.push(at_ms(crash + 100 + pick(1_000), Choice::Restart(node)));
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

fn broken(setup: &Setup, entries: &[Entry]) -> Option<(&'static str, String)> {
    let ended = schedule::play(setup, entries, 25_000_000).unwrap();
    ended.broken.map(|(index, broken)| (setup.algorithm.invariants()[index].name, broken.says))
}

fn is_settled(timeline: &Timeline) -> bool {
    let world = timeline.clock().world();
    world.algorithm().role(world, NodeId(0)).unwrap().label == "membership"
}

#[test]
fn no_key_is_lost_or_misplaced_however_nodes_come_go_crash_and_messages_are_lost() {
    for seed in 0..SCHEDULES {
        for (method, replicas) in [(seed % 6, 1), (1, 2), (seed % 6, 2)] {
            let setup = setup(
                seed,
                6,
                &[(param::METHOD, method as i64), (param::REPLICAS, replicas), (param::KEYS, 30), (param::TOKENS, 4), (param::BATCH, 3)],
            );
            // With one copy a node that is declared dead takes its keys along, so nobody is.
            let changes: &[u16] = if replicas == 1 { &[JOIN, LEAVE] } else { &[JOIN, LEAVE, REMOVE] };
            assert_eq!(broken(&setup, &restless(seed, changes)), None, "seed {seed}, method {method}, {replicas} copies");
        }
    }
}

#[test]
fn no_key_is_lost_in_partitions_pauses_and_slow_networks_either() {
    let (_, entry) = topic(5).unwrap().by_id("sharding").unwrap();
    for seed in 0..SCHEDULES {
        let setup = setup(seed, 6, &[(param::REPLICAS, 2), (param::KEYS, 20), (param::TOKENS, 4), (param::METHOD, (seed % 6) as i64)]);
        let entries = random_schedule(seed, 6, entry.algorithm.commands(), &Shape { calls: 40, ..Shape::default() });
        assert_eq!(broken(&setup, &entries), None, "seed {seed}");
    }
}

#[test]
fn once_nothing_fails_any_more_all_keys_are_in_place() {
    for seed in 0..SCHEDULES / 5 {
        let (_, timeline) =
            facts(setup(seed, 6, &[(param::REPLICAS, 2), (param::KEYS, 30)]), restless(seed, &[JOIN, LEAVE, REMOVE]), 30_000);
        assert!(is_settled(&timeline), "seed {seed}");
    }
}

#[test]
fn each_rule_switched_off_breaks_what_it_protects() {
    for (rule, invariant) in [(param::DELETE_AFTER_ACK, "no-lost-key"), (param::FETCH_MISSING, "reads-find-keys")] {
        let found = (0..SEARCH_MAX).find(|seed| {
            let setup = setup(*seed, 6, &[(rule, 0), (param::KEYS, 30)]);
            broken(&setup, &restless(*seed, &[JOIN, LEAVE])).is_some_and(|(name, _)| name == invariant)
        });
        println!("rule {rule} off: {invariant} broken in schedule {found:?}");
        assert!(found.is_some(), "rule {rule}");
    }
}

#[test]
fn a_wiped_disk_takes_no_key_with_it_unless_both_copies_were_there() {
    let wiped = |distinct, seed| {
        let setup = setup(seed, 6, &[(param::REPLICAS, 2), (param::DISTINCT, distinct), (param::HASH_SEED, seed as i64)]);
        let node = NodeId(1 + (seed % 4) as u16);
        let entries = [
            at_ms(1_000, Choice::Crash(node)),
            at_ms(1_010, Choice::Wipe(node)),
            at_ms(1_020, Choice::Restart(node)),
            call(1_500, 0, 0, REMOVE, &[node.0.into()]),
        ];
        broken(&setup, &entries).map(|(name, _)| name)
    };
    let lost = (0..50).filter(|seed| {
        assert_eq!(wiped(1, *seed), None, "seed {seed}");
        wiped(0, *seed) == Some("no-lost-key")
    });
    assert!(lost.count() > 40);
}

#[test]
fn a_join_moves_a_fifth_of_the_keys_on_the_ring_and_four_fifths_modulo() {
    let moved = |method| {
        let (_, timeline) = facts(
            setup(1, 6, &[(param::METHOD, method), (param::KEYS, 500), (param::TOKENS, 128)]),
            vec![call(1_000, 0, 0, JOIN, &[5, 1])],
            20_000,
        );
        assert!(is_settled(&timeline));
        let sent = timeline.clock().tallies()[4].sent;
        f64::from(u32::try_from(sent).unwrap()) / 500.0
    };
    let (modulo, ring) = (moved(0), moved(1));
    assert!((modulo - 0.8).abs() < 0.05 && (ring - 0.2).abs() < 0.08, "{modulo} {ring}");
}

#[test]
fn a_read_of_a_key_on_the_move_waits_for_it() {
    let entries = |k: u32| {
        let mut entries = vec![call(1_000, 0, 0, JOIN, &[5, 1])];
        entries.extend((0..60).map(|key| call(1_045, 1 + (key % 4) as u16, k + key, READ, &[i64::from(key)])));
        entries
    };
    let (on, timeline) = facts(setup(1, 6, &[]), entries(1), 5_000);
    assert!(on.contains(&"key-fetched") && !on.contains(&"read-missed"));
    let answers = timeline.clock().world().operations().iter().skip(1);
    for operation in answers {
        assert_eq!(operation.done.clone().unwrap().1, Outcome::Done(operation.call.number(0).unwrap()));
    }
    let (off, _) = facts(setup(1, 6, &[(param::FETCH_MISSING, 0)]), entries(1), 5_000);
    assert!(off.contains(&"read-missed"));
}
