//! A client of the lock service: asks, renews, releases.

use super::message::Message;
use super::{Lease, SERVICE, Timer, param};
use crate::sim::Context;
use crate::topics::locking::job::{self, Job, Next, Phase};
use crate::topics::locking::storage::Request;

type Cx<'a> = Context<'a, Lease>;

/// Renewals in a time to live: so many may be lost but one.
const RENEWALS: u64 = 3;

/// Does what the job needs of the lock.
pub fn go_on(request: &mut Request, next: Next, cx: &mut Cx<'_>) {
    match next {
        Next::Wait => {}
        Next::Lock => {
            *request += 1;
            acquire(*request, cx);
        }
        Next::LockAgain => acquire(*request, cx),
        Next::Unlock => {
            cx.cancel_timer(Timer::Renew);
            cx.send(SERVICE, Message::Release { request: *request });
        }
    }
}

fn acquire(request: Request, cx: &mut Cx<'_>) {
    cx.say(|| "It asks for the lock.".to_owned());
    cx.send(SERVICE, Message::Acquire { request, sent_us: cx.clock_us() });
    job::retry_later(cx);
}

/// A message from the service or the storage.
pub fn on_message(request: &mut Request, job: &mut Job, message: &Message, cx: &mut Cx<'_>) {
    let next = match *message {
        Message::Granted { request: of, token, sent_us } if of == *request && job.phase == Phase::Locking => {
            cx.say(|| format!("It has the lock, with token {token}, and asks for the counter."));
            renew_later(cx);
            job::locked(job, of, token, until_us(sent_us, cx), cx)
        }
        // An answer that comes twice, or when the turn is over: then nobody would release that lock.
        Message::Granted { request: of, .. } => {
            if !(of == *request && job.believes()) {
                cx.say(|| "It no longer needs this lock, and releases it.".to_owned());
                cx.send(SERVICE, Message::Release { request: of });
            }
            Next::Wait
        }
        Message::Renewed { request: of, sent_us } if of == *request && job.believes() => {
            job::valid_until(job, until_us(sent_us, cx).max(job.until_us), cx);
            Next::Wait
        }
        // Once it has made sure and its write is on the way, it does not come back to the question.
        Message::Gone { request: of } if of == *request && matches!(job.phase, Phase::Reading | Phase::Working) => lost(job, cx),
        Message::Store(ref message) => job::on_answer(job, *request, message, cx),
        _ => Next::Wait,
    };
    go_on(request, next, cx);
}

/// The service says that the lock is another's.
fn lost(job: &mut Job, cx: &mut Cx<'_>) -> Next {
    if cx.params().on(param::VALIDITY_CHECK) {
        return job::give_up(job, "the service says that the lock is gone", cx);
    }
    cx.say(|| "The service says that the lock is gone. It carries on all the same.".to_owned());
    Next::Wait
}

/// A client's timer.
pub fn on_timer(request: &mut Request, job: &mut Job, timer: Timer, cx: &mut Cx<'_>) {
    match timer {
        Timer::Job(timer) => {
            let next = job::on_timer(job, *request, timer, cx);
            go_on(request, next, cx);
        }
        Timer::Renew if job.believes() => {
            cx.send(SERVICE, Message::Renew { request: *request, sent_us: cx.clock_us() });
            renew_later(cx);
        }
        _ => {}
    }
}

fn renew_later(cx: &mut Cx<'_>) {
    if cx.params().on(param::RENEW) {
        cx.set_timer(Timer::Renew, cx.params().get_u64(param::TTL_MS) * 1_000 / RENEWALS);
    }
}

/// A client counts its time from when it asked: the service began to count later, so the client's ends first (in Leases too the client shortens
/// its term by what the answer took).
fn until_us(sent_us: i64, cx: &Cx<'_>) -> i64 {
    sent_us.saturating_add(cx.params().get(param::TTL_MS) * 1_000)
}
