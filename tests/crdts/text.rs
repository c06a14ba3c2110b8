//! The text beside a naive one: the tree of the paper as a list of letters, read anew for every question.

#[path = "../../benches/common/writing.rs"]
mod writing;

use faultline::sim::rng;
use faultline::topics::crdts::replicas::text::{Dot, Fragment, Piece, Place, Side, Text};

const START: Dot = Dot { counter: 0, replica: 0 };
const END: Dot = Dot { counter: 0, replica: 1 };

#[derive(Clone, Default)]
struct Naive {
    letters: Vec<(Dot, Place, char)>,
    removed: Vec<Dot>,
}

impl Naive {
    /// The tree in order (Algorithm 1, `traverse`): left children, the letter, right children; siblings by name.
    fn read(&self, of: Dot, into: &mut Vec<(Dot, char)>) {
        for side in [Side::Left, Side::Right] {
            if side == Side::Right && of != START && of != END {
                into.extend(self.letters.iter().filter(|(dot, ..)| *dot == of).map(|(dot, _, sign)| (*dot, *sign)));
            }
            let mut children: Vec<Dot> =
                self.letters.iter().filter(|(_, place, _)| *place == Place { parent: of, side }).map(|(dot, ..)| *dot).collect();
            children.sort();
            children.into_iter().for_each(|child| self.read(child, into));
        }
    }
    fn all(&self) -> Vec<(Dot, char)> {
        let mut all = Vec::new();
        self.read(START, &mut all);
        self.read(END, &mut all);
        all
    }
    fn shown(&self) -> Vec<(Dot, char)> {
        self.all().into_iter().filter(|(dot, _)| !self.removed.contains(dot)).collect()
    }
    fn text(&self) -> String {
        self.shown().iter().map(|(_, sign)| sign).collect()
    }
    fn place_at(&self, at: usize, follow: bool) -> Place {
        let left = at.checked_sub(1).map_or(START, |at| self.shown()[at].0);
        let right = Place { parent: left, side: Side::Right };
        if follow && !self.letters.iter().any(|(_, place, _)| *place == right) {
            return right;
        }
        let all = self.all();
        let after = all.iter().position(|(dot, _)| *dot == left).map_or(0, |at| at + 1);
        Place { parent: all.get(after).map_or(END, |(dot, _)| *dot), side: Side::Left }
    }
    fn insert(&mut self, piece: &Piece) {
        let (mut dot, mut place) = (piece.first, piece.place);
        for sign in piece.letters.chars() {
            if !self.letters.iter().any(|(other, ..)| *other == dot) {
                self.letters.push((dot, place, sign));
            }
            if piece.is_chain {
                place = Place { parent: dot, side: Side::Right };
            }
            dot.counter += 1;
        }
    }
}

struct Writer {
    text: Text,
    naive: Naive,
    clock: u32,
}

#[test]
fn replicas_that_edit_and_merge_at_random_have_the_text_of_the_naive_tree() {
    for seed in 0..300u64 {
        let follow = seed % 4 != 3;
        let mut luck = rng::stream(seed);
        let mut draw = |n: u64| rng::pick(&mut luck, n) as usize;
        let mut writers: Vec<Writer> = (0..3).map(|_| Writer { text: Text::default(), naive: Naive::default(), clock: 0 }).collect();
        for _ in 0..40 {
            let who = draw(3);
            let writer = &mut writers[who];
            let len = writer.text.len() as usize;
            match draw(6) {
                0 if len > 0 => {
                    let (at, count) = (draw(len as u64), 1 + draw(3));
                    let dots = writer.text.dots_at(at as u32, count as u32);
                    let naive: Vec<Dot> = writer.naive.shown().iter().skip(at).take(count).map(|(dot, _)| *dot).collect();
                    assert_eq!(dots, naive);
                    for dot in dots {
                        assert!(writer.text.remove(dot));
                        writer.naive.removed.push(dot);
                    }
                }
                1 | 2 => {
                    let from = (who + 1 + draw(2)) % 3;
                    let (other, naive, clock) = (writers[from].text.clone(), writers[from].naive.clone(), writers[from].clock);
                    let writer = &mut writers[who];
                    if draw(2) == 0 {
                        writer.text.merge(&other);
                    } else {
                        writer.text.absorb(&other.fragment());
                    }
                    for (dot, place, sign) in naive.letters {
                        if !writer.naive.letters.iter().any(|(mine, ..)| *mine == dot) {
                            writer.naive.letters.push((dot, place, sign));
                        }
                    }
                    writer.naive.removed.extend(naive.removed);
                    writer.clock = writer.clock.max(clock);
                }
                _ => {
                    let at = draw(len as u64 + 1);
                    let place = writer.text.place_at(at as u32, follow);
                    assert_eq!(place, writer.naive.place_at(at, follow), "seed {seed}");
                    let letters = ["a", "bc", "def"][draw(3)].to_owned();
                    let first = Dot { counter: writer.clock + 1, replica: who as u16 };
                    writer.clock += letters.len() as u32;
                    let before = writer.text.shown();
                    let piece = Piece { first, place, is_chain: follow, letters };
                    assert!(writer.text.insert(&piece));
                    writer.naive.insert(&piece);
                    assert_eq!(
                        writer.text.shown(),
                        format!("{}{}{}", &before[..at], piece.letters, &before[at..]),
                        "typed where it was typed"
                    );
                }
            }
            let writer = &writers[who];
            assert_eq!(writer.text.shown(), writer.naive.text(), "seed {seed}");
            assert_eq!(writer.text.len() as usize, writer.naive.shown().len());
        }
    }
}

fn typed(text: &mut Text, at: u32, letters: &str, first: Dot) -> Piece {
    let piece = Piece { first, place: text.place_at(at, true), is_chain: true, letters: letters.to_owned() };
    text.insert(&piece);
    piece
}

#[test]
fn words_typed_at_the_same_place_stay_whole_forwards_and_backwards() {
    let mut one = Text::default();
    typed(&mut one, 0, "[]", Dot { counter: 1, replica: 0 });
    let mut other = one.clone();
    // Forwards at the one; at the other letter by letter with the caret moved back each time.
    typed(&mut one, 1, "milk", Dot { counter: 3, replica: 0 });
    for (k, letter) in "bread".chars().rev().enumerate() {
        typed(&mut other, 1, &letter.to_string(), Dot { counter: 3 + k as u32, replica: 1 });
    }
    one.merge(&other);
    other.merge(&one);
    assert_eq!(one, other);
    assert!(["[milkbread]", "[breadmilk]"].contains(&one.shown().as_str()), "{}", one.shown());
}

#[test]
fn letters_that_follow_each_other_are_one_piece_and_a_piece_that_comes_again_changes_nothing() {
    let mut text = Text::default();
    let piece = typed(&mut text, 0, "one word", Dot { counter: 1, replica: 2 });
    assert!(!text.insert(&piece));
    typed(&mut text, 3, "more", Dot { counter: 9, replica: 2 });
    text.remove(Dot { counter: 1, replica: 2 });
    let Fragment { pieces, removed } = text.fragment();
    assert_eq!((pieces.len(), removed.len(), text.shown().as_str()), (2, 1, "nemore word"));
    let mut copy = Text::default();
    assert!(copy.absorb(&text.fragment()) && copy == text && !copy.absorb(&text.fragment()));
}

#[test]
fn a_letter_whose_parent_is_missing_is_not_taken_in() {
    let mut one = Text::default();
    typed(&mut one, 0, "a", Dot { counter: 1, replica: 0 });
    let orphan = typed(&mut one, 1, "b", Dot { counter: 2, replica: 0 });
    let mut other = Text::default();
    assert!(!other.insert(&orphan) && other.is_empty());
}

#[test]
fn an_editing_history_of_25_000_operations_replays_at_another_replica_to_the_text_that_was_typed() {
    let history = writing::history(25_000);
    let mut typed: Vec<char> = Vec::new();
    for (at, letter) in &history {
        match letter {
            Some(letter) => typed.insert(*at as usize, *letter),
            None => drop(typed.remove(*at as usize)),
        }
    }
    let (here, there) = writing::replay(&history);
    assert!(here == there && typed.len() > 10_000);
    assert_eq!(there.shown(), typed.into_iter().collect::<String>());
    assert_eq!(here.shown(), there.shown());
}
