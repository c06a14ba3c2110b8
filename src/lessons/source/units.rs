//! Quantities as authors write them: "1.2 s", "20..40 ms", "2 %". Knows no file.

use crate::sim::Latency;

/// A number in front of a unit: `("20..40", "ms")`.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let unit = text.find(|c: char| c.is_alphabetic() || c == '%' || c == 'µ')?;
    let (number, unit) = text.split_at(unit);
    Some((number.trim(), unit.trim()))
}

/// Digits with at most `places` after the point, times ten to the power of `places`. Exact: no binary fraction in between.
fn decimal(text: &str, places: usize) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || fraction.len() > places {
        return None;
    }
    let scaled: i64 = format!("{whole}{fraction:0<places$}").parse().ok()?;
    Some(sign * scaled)
}

fn us_places(unit: &str) -> Option<usize> {
    match unit {
        "s" => Some(6),
        "ms" => Some(3),
        "us" | "µs" => Some(0),
        _ => None,
    }
}

/// "-500 ms" in microseconds.
pub fn signed_us(text: &str) -> Option<i64> {
    let (number, unit) = split(text)?;
    decimal(number, us_places(unit)?)
}

/// "1.2 s" in microseconds.
pub fn duration_us(text: &str) -> Option<u64> {
    u64::try_from(signed_us(text)?).ok()
}

/// "2 %" in parts per million; also "300 ppm".
pub fn rate_ppm(text: &str) -> Option<i64> {
    match split(text)? {
        (number, "%") => decimal(number, 4),
        (number, "ppm") => decimal(number, 0),
        _ => None,
    }
}

/// "30 ms", "20..40 ms" (evenly between), "exp 5+20 ms" (at least 5, and on top exponentially with mean 20).
pub fn latency(text: &str) -> Option<Latency> {
    if let Some(rest) = text.trim().strip_prefix("exp ") {
        let (numbers, unit) = split(rest)?;
        let (least, mean) = numbers.split_once('+')?;
        let us = |number: &str| u64::try_from(decimal(number.trim(), us_places(unit)?)?).ok();
        return Some(Latency::Exponential(us(least)?, us(mean)?));
    }
    let (numbers, unit) = split(text)?;
    let us = |number: &str| u64::try_from(decimal(number.trim(), us_places(unit)?)?).ok();
    match numbers.split_once("..") {
        Some((low, high)) => Some(Latency::Uniform(us(low)?, us(high)?)),
        None => us(numbers).map(Latency::Fixed),
    }
}

/// "1..200" as a range of seeds, both ends included.
pub fn seeds(text: &str) -> Option<std::ops::RangeInclusive<u64>> {
    let (first, last) = text.split_once("..")?;
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some(first..=last)
}
