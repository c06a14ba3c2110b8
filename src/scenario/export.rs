//! A run for other tools: its events as data (JSON), and a log with vector clocks that ShiViz draws.

use super::Scenario;
use crate::sim::sorted::SortedMap;
use crate::sim::{Algorithm, Choice, Event, Intervention, NodeId, ParamKind, ParamSpec, Scope, Timeline};
use serde::Serialize;
use std::fmt::Write as _;

/// Events that an export holds at most; it says so when there were more.
pub const EXPORT_EVENTS_MAX: u64 = 50_000;

/// One event of an exported run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExportedEvent {
    /// Number of the step, from 0.
    pub step: u64,
    /// Virtual microseconds.
    pub time_us: u64,
    /// The node at which it happened.
    pub node: Option<u16>,
    /// What happened, in words.
    pub what: String,
    /// What the algorithm said about it.
    pub said: Vec<String>,
    /// The step that led to it.
    pub cause: Option<u64>,
    /// Whether the reader or the scenario did it.
    pub by_hand: bool,
    /// The node's vector clock after it, by node.
    pub clock: SortedMap<u16, u64>,
}

/// An exported run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Export {
    /// The algorithm's name.
    pub algorithm: &'static str,
    /// Size of the membership.
    pub nodes: u16,
    /// The source of all luck.
    pub seed: u64,
    /// Whether there were more events than an export holds.
    pub truncated: bool,
    /// The events in order.
    pub events: Vec<ExportedEvent>,
}

/// What happened, in words: the sentence of the event log.
pub fn sentence(timeline: &Timeline, event: &Event) -> String {
    let algorithm = timeline.setup().algorithm;
    let message = event.message.as_ref().map_or_else(String::new, |flight| algorithm.describe(&*flight.payload));
    match &event.what {
        Intervention::Do(choice) | Intervention::Scripted(choice, _) => match (choice, event.reason) {
            (Choice::Drop(id), Some(reason)) => format!("lost from {} to {}, {reason}: {message}", id.from, id.to),
            (Choice::Restart(node), _) if !event.by_hand => format!("{node} starts"),
            _ => choice_in_words(algorithm, choice, &message),
        },
        Intervention::Delay { message: id, by_us } => format!("delayed by {} ms from {} to {}: {message}", by_us / 1_000, id.from, id.to),
        Intervention::Hold(id) => format!("held back from {} to {}: {message}", id.from, id.to),
        Intervention::Release(id) => format!("released from {} to {}: {message}", id.from, id.to),
        Intervention::Manual(true) => "from here on nothing happens by itself".to_owned(),
        Intervention::Manual(false) => "the clock is in charge again".to_owned(),
        Intervention::Network { scope, conditions } => {
            let change = if conditions.is_some() { "changes" } else { "is as it was" };
            match scope {
                Scope::Everywhere => format!("the network {change}"),
                Scope::Node(node) => format!("the network of {node} {change}"),
                Scope::Link(from, to) => format!("the link {from}→{to} {change}"),
            }
        }
    }
}

/// A choice in words. `message` is what the message says that it is about, if it is about one.
pub fn choice_in_words(algorithm: &dyn Algorithm, choice: &Choice, message: &str) -> String {
    match choice {
        Choice::Deliver(id) => format!("{} hears from {}: {message}", id.to, id.from),
        Choice::Drop(id) => format!("dropped from {} to {}: {message}", id.from, id.to),
        Choice::Duplicate(id) => format!("duplicated from {} to {}: {message}", id.from, id.to),
        Choice::Fire(id) => format!("{}: {}", id.node, algorithm.timer(id.code).map_or("timer", |info| info.name)),
        Choice::Command { id, node, call } => {
            let name = algorithm.commands().get(usize::from(call.command)).map_or("command", |spec| spec.name);
            let arguments: Vec<String> = call.arguments.iter().map(ToString::to_string).collect();
            format!("client {} asks {node}: {name} {}", id.client, arguments.join(" ")).trim_end().to_owned()
        }
        Choice::Crash(node) => format!("{node} crashes"),
        Choice::Restart(node) => format!("{node} restarts from its disk"),
        Choice::Wipe(node) => format!("the disk of {node} is wiped"),
        Choice::Pause(node) => format!("{node} freezes"),
        Choice::Resume(node) => format!("{node} goes on"),
        Choice::Cut { from, to } => format!("the link {from}→{to} is cut"),
        Choice::Mend { from, to } => format!("the link {from}→{to} works again"),
        Choice::Partition(groups) => format!("partition: {}", groups_in_words(groups)),
        Choice::Heal => "all cuts are healed".to_owned(),
        Choice::ClockJump { node, by_us } => format!("the clock of {node} jumps by {} ms", by_us / 1_000),
        Choice::ClockDrift { node, ppm: 0 } => format!("the clock of {node} runs true to time"),
        Choice::ClockDrift { node, ppm } => {
            let (tenths, way) = (ppm.unsigned_abs() / 1_000, if *ppm > 0 { "fast" } else { "slow" });
            format!("the clock of {node} runs {}.{} % {way}", tenths / 10, tenths % 10)
        }
        Choice::Param { index, value } => {
            let spec = algorithm.params().get(usize::from(*index));
            format!("\u{201c}{}\u{201d} is now {}", spec.map_or("a setting", |spec| spec.label), value_in_words(spec, *value))
        }
    }
}

/// A param's value: `off`, `8 entries`.
pub fn value_in_words(spec: Option<&ParamSpec>, value: i64) -> String {
    match spec.map(|spec| spec.kind) {
        Some(ParamKind::Toggle | ParamKind::Rule) => if value == 0 { "off" } else { "on" }.to_owned(),
        Some(ParamKind::Choice(options)) => {
            usize::try_from(value).ok().and_then(|index| options.get(index)).map_or_else(|| value.to_string(), |name| (*name).to_owned())
        }
        Some(ParamKind::Range { unit, .. }) => format!("{value} {unit}").trim_end().to_owned(),
        None => value.to_string(),
    }
}

/// `0 1 | 2 3 4`.
pub fn groups_in_words(groups: &[u8]) -> String {
    let mut by_group: SortedMap<u8, Vec<String>> = SortedMap::new();
    for (node, group) in (0u16..).zip(groups) {
        by_group.get_or_insert_with(*group, Vec::new).push(node.to_string());
    }
    by_group.values().map(|nodes| nodes.join(" ")).collect::<Vec<_>>().join(" | ")
}

/// Replays `scenario` up to its moment and writes down every event.
pub fn export(scenario: &Scenario) -> Result<Export, super::Invalid> {
    let mut timeline = scenario.timeline()?;
    let mut clocks: SortedMap<NodeId, SortedMap<u16, u64>> = SortedMap::new();
    let mut stamps: SortedMap<u64, SortedMap<u16, u64>> = SortedMap::new();
    let mut export =
        Export { algorithm: scenario.entry()?.name, nodes: scenario.nodes, seed: scenario.seed, truncated: false, events: Vec::new() };
    let end = scenario.moment.at;
    loop {
        if timeline.step_count() >= EXPORT_EVENTS_MAX {
            export.truncated = true;
            break;
        }
        if timeline.at() >= end || !timeline.step().unwrap_or(false) {
            break;
        }
        let Some(event) = timeline.record().trace.last().cloned() else { break };
        if event.time_us > end.time_us {
            break;
        }
        let mut stamp = SortedMap::new();
        if let Some(node) = event.actor {
            let clock = clocks.get_or_insert_with(node, SortedMap::new);
            for (of, count) in event.cause.and_then(|cause| stamps.get(&cause)).into_iter().flatten() {
                let known = clock.get_or_insert_with(*of, || 0);
                *known = (*known).max(*count);
            }
            *clock.get_or_insert_with(node.0, || 0) += 1;
            stamp = clock.clone();
            stamps.insert(event.step, stamp.clone());
        }
        export.events.push(ExportedEvent {
            step: event.step,
            time_us: event.time_us,
            node: event.actor.map(|node| node.0),
            what: sentence(&timeline, &event),
            said: event.said.clone(),
            cause: event.cause,
            by_hand: event.by_hand,
            clock: stamp,
        });
    }
    Ok(export)
}

/// An export as JSON. Written by hand: it is the one thing that the page writes as JSON, and a general writer would cost a
/// tenth of the page's program. Numbers are exact here, but above 2^53 most readers of JSON round them.
pub fn json(export: &Export) -> String {
    let events: Vec<String> = export.events.iter().map(event_json).collect();
    format!(
        "{{\"algorithm\":{},\"nodes\":{},\"seed\":{},\"truncated\":{},\"events\":[\n{}\n]}}\n",
        json_text(export.algorithm),
        export.nodes,
        export.seed,
        export.truncated,
        events.join(",\n")
    )
}

fn event_json(event: &ExportedEvent) -> String {
    let said: Vec<String> = event.said.iter().map(|why| json_text(why)).collect();
    let clock: Vec<String> = event.clock.iter().map(|(of, count)| format!("\"{of}\":{count}")).collect();
    let or_null = |number: Option<u64>| number.map_or_else(|| "null".to_owned(), |number| number.to_string());
    format!(
        "{{\"step\":{},\"time_us\":{},\"node\":{},\"what\":{},\"said\":[{}],\"cause\":{},\"by_hand\":{},\"clock\":{{{}}}}}",
        event.step,
        event.time_us,
        or_null(event.node.map(u64::from)),
        json_text(&event.what),
        said.join(","),
        or_null(event.cause),
        event.by_hand,
        clock.join(",")
    )
}

/// A text between quotes, with what JSON does not take as it is (RFC 8259, section 7).
fn json_text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // Writing into a String cannot fail.
            '\0'..='\u{1f}' => drop(write!(quoted, "\\u{:04x}", u32::from(c))),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The regular expression with which ShiViz reads [`shiviz_log`].
pub const SHIVIZ_PATTERN: &str = r"(?<host>\S*) (?<clock>{.*})\n(?<event>.*)";

/// The run as a log with vector clocks. Events without a node (a cut, a lost message) have no place in it.
pub fn shiviz_log(export: &Export) -> String {
    let mut log = String::new();
    for event in &export.events {
        let Some(node) = event.node else { continue };
        let clock: Vec<String> = event.clock.iter().map(|(of, count)| format!("\"node{of}\":{count}")).collect();
        // Writing into a String cannot fail.
        let _ = writeln!(log, "node{node} {{{}}}\n{}", clock.join(", "), event.what.replace('\n', " "));
    }
    log
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn json_says_what_the_export_holds_whatever_its_texts_are() {
        let event = ExportedEvent {
            step: 7,
            time_us: 412_000,
            node: Some(2),
            what: "client 0 asks 2: write \"x\\y\"".to_owned(),
            said: vec!["line one\nline two\u{1}".to_owned(), "Ω → 3".to_owned()],
            cause: None,
            by_hand: true,
            clock: SortedMap::from([(0, 1), (2, 5)]),
        };
        let other = ExportedEvent { node: None, said: Vec::new(), cause: Some(7), clock: SortedMap::new(), ..event.clone() };
        let export = Export { algorithm: "Raft", nodes: 3, seed: u64::MAX, truncated: false, events: vec![event, other] };
        let read: serde_json::Value = serde_json::from_str(&json(&export)).unwrap();
        assert_eq!(read, serde_json::to_value(&export).unwrap());
    }
}
