//! A client of the replicated lock service: finds the leader, asks, renews, releases.

use super::message::Message;
use super::{Replicated, SERVERS, Timer};
use crate::sim::NodeId;
use crate::topics::locking::job::{self, Next, Phase, param};
use crate::topics::locking::protocol::{self, Asks};
use crate::topics::locking::renewal;
use crate::topics::locking::storage::Token;

type Cx<'a> = protocol::Cx<'a, Replicated>;
type Client<'a> = protocol::Client<'a, Replicated>;

/// What a client remembers of whom it asks.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Asking {
    /// The server that it takes for the leader.
    pub server: u16,
    /// When it asked for what it waits for, by its own clock.
    pub asked_us: i64,
    /// No server has answered that yet.
    pub waiting: bool,
}

impl Asks<Replicated> for Replicated {
    fn acquire(client: &mut Client<'_>, cx: &mut Cx<'_>) {
        client.begin_to_ask(cx);
        client.ask(cx);
    }

    fn release(client: &mut Client<'_>, cx: &mut Cx<'_>) {
        cx.cancel_timer(Timer::Renew);
        client.tell(Message::Release { request: *client.request }, cx);
    }

    fn on_answer(client: &mut Client<'_>, _: NodeId, message: &Message, cx: &mut Cx<'_>) -> Next {
        match *message {
            Message::Granted { request: of, .. } if of != *client.request || client.job.phase == Phase::Idle => {
                cx.say(|| "It no longer needs this lock, and releases it.".to_owned());
                client.tell(Message::Release { request: of }, cx);
            }
            Message::Granted { token, .. } => return client.granted(token, cx),
            Message::Busy { request: of } if of == *client.request => {
                client.asking.waiting = false;
                return renewal::lost(client.job, cx);
            }
            Message::NotLeader { request: of, leader } if of == *client.request => client.look_for_leader(leader, cx),
            _ => {}
        }
        Next::Wait
    }

    fn on_lock_timer(client: &mut Client<'_>, timer: Timer, cx: &mut Cx<'_>) -> Next {
        if timer == Timer::Renew && client.job.believes() {
            client.begin_to_ask(cx);
            client.renew(cx);
            renewal::renew_later(timer, cx);
        }
        Next::Wait
    }
}

impl Client<'_> {
    /// From here its time counts. If nobody answered the last question, the leader may be another by now.
    fn begin_to_ask(&mut self, cx: &Cx<'_>) {
        self.asking.server = (self.asking.server + u16::from(self.asking.waiting)) % SERVERS;
        (self.asking.waiting, self.asking.asked_us) = (true, cx.clock_us());
    }

    fn ask(&self, cx: &mut Cx<'_>) {
        self.tell(Message::Acquire { request: *self.request }, cx);
        job::retry_later(cx);
    }

    fn renew(&self, cx: &mut Cx<'_>) {
        self.tell(Message::Renew { request: *self.request }, cx);
    }

    fn tell(&self, message: Message, cx: &mut Cx<'_>) {
        cx.send(NodeId(self.asking.server), message);
    }

    /// It counts its time from when it asked: whoever leads began to count later.
    fn granted(&mut self, token: Token, cx: &mut Cx<'_>) -> Next {
        let until_us = self.asking.asked_us.saturating_add(cx.params().get(param::TTL_MS) * 1_000);
        let was_waiting = std::mem::take(&mut self.asking.waiting);
        match self.job.phase {
            Phase::Locking => {
                cx.say(|| format!("It has the lock: entry {token} of the log says so, and that is its token."));
                renewal::renew_later(Timer::Renew, cx);
                job::locked(self.job, *self.request, token, until_us, cx)
            }
            _ if self.job.believes() && was_waiting => {
                let until_us = until_us.max(self.job.until_us);
                job::valid_until(self.job, until_us, cx);
                Next::Wait
            }
            _ => Next::Wait,
        }
    }

    fn look_for_leader(&mut self, leader: Option<NodeId>, cx: &mut Cx<'_>) {
        let Some(leader) = leader.filter(|leader| leader.0 != self.asking.server) else { return };
        self.asking.server = leader.0;
        match self.job.phase {
            Phase::Idle => self.tell(Message::Release { request: *self.request }, cx),
            Phase::Locking => self.ask(cx),
            _ => self.renew(cx),
        }
    }
}
