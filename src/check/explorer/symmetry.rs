//! Interchangeable nodes: of all states that differ only in which node is which, a search visits one.
//!
//! A state's orbit is known by one fingerprint. Nodes are first put in an order by what can be said of each without naming another; where
//! that leaves nodes equal, exchanging two of them either changes nothing or all their orders are tried. So the fingerprint is the same
//! for all members of an orbit, whatever the relations between nodes (a mere sort of the nodes' states is not: it finds 665 orbits in a
//! space of 314).

use super::space::Space;
use super::state::at;
use crate::sim::erased::{Part, Parts, PartsOf, Payload};
use crate::sim::hash::{finish, fold, stable_hash};
use crate::sim::sorted::SortedMap;
use crate::sim::{NodeId, Protocol};
use std::collections::BTreeMap;

/// Another name for each node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renaming(Vec<NodeId>);

impl Renaming {
    fn identity(nodes: u16) -> Self {
        Renaming((0..nodes).map(NodeId).collect())
    }
    /// The new name of a node.
    pub fn of(&self, node: NodeId) -> NodeId {
        self.0.get(node.index()).copied().unwrap_or(node)
    }
    fn set(&mut self, node: NodeId, name: NodeId) {
        if let Some(place) = self.0.get_mut(node.index()) {
            *place = name;
        }
    }
    fn swap_names(&mut self, a: NodeId, b: NodeId) {
        self.0.swap(a.index(), b.index());
    }
}

/// Which nodes are interchangeable, and how what they hold reads under other names.
///
/// A renaming may give two nodes the same name (it does so to tell what can be said of one node without naming the others). What is kept
/// by node must then come out the same whichever of the two is looked at first: sort lists, and do not let one entry replace another.
pub trait Symmetry {
    /// Groups of interchangeable nodes.
    fn groups(&self) -> &[Vec<NodeId>];
    /// Stable hash of a node's parts under other names.
    fn part(&self, part: &dyn Part, renaming: &Renaming) -> u64;
    /// Stable hash of a message under other names.
    fn message(&self, payload: &dyn Payload, renaming: &Renaming) -> u64;
    /// Stable hash of the ghost under other names.
    fn ghost(&self, ghost: &dyn Part, renaming: &Renaming) -> u64;
    /// A timer's code under other names; the same unless codes carry nodes.
    fn timer(&self, code: u32, _: &Renaming) -> u32 {
        code
    }
    /// Whether all orders of the nodes are tried: slow, and a check on the quick way.
    fn tries_all(&self) -> bool {
        false
    }
}

/// The symmetry of a protocol, from functions that rename what it keeps.
pub struct Renames<P: Protocol> {
    /// Groups of interchangeable nodes.
    pub groups: Vec<Vec<NodeId>>,
    /// Renames what is on disk.
    pub stable: fn(&P::Stable, &Renaming) -> P::Stable,
    /// Renames what is in memory.
    pub volatile: fn(&P::Volatile, &Renaming) -> P::Volatile,
    /// Renames a message.
    pub message: fn(&P::Message, &Renaming) -> P::Message,
    /// Renames the ghost.
    pub ghost: fn(&P::Ghost, &Renaming) -> P::Ghost,
    /// Whether all orders of the nodes are tried.
    pub tries_all: bool,
}

impl<P: Protocol> Symmetry for Renames<P> {
    fn groups(&self) -> &[Vec<NodeId>] {
        &self.groups
    }
    fn part(&self, part: &dyn Part, renaming: &Renaming) -> u64 {
        let Some(parts) = part.as_any().downcast_ref::<PartsOf<P>>() else { return 0 };
        let volatile = parts.volatile.as_ref().map(|volatile| (self.volatile)(volatile, renaming));
        stable_hash(&Parts { stable: (self.stable)(&parts.stable, renaming), volatile })
    }
    fn message(&self, payload: &dyn Payload, renaming: &Renaming) -> u64 {
        payload.as_any().downcast_ref().map_or(0, |message| stable_hash(&(self.message)(message, renaming)))
    }
    fn ghost(&self, ghost: &dyn Part, renaming: &Renaming) -> u64 {
        ghost.as_any().downcast_ref().map_or(0, |ghost| stable_hash(&(self.ghost)(ghost, renaming)))
    }
    fn tries_all(&self) -> bool {
        self.tries_all
    }
}

/// Most orders of equal-looking nodes that are tried for one state; with more, some states of an orbit may be told apart.
const ORDERS_MAX: usize = 5_040;
/// The name of all other nodes when one is looked at by itself. No real node has it or the next one.
const OTHERS: NodeId = NodeId(u16::MAX - 1);
const ITSELF: NodeId = NodeId(u16::MAX);

/// A part of a state: its field and its number.
type PartOfState = (u8, u32);

/// Finds the fingerprints of orbits.
#[derive(Default)]
pub struct Orbits {
    /// What a part says of each node of the groups, in order, by itself.
    said: BTreeMap<PartOfState, Vec<u64>>,
}

impl Orbits {
    /// The fingerprint that all states of an orbit share.
    pub fn fingerprint(&mut self, space: &Space, symmetry: &dyn Symmetry, row: &[u32]) -> u64 {
        let nodes = space.layout.nodes_of(row).len();
        let mut renaming = Renaming::identity(u16::try_from(nodes).unwrap_or(u16::MAX));
        let looks = self.looks(space, symmetry, row);
        let mut looks = looks.iter();
        let mut ties: Vec<Vec<NodeId>> = Vec::new();
        for group in symmetry.groups() {
            let mut order: Vec<(u64, NodeId)> = group.iter().map(|node| (looks.next().copied().unwrap_or(0), *node)).collect();
            if symmetry.tries_all() {
                order.iter_mut().for_each(|(look, _)| *look = 0);
            }
            order.sort_unstable();
            let mut names: Vec<NodeId> = group.clone();
            names.sort_unstable();
            for ((_, node), name) in order.iter().zip(names) {
                renaming.set(*node, name);
            }
            for run in order.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
                ties.push(run.iter().map(|(_, node)| *node).collect());
            }
        }
        let first = renamed(space, symmetry, row, &renaming);
        if !symmetry.tries_all() {
            ties.retain(|tie| {
                tie.windows(2).any(|pair| {
                    let mut exchanged = renaming.clone();
                    if let [a, b] = pair {
                        exchanged.swap_names(*a, *b);
                    }
                    renamed(space, symmetry, row, &exchanged) != first
                })
            });
        }
        let orders = ties.iter().try_fold(1usize, |orders, tie| (1..=tie.len()).try_fold(orders, |orders, k| orders.checked_mul(k)));
        if ties.is_empty() || orders.is_none_or(|orders| orders > ORDERS_MAX) {
            return first;
        }
        let mut least = first;
        try_orders(&ties, 0, 0, &mut renaming, &mut |renaming| least = least.min(renamed(space, symmetry, row, renaming)));
        least
    }

    /// What can be said of each node of the groups without naming another.
    fn looks(&mut self, space: &Space, symmetry: &dyn Symmetry, row: &[u32]) -> Vec<u64> {
        let nodes = space.layout.nodes_of(row).len();
        let members: Vec<NodeId> = symmetry.groups().iter().flatten().copied().collect();
        let mut looks = vec![0u64; members.len()];
        for part in parts_of(space, row) {
            let said = self.said.entry(part).or_insert_with(|| {
                let by_itself = |node: &NodeId| {
                    let mut renaming = Renaming::identity(u16::try_from(nodes).unwrap_or(u16::MAX));
                    members.iter().for_each(|other| renaming.set(*other, OTHERS));
                    renaming.set(*node, ITSELF);
                    renamed_part(space, symmetry, part, &renaming)
                };
                members.iter().map(by_itself).collect()
            });
            for (look, said) in looks.iter_mut().zip(said) {
                *look = look.wrapping_add(*said);
            }
        }
        looks
    }
}

/// Calls `tell` for every order of the nodes within each tie, from the `from`-th node of the `tie`-th on.
fn try_orders(ties: &[Vec<NodeId>], tie: usize, from: usize, renaming: &mut Renaming, tell: &mut impl FnMut(&Renaming)) {
    let Some(nodes) = ties.get(tie) else { return tell(renaming) };
    let Some(node) = nodes.get(from) else { return try_orders(ties, tie + 1, 0, renaming, tell) };
    for other in nodes.iter().skip(from) {
        renaming.swap_names(*node, *other);
        try_orders(ties, tie, from + 1, renaming, tell);
        renaming.swap_names(*node, *other);
    }
}

const LOCAL: u8 = 0;
const SHADOW: u8 = 1;
const BOOK: u8 = 2;
const WIRING: u8 = 3;
const LETTER: u8 = 4;

fn parts_of<'a>(space: &Space, row: &'a [u32]) -> impl Iterator<Item = PartOfState> + 'a {
    let layout = space.layout;
    let fields = [(SHADOW, layout.shadow()), (BOOK, layout.book()), (WIRING, layout.wiring())];
    let locals = layout.nodes_of(row).iter().map(|number| (LOCAL, *number));
    let letters = layout.messages_of(row).iter().map(|number| (LETTER, *number));
    locals.chain(fields.map(|(kind, field)| (kind, at(row, field)))).chain(letters)
}

/// The fingerprint of a state under other names. What is spent and asked names no node.
fn renamed(space: &Space, symmetry: &dyn Symmetry, row: &[u32], renaming: &Renaming) -> u64 {
    let layout = space.layout;
    let progress = row.get(layout.progress(0)..layout.messages()).unwrap_or(&[]);
    let sum = stable_hash(&(layout.spent_of(row), progress));
    finish(parts_of(space, row).fold(sum, |sum, part| sum.wrapping_add(renamed_part(space, symmetry, part, renaming))))
}

fn renamed_part(space: &Space, symmetry: &dyn Symmetry, part: PartOfState, renaming: &Renaming) -> u64 {
    let (kind, number) = (part.0, part.1 as usize);
    let parts = &space.parts;
    let hash = match kind {
        LOCAL => parts.locals.get(number).map(|local| {
            let slot = &local.slot;
            let mut armed: Vec<_> = local.armed.iter().map(|timer| timer.renamed(|code| symmetry.timer(code, renaming))).collect();
            armed.sort_unstable_by_key(|timer| timer.code);
            let clock = (slot.clock.read(0), slot.clock.drift_ppm);
            let plain = stable_hash(&(renaming.of(local.node), clock, armed, slot.status, slot.is_started()));
            fold(plain, symmetry.part(slot.part(), renaming))
        }),
        SHADOW => parts.shadows.get(number).and_then(|shadow| shadow.ghost.as_ref()).map(|ghost| symmetry.ghost(&***ghost, renaming)),
        BOOK => parts.books.get(number).map(|book| {
            book.operations.iter().fold(0, |hash, operation| {
                let outcome = operation.done.as_ref().map(|(_, outcome)| outcome);
                fold(hash, stable_hash(&(operation.id, renaming.of(operation.node), &operation.call, outcome)))
            })
        }),
        WIRING => parts.wirings.get(number).map(|wiring| {
            let cut = wiring.links.cuts.iter().map(|(from, to)| finish(stable_hash(&(renaming.of(*from), renaming.of(*to)))));
            let cuts = cut.fold(0, u64::wrapping_add);
            // A group is the names in it; groups have no order.
            let mut groups: SortedMap<u8, u64> = SortedMap::new();
            for (node, group) in (0u16..).zip(&*wiring.links.groups) {
                let members = groups.get_or_insert_with(*group, || 0);
                *members = members.wrapping_add(finish(stable_hash(&renaming.of(NodeId(node)))));
            }
            groups.values().fold(cuts, |sum, members| sum.wrapping_add(finish(*members)))
        }),
        _ => parts.letters.get(number).map(|letter| {
            fold(stable_hash(&(renaming.of(letter.from), renaming.of(letter.to))), symmetry.message(&*letter.payload, renaming))
        }),
    };
    finish(fold(hash.unwrap_or(0), u64::from(kind)))
}
