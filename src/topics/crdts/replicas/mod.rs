//! Replicas that take every update at once and ask nobody: counters, sets, registers and a text, which are all told of in three ways.
//!
//! ```text
//!   update here ─▶ own state          everything is local; nobody waits
//!
//!   states       ─State▶ merge: the least upper bound          in any order, any number of times
//!   operations   ─Operation▶ do it too                         in causal order, once
//!   deltas       ─Delta▶ merge a part of a state               from the last confirmed one on
//! ```
//!
//! A node has a replica for each way, and each takes all of the node's updates. Those of ways that are not in use tell nobody.
//!
//! - `counter`, `set`, `register`, `text`: data types; `data`: all of them, and updates.
//! - `replica`, `seen`: a replica and what it has seen; `spread`: the three ways; `message`, `params`.
//! - `past`, `laws`, `invariants`: what is judged; `facts`, `show`: what is told and shown.

pub mod counter;
pub mod data;
mod facts;
mod invariants;
pub mod laws;
mod message;
pub mod params;
mod past;
pub mod register;
mod replica;
pub mod seen;
pub mod set;
mod show;
mod spread;
pub mod text;

use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, ParamSpec, Protocol, TimerInfo, Timers};
use data::Update;
use message::Message;
use params::{Rules, WAYS, Way, param};
use past::Past;
use replica::Replica;
use spread::Session;

/// Most replicas.
pub const REPLICAS_MAX: u16 = 4;
/// Letters of a text, removed ones included.
pub const TEXT_LETTERS_MAX: u32 = 4_000;
/// Letters of an element of a set and of a value of a register.
pub const ELEMENT_LETTERS_MAX: usize = 16;

/// The protocol.
pub struct Replicas;

/// What a crash takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Volatile {
    /// Whether the timer of the next round is armed.
    is_armed: bool,
    /// In the order of [`WAYS`].
    sessions: [Session; WAYS.len()],
}

/// What replicas wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The next round of telling.
    Round,
}

impl Timers for Timer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Timer::Round, TimerInfo { name: "next round", action: "send now" })];

    fn code(self) -> u32 {
        self as u32
    }
}

/// Arms the timer of the next round, unless it is.
fn arm(volatile: &mut Volatile, cx: &mut Context<'_, Replicas>) {
    if !volatile.is_armed {
        volatile.is_armed = true;
        cx.set_timer(Timer::Round, cx.params().get_u64(param::SYNC_MS) * 1_000);
    }
}

/// What each way knows of the others when a node starts: nothing.
fn sessions(replicas: &[Replica; WAYS.len()], nodes: u16) -> Volatile {
    Volatile { is_armed: false, sessions: replicas.each_ref().map(|replica| Session::new(nodes, replica.deltas)) }
}

impl Protocol for Replicas {
    type Stable = [Replica; WAYS.len()];
    type Volatile = Volatile;
    type Message = Message;
    type Timer = Timer;
    type Command = Update;
    type Ghost = Past;

    const PARAMS: &'static [ParamSpec] = params::PARAMS;

    fn blank_disk(env: &Env<'_>) -> Self::Stable {
        WAYS.map(|_| Replica::new(env.nodes))
    }
    fn on_start(replicas: &mut Self::Stable, cx: &mut Context<'_, Self>) -> Volatile {
        sessions(replicas, cx.nodes())
    }
    fn on_restart(replicas: &mut Self::Stable, cx: &mut Context<'_, Self>) -> Volatile {
        let mut volatile = sessions(replicas, cx.nodes());
        arm(&mut volatile, cx);
        volatile
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        let way = message.way().index();
        let (Some(replica), Some(session)) = (node.stable.get_mut(way), node.volatile.sessions.get_mut(way)) else { return };
        if spread::receive(replica, session, from, message, cx) {
            arm(node.volatile, cx);
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, _: Timer, cx: &mut Context<'_, Self>) {
        node.volatile.is_armed = false;
        let mut is_open = false;
        for way in Way::in_use(cx.params()) {
            if let (Some(replica), Some(session)) = (node.stable.get(way.index()), node.volatile.sessions.get_mut(way.index())) {
                is_open |= spread::round(*way, replica, session, cx);
            }
        }
        if is_open {
            arm(node.volatile, cx);
        }
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, update: &Update, cx: &mut Context<'_, Self>) {
        if let Update::Insert { letters, .. } = update
            && node.stable.iter().any(|replica| replica.data.text.letters_ever() + letters.chars().count() > TEXT_LETTERS_MAX as usize)
        {
            return cx.reply(id, Outcome::Refused("the text is full: removed letters count as well"));
        }
        let rules = Rules::of(cx.params());
        let now_ms = u64::try_from(cx.clock_us() / 1_000).unwrap_or(0);
        let me = (cx.me().0, cx.nodes());
        for ((way, replica), session) in WAYS.iter().zip(node.stable.iter_mut()).zip(&mut node.volatile.sessions) {
            let effect = replica.update(*way, update, me, now_ms, &rules);
            spread::announce(*way, replica, session, &effect, cx);
        }
        arm(node.volatile, cx);
        cx.reply(id, Outcome::Done(i64::from(node.stable[0].seen.count(me.0))));
    }
}
