//! Chang–Roberts: what an election costs, and that only the largest wins.

use crate::run::{Fault, SCHEDULES, at_ms, command_at_ms, crashes, has_fact, leaders, play, record, schedules_until_broken, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::{Choice, Clock, Conditions, Latency, NodeId, Params};
use faultline::topics::leader_election::ring::{Ring, number_of, param};
use faultline::topics::topic;

const RISING: i64 = 0;
const FALLING: i64 = 1;
const BY_COMMAND: (u16, i64) = (param::INITIATORS, 2);
const SKIP_DEAD: (u16, i64) = (param::SKIP_DEAD, 1);

/// The ring's own network: links that keep the order.
fn in_order() -> Conditions {
    Conditions { fifo: true, ..Conditions::default() }
}

/// Messages of each kind that an election of `nodes` processes took, all of them starting at once.
fn cost(nodes: u16, params: &[(u16, i64)]) -> (u64, u64) {
    let setup = setup("ring", nodes, 1, params, in_order());
    let run = record(&setup, &[], 20_000);
    assert!(run.record().violations.is_empty());
    assert!((0..nodes).all(|i| elected(run.clock(), i) == Some(u32::from(nodes))));
    let tallies = run.clock().tallies();
    (tallies[0].sent, tallies[1].sent)
}

fn elected(clock: &Clock, node: u16) -> Option<u32> {
    clock.world().parts::<Ring>(NodeId(node))?.volatile.as_ref()?.elected
}

fn start_election(ms: u64, node: u16, k: u32) -> Fault {
    command_at_ms(ms, node, k, 0, Vec::new())
}

/// An election started somewhere every 700 ms.
fn elections(seed: u64, nodes: u16, until_ms: u64) -> Vec<Fault> {
    (0..until_ms / 700)
        .map(|k| start_election(k * 700 + seed % 97, u16::try_from((seed + k) % u64::from(nodes)).unwrap(), k as u32))
        .collect()
}

fn merged(mut a: Vec<Fault>, b: Vec<Fault>) -> Vec<Fault> {
    a.extend(b);
    a.sort_by_key(|entry| entry.at);
    a
}

#[test]
fn numbers_that_rise_along_the_way_cost_2n_minus_1_and_falling_ones_n_n_plus_1_over_2() {
    for nodes in 2..=12u16 {
        let n = u64::from(nodes);
        assert_eq!(cost(nodes, &[(param::ARRANGEMENT, RISING)]), (2 * n - 1, n), "rising, n = {n}");
        assert_eq!(cost(nodes, &[(param::ARRANGEMENT, FALLING)]), (n * (n + 1) / 2, n), "falling, n = {n}");
    }
}

#[test]
fn over_all_arrangements_an_election_costs_n_times_the_nth_harmonic_number() {
    let election_messages = |nodes, permutation: u64| {
        let params = [(param::PERMUTATION, i64::try_from(permutation).unwrap())];
        let (clock, _) = play(&setup("ring", nodes, 1, &params, in_order()), &[], 20_000);
        u64::from(clock.world().ghost::<Ring>().unwrap().election_messages())
    };
    for nodes in 3..=7u16 {
        let n = u64::from(nodes);
        let count: u64 = (1..=n).product();
        let total: u64 = (0..count).map(|permutation| election_messages(nodes, permutation)).sum();
        // The sum over all n! arrangements is n! · n · Hₙ, an integer: n · Σ n!/k.
        let expected: u64 = n * (1..=n).map(|k| count / k).sum::<u64>();
        assert_eq!(total, expected, "n = {n}");
    }
}

#[test]
fn on_links_that_reorder_a_late_number_may_start_an_election_after_the_victory() {
    let run = |seed| {
        let setup = setup("ring", 5, seed, &[], Conditions::default());
        record(&setup, &[], 20_000).clock().tallies()[0].sent
    };
    let (in_order, reordered) = (cost(5, &[]).0, (0..1_000).map(run).max().unwrap());
    assert!(reordered > in_order, "{reordered} > {in_order}");
}

#[test]
fn every_shuffle_gives_each_process_a_number_of_its_own() {
    let (_, entry) = topic(8).unwrap().by_id("ring").unwrap();
    let mut params = Params::defaults(entry.algorithm.params());
    for permutation in [0, 53, 5_039, 40_319, 479_001_599] {
        params.set(param::PERMUTATION, permutation);
        for nodes in 2..=12u16 {
            let mut numbers: Vec<u32> = (0..nodes).map(|place| number_of(place, nodes, &params)).collect();
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=u32::from(nodes)).collect::<Vec<u32>>());
        }
    }
}

#[test]
fn only_the_largest_is_elected_whatever_happens_to_nodes_and_messages() {
    let shape = Shape { faults: 8, ..Shape::default() };
    let (_, entry) = topic(8).unwrap().by_id("ring").unwrap();
    let mut victories = 0;
    for seed in 0..SCHEDULES {
        let permutation = (param::PERMUTATION, i64::try_from(seed).unwrap());
        let faults = random_schedule(seed, 5, entry.algorithm.commands(), &shape);
        let (clock, broken) = play(&setup("ring", 5, seed, &[permutation], Conditions::default()), &faults, 8_000);
        assert_eq!(broken, None, "seed {seed}");
        assert!((0..5).all(|i| elected(&clock, i).is_none_or(|number| number == 5)), "seed {seed}");
        victories += u64::from((0..5).any(|i| elected(&clock, i).is_some()));
    }
    assert!(victories > SCHEDULES / 4, "{victories}");
}

#[test]
fn skipping_dead_successors_elects_the_largest_that_was_up_if_acknowledgements_are_never_late() {
    let mut victories = 0;
    for seed in 0..SCHEDULES {
        let permutation = (param::PERMUTATION, i64::try_from(seed).unwrap());
        let faults = merged(crashes(seed, 0, 5, 1_500, 8_000), elections(seed, 5, 8_000));
        let (clock, broken) = play(&setup("ring", 5, seed, &[permutation, SKIP_DEAD], Conditions::default()), &faults, 8_000);
        assert_eq!(broken, None, "seed {seed}");
        victories += u64::from((0..5).any(|i| elected(&clock, i).is_some()));
    }
    assert!(victories > SCHEDULES / 2, "{victories}");
}

#[test]
fn without_swallowing_everybody_is_elected() {
    let setup = setup("ring", 5, 1, &[(param::SWALLOW, 0)], Conditions::default());
    assert_eq!(play(&setup, &[], 5_000).1.unwrap().0, "largest-elected");
    let run = record(&setup, &[], 5_000);
    assert!(has_fact(&run, "two-leaders"));
    assert_eq!(leaders(run.clock()).len(), 1, "the news of the last victory silences the others");
}

#[test]
fn skipping_a_successor_that_is_only_slow_or_out_of_reach_elects_a_smaller_one() {
    let slow = Conditions { latency: Latency::Uniform(20_000, 200_000), ..Conditions::default() };
    let partition = [at_ms(100, Choice::Partition(vec![0, 0, 0, 1, 1]))];
    for (what, network, faults) in [("slow", slow, &[][..]), ("out of reach", Conditions::default(), &partition[..])] {
        let found = schedules_until_broken("largest-elected", |seed| play(&setup("ring", 5, seed, &[SKIP_DEAD], network), faults, 6_000).1);
        println!("a successor that is {what}: broken after {found:?} schedules");
        assert!(found.is_some(), "{what}");
    }
}

#[test]
fn a_dead_node_breaks_the_papers_ring_and_skipping_it_mends_it() {
    let faults = [at_ms(100, Choice::Crash(NodeId(2))), start_election(500, 0, 0)];
    let papers = setup("ring", 5, 1, &[BY_COMMAND, (param::ARRANGEMENT, RISING)], in_order());
    let run = record(&papers, &faults, 10_000);
    assert!((0..5).all(|i| elected(run.clock(), i).is_none()));
    assert!(has_fact(&run, "token-lost"));

    let mended = setup("ring", 5, 1, &[BY_COMMAND, (param::ARRANGEMENT, RISING), SKIP_DEAD], Conditions::default());
    let (clock, broken) = play(&mended, &faults, 10_000);
    assert_eq!(broken, None);
    assert!([0, 1, 3, 4].into_iter().all(|i| elected(&clock, i) == Some(5)));
}
