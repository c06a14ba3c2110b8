//! Whether a history of registers is one that a consistency model admits, with an order that shows it or the operations that offend.
//! Knows no algorithm.
//!
//! A model is a promise about *views*: orders of operations in which every read returns the value written last. What tells models apart
//! is who needs a view of which operations, and what order the view must keep ([`model`]). One search finds views for all of them
//! ([`search`]); [`judge`] asks it and explains a refusal. [`text`] is the line format, [`watch`] notes the history of a run.

pub mod judge;
pub mod model;
mod search;
pub mod text;
pub mod watch;

pub use crate::sim::{Access, Call, History};
pub use judge::{Refusal, Verdict, View, judge};
pub use model::Model;
pub use text::parse;
pub use watch::Watch;
