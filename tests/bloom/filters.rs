//! The client and the filters: no false negative under any faults, and one for each rule that is switched off.

use crate::run::{at_ms, broken, command, has_fact, record, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::timeline::Entry;
use faultline::sim::{Choice, NodeId, rng};
use faultline::topics::bloom_filters::bloom::{Bloom, Seen, param};
use faultline::topics::topic;

const INSERT: u16 = 0;
const DELETE: u16 = 2;
const DELETE_WRONG: u16 = 3;
/// Indices of numbers of keys.
const HUNDRED: i64 = 1;
const THOUSAND: i64 = 2;
const TEN_THOUSAND: i64 = 3;
const MILLION: i64 = 6;

/// A client that deletes and inserts keys that are there, keys that are not, and keys that were only taken for there.
fn restless(seed: u64, keys: u64) -> Vec<Entry> {
    let mut luck = rng::stream(seed);
    let mut pick = |n| rng::pick(&mut luck, n);
    let mut journal: Vec<Entry> = (0..60)
        .map(|k| {
            let (ms, key) = (1_000 + u64::from(k) * 80 + pick(60), i64::try_from(pick(keys)).unwrap());
            match pick(4) {
                0 => command(ms, 0, k, INSERT, &[key]),
                1 => command(ms, 0, k, DELETE_WRONG, &[]),
                _ => command(ms, 0, k, DELETE, &[key]),
            }
        })
        .collect();
    journal.sort_by_key(|entry| entry.at);
    journal
}

fn crash_and_change(seed: u64) -> Vec<Entry> {
    let mut luck = rng::stream(!seed);
    let mut pick = |n| rng::pick(&mut luck, n);
    let mut journal = Vec::new();
    for k in 0..6 {
        let (ms, node) = (800 + k * 900, NodeId(1 + u16::try_from(pick(4)).unwrap()));
        journal.push(at_ms(ms, Choice::Crash(node)));
        journal.push(at_ms(ms + 100 + pick(300), Choice::Restart(node)));
        let (index, value) = [(param::HASHES, 1 + pick(16)), (param::BITS_PER_KEY, 1 + pick(20)), (param::SEED, pick(9))][pick(3) as usize];
        journal.push(at_ms(ms + 500, Choice::Param { index, value: i64::try_from(value).unwrap() }));
    }
    journal
}

fn all(seed: u64) -> Vec<Entry> {
    let (_, entry) = topic(20).unwrap().by_id("bloom").unwrap();
    let mut journal = random_schedule(seed, 5, entry.algorithm.commands(), &Shape { wipes: seed.is_multiple_of(3), ..Shape::default() });
    journal.extend(restless(seed, 1_000));
    journal.extend(crash_and_change(seed));
    journal.sort_by_key(|entry| entry.at);
    journal
}

#[test]
fn whatever_happens_no_filter_denies_a_key_that_is_on_its_disk() {
    let variants: [&[(u16, i64)]; 4] = [&[], &[(param::EXPIRE, 1)], &[(param::INSERTED, 300)], &[(param::SIZE_BY, 1), (param::KIND, 2)]];
    for seed in 0..200 {
        let mut params = vec![(param::KEYS, if seed % 2 == 0 { HUNDRED } else { THOUSAND }), (param::ASKED, 50)];
        params.extend(variants[(seed / 2) as usize % 4]);
        assert_eq!(broken(&setup("bloom", 5, seed, &params), &all(seed), 8_000), None, "seed {seed}");
    }
}

#[test]
fn each_rule_switched_off_makes_a_filter_deny_a_key_that_is_there() {
    let cases: [(u16, &[(u16, i64)]); 6] = [
        (param::BITS_STAY, &[]),
        (param::DELETE_MEMBERS, &[(param::KIND, 1), (param::BITS_PER_KEY, 12)]),
        (param::COUNTERS_STICK, &[(param::KIND, 1), (param::BITS_PER_KEY, 4), (param::HASHES, 12)]),
        (param::UNDO_KICKS, &[(param::KIND, 3), (param::INSERTED, 200)]),
        (param::REBUILD, &[]),
        (param::REBUILD_ON_RESTART, &[]),
    ];
    for (rule, params) in cases {
        let found = (0..40u64).find(|seed| {
            let mut journal = restless(*seed, 1_000);
            if rule >= param::REBUILD {
                journal.extend(crash_and_change(*seed));
                journal.sort_by_key(|entry| entry.at);
            }
            let run = |value| {
                let params = [&[(param::KEYS, THOUSAND), (param::ASKED, 200), (rule, value)], params].concat();
                broken(&setup("bloom", 5, *seed, &params), &journal, 8_000).map(|(name, _)| name)
            };
            assert_eq!(run(1), None, "rule {rule} on");
            run(0).as_deref() == Some("no-false-negative")
        });
        println!("rule {rule} off: a key is denied in schedule {found:?}");
        assert!(found.is_some(), "rule {rule}");
    }
}

#[test]
fn ten_bits_a_key_are_enough_for_one_percent_and_eight_are_not() {
    for seed in 0..10 {
        let run = |bits| {
            let params = [(param::KEYS, TEN_THOUSAND), (param::BITS_PER_KEY, bits), (param::HASHES, if bits == 10 { 7 } else { 6 })];
            record(&setup("bloom", 2, seed, &params), &[], 12_000)
        };
        let (small, large) = (run(8), run(10));
        assert!(has_fact(&small, "over-target") && !has_fact(&small, "under-target"), "seed {seed}");
        assert!(has_fact(&large, "under-target") && !has_fact(&large, "over-target"), "seed {seed}");
        assert!(large.record().violations.is_empty());
    }
}

#[test]
fn a_set_that_stays_as_large_fills_a_plain_filter_and_not_one_that_forgets() {
    let params = [(param::KEYS, THOUSAND), (param::BITS_PER_KEY, 16), (param::EXPIRE, 1)];
    let run = record(&setup("bloom", 5, 1, &params), &[], 30_000);
    let seen: &Seen = run.clock().world().ghost::<Bloom>().unwrap();
    let measured = |node| seen.last(NodeId(node)).unwrap().measured();
    assert!(measured(1) > 0.3 && measured(3) > 0.3, "{} {}", measured(1), measured(3));
    assert!(measured(4) < 0.05, "{}", measured(4));
    assert!(run.record().violations.is_empty());
}

#[test]
fn a_filter_of_16_mbit_can_be_filled_rewound_and_filled_again() {
    let params = [(param::KEYS, MILLION), (param::BITS_PER_KEY, 16), (param::HASHES, 11), (param::ASKED, 5_000)];
    let mut run = record(&setup("bloom", 2, 1, &params), &[], 6_000);
    let fingerprint = run.clock().fingerprint();
    let seen = run.clock().world().ghost::<Bloom>().unwrap();
    assert_eq!(seen.last(NodeId(1)).unwrap().keys, 1_000_000);
    assert!(seen.last(NodeId(1)).unwrap().measured() < 0.001);
    run.seek_time(2_000_000).unwrap();
    run.seek_time(6_000_000).unwrap();
    assert_eq!(run.clock().fingerprint(), fingerprint);
}
