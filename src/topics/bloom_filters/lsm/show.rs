//! What the store and its files show: the last lookup file by file, reads with and without filters, reads beside theory, a filter's bits.

use super::seen::{Sample, Seen, last, memory};
use super::{Lsm, Memory, Message, STORE, Stable, Timer, Visit, Volatile, hashing, param, params};
use crate::check::statistics::NORMAL;
use crate::sim::series::number;
use crate::sim::{
    Bindings, Broken, Cell, Cells, Cluster, Curve, Drawn, Exhibit, Fact, Field, Guide, GuideKind, Invariant, Ledger, LedgerRow,
    MessageKind, Messages, NodeId, NodeView, Point, Probe, Role, Scale, Series, Step, Timers as _, Tone, Trace, Watched,
};
use crate::topics::bloom_filters::sizing;

/// After so many lookups of absent keys under one setting the reads are counted up, and then after as many again.
const COUNTED: u64 = 500;
/// Bits a key up to which theory is drawn.
const BITS_SHOWN: u32 = 20;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("LoadFilter", "LDF", Tone::Leader, "The store asks a file for its filter."),
        MessageKind::reply("Filter", "FLT", Tone::Leader, "The file's filter."),
        MessageKind::request("Read", "RD", Tone::Candidate, "A read of a file on disk: what filters are to save."),
        MessageKind::reply("Value", "VAL", Tone::Good, "Whether the key is in the file."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::LoadFilter(_) => 0,
            Message::Filter(..) => 1,
            Message::Read(..) => 2,
            Message::Value(..) => 3,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::LoadFilter(bits_per_key) => format!("LoadFilter: your filter, {bits_per_key} bits a key"),
            Message::Filter(_, filter) => format!("Filter of {} bits", filter.len()),
            Message::Read(number, key) => format!("Read for lookup {number}: key {key}"),
            Message::Value(number, key, true) => format!("Value for lookup {number}: key {key} is here"),
            Message::Value(number, key, false) => format!("Value for lookup {number}: key {key} is not here"),
        }
    }
}

impl Watched for Lsm {
    const INVARIANTS: &'static [Invariant<Self>] = &[
        Invariant {
            name: "no-false-negative",
            sentence: "A lookup of a key that is in a file is never told that there is none.",
            check: |_, seen| match seen.wrong {
                Some((key, file, None)) => Err(Broken {
                    nodes: vec![STORE, file],
                    says: format!("The store said that there is no key {key}. It is in file {file}."),
                }),
                _ => Ok(()),
            },
        },
        Invariant {
            name: "newest-value",
            sentence: "A lookup is given the value of the newest file that has the key.",
            check: |_, seen| match seen.wrong {
                Some((key, newest, Some(other))) => Err(Broken {
                    nodes: vec![newest, other],
                    says: format!("The value of key {key} came from file {other}, although file {newest} has a newer one."),
                }),
                _ => Ok(()),
            },
        },
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("nothing-read", "Key {key} is in no file, and no file was read to know that.", nothing_read),
        Fact::milestone("read-for-nothing", "File {node} was read for key {key} for nothing.", read_for_nothing),
        Fact::detail("found", "Key {key} was in file {node}, after {reads} reads.", found),
        Fact::milestone("filters-loaded", "The store has the filters of all {files} files.", filters_loaded),
        Fact::milestone("reads-counted", "{lookups} lookups of absent keys have read {reads} files.", reads_counted),
        Fact::milestone("denied", "The store says that there is no key {key}, which is in file {node}.", |_, seen: &Seen, _| {
            match seen.wrong? {
                (key, node, None) => Some(Bindings::node(node).with("key", key)),
                _ => None,
            }
        }),
        Fact::milestone(
            "stale-value",
            "The value of key {key} comes from file {other}, and file {node} has a newer one.",
            |_, seen: &Seen, _| {
                let (key, node, Some(other)) = seen.wrong? else { return None };
                Some(Bindings::nodes([node, other]).with("node", node).with("other", other).with("key", key))
            },
        ),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, _: &Step<'_>) {
        seen.observe(cluster);
    }
    fn role(_: &Stable, volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Store(memory) if memory.filters.iter().any(Option::is_none) => {
                Role { label: "loading", glyph: "…", tone: Tone::Pending }
            }
            Volatile::Store(_) => Role { label: "store", glyph: "S", tone: Tone::Leader },
            Volatile::File => Role { label: "file", glyph: "F", tone: Tone::Follower },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        let field = |name, value: String, stable, help| Field { name, value, stable, help };
        match (cluster.stable(node), cluster.volatile(node)) {
            (_, Some(Volatile::Store(memory))) => NodeView {
                badge: format!("{} lookups", memory.count),
                fields: vec![
                    field(
                        "filters",
                        format!("{} of {}", memory.filters.iter().flatten().count(), memory.filters.len()),
                        false,
                        "Filters that it has.",
                    ),
                    field(
                        "bits",
                        memory.filters.iter().flatten().map(|filter| u64::from(filter.len())).sum::<u64>().to_string(),
                        false,
                        "Memory that they take.",
                    ),
                    field("under way", memory.open.len().to_string(), false, "Lookups that wait for a file."),
                ],
                ring: Some(Timer::Next.code()),
                points_at: None,
            },
            (Some(Stable::File(keys)), _) => NodeView {
                badge: format!("{} keys", keys.len()),
                fields: vec![field("keys", keys.len().to_string(), true, "Keys in this file. Low node numbers are the newer files.")],
                ring: None,
                points_at: None,
            },
            _ => NodeView::default(),
        }
    }
    /// The last lookup, reads, reads by theory, the bits of the newest file's filter.
    fn exhibits(cluster: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        let bits = memory(cluster).and_then(|memory| Some(cells(memory, memory.filters.first()?.as_ref()?)));
        [Exhibit::Ledger(last_lookup(cluster)), Exhibit::Ledger(reads(seen)), Exhibit::Series(by_bits(cluster, seen))]
            .into_iter()
            .chain(bits.map(Exhibit::Cells))
            .collect()
    }
}

fn nothing_read(cluster: &Cluster<'_, Lsm>, seen: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let lookup = last(cluster).filter(|lookup| seen.ended && lookup.reads() == 0 && seen.wrong.is_none())?;
    Some(Bindings::default().with("key", lookup.key))
}

fn read_for_nothing(cluster: &Cluster<'_, Lsm>, _: &Seen, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Value(_, key, false)) = step.delivered::<Lsm>()? else { return None };
    cluster.params().on(param::FILTERS).then(|| Bindings::node(id.from).with("key", key))
}

fn found(cluster: &Cluster<'_, Lsm>, seen: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let lookup = last(cluster).filter(|_| seen.ended)?;
    let file = lookup.found()?;
    Some(Bindings::node(file).with("key", lookup.key).with("reads", lookup.reads()))
}

fn filters_loaded(cluster: &Cluster<'_, Lsm>, _: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let memory = memory(cluster).filter(|memory| memory.filters.iter().all(Option::is_some))?;
    Some(Bindings::default().with("files", memory.filters.len()))
}

fn reads_counted(cluster: &Cluster<'_, Lsm>, seen: &Seen, _: &Step<'_>) -> Option<Bindings> {
    let lookup = last(cluster).filter(|lookup| seen.ended && u64::from(lookup.key) >= params::keys(cluster.params()))?;
    let sample = seen.samples.iter().find(|sample| sample.bits_per_key == lookup.bits_per_key && sample.lookups % COUNTED == 0)?;
    Some(Bindings::default().with("lookups", sample.lookups).with("reads", sample.reads))
}

/// Files that a lookup of an absent key reads by theory: each errs for itself.
pub fn reads_by_theory(files: u16, bits_per_key: u32) -> f64 {
    let (m, k) = (f64::from(bits_per_key), f64::from(hashing(bits_per_key.into()).k));
    f64::from(files) * if bits_per_key == 0 { 1.0 } else { sizing::bloom(1.0, m, k) }
}

fn last_lookup(cluster: &Cluster<'_, Lsm>) -> Ledger {
    let lookup = last(cluster);
    let row = |file: NodeId| {
        let visit = lookup.and_then(|lookup| lookup.path.iter().find(|(other, _)| *other == file)).map(|(_, visit)| *visit);
        let (text, tone, note) = match visit {
            None => ("not reached", Tone::Neutral, ""),
            Some(Visit::Skipped) => ("skipped", Tone::Good, "its filter says no"),
            Some(Visit::Reading) => ("being read", Tone::Pending, ""),
            Some(Visit::ForNothing) => ("read for nothing", Tone::Bad, "its filter said perhaps, and the key was not there"),
            Some(Visit::Found) => ("found", Tone::Good, "the key was there"),
        };
        let note = if visit == Some(Visit::ForNothing) && !cluster.params().on(param::FILTERS) { "no filter was asked" } else { note };
        LedgerRow {
            label: format!("file {file}"),
            node: None,
            note: note.to_owned(),
            cells: vec![Cell { text: text.to_owned(), tone, settled: true, hint: format!("file {file}: {text}"), ..Cell::default() }],
        }
    };
    Ledger {
        title: "Last lookup",
        caption: "What the last lookup that ended did with each file, the newest above.",
        columns: vec![lookup.map_or("no lookup yet".to_owned(), |lookup| format!("key {}", lookup.key))],
        rows: (1..cluster.nodes()).map(NodeId).map(row).collect(),
    }
}

fn reads(seen: &Seen) -> Ledger {
    let each = |count: u32| if seen.lookups == 0 { "none".to_owned() } else { number(f64::from(count) / f64::from(seen.lookups)) };
    let row = |label: &str, count: u32, tone| LedgerRow {
        label: label.to_owned(),
        cells: [(count.to_string(), "in all"), (each(count), "for each lookup")]
            .map(|(text, hint)| Cell { text, tone, settled: true, hint: hint.to_owned(), ..Cell::default() })
            .to_vec(),
        ..LedgerRow::default()
    };
    Ledger {
        title: "Reads",
        caption: "Reads of files since the run began, beside those that the same lookups would have taken without filters.",
        columns: ["in all", "a lookup"].map(str::to_owned).to_vec(),
        rows: vec![
            row("lookups", seen.lookups, Tone::Neutral),
            row("files read", seen.reads, Tone::Neutral),
            row("of them for nothing", seen.for_nothing, Tone::Bad),
            row("without filters", seen.reads_without, Tone::Pending),
        ],
    }
}

/// Reads for a lookup of an absent key, by the size of the filters.
fn by_bits(cluster: &Cluster<'_, Lsm>, seen: &Seen) -> Series {
    let files = cluster.nodes().saturating_sub(1);
    let measured = |sample: &Sample| {
        let (lookups, reads) = (sample.lookups.max(1) as f64, sample.reads as f64);
        let half = NORMAL * libm::sqrt(reads.max(1.0)) / lookups;
        Point {
            x: sample.bits_per_key as f64,
            y: reads / lookups,
            band: Some(((reads / lookups - half).max(1e-4), reads / lookups + half)),
        }
    };
    let mut points: Vec<Point> = seen.samples.iter().filter(|sample| sample.reads > 0).map(measured).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    Series {
        title: "Reads and bits",
        caption: "Files that the lookup of an absent key reads, by the bits a key of the filters; 0 is without filters. Theory: files × p. Bars: 95 % confidence.",
        across: Scale { label: "bits a key", ..Scale::default() },
        upwards: Scale { label: "files read", log: true, least: Some((0.01, f64::from(files))), ..Scale::default() },
        curves: vec![
            Curve {
                label: "theory".to_owned(),
                tone: Tone::Series(0),
                points: (0..=BITS_SHOWN).map(|bits| Point::new(bits.into(), reads_by_theory(files, bits))).collect(),
                ..Curve::default()
            },
            Curve { label: "measured".to_owned(), drawn: Drawn::Points, tone: Tone::Series(0), points },
        ],
        guides: vec![Guide { label: "now".to_owned(), at: cluster.params().get_u64(param::BITS_PER_KEY) as f64, kind: GuideKind::Now }],
        ..Series::default()
    }
}

fn cells(memory: &Memory, filter: &crate::sim::Packed) -> Cells {
    let probe = |key: u32| {
        (1..).zip(hashing(memory.bits_per_key).cells(u64::from(key), filter.len())).map(move |(index, cell): (u32, u32)| Probe {
            cell,
            label: format!("h{index}"),
            tone: if filter.get(cell) == 1 { Tone::Good } else { Tone::Bad },
            says: format!("h{index} of key {key}"),
        })
    };
    Cells {
        title: "A filter",
        caption: "The bits of the newest file's filter, and where the key of the last lookup leads.",
        says: format!("{} of {} bits are set.", filter.filled(0, filter.len()), filter.len()),
        unit: "bit",
        group: None,
        values: filter.clone(),
        probes: memory.last.as_ref().map(|lookup| probe(lookup.key).collect()).unwrap_or_default(),
    }
}
