//! What the reader may set.

use crate::sim::{ParamKind, ParamSpec};

/// Indices into the protocol's params.
pub mod param {
    use crate::topics::locking::job::param::OWN;
    pub use crate::topics::locking::job::param::TTL_MS;
    /// How long a client waits for a master's answer, in milliseconds.
    pub const ANSWERS_MS: u16 = OWN;
    /// Allowance for clocks that do not run equally fast, in percent of the time to live.
    pub const DRIFT_PERCENT: u16 = OWN + 1;
    /// Masters write their key to disk before they answer.
    pub const PERSISTED: u16 = OWN + 2;
    /// Rule: a majority is needed.
    pub const MAJORITY: u16 = OWN + 3;
    /// Rule: what the locking took is subtracted.
    pub const SUBTRACT_ELAPSED: u16 = OWN + 4;
    /// Rule: the allowance for drift is subtracted.
    pub const SUBTRACT_DRIFT: u16 = OWN + 5;
    /// Rule: only the key's own value unlocks it.
    pub const OWNER_CHECK: u16 = OWN + 6;
    /// Rule: a master that crashed stays silent for a time to live.
    pub const DELAYED_RESTART: u16 = OWN + 7;
}

pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "answers_ms",
        label: "Patience with the masters",
        help: "A master that has not answered for so long counts as down. Small beside the time to live.",
        kind: ParamKind::Range { min: 50, max: 3_000, step: 10, unit: "ms" },
        default: 200,
    },
    ParamSpec {
        name: "drift_percent",
        label: "Allowance for drift",
        help: "How much a client takes off its validity because clocks may not run equally fast. The specification's code uses 1 %, and 2 ms \
               on top.",
        kind: ParamKind::Range { min: 0, max: 20, step: 1, unit: "%" },
        default: 1,
    },
    ParamSpec {
        name: "persisted",
        label: "Masters write to disk first",
        help: "A master that crashes still has its key afterwards, as with appendfsync always.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec::rule(
        "majority",
        "A majority of the masters",
        "More than half must have set the key. Without this rule one master is enough.",
    ),
    ParamSpec::rule(
        "subtract_elapsed",
        "Subtract what the locking took",
        "The masters' time runs from when they set the key. Without this rule a client counts from when it had counted the answers.",
    ),
    ParamSpec::rule(
        "subtract_drift",
        "Subtract the allowance for drift",
        "Without this rule a client trusts that no master's clock runs faster than its own.",
    ),
    ParamSpec::rule(
        "owner_check",
        "Only the key's own value unlocks it",
        "A master compares before it deletes. Without this rule a client that is late deletes another's key.",
    ),
    ParamSpec::rule(
        "delayed_restart",
        "Stay silent after a crash",
        "A master that lost its key in a crash answers nobody for a time to live. Without this rule it may be half of two majorities.",
    ),
];
