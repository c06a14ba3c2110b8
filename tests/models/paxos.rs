//! Single-decree Paxos with clients of a register, as stateright's example has it: nodes 0 to 2 are servers, the others clients. Each client
//! writes a value of its own at one server and, once that is acknowledged, reads at the next. The ghost is the history of the register, as
//! an observer of the clients would tell it; it must be linearizable.

use faultline::check::history::judge::refuses;
use faultline::check::history::{Access, Call, History as Judged, Model};
use faultline::sim::{
    Bindings, Broken, Choice, Cluster, CommandId, Context, Env, Erased, Exhibit, Fact, Invariant, MessageKind, Messages, Never, Node,
    NodeId, NodeView, ParamKind, ParamSpec, Protocol, Role, Step, Tone, Trace, Watched, World,
};

pub struct Paxos;
pub static PAXOS: Erased<Paxos> = Erased::new();

/// Index of the rule that a leader takes over what a promise carries.
pub const PROMISES_HEEDED: u16 = 0;
const SERVERS: u16 = 3;
const CLIENTS_MAX: usize = 3;
const CALLS_MAX: usize = 2;
/// What the register holds at first.
const NOTHING: char = '\0';

type Ballot = (u32, NodeId);
/// Number of the request, the client, and the value.
type Proposal = (u32, NodeId, char);
type Accepted = Option<(Ballot, Proposal)>;

#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Message {
    Put(u32, char),
    Get(u32),
    PutOk(u32),
    GetOk(u32, char),
    Prepare(Ballot),
    Prepared(Ballot, Accepted),
    Accept(Ballot, Proposal),
    Accepted(Ballot),
    Decided(Ballot, Proposal),
}
use Message::{Get, GetOk, Put, PutOk};

#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Server {
    ballot: Ballot,
    proposal: Option<Proposal>,
    prepares: Vec<(NodeId, Accepted)>,
    accepts: Vec<NodeId>,
    accepted: Accepted,
    is_decided: bool,
}

#[derive(Clone, PartialEq, Hash, Debug)]
pub enum State {
    Server(Server),
    Client { awaiting: Option<u32>, calls: u32 },
}

/// Whether an answer with a value is under way.
pub fn value_is_chosen(world: &World) -> bool {
    let is_answer = |message: &Message| matches!(message, GetOk(_, value) if *value != NOTHING);
    world.in_flight().filter_map(|flight| flight.payload.as_any().downcast_ref()).any(is_answer)
}

fn majority() -> usize {
    usize::from(SERVERS) / 2 + 1
}

fn servers_but(me: NodeId) -> impl Iterator<Item = NodeId> {
    (0..SERVERS).map(NodeId).filter(move |server| *server != me)
}

/// Puts a node into a sorted list, or replaces what is there of it.
fn note<T>(list: &mut Vec<(NodeId, T)>, node: NodeId, what: T) {
    match list.binary_search_by_key(&node, |(other, _)| *other) {
        Ok(at) => list[at].1 = what,
        Err(at) => list.insert(at, (node, what)),
    }
}

fn value_of(client: NodeId) -> char {
    char::from(b'A' + u8::try_from(client.0 - SERVERS).unwrap_or(0))
}

impl Server {
    fn hear(&mut self, from: NodeId, message: &Message, cx: &mut Context<'_, Paxos>) {
        let me = cx.me();
        if self.is_decided {
            if let (Get(request), Some((_, (_, _, value)))) = (message, self.accepted) {
                cx.send(from, GetOk(*request, value));
            }
            return;
        }
        match *message {
            Put(request, value) if self.proposal.is_none() => {
                self.proposal = Some((request, from, value));
                self.prepares.clear();
                self.accepts.clear();
                // As if it had sent itself a prepare, and answered.
                self.ballot = (self.ballot.0 + 1, me);
                note(&mut self.prepares, me, self.accepted);
                servers_but(me).for_each(|server| cx.send(server, Message::Prepare(self.ballot)));
            }
            Message::Prepare(ballot) if self.ballot < ballot => {
                self.ballot = ballot;
                cx.send(from, Message::Prepared(ballot, self.accepted));
            }
            Message::Prepared(ballot, accepted) if ballot == self.ballot => {
                note(&mut self.prepares, from, accepted);
                if self.prepares.len() == majority() {
                    let heeded = cx.params().on(PROMISES_HEEDED);
                    let latest = self.prepares.iter().filter_map(|(_, accepted)| *accepted).max().filter(|_| heeded);
                    let Some(proposal) = latest.map(|(_, proposal)| proposal).or(self.proposal) else { return };
                    self.proposal = Some(proposal);
                    // As if it had sent itself an accept, and answered.
                    self.accepted = Some((ballot, proposal));
                    self.accepts.push(me);
                    servers_but(me).for_each(|server| cx.send(server, Message::Accept(ballot, proposal)));
                }
            }
            Message::Accept(ballot, proposal) if self.ballot <= ballot => {
                self.ballot = ballot;
                self.accepted = Some((ballot, proposal));
                cx.send(from, Message::Accepted(ballot));
            }
            Message::Accepted(ballot) if ballot == self.ballot => {
                if let Err(at) = self.accepts.binary_search(&from) {
                    self.accepts.insert(at, from);
                }
                if let (true, Some(proposal)) = (self.accepts.len() == majority(), self.proposal) {
                    self.is_decided = true;
                    servers_but(me).for_each(|server| cx.send(server, Message::Decided(ballot, proposal)));
                    cx.send(proposal.1, PutOk(proposal.0));
                }
            }
            Message::Decided(ballot, proposal) => {
                self.ballot = ballot;
                self.accepted = Some((ballot, proposal));
                self.is_decided = true;
            }
            _ => {}
        }
    }
}

/// One operation of a client as an observer tells it.
#[derive(Clone, Copy, PartialEq, Hash, Debug)]
struct Seen {
    access: Access,
    returned: bool,
    /// How many operations of each client had returned when it was called.
    before: [u8; CLIENTS_MAX],
}

/// The history of the register, by client, and whether it is linearizable.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct History {
    calls: [[Option<Seen>; CALLS_MAX]; CLIENTS_MAX],
    is_broken: bool,
}

impl History {
    fn returned(&self, client: usize) -> u8 {
        self.calls[client].iter().flatten().map(|seen| u8::from(seen.returned)).sum()
    }
    fn call(&mut self, client: usize, access: Access) {
        let mut before = [0; CLIENTS_MAX];
        for other in (0..CLIENTS_MAX).filter(|other| *other != client) {
            before[other] = self.returned(other);
        }
        if let Some(place) = self.calls[client].iter_mut().find(|seen| seen.is_none()) {
            *place = Some(Seen { access, returned: false, before });
        }
    }
    fn answer(&mut self, client: usize, read: Option<char>) {
        let Some(open) = self.calls[client].iter_mut().flatten().find(|seen| !seen.returned) else { return };
        open.returned = true;
        if let Some(value) = read {
            open.access = Access::Read(Some(number(value)));
        }
        self.is_broken = !self.is_linearizable();
    }
    /// The observer notes who had returned before whom. From that come moments: a call is made after as many returns as it knows of, and an
    /// operation has returned just before the first call that knows of it.
    fn is_linearizable(&self) -> bool {
        let all = || {
            self.calls
                .iter()
                .enumerate()
                .flat_map(|(client, calls)| calls.iter().flatten().enumerate().map(move |(k, seen)| (client, k, seen)))
        };
        let knows = |of: &(usize, usize, &Seen), other: &(usize, usize, &Seen)| {
            if of.0 == other.0 { other.1 < of.1 } else { other.1 < usize::from(of.2.before[other.0]) }
        };
        let known = |of: &(usize, usize, &Seen)| 2 * all().filter(|other| knows(of, other)).count() as u64;
        let calls = all().map(|seen| Call {
            process: u16::try_from(seen.0).unwrap_or(u16::MAX),
            key: 0,
            access: seen.2.access,
            called: known(&seen),
            returned: seen
                .2
                .returned
                .then(|| all().filter(|later| knows(later, &seen)).map(|later| known(&later) - 1).min().unwrap_or(u64::MAX)),
        });
        let history = Judged { processes: vec![String::new(); CLIENTS_MAX], keys: vec![String::new()], calls: calls.collect() };
        !refuses(&history, Model::Linearizable)
    }
}

/// A value as the checker has it, which takes 0 for what a register holds at first.
fn number(value: char) -> i64 {
    i64::from(u32::from(value))
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[MessageKind::request("message", "m", Tone::Neutral, "A message.")];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl Protocol for Paxos {
    type Stable = ();
    type Volatile = State;
    type Message = Message;
    type Timer = Never;
    type Command = Never;
    type Ghost = History;

    const PARAMS: &'static [ParamSpec] = &[ParamSpec {
        name: "promises_heeded",
        label: "Promises are heeded",
        help: "A leader proposes the value of the latest proposal that a promise tells of.",
        kind: ParamKind::Rule,
        default: 1,
    }];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Context<'_, Self>) -> State {
        let me = cx.me();
        if me.0 < SERVERS {
            return State::Server(Server::default());
        }
        let request = u32::from(me.0);
        cx.send(NodeId(me.0 % SERVERS), Put(request, value_of(me)));
        State::Client { awaiting: Some(request), calls: 1 }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        let me = cx.me();
        match (&mut *node.volatile, message) {
            (State::Server(server), message) => server.hear(from, message, cx),
            (State::Client { awaiting, calls }, PutOk(request)) if *awaiting == Some(*request) => {
                let next = (*calls + 1) * u32::from(me.0);
                let server = (u32::from(me.0) + *calls) % u32::from(SERVERS);
                cx.send(NodeId(u16::try_from(server).unwrap_or(0)), Get(next));
                (*awaiting, *calls) = (Some(next), *calls + 1);
            }
            (State::Client { awaiting, calls }, GetOk(request, _)) if *awaiting == Some(*request) => {
                (*awaiting, *calls) = (None, *calls + 1);
            }
            (State::Client { .. }, _) => {}
        }
    }
    fn on_timer(_: &mut Node<'_, Self>, _: Never, _: &mut Context<'_, Self>) {}
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}

impl Watched for Paxos {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "linearizable",
        sentence: "The register's history is linearizable.",
        check: |_, history| {
            if history.is_broken { Err(Broken { nodes: Vec::new(), says: format!("{:?}", history.calls) }) } else { Ok(()) }
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[Fact::milestone("value-chosen", "an answer with a value is under way", |cluster, _, _| {
        value_is_chosen(cluster.world()).then(Bindings::default)
    })];

    fn observe(history: &mut History, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        let actor = match step.choice {
            Choice::Deliver(id) => id.to,
            Choice::Restart(node) => *node,
            _ => return,
        };
        if actor.0 < SERVERS {
            return;
        }
        let client = usize::from(actor.0 - SERVERS);
        // An answer that the client awaits makes it call again or end; any other leaves it as it was.
        let calls = history.calls[client].iter().flatten().count();
        let is_awaited = |request: u32| request == u32::try_from(calls).unwrap_or(0) * u32::from(actor.0);
        match step.delivered::<Self>() {
            Some((_, PutOk(request))) if is_awaited(*request) => history.answer(client, None),
            Some((_, GetOk(request, value))) if is_awaited(*request) => history.answer(client, Some(*value)),
            _ => {}
        }
        let sent = |id| cluster.world().flight(id).and_then(|flight| flight.payload.as_any().downcast_ref::<Message>());
        for message in step.sent.iter().filter_map(|id| sent(*id)) {
            match message {
                Put(_, value) => history.call(client, Access::Write(number(*value))),
                Get(_) => history.call(client, Access::Read(None)),
                _ => {}
            }
        }
    }
    fn role((): &(), _: &State) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, _: &History, _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}
