//! A tree by depth: configurations and the steps between them, blocks and what they build on. Knows no algorithm.
//!
//! Columns are depths. Each thing is a box with the step that leads to it above what it is; one that can be come to now is a button that takes
//! the step. The same stands below as a nested list.

use crate::sim::{Choice, Intervention, Tone, Tree, TreeNode};
use crate::ui::action::Action;
use crate::ui::playground::panels::focus;
use crate::ui::svg::{Path, px, translate};
use crate::ui::tone::tone_name;
use yew::prelude::*;

/// Things shown: the first ones.
const NODES_MAX: usize = 240;
/// Letters of a line that have room in a box; the rest is in the details.
const LETTERS_MAX: usize = 24;

const BOX_WIDTH: f64 = 182.0;
const BOX_HEIGHT: f64 = 40.0;
/// Room of the sign at the left of a box.
const SIGN_WIDTH: f64 = 28.0;
const COLUMN_GAP: f64 = 30.0;
const ROW_GAP: f64 = 8.0;
/// Around all of it, so that no outline is cut off.
const MARGIN: f64 = 4.0;
/// Up to this many things in the tallest column, shorter ones stand in its middle; beside taller ones they stand at the top, in sight.
const MIDDLE_ROWS_MAX: u32 = 12;

/// Properties of [`TreeChart`].
#[derive(Properties, PartialEq)]
pub struct TreeChartProps {
    /// What it shows.
    pub tree: Tree,
    /// Where actions go.
    pub act: Callback<Action>,
    /// Goes to a thing by its index, where one can go to all of them.
    #[prop_or_default]
    pub go: Option<Callback<usize>>,
}

/// Where things are: the left upper corner of each box, and the size of all of it, in CSS pixels.
struct Layout {
    corners: Vec<(f64, f64)>,
    width: f64,
    height: f64,
}

/// Boxes in columns by depth, in their own order.
fn layout(nodes: &[TreeNode]) -> Layout {
    let columns = nodes.iter().map(|node| node.depth as usize + 1).max().unwrap_or(0).min(NODES_MAX);
    let mut counts = vec![0u32; columns];
    let places: Vec<(usize, u32)> = nodes
        .iter()
        .map(|node| {
            let column = (node.depth as usize).min(columns.saturating_sub(1));
            let row = counts.get(column).copied().unwrap_or(0);
            if let Some(count) = counts.get_mut(column) {
                *count += 1;
            }
            (column, row)
        })
        .collect();
    let tallest = counts.iter().copied().max().unwrap_or(0);
    let row_height = BOX_HEIGHT + ROW_GAP;
    let corner = |(column, row): (usize, u32)| {
        let spare = if tallest <= MIDDLE_ROWS_MAX { tallest - counts.get(column).copied().unwrap_or(0) } else { 0 };
        let y = MARGIN + (f64::from(row) + f64::from(spare) / 2.0) * row_height;
        (MARGIN + column as f64 * (BOX_WIDTH + COLUMN_GAP), y)
    };
    Layout {
        corners: places.into_iter().map(corner).collect(),
        width: 2.0 * MARGIN + columns as f64 * (BOX_WIDTH + COLUMN_GAP) - if columns > 0 { COLUMN_GAP } else { 0.0 },
        height: 2.0 * MARGIN + f64::from(tallest) * row_height - ROW_GAP.min(f64::from(tallest) * ROW_GAP),
    }
}

/// Where an arrow key leads from a thing: to what it follows from, to what follows from it, or to its neighbours at the same depth.
fn walk(nodes: &[TreeNode], from: usize, key: &str) -> Option<usize> {
    let here = nodes.get(from)?;
    let same_depth = |index: &usize| nodes.get(*index).is_some_and(|other| other.depth == here.depth);
    match key {
        "ArrowLeft" => here.edges.first().map(|edge| edge.from as usize),
        "ArrowRight" => nodes.iter().position(|other| other.edges.iter().any(|edge| edge.from as usize == from)),
        "ArrowUp" => (0..from).rev().find(same_depth),
        "ArrowDown" => (from + 1..nodes.len()).find(same_depth),
        "Home" => Some(0),
        _ => None,
    }
}

/// The step that leads to a thing, if it can be taken now.
fn step_of(node: &TreeNode) -> Option<&Choice> {
    node.edges.iter().find_map(|edge| edge.step.as_ref())
}

fn take(act: &Callback<Action>, choice: &Choice) {
    act.emit(Action::Do(Intervention::Do(choice.clone())));
}

fn id(index: usize) -> String {
    format!("tree-{index}")
}

/// The tree, what is selected in it, and the same as a list.
#[component]
pub fn TreeChart(props: &TreeChartProps) -> Html {
    let TreeChartProps { tree, act, go } = props;
    let shown = tree.nodes.get(..NODES_MAX).unwrap_or(&tree.nodes);
    let current = tree.current.map_or(0, |current| current as usize);
    // With another present the choice starts anew.
    let chosen = use_state(|| (0u64, 0usize));
    let stamp = stamp(tree);
    let selected = if chosen.0 == stamp && chosen.1 < shown.len() { chosen.1 } else { current };
    let select = {
        let chosen = chosen.setter();
        Callback::from(move |index: usize| chosen.set((stamp, index)))
    };
    let onkeydown = {
        let (nodes, act, select, go): (Vec<TreeNode>, _, _, _) = (shown.to_vec(), act.clone(), select.clone(), go.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Enter" | " " => {
                event.prevent_default();
                if let Some(go) = &go {
                    go.emit(selected);
                } else if let Some(choice) = nodes.get(selected).and_then(step_of) {
                    take(&act, choice);
                    focus(&id(current));
                }
            }
            key => {
                let Some(next) = walk(&nodes, selected, key) else { return };
                event.prevent_default();
                select.emit(next);
                focus(&id(next));
            }
        })
    };
    let Layout { corners, width, height } = layout(shown);
    let is_current = |index: usize| tree.current.is_some_and(|current| current as usize == index);
    let mark = |index: usize| Mark { selected: index == selected, current: is_current(index) };
    html! {
        <>
            <p class="exhibit-note">{ tree.caption }</p>
            if shown.is_empty() {
                <p class="exhibit-note">{ "There is nothing in it yet. Press play." }</p>
            } else {
                <div class="exhibit" {onkeydown}>
                    <svg class="tree" role="group" aria-label={tree.title} width={px(width)} height={px(height)}>
                        <path class="tree-edges" d={edges(shown, &corners)}/>
                        { for shown.iter().zip(&corners).enumerate().map(|(index, (node, corner))| view_node(index, node, *corner, mark(index), act, &select)) }
                    </svg>
                </div>
                { shown.get(selected).map_or_else(Html::default, |node| view_details(node, is_current(selected), act, go_button(go.as_ref(), selected))) }
                if tree.nodes.len() > shown.len() {
                    <p class="exhibit-note">{ format!("The first {} of {} are shown.", shown.len(), tree.nodes.len()) }</p>
                }
                { for tree.left_out.iter().map(|sentence| html! { <p class="exhibit-note">{ sentence }</p> }) }
                <details>
                    <summary>{ "The same as a list" }</summary>
                    { list(shown, None, tree.current, act, go.as_ref()) }
                </details>
            }
        </>
    }
}

/// A number that changes with what is shown.
fn stamp(tree: &Tree) -> u64 {
    crate::sim::hash::stable_hash(&tree.nodes.iter().map(|node| (&node.label, node.depth, step_of(node))).collect::<Vec<_>>())
}

/// Lines from what things follow from to the things.
fn edges(nodes: &[TreeNode], corners: &[(f64, f64)]) -> AttrValue {
    let mut path = Path::new();
    for (node, (x, y)) in nodes.iter().zip(corners) {
        for (from_x, from_y) in node.edges.iter().filter_map(|edge| corners.get(edge.from as usize)) {
            path.append((from_x + BOX_WIDTH, from_y + BOX_HEIGHT / 2.0), (*x, y + BOX_HEIGHT / 2.0));
        }
    }
    path.data()
}

#[derive(Clone, Copy)]
struct Mark {
    selected: bool,
    current: bool,
}

fn view_node(index: usize, node: &TreeNode, corner: (f64, f64), mark: Mark, act: &Callback<Action>, select: &Callback<usize>) -> Html {
    let onclick = {
        let (act, select, choice) = (act.clone(), select.clone(), step_of(node).cloned());
        Callback::from(move |_: MouseEvent| match &choice {
            Some(choice) => take(&act, choice),
            None => select.emit(index),
        })
    };
    let how = node.edges.first().map_or("", |edge| edge.label.as_str());
    let upper = if mark.current && how.is_empty() { "now" } else { how };
    let text_x = px(SIGN_WIDTH + 6.0);
    html! {
        <g class="tree-node" key={index} id={id(index)} data-tone={tone_name(node.tone)} data-selected={mark.selected.then_some("")}
            data-current={mark.current.then_some("")} data-step={step_of(node).map(|_| "")} transform={translate(corner.0, corner.1)}
            tabindex={if mark.selected { "0" } else { "-1" }} role="button" aria-label={in_words(node, mark.current)} {onclick}>
            <title>{ in_words(node, mark.current) }</title>
            <rect class="tree-box" width={px(BOX_WIDTH)} height={px(BOX_HEIGHT)} rx="2"/>
            <rect class="tree-sign-box" width={px(SIGN_WIDTH)} height={px(BOX_HEIGHT)} rx="2"/>
            if node.tone == Tone::Candidate { <rect class="interval-hatch" width={px(SIGN_WIDTH)} height={px(BOX_HEIGHT)}/> }
            <text class="tree-sign" x={px(SIGN_WIDTH / 2.0)} y="25">{ &node.sign }</text>
            if upper.is_empty() {
                <text class="tree-label" x={text_x} y="25">{ shortened(&node.label) }</text>
            } else {
                <text class="tree-step" x={text_x.clone()} y="16">{ shortened(upper) }</text>
                <text class="tree-label" x={text_x} y="32">{ shortened(&node.label) }</text>
            }
        </g>
    }
}

/// As much of a line as has room.
fn shortened(line: &str) -> String {
    if line.chars().count() <= LETTERS_MAX {
        return line.to_owned();
    }
    line.chars().take(LETTERS_MAX - 1).chain(['…']).collect()
}

fn in_words(node: &TreeNode, current: bool) -> String {
    let hows: Vec<&str> = node.edges.iter().map(|edge| edge.label.as_str()).filter(|label| !label.is_empty()).collect();
    let now = if current { "now: " } else { "" };
    match (hows.is_empty(), node.details.is_empty()) {
        (true, true) => format!("{now}{}", node.label),
        (true, false) => format!("{now}{}. {}", node.label, node.details),
        (false, true) => format!("{now}{}: {}", hows.join(", or "), node.label),
        (false, false) => format!("{now}{}: {}. {}", hows.join(", or "), node.label, node.details),
    }
}

fn view_details(node: &TreeNode, current: bool, act: &Callback<Action>, go: Html) -> Html {
    html! {
        <div class="tree-details" role="status">
            <p>{ in_words(node, current) }</p>
            { step_button(node, act) }
            { go }
        </div>
    }
}

fn go_button(go: Option<&Callback<usize>>, index: usize) -> Html {
    let Some(go) = go else { return Html::default() };
    html! { <button class="btn" type="button" onclick={go.reform(move |_: MouseEvent| index)}>{ "Go there" }</button> }
}

fn step_button(node: &TreeNode, act: &Callback<Action>) -> Html {
    let Some(choice) = step_of(node).cloned() else { return Html::default() };
    let act = act.clone();
    html! { <button class="btn" type="button" onclick={Callback::from(move |_: MouseEvent| take(&act, &choice))}>{ "Take this step" }</button> }
}

/// What follows from `parent`, or the roots: each thing under the first that it follows from.
fn list(nodes: &[TreeNode], parent: Option<u32>, current: Option<u32>, act: &Callback<Action>, go: Option<&Callback<usize>>) -> Html {
    let is_after = |index: u32| parent.is_none_or(|parent| parent < index);
    let of_parent = || (0u32..).zip(nodes).filter(|(index, node)| is_after(*index) && node.edges.first().map(|edge| edge.from) == parent);
    if of_parent().next().is_none() {
        return Html::default();
    }
    html! {
        <ul class="tree-list">
            { for of_parent().map(|(index, node)| html! {
                <li>
                    { in_words(node, current == Some(index)) }{ " " }{ step_button(node, act) }{ go_button(go, index as usize) }
                    // What a thing follows from stands before it, so this ends.
                    { list(nodes, Some(index), current, act, go) }
                </li>
            }) }
        </ul>
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::sim::TreeEdge;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// A diamond: two ways from 0 to 3.
    fn diamond() -> Vec<TreeNode> {
        let node = |depth: u32, from: &[u32]| {
            let edges = from.iter().map(|from| TreeEdge { from: *from, label: String::new(), step: None });
            TreeNode { depth, edges: edges.collect(), ..TreeNode::default() }
        };
        vec![node(0, &[]), node(1, &[0]), node(1, &[0]), node(2, &[1, 2])]
    }

    #[wasm_bindgen_test]
    fn things_of_a_depth_stand_in_a_column_around_the_middle() {
        let Layout { corners, width, height } = layout(&diamond());
        let (x, y): (Vec<f64>, Vec<f64>) = corners.iter().copied().unzip();
        assert!(x[0] < x[1] && x[1] == x[2] && x[2] < x[3]);
        assert!(y[1] < y[2] && y[0] == (y[1] + y[2]) / 2.0 && y[0] == y[3]);
        assert_eq!((width, height), (3.0 * BOX_WIDTH + 2.0 * COLUMN_GAP + 2.0 * MARGIN, 2.0 * BOX_HEIGHT + ROW_GAP + 2.0 * MARGIN));
        assert_eq!(layout(&[]).corners.len(), 0);
    }

    #[wasm_bindgen_test]
    fn arrow_keys_walk_to_what_comes_before_after_and_beside() {
        let nodes = diamond();
        let keys = ["ArrowRight", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp", "Home"];
        let mut at = 0;
        let mut visited = Vec::new();
        for key in keys {
            at = walk(&nodes, at, key).unwrap_or(at);
            visited.push(at);
        }
        assert_eq!(visited, [1, 2, 3, 1, 1, 0]);
    }

    #[wasm_bindgen_test]
    fn a_line_that_has_no_room_ends_in_dots() {
        assert_eq!(shortened("deliver 0→1"), "deliver 0→1");
        let long = "deliver 0→1 Proposal of round twelve";
        assert_eq!(shortened(long).chars().count(), LETTERS_MAX);
        assert!(shortened(long).ends_with('…'));
    }
}
