//! Opening a run that goes on for a while: replayed in slices, so that the page never freezes, and compared at its end.

use crate::scenario::link::Source;
use crate::scenario::{ENGINE_VERSION, Moment, Scenario};
use crate::sim::{Error, Timeline};
use crate::ui::action::Action;
use crate::ui::files;
use crate::ui::page;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::DragEvent;
use yew::Callback;

/// Events replayed in one frame.
const EVENTS_PER_SLICE: u32 = 10_000;

/// A replay under way to the moment that a scenario names.
pub struct Opening {
    moment: Moment,
}

impl Opening {
    /// The replay that a scenario asks for; none if it opens at its beginning.
    pub fn new(scenario: &Scenario) -> Option<Self> {
        (scenario.moment.at.time_us > 0).then_some(Opening { moment: scenario.moment })
    }

    /// Replays a slice; says whether it got there.
    pub fn go_on(&mut self, timeline: &mut Timeline) -> Result<bool, Error> {
        let before_us = self.moment.at.time_us.saturating_sub(1);
        if !timeline.play_to(before_us, EVENTS_PER_SLICE)? {
            return Ok(false);
        }
        timeline.seek_at(self.moment.at)?;
        Ok(true)
    }

    /// How far it has got.
    pub fn percent(&self, timeline: &Timeline) -> u64 {
        timeline.now_us() * 100 / self.moment.at.time_us.max(1)
    }

    /// What the reader must know of the replay's end: nothing, if it ended as it ended before.
    pub fn verdict(&self, timeline: &Timeline) -> Option<String> {
        let (version, fingerprint) = self.moment.fingerprint?;
        if timeline.skipped() > 0 {
            return Some(format!("{} of the things done in this run could not be done again; the rest is as it was.", timeline.skipped()));
        }
        if fingerprint == timeline.clock().fingerprint() {
            return None;
        }
        Some(if version == ENGINE_VERSION {
            "This run does not end as it did when it was shared. You see the same actions replayed; treat what was said about them with care.".to_owned()
        } else {
            format!(
                "This run was recorded with version {version} of the engine; with version {ENGINE_VERSION} it goes differently. You see the same actions replayed."
            )
        })
    }
}

/// Tells that the reader touches the playground: with a pointer, be it only above it, or with the keyboard.
pub fn touch_listeners(touched: &Callback<()>) -> Vec<EventListener> {
    let Some(root) = page::playground() else { return Vec::new() };
    let listener = |kind| {
        let touched = touched.clone();
        EventListener::new(&root, kind, move |_| touched.emit(()))
    };
    ["pointerenter", "pointerdown", "focusin"].into_iter().map(listener).collect()
}

/// Lets files be dropped on the page: a scenario file opens in the playground.
pub fn file_listeners(act: Callback<Action>) -> Vec<EventListener> {
    let Some(document) = page::document() else { return Vec::new() };
    let options = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(&document, "dragover", options, |event| {
        if dropped(event).is_some() {
            event.prevent_default();
        }
    });
    let drop = EventListener::new_with_options(&document, "drop", options, move |event| {
        let Some(file) = dropped(event).and_then(|dropped| dropped.item(0)) else { return };
        event.prevent_default();
        let act = act.clone();
        wasm_bindgen_futures::spawn_local(async move {
            act.emit(match files::read(&file).await {
                Ok(text) => Action::OpenText(text, Source::File),
                Err(why) => Action::Notice(Some(why.to_owned())),
            });
        });
    });
    vec![over, drop]
}

fn dropped(event: &web_sys::Event) -> Option<web_sys::FileList> {
    let transfer = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    let has_files = transfer.types().iter().any(|kind| kind == "Files");
    if has_files { transfer.files() } else { None }
}
