//! What a challenge admits and what it refuses, in runs of Raft; and that it is reached by runs alone.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

use faultline::scenario::challenge::{ALL_TOOLS, Challenge, Extras, TOOLS, beginning};
use faultline::scenario::goal::{DEEDS, Goal, in_words};
use faultline::scenario::{Scenario, link};
use faultline::sim::{Choice, Conditions, Intervention, NodeId, Scope, Status, Timeline};
use faultline::topics::{TOPICS, Topic, topic};

const ELECTIONS: &Topic = match topic(8) {
    Some(topic) => topic,
    None => panic!("the catalogue has it"),
};

fn node(id: u16) -> NodeId {
    NodeId(id)
}

fn crash(id: u16) -> Intervention {
    Intervention::Do(Choice::Crash(node(id)))
}

fn cut(from: u16, to: u16) -> Intervention {
    Intervention::Do(Choice::Cut { from: node(from), to: node(to) })
}

fn param(index: u16, value: i64) -> Intervention {
    Intervention::Do(Choice::Param { index, value })
}

/// The bits of all kinds but that of a deed.
fn all_but(deed: &str) -> u32 {
    let index = TOOLS.iter().position(|tool| tool.deeds.contains(&deed)).expect("every deed has a kind");
    ALL_TOOLS & !(1 << index)
}

/// Raft with a leader, a second into the run, and a challenge that begins there.
fn begun(challenge: Challenge) -> (Challenge, Scenario, Timeline) {
    let scenario = Scenario::new(ELECTIONS, 0, 1).expect("it is there");
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.play_to(1_000_000, u32::MAX).expect("it plays");
    let scenario = beginning(&scenario, &timeline);
    let challenge = Challenge { begins_us: scenario.moment.at.time_us, ..challenge };
    let timeline = opened(&scenario);
    (challenge, scenario, timeline)
}

fn opened(scenario: &Scenario) -> Timeline {
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.seek_at(scenario.moment.at).expect("it plays");
    timeline
}

fn challenge(goal: &str) -> Challenge {
    Challenge { goal: Goal::from_text(goal), tools: ALL_TOOLS, ..Challenge::default() }
}

fn do_it(challenge: &Challenge, timeline: &mut Timeline, what: Intervention) {
    assert_eq!(challenge.refuses(timeline, std::slice::from_ref(&what)), None);
    timeline.intervene(what).expect("it can be done");
}

#[test]
fn a_kind_that_is_locked_is_refused_with_its_name_and_every_other_is_admitted() {
    let (locked, _, timeline) = begun(Challenge { tools: all_but("crash"), ..challenge("leader-elected") });
    assert_eq!(locked.refuses(&timeline, &[crash(0)]).as_deref(), Some("\u{201c}Crash, restart\u{201d} is locked in this challenge."));
    assert_eq!(locked.refuses(&timeline, &[cut(0, 1), crash(0)]), locked.refuses(&timeline, &[crash(0)]));
    assert_eq!(locked.refuses(&timeline, &[cut(0, 1)]), None);
    let scripted = Intervention::Scripted(Choice::Crash(node(0)), Vec::new());
    assert!(locked.refuses(&timeline, &[scripted]).is_some());
    for deed in DEEDS {
        assert_eq!(locked.locks_deed(deed).is_some(), ["crash", "restart"].contains(deed), "{deed}");
    }
}

#[test]
fn a_setting_is_locked_alone_or_with_all_others() {
    let (one, _, timeline) = begun(Challenge { fixed: 0b10, ..challenge("leader-elected") });
    assert_eq!(one.refuses(&timeline, &[param(0, 200)]), None);
    assert_eq!(
        one.refuses(&timeline, &[param(1, 900)]).as_deref(),
        Some("\u{201c}Longest election timeout\u{201d} is locked in this challenge.")
    );
    let (all, _, timeline) = begun(Challenge { tools: all_but("param"), ..challenge("leader-elected") });
    assert_eq!(all.refuses(&timeline, &[param(0, 200)]).as_deref(), Some("\u{201c}Settings\u{201d} is locked in this challenge."));
    // A number that no algorithm has so many settings for.
    assert_eq!(one.refuses(&timeline, &[param(u16::MAX, 0)]), None);
}

#[test]
fn actions_are_counted_along_the_run_so_going_back_takes_them_back() {
    let (two, _, mut timeline) = begun(Challenge { deeds_max: Some(2), ..challenge("leader-elected") });
    do_it(&two, &mut timeline, crash(0));
    let between = timeline.step_count();
    timeline.step().expect("it plays");
    do_it(&two, &mut timeline, crash(1));
    assert_eq!(two.deeds(&timeline), 2);
    assert_eq!(
        two.refuses(&timeline, &[crash(2)]).as_deref(),
        Some("This challenge admits 2 actions, and no more. Go back in the run to take one back, or press Reset.")
    );
    timeline.seek_step(between).expect("it plays");
    assert_eq!(two.deeds(&timeline), 1);
    do_it(&two, &mut timeline, crash(3));
    assert_eq!(two.deeds(&timeline), 2);
    assert!(two.refuses(&timeline, &[cut(0, 1)]).is_some());
}

#[test]
fn a_link_that_is_cut_or_slowed_both_ways_is_one_action() {
    let slow = |from, to| Intervention::Network { scope: Scope::Link(node(from), node(to)), conditions: Some(Conditions::default()) };
    let (one, _, mut timeline) = begun(Challenge { deeds_max: Some(1), ..challenge("leader-elected") });
    assert_eq!(one.refuses(&timeline, &[cut(0, 1), cut(1, 0)]), None);
    assert_eq!(one.refuses(&timeline, &[slow(0, 1), slow(1, 0)]), None);
    assert!(one.refuses(&timeline, &[cut(0, 1), cut(0, 2)]).is_some());
    assert!(one.refuses(&timeline, &[cut(0, 1), slow(1, 0)]).is_some());
    timeline.intervene(cut(0, 1)).expect("it can be done");
    timeline.play_to(1_100_000, u32::MAX).expect("it plays");
    assert!(one.refuses(&timeline, &[cut(1, 0)]).is_some(), "later is another action");
}

#[test]
fn what_came_before_the_beginning_cannot_be_changed() {
    let (given, _, mut timeline) = begun(challenge("leader-elected"));
    timeline.seek_time(500_000).expect("it plays");
    let said = given.refuses(&timeline, &[crash(0)]).expect("it is refused");
    assert!(said.starts_with("What came before the beginning"), "{said}");
}

#[test]
fn what_its_maker_has_just_done_is_given_and_does_not_count() {
    let scenario = Scenario::new(ELECTIONS, 0, 1).expect("it is there");
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.play_to(1_000_000, u32::MAX).expect("it plays");
    timeline.intervene(crash(0)).expect("it can be done");
    let begun = beginning(&scenario, &timeline);
    let challenge = Challenge { begins_us: begun.moment.at.time_us, ..challenge("do:crash") };
    let mut timeline = opened(&begun);
    let is_down = |timeline: &Timeline, id| timeline.clock().world().status(node(id)) == Status::Down;
    assert_eq!((challenge.deeds(&timeline), challenge.progress(&timeline).done), (0, 0));
    assert!(is_down(&timeline, 0) && !is_down(&timeline, 1));
    timeline.intervene(crash(1)).expect("it can be done");
    assert!(is_down(&timeline, 0) && is_down(&timeline, 1));
    assert_eq!((challenge.deeds(&timeline), challenge.progress(&timeline).reached_us), (1, Some(begun.moment.at.time_us)));
}

#[test]
fn a_challenge_holds_nothing_of_what_its_maker_did_afterwards() {
    let scenario = Scenario::new(ELECTIONS, 0, 1).expect("it is there");
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.play_to(1_000_000, u32::MAX).expect("it plays");
    timeline.intervene(crash(1)).expect("it can be done");
    timeline.play_to(2_000_000, u32::MAX).expect("it plays");
    timeline.intervene(crash(0)).expect("it can be done");
    timeline.seek_time(1_500_000).expect("it plays");
    assert_eq!(beginning(&scenario, &timeline).journal.len(), 1);
}

#[test]
fn in_every_lesson_a_challenge_opens_as_it_was_when_it_was_made() {
    for (topic, algorithm) in TOPICS.iter().flat_map(|topic| (0u8..).zip(topic.algorithms).map(move |(index, _)| (topic, index))) {
        let scenario = Scenario::new(topic, algorithm, 3).expect("it is there");
        let mut timeline = scenario.timeline().expect("it is valid");
        assert_eq!(beginning(&scenario, &timeline).moment.at.time_us, 0, "an untouched run begins at its beginning");
        timeline.play_to(700_000, u32::MAX).expect("it plays");
        timeline.intervene(crash(0)).expect("it can be done");
        let begun = beginning(&scenario, &timeline);
        let fingerprint = begun.moment.fingerprint.map(|(_, value)| value);
        assert_eq!(fingerprint, Some(opened(&begun).clock().fingerprint()), "{} {algorithm}", topic.number);
    }
}

#[test]
fn a_run_that_reaches_the_goal_is_sent_back_and_reaches_it_again() {
    let goal = challenge("leader-crashed leader-elected");
    let (challenge, scenario, mut timeline) = begun(Challenge { deeds_max: Some(1), ..goal });
    let leader = (0..scenario.nodes).find(|id| {
        let world = timeline.clock().world();
        world.algorithm().role(world, node(*id)).is_some_and(|role| role.label == "leader")
    });
    do_it(&challenge, &mut timeline, crash(leader.expect("somebody leads")));
    timeline.play_to(3_000_000, u32::MAX).expect("it plays");
    let progress = challenge.progress(&timeline);
    assert!(progress.reached_us.is_some());

    let extras = Extras { note: String::new(), challenge: Some(challenge.clone()) };
    let answer = link::encode_with(&scenario.capture(&timeline), &extras).expect("it keeps the rules");
    let (theirs, said) = link::decode_with(&answer, TOPICS).expect("it is one of ours");
    let theirs_challenge = said.challenge.expect("it came with it");
    assert_eq!((theirs_challenge.progress(&opened(&theirs)), theirs_challenge.deeds(&opened(&theirs))), (progress, 1));
    // From there it can be begun anew, as it was set.
    assert_eq!(theirs_challenge.start(&theirs).journal, scenario.journal);
    assert_eq!(challenge.start(&scenario), scenario);
}

#[test]
fn a_goal_is_the_same_after_it_was_a_text() {
    for text in ["leader-elected", "do:partition two-leaders pre_vote=0", "broken:election-safety a=-5 b=7"] {
        assert_eq!(Goal::from_text(text).to_text(), text);
    }
    assert_eq!(Goal::from_text("a=b").steps, ["a=b"]);
}

#[test]
fn conditions_are_told_in_words_with_their_values_left_open() {
    let algorithm = ELECTIONS.algorithms[0].algorithm;
    let (words, meaning) = in_words("leader-elected", algorithm);
    assert_eq!((words.as_str(), meaning.as_str()), ("Leader elected", "Node … has a majority, … votes, and leads term …."));
    assert_eq!(in_words("do:partition", algorithm).0, "You partition the nodes");
    assert_eq!(in_words("broken:election-safety", algorithm).0, "Election safety is broken");
}
