//! What the filters show: the invariant, facts, node views, the cells, curves of false positives, tables of sizes.

use super::message::{Message, name};
use super::params;
use super::state::{Store, Volatile};
use super::{Bloom, Sample, Seen, Timer};
use crate::sim::series::number;
use crate::sim::{
    Bindings, Cell, Cells, Cluster, Curve, Drawn, Exhibit, Fact, Field, Guide, GuideKind, Invariant, Ledger, LedgerRow, NodeId, NodeView,
    Params, Point, Probe, Role, Scale, Series, Step, Timers as _, Tone, Trace, Watched,
};
use crate::topics::bloom_filters::filter::{Kind, Shape, buckets_of, cells_of, slots};
use crate::topics::bloom_filters::keys::Keys;
use crate::topics::bloom_filters::sizing::{self, BLOCK_BITS, BUCKET, HASHES_MAX};

/// Points of a theory curve.
const POINTS: u32 = 48;
/// A measured share is drawn with its interval, of which the lower end is at least this, in percent: the axis is logarithmic.
const PERCENT_MIN: f64 = 0.0001;

impl Watched for Bloom {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "no-false-negative",
        sentence: "Whoever asks for a key that is on disk is told \u{201c}perhaps\u{201d}. \u{201c}No\u{201d} is always true.",
        check: |_, seen: &Seen| seen.check(),
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("all-inserted", "Node {node} holds all {keys} keys; {fill} % of its cells are in use.", all_inserted),
        Fact::milestone(
            "under-target",
            "Measured at node {node}: with 95 % confidence fewer than {target} of absent keys are taken for there.",
            |cluster, seen: &Seen, _| proved(cluster, seen, |(_, high), target| high < target),
        ),
        Fact::milestone(
            "over-target",
            "Measured at node {node}: with 95 % confidence more than {target} of absent keys are taken for there.",
            |cluster, seen: &Seen, _| proved(cluster, seen, |(low, _), target| low > target),
        ),
        Fact::milestone(
            "false-positive",
            "Node {node} says \u{201c}perhaps\u{201d} of key {key}, which is not there.",
            |_, seen: &Seen, _| single(seen, true, false),
        ),
        Fact::detail("found", "Node {node} says \u{201c}perhaps\u{201d} of key {key}, and it is there.", |_, seen: &Seen, _| {
            single(seen, true, true)
        }),
        Fact::detail("surely-not", "Node {node} says \u{201c}no\u{201d} of key {key}: certain.", |_, seen: &Seen, _| {
            single(seen, false, false)
        }),
        Fact::milestone("false-negative", "Node {node} denies key {key}, which is on its disk.", |_, seen: &Seen, _| {
            seen.denied.map(|(node, key)| Bindings::node(node).with("key", key))
        }),
        Fact::detail("deleted", "Node {node} deletes {what}.", deleted),
        Fact::milestone("filter-full", "The filter of node {node} is full at {keys} keys and takes no more.", filter_full),
        Fact::milestone("rebuilt", "Node {node} goes over to a filter of {bits} bits and {k} functions.", rebuilt),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.observe(cluster, step);
    }
    fn role(_: &Keys, volatile: &Volatile) -> Role {
        let Volatile::Store(store) = volatile else { return Role { label: "client", glyph: "C", tone: Tone::Neutral } };
        let kind = store.filter.shape().kind;
        let (glyph, series) = match kind {
            Kind::Bloom => ("B", 0),
            Kind::Counting => ("#", 1),
            Kind::Blocked => ("L", 2),
            Kind::Cuckoo => ("K", 3),
        };
        Role { label: kind.name(), glyph, tone: Tone::Series(series) }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let disk = Field {
            name: "keys",
            value: cluster.stable(id).map_or(0, |keys| keys.len()).to_string(),
            stable: true,
            help: "Keys on disk. The filter can be built from them at any time, and not the other way round.",
        };
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        match cluster.volatile(id) {
            None => NodeView { fields: vec![disk], ..NodeView::default() },
            Some(Volatile::Client(client)) => NodeView {
                badge: format!("{} sent", client.next),
                fields: vec![
                    field("next", client.next.to_string(), "The next key that it inserts."),
                    field("waiting for", client.waiting.len().to_string(), "Stores that have not said that they have the last batch."),
                    field("rounds", client.round.to_string(), "Rounds of questions so far."),
                ],
                ring: Some(Timer::Tick.code()),
                points_at: None,
            },
            Some(Volatile::Store(store)) => {
                let shape = store.filter.shape();
                NodeView {
                    badge: format!("{} % in use", percent_in_use(store)),
                    fields: vec![
                        disk,
                        field("cells", shape.cells.to_string(), "Cells of the filter."),
                        field("bits of a cell", shape.bits.to_string(), "1 for a bit, 4 for a counter, more for a fingerprint."),
                        field("k", store.hashing.k.to_string(), "Hash functions by which it is asked."),
                        field("full", store.full.to_string(), "Whether a key found no room."),
                    ],
                    ring: None,
                    points_at: None,
                }
            }
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        let mut exhibits: Vec<Exhibit> = stores(cluster).map(|(_, store, keys)| Exhibit::Cells(cells(store, keys))).collect();
        exhibits.push(Exhibit::Series(by_keys(cluster, seen)));
        exhibits.push(Exhibit::Ledger(beside_theory(cluster, seen)));
        if let Some((node, store, keys)) = stores(cluster).find(|(_, store, _)| store.filter.shape().kind != Kind::Cuckoo) {
            exhibits.push(Exhibit::Series(by_functions(node, store, keys, seen)));
        }
        exhibits.push(Exhibit::Ledger(sizes(cluster.params())));
        exhibits
    }
}

fn store<'a>(cluster: &Cluster<'a, Bloom>, id: NodeId) -> Option<&'a Store> {
    match cluster.volatile(id)? {
        Volatile::Store(store) => Some(store),
        Volatile::Client(_) => None,
    }
}

fn stores<'a>(cluster: &Cluster<'a, Bloom>) -> impl Iterator<Item = (NodeId, &'a Store, u64)> {
    let cluster = *cluster;
    cluster.ids().filter_map(move |id| Some((id, store(&cluster, id)?, cluster.stable(id)?.len())))
}

fn all_inserted(cluster: &Cluster<'_, Bloom>, _: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Insert(..)) = step.delivered::<Bloom>()? else { return None };
    let (store, keys) = (store(cluster, id.to)?, cluster.stable(id.to)?.len());
    let before = step.before::<Bloom>()?.stable.len();
    let total = params::inserted(cluster.params(), cluster.nodes());
    (keys >= total && before < total).then(|| Bindings::node(id.to).with("keys", keys).with("fill", percent_in_use(store)))
}

/// A filter that holds what it was made for, or more, and whose measured interval lies wholly on one side of the target.
fn proved(cluster: &Cluster<'_, Bloom>, seen: &Seen, is_proved: fn((f64, f64), f64) -> bool) -> Option<Bindings> {
    let target = params::target(cluster.params());
    let planned = params::planned(cluster.params());
    let (node, _, _) = stores(cluster).find(|(node, store, keys)| {
        let is_present = |sample: &&Sample| sample.shape == store.filter.shape() && sample.k == store.hashing.k;
        *keys >= planned && seen.last(*node).filter(is_present).is_some_and(|sample| is_proved(sample.interval(), target))
    })?;
    Some(Bindings::node(node).with("target", format!("{} %", number(100.0 * target))))
}

fn single(seen: &Seen, says: bool, is_there: bool) -> Option<Bindings> {
    let (node, key, said, there) = seen.single?;
    (said == says && there == is_there).then(|| Bindings::node(node).with("key", key))
}

fn deleted(cluster: &Cluster<'_, Bloom>, _: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let (id, message) = step.delivered::<Bloom>()?;
    store(cluster, id.to)?;
    let what = match message {
        Message::Delete((key, 1), _) => name(*key),
        Message::Delete((_, count), _) => format!("{count} keys"),
        Message::DeleteWrong(_) => "an absent key that it took for there".to_owned(),
        _ => return None,
    };
    Some(Bindings::node(id.to).with("what", what))
}

fn filter_full(cluster: &Cluster<'_, Bloom>, _: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let (node, _, keys) = stores(cluster).find(|(_, store, _)| store.full)?;
    Some(Bindings::node(node).with("keys", keys))
}

fn rebuilt(cluster: &Cluster<'_, Bloom>, _: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let id = step.choice.actor()?;
    let now = store(cluster, id)?;
    let Some(Volatile::Store(before)) = &step.before::<Bloom>()?.volatile else { return None };
    let is_other = before.filter.shape() != now.filter.shape() || before.hashing != now.hashing;
    is_other.then(|| Bindings::node(id).with("bits", now.filter.shape().memory_bits()).with("k", now.hashing.k))
}

fn percent_in_use(store: &Store) -> u64 {
    let cells = store.filter.cells();
    u64::from(cells.filled(0, cells.len())) * 100 / u64::from(cells.len().max(1))
}

/// What theory says of a filter with so many keys.
pub fn theory(shape: Shape, keys: f64, k: u32) -> f64 {
    let (m, k) = (f64::from(shape.cells), f64::from(k));
    match shape.kind {
        Kind::Bloom | Kind::Counting => sizing::bloom(keys, m, k),
        Kind::Blocked => sizing::blocked(keys, m, k, f64::from(shape.block())),
        Kind::Cuckoo => sizing::cuckoo(keys, m, shape.bits),
    }
}

/// The cells of a filter, and those that the last key looked at.
fn cells(store: &Store, keys: u64) -> Cells {
    let (shape, values) = (store.filter.shape(), store.filter.cells());
    let used = values.filled(0, values.len());
    let (title, caption, unit, group) = match shape.kind {
        Kind::Bloom => ("Bits", "The bits of the Bloom filter. A key sets k of them; a question looks at the same k.", "bit", None),
        Kind::Counting => (
            "Counters",
            "The counters of the counting filter. A key adds one to k of them, and its deletion takes one off again.",
            "counter",
            None,
        ),
        Kind::Blocked => (
            "Blocks",
            "The bits of the blocked filter. All k of a key are in one block, which is a line of the processor's cache.",
            "bit",
            Some(("block", BLOCK_BITS.min(shape.cells))),
        ),
        Kind::Cuckoo => (
            "Buckets",
            "The buckets of the cuckoo filter, four fingerprints each; 0 is an empty place. A key's fingerprint is in one of two buckets.",
            "place",
            Some(("bucket", BUCKET)),
        ),
    };
    let of_cuckoo = |key: u64| {
        let (print, buckets) = buckets_of(shape, key, store.hashing);
        let is_print = move |slot: &u32| values.get(*slot) == print;
        let values = store.filter.cells();
        (0u32..).zip(buckets).map(move |(index, bucket)| Probe {
            cell: slots(bucket).find(|slot| values.get(*slot) == print).unwrap_or(bucket * BUCKET),
            label: format!("b{}", index + 1),
            tone: if slots(bucket).any(|slot| is_print(&slot)) { Tone::Good } else { Tone::Neutral },
            says: format!("bucket {bucket} is one of the two of {}, whose fingerprint is {print}", name(key)),
        })
    };
    let of_others = |key: u64| {
        (1u32..).zip(cells_of(shape, key, store.hashing)).map(move |(index, cell)| Probe {
            cell,
            label: format!("h{index}"),
            tone: Tone::Good,
            says: format!("h{index} of {}", name(key)),
        })
    };
    let probes = match store.shown {
        None => Vec::new(),
        Some(key) if shape.kind == Kind::Cuckoo => of_cuckoo(key).collect(),
        Some(key) => of_others(key).collect(),
    };
    let shown = store.shown.map_or(String::new(), |key| {
        let says = if store.count(key, 1).0 == 1 { "perhaps there" } else { "certainly not there" };
        format!(" Last looked at for {}: {says}.", name(key))
    });
    let says = format!("{keys} keys; {used} of {} {unit}s in use, which is {} %.{shown}", shape.cells, used * 100 / shape.cells.max(1));
    Cells { title, caption, says, unit, group, values: store.filter.cells(), probes }
}

fn point(x: f64, sample: &Sample) -> Point {
    let (low, high) = sample.interval();
    let percent = |share: f64| (100.0 * share).max(PERCENT_MIN);
    Point { x, y: 100.0 * sample.measured(), band: Some((percent(low), percent(high))) }
}

fn tone(shape: Shape) -> Tone {
    Tone::Series(match shape.kind {
        Kind::Bloom => 0,
        Kind::Counting => 1,
        Kind::Blocked => 2,
        Kind::Cuckoo => 3,
    })
}

/// False positives while the filter fills.
fn by_keys(cluster: &Cluster<'_, Bloom>, seen: &Seen) -> Series {
    let params = cluster.params();
    let planned = params::planned(params) as f64;
    let mut curves = Vec::new();
    for (node, store, keys) in stores(cluster) {
        let (shape, k) = (store.filter.shape(), store.hashing.k);
        let upto = (planned.max(keys as f64)) * 1.1;
        let at = |index: u32| upto * f64::from(index) / f64::from(POINTS);
        curves.push(Curve {
            label: format!("{}, theory", shape.kind.name()),
            drawn: Drawn::Theory,
            tone: tone(shape),
            points: (1..=POINTS).map(|index| Point::new(at(index), 100.0 * theory(shape, at(index), k))).collect(),
        });
        let samples = seen.samples.iter().filter(|sample| (sample.node, sample.shape, sample.k) == (node, shape, k));
        let mut points: Vec<Point> = samples.map(|sample| point(sample.keys as f64, sample)).collect();
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        curves.push(Curve { label: format!("{}, measured", shape.kind.name()), drawn: Drawn::Points, tone: tone(shape), points });
    }
    Series {
        title: "False positives",
        caption: "How many of the absent keys are taken for there, as the filter fills. Bars: where the true share lies with 95 % confidence.",
        says: String::new(),
        across: Scale { label: "keys in the filter", least: Some((0.0, planned)), ..Scale::default() },
        upwards: Scale { label: "false positives", unit: "%", log: true, least: Some((0.1, 1.0)) },
        curves,
        guides: vec![
            Guide { label: "target".to_owned(), at: 100.0 * params::target(params), kind: GuideKind::Level },
            Guide { label: "made for".to_owned(), at: planned, kind: GuideKind::Place },
        ],
    }
}

/// False positives by the number of hash functions.
fn by_functions(node: NodeId, store: &Store, keys: u64, seen: &Seen) -> Series {
    let shape = store.filter.shape();
    let best = sizing::best_k(keys as f64, f64::from(shape.cells));
    let points = (1..=HASHES_MAX).map(|k| Point::new(f64::from(k), 100.0 * theory(shape, keys as f64, k)));
    let samples = seen.samples.iter().filter(|sample| (sample.node, sample.shape, sample.keys) == (node, shape, keys));
    let mut measured: Vec<Point> = samples.map(|sample| point(f64::from(sample.k), sample)).collect();
    measured.sort_by(|a, b| a.x.total_cmp(&b.x));
    Series {
        title: "How many functions",
        caption: "The same keys in the same memory under more or fewer hash functions. Change k in the settings, and another measured point appears.",
        says: format!("With {keys} keys in {} cells k = {best} errs least.", shape.cells),
        across: Scale { label: "hash functions, k", ..Scale::default() },
        upwards: Scale { label: "false positives", unit: "%", log: true, least: None },
        curves: vec![
            Curve { label: "theory".to_owned(), drawn: Drawn::Theory, tone: tone(shape), points: points.collect() },
            Curve { label: "measured".to_owned(), drawn: Drawn::Points, tone: tone(shape), points: measured },
        ],
        guides: vec![Guide { label: "now".to_owned(), at: f64::from(store.hashing.k), kind: GuideKind::Now }],
    }
}

fn cell(text: String, hint: &str) -> Cell {
    Cell { text, settled: true, hint: hint.to_owned(), ..Cell::default() }
}

fn percent(share: f64) -> String {
    format!("{} %", number(100.0 * share))
}

/// A row a filter: what it is, what theory says, what was measured.
fn beside_theory(cluster: &Cluster<'_, Bloom>, seen: &Seen) -> Ledger {
    let target = params::target(cluster.params());
    let row = |(node, store, keys): (NodeId, &Store, u64)| {
        let (shape, k) = (store.filter.shape(), store.hashing.k);
        let is_present = |sample: &&Sample| (sample.shape, sample.k, sample.keys) == (shape, k, keys);
        let mut cells = vec![
            cell(keys.to_string(), "keys on disk"),
            cell(number(shape.memory_bits() as f64 / keys.max(1) as f64), "bits for each of them"),
            cell(percent(theory(shape, keys as f64, k)), "false positives by theory"),
        ];
        if let Some(sample) = seen.last(node).filter(is_present) {
            let (low, high) = sample.interval();
            let verdict = match (high < target, low > target) {
                (true, _) => ("under", Tone::Good),
                (_, true) => ("over", Tone::Bad),
                _ => ("not sure yet", Tone::Pending),
            };
            cells.push(cell(percent(sample.measured()), "false positives measured"));
            cells.push(cell(format!("{} to {}", percent(low), percent(high)), "95 % confidence"));
            cells.push(cell(format!("{} of {}", sample.wrong, sample.asked), "absent keys taken for there, of those asked for"));
            cells.push(Cell { tone: verdict.1, settled: verdict.1 != Tone::Pending, ..cell(verdict.0.to_owned(), "beside the target") });
        }
        LedgerRow { label: shape.kind.name().to_owned(), node: Some(node), note: String::new(), cells }
    };
    Ledger {
        title: "Measured",
        caption: "Each filter as it is now: false positives by theory, and as measured with keys that were never inserted.",
        columns: ["keys", "bits a key", "theory", "measured", "95 % sure", "wrong of asked", "target"].map(str::to_owned).to_vec(),
        rows: stores(cluster).map(row).collect(),
    }
}

/// Sizes of a Bloom filter, solved both ways.
fn sizes(params: &Params) -> Ledger {
    let (n, p) = (params::planned(params) as f64, params::target(params));
    let m = sizing::bits_for(n, p);
    let k = sizing::best_k(n, m);
    let (have, best) = (f64::from(params::memory_bits(params)), sizing::best_k(n, f64::from(params::memory_bits(params))));
    let set = params::hashing(params).k;
    let row = |label: &str, cells: Vec<Cell>| LedgerRow { label: label.to_owned(), cells, ..LedgerRow::default() };
    let line = |n: f64, m: f64, k: u32, p: f64| {
        vec![
            cell(number(n), "keys"),
            cell(format!("{m}"), "bits in all"),
            cell(number(m / n), "bits a key"),
            cell(k.to_string(), "hash functions"),
            cell(percent(p), "false positives by theory"),
        ]
    };
    Ledger {
        title: "Sizes",
        caption: "A Bloom filter solved both ways: from keys and target to memory, and from memory to what it can promise.",
        columns: ["keys n", "bits m", "bits a key", "functions k", "false positives p"].map(str::to_owned).to_vec(),
        rows: vec![
            row("for the target", line(n, m, k, sizing::bloom(n, m, f64::from(k)))),
            row("in this memory, at best", line(n, have, best, sizing::bloom(n, have, f64::from(best)))),
            row("as it is set", line(n, have, set, sizing::bloom(n, have, f64::from(set)))),
            row("overfilled twice", line(2.0 * n, have, set, sizing::bloom(2.0 * n, have, f64::from(set)))),
        ],
    }
}
