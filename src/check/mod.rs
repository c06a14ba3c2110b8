//! Trying runs by the thousand: random fault schedules. Knows `sim`; no algorithm, no screen.

pub mod schedule;
