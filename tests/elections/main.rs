//! The lesson's leader elections other than Raft: safety under their papers' assumptions, what breaks without each rule or
//! assumption, and the papers' worked examples.

#![cfg(test)]

mod bully;
mod ephemeral;
mod ring;
mod run;
mod show;
