//! An array of cells: each by itself where there is room, else an overview of all and a window on some. Knows no algorithm.
//!
//! One cell is looked at. The arrow keys walk from cell to cell, and the window goes along.

use crate::sim::capital;
use crate::sim::cells::{Cells, Packed, Probe};
use crate::ui::measure::{place_in, use_size};
use crate::ui::svg::{Path, px, translate};
use crate::ui::tone::tone_name;
use yew::prelude::*;

/// Size of a cell in CSS pixels; values of more than one digit take a wide one.
const NARROW: f64 = 20.0;
const WIDE: f64 = 40.0;
const CELL_HEIGHT: f64 = 22.0;
/// Above each row: who looks at its cells.
const LABELS: f64 = 17.0;
/// Left of each row: the index of its first cell.
const GUTTER: f64 = 64.0;
/// Between groups.
const GROUP_GAP: f64 = 6.0;
/// Rows of a window; an array that needs no more is shown whole.
const ROWS_MAX: u32 = 6;
/// Tiles of the overview, and their height in CSS pixels.
const TILES_ACROSS: u32 = 48;
const TILES_MAX: u32 = 384;
const TILE_HEIGHT: f64 = 11.0;
/// Shades of the overview, from empty to full.
const SHADES: u32 = 8;

/// Properties of [`CellsChart`].
#[derive(Properties, PartialEq)]
pub struct CellsChartProps {
    /// What it shows.
    pub cells: Cells,
}

/// Where the cells of a window are.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    columns: u32,
    cell_width: f64,
    /// Cells of a group that is kept together in a row; 0 if none is.
    group: u32,
    len: u32,
}

impl Grid {
    fn of(cells: &Cells, width: f64) -> Self {
        let cell_width = if cells.values.max() < 10 { NARROW } else { WIDE };
        let fit = ((width - GUTTER) / cell_width).clamp(1.0, 64.0) as u32;
        let fit_in_groups = |group: u32| ((width - GUTTER) / (cell_width * f64::from(group) + GROUP_GAP)) as u32 * group;
        let group = cells.group.map_or(0, |(_, group)| group);
        match fit_in_groups(group.max(1)) {
            columns if group > 1 && columns >= group => Grid { columns: columns.min(64), cell_width, group, len: cells.values.len() },
            // Four, eight, sixteen … in a row: indices are easier to count.
            _ => Grid { columns: 1 << fit.ilog2(), cell_width, group: 0, len: cells.values.len() },
        }
    }
    /// Cells of a window.
    fn window(self) -> u32 {
        self.columns * ROWS_MAX
    }
    /// First and last but one cell of the window that `cell` is in.
    fn around(self, cell: u32) -> (u32, u32) {
        let first = cell / self.window() * self.window();
        (first, (first + self.window()).min(self.len))
    }
    /// Left upper corner of a cell, counted from the first of its window.
    fn corner(self, offset: u32) -> (f64, f64) {
        let (row, column) = (offset / self.columns, offset % self.columns);
        let gaps = column.checked_div(self.group).unwrap_or(0);
        let x = GUTTER + f64::from(column) * self.cell_width + f64::from(gaps) * GROUP_GAP;
        (x, LABELS + f64::from(row) * (CELL_HEIGHT + LABELS))
    }
    /// The cell at a place, counted from the first of its window.
    fn offset_at(self, (x, y): (f64, f64)) -> Option<u32> {
        let row = (y / (CELL_HEIGHT + LABELS)) as u32;
        let column = (0..self.columns).rfind(|column| self.corner(*column).0 <= x)?;
        (x >= 0.0 && y >= 0.0).then_some(row * self.columns + column)
    }
    /// Where a key leads from a cell.
    fn walk(self, cell: u32, key: &str) -> Option<u32> {
        let last = self.len.saturating_sub(1);
        let next = match key {
            "ArrowRight" => cell.saturating_add(1),
            "ArrowLeft" => cell.saturating_sub(1),
            "ArrowDown" => cell.saturating_add(self.columns),
            "ArrowUp" => cell.saturating_sub(self.columns),
            "PageDown" => cell.saturating_add(self.window()),
            "PageUp" => cell.saturating_sub(self.window()),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Some(next.min(last))
    }
}

/// Tiles of the overview: how many, and cells of each.
#[derive(Clone, Copy)]
struct Tiles {
    count: u32,
    cells: u32,
}

impl Tiles {
    fn of(len: u32) -> Self {
        let cells = len.div_ceil(TILES_MAX).max(1);
        Tiles { count: len.div_ceil(cells), cells }
    }
    fn corner(self, tile: u32, width: f64) -> (f64, f64) {
        let (row, column) = (tile / TILES_ACROSS, tile % TILES_ACROSS);
        (f64::from(column) * width / f64::from(TILES_ACROSS), f64::from(row) * TILE_HEIGHT)
    }
    fn height(self) -> f64 {
        f64::from(self.count.div_ceil(TILES_ACROSS)) * TILE_HEIGHT
    }
}

/// The array, what is read off it, and the cells that are shown as a table.
#[component]
pub fn CellsChart(props: &CellsChartProps) -> Html {
    let cells = &props.cells;
    let (frame, overview) = (use_node_ref(), use_node_ref());
    let (width, _) = use_size(&frame);
    let chosen = use_state_eq(|| None::<u32>);
    let width = f64::from(width);
    let grid = Grid::of(cells, width);
    if cells.values.is_empty() {
        return html! { <p class="exhibit-note">{ "There is nothing in it yet. Press play." }</p> };
    }
    // Until a reader chooses, the window is where somebody looks.
    let at = chosen.or(cells.probes.first().map(|probe| probe.cell)).unwrap_or(0).min(grid.len - 1);
    let (from, to) = grid.around(at);
    let select = {
        let chosen = chosen.setter();
        Callback::from(move |cell: u32| chosen.set(Some(cell)))
    };
    let onkeydown = {
        let select = select.clone();
        Callback::from(move |event: KeyboardEvent| {
            let Some(next) = grid.walk(at, &event.key()) else { return };
            event.prevent_default();
            select.emit(next);
        })
    };
    let onclick = {
        let (select, frame) = (select.clone(), frame.clone());
        Callback::from(move |event: MouseEvent| {
            let offset = place_in(&frame, &event).and_then(|place| grid.offset_at(place));
            if let Some(cell) = offset.map(|offset| from + offset).filter(|cell| *cell < to) {
                select.emit(cell);
            }
        })
    };
    let rows = (to - from).div_ceil(grid.columns);
    let height = f64::from(rows) * (CELL_HEIGHT + LABELS) + 3.0;
    html! {
        <>
            <p class="exhibit-note">{ cells.caption }</p>
            if !cells.says.is_empty() { <p class="exhibit-note">{ &cells.says }</p> }
            if grid.len > grid.window() { { view_overview(cells, grid, from, width, &overview, &select) } }
            <div class="cells" ref={frame} tabindex="0" role="slider" aria-label={cells.title} aria-orientation="horizontal" aria-valuemin="0"
                aria-valuemax={(grid.len - 1).to_string()} aria-valuenow={at.to_string()} aria-valuetext={in_words(cells, at)}
                {onkeydown} {onclick}>
                <svg class="cells-plot" viewBox={format!("0 0 {width} {height}")} aria-hidden="true">
                    { view_window(cells, grid, (from, to), at) }
                </svg>
            </div>
            <p class="cells-read">{ in_words(cells, at) }</p>
            { view_probes(cells, &select) }
            <details>
                <summary>{ "The same as a table" }</summary>
                { table(cells, from, to) }
            </details>
        </>
    }
}

fn probes_of(cells: &Cells, cell: u32) -> impl Iterator<Item = &Probe> {
    cells.probes.iter().filter(move |probe| probe.cell == cell)
}

fn view_window(cells: &Cells, grid: Grid, (from, to): (u32, u32), at: u32) -> Html {
    let (mut empty, mut full) = (Path::new(), Path::new());
    for cell in from..to {
        let (x, y) = grid.corner(cell - from);
        let path = if cells.values.get(cell) == 0 { &mut empty } else { &mut full };
        *path = std::mem::take(path).to(x, y).by(grid.cell_width, 0.0).by(0.0, CELL_HEIGHT).by(-grid.cell_width, 0.0).close();
    }
    let (at_x, at_y) = grid.corner(at - from);
    let middle = grid.cell_width / 2.0;
    html! {
        <>
            <path class="cells-empty" d={empty.data()}/>
            <path class="cells-full" d={full.data()}/>
            { for (from..to).step_by(grid.columns as usize).map(|cell| {
                let (_, y) = grid.corner(cell - from);
                html! { <text class="chart-text cells-index" x={px(GUTTER - 6.0)} y={px(y + 15.0)}>{ cell }</text> }
            }) }
            { for (from..to).map(|cell| {
                let (x, y) = grid.corner(cell - from);
                html! { <text class="cells-value" x={px(x + middle)} y={px(y + 15.5)}>{ cells.values.get(cell) }</text> }
            }) }
            { for cells.probes.iter().filter(|probe| (from..to).contains(&probe.cell)).map(|probe| {
                let (x, y) = grid.corner(probe.cell - from);
                let labels: Vec<&str> = probes_of(cells, probe.cell).map(|probe| probe.label.as_str()).collect();
                html! {
                    <g class="cells-probe" data-tone={tone_name(probe.tone)} transform={translate(x, y)}>
                        <rect width={px(grid.cell_width)} height={px(CELL_HEIGHT)}/>
                        <path d={Path::new().to(middle - 4.0, -5.0).line(middle + 4.0, -5.0).line(middle, 0.0).close().data()}/>
                        <text class="chart-text" x={px(middle)} y="-6">{ labels.join(" ") }</text>
                    </g>
                }
            }) }
            <rect class="cells-cursor" x={px(at_x - 1.5)} y={px(at_y - 1.5)} width={px(grid.cell_width + 3.0)} height={px(CELL_HEIGHT + 3.0)}/>
        </>
    }
}

/// All of the array: each tile is as dark as it is full.
fn view_overview(cells: &Cells, grid: Grid, from: u32, width: f64, overview: &NodeRef, select: &Callback<u32>) -> Html {
    let tiles = Tiles::of(grid.len);
    let tile_width = width / f64::from(TILES_ACROSS);
    let mut shades: Vec<Path> = (0..=SHADES).map(|_| Path::new()).collect();
    for tile in 0..tiles.count {
        let (x, y) = tiles.corner(tile, width);
        let shade = shade(&cells.values, tile * tiles.cells, tiles.cells);
        if let Some(path) = shades.get_mut(shade as usize) {
            *path = std::mem::take(path).to(x, y).by(tile_width, 0.0).by(0.0, TILE_HEIGHT).by(-tile_width, 0.0).close();
        }
    }
    let onclick = {
        let (overview, select, last) = (overview.clone(), select.clone(), grid.len - 1);
        Callback::from(move |event: MouseEvent| {
            let Some((x, y)) = place_in(&overview, &event) else { return };
            let tile = (y / TILE_HEIGHT) as u32 * TILES_ACROSS + (x / tile_width) as u32;
            select.emit(tile.saturating_mul(tiles.cells).min(last));
        })
    };
    let (here_x, here_y) = tiles.corner(from / tiles.cells, width);
    let filled = cells.values.filled(0, grid.len);
    let says =
        format!("{} {}s in all; {} are not 0. A tile is {} of them, the darker the fuller.", grid.len, cells.unit, filled, tiles.cells);
    html! {
        <div class="cells-overview" ref={overview.clone()} {onclick}>
            <svg class="cells-plot" viewBox={format!("0 0 {width} {}", tiles.height())} role="img" aria-label={says.clone()}>
                { for (0u32..).zip(shades).map(|(shade, path)| html! { <path class="cells-tile" data-shade={shade.to_string()} d={path.data()}/> }) }
                { for cells.probes.iter().map(|probe| {
                    let (x, y) = tiles.corner(probe.cell / tiles.cells, width);
                    html! { <rect class="cells-probed" x={px(x)} y={px(y)} width={px(tile_width)} height={px(TILE_HEIGHT)}/> }
                }) }
                <rect class="cells-cursor" x={px(here_x)} y={px(here_y)} width={px(tile_width)} height={px(TILE_HEIGHT)}/>
            </svg>
            <p class="exhibit-note">{ says }</p>
        </div>
    }
}

/// How full so many cells are, from 0 (all empty) to [`SHADES`].
fn shade(values: &Packed, from: u32, count: u32) -> u32 {
    let to = from.saturating_add(count).min(values.len());
    let filled = u64::from(values.filled(from, to));
    let share = (filled * u64::from(SHADES)).div_ceil(u64::from((to - from).max(1)));
    u32::try_from(share).unwrap_or(SHADES)
}

/// A cell, its value, and who looks at it.
fn in_words(cells: &Cells, cell: u32) -> String {
    let group = cells.group.filter(|(_, size)| *size > 1).map(|(name, size)| format!(", {name} {}", cell / size)).unwrap_or_default();
    let mut words = format!("{} {cell}{group}: {}", capital(cells.unit), cells.values.get(cell));
    for probe in probes_of(cells, cell) {
        words.push_str(&format!("; {}", probe.says));
    }
    words
}

fn view_probes(cells: &Cells, select: &Callback<u32>) -> Html {
    if cells.probes.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="legend cells-probes">
            { for cells.probes.iter().map(|probe| {
                let cell = probe.cell;
                html! {
                    <li><button class="btn" type="button" title={probe.says.clone()} onclick={select.reform(move |_: MouseEvent| cell)}>
                        { &probe.label }{ " → " }{ cell }{ ": " }<b>{ cells.values.get(cell) }</b>
                    </button></li>
                }
            }) }
        </ul>
    }
}

fn table(cells: &Cells, from: u32, to: u32) -> Html {
    html! {
        <table>
            <caption class="sr-only">{ cells.title }</caption>
            <thead><tr><th class="n" scope="col">{ capital(cells.unit) }</th><th class="n" scope="col">{ "Value" }</th><th scope="col">{ "Looked at by" }</th></tr></thead>
            <tbody>{ for (from..to).map(|cell| html! {
                <tr><th class="n" scope="row">{ cell }</th><td class="n">{ cells.values.get(cell) }</td>
                    <td>{ probes_of(cells, cell).map(|probe| probe.label.as_str()).collect::<Vec<_>>().join(", ") }</td></tr>
            }) }</tbody>
        </table>
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn cells(bits: u32, len: u32, group: u32) -> Cells {
        Cells { values: Packed::new(bits, len), unit: "bit", group: Some(("block", group)), ..Cells::default() }
    }

    #[wasm_bindgen_test]
    fn a_place_on_the_sheet_is_the_cell_that_is_drawn_there() {
        for (bits, group, width) in [(1, 1, 720.0), (4, 1, 312.0), (8, 4, 312.0), (8, 4, 720.0), (1, 512, 500.0)] {
            let grid = Grid::of(&cells(bits, 10_000, group), width);
            for offset in 0..grid.window() {
                let (x, y) = grid.corner(offset);
                assert!(x + grid.cell_width <= width, "cell {offset} of {grid:?} reaches beyond {width}");
                assert_eq!(grid.offset_at((x + 1.0, y + 1.0)), Some(offset), "{grid:?}");
            }
        }
    }

    #[wasm_bindgen_test]
    fn arrow_keys_walk_from_cell_to_cell_and_stop_at_both_ends() {
        let grid = Grid::of(&cells(1, 100, 1), 720.0);
        assert_eq!(grid.columns, 32);
        let keys = ["ArrowRight", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowLeft", "End", "PageDown", "Home"];
        let mut at = 0;
        let visited = keys.map(|key| {
            at = grid.walk(at, key).unwrap_or(at);
            at
        });
        assert_eq!(visited, [1, 33, 1, 0, 0, 99, 99, 0]);
        assert_eq!(grid.walk(5, "Tab"), None);
    }

    #[wasm_bindgen_test]
    fn tiles_cover_all_cells_and_are_as_dark_as_they_are_full() {
        for len in [1, 383, 385, 100_000, 1 << 24] {
            let tiles = Tiles::of(len);
            assert!(tiles.count <= TILES_MAX && u64::from(tiles.count) * u64::from(tiles.cells) >= u64::from(len));
        }
        let mut values = Packed::new(1, 32);
        (0..16).for_each(|cell| values.set(cell, 1));
        assert_eq!([shade(&values, 0, 16), shade(&values, 0, 32), shade(&values, 16, 16), shade(&values, 15, 16)], [8, 4, 0, 1]);
    }
}
