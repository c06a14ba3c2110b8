//! Charts as plain data: curves over two axes, measured values beside theory. Knows no pixels.

use super::Tone;

/// A chart. It says its numbers as a table too, so a curve needs no other words.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Series {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// What its numbers come to at present: "1,204 customers; the first 128 do not count". May be empty.
    pub says: String,
    /// From left to right.
    pub across: Scale,
    /// From below upwards.
    pub upwards: Scale,
    /// The curves; later ones are drawn above earlier ones.
    pub curves: Vec<Curve>,
    /// Lines across the whole chart.
    pub guides: Vec<Guide>,
}

/// An axis. It reaches as far as curves and guides do, and at least over `least`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Scale {
    /// "time in the system".
    pub label: &'static str,
    /// Shown after each number: "ms", "%", or nothing.
    pub unit: &'static str,
    /// Whether each decade takes the same room. Then values of 0 and below are not drawn.
    pub log: bool,
    /// What it shows at least, from lower to higher.
    pub least: Option<(f64, f64)>,
}

/// What a curve is drawn as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Drawn {
    /// What a formula says: a thin line without marks.
    #[default]
    Theory,
    /// Measured values that belong together: a line with marks.
    Line,
    /// Measured values by themselves.
    Points,
    /// A value that stays until the next.
    Steps,
    /// A histogram: a bar reaches from its place to the next one's, so the last only closes it.
    Bars,
}

/// One curve of a [`Series`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Curve {
    /// "theory (M/M/1)".
    pub label: String,
    /// What it is drawn as.
    pub drawn: Drawn,
    /// Colour by meaning. A measured curve and its theory share one.
    pub tone: Tone,
    /// Its points from left to right.
    pub points: Vec<Point>,
}

/// A point of a [`Curve`], in the units of the axes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// Along the lower axis.
    pub x: f64,
    /// Along the upright axis.
    pub y: f64,
    /// Between which values the true one lies, with the confidence that the caption names.
    pub band: Option<(f64, f64)>,
}

impl Point {
    /// A point without a band.
    pub fn new(x: f64, y: f64) -> Self {
        Point { x, y, band: None }
    }
}

/// A line across the whole chart.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Guide {
    /// "p99", "now".
    pub label: String,
    /// Where, in the units of its axis.
    pub at: f64,
    /// What it marks.
    pub kind: GuideKind,
}

/// What a [`Guide`] marks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum GuideKind {
    /// A place on the lower axis: a percentile, a mean.
    #[default]
    Place,
    /// The present moment or the present setting, on the lower axis.
    Now,
    /// A height on the upright axis: a limit, a target.
    Level,
}

/// Digits of a number as exhibits write it.
const DIGITS: u32 = 3;

/// A number as exhibits write it: three significant digits, thousands apart, tiny ones as `1.20e-7`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "none".to_owned() } else { "∞".to_owned() };
    }
    let (sign, size) = (if value < 0.0 { "−" } else { "" }, value.abs());
    if size == 0.0 || size >= 1e15 {
        return if size == 0.0 { "0".to_owned() } else { format!("{sign}over 10^15") };
    }
    // The place of the first digit, and of the last that is written.
    let first = libm::floor(libm::log10(size)) as i32;
    if first < -5 {
        let tail = (size * libm::pow(10.0, f64::from(2 - first)) + 0.5) as u64;
        let (tail, first) = if tail >= 1_000 { (tail / 10, first + 1) } else { (tail, first) };
        return format!("{sign}{}.{:02}e−{}", tail / 100, tail % 100, -first);
    }
    let decimals = u32::try_from((DIGITS as i32 - 1 - first).max(0)).unwrap_or(0);
    let unit = 10_u64.pow(decimals);
    let scaled = (size * unit as f64 + 0.5) as u64;
    let mut whole = (scaled / unit).to_string();
    for at in (1..whole.len()).rev().filter(|at| (whole.len() - at).is_multiple_of(3)).collect::<Vec<_>>() {
        whole.insert(at, ',');
    }
    let fraction = format!("{:0width$}", scaled % unit, width = decimals as usize);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        digits => format!("{sign}{whole}.{digits}"),
    }
}
