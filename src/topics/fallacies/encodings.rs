//! Transport cost is zero: an order passes two services, each of which decodes what comes and encodes what goes, on a processor that does
//! one thing at a time.
//!
//! ```text
//!   shop ──order──▶ gateway: decode, work, encode ──order──▶ warehouse: decode, work, encode ──receipt──▶ shop
//! ```
//!
//! The bytes are real: text with the names of all fields, or numbers and lengths in a fixed order. A byte costs the same time in either form,
//! which is kind to text.

use super::{Figure, figures, wait};
use crate::sim::{
    Bindings, Broken, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamKind, ParamSpec, Params, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Encodings;

const SHOP: NodeId = NodeId(0);
const GATEWAY: NodeId = NodeId(1);
const WAREHOUSE: NodeId = NodeId(2);
/// Orders that wait at a service at most; what comes then is turned away.
const ROOM: usize = 4;

/// Indices into the params.
mod param {
    /// Time between two orders.
    pub const EVERY_MS: u16 = 0;
    /// How fast a processor decodes or encodes.
    pub const SPEED: u16 = 1;
    /// What an order costs besides.
    pub const WORK_MS: u16 = 2;
    /// Rule: orders travel in a compact encoding.
    pub const COMPACT: u16 = 3;
}

/// An order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    number: u32,
    article: u32,
    quantity: u32,
    street: String,
}

/// Names of the fields of an order as text, in their order.
const NAMES: [&str; 4] = ["orderNumber", "articleIdentifier", "quantityOrdered", "deliveryStreet"];
/// Streets to which orders go.
const STREETS: [&str; 3] = ["12 Harbour Street", "3 Mill Lane", "40 Station Road"];

impl Order {
    /// The order of a number.
    fn of(number: u32) -> Self {
        let street = STREETS.get(number as usize % STREETS.len()).copied().unwrap_or_default();
        Order { number, article: 4_000 + number * 37 % 500, quantity: 1 + number % 4, street: street.to_owned() }
    }

    /// Its bytes.
    fn encode(&self, is_compact: bool) -> Vec<u8> {
        let numbers = [self.number, self.article, self.quantity];
        if !is_compact {
            let mut text = String::from("{");
            for (name, value) in NAMES.iter().zip(numbers) {
                text.push_str(&format!("\"{name}\": {value}, "));
            }
            text.push_str(&format!("\"{}\": \"{}\"}}", NAMES[3], self.street));
            return text.into_bytes();
        }
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.push(u8::try_from(self.street.len()).unwrap_or(u8::MAX));
        bytes.extend(self.street.as_bytes());
        bytes
    }

    /// The order that some bytes are; the first of them tells which encoding it is.
    fn decode(bytes: &[u8]) -> Option<Order> {
        if bytes.first() == Some(&b'{') {
            let text = std::str::from_utf8(bytes).ok()?;
            let field = |name: &str| text.split_once(name)?.1.strip_prefix("\": ");
            let number = |name: &str| field(name)?.split(',').next()?.parse().ok();
            let street = field(NAMES[3])?.strip_prefix('"')?.strip_suffix("\"}")?;
            return Some(Order {
                number: number(NAMES[0])?,
                article: number(NAMES[1])?,
                quantity: number(NAMES[2])?,
                street: street.to_owned(),
            });
        }
        let number = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let street = std::str::from_utf8(bytes.get(13..)?).ok()?;
        Some(Order { number: number(0)?, article: number(4)?, quantity: number(8)?, street: street.to_owned() })
    }
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Who orders: the number of the last order.
    Shop(u32),
    /// A service.
    Service(Service),
}

/// A service and its one processor.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Service {
    /// Orders that wait, as they came; the processor is at the first.
    waiting: Vec<Vec<u8>>,
    done: u32,
    turned_away: u32,
    /// Time that went into decoding and encoding, and into work, in microseconds.
    coding_us: u64,
    working_us: u64,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// An order, encoded.
    Order(Vec<u8>),
    /// An order that is on its way to the customer, encoded.
    Receipt(Vec<u8>),
    /// There was no room.
    TurnedAway,
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next order.
    Order,
    /// The processor.
    Done,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Order, TimerInfo { name: "next order", action: "order now" }),
        (Timer::Done, TimerInfo { name: "processor", action: "be done now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What became of all orders.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    sent: u32,
    done: u32,
    turned_away: u32,
    /// Where the first was turned away.
    first_at: Option<NodeId>,
    /// Bytes of the last order that was sent.
    bytes: u32,
}

type Cx<'a> = Context<'a, Encodings>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Order", "ORD", Tone::Candidate, "An order, encoded."),
        MessageKind::reply("Receipt", "OK", Tone::Good, "The order is on its way."),
        MessageKind::reply("TurnedAway", "FULL", Tone::Bad, "There was no room."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Order(_) => 0,
            Message::Receipt(_) => 1,
            Message::TurnedAway => 2,
        }
    }
    fn describe(&self) -> String {
        let words = |bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) if bytes.first() == Some(&b'{') => text.to_owned(),
            _ => Order::decode(bytes).map_or_else(String::new, |order| format!("order {} in {} bytes", order.number, bytes.len())),
        };
        match self {
            Message::Order(bytes) => format!("Order: {}", words(bytes)),
            Message::Receipt(bytes) => format!("Receipt: {}", words(bytes)),
            Message::TurnedAway => "Turned away: too many wait".to_owned(),
        }
    }
}

impl Protocol for Encodings {
    type Stable = ();
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "every_ms",
            label: "Time between orders",
            help: "The shop sends an order so often.",
            kind: ParamKind::Range { min: 20, max: 2_000, step: 20, unit: "ms" },
            default: 160,
        },
        ParamSpec {
            name: "coding_speed",
            label: "Speed of coding",
            help: "So many bytes a processor decodes or encodes in a second, in slow motion.",
            kind: ParamKind::Range { min: 200, max: 100_000, step: 200, unit: "bytes/s" },
            default: 1_000,
        },
        ParamSpec {
            name: "work_ms",
            label: "Work for an order",
            help: "What an order costs a service apart from its encoding.",
            kind: ParamKind::Range { min: 0, max: 500, step: 10, unit: "ms" },
            default: 50,
        },
        ParamSpec::rule(
            "compact",
            "Compact encoding",
            "Numbers and lengths in a fixed order. Without this rule an order is text, with the name of every field in it.",
        ),
    ];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Cx<'_>) -> Volatile {
        if cx.me() != SHOP {
            return Volatile::Service(Service::default());
        }
        wait(Timer::Order, param::EVERY_MS, cx);
        Volatile::Shop(0)
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        let (Volatile::Service(service), Message::Order(bytes)) = (&mut *node.volatile, message) else { return };
        if service.waiting.len() >= ROOM {
            service.turned_away += 1;
            return cx.send(from, Message::TurnedAway);
        }
        service.waiting.push(bytes.clone());
        if service.waiting.len() == 1 {
            service.take_up(cx);
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match (timer, &mut *node.volatile) {
            (Timer::Order, Volatile::Shop(number)) => {
                wait(Timer::Order, param::EVERY_MS, cx);
                *number += 1;
                cx.send(GATEWAY, Message::Order(Order::of(*number).encode(cx.params().on(param::COMPACT))));
            }
            (Timer::Done, Volatile::Service(service)) => service.finish(cx),
            _ => {}
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Encodings {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "room-for-all",
        sentence: "No order is turned away. It rests on nodes that do not stop.",
        check: |_, seen| match seen.first_at {
            None => Ok(()),
            Some(node) => Err(Broken { nodes: vec![node], says: format!("Node {node} turns an order away: {ROOM} wait already.") }),
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("turned-away", "Node {node} has no room for another order and turns it away.", |cluster, _, step| {
            let id = step.sent.iter().find(|id| {
                let message = cluster.world().flight(**id).and_then(|flight| flight.payload.as_any().downcast_ref::<Message>());
                matches!(message, Some(Message::TurnedAway))
            })?;
            Some(Bindings::node(id.from))
        }),
        Fact::detail("order-done", "Order {order} is done.", |_, _, step| match step.delivered::<Encodings>()? {
            (id, Message::Receipt(bytes)) => Some(Bindings::node(id.to).with("order", Order::decode(bytes)?.number)),
            _ => None,
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        for id in step.sent {
            match cluster.world().flight(*id).and_then(|flight| flight.payload.as_any().downcast_ref::<Message>()) {
                Some(Message::Order(bytes)) if id.from == SHOP => {
                    seen.sent += 1;
                    seen.bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                }
                Some(Message::TurnedAway) => {
                    seen.turned_away += 1;
                    seen.first_at = seen.first_at.or(Some(id.from));
                }
                Some(Message::Receipt(_)) if id.from == WAREHOUSE => seen.done += 1,
                _ => {}
            }
        }
    }
    fn role((): &(), volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Shop(_) => Role { label: "shop", glyph: "S", tone: Tone::Follower },
            Volatile::Service(service) if service.waiting.is_empty() => Role { label: "service", glyph: "P", tone: Tone::Neutral },
            Volatile::Service(_) => Role { label: "service, busy", glyph: "P", tone: Tone::Leader },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(volatile) = cluster.volatile(id) else { return NodeView::default() };
        let field = |name, value: String, help| Field { name, value, stable: false, help };
        match volatile {
            Volatile::Shop(number) => NodeView { badge: format!("order {number}"), ..NodeView::default() },
            Volatile::Service(service) => NodeView {
                badge: format!("{} waiting", service.waiting.len()),
                fields: vec![
                    field("waiting", service.waiting.len().to_string(), "Orders that it has taken in; it is at the first."),
                    field("done", service.done.to_string(), "Orders that it has passed on."),
                    field("turned away", service.turned_away.to_string(), "Orders for which it had no room."),
                    field(
                        "coding",
                        share(service.coding_us, service.working_us),
                        "Of its processor's time, what went into decoding and encoding.",
                    ),
                ],
                ring: Some(Timer::Done.code()),
                points_at: None,
            },
        }
    }
    fn exhibits(cluster: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        let (coding_us, working_us) = cluster.up().fold((0, 0), |(coding_us, working_us), (.., volatile)| match volatile {
            Volatile::Service(service) => (coding_us + service.coding_us, working_us + service.working_us),
            Volatile::Shop(_) => (coding_us, working_us),
        });
        figures([
            Figure::said("bytes of an order", seen.bytes.to_string(), "the last one that the shop sent"),
            Figure::said("time for coding", share(coding_us, working_us), "of what the processors did: decoding and encoding, not work"),
            Figure::count("orders sent", seen.sent, "by the shop"),
            Figure::count("done", seen.done, "by both services"),
            Figure::trouble("turned away", seen.turned_away, "because too many waited"),
        ])
    }
}

/// What it costs to decode or to encode so many bytes, in microseconds.
fn coding_us(bytes: usize, params: &Params) -> u64 {
    bytes as u64 * 1_000_000 / params.get_u64(param::SPEED).max(1)
}

/// The share of the first in both, in whole percent.
fn share(part: u64, rest: u64) -> String {
    match part + rest {
        0 => "none yet".to_owned(),
        whole => format!("{} %", (part * 100 + whole / 2) / whole),
    }
}

impl Service {
    /// The processor takes up the first order that waits.
    fn take_up(&mut self, cx: &mut Cx<'_>) {
        let Some(bytes) = self.waiting.first() else { return };
        let out = Order::decode(bytes).map_or(0, |order| order.encode(cx.params().on(param::COMPACT)).len());
        let coding_us = coding_us(bytes.len() + out, cx.params());
        let working_us = cx.params().get_u64(param::WORK_MS) * 1_000;
        self.coding_us += coding_us;
        self.working_us += working_us;
        cx.say(|| {
            format!("{} bytes to decode, {out} to encode: {} ms, and {} ms of work.", bytes.len(), coding_us / 1_000, working_us / 1_000)
        });
        cx.set_timer(Timer::Done, coding_us + working_us);
    }

    /// The processor is done with the first order.
    fn finish(&mut self, cx: &mut Cx<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        let order = Order::decode(&self.waiting.remove(0));
        if let Some(order) = order {
            let bytes = order.encode(cx.params().on(param::COMPACT));
            self.done += 1;
            match cx.me() {
                GATEWAY => cx.send(WAREHOUSE, Message::Order(bytes)),
                _ => cx.send(SHOP, Message::Receipt(bytes)),
            }
        }
        self.take_up(cx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_comes_out_of_either_encoding_as_it_went_in() {
        for order in (0..50).map(Order::of) {
            for is_compact in [false, true] {
                assert_eq!(Order::decode(&order.encode(is_compact)), Some(order.clone()));
            }
        }
    }

    #[test]
    fn what_is_no_order_is_not_decoded() {
        for bytes in [&b""[..], b"{", b"{\"orderNumber\": x", &[1, 2, 3], &[0xff; 14]] {
            assert_eq!(Order::decode(bytes), None);
        }
    }
}
