//! What an algorithm shows of itself, as plain data. The page has one component for each kind and knows no algorithm.

use super::{Cells, Choice, Documents, History, NodeId, Ring, Series};

/// A colour by meaning. Each has a shape or glyph besides in the page, so colour is never the only sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Neutral,
    /// Leader, primary, coordinator, lock holder.
    Leader,
    /// Asking to become one; a proposal under way.
    Candidate,
    /// Follower, replica, acceptor at rest.
    Follower,
    /// Settled: committed, decided, acknowledged.
    Good,
    /// Waiting, uncertain, not yet committed.
    Pending,
    /// Wrong, rejected, lost.
    Bad,
    /// One of several groups (terms, values, partitions) that are told apart by number.
    Series(u8),
}

/// What a node is at present, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Role {
    /// "leader".
    pub label: &'static str,
    /// One letter or glyph for the disc: "L".
    pub glyph: &'static str,
    /// Colour by meaning.
    pub tone: Tone,
}

/// One line of a node's state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// The paper's name: "currentTerm".
    pub name: &'static str,
    /// Its value as text.
    pub value: String,
    /// Whether it survives a crash.
    pub stable: bool,
    /// One sentence on what it is for.
    pub help: &'static str,
}

/// A node as the stage and the inspector show it beside its role. A node that is down has its stable fields only.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeView {
    /// A short text under the disc: "term 3".
    pub badge: String,
    /// Its state, line by line.
    pub fields: Vec<Field>,
    /// The timer whose remaining time is drawn as a ring around the disc, by the protocol's code.
    pub ring: Option<u32>,
    /// Other nodes that this one points at (the leader it follows, its successor): drawn as a light hint.
    pub points_at: Option<NodeId>,
}

/// A kind of message, declared once by the algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MessageKind {
    /// "RequestVote", as the paper writes it.
    pub name: &'static str,
    /// Two or three letters for the moving mark: "RV".
    pub short: &'static str,
    /// Colour by meaning.
    pub tone: Tone,
    /// An answer is drawn hollow, a request filled.
    pub reply: bool,
    /// One sentence on what it is for.
    pub help: &'static str,
}

impl MessageKind {
    /// A message that asks or tells.
    pub const fn request(name: &'static str, short: &'static str, tone: Tone, help: &'static str) -> Self {
        MessageKind { name, short, tone, reply: false, help }
    }
    /// One that answers.
    pub const fn reply(name: &'static str, short: &'static str, tone: Tone, help: &'static str) -> Self {
        MessageKind { name, short, tone, reply: true, help }
    }
}

/// A kind of timer, declared once by the algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimerInfo {
    /// "election timeout".
    pub name: &'static str,
    /// What the reader's command to fire it now is called: "time out now".
    pub action: &'static str,
}

/// How far a run is worth playing on with nobody watching: for figures that take more events than a reader sees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ahead {
    /// "a million customers".
    pub what: &'static str,
    /// About how many events that takes.
    pub events: u64,
}

/// Something to show beside the cluster.
#[derive(Clone, PartialEq, Debug)]
pub enum Exhibit {
    /// A table with a row for each node or thing.
    Ledger(Ledger),
    /// Lanes with spans of time.
    Intervals(Intervals),
    /// Things that follow from one another: configurations and the steps between them, blocks of chains.
    Tree(Tree),
    /// Curves over two axes.
    Series(Series),
    /// Bits, buckets, counters or registers in a row.
    Cells(Cells),
    /// A history of registers.
    History(HistoryView),
    /// A hash circle.
    Ring(Ring),
    /// Texts that the reader edits.
    Documents(Documents),
}

impl Exhibit {
    /// Its kind.
    pub fn kind(&self) -> ExhibitKind {
        match self {
            Exhibit::Ledger(_) => ExhibitKind::Ledger,
            Exhibit::Intervals(_) => ExhibitKind::Intervals,
            Exhibit::Tree(_) => ExhibitKind::Tree,
            Exhibit::Series(_) => ExhibitKind::Series,
            Exhibit::Cells(_) => ExhibitKind::Cells,
            Exhibit::History(_) => ExhibitKind::History,
            Exhibit::Ring(_) => ExhibitKind::Ring,
            Exhibit::Documents(_) => ExhibitKind::Documents,
        }
    }

    /// Its heading.
    pub fn title(&self) -> &'static str {
        match self {
            Exhibit::Ledger(ledger) => ledger.title,
            Exhibit::Intervals(intervals) => intervals.title,
            Exhibit::Tree(tree) => tree.title,
            Exhibit::Series(series) => series.title,
            Exhibit::Cells(cells) => cells.title,
            Exhibit::History(view) => view.title,
            Exhibit::Ring(ring) => ring.title,
            Exhibit::Documents(documents) => documents.title,
        }
    }
}

/// The kinds of [`Exhibit`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ExhibitKind {
    /// [`Exhibit::Ledger`].
    Ledger,
    /// [`Exhibit::Intervals`].
    Intervals,
    /// [`Exhibit::Tree`].
    Tree,
    /// [`Exhibit::Series`].
    Series,
    /// [`Exhibit::Cells`].
    Cells,
    /// [`Exhibit::History`].
    History,
    /// [`Exhibit::Ring`].
    Ring,
    /// [`Exhibit::Documents`].
    Documents,
}

impl ExhibitKind {
    /// How many there are.
    pub const COUNT: usize = 8;
}

/// Rows of cells: logs, tables, ballots.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// Labels above the cells; may be shorter than the rows, or empty.
    pub columns: Vec<String>,
    /// One row a node or thing.
    pub rows: Vec<LedgerRow>,
}

/// One row of a [`Ledger`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LedgerRow {
    /// "node 2".
    pub label: String,
    /// The node it belongs to, for highlighting.
    pub node: Option<NodeId>,
    /// Shown behind the label: "commit 4".
    pub note: String,
    /// The cells, from the first column.
    pub cells: Vec<Cell>,
}

/// One cell of a [`LedgerRow`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// Large text: "x←3".
    pub text: String,
    /// Small text: the term "2".
    pub corner: String,
    /// Colour by meaning.
    pub tone: Tone,
    /// Drawn solid (settled) or dashed (may still be lost).
    pub settled: bool,
    /// A sentence for the tooltip and for screen readers.
    pub hint: String,
}

/// Lanes of spans on the run's time axis.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Intervals {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// The lanes from the top.
    pub lanes: Vec<Lane>,
}

/// One lane of [`Intervals`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lane {
    /// "node 2".
    pub label: String,
    /// The node it belongs to, for highlighting.
    pub node: Option<NodeId>,
    /// Its spans in order of time.
    pub spans: Vec<Span>,
}

/// One span of a [`Lane`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// Start, in virtual microseconds.
    pub from_us: u64,
    /// End; the present moment when it still goes on.
    pub to_us: u64,
    /// "leader of term 3".
    pub label: String,
    /// Colour by meaning.
    pub tone: Tone,
}

/// Things that follow from one another, drawn by depth. A thing may follow from several others, so it need not be a tree strictly.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tree {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// The things; what a thing follows from stands before it.
    pub nodes: Vec<TreeNode>,
    /// Index of the one that is the case now, if one is.
    pub current: Option<u32>,
    /// What was left out and why, a sentence each. Empty: it is complete.
    pub left_out: Vec<String>,
}

/// One thing of a [`Tree`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TreeNode {
    /// Steps from the root: its column.
    pub depth: u32,
    /// "bivalent", "block 7".
    pub label: String,
    /// One to three characters that tell it apart where there is no room, and besides the colour: "01".
    pub sign: String,
    /// Colour by meaning.
    pub tone: Tone,
    /// A sentence or two on it; may be empty.
    pub details: String,
    /// What it follows from; empty for a root.
    pub edges: Vec<TreeEdge>,
}

/// What leads to a [`TreeNode`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeEdge {
    /// Index of what it follows from.
    pub from: u32,
    /// How, in a few words: "deliver 0→1 Report 0". Empty if there is nothing to say.
    pub label: String,
    /// The step itself, if it can be taken now: then the page offers to take it.
    pub step: Option<Choice>,
}

/// What clients asked and were told, to be judged by the models of consistency. A reader may edit a copy of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HistoryView {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// The history.
    pub history: History,
}

/// With a capital letter, as a sentence begins. Words are kept without, since they may stand anywhere.
pub fn capital(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(rest).collect())
}
