//! What can be done with a thing on the stage, as data: a heading, what it is in words, and entries. Knows no element.

use super::cut::isolate;
use super::picture::{conditions_in_short, is_parted, is_yet_to_start, note};
use crate::sim::{
    Choice, CommandCall, CommandSpec, Conditions, Flight, Intervention, Latency, MessageId, NodeId, Scope, Status, Timeline, TimerId,
    World, capital,
};
use crate::ui::action::{Action, Selected, Tab};
use crate::ui::run::Run;

/// A menu, or one page of it.
#[derive(Default)]
pub struct Content {
    /// Its heading.
    pub title: String,
    /// What there is to know.
    pub words: Vec<String>,
    /// What can be done.
    pub entries: Vec<Entry>,
    /// The arguments of this command are asked for.
    pub command: Option<u16>,
}

/// One thing that can be done.
pub struct Entry {
    /// Name of its icon.
    pub icon: &'static str,
    /// What it is called.
    pub label: String,
    /// What else there is to say about it.
    pub small: Option<String>,
    /// Whether it makes a fault.
    pub fault: bool,
    /// Why it cannot be done now.
    pub refusal: Option<String>,
    /// Whether the challenge that the run is in locks it: then all that it does is to say so.
    pub locked: bool,
    /// What it does.
    pub does: Does,
}

/// What an entry does.
#[derive(Clone)]
pub enum Does {
    /// Does this to the run; the menu closes.
    All(Vec<Intervention>),
    /// Does this to the run; the menu stays, for more of it.
    More(Intervention),
    /// Shows another page of the menu.
    Page(u16),
    /// Asks the page for this; the menu closes.
    Ask(Vec<Action>),
    /// Moves the node on the stage, by so many steps to the right and down; the menu stays, for more of it.
    Nudge(NodeId, i8, i8),
}

/// The client as which the reader asks.
pub const CLIENT: u16 = 0;
/// A node's page on its clock; its commands have the pages from the next on.
const PAGE_CLOCK: u16 = 1;
const PAGE_COMMANDS: u16 = 2;
/// A node's page on where it stands: what a drag does, for who cannot drag.
const PAGE_PLACE: u16 = u16::MAX;
/// Delays that a message's menu offers, in microseconds.
const DELAYS_US: [u64; 2] = [50_000, 500_000];
/// How far a node's menu lets its clock jump, in microseconds, and how fast or slow it lets it run.
const JUMP_US: i64 = 100_000;
const DRIFT_PPM: i32 = 100_000;
/// What a link's menu offers: so much slower, so much lost, so little let through.
const SLOWER_US: u64 = 200_000;
const LOSS_PPM: u32 = 500_000;
const TRICKLE_BYTES_PER_S: u32 = 200;

impl Content {
    fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

/// An entry.
fn entry(icon: &'static str, label: impl Into<String>, does: Does) -> Entry {
    Entry { icon, label: label.into(), small: None, fault: false, refusal: None, locked: false, does }
}

/// An entry that makes a choice.
fn choice(icon: &'static str, label: impl Into<String>, choice: Choice) -> Entry {
    entry(icon, label, Does::All(vec![Intervention::Do(choice)]))
}

impl Entry {
    fn fault(self) -> Self {
        Entry { fault: true, ..self }
    }

    /// Bars the entry if the world does not allow it now.
    fn only_if(self, world: &World, choice: &Choice) -> Self {
        Entry { refusal: world.enabled(choice).err().map(|why| why.to_string()), ..self }
    }
}

/// The menu of a thing; `None` if it is not there any more, or has none.
pub fn content(timeline: &Timeline, about: Selected, page: u16) -> Option<Content> {
    match about {
        Selected::Message(id) => timeline.clock().world().flight(id).map(|flight| of_message(timeline.clock().world(), flight)),
        Selected::Node(id) => Some(of_node(timeline.clock().world(), id, page)),
        Selected::Link(a, b) => Some(of_link(timeline, a, b, page)),
        Selected::Step(_) => None,
    }
}

/// Locks what the challenge of a run does not let be done, in the menu of a thing.
pub fn lock(menu: &mut Content, run: &Run, about: Selected) {
    let Some(challenge) = run.challenge() else { return };
    let is_node = matches!(about, Selected::Node(_));
    for entry in &mut menu.entries {
        let why = match &entry.does {
            Does::All(what) => what.iter().find_map(|what| run.locks(what)),
            Does::More(what) => run.locks(what),
            Does::Page(PAGE_PLACE) | Does::Nudge(..) => None,
            Does::Page(PAGE_CLOCK) if is_node => challenge.locks_deed("clock"),
            Does::Page(PAGE_COMMANDS..) if is_node => challenge.locks_deed("command"),
            Does::Page(_) | Does::Ask(_) => None,
        };
        if let Some(why) = why {
            (entry.icon, entry.fault, entry.refusal, entry.locked) = ("lock", false, None, true);
            entry.does = Does::Ask(vec![Action::Notice(Some(why))]);
        }
    }
}

/// Milliseconds with a decimal where it matters.
fn milliseconds(us: u64) -> String {
    match us {
        0..10_000 if us % 1_000 >= 100 => format!("{}.{} ms", us / 1_000, us / 100 % 10),
        _ => format!("{} ms", us / 1_000),
    }
}

// ---- messages ----

fn of_message(world: &World, flight: &Flight) -> Content {
    let (id, algorithm) = (flight.id, world.algorithm());
    let kind = algorithm.kinds().get(usize::from(algorithm.kind(&*flight.payload)));
    let mut menu = Content {
        title: format!("{} → {} · {}", id.from, id.to, kind.map_or("message", |kind| kind.name)),
        words: vec![format!("\u{201c}{}\u{201d}", algorithm.describe(&*flight.payload)), fate(world, flight)],
        ..Content::default()
    };
    let deliver = Choice::Deliver(id);
    menu.add(choice("deliver", "Deliver now", deliver.clone()).only_if(world, &deliver));
    if flight.ends_us == u64::MAX {
        menu.add(entry("play", "Release", Does::All(vec![Intervention::Release(id)])));
    } else {
        menu.add(entry("pause", "Hold", Does::All(vec![Intervention::Hold(id)])));
        for by_us in DELAYS_US {
            menu.add(entry("delay", format!("Delay {}", milliseconds(by_us)), Does::More(Intervention::Delay { message: id, by_us })));
        }
    }
    menu.add(choice("duplicate", "Duplicate", Choice::Duplicate(id)));
    menu.add(choice("drop", "Drop it", Choice::Drop(id)).fault());
    menu
}

/// What will become of a message, as things stand.
fn fate(world: &World, flight: &Flight) -> String {
    let MessageId { from, to, .. } = flight.id;
    if flight.ends_us == u64::MAX {
        return "Held back until you release it.".to_owned();
    }
    let left = milliseconds(flight.ends_us.saturating_sub(world.now_us()));
    match world.status(to) {
        _ if flight.doomed => format!("The network will lose it in {left}."),
        _ if world.is_cut(from, to) => format!("Would arrive in {left}, but the link is cut."),
        Status::Up => format!("Arrives in {left}."),
        Status::Paused if flight.ends_us <= world.now_us() => format!("Waits to be read: node {to} is paused."),
        Status::Paused => format!("Arrives in {left}, and waits: node {to} is paused."),
        Status::Down => format!("Would arrive in {left}, but node {to} is down."),
    }
}

// ---- nodes ----

fn of_node(world: &World, id: NodeId, page: u16) -> Content {
    let view = world.algorithm().view(world, id);
    let state = note(world, id, world.algorithm().role(world, id).unwrap_or_default());
    let badge = if view.badge.is_empty() { String::new() } else { format!(", {}", view.badge) };
    let mut menu = Content { title: format!("Node {id}"), words: vec![format!("{}{badge}.", capital(&state))], ..Content::default() };
    let drift = world.slot(id).map_or(0, |slot| slot.clock.drift_ppm) / 10_000;
    if drift != 0 {
        menu.words.push(format!("Its clock runs {} % {}.", drift.abs(), if drift > 0 { "fast" } else { "slow" }));
    }
    match page {
        0 => node_entries(&mut menu, world, id),
        PAGE_CLOCK => clock_entries(&mut menu, world, id),
        PAGE_PLACE => place_entries(&mut menu, id),
        _ => {
            menu.command = page.checked_sub(PAGE_COMMANDS);
            menu.words.clear();
            let spec = menu.command.and_then(|index| world.algorithm().commands().get(usize::from(index)));
            menu.words.extend(spec.map(|spec| spec.help.to_owned()));
        }
    }
    menu
}

fn node_entries(menu: &mut Content, world: &World, id: NodeId) {
    let status = world.status(id);
    match status {
        Status::Down if is_yet_to_start(world, id) => {
            menu.add(choice("restart", "Start", Choice::Restart(id)));
        }
        Status::Down => {
            menu.add(choice("restart", "Restart", Choice::Restart(id)));
            menu.add(choice("disk", "Wipe its disk", Choice::Wipe(id)).fault());
        }
        Status::Up => {
            menu.add(choice("crash", "Crash", Choice::Crash(id)).fault());
            menu.add(choice("freeze", "Pause", Choice::Pause(id)));
        }
        Status::Paused => {
            menu.add(choice("crash", "Crash", Choice::Crash(id)).fault());
            menu.add(choice("play", "Resume", Choice::Resume(id)));
        }
    }
    for timer in world.slot(id).into_iter().flat_map(|slot| slot.timers()) {
        let info = world.algorithm().timer(timer.code);
        let (name, action) = info.map_or(("timer", "fire its timer"), |info| (info.name, info.action));
        // A timer that nothing fires by itself is due at the end of time.
        let small = match timer.due_us {
            u64::MAX => format!("{name}: waits for you"),
            due_us => format!("{name}: {} left", milliseconds(due_us.saturating_sub(world.now_us()))),
        };
        let fire = Choice::Fire(TimerId { node: id, code: timer.code, generation: timer.generation });
        menu.add(Entry { small: Some(small), ..choice("timeout", capital(action), fire.clone()).only_if(world, &fire) });
    }
    if status == Status::Up {
        for (index, spec) in (0u16..).zip(world.algorithm().commands()) {
            command_entry(menu, world, id, index, spec);
        }
    }
    menu.add(entry("clock", "Clock\u{2026}", Does::Page(PAGE_CLOCK)));
    let cut_off = isolate(id, world.nodes(), world.groups());
    if cut_off == Intervention::Do(Choice::Partition(world.groups().to_vec())) {
        menu.add(choice("heal", "Heal all", Choice::Heal));
    } else {
        menu.add(entry("cut", "Cut it off", Does::All(vec![cut_off])).fault());
    }
    menu.add(entry("next", "Move\u{2026}", Does::Page(PAGE_PLACE)));
    let inspect = vec![Action::Select(Some(Selected::Node(id))), Action::Tab(Tab::Inspector), Action::Menu(None)];
    menu.add(entry("search", "Inspect", Does::Ask(inspect)));
}

fn command_entry(menu: &mut Content, world: &World, id: NodeId, index: u16, spec: &CommandSpec) {
    if spec.arguments.is_empty() {
        let call = CommandCall { command: index, arguments: Vec::new() };
        let asked = Choice::Command { id: world.next_command(CLIENT), node: id, call };
        menu.add(choice("command", spec.label, asked.clone()).only_if(world, &asked));
    } else {
        menu.add(entry("command", format!("{}\u{2026}", spec.label), Does::Page(PAGE_COMMANDS + index)));
    }
}

fn place_entries(menu: &mut Content, id: NodeId) {
    menu.words = vec!["Drag it, or move it from here. Nodes that stand apart can be cut apart.".to_owned()];
    for (icon, label, right, down) in [("prev", "Left", -1, 0), ("next", "Right", 1, 0), ("up", "Up", 0, -1), ("down", "Down", 0, 1)] {
        menu.add(entry(icon, label, Does::Nudge(id, right, down)));
    }
    menu.add(entry("back", "Back", Does::Page(0)));
}

fn clock_entries(menu: &mut Content, world: &World, id: NodeId) {
    let off_ms = (world.clock_us(id) - i64::try_from(world.now_us()).unwrap_or(0)) / 1_000;
    menu.words.push(match off_ms {
        0 => "Its clock shows the true time.".to_owned(),
        ahead @ 1.. => format!("Its clock is {ahead} ms ahead of the true time."),
        behind => format!("Its clock is {} ms behind the true time.", -behind),
    });
    for (icon, label, by_us) in [("next", "Jump 100 ms on", JUMP_US), ("prev", "Jump 100 ms back", -JUMP_US)] {
        menu.add(choice(icon, label, Choice::ClockJump { node: id, by_us }));
    }
    for (icon, label, ppm) in [("up", "Run 10 % fast", DRIFT_PPM), ("down", "Run 10 % slow", -DRIFT_PPM), ("clock", "Run true", 0)] {
        menu.add(choice(icon, label, Choice::ClockDrift { node: id, ppm }));
    }
    menu.add(entry("back", "Back", Does::Page(0)));
}

// ---- links ----

/// The pages of a link's menu: both directions, the one, the other.
fn of_link(timeline: &Timeline, a: NodeId, b: NodeId, page: u16) -> Content {
    let (world, network) = (timeline.clock().world(), timeline.clock().network());
    let (title, ends, next) = match page {
        0 => (format!("Link {a} – {b}"), vec![(a, b), (b, a)], format!("Only {a} → {b}\u{2026}")),
        1 => (format!("Link {a} → {b}"), vec![(a, b)], format!("Only {b} → {a}\u{2026}")),
        _ => (format!("Link {b} → {a}"), vec![(b, a)], "Both ways\u{2026}".to_owned()),
    };
    let words = ends.iter().map(|(from, to)| state_words(world, network.conditions(*from, *to), *from, *to)).collect();
    let mut menu = Content { title, words, ..Content::default() };
    let each = |what: &dyn Fn(NodeId, NodeId) -> Intervention| Does::All(ends.iter().map(|(from, to)| what(*from, *to)).collect());
    let with = |change: &dyn Fn(&mut Conditions)| {
        each(&|from, to| {
            let mut conditions = *network.conditions(from, to);
            change(&mut conditions);
            Intervention::Network { scope: Scope::Link(from, to), conditions: Some(conditions) }
        })
    };
    if ends.iter().any(|(from, to)| !world.is_cut(*from, *to)) {
        menu.add(entry("cut", "Cut", each(&|from, to| Intervention::Do(Choice::Cut { from, to }))).fault());
    }
    if is_parted(world, a, b) {
        menu.add(choice("heal", "Heal the partition", Choice::Heal));
    } else if ends.iter().any(|(from, to)| world.is_cut(*from, *to)) {
        menu.add(entry("heal", "Mend", each(&|from, to| Intervention::Do(Choice::Mend { from, to }))));
    }
    menu.add(entry("delay", "Slow: +200 ms", with(&|conditions| conditions.latency = slower(conditions.latency))));
    menu.add(entry("drop", "Lossy: 50 %", with(&|conditions| conditions.loss_ppm = LOSS_PPM)));
    menu.add(entry("timeout", "Trickle: 200 bytes/s", with(&|conditions| conditions.bytes_per_s = TRICKLE_BYTES_PER_S)));
    if ends.iter().any(|(from, to)| network.is_special(*from, *to)) {
        menu.add(entry(
            "reset",
            "Back to normal",
            each(&|from, to| Intervention::Network { scope: Scope::Link(from, to), conditions: None }),
        ));
    }
    menu.add(entry("branch", next, Does::Page((page + 1) % 3)));
    menu
}

fn slower(latency: Latency) -> Latency {
    match latency {
        Latency::Fixed(us) => Latency::Fixed(us + SLOWER_US),
        Latency::Uniform(low_us, high_us) => Latency::Uniform(low_us + SLOWER_US, high_us + SLOWER_US),
        Latency::Exponential(least_us, mean_us) => Latency::Exponential(least_us + SLOWER_US, mean_us),
    }
}

fn state_words(world: &World, conditions: &Conditions, from: NodeId, to: NodeId) -> String {
    if is_parted(world, from, to) {
        return format!("{from} → {to}: cut by the partition.");
    }
    if world.is_cut(from, to) {
        return format!("{from} → {to}: cut.");
    }
    let latency = conditions_in_short(&Conditions { loss_ppm: 0, bytes_per_s: 0, ..*conditions });
    match (conditions.loss_ppm, conditions.bytes_per_s) {
        (0, 0) => format!("{from} → {to}: {latency}."),
        _ => format!("{from} → {to}: {latency}, {}.", conditions_in_short(conditions)),
    }
}
