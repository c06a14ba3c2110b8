//! A client of the replicated lock service: finds the leader, asks, renews, releases.

use super::message::Message;
use super::{Replicated, SERVERS, Timer, param};
use crate::sim::{CommandId, Context, NodeId};
use crate::topics::locking::job::{self, Command, Job, Next, Phase};
use crate::topics::locking::storage::Request;

type Cx<'a> = Context<'a, Replicated>;

/// Renewals in a time to live.
const RENEWALS: u64 = 3;

/// A client's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Client {
    /// What it wants the lock for.
    pub job: Job,
    /// The server that it takes for the leader.
    pub server: u16,
    /// When it asked for what it waits for, by its own clock.
    pub asked_us: i64,
    /// No server has answered that yet.
    pub waiting: bool,
}

impl Client {
    /// A request of the reader's.
    pub fn on_command(&mut self, request: &mut Request, id: CommandId, command: Command, cx: &mut Cx<'_>) {
        let next = job::on_command(&mut self.job, id, command, cx);
        self.go_on(request, next, cx);
    }

    /// A message from a server or the storage.
    pub fn on_message(&mut self, request: &mut Request, message: &Message, cx: &mut Cx<'_>) {
        let next = match *message {
            Message::Granted { request: of, .. } if of != *request || self.job.phase == Phase::Idle => {
                cx.say(|| "It no longer needs this lock, and releases it.".to_owned());
                cx.send(NodeId(self.server), Message::Release { request: of });
                Next::Wait
            }
            Message::Granted { request: of, token } => self.granted(of, token, cx),
            Message::Busy { request: of } if of == *request => self.refused(cx),
            Message::NotLeader { request: of, leader } if of == *request => {
                self.look_for_leader(of, leader, cx);
                Next::Wait
            }
            Message::Store(ref message) => job::on_answer(&mut self.job, *request, message, cx),
            _ => Next::Wait,
        };
        self.go_on(request, next, cx);
    }

    /// A client's timer.
    pub fn on_timer(&mut self, request: &mut Request, timer: Timer, cx: &mut Cx<'_>) {
        match timer {
            Timer::Job(timer) => {
                let next = job::on_timer(&mut self.job, *request, timer, cx);
                self.go_on(request, next, cx);
            }
            Timer::Renew if self.job.believes() => {
                self.begin_to_ask(cx);
                self.renew(*request, cx);
                renew_later(cx);
            }
            _ => {}
        }
    }

    /// Does what the job needs of the lock.
    fn go_on(&mut self, request: &mut Request, next: Next, cx: &mut Cx<'_>) {
        match next {
            Next::Wait => {}
            // Each attempt is a turn of its own, so that an old answer is not taken for a new one.
            Next::Lock | Next::LockAgain => {
                *request += 1;
                self.begin_to_ask(cx);
                self.acquire(*request, cx);
            }
            Next::Unlock => {
                cx.cancel_timer(Timer::Renew);
                cx.send(NodeId(self.server), Message::Release { request: *request });
            }
        }
    }

    /// From here its time counts. If nobody answered the last question, the leader may be another by now.
    fn begin_to_ask(&mut self, cx: &Cx<'_>) {
        self.server = (self.server + u16::from(self.waiting)) % SERVERS;
        (self.waiting, self.asked_us) = (true, cx.clock_us());
    }

    fn acquire(&self, request: Request, cx: &mut Cx<'_>) {
        cx.send(NodeId(self.server), Message::Acquire { request });
        job::retry_later(cx);
    }

    fn renew(&self, request: Request, cx: &mut Cx<'_>) {
        cx.send(NodeId(self.server), Message::Renew { request });
    }

    /// It counts its time from when it asked: whoever leads began to count later.
    fn granted(&mut self, request: Request, token: u32, cx: &mut Cx<'_>) -> Next {
        let until_us = self.asked_us.saturating_add(cx.params().get(param::TTL_MS) * 1_000);
        let was_waiting = std::mem::take(&mut self.waiting);
        match self.job.phase {
            Phase::Locking => {
                cx.say(|| format!("It has the lock: entry {token} of the log says so, and that is its token."));
                renew_later(cx);
                job::locked(&mut self.job, request, token, until_us, cx)
            }
            _ if self.job.believes() && was_waiting => {
                let until_us = until_us.max(self.job.until_us);
                job::valid_until(&mut self.job, until_us, cx);
                Next::Wait
            }
            _ => Next::Wait,
        }
    }

    /// The leader says that the lock is another's.
    fn refused(&mut self, cx: &mut Cx<'_>) -> Next {
        self.waiting = false;
        if !matches!(self.job.phase, Phase::Reading | Phase::Working) {
            return Next::Wait;
        }
        if cx.params().on(param::VALIDITY_CHECK) {
            return job::give_up(&mut self.job, "the service says that the lock is gone", cx);
        }
        cx.say(|| "The service says that the lock is gone. It carries on all the same.".to_owned());
        Next::Wait
    }

    fn look_for_leader(&mut self, request: Request, leader: Option<NodeId>, cx: &mut Cx<'_>) {
        let Some(leader) = leader.filter(|leader| leader.0 != self.server) else { return };
        self.server = leader.0;
        match self.job.phase {
            Phase::Idle => cx.send(leader, Message::Release { request }),
            Phase::Locking => self.acquire(request, cx),
            _ => self.renew(request, cx),
        }
    }
}

fn renew_later(cx: &mut Cx<'_>) {
    if cx.params().on(param::RENEW) {
        cx.set_timer(Timer::Renew, cx.params().get_u64(param::TTL_MS) * 1_000 / RENEWALS);
    }
}
