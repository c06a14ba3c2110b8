//! A verdict on a history: the views that show that a model admits it, or the operations that it refuses, or that it cannot be said.

use super::model::Model;
use super::search::{Found, Item, find};
use super::{Access, History};

/// Calls of a history that is judged at most.
pub const CALLS_MAX: usize = 4_096;
/// Ways to join reads with writes of the same value that are tried at most.
pub const SOURCES_MAX: usize = 4_096;
/// A refused history of more calls is not cut down to those that offend.
const CUT_DOWN_MAX: usize = 1_000;

/// What is said of a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The model admits it, as these views show.
    Admitted(Vec<View>),
    /// It does not.
    Refused(Refusal),
    /// A bound was reached; the sentence says which.
    CannotSay(String),
}

/// An order of calls, each by its index, in which every read returns the value written last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct View {
    /// Whose view it is, if processes have their own.
    pub process: Option<u16>,
    /// Of which register, if registers have their own.
    pub key: Option<u16>,
    /// The calls. Writes of unknown outcome may be missing.
    pub order: Vec<usize>,
}

/// Why a history is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Calls that the model refuses by themselves, and of which none can be left out; of a very long history the one that is too much.
    pub calls: Vec<usize>,
    /// The reason, in a sentence.
    pub says: String,
}

/// Whose view is missing, or what bound was reached.
enum Failure {
    Refused(Option<u16>),
    NeverWritten(usize),
    Disagree,
    CannotSay(String),
}

/// Judges a history by a model.
pub fn judge(history: &History, model: Model) -> Verdict {
    if history.calls.len() > CALLS_MAX {
        return Verdict::CannotSay(format!("The history has more than {CALLS_MAX} operations."));
    }
    let all: Vec<usize> = (0..history.calls.len()).collect();
    match views(history, model, &all) {
        Ok(views) => Verdict::Admitted(views),
        Err(Failure::CannotSay(says)) => Verdict::CannotSay(says),
        Err(_) => Verdict::Refused(refusal(history, model, all)),
    }
}

/// Whether a model refuses a history. What cannot be said counts as not refused.
pub fn refuses(history: &History, model: Model) -> bool {
    history.calls.len() <= CALLS_MAX && is_refused(history, model, &(0..history.calls.len()).collect::<Vec<_>>())
}

fn is_refused(history: &History, model: Model, calls: &[usize]) -> bool {
    matches!(views(history, model, calls), Err(Failure::Refused(_) | Failure::NeverWritten(_) | Failure::Disagree))
}

/// Cuts the calls down to some of which none can be left out. Reads only demand something, and a write that nobody reads only stands in the
/// way, so without them a history is never worse.
fn refusal(history: &History, model: Model, mut calls: Vec<usize>) -> Refusal {
    let (mut few, mut many) = (0, calls.len());
    while few + 1 < many && model != Model::Eventual {
        let half = few.midpoint(many);
        if is_refused(history, model, calls.get(..half).unwrap_or_default()) { many = half } else { few = half }
    }
    if model != Model::Eventual {
        calls.truncate(many);
    }
    if calls.len() > CUT_DOWN_MAX {
        let says = "It is refused once this returns; the history is too long to say by which others".to_owned();
        calls.drain(..calls.len() - 1);
        return Refusal { says: format!("{says}: {}.", calls.iter().map(|call| history.words(*call)).collect::<String>()), calls };
    }
    let is_write = |call: &usize| history.calls.get(*call).is_some_and(|call| call.is_write());
    let mut size = calls.len();
    while size > 0 {
        let mut order = calls.clone();
        order.sort_by_key(|call| (is_write(call), *call));
        for piece in order.chunks(size) {
            let rest: Vec<usize> = calls.iter().copied().filter(|call| !piece.contains(call)).collect();
            let without: Vec<usize> =
                calls.iter().copied().filter(|call| !piece.contains(call) || is_write(call) && is_read_by(history, *call, &rest)).collect();
            if without.len() < calls.len() && is_refused(history, model, &without) {
                calls = without;
            }
        }
        size /= 2;
    }
    let says = match views(history, model, &calls) {
        Err(failure) => sentence(history, model, &calls, &failure),
        Ok(_) => sentence(history, model, &calls, &Failure::Refused(None)),
    };
    Refusal { calls, says }
}

fn is_read_by(history: &History, write: usize, calls: &[usize]) -> bool {
    let Some(write) = history.calls.get(write) else { return false };
    let Access::Write(value) = write.access else { return false };
    calls.iter().filter_map(|call| history.calls.get(*call)).any(|call| call.key == write.key && call.read() == Some(value))
}

fn sentence(history: &History, model: Model, calls: &[usize], failure: &Failure) -> String {
    let words: Vec<String> = calls.iter().map(|call| history.words(*call)).collect();
    let list = words.join("; ");
    let name = |process: u16| history.processes.get(usize::from(process)).cloned().unwrap_or_default();
    match failure {
        Failure::NeverWritten(call) => format!("Nobody writes what this read returns: {}.", history.words(*call)),
        Failure::Disagree => format!("All writes had returned, and the last reads still differ: {list}."),
        Failure::CannotSay(says) => says.clone(),
        Failure::Refused(process) => {
            let whose = process.map(name).unwrap_or_default();
            let what = match model {
                Model::Linearizable => "No order of these has each take effect between its call and its return".to_owned(),
                Model::Sequential => "No single order of these keeps the order of each process".to_owned(),
                Model::Causal => format!("In no order of these that keeps causes before effects could {whose} have read what it read"),
                Model::Pram => format!("In no order of these that keeps the order of each process could {whose} have read what it read"),
                Model::ReadYourWrites => format!("{whose} does not read its own write"),
                Model::MonotonicReads => format!("{whose} loses what it had seen"),
                Model::MonotonicWrites => format!("{whose} does not see the writes of one process in their order"),
                Model::WritesFollowReads => format!("{whose} sees a write without the one that its process had read"),
                Model::Eventual => "The reads do not agree in the end".to_owned(),
            };
            format!("{what}: {list}.")
        }
    }
}

/// The views of a model over some of the calls.
fn views(history: &History, model: Model, calls: &[usize]) -> Result<Vec<View>, Failure> {
    let facts = Facts::new(history, calls)?;
    match model {
        Model::Eventual => facts.agreement().map(|()| Vec::new()),
        Model::Linearizable => {
            let keys = (0u16..).take(history.keys.len());
            let of_key = |key: u16| -> Result<Option<View>, Failure> {
                let calls = facts.of(|call| call.key == key);
                if calls.is_empty() {
                    return Ok(None);
                }
                let order = facts.view(&calls, &Relation::base(&facts, model), None)?;
                Ok(Some(View { process: None, key: Some(key), order }))
            };
            keys.filter_map(|key| of_key(key).transpose()).collect()
        }
        Model::Sequential => {
            let order = facts.view(&facts.of(|_| true), &Relation::base(&facts, model), None)?;
            Ok(vec![View { process: None, key: None, order }])
        }
        _ if model.needs_sources() => {
            let base = Relation::base(&facts, model);
            let mut sources = Sources::new(&facts)?;
            let mut failure = Failure::Refused(None);
            loop {
                match base.with_sources(&facts, &sources, model).map_or(Err(Failure::Refused(None)), |relation| facts.by_process(&relation))
                {
                    Ok(views) => return Ok(views),
                    Err(Failure::CannotSay(says)) => return Err(Failure::CannotSay(says)),
                    Err(Failure::Refused(process)) if process.is_some() => failure = Failure::Refused(process),
                    Err(_) => {}
                }
                if !sources.next() {
                    return Err(failure);
                }
            }
        }
        // The more must be kept, the shorter the search; what PRAM admits these admit too.
        Model::ReadYourWrites | Model::MonotonicReads | Model::MonotonicWrites => {
            match facts.by_process(&Relation::base(&facts, Model::Pram)) {
                Ok(views) => Ok(views),
                Err(_) => facts.by_process(&Relation::base(&facts, model)),
            }
        }
        _ => facts.by_process(&Relation::base(&facts, model)),
    }
}

/// The calls that matter, and the values of registers, numbered.
struct Facts<'a> {
    history: &'a History,
    /// Indices into the history.
    calls: Vec<usize>,
    /// Register and value of each slot, sorted; among them what every register holds at first.
    slots: Vec<(u16, i64)>,
}

impl<'a> Facts<'a> {
    fn new(history: &'a History, calls: &[usize]) -> Result<Self, Failure> {
        let call = |index: &usize| history.calls.get(*index);
        let mut read: Vec<(u16, i64)> = calls.iter().filter_map(call).filter_map(|call| Some((call.key, call.read()?))).collect();
        read.sort_unstable();
        let mut slots: Vec<(u16, i64)> = (0u16..).take(history.keys.len()).map(|key| (key, 0)).collect();
        let mut kept = Vec::new();
        for index in calls {
            let Some(call) = call(index) else { continue };
            match call.access {
                Access::Read(None) => {}
                Access::Read(Some(_)) => kept.push(*index),
                Access::Write(value) => {
                    slots.push((call.key, value));
                    // One of unknown outcome that nobody reads never took effect, as far as anybody can tell.
                    if call.returned.is_some() || read.binary_search(&(call.key, value)).is_ok() {
                        kept.push(*index);
                    }
                }
            }
        }
        slots.sort_unstable();
        slots.dedup();
        let facts = Facts { history, calls: kept, slots };
        match facts
            .calls
            .iter()
            .find(|index| call(index).is_some_and(|call| call.read().is_some_and(|value| facts.slot(call.key, value).is_none())))
        {
            Some(index) => Err(Failure::NeverWritten(*index)),
            None => Ok(facts),
        }
    }

    fn slot(&self, key: u16, value: i64) -> Option<usize> {
        self.slots.binary_search(&(key, value)).ok()
    }

    fn call(&self, position: usize) -> Option<&crate::sim::Call> {
        self.history.calls.get(*self.calls.get(position)?)
    }

    /// Positions of the calls that `fit`.
    fn of(&self, fit: impl Fn(&crate::sim::Call) -> bool) -> Vec<usize> {
        (0..self.calls.len()).filter(|position| self.call(*position).is_some_and(&fit)).collect()
    }

    /// A view for each process that has read something.
    fn by_process(&self, relation: &Relation) -> Result<Vec<View>, Failure> {
        let mut views = Vec::new();
        for process in (0u16..).take(self.history.processes.len()) {
            if self.of(|call| call.process == process && !call.is_write()).is_empty() {
                continue;
            }
            let order = self.view(&self.of(|call| call.is_write() || call.process == process), relation, Some(process))?;
            views.push(View { process: Some(process), key: None, order });
        }
        Ok(views)
    }

    /// An order of the calls at these positions.
    fn view(&self, positions: &[usize], relation: &Relation, process: Option<u16>) -> Result<Vec<usize>, Failure> {
        let after = relation.reduced(positions);
        let items: Vec<Item> = positions
            .iter()
            .zip(after)
            .filter_map(|(position, after)| {
                let call = self.call(*position)?;
                let (value, is_write) = match call.access {
                    Access::Write(value) => (value, true),
                    Access::Read(value) => (value?, false),
                };
                let slot = self.slot(call.key, value)?;
                Some(Item {
                    call: *self.calls.get(*position)?,
                    key: usize::from(call.key),
                    slot,
                    is_write,
                    is_certain: !is_write || call.returned.is_some(),
                    after,
                })
            })
            .collect();
        let holds = (0u16..).take(self.history.keys.len()).map(|key| self.slot(key, 0).unwrap_or_default()).collect();
        match find(&items, holds, self.slots.len()) {
            Found::Order(order) => Ok(order),
            Found::Nothing => Err(Failure::Refused(process)),
            Found::TooMuch => Err(Failure::CannotSay("The search for an order came to too many configurations.".to_owned())),
        }
    }

    /// What [`Model::Eventual`] asks of a finite history.
    fn agreement(&self) -> Result<(), Failure> {
        for key in (0u16..).take(self.history.keys.len()) {
            let of_key = || self.history.calls.iter().filter(|call| call.key == key);
            let Some(quiet_from) = of_key().filter(|call| call.is_write()).try_fold(0, |latest, call| Some(call.returned?.max(latest)))
            else {
                continue;
            };
            let mut last: Vec<(u16, u64, i64)> = Vec::new();
            for call in self.calls.iter().filter_map(|index| self.history.calls.get(*index)) {
                let Some(value) = call.read().filter(|_| call.key == key && call.called >= quiet_from) else { continue };
                match last.iter_mut().find(|(process, ..)| *process == call.process) {
                    Some(known) if known.1 <= call.called => (known.1, known.2) = (call.called, value),
                    Some(_) => {}
                    None => last.push((call.process, call.called, value)),
                }
            }
            if last.windows(2).any(|pair| matches!(pair, [first, second] if first.2 != second.2)) {
                return Err(Failure::Disagree);
            }
        }
        Ok(())
    }
}

/// What must come before what, by positions in [`Facts`]: a row of bits for each call, of those before it.
#[derive(Clone)]
struct Relation {
    rows: Vec<Vec<u64>>,
}

const WORD: usize = 64;

impl Relation {
    fn base(facts: &Facts<'_>, model: Model) -> Self {
        let count = facts.calls.len();
        let mut relation = Relation { rows: vec![vec![0; count.div_ceil(WORD)]; count] };
        for (b, second) in facts.calls.iter().enumerate() {
            for (a, first) in facts.calls.iter().enumerate() {
                if model.keeps(facts.history, *first, *second) {
                    relation.add(a, b);
                }
            }
        }
        relation
    }

    fn add(&mut self, a: usize, b: usize) {
        if let Some(word) = self.rows.get_mut(b).and_then(|row| row.get_mut(a / WORD)) {
            *word |= 1 << (a % WORD);
        }
    }

    fn has(&self, a: usize, b: usize) -> bool {
        self.rows.get(b).and_then(|row| row.get(a / WORD)).is_some_and(|word| word >> (a % WORD) & 1 == 1)
    }

    /// What reads-from adds; `None` if something would come before itself.
    fn with_sources(&self, facts: &Facts<'_>, sources: &Sources, model: Model) -> Option<Self> {
        let mut relation = self.clone();
        for (read, write) in sources.chosen() {
            if model == Model::Causal {
                relation.add(write, read);
                continue;
            }
            let Some(process) = facts.call(read).map(|call| call.process) else { continue };
            for later in facts.of(|call| call.is_write() && call.process == process) {
                let calls = facts.calls.get(read).zip(facts.calls.get(later));
                if calls.is_some_and(|(read, later)| facts.history.precedes(*read, *later)) {
                    relation.add(write, later);
                }
            }
        }
        // Warshall's closure.
        let count = relation.rows.len();
        for middle in 0..count {
            let before = relation.rows.get(middle).cloned().unwrap_or_default();
            for b in 0..count {
                if relation.has(middle, b)
                    && let Some(row) = relation.rows.get_mut(b)
                {
                    row.iter_mut().zip(&before).for_each(|(word, more)| *word |= more);
                }
            }
        }
        (0..count).all(|call| !relation.has(call, call)).then_some(relation)
    }

    /// For each of the positions, which of them must come directly before it, as indices into `positions`.
    fn reduced(&self, positions: &[usize]) -> Vec<Vec<usize>> {
        let mut among = vec![0u64; self.rows.len().div_ceil(WORD)];
        let mut index_of = vec![0; self.rows.len()];
        for (index, position) in positions.iter().enumerate() {
            if let (Some(word), Some(at)) = (among.get_mut(position / WORD), index_of.get_mut(*position)) {
                (*word, *at) = (*word | 1 << (position % WORD), index);
            }
        }
        let masked = |b: usize| self.rows.get(b).into_iter().flatten().zip(&among).map(|(word, mask)| word & mask);
        let direct = |b: &usize| {
            let mut direct: Vec<u64> = masked(*b).collect();
            for middle in bits(&direct.clone()) {
                direct.iter_mut().zip(masked(middle)).for_each(|(word, earlier)| *word &= !earlier);
            }
            bits(&direct).filter_map(|a| index_of.get(a).copied()).collect()
        };
        positions.iter().map(direct).collect()
    }
}

/// The positions of the bits that are set.
fn bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(at, word)| (0..WORD).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * WORD + bit))
}

/// Which write each read got its value from: one way after another.
struct Sources {
    /// Position of the read, the writes it may be from (`None`: what the register held at first), and which of them is chosen.
    reads: Vec<(usize, Vec<Option<usize>>, usize)>,
}

impl Sources {
    fn new(facts: &Facts<'_>) -> Result<Self, Failure> {
        let mut ways: usize = 1;
        let mut reads = Vec::new();
        for read in facts.of(|call| !call.is_write()) {
            let Some(call) = facts.call(read) else { continue };
            let Some(value) = call.read() else { continue };
            let writes = facts.of(|other| other.key == call.key && other.access == Access::Write(value));
            let first = (value == 0).then_some(None);
            let from: Vec<Option<usize>> = first.into_iter().chain(writes.into_iter().map(Some)).collect();
            ways = ways.saturating_mul(from.len());
            reads.push((read, from, 0));
        }
        if ways > SOURCES_MAX {
            return Err(Failure::CannotSay("The same values are written too often to tell which write a read is from.".to_owned()));
        }
        Ok(Sources { reads })
    }

    fn chosen(&self) -> impl Iterator<Item = (usize, usize)> {
        self.reads.iter().filter_map(|(read, from, at)| Some((*read, (*from.get(*at)?)?)))
    }

    /// Goes on to the next way; says whether there is one.
    fn next(&mut self) -> bool {
        for (_, from, at) in &mut self.reads {
            *at += 1;
            if *at < from.len() {
                return true;
            }
            *at = 0;
        }
        false
    }
}
