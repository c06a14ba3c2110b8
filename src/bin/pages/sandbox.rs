//! The sandbox: every algorithm of the site on a page of its own, without a lesson around it. A page of the sandbox loads the program of
//! the lesson that its algorithms belong to. Knows no algorithm.

use crate::SITE;
use crate::drawing::rock;
use crate::lesson::{first_picture, playground};
use crate::programs::Programs;
use crate::template::Page;
use faultline::lessons::LessonData;
use faultline::lessons::path::FALLACIES;
use faultline::lessons::source::Lesson;
use faultline::lessons::source::markdown::escape;
use faultline::sim::capital;
use faultline::topics::{Entry, topic};
use std::fmt::Write as _;

const ABOUT: &str = "Any algorithm of the lessons, any number of nodes that it runs with, any faults, and no lesson around it.";

/// The list of all algorithms.
pub fn list<'a>(lessons: impl Iterator<Item = &'a Lesson>) -> Page {
    let mut topics = String::new();
    for lesson in lessons {
        let slug = lesson.data.slug.as_str();
        let (label, read, address) = text(lesson);
        let entries: String = algorithms(lesson).iter().map(|entry| item(slug, entry)).collect();
        let part = crate::part_of(slug);
        let _ = writeln!(
            topics,
            "<li class=\"stratum\" data-strat=\"{part}\">{}<div class=\"stratum-head\"><p class=\"label\">{label}</p><h2>{}</h2>\
             <p><a href=\"{address}\">Read {read}</a></p></div><ul class=\"algorithms\">{entries}</ul></li>",
            rock(part),
            escape(&lesson.data.title),
        );
    }
    Page {
        file: "sandbox/index.html".to_owned(),
        title: format!("Sandbox · {SITE}"),
        description: ABOUT.to_owned(),
        indexed: true,
        body: format!(
            "<main class=\"path sandbox-list\" id=\"main\"><h1>Sandbox</h1><p>{ABOUT} Choose one. Its rules, its network and its cluster are \
             under Settings; what you make of it is a link, as everywhere.</p><ol class=\"strata\">{topics}</ol></main>"
        ),
        data: None,
        programs: None,
    }
}

/// What the text around a lesson's algorithms is called in the list and in a sentence, and where it is.
fn text(lesson: &Lesson) -> (String, &'static str, String) {
    if lesson.data.slug == FALLACIES.slug {
        return ("Before the path".to_owned(), "the page", "./fallacies/".to_owned());
    }
    (format!("Lesson {}", lesson.data.number), "the lesson", format!("./lessons/{}/", lesson.data.slug))
}

fn algorithms(lesson: &Lesson) -> &'static [Entry] {
    topic(lesson.data.number).map_or(&[], |topic| topic.algorithms)
}

fn item(slug: &str, entry: &Entry) -> String {
    let (min, _, max) = entry.nodes;
    let nodes = if min == max { format!("{min} nodes") } else { format!("{min} to {max} nodes") };
    format!(
        "<li class=\"algorithm\"><p><a class=\"topic-name\" href=\"./sandbox/{slug}/#a={}\">{}</a> <span class=\"algorithm-nodes\">{nodes}</span></p>\
         <p class=\"algorithm-about\">{}</p><p class=\"algorithm-source\">{}</p></li>",
        entry.id,
        escape(entry.name),
        escape(entry.summary).replace('\'', "\u{2019}"),
        escape(entry.source),
    )
}

/// The page on which the algorithms of a lesson run by themselves.
pub fn page(lesson: &Lesson, programs: Option<Programs>) -> Result<Page, String> {
    let (_, read, address) = text(lesson);
    let LessonData { number, slug, title, captions, .. } = &lesson.data;
    let data = LessonData {
        number: *number,
        slug: format!("sandbox/{slug}"),
        title: title.clone(),
        captions: captions.clone(),
        ..LessonData::default()
    };
    let still = first_picture(&data)?;
    let data = crate::template::data(&data).ok_or_else(|| format!("{slug}: the sandbox's data cannot be written."))?;
    Ok(Page {
        file: format!("sandbox/{slug}/index.html"),
        title: format!("Sandbox: {title} · {SITE}"),
        description: format!(
            "The algorithms of {read} \u{201c}{title}\u{201d} on a cluster of your own making, with no lesson around them."
        ),
        indexed: true,
        body: format!(
            "<main class=\"sandbox\" id=\"main\"><header class=\"sandbox-head\"><h1>{}</h1><p><a href=\"./sandbox/\">All algorithms</a> \
             <a href=\"{address}\">{}</a></p></header>\n{}</main>",
            escape(title),
            capital(read),
            playground(&still),
        ),
        data: Some(data),
        programs,
    })
}
