//! A lesson's page: its whole text, readable and printable without any script, and the places that the playground takes.

use crate::SITE;
use crate::demo;
use crate::drawing::{core, icon};
use crate::programs::Programs;
use crate::run::searches;
use crate::template::Page;
use faultline::lessons::LessonData;
use faultline::lessons::path::{self, PATH, Stop};
use faultline::lessons::source::markdown::escape;
use faultline::lessons::source::{Block, Lesson};
use faultline::topics::topic;
use faultline::ui::still::{self, Still};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The ways to paper: all of it, or without what a class is to find out.
const PRINT: &str = "<span class=\"lesson-print\">Print: <button class=\"link-btn\" type=\"button\" data-print=\"with\">all of it</button>, \
                     <button class=\"link-btn\" type=\"button\" data-print=\"without\">without answers</button></span>";

/// The page of a lesson.
pub fn page(lesson: &Lesson, lessons: &BTreeMap<String, Lesson>, programs: Option<Programs>) -> Result<Page, String> {
    let slug = &lesson.data.slug;
    let data = crate::template::data(&lesson.data).ok_or_else(|| format!("{slug}: the playground's data cannot be written."))?;
    let still = first_picture(&lesson.data)?;
    let body = format!(
        "<main class=\"lesson\" id=\"main\">\n<article class=\"prose\">\n{}{}{}{}{}</article>\n{}</main>",
        head(lesson),
        contents(lesson),
        blocks(lesson, lessons, &still.controls)?,
        evidence(lesson)?,
        turn(slug, lessons),
        playground(&still),
    );
    Ok(Page {
        file: format!("lessons/{slug}/index.html"),
        title: format!("{} · {SITE}", lesson.data.title),
        description: lesson.description.clone(),
        indexed: true,
        body,
        data: Some(data),
        programs,
    })
}

fn head(lesson: &Lesson) -> String {
    let part = crate::part_of(&lesson.data.slug);
    let title = PATH.get(part - 1).map_or("", |part| part.title);
    format!(
        "<header class=\"lesson-head\">{}<p class=\"lesson-where\"><a href=\"./#path\">Part {part} · {}</a> · lesson {}</p><h1>{}</h1>\
         <p class=\"hook\">{}</p><p class=\"lesson-facts\"><span>{} minutes</span><span>{} experiments</span>{PRINT}</p></header>\n",
        core(part),
        escape(title),
        lesson.data.number,
        escape(&lesson.data.title),
        escape(&lesson.hook),
        lesson.minutes,
        lesson.data.experiments.len(),
    )
}

fn contents(lesson: &Lesson) -> String {
    let entries: String = lesson.contents.iter().map(|(id, title)| format!("<li><a href=\"#{id}\">{}</a></li>", escape(title))).collect();
    format!(
        "<details class=\"contents\"><summary>In this lesson</summary><nav aria-label=\"In this lesson\"><ol>{entries}</ol></nav></details>\n"
    )
}

/// The text of a lesson, or of the page beside the path. `controls` are those of its experiments.
pub fn blocks(lesson: &Lesson, lessons: &BTreeMap<String, Lesson>, controls: &[String]) -> Result<String, String> {
    let mut html = String::new();
    let mut in_quiz = false;
    let mut simplifications = 0;
    for block in &lesson.blocks {
        // Questions that follow each other are one list.
        let is_question = matches!(block, Block::Question { .. });
        if is_question != in_quiz {
            html.push_str(if is_question { "<ol class=\"quiz\">\n" } else { "</ol>\n" });
            in_quiz = is_question;
        }
        match block {
            Block::Prose(text) | Block::Where(text) | Block::References(text) => html.push_str(text),
            Block::Simplification(text) => {
                simplifications += 1;
                aside(&mut html, &format!(" id=\"simplification-{simplifications}\""), "Simplification.", text);
            }
            Block::Note(text) => aside(&mut html, "", "Note.", text),
            Block::Experiment { index, body, aim, hint, happened } => {
                html.push_str(&experiment(&lesson.data, *index, controls, [body, aim, hint, happened]));
            }
            Block::Onward(slugs) => html.push_str(&onward(slugs, lessons)),
            Block::Demo(index) => html.push_str(&demo::place(lesson, *index)?),
            Block::Question { index, asks, options, why } => html.push_str(&question(&lesson.data, *index, asks, options, why)),
        }
    }
    if in_quiz {
        html.push_str("</ol>\n");
    }
    Ok(html)
}

/// Lessons in which something goes on: those that are there are linked.
fn onward(slugs: &[&str], lessons: &BTreeMap<String, Lesson>) -> String {
    let stops = slugs.iter().filter_map(|slug| path::find(slug));
    let entries = stops.map(|(_, _, Stop { number, slug, title, .. })| {
        let title = escape(title);
        match lessons.contains_key(*slug) {
            true => format!("<li><a href=\"./lessons/{slug}/\">{number} · {title}</a></li>"),
            false => format!("<li class=\"coming\">{number} · {title} (coming)</li>"),
        }
    });
    format!("<div class=\"onward\"><p class=\"label\">It goes on in</p><ul>{}</ul></div>\n", entries.collect::<String>())
}

fn aside(html: &mut String, id: &str, title: &str, text: &str) {
    let text = text.replacen("<p>", &format!("<p><span class=\"aside-title\">{title}</span> "), 1);
    let _ = writeln!(html, "<div class=\"aside\"{id}>{text}</div>");
}

/// The card of an experiment. Its controls are the playground's; hint and outcome open without it.
fn experiment(data: &LessonData, index: usize, controls: &[String], [body, aim, hint, happened]: [&String; 4]) -> String {
    let Some(experiment) = data.experiments.get(index) else { return String::new() };
    let (id, title, number) = (&experiment.id, escape(&experiment.title), index + 1);
    let controls = controls.get(index).map_or("", String::as_str);
    format!(
        "<section class=\"experiment\" id=\"experiment-{id}\" data-experiment=\"{id}\" data-progress=\"new\" \
         aria-labelledby=\"experiment-{id}-title\">\n<header class=\"experiment-head\"><p class=\"experiment-no\">Experiment {number}</p>\
         <p class=\"experiment-state\">{}not started</p><h3 id=\"experiment-{id}-title\">{title}</h3></header>\n<div class=\"experiment-body\">{body}\
         <p class=\"experiment-goal\"><span class=\"label\">Goal</span>{aim}</p>\
         <div class=\"experiment-controls\" id=\"experiment-{id}-controls\" data-still>{controls}</div></div>\n\
         <details class=\"hint\"><summary>Hint</summary><p>{hint}</p></details>\n\
         <details class=\"happened\"><summary class=\"happened-title\">{}What happened, and why</summary>{happened}</details></section>\n",
        icon("flag"),
        icon("check"),
    )
}

/// A question as a form that works without a script: the answer is there to open.
fn question(data: &LessonData, index: usize, asks: &str, options: &[String], why: &str) -> String {
    let Some(question) = data.questions.get(index) else { return String::new() };
    let id = &question.id;
    let mut choices = String::new();
    for (option, text) in options.iter().enumerate() {
        let _ = write!(
            choices,
            "<label class=\"choice\"><input type=\"radio\" name=\"question-{id}\" value=\"{option}\"><span>{text}</span></label>"
        );
    }
    let right = options.get(usize::from(question.right)).map_or("", String::as_str);
    format!(
        "<li id=\"question-{id}\" data-question=\"{id}\"><fieldset><legend><span>{asks}</span></legend>{choices}</fieldset>\
         <p class=\"quiz-says sr-only\" role=\"status\"></p>\n\
         <details class=\"quiz-why\"><summary>The answer</summary><p>{right}</p>{why}</details></li>\n"
    )
}

/// What the lesson's claims rest on: what it leaves out, what was measured, tried and searched, and the command that does it again.
pub fn evidence(lesson: &Lesson) -> Result<String, String> {
    let slug = &lesson.data.slug;
    let mut html = String::from("<section class=\"evidence\" aria-labelledby=\"evidence\"><h2 id=\"evidence\">Evidence</h2>");
    let _ = write!(
        html,
        "<p>The {} runs of this page are inputs and a seed, no recordings: each replays to the same end wherever it is opened, and a test \
         replays them all. What was done to their timing stands in their notes.</p>",
        lesson.scenarios.len()
    );
    let simplifications = lesson.blocks.iter().filter(|block| matches!(block, Block::Simplification(_))).count();
    if simplifications > 0 {
        let links: Vec<String> = (1..=simplifications).map(|number| format!("<a href=\"#simplification-{number}\">{number}</a>")).collect();
        let _ = write!(html, "<p>What is simpler here than in the papers is marked in the text: {}.</p>", links.join(", "));
    }
    let figures = lesson.figures.iter().map(|figure| {
        let runs = match &figure.seeds {
            Some(seeds) => format!("{} runs, seeds {} to {}", seeds.clone().count(), seeds.start(), seeds.end()),
            None => "one run".to_owned(),
        };
        let title = lesson.scripts.get(&figure.scenario).map_or("", |script| script.title.as_str());
        [figure.said(), figure.says.clone(), format!("{title}, {runs}")]
    });
    table(
        &mut html,
        "Numbers measured",
        ["Number", "What it is", "Measured in"],
        figures.collect(),
        &format!("cargo run --bin pages measure {slug}"),
    );
    let mut tried = Vec::new();
    for trial in &lesson.trials {
        let broke = trial.run(&lesson.scripts).map_err(|mistake| mistake.to_string())?;
        let count = trial.seeds.clone().count();
        let came =
            if trial.breaks.is_some() { format!("{broke} of {count} runs break it") } else { format!("none of {count} runs breaks any") };
        tried.push([trial.says.clone(), format!("seeds {} to {}", trial.seeds.start(), trial.seeds.end()), came]);
    }
    table(&mut html, "Random fault schedules tried", ["Claim", "Schedules", "Outcome"], tried, "cargo test --test lessons every_trial");
    let searched = searches(lesson)?.into_iter().map(|found| [found.title, found.bounds, found.verdict]);
    table(
        &mut html,
        "Runs searched",
        ["Experiment", "What could happen", "Verdict"],
        searched.collect(),
        &format!("cargo run --bin pages search {slug}"),
    );
    html.push_str("</section>\n");
    Ok(html)
}

/// A table of evidence behind its heading, with the command that repeats it; nothing of nothing.
fn table(html: &mut String, title: &str, heads: [&str; 3], rows: Vec<[String; 3]>, command: &str) {
    if rows.is_empty() {
        return;
    }
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    let rows: String = rows
        .iter()
        .map(|row| format!("<tr>{}</tr>", row.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect::<String>()))
        .collect();
    let _ = writeln!(
        html,
        "<details class=\"aside\"><summary class=\"aside-title\">{title}</summary><p>Repeat it with <code>{command}</code>; a test does so on every \
         change.</p><div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\"><table><thead><tr>{heads}</tr></thead>\
         <tbody>{rows}</tbody></table></div></details>"
    );
}

/// The way on: the lessons before and after on the path.
fn turn(slug: &str, lessons: &BTreeMap<String, Lesson>) -> String {
    let stops: Vec<&Stop> = PATH.iter().flat_map(|part| part.stops).collect();
    let here = stops.iter().position(|stop| stop.slug == slug);
    let before = here.and_then(|here| stops.get(here.checked_sub(1)?));
    let after = here.and_then(|here| stops.get(here + 1));
    let side = |label: &str, stop: Option<&&Stop>| match stop {
        None => "<a href=\"./#path\"><span class=\"label\">All lessons</span>The path</a>".to_owned(),
        Some(stop) if lessons.contains_key(stop.slug) => {
            format!("<a href=\"./lessons/{}/\"><span class=\"label\">{label}</span>{} · {}</a>", stop.slug, stop.number, escape(stop.title))
        }
        Some(stop) => {
            format!("<span class=\"coming\"><span class=\"label\">{label}</span>{} · {} (coming)</span>", stop.number, escape(stop.title))
        }
    };
    format!("<nav class=\"turn\" aria-label=\"Lessons before and after\">{}{}</nav>\n", side("Before", before), side("Next", after))
}

/// What a playground shows before its program runs.
pub fn first_picture(data: &LessonData) -> Result<Still, String> {
    topic(data.number)
        .and_then(|topic| still::of(data.clone(), topic))
        .ok_or_else(|| format!("{}: the first picture of the playground cannot be drawn.", data.slug))
}

/// The playground, with its first picture in it.
pub fn playground(still: &Still) -> String {
    format!(
        "<section class=\"pg\" id=\"playground\" aria-label=\"Playground\" data-dock=\"bar\" data-still>{}<p class=\"pg-without\">It \
         needs scripts and WebAssembly; the text does not.</p></section>\n",
        still.playground
    )
}
