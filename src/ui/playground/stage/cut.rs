//! A partition on the stage: a fault line between the groups, and how nodes are divided by drawing one.

use super::geometry::{Border, ELLIPSE_NODES_MAX, Frame, Point, borders, jag, renumber, sides};
use crate::sim::{Choice, Intervention, NodeId};
use crate::ui::svg::path;
use yew::prelude::*;

/// More members of a group than this are counted, not named.
const NAMES_MAX: usize = 8;

/// The fault line of a partition, with the names of what stands on each side. `groups`: of each node; empty without a partition.
pub fn view(groups: &[u8], places: &[Point], frame: Frame) -> Html {
    if groups.iter().all(|group| Some(group) == groups.first()) || frame.nodes > ELLIPSE_NODES_MAX {
        return Html::default();
    }
    let borders = borders(places, groups, frame.width, frame.height);
    let line: String = borders.iter().map(|border| jag(border.a, border.b, 9.0, 26.0)).collect();
    let line = AttrValue::from(line);
    html! {
        <g class="cut" aria-hidden="true">
            { path("cut-gap", line.clone()) }
            { path("cut-line", line) }
            { for labels(groups, &borders, places, frame) }
        </g>
    }
}

/// The members of each group, named once, where a border meets the edge of the stage.
fn labels(groups: &[u8], borders: &[Border], places: &[Point], frame: Frame) -> Vec<Html> {
    numbers(groups)
        .filter_map(|group| {
            let (end, inward) = best_end(group, groups, borders, places, frame)?;
            let (anchor, dx) = if inward < 0.0 { ("end", -12.0) } else { ("start", 14.0) };
            let at = Point::new(end.x + dx, end.y.clamp(18.0, (frame.height - 10.0).max(18.0)));
            let (x, y) = (((at.x) as i32).to_string(), ((at.y) as i32).to_string());
            Some(html! { <text class="cut-label" {x} {y} text-anchor={anchor}>{ members(group, groups) }</text> })
        })
        .collect()
}

/// Where a group's name stands best, and on which side of that place the group is.
fn best_end(group: u8, groups: &[u8], borders: &[Border], places: &[Point], frame: Frame) -> Option<(Point, f32)> {
    let is_edge = |at: Point| at.x < 1.0 || at.y < 1.0 || at.x > frame.width - 1.0 || at.y > frame.height - 1.0;
    // The stage's buttons are in the upper right corner.
    let cost = |at: Point| at.y + if at.x > frame.width * 0.6 && at.y < 60.0 { frame.height } else { 0.0 };
    let member = |node: usize| groups.get(node) == Some(&group);
    borders
        .iter()
        .filter_map(|border| {
            let (i, j) = border.nodes;
            let (mine, other) = match (member(i), member(j)) {
                (true, _) => (places.get(i)?, places.get(j)?),
                (_, true) => (places.get(j)?, places.get(i)?),
                _ => return None,
            };
            let inward = mine.x - other.x;
            [border.a, border.b].into_iter().filter(|at| is_edge(*at)).min_by(|a, b| cost(*a).total_cmp(&cost(*b))).map(|end| (end, inward))
        })
        .min_by(|a, b| cost(a.0).total_cmp(&cost(b.0)))
}

/// The numbers of all groups.
fn numbers(groups: &[u8]) -> impl Iterator<Item = u8> {
    (0..=groups.iter().copied().max().unwrap_or(0)).filter(|group| groups.contains(group))
}

/// `0 · 4 | 1 · 2`.
pub fn in_words(groups: &[u8]) -> String {
    numbers(groups).map(|group| members(group, groups)).collect::<Vec<_>>().join(" | ")
}

/// The cluster in words, for who does not see the fault line: "The cluster: 5 nodes, parted: 0 · 1 | 2 · 3 · 4".
pub fn cluster_in_words(groups: &[u8], nodes: usize) -> String {
    let count = if nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") };
    let is_one = groups.iter().all(|group| Some(group) == groups.first());
    if is_one { format!("The cluster: {count}") } else { format!("The cluster: {count}, parted: {}", in_words(groups)) }
}

/// `0 · 3 · 4`.
fn members(group: u8, groups: &[u8]) -> String {
    let nodes = || (0u16..).zip(groups).filter(|(_, other)| **other == group).map(|(node, _)| node);
    if nodes().count() > NAMES_MAX {
        return format!("{} nodes", nodes().count());
    }
    nodes().map(|node| node.to_string()).collect::<Vec<_>>().join(" · ")
}

/// The partition that a drawn line makes of the one that is there: nodes on different sides part. `None` if all are on one side.
pub fn divide(line: &[Point], places: &[Point], groups: &[u8]) -> Option<Intervention> {
    let sides = sides(line, places);
    let new: Vec<(u8, bool)> = sides.iter().enumerate().map(|(node, side)| (groups.get(node).copied().unwrap_or(0), *side)).collect();
    let new = renumber(&new);
    let before: Vec<u8> = (0..places.len()).map(|node| groups.get(node).copied().unwrap_or(0)).collect();
    (new != renumber(&before)).then_some(Intervention::Do(Choice::Partition(new)))
}

/// The partition that takes one node away from all others.
pub fn isolate(node: NodeId, nodes: u16, groups: &[u8]) -> Intervention {
    let groups: Vec<(u8, bool)> = (0..nodes).map(|other| (groups.get(usize::from(other)).copied().unwrap_or(0), other == node.0)).collect();
    Intervention::Do(Choice::Partition(renumber(&groups)))
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_second_line_divides_the_groups_of_the_first() {
        let places = [Point::new(10.0, 10.0), Point::new(90.0, 10.0), Point::new(10.0, 90.0), Point::new(90.0, 90.0)];
        let line = [Point::new(0.0, 50.0), Point::new(100.0, 50.0)];
        assert_eq!(divide(&line, &places, &[0, 1, 0, 1]), Some(Intervention::Do(Choice::Partition(vec![0, 1, 2, 3]))));
        assert_eq!(divide(&line, &places, &[0, 0, 1, 1]), None);
    }
}
