//! The least that an algorithm can do: two nodes hand one message to and fro. What a run of it costs, the engine costs.

use faultline::sim::{
    Cluster, CommandId, Conditions, Context, Env, Erased, Exhibit, Fact, Invariant, Latency, MessageKind, Messages, Never, Node, NodeId,
    NodeView, ParamSpec, Params, Protocol, Role, Setup, Step, Trace, Watched,
};

struct Ping;

static PING: Erased<Ping> = Erased::new();

/// A run of it.
pub fn setup() -> Setup {
    let network = Conditions { latency: Latency::Uniform(1, 1_000), ..Conditions::default() };
    Setup { algorithm: &PING, nodes: 2, seed: 1, params: Params::default(), network, checked: false }
}

#[derive(Clone, PartialEq, Hash, Debug)]
struct Ball;

impl Messages for Ball {
    const KINDS: &'static [MessageKind] = &[];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        String::new()
    }
}

impl Protocol for Ping {
    type Stable = ();
    type Volatile = u32;
    type Message = Ball;
    type Timer = Never;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = &[];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Context<'_, Self>) -> u32 {
        if cx.me() == NodeId(1) {
            cx.send(NodeId(0), Ball);
        }
        0
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, Ball: &Ball, cx: &mut Context<'_, Self>) {
        *node.volatile = node.volatile.wrapping_add(1);
        cx.send(from, Ball);
    }
    fn on_timer(_: &mut Node<'_, Self>, _: Never, _: &mut Context<'_, Self>) {}
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}

impl Watched for Ping {
    const INVARIANTS: &'static [Invariant<Self>] = &[];
    const FACTS: &'static [Fact<Self>] = &[];

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn role((): &(), _: &u32) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}
