//! What the browser remembers for the reader: experiments reached, bets, answers. Corrupt or missing storage harms nothing.

use crate::sim::sorted::SortedMap;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// Names of everything that this site stores begin with this.
pub const PREFIX: &str = "faultline.";
const VERSION: u32 = 1;

/// A lesson's progress, as it is stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// Experiments whose goal was reached.
    pub reached: SortedMap<String, bool>,
    /// The reader's bet on an experiment.
    pub bets: SortedMap<String, u8>,
    /// The reader's last answer to a question.
    pub answers: SortedMap<String, u8>,
}

impl Default for Progress {
    fn default() -> Self {
        Progress { version: VERSION, reached: SortedMap::new(), bets: SortedMap::new(), answers: SortedMap::new() }
    }
}

fn storage() -> Option<web_sys::Storage> {
    // Browsers that block storage throw here; reading is then as if nothing was stored.
    web_sys::window()?.local_storage().ok()?
}

fn key(slug: &str) -> String {
    format!("{PREFIX}progress.{slug}")
}

/// The progress in a lesson; none if nothing readable is stored.
pub fn load(slug: &str) -> Progress {
    let read = || -> Option<Progress> {
        let text = storage()?.get_item(&key(slug)).ok()??;
        let value = js_sys::JSON::parse(&text).ok()?;
        let progress: Progress = serde_wasm_bindgen::from_value(value).ok()?;
        (progress.version == VERSION).then_some(progress)
    };
    read().unwrap_or_default()
}

/// Stores the progress in a lesson; says whether it could.
pub fn save(slug: &str, progress: &Progress) -> bool {
    let write = || -> Option<()> {
        let serializer = serde_wasm_bindgen::Serializer::json_compatible();
        let value: JsValue = progress.serialize(&serializer).ok()?;
        let text: String = js_sys::JSON::stringify(&value).ok()?.into();
        storage()?.set_item(&key(slug), &text).ok()
    };
    write().is_some()
}

/// Forgets everything that this site stores.
pub fn forget() {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or(0);
    let names: Vec<String> = (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect();
    for name in names.iter().filter(|name| name.starts_with(PREFIX)) {
        // A name that cannot be removed cannot be helped; the others still go.
        let _ = storage.remove_item(name);
    }
}
