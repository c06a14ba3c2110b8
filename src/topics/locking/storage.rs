//! What the lock protects: a counter in a storage that clients read, change and write back; and what an observer keeps of its writes. Knows no
//! lock, only the token that comes with each request.
//!
//! Fencing is as in Kleppmann, "How to do distributed locking", 2016: the storage remembers the highest token that it has seen and refuses
//! requests with a lower one.

use crate::sim::{Broken, NodeId};

/// Number that a lock hands out with each grant, rising; 0 where a lock has none.
pub type Token = u32;
/// Which of a client's attempts to lock it was, from 1. With the client it names one holding of the lock.
pub type Request = u32;

/// Attempts to write that the storage remembers for the reader: the last ones.
const ATTEMPTS_MAX: usize = 24;

/// What clients and storage say to each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StoreMessage {
    /// Client: what is the counter?
    Read {
        /// Under which holding of the lock.
        request: Request,
        /// Its token.
        token: Token,
    },
    /// Storage: this, after so many writes.
    Value {
        /// The request that this answers.
        request: Request,
        /// The counter.
        value: i64,
        /// Writes taken so far.
        version: u32,
    },
    /// Client: make it this.
    Write {
        /// Under which holding of the lock.
        request: Request,
        /// Its token.
        token: Token,
        /// The counter's new value.
        value: i64,
        /// How many writes there had been when the client read.
        seen: u32,
    },
    /// Storage: done.
    Written {
        /// The request that this answers.
        request: Request,
    },
    /// Storage: refused, a later holder was here.
    Stale {
        /// The request that this answers.
        request: Request,
    },
}

/// One attempt to write.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Attempt {
    /// Who.
    pub client: NodeId,
    /// Under which of its requests.
    pub request: Request,
    /// With which token.
    pub token: Token,
    /// What it wrote.
    pub value: i64,
    /// How many writes it knew of.
    pub seen: u32,
    /// How many there were.
    pub found: u32,
    /// Whether the storage took it.
    pub taken: bool,
}

/// The storage; on disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Storage {
    /// The counter.
    pub value: i64,
    /// Writes taken so far.
    pub version: u32,
    /// The highest token seen so far: the fence.
    pub fence: Token,
    /// Attempts to write, the last ones.
    pub attempts: Vec<Attempt>,
}

/// Which requests the fence stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fencing {
    /// Writes with a lower token than one seen.
    pub writes: bool,
    /// Reads raise the fence too, and are stopped by it.
    pub reads: bool,
}

impl Storage {
    /// Answers a client; `None` if the message is none for a storage.
    pub fn answer(&mut self, client: NodeId, message: &StoreMessage, fencing: Fencing) -> Option<StoreMessage> {
        match *message {
            StoreMessage::Read { request, token } => Some(self.read(request, token, fencing)),
            StoreMessage::Write { request, token, value, seen } => {
                let attempt = Attempt { client, request, token, value, seen, found: self.version, taken: false };
                Some(self.write(attempt, fencing))
            }
            _ => None,
        }
    }

    fn read(&mut self, request: Request, token: Token, fencing: Fencing) -> StoreMessage {
        if fencing.writes && fencing.reads {
            if token < self.fence {
                return StoreMessage::Stale { request };
            }
            self.fence = token;
        }
        StoreMessage::Value { request, value: self.value, version: self.version }
    }

    fn write(&mut self, attempt: Attempt, fencing: Fencing) -> StoreMessage {
        let request = attempt.request;
        // A client that got no answer asks again.
        let is_repeat = self.attempts.last().is_some_and(|last| last.taken && (last.client, last.request) == (attempt.client, request));
        if is_repeat {
            return StoreMessage::Written { request };
        }
        let taken = !fencing.writes || attempt.token >= self.fence;
        if self.attempts.len() >= ATTEMPTS_MAX {
            self.attempts.remove(0);
        }
        self.attempts.push(Attempt { taken, ..attempt });
        if !taken {
            return StoreMessage::Stale { request };
        }
        self.value = attempt.value;
        self.version += 1;
        self.fence = self.fence.max(attempt.token);
        StoreMessage::Written { request }
    }
}

/// Two holdings of the lock that collided in the storage.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Collision {
    /// Whose write came second.
    pub late: NodeId,
    /// Its token.
    pub late_token: Token,
    /// Whose work it damaged.
    pub other: NodeId,
    /// That one's token.
    pub other_token: Token,
}

/// What an observer keeps of the storage's writes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct History {
    version: u32,
    /// The last write taken: whose, under which request, with which token.
    last: Option<(NodeId, Request, Token)>,
    /// The write with the highest token taken: whose, and the token.
    highest: Option<(NodeId, Token)>,
    /// The first write that overwrote one which its writer had not seen.
    pub lost_update: Option<Collision>,
    /// The first write of an earlier holder after one of a later.
    pub disorder: Option<Collision>,
}

impl History {
    /// Takes in what the storage holds after a step.
    pub fn observe(&mut self, storage: &Storage) {
        if storage.version == self.version {
            return;
        }
        self.version = storage.version;
        let Some(write) = storage.attempts.last().filter(|attempt| attempt.taken) else { return };
        let collision = |other, other_token| Collision { late: write.client, late_token: write.token, other, other_token };
        if let Some((other, _, token)) = self.last.filter(|(other, request, _)| (*other, *request) != (write.client, write.request))
            && write.seen != write.found
        {
            self.lost_update = self.lost_update.or(Some(collision(other, token)));
        }
        if let Some((other, token)) = self.highest.filter(|(_, highest)| write.token < *highest) {
            self.disorder = self.disorder.or(Some(collision(other, token)));
        }
        if self.highest.is_none_or(|(_, highest)| write.token >= highest) {
            self.highest = Some((write.client, write.token));
        }
        self.last = Some((write.client, write.request, write.token));
    }

    /// The invariant `no-lost-update`.
    pub fn check_no_lost_update(&self) -> Result<(), Broken> {
        let Some(Collision { late, other, .. }) = self.lost_update else { return Ok(()) };
        let says = if late == other {
            format!("Node {late} overwrote a write of its own that it had not seen: an earlier turn's request came late.")
        } else {
            format!("Node {late} overwrote the write of node {other} without having seen it: one of the two additions is gone.")
        };
        Err(Broken { nodes: vec![late, other], says })
    }

    /// The invariant `token-order`.
    pub fn check_token_order(&self) -> Result<(), Broken> {
        let Some(Collision { late, late_token, other, other_token }) = self.disorder else { return Ok(()) };
        let says =
            format!("The storage took a write of node {late} under token {late_token} after one of node {other} under {other_token}.");
        Err(Broken { nodes: vec![late, other], says })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Fencing = Fencing { writes: true, reads: true };
    const WRITES: Fencing = Fencing { writes: true, reads: false };

    fn write(storage: &mut Storage, client: u16, token: Token, seen: u32, fencing: Fencing) -> bool {
        let message = StoreMessage::Write { request: 1, token, value: 1, seen };
        matches!(storage.answer(NodeId(client), &message, fencing), Some(StoreMessage::Written { .. }))
    }

    #[test]
    fn a_lower_token_than_one_that_wrote_is_refused_and_the_same_is_taken() {
        let mut storage = Storage::default();
        assert!(write(&mut storage, 2, 34, 0, WRITES) && !write(&mut storage, 1, 33, 0, WRITES));
        assert!(write(&mut storage, 2, 34, 1, WRITES));
    }

    #[test]
    fn a_read_raises_the_fence_only_where_reads_count() {
        for (fencing, earlier_is_taken) in [(BOTH, false), (WRITES, true)] {
            let mut storage = Storage::default();
            storage.answer(NodeId(2), &StoreMessage::Read { request: 1, token: 34 }, fencing);
            assert_eq!(write(&mut storage, 1, 33, 0, fencing), earlier_is_taken);
        }
    }

    #[test]
    fn a_write_sent_twice_counts_once_and_loses_nothing() {
        let (mut storage, mut history) = (Storage::default(), History::default());
        for _ in 0..2 {
            assert!(write(&mut storage, 1, 33, 0, BOTH));
            history.observe(&storage);
        }
        assert_eq!((storage.version, history.check_no_lost_update()), (1, Ok(())));
    }
}
