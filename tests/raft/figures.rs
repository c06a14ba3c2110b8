//! The worked examples of the paper: figures 7 and 8.

use crate::lab::{ELECTION, Lab, field, leaders};
use faultline::sim::{NodeId, Outcome, World};

/// Timeouts so long that only what the scenario fires ever fires.
const BY_HAND: &[(&str, i64)] = &[("election_timeout_min_ms", 10_000), ("election_timeout_max_ms", 20_000)];

fn with<'a>(params: &[(&'a str, i64)], more: &[(&'a str, i64)]) -> Vec<(&'a str, i64)> {
    params.iter().chain(more).copied().collect()
}

fn all_have(world: &World, log: &str, commit_index: &str) -> bool {
    (0..world.nodes()).all(|node| field(world, node, "log") == log && field(world, node, "commitIndex") == commit_index)
}

#[test]
fn the_leader_of_figure_7_gets_its_votes_from_a_b_e_and_f_and_brings_all_logs_to_agreement() {
    for backtrack in [0, 1] {
        let mut lab = Lab::new(7, 1, &with(BY_HAND, &[("start", 1), ("backtrack", backtrack)]));
        assert_eq!(lab.log(4).split(' ').next_back(), Some("12/7:x←72"));
        lab.elect(0).run(200);
        assert_eq!(field(lab.world(), 0, "currentTerm"), "8");
        let voted = |node| field(lab.world(), node, "votedFor");
        assert_eq!([1, 2, 3, 4, 5, 6].map(voted), ["node 0", "node 0", "nobody", "nobody", "node 0", "node 0"]);
        assert_eq!(field(lab.world(), 0, "commitIndex"), "0", "entries of older terms are not committed by counting");

        let id = lab.write(0, 8);
        let log = lab.log(0);
        assert!(log.ends_with("10/6:x←60 11/8:x←8"));
        lab.until("all have the leader's log, all of it committed", |world| all_have(world, &log, "11"));
        assert_eq!(lab.outcome(id), Some(Outcome::Done(11)));
        assert!(!lab.fired("entry-overwritten").is_empty());
        assert_eq!(lab.broken(), Vec::<&str>::new());
        let refused = lab.fired("append-refused").len();
        assert!(if backtrack == 0 { refused > 12 } else { refused <= 12 }, "backtrack {backtrack}: {refused} refusals");
    }
}

#[test]
fn node_d_of_figure_7_could_have_been_elected_too() {
    let mut lab = Lab::new(7, 1, &with(BY_HAND, &[("start", 1)]));
    lab.elect(4).run(200);
    assert!((0..7).all(|node| field(lab.world(), node, "votedFor") == "node 4"));
}

/// Up to (c): node 0 (S1 of the paper) leads term 4, and its entry of term 2 is on a majority.
fn figure_8_up_to_c(rule: i64) -> Lab {
    let mut lab = Lab::new(5, 1, &with(BY_HAND, &[("commit_only_current_term", rule)]));
    // All have an entry of term 1. Node 0 led that term; it leads term 2 again after a restart.
    lab.elect(0).write(0, 1);
    lab.run(300).crash(0).restart(0).elect(0);
    // (a) Its entry of term 2 gets to node 1 only.
    lab.partition(&[0, 0, 1, 1, 1]).write(0, 2);
    lab.run(300);
    // (b) It crashes. Node 4 (S5) is elected in term 3 and appends an entry that gets nowhere.
    lab.crash(0).elect(4).partition(&[0, 0, 0, 0, 1]).write(4, 3);
    lab.run(300);
    // (c) Node 4 crashes. Node 0 restarts, does not get term 3, gets term 4, and its old entry reaches node 2.
    lab.crash(4).restart(0).partition(&[0, 0, 0, 0, 1]).fire(0, ELECTION).run(300).elect(0);
    lab.partition(&[0, 0, 0, 1, 1]).run(300);
    lab
}

/// (d): node 0 crashes and node 4 is elected in term 5.
fn figure_8_d(lab: &mut Lab) {
    lab.crash(0).restart(4).heal().fire(4, ELECTION).run(300).elect(4);
    lab.write(4, 5);
    lab.run(1_000);
}

#[test]
fn in_figure_8_a_majority_has_the_entry_of_term_2_and_it_is_not_committed() {
    let mut lab = figure_8_up_to_c(1);
    assert_eq!(leaders(lab.world()), vec![NodeId(0)]);
    assert_eq!(field(lab.world(), 0, "currentTerm"), "4");
    assert_eq!([0, 1, 2, 3].map(|node| lab.log(node)), ["1/1:x←1 2/2:x←2", "1/1:x←1 2/2:x←2", "1/1:x←1 2/2:x←2", "1/1:x←1"]);
    assert_eq!(lab.fired("old-entry-on-majority").len(), 1);
    assert!(lab.facts().contains(&"vote-granted"));

    figure_8_d(&mut lab);
    assert_eq!(field(lab.world(), 4, "currentTerm"), "5");
    assert_eq!([1, 2, 3, 4].map(|node| lab.log(node)), ["1/1:x←1 2/3:x←3 3/5:x←5"; 4].map(str::to_owned));
    assert!(!lab.fired("entry-overwritten").is_empty());
    assert_eq!(lab.broken(), Vec::<&str>::new());
}

#[test]
fn without_the_rule_of_figure_8_the_entry_of_term_2_is_committed_and_lost() {
    let mut lab = figure_8_up_to_c(0);
    assert!(lab.fired("old-entry-on-majority").is_empty());
    assert_eq!(field(lab.world(), 0, "commitIndex"), "2");
    figure_8_d(&mut lab);
    assert_eq!(lab.broken(), ["leader-completeness", "state-machine-safety"]);
    assert!(!lab.fired("committed-entry-lost").is_empty());
}

#[test]
fn in_figure_8_e_an_entry_of_the_leaders_own_term_commits_the_old_one_with_it() {
    let mut lab = figure_8_up_to_c(1);
    lab.write(0, 4);
    lab.until("the new entry is committed", |world| field(world, 0, "commitIndex") == "3");
    lab.crash(0).restart(4).heal().fire(4, ELECTION).run(300).fire(4, ELECTION).run(300);
    assert_eq!(leaders(lab.world()), vec![], "node 4 cannot win any more");
    assert!(!lab.fired("vote-denied-stale-log").is_empty());
    assert_eq!(lab.broken(), Vec::<&str>::new());
}
