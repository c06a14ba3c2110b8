//! Where keys go: published results, movement and load against theory.

use faultline::sim::NodeId;
use faultline::topics::consistent_hashing::placement::circle::capacity;
use faultline::topics::consistent_hashing::placement::jump::jump_consistent_hash;
use faultline::topics::consistent_hashing::placement::{Member, Method, Placement, Rules, theory};

const KEYS: u16 = 4_000;

fn rules(method: Method) -> Rules {
    Rules { method, seed: 7, tokens: 128, table: 1_009, epsilon_percent: 25, keys: KEYS.into(), replicas: 1, distinct: true }
}

fn members(nodes: impl IntoIterator<Item = u16>) -> Vec<Member> {
    nodes.into_iter().map(|node| Member { node: NodeId(node), weight: 1 }).collect()
}

fn moved(before: &Placement, after: &Placement) -> f64 {
    let moved = (0..KEYS).filter(|key| before.owner(*key) != after.owner(*key)).count();
    moved as f64 / f64::from(KEYS)
}

#[test]
fn jump_hash_gives_the_buckets_that_others_give() {
    // From the tests of Guava's Hashing.consistentHash and of dgryski/go-jump, both after the paper's figure 1.
    let known: [(u64, u32, u32); 8] = [
        (10_863_919_174_838_991, 11, 6),
        (2_016_238_256_797_177_309, 11, 3),
        (1_673_758_223_894_951_030, 11, 5),
        (1, 1, 0),
        (42, 57, 43),
        (0xDEAD_10CC, 1, 0),
        (0xDEAD_10CC, 666, 361),
        (256, 1_024, 520),
    ];
    for (key, buckets, bucket) in known {
        assert_eq!(jump_consistent_hash(key, buckets), bucket, "{key} of {buckets}");
    }
}

#[test]
fn modulo_moves_nearly_all_keys_and_the_others_about_as_few_as_can_be() {
    for method in Method::ALL {
        for n in [2_u16, 4, 9] {
            let part = (0..8).map(|seed| theory::moved_measured(Rules { seed, ..rules(method) }, n, 2_000)).sum::<f64>() / 8.0;
            let (least, modulo) = (theory::moved_least(n.into()), theory::moved_modulo(n.into()));
            match method {
                Method::Modulo => assert!((part - modulo).abs() < 0.02, "{part} of {modulo}"),
                // Each key that a full node sends on may push others on.
                Method::Bounded => assert!(part < 2.5 * least, "{method:?} {n}: {part} of {least}"),
                // The paper's price for evenness: a few more than needed.
                Method::Maglev => assert!(part < 1.6 * least, "{method:?} {n}: {part} of {least}"),
                Method::Circle | Method::Rendezvous | Method::Jump => {
                    assert!((part - least).abs() < 0.15 * least, "{method:?} {n}: {part} of {least}");
                }
            }
        }
    }
}

#[test]
fn on_the_ring_and_in_rendezvous_keys_move_only_to_who_joins_and_only_from_who_leaves() {
    for method in Method::ALL {
        for replicas in [1, 2, 3] {
            let all = Placement::new(Rules { replicas, tokens: 2, ..rules(method) }, members(1..=5));
            let without = Placement::new(*all.rules(), members([1, 2, 4, 5]));
            let is_needless = |key: u16| {
                let (with, without) = (all.preference(key), without.preference(key));
                without.iter().any(|node| !with.contains(node)) != with.contains(&NodeId(3))
            };
            let needless = (0..KEYS).filter(|key| is_needless(*key)).count();
            assert_eq!(needless == 0, method.is_monotone(), "{method:?} {replicas}: {needless}");
        }
    }
}

#[test]
fn jump_moves_as_few_as_can_be_only_if_the_last_one_goes() {
    let all = Placement::new(rules(Method::Jump), members(1..=5));
    let last = moved(&all, &Placement::new(*all.rules(), members(1..=4)));
    let first = moved(&all, &Placement::new(*all.rules(), members(2..=5)));
    assert!((last - 0.2).abs() < 0.03 && first > 0.8, "{last} {first}");
}

#[test]
fn the_spread_of_load_on_the_ring_falls_with_the_root_of_the_virtual_nodes() {
    for tokens in [1, 4, 16, 64, 256] {
        for n in [3_u16, 10] {
            let measured = theory::spread_measured(Rules { tokens, ..rules(Method::Circle) }, n, 200);
            let expected = theory::spread_of_circle(n.into(), tokens.into());
            assert!((measured - expected).abs() < 0.1 * expected, "{tokens} of {n}: {measured}, theory {expected}");
        }
    }
}

#[test]
fn jump_spreads_keys_as_equally_as_counting_allows() {
    let n = 10.0;
    let squares: f64 = (0..100)
        .flat_map(|seed| theory::owned(&Placement::new(Rules { seed, ..rules(Method::Jump) }, members(1..=10)), KEYS))
        .map(|count| f64::from(count) * n / f64::from(KEYS) - 1.0)
        .map(|deviation| deviation * deviation)
        .sum();
    let (measured, expected) = ((squares / 1_000.0).sqrt(), theory::spread_of_counting(n, KEYS.into()));
    assert!((measured - expected).abs() < 0.1 * expected, "{measured}, theory {expected}");
}

#[test]
fn bounded_loads_keep_every_node_below_the_bound_with_one_virtual_node_each() {
    for seed in 0..50 {
        let rules = Rules { seed, tokens: 1, keys: 300, ..rules(Method::Bounded) };
        let most = |method| theory::owned(&Placement::new(Rules { method, ..rules }, members(1..=6)), 300).into_iter().max().unwrap();
        assert!(most(Method::Bounded) <= capacity(rules.epsilon_percent, rules.keys, 6));
    }
}

#[test]
fn a_node_of_weight_three_owns_three_times_as_much() {
    for method in [Method::Circle, Method::Rendezvous] {
        let mut all = members(1..=4);
        all[3].weight = 3;
        let mine: f64 = (0..20)
            .map(|seed| f64::from(theory::owned(&Placement::new(Rules { seed, ..rules(method) }, all.clone()), KEYS)[3]) / f64::from(KEYS))
            .sum();
        assert!((mine / 20.0 - 0.5).abs() < 0.03, "{method:?}: {}", mine / 20.0);
    }
}

#[test]
fn copies_are_on_distinct_nodes_unless_that_rule_is_off() {
    for method in Method::ALL {
        let placement = Placement::new(Rules { replicas: 3, ..rules(method) }, members(1..=4));
        assert!((0..KEYS).all(|key| {
            let mut nodes = placement.preference(key);
            nodes.sort_unstable();
            nodes.dedup();
            nodes.len() == 3
        }));
    }
    let together = Placement::new(Rules { replicas: 2, distinct: false, ..rules(Method::Circle) }, members(1..=4));
    let count = (0..KEYS).filter(|key| together.preference(*key).len() == 1).count();
    // The next virtual node is of the same machine once in n times.
    assert!((count as f64 / f64::from(KEYS) - 0.25).abs() < 0.06, "{count}");
}
