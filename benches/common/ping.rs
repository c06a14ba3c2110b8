//! The least that an algorithm can do: two nodes hand one message to and fro. What a run of it costs, the engine costs.

use faultline::sim::{
    Cluster, CommandCall, CommandId, CommandSpec, Conditions, Context, Env, Erased, Exhibit, Fact, Invariant, Latency, MessageKind, Node,
    NodeId, NodeView, ParamSpec, Params, Protocol, Role, Setup, Step, Timer, TimerInfo, Trace,
};

struct Ping;

static PING: Erased<Ping> = Erased::new();

/// A run of it.
pub fn setup() -> Setup {
    let network = Conditions { latency: Latency::Uniform(1, 1_000), ..Conditions::default() };
    Setup { algorithm: &PING, nodes: 2, seed: 1, params: Params::default(), network, checked: false }
}

#[derive(Clone, Copy, Debug)]
struct Never;

impl Timer for Never {
    fn code(self) -> u32 {
        0
    }
    fn from_code(_: u32) -> Option<Self> {
        None
    }
    fn info(self) -> TimerInfo {
        TimerInfo { name: "never", action: "never" }
    }
}

impl Protocol for Ping {
    type Stable = ();
    type Volatile = u32;
    type Message = ();
    type Timer = Never;
    type Command = ();
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = &[];
    const COMMANDS: &'static [CommandSpec] = &[];
    const KINDS: &'static [MessageKind] = &[];

    fn blank_disk(_: &Env<'_>) {}
    fn on_start((): &mut (), cx: &mut Context<'_, Self>) -> u32 {
        if cx.me() == NodeId(1) {
            cx.send(NodeId(0), ());
        }
        0
    }
    fn on_message(node: &mut Node<'_, Self>, from: NodeId, (): &(), cx: &mut Context<'_, Self>) {
        *node.volatile = node.volatile.wrapping_add(1);
        cx.send(from, ());
    }
    fn on_timer(_: &mut Node<'_, Self>, _: Never, _: &mut Context<'_, Self>) {}
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, (): &(), _: &mut Context<'_, Self>) {}
    fn command(_: &CommandCall) -> Result<(), String> {
        Ok(())
    }
    fn kind((): &()) -> u16 {
        0
    }
    fn describe((): &()) -> String {
        String::new()
    }
    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    fn invariants() -> &'static [Invariant<Self>] {
        &[]
    }
    fn facts() -> &'static [Fact<Self>] {
        &[]
    }
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
