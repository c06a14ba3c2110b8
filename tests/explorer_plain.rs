//! The Explorer against a plain search: worlds, copied and stepped one by one, kept by their fingerprints. Nothing is remembered there but
//! what was visited, so a step that the Explorer remembers wrongly shows.

#![cfg(test)]
// Each test of models uses some of them.
#[allow(dead_code)]
mod models;

use faultline::check::explorer::hunt::{Hunt, Patience, Phase};
use faultline::check::explorer::{
    Budget, Client, Explorer, Goal, Limits, Network, Property, Pruning, Query, Request, Stop, Test, Timers, Verdict, started,
};
use faultline::sim::erased::{Answers, Effects};
use faultline::sim::script;
use faultline::sim::{Argument, Choice, CommandCall, CommandId, NodeId, Params, Protocol, TimerId, World};
use faultline::topics::topic;
use models::dice::{DICE, Dice, Throw};
use models::paxos::{PAXOS, PROMISES_HEEDED, Paxos};
use models::two_phase::{self, TWO_PHASE};
use std::collections::BTreeSet;

/// What may still go wrong: crashes, partitions, drops, duplicates, pauses, timeouts; and how far the client is.
type Left = [u8; 7];

fn choices(world: &World, query: &Query, left: &Left) -> Vec<(Choice, Left)> {
    let spend = |kind: usize| {
        let mut rest = *left;
        rest[kind] = rest[kind].saturating_sub(1);
        rest
    };
    let mut all = Vec::new();
    let mut before = None;
    for flight in world.in_flight() {
        // In order of their links, and on a link in order of sending.
        let link = Some((flight.id.from, flight.id.to));
        if query.network != Network::Fifo || before != link {
            all.push((Choice::Deliver(flight.id), *left));
        }
        before = link;
        if left[2] > 0 {
            all.push((Choice::Drop(flight.id), spend(2)));
        }
        if left[3] > 0 {
            all.push((Choice::Duplicate(flight.id), spend(3)));
        }
    }
    for node in (0..world.nodes()).map(NodeId) {
        if left[5] > 0 {
            let timers = world.slot(node).unwrap().timers();
            all.extend(timers.map(|timer| (Choice::Fire(TimerId { node, code: timer.code, generation: timer.generation }), spend(5))));
        }
        if left[0] > 0 {
            all.push((Choice::Crash(node), spend(0)));
        }
        if left[4] > 0 {
            all.push((Choice::Pause(node), spend(4)));
        }
        all.push((Choice::Restart(node), *left));
        all.push((Choice::Resume(node), *left));
        let asked = usize::from(left[6]);
        let request = query.clients.first().and_then(|client| client.requests.get(asked));
        if let Some(request) = request.filter(|request| request.node.is_none_or(|wanted| wanted == node)) {
            let mut rest = *left;
            rest[6] += 1;
            let id = CommandId { client: 0, k: u32::try_from(asked).unwrap() };
            all.push((Choice::Command { id, node, call: request.call.clone() }, rest));
        }
    }
    if left[1] > 0 {
        let partitions = query.partitions.iter().filter(|groups| groups.as_slice() != world.groups());
        all.extend(partitions.map(|groups| (Choice::Partition(groups.clone()), spend(1))));
    }
    if !world.groups().is_empty() {
        all.push((Choice::Heal, *left));
    }
    all.retain(|(choice, _)| world.enabled(choice).is_ok());
    all
}

/// What tells states apart: where links keep their order, also what is on them, in order.
fn key(world: &World, query: &Query, left: Left) -> (u64, Left, Vec<(NodeId, NodeId, u64)>) {
    let queued = world.in_flight().map(|flight| (flight.id.from, flight.id.to, flight.payload.fingerprint()));
    (world.fingerprint(), left, if query.network == Network::Fifo { queued.collect() } else { Vec::new() })
}

/// States on all runs of so many states.
fn plain(start: &World, query: &Query) -> usize {
    let budget = query.budget;
    let left = [budget.crashes, budget.partitions, budget.drops, budget.duplicates, budget.pauses, budget.fires.unwrap_or(u8::MAX), 0];
    let mut seen = BTreeSet::from([key(start, query, left)]);
    let mut level = vec![(start.clone(), left)];
    for _ in 1..query.limits.depth_max {
        let mut next = Vec::new();
        for (world, left) in &level {
            for (choice, left) in choices(world, query, left) {
                let mut answers = Some(Vec::new());
                while let Some(given) = answers {
                    let mut effects = Effects::answering(Answers::Given(given));
                    let mut child = world.clone();
                    child.apply(&choice, &mut effects).unwrap();
                    if seen.insert(key(&child, query, left)) {
                        next.push((child, left));
                    }
                    let asked = effects.asked();
                    answers = asked.iter().rposition(|(range, answer)| answer + 1 < *range).map(|raised| {
                        let mut next: Vec<u32> = asked[..=raised].iter().map(|(_, answer)| *answer).collect();
                        next[raised] += 1;
                        next
                    });
                }
            }
        }
        level = next;
    }
    seen.len()
}

fn compare(start: &World, query: &Query) -> u64 {
    let mut explorer = Explorer::new(start, query).unwrap();
    let distinct = explorer.finish().distinct;
    assert_eq!(distinct, plain(start, query) as u64);
    distinct
}

fn client(node: Option<u16>, numbers: &[i64]) -> Vec<Client> {
    let call = |number: &i64| CommandCall { command: 0, arguments: vec![Argument::Number(*number)] };
    vec![Client { id: 0, requests: numbers.iter().map(|number| Request { node: node.map(NodeId), call: call(number) }).collect() }]
}

/// No property, nothing left out, so many states on a run.
fn all_to(depth_max: u32, budget: Budget, clients: Vec<Client>) -> Query {
    Query {
        budget,
        clients,
        pruning: Pruning::Nothing,
        partitions: if budget.partitions > 0 { vec![vec![0, 0, 1], vec![0, 1, 1]] } else { Vec::new() },
        limits: Limits { depth_max, ..Limits::default() },
        ..Query::new(Vec::new())
    }
}

const ALL_FAULTS: Budget = Budget { crashes: 1, partitions: 1, drops: 1, duplicates: 1, pauses: 1, jumps: 0, jump_us: 0, fires: Some(3) };

#[test]
fn every_answer_to_every_question_is_tried() {
    let world = started(&DICE, 3, Params::default(), 0).unwrap();
    assert!(compare(&world, &all_to(5, ALL_FAULTS, client(None, &[1, 2]))) > 50_000);
}

#[test]
fn the_algorithms_of_the_lessons_have_the_states_of_a_plain_search() {
    for (id, depth) in [("raft", 6), ("bully", 6), ("ring", 6)] {
        let (_, entry) = topic(8).unwrap().by_id(id).unwrap();
        let world = started(entry.algorithm, 3, Params::defaults(entry.algorithm.params()), 0).unwrap();
        let clients = if id == "raft" { client(None, &[7]) } else { Vec::new() };
        assert!(compare(&world, &all_to(depth, ALL_FAULTS, clients)) > 4_000, "{id}");
    }
}

#[test]
fn states_that_differ_little_are_kept_apart() {
    // A hash whose steps could cancel each other once took two proposals for one: 21,834 states, and no test of two clients saw it.
    let world = started(&PAXOS, 6, Params::defaults(Paxos::PARAMS), 0).unwrap();
    let limits = Limits { depth_max: 11, ..Limits::default() };
    let query = Query { pruning: Pruning::Idle, limits, ..Query::new(Vec::new()) };
    assert_eq!(Explorer::new(&world, &query).unwrap().finish().distinct, 21_838);
}

#[test]
fn a_timer_waits_for_one_that_was_armed_earlier_and_ends_first() {
    let world = started(&DICE, 2, Params::default(), 0).unwrap();
    let late_first = Test::new("late was first", |world: &World| {
        (0..2).any(|node| {
            world
                .parts::<Dice>(NodeId(node))
                .and_then(|parts| parts.volatile.as_ref())
                .is_some_and(|hand| hand.threw.first() == Some(&Throw::Late))
        })
    });
    let verdict = |timers| {
        let mut explorer = Explorer::new(&world, &Query { timers, ..Query::goal(Goal::State(late_first.clone())) }).unwrap();
        explorer.finish();
        explorer.verdict()
    };
    assert_eq!(verdict(Timers::Any), Verdict::Found);
    assert_eq!(verdict(Timers::InOrder), Verdict::Exhausted);
}

#[test]
fn messages_of_a_link_keep_their_order_where_the_network_does() {
    let budget = Budget { fires: Some(4), drops: 1, crashes: 1, ..Budget::default() };
    let query = |network| Query { network, ..all_to(6, budget, Vec::new()) };
    let world = started(&DICE, 3, Params::default(), 0).unwrap();
    assert_ne!(compare(&world, &query(Network::Fifo)), compare(&world, &query(Network::Unordered)));
    let (_, ring) = topic(8).unwrap().by_id("ring").unwrap();
    let world = started(ring.algorithm, 3, Params::defaults(ring.algorithm.params()), 0).unwrap();
    assert!(compare(&world, &query(Network::Fifo)) > 300);
}

#[test]
fn a_fact_is_found_with_the_step_that_makes_it_true_and_its_run_replays() {
    let world = started(&DICE, 3, Params::default(), 0).unwrap();
    let query = Query {
        properties: vec![Property::Sometimes(Goal::Fact(0)), Property::Always(0)],
        stop: Stop::WhenAllHaveOne,
        clients: client(Some(2), &[1]),
        ..Query::goal(Goal::Fact(0))
    };
    let mut explorer = Explorer::new(&world, &query).unwrap();
    explorer.finish();
    assert_eq!(explorer.verdict(), Verdict::Found);
    assert_eq!(explorer.witness(0).unwrap().unwrap().len(), 2);
    let script = explorer.witness(1).unwrap().unwrap();
    let played = script::play(&mut world.clone(), &script, true);
    assert_eq!((played.skipped, played.broken.map(|(after, ..)| after as usize)), (0, Some(script.len())));
}

#[test]
fn what_is_never_met_is_told_by_an_exhausted_search_without_a_witness() {
    let world = started(&DICE, 2, Params::default(), 0).unwrap();
    let goal = Goal::State(Test::new("a node holds nine", |world: &World| {
        (0..2).any(|node| world.parts::<Dice>(NodeId(node)).and_then(|parts| parts.volatile.as_ref()).is_some_and(|hand| hand.sum == 9))
    }));
    let mut explorer = Explorer::new(&world, &Query::goal(goal)).unwrap();
    explorer.finish();
    assert_eq!((explorer.verdict(), explorer.witnessed().count()), (Verdict::Exhausted, 0));
}

/// The fewest steps within which every run of two-phase commit is decided everywhere, by asking for ever more.
#[test]
fn eventually_holds_from_the_length_of_the_longest_run_on_and_not_before() {
    let world = started(&TWO_PHASE, 3, Params::default(), 0).unwrap();
    let is_decided = |world: &World| {
        [two_phase::Resource::Working, two_phase::Resource::Prepared].iter().all(|open| {
            (0..2).all(|node| {
                let parts = world.parts::<two_phase::TwoPhase>(NodeId(node)).unwrap();
                parts.volatile != Some(two_phase::Manager::Resource(*open))
            })
        })
    };
    let goal = Goal::State(Test::new("all have decided", is_decided));
    let witness = |within| {
        let property = Property::Eventually { goal: goal.clone(), within };
        let mut explorer = Explorer::new(&world, &Query { network: Network::Growing, ..Query::new(vec![property]) }).unwrap();
        explorer.finish();
        let witness = explorer.witness(0).map(|script| script.unwrap().len());
        assert_eq!(witness.is_none(), explorer.verdict() == Verdict::Exhausted);
        witness
    };
    // Both prepare, both are heard of, the decision is taken, and both hear of it: seven steps.
    for within in 1..7 {
        assert_eq!(witness(within), Some(within as usize), "within {within}");
    }
    assert_eq!(witness(7), None);
    assert_eq!(witness(20), None);
}

#[test]
fn a_hunt_finds_the_planted_bug_of_paxos_shrinks_it_and_proves_that_17_steps_are_the_fewest() {
    let mut params = Params::defaults(Paxos::PARAMS);
    params.set(PROMISES_HEEDED, 0);
    let world = started(&PAXOS, 5, params, 0).unwrap();
    for seed in 0..12 {
        let mut hunt = Hunt::new(&world, &Query::invariants(&PAXOS), seed, Patience::default()).unwrap();
        while hunt.run(1_000).phase != Phase::Over {}
        let chase = hunt.chase();
        assert!(chase.first_steps >= chase.steps, "{chase:?}");
        assert_eq!((chase.steps, chase.is_shortest), (Some(17), true), "{chase:?}");
        let script = hunt.script().unwrap().unwrap();
        let played = script::play(&mut world.clone(), &script, true);
        assert_eq!((script.len(), played.broken.map(|(after, ..)| after)), (17, Some(17)));
    }
}

#[test]
fn a_hunt_for_what_is_not_there_gives_up() {
    let world = started(&PAXOS, 5, Params::defaults(Paxos::PARAMS), 0).unwrap();
    let mut hunt = Hunt::new(&world, &Query::invariants(&PAXOS), 1, Patience { walks_max: 50, steps_max: 60 }).unwrap();
    while hunt.run(1_000).phase != Phase::Over {}
    assert_eq!((hunt.chase().walks, hunt.chase().steps), (50, None));
    assert!(hunt.script().is_none());
}

#[test]
fn a_hunt_removes_the_faults_that_did_not_matter() {
    let (_, entry) = topic(8).unwrap().by_id("raft").unwrap();
    let specs = entry.algorithm.params();
    let mut params = Params::defaults(specs);
    params.set(u16::try_from(specs.iter().position(|spec| spec.name == "vote_once_a_term").unwrap()).unwrap(), 0);
    let world = started(entry.algorithm, 3, params, 0).unwrap();
    let budget = Budget { crashes: 2, pauses: 2, partitions: 2, ..Budget::default() };
    let mut hunt = Hunt::new(&world, &Query { budget, ..Query::invariants(entry.algorithm) }, 5, Patience::default()).unwrap();
    while hunt.run(1_000).phase != Phase::Over {}
    assert_eq!((hunt.chase().steps, hunt.chase().is_shortest), (Some(6), true));
    assert!(hunt.script().unwrap().unwrap().iter().all(|recorded| !recorded.choice.is_fault()));
}

#[test]
fn a_query_that_makes_no_sense_is_refused_with_a_sentence() {
    let world = started(&DICE, 2, Params::default(), 0).unwrap();
    let refuse = |query: Query| Explorer::new(&world, &query).err().unwrap().to_string();
    assert_eq!(refuse(Query::new(vec![Property::Always(9)])), "There is no such invariant.");
    assert_eq!(refuse(Query::goal(Goal::Fact(9))), "There is no such fact.");
    let eventually = Property::Eventually { goal: Goal::Fact(0), within: 3 };
    assert_eq!(refuse(Query::new(vec![eventually, Property::Always(0)])), "A search for \u{201c}eventually\u{201d} asks nothing else.");
    assert_eq!(refuse(Query { clients: client(Some(5), &[1]), ..Query::new(Vec::new()) }), "There is no node 5 in this cluster.");
    assert_eq!(refuse(Query { partitions: vec![vec![0]], ..Query::new(Vec::new()) }), "A partition of 2 nodes names 2 groups, not 1.");
    let unchecked = World::new(&DICE, 2, Params::default(), false).unwrap();
    assert!(Explorer::new(&unchecked, &Query::new(Vec::new())).is_err());
}
