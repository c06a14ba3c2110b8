//! Topology doesn't change: a client asks a service that moves from host to host.
//!
//! ```text
//!   client ──Request──▶ host 2      "Not here": the service has moved on
//!   client ──Where────▶ registry    "At host 3"
//!   client ──Request──▶ host 3 ──▶ Answer
//! ```
//!
//! The registry starts the service on the next host, waits until it runs, and stops it on the old one.

use super::{Figure, figures, wait};
use crate::sim::{
    Bindings, Broken, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamKind, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Directory;

const CLIENT: NodeId = NodeId(0);
/// Knows where the service is, and moves it.
const REGISTRY: NodeId = NodeId(1);
/// Where the service is at first; it and all nodes after it are hosts.
const FIRST_HOST: NodeId = NodeId(2);
/// How often a client looks a service up for one request.
const LOOK_UPS_MAX: u32 = 4;

/// Indices into the params.
mod param {
    /// Time between two requests.
    pub const EVERY_MS: u16 = 0;
    /// Time between two moves.
    pub const MOVE_MS: u16 = 1;
    /// How long an answer is awaited.
    pub const WAIT_MS: u16 = 2;
    /// Rule: the client looks the service up.
    pub const LOOK_UP: u16 = 3;
}

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stable {
    /// Of the registry: where the service is.
    home: NodeId,
    /// Of a host: whether it runs the service.
    serves: bool,
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Who asks.
    Client(Client),
    /// Who knows; the host to which it is moving the service.
    Registry(Option<NodeId>),
    /// Who may run the service.
    Host,
}

/// A client.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Client {
    /// Where it believes the service to be.
    address: NodeId,
    number: u32,
    /// How often it has looked the service up for the request under way; none if none is.
    under_way: Option<u32>,
}

/// A message. The number is that of the request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Do this.
    Request(u32),
    /// It is done.
    Answer(u32),
    /// Nobody here does that.
    NotHere(u32),
    /// Where is the service?
    Where,
    /// At this host.
    Address(NodeId),
    /// Run the service.
    Start,
    /// It runs.
    Started,
    /// Run it no longer.
    Stop,
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The client's next request.
    Request,
    /// An answer.
    Answer,
    /// The next move.
    Move,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Request, TimerInfo { name: "next request", action: "ask now" }),
        (Timer::Answer, TimerInfo { name: "answer", action: "wait no longer" }),
        (Timer::Move, TimerInfo { name: "next move", action: "move the service now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What became of all requests.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    /// The request under way.
    open: Option<u32>,
    asked: u32,
    answered: u32,
    look_ups: u32,
    moves: u32,
    /// How many were given up, and the first of them.
    given_up: (u32, Option<u32>),
    /// What the last step showed.
    last: Option<Happened>,
}

/// What a step may show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Happened {
    Answered(u32),
    GivenUp(u32, NodeId),
    LookedUp(u32),
    Moved(NodeId),
}

type Cx<'a> = Context<'a, Directory>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Request", "REQ", Tone::Follower, "Do this."),
        MessageKind::reply("Answer", "OK", Tone::Good, "It is done."),
        MessageKind::reply("NotHere", "NO", Tone::Bad, "Nobody here does that."),
        MessageKind::request("Where", "ASK", Tone::Candidate, "Where is the service?"),
        MessageKind::reply("Address", "ADR", Tone::Candidate, "At this host."),
        MessageKind::request("Start", "RUN", Tone::Leader, "Run the service."),
        MessageKind::reply("Started", "RUN", Tone::Leader, "The service runs here."),
        MessageKind::request("Stop", "STOP", Tone::Leader, "Run the service no longer."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Request(_) => 0,
            Message::Answer(_) => 1,
            Message::NotHere(_) => 2,
            Message::Where => 3,
            Message::Address(_) => 4,
            Message::Start => 5,
            Message::Started => 6,
            Message::Stop => 7,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Request(number) => format!("Request {number}"),
            Message::Answer(number) => format!("Answer to request {number}"),
            Message::NotHere(number) => format!("Request {number}: nobody here does that"),
            Message::Where => "Where is the service?".to_owned(),
            Message::Address(host) => format!("The service is at node {host}"),
            Message::Start => "Start the service".to_owned(),
            Message::Started => "The service runs here".to_owned(),
            Message::Stop => "Stop the service".to_owned(),
        }
    }
}

impl Protocol for Directory {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "every_ms",
            label: "Time between requests",
            help: "The client asks again so much later, unless a request is under way.",
            kind: ParamKind::Range { min: 200, max: 5_000, step: 100, unit: "ms" },
            default: 500,
        },
        ParamSpec {
            name: "move_ms",
            label: "Time between moves",
            help: "So often the service moves to the next host.",
            kind: ParamKind::Range { min: 500, max: 20_000, step: 100, unit: "ms" },
            default: 2_000,
        },
        ParamSpec {
            name: "wait_ms",
            label: "Wait for an answer",
            help: "After so long the client takes its request for lost.",
            kind: ParamKind::Range { min: 200, max: 5_000, step: 100, unit: "ms" },
            default: 400,
        },
        ParamSpec::rule(
            "look_up",
            "Look the address up",
            "A client that finds nobody asks the registry where the service is, and goes there. Without this rule it keeps the address that was \
             wired into it.",
        ),
    ];

    fn blank_disk(env: &Env<'_>) -> Stable {
        Stable { home: FIRST_HOST, serves: env.me == FIRST_HOST }
    }
    fn on_start(_: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        match cx.me() {
            CLIENT => {
                wait(Timer::Request, param::EVERY_MS, cx);
                Volatile::Client(Client { address: FIRST_HOST, number: 0, under_way: None })
            }
            REGISTRY => {
                wait(Timer::Move, param::MOVE_MS, cx);
                Volatile::Registry(None)
            }
            _ => Volatile::Host,
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, message) {
            (Volatile::Client(client), message) => client.hear(message, cx),
            (Volatile::Registry(_), Message::Where) => cx.send(from, Message::Address(node.stable.home)),
            (Volatile::Registry(next), Message::Started) if *next == Some(from) => {
                *next = None;
                cx.send(node.stable.home, Message::Stop);
                node.stable.home = from;
            }
            (Volatile::Host, Message::Request(number)) => {
                cx.send(from, if node.stable.serves { Message::Answer(*number) } else { Message::NotHere(*number) });
            }
            (Volatile::Host, Message::Start) => {
                node.stable.serves = true;
                cx.send(from, Message::Started);
            }
            (Volatile::Host, Message::Stop) => node.stable.serves = false,
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match (timer, &mut *node.volatile) {
            (Timer::Request, Volatile::Client(client)) => {
                wait(Timer::Request, param::EVERY_MS, cx);
                if client.under_way.is_none() {
                    client.number += 1;
                    client.under_way = Some(0);
                    client.ask(cx);
                }
            }
            (Timer::Answer, Volatile::Client(client)) => client.find_nobody(cx),
            (Timer::Move, Volatile::Registry(next)) => {
                wait(Timer::Move, param::MOVE_MS, cx);
                let hosts = cx.nodes().saturating_sub(FIRST_HOST.0).max(1);
                let to = NodeId(FIRST_HOST.0 + (node.stable.home.0 - FIRST_HOST.0 + 1) % hosts);
                *next = Some(to);
                cx.send(to, Message::Start);
            }
            _ => {}
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Directory {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "found",
        sentence: "No request is given up. It rests on a registry and a host that can be reached.",
        check: |_, seen| match seen.given_up.1 {
            None => Ok(()),
            Some(number) => Err(Broken { nodes: vec![CLIENT], says: format!("Request {number} is given up: nobody was there.") }),
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("answered", "Request {request} is answered.", |_, seen: &Seen, _| match seen.last? {
            Happened::Answered(number) => Some(Bindings::node(CLIENT).with("request", number)),
            _ => None,
        }),
        Fact::milestone("given-up", "Nobody at node {host} knows the service: request {request} is given up.", |_, seen: &Seen, _| {
            match seen.last? {
                Happened::GivenUp(number, host) => Some(Bindings::node(CLIENT).with("request", number).with("host", host)),
                _ => None,
            }
        }),
        Fact::detail("looked-up", "The client finds nobody for request {request} and asks the registry.", |_, seen: &Seen, _| {
            match seen.last? {
                Happened::LookedUp(number) => Some(Bindings::node(CLIENT).with("request", number)),
                _ => None,
            }
        }),
        Fact::milestone("moved", "The service has moved to node {host}.", |_, seen: &Seen, _| match seen.last? {
            Happened::Moved(host) => Some(Bindings::node(host).with("host", host)),
            _ => None,
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.last = seen.observe(cluster, step);
    }
    fn role(stable: &Stable, volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Client(_) => Role { label: "client", glyph: "C", tone: Tone::Follower },
            Volatile::Registry(_) => Role { label: "registry", glyph: "R", tone: Tone::Candidate },
            Volatile::Host if stable.serves => Role { label: "the service", glyph: "S", tone: Tone::Leader },
            Volatile::Host => Role { label: "host", glyph: "H", tone: Tone::Neutral },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let (Some(stable), Some(volatile)) = (cluster.stable(id), cluster.volatile(id)) else { return NodeView::default() };
        let field = |name, value: String, stable, help| Field { name, value, stable, help };
        match volatile {
            Volatile::Client(client) => NodeView {
                badge: format!("asks node {}", client.address),
                fields: vec![
                    field("address", format!("node {}", client.address), false, "Where it believes the service to be."),
                    field("request", client.number.to_string(), false, "The number of its last request."),
                ],
                ring: Some(Timer::Answer.code()),
                points_at: Some(client.address),
            },
            Volatile::Registry(_) => NodeView {
                badge: format!("says node {}", stable.home),
                fields: vec![field("service", format!("node {}", stable.home), true, "Where the service is.")],
                ring: Some(Timer::Move.code()),
                points_at: None,
            },
            Volatile::Host => {
                let runs = if stable.serves { "yes" } else { "no" };
                NodeView { fields: vec![field("service", runs.to_owned(), true, "Whether it runs here.")], ..NodeView::default() }
            }
        }
    }
    fn exhibits(_: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        figures([
            Figure::count("requests", seen.asked, "of the client"),
            Figure::count("answered", seen.answered, "by whichever host has the service"),
            Figure::trouble("given up", seen.given_up.0, "because nobody was there"),
            Figure::count("looked up", seen.look_ups, "how often the client asked the registry"),
            Figure::count("moves", seen.moves, "of the service"),
        ])
    }
}

impl Client {
    /// Sends the request under way to where it believes the service to be.
    fn ask(&mut self, cx: &mut Cx<'_>) {
        cx.send(self.address, Message::Request(self.number));
        wait(Timer::Answer, param::WAIT_MS, cx);
    }

    fn hear(&mut self, message: &Message, cx: &mut Cx<'_>) {
        match *message {
            Message::Answer(number) if number == self.number => {
                self.under_way = None;
                cx.cancel_timer(Timer::Answer);
            }
            Message::NotHere(number) if number == self.number => self.find_nobody(cx),
            Message::Address(host) => {
                self.address = host;
                if self.under_way.is_some() {
                    self.ask(cx);
                }
            }
            _ => {}
        }
    }

    /// Nobody is at the address, or nobody answers: looks it up, or gives up.
    fn find_nobody(&mut self, cx: &mut Cx<'_>) {
        let Some(look_ups) = self.under_way else { return };
        if cx.params().on(param::LOOK_UP) && look_ups < LOOK_UPS_MAX {
            self.under_way = Some(look_ups + 1);
            cx.send(REGISTRY, Message::Where);
            wait(Timer::Answer, param::WAIT_MS, cx);
        } else {
            cx.say(|| format!("Nobody is at node {}: request {} is given up.", self.address, self.number));
            self.under_way = None;
            cx.cancel_timer(Timer::Answer);
        }
    }
}

impl Seen {
    fn observe(&mut self, cluster: &Cluster<'_, Directory>, step: &Step<'_>) -> Option<Happened> {
        let delivered = step.delivered::<Directory>();
        if let Some((id, Message::Started)) = delivered
            && cluster.stable(REGISTRY)?.home == id.from
        {
            self.moves += 1;
            return Some(Happened::Moved(id.from));
        }
        // A client that crashed does not give up: it has forgotten.
        let Some(Volatile::Client(client)) = cluster.volatile(CLIENT) else {
            self.open = None;
            return None;
        };
        if step.choice.actor() != Some(CLIENT) {
            return None;
        }
        let open = client.under_way.map(|_| client.number);
        let before = std::mem::replace(&mut self.open, open);
        if step.sent.iter().any(|id| id.to == REGISTRY) {
            self.look_ups += 1;
            return Some(Happened::LookedUp(client.number));
        }
        match (before, open) {
            (None, Some(_)) => {
                self.asked += 1;
                None
            }
            (Some(number), None) if matches!(delivered, Some((_, Message::Answer(_)))) => {
                self.answered += 1;
                Some(Happened::Answered(number))
            }
            (Some(number), None) => {
                self.given_up.0 += 1;
                self.given_up.1 = self.given_up.1.or(Some(number));
                Some(Happened::GivenUp(number, client.address))
            }
            _ => None,
        }
    }
}
