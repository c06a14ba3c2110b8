//! What came with a run: a note, or a challenge with its goal, what it admits and how far it is reached. Knows no algorithm.

use super::format_time;
use super::panels::copy::CopyRow;
use super::panels::share::Link;
use crate::scenario::challenge::{Challenge, TOOLS};
use crate::scenario::goal::{self, in_words, param_in_words};
use crate::scenario::words;
use crate::sim::{Algorithm, Timeline};
use crate::ui::action::{Action, Comparing, Tool};
use crate::ui::run::Run;
use crate::ui::svg::icon;
use std::slice;
use yew::prelude::*;

/// In a challenge no other run is opened.
const STAYS: &str = "You are in a challenge, and its run stays. To open another, press \u{201c}Leave the challenge\u{201d} first.";

/// Why a challenge does not let the page carry out an action at the present moment of its run; `None` if it does.
pub fn refuses(challenge: &Challenge, timeline: &Timeline, action: &Action) -> Option<String> {
    match action {
        Action::Do(what) => challenge.refuses(timeline, slice::from_ref(what)),
        Action::DoAll(what) => challenge.refuses(timeline, what),
        Action::Tool(Tool::Cut) => challenge.locks_deed("partition"),
        Action::Algorithm(_)
        | Action::Nodes(_)
        | Action::Seed(_)
        | Action::Open(..)
        | Action::OpenNamed(_)
        | Action::OpenText(..)
        | Action::SetUp(_)
        | Action::Solution(_)
        | Action::Explore(_)
        | Action::Compare(Comparing::OpenOther | Comparing::OpenBar(_)) => Some(STAYS.to_owned()),
        Action::There(action) => refuses(challenge, timeline, action),
        _ => None,
    }
}

/// What [`brief`] shows.
#[derive(PartialEq)]
pub struct BriefProps {
    /// The run, equal to itself until the next event.
    pub run: Run,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The note and the challenge above the stage.
pub fn brief(props: &BriefProps) -> Html {
    let BriefProps { run, act } = props;
    if run.sent.is_empty() {
        return Html::default();
    }
    html! {
        <div class="briefs">
            if !run.sent.note.is_empty() {
                <section class="brief brief-note" aria-label="A note">
                    <p class="label">{ "A note from whoever made this link" }</p>
                    <button class="btn btn-quiet btn-icon" type="button" aria-label="Close the note" onclick={act.reform(|_: MouseEvent| Action::CloseNote)}>
                        { icon("#i-close") }
                    </button>
                    <p class="brief-text" dir="auto" tabindex="0">{ &run.sent.note }</p>
                </section>
            }
            if let Some(challenge) = run.challenge() {
                { card(challenge, run, act) }
            }
        </div>
    }
}

fn card(challenge: &Challenge, run: &Run, act: &Callback<Action>) -> Html {
    let timeline = run.timeline();
    let progress = challenge.progress(&timeline);
    let reached = progress.reached_us.is_some();
    html! {
        <section class="brief" aria-label="The challenge" data-reached={reached.then_some("")}>
            <div class="brief-head">
                { icon(if reached { "#i-check" } else { "#i-flag" }) }
                <p class="brief-title"><span class="label">{ "Challenge" }</span>{ " " }<bdi>{ &challenge.title }</bdi></p>
                <p class="brief-state" role="status">{ state(challenge, &timeline, progress) }</p>
                <button class="btn btn-quiet" type="button" onclick={act.reform(|_: MouseEvent| Action::LeaveChallenge)}>{ "Leave the challenge" }</button>
            </div>
            if reached {
                { answer(run) }
            }
            <details open=true>
                <summary>{ "What to reach, and how" }</summary>
                { rules(challenge, &timeline, progress.done) }
            </details>
        </section>
    }
}

/// How far it is, and what is left.
fn state(challenge: &Challenge, timeline: &Timeline, progress: goal::Progress) -> String {
    let deeds = challenge.deeds(timeline);
    let left = challenge.deeds_max.map_or(String::new(), |most| {
        format!(" {} of {} left.", u32::from(most).saturating_sub(deeds), words::count(most.into(), "action"))
    });
    match progress.reached_us {
        Some(time_us) => format!("Reached at {}, with {}.", format_time(time_us), words::count(deeds.into(), "action")),
        None => format!("{} of {} reached.{left}", progress.done, challenge.goal.steps.len()),
    }
}

/// The goal step by step, and what may be done for it.
fn rules(challenge: &Challenge, timeline: &Timeline, done: u32) -> Html {
    let algorithm = timeline.setup().algorithm;
    let step = |(index, step): (u32, &String)| {
        let (words, meaning) = in_words(step, algorithm);
        let is_done = index < done;
        html! {
            <li data-done={is_done.then_some("")}>
                <span>{ words }if is_done { <span class="brief-done">{ " \u{2713} happened" }</span> }<small>{ meaning }</small></span>
            </li>
        }
    };
    let line =
        |label: &'static str, text: String| html! { if !text.is_empty() { <p><span class="label">{ label }</span>{ " " }{ text }</p> } };
    html! {
        <div class="brief-rules">
            <ol>{ for (0u32..).zip(&challenge.goal.steps).map(step) }</ol>
            <div>
                { for challenge.goal.params.iter().map(|param| line("In the end", param_in_words(param, algorithm))) }
                { line("You may", admitted(challenge)) }
                { line("Settings locked", fixed(challenge, algorithm)) }
                <p class="exhibit-note">{ "Going back in the run takes actions back." }</p>
            </div>
        </div>
    }
}

/// What may be done, in as few words as that takes.
fn admitted(challenge: &Challenge) -> String {
    let labels = |may: bool| {
        let some = TOOLS.iter().enumerate().filter(|(index, _)| (challenge.tools >> index & 1 == 1) == may);
        some.map(|(_, tool)| tool.label).collect::<Vec<_>>()
    };
    match (labels(true), labels(false)) {
        (_, locked) if locked.is_empty() => "do anything".to_owned(),
        (may, _) if may.is_empty() => "only let time pass".to_owned(),
        (may, locked) if locked.len() <= may.len() => format!("do anything but: {}", locked.join(" \u{b7} ")),
        (may, _) => format!("only: {}", may.join(" \u{b7} ")),
    }
}

/// The settings that stay as they are although others may change.
fn fixed(challenge: &Challenge, algorithm: &dyn Algorithm) -> String {
    if challenge.locks_deed("param").is_some() {
        return String::new();
    }
    let some = algorithm.params().iter().enumerate().filter(|(index, _)| challenge.fixed >> index & 1 == 1);
    some.map(|(_, spec)| spec.label).collect::<Vec<_>>().join(" \u{b7} ")
}

/// The run that reached it, to be sent back.
fn answer(run: &Run) -> Html {
    match Link::of_now(run, String::new()) {
        Ok(link) => html! { <CopyRow id="brief-link" label="Your run, to send back" button="Copy the link" text={link.address()}/> },
        Err(why) => html! { <p class="notice" data-tone="fault">{ why.to_string() }</p> },
    }
}
