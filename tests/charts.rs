//! What is shown beside a cluster: which kinds a topic shows, and numbers as charts and tables write them.

#![cfg(test)]

use faultline::scenario::Scenario;
use faultline::sim::ExhibitKind;
use faultline::sim::series::number;
use faultline::topics::TOPICS;
use std::collections::BTreeSet;

/// A page carries only what draws the kinds that its topic names.
#[test]
fn a_topic_names_the_kinds_of_exhibits_that_its_algorithms_show() {
    for topic in TOPICS {
        let mut shown = BTreeSet::new();
        for algorithm in 0..u8::try_from(topic.algorithms.len()).unwrap() {
            let mut timeline = Scenario::new(topic, algorithm, 1).unwrap().timeline().unwrap();
            timeline.seek_time(1_000_000).unwrap();
            let world = timeline.clock().world();
            shown.extend(world.algorithm().exhibits(world, &timeline.record().trace).iter().map(|exhibit| exhibit.kind()));
        }
        assert_eq!(shown, topic.exhibits.iter().copied().collect::<BTreeSet<ExhibitKind>>(), "{topic:?}");
    }
}

#[test]
fn numbers_are_written_with_three_significant_digits() {
    let check = |value: f64, expect: &str| assert_eq!(number(value), expect, "{value}");
    check(0.0, "0");
    check(1.0, "1");
    check(0.1234, "0.123");
    check(12.345, "12.3");
    check(999.6, "1,000");
    check(1_234_567.0, "1,234,567");
    check(-0.05, "−0.05");
    check(9.999, "10");
    check(0.000_012, "0.000012");
    check(1.23e-7, "1.23e−7");
    check(9.999e-7, "1.00e−6");
    check(f64::INFINITY, "∞");
    check(f64::NAN, "none");
}
