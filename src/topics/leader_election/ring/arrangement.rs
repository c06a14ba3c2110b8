//! How the processes' numbers lie on the ring, and what an election on it costs. Arithmetic only.

use super::param;
use crate::sim::Params;

/// The number of the process at `place`, from 1 to `nodes`. Every value of the params is an arrangement: a permutation's number
/// counts modulo n!, in the factorial number system.
pub fn number_of(place: u16, nodes: u16, params: &Params) -> u32 {
    let numbers = 1..=u32::from(nodes);
    match params.get(param::ARRANGEMENT) {
        0 => u32::from(place) + 1,
        1 => u32::from(nodes.saturating_sub(place)),
        _ => permutation(params.get_u64(param::PERMUTATION), numbers.collect()).get(usize::from(place)).copied().unwrap_or(0),
    }
}

/// Permutation number `index` (modulo n!) of `numbers`, in lexicographic order.
fn permutation(mut index: u64, mut numbers: Vec<u32>) -> Vec<u32> {
    let n = numbers.len() as u64;
    // Digit k counts the numbers after place n − 1 − k that are smaller than the one there.
    let digits: Vec<u64> = (1..=n)
        .map(|base| {
            let digit = index % base;
            index /= base;
            digit
        })
        .collect();
    let taken = digits.iter().rev().map(|digit| numbers.remove(usize::try_from(*digit).unwrap_or(0)));
    taken.collect()
}

/// Election messages if all of `numbers`, in the order of the ring, start at once: each number travels to the first larger one.
pub fn cost(numbers: &[u32]) -> u32 {
    let n = numbers.len();
    let hops = |(place, number): (usize, &u32)| {
        let ahead = numbers.iter().cycle().skip(place + 1).take(n);
        let smaller = ahead.take_while(|other| *other < number).count();
        u32::try_from((smaller + 1).min(n)).unwrap_or(u32::MAX)
    };
    numbers.iter().enumerate().map(hops).sum()
}

/// Fewest, average (in hundredths) and most election messages over all arrangements of `n` numbers, if all start at once:
/// 2n − 1, n·Hₙ, and n(n + 1)/2 (§3 of the paper).
pub fn bounds(n: u32) -> (u32, u32, u32) {
    let harmonic_e6: u64 = (1..=u64::from(n)).map(|k| 1_000_000 / k).sum();
    let average_e2 = (u64::from(n) * harmonic_e6 + 5_000) / 10_000;
    (2 * n - 1, u32::try_from(average_e2).unwrap_or(u32::MAX), n * (n + 1) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_permutation_has_its_number() {
        let all: BTreeSet<Vec<u32>> = (0..24).map(|index| permutation(index, vec![1, 2, 3, 4])).collect();
        assert_eq!(all.len(), 24);
        assert_eq!(permutation(0, vec![1, 2, 3]), [1, 2, 3]);
        assert_eq!(permutation(5, vec![1, 2, 3]), [3, 2, 1]);
        assert_eq!(permutation(6, vec![1, 2, 3]), [1, 2, 3]);
    }

    #[test]
    fn the_bounds_are_those_of_all_arrangements() {
        for n in 3..=7u32 {
            let count: u64 = (1..=u64::from(n)).product();
            let costs: Vec<u64> = (0..count).map(|index| u64::from(cost(&permutation(index, (1..=n).collect())))).collect();
            let (least, average_e2, most) = bounds(n);
            assert_eq!(costs.iter().min(), Some(&u64::from(least)));
            assert_eq!(costs.iter().max(), Some(&u64::from(most)));
            let sum: u64 = costs.iter().sum();
            assert_eq!((100 * sum + count / 2) / count, u64::from(average_e2), "n = {n}");
        }
    }
}
