//! The page: Yew components over the engine. Knows all other modules; nothing knows it. Knows no algorithm by name.
//!
//! Pages are static files; this module brings their islands alive. One playground is one Yew root; what belongs to it but stands
//! in the prose (experiments, questions) is rendered there through portals.

pub mod action;
pub mod playground;
pub mod run;
