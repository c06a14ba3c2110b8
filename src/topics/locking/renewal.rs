//! What the locks have in common whose holder renews: how often it does, what it does when its lock is gone, and the words for it. Knows neither
//! who lends the lock nor how.

use super::job::{self, Job, Next, Phase, param};
use super::protocol::{Cx, Lock};
use crate::sim::{MessageKind, ParamKind, ParamSpec, Tone};

/// The holder renews: the first param of such a lock's own.
pub const RENEW: u16 = param::OWN_WITH_TOKENS;

/// Renewals in a time to live: so many may be lost but one.
const RENEWALS: u64 = 3;

/// The param of that index.
pub const fn renew(help: &'static str) -> ParamSpec {
    ParamSpec { name: "renew", label: "The holder renews", help, kind: ParamKind::Toggle, default: 1 }
}

/// A client asks for the lock.
pub const ACQUIRE_KIND: MessageKind = MessageKind::request("Acquire", "ACQ", Tone::Candidate, "A client asks for the lock.");
/// It is another's.
pub const BUSY_KIND: MessageKind = MessageKind::reply("Busy", "NO", Tone::Pending, "Another has the lock. The client will ask again.");
/// The holder asks for more time.
pub const RENEW_KIND: MessageKind = MessageKind::request("Renew", "REN", Tone::Neutral, "The holder needs the lock for longer.");
/// It gives the lock back.
pub const RELEASE_KIND: MessageKind = MessageKind::request("Release", "REL", Tone::Follower, "The client no longer needs the lock.");

/// Arms the next renewal, if the holder renews.
pub fn renew_later<L: Lock>(timer: L::Timer, cx: &mut Cx<'_, L>) {
    if cx.params().on(RENEW) {
        cx.set_timer(timer, cx.params().get_u64(param::TTL_MS) * 1_000 / RENEWALS);
    }
}

/// The service says that the lock is another's. Once the holder has made sure and its write is on the way, it does not come back to the question.
pub fn lost<L: Lock>(job: &mut Job, cx: &mut Cx<'_, L>) -> Next {
    if !matches!(job.phase, Phase::Reading | Phase::Working) {
        return Next::Wait;
    }
    if cx.params().on(param::VALIDITY_CHECK) {
        return job::give_up(job, "the service says that the lock is gone", cx);
    }
    cx.say(|| "The service says that the lock is gone. It carries on all the same.".to_owned());
    Next::Wait
}
