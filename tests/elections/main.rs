//! The lesson's leader elections other than Raft: safety under their papers' assumptions, what breaks without each rule or
//! assumption, and the papers' worked examples.

mod bully;
mod ephemeral;
mod ring;
mod run;
