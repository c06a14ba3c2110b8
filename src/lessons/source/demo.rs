//! Reading what belongs to a page of small demonstrations: the demonstrations, and the lessons in which it goes on. Knows scripts.

use super::document::Part;
use super::fields::Fields;
use super::markdown::Names;
use super::mistake::{Mistake, Mistakes, Source, unknown};
use super::script::Script;
use crate::lessons::demo::{Demo, Setting};
use crate::lessons::path;
use std::collections::BTreeMap;

/// Reads the head of a `::: demo`.
pub fn read(
    id: String,
    mut fields: Fields<'_>,
    names: &Names,
    scripts: &BTreeMap<String, Script>,
    mistakes: &mut Mistakes,
) -> Result<Demo, Mistake> {
    let title = fields.need_text("title", "\"Orders over a line that loses messages\"")?;
    let slowdown = fields.need("slowdown", "5")?.number("how many times slower than real time it plays")?;
    let until_us = fields.need("until", "\"6 s\"")?.duration_us()?;
    let list = fields.need("settings", "[{ name = \"One try\", scenario = \"one-try\" }]")?;
    let mut settings = Vec::new();
    for item in list.list("a list of settings")? {
        let mut fields = item.table("a setting")?;
        let name = fields.need_text("name", "\"One try\"")?;
        let scenario = fields.need("scenario", "\"one-try\"")?;
        let id = scenario.parsed("the name of a scenario", |text| Some(text.to_owned()))?;
        let known: Vec<&String> = scripts.keys().collect();
        let found = scripts.get(&id).zip(names.scenarios.iter().find(|(known, _)| *known == id));
        let (script, (_, link)) = found.ok_or_else(|| scenario.mistake(unknown("scenario", &id, &known)))?;
        settings.push(Setting { name, note: script.note.clone(), link: link.clone() });
        fields.finish(mistakes);
    }
    fields.finish(mistakes);
    Ok(Demo { id, title, slowdown, until_us, settings })
}

/// Reads the lines of a `::: onward`: a lesson's folder each, whether it is written or not.
pub fn onward(source: Source<'_>, offset: usize, parts: &[Part<'_>]) -> Result<Vec<&'static str>, Mistake> {
    let [part] = parts else { return Err(source.mistake(offset, "this block has no head: no line --- belongs in it.")) };
    let known: Vec<&str> = path::PATH.iter().flat_map(|part| part.stops).map(|stop| stop.slug).collect();
    let slugs = part.text.lines().map(str::trim).filter(|line| !line.is_empty());
    slugs
        .map(|slug| match path::find(slug) {
            Some((_, _, stop)) => Ok(stop.slug),
            None => Err(source.mistake(offset, unknown("lesson on the path", slug, &known))),
        })
        .collect()
}
