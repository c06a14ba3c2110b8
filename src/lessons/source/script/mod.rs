//! Scenario files: a run as an author writes it. Knows the catalogue of topics; not the lesson's text.
//!
//! An author says "crash the leader at 1.2 s" or "time node 2 out"; a run knows node 0 and the third arming of a timer. So a
//! script becomes a [`Scenario`] by being played: each step is looked up in the world as it is at that moment.
//!
//! - [`read`]: from TOML to a [`Script`]. `play`: from a script to a scenario.

mod play;
mod read;

use super::mistake::Mistake;
use crate::scenario::{ENGINE_VERSION, Moment, Scenario};
use crate::sim::{Choice, CommandCall, Conditions, Intervention, MessageId, NodeId, Params};
use crate::topics::{Entry, Topic};
pub use read::{call, params, read_all};

/// Events that playing a script may take.
const EVENTS_MAX: u32 = 1_000_000;

/// A run as an author wrote it.
#[derive(Clone)]
pub struct Script {
    /// Name of its file without the ending.
    pub id: String,
    /// What the page calls it.
    pub title: String,
    /// What it is for.
    pub note: String,
    /// Index of its algorithm.
    pub algorithm: u8,
    /// The catalogue's entry for it.
    pub entry: &'static Entry,
    /// The script that this one goes on from.
    pub from: Option<String>,
    file: String,
    topic: &'static Topic,
    nodes: u16,
    seed: u64,
    params: Params,
    network: Conditions,
    steps: Vec<Step>,
    open_us: u64,
}

#[derive(Clone)]
struct Step {
    file: String,
    line: u32,
    at_us: u64,
    deed: Deed,
}

/// A node as an author names it: by number, or by the role that it alone has at that moment.
#[derive(Clone)]
enum Who {
    Number(u16),
    Role(String),
    /// Every node: only in the name of a link.
    Any,
}

#[derive(Clone)]
enum Which {
    Position(u32, u8),
    Kind(u16),
}

#[derive(Clone)]
struct MessageName {
    words: String,
    from: Who,
    to: Who,
    which: Which,
}

#[derive(Clone)]
enum Group {
    Named(Vec<Who>),
    Rest,
}

#[derive(Clone)]
enum Where {
    Everywhere,
    Node(Who),
    Links(Vec<(Who, Who)>),
}

/// Changes to conditions; what is not said stays.
#[derive(Clone, Default)]
struct Changes {
    latency: Option<crate::sim::Latency>,
    loss_ppm: Option<u32>,
    duplicate_ppm: Option<u32>,
    reorder_ppm: Option<u32>,
    bytes_per_s: Option<u32>,
    fifo: Option<bool>,
}

impl Changes {
    fn apply(&self, to: Conditions) -> Conditions {
        Conditions {
            latency: self.latency.unwrap_or(to.latency),
            loss_ppm: self.loss_ppm.unwrap_or(to.loss_ppm),
            duplicate_ppm: self.duplicate_ppm.unwrap_or(to.duplicate_ppm),
            reorder_ppm: self.reorder_ppm.unwrap_or(to.reorder_ppm),
            bytes_per_s: self.bytes_per_s.unwrap_or(to.bytes_per_s),
            fifo: self.fifo.unwrap_or(to.fifo),
        }
    }
}

#[derive(Clone)]
enum Deed {
    Node(fn(NodeId) -> Choice, Who),
    Links(fn(NodeId, NodeId) -> Choice, Vec<(Who, Who)>),
    Partition(Vec<Group>),
    Heal,
    Messages(fn(MessageId) -> Intervention, Vec<MessageName>),
    Delay(Vec<MessageName>, u64),
    Timeout(Who, Option<String>),
    Command { client: u16, node: Who, call: CommandCall },
    ClockJump(Who, i64),
    ClockDrift(Who, i32),
    Params(Vec<(u16, i64)>),
    Network(Where, Option<Changes>),
    Manual(bool),
}

impl Script {
    /// The seed that the author chose.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many nodes it has.
    pub fn nodes(&self) -> u16 {
        self.nodes
    }

    /// Where the page opens it, in virtual microseconds.
    pub fn open_us(&self) -> u64 {
        self.open_us
    }

    /// The scenario that it is, with another seed than its own if one is given. Plays it to find what its steps mean.
    pub fn play(&self, seed: u64) -> Result<Scenario, Mistake> {
        let whole = |says: String| Mistake { file: self.file.clone(), line: 0, says };
        let mut scenario = Scenario::new(self.topic, self.algorithm, seed).map_err(|why| whole(why.to_string()))?;
        scenario.nodes = self.nodes;
        scenario.params = self.params.clone();
        scenario.network = self.network;
        let mut timeline = scenario.timeline().map_err(|why| whole(why.to_string()))?;
        for step in &self.steps {
            let fail = |says: String| Mistake { file: step.file.clone(), line: step.line, says };
            let arrived = timeline.play_to(step.at_us, EVENTS_MAX).map_err(|error| fail(error.to_string()))?;
            if !arrived {
                return Err(fail(format!("the run takes more than {EVENTS_MAX} events to get here.")));
            }
            for what in play::interventions(&step.deed, &timeline).map_err(fail)? {
                timeline.intervene(what).map_err(|error| fail(error.to_string()))?;
            }
        }
        scenario.journal = timeline.branch().journal.clone();
        scenario.validate().map_err(|why| whole(why.to_string()))?;
        timeline.seek_time(self.open_us).map_err(|error| whole(error.to_string()))?;
        let fingerprint = Some((ENGINE_VERSION, timeline.clock().fingerprint()));
        scenario.moment = Moment { at: timeline.at(), fingerprint };
        Ok(scenario)
    }

    /// Whether it leaves the run to the reader where it opens: anything that it did later would be undone by the reader's first deed.
    pub fn ends_where_it_opens(&self) -> bool {
        self.steps.iter().all(|step| step.at_us <= self.open_us)
    }

    /// Whether a run of this script is one of `other` to which something was done after its opening moment.
    pub fn goes_on_from(&self, other: &Script) -> bool {
        let same = self.algorithm == other.algorithm
            && self.nodes == other.nodes
            && self.seed == other.seed
            && self.params == other.params
            && self.network == other.network
            && self.open_us == other.open_us;
        let place = |step: &Step| (step.file.clone(), step.line);
        let prefix = self.steps.iter().map(place).take(other.steps.len()).eq(other.steps.iter().map(place));
        same && prefix && self.steps.iter().skip(other.steps.len()).all(|step| step.at_us >= other.open_us)
    }
}
