//! What the algorithms show of themselves, whatever state they are in.

use crate::run::setup;
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::{Clock, Conditions, Exhibit, NodeId, Record, timeline};
use std::collections::BTreeSet;

#[test]
fn every_message_says_what_it_carries_and_every_node_shows_its_state_while_anything_happens() {
    for id in ["bully", "ring", "ephemeral"] {
        let mut seen = BTreeSet::new();
        for seed in 0..12 {
            let mut setup = setup(id, 5, seed, &[], Conditions::default());
            if id == "ring" && seed % 2 == 0 {
                setup.params.set(faultline::topics::leader_election::ring::param::SKIP_DEAD, 1);
            }
            let shape = Shape { wipes: seed % 3 == 0, ..Shape::default() };
            let faults = random_schedule(seed, 5, setup.algorithm.commands(), &shape);
            let (mut clock, mut record) = (Clock::new(&setup).unwrap(), Record::default());
            let (mut done, mut skipped) = (0, 0);
            while timeline::step(&mut clock, &faults, &mut done, &mut skipped, 7_000_000, Some(&mut record)).unwrap() {
                look_at(&clock, &record, &mut seen);
            }
        }
        let (_, entry) = faultline::topics::topic(8).unwrap().by_id(id).unwrap();
        let unseen: Vec<&str> = entry.algorithm.kinds().iter().map(|kind| kind.name).filter(|name| !seen.contains(name)).collect();
        assert!(unseen.is_empty(), "{id} never sent {unseen:?}");
    }
}

fn look_at(clock: &Clock, record: &Record, seen: &mut BTreeSet<&'static str>) {
    let (world, algorithm) = (clock.world(), clock.world().algorithm());
    for flight in world.in_flight() {
        let kind = algorithm.kinds()[usize::from(algorithm.kind(&*flight.payload))];
        let words = algorithm.describe(&*flight.payload);
        assert!(words.starts_with(kind.name), "{words:?} is a {}", kind.name);
        seen.insert(kind.name);
    }
    for node in (0..world.nodes()).map(NodeId) {
        let view = algorithm.view(world, node);
        assert!(view.points_at.is_none_or(|other| other.0 < world.nodes()));
        assert!(view.ring.is_none_or(|code| algorithm.timer(code).is_some()));
        if algorithm.role(world, node).is_none() {
            assert!(view.fields.iter().all(|field| field.stable), "a crash takes what is not on disk");
        }
    }
    // An exhibit is costly to make at every step.
    if world.steps() % 16 == 0 {
        let exhibits = algorithm.exhibits(world, &record.trace);
        assert!(
            exhibits.iter().any(|exhibit| matches!(exhibit, Exhibit::Intervals(lanes) if lanes.lanes.len() == usize::from(world.nodes())))
        );
        for exhibit in exhibits {
            if let Exhibit::Intervals(lanes) = exhibit {
                let spans = lanes.lanes.iter().flat_map(|lane| &lane.spans);
                assert!(spans.clone().all(|span| span.from_us <= span.to_us && span.to_us <= world.now_us()));
            }
        }
    }
}
