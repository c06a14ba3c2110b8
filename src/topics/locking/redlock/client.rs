//! A client of Redlock: the five steps of the specification.

use super::message::Message;
use super::{Redlock, Timer, masters, param};
use crate::sim::NodeId;
use crate::topics::locking::job::{self, JobTimer, Next, Phase};
use crate::topics::locking::protocol::{self, Asks};

type Cx<'a> = protocol::Cx<'a, Redlock>;
type Client<'a> = protocol::Client<'a, Redlock>;

/// Redis counts in milliseconds, so an expiry may be off by so much, in microseconds.
const EXPIRY_PRECISION_US: i64 = 2_000;

/// What a client remembers of its present attempt.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Asking {
    /// When it began to ask, by its own clock.
    pub started_us: i64,
    /// Masters that have set the key for the present attempt, in order.
    pub yes: Vec<NodeId>,
    /// Masters that have answered no.
    pub no: Vec<NodeId>,
    /// It still counts answers of the present attempt.
    pub counting: bool,
}

impl Asks<Redlock> for Redlock {
    fn acquire(client: &mut Client<'_>, cx: &mut Cx<'_>) {
        client.set_everywhere(cx);
    }

    fn release(client: &mut Client<'_>, cx: &mut Cx<'_>) {
        client.unlock_everywhere(cx);
    }

    fn on_answer(client: &mut Client<'_>, from: NodeId, message: &Message, cx: &mut Cx<'_>) -> Next {
        let Message::SetReply { request, is_set } = message else { return Next::Wait };
        if request != client.request || !client.asking.counting {
            return Next::Wait;
        }
        let Asking { yes, no, .. } = &mut *client.asking;
        let list = if *is_set { &mut *yes } else { &mut *no };
        if let Err(place) = list.binary_search(&from) {
            list.insert(place, from);
        }
        if yes.len() + no.len() >= usize::from(masters(cx.nodes())) { client.count(cx) } else { Next::Wait }
    }

    fn on_lock_timer(client: &mut Client<'_>, _: Timer, cx: &mut Cx<'_>) -> Next {
        if client.asking.counting { client.count(cx) } else { Next::Wait }
    }
}

impl Client<'_> {
    /// "It gets the current time. It tries to acquire the lock in all the N instances, using the same key name and random value in all the instances."
    fn set_everywhere(&mut self, cx: &mut Cx<'_>) {
        *self.asking = Asking { started_us: cx.clock_us(), counting: true, ..Asking::default() };
        cx.say(|| "It looks at its clock and asks all masters.".to_owned());
        to_masters(Message::Set { request: *self.request }, cx);
        cx.set_timer(Timer::Answers, cx.params().get_u64(param::ANSWERS_MS) * 1_000);
        cx.cancel_timer(JobTimer::Retry);
    }

    /// "If and only if the client was able to acquire the lock in the majority of the instances, and the total time elapsed to acquire the lock is
    /// less than lock validity time, the lock is considered to be acquired."
    fn count(&mut self, cx: &mut Cx<'_>) -> Next {
        self.asking.counting = false;
        cx.cancel_timer(Timer::Answers);
        if self.job.phase != Phase::Locking {
            return Next::Wait;
        }
        let (yes, until_us) = (self.asking.yes.len(), self.valid_until_us(cx));
        let needed = if cx.params().on(param::MAJORITY) { usize::from(masters(cx.nodes())) / 2 + 1 } else { 1 };
        if yes >= needed && until_us > cx.clock_us() {
            let left_ms = until_us.saturating_sub(cx.clock_us()) / 1_000;
            cx.say(|| format!("{yes} masters have set the key, and the lock is good for {left_ms} ms: it is held."));
            return job::locked(self.job, *self.request, 0, until_us, cx);
        }
        cx.say(|| format!("{yes} masters have set the key where {needed} are needed in time: it unlocks them all and tries again later."));
        self.unlock_everywhere(cx);
        job::retry_later(cx);
        Next::Wait
    }

    /// "Its validity time is considered to be the initial validity time minus the time elapsed", minus what clocks may drift.
    fn valid_until_us(&self, cx: &Cx<'_>) -> i64 {
        let on = |rule| cx.params().on(rule);
        let ttl_us = cx.params().get(param::TTL_MS) * 1_000;
        let from_us = if on(param::SUBTRACT_ELAPSED) { self.asking.started_us } else { cx.clock_us() };
        let drift_us = ttl_us * cx.params().get(param::DRIFT_PERCENT) / 100 + EXPIRY_PRECISION_US;
        from_us.saturating_add(ttl_us) - if on(param::SUBTRACT_DRIFT) { drift_us } else { 0 }
    }

    /// "It will try to unlock all the instances (even the instances it believed it was not able to lock)."
    fn unlock_everywhere(&mut self, cx: &mut Cx<'_>) {
        (self.asking.yes, self.asking.no) = (Vec::new(), Vec::new());
        to_masters(Message::Unlock { request: *self.request }, cx);
    }
}

fn to_masters(message: Message, cx: &mut Cx<'_>) {
    for master in (0..masters(cx.nodes())).map(NodeId) {
        cx.send(master, message);
    }
}
