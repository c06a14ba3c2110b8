//! Captions: what just happened, said when it happens. Bound to facts of the run, so they follow a rewind.

use crate::lessons::{Caption, goal};
use crate::scenario::export::sentence;
use crate::sim::{Bindings, Timeline};
use crate::ui::svg;
use std::rc::Rc;
use yew::prelude::*;

/// A caption with its values filled in.
#[derive(Clone, PartialEq, Debug)]
pub struct Said {
    /// The sentence.
    pub text: AttrValue,
    /// When it came true, in virtual microseconds.
    pub time_us: u64,
    /// Whether it tells of a broken property.
    pub fault: bool,
    /// Whether time slows down for it.
    pub slow: bool,
}

/// The last thing worth a caption up to the present moment of the run.
pub fn latest(timeline: &Timeline, captions: &[Caption]) -> Option<Said> {
    let algorithm = timeline.setup().algorithm;
    let steps = timeline.step_count();
    let record = timeline.record();
    if let Some(violation) = record.violations.iter().rfind(|violation| violation.step < steps) {
        // A broken property is never talked over by something later, only by a rewind.
        return Some(Said { text: violation.broken.says.clone().into(), time_us: violation.time_us, fault: true, slow: false });
    }
    // The same fact may have a caption for each algorithm's bindings: the first that can be filled in counts.
    let find = |condition: &str, bindings: &Bindings, time_us: u64| {
        captions
            .iter()
            .filter(|caption| caption.when == condition)
            .find_map(|caption| Some(Said { text: caption.filled(bindings)?.into(), time_us, fault: false, slow: caption.slow }))
    };
    let facts = algorithm.facts();
    let fact = record
        .fired
        .iter()
        .rev()
        .filter(|fired| fired.step < steps)
        .find_map(|fired| find(facts.get(usize::from(fired.fact))?.name, &fired.bindings, fired.time_us));
    let deed = timeline
        .journal()
        .iter()
        .rev()
        .find_map(|entry| find(&format!("do:{}", goal::deed(&entry.what)), &Bindings::default(), entry.at.time_us));
    match (fact, deed) {
        (Some(fact), Some(deed)) => Some(if deed.time_us > fact.time_us { deed } else { fact }),
        (fact, deed) => fact.or(deed),
    }
}

/// What [`strip`] shows.
#[derive(PartialEq)]
pub struct CaptionStripProps {
    /// What just happened.
    pub said: Option<Said>,
    /// What stands there before anything has happened: the scenario's note.
    pub note: Rc<str>,
    /// Whether screen readers hear it as it changes.
    pub speaks: bool,
    /// The event that a step led to, for who cannot see it; empty while time passes.
    pub step: AttrValue,
}

/// The last event up to the present moment: "1.945 s: 2 hears from 0: heartbeat term 2". Empty before the first.
pub fn event_in_words(timeline: &Timeline) -> String {
    let steps = timeline.step_count();
    let last = timeline.record().trace.events().rev().find(|event| event.step + 1 == steps);
    last.map_or_else(String::new, |event| format!("{}: {}", super::format_time(event.time_us), sentence(timeline, event)))
}

/// The strip under the stage. Where it speaks, screen readers hear what the eye sees.
pub fn strip(props: &CaptionStripProps) -> Html {
    let (tone, icon) = match &props.said {
        Some(said) if said.fault => (Some("fault"), "#i-warn"),
        _ => (None, "#i-flag"),
    };
    let text = props.said.as_ref().map_or_else(|| AttrValue::from(Rc::clone(&props.note)), |said| said.text.clone());
    html! {
        <>
        <div class="caption" data-tone={tone}>
            { svg::icon(icon) }
            <span class="caption-words" role={props.speaks.then_some("status")}>
                // Keyed by its text, so that a new caption plays its entrance.
                <span key={text.to_string()} data-fresh="">{ text.clone() }</span>
            </span>
            if let Some(said) = &props.said {
                <span class="caption-time num">{ super::format_time(said.time_us) }</span>
            }
        </div>
        if props.speaks {
            <p class="sr-only" role="status">{ props.step.clone() }</p>
        }
        </>
    }
}
