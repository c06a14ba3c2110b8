//! The page: Yew components over the engine. Knows all other modules; nothing knows it. Knows no algorithm by name.
//!
//! Pages are static files; this module brings their islands alive. One playground is one Yew root; what belongs to it but stands
//! in the prose (the experiments' controls) is rendered there through portals.

pub mod action;
pub mod ahead;
pub mod demos;
pub mod el;
pub mod exhibits;
pub mod files;
pub mod home;
pub mod maths;
pub mod measure;
pub mod memory;
pub mod page;
pub mod part;
pub mod playground;
pub mod questions;
pub mod rest;
pub mod run;
#[cfg(not(target_arch = "wasm32"))]
pub mod still;
pub mod svg;
pub mod tone;
pub mod worker;

use crate::lessons::LessonData;
use playground::{Playground, PlaygroundProps};
use rest::{Program, Rest};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

/// Mounts the playground of a lesson's page, by the lesson's program.
pub fn mount(program: &'static Program) {
    yew::set_custom_panic_hook(Box::new(|info| page::show_panic(&info.to_string())));
    let Some(root) = page::playground() else { return };
    match page::data::<LessonData>() {
        Ok(Some(lesson)) if lesson.number != program.topic.number => page::show_panic(page::OTHER_VERSION),
        Ok(Some(lesson)) if can_begin(&lesson, program) => render(root, lesson, program, None),
        Ok(Some(lesson)) => spawn_local(async move {
            match (program.fetch)().await {
                Some(rest) => render(root, lesson, program, Some(rest)),
                None => page::show_panic(page::NO_REST),
            }
        }),
        Ok(None) => {}
        Err(cause) => page::show_panic(&cause),
    }
}

/// Whether a page can begin without the rest of its program: with the lesson's first run, of the first algorithm.
fn can_begin(lesson: &LessonData, program: &'static Program) -> bool {
    page::shared_run().is_none() && page::asked_algorithm().is_none() && playground::first_run(lesson, program).is_some()
}

fn render(root: Element, lesson: LessonData, program: &'static Program, rest: Option<&'static Rest>) {
    page::clear_stills();
    yew::Renderer::<Playground>::with_root_and_props(root, PlaygroundProps { lesson: Rc::new(lesson), program, rest }).render();
}
