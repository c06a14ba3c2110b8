//! The Explorer: its counts against those that TLC and stateright publish, its witnesses against the shortest ones, its promises.

#![cfg(test)]

// Each test of models uses some of them.
#[allow(dead_code)]
mod models;

use faultline::check::explorer::{Explorer, Goal, Limits, Network, Property, Pruning, Query, Stop, Verdict, started};
use faultline::sim::{Params, Protocol, script};
use models::paxos::{PAXOS, PROMISES_HEEDED, Paxos};
use models::pointers::{self, POINTERS};
use models::two_phase::{self, TWO_PHASE};
use std::rc::Rc;

fn two_phase_query() -> Query {
    let properties = vec![Property::Always(0), Property::Sometimes(Goal::Fact(0)), Property::Sometimes(Goal::Fact(1))];
    Query { network: Network::Growing, pruning: Pruning::Idle, stop: Stop::Never, ..Query::new(properties) }
}

fn two_phase(managers: u16, query: &Query) -> Explorer {
    let world = started(&TWO_PHASE, managers + 1, Params::default(), 0).unwrap();
    Explorer::new(&world, query).unwrap()
}

fn counts(explorer: &mut Explorer) -> (u64, u64, u32) {
    let progress = explorer.finish();
    (progress.distinct, progress.generated, progress.depth)
}

#[test]
fn two_phase_commit_has_the_states_that_tlc_and_stateright_find() {
    for (managers, expected) in [(3, (288, 1_146, 11)), (5, (8_832, 58_146, 17))] {
        let mut explorer = two_phase(managers, &two_phase_query());
        assert_eq!(counts(&mut explorer), expected);
        assert_eq!(explorer.verdict(), Verdict::Exhausted);
        assert_eq!(explorer.witnessed().collect::<Vec<_>>(), [1, 2]);
    }
}

#[test]
fn the_shortest_abort_takes_a_step_a_manager_and_the_shortest_commit_three_and_one() {
    for managers in [3, 5] {
        let mut explorer = two_phase(managers, &two_phase_query());
        explorer.finish();
        let length = |witness: Option<Result<Vec<_>, _>>| witness.unwrap().unwrap().len();
        assert_eq!(length(explorer.witness(1)), usize::from(managers));
        assert_eq!(length(explorer.witness(2)), usize::from(3 * managers + 1));
    }
}

#[test]
fn of_interchangeable_managers_one_order_is_visited() {
    for (managers, orbits) in [(3, 80), (5, 314), (8, 1_461)] {
        let query = Query { symmetry: Some(Rc::new(two_phase::symmetry(managers, false))), ..two_phase_query() };
        let mut explorer = two_phase(managers, &query);
        assert_eq!(explorer.finish().distinct, orbits, "{managers} managers");
        assert_eq!(explorer.verdict(), Verdict::Exhausted);
    }
}

#[test]
fn the_order_found_by_looks_has_as_many_orbits_as_trying_all_orders() {
    for managers in [2, 3, 4, 5] {
        let orbits = |tries_all| {
            let query = Query { symmetry: Some(Rc::new(two_phase::symmetry(managers, tries_all))), ..two_phase_query() };
            two_phase(managers, &query).finish().distinct
        };
        assert_eq!(orbits(false), orbits(true), "{managers} managers");
    }
}

#[test]
fn nodes_that_hold_things_about_each_other_have_exact_orbits_too() {
    for (nodes, orders) in [(2, 2), (3, 6), (4, 24)] {
        let search = |symmetry| {
            let world = started(&POINTERS, nodes, Params::default(), 0).unwrap();
            Explorer::new(&world, &Query { symmetry, ..Query::new(Vec::new()) }).unwrap().finish().distinct
        };
        let orbits = |tries_all| search(Some(Rc::new(pointers::symmetry(nodes, tries_all)) as Rc<_>));
        let (states, exact) = (search(None), orbits(true));
        assert_eq!(orbits(false), exact, "{nodes} nodes");
        // An orbit has at most as many states as there are orders.
        assert!(exact < states && exact * orders >= states, "{nodes} nodes: {exact} orbits of {states} states");
    }
}

fn paxos(clients: u16, heeded: i64, query: &Query) -> Explorer {
    let mut params = Params::defaults(Paxos::PARAMS);
    params.set(PROMISES_HEEDED, heeded);
    let world = started(&PAXOS, 3 + clients, params, 0).unwrap();
    Explorer::new(&world, query).unwrap()
}

#[test]
fn paxos_has_the_states_that_stateright_finds() {
    let query =
        Query { pruning: Pruning::Idle, stop: Stop::Never, ..Query::new(vec![Property::Always(0), Property::Sometimes(Goal::Fact(0))]) };
    let mut explorer = paxos(2, 1, &query);
    assert_eq!(counts(&mut explorer), (16_668, 32_971, 21));
    assert_eq!(explorer.verdict(), Verdict::Exhausted);
    assert_eq!(explorer.witnessed().collect::<Vec<_>>(), [1]);
    assert_eq!(explorer.witness(1).unwrap().unwrap().len(), 8);
}

#[test]
fn paxos_whose_leader_ignores_promises_breaks_in_17_events() {
    let mut explorer = paxos(2, 0, &Query::invariants(&PAXOS));
    explorer.finish();
    assert_eq!(explorer.verdict(), Verdict::Found);
    let script = explorer.witness(0).unwrap().unwrap();
    assert_eq!(script.len(), 17);
    let mut params = Params::defaults(Paxos::PARAMS);
    params.set(PROMISES_HEEDED, 0);
    let mut world = started(&PAXOS, 5, params, 0).unwrap();
    let played = script::play(&mut world, &script, true);
    assert_eq!((played.skipped, played.broken.map(|(after, invariant, _)| (after, invariant))), (0, Some((17, 0))));
}

#[test]
fn the_larger_models_have_the_states_that_stateright_finds() {
    let limits = Limits { states_max: u64::MAX, memory_bytes_max: u64::MAX, ..Limits::default() };
    let mut explorer = two_phase(7, &Query { limits, ..two_phase_query() });
    assert_eq!(counts(&mut explorer), (296_448, 2_744_706, 23));
    let query = Query { pruning: Pruning::Idle, stop: Stop::Never, limits, ..Query::invariants(&PAXOS) };
    let mut explorer = paxos(3, 1, &query);
    assert_eq!(counts(&mut explorer), (1_194_428, 2_420_477, 28));
    assert_eq!((explorer.verdict(), explorer.witnessed().count()), (Verdict::Exhausted, 0));
}
