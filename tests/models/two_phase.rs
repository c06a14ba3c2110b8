//! TwoPhase (Gray and Lamport, "Consensus on Transaction Commit", 2006): the specification's actions as handlers.
//!
//! Nodes `0 .. n` are the resource managers, node `n` is the transaction manager. What a manager may do by itself is a timer that it may
//! fire at any moment. Messages are a set that only grows. A handler that the specification would let act asks for something even when
//! it changes nothing, so that the steps generated are those of the specification.

use faultline::check::explorer::symmetry::{Renames, Renaming};
use faultline::sim::{
    Bindings, Broken, Cluster, CommandId, Context, Env, Erased, Exhibit, Fact, Invariant, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched, World,
};

pub struct TwoPhase;
pub static TWO_PHASE: Erased<TwoPhase> = Erased::new();

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Act {
    Prepare,
    ChooseToAbort,
    Commit,
    Abort,
}
use Act::{Abort, ChooseToAbort, Commit, Prepare};

impl Timers for Act {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (Act::Prepare, TimerInfo { name: "act", action: "act now" }),
        (Act::ChooseToAbort, TimerInfo { name: "act", action: "act now" }),
        (Act::Commit, TimerInfo { name: "act", action: "act now" }),
        (Act::Abort, TimerInfo { name: "act", action: "act now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

#[derive(Clone, Copy, PartialEq, Hash, Debug)]
pub enum Message {
    Prepared,
    Commit,
    Abort,
}

#[derive(Clone, Copy, PartialEq, Hash, Debug)]
pub enum Resource {
    Working,
    Prepared,
    Committed,
    Aborted,
}

#[derive(Clone, PartialEq, Hash, Debug)]
pub enum Manager {
    Resource(Resource),
    /// Waits; has heard of these, in order.
    Init(Vec<NodeId>),
    /// Has decided; had heard of these.
    Done(Vec<NodeId>),
}

fn is_transaction_manager(cx: &Context<'_, TwoPhase>) -> bool {
    cx.me().0 + 1 == cx.nodes()
}

/// Whether all resource managers are in a state.
pub fn all_resources_are(world: &World, state: Resource) -> bool {
    (0..world.nodes() - 1).all(|node| {
        let parts = world.parts::<TwoPhase>(NodeId(node));
        parts.is_some_and(|parts| parts.volatile == Some(Manager::Resource(state)))
    })
}

fn all_are(cluster: &Cluster<'_, TwoPhase>, state: Resource) -> Option<Bindings> {
    all_resources_are(cluster.world(), state).then(Bindings::default)
}

impl Messages for Message {
    const KINDS: &'static [MessageKind] = &[MessageKind::request("message", "m", Tone::Neutral, "A message.")];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        format!("{self:?}")
    }
}

impl Protocol for TwoPhase {
    type Stable = ();
    type Volatile = Manager;
    type Message = Message;
    type Timer = Act;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = &[];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Context<'_, Self>) -> Manager {
        if is_transaction_manager(cx) {
            cx.set_timer(Abort, 1);
            return Manager::Init(Vec::new());
        }
        cx.set_timer(Prepare, 1);
        cx.set_timer(ChooseToAbort, 1);
        Manager::Resource(Resource::Working)
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, message: &Message, cx: &mut Context<'_, Self>) {
        match (&mut *node.volatile, message) {
            (Manager::Init(prepared), Message::Prepared) => {
                if let Err(at) = prepared.binary_search(&from) {
                    prepared.insert(at, from);
                }
                if prepared.len() + 1 == usize::from(cx.nodes()) {
                    cx.set_timer(Commit, 1);
                }
                cx.set_timer(Abort, 1);
            }
            (Manager::Resource(state), Message::Commit | Message::Abort) => {
                *state = if *message == Message::Commit { Resource::Committed } else { Resource::Aborted };
                cx.cancel_timer(Prepare);
                cx.cancel_timer(ChooseToAbort);
            }
            _ => {}
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, act: Act, cx: &mut Context<'_, Self>) {
        let heard_of = match &*node.volatile {
            Manager::Init(prepared) => prepared.clone(),
            _ => Vec::new(),
        };
        *node.volatile = match act {
            Prepare => {
                cx.cancel_timer(ChooseToAbort);
                cx.send(NodeId(cx.nodes() - 1), Message::Prepared);
                Manager::Resource(Resource::Prepared)
            }
            ChooseToAbort => {
                cx.cancel_timer(Prepare);
                Manager::Resource(Resource::Aborted)
            }
            Commit => {
                cx.cancel_timer(Abort);
                cx.broadcast(Message::Commit);
                Manager::Done(heard_of)
            }
            Abort => {
                cx.cancel_timer(Commit);
                cx.broadcast(Message::Abort);
                Manager::Done(heard_of)
            }
        };
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}

impl Watched for TwoPhase {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "consistent",
        sentence: "No two resource managers arrive at conflicting decisions.",
        check: |cluster, ()| {
            let one_is = |wanted| cluster.up().find(|(_, (), manager)| **manager == Manager::Resource(wanted)).map(|(node, ..)| node);
            match (one_is(Resource::Aborted), one_is(Resource::Committed)) {
                (Some(a), Some(b)) => Err(Broken { nodes: vec![a, b], says: format!("{a} aborted and {b} committed") }),
                _ => Ok(()),
            }
        },
    }];
    const FACTS: &'static [Fact<Self>] = &[
        Fact::milestone("abort-agreement", "all aborted", |cluster, (), _| all_are(cluster, Resource::Aborted)),
        Fact::milestone("commit-agreement", "all committed", |cluster, (), _| all_are(cluster, Resource::Committed)),
    ];

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role((): &(), _: &Manager) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}

/// The resource managers are interchangeable.
pub fn symmetry(managers: u16, tries_all: bool) -> Renames<TwoPhase> {
    Renames {
        groups: vec![(0..managers).map(NodeId).collect()],
        stable: |(), _: &Renaming| (),
        volatile: |manager, renaming| {
            let renamed = |nodes: &[NodeId]| {
                let mut nodes: Vec<NodeId> = nodes.iter().map(|node| renaming.of(*node)).collect();
                nodes.sort_unstable();
                nodes
            };
            match manager {
                Manager::Init(prepared) => Manager::Init(renamed(prepared)),
                Manager::Done(prepared) => Manager::Done(renamed(prepared)),
                Manager::Resource(state) => Manager::Resource(*state),
            }
        },
        message: |message, _| *message,
        ghost: |(), _| (),
        tries_all,
    }
}
