//! What the Explorer finds of each rule that is off: a shortest run that breaks something; and with the rules on that there is none, up to a bound.

use crate::run::{DELTAS, OPERATIONS, STATES, increment, insert, params, spread, word};
use faultline::check::explorer::{Budget, Client, Explorer, Query, Request, Verdict, started};
use faultline::sim::{CommandCall, NodeId};
use faultline::topics::crdts::replicas::params::{command, param};
use faultline::topics::topic;

/// Steps of the shortest run that breaks the invariant, if there is one; distinct states, if all were visited.
fn search(values: &[(u16, i64)], invariant: &str, asked: &[&[(u16, CommandCall)]], budget: Budget) -> (Option<usize>, Option<u64>) {
    let algorithm = topic(16).unwrap().algorithms[0].algorithm;
    let world = started(algorithm, 2, params(values), 0).unwrap();
    let index = algorithm.invariants().iter().position(|info| info.name == invariant).unwrap_or_else(|| panic!("no invariant {invariant}"));
    let request = |(node, call): &(u16, CommandCall)| Request { node: Some(NodeId(*node)), call: call.clone() };
    let clients = (0..).zip(asked).map(|(id, calls)| Client { id, requests: calls.iter().map(request).collect() }).collect();
    let property = faultline::check::explorer::Property::Always(u16::try_from(index).unwrap());
    let mut explorer = Explorer::new(&world, &Query { budget, clients, ..Query::new(vec![property]) }).unwrap();
    let progress = explorer.finish();
    let property = explorer.witnessed().next();
    let found = property.map(|property| explorer.witness(property).unwrap().unwrap().len());
    println!("{invariant}: {found:?}, {:?}, {} distinct", explorer.verdict(), progress.distinct);
    (found, (explorer.verdict() == Verdict::Exhausted).then_some(progress.distinct))
}

fn rounds(fires: u8) -> Budget {
    Budget { fires: Some(fires), ..Budget::default() }
}

/// With the rule off something is found, with all rules on all is visited and nothing is.
#[track_caller]
fn assert_hangs_on(way: i64, rule: u16, invariant: &str, asked: &[&[(u16, CommandCall)]], budget: Budget) -> usize {
    let found = search(&[spread(way), (rule, 0)], invariant, asked, budget).0.expect("it is found");
    let (none, visited) = search(&[spread(way)], invariant, asked, budget);
    assert!(none.is_none() && visited.is_some(), "{none:?} {visited:?}");
    found
}

#[test]
fn a_merge_that_adds_up_is_no_join_after_one_increment_and_counts_wrongly_after_an_echo() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, increment(1))]];
    assert_eq!(assert_hangs_on(STATES, param::MAX_MERGE, "merge-is-a-join", asked, rounds(2)), 1);
    assert_eq!(assert_hangs_on(STATES, param::MAX_MERGE, "counters-count", asked, Budget { duplicates: 1, ..rounds(1) }), 5);
}

#[test]
fn an_add_without_a_tag_is_taken_by_a_remove_that_has_not_seen_it() {
    let asked: &[&[(u16, CommandCall)]] =
        &[&[(0, word(command::ADD, "a")), (0, word(command::REMOVE, "a"))], &[(1, word(command::ADD, "a"))]];
    assert_hangs_on(OPERATIONS, param::TAGS, "sets-hold-what-was-added", asked, rounds(0));
}

#[test]
fn a_removed_element_comes_back_with_the_state_that_still_had_it() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, word(command::ADD, "a")), (0, word(command::REMOVE, "a"))]];
    assert_hangs_on(STATES, param::TOMBSTONES, "sets-hold-what-was-added", asked, rounds(2));
}

#[test]
fn an_operation_before_its_cause_leaves_replicas_different() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, word(command::ADD, "a")), (0, word(command::REMOVE, "a"))]];
    assert_eq!(assert_hangs_on(OPERATIONS, param::CAUSAL, "strong-eventual-consistency", asked, rounds(0)), 4);
}

#[test]
fn a_copy_of_an_operation_counts_again() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, increment(1))]];
    assert_eq!(assert_hangs_on(OPERATIONS, param::EXACTLY_ONCE, "counters-count", asked, Budget { duplicates: 1, ..rounds(0) }), 4);
}

#[test]
fn a_lost_delta_is_missing_for_ever() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, word(command::ADD, "a")), (0, word(command::ADD, "b"))]];
    assert_hangs_on(DELTAS, param::INTERVALS, "strong-eventual-consistency", asked, rounds(2));
}

#[test]
fn two_words_mix_where_letters_hang_on_the_one_after_them() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, insert(0, "ab"))], &[(1, insert(0, "xy"))]];
    assert_hangs_on(OPERATIONS, param::FOLLOW, "words-stay-whole", asked, rounds(0));
}

#[test]
fn two_writes_of_the_same_time_stay_apart_where_nothing_orders_them() {
    let asked: &[&[(u16, CommandCall)]] = &[&[(0, word(command::SET, "a"))], &[(1, word(command::SET, "b"))]];
    assert_hangs_on(OPERATIONS, param::TIE_BREAK, "strong-eventual-consistency", asked, rounds(0));
}
