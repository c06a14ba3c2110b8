//! How many servers a target takes, step by step: a shared queue, by Erlang C and the variability of service.
//!
//! P(W > t) = C(c, a) · exp(−t · C(c, a)/W), with the mean wait W = C(c, a)/(cμ − λ) · (1 + C²)/2. Exact for exponential service times; otherwise
//! the approximation of Lee & Longton 1959 with an exponential tail (Harchol-Balter 2013, §14; Halfin & Whitt 1981 for the square root).

use super::theory::{Wait, erlang_c};
use crate::sim::series::number;
use crate::sim::{Cell, Ledger, LedgerRow, Tone};

/// Most servers that are tried.
const SERVERS_MAX: u32 = 100_000;
/// Rows shown before the answer.
const ROWS_BEFORE: usize = 5;

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Demand {
    /// λ, a second.
    pub arrivals_per_s: f64,
    /// S, in seconds.
    pub service_s: f64,
    /// C² of the service times.
    pub variability: f64,
    /// The share of customers that…
    pub share: f64,
    /// …must not wait longer than this, in seconds.
    pub target_s: f64,
}

/// What so many servers give.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plan {
    /// c.
    pub servers: u32,
    /// ρ.
    pub load: f64,
    /// C(c, a).
    pub waits: f64,
    /// Mean wait, in seconds; infinite without a steady state.
    pub wait_s: f64,
    /// The wait that the share of customers does not exceed, in seconds.
    pub quantile_s: f64,
    /// Whether that meets the target.
    pub is_enough: bool,
}

/// What `servers` give.
pub fn plan(demand: &Demand, servers: u32) -> Plan {
    let offered = demand.arrivals_per_s * demand.service_s;
    let load = offered / f64::from(servers.max(1));
    if load >= 1.0 {
        return Plan { servers, load, waits: 1.0, wait_s: f64::INFINITY, quantile_s: f64::INFINITY, is_enough: false };
    }
    let waits = erlang_c(servers, offered);
    let wait_s = waits / (f64::from(servers) / demand.service_s - demand.arrivals_per_s) * (1.0 + demand.variability) / 2.0;
    let quantile_s = Wait::Exponential { waits, rate: waits / wait_s }.quantile_s(demand.share).unwrap_or(f64::INFINITY);
    Plan { servers, load, waits, wait_s, quantile_s, is_enough: quantile_s <= demand.target_s }
}

/// The fewest servers that meet the target, and those that do not before them; the last is the answer.
pub fn servers_needed(demand: &Demand) -> Vec<Plan> {
    let offered = demand.arrivals_per_s * demand.service_s;
    let first = (libm::floor(offered).min(f64::from(SERVERS_MAX)) as u32).max(1);
    let mut plans: Vec<Plan> = Vec::new();
    for servers in first..=SERVERS_MAX.max(first) {
        let plan = plan(demand, servers);
        plans.push(plan);
        if plan.is_enough {
            break;
        }
    }
    plans
}

/// The calculation as a table, with its answer in words.
pub fn ledger(demand: &Demand, share_name: &str) -> Ledger {
    let (plans, offered) = (servers_needed(demand), demand.arrivals_per_s * demand.service_s);
    let ms = |seconds: f64| if seconds.is_finite() { format!("{} ms", number(seconds * 1e3)) } else { "∞".to_owned() };
    let cell = |corner: &str, text: String, hint: &str| Cell {
        text,
        corner: corner.to_owned(),
        hint: hint.to_owned(),
        settled: true,
        ..Cell::default()
    };
    let percent = |share: f64| format!("{} %", number(share * 100.0));
    let given = LedgerRow {
        label: "given".to_owned(),
        node: None,
        note: format!("λ = {} a second, S = {}", number(demand.arrivals_per_s), ms(demand.service_s)),
        cells: vec![
            cell("a = λS", format!("{} erlangs", number(offered)), "the offered load: so many servers it keeps busy"),
            cell("C²", number(demand.variability), "how service times vary"),
            cell("(1 + C²)/2", format!("× {}", number((1.0 + demand.variability) / 2.0)), "what their variability does to the wait"),
            cell(share_name, format!("≤ {}", ms(demand.target_s)), "the target for the wait"),
        ],
    };
    let row = |plan: &Plan| {
        let spare = f64::from(plan.servers) - offered;
        let (verdict, tone) = if plan.is_enough { ("within the target", Tone::Good) } else { ("beyond the target", Tone::Bad) };
        LedgerRow {
            label: if plan.servers == 1 { "1 server".to_owned() } else { format!("{} servers", plan.servers) },
            node: None,
            note: match plan {
                Plan { is_enough: true, .. } => format!("enough: c = a + {} √a", number(spare / libm::sqrt(offered.max(1e-9)))),
                Plan { load: 1.0.., .. } => "less than the work that arrives".to_owned(),
                _ => verdict.to_owned(),
            },
            cells: vec![
                cell("ρ = a/c", percent(plan.load), "the load of each server"),
                cell("C(c, a)", percent(plan.waits), "the share of customers that have to wait"),
                cell("W", ms(plan.wait_s), "the mean wait: C(c, a)/(cμ − λ) · (1 + C²)/2"),
                Cell { tone, ..cell(share_name, ms(plan.quantile_s), &format!("W/C(c, a) · ln(C(c, a)/share beyond): {verdict}")) },
            ],
        }
    };
    let shown = plans.iter().skip(plans.len().saturating_sub(ROWS_BEFORE + 1));
    Ledger {
        title: "How many servers?",
        caption: "Worked out from the settings, not from the run: the fewest servers on one shared queue whose wait meets the target, and why fewer do not.",
        columns: Vec::new(),
        rows: [given].into_iter().chain(shown.map(row)).collect(),
    }
}
