//! Links as hostile input and as promises: what is written is read back, what is broken gets its sentence, what was once shared plays for ever.
//!
//! `FAULTLINE_FUZZ=1000000 cargo test --release --test links` tries so many inputs in each test of chance.
//! `FAULTLINE_GOLDEN=write cargo test --test links` writes the golden links anew; for format 1 that ends with the first publication.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

#[path = "links/extras.rs"]
mod extras;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use faultline::check::schedule::{Shape, random_schedule};
use faultline::scenario::link::{self, FILE_PREFIX, LINK_CHARS_COMFORTABLE, LINK_CHARS_MAX, LinkError, Source};
use faultline::scenario::{ENGINE_VERSION, Moment, Scenario};
use faultline::sim::hash::stable_hash;
use faultline::sim::timeline::Entry;
use faultline::sim::{
    Argument, ArgumentKind, At, Choice, CommandCall, CommandId, Conditions, Intervention, Latency, MessageId, NodeId, ParamKind, ParamSpec,
    Scope, TimerId, limits,
};
use faultline::topics::{TOPICS, Topic, topic};
use proptest::prelude::*;
use std::fmt::Write as _;

/// How often a test of chance is tried when nothing is said.
const CASES: u32 = 256;

/// Numbers as a link has them, at the ends of what there may be: 0, 127, 128, 2^32 - 1, 2^63, 2^64 - 1, and one that is too long.
const NUMBERS: &[&[u8]] = &[
    &[0],
    &[127],
    &[128, 1],
    &[255, 255, 255, 255, 15],
    &[128, 128, 128, 128, 128, 128, 128, 128, 128, 1],
    &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
    &[255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
];

/// The topic whose runs the tests of single links are.
const ELECTIONS: &Topic = match topic(8) {
    Some(topic) => topic,
    None => panic!("the catalogue has it"),
};

fn config() -> ProptestConfig {
    let cases = std::env::var("FAULTLINE_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

// Any scenario.

fn node(nodes: u16) -> impl Strategy<Value = NodeId> + Clone {
    (0..nodes).prop_map(NodeId)
}

fn message(nodes: u16) -> impl Strategy<Value = MessageId> + Clone {
    (node(nodes), node(nodes), 0..40u32, 0..3u8).prop_map(|(from, to, k, copy)| MessageId { from, to, k, copy })
}

fn latency() -> impl Strategy<Value = Latency> {
    let most = limits::DELAY_US_MAX;
    prop_oneof![
        (0..=most).prop_map(Latency::Fixed),
        (0..=most).prop_flat_map(move |low| (low..=most).prop_map(move |high| Latency::Uniform(low, high))),
        (0..=most, 0..=most).prop_map(|(least, mean)| Latency::Exponential(least, mean)),
    ]
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let ppm = || 0..=1_000_000u32;
    (latency(), ppm(), ppm(), ppm(), any::<u32>(), any::<bool>()).prop_map(
        |(latency, loss_ppm, duplicate_ppm, reorder_ppm, bytes_per_s, fifo)| Conditions {
            latency,
            loss_ppm,
            duplicate_ppm,
            reorder_ppm,
            bytes_per_s,
            fifo,
        },
    )
}

fn value(spec: &ParamSpec) -> BoxedStrategy<i64> {
    match spec.kind {
        ParamKind::Range { min, max, step, .. } => (0..=(max - min) / step.max(1)).prop_map(move |steps| min + steps * step.max(1)).boxed(),
        ParamKind::Choice(options) => (0..options.len() as i64).boxed(),
        ParamKind::Toggle | ParamKind::Rule => (0..=1i64).boxed(),
    }
}

fn command(topic: &'static Topic, algorithm: u8, nodes: u16) -> BoxedStrategy<Choice> {
    let commands = topic.algorithms[usize::from(algorithm)].algorithm.commands();
    if commands.is_empty() {
        return Just(Choice::Heal).boxed();
    }
    (any::<u16>(), any::<u32>(), node(nodes), 0..commands.len(), any::<u64>())
        .prop_map(|(client, k, node, command, bits)| {
            let arguments = commands[command].arguments.iter().map(|(_, kind)| match kind {
                ArgumentKind::Number { min, max, .. } => Argument::Number(min + (bits % (max.abs_diff(*min) + 1)) as i64),
                ArgumentKind::Text { default } => Argument::Text((*default).to_owned()),
            });
            Choice::Command {
                id: CommandId { client, k },
                node,
                call: CommandCall { command: command as u16, arguments: arguments.collect() },
            }
        })
        .boxed()
}

fn choice(topic: &'static Topic, algorithm: u8, nodes: u16) -> BoxedStrategy<Choice> {
    let specs = topic.algorithms[usize::from(algorithm)].algorithm.params();
    let param = (0..specs.len())
        .prop_flat_map(move |index| value(&specs[index]).prop_map(move |value| Choice::Param { index: index as u16, value }));
    prop_oneof![
        message(nodes).prop_map(Choice::Deliver),
        message(nodes).prop_map(Choice::Drop),
        message(nodes).prop_map(Choice::Duplicate),
        (node(nodes), 0..20u32, 1..20u32).prop_map(|(node, code, generation)| Choice::Fire(TimerId { node, code, generation })),
        command(topic, algorithm, nodes),
        node(nodes).prop_map(Choice::Crash),
        node(nodes).prop_map(Choice::Restart),
        node(nodes).prop_map(Choice::Wipe),
        node(nodes).prop_map(Choice::Pause),
        node(nodes).prop_map(Choice::Resume),
        (node(nodes), node(nodes)).prop_map(|(from, to)| Choice::Cut { from, to }),
        (node(nodes), node(nodes)).prop_map(|(from, to)| Choice::Mend { from, to }),
        prop::collection::vec(any::<u8>(), usize::from(nodes)).prop_map(Choice::Partition),
        Just(Choice::Heal),
        (node(nodes), any::<i64>()).prop_map(|(node, by_us)| Choice::ClockJump { node, by_us }),
        (node(nodes), any::<i32>()).prop_map(|(node, ppm)| Choice::ClockDrift { node, ppm }),
        param,
    ]
    .boxed()
}

fn intervention(topic: &'static Topic, algorithm: u8, nodes: u16) -> impl Strategy<Value = Intervention> {
    let scope = prop_oneof![
        Just(Scope::Everywhere),
        node(nodes).prop_map(Scope::Node),
        (node(nodes), node(nodes)).prop_map(|(from, to)| Scope::Link(from, to)),
    ];
    prop_oneof![
        6 => choice(topic, algorithm, nodes).prop_map(Intervention::Do),
        1 => (message(nodes), any::<u64>()).prop_map(|(message, by_us)| Intervention::Delay { message, by_us }),
        1 => message(nodes).prop_map(Intervention::Hold),
        1 => message(nodes).prop_map(Intervention::Release),
        1 => any::<bool>().prop_map(Intervention::Manual),
        2 => (choice(topic, algorithm, nodes), prop::collection::vec(any::<u32>(), 0..4))
            .prop_map(|(choice, answers)| Intervention::Scripted(choice, answers)),
        1 => (scope, prop::option::of(conditions())).prop_map(|(scope, conditions)| Intervention::Network { scope, conditions }),
    ]
}

/// Any scenario that is valid, whatever may be said of its sense.
fn scenario() -> impl Strategy<Value = Scenario> {
    let algorithms = (0..TOPICS.len()).prop_flat_map(|topic| (Just(topic), 0..TOPICS[topic].algorithms.len() as u8));
    algorithms.prop_flat_map(|(topic, algorithm)| {
        let topic = &TOPICS[topic];
        let entry = &topic.algorithms[usize::from(algorithm)];
        let params: Vec<BoxedStrategy<i64>> = entry.algorithm.params().iter().map(value).collect();
        (entry.nodes.0..=entry.nodes.2, params, prop_oneof![Just(entry.network), conditions()]).prop_flat_map(
            move |(nodes, values, network)| {
                let later_us = prop_oneof![0..300u64, 0..500_000u64];
                let journal = prop::collection::vec((later_us, 0..4u32, intervention(topic, algorithm, nodes)), 0..30);
                let moment = (0..=limits::TIME_US_MAX, any::<u32>(), prop::option::of(any::<(u16, u64)>()));
                (any::<u64>(), journal, moment).prop_map(move |(seed, journal, (time_us, after, fingerprint))| {
                    let mut scenario = Scenario::new(topic, algorithm, seed).expect("the algorithm is there");
                    for (index, value) in (0u16..).zip(&values) {
                        scenario.params.set(index, *value);
                    }
                    (scenario.nodes, scenario.network) = (nodes, network);
                    let mut at = At::default();
                    for (later_us, after, what) in journal {
                        at = At { time_us: at.time_us + later_us, after: if later_us == 0 { at.after.max(after) } else { after } };
                        scenario.journal.push(Entry { at, what });
                    }
                    scenario.moment = Moment { at: At { time_us, after }, fingerprint };
                    scenario
                })
            },
        )
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_scenario_is_read_back_as_it_was_written(scenario in scenario()) {
        prop_assert_eq!(scenario.validate(), Ok(()));
        let text = link::encode(&scenario).expect("it is valid");
        let same = Ok(scenario);
        prop_assert_eq!(link::decode_plain(&text, TOPICS), same.clone());
        prop_assert_eq!(link::decode(&text, TOPICS), same.clone());
        prop_assert_eq!(link::decode(&format!("https://example.org/lessons/x/#s={text}"), TOPICS), same.clone());
        prop_assert_eq!(link::decode(&format!("{FILE_PREFIX}{text}\n"), TOPICS), same);
    }

    #[test]
    fn any_scenario_can_be_played_and_rewound_without_a_panic(scenario in scenario()) {
        let mut timeline = scenario.timeline().expect("it is valid");
        // A limit may be reached; that is a sentence, and the run stands where it was.
        let _ = timeline.play_to(5_000_000, 1_500);
        let (end, fingerprint) = (timeline.step_count(), timeline.clock().fingerprint());
        let end_us = timeline.now_us();
        let _ = timeline.seek_step(end / 2);
        let _ = timeline.seek_step(end);
        if timeline.now_us() == end_us {
            prop_assert_eq!(timeline.clock().fingerprint(), fingerprint);
        }
    }

    #[test]
    fn any_text_is_a_scenario_or_a_sentence(text in any::<String>()) {
        sound(&text);
    }

    #[test]
    fn any_text_of_the_right_letters_is_a_scenario_or_a_sentence(text in "[A-Za-z0-9_-]{0,400}") {
        sound(&text);
        sound(&format!("AQ{text}"));
    }

    #[test]
    fn any_bytes_behind_a_right_checksum_are_a_scenario_or_a_sentence(body in prop::collection::vec(any::<u8>(), 0..200)) {
        sound(&sealed(1, &body));
    }

    #[test]
    fn a_scenario_with_bytes_changed_is_a_scenario_or_a_sentence(
        scenario in scenario(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        resealed in any::<bool>(),
    ) {
        let mut bytes = URL_SAFE_NO_PAD.decode(link::encode(&scenario).expect("it is valid")).expect("it is base64");
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let text = if resealed { sealed(1, &bytes[5..]) } else { URL_SAFE_NO_PAD.encode(&bytes) };
        sound(&text);
    }

    #[test]
    fn a_golden_link_with_parts_of_another_or_with_other_numbers_is_a_scenario_or_a_sentence(
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        places in any::<[prop::sample::Index; 4]>(),
        numbers in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(NUMBERS)), 0..4),
        whole in any::<bool>(),
    ) {
        let golden: Vec<&str> = GOLDEN.lines().skip(1).filter_map(|line| line.split(' ').nth(1)).collect();
        let body = |which: prop::sample::Index| URL_SAFE_NO_PAD.decode(golden[which.index(golden.len())]).expect("it is base64")[5..].to_vec();
        let (mut changed, other) = (body(first), body(second));
        let range = |length: usize, a: usize, b: usize| {
            let (a, b) = (places[a].index(length + 1), places[b].index(length + 1));
            a.min(b)..a.max(b)
        };
        if !whole {
            let part = other[range(other.len(), 0, 1)].to_vec();
            changed.splice(range(changed.len(), 2, 3), part);
        }
        for (place, number) in numbers {
            if !changed.is_empty() {
                let place = place.index(changed.len());
                changed.splice(place..=place, number.iter().copied());
            }
        }
        sound(&sealed(1, &changed));
    }

    #[test]
    fn a_link_that_was_cut_off_is_refused(scenario in scenario(), place in any::<prop::sample::Index>()) {
        let text = link::encode(&scenario).expect("it is valid");
        let cut = &text[..place.index(text.len())];
        prop_assert!(link::decode(cut, TOPICS).is_err());
    }

    #[test]
    fn a_link_with_one_character_changed_is_refused(scenario in scenario(), place in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_-]") {
        let text = link::encode(&scenario).expect("it is valid");
        let place = place.index(text.len());
        let mut changed = text.clone();
        changed.replace_range(place..=place, &letter);
        prop_assert!(changed == text || link::decode(&changed, TOPICS).is_err());
    }
}

/// What must hold of every text: it is refused with a sentence, or it is a scenario that holds what a scenario promises.
fn sound(text: &str) {
    match link::decode_with(text, TOPICS) {
        Ok((scenario, extras)) => {
            assert_eq!(scenario.validate(), Ok(()));
            assert_eq!(extras.validate(&scenario), Ok(()));
            assert!(scenario.journal.len() <= limits::INTERVENTIONS_MAX);
            scenario.timeline().expect("what is valid can be opened");
        }
        Err(error) => {
            let sentence = error.to_string();
            assert!(sentence.ends_with('.') && sentence.len() < 400, "{sentence}");
        }
    }
}

/// A link around `body` that says of itself that nothing was changed.
fn sealed(version: u8, body: &[u8]) -> String {
    let hash = stable_hash(body);
    let mut bytes = vec![version];
    bytes.extend(((hash ^ (hash >> 32)) as u32).to_le_bytes());
    bytes.extend(body);
    URL_SAFE_NO_PAD.encode(bytes)
}

// Broken in particular ways.

fn usual() -> Scenario {
    let mut scenario = Scenario::new(ELECTIONS, 0, 42).expect("the algorithm is there");
    scenario.journal.push(Entry { at: At { time_us: 1_000_000, after: 0 }, what: Intervention::Do(Choice::Crash(NodeId(2))) });
    scenario
}

/// The link of a scenario as it would be if writing it had not been checked.
fn unchecked(change: impl FnOnce(&mut Scenario)) -> String {
    let mut scenario = usual();
    change(&mut scenario);
    link::encode(&scenario).expect("writing checks little")
}

/// The bytes of the usual link after version and checksum.
fn body() -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(link::encode(&usual()).expect("it is valid")).expect("it is base64")[5..].to_vec()
}

fn with_first_bytes(bytes: &[u8]) -> String {
    let mut body = body();
    body[..bytes.len()].copy_from_slice(bytes);
    sealed(1, &body)
}

#[test]
fn each_kind_of_broken_link_gets_its_own_sentence() {
    let good = link::encode(&usual()).expect("it is valid");
    assert_eq!(link::decode(&good, TOPICS), Ok(usual()));
    let crash = |node| Intervention::Do(Choice::Crash(NodeId(node)));
    let many = vec![Entry { at: At::default(), what: Intervention::Do(Choice::Heal) }; limits::INTERVENTIONS_MAX + 1];
    let at = |time_us| At { time_us, after: 0 };
    let mut longer = body();
    longer.push(0);
    let mut changed = good.clone();
    changed.replace_range(20..21, if &good[20..21] == "A" { "B" } else { "A" });
    let cases: Vec<(&str, String, &str)> = vec![
        ("empty", String::new(), "This link holds no run. Ask for it again, or start from the lesson."),
        ("only the mark", "https://example.org/#s=".to_owned(), "This link holds no run. Ask for it again, or start from the lesson."),
        (
            "not base64",
            format!("{}!{}", &good[..9], &good[9..]),
            "This link is damaged: its 10. character does not belong there. Ask for it again, and copy it whole.",
        ),
        (
            "cut off",
            good[..good.len() / 2].to_owned(),
            "This link stops too early: its end is missing. Ask for it again, and copy it whole.",
        ),
        (
            "cut within the checksum",
            good[..4].to_owned(),
            "This link stops too early: its end is missing. Ask for it again, and copy it whole.",
        ),
        (
            "one character changed",
            changed,
            "This link is damaged: some of its characters were changed. Ask for it again, and copy it whole.",
        ),
        ("newer", sealed(3, &body()), "This link was made by a newer version of the page (format 3). Reload the page to get that version."),
        (
            "version 0",
            sealed(0, &body()),
            "This link is damaged: some of its characters were changed. Ask for it again, and copy it whole.",
        ),
        ("trailing bytes", sealed(1, &longer), "This link goes on after its end: something was added to it. Ask for it again."),
        (
            "another lesson",
            with_first_bytes(&[99]),
            "This link cannot be played here. It belongs to lesson 99. Open that lesson's page and try it there.",
        ),
        (
            "an unknown algorithm",
            with_first_bytes(&[8, 77]),
            "This link cannot be played here. It names algorithm number 77, which this lesson does not have.",
        ),
        (
            "too many nodes",
            unchecked(|s| s.nodes = 99),
            "This link cannot be played here. It asks for 99 nodes; this algorithm runs with 1 to 9.",
        ),
        ("no nodes", unchecked(|s| s.nodes = 0), "This link cannot be played here. It asks for 0 nodes; this algorithm runs with 1 to 9."),
        (
            "a setting out of its range",
            unchecked(|s| assert!(s.params.set(0, -5))),
            "This link cannot be played here. -5 is not a value of \u{201c}Shortest election timeout\u{201d}.",
        ),
        (
            "a network that cannot be",
            unchecked(|s| s.network.loss_ppm = 2_000_000),
            "This link cannot be played here. A rate of loss is at most 100 %.",
        ),
        (
            "too many interventions",
            unchecked(|s| s.journal = many),
            "This link cannot be played here. It does more than 2000 things to the run.",
        ),
        (
            "a node that is not there",
            unchecked(|s| s.journal[0].what = crash(7)),
            "This link cannot be played here. The 1. thing that it does to the run makes no sense: There is no node 7 in this cluster.",
        ),
        (
            "out of time",
            unchecked(|s| s.journal[0].at = at(limits::TIME_US_MAX + 1)),
            "This link cannot be played here. The 1. thing that it does to the run makes no sense: a run is at most 3600 s long.",
        ),
        (
            "a moment after the end",
            unchecked(|s| s.moment.at = at(u64::MAX)),
            "This link cannot be played here. It opens at a moment after the end: a run is at most 3600 s long.",
        ),
        ("too long", "A".repeat(LINK_CHARS_MAX + 1), "This link is longer than 65536 characters, so it was not made by this page."),
    ];
    for (kind, text, sentence) in cases {
        assert_eq!(link::decode(&text, TOPICS).map_err(|error| error.to_string()), Err(sentence.to_owned()), "{kind}");
    }
}

#[test]
fn a_link_that_was_cut_or_added_to_at_any_place_says_which() {
    let good = link::encode(&usual()).expect("it is valid");
    for end in 1..good.len() {
        let said = link::decode(&good[..end], TOPICS);
        assert_eq!(said, Err(LinkError::Cut), "{} of {} characters", end, good.len());
    }
    for added in ["A", "b", "xy", "abc", "w_-9", "and so on"] {
        let added = added.replace(' ', "");
        assert_eq!(link::decode(&format!("{good}{added}"), TOPICS), Err(LinkError::Trailing), "{added} added");
    }
}

#[test]
fn the_first_character_that_no_link_has_is_named() {
    for (text, position) in [("AQ*AAA*A", 3), ("größe", 3), ("AAAA BBBB", 5)] {
        assert_eq!(link::decode(text, TOPICS), Err(LinkError::Character(position)), "{text}");
    }
}

#[test]
fn a_file_is_answered_as_a_file() {
    assert_eq!(
        LinkError::Cut.sentence(Source::File),
        "This file stops too early: its end is missing. Ask for it again, or save the run anew."
    );
}

#[test]
fn a_length_that_promises_more_than_there_is_is_refused_before_anything_is_made() {
    // After topic, algorithm, nodes and seed comes the count of params: here 2^60 and more.
    let huge = [8, 0, 5, 42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f];
    assert!(link::decode(&sealed(1, &huge), TOPICS).is_err());
    let many_entries = [&[8, 0, 5, 42, 0, 0][..], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
    assert!(link::decode(&sealed(1, &many_entries), TOPICS).is_err());
    let partition_of_many = [&[8, 0, 5, 42, 0, 0, 1, 0, 0, 0, 12][..], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
    assert!(link::decode(&sealed(1, &partition_of_many), TOPICS).is_err());
}

#[test]
fn the_longest_texts_are_refused_or_read() {
    let bytes_max = (LINK_CHARS_MAX / 4) * 3 - 5;
    let start = [8, 0, 5, 42, 0, 0];
    // As many entries as go in: each a heal at the same moment.
    let heals = (bytes_max - 16) / 4;
    let mut body = start.to_vec();
    let mut count = heals;
    while count > 0x7f {
        body.push((count & 0x7f) as u8 | 0x80);
        count >>= 7;
    }
    body.push(count as u8);
    body.extend([0, 0, 0, 13].repeat(heals));
    body.extend([0, 0, 0]);
    assert!(sealed(1, &body).len() <= LINK_CHARS_MAX);
    assert_eq!(
        link::decode(&sealed(1, &body), TOPICS).map_err(|error| error.to_string()),
        Err("This link cannot be played here. It does more than 2000 things to the run.".to_owned())
    );
    for byte in [0x00, 0x01, 0x7f, 0x80, 0xff] {
        let mut body = start.to_vec();
        body.resize(bytes_max, byte);
        sound(&sealed(1, &body));
        sound(&"A_".repeat(LINK_CHARS_MAX / 2));
    }
}

// What links promise.

/// A reader who does `count` things in a minute, each a click on what there is.
fn busy_reader(algorithm: u8, count: u32) -> Scenario {
    let mut scenario = Scenario::new(ELECTIONS, algorithm, 0xfedc_ba98_7654_3210).expect("the algorithm is there");
    let shape = Shape { calm_from_us: 60_000_000, faults: count, calls: count / 4, wipes: false };
    let commands = ELECTIONS.algorithms[usize::from(algorithm)].algorithm.commands();
    scenario.journal = random_schedule(7, scenario.nodes, commands, &shape);
    scenario.journal.truncate(count as usize);
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.play_to(60_000_000, u32::MAX).expect("it plays");
    scenario.capture(&timeline)
}

#[test]
fn a_run_in_which_much_was_done_fits_in_a_comfortable_link() {
    for algorithm in 0..ELECTIONS.algorithms.len() {
        let scenario = busy_reader(algorithm as u8, 60);
        assert_eq!(scenario.journal.len(), 60);
        let link = link::encode(&scenario).expect("it is valid");
        let address = "https://somebody.example.org/faultline/lessons/08-leader-election/#s=".len();
        assert!(address + link.len() < LINK_CHARS_COMFORTABLE, "{} characters", link.len());
    }
}

#[test]
fn a_link_of_another_lesson_says_on_whose_page_it_opens() {
    let text = link::encode(&usual()).expect("it is valid");
    let said = link::decode(&text, &[]).map_err(|error| error.to_string());
    assert_eq!(said, Err("This link cannot be played here. It belongs to lesson 8. Open that lesson's page and try it there.".to_owned()));
}

/// Where a link says that its reader stood, and what the run is when played to there.
fn opened(text: &str) -> (Scenario, u64) {
    let scenario = link::decode(text, TOPICS).unwrap_or_else(|error: LinkError| panic!("{error}\n{text}"));
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.seek_at(scenario.moment.at).expect("it plays");
    let fingerprint = timeline.clock().fingerprint();
    (scenario, fingerprint)
}

const GOLDEN: &str = include_str!("golden/links-v1.txt");
const GOLDEN_HEADER: &str =
    "# The fingerprint at the link's moment, and the link. Format 1. tests/links.rs says what of it may ever change.\n";

/// Scenarios that between them have everything that a link can hold.
fn golden_scenarios() -> Vec<Scenario> {
    let mut scenarios = Vec::new();
    for (topic, algorithm) in TOPICS.iter().flat_map(|topic| (0u8..).zip(topic.algorithms).map(move |(index, _)| (topic, index))) {
        let entry = &topic.algorithms[usize::from(algorithm)];
        for seed in 0..4 {
            let mut scenario = Scenario::new(topic, algorithm, seed * 0x1234_5678_9abc_def1).expect("the algorithm is there");
            scenario.journal =
                if seed == 0 { Vec::new() } else { random_schedule(seed, scenario.nodes, entry.algorithm.commands(), &Shape::default()) };
            if seed == 2 {
                scenario.nodes = entry.nodes.1;
                scenario.network = Conditions { latency: Latency::Exponential(5_000, 20_000), bytes_per_s: 20_000, ..scenario.network };
                let specs = entry.algorithm.params();
                let off = (0u16..).zip(specs).find(|(_, spec)| spec.kind == ParamKind::Rule);
                off.map(|(index, _)| scenario.params.set(index, 0));
            }
            scenarios.push(at_moment(scenario, 1_500_000 * (seed + 1)));
        }
    }
    let mut by_hand = usual();
    let message = MessageId { from: NodeId(0), to: NodeId(1), k: 0, copy: 0 };
    let choices = [
        Choice::Fire(TimerId { node: NodeId(0), code: 0, generation: 1 }),
        Choice::Duplicate(message),
        Choice::Drop(MessageId { to: NodeId(3), ..message }),
        Choice::Deliver(MessageId { to: NodeId(4), ..message }),
    ];
    let others = [
        Intervention::Hold(message),
        Intervention::Release(message),
        Intervention::Delay { message: MessageId { copy: 1, ..message }, by_us: 12_345 },
        Intervention::Do(Choice::Crash(NodeId(2))),
        Intervention::Do(Choice::Wipe(NodeId(2))),
        Intervention::Do(Choice::Param { index: 2, value: 50 }),
        Intervention::Manual(true),
        Intervention::Scripted(Choice::Fire(TimerId { node: NodeId(1), code: 0, generation: 1 }), vec![1, 2]),
        Intervention::Manual(false),
    ];
    by_hand.journal = choices
        .into_iter()
        .map(Intervention::Do)
        .chain(others)
        .zip(0u32..)
        .map(|(what, after)| Entry { at: At { time_us: 200_000, after }, what })
        .collect();
    scenarios.push(at_moment(by_hand, 900_000));
    scenarios
}

fn at_moment(scenario: Scenario, time_us: u64) -> Scenario {
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.play_to(time_us, u32::MAX).expect("it plays");
    scenario.capture(&timeline)
}

#[test]
fn golden_links_of_format_1_end_where_they_ended() {
    if std::env::var("FAULTLINE_GOLDEN").is_ok_and(|what| what == "write") {
        let mut text = GOLDEN_HEADER.to_owned();
        for scenario in golden_scenarios() {
            let link = link::encode(&scenario).expect("it is valid");
            writeln!(text, "{:016x} {link}", opened(&link).1).expect("it is memory");
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/links-v1.txt"), &text).expect("it can be written");
        return;
    }
    let mut count = 0;
    for line in GOLDEN.lines().skip(1) {
        let (fingerprint, text) = line.split_once(' ').expect("a fingerprint and a link");
        let (scenario, now) = opened(text);
        let (engine, then) = scenario.moment.fingerprint.expect("it was captured");
        assert_eq!(format!("{then:016x}"), fingerprint);
        // A later engine may play another run; it then has another version, and the page says so.
        if engine == ENGINE_VERSION {
            assert_eq!(format!("{now:016x}"), fingerprint, "{text}");
        }
        count += 1;
    }
    assert!(count >= 13, "only {count} golden links");
}

#[test]
fn golden_links_between_them_hold_everything_that_a_link_can_hold() {
    let done: Vec<Intervention> = GOLDEN
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').nth(1))
        .flat_map(|text| opened(text).0.journal)
        .map(|entry| entry.what)
        .collect();
    let mut kinds: Vec<&str> = done.iter().map(faultline::lessons::goal::deed).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut all: Vec<&str> = faultline::lessons::goal::DEEDS.to_vec();
    all.sort_unstable();
    assert_eq!(kinds, all);
}
