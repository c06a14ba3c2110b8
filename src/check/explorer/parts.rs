//! The parts of states, each kept once and known by a number: what nodes hold, messages, ghosts, operations, the state of links.
//!
//! A state is then a row of numbers ("collapse compression", Holzmann 1997). Every part has a random-looking 64-bit term, and the terms of
//! a state add up to its fingerprint; so a step that changes one node and two messages changes three terms of the sum.

use super::query::Timers;
use super::table::{NONE, Numbers};
use crate::sim::erased::{Part, Payload};
use crate::sim::hash::{finish, fold, stable_hash};
use crate::sim::world::Slot;
use crate::sim::world::exchange::{Ghost, Links};
use crate::sim::{Flight, MessageId, NodeId, Operation, Status, TimerSlot};
use std::rc::Rc;

/// Kinds of part, mixed into their terms.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Kind {
    Local = 1,
    Letter = 2,
    Shadow = 3,
    Book = 4,
    Links = 5,
    Spent = 6,
    Progress = 7,
}

fn term(kind: Kind, hash: u64) -> u64 {
    finish(fold(hash, kind as u64))
}

/// An armed timer of a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Armed {
    pub code: u32,
    /// Shortest and longest duration.
    between_us: (u64, u64),
    /// Codes of the timers that it waits for, in order; always empty where timers fire at any moment.
    waits_for: Vec<u32>,
}

impl Armed {
    /// The same timer under another code, and waiting for others under theirs.
    pub fn renamed(&self, code: impl Fn(u32) -> u32) -> Armed {
        let mut waits_for: Vec<u32> = self.waits_for.iter().map(|other| code(*other)).collect();
        waits_for.sort_unstable();
        Armed { code: code(self.code), between_us: self.between_us, waits_for }
    }
}

/// What a node holds, its status, its clock and its timers.
pub struct Local {
    pub node: NodeId,
    pub slot: Rc<Slot>,
    pub status: Status,
    /// By code.
    pub armed: Vec<Armed>,
    pub term: u64,
}

impl Local {
    /// Codes of the timers that may fire next.
    pub fn may_fire(&self) -> impl Iterator<Item = u32> {
        self.armed.iter().filter(|timer| timer.waits_for.is_empty()).map(|timer| timer.code)
    }
}

/// A message's content, with its sender and addressee.
pub struct Letter {
    pub from: NodeId,
    pub to: NodeId,
    pub payload: Rc<dyn Payload>,
    pub term: u64,
}

impl Letter {
    /// A message of this content in flight, under a name that no real one has: `k` counts from [`K_BASE`]. `number` is the letter's, or where it
    /// stands in a queue; `same` counts equal messages before it.
    pub fn flight(&self, number: u32, same: u32) -> Flight {
        // Not by `copy`: that says who made a message, and the network may have made none of these.
        let k = K_BASE | ((same << SAME_SHIFT) & !K_BASE) ^ number;
        let id = MessageId { from: self.from, to: self.to, k, copy: 0 };
        Flight { id, payload: Rc::clone(&self.payload), sent_us: 0, cause: 0, ends_us: u64::MAX, doomed: false }
    }
}

/// Real messages are numbered from 0 on each link; those of a search above this.
pub const K_BASE: u32 = 1 << 31;
/// Where the count of equal messages is in the number.
const SAME_SHIFT: u32 = 24;

/// The ghost.
pub struct Shadow {
    pub ghost: Option<Ghost>,
    pub term: u64,
}

/// The clients' operations.
pub struct Book {
    pub operations: Rc<Vec<Operation>>,
    pub term: u64,
}

/// The state of the links.
pub struct Wiring {
    pub links: Links,
    /// By sender and addressee: whether the link lets nothing through. Empty when all links are open.
    closed: Vec<bool>,
    nodes: usize,
    pub term: u64,
}

impl Wiring {
    pub fn is_open(&self, from: NodeId, to: NodeId) -> bool {
        self.closed.is_empty() || !self.closed.get(from.index() * self.nodes + to.index()).copied().unwrap_or(false)
    }
    /// Whether there is something to repair.
    pub fn is_whole(&self) -> bool {
        self.links.cuts.is_empty() && self.links.groups.is_empty()
    }
}

/// All parts met so far.
pub struct Parts {
    pub locals: Vec<Local>,
    local_numbers: Numbers,
    pub letters: Vec<Letter>,
    letter_numbers: Numbers,
    pub shadows: Vec<Shadow>,
    shadow_numbers: Numbers,
    pub books: Vec<Book>,
    book_numbers: Numbers,
    pub wirings: Vec<Wiring>,
    wiring_numbers: Numbers,
    /// An estimate of what the parts themselves take.
    bytes: usize,
}

/// What a part takes on the heap besides its own size, in bytes: a guess, since that is the algorithm's affair.
const HEAP_BYTES_GUESS: usize = 160;

/// The number of the part with that hash; `make` makes it if it is new.
fn number<T>(parts: &mut Vec<T>, numbers: &mut Numbers, hash: u64, make: impl FnOnce() -> T) -> u32 {
    let known = numbers.get(hash);
    if known != NONE {
        return known;
    }
    let number = u32::try_from(parts.len()).unwrap_or(NONE);
    parts.push(make());
    numbers.insert(hash, number);
    number
}

impl Parts {
    pub fn new() -> Self {
        Parts {
            locals: Vec::new(),
            local_numbers: Numbers::new(),
            letters: Vec::new(),
            letter_numbers: Numbers::new(),
            shadows: Vec::new(),
            shadow_numbers: Numbers::new(),
            books: Vec::new(),
            book_numbers: Numbers::new(),
            wirings: Vec::new(),
            wiring_numbers: Numbers::new(),
            bytes: 0,
        }
    }

    /// A node with its timers.
    pub fn local(&mut self, node: NodeId, slot: &Rc<Slot>, armed: Vec<Armed>) -> u32 {
        let clock = (slot.clock.read(0), slot.clock.drift_ppm);
        let hash = fold(stable_hash(&(node, clock, &armed)), slot.state_hash());
        let count = self.locals.len();
        let found = number(&mut self.locals, &mut self.local_numbers, hash, || Local {
            node,
            slot: Rc::clone(slot),
            status: slot.status,
            armed,
            term: term(Kind::Local, hash),
        });
        if self.locals.len() > count {
            self.bytes += size_of::<Local>() + size_of::<Slot>() + size_of_val(slot.part()) + HEAP_BYTES_GUESS;
        }
        found
    }

    /// A message by its content.
    pub fn letter(&mut self, from: NodeId, to: NodeId, payload: &Rc<dyn Payload>) -> u32 {
        let hash = fold(stable_hash(&(from, to)), payload.fingerprint());
        let count = self.letters.len();
        let make = || Letter { from, to, payload: Rc::clone(payload), term: term(Kind::Letter, hash) };
        let found = number(&mut self.letters, &mut self.letter_numbers, hash, make);
        if self.letters.len() > count {
            self.bytes += size_of::<Letter>() + size_of_val(&**payload) + HEAP_BYTES_GUESS;
        }
        found
    }

    /// A ghost, or its absence.
    pub fn shadow(&mut self, ghost: Option<Ghost>) -> u32 {
        let hash = ghost.as_ref().map_or(0, |ghost| ghost.fingerprint());
        let count = self.shadows.len();
        let size = ghost.as_ref().map_or(0, |ghost| size_of_val(&***ghost));
        let found = number(&mut self.shadows, &mut self.shadow_numbers, hash, || Shadow { ghost, term: term(Kind::Shadow, hash) });
        if self.shadows.len() > count {
            self.bytes += size_of::<Shadow>() + size + HEAP_BYTES_GUESS;
        }
        found
    }

    /// A ghost like this one.
    pub fn shadow_like(&mut self, ghost: &dyn Part) -> u32 {
        let known = self.shadow_numbers.get(ghost.fingerprint());
        if known != NONE { known } else { self.shadow(Some(Rc::new(ghost.boxed()))) }
    }

    /// A list of operations. Its order counts, since invariants may read it.
    pub fn book(&mut self, operations: &Rc<Vec<Operation>>) -> u32 {
        let hash = operations.iter().fold(0, |hash, operation| {
            let outcome = operation.done.as_ref().map(|(_, outcome)| outcome);
            fold(hash, stable_hash(&(operation.id, operation.node, &operation.call, outcome)))
        });
        number(&mut self.books, &mut self.book_numbers, hash, || Book { operations: Rc::clone(operations), term: term(Kind::Book, hash) })
    }

    /// A state of the links between `nodes` nodes.
    pub fn wiring(&mut self, links: &Links, nodes: usize) -> u32 {
        let hash = stable_hash(&(&*links.cuts, &*links.groups));
        number(&mut self.wirings, &mut self.wiring_numbers, hash, || {
            let closed = |from: usize, to: usize| {
                let pair = (u16::try_from(from).unwrap_or(u16::MAX), u16::try_from(to).unwrap_or(u16::MAX));
                links.groups.get(from) != links.groups.get(to) || links.cuts.contains(&(NodeId(pair.0), NodeId(pair.1)))
            };
            let is_whole = links.cuts.is_empty() && links.groups.is_empty();
            let all = (0..nodes).flat_map(|from| (0..nodes).map(move |to| closed(from, to)));
            let closed = if is_whole { Vec::new() } else { all.collect() };
            Wiring { links: links.clone(), closed, nodes, term: term(Kind::Links, hash) }
        })
    }

    /// What all of it takes, in bytes, as far as it can be told.
    pub fn bytes(&self) -> usize {
        let numbers = [&self.local_numbers, &self.letter_numbers, &self.shadow_numbers, &self.book_numbers, &self.wiring_numbers];
        self.bytes + numbers.into_iter().map(Numbers::bytes).sum::<usize>()
    }
}

/// The term of what is spent of the budget for faults.
pub fn spent_term(spent: u64) -> u64 {
    term(Kind::Spent, spent)
}

/// The term of how far a client has got.
pub fn progress_term(client: usize, asked: u32) -> u64 {
    term(Kind::Progress, fold(client as u64, u64::from(asked)))
}

/// The timers of a node at the start of a search. One that was armed earlier and ends first is waited for.
pub fn armed_at_start(slot: &Slot, timers: Timers) -> Vec<Armed> {
    let waits = |timer: &TimerSlot, other: &TimerSlot| {
        timer.set_us >= other.set_us && timer.code != other.code && timer.between_us.0 >= other.between_us.1
    };
    let armed = |timer: &TimerSlot| Armed {
        code: timer.code,
        between_us: if timers == Timers::Any { (0, 0) } else { timer.between_us },
        waits_for: match timers {
            Timers::Any => Vec::new(),
            Timers::InOrder => slot.timers().filter(|other| waits(timer, other)).map(|other| other.code).collect(),
        },
    };
    slot.timers().map(armed).collect()
}

/// The timers of a node after a step: those that `set` names, in its order, were armed by it; the others are as they were `before`.
pub fn armed_after(slot: &Slot, before: &[Armed], set: &[u32], timers: Timers) -> Vec<Armed> {
    let mut armed: Vec<Armed> = Vec::new();
    let still = |code: u32| slot.timers().any(|timer| timer.code == code) && !set.contains(&code);
    for old in before.iter().filter(|old| still(old.code)) {
        let waits_for = old.waits_for.iter().copied().filter(|code| still(*code)).collect();
        armed.push(Armed { waits_for, ..old.clone() });
    }
    for code in set {
        let Some(timer) = slot.timers().find(|timer| timer.code == *code) else { continue };
        armed.push(match timers {
            Timers::Any => Armed { code: *code, between_us: (0, 0), waits_for: Vec::new() },
            Timers::InOrder => {
                let mut waits_for: Vec<u32> =
                    armed.iter().filter(|other| timer.between_us.0 >= other.between_us.1).map(|other| other.code).collect();
                waits_for.sort_unstable();
                Armed { code: *code, between_us: timer.between_us, waits_for }
            }
        });
    }
    armed.sort_unstable_by_key(|timer| timer.code);
    armed
}
