//! What the reader may set. Raft runs with the params of lesson 8 at their defaults.

use crate::sim::{ParamKind, ParamSpec};
use crate::topics::locking::job::{FENCE, FENCE_READS, REPEAT, RETRY, TTL, VALIDITY_CHECK, WORK_MAX, WORK_MIN};

/// Indices into the protocol's params, after those of the job.
pub mod param {
    use crate::topics::locking::job::param::COUNT;
    pub use crate::topics::locking::job::param::{REPEAT, RETRY_MS, TTL_MS, VALIDITY_CHECK, WORK_MAX_MS, WORK_MIN_MS};
    /// Rule: the storage refuses writes with a lower token than one that wrote.
    pub const FENCE: u16 = COUNT;
    /// Rule: reads raise the fence too.
    pub const FENCE_READS: u16 = COUNT + 1;
    /// The holder renews.
    pub const RENEW: u16 = COUNT + 2;
}

pub const PARAMS: &[ParamSpec] = &[
    TTL,
    WORK_MIN,
    WORK_MAX,
    RETRY,
    REPEAT,
    VALIDITY_CHECK,
    FENCE,
    FENCE_READS,
    ParamSpec {
        name: "renew",
        label: "The holder renews",
        help: "While it works, the holder asks for more time, every third of the time to live. Each renewal is an entry of the log.",
        kind: ParamKind::Toggle,
        default: 1,
    },
];
