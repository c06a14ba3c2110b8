//! Consistent hashing: placement against papers and theory, the store whose keys move, and the balancer before caches.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod balancing;
mod placement;
mod run;
mod sharding;
