//! What captions and goals refer to becomes true when it should: the experiments of the lesson, played.

use crate::lab::{ELECTION, Lab, bound, field, leaders, schedule, setup};
use faultline::check::schedule::Shape;
use faultline::sim::{Argument, Choice, CommandCall, Exhibit, Intervention, MessageId, NodeId, Outcome, Timeline, Tone, World};
use std::collections::BTreeSet;

const READ: CommandCall = CommandCall { command: 1, arguments: Vec::new() };

#[test]
fn a_crashed_leader_is_replaced_and_the_captions_say_so() {
    let mut lab = Lab::new(5, 1, &[]);
    let first = lab.leader();
    let elected = lab.fired("leader-elected").pop().unwrap();
    assert_eq!((elected.bindings.nodes.as_slice(), bound(&elected, "term").as_str()), ([NodeId(first)].as_slice(), "1"));
    assert!(bound(&elected, "votes").parse::<u16>().unwrap() >= 3);
    lab.run(300).crash(first);
    assert_eq!(lab.fired("leader-crashed").len(), 1);
    let second = lab.until_fact("leader-elected");
    assert_ne!(second.bindings.nodes, vec![NodeId(first)]);
    assert!(bound(&second, "term").parse::<u32>().unwrap() >= 2);
}

#[test]
fn a_vote_that_is_dropped_by_hand_is_told_of() {
    let mut lab = Lab::new(5, 1, &[("election_timeout_min_ms", 10_000), ("election_timeout_max_ms", 20_000)]);
    lab.fire(0, ELECTION);
    for to in 1..4 {
        lab.do_(Choice::Drop(MessageId { from: NodeId(0), to: NodeId(to), k: 0, copy: 0 }));
    }
    assert_eq!(lab.fired("vote-dropped").len(), 3);
    lab.run(500);
    assert_eq!(leaders(lab.world()), vec![], "two votes are no majority");
}

#[test]
fn a_partition_makes_two_leaders_of_which_only_the_one_of_the_majority_commits() {
    let mut lab = Lab::new(5, 3, &[]);
    let old = lab.leader();
    let first = lab.write(old, 1);
    lab.run(400);
    assert_eq!(lab.outcome(first), Some(Outcome::Done(1)));
    assert!(!lab.fired("cluster-agrees").is_empty() && !lab.fired("write-acknowledged").is_empty());

    // The old leader and one other against three.
    let friend = (old + 1) % 5;
    let groups: Vec<u8> = (0..5).map(|node| u8::from(node != old && node != friend)).collect();
    lab.partition(&groups);
    let lost = lab.write(old, 2);
    assert_eq!(lab.fired("minority-leader-stuck").len(), 1);
    let two = lab.until_fact("two-leaders");
    assert_eq!(two.bindings.nodes[1], NodeId(old));
    assert!(bound(&two, "term") > bound(&two, "other_term"));
    let new = two.bindings.nodes[0].0;
    let kept = lab.write(new, 3);
    lab.run(500);
    assert_eq!((lab.outcome(lost), lab.outcome(kept)), (None, Some(Outcome::Done(2))));

    lab.heal();
    lab.until_fact("stepped-down");
    lab.run(500);
    assert_eq!(["one-leader-again", "entry-overwritten", "cluster-agrees"].map(|name| lab.fired(name).len()), [1, 2, 2]);
    assert_eq!(lab.outcome(lost), None, "nobody may say that it failed: nobody knows");
    assert!((0..5).all(|node| field(lab.world(), node, "state machine") == "x = 3"));
    assert_eq!(lab.broken(), Vec::<&str>::new());
}

#[test]
fn equal_timeouts_split_the_vote_and_random_ones_end_it() {
    let mut lab = Lab::new(4, 2, &[("election_timeout_min_ms", 300), ("election_timeout_max_ms", 300)]);
    lab.until_fact("split-vote");
    lab.run(5_000);
    assert_eq!(leaders(lab.world()), vec![], "they time out together, again and again");
    lab.do_(Choice::Param { index: 1, value: 600 });
    lab.until_fact("leader-elected");
}

#[test]
fn two_candidates_of_four_nodes_that_are_left_split_the_vote() {
    let mut lab = Lab::new(5, 1, &[("election_timeout_min_ms", 10_000), ("election_timeout_max_ms", 20_000)]);
    lab.elect(0).run(100).crash(0).run(100);
    lab.partition(&[0, 1, 1, 2, 2]).fire(1, ELECTION).fire(3, ELECTION).run(100);
    assert!(lab.fired("split-vote").len() == 1, "{:?}", lab.facts());
    assert_eq!(lab.fired("vote-granted").len(), 2 + 4);
    assert_eq!(leaders(lab.world()), vec![]);
}

#[test]
fn a_vote_forgotten_in_a_crash_makes_two_leaders_in_one_term() {
    let mut lab = Lab::new(3, 1, &[("votes_persisted", 0), ("election_timeout_min_ms", 10_000), ("election_timeout_max_ms", 20_000)]);
    lab.partition(&[0, 0, 1]).elect(0).crash(1).restart(1);
    assert_eq!(lab.fired("vote-lost-in-crash").len(), 1);
    lab.partition(&[0, 1, 1]).elect(2);
    assert_eq!(lab.broken(), ["election-safety"]);
    assert_eq!(lab.fired("voted-twice").len(), 1);
    let two = lab.fired("two-leaders").pop().unwrap();
    assert_eq!(bound(&two, "term"), bound(&two, "other_term"));

    let mut lab = Lab::new(3, 1, &[("election_timeout_min_ms", 10_000), ("election_timeout_max_ms", 20_000)]);
    lab.partition(&[0, 0, 1]).elect(0).crash(1).restart(1).partition(&[0, 1, 1]).fire(2, ELECTION).run(500);
    assert_eq!(lab.broken(), Vec::<&str>::new());
    assert_eq!(leaders(lab.world()), vec![NodeId(0)]);
    assert!(!lab.fired("vote-denied-already-voted").is_empty());
}

/// A follower that hears nobody but can speak.
fn deafen(lab: &mut Lab, node: u16) {
    for from in (0..lab.world().nodes()).filter(|from| *from != node) {
        lab.do_(Choice::Cut { from: NodeId(from), to: NodeId(node) });
    }
}

#[test]
fn a_deaf_follower_deposes_healthy_leaders_until_pre_vote_stops_it() {
    let mut lab = Lab::new(5, 1, &[]);
    let leader = lab.leader();
    lab.run(500);
    deafen(&mut lab, (leader + 1) % 5);
    lab.until_fact("leader-disrupted");

    let mut lab = Lab::new(5, 1, &[("pre_vote", 1)]);
    let leader = lab.leader();
    lab.run(500);
    assert!(!lab.fired("pre-vote-started").is_empty());
    deafen(&mut lab, (leader + 1) % 5);
    lab.until_fact("pre-vote-refused");
    lab.run(5_000);
    assert_eq!(leaders(lab.world()), vec![NodeId(leader)]);
    assert_eq!(lab.fired("leader-disrupted").len(), 0);
}

#[test]
fn pre_vote_stops_a_deaf_follower_whose_term_is_behind_by_then() {
    let mut lab = Lab::new(5, 1, &[]);
    let leader = lab.leader();
    lab.run(500);
    let deaf = (leader + 1) % 5;
    deafen(&mut lab, deaf);
    lab.until_fact("leader-disrupted");
    let term = |world: &World, node: u16| field(world, node, "currentTerm").parse::<u32>().unwrap();
    lab.until("a leader of a term that the deaf node does not know", |world| {
        leaders(world).iter().any(|leader| term(world, leader.0) > term(world, deaf))
    });
    let index = lab.world().algorithm().params().iter().position(|spec| spec.name == "pre_vote").unwrap();
    lab.do_(Choice::Param { index: u16::try_from(index).unwrap(), value: 1 });
    lab.until_fact("pre-vote-refused");
}

#[test]
fn a_deaf_leader_blocks_the_cluster_until_it_checks_its_quorum() {
    let mut lab = Lab::new(5, 1, &[]);
    let leader = lab.leader();
    lab.run(500);
    deafen(&mut lab, leader);
    let id = lab.write(leader, 1);
    lab.run(10_000);
    assert_eq!((leaders(lab.world()), lab.outcome(id)), (vec![NodeId(leader)], None), "its heartbeats keep all others quiet");
    lab.do_(Choice::Param { index: 6, value: 1 });
    lab.until_fact("leader-lost-quorum");
    let next = lab.until_fact("leader-elected");
    assert_ne!(next.bindings.nodes, vec![NodeId(leader)]);
}

#[test]
fn a_read_through_the_log_sees_the_last_acknowledged_write() {
    let mut lab = Lab::new(3, 1, &[]);
    let leader = lab.leader();
    let first = lab.call(leader, READ);
    lab.run(300);
    assert_eq!(lab.outcome(first), Some(Outcome::Done(-1)));
    lab.write(leader, 42);
    lab.run(300);
    let second = lab.call(leader, READ);
    lab.run(300);
    assert_eq!(lab.outcome(second), Some(Outcome::Done(42)));
    assert_eq!(bound(&lab.fired("read-answered").pop().unwrap(), "value"), "42");
    let refused = lab.write((leader + 1) % 3, 1);
    assert_eq!(lab.outcome(refused), Some(Outcome::Refused("not the leader")));
    assert_eq!(lab.fired("write-refused").len(), 1);
}

#[test]
fn a_follower_that_missed_what_was_compacted_gets_the_snapshot() {
    let mut lab = Lab::new(3, 1, &[("compact_after", 2)]);
    let leader = lab.leader();
    let away = (leader + 1) % 3;
    lab.crash(away);
    for value in 1..=5 {
        lab.write(leader, value);
        lab.run(200);
    }
    assert!(!lab.fired("snapshot-taken").is_empty());
    lab.restart(away);
    lab.until_fact("snapshot-installed");
    lab.until_fact("cluster-agrees");
    assert_eq!(field(lab.world(), away, "state machine"), "x = 5");
    assert_eq!(field(lab.world(), away, "snapshot"), "up to 4/1: x = 4", "the leader keeps entry 5 in its log");
}

#[test]
fn a_node_that_is_down_shows_its_disk_and_nothing_else() {
    let mut lab = Lab::new(3, 1, &[]);
    let leader = lab.leader();
    lab.write(leader, 7);
    lab.run(300).crash(leader);
    let view = lab.world().algorithm().view(lab.world(), NodeId(leader));
    assert!(view.fields.iter().all(|field| field.stable));
    assert_eq!(view.fields.iter().map(|field| field.name).collect::<Vec<_>>(), ["currentTerm", "votedFor", "log"]);
    assert_eq!(lab.log(leader), "1/1:x←7");
}

#[test]
fn the_exhibits_show_terms_what_is_settled_and_who_led_when() {
    let mut lab = Lab::new(3, 1, &[]);
    let first = lab.leader();
    lab.write(first, 7);
    lab.run(500).crash(first);
    lab.until_fact("leader-elected");
    let second = lab.leader();
    lab.write(second, 8);
    let exhibits = lab.world().algorithm().exhibits(lab.world(), &lab.0.record().trace);
    let [Exhibit::Ledger(logs), Exhibit::Intervals(leadership)] = exhibits.as_slice() else { panic!("{exhibits:?}") };
    let term = field(lab.world(), second, "currentTerm");
    assert_eq!(logs.columns, ["1", "2"]);
    let row = &logs.rows[usize::from(second)];
    assert_eq!(row.note, "commit 1");
    assert_eq!(
        row.cells.iter().map(|cell| (cell.text.as_str(), cell.corner.as_str(), cell.settled)).collect::<Vec<_>>(),
        [("x←7", "1", true), ("x←8", term.as_str(), false)]
    );
    assert_eq!(logs.rows[usize::from(first)].note, "down");
    let span = |node: u16| leadership.lanes[usize::from(node)].spans.last().unwrap();
    assert_eq!((span(first).label.as_str(), span(first).tone), ("leader of term 1", Tone::Series(1)));
    assert!(span(first).to_us < span(second).from_us);
    assert_eq!((span(second).label.clone(), span(second).to_us), (format!("leader of term {term}"), lab.0.now_us()));
}

#[test]
fn long_and_compacted_logs_are_summed_up_in_the_first_column() {
    let mut lab = Lab::new(3, 1, &[("compact_after", 2)]);
    let leader = lab.leader();
    for value in 1..=3 {
        lab.write(leader, value);
        lab.run(400);
    }
    let exhibits = lab.world().algorithm().exhibits(lab.world(), &lab.0.record().trace);
    let Exhibit::Ledger(logs) = &exhibits[0] else { panic!() };
    assert_eq!(logs.columns, ["1–2", "3"]);
    assert!(logs.rows.iter().all(|row| row.cells[0].text == "…" && row.cells[0].settled && row.cells[1].text == "x←3"));
    assert!(logs.rows[0].cells[0].hint.contains("in a snapshot: x = 2"));
}

#[test]
fn every_handler_says_why() {
    let mut lab = Lab::new(5, 1, &[]);
    let leader = lab.leader();
    lab.write(leader, 1);
    lab.run(1_000);
    for event in lab.0.record().trace.events() {
        let silent = matches!(event.choice(), Some(Choice::Fire(id)) if id.code == 1) || matches!(event.choice(), Some(Choice::Restart(_)));
        let repeated =
            event.message.as_ref().is_some_and(|flight| lab.world().algorithm().describe(&*flight.payload).starts_with("ok in term"));
        assert!(silent || repeated || !event.said.is_empty(), "{:?}", event.what);
    }
}

#[test]
fn facts_hold_together_under_random_faults_and_a_rewind_finds_the_same() {
    let mut seen = BTreeSet::new();
    for seed in 0..60 {
        let setup =
            setup(5, seed, &[("pre_vote", i64::from(seed % 3 == 0)), ("check_quorum", 1), ("compact_after", 3 * i64::from(seed % 2 == 0))]);
        let shape = Shape { calls: 60, ..Shape::default() };
        let mut timeline = Timeline::new(setup.clone(), schedule(&setup, seed, &shape)).unwrap();
        let until_us = shape.calm_from_us + 2_000_000;
        timeline.seek_time(until_us).unwrap();
        let facts = setup.algorithm.facts();
        seen.extend(timeline.record().fired.iter().map(|fired| facts[usize::from(fired.fact)].name));
        let (fingerprint, steps) = (timeline.clock().fingerprint(), timeline.step_count());
        timeline.seek_step(steps / 2).unwrap();
        timeline.seek_time(until_us).unwrap();
        assert_eq!(timeline.clock().fingerprint(), fingerprint, "seed {seed}");
    }
    let only_without_rules = ["vote-lost-in-crash", "voted-twice", "committed-entry-lost"];
    let missing: Vec<_> = setup(5, 0, &[]).algorithm.facts().iter().map(|fact| fact.name).filter(|name| !seen.contains(name)).collect();
    for name in &missing {
        assert!(only_without_rules.contains(name) || *name == "old-entry-on-majority", "{name} never became true; missing: {missing:?}");
    }
    assert!(only_without_rules.iter().all(|name| !seen.contains(name)));
}

#[test]
fn what_a_fact_says_has_a_value_for_every_name_in_its_sentence() {
    let mut lab = Lab::new(5, 3, &[]);
    let old = lab.leader();
    lab.write(old, 1);
    lab.run(300);
    let groups: Vec<u8> = (0..5).map(|node| u8::from(node != old)).collect();
    lab.partition(&groups).write(old, 2);
    lab.run(2_000).heal().run(1_000);
    let facts = lab.0.setup().algorithm.facts();
    for fired in &lab.0.record().fired {
        let sentence = facts[usize::from(fired.fact)].sentence;
        for name in sentence.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name) {
            let known = name == "node" || fired.bindings.values.iter().any(|(key, _)| *key == name);
            assert!(known, "{name} of {sentence:?} is not in {fired:?}");
        }
    }
}

#[test]
fn a_single_node_leads_and_commits_alone() {
    let mut lab = Lab::new(1, 1, &[("pre_vote", 1), ("check_quorum", 1), ("noop_on_election", 1)]);
    assert_eq!(lab.leader(), 0);
    let id = lab.write(0, 5);
    assert_eq!(lab.outcome(id), Some(Outcome::Done(2)));
    lab.run(5_000);
    assert_eq!(leaders(lab.world()), vec![NodeId(0)]);
}

#[test]
fn a_command_that_does_not_parse_is_refused_with_a_sentence() {
    let mut lab = Lab::new(3, 1, &[]);
    let leader = lab.leader();
    for arguments in [vec![], vec![Argument::Number(1_000)], vec![Argument::Number(-1)], vec![Argument::Text("7".to_owned())]] {
        let call = CommandCall { command: 0, arguments };
        let choice = Choice::Command { id: lab.world().next_command(0), node: NodeId(leader), call };
        let error = lab.0.intervene(Intervention::Do(choice)).unwrap_err();
        assert_eq!(error.to_string(), "\u{201c}write\u{201d} takes one number from 0 to 999.");
    }
}
