//! What a reader may set: who comes, who serves, who decides. Knows no run.

use super::law::{LAWS, Law, NAMES};
use super::theory::Model;
use crate::sim::{ParamKind, ParamSpec, Params};

/// Arrivals, on average, a minute.
pub const ARRIVALS_PER_MIN: u16 = 0;
/// Mean service time, in milliseconds.
pub const SERVICE_MS: u16 = 1;
/// How service times vary.
pub const LAW: u16 = 2;
/// Where a customer goes.
pub const DISPATCH: u16 = 3;
/// d: servers that are compared.
pub const COMPARED: u16 = 4;
/// K: room at a station; 0 is without limit.
pub const ROOM: u16 = 5;
/// How customers arrive.
pub const ARRIVALS: u16 = 6;
/// In a burst they come so many times as often as on average.
pub const BURST_TIMES: u16 = 7;
/// Mean length of a burst, in milliseconds.
pub const BURST_MS: u16 = 8;
/// Rule: the dispatcher looks at queue lengths.
pub const LOOK: u16 = 9;
/// Rule: the lengths that it sees are those of now.
pub const FRESH: u16 = 10;
/// How old they get otherwise, in milliseconds.
pub const STALE_MS: u16 = 11;
/// Rule: who comes first is served first.
pub const IN_ORDER: u16 = 12;
/// Rule: who finds no room is refused.
pub const REFUSE: u16 = 13;
/// The target: a wait, in milliseconds…
pub const TARGET_MS: u16 = 14;
/// …that this share of customers must not exceed.
pub const TARGET_SHARE: u16 = 15;

/// Params up to here change what is measured; a measurement starts anew when one of them does.
pub const MODEL_PARAMS: usize = TARGET_MS as usize;

/// Where the dispatcher sends a customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dispatch {
    /// To any.
    Random,
    /// To one after the other.
    RoundRobin,
    /// To the one that has fewest.
    Shortest,
    /// To the one of d, taken at random, that has fewest.
    BestOf,
    /// Nowhere yet: it waits with the dispatcher until a server is free.
    Shared,
}

const DISPATCHES: [Dispatch; 5] = [Dispatch::Random, Dispatch::RoundRobin, Dispatch::Shortest, Dispatch::BestOf, Dispatch::Shared];

/// How customers arrive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arrivals {
    /// Independently of each other, at a steady rate.
    Poisson,
    /// Poisson in bursts, nobody between them.
    Bursts,
    /// At even distances.
    Even,
}

const ARRIVAL_KINDS: [Arrivals; 3] = [Arrivals::Poisson, Arrivals::Bursts, Arrivals::Even];

/// Shares that a target may name.
pub const SHARES: [(f64, &str); 5] = [(0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9")];

fn option<T: Copy>(params: &Params, index: u16, options: &[T], usual: T) -> T {
    usize::try_from(params.get(index)).ok().and_then(|at| options.get(at)).copied().unwrap_or(usual)
}

/// How service times vary.
pub fn law(params: &Params) -> Law {
    option(params, LAW, &LAWS, Law::Exponential)
}
/// Where a customer goes.
pub fn dispatch(params: &Params) -> Dispatch {
    option(params, DISPATCH, &DISPATCHES, Dispatch::Random)
}
/// How customers arrive.
pub fn arrivals(params: &Params) -> Arrivals {
    option(params, ARRIVALS, &ARRIVAL_KINDS, Arrivals::Poisson)
}
/// The target: a share of customers and its name, and the wait that it must not exceed, in seconds.
pub fn target(params: &Params) -> (f64, &'static str, f64) {
    let (share, name) = option(params, TARGET_SHARE, &SHARES, (0.99, "p99"));
    (share, name, params.get(TARGET_MS) as f64 / 1e3)
}

/// What theory is asked about; `handover_s` is what a run has measured of it.
pub fn model(params: &Params, servers: u32, handover_s: f64) -> Model {
    // Without a look at the queues all that is left is to choose at random.
    let dispatch = match dispatch(params) {
        Dispatch::Shortest | Dispatch::BestOf if !params.on(LOOK) => Dispatch::Random,
        other => other,
    };
    Model {
        arrivals_per_s: params.get(ARRIVALS_PER_MIN) as f64 / 60.0,
        arrivals: arrivals(params),
        service_s: params.get(SERVICE_MS) as f64 / 1e3,
        law: law(params),
        servers,
        dispatch,
        compared: u32::try_from(params.get(COMPARED)).unwrap_or(1).min(servers),
        room: if params.on(REFUSE) { u32::try_from(params.get(ROOM)).unwrap_or(0) } else { 0 },
        handover_s,
        in_order: params.on(IN_ORDER),
    }
}

const fn range(
    name: &'static str,
    label: &'static str,
    help: &'static str,
    kind: (i64, i64, i64, &'static str),
    default: i64,
) -> ParamSpec {
    ParamSpec { name, label, help, kind: ParamKind::Range { min: kind.0, max: kind.1, step: kind.2, unit: kind.3 }, default }
}

const fn choice(name: &'static str, label: &'static str, help: &'static str, options: &'static [&'static str], default: i64) -> ParamSpec {
    ParamSpec { name, label, help, kind: ParamKind::Choice(options), default }
}

/// In the order of their indices.
pub const PARAMS: &[ParamSpec] = &[
    range("arrivals_per_min", "Arrivals", "How many customers come on average, λ.", (6, 12_000, 6, "a minute"), 1_920),
    range("service_ms", "Mean service time", "How long a customer keeps a server busy on average, S.", (5, 1_000, 5, "ms"), 100),
    choice(
        "service",
        "Service times are",
        "How much they vary around their mean: C² is their variance over the square of the mean.",
        &NAMES,
        0,
    ),
    choice(
        "dispatch",
        "A customer goes to",
        "How the dispatcher chooses a server. With a shared queue customers wait with the dispatcher until a server is free.",
        &["a server at random", "each server in turn", "the shortest queue", "the best of d", "a shared queue"],
        0,
    ),
    range(
        "compared",
        "Best of d: servers compared",
        "How many servers, taken at random, the dispatcher compares.",
        (2, 8, 1, "servers"),
        2,
    ),
    range(
        "room",
        "Room at a station",
        "How many customers may be at a server, the one in service included; with a shared queue, in all. 0 is without limit.",
        (0, 1_000, 1, "customers"),
        0,
    ),
    choice(
        "arrivals",
        "Customers arrive",
        "By themselves, in bursts with nobody between them, or evenly.",
        &["by themselves (Poisson)", "in bursts", "evenly"],
        0,
    ),
    range(
        "burst_times",
        "In a burst they come",
        "So many times as often as on average; between bursts nobody comes.",
        (2, 20, 1, "times as often"),
        4,
    ),
    range("burst_ms", "Length of a burst", "On average.", (100, 20_000, 100, "ms"), 2_000),
    ParamSpec::rule(
        "look",
        "The dispatcher looks at the queues",
        "It compares how many customers servers have. Without this rule it sends them anywhere.",
    ),
    ParamSpec::rule(
        "fresh",
        "What it sees is true now",
        "It counts whom it sent and who is done. Without this rule it sees the counts as they were a while ago, and so does everybody else.",
    ),
    range(
        "stale_ms",
        "Age that counts may reach",
        "How rarely the counts are brought up to date when they are not kept.",
        (50, 5_000, 50, "ms"),
        500,
    ),
    ParamSpec::rule(
        "in_order",
        "First come, first served",
        "A server takes who has waited longest. Without this rule it takes who came last.",
    ),
    ParamSpec::rule(
        "refuse",
        "Who finds no room is refused",
        "A full station turns customers away at once. Without this rule they wait all the same.",
    ),
    range(
        "target_ms",
        "Target: wait of at most",
        "What the chosen share of customers must not exceed before its service begins.",
        (50, 60_000, 50, "ms"),
        1_000,
    ),
    choice(
        "target_share",
        "Target: which share",
        "How many customers must meet it: of a hundred, p99 lets one miss.",
        &["p50", "p90", "p95", "p99", "p99.9"],
        3,
    ),
];
