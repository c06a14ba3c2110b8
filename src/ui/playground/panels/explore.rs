//! The Explorer: what to look for, what may happen, how far it is, and what came of it. Knows no algorithm.

use super::controls::pick;
use super::{PanelsProps, words};
use crate::check::explorer::{Client, Network, Request, Timers};
use crate::scenario::search::map::{Map, Place};
use crate::scenario::search::task::{News, Task};
use crate::scenario::search::{Aim, Report, Search, words as says};
use crate::sim::{Algorithm, Argument, ArgumentKind, CommandCall, CommandSpec, Tone, Tree, TreeEdge, TreeNode};
use crate::ui::action::{Action, Exploring};
use crate::ui::exhibits::tree::TreeChart;
use crate::ui::playground::explore::{Asked, Explore};
use crate::ui::playground::format_time;
use crate::ui::svg::icon;
use yew::prelude::*;

/// Reads as "any": no bound.
const ANY: u64 = u64::MAX;
/// Random runs, where they are asked for.
const WALKS: u32 = 20_000;
/// Client requests on offer.
const REQUESTS_MAX: u16 = 3;

const EVERYTHING: &str =
    "Not one run is tried but all of them: every order of what can happen next, each state once, with the algorithm as it runs above.";
const BY_CHANCE: &str =
    "Runs are drawn by chance until one is found, and what does not matter is then left out of it, one step after another.";

/// A number of the question that the reader may choose.
struct Knob {
    label: &'static str,
    offers: &'static [u64],
    get: fn(&Search) -> u64,
    set: fn(&mut Search, u64),
}

/// What may happen in a run.
const FAULTS: &[Knob] = &[
    Knob {
        label: "Timeouts",
        offers: &[0, 1, 2, 3, 4, 5, ANY],
        get: |search| search.budget.fires.map_or(ANY, u64::from),
        set: |search, number| search.budget.fires = u8::try_from(number).ok(),
    },
    Knob {
        label: "Crashes",
        offers: &[0, 1, 2, 3],
        get: |search| search.budget.crashes.into(),
        set: |search, number| search.budget.crashes = small(number),
    },
    Knob {
        label: "Partitions",
        offers: &[0, 1, 2],
        get: |search| search.budget.partitions.into(),
        set: |search, number| search.budget.partitions = small(number),
    },
    Knob {
        label: "Lost messages",
        offers: &[0, 1, 2, 3],
        get: |search| search.budget.drops.into(),
        set: |search, number| search.budget.drops = small(number),
    },
    Knob {
        label: "Copied messages",
        offers: &[0, 1, 2, 3],
        get: |search| search.budget.duplicates.into(),
        set: |search, number| search.budget.duplicates = small(number),
    },
    Knob {
        label: "Freezes",
        offers: &[0, 1, 2],
        get: |search| search.budget.pauses.into(),
        set: |search, number| search.budget.pauses = small(number),
    },
];

/// How far it may go.
const BOUNDS: &[Knob] = &[
    Knob {
        label: "States at most",
        offers: &[10_000, 100_000, 1_000_000, 4_000_000],
        get: |search| search.limits.states_max,
        set: |search, number| search.limits.states_max = number,
    },
    Knob {
        label: "Steps at most",
        offers: &[5, 10, 15, 20, 30, ANY],
        get: |search| match search.limits.depth_max {
            u32::MAX => ANY,
            depth => u64::from(depth.saturating_sub(1)),
        },
        set: |search, number| search.limits.depth_max = u32::try_from(number).map_or(u32::MAX, |steps| steps.saturating_add(1)),
    },
];

fn small(number: u64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// The panel.
pub fn view(props: &PanelsProps) -> Html {
    let PanelsProps { run, explore, act, .. } = props;
    if run.challenge().is_some() {
        return html! { <p class="notice">{ "The Explorer rests while you are in a challenge: it would find the answer for you." }</p> };
    }
    let timeline = run.timeline();
    let algorithm = timeline.setup().algorithm;
    let Explore { search, from_here, asked } = &**explore;
    let is_running = asked.as_ref().is_some_and(|asked| asked.is_running);
    html! {
        <div class="explore">
            <div class="explore-ask">
                { aims(search, algorithm, act) }
                { beginnings(*from_here, timeline.now_us(), act) }
                { go(is_running, act) }
            </div>
            { outcome(asked.as_ref(), algorithm, act) }
            <details class="explore-may">
                <summary>{ "What may happen: " }<span>{ says::bounds(search) }</span></summary>
                <fieldset class="explore-grid" disabled={is_running}>
                    <legend class="sr-only">{ "What may happen in a run, at most" }</legend>
                    { for FAULTS.iter().map(|knob| number(knob, search, act)) }
                    { requests(search, algorithm.commands(), act) }
                    { choice("Messages", &["any order", "in order on each link", "again and again"], match search.network {
                        Network::Unordered => 0,
                        Network::Fifo => 1,
                        Network::Growing => 2,
                    }, search, act, |search, index| search.network = match index {
                        1 => Network::Fifo,
                        2 => Network::Growing,
                        _ => Network::Unordered,
                    }) }
                    { choice("Timers fire", &["at any moment", "shorter ones first"], usize::from(search.timers == Timers::InOrder), search, act,
                        |search, index| search.timers = if index == 1 { Timers::InOrder } else { Timers::Any }) }
                    { choice("How", &["every run, shortest first", "random runs, then shrunk"], usize::from(search.walks > 0), search, act,
                        |search, index| search.walks = if index == 1 { WALKS } else { 0 }) }
                    { for BOUNDS.iter().map(|knob| number(knob, search, act)) }
                </fieldset>
            </details>
            <p class="exhibit-note">{ meaning(search.aim, algorithm) }{ " " }{ if search.walks > 0 { BY_CHANCE } else { EVERYTHING } }</p>
        </div>
    }
}

/// Reports a changed question.
fn ask(search: &Search, act: &Callback<Action>, change: impl Fn(&mut Search, usize) + 'static) -> Callback<usize> {
    let search = search.clone();
    act.reform(move |index: usize| {
        let mut search = search.clone();
        change(&mut search, index);
        Action::Explore(Exploring::Ask(Box::new(search)))
    })
}

fn choice(
    label: &'static str,
    options: &[&'static str],
    chosen: usize,
    search: &Search,
    act: &Callback<Action>,
    set: fn(&mut Search, usize),
) -> Html {
    let options: Vec<AttrValue> = options.iter().map(|words| AttrValue::Static(words)).collect();
    pick(label, "", &options, chosen, ask(search, act, set))
}

fn number(knob: &'static Knob, search: &Search, act: &Callback<Action>) -> Html {
    let now = (knob.get)(search);
    let mut offers = knob.offers.to_vec();
    // An experiment may ask for another number.
    if !offers.contains(&now) {
        offers.push(now);
        offers.sort_unstable();
    }
    let chosen = offers.iter().position(|offer| *offer == now).unwrap_or(0);
    let names: Vec<AttrValue> =
        offers.iter().map(|offer| if *offer == ANY { "any".into() } else { words::thousands(*offer).into() }).collect();
    pick(knob.label, "", &names, chosen, ask(search, act, move |search, index| (knob.set)(search, offers.get(index).copied().unwrap_or(0))))
}

/// What clients ask: nothing, one command so many times, or what an experiment says.
fn requests(search: &Search, commands: &'static [CommandSpec], act: &Callback<Action>) -> Html {
    if commands.is_empty() {
        return Html::default();
    }
    let mut names: Vec<AttrValue> = vec!["none".into()];
    let mut offers: Vec<Vec<Client>> = vec![Vec::new()];
    for (command, spec) in (0u16..).zip(commands) {
        for times in 1..=REQUESTS_MAX {
            names.push(if times == 1 { spec.name.into() } else { format!("{times} × {}", spec.name).into() });
            offers.push((0..times).map(|id| client(id, command, spec)).collect());
        }
    }
    if !offers.contains(&search.clients) {
        names.push("as the experiment says".into());
        offers.push(search.clients.clone());
    }
    let chosen = offers.iter().position(|offer| *offer == search.clients).unwrap_or(0);
    let set = move |search: &mut Search, index: usize| search.clients = offers.get(index).cloned().unwrap_or_default();
    pick("Client requests", "", &names, chosen, ask(search, act, set))
}

/// A client that asks for one thing, of any node. Each has its own number to write.
fn client(id: u16, command: u16, spec: &CommandSpec) -> Client {
    let argument = |kind: &ArgumentKind| match kind {
        ArgumentKind::Number { max, default, .. } => Argument::Number((default + i64::from(id)).min(*max)),
        ArgumentKind::Text { default } => Argument::Text((*default).to_owned()),
    };
    let arguments = spec.arguments.iter().map(|(_, kind)| argument(kind)).collect();
    Client { id, requests: vec![Request { node: None, call: CommandCall { command, arguments } }] }
}

fn aims(search: &Search, algorithm: &dyn Algorithm, act: &Callback<Action>) -> Html {
    let (invariants, facts) = (algorithm.invariants(), algorithm.facts());
    let mut breaks: Vec<(Aim, String)> = vec![(Aim::AnyInvariant, "Any invariant breaks".to_owned())];
    breaks.extend((0u16..).zip(&invariants).map(|(index, info)| (Aim::Invariant(index), format!("{} breaks", words::title(info.name)))));
    let reaches: Vec<(Aim, String)> = (0u16..).zip(facts).map(|(index, info)| (Aim::Reach(index), words::title(info.name))).collect();
    let avoids: Vec<(Aim, String)> = match search.aim {
        aim @ Aim::Avoid { fact, within } => vec![(aim, format!("{}: not within {within} steps", says::fact_name(algorithm, fact)))],
        _ => Vec::new(),
    };
    let all: Vec<Aim> = breaks.iter().chain(&reaches).chain(&avoids).map(|(aim, _)| *aim).collect();
    let onset = ask(search, act, move |search, index| search.aim = all.get(index).copied().unwrap_or_default());
    let onchange = onset.reform(|event: Event| {
        let select: web_sys::HtmlSelectElement = event.target_unchecked_into();
        usize::try_from(select.selected_index()).unwrap_or(0)
    });
    let group = |label: &'static str, options: &[(Aim, String)]| {
        html! {
            if !options.is_empty() {
                <optgroup {label}>
                    { for options.iter().map(|(aim, words)| html! { <option selected={*aim == search.aim}>{ words }</option> }) }
                </optgroup>
            }
        }
    };
    html! {
        <label class="setting">
            { "Look for a run in which" }
            <select class="select" id="explore-aim" {onchange}>
                { group("Can it go wrong?", &breaks) }
                { group("Get me to", &reaches) }
                { group("Can it be put off?", &avoids) }
            </select>
        </label>
    }
}

/// What is looked for, in a sentence.
fn meaning(aim: Aim, algorithm: &dyn Algorithm) -> &'static str {
    match aim {
        Aim::AnyInvariant => "The shortest run, if there is one, that breaks any of the safety properties.",
        Aim::Invariant(index) => algorithm.invariants().get(usize::from(index)).map_or("", |info| info.sentence),
        Aim::Reach(_) => "The shortest run, if there is one, in which this comes true.",
        Aim::Avoid { .. } => "A run in which this does not come true in time, if there is one.",
    }
}

fn beginnings(from_here: bool, now_us: u64, act: &Callback<Action>) -> Html {
    let onset = act.reform(|index: usize| Action::Explore(Exploring::FromHere(index == 1)));
    let options = ["the beginning".into(), format!("this moment, {}", format_time(now_us)).into()];
    pick("Starting from", "", &options, usize::from(from_here), onset)
}

fn go(is_running: bool, act: &Callback<Action>) -> Html {
    let (class, sign, label, asks) = if is_running {
        ("btn btn-fault", "#i-close", "Stop", Exploring::Stop)
    } else {
        ("btn btn-main", "#i-search", "Search", Exploring::Start)
    };
    html! {
        <button {class} type="button" id="explore-go" onclick={act.reform(move |_: MouseEvent| Action::Explore(asks.clone()))}>
            { icon(sign) }{ label }
        </button>
    }
}

/// How far it is, and what came of it. Only what came of it is read out.
fn outcome(asked: Option<&Asked>, algorithm: &dyn Algorithm, act: &Callback<Action>) -> Html {
    let (tone, sentence) = asked.map_or((None, String::new()), |asked| sentence(asked, algorithm));
    let found = asked.is_some_and(|asked| asked.found().is_some());
    html! {
        <>
            <div class="explore-answer">
                <div role="status">
                    if !sentence.is_empty() {
                        <p class="notice" data-tone={tone}>{ sentence }</p>
                    }
                </div>
                if found {
                    <button class="btn btn-main" type="button" id="explore-open" onclick={act.reform(|_: MouseEvent| Action::Explore(Exploring::Open))}>
                        { icon("#i-play") }{ "Play this run" }
                    </button>
                }
            </div>
            if let Some(Asked { task: Task::Search(search), news: Some(News::Search(report)), elapsed_ms, is_running, .. }) = asked {
                { figures(search, report, *elapsed_ms, *is_running) }
                { report.map.as_ref().map(|map| states(map, act)) }
            }
        </>
    }
}

/// What is said, and in which tone.
fn sentence(asked: &Asked, algorithm: &dyn Algorithm) -> (Option<&'static str>, String) {
    match (&asked.task, &asked.news) {
        (_, Some(News::Refused(why))) => (Some("fault"), why.clone()),
        // A search is told of searches only.
        (_, None | Some(News::Thousand(_))) => (None, if asked.is_running { "Searching." } else { "Stopped." }.to_owned()),
        (Task::Search(search), Some(News::Search(report))) if report.is_over() => {
            let breaks = report.witness.as_ref().is_some_and(|witness| witness.invariant.is_some());
            (breaks.then_some("fault"), says::verdict(report, search, algorithm))
        }
        (Task::Search(_), Some(News::Search(report))) if !asked.is_running => {
            let visited = words::count(report.progress.distinct, "state");
            (None, format!("Stopped after {visited}. Nothing had been found until then; what was not visited may still hold it."))
        }
        (_, Some(News::Search(_))) => (None, "Searching.".to_owned()),
        (_, Some(News::Shrink(shrunk))) if shrunk.is_over => {
            (None, format!("{} of the {} in this run mattered.", shrunk.left, words::count(u64::from(shrunk.of), "action")))
        }
        (_, Some(News::Shrink(shrunk))) => {
            let what = if asked.is_running { "Leaving out what does not matter" } else { "Stopped" };
            (None, format!("{what}: {} of {} are left.", shrunk.left, words::count(u64::from(shrunk.of), "action")))
        }
    }
}

fn figures(search: &Search, report: &Report, elapsed_ms: f64, is_running: bool) -> Html {
    if let Some(chase) = &report.chase {
        return html! { <p class="exhibit-note">{ says::chase(chase) }</p> };
    }
    let progress = &report.progress;
    let rate = if elapsed_ms >= 1.0 { (progress.distinct as f64 * 1_000.0 / elapsed_ms) as u64 } else { progress.distinct };
    let kib = progress.memory_bytes >> 10;
    let memory = if kib < 10_240 { format!("{} KiB", words::thousands(kib)) } else { format!("{} MiB", words::thousands(kib >> 10)) };
    let row = |name: &'static str, value: String| html! { <div><dt>{ name }</dt><dd>{ value }</dd></div> };
    html! {
        <div class="explore-far">
            if is_running {
                <progress max={search.limits.states_max.to_string()} value={progress.distinct.to_string()} aria-label="States visited, of those allowed"/>
            }
            <dl>
                { row("distinct states", words::thousands(progress.distinct)) }
                { row("generated", words::thousands(progress.generated)) }
                { row("steps deep", words::thousands(u64::from(progress.depth.saturating_sub(1)))) }
                { row("states a second", words::thousands(rate)) }
                { row("of memory", memory) }
            </dl>
        </div>
    }
}

/// The states that were visited first, as a tree that can be walked over.
fn states(map: &Map, act: &Callback<Action>) -> Html {
    let shown = map.places.len() as u64;
    let says = if map.left_out == 0 {
        "All of the".to_owned()
    } else {
        format!("The first {shown} of the {}", words::thousands(shown + map.left_out))
    };
    html! {
        <details class="explore-states">
            <summary>{ format!("{says} states that were visited, and the steps between them") }</summary>
            <TreeChart tree={tree(map)} act={act.clone()} go={act.reform(|place| Action::Explore(Exploring::OpenPlace(place)))}/>
        </details>
    }
}

fn tree(map: &Map) -> Tree {
    let node = |(number, place): (usize, &Place)| TreeNode {
        depth: place.depth,
        label: place.ways.first().map_or("where it began", |way| way.after.as_str()).to_owned(),
        sign: if place.is_found { "!".to_owned() } else { number.to_string() },
        tone: if place.is_found { Tone::Bad } else { Tone::Neutral },
        details: format!("{}.", place.about),
        edges: place.ways.iter().map(|way| TreeEdge { from: way.from, label: way.step.clone(), step: None }).collect(),
    };
    Tree {
        title: "States",
        caption: "A column a step. A line leads from a state to what one step makes of it; several lines into one state are several orders of the same.",
        nodes: map.places.iter().enumerate().map(node).collect(),
        current: None,
        left_out: Vec::new(),
    }
}
