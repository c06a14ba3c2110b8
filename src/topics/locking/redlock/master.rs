//! A Redis master as Redlock uses it: one key that may be set if it is not, and runs out by the master's own clock.

use super::message::Message;
use super::{Redlock, Timer, param};
use crate::sim::{Env, NodeId};
use crate::topics::locking::protocol::{self, Keeps};
use crate::topics::locking::storage::Request;

type Cx<'a> = protocol::Cx<'a, Redlock>;
type Keeper<'a> = protocol::Keeper<'a, Redlock>;

/// The key: set to a value, until a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    /// The client that set it.
    pub client: NodeId,
    /// In which of its attempts.
    pub request: Request,
    /// When it runs out, by the master's clock. As in Redis this is a time of day, so a clock that jumps brings it nearer.
    pub expires_us: i64,
}

/// A master's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Master {
    /// The key, unless it is free.
    pub key: Option<Key>,
    /// It answers nobody, since it crashed a moment ago.
    pub silent: bool,
}

impl Keeps<Redlock> for Redlock {
    fn blank_disk(_: &Env<'_>) -> Option<Key> {
        None
    }

    fn start(_: &mut Option<Key>, _: &mut Cx<'_>) -> Master {
        Master::default()
    }

    /// With its key from disk, or else without it, and then silent for long enough.
    fn restart(disk: &mut Option<Key>, cx: &mut Cx<'_>) -> Master {
        let mut master = Master { key: *disk, silent: false };
        if let Some(key) = master.key {
            expire_at(key.expires_us, cx);
        } else if !cx.params().on(param::PERSISTED) && cx.params().on(param::DELAYED_RESTART) {
            cx.say(|| "It knows no key. It answers nobody until every key that it may have known has run out.".to_owned());
            master.silent = true;
            cx.set_timer(Timer::Return, cx.params().get_u64(param::TTL_MS) * 1_000);
        }
        master
    }

    fn on_message(Keeper { disk, memory: master }: &mut Keeper<'_>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        if master.silent {
            return cx.say(|| "It has crashed lately, and does not answer.".to_owned());
        }
        master.expire(cx);
        match *message {
            Message::Set { request } => {
                let is_set = master.set(from, request, cx);
                cx.send(from, Message::SetReply { request, is_set });
            }
            Message::Unlock { request } => master.unlock(from, request, cx),
            Message::SetReply { .. } => {}
        }
        master.write(disk, cx);
    }

    fn on_timer(Keeper { disk, memory: master }: &mut Keeper<'_>, timer: Timer, cx: &mut Cx<'_>) {
        match timer {
            Timer::Expiry => {
                master.key = None;
                cx.say(|| "The key runs out.".to_owned());
            }
            Timer::Return => master.silent = false,
            Timer::Answers => {}
        }
        master.write(disk, cx);
    }
}

impl Master {
    fn write(&self, disk: &mut Option<Key>, cx: &Cx<'_>) {
        *disk = self.key.filter(|_| cx.params().on(param::PERSISTED));
    }

    /// A key whose time is over is none, whether or not the timer has fired: the clock may have jumped.
    fn expire(&mut self, cx: &mut Cx<'_>) {
        if self.key.is_some_and(|key| key.expires_us <= cx.clock_us()) {
            cx.say(|| "By its clock the key has run out.".to_owned());
            self.key = None;
            cx.cancel_timer(Timer::Expiry);
        }
    }

    /// SET key value NX PX ttl
    fn set(&mut self, client: NodeId, request: Request, cx: &mut Cx<'_>) -> bool {
        if let Some(key) = self.key {
            cx.say(|| format!("The key is set already, by node {}.", key.client));
            return (key.client, key.request) == (client, request);
        }
        let expires_us = cx.clock_us().saturating_add(cx.params().get(param::TTL_MS) * 1_000);
        self.key = Some(Key { client, request, expires_us });
        expire_at(expires_us, cx);
        cx.say(|| format!("The key was free; now it has the value of node {client}."));
        true
    }

    /// "Remove the key only if it exists and the value stored at the key is exactly the one I expect to be."
    fn unlock(&mut self, client: NodeId, request: Request, cx: &mut Cx<'_>) {
        let Some(key) = self.key else { return };
        if (key.client, key.request) != (client, request) && cx.params().on(param::OWNER_CHECK) {
            return cx.say(|| format!("The key has another value, of node {}: it stays.", key.client));
        }
        self.key = None;
        cx.cancel_timer(Timer::Expiry);
        cx.say(|| format!("The key of node {} is deleted.", key.client));
    }
}

fn expire_at(expires_us: i64, cx: &mut Cx<'_>) {
    cx.set_timer(Timer::Expiry, u64::try_from(expires_us.saturating_sub(cx.clock_us())).unwrap_or(0));
}
