//! What a link of version 2 says beside its run: read back as it was written, refused with a sentence where it makes no sense, and for ever.

use super::{at_moment, body, config, scenario, sealed, sound, usual};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use faultline::check::schedule::{Shape, random_schedule};
use faultline::scenario::challenge::{ALL_TOOLS, Challenge, Extras, NOTE_CHARS_MAX, STEPS_MAX, TITLE_CHARS_MAX, beginning, plain};
use faultline::scenario::goal::{DEEDS, Goal};
use faultline::scenario::link::{self, LinkError};
use faultline::scenario::{ENGINE_VERSION, Scenario};
use faultline::sim::limits;
use faultline::topics::TOPICS;
use proptest::prelude::*;
use std::fmt::Write as _;

/// Everything that a goal may wait for in the runs of a scenario's algorithm.
fn conditions(scenario: &Scenario) -> Vec<String> {
    let algorithm = scenario.entry().expect("it is there").algorithm;
    let facts = algorithm.facts().into_iter().map(|info| info.name.to_owned());
    let broken = algorithm.invariants().into_iter().map(|info| format!("broken:{}", info.name));
    facts.chain(broken).chain(DEEDS.iter().map(|deed| format!("do:{deed}"))).collect()
}

/// Any challenge that a scenario can stand beside.
fn challenge(scenario: &Scenario) -> impl Strategy<Value = Challenge> + use<> {
    let specs = scenario.entry().expect("it is there").algorithm.params();
    let steps = prop::collection::vec(prop::sample::select(conditions(scenario)), 1..=STEPS_MAX);
    let params = prop::collection::vec((0..specs.len().max(1), any::<i64>()), 0..3);
    let params =
        params.prop_map(move |all| all.into_iter().filter_map(|(index, value)| Some((specs.get(index)?.name.to_owned(), value))).collect());
    let fixed = any::<u64>().prop_map(move |bits| bits & ((1 << specs.len()) - 1));
    // All that the run does comes before it, so nothing of it can be locked.
    let begins_us = scenario.moment.at.time_us;
    (any::<String>(), steps, params, any::<u32>(), fixed, any::<Option<u16>>()).prop_map(
        move |(title, steps, params, tools, fixed, deeds_max)| Challenge {
            title: plain(&title, TITLE_CHARS_MAX),
            goal: Goal { steps, params },
            tools,
            fixed,
            deeds_max,
            begins_us,
        },
    )
}

/// Any scenario with anything said beside it.
fn with_extras() -> impl Strategy<Value = (Scenario, Extras)> {
    scenario().prop_flat_map(|mut scenario| {
        // A challenge begins when all that is given has been done.
        let done_us = scenario.journal.last().map_or(0, |entry| entry.at.time_us + 1);
        scenario.moment.at.time_us = scenario.moment.at.time_us.max(done_us).min(limits::TIME_US_MAX);
        let challenge = prop::option::of(challenge(&scenario));
        (Just(scenario), any::<String>(), challenge)
            .prop_map(|(scenario, note, challenge)| (scenario, Extras { note: plain(&note, NOTE_CHARS_MAX), challenge }))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn whatever_is_said_beside_a_run_is_read_back_as_it_was_written((scenario, extras) in with_extras()) {
        let text = link::encode_with(&scenario, &extras).expect("it is valid");
        prop_assert_eq!(link::decode(&text, TOPICS), Ok(scenario.clone()));
        let plain = if extras.is_empty() { Ok(scenario.clone()) } else { Err(LinkError::Newer(2)) };
        prop_assert_eq!(link::decode_plain(&text, TOPICS), plain);
        prop_assert_eq!(link::decode_with(&text, TOPICS), Ok((scenario, extras)));
    }

    #[test]
    fn a_run_beside_which_nothing_is_said_is_written_as_version_1(scenario in scenario()) {
        let text = link::encode_with(&scenario, &Extras::default()).expect("it is valid");
        prop_assert_eq!(&text, &link::encode(&scenario).expect("it is valid"));
        prop_assert_eq!(URL_SAFE_NO_PAD.decode(&text).expect("it is base64")[0], 1);
    }

    #[test]
    fn any_bytes_behind_a_run_are_extras_or_a_sentence(rest in prop::collection::vec(any::<u8>(), 0..200)) {
        sound(&sealed(2, &[body(), rest].concat()));
    }

    #[test]
    fn extras_with_bytes_changed_are_extras_or_a_sentence(
        (scenario, extras) in with_extras(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = URL_SAFE_NO_PAD.decode(link::encode_with(&scenario, &extras).expect("it is valid")).expect("it is base64");
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        sound(&URL_SAFE_NO_PAD.encode(&bytes));
        sound(&sealed(2, &bytes[5..]));
    }

    #[test]
    fn extras_that_were_cut_off_are_refused((scenario, extras) in with_extras(), place in any::<prop::sample::Index>()) {
        let text = link::encode_with(&scenario, &extras).expect("it is valid");
        prop_assert!(link::decode(&text[..place.index(text.len())], TOPICS).is_err());
    }

    #[test]
    fn extras_with_one_character_changed_are_refused(
        (scenario, extras) in with_extras(),
        place in any::<prop::sample::Index>(),
        letter in "[A-Za-z0-9_-]",
    ) {
        let text = link::encode_with(&scenario, &extras).expect("it is valid");
        let place = place.index(text.len());
        let mut changed = text.clone();
        changed.replace_range(place..=place, &letter);
        prop_assert!(changed == text || link::decode(&changed, TOPICS).is_err());
    }
}

/// The bytes of extras, field by field: a second writing of the format, which must never follow a change of the first.
#[derive(Clone)]
struct Raw<'a> {
    note: &'a str,
    title: &'a str,
    goal: &'a str,
    tools: u64,
    fixed: u64,
    deeds_max: Option<u64>,
    begins_us: u64,
}

const RAW: Raw<'static> =
    Raw { note: "", title: "", goal: "leader-elected", tools: 0xffff_ffff, fixed: 0, deeds_max: None, begins_us: 2_000_000 };

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [varint(text.len() as u64), text.as_bytes().to_vec()].concat()
}

impl Raw<'_> {
    fn bytes(&self) -> Vec<u8> {
        let most = self.deeds_max.map_or(vec![0], |most| [vec![1], varint(most)].concat());
        let parts = [
            text(self.note),
            vec![1],
            text(self.title),
            text(self.goal),
            varint(self.tools),
            varint(self.fixed),
            most,
            varint(self.begins_us),
        ];
        parts.concat()
    }

    /// A link with these extras, beside a run of five nodes that crashes node 2 at a second and is shown at two.
    fn link(&self) -> String {
        let mut scenario = usual();
        scenario.moment.at.time_us = 2_000_000;
        let run = URL_SAFE_NO_PAD.decode(link::encode(&scenario).expect("it is valid")).expect("it is base64")[5..].to_vec();
        sealed(2, &[run, self.bytes()].concat())
    }
}

#[test]
fn extras_that_make_no_sense_get_their_own_sentence() {
    assert!(link::decode(&RAW.link(), TOPICS).is_ok());
    let long_note = "n".repeat(NOTE_CHARS_MAX + 1);
    let endless_note = "n".repeat(10_000);
    let many = "leader-elected ".repeat(STEPS_MAX + 1);
    let crash_locked = Raw { tools: !1 & 0xffff_ffff, begins_us: 500_000, ..RAW };
    let cases: Vec<(&str, Raw<'_>, &str)> = vec![
        ("a long note", Raw { note: &long_note, ..RAW }, "Its note is longer than 600 characters. Ask for a shorter one."),
        ("an endless note", Raw { note: &endless_note, ..RAW }, "A text in it is longer than 2400 bytes, which this page never writes."),
        ("an endless goal", Raw { goal: &endless_note, ..RAW }, "A text in it is longer than 1280 bytes, which this page never writes."),
        (
            "a note that turns the text around",
            Raw { note: "left \u{202e}right", ..RAW },
            "Its note is not plain text. Ask for a link whose note is letters and nothing else.",
        ),
        (
            "a title with a bell",
            Raw { title: "ding\u{7}", ..RAW },
            "Its title is not plain text. Ask for a link whose title is letters and nothing else.",
        ),
        ("no goal", Raw { goal: "", ..RAW }, "Its challenge has no goal. Ask whoever set it to make it anew."),
        ("too many steps", Raw { goal: &many, ..RAW }, "Its challenge waits for more than 8 things. Ask whoever set it for a shorter one."),
        (
            "an unknown fact",
            Raw { goal: "leader-electd", ..RAW },
            "Its challenge waits for \u{201c}leader-electd\u{201d}, which is nothing that can happen here. Ask whoever set it to make it anew.",
        ),
        (
            "an unknown deed",
            Raw { goal: "do:bribe", ..RAW },
            "Its challenge waits for \u{201c}do:bribe\u{201d}, which is nothing that can happen here. Ask whoever set it to make it anew.",
        ),
        (
            "an unknown invariant",
            Raw { goal: "broken:nothing", ..RAW },
            "Its challenge waits for \u{201c}broken:nothing\u{201d}, which is nothing that can happen here. Ask whoever set it to make it anew.",
        ),
        (
            "an unknown param",
            Raw { goal: "leader-elected luck=1", ..RAW },
            "Its challenge waits for \u{201c}luck\u{201d}, which is nothing that can happen here. Ask whoever set it to make it anew.",
        ),
        (
            "a setting that is not there",
            Raw { fixed: 1 << 63, ..RAW },
            "Its challenge locks setting number 63, which this algorithm does not have.",
        ),
        (
            "a beginning after the end",
            Raw { begins_us: 2_000_001, ..RAW },
            "Its challenge begins after the moment at which it opens. Ask whoever set it to make it anew.",
        ),
        (
            "a run that does what is locked",
            crash_locked.clone(),
            "Its run breaks the rules of its own challenge. \u{201c}Crash, restart\u{201d} is locked in this challenge.",
        ),
        (
            "a run that does too much",
            Raw { tools: 0xffff_ffff, deeds_max: Some(0), ..crash_locked },
            "Its run breaks the rules of its own challenge. This challenge admits 0 actions, and no more. Go back in the run to take one back, or \
             press Reset.",
        ),
    ];
    for (kind, raw, sentence) in cases {
        let said = link::decode(&raw.link(), TOPICS).map_err(|error| error.to_string());
        assert_eq!(said, Err(format!("This link cannot be played here. {sentence}")), "{kind}");
    }
}

#[test]
fn extras_of_a_length_that_is_not_there_are_refused_before_anything_is_made() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    for before in [&[][..], &[0, 1][..], &[0, 1, 0][..]] {
        assert!(link::decode(&sealed(2, &[&body(), before, &huge].concat()), TOPICS).is_err());
    }
}

#[test]
fn a_link_with_extras_that_was_cut_or_added_to_at_any_place_says_which() {
    let good = Raw { note: "Look at node 2.", ..RAW }.link();
    for end in 1..good.len() {
        assert_eq!(link::decode(&good[..end], TOPICS), Err(LinkError::Cut), "{} of {} characters", end, good.len());
    }
    for added in ["A", "b", "xy", "abc", "w_-9", "andsoon"] {
        assert_eq!(link::decode(&format!("{good}{added}"), TOPICS), Err(LinkError::Trailing), "{added} added");
    }
}

#[test]
fn a_challenge_as_a_teacher_makes_it_fits_in_a_comfortable_link() {
    let note = "n".repeat(NOTE_CHARS_MAX);
    let extras = Extras {
        note,
        challenge: Some(Challenge {
            goal: Goal::from_text("do:partition two-leaders pre_vote=0"),
            tools: ALL_TOOLS,
            ..Challenge::default()
        }),
    };
    let text = link::encode_with(&usual(), &extras).expect("it is valid");
    assert!(text.len() + 70 < link::LINK_CHARS_COMFORTABLE, "{} characters", text.len());
}

// What links with extras promise.

const GOLDEN: &str = include_str!("../golden/links-v2.txt");
const GOLDEN_HEADER: &str =
    "# The fingerprint at the link's moment, and the link. Format 2. tests/links/extras.rs says what of it may ever change.\n";

/// For each algorithm a challenge after some faults, whose goal names as many of its names as go in, and a run with a note.
fn golden() -> Vec<(Scenario, Extras)> {
    let algorithms = TOPICS.iter().flat_map(|topic| (0u8..).zip(topic.algorithms).map(move |(index, _)| (topic, index)));
    algorithms
        .flat_map(|(topic, algorithm)| {
            let mut scenario = Scenario::new(topic, algorithm, 7).expect("the algorithm is there");
            let entry = scenario.entry().expect("it is there");
            scenario.journal = random_schedule(3, scenario.nodes, entry.algorithm.commands(), &Shape::default());
            let mut timeline = scenario.timeline().expect("it is valid");
            timeline.play_to(1_500_000, u32::MAX).expect("it plays");
            let begun = beginning(&scenario, &timeline);
            let specs = entry.algorithm.params();
            let challenge = Challenge {
                title: format!("A challenge of lesson {}: größer 🙂", topic.number),
                goal: Goal {
                    steps: conditions(&scenario).into_iter().step_by(3).take(STEPS_MAX).collect(),
                    params: specs.iter().take(2).map(|spec| (spec.name.to_owned(), spec.default)).collect(),
                },
                tools: 0b10_1010_1010,
                fixed: if specs.is_empty() { 0 } else { 1 },
                deeds_max: (topic.number % 2 == 0).then_some(3),
                begins_us: begun.moment.at.time_us,
            };
            let note = Extras { note: "Look at node 2.\nWhy does it wait?".to_owned(), challenge: None };
            [(begun, Extras { note: String::new(), challenge: Some(challenge) }), (at_moment(scenario, 900_000), note)]
        })
        .collect()
}

#[test]
fn golden_links_of_format_2_say_what_they_said_and_end_where_they_ended() {
    if std::env::var("FAULTLINE_GOLDEN").is_ok_and(|what| what == "write") {
        let mut text = GOLDEN_HEADER.to_owned();
        for (scenario, extras) in golden() {
            let link = link::encode_with(&scenario, &extras).expect("it is valid");
            writeln!(text, "{:016x} {link}", super::opened(&link).1).expect("it is memory");
        }
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/links-v2.txt"), &text).expect("it can be written");
        return;
    }
    let (mut challenges, mut notes) = (0, 0);
    for line in GOLDEN.lines().skip(1) {
        let (fingerprint, text) = line.split_once(' ').expect("a fingerprint and a link");
        let (scenario, extras) = link::decode_with(text, TOPICS).unwrap_or_else(|error| panic!("{error}\n{text}"));
        // What a link says is written as it was written, for as long as this version is.
        assert_eq!(link::encode_with(&scenario, &extras).as_deref(), Ok(text));
        let (engine, then) = scenario.moment.fingerprint.expect("it was captured");
        assert_eq!(format!("{then:016x}"), fingerprint);
        if engine == ENGINE_VERSION {
            assert_eq!(format!("{:016x}", super::opened(text).1), fingerprint, "{text}");
        }
        challenges += u32::from(extras.challenge.is_some());
        notes += u32::from(!extras.note.is_empty());
    }
    assert!(challenges >= 13 && notes >= 13, "only {challenges} challenges and {notes} notes");
}
