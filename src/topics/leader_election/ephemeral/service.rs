//! The coordination service: sessions, ephemeral sequential znodes, one-time watches; and the store that a leader writes to.

use super::message::{Answer, Command, Message, Request};
use super::state::{ServiceDisk, Session, Timer, Watches, Znode};
use super::{Ephemeral, param};
use crate::sim::{CommandId, Context, NodeId, Outcome};

type Cx<'a> = Context<'a, Ephemeral>;

/// After a crash every session gets a full timeout again: the service cannot know how long it was down.
pub fn start(disk: &ServiceDisk, cx: &mut Cx<'_>) -> Watches {
    for session in disk.sessions.keys() {
        renew(*session, cx);
    }
    Watches::new()
}

/// A message from a client.
pub fn on_message(disk: &mut ServiceDisk, watches: &mut Watches, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    match message {
        Message::Connect { request } => open_session(disk, from, *request, cx),
        Message::Ping { session, ping, sent_us, watches: watched } => {
            handle_ping(disk, watches, (from, *session), (*ping, *sent_us, *watched), cx);
        }
        Message::Request { session, request, what } => handle_request(disk, watches, (from, *session, *request), *what, cx),
        Message::Write { znode, value, id } => write(disk, from, (*znode, *value, *id), cx),
        _ => {}
    }
}

/// A session timed out: the service has not heard of it for the session timeout, by its own clock.
pub fn on_timer(disk: &mut ServiceDisk, watches: &mut Watches, timer: Timer, cx: &mut Cx<'_>) {
    if let Timer::Session(session) = timer {
        cx.say(|| format!("Session {session} was silent for too long: it expires, and its znode goes."));
        end_session(disk, watches, session, cx);
    }
}

fn open_session(disk: &mut ServiceDisk, client: NodeId, request: u32, cx: &mut Cx<'_>) {
    disk.sessions_opened += 1;
    let session = disk.sessions_opened;
    disk.sessions.insert(session, Session { client, last_request: request });
    renew(session, cx);
    cx.say(|| format!("It opens session {session} for node {client}."));
    cx.send(client, Message::Connected { request, session });
}

fn renew(session: u32, cx: &mut Cx<'_>) {
    let timeout_us = cx.params().get_u64(param::SESSION_TIMEOUT_MS) * 1_000;
    cx.set_timer(Timer::Session(session), timeout_us);
}

/// A ping keeps the session alive. The watch that it repeats is set anew, or its event told again.
fn handle_ping(
    disk: &ServiceDisk,
    watches: &mut Watches,
    (client, session): (NodeId, u32),
    (ping, sent_us, watched): (u32, i64, Option<u32>),
    cx: &mut Cx<'_>,
) {
    if !is_open(disk, session, client, cx) {
        return;
    }
    renew(session, cx);
    cx.say(|| format!("Session {session} is alive; its timeout starts over."));
    let gone = watched.filter(|znode| !set_watch(disk, watches, *znode, session));
    cx.send(client, Message::Pong { session, ping, sent_us, gone });
}

/// Whether the client has that session; if not, it is told.
fn is_open(disk: &ServiceDisk, session: u32, client: NodeId, cx: &mut Cx<'_>) -> bool {
    let is_open = disk.sessions.get(&session).is_some_and(|open| open.client == client);
    if !is_open {
        cx.say(|| format!("Session {session} has expired, and node {client} does not know it yet."));
        cx.send(client, Message::Expired { session });
    }
    is_open
}

/// Whether a request is newer than all that were carried out: a session's requests are carried out in order.
fn is_next(disk: &mut ServiceDisk, session: u32, request: u32, cx: &mut Cx<'_>) -> bool {
    let Some(open) = disk.sessions.get_mut(&session) else { return false };
    if request <= open.last_request {
        cx.say(|| "A later request of this session was carried out already, so this one is not.".to_owned());
        return false;
    }
    open.last_request = request;
    true
}

/// Carries a request out, if its session is open and it is the latest.
fn handle_request(
    disk: &mut ServiceDisk,
    watches: &mut Watches,
    (client, session, request): (NodeId, u32, u32),
    what: Request,
    cx: &mut Cx<'_>,
) {
    if !is_open(disk, session, client, cx) || !is_next(disk, session, request, cx) {
        return;
    }
    renew(session, cx);
    let answer = match what {
        Request::Create => {
            disk.sequence += 1;
            disk.znodes.insert(disk.sequence, Znode { session, owner: client });
            cx.say(|| format!("It creates n_{} for node {client}, for as long as session {session} lives.", disk.sequence));
            Answer::Created(disk.sequence)
        }
        Request::GetChildren => Answer::Children(disk.znodes.iter().map(|(znode, data)| (*znode, *data)).collect()),
        Request::Exists(znode) => Answer::Exists(set_watch(disk, watches, znode, session)),
        Request::Close => return end_session(disk, watches, session, cx),
    };
    cx.send(client, Message::Answer { request, answer });
}

/// Sets a watch on a znode that exists; says whether it does.
fn set_watch(disk: &ServiceDisk, watches: &mut Watches, znode: u32, session: u32) -> bool {
    let exists = disk.znodes.contains_key(&znode);
    if exists {
        watches.insert((znode, session));
    }
    exists
}

/// A session ends, and its ephemeral znodes with it.
fn end_session(disk: &mut ServiceDisk, watches: &mut Watches, session: u32, cx: &mut Cx<'_>) {
    disk.sessions.remove(&session);
    cx.cancel_timer(Timer::Session(session));
    let gone: Vec<u32> = disk.znodes.iter().filter(|(_, data)| data.session == session).map(|(znode, _)| *znode).collect();
    for znode in gone {
        disk.znodes.remove(&znode);
        fire_watches(disk, watches, znode, cx);
    }
}

/// Tells all that watch a znode that it is gone. A watch fires once.
fn fire_watches(disk: &ServiceDisk, watches: &mut Watches, znode: u32, cx: &mut Cx<'_>) {
    let told: Vec<u32> = watches.range((znode, 0)..=(znode, u32::MAX)).map(|(_, session)| *session).collect();
    watches.retain(|(watched, _)| *watched != znode);
    for session in told {
        if let Some(open) = disk.sessions.get(&session) {
            cx.say(|| format!("n_{znode} is gone, and node {} had asked to be told.", open.client));
            cx.send(open.client, Message::Event { znode });
        }
    }
}

/// The store: a write under a lower number than one before comes from a leader that is none any more.
fn write(disk: &mut ServiceDisk, from: NodeId, (znode, value, id): (u32, i64, CommandId), cx: &mut Cx<'_>) {
    let taken = znode >= disk.fence || !cx.params().on(param::FENCE);
    if taken {
        disk.value = value;
        disk.writes += 1;
        disk.fence = disk.fence.max(znode);
        cx.say(|| format!("The store takes {value} from node {from}, which writes under n_{znode}."));
    } else {
        cx.say(|| format!("The store refuses node {from}: it writes under n_{znode}, but n_{} has written already.", disk.fence));
    }
    cx.send(from, Message::Written { id, taken, writes: disk.writes });
}

/// The service can be asked who leads.
pub fn on_command(disk: &ServiceDisk, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    match (command, disk.znodes.first_key_value()) {
        (Command::WhoLeads, Some((_, data))) => cx.reply(id, Outcome::Done(i64::from(data.owner.0))),
        (Command::WhoLeads, None) => cx.reply(id, Outcome::Refused("there is no znode, so nobody leads")),
        (Command::Work(_) | Command::Resign, _) => cx.reply(id, Outcome::Refused("this is the service, not a client of it")),
    }
}
