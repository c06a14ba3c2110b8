//! The network is secure: a customer's payment orders pass a router on their way to the bank, and the router is not a friend.
//!
//! ```text
//!   customer ──Order──▶ router ──Order──▶ bank
//!                         ├ reads it
//!                         ├ sometimes puts itself in for the payee
//!                         └ sometimes sends the same once more
//! ```
//!
//! With the rules on, an order is sealed with a key that customer and bank share: encrypted, and with a tag that only who has the key can
//! make (encrypt-then-MAC); and it has a number that the bank takes once. Cipher and tag are the engine's hash under a key, which stands for
//! a real cipher: nobody here tries to break it.

use super::{Figure, figures, make_room, wait};
use crate::sim::hash::stable_hash;
use crate::sim::{
    Bindings, Broken, Cluster, CommandId, Context, Env, Exhibit, Fact, Field, Invariant, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamKind, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

/// The protocol.
pub struct Courier;

const CUSTOMER: NodeId = NodeId(0);
const ROUTER: NodeId = NodeId(1);
const BANK: NodeId = NodeId(2);
/// The key of customer and bank.
const KEY: u64 = 0x5eed_0f7a_11ac_1e55;
/// The account of whoever runs the router.
const THIEF: u32 = 666;
/// How long the router waits before it sends a copy.
const REPLAY_US: u64 = 350_000;

/// Indices into the params.
mod param {
    /// Time between two orders.
    pub const EVERY_MS: u16 = 0;
    /// Every so many orders the router alters one; 0 for never.
    pub const ALTER: u16 = 1;
    /// Every so many orders the router sends one again; 0 for never.
    pub const REPLAY: u16 = 2;
    /// Rule: orders are sealed.
    pub const SEAL: u16 = 3;
    /// Rule: a number is taken once.
    pub const NUMBER: u16 = 4;
}

/// An order to pay somebody.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Order {
    number: u32,
    payee: u32,
    amount: u32,
}

impl Order {
    /// What the customer orders under a number.
    fn of(number: u32) -> Self {
        Order { number, payee: 100 + number % 7, amount: 10 + number * 17 % 90 }
    }
    fn seal(self) -> Message {
        let body = ((u64::from(self.payee) << 32) | u64::from(self.amount)) ^ stream(self.number);
        Message::Sealed(self.number, body, tag(self.number, body))
    }
}

/// What a sealed order's content is mixed with.
fn stream(number: u32) -> u64 {
    stable_hash(&(KEY, "cipher", number))
}

/// What only who has the key can say of a sealed order.
fn tag(number: u32, body: u64) -> u64 {
    stable_hash(&(KEY, "tag", number, body))
}

/// The content of a sealed order, if the seal is whole.
fn unseal(number: u32, body: u64, sealed_with: u64) -> Option<Order> {
    let content = body ^ stream(number);
    (tag(number, body) == sealed_with).then_some(Order { number, payee: (content >> 32) as u32, amount: content as u32 })
}

/// What survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Stable {
    /// Of the customer: the number of its last order.
    number: u32,
    /// Of the bank: payments so far, the last one, and the numbers that it has taken.
    payments: u32,
    last: Option<(u32, u32, u32)>,
    taken: Vec<u32>,
}

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Volatile {
    /// Whose orders they are.
    Customer,
    /// Who forwards them: how many so far, and the copy that it will send.
    Router(u32, Option<Message>),
    /// Who carries them out: how many it refused.
    Bank(u32),
}

/// A message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// An order in the clear: number, payee, amount.
    Plain(u32, u32, u32),
    /// A sealed order: number, content, tag.
    Sealed(u32, u64, u64),
    /// The order of that number is carried out.
    Receipt(u32),
    /// The order of that number came damaged: send it again.
    Refused(u32),
}

/// What nodes wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The customer's next order.
    Order,
    /// The moment at which the router sends its copy.
    Replay,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Timer::Order, TimerInfo { name: "next order", action: "order now" }),
        (Timer::Replay, TimerInfo { name: "copy", action: "send the copy now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// What an observer sees who knows what the customer wrote.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Seen {
    payments: u32,
    read: u32,
    forged: u32,
    doubled: u32,
    refused: u32,
    /// The first payment that the customer did not order: number, payee, amount.
    first_forged: Option<(u32, u32, u32)>,
    /// How often each of the last numbers was paid as it was written.
    times: Vec<(u32, u32)>,
    /// What the last step showed, of which number.
    last: Option<(Happened, u32)>,
}

/// What a step may show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Happened {
    Paid,
    Forged,
    PaidAgain,
    Altered,
    Replayed,
    SealBroken,
    NumberKnown,
}

type Cx<'a> = Context<'a, Courier>;

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Plain", "PAY", Tone::Candidate, "An order to pay somebody, in the clear."),
        MessageKind::request("Sealed", "SEAL", Tone::Leader, "An order to pay somebody, encrypted and with a tag."),
        MessageKind::reply("Receipt", "OK", Tone::Good, "The order is carried out."),
        MessageKind::reply("Refused", "NO", Tone::Bad, "The order came damaged: send it again."),
    ];

    fn kind(&self) -> u16 {
        match self {
            Message::Plain(..) => 0,
            Message::Sealed(..) => 1,
            Message::Receipt(_) => 2,
            Message::Refused(_) => 3,
        }
    }
    fn describe(&self) -> String {
        match self {
            Message::Plain(number, payee, amount) => format!("Order {number}: pay {amount} to account {payee}"),
            Message::Sealed(number, body, tag) => format!("Order {number}, sealed: {body:016x}, tag {tag:016x}"),
            Message::Receipt(number) => format!("Receipt: order {number} is carried out"),
            Message::Refused(number) => format!("Refused: order {number} came damaged"),
        }
    }
}

impl Protocol for Courier {
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
            help: "The customer sends its next order so much later.",
            kind: ParamKind::Range { min: 200, max: 5_000, step: 100, unit: "ms" },
            default: 800,
        },
        ParamSpec {
            name: "alter",
            label: "Alter every n-th",
            help: "The router puts its own account in for the payee, or spoils the bits where the payee must be; 0 is never.",
            kind: ParamKind::Range { min: 0, max: 10, step: 1, unit: "" },
            default: 3,
        },
        ParamSpec {
            name: "replay",
            label: "Replay every n-th",
            help: "The router keeps a copy of an order and sends it a little later; 0 is never.",
            kind: ParamKind::Range { min: 0, max: 10, step: 1, unit: "" },
            default: 2,
        },
        ParamSpec::rule(
            "seal",
            "Seal every order",
            "It is encrypted and has a tag that only customer and bank can make; the bank takes no other. Without this rule whoever is on the way \
             reads it and writes in it.",
        ),
        ParamSpec::rule(
            "number",
            "Take a number once",
            "The bank remembers, on disk, the numbers of the orders that it has carried out. Without this rule a sealed order is good for as often \
             as somebody sends it.",
        ),
    ];

    fn blank_disk(_: &Env<'_>) -> Stable {
        Stable::default()
    }
    fn on_start(_: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
        match cx.me() {
            CUSTOMER => {
                wait(Timer::Order, param::EVERY_MS, cx);
                Volatile::Customer
            }
            ROUTER => Volatile::Router(0, None),
            _ => Volatile::Bank(0),
        }
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match (&mut *node.volatile, message) {
            (Volatile::Router(count, copy), _) if from == CUSTOMER => forward(count, copy, message, cx),
            (Volatile::Router(..), _) => cx.send(CUSTOMER, message.clone()),
            (Volatile::Customer, Message::Refused(number)) if *number == node.stable.number => send_order(*number, cx),
            (Volatile::Bank(refused), Message::Plain(..) | Message::Sealed(..)) => carry_out(node.stable, refused, message, cx),
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, timer: Timer, cx: &mut Cx<'_>) {
        match (timer, &mut *node.volatile) {
            (Timer::Order, _) => {
                wait(Timer::Order, param::EVERY_MS, cx);
                node.stable.number += 1;
                send_order(node.stable.number, cx);
            }
            (Timer::Replay, Volatile::Router(_, copy)) => {
                if let Some(copy) = copy.take() {
                    cx.send(BANK, copy);
                }
            }
            _ => {}
        }
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Cx<'_>) {}
}

impl Watched for Courier {
    const INVARIANTS: &'static [Invariant<Self>] = &[
        Invariant {
            name: "as-written",
            sentence: "The bank pays only what the customer wrote.",
            check: |_, seen| match seen.first_forged {
                None => Ok(()),
                Some((number, payee, amount)) => {
                    let wanted = Order::of(number).payee;
                    let says =
                        format!("The bank pays {amount} to account {payee}, and the customer wrote account {wanted} (order {number}).");
                    Err(Broken { nodes: vec![BANK], says })
                }
            },
        },
        Invariant {
            name: "paid-once",
            sentence: "No order is paid twice.",
            check: |_, seen| match seen.times.iter().find(|(_, times)| *times > 1) {
                None => Ok(()),
                Some((number, times)) => Err(Broken { nodes: vec![BANK], says: format!("Order {number} is paid {times} times.") }),
            },
        },
        Invariant {
            name: "unread",
            sentence: "Nobody on the way reads an order.",
            check: |_, seen| match seen.read {
                0 => Ok(()),
                _ => Err(Broken { nodes: vec![ROUTER], says: "The router reads whom the customer pays, and how much.".to_owned() }),
            },
        },
    ];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::detail("carried-out", "The bank carries order {order} out.", |_, seen: &Seen, _| seen.told(Happened::Paid)),
        Fact::milestone("forged", "The bank pays the thief for order {order}.", |_, seen: &Seen, _| seen.told(Happened::Forged)),
        Fact::milestone("paid-again", "The bank pays order {order} once more.", |_, seen: &Seen, _| seen.told(Happened::PaidAgain)),
        Fact::detail("altered", "The router alters order {order}.", |_, seen: &Seen, _| seen.told(Happened::Altered)),
        Fact::detail("replayed", "The router sends order {order} once more.", |_, seen: &Seen, _| seen.told(Happened::Replayed)),
        Fact::milestone("seal-broken", "The seal of order {order} is broken: the bank refuses it.", |_, seen: &Seen, _| {
            seen.told(Happened::SealBroken)
        }),
        Fact::milestone("number-known", "The bank has taken number {order} already and pays nothing.", |_, seen: &Seen, _| {
            seen.told(Happened::NumberKnown)
        }),
    ];

    fn observe(seen: &mut Seen, cluster: &Cluster<'_, Self>, step: &Step<'_>) {
        seen.observe(cluster, step);
    }
    fn role(_: &Stable, volatile: &Volatile) -> Role {
        match volatile {
            Volatile::Customer => Role { label: "customer", glyph: "C", tone: Tone::Follower },
            Volatile::Router(..) => Role { label: "eavesdropper", glyph: "E", tone: Tone::Candidate },
            Volatile::Bank(_) => Role { label: "bank", glyph: "B", tone: Tone::Neutral },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, id: NodeId) -> NodeView {
        let (Some(stable), Some(volatile)) = (cluster.stable(id), cluster.volatile(id)) else { return NodeView::default() };
        let field = |name, value: String, stable, help| Field { name, value, stable, help };
        let (badge, fields) = match volatile {
            Volatile::Customer => {
                (format!("order {}", stable.number), vec![field("order", stable.number.to_string(), true, "The number of its last order.")])
            }
            Volatile::Router(count, copy) => (
                format!("passed {count}"),
                vec![
                    field("passed", count.to_string(), false, "Orders that it forwarded."),
                    field("copy", copy.as_ref().map_or_else(|| "none".to_owned(), Message::describe), false, "What it will send again."),
                ],
            ),
            Volatile::Bank(refused) => (
                format!("paid {}", stable.payments),
                vec![
                    field("payments", stable.payments.to_string(), true, "Payments so far."),
                    field("numbers", stable.taken.len().to_string(), true, "Numbers that it has taken."),
                    field("refused", refused.to_string(), false, "Orders that it did not carry out."),
                ],
            ),
        };
        NodeView { badge, fields, ring: None, points_at: None }
    }
    fn exhibits(_: &Cluster<'_, Self>, seen: &Seen, _: &Trace) -> Vec<Exhibit> {
        figures([
            Figure::count("payments", seen.payments, "that the bank made"),
            Figure::trouble("orders read", seen.read, "by whoever runs the router"),
            Figure::trouble("paid to the thief", seen.forged, "payments that the customer never ordered"),
            Figure::trouble("paid twice", seen.doubled, "payments of an order that was paid already"),
            Figure::count("refused", seen.refused, "what came with a broken seal, or with a number for the second time"),
        ])
    }
}

fn send_order(number: u32, cx: &mut Cx<'_>) {
    let order = Order::of(number);
    let is_sealed = cx.params().on(param::SEAL);
    cx.send(ROUTER, if is_sealed { order.seal() } else { Message::Plain(order.number, order.payee, order.amount) });
}

/// The router passes an order on, as it came or altered, and may keep a copy.
fn forward(count: &mut u32, copy: &mut Option<Message>, message: &Message, cx: &mut Cx<'_>) {
    *count += 1;
    let is_turn = |every: u64| every > 0 && u64::from(*count).is_multiple_of(every);
    if is_turn(cx.params().get_u64(param::ALTER)) {
        return cx.send(BANK, altered(message));
    }
    cx.send(BANK, message.clone());
    if is_turn(cx.params().get_u64(param::REPLAY)) {
        *copy = Some(message.clone());
        cx.set_timer(Timer::Replay, REPLAY_US);
    }
}

/// What the router makes of an order: it writes where the payee stands, or where it must be.
fn altered(message: &Message) -> Message {
    match *message {
        Message::Plain(number, _, amount) => Message::Plain(number, THIEF, amount),
        Message::Sealed(number, body, tag) => Message::Sealed(number, body ^ (u64::from(THIEF) << 32), tag),
        Message::Receipt(number) => Message::Receipt(number),
        Message::Refused(number) => Message::Refused(number),
    }
}

/// The bank looks at an order and carries it out, or refuses it.
fn carry_out(stable: &mut Stable, refused: &mut u32, message: &Message, cx: &mut Cx<'_>) {
    let (number, order) = match *message {
        Message::Plain(number, payee, amount) => (number, (!cx.params().on(param::SEAL)).then_some(Order { number, payee, amount })),
        Message::Sealed(number, body, tag) => (number, unseal(number, body, tag)),
        Message::Receipt(_) | Message::Refused(_) => return,
    };
    let Some(order) = order else {
        *refused += 1;
        return cx.send(ROUTER, Message::Refused(number));
    };
    if cx.params().on(param::NUMBER) && stable.taken.contains(&number) {
        *refused += 1;
        return cx.send(ROUTER, Message::Receipt(number));
    }
    make_room(&mut stable.taken);
    stable.taken.push(number);
    stable.payments += 1;
    stable.last = Some((order.number, order.payee, order.amount));
    cx.send(ROUTER, Message::Receipt(number));
}

impl Seen {
    /// What the last step showed, if it is what is wanted.
    fn told(&self, wanted: Happened) -> Option<Bindings> {
        let (happened, number) = self.last?;
        let node = if matches!(happened, Happened::Altered | Happened::Replayed) { ROUTER } else { BANK };
        (happened == wanted).then(|| Bindings::node(node).with("order", number))
    }

    fn observe(&mut self, cluster: &Cluster<'_, Courier>, step: &Step<'_>) {
        let sent = step.sent.iter().find_map(|id| {
            let message: &Message = cluster.world().flight(*id)?.payload.as_any().downcast_ref()?;
            Some((id.to, message.clone()))
        });
        self.last = match (step.delivered::<Courier>(), sent) {
            (Some((id, message)), Some((_, passed))) if id.to == ROUTER && id.from == CUSTOMER => {
                self.read += u32::from(matches!(message, Message::Plain(..)));
                (passed != *message).then_some((Happened::Altered, number(message)))
            }
            (None, Some((BANK, copy))) => Some((Happened::Replayed, number(&copy))),
            (Some((id, message)), answer) if id.to == BANK => self.carried_out(cluster, number(message), answer),
            _ => None,
        };
    }

    /// The bank has looked at an order and given an answer.
    fn carried_out(&mut self, cluster: &Cluster<'_, Courier>, number: u32, answer: Option<(NodeId, Message)>) -> Option<(Happened, u32)> {
        let bank = cluster.stable(BANK)?;
        if bank.payments == self.payments {
            self.refused += u32::from(answer.is_some());
            let is_damaged = matches!(answer?.1, Message::Refused(_));
            return Some((if is_damaged { Happened::SealBroken } else { Happened::NumberKnown }, number));
        }
        self.payments = bank.payments;
        let (_, payee, amount) = bank.last?;
        if (Order { number, payee, amount }) != Order::of(number) {
            self.forged += 1;
            self.first_forged = self.first_forged.or(bank.last);
            return Some((Happened::Forged, number));
        }
        match self.times.iter_mut().rev().find(|(paid, _)| *paid == number) {
            Some((_, times)) => {
                *times += 1;
                self.doubled += 1;
                Some((Happened::PaidAgain, number))
            }
            None => {
                make_room(&mut self.times);
                self.times.push((number, 1));
                Some((Happened::Paid, number))
            }
        }
    }
}

fn number(message: &Message) -> u32 {
    match *message {
        Message::Plain(number, ..) | Message::Sealed(number, ..) | Message::Receipt(number) | Message::Refused(number) => number,
    }
}
