//! What the Explorer finds of each lock: with a rule off a shortest run that breaks it, with the rules on that there is none, up to a bound.

use crate::run::params;
use faultline::check::explorer::{Budget, Client, Explorer, Query, Request, Verdict, started};
use faultline::sim::{Argument, CommandCall, NodeId, World};
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

fn query(world: &World, budget: Budget, nodes: &[u16]) -> Query {
    Query { budget, clients: asked(nodes), ..Query::invariants(world.algorithm()) }
}

/// The first invariant that breaks and in how many steps; and how many distinct states were visited, if all were.
fn search(world: &World, query: &Query) -> (Option<(&'static str, usize)>, Option<u64>) {
    let mut explorer = Explorer::new(world, query).unwrap();
    let progress = explorer.finish();
    println!("{:?} {progress:?}", explorer.verdict());
    let found = explorer.witnessed().next();
    let found = found.map(|property| {
        let script = explorer.witness(property).unwrap().unwrap();
        (world.algorithm().invariants()[property].name, script.len())
    });
    (found, (explorer.verdict() == Verdict::Exhausted).then_some(progress.distinct))
}

#[test]
fn a_holder_that_stands_still_before_its_write_overwrites_and_with_a_fence_the_same_search_finds_nothing() {
    // Both work, both send, and one lease runs out: five timers.
    let budget = Budget { fires: Some(5), ..Budget::default() };
    let run = |values: &[(&str, i64)]| {
        let world = world("lease", 4, values);
        search(&world, &query(&world, budget, &[2, 3]))
    };
    assert_eq!(run(&[("renew", 0), ("fence", 0)]), (Some(("no-lost-update", 17)), None));
    assert_eq!(run(&[("renew", 0), ("fence_reads", 0)]), (Some(("no-lost-update", 17)), None));
    let (found, distinct) = run(&[("renew", 0)]);
    assert_eq!((found, distinct), (None, Some(627_065)));
}
