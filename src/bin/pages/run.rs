//! For authors: what happens in a run, whether the numbers of a text still hold, and what its searches come to.

use faultline::check::explorer::Progress;
use faultline::lessons::goal::deed;
use faultline::lessons::source::{self, Lesson};
use faultline::scenario::search::{Inquiry, Search, words};
use faultline::sim::Timeline;
use std::fmt::Write as _;
use std::path::Path;

/// Events that a printed run may take.
const EVENTS_MAX: u32 = 2_000_000;

/// What `pages <words>` prints.
pub fn answer(lessons: &Path, words: &[String]) -> Result<String, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", slug, scenario] => run(lessons, slug, scenario, "10"),
        ["run", slug, scenario, until_s] => run(lessons, slug, scenario, until_s),
        ["measure", slug] => source::read_lesson(lessons, slug).map(|lesson| measure(&lesson)).map_err(|mistakes| mistakes.to_string()),
        ["search", slug] => search(lessons, slug, |_| true),
        ["search", slug, experiment] => search(lessons, slug, |id| id == *experiment),
        _ => {
            let usage = "pages run <lesson> <scenario> [seconds] | pages measure <lesson> | pages search <lesson> [experiment]";
            Err(format!("Usage: {usage}"))
        }
    }
}

/// Everything in a run that goals and captions can refer to, with its time. Other scenarios and the text may have mistakes.
fn run(lessons: &Path, slug: &str, scenario: &str, until_s: &str) -> Result<String, String> {
    let (scripts, mistakes) = source::read_scripts(lessons, slug).map_err(|mistakes| mistakes.to_string())?;
    let script = scripts.get(scenario).ok_or_else(|| {
        let known: Vec<&str> = scripts.keys().map(String::as_str).collect();
        format!("{mistakes}There is no scenario \u{201c}{scenario}\u{201d}. Known: {}.", known.join(", "))
    })?;
    let until_s: u64 = until_s.parse().map_err(|_| format!("\u{201c}{until_s}\u{201d} is not a number of seconds."))?;
    let scenario = script.play(script.seed()).map_err(|mistake| mistake.to_string())?;
    let mut timeline = scenario.timeline().map_err(|why| why.to_string())?;
    timeline.play_to(until_s * 1_000_000, EVENTS_MAX).map_err(|error| error.to_string())?;
    Ok(happened(&timeline))
}

fn happened(timeline: &Timeline) -> String {
    let algorithm = timeline.setup().algorithm;
    let (facts, invariants) = (algorithm.facts(), algorithm.invariants());
    let mut lines: Vec<(u64, String)> = Vec::new();
    for entry in timeline.journal() {
        lines.push((entry.at.time_us, format!("do:{:30} {:?}", deed(&entry.what), entry.what)));
    }
    for fired in &timeline.record().fired {
        let Some(info) = facts.get(usize::from(fired.fact)) else { continue };
        let values = fired.bindings.values.iter().map(|(name, value)| (format!("{{{name}}}"), value.clone()));
        let node = fired.bindings.nodes.first().map(|node| ("{node}".to_owned(), node.to_string()));
        let says = values.chain(node).fold(info.sentence.to_owned(), |says, (name, value)| says.replace(&name, &value));
        lines.push((fired.time_us, format!("{:33} {says}", info.name)));
    }
    for violation in &timeline.record().violations {
        let name = invariants.get(usize::from(violation.invariant)).map_or("", |info| info.name);
        lines.push((violation.time_us, format!("broken:{name:26} {}", violation.broken.says)));
    }
    lines.sort_by_key(|(time_us, _)| *time_us);
    let mut text = String::new();
    for (time_us, line) in lines {
        let _ = writeln!(text, "{:9.3} ms  {line}", time_us as f64 / 1_000.0);
    }
    let _ = write!(text, "Steps that could not be done: {}.", timeline.skipped());
    text
}

fn measure(lesson: &Lesson) -> String {
    let mut text = String::new();
    for figure in &lesson.figures {
        match figure.check(&lesson.scripts) {
            Ok(()) => {
                let _ = writeln!(text, "{}: {}, as stated", figure.name, figure.value);
            }
            Err(mistake) => {
                let _ = writeln!(text, "{mistake}");
            }
        }
    }
    text
}

/// A search of an experiment, done.
pub struct Searched {
    /// Name of the experiment.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What could happen in the runs.
    pub bounds: String,
    /// What came of it.
    pub verdict: String,
    /// How far it went.
    pub progress: Progress,
}

/// What the searches of a lesson's experiments come to.
pub fn searches(lesson: &Lesson) -> Result<Vec<Searched>, String> {
    let mut done = Vec::new();
    for experiment in &lesson.data.experiments {
        let goal = experiment.search.as_ref().and_then(|goal| Some((goal, Search::from_text(&goal.search)?)));
        let Some(((goal, search), scenario)) = goal.zip(lesson.scenarios.get(&experiment.scenario)) else { continue };
        let report = Inquiry::new(&goal.start(scenario), &search)?.finish()?;
        let entry = scenario.entry().map_err(|why| why.to_string())?;
        done.push(Searched {
            id: experiment.id.clone(),
            title: experiment.title.clone(),
            bounds: words::bounds(&search),
            verdict: words::verdict(&report, &search, entry.algorithm),
            progress: report.progress,
        });
    }
    Ok(done)
}

fn search(lessons: &Path, slug: &str, wanted: impl Fn(&str) -> bool) -> Result<String, String> {
    let lesson = source::read_lesson(lessons, slug).map_err(|mistakes| mistakes.to_string())?;
    let mut text = String::new();
    for Searched { id, bounds, verdict, progress, .. } in searches(&lesson)?.into_iter().filter(|searched| wanted(&searched.id)) {
        let (generated, depth, kib) = (progress.generated, progress.depth, progress.memory_bytes >> 10);
        let _ = writeln!(text, "{id}: {verdict} ({bounds}; {} states, {generated} generated, {depth} deep, {kib} KiB)", progress.distinct);
    }
    Ok(text)
}
