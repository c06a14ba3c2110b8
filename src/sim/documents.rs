//! Texts that a reader edits, one a replica, as plain data; and what was changed between two texts. Knows no pixels and no algorithm.

use super::{Argument, Choice, CommandCall, NodeId, Tone, limits};

/// Texts side by side, each of which the reader may edit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Documents {
    /// Heading.
    pub title: &'static str,
    /// One sentence on how to read it.
    pub caption: &'static str,
    /// Index of the command that inserts: a position from 0, in letters, and a text.
    pub insert: u16,
    /// Index of the command that deletes: a position, and a count of letters.
    pub delete: u16,
    /// The texts.
    pub documents: Vec<Document>,
    /// What may be done to all of them.
    pub offers: Vec<Offer>,
}

/// One text of [`Documents`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Document {
    /// The node that takes the reader's edits.
    pub node: NodeId,
    /// "replica 0".
    pub label: String,
    /// What it says.
    pub text: String,
    /// How it stands with the others, in a few words: "offline", "2 updates to send".
    pub state: String,
    /// Colour by meaning of its state.
    pub tone: Tone,
    /// Whether it takes edits now.
    pub is_writable: bool,
    /// The same text and what was deleted from it, by author.
    pub stretches: Vec<Stretch>,
    /// What may be done to it besides.
    pub offers: Vec<Offer>,
}

/// Letters of one author in a row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stretch {
    /// The letters.
    pub text: String,
    /// Whose: "0".
    pub by: String,
    /// Colour by author.
    pub tone: Tone,
    /// Whether they were deleted.
    pub is_removed: bool,
}

/// Something that the reader may do with one click.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// "Go offline".
    pub label: String,
    /// What it does, in order.
    pub choices: Vec<Choice>,
}

/// What was changed in a text: some letters gave way to others. Positions and counts are in letters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edit {
    /// Where.
    pub at: usize,
    /// How many letters went.
    pub removed: usize,
    /// The letters that came.
    pub inserted: String,
}

impl Edit {
    /// The least that turns `old` into `new`. Where there is a choice ("aa" has become "aaa") what is behind the caret stayed; the caret is a count
    /// of letters of `new`.
    pub fn between(old: &str, new: &str, caret: usize) -> Self {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
        let behind = same(&mut old.iter().rev().zip(new.iter().rev())).min(new.len().saturating_sub(caret));
        let room = old.len().min(new.len()) - behind;
        let at = same(&mut old.iter().zip(&new)).min(room);
        // What the caret did not tell of may still be the same at the end.
        let rest = same(&mut old.iter().rev().zip(new.iter().rev())).min(old.len().min(new.len()) - at);
        Edit { at, removed: old.len() - at - rest, inserted: new.get(at..new.len() - rest).unwrap_or(&[]).iter().collect() }
    }

    /// Where a caret goes that was at `caret` in the text before: what is behind it stays behind it.
    pub fn carry(&self, caret: usize) -> usize {
        if caret <= self.at { caret } else { caret.max(self.at + self.removed) - self.removed + self.inserted.chars().count() }
    }

    /// The commands that make this edit, by the indices of those that insert and delete. Long insertions are several commands.
    pub fn calls(&self, insert: u16, delete: u16) -> Vec<CommandCall> {
        let number = |count: usize| Argument::Number(i64::try_from(count).unwrap_or(i64::MAX));
        let mut calls = Vec::new();
        if self.removed > 0 {
            calls.push(CommandCall { command: delete, arguments: vec![number(self.at), number(self.removed)] });
        }
        let mut at = self.at;
        let mut letters = self.inserted.chars().peekable();
        while letters.peek().is_some() {
            let mut part = String::new();
            while let Some(letter) = letters.next_if(|letter| part.len() + letter.len_utf8() <= limits::TEXT_ARGUMENT_BYTES_MAX) {
                part.push(letter);
            }
            let count = part.chars().count();
            calls.push(CommandCall { command: insert, arguments: vec![number(at), Argument::Text(part)] });
            at += count;
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(at: usize, removed: usize, inserted: &str) -> Edit {
        Edit { at, removed, inserted: inserted.to_owned() }
    }

    #[test]
    fn an_edit_is_the_least_change_and_the_caret_decides_between_equal_letters() {
        assert_eq!(Edit::between("hello", "help", 4), edit(3, 2, "p"));
        assert_eq!(Edit::between("aaa", "aaaa", 1), edit(0, 0, "a"));
        assert_eq!(Edit::between("aaa", "aaaa", 3), edit(2, 0, "a"));
        assert_eq!(Edit::between("aaa", "aa", 1), edit(1, 1, ""));
        assert_eq!(Edit::between("größe", "grüße", 3), edit(2, 1, "ü"));
        assert_eq!(Edit::between("same", "same", 2), edit(2, 0, ""));
        assert_eq!(Edit::between("", "all new", 7), edit(0, 0, "all new"));
    }

    #[test]
    fn an_edit_turns_the_old_text_into_the_new_whatever_the_caret() {
        let texts = ["", "a", "aa", "aba", "abab", "bbb", "abcab", "aaaaa"];
        for old in texts {
            for new in texts {
                for caret in 0..=new.len() {
                    let Edit { at, removed, inserted } = Edit::between(old, new, caret);
                    assert_eq!(format!("{}{inserted}{}", &old[..at], &old[at + removed..]), new, "{old} → {new} at {caret}");
                }
            }
        }
    }

    #[test]
    fn a_caret_keeps_what_is_behind_it_when_others_edit() {
        let carried = |caret| edit(2, 3, "xy").carry(caret);
        assert_eq!([0, 2, 3, 5, 7].map(carried), [0, 2, 4, 4, 6]);
        assert_eq!(edit(2, 0, "abc").carry(2), 2, "what comes at the caret comes behind it");
    }

    #[test]
    fn a_long_insertion_is_several_commands_and_none_is_too_long_for_a_link() {
        let long = "ä".repeat(300);
        let calls = edit(5, 2, &long).calls(7, 8);
        assert_eq!((calls.len(), calls[0].command), (4, 8));
        assert_eq!(calls[1..].iter().map(|call| call.number(0)).collect::<Vec<_>>(), [Some(5), Some(133), Some(261)]);
        assert!(calls[1..].iter().all(|call| call.text(1).is_some_and(|text| text.len() <= limits::TEXT_ARGUMENT_BYTES_MAX)));
        assert_eq!(calls[1..].iter().filter_map(|call| call.text(1)).collect::<String>(), long);
    }
}
