//! What browsers have stored and files have saved stays readable: golden progress of each version.

use faultline::lessons::progress::{Backup, Outline, Progress};

/// As the site stored it when its format was version 1, and as it saved it to a file.
const STORED_1: &str = include_str!("golden/progress-v1.json");
const FILE_1: &str = include_str!("golden/progress-file-v1.json");

fn read(text: &str) -> serde_json::Result<Progress> {
    serde_json::from_str(text)
}

#[test]
fn progress_of_version_1_is_read_whole() {
    let progress = read(STORED_1).unwrap();
    assert!(progress.is_understood());
    let reached: Vec<&String> = progress.reached.keys().collect();
    assert_eq!(reached, ["crash", "two-leaders"]);
    assert_eq!((progress.bets.get("two-leaders"), progress.answers.get("two-of-five")), (Some(&1), Some(&1)));
}

#[test]
fn a_file_of_version_1_is_taken_over() {
    let file: Backup = serde_json::from_str(FILE_1).expect("it is a file of progress");
    assert_eq!(file.refusal(), None);
    assert_eq!(file.lessons.get("08-leader-election"), Some(&read(STORED_1).unwrap()));
}

#[test]
fn what_an_earlier_version_did_not_store_yet_is_empty() {
    let progress = read(r#"{"version":1,"reached":{"a":true}}"#).unwrap();
    assert!(progress.is_understood() && progress.answers.is_empty());
}

#[test]
fn what_a_later_version_stored_is_not_taken_for_ours() {
    assert!(!read(&STORED_1.replace("\"version\":1", "\"version\":9")).unwrap().is_understood());
    assert!(!read(&STORED_1.replace("\"version\":1", "\"version\":0")).unwrap().is_understood());
}

#[test]
fn the_names_by_which_progress_is_kept_are_still_those_of_the_lesson() {
    let lesson = faultline::lessons::source::read_lesson(std::path::Path::new("lessons"), "08-leader-election").expect("it is right");
    let outline = Outline::of(&lesson.data);
    let progress = read(STORED_1).unwrap();
    assert_eq!(outline.reached(&progress).filter(|reached| *reached).count(), progress.reached.len());
    assert_eq!(outline.right(&progress), progress.answers.len());
}
