//! Finds the islands on the page and mounts them. Empty on native targets, where there is no page.

#[cfg(target_arch = "wasm32")]
fn main() {
    faultline::ui::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
