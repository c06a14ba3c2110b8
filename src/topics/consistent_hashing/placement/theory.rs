//! What is known of load and movement, and the same measured over other seeds of the hash function. Charts as plain data.

use super::circle::capacity;
use super::{Method, Placement, Rules, equal_members};
use crate::check::statistics::NORMAL;
use crate::sim::{Curve, Drawn, Guide, GuideKind, NodeId, Point, Scale, Series, Tone};

/// Seeds that a measurement is the mean of.
const SEEDS: u32 = 12;
/// Keys of a measurement.
const KEYS: u16 = 600;
/// Clusters that a node joins in the chart of movement: up to so many nodes.
const NODES_MAX: u16 = 10;
/// Virtual nodes of a node in the chart of spread: powers of two up to this one.
const TOKENS_LOG2_MAX: u32 = 8;

/// Part of the keys that move when a node joins `n` others: modulo the number of nodes.
pub fn moved_modulo(n: f64) -> f64 {
    n / (n + 1.0)
}

/// The least part of the keys that can move when a node joins `n` others and all are to hold the same.
pub fn moved_least(n: f64) -> f64 {
    1.0 / (n + 1.0)
}

/// Standard deviation of a node's part of the circle, relative to its mean, with `n` nodes of `v` virtual nodes each.
///
/// n·v random points cut the circle into parts that are distributed as Dirichlet(1, …, 1), so a node's part is Beta(v, (n − 1) v).
/// For many nodes this is about 1/√v.
pub fn spread_of_circle(n: f64, v: f64) -> f64 {
    libm::sqrt((n - 1.0) / (n * v + 1.0))
}

/// Standard deviation of a node's number of keys, relative to its mean, if each of `keys` keys goes to any of `n` nodes alike.
/// Jump and modulo add nothing to it.
pub fn spread_of_counting(n: f64, keys: f64) -> f64 {
    libm::sqrt((n - 1.0) / keys)
}

/// The charts of a placement.
pub fn charts(placement: &Placement) -> Vec<Series> {
    vec![load(placement), movement(placement), spread(placement)]
}

/// Mean of samples, with the ends of its 95 % confidence interval.
fn mean(samples: &[f64]) -> (f64, f64, f64) {
    let count = samples.len().max(1) as f64;
    let mean = samples.iter().sum::<f64>() / count;
    let variance = samples.iter().map(|sample| (sample - mean) * (sample - mean)).sum::<f64>() / (count - 1.0).max(1.0);
    let half = NORMAL * libm::sqrt(variance / count);
    (mean, mean - half, mean + half)
}

/// Part of the keys whose owner changes when a node joins `n` others.
pub fn moved_measured(rules: Rules, n: u16, keys: u16) -> f64 {
    let (before, after) =
        (Placement::new(rules, equal_members((1..=n).map(NodeId))), Placement::new(rules, equal_members((1..=n + 1).map(NodeId))));
    let moved = (0..keys).filter(|key| before.owner(*key) != after.owner(*key)).count();
    moved as f64 / f64::from(keys.max(1))
}

fn movement(placement: &Placement) -> Series {
    let curve = |of: fn(f64) -> f64| (1..=NODES_MAX).map(|n| Point::new(f64::from(n), 100.0 * of(f64::from(n)))).collect();
    let measured = |n: u16| {
        let sample = |seed| 100.0 * moved_measured(Rules { seed, keys: KEYS.into(), replicas: 1, ..*placement.rules() }, n, KEYS);
        let (mean, low, high) = mean(&(0..SEEDS).map(sample).collect::<Vec<_>>());
        Point { x: n.into(), y: mean, band: Some((low, high)) }
    };
    Series {
        title: "Movement",
        caption: "Keys that change their node when one more joins. Measured: mean over twelve seeds of the hash function, with the 95 % confidence of the mean.",
        across: Scale { label: "nodes before", least: Some((1.0, NODES_MAX.into())), ..Scale::default() },
        upwards: Scale { label: "keys that move", unit: "%", least: Some((0.0, 100.0)), ..Scale::default() },
        curves: vec![
            Curve { label: "theory: modulo, n/(n+1)".to_owned(), tone: Tone::Bad, points: curve(moved_modulo), ..Curve::default() },
            Curve { label: "theory: the least, 1/(n+1)".to_owned(), tone: Tone::Series(0), points: curve(moved_least), ..Curve::default() },
            Curve {
                label: "measured, as set".to_owned(),
                drawn: Drawn::Line,
                tone: Tone::Series(0),
                points: (1..=NODES_MAX).map(measured).collect(),
            },
        ],
        guides: vec![Guide { label: "now".to_owned(), at: placement.members().len() as f64, kind: GuideKind::Now }],
        ..Series::default()
    }
}

/// Standard deviation of the nodes' parts of the circle relative to their mean, over several seeds.
pub fn spread_measured(rules: Rules, n: u16, seeds: u32) -> f64 {
    let members = equal_members((1..=n).map(NodeId));
    let parts = (0..seeds).flat_map(|seed| {
        let placement = Placement::new(Rules { seed, method: Method::Circle, ..rules }, members.clone());
        placement.circle().map(|circle| circle.shares(&members)).unwrap_or_default()
    });
    let squares: f64 = parts.map(|part| (part * f64::from(n) - 1.0) * (part * f64::from(n) - 1.0)).sum();
    libm::sqrt(squares / (f64::from(n) * f64::from(seeds)))
}

fn spread(placement: &Placement) -> Series {
    let n = u16::try_from(placement.members().len()).unwrap_or(1).max(2);
    let tokens = || (0..=TOKENS_LOG2_MAX).map(|log2| 1_u32 << log2);
    let measured = |tokens: u32| {
        let value = spread_measured(Rules { tokens, ..*placement.rules() }, n, SEEDS);
        // A standard deviation of k free samples is known to within 1/√(2k) of itself.
        let half = NORMAL * value / libm::sqrt(2.0 * f64::from(n - 1) * f64::from(SEEDS));
        Point { x: tokens.into(), y: 100.0 * value, band: Some((100.0 * (value - half), 100.0 * (value + half))) }
    };
    let theory = |tokens: u32| Point::new(tokens.into(), 100.0 * spread_of_circle(n.into(), tokens.into()));
    Series {
        title: "Spread",
        caption: "On the ring: how unequal the nodes' parts of the circle are: the standard deviation relative to the mean, of as many nodes as there are now, with twelve seeds and 95 % confidence.",
        across: Scale { label: "virtual nodes a node", log: true, ..Scale::default() },
        upwards: Scale { label: "standard deviation of the load", unit: "%", log: true, ..Scale::default() },
        curves: vec![
            Curve {
                label: "theory: √((n−1)/(nv+1)), about 1/√v".to_owned(),
                tone: Tone::Series(0),
                points: tokens().map(theory).collect(),
                ..Curve::default()
            },
            Curve { label: "measured".to_owned(), drawn: Drawn::Line, tone: Tone::Series(0), points: tokens().map(measured).collect() },
        ],
        guides: vec![Guide { label: "now".to_owned(), at: placement.rules().tokens.into(), kind: GuideKind::Now }],
        ..Series::default()
    }
}

/// Keys that each member owns of the first `keys`, in the members' order.
pub fn owned(placement: &Placement, keys: u16) -> Vec<u32> {
    let mut owned = vec![0; placement.members().len()];
    for node in (0..keys).filter_map(|key| placement.owner(key)) {
        let index = placement.members().iter().position(|member| member.node == node);
        if let Some(count) = index.and_then(|index| owned.get_mut(index)) {
            *count += 1;
        }
    }
    owned
}

fn load(placement: &Placement) -> Series {
    let rules = *placement.rules();
    let (members, keys) = (placement.members(), rules.keys.max(1));
    let counts = owned(placement, u16::try_from(keys).unwrap_or(u16::MAX));
    let (n, per_node) = (members.len().max(1) as f64, f64::from(keys) / members.len().max(1) as f64);
    let sigma = spread_of_counting(n, f64::from(keys)) * per_node;
    let fair = |x: f64| Point { x, y: per_node, band: Some(((per_node - NORMAL * sigma).max(0.0), per_node + NORMAL * sigma)) };
    let mut guides = Vec::new();
    if rules.method == Method::Bounded {
        guides.push(Guide {
            label: "bound".to_owned(),
            at: capacity(rules.epsilon_percent, rules.keys, members.len()).into(),
            kind: GuideKind::Level,
        });
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    Series {
        title: "Load",
        caption: "Keys of each node. The band is where 95 % of the nodes would be if every key went to any node alike; what lies outside of it is the method's own doing.",
        says: format!("The fullest node holds {} % of the average.", (f64::from(most) / per_node * 100.0 + 0.5) as u64),
        across: Scale { label: "node", ..Scale::default() },
        upwards: Scale { label: "keys", least: Some((0.0, 2.0 * per_node)), ..Scale::default() },
        curves: vec![
            Curve {
                label: "theory: equal chances".to_owned(),
                tone: Tone::Series(3),
                points: members.iter().map(|member| fair(member.node.0.into())).collect(),
                ..Curve::default()
            },
            Curve {
                label: "keys owned".to_owned(),
                drawn: Drawn::Points,
                tone: Tone::Series(0),
                points: members.iter().zip(&counts).map(|(member, count)| Point::new(member.node.0.into(), (*count).into())).collect(),
            },
        ],
        guides,
    }
}
