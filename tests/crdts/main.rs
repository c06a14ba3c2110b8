//! The replicas of lesson 16: what holds under any faults, what each rule protects, what the Explorer finds, and the text beside a naive one.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod explorer;
mod run;
mod schedules;
mod text;
mod types;
