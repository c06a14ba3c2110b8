//! What a teacher says beside a run: a note, and a challenge to be met in it. A form that makes a link. Knows no algorithm.

use super::PanelsProps;
use super::copy::CopyRow;
use super::share::Link;
use crate::lessons::LessonData;
use crate::scenario::challenge::{ALL_TOOLS, Challenge, Extras, NOTE_CHARS_MAX, STEPS_MAX, TITLE_CHARS_MAX, TOOLS, beginning, plain};
use crate::scenario::goal::{DEEDS, Goal, in_words, param_in_words};
use crate::scenario::link::Source;
use crate::sim::Algorithm;
use crate::ui::action::Action;
use crate::ui::page;
use crate::ui::run::Run;
use crate::ui::svg::icon;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// In front of a goal that takes the place of what is there.
const WHOLE: char = '=';

/// Id of the list of all that a goal can be made of.
const GOALS: &str = "teach-goal";

/// What is done to the form.
#[derive(Clone, PartialEq, Debug)]
pub enum Teaching {
    /// The note is now this.
    Note(String),
    /// The title is now this.
    Title(String),
    /// At most so many actions; no number is no bound.
    Most(String),
    /// The kind of tools of this index is admitted, or locked again.
    Tool(u8),
    /// The param of this index stays as it is, or may change again.
    Fixed(u8),
    /// This must happen as well; behind `=`, this and nothing else.
    Add(String),
    /// What stands there in the goal is taken out; params stand behind the steps.
    TakeOut(usize),
}

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
    /// Does something to the form.
    pub fn hear(&mut self, teaching: Teaching, lesson: &LessonData) {
        let challenge = &mut self.challenge;
        match teaching {
            Teaching::Note(text) => self.note = text,
            Teaching::Title(text) => challenge.title = text,
            Teaching::Most(text) => challenge.deeds_max = text.trim().parse().ok().filter(|most| *most > 0),
            Teaching::Tool(index) => challenge.tools ^= 1 << index,
            Teaching::Fixed(index) => challenge.fixed ^= 1 << index,
            Teaching::Add(text) => match text.strip_prefix(WHOLE) {
                Some(goal) => {
                    challenge.goal = Goal::from_text(goal);
                    let whose = lesson.experiments.iter().find(|experiment| experiment.goal == challenge.goal);
                    if let Some(experiment) = whose.filter(|_| challenge.title.is_empty()) {
                        challenge.title.clone_from(&experiment.title);
                    }
                }
                None if text.is_empty() => {}
                None => challenge.goal.steps.push(text),
            },
            Teaching::TakeOut(index) => {
                let Goal { steps, params } = &mut challenge.goal;
                if index < steps.len() {
                    steps.remove(index);
                } else if index - steps.len() < params.len() {
                    params.remove(index - steps.len());
                }
            }
        }
    }

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

/// Tells the form what becomes of it when something is typed.
fn typed(act: &Callback<Action>, what: fn(String) -> Teaching) -> Callback<InputEvent> {
    act.reform(move |event: InputEvent| {
        // A text area has the same property.
        Action::Teach(what(event.target_unchecked_into::<HtmlInputElement>().value()))
    })
}

/// The field for a note.
pub fn note(teach: &Teach, act: &Callback<Action>) -> Html {
    html! {
        <label class="teach-field">
            <span class="label">{ "A note for whoever opens it" }</span>
            <textarea class="field" id="teach-note" rows="2" maxlength={NOTE_CHARS_MAX.to_string()} placeholder="Optional: what to look at, what to try" value={teach.note.clone()} oninput={typed(act, Teaching::Note)}/>
        </label>
    }
}

/// The form of a challenge, folded away until it is wanted.
pub fn form(props: &PanelsProps) -> Html {
    let PanelsProps { run, teach, act, .. } = props;
    let challenge = &teach.challenge;
    let algorithm = run.timeline().setup().algorithm;
    html! {
        <details class="teach">
            <summary>{ "Make a challenge of it" }</summary>
            <p class="exhibit-note">{ "It begins at this moment of the run. Whoever opens its link sees the goal, and can do what you admit." }</p>
            <label class="teach-field">
                <span class="label">{ "Its title" }</span>
                <input class="field" id="teach-title" maxlength={TITLE_CHARS_MAX.to_string()} autocomplete="off" placeholder="Optional" value={challenge.title.clone()} oninput={typed(act, Teaching::Title)}/>
            </label>
            <div class="teach-field">
                <label class="label" for={GOALS}>{ "What must happen, one thing after the other" }</label>
                { steps(props, algorithm) }
                { goals(props, algorithm) }
            </div>
            <fieldset>
                <legend class="label">{ "What may be done" }</legend>
                <div class="explore-grid">
                    { for (0u8..).zip(TOOLS).map(|(index, tool)| tick(tool.label, challenge.tools >> index & 1 == 1, act, Teaching::Tool(index))) }
                </div>
            </fieldset>
            if challenge.locks_deed("param").is_none() {
                <details>
                    <summary>{ "Settings that stay as they are" }</summary>
                    <div class="explore-grid">
                        { for (0u8..).zip(algorithm.params()).map(|(index, spec)| tick(spec.label, challenge.fixed >> index & 1 == 1, act, Teaching::Fixed(index))) }
                    </div>
                </details>
            }
            <label class="teach-field">
                <span class="label">{ "How many actions at most" }</span>
                <input class="field" id="teach-most" type="number" min="1" max="999" placeholder="Any number" value={challenge.deeds_max.map(|most| most.to_string())} oninput={typed(act, Teaching::Most)}/>
            </label>
            { made(teach, run, act) }
        </details>
    }
}

fn tick(label: &'static str, checked: bool, act: &Callback<Action>, what: Teaching) -> Html {
    let onchange = act.reform(move |_: Event| Action::Teach(what.clone()));
    html! { <label class="choice"><input type="checkbox" {checked} {onchange}/>{ label }</label> }
}

/// What must happen so far, each with a button that takes it out.
fn steps(props: &PanelsProps, algorithm: &dyn Algorithm) -> Html {
    let PanelsProps { teach, act, .. } = props;
    let Goal { steps, params } = &teach.challenge.goal;
    let mut all: Vec<_> = steps.iter().map(|step| in_words(step, algorithm)).collect();
    all.extend(params.iter().map(|param| (param_in_words(param, algorithm), "when the last of them happens".to_owned())));
    let line = |(index, (words, meaning)): (usize, (String, String))| {
        let label = format!("Take out: {words}");
        let onclick = act.reform(move |_: MouseEvent| Action::Teach(Teaching::TakeOut(index)));
        html! {
            <li>
                <span>{ words }<small>{ meaning }</small></span>
                <button class="btn btn-quiet btn-icon" type="button" aria-label={label} {onclick}>{ icon("#i-close") }</button>
            </li>
        }
    };
    html! { <ol class="teach-steps">{ for all.into_iter().enumerate().map(line) }</ol> }
}

/// Everything that a goal can be made of.
fn goals(props: &PanelsProps, algorithm: &dyn Algorithm) -> Html {
    let PanelsProps { teach, act, lesson, .. } = props;
    // By a button: with keys a list changes at every step through it.
    let add = act.reform(|_: MouseEvent| {
        let list = page::document().and_then(|document| document.get_element_by_id(GOALS)?.dyn_into::<HtmlSelectElement>().ok());
        let value = list.as_ref().map(HtmlSelectElement::value);
        if let Some(list) = list {
            list.set_selected_index(0);
        }
        Action::Teach(Teaching::Add(value.unwrap_or_default()))
    });
    let condition = |prefix: &str, name: &str| {
        let condition = format!("{prefix}{name}");
        let words = in_words(&condition, algorithm).0;
        (condition, words)
    };
    let experiments = lesson.experiments.iter().filter(|one| !one.goal.is_empty() && one.goal.unknown_name(algorithm).is_none());
    let groups: [(&str, Vec<(String, String)>); 4] = [
        ("The goal of an experiment", experiments.map(|one| (format!("{WHOLE}{}", one.goal.to_text()), one.title.clone())).collect()),
        ("What comes true", algorithm.facts().iter().map(|info| condition("", info.name)).collect()),
        ("What is done", DEEDS.iter().map(|deed| condition("do:", deed)).collect()),
        ("What is broken", algorithm.invariants().iter().map(|info| condition("broken:", info.name)).collect()),
    ];
    let option = |(value, words): (String, String)| html! { <option {value}>{ words }</option> };
    html! {
        <div class="share-row">
            <select class="select" id={GOALS}>
                <option value="" selected=true>{ if teach.challenge.goal.is_empty() { "Choose\u{2026}" } else { "And then\u{2026}" } }</option>
                { for groups.into_iter().filter(|(_, some)| !some.is_empty()).map(|(label, some)| html! { <optgroup label={label.to_owned()}>{ for some.into_iter().map(option) }</optgroup> }) }
            </select>
            <button class="btn" type="button" disabled={teach.challenge.goal.steps.len() >= STEPS_MAX} onclick={add}>{ "Add" }</button>
        </div>
    }
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
