//! What moves without an event: messages on their way and timers running out. Written straight to the elements once a frame,
//! because a frame without an event changes nothing else, and comparing whole trees for that would cost more than all the rest.

use super::geometry::{push_tenths, write_translate};
use super::picture::Picture;
use wasm_bindgen::JsCast;
use web_sys::Element;

/// Puts messages where they are at `now_us` and rings where they stand. The children of `messages` are those of the picture, in
/// its order, and so are the rings in `nodes`.
pub fn show(picture: &Picture, now_us: u64, messages: &Element, nodes: &Element) {
    let mut text = String::with_capacity(32);
    let mut next = messages.first_element_child();
    for message in &picture.messages {
        let Some(element) = next else { break };
        write_translate(&mut text, message.motion.place(now_us));
        // Attributes of these names can be set on any element.
        let _ = element.set_attribute("transform", &text);
        let solid = message.motion.tenths_solid(now_us);
        if solid < 10 {
            text.clear();
            push_tenths(&mut text, f32::from(solid) / 10.0);
            let _ = element.set_attribute("opacity", &text);
        } else if element.has_attribute("opacity") {
            let _ = element.remove_attribute("opacity");
        }
        next = element.next_element_sibling();
    }
    // The selector is a valid one.
    let Ok(rings) = nodes.query_selector_all(".node-timer") else { return };
    for (index, ring) in (0u32..).zip(&picture.rings) {
        let Some(element) = rings.get(index).and_then(|node| node.dyn_into::<Element>().ok()) else { break };
        text.clear();
        push_tenths(&mut text, ring.left(now_us) as f32 / 10.0);
        text.push_str(" 100");
        let _ = element.set_attribute("stroke-dasharray", &text);
    }
}
