//! Making a list shorter while it still shows what it shows: the steps of a run that was found, or what a reader did to a run that broke.
//!
//! Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) as far as it leaves out: the suspects
//! one by one, then pieces of half the length, of a quarter, down to single items, and these until none can go. Every sub-list must be
//! something that can be tried.

use super::schedule;
use crate::sim::timeline::Entry;
use crate::sim::{Error, Intervention, Setup};

/// How much smaller the next pieces are.
const SMALLER_BY: usize = 2;

/// A list that gets shorter. Ask for a [`candidate`](Shrink::candidate), try it, [`tell`](Shrink::tell) what came of it.
#[derive(Clone, Debug)]
pub struct Shrink<T> {
    best: Vec<T>,
    /// What is tried to leave out first, one by one.
    is_suspect: fn(&T) -> bool,
    /// Size of the pieces; 0 while it is suspects.
    piece: usize,
    /// What the present candidate leaves out begins here.
    position: usize,
    end: usize,
    /// Whether something could be left out since the size was last set.
    is_progress: bool,
    is_over: bool,
}

impl<T: Clone> Shrink<T> {
    /// Begins with a list that shows it.
    pub fn new(list: Vec<T>, is_suspect: fn(&T) -> bool) -> Self {
        Shrink { best: list, is_suspect, piece: 0, position: 0, end: 0, is_progress: false, is_over: false }
    }

    /// The shortest list so far.
    pub fn best(&self) -> &[T] {
        &self.best
    }

    /// The next list to try; `None` once nothing more can go.
    pub fn candidate(&mut self) -> Option<Vec<T>> {
        while !self.is_over {
            let next = match self.piece {
                0 => self.best.iter().skip(self.position).position(self.is_suspect).map(|ahead| self.position + ahead),
                _ => Some(self.position).filter(|position| *position < self.best.len()),
            };
            match next {
                Some(position) => {
                    self.position = position;
                    self.end = (position + self.piece.max(1)).min(self.best.len());
                    let (before, after) = (self.best.iter().take(self.position), self.best.iter().skip(self.end));
                    return Some(before.chain(after).cloned().collect());
                }
                None => self.next_piece(),
            }
        }
        None
    }

    /// Says whether the candidate shows it too, and which of its items were of use, if some were not.
    pub fn tell(&mut self, shows: Option<Vec<T>>) {
        match shows {
            Some(list) => {
                self.best = list;
                self.is_progress = true;
            }
            None => self.position = self.end,
        }
    }

    /// Goes over to smaller pieces, or once more through the smallest.
    fn next_piece(&mut self) {
        self.is_over = self.best.is_empty() || (self.piece == 1 && !self.is_progress);
        self.piece = if self.piece == 0 { self.best.len() / SMALLER_BY } else { self.piece / SMALLER_BY }.max(1);
        (self.position, self.is_progress) = (0, false);
    }
}

/// What a reader did to a run, shrunk to what it took to break an invariant. The rest of the run's luck stays as it was, since draws are keyed.
pub struct Minimiser {
    setup: Setup,
    invariant: usize,
    until_us: u64,
    shrink: Shrink<Entry>,
    is_over: bool,
}

impl Minimiser {
    /// Begins with a run that breaks the invariant of that index by the moment `until_us`. An error says that it does not.
    pub fn new(setup: &Setup, journal: Vec<Entry>, invariant: usize, until_us: u64) -> Result<Self, Error> {
        let setup = Setup { checked: true, ..setup.clone() };
        if !breaks(&setup, &journal, invariant, until_us) {
            return Err(Error::Range("This run does not break that property by itself.".to_owned()));
        }
        // Commands are what a run is about; of the faults, most turn out not to matter.
        let is_suspect = |entry: &Entry| !matches!(&entry.what, Intervention::Do(choice) if !choice.is_fault());
        Ok(Minimiser { setup, invariant, until_us, shrink: Shrink::new(journal, is_suspect), is_over: false })
    }

    /// Tries so many shorter journals; says whether there are more to try.
    pub fn run(&mut self, replays: u32) -> bool {
        for _ in 0..replays {
            let Some(candidate) = self.shrink.candidate() else {
                self.is_over = true;
                break;
            };
            let shows = breaks(&self.setup, &candidate, self.invariant, self.until_us);
            self.shrink.tell(shows.then_some(candidate));
        }
        !self.is_over
    }

    /// The shortest journal so far.
    pub fn journal(&self) -> &[Entry] {
        self.shrink.best()
    }
}

fn breaks(setup: &Setup, journal: &[Entry], invariant: usize, until_us: u64) -> bool {
    schedule::play(setup, journal, until_us).is_ok_and(|ended| ended.broken.is_some_and(|(broken, _)| broken == invariant))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shrinks to the numbers of `needed`, all of which are in the list.
    fn shrunk(list: Vec<u32>, needed: &[u32], suspect: fn(&u32) -> bool) -> (Vec<u32>, usize) {
        let (mut shrink, mut tries) = (Shrink::new(list, suspect), 0);
        while let Some(candidate) = shrink.candidate() {
            tries += 1;
            let shows = needed.iter().all(|number| candidate.contains(number));
            shrink.tell(shows.then_some(candidate));
        }
        (shrink.best().to_vec(), tries)
    }

    #[test]
    fn what_does_not_matter_goes_in_few_tries_and_the_order_stays() {
        let (best, tries) = shrunk((0..1_000).collect(), &[700, 3, 999], |_| false);
        assert_eq!(best, [3, 700, 999]);
        assert!(tries < 150, "{tries}");
    }

    #[test]
    fn suspects_are_tried_first_and_nothing_is_left_of_what_needs_nothing() {
        let (best, tries) = shrunk((0..10).collect(), &[2], |number| *number != 2);
        assert_eq!(best, [2]);
        assert_eq!(tries, 9 + 1);
        assert!(shrunk((0..10).collect(), &[], |_| false).0.is_empty());
    }
}
