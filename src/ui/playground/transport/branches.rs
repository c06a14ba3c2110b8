//! Names of branches: where each forked, and what was done there.

use super::super::format_time;
use crate::scenario::export::groups_in_words;
use crate::sim::timeline::{Branch, Entry};
use crate::sim::{Algorithm, Choice, Intervention, Timeline};

/// Letters of a branch's name at most.
const NAME_LETTERS_MAX: usize = 60;

/// The name of a branch of `timeline`: "Main run", "Branch 2: crash 0 at 1.200 s".
pub fn name(timeline: &Timeline, branch: &Branch) -> String {
    let Some((parent, _)) = branch.parent else { return "Main run".to_owned() };
    let empty = Vec::new();
    let theirs = timeline.branches().iter().find(|other| other.id == parent).map_or(&empty, |parent| &parent.journal);
    let common = branch.journal.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    let number = branch.id + 1;
    match branch.journal.get(common) {
        // A run that a search has found begins by taking the schedule out of the clock's hands.
        Some(Entry { at, what: Intervention::Manual(true) })
            if matches!(branch.journal.get(common + 1), Some(Entry { what: Intervention::Scripted(..), .. })) =>
        {
            format!("Branch {number}: found, from {}", format_time(at.time_us))
        }
        Some(entry) => {
            let name = format!("Branch {number}: {} at {}", deed(timeline.setup().algorithm, &entry.what), format_time(entry.at.time_us));
            match name.char_indices().nth(NAME_LETTERS_MAX) {
                Some((end, _)) => format!("{}…", name.get(..end).unwrap_or("")),
                None => name,
            }
        }
        None => format!("Branch {number}"),
    }
}

/// What was done, in a few words.
fn deed(algorithm: &dyn Algorithm, what: &Intervention) -> String {
    match what {
        Intervention::Do(choice) | Intervention::Scripted(choice, _) => match choice {
            Choice::Deliver(id) => format!("deliver {}→{}", id.from, id.to),
            Choice::Drop(id) => format!("drop {}→{}", id.from, id.to),
            Choice::Duplicate(id) => format!("duplicate {}→{}", id.from, id.to),
            Choice::Fire(id) => format!("{} of {}", algorithm.timer(id.code).map_or("timer", |info| info.name), id.node),
            Choice::Command { node, call, .. } => {
                format!("{} on {node}", algorithm.commands().get(usize::from(call.command)).map_or("command", |spec| spec.name))
            }
            Choice::Crash(node) => format!("crash {node}"),
            Choice::Restart(node) => format!("restart {node}"),
            Choice::Wipe(node) => format!("wipe {node}"),
            Choice::Pause(node) => format!("freeze {node}"),
            Choice::Resume(node) => format!("resume {node}"),
            Choice::Cut { from, to } => format!("cut {from}→{to}"),
            Choice::Mend { from, to } => format!("mend {from}→{to}"),
            Choice::Partition(groups) => format!("partition {}", groups_in_words(groups)),
            Choice::Heal => "heal".to_owned(),
            Choice::ClockJump { node, .. } | Choice::ClockDrift { node, .. } => format!("clock of {node}"),
            Choice::Param { index, .. } => algorithm.params().get(usize::from(*index)).map_or("a setting", |spec| spec.label).to_owned(),
        },
        Intervention::Delay { message: id, .. } => format!("delay {}→{}", id.from, id.to),
        Intervention::Hold(id) => format!("hold {}→{}", id.from, id.to),
        Intervention::Release(id) => format!("release {}→{}", id.from, id.to),
        Intervention::Network { .. } => "network".to_owned(),
        Intervention::Manual(on) => if *on { "by hand" } else { "by the clock" }.to_owned(),
    }
}
