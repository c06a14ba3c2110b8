//! A hash circle as plain data: places, who owns what lies before them, and things that lie on it. Knows no pixels.

use super::{NodeId, Tone};

/// A circle of places from 0 to 1, clockwise from the top. What lies between two places belongs to the owner of the later one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Ring {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// Owners in order; a place names one by its position here.
    pub owners: Vec<RingOwner>,
    /// Places in the order of the circle.
    pub places: Vec<RingPlace>,
    /// What lies on the circle.
    pub keys: Vec<RingKey>,
}

/// An owner of places.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RingOwner {
    /// "node 2".
    pub label: String,
    /// The node, for highlighting.
    pub node: Option<NodeId>,
    /// Colour by meaning; the page adds a pattern by the owner's position.
    pub tone: Tone,
    /// Its part of the circle, from 0 to 1.
    pub share: f64,
    /// Keys that belong to it, and of them those that came with the last change.
    pub keys: u32,
    /// See above.
    pub moved: u32,
}

/// A place of an owner: a virtual node.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct RingPlace {
    /// From 0 to 1.
    pub at: f64,
    /// Position among the owners.
    pub owner: u16,
}

/// A key on the circle.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RingKey {
    /// "17".
    pub label: String,
    /// From 0 to 1.
    pub at: f64,
    /// Its owners, the first first, as positions among the owners.
    pub owners: Vec<u16>,
    /// Places that its walk passes, in order.
    pub walk: Vec<RingPlace>,
    /// Whether its owners changed with the last change.
    pub moved: bool,
    /// A sentence: where it is now, and where it is going.
    pub says: String,
}
