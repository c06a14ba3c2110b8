//! What a page of small demonstrations is given: for each the runs between which its reader chooses. Knows no algorithm.

use super::Caption;
pub use crate::scenario::measure::figures;
use serde::{Deserialize, Serialize};

/// All demonstrations of a page. Everything in it was checked when the page was written.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct DemoPage {
    /// Number of the topic whose algorithms they run.
    pub number: u8,
    /// Folder of their text, and of the page of the sandbox on which their runs open.
    pub slug: String,
    /// In the order of the prose.
    pub demos: Vec<Demo>,
    /// What a demonstration says when something happens; the first that fits counts.
    pub captions: Vec<Caption>,
}

/// One demonstration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Demo {
    /// Its place on the page.
    pub id: String,
    /// What it shows, in a few words.
    pub title: String,
    /// So many times slower than real time it plays.
    pub slowdown: u32,
    /// The moment at which its runs end, in virtual microseconds.
    pub until_us: u64,
    /// The same run under other rules; the first is the naive one.
    pub settings: Vec<Setting>,
}

/// A run of a demonstration.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Setting {
    /// What is different in it, in a word or two.
    pub name: String,
    /// One sentence on it.
    pub note: String,
    /// The scenario as the text of a link.
    pub link: String,
}
