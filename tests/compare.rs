//! Two runs side by side, and one beside a thousand, as the page and its worker do it.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

use faultline::check::schedule::{Shape, random_schedule};
use faultline::scenario::Scenario;
use faultline::scenario::compare::Difference;
use faultline::scenario::compare::pair::{Pair, Played, Watch};
use faultline::scenario::measure::{MICRO, Measure, Quantity, Sample};
use faultline::scenario::search::task::{News, Task, Work};
use faultline::scenario::thousand::{Distribution, Sampled, Sampling};
use faultline::sim::timeline::Entry;
use faultline::sim::{Choice, Event, Intervention, NodeId, Timeline};
use faultline::topics::{TOPICS, topic};
use std::rc::Rc;

/// Raft under random faults.
fn raft(seed: u64) -> Scenario {
    let topic = topic(8).unwrap();
    let mut scenario = Scenario::new(topic, topic.by_id("raft").unwrap().0, seed).unwrap();
    let commands = scenario.entry().unwrap().algorithm.commands();
    scenario.journal = random_schedule(seed, scenario.nodes, commands, &Shape::default());
    scenario
}

fn param(name: &str, value: i64) -> Difference {
    let specs = topic(8).unwrap().by_id("raft").unwrap().1.algorithm.params();
    let index = specs.iter().position(|spec| spec.name == name).unwrap();
    Difference::Param { index: u16::try_from(index).unwrap(), value }
}

struct Runs {
    here: Timeline,
    there: Timeline,
    watch: Watch,
}

impl Runs {
    fn new(scenario: &Scenario, difference: Difference) -> Runs {
        let other = difference.other(scenario, &scenario.journal).unwrap();
        Runs { here: scenario.timeline().unwrap(), there: other.scenario.timeline().unwrap(), watch: difference.watch() }
    }
    fn pair(&mut self) -> Pair<'_> {
        Pair { here: &mut self.here, there: &mut self.there, watch: &mut self.watch }
    }
    fn play(&mut self, to_us: u64) {
        assert_eq!(self.pair().play(to_us, 200_000, false), Ok(Played::There));
    }
    fn fingerprints(&self) -> (u64, u64) {
        (self.here.clock().fingerprint(), self.there.clock().fingerprint())
    }
}

/// All events of a run up to a moment, each with the state of its node afterwards and what it sent.
fn events(scenario: &Scenario, to_us: u64) -> Vec<Happened> {
    let mut timeline = scenario.timeline().unwrap();
    let mut events = Vec::new();
    while timeline.step().unwrap() && timeline.now_us() <= to_us {
        let event = Rc::clone(timeline.record().trace.last().unwrap());
        let state = event.actor.map_or(0, |node| timeline.clock().world().slot(node).unwrap().fingerprint());
        let sent = timeline.clock().sent().filter(|_| event.sent > 0).map(|flight| flight.payload.fingerprint());
        let state = sent.fold(state, u64::wrapping_add);
        events.push((event, state));
    }
    events
}

#[test]
fn with_the_same_seed_and_no_difference_two_runs_never_part() {
    for seed in 0..20 {
        let scenario = raft(seed);
        let mut runs = Runs::new(&scenario, param("vote_once_a_term", 1));
        runs.play(6_000_000);
        assert_eq!(runs.watch.parting, None, "seed {seed}");
        assert_eq!(runs.here.clock().fingerprint(), runs.there.clock().fingerprint());
    }
}

/// An event, and the state that it led to.
type Happened = (Rc<Event>, u64);

/// Holds where two runs part against a plain search for the first event that is not the same; says whether they part.
fn check_parting(scenario: &Scenario, difference: Difference, to_us: u64, what: &str) -> bool {
    let mut runs = Runs::new(scenario, difference);
    if runs.pair().play(to_us, 20_000, false) != Ok(Played::There) {
        return false;
    }
    let other = difference.other(scenario, &scenario.journal).unwrap();
    let (here, there) = (events(scenario, to_us), events(&other.scenario, to_us));
    let is_same = |(a, state_a): &Happened, (b, state_b): &Happened| {
        (a.time_us, &a.what, &a.said, a.sent, state_a) == (b.time_us, &b.what, &b.said, b.sent, state_b)
    };
    let common = here.len().min(there.len());
    let first = here.iter().zip(&there).position(|(a, b)| !is_same(a, b)).or((here.len() != there.len()).then_some(common));
    let time_us = |events: &[Happened], at: usize| events.get(at).map_or(u64::MAX, |(event, _)| event.time_us);
    let first_us = first.map(|at| time_us(&here, at).min(time_us(&there, at)));
    let parting = runs.watch.parting;
    assert_eq!(parting.as_ref().map(|parting| parting.time_us), first_us, "{what}: {parting:?}");
    assert!(parting.is_none_or(|parting| parting.here != parting.there), "{what}: the words are the same");
    first_us.is_some()
}

#[test]
fn where_two_runs_part_is_the_first_event_that_is_not_the_same() {
    let differences =
        [("vote_once_a_term", 0), ("votes_persisted", 0), ("commit_only_current_term", 0), ("heartbeat_ms", 70), ("compact_after", 4)];
    let mut parted = 0;
    for (name, value) in differences {
        for seed in 0..20 {
            parted += u32::from(check_parting(&raft(seed), param(name, value), 6_000_000, &format!("{name}, seed {seed}")));
        }
    }
    assert!(parted > 30, "only {parted} of 100 parted");
}

#[test]
fn whatever_is_switched_in_whatever_lesson_the_parting_is_found() {
    let mut parted = 0;
    for (topic, index) in TOPICS.iter().flat_map(|topic| (0u8..).zip(topic.algorithms).map(move |(index, _)| (topic, index))) {
        let scenario = Scenario::new(topic, index, 5).unwrap();
        let specs = scenario.entry().unwrap().algorithm.params();
        for (index, spec) in (0u16..).zip(specs).filter(|(_, spec)| spec.admits(1 - spec.default)) {
            let difference = Difference::Param { index, value: 1 - spec.default };
            parted += u32::from(check_parting(&scenario, difference, 700_000, &format!("lesson {}, {}", topic.number, spec.name)));
        }
    }
    assert!(parted > 10, "only {parted} parted");
}

#[test]
fn a_rule_switched_off_parts_where_the_vote_is_forgotten() {
    let lesson = faultline::lessons::source::read_lesson(std::path::Path::new("lessons"), "08-leader-election");
    let lesson = lesson.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let scenario = &lesson.scenarios["vote-forgotten"];
    let off = param("votes_persisted", 1);
    let mut runs = Runs::new(scenario, off);
    runs.play(5_000_000);
    let parting = runs.watch.parting.unwrap();
    println!("{parting:?}");
    assert_eq!((parting.time_us, parting.both.as_str()), (1_700_000, "3 restarts from its disk"));
    assert!(parting.here.contains("I no longer know that I voted"), "{parting:?}");
}

#[test]
fn both_runs_rewind_and_go_on_in_step_and_come_to_the_same() {
    let scenario = raft(7);
    let mut runs = Runs::new(&scenario, param("vote_once_a_term", 0));
    runs.play(3_000_000);
    let before = runs.fingerprints();
    let at = (runs.here.at(), runs.there.at());
    for to_us in [2_999_999, 1_500_000, 400_000, 0] {
        runs.here.seek_time(to_us).unwrap();
        runs.pair().follow().unwrap();
        assert_eq!(runs.here.now_us(), runs.there.now_us());
    }
    runs.play(3_000_000);
    assert_eq!((runs.fingerprints(), (runs.here.at(), runs.there.at())), (before, at));
    // As if each had been alone.
    let other = param("vote_once_a_term", 0).other(&scenario, &scenario.journal).unwrap();
    for (alone, fingerprint) in [(&scenario, before.0), (&other.scenario, before.1)] {
        let mut timeline = alone.timeline().unwrap();
        timeline.seek_time(3_000_000).unwrap();
        assert_eq!(timeline.clock().fingerprint(), fingerprint);
    }
}

#[test]
fn a_step_back_takes_back_what_a_step_did_in_both() {
    let scenario = raft(7);
    let mut runs = Runs::new(&scenario, param("vote_once_a_term", 0));
    let mut past = Vec::new();
    for _ in 0..1_500 {
        past.push((runs.here.step_count(), runs.there.step_count()));
        assert_eq!(runs.pair().step(), Ok(true));
        assert_eq!(runs.here.now_us(), runs.there.now_us());
    }
    assert!(runs.watch.parting.is_some());
    for steps in past.into_iter().rev() {
        runs.pair().step_back().unwrap();
        assert_eq!((runs.here.step_count(), runs.there.step_count()), steps);
        assert_eq!(runs.here.now_us(), runs.there.now_us());
    }
}

#[test]
fn what_breaks_in_either_stops_both_at_that_moment() {
    let lesson = faultline::lessons::source::read_lesson(std::path::Path::new("lessons"), "08-leader-election");
    let lesson = lesson.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    // In the scenario the rule is off: it breaks here, and not there; and the other way round.
    let broken = &lesson.scenarios["vote-forgotten"];
    let whole = param("votes_persisted", 1).other(broken, &broken.journal).unwrap().scenario;
    for (scenario, value) in [(broken, 1), (&whole, 0)] {
        let mut runs = Runs::new(scenario, param("votes_persisted", value));
        assert_eq!(runs.pair().play(60_000_000, 200_000, true), Ok(Played::Broken));
        let violations = [runs.here.record().violations.len(), runs.there.record().violations.len()];
        assert_eq!(violations.iter().sum::<usize>(), 1);
        assert_eq!(runs.here.now_us(), runs.there.now_us());
    }
}

#[test]
fn turning_the_param_that_differs_is_no_parting_by_itself() {
    let mut scenario = raft(3);
    let Difference::Param { index, .. } = param("vote_once_a_term", 0) else { unreachable!() };
    let turned = Entry { at: faultline::sim::At { time_us: 5_000, after: 0 }, what: Intervention::Do(Choice::Param { index, value: 0 }) };
    scenario.journal = vec![turned];
    let other = param("vote_once_a_term", 1).other(&scenario, &scenario.journal).unwrap();
    assert_eq!((other.scenario.journal.len(), other.left_out.len()), (0, 0));
    let mut runs = Runs::new(&scenario, param("vote_once_a_term", 1));
    runs.play(20_000);
    assert_eq!(runs.watch.parting, None);
    assert_eq!(runs.here.step_count(), runs.there.step_count() + 1);
}

#[test]
fn another_algorithm_gets_what_it_understands_and_the_rest_is_said() {
    let topic = topic(8).unwrap();
    let mut scenario = raft(1);
    let deeds = [
        Intervention::Do(Choice::Crash(NodeId(1))),
        Intervention::Do(Choice::Partition(vec![0, 0, 0, 1, 1])),
        Intervention::Do(Choice::Drop(faultline::sim::MessageId { from: NodeId(0), to: NodeId(1), k: 0, copy: 0 })),
    ];
    let at = faultline::sim::At { time_us: 1_000, after: 0 };
    scenario.journal = deeds.iter().map(|what| Entry { at, what: what.clone() }).collect();
    for algorithm in (0u8..).zip(topic.algorithms).skip(1).map(|(index, _)| index) {
        let other = Difference::Algorithm(algorithm).other(&scenario, &scenario.journal).unwrap();
        assert_eq!(other.scenario.algorithm, algorithm);
        assert!(other.left_out.contains(&deeds[2]), "a message of another algorithm is another message");
        assert!(other.scenario.journal.iter().any(|entry| entry.what == deeds[0]));
        let mut runs = Runs::new(&scenario, Difference::Algorithm(algorithm));
        runs.play(2_000_000);
        assert!(runs.watch.parting.is_some());
    }
}

#[test]
fn all_algorithms_of_all_lessons_can_be_put_beside_each_other_and_beside_themselves() {
    for topic in TOPICS {
        for (index, entry) in (0u8..).zip(topic.algorithms) {
            let scenario = Scenario::new(topic, index, 5).unwrap();
            let others = (0u8..)
                .zip(topic.algorithms)
                .map(|(other, _)| Difference::Algorithm(other))
                .filter(|other| *other != Difference::Algorithm(index));
            for difference in others.chain([Difference::Seed(6)]) {
                let mut runs = Runs::new(&scenario, difference);
                let played = runs.pair().play(300_000, 4_000, false);
                assert!(played.is_ok(), "{} {}: {played:?}", topic.number, entry.name);
                assert!(runs.here.now_us() == runs.there.now_us());
            }
        }
    }
}

/// Works the task off as a worker does.
fn thousand(scenario: &Scenario, measure: &Measure, runs: u16) -> Sampled {
    let task = Task::Thousand(Sampling { measure: measure.clone(), runs });
    let mut work = Work::new(&task.to_text(scenario).unwrap(), TOPICS).unwrap_or_else(|why| panic!("{why}"));
    for done in 1..=usize::from(runs) {
        match work.go_on() {
            (News::Thousand(sampled), is_over) => {
                assert_eq!((sampled.runs.len(), is_over), (done, done == usize::from(runs)));
                if is_over {
                    return sampled;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    unreachable!()
}

fn until_elected() -> Measure {
    Measure { quantity: Quantity::Time, from: None, to: Some("leader-elected".to_owned()), until_us: 60_000_000 }
}

#[test]
fn a_thousand_runs_measure_what_each_of_them_measures_by_itself() {
    let topic = topic(8).unwrap();
    let scenario = Scenario::new(topic, 0, 77).unwrap();
    let facts = scenario.entry().unwrap().algorithm.facts();
    let elected = u16::try_from(facts.iter().position(|fact| fact.name == "leader-elected").unwrap()).unwrap();
    // Directly: no measure, no worker.
    let direct = |seed: u64| {
        let mut timeline = Scenario { seed, ..scenario.clone() }.timeline().unwrap();
        while !timeline.record().fired.iter().any(|fired| fired.fact == elected) {
            assert!(timeline.step().unwrap());
        }
        timeline.now_us()
    };
    let sampled = thousand(&scenario, &until_elected(), 300);
    let expected: Vec<u64> = (1..=300).map(direct).collect();
    assert_eq!(sampled.runs.iter().map(|sample| sample.unwrap().value).collect::<Vec<_>>(), expected);
    assert_eq!(sampled.own, Some(Sample { value: direct(77), at_us: direct(77) }));
    let distribution = Distribution::of(&sampled.runs, false).unwrap();
    let mut sorted = expected.clone();
    sorted.sort_unstable();
    assert_eq!((distribution.median, distribution.p99, distribution.count), (sorted[149], sorted[296], 300));
    for value in &expected {
        let bar = distribution.bars[distribution.bar_of(*value).unwrap()];
        assert!(bar.from <= *value && *value <= bar.to);
        assert_eq!(distribution.percent_below(*value), sorted.iter().filter(|other| *other < value).count() as u64 * 100 / 300);
    }
    assert_eq!(distribution.bars.iter().map(|bar| bar.count).sum::<u32>(), 300);
}

#[test]
fn messages_bytes_and_how_often_are_counted_up_to_the_moment() {
    let scenario = raft(2);
    let mut timeline = scenario.timeline().unwrap();
    timeline.seek_time(2_000_000).unwrap();
    let tallies = timeline.clock().tallies();
    let fired = timeline.record().fired.iter().filter(|fired| fired.fact == 0).count() as u64;
    let kinds: Vec<u16> = (0u16..).zip(tallies).map(|(kind, _)| kind).collect();
    let count = |quantity: Quantity| {
        let measure = Measure { quantity, from: None, to: None, until_us: 2_000_000 };
        thousand(&scenario, &measure, 1).own.unwrap().value
    };
    assert_eq!(count(Quantity::Messages(kinds)), tallies.iter().map(|tally| tally.sent).sum::<u64>() * MICRO);
    assert_eq!(count(Quantity::Bytes), tallies.iter().map(|tally| tally.bytes).sum::<u64>() * MICRO);
    assert_eq!(count(Quantity::Often(0)), fired * MICRO);
}

#[test]
fn runs_that_never_come_to_it_have_no_value_and_those_broken_off_are_told_apart() {
    let scenario = Scenario::new(topic(8).unwrap(), 0, 1).unwrap();
    let soon = Measure { until_us: 500_000, ..until_elected() };
    let sampled = thousand(&scenario, &soon, 60);
    let never = sampled.runs.iter().filter(|run| run.is_none()).count();
    assert!(never > 0 && never < 60 && sampled.broken_off == 0, "{never}");
    let broken = Measure { to: Some("broken:election-safety".to_owned()), until_us: 3_600_000_000, ..until_elected() };
    let sampled = thousand(&scenario, &broken, 2);
    assert_eq!((sampled.runs, sampled.broken_off), (vec![None, None], 2));
    assert_eq!(Distribution::of(&[None, None], false), None);
}

#[test]
fn a_few_values_far_off_stand_in_one_bar() {
    let sample = |value: u64| Some(Sample { value, at_us: value });
    let runs: Vec<_> = (0..1_000).map(|index| sample(if index % 200 == 7 { 90_000_000 } else { 100_000 + index * 100 })).collect();
    let distribution = Distribution::of(&runs, false).unwrap();
    let last = distribution.bars.last().unwrap();
    assert!(distribution.has_tail && last.to == 90_000_000 && last.count >= 5 && distribution.bars.len() < 40);
    assert_eq!(distribution.bar_of(90_000_000), Some(distribution.bars.len() - 1));
    // Counts have bars of whole numbers.
    let runs: Vec<_> = (0..50).map(|index| sample(index % 4 * MICRO)).collect();
    let distribution = Distribution::of(&runs, true).unwrap();
    assert_eq!(distribution.bars.iter().map(|bar| bar.count).collect::<Vec<_>>(), vec![13, 13, 12, 12]);
}
