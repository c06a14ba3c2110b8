//! Latency is zero, bandwidth is infinite: browsers fetch the parts of a page from a server.
//!
//! ```text
//!   one by one   Get ▶ ◀ Part  Get ▶ ◀ Part  Get ▶ ◀ Part      a round trip for each part
//!   in one call  Get ▶ ◀ Part Part Part                        one round trip; the bytes take as long as they take
//! ```

use super::{Bulk, Figure, duration, figures, kilobytes, wait};
use crate::sim::{
    Bindings, Broken, Choice, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node,
    NodeId, NodeView, ParamKind, ParamSpec, Params, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Page;

/// The server; every other node is a browser.
const SERVER: NodeId = NodeId(0);
/// A part that is as large as the screen needs it is so many times smaller than the original.
const FIT: u32 = 10;

/// After so long a browser takes its call, or the answer, for lost and asks again.
const LOST_US: u64 = 10_000_000;

/// Indices into the params.
mod param {
    /// Parts of a page.
    pub const PARTS: u16 = 0;
    /// Bytes of a part as it was made.
    pub const BYTES: u16 = 1;
    /// How long a reader waits for a page gladly.
    pub const PATIENCE_MS: u16 = 2;
    /// Time between two pages.
    pub const PAUSE_MS: u16 = 3;
    /// Rule: all parts in one call.
    pub const ONE_CALL: u16 = 4;
    /// Rule: parts as large as the screen needs them.
    pub const FIT: u16 = 5;
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// The server has all parts.
    Server,
    /// A browser.
    Browser(Browser),
}

/// A browser.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Browser {
    /// The page under way, or the last one.
    now: Load,
    is_loading: bool,
    /// The last page that came whole, and how long it took, in microseconds of this node's clock.
    last: Option<(Load, u64)>,
    loaded: u32,
}

/// A page as it comes.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Load {
    number: u32,
    began_us: i64,
    parts: u32,
    calls: u32,
    bytes: u64,
    is_late: bool,
}

/// A message. The numbers are those of the page and of its first part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Send so many parts.
    Get(u32, u32, u32),
    /// So many parts.
    Parts(u32, u32, u32, Body),
}

/// What parts are made of.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Body(Bulk);

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next page.
    Open,
    /// The reader's patience.
    Patience,
    /// An answer, which may be lost.
    Answer,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Open, TimerInfo { name: "next page", action: "open a page now" }),
        (Timer::Patience, TimerInfo { name: "patience", action: "lose patience now" }),
        (Timer::Answer, TimerInfo { name: "answer", action: "ask again now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// Whose patience was lost.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    late: u32,
    /// The reader who lost patience first.
    first_late: Option<NodeId>,
}

type Cx<'a> = Context<'a, Page>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Get", "GET", Tone::Follower, "Send these parts of the page."),
        MessageKind::reply("Parts", "PRT", Tone::Candidate, "The parts."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Get(..) => 0,
            Message::Parts(..) => 1,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Get(page, first, 1) => format!("Get part {} of page {page}", first + 1),
            Message::Get(page, first, count) => format!("Get parts {} to {} of page {page}", first + 1, first + count),
            Message::Parts(page, first, 1, Body(bulk)) => format!("Part {} of page {page}, {} bytes", first + 1, bulk.0),
            Message::Parts(page, first, count, Body(bulk)) => {
                format!("Parts {} to {} of page {page}, {} bytes", first + 1, first + count, bulk.0)
            }
        }
    }
}

impl Protocol for Page {
    type Stable = ();
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "parts",
            label: "Parts of a page",
            help: "Pictures, style sheets, rows of a table.",
            kind: ParamKind::Range { min: 1, max: 60, step: 1, unit: "" },
            default: 12,
        },
        ParamSpec {
            name: "bytes",
            label: "Size of a part",
            help: "As it was made, before anybody asked what a screen needs.",
            kind: ParamKind::Range { min: 500, max: 200_000, step: 500, unit: "bytes" },
            default: 2_000,
        },
        ParamSpec {
            name: "patience_ms",
            label: "Patience",
            help: "How long a reader waits for a page gladly.",
            kind: ParamKind::Range { min: 100, max: 20_000, step: 100, unit: "ms" },
            default: 1_000,
        },
        ParamSpec {
            name: "pause_ms",
            label: "Time between pages",
            help: "From one page that is there to the click on the next.",
            kind: ParamKind::Range { min: 100, max: 5_000, step: 100, unit: "ms" },
            default: 500,
        },
        ParamSpec::rule(
            "one_call",
            "All parts in one call",
            "Without this rule a browser asks for a part when the one before it has come.",
        ),
        ParamSpec::rule(
            "fit",
            "Send what the screen needs",
            "Parts a tenth of the size. Without this rule they are sent as they were made.",
        ),
    ];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Cx<'_>) -> Volatile {
        if cx.me() == SERVER {
            return Volatile::Server;
        }
        wait(Timer::Open, param::PAUSE_MS, cx);
        Volatile::Browser(Browser::default())
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, message) {
            (Volatile::Server, Message::Get(page, first, count)) => {
                let body = Body(Bulk(part_bytes(cx.params()).saturating_mul(*count)));
                cx.send(from, Message::Parts(*page, *first, *count, body));
            }
            (Volatile::Browser(browser), Message::Parts(page, first, count, body)) => browser.take(*page, (*first, *count), body, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        let Volatile::Browser(browser) = node.volatile else { return };
        match timer {
            Timer::Open => {
                browser.now = Load { number: browser.now.number + 1, began_us: cx.clock_us(), ..Load::default() };
                browser.is_loading = true;
                wait(Timer::Patience, param::PATIENCE_MS, cx);
                browser.ask(cx);
            }
            Timer::Patience => browser.now.is_late = browser.is_loading,
            Timer::Answer => browser.ask(cx),
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Page {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "in-time",
        sentence: "No reader loses patience with a page. It rests on messages that are not lost.",
        check: |_, seen| match seen.first_late {
            None => Ok(()),
            Some(node) => Err(Broken { nodes: vec![node], says: format!("The reader at node {node} has lost patience.") }),
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("page-opened", "The reader at node {node} asks for page {page}.", |cluster, _, step| {
            let (id, before, now) = acted(cluster, step)?;
            (now.now.number > before.now.number).then(|| Bindings::node(id).with("page", now.now.number))
        }),
        Fact::milestone("page-loaded", "Page {page} is there after {took}; calls: {calls}.", |cluster, _, step| {
            let (id, before, now) = acted(cluster, step)?;
            let (load, took_us) = now.last.as_ref().filter(|_| now.loaded > before.loaded)?;
            Some(Bindings::node(id).with("page", load.number).with("took", duration(*took_us)).with("calls", load.calls))
        }),
        Fact::milestone(
            "patience-lost",
            "The reader at node {node} loses patience: {parts} parts of page {page} are there.",
            |cluster, _, step| {
                let (id, before, now) = acted(cluster, step)?;
                let is_new = now.now.is_late && !before.now.is_late;
                is_new.then(|| Bindings::node(id).with("parts", now.now.parts).with("page", now.now.number))
            },
        ),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        let Choice::Fire(id) = step.choice else { return };
        // It may fire when it is too late to matter: by a reader's hand.
        if id.code == Timer::Patience.code() && browser(cluster, id.node).is_some_and(|browser| browser.now.is_late) {
            seen.late += 1;
            seen.first_late = seen.first_late.or(Some(id.node));
        }
    }
    fn role((): &(), volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Server => Role { label: "server", glyph: "S", tone: Tone::Neutral },
            Volatile::Browser(Browser { is_loading: false, .. }) => Role { label: "browser", glyph: "B", tone: Tone::Follower },
            Volatile::Browser(_) => Role { label: "loading", glyph: "B", tone: Tone::Pending },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(volatile) = cluster.volatile(id) else { return NodeView::default() };
        let Volatile::Browser(browser) = volatile else { return NodeView { badge: "all parts".to_owned(), ..NodeView::default() } };
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        let parts = parts(cluster.params());
        NodeView {
            badge: format!("{} of {parts} parts", browser.now.parts),
            fields: vec![
                field("page", browser.now.number.to_string(), "The page under way, or the last one."),
                field("parts", format!("{} of {parts}", browser.now.parts), "Parts of it that are there."),
                field("calls", browser.now.calls.to_string(), "Calls that it took so far."),
                field("pages", browser.loaded.to_string(), "Pages that came whole."),
            ],
            ring: Some(Timer::Patience.code()),
            points_at: None,
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        let loaded = cluster.ids().filter_map(|id| Some(browser(cluster, id)?.loaded)).sum();
        let last = cluster.ids().find_map(|id| browser(cluster, id)?.last.as_ref());
        let of_last = |value: &dyn Fn(&(Load, u64)) -> String| last.map_or_else(|| "none yet".to_owned(), value);
        figures([
            Figure::said("time for a page", of_last(&|(_, took_us)| duration(*took_us)), "the last one, from the click to the last part"),
            Figure::said("calls for a page", of_last(&|(load, _)| load.calls.to_string()), "of the last one"),
            Figure::said("data for a page", of_last(&|(load, _)| kilobytes(load.bytes)), "of the last one"),
            Figure::count("pages loaded", loaded, "by browsers that are up"),
            Figure::trouble("patience lost", seen.late, "how often a reader waited longer than wanted"),
        ])
    }
}

fn parts(params: &Params) -> u32 {
    u32::try_from(params.get_u64(param::PARTS)).unwrap_or(1)
}

/// The size of a part as it is sent.
fn part_bytes(params: &Params) -> u32 {
    let bytes = u32::try_from(params.get_u64(param::BYTES)).unwrap_or(0);
    if params.on(param::FIT) { bytes / FIT } else { bytes }
}

fn browser<'a>(cluster: &Cluster<'a, Page>, id: NodeId) -> Option<&'a Browser> {
    match cluster.volatile(id)? {
        Volatile::Browser(browser) => Some(browser),
        Volatile::Server => None,
    }
}

impl Browser {
    /// Asks for the next part, or for all that are missing.
    fn ask(&mut self, cx: &mut Cx<'_>) {
        let missing = parts(cx.params()).saturating_sub(self.now.parts).max(1);
        let count = if cx.params().on(param::ONE_CALL) { missing } else { 1 };
        self.now.calls += 1;
        cx.send(SERVER, Message::Get(self.now.number, self.now.parts, count));
        cx.set_timer(Timer::Answer, LOST_US);
    }

    /// Takes parts in; those of an earlier page and those that are there already count for nothing.
    fn take(&mut self, page: u32, (first, count): (u32, u32), Body(body): &Body, cx: &mut Cx<'_>) {
        if !self.is_loading || (page, first) != (self.now.number, self.now.parts) {
            return;
        }
        self.now.parts += count;
        self.now.bytes += u64::from(body.0);
        if self.now.parts < parts(cx.params()) {
            return self.ask(cx);
        }
        let took_us = u64::try_from(cx.clock_us().saturating_sub(self.now.began_us)).unwrap_or(0);
        cx.say(|| format!("The page is there after {}.", duration(took_us)));
        self.is_loading = false;
        self.loaded += 1;
        self.last = Some((self.now.clone(), took_us));
        cx.cancel_timer(Timer::Patience);
        cx.cancel_timer(Timer::Answer);
        wait(Timer::Open, param::PAUSE_MS, cx);
    }
}

/// The browser at which a step happened, before and after it.
fn acted<'a>(cluster: &Cluster<'a, Page>, step: &Step<'a>) -> Option<(NodeId, &'a Browser, &'a Browser)> {
    let id = step.choice.actor()?;
    match step.before::<Page>()?.volatile.as_ref()? {
        Volatile::Browser(before) => Some((id, before, browser(cluster, id)?)),
        Volatile::Server => None,
    }
}
