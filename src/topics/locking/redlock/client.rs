//! A client of Redlock: the five steps of the specification.

use super::message::Message;
use super::{Redlock, Timer, masters, param};
use crate::sim::{CommandId, Context, NodeId};
use crate::topics::locking::job::{self, Command, Job, JobTimer, Next, Phase};
use crate::topics::locking::storage::Request;

type Cx<'a> = Context<'a, Redlock>;

/// Redis counts in milliseconds, so an expiry may be off by so much, in microseconds.
const EXPIRY_PRECISION_US: i64 = 2_000;

/// A client's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Client {
    /// What it wants the lock for.
    pub job: Job,
    /// When it began to ask, by its own clock.
    pub started_us: i64,
    /// Masters that have set the key for the present attempt, in order.
    pub yes: Vec<NodeId>,
    /// Masters that have answered no.
    pub no: Vec<NodeId>,
    /// It still counts answers of the present attempt.
    pub counting: bool,
}

impl Client {
    /// A request of the reader's.
    pub fn on_command(&mut self, request: &mut Request, id: CommandId, command: Command, cx: &mut Cx<'_>) {
        let next = job::on_command(&mut self.job, id, command, cx);
        self.go_on(request, next, cx);
    }

    /// A message from a master or the storage.
    pub fn on_message(&mut self, request: &mut Request, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match message {
            Message::SetReply { request: of, is_set } if *of == *request && self.counting => {
                let list = if *is_set { &mut self.yes } else { &mut self.no };
                if let Err(place) = list.binary_search(&from) {
                    list.insert(place, from);
                }
                let answers = self.yes.len() + self.no.len();
                if answers >= usize::from(masters(cx.nodes())) {
                    self.count(request, cx);
                }
            }
            Message::Store(message) => {
                let next = job::on_answer(&mut self.job, *request, message, cx);
                self.go_on(request, next, cx);
            }
            _ => {}
        }
    }

    /// A client's timer.
    pub fn on_timer(&mut self, request: &mut Request, timer: Timer, cx: &mut Cx<'_>) {
        match timer {
            Timer::Answers if self.counting => self.count(request, cx),
            Timer::Job(timer) => {
                let next = job::on_timer(&mut self.job, *request, timer, cx);
                self.go_on(request, next, cx);
            }
            _ => {}
        }
    }

    /// Does what the job needs of the lock.
    fn go_on(&mut self, request: &mut Request, next: Next, cx: &mut Cx<'_>) {
        match next {
            Next::Wait => {}
            Next::Lock | Next::LockAgain => self.set_everywhere(request, cx),
            Next::Unlock => self.unlock_everywhere(*request, cx),
        }
    }

    /// "It gets the current time. It tries to acquire the lock in all the N instances, using the same key name and random value in all the instances."
    fn set_everywhere(&mut self, request: &mut Request, cx: &mut Cx<'_>) {
        *request += 1;
        (self.yes, self.no) = (Vec::new(), Vec::new());
        self.started_us = cx.clock_us();
        self.counting = true;
        cx.say(|| "It looks at its clock and asks all masters.".to_owned());
        to_masters(Message::Set { request: *request }, cx);
        cx.set_timer(Timer::Answers, cx.params().get_u64(param::ANSWERS_MS) * 1_000);
        cx.cancel_timer(Timer::Job(JobTimer::Retry));
    }

    /// "If and only if the client was able to acquire the lock in the majority of the instances, and the total time elapsed to acquire the lock is
    /// less than lock validity time, the lock is considered to be acquired."
    fn count(&mut self, request: &mut Request, cx: &mut Cx<'_>) {
        self.counting = false;
        cx.cancel_timer(Timer::Answers);
        if self.job.phase != Phase::Locking {
            return;
        }
        let (yes, until_us) = (self.yes.len(), self.valid_until_us(cx));
        let needed = if cx.params().on(param::MAJORITY) { usize::from(masters(cx.nodes())) / 2 + 1 } else { 1 };
        if yes >= needed && until_us > cx.clock_us() {
            let left_ms = until_us.saturating_sub(cx.clock_us()) / 1_000;
            cx.say(|| format!("{yes} masters have set the key, and the lock is good for {left_ms} ms: it is held."));
            let next = job::locked(&mut self.job, *request, 0, until_us, cx);
            return self.go_on(request, next, cx);
        }
        cx.say(|| format!("{yes} masters have set the key where {needed} are needed in time: it unlocks them all and tries again later."));
        self.unlock_everywhere(*request, cx);
        job::retry_later(cx);
    }

    /// "Its validity time is considered to be the initial validity time minus the time elapsed", minus what clocks may drift.
    fn valid_until_us(&self, cx: &Cx<'_>) -> i64 {
        let on = |rule| cx.params().on(rule);
        let ttl_us = cx.params().get(param::TTL_MS) * 1_000;
        let from_us = if on(param::SUBTRACT_ELAPSED) { self.started_us } else { cx.clock_us() };
        let drift_us = ttl_us * cx.params().get(param::DRIFT_PERCENT) / 100 + EXPIRY_PRECISION_US;
        from_us.saturating_add(ttl_us) - if on(param::SUBTRACT_DRIFT) { drift_us } else { 0 }
    }

    /// "It will try to unlock all the instances (even the instances it believed it was not able to lock)."
    fn unlock_everywhere(&mut self, request: Request, cx: &mut Cx<'_>) {
        (self.yes, self.no) = (Vec::new(), Vec::new());
        to_masters(Message::Unlock { request }, cx);
    }
}

fn to_masters(message: Message, cx: &mut Cx<'_>) {
    for master in (0..masters(cx.nodes())).map(NodeId) {
        cx.send(master, message);
    }
}
