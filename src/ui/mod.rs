//! The page: Yew components over the engine. Knows all other modules; nothing knows it. Knows no algorithm by name.
//!
//! Pages are static files; this module brings their islands alive. One playground is one Yew root; what belongs to it but stands
//! in the prose (the experiments' controls) is rendered there through portals.

pub mod action;
pub mod ahead;
pub mod exhibits;
pub mod home;
pub mod measure;
pub mod memory;
pub mod page;
pub mod playground;
pub mod questions;
pub mod run;
pub mod svg;
pub mod tone;
pub mod worker;

use crate::topics::Topic;
use playground::{Playground, PlaygroundProps};
use std::rc::Rc;

/// Mounts the playground of a lesson's page. `topic` is what the lesson's program carries.
pub fn mount(topic: &'static Topic) {
    yew::set_custom_panic_hook(Box::new(|info| page::show_panic(&info.to_string())));
    let Some(root) = page::document().and_then(|document| document.get_element_by_id("playground")) else { return };
    match page::lesson() {
        Ok(Some(lesson)) if lesson.number != topic.number => page::show_panic(page::OTHER_VERSION),
        Ok(Some(lesson)) => {
            root.set_text_content(None);
            yew::Renderer::<Playground>::with_root_and_props(root, PlaygroundProps { lesson: Rc::new(lesson), topic }).render();
        }
        Ok(None) => {}
        Err(cause) => page::show_panic(&cause),
    }
}
