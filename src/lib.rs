//! Faultline: learn distributed systems by breaking them.
//!
//! The house from the ground up; a module imports only from those above it in this list.
//!
//! - [`sim`]: the engine. Knows no algorithm, no screen.
//! - [`check`]: trying runs by the thousand. Knows `sim`.
//! - [`topics`]: the algorithms, one module a lesson. Know `sim` and `check`.
//! - [`scenario`]: a run as data, and as a link. Knows `sim` and the catalogue of topics.
//! - [`lessons`]: what a lesson gives to its page, and when a goal is reached. Knows `scenario`.
//! - [`ui`]: the page, in Yew. Knows all of the above.

pub mod check;
pub mod lessons;
pub mod scenario;
pub mod sim;
pub mod topics;
pub mod ui;
