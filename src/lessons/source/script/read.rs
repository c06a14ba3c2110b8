//! From TOML to a script, with a complaint for everything that means nothing.

use super::{Changes, Deed, Group, MessageName, Script, Step, Where, Which, Who};
use crate::lessons::source::fields::{Fields, Value};
use crate::lessons::source::mistake::{Mistake, Mistakes, Source, unknown};
use crate::lessons::source::units;
use crate::sim::{Argument, ArgumentKind, Choice, CommandCall, Intervention, MessageId, NodeId, ParamKind, ParamSpec, Params};
use crate::topics::{Entry, Topic};
use std::collections::{BTreeMap, BTreeSet};

/// Names of the actions that a step may have, in the order of the README.
const ACTIONS: &[&str] = &[
    "crash",
    "restart",
    "wipe",
    "pause",
    "resume",
    "partition",
    "heal",
    "cut",
    "mend",
    "drop",
    "deliver",
    "duplicate",
    "hold",
    "release",
    "delay",
    "timeout",
    "command",
    "clock",
    "set",
    "network",
    "manual",
];

/// Reads all scripts of a lesson. `files` are (name of the file without ending, path, text).
pub fn read_all(topic: &'static Topic, files: &[(String, String, String)], mistakes: &mut Mistakes) -> BTreeMap<String, Script> {
    let mut reader = Reader { topic, files, done: BTreeMap::new(), under_way: BTreeSet::new(), mistakes };
    for (id, _, _) in files {
        reader.read(id);
    }
    reader.done.into_iter().filter_map(|(id, script)| Some((id, script?))).collect()
}

struct Reader<'a> {
    topic: &'static Topic,
    files: &'a [(String, String, String)],
    done: BTreeMap<String, Option<Script>>,
    under_way: BTreeSet<String>,
    mistakes: &'a mut Mistakes,
}

impl Reader<'_> {
    fn read(&mut self, id: &str) -> Option<Script> {
        if let Some(script) = self.done.get(id) {
            return script.clone();
        }
        let (_, file, text) = self.files.iter().find(|(name, _, _)| name == id)?;
        self.under_way.insert(id.to_owned());
        let result = Fields::parse(Source { file, text }, text, 0, "a scenario").and_then(|fields| self.script(id, file, fields));
        self.under_way.remove(id);
        let script = self.mistakes.keep(result);
        self.done.insert(id.to_owned(), script.clone());
        script
    }

    fn script(&mut self, id: &str, file: &str, mut fields: Fields<'_>) -> Result<Script, Mistake> {
        let title = fields.need_text("title", "\"Crash the leader\"")?;
        let note = fields.need_text("note", "\"One sentence on what the run shows.\"")?;
        let mut script = match fields.take("from") {
            Some(value) => self.base(value)?,
            None => self.blank(&mut fields)?,
        };
        (script.id, script.title, script.note, script.file) = (id.to_owned(), title, note, file.to_owned());
        if let Some(value) = fields.take("nodes") {
            let (min, _, max) = script.entry.nodes;
            let nodes: u16 = value.number("a number of nodes")?;
            if nodes < min || nodes > max {
                return Err(value.mistake(format!("{} runs with {min} to {max} nodes, not {nodes}.", script.entry.name)));
            }
            script.nodes = nodes;
        }
        if let Some(value) = fields.take("seed") {
            script.seed = value.number("a seed, which is a whole number from 0")?;
        }
        if let Some(table) = fields.table("params", "[params]")? {
            for (index, value) in params(script.entry, table, self.mistakes) {
                script.params.set(index, value);
            }
        }
        if let Some(table) = fields.table("network", "[network]")? {
            let at = table.mistake("");
            script.network = changes(table, self.mistakes)?.apply(script.network);
            script.network.validate().map_err(|error| Mistake { says: error.to_string(), ..at })?;
        }
        if let Some(value) = fields.take("open") {
            script.open_us = value.duration_us()?;
        }
        for mut step in fields.tables("do", "a step")? {
            let place = step.mistake("");
            let read = self.step(&script, &mut step);
            if let Some((at_us, deed)) = self.mistakes.keep(read) {
                if script.steps.last().is_some_and(|last| last.at_us > at_us) {
                    self.mistakes
                        .add(Mistake { says: "this step comes before the one above it in time; steps go in order.".into(), ..place });
                    continue;
                }
                script.steps.push(Step { file: file.to_owned(), line: place.line, at_us, deed });
                step.finish(self.mistakes);
            }
        }
        fields.finish(self.mistakes);
        Ok(script)
    }

    fn base(&mut self, value: Value<'_>) -> Result<Script, Mistake> {
        let place = value.mistake("");
        let name = value.text()?;
        if self.under_way.contains(&name) {
            return Err(Mistake { says: format!("\u{201c}{name}\u{201d} goes on from this scenario itself."), ..place });
        }
        let known: Vec<&str> = self.files.iter().map(|(id, _, _)| id.as_str()).collect();
        if !known.contains(&name.as_str()) {
            return Err(Mistake { says: unknown("scenario", &name, &known), ..place });
        }
        let says = format!("\u{201c}{name}\u{201d} has mistakes of its own.");
        let base = self.read(&name).ok_or(Mistake { says, ..place })?;
        Ok(Script { from: Some(name), ..base })
    }

    fn blank(&mut self, fields: &mut Fields<'_>) -> Result<Script, Mistake> {
        let value = fields.need("algorithm", "\"raft\"")?;
        let name = value.parsed("the name of an algorithm", |text| Some(text.to_owned()))?;
        let Some((algorithm, entry)) = self.topic.by_id(&name) else {
            let known: Vec<&str> = self.topic.algorithms.iter().map(|entry| entry.id).collect();
            return Err(value.mistake(unknown("algorithm", &name, &known)));
        };
        Ok(Script {
            id: String::new(),
            title: String::new(),
            note: String::new(),
            algorithm,
            entry,
            from: None,
            file: String::new(),
            topic: self.topic,
            nodes: entry.nodes.1,
            seed: 0,
            params: Params::defaults(entry.algorithm.params()),
            network: entry.network,
            steps: Vec::new(),
            open_us: 0,
        })
    }

    fn step(&mut self, script: &Script, fields: &mut Fields<'_>) -> Result<(u64, Deed), Mistake> {
        let at_us = fields.need("at", "\"1.2 s\"")?.duration_us()?;
        let found: Vec<(&'static str, Value<'_>)> = ACTIONS.iter().filter_map(|name| Some((*name, fields.take(name)?))).collect();
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some((name, value)), None) => Ok((at_us, self.deed(script, name, value)?)),
            (Some((first, _)), Some((second, value))) => {
                Err(value.mistake(format!("a step does one thing, but this one has `{first}` and `{second}`. Write two steps.")))
            }
            (None, _) => Err(match fields.take_rest().first() {
                Some((key, value)) => value.mistake(format!("in a step, {}", unknown("action", key, ACTIONS))),
                None => fields.mistake(format!("this step does nothing. It needs one of: {}.", ACTIONS.join(", "))),
            }),
        }
    }

    fn deed(&mut self, script: &Script, name: &str, value: Value<'_>) -> Result<Deed, Mistake> {
        let on_node = |make: fn(NodeId) -> Choice, value: &Value<'_>| Ok(Deed::Node(make, who(script, value)?));
        let on_links = |make: fn(NodeId, NodeId) -> Choice, value: Value<'_>| Ok(Deed::Links(make, links(script, value)?));
        let on_messages = |make: fn(MessageId) -> Intervention, value: Value<'_>| Ok(Deed::Messages(make, messages(script, value)?));
        match name {
            "crash" => on_node(Choice::Crash, &value),
            "restart" => on_node(Choice::Restart, &value),
            "wipe" => on_node(Choice::Wipe, &value),
            "pause" => on_node(Choice::Pause, &value),
            "resume" => on_node(Choice::Resume, &value),
            "cut" => on_links(|from, to| Choice::Cut { from, to }, value),
            "mend" => on_links(|from, to| Choice::Mend { from, to }, value),
            "drop" => on_messages(|id| Intervention::Do(Choice::Drop(id)), value),
            "deliver" => on_messages(|id| Intervention::Do(Choice::Deliver(id)), value),
            "duplicate" => on_messages(|id| Intervention::Do(Choice::Duplicate(id)), value),
            "hold" => on_messages(Intervention::Hold, value),
            "release" => on_messages(Intervention::Release, value),
            "heal" => match value.as_bool() {
                Some(true) => Ok(Deed::Heal),
                _ => Err(value.mistake("expected `heal = true`.")),
            },
            "manual" => value.as_bool().map(Deed::Manual).ok_or_else(|| value.mistake("expected `manual = true` or `manual = false`.")),
            "partition" => partition(script, &value),
            "delay" => {
                let mut fields = value.table("delay")?;
                let of = messages(script, fields.need("message", "\"0>2 RequestVote\"")?)?;
                let by_us = fields.need("by", "\"50 ms\"")?.duration_us()?;
                fields.finish(self.mistakes);
                Ok(Deed::Delay(of, by_us))
            }
            "timeout" if value.is_table() => {
                let mut fields = value.table("timeout")?;
                let node = who(script, &fields.need("node", "2")?)?;
                let timer = fields.text("timer")?;
                fields.finish(self.mistakes);
                Ok(Deed::Timeout(node, timer))
            }
            "timeout" => Ok(Deed::Timeout(who(script, &value)?, None)),
            "command" => self.command(script, value),
            "clock" => {
                let mut fields = value.table("clock")?;
                let node = who(script, &fields.need("node", "2")?)?;
                let deed = match (fields.take("jump"), fields.take("drift")) {
                    (Some(jump), None) => Deed::ClockJump(node, jump.parsed("a duration like \"-500 ms\"", units::signed_us)?),
                    (None, Some(drift)) => {
                        let ppm = |text: &str| units::rate_ppm(text).and_then(|ppm| i32::try_from(ppm).ok());
                        Deed::ClockDrift(node, drift.parsed("a rate like \"10 %\" or \"-200 ppm\"", ppm)?)
                    }
                    _ => return Err(fields.mistake("a clock step needs either `jump = \"-500 ms\"` or `drift = \"10 %\"`.")),
                };
                fields.finish(self.mistakes);
                Ok(deed)
            }
            "set" => {
                let table = value.table("set")?;
                Ok(Deed::Params(params(script.entry, table, self.mistakes)))
            }
            _ => {
                let mut fields = value.table("network")?;
                let scope = match fields.take("on") {
                    None => Where::Everywhere,
                    Some(value) if value.as_text().is_some_and(|text| text.contains('>')) => Where::Links(links(script, value)?),
                    Some(value) => Where::Node(who(script, &value)?),
                };
                if let Some(true) = fields.take("reset").and_then(|value| value.as_bool()) {
                    fields.finish(self.mistakes);
                    return Ok(Deed::Network(scope, None));
                }
                Ok(Deed::Network(scope, Some(changes(fields, self.mistakes)?)))
            }
        }
    }

    fn command(&mut self, script: &Script, value: Value<'_>) -> Result<Deed, Mistake> {
        let mut fields = value.table("command")?;
        let node = who(script, &fields.need("node", "0")?)?;
        let client = fields.take("client").map_or(Ok(0), |value| value.number("a client's number"))?;
        let call = call(script.entry, &mut fields)?;
        fields.finish(self.mistakes);
        Ok(Deed::Command { client, node, call })
    }
}

/// What a client asks: `name`, and the arguments by their names. Takes them out of `fields`.
pub fn call(entry: &Entry, fields: &mut Fields<'_>) -> Result<CommandCall, Mistake> {
    let name = fields.need("name", "\"write\"")?;
    let wanted = name.parsed("a command's name", |text| Some(text.to_owned()))?;
    let specs = entry.algorithm.commands();
    let Some((index, spec)) = (0u16..).zip(specs).find(|(_, spec)| spec.name == wanted) else {
        let known: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
        return Err(name.mistake(unknown("command", &wanted, &known)));
    };
    let mut arguments = Vec::new();
    for (argument, kind) in spec.arguments {
        arguments.push(match (fields.take(argument), *kind) {
            (None, ArgumentKind::Number { default, .. }) => Argument::Number(default),
            (None, ArgumentKind::Text { default }) => Argument::Text(default.to_owned()),
            (Some(value), ArgumentKind::Number { min, max, .. }) => {
                let number = value.as_number().filter(|number| (min..=max).contains(number));
                Argument::Number(number.ok_or_else(|| value.mistake(format!("expected a number from {min} to {max}.")))?)
            }
            (Some(value), ArgumentKind::Text { .. }) => Argument::Text(value.text()?),
        });
    }
    let call = CommandCall { command: index, arguments };
    entry.algorithm.parse(&call).map_err(|why| fields.mistake(why))?;
    Ok(call)
}

/// Values of params by their names, each as its spec has it.
pub fn params(entry: &Entry, mut table: Fields<'_>, mistakes: &mut Mistakes) -> Vec<(u16, i64)> {
    let specs = entry.algorithm.params();
    let mut read = Vec::new();
    for (name, value) in table.take_rest() {
        match (0u16..).zip(specs).find(|(_, spec)| spec.name == name) {
            Some((index, spec)) => read.extend(mistakes.keep(param(spec, &value)).map(|value| (index, value))),
            None => {
                let known: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
                mistakes.add(value.mistake(unknown("param", &name, &known)));
            }
        }
    }
    read
}

/// A param's value as authors write it: a number, true or false, or the words of one of its options.
fn param(spec: &ParamSpec, value: &Value<'_>) -> Result<i64, Mistake> {
    let (number, expected) = match spec.kind {
        ParamKind::Range { min, max, step, unit } => {
            (value.as_number(), format!("a number from {min} to {max} in steps of {step}{}{unit}", if unit.is_empty() { "" } else { " " }))
        }
        ParamKind::Toggle | ParamKind::Rule => (value.as_bool().map(i64::from), "true or false".to_owned()),
        ParamKind::Choice(options) => {
            let position = value.as_text().and_then(|text| options.iter().position(|option| *option == text));
            (position.and_then(|position| i64::try_from(position).ok()), format!("one of \"{}\"", options.join("\", \"")))
        }
    };
    let words = value.words();
    number.filter(|number| spec.admits(*number)).ok_or_else(|| value.mistake(format!("`{}` expects {expected}, found {words}.", spec.name)))
}

fn changes(mut fields: Fields<'_>, mistakes: &mut Mistakes) -> Result<Changes, Mistake> {
    let mut rate = |key| -> Result<Option<u32>, Mistake> {
        let ppm = |text: &str| units::rate_ppm(text).and_then(|ppm| u32::try_from(ppm).ok()).filter(|ppm| *ppm <= 1_000_000);
        fields.take(key).map(|value| value.parsed("a rate like \"2 %\", from 0 to 100 %", ppm)).transpose()
    };
    let (loss_ppm, duplicate_ppm, reorder_ppm) = (rate("loss")?, rate("duplicate")?, rate("reorder")?);
    let latency = "a latency like \"30 ms\", \"20..40 ms\" or \"exp 5+20 ms\"";
    let changes = Changes {
        latency: fields.take("latency").map(|value| value.parsed(latency, units::latency)).transpose()?,
        loss_ppm,
        duplicate_ppm,
        reorder_ppm,
        bytes_per_s: fields.take("bytes_per_s").map(|value| value.number("bytes a second; 0 is without limit")).transpose()?,
        fifo: fields.take("fifo").map(|value| value.as_bool().ok_or_else(|| value.mistake("expected true or false."))).transpose()?,
    };
    fields.finish(mistakes);
    Ok(changes)
}

/// A node by number or by role.
fn who(script: &Script, value: &Value<'_>) -> Result<Who, Mistake> {
    let who = match (value.as_number(), value.as_text()) {
        (Some(number), _) => u16::try_from(number).ok().map(Who::Number),
        (_, Some(text)) => who_text(text).filter(|who| !matches!(who, Who::Any)),
        _ => None,
    };
    let who = who.ok_or_else(|| value.mistake(format!("expected a node, such as 2 or \"leader\", found {}.", value.words())))?;
    in_range(script, &who).map_err(|says| value.mistake(says))?;
    Ok(who)
}

fn who_text(text: &str) -> Option<Who> {
    match text.trim() {
        "" => None,
        "*" => Some(Who::Any),
        text => match text.parse() {
            Ok(number) => Some(Who::Number(number)),
            Err(_) => text.chars().all(char::is_alphabetic).then(|| Who::Role(text.to_owned())),
        },
    }
}

fn in_range(script: &Script, who: &Who) -> Result<(), String> {
    match who {
        Who::Number(number) if *number >= script.nodes => {
            Err(format!("there is no node {number}: this run has nodes 0 to {}.", script.nodes.saturating_sub(1)))
        }
        _ => Ok(()),
    }
}

/// "0>2" is one direction, "0<>2" both.
fn link(script: &Script, text: &str) -> Option<Result<Vec<(Who, Who)>, String>> {
    let (ends, both) = match text.split_once("<>") {
        Some(ends) => (ends, true),
        None => (text.split_once('>')?, false),
    };
    let (from, to) = (who_text(ends.0)?, who_text(ends.1)?);
    Some(in_range(script, &from).and(in_range(script, &to)).map(|()| {
        let back = both.then(|| (to.clone(), from.clone()));
        std::iter::once((from, to)).chain(back).collect()
    }))
}

fn links(script: &Script, value: Value<'_>) -> Result<Vec<(Who, Who)>, Mistake> {
    let place = value.mistake("");
    let expected = "a link such as \"0>2\" (one direction) or \"0<>2\" (both)";
    let mut all = Vec::new();
    for (text, _) in value.texts(expected)? {
        let found =
            link(script, &text).ok_or_else(|| Mistake { says: format!("expected {expected}, found \"{text}\"."), ..place.clone() })?;
        all.extend(found.map_err(|says| Mistake { says, ..place.clone() })?);
    }
    Ok(all)
}

fn messages(script: &Script, value: Value<'_>) -> Result<Vec<MessageName>, Mistake> {
    let place = value.mistake("");
    let expected = "a message such as \"0>2 RequestVote\" or \"0>2 #3\"";
    let mut all = Vec::new();
    for (text, _) in value.texts(expected)? {
        let fail = |says: String| Mistake { says, ..place.clone() };
        let (ends, name) = text.trim().split_once(' ').ok_or_else(|| fail(format!("expected {expected}, found \"{text}\".")))?;
        let found = link(script, ends).ok_or_else(|| fail(format!("expected {expected}, found \"{text}\".")))?.map_err(fail)?;
        let which = match name.trim().strip_prefix('#') {
            Some(position) => {
                let (k, copy) = position.split_once(" copy ").unwrap_or((position, "0"));
                let parsed = k.trim().parse().ok().zip(copy.trim().parse().ok());
                let (k, copy) = parsed.ok_or_else(|| fail(format!("expected {expected}, found \"{text}\".")))?;
                Which::Position(k, copy)
            }
            None => {
                let kinds: Vec<&str> = script.entry.algorithm.kinds().iter().map(|kind| kind.name).collect();
                let index = kinds.iter().position(|kind| *kind == name.trim());
                let index = index.ok_or_else(|| fail(unknown("kind of message", name.trim(), &kinds)))?;
                Which::Kind(u16::try_from(index).unwrap_or(u16::MAX))
            }
        };
        all.extend(found.into_iter().map(|(from, to)| MessageName { words: text.clone(), from, to, which: which.clone() }));
    }
    Ok(all)
}

/// "0 1 | 2 3 4", or "leader 1 | rest".
fn partition(script: &Script, value: &Value<'_>) -> Result<Deed, Mistake> {
    let expected = || value.mistake(format!("expected groups such as \"0 1 | 2 3 4\" or \"leader 1 | rest\", found {}.", value.words()));
    let text = value.as_text().ok_or_else(expected)?;
    let mut groups = Vec::new();
    for part in text.split('|') {
        if part.trim() == "rest" {
            groups.push(Group::Rest);
            continue;
        }
        let named: Option<Vec<Who>> = part.split_whitespace().map(who_text).collect();
        let named = named.filter(|named| !named.is_empty() && !named.iter().any(|who| matches!(who, Who::Any))).ok_or_else(expected)?;
        for who in &named {
            in_range(script, who).map_err(|says| value.mistake(says))?;
        }
        groups.push(Group::Named(named));
    }
    if groups.len() < 2 {
        return Err(expected());
    }
    Ok(Deed::Partition(groups))
}
