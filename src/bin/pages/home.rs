//! The home page: what this is, and the path. Lessons that are not written yet are shown as coming, and not linked.

use crate::SITE;
use crate::drawing::{icon, rock, section};
use crate::map;
use crate::template::Page;
use faultline::lessons::path::{PATH, Stop};
use faultline::lessons::progress::Outline;
use faultline::lessons::source::Lesson;
use faultline::lessons::source::markdown::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HEADING: &str = "How can many machines act as one, when any of them and any message may fail?";
const LEAD: &str = "Twenty-one lessons on distributed systems. In each, the real algorithm runs on a cluster that is yours: drop a \
                    message, cut a link, crash the leader, and see what holds.";

const HOW: [(&str, &str, &str); 4] = [
    ("crash", "Break it", "Click a message in flight and drop it. Draw a line and the network is in two. Freeze a process in mid-write."),
    ("back", "Rewind", "Go back to the moment before, do something else, and keep both futures."),
    ("check", "Know why it held", "Safety properties are checked at every step. Switch one rule off and see which of them falls, and how."),
    ("share", "Hand it on", "Any run is a link. Whoever opens it sees the same run, step for step."),
];

/// Shown by the page's program, which fills in the figures.
const PROGRESS: &str = "<section class=\"progress\" id=\"progress\" hidden><h2>Your progress</h2><p class=\"progress-says\"></p>\
                        <p>It is kept in this browser and nowhere else. As a file it goes to another browser, where it is added to what is there.</p>\
                        <div class=\"progress-acts\"><button class=\"btn\" type=\"button\" data-do=\"save\">Save it to a file</button>\
                        <button class=\"btn\" type=\"button\" data-do=\"load\">Load a file</button>\
                        <input type=\"file\" accept=\".json,application/json\" aria-label=\"A file of progress\" hidden>\
                        <button class=\"btn\" type=\"button\" data-do=\"forget\">Forget it</button>\
                        <button class=\"btn\" type=\"button\" data-do=\"undo\" hidden>Bring it back</button></div>\
                        <p class=\"progress-news\" role=\"status\"></p></section>";

/// The home page.
pub fn page(lessons: &BTreeMap<String, Lesson>) -> Result<Page, String> {
    let outlines: Vec<Outline> = lessons.values().map(|lesson| Outline::of(&lesson.data)).collect();
    let data = crate::template::data(&outlines).ok_or("The home page's data cannot be written.")?;
    let (experiments, questions) = outlines
        .iter()
        .fold((0, 0), |(experiments, questions), outline| (experiments + outline.experiments.len(), questions + outline.questions.len()));
    let first = PATH.iter().flat_map(|part| part.stops).find(|stop| lessons.contains_key(stop.slug));
    let start = first.map_or(String::new(), |stop| {
        let title = escape(&stop.title.to_lowercase());
        format!(
            "<a class=\"btn btn-main\" data-way=\"start\" href=\"./lessons/{0}/\">Start with {title}</a>\
             <a class=\"btn btn-main\" data-way=\"on\" href=\"./lessons/{0}/\" hidden>Go on</a>",
            stop.slug
        )
    });
    let how: String = HOW.iter().map(|(sign, title, text)| format!("<div>{}<h2>{title}</h2><p>{text}</p></div>", icon(sign))).collect();
    let mut strata = String::new();
    for (number, part) in (1..).zip(PATH) {
        let topics: String = part.stops.iter().map(|stop| topic(stop, lessons.get(stop.slug))).collect();
        let _ = writeln!(
            strata,
            "<li class=\"stratum\" data-strat=\"{number}\">{}<div class=\"stratum-head\"><p class=\"label\">Part {number}</p><h3>{}</h3>\
             <p>{}</p></div><ol class=\"topics\">{topics}</ol></li>",
            rock(number),
            escape(part.title),
            escape(part.about),
        );
    }
    let body = format!(
        "<main class=\"home\" id=\"main\"><section class=\"hero\"><h1>{HEADING}</h1><div class=\"hero-side\"><p class=\"hero-lead\">{LEAD}</p>\
         <p class=\"hero-acts\">{start}<a class=\"btn\" href=\"#path\">See the path</a> <a class=\"btn\" href=\"#map\">See the map</a></p>\
         <p class=\"hero-way\" data-way=\"start\">{} lessons so far, {experiments} experiments, {questions} questions.</p>\
         <p class=\"hero-way\" data-way=\"on\" hidden></p></div>{}</section>\n\
         <section class=\"how\" aria-label=\"How it works\">{how}</section>\n\
         <section class=\"path\" id=\"path\"><h2>The path</h2><p>Seven layers, read from the top. Lessons that are not there yet are marked \
         as coming. Before the first, for a quarter of an hour: <a href=\"./fallacies/\">the eight fallacies</a>.</p>\
         <ol class=\"strata\">{strata}</ol></section>\n{}{PROGRESS}</main>",
        lessons.len(),
        section(),
        map::section(|stop| lessons.contains_key(stop.slug)),
    );
    Ok(Page {
        file: "index.html".to_owned(),
        title: format!("{SITE}: learn distributed systems by breaking them"),
        description: LEAD.to_owned(),
        indexed: true,
        body,
        data: Some(data),
        programs: None,
    })
}

fn topic(stop: &Stop, lesson: Option<&Lesson>) -> String {
    let (number, title) = (stop.number, escape(stop.title));
    let Some(lesson) = lesson else {
        return format!(
            "<li class=\"topic\" data-state=\"coming\"><span class=\"topic-no num\">{number}</span><span class=\"topic-body\">\
             <span class=\"topic-name\">{title}</span></span><span class=\"topic-note\">coming</span></li>"
        );
    };
    let experiments = &lesson.data.experiments;
    // One pip for each experiment; the page's module fills those that this browser remembers as reached.
    let pips: String = (0..experiments.len()).map(|index| format!("<path class=\"pip\" d=\"M{} 1l3.5 7h-7z\"/>", index * 10 + 4)).collect();
    let (width, count) = (experiments.len() * 10, experiments.len());
    format!(
        "<li class=\"topic\" data-state=\"ready\"><span class=\"topic-no num\">{number}</span><span class=\"topic-body\">\
         <a class=\"topic-name\" href=\"./lessons/{0}/\">{title}</a><span class=\"topic-q\">{1}</span></span><span class=\"topic-note\">\
         {2} min · {count} experiments<svg class=\"topic-progress\" data-lesson=\"{0}\" width=\"{width}\" height=\"10\" \
         viewBox=\"0 0 {width} 10\" role=\"img\" aria-label=\"{count} experiments\">{pips}</svg></span></li>",
        stop.slug,
        escape(stop.question),
        lesson.minutes,
    )
}
