//! What the browser remembers for the reader, by the names of its storage. Corrupt or missing storage harms nothing, and what this
//! version of the site cannot read is kept aside before anything is written in its place.

use crate::lessons::progress::{Backup, Progress};
use crate::sim::sorted::SortedMap;
use crate::ui::page;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
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

// Read and written by hand, by the names that serde has for them natively: its way through the browser's values, with its errors, took 12 KB of
// each lesson's first file.

/// A field of an object; `undefined` if it is not there.
fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// A whole number up to `most`.
fn number(value: &JsValue, most: u32) -> Option<u32> {
    value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(most)).contains(number)).map(|number| number as u32)
}

fn byte(value: &JsValue) -> Option<u8> {
    u8::try_from(number(value, u8::MAX.into())?).ok()
}

/// What `read` finds under each name of an object; nothing if there is no object, `None` if something else is there.
fn by_name<T: Clone>(value: &JsValue, read: fn(&JsValue) -> Option<T>) -> Option<SortedMap<String, T>> {
    let mut found = SortedMap::new();
    if value.is_undefined() {
        return Some(found);
    }
    let object: &Object = value.dyn_ref().filter(|_| !Array::is_array(value))?;
    for entry in Object::entries(object).iter() {
        found.insert(Reflect::get_u32(&entry, 0).ok()?.as_string()?, read(&Reflect::get_u32(&entry, 1).ok()?)?);
    }
    Some(found)
}

fn progress_of(value: &JsValue) -> Option<Progress> {
    let mut progress = Progress::of_version(number(&field(value, "version"), u32::MAX)?);
    progress.reached = by_name(&field(value, "reached"), JsValue::as_bool)?;
    progress.bets = by_name(&field(value, "bets"), byte)?;
    progress.answers = by_name(&field(value, "answers"), byte)?;
    Some(progress)
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A plain object takes any field.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn named<T: Clone>(values: &SortedMap<String, T>, value: fn(&T) -> JsValue) -> JsValue {
    object(&values.iter().map(|(name, one)| (name.as_str(), value(one))).collect::<Vec<_>>())
}

fn value_of(progress: &Progress) -> JsValue {
    object(&[
        ("version", progress.version().into()),
        ("reached", named(&progress.reached, |reached| (*reached).into())),
        ("bets", named(&progress.bets, |bet| (*bet).into())),
        ("answers", named(&progress.answers, |answer| (*answer).into())),
    ])
}

fn text_of(value: &JsValue) -> Option<String> {
    JSON::stringify(value).ok().map(String::from)
}

/// The text of a file of progress.
pub fn to_file(backup: &Backup) -> Option<String> {
    let (kind, version) = backup.head();
    text_of(&object(&[("kind", kind.into()), ("version", version.into()), ("lessons", named(&backup.lessons, value_of))]))
}

/// The file of progress of a text, if it is one.
pub fn from_file(text: &str) -> Option<Backup> {
    let value = JSON::parse(text).ok()?;
    let lessons = field(&value, "lessons");
    let lessons = by_name(&lessons, progress_of).filter(|_| !lessons.is_undefined())?;
    Some(Backup::read(field(&value, "kind").as_string()?, number(&field(&value, "version"), u32::MAX)?, lessons))
}

fn read(text: &str) -> Option<Progress> {
    progress_of(&JSON::parse(text).ok()?).filter(Progress::is_understood)
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
        storage.set_item(&name, &text_of(&value_of(progress))?).ok()
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
