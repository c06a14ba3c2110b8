//! A client of the lock service: asks, renews, releases.

use super::message::Message;
use super::{Lease, SERVICE, Timer, param};
use crate::sim::NodeId;
use crate::topics::locking::job::{self, Next, Phase};
use crate::topics::locking::protocol::{self, Asks};
use crate::topics::locking::renewal;

type Cx<'a> = protocol::Cx<'a, Lease>;
type Client<'a> = protocol::Client<'a, Lease>;

impl Asks<Lease> for Lease {
    const COUNTS_EACH_TRY: bool = false;

    fn acquire(client: &mut Client<'_>, cx: &mut Cx<'_>) {
        cx.say(|| "It asks for the lock.".to_owned());
        cx.send(SERVICE, Message::Acquire { request: *client.request, sent_us: cx.clock_us() });
        job::retry_later(cx);
    }

    fn release(client: &mut Client<'_>, cx: &mut Cx<'_>) {
        cx.cancel_timer(Timer::Renew);
        cx.send(SERVICE, Message::Release { request: *client.request });
    }

    fn on_answer(client: &mut Client<'_>, _: NodeId, message: &Message, cx: &mut Cx<'_>) -> Next {
        let (request, job) = (*client.request, &mut *client.job);
        match *message {
            Message::Granted { request: of, token, sent_us } if of == request && job.phase == Phase::Locking => {
                cx.say(|| format!("It has the lock, with token {token}, and asks for the counter."));
                renewal::renew_later(Timer::Renew, cx);
                return job::locked(job, of, token, until_us(sent_us, cx), cx);
            }
            // An answer that comes twice, or when the turn is over: then nobody would release that lock.
            Message::Granted { request: of, .. } if !(of == request && job.believes()) => {
                cx.say(|| "It no longer needs this lock, and releases it.".to_owned());
                cx.send(SERVICE, Message::Release { request: of });
            }
            Message::Renewed { request: of, sent_us } if of == request && job.believes() => {
                job::valid_until(job, until_us(sent_us, cx).max(job.until_us), cx);
            }
            Message::Gone { request: of } if of == request => return renewal::lost(job, cx),
            _ => {}
        }
        Next::Wait
    }

    fn on_lock_timer(client: &mut Client<'_>, timer: Timer, cx: &mut Cx<'_>) -> Next {
        if timer == Timer::Renew && client.job.believes() {
            cx.send(SERVICE, Message::Renew { request: *client.request, sent_us: cx.clock_us() });
            renewal::renew_later(timer, cx);
        }
        Next::Wait
    }
}

/// A client counts its time from when it asked: the service began to count later, so the client's ends first (in Leases too the client shortens
/// its term by what the answer took).
fn until_us(sent_us: i64, cx: &Cx<'_>) -> i64 {
    sent_us.saturating_add(cx.params().get(param::TTL_MS) * 1_000)
}
