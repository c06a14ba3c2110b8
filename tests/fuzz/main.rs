//! Whatever an author, a file or a clipboard holds, what reads it answers with a value or with a sentence: no panic, no hang, no memory
//! without bound. (Links: `tests/links.rs`.)
//!
//! Inputs are real ones, changed by their structure ([`mutate`]); the k-th input of a test is the same on every machine.
//! `FAULTLINE_FUZZ=1000000 cargo test --test fuzz` tries so many in each test, `FAULTLINE_FUZZ=500000..1000000` the second half of these.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

mod histories;
mod lessons;
mod mutate;
mod progress;
mod scenarios;

use faultline::sim::rng::stream;
use mutate::Luck;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How many inputs a test tries when nothing is said.
const CASES: u64 = 2_000;
/// An input that takes this long is one that hangs: usual ones take less than a millisecond.
const HANG: Duration = Duration::from_secs(60);
/// What a whole run may take of memory at its height; a run without bad inputs takes a tenth.
const MEMORY_KIB_MAX: u64 = 1 << 20;
/// Letters of a sentence. It may list the names that there are.
const SENTENCE_CHARS_MAX: usize = 1_500;

fn cases() -> Range<u64> {
    let asked = std::env::var("FAULTLINE_FUZZ").unwrap_or_default();
    let (from, to) = asked.split_once("..").unwrap_or(("0", &asked));
    from.parse().unwrap_or_default()..to.parse().unwrap_or(CASES)
}

/// Gives each of the inputs that `make` makes to `check`, which says whether it was read, and panics if what must hold does not.
fn fuzz(name: &str, make: impl Fn(&mut Luck) -> String, check: impl Fn(&str) -> bool) {
    let input = |case: u64| make(&mut Luck::new(stream(case)));
    let cases = cases();
    let at = AtomicU64::new(cases.start);
    let mut read = 0;
    std::thread::scope(|scope| {
        let (done, wait) = channel::<()>();
        let at = &at;
        scope.spawn(move || {
            let mut seen = u64::MAX;
            while wait.recv_timeout(HANG) == Err(RecvTimeoutError::Timeout) {
                let now = at.load(Ordering::Relaxed);
                if now == seen {
                    eprintln!("{name}: input {now} takes longer than {HANG:?}.");
                    std::process::abort();
                }
                seen = now;
            }
        });
        for case in cases.clone() {
            at.store(case, Ordering::Relaxed);
            let text = input(case);
            match catch_unwind(AssertUnwindSafe(|| check(&text))) {
                Ok(was_read) => read += u64::from(was_read),
                Err(_) => {
                    drop(done);
                    panic!("{name}: input {case} is\n{text:?}");
                }
            }
        }
        drop(done);
    });
    let peak_kib = peak_kib().unwrap_or_default();
    let count = cases.end.saturating_sub(cases.start);
    println!("{name}: {count} inputs, of which {read} were read; {peak_kib} KiB of memory at most");
    // Where all are refused at the door, nothing behind it is tried.
    assert!(read > count / 100, "{name}: only {read} inputs of {count} were read");
    assert!(peak_kib < MEMORY_KIB_MAX, "{name}: {peak_kib} KiB");
}

/// The most memory that this process ever had, where the system says it.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// What must hold of every complaint: it is a sentence, and no longer than somebody reads, however long the input was.
fn is_sentence(says: &str) {
    assert!(says.ends_with(['.', ')', '?']) && !says.trim().is_empty(), "no sentence: {says:?}");
    assert!(says.chars().count() <= SENTENCE_CHARS_MAX, "{} letters: {says:.200}", says.chars().count());
}
