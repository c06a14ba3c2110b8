//! What the browser remembers for the reader, by the names of its storage. Corrupt or missing storage harms nothing, and what this
//! version of the site cannot read is kept aside before anything is written in its place.

use crate::lessons::progress::Progress;
use crate::sim::sorted::SortedMap;
use crate::ui::page;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use web_sys::Storage;

/// The lesson in which the reader did something last. As all that this site stores, its name begins with `faultline.`: what does is
/// forgotten where a page has broken (`assets/start.js`).
const LAST: &str = "faultline.last";
const PROGRESS: &str = "faultline.progress.";
/// Before the name of a text that could not be read and made room for another.
const UNREAD: &str = "faultline.unread.";

fn storage() -> Option<Storage> {
    // Browsers that block storage throw here; reading is then as if nothing was stored.
    page::window()?.local_storage().ok()?
}

/// What a JSON text says, if it says that.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_wasm_bindgen::from_value(js_sys::JSON::parse(text).ok()?).ok()
}

/// The JSON text of a value.
pub fn to_json<T: Serialize>(value: &T) -> Option<String> {
    let value: JsValue = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    js_sys::JSON::stringify(&value).ok().map(String::from)
}

fn read(text: &str) -> Option<Progress> {
    from_json(text).filter(Progress::is_understood)
}

/// Whether something is stored of a lesson, be it readable or not.
pub fn has_progress(slug: &str) -> bool {
    storage().is_some_and(|storage| storage.get_item(&format!("{PROGRESS}{slug}")).is_ok_and(|text| text.is_some()))
}

/// The progress in a lesson; none if nothing readable is stored.
pub fn load(slug: &str) -> Progress {
    let stored = || read(&storage()?.get_item(&format!("{PROGRESS}{slug}")).ok()??);
    stored().unwrap_or_default()
}

/// The progress in all lessons that it is stored of, by their folders.
pub fn load_all() -> SortedMap<String, Progress> {
    let mut lessons = SortedMap::new();
    for name in storage().iter().flat_map(names) {
        if let Some(slug) = name.strip_prefix(PROGRESS) {
            lessons.insert(slug.to_owned(), load(slug));
        }
    }
    lessons
}

/// Stores the progress in a lesson; says whether it could.
pub fn save(slug: &str, progress: &Progress) -> bool {
    let write = || -> Option<()> {
        let (storage, name) = (storage()?, format!("{PROGRESS}{slug}"));
        if let Some(old) = storage.get_item(&name).ok()?.filter(|old| read(old).is_none()) {
            storage.set_item(&format!("{UNREAD}{slug}"), &old).ok()?;
        }
        storage.set_item(&name, &to_json(progress)?).ok()
    };
    write().is_some()
}

/// The folder of the lesson in which the reader did something last.
pub fn last() -> Option<String> {
    storage()?.get_item(LAST).ok()?
}

/// Notes that the reader does something in a lesson.
pub fn visit(slug: &str) {
    // Where nothing can be stored there is nothing to go back to.
    let _ = storage().map(|storage| storage.set_item(LAST, slug));
}

/// Forgets the progress in all lessons, and where the reader was.
pub fn forget_progress() {
    remove(|name| name == LAST || name.starts_with(PROGRESS) || name.starts_with(UNREAD));
}

fn remove(goes: impl Fn(&str) -> bool) {
    let Some(storage) = storage() else { return };
    for name in names(&storage).iter().filter(|name| goes(name)) {
        // A name that cannot be removed cannot be helped; the others still go.
        let _ = storage.remove_item(name);
    }
}

fn names(storage: &Storage) -> Vec<String> {
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect()
}
