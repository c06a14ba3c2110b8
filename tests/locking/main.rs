//! The locks of lesson 9: what each rule protects, what no rule can, and what the Explorer finds.

#![cfg(test)]

mod explorer;
mod lease;
mod redlock;
mod replicated;
mod run;
