//! Each rule of Raft switched off is found by the Explorer, and with its rules on nothing is, up to a bound that is told. What is found is a
//! run of the page: it plays, rewinds and is a link.

#![cfg(test)]

use faultline::check::explorer::replay::{PACE_US, journal};
use faultline::check::explorer::{Bound, Budget, Client, Explorer, Goal, Limits, Query, Request, Test, Verdict, started};
use faultline::check::schedule::{self, Shape, random_schedule};
use faultline::check::shrink::Minimiser;
use faultline::scenario::{Scenario, link};
use faultline::sim::script::{self, Recorded};
use faultline::sim::timeline::Entry;
use faultline::sim::{Argument, At, Choice, CommandCall, NodeId, Params, World};
use faultline::topics::{TOPICS, topic};

const NODES: u16 = 3;

fn params(rules_off: &[&str]) -> Params {
    let specs = topic(8).unwrap().by_id("raft").unwrap().1.algorithm.params();
    let mut values = Params::defaults(specs);
    for rule in rules_off {
        values.set(u16::try_from(specs.iter().position(|spec| spec.name == *rule).unwrap()).unwrap(), 0);
    }
    values
}

fn raft(rules_off: &[&str]) -> World {
    started(topic(8).unwrap().by_id("raft").unwrap().1.algorithm, NODES, params(rules_off), 0).unwrap()
}

fn write(node: Option<u16>, value: i64) -> Client {
    let call = CommandCall { command: 0, arguments: vec![Argument::Number(value)] };
    Client { id: 0, requests: vec![Request { node: node.map(NodeId), call }] }
}

/// All invariants, so many timeouts, and perhaps crashes and one write.
fn query(world: &World, fires: u8, crashes: u8, clients: &[Client]) -> Query {
    let budget = Budget { fires: Some(fires), crashes, ..Budget::default() };
    Query { budget, clients: clients.to_vec(), ..Query::invariants(world.algorithm()) }
}

/// The first thing found: the invariant that it breaks, and the run.
fn found(world: &World, query: &Query) -> Option<(&'static str, Vec<Recorded>)> {
    let mut explorer = Explorer::new(world, query).unwrap();
    explorer.finish();
    let property = explorer.witnessed().next()?;
    let script = explorer.witness(property).unwrap().unwrap();
    Some((world.algorithm().invariants()[property].name, script))
}

fn after(world: &World, script: &[Recorded]) -> World {
    let mut world = world.clone();
    assert_eq!(script::play(&mut world, script, false).skipped, 0);
    world
}

#[test]
fn each_rule_switched_off_breaks_in_few_steps() {
    for (rule, fires, crashes, clients, invariant, steps) in [
        ("vote_once_a_term", 2, 0, vec![], "election-safety", 6),
        ("votes_persisted", 2, 1, vec![], "election-safety", 8),
        ("terms_checked", 3, 0, vec![], "election-safety", 7),
        ("log_up_to_date_check", 3, 0, vec![write(None, 1)], "leader-completeness", 9),
    ] {
        let world = raft(&[rule]);
        let (broken, script) = found(&world, &query(&world, fires, crashes, &clients)).expect(rule);
        assert_eq!((broken, script.len()), (invariant, steps), "{rule}");
        let mut replay = world.clone();
        let played = script::play(&mut replay, &script, true);
        assert_eq!((played.skipped, played.broken.map(|(after, ..)| after as usize)), (0, Some(steps)), "{rule}");
    }
}

#[test]
fn with_its_rules_on_nothing_breaks_in_all_runs_of_two_timeouts() {
    for (crashes, clients, distinct) in [(0, vec![], 9_184), (1, vec![], 67_169), (0, vec![write(None, 1)], 459_364)] {
        let world = raft(&[]);
        let mut explorer = Explorer::new(&world, &query(&world, 2, crashes, &clients)).unwrap();
        let progress = explorer.finish();
        assert_eq!((explorer.verdict(), progress.distinct), (Verdict::Exhausted, distinct));
        assert_eq!(explorer.witnessed().count(), 0);
        assert!(explorer.collision_probability() < 1e-8);
    }
}

#[test]
fn a_search_that_is_cut_off_names_the_bound() {
    let world = raft(&[]);
    let verdict = |limits| {
        let mut explorer = Explorer::new(&world, &Query { limits, ..query(&world, 3, 1, &[]) }).unwrap();
        explorer.finish();
        explorer.verdict()
    };
    assert_eq!(verdict(Limits { states_max: 1_000, ..Limits::default() }), Verdict::Cut(vec![Bound::States(1_000)]));
    assert_eq!(verdict(Limits { depth_max: 6, ..Limits::default() }), Verdict::Cut(vec![Bound::Depth(6)]));
    assert_eq!(verdict(Limits { memory_bytes_max: 400_000, ..Limits::default() }), Verdict::Cut(vec![Bound::Memory(400_000)]));
    // A boundary is a bound too: no term above 1.
    let first_term = |world: &World| (0..NODES).all(|node| field(world, node, "currentTerm").parse::<u32>().is_ok_and(|term| term <= 1));
    let boundary = Some(Test::new("no term is above 1", first_term));
    let mut explorer = Explorer::new(&world, &Query { boundary, ..query(&world, 3, 0, &[]) }).unwrap();
    explorer.finish();
    assert_eq!(explorer.verdict(), Verdict::Cut(vec![Bound::Boundary("no term is above 1".to_owned())]));
    let mut cancelled = Explorer::new(&world, &query(&world, 3, 0, &[])).unwrap();
    cancelled.run(500);
    cancelled.cancel();
    assert_eq!(cancelled.verdict(), Verdict::Cut(vec![Bound::Cancelled]));
}

fn field(world: &World, node: u16, name: &str) -> String {
    let view = world.algorithm().view(world, NodeId(node));
    view.fields.iter().find(|field| field.name == name).map_or_else(|| panic!("no field {name}"), |field| field.value.clone())
}

/// That a node leads a term.
fn leads(node: u16, term: u32) -> Test {
    Test::new("it leads", move |world| {
        let is_leader = world.algorithm().role(world, NodeId(node)).is_some_and(|role| role.glyph == "L");
        is_leader && field(world, node, "currentTerm") == term.to_string()
    })
}

#[test]
fn figure_8_is_found_in_stages_from_one_leader_to_the_next() {
    let rules_off = ["commit_only_current_term"];
    let world = raft(&rules_off);
    let (mut here, mut script) = (world.clone(), Vec::new());
    let asked = |world: &World, node: u16| {
        let id = world.next_command(0);
        let call = CommandCall { command: 0, arguments: vec![Argument::Number(i64::from(node) + 1)] };
        Recorded { choice: Choice::Command { id, node: NodeId(node), call }, answers: Vec::new() }
    };
    // Node 0 leads term 1, is asked for something and tells nobody; then node 1 leads term 2, likewise; then node 0 leads term 3.
    for (node, term, is_asked) in [(0, 1, true), (1, 2, true), (0, 3, false)] {
        let budget = Budget { fires: Some(1), ..Budget::default() };
        let mut explorer = Explorer::new(&here, &Query { budget, ..Query::goal(Goal::State(leads(node, term))) }).unwrap();
        explorer.finish();
        let mut stage = explorer.witness(0).unwrap_or_else(|| panic!("node {node} can lead term {term}")).unwrap();
        here = after(&here, &stage);
        if is_asked {
            let request = asked(&here, node);
            here = after(&here, std::slice::from_ref(&request));
            stage.push(request);
        }
        script.extend(stage);
    }
    // From here, can it go wrong?
    let (broken, rest) = found(&here, &query(&here, 1, 0, &[])).expect("what is committed is overwritten");
    assert_eq!(broken, "leader-completeness");
    script.extend(rest);
    let played = script::play(&mut world.clone(), &script, true);
    assert_eq!((played.skipped, played.broken.map(|(after, ..)| after as usize)), (0, Some(script.len())));
    // The same run with the rule on is harmless.
    assert_eq!(script::play(&mut raft(&[]), &script, true).broken, None);
}

fn scenario(rules_off: &[&str], seed: u64) -> Scenario {
    let topic = topic(8).unwrap();
    let mut scenario = Scenario::new(topic, topic.by_id("raft").unwrap().0, seed).unwrap();
    (scenario.nodes, scenario.params) = (NODES, params(rules_off));
    scenario
}

#[test]
fn what_is_found_plays_as_a_run_of_the_page_rewinds_and_is_a_link() {
    let world = raft(&["votes_persisted"]);
    let (broken, script) = found(&world, &query(&world, 2, 1, &[])).unwrap();
    let start = At { time_us: 0, after: u32::from(NODES) };
    let told = Scenario { journal: journal(&[], start, &script, PACE_US).unwrap(), ..scenario(&["votes_persisted"], 3) };
    let read = link::decode(&link::encode(&told).unwrap(), TOPICS).unwrap();
    assert_eq!(read.journal, told.journal);
    let mut timeline = read.timeline().unwrap();
    let end_us = PACE_US * (script.len() as u64 + 1);
    assert!(timeline.play_to(end_us, u32::MAX).unwrap());
    assert_eq!((timeline.skipped(), timeline.record().violations.len()), (0, 1));
    let violation = timeline.record().violations[0].clone();
    assert_eq!(world.algorithm().invariants()[usize::from(violation.invariant)].name, broken);
    assert_eq!(violation.time_us, PACE_US * script.len() as u64);
    assert_eq!(timeline.clock().world().fingerprint(), after(&world, &script).fingerprint());
    // Seeks lead to the same.
    let fingerprint = timeline.clock().fingerprint();
    for time_us in [PACE_US * 3, 0, PACE_US * 5 + 1, end_us] {
        timeline.seek_time(time_us).unwrap();
    }
    assert_eq!(timeline.clock().fingerprint(), fingerprint);
}

#[test]
fn a_message_of_a_found_run_is_on_its_way_until_it_is_delivered() {
    let world = raft(&["vote_once_a_term"]);
    let (_, script) = found(&world, &query(&world, 2, 0, &[])).unwrap();
    let start = At { time_us: 0, after: u32::from(NODES) };
    let told = Scenario { journal: journal(&[], start, &script, PACE_US).unwrap(), ..scenario(&["vote_once_a_term"], 3) };
    let mut timeline = told.timeline().unwrap();
    for (step, recorded) in script.iter().enumerate() {
        timeline.seek_time(PACE_US * (step as u64 + 1) - 1).unwrap();
        if let Choice::Deliver(id) = recorded.choice {
            let flight = timeline.clock().world().flight(id).unwrap();
            assert_eq!(flight.ends_us, PACE_US * (step as u64 + 1));
        }
    }
    // Nobody ever delivers the rest, and nothing happens by itself.
    timeline.seek_time(60_000_000).unwrap();
    assert_eq!(timeline.step_count(), u64::from(NODES) + 1 + script.len() as u64);
    assert!(timeline.clock().world().in_flight().all(|flight| flight.ends_us == u64::MAX));
    // Back in the clock's hands it goes on.
    timeline.intervene(faultline::sim::Intervention::Manual(false)).unwrap();
    timeline.seek_time(61_000_000).unwrap();
    assert!(timeline.step_count() > 20);
}

#[test]
fn from_the_middle_of_a_run_it_finds_what_can_go_wrong_next() {
    let mut timeline = scenario(&["votes_persisted"], 7).timeline().unwrap();
    timeline.seek_time(300_000).unwrap();
    let (before, here) = (timeline.journal().to_vec(), timeline.at());
    let world = timeline.clock().world().clone();
    let (broken, script) = found(&world, &query(&world, 3, 1, &[])).unwrap();
    let told = Scenario { journal: journal(&before, here, &script, PACE_US).unwrap(), ..scenario(&["votes_persisted"], 7) };
    let mut replay = told.timeline().unwrap();
    replay.seek_time(here.time_us + PACE_US * (script.len() as u64 + 1)).unwrap();
    assert_eq!(replay.skipped(), 0);
    let violation = &replay.record().violations[0];
    assert_eq!(world.algorithm().invariants()[usize::from(violation.invariant)].name, broken);
}

#[test]
fn a_run_that_broke_is_shrunk_to_what_it_took() {
    let setup = scenario(&["votes_persisted"], 11).setup().unwrap();
    let until_us = 8_000_000;
    let shape = Shape { faults: 40, ..Shape::default() };
    let breaks = |journal: &[Entry]| schedule::play(&setup, journal, until_us).unwrap().broken.map(|(invariant, _)| invariant);
    let (journal, invariant) = (0..)
        .map(|seed| random_schedule(seed, NODES, setup.algorithm.commands(), &shape))
        .find_map(|journal| breaks(&journal).map(|invariant| (journal, invariant)))
        .unwrap();
    let mut minimiser = Minimiser::new(&setup, journal.clone(), invariant, until_us).unwrap();
    while minimiser.run(10) {}
    let least = minimiser.journal();
    assert!(least.len() < journal.len() / 5, "{} of {}", least.len(), journal.len());
    assert_eq!(breaks(least), Some(invariant));
    for left_out in 0..least.len() {
        let fewer: Vec<Entry> = least.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, entry)| entry.clone()).collect();
        assert_ne!(breaks(&fewer), Some(invariant), "entry {left_out} does not matter");
    }
    assert!(Minimiser::new(&setup, Vec::new(), invariant, until_us).is_err());
}
