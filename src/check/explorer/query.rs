//! What is asked of a search: which properties, what the network, the timers and the faults may do, and how far it may go.

use super::symmetry::Symmetry;
use crate::sim::{Algorithm, CommandCall, NodeId, World};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::rc::Rc;

/// A test of a state, with a name for people.
#[derive(Clone)]
pub struct Test {
    /// What it tests, as a sentence without a full stop: "all have committed".
    pub name: String,
    /// Whether it holds.
    pub holds: Rc<dyn Fn(&World) -> bool>,
}

impl Test {
    /// A test by its name and what it says.
    pub fn new(name: &str, holds: impl Fn(&World) -> bool + 'static) -> Self {
        Test { name: name.to_owned(), holds: Rc::new(holds) }
    }
}

/// Something that a run may come to.
#[derive(Clone)]
pub enum Goal {
    /// The algorithm's fact of that index becomes true, with the step that makes it so.
    Fact(u16),
    /// A state of which this holds.
    State(Test),
}

/// What a search looks for.
#[derive(Clone)]
pub enum Property {
    /// The algorithm's invariant of that index holds in every state. A witness is a run that breaks it.
    Always(u16),
    /// Some run comes to the goal. A witness is such a run; without one the property has failed.
    Sometimes(Goal),
    /// Every run comes to the goal within so many steps. A witness is a run that does not: it takes that many steps, or gets stuck before.
    /// Stands alone in a query, since such a search also tells apart how long the runs are.
    Eventually {
        /// What it should come to.
        goal: Goal,
        /// Within how many steps.
        within: u32,
    },
}

/// When a search ends early.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Stop {
    /// At the first witness of any property.
    #[default]
    AtFirst,
    /// Once there is a witness of each property.
    WhenAllHaveOne,
    /// Only when all is visited.
    Never,
}

/// What becomes of messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Network {
    /// Each arrives at most once, in any order.
    #[default]
    Unordered,
    /// Each arrives at most once, and in the order of sending on its link.
    Fifo,
    /// Whatever was sent may arrive, any number of times: messages are a set that only grows (as in Gray and Lamport's TwoPhase).
    Growing,
}

/// When armed timers may fire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum Timers {
    /// At any moment.
    #[default]
    Any,
    /// Not before another timer of the same node that was armed earlier and certainly ends first: `t2` waits for `t1` when the shortest
    /// duration of `t2` is at least the longest of `t1` (the rule of DSLabs, Michael et al., EuroSys 2019).
    InOrder,
}

/// Which steps are left out because they lead nowhere. A message that would change nothing then stays in flight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pruning {
    /// None.
    Nothing,
    /// Those that change nothing and whose handler asked for nothing.
    Idle,
    /// Those that change nothing.
    #[default]
    Unchanged,
}

/// How many faults a run may have, by kind. Restarts, repairs and resumptions are free.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Budget {
    /// Nodes that crash.
    pub crashes: u8,
    /// Partitions into the groups of [`Query::partitions`].
    pub partitions: u8,
    /// Messages that are lost. Matters only to properties that look at messages or ask for progress: a message need never arrive.
    pub drops: u8,
    /// Messages that the network copies.
    pub duplicates: u8,
    /// Nodes that freeze.
    pub pauses: u8,
    /// Clocks that jump by [`jump_us`](Budget::jump_us).
    pub jumps: u8,
    /// How far a clock jumps, in microseconds.
    pub jump_us: i64,
    /// Timers that fire; `None` is any number.
    pub fires: Option<u8>,
}

/// Something that a client will ask.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Request {
    /// Whom; `None` is any node that runs.
    pub node: Option<NodeId>,
    /// What.
    pub call: CommandCall,
}

/// What a client will ask, in order, each at any moment after the one before was asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its number.
    pub id: u16,
    /// Its requests.
    pub requests: Vec<Request>,
}

/// How far a search may go. Reaching one of these is said in the [`Verdict`](super::Verdict).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Distinct states.
    pub states_max: u64,
    /// States on a run, the first included; so runs have one step less.
    pub depth_max: u32,
    /// Memory, in bytes, as far as it can be told.
    pub memory_bytes_max: u64,
}

impl Default for Limits {
    /// What a page can afford: a million states in 256 MiB.
    fn default() -> Self {
        Limits { states_max: 1_000_000, depth_max: u32::MAX, memory_bytes_max: 256 << 20 }
    }
}

/// What is asked of a search.
#[derive(Clone)]
pub struct Query {
    /// What it looks for.
    pub properties: Vec<Property>,
    /// When it ends early.
    pub stop: Stop,
    /// What becomes of messages.
    pub network: Network,
    /// When timers fire.
    pub timers: Timers,
    /// Which steps are left out.
    pub pruning: Pruning,
    /// How many faults there may be.
    pub budget: Budget,
    /// The groups of each partition that there may be; empty is every division in two.
    pub partitions: Vec<Vec<u8>>,
    /// What clients ask.
    pub clients: Vec<Client>,
    /// A state of which this does not hold is not gone on from: "no term is above 3".
    pub boundary: Option<Test>,
    /// Which nodes are interchangeable.
    pub symmetry: Option<Rc<dyn Symmetry>>,
    /// How far it may go.
    pub limits: Limits,
}

impl Query {
    /// A search for these properties, with all else as it is by default: no faults, no clients.
    pub fn new(properties: Vec<Property>) -> Self {
        Query {
            properties,
            stop: Stop::default(),
            network: Network::default(),
            timers: Timers::default(),
            pruning: Pruning::default(),
            budget: Budget::default(),
            partitions: Vec::new(),
            clients: Vec::new(),
            boundary: None,
            symmetry: None,
            limits: Limits::default(),
        }
    }

    /// "Can it go wrong?": all invariants of an algorithm.
    pub fn invariants(algorithm: &dyn Algorithm) -> Self {
        let count = u16::try_from(algorithm.invariants().len()).unwrap_or(u16::MAX);
        Query::new((0..count).map(Property::Always).collect())
    }

    /// "Get me to": one goal.
    pub fn goal(goal: Goal) -> Self {
        Query::new(vec![Property::Sometimes(goal)])
    }
}

/// What cut a search off before it had visited everything.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Bound {
    /// Number of distinct states.
    States(u64),
    /// States on a run, the first included.
    Depth(u32),
    /// Memory, in bytes.
    Memory(u64),
    /// States outside the boundary of that name were not gone on from.
    Boundary(String),
    /// It was cancelled.
    Cancelled,
    /// A step could not be taken: a bound of the engine, in its own words.
    Engine(String),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::States(max) => write!(f, "it reached its limit of {max} states"),
            Bound::Depth(max) => write!(f, "it followed runs for {} steps and no further", max.saturating_sub(1)),
            Bound::Memory(max) => write!(f, "it reached its limit of {} MiB of memory", max >> 20),
            Bound::Boundary(name) => write!(f, "it went no further than \u{201c}{name}\u{201d}"),
            Bound::Cancelled => f.write_str("it was cancelled"),
            Bound::Engine(why) => f.write_str(why),
        }
    }
}
