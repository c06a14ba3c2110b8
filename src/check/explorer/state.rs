//! A state as a row of numbers: a part for each node, the ghost, the operations, the links, what is spent, how far clients are, messages.

/// Where in a row things are.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    nodes: usize,
    clients: usize,
}

/// A state.
pub type Row = Vec<u32>;

/// Kinds of fault by their place among what is spent of the budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Spending {
    Crash = 0,
    Partition = 1,
    Drop = 2,
    Duplicate = 3,
    Pause = 4,
    Jump = 5,
    Fire = 6,
}

impl Layout {
    pub fn new(nodes: usize, clients: usize) -> Self {
        Layout { nodes, clients }
    }
    pub fn shadow(self) -> usize {
        self.nodes
    }
    pub fn book(self) -> usize {
        self.nodes + 1
    }
    pub fn wiring(self) -> usize {
        self.nodes + 2
    }
    fn spent(self) -> usize {
        self.nodes + 3
    }
    pub fn progress(self, client: usize) -> usize {
        self.nodes + 5 + client
    }
    pub fn messages(self) -> usize {
        self.nodes + 5 + self.clients
    }
    pub fn clients(self) -> usize {
        self.clients
    }

    pub fn nodes_of(self, row: &[u32]) -> &[u32] {
        row.get(..self.nodes).unwrap_or(&[])
    }
    pub fn messages_of(self, row: &[u32]) -> &[u32] {
        row.get(self.messages()..).unwrap_or(&[])
    }
    pub fn shadow_of(self, row: &[u32]) -> usize {
        at(row, self.shadow()) as usize
    }
    pub fn book_of(self, row: &[u32]) -> usize {
        at(row, self.book()) as usize
    }
    pub fn wiring_of(self, row: &[u32]) -> usize {
        at(row, self.wiring()) as usize
    }
    pub fn spent_of(self, row: &[u32]) -> u64 {
        u64::from(at(row, self.spent())) | (u64::from(at(row, self.spent() + 1)) << 32)
    }
    /// How many faults of a kind there were.
    pub fn count(self, row: &[u32], kind: Spending) -> u8 {
        (self.spent_of(row) >> (8 * kind as u32)) as u8
    }
    /// Counts a fault.
    pub fn spend(self, row: &mut [u32], kind: Spending) {
        let spent = self.spent_of(row) + (1 << (8 * kind as u32));
        put(row, self.spent(), spent as u32);
        put(row, self.spent() + 1, (spent >> 32) as u32);
    }
}

/// A number of a row; 0 beyond its end.
pub fn at(row: &[u32], field: usize) -> u32 {
    row.get(field).copied().unwrap_or(0)
}

/// Changes a number of a row.
pub fn put(row: &mut [u32], field: usize, value: u32) {
    if let Some(place) = row.get_mut(field) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_counted_by_kind() {
        let layout = Layout::new(3, 2);
        let mut row: Row = vec![0; layout.messages()];
        layout.spend(&mut row, Spending::Crash);
        layout.spend(&mut row, Spending::Fire);
        layout.spend(&mut row, Spending::Fire);
        assert_eq!([Spending::Crash, Spending::Drop, Spending::Fire].map(|kind| layout.count(&row, kind)), [1, 0, 2]);
    }
}
