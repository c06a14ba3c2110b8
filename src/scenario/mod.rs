//! A run as data: what it starts from, what was done to it, and where its reader stood. Knows `sim` and the catalogue of topics.
//!
//! A scenario holds inputs, never state. Opening one replays it; [`Moment::fingerprint`] tells whether it still goes as it went.

pub mod challenge;
pub mod compare;
pub mod export;
pub mod goal;
pub mod letters;
pub mod link;
pub mod measure;
pub mod search;
pub mod thousand;
pub mod words;

use crate::sim::timeline::Entry;
use crate::sim::{Argument, At, Choice, Conditions, Error, Intervention, ParamSpec, Params, Scope, Setup, Timeline, limits};
use crate::topics::{self, Topic};
use std::fmt;

/// Version of everything that decides how a run goes: engine, draws, algorithms. Raised when a golden fingerprint changes.
pub const ENGINE_VERSION: u16 = 1;

/// A run as data. What a scenario file, a link and a counterexample are elevated to; valid by construction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The lesson.
    pub topic: &'static Topic,
    /// Index into the topic's algorithms.
    pub algorithm: u8,
    /// Size of the membership.
    pub nodes: u16,
    /// The source of all luck.
    pub seed: u64,
    /// Values of all params at the start.
    pub params: Params,
    /// The network at the start.
    pub network: Conditions,
    /// What is done, in order of time.
    pub journal: Vec<Entry>,
    /// Where the reader stood; the beginning if there is nothing to say.
    pub moment: Moment,
}

/// A moment of a run, and what the run was there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moment {
    /// Where.
    pub at: At,
    /// The run's fingerprint there, with the version of the engine that computed it.
    pub fingerprint: Option<(u16, u64)>,
}

/// Why something is not a scenario: a sentence for whoever made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Invalid {
    /// It belongs to the lesson of that number, which is not here.
    Topic(u8),
    /// The lesson has no such algorithm.
    Algorithm(u8),
    /// The algorithm does not run with so many nodes.
    Nodes {
        /// Given.
        given: u16,
        /// Fewest.
        min: u16,
        /// Most.
        max: u16,
    },
    /// A param that does not exist or cannot have that value.
    Param(String),
    /// The network's numbers make no sense.
    Network(String),
    /// The moment at which its reader stood is later than any run goes.
    Moment,
    /// More interventions than a run may have.
    TooMany,
    /// Intervention number so and so, from 1, does not make sense.
    Entry(u32, String),
    /// What is said beside the run makes no sense: its note, or its challenge.
    Extras(String),
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::Topic(topics::fallacies::NUMBER) => {
                f.write_str("It is a demonstration of the eight fallacies. Open it in the sandbox.")
            }
            Invalid::Topic(number) => write!(f, "It belongs to lesson {number}. Open that lesson's page and try it there."),
            Invalid::Algorithm(index) => write!(f, "It names algorithm number {index}, which this lesson does not have."),
            Invalid::Nodes { given, min, max } => write!(f, "It asks for {given} nodes; this algorithm runs with {min} to {max}."),
            Invalid::Param(why) | Invalid::Network(why) | Invalid::Extras(why) => f.write_str(why),
            Invalid::Moment => {
                write!(f, "It opens at a moment after the end: a run is at most {} s long.", limits::TIME_US_MAX / 1_000_000)
            }
            Invalid::TooMany => write!(f, "It does more than {} things to the run.", limits::INTERVENTIONS_MAX),
            Invalid::Entry(number, why) => write!(f, "The {number}. thing that it does to the run makes no sense: {why}"),
        }
    }
}

impl std::error::Error for Invalid {}

impl Scenario {
    /// The untouched run of an algorithm: defaults for everything.
    pub fn new(topic: &'static Topic, algorithm: u8, seed: u64) -> Result<Self, Invalid> {
        let entry = topic.algorithms.get(usize::from(algorithm)).ok_or(Invalid::Algorithm(algorithm))?;
        Ok(Scenario {
            topic,
            algorithm,
            nodes: entry.nodes.1,
            seed,
            params: Params::defaults(entry.algorithm.params()),
            network: entry.network,
            journal: Vec::new(),
            moment: Moment::default(),
        })
    }

    /// The catalogue's entry for the algorithm.
    pub fn entry(&self) -> Result<&'static topics::Entry, Invalid> {
        self.topic.algorithms.get(usize::from(self.algorithm)).ok_or(Invalid::Algorithm(self.algorithm))
    }

    /// Checks all that can be checked without playing. Every scenario that comes from outside passes here.
    pub fn validate(&self) -> Result<(), Invalid> {
        let entry = self.entry()?;
        let (min, _, max) = entry.nodes;
        if self.nodes < min || self.nodes > max {
            return Err(Invalid::Nodes { given: self.nodes, min, max });
        }
        let specs = entry.algorithm.params();
        for (spec, value) in specs.iter().zip(self.params.values()) {
            check_param(spec, *value)?;
        }
        if self.params.values().len() != specs.len() {
            return Err(Invalid::Param("It sets a param that this algorithm does not have.".to_owned()));
        }
        self.network.validate().map_err(|error| Invalid::Network(error.to_string()))?;
        if self.moment.at.time_us > limits::TIME_US_MAX {
            return Err(Invalid::Moment);
        }
        if self.journal.len() > limits::INTERVENTIONS_MAX {
            return Err(Invalid::TooMany);
        }
        let mut last = At::default();
        for (index, item) in self.journal.iter().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let fail = |why: String| Err(Invalid::Entry(number, why));
            if item.at < last {
                return fail("it comes before the one in front of it.".to_owned());
            }
            if item.at.time_us > limits::TIME_US_MAX {
                return fail(format!("a run is at most {} s long.", limits::TIME_US_MAX / 1_000_000));
            }
            if let Err(error) = self.check_intervention(entry, &item.what) {
                return fail(error);
            }
            last = item.at;
        }
        Ok(())
    }

    /// What can be said of an intervention before the run has got there.
    fn check_intervention(&self, entry: &topics::Entry, what: &Intervention) -> Result<(), String> {
        let in_range = |node: crate::sim::NodeId| if node.0 < self.nodes { Ok(()) } else { Err(Error::NoNode(node).to_string()) };
        match what {
            Intervention::Do(choice) | Intervention::Scripted(choice, _) => {
                choice.actor().map_or(Ok(()), in_range)?;
                match choice {
                    Choice::Partition(groups) if groups.len() != usize::from(self.nodes) => {
                        Err(Error::Groups { nodes: self.nodes, groups: groups.len() }.to_string())
                    }
                    Choice::Cut { from, to } | Choice::Mend { from, to } => in_range(*from).and(in_range(*to)),
                    Choice::Command { call, .. } => {
                        let is_long =
                            |argument: &Argument| matches!(argument, Argument::Text(text) if text.len() > limits::TEXT_ARGUMENT_BYTES_MAX);
                        if call.arguments.iter().any(is_long) {
                            return Err(format!("a text in a command is at most {} bytes long.", limits::TEXT_ARGUMENT_BYTES_MAX));
                        }
                        entry.algorithm.parse(call)
                    }
                    Choice::Param { index, value } => match entry.algorithm.params().get(usize::from(*index)) {
                        Some(spec) => check_param(spec, *value).map_err(|error| error.to_string()),
                        None => Err(format!("there is no setting number {index}.")),
                    },
                    _ => Ok(()),
                }
            }
            Intervention::Network { scope, conditions } => {
                match scope {
                    Scope::Everywhere => {}
                    Scope::Node(node) => in_range(*node)?,
                    Scope::Link(from, to) => in_range(*from).and(in_range(*to))?,
                }
                conditions.map_or(Ok(()), |conditions| conditions.validate()).map_err(|error| error.to_string())
            }
            Intervention::Delay { .. } | Intervention::Hold(_) | Intervention::Release(_) | Intervention::Manual(_) => Ok(()),
        }
    }

    /// What the engine starts from.
    pub fn setup(&self) -> Result<Setup, Invalid> {
        Ok(Setup {
            algorithm: self.entry()?.algorithm,
            nodes: self.nodes,
            seed: self.seed,
            params: self.params.clone(),
            network: self.network,
            checked: true,
        })
    }

    /// The run, at its beginning.
    pub fn timeline(&self) -> Result<Timeline, Invalid> {
        self.validate()?;
        Timeline::new(self.setup()?, self.journal.clone()).map_err(|error| Invalid::Param(error.to_string()))
    }

    /// This scenario with all that was done in the active branch of `timeline`, standing where the reader stands.
    pub fn capture(&self, timeline: &Timeline) -> Scenario {
        let fingerprint = Some((ENGINE_VERSION, timeline.clock().fingerprint()));
        Scenario { journal: timeline.branch().journal.clone(), moment: Moment { at: timeline.at(), fingerprint }, ..self.clone() }
    }
}

fn check_param(spec: &ParamSpec, value: i64) -> Result<(), Invalid> {
    if spec.admits(value) {
        return Ok(());
    }
    Err(Invalid::Param(format!("{value} is not a value of \u{201c}{}\u{201d}.", spec.label)))
}
