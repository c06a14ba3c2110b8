//! Finds the islands on the page and mounts them. Empty on native targets.

fn main() {}
