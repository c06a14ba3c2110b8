//! The messages in flight, found by name: an open-addressed hash table, since every event looks up, adds and removes some. Knows no time.
//!
//! A driver that remembers where a message lay is spared the search: the message is almost always still there ([`Flights::locate`]). Where a message lies depends on what else is in flight, so [`Flights::in_order`] sorts by name, and nothing else shows an order.

use super::sorted::sort_by_key;
use super::world::Driver;
use super::{Flight, MessageId};

/// The smallest table, in places.
const PLACES_MIN: usize = 16;
/// 2^64 by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
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

    #[inline(always)]
    fn mask(&self) -> usize {
        self.places.len().wrapping_sub(1)
    }

    /// Multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4): of the product, as many of the highest bits as name a place.
    #[inline(always)]
    fn home(&self, id: MessageId) -> usize {
        let product = (id.word() ^ (u64::from(id.copy) << 24)).wrapping_mul(GOLDEN);
        (product >> 1).wrapping_shr((self.places.len() as u64).leading_zeros()) as usize
    }

    #[inline(always)]
    pub(super) fn find(&self, id: MessageId) -> Option<usize> {
        let mut place = self.home(id);
        loop {
            match self.places.get(place)? {
                Some(flight) if flight.id.is(id) => return Some(place),
                Some(_) => place = (place + 1) & self.mask(),
                None => return None,
            }
        }
    }

    /// Where a message is that may be at `hint`.
    pub(super) fn locate(&self, id: MessageId, hint: usize) -> Option<usize> {
        match self.places.get(hint) {
            Some(Some(flight)) if flight.id.is(id) => Some(hint),
            _ => self.find(id),
        }
    }

    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> Option<&Flight> {
        self.places.get(place)?.as_ref()
    }

    #[inline(always)]
    pub(super) fn at_mut(&mut self, place: usize) -> Option<&mut Flight> {
        self.places.get_mut(place)?.as_mut()
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Flight> {
        self.at(self.find(id)?)
    }

    pub(super) fn get_mut(&mut self, id: MessageId) -> Option<&mut Flight> {
        self.at_mut(self.find(id)?)
    }

    /// Adds a message, in the place of one of the same name if there is one; says where.
    pub(super) fn insert(&mut self, flight: Flight) -> usize {
        if FULL * (self.len + 1) > self.places.len() {
            self.resize((2 * self.places.len()).max(PLACES_MIN));
        }
        let mut place = self.home(flight.id);
        while self.at(place).is_some_and(|other| !other.id.is(flight.id)) {
            place = (place + 1) & self.mask();
        }
        if let Some(free) = self.places.get_mut(place) {
            self.len += usize::from(free.is_none());
            *free = Some(flight);
        }
        place
    }

    /// Adds a message that was sent now, and tells the driver.
    #[inline(always)]
    pub(super) fn launch(&mut self, flight: Flight, is_cut: bool, now_us: u64, driver: &mut dyn Driver) {
        let place = self.insert(flight);
        if let Some(flight) = self.at_mut(place) {
            driver.sent(flight, place, is_cut, now_us);
        }
    }

    pub(super) fn clear(&mut self) {
        self.places.fill_with(|| None);
        self.len = 0;
    }

    pub(super) fn remove(&mut self, id: MessageId) -> Option<Flight> {
        self.remove_at(self.find(id)?)
    }

    pub(super) fn remove_at(&mut self, mut hole: usize) -> Option<Flight> {
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
    use crate::sim::hash::fold;
    use std::collections::BTreeMap;
    use std::rc::Rc;

    fn flight(id: MessageId, sent_us: u64) -> Flight {
        Flight { id, payload: Rc::new(0u64), sent_us, cause: 0, ends_us: 0, doomed: false }
    }

    #[test]
    fn it_holds_what_an_ordered_map_would_hold_through_growing_and_shrinking() {
        let (mut table, mut model) = (Flights::default(), BTreeMap::new());
        let (mut bits, mut hint) = (1u64, 0);
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
                hint = table.insert(flight(id, round));
                assert_eq!(table.locate(id, hint), Some(hint));
            } else {
                // Sometimes right, and wrong most often.
                hint = if round % 2 == 0 { table.find(id).unwrap_or(hint) } else { hint + 1 };
                assert_eq!(table.locate(id, hint).and_then(|place| table.remove_at(place)).map(|flight| flight.sent_us), model.remove(&id));
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
