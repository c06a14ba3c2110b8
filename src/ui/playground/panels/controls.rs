//! The controls of settings: a slider that reports when it is let go, a choice of several, a switch. Knows no setting.
//!
//! The words beside a control are its name and the sentence under them its description: as one label they would be read out whole, and a slider
//! would be called by its value too.

use super::words;
use std::cell::Cell;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// How a slider's value reads.
#[derive(Clone, Copy, PartialEq, Default)]
pub enum Reads {
    /// As the number that it is.
    #[default]
    Number,
    /// In percent; the value is in parts per million.
    Percent,
}

/// Properties of [`Slider`].
#[derive(Properties, PartialEq)]
pub struct SliderProps {
    /// Its words.
    pub label: AttrValue,
    /// One sentence on what it does.
    #[prop_or_default]
    pub help: AttrValue,
    /// The value now.
    pub value: i64,
    /// Smallest.
    pub min: i64,
    /// Largest.
    pub max: i64,
    /// Distance of neighbouring values.
    pub step: i64,
    /// How the value reads.
    #[prop_or_default]
    pub reads: Reads,
    /// Shown behind the words: `ms`.
    #[prop_or_default]
    pub unit: AttrValue,
    /// Told the value when the slider is let go.
    pub onset: Callback<i64>,
}

/// A slider. It shows its value while it moves and reports it once when it is let go: each report goes into the run's journal.
/// A held arrow key counts as one move.
#[component]
pub fn Slider(props: &SliderProps) -> Html {
    let moving = use_state(|| None::<i64>);
    let key_down = use_mut_ref(|| Cell::new(false));
    let oninput = {
        let moving = moving.clone();
        Callback::from(move |event: InputEvent| moving.set(value_of(&event.target_unchecked_into())))
    };
    let report = {
        let (moving, onset, value) = (moving.clone(), props.onset.clone(), props.value);
        Callback::from(move |input: HtmlInputElement| {
            moving.set(None);
            if let Some(set) = value_of(&input).filter(|set| *set != value) {
                onset.emit(set);
            }
        })
    };
    let onchange = {
        let (report, key_down) = (report.clone(), key_down.clone());
        Callback::from(move |event: Event| {
            if !key_down.borrow().get() {
                report.emit(event.target_unchecked_into());
            }
        })
    };
    let onkeydown = {
        let key_down = key_down.clone();
        Callback::from(move |_: KeyboardEvent| key_down.borrow().set(true))
    };
    let onkeyup = {
        let (report, key_down) = (report.clone(), key_down.clone());
        Callback::from(move |event: KeyboardEvent| {
            key_down.borrow().set(false);
            report.emit(event.target_unchecked_into());
        })
    };
    let onblur = Callback::from(move |event: FocusEvent| {
        key_down.borrow().set(false);
        report.emit(event.target_unchecked_into());
    });
    let shown = moving.unwrap_or(props.value);
    let words = match props.reads {
        Reads::Number => shown.to_string(),
        Reads::Percent => words::percent(u32::try_from(shown).unwrap_or(0)),
    };
    let said = if props.unit.is_empty() { words } else { format!("{words} {}", props.unit) };
    html! {
        <label class="setting">
            { &props.label }
            <span class="setting-value" aria-hidden="true">{ &said }</span>
            if !props.help.is_empty() { <small>{ &props.help }</small> }
            <input class="range" type="range" aria-label={&props.label} aria-description={(!props.help.is_empty()).then(|| props.help.clone())} min={props.min.to_string()} max={props.max.to_string()} step={props.step.to_string()}
                value={shown.to_string()} aria-valuetext={said} {oninput} {onchange} {onkeydown} {onkeyup} {onblur}/>
        </label>
    }
}

fn value_of(input: &HtmlInputElement) -> Option<i64> {
    input.value().parse().ok()
}

/// One of several: its words, what it does, the options, and the index of the one chosen.
pub fn pick(label: &'static str, help: &'static str, options: &[AttrValue], chosen: usize, onset: Callback<usize>) -> Html {
    let onchange = onset.reform(|event: Event| {
        let select: web_sys::HtmlSelectElement = event.target_unchecked_into();
        usize::try_from(select.selected_index()).unwrap_or(0)
    });
    html! {
        <label class="setting">
            { label }
            if !help.is_empty() { <small>{ help }</small> }
            <select class="select" aria-label={label} aria-description={(!help.is_empty()).then_some(help)} {onchange}>
                { for options.iter().enumerate().map(|(index, words)| html! { <option selected={index == chosen}>{ words }</option> }) }
            </select>
        </label>
    }
}

/// A lever that is on or off. `rule`: off is a fault.
pub fn switch(label: &'static str, help: &'static str, on: bool, rule: bool, onset: Callback<bool>) -> Html {
    let onchange = onset.reform(|event: Event| event.target_unchecked_into::<HtmlInputElement>().checked());
    html! {
        <label class={classes!("switch", rule.then_some("switch-rule"))}>
            { label }
            <small>{ help }</small>
            <input type="checkbox" role="switch" aria-label={label} aria-description={help} checked={on} {onchange}/>
        </label>
    }
}
