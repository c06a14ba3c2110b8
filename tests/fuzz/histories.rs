//! Histories as text: what readers paste into the playground, and what lessons have as solutions.

use crate::{fuzz, is_sentence};
use faultline::check::history::text::{LINES_MAX, parse, print};
use faultline::check::history::{Access, History};
use faultline::lessons::history::HistoryGoal;

/// Operations in a history that is judged here as well: the judges are tested elsewhere, by exhaustion.
const JUDGED_MAX: usize = 8;

fn corpus() -> Vec<String> {
    let by_hand = "A: write x 1 @ 0..20\nB: read x 1 @ 10..30\nA: write x 2 @ 40..?\nB: read x ? @ 50..?\n# a remark\n";
    let long: String = (0..LINES_MAX).map(|k| format!("P{}: write y-{} {k} @ {k}..{}\n", k % 7, k % 3, k + 5)).collect();
    [by_hand, "", "solo: read Größe 0 @ 0..0", "a: write x -999999 @ 1000000000000..1000000000000\r\nb: read x -999999 @ 5..9 # why", &long]
        .map(str::to_owned)
        .to_vec()
}

/// All of a history but its names, which may be in another order.
fn said(history: &History) -> Vec<(String, u64, Option<u64>, Access)> {
    (0..).zip(&history.calls).map(|(index, call)| (history.words(index), call.called, call.returned, call.access)).collect()
}

#[test]
fn any_text_is_a_history_that_reads_back_or_a_sentence_with_its_line() {
    let corpus = corpus();
    let goal =
        HistoryGoal { refused: vec!["linearizable".into()], admitted: vec!["sequential".into()], changes_max: 9, ..HistoryGoal::default() };
    fuzz(
        "history",
        |luck| luck.text(&corpus),
        |text| match parse(text) {
            Ok(history) => {
                assert!(history.calls.len() <= LINES_MAX);
                let again = parse(&print(&history)).unwrap();
                assert_eq!(said(&again), said(&history));
                if history.calls.len() <= JUDGED_MAX {
                    goal.is_reached_by(&history, &again);
                    goal.is_reached_by(&history, &History::default());
                }
                true
            }
            Err(mistake) => {
                assert!(mistake.line >= 1 && mistake.line <= text.lines().count());
                is_sentence(&mistake.says);
                false
            }
        },
    );
}
