//! What a reader may set: the algorithm's params and rules, the network, the cluster. Knows no algorithm by name.

use super::controls::{Reads, Slider, pick, switch};
use super::{PanelsProps, words};
use crate::sim::{Choice, Conditions, Intervention, Latency, NodeId, ParamKind, ParamSpec, Scope, World};
use crate::topics::Entry;
use crate::ui::action::{Action, Selected};
use crate::ui::svg::icon;
use yew::prelude::*;

/// Latencies that the sliders offer, in milliseconds; a run that has longer ones stretches them.
const LATENCY_MS_MAX: u64 = 1_000;
/// Parts per million in a percent.
const PERCENT_PPM: u32 = 10_000;
/// Bandwidths on offer, in bytes per second; 0 is without limit.
const BANDWIDTHS: &[u32] = &[0, 1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000];
/// Seeds that are drawn stay below this, so that they can be read out to somebody.
const SEED_DRAWN_MAX: u64 = 1_000_000;

/// All settings.
pub fn panel(props: &PanelsProps) -> Html {
    let PanelsProps { run, look, act, .. } = props;
    let timeline = run.timeline();
    let world = timeline.clock().world();
    let entry = run.scenario.entry().ok();
    let specs = timeline.setup().algorithm.params();
    let network = run.locks(&Intervention::Network { scope: Scope::Everywhere, conditions: None });
    let fixed = run.challenge().map(|_| "The cluster and its seed stay as they are in this challenge.".to_owned());
    let (rules, others): (Vec<_>, Vec<_>) = (0u16..).zip(specs).partition(|(_, spec)| spec.kind == ParamKind::Rule);
    html! {
        <div class="settings">
            if !rules.is_empty() {
                <fieldset>
                    <legend class="label">{ format!("Rules of {}", entry.map_or("the algorithm", |entry| entry.name)) }</legend>
                    { for rules.into_iter().map(|(index, spec)| lockable(run.locks(&set(index, 0)), param(index, spec, world, act))) }
                </fieldset>
            }
            if !others.is_empty() {
                <fieldset>
                    <legend class="label">{ "Parameters" }</legend>
                    { for others.into_iter().map(|(index, spec)| lockable(run.locks(&set(index, 0)), param(index, spec, world, act))) }
                </fieldset>
            }
            { lockable(network, html! { <NetworkSettings run={run.clone()} selected={look.selected} act={act.clone()}/> }) }
            <fieldset>
                <legend class="label">{ "Cluster" }</legend>
                { lockable(fixed, html! {
                    <>
                        if let Some(entry) = entry {
                            { nodes(entry, world.nodes(), act) }
                        }
                        <Seed seed={run.scenario.seed} act={act.clone()}/>
                    </>
                }) }
                <p class="exhibit-note">{ "These two start the run anew. All other settings take effect at this moment of the run, like anything else that you do to it." }</p>
            </fieldset>
        </div>
    }
}

fn set(index: u16, value: i64) -> Intervention {
    Intervention::Do(Choice::Param { index, value })
}

/// Controls that a challenge may lock: then they are off, and it is said why.
fn lockable(locked: Option<String>, controls: Html) -> Html {
    match locked {
        None => controls,
        Some(why) => html! {
            <fieldset class="locked" disabled=true>
                <p class="locked-why">{ icon("#i-lock") }{ why }</p>
                { controls }
            </fieldset>
        },
    }
}

fn param(index: u16, spec: &'static ParamSpec, world: &World, act: &Callback<Action>) -> Html {
    let value = world.params().get(index);
    let onset: Callback<i64> = act.reform(move |value| Action::Do(set(index, value)));
    match spec.kind {
        ParamKind::Range { min, max, step, unit } => html! {
            <Slider key={spec.name} label={spec.label} help={spec.help} {value} {min} {max} {step} {unit} {onset}/>
        },
        ParamKind::Choice(options) => {
            let options: Vec<AttrValue> = options.iter().map(|words| AttrValue::Static(words)).collect();
            let onset = onset.reform(|chosen| i64::try_from(chosen).unwrap_or(0));
            pick(spec.label, spec.help, &options, usize::try_from(value).unwrap_or(0), onset)
        }
        ParamKind::Toggle | ParamKind::Rule => {
            switch(spec.label, spec.help, value != 0, spec.kind == ParamKind::Rule, onset.reform(i64::from))
        }
    }
}

fn nodes(entry: &Entry, now: u16, act: &Callback<Action>) -> Html {
    let (min, _, max) = entry.nodes;
    if min == max {
        return html! { <p class="exhibit-note">{ format!("{} runs with {} here.", entry.name, words::count(u64::from(min), "node")) }</p> };
    }
    let onset: Callback<i64> = act.reform(|value| Action::Nodes(u16::try_from(value).unwrap_or(1)));
    html! {
        <Slider label="Nodes" value={i64::from(now)} min={i64::from(min)} max={i64::from(max)} step={1} {onset}/>
    }
}

#[derive(Properties, PartialEq)]
struct SeedProps {
    seed: u64,
    act: Callback<Action>,
}

/// The source of all luck: the same seed and the same deeds make the same run.
#[component]
fn Seed(props: &SeedProps) -> Html {
    let wrong = use_state(|| false);
    let onchange = {
        let (wrong, act) = (wrong.clone(), props.act.clone());
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<web_sys::HtmlInputElement>().value();
            let seed = text.trim().parse::<u64>();
            wrong.set(seed.is_err());
            if let Ok(seed) = seed {
                act.emit(Action::Seed(seed));
            }
        })
    };
    let draw = {
        let wrong = wrong.clone();
        props.act.reform(move |_: MouseEvent| {
            wrong.set(false);
            // The one place where the real world's luck comes in. Without it any seed will do.
            Action::Seed(getrandom::u64().unwrap_or_default() % SEED_DRAWN_MAX)
        })
    };
    html! {
        <>
            <label class="label" for="seed">{ "Seed" }</label>
            <div class="share-row">
                <input class="field" id="seed" inputmode="numeric" autocomplete="off" value={props.seed.to_string()} aria-invalid={wrong.then_some("true")} {onchange}/>
                <button class="btn" type="button" onclick={draw}>{ "New seed" }</button>
            </div>
            if *wrong {
                <p class="notice" data-tone="bad" role="alert">{ "A seed is a whole number from 0 up. Take one of up to 19 digits." }</p>
            }
        </>
    }
}

#[derive(Properties, PartialEq)]
struct NetworkProps {
    run: crate::ui::run::Run,
    selected: Option<Selected>,
    act: Callback<Action>,
}

/// How messages fare: everywhere, at one node, or on the link that is selected.
#[component]
fn NetworkSettings(props: &NetworkProps) -> Html {
    let chosen = use_state(|| Scope::Everywhere);
    let timeline = props.run.timeline();
    let network = timeline.clock().network();
    let scopes = scopes(timeline.clock().world().nodes(), props.selected);
    let at = scopes.iter().position(|scope| *scope == *chosen).unwrap_or(0);
    let scope = scopes.get(at).copied().unwrap_or(Scope::Everywhere);
    let now = *network.at(scope);
    let names: Vec<AttrValue> = scopes.iter().map(|scope| words::scope(*scope).into()).collect();
    let choose = Callback::from(move |index: usize| {
        if let Some(scope) = scopes.get(index) {
            chosen.set(*scope);
        }
    });
    let set: Callback<Conditions> = props.act.reform(move |conditions| network_action(scope, Some(conditions)));
    // Everywhere goes back to what the scenario started with, a narrower scope to the wider one.
    let back = match scope {
        Scope::Everywhere => (now != props.run.scenario.network).then_some(Some(props.run.scenario.network)),
        Scope::Node(_) | Scope::Link(..) => network.is_set(scope).then_some(None),
    };
    html! {
        <fieldset>
            <legend class="label">{ "Network" }</legend>
            { pick("Where", "", &names, at, choose) }
            <div key={at}>
                { latency(now, &set) }
                { rates(now, &set) }
                { bandwidth(now, &set) }
                { switch("First sent, first to arrive", "On: a message never overtakes one sent before it on the same link.", now.fifo, false,
                    set.reform(move |fifo| Conditions { fifo, ..now })) }
            </div>
            if let Some(conditions) = back {
                <button class="btn" type="button" onclick={props.act.reform(move |_: MouseEvent| network_action(scope, conditions))}>
                    { "As it was" }
                </button>
            }
        </fieldset>
    }
}

fn network_action(scope: Scope, conditions: Option<Conditions>) -> Action {
    Action::Do(Intervention::Network { scope, conditions })
}

fn scopes(nodes: u16, selected: Option<Selected>) -> Vec<Scope> {
    let mut scopes = vec![Scope::Everywhere];
    if let Some(Selected::Link(a, b)) = selected {
        scopes.extend([Scope::Link(a, b), Scope::Link(b, a)]);
    }
    scopes.extend((0..nodes).map(|node| Scope::Node(NodeId(node))));
    scopes
}

/// The kind of latency, and its one or two numbers.
fn latency(now: Conditions, set: &Callback<Conditions>) -> Html {
    let (kind, first_us, second_us) = match now.latency {
        Latency::Fixed(us) => (0, us, us),
        Latency::Uniform(low_us, high_us) => (1, low_us, high_us),
        Latency::Exponential(least_us, mean_us) => (2, least_us, mean_us),
    };
    let make = move |kind: usize, first_us: u64, second_us: u64| {
        let latency = match kind {
            0 => Latency::Fixed(first_us),
            1 => Latency::Uniform(first_us.min(second_us), first_us.max(second_us)),
            _ => Latency::Exponential(first_us, second_us),
        };
        Conditions { latency, ..now }
    };
    let kinds = ["always the same", "evenly between two", "now and then long"].map(AttrValue::Static);
    let max_ms = LATENCY_MS_MAX.max(first_us / 1_000).max(second_us / 1_000);
    let slider = |label: &'static str, us: u64, onset: Callback<u64>| {
        html! {
            <Slider {label} value={in_ms(us)} min={0} max={i64::try_from(max_ms).unwrap_or(i64::MAX)} step={1} unit="ms"
                onset={onset.reform(|ms: i64| u64::try_from(ms).unwrap_or(0) * 1_000)}/>
        }
    };
    let (label_first, label_second) = match kind {
        0 => ("It takes", None),
        1 => ("At least", Some("At most")),
        _ => ("At least", Some("And more, on average")),
    };
    html! {
        <>
            { pick("A message's latency is", "", &kinds, kind, set.reform(move |kind| make(kind, first_us, second_us))) }
            { slider(label_first, first_us, set.reform(move |us: u64| make(kind, us, second_us))) }
            if let Some(label) = label_second {
                { slider(label, second_us, set.reform(move |us: u64| make(kind, first_us, us))) }
            }
        </>
    }
}

fn in_ms(us: u64) -> i64 {
    i64::try_from(us / 1_000).unwrap_or(i64::MAX)
}

fn rates(now: Conditions, set: &Callback<Conditions>) -> Html {
    let slider = |label: &'static str, help: &'static str, ppm: u32, change: fn(&mut Conditions, u32)| {
        html! {
            <Slider {label} {help} value={i64::from(ppm)} min={0} max={1_000_000} step={i64::from(PERCENT_PPM)} reads={Reads::Percent}
                onset={set.reform(move |ppm: i64| {
                    let mut conditions = now;
                    change(&mut conditions, u32::try_from(ppm).unwrap_or(0));
                    conditions
                })}/>
        }
    };
    html! {
        <>
            { slider("Lost", "How many messages never arrive.", now.loss_ppm, |conditions, ppm| conditions.loss_ppm = ppm) }
            { slider("Arrive twice", "How many messages the network copies.", now.duplicate_ppm, |conditions, ppm| conditions.duplicate_ppm = ppm) }
            { slider("Fall behind", "How many messages take up to four times as long, so that later ones overtake them.", now.reorder_ppm,
                |conditions, ppm| conditions.reorder_ppm = ppm) }
        </>
    }
}

fn bandwidth(now: Conditions, set: &Callback<Conditions>) -> Html {
    let mut options = BANDWIDTHS.to_vec();
    // A run from elsewhere may have another one.
    if !options.contains(&now.bytes_per_s) {
        options.push(now.bytes_per_s);
    }
    let names: Vec<AttrValue> = options
        .iter()
        .map(|bytes| match bytes {
            0 => AttrValue::Static("no limit"),
            bytes => format!("{} bytes/s", words::thousands(u64::from(*bytes))).into(),
        })
        .collect();
    let at = options.iter().position(|bytes| *bytes == now.bytes_per_s).unwrap_or(0);
    pick(
        "Bandwidth of a link",
        "Messages wait in line until those before them are through.",
        &names,
        at,
        set.reform(move |index: usize| Conditions { bytes_per_s: options.get(index).copied().unwrap_or(0), ..now }),
    )
}
