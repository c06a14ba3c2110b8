//! The read path of a log-structured merge tree: data in files, the newest first, and in memory a Bloom filter of each file (O'Neil et al. 1996;
//! filters as in Bigtable, Chang et al. 2006, §6).
//!
//! Node 0 is the store. Every other node is a file on disk, the newest at node 1; a read of it is a message and its answer. A key may be in several
//! files, and the newest has its value. Filters are in memory: after a crash the store gets them from the files again.
//!
//! ```text
//!   get key 7 ─▶ filter of file 1: no    ─▶ skip
//!                filter of file 2: perhaps ── Read ─▶ not there: read for nothing
//!                filter of file 3: perhaps ── Read ─▶ Value
//! ```

mod params;
mod seen;
mod show;

use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, Packed, ParamSpec, Protocol, TimerInfo, Timers};
use crate::topics::bloom_filters::hashing::{Hashing, below, hash};
use crate::topics::bloom_filters::sizing;
pub use params::param;
pub use seen::{Sample, Seen};

/// The protocol.
pub struct Lsm;

/// Who has the filters and answers clients.
pub const STORE: NodeId = NodeId(0);
/// Lookups under way at once; the oldest is given up for a further one.
const OPEN_MAX: usize = 128;
/// What is not answered for so long is asked for again.
const PATIENCE_US: i64 = 500_000;
/// Seed of what is in which file.
const CONTENTS_SEED: u64 = 0x15E3;

type Cx<'a> = Context<'a, Lsm>;

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Stable {
    /// Of the store: all is in files.
    Store,
    /// A file: its keys in order. It never changes.
    File(Vec<u32>),
}

/// What a crash takes.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Volatile {
    /// Of the store.
    Store(Memory),
    /// Of a file: nothing.
    File,
}

/// The store's memory.
#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Memory {
    /// The filter of each file, the newest first; `None` until it has come.
    pub filters: Vec<Option<Packed>>,
    /// Bits a key that the filters were asked for with.
    pub bits_per_key: u64,
    /// Lookups under way.
    pub open: Vec<Lookup>,
    /// The last one that ended, and how many have.
    pub last: Option<Lookup>,
    /// See `last`.
    pub ended: u32,
    /// When it asked for filters last.
    asked_us: i64,
    /// Lookups so far.
    pub count: u32,
}

/// What became of a file in a lookup.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Visit {
    /// Its filter said no.
    Skipped,
    /// It is being read.
    Reading,
    /// It was read, and the key was not there.
    ForNothing,
    /// It was read, and the key was there.
    Found,
}

/// A lookup.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Lookup {
    /// From 1.
    pub number: u32,
    /// What is looked for.
    pub key: u32,
    /// The files that it came to, in order.
    pub path: Vec<(NodeId, Visit)>,
    /// Bits a key of the filters that were asked when it began; 0 if none were.
    pub bits_per_key: u64,
    id: Option<CommandId>,
    /// When it asked for a file last.
    asked_us: i64,
}

impl Lookup {
    /// Files that were read.
    pub fn reads(&self) -> u32 {
        u32::try_from(self.path.iter().filter(|(_, visit)| *visit != Visit::Skipped).count()).unwrap_or(0)
    }
    /// The file in which the key was found.
    pub fn found(&self) -> Option<NodeId> {
        self.path.iter().find(|(_, visit)| *visit == Visit::Found).map(|(file, _)| *file)
    }
}

/// A message.
#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Message {
    /// To a file: your filter, with so many bits a key.
    LoadFilter(u64),
    /// The filter, and its bits a key.
    Filter(u64, Packed),
    /// To a file: is this key there? With the number of the lookup.
    Read(u32, u32),
    /// Whether it is.
    Value(u32, u32, bool),
}

/// What the store waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next lookup.
    Next,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer::Next, TimerInfo { name: "next lookup", action: "look a key up now" })];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What a reader may ask: the value of a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Get(u32);

impl Protocol for Lsm {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Get;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(env: &Env<'_>) -> Stable {
        if env.me == STORE {
            return Stable::Store;
        }
        let keys = u32::try_from(params::keys(env.params)).unwrap_or(u32::MAX);
        let is_here = |key: &u32| {
            u64::from(below(hash(u64::from(*key), CONTENTS_SEED + u64::from(env.me.0)), 100)) < params::share_percent(env.params)
        };
        Stable::File((0..keys).filter(is_here).collect())
    }
    fn on_start(stable: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        match stable {
            Stable::File(_) => Volatile::File,
            Stable::Store => {
                let mut memory = Memory::default();
                memory.load_filters(cx);
                wait_for_lookup(cx);
                Volatile::Store(memory)
            }
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&*node.stable, &mut *node.volatile, message) {
            (Stable::File(keys), _, Message::LoadFilter(bits_per_key)) => {
                cx.send(from, Message::Filter(*bits_per_key, filter(keys, *bits_per_key)))
            }
            (Stable::File(keys), _, Message::Read(number, key)) => {
                cx.send(from, Message::Value(*number, *key, keys.binary_search(key).is_ok()));
            }
            (_, Volatile::Store(memory), Message::Filter(bits_per_key, filter)) => memory.handle_filter(from, *bits_per_key, filter, cx),
            (_, Volatile::Store(memory), Message::Value(number, _, found)) => memory.handle_value(from, *number, *found, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, _: Timer, cx: &mut Cx<'_>) {
        let Volatile::Store(memory) = node.volatile else { return };
        memory.try_again(cx);
        let keys = u32::try_from(params::keys(cx.params())).unwrap_or(1).max(1);
        let is_absent = u64::from(cx.choose(100)) < cx.params().get_u64(param::ABSENT_PERCENT);
        let key = cx.choose(keys) + if is_absent { keys } else { 0 };
        memory.look_up(key, None, cx);
        wait_for_lookup(cx);
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, get: &Get, cx: &mut Cx<'_>) {
        match node.volatile {
            Volatile::Store(memory) => memory.look_up(get.0, Some(id), cx),
            Volatile::File => cx.reply(id, Outcome::Refused("this is a file: ask the store, node 0")),
        }
    }
}

fn wait_for_lookup(cx: &mut Cx<'_>) {
    cx.set_timer(Timer::Next, 1_000_000 / cx.params().get_u64(param::RATE).max(1));
}

/// The functions of a filter with so many bits a key: as many as err least.
pub fn hashing(bits_per_key: u64) -> Hashing {
    Hashing { k: sizing::best_k(1.0, bits_per_key as f64), seed: 0 }
}

/// A file's filter.
pub fn filter(keys: &[u32], bits_per_key: u64) -> Packed {
    let bits = u32::try_from(keys.len() as u64 * bits_per_key).unwrap_or(sizing::BITS_MAX).clamp(8, sizing::BITS_MAX);
    let mut filter = Packed::new(1, bits);
    for key in keys {
        hashing(bits_per_key).cells(u64::from(*key), bits).for_each(|cell| filter.set(cell, 1));
    }
    filter
}

impl Memory {
    /// Asks all files for their filters.
    fn load_filters(&mut self, cx: &mut Cx<'_>) {
        self.bits_per_key = cx.params().get_u64(param::BITS_PER_KEY);
        self.asked_us = cx.clock_us();
        self.filters = vec![None; usize::from(cx.nodes().saturating_sub(1))];
        cx.broadcast(Message::LoadFilter(self.bits_per_key));
    }

    /// What was lost on its way is asked for again, and other filters if their size was changed.
    fn try_again(&mut self, cx: &mut Cx<'_>) {
        if self.bits_per_key != cx.params().get_u64(param::BITS_PER_KEY) {
            cx.say(|| "From now on filters have another size: it gets new ones.".to_owned());
            return self.load_filters(cx);
        }
        let now_us = cx.clock_us();
        let is_late = |asked_us: &mut i64| {
            let is_late = now_us - *asked_us >= PATIENCE_US;
            if is_late {
                *asked_us = now_us;
            }
            is_late
        };
        if self.filters.iter().any(Option::is_none) && is_late(&mut self.asked_us) {
            for (file, _) in (1..).map(NodeId).zip(&self.filters).filter(|(_, filter)| filter.is_none()) {
                cx.send(file, Message::LoadFilter(self.bits_per_key));
            }
        }
        for lookup in &mut self.open {
            if let (true, Some((file, Visit::Reading))) = (is_late(&mut lookup.asked_us), lookup.path.last()) {
                cx.send(*file, Message::Read(lookup.number, lookup.key));
            }
        }
    }

    fn handle_filter(&mut self, from: NodeId, bits_per_key: u64, filter: &Packed, cx: &mut Cx<'_>) {
        let place = usize::from(from.0).checked_sub(1).and_then(|at| self.filters.get_mut(at));
        if let Some(place) = place.filter(|_| bits_per_key == self.bits_per_key) {
            *place = Some(filter.clone());
            cx.say(|| format!("It has the filter of file {from}, {} bits.", filter.len()));
        }
    }

    /// Whether a file need not be read.
    fn may_skip(&self, file: NodeId, key: u32, cx: &Cx<'_>) -> bool {
        if !cx.params().on(param::FILTERS) {
            return false;
        }
        match usize::from(file.0).checked_sub(1).and_then(|at| self.filters.get(at)) {
            Some(Some(filter)) => !hashing(self.bits_per_key).cells(u64::from(key), filter.len()).all(|cell| filter.get(cell) == 1),
            // A filter that has not come is all zeros, unless the rule says that it means "perhaps".
            _ => !cx.params().on(param::PERHAPS_UNTIL_LOADED),
        }
    }

    fn look_up(&mut self, key: u32, id: Option<CommandId>, cx: &mut Cx<'_>) {
        if self.open.len() >= OPEN_MAX {
            self.open.remove(0);
        }
        self.count += 1;
        self.open.push(Lookup {
            number: self.count,
            key,
            path: Vec::new(),
            bits_per_key: params::bits_asked(cx.params()),
            id,
            asked_us: cx.clock_us(),
        });
        self.go_on(self.count, cx);
    }

    fn handle_value(&mut self, from: NodeId, number: u32, found: bool, cx: &mut Cx<'_>) {
        let Some(lookup) = self.open.iter_mut().find(|lookup| lookup.number == number) else { return };
        match lookup.path.last_mut() {
            Some((file, visit)) if *file == from && *visit == Visit::Reading => {
                *visit = if found { Visit::Found } else { Visit::ForNothing }
            }
            _ => return,
        }
        self.go_on(number, cx);
    }

    /// From file to file, the newest first, until one has the key.
    fn go_on(&mut self, number: u32, cx: &mut Cx<'_>) {
        let Some(at) = self.open.iter().position(|lookup| lookup.number == number) else { return };
        let mut lookup = self.open.remove(at);
        let files = cx.nodes().saturating_sub(1);
        while lookup.found().is_none() {
            let Some(next) = u16::try_from(lookup.path.len()).ok().filter(|passed| *passed < files) else { break };
            let file = NodeId(if cx.params().on(param::NEWEST_FIRST) { next + 1 } else { files - next });
            if self.may_skip(file, lookup.key, cx) {
                lookup.path.push((file, Visit::Skipped));
                continue;
            }
            lookup.path.push((file, Visit::Reading));
            lookup.asked_us = cx.clock_us();
            cx.send(file, Message::Read(number, lookup.key));
            return self.open.insert(at, lookup);
        }
        let (key, found, reads) = (lookup.key, lookup.found(), lookup.reads());
        cx.say(|| match found {
            Some(file) => format!("Key {key} was in file {file}; files read: {reads}."),
            None => format!("Key {key} is in no file; files read: {reads}."),
        });
        if let Some(id) = lookup.id {
            cx.reply(id, found.map_or(Outcome::Refused("there is no such key"), |file| Outcome::Done(file.0.into())));
        }
        self.last = Some(lookup);
        self.ended += 1;
    }
}
