//! A search and its verdict in sentences, for readers and for authors.

use super::{Aim, Report, Search};
use crate::check::explorer::hunt::{Chase, Phase};
use crate::check::explorer::{Network, Timers, Verdict};
use crate::scenario::words::{count, thousands, title};
use crate::sim::Algorithm;

/// What is looked for: "run that breaks “Election safety”".
pub fn aim(aim: Aim, algorithm: &dyn Algorithm) -> String {
    match aim {
        Aim::AnyInvariant => "run that breaks an invariant".to_owned(),
        Aim::Invariant(invariant) => format!("run that breaks \u{201c}{}\u{201d}", invariant_name(algorithm, invariant)),
        Aim::Reach(fact) => format!("run that comes to \u{201c}{}\u{201d}", fact_name(algorithm, fact)),
        Aim::Avoid { fact, within } => {
            format!("run that has not come to \u{201c}{}\u{201d} within {within} steps", fact_name(algorithm, fact))
        }
    }
}

/// The name of an invariant, as the page writes it.
pub fn invariant_name(algorithm: &dyn Algorithm, invariant: u16) -> String {
    algorithm.invariants().get(usize::from(invariant)).map_or_else(String::new, |info| title(info.name))
}

/// The name of a fact, as the page writes it.
pub fn fact_name(algorithm: &dyn Algorithm, fact: u16) -> String {
    algorithm.facts().get(usize::from(fact)).map_or_else(String::new, |info| title(info.name))
}

/// What may happen in the runs that are searched: "2 timeouts, 1 crash; messages in any order".
pub fn bounds(search: &Search) -> String {
    let budget = search.budget;
    let mut may = vec![budget.fires.map_or_else(|| "any number of timeouts".to_owned(), |fires| some(fires, "timeout"))];
    let faults = [
        (budget.crashes, "crash"),
        (budget.partitions, "partition"),
        (budget.drops, "lost message"),
        (budget.duplicates, "copied message"),
        (budget.pauses, "freeze"),
        (budget.jumps, "jump of a clock"),
    ];
    may.extend(faults.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| some(number, what)));
    let requests = search.clients.iter().map(|client| client.requests.len() as u64).sum();
    if requests > 0 {
        may.push(count(requests, "client request"));
    }
    let network = match search.network {
        Network::Unordered => "messages in any order",
        Network::Fifo => "the messages of a link in order",
        Network::Growing => "messages in any order, any number of times",
    };
    let timers = if search.timers == Timers::InOrder { ", timers in order" } else { "" };
    format!("at most {}; {network}{timers}", may.join(", "))
}

fn some(number: u8, what: &str) -> String {
    match (number, what) {
        (1, what) => format!("1 {what}"),
        (_, "crash") => format!("{number} crashes"),
        (_, "jump of a clock") => format!("{number} jumps of clocks"),
        _ => format!("{number} {what}s"),
    }
}

/// What came of a search, in a sentence or two; nothing while it goes on.
pub fn verdict(report: &Report, search: &Search, algorithm: &dyn Algorithm) -> String {
    let states = thousands(report.progress.distinct);
    if let Some(witness) = &report.witness {
        let steps = count(u64::from(witness.steps), "step");
        let found = match (witness.invariant, search.aim) {
            (Some(invariant), _) => format!("\u{201c}{}\u{201d} breaks in {steps}.", invariant_name(algorithm, invariant)),
            (None, Aim::Reach(fact)) => format!("{steps} lead to \u{201c}{}\u{201d}.", fact_name(algorithm, fact)),
            (None, _) => format!("a {}. It has {steps}.", aim(search.aim, algorithm)),
        };
        let shortest = if witness.is_shortest { "No run is shorter." } else { "There may be a shorter run." };
        return format!("Found: {found} {shortest}");
    }
    match (&report.verdict, search.aim) {
        (Verdict::Open | Verdict::Found, _) => String::new(),
        (Verdict::Exhausted, Aim::Avoid { fact, within }) => {
            format!(
                "Exhausted: every run comes to \u{201c}{}\u{201d} within {within} steps. {states} states were visited.",
                fact_name(algorithm, fact)
            )
        }
        (Verdict::Exhausted, _) => {
            format!("Exhausted: all {states} states were visited. There is no {}.", aim(search.aim, algorithm))
        }
        (Verdict::Cut(bounds), _) if bounds.is_empty() => {
            format!("Nothing found in {} random runs. That proves nothing.", thousands(u64::from(search.walks)))
        }
        (Verdict::Cut(bounds), _) => {
            let why: Vec<String> = bounds.iter().map(ToString::to_string).collect();
            format!("Not decided: nothing was found in {states} states, but {}.", why.join(", and "))
        }
    }
}

/// How far random runs are.
pub fn chase(chase: &Chase) -> String {
    let steps = |steps: Option<u32>| count(u64::from(steps.unwrap_or(0)), "step");
    let walks = count(u64::from(chase.walks), "random run");
    match (chase.phase, chase.first_steps) {
        (Phase::Walk, _) => format!("{walks} so far."),
        (Phase::Over, None) => format!("{walks} in all."),
        (Phase::Shrink, first) => format!("Found after {walks}, with {}. Now down to {}.", steps(first), steps(chase.steps)),
        (Phase::Prove, first) => format!("Down to {} from {}. Is there a shorter run?", steps(chase.steps), steps(first)),
        (Phase::Over, first) => format!("Found after {walks}, with {}, and shrunk to {}.", steps(first), steps(chase.steps)),
    }
}
