//! Everything that a reader can ask of the playground. Components send actions up; the playground alone carries them out.

use crate::scenario::Scenario;
use crate::scenario::compare::Difference;
use crate::scenario::link::Source;
use crate::scenario::measure::Measure;
use crate::scenario::search::Search;
use crate::sim::{History, Intervention, MessageId, NodeId};
use crate::ui::playground::panels::teach::Teaching;
use std::rc::Rc;

/// What a reader asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Let time pass.
    Play,
    /// Stop it.
    Pause,
    /// The one or the other.
    TogglePlay,
    /// The next event.
    Step,
    /// Back before the last event.
    StepBack,
    /// Go to the state after so many steps.
    SeekStep(u64),
    /// Go to a moment, in virtual microseconds.
    SeekTime(u64),
    /// Choose a speed: an index into [`SPEEDS`].
    Speed(u8),
    /// Do something to the run, now.
    Do(Intervention),
    /// Do several things to the run, now, in order.
    DoAll(Vec<Intervention>),
    /// Go over to another branch, to its end.
    Branch(u32),
    /// Start the scenario again from its beginning, without what was done to it.
    Reset,
    /// Start anew with another of the lesson's algorithms.
    Algorithm(u8),
    /// Start anew with another number of nodes.
    Nodes(u16),
    /// Start anew with another seed.
    Seed(u64),
    /// Open a scenario; the text is its title.
    Open(Box<Scenario>, String),
    /// Open one of the lesson's scenarios by its name.
    OpenNamed(String),
    /// Open what a link or a file says.
    OpenText(String, Source),
    /// Point at something, or at nothing.
    Select(Option<Selected>),
    /// Show what can be done with something, or nothing.
    Menu(Option<Menu>),
    /// Take up a tool.
    Tool(Tool),
    /// Show a panel.
    Tab(Tab),
    /// Light up what happened before and after a step, or nothing.
    Cone(Option<u64>),
    /// How much of the playground a phone shows.
    Dock(Dock),
    /// Say something to the reader: a notice that is not part of the run.
    Notice(Option<String>),
    /// Set up an experiment of the lesson.
    SetUp(String),
    /// Play an experiment's solution.
    Solution(String),
    /// Go over to an edited copy of the run's history, or back to the run's own.
    History(Option<Rc<History>>),
    /// Predict: answer number so and so of an experiment's bet.
    Bet(String, u8),
    /// Answer a question of the lesson.
    Answer(String, u8),
    /// Search among all runs, or shrink this one.
    Explore(Exploring),
    /// Say something else beside the run when it is sent.
    Teach(Teaching),
    /// Put away the note that came with the run.
    CloseNote,
    /// Leave the challenge: the run stays, and nothing is locked any more.
    LeaveChallenge,
    /// Compare this run with others.
    Compare(Comparing),
    /// Something that is asked on the side of the other run.
    There(Box<Action>),
}

/// What a reader asks of comparisons.
#[derive(Clone, PartialEq, Debug)]
pub enum Comparing {
    /// The other run is to differ in this.
    Differ(Difference),
    /// Put it beside this one.
    Begin(Difference),
    /// Take it away.
    End,
    /// Show it in the panels, or this one.
    Panels(bool),
    /// Open it in place of this one.
    OpenOther,
    /// Go to the moment at which both part.
    GoToParting,
    /// A figure of those on offer, by index.
    Figure(usize),
    /// Measure it, which is called so, in a thousand runs.
    Measure(Measure, String),
    /// Stop measuring.
    Stop,
    /// Open a run of that bar.
    OpenBar(usize),
}

/// What a reader asks of the Explorer.
#[derive(Clone, PartialEq, Debug)]
pub enum Exploring {
    /// Ask something else.
    Ask(Box<Search>),
    /// Begin with this moment of the run, or with its beginning.
    FromHere(bool),
    /// Begin.
    Start,
    /// Stop.
    Stop,
    /// Open the run that was found.
    Open,
    /// Open the run to a state of the map, by index.
    OpenPlace(usize),
    /// Shrink this run to what it took to break the invariant of that index.
    Shrink(u16),
    /// Set up an experiment whose goal is a search, with all that the goal asks for, and begin.
    Goal(String),
}

/// Something on the stage or in the diagram that a reader points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selected {
    /// A node.
    Node(NodeId),
    /// A message in flight.
    Message(MessageId),
    /// A link, both directions; the smaller node first.
    Link(NodeId, NodeId),
    /// An event of the trace.
    Step(u64),
}

/// An open menu on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Menu {
    /// What it is about.
    pub about: Selected,
    /// Where, in CSS pixels of the stage.
    pub x: i32,
    /// Where, in CSS pixels of the stage.
    pub y: i32,
}

/// What the pointer does on the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tool {
    /// Points, and drags nodes.
    #[default]
    Point,
    /// Draws a line that partitions the nodes on its two sides.
    Cut,
}

/// A panel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tab {
    /// A node's state.
    #[default]
    Inspector,
    /// The events.
    Log,
    /// The safety properties.
    Invariants,
    /// An exhibit of the algorithm, by its position.
    Exhibit(u8),
    /// Messages and bytes.
    Cost,
    /// All runs that there are.
    Explore,
    /// This run beside others.
    Compare,
    /// Params, rules, network, cluster.
    Settings,
    /// Links and files.
    Share,
}

/// How much of the playground a phone shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dock {
    /// One line.
    #[default]
    Bar,
    /// Stage and transport.
    Half,
    /// All of it.
    Full,
}

/// Virtual time over real time, as a fraction, with its name.
pub const SPEEDS: &[(u32, u32, &str)] = &[
    (1, 200, "1/200"),
    (1, 100, "1/100"),
    (1, 50, "1/50"),
    (1, 20, "1/20"),
    (1, 10, "1/10"),
    (1, 5, "1/5"),
    (1, 2, "1/2"),
    (1, 1, "real time"),
    (5, 1, "5×"),
    (20, 1, "20×"),
];

/// Index of the speed that the page starts with: slow enough to click a message in flight.
pub const SPEED_USUAL: u8 = 3;

/// What the page shows besides the run itself: passed down as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Look {
    /// Whether time passes.
    pub playing: bool,
    /// Index into [`SPEEDS`].
    pub speed: u8,
    /// What the reader points at.
    pub selected: Option<Selected>,
    /// The open menu.
    pub menu: Option<Menu>,
    /// The tool in hand.
    pub tool: Tool,
    /// The panel shown.
    pub tab: Tab,
    /// The step whose past and future are lit up.
    pub cone: Option<u64>,
    /// How much of the playground a phone shows.
    pub dock: Dock,
}
