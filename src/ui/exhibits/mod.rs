//! What an algorithm shows beside the cluster: one component a kind of exhibit. Knows no algorithm.

mod cells;
mod documents;
mod history;
mod intervals;
mod ledger;
mod ring;
mod scale;
mod series;
pub mod tree;

use crate::sim::{Exhibit, ExhibitKind, NodeId};
use crate::topics::Topic;
use crate::ui::action::{Action, Selected};
use crate::ui::ahead::{self, Ahead};
use crate::ui::part::part;
use crate::ui::playground::panels::PanelsProps;
use crate::ui::run::Run;
use crate::ui::svg::icon;
use yew::prelude::*;

/// What stands around an exhibit.
pub struct Around<'a> {
    selected: Option<NodeId>,
    run: &'a Run,
    act: &'a Callback<Action>,
}

type Drawer = fn(Exhibit, &Around<'_>) -> Html;

/// What draws the exhibits of a topic: for each kind that it shows, and for no other. A program made for one topic carries no more than these.
#[derive(Clone, Copy)]
pub struct Drawers([Option<Drawer>; ExhibitKind::COUNT]);

impl Drawers {
    /// Those with which a page may begin: what is there to be worked in.
    pub const fn at_first(topic: &Topic) -> Self {
        let mut drawers = Drawers([None; ExhibitKind::COUNT]);
        let mut rest = topic.exhibits;
        while let [kind, others @ ..] = rest {
            match kind {
                ExhibitKind::Documents => drawers.0[*kind as usize] = Some(documents),
                ExhibitKind::Tree => drawers.0[*kind as usize] = Some(tree),
                _ => {}
            }
            rest = others;
        }
        drawers
    }

    /// Whether there are any.
    pub const fn is_empty(&self) -> bool {
        let mut rest: &[Option<Drawer>] = &self.0;
        while let [drawer, others @ ..] = rest {
            if drawer.is_some() {
                return false;
            }
            rest = others;
        }
        true
    }

    /// Those of a topic.
    pub const fn of(topic: &Topic) -> Self {
        let mut drawers: [Option<Drawer>; ExhibitKind::COUNT] = [None; ExhibitKind::COUNT];
        let mut rest = topic.exhibits;
        while let [kind, others @ ..] = rest {
            drawers[*kind as usize] = Some(match kind {
                ExhibitKind::Ledger => ledger,
                ExhibitKind::Intervals => intervals,
                ExhibitKind::Tree => tree,
                ExhibitKind::Series => series,
                ExhibitKind::Cells => cells,
                ExhibitKind::History => history,
                ExhibitKind::Ring => ring,
                ExhibitKind::Documents => documents,
            });
            rest = others;
        }
        Drawers(drawers)
    }

    fn draw(&self, exhibit: Exhibit, around: &Around<'_>) -> Html {
        let drawer = self.0.get(exhibit.kind() as usize).copied().flatten();
        drawer.map_or_else(Html::default, |draw| draw(exhibit, around))
    }
}

fn ledger(exhibit: Exhibit, around: &Around<'_>) -> Html {
    let Exhibit::Ledger(ledger) = exhibit else { return Html::default() };
    part(ledger::LedgerTableProps { ledger, selected: around.selected }, ledger::table)
}

fn intervals(exhibit: Exhibit, around: &Around<'_>) -> Html {
    let Exhibit::Intervals(intervals) = exhibit else { return Html::default() };
    let now_us = around.run.timeline().now_us();
    part(intervals::IntervalsChartProps { intervals, selected: around.selected, now_us }, intervals::chart)
}

fn tree(exhibit: Exhibit, around: &Around<'_>) -> Html {
    let Exhibit::Tree(tree) = exhibit else { return Html::default() };
    html! { <>{ lock(around.run, "deliver") }<tree::TreeChart {tree} act={around.act.clone()}/></> }
}

fn series(exhibit: Exhibit, _: &Around<'_>) -> Html {
    let Exhibit::Series(series) = exhibit else { return Html::default() };
    html! { <series::SeriesChart {series}/> }
}

fn cells(exhibit: Exhibit, _: &Around<'_>) -> Html {
    let Exhibit::Cells(cells) = exhibit else { return Html::default() };
    html! { <cells::CellsChart {cells}/> }
}

fn history(exhibit: Exhibit, around: &Around<'_>) -> Html {
    let Exhibit::History(view) = exhibit else { return Html::default() };
    html! { <history::HistoryChart {view} edited={around.run.edited.clone()} act={around.act.clone()}/> }
}

fn ring(exhibit: Exhibit, around: &Around<'_>) -> Html {
    let Exhibit::Ring(ring) = exhibit else { return Html::default() };
    html! { <ring::RingChart {ring} selected={around.selected}/> }
}

fn documents(exhibit: Exhibit, around: &Around<'_>) -> Html {
    let Exhibit::Documents(documents) = exhibit else { return Html::default() };
    html! { <>{ lock(around.run, "command") }<documents::DocumentsChart {documents} run={around.run.clone()} act={around.act.clone()}/></> }
}

/// Why what an exhibit offers cannot be done in the challenge of the run; nothing if it can.
fn lock(run: &Run, deed: &str) -> Html {
    let why = run.challenge().and_then(|challenge| challenge.locks_deed(deed));
    why.map_or_else(Html::default, |why| {
        html! { <p class="locked-why">{ icon("#i-lock") }{ why }</p> }
    })
}

/// An exhibit of the run's algorithm: at the present moment, or as far as it has been played ahead.
pub fn exhibit_at(panel: &PanelsProps, index: u8, ahead: &Ahead) -> Html {
    let PanelsProps { run, look, act, .. } = panel;
    let timeline = run.timeline();
    let flight = ahead.of(run);
    let world = flight.as_ref().map_or(timeline.clock(), |flight| &flight.clock).world();
    let selected = match look.selected {
        Some(Selected::Node(node)) => Some(node),
        _ => None,
    };
    let exhibits = world.algorithm().exhibits(world, &timeline.record().trace);
    match exhibits.into_iter().nth(usize::from(index)) {
        Some(exhibit) => html! {
            <>
                { ahead::view(ahead, run) }
                { panel.drawers().draw(exhibit, &Around { selected, run, act }) }
            </>
        },
        None => html! { <p class="exhibit-note">{ "There is nothing to show yet. Press play." }</p> },
    }
}
