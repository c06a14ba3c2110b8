//! The messages in flight, found by name: an open-addressed hash table, since every event looks up, adds and removes some. Knows no time.
//!
//! Where a message lies depends on what else is in flight, so [`Flights::in_order`] sorts by name, and nothing else shows an order.

use super::hash::fold;
use super::sorted::sort_by_key;
use super::{Flight, MessageId};

/// The smallest table, in places.
const PLACES_MIN: usize = 16;
/// A table that is fuller than one place in so many grows.
const FULL: usize = 2;
/// A table that is emptier than one place in so many shrinks.
const SPARSE: usize = 8;

/// A set of messages in flight.
#[derive(Clone, Default)]
pub(super) struct Flights {
    /// A power of two of places, or none. A message lies at its home or, if that was taken, in the first free place after it.
    places: Vec<Option<Flight>>,
    len: usize,
}

impl Flights {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    fn home(&self, id: MessageId) -> usize {
        (fold(u64::from(id.copy), id.word()) >> 32) as usize & self.mask()
    }

    fn find(&self, id: MessageId) -> Option<usize> {
        let mut place = self.home(id);
        loop {
            match self.places.get(place)? {
                Some(flight) if flight.id == id => return Some(place),
                Some(_) => place = (place + 1) & self.mask(),
                None => return None,
            }
        }
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Flight> {
        self.places.get(self.find(id)?)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: MessageId) -> Option<&mut Flight> {
        let place = self.find(id)?;
        self.places.get_mut(place)?.as_mut()
    }

    /// Adds a message, in the place of one of the same name if there is one.
    pub(super) fn insert(&mut self, flight: Flight) {
        if FULL * (self.len + 1) > self.places.len() {
            self.resize((2 * self.places.len()).max(PLACES_MIN));
        }
        let mut place = self.home(flight.id);
        while self.places.get(place).is_some_and(|taken| taken.as_ref().is_some_and(|other| other.id != flight.id)) {
            place = (place + 1) & self.mask();
        }
        if let Some(free) = self.places.get_mut(place) {
            self.len += usize::from(free.is_none());
            *free = Some(flight);
        }
    }

    pub(super) fn clear(&mut self) {
        self.places.fill_with(|| None);
        self.len = 0;
    }

    pub(super) fn remove(&mut self, id: MessageId) -> Option<Flight> {
        let mut hole = self.find(id)?;
        let removed = self.places.get_mut(hole)?.take();
        self.len -= 1;
        let mask = self.mask();
        // Messages that lie behind the hole and would now not be found move up into it.
        let mut place = (hole + 1) & mask;
        while let Some(Some(flight)) = self.places.get(place) {
            let from_home = place.wrapping_sub(self.home(flight.id)) & mask;
            if from_home >= (place.wrapping_sub(hole) & mask) {
                self.places.swap(hole, place);
                hole = place;
            }
            place = (place + 1) & mask;
        }
        if self.places.len() > PLACES_MIN && SPARSE * self.len < self.places.len() {
            self.resize(self.places.len() / 2);
        }
        removed
    }

    #[cold]
    fn resize(&mut self, places: usize) {
        let old = std::mem::take(&mut self.places);
        self.places.resize_with(places, || None);
        self.len = 0;
        for flight in old.into_iter().flatten() {
            self.insert(flight);
        }
    }

    /// In an order that means nothing.
    pub(super) fn unordered(&self) -> impl Iterator<Item = &Flight> {
        self.places.iter().flatten()
    }

    /// By name.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Flight> + use<'_> {
        let mut all: Vec<&Flight> = self.unordered().collect();
        sort_by_key(&mut all, |flight| flight.id);
        all.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::NodeId;
    use std::collections::BTreeMap;
    use std::rc::Rc;

    fn flight(id: MessageId, sent_us: u64) -> Flight {
        Flight { id, payload: Rc::new(0u64), sent_us, cause: 0, ends_us: 0, doomed: false }
    }

    #[test]
    fn it_holds_what_an_ordered_map_would_hold_through_growing_and_shrinking() {
        let (mut table, mut model) = (Flights::default(), BTreeMap::new());
        let mut bits = 1u64;
        for round in 0..40_000u64 {
            bits = fold(bits, round);
            // In waves.
            let adds = (round / 5_000) % 2 == 0;
            let id = MessageId {
                from: NodeId((bits >> 10) as u16 % 4),
                to: NodeId((bits >> 20) as u16 % 4),
                k: (bits >> 30) as u32 % 300,
                copy: (bits >> 50) as u8 % 2,
            };
            if adds {
                model.insert(id, round);
                table.insert(flight(id, round));
            } else {
                assert_eq!(table.remove(id).map(|flight| flight.sent_us), model.remove(&id));
            }
            assert_eq!(table.get(id).map(|flight| flight.sent_us), model.get(&id).copied());
            assert_eq!(table.len(), model.len());
            if round % 1_000 == 0 {
                assert!(table.in_order().map(|flight| (flight.id, flight.sent_us)).eq(model.iter().map(|(id, sent)| (*id, *sent))));
                assert!(table.places.len() <= PLACES_MIN.max(2 * SPARSE * (model.len() + 1)));
            }
        }
    }
}
