//! What Raft's nodes wait for. Links and lesson files name timers by these codes.

use crate::sim::{TimerInfo, Timers};

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

impl Timers for RaftTimer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (RaftTimer::Election, TimerInfo { name: "election timeout", action: "time out now" }),
        (RaftTimer::Heartbeat, TimerInfo { name: "heartbeat", action: "send heartbeats now" }),
        (RaftTimer::LeaderLease, TimerInfo { name: "leader lease", action: "forget the leader now" }),
        (RaftTimer::QuorumCheck, TimerInfo { name: "quorum check", action: "check the quorum now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_and_its_code_name_each_other() {
        for (timer, info) in RaftTimer::PLAIN {
            assert_eq!(RaftTimer::of_code(timer.code()), Some((*timer, *info)));
        }
        assert_eq!(RaftTimer::of_code(4), None);
    }
}
