//! The page of the eight fallacies, which stands beside the path: its text, and a small demonstration in each of its sections.

use crate::SITE;
use crate::lesson::{blocks, evidence};
use crate::programs::Programs;
use crate::template::Page;
use faultline::lessons::demo::DemoPage;
use faultline::lessons::path::{FALLACIES, PATH};
use faultline::lessons::source::markdown::escape;
use faultline::lessons::source::{self, Lesson};
use std::collections::BTreeMap;
use std::path::Path;

/// Its text and its runs, from the folder of the lessons; nothing if `only` others are wanted.
pub fn read(root: &Path, only: &[&str]) -> Result<Option<Lesson>, String> {
    if !only.is_empty() && !only.contains(&FALLACIES.slug) {
        return Ok(None);
    }
    source::read_lesson(root, FALLACIES.slug).map(Some).map_err(|mistakes| format!("The page of the fallacies has mistakes:\n{mistakes}"))
}

/// The page.
pub fn page(text: &Lesson, lessons: &BTreeMap<String, Lesson>, programs: Option<Programs>) -> Result<Page, String> {
    let data = DemoPage {
        number: text.data.number,
        slug: text.data.slug.clone(),
        demos: text.demos.clone(),
        captions: text.data.captions.clone(),
    };
    let data = crate::template::data(&data).ok_or("The demonstrations' data cannot be written.")?;
    let body = format!(
        "<main class=\"fallacies\" id=\"main\">\n<article class=\"prose\">\n{}{}{}</article>\n{}</main>",
        head(text),
        blocks(text, lessons, &[])?,
        evidence(text)?,
        turn(lessons),
    );
    Ok(Page {
        file: "fallacies/index.html".to_owned(),
        title: format!("{} · {SITE}", text.data.title),
        description: text.description.clone(),
        indexed: true,
        body,
        data: Some(data),
        programs,
    })
}

/// Title, question, and the eight sentences themselves, each with the way to its section.
fn head(text: &Lesson) -> String {
    let claims = text.contents.iter().take(text.demos.len());
    let claims: String = claims.map(|(id, title)| format!("<li><a href=\"#{id}\">{}</a></li>", escape(title))).collect();
    format!(
        "<header class=\"fallacies-head\"><p class=\"lesson-where\"><a href=\"./#path\">Before the path</a></p><h1>{}</h1><p class=\"hook\">{}</p>\
         <p class=\"lesson-facts\"><span>{} minutes</span><span>{} demonstrations</span></p><ol class=\"claims\">{claims}</ol></header>\n",
        escape(&text.data.title),
        escape(&text.hook),
        text.minutes,
        text.demos.len(),
    )
}

/// The way on: the path, and its first lesson that is there.
fn turn(lessons: &BTreeMap<String, Lesson>) -> String {
    let first = PATH.iter().flat_map(|part| part.stops).find(|stop| lessons.contains_key(stop.slug));
    let first = first.map_or(String::new(), |stop| {
        format!("<a href=\"./lessons/{}/\"><span class=\"label\">Next</span>{} · {}</a>", stop.slug, stop.number, escape(stop.title))
    });
    format!(
        "<nav class=\"turn\" aria-label=\"The way on\"><a href=\"./#path\"><span class=\"label\">All lessons</span>The path</a>{first}</nav>\n"
    )
}
