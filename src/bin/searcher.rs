//! The program that a worker runs: searches of any lesson, off the page's thread, with all algorithms. Empty on native targets.

#[cfg(target_arch = "wasm32")]
fn main() {
    faultline::ui::worker::serve(faultline::topics::TOPICS);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
