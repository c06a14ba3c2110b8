//! What a node holds: on disk, and in memory (figure 2, "State").

use super::log::{Index, Log, Term};
use crate::sim::{CommandId, NodeId};

/// On disk: updated before the node answers any message.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Stable {
    /// Latest term the node has seen; 0 at the start.
    pub current_term: Term,
    /// Who has its vote in that term.
    pub voted_for: Option<NodeId>,
    /// The log, snapshot included.
    pub log: Log,
}

/// In memory.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Volatile {
    /// Highest entry known to be committed.
    pub commit_index: Index,
    /// Highest entry applied to the state machine.
    pub last_applied: Index,
    /// The state machine: the register `x`.
    pub register: Option<u16>,
    /// Follower, candidate or leader, with what only that role keeps.
    pub standing: Standing,
    /// The leader of this term, once it was heard from.
    pub leader: Option<NodeId>,
    /// Whether a leader was heard from within the shortest election timeout. Kept only with pre-vote.
    pub leader_alive: bool,
}

/// The role of a node, with what only that role keeps.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub enum Standing {
    /// Answers others.
    #[default]
    Follower,
    /// Asks whether it could win an election. Who said yes, itself included, in order.
    PreCandidate(Vec<NodeId>),
    /// Stands for election. Who voted for it, itself included, in order.
    Candidate(Vec<NodeId>),
    /// Won it.
    Leader(Leadership),
}

/// What a leader keeps; made anew at each election.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Leadership {
    /// What it knows of each member, by node; its own place is unused.
    pub progress: Vec<Progress>,
    /// Clients that wait for the entry at an index, in order of the index.
    pub waiting: Vec<(Index, CommandId)>,
    /// Whether the quorum check is armed.
    pub checks_quorum: bool,
}

/// What a leader knows of one follower.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Progress {
    /// The next entry to send.
    pub next_index: Index,
    /// The highest entry known to be in its log.
    pub match_index: Index,
    /// Whether it answered since the last quorum check. Kept only with check-quorum.
    pub heard: bool,
}

impl Volatile {
    /// What the node keeps as a leader, if it is one.
    pub fn leadership(&self) -> Option<&Leadership> {
        match &self.standing {
            Standing::Leader(leadership) => Some(leadership),
            _ => None,
        }
    }
    /// Whether the node takes itself for the leader of its term.
    pub fn is_leader(&self) -> bool {
        matches!(self.standing, Standing::Leader(_))
    }
    /// Whether the node stands for election.
    pub fn is_candidate(&self) -> bool {
        matches!(self.standing, Standing::Candidate(_))
    }
}

/// A majority of a membership, whoever of it can be reached.
pub fn quorum(nodes: u16) -> usize {
    usize::from(nodes) / 2 + 1
}
