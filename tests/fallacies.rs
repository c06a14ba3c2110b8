//! The eight fallacies: what helps holds under random faults, or under what it rests on; and each rule that is off breaks its promise.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

use faultline::check::schedule::{self, Shape, random_schedule};
use faultline::sim::timeline::Entry;
use faultline::sim::{At, Broken, Choice, Conditions, Exhibit, Intervention, Params, Setup, Timeline, rng};
use faultline::topics::{Entry as Algorithm, fallacies};

/// Schedules that each promise is tried under.
const SCHEDULES: u64 = 2_000;
/// Schedules that may be needed to find what a missing rule breaks.
const SEARCH_MAX: u64 = 500;
/// How long a run goes on: faults for five seconds, then a while to recover.
const UNTIL_US: u64 = 8_000_000;

fn algorithm(id: &str) -> &'static Algorithm {
    fallacies::TOPIC.algorithms.iter().find(|entry| entry.id == id).unwrap_or_else(|| panic!("there is no {id}"))
}

/// A run of `id` with some params by name, the rest as the catalogue has it.
fn setup(id: &str, seed: u64, params: &[(&str, i64)]) -> Setup {
    let entry = algorithm(id);
    let specs = entry.algorithm.params();
    let mut values = Params::defaults(specs);
    for (name, value) in params {
        let index = specs.iter().position(|spec| spec.name == *name).unwrap_or_else(|| panic!("{id} has no param {name}"));
        assert!(specs[index].admits(*value), "{name} does not admit {value}");
        values.set(index as u16, *value);
    }
    Setup { algorithm: entry.algorithm, nodes: entry.nodes.1, seed, params: values, network: entry.network, checked: true }
}

/// The first invariant that breaks, by name, and how.
fn broken(setup: &Setup, journal: &[Entry]) -> Option<(String, String)> {
    let ended = schedule::play(setup, journal, UNTIL_US).unwrap();
    ended.broken.map(|(index, Broken { says, .. })| (setup.algorithm.invariants()[index].name.to_owned(), says))
}

/// What breaks under a random schedule of faults of every kind.
fn broken_by_faults(id: &str, seed: u64, params: &[(&str, i64)]) -> Option<(String, String)> {
    let setup = setup(id, seed, params);
    let journal = random_schedule(seed, setup.nodes, setup.algorithm.commands(), &Shape::default());
    broken(&setup, &journal)
}

fn holds_whatever_fails(id: &str) {
    for seed in 0..SCHEDULES {
        assert_eq!(broken_by_faults(id, seed, &[]), None, "{id}, seed {seed}");
    }
}

/// Whether some schedule breaks that invariant with that rule off.
fn breaks_without(id: &str, rule: &str, invariant: &str) {
    let found = (0..SEARCH_MAX).find(|seed| broken_by_faults(id, *seed, &[(rule, 0)]).is_some_and(|(name, _)| name == invariant));
    println!("{id} without {rule}: {invariant} is broken after {found:?} schedules");
    assert!(found.is_some(), "{id} without {rule} never breaks {invariant}");
}

/// What the figures of a run say in a row, when it has gone on for `until_us`.
fn figure(setup: &Setup, until_us: u64, label: &str) -> String {
    let mut timeline = Timeline::new(setup.clone(), Vec::new()).unwrap();
    timeline.seek_time(until_us).unwrap();
    let world = timeline.clock().world();
    let exhibits = world.algorithm().exhibits(world, &timeline.record().trace);
    let Some(Exhibit::Ledger(ledger)) = exhibits.first() else { panic!("there is no table") };
    ledger.rows.iter().find(|row| row.label == label).unwrap_or_else(|| panic!("no row {label}")).cells[0].text.clone()
}

fn set_at(ms: u64, index: u16, value: i64) -> Entry {
    Entry { at: At { time_us: ms * 1_000, after: 0 }, what: Intervention::Do(Choice::Param { index, value }) }
}

#[test]
fn with_its_key_no_order_is_charged_twice_whatever_fails() {
    holds_whatever_fails("charge-once");
    breaks_without("charge-once", "key", "charged-once");
}

#[test]
fn an_order_that_is_given_up_may_be_charged_or_not() {
    let facts = |seed| {
        let mut timeline = Timeline::new(setup("charge-once", seed, &[("retry", 0)]), Vec::new()).unwrap();
        timeline.seek_time(UNTIL_US).unwrap();
        let infos = timeline.setup().algorithm.facts();
        timeline.record().fired.iter().map(|fired| infos[usize::from(fired.fact)].name).collect::<Vec<_>>()
    };
    let all: Vec<&str> = (0..10).flat_map(facts).collect();
    assert!(all.contains(&"given-up-charged") && all.contains(&"given-up-uncharged"), "{all:?}");
}

#[test]
fn sealed_and_numbered_orders_are_paid_once_as_they_were_written_whatever_fails() {
    holds_whatever_fails("sealed-orders");
    breaks_without("sealed-orders", "number", "paid-once");
    breaks_without("sealed-orders", "seal", "unread");
}

#[test]
fn what_is_not_sealed_is_forged() {
    let run = |seal: i64| figure(&setup("sealed-orders", 1, &[("seal", seal)]), 10_000_000, "paid to the thief");
    assert_eq!(run(1), "0");
    assert!(run(0).parse::<u32>().unwrap() > 0);
}

#[test]
fn old_and_new_read_the_same_amount_whatever_fails() {
    holds_whatever_fails("mixed-versions");
    breaks_without("mixed-versions", "keep", "same-amount");
    breaks_without("mixed-versions", "skip", "all-read");
}

#[test]
fn a_page_in_one_call_is_there_in_time_unless_a_message_is_lost_and_one_by_one_it_is_not() {
    for seed in 0..SCHEDULES {
        assert_eq!(broken(&setup("page-parts", seed, &[]), &[]), None, "seed {seed}");
    }
    let late = |seed| broken(&setup("page-parts", seed, &[("one_call", 0)]), &[]);
    assert!((0..20).all(|seed| late(seed).is_some_and(|(name, _)| name == "in-time")));
}

#[test]
fn over_a_narrow_link_one_call_does_not_help_and_smaller_parts_do() {
    let narrow = |params: &[(&str, i64)], seed| {
        let usual = setup("page-parts", seed, &[&[("parts", 6), ("bytes", 60_000)], params].concat());
        Setup { network: Conditions { bytes_per_s: 200_000, ..usual.network }, ..usual }
    };
    for seed in 0..100 {
        assert_eq!(broken(&narrow(&[], seed), &[]), None, "seed {seed}");
        assert!(broken(&narrow(&[("fit", 0)], seed), &[]).is_some(), "seed {seed}");
    }
}

#[test]
fn a_page_of_which_a_part_is_lost_is_asked_for_again() {
    let lossy = setup("page-parts", 3, &[]);
    let lossy = Setup { network: Conditions { loss_ppm: 400_000, ..lossy.network }, ..lossy };
    assert!(figure(&lossy, 120_000_000, "pages loaded").parse::<u32>().unwrap() > 5);
}

#[test]
fn a_client_that_looks_up_finds_a_service_that_moves_and_one_with_a_wired_in_address_does_not() {
    let run = |seed, nodes, params: &[(&str, i64)]| broken(&Setup { nodes, ..setup("moving-service", seed, params) }, &[]);
    for seed in 0..SCHEDULES {
        let mut luck = rng::stream(seed);
        let nodes = 4 + u16::try_from(rng::pick(&mut luck, 5)).unwrap();
        let move_ms = 1_000 + 100 * i64::try_from(rng::pick(&mut luck, 30)).unwrap();
        assert_eq!(run(seed, nodes, &[("move_ms", move_ms)]), None, "seed {seed}, {nodes} nodes, {move_ms} ms");
    }
    assert!((0..20).all(|seed| run(seed, 4, &[("look_up", 0)]).is_some_and(|(name, _)| name == "found")));
}

#[test]
fn two_limits_that_are_told_are_kept_whatever_their_administrators_set_and_two_that_are_not_told_are_fine_only_alone() {
    const IDLE: u16 = 0;
    const PING: u16 = 1;
    let run = |agree: i64, changes: &[Entry]| broken(&setup("idle-connection", 1, &[("agree", agree)]), changes);
    let (sooner, later) = (set_at(2_000, IDLE, 1_200), set_at(3_000, PING, 2_200));
    assert_eq!(run(0, std::slice::from_ref(&sooner)), None);
    assert_eq!(run(0, std::slice::from_ref(&later)), None);
    assert_eq!(run(0, &[sooner.clone(), later.clone()]).unwrap().0, "not-forgotten");
    assert_eq!(run(1, &[sooner, later]), None);
    for seed in 0..SCHEDULES {
        let mut luck = rng::stream(seed);
        let mut hundreds = |from: u64, to: u64| 100 * i64::try_from(from + rng::pick(&mut luck, to - from)).unwrap();
        let changes = [set_at(1_500, IDLE, hundreds(8, 100)), set_at(3_000, PING, hundreds(3, 100)), set_at(4_500, IDLE, hundreds(8, 100))];
        assert_eq!(broken(&setup("idle-connection", seed, &[]), &changes), None, "seed {seed}: {changes:?}");
    }
}

#[test]
fn a_compact_encoding_leaves_room_for_all_orders_and_text_does_not() {
    for seed in 0..200 {
        assert_eq!(broken(&setup("order-encodings", seed, &[]), &[]), None, "seed {seed}");
        let text = broken(&setup("order-encodings", seed, &[("compact", 0)]), &[]);
        assert_eq!(text.unwrap().0, "room-for-all", "seed {seed}");
    }
}

#[test]
fn bytes_of_which_only_the_number_matters_take_their_room_on_the_wire() {
    let usual = setup("page-parts", 1, &[("fit", 0)]);
    let sent = |bytes_per_s| {
        let narrow = Setup { network: Conditions { bytes_per_s, ..usual.network }, ..usual.clone() };
        figure(&narrow, 5_000_000, "time for a page")
    };
    // 24,000 bytes at 24,000 a second: a second more.
    assert_eq!((sent(0).as_str(), sent(24_000).as_str()), ("151 ms", "1.14 s"));
}
