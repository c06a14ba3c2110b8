//! Valency: against a plain search, and the lemmas of Fischer, Lynch and Paterson on a protocol without a coin.

use crate::run::world;
use faultline::check::explorer::valency::{Study, study};
use faultline::sim::erased::{Answers, Effects};
use faultline::sim::{Choice, MessageId, NodeId, World};
use faultline::topics::flp::ben_or::{BenOr, param};
use faultline::topics::flp::decision;
use std::collections::{BTreeSet, VecDeque};

const MAX: u32 = 100_000;

/// Without the coin.
fn fixed(inputs: i64) -> World {
    world("ben-or", 3, &[(param::INPUTS, inputs), (param::FLIP_COIN, 0)])
}

fn values(study: &Study) -> Vec<u8> {
    study.here.values().collect()
}

fn deliver(world: &World, id: MessageId) -> World {
    let mut world = world.clone();
    world.apply(&Choice::Deliver(id), &mut Effects::answering(Answers::Given(Vec::new()))).unwrap();
    world
}

fn first_decision(world: &World) -> Option<u8> {
    (0..world.nodes()).find_map(|node| decision::<BenOr>(world, NodeId(node)))
}

fn in_flight(world: &World) -> Vec<MessageId> {
    world.in_flight().map(|flight| flight.id).collect()
}

/// All values that can be decided, found by following every delivery of every message.
fn plainly(start: &World) -> BTreeSet<u8> {
    let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::from([start.fingerprint()]), vec![start.clone()]);
    while let Some(world) = open.pop() {
        if let Some(value) = first_decision(&world) {
            found.insert(value);
            continue;
        }
        for id in in_flight(&world) {
            let next = deliver(&world, id);
            if seen.insert(next.fingerprint()) {
                open.push(next);
            }
        }
    }
    found
}

#[test]
fn what_can_be_decided_is_what_a_plain_search_finds() {
    // Node 0 hears node 2, then node 2 hears node 0: small enough to follow all of it.
    let id = |from: u16, to: u16| MessageId { from: NodeId(from), to: NodeId(to), k: 0, copy: 0 };
    let split = [id(2, 0), id(0, 2), id(2, 1)].into_iter().fold(fixed(0b001), |world, id| deliver(&world, id));
    let agreed = [id(1, 0), id(0, 1)].into_iter().fold(fixed(0b001), |world, id| deliver(&world, id));
    for start in [fixed(0b000), fixed(0b111), split, agreed] {
        let study = study(&start, decision::<BenOr>, MAX).unwrap();
        assert!(!study.here.is_cut);
        assert_eq!(study.here.values().collect::<BTreeSet<_>>(), plainly(&start));
        for way in study.ways {
            let Choice::Deliver(id) = way.step.choice else { panic!("{way:?}") };
            assert_eq!(way.valency.values().collect::<BTreeSet<_>>(), plainly(&deliver(&start, id)), "{id}");
        }
    }
}

#[test]
fn lemma_2_some_initial_configuration_is_bivalent_and_its_neighbour_differs_in_one_input() {
    let table: Vec<Vec<u8>> = (0..8).map(|inputs| values(&study(&fixed(inputs), decision::<BenOr>, MAX).unwrap())).collect();
    let (zero, one, both) = (vec![0], vec![1], vec![0, 1]);
    assert_eq!(table, [&zero, &zero, &both, &both, &both, &both, &one, &one].map(Clone::clone));
    let univalent = |inputs: i64| study(&fixed(inputs), decision::<BenOr>, MAX).unwrap().here.univalent();
    assert_eq!([0b000, 0b001, 0b110, 0b111].map(univalent), [Some(0), Some(0), Some(1), Some(1)]);
}

#[test]
fn with_a_coin_every_mixed_input_is_bivalent() {
    for inputs in 0..8 {
        let start = world("ben-or", 3, &[(param::INPUTS, inputs)]);
        let expected = match inputs {
            0 => vec![0],
            7 => vec![1],
            _ => vec![0, 1],
        };
        assert_eq!(values(&study(&start, decision::<BenOr>, MAX).unwrap()), expected, "{inputs:03b}");
    }
}

#[test]
fn a_crash_takes_a_value_out_of_reach() {
    let mut start = fixed(0b010);
    start.apply(&Choice::Crash(NodeId(1)), &mut Effects::default()).unwrap();
    assert_eq!(study(&start, decision::<BenOr>, MAX).unwrap().here.univalent(), Some(0));
}

/// Lemma 3: of the configurations to which one can come from a bivalent one and then deliver `message`, one is bivalent.
fn can_be_delivered_and_stay_bivalent(start: &World, message: MessageId) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([start.fingerprint()]), VecDeque::from([start.clone()]));
    while let Some(world) = open.pop_front() {
        if study(&deliver(&world, message), decision::<BenOr>, MAX).unwrap().here.is_bivalent() {
            return true;
        }
        for id in in_flight(&world).into_iter().filter(|id| *id != message) {
            let next = deliver(&world, id);
            if first_decision(&next).is_none() && seen.len() < 400 && seen.insert(next.fingerprint()) {
                open.push_back(next);
            }
        }
    }
    false
}

#[test]
fn lemma_3_the_oldest_message_can_always_be_delivered_so_that_the_adversary_never_ends() {
    // Fair to the end: each round of the game delivers the message that has waited longest.
    let mut world = fixed(0b011);
    for stage in 0..12 {
        let oldest = world.in_flight().min_by_key(|flight| (flight.cause, flight.id)).map(|flight| flight.id).unwrap();
        assert!(can_be_delivered_and_stay_bivalent(&world, oldest), "stage {stage}: {oldest}");
        world = reach(&world, oldest);
    }
    assert_eq!(first_decision(&world), None);
}

/// The nearest bivalent configuration in which that message has been delivered.
fn reach(start: &World, message: MessageId) -> World {
    let (mut seen, mut open) = (BTreeSet::from([start.fingerprint()]), VecDeque::from([start.clone()]));
    while let Some(world) = open.pop_front() {
        let after = deliver(&world, message);
        if study(&after, decision::<BenOr>, MAX).unwrap().here.is_bivalent() {
            return after;
        }
        for id in in_flight(&world).into_iter().filter(|id| *id != message) {
            let next = deliver(&world, id);
            if seen.insert(next.fingerprint()) {
                open.push_back(next);
            }
        }
    }
    panic!("there is none")
}
