//! What stands around two runs that are shown side by side: what each is and costs, what just happened in the other, and where they part.
//! Knows no algorithm by name.

use super::Playground;
use super::caption::{self, CaptionStripProps};
use super::compare::Both;
use super::format_time;
use super::panels::words;
use crate::scenario::compare::Difference;
use crate::scenario::compare::pair::Parting;
use crate::scenario::export::value_in_words;
use crate::sim::Timeline;
use crate::ui::action::{Action, Comparing};
use crate::ui::el::{button, el, p};
use crate::ui::part::part;
use crate::ui::run::Run;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn only where two runs stand side by side: named in one place, so that a program may fetch it later.
pub struct Halves {
    /// Both runs, if there are two.
    pub both: fn(&Playground) -> Option<Both>,
    /// What stands above one of the two.
    pub head: fn(&Both, bool, &Callback<Action>) -> Html,
    /// What just happened in the other.
    pub caption: fn(&Both) -> Html,
    /// The strip that says where both part.
    pub strip: fn(&Both, &Callback<Action>) -> Html,
    /// A place of that class, for a part of the other.
    pub there: fn(&'static str, Html) -> Html,
}

/// Those of every playground.
pub static HALVES: Halves = Halves { both: Playground::both, head, caption, strip, there };

/// What a run is, as far as it differs from the other.
pub fn name(difference: Difference, run: &Run) -> String {
    match difference {
        Difference::Param { index, .. } => {
            let timeline = run.timeline();
            let spec = timeline.setup().algorithm.params().get(usize::from(index));
            let value = timeline.clock().world().params().get(index);
            format!("{}: {}", spec.map_or("", |spec| spec.label), value_in_words(spec, value))
        }
        Difference::Algorithm(_) => run.scenario.entry().map_or("", |entry| entry.name).to_owned(),
        Difference::Seed(_) => format!("seed {}", run.scenario.seed),
    }
}

/// Messages and bytes sent so far.
pub fn cost(timeline: &Timeline) -> (u64, u64) {
    timeline.clock().tallies().iter().fold((0, 0), |(messages, bytes), tally| (messages + tally.sent, bytes + tally.bytes))
}

/// What stands above one of the two.
fn head(both: &Both, is_there: bool, act: &Callback<Action>) -> Html {
    let (side, key, run) = if is_there { ("The other", "there", &both.there) } else { ("This run", "here", &both.here) };
    let timeline = run.timeline();
    let ((messages, bytes), steps) = (cost(&timeline), timeline.step_count());
    let broken = timeline.record().violations.iter().filter(|violation| violation.step < steps).count() as u64;
    let holds = if broken == 0 { "all invariants hold".to_owned() } else { format!("{} broken", words::count(broken, "invariant")) };
    let costs = format!("{} · {} · ", words::count(messages, "message"), words::count(bytes, "byte"));
    let choice = button("half-side", side, act, Action::Compare(Comparing::Panels(is_there)))
        .set("aria-pressed", if both.is_there == is_there { "true" } else { "false" })
        .set("title", "Show it in the panels");
    let title = el("h3", "half-name").hold(choice.done()).say(format!(" {}", name(both.difference, run)));
    let cost = el("p", "half-cost").say(costs).hold(el("span", if broken > 0 { "half-broken" } else { "" }).say(holds).done());
    el("div", "half-head").set("data-side", key).hold(title.done()).hold(cost.done()).done_as(side)
}

/// Where both part, in words.
fn parting_words(parting: &Parting) -> String {
    let Parting { time_us, both, here, there } = parting;
    let nothing = if both.is_empty() { "nothing happens at that moment" } else { "nothing of that" };
    // What was said in the run may be a sentence already.
    let open = |words: &str| words.trim_end_matches('.').to_owned();
    let or_nothing = |words: &String| if words.is_empty() { nothing.to_owned() } else { open(words) };
    let (sign, end) = if both.is_empty() { ("", String::new()) } else { (": ", open(both)) };
    format!("From {} on they differ{sign}{end}. Here: {}. There: {}.", format_time(*time_us), or_nothing(here), or_nothing(there))
}

/// The strip that says where both part, with the way there and the way out.
fn strip(both: &Both, act: &Callback<Action>) -> Html {
    let says = match &both.parting {
        _ if both.is_behind => "The other run is being played up to this moment.".to_owned(),
        Some(parting) => parting_words(parting),
        None => "So far they go alike.".to_owned(),
    };
    let now_us = both.here.timeline().now_us();
    let mut strip = el("div", "parting").hold(el("p", "").set("role", "status").say(says).done());
    if let Some(parting) = &both.parting {
        // One that has nothing to do stays where it is, so that the focus is not lost.
        let go = button("btn", "Go there", act, Action::Compare(Comparing::GoToParting));
        let go = if parting.time_us == now_us { go.set("aria-disabled", "true") } else { go };
        strip = strip.hold(go.done());
    }
    strip.hold(button("btn", "End", act, Action::Compare(Comparing::End)).set("aria-label", "End the comparison").done()).done_as("parting")
}

fn there(class: &'static str, part: Html) -> Html {
    el("div", class).hold(part).done_as(class)
}

/// What just happened in the other.
fn caption(both: &Both) -> Html {
    match &both.said {
        Some(said) => part(
            CaptionStripProps { said: Some(said.clone()), note: Rc::from(""), step: AttrValue::default(), speaks: true },
            caption::strip,
        ),
        None => p("caption", "Nothing worth a word yet."),
    }
}
