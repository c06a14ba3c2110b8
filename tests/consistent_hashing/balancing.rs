//! The balancer: what hot keys do, what a bound on loads does to them, and what becomes of caches when a server goes.

use crate::run::{at_ms, facts, setup};
use faultline::check::schedule::{Shape, play, random_schedule};
use faultline::sim::timeline::Entry;
use faultline::sim::{Argument, Choice, CommandCall, CommandId, Exhibit, NodeId, Setup, Timeline};
use faultline::topics::consistent_hashing::balancing::param;
use faultline::topics::topic;

const SCHEDULES: u64 = 200;
const RING: i64 = 1;
const BOUNDED: i64 = 5;
const METHODS: i64 = 6;

fn balancing(seed: u64, params: &[(u16, i64)]) -> Setup {
    setup("balancing", seed, 5, params)
}

fn take_out(ms: u64, server: i64) -> Entry {
    let call = CommandCall { command: 0, arguments: vec![Argument::Number(server)] };
    at_ms(ms, Choice::Command { id: CommandId { client: 9, k: 0 }, node: NodeId(0), call })
}

/// Of the chart "Requests": measured and expected parts of the servers, in percent, with the band of the expected.
fn requests(timeline: &Timeline) -> Vec<(f64, (f64, f64))> {
    let world = timeline.clock().world();
    let exhibits = world.algorithm().exhibits(world, &timeline.record().trace);
    let chart = exhibits.into_iter().find_map(|exhibit| match exhibit {
        Exhibit::Series(series) if series.title == "Requests" => Some(series),
        _ => None,
    });
    let curves = chart.unwrap().curves;
    curves[0].points.iter().zip(&curves[1].points).map(|(theory, measured)| (measured.y, theory.band.unwrap())).collect()
}

#[test]
fn no_server_is_given_more_than_its_share_under_any_faults() {
    let (_, entry) = topic(5).unwrap().by_id("balancing").unwrap();
    for seed in 0..SCHEDULES {
        let setup = balancing(seed, &[(param::METHOD, BOUNDED), (param::HOT_PERCENT, 50), (param::RATE, 100)]);
        let entries = random_schedule(seed, 5, entry.algorithm.commands(), &Shape { calls: 20, ..Shape::default() });
        let ended = play(&setup, &entries, 10_000_000).unwrap();
        assert_eq!(ended.broken.map(|(_, broken)| broken.says), None, "seed {seed}");
    }
}

#[test]
fn a_hot_key_drowns_its_server_however_keys_are_placed_unless_loads_are_bounded() {
    for method in 0..METHODS {
        for tokens in [1, 256] {
            let hot = [(param::METHOD, method), (param::TOKENS, tokens), (param::HOT_PERCENT, 50), (param::RATE, 100), (param::CACHE, 200)];
            let (found, _) = facts(balancing(1, &hot), Vec::new(), 10_000);
            assert_eq!(found.contains(&"overloaded"), method != BOUNDED, "method {method}, {tokens}");
            assert_eq!(found.contains(&"passed-on"), method == BOUNDED, "method {method}, {tokens}");
        }
    }
}

#[test]
fn each_server_gets_as_many_requests_as_its_keys_make() {
    let mut outside = 0;
    for seed in 0..20 {
        let (_, timeline) = facts(balancing(seed, &[(param::METHOD, RING), (param::HOT_PERCENT, 20)]), Vec::new(), 20_000);
        let parts = requests(&timeline);
        assert_eq!(parts.len(), 4);
        outside += parts.iter().filter(|(measured, (low, high))| measured < low || measured > high).count();
    }
    // Of 80 counts 95 % are inside their band.
    assert!(outside <= 10, "{outside} of 80");
}

#[test]
fn a_server_that_goes_empties_the_caches_of_modulo_and_not_those_of_the_ring() {
    for (method, name) in [(0, "caches-cold"), (RING, "stays-warm")] {
        let count = (0..20)
            .filter(|seed| facts(balancing(*seed, &[(param::METHOD, method)]), vec![take_out(10_000, 2)], 12_000).0.contains(&name))
            .count();
        assert!(count >= 18, "{name}: {count} of 20");
    }
}

#[test]
fn a_crashed_server_costs_what_it_had_and_the_others_go_on() {
    let entries = vec![at_ms(5_000, Choice::Crash(NodeId(2)))];
    let (_, timeline) = facts(balancing(1, &[(param::METHOD, BOUNDED)]), entries, 20_000);
    let parts = requests(&timeline);
    assert!(parts.iter().enumerate().all(|(at, (measured, _))| at == 1 || *measured > 20.0), "{parts:?}");
}
