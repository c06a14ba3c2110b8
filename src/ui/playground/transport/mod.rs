//! The transport: play, step, rewind, speed, branches, and the scrubber with its marks.

mod branches;
mod marks;

use super::format_time;
use crate::sim::Timeline;
use crate::ui::action::{Action, Look, SPEEDS};
use crate::ui::part::part;
use crate::ui::run::Run;
use crate::ui::svg::{self, icon};
use marks::{MarksProps, span_us, stops};
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Page up and down go by this part of what the scrubber spans.
const PAGES: u64 = 10;

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// The run, at the present moment.
    pub run: Run,
    /// Whether time passes, and how fast.
    pub look: Look,
    /// When this run and the one beside it part, in virtual microseconds.
    pub parted_us: Option<u64>,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The transport.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    // Written at every input and never compared: a thumb that was dragged beyond the end must go back even if nothing else changes.
    let scrubbed = use_state(|| 0_u64);
    let timeline = props.run.timeline();
    let (now_us, steps, (end_steps, end_us)) = (timeline.now_us(), timeline.step_count(), timeline.end());
    let span_us = span_us(end_us);
    let act = &props.act;
    let oninput = {
        let (act, scrubbed) = (act.clone(), scrubbed.setter());
        Callback::from(move |event: InputEvent| {
            let time_us = event.target_unchecked_into::<HtmlInputElement>().value().parse().unwrap_or(0).min(end_us);
            scrubbed.set(time_us);
            act.emit(Action::SeekTime(time_us));
        })
    };
    let onkeydown = scrubber_keys(act, now_us, end_us, span_us);
    let play = if props.look.playing { ("Pause", "#i-pause") } else { ("Play", "#i-play") };
    let at_end = steps >= end_steps;
    html! {
        <div class="pg-transport" role="group" aria-label="Time" onkeydown={space_plays(act)}>
            <div class="scrub">
                { part(MarksProps { run: props.run.at_step(), span_us, parted_us: props.parted_us }, marks::drawn) }
                <input class="range" type="range" min="0" max={span_us.to_string()} value={now_us.to_string()} aria-label="Moment of the run"
                    aria-valuetext={format!("{}, step {steps} of {end_steps}", format_time(now_us))} {oninput} {onkeydown}/>
            </div>
            <div class="keys">
                { key(act, "Previous mark", "#i-prev", "btn", mark_before(&timeline).map(Action::SeekStep)) }
                { key(act, "Step back", "#i-back", "btn", (steps > 0).then_some(Action::StepBack)) }
                { key(act, play.0, play.1, "btn btn-main", Some(Action::TogglePlay)) }
                { key(act, "Step", "#i-step", "btn", Some(Action::Step)) }
                { key(act, "Next mark", "#i-next", "btn", mark_after(&timeline).map(Action::SeekStep)) }
            </div>
            <p class="readout"><b class="num">{ format_time(now_us) }</b><span class="num">{ readout(steps, end_steps, at_end) }</span></p>
            { part(ChoicesProps { run: props.run.at_step(), speed: props.look.speed, act: act.clone() }, choices) }
        </div>
    }
}

fn readout(steps: u64, end_steps: u64, at_end: bool) -> String {
    if at_end { format!("step {steps}") } else { format!("step {steps} of {end_steps}") }
}

/// A button. One that has nothing to do stays where it is and can be focused, so that the focus is not lost.
fn key(act: &Callback<Action>, label: &'static str, icon: &'static str, class: &'static str, action: Option<Action>) -> Html {
    let off = action.is_none().then_some("true");
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(action) = &action {
            act.emit(action.clone());
        }
    });
    html! {
        <button class={class} type="button" aria-label={label} title={label} aria-disabled={off} {onclick}>
            { svg::icon(icon) }
        </button>
    }
}

/// The step after the last mark before the present.
fn mark_before(timeline: &Timeline) -> Option<u64> {
    let steps = timeline.step_count();
    stops(timeline).rev().find(|stop| *stop < steps)
}

/// The step after the next mark.
fn mark_after(timeline: &Timeline) -> Option<u64> {
    let steps = timeline.step_count();
    stops(timeline).find(|stop| *stop > steps)
}

/// On the scrubber the arrow keys step from event to event, and not by a millisecond.
fn scrubber_keys(act: &Callback<Action>, now_us: u64, end_us: u64, span_us: u64) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        let page_us = span_us / PAGES;
        let action = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => Action::StepBack,
            "ArrowRight" | "ArrowUp" => Action::Step,
            "Home" => Action::SeekStep(0),
            "End" => Action::SeekTime(end_us),
            "PageUp" => Action::SeekTime((now_us + page_us).min(end_us)),
            "PageDown" => Action::SeekTime(now_us.saturating_sub(page_us)),
            _ => return,
        };
        event.prevent_default();
        act.emit(action);
    })
}

/// The space bar plays and pauses wherever it has nothing else to do.
fn space_plays(act: &Callback<Action>) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        let used = event.target_dyn_into::<HtmlElement>().is_some_and(|element| matches!(element.tag_name().as_str(), "BUTTON" | "SELECT"));
        if event.key() == " " && !used {
            event.prevent_default();
            act.emit(Action::TogglePlay);
        }
    })
}

#[derive(PartialEq)]
struct ChoicesProps {
    /// Equal to itself until the next event.
    run: Run,
    speed: u8,
    act: Callback<Action>,
}

/// Branch and speed, and the way to what broke first.
fn choices(props: &ChoicesProps) -> Html {
    let timeline = props.run.timeline();
    let active = timeline.branch().id;
    let first_broken = timeline.record().violations.iter().map(|violation| violation.step + 1).min();
    let first_broken = first_broken.filter(|step| *step != timeline.step_count());
    let chosen =
        |of: fn(String) -> Action| props.act.reform(move |event: Event| of(event.target_unchecked_into::<HtmlSelectElement>().value()));
    html! {
        <div class="transport-set">
            if let Some(step) = first_broken {
                <button class="btn btn-fault" type="button" onclick={props.act.reform(move |_: MouseEvent| Action::SeekStep(step))}>
                    { icon("#i-warn") }{ "First violation" }
                </button>
            }
            if timeline.branches().len() > 1 {
                <label class="sr-only" for="branch">{ "Branch" }</label>
                <select class="select" id="branch" onchange={chosen(|value| Action::Branch(value.parse().unwrap_or(0)))}>
                    { for timeline.branches().iter().map(|branch| html! {
                        <option value={branch.id.to_string()} selected={branch.id == active}>{ branches::name(&timeline, branch) }</option>
                    }) }
                </select>
            }
            <label class="sr-only" for="speed">{ "Speed" }</label>
            <select class="select" id="speed" title="Speed" onchange={chosen(|value| Action::Speed(value.parse().unwrap_or(0)))}>
                { for (0u8..).zip(SPEEDS).map(|(index, (_, _, name))| html! {
                    <option value={index.to_string()} selected={index == props.speed}>{ *name }</option>
                }) }
            </select>
        </div>
    }
}
