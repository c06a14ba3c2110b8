//! What a reader has done in the lessons, as data: what a browser keeps of it, what goes into a file, and where to go on. Knows no
//! storage and no screen.
//!
//! Progress is only ever added to. A later version of this site reads all that an earlier one wrote; what it cannot read itself (a later
//! version's, when the site was set back) it leaves as it is.

use super::LessonData;
use crate::sim::sorted::SortedMap;
use serde::{Deserialize, Serialize};

/// The version that is written.
pub const VERSION: u32 = 1;
/// What a file of progress calls itself.
const KIND: &str = "faultline progress";

/// What a reader has done in one lesson. Field names and the version are the format of what browsers keep.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Progress {
    version: u32,
    /// Experiments whose goal was reached.
    #[serde(default)]
    pub reached: SortedMap<String, bool>,
    /// The reader's bet on an experiment.
    #[serde(default)]
    pub bets: SortedMap<String, u8>,
    /// The reader's last answer to a question.
    #[serde(default)]
    pub answers: SortedMap<String, u8>,
}

impl Default for Progress {
    fn default() -> Self {
        Progress { version: VERSION, reached: SortedMap::new(), bets: SortedMap::new(), answers: SortedMap::new() }
    }
}

impl Progress {
    /// Whether this version of the site understands what it has read.
    pub fn is_understood(&self) -> bool {
        (1..=VERSION).contains(&self.version)
    }

    /// Takes over what is new in another: of two bets or answers this one's stays. Returns how much that was.
    pub fn absorb(&mut self, other: Progress) -> usize {
        add(&mut self.reached, other.reached) + add(&mut self.bets, other.bets) + add(&mut self.answers, other.answers)
    }
}

fn add<V: Clone>(to: &mut SortedMap<String, V>, from: SortedMap<String, V>) -> usize {
    let mut count = 0;
    for (key, value) in from.iter() {
        if !to.contains_key(key) {
            to.insert(key.clone(), value.clone());
            count += 1;
        }
    }
    count
}

/// A file of progress: that of all lessons, by their folders.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Backup {
    kind: String,
    version: u32,
    /// By the lesson's folder.
    pub lessons: SortedMap<String, Progress>,
}

impl Backup {
    /// A file of this.
    pub fn of(lessons: SortedMap<String, Progress>) -> Self {
        Backup { kind: KIND.to_owned(), version: VERSION, lessons }
    }

    /// Why it cannot be taken over, as a sentence for whoever chose the file; `None` if it can.
    pub fn refusal(&self) -> Option<&'static str> {
        if self.kind != KIND {
            return Some(NOT_A_BACKUP);
        }
        let is_newer = self.version > VERSION || self.lessons.values().any(|progress| progress.version > VERSION);
        if is_newer {
            return Some(
                "This file was saved by a newer version of the site. Reload the page to get that version, and load the file again.",
            );
        }
        let is_whole = self.version > 0 && self.lessons.values().all(Progress::is_understood);
        if is_whole { None } else { Some(NOT_A_BACKUP) }
    }
}

/// The sentence for a file that is something else.
pub const NOT_A_BACKUP: &str = "This file holds no progress. Choose one that “Save it to a file” made; its name ends in .json.";

/// What the home page knows of a lesson.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outline {
    /// The lesson's folder.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Names and titles of its experiments, in order.
    pub experiments: Vec<(String, String)>,
    /// Names of its questions, each with the right answer.
    pub questions: Vec<(String, u8)>,
}

impl Outline {
    /// That of a lesson.
    pub fn of(data: &LessonData) -> Self {
        Outline {
            slug: data.slug.clone(),
            title: data.title.clone(),
            experiments: data.experiments.iter().map(|experiment| (experiment.id.clone(), experiment.title.clone())).collect(),
            questions: data.questions.iter().map(|question| (question.id.clone(), question.right)).collect(),
        }
    }

    /// Of each experiment, whether it was reached. Names that the lesson no longer has count for nothing.
    pub fn reached<'a>(&'a self, progress: &'a Progress) -> impl Iterator<Item = bool> + 'a {
        self.experiments.iter().map(|(id, _)| progress.reached.contains_key(id))
    }

    /// How many questions were answered rightly.
    pub fn right(&self, progress: &Progress) -> usize {
        self.questions.iter().filter(|(id, right)| progress.answers.get(id) == Some(right)).count()
    }

    /// Index of the first experiment that was not reached.
    fn open(&self, progress: &Progress) -> Option<usize> {
        self.reached(progress).position(|reached| !reached)
    }
}

/// Where a reader goes on: index of the lesson, and of its experiment; none if everything was reached.
///
/// That is the lesson that they were in last, while it has something left; then those that follow it on the path, and those before it.
pub fn next(outlines: &[Outline], last: Option<&str>, progress: impl Fn(&str) -> Progress) -> Option<(usize, usize)> {
    let start = outlines.iter().position(|outline| Some(outline.slug.as_str()) == last).unwrap_or(0);
    (start..outlines.len()).chain(0..start).find_map(|index| {
        let outline = outlines.get(index)?;
        Some((index, outline.open(&progress(&outline.slug))?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(reached: &[&str], answers: &[(&str, u8)]) -> Progress {
        let mut progress = Progress::default();
        for id in reached {
            progress.reached.insert((*id).to_owned(), true);
        }
        for (id, answer) in answers {
            progress.answers.insert((*id).to_owned(), *answer);
        }
        progress
    }

    fn outline(slug: &str, experiments: &[&str]) -> Outline {
        Outline {
            slug: slug.to_owned(),
            title: slug.to_owned(),
            experiments: experiments.iter().map(|id| ((*id).to_owned(), format!("Try {id}"))).collect(),
            questions: vec![("why".to_owned(), 2)],
        }
    }

    #[test]
    fn taking_over_adds_what_is_new_and_changes_nothing() {
        let mut here = progress(&["a"], &[("why", 1)]);
        let there = progress(&["a", "b"], &[("why", 2), ("how", 0)]);
        assert_eq!(here.absorb(there.clone()), 2);
        assert_eq!(here, progress(&["a", "b"], &[("why", 1), ("how", 0)]));
        assert_eq!(here.absorb(there), 0, "once is enough");
    }

    #[test]
    fn a_reader_goes_on_in_the_lesson_of_their_last_visit_then_after_it_then_before_it() {
        let outlines = [outline("one", &["a", "b"]), outline("two", &["c", "d"]), outline("three", &["e"])];
        let check = |last: Option<&str>, done: &[&str], expect: Option<(usize, usize)>| {
            assert_eq!(next(&outlines, last, |_| progress(done, &[])), expect, "{last:?}, {done:?}");
        };
        check(None, &[], Some((0, 0)));
        check(Some("two"), &["c"], Some((1, 1)));
        check(Some("two"), &["c", "d"], Some((2, 0)));
        check(Some("three"), &["c", "d", "e"], Some((0, 0)));
        check(Some("gone"), &["a"], Some((0, 1)));
        check(Some("two"), &["a", "b", "c", "d", "e"], None);
    }

    // In the browser, JSON is the browser's.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn a_file_comes_back_as_it_was_and_others_are_refused_with_a_reason() {
        let mut lessons = SortedMap::new();
        lessons.insert("one".to_owned(), progress(&["a"], &[("why", 2)]));
        let text = serde_json::to_string(&Backup::of(lessons)).expect("it can be written");
        let read = |text: &str| serde_json::from_str::<Backup>(text).expect("it has all fields").refusal();
        assert_eq!(read(&text), None);
        assert_eq!(read(&text.replace(KIND, "shopping list")), Some(NOT_A_BACKUP));
        assert_eq!(read(&text.replace("\"version\":1", "\"version\":0")), Some(NOT_A_BACKUP));
        let newer = read(&text.replace("\"version\":1", "\"version\":2"));
        assert!(newer.is_some_and(|sentence| sentence.contains("newer version")), "{newer:?}");
    }

    #[test]
    fn what_a_lesson_no_longer_has_counts_for_nothing() {
        let outline = outline("one", &["a", "b"]);
        let done = progress(&["b", "removed"], &[("why", 2), ("removed", 0)]);
        assert_eq!(outline.reached(&done).collect::<Vec<_>>(), [false, true]);
        assert_eq!(outline.right(&done), 1);
        assert_eq!(outline.right(&progress(&[], &[("why", 1)])), 0);
    }
}
