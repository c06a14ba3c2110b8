//! Sizes of elements, and places of pointers in them.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Width and height of an element in whole CSS pixels, kept up to date; zero before it is known.
#[hook]
pub fn use_size(node: &NodeRef) -> (u32, u32) {
    let size = use_state_eq(|| (0, 0));
    let (place, node) = (size.setter(), node.clone());
    use_effect_with((), move |()| {
        let observed = node.cast::<Element>().and_then(|element| {
            let measured = element.clone();
            let side = |length: i32| u32::try_from(length).unwrap_or(0);
            let callback = Closure::<dyn FnMut()>::new(move || place.set((side(measured.client_width()), side(measured.client_height()))));
            let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, callback))
        });
        move || {
            // The callback lives until the observer no longer calls it.
            if let Some((observer, _callback)) = observed {
                observer.disconnect();
            }
        }
    });
    *size
}

/// A pointer's place in CSS pixels from the left upper corner of an element.
pub fn place_in(node: &NodeRef, event: &MouseEvent) -> Option<(f64, f64)> {
    let corner = node.cast::<Element>()?.get_bounding_client_rect();
    Some((f64::from(event.client_x()) - corner.left(), f64::from(event.client_y()) - corner.top()))
}
