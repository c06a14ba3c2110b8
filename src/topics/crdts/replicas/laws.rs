//! What a merge must be so that replicas agree whatever arrives in whatever order, how often (Shapiro et al. 2011, §2.2): a join. Tried on the
//! states at hand.

use super::data::{Data, Origin, Update};
use super::params::{Rules, Way};
use super::text::Dot;

/// The laws.
pub const LAWS: [(&str, &str); 4] = [
    ("commutative", "x ⊔ y = y ⊔ x: the order in which states come does not matter"),
    ("associative", "(x ⊔ y) ⊔ z = x ⊔ (y ⊔ z): how they are grouped does not matter"),
    ("idempotent", "x ⊔ x = x: a state that comes twice does not matter"),
    ("updates only add", "x ⊔ update(x) = update(x): an old state takes nothing back"),
];

/// A data type and, for each of [`LAWS`], an example that breaks it, if there is one.
pub struct Trial {
    /// Its name.
    pub name: &'static str,
    /// By law.
    pub broken: [Option<String>; LAWS.len()],
}

/// A state before an update and after it.
struct Grown {
    before: Data,
    after: Data,
}

/// Tries all laws for all data types on these states.
pub fn try_all(states: &[&Data], rules: &Rules) -> Vec<Trial> {
    let grown = grown(states, rules);
    let number = |count: u64| count.to_string();
    let list = |elements: Vec<&str>| format!("{{{}}}", elements.join(", "));
    let max = rules.max_merge;
    vec![
        trial("G-Counter", |data| &data.small.g_counter, |a, b| a.merge(b, max), |x| number(x.value()), states, &grown),
        trial("PN-Counter", |data| &data.small.pn_counter, |a, b| a.merge(b, max), |x| x.value().to_string(), states, &grown),
        trial("G-Set", |data| &data.small.g_set, |a, b| a.merge(b), |x| list(x.value()), states, &grown),
        trial("2P-Set", |data| &data.small.two_phase_set, |a, b| a.merge(b), |x| list(x.value()), states, &grown),
        trial("OR-Set", |data| &data.small.or_set, |a, b| a.merge(b), |x| list(x.value()), states, &grown),
        trial(
            "LWW-Register",
            |data| &data.small.lww_register,
            |a, b| a.merge(b, rules.tie_break),
            |x| x.value().to_owned(),
            states,
            &grown,
        ),
        trial("MV-Register", |data| &data.small.mv_register, |a, b| a.merge(b), |x| list(x.values().collect()), states, &grown),
        trial("Text", |data| &data.text, |a, b| a.merge(b), |x| format!("“{}”", x.shown()), states, &grown),
    ]
}

/// Each state with some updates to it.
fn grown(states: &[&Data], rules: &Rules) -> Vec<Grown> {
    let mut grown = Vec::new();
    for state in states {
        let held = state.small.or_set.value().first().map(|element| Update::Remove((*element).to_owned()));
        let typed = Update::Insert { at: 0, letters: "a".to_owned() };
        let deleted = (!state.text.is_empty()).then_some(Update::Delete { at: 0, count: 1 });
        let samples = [Update::Increment(1), Update::Add("a".to_owned()), Update::Assign("a".to_owned()), typed];
        for update in samples.into_iter().chain(held).chain(deleted) {
            let origin = Origin { replica: 0, replicas: 1, now_ms: 0, next: Dot { counter: u32::MAX - 1, replica: 0 } };
            let effect = state.prepare(&update, origin, rules);
            let mut after = (*state).clone();
            after.apply(&effect, 0, Way::States.remembers(rules), rules);
            grown.push(Grown { before: (*state).clone(), after });
        }
    }
    grown
}

fn trial<T: Clone + PartialEq>(
    name: &'static str,
    pick: impl Fn(&Data) -> &T,
    merge: impl Fn(&mut T, &T),
    show: impl Fn(&T) -> String,
    states: &[&Data],
    grown: &[Grown],
) -> Trial {
    let states: Vec<&T> = states.iter().map(|state| pick(state)).collect();
    let join = |a: &T, b: &T| {
        let mut merged = a.clone();
        merge(&mut merged, b);
        merged
    };
    let commutative = pairs(&states).find_map(|(x, y)| {
        let (xy, yx) = (join(x, y), join(y, x));
        (xy != yx).then(|| format!("x = {}, y = {}: x ⊔ y = {}, but y ⊔ x = {}", show(x), show(y), show(&xy), show(&yx)))
    });
    let associative = pairs(&states).find_map(|(x, y)| {
        let z = states.iter().copied().find(|z| *z != x && *z != y).unwrap_or(x);
        let (left, right) = (join(&join(x, y), z), join(x, &join(y, z)));
        (left != right).then(|| {
            let states = format!("x = {}, y = {}, z = {}", show(x), show(y), show(z));
            format!("{states}: (x ⊔ y) ⊔ z = {}, but x ⊔ (y ⊔ z) = {}", show(&left), show(&right))
        })
    });
    let idempotent = states.iter().find_map(|x| {
        let twice = join(x, x);
        (twice != **x).then(|| format!("x = {}: x ⊔ x = {}", show(x), show(&twice)))
    });
    let inflation = grown.iter().find_map(|Grown { before, after }| {
        let (before, after) = (pick(before), pick(after));
        let merged = join(after, before);
        (merged != *after).then(|| format!("x = {}, updated {}: merged {}", show(before), show(after), show(&merged)))
    });
    Trial { name, broken: [commutative, associative, idempotent, inflation] }
}

fn pairs<'a, T>(states: &'a [&'a T]) -> impl Iterator<Item = (&'a T, &'a T)> {
    states.iter().enumerate().flat_map(|(at, x)| states.iter().skip(at + 1).map(move |y| (*x, *y)))
}
