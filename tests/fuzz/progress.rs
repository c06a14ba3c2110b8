//! Stored progress and files of progress: what a browser kept, what somebody chose as a file. (The browser parses JSON itself; what becomes
//! of it is the same code.)

use crate::{fuzz, is_sentence};
use faultline::lessons::progress::{Backup, Outline, Progress};
use faultline::lessons::source::read_lesson;
use std::path::Path;

fn corpus() -> Vec<String> {
    let golden = [include_str!("../golden/progress-v1.json"), include_str!("../golden/progress-file-v1.json")];
    let by_hand = [
        r#"{"version":1,"reached":{"crash":true},"bets":{"crash":200,"two-leaders":0},"answers":{"two-of-five":255}}"#,
        r#"{"kind":"faultline progress","version":1,"lessons":{"08-leader-election":{"version":2},"":{"version":1,"answers":{"a":0}}}}"#,
    ];
    golden.into_iter().chain(by_hand).map(str::to_owned).collect()
}

#[test]
fn any_text_is_progress_that_is_stored_as_it_was_read_or_is_left_alone() {
    let corpus = corpus();
    let lesson = read_lesson(&Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons"), "08-leader-election").unwrap();
    let outline = Outline::of(&lesson.data);
    fuzz(
        "progress",
        |luck| luck.text(&corpus),
        |text| {
            let file = serde_json::from_str::<Backup>(text);
            if let Ok(file) = &file {
                file.refusal().into_iter().for_each(is_sentence);
                assert_eq!(&serde_json::from_str::<Backup>(&serde_json::to_string(file).unwrap()).unwrap(), file);
            }
            let stored = serde_json::from_str::<Progress>(text);
            if let Ok(progress) = &stored {
                assert_eq!(&serde_json::from_str::<Progress>(&serde_json::to_string(progress).unwrap()).unwrap(), progress);
                let reached = outline.reached(progress).filter(|reached| *reached).count();
                assert!(reached <= lesson.data.experiments.len() && outline.right(progress) <= lesson.data.questions.len());
                let mut mine = Progress::default();
                mine.absorb(progress.clone());
                assert_eq!(mine.absorb(progress.clone()), 0, "what was taken over once is not new");
            }
            file.is_ok() || stored.is_ok()
        },
    );
}
