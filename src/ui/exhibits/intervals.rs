//! Lanes with spans of time: who led when, who held a lock. Knows no algorithm.
//!
//! Places are percentages of the width, so nothing has to be measured and nothing is drawn anew when the page is resized.

use crate::sim::{Intervals, Lane, NodeId, Span, Tone};
use crate::ui::playground::format_time;
use crate::ui::tone::tone_name;
use yew::prelude::*;

/// Spans shown in a lane: the last ones.
const SPANS_MAX: usize = 60;
/// The axis is at least so long, so that the first span does not fill it.
const AXIS_US_MIN: u64 = 2_000_000;
/// The axis has at most so many marks.
const TICKS_MAX: u64 = 5;
/// Marks further along than this have no room for their words.
const LABELLED_PERMILLE_MAX: u64 = 930;

/// What [`chart`] shows.
#[derive(PartialEq)]
pub struct IntervalsChartProps {
    /// What it shows.
    pub intervals: Intervals,
    /// The node whose lane is marked.
    pub selected: Option<NodeId>,
    /// The present moment, in virtual microseconds.
    pub now_us: u64,
}

/// From where to where the axis runs, in virtual microseconds.
#[derive(Clone, Copy)]
struct Axis {
    from_us: u64,
    to_us: u64,
}

impl Axis {
    /// From the first span that is shown to the present, and at least the last while.
    fn of(intervals: &Intervals, now_us: u64) -> Self {
        let first = intervals.lanes.iter().filter_map(|lane| shown(lane).first()).map(|span| span.from_us).min();
        let while_ago_us = now_us.saturating_sub(AXIS_US_MIN);
        Axis { from_us: first.unwrap_or(0).min(while_ago_us), to_us: now_us }
    }
    fn permille(self, time_us: u64) -> u64 {
        let length = self.to_us.saturating_sub(self.from_us).max(1);
        time_us.clamp(self.from_us, self.to_us).saturating_sub(self.from_us).saturating_mul(1_000) / length
    }
    /// Round moments along the axis.
    fn ticks(self) -> impl Iterator<Item = u64> {
        let length = self.to_us.saturating_sub(self.from_us).max(1);
        let mut step_us = 1_000;
        // 1, 2, 5, 10, 20, 50 … milliseconds.
        for (times, over) in [(2, 1), (5, 2), (2, 1)].into_iter().cycle() {
            if length / step_us <= TICKS_MAX {
                break;
            }
            step_us = step_us * times / over;
        }
        let first = self.from_us.div_ceil(step_us) * step_us;
        (0..=TICKS_MAX).map(move |index| first + index * step_us).take_while(move |tick| *tick <= self.to_us)
    }
}

/// `12.5%` of permille.
fn percent(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

fn shown(lane: &Lane) -> &[Span] {
    lane.spans.get(lane.spans.len().saturating_sub(SPANS_MAX)..).unwrap_or_default()
}

/// The chart, and the same as a table.
pub fn chart(props: &IntervalsChartProps) -> Html {
    let IntervalsChartProps { intervals, selected, now_us } = props;
    let axis = Axis::of(intervals, *now_us);
    let capped = intervals.lanes.iter().any(|lane| lane.spans.len() > SPANS_MAX);
    html! {
        <>
            <p class="exhibit-note">{ intervals.caption }</p>
            if intervals.lanes.iter().all(|lane| lane.spans.is_empty()) {
                <p class="exhibit-note">{ "There is nothing in it yet. Press play." }</p>
            } else {
                <div class="lanes">
                    { for intervals.lanes.iter().map(|lane| view_lane(lane, axis, lane.node.is_some() && lane.node == *selected)) }
                    <span></span>
                    { view_axis(axis) }
                </div>
                if capped { <p class="exhibit-note">{ format!("The last {SPANS_MAX} spans of each lane are shown.") }</p> }
                { table(intervals) }
            }
        </>
    }
}

fn view_lane(lane: &Lane, axis: Axis, marked: bool) -> Html {
    html! {
        <>
            <span class="lane-name" data-selected={marked.then_some("")}>{ &lane.label }</span>
            <svg class="lane-strip" role="img" aria-label={in_words(lane)}>
                <line class="grid-line" x1="0" y1="50%" x2="100%" y2="50%"/>
                { for shown(lane).iter().map(|span| view_span(span, axis)) }
            </svg>
        </>
    }
}

fn view_span(span: &Span, axis: Axis) -> Html {
    let (from, to) = (axis.permille(span.from_us), axis.permille(span.to_us));
    // A moment is seen too: no span is thinner than half a percent.
    let width = percent(to.saturating_sub(from).max(5));
    html! {
        <svg x={percent(from)} width={width} height="100%">
            <title>{ span_words(span) }</title>
            <rect class="interval" data-tone={tone_name(span.tone)} x="0.5" y="4" width="100%" height="18" rx="1"/>
            if span.tone == Tone::Pending { <rect class="interval-hatch" x="0.5" y="4" width="100%" height="18"/> }
            <text class="interval-text" x="5" y="17">{ &span.label }</text>
        </svg>
    }
}

fn view_axis(axis: Axis) -> Html {
    html! {
        <svg class="lane-axis" aria-hidden="true">
            { for axis.ticks().filter(|tick| axis.permille(*tick) < LABELLED_PERMILLE_MAX).map(|tick| {
                let at = percent(axis.permille(tick));
                html! {
                    <>
                        <line class="grid-line" x1={at.clone()} y1="0" x2={at.clone()} y2="5"/>
                        <text class="chart-text" x={at} y="16">{ tick_words(tick) }</text>
                    </>
                }
            }) }
        </svg>
    }
}

/// `500 ms`, `1.5 s`: ticks are whole milliseconds.
fn tick_words(tick_us: u64) -> String {
    match tick_us / 1_000 {
        ms @ 0..1_000 => format!("{ms} ms"),
        ms if ms % 1_000 == 0 => format!("{} s", ms / 1_000),
        ms => format!("{}.{} s", ms / 1_000, format!("{:03}", ms % 1_000).trim_end_matches('0')),
    }
}

fn span_words(span: &Span) -> String {
    format!("{}: {} to {}", span.label, format_time(span.from_us), format_time(span.to_us))
}

fn in_words(lane: &Lane) -> String {
    match shown(lane) {
        [] => format!("{}: nothing", lane.label),
        spans => format!("{}: {}", lane.label, spans.iter().map(span_words).collect::<Vec<_>>().join("; ")),
    }
}

fn table(intervals: &Intervals) -> Html {
    html! {
        <details>
            <summary>{ "The same as a table" }</summary>
            <table>
                <caption class="sr-only">{ intervals.title }</caption>
                <thead><tr><th scope="col">{ "Lane" }</th><th scope="col">{ "What" }</th><th class="n" scope="col">{ "From" }</th><th class="n" scope="col">{ "To" }</th></tr></thead>
                <tbody>{ for intervals.lanes.iter().flat_map(|lane| shown(lane).iter().map(move |span| html! {
                    <tr>
                        <th scope="row">{ &lane.label }</th><td>{ &span.label }</td>
                        <td class="n">{ format_time(span.from_us) }</td><td class="n">{ format_time(span.to_us) }</td>
                    </tr>
                })) }</tbody>
            </table>
        </details>
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn axis(from_us: u64, to_us: u64) -> Axis {
        Axis { from_us, to_us }
    }

    #[wasm_bindgen_test]
    fn marks_stand_at_round_moments_and_are_few() {
        let words = |axis: Axis| axis.ticks().map(tick_words).collect::<Vec<_>>();
        assert_eq!(words(axis(0, 2_000_000)), ["0 ms", "500 ms", "1 s", "1.5 s", "2 s"]);
        assert_eq!(words(axis(130_000, 420_000)), ["150 ms", "200 ms", "250 ms", "300 ms", "350 ms", "400 ms"]);
        for length in (0..40).map(|power| 1_u64 << power) {
            let count = axis(7, 7 + length).ticks().count();
            assert!(count as u64 <= TICKS_MAX + 1, "{count} marks on an axis of {length} µs");
        }
    }

    #[wasm_bindgen_test]
    fn what_lies_outside_is_drawn_at_the_edge() {
        let axis = axis(1_000, 3_000);
        assert_eq!([0, 1_000, 2_000, 3_000, 9_000].map(|time_us| axis.permille(time_us)), [0, 0, 500, 1_000, 1_000]);
        assert_eq!(percent(125), "12.5%");
    }

    #[wasm_bindgen_test]
    fn an_axis_begins_with_what_is_shown_and_is_never_too_short() {
        let lane = |from_us: u64| Lane { spans: vec![Span { from_us, to_us: from_us + 1, ..Span::default() }], ..Lane::default() };
        let of = |from_us: u64, now_us: u64| Axis::of(&Intervals { lanes: vec![lane(from_us)], ..Intervals::default() }, now_us).from_us;
        assert_eq!([of(4_000_000, 9_000_000), of(8_999_000, 9_000_000), of(500, 900)], [4_000_000, 7_000_000, 0]);
    }
}
