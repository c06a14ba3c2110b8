//! Rendezvous hashing, or highest random weight (Thaler & Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", 1998).
//!
//! Weights after Schindelhauer & Schomaker, "Weighted Distributed Hash Tables", 2005: a node's score is −w / ln u.

use super::{Member, OF_PAIR, Rules, hash_of};
use crate::sim::NodeId;
use crate::sim::sorted::sort_by_key;
use std::cmp::Reverse;

/// The `count` nodes with the highest scores for a key, the highest first.
pub fn highest(rules: &Rules, members: &[Member], key_hash: u64, count: usize) -> Vec<NodeId> {
    let mut scored: Vec<(f64, NodeId)> = members.iter().map(|member| (score(rules, *member, key_hash), member.node)).collect();
    // Scores are positive, and the bits of positive numbers are in the order of the numbers.
    sort_by_key(&mut scored, |(score, node)| (Reverse(score.to_bits()), *node));
    scored.into_iter().take(count).map(|(_, node)| node).collect()
}

fn score(rules: &Rules, member: Member, key_hash: u64) -> f64 {
    let hash = hash_of(rules.seed, OF_PAIR, u32::from(member.node.0) ^ (key_hash >> 32) as u32, key_hash as u32);
    // Evenly in (0, 1): neither end is taken, so the logarithm is finite and not 0.
    let u = ((hash >> 12) as f64 + 0.5) / 4_503_599_627_370_496.0;
    -f64::from(member.weight.max(1)) / libm::log(u)
}
