//! What the reader may set.

use crate::sim::{ParamKind, ParamSpec};
use crate::topics::locking::job::{FENCE, FENCE_READS, REPEAT, RETRY, TTL, VALIDITY_CHECK, WORK_MAX, WORK_MIN, rule};

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
    /// How long the lock stays locked after a lease ran out, in milliseconds.
    pub const LOCK_DELAY_MS: u16 = COUNT + 3;
    /// Rule: only the holder's release counts.
    pub const OWNER_CHECK: u16 = COUNT + 4;
    /// Rule: leases run out.
    pub const EXPIRY: u16 = COUNT + 5;
    /// Rule: the service keeps its lock table on disk.
    pub const PERSISTED: u16 = COUNT + 6;
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
        help: "While it works, the holder asks for more time, every third of the time to live.",
        kind: ParamKind::Toggle,
        default: 1,
    },
    ParamSpec {
        name: "lock_delay_ms",
        label: "Lock-delay",
        help: "A lock whose lease ran out stays locked for so long. One that was given back is free at once.",
        kind: ParamKind::Range { min: 0, max: 10_000, step: 50, unit: "ms" },
        default: 0,
    },
    rule(
        "owner_check",
        "Only the holder can release",
        "A release says for which turn it is, and the service compares. Without this rule a client that is late gives away its \
         successor's lock.",
    ),
    rule(
        "expiry",
        "Leases run out",
        "The service takes back a lock that was not renewed for its time to live. Without this rule a holder that crashes, or whose \
         release is lost, keeps it for ever.",
    ),
    rule(
        "persisted",
        "The lock table is on disk",
        "The service knows after a crash who has the lock, and which token was the last. Without this rule it lends the lock again, \
         with a token that it has used before.",
    ),
];
