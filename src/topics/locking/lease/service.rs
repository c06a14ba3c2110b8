//! The lock service, and what an observer keeps of it.

use super::message::Message;
use super::{Lease, SERVICE, Timer, param};
use crate::sim::{Broken, Choice, Env, NodeId, Step, Timers as _};
use crate::topics::locking::protocol::{self, Keeps};
use crate::topics::locking::storage::{Request, Token};

type Cx<'a> = protocol::Cx<'a, Lease>;
type Keeper<'a> = protocol::Keeper<'a, Lease>;

/// Who has the lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Holding {
    /// The client.
    pub client: NodeId,
    /// Which of its turns: with the client, a value that is like no other.
    pub request: Request,
    /// The number of the grant.
    pub token: Token,
}

/// The service; on disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Service {
    /// Who has the lock.
    pub holding: Option<Holding>,
    /// The last token handed out.
    pub token: Token,
    /// Nobody gets the lock, because a lease ran out a moment ago.
    pub delayed: bool,
}

impl Keeps<Lease> for Lease {
    fn blank_disk(_: &Env<'_>) -> Service {
        Service::default()
    }

    /// How long the service was down it cannot know, so the lease of a holder starts over.
    fn start(service: &mut Service, cx: &mut Cx<'_>) {
        if !cx.params().on(param::PERSISTED) {
            if service.holding.is_some() {
                cx.say(|| "It has lost its table: it knows of no holder, and of no token.".to_owned());
            }
            *service = Service::default();
        }
        if service.holding.is_some() {
            start_lease(cx);
        }
        if std::mem::take(&mut service.delayed) {
            service.delay(cx);
        }
    }

    fn on_message(Keeper { disk: service, .. }: &mut Keeper<'_>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match *message {
            Message::Acquire { request, sent_us } => service.acquire(from, request, sent_us, cx),
            Message::Renew { request, sent_us } if service.is_holder(from, request) => {
                cx.say(|| format!("Node {from} has the lock, and its time starts over."));
                start_lease(cx);
                cx.send(from, Message::Renewed { request, sent_us });
            }
            Message::Renew { request, .. } => {
                cx.say(|| format!("Node {from} does not have the lock any more: there is nothing to renew."));
                cx.send(from, Message::Gone { request });
            }
            Message::Release { request } => service.release(from, request, cx),
            _ => {}
        }
    }

    fn on_timer(Keeper { disk: service, .. }: &mut Keeper<'_>, timer: Timer, cx: &mut Cx<'_>) {
        match timer {
            Timer::Expiry => {
                if let Some(holding) = service.holding.take() {
                    cx.say(|| format!("The lease of node {} runs out. Whether it knows, the service cannot tell.", holding.client));
                    service.delay(cx);
                }
            }
            Timer::Delay => service.delayed = false,
            Timer::Renew => {}
        }
    }

    fn observe(lending: &mut Lending, service: &Service, step: &Step<'_>) {
        if let Some(holding) = lending.holding.filter(|holding| service.holding != Some(*holding))
            && !is_end(holding, step)
        {
            lending.taken_away = lending.taken_away.or(Some(holding));
        }
        lending.holding = service.holding;
    }
}

impl Service {
    fn is_holder(&self, client: NodeId, request: Request) -> bool {
        self.holding.is_some_and(|holding| (holding.client, holding.request) == (client, request))
    }

    /// "A lease is a contract that gives its holder specified rights over property for a limited period of time."
    fn acquire(&mut self, client: NodeId, request: Request, sent_us: i64, cx: &mut Cx<'_>) {
        match self.holding {
            Some(holding) if !self.is_holder(client, request) => {
                cx.say(|| format!("Node {} has the lock, so node {client} must wait.", holding.client));
                return cx.send(client, Message::Busy { request });
            }
            None if self.delayed => {
                cx.say(|| format!("A lease has just run out, so node {client} must wait until the lock-delay is over."));
                return cx.send(client, Message::Busy { request });
            }
            None => {
                self.token += 1;
                self.holding = Some(Holding { client, request, token: self.token });
                let token = self.token;
                cx.say(|| format!("The lock is free: node {client} gets it, with token {token}."));
            }
            Some(_) => {}
        }
        start_lease(cx);
        cx.send(client, Message::Granted { request, token: self.token, sent_us });
    }

    fn release(&mut self, from: NodeId, request: Request, cx: &mut Cx<'_>) {
        let Some(holding) = self.holding else { return };
        if !self.is_holder(from, request) && cx.params().on(param::OWNER_CHECK) {
            return cx.say(|| format!("Node {} has the lock, and it is not for node {from} to release.", holding.client));
        }
        self.holding = None;
        cx.cancel_timer(Timer::Expiry);
        cx.say(|| format!("Node {from} releases the lock of node {}.", holding.client));
    }

    /// "If a lock becomes free because the holder has failed or become inaccessible, the lock server will prevent other clients from claiming the
    /// lock for a period called the lock-delay" (Chubby, §2.4).
    fn delay(&mut self, cx: &mut Cx<'_>) {
        let delay_us = cx.params().get_u64(param::LOCK_DELAY_MS) * 1_000;
        self.delayed = delay_us > 0;
        if self.delayed {
            cx.set_timer(Timer::Delay, delay_us);
        }
    }
}

fn start_lease(cx: &mut Cx<'_>) {
    if cx.params().on(param::EXPIRY) {
        cx.set_timer(Timer::Expiry, cx.params().get_u64(param::TTL_MS) * 1_000);
    }
}

/// What an observer keeps of the service: whether it ever took a lock from its holder.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Lending {
    holding: Option<Holding>,
    /// The first lock that was taken from its holder before its time.
    pub taken_away: Option<Holding>,
}

impl Lending {
    /// The invariant `lease-honoured`.
    pub fn check(&self) -> Result<(), Broken> {
        let Some(holding) = self.taken_away else { return Ok(()) };
        let says = format!("The service took the lock from node {} while its lease ran.", holding.client);
        Err(Broken { nodes: vec![SERVICE, holding.client], says })
    }
}

/// Whether a holding may end by this step: its time is over, or its holder releases it.
fn is_end(holding: Holding, step: &Step<'_>) -> bool {
    match (step.choice, protocol::delivered::<Lease>(step)) {
        (Choice::Fire(id), _) => id.code == Timer::Expiry.code(),
        (_, Some((id, Message::Release { request }))) => (id.from, *request) == (holding.client, holding.request),
        _ => false,
    }
}
