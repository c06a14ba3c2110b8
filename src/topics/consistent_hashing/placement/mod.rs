//! Which node keeps which key: six ways to place keys, each a function of the members and the key. Knows no messages.
//!
//! - [`circle`]: the hash circle with virtual nodes and weights, and bounded loads on it.
//! - [`jump`], [`maglev`], [`rendezvous`]: as published. Modulo is one line, below.
//! - [`theory`]: what the papers say of load and movement, and the same measured.

pub mod circle;
pub mod jump;
pub mod maglev;
pub mod rendezvous;
pub mod theory;

use crate::sim::{NodeId, Series};
use circle::{Circle, Spot};
use std::cell::OnceCell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use xxhash_rust::xxh64::xxh64;

/// How keys are placed, in the order of the param's options.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Method {
    /// Hash modulo the number of nodes.
    Modulo,
    /// The hash circle (Karger et al. 1997).
    #[default]
    Circle,
    /// Highest random weight (Thaler & Ravishankar 1998).
    Rendezvous,
    /// Jump consistent hash (Lamping & Veach 2014).
    Jump,
    /// Maglev's lookup table (Eisenbud et al. 2016).
    Maglev,
    /// The circle with bounded loads (Mirrokni, Thorup & Zadimoghaddam 2018).
    Bounded,
}

impl Method {
    /// All, in the order of the param's options.
    pub const ALL: [Method; 6] = [Method::Modulo, Method::Circle, Method::Rendezvous, Method::Jump, Method::Maglev, Method::Bounded];

    /// The one of a param's value.
    pub fn of(value: u64) -> Self {
        usize::try_from(value).ok().and_then(|index| Method::ALL.get(index).copied()).unwrap_or_default()
    }

    /// Whether a key moves only to the node that joins, and from the node that leaves, whichever that is ("monotone", Karger et al. 1997).
    pub fn is_monotone(self) -> bool {
        matches!(self, Method::Circle | Method::Rendezvous)
    }
}

/// What the page calls them, in the same order.
pub const METHODS: &[&str] = &["modulo", "ring", "rendezvous", "jump", "Maglev", "bounded loads"];

/// Everything besides the members that decides where a key is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Rules {
    /// How keys are placed.
    pub method: Method,
    /// Seed of the hash function.
    pub seed: u32,
    /// Virtual nodes of a node of weight 1, on the circle.
    pub tokens: u32,
    /// Entries of Maglev's table: a prime.
    pub table: u32,
    /// Bounded loads: how many percent above the average a node may hold.
    pub epsilon_percent: u32,
    /// Bounded loads: how many keys there are, from 0 on.
    pub keys: u32,
    /// Copies of each key.
    pub replicas: u32,
    /// Whether the copies of a key are on distinct nodes.
    pub distinct: bool,
}

/// A node that keeps keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Member {
    /// Which.
    pub node: NodeId,
    /// Its share relative to the others', where the method knows weights: on the circle and in rendezvous.
    pub weight: u32,
}

/// Members of weight 1.
pub fn equal_members(nodes: impl IntoIterator<Item = NodeId>) -> Vec<Member> {
    nodes.into_iter().map(|node| Member { node, weight: 1 }).collect()
}

/// Rules applied to members: says where any key is. Two are equal if they were made of the same; what was worked out is shared.
#[derive(Clone)]
pub struct Placement {
    rules: Rules,
    members: Vec<Member>,
    made: Rc<Made>,
}

struct Made {
    how: How,
    charts: OnceCell<Vec<Series>>,
}

enum How {
    Modulo,
    Rendezvous,
    Jump,
    Maglev(Vec<u16>),
    Circle(Circle),
}

/// XXH64 (Collet) of a number of some kind, so that keys, tokens and permutations have hashes of their own.
fn hash_of(seed: u32, kind: u32, a: u32, b: u32) -> u64 {
    let mut bytes = [0; 12];
    for (place, byte) in bytes.iter_mut().zip([kind, a, b].iter().flat_map(|word| word.to_le_bytes())) {
        *place = byte;
    }
    xxh64(&bytes, u64::from(seed))
}

const OF_KEY: u32 = 0;
const OF_TOKEN: u32 = 1;
const OF_PAIR: u32 = 2;
const OF_OFFSET: u32 = 3;
const OF_SKIP: u32 = 4;

impl Placement {
    /// Works out where keys go.
    pub fn new(rules: Rules, members: Vec<Member>) -> Self {
        let how = match rules.method {
            Method::Modulo => How::Modulo,
            Method::Rendezvous => How::Rendezvous,
            Method::Jump => How::Jump,
            Method::Maglev => How::Maglev(maglev::lookup_table(&maglev_names(&rules, &members), rules.table)),
            Method::Circle | Method::Bounded => How::Circle(Circle::new(&rules, &members)),
        };
        Placement { rules, members, made: Rc::new(Made { how, charts: OnceCell::new() }) }
    }

    /// The rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }
    /// The members, in the order in which they joined.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
    /// Whether a node keeps keys.
    pub fn has(&self, node: NodeId) -> bool {
        self.members.iter().any(|member| member.node == node)
    }
    /// The circle, if there is one.
    pub fn circle(&self) -> Option<&Circle> {
        match &self.made.how {
            How::Circle(circle) => Some(circle),
            _ => None,
        }
    }
    /// Maglev's table: for each entry a node.
    pub fn table(&self) -> Option<impl Iterator<Item = NodeId>> {
        match &self.made.how {
            How::Maglev(table) => Some(table.iter().filter_map(|index| self.node_at(usize::from(*index)))),
            _ => None,
        }
    }
    /// Charts of load and movement, worked out when somebody looks.
    pub fn charts(&self) -> &[Series] {
        self.made.charts.get_or_init(|| theory::charts(self))
    }

    /// The hash of a key.
    pub fn key_hash(&self, key: u16) -> u64 {
        hash_of(self.rules.seed, OF_KEY, key.into(), 0)
    }

    fn node_at(&self, index: usize) -> Option<NodeId> {
        self.members.get(index).map(|member| member.node)
    }

    /// The node that keeps a key, or its first copy.
    pub fn owner(&self, key: u16) -> Option<NodeId> {
        self.candidates(key, 1).first().copied()
    }

    /// The nodes that keep a key: Dynamo's preference list (§4.3, §4.6).
    pub fn preference(&self, key: u16) -> Vec<NodeId> {
        self.candidates(key, self.rules.replicas as usize)
    }

    fn candidates(&self, key: u16, count: usize) -> Vec<NodeId> {
        let (hash, n) = (self.key_hash(key), self.members.len());
        if n == 0 {
            return Vec::new();
        }
        // From a bucket on, as many as are wanted; members are distinct as they stand.
        let from = |bucket: usize| (0..n.min(count)).filter_map(|i| self.node_at((bucket + i) % n)).collect();
        match &self.made.how {
            How::Modulo => from((hash % n as u64) as usize),
            How::Jump => from(jump::jump_consistent_hash(hash, u32::try_from(n).unwrap_or(u32::MAX)) as usize),
            How::Rendezvous => rendezvous::highest(&self.rules, &self.members, hash, count),
            How::Maglev(table) => {
                let entry = (hash % table.len().max(1) as u64) as usize;
                first_distinct(table.iter().cycle().skip(entry).take(table.len()).filter_map(|i| self.node_at(usize::from(*i))), count)
            }
            How::Circle(circle) => {
                let owners = circle.walk(circle.start(key, hash)).map(|spot| spot.node);
                if self.rules.distinct { first_distinct(owners, count) } else { first_distinct(owners.take(count), count) }
            }
        }
    }

    /// The virtual nodes that a key's walk passes until its preference list is full; the first is where it begins.
    pub fn walk(&self, key: u16) -> Vec<Spot> {
        let Some(circle) = self.circle() else { return Vec::new() };
        let wanted = self.preference(key);
        let (mut seen, mut passed) = (Vec::new(), Vec::new());
        for spot in circle.walk(circle.first_at(self.key_hash(key))) {
            if wanted.contains(&spot.node) && !seen.contains(&spot.node) {
                seen.push(spot.node);
            }
            passed.push(spot);
            if seen.len() == wanted.len() {
                break;
            }
        }
        passed
    }
}

/// Maglev's offset and skip of each member, from two hashes of its name (§3.4).
fn maglev_names(rules: &Rules, members: &[Member]) -> Vec<maglev::Backend> {
    let size = u64::from(rules.table.max(3));
    let of = |kind, node: NodeId, modulus: u64| u32::try_from(hash_of(rules.seed, kind, node.0.into(), 0) % modulus).unwrap_or(0);
    members
        .iter()
        .map(|member| maglev::Backend { offset: of(OF_OFFSET, member.node, size), skip: of(OF_SKIP, member.node, size - 1) + 1 })
        .collect()
}

/// The first `count` that differ.
fn first_distinct(nodes: impl Iterator<Item = NodeId>, count: usize) -> Vec<NodeId> {
    let mut found = Vec::with_capacity(count);
    for node in nodes {
        if found.len() == count {
            break;
        }
        if !found.contains(&node) {
            found.push(node);
        }
    }
    found
}

impl PartialEq for Placement {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules && self.members == other.members
    }
}

impl Eq for Placement {}

impl Hash for Placement {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rules.hash(state);
        self.members.hash(state);
    }
}

impl std::fmt::Debug for Placement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {:?}", self.rules.method, self.members)
    }
}
