//! What the sketches show: facts, node views, estimates beside exact counts, errors beside theory, counters and registers.

use super::seen::{Sample, Seen, reports};
use super::{COLLECTOR, Report, Sent, Sketches, Timer, Volatile, distinct, estimate, params};
use crate::sim::series::number;
use crate::sim::{
    Bindings, Broken, Cell, Cells, Choice, Cluster, Curve, Drawn, Exhibit, Fact, Field, Guide, GuideKind, Invariant, Ledger, LedgerRow,
    MessageKind, Messages, NodeId, NodeView, Point, Role, Scale, Series, Step, Timers as _, Tone, Trace, Watched,
};

/// Keys that the chart of counts draws: the most frequent, and as many of the others.
const KEYS_DRAWN: u64 = 60;
/// Keys that are listed.
const KEYS_LISTED: u64 = 8;
/// An estimate so many times the truth is far too high.
const FAR: u64 = 2;
/// The number of distinct keys is close if it is off by no more, in percent.
const CLOSE_PERCENT: f64 = 3.0;

impl Messages for Sent {
    const KINDS: &'static [MessageKind] =
        &[MessageKind::request("Report", "REP", Tone::Follower, "A station's sketches: as large after a million events as after ten.")];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        let Sent(report) = self;
        let counters = u64::from(report.counters.len());
        format!("Report of {} events in {counters} counters and {} registers", report.events, report.registers.len())
    }
}

impl Watched for Sketches {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "never-too-low",
        sentence: "The count–min estimate of a key is never less than the number of times that it came.",
        check: |_, seen| match seen.too_low {
            None => Ok(()),
            Some((key, estimate, truth)) => Err(Broken {
                nodes: vec![COLLECTOR],
                says: format!("By the sketches key {key} came {estimate} times. It came {truth} times."),
            }),
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("all-counted", "All {events} events are reported, with {distinct} distinct keys.", all_counted),
        Fact::milestone(
            "distinct-close",
            "All is reported: {distinct} distinct keys, and the estimate is off by {percent} %.",
            |cluster, seen: &Seen, _| {
                let (sample, bindings) = counted(cluster, seen)?;
                (100.0 * sample.distinct_error().abs() <= CLOSE_PERCENT).then_some(bindings)
            },
        ),
        Fact::milestone(
            "distinct-far",
            "All is reported: {distinct} distinct keys, and the estimate is off by {percent} %.",
            |cluster, seen: &Seen, _| {
                let (sample, bindings) = counted(cluster, seen)?;
                (100.0 * sample.distinct_error().abs() > CLOSE_PERCENT).then_some(bindings)
            },
        ),
        Fact::detail("asked-exact", "Key {key} came {truth} times, and the estimate is {estimate}.", |c, s, t| asked(c, s, t, false)),
        Fact::milestone("asked-far-too-high", "Key {key} came {truth} times, and the estimate is {estimate}: far too high.", |c, s, t| {
            asked(c, s, t, true)
        }),
        Fact::milestone("too-low", "By the sketches key {key} came {estimate} times. It came {truth} times.", |_, seen: &Seen, _| {
            let (key, estimate, truth) = seen.too_low?;
            Some(Bindings::nodes([COLLECTOR]).with("key", key).with("estimate", estimate).with("truth", truth))
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.observe(cluster, step);
    }
    fn role((): &(), volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Collector(_) => Role { label: "collector", glyph: "C", tone: Tone::Leader },
            Volatile::Station(_) => Role { label: "station", glyph: "S", tone: Tone::Follower },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        let Some(volatile) = cluster.volatile(node) else { return NodeView::default() };
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        match volatile {
            Volatile::Collector(reports) => NodeView {
                badge: format!("{} keys", number(distinct(reports))),
                fields: vec![
                    field("events", reports.iter().map(|report| report.events).sum::<u64>().to_string(), "Events of which it has heard."),
                    field("distinct", number(distinct(reports)), "Distinct keys among them, by the HyperLogLogs."),
                ],
                ring: None,
                points_at: None,
            },
            Volatile::Station(report) => NodeView {
                badge: format!("{} events", number(report.events as f64)),
                fields: vec![
                    field("events", report.events.to_string(), "Events of its stream so far. It remembers none of them."),
                    field("memory", format!("{} bytes", memory_bytes(report)), "Of both sketches. It does not grow."),
                ],
                ring: Some(Timer::Report.code()),
                points_at: None,
            },
        }
    }
    /// Counts, distinct keys, a table of both, and the cells.
    fn exhibits(cluster: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        let Some(reports) = reports(cluster) else { return Vec::new() };
        let mut exhibits = vec![
            Exhibit::Series(counts(reports, seen)),
            Exhibit::Series(distinct_keys(seen)),
            Exhibit::Ledger(beside_theory(seen)),
            Exhibit::Ledger(frequent(reports, seen)),
        ];
        if let Some(report) = reports.iter().find(|report| report.events > 0) {
            exhibits.push(Exhibit::Cells(counters(report)));
            exhibits.push(Exhibit::Cells(registers(reports, report)));
        }
        exhibits
    }
}

/// The sample of all that there is, in the step that completed it.
fn counted<'a>(cluster: &Cluster<'_, Sketches>, seen: &'a Seen) -> Option<(&'a Sample, Bindings)> {
    let total = params::events(cluster.params()) * u64::from(cluster.nodes().saturating_sub(1));
    let sample = seen.samples.last().filter(|sample| seen.is_new && sample.events == total)?;
    let percent = number(100.0 * sample.distinct_error().abs());
    Some((sample, Bindings::default().with("events", sample.events).with("distinct", sample.distinct).with("percent", percent)))
}

fn all_counted(cluster: &Cluster<'_, Sketches>, seen: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let (sample, bindings) = counted(cluster, seen)?;
    Some(bindings.with("estimate", sample.distinct_estimate).with("beyond", sample.beyond))
}

/// A reader's question, with its true answer.
fn asked(cluster: &Cluster<'_, Sketches>, seen: &Seen, step: &Step<'_>, is_far: bool) -> Option<Bindings> {
    let Choice::Command { node: COLLECTOR, call, .. } = step.choice else { return None };
    let key = u64::try_from(call.number(0)?).ok()?;
    let truth = seen.counts.get(u32::try_from(key).ok()?);
    let estimate = estimate(reports(cluster)?, key);
    let bindings = || Bindings::nodes([COLLECTOR]).with("key", key).with("estimate", estimate).with("truth", truth);
    (is_far == (estimate > FAR * truth)).then(bindings)
}

fn memory_bytes(report: &Report) -> u32 {
    (report.counters.len() * report.counters.bits() + report.registers.len() * report.registers.bits()).div_ceil(8)
}

fn truth_of(seen: &Seen, key: u64) -> u64 {
    u32::try_from(key).map_or(0, |cell| seen.counts.get(cell))
}

/// Estimates beside exact counts.
fn counts(reports: &[Report], seen: &Seen) -> Series {
    let keys = u64::from(seen.counts.len());
    let drawn = (0..KEYS_DRAWN.min(keys)).chain((KEYS_DRAWN..keys).step_by((keys / KEYS_DRAWN).max(1) as usize));
    let mut points: Vec<Point> =
        drawn.map(|key| Point::new(truth_of(seen, key) as f64, estimate(reports, key) as f64)).filter(|point| point.x > 0.0).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let bound = seen.samples.last().map_or(0.0, |sample| sample.shape.counts.epsilon() * sample.events as f64);
    let line = |extra: f64| {
        let mut last = 0.0;
        let mut line: Vec<Point> = points.iter().map(|point| Point::new(point.x, point.x + extra)).collect();
        line.retain(|point| std::mem::replace(&mut last, point.x) < point.x);
        line
    };
    Series {
        title: "Counts",
        caption: "How often keys came, and the collector's estimate. Below the lower line nothing can be; above the upper one is a part e^−d of keys at most.",
        says: format!("The bound e/w of all events is {} now.", number(bound)),
        across: Scale { label: "times that the key came", log: true, ..Scale::default() },
        upwards: Scale { label: "estimate", log: true, ..Scale::default() },
        curves: vec![
            Curve { label: "exact".to_owned(), tone: Tone::Good, points: line(0.0), ..Curve::default() },
            Curve { label: "theory: e/w of all more".to_owned(), tone: Tone::Series(0), points: line(bound), ..Curve::default() },
            Curve { label: "estimated".to_owned(), drawn: Drawn::Points, tone: Tone::Series(0), points },
        ],
        guides: Vec::new(),
    }
}

/// The error of the number of distinct keys, as the streams go on.
fn distinct_keys(seen: &Seen) -> Series {
    let now = seen.samples.last().map(|sample| sample.shape).unwrap_or_default();
    let samples = || seen.samples.iter().filter(|sample| sample.shape == now);
    let sigma = 100.0 * now.distinct.error();
    let theory = |sample: &Sample| Point { x: sample.distinct as f64, y: 0.0, band: Some((-2.0 * sigma, 2.0 * sigma)) };
    Series {
        title: "Distinct keys",
        caption: "Error of the HyperLogLog, as more and more distinct keys come. The band is twice the standard error 1.04/√m: about 95 % of sketches are within.",
        says: seen.samples.last().map_or(String::new(), |sample| {
            format!("{} distinct keys, and {} by the sketches.", number(sample.distinct as f64), number(sample.distinct_estimate as f64))
        }),
        across: Scale { label: "distinct keys", ..Scale::default() },
        upwards: Scale { label: "error", unit: "%", least: Some((-sigma, sigma)), ..Scale::default() },
        curves: vec![
            Curve { label: "theory".to_owned(), tone: Tone::Series(3), points: samples().map(theory).collect(), ..Curve::default() },
            Curve {
                label: "measured".to_owned(),
                drawn: Drawn::Line,
                tone: Tone::Series(0),
                points: samples().map(|sample| Point::new(sample.distinct as f64, 100.0 * sample.distinct_error())).collect(),
            },
        ],
        guides: vec![Guide { label: "exact".to_owned(), at: 0.0, kind: GuideKind::Level }],
    }
}

fn cell(text: String, hint: &str) -> Cell {
    Cell { text, settled: true, hint: hint.to_owned(), ..Cell::default() }
}

/// Both sketches: what theory says, and what was measured.
fn beside_theory(seen: &Seen) -> Ledger {
    let percent = |share: f64| format!("{} %", number(100.0 * share));
    let rows = seen.samples.last().map(|sample| {
        let (counts, distinct) = (sample.shape.counts, sample.shape.distinct);
        let (low, high) = sample.beyond_interval();
        let row = |label: &str, texts: [String; 4]| LedgerRow {
            label: label.to_owned(),
            cells: texts.into_iter().zip(["size", "memory", "by theory", "measured"]).map(|(text, hint)| cell(text, hint)).collect(),
            ..LedgerRow::default()
        };
        vec![
            row(
                "keys beyond e/w of all",
                [
                    format!("{} rows of {}", counts.depth, counts.width),
                    format!("{} bytes", counts.width * counts.depth * 4),
                    format!("at most {}", percent(counts.delta())),
                    format!("{} ({} to {})", percent(sample.beyond as f64 / sample.shape.keys.max(1) as f64), percent(low), percent(high)),
                ],
            ),
            row(
                "mean excess of an estimate",
                [
                    format!("{} rows of {}", counts.depth, counts.width),
                    format!("{} bytes", counts.width * counts.depth * 4),
                    format!("below {}", number(sample.events as f64 / f64::from(counts.width.max(1)))),
                    number(sample.error_sum as f64 / sample.shape.keys.max(1) as f64),
                ],
            ),
            row(
                "error of distinct keys",
                [
                    format!("{} registers", distinct.registers()),
                    format!("{} bytes", (distinct.registers() * 6).div_ceil(8)),
                    format!("±{} standard", percent(distinct.error())),
                    percent(sample.distinct_error()),
                ],
            ),
        ]
    });
    Ledger {
        title: "Beside theory",
        caption: "The sketches of each station, by theory and as measured at the collector by somebody who counted every event. In brackets: 95 % confidence.",
        columns: ["size", "memory", "theory", "measured"].map(str::to_owned).to_vec(),
        rows: rows.unwrap_or_default(),
    }
}

/// The most frequent keys, and some rare ones.
fn frequent(reports: &[Report], seen: &Seen) -> Ledger {
    let keys = u64::from(seen.counts.len());
    let rare = (1..=KEYS_LISTED / 2).map(|part| keys * part / KEYS_LISTED * 2).filter(|key| *key > KEYS_LISTED).map(|key| key - 1);
    let row = |key: u64| {
        let (truth, estimate) = (truth_of(seen, key), estimate(reports, key));
        let excess = Cell {
            tone: if estimate > FAR * truth { Tone::Bad } else { Tone::Neutral },
            ..cell(estimate.saturating_sub(truth).to_string(), "too many")
        };
        LedgerRow {
            label: format!("key {key}"),
            cells: vec![cell(truth.to_string(), "times that it came"), cell(estimate.to_string(), "by the sketches"), excess],
            ..LedgerRow::default()
        }
    };
    Ledger {
        title: "Keys",
        caption: "The most frequent keys and some rare ones: exact, by the sketches, and how much too high that is.",
        columns: ["came", "estimate", "too high by"].map(str::to_owned).to_vec(),
        rows: (0..KEYS_LISTED.min(keys)).chain(rare).map(row).collect(),
    }
}

fn counters(report: &Report) -> Cells {
    let counts = report.shape.counts;
    let used = report.counters.filled(0, report.counters.len());
    Cells {
        title: "Counters",
        caption: "The count–min sketch of the first station: row after row, and a key has one counter in each.",
        says: format!("{} events in {} rows of {}; {used} counters are in use.", report.events, counts.depth, counts.width),
        unit: "counter",
        group: Some(("row", counts.width)),
        values: report.counters.clone(),
        probes: Vec::new(),
    }
}

fn registers(reports: &[Report], report: &Report) -> Cells {
    let values = report.shape.distinct.union(reports.iter().map(|report| &report.registers));
    let used = values.filled(0, values.len());
    Cells {
        title: "Registers",
        caption: "The HyperLogLogs of all stations as one: in each register the largest. It says how many 0s a hash began with at most, and one more.",
        says: format!("{used} of {} registers are in use.", values.len()),
        unit: "register",
        group: None,
        values,
        probes: Vec::new(),
    }
}
