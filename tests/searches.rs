//! Searches as the page asks for them: as a text that a worker is given, in slices, from any moment; and what they find as a run.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

use faultline::check::explorer::{Budget, Limits, Verdict};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::scenario::search::task::{News, Task, Work};
use faultline::scenario::search::{Aim, Inquiry, Report, Search, words};
use faultline::scenario::{Moment, Scenario};
use faultline::sim::{Algorithm, At, Params};
use faultline::topics::{TOPICS, topic};

fn raft() -> &'static dyn Algorithm {
    topic(8).unwrap().by_id("raft").unwrap().1.algorithm
}

/// Three nodes with some rules off.
fn scenario(rules_off: &[&str]) -> Scenario {
    let topic = topic(8).unwrap();
    let mut scenario = Scenario::new(topic, topic.by_id("raft").unwrap().0, 3).unwrap();
    scenario.nodes = 3;
    scenario.params = Params::defaults(raft().params());
    for rule in rules_off {
        let index = raft().params().iter().position(|spec| spec.name == *rule).unwrap();
        scenario.params.set(u16::try_from(index).unwrap(), 0);
    }
    scenario
}

fn two_timeouts() -> Search {
    Search { budget: Budget { fires: Some(2), ..Budget::default() }, ..Search::default() }
}

fn fact(name: &str) -> u16 {
    u16::try_from(raft().facts().iter().position(|info| info.name == name).unwrap()).unwrap()
}

/// Works a task off as a worker does; the last news, and how many there were.
fn work(task: &Task, scenario: &Scenario) -> (News, u32) {
    let mut work = Work::new(&task.to_text(scenario).unwrap(), TOPICS).unwrap_or_else(|why| panic!("{why}"));
    for slices in 1.. {
        if let (news, true) = work.go_on() {
            return (news, slices);
        }
    }
    unreachable!()
}

fn searched(search: Search, scenario: &Scenario) -> Report {
    match work(&Task::Search(search), scenario).0 {
        News::Search(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_search_in_slices_comes_to_what_it_comes_to_at_once() {
    let (news, slices) = work(&Task::Search(two_timeouts()), &scenario(&[]));
    let at_once = Inquiry::new(&scenario(&[]), &two_timeouts()).unwrap().finish().unwrap();
    assert_eq!(news, News::Search(at_once));
    assert!(slices > 3, "{slices} slices");
}

#[test]
fn a_verdict_says_what_was_found_or_visited_or_what_cut_it() {
    let says = |search: Search, rules_off: &[&str]| words::verdict(&searched(search.clone(), &scenario(rules_off)), &search, raft());
    let rule = ["vote_once_a_term"];
    assert_eq!(says(two_timeouts(), &rule), "Found: “Election safety” breaks in 6 steps. No run is shorter.");
    assert_eq!(says(two_timeouts(), &[]), "Exhausted: all 9,184 states were visited. There is no run that breaks an invariant.");
    let few = Search { limits: Limits { depth_max: 5, ..Limits::default() }, ..two_timeouts() };
    let said = says(few, &[]);
    assert!(
        said.starts_with("Not decided: nothing was found in ") && said.ends_with("but it followed runs for 4 steps and no further."),
        "{said}"
    );
    let reach = Search { aim: Aim::Reach(fact("leader-elected")), ..two_timeouts() };
    assert_eq!(says(reach, &[]), "Found: 3 steps lead to “Leader elected”. No run is shorter.");
    let avoid = Search { aim: Aim::Avoid { fact: fact("leader-elected"), within: 4 }, ..two_timeouts() };
    assert_eq!(says(avoid, &[]), "Found: a run that has not come to “Leader elected” within 4 steps. It has 4 steps. No run is shorter.");
    let walks = Search { walks: 20, ..two_timeouts() };
    assert_eq!(says(walks, &[]), "Nothing found in 20 random runs. That proves nothing.");
}

#[test]
fn random_runs_find_what_breaks_and_shrink_it_to_the_shortest() {
    let report = searched(Search { walks: 2_000, ..two_timeouts() }, &scenario(&["vote_once_a_term"]));
    let witness = report.witness.unwrap();
    assert_eq!((report.verdict, witness.steps, witness.is_shortest), (Verdict::Found, 6, true));
    let chase = report.chase.unwrap();
    assert_eq!(chase.steps, Some(6));
    let (walks, first) = (chase.walks, chase.first_steps.unwrap());
    assert_eq!(words::chase(&chase), format!("Found after {walks} random runs, with {first} steps, and shrunk to 6 steps."));
}

#[test]
fn the_map_of_a_small_space_holds_each_state_and_the_runs_to_it() {
    let scenario = scenario(&["vote_once_a_term"]);
    let small = Search { budget: Budget { fires: Some(1), ..Budget::default() }, ..Search::default() };
    let report = searched(small, &scenario);
    let map = report.map.unwrap();
    assert_eq!((report.verdict, map.places.len() as u64, map.left_out), (Verdict::Exhausted, report.progress.distinct, 0));
    assert!(map.places.iter().any(|place| place.ways.len() > 1), "no two orders come to the same");
    for (index, place) in map.places.iter().enumerate() {
        let (journal, at) = map.run_to(index).unwrap().unwrap();
        let mut timeline = Scenario { journal, ..scenario.clone() }.timeline().unwrap();
        timeline.seek_at(at).unwrap();
        assert_eq!((timeline.skipped(), timeline.at()), (0, at), "state {index}");
        assert_eq!(timeline.journal().len(), 1 + place.depth as usize);
        for way in &place.ways {
            assert_eq!(way.from < u32::try_from(index).unwrap(), way.from == 0 || map.places[way.from as usize].depth < place.depth);
        }
        assert_eq!(place.ways.is_empty(), index == 0);
    }
}

#[test]
fn the_map_marks_what_was_found_whether_a_state_or_a_step() {
    for (aim, rules_off) in [(Aim::AnyInvariant, &["vote_once_a_term"][..]), (Aim::Reach(fact("leader-elected")), &[])] {
        let scenario = scenario(rules_off);
        let report = searched(Search { aim, ..two_timeouts() }, &scenario);
        let (map, witness) = (report.map.unwrap(), report.witness.unwrap());
        assert_eq!(map.left_out > 0, aim == Aim::AnyInvariant, "one of the two is found later than among the first");
        let found: Vec<usize> = (0..map.places.len()).filter(|index| map.places[*index].is_found).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(map.run_to(found[0]).unwrap().unwrap().0, witness.journal);
    }
}

#[test]
fn what_a_search_finds_is_grafted_on_the_run_which_stays_as_it_was() {
    let scenario = scenario(&["vote_once_a_term"]);
    let mut timeline = scenario.timeline().unwrap();
    timeline.seek_time(2_000_000).unwrap();
    let (before, fingerprint) = (timeline.at(), timeline.clock().fingerprint());
    let violations = timeline.record().violations.clone();
    for moment in [At::default(), At { time_us: 100_000, after: 0 }] {
        let began = Scenario { moment: Moment { at: moment, fingerprint: None }, ..scenario.clone() };
        let witness = searched(two_timeouts(), &began).witness.unwrap();
        timeline.graft(witness.journal.clone(), witness.from).unwrap();
        assert_eq!(timeline.at(), witness.from);
        assert!(timeline.record().violations.is_empty());
        assert_eq!(timeline.branch().parent, Some((0, timeline.step_count())));
        timeline.seek_time(witness.journal.last().unwrap().at.time_us).unwrap();
        assert_eq!((timeline.skipped(), timeline.record().violations.len()), (0, 1));
        timeline.switch(0).unwrap();
        assert_eq!((timeline.at(), timeline.clock().fingerprint()), (before, fingerprint));
        assert_eq!(timeline.record().violations, violations);
    }
    assert_eq!(timeline.branches().len(), 3);
}

#[test]
fn a_run_of_the_readers_is_shrunk_to_the_actions_that_mattered() {
    let until_us = 8_000_000;
    let shape = Shape { faults: 40, ..Shape::default() };
    let broken = |scenario: &Scenario| {
        let mut timeline = scenario.timeline().unwrap();
        timeline.play_to(until_us, 200_000).unwrap();
        timeline.record().violations.first().map(|violation| (violation.invariant, violation.time_us))
    };
    let (whole, invariant, at_us) = (0..)
        .map(|seed| Scenario { journal: random_schedule(seed, 3, raft().commands(), &shape), ..scenario(&["votes_persisted"]) })
        .find_map(|scenario| broken(&scenario).map(|(invariant, at_us)| (scenario, invariant, at_us)))
        .unwrap();
    let (news, _) = work(&Task::Shrink { invariant, until_us: at_us }, &whole);
    let News::Shrink(shrunk) = news else { panic!("{news:?}") };
    assert!(shrunk.is_over && shrunk.left < shrunk.of / 3 && usize::try_from(shrunk.left).unwrap() == shrunk.journal.len(), "{shrunk:?}");
    let least = Scenario { journal: shrunk.journal, ..whole.clone() };
    assert_eq!(broken(&least).map(|(broken, _)| broken), Some(invariant));
    // Of a run that breaks nothing there is nothing to shrink.
    let sound = Task::Shrink { invariant, until_us: 1_000 }.to_text(&scenario(&[])).unwrap();
    assert!(Work::new(&sound, TOPICS).err().unwrap().contains("does not break"));
}

#[test]
fn a_text_that_is_no_task_is_refused_with_a_sentence() {
    for text in ["", "x", "x y", "AAAA AAAA"] {
        assert!(Work::new(text, TOPICS).err().unwrap().ends_with('.'), "{text}");
    }
}
