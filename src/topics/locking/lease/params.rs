//! What the reader may set.

use crate::sim::{ParamKind, ParamSpec};
use crate::topics::locking::renewal::renew;

/// Indices into the protocol's params.
pub mod param {
    pub use crate::topics::locking::job::param::TTL_MS;
    use crate::topics::locking::renewal::RENEW;
    /// How long the lock stays locked after a lease ran out, in milliseconds.
    pub const LOCK_DELAY_MS: u16 = RENEW + 1;
    /// Rule: only the holder's release counts.
    pub const OWNER_CHECK: u16 = RENEW + 2;
    /// Rule: leases run out.
    pub const EXPIRY: u16 = RENEW + 3;
    /// Rule: the service keeps its lock table on disk.
    pub const PERSISTED: u16 = RENEW + 4;
}

pub const PARAMS: &[ParamSpec] = &[
    renew("While it works, the holder asks for more time, every third of the time to live."),
    ParamSpec {
        name: "lock_delay_ms",
        label: "Lock-delay",
        help: "A lock whose lease ran out stays locked for so long. One that was given back is free at once.",
        kind: ParamKind::Range { min: 0, max: 10_000, step: 50, unit: "ms" },
        default: 0,
    },
    ParamSpec::rule(
        "owner_check",
        "Only the holder can release",
        "A release says for which turn it is, and the service compares. Without this rule a client that is late gives away its \
         successor's lock.",
    ),
    ParamSpec::rule(
        "expiry",
        "Leases run out",
        "The service takes back a lock that was not renewed for its time to live. Without this rule a holder that crashes, or whose \
         release is lost, keeps it for ever.",
    ),
    ParamSpec::rule(
        "persisted",
        "The lock table is on disk",
        "The service knows after a crash who has the lock, and which token was the last. Without this rule it lends the lock again, \
         with a token that it has used before.",
    ),
];
