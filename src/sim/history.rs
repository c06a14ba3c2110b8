//! A history as plain data: what clients asked of registers, when, and what they were told. Knows no algorithm and no checker.

/// What a call does to its register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Access {
    /// It writes this value.
    Write(i64),
    /// It reads, and has read this value. A read that has not returned has read nothing, and demands nothing.
    Read(Option<i64>),
}

/// One operation of a client, between its call and its return. Every register holds 0 at first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Call {
    /// Whose: an index into [`History::processes`].
    pub process: u16,
    /// On which register: an index into [`History::keys`].
    pub key: u16,
    /// What it does.
    pub access: Access,
    /// When it was called. Only the order of moments counts, so the unit is whatever the history's author likes.
    pub called: u64,
    /// When it returned. A write that has not may take effect at any later time, or never.
    pub returned: Option<u64>,
}

impl Call {
    /// Whether it writes.
    pub fn is_write(&self) -> bool {
        matches!(self.access, Access::Write(_))
    }
    /// What it says that its register held, if it says so.
    pub fn read(&self) -> Option<i64> {
        match self.access {
            Access::Read(value) => value,
            Access::Write(_) => None,
        }
    }
}

/// What clients asked of registers, in order of call.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct History {
    /// Names of the processes, which others call sessions or clients.
    pub processes: Vec<String>,
    /// Names of the registers.
    pub keys: Vec<String>,
    /// The operations.
    pub calls: Vec<Call>,
}

impl History {
    /// Whether call `a` returned before call `b` was made. Calls that take no time and are of the same moment are in the order of the list.
    pub fn precedes(&self, a: usize, b: usize) -> bool {
        let (Some(first), Some(second)) = (self.calls.get(a), self.calls.get(b)) else { return false };
        let before = |x: &Call, y: &Call| x.returned.is_some_and(|returned| returned <= y.called);
        a != b && before(first, second) && (a < b || !before(second, first))
    }

    /// Call `index` in words: `B: read x 1`.
    pub fn words(&self, index: usize) -> String {
        let Some(call) = self.calls.get(index) else { return String::new() };
        let name = |names: &[String], index: u16| names.get(usize::from(index)).cloned().unwrap_or_default();
        let (process, key) = (name(&self.processes, call.process), name(&self.keys, call.key));
        match call.access {
            Access::Write(value) => format!("{process}: write {key} {value}"),
            Access::Read(Some(value)) => format!("{process}: read {key} {value}"),
            Access::Read(None) => format!("{process}: read {key} ?"),
        }
    }
}
