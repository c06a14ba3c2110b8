//! Faultline: learn distributed systems by breaking them.
//!
//! The house from the ground up; a module imports only from those above it in this list.
//!
//! - [`sim`]: the engine. Knows no algorithm, no screen.
//! - [`topics`]: the algorithms, one module a lesson. Know `sim`.

pub mod sim;
pub mod topics;
