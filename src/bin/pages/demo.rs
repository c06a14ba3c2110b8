//! The place of a demonstration: as large as it will be, and with its figures for whoever runs no scripts. Knows no algorithm.

use crate::drawing::{WAIT, icon};
use faultline::lessons::demo::{self, Demo, Setting};
use faultline::lessons::source::Lesson;
use faultline::lessons::source::markdown::escape;
use faultline::scenario::link;
use faultline::sim::Ledger;
use faultline::topics::TOPICS;

/// Events that a run of a demonstration may take.
const EVENTS_MAX: u32 = 100_000;

/// The demonstration of that index.
pub fn place(lesson: &Lesson, index: usize) -> Result<String, String> {
    let Some(demo) = lesson.demos.get(index) else { return Ok(String::new()) };
    let (id, title) = (&demo.id, escape(&demo.title));
    let first = demo.settings.first().cloned().unwrap_or_default();
    let keys = format!(
        "<div class=\"demo-keys\"><span class=\"btn btn-main btn-icon\">{}</span><a class=\"demo-open\" href=\"./sandbox/{}/#s={}\">\
         Open it in the sandbox</a></div>",
        icon("play"),
        lesson.data.slug,
        first.link
    );
    Ok(format!(
        "<section class=\"demo\" id=\"demo-{id}\" data-demo=\"{index}\" aria-label=\"Demonstration: {title}\"><div class=\"demo-stage\">\
         <div class=\"demo-wait\">{WAIT}<p>The demonstration is being set up.</p><noscript><p>It needs scripts and WebAssembly. Its figures \
         are here without them.</p></noscript></div></div><div class=\"caption\">{}<span>{}</span></div>{keys}{}</section>\n",
        icon("flag"),
        escape(&first.note),
        table(demo)?,
    ))
}

/// The figures of all its settings, at the end of their runs. They are shown where no script plays these.
fn table(demo: &Demo) -> Result<String, String> {
    let mut ledgers = Vec::new();
    for setting in &demo.settings {
        ledgers.push(figures(demo, setting)?);
    }
    let heads: String = demo
        .settings
        .iter()
        .map(|setting| format!("<th scope=\"col\"><span class=\"demo-setting\">{}</span></th>", escape(&setting.name)))
        .collect();
    let labels = ledgers.first().map(|ledger| &ledger.rows).into_iter().flatten().map(|row| escape(&row.label));
    let rows = labels.enumerate().map(|(at, label)| {
        let cells = ledgers.iter().map(|ledger| {
            let cell = ledger.rows.get(at).and_then(|row| row.cells.first());
            format!("<td><noscript>{}</noscript></td>", cell.map_or(String::new(), |cell| escape(&cell.text)))
        });
        format!("<tr><th scope=\"row\">{label}</th>{}</tr>", cells.collect::<String>())
    });
    Ok(format!("<table class=\"demo-figures\"><thead><tr><td></td>{heads}</tr></thead><tbody>{}</tbody></table>", rows.collect::<String>()))
}

/// What the run of a setting has come to at its end.
fn figures(demo: &Demo, setting: &Setting) -> Result<Ledger, String> {
    let fail = |why: String| format!("The demonstration {} cannot be played: {why}", demo.id);
    let scenario = link::decode(&setting.link, TOPICS).map_err(|error| fail(error.to_string()))?;
    let mut timeline = scenario.timeline().map_err(|error| fail(error.to_string()))?;
    if !timeline.play_to(demo.until_us, EVENTS_MAX).map_err(|error| fail(error.to_string()))? {
        return Err(fail(format!("it takes more than {EVENTS_MAX} events.")));
    }
    demo::figures(&timeline).ok_or_else(|| fail("its algorithm shows no table.".to_owned()))
}
