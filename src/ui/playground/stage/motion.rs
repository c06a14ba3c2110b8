//! What moves without an event: messages on their way and timers running out. Written straight to the elements once a frame,
//! because a frame without an event changes nothing else, and comparing whole trees for that would cost more than all the rest.

use super::geometry::{Point, push_tenths};
use super::picture::Picture;
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgGraphicsElement};
use yew::Html;

/// Puts messages where they are at `now_us` and rings where they stand. The children of `messages` are those of the picture, in
/// its order, and so are those of `nodes`.
pub fn show(picture: &Picture, now_us: u64, messages: &Element, nodes: &Element) {
    let mut text = String::with_capacity(16);
    let mut next = messages.first_element_child();
    for message in &picture.messages {
        let Some(element) = next else { break };
        let place = message.motion.place(now_us);
        // As numbers: two strings for each message in each frame would cost most of the frame. All children are drawn things,
        // and each begins its life with a transform.
        if let Ok(transform) = element.unchecked_ref::<SvgGraphicsElement>().transform().base_val().get_item(0) {
            let _ = transform.set_translate(place.x, place.y);
        }
        if message.motion.fades {
            text.clear();
            push_tenths(&mut text, f32::from(message.motion.tenths_solid(now_us)) / 10.0);
            // An attribute of this name can be set on any element.
            let _ = element.set_attribute("opacity", &text);
        }
        next = element.next_element_sibling();
    }
    let mut next = nodes.first_element_child();
    for ring in &picture.rings {
        let Some(element) = next else { break };
        if let (Some(ring), Some(timer)) = (ring, ring.and_then(|_| timer(&element))) {
            text.clear();
            push_tenths(&mut text, ring.left(now_us) as f32 / 10.0);
            text.push_str(" 100");
            let _ = timer.set_attribute("stroke-dasharray", &text);
        }
        next = element.next_element_sibling();
    }
}

/// A message that begins its life at a place. In a browser it is put there once it is drawn; a first picture has nobody who would.
#[cfg(target_arch = "wasm32")]
pub fn placed(message: Html, _: Point) -> Html {
    message
}

/// A message that begins its life at a place.
#[cfg(not(target_arch = "wasm32"))]
pub fn placed(message: Html, place: Point) -> Html {
    yew::html! { <g transform={super::geometry::translate(place)}>{ message }</g> }
}

/// The ring of a node that has one: its fourth child.
fn timer(node: &Element) -> Option<Element> {
    node.first_element_child()?.next_element_sibling()?.next_element_sibling()?.next_element_sibling()
}
