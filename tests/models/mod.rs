//! Models that other checkers have counts for, as protocols of this engine.

pub mod dice;
pub mod paxos;
pub mod pointers;
pub mod two_phase;
