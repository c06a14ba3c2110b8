//! A client of the service: the recipe's steps, and what it does when the connection or the session is lost.

use super::message::{Answer, Command, Message, Request};
use super::state::{Client, ClientDisk, Phase, Timer, Znode};
use super::{Ephemeral, SERVICE, param};
use crate::sim::{CommandId, Context, Outcome};

type Cx<'a> = Context<'a, Ephemeral>;

/// A client that comes up is a new one to the service. A znode from before its crash stays until that session expires.
pub fn start(disk: &mut ClientDisk, cx: &mut Cx<'_>) -> Client {
    let mut client = Client::default();
    connect(disk, &mut client, cx);
    client
}

/// Begins anew, with a new session.
fn connect(disk: &mut ClientDisk, client: &mut Client, cx: &mut Cx<'_>) {
    *client = Client { leader: client.leader, asked_us: cx.clock_us(), ..Client::default() };
    disk.requests += 1;
    cx.send(SERVICE, Message::Connect { request: disk.requests });
    cx.set_timer(Timer::Retry, ms(cx, param::RETRY_MS));
    cx.cancel_timer(Timer::Ping);
    cx.cancel_timer(Timer::Disconnect);
}

/// A message from the service.
pub fn on_message(disk: &mut ClientDisk, client: &mut Client, message: &Message, cx: &mut Cx<'_>) {
    match message {
        Message::Connected { request, session } if client.phase == Phase::Connecting && *request == disk.requests => {
            client.session = Some(*session);
            hear(client, client.asked_us, cx);
            cx.set_timer(Timer::Ping, ms(cx, param::PING_MS));
            cx.say(|| format!("It has session {session} now, and volunteers."));
            create(disk, client, cx);
        }
        Message::Answer { request, answer } if *request == disk.requests => handle_answer(disk, client, answer, cx),
        Message::Pong { session, ping, sent_us, gone } if client.session == Some(*session) => {
            handle_pong(disk, client, (*ping, *sent_us), cx);
            if let Some(znode) = gone {
                handle_event(disk, client, *znode, cx);
            }
        }
        Message::Event { znode } => handle_event(disk, client, *znode, cx),
        Message::Expired { session } if client.session == Some(*session) => {
            cx.say(|| format!("Its session {session} has expired, and its znode is gone. It begins anew."));
            connect(disk, client, cx);
        }
        Message::Written { id, taken, writes } => cx.reply(
            *id,
            if *taken { Outcome::Done(i64::from(*writes)) } else { Outcome::Refused("the store has a later leader's work already") },
        ),
        _ => cx.say(|| "It no longer waits for this.".to_owned()),
    }
}

/// A client's timers.
pub fn on_timer(disk: &mut ClientDisk, client: &mut Client, timer: Timer, cx: &mut Cx<'_>) {
    match timer {
        Timer::Ping => ping(client, cx),
        Timer::Retry => retry(disk, client, cx),
        Timer::Disconnect => disconnect(client, cx),
        Timer::Session(_) => {}
    }
}

/// Makes a request in the session, in the place of any that is still open.
fn ask(disk: &mut ClientDisk, client: &mut Client, phase: Phase, what: Request, cx: &mut Cx<'_>) {
    let Some(session) = client.session else { return connect(disk, client, cx) };
    disk.requests += 1;
    client.phase = phase;
    cx.send(SERVICE, Message::Request { session, request: disk.requests, what });
    cx.set_timer(Timer::Retry, ms(cx, param::RETRY_MS));
}

/// Step 1: "create znode z with both SEQUENCE and EPHEMERAL flags".
fn create(disk: &mut ClientDisk, client: &mut Client, cx: &mut Cx<'_>) {
    client.znode = None;
    ask(disk, client, Phase::Creating, Request::Create, cx);
}

/// Step 2: "let C be the children".
fn get_children(disk: &mut ClientDisk, client: &mut Client, cx: &mut Cx<'_>) {
    ask(disk, client, Phase::Looking, Request::GetChildren, cx);
}

fn handle_answer(disk: &mut ClientDisk, client: &mut Client, answer: &Answer, cx: &mut Cx<'_>) {
    match (answer, client.phase) {
        (Answer::Created(znode), Phase::Creating) => {
            client.znode = Some(*znode);
            cx.say(|| format!("Its znode is n_{znode}. It looks whether that is the lowest."));
            get_children(disk, client, cx);
        }
        (Answer::Children(children), Phase::Looking) => handle_children(disk, client, children, cx),
        (Answer::Exists(true), Phase::SettingWatch(znode)) => {
            client.phase = Phase::Waiting(znode);
            cx.cancel_timer(Timer::Retry);
            cx.say(|| format!("It waits until n_{znode} goes."));
        }
        (Answer::Exists(false), Phase::SettingWatch(znode)) => {
            cx.say(|| format!("n_{znode} went in the meantime, so it looks again."));
            get_children(disk, client, cx);
        }
        _ => {}
    }
}

/// Step 3: lead if one's own znode is the lowest, else watch.
fn handle_children(disk: &mut ClientDisk, client: &mut Client, children: &[(u32, Znode)], cx: &mut Cx<'_>) {
    client.leader = children.first().map(|(_, data)| data.owner);
    let own = children.iter().filter(|(znode, data)| match client.znode {
        Some(mine) => *znode == mine,
        None => Some(data.session) == client.session,
    });
    let Some(mine) = own.map(|(znode, _)| *znode).next() else {
        cx.say(|| "It has no znode, so it creates one.".to_owned());
        return create(disk, client, cx);
    };
    client.znode = Some(mine);
    let lower = children.iter().map(|(znode, _)| *znode).filter(|znode| *znode < mine);
    let watched = if cx.params().on(param::WATCH_NEXT_LOWER) { lower.max() } else { lower.min() };
    match watched {
        None => {
            client.phase = Phase::Leading;
            cx.cancel_timer(Timer::Retry);
            cx.say(|| format!("Its own n_{mine} is the lowest: it leads."));
        }
        Some(znode) => {
            cx.say(|| format!("Its own n_{mine} is not the lowest, so it watches n_{znode}."));
            ask(disk, client, Phase::SettingWatch(znode), Request::Exists(znode), cx);
        }
    }
}

/// The watched znode went: back to step 2. It need not have been the leader's.
fn handle_event(disk: &mut ClientDisk, client: &mut Client, znode: u32, cx: &mut Cx<'_>) {
    if client.watches() == Some(znode) {
        cx.say(|| format!("n_{znode}, which it watched, is gone. It looks whether its own is the lowest now."));
        get_children(disk, client, cx);
    }
}

/// A request was not answered in time. Whether it was carried out, nobody can tell.
fn retry(disk: &mut ClientDisk, client: &mut Client, cx: &mut Cx<'_>) {
    cx.say(|| "No answer came; whether the request was carried out, it cannot tell.".to_owned());
    match client.phase {
        Phase::Connecting => connect(disk, client, cx),
        Phase::Creating if !cx.params().on(param::FIND_OWN_ZNODE) => create(disk, client, cx),
        Phase::Creating | Phase::Looking | Phase::SettingWatch(_) => get_children(disk, client, cx),
        Phase::Waiting(_) | Phase::Leading => {}
    }
}

fn ping(client: &mut Client, cx: &mut Cx<'_>) {
    let Some(session) = client.session else { return };
    client.pings += 1;
    cx.say(|| "It shows the service that it is alive.".to_owned());
    cx.send(SERVICE, Message::Ping { session, ping: client.pings, sent_us: cx.clock_us(), watches: client.watches() });
    cx.set_timer(Timer::Ping, ms(cx, param::PING_MS));
}

fn handle_pong(disk: &mut ClientDisk, client: &mut Client, (ping, sent_us): (u32, i64), cx: &mut Cx<'_>) {
    if ping <= client.answered {
        return;
    }
    client.answered = ping;
    if !hear(client, sent_us, cx) {
        return;
    }
    cx.say(|| "The service has heard of it: its session is safe for now.".to_owned());
    let was_suspended = std::mem::take(&mut client.suspended);
    if was_suspended && client.phase == Phase::Leading {
        cx.say(|| "Its session is alive after all. It looks whether it still leads.".to_owned());
        get_children(disk, client, cx);
    }
}

/// The service was alive to this session at some time after `sent_us`, by this client's clock. From then on the session lasts at
/// least its timeout; a client gives up after two thirds of it, as ZooKeeper's does. Says whether that is still to come.
fn hear(client: &mut Client, sent_us: i64, cx: &mut Cx<'_>) -> bool {
    let travelled_us = u64::try_from(cx.clock_us().saturating_sub(sent_us)).unwrap_or(0);
    let patience_us = ms(cx, param::SESSION_TIMEOUT_MS) * 2 / 3;
    match patience_us.checked_sub(travelled_us) {
        Some(left_us) => cx.set_timer(Timer::Disconnect, left_us),
        None => disconnect(client, cx),
    }
    travelled_us <= patience_us
}

/// The session may be gone: whoever leads stops, if it obeys the rule.
fn disconnect(client: &mut Client, cx: &mut Cx<'_>) {
    if cx.params().on(param::STEP_DOWN) {
        client.suspended = true;
        cx.say(|| "Long silence: its session may be gone, so it does not act as leader until it hears otherwise.".to_owned());
    } else {
        cx.say(|| "Long silence: its session may be gone. It carries on all the same.".to_owned());
    }
}

/// What a reader's client asks of this one.
pub fn on_command(disk: &mut ClientDisk, client: &mut Client, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    match (command, client.znode, client.leader) {
        (Command::Work(value), Some(znode), _) if client.leads() => {
            cx.say(|| "It believes to lead, so it writes.".to_owned());
            cx.send(SERVICE, Message::Write { znode, value, id });
        }
        (Command::Work(_), ..) => cx.reply(id, Outcome::Refused("this client does not lead")),
        (Command::WhoLeads, _, Some(leader)) => cx.reply(id, Outcome::Done(i64::from(leader.0))),
        (Command::WhoLeads, ..) => cx.reply(id, Outcome::Refused("this client has not seen who leads")),
        (Command::Resign, ..) => {
            cx.reply(id, Outcome::Done(0));
            cx.say(|| "It closes its session and lines up again.".to_owned());
            if let Some(session) = client.session {
                disk.requests += 1;
                cx.send(SERVICE, Message::Request { session, request: disk.requests, what: Request::Close });
            }
            connect(disk, client, cx);
        }
    }
}

fn ms(cx: &Cx<'_>, index: u16) -> u64 {
    cx.params().get_u64(index) * 1_000
}
