//! What is selected, from the inside: a node's two stores, a message, a link, an event and what led to it. Knows no algorithm.

use super::{PanelsProps, words};
use crate::scenario::export::sentence;
use crate::sim::{Event, Field, Flight, MessageId, NodeId, NodeView, Status, Timeline, TimerSlot, World};
use crate::ui::action::{Action, Look, Selected};
use crate::ui::playground::format_time;
use crate::ui::svg::icon;
use crate::ui::tone::sign_name;
use std::rc::Rc;
use yew::prelude::*;

/// Nodes that get a button each; more are chosen from a list.
const BUTTONS_MAX: u16 = 24;
/// Links of a chain of causes that are shown.
const CAUSES_MAX: usize = 8;

/// All nodes at a glance, where nothing can be selected yet.
pub fn at_first(props: &PanelsProps) -> Html {
    let timeline = props.run.timeline();
    let world = timeline.clock().world();
    html! { <>{ who(world, &props.look, &props.act) }{ overview(world, &props.act) }</> }
}

/// What is selected, or all nodes at a glance.
pub fn panel(props: &PanelsProps) -> Html {
    let PanelsProps { run, look, act, .. } = props;
    let timeline = run.timeline();
    let world = timeline.clock().world();
    html! {
        <>
            { who(world, look, act) }
            { match look.selected {
                None => overview(world, act),
                Some(Selected::Node(node)) => view_node(&timeline, node, act),
                Some(Selected::Message(id)) => view_message(&timeline, id, act),
                Some(Selected::Link(a, b)) => view_link(&timeline, a, b, act),
                Some(Selected::Step(step)) => view_event(&timeline, step, look, act),
            } }
        </>
    }
}

// ---- choosing ----

/// The sign of a node: its role's, or that it is down or frozen.
fn sign(world: &World, node: NodeId) -> String {
    let tone = world.algorithm().role(world, node).unwrap_or_default().tone;
    format!("#role-{}", sign_name(tone, world.status(node)))
}

fn status_words(status: Status) -> &'static str {
    match status {
        Status::Up => "running",
        Status::Paused => "frozen",
        Status::Down => "down",
    }
}

fn who(world: &World, look: &Look, act: &Callback<Action>) -> Html {
    let chosen = match look.selected {
        Some(Selected::Node(node)) => Some(node),
        _ => None,
    };
    let nodes = (0..world.nodes()).map(NodeId);
    if world.nodes() > BUTTONS_MAX {
        let onchange = act.reform(|event: web_sys::Event| {
            let select: web_sys::HtmlSelectElement = event.target_unchecked_into();
            Action::Select(select.value().parse().ok().map(|node| Selected::Node(NodeId(node))))
        });
        return html! {
            <label class="setting">{ "Node" }
                <select class="select" {onchange}>
                    <option value="" selected={chosen.is_none()}>{ "choose one" }</option>
                    { for nodes.map(|node| html! { <option value={node.to_string()} selected={chosen == Some(node)}>{ node.to_string() }</option> }) }
                </select>
            </label>
        };
    }
    html! {
        <div class="who" role="group" aria-label="Node">
            { for nodes.map(|node| {
                let pressed = chosen == Some(node);
                let next = (!pressed).then_some(Selected::Node(node));
                html! {
                    <button class="btn" type="button" key={node.0} aria-pressed={if pressed { "true" } else { "false" }}
                        onclick={act.reform(move |_: MouseEvent| Action::Select(next))}>
                        <svg viewBox="-14 -14 28 28" aria-hidden="true"><use href={sign(world, node)}/></svg>{ node.to_string() }
                    </button>
                }
            }) }
        </div>
    }
}

/// All nodes, a line each, where nothing is selected.
fn overview(world: &World, act: &Callback<Action>) -> Html {
    let nodes = (0..world.nodes().min(BUTTONS_MAX)).map(NodeId);
    html! {
        <>
            <p class="exhibit-note">{ "Choose a node to see what is on its disk and in its memory. A message, a link or an event of the diagram can be chosen too." }</p>
            <table>
                <caption class="sr-only">{ "The nodes now" }</caption>
                <thead><tr><th scope="col">{ "Node" }</th><th scope="col">{ "Role" }</th><th scope="col">{ "Where it stands" }</th><th scope="col">{ "State" }</th></tr></thead>
                <tbody>{ for nodes.map(|node| {
                    let view = world.algorithm().view(world, node);
                    html! {
                        <tr key={node.0}>
                            <th scope="row">{ select_button(node.to_string(), Selected::Node(node), act) }</th>
                            <td>{ world.algorithm().role(world, node).map_or("none", |role| role.label) }</td>
                            <td>{ view.badge }</td>
                            <td>{ status_words(world.status(node)) }</td>
                        </tr>
                    }
                }) }</tbody>
            </table>
        </>
    }
}

fn select_button(words: impl Into<AttrValue>, what: Selected, act: &Callback<Action>) -> Html {
    html! { <button class="link-btn" type="button" onclick={act.reform(move |_: MouseEvent| Action::Select(Some(what)))}>{ words.into() }</button> }
}

/// Goes to the moment right after a step, and shows the step.
fn step_button(words: impl Into<AttrValue>, step: u64, act: &Callback<Action>) -> Html {
    let act = act.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        act.emit(Action::SeekStep(step + 1));
        act.emit(Action::Select(Some(Selected::Step(step))));
    });
    html! { <button class="link-btn" type="button" {onclick}>{ words.into() }</button> }
}

// ---- a node ----

fn view_node(timeline: &Timeline, node: NodeId, act: &Callback<Action>) -> Html {
    let clock = timeline.clock();
    let world = clock.world();
    if world.slot(node).is_none() {
        return html! { <p class="exhibit-note">{ "This run has no such node. Choose another one." }</p> };
    }
    let algorithm = world.algorithm();
    let (view, role, status) = (algorithm.view(world, node), algorithm.role(world, node).unwrap_or_default(), world.status(node));
    let before = clock.world_before(node).map(|before| algorithm.view(&before, node));
    let was = before.as_ref();
    let last = timeline.record().trace.events().rev().find(|event| event.actor == Some(node));
    html! {
        <>
            <p>
                <b>{ format!("Node {node}") }</b>
                { match status {
                    Status::Down => " is down.".to_owned(),
                    Status::Paused => format!(" is frozen: {}, {}. What reaches it waits.", role.label, view.badge),
                    Status::Up => format!(": {}, {}.", role.label, view.badge),
                } }
                if let Some(event) = last {
                    { " Its last step: " }
                    { select_button(format!("step {}", event.step), Selected::Step(event.step), act) }
                    { format!(", {}.", sentence(timeline, event)) }
                }
            </p>
            <div class="stores">
                <section class="store" data-kind="stable">
                    <h3 class="store-title">{ icon("#i-disk") }{ "On disk" }<small>{ "survives a crash" }</small></h3>
                    { fields(view.fields.iter().filter(|field| field.stable), was, "Nothing: this algorithm keeps nothing on disk.") }
                </section>
                { memory(&view, was, status) }
                { clock_and_timers(world, node) }
            </div>
            { meanings(if status == Status::Down { was.unwrap_or(&view) } else { &view }) }
        </>
    }
}

/// The volatile part; of a node that is down, what the crash took.
fn memory(view: &NodeView, was: Option<&NodeView>, status: Status) -> Html {
    let down = status == Status::Down;
    let shown = if down { was.map(|was| was.fields.as_slice()).unwrap_or_default() } else { &view.fields };
    let lost = down && shown.iter().any(|field| !field.stable);
    let (small, empty) = match (down, lost) {
        (false, _) => ("a crash takes this", "Nothing."),
        (true, true) => ("taken by the crash", ""),
        (true, false) => ("gone", "A node that is down has no memory. Restart it to see what it makes of its disk."),
    };
    html! {
        <section class="store" data-kind="volatile" data-lost={lost.then_some("")}>
            <h3 class="store-title">{ icon("#i-command") }{ "In memory" }<small>{ small }</small></h3>
            if lost { <p class="sr-only">{ "These values are lost:" }</p> }
            { fields(shown.iter().filter(|field| !field.stable), was, empty) }
        </section>
    }
}

fn fields<'a>(fields: impl Iterator<Item = &'a Field>, was: Option<&NodeView>, empty: &'static str) -> Html {
    let rows: Vec<Html> = fields
        .map(|field| {
            let old = was.and_then(|was| was.fields.iter().find(|old| old.name == field.name)).filter(|old| old.value != field.value);
            html! {
                <>
                    <dt title={field.help}>{ field.name }</dt>
                    if let Some(old) = old {
                        // Keyed by its value, so that a change is seen to arrive.
                        <dd><del>{ &old.value }</del><ins key={field.value.as_str()}>{ &field.value }</ins></dd>
                    } else {
                        <dd>{ &field.value }</dd>
                    }
                </>
            }
        })
        .collect();
    if rows.is_empty() {
        return html! { <p class="exhibit-note">{ empty }</p> };
    }
    html! { <dl class="fields">{ for rows }</dl> }
}

fn clock_and_timers(world: &World, node: NodeId) -> Html {
    let Some(slot) = world.slot(node) else { return Html::default() };
    let (now_us, drift_ppm) = (world.now_us(), slot.clock.drift_ppm);
    let runs = match drift_ppm {
        0 => "true to time".to_owned(),
        ppm => format!("{} {}", words::percent(ppm.unsigned_abs()), if ppm > 0 { "fast" } else { "slow" }),
    };
    let timers: Vec<Html> = slot.timers().map(|timer| timer_row(world, timer)).collect();
    let none = timers.is_empty();
    html! {
        <section class="store" data-kind="clock">
            <h3 class="store-title">{ icon("#i-clock") }{ "Clock and timers" }<small>{ format!("true time {}", format_time(now_us)) }</small></h3>
            <dl class="fields">
                <dt>{ "its clock shows" }</dt><dd>{ words::signed_time(slot.clock.read(now_us)) }</dd>
                <dt>{ "its clock runs" }</dt><dd>{ runs }</dd>
                { for timers }
            </dl>
            if none { <p class="exhibit-note">{ "No timer is armed." }</p> }
        </section>
    }
}

fn timer_row(world: &World, timer: &TimerSlot) -> Html {
    let name = world.algorithm().timer(timer.code).map_or("timer", |info| info.name);
    let when = match timer.due_us {
        u64::MAX => "when somebody fires it".to_owned(),
        due_us => format!("in {}, at {}", format_time(due_us.saturating_sub(world.now_us())), format_time(due_us)),
    };
    html! { <><dt>{ name }</dt><dd>{ when }</dd></> }
}

fn meanings(view: &NodeView) -> Html {
    if view.fields.is_empty() {
        return Html::default();
    }
    html! {
        <details class="meanings">
            <summary>{ "What these values are for" }</summary>
            <dl>{ for view.fields.iter().map(|field| html! { <><dt>{ field.name }</dt><dd>{ field.help }</dd></> }) }</dl>
        </details>
    }
}

// ---- a message ----

fn view_message(timeline: &Timeline, id: MessageId, act: &Callback<Action>) -> Html {
    if let Some(flight) = timeline.clock().world().flight(id) {
        return flying(timeline, flight, act);
    }
    let end = timeline.record().trace.events().rev().find(|event| event.message.as_ref().is_some_and(|flight| flight.id == id));
    match end {
        Some(event) => html! {
            <>
                <p class="exhibit-note">{ "This message is no longer under way. This is how it ended." }</p>
                { event_body(timeline, event, act) }
            </>
        },
        None => html! { <p class="exhibit-note">{ "This message is no longer under way. Choose another one on the stage." }</p> },
    }
}

fn flying(timeline: &Timeline, flight: &Flight, act: &Callback<Action>) -> Html {
    let world = timeline.clock().world();
    let (algorithm, payload, id) = (world.algorithm(), &*flight.payload, flight.id);
    let kind = algorithm.kinds().get(usize::from(algorithm.kind(payload)));
    let left = |until_us: u64| format!("{}, in {}", format_time(until_us), format_time(until_us.saturating_sub(world.now_us())));
    let (ends, when) = match flight.ends_us {
        u64::MAX => ("arrives", "when you release it".to_owned()),
        ends_us if flight.doomed || world.is_cut(id.from, id.to) => ("will be lost at", left(ends_us)),
        ends_us => ("arrives at", left(ends_us)),
    };
    html! {
        <>
            <h3>{ kind.map_or("Message", |kind| kind.name) }{ format!(", from {} to {}", id.from, id.to) }</h3>
            <p>{ algorithm.describe(payload) }</p>
            if let Some(kind) = kind { <p class="exhibit-note">{ kind.help }</p> }
            <dl class="fields">
                <dt>{ "size" }</dt><dd>{ words::count(u64::from(payload.wire_bytes()), "byte") }</dd>
                <dt>{ "sent" }</dt><dd>{ format!("{} in ", format_time(flight.sent_us)) }{ select_button(format!("step {}", flight.cause), Selected::Step(flight.cause), act) }</dd>
                <dt>{ ends }</dt><dd>{ when }</dd>
                <dt>{ "place on its link" }</dt><dd>{ place(id) }</dd>
            </dl>
        </>
    }
}

/// `number 3`, or which copy of it.
fn place(id: MessageId) -> String {
    match id.copy {
        0 => format!("number {}", id.k + 1),
        copy => format!("copy {copy} of number {}", id.k + 1),
    }
}

// ---- a link ----

fn view_link(timeline: &Timeline, a: NodeId, b: NodeId, act: &Callback<Action>) -> Html {
    html! {
        <>
            <h3>{ format!("The link between {a} and {b}") }</h3>
            <div class="stores">{ direction(timeline, a, b) }{ direction(timeline, b, a) }</div>
            <p class="exhibit-note">
                { "Its menu on the stage cuts and heals it. Its latency and losses are set under " }
                <button class="link-btn" type="button" onclick={act.reform(|_: MouseEvent| Action::Tab(crate::ui::action::Tab::Settings))}>{ "Settings" }</button>
                { ", where it can be chosen now." }
            </p>
        </>
    }
}

fn direction(timeline: &Timeline, from: NodeId, to: NodeId) -> Html {
    let clock = timeline.clock();
    let flying = clock.world().in_flight().filter(|flight| flight.id.from == from && flight.id.to == to).count();
    let small = if clock.world().is_cut(from, to) {
        "cut: nothing arrives"
    } else if clock.network().is_special(from, to) {
        "up, with conditions of its own"
    } else {
        "up"
    };
    html! {
        <section class="store" data-kind="stable">
            <h3 class="store-title">{ format!("{from} → {to}") }<small>{ small }</small></h3>
            <dl class="fields">
                <dt>{ "under way" }</dt><dd>{ flying.to_string() }</dd>
                { for words::conditions(clock.network().conditions(from, to)).into_iter().map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }
            </dl>
        </section>
    }
}

// ---- an event ----

fn view_event(timeline: &Timeline, step: u64, look: &Look, act: &Callback<Action>) -> Html {
    let Some(event) = timeline.record().trace.event(step) else {
        return html! {
            <p class="exhibit-note">
                { format!("Step {step} is not in memory at this moment. ") }{ step_button("Go there", step, act) }
            </p>
        };
    };
    let lit = look.cone == Some(step);
    html! {
        <>
            { event_body(timeline, event, act) }
            <button class="btn" type="button" aria-pressed={if lit { "true" } else { "false" }}
                onclick={act.reform(move |_: MouseEvent| Action::Cone((!lit).then_some(step)))}>
                { icon("#i-branch") }{ "Light up its past and future" }
            </button>
        </>
    }
}

fn event_body(timeline: &Timeline, event: &Rc<Event>, act: &Callback<Action>) -> Html {
    let chain = causes(timeline, event);
    html! {
        <>
            <h3>{ step_button(format!("Step {}", event.step), event.step, act) }{ format!(", at {}", format_time(event.time_us)) }</h3>
            <p><b>{ sentence(timeline, event) }</b></p>
            { for event.said.iter().map(|why| html! { <p>{ why }</p> }) }
            if event.by_hand { <p class="exhibit-note">{ "Done by hand, not by the cluster." }</p> }
            if event.sent > 0 { <p class="exhibit-note">{ format!("It sent {}.", words::count(u64::from(event.sent), "message")) }</p> }
            { match chain.first() {
                None if event.cause.is_some() => html! { <p class="exhibit-note">{ "What led to it is longer ago than memory reaches." }</p> },
                None => Html::default(),
                Some(_) => html! {
                    <ol class="chain" aria-label="What led to it">
                        { for chain.iter().map(|cause| html! {
                            <li key={cause.step}>{ "because of " }{ step_button(format!("step {}", cause.step), cause.step, act) }{ ": " }{ sentence(timeline, cause) }</li>
                        }) }
                        if chain.len() == CAUSES_MAX && chain.last().is_some_and(|last| last.cause.is_some()) { <li>{ "and so on, further back" }</li> }
                    </ol>
                },
            } }
        </>
    }
}

/// The causes of an event from the nearest, as far as they are kept.
fn causes(timeline: &Timeline, event: &Rc<Event>) -> Vec<Rc<Event>> {
    let trace = &timeline.record().trace;
    let up = |event: &Rc<Event>| trace.event(event.cause?).cloned();
    std::iter::successors(up(event), up).take(CAUSES_MAX).collect()
}
