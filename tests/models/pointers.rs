//! Nodes that each point at another once, and let go if it points back: what one node holds is about others, so how nodes are ordered
//! cannot be told from each by itself.

use faultline::check::explorer::symmetry::Renames;
use faultline::sim::{
    Cluster, CommandId, Context, Env, Erased, Exhibit, Fact, Invariant, MessageKind, Messages, Never, Node, NodeId, NodeView, ParamSpec,
    Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};

pub struct Pointers;
pub static POINTERS: Erased<Pointers> = Erased::new();

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point;

impl Timers for Point {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Point, TimerInfo { name: "point", action: "point now" })];

    fn code(self) -> u32 {
        0
    }
}

#[derive(Clone, PartialEq, Hash, Debug)]
pub struct You;

impl Messages for You {
    const KINDS: &'static [MessageKind] = &[MessageKind::request("you", "y", Tone::Neutral, "I point at you.")];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        "I point at you".to_owned()
    }
}

impl Protocol for Pointers {
    type Stable = ();
    type Volatile = Option<NodeId>;
    type Message = You;
    type Timer = Point;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = &[];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Context<'_, Self>) -> Option<NodeId> {
        cx.set_timer(Point, 1);
        None
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, You: &You, _: &mut Context<'_, Self>) {
        if *node.volatile == Some(from) {
            *node.volatile = None;
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, _: Point, cx: &mut Context<'_, Self>) {
        let which = cx.choose(u32::from(cx.nodes()) - 1);
        *node.volatile = cx.peers().nth(which as usize);
        node.volatile.iter().for_each(|to| cx.send(*to, You));
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}

impl Watched for Pointers {
    const INVARIANTS: &'static [Invariant<Self>] = &[];
    const FACTS: &'static [Fact<Self>] = &[];

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role((): &(), _: &Option<NodeId>) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}

/// All nodes are interchangeable.
pub fn symmetry(nodes: u16, tries_all: bool) -> Renames<Pointers> {
    Renames {
        groups: vec![(0..nodes).map(NodeId).collect()],
        stable: |(), _| (),
        volatile: |pointer, renaming| pointer.map(|node| renaming.of(node)),
        message: |You, _| You,
        ghost: |(), _| (),
        tries_all,
    }
}
