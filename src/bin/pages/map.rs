//! The map of the topics on the home page: a drawing, and the same as a list. `assets/map.js` lights up what belongs together; the page
//! reads without it. Knows no lesson.

use faultline::lessons::map::{Edge, MAP, Tie, of, stop};
use faultline::lessons::path::{PATH, Stop};
use faultline::lessons::source::markdown::escape;
use std::fmt::Write as _;

const WIDTH: f64 = 1000.0;
const ROW: f64 = 96.0;
/// Half the size of a topic's box.
const HALF: (f64, f64) = (104.0, 27.0);
/// How far neighbouring rows are shifted against each other, so that lines between them are not hidden behind boxes.
const SHIFT: f64 = 46.0;
/// How far a line bends away from straight, as a part of its length.
const BEND: f64 = 0.14;
/// Room for lines that bend below the last row.
const BELOW: f64 = 28.0;
/// Letters that fit on one line of a box.
const LINE_CHARS_MAX: usize = 20;

/// The section of the home page. `is_written` says which lessons exist.
pub fn section(is_written: impl Fn(&Stop) -> bool) -> String {
    let mut lines = String::new();
    for edge in MAP {
        lines.push_str(&line(edge));
    }
    let mut boxes = String::new();
    for stop in PATH.iter().flat_map(|part| part.stops) {
        boxes.push_str(&topic(stop, is_written(stop)));
    }
    let legend: String = Tie::ALL
        .iter()
        .map(|tie| {
            format!(
                "<li><svg viewBox=\"0 0 44 10\" aria-hidden=\"true\"><path class=\"map-line\" data-tie=\"{}\" d=\"M2 5H42\"/></svg>{}</li>",
                name(*tie),
                tie.words()
            )
        })
        .collect();
    let height = ROW * PATH.len() as f64 + BELOW;
    format!(
        "<section class=\"map\" id=\"map\"><h2>How they hang together</h2>\
         <p>No topic stands alone. Each needs others, works around what others prove, or is weakened by them.</p>\
         <div class=\"map-tools\"><ul class=\"map-legend\">{legend}</ul><label class=\"map-find\" hidden>Find a topic \
         <input class=\"field\" type=\"search\" autocomplete=\"off\"></label></div>\
         <svg class=\"map-chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"group\" aria-label=\"Map of the topics\">{lines}{boxes}</svg>\
         <div class=\"map-says\" role=\"status\"><p>Point at a topic, or move to it with Tab or the arrow keys: its lines light up, and here it says why.</p></div>\
         <details class=\"map-list\"><summary>The map as a list</summary><ul>{}</ul></details></section>",
        PATH.iter().flat_map(|part| part.stops).map(|stop| entry(stop, is_written(stop))).collect::<String>()
    )
}

fn name(tie: Tie) -> &'static str {
    match tie {
        Tie::Needs => "needs",
        Tie::WorksAround => "around",
        Tie::WeakenedBy => "weakened",
    }
}

/// The middle of a topic's box.
fn place(number: u8) -> (f64, f64) {
    let found = (0u8..).zip(PATH).find_map(|(row, part)| {
        let column = part.stops.iter().position(|stop| stop.number == number)?;
        Some((row, column, part.stops.len()))
    });
    let (row, column, count) = found.unwrap_or((0, 0, 1));
    // A row of four fills the width.
    let shift = match (count, row % 2) {
        (4.., _) => 0.0,
        (_, 0) => -SHIFT,
        _ => SHIFT,
    };
    (WIDTH * (column as f64 + 0.5) / count as f64 + shift, ROW * (f64::from(row) + 0.5))
}

fn line(edge: &Edge) -> String {
    let (from, to) = (place(edge.from), place(edge.to));
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let control = ((from.0 + to.0) / 2.0 - dy * BEND, (from.1 + to.1) / 2.0 + dx * BEND);
    let (start, end) = (rim(from, control), rim(to, control));
    let angle = libm::atan2(end.1 - control.1, end.0 - control.0).to_degrees();
    format!(
        "<g class=\"map-edge\" data-from=\"{}\" data-to=\"{}\"><path class=\"map-line\" data-tie=\"{}\" d=\"M{:.0} {:.0}Q{:.0} {:.0} {:.0} {:.0}\"/>\
         <path class=\"map-head\" data-tie=\"{}\" d=\"M0 0l-9 -4v8z\" transform=\"translate({:.1} {:.1}) rotate({angle:.0})\"/></g>",
        edge.from,
        edge.to,
        name(edge.tie),
        start.0,
        start.1,
        control.0,
        control.1,
        end.0,
        end.1,
        name(edge.tie),
        end.0,
        end.1,
    )
}

/// Where the way from the middle of a box towards `target` leaves the box.
fn rim(middle: (f64, f64), target: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (target.0 - middle.0, target.1 - middle.1);
    let reach = (HALF.0 / dx.abs().max(f64::EPSILON)).min(HALF.1 / dy.abs().max(f64::EPSILON));
    (middle.0 + dx * reach, middle.1 + dy * reach)
}

fn topic(stop: &Stop, written: bool) -> String {
    let (x, y) = place(stop.number);
    let lines = halves(stop.title);
    let mut text = String::new();
    let first = if lines.len() == 1 { 5.0 } else { -4.0 };
    for (index, words) in lines.iter().enumerate() {
        let _ = write!(text, "<tspan x=\"10\" y=\"{:.0}\">{}</tspan>", first + 18.0 * index as f64, escape(words));
    }
    let part = PATH.iter().position(|part| part.stops.contains(stop)).map_or(1, |index| index + 1);
    let drawn = format!(
        "<rect class=\"map-box\" data-strat=\"{part}\" x=\"-{0}\" y=\"-{1}\" width=\"{2}\" height=\"{3}\"/>\
         <text class=\"map-no\" x=\"-90\" y=\"6\">{4}</text><text class=\"map-title\">{text}</text>",
        HALF.0,
        HALF.1,
        HALF.0 * 2.0,
        HALF.1 * 2.0,
        stop.number,
    );
    let (number, slug, title) = (stop.number, stop.slug, escape(stop.title));
    if written {
        format!(
            "<a class=\"map-topic\" data-topic=\"{number}\" data-title=\"{title}\" href=\"./lessons/{slug}/\" \
             transform=\"translate({x:.0} {y:.0})\">{drawn}<rect class=\"map-reached\" data-lesson=\"{slug}\" x=\"-{0}\" y=\"{1}\" \
             width=\"0\" height=\"4\"/></a>",
            HALF.0,
            HALF.1 - 4.0,
        )
    } else {
        format!(
            "<g class=\"map-topic\" data-topic=\"{number}\" data-title=\"{title}\" data-state=\"coming\" tabindex=\"0\" role=\"img\" \
             aria-label=\"{number} {title}, coming\" transform=\"translate({x:.0} {y:.0})\">{drawn}</g>"
        )
    }
}

/// A title on one line, or on two of about the same length.
fn halves(title: &str) -> Vec<String> {
    if title.len() <= LINE_CHARS_MAX {
        return vec![title.to_owned()];
    }
    let spaces = title.match_indices(' ').map(|(at, _)| at);
    let Some(at) = spaces.min_by_key(|at| at.abs_diff(title.len() / 2)) else { return vec![title.to_owned()] };
    let (first, second) = title.split_at(at);
    vec![first.to_owned(), second.trim_start().to_owned()]
}

/// A topic in the list, with its lines in words.
fn entry(topic: &Stop, written: bool) -> String {
    let mut lines = String::new();
    for edge in of(topic.number) {
        let title = |number: u8| stop(number).map_or_else(String::new, |stop| escape(stop.title));
        let _ = write!(
            lines,
            "<li data-tie=\"{}\"><b>{}</b> {} <b>{}</b>. {}</li>",
            name(edge.tie),
            title(edge.from),
            edge.tie.words(),
            title(edge.to),
            escape(edge.why),
        );
    }
    let title = escape(topic.title);
    let head =
        if written { format!("<a href=\"./lessons/{}/\">{title}</a>", topic.slug) } else { format!("{title} <span>(coming)</span>") };
    format!("<li data-of=\"{}\"><p class=\"map-name\">{} {head}</p><ul>{lines}</ul></li>", topic.number, topic.number)
}
