//! What a reader may set: sliders, choices, and the rules of an algorithm that may be switched off.

/// What kind of thing a param is, with its range. All values are `i64`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    /// A number from `min` to `max` in steps of `step`, shown with `unit` ("ms", "entries", "").
    Range {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// Distance of neighbouring values.
        step: i64,
        /// Shown after the number.
        unit: &'static str,
    },
    /// One of several; the value is the index.
    Choice(&'static [&'static str]),
    /// Off (0) or on (1).
    Toggle,
    /// A safety-critical rule of the algorithm, on (1) unless the reader switches it off (0) to see what breaks.
    Rule,
}

/// One thing that the reader may set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParamSpec {
    /// Stable name, used in lesson files: `election_timeout_min`.
    pub name: &'static str,
    /// What the page calls it.
    pub label: &'static str,
    /// One sentence: what it does, and for a rule what it protects.
    pub help: &'static str,
    /// Kind and range.
    pub kind: ParamKind,
    /// Value when nothing is said.
    pub default: i64,
}

impl ParamSpec {
    /// A rule that is on.
    pub const fn rule(name: &'static str, label: &'static str, help: &'static str) -> Self {
        ParamSpec { name, label, help, kind: ParamKind::Rule, default: 1 }
    }
    /// Whether `value` is one that this param may have.
    pub fn admits(&self, value: i64) -> bool {
        match self.kind {
            ParamKind::Range { min, max, step, .. } => value >= min && value <= max && (value - min) % step.max(1) == 0,
            ParamKind::Choice(options) => usize::try_from(value).is_ok_and(|i| i < options.len()),
            ParamKind::Toggle | ParamKind::Rule => value == 0 || value == 1,
        }
    }
}

/// The values of all params of an algorithm, in the order in which it declares them.
///
/// An algorithm names its params by constants: `params.on(rule::VOTE_ONCE)`, `params.get(param::HEARTBEAT_MS)`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Params(Vec<i64>);

impl Params {
    /// Every param at its default.
    pub fn defaults(specs: &[ParamSpec]) -> Self {
        Params(specs.iter().map(|spec| spec.default).collect())
    }

    /// The value of param `index`; 0 for one that does not exist.
    pub fn get(&self, index: u16) -> i64 {
        self.0.get(usize::from(index)).copied().unwrap_or(0)
    }

    /// The value as an unsigned number; a negative one is 0.
    pub fn get_u64(&self, index: u16) -> u64 {
        u64::try_from(self.get(index)).unwrap_or(0)
    }

    /// Whether a toggle or rule is on.
    pub fn on(&self, index: u16) -> bool {
        self.get(index) != 0
    }

    /// Sets a value; says whether there is such a param. The caller has asked [`ParamSpec::admits`].
    pub fn set(&mut self, index: u16, value: i64) -> bool {
        match self.0.get_mut(usize::from(index)) {
            Some(slot) => {
                *slot = value;
                true
            }
            None => false,
        }
    }

    /// All values in order.
    pub fn values(&self) -> &[i64] {
        &self.0
    }
}
