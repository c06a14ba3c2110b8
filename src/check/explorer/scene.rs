//! A world that shows one state after another: what handlers, observers and tests are given to see.

use super::parts::Parts;
use super::query::Network;
use super::state::{Layout, Row};
use crate::sim::{MessageId, NodeId, World};

/// The world, and the state that it shows.
pub struct Scene {
    world: World,
    layout: Layout,
    network: Network,
    shown: Row,
}

impl Scene {
    /// A scene that shows nothing yet: whatever `start` has in flight is gone.
    pub fn new(start: &World, layout: Layout, network: Network) -> Self {
        let mut world = start.clone();
        world.clear_flights();
        Scene { world, layout, network, shown: Vec::new() }
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    /// Shows a state, with its ghost or, for the time of its observation, without one.
    pub fn show(&mut self, row: &[u32], parts: &Parts, with_ghost: bool) -> &World {
        for (node, number) in
            (0u16..).zip(self.layout.nodes_of(row)).filter(|(node, number)| self.shown.get(usize::from(*node)) != Some(number))
        {
            if let Some(local) = parts.locals.get(*number as usize) {
                self.world.put_slot(NodeId(node), &local.slot);
            }
        }
        let changed = |field: usize| self.shown.get(field) != row.get(field);
        if let Some(book) = parts.books.get(self.layout.book_of(row)).filter(|_| changed(self.layout.book())) {
            self.world.put_operations(&book.operations);
        }
        if let Some(wiring) = parts.wirings.get(self.layout.wiring_of(row)).filter(|_| changed(self.layout.wiring())) {
            self.world.put_links(&wiring.links);
        }
        let ghost = if with_ghost { parts.shadows.get(self.layout.shadow_of(row)).and_then(|shadow| shadow.ghost.clone()) } else { None };
        self.world.put_ghost(ghost);
        self.show_messages(row, parts);
        self.shown.clear();
        self.shown.extend_from_slice(row);
        &self.world
    }

    fn show_messages(&mut self, row: &[u32], parts: &Parts) {
        let from = self.layout.messages();
        let (old, new) = (self.shown.get(from..).unwrap_or(&[]), row.get(from..).unwrap_or(&[]));
        if self.network == Network::Fifo {
            if old != new {
                self.world.clear_flights();
                for (position, letter) in (0u32..).zip(new) {
                    if let Some(letter) = parts.letters.get(*letter as usize) {
                        self.world.put_flight(letter.flight(position, 0));
                    }
                }
            }
            return;
        }
        // Both are in order: what only one of them has goes or comes.
        let (mut i, mut j) = (0, 0);
        loop {
            let (a, b) = (old.get(i).copied(), new.get(j).copied());
            match (a, b) {
                (None, None) => return,
                (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
                (Some(a), b) if b.is_none_or(|b| a < b) => {
                    if let Some(letter) = parts.letters.get(a as usize) {
                        self.world.take_flight(letter.flight(a, same_before(old, i)).id);
                    }
                    i += 1;
                }
                (_, Some(b)) => {
                    if let Some(letter) = parts.letters.get(b as usize) {
                        self.world.put_flight(letter.flight(b, same_before(new, j)));
                    }
                    j += 1;
                }
                (Some(_), None) => return,
            }
        }
    }

    /// The name in the scene of the message at a position of a row's messages.
    pub fn message_id(&self, row: &[u32], position: usize, parts: &Parts) -> Option<MessageId> {
        let messages = row.get(self.layout.messages()..)?;
        let number = *messages.get(position)?;
        let letter = parts.letters.get(number as usize)?;
        Some(match self.network {
            Network::Fifo => letter.flight(u32::try_from(position).ok()?, 0).id,
            Network::Unordered | Network::Growing => letter.flight(number, same_before(messages, position)).id,
        })
    }
}

/// How many equal messages stand before a position.
fn same_before(messages: &[u32], position: usize) -> u32 {
    let number = messages.get(position);
    let same = messages.get(..position).unwrap_or(&[]).iter().rev().take_while(|other| Some(*other) == number).count();
    u32::try_from(same).unwrap_or(0)
}
