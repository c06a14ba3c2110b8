//! The driver that reads a recorded list of choices. It keeps no time.

use super::erased::{Answers, Effects};
use super::{Broken, Choice, World};

/// One recorded choice, with the answers to the questions that its handler asked.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Recorded {
    /// What happened.
    pub choice: Choice,
    /// What the handler's questions were answered with.
    pub answers: Vec<u32>,
}

/// How a script ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    /// Choices that were enabled and applied.
    pub applied: u32,
    /// Choices that were not enabled and skipped; so every sub-list of a script is a script.
    pub skipped: u32,
    /// The first broken invariant: after how many applied choices, which, and how.
    pub broken: Option<(u32, usize, Broken)>,
}

/// Applies the choices in order to `world`, skipping those that are not enabled. Stops at the first broken invariant if `checked`.
pub fn play(world: &mut World, script: &[Recorded], checked: bool) -> Played {
    let mut played = Played { applied: 0, skipped: 0, broken: None };
    let mut effects = Effects::default();
    for recorded in script {
        effects.answers = Answers::Given(recorded.answers.clone());
        if world.apply(&recorded.choice, &mut effects).is_err() {
            played.skipped += 1;
            continue;
        }
        played.applied += 1;
        if let Some((index, broken)) = if checked { world.check(0) } else { None } {
            played.broken = Some((played.applied, index, broken));
            break;
        }
    }
    played
}
