//! Captions: what just happened, said when it happens. Bound to facts of the run, so they follow a rewind.

use crate::lessons::{Caption, goal};
use crate::sim::{Bindings, Timeline};
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

/// Fills the names in braces of `template`. `{node}` is the first node the bindings are about.
fn fill(template: &str, bindings: &Bindings) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        match bindings.values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => text.push_str(value),
            None if name == "node" => text.push_str(&bindings.nodes.first().map(ToString::to_string).unwrap_or_default()),
            None if name == "other" => text.push_str(&bindings.nodes.get(1).map(ToString::to_string).unwrap_or_default()),
            None => {}
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The last thing worth a caption up to the present moment of the run.
pub fn latest(timeline: &Timeline, captions: &[Caption]) -> Option<Said> {
    let algorithm = timeline.setup().algorithm;
    let steps = timeline.step_count();
    let record = timeline.record();
    let find = |condition: &str| captions.iter().find(|caption| caption.when == condition);

    if let Some(violation) = record.violations.iter().rfind(|violation| violation.step < steps) {
        // A broken property is never talked over by something later, only by a rewind.
        return Some(Said { text: violation.broken.says.clone().into(), time_us: violation.time_us, fault: true, slow: false });
    }
    let facts = algorithm.facts();
    let fact = record.fired.iter().rev().filter(|fired| fired.step < steps).find_map(|fired| {
        let name = facts.get(usize::from(fired.fact))?.name;
        // Algorithms may have a fact of the same name and bind less to it: a caption fits if it can be filled in.
        let caption = captions.iter().find(|caption| caption.when == name && caption.fits(&fired.bindings))?;
        Some(Said { text: fill(&caption.say, &fired.bindings).into(), time_us: fired.time_us, fault: false, slow: caption.slow })
    });
    let deed = timeline.journal().iter().rev().find_map(|entry| {
        let caption = find(&format!("do:{}", goal::deed(&entry.what)))?;
        let bindings = Bindings::default();
        Some(Said { text: fill(&caption.say, &bindings).into(), time_us: entry.at.time_us, fault: false, slow: caption.slow })
    });
    match (fact, deed) {
        (Some(fact), Some(deed)) => Some(if deed.time_us > fact.time_us { deed } else { fact }),
        (fact, deed) => fact.or(deed),
    }
}

/// Properties of [`CaptionStrip`].
#[derive(Properties, PartialEq)]
pub struct CaptionStripProps {
    /// What just happened.
    pub said: Option<Said>,
    /// What stands there before anything has happened: the scenario's note.
    pub note: Rc<str>,
}

/// The strip between stage and diagram. A live region: screen readers hear what the eye sees.
#[component]
pub fn CaptionStrip(props: &CaptionStripProps) -> Html {
    let (tone, icon) = match &props.said {
        Some(said) if said.fault => (Some("fault"), "#i-warn"),
        _ => (None, "#i-flag"),
    };
    let text = props.said.as_ref().map_or_else(|| AttrValue::from(Rc::clone(&props.note)), |said| said.text.clone());
    html! {
        <div class="caption" role="status" data-tone={tone}>
            <svg class="icon" aria-hidden="true"><use href={icon}/></svg>
            // Keyed by its text, so that a new caption plays its entrance.
            <span key={text.to_string()} data-fresh="">{ text.clone() }</span>
            if let Some(said) = &props.said {
                <span class="caption-time num">{ super::format_time(said.time_us) }</span>
            }
        </div>
    }
}
