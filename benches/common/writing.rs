//! An editing history like a person's: runs of typing, corrections, and jumps to other places.

use faultline::sim::rng;
use faultline::topics::crdts::replicas::text::{Dot, Piece, Text};

/// One in so many letters is a correction.
const CORRECTION: u64 = 8;
/// After so many letters on average the writer goes elsewhere.
const RUN: u64 = 40;

/// So many operations of a single letter each: a position, and the letter that is inserted before it; `None` deletes the one there.
pub fn history(operations: usize) -> Vec<(u32, Option<char>)> {
    let mut luck = rng::stream(7);
    let mut draw = |n: u64| rng::pick(&mut luck, n) as u32;
    let (mut len, mut caret) = (0u32, 0u32);
    let mut history = Vec::with_capacity(operations);
    while history.len() < operations {
        if draw(RUN) == 0 {
            caret = draw(u64::from(len) + 1);
        }
        if caret > 0 && draw(CORRECTION) == 0 {
            caret -= 1;
            len -= 1;
            history.push((caret, None));
        } else {
            history.push((caret, char::from_u32(u32::from(b'a') + draw(26))));
            caret += 1;
            len += 1;
        }
    }
    history
}

/// Replays a history where it was typed and, operation by operation, at another replica.
pub fn replay(history: &[(u32, Option<char>)]) -> (Text, Text) {
    let (mut here, mut there) = (Text::default(), Text::default());
    let mut counter = 0;
    for (at, letter) in history {
        match letter {
            Some(letter) => {
                counter += 1;
                let first = Dot { counter, replica: 0 };
                let piece = Piece { first, place: here.place_at(*at, true), is_chain: true, letters: letter.to_string() };
                here.insert(&piece);
                there.insert(&piece);
            }
            None => {
                for dot in here.dots_at(*at, 1) {
                    here.remove(dot);
                    there.remove(dot);
                }
            }
        }
    }
    (here, there)
}
