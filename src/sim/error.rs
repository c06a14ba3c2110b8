//! Why the engine would not do something: values until the edge, where each is a sentence that says what to do.

use super::{MessageId, NodeId, limits};
use std::fmt;

/// Why a choice or an intervention was refused. Nothing changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// No such node in this world.
    NoNode(NodeId),
    /// The node is down.
    Down(NodeId),
    /// The node is up already, or not paused.
    Status(NodeId, &'static str),
    /// The message has arrived, was lost, or was never sent.
    NoMessage(MessageId),
    /// The link does not let messages through.
    LinkCut(NodeId, NodeId),
    /// The timer is not armed in that generation.
    NoTimer(NodeId),
    /// No such param, or a value that it cannot have.
    Param(String),
    /// The algorithm does not understand the command.
    Command(String),
    /// A list of groups that does not name a group for each node.
    Groups {
        /// Nodes in the world.
        nodes: u16,
        /// Groups given.
        groups: usize,
    },
    /// A bound of [`limits`] was reached.
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much there may be.
        max: u64,
    },
    /// A number out of its range.
    Range(String),
}

impl Error {
    pub(super) fn limit(what: &'static str, max: impl TryInto<u64>) -> Self {
        Error::Limit { what, max: max.try_into().unwrap_or(u64::MAX) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoNode(node) => write!(f, "There is no node {node} in this cluster."),
            Error::Down(node) => write!(f, "Node {node} is down. Restart it first."),
            Error::Status(node, why) => write!(f, "Node {node} {why}."),
            Error::NoMessage(id) => write!(f, "Message {id} is no longer in flight."),
            Error::LinkCut(from, to) => write!(f, "The link {from}→{to} is cut. Heal it first."),
            Error::NoTimer(node) => write!(f, "That timer of node {node} is no longer armed."),
            Error::Param(why) | Error::Command(why) | Error::Range(why) => f.write_str(why),
            Error::Groups { nodes, groups } => write!(f, "A partition of {nodes} nodes names {nodes} groups, not {groups}."),
            Error::Limit { what, max } => write!(f, "This run has reached its limit of {max} {what}. Rewind, or start again with less."),
        }
    }
}

impl std::error::Error for Error {}

/// Checks a duration against [`limits::DELAY_US_MAX`].
pub(super) fn check_delay(us: u64) -> Result<(), Error> {
    if us > limits::DELAY_US_MAX {
        return Err(Error::Range(format!("A delay is at most {} s.", limits::DELAY_US_MAX / 1_000_000)));
    }
    Ok(())
}
