//! What clients and the service say to each other, in types and in words.

use super::state::Znode;
use crate::sim::{CommandId, MessageKind, Messages, Tone};

/// A message. Sequence numbers and sessions count from 1.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Client: open a session for me.
    Connect {
        /// The client's count of requests.
        request: u32,
    },
    /// Service: it is open.
    Connected {
        /// The request that this answers.
        request: u32,
        /// The new session.
        session: u32,
    },
    /// Client: keep my session alive; and this is what I watch, in case the service forgot.
    Ping {
        /// The session.
        session: u32,
        /// Count of pings in the session.
        ping: u32,
        /// When it was sent, by the client's clock; comes back with the answer.
        sent_us: i64,
        /// The znode that the client watches.
        watches: Option<u32>,
    },
    /// Service: it is alive.
    Pong {
        /// The session.
        session: u32,
        /// The ping that this answers.
        ping: u32,
        /// When that was sent, by the client's clock.
        sent_us: i64,
        /// The watched znode, if it is gone and the event was lost.
        gone: Option<u32>,
    },
    /// Client: do this in my session.
    Request {
        /// The session.
        session: u32,
        /// The client's count of requests.
        request: u32,
        /// What.
        what: Request,
    },
    /// Service: done.
    Answer {
        /// The request that this answers.
        request: u32,
        /// With which result.
        answer: Answer,
    },
    /// Service: a znode that you watched is gone.
    Event {
        /// Its sequence number.
        znode: u32,
    },
    /// Service: there is no such session, or no longer.
    Expired {
        /// Which.
        session: u32,
    },
    /// Leader to the store: write this.
    Write {
        /// The leader's sequence number, for the fence.
        znode: u32,
        /// What to write.
        value: i64,
        /// The client's operation that asked for it.
        id: CommandId,
    },
    /// Store: written, or refused at the fence.
    Written {
        /// The operation.
        id: CommandId,
        /// Whether it was taken.
        taken: bool,
        /// Writes taken so far.
        writes: u32,
    },
}

/// What a client asks for in its session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Request {
    /// create("/election/n_", EPHEMERAL | SEQUENTIAL)
    Create,
    /// getChildren("/election", false)
    GetChildren,
    /// exists(znode, true): sets a watch if it exists.
    Exists(u32),
    /// Ends the session.
    Close,
}

/// What the service answers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// The new znode's sequence number.
    Created(u32),
    /// All children, in order.
    Children(Vec<(u32, Znode)>),
    /// Whether the znode exists.
    Exists(bool),
}

/// What the reader's clients ask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Write as leader.
    Work(i64),
    /// Who leads?
    WhoLeads,
    /// Give leadership, or the place in the queue, up.
    Resign,
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Connect", "CON", Tone::Pending, "A client asks for a session."),
        MessageKind::reply("Connected", "SES", Tone::Pending, "The session is open; it lives as long as pings arrive."),
        MessageKind::request("Ping", "PNG", Tone::Neutral, "Keeps the session alive, and repeats what the client watches."),
        MessageKind::reply("Pong", "PON", Tone::Neutral, "The session is alive; tells of a watched znode whose event was lost."),
        MessageKind::request("Create", "CRE", Tone::Candidate, "Creates an ephemeral znode with the next sequence number."),
        MessageKind::reply("Created", "SEQ", Tone::Candidate, "The sequence number of the new znode."),
        MessageKind::request("GetChildren", "LS", Tone::Candidate, "Asks for all znodes of the election."),
        MessageKind::reply("Children", "LST", Tone::Candidate, "All znodes of the election and their owners."),
        MessageKind::request("Exists", "WCH", Tone::Follower, "Sets a watch on a znode, if it still exists."),
        MessageKind::reply("ExistsAnswer", "YN", Tone::Follower, "Whether it exists, and so whether the watch is set."),
        MessageKind::request("Close", "END", Tone::Pending, "Ends the session; its znode goes at once."),
        MessageKind::request("Event", "EVT", Tone::Leader, "A watched znode is gone. A watch fires once."),
        MessageKind::request("Expired", "EXP", Tone::Bad, "There is no such session any more, and its znode is gone with it."),
        MessageKind::request("Write", "WRT", Tone::Good, "A leader writes to the store, under its znode's sequence number."),
        MessageKind::reply("Written", "ACK", Tone::Good, "The store took the write, or refused it as stale."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Connect { .. } => 0,
            Message::Connected { .. } => 1,
            Message::Ping { .. } => 2,
            Message::Pong { .. } => 3,
            Message::Request { what: Request::Create, .. } => 4,
            Message::Answer { answer: Answer::Created(_), .. } => 5,
            Message::Request { what: Request::GetChildren, .. } => 6,
            Message::Answer { answer: Answer::Children(_), .. } => 7,
            Message::Request { what: Request::Exists(_), .. } => 8,
            Message::Answer { answer: Answer::Exists(_), .. } => 9,
            Message::Request { what: Request::Close, .. } => 10,
            Message::Event { .. } => 11,
            Message::Expired { .. } => 12,
            Message::Write { .. } => 13,
            Message::Written { .. } => 14,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Connect { .. } => "Connect: open a session for me".to_owned(),
            Message::Connected { session, .. } => format!("Connected: your session is {session}"),
            Message::Ping { session, watches: None, .. } => format!("Ping: session {session} is alive"),
            Message::Ping { session, watches: Some(znode), .. } => format!("Ping: session {session} is alive and watches n_{znode}"),
            Message::Pong { session, gone: None, .. } => format!("Pong: session {session} stays open"),
            Message::Pong { session, gone: Some(znode), .. } => format!("Pong: session {session} stays open, but n_{znode} is gone"),
            Message::Request { session, what, .. } => match what {
                Request::Create => format!("Create: the next znode, for as long as session {session} lives"),
                Request::GetChildren => "GetChildren: which znodes are there?".to_owned(),
                Request::Exists(znode) => format!("Exists: is n_{znode} there? Tell me when it goes"),
                Request::Close => format!("Close: end session {session}"),
            },
            Message::Answer { answer, .. } => match answer {
                Answer::Created(znode) => format!("Created: your znode is n_{znode}"),
                Answer::Children(list) => {
                    let names: Vec<String> = list.iter().map(|(znode, _)| format!("n_{znode}")).collect();
                    format!("Children: {}", names.join(", "))
                }
                Answer::Exists(true) => "ExistsAnswer: yes, and the watch is set".to_owned(),
                Answer::Exists(false) => "ExistsAnswer: no, it is gone".to_owned(),
            },
            Message::Event { znode } => format!("Event: n_{znode}, which you watched, is gone"),
            Message::Expired { session } => format!("Expired: there is no session {session} any more"),
            Message::Write { znode, value, .. } => format!("Write {value}, as leader under n_{znode}"),
            Message::Written { taken: true, writes, .. } => format!("Written: it is write number {writes}"),
            Message::Written { taken: false, .. } => "Written: no, a later leader has written already".to_owned(),
        }
    }
}
