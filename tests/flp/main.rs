//! Consensus in asynchronous systems: valency, the adversary, and the protocols that get around them.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod ben_or;
mod chandra_toueg;
mod run;
mod valency;
