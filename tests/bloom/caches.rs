//! Caches that exchange digests: what a summary never denies, what each rule protects, and what stale digests cost.

use crate::run::{broken, has_fact, record, setup};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::Timeline;
use faultline::topics::bloom_filters::summary_cache::{Seen, SummaryCache, param};
use faultline::topics::topic;

fn seen(run: &Timeline) -> &Seen {
    run.clock().world().ghost::<SummaryCache>().unwrap()
}

#[test]
fn whatever_happens_no_summary_denies_what_its_cache_holds() {
    let (_, entry) = topic(20).unwrap().by_id("summary-cache").unwrap();
    for seed in 0..60 {
        let journal = random_schedule(seed, 4, entry.algorithm.commands(), &Shape { wipes: true, ..Shape::default() });
        assert_eq!(broken(&setup("summary-cache", 4, seed, &[]), &journal, 8_000), None, "seed {seed}");
    }
}

#[test]
fn a_summary_of_bits_denies_what_its_cache_holds_as_soon_as_something_goes() {
    for seed in 0..10 {
        let (name, _) = broken(&setup("summary-cache", 4, seed, &[(param::COUNT, 0)]), &[], 20_000).unwrap();
        assert_eq!(name, "summary-covers-cache", "seed {seed}");
    }
}

#[test]
fn digests_save_fetches_and_stale_ones_cost_questions() {
    let run = |params: &[(u16, i64)]| record(&setup("summary-cache", 4, 1, params), &[], 30_000);
    let (by_digest, nobody, everybody) = (run(&[]), run(&[(param::ASKED, 2)]), run(&[(param::ASKED, 1)]));
    let sent = |run: &Timeline, kind: usize| run.clock().tallies()[kind].sent;
    let (query, fetch) = (1, 4);
    assert!(sent(&by_digest, fetch) < sent(&nobody, fetch), "{} {}", sent(&by_digest, fetch), sent(&nobody, fetch));
    assert!(2 * sent(&by_digest, query) < sent(&everybody, query), "{} {}", sent(&by_digest, query), sent(&everybody, query));
    assert!(!has_fact(&by_digest, "mostly-for-nothing"));
    let forgetful = run(&[(param::FORGET, 0)]);
    assert!(has_fact(&forgetful, "mostly-for-nothing"), "{:?}", seen(&forgetful).counts);
    println!("{:?} {:?}", seen(&by_digest).counts, seen(&run(&[(param::DIGEST_MS, 20_000)])).counts);
}
