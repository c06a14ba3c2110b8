//! A balancer that sends each request to the cache that its key belongs to, and the caches behind it. What hot keys do, and bounded loads.
//!
//! Node 0 is the balancer, with the clients behind it; the others are servers, each with a cache and a queue. The balancer counts the requests that
//! a server has not answered. With bounded loads a request whose server has its share of them goes on clockwise to the first that has not
//! (Mirrokni, Thorup & Zadimoghaddam 2018, with requests in flight as balls, as load balancers use it).
//!
//! ```text
//!   client ─▶ balancer ── Request key 7 ──▶ server: in its cache? soon. not? it fetches it first, and drops what was not asked for longest.
//!                      ◀── Response ───────
//! ```

mod params;
mod show;

use super::placement::circle::capacity;
use super::placement::{Method, Placement};
use crate::sim::sorted::SortedSet;
use crate::sim::{Choice, Cluster, CommandId, Context, Env, Node, NodeId, Outcome, ParamSpec, Protocol, Step, TimerInfo, Timers};
use crate::topics::samples::Samples;
pub use params::param;

/// The protocol.
pub struct Balancing;

/// The balancer.
pub const BALANCER: NodeId = NodeId(0);
/// The key that is asked for more than others.
pub const HOT: u16 = 0;
/// A server that holds so many requests is overloaded.
pub const OVERLOADED: usize = 20;
/// Once no server holds more than this, the load is spread again.
pub const RELIEVED: usize = 5;
/// After so long a request is given up.
const PATIENCE_US: i64 = 5_000_000;
/// Requests whose answers say how warm the caches are: as many as a word has bits.
pub const RECENT: u32 = u64::BITS;
/// Samples of the queues that are kept.
const SAMPLES_MAX: usize = 200;
/// Distance of the first samples.
const SAMPLES_APART_MS: u32 = 40;

type Cx<'a> = Context<'a, Balancing>;

/// What a crash takes: all.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Volatile {
    /// Of node 0.
    Balancer(Desk),
    /// Of the others.
    Server(Server),
}

/// What the balancer knows.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Desk {
    /// The number of the next request, from 1.
    pub next: u32,
    /// Requests that are not answered, the oldest first.
    pub open: Vec<Open>,
    /// Servers that were taken out.
    pub out: SortedSet<NodeId>,
    /// Where keys go, under the settings and members of the last request.
    pub placement: Option<Placement>,
    /// Of the last request: to whom.
    pub decision: Option<Decision>,
    /// Requests given to each node since the settings changed, and of them those for the hot key.
    pub given: Vec<(u32, u32)>,
    /// The last answers, the latest in the lowest bit: 1 if it came from a cache. And how many answers there were.
    pub recent: (u64, u32),
    /// When in milliseconds, and how many requests each server held then.
    pub samples: Samples<Vec<u16>, SAMPLES_MAX>,
    settings: Vec<i64>,
}

/// A request that is not answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Open {
    number: u32,
    key: u16,
    server: NodeId,
    since_us: i64,
}

/// Where a request was sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Decision {
    /// Which request.
    pub number: u32,
    /// What it asks for.
    pub key: u16,
    /// The server that its key belongs to.
    pub owner: NodeId,
    /// The server that got it.
    pub to: NodeId,
    /// Requests that this one had, and how many it may have; `None` without a bound.
    pub had: (u32, Option<u32>),
}

/// A server.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Server {
    /// Requests, the one that is being served first.
    pub queue: Vec<(u32, u16)>,
    /// Keys in its cache, the one that was asked for last at the end.
    pub cache: Vec<u16>,
    /// Requests that found their key in the cache, and that did not.
    pub found: (u32, u32),
}

/// A message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// To a server: number and key.
    Request(u32, u16),
    /// The answer, and whether it came from the cache.
    Response(u32, u16, bool),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The balancer: the next request.
    Next,
    /// A server: the request that is being served.
    Service,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Next, TimerInfo { name: "next request", action: "request now" }),
        (Timer::Service, TimerInfo { name: "service", action: "answer now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What a reader may have the balancer do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// A server gets no more requests.
    TakeOut(NodeId),
    /// It gets requests again.
    PutBack(NodeId),
    /// A request for a key.
    Ask(u16),
}

/// Whether a server was overloaded, and has been relieved since.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    /// A server was overloaded, and not all have been relieved yet.
    pub strained: bool,
    /// All have been relieved after that.
    pub relieved: bool,
    /// The caches were warm once.
    pub warm: bool,
}

impl Protocol for Balancing {
    type Stable = ();
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Cx<'_>) -> Volatile {
        if cx.me() != BALANCER {
            return Volatile::Server(Server::default());
        }
        wait_for_request(cx);
        Volatile::Balancer(Desk { next: 1, samples: Samples::every(SAMPLES_APART_MS), ..Desk::default() })
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, *message) {
            (Volatile::Server(server), Message::Request(number, key)) => server.handle_request(number, key, cx),
            (Volatile::Balancer(desk), Message::Response(number, key, hit)) => desk.handle_response(from, number, key, hit, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, timer) {
            (Volatile::Balancer(desk), Timer::Next) => {
                let is_hot = u64::from(cx.choose(100)) < cx.params().get_u64(param::HOT_PERCENT);
                let keys = u32::try_from(cx.params().get_u64(param::KEYS)).unwrap_or(1).max(1);
                let key = if is_hot { HOT } else { u16::try_from(cx.choose(keys)).unwrap_or(HOT) };
                desk.assign(key, cx);
                wait_for_request(cx);
            }
            (Volatile::Server(server), Timer::Service) => server.finish(cx),
            _ => {}
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Cx<'_>) {
        let Volatile::Balancer(desk) = node.volatile else {
            return cx.reply(id, Outcome::Refused("ask the balancer, node 0"));
        };
        match *command {
            Command::Ask(key) => desk.assign(key, cx),
            Command::PutBack(server) => _ = desk.out.remove(&server),
            Command::TakeOut(server) if desk.members(cx.nodes()).all(|member| member == server) => {
                return cx.reply(id, Outcome::Refused("the last server cannot go"));
            }
            Command::TakeOut(server) => _ = desk.out.insert(server),
        }
        cx.reply(id, Outcome::Done(1));
    }
}

/// Evenly between none and twice the mean, so that requests neither march nor crowd.
fn wait_for_request(cx: &mut Cx<'_>) {
    let mean_us = 1_000_000 / cx.params().get_u64(param::RATE).max(1);
    cx.set_timer_between(Timer::Next, 1, 2 * mean_us);
}

impl Desk {
    /// Servers that get requests.
    pub fn members(&self, nodes: u16) -> impl Iterator<Item = NodeId> + '_ {
        (1..nodes).map(NodeId).filter(|node| !self.out.contains(node))
    }

    /// Requests that a server has not answered.
    pub fn held(&self, server: NodeId) -> usize {
        self.open.iter().filter(|open| open.server == server).count()
    }

    /// Sends a request to the server of its key, or with bounded loads to the first from there on that has not its share.
    fn assign(&mut self, key: u16, cx: &mut Cx<'_>) {
        let now_us = cx.clock_us();
        self.open.retain(|open| now_us - open.since_us < PATIENCE_US);
        self.keep_up(cx);
        let Some(placement) = &self.placement else { return };
        let Some(owner) = placement.owner(key) else { return };
        let mut to = owner;
        let mut bound = None;
        if let Some(circle) = placement.circle().filter(|_| params::method(cx.params()) == Method::Bounded) {
            let epsilon_percent = u32::try_from(cx.params().get_u64(param::EPSILON_PERCENT)).unwrap_or(0);
            let balls = u32::try_from(self.open.len() + 1).unwrap_or(u32::MAX);
            let most = capacity(epsilon_percent, balls, placement.members().len());
            let has_room = |node: &NodeId| self.held(*node) < most as usize;
            let walk = circle.walk(circle.first_at(placement.key_hash(key))).map(|spot| spot.node);
            to = walk.into_iter().find(has_room).unwrap_or(owner);
            bound = Some(most);
        }
        let had = u32::try_from(self.held(to)).unwrap_or(u32::MAX);
        if to != owner {
            cx.say(|| format!("Node {owner} has its share of requests: the one for key {key} goes on to node {to}."));
        }
        let number = self.next;
        self.next += 1;
        self.decision = Some(Decision { number, key, owner, to, had: (had, bound) });
        self.open.push(Open { number, key, server: to, since_us: now_us });
        if let Some(given) = self.given.get_mut(usize::from(to.0)) {
            given.0 += 1;
            given.1 += u32::from(key == HOT);
        }
        self.sample(now_us, cx.nodes());
        cx.send(to, Message::Request(number, key));
    }

    /// Other settings or members: keys belong elsewhere from now on, and the counts begin anew.
    fn keep_up(&mut self, cx: &Cx<'_>) {
        let rules = params::rules(cx.params());
        let members = self.members(cx.nodes());
        let same = |placement: &Placement| *placement.rules() == rules && placement.members().iter().map(|member| member.node).eq(members);
        let is_same = self.placement.as_ref().is_some_and(same) && self.settings == cx.params().values();
        if !is_same {
            self.placement = Some(Placement::new(rules, super::placement::equal_members(self.members(cx.nodes()))));
            self.settings = cx.params().values().to_vec();
            self.given = vec![(0, 0); usize::from(cx.nodes())];
        }
    }

    fn sample(&mut self, now_us: i64, nodes: u16) {
        if self.samples.is_due(now_us) {
            let held = (1..nodes).map(|node| u16::try_from(self.held(NodeId(node))).unwrap_or(u16::MAX)).collect();
            self.samples.take(now_us, held);
        }
    }

    fn handle_response(&mut self, from: NodeId, number: u32, key: u16, hit: bool, cx: &mut Cx<'_>) {
        let before = self.open.len();
        self.open.retain(|open| open.number != number);
        if self.open.len() < before {
            self.recent = ((self.recent.0 << 1) | u64::from(hit), self.recent.1.saturating_add(1));
            cx.say(|| format!("Node {from} has answered for key {key}."));
        }
    }
}

impl Server {
    fn handle_request(&mut self, number: u32, key: u16, cx: &mut Cx<'_>) {
        self.queue.push((number, key));
        if self.queue.len() == 1 {
            self.serve(cx);
        } else {
            cx.say(|| format!("Request {number} waits behind {} others.", self.queue.len() - 1));
        }
    }

    /// The first in the queue is served: at once from the cache, or after the key was fetched.
    fn serve(&mut self, cx: &mut Cx<'_>) {
        let Some((_, key)) = self.queue.first() else { return };
        let is_here = self.cache.contains(key);
        let service_ms = cx.params().get_u64(if is_here { param::HIT_MS } else { param::MISS_MS });
        cx.say(|| format!("Key {key} is {}.", if is_here { "in its cache" } else { "not in its cache, so it is fetched" }));
        cx.set_timer(Timer::Service, service_ms * 1_000);
    }

    fn finish(&mut self, cx: &mut Cx<'_>) {
        if self.queue.is_empty() {
            return;
        }
        let (number, key) = self.queue.remove(0);
        let room = usize::try_from(cx.params().get_u64(param::CACHE)).unwrap_or(1);
        let before = self.cache.len();
        self.cache.retain(|other| *other != key);
        let hit = self.cache.len() < before;
        self.found = (self.found.0 + u32::from(hit), self.found.1 + u32::from(!hit));
        self.cache.push(key);
        let excess = self.cache.len().saturating_sub(room);
        self.cache.drain(..excess);
        cx.send(BALANCER, Message::Response(number, key, hit));
        self.serve(cx);
    }
}

/// The balancer's memory, while it is up.
pub fn desk<'a>(cluster: &Cluster<'a, Balancing>) -> Option<&'a Desk> {
    match cluster.volatile(BALANCER)? {
        Volatile::Balancer(desk) => Some(desk),
        Volatile::Server(_) => None,
    }
}

impl Seen {
    fn observe(&mut self, cluster: &Cluster<'_, Balancing>, step: &Step<'_>) {
        let Some(desk) = desk(cluster) else { return };
        if matches!(step.choice, Choice::Param { .. }) {
            self.relieved = false;
        }
        let most = (1..cluster.nodes()).map(|node| desk.held(NodeId(node))).max().unwrap_or(0);
        if most >= OVERLOADED {
            (self.strained, self.relieved) = (true, false);
        } else if most <= RELIEVED && self.strained {
            (self.strained, self.relieved) = (false, true);
        }
        self.warm |= desk.recent.1 >= RECENT && desk.recent.0.count_ones() >= show::WARM;
    }
}
