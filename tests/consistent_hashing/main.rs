//! Consistent hashing: placement against papers and theory, and the store whose keys move.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod placement;
mod sharding;
