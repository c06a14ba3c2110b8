//! What Raft's nodes wait for. Links and lesson files name timers by these codes.

use crate::sim::{Timer, TimerInfo};

/// A kind of timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RaftTimer {
    /// Code 0. No leader was heard from: stand for election. Of followers and candidates.
    Election,
    /// Code 1. Time to be heard from. Of leaders.
    Heartbeat,
    /// Code 2. The leader was heard from so long ago that pre-votes may be given. Only with pre-vote.
    LeaderLease,
    /// Code 3. Time to see who has answered. Of leaders, only with check-quorum.
    QuorumCheck,
}

/// In the order of their codes.
const ALL: [RaftTimer; 4] = [RaftTimer::Election, RaftTimer::Heartbeat, RaftTimer::LeaderLease, RaftTimer::QuorumCheck];

impl Timer for RaftTimer {
    fn code(self) -> u32 {
        match self {
            RaftTimer::Election => 0,
            RaftTimer::Heartbeat => 1,
            RaftTimer::LeaderLease => 2,
            RaftTimer::QuorumCheck => 3,
        }
    }

    fn from_code(code: u32) -> Option<Self> {
        ALL.get(code as usize).copied()
    }

    fn info(self) -> TimerInfo {
        match self {
            RaftTimer::Election => TimerInfo { name: "election timeout", action: "time out now" },
            RaftTimer::Heartbeat => TimerInfo { name: "heartbeat", action: "send heartbeats now" },
            RaftTimer::LeaderLease => TimerInfo { name: "leader lease", action: "forget the leader now" },
            RaftTimer::QuorumCheck => TimerInfo { name: "quorum check", action: "check the quorum now" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_and_its_code_name_each_other() {
        for timer in ALL {
            assert_eq!(RaftTimer::from_code(timer.code()), Some(timer));
        }
        assert_eq!(RaftTimer::from_code(4), None);
    }
}
