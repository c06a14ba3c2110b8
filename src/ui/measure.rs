//! Sizes of elements, and places of pointers in them.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Until the element is measured.
const SIZE_AT_FIRST: (f32, f32) = (720.0, 280.0);

/// Inner width and height of an element in CSS pixels, as they are now. One that is hidden keeps its last size.
#[hook]
pub fn use_size(node: &NodeRef) -> (f32, f32) {
    let size = use_state_eq(|| SIZE_AT_FIRST);
    {
        let (node, size) = (node.clone(), size.clone());
        use_effect_with((), move |()| {
            let element = node.cast::<Element>();
            let measured = element.clone();
            let measure = move || {
                if let Some(element) = measured.as_ref().filter(|element| element.client_width() > 0 && element.client_height() > 0) {
                    size.set((element.client_width() as f32, element.client_height() as f32));
                }
            };
            measure();
            let on_resize = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(on_resize);
            }
        });
    }
    *size
}

/// A pointer's place in CSS pixels from the left upper corner of an element.
pub fn place_in(node: &NodeRef, event: &MouseEvent) -> Option<(f64, f64)> {
    let corner = node.cast::<Element>()?.get_bounding_client_rect();
    Some((f64::from(event.client_x()) - corner.left(), f64::from(event.client_y()) - corner.top()))
}
