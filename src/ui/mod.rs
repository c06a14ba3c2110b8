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
pub mod measure;
pub mod memory;
pub mod page;
pub mod part;
pub mod playground;
pub mod questions;
pub mod run;
pub mod svg;
pub mod tone;
pub mod worker;

use crate::lessons::LessonData;
use crate::topics::Topic;
use exhibits::Drawers;
use playground::{Playground, PlaygroundProps};
use std::rc::Rc;

/// What the program of a page can run and draw. Two are the same if they are of the same lesson.
pub struct Program {
    /// The lesson's algorithms.
    pub topic: Topic,
    /// What draws their exhibits.
    pub drawers: Drawers,
}

impl Program {
    /// That of a topic.
    pub const fn of(topic: Topic) -> Self {
        Program { drawers: Drawers::of(&topic), topic }
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.topic == other.topic
    }
}

/// Mounts the playground of a lesson's page, by the lesson's program.
pub fn mount(program: &'static Program) {
    yew::set_custom_panic_hook(Box::new(|info| page::show_panic(&info.to_string())));
    let Some(root) = page::document().and_then(|document| document.get_element_by_id("playground")) else { return };
    match page::data::<LessonData>() {
        Ok(Some(lesson)) if lesson.number != program.topic.number => page::show_panic(page::OTHER_VERSION),
        Ok(Some(lesson)) => {
            root.set_text_content(None);
            yew::Renderer::<Playground>::with_root_and_props(root, PlaygroundProps { lesson: Rc::new(lesson), program }).render();
        }
        Ok(None) => {}
        Err(cause) => page::show_panic(&cause),
    }
}
