//! Whether the operations on a register could have happened one at a time, each between its call and its return.
//!
//! Wing and Gong's search ("Testing and Verifying Concurrent Objects", 1993) with Lowe's memory of configurations ("Testing for
//! Linearizability", 2017): which operations are placed and what the register holds then. Knows no algorithm.

use std::collections::BTreeSet;

/// What an operation did.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action<V> {
    /// It wrote this.
    Write(V),
    /// It read this.
    Read(V),
}

/// An operation of a history.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Call<V> {
    /// What it did. A read that has not returned has read nothing yet: leave it out.
    pub action: Action<V>,
    /// Whether it has returned. A write that has not may have taken effect or not.
    pub returned: bool,
    /// The operations that had returned before it was called: bit `i` for the `i`-th of the history.
    pub after: u64,
}

/// Most operations in a history.
pub const CALLS_MAX: usize = 64;

/// An order in which the operations could have happened one at a time, if there is one: indices into `calls`. Writes that have not returned
/// are in it only if somebody read what they wrote. `None` also for more than [`CALLS_MAX`] operations, of which nothing can be said.
pub fn order<V: Copy + PartialEq>(initial: V, calls: &[Call<V>]) -> Option<Vec<usize>> {
    if calls.len() > CALLS_MAX {
        return None;
    }
    let bits = calls.iter().enumerate().filter(|(_, call)| call.returned).map(|(index, _)| 1u64 << index);
    let mut search = Search { calls, must: bits.sum(), seen: BTreeSet::new(), order: Vec::new() };
    search.place(0, None, initial).then_some(search.order)
}

struct Search<'a, V> {
    calls: &'a [Call<V>],
    /// The operations that must be placed.
    must: u64,
    /// Configurations that led nowhere: the operations placed, and the write that was last.
    seen: BTreeSet<(u64, Option<usize>)>,
    order: Vec<usize>,
}

impl<V: Copy + PartialEq> Search<'_, V> {
    /// Places the rest of the operations after those of `placed`, when the register holds `value`, written by `last`.
    fn place(&mut self, placed: u64, last: Option<usize>, value: V) -> bool {
        if placed & self.must == self.must {
            return true;
        }
        if !self.seen.insert((placed, last)) {
            return false;
        }
        for (index, call) in self.calls.iter().enumerate() {
            let bit = 1u64 << index;
            if placed & bit != 0 || call.after & !placed != 0 {
                continue;
            }
            let (last, value) = match call.action {
                Action::Write(written) => (Some(index), written),
                Action::Read(read) if read == value => (last, value),
                Action::Read(_) => continue,
            };
            self.order.push(index);
            if self.place(placed | bit, last, value) {
                return true;
            }
            self.order.pop();
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(action: Action<u8>, after: u64) -> Call<u8> {
        Call { action, returned: true, after }
    }
    use Action::{Read, Write};

    #[test]
    fn a_read_after_a_write_has_returned_sees_it() {
        assert_eq!(order(0, &[call(Write(1), 0), call(Read(1), 1)]), Some(vec![0, 1]));
        assert_eq!(order(0, &[call(Write(1), 0), call(Read(0), 1)]), None);
    }

    #[test]
    fn a_read_beside_a_write_may_see_it_or_not() {
        assert!(order(0, &[call(Write(1), 0), call(Read(1), 0)]).is_some());
        assert!(order(0, &[call(Write(1), 0), call(Read(0), 0)]).is_some());
    }

    #[test]
    fn a_write_that_has_not_returned_may_have_taken_effect() {
        let open = Call { action: Write(1), returned: false, after: 0 };
        assert!(order(0, &[open, call(Read(1), 0)]).is_some());
        assert!(order(0, &[open, call(Read(0), 0)]).is_some());
        assert_eq!(order(0, &[open, call(Read(1), 0), call(Read(0), 0b10)]), None);
    }

    /// All orders of the operations, one after another.
    fn by_brute_force(calls: &[Call<u8>], placed: u64, value: u8) -> bool {
        let is_left = |index: usize| placed & (1 << index) == 0;
        if (0..calls.len()).all(|index| !is_left(index) || !calls[index].returned) {
            return true;
        }
        (0..calls.len()).any(|index| {
            let call = calls[index];
            if !is_left(index) || call.after & !placed != 0 {
                return false;
            }
            match call.action {
                Write(written) => by_brute_force(calls, placed | 1 << index, written),
                Read(read) => read == value && by_brute_force(calls, placed | 1 << index, value),
            }
        })
    }

    #[test]
    fn every_small_history_is_judged_as_by_trying_all_orders() {
        let mut verdicts = [0; 2];
        for seed in 0..20_000u64 {
            let mut bits = crate::sim::hash::finish(seed);
            let mut draw = |n: u64| {
                bits = crate::sim::hash::finish(bits);
                bits % n
            };
            // Calls and returns at random places of a line.
            let spans: Vec<(u64, u64)> = (0..2 + draw(4)).map(|_| (draw(20), draw(20))).map(|(a, b)| (a.min(b), a.max(b) + 1)).collect();
            let calls: Vec<Call<u8>> = spans
                .iter()
                .map(|(called, _)| {
                    let after = spans.iter().enumerate().filter(|(_, other)| other.1 <= *called).map(|(index, _)| 1u64 << index).sum();
                    let value = u8::try_from(draw(3)).unwrap();
                    call(if draw(2) == 0 { Write(value) } else { Read(value) }, after)
                })
                .collect();
            let expected = by_brute_force(&calls, 0, 0);
            verdicts[usize::from(expected)] += 1;
            assert_eq!(order(0, &calls).is_some(), expected, "{calls:?}");
        }
        assert!(verdicts.iter().all(|count| *count > 1_000), "{verdicts:?}");
    }
}
