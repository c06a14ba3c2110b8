//! What an algorithm shows beside the cluster: one component a kind of exhibit. Knows no algorithm.

mod cells;
mod history;
mod intervals;
mod ledger;
mod scale;
mod series;
pub mod tree;

use crate::sim::{Exhibit, NodeId};
use crate::ui::action::{Action, Selected};
use crate::ui::ahead::{self, Ahead};
use crate::ui::run::Run;
use yew::prelude::*;

/// Properties of [`ExhibitAt`].
#[derive(Properties, PartialEq)]
pub struct ExhibitAtProps {
    /// The run, equal to itself until the next event.
    pub run: Run,
    /// What the reader points at.
    pub selected: Option<Selected>,
    /// Which of the algorithm's exhibits.
    pub index: u8,
    /// Where actions go.
    pub act: Callback<Action>,
    /// What has been played ahead of the run; if anything has, that is shown.
    pub ahead: Ahead,
}

/// An exhibit of the run's algorithm at the present moment.
#[component]
pub fn ExhibitAt(props: &ExhibitAtProps) -> Html {
    let timeline = props.run.timeline();
    let flight = props.ahead.of(&props.run);
    let world = flight.as_ref().map_or(timeline.clock(), |flight| &flight.clock).world();
    let selected = match props.selected {
        Some(Selected::Node(node)) => Some(node),
        _ => None,
    };
    let exhibits = world.algorithm().exhibits(world, &timeline.record().trace);
    match exhibits.into_iter().nth(usize::from(props.index)) {
        Some(exhibit) => html! {
            <>
                { ahead::view(&props.ahead, &props.run) }
                { view(exhibit, selected, &props.run, &props.act) }
            </>
        },
        None => html! { <p class="exhibit-note">{ "There is nothing to show yet. Press play." }</p> },
    }
}

fn view(exhibit: Exhibit, selected: Option<NodeId>, run: &Run, act: &Callback<Action>) -> Html {
    let now_us = run.timeline().now_us();
    match exhibit {
        Exhibit::Ledger(ledger) => html! { <ledger::LedgerTable {ledger} {selected}/> },
        Exhibit::Intervals(intervals) => html! { <intervals::IntervalsChart {intervals} {selected} {now_us}/> },
        Exhibit::Tree(tree) => html! { <tree::TreeChart {tree} act={act.clone()}/> },
        Exhibit::Series(series) => html! { <series::SeriesChart {series}/> },
        Exhibit::Cells(cells) => html! { <cells::CellsChart {cells}/> },
        Exhibit::History(view) => html! { <history::HistoryChart {view} edited={run.edited.clone()} act={act.clone()}/> },
    }
}

/// The heading of an exhibit.
pub fn title(exhibit: &Exhibit) -> &'static str {
    match exhibit {
        Exhibit::Ledger(ledger) => ledger.title,
        Exhibit::Intervals(intervals) => intervals.title,
        Exhibit::Tree(tree) => tree.title,
        Exhibit::Series(series) => series.title,
        Exhibit::Cells(cells) => cells.title,
        Exhibit::History(view) => view.title,
    }
}
