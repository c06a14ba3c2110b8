//! A lesson's front matter: what it is about, its captions and its figures.

use super::fields::Fields;
use super::figure::Figure;
use super::mistake::{Mistake, Mistakes, Source, unknown};
use super::script::Script;
use super::trial::Trial;
use crate::lessons::Caption;
use crate::lessons::goal::{DEEDS, unknown_condition};
use crate::sim::Algorithm;
use crate::topics::Topic;
use std::collections::{BTreeMap, BTreeSet};

/// What the front matter says.
pub struct Front {
    /// For search engines and previews.
    pub description: String,
    /// The question that the lesson begins with.
    pub hook: String,
    /// How long it takes.
    pub minutes: u32,
    /// The scenarios that the page offers, in order.
    pub order: Vec<String>,
    /// What the page says when something happens.
    pub captions: Vec<Caption>,
    /// Numbers of the text that come from runs.
    pub figures: Vec<Figure>,
    /// What was tried under random faults.
    pub trials: Vec<Trial>,
}

/// Reads the front matter.
pub fn read(
    mut fields: Fields<'_>,
    source: Source<'_>,
    topic: &Topic,
    scripts: &BTreeMap<String, Script>,
    mistakes: &mut Mistakes,
) -> Result<Front, Mistake> {
    let description = fields.need_text("description", "\"One sentence for search engines.\"")?;
    let hook = fields.need_text("hook", "\"The question that the lesson begins with?\"")?;
    let minutes = fields.need("minutes", "25")?.number("a number of minutes")?;
    let scenarios = fields.need("scenarios", "[\"steady\", \"crash\"]")?;
    let known: Vec<&String> = scripts.keys().collect();
    let mut order = Vec::new();
    for (name, offset) in scenarios.texts("the names of scenarios, the first of which the page opens with")? {
        if !scripts.contains_key(&name) {
            mistakes.add(source.mistake(offset, unknown("scenario", &name, &known)));
        }
        order.push(name);
    }
    let mut captions = Vec::new();
    for table in fields.tables("caption", "a caption")? {
        let read = caption(table, topic, mistakes);
        captions.extend(mistakes.keep(read));
    }
    let mut figures: Vec<Figure> = Vec::new();
    for figure in fields.tables("figure", "a figure")? {
        let place = figure.mistake("");
        let read = Figure::read(figure, scripts, mistakes);
        let Some(figure) = mistakes.keep(read) else { continue };
        if figures.iter().any(|other| other.name == figure.name) {
            mistakes.add(Mistake { says: format!("there are two figures \u{201c}{}\u{201d}.", figure.name), ..place });
        }
        figures.push(figure);
    }
    let mut trials = Vec::new();
    for trial in fields.tables("trial", "a trial")? {
        let read = Trial::read(trial, scripts, mistakes);
        trials.extend(mistakes.keep(read));
    }
    fields.finish(mistakes);
    Ok(Front { description, hook, minutes, order, captions, figures, trials })
}

fn caption(mut fields: Fields<'_>, topic: &Topic, mistakes: &mut Mistakes) -> Result<Caption, Mistake> {
    let when = fields.need("when", "\"leader-elected\"")?;
    let condition = when.parsed("a condition", |text| Some(text.to_owned()))?;
    if condition.starts_with("broken:") {
        return Err(when.mistake("a broken invariant speaks for itself: the page shows its sentence, so it takes no caption."));
    }
    let meaning: Vec<&'static dyn Algorithm> = topic
        .algorithms
        .iter()
        .map(|entry| entry.algorithm)
        .filter(|algorithm| unknown_condition(&condition, *algorithm).is_none())
        .collect();
    if meaning.is_empty() {
        return Err(when.mistake(unknown("condition", &condition, &conditions(topic))));
    }
    let say = fields.need("say", "\"Node {node} leads.\"")?;
    let text = say.parsed("a text", |text| Some(text.to_owned()))?;
    // Algorithms may bind different things to a fact of the same name: it is enough to fit one of them.
    let missing = |algorithm: &dyn Algorithm| {
        let known = bindings(&condition, algorithm);
        let name = placeholders(&text).find(|name| !known.iter().any(|known| known == name))?;
        Some(unknown("binding", name, &known))
    };
    let wrong: Vec<Option<String>> = meaning.into_iter().map(missing).collect();
    if let (true, Some(Some(says))) = (wrong.iter().all(Option::is_some), wrong.first()) {
        return Err(say.mistake(says.clone()));
    }
    let slow = match fields.take("slow") {
        None => false,
        Some(value) => value.as_bool().ok_or_else(|| value.mistake("expected true or false."))?,
    };
    fields.finish(mistakes);
    Ok(Caption { when: condition, say: text, slow })
}

/// Everything that a caption may wait for, in any algorithm of the topic.
fn conditions(topic: &Topic) -> Vec<String> {
    let mut all: BTreeSet<String> = DEEDS.iter().map(|deed| format!("do:{deed}")).collect();
    for entry in topic.algorithms {
        all.extend(entry.algorithm.facts().iter().map(|fact| fact.name.to_owned()));
    }
    all.into_iter().collect()
}

/// Names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// What a caption may put in braces: what the fact's sentence has there, and its first node. A deed has nothing to fill in.
fn bindings(condition: &str, algorithm: &dyn Algorithm) -> Vec<String> {
    let facts = algorithm.facts();
    let sentence = facts.iter().find(|fact| fact.name == condition).map(|fact| fact.sentence);
    let names: BTreeSet<&str> = sentence.into_iter().flat_map(|sentence| placeholders(sentence).chain(["node"])).collect();
    names.into_iter().map(str::to_owned).collect()
}
