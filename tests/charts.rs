//! Numbers as charts and tables write them.

#![cfg(test)]

use faultline::sim::series::number;

#[test]
fn numbers_are_written_with_three_significant_digits() {
    let check = |value: f64, expect: &str| assert_eq!(number(value), expect, "{value}");
    check(0.0, "0");
    check(1.0, "1");
    check(0.1234, "0.123");
    check(12.345, "12.3");
    check(999.6, "1,000");
    check(1_234_567.0, "1,234,567");
    check(-0.05, "−0.05");
    check(9.999, "10");
    check(0.000_012, "0.000012");
    check(1.23e-7, "1.23e−7");
    check(9.999e-7, "1.00e−6");
    check(f64::INFINITY, "∞");
    check(f64::NAN, "none");
}
