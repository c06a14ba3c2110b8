//! The safety properties and whether they hold so far. Knows no algorithm.

use super::{PanelsProps, words};
use crate::sim::sorted::sort_by_key;
use crate::sim::{InvariantInfo, Violation};
use crate::ui::action::{Action, Exploring};
use crate::ui::svg::icon;
use yew::prelude::*;

/// The invariants, the broken ones first.
pub fn panel(props: &PanelsProps) -> Html {
    let timeline = props.run.timeline();
    let steps = timeline.step_count();
    let infos = timeline.setup().algorithm.invariants();
    if infos.is_empty() {
        return html! { <p class="exhibit-note">{ "This algorithm declares no invariant." }</p> };
    }
    // The record reaches to the end of the branch; what lies ahead has not happened yet.
    let broken = |index: u16| timeline.record().violations.iter().find(|violation| violation.invariant == index && violation.step < steps);
    // What a run can be shrunk to is its first violation; and of a single action there is nothing to leave out.
    let shrinks =
        if timeline.journal().len() > 1 { timeline.record().violations.iter().map(|violation| violation.step).min() } else { None };
    let mut rows: Vec<_> = (0u16..).zip(&infos).map(|(index, info)| (info, broken(index))).collect();
    sort_by_key(&mut rows, |(_, violation)| violation.is_none());
    html! {
        <>
            <p class="exhibit-note">
                { format!("Each is tested after every step of the run, {} so far. Switch off a rule under Settings to see what it protects.", words::thousands(steps)) }
            </p>
            <ul class="invariants">{ for rows.into_iter().map(|(info, violation)| view(info, violation, steps, shrinks, &props.act)) }</ul>
        </>
    }
}

fn view(info: &InvariantInfo, violation: Option<&Violation>, steps: u64, shrinks: Option<u64>, act: &Callback<Action>) -> Html {
    let (state, sign, says) = match violation {
        Some(violation) => ("violated", "#i-warn", format!("violated at step {}", violation.step)),
        None if steps == 0 => ("unchecked", "#i-search", "not yet tested".to_owned()),
        None => ("ok", "#i-check", "holds".to_owned()),
    };
    html! {
        <li class="invariant" data-state={state} key={info.name}>
            { icon(sign) }
            <div>
                <p class="invariant-name">{ words::title(info.name) }</p>
                <p class="invariant-says">{ info.sentence }</p>
                if let Some(violation) = violation {
                    <p class="invariant-says"><b>{ &violation.broken.says }</b></p>
                    <div class="menu-acts">
                        { go_button(violation, act) }
                        if shrinks == Some(violation.step) { { shrink_button(violation, act) } }
                    </div>
                }
            </div>
            <span class="invariant-state">{ says }</span>
        </li>
    }
}

fn go_button(violation: &Violation, act: &Callback<Action>) -> Html {
    let steps = violation.step + 1;
    html! {
        <button class="btn btn-fault" type="button" onclick={act.reform(move |_: MouseEvent| Action::SeekStep(steps))}>
            { "Go to the first violation" }
        </button>
    }
}

fn shrink_button(violation: &Violation, act: &Callback<Action>) -> Html {
    let invariant = violation.invariant;
    html! {
        <button class="btn" type="button" title="Leaves out, one by one, what was done to this run and did not matter for its breaking"
            onclick={act.reform(move |_: MouseEvent| Action::Explore(Exploring::Shrink(invariant)))}>
            { "What of it mattered?" }
        </button>
    }
}
