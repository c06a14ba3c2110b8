//! The network is reliable: shops have orders charged over a line that loses messages, requests and answers alike.
//!
//! ```text
//!   shop ──Charge──▶ bank      the request is lost: not charged
//!   shop ◀─Receipt── bank      the answer is lost: charged, and the shop cannot tell the difference
//! ```
//!
//! A shop that hears nothing may try again. Then the bank needs a key to tell a second try from a second order.

use super::{Figure, figures, make_room, wait};
use crate::sim::{
    Bindings, Broken, Choice, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node,
    NodeId, NodeView, ParamKind, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Orders;

/// The bank; every other node is a shop.
const BANK: NodeId = NodeId(0);
/// How often a shop sends an order at most.
const TRIES_MAX: u32 = 6;

/// Indices into the params.
mod param {
    /// Time between two orders.
    pub const EVERY_MS: u16 = 0;
    /// How long a receipt is awaited.
    pub const WAIT_MS: u16 = 1;
    /// Whether a shop tries again.
    pub const RETRY: u16 = 2;
    /// Rule: the bank charges a key once.
    pub const KEY: u16 = 3;
}

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stable {
    /// Of a shop: the number of its last order.
    number: u32,
    /// Of the bank: charges so far.
    charges: u32,
    /// Of the bank: keys that it has charged, which are a shop and a number.
    keys: Vec<(NodeId, u32)>,
}

/// What a crash takes: how often a shop has sent the order that is under way; 0 if none is.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Volatile {
    attempt: u32,
    is_bank: bool,
}

/// A message. The number is that of the order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// Charge this order.
    Charge(u32),
    /// It is charged.
    Receipt(u32),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next order.
    Order,
    /// A receipt.
    Receipt,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Order, TimerInfo { name: "next order", action: "order now" }),
        (Timer::Receipt, TimerInfo { name: "receipt", action: "wait no longer" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// How an order ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Happened {
    Charged(u32),
    Again(u32),
    Paid,
    GivenUp(u32),
}

/// What happened to all orders.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    charges: u32,
    placed: u32,
    paid: u32,
    given_up: u32,
    doubled: u32,
    /// Of the last orders: whose, which, how often charged, whether it has ended.
    orders: Vec<(NodeId, u32, u32, bool)>,
    /// What the last step showed, of which order.
    last: Option<(Happened, NodeId, u32)>,
}

type Cx<'a> = Context<'a, Orders>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Charge", "PAY", Tone::Candidate, "Charge this order."),
        MessageKind::reply("Receipt", "OK", Tone::Good, "The order is charged."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Charge(_) => 0,
            Message::Receipt(_) => 1,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Charge(order) => format!("Charge order {order}"),
            Message::Receipt(order) => format!("Receipt: order {order} is charged"),
        }
    }
}

impl Protocol for Orders {
    type Stable = Stable;
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Never;
    type Ghost = Seen;

    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "every_ms",
            label: "Time between orders",
            help: "A shop places its next order so much later, unless one is under way.",
            kind: ParamKind::Range { min: 200, max: 5_000, step: 100, unit: "ms" },
            default: 700,
        },
        ParamSpec {
            name: "wait_ms",
            label: "Wait for a receipt",
            help: "After so long a shop takes its message, or the answer to it, for lost.",
            kind: ParamKind::Range { min: 100, max: 5_000, step: 50, unit: "ms" },
            default: 400,
        },
        ParamSpec {
            name: "retry",
            label: "Try again",
            help: "A shop that has no receipt sends the order again, six times in all at most. If not, it gives up.",
            kind: ParamKind::Toggle,
            default: 1,
        },
        ParamSpec::rule(
            "key",
            "Charge a key once",
            "The bank remembers the keys of the orders that it has charged, on disk, and only sends the receipt again. Without this rule a second \
             try is a second charge.",
        ),
    ];

    fn blank_disk(_: &Env<'_>) -> Stable {
        Stable::default()
    }
    fn on_start(_: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        if cx.me() != BANK {
            wait(Timer::Order, param::EVERY_MS, cx);
        }
        Volatile { attempt: 0, is_bank: cx.me() == BANK }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match *message {
            Message::Charge(order) if cx.me() == BANK => charge(node.stable, (from, order), cx),
            Message::Receipt(order) if order == node.stable.number && node.volatile.attempt > 0 => {
                node.volatile.attempt = 0;
                cx.cancel_timer(Timer::Receipt);
            }
            Message::Charge(_) | Message::Receipt(_) => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match timer {
            Timer::Order => {
                wait(Timer::Order, param::EVERY_MS, cx);
                if node.volatile.attempt == 0 {
                    node.stable.number += 1;
                    send_order(node, cx);
                }
            }
            Timer::Receipt if cx.params().on(param::RETRY) && node.volatile.attempt < TRIES_MAX => send_order(node, cx),
            Timer::Receipt => {
                node.volatile.attempt = 0;
                cx.say(|| format!("No receipt for order {}. It may be charged or not.", node.stable.number));
            }
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Orders {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "charged-once",
        sentence: "No order is charged twice.",
        check: |_, seen| match seen.orders.iter().find(|(_, _, times, _)| *times > 1) {
            None => Ok(()),
            Some((shop, order, times, _)) => {
                Err(Broken { nodes: vec![*shop, BANK], says: format!("Order {order} of node {shop} is charged {times} times.") })
            }
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("order-charged", "The bank charges order {order}.", |_, seen: &Seen, _| {
            seen.told(|happened| happened == Happened::Charged(1))
        }),
        Fact::milestone("charged-twice", "The bank charges order {order} once more.", |_, seen: &Seen, _| {
            seen.told(|happened| matches!(happened, Happened::Charged(2..)))
        }),
        Fact::detail("tried-again", "Node {node} hears nothing and sends order {order} again.", |_, seen: &Seen, _| {
            seen.told(|happened| matches!(happened, Happened::Again(_)))
        }),
        Fact::detail("order-paid", "Node {node} has the receipt for order {order}.", |_, seen: &Seen, _| {
            seen.told(|happened| happened == Happened::Paid)
        }),
        Fact::milestone("given-up-uncharged", "Node {node} gives order {order} up, which never came to the bank.", |_, seen: &Seen, _| {
            seen.told(|happened| happened == Happened::GivenUp(0))
        }),
        Fact::milestone("given-up-charged", "Node {node} gives order {order} up, which is charged.", |_, seen: &Seen, _| {
            seen.told(|happened| matches!(happened, Happened::GivenUp(1..)))
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.observe(cluster, step);
    }
    fn role(_: &Stable, volatile: &Volatile) -> Role {
        match volatile {
            Volatile { is_bank: true, .. } => Role { label: "bank", glyph: "B", tone: Tone::Neutral },
            Volatile { attempt: 0, .. } => Role { label: "shop", glyph: "S", tone: Tone::Follower },
            Volatile { .. } => Role { label: "shop, waiting", glyph: "S", tone: Tone::Pending },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let Some(stable) = cluster.stable(id) else { return NodeView::default() };
        let volatile = cluster.volatile(id);
        let field = |name, value: u32, stable, help| Field { name, value: value.to_string(), stable, help };
        let mut view = NodeView::default();
        if id == BANK {
            view.badge = format!("charged {}", stable.charges);
            view.fields = vec![
                field("charges", stable.charges, true, "How often it has charged somebody."),
                field("keys", u32::try_from(stable.keys.len()).unwrap_or(u32::MAX), true, "Orders that it knows to be charged."),
            ];
        } else {
            let attempt = volatile.map_or(0, |volatile| volatile.attempt);
            view.badge = if attempt > 0 { format!("order {}, try {attempt}", stable.number) } else { format!("order {}", stable.number) };
            view.fields = vec![
                field("order", stable.number, true, "The number of its last order."),
                field("try", attempt, false, "How often it has sent the order that is under way; 0 if none is."),
            ];
            view.ring = Some(Timer::Receipt.code());
        }
        view
    }
    fn exhibits(_: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        figures([
            Figure::count("orders placed", seen.placed, "by all shops"),
            Figure::count("receipts", seen.paid, "orders of which the shop knows that they are charged"),
            Figure::trouble("given up", seen.given_up, "the shop does not know whether they are charged"),
            Figure::trouble("charged twice", seen.doubled, "orders that were charged more than once"),
        ])
    }
}

/// Sends the order under way, for the first time or again.
fn send_order(node: &mut Node<'_, Orders>, cx: &mut Cx<'_>) {
    node.volatile.attempt += 1;
    cx.send(BANK, Message::Charge(node.stable.number));
    wait(Timer::Receipt, param::WAIT_MS, cx);
}

/// The bank charges an order, unless it knows its key.
fn charge(stable: &mut Stable, key: (NodeId, u32), cx: &mut Cx<'_>) {
    if cx.params().on(param::KEY) && stable.keys.contains(&key) {
        cx.say(|| format!("Order {} is charged already: only the receipt goes out again.", key.1));
    } else {
        stable.charges += 1;
        make_room(&mut stable.keys);
        stable.keys.push(key);
    }
    cx.send(key.0, Message::Receipt(key.1));
}

impl Seen {
    /// What the last step showed, if it is what is wanted.
    fn told(&self, is_wanted: fn(Happened) -> bool) -> Option<Bindings> {
        let (happened, shop, order) = self.last?;
        is_wanted(happened).then(|| Bindings::node(shop).with("order", order))
    }

    fn order(&mut self, shop: NodeId, order: u32) -> Option<&mut (NodeId, u32, u32, bool)> {
        self.orders.iter_mut().rev().find(|(whose, which, ..)| (*whose, *which) == (shop, order))
    }

    fn observe(&mut self, cluster: &Cluster<'_, Orders>, step: &Step<'_>) {
        self.last = match (step.choice, step.delivered::<Orders>()) {
            (_, Some((id, Message::Charge(order)))) => self.charged(cluster, id.from, *order),
            (_, Some((id, Message::Receipt(order)))) => self.ended(id.to, *order).then(|| {
                self.paid += 1;
                (Happened::Paid, id.to, *order)
            }),
            (Choice::Fire(id), _) => self.fired(cluster, id.node),
            _ => None,
        };
    }

    fn charged(&mut self, cluster: &Cluster<'_, Orders>, shop: NodeId, order: u32) -> Option<(Happened, NodeId, u32)> {
        let charges = cluster.stable(BANK)?.charges;
        if charges == self.charges {
            return None;
        }
        self.charges = charges;
        let times = &mut self.order(shop, order)?.2;
        *times += 1;
        let times = *times;
        self.doubled += u32::from(times == 2);
        Some((Happened::Charged(times), shop, order))
    }

    /// Marks an order as ended; says whether it was under way.
    fn ended(&mut self, shop: NodeId, order: u32) -> bool {
        self.order(shop, order).is_some_and(|order| !std::mem::replace(&mut order.3, true))
    }

    /// A shop's timer has fired: it placed an order, sent it again, or gave it up.
    fn fired(&mut self, cluster: &Cluster<'_, Orders>, shop: NodeId) -> Option<(Happened, NodeId, u32)> {
        let (number, attempt) = (cluster.stable(shop)?.number, cluster.volatile(shop)?.attempt);
        if attempt == 0 {
            let times = self.order(shop, number)?.2;
            return self.ended(shop, number).then(|| {
                self.given_up += 1;
                (Happened::GivenUp(times), shop, number)
            });
        }
        if self.order(shop, number).is_none() {
            make_room(&mut self.orders);
            self.orders.push((shop, number, 0, false));
            self.placed += 1;
        }
        (attempt > 1).then_some((Happened::Again(attempt), shop, number))
    }
}
