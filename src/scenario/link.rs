//! A scenario as text: the part of a link after `#s=`, and the content of a scenario file.
//!
//! ```text
//!   version 1   base64url( 1: u8 · checksum: u32 · postcard(RawScenario) )
//!   version 2   base64url( 2: u8 · checksum: u32 · postcard(RawScenario) · postcard(RawExtras) )
//! ```
//!
//! A run beside which nothing is said is written as version 1.
//!
//! Links live for ever: the decoder of every version stays, and golden links of each are tests. A link is hostile input: its
//! length is bounded before it is looked at, counts are bounded by what is left of it, and every failure is a sentence.

use super::challenge::{Challenge, Extras, NAME_BYTES_MAX, NOTE_CHARS_MAX, STEPS_MAX, TITLE_CHARS_MAX};
use super::goal::Goal;
use super::{Invalid, Moment, Scenario, letters};
use crate::sim::hash::stable_hash;
use crate::sim::timeline::Entry;
use crate::sim::{At, Conditions, Intervention, Params};
use crate::topics::Topic;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The version of a run.
const VERSION_RUN: u8 = 1;
/// The version of a run beside which something is said.
const VERSION_EXTRAS: u8 = 2;
/// Longest text that is looked at.
pub const LINK_CHARS_MAX: usize = 65_536;
/// Links up to this length survive mail, chat and address bars; what is longer had better be a file.
pub const LINK_CHARS_COMFORTABLE: usize = 2_000;
/// Longest texts that are taken from a link, in bytes: four for each character.
const NOTE_BYTES_MAX: usize = 4 * NOTE_CHARS_MAX;
const TITLE_BYTES_MAX: usize = 4 * TITLE_CHARS_MAX;
/// Longest goal that is taken from a link, in bytes.
const GOAL_BYTES_MAX: usize = 2 * STEPS_MAX * NAME_BYTES_MAX;
/// In front of the text in a scenario file.
pub const FILE_PREFIX: &str = "faultline:";

/// Why a text is not a scenario. Each is a sentence for the reader who opened it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// Nothing there.
    Empty,
    /// Longer than anything this page writes.
    TooLong,
    /// A character that no link has, at this position from 1.
    Character(usize),
    /// It stops before it says everything.
    Cut,
    /// It was made by a later version.
    Newer(u8),
    /// Some of its characters are not those that were written.
    Damaged,
    /// It says more than a scenario.
    Trailing,
    /// It decodes, but what it says makes no sense here.
    Invalid(Invalid),
}

/// What a reader opened: the sentence of a [`LinkError`] is about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The address of the page, or one that was pasted.
    Link,
    /// A file that was chosen or dropped.
    File,
}

impl LinkError {
    /// The sentence for whoever opened `source`.
    pub fn sentence(&self, source: Source) -> String {
        let (this, again) = match source {
            Source::Link => ("This link", "Ask for it again, and copy it whole."),
            Source::File => ("This file", "Ask for it again, or save the run anew."),
        };
        match self {
            LinkError::Empty => format!("{this} holds no run. Ask for it again, or start from the lesson."),
            LinkError::TooLong => format!("{this} is longer than {LINK_CHARS_MAX} characters, so it was not made by this page."),
            LinkError::Character(position) => format!("{this} is damaged: its {position}. character does not belong there. {again}"),
            LinkError::Cut => format!("{this} stops too early: its end is missing. {again}"),
            LinkError::Newer(version) => {
                format!("{this} was made by a newer version of the page (format {version}). Reload the page to get that version.")
            }
            LinkError::Damaged => format!("{this} is damaged: some of its characters were changed. {again}"),
            LinkError::Trailing => format!("{this} goes on after its end: something was added to it. Ask for it again."),
            LinkError::Invalid(invalid) => format!("{this} cannot be played here. {invalid}"),
        }
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(Source::Link))
    }
}

impl std::error::Error for LinkError {}

/// Version 1 on the wire. Field order is the format: never change it, write a version 2.
#[derive(Serialize, Deserialize)]
struct RawScenario {
    topic: u8,
    algorithm: u8,
    nodes: u16,
    seed: u64,
    /// Params that are not at their default.
    params: Vec<(u16, i64)>,
    /// Absent when it is the algorithm's usual network.
    network: Option<Conditions>,
    journal: Vec<RawEntry>,
    at: At,
    fingerprint: Option<(u16, u64)>,
}

/// Times are distances from the entry before, which are short numbers.
#[derive(Serialize, Deserialize)]
struct RawEntry {
    later_us: u64,
    after: u32,
    what: Intervention,
}

/// What version 2 says after the run. Field order is the format: never change it, write a version 3. Its texts are read in place, so
/// that nothing is allocated before their lengths are known to be in bounds.
#[derive(Serialize, Deserialize)]
struct RawExtras<'a> {
    note: &'a str,
    challenge: Option<RawChallenge<'a>>,
}

#[derive(Serialize, Deserialize)]
struct RawChallenge<'a> {
    title: &'a str,
    /// [`Goal::to_text`]: by names, which outlive the order of what they name.
    goal: &'a str,
    /// Kinds of deeds by index, as bits.
    tools: u32,
    /// Params by index, as bits.
    fixed: u64,
    deeds_max: Option<u16>,
    begins_us: u64,
}

/// The text of a scenario.
pub fn encode(scenario: &Scenario) -> Result<String, Invalid> {
    encode_with(scenario, &Extras::default())
}

/// The text of a scenario and of what is said beside it.
pub fn encode_with(scenario: &Scenario, extras: &Extras) -> Result<String, Invalid> {
    // Writing into memory cannot fail: every type here has a definite length.
    let mut body = postcard::to_allocvec(&lower(scenario)?).unwrap_or_default();
    if !extras.is_empty() {
        extras.validate(scenario)?;
        let goal = extras.challenge.as_ref().map_or(String::new(), |challenge| challenge.goal.to_text());
        let challenge = extras.challenge.as_ref().map(|Challenge { title, tools, fixed, deeds_max, begins_us, .. }| RawChallenge {
            title,
            goal: &goal,
            tools: *tools,
            fixed: *fixed,
            deeds_max: *deeds_max,
            begins_us: *begins_us,
        });
        body.extend(postcard::to_allocvec(&RawExtras { note: &extras.note, challenge }).unwrap_or_default());
    }
    let mut bytes = vec![if extras.is_empty() { VERSION_RUN } else { VERSION_EXTRAS }];
    bytes.extend(checksum(&body));
    bytes.extend(body);
    Ok(letters::encode(&bytes))
}

fn lower(scenario: &Scenario) -> Result<RawScenario, Invalid> {
    let entry = scenario.entry()?;
    let defaults = Params::defaults(entry.algorithm.params());
    let params = (0u16..).zip(scenario.params.values().iter().zip(defaults.values()));
    let mut before_us = 0;
    Ok(RawScenario {
        topic: scenario.topic.number,
        algorithm: scenario.algorithm,
        nodes: scenario.nodes,
        seed: scenario.seed,
        params: params.filter(|(_, (value, default))| value != default).map(|(index, (value, _))| (index, *value)).collect(),
        network: (scenario.network != entry.network).then_some(scenario.network),
        journal: scenario
            .journal
            .iter()
            .map(|item| {
                let later_us = item.at.time_us.saturating_sub(before_us);
                before_us = item.at.time_us;
                RawEntry { later_us, after: item.at.after, what: item.what.clone() }
            })
            .collect(),
        at: scenario.moment.at,
        fingerprint: scenario.moment.fingerprint,
    })
}

/// The scenario of a text, if it is about one of `topics`; takes a bare text, one with [`FILE_PREFIX`], and a whole link.
pub fn decode(text: &str, topics: &'static [Topic]) -> Result<Scenario, LinkError> {
    decode_with(text, topics).map(|(scenario, _)| scenario)
}

/// As [`decode`], with what is said beside the scenario.
pub fn decode_with(text: &str, topics: &'static [Topic]) -> Result<(Scenario, Extras), LinkError> {
    let sealed = Sealed::of(text)?;
    let reads: Reads = if sealed.version == VERSION_EXTRAS { |bytes| postcard::take_from_bytes(bytes) } else { read_none };
    let (scenario, said) = unseal(&sealed, reads, topics)?;
    let extras = elevate_extras(&said, &scenario).map_err(LinkError::Invalid)?;
    Ok((scenario, extras))
}

/// As [`decode`], of a text beside whose run nothing is said, which every run of a lesson is. Apart, because all that is known of
/// notes and challenges would be in what a page begins with.
pub fn decode_plain(text: &str, topics: &'static [Topic]) -> Result<Scenario, LinkError> {
    let sealed = Sealed::of(text)?;
    match sealed.version {
        VERSION_RUN => unseal(&sealed, read_none, topics).map(|(scenario, _)| scenario),
        other => Err(LinkError::Newer(other)),
    }
}

/// A text whose letters have been read.
struct Sealed {
    version: u8,
    /// What follows the version.
    bytes: Vec<u8>,
    /// Whether there was more, which is no text of ours.
    odd: bool,
}

impl Sealed {
    fn of(text: &str) -> Result<Self, LinkError> {
        if text.len() > LINK_CHARS_MAX {
            return Err(LinkError::TooLong);
        }
        let text = text.trim();
        let text = text.rsplit_once("#s=").map_or(text, |(_, text)| text);
        let text = text.strip_prefix(FILE_PREFIX).unwrap_or(text).trim();
        if text.is_empty() {
            return Err(LinkError::Empty);
        }
        if let Some(position) = text.chars().position(|letter| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_') {
            return Err(LinkError::Character(position + 1));
        }
        // What cannot be the end of a text was cut or added to: what can be read before it tells which.
        let (mut bytes, odd) = match letters::decode(text) {
            Some(bytes) => (bytes, false),
            None => {
                let mut shorter = (1..=3).filter_map(|fewer| text.get(..text.len().checked_sub(fewer)?));
                (shorter.find_map(letters::decode).ok_or(LinkError::Damaged)?, true)
            }
        };
        if bytes.is_empty() {
            return Err(if odd { LinkError::Cut } else { LinkError::Empty });
        }
        match bytes.remove(0) {
            0 => Err(LinkError::Damaged),
            version @ (VERSION_RUN | VERSION_EXTRAS) => Ok(Sealed { version, bytes, odd }),
            newer => Err(LinkError::Newer(newer)),
        }
    }
}

/// What reads what is said beside a run; returns what follows it.
type Reads = for<'a> fn(&'a [u8]) -> postcard::Result<(RawExtras<'a>, &'a [u8])>;

/// Version 1 says nothing.
fn read_none(bytes: &[u8]) -> postcard::Result<(RawExtras<'_>, &[u8])> {
    Ok((RawExtras { note: "", challenge: None }, bytes))
}

/// Versions 1 and 2.
fn unseal<'a>(sealed: &'a Sealed, reads: Reads, topics: &'static [Topic]) -> Result<(Scenario, RawExtras<'a>), LinkError> {
    let (sum, body) = sealed.bytes.split_at_checked(4).ok_or(LinkError::Cut)?;
    let odd = sealed.odd;
    let refuse = |error| match error {
        // A text that ends in the middle of a field was cut; anything else was changed.
        postcard::Error::DeserializeUnexpectedEnd if odd || sum != checksum(body) => LinkError::Cut,
        _ => LinkError::Damaged,
    };
    let (raw, rest) = postcard::take_from_bytes::<RawScenario>(body).map_err(refuse)?;
    let (said, rest) = reads(rest).map_err(refuse)?;
    let own = body.get(..body.len() - rest.len()).unwrap_or(body);
    if (odd || !rest.is_empty()) && (sum == checksum(own) || sum == checksum(body)) {
        return Err(LinkError::Trailing);
    }
    if odd || sum != checksum(body) {
        return Err(LinkError::Damaged);
    }
    Ok((elevate(raw, topics).map_err(LinkError::Invalid)?, said))
}

fn elevate_extras(said: &RawExtras<'_>, scenario: &Scenario) -> Result<Extras, Invalid> {
    let texts = [(said.note, NOTE_BYTES_MAX)].into_iter();
    let texts = texts.chain(said.challenge.iter().flat_map(|raw| [(raw.title, TITLE_BYTES_MAX), (raw.goal, GOAL_BYTES_MAX)]));
    if let Some((_, most)) = texts.clone().find(|(text, most)| text.len() > *most) {
        return Err(Invalid::Extras(format!("A text in it is longer than {most} bytes, which this page never writes.")));
    }
    let challenge = said.challenge.as_ref().map(|raw| Challenge {
        title: raw.title.to_owned(),
        goal: Goal::from_text(raw.goal),
        tools: raw.tools,
        fixed: raw.fixed,
        deeds_max: raw.deeds_max,
        begins_us: raw.begins_us,
    });
    let extras = Extras { note: said.note.to_owned(), challenge };
    extras.validate(scenario)?;
    Ok(extras)
}

fn elevate(raw: RawScenario, topics: &'static [Topic]) -> Result<Scenario, Invalid> {
    let topic = topics.iter().find(|topic| topic.number == raw.topic).ok_or(Invalid::Topic(raw.topic))?;
    let mut scenario = Scenario::new(topic, raw.algorithm, raw.seed)?;
    scenario.nodes = raw.nodes;
    for (index, value) in raw.params {
        if !scenario.params.set(index, value) {
            return Err(Invalid::Param(format!("It sets param number {index}, which this algorithm does not have.")));
        }
    }
    scenario.network = raw.network.unwrap_or(scenario.network);
    let mut time_us: u64 = 0;
    scenario.journal = raw
        .journal
        .into_iter()
        .map(|item| {
            time_us = time_us.saturating_add(item.later_us);
            Entry { at: At { time_us, after: item.after }, what: item.what }
        })
        .collect();
    scenario.moment = Moment { at: raw.at, fingerprint: raw.fingerprint };
    scenario.validate()?;
    Ok(scenario)
}

fn checksum(body: &[u8]) -> [u8; 4] {
    let hash = stable_hash(body);
    ((hash ^ (hash >> 32)) as u32).to_le_bytes()
}
