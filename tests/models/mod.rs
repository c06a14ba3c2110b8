//! Models that other checkers have counts for, as protocols of this engine.

pub mod paxos;
pub mod two_phase;
