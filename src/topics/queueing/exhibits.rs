//! What is shown beside the cluster: theory and measurement, as numbers and as curves.

use super::facts::{desk, stations};
use super::params;
use super::sizing;
use super::state::{Desk, FIRST_SERVER};
use super::theory::{Kind, Model, Theory, Wait};
use super::{Queueing, sizing::Demand};
use crate::check::statistics::{Estimate, Settled, wilson};
use crate::sim::series::number;
use crate::sim::{Cell, Cluster, Curve, Drawn, Exhibit, Guide, GuideKind, Ledger, LedgerRow, Point, Scale, Series, Tone};

/// Points of a curve that theory draws.
const POINTS: u32 = 48;
/// Loads at which theory is asked, in percent.
const LOADS: [u32; 22] = [2, 5, 10, 20, 30, 40, 50, 55, 60, 65, 70, 75, 80, 84, 87, 90, 92, 94, 95, 96, 97, 98];
/// Longest weights of a distribution that a curve over loads is drawn of.
const WEIGHTS_MAX: usize = 128;

/// Everything that the exhibits tell, worked out once.
struct Findings<'a> {
    desk: &'a Desk,
    settled: Settled,
    model: Model,
    theory: Result<Theory, &'static str>,
    share: f64,
    share_name: &'static str,
    target_s: f64,
    now_s: f64,
    is_uneven: bool,
}

/// All exhibits, in their order.
pub fn all(cluster: &Cluster<'_, Queueing>) -> Vec<Exhibit> {
    let servers = u32::from(cluster.nodes().saturating_sub(FIRST_SERVER));
    let (share, share_name, target_s) = params::target(cluster.params());
    let plain = params::model(cluster.params(), servers, 0.0);
    let demand =
        Demand { arrivals_per_s: plain.arrivals_per_s, service_s: plain.service_s, variability: plain.law.variability(), share, target_s };
    let sizes = Exhibit::Ledger(sizing::ledger(&demand, share_name));
    // While the dispatcher is down there is nobody who measures.
    let blank = Desk::default();
    let desk = desk(cluster).unwrap_or(&blank);
    let handover_s = if desk.handovers.0 > 0 { desk.handovers.1 as f64 / desk.handovers.0 as f64 / 1e6 } else { 0.0 };
    let model = Model { handover_s, ..plain };
    let all_alike = stations(cluster).filter(|(id, _)| cluster.stable(*id).is_some_and(|stable| stable.percent == 100)).count();
    let findings = Findings {
        desk,
        settled: desk.meter.waits.settled(),
        theory: model.theory(),
        model,
        share,
        share_name,
        target_s,
        now_s: cluster.world().now_us() as f64 / 1e6,
        is_uneven: all_alike < servers as usize,
    };
    vec![
        Exhibit::Ledger(findings.table()),
        Exhibit::Series(findings.waits()),
        Exhibit::Series(findings.over_load()),
        Exhibit::Series(findings.over_time()),
        sizes,
    ]
}

fn ms(seconds: f64) -> String {
    format!("{} ms", number(seconds * 1e3))
}

fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

impl Findings<'_> {
    /// Seconds, of an estimate in microseconds.
    fn mean(&self) -> Option<Estimate> {
        self.settled.mean().map(|estimate| estimate.scaled(1e-6))
    }
    fn quantile(&self) -> Option<Estimate> {
        self.settled.quantile(self.share).map(|estimate| estimate.scaled(1e-6))
    }
    fn busy(&self) -> f64 {
        self.desk.meter.busy_us as f64 / 1e6 / self.desk.meter.elapsed_s() / f64::from(self.model.servers.max(1))
    }
    fn theory_name(&self) -> Option<String> {
        let theory = self.theory.as_ref().ok()?;
        Some(match theory.kind {
            Kind::Exact => format!("theory, {}", theory.name),
            Kind::Approximate => format!("theory, about {}", theory.name),
            Kind::Limit => format!("theory, {}, many servers", theory.name),
            Kind::Bound => format!("at best, as {}", theory.name),
        })
    }
    /// How much has been measured, and why theory may not be the same.
    fn says(&self) -> String {
        let counted = match (self.settled.count(), self.settled.skipped) {
            (0, _) => "Nobody has been served yet.".to_owned(),
            (count, 0) => format!("{} customers.", number(count as f64)),
            (count, skipped) => format!("{} customers count; the first {} are the warm-up.", number(count as f64), number(skipped as f64)),
        };
        let theory = match &self.theory {
            Err(why) => why,
            Ok(_) if self.is_uneven => "A server is slow or down, and theory does not know it.",
            Ok(_) => "",
        };
        format!("{counted} {theory}").trim_end().to_owned()
    }

    fn table(&self) -> Ledger {
        let meter = &self.desk.meter;
        let theory = self.theory.as_ref().ok();
        let cell = |text: Option<String>, hint: &str| match text {
            Some(text) => Cell { text, hint: hint.to_owned(), settled: true, ..Cell::default() },
            None => Cell { text: "none".to_owned(), hint: hint.to_owned(), settled: true, ..Cell::default() },
        };
        let row = |label: &str, says: Option<String>, measured: Option<String>, band: Option<String>, note: &str| LedgerRow {
            label: label.to_owned(),
            node: None,
            note: note.to_owned(),
            cells: vec![cell(says, "theory"), cell(measured, "measured"), cell(band, "the interval of 95 % confidence")],
        };
        let band = |estimate: Option<Estimate>| {
            estimate.and_then(|estimate| estimate.band()).map(|(low, high)| format!("{} to {}", ms(low), ms(high)))
        };
        let started = (meter.served > 0).then_some(());
        let (quantile, mean) = (self.quantile(), self.mean());
        let entered = meter.arrived.saturating_sub(meter.refused) as f64 / meter.elapsed_s();
        let (low, high) = wilson(meter.refused, meter.arrived);
        let kept = theory.map_or(1.0, |theory| 1.0 - theory.refused);
        let rows = vec![
            row(
                "model",
                theory.map(|theory| theory.name.clone()),
                None,
                None,
                theory.map_or(self.theory.as_ref().err().copied().unwrap_or(""), |theory| theory.formula),
            ),
            row(
                "load ρ",
                Some(percent(self.model.load() * kept)),
                started.map(|()| percent(self.busy())),
                None,
                "how much of the time a server works",
            ),
            row("mean wait W", theory.map(|theory| ms(theory.wait_s)), mean.map(|mean| ms(mean.value)), band(mean), "before service"),
            row(
                self.share_name,
                theory.filter(|theory| theory.is_wait_sure).and_then(|theory| theory.wait.quantile_s(self.share)).map(ms),
                quantile.map(|quantile| ms(quantile.value)),
                band(quantile),
                "of the wait",
            ),
            row(
                "turned away",
                theory.map(|theory| percent(theory.refused)),
                (meter.arrived > 0).then(|| percent(meter.refused as f64 / meter.arrived as f64)),
                (meter.refused > 0).then(|| format!("{} to {} %", number(low * 100.0), number(high * 100.0))),
                "found no room",
            ),
            row("L, counted", None, started.map(|()| number(meter.inside_mean())), None, "customers inside, averaged over time"),
            row(
                "λ · T, multiplied",
                None,
                meter.inside_s().map(|inside_s| number(entered * inside_s)),
                None,
                "Little's law: arrivals a second times seconds inside",
            ),
        ];
        Ledger {
            title: "Theory and run",
            caption: "What the formula says, what was measured, and between which values the truth lies with 95 % confidence: batch means, without the warm-up.",
            columns: ["theory", "measured", "95 % sure"].map(str::to_owned).to_vec(),
            rows,
        }
    }

    fn waits(&self) -> Series {
        let scale = 1e-3;
        let histogram = self.settled.histogram();
        let steps = histogram.exceedances();
        let apart = steps.len().div_ceil(2 * POINTS as usize).max(1);
        let measured: Vec<Point> = steps.iter().step_by(apart).map(|(us, share)| Point::new(*us as f64 * scale, share * 100.0)).collect();
        let mut furthest = measured.last().map_or(0.0, |point| point.x);
        let mut curves = Vec::new();
        if let (Ok(theory), Some(label)) = (&self.theory, self.theory_name()) {
            let rare_ms = theory.wait.quantile_s(0.9995).unwrap_or(0.0) * 1e3;
            furthest = furthest.max(rare_ms);
            let over = |at: u32| {
                let ms = furthest * f64::from(at) / f64::from(POINTS);
                Some(Point::new(ms, theory.wait.over(ms / 1e3)? * 100.0)).filter(|point| point.y >= FLOOR_PERCENT)
            };
            let points: Vec<Point> = (0..=POINTS).filter_map(over).collect();
            let label = if theory.is_wait_sure { label } else { format!("{label} (shape guessed)") };
            if !matches!(theory.wait, Wait::Unknown) {
                curves.push(Curve { label, drawn: Drawn::Theory, tone: Tone::Series(0), points });
            }
        }
        curves.push(Curve { label: "measured".to_owned(), drawn: Drawn::Steps, tone: Tone::Series(0), points: measured });
        let place = |name: &str, share| {
            histogram.quantile(share).map(|us| Guide { label: format!("{name} {}", ms(us / 1e6)), at: us * scale, kind: GuideKind::Place })
        };
        let guides = [place("p50", 0.5), place("p95", 0.95), place("p99", 0.99)].into_iter().flatten().collect();
        Series {
            title: "Waits",
            caption: "How many customers wait longer than so long. Where the curve is at 1 %, there is p99. A straight line is an exponential.",
            says: self.says(),
            across: Scale { label: "wait before service", unit: "ms", least: Some((0.0, 1.0)), ..Scale::default() },
            upwards: Scale { label: "customers who wait longer", unit: "%", log: true, least: Some((1.0, 100.0)) },
            curves,
            guides,
        }
    }

    fn over_load(&self) -> Series {
        let at = |load: u32| Model {
            arrivals_per_s: self.model.arrivals_per_s * f64::from(load) / 100.0 / self.model.load().max(1e-9),
            ..self.model
        };
        let theories: Vec<(f64, Theory)> = LOADS.iter().filter_map(|load| Some((f64::from(*load), at(*load).theory().ok()?))).collect();
        let mut curves = Vec::new();
        if let Some(label) = self.theory_name() {
            let means = theories.iter().map(|(load, theory)| Point::new(*load, theory.wait_s * 1e3)).collect();
            curves.push(Curve { label: format!("mean, {label}"), drawn: Drawn::Theory, tone: Tone::Series(0), points: means });
            let is_short = |theory: &Theory| {
                theory.is_wait_sure && !matches!(&theory.wait, Wait::Erlangs { weights, .. } if weights.len() > WEIGHTS_MAX)
            };
            let quantile = |(load, theory): &(f64, Theory)| Some(Point::new(*load, theory.wait.quantile_s(self.share)? * 1e3));
            let points: Vec<Point> = theories.iter().filter(|(_, theory)| is_short(theory)).filter_map(quantile).collect();
            if points.len() > 1 {
                curves.push(Curve { label: format!("{}, {label}", self.share_name), drawn: Drawn::Theory, tone: Tone::Series(2), points });
            }
        }
        let load = self.busy() * 100.0;
        let measured = |label: &str, tone, estimate: Option<Estimate>| {
            let point = estimate.map(|estimate| Point { x: load, y: estimate.value * 1e3, band: estimate.scaled(1e3).band() });
            Curve { label: label.to_owned(), drawn: Drawn::Points, tone, points: point.into_iter().collect() }
        };
        curves.push(measured("mean, measured", Tone::Series(0), self.mean()));
        curves.push(measured(&format!("{}, measured", self.share_name), Tone::Series(2), self.quantile()));
        Series {
            title: "Load and wait",
            caption: "The wait against the load: theory for all loads, the measurement where this run is, with its 95 % interval.",
            says: self.says(),
            across: Scale { label: "load", unit: "%", least: Some((0.0, 100.0)), ..Scale::default() },
            upwards: Scale { label: "wait", unit: "ms", log: true, least: Some((10.0, 1_000.0)) },
            curves,
            guides: vec![Guide { label: "target".to_owned(), at: self.target_s * 1e3, kind: GuideKind::Level }],
        }
    }

    fn over_time(&self) -> Series {
        let samples = &self.desk.meter.samples.taken;
        let now = self.desk.meter.inside;
        let mut points: Vec<Point> = samples.iter().map(|(ms, inside)| Point::new(f64::from(*ms) / 1e3, f64::from(*inside))).collect();
        if points.last().is_some_and(|last| last.x < self.now_s) {
            points.push(Point::new(self.now_s, f64::from(now)));
        }
        let mut guides = vec![Guide { label: "now".to_owned(), at: self.now_s, kind: GuideKind::Now }];
        if let Ok(theory) = &self.theory {
            let mean = self.model.arrivals_per_s * (1.0 - theory.refused) * theory.stay_s;
            guides.push(Guide { label: format!("L = λT = {}", number(mean)), at: mean, kind: GuideKind::Level });
        }
        Series {
            title: "Queue over time",
            caption: "How many customers are inside: waiting, in service, or on their way. The level is what theory expects on average.",
            says: String::new(),
            across: Scale { label: "time", unit: "s", ..Scale::default() },
            upwards: Scale { label: "customers inside", unit: "", least: Some((0.0, 4.0)), ..Scale::default() },
            curves: vec![Curve { label: "inside".to_owned(), drawn: Drawn::Steps, tone: Tone::Series(0), points }],
            guides,
        }
    }
}

/// Rarer waits are not drawn.
const FLOOR_PERCENT: f64 = 0.001;
