//! A hash circle: whose arc is where, what lies on it, and the walk of one thing to its owners. Knows no algorithm.
//!
//! Each owner's arcs lie on a lane of their own, so that they are told apart by place as well as by colour and pattern.

use crate::sim::{NodeId, Ring, RingKey, RingOwner};
use crate::ui::svg::{Path, push_px, px, translate};
use std::f64::consts::TAU;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The picture is a square of so many units; the circle's middle is in its middle.
const SIDE: f64 = 360.0;
const MIDDLE: f64 = SIDE / 2.0;
/// Radius of the circle on which keys lie.
const OUTER: f64 = 146.0;
/// The lanes of the owners lie between these radii.
const LANES_TO: f64 = 130.0;
const LANES_FROM: f64 = 48.0;
const LANE_MAX: f64 = 18.0;
/// Keys whose names are drawn beside them: no more than so many.
const NAMED_MAX: usize = 40;
/// Patterns of owners, as the page has them.
const PATTERNS: usize = 7;

/// Properties of [`RingChart`].
#[derive(Properties, PartialEq)]
pub struct RingChartProps {
    /// What it shows.
    pub ring: Ring,
    /// The node whose lane is marked.
    pub selected: Option<NodeId>,
}

/// The circle, the choice of a key, the legend, and the same as a table.
#[component]
pub fn RingChart(props: &RingChartProps) -> Html {
    let RingChartProps { ring, selected } = props;
    let chosen = use_state_eq(|| None::<usize>);
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| chosen.set(event.target_unchecked_into::<HtmlSelectElement>().value().parse().ok()))
    };
    let key = chosen.and_then(|index| ring.keys.get(index));
    html! {
        <>
            <p class="exhibit-note">{ ring.caption }</p>
            <div class="ring">
                <svg class="ring-plot" viewBox={format!("0 0 {SIDE} {SIDE}")} role="img" aria-label={in_words(ring)}>
                    <circle class="ring-line" cx={px(MIDDLE)} cy={px(MIDDLE)} r={px(OUTER)}/>
                    { for (0..).zip(&ring.owners).map(|(index, owner)| view_owner(ring, index, owner, owner.node.is_some() && owner.node == *selected)) }
                    { for ring.keys.iter().enumerate().map(|(index, item)| view_key(item, ring.keys.len(), *chosen == Some(index), chosen.clone(), index)) }
                    if let Some(key) = key { { view_walk(ring, key) } }
                </svg>
                <div class="ring-side">
                    <label class="ring-choice">
                        <span>{ "Key" }</span>
                        <select class="select" {onchange}>
                            <option value="" selected={chosen.is_none()}>{ "none" }</option>
                            { for ring.keys.iter().enumerate().map(|(index, key)| html! {
                                <option value={index.to_string()} selected={*chosen == Some(index)}>{ &key.label }</option>
                            }) }
                        </select>
                    </label>
                    <p class="ring-says" aria-live="polite">{ key.map(|key| key_words(ring, key)) }</p>
                    { table(ring) }
                    <ul class="legend">
                        <li><svg viewBox="-7 -7 14 14" aria-hidden="true"><circle class="ring-key" r="4"/></svg>{ "a key" }</li>
                        <li><svg viewBox="-7 -7 14 14" aria-hidden="true"><path class="ring-key" data-moved="" d={DIAMOND}/></svg>{ "it moved with the last change" }</li>
                    </ul>
                </div>
            </div>
        </>
    }
}

const DIAMOND: &str = "M0-6L6 0L0 6L-6 0Z";

/// The point at a part of the circle, clockwise from the top.
fn point(at: f64, radius: f64) -> (f64, f64) {
    let angle = at * TAU;
    (MIDDLE + radius * libm::sin(angle), MIDDLE - radius * libm::cos(angle))
}

/// The lane of an owner: its inner and outer radius, the first owner's outermost.
fn lane(index: usize, owners: usize) -> (f64, f64) {
    let width = ((LANES_TO - LANES_FROM) / owners.max(1) as f64).min(LANE_MAX);
    let outer = LANES_TO - width * index as f64;
    (outer - width + 2.0, outer)
}

/// Adds a stroke along the circle.
fn push_arc(out: &mut String, to: (f64, f64), radius: f64, is_long: bool, clockwise: bool) {
    out.push('A');
    push_px(out, radius);
    out.push(' ');
    push_px(out, radius);
    out.push_str(match (is_long, clockwise) {
        (false, false) => " 0 0 0 ",
        (false, true) => " 0 0 1 ",
        (true, false) => " 0 1 0 ",
        (true, true) => " 0 1 1 ",
    });
    push_px(out, to.0);
    out.push(' ');
    push_px(out, to.1);
}

fn push_point(out: &mut String, letter: char, (x, y): (f64, f64)) {
    out.push(letter);
    push_px(out, x);
    out.push(' ');
    push_px(out, y);
}

/// A piece of a lane. A whole circle is drawn as two halves, since an arc that ends where it begins is none.
fn push_piece(out: &mut String, from: f64, length: f64, (inner, outer): (f64, f64)) {
    if length > 0.98 {
        push_piece(out, from, length / 2.0, (inner, outer));
        return push_piece(out, from + length / 2.0, length / 2.0, (inner, outer));
    }
    let to = from + length;
    push_point(out, 'M', point(from, outer));
    push_arc(out, point(to, outer), outer, length > 0.5, true);
    push_point(out, 'L', point(to, inner));
    push_arc(out, point(from, inner), inner, length > 0.5, false);
    out.push('Z');
}

/// Where an owner's pieces begin, and how long they are.
fn pieces(ring: &Ring, owner: u16) -> impl Iterator<Item = (f64, f64)> {
    let last = ring.places.last().map_or(0.0, |place| place.at - 1.0);
    let before = std::iter::once(last).chain(ring.places.iter().map(|place| place.at));
    ring.places.iter().zip(before).filter(move |(place, _)| place.owner == owner).map(|(place, before)| (before, place.at - before))
}

fn view_owner(ring: &Ring, index: u16, owner: &RingOwner, marked: bool) -> Html {
    let radii = lane(usize::from(index), ring.owners.len());
    let (mut out, mut longest) = (String::new(), (0.0, 0.0));
    for piece in pieces(ring, index) {
        push_piece(&mut out, piece.0, piece.1, radii);
        if piece.1 > longest.1 {
            longest = piece;
        }
    }
    let d = AttrValue::from(out);
    let pattern = 1 + usize::from(index) % PATTERNS;
    let (x, y) = point(longest.0 + longest.1 / 2.0, (radii.0 + radii.1) / 2.0);
    html! {
        <g class="ring-owner" data-selected={marked.then_some("")} data-strat={pattern.to_string()}>
            <title>{ owner_words(owner) }</title>
            <path class="ring-arc" d={d.clone()}/>
            <path fill={format!("url(#p-strat-{pattern})")} {d}/>
            <text class="ring-name" x={px(x)} y={px(y + 4.0)}>{ owner.label.trim_start_matches("node ") }</text>
        </g>
    }
}

fn view_key(key: &RingKey, count: usize, is_chosen: bool, chosen: UseStateHandle<Option<usize>>, index: usize) -> Html {
    let (x, y) = point(key.at, OUTER);
    let (nx, ny) = point(key.at, OUTER + 16.0);
    let transform = translate(x, y);
    let onclick = Callback::from(move |_: MouseEvent| chosen.set(if is_chosen { None } else { Some(index) }));
    html! {
        <g class="ring-item" data-chosen={is_chosen.then_some("")} {onclick}>
            if key.moved {
                <path class="ring-key" data-moved="" d={DIAMOND} {transform}/>
            } else {
                <circle class="ring-key" r="4" {transform}/>
            }
            <circle class="ring-touch" r="9" cx={px(x)} cy={px(y)}/>
            if count <= NAMED_MAX || is_chosen { <text class="ring-name" x={px(nx)} y={px(ny + 4.0)}>{ &key.label }</text> }
        </g>
    }
}

/// From the key along the circle to its last owner's place, with a numbered stop at each owner.
fn view_walk(ring: &Ring, key: &RingKey) -> Html {
    let Some(end) = key.walk.last() else { return Html::default() };
    let length = (end.at - key.at).rem_euclid(1.0);
    let radius = OUTER - 9.0;
    let mut out = String::new();
    push_point(&mut out, 'M', point(key.at, radius));
    push_arc(&mut out, point(key.at + length, radius), radius, length > 0.5, true);
    let stops = key
        .owners
        .iter()
        .enumerate()
        .filter_map(|(rank, owner)| Some((rank, *owner, key.walk.iter().find(|place| place.owner == *owner)?)));
    html! {
        <g class="ring-walk">
            <path class="ring-way" d={out}/>
            { for stops.map(|(rank, owner, place)| {
                let (inner, _) = lane(usize::from(owner), ring.owners.len());
                let (from, to, (x, y)) = (point(place.at, radius), point(place.at, inner), point(place.at, radius));
                html! {
                    <>
                        <path class="ring-way" d={Path::new().to(from.0, from.1).line(to.0, to.1).data()}/>
                        <circle class="ring-stop" cx={px(x)} cy={px(y)} r="8"/>
                        <text class="ring-rank" x={px(x)} y={px(y + 4.0)}>{ rank + 1 }</text>
                    </>
                }
            }) }
        </g>
    }
}

fn percent(share: f64) -> String {
    let tenths = (share * 1_000.0).round() as u64;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn owner_words(owner: &RingOwner) -> String {
    format!("{}: {} of the circle, {} keys, {} of them new", owner.label, percent(owner.share), owner.keys, owner.moved)
}

fn key_words(ring: &Ring, key: &RingKey) -> String {
    let name = |owner: &u16| ring.owners.get(usize::from(*owner)).map_or("nobody", |owner| owner.label.as_str());
    let owners: Vec<&str> = key.owners.iter().map(name).collect();
    let passed = key.walk.len().saturating_sub(1);
    format!("Its walk passes {passed} places before the last one that counts. Preference list: {}. {}", owners.join(", "), key.says)
}

fn in_words(ring: &Ring) -> String {
    let owners: Vec<String> = ring.owners.iter().map(owner_words).collect();
    format!("A circle with {} places and {} keys. {}.", ring.places.len(), ring.keys.len(), owners.join("; "))
}

fn table(ring: &Ring) -> Html {
    html! {
        <table class="ring-table">
            <caption class="sr-only">{ "Owners of the circle" }</caption>
            <thead><tr>
                <th scope="col">{ "Owner" }</th><th class="n" scope="col">{ "Places" }</th><th class="n" scope="col">{ "Share" }</th>
                <th class="n" scope="col">{ "Keys" }</th><th class="n" scope="col">{ "New" }</th>
            </tr></thead>
            <tbody>{ for (0_u16..).zip(&ring.owners).map(|(index, owner)| html! {
                <tr>
                    <th scope="row">
                        <svg class="ring-swatch" viewBox="0 0 20 14" aria-hidden="true" data-strat={(1 + usize::from(index) % PATTERNS).to_string()}>
                            <rect class="ring-arc" width="20" height="14"/>
                            <rect fill={format!("url(#p-strat-{})", 1 + usize::from(index) % PATTERNS)} width="20" height="14"/>
                        </svg>
                        { &owner.label }
                    </th>
                    <td class="n">{ ring.places.iter().filter(|place| place.owner == index).count() }</td>
                    <td class="n">{ percent(owner.share) }</td><td class="n">{ owner.keys }</td><td class="n">{ owner.moved }</td>
                </tr>
            }) }</tbody>
        </table>
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::sim::RingPlace;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn pieces_go_once_around_and_the_only_owner_has_all() {
        let ring = |places: &[(f64, u16)]| Ring {
            places: places.iter().map(|(at, owner)| RingPlace { at: *at, owner: *owner }).collect(),
            ..Ring::default()
        };
        let two = ring(&[(0.25, 0), (0.75, 1)]);
        assert_eq!(pieces(&two, 0).collect::<Vec<_>>(), [(-0.25, 0.5)]);
        assert_eq!(pieces(&two, 1).collect::<Vec<_>>(), [(0.25, 0.5)]);
        assert_eq!(pieces(&ring(&[(0.4, 0)]), 0).map(|(_, length)| length).sum::<f64>(), 1.0);
    }

    #[wasm_bindgen_test]
    fn the_circle_begins_at_the_top_and_goes_clockwise() {
        let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9;
        assert!(near(point(0.0, 10.0), (MIDDLE, MIDDLE - 10.0)) && near(point(0.25, 10.0), (MIDDLE + 10.0, MIDDLE)));
    }
}
