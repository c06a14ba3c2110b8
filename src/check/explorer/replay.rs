//! A run that was found as the journal of a run that plays, rewinds and is a link.
//!
//! Found runs know no time, and the clock knows nothing else. So the journal first takes the schedule out of the clock's hands, and then
//! does each step at a pace at which it can be watched.

use crate::sim::script::Recorded;
use crate::sim::timeline::Entry;
use crate::sim::{At, Error, Intervention, limits};

/// A pace at which steps can be followed, in virtual microseconds a step.
pub const PACE_US: u64 = 60_000;

/// The journal of a run to which `before` was done up to the moment `from`, and then `script`, a step every `pace_us`.
///
/// For a world made by [`started`](super::started) that is nothing, and the moment after as many events of time 0 as there are nodes.
/// For the present of a timeline, it is its journal and its position.
pub fn journal(before: &[Entry], from: At, script: &[Recorded], pace_us: u64) -> Result<Vec<Entry>, Error> {
    let mut entries = before.to_vec();
    entries.push(Entry { at: from, what: Intervention::Manual(true) });
    let moments = (1u64..).map(|step| from.time_us.saturating_add(step.saturating_mul(pace_us)));
    entries.extend(script.iter().zip(moments).map(|(recorded, time_us)| Entry {
        at: At { time_us, after: 0 },
        what: Intervention::Scripted(recorded.choice.clone(), recorded.answers.clone()),
    }));
    if entries.len() > limits::INTERVENTIONS_MAX || entries.last().is_some_and(|last| last.at.time_us > limits::TIME_US_MAX) {
        return Err(Error::Limit { what: "things done to a run", max: limits::INTERVENTIONS_MAX as u64 });
    }
    Ok(entries)
}
