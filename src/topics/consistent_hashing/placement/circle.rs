//! The hash circle: each node has many places on it, and a key belongs to the first place clockwise from its own.
//!
//! Karger et al., "Consistent Hashing and Random Trees", 1997; virtual nodes and preference lists as in DeCandia et al., "Dynamo", 2007,
//! §4.2 and §4.3. Bounded loads: Mirrokni, Thorup & Zadimoghaddam, "Consistent Hashing with Bounded Loads", 2018.

use super::{Member, Method, OF_KEY, OF_TOKEN, Rules, hash_of};
use crate::sim::NodeId;
use crate::sim::sorted::sort_by_key;

/// A virtual node: a place on the circle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// Where, clockwise from 0 to 2^64.
    pub at: u64,
    /// Whose.
    pub node: NodeId,
}

/// All virtual nodes, in the order of the circle.
#[derive(Clone, Debug)]
pub struct Circle {
    spots: Vec<Spot>,
    /// With bounded loads: for each key the index of the virtual node where it found room.
    placed: Vec<u32>,
}

impl Circle {
    /// Puts the virtual nodes of all members on the circle: `rules.tokens` for each unit of weight.
    pub fn new(rules: &Rules, members: &[Member]) -> Self {
        let token = |member: &Member, i: u32| Spot { at: hash_of(rules.seed, OF_TOKEN, member.node.0.into(), i), node: member.node };
        let tokens = |member: &Member| rules.tokens.max(1).saturating_mul(member.weight.max(1));
        let mut spots: Vec<Spot> =
            members.iter().flat_map(|member| (0..tokens(member)).map(move |i| (*member, i))).map(|(member, i)| token(&member, i)).collect();
        sort_by_key(&mut spots, |spot| (spot.at, spot.node));
        let mut circle = Circle { spots, placed: Vec::new() };
        if rules.method == Method::Bounded {
            circle.placed = circle.place_within_bounds(rules, members);
        }
        circle
    }

    /// The virtual nodes in order.
    pub fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// Index of the first virtual node at a place or clockwise from it.
    pub fn first_at(&self, at: u64) -> usize {
        let index = self.spots.partition_point(|spot| spot.at < at);
        if index == self.spots.len() { 0 } else { index }
    }

    /// Index of the virtual node where a key is kept.
    pub fn start(&self, key: u16, hash: u64) -> usize {
        match self.placed.get(usize::from(key)) {
            Some(index) => *index as usize,
            None => self.first_at(hash),
        }
    }

    /// Once around, clockwise from virtual node `from`.
    pub fn walk(&self, from: usize) -> impl Iterator<Item = Spot> {
        self.spots.iter().cycle().skip(from).take(self.spots.len()).copied()
    }

    /// The part of the circle that each of `members` owns; together 1.
    pub fn shares(&self, members: &[Member]) -> Vec<f64> {
        let mut shares = vec![0.0; members.len()];
        let before = self.spots.iter().cycle().skip(self.spots.len().saturating_sub(1));
        for (spot, before) in self.spots.iter().zip(before) {
            // The only one owns all of it, though its arc has length 0 modulo the circle.
            let arc = if self.spots.len() == 1 { u64::MAX } else { spot.at.wrapping_sub(before.at) };
            if let Some(share) = members.iter().position(|member| member.node == spot.node).and_then(|index| shares.get_mut(index)) {
                *share += arc as f64 / 18_446_744_073_709_551_616.0;
            }
        }
        shares
    }

    /// "The ball goes to the first bin clockwise that is not full"; a bin is full with ⌈(1 + ε) m / n⌉ balls (§1.1).
    fn place_within_bounds(&self, rules: &Rules, members: &[Member]) -> Vec<u32> {
        let capacity = capacity(rules.epsilon_percent, rules.keys, members.len());
        let mut held = vec![0_u32; members.len()];
        let mut placed = Vec::new();
        for key in 0..rules.keys {
            let mut index = self.first_at(hash_of(rules.seed, OF_KEY, key, 0));
            for _ in 0..self.spots.len() {
                let node = self.spots.get(index).map(|spot| spot.node);
                let bin = members.iter().position(|member| Some(member.node) == node).and_then(|bin| held.get_mut(bin));
                if let Some(load) = bin.filter(|load| **load < capacity) {
                    *load += 1;
                    break;
                }
                index = (index + 1) % self.spots.len();
            }
            placed.push(u32::try_from(index).unwrap_or(0));
        }
        placed
    }
}

/// How many of `balls` a bin may hold with bounded loads: ⌈(1 + ε) m / n⌉.
pub fn capacity(epsilon_percent: u32, balls: u32, nodes: usize) -> u32 {
    let percent = u64::from(balls) * u64::from(100 + epsilon_percent);
    u32::try_from(percent.div_ceil(100 * nodes.max(1) as u64)).unwrap_or(u32::MAX)
}
