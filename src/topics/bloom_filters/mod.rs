//! Lesson 20, Bloom filters: filters that answer "perhaps" and "no", their sizes, and where they are at work.

pub mod filter;
pub mod hashing;
pub mod keys;
pub mod sizing;
