//! Experiments: their controls in the prose, the bet before play, and the goal that the page detects.

use crate::lessons::goal::Progress as Reached;
use crate::lessons::progress::Progress;
use crate::lessons::{Bet, Experiment, LessonData, history};
use crate::scenario::{Scenario, link};
use crate::sim::{History, Timeline};
use crate::ui::action::{Action, Exploring};
use crate::ui::page;
use crate::ui::svg::icon;
use std::slice;
use web_sys::Element;
use yew::prelude::*;

/// An experiment under way.
pub struct Attempt {
    id: String,
    /// The moment from which on things count, in virtual microseconds.
    since_us: u64,
    /// Whether it is the solution that plays: it reaches the goal, but not for the reader.
    shown: bool,
    reached: Reached,
    /// The right answer of the bet, once the run has decided.
    settled: Option<u8>,
}

impl Attempt {
    /// An experiment that begins now.
    pub fn new(id: String, since_us: u64, shown: bool) -> Self {
        Attempt { id, since_us, shown, reached: Reached::default(), settled: None }
    }

    /// Whether it is of the experiment with that name.
    pub fn is_at(&self, id: &str) -> bool {
        self.id == id
    }

    /// Whether it is the solution that plays.
    pub fn is_shown(&self) -> bool {
        self.shown
    }
}

/// The name under which the lesson offers a scenario, if it does.
pub fn name_of(lesson: &LessonData, scenario: &Scenario) -> Option<String> {
    let topics = slice::from_ref(scenario.topic);
    let data = lesson.scenarios.iter().find(|data| link::decode_plain(&data.link, topics).as_ref() == Ok(scenario))?;
    Some(data.id.clone())
}

/// Looks at what the run has reached; says whether there is something new to remember.
///
/// A goal counts however the reader got there: without "Set it up" every experiment of the scenario called `name` is watched, from
/// `opened_us` on.
pub fn watch(
    lesson: &LessonData,
    (name, opened_us): (Option<&str>, u64),
    (timeline, edited): (&Timeline, Option<&History>),
    attempt: &mut Option<Attempt>,
    progress: &mut Progress,
) -> bool {
    if let Some(attempt) = attempt {
        let Some(experiment) = lesson.experiments.iter().find(|experiment| experiment.id == attempt.id) else { return false };
        attempt.reached = reached(experiment, timeline, edited, attempt.since_us);
        if let Some(bet) = &experiment.bet {
            attempt.settled = settle(bet, timeline, attempt.since_us);
        }
        return attempt.reached.reached_us.is_some() && !attempt.shown && remember(&attempt.id, progress);
    }
    let Some(name) = name else { return false };
    let open = lesson.experiments.iter().filter(|experiment| experiment.scenario == name);
    let mut news = false;
    for experiment in open {
        if !progress.reached.contains_key(&experiment.id) && reached(experiment, timeline, edited, opened_us).reached_us.is_some() {
            news |= remember(&experiment.id, progress);
        }
    }
    news
}

/// How far the goal is reached: by the run, or by the reader's copy of its history.
fn reached(experiment: &Experiment, timeline: &Timeline, edited: Option<&History>, since_us: u64) -> Reached {
    let Some(goal) = &experiment.history else { return experiment.goal.progress(timeline, since_us) };
    let is_reached = edited.is_some_and(|copy| history::of_run(timeline).is_some_and(|run| goal.is_reached_by(copy, &run)));
    Reached { done: u32::from(is_reached), reached_us: is_reached.then(|| timeline.now_us()) }
}

fn remember(id: &str, progress: &mut Progress) -> bool {
    progress.reached.insert(id.to_owned(), true).is_none()
}

/// The right answer of a bet, once the run has decided: the option that came true first, or the one without a condition when the
/// time is up.
pub fn settle(bet: &Bet, timeline: &Timeline, since_us: u64) -> Option<u8> {
    let options = (0u8..).zip(&bet.options);
    let first = options
        .clone()
        .filter(|(_, option)| !option.when.is_empty())
        .filter_map(|(index, option)| Some((option.when.progress(timeline, since_us).reached_us?, index)))
        .min();
    let deadline_us = since_us.saturating_add(bet.settles_us);
    match first {
        Some((time_us, index)) if time_us <= deadline_us => Some(index),
        _ if timeline.now_us() >= deadline_us => options.clone().find(|(_, option)| option.when.is_empty()).map(|(index, _)| index),
        _ => None,
    }
}

/// Whether an experiment is new, under way or reached.
fn state(id: &str, progress: &Progress, attempt: Option<&Attempt>) -> &'static str {
    if progress.reached.contains_key(id) {
        "reached"
    } else if attempt.is_some_and(|attempt| attempt.id == id) {
        "underway"
    } else {
        "new"
    }
}

/// Marks the static cards of the prose with how far their experiments are. As they are written, none has been started.
pub fn show_states(lesson: &LessonData, progress: &Progress, attempt: Option<&Attempt>) {
    let Some(document) = page::document() else { return };
    for experiment in &lesson.experiments {
        let Some(card) = document.get_element_by_id(&format!("experiment-{}", experiment.id)) else { continue };
        let state = state(&experiment.id, progress, attempt);
        let happened = state == "reached" && attempt.is_some_and(|attempt| attempt.id == experiment.id);
        let same = card.get_attribute("data-progress").as_deref() == Some(state);
        if same && !happened {
            continue;
        }
        if !same {
            // The attribute name is a valid one, so this cannot fail.
            let _ = card.set_attribute("data-progress", state);
        }
        let (icon, words) = match state {
            "reached" => ("check", "reached"),
            "underway" => ("flag", "under way"),
            _ => ("flag", "not started"),
        };
        if let Ok(Some(sign)) = card.query_selector(".experiment-state")
            && sign.text_content().as_deref() != Some(words)
        {
            sign.set_inner_html(&format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{icon}\"/></svg>{words}"));
        }
        if happened && let Ok(Some(happened)) = card.query_selector("details.happened:not([data-opened])") {
            // Opened once, when the goal is reached; the reader may close it again.
            let _ = happened.set_attribute("data-opened", "");
            let _ = happened.set_attribute("open", "");
        }
    }
}

/// Where the controls of an experiment are in the prose.
pub fn place(experiment: &Experiment) -> Option<Element> {
    page::document()?.get_element_by_id(&format!("experiment-{}-controls", experiment.id))
}

/// The controls of an experiment.
pub fn controls(experiment: &Experiment, attempt: Option<&Attempt>, progress: &Progress, act: &Callback<Action>) -> Html {
    let attempt = attempt.filter(|attempt| attempt.id == experiment.id);
    let bet_first = experiment.bet.is_some() && !progress.bets.contains_key(&experiment.id);
    let id = experiment.id.clone();
    let set_up = act.reform(move |_: MouseEvent| Action::SetUp(id.clone()));
    let id = experiment.id.clone();
    let (sign, words_of_solution) = match &experiment.search {
        Some(_) => ("#i-search", "Search"),
        None => ("#i-play", "Play the solution"),
    };
    let is_search = experiment.search.is_some();
    let solution = act.reform(move |_: MouseEvent| match is_search {
        true => Action::Explore(Exploring::Goal(id.clone())),
        false => Action::Solution(id.clone()),
    });
    html! {
        <>
            if let Some(bet) = &experiment.bet { { view_bet(experiment, bet, attempt, progress, act) } }
            <div class="experiment-acts">
                <button class="btn btn-main" type="button" disabled={bet_first} onclick={set_up}>
                    { if attempt.is_some() { "Set it up again" } else { "Set it up" } }
                </button>
                <button class="btn" type="button" onclick={solution}>
                    { icon(sign) }{ words_of_solution }
                </button>
                { to_playground() }
            </div>
            if bet_first {
                <p class="experiment-now">{ "Place your bet first; it costs nothing." }</p>
            }
            <p class="experiment-now" role="status">{ words(experiment, attempt, progress) }</p>
        </>
    }
}

/// The way to the playground for who has no pointer: between an experiment and it lies the rest of the text.
pub fn to_playground() -> Html {
    html! { <a class="btn to-playground" href="#playground">{ "To the playground" }</a> }
}

/// Where the attempt stands, in words.
fn words(experiment: &Experiment, attempt: Option<&Attempt>, progress: &Progress) -> String {
    let steps = experiment.goal.steps.len();
    match attempt {
        Some(_) if experiment.search.is_some() => match progress.reached.contains_key(&experiment.id) {
            true => "Reached: the search came to its verdict.".to_owned(),
            false => "Under way: press Search in the Explore tab.".to_owned(),
        },
        Some(attempt) => match attempt.reached.reached_us {
            Some(time_us) if attempt.shown => format!("The solution reached the goal at {}. Now you.", super::format_time(time_us)),
            Some(time_us) => format!("Reached at {}.", super::format_time(time_us)),
            None if attempt.shown => "The solution is playing.".to_owned(),
            None if steps > 1 => format!("Under way: {} of {steps} things have happened.", attempt.reached.done),
            None => "Under way: the page is watching.".to_owned(),
        },
        None if progress.reached.contains_key(&experiment.id) => "You have reached this goal.".to_owned(),
        None => String::new(),
    }
}

fn view_bet(experiment: &Experiment, bet: &Bet, attempt: Option<&Attempt>, progress: &Progress, act: &Callback<Action>) -> Html {
    let placed = progress.bets.get(&experiment.id).copied();
    let settled = attempt.and_then(|attempt| attempt.settled);
    // Once the run has begun the bet stands.
    let locked = attempt.is_some() && placed.is_some();
    let options = (0u8..).zip(&bet.options).map(|(index, option)| {
        let id = experiment.id.clone();
        let choose = act.reform(move |_: Event| Action::Bet(id.clone(), index));
        let verdict = match settled {
            Some(right) if right == index => Some("right"),
            Some(_) if placed == Some(index) => Some("wrong"),
            _ => None,
        };
        html! {
            <label class="choice" data-verdict={verdict}>
                <input type="radio" name={format!("bet-{}", experiment.id)} checked={placed == Some(index)} disabled={locked} onchange={choose}/>
                { &option.text }
                if let Some(verdict) = verdict {
                    <span class="choice-verdict">{ if verdict == "right" { "✓ this happened" } else { "✗ not this time" } }</span>
                }
            </label>
        }
    });
    html! {
        <fieldset class="bet">
            <legend>{ "Your bet: " }{ &bet.question }</legend>
            { for options }
            <p class="bet-verdict" aria-live="polite">
                if let (Some(placed), Some(right)) = (placed, settled) {
                    { if placed == right { "You bet right." } else { "You lost this bet. Rewind and see why." } }
                }
            </p>
        </fieldset>
    }
}
