//! What service and clients hold, and what they wait for.

use super::Ephemeral;
use super::message::Message;
use crate::sim::sorted::{SortedMap, SortedSet};
use crate::sim::{Broken, NodeId, Step, TimerInfo, Timers};

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Stable {
    /// Of the service.
    Service(ServiceDisk),
    /// Of a client.
    Client(ClientDisk),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Of the service: clients set their watches anew when they connect again.
    Service(Watches),
    /// Of a client.
    Client(Client),
}

/// Watches: (sequence number of the znode, session that is to be told when it goes). Each fires once.
pub type Watches = SortedSet<(u32, u32)>;

/// The service's own state, which a real one replicates.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ServiceDisk {
    /// Sessions by number.
    pub sessions: SortedMap<u32, Session>,
    /// Sessions opened so far.
    pub sessions_opened: u32,
    /// Children of /election by sequence number.
    pub znodes: SortedMap<u32, Znode>,
    /// Znodes created so far: the last sequence number given.
    pub sequence: u32,
    /// The store on which a leader works: what was written last.
    pub value: i64,
    /// Writes that the store took.
    pub writes: u32,
    /// The highest sequence number under which anything was written: the fence.
    pub fence: u32,
}

/// A client's session.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Session {
    /// Whose.
    pub client: NodeId,
    /// The last request that was carried out; older ones that arrive later are not.
    pub last_request: u32,
}

/// A child of /election.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Znode {
    /// The session with which it goes.
    pub session: u32,
    /// The client that created it, as its data says.
    pub owner: NodeId,
}

/// What a client keeps on disk: nothing of the election.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ClientDisk {
    /// Requests made so far, so that an answer from before a crash is not taken for a new one.
    pub requests: u32,
}

/// Where a client is in the recipe.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Phase {
    /// It asks for a session.
    #[default]
    Connecting,
    /// Step 1: it creates its znode.
    Creating,
    /// Step 2: it lists the children.
    Looking,
    /// Step 3: it sets a watch on this znode.
    SettingWatch(u32),
    /// It waits until this znode goes.
    Waiting(u32),
    /// Its own znode is the lowest.
    Leading,
}

/// A client.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Client {
    /// Where it is in the recipe.
    pub phase: Phase,
    /// Its session.
    pub session: Option<u32>,
    /// Sequence number of its znode.
    pub znode: Option<u32>,
    /// Owner of the lowest znode when it last looked.
    pub leader: Option<NodeId>,
    /// It has not heard from the service for so long that its session may be gone.
    pub suspended: bool,
    /// When it asked for its session, by its own clock.
    pub asked_us: i64,
    /// Pings sent in this session.
    pub pings: u32,
    /// The latest ping that was answered.
    pub answered: u32,
}

impl Client {
    /// Whether it believes to lead, and acts on it.
    pub fn leads(&self) -> bool {
        self.phase == Phase::Leading && !self.suspended
    }

    /// The znode that it watches.
    pub fn watches(&self) -> Option<u32> {
        match self.phase {
            Phase::SettingWatch(znode) | Phase::Waiting(znode) => Some(znode),
            _ => None,
        }
    }
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// Client: time for the next ping.
    Ping,
    /// Client: a request has not been answered.
    Retry,
    /// Client: nothing was heard of the service for two thirds of the session timeout.
    Disconnect,
    /// Service: this session was silent for the session timeout.
    Session(u32),
}

const SESSION_CODES: u32 = 16;

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Ping, TimerInfo { name: "next ping", action: "ping now" }),
        (Timer::Retry, TimerInfo { name: "retry", action: "try again now" }),
        (Timer::Disconnect, TimerInfo { name: "disconnect timeout", action: "give the connection up" }),
    ];

    fn code(self) -> u32 {
        match self {
            Timer::Ping => 0,
            Timer::Retry => 1,
            Timer::Disconnect => 2,
            Timer::Session(session) => SESSION_CODES.saturating_add(session),
        }
    }
    fn with_argument(code: u32) -> Option<(Self, TimerInfo)> {
        let session = code.checked_sub(SESSION_CODES)?;
        Some((Timer::Session(session), TimerInfo { name: "session timeout", action: "let the session expire" }))
    }
}

/// What an observer keeps of the store: whether a leader wrote after its successor had.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Writes {
    /// Writes taken so far.
    taken: u32,
    /// The highest sequence number under which one was taken.
    highest: u32,
    /// The first stale write: whose, under which number, after which.
    pub stale: Option<(NodeId, u32, u32)>,
}

impl Writes {
    /// Takes a step in that delivered something.
    pub fn observe(&mut self, disk: &ServiceDisk, step: &Step<'_>) {
        let Some((id, Message::Write { znode, .. })) = step.delivered::<Ephemeral>() else { return };
        if disk.writes > self.taken && *znode < self.highest {
            self.stale = self.stale.or(Some((id.from, *znode, self.highest)));
        }
        if disk.writes > self.taken {
            self.highest = self.highest.max(*znode);
        }
        self.taken = disk.writes;
    }

    /// The invariant `no-stale-write`.
    pub fn check(&self) -> Result<(), Broken> {
        match self.stale {
            None => Ok(()),
            Some((client, znode, later)) => Err(Broken {
                nodes: vec![client],
                says: format!("The store took a write of node {client} under znode {znode}, after one under znode {later}."),
            }),
        }
    }
}
