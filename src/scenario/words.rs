//! Numbers and names in words. Pure.

use crate::sim::capital;

/// `3,120`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `Election safety` of the stable name `election-safety`.
pub fn title(name: &str) -> String {
    capital(&name.replace(['-', '_'], " "))
}

/// How many: `1 node`, `5 nodes`.
pub fn count(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", thousands(number), if number == 1 { "" } else { "s" })
}
