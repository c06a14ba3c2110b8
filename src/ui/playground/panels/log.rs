//! The event log: what happened, at whom, and why. Knows no algorithm.

use super::{PanelsProps, words};
use crate::scenario::export::sentence;
use crate::sim::sorted::SortedSet;
use crate::sim::{Choice, Event, Intervention, MarkKind, NodeId, ParamKind, Timeline};
use crate::ui::action::Action;
use crate::ui::part::keyed;
use crate::ui::playground::format_time;
use crate::ui::run::Run;
use std::rc::Rc;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// Rows shown: the newest that pass the filter.
const LOG_ROWS: usize = 100;

/// What of the log a reader wants to see.
#[derive(Clone, PartialEq, Default)]
struct Filter {
    node: Option<NodeId>,
    /// Only faults, what was done by hand, and what the scrubber marks.
    marked: bool,
    /// In lower case; empty for all.
    text: String,
}

impl Filter {
    fn is_open(&self) -> bool {
        self == &Filter::default()
    }

    fn admits(&self, timeline: &Timeline, event: &Event, marks: &SortedSet<u64>) -> bool {
        let about = |node: NodeId| {
            event.actor == Some(node) || event.message.as_ref().is_some_and(|flight| flight.id.from == node || flight.id.to == node)
        };
        self.node.is_none_or(about)
            && (!self.marked || event.by_hand || marks.contains(&event.step))
            && (self.text.is_empty()
                || sentence(timeline, event).to_ascii_lowercase().contains(&self.text)
                || event.said.iter().any(|why| why.to_ascii_lowercase().contains(&self.text)))
    }
}

/// The log, the newest event first.
#[component]
pub fn Log(props: &PanelsProps) -> Html {
    let filter = use_state(Filter::default);
    let timeline = props.run.timeline();
    let steps = timeline.step_count();
    let record = timeline.record();
    let marks: SortedSet<u64> = if filter.marked { record.marks.iter().map(|mark| mark.step).collect() } else { SortedSet::new() };
    let rows: Vec<&Rc<Event>> =
        record.trace.events().rev().filter(|event| filter.is_open() || filter.admits(&timeline, event, &marks)).take(LOG_ROWS).collect();
    html! {
        <>
            { tools(&filter, timeline.clock().world().nodes()) }
            <p class="sr-only" role="status">{ newest_milestone(&timeline) }</p>
            if rows.is_empty() {
                <p class="exhibit-note">{ if steps == 0 { "Nothing has happened yet. Press play, or take one step." } else { "No event passes this filter. Widen it to see more." } }</p>
            }
            <ol class="log" reversed=true>
                { for rows.iter().map(|event| {
                    let violation = record.violations.iter().find(|violation| violation.step == event.step);
                    let broken = violation.map(|violation| AttrValue::from(violation.broken.says.clone()));
                    let current = event.step + 1 == steps;
                    keyed(event.step, RowProps { run: props.run.clone(), event: Rc::clone(event), current, broken, act: props.act.clone() }, row)
                }) }
            </ol>
            if rows.len() >= LOG_ROWS || record.trace.events().len() as u64 != steps {
                <p class="exhibit-note">
                    { format!("Shown are the last {LOG_ROWS} events at most; the run has {} up to here. Rewind to see earlier ones.", words::thousands(steps)) }
                </p>
            }
        </>
    }
}

/// What a screen reader is told while the log is open: milestones and violations, not each event.
fn newest_milestone(timeline: &Timeline) -> String {
    let (record, steps) = (timeline.record(), timeline.step_count());
    let newest = record.marks.iter().rfind(|mark| mark.step < steps && mark.kind != MarkKind::Fault);
    newest.and_then(|mark| record.trace.event(mark.step)).map_or_else(String::new, |event| sentence(timeline, event))
}

fn tools(filter: &UseStateHandle<Filter>, nodes: u16) -> Html {
    let change = |edit: fn(&mut Filter, String)| {
        let filter = filter.clone();
        move |value: String| {
            let mut next = (*filter).clone();
            edit(&mut next, value);
            filter.set(next);
        }
    };
    let of_select = |set: Box<dyn Fn(String)>| {
        Callback::from(move |event: web_sys::Event| set(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    let on_node = of_select(Box::new(change(|filter, value| filter.node = value.parse().ok().map(NodeId))));
    let on_marked = of_select(Box::new(change(|filter, value| filter.marked = !value.is_empty())));
    let set_text = change(|filter, value| filter.text = value.trim().to_ascii_lowercase());
    let on_text = Callback::from(move |event: InputEvent| set_text(event.target_unchecked_into::<HtmlInputElement>().value()));
    html! {
        <div class="log-tools" role="search" aria-label="Filter the log">
            <select class="select" aria-label="Which node" onchange={on_node}>
                <option value="" selected={filter.node.is_none()}>{ "all nodes" }</option>
                { for (0..nodes).map(|node| html! {
                    <option value={node.to_string()} selected={filter.node == Some(NodeId(node))}>{ format!("node {node}") }</option>
                }) }
            </select>
            <select class="select" aria-label="Which events" onchange={on_marked}>
                <option value="" selected={!filter.marked}>{ "all events" }</option>
                <option value="marked" selected={filter.marked}>{ "faults and decisions" }</option>
            </select>
            <input class="field" type="search" placeholder="words" aria-label="Words in the event" oninput={on_text}/>
        </div>
    }
}

struct RowProps {
    /// For the words of the event; an event never changes its words.
    run: Run,
    event: Rc<Event>,
    current: bool,
    broken: Option<AttrValue>,
    act: Callback<Action>,
}

impl PartialEq for RowProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.event, &other.event) && self.current == other.current && self.broken == other.broken
    }
}

/// One event. Rendered once, however often the log is.
fn row(props: &RowProps) -> Html {
    let event = &*props.event;
    let steps = event.step + 1;
    let fault = props.broken.is_some() || (event.by_hand && is_fault(&props.run, event));
    let go = format!("Go to step {}, at {}", event.step, format_time(event.time_us));
    html! {
        <li class="log-row" aria-current={props.current.then_some("true")} data-tone={fault.then_some("fault")}>
            <button class="log-time" type="button" aria-label={go} onclick={props.act.reform(move |_: MouseEvent| Action::SeekStep(steps))}>{ words::ms(event.time_us) }</button>
            <span class="log-who">{ event.actor.map_or_else(|| "–".to_owned(), |node| node.to_string()) }</span>
            <span class="log-what">
                { what(&props.run.timeline(), event) }
                { for event.said.iter().map(|why| html! { <span class="log-why">{ why }</span> }) }
                if let Intervention::Network { conditions: Some(conditions), .. } = &event.what {
                    <span class="log-why">{ words::conditions(conditions).into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ") }</span>
                }
                if event.by_hand { <span class="log-why">{ "by hand" }</span> }
                if let Some(broken) = &props.broken { <span class="log-why">{ "breaks a safety property: " }{ broken }</span> }
            </span>
        </li>
    }
}

/// Whether what was done by hand harms: a fault, or a rule switched off.
fn is_fault(run: &Run, event: &Event) -> bool {
    match &event.what {
        Intervention::Do(Choice::Param { index, value: 0 }) => {
            run.timeline().setup().algorithm.params().get(usize::from(*index)).is_some_and(|spec| spec.kind == ParamKind::Rule)
        }
        Intervention::Do(Choice::Restart(_) | Choice::Resume(_) | Choice::Mend { .. } | Choice::Heal) => false,
        Intervention::Do(choice) | Intervention::Scripted(choice, _) => choice.is_fault(),
        Intervention::Delay { .. } | Intervention::Hold(_) => true,
        Intervention::Release(_) | Intervention::Network { .. } | Intervention::Manual(_) => false,
    }
}

/// The sentence without the node that the column before it names.
fn what(timeline: &Timeline, event: &Event) -> String {
    let sentence = sentence(timeline, event);
    let named = event.actor.map(|node| format!("{node}: "));
    named.and_then(|named| sentence.strip_prefix(&named).map(str::to_owned)).unwrap_or(sentence)
}
