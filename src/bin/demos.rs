//! The program of the page of the eight fallacies: its demonstrations, and the engine. Empty on native targets.

#[cfg(target_arch = "wasm32")]
static TOPIC: faultline::topics::Topic = faultline::topics::fallacies::TOPIC;

#[cfg(target_arch = "wasm32")]
fn main() {
    faultline::ui::demos::mount(&TOPIC);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
