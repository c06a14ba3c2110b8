//! There is one administrator: a gateway forgets connections that are idle, an application pings to keep its own, and each of the two times is
//! set by somebody who does not know of the other.
//!
//! ```text
//!   application ──Ping──▶ gateway      before the idle limit: the connection stays
//!   application ──Query─▶ gateway ✕    after it: no such connection, and nobody is told
//! ```
//!
//! With the rule on, the gateway says its limit when it opens a connection and with every Pong, and the application keeps well within it, as
//! BGP's hold time and HTTP's Keep-Alive header have it.

use super::{Figure, figures, wait};
use crate::sim::{
    Bindings, Broken, Choice, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node,
    NodeId, NodeView, ParamKind, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Administrators;

const APPLICATION: NodeId = NodeId(0);
const GATEWAY: NodeId = NodeId(1);
const DATABASE: NodeId = NodeId(2);
/// Pings in the time of an idle limit, if it is known.
const PINGS_IN_LIMIT: u64 = 3;

/// Indices into the params.
mod param {
    /// After so long without traffic the gateway forgets a connection.
    pub const IDLE_MS: u16 = 0;
    /// So often the application pings.
    pub const PING_MS: u16 = 1;
    /// Time between two queries.
    pub const QUERY_MS: u16 = 2;
    /// How long an answer is awaited.
    pub const WAIT_MS: u16 = 3;
    /// Rule: the gateway says its limit, and the application keeps within it.
    pub const AGREE: u16 = 4;
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Who asks.
    Application(Application),
    /// Whether the gateway knows the connection, and whether it forgot it for being idle.
    Gateway {
        /// It is in its table.
        is_open: bool,
        /// It was, until it had been idle for too long.
        forgot: bool,
        /// The idle limit that counts for it, in microseconds.
        limit_us: u64,
    },
    /// Who answers.
    Database,
}

/// The application's side of its connection.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Application {
    is_open: bool,
    number: u32,
    is_waiting: bool,
    /// The gateway's limit in microseconds, as it last said; 0 if it said none.
    limit_us: u64,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Open a connection.
    Open,
    /// It is open; with the idle limit in microseconds, or 0.
    Opened(u64),
    /// Still here.
    Ping,
    /// So is the connection; with the idle limit in microseconds, or 0.
    Pong(u64),
    /// A query of that number.
    Query(u32),
    /// Its answer.
    Answer(u32),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next ping.
    Ping,
    /// The next query.
    Query,
    /// An answer, or an open connection.
    Answer,
    /// Traffic on the connection.
    Idle,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Ping, TimerInfo { name: "next ping", action: "ping now" }),
        (Timer::Query, TimerInfo { name: "next query", action: "ask now" }),
        (Timer::Answer, TimerInfo { name: "answer", action: "wait no longer" }),
        (Timer::Idle, TimerInfo { name: "idle limit", action: "forget the connection now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What became of all queries.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    asked: u32,
    answered: u32,
    pings: u32,
    /// Queries that met a forgotten connection, and the first of them.
    lost: (u32, Option<u32>),
}

type Cx<'a> = Context<'a, Administrators>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Open", "OPEN", Tone::Leader, "Open a connection."),
        MessageKind::reply("Opened", "OPEN", Tone::Leader, "The connection is open."),
        MessageKind::request("Ping", "PING", Tone::Neutral, "The application is still there."),
        MessageKind::reply("Pong", "PONG", Tone::Neutral, "So is the connection."),
        MessageKind::request("Query", "ASK", Tone::Candidate, "A query for the database."),
        MessageKind::reply("Answer", "OK", Tone::Good, "The database's answer."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Open => 0,
            Message::Opened(_) => 1,
            Message::Ping => 2,
            Message::Pong(_) => 3,
            Message::Query(_) => 4,
            Message::Answer(_) => 5,
        }
    }
    fn describe(&self) -> String {
        let limit = |us: u64| if us == 0 { String::new() } else { format!(", idle for {} ms at most", us / 1_000) };
        match self {
            Message::Open => "Open a connection".to_owned(),
            Message::Opened(limit_us) => format!("The connection is open{}", limit(*limit_us)),
            Message::Ping => "Ping".to_owned(),
            Message::Pong(limit_us) => format!("Pong{}", limit(*limit_us)),
            Message::Query(number) => format!("Query {number}"),
            Message::Answer(number) => format!("Answer to query {number}"),
        }
    }
}

impl Protocol for Administrators {
    type Stable = ();
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "idle_ms",
            label: "Idle limit (administrator A)",
            help: "After so long without traffic the gateway forgets a connection and frees its memory.",
            kind: ParamKind::Range { min: 800, max: 10_000, step: 100, unit: "ms" },
            default: 3_000,
        },
        ParamSpec {
            name: "ping_ms",
            label: "Time between pings (administrator B)",
            help: "So often the application shows that it is still there. Fewer pings save power.",
            kind: ParamKind::Range { min: 300, max: 10_000, step: 100, unit: "ms" },
            default: 1_000,
        },
        ParamSpec {
            name: "query_ms",
            label: "Time between queries",
            help: "The application asks the database so often.",
            kind: ParamKind::Range { min: 500, max: 10_000, step: 100, unit: "ms" },
            default: 1_700,
        },
        ParamSpec {
            name: "wait_ms",
            label: "Wait for an answer",
            help: "After so long the application takes the connection for broken and opens another.",
            kind: ParamKind::Range { min: 600, max: 5_000, step: 100, unit: "ms" },
            default: 800,
        },
        ParamSpec::rule(
            "agree",
            "Say the limit, keep within it",
            "The gateway says its limit with Opened and Pong, and the application pings three times in it. Without this rule each side has a number \
             of its own.",
        ),
    ];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Cx<'_>) -> Volatile {
        match cx.me() {
            APPLICATION => {
                let mut application = Application::default();
                wait(Timer::Query, param::QUERY_MS, cx);
                application.open(cx);
                Volatile::Application(application)
            }
            GATEWAY => Volatile::Gateway { is_open: false, forgot: false, limit_us: 0 },
            _ => Volatile::Database,
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, message) {
            (Volatile::Application(application), message) => application.hear(message, cx),
            (Volatile::Gateway { is_open, forgot, limit_us }, Message::Open) => {
                (*is_open, *forgot) = (true, false);
                pass(limit_us, from, message, cx);
            }
            (Volatile::Gateway { is_open: false, .. }, _) => cx.say(|| "No such connection: the message is thrown away.".to_owned()),
            (Volatile::Gateway { limit_us, .. }, message) => pass(limit_us, from, message, cx),
            (Volatile::Database, Message::Query(number)) => cx.send(GATEWAY, Message::Answer(*number)),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match (timer, &mut *node.volatile) {
            (Timer::Ping, Volatile::Application(application)) => {
                cx.send(GATEWAY, Message::Ping);
                application.wait_for_ping(cx);
            }
            (Timer::Query, Volatile::Application(application)) => {
                wait(Timer::Query, param::QUERY_MS, cx);
                if application.is_open && !application.is_waiting {
                    application.number += 1;
                    application.is_waiting = true;
                    cx.send(GATEWAY, Message::Query(application.number));
                    wait(Timer::Answer, param::WAIT_MS, cx);
                }
            }
            (Timer::Answer, Volatile::Application(application)) => application.open(cx),
            (Timer::Idle, Volatile::Gateway { is_open, forgot, .. }) => {
                (*is_open, *forgot) = (false, true);
                cx.say(|| "The connection was idle for too long: it is forgotten, and nobody is told.".to_owned());
            }
            _ => {}
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Administrators {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "not-forgotten",
        sentence: "No query meets a connection that the gateway has forgotten. It rests on pings that arrive.",
        check: |_, seen| match seen.lost.1 {
            None => Ok(()),
            Some(number) => {
                Err(Broken { nodes: vec![APPLICATION, GATEWAY], says: format!("Query {number} meets a connection that is forgotten.") })
            }
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("opened", "The application has a connection through the gateway.", |_, _, step| {
            match step.delivered::<Administrators>()? {
                (id, Message::Opened(_)) => Some(Bindings::node(id.to)),
                _ => None,
            }
        }),
        Fact::milestone("forgotten", "The gateway forgets the connection, which was idle for {ms} ms.", |cluster, _, step| {
            match cluster.volatile(GATEWAY)? {
                Volatile::Gateway { limit_us, .. } if is_forgotten_now(step) => Some(Bindings::node(GATEWAY).with("ms", limit_us / 1_000)),
                _ => None,
            }
        }),
        Fact::milestone(
            "query-lost",
            "Query {query} meets a connection that the gateway has forgotten, and is thrown away.",
            |cluster, _, step| match (step.delivered::<Administrators>()?, cluster.volatile(GATEWAY)?) {
                ((id, Message::Query(number)), Volatile::Gateway { is_open: false, forgot: true, .. }) if id.to == GATEWAY => {
                    Some(Bindings::node(GATEWAY).with("query", number))
                }
                _ => None,
            },
        ),
        Fact::milestone("idle-limit-set", "Administrator A has the gateway forget a connection after {ms} ms.", |_, _, step| {
            set_now(step, param::IDLE_MS, GATEWAY)
        }),
        Fact::milestone("ping-time-set", "Administrator B has the application ping every {ms} ms.", |_, _, step| {
            set_now(step, param::PING_MS, APPLICATION)
        }),
        Fact::detail("answered", "Query {query} is answered.", |_, _, step| match step.delivered::<Administrators>()? {
            (id, Message::Answer(number)) if id.to == APPLICATION => Some(Bindings::node(APPLICATION).with("query", number)),
            _ => None,
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        match step.delivered::<Self>() {
            Some((id, Message::Query(number))) if id.to == GATEWAY => {
                seen.asked += 1;
                if matches!(cluster.volatile(GATEWAY), Some(Volatile::Gateway { is_open: false, forgot: true, .. })) {
                    seen.lost.0 += 1;
                    seen.lost.1 = seen.lost.1.or(Some(*number));
                }
            }
            Some((id, Message::Answer(_))) if id.to == APPLICATION => seen.answered += 1,
            Some((_, Message::Ping)) => seen.pings += 1,
            _ => {}
        }
    }
    fn role((): &(), volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Application(_) => Role { label: "application", glyph: "A", tone: Tone::Follower },
            Volatile::Gateway { is_open: true, .. } => Role { label: "gateway", glyph: "G", tone: Tone::Leader },
            Volatile::Gateway { .. } => Role { label: "gateway, shut", glyph: "G", tone: Tone::Pending },
            Volatile::Database => Role { label: "database", glyph: "D", tone: Tone::Neutral },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(volatile) = cluster.volatile(id) else { return NodeView::default() };
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        match volatile {
            Volatile::Application(application) => NodeView {
                badge: format!("pings every {} ms", ping_us(cluster.params().get_u64(param::PING_MS), application.limit_us) / 1_000),
                fields: vec![
                    field("open", yes(application.is_open), "Whether it believes its connection to be open."),
                    field("query", application.number.to_string(), "The number of its last query."),
                ],
                ring: Some(Timer::Ping.code()),
                points_at: None,
            },
            Volatile::Gateway { is_open, limit_us, .. } => NodeView {
                badge: format!("limit {} ms", limit_us / 1_000),
                fields: vec![field("open", yes(*is_open), "Whether it knows the connection.")],
                ring: Some(Timer::Idle.code()),
                points_at: None,
            },
            Volatile::Database => NodeView::default(),
        }
    }
    fn exhibits(_: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        figures([
            Figure::count("queries", seen.asked, "that came to the gateway"),
            Figure::count("answered", seen.answered, "by the database"),
            Figure::trouble("lost", seen.lost.0, "thrown away at the gateway, which had forgotten the connection"),
            Figure::count("pings", seen.pings, "that kept the connection, or tried to"),
        ])
    }
}

/// The limit as the gateway says it, in microseconds: 0 if it says none.
fn said_limit_us(cx: &Cx<'_>) -> u64 {
    if cx.params().on(param::AGREE) { cx.params().get_u64(param::IDLE_MS) * 1_000 } else { 0 }
}

/// Time between two pings, in microseconds: the application's own, or less if the gateway has said a limit.
fn ping_us(own_ms: u64, limit_us: u64) -> u64 {
    let own_us = own_ms * 1_000;
    if limit_us == 0 { own_us } else { own_us.min(limit_us / PINGS_IN_LIMIT) }
}

/// The gateway passes on what comes over an open connection, which is idle no longer. Where it says its limit, another counts from when it
/// has said so.
fn pass(limit_us: &mut u64, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    let says_limit = matches!(message, Message::Open | Message::Ping);
    if says_limit || !cx.params().on(param::AGREE) {
        *limit_us = cx.params().get_u64(param::IDLE_MS) * 1_000;
    }
    cx.set_timer(Timer::Idle, *limit_us);
    match message {
        Message::Open => cx.send(from, Message::Opened(said_limit_us(cx))),
        Message::Ping => cx.send(from, Message::Pong(said_limit_us(cx))),
        Message::Query(number) => cx.send(DATABASE, Message::Query(*number)),
        Message::Answer(number) => cx.send(APPLICATION, Message::Answer(*number)),
        Message::Opened(_) | Message::Pong(_) => {}
    }
}

impl Application {
    /// Asks for a connection, and for another if that takes too long.
    fn open(&mut self, cx: &mut Cx<'_>) {
        (self.is_open, self.is_waiting) = (false, false);
        cx.cancel_timer(Timer::Ping);
        cx.send(GATEWAY, Message::Open);
        wait(Timer::Answer, param::WAIT_MS, cx);
    }

    fn wait_for_ping(&mut self, cx: &mut Cx<'_>) {
        let after_us = ping_us(cx.params().get_u64(param::PING_MS), self.limit_us);
        cx.set_timer(Timer::Ping, after_us);
    }

    fn hear(&mut self, message: &Message, cx: &mut Cx<'_>) {
        match *message {
            Message::Opened(limit_us) if !self.is_open => {
                (self.is_open, self.limit_us) = (true, limit_us);
                cx.cancel_timer(Timer::Answer);
                self.wait_for_ping(cx);
            }
            Message::Pong(limit_us) if self.is_open && limit_us != self.limit_us => {
                self.limit_us = limit_us;
                self.wait_for_ping(cx);
            }
            Message::Answer(number) if number == self.number && self.is_waiting => {
                self.is_waiting = false;
                cx.cancel_timer(Timer::Answer);
            }
            _ => {}
        }
    }
}

/// Whether the connection was forgotten in this step.
fn is_forgotten_now(step: &Step<'_>) -> bool {
    matches!(step.choice, Choice::Fire(id) if id.code == Timer::Idle.code())
}

/// What an administrator has set in this step, if it is that param; of the node that is theirs.
fn set_now(step: &Step<'_>, param: u16, node: NodeId) -> Option<Bindings> {
    match step.choice {
        Choice::Param { index, value } if *index == param => Some(Bindings::node(node).with("ms", value)),
        _ => None,
    }
}
