//! Lists that are made one when the program is built: what all locks have, then what is a lock's own. Knows nothing of locks.

/// At most `MAX` items of several lists, in order.
pub struct Joined<T, const MAX: usize> {
    items: [T; MAX],
    count: usize,
}

impl<T: Copy, const MAX: usize> Joined<T, MAX> {
    /// Joins the lists, of which the first is not empty. The program is not built if they are too long.
    pub const fn of(lists: &[&[T]]) -> Self {
        let mut joined = Joined { items: [lists[0][0]; MAX], count: 0 };
        let mut list = 0;
        while list < lists.len() {
            let mut item = 0;
            while item < lists[list].len() {
                joined.items[joined.count] = lists[list][item];
                joined.count += 1;
                item += 1;
            }
            list += 1;
        }
        joined
    }

    /// The items.
    pub const fn as_slice(&self) -> &[T] {
        self.items.split_at(self.count).0
    }
}
