//! The lock table as a state machine: what a log of operations says about who has the lock. The index of the entry that gave it is the token.

use crate::sim::NodeId;
use crate::topics::leader_election::raft::{Log, Op};
use crate::topics::locking::storage::{Request, Token};

/// Bits of a turn's number in an entry, and of a client's.
const REQUEST_BITS: u32 = 10;
const CLIENT_BITS: u32 = 4;

/// What an entry of the log asks of the table. A turn's number is kept modulo 1,024: only the last few are ever told apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// A client wants the lock for its turn.
    Acquire(NodeId, Request),
    /// A client's turn goes on: changes nothing, and shows that a majority still follows the leader.
    Renew(NodeId, Request),
    /// A client's turn is over.
    Release(NodeId, Request),
    /// A client's turn has lasted too long.
    Expire(NodeId, Request),
}

/// The part of a turn's number that entries carry.
pub fn turn(request: Request) -> Request {
    request % (1 << REQUEST_BITS)
}

impl Operation {
    /// As the value of a log entry.
    pub fn encode(self) -> u16 {
        let (kind, client, request) = match self {
            Operation::Acquire(client, request) => (0, client, request),
            Operation::Renew(client, request) => (1, client, request),
            Operation::Release(client, request) => (2, client, request),
            Operation::Expire(client, request) => (3, client, request),
        };
        let word = (kind << (CLIENT_BITS + REQUEST_BITS)) | (u32::from(client.0) << REQUEST_BITS) | turn(request);
        u16::try_from(word).unwrap_or(u16::MAX)
    }

    /// The operation of a log entry, if it is one.
    fn decode(op: Op) -> Option<Self> {
        let Op::Write(word) = op else { return None };
        let word = u32::from(word);
        let client = NodeId(u16::try_from((word >> REQUEST_BITS) % (1 << CLIENT_BITS)).ok()?);
        let request = turn(word);
        Some(match word >> (CLIENT_BITS + REQUEST_BITS) {
            0 => Operation::Acquire(client, request),
            1 => Operation::Renew(client, request),
            2 => Operation::Release(client, request),
            _ => Operation::Expire(client, request),
        })
    }
}

/// Who has the lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Holding {
    /// The client.
    pub client: NodeId,
    /// Its turn, as entries have it.
    pub turn: Request,
    /// The index of the entry that gave the lock.
    pub token: Token,
}

impl Holding {
    /// Whether it is this turn of this client.
    pub fn is_of(&self, client: NodeId, request: Request) -> bool {
        (self.client, self.turn) == (client, turn(request))
    }
}

/// Who has the lock after the entries up to `commit_index`.
pub fn holding(log: &Log, commit_index: u32) -> Option<Holding> {
    let mut holding: Option<Holding> = None;
    for (index, entry) in log.entries().take_while(|(index, _)| *index <= commit_index) {
        match (Operation::decode(entry.op), holding) {
            (Some(Operation::Acquire(client, turn)), None) => holding = Some(Holding { client, turn, token: index }),
            (Some(Operation::Release(client, turn) | Operation::Expire(client, turn)), Some(held)) if held.is_of(client, turn) => {
                holding = None
            }
            _ => {}
        }
    }
    holding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_read_back_from_its_entry() {
        for client in [NodeId(0), NodeId(4), NodeId(15)] {
            for request in [1, 7, 1_023] {
                for operation in [
                    Operation::Acquire(client, request),
                    Operation::Renew(client, request),
                    Operation::Release(client, request),
                    Operation::Expire(client, request),
                ] {
                    assert_eq!(Operation::decode(Op::Write(operation.encode())), Some(operation));
                }
            }
        }
        assert_eq!(Operation::decode(Op::Noop), None);
    }
}
