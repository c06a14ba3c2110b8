//! A cluster that keeps the page as busy as its budget says: fifty nodes hand on four messages each, whatever comes of it.

use faultline::sim::{
    Cluster, CommandId, Conditions, Context, Env, Erased, Exhibit, Fact, Field, Invariant, Latency, MessageKind, Messages, Never, Node,
    NodeId, NodeView, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace, Watched,
};
use faultline::topics::{Entry, Topic};

/// Nodes of the cluster.
const NODES: u16 = 50;
/// Messages that each node sends at first. Every message that arrives is handed on, so there are always so many times as many as nodes.
const MESSAGES_PER_NODE: u32 = 4;
/// How long a node waits for a message before it asks for attention, in microseconds: longer than any has to wait.
const PATIENCE_US: u64 = 400_000;

/// A topic of it alone. Its network is that of leader election.
pub const TOPIC: Topic = Topic {
    number: u8::MAX,
    algorithms: &[Entry {
        id: "crowd",
        name: "Crowd",
        source: "",
        summary: "",
        algorithm: &CROWD,
        nodes: (NODES, NODES, NODES),
        network: Conditions {
            latency: Latency::Uniform(20_000, 40_000),
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            bytes_per_s: 0,
            fifo: false,
        },
    }],
    exhibits: &[],
};

struct Crowd;

static CROWD: Erased<Crowd> = Erased::new();

#[derive(Clone, Copy, Debug)]
struct Patience;

impl Timers for Patience {
    const PLAIN: &'static [(Self, TimerInfo)] = &[(Patience, TimerInfo { name: "patience", action: "Ask for attention" })];

    fn code(self) -> u32 {
        0
    }
}

/// How often it has been handed on.
#[derive(Clone, PartialEq, Hash, Debug)]
struct Word(u32);

impl Messages for Word {
    const KINDS: &'static [MessageKind] = &[
        MessageKind::request("Word", "W", Tone::Candidate, "It goes from node to node."),
        MessageKind::reply("Answer", "A", Tone::Good, "So does this."),
    ];

    fn kind(&self) -> u16 {
        (self.0 % 2) as u16
    }
    fn describe(&self) -> String {
        format!("handed on {} times", self.0)
    }
}

fn hand_on(hops: u32, cx: &mut Context<'_, Crowd>) {
    let others = u32::from(cx.nodes()) - 1;
    let to = cx.choose(others) as u16;
    let to = if to < cx.me().0 { to } else { to + 1 };
    cx.send(NodeId(to), Word(hops));
}

impl Protocol for Crowd {
    type Stable = u32;
    type Volatile = u32;
    type Message = Word;
    type Timer = Patience;
    type Command = Never;
    type Ghost = ();

    const PARAMS: &'static [ParamSpec] = &[];

    fn blank_disk(_: &Env<'_>) -> u32 {
        0
    }
    fn on_start(_: &mut u32, cx: &mut Context<'_, Self>) -> u32 {
        (0..MESSAGES_PER_NODE).for_each(|hops| hand_on(hops, cx));
        cx.set_timer(Patience, PATIENCE_US);
        // They do not change their roles all at once.
        u32::from(cx.me().0) * 10
    }
    fn on_message(node: &mut Node<'_, Self>, _: NodeId, Word(hops): &Word, cx: &mut Context<'_, Self>) {
        *node.volatile += 1;
        *node.stable = (*node.stable).max(*hops);
        hand_on(hops + 1, cx);
        cx.set_timer(Patience, PATIENCE_US);
    }
    fn on_timer(_: &mut Node<'_, Self>, _: Patience, cx: &mut Context<'_, Self>) {
        cx.set_timer(Patience, PATIENCE_US);
    }
    fn on_command(_: &mut Node<'_, Self>, _: CommandId, _: &Never, _: &mut Context<'_, Self>) {}
}

impl Watched for Crowd {
    const INVARIANTS: &'static [Invariant<Self>] = &[];
    const FACTS: &'static [Fact<Self>] = &[];

    fn observe((): &mut (), _: &Cluster<'_, Self>, _: &Step<'_>) {}
    /// One in eight is something else at any time, so that lanes have bands and nodes change: about one each second that the reader watches.
    fn role(_: &u32, heard: &u32) -> Role {
        match heard / 64 % 8 {
            0 => Role { label: "talker", glyph: "T", tone: Tone::Candidate },
            _ => Role { label: "listener", glyph: "L", tone: Tone::Follower },
        }
    }
    fn view(cluster: &Cluster<'_, Self>, node: NodeId) -> NodeView {
        let (farthest, heard) = (cluster.stable(node).copied().unwrap_or(0), cluster.volatile(node).copied().unwrap_or(0));
        let field = |name, value: u32, stable| Field { name, value: value.to_string(), stable, help: "" };
        NodeView {
            badge: format!("heard {heard}"),
            fields: vec![field("farthest", farthest, true), field("heard", heard, false)],
            ring: Some(Patience.code()),
            points_at: None,
        }
    }
    fn exhibits(_: &Cluster<'_, Self>, (): &(), _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}
