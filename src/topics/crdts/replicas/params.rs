//! What the reader may set, and what a replica may be asked.

use super::data::Update;
use super::{ELEMENT_LETTERS_MAX, TEXT_LETTERS_MAX};
use crate::sim::{ArgumentKind, CommandCall, CommandSpec, Commands, ParamKind, ParamSpec, Params, limits};

/// Indices into the protocol's params.
pub mod param {
    /// How the others hear of updates: an index into the ways, or all of them.
    pub const SPREAD: u16 = 0;
    /// Time between two rounds, in milliseconds.
    pub const SYNC_MS: u16 = 1;
    /// Rule: counters merge by the larger count.
    pub const MAX_MERGE: u16 = 2;
    /// Rule: what was removed is remembered.
    pub const TOMBSTONES: u16 = 3;
    /// Rule: each add has a tag of its own.
    pub const TAGS: u16 = 4;
    /// Rule: the LWW-Register has an order for writes of the same time.
    pub const TIE_BREAK: u16 = 5;
    /// Rule: operations are delivered in causal order.
    pub const CAUSAL: u16 = 6;
    /// Rule: an operation that comes again is ignored.
    pub const EXACTLY_ONCE: u16 = 7;
    /// Rule: deltas are sent from the last confirmed one on.
    pub const INTERVALS: u16 = 8;
    /// Rule: a letter hangs on the one that it follows.
    pub const FOLLOW: u16 = 9;
}

/// A way to tell the others of updates.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    /// The whole state, now and then.
    States,
    /// Each operation, once, in causal order.
    Operations,
    /// The parts of the state that are new to the other.
    Deltas,
}

/// All ways, in the order of the param.
pub const WAYS: [Way; 3] = [Way::States, Way::Operations, Way::Deltas];

impl Way {
    /// Its place in [`WAYS`].
    pub fn index(self) -> usize {
        self as usize
    }
    /// The ways that are in use.
    pub fn in_use(params: &Params) -> &'static [Way] {
        match params.get(param::SPREAD) {
            0 => &[Way::States],
            1 => &[Way::Operations],
            2 => &[Way::Deltas],
            _ => &WAYS,
        }
    }
    /// The one whose replicas are shown.
    pub fn shown(params: &Params) -> Way {
        Way::in_use(params).first().copied().unwrap_or(Way::States)
    }
    /// What its replicas are called where there are several.
    pub fn label(self) -> &'static str {
        match self {
            Way::States => "states",
            Way::Operations => "operations",
            Way::Deltas => "deltas",
        }
    }
    /// Whether its OR-Set keeps tombstones. Operations in causal order need none.
    pub fn remembers(self, rules: &Rules) -> bool {
        self != Way::Operations && rules.tombstones
    }
}

/// The rules that decide what data types do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// See [`param::MAX_MERGE`].
    pub max_merge: bool,
    /// See [`param::TOMBSTONES`].
    pub tombstones: bool,
    /// See [`param::TAGS`].
    pub tags: bool,
    /// See [`param::TIE_BREAK`].
    pub tie_break: bool,
    /// See [`param::FOLLOW`].
    pub follow: bool,
}

impl Rules {
    /// Those that are on.
    pub fn of(params: &Params) -> Self {
        Rules {
            max_merge: params.on(param::MAX_MERGE),
            tombstones: params.on(param::TOMBSTONES),
            tags: params.on(param::TAGS),
            tie_break: params.on(param::TIE_BREAK),
            follow: params.on(param::FOLLOW),
        }
    }
}

/// The declared params.
pub const PARAMS: &[ParamSpec] = &[
    ParamSpec {
        name: "spread",
        label: "What is sent",
        help: "Whole states, operations, or deltas. All three at once: three replicas on each node that get the same updates, for comparing \
               what they cost; the documents are then those of the states.",
        kind: ParamKind::Choice(&["states", "operations", "deltas", "all three"]),
        default: 0,
    },
    ParamSpec {
        name: "sync_ms",
        label: "Time between rounds",
        help: "How long a replica waits before it sends what others have not confirmed. An operation is also sent at once.",
        kind: ParamKind::Range { min: 50, max: 2_000, step: 50, unit: "ms" },
        default: 200,
    },
    ParamSpec::rule(
        "max_merge",
        "Counters merge by the larger count",
        "States and deltas. Without this rule counts are added up, and a state that comes twice counts twice.",
    ),
    ParamSpec::rule(
        "tombstones",
        "Remember what was removed",
        "2P-Set, and OR-Set of states and deltas. Without this rule a removed element comes back with the next state that still has it.",
    ),
    ParamSpec::rule(
        "tags",
        "Tag each add",
        "OR-Set. Without this rule all adds of an element are one, and a remove also takes those that it has not seen.",
    ),
    ParamSpec::rule(
        "tie_break",
        "Order writes of the same time",
        "LWW-Register: of two writes of the same millisecond that of the higher replica wins. Without this rule each keeps its own.",
    ),
    ParamSpec::rule(
        "causal",
        "Deliver in causal order",
        "Operations: one waits for those that its origin had seen. Without this rule a remove may come before the add that it removes.",
    ),
    ParamSpec::rule(
        "exactly_once",
        "Apply each operation once",
        "Operations: one that comes again is ignored. Without this rule it counts again.",
    ),
    ParamSpec::rule(
        "intervals",
        "Send deltas from the last confirmed one",
        "Deltas: each message joins on to what the other has. Without this rule a delta is sent once, and one that is lost is missing for ever.",
    ),
    ParamSpec::rule(
        "follow",
        "A letter hangs on the one that it follows",
        "Text, Fugue's tree: what is typed on becomes a branch. Without this rule every letter hangs on the one after it, and words that are \
         typed at the same place mix.",
    ),
];

/// Commands by index.
pub mod command {
    /// Insert into the text.
    pub const INSERT: u16 = 0;
    /// Delete from the text.
    pub const DELETE: u16 = 1;
    /// Counters up.
    pub const INCREMENT: u16 = 2;
    /// PN-Counter down.
    pub const DECREMENT: u16 = 3;
    /// Into the sets.
    pub const ADD: u16 = 4;
    /// Out of the sets.
    pub const REMOVE: u16 = 5;
    /// Into the registers.
    pub const SET: u16 = 6;
}

const AMOUNT: (&str, ArgumentKind) = ("amount", ArgumentKind::Number { min: 1, max: 100, default: 1 });
const ELEMENT: (&str, ArgumentKind) = ("element", ArgumentKind::Text { default: "milk" });
const POSITION: (&str, ArgumentKind) = ("at", ArgumentKind::Number { min: 0, max: TEXT_LETTERS_MAX as i64, default: 0 });

impl Commands for Update {
    const COMMANDS: &'static [CommandSpec] = &[
        CommandSpec {
            name: "insert",
            label: "Insert text",
            help: "Letters go into the text before that position.",
            arguments: &[POSITION, ("text", ArgumentKind::Text { default: "abc" })],
        },
        CommandSpec {
            name: "delete",
            label: "Delete text",
            help: "So many letters from that position on go.",
            arguments: &[POSITION, ("count", ArgumentKind::Number { min: 1, max: TEXT_LETTERS_MAX as i64, default: 1 })],
        },
        CommandSpec { name: "increment", label: "Increment", help: "The G-Counter and the PN-Counter go up.", arguments: &[AMOUNT] },
        CommandSpec { name: "decrement", label: "Decrement", help: "The PN-Counter goes down. A G-Counter cannot.", arguments: &[AMOUNT] },
        CommandSpec {
            name: "add",
            label: "Add an element",
            help: "It goes into the G-Set, the 2P-Set and the OR-Set.",
            arguments: &[ELEMENT],
        },
        CommandSpec {
            name: "remove",
            label: "Remove an element",
            help: "It leaves the 2P-Set, for ever, and the OR-Set. A G-Set cannot let it go.",
            arguments: &[ELEMENT],
        },
        CommandSpec {
            name: "set",
            label: "Set the registers",
            help: "The LWW-Register and the MV-Register get a value.",
            arguments: &[("value", ArgumentKind::Text { default: "red" })],
        },
    ];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        let number = |index: usize, least: i64, most: u32, what: &str| {
            let number = call.number(index).filter(|number| (least..=i64::from(most)).contains(number));
            number.and_then(|number| u32::try_from(number).ok()).ok_or_else(|| format!("The {what} is a number from {least} to {most}."))
        };
        let word = |index: usize| {
            let word = call.text(index).filter(|word| (1..=ELEMENT_LETTERS_MAX).contains(&word.chars().count()));
            word.map(str::to_owned).ok_or_else(|| format!("It takes 1 to {ELEMENT_LETTERS_MAX} letters."))
        };
        match call.command {
            command::INSERT => {
                let letters = call.text(1).filter(|letters| (1..=limits::TEXT_ARGUMENT_BYTES_MAX).contains(&letters.len()));
                let letters = letters.ok_or_else(|| format!("An insertion has 1 to {} bytes of text.", limits::TEXT_ARGUMENT_BYTES_MAX))?;
                Ok(Update::Insert { at: number(0, 0, TEXT_LETTERS_MAX, "position")?, letters: letters.to_owned() })
            }
            command::DELETE => {
                Ok(Update::Delete { at: number(0, 0, TEXT_LETTERS_MAX, "position")?, count: number(1, 1, TEXT_LETTERS_MAX, "count")? })
            }
            command::INCREMENT => Ok(Update::Increment(number(0, 1, 100, "amount")?)),
            command::DECREMENT => Ok(Update::Decrement(number(0, 1, 100, "amount")?)),
            command::ADD => Ok(Update::Add(word(0)?)),
            command::REMOVE => Ok(Update::Remove(word(0)?)),
            command::SET => Ok(Update::Assign(word(0)?)),
            _ => Err("There is no such command.".to_owned()),
        }
    }
}
