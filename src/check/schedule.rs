//! Random fault schedules: what may go wrong in a cluster, drawn from a seed. Knows no algorithm.
//!
//! A schedule is a journal as a scenario has it, so a run that breaks something opens in the page like any other.

use crate::sim::timeline::{self, At, Entry};
use crate::sim::{
    Argument, ArgumentKind, Broken, Choice, Clock, CommandCall, CommandId, CommandSpec, Conditions, Error, Intervention, Latency, NodeId,
    Scope, Setup, rng,
};
use rand_pcg::Pcg64Mcg;

/// How wild a schedule is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
    /// Faults begin within this time, in virtual microseconds; then everything is repaired.
    pub calm_from_us: u64,
    /// How many faults begin. Most of them end after a while.
    pub faults: u32,
    /// How many commands clients give until then.
    pub calls: u32,
    /// Whether the disks of crashed nodes may be wiped, which few algorithms survive.
    pub wipes: bool,
}

impl Default for Shape {
    fn default() -> Self {
        Shape { calm_from_us: 5_000_000, faults: 16, calls: 12, wipes: false }
    }
}

/// Clients that give commands.
const CLIENTS: u64 = 3;
/// Kinds of fault that [`Draft::fault`] draws among.
const FAULTS: u64 = 10;

/// A schedule being drawn.
struct Draft {
    rng: Pcg64Mcg,
    nodes: u16,
    shape: Shape,
    entries: Vec<Entry>,
}

/// The schedule of `seed` for a cluster of `nodes` nodes whose clients know `commands`.
///
/// Faults are crashes with restarts, pauses, one-way cuts, partitions, lossy, slow, duplicating and reordering networks and links, clocks that
/// jump and drift. At the end of the time for faults all of it is repaired.
pub fn random_schedule(seed: u64, nodes: u16, commands: &[CommandSpec], shape: &Shape) -> Vec<Entry> {
    let mut draft = Draft { rng: rng::stream(seed), nodes, shape: *shape, entries: Vec::new() };
    if draft.pick(2) == 0 {
        let conditions = draft.conditions();
        draft.entry(0, Intervention::Network { scope: Scope::Everywhere, conditions: Some(conditions) });
    }
    for _ in 0..shape.faults {
        draft.fault();
    }
    if !commands.is_empty() {
        for k in 0..shape.calls {
            draft.call(k, commands);
        }
    }
    draft.repair();
    // Stable: what is of one moment stays in the order of drawing.
    draft.entries.sort_by_key(|entry| entry.at);
    draft.entries
}

impl Draft {
    fn pick(&mut self, n: u64) -> u64 {
        rng::pick(&mut self.rng, n)
    }
    fn node(&mut self) -> NodeId {
        NodeId(u16::try_from(self.pick(u64::from(self.nodes))).unwrap_or(0))
    }
    fn ppm(&mut self, most: u64) -> u32 {
        u32::try_from(self.pick(most + 1)).unwrap_or(0)
    }
    fn moment(&mut self) -> u64 {
        self.pick(self.shape.calm_from_us.max(1))
    }
    fn entry(&mut self, time_us: u64, what: Intervention) {
        self.entries.push(Entry { at: At { time_us, after: 0 }, what });
    }

    /// Something that begins at a random moment and, if there is a way back, ends at a later one.
    fn lasting(&mut self, begin: Intervention, end: Option<Intervention>) {
        let begins_us = self.moment();
        self.entry(begins_us, begin);
        if let Some(end) = end {
            let lasts_us = self.pick(self.shape.calm_from_us / 3 + 1);
            self.entry((begins_us + lasts_us).min(self.shape.calm_from_us), end);
        }
    }

    fn lasting_choice(&mut self, begin: Choice, end: Option<Choice>) {
        self.lasting(Intervention::Do(begin), end.map(Intervention::Do));
    }

    fn conditions(&mut self) -> Conditions {
        let scale_us = 5_000 + self.pick(60_000);
        Conditions {
            latency: match self.pick(3) {
                0 => Latency::Fixed(scale_us),
                1 => Latency::Uniform(scale_us / 4, 2 * scale_us),
                _ => Latency::Exponential(scale_us / 4, scale_us),
            },
            loss_ppm: self.ppm(300_000),
            duplicate_ppm: self.ppm(200_000),
            reorder_ppm: self.ppm(300_000),
            bytes_per_s: 0,
            fifo: self.pick(8) == 0,
        }
    }

    fn fault(&mut self) {
        let node = self.node();
        match self.pick(FAULTS) {
            0 | 1 => {
                self.lasting_choice(Choice::Crash(node), Some(Choice::Restart(node)));
                if self.shape.wipes {
                    self.lasting_choice(Choice::Wipe(node), None);
                }
            }
            2 => self.lasting_choice(Choice::Pause(node), Some(Choice::Resume(node))),
            3 => {
                let (from, to) = (node, self.node());
                self.lasting_choice(Choice::Cut { from, to }, Some(Choice::Mend { from, to }));
            }
            4 | 5 => {
                let groups = (0..self.nodes).map(|_| u8::try_from(self.pick(2)).unwrap_or(0)).collect();
                self.lasting_choice(Choice::Partition(groups), Some(Choice::Heal));
            }
            6 => {
                // One node hears nobody, or nobody hears it.
                let deaf = self.pick(2) == 0;
                let begins_us = self.moment();
                let lasts_us = self.pick(self.shape.calm_from_us / 3 + 1);
                for other in (0..self.nodes).map(NodeId).filter(|other| *other != node) {
                    let (from, to) = if deaf { (other, node) } else { (node, other) };
                    self.entry(begins_us, Intervention::Do(Choice::Cut { from, to }));
                    self.entry((begins_us + lasts_us).min(self.shape.calm_from_us), Intervention::Do(Choice::Mend { from, to }));
                }
            }
            7 => {
                let scope = match self.pick(3) {
                    0 => Scope::Everywhere,
                    1 => Scope::Node(node),
                    _ => Scope::Link(node, self.node()),
                };
                let conditions = Some(self.conditions());
                self.lasting(Intervention::Network { scope, conditions }, Some(Intervention::Network { scope, conditions: None }));
            }
            8 => {
                let by_us = i64::try_from(self.pick(2_000_000)).unwrap_or(0) - 1_000_000;
                self.lasting_choice(Choice::ClockJump { node, by_us }, None);
            }
            _ => {
                let ppm = i32::try_from(self.pick(600_000)).unwrap_or(0) - 300_000;
                self.lasting_choice(Choice::ClockDrift { node, ppm }, Some(Choice::ClockDrift { node, ppm: 0 }));
            }
        }
    }

    fn call(&mut self, k: u32, commands: &[CommandSpec]) {
        let which = self.pick(commands.len() as u64);
        let Some(spec) = usize::try_from(which).ok().and_then(|i| commands.get(i)) else { return };
        let arguments = spec.arguments.iter().map(|(_, kind)| match kind {
            ArgumentKind::Number { min, max, .. } => {
                let offset = self.pick(max.abs_diff(*min).saturating_add(1));
                Argument::Number(min.saturating_add_unsigned(offset))
            }
            ArgumentKind::Text { default } => Argument::Text((*default).to_owned()),
        });
        let call = CommandCall { command: u16::try_from(which).unwrap_or(0), arguments: arguments.collect() };
        let id = CommandId { client: u16::try_from(self.pick(CLIENTS)).unwrap_or(0), k };
        let node = self.node();
        let time_us = self.moment();
        self.entry(time_us, Intervention::Do(Choice::Command { id, node, call }));
    }

    fn repair(&mut self) {
        let time_us = self.shape.calm_from_us;
        self.entry(time_us, Intervention::Do(Choice::Heal));
        self.entry(time_us, Intervention::Network { scope: Scope::Everywhere, conditions: None });
        for node in (0..self.nodes).map(NodeId) {
            self.entry(time_us, Intervention::Network { scope: Scope::Node(node), conditions: None });
            for to in (0..self.nodes).map(NodeId) {
                self.entry(time_us, Intervention::Network { scope: Scope::Link(node, to), conditions: None });
            }
            self.entry(time_us, Intervention::Do(Choice::Resume(node)));
            self.entry(time_us, Intervention::Do(Choice::Restart(node)));
            self.entry(time_us, Intervention::Do(Choice::ClockDrift { node, ppm: 0 }));
        }
    }
}

/// How a run under a schedule ended.
pub struct Ended {
    /// The run where it stopped.
    pub clock: Clock,
    /// Entries of the schedule that could not be done when their time came.
    pub skipped: u32,
    /// The first broken invariant, by its index, and how; in a world that is checked the run stops there.
    pub broken: Option<(usize, Broken)>,
}

/// Plays a schedule up to the moment `until_us`, without writing anything down.
pub fn play(setup: &Setup, journal: &[Entry], until_us: u64) -> Result<Ended, Error> {
    let mut clock = Clock::new(setup)?;
    let (mut done, mut skipped) = (0, 0);
    while timeline::step(&mut clock, journal, &mut done, &mut skipped, until_us, None)? {
        if let Some(broken) = clock.world().check(0) {
            return Ok(Ended { clock, skipped, broken: Some(broken) });
        }
    }
    clock.advance(until_us);
    Ok(Ended { clock, skipped, broken: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: CommandSpec =
        CommandSpec { name: "write", label: "", help: "", arguments: &[("value", ArgumentKind::Number { min: -2, max: 2, default: 0 })] };

    #[test]
    fn a_seed_gives_the_same_schedule_every_time_and_another_seed_another() {
        let schedule = |seed| random_schedule(seed, 5, &[WRITE], &Shape::default());
        assert_eq!(schedule(1), schedule(1));
        assert_ne!(schedule(1), schedule(2));
    }

    #[test]
    fn a_schedule_is_in_order_and_names_only_nodes_and_values_that_there_are() {
        for seed in 0..200 {
            let schedule = random_schedule(seed, 3, &[WRITE], &Shape::default());
            assert!(schedule.is_sorted_by_key(|entry| entry.at));
            for entry in schedule {
                let Intervention::Do(choice) = entry.what else { continue };
                assert!(choice.actor().is_none_or(|node| node.0 < 3));
                if let Choice::Command { call, .. } = choice {
                    assert!((-2..=2).contains(&call.number(0).unwrap()));
                }
            }
        }
    }

    #[test]
    fn disks_are_wiped_only_where_that_is_asked_for() {
        let wipes = |wipes| {
            let shape = Shape { wipes, ..Shape::default() };
            (0..50)
                .flat_map(|seed| random_schedule(seed, 3, &[], &shape))
                .any(|entry| matches!(entry.what, Intervention::Do(Choice::Wipe(_))))
        };
        assert!(!wipes(false));
        assert!(wipes(true));
    }
}
