//! This run beside a thousand: which figure, how far the worker is, the distribution with this run marked on it. Knows no algorithm.

use super::compare::section;
use super::{PanelsProps, focus, words};
use crate::scenario::measure::{MICRO, Measure, Quantity};
use crate::scenario::thousand::{Bar, Distribution, EVENTS_MAX};
use crate::sim::Algorithm;
use crate::ui::action::{Action, Comparing};
use crate::ui::el::{button, el, p};
use crate::ui::playground::compare::Asked;
use crate::ui::playground::format_time;
use crate::ui::svg::{Path, px};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// How long a run goes on to come to something: a minute.
const UNTIL_US: u64 = 60_000_000;
/// How long it goes on if the reader's run stands at its beginning.
const UNTIL_AT_FIRST_US: u64 = 5_000_000;
/// Size of the picture in its own units, and the room above the bars for the mark of this run.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;
const ABOVE: f64 = 12.0;
/// A bar with a run in it is at least so high.
const BAR_MIN: f64 = 1.5;

const SEEDS: &str =
    "The same things are done at the same moments with the seeds from 1 to 1,000. So you see what is the rule and what was luck.";

/// The section.
pub fn view(props: &PanelsProps) -> Html {
    let PanelsProps { compare, act, .. } = props;
    let figures = figures(props);
    let chosen = compare.figure.min(figures.len().saturating_sub(1));
    let is_running = compare.asked.as_ref().is_some_and(|asked| asked.is_running);
    let go = match figures.get(chosen) {
        Some((_, label, measure)) if !is_running => Comparing::Measure(measure.clone(), label.clone()),
        _ => Comparing::Stop,
    };
    let (class, says) = if is_running { ("btn", "Stop") } else { ("btn btn-main", "Play 1,000 runs") };
    let ask = el("div", "compare-ask")
        .hold(el("label", "setting").say("What is measured").hold(choice(&figures, chosen, act)).done())
        .hold(button(class, says, act, Action::Compare(go)).set("id", "thousand-go").done());
    let section = section("compare-thousand", "This run beside a thousand").hold(p("exhibit-note", SEEDS)).hold(ask.done());
    match &compare.asked {
        Some(asked) => section.hold_all(outcome(asked, props)).done(),
        None => section.done(),
    }
}

/// A figure on offer: its group, its words, and what it measures.
type Figure = (&'static str, String, Measure);

/// All figures on offer, group by group.
fn figures(props: &PanelsProps) -> Vec<Figure> {
    let timeline = props.run.timeline();
    let algorithm = timeline.setup().algorithm;
    let mut figures = Vec::new();
    let mut add = |group: &'static str, measure: Measure| figures.push((group, label(&measure, algorithm), measure));
    let until = |to: String| Measure { quantity: Quantity::Time, from: None, to: Some(to), until_us: UNTIL_US };
    let until_us = if timeline.now_us() == 0 { UNTIL_AT_FIRST_US } else { timeline.now_us() };
    let so_far = |quantity: Quantity| Measure { quantity, from: None, to: None, until_us };
    let facts = algorithm.facts();
    for fact in &facts {
        add("How long it takes", until(fact.name.to_owned()));
    }
    for (of, measure) in props.lesson.measures.iter().filter_map(|text| Measure::from_text(text)) {
        if of == props.run.scenario.algorithm {
            add("Measured in this lesson", measure);
        }
    }
    add("What it costs", so_far(Quantity::Messages((0u16..).take(algorithm.kinds().len()).collect())));
    add("What it costs", so_far(Quantity::Bytes));
    for fact in (0u16..).take(facts.len()) {
        add("How often it comes true", so_far(Quantity::Often(fact)));
    }
    for invariant in algorithm.invariants() {
        add("Whether it breaks", until(format!("broken:{}", invariant.name)));
    }
    figures
}

fn choice(figures: &[Figure], chosen: usize, act: &Callback<Action>) -> Html {
    let changed = act.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Action::Compare(Comparing::Figure(usize::try_from(select.selected_index()).unwrap_or(0)))
    });
    let mut select = el("select", "select").set("id", "thousand-figure").changed(changed);
    let mut index = 0;
    for group in figures.chunk_by(|(a, ..), (b, ..)| a == b) {
        let mut options = el("optgroup", "").set("label", group.first().map_or("", |(name, ..)| *name));
        for (_, label, _) in group {
            options = options.hold(el("option", "").mark("selected", index == chosen).say(label.clone()).done());
            index += 1;
        }
        select = select.hold(options.done());
    }
    select.done()
}

/// A measure in words: "Time from leader crashed to leader elected".
fn label(measure: &Measure, algorithm: &dyn Algorithm) -> String {
    let what = match &measure.quantity {
        Quantity::Time => "Time".to_owned(),
        Quantity::Reading(name) | Quantity::Row(name) => words::title(name),
        Quantity::Messages(kinds) => {
            let all = algorithm.kinds();
            let names: Vec<&str> = kinds.iter().filter_map(|kind| all.get(usize::from(*kind))).map(|kind| kind.name).collect();
            if names.len() == all.len() { "Messages".to_owned() } else { format!("Messages ({})", names.join(", ")) }
        }
        Quantity::Bytes => "Bytes".to_owned(),
        Quantity::Often(fact) => words::title(algorithm.facts().get(usize::from(*fact)).map_or("", |fact| fact.name)),
    };
    let end = measure.to.as_deref().map_or_else(|| format_time(measure.until_us), condition);
    match &measure.from {
        Some(from) => format!("{what} from {} to {end}", condition(from)),
        None => format!("{what} {} {end}", if measure.to.is_some() { "until" } else { "up to" }),
    }
}

/// A condition in words: "leader elected", "crash", "“Election safety” breaks".
fn condition(condition: &str) -> String {
    match condition.strip_prefix("broken:") {
        Some(name) => format!("\u{201c}{}\u{201d} breaks", words::title(name)),
        None => condition.strip_prefix("do:").unwrap_or(condition).replace(['-', '_'], " "),
    }
}

/// A value of a measure in words.
fn value_words(measure: &Measure, value: u64) -> String {
    match measure.quantity {
        Quantity::Time => format_time(value),
        // A reading has a unit of its own, which only the algorithm knows.
        Quantity::Reading(_) | Quantity::Row(_) if !value.is_multiple_of(MICRO) => {
            format!("{}.{:03}", value / MICRO, value / 1_000 % 1_000)
        }
        _ => words::thousands(value / MICRO),
    }
}

/// How far it is, and what has come of it.
fn outcome(asked: &Asked, props: &PanelsProps) -> Vec<Html> {
    if let Some(why) = &asked.refused {
        return vec![el("p", "notice").set("data-tone", "fault").set("role", "alert").say(why.clone()).done()];
    }
    let distribution = asked.distribution();
    let done = asked.sampled.runs.len() as u64;
    let own = asked.of(&props.run).map(|sample| sample.map(|sample| sample.value));
    let mut says = vec![p(
        "thousand-what",
        format!("{}: {}{}.", asked.label, words::count(done, "run"), if asked.is_running { " so far" } else { "" }),
    )];
    if let Some(distribution) = &distribution {
        let value = |value: u64| value_words(&asked.measure, value);
        says.push(p("", format!("Median {}, p99 {}: 99 % of them are no larger.", value(distribution.median), value(distribution.p99))));
    }
    says.push(p("", says_own(asked, own, distribution.as_ref())));
    says.extend(says_never(asked, distribution.as_ref()).into_iter().map(|says| p("", says)));
    let mut parts = Vec::new();
    if asked.is_running {
        let far = el("progress", "thousand-far").set("max", "1000").set("value", done.to_string());
        parts.push(far.set("aria-label", "Runs played").done());
    }
    // It speaks once, at the end.
    let says = el("div", "").hold_all(says);
    parts.push(if asked.is_running { says.done() } else { says.set("role", "status").done() });
    if let Some(distribution) = &distribution {
        parts.extend(chart(asked, distribution, own.flatten(), &props.act));
    }
    parts
}

fn says_own(asked: &Asked, own: Option<Option<u64>>, distribution: Option<&Distribution>) -> String {
    match (own, distribution) {
        (None, _) => "This run is none of them: something else was done in it, or it has not been played yet.".to_owned(),
        (Some(Some(value)), Some(distribution)) => {
            let than = if asked.measure.quantity == Quantity::Time { "slower" } else { "more" };
            let percent = distribution.percent_below(value);
            format!("This run: {}, {than} than {percent} % of them.", value_words(&asked.measure, value))
        }
        (Some(Some(value)), None) => format!("This run: {}.", value_words(&asked.measure, value)),
        (Some(None), _) => "This run never comes to it.".to_owned(),
    }
}

/// The runs that have no value.
fn says_never(asked: &Asked, distribution: Option<&Distribution>) -> Vec<String> {
    let broken_off = u64::from(asked.sampled.broken_off);
    let without = asked.sampled.runs.len() as u64 - distribution.map_or(0, |distribution| u64::from(distribution.count));
    let never = without.saturating_sub(broken_off);
    let mut says = Vec::new();
    if never > 0 {
        says.push(format!("{} never came to it within {}.", words::count(never, "run"), format_time(asked.measure.until_us)));
    }
    if broken_off > 0 {
        let events = words::thousands(u64::from(EVENTS_MAX));
        says.push(format!("{} had not come to it after {events} events and went no further.", words::count(broken_off, "run")));
    }
    says
}

/// The bars. Each that has runs opens one of them; the arrow keys go from bar to bar.
fn chart(asked: &Asked, distribution: &Distribution, own: Option<u64>, act: &Callback<Action>) -> Vec<Html> {
    let bars = &distribution.bars;
    let width = WIDTH / bars.len().max(1) as f64;
    let mine = own.and_then(|value| distribution.bar_of(value));
    let full: Vec<usize> = bars.iter().enumerate().filter(|(_, bar)| bar.count > 0).map(|(index, _)| index).collect();
    let tab_stop = mine.filter(|mine| full.contains(mine)).or(full.first().copied());
    let middle = |value: u64| distribution.bar_of(value).map(|index| (index as f64 + 0.5) * width);
    let mut plot = el("svg", "spread")
        .set("viewBox", format!("0 -{ABOVE} {WIDTH} {}", HEIGHT + ABOVE + 1.0))
        .set("preserveAspectRatio", "none")
        .set("role", "group")
        .set("aria-label", "Distribution: each bar opens one of its runs. The arrow keys go from bar to bar.");
    for index in &full {
        if let Some(bar) = bars.get(*index) {
            let (is_own, is_tab_stop) = (mine == Some(*index), tab_stop == Some(*index));
            plot = plot.hold(bar_button(asked, distribution, (*index, bar), width, (is_own, is_tab_stop), &full, act));
        }
    }
    plot = plot.hold(line("spread-axis", (0.0, HEIGHT), (WIDTH, HEIGHT)));
    let mut key = "Dashed: the median.".to_owned();
    if let Some(x) = middle(distribution.median) {
        plot = plot.hold(line("spread-guide", (x, HEIGHT), (x, 0.0)));
    }
    if let Some(x) = own.and_then(middle) {
        plot = plot.hold(line("spread-own", (x, HEIGHT), (x, -ABOVE)));
        key.push_str(" Solid: this run.");
    }
    if distribution.has_tail {
        key.push_str(" The last bar holds all beyond the others.");
    }
    let end = |value: Option<u64>| el("span", "").say(value.map_or_else(String::new, |value| value_words(&asked.measure, value))).done();
    let ends = el("p", "spread-ends").hold(end(bars.first().map(|bar| bar.from))).hold(el("span", "").say(key).done());
    vec![plot.done(), ends.hold(end(bars.last().map(|bar| bar.to))).done()]
}

fn line(class: &'static str, from: (f64, f64), to: (f64, f64)) -> Html {
    el("path", class).set("d", Path::new().to(from.0, from.1).line(to.0, to.1).data()).done()
}

/// A bar that opens one of its runs.
fn bar_button(
    asked: &Asked,
    distribution: &Distribution,
    (index, bar): (usize, &Bar),
    width: f64,
    (is_own, is_tab_stop): (bool, bool),
    full: &[usize],
    act: &Callback<Action>,
) -> Html {
    let most = distribution.bars.iter().map(|bar| bar.count).max().unwrap_or(1);
    let height = (HEIGHT * f64::from(bar.count) / f64::from(most)).max(BAR_MIN);
    let is_tail = distribution.has_tail && index + 1 == distribution.bars.len();
    let value = |value: u64| value_words(&asked.measure, value);
    let to =
        if asked.measure.is_count() && !is_tail && bar.to - bar.from == MICRO { String::new() } else { format!(" to {}", value(bar.to)) };
    let says = format!("{}{to}: {}", value(bar.from), words::count(u64::from(bar.count), "run"));
    let rect = |class: &'static str, y: f64, height: f64| {
        let rect = el("rect", class).set("x", px(index as f64 * width)).set("y", px(y));
        rect.set("width", px(width)).set("height", px(height)).done()
    };
    let opens = Action::Compare(Comparing::OpenBar(index));
    el("g", "spread-button")
        .set("role", "button")
        .set("id", format!("bar-{index}"))
        .set("tabindex", if is_tab_stop { "0" } else { "-1" })
        .set("aria-label", format!("{says}{}. Open one.", if is_own { ", this run among them" } else { "" }))
        .mark("data-own", is_own)
        .mark("data-tail", is_tail)
        .press(act, opens.clone())
        .keyed(keys(index, full.to_vec(), act.reform(move |()| opens.clone())))
        .hold(el("title", "").say(says).done())
        .hold(rect("spread-hit", -ABOVE, HEIGHT + ABOVE))
        .hold(rect("spread-bar", HEIGHT - height, height))
        .done()
}

/// What keys do on a bar: the arrows go to its neighbours that have runs.
fn keys(index: usize, full: Vec<usize>, open: Callback<()>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| {
        let here = full.iter().position(|other| *other == index).unwrap_or(0);
        let next = match event.key().as_str() {
            "ArrowRight" => full.get(here + 1),
            "ArrowLeft" => here.checked_sub(1).and_then(|before| full.get(before)),
            "Home" => full.first(),
            "End" => full.last(),
            "Enter" | " " => {
                open.emit(());
                None
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(next) = next {
            focus(&format!("bar-{next}"));
        }
    })
}
