//! Curves over two axes: measured values beside theory, read off point by point. Knows no algorithm.

use super::scale::{Axis, value_at};
use crate::sim::series::{Curve, Drawn, GuideKind, Point, Series, number};
use crate::ui::measure::{place_in, use_size};
use crate::ui::svg::{Path, px, translate};
use crate::ui::tone::tone_name;
use web_sys::{HtmlDetailsElement, HtmlInputElement};
use yew::prelude::*;

/// Height of the picture, and the room around the curves, in CSS pixels.
const HEIGHT: f64 = 248.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 34.0;
/// Names of guides stand above the curves in so many lines, so that close ones do not touch.
const GUIDE_LINES_MAX: usize = 3;
const LINE_PX: f64 = 13.0;
/// Marks on a line: at most so many, whatever the number of points.
const MARKS_MAX: usize = 12;
/// Places that the table lists.
const ROWS_MAX: usize = 200;
/// Line styles of theory, and shapes of marks, in the order of curves.
const DASHES: [&str; 3] = ["6 4", "1.5 3.5", "10 3 2 3"];
const MARKS: [&str; 4] =
    ["M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z", "M-3.2-3.2h6.4v6.4h-6.4Z", "M0-4.2L4 3.2H-4Z", "M0-4.6L4.6 0L0 4.6L-4.6 0Z"];

/// Properties of [`SeriesChart`].
#[derive(Properties, PartialEq)]
pub struct SeriesChartProps {
    /// What it shows.
    pub series: Series,
}

/// Both axes, laid out.
struct Plane {
    across: Axis,
    upwards: Axis,
}

impl Plane {
    fn of(series: &Series, width: f64) -> Self {
        let points = || series.curves.iter().flat_map(|curve| &curve.points);
        let guides =
            |level: bool| series.guides.iter().filter(move |guide| (guide.kind == GuideKind::Level) == level).map(|guide| guide.at);
        let heights =
            points().flat_map(|point| [point.y, point.band.map_or(point.y, |band| band.0), point.band.map_or(point.y, |band| band.1)]);
        let lines = series.guides.iter().filter(|guide| guide.kind != GuideKind::Level).count().min(GUIDE_LINES_MAX);
        Plane {
            across: Axis::of(&series.across, points().map(|point| point.x).chain(guides(false)), (LEFT, (width - RIGHT).max(LEFT + 40.0))),
            upwards: Axis::of(&series.upwards, heights.chain(guides(true)), (HEIGHT - BOTTOM, TOP + LINE_PX * lines as f64)),
        }
    }
    fn place(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        Some((self.across.px(x)?, self.upwards.px(y)?))
    }
}

/// The chart, its legend with the values at one place, and the same as a table.
#[component]
pub fn SeriesChart(props: &SeriesChartProps) -> Html {
    let series = &props.series;
    let frame = use_node_ref();
    let (width, _) = use_size(&frame);
    let read = use_state_eq(|| None::<usize>);
    let is_open = use_state_eq(|| false);
    let places = places(&series.curves);
    if places.is_empty() {
        return html! {
            <>
                <p class="exhibit-note">{ series.caption }</p>
                <p class="exhibit-note">{ "There is nothing to draw yet. Press play." }</p>
            </>
        };
    }
    let last = places.len() - 1;
    let at = read.unwrap_or(last).min(last);
    let here = places.get(at).copied().unwrap_or(0.0);
    let plane = Plane::of(series, f64::from(width));
    let onpoint = {
        let (read, frame) = (read.clone(), frame.clone());
        let known: Vec<f64> = places.iter().map(|place| plane.across.px(*place).unwrap_or(f64::MAX)).collect();
        Callback::from(move |event: MouseEvent| {
            let Some((x, _)) = place_in(&frame, &event) else { return };
            let nearest = known.iter().enumerate().min_by(|(_, a), (_, b)| (*a - x).abs().total_cmp(&(*b - x).abs()));
            read.set(nearest.map(|(index, _)| index));
        })
    };
    let oninput = {
        let read = read.clone();
        Callback::from(move |event: InputEvent| read.set(event.target_unchecked_into::<HtmlInputElement>().value().parse().ok()))
    };
    let ontoggle = {
        let is_open = is_open.clone();
        Callback::from(move |event: Event| is_open.set(event.target_unchecked_into::<HtmlDetailsElement>().open()))
    };
    html! {
        <>
            <p class="exhibit-note">{ series.caption }</p>
            if !series.says.is_empty() { <p class="exhibit-note">{ &series.says }</p> }
            <div class="series" ref={frame} onmousemove={onpoint.clone()} onclick={onpoint}>
                <svg class="series-plot" viewBox={format!("0 0 {width} {HEIGHT}")} role="img" aria-label={in_words(series)}>
                    { grid(series, &plane) }
                    { for (0..).zip(&series.curves).map(|(index, curve)| view_curve(curve, signs(&series.curves, index), &plane)) }
                    { for (0..).zip(&series.guides).map(|(index, guide)| view_guide(&guide.label, guide.at, guide.kind, index, &plane)) }
                    { cursor(series, here, &plane) }
                </svg>
            </div>
            <label class="series-read">
                <span>{ format!("At {}", with_unit(here, series.across.unit)) }</span>
                <input class="range" type="range" min="0" max={last.to_string()} value={at.to_string()}
                    aria-valuetext={read_out(series, here)} {oninput}/>
            </label>
            { legend(series, here) }
            <details {ontoggle}>
                <summary>{ "The same as a table" }</summary>
                if *is_open { { table(series, &places) } }
            </details>
        </>
    }
}

/// Where a value can be read off: wherever something was measured, or where theory has a point if nothing was.
fn places(curves: &[Curve]) -> Vec<f64> {
    let of = |theory: bool| curves.iter().filter(move |curve| (curve.drawn == Drawn::Theory) == theory).flat_map(|curve| &curve.points);
    let mut places: Vec<f64> = of(false).map(|point| point.x).filter(|x| x.is_finite()).collect();
    if places.is_empty() {
        places = of(true).map(|point| point.x).filter(|x| x.is_finite()).collect();
    }
    places.sort_by(f64::total_cmp);
    places.dedup();
    places
}

/// The line style and the mark of a curve: the how-manieth of its kind it is.
fn signs(curves: &[Curve], index: usize) -> (Option<&'static str>, Option<&'static str>) {
    let is_theory = |curve: &&Curve| curve.drawn == Drawn::Theory;
    let earlier = curves.get(..index).unwrap_or_default();
    let theories = earlier.iter().filter(is_theory).count();
    match curves.get(index).map(|curve| curve.drawn) {
        Some(Drawn::Theory) => (DASHES.get(theories % DASHES.len()).copied(), None),
        Some(Drawn::Bars) | None => (None, None),
        Some(_) => (None, MARKS.get((earlier.len() - theories) % MARKS.len()).copied()),
    }
}

fn grid(series: &Series, plane: &Plane) -> Html {
    let (left, right) = plane.across.ends_px;
    let (bottom, top) = plane.upwards.ends_px;
    html! {
        <>
            { for plane.upwards.ticks().into_iter().filter_map(|tick| plane.upwards.px(tick).map(|y| html! {
                <>
                    <line class="grid-line" x1={px(left)} x2={px(right)} y1={px(y)} y2={px(y)}/>
                    <text class="chart-text series-tick" data-end="" x={px(left - 5.0)} y={px(y + 4.0)}>{ number(tick) }</text>
                </>
            })) }
            { for plane.across.ticks().into_iter().filter_map(|tick| plane.across.px(tick).map(|x| html! {
                <>
                    <line class="grid-line" x1={px(x)} x2={px(x)} y1={px(bottom)} y2={px(bottom + 4.0)}/>
                    <text class="chart-text series-tick" x={px(x)} y={px(bottom + 16.0)}>{ number(tick) }</text>
                </>
            })) }
            <path class="series-axis" d={Path::new().to(left, top).line(left, bottom).line(right, bottom).data()}/>
            <text class="chart-text series-label" data-end="" x={px(right)} y={px(bottom + 30.0)}>{ axis_words(series.across.label, series.across.unit) }</text>
            <text class="chart-text series-label" x="0" y="9">{ axis_words(series.upwards.label, series.upwards.unit) }</text>
        </>
    }
}

fn axis_words(label: &str, unit: &str) -> String {
    if unit.is_empty() { label.to_owned() } else { format!("{label}, {unit}") }
}

fn with_unit(value: f64, unit: &str) -> String {
    if unit.is_empty() { number(value) } else { format!("{} {unit}", number(value)) }
}

fn view_curve(curve: &Curve, (dash, mark): (Option<&'static str>, Option<&'static str>), plane: &Plane) -> Html {
    let places: Vec<(f64, f64)> = curve.points.iter().filter_map(|point| plane.place(point.x, point.y)).collect();
    let mut line = Path::new();
    match curve.drawn {
        Drawn::Points => {}
        Drawn::Theory | Drawn::Line => places.windows(2).for_each(|pair| line.append(pair[0], pair[1])),
        Drawn::Steps => places.windows(2).for_each(|pair| {
            line.append(pair[0], (pair[1].0, pair[0].1));
            line.append((pair[1].0, pair[0].1), pair[1]);
        }),
        Drawn::Bars => {
            let floor = plane.upwards.ends_px.0;
            for pair in places.windows(2) {
                let (from, to, top) = (pair[0].0, pair[1].0, pair[0].1);
                line = line.to(from, floor).line(from, top).line(to, top).line(to, floor).close();
            }
        }
    }
    let apart = if curve.drawn == Drawn::Points { 1 } else { places.len().div_ceil(MARKS_MAX).max(1) };
    html! {
        <g class="curve" data-tone={tone_name(curve.tone)}>
            { view_band(curve, plane) }
            <path class={classes!("curve-line", (curve.drawn == Drawn::Bars).then_some("curve-bars"))} d={line.data()} stroke-dasharray={dash}/>
            if let Some(mark) = mark {
                { for places.iter().step_by(apart).map(|(x, y)| html! { <path class="curve-mark" d={mark} transform={translate(*x, *y)}/> }) }
            }
        </g>
    }
}

/// The band of a line as an area, that of single points as bars with ends.
fn view_band(curve: &Curve, plane: &Plane) -> Html {
    let ends = |point: &Point| {
        let (low, high) = point.band?;
        let x = plane.across.px(point.x)?;
        Some((x, plane.upwards.px(low).unwrap_or(plane.upwards.ends_px.0), plane.upwards.px(high)?))
    };
    let ends: Vec<(f64, f64, f64)> = curve.points.iter().filter_map(ends).collect();
    let mut path = Path::new();
    if curve.drawn == Drawn::Points || ends.len() == 1 {
        for (x, low, high) in ends {
            path.append((x, low), (x, high));
            path.append((x - 4.0, low), (x + 4.0, low));
            path.append((x - 4.0, high), (x + 4.0, high));
        }
        return html! { <path class="curve-whisker" d={path.data()}/> };
    }
    for (index, (x, _, high)) in ends.iter().enumerate() {
        path = if index == 0 { path.to(*x, *high) } else { path.line(*x, *high) };
    }
    for (x, low, _) in ends.iter().rev() {
        path = path.line(*x, *low);
    }
    html! { <path class="curve-band" d={path.data()}/> }
}

fn view_guide(label: &str, at: f64, kind: GuideKind, index: usize, plane: &Plane) -> Html {
    let ((left, right), (bottom, top)) = (plane.across.ends_px, plane.upwards.ends_px);
    let class = if kind == GuideKind::Now { "guide guide-now" } else { "guide" };
    if kind == GuideKind::Level {
        let Some(y) = plane.upwards.px(at) else { return Html::default() };
        return html! {
            <g {class}>
                <path d={Path::new().to(left, y).line(right, y).data()}/>
                <text class="chart-text" data-end="" x={px(right)} y={px(y - 4.0)}>{ label }</text>
            </g>
        };
    }
    let Some(x) = plane.across.px(at) else { return Html::default() };
    let y = top - 3.0 - LINE_PX * (index % GUIDE_LINES_MAX) as f64;
    // Beyond the middle a name stands on the left of its line.
    let is_far = x > (left + right) / 2.0;
    html! {
        <g {class}>
            <path d={Path::new().to(x, bottom).line(x, y - 9.0).data()}/>
            <text class="chart-text" data-end={is_far.then_some("")} x={px(if is_far { x - 4.0 } else { x + 4.0 })} y={px(y)}>{ label }</text>
        </g>
    }
}

fn cursor(series: &Series, here: f64, plane: &Plane) -> Html {
    let Some(x) = plane.across.px(here) else { return Html::default() };
    let (bottom, top) = plane.upwards.ends_px;
    html! {
        <g class="series-cursor">
            <path d={Path::new().to(x, bottom).line(x, top).data()}/>
            { for series.curves.iter().filter_map(|curve| plane.upwards.px(value_at(curve, here)?.y)).map(|y| html! { <circle cx={px(x)} cy={px(y)} r="5"/> }) }
        </g>
    }
}

/// What a curve says at a place: its value, and its band.
fn value_words(curve: &Curve, at: f64, unit: &str) -> Option<String> {
    let point = value_at(curve, at)?;
    let value = with_unit(point.y, unit);
    Some(match point.band {
        Some((low, high)) => format!("{value} ({} to {})", number(low), number(high)),
        None => value,
    })
}

fn read_out(series: &Series, here: f64) -> String {
    let values =
        series.curves.iter().filter_map(|curve| Some(format!("{}: {}", curve.label, value_words(curve, here, series.upwards.unit)?)));
    format!("{} {}; {}", series.across.label, with_unit(here, series.across.unit), values.collect::<Vec<_>>().join("; "))
}

fn legend(series: &Series, here: f64) -> Html {
    html! {
        <ul class="legend series-legend">{ for series.curves.iter().enumerate().map(|(index, curve)| {
            let (dash, mark) = signs(&series.curves, index);
            html! {
                <li>
                    <svg class="curve" viewBox="0 0 24 14" aria-hidden="true" data-tone={tone_name(curve.tone)}>
                        if curve.drawn == Drawn::Bars { <path class="curve-line curve-bars" d="M4 13V5h8v8ZM12 13V2h8v11Z"/> }
                        else if curve.drawn != Drawn::Points { <path class="curve-line" d="M0 7h24" stroke-dasharray={dash}/> }
                        if let Some(mark) = mark { <path class="curve-mark" d={mark} transform="translate(12 7)"/> }
                    </svg>
                    { &curve.label }
                    <b>{ value_words(curve, here, series.upwards.unit).unwrap_or_default() }</b>
                </li>
            }
        }) }</ul>
    }
}

fn in_words(series: &Series) -> String {
    let names: Vec<&str> = series.curves.iter().map(|curve| curve.label.as_str()).collect();
    format!("{}: {} over {}. The slider below reads off values.", series.title, names.join(", "), series.across.label)
}

fn table(series: &Series, places: &[f64]) -> Html {
    html! {
        <>
            <table>
                <caption class="sr-only">{ series.title }</caption>
                <thead><tr>
                    <th class="n" scope="col">{ axis_words(series.across.label, series.across.unit) }</th>
                    { for series.curves.iter().map(|curve| html! { <th class="n" scope="col">{ axis_words(&curve.label, series.upwards.unit) }</th> }) }
                </tr></thead>
                <tbody>{ for places.iter().take(ROWS_MAX).map(|place| html! {
                    <tr>
                        <th class="n" scope="row">{ number(*place) }</th>
                        { for series.curves.iter().map(|curve| html! { <td class="n">{ value_words(curve, *place, "").unwrap_or_default() }</td> }) }
                    </tr>
                }) }</tbody>
            </table>
            if places.len() > ROWS_MAX { <p class="exhibit-note">{ format!("The first {ROWS_MAX} of {} places are listed.", places.len()) }</p> }
            if !series.guides.is_empty() {
                <p class="exhibit-note">{ for series.guides.iter().map(|guide| {
                    let unit = if guide.kind == GuideKind::Level { series.upwards.unit } else { series.across.unit };
                    format!("{}: {}. ", guide.label, with_unit(guide.at, unit))
                }) }</p>
            }
        </>
    }
}
