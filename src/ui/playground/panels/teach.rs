//! What a teacher says beside a run: a note, and a challenge to be met in it. A form that makes a link. Knows no algorithm.

use super::copy::CopyRow;
use super::share::Link;
use super::{PanelsProps, icon};
use crate::scenario::challenge::{ALL_TOOLS, Challenge, Extras, NOTE_CHARS_MAX, STEPS_MAX, TITLE_CHARS_MAX, TOOLS, beginning, plain};
use crate::scenario::goal::{DEEDS, Goal, in_words, param_in_words};
use crate::scenario::link::Source;
use crate::scenario::words::title;
use crate::sim::Algorithm;
use crate::ui::action::Action;
use crate::ui::page;
use crate::ui::run::Run;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

/// In front of a goal that takes the place of what is there.
const WHOLE: char = '=';

/// Id of the list of all that a goal can be made of.
const GOALS: &str = "teach-goal";

/// What the form says, as far as it is filled in.
#[derive(Clone, PartialEq, Debug)]
pub struct Teach {
    /// The note, as it was typed.
    pub note: String,
    /// The challenge; where it begins is not known before its link is made.
    pub challenge: Challenge,
}

impl Default for Teach {
    fn default() -> Self {
        Teach { note: String::new(), challenge: Challenge { tools: ALL_TOOLS, ..Challenge::default() } }
    }
}

impl Teach {
    /// The note as a link carries it.
    pub fn plain_note(&self) -> String {
        plain(&self.note, NOTE_CHARS_MAX)
    }

    /// The link of a challenge that begins at the present moment of a run; the error is a sentence.
    fn link(&self, run: &Run) -> Result<Link, String> {
        let timeline = run.timeline();
        let scenario = beginning(&run.scenario, &timeline);
        let (all, params) = ((1 << TOOLS.len()) - 1, timeline.setup().algorithm.params().len());
        let draft = &self.challenge;
        let challenge = Challenge {
            title: plain(&draft.title, TITLE_CHARS_MAX),
            goal: draft.goal.clone(),
            // Where something is locked, so is what a later version adds.
            tools: if draft.tools & all == all { ALL_TOOLS } else { draft.tools & all },
            fixed: draft.fixed & 1u64.checked_shl(u32::try_from(params).unwrap_or(u32::MAX)).unwrap_or(0).wrapping_sub(1),
            deeds_max: draft.deeds_max,
            begins_us: scenario.moment.at.time_us,
        };
        Link::of(&scenario, &Extras { note: self.plain_note(), challenge: Some(challenge) }).map_err(|error| error.to_string())
    }
}

/// Changes what the form says.
fn change<E: 'static>(teach: &Teach, act: &Callback<Action>, how: impl Fn(&mut Teach, E) + 'static) -> Callback<E> {
    let (teach, act) = (teach.clone(), act.clone());
    Callback::from(move |event: E| {
        let mut teach = teach.clone();
        how(&mut teach, event);
        act.emit(Action::Teach(Box::new(teach)));
    })
}

/// The field for a note.
pub fn note(teach: &Teach, act: &Callback<Action>) -> Html {
    let oninput = change(teach, act, |teach, event: InputEvent| {
        teach.note = event.target_unchecked_into::<HtmlTextAreaElement>().value();
    });
    html! {
        <label class="teach-field">
            <span class="label">{ "A note for whoever opens it" }</span>
            <textarea class="field" id="teach-note" rows="2" maxlength={NOTE_CHARS_MAX.to_string()} placeholder="Optional: what to look at, what to try" value={teach.note.clone()} {oninput}/>
        </label>
    }
}

/// The form of a challenge, folded away until it is wanted.
pub fn form(props: &PanelsProps) -> Html {
    let PanelsProps { run, teach, act, .. } = props;
    let challenge = &teach.challenge;
    let ontitle =
        change(teach, act, |teach, event: InputEvent| teach.challenge.title = event.target_unchecked_into::<HtmlInputElement>().value());
    let onmost = change(teach, act, |teach, event: Event| {
        teach.challenge.deeds_max = event.target_unchecked_into::<HtmlInputElement>().value().parse().ok().filter(|most| *most > 0);
    });
    let algorithm = run.timeline().setup().algorithm;
    html! {
        <details class="teach">
            <summary>{ "Make a challenge of it" }</summary>
            <p class="exhibit-note">{ "It begins at this moment of the run. Whoever opens its link sees the goal, and can do what you admit." }</p>
            <label class="teach-field">
                <span class="label">{ "Its title" }</span>
                <input class="field" id="teach-title" maxlength={TITLE_CHARS_MAX.to_string()} autocomplete="off" placeholder="Optional" value={challenge.title.clone()} oninput={ontitle}/>
            </label>
            <div class="teach-field">
                <label class="label" for={GOALS}>{ "What must happen, one thing after the other" }</label>
                { steps(props, algorithm) }
                { goals(props, algorithm) }
            </div>
            <fieldset>
                <legend class="label">{ "What may be done" }</legend>
                <div class="explore-grid">
                    { for TOOLS.iter().enumerate().map(|(index, tool)| tick(tool.label, challenge.tools >> index & 1 == 1,
                        change(teach, act, move |teach, _: Event| teach.challenge.tools ^= 1 << index))) }
                </div>
            </fieldset>
            if challenge.locks_deed("param").is_none() {
                <details>
                    <summary>{ "Settings that stay as they are" }</summary>
                    <div class="explore-grid">
                        { for algorithm.params().iter().enumerate().map(|(index, spec)| tick(spec.label, challenge.fixed >> index & 1 == 1,
                            change(teach, act, move |teach, _: Event| teach.challenge.fixed ^= 1 << index))) }
                    </div>
                </details>
            }
            <label class="teach-field">
                <span class="label">{ "How many actions at most" }</span>
                <input class="field" id="teach-most" type="number" min="1" max="999" placeholder="Any number" value={challenge.deeds_max.map(|most| most.to_string())} onchange={onmost}/>
            </label>
            { made(teach, run, act) }
        </details>
    }
}

fn tick(label: &'static str, checked: bool, onchange: Callback<Event>) -> Html {
    html! { <label class="choice"><input type="checkbox" {checked} {onchange}/>{ label }</label> }
}

/// What must happen so far, each with a button that takes it out.
fn steps(props: &PanelsProps, algorithm: &dyn Algorithm) -> Html {
    let PanelsProps { teach, act, .. } = props;
    let Goal { steps, params } = &teach.challenge.goal;
    let without = |words: &str, onclick: Callback<MouseEvent>| {
        html! { <button class="btn btn-quiet btn-icon" type="button" aria-label={format!("Take out: {words}")} {onclick}>{ icon("#i-close") }</button> }
    };
    html! {
        <ol class="teach-steps">
            { for steps.iter().enumerate().map(|(index, step)| {
                let (words, meaning) = in_words(step, algorithm);
                let take_out = change(teach, act, move |teach, _: MouseEvent| drop(teach.challenge.goal.steps.remove(index)));
                html! { <li><span>{ &words }<small>{ meaning }</small></span>{ without(&words, take_out) }</li> }
            }) }
            { for params.iter().enumerate().map(|(index, param)| {
                let words = param_in_words(param, algorithm);
                let take_out = change(teach, act, move |teach, _: MouseEvent| drop(teach.challenge.goal.params.remove(index)));
                html! { <li><span>{ &words }<small>{ "when the last of them happens" }</small></span>{ without(&words, take_out) }</li> }
            }) }
        </ol>
    }
}

/// Everything that a goal can be made of.
fn goals(props: &PanelsProps, algorithm: &dyn Algorithm) -> Html {
    let PanelsProps { teach, act, lesson, .. } = props;
    let names: Vec<(String, String)> = lesson.experiments.iter().map(|one| (one.goal.to_text(), one.title.clone())).collect();
    // By a button: with keys a list changes at every step through it.
    let add = change(teach, act, move |teach, _: MouseEvent| {
        let list = page::document().and_then(|document| document.get_element_by_id(GOALS)?.dyn_into::<HtmlSelectElement>().ok());
        let Some(list) = list else { return };
        let (value, challenge) = (list.value(), &mut teach.challenge);
        list.set_selected_index(0);
        match value.strip_prefix(WHOLE) {
            Some(text) => {
                challenge.goal = Goal::from_text(text);
                if let Some((_, title)) = names.iter().find(|(goal, _)| goal == text).filter(|_| challenge.title.is_empty()) {
                    challenge.title.clone_from(title);
                }
            }
            None if value.is_empty() => {}
            None => challenge.goal.steps.push(value),
        }
    });
    let experiments = lesson.experiments.iter().filter(|one| !one.goal.is_empty() && one.goal.unknown_name(algorithm).is_none());
    let facts = algorithm.facts().into_iter().map(|info| option(info.name.to_owned(), title(info.name)));
    let deeds = DEEDS.iter().map(|deed| format!("do:{deed}")).map(|deed| option(deed.clone(), in_words(&deed, algorithm).0));
    let broken = algorithm
        .invariants()
        .into_iter()
        .map(|info| option(format!("broken:{}", info.name), in_words(&format!("broken:{}", info.name), algorithm).0));
    html! {
        <div class="share-row">
            <select class="select" id={GOALS}>
                <option value="" selected=true>{ if teach.challenge.goal.is_empty() { "Choose\u{2026}" } else { "And then\u{2026}" } }</option>
                <optgroup label="The goal of an experiment">{ for experiments.map(|one| option(format!("{WHOLE}{}", one.goal.to_text()), one.title.clone())) }</optgroup>
                <optgroup label="What comes true">{ for facts }</optgroup>
                <optgroup label="What is done">{ for deeds }</optgroup>
                <optgroup label="What is broken">{ for broken }</optgroup>
            </select>
            <button class="btn" type="button" disabled={teach.challenge.goal.steps.len() >= STEPS_MAX} onclick={add}>{ "Add" }</button>
        </div>
    }
}

fn option(value: String, words: String) -> Html {
    html! { <option {value}>{ words }</option> }
}

/// The link, and the way to see it as others will.
fn made(teach: &Teach, run: &Run, act: &Callback<Action>) -> Html {
    if teach.challenge.goal.is_empty() {
        return html! { <p class="notice">{ "Choose what must happen, and its link stands here." }</p> };
    }
    match teach.link(run) {
        Ok(link) => {
            let address = link.address();
            let text = address.clone();
            html! {
                <>
                    <CopyRow id="teach-link" label="A link to this challenge" button="Copy the link" text={address}/>
                    <button class="btn" type="button" onclick={act.reform(move |_: MouseEvent| Action::OpenText(text.clone(), Source::Link))}>
                        { icon("#i-play") }{ "Try it, as whoever opens it" }
                    </button>
                </>
            }
        }
        Err(why) => html! { <p class="notice" data-tone="fault" role="alert">{ why }</p> },
    }
}
