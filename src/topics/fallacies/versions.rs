//! The network is homogeneous: half of the nodes run a new version, and all send each other sales.
//!
//! ```text
//!   old   1: total                       new, another meaning   1: net   2: tax      the total is their sum
//!                                        new, another field     1: total 2: tax
//! ```
//!
//! A reader of the old version knows field 1 only. Whether it reads what the writer meant is decided by what the new version does to that
//! field; whether it reads at all, by what it makes of a field that it does not know.

use super::{Figure, figures};
use crate::sim::{
    Bindings, Broken, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamKind, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Versions;

/// Tags of the fields of a sale.
const NUMBER: u8 = 0;
const AMOUNT: u8 = 1;
const TAX: u8 = 2;

/// Indices into the params.
mod param {
    /// Time between two sales of a node.
    pub const EVERY_MS: u16 = 0;
    /// Rule: a field keeps its meaning.
    pub const KEEP: u16 = 1;
    /// Rule: a reader skips what it does not know.
    pub const SKIP: u16 = 2;
}

/// A sale, as whoever writes it means it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Sale {
    number: u32,
    total: u32,
    tax: u32,
}

impl Sale {
    /// The sale of a number.
    fn of(number: u32) -> Self {
        let net = 100 + 5 * (number * 37 % 60);
        Sale { number, total: net + net / 5, tax: net / 5 }
    }
}

/// What survives a crash: how many sales the node has sent.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stable {
    sales: u32,
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Volatile {
    is_new: bool,
    /// The last sale that it read: number and total.
    last: Option<(u32, u32)>,
    refused: u32,
}

/// A sale on its way: tags and values.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Message(Vec<(u8, u32)>);

/// What nodes wait for: the next sale.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timer;

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer, TimerInfo { name: "next sale", action: "sell now" })];

    fn code(self) -> u32 {
        0
    }
}

/// What became of all sales.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    read: u32,
    /// Sales that were read otherwise than they were meant, and the first: reader, number, total as read.
    wrong: (u32, Option<(NodeId, u32, u32)>),
    /// Sales that were refused, and the first: reader, number.
    refused: (u32, Option<(NodeId, u32)>),
}

type Cx<'a> = Context<'a, Versions>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Old", "V1", Tone::Follower, "A sale, written by the old version."),
        MessageKind::request("New", "V2", Tone::Candidate, "A sale, written by the new version."),
    ];

    fn kind(&self) -> u16 {
        u16::from(self.field(TAX).is_some())
    }
    fn describe(&self) -> String {
        let fields: Vec<String> = self.0.iter().map(|(tag, value)| format!("{tag}: {value}")).collect();
        format!("Sale {}", fields.join(", "))
    }
}

impl Protocol for Versions {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "every_ms",
            label: "Time between sales",
            help: "Each node sends a sale to another so often, on average.",
            kind: ParamKind::Range { min: 200, max: 5_000, step: 100, unit: "ms" },
            default: 1_000,
        },
        ParamSpec::rule(
            "keep",
            "Keep the meaning of a field",
            "The new version says what is new in a new field. Without this rule it gives an old field another meaning.",
        ),
        ParamSpec::rule(
            "skip",
            "Skip what you do not know",
            "A reader takes the fields that it knows and passes over the rest. Without this rule it refuses the whole message.",
        ),
    ];

    fn blank_disk(_: &Env<'_>) -> Stable {
        Stable::default()
    }
    fn on_start(_: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        wait_for_sale(cx);
        Volatile { is_new: is_new(cx.me()), last: None, refused: 0 }
    }
    fn on_message(node: &mut Node<'_, Self>, _: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match read(message, node.volatile.is_new, cx) {
            Some(sale) => node.volatile.last = Some(sale),
            None => {
                node.volatile.refused += 1;
                cx.say(|| "There is a field in it that this version does not know: it is refused.".to_owned());
            }
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, Timer: Timer, cx: &mut Cx<'_>) {
        wait_for_sale(cx);
        let others: Vec<NodeId> = cx.peers().collect();
        let Some(to) = others.get(cx.choose(u32::try_from(others.len()).unwrap_or(1)) as usize) else { return };
        let number = node.stable.sales * u32::from(cx.nodes()) + u32::from(cx.me().0);
        node.stable.sales += 1;
        cx.send(*to, written(Sale::of(number), node.volatile.is_new, cx));
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Versions {
    const INVARIANTS: &'static [Invariant<Self>] = &[
        Invariant {
            name: "same-amount",
            sentence: "Old and new read the same amount.",
            check: |_, seen| match seen.wrong.1 {
                None => Ok(()),
                Some((reader, number, total)) => {
                    let meant = Sale::of(number).total;
                    Err(Broken {
                        nodes: vec![reader],
                        says: format!("Node {reader} reads {total} where the writer of sale {number} meant {meant}."),
                    })
                }
            },
        },
        Invariant {
            name: "all-read",
            sentence: "No sale is refused for a field that its reader does not know.",
            check: |_, seen| match seen.refused.1 {
                None => Ok(()),
                Some((reader, number)) => {
                    Err(Broken { nodes: vec![reader], says: format!("Node {reader} refuses sale {number}: it has a field too many.") })
                }
            },
        },
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("read-wrongly", "Node {node} reads {read}; the writer meant {meant}.", |cluster, _, step| {
            let (reader, number, total) = read_now(cluster, step)?;
            let (read, meant) = (total?, Sale::of(number).total);
            (read != meant).then(|| Bindings::node(reader).with("read", read).with("meant", meant))
        }),
        Fact::milestone("refused", "Node {node} does not know a field of sale {sale} and refuses it.", |cluster, _, step| match read_now(
            cluster, step,
        )? {
            (reader, number, None) => Some(Bindings::node(reader).with("sale", number)),
            _ => None,
        }),
        Fact::detail("read-rightly", "Node {node} reads {read}, as it was meant.", |cluster, _, step| {
            let (reader, number, total) = read_now(cluster, step)?;
            let (read, meant) = (total?, Sale::of(number).total);
            (read == meant).then(|| Bindings::node(reader).with("read", read))
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        let Some((reader, number, total)) = read_now(cluster, step) else { return };
        match total {
            None => {
                seen.refused.0 += 1;
                seen.refused.1 = seen.refused.1.or(Some((reader, number)));
            }
            Some(total) => {
                seen.read += 1;
                if total != Sale::of(number).total {
                    seen.wrong.0 += 1;
                    seen.wrong.1 = seen.wrong.1.or(Some((reader, number, total)));
                }
            }
        }
    }
    fn role(_: &Stable, volatile: &Volatile) -> Role {
        if volatile.is_new {
            Role { label: "new version", glyph: "2", tone: Tone::Candidate }
        } else {
            Role { label: "old version", glyph: "1", tone: Tone::Follower }
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let (Some(stable), Some(volatile)) = (cluster.stable(id), cluster.volatile(id)) else { return NodeView::default() };
        let field = |name, value: String, stable, help| Field { name, value, stable, help };
        let last = volatile.last.map(|(number, total)| format!("sale {number}: {total}"));
        NodeView {
            badge: volatile.last.map_or_else(String::new, |(_, total)| format!("read {total}")),
            fields: vec![
                field("sent", stable.sales.to_string(), true, "Sales that it has sent."),
                field("last read", last.unwrap_or_else(|| "none".to_owned()), false, "The last sale that it read, and the total in it."),
                field("refused", volatile.refused.to_string(), false, "Sales that it did not read."),
            ],
            ring: None,
            points_at: None,
        }
    }
    fn exhibits(_: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        figures([
            Figure::count("sales read", seen.read, "by either version"),
            Figure::trouble("read wrongly", seen.wrong.0, "another total than the writer meant"),
            Figure::trouble("refused", seen.refused.0, "for a field that the reader did not know"),
        ])
    }
}

/// Which version a node runs: an upgrade is under way, and every other node has it.
fn is_new(node: NodeId) -> bool {
    node.0.is_multiple_of(2)
}

fn wait_for_sale(cx: &mut Cx<'_>) {
    let every_us = cx.params().get_u64(param::EVERY_MS) * 1_000;
    cx.set_timer_between(Timer, every_us / 2, every_us * 3 / 2);
}

/// A sale as a version writes it.
fn written(sale: Sale, is_new: bool, cx: &Cx<'_>) -> Message {
    let keeps = cx.params().on(param::KEEP);
    let mut fields = vec![(NUMBER, sale.number), (AMOUNT, if is_new && !keeps { sale.total - sale.tax } else { sale.total })];
    fields.extend(is_new.then_some((TAX, sale.tax)));
    Message(fields)
}

/// A sale as a version reads it: number and total. `None` if it refuses it.
fn read(message: &Message, is_new: bool, cx: &Cx<'_>) -> Option<(u32, u32)> {
    let (number, amount) = (message.field(NUMBER)?, message.field(AMOUNT)?);
    match message.field(TAX) {
        None => Some((number, amount)),
        Some(tax) if is_new => Some((number, if cx.params().on(param::KEEP) { amount } else { amount + tax })),
        Some(_) => cx.params().on(param::SKIP).then_some((number, amount)),
    }
}

impl Message {
    fn field(&self, tag: u8) -> Option<u32> {
        self.0.iter().find(|(known, _)| *known == tag).map(|(_, value)| *value)
    }
}

/// What a step had a node read: the node, the sale's number, and its total as read, if it was not refused.
fn read_now(cluster: &Cluster<'_, Versions>, step: &Step<'_>) -> Option<(NodeId, u32, Option<u32>)> {
    let (id, message) = step.delivered::<Versions>()?;
    let number = message.field(NUMBER)?;
    let last = cluster.volatile(id.to)?.last;
    let total = last.filter(|(read, _)| *read == number).map(|(_, total)| total);
    Some((id.to, number, total))
}
