//! A ledger as a table: logs, ballots, a row for each node or thing. Knows no algorithm.

use crate::sim::{Cell, Ledger, LedgerRow, NodeId, Tone};
use crate::ui::tone::tone_name;
use yew::prelude::*;

/// Columns shown: the last ones.
const COLUMNS_MAX: usize = 64;

/// What [`table`] shows.
#[derive(PartialEq)]
pub struct LedgerTableProps {
    /// What it shows.
    pub ledger: Ledger,
    /// The node whose row is marked.
    pub selected: Option<NodeId>,
}

/// The table with its legend.
pub fn table(props: &LedgerTableProps) -> Html {
    let LedgerTableProps { ledger, selected } = props;
    let width = ledger.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let first = width.saturating_sub(COLUMNS_MAX);
    let has_notes = ledger.rows.iter().any(|row| !row.note.is_empty());
    html! {
        <>
            <p class="exhibit-note">{ ledger.caption }</p>
            if width == 0 {
                <p class="exhibit-note">{ "It is empty so far. Press play, or ask a node for something: its menu on the stage says what." }</p>
            }
            if first > 0 {
                <p class="exhibit-note">{ format!("The last {COLUMNS_MAX} columns are shown; {first} earlier ones are not.") }</p>
            }
            <div class="exhibit" role="region" tabindex="0" aria-label={ledger.title}>
                <table class="ledger">
                    <caption class="sr-only">{ ledger.title }</caption>
                    if !ledger.columns.is_empty() && width > 0 {
                        <thead><tr>
                            <td></td>
                            { for (first..width).map(|column| match ledger.columns.get(column) {
                                Some(words) => html! { <th scope="col">{ words }</th> },
                                None => html! { <td></td> },
                            }) }
                            if has_notes { <td></td> }
                        </tr></thead>
                    }
                    <tbody>{ for ledger.rows.iter().map(|row| view_row(row, first, width, has_notes, row.node.is_some() && row.node == *selected)) }</tbody>
                </table>
            </div>
            { legend(ledger) }
        </>
    }
}

fn view_row(row: &LedgerRow, first: usize, width: usize, has_notes: bool, marked: bool) -> Html {
    html! {
        <tr key={row.label.as_str()} data-selected={marked.then_some("")}>
            <th scope="row">{ &row.label }</th>
            { for (first..width).map(|column| view_cell(row.cells.get(column))) }
            if has_notes { <td class="row-note">{ &row.note }</td> }
        </tr>
    }
}

fn view_cell(cell: Option<&Cell>) -> Html {
    let Some(cell) = cell.filter(|cell| !(cell.text.is_empty() && cell.corner.is_empty())) else {
        return html! { <td class="cell" data-state="none"></td> };
    };
    let tone = (cell.tone != Tone::Neutral).then(|| tone_name(cell.tone));
    html! {
        <td class="cell" data-state={if cell.settled { "settled" } else { "open" }} data-tone={tone} title={cell.hint.clone()}>
            <b>{ &cell.corner }</b>{ &cell.text }
            if !cell.hint.is_empty() { <span class="sr-only">{ format!(": {}", cell.hint) }</span> }
        </td>
    }
}

/// What solid, dashed and vermilion mean, as far as they occur.
fn legend(ledger: &Ledger) -> Html {
    let cells = || ledger.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.text.is_empty() || !cell.corner.is_empty());
    let (settled, open) = (cells().any(|cell| cell.settled), cells().any(|cell| !cell.settled));
    // A table of numbers belongs to no node, and nothing in it is yet to be settled.
    let is_plain = !open && ledger.rows.iter().all(|row| row.node.is_none());
    if (!settled && !open) || is_plain {
        return Html::default();
    }
    html! {
        <ul class="legend">
            if settled {
                <li><svg viewBox="0 0 24 14" aria-hidden="true"><path d="M1 1h22v12H1z" fill="none" stroke="currentColor"/><path d="M1 12h22" stroke="currentColor" stroke-width="3"/></svg>{ "settled, as far as the node knows" }</li>
            }
            if open {
                <li><svg viewBox="0 0 24 14" aria-hidden="true"><rect x="1" y="1" width="22" height="12" fill="none" stroke="currentColor" stroke-dasharray="3 2"/></svg>{ "not settled: it may still be lost" }</li>
            }
            if cells().any(|cell| cell.tone == Tone::Bad) {
                <li><svg viewBox="0 0 24 14" aria-hidden="true"><rect class="legend-bad" x="1" y="1" width="22" height="12"/></svg>{ "in conflict" }</li>
            }
        </ul>
    }
}
