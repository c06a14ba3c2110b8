//! The lesson's filters: what holds under any faults, what each rule protects, and how measurements stand beside theory.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod caches;
mod files;
mod filters;
mod run;
mod sketches;
