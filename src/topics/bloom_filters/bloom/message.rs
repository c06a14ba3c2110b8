//! What the client and the filters say to each other, in types and in words.

use crate::sim::{CommandId, MessageKind, Messages, Tone};

/// A range of keys: the first, and how many.
pub type Range = (u64, u64);

/// A message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Client: take these keys in.
    Insert(Range, Option<CommandId>),
    /// Filter: of the keys asked for, so many found room.
    Inserted(Range, u64, Option<CommandId>),
    /// Client: which of these keys are there?
    Ask(Range, Option<CommandId>),
    /// Filter: so many perhaps, the rest certainly not.
    Answer(Answer, Option<CommandId>),
    /// Client: take these keys out.
    Delete(Range, Option<CommandId>),
    /// Client: take out the last absent key that you took for there.
    DeleteWrong(CommandId),
    /// Filter: they are out.
    Deleted(Range, Option<CommandId>),
}

/// What a filter says of a range of keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Answer {
    /// The keys.
    pub keys: Range,
    /// How many of them are perhaps there.
    pub yes: u64,
    /// The first of those.
    pub first_yes: Option<u64>,
    /// The first that is certainly not there.
    pub first_no: Option<u64>,
}

/// What the reader's clients ask.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Insert a key.
    Insert(u64),
    /// Ask for a key.
    Ask(u64),
    /// Delete a key.
    Delete(u64),
    /// Delete the last false positive.
    DeleteWrong,
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Insert", "INS", Tone::Leader, "Keys that the filter is to take in."),
        MessageKind::reply("Inserted", "OK", Tone::Leader, "How many of them found room."),
        MessageKind::request("Ask", "ASK", Tone::Follower, "Keys that may or may not be there."),
        MessageKind::reply("Answer", "ANS", Tone::Follower, "How many are perhaps there. The rest certainly are not."),
        MessageKind::request("Delete", "DEL", Tone::Candidate, "Keys that the filter is to forget."),
        MessageKind::reply("Deleted", "OK", Tone::Candidate, "They are deleted."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Insert(..) => 0,
            Message::Inserted(..) => 1,
            Message::Ask(..) => 2,
            Message::Answer(..) => 3,
            Message::Delete(..) | Message::DeleteWrong(_) => 4,
            Message::Deleted(..) => 5,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Insert(keys, _) => format!("Insert {}", names(*keys)),
            Message::Inserted(keys, done, _) => format!("Inserted {done} of {}", names(*keys)),
            Message::Ask(keys, _) => format!("Ask for {}", names(*keys)),
            Message::Answer(answer, _) if answer.keys.1 == 1 => {
                format!("Answer for {}: {}", names(answer.keys), if answer.yes == 1 { "perhaps" } else { "no" })
            }
            Message::Answer(answer, _) => {
                format!("Answer for {}: {} perhaps, {} no", names(answer.keys), answer.yes, answer.keys.1 - answer.yes)
            }
            Message::Delete(keys, _) => format!("Delete {}", names(*keys)),
            Message::DeleteWrong(_) => "Delete the last absent key that you took for there".to_owned(),
            Message::Deleted(keys, _) => format!("Deleted {}", names(*keys)),
        }
    }
}

/// A key as texts name it: those that are never inserted are numbered apart.
pub fn name(key: u64) -> String {
    match key.checked_sub(super::ABSENT) {
        Some(number) => format!("absent key {number}"),
        None => format!("key {key}"),
    }
}

/// A range of keys in words.
pub fn names((from, count): Range) -> String {
    match count {
        1 => name(from),
        _ => format!("{count} keys from {} on", name(from)),
    }
}
