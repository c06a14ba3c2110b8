//! Filters that stand before a store: a client inserts keys, asks for keys that are there and for keys that are not, and counts how often
//! a filter errs (Bloom 1970; Fan et al. 2000; Putze et al. 2007; Fan et al. 2014).
//!
//! Node 0 is the client. Each other node is a store: its keys are on disk, and in memory is a filter of them, of one kind a node, all in the
//! same memory. The client asks with keys that were never inserted, so every "perhaps" is a false positive and is counted as one.
//!
//! ```text
//!   client ── Insert ─▶ store:  keys on disk,  filter in memory
//!          ── Ask ────▶         "perhaps" for some, "no" for the rest
//!          ── Delete ─▶         the key goes from disk; the filter may or may not be able to forget it
//! ```

mod message;
mod params;
mod seen;
mod show;
mod state;

use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, ParamSpec, Protocol, TimerInfo, Timers};
pub use message::{Answer, Command, Message};
pub use params::param;
pub use seen::{Sample, Seen};
pub use state::{Client, Store, Volatile};

use crate::topics::bloom_filters::filter::Filter;
use crate::topics::bloom_filters::keys::Keys;

/// The protocol.
pub struct Bloom;

/// Who inserts and asks.
pub const CLIENT: NodeId = NodeId(0);
/// Keys from here on are never inserted.
pub const ABSENT: u64 = 1 << 40;
/// Runs of absent keys among which a run's luck chooses.
const ABSENT_STARTS: u32 = 1 << 12;
/// The keys come in so many batches.
const BATCHES: u64 = 20;
/// Keys that are there and are asked for at a time.
const MEMBERS_ASKED: u64 = 256;
/// Between two batches of the client.
const TICK_US: u64 = 200_000;

/// What the client waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next batch.
    Tick,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer::Tick, TimerInfo { name: "next batch", action: "send the next batch now" })];

    fn code(self) -> u32 {
        self as u32
    }
}

type Cx<'a> = Context<'a, Bloom>;

impl Protocol for Bloom {
    /// The keys of a store; of the client nothing.
    type Stable = Keys;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(_: &Env<'_>) -> Keys {
        Keys::default()
    }
    fn on_start(keys: &mut Keys, cx: &mut Cx<'_>) -> Volatile {
        if cx.me() == CLIENT {
            cx.set_timer(Timer::Tick, TICK_US);
            // Another seed of the run asks for other keys.
            let asked = u64::from(cx.choose(ABSENT_STARTS)) << 20;
            return Volatile::Client(Client { asked, ..Client::default() });
        }
        let mut store = Store::new(params::shape(cx.params(), cx.me().0), params::hashing(cx.params()));
        if cx.params().on(param::REBUILD_ON_RESTART) {
            store.rebuild(keys, params::rules(cx.params()));
        }
        Volatile::Store(store)
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match node.volatile {
            Volatile::Client(client) => handle_reply(client, from, message, cx),
            Volatile::Store(store) => {
                store.keep_up(node.stable, cx);
                handle_request(node.stable, store, from, *message, cx);
            }
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, _: Timer, cx: &mut Cx<'_>) {
        if let Volatile::Client(client) = node.volatile {
            send_batch(client, cx);
            cx.set_timer(Timer::Tick, TICK_US);
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, command: &Command, cx: &mut Cx<'_>) {
        let Volatile::Client(client) = node.volatile else {
            return cx.reply(id, Outcome::Refused("ask the client, node 0: it passes it on to all filters"));
        };
        cx.broadcast(match command {
            Command::Insert(key) => Message::Insert((*key, 1), Some(id)),
            Command::Ask(key) => Message::Ask((*key, 1), Some(id)),
            Command::Delete(key) => {
                client.held.iter_mut().for_each(|held| held.remove(*key, key + 1));
                Message::Delete((*key, 1), Some(id))
            }
            Command::DeleteWrong => Message::DeleteWrong(id),
        });
    }
}

/// The next keys to those filters that have not got the last ones, and questions to all.
fn send_batch(client: &mut Client, cx: &mut Cx<'_>) {
    let total = params::inserted(cx.params(), cx.nodes());
    let size = total.div_ceil(BATCHES);
    let stores = usize::from(cx.nodes().saturating_sub(1));
    client.held.resize(stores, Keys::default());
    let expires = cx.params().on(param::EXPIRE);
    if client.waiting.is_empty() && (client.next < total || expires) {
        let count = if client.next < total { size.min(total - client.next) } else { size };
        client.batch = (client.next, count);
        client.next += count;
        client.waiting = cx.peers().collect();
        let oldest = client.next.saturating_sub(total);
        if oldest > client.first {
            cx.say(|| format!("Old keys go: those from {} to {}.", client.first, oldest - 1));
            cx.broadcast(Message::Delete((client.first, oldest - client.first), None));
            client.held.iter_mut().for_each(|held| held.remove(client.first, oldest));
            client.first = oldest;
        }
    }
    for store in &client.waiting {
        cx.send(*store, Message::Insert(client.batch, None));
    }
    let asked = cx.params().get_u64(param::ASKED).max(1);
    cx.broadcast(Message::Ask((ABSENT + client.asked, asked), None));
    client.asked += asked;
    for (store, held) in cx.peers().collect::<Vec<_>>().into_iter().zip(&client.held) {
        // Round and round, so that each key is asked for again and again.
        let start = client.round * MEMBERS_ASKED % held.len().max(1);
        if let Some((from, to)) = held.run_from(start, MEMBERS_ASKED) {
            cx.send(store, Message::Ask((from, to - from), None));
        }
    }
    client.round += 1;
}

/// What the client hears.
fn handle_reply(client: &mut Client, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    match message {
        Message::Inserted((first, count), done, id) => {
            let is_current = *first >= client.first;
            let held = usize::from(from.0).checked_sub(1).and_then(|store| client.held.get_mut(store));
            if let Some(held) = held.filter(|_| is_current) {
                held.insert(*first, first + done);
            }
            if (*first, *count) == client.batch {
                client.waiting.retain(|store| *store != from);
            }
            if let Some(id) = id {
                cx.reply(*id, if done == count { Outcome::Done(1) } else { Outcome::Refused("the filter is full") });
            }
        }
        Message::Answer(answer, Some(id)) => cx.reply(*id, Outcome::Done(i64::from(answer.yes > 0))),
        Message::Deleted(_, Some(id)) => cx.reply(*id, Outcome::Done(1)),
        _ => {}
    }
}

/// What a store does for the client.
fn handle_request(keys: &mut Keys, store: &mut Store, from: NodeId, message: Message, cx: &mut Cx<'_>) {
    match message {
        Message::Insert(range @ (first, count), id) => {
            let done = insert(keys, store, range, cx);
            if done < count {
                cx.say(|| format!("The filter is full: it takes {done} of {count} keys."));
            }
            if count == 1 || id.is_none() {
                store.shown = Some(first + done.saturating_sub(1));
            }
            cx.send(from, Message::Inserted(range, done, id));
        }
        Message::Ask(range @ (first, count), id) => {
            let (yes, first_yes, first_no) = store.count(first, count);
            if first >= ABSENT {
                store.wrong = first_yes.or(store.wrong);
            }
            if count == 1 {
                store.shown = Some(first);
                let words = if yes == 1 {
                    "all cells that it looks at are set: perhaps"
                } else {
                    "a cell that it looks at is empty: certainly not"
                };
                cx.say(|| format!("For {} {words}.", message::name(first)));
            }
            cx.send(from, Message::Answer(Answer { keys: range, yes, first_yes, first_no }, id));
        }
        Message::Delete(range, id) => {
            delete(keys, store, range, cx);
            cx.send(from, Message::Deleted(range, id));
        }
        Message::DeleteWrong(id) => {
            if let Some(key) = store.wrong.take() {
                delete(keys, store, (key, 1), cx);
                cx.send(from, Message::Deleted((key, 1), Some(id)));
            } else {
                cx.say(|| "It has taken no absent key for there.".to_owned());
                cx.send(from, Message::Deleted((ABSENT, 0), Some(id)));
            }
        }
        Message::Inserted(..) | Message::Answer(..) | Message::Deleted(..) => {}
    }
}

/// Takes in those keys of a range that are not there yet, in order; says how many of the range are there then.
fn insert(keys: &mut Keys, store: &mut Store, (first, count): (u64, u64), cx: &mut Cx<'_>) -> u64 {
    let rules = params::rules(cx.params());
    for (from, to) in keys.parts(first, first + count, false) {
        let done = store.filter.insert(from, to - from, store.hashing, rules);
        keys.insert(from, from + done);
        if from + done < to {
            store.full = true;
            return from + done - first;
        }
    }
    count
}

/// Takes keys out: from disk, and from the filter if it can forget.
fn delete(keys: &mut Keys, store: &mut Store, (first, count): (u64, u64), cx: &mut Cx<'_>) {
    let rules = params::rules(cx.params());
    let members = keys.parts(first, first + count, true);
    let all = vec![(first, first + count)];
    let parts = if cx.params().on(param::DELETE_MEMBERS) { &members } else { &all };
    for (from, to) in parts {
        store.filter.remove(*from, to - from, store.hashing, rules);
    }
    if count == 1 {
        store.shown = Some(first);
        let is_there = !members.is_empty();
        let forgets = store.filter.shape().kind.deletes();
        cx.say(|| match (is_there, forgets) {
            (true, true) => format!("{} goes from disk and from the filter.", message::name(first)),
            (true, false) => format!("{} goes from disk. Its bits may be those of others too.", message::name(first)),
            (false, _) => format!("{} is not there.", message::name(first)),
        });
    }
    keys.remove(first, first + count);
}

impl Store {
    /// Goes over to what the reader has set since: another size needs other cells; other functions need them too, but nothing forces that.
    fn keep_up(&mut self, keys: &Keys, cx: &mut Cx<'_>) {
        let (shape, hashing) = (params::shape(cx.params(), cx.me().0), params::hashing(cx.params()));
        let is_other_size = shape != self.filter.shape();
        if !is_other_size && hashing == self.hashing {
            return;
        }
        self.hashing = hashing;
        if is_other_size || cx.params().on(param::REBUILD) {
            cx.say(|| "It builds its filter anew from the keys on disk.".to_owned());
            self.filter = Filter::new(shape);
            self.rebuild(keys, params::rules(cx.params()));
        } else {
            cx.say(|| "From now on it asks by other functions than those that set the cells.".to_owned());
        }
    }
}
