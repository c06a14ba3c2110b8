//! Scenario files: those of the lessons, changed.

use crate::lessons::{are_sentences, real};
use crate::mutate::Luck;
use crate::{fuzz, is_sentence};
use faultline::lessons::path;
use faultline::lessons::source::mistake::Mistakes;
use faultline::lessons::source::script::read_all;
use faultline::topics::topic;

/// Scenarios that open later are read and not played: how long playing takes is what the author asks for.
const OPEN_US_MAX: u64 = 2_000_000;
/// One in so many is played.
const PLAYED: usize = 20;

#[test]
fn any_text_is_a_script_or_sentences_with_their_lines_and_what_is_read_plays_or_says_why_not() {
    let real = real();
    let corpora: Vec<Vec<String>> = real.iter().map(|lesson| lesson.scenarios.iter().map(|(_, text)| text.clone()).collect()).collect();
    // Before the text: the lesson whose scenario it is, and whether it is played.
    let input = |luck: &mut Luck| {
        let index = luck.below(real.len());
        format!("{index}\n{}\n{}", luck.below(PLAYED), luck.text(&corpora[index]))
    };
    fuzz("scenario", input, |input| {
        let mut parts = input.splitn(3, '\n');
        let [lesson, played, text] = [(); 3].map(|()| parts.next().unwrap());
        let (_, _, stop) = path::find(&real[lesson.parse::<usize>().unwrap()].slug).unwrap();
        let topic = topic(stop.number).unwrap();
        // Most go on from another: any will do, if its name is right.
        let from = text.lines().find_map(|line| line.strip_prefix("from = \"")?.strip_suffix('"')).unwrap_or("base");
        let base = format!("title = \"Base\"\nnote = \"A base.\"\nalgorithm = \"{}\"\n", topic.algorithms[0].id);
        let file = |id: &str, text: &str| (id.to_owned(), format!("scenarios/{id}.toml"), text.to_owned());
        let mut mistakes = Mistakes::default();
        let scripts = read_all(topic, &[file(from, &base), file("the-text", text)], &mut mistakes);
        are_sentences(&mistakes, text);
        let Some(script) = scripts.get("the-text") else {
            assert!(!mistakes.0.is_empty(), "neither a script nor a mistake");
            return false;
        };
        if played == "0"
            && script.open_us() <= OPEN_US_MAX
            && let Err(mistake) = script.play(script.seed())
        {
            is_sentence(&mistake.to_string());
        }
        true
    });
}
