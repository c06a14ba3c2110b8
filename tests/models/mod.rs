//! Models that other checkers have counts for, as protocols of this engine.

pub mod two_phase;
