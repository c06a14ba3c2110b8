//! What leaves the page: files to download, text to the clipboard. Knows no run.

use crate::ui::page;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Largest file that is read, in bytes. A text that fits but is too long for a link gets the link's own sentence.
const FILE_BYTES_MAX: f64 = 1_000_000.0;
/// How long a browser may take to begin a download before its source is given back, in milliseconds.
const DOWNLOAD_STARTS_MS: i32 = 10_000;

/// Saves `text` as a file of that name. The error is a sentence.
pub fn download(name: &str, mime: &str, text: &str) -> Result<(), &'static str> {
    try_download(name, mime, text).ok_or("Your browser refused the download. Allow downloads for this site and try again.")
}

fn try_download(name: &str, mime: &str, text: &str) -> Option<()> {
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &kind).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: HtmlAnchorElement = page::document()?.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // An address that was given back already needs nothing.
    let give_back = Closure::once_into_js(move || drop(Url::revoke_object_url(&address)));
    page::window()?.set_timeout_with_callback_and_timeout_and_arguments_0(give_back.unchecked_ref(), DOWNLOAD_STARTS_MS).ok().map(|_| ())
}

/// Puts `text` on the clipboard; says whether it is there. Without a secure context there is no clipboard to ask.
pub async fn copy(text: String) -> bool {
    let Some(navigator) = page::window().map(|window| window.navigator()) else { return false };
    let is_there = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard")).is_ok_and(|clipboard| clipboard.is_object());
    is_there && wasm_bindgen_futures::JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok()
}

/// The text of a file that the reader chose or dropped, unless it is longer than anything that this site saves. The error is a sentence.
pub async fn read(file: &Blob) -> Result<String, &'static str> {
    if file.size() > FILE_BYTES_MAX {
        return Err("This file is too large to have been saved by this site. Choose one that was.");
    }
    let text = wasm_bindgen_futures::JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string());
    text.ok_or("This file could not be read. Choose it again.")
}
