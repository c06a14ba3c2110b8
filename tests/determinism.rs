//! The same scenario makes the same run: now, later, on every machine. The browser checks the same table in `tests/web.rs`.
//!
//! A line of the table changes when the engine, the draws or an algorithm do. If that was meant:
//! `FAULTLINE_GOLDEN=write cargo test --test determinism`, and raise `scenario::ENGINE_VERSION` if links are out in the world.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod runs;

use faultline::check::schedule::{self, Shape};
use faultline::sim::{
    Broken, Cluster, CommandId, Conditions, Context, Env, Erased, Exhibit, Fact, Invariant, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamSpec, Params, Protocol, Role, Setup, Step, Timeline, TimerInfo, Timers, Trace, Watched,
};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

const HEADER: &str = "# algorithm, seed, steps, fingerprint: runs with random faults. tests/determinism.rs says how to write them anew.\n";

#[test]
fn runs_with_random_faults_end_at_the_fingerprints_written_down() {
    let mut table = HEADER.to_owned();
    for entry in runs::algorithms() {
        for seed in 0..runs::SEEDS {
            writeln!(table, "{}", runs::line(entry, seed)).expect("it is memory");
        }
    }
    if std::env::var("FAULTLINE_GOLDEN").is_ok_and(|what| what == "write") {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/fingerprints.txt"), &table).expect("it can be written");
        return;
    }
    for (now, then) in table.lines().zip(runs::GOLDEN.lines()) {
        assert_eq!(now, then, "a run goes another way than it did");
    }
    assert_eq!(table.lines().count(), runs::GOLDEN.lines().count(), "there are other algorithms than when the table was written");
}

#[test]
fn runs_of_different_seeds_and_algorithms_end_at_different_fingerprints() {
    let mut fingerprints: Vec<&str> = runs::GOLDEN.lines().skip(1).filter_map(|line| line.rsplit(' ').next()).collect();
    let count = fingerprints.len();
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), count);
}

#[test]
fn writing_a_run_down_and_rewinding_it_do_not_change_it() {
    for entry in runs::algorithms() {
        for seed in 0..5 {
            let setup = runs::setup(entry, seed);
            let journal = schedule::random_schedule(seed, setup.nodes, entry.algorithm.commands(), &Shape::default());
            let mut timeline = Timeline::new(setup.clone(), journal.clone()).expect("a valid run");
            timeline.play_to(3_000_000, u32::MAX).expect("plays");
            let written = timeline.clock().fingerprint();
            timeline.seek_time(1_234_567).expect("seeks");
            timeline.seek_time(3_000_000).expect("seeks");
            assert_eq!(timeline.clock().fingerprint(), written, "{} {seed}, rewound", entry.id);
            let plain = schedule::play(&setup, &journal, 3_000_000).expect("plays");
            if plain.broken.is_none() {
                assert_eq!(plain.clock.fingerprint(), written, "{} {seed}, not written down", entry.id);
            }
        }
    }
}

/// An algorithm with a leak: its nodes send what a counter outside of the world shows.
struct Leaky;

static OUTSIDE: AtomicU64 = AtomicU64::new(0);
static LEAKY: Erased<Leaky> = Erased::new();

#[derive(Clone, Copy, Debug)]
struct Tick;

impl Timers for Tick {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Tick, TimerInfo { name: "tick", action: "tick now" })];

    fn code(self) -> u32 {
        0
    }
}

/// What the counter shows.
#[derive(Clone, PartialEq, Hash, Debug)]
struct Count(u64);

impl Messages for Count {
    const KINDS: &'static [MessageKind] = &[];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        self.0.to_string()
    }
}

impl Protocol for Leaky {
    type Stable = ();
    type Volatile = u64;
    type Message = Count;
    type Timer = Tick;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = &[];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Context<'_, Self>) -> u64 {
        cx.set_timer(Tick, 1_000);
        0
    }
    fn on_message(node: &mut Node<'_, Self>, _: NodeId, Count(count): &Count, _: &mut Context<'_, Self>) {
        *node.volatile = *count;
    }
    fn on_timer(_: &mut Node<'_, Self>, _: Tick, cx: &mut Context<'_, Self>) {
        cx.broadcast(Count(OUTSIDE.fetch_add(1, Ordering::Relaxed)));
        cx.set_timer(Tick, 1_000);
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}

impl Watched for Leaky {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant { name: "true", sentence: "True.", check: |_, ()| Ok::<(), Broken>(()) }];
    const FACTS: &'static [Fact<Self>] = &[];

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role((): &(), _: &u64) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}

#[test]
fn an_algorithm_that_looks_outside_of_its_world_is_caught() {
    let run = || {
        let setup =
            Setup { algorithm: &LEAKY, nodes: 3, seed: 1, params: Params::default(), network: Conditions::default(), checked: true };
        schedule::play(&setup, &[], 200_000).expect("plays").clock
    };
    let (first, second) = (run(), run());
    assert_eq!(first.world().steps(), second.world().steps(), "only what messages say differs");
    assert_ne!(first.fingerprint(), second.fingerprint());
}
