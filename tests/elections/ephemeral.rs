//! Election through ephemeral sequential znodes: who may lead, what each rule protects, and the frozen leader.

use crate::run::{
    Fault, SCHEDULES, at_ms, command_at_ms, crashes, facts, has_fact, leaders, play, play_checking_from, record, schedules_until_broken,
    setup,
};
use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::{Argument, Choice, Clock, Conditions, Latency, NodeId, Outcome, rng};
use faultline::topics::leader_election::ephemeral::{Ephemeral, Phase, SERVICE, Volatile, param};
use faultline::topics::topic;

const NODES: u16 = 5;
const WORK: u16 = 0;
const RESIGN: u16 = 2;
/// Index of `one-znode-a-session`, the first invariant that needs no assumption.
const WITHOUT_ASSUMPTIONS: usize = 1;

fn lossy() -> Conditions {
    Conditions {
        latency: Latency::Uniform(1_000, 150_000),
        loss_ppm: 150_000,
        duplicate_ppm: 50_000,
        reorder_ppm: 50_000,
        ..Conditions::default()
    }
}

fn work(ms: u64, node: u16, k: u32, value: i64) -> Fault {
    command_at_ms(ms, node, k, WORK, vec![Argument::Number(value)])
}

/// Partitions that come and go, and clocks that are up to 15 % off.
fn partitions(seed: u64, until_ms: u64) -> Vec<Fault> {
    let mut luck = rng::stream(!seed);
    let mut faults: Vec<Fault> = (0..NODES)
        .map(|node| {
            let ppm = i32::try_from(rng::pick(&mut luck, 300_001)).unwrap() - 150_000;
            at_ms(0, Choice::ClockDrift { node: NodeId(node), ppm })
        })
        .collect();
    for k in 0..until_ms / 2_000 {
        let groups = (0..NODES).map(|_| u8::try_from(rng::pick(&mut luck, 2)).unwrap()).collect();
        let begins_ms = k * 2_000 + rng::pick(&mut luck, 500);
        faults.push(at_ms(begins_ms, Choice::Partition(groups)));
        faults.push(at_ms(begins_ms + rng::pick(&mut luck, 1_800), Choice::Heal));
    }
    faults
}

fn restless(seed: u64) -> Vec<Fault> {
    let mut faults = [crashes(seed, 0, NODES, 1_500, 10_000), partitions(seed, 10_000)].concat();
    faults.extend((0..20).map(|k| work(k * 500, u16::try_from(k % 4 + 1).unwrap(), u32::try_from(k).unwrap(), 1)));
    faults.sort_by_key(|entry| entry.at);
    faults
}

/// Clients freeze for up to three seconds; all are asked to work all the time, a thawed one at once.
fn freezes(seed: u64) -> Vec<Fault> {
    let mut luck = rng::stream(seed);
    let mut pick = |n| rng::pick(&mut luck, n);
    let mut faults = Vec::new();
    for k in 0..40 {
        let client = u16::try_from(1 + pick(4)).unwrap();
        faults.push(work(u64::from(k) * 250, client, 2 * k, 1));
    }
    for k in 0..5 {
        let client = u16::try_from(1 + pick(4)).unwrap();
        let begins_ms = u64::from(k) * 2_000 + pick(1_000);
        let thaws_ms = begins_ms + 500 + pick(2_500);
        faults.extend([
            at_ms(begins_ms, Choice::Pause(NodeId(client))),
            at_ms(thaws_ms, Choice::Resume(NodeId(client))),
            work(thaws_ms, client, 2 * k + 1, 2),
        ]);
    }
    faults.sort_by_key(|entry| entry.at);
    faults
}

fn phase(clock: &Clock, node: u16) -> Phase {
    match clock.world().parts::<Ephemeral>(NodeId(node)).unwrap().volatile.as_ref().unwrap() {
        Volatile::Client(client) => client.phase,
        Volatile::Service(_) => unreachable!("a client was asked for"),
    }
}

#[test]
fn whoever_believes_to_lead_owns_the_lowest_znode_through_losses_crashes_and_partitions() {
    let mut led = 0;
    for seed in 0..SCHEDULES {
        let (clock, broken) = play(&setup("ephemeral", NODES, seed, &[], lossy()), &restless(seed), 12_000);
        assert_eq!(broken, None, "seed {seed}");
        led += u64::from(!leaders(&clock).is_empty());
    }
    assert!(led > SCHEDULES / 2, "{led}");
}

#[test]
fn whatever_happens_the_store_takes_no_stale_write_and_no_session_owns_two_znodes() {
    let (_, entry) = topic(8).unwrap().by_id("ephemeral").unwrap();
    let shape = Shape { calls: 40, ..Shape::default() };
    for seed in 0..SCHEDULES {
        let faults = random_schedule(seed, NODES, entry.algorithm.commands(), &shape);
        let setup = setup("ephemeral", NODES, seed, &[], Conditions::default());
        let (_, broken) = play_checking_from(WITHOUT_ASSUMPTIONS, &setup, &faults, 8_000);
        assert_eq!(broken, None, "seed {seed}");
        let setup = self::setup("ephemeral", NODES, seed, &[], Conditions::default());
        let (_, broken) = play_checking_from(WITHOUT_ASSUMPTIONS, &setup, &freezes(seed), 12_000);
        assert_eq!(broken, None, "seed {seed}");
    }
}

#[test]
fn once_nothing_fails_any_more_one_leads_and_the_others_wait_in_line() {
    for seed in 0..SCHEDULES / 10 {
        let mut faults = restless(seed);
        faults.push(at_ms(10_000, Choice::Heal));
        let (clock, _) = play(&setup("ephemeral", NODES, seed, &[], Conditions::default()), &faults, 20_000);
        assert_eq!(leaders(&clock).len(), 1, "seed {seed}");
        let waiting = (1..NODES).filter(|node| matches!(phase(&clock, *node), Phase::Waiting(_))).count();
        assert_eq!(waiting, usize::from(NODES) - 2, "seed {seed}");
    }
}

#[test]
fn each_rule_switched_off_breaks_what_it_protects() {
    let rules = [(param::STEP_DOWN, "lowest-leads"), (param::FIND_OWN_ZNODE, "one-znode-a-session")];
    for (rule, invariant) in rules {
        let found = schedules_until_broken(invariant, |seed| {
            play(&setup("ephemeral", NODES, seed, &[(rule, 0)], lossy()), &restless(seed), 12_000).1
        });
        println!("rule {rule} off: {invariant} broken after {found:?} schedules");
        assert!(found.is_some(), "rule {rule}");
    }
    let found = schedules_until_broken("no-stale-write", |seed| {
        let setup = setup("ephemeral", NODES, seed, &[(param::FENCE, 0)], Conditions::default());
        play_checking_from(WITHOUT_ASSUMPTIONS, &setup, &freezes(seed), 12_000).1
    });
    println!("rule {} off: no-stale-write broken after {found:?} schedules", param::FENCE);
    assert!(found.is_some());
}

#[test]
fn each_assumption_violated_lets_a_client_lead_without_the_lowest_znode() {
    let leader = NodeId(first_leader(NODES));
    let alone = (0..NODES).map(|node| u8::from(NodeId(node) == leader)).collect::<Vec<u8>>();
    let frozen = vec![at_ms(2_000, Choice::Pause(leader))];
    let slow_clock = vec![at_ms(1_000, Choice::ClockDrift { node: leader, ppm: -500_000 }), at_ms(2_000, Choice::Partition(alone))];
    let forgetful = vec![at_ms(2_000, Choice::Crash(SERVICE)), at_ms(2_010, Choice::Wipe(SERVICE)), at_ms(2_020, Choice::Restart(SERVICE))];
    for (what, faults) in [("a frozen leader", frozen), ("a slow clock", slow_clock), ("a service that forgets", forgetful)] {
        let (_, broken) = play(&setup("ephemeral", NODES, 1, &[], Conditions::default()), &faults, 6_000);
        assert_eq!(broken.expect(what).0, "lowest-leads", "{what}");
    }
}

/// Who leads first in the run of seed 1.
fn first_leader(nodes: u16) -> u16 {
    let (clock, _) = play(&setup("ephemeral", nodes, 1, &[], Conditions::default()), &[], 1_500);
    leaders(&clock)[0]
}

#[test]
fn a_leader_that_was_frozen_past_its_session_believes_to_lead_and_its_write_stops_at_the_fence() {
    let frozen = first_leader(NODES);
    let before = record(&setup("ephemeral", NODES, 1, &[], Conditions::default()), &[at_ms(2_000, Choice::Pause(NodeId(frozen)))], 5_000);
    let next = *leaders(before.clock()).iter().find(|node| **node != frozen).unwrap();
    let faults = [
        at_ms(2_000, Choice::Pause(NodeId(frozen))),
        work(5_000, next, 0, 2),
        at_ms(6_000, Choice::Resume(NodeId(frozen))),
        work(6_000, frozen, 1, 1),
    ];
    let run = |fence| record(&setup("ephemeral", NODES, 1, &[(param::FENCE, fence)], Conditions::default()), &faults, 8_000);
    let fenced = run(1);
    let outcome = |run: &faultline::sim::Timeline, k: usize| run.clock().world().operations()[k].done.clone().unwrap().1;
    assert!(has_fact(&fenced, "session-expired") && has_fact(&fenced, "two-leaders") && has_fact(&fenced, "one-leader-again"));
    assert!(has_fact(&fenced, "stale-write-refused"));
    assert_eq!(outcome(&fenced, 0), Outcome::Done(1));
    assert!(matches!(outcome(&fenced, 1), Outcome::Refused(_)));
    assert_eq!(leaders(fenced.clock()), [next]);
    let open = run(0);
    assert!(has_fact(&open, "stale-write-taken"));
    assert_eq!(outcome(&open, 1), Outcome::Done(2));
}

#[test]
fn if_all_watch_the_lowest_znode_its_end_wakes_the_herd_and_costs_more_messages() {
    const GET_CHILDREN: usize = 6;
    let run = |nodes, rule| {
        let leader = first_leader(nodes);
        let run = record(
            &setup("ephemeral", nodes, 1, &[(param::WATCH_NEXT_LOWER, rule)], Conditions::default()),
            &[at_ms(2_000, Choice::Crash(NodeId(leader)))],
            6_000,
        );
        assert!(run.record().violations.is_empty());
        assert_eq!(leaders(run.clock()).len(), 1);
        (run.clock().tallies()[GET_CHILDREN].sent, has_fact(&run, "herd"))
    };
    for nodes in [5, 10] {
        let ((calm, is_herd_calm), (wild, is_herd_wild)) = (run(nodes, 1), run(nodes, 0));
        assert!(!is_herd_calm && is_herd_wild);
        // One client looks again, instead of all that are left.
        assert_eq!(wild - calm, u64::from(nodes) - 3);
    }
}

#[test]
fn after_a_crash_the_next_leads_once_the_session_expires_and_after_a_resignation_at_once() {
    let leader = first_leader(NODES);
    let elected_ms = |fault: Fault| {
        let run = record(&setup("ephemeral", NODES, 1, &[], Conditions::default()), &[fault], 6_000);
        let elections = facts(&run).iter().filter(|(fact, _)| *fact == "leader-elected").count();
        assert_eq!(elections, 2);
        let infos = run.setup().algorithm.facts();
        let last = run.record().fired.iter().rfind(|fired| infos[usize::from(fired.fact)].name == "leader-elected").unwrap();
        last.time_us / 1_000
    };
    let (crashed_ms, resigned_ms) =
        (elected_ms(at_ms(2_000, Choice::Crash(NodeId(leader)))), elected_ms(command_at_ms(2_000, leader, 0, RESIGN, Vec::new())));
    // The last ping left at most 400 ms before; the timeout is 1,500 ms.
    assert!((3_100..3_800).contains(&crashed_ms), "{crashed_ms}");
    assert!((2_000..2_300).contains(&resigned_ms), "{resigned_ms}");
}
