//! The engine in a browser: the same runs as `engine.rs`, timed by the page's clock. README.md beside this has the budgets.
//!
//! `cargo test --release --no-default-features --target wasm32-unknown-unknown --bench web -- --nocapture` is the site's own profile;
//! `CARGO_PROFILE_RELEASE_OPT_LEVEL=3` in front of it builds for speed instead of size.

#![cfg(test)]
#![cfg(target_arch = "wasm32")]

mod common;
mod frames;
// Of the models, this measures one.
#[allow(dead_code)]
#[path = "../tests/models/mod.rs"]
mod models;

use common::Run;
use faultline::check::explorer::{Explorer, Limits, Query, started};
use faultline::scenario::link;
use faultline::sim::{Clock, Params, Protocol};
use faultline::topics::TOPICS;
use models::paxos;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const EVENTS: u64 = 200_000;
/// Of which the fastest counts: the others were disturbed.
const ROUNDS: u32 = 5;
const SEEKS: u64 = 300;

fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).expect("a page has a clock").now()
}

fn took_ms(work: impl FnOnce()) -> f64 {
    let start = now_ms();
    work();
    now_ms() - start
}

fn measure(name: &str, start: &Run, events: u64, each: fn(&Clock)) {
    let rounds = (0..ROUNDS).map(|_| {
        let mut run = start.clone();
        took_ms(|| run.play(events, each))
    });
    let fastest_ms = rounds.fold(f64::INFINITY, f64::min);
    console_log!("{name}: {:.2} million events/s", events as f64 / fastest_ms / 1e3);
}

#[wasm_bindgen_test]
fn events_a_second() {
    measure("ping-pong, nothing checked or written down", &Run::ping(), EVENTS, |_| ());
    measure("five-node Raft, nothing checked or written down", &Run::raft(false, false), EVENTS, |_| ());
    measure("five-node Raft, every invariant after every event", &Run::raft(true, false), EVENTS / 2, |clock| {
        assert!(clock.world().check(0).is_none());
    });
    measure("five-node Raft, checked and written down as on the page", &Run::raft(true, true), EVENTS / 4, |_| ());
}

fn heap_bytes() -> f64 {
    use wasm_bindgen::JsCast;
    wasm_bindgen::memory()
        .dyn_into::<js_sys::WebAssembly::Memory>()
        .ok()
        .and_then(|memory| memory.buffer().dyn_into::<js_sys::ArrayBuffer>().ok())
        .map_or(0.0, |buffer| f64::from(buffer.byte_length()))
}

#[wasm_bindgen_test]
fn seeks_in_a_long_run() {
    let before = heap_bytes();
    let mut timeline = common::long_run();
    console_log!(
        "memory of {} events: {:.1} MB, {} snapshots",
        common::LONG_RUN_EVENTS,
        (heap_bytes() - before) / 1e6,
        timeline.snapshot_count()
    );
    let mut took: Vec<f64> =
        common::positions(SEEKS).map(|steps| took_ms(|| timeline.seek_step(steps).expect("it is within the run"))).collect();
    took.sort_by(f64::total_cmp);
    console_log!("seek: median {:.2} ms, 99 of 100 within {:.2} ms", took[took.len() / 2], took[took.len() * 99 / 100]);
}

#[wasm_bindgen_test]
fn an_editing_history() {
    let history = common::writing::history(common::EDITS);
    let ms = took_ms(|| assert!(!common::writing::replay(&history).1.is_empty()));
    console_log!("editing history of {} operations, typed and replayed at another replica: {ms:.0} ms", common::EDITS);
    assert!(ms < 1_000.0);
}

#[wasm_bindgen_test]
fn links() {
    let text = link::encode(&common::busy_scenario()).expect("it is valid");
    let decode_ms = took_ms(|| (0..100).for_each(|_| assert!(link::decode(&text, TOPICS).is_ok()))) / 100.0;
    console_log!("decode of a link with 60 interventions: {decode_ms:.3} ms");
    for (name, text) in common::hostile_texts() {
        console_log!("refusal of 64 KB, {name}: {:.2} ms", took_ms(|| assert!(link::decode(&text, TOPICS).is_err())));
    }
}

/// A million states of Paxos, with every one of its three clients' histories judged.
#[wasm_bindgen_test]
fn states_a_second() {
    let unlimited = Limits { states_max: u64::MAX, memory_bytes_max: u64::MAX, ..Limits::default() };
    for clients in [2, 3] {
        let params = Params::defaults(paxos::Paxos::PARAMS);
        let world = started(&paxos::PAXOS, 3 + clients, params, 0).expect("it is a valid world");
        let before = heap_bytes();
        let mut explorer = Explorer::new(&world, &Query { limits: unlimited, ..Query::invariants(&paxos::PAXOS) }).expect("a valid query");
        let mut distinct = 0;
        let ms = took_ms(|| distinct = explorer.finish().distinct);
        let mib = (heap_bytes() - before) / f64::from(1 << 20);
        console_log!("Paxos, {clients} clients: {distinct} states, {:.2} million states/s, {mib:.0} MiB", distinct as f64 / ms / 1e3);
    }
}
