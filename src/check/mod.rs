//! Trying runs: by the thousand under random faults, or all there are. Knows `sim`; no algorithm, no screen.

pub mod explorer;
pub mod history;
pub mod schedule;
pub mod shrink;
pub mod statistics;
