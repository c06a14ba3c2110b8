//! The engine natively: events a second, seeks in a long run, links. README.md beside this has the budgets and says how to read it.
//!
//! `cargo bench --bench engine`

// As in tests: what is wrong with a bench should stop it.
#![allow(clippy::expect_used)]

mod common;

use common::Run;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use faultline::scenario::link;
use faultline::sim::Clock;
use faultline::topics::TOPICS;
use std::hint::black_box;
// Measuring is what a bench is for.
#[allow(clippy::disallowed_types)]
use std::time::Instant;

/// Events played in one measurement.
const EVENTS: u64 = 20_000;
/// Seeks of which the slowest hundredth is told.
const SEEKS: u64 = 1_000;

fn events(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(EVENTS)).sample_size(30);
    let mut measure = |name: &str, start: Run, each: fn(&Clock)| {
        group.bench_function(name, |bencher| {
            let play = |mut run: Run| {
                run.play(EVENTS, each);
                run
            };
            bencher.iter_batched(|| start.clone(), play, BatchSize::LargeInput);
        });
    };
    measure("ping-pong, nothing checked or written down", Run::ping(), |_| ());
    measure("five-node Raft, nothing checked or written down", Run::raft(false, false), |_| ());
    measure("five-node Raft, every invariant after every event", Run::raft(true, false), |clock| assert!(clock.world().check(0).is_none()));
    measure("five-node Raft, checked and written down as on the page", Run::raft(true, true), |_| ());
    group.finish();
}

/// Not a criterion measurement: what counts is the slowest seek and not the mean.
fn seeks(_: &mut Criterion) {
    let before = resident_bytes();
    let mut timeline = common::long_run();
    let held = resident_bytes().zip(before).map(|(after, before)| after.saturating_sub(before));
    let mut took_us: Vec<f64> = common::positions(SEEKS)
        .map(|steps| {
            #[allow(clippy::disallowed_types)] // As above.
            let start = Instant::now();
            timeline.seek_step(steps).expect("it is within the run");
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    took_us.sort_by(f64::total_cmp);
    let (median, slow) = (took_us[took_us.len() / 2], took_us[took_us.len() * 99 / 100]);
    println!("seek in {} events: median {median:.0} us, 99 of 100 within {slow:.0} us", common::LONG_RUN_EVENTS);
    let memory = held.map_or_else(|| "unknown here".to_owned(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6));
    println!("memory of that run: {memory}, {} snapshots", timeline.snapshot_count());
}

/// Memory of this process, where the system tells.
fn resident_bytes() -> Option<u64> {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// A text that is typed at one replica and replayed at another.
fn writing(criterion: &mut Criterion) {
    let history = common::writing::history(common::EDITS);
    let mut group = criterion.benchmark_group("text");
    group.sample_size(10).throughput(Throughput::Elements(common::EDITS as u64));
    group.bench_function("editing history of single letters", |bencher| bencher.iter(|| common::writing::replay(black_box(&history))));
    group.finish();
}

fn links(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("link");
    group.sample_size(30);
    let scenario = common::busy_scenario();
    let text = link::encode(&scenario).expect("it is valid");
    group.bench_function("encode, 60 interventions", |bencher| bencher.iter(|| link::encode(black_box(&scenario))));
    group.bench_function("decode, 60 interventions", |bencher| bencher.iter(|| link::decode(black_box(&text), TOPICS)));
    for (name, text) in common::hostile_texts() {
        group.bench_function(format!("refuse 64 KB, {name}"), |bencher| bencher.iter(|| link::decode(black_box(&text), TOPICS).is_err()));
    }
    group.finish();
}

criterion_group!(benches, seeks, events, writing, links);
criterion_main!(benches);
