//! What the Explorer finds of each lock: with a rule off a shortest run that breaks it, with the rules on that there is none, up to a bound.
//!
//! It has no time. So it cannot judge the rules that are about time alone: that a client watches its own, and what Redlock subtracts.

use crate::run::{params, setup};
use faultline::check::explorer::{Budget, Client, Explorer, Goal, Property, Query, Request, Verdict, started};
use faultline::sim::{Argument, CommandCall, Conditions, NodeId, Timeline, World};
use faultline::topics::topic;

fn world(id: &str, nodes: u16, values: &[(&str, i64)]) -> World {
    started(topic(9).unwrap().by_id(id).unwrap().1.algorithm, nodes, params(id, values), 0).unwrap()
}

/// Each of these nodes is asked once to add something.
fn asked(nodes: &[u16]) -> Vec<Client> {
    let call = |amount: i64| CommandCall { command: 0, arguments: vec![Argument::Number(amount)] };
    let one = |(id, node): (u16, &u16)| Client { id, requests: vec![Request { node: Some(NodeId(*node)), call: call(i64::from(id) + 1) }] };
    (0..).zip(nodes).map(one).collect()
}

fn invariants(world: &World, budget: Budget, nodes: &[u16]) -> Query {
    Query { budget, clients: asked(nodes), ..Query::invariants(world.algorithm()) }
}

/// That a run comes to a fact.
fn reach(world: &World, fact: &str, budget: Budget, nodes: &[u16]) -> Query {
    let facts = world.algorithm().facts();
    let index = facts.iter().position(|info| info.name == fact).unwrap_or_else(|| panic!("no fact {fact}"));
    let goal = Goal::Fact(u16::try_from(index).unwrap());
    Query { budget, clients: asked(nodes), ..Query::goal(goal) }
}

/// What is found first and in how many steps; and how many distinct states were visited, if all were.
fn search(world: &World, query: &Query) -> (Option<(&'static str, usize)>, Option<u64>) {
    let mut explorer = Explorer::new(world, query).unwrap();
    let progress = explorer.finish();
    let property = explorer.witnessed().next();
    let found = property.map(|property| {
        let script = explorer.witness(property).unwrap().unwrap();
        let name = match query.properties[property] {
            Property::Always(invariant) => world.algorithm().invariants()[usize::from(invariant)].name,
            _ => "reached",
        };
        (name, script.len())
    });
    println!(
        "{found:?} {:?} {} distinct, {} generated, depth {}",
        explorer.verdict(),
        progress.distinct,
        progress.generated,
        progress.depth
    );
    (found, (explorer.verdict() == Verdict::Exhausted).then_some(progress.distinct))
}

fn fires(fires: u8) -> Budget {
    Budget { fires: Some(fires), ..Budget::default() }
}

#[test]
fn a_holder_that_stands_still_before_its_write_overwrites_and_with_a_fence_the_same_search_finds_nothing() {
    // Both work, both send, and one lease runs out: five timers.
    let run = |values: &[(&str, i64)]| {
        let world = world("lease", 4, values);
        search(&world, &invariants(&world, fires(5), &[2, 3]))
    };
    assert_eq!(run(&[("renew", 0), ("fence", 0)]), (Some(("no-lost-update", 17)), None));
    assert_eq!(run(&[("renew", 0), ("fence_reads", 0)]), (Some(("no-lost-update", 17)), None));
    let (found, distinct) = run(&[("renew", 0)]);
    assert!(found.is_none() && distinct.is_some(), "{found:?} {distinct:?}");
}

#[test]
fn a_late_release_and_a_table_that_is_forgotten_take_a_lock_from_its_holder() {
    let run = |budget, values: &[(&str, i64)]| {
        let world = world("lease", 4, values);
        search(&world, &invariants(&world, budget, &[2, 3]))
    };
    let crash = Budget { crashes: 1, ..fires(1) };
    assert_eq!(run(fires(2), &[("renew", 0), ("owner_check", 0)]).0.map(|(name, _)| name), Some("lease-honoured"));
    assert_eq!(run(crash, &[("renew", 0), ("persisted", 0)]).0.map(|(name, _)| name), Some("lease-honoured"));
    for budget in [fires(2), crash] {
        let (found, distinct) = run(budget, &[("renew", 0)]);
        assert!(found.is_none() && distinct.is_some(), "{found:?} {distinct:?}");
    }
}

#[test]
fn after_a_holders_crash_nobody_ever_gets_a_lock_that_does_not_run_out() {
    let run = |expiry: i64| {
        let faults = [crate::run::add(100, 2, 0, 1), crate::run::at_ms(400, faultline::sim::Choice::Crash(NodeId(2)))];
        let mut timeline = Timeline::new(setup("lease", 4, 1, &[("expiry", expiry)], Conditions::default()), faults.to_vec()).unwrap();
        timeline.seek_time(500_000).unwrap();
        let world = timeline.clock().world().clone();
        search(&world, &reach(&world, "lock-acquired", fires(3), &[3]))
    };
    assert!(run(1).0.is_some());
    let (found, distinct) = run(0);
    assert!(found.is_none() && distinct.is_some());
}

/// Three masters, the storage, two clients.
fn redlock(budget: Budget, values: &[(&str, i64)]) -> (Option<(&'static str, usize)>, Option<u64>) {
    let world = world("redlock", 6, values);
    search(&world, &reach(&world, "two-holders", budget, &[4, 5]))
}

// No timer fires: in a search without time a key may run out at any moment, which would be enough to make two holders.

#[test]
fn two_of_redlocks_rules_are_found_without_a_timer_and_with_all_on_nothing_is() {
    let crash = Budget { crashes: 1, ..fires(0) };
    assert!(redlock(fires(0), &[("majority", 0)]).0.is_some());
    assert!(redlock(crash, &[("delayed_restart", 0)]).0.is_some());
    for budget in [fires(0), crash] {
        let (found, distinct) = redlock(budget, &[]);
        assert!(found.is_none() && distinct.is_some(), "{found:?} {distinct:?}");
    }
}

#[test]
fn with_all_of_redlocks_rules_on_one_clock_that_jumps_makes_two_holders() {
    let jump = Budget { jumps: 1, jump_us: 2_000_000, ..fires(0) };
    assert!(redlock(jump, &[]).0.is_some());
}
