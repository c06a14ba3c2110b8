//! The marks above the scrubber: what was done, what broke, what was reached, and where branches fork.

use crate::sim::sorted::SortedSet;
use crate::sim::{MarkKind, Timeline};
use crate::ui::run::Run;
use crate::ui::svg::{Path, px};
use crate::ui::tone::deed_name;
use yew::prelude::*;

/// Width of the marks' picture in its own units, whatever its width on the page.
const WIDTH: f64 = 1000.0;
/// Marks of one kind are at least so far apart.
const APART: u64 = 3;

/// What the scrubber spans, in virtual microseconds: a round figure at or above the end of the run, so that the marks keep their
/// places while the run goes on.
pub fn span_us(end_us: u64) -> u64 {
    let mut power = 1_000_000;
    loop {
        for factor in [1, 2, 5] {
            if power * factor >= end_us {
                return power * factor;
            }
        }
        power *= 10;
    }
}

/// Kinds and places of all marks; of those of one kind that would cover each other, one.
pub fn marks(timeline: &Timeline, span_us: u64) -> SortedSet<(u64, &'static str)> {
    let place = |time_us: u64| time_us.saturating_mul(WIDTH as u64) / span_us.max(1) / APART * APART;
    let branch = timeline.branch();
    let deeds = branch.journal.iter().map(|entry| {
        let kind = if deed_name(&entry.what) == "fault" { "fault" } else { "fix" };
        (place(entry.at.time_us), kind)
    });
    let facts = timeline.record().marks.iter().filter_map(|mark| match mark.kind {
        MarkKind::Milestone => Some((place(mark.time_us), "caption")),
        MarkKind::Violation => Some((place(mark.time_us), "violation")),
        // The journal tells which of these is a fault and which a repair.
        MarkKind::Fault => None,
    });
    let forks = timeline.branches().iter().filter(|other| other.id != branch.id).filter_map(|other| {
        let common = branch.journal.iter().zip(&other.journal).take_while(|(a, b)| a == b).count();
        let from_here = [other.journal.get(common), branch.journal.get(common)];
        from_here.into_iter().flatten().map(|entry| (place(entry.at.time_us), "fork")).min()
    });
    deeds.chain(facts).chain(forks).collect()
}

/// The moments that "next mark" and "previous mark" go to, in order, in steps: after each deed, milestone and violation.
pub fn stops(timeline: &Timeline) -> impl DoubleEndedIterator<Item = u64> {
    timeline.record().marks.iter().map(|mark| mark.step + 1)
}

/// What [`drawn`] shows.
#[derive(PartialEq)]
pub struct MarksProps {
    /// The run, equal to itself until the next event.
    pub run: Run,
    /// What the scrubber spans.
    pub span_us: u64,
    /// When this run and the one beside it part, in virtual microseconds.
    pub parted_us: Option<u64>,
}

/// The marks.
pub fn drawn(props: &MarksProps) -> Html {
    let timeline = props.run.timeline();
    let known = timeline.end().1 as f64 / props.span_us.max(1) as f64 * WIDTH;
    html! {
        <svg class="scrub-marks" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">
            <rect data-kind="known" y="10" height="2" width={px(known)}/>
            if let Some(parted_us) = props.parted_us {
                <path data-kind="parting" d={fork(parted_us as f64 / props.span_us.max(1) as f64 * WIDTH)}/>
            }
            { for marks(&timeline, props.span_us).into_iter().map(|(x, kind)| {
                let x = x as f64;
                let d = match kind {
                    "violation" => Path::new().to(x - 4.0, 0.0).line(x + 4.0, 0.0).line(x + 4.0, 12.0).line(x - 4.0, 12.0).close(),
                    "caption" => Path::new().to(x - 1.5, 4.0).line(x + 1.5, 4.0).line(x + 1.5, 10.0).line(x - 1.5, 10.0).close(),
                    "fix" => Path::new().to(x, 3.0).line(x, 12.0),
                    _ => Path::new().to(x, 0.0).line(x, 12.0),
                };
                html! { <path data-kind={kind} d={d.data()}/> }
            }) }
        </svg>
    }
}

/// The sign of a parting.
fn fork(x: f64) -> AttrValue {
    Path::new().to(x - 5.0, 0.0).line(x, 6.0).line(x + 5.0, 0.0).to(x, 6.0).line(x, 12.0).data()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn the_scrubber_spans_a_round_figure_that_holds_the_run() {
        for (end_us, span) in
            [(0, 1_000_000), (1_000_000, 1_000_000), (1_000_001, 2_000_000), (2_345_678, 5_000_000), (60_000_000, 100_000_000)]
        {
            assert_eq!(span_us(end_us), span);
        }
    }
}
