//! The eight fallacies of distributed computing, a small protocol for each or for two. Not a lesson of the path.
//!
//! Each protocol does as somebody would who takes the fallacy for true, as long as the rules that help are off. Seven of the fallacies are
//! Peter Deutsch's (Sun Microsystems, 1994), the eighth was added by James Gosling (about 1997).

mod administrators;
mod courier;
mod directory;
mod encodings;
mod orders;
mod page;
mod versions;

use super::{Entry, Topic};
use crate::sim::{Cell, Conditions, Context, Erased, Exhibit, ExhibitKind, Latency, Ledger, LedgerRow, Protocol, Tone};
use std::hash::{Hash, Hasher};

/// Where the fallacies come from.
const SOURCE: &str = "Deutsch, The Eight Fallacies of Distributed Computing, 1994, the eighth by Gosling";
/// A quiet network, seen in slow motion.
const QUIET: Conditions = Conditions::faultless(Latency::Uniform(100_000, 150_000));

static ORDERS: Erased<orders::Orders> = Erased::new();
static PAGE: Erased<page::Page> = Erased::new();
static COURIER: Erased<courier::Courier> = Erased::new();
static DIRECTORY: Erased<directory::Directory> = Erased::new();
static ADMINISTRATORS: Erased<administrators::Administrators> = Erased::new();
static ENCODINGS: Erased<encodings::Encodings> = Erased::new();
static VERSIONS: Erased<versions::Versions> = Erased::new();

/// Its number, with which its links begin. The lessons of the path end before it.
pub const NUMBER: u8 = 22;

/// The algorithms of the page of the fallacies.
pub const TOPIC: Topic = Topic {
    number: NUMBER,
    algorithms: &[
        Entry {
            id: "charge-once",
            name: "Orders and charges",
            source: SOURCE,
            summary: "Shops have orders charged over a line that loses messages: they try again, and a key tells the bank which order it is.",
            algorithm: &ORDERS,
            nodes: (2, 2, 5),
            network: Conditions { loss_ppm: 300_000, ..QUIET },
        },
        Entry {
            id: "page-parts",
            name: "A page and its parts",
            source: SOURCE,
            summary: "A browser fetches the parts of a page, one by one or all in one call, as large as they are or as its screen needs them.",
            algorithm: &PAGE,
            nodes: (2, 2, 5),
            network: Conditions { latency: Latency::Uniform(60_000, 90_000), ..QUIET },
        },
        Entry {
            id: "sealed-orders",
            name: "Orders past an eavesdropper",
            source: SOURCE,
            summary: "A router on the way reads, alters and replays what it forwards; messages are sealed with a key that it has not got, and numbered.",
            algorithm: &COURIER,
            nodes: (3, 3, 3),
            network: QUIET,
        },
        Entry {
            id: "moving-service",
            name: "A service that moves",
            source: SOURCE,
            summary: "A service moves from host to host; a client keeps its first address for ever, or looks it up when nobody is there.",
            algorithm: &DIRECTORY,
            nodes: (4, 4, 8),
            network: Conditions { latency: Latency::Uniform(60_000, 90_000), ..QUIET },
        },
        Entry {
            id: "idle-connection",
            name: "Two rules, two administrators",
            source: SOURCE,
            summary: "A gateway forgets connections that are idle, an application pings to keep them; each limit is somebody else's to set.",
            algorithm: &ADMINISTRATORS,
            nodes: (3, 3, 3),
            network: QUIET,
        },
        Entry {
            id: "order-encodings",
            name: "What an order costs on its way",
            source: SOURCE,
            summary: "Every service on the way of an order decodes it and encodes it again, as text with names or as a few bytes.",
            algorithm: &ENCODINGS,
            nodes: (3, 3, 3),
            network: QUIET,
        },
        Entry {
            id: "mixed-versions",
            name: "Two versions at once",
            source: SOURCE,
            summary: "Half of the nodes write a field that the others do not know: it is new, or an old one with another meaning.",
            algorithm: &VERSIONS,
            nodes: (2, 4, 8),
            network: QUIET,
        },
    ],
    exhibits: &[ExhibitKind::Ledger],
};

/// So many things are remembered one by one, the last ones: orders, keys, numbers. A run may go on for long.
const KEPT_MAX: usize = 1_000;

/// Makes room in a list of which only the last [`KEPT_MAX`] are kept.
fn make_room<T>(list: &mut Vec<T>) {
    if list.len() >= KEPT_MAX {
        list.remove(0);
    }
}

/// So many bytes of which only the number matters: a picture, a style sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Bulk(u32);

impl Hash for Bulk {
    /// As the bytes that it stands for, so that it takes their room on the wire.
    fn hash<H: Hasher>(&self, state: &mut H) {
        const PIECE: [u8; 1_024] = [0; 1_024];
        let mut rest = usize::try_from(self.0).unwrap_or(0);
        while rest > 0 {
            let piece = rest.min(PIECE.len());
            state.write(PIECE.get(..piece).unwrap_or(&[]));
            rest -= piece;
        }
    }
}

/// Arms a timer with the milliseconds that a param says.
fn wait<P: Protocol>(timer: P::Timer, param: u16, cx: &mut Context<'_, P>) {
    let time_us = cx.params().get_u64(param) * 1_000;
    cx.set_timer(timer, time_us);
}

/// A figure of a run: its name, its value, and whether it is trouble.
struct Figure {
    label: &'static str,
    value: String,
    is_trouble: bool,
    hint: &'static str,
}

impl Figure {
    /// A number of things.
    fn count(label: &'static str, count: u32, hint: &'static str) -> Self {
        Figure { label, value: count.to_string(), is_trouble: false, hint }
    }
    /// A number of things of which there should be none.
    fn trouble(label: &'static str, count: u32, hint: &'static str) -> Self {
        Figure { is_trouble: count > 0, ..Figure::count(label, count, hint) }
    }
    /// Anything, in words.
    fn said(label: &'static str, value: String, hint: &'static str) -> Self {
        Figure { label, value, is_trouble: false, hint }
    }
}

/// The figures of a run so far: the one exhibit of these protocols.
fn figures(figures: impl IntoIterator<Item = Figure>) -> Vec<Exhibit> {
    let row = |figure: Figure| LedgerRow {
        label: figure.label.to_owned(),
        note: figure.hint.to_owned(),
        cells: vec![Cell {
            text: figure.value,
            tone: if figure.is_trouble { Tone::Bad } else { Tone::Neutral },
            settled: true,
            hint: figure.hint.to_owned(),
            ..Cell::default()
        }],
        ..LedgerRow::default()
    };
    vec![Exhibit::Ledger(Ledger {
        title: "Figures",
        caption: "What this run has come to so far.",
        columns: vec!["so far".to_owned()],
        rows: figures.into_iter().map(row).collect(),
    })]
}

/// A time as these protocols' figures write it: "240 ms", "1.85 s".
fn duration(us: u64) -> String {
    match us {
        0..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", us / 1_000_000, us / 10_000 % 100),
    }
}

/// An amount of data in thousands of bytes: "36 kB".
fn kilobytes(bytes: u64) -> String {
    format!("{} kB", (bytes + 500) / 1_000)
}
