//! The static page around the islands: its lesson data, its address, its panic banner.

use crate::lessons::packed::unpack;
use crate::ui::action::Dock;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Window};

/// What the page says if its program was built for another.
pub const OTHER_VERSION: &str = "This page and its program are of different versions. Reload the page.";

/// Size of the text, in CSS pixels, at which drawings that are shown to a room are as large as on the page.
const PRESENTED_TEXT_PX: f64 = 14.0;
/// What the page says if the rest of its program does not come.
pub const NO_REST: &str = "The rest of the playground could not be loaded. Check the connection and try again, or reload the page.";

/// The page's window; none where the page writer draws.
pub fn window() -> Option<Window> {
    #[cfg(target_arch = "wasm32")]
    return web_sys::window();
    #[cfg(not(target_arch = "wasm32"))]
    return None;
}

/// The page's document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Makes room for what the program draws, where the page writer has drawn its first picture.
pub fn clear_stills() {
    for still in all("[data-still]") {
        still.set_text_content(None);
    }
}

/// Where the playground is.
pub fn playground() -> Option<Element> {
    document()?.get_element_by_id("playground")
}

/// What the page writer put into the page for its program.
pub fn data<T: DeserializeOwned>() -> Result<Option<T>, String> {
    let Some(element) = document().and_then(|document| document.get_element_by_id("page-data")) else { return Ok(None) };
    let text = element.text_content().unwrap_or_default();
    let value = js_sys::JSON::parse(&text).map_err(|_| "This page's data is damaged. Reload the page.".to_owned())?;
    value.as_string().and_then(|text| unpack(&text)).map(Some).ok_or_else(|| OTHER_VERSION.to_owned())
}

/// The addresses of what searches: the script that a worker begins with, the searcher's module, and what that instantiates.
pub fn searcher() -> Option<[String; 3]> {
    let document = document()?;
    let (body, base) = (document.body()?, document.base_uri().ok()??);
    let address = |name: &str| Some(web_sys::Url::new_with_base(&body.get_attribute(name)?, &base).ok()?.href());
    Some([address("data-worker")?, address("data-searcher")?, address("data-searcher-wasm")?])
}

/// The part of the address after `#`, if it names a run.
pub fn shared_run() -> Option<String> {
    let hash = window()?.location().hash().ok()?;
    hash.starts_with("#s=").then_some(hash)
}

/// The algorithm that the address asks for, by its name.
pub fn asked_algorithm() -> Option<String> {
    let hash = window()?.location().hash().ok()?;
    Some(hash.strip_prefix("#a=")?.to_owned())
}

/// How much of the playground shows at first: all of it inside another page or where it is alone, half of it to a reader who has asked for it already.
pub fn first_dock() -> Dock {
    let root = document().and_then(|document| document.document_element());
    let asked = playground().and_then(|playground| playground.get_attribute("data-dock"));
    match asked.as_deref() {
        _ if is_alone() || root.is_some_and(|root| root.has_attribute("data-embed")) => Dock::Full,
        Some("half") => Dock::Half,
        _ => Dock::Bar,
    }
}

/// Shows, or no longer, that something the reader did waits for a part of the program.
pub fn show_waiting(waits: bool) {
    if let Some(playground) = playground() {
        // The attribute name is a valid one, so this cannot fail.
        let _ = playground.toggle_attribute_with_force("data-waiting", waits);
    }
}

/// Whether the playground is all that the page has.
fn is_alone() -> bool {
    !all(".sandbox").is_empty()
}

/// How many CSS pixels a unit of a drawing takes: one, and where the page is shown to a room as much more as its text is larger.
pub fn scale() -> f64 {
    let presented = || {
        let root = document()?.document_element().filter(|root| root.has_attribute("data-present"))?;
        let size = window()?.get_computed_style(&root).ok()??.get_property_value("font-size").ok()?;
        // The browser's own: it reads a number up to where it ends, and Rust's would be thirteen kilobytes of the program.
        Some(js_sys::parse_float(&size) / PRESENTED_TEXT_PX)
    };
    presented().filter(|scale| *scale > 0.0).unwrap_or(1.0)
}

/// Whether the reader wants as little motion as possible.
pub fn reduced_motion() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Whether this is the Escape key, pressed in the playground and not used up by what has the focus.
pub fn is_escape_in_playground(event: &web_sys::Event) -> bool {
    let Some(key) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return false };
    let inside = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("#playground").ok()?);
    key.key() == "Escape" && !event.default_prevented() && inside.is_some()
}

/// All elements that match a selector.
pub fn all(selector: &str) -> Vec<Element> {
    let Some(list) = document().and_then(|document| document.query_selector_all(selector).ok()) else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

/// Puts the keyboard's focus on an element, be it of the page or of a picture.
pub fn focus(element: &Element) {
    // An element that cannot take the focus leaves it where it was.
    let _ = match element.dyn_ref::<web_sys::SvgElement>() {
        Some(element) => element.focus(),
        None => element.dyn_ref::<web_sys::HtmlElement>().map_or(Ok(()), web_sys::HtmlElement::focus),
    };
}

/// Scrolls something into view, gently unless the reader wants no motion.
pub fn scroll_to(element: &Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_behavior(if reduced_motion() { web_sys::ScrollBehavior::Auto } else { web_sys::ScrollBehavior::Smooth });
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Goes back to the top of what scrolls by itself and has that id.
pub fn show_top_of(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        element.set_scroll_top(0);
    }
}

/// Shows the banner that stands outside everything that may have failed. Its ways on work without the program (`assets/start.js`).
pub fn show_panic(cause: &str) {
    let Some(document) = document() else { return };
    let Some(banner) = document.get_element_by_id("panic") else { return };
    if let Some(place) = document.get_element_by_id("panic-cause") {
        place.set_text_content(Some(cause));
    }
    // What fails here fails while all else has failed already.
    let _ = banner.remove_attribute("hidden");
}
