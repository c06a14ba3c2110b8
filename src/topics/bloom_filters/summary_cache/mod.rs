//! Caches that exchange digests of what they hold, so that each knows whom to ask before it asks the origin (Fan, Cao, Almeida and Broder,
//! "Summary Cache", 2000).
//!
//! Node 0 is the origin server; every other node is a cache with room for so many objects, the least recently used of which goes first. Each
//! counts its objects in a counting filter, and now and then sends the others one bit a counter: its digest.
//!
//! ```text
//!   request ─▶ have it? ─ no ─▶ somebody's digest says yes? ─ Query ─▶ Hit: done
//!                                     │ no                     └─ Miss: the digest erred, or is out of date
//!                                     └──────▶ Fetch from the origin
//! ```

mod params;
mod seen;
mod show;

use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, Packed, ParamSpec, Protocol, TimerInfo, Timers};
use crate::topics::bloom_filters::hashing::Hashing;
use crate::topics::bloom_filters::sizing;
pub use params::param;
pub use seen::Seen;

/// The protocol.
pub struct SummaryCache;

/// The origin server.
pub const ORIGIN: NodeId = NodeId(0);
/// Bits of a counter of a summary (§5.2: four suffice).
const COUNTER_BITS: u32 = 4;
/// Requests that a cache waits for at once; the oldest is given up for a further one.
const OPEN_MAX: usize = 16;

type Cx<'a> = Context<'a, SummaryCache>;

/// What a crash takes: all, a cache holds nothing that the origin has not got.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Volatile {
    /// The origin has every object.
    Origin,
    /// A cache.
    Cache(Cache),
}

/// A cache.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Cache {
    /// What it holds, the most recently used last.
    pub objects: Vec<u64>,
    /// Its objects in a counting filter.
    pub summary: Packed,
    /// The last digest of each node that it has heard of.
    pub digests: Vec<(NodeId, Packed)>,
    /// Requests under way.
    pub open: Vec<Request>,
    /// Requests so far, and how many of them found the object here.
    pub requests: (u32, u32),
    /// Digests sent so far.
    pub digests_sent: u32,
}

/// A request that a cache could not serve by itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Request {
    number: u32,
    object: u64,
    id: Option<CommandId>,
    /// Caches that are to be asked.
    rest: Vec<NodeId>,
}

/// A message. The number is that of the request, in the asker's count.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Message {
    /// What the sender holds, a bit a counter.
    Digest(Packed),
    /// Have you got this object?
    Query(u32, u64),
    /// Here it is.
    Hit(u32, u64),
    /// It is not here.
    Miss(u32, u64),
    /// To the origin: send me this object.
    Fetch(u32, u64),
    /// From the origin.
    Object(u32, u64),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// A user's next request.
    Request,
    /// Time for the next digest.
    Digest,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Request, TimerInfo { name: "next request", action: "request now" }),
        (Timer::Digest, TimerInfo { name: "next digest", action: "send a digest now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What a reader may have a cache do: get an object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Get(u64);

impl Protocol for SummaryCache {
    type Stable = ();
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Get;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Cx<'_>) -> Volatile {
        if cx.me() == ORIGIN {
            return Volatile::Origin;
        }
        wait_for_request(cx);
        cx.set_timer(Timer::Digest, params::digest_us(cx.params()));
        Volatile::Cache(Cache { summary: Packed::new(COUNTER_BITS, params::counters(cx.params())), ..Cache::default() })
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, message) {
            (Volatile::Origin, Message::Fetch(number, object)) => cx.send(from, Message::Object(*number, *object)),
            (Volatile::Cache(cache), message) => handle(cache, from, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        let Volatile::Cache(cache) = node.volatile else { return };
        match timer {
            Timer::Request => {
                // Low numbers are asked for more often.
                let objects = u32::try_from(params::objects(cx.params())).unwrap_or(1);
                let most = cx.choose(objects);
                let object = u64::from(cx.choose(most + 1));
                request(cache, object, None, cx);
                wait_for_request(cx);
            }
            Timer::Digest => send_digest(cache, cx),
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, get: &Get, cx: &mut Cx<'_>) {
        match node.volatile {
            Volatile::Origin => cx.reply(id, Outcome::Refused("users ask a cache")),
            Volatile::Cache(cache) => request(cache, get.0, Some(id), cx),
        }
    }
}

fn wait_for_request(cx: &mut Cx<'_>) {
    let pause_us = params::request_us(cx.params());
    cx.set_timer_between(Timer::Request, pause_us / 2, pause_us * 3 / 2);
}

/// The functions of a digest of so many bits, the same at all caches.
fn hashing(bits: u32, capacity: u64) -> Hashing {
    Hashing { k: sizing::best_k(capacity as f64, f64::from(bits)), seed: 0 }
}

/// Whether a summary or a digest says that an object is there.
fn says_yes(cells: &Packed, object: u64, cx: &Cx<'_>) -> bool {
    covers(cells, object, params::capacity(cx.params()))
}

/// Whether all cells of an object are in use.
pub fn covers(cells: &Packed, object: u64, capacity: u64) -> bool {
    !cells.is_empty() && hashing(cells.len(), capacity).cells(object, cells.len()).all(|cell| cells.get(cell) != 0)
}

/// A user asks for an object.
fn request(cache: &mut Cache, object: u64, id: Option<CommandId>, cx: &mut Cx<'_>) {
    cache.requests.0 += 1;
    if let Some(at) = cache.objects.iter().position(|held| *held == object) {
        cache.objects.remove(at);
        cache.objects.push(object);
        cache.requests.1 += 1;
        cx.say(|| format!("Object {object} is here."));
        return id.into_iter().for_each(|id| cx.reply(id, Outcome::Done(1)));
    }
    let rest = match params::who_is_asked(cx.params()) {
        params::Asked::ByDigest => cache.digests.iter().filter(|(_, digest)| says_yes(digest, object, cx)).map(|(node, _)| *node).collect(),
        params::Asked::Everybody => cx.peers().filter(|node| *node != ORIGIN).collect(),
        params::Asked::Nobody => Vec::new(),
    };
    cx.say(|| format!("Object {object} is not here; {} to be asked before the origin.", rest.len()));
    if cache.open.len() >= OPEN_MAX {
        cache.open.remove(0);
    }
    cache.open.push(Request { number: cache.requests.0, object, id, rest });
    ask_next(cache, cache.requests.0, cx);
}

/// Asks the next cache for the object of a request, or at last the origin.
fn ask_next(cache: &mut Cache, number: u32, cx: &mut Cx<'_>) {
    let Some(open) = cache.open.iter_mut().find(|open| open.number == number) else { return };
    match open.rest.pop() {
        Some(node) => cx.send(node, Message::Query(number, open.object)),
        None => cx.send(ORIGIN, Message::Fetch(number, open.object)),
    }
}

fn handle(cache: &mut Cache, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    match message {
        Message::Digest(digest) => {
            cache.digests.retain(|(node, _)| *node != from);
            cache.digests.push((from, digest.clone()));
            cache.digests.sort_by_key(|(node, _)| *node);
        }
        Message::Query(number, object) => {
            let has = cache.objects.contains(object);
            cx.send(from, if has { Message::Hit(*number, *object) } else { Message::Miss(*number, *object) });
        }
        Message::Miss(number, _) => ask_next(cache, *number, cx),
        Message::Hit(number, object) | Message::Object(number, object) => {
            let Some(at) = cache.open.iter().position(|open| open.number == *number) else { return };
            let open = cache.open.remove(at);
            keep(cache, *object, cx);
            open.id.into_iter().for_each(|id| cx.reply(id, Outcome::Done(1)));
        }
        Message::Fetch(..) => {}
    }
}

/// Takes an object in; the least recently used one goes if there is no room.
fn keep(cache: &mut Cache, object: u64, cx: &mut Cx<'_>) {
    if cache.objects.contains(&object) {
        return;
    }
    cache.objects.push(object);
    let capacity = params::capacity(cx.params());
    for cell in hashing(cache.summary.len(), capacity).cells(object, cache.summary.len()) {
        let value = cache.summary.get(cell);
        // Without counting a cell is 0 or 1. A full counter stays full.
        let next = if cx.params().on(param::COUNT) { (value + 1).min(cache.summary.max()) } else { 1 };
        cache.summary.set(cell, next);
    }
    while cache.objects.len() as u64 > capacity {
        let evicted = cache.objects.remove(0);
        cx.say(|| format!("Object {evicted} makes room."));
        forget(cache, evicted, cx);
    }
}

/// Takes an evicted object out of the summary.
fn forget(cache: &mut Cache, object: u64, cx: &mut Cx<'_>) {
    if !cx.params().on(param::FORGET) {
        return;
    }
    for cell in hashing(cache.summary.len(), params::capacity(cx.params())).cells(object, cache.summary.len()) {
        let value = cache.summary.get(cell);
        if value < cache.summary.max() {
            cache.summary.set(cell, value.saturating_sub(1));
        }
    }
}

/// Sends the others what it holds: a bit a counter.
fn send_digest(cache: &mut Cache, cx: &mut Cx<'_>) {
    let mut digest = Packed::new(1, cache.summary.len());
    for (cell, value) in (0..).zip(cache.summary.values()) {
        digest.set(cell, u64::from(value != 0));
    }
    cache.digests_sent += 1;
    cx.say(|| format!("It tells the others what it holds: {} objects in {} bits.", cache.objects.len(), digest.len()));
    for node in cx.peers().filter(|node| *node != ORIGIN).collect::<Vec<_>>() {
        cx.send(node, Message::Digest(digest.clone()));
    }
    cx.set_timer(Timer::Digest, params::digest_us(cx.params()));
}
