//! Numbers and names as the panels write them. Pure: knows no component.

pub use crate::scenario::words::{count, thousands, title};
use crate::sim::{Conditions, Latency, NodeId, Scope};
use crate::ui::playground::format_time;

/// `411.8`: milliseconds with one decimal, for columns where the unit goes without saying.
pub fn ms(time_us: u64) -> String {
    format!("{}.{}", time_us / 1_000, time_us / 100 % 10)
}

/// A local clock's reading, which may be before 0.
pub fn signed_time(time_us: i64) -> String {
    format!("{}{}", if time_us < 0 { "−" } else { "" }, format_time(time_us.unsigned_abs()))
}

/// `12 %`, `0.5 %`, of parts per million.
pub fn percent(ppm: u32) -> String {
    match ppm % 10_000 / 1_000 {
        0 => format!("{} %", ppm / 10_000),
        tenths => format!("{}.{tenths} %", ppm / 10_000),
    }
}

/// `part / whole` with one decimal; `None` of nothing.
pub fn ratio(part: u64, whole: u64) -> Option<String> {
    let tenths = part.saturating_mul(10).checked_div(whole)?;
    Some(format!("{}.{}", thousands(tenths / 10), tenths % 10))
}

/// How long messages travel, in words.
pub fn latency(latency: Latency) -> String {
    match latency {
        Latency::Fixed(us) => format!("{} ms", ms(us)),
        Latency::Uniform(low_us, high_us) => format!("{} to {} ms", ms(low_us), ms(high_us)),
        Latency::Exponential(least_us, mean_us) => format!("at least {} ms, {} ms more on average", ms(least_us), ms(mean_us)),
    }
}

/// A link's conditions, a line each.
pub fn conditions(conditions: &Conditions) -> Vec<(&'static str, String)> {
    let bandwidth = match conditions.bytes_per_s {
        0 => "no limit".to_owned(),
        bytes => format!("{} bytes/s", thousands(u64::from(bytes))),
    };
    vec![
        ("latency", latency(conditions.latency)),
        ("lost", percent(conditions.loss_ppm)),
        ("arrive twice", percent(conditions.duplicate_ppm)),
        ("fall behind", percent(conditions.reorder_ppm)),
        ("bandwidth", bandwidth),
        ("in order of sending", if conditions.fifo { "always" } else { "not always" }.to_owned()),
    ]
}

/// Where conditions apply.
pub fn scope(scope: Scope) -> String {
    match scope {
        Scope::Everywhere => "all links".to_owned(),
        Scope::Node(NodeId(node)) => format!("all links of node {node}"),
        Scope::Link(from, to) => format!("the link {from}→{to}"),
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn numbers_read_as_a_person_writes_them() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 4_000, 10_000, 125_000, 1_000_000].map(percent), ["0 %", "0.4 %", "1 %", "12.5 %", "100 %"]);
        assert_eq!([signed_time(-1_500), signed_time(2_000_000)], ["−1.5 ms", "2.000 s"]);
        assert_eq!([count(1, "node"), count(5, "node")], ["1 node", "5 nodes"]);
    }

    #[wasm_bindgen_test]
    fn nothing_is_not_shared_out() {
        assert_eq!(ratio(103, 4).as_deref(), Some("25.7"));
        assert_eq!(ratio(103, 0), None);
    }

    #[wasm_bindgen_test]
    fn a_stable_name_becomes_a_title() {
        assert_eq!([title("election-safety"), title("")], ["Election safety", ""]);
    }
}
