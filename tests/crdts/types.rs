//! Data types as their specifications have them, the three ways as runs, and what the page is shown.

use crate::run::{
    ALL, DELTAS, OPERATIONS, STATES, ask, at_ms, call, exhibits, field, has_fact, increment, insert, record, setup, spread, word,
};
use faultline::sim::timeline::Entry;
use faultline::sim::{Argument, Choice, Exhibit, NodeId, Timeline};
use faultline::topics::crdts::replicas::params::{command, param};

/// All are offline from the beginning until `until_ms`, and do this.
fn apart(until_ms: u64, asked: Vec<Entry>) -> Vec<Entry> {
    let mut journal = vec![at_ms(1, Choice::Partition(vec![0, 1, 2]))];
    journal.extend(asked);
    journal.push(at_ms(until_ms, Choice::Heal));
    journal
}

fn run(way: i64, journal: &[Entry]) -> Timeline {
    record(&setup(3, 1, &[spread(way)], None), journal, 3_000)
}

#[test]
fn an_add_and_a_remove_at_the_same_time_end_differently_in_a_2p_set_and_an_or_set() {
    for way in [STATES, OPERATIONS, DELTAS] {
        let mut journal = vec![ask(5, 0, 0, word(command::ADD, "milk"))];
        journal.push(at_ms(700, Choice::Partition(vec![0, 1, 2])));
        journal.push(ask(800, 1, 0, word(command::REMOVE, "milk")));
        journal.push(ask(800, 2, 1, word(command::ADD, "milk")));
        journal.push(at_ms(900, Choice::Heal));
        let run = run(way, &journal);
        for node in 0..3 {
            assert_eq!((field(&run, node, "OR-Set"), field(&run, node, "2P-Set")), ("{milk}".to_owned(), "{}".to_owned()));
        }
        assert!(has_fact(&run, "add-won"));
    }
}

#[test]
fn what_a_2p_set_has_let_go_never_returns_and_an_or_set_takes_it_again() {
    let journal =
        [ask(5, 0, 0, word(command::ADD, "milk")), ask(10, 1, 0, word(command::REMOVE, "milk")), ask(20, 2, 0, word(command::ADD, "milk"))];
    let run = run(STATES, &journal);
    let sets = ["G-Set", "2P-Set", "OR-Set"].map(|name| field(&run, 2, name));
    assert_eq!(sets, ["{milk}", "{}", "{milk}"]);
}

#[test]
fn of_two_writes_at_the_same_time_one_register_keeps_both_and_the_other_one() {
    for way in [STATES, OPERATIONS, DELTAS] {
        let journal = apart(300, vec![ask(100, 0, 0, word(command::SET, "red")), ask(100, 1, 1, word(command::SET, "blue"))]);
        let both = run(way, &journal);
        assert_eq!((field(&both, 2, "LWW-Register"), field(&both, 2, "MV-Register")), ("blue".to_owned(), "{blue, red}".to_owned()));
        assert!(has_fact(&both, "two-values"));
        let mut settled = journal.clone();
        settled.push(ask(1_500, 2, 2, word(command::SET, "green")));
        assert_eq!(field(&run(way, &settled), 0, "MV-Register"), "{green}");
    }
}

#[test]
fn a_clock_that_is_behind_does_not_lose_a_write_that_saw_the_other() {
    let mut journal = vec![at_ms(1, Choice::ClockJump { node: NodeId(1), by_us: -5_000_000 })];
    journal.push(ask(10, 0, 0, word(command::SET, "red")));
    journal.push(ask(1_000, 1, 1, word(command::SET, "blue")));
    assert_eq!(field(&run(STATES, &journal), 0, "LWW-Register"), "blue");
}

#[test]
fn words_typed_apart_at_the_same_place_are_whole_afterwards_and_without_the_rule_they_mix() {
    for way in [STATES, OPERATIONS, DELTAS] {
        let asked = || vec![ask(100, 0, 0, insert(0, "milk")), ask(100, 1, 1, insert(0, "bread"))];
        let whole = run(way, &apart(300, asked()));
        assert!(["milkbread", "breadmilk"].contains(&field(&whole, 2, "text").as_str()));
        assert!(has_fact(&whole, "words-whole") && !has_fact(&whole, "words-mixed"));
        let mixed = record(&setup(3, 1, &[spread(way), (param::FOLLOW, 0)], None), &apart(300, asked()), 3_000);
        assert_eq!(field(&mixed, 2, "text"), "mbirlekad");
        assert!(has_fact(&mixed, "words-mixed") && !has_fact(&mixed, "words-whole"));
    }
}

#[test]
fn letters_that_are_typed_one_by_one_are_a_word_like_one_that_comes_at_once() {
    let mut asked = Vec::new();
    for (k, letter) in (0u32..).zip("milk".chars()) {
        asked.push(ask(100 + u64::from(k), k, 0, insert(i64::from(k), &letter.to_string())));
        asked.push(ask(100 + u64::from(k), 10 + k, 1, insert(i64::from(k), "BREA".get(k as usize..k as usize + 1).unwrap())));
    }
    let whole = run(STATES, &apart(300, asked.clone()));
    assert!(has_fact(&whole, "words-whole"));
    let mixed = record(&setup(3, 1, &[(param::FOLLOW, 0)], None), &apart(300, asked), 3_000);
    assert_eq!(field(&mixed, 0, "text"), "mBiRlEkA");
    assert!(has_fact(&mixed, "words-mixed"));
}

#[test]
fn an_update_is_answered_at_once_even_with_no_link_left() {
    let run = run(STATES, &apart(2_900, vec![ask(100, 0, 0, increment(5))]));
    let operation = &run.clock().world().operations()[0];
    assert_eq!(operation.done.as_ref().map(|(at_us, _)| *at_us), Some(100_000));
    assert!(has_fact(&run, "updated-offline"));
}

#[test]
fn operations_and_deltas_cost_fewer_bytes_than_states_on_the_same_updates() {
    let mut journal: Vec<Entry> = (0..30).map(|k| ask(u64::from(k) * 300, k, (k % 3) as u16, insert(0, "a line of text "))).collect();
    journal.push(ask(9_500, 30, 0, increment(1)));
    let run = record(&setup(3, 1, &[spread(ALL)], None), &journal, 12_000);
    let bytes: Vec<u64> = run.clock().tallies().chunks(2).map(|kinds| kinds.iter().map(|tally| tally.bytes).sum()).collect();
    println!("bytes of states, operations, deltas: {bytes:?}");
    assert!(bytes[1] * 5 < bytes[0] && bytes[2] * 3 < bytes[0], "{bytes:?}");
    assert!((0..3).all(|node| field(&run, node, "text") == field(&run, 0, "text")));
}

#[test]
fn a_replica_that_was_down_is_told_all_that_it_missed_and_keeps_what_it_had() {
    for way in [STATES, OPERATIONS, DELTAS] {
        let journal = [
            ask(100, 0, 2, increment(1)),
            at_ms(1_000, Choice::Crash(NodeId(2))),
            ask(1_100, 1, 0, increment(10)),
            at_ms(1_500, Choice::Restart(NodeId(2))),
        ];
        assert_eq!(field(&run(way, &journal), 2, "PN-Counter"), "11");
    }
}

#[test]
fn another_way_may_be_chosen_in_the_middle_of_a_run() {
    let journal = [
        ask(100, 0, 0, increment(1)),
        at_ms(1_000, Choice::Param { index: param::SPREAD, value: OPERATIONS }),
        ask(1_100, 1, 0, increment(10)),
    ];
    assert_eq!(field(&run(STATES, &journal), 1, "PN-Counter"), "11");
}

#[test]
fn arguments_that_make_no_sense_are_refused_with_a_sentence() {
    let algorithm = setup(2, 1, &[], None).algorithm;
    let says = |made| algorithm.parse(&made).unwrap_err();
    assert_eq!(says(increment(0)), "The amount is a number from 1 to 100.");
    assert_eq!(says(insert(-1, "a")), "The position is a number from 0 to 4000.");
    assert_eq!(says(insert(0, "")), "An insertion has 1 to 256 bytes of text.");
    assert_eq!(says(word(command::ADD, "a word that is too long")), "It takes 1 to 16 letters.");
    assert_eq!(says(call(99, Vec::new())), "There is no such command.");
}

#[test]
fn the_documents_show_what_each_replica_has_who_wrote_it_and_offer_to_cut_it_off() {
    let journal = [
        ask(100, 0, 0, insert(0, "ab")),
        ask(900, 1, 1, insert(1, "X")),
        ask(1_600, 2, 2, call(command::DELETE, vec![Argument::Number(0), Argument::Number(1)])),
    ];
    let mut run = run(STATES, &journal);
    let shown = |run: &Timeline| match exhibits(run).into_iter().next() {
        Some(Exhibit::Documents(documents)) => documents,
        _ => panic!("the documents come first"),
    };
    let documents = shown(&run);
    let one = &documents.documents[1];
    assert_eq!((one.text.as_str(), one.state.as_str(), one.is_writable), ("Xb", "has all updates", true));
    let stretches: Vec<(&str, &str, bool)> =
        one.stretches.iter().map(|part| (part.text.as_str(), part.by.as_str(), part.is_removed)).collect();
    assert_eq!(stretches, [("a", "0", true), ("X", "1", false), ("b", "0", false)]);
    let press = |run: &mut Timeline, choices: &[Choice]| {
        choices.iter().for_each(|choice| run.intervene(faultline::sim::Intervention::Do(choice.clone())).unwrap());
    };
    assert_eq!(one.offers[0].label, "Go offline");
    press(&mut run, &one.offers[0].choices);
    let cut = shown(&run);
    assert_eq!((cut.documents[1].state.as_str(), cut.documents[0].state.as_str()), ("offline, has all updates", "has all updates"));
    assert_eq!(cut.documents[1].offers[0].label, "Go online");
    press(&mut run, &cut.documents[1].offers[0].choices);
    assert_eq!(shown(&run), documents);
    press(&mut run, &documents.offers[0].choices);
    assert!(shown(&run).documents.iter().all(|document| document.state.starts_with("offline")));
}

#[test]
fn the_laws_hold_on_the_states_at_hand_and_a_broken_one_is_shown_with_an_example() {
    let broken = |rules: &[(u16, i64)], journal: &[Entry]| {
        let run = record(&setup(3, 1, rules, None), journal, 150);
        let Some(Exhibit::Ledger(laws)) = exhibits(&run).into_iter().nth(2) else { panic!("the laws come third") };
        let signs = |row: &faultline::sim::LedgerRow| row.cells.iter().map(|cell| cell.text.clone()).collect::<String>();
        let rows = laws.rows.iter().map(|row| (row.label.clone(), signs(row), row.note.clone()));
        rows.filter(|(_, signs, _)| signs.contains('✗')).collect::<Vec<_>>()
    };
    let journal = apart(
        140,
        vec![
            ask(100, 0, 0, increment(3)),
            ask(100, 1, 1, increment(5)),
            ask(100, 2, 0, word(command::SET, "red")),
            ask(100, 3, 1, word(command::SET, "blue")),
            ask(100, 4, 0, word(command::ADD, "milk")),
            ask(100, 5, 1, insert(0, "word")),
        ],
    );
    assert_eq!(broken(&[], &journal), []);
    let summed = broken(&[(param::MAX_MERGE, 0)], &journal);
    assert_eq!(summed[0], ("G-Counter".to_owned(), "✓✓✗✗".to_owned(), "x = 3: x ⊔ x = 6".to_owned()));
    let untied = broken(&[(param::TIE_BREAK, 0)], &journal);
    assert_eq!(untied.len(), 1);
    assert_eq!(
        (untied[0].0.as_str(), untied[0].1.as_str(), untied[0].2.as_str()),
        ("LWW-Register", "✗✓✓✓", "x = red, y = blue: x ⊔ y = red, but y ⊔ x = blue")
    );
    let forgetful = broken(&[(param::TOMBSTONES, 0)], &journal);
    assert_eq!(
        forgetful.iter().map(|(name, signs, _)| (name.as_str(), signs.as_str())).collect::<Vec<_>>(),
        [("2P-Set", "✓✓✓✗"), ("OR-Set", "✓✓✓✗")]
    );
}
