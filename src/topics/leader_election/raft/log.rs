//! The replicated log with its compacted prefix. Knows no term rule and no network.

/// A term of office: at most one leader each (§5.1).
pub type Term = u32;
/// A place in the log, from 1; 0 stands before the first entry.
pub type Index = u32;

/// What an entry asks of the state machine, a register `x`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// `x ← value`.
    Write(u16),
    /// Reads `x` in its place among the writes, so that the answer is linearizable.
    Read,
    /// Nothing: lets a new leader commit at once what its predecessors left (§8).
    Noop,
}

/// One entry of the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The term in which a leader made it.
    pub term: Term,
    /// What it asks.
    pub op: Op,
}

/// The state machine as it was after the entries that were compacted away (§7).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Snapshot {
    /// The last entry that it stands for; 0 when nothing was compacted.
    pub last_index: Index,
    /// That entry's term.
    pub last_term: Term,
    /// The register; `None` when it was never written.
    pub register: Option<u16>,
}

/// A log: a snapshot of its beginning and the entries after it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Log {
    snapshot: Snapshot,
    entries: Vec<Entry>,
}

impl Log {
    /// A log that holds these entries from index 1 on.
    pub fn of(entries: Vec<Entry>) -> Self {
        Log { snapshot: Snapshot::default(), entries }
    }
    /// The compacted beginning.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
    /// Entries after the snapshot, with their indices.
    pub fn entries(&self) -> impl Iterator<Item = (Index, &Entry)> {
        (self.snapshot.last_index + 1..).zip(&self.entries)
    }
    /// Index of the last entry; 0 for an empty log.
    pub fn last_index(&self) -> Index {
        self.snapshot.last_index + self.entries.len() as Index
    }
    /// Term of the last entry; 0 for an empty log.
    pub fn last_term(&self) -> Term {
        self.entries.last().map_or(self.snapshot.last_term, |entry| entry.term)
    }
    fn place(&self, index: Index) -> Option<usize> {
        index.checked_sub(self.snapshot.last_index + 1).map(|place| place as usize)
    }
    /// The entry at `index`, unless it is compacted away or not there yet.
    pub fn entry(&self, index: Index) -> Option<&Entry> {
        self.entries.get(self.place(index)?)
    }
    /// The term at `index`: of an entry, of the snapshot's end, or 0 before the first entry.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        if index == self.snapshot.last_index {
            return Some(self.snapshot.last_term);
        }
        self.entry(index).map(|entry| entry.term)
    }
    /// Whether the log holds the entry that `index` and `term` name. The snapshot stands for committed entries, which every
    /// leader has, so an index within it counts as held.
    pub fn holds(&self, index: Index, term: Term) -> bool {
        index < self.snapshot.last_index || self.term_at(index) == Some(term)
    }
    /// Up to `count` entries from `first` on.
    pub fn slice(&self, first: Index, count: usize) -> Vec<Entry> {
        let rest = self.place(first).and_then(|place| self.entries.get(place..)).unwrap_or(&[]);
        rest.get(..count.min(rest.len())).unwrap_or(&[]).to_vec()
    }
    /// Adds an entry at the end and says where it is.
    pub fn append(&mut self, entry: Entry) -> Index {
        self.entries.push(entry);
        self.last_index()
    }
    /// Deletes `index` and all that follow.
    pub fn truncate_from(&mut self, index: Index) {
        if let Some(place) = self.place(index) {
            self.entries.truncate(place);
        }
    }
    /// The first index of the run of entries of one term that ends at `index`.
    pub fn first_of_term(&self, index: Index) -> Index {
        let term = self.term_at(index);
        let mut first = index;
        while first > self.snapshot.last_index + 1 && self.term_at(first - 1) == term {
            first -= 1;
        }
        first
    }
    /// Replaces the entries up to `index` by the register's value after them. Nothing happens if they are not all there.
    pub fn compact(&mut self, index: Index, register: Option<u16>) {
        let (Some(place), Some(last_term)) = (self.place(index), self.term_at(index)) else { return };
        self.entries.drain(..=place);
        self.snapshot = Snapshot { last_index: index, last_term, register };
    }
    /// Replaces the log's beginning by a leader's snapshot; entries after it stay if the log agrees with it (§7). Says whether they did.
    pub fn install(&mut self, snapshot: Snapshot) -> bool {
        let agrees = self.term_at(snapshot.last_index) == Some(snapshot.last_term);
        match self.place(snapshot.last_index) {
            Some(place) if agrees => {
                self.entries.drain(..=place);
            }
            None if agrees => {}
            _ => self.entries.clear(),
        }
        self.snapshot = snapshot;
        agrees
    }
    /// Whether another candidate's log is at least as up to date as this one (§5.4.1): the later last term wins, then the longer log.
    pub fn is_no_newer_than(&self, last_log_index: Index, last_log_term: Term) -> bool {
        (last_log_term, last_log_index) >= (self.last_term(), self.last_index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(terms: &[Term]) -> Log {
        Log::of(terms.iter().map(|term| Entry { term: *term, op: Op::Write(*term as u16) }).collect())
    }

    #[test]
    fn a_later_last_term_beats_a_longer_log() {
        assert!(log(&[1, 1, 1]).is_no_newer_than(2, 2));
        assert!(!log(&[1, 2]).is_no_newer_than(3, 1));
        assert!(log(&[1, 2]).is_no_newer_than(2, 2));
        assert!(!log(&[1, 2]).is_no_newer_than(1, 2));
    }

    #[test]
    fn compaction_keeps_indices_and_the_last_term() {
        let mut log = log(&[1, 1, 2, 3]);
        log.compact(3, Some(7));
        assert_eq!((log.last_index(), log.last_term(), log.term_at(3), log.term_at(2)), (4, 3, Some(2), None));
        assert_eq!(log.slice(1, 9), vec![]);
        assert_eq!(log.slice(4, 9).len(), 1);
        log.compact(4, Some(8));
        assert_eq!((log.last_index(), log.last_term()), (4, 3));
    }

    #[test]
    fn a_snapshot_keeps_what_follows_only_if_the_log_agrees_with_it() {
        let mut agrees = log(&[1, 1, 2, 3]);
        assert!(agrees.install(Snapshot { last_index: 3, last_term: 2, register: None }));
        assert_eq!(agrees.last_index(), 4);
        let mut differs = log(&[1, 1, 1, 1]);
        assert!(!differs.install(Snapshot { last_index: 3, last_term: 2, register: None }));
        assert_eq!((differs.last_index(), differs.last_term()), (3, 2));
    }

    #[test]
    fn the_run_of_a_term_starts_where_the_term_does() {
        assert_eq!(log(&[1, 4, 4, 4, 6]).first_of_term(4), 2);
        assert_eq!(log(&[1, 4]).first_of_term(1), 1);
    }
}
