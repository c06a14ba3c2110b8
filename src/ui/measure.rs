//! Sizes of elements, and places of pointers in them, in the units of what is drawn in them: CSS pixels, larger where all is shown
//! larger.

use crate::ui::page;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Of the stage until it is measured, and of all else: as they are beside a lesson on a usual screen, since that is what the page writer draws
///. Elsewhere the first picture is scaled.
pub const STAGE_AT_FIRST: (f32, f32) = (738.0, 277.0);
/// See [`STAGE_AT_FIRST`].
pub const SIZE_AT_FIRST: (f32, f32) = (738.0, 168.0);

/// Watches the size of an element for as long as it lives.
pub struct SizeWatch {
    observer: ResizeObserver,
    _on_resize: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Tells the inner width and height of `element`, now and whenever they change. One that is hidden keeps its last size.
    pub fn new(element: Element, tell: Callback<(f32, f32)>) -> Option<Self> {
        let measured = element.clone();
        let measure = move || {
            let (width, height) = (measured.client_width(), measured.client_height());
            if width > 0 && height > 0 {
                let scale = page::scale() as f32;
                tell.emit((width as f32 / scale, height as f32 / scale));
            }
        };
        measure();
        let on_resize = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
        observer.observe(&element);
        Some(SizeWatch { observer, _on_resize: on_resize })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Inner width and height of an element, as they are now.
#[hook]
pub fn use_size(node: &NodeRef) -> (f32, f32) {
    let size = use_state_eq(|| SIZE_AT_FIRST);
    {
        let (node, size) = (node.clone(), size.clone());
        use_effect_with((), move |()| {
            let watch = node.cast::<Element>().and_then(|element| SizeWatch::new(element, Callback::from(move |now| size.set(now))));
            move || drop(watch)
        });
    }
    *size
}

/// A pointer's place from the left upper corner of an element.
pub fn place_in(node: &NodeRef, event: &MouseEvent) -> Option<(f64, f64)> {
    let corner = node.cast::<Element>()?.get_bounding_client_rect();
    let scale = page::scale();
    Some(((f64::from(event.client_x()) - corner.left()) / scale, (f64::from(event.client_y()) - corner.top()) / scale))
}
