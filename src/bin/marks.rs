//! The program of pages without a playground: shows on them what this browser remembers. Empty on native targets.

#[cfg(target_arch = "wasm32")]
fn main() {
    faultline::ui::home::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
