//! The engine by itself: worlds, drivers, faults, rewind. On a protocol of its own that touches every part of the interface.

#![cfg(test)]

use faultline::sim::protocol::{Broken, Cluster, Context, Fact, Invariant, Node};
use faultline::sim::script::{self, Recorded};
use faultline::sim::timeline::Entry;
use faultline::sim::{
    At, Bindings, Choice, Clock, CommandCall, CommandId, CommandSpec, Commands, Conditions, Env, Erased, Error, Exhibit, Intervention,
    Latency, MessageId, MessageKind, Messages, NodeId, NodeView, Outcome, ParamKind, ParamSpec, Params, Protocol, Role, Scope, Setup,
    Status, Step, Timeline, TimerInfo, Timers, Tone, Trace, Watched,
};

/// Every node ticks, tells the others a number, adds up what it hears, and now and then throws a die.
struct Chatter;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Tick {
    Tick,
}

impl Timers for Tick {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Tick::Tick, TimerInfo { name: "tick", action: "tick now" })];

    fn code(self) -> u32 {
        self as u32
    }
}

#[derive(Clone, PartialEq, Hash, Debug, Default)]
struct Heard {
    total: u64,
    boots: u32,
}

#[derive(Clone, PartialEq, Hash, Debug, Default)]
struct Mood {
    die: u32,
    last_from: Option<NodeId>,
}

const PERIOD_MS: u16 = 0;

#[derive(Clone, PartialEq, Hash, Debug)]
struct Number(u64);

impl Messages for Number {
    const KINDS: &'static [MessageKind] = &[MessageKind::request("Number", "N", Tone::Neutral, "A number to add.")];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        format!("add {}", self.0)
    }
}

#[derive(Clone, PartialEq, Hash, Debug)]
struct Add(i64);

impl Commands for Add {
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec { name: "add", label: "Add", help: "Adds a number.", arguments: &[] }];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        call.number(0).map(Add).ok_or_else(|| "add needs a number".to_owned())
    }
}

impl Protocol for Chatter {
    type Stable = Heard;
    type Volatile = Mood;
    type Message = Number;
    type Timer = Tick;
    type Command = Add;
    type Ghost = u64;

    const PARAMS: &'static [ParamSpec] = &[ParamSpec {
        name: "period",
        label: "Period",
        help: "How long a node waits between ticks.",
        kind: ParamKind::Range { min: 1, max: 1_000, step: 1, unit: "ms" },
        default: 50,
    }];

    fn blank_disk(_: &Env<'_>) -> Heard {
        Heard::default()
    }
    fn on_start(stable: &mut Heard, cx: &mut Context<'_, Self>) -> Mood {
        stable.boots += 1;
        cx.set_timer_between(Tick::Tick, 1_000, cx.params().get_u64(PERIOD_MS) * 1_000);
        Mood::default()
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, Number(number): &Number, cx: &mut Context<'_, Self>) {
        node.stable.total += number;
        node.volatile.last_from = Some(from);
        cx.say(|| format!("{number} from {from}"));
    }
    fn on_timer(node: &mut Node<'_, Self>, _: Tick, cx: &mut Context<'_, Self>) {
        node.volatile.die = cx.choose(6);
        cx.broadcast(Number(u64::from(node.volatile.die) + 1));
        cx.set_timer_between(Tick::Tick, 1_000, cx.params().get_u64(PERIOD_MS) * 1_000);
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, Add(number): &Add, cx: &mut Context<'_, Self>) {
        node.stable.total += number.unsigned_abs();
        cx.reply(id, Outcome::Done(*number));
    }
}

impl Watched for Chatter {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "small",
        sentence: "No node has heard a thousand.",
        check: |cluster, _| match cluster.up().find(|(_, stable, _)| stable.total >= 1_000) {
            Some((id, ..)) => Err(Broken { nodes: vec![id], says: format!("node {id} has") }),
            None => Ok(()),
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[Fact::milestone("six", "{node} threw a six", |cluster, _, _| {
        cluster.up().find(|(_, _, mood)| mood.die == 5).map(|(id, ..)| Bindings::nodes([id]))
    })];

    fn observe(ghost: &mut u64, _: &Cluster<'_, Self>, step: &Step<'_>) {
        *ghost += step.delivered::<Self>().map_or(0, |(_, message)| message.0);
    }
    fn role(_: &Heard, _: &Mood) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, _: &u64, _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}

static CHATTER: Erased<Chatter> = Erased::new();

fn setup(seed: u64, network: Conditions) -> Setup {
    Setup { algorithm: &CHATTER, nodes: 4, seed, params: Params::defaults(Chatter::PARAMS), network, checked: true }
}

fn rough() -> Conditions {
    Conditions { loss_ppm: 100_000, duplicate_ppm: 100_000, reorder_ppm: 100_000, ..Conditions::default() }
}

fn total(timeline: &Timeline, node: u16) -> u64 {
    timeline.clock().world().parts::<Chatter>(NodeId(node)).expect("it is there").stable.total
}

/// One of everything that can be done to a run, spread over its first second.
fn busy_journal() -> Vec<Entry> {
    let do_ = Intervention::Do;
    let call = CommandCall { command: 0, arguments: vec![faultline::sim::Argument::Number(7)] };
    let message = |k| MessageId { from: NodeId(0), to: NodeId(1), k, copy: 0 };
    let actions = vec![
        do_(Choice::Partition(vec![0, 0, 1, 1])),
        Intervention::Hold(message(3)),
        do_(Choice::Pause(NodeId(2))),
        do_(Choice::ClockDrift { node: NodeId(1), ppm: 200_000 }),
        do_(Choice::Command { id: CommandId { client: 0, k: 0 }, node: NodeId(0), call }),
        do_(Choice::Heal),
        do_(Choice::Resume(NodeId(2))),
        Intervention::Release(message(3)),
        do_(Choice::Crash(NodeId(3))),
        do_(Choice::ClockJump { node: NodeId(0), by_us: -5_000_000 }),
        Intervention::Network {
            scope: Scope::Link(NodeId(0), NodeId(1)),
            conditions: Some(Conditions { latency: Latency::Exponential(1_000, 9_000), bytes_per_s: 500, fifo: true, ..rough() }),
        },
        do_(Choice::Wipe(NodeId(3))),
        do_(Choice::Restart(NodeId(3))),
        do_(Choice::Cut { from: NodeId(0), to: NodeId(3) }),
        do_(Choice::Mend { from: NodeId(0), to: NodeId(3) }),
        do_(Choice::Param { index: PERIOD_MS, value: 20 }),
    ];
    actions.into_iter().zip(1u64..).map(|(what, i)| Entry { at: At { time_us: i * 60_000 + 7, after: 0 }, what }).collect()
}

fn played(seed: u64) -> Timeline {
    let mut timeline = Timeline::new(setup(seed, rough()), busy_journal()).expect("a valid run");
    timeline.play_to(2_000_000, u32::MAX).expect("plays");
    timeline
}

#[test]
fn the_same_seed_makes_the_same_run_and_another_seed_another() {
    assert_eq!(played(1).clock().fingerprint(), played(1).clock().fingerprint());
    assert_ne!(played(1).clock().fingerprint(), played(2).clock().fingerprint());
}

#[test]
fn no_entry_of_a_busy_journal_is_skipped() {
    // Message 3 from 0 to 1 may be gone when it is to be held; all the rest can always be done.
    assert!(played(1).skipped() <= 2);
}

#[test]
fn a_seek_to_any_step_equals_a_replay_from_the_beginning() {
    let mut run = played(3);
    let end = run.step_count();
    let mut straight = Timeline::new(setup(3, rough()), busy_journal()).expect("a valid run");
    let mut fingerprints = vec![straight.clock().fingerprint()];
    while straight.step_count() < end && straight.step().expect("steps") {
        fingerprints.push(straight.clock().fingerprint());
    }
    for steps in (0..end).rev().step_by(7).chain((0..end).step_by(13)) {
        run.seek_step(steps).expect("seeks");
        assert_eq!(run.step_count(), steps);
        assert_eq!(run.clock().fingerprint(), fingerprints[steps as usize], "after {steps} steps");
    }
}

#[test]
fn a_seek_to_a_moment_equals_playing_to_it() {
    let mut run = played(4);
    for time_us in [1_900_000, 10, 777_777, 0, 1_200_000, 60_007, 1_999_999] {
        run.seek_time(time_us).expect("seeks");
        let mut straight = Timeline::new(setup(4, rough()), busy_journal()).expect("a valid run");
        straight.play_to(time_us, u32::MAX).expect("plays");
        assert_eq!(run.at(), straight.at());
        assert_eq!(run.clock().fingerprint(), straight.clock().fingerprint(), "at {time_us}");
        let at = run.at();
        run.seek_time(0).expect("seeks");
        run.seek_at(at).expect("seeks");
        assert_eq!(run.clock().fingerprint(), straight.clock().fingerprint(), "at {at:?}");
    }
}

#[test]
fn interventions_by_a_reader_replay_from_the_journal() {
    let mut live = Timeline::new(setup(5, rough()), Vec::new()).expect("a valid run");
    for entry in busy_journal() {
        live.play_to(entry.at.time_us, u32::MAX).expect("plays");
        // Some may be refused, as a message that is gone; then nothing is written down.
        let _ = live.intervene(entry.what);
        live.step().expect("steps");
    }
    live.play_to(2_000_000, u32::MAX).expect("plays");
    let mut replay = Timeline::new(setup(5, rough()), live.journal().to_vec()).expect("a valid run");
    replay.play_to(2_000_000, u32::MAX).expect("plays");
    assert_eq!(replay.skipped(), 0);
    assert_eq!(replay.clock().fingerprint(), live.clock().fingerprint());
}

#[test]
fn changing_the_past_forks_and_keeps_the_old_future() {
    let mut run = played(6);
    let (end, old) = (run.step_count(), run.clock().fingerprint());
    run.seek_time(500_000).expect("seeks");
    run.intervene(Intervention::Do(Choice::Crash(NodeId(0)))).expect("it runs");
    run.play_to(2_000_000, u32::MAX).expect("plays");
    let new = run.clock().fingerprint();
    assert_ne!(old, new);
    assert_eq!(run.branches().len(), 2);
    run.switch(0).expect("it is there");
    assert_eq!((run.step_count(), run.clock().fingerprint()), (end, old));
    run.switch(1).expect("it is there");
    assert_eq!(run.clock().fingerprint(), new);
    run.seek_time(600_000).expect("seeks");
    assert_eq!(run.clock().world().status(NodeId(0)), Status::Down);
}

#[test]
fn a_refused_intervention_changes_nothing_and_does_not_fork() {
    let mut run = played(7);
    run.seek_time(500_000).expect("seeks");
    let before = run.clock().fingerprint();
    let error = run.intervene(Intervention::Do(Choice::Restart(NodeId(0)))).expect_err("it is up");
    assert_eq!(error.to_string(), "Node 0 is running already.");
    assert_eq!(run.branches().len(), 1);
    assert_eq!(run.clock().fingerprint(), before);
}

#[test]
fn one_intervention_leaves_all_other_luck_as_it_was() {
    // Node 3 crashes; what 0, 1 and 2 say to each other, and when it arrives, does not change.
    let arrivals = |journal: Vec<Entry>| {
        let mut timeline = Timeline::new(setup(8, rough()), journal).expect("a valid run");
        let mut seen = Vec::new();
        while timeline.now_us() < 1_000_000 && timeline.step().expect("steps") {
            let event = timeline.record().trace.last().expect("just written").clone();
            if let Some(Choice::Deliver(id)) = event.choice()
                && id.from.0 < 3
                && id.to.0 < 3
            {
                seen.push((event.time_us, *id));
            }
        }
        seen
    };
    let crash = Entry { at: At { time_us: 300_000, after: 0 }, what: Intervention::Do(Choice::Crash(NodeId(3))) };
    assert_eq!(arrivals(vec![crash]), arrivals(vec![]));
}

#[test]
fn a_crash_takes_the_volatile_part_and_leaves_the_stable_one() {
    let mut run = played(9);
    let before = total(&run, 1);
    assert!(before > 0);
    run.intervene(Intervention::Do(Choice::Crash(NodeId(1)))).expect("it runs");
    let parts = run.clock().world().parts::<Chatter>(NodeId(1)).expect("it is there");
    assert_eq!((parts.stable.total, parts.volatile.is_none()), (before, true));
    run.intervene(Intervention::Do(Choice::Restart(NodeId(1)))).expect("it is down");
    assert_eq!(run.clock().world().parts::<Chatter>(NodeId(1)).expect("it is there").stable.boots, 2);
    run.intervene(Intervention::Do(Choice::Crash(NodeId(1)))).expect("it runs");
    run.intervene(Intervention::Do(Choice::Wipe(NodeId(1)))).expect("it is down");
    assert_eq!(total(&run, 1), 0);
}

#[test]
fn messages_pile_up_at_a_frozen_node_and_all_arrive_when_it_goes_on() {
    let mut run = Timeline::new(setup(10, Conditions::default()), Vec::new()).expect("a valid run");
    run.play_to(200_000, u32::MAX).expect("plays");
    run.intervene(Intervention::Do(Choice::Pause(NodeId(2)))).expect("it runs");
    let before = total(&run, 2);
    run.play_to(800_000, u32::MAX).expect("plays");
    assert_eq!(total(&run, 2), before);
    let waiting = run.clock().world().in_flight().filter(|flight| flight.id.to == NodeId(2) && flight.ends_us <= 800_000).count();
    assert!(waiting > 5);
    run.intervene(Intervention::Do(Choice::Resume(NodeId(2)))).expect("it is frozen");
    run.play_to(800_000, u32::MAX).expect("plays");
    assert!(total(&run, 2) > before);
    assert_eq!(run.clock().world().in_flight().filter(|flight| flight.id.to == NodeId(2) && flight.ends_us < 800_000).count(), 0);
}

#[test]
fn nothing_crosses_a_cut_in_the_direction_that_is_cut() {
    let cut = Entry { at: At::default(), what: Intervention::Do(Choice::Cut { from: NodeId(0), to: NodeId(1) }) };
    let mut run = Timeline::new(setup(11, Conditions::default()), vec![cut]).expect("a valid run");
    let mut heard = [false; 2];
    while run.now_us() < 1_000_000 && run.step().expect("steps") {
        if let Some(Choice::Deliver(id)) = run.record().trace.last().expect("just written").choice() {
            heard[0] |= (id.from, id.to) == (NodeId(0), NodeId(1));
            heard[1] |= (id.from, id.to) == (NodeId(1), NodeId(0));
        }
    }
    assert_eq!(heard, [false, true]);
}

#[test]
fn a_fifo_link_keeps_the_order_that_a_plain_one_does_not() {
    let out_of_order = |fifo| {
        let network = Conditions { latency: Latency::Uniform(1_000, 200_000), fifo, ..Conditions::default() };
        let mut run = Timeline::new(setup(12, network), Vec::new()).expect("a valid run");
        let (mut last, mut count) = (0, 0);
        while run.now_us() < 2_000_000 && run.step().expect("steps") {
            if let Some(Choice::Deliver(id)) = run.record().trace.last().expect("just written").choice()
                && (id.from, id.to) == (NodeId(0), NodeId(1))
            {
                count += u32::from(id.k < last);
                last = id.k;
            }
        }
        count
    };
    assert_eq!(out_of_order(true), 0);
    assert!(out_of_order(false) > 0);
}

#[test]
fn a_fast_clock_makes_timers_fire_earlier() {
    let ticks = |ppm| {
        let drift = Entry { at: At { time_us: 1, after: 0 }, what: Intervention::Do(Choice::ClockDrift { node: NodeId(0), ppm }) };
        let mut run = Timeline::new(setup(13, Conditions::default()), vec![drift]).expect("a valid run");
        let mut count = 0;
        while run.now_us() < 3_000_000 && run.step().expect("steps") {
            count +=
                u32::from(matches!(run.record().trace.last().expect("just written").choice(), Some(Choice::Fire(id)) if id.node.0 == 0));
        }
        count
    };
    let (slow, right, fast) = (ticks(-500_000), ticks(0), ticks(500_000));
    assert!(slow * 19 < right * 10 && right * 14 < fast * 10, "{slow} {right} {fast}");
}

#[test]
fn a_run_of_the_clock_is_a_script_that_leads_to_the_same_state() {
    let mut run = Timeline::new(setup(14, rough()), Vec::new()).expect("a valid run");
    let mut recorded = Vec::new();
    while run.now_us() < 1_000_000 && run.step().expect("steps") {
        let event = run.record().trace.last().expect("just written").clone();
        recorded.push(Recorded { choice: event.choice().expect("no knobs turned").clone(), answers: event.answers.clone() });
    }
    let setup = run.setup();
    let mut world = faultline::sim::World::new(setup.algorithm, setup.nodes, setup.params.clone(), true).expect("a valid world");
    let played = script::play(&mut world, &recorded, true);
    assert_eq!(played.skipped, 0);
    assert_eq!(world.fingerprint(), run.clock().world().fingerprint());
}

#[test]
fn every_sub_list_of_a_script_is_a_script() {
    let mut run = Timeline::new(setup(15, Conditions::default()), Vec::new()).expect("a valid run");
    let mut recorded = Vec::new();
    while run.step_count() < 200 && run.step().expect("steps") {
        let event = run.record().trace.last().expect("just written").clone();
        recorded.push(Recorded { choice: event.choice().expect("no knobs turned").clone(), answers: event.answers.clone() });
    }
    let every_third: Vec<Recorded> = recorded.into_iter().step_by(3).collect();
    let mut world = faultline::sim::World::new(&CHATTER, 4, Params::defaults(Chatter::PARAMS), true).expect("a valid world");
    let played = script::play(&mut world, &every_third, true);
    assert!(played.applied > 0 && played.skipped > 0);
}

#[test]
fn the_first_violation_is_written_down_once_with_its_step() {
    let mut run = Timeline::new(setup(16, Conditions::default()), Vec::new()).expect("a valid run");
    run.play_to(30_000_000, u32::MAX).expect("plays");
    let violations = run.record().violations.clone();
    assert_eq!(violations.len(), 1);
    run.seek_step(violations[0].step).expect("seeks");
    assert!(run.clock().world().check(0).is_none());
    run.step().expect("steps");
    assert!(run.clock().world().check(0).is_some());
}

#[test]
fn playing_until_something_breaks_stops_at_that_step_the_first_time_and_again() {
    let mut run = Timeline::new(setup(16, Conditions::default()), Vec::new()).expect("a valid run");
    assert!(run.play_until_broken(30_000_000, u32::MAX).expect("plays"));
    let step = run.record().violations[0].step;
    assert_eq!(run.step_count(), step + 1);
    run.seek_step(0).expect("seeks");
    assert!(run.play_until_broken(30_000_000, u32::MAX).expect("plays"));
    assert_eq!(run.step_count(), step + 1);
    assert!(!run.play_until_broken(30_000_000, u32::MAX).expect("plays"), "it broke once");
}

#[test]
fn memory_is_bounded_whatever_the_length_of_the_run() {
    let mut run = Timeline::new(setup(17, Conditions::default()), Vec::new()).expect("a valid run");
    run.play_to(60_000_000, u32::MAX).expect("plays");
    assert!(run.step_count() > 20_000);
    assert!(run.snapshot_count() <= faultline::sim::limits::SNAPSHOTS_MAX);
    assert!(run.record().trace.events().len() <= faultline::sim::limits::TRACE_EVENTS_MAX);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_sentence() {
    let mut clock = Clock::new(&setup(18, Conditions::default())).expect("a valid run");
    let mut refuse = |what: Intervention| clock.intervene(&what, None).expect_err("it makes no sense").to_string();
    assert_eq!(refuse(Intervention::Do(Choice::Pause(NodeId(9)))), "There is no node 9 in this cluster.");
    assert_eq!(refuse(Intervention::Do(Choice::Partition(vec![0]))), "A partition of 4 nodes names 4 groups, not 1.");
    assert_eq!(refuse(Intervention::Do(Choice::Param { index: 0, value: 0 })), "0 is not a value of \u{201c}Period\u{201d}.");
    assert_eq!(
        refuse(Intervention::Network { scope: Scope::Everywhere, conditions: Some(Conditions { loss_ppm: 2_000_000, ..rough() }) }),
        "A rate of loss is at most 100 %."
    );
    let gone = MessageId { from: NodeId(0), to: NodeId(1), k: 99, copy: 0 };
    assert_eq!(refuse(Intervention::Hold(gone)), "Message 0→1 #99 is no longer in flight.");
    assert!(matches!(Clock::new(&Setup { nodes: 0, ..setup(18, rough()) }), Err(Error::Limit { .. })));
}

#[test]
fn the_past_of_an_event_is_what_it_heard_of_and_the_future_who_hears_of_it() {
    let mut run = Timeline::new(setup(19, Conditions::default()), Vec::new()).expect("a valid run");
    run.play_to(400_000, u32::MAX).expect("plays");
    let trace = &run.record().trace;
    for event in trace.events() {
        for earlier in trace.past(event.step) {
            assert!(trace.future(earlier).contains(&event.step), "{earlier} before {}", event.step);
        }
    }
}
