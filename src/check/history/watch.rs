//! The history of a run, as an observer notes it while the run goes on: calls and returns in their order. It keeps no times, so that a
//! search, which has none, tells states apart by it. Knows no algorithm.

use super::{Access, Call, History};
use crate::sim::{Operation, Outcome};

/// How far apart the history's moments are: there is room between them for a reader who edits it.
const MOMENT: u64 = 10;

/// Calls and returns so far. Part of an algorithm's ghost.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Watch {
    moments: u32,
    /// One for each operation of the run; `None` for what is no read or write, and for what was refused without effect.
    calls: Vec<Option<Noted>>,
    /// Operations that have not returned, by index.
    open: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Noted {
    process: u16,
    key: u16,
    access: Access,
    called: u32,
    returned: Option<u32>,
}

/// What an operation is: process, register, and what it does. `None` if it is neither a read nor a write.
pub type Reading = fn(&Operation) -> Option<(u16, u16, Access)>;

impl Watch {
    /// Notes what is new among the run's operations; says whether one of a register has returned.
    pub fn note(&mut self, operations: &[Operation], reading: Reading) -> bool {
        for operation in operations.iter().skip(self.calls.len()) {
            let noted = reading(operation).map(|(process, key, access)| {
                let called = self.tick();
                Noted { process, key, access, called, returned: None }
            });
            if noted.is_some() {
                self.open.push(u32::try_from(self.calls.len()).unwrap_or(u32::MAX));
            }
            self.calls.push(noted);
        }
        let mut is_returned = false;
        let open = std::mem::take(&mut self.open);
        for index in open {
            let at = usize::try_from(index).unwrap_or(usize::MAX);
            let outcome = operations.get(at).and_then(|operation| operation.done.as_ref()).map(|(_, outcome)| outcome);
            let Some(outcome) = outcome else {
                self.open.push(index);
                continue;
            };
            let moment = self.tick();
            let Some(slot) = self.calls.get_mut(at) else { continue };
            match (outcome, slot.as_mut()) {
                (Outcome::Refused(_), _) | (_, None) => *slot = None,
                (Outcome::Done(value), Some(noted)) => {
                    noted.returned = Some(moment);
                    if matches!(noted.access, Access::Read(_)) {
                        noted.access = Access::Read(Some(*value));
                    }
                    is_returned = true;
                }
            }
        }
        is_returned
    }

    fn tick(&mut self) -> u32 {
        self.moments += 1;
        self.moments
    }

    /// Reads and writes so far.
    pub fn count(&self) -> usize {
        self.calls.iter().flatten().count()
    }

    /// The history so far, with names for processes and registers by their numbers.
    pub fn history(&self, processes: Vec<String>, keys: Vec<String>) -> History {
        let calls = self.calls.iter().flatten().map(|noted| Call {
            process: noted.process,
            key: noted.key,
            access: noted.access,
            called: u64::from(noted.called) * MOMENT,
            returned: noted.returned.map(|moment| u64::from(moment) * MOMENT),
        });
        History { processes, keys, calls: calls.collect() }
    }
}
