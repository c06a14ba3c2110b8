//! The messages in flight: found by name, read in order of their names, copied cheaply.
//!
//! A run looks each message up several times and holds few at once. So the names are a sorted list of 16-byte keys, and what
//! they name stays where it was put.

use super::MessageId;
use super::world::Flight;

/// A name and the place of what it names.
#[derive(Clone, Copy)]
struct Key {
    word: u64,
    copy: u8,
    place: u32,
}

/// Messages in flight.
#[derive(Clone, Default)]
pub(in crate::sim) struct Flights {
    /// Sorted by name.
    keys: Vec<Key>,
    flights: Vec<Option<Flight>>,
    /// Places that are free.
    free: Vec<u32>,
}

impl Flights {
    fn find(&self, id: &MessageId) -> Result<usize, usize> {
        let wanted = (id.word(), id.copy);
        self.keys.binary_search_by(|key| (key.word, key.copy).cmp(&wanted))
    }
    fn at(&self, position: usize) -> Option<&Flight> {
        self.flights.get(self.keys.get(position)?.place as usize)?.as_ref()
    }
    /// How many there are.
    pub(in crate::sim) fn len(&self) -> usize {
        self.keys.len()
    }
    /// The message of that name.
    pub(in crate::sim) fn get(&self, id: &MessageId) -> Option<&Flight> {
        self.at(self.find(id).ok()?)
    }
    /// The message of that name.
    pub(in crate::sim) fn get_mut(&mut self, id: &MessageId) -> Option<&mut Flight> {
        let position = self.find(id).ok()?;
        self.flights.get_mut(self.keys.get(position)?.place as usize)?.as_mut()
    }
    /// Adds a message under its name; one of the same name goes.
    pub(in crate::sim) fn insert(&mut self, id: MessageId, flight: Flight) {
        match self.find(&id) {
            Ok(_) => {
                if let Some(place) = self.get_mut(&id) {
                    *place = flight;
                }
            }
            Err(position) => {
                let place = match self.free.pop() {
                    Some(place) => place,
                    None => {
                        self.flights.push(None);
                        // Limited by `IN_FLIGHT_MAX`.
                        (self.flights.len() - 1) as u32
                    }
                };
                self.keys.insert(position, Key { word: id.word(), copy: id.copy, place });
                if let Some(slot) = self.flights.get_mut(place as usize) {
                    *slot = Some(flight);
                }
            }
        }
    }
    /// Takes a message out.
    pub(in crate::sim) fn remove(&mut self, id: &MessageId) -> Option<Flight> {
        let position = self.find(id).ok()?;
        let key = self.keys.remove(position);
        self.free.push(key.place);
        self.flights.get_mut(key.place as usize)?.take()
    }
    /// Takes all out.
    pub(in crate::sim) fn clear(&mut self) {
        *self = Flights::default();
    }
    /// All, in order of their names.
    pub(in crate::sim) fn values(&self) -> impl Iterator<Item = &Flight> {
        (0..self.keys.len()).filter_map(|position| self.at(position))
    }
}

#[cfg(test)]
mod tests {
    use super::super::NodeId;
    use super::*;
    use std::rc::Rc;

    fn id(from: u16, k: u32, copy: u8) -> MessageId {
        MessageId { from: NodeId(from), to: NodeId(1), k, copy }
    }

    fn flight(id: MessageId) -> Flight {
        Flight { id, payload: Rc::new(0u8), sent_us: 0, cause: 0, ends_us: 0, doomed: false }
    }

    #[test]
    fn messages_are_found_by_name_and_read_in_order_whatever_came_and_went() {
        let mut flights = Flights::default();
        let ids = [id(2, 0, 0), id(0, 7, 1), id(0, 7, 0), id(0, 3, 0)];
        for id in ids {
            flights.insert(id, flight(id));
        }
        assert_eq!(flights.remove(&ids[1]).map(|flight| flight.id), Some(ids[1]));
        assert!(flights.remove(&ids[1]).is_none() && flights.get(&ids[1]).is_none());
        let late = id(1, 1, 0);
        flights.insert(late, flight(late));
        flights.insert(late, flight(late));
        assert_eq!(flights.len(), 4);
        assert_eq!(flights.values().map(|flight| flight.id).collect::<Vec<_>>(), [ids[3], ids[2], late, ids[0]]);
        assert!([ids[3], ids[2], late, ids[0]].iter().all(|id| flights.get(id).is_some_and(|flight| flight.id == *id)));
        flights.clear();
        assert_eq!((flights.len(), flights.values().count()), (0, 0));
    }
}
