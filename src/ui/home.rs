//! Marks of progress on the home page: one pip for each experiment of a lesson, filled when this browser remembers it as reached.

use crate::ui::memory;
use crate::ui::page;

/// Fills the pips of every lesson on the page.
pub fn show_progress() {
    for drawing in page::all("svg.topic-progress[data-lesson]") {
        let reached = memory::load(&drawing.get_attribute("data-lesson").unwrap_or_default()).reached.len();
        let pips = drawing.query_selector_all(".pip").ok();
        let count = pips.as_ref().map_or(0, web_sys::NodeList::length);
        for index in 0..count.min(u32::try_from(reached).unwrap_or(u32::MAX)) {
            use wasm_bindgen::JsCast;
            let pip = pips.as_ref().and_then(|pips| pips.item(index)?.dyn_into::<web_sys::Element>().ok());
            if let Some(pip) = pip {
                // The attribute name is a valid one, so this cannot fail.
                let _ = pip.set_attribute("data-on", "");
            }
        }
        let _ = drawing.set_attribute("aria-label", &format!("{reached} of {count} experiments reached"));
    }
}
