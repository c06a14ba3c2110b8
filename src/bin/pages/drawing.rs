//! The drawn parts of the static pages, after a geological survey: strata, a fault, a seismograph's trace. Knows no lesson.

use std::fmt::Write as _;

/// A trace that breaks off: what stands on the page that is not there.
pub const LOST: &str = "<svg viewBox=\"0 0 960 112\" aria-hidden=\"true\"><path class=\"cut-ground\" d=\"M0 56H430l8-4 6 9 7-14 6 40 8-66 8 52 7-24 6 10 5-3H560\"/><path class=\"cut-fault\" d=\"M566 20l-6 26 12 8-10 40\"/><path class=\"cut-ground\" d=\"M600 72H960\"/></svg>";
/// A trace at work: what stands where the playground will be.
pub const WAIT: &str =
    "<svg viewBox=\"0 0 352 48\" aria-hidden=\"true\"><path d=\"M0 24H130l6-3 5 7 6-13 7 30 8-42 8 36 6-19 5 8 5-4H352\"/></svg>";

/// Number of strata, one for each part of the path.
const STRATA: usize = 7;
const WIDTH: f64 = 1600.0;
const HEIGHT: f64 = 400.0;
/// How far the drawing goes beyond its frame, and the distance of points on an edge.
const STEP: f64 = 20.0;
/// Where the beds begin below the first one's top.
const BED_TOPS: [f64; STRATA] = [0.0, 40.0, 78.0, 116.0, 154.0, 192.0, 232.0];
const GROUND: f64 = 92.0;
/// How far the right-hand block has slipped down.
const SLIP: f64 = 58.0;
/// The fault, from top to bottom.
const FAULT_TOP: f64 = 1130.0;
const FAULT_FOOT: f64 = 930.0;

/// An icon of the template's sprite.
pub fn icon(name: &str) -> String {
    format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{name}\"/></svg>")
}

/// The drill core at a lesson's head: all strata, its own one filled.
pub fn core(part: usize) -> String {
    let mut beds = String::new();
    for stratum in 1..=STRATA {
        let y = (stratum - 1) * 20;
        let dim = if stratum == part { "" } else { " bed-dim" };
        let _ = write!(beds, "<rect class=\"bed{dim}\" data-strat=\"{stratum}\" x=\"0\" y=\"{y}\" width=\"28\" height=\"20\"/>");
        if stratum == part {
            let _ = write!(beds, "<rect fill=\"url(#p-strat-{stratum})\" x=\"0\" y=\"{y}\" width=\"28\" height=\"20\"/>");
        }
    }
    format!("<svg class=\"core\" viewBox=\"0 0 28 140\" preserveAspectRatio=\"none\" aria-hidden=\"true\">{beds}</svg>")
}

/// The rock of a stratum.
pub fn rock(part: usize) -> String {
    format!(
        "<svg class=\"stratum-rock\" aria-hidden=\"true\"><rect class=\"bed\" data-strat=\"{part}\" width=\"100%\" height=\"100%\" \
         stroke=\"none\"/><rect fill=\"url(#p-strat-{part})\" width=\"100%\" height=\"100%\"/></svg>"
    )
}

/// A cut through the seven strata, broken by a fault, under the trace of the quake.
pub fn section() -> String {
    let tear = torn(34.0, 5.0);
    let fault = format!("M{}", points(&tear));
    let (left, right) = (-STEP, WIDTH + STEP);
    let mut beds = String::new();
    for (index, top) in BED_TOPS.iter().enumerate() {
        let upper = edge(*top, index);
        let lower = match BED_TOPS.get(index + 1) {
            Some(below) => edge(*below, index + 1).into_iter().rev().collect(),
            None => vec![(right, HEIGHT + 40.0), (left, HEIGHT + 40.0)],
        };
        let outline = format!("M{}L{}Z", points(&upper), points(&lower));
        let stratum = index + 1;
        let _ = write!(
            beds,
            "<path class=\"bed\" data-strat=\"{stratum}\" d=\"{outline}\"/><path fill=\"url(#p-strat-{stratum})\" d=\"{outline}\"/>\
             <path class=\"bed-edge\" d=\"M{}\"/>",
            points(&upper)
        );
    }
    // The line of the fault begins where the ground does.
    let below_ground: Vec<(f64, f64)> = tear.iter().copied().skip(2).collect();
    format!(
        "<svg class=\"section-cut\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"xMaxYMin slice\" role=\"img\" \
         aria-label=\"A cut through seven layers of rock under a seismograph\u{2019}s trace. A fault has broken them, and the block on the \
         right has slipped down.\"><defs><clipPath id=\"cut-left\"><path d=\"{fault}L{left} {HEIGHT}V0Z\"/></clipPath>\
         <clipPath id=\"cut-right\"><path d=\"{fault}L{right} {HEIGHT}V0Z\"/></clipPath></defs>\
         <g clip-path=\"url(#cut-left)\"><g id=\"cut-beds\">{beds}</g></g>\
         <g clip-path=\"url(#cut-right)\"><use href=\"#cut-beds\" y=\"{SLIP}\"/></g>\
         <path class=\"cut-fault\" d=\"M{}\"/><path class=\"cut-trace\" d=\"M{}\"/></svg>",
        points(&below_ground),
        points(&trace())
    )
}

/// The upper edge of a bed.
fn edge(top: f64, index: usize) -> Vec<(f64, f64)> {
    let phase = [0.0, 0.9, 1.8, 2.7, 3.6, 4.5, 5.4].get(index).copied().unwrap_or_default();
    let wave = |x: f64| 6.0 * libm::sin(x / 190.0 + phase) + 3.0 * libm::sin(x / 67.0 + phase * 2.0);
    along(-STEP, WIDTH + STEP, STEP).map(|x| (x, GROUND + top + wave(x))).collect()
}

/// The fault's line: torn, but always in the same way.
fn torn(step: f64, amplitude: f64) -> Vec<(f64, f64)> {
    const TEARS: [f64; 10] = [0.0, 1.0, -0.7, 0.5, -1.0, 0.8, -0.4, 0.9, -0.8, 0.6];
    let (across, down) = (FAULT_FOOT - FAULT_TOP, HEIGHT);
    let length = (across * across + down * down).sqrt();
    let count = (length / step).round();
    let (normal_x, normal_y) = (-down / length, across / length);
    let tear = |index: usize| TEARS.get(index % TEARS.len()).copied().unwrap_or_default();
    along(0.0, count, 1.0)
        .enumerate()
        .map(|(index, at)| {
            let inner = at > 0.0 && at < count;
            let along = (at + if inner { tear(index * 3) * 0.25 } else { 0.0 }) / count;
            let off = if inner { amplitude * tear(index) } else { 0.0 };
            (FAULT_TOP + across * along + normal_x * off, down * along + normal_y * off)
        })
        .collect()
}

/// The seismograph's trace: quiet, then the quake where the fault is, then dying away.
fn trace() -> Vec<(f64, f64)> {
    let height = |x: f64| {
        let since = x - FAULT_TOP;
        if since < -14.0 {
            return libm::sin(x * 1.7) * 0.7;
        }
        let strength = if since < 0.0 { 0.35 } else { libm::exp(-since / 110.0) };
        libm::sin(since * 0.33) * 34.0 * strength + libm::sin(since * 0.83) * 9.0 * strength + libm::sin(x * 1.3) * 0.6
    };
    along(0.0, WIDTH, 3.0).map(|x| (x, 46.0 + height(x))).collect()
}

/// Numbers from `first` to `last` at even distances.
fn along(first: f64, last: f64, step: f64) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(first), move |x| Some(x + step)).take_while(move |x| *x <= last + step / 100.0)
}

/// "12 3.4L…", rounded to a tenth.
fn points(points: &[(f64, f64)]) -> String {
    let tenth = |x: f64| (x * 10.0).round() / 10.0;
    points.iter().map(|(x, y)| format!("{} {}", tenth(*x), tenth(*y))).collect::<Vec<_>>().join("L")
}
