//! Comparing: which other run stands beside this one and how both fare, and this run beside a thousand. Knows no algorithm by name.

use super::controls::{Slider, pick};
use super::{PanelsProps, thousand, words};
use crate::scenario::compare::Difference;
use crate::scenario::export::{choice_in_words, value_in_words};
use crate::sim::{Intervention, ParamKind, Timeline};
use crate::ui::action::{Action, Comparing};
use crate::ui::el::{button, el, p};
use crate::ui::playground::compare::{Both, first_difference, last_value};
use crate::ui::playground::format_time;
use crate::ui::playground::halves;
use crate::ui::run::Run;
use yew::prelude::*;

/// Seeds that the slider offers.
const SEED_MAX: i64 = 1_000;
/// Things left out that are named.
const LEFT_OUT_NAMED: usize = 3;

const OTHER: &str = "The other run has the same seed, and what was done to this one is done to it. One thing is different. From then on whatever you do is done to both.";
const SIDES: &str = "The buttons above the stages choose which of the two all panels show: its nodes, its log, its exhibits, its link.";

/// The panel.
pub fn view(props: &PanelsProps) -> Html {
    let two = section("compare-two", "Two runs side by side");
    let two = match &props.both {
        Some(both) => two.hold_all(beside(both, &props.act)),
        None => two.hold_all(choose(props)),
    };
    el("div", "compare").hold(two.done()).hold(thousand::view(props)).done()
}

/// A section of the panel under a heading.
pub fn section(id: &'static str, title: &'static str) -> crate::ui::el::El {
    el("section", "").set("aria-labelledby", id).hold(el("h3", "").set("id", id).say(title).done())
}

/// What can differ: the words for it, and how it differs at first.
fn offers(run: &Run) -> Vec<(String, Difference)> {
    let timeline = run.timeline();
    let mut offers = Vec::new();
    for (index, spec) in (0u16..).zip(timeline.setup().algorithm.params()) {
        let now = last_value(&timeline, index);
        let (value, is_switch) = match spec.kind {
            ParamKind::Rule | ParamKind::Toggle => (1 - now, true),
            ParamKind::Choice(_) => (i64::from(now == 0), false),
            ParamKind::Range { min, max, .. } => (if now == max { min } else { max }, false),
        };
        let words = if is_switch { format!("{}: {}", spec.label, value_in_words(Some(spec), value)) } else { spec.label.to_owned() };
        offers.push((words, Difference::Param { index, value }));
    }
    for (index, entry) in (0u8..).zip(run.scenario.topic.algorithms) {
        if index != run.scenario.algorithm {
            offers.push((entry.name.to_owned(), Difference::Algorithm(index)));
        }
    }
    offers.push(("Another seed".to_owned(), Difference::Seed(run.scenario.seed.wrapping_add(1))));
    offers
}

/// Whether two differences are about the same thing.
fn is_same_thing(a: Difference, b: Difference) -> bool {
    match (a, b) {
        (Difference::Param { index, .. }, Difference::Param { index: other, .. }) => index == other,
        (Difference::Seed(_), Difference::Seed(_)) => true,
        (a, b) => a == b,
    }
}

/// Whether another run would differ in it.
fn differs(run: &Run, difference: Difference) -> bool {
    match difference {
        Difference::Param { index, value } => last_value(&run.timeline(), index) != value,
        Difference::Algorithm(algorithm) => algorithm != run.scenario.algorithm,
        Difference::Seed(seed) => seed != run.scenario.seed,
    }
}

/// The question in what the other run is to differ.
fn choose(props: &PanelsProps) -> Vec<Html> {
    let PanelsProps { run, compare, act, .. } = props;
    let offers = offers(run);
    let wanted = compare.difference.filter(|wanted| differs(run, *wanted)).unwrap_or_else(|| first_difference(run));
    let chosen = offers.iter().position(|(_, offer)| is_same_thing(*offer, wanted)).unwrap_or(0);
    let names: Vec<AttrValue> = offers.iter().map(|(words, _)| words.clone().into()).collect();
    let onset = act.reform(move |index: usize| Action::Compare(Comparing::Differ(offers.get(index).map_or(wanted, |(_, offer)| *offer))));
    let begin = Action::Compare(Comparing::Begin(wanted));
    let ask = el("div", "compare-ask")
        .hold(pick("What is different", "", &names, chosen, onset))
        .hold(value(props, wanted))
        .hold(button("btn btn-main", "Put it beside", act, begin).set("id", "compare-go").done());
    let help = match wanted {
        Difference::Param { index, .. } => run.timeline().setup().algorithm.params().get(usize::from(index)).map_or("", |spec| spec.help),
        _ => "",
    };
    vec![p("exhibit-note", OTHER), ask.done(), p("exhibit-note", help)]
}

/// How it differs, where that is not a matter of on or off.
fn value(props: &PanelsProps, difference: Difference) -> Html {
    let (index, value) = match difference {
        Difference::Param { index, value } => (Some(index), value),
        Difference::Seed(seed) => (None, i64::try_from(seed).unwrap_or(SEED_MAX)),
        Difference::Algorithm(_) => return Html::default(),
    };
    let onset = props.act.reform(move |value: i64| {
        Action::Compare(Comparing::Differ(match index {
            Some(index) => Difference::Param { index, value },
            None => Difference::Seed(value.unsigned_abs()),
        }))
    });
    let spec = index.and_then(|index| props.run.timeline().setup().algorithm.params().get(usize::from(index)));
    let (min, max, step, unit) = match spec.map(|spec| spec.kind) {
        Some(ParamKind::Choice(options)) => {
            let names: Vec<AttrValue> = options.iter().map(|words| AttrValue::Static(words)).collect();
            let onset = onset.reform(|chosen| i64::try_from(chosen).unwrap_or(0));
            return pick("There it is", "", &names, usize::try_from(value).unwrap_or(0), onset);
        }
        Some(ParamKind::Range { min, max, step, unit }) => (min, max, step, unit),
        Some(ParamKind::Rule | ParamKind::Toggle) => return Html::default(),
        None => (1, SEED_MAX.max(value), 1, ""),
    };
    html! { <Slider label="There it is" {value} {min} {max} {step} {unit} {onset}/> }
}

/// How both fare.
fn beside(both: &Both, act: &Callback<Action>) -> Vec<Html> {
    let (here, there) = (both.here.timeline(), both.there.timeline());
    let head = |side: &'static str, run: &Run| {
        let name = el("small", "").say(halves::name(both.difference, run));
        el("th", "n").set("scope", "col").say(side).hold(name.done()).done()
    };
    let heads = el("tr", "").hold(el("td", "").done()).hold(head("This run", &both.here)).hold(head("The other", &both.there));
    let rows = rows(&here, &there).into_iter().map(|(name, [here, there])| {
        let differs = here != there;
        let row = el("tr", if differs { "differs" } else { "" }).hold(el("th", "").set("scope", "row").say(name).done());
        row.hold(el("td", "n").say(here).done()).hold(el("td", "n").say(there).done()).done()
    });
    let table = el("table", "")
        .hold(el("caption", "sr-only").say(format!("Both runs up to {}", format_time(here.now_us()))).done())
        .hold(el("thead", "").hold(heads.done()).done())
        .hold(el("tbody", "").hold_all(rows.collect()).done());
    let ways = el("div", "menu-acts")
        .hold(button("btn", "Open the other alone", act, Action::Compare(Comparing::OpenOther)).done())
        .hold(button("btn", "End the comparison", act, Action::Compare(Comparing::End)).done());
    vec![left_out(both, &here), table.done(), ways.done(), p("exhibit-note", SIDES)]
}

/// What of the reader's run the other cannot have.
fn left_out(both: &Both, here: &Timeline) -> Html {
    let all = both.left_out.len() as u64 + u64::from(both.refused);
    if all == 0 {
        return Html::default();
    }
    let named = both.left_out.iter().filter_map(|what| match what {
        Intervention::Do(choice) => Some(choice_in_words(here.setup().algorithm, choice, "it")),
        _ => None,
    });
    let named: Vec<String> = named.take(LEFT_OUT_NAMED).collect();
    let some = if named.is_empty() { String::new() } else { format!(" Among them: {}.", named.join("; ")) };
    p("notice", format!("{} done here could not be done there.{some}", words::count(all, "thing")))
}

/// What both came to: costs, what came true how often, what broke.
fn rows(here: &Timeline, there: &Timeline) -> Vec<(String, [String; 2])> {
    let both = [here, there];
    let costs = both.map(halves::cost);
    let mut rows = vec![
        ("Messages".to_owned(), costs.map(|(messages, _)| words::thousands(messages))),
        ("Bytes".to_owned(), costs.map(|(_, bytes)| words::thousands(bytes))),
    ];
    let mut add = |name: &str, values: [Option<String>; 2], otherwise: &str| {
        let name = words::title(name);
        if values.iter().any(Option::is_some) && !rows.iter().any(|(known, _)| *known == name) {
            rows.push((name, values.map(|value| value.unwrap_or_else(|| otherwise.to_owned()))));
        }
    };
    for timeline in both {
        for info in timeline.setup().algorithm.facts() {
            add(info.name, both.map(|timeline| times(timeline, info.name)), "never");
        }
        for info in timeline.setup().algorithm.invariants() {
            add(info.name, both.map(|timeline| broken(timeline, info.name)), "holds");
        }
    }
    rows
}

/// How often a fact came true so far.
fn times(timeline: &Timeline, name: &str) -> Option<String> {
    let steps = timeline.step_count();
    let fact = timeline.setup().algorithm.facts().iter().position(|info| info.name == name)?;
    let count = timeline.record().fired.iter().filter(|fired| usize::from(fired.fact) == fact && fired.step < steps).count();
    (count > 0).then(|| words::count(count as u64, "time"))
}

/// When an invariant broke.
fn broken(timeline: &Timeline, name: &str) -> Option<String> {
    let steps = timeline.step_count();
    let invariant = timeline.setup().algorithm.invariants().iter().position(|info| info.name == name)?;
    let violation = timeline.record().violations.iter().find(|violation| usize::from(violation.invariant) == invariant)?;
    (violation.step < steps).then(|| format!("broken at {}", format_time(violation.time_us)))
}
