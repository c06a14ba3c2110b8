//! Maglev hashing (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, §3.4).
//!
//! Every backend has a list of all entries of the table in an order of its own. In turns, each takes the first entry of its list that is still free.

/// A backend's list: entry `(offset + j · skip) mod M` stands at place j.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backend {
    /// Below M.
    pub offset: u32,
    /// From 1 to M − 1; with a prime M every entry comes once.
    pub skip: u32,
}

/// Pseudocode 1 of the paper: for each of the `size` entries the index of its backend. `size` is prime.
pub fn lookup_table(backends: &[Backend], size: u32) -> Vec<u16> {
    const FREE: u16 = u16::MAX;
    let mut entry = vec![FREE; size as usize];
    let mut next = vec![0_u64; backends.len()];
    let mut filled = 0;
    while filled < size && !backends.is_empty() {
        for (index, (backend, next)) in (0_u16..).zip(backends.iter().zip(&mut next)) {
            let place = |j: u64| ((u64::from(backend.offset) + j * u64::from(backend.skip)) % u64::from(size)) as usize;
            while entry.get(place(*next)).is_some_and(|taken| *taken != FREE) {
                *next += 1;
            }
            if let Some(slot) = entry.get_mut(place(*next)) {
                *slot = index;
            }
            *next += 1;
            filled += 1;
            if filled == size {
                break;
            }
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_paper_come_out() {
        // Table 1: three backends, M = 7, and what is left when the second goes.
        let backends = [Backend { offset: 3, skip: 4 }, Backend { offset: 0, skip: 2 }, Backend { offset: 3, skip: 1 }];
        assert_eq!(lookup_table(&backends, 7), [1, 0, 1, 0, 2, 2, 0]);
        assert_eq!(lookup_table(&[backends[0], backends[2]], 7), [0, 0, 0, 0, 1, 1, 1]);
    }
}
