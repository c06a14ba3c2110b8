//! States a second of processor time and memory of the Explorer and of stateright, on the same models, one thread each, each in a process
//! of its own.
//!
//! ```text
//!   cargo run --release                    all, three times each, medians
//!   cargo run --release -- ours paxos 3    one
//! ```

mod ours;
mod theirs;

use cpu_time::ProcessTime;
use std::process::Command;

/// What a search found.
pub struct Counts {
    pub distinct: u64,
    pub generated: u64,
    pub depth: u64,
}

const MODELS: [(&str, u16); 7] = [("2pc", 3), ("2pc", 5), ("2pc", 7), ("2pc", 8), ("2pc-symmetric", 5), ("paxos", 2), ("paxos", 3)];
const RUNS: usize = 3;

/// The most memory this process had, in KiB; 0 where the system does not say.
fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0)
}

fn one(system: &str, model: &str, size: u16) {
    let begun = ProcessTime::now();
    let counts = match system {
        "ours" => ours::run(model, size),
        _ => theirs::run(model, size),
    };
    let us = begun.elapsed().as_micros();
    println!("{} {} {} {us} {}", counts.distinct, counts.generated, counts.depth, memory_kib());
}

/// Distinct, generated, depth, microseconds, KiB.
fn measured(system: &str, model: &str, size: u16) -> [u64; 5] {
    let program = std::env::current_exe().expect("this program is a file");
    let mut runs: Vec<[u64; 5]> = (0..RUNS)
        .map(|_| {
            let output = Command::new(&program).args([system, model, &size.to_string()]).output().expect("it runs itself");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let numbers: Vec<u64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            numbers.try_into().unwrap_or_else(|_| panic!("{system} {model} {size}: {text}{}", String::from_utf8_lossy(&output.stderr)))
        })
        .collect();
    runs.sort_by_key(|run| run[3]);
    runs[RUNS / 2]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [system, model, size] = arguments.as_slice() {
        return one(system, model, size.parse().expect("the size is a number"));
    }
    println!("{:<16} {:<11} {:>10} {:>10} {:>6} {:>9} {:>12} {:>9}", "model", "", "distinct", "generated", "depth", "ms", "states/s", "MiB");
    for (model, size) in MODELS {
        let [ours, theirs] = ["ours", "stateright"].map(|system| {
            let run = measured(system, model, size);
            let [distinct, generated, depth, us, kib] = run;
            let rate = distinct as f64 / (us as f64 / 1e6);
            println!(
                "{:<16} {system:<11} {distinct:>10} {generated:>10} {depth:>6} {:>9.1} {rate:>12.0} {:>9.1}",
                format!("{model} {size}"),
                us as f64 / 1e3,
                kib as f64 / 1024.0
            );
            run
        });
        println!("{:<16} {:<11} {:>48.1}× {:>18.2}×", "", "ratio", theirs[3] as f64 / ours[3] as f64, ours[4] as f64 / theirs[4] as f64);
        if model != "2pc-symmetric" {
            assert_eq!(ours[..3], theirs[..3], "both find the same states");
        }
    }
}
