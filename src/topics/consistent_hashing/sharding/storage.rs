//! A storage node: what it does with a view, with keys that are on the move, and with clients.
//!
//! Per key, at one time, one node gives out versions. A node that becomes a key's owner gets the key from an owner before, which from then on
//! acts in the new view and takes no write in the old one.

use super::message::{Ask, Command, Message, Op, op_in_words};
use super::params::param;
use super::state::{Disk, Memory, Record, Timer, Version, View, Write};
use super::{Cx, MEMBERSHIP, retry_us};
use crate::sim::sorted::SortedSet;
use crate::sim::{CommandId, NodeId, Outcome};
use std::rc::Rc;

/// A node starts, on a blank disk or on what it had.
pub fn start(disk: &Disk, cx: &mut Cx<'_>) -> Memory {
    if disk.view.is_none() {
        cx.send(MEMBERSHIP, Message::Hello);
    }
    resume(disk, cx);
    Memory::default()
}

/// Whatever is not acknowledged is sent (again).
fn resume(disk: &Disk, cx: &mut Cx<'_>) {
    let targets: SortedSet<NodeId> = disk.outgoing.iter().map(|(to, _)| *to).collect();
    if disk.view.is_none() || !targets.is_empty() {
        cx.set_timer(Timer::Retry, retry_us(cx));
    }
}

pub fn on_message(disk: &mut Disk, memory: &mut Memory, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    match message {
        Message::Welcome { view, is_new } => welcome(disk, memory, view, *is_new, cx),
        Message::ViewIs(view) => {
            adopt(disk, memory, view, cx);
            report(disk, cx);
        }
        Message::HandOff { view, records } if keeps_up(disk, memory, view, from, cx) => take(disk, memory, from, records, cx),
        Message::Taken { version, keys } if is_current(disk, *version) => handle_taken(disk, from, keys, cx),
        Message::Fetch { view, key } if keeps_up(disk, memory, view, from, cx) => handle_fetch(disk, from, *key, cx),
        Message::NotHere { version, key } if is_current(disk, *version) => serve_waiting(disk, memory, *key, cx),
        Message::Forward { view, op } => {
            adopt(disk, memory, view, cx);
            route(disk, memory, *op, cx);
        }
        Message::Replicate { view, id, key, record } if keeps_up(disk, memory, view, from, cx) => {
            store(disk, *key, *record);
            cx.send(from, Message::Stored { version: view.version, id: *id });
        }
        Message::Stored { version, id } if is_current(disk, *version) => handle_stored(memory, from, *id, cx),
        _ => {}
    }
}

/// Something was not answered: it is sent again.
pub fn on_timer(disk: &mut Disk, memory: &Memory, cx: &mut Cx<'_>) {
    let Some(view) = disk.view.clone() else {
        cx.send(MEMBERSHIP, Message::Hello);
        return cx.set_timer(Timer::Retry, retry_us(cx));
    };
    let targets: SortedSet<NodeId> = disk.outgoing.iter().map(|(to, _)| *to).collect();
    for to in &targets {
        hand_off(disk, *to, cx);
    }
    for key in memory.waiting.keys() {
        fetch(&view, *key, cx);
    }
    for (id, write) in &memory.writes {
        for to in &write.missing {
            cx.send(*to, Message::Replicate { view: Rc::clone(&view), id: *id, key: write.op.key, record: write.record });
        }
    }
    if !(disk.outgoing.is_empty() && memory.waiting.is_empty() && memory.writes.is_empty()) {
        cx.set_timer(Timer::Retry, retry_us(cx));
    }
}

/// A client asks this node, which may be any.
pub fn on_command(disk: &mut Disk, memory: &mut Memory, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    match command {
        Command::Client { key, ask } => route(disk, memory, Op { id, key, ask }, cx),
        change => {
            cx.say(|| "Members are the membership's matter. It passes this on.".to_owned());
            cx.send(MEMBERSHIP, Message::Change(id, change));
        }
    }
}

/// The first view. A new node begins with the keys that the view gives it; one that was wiped has lost its keys and does not pretend otherwise.
fn welcome(disk: &mut Disk, memory: &mut Memory, view: &Rc<View>, is_new: bool, cx: &mut Cx<'_>) {
    if disk.view.is_some() {
        return;
    }
    cx.cancel_timer(Timer::Retry);
    disk.view = Some(Rc::clone(view));
    disk.is_lost = !is_new && view.takes_part(cx.me());
    if disk.is_lost {
        return cx.say(|| "It is a member, and its disk is blank: it says nothing until it is taken out of the cluster.".to_owned());
    }
    if view.version == 1 {
        let keys = (0..view.now.rules().keys).filter_map(|key| u16::try_from(key).ok());
        for key in keys.filter(|key| view.now.preference(*key).contains(&cx.me())) {
            disk.records.insert(key, Record { version: Version { view: 0, count: 1 }, value: key });
        }
    }
    report(disk, cx);
    serve_all(disk, memory, cx);
}

fn is_current(disk: &Disk, version: u32) -> bool {
    disk.view.as_ref().is_some_and(|view| view.version == version)
}

/// Takes a newer view in; a sender that is behind is told. Whether both are now of one view, and this node has something to say in it.
fn keeps_up(disk: &mut Disk, memory: &mut Memory, view: &Rc<View>, from: NodeId, cx: &mut Cx<'_>) -> bool {
    adopt(disk, memory, view, cx);
    let Some(mine) = disk.view.clone() else { return false };
    if mine.version > view.version {
        cx.say(|| format!("Node {from} acts in view {}, which is over.", view.version));
        cx.send(from, Message::ViewIs(mine));
        return false;
    }
    !disk.is_lost
}

/// A newer view: whatever belongs to others now is to be handed off, and what belongs here is waited for.
fn adopt(disk: &mut Disk, memory: &mut Memory, view: &Rc<View>, cx: &mut Cx<'_>) {
    if disk.view.as_ref().is_none_or(|mine| mine.version >= view.version) {
        return;
    }
    let me = cx.me();
    disk.view = Some(Rc::clone(view));
    // Who was wiped may come back once a view has nothing to do with it.
    disk.is_lost &= view.takes_part(me);
    disk.outgoing.clear();
    let keys: Vec<u16> = disk.records.keys().copied().collect();
    for key in keys {
        if !view.was.preference(key).contains(&me) || view.dead == Some(me) {
            // Left over from when it was declared dead: others have written since.
            disk.records.remove(&key);
            continue;
        }
        let owners = view.now.preference(key);
        let targets: Vec<NodeId> = owners.iter().copied().filter(|to| view.source(key, *to) == Some(me)).collect();
        if targets.is_empty() && !owners.contains(&me) {
            disk.records.remove(&key);
        }
        disk.outgoing.extend(targets.into_iter().map(|to| (to, key)));
    }
    cx.say(|| match disk.outgoing.len() {
        0 => format!("It is in view {}; none of its keys has to move.", view.version),
        count => format!("It is in view {}; {count} of its keys have to move.", view.version),
    });
    let targets: SortedSet<NodeId> = disk.outgoing.iter().map(|(to, _)| *to).collect();
    for to in targets {
        hand_off(disk, to, cx);
    }
    resume(disk, cx);
    report(disk, cx);
    serve_all(disk, memory, cx);
}

/// Tells the membership once nothing is left to hand off.
fn report(disk: &Disk, cx: &mut Cx<'_>) {
    if let Some(view) = disk.view.as_ref().filter(|view| view.takes_part(cx.me()) && disk.outgoing.is_empty() && !disk.is_lost) {
        cx.send(MEMBERSHIP, Message::Moved(view.version));
    }
}

/// The next keys for a new owner. They stay here until it has acknowledged them, if the rule is kept.
fn hand_off(disk: &mut Disk, to: NodeId, cx: &mut Cx<'_>) {
    let Some(view) = disk.view.clone() else { return };
    let batch = usize::try_from(cx.params().get(param::BATCH)).unwrap_or(1);
    let keys: Vec<u16> = disk.outgoing.range((to, 0)..=(to, u16::MAX)).map(|(_, key)| *key).take(batch).collect();
    let records: Vec<(u16, Record)> = keys.iter().filter_map(|key| disk.records.get(key).map(|record| (*key, *record))).collect();
    cx.send(to, Message::HandOff { view: Rc::clone(&view), records });
    if cx.params().on(param::DELETE_AFTER_ACK) {
        return;
    }
    let me = cx.me();
    let mut any = false;
    for key in keys.into_iter().filter(|key| !view.now.preference(*key).contains(&me)) {
        any |= disk.outgoing.remove(&(to, key));
        disk.records.remove(&key);
    }
    if any {
        cx.say(|| "It has deleted what it has just sent.".to_owned());
        // Nobody waits for an acknowledgement, so the rest follows at once.
        if disk.outgoing.range((to, 0)..=(to, u16::MAX)).next().is_some() {
            hand_off(disk, to, cx);
        }
    }
}

/// Keys from an owner before: on disk, then acknowledged.
fn take(disk: &mut Disk, memory: &mut Memory, from: NodeId, records: &[(u16, Record)], cx: &mut Cx<'_>) {
    let Some(version) = disk.view.as_ref().map(|view| view.version) else { return };
    for (key, record) in records {
        store(disk, *key, *record);
    }
    cx.send(from, Message::Taken { version, keys: records.iter().map(|(key, _)| *key).collect() });
    for (key, _) in records {
        serve_waiting(disk, memory, *key, cx);
    }
}

/// What is acknowledged need not be kept, unless this node still has a copy to keep.
fn handle_taken(disk: &mut Disk, from: NodeId, keys: &[u16], cx: &mut Cx<'_>) {
    let Some(view) = disk.view.clone() else { return };
    let mut any = false;
    for key in keys {
        any |= disk.outgoing.remove(&(from, *key));
        let is_wanted = view.now.preference(*key).contains(&cx.me()) || disk.outgoing.iter().any(|(_, other)| other == key);
        if !is_wanted {
            disk.records.remove(key);
        }
    }
    if any && disk.outgoing.range((from, 0)..=(from, u16::MAX)).next().is_some() {
        hand_off(disk, from, cx);
        cx.set_timer(Timer::Retry, retry_us(cx));
    }
    if any && disk.outgoing.is_empty() {
        cx.say(|| "All that it had to hand off is acknowledged.".to_owned());
        report(disk, cx);
    }
}

/// A new owner cannot wait: this key goes now.
fn handle_fetch(disk: &Disk, from: NodeId, key: u16, cx: &mut Cx<'_>) {
    let Some(view) = disk.view.clone() else { return };
    match disk.records.get(&key) {
        Some(record) => cx.send(from, Message::HandOff { view, records: vec![(key, *record)] }),
        None => cx.send(from, Message::NotHere { version: view.version, key }),
    }
}

/// The later record stays.
fn store(disk: &mut Disk, key: u16, record: Record) {
    let mine = disk.records.get_or_insert_with(key, || record);
    if record.version > mine.version {
        *mine = record;
    }
}

/// To the key's owner, which may be this node.
fn route(disk: &mut Disk, memory: &mut Memory, op: Op, cx: &mut Cx<'_>) {
    let Some(view) = disk.view.clone() else { return cx.reply(op.id, Outcome::Refused("this node knows no view yet")) };
    match view.now.owner(op.key) {
        Some(owner) if owner == cx.me() => serve(disk, memory, &view, op, true, cx),
        Some(owner) => {
            cx.say(|| format!("Key {} belongs to node {owner}.", op.key));
            cx.send(owner, Message::Forward { view, op });
        }
        None => cx.reply(op.id, Outcome::Refused("there are no members")),
    }
}

/// Answers, or first gets the key from the owner before.
fn serve(disk: &mut Disk, memory: &mut Memory, view: &Rc<View>, op: Op, may_fetch: bool, cx: &mut Cx<'_>) {
    if disk.is_lost {
        return cx.reply(op.id, Outcome::Refused("this node has lost its disk"));
    }
    if memory.writes.contains_key(&op.id) {
        return cx.say(|| "It is at it already.".to_owned());
    }
    let is_here = disk.records.contains_key(&op.key);
    if !is_here && may_fetch && cx.params().on(param::FETCH_MISSING) && view.source(op.key, cx.me()).is_some() {
        cx.say(|| format!("Key {} is not here yet. It asks the owner before.", op.key));
        fetch(view, op.key, cx);
        cx.set_timer(Timer::Retry, retry_us(cx));
        return memory.waiting.get_or_insert_with(op.key, Vec::new).push(op);
    }
    match op.ask {
        Ask::Read => match disk.records.get(&op.key) {
            Some(record) => cx.reply(op.id, Outcome::Done(record.value.into())),
            None => cx.reply(op.id, Outcome::Refused(NO_SUCH_KEY)),
        },
        Ask::Write(value) => write(disk, memory, view, op, value, cx),
    }
}

/// The answer to a read of a key that is not there.
pub const NO_SUCH_KEY: &str = "there is no such key";

fn fetch(view: &Rc<View>, key: u16, cx: &mut Cx<'_>) {
    if let Some(source) = view.source(key, cx.me()) {
        cx.send(source, Message::Fetch { view: Rc::clone(view), key });
    }
}

/// A key has come, or there is none: who waited for it is served.
fn serve_waiting(disk: &mut Disk, memory: &mut Memory, key: u16, cx: &mut Cx<'_>) {
    let (Some(view), Some(ops)) = (disk.view.clone(), memory.waiting.remove(&key)) else { return };
    for op in ops {
        serve(disk, memory, &view, op, false, cx);
    }
}

/// After a change of view everything that is under way begins anew: its owner may be another.
fn serve_all(disk: &mut Disk, memory: &mut Memory, cx: &mut Cx<'_>) {
    let waiting = std::mem::take(&mut memory.waiting).into_iter().flat_map(|(_, ops)| ops);
    let writes = std::mem::take(&mut memory.writes).into_iter().map(|(_, write)| write.op);
    for op in waiting.chain(writes).collect::<Vec<_>>() {
        cx.say(|| format!("It begins anew: {}.", op_in_words(&op)));
        route(disk, memory, op, cx);
    }
}

/// The owner gives the write a version and sends copies; the client hears of it when all are on disk.
fn write(disk: &mut Disk, memory: &mut Memory, view: &Rc<View>, op: Op, value: u16, cx: &mut Cx<'_>) {
    let last = disk.records.get(&op.key).map(|record| record.version);
    let count = last.filter(|version| version.view == view.version).map_or(1, |version| version.count + 1);
    let record = Record { version: Version { view: view.version, count }, value };
    store(disk, op.key, record);
    let me = cx.me();
    let missing: SortedSet<NodeId> = view.now.preference(op.key).into_iter().filter(|node| *node != me).collect();
    for to in &missing {
        cx.send(*to, Message::Replicate { view: Rc::clone(view), id: op.id, key: op.key, record });
    }
    if missing.is_empty() {
        return cx.reply(op.id, Outcome::Done(value.into()));
    }
    memory.writes.insert(op.id, Write { op, record, missing });
    cx.set_timer(Timer::Retry, retry_us(cx));
}

fn handle_stored(memory: &mut Memory, from: NodeId, id: CommandId, cx: &mut Cx<'_>) {
    let Some(write) = memory.writes.get_mut(&id) else { return };
    write.missing.remove(&from);
    if write.missing.is_empty() {
        let value = match write.op.ask {
            Ask::Write(value) => value,
            Ask::Read => 0,
        };
        cx.reply(id, Outcome::Done(value.into()));
        memory.writes.remove(&id);
    }
}
