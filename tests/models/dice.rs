//! Nodes that throw dice and pass on what they threw: handlers that ask questions, timers with an order, clients, a ghost.

use faultline::sim::{
    Argument, ArgumentKind, Bindings, Broken, Cluster, CommandCall, CommandId, CommandSpec, Context, Env, Erased, Exhibit, Fact, Invariant,
    MessageKind, Node, NodeId, NodeView, Outcome, ParamSpec, Protocol, Role, Step, Timer, TimerInfo, Tone, Trace,
};

pub struct Dice;
pub static DICE: Erased<Dice> = Erased::new();

/// `Soon` always ends before `Late`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Throw {
    Soon,
    Late,
}

impl Timer for Throw {
    fn code(self) -> u32 {
        self as u32
    }
    fn from_code(code: u32) -> Option<Self> {
        [Throw::Soon, Throw::Late].get(code as usize).copied()
    }
    fn info(self) -> TimerInfo {
        TimerInfo { name: "throw", action: "throw now" }
    }
}

#[derive(Clone, PartialEq, Hash, Debug, Default)]
pub struct Hand {
    pub sum: u32,
    pub threw: Vec<Throw>,
}

impl std::hash::Hash for Throw {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl Protocol for Dice {
    type Stable = u32;
    type Volatile = Hand;
    type Message = u32;
    type Timer = Throw;
    type Command = u32;
    type Ghost = u32;

    const PARAMS: &'static [ParamSpec] = &[];
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec {
        name: "add",
        label: "Add",
        help: "Adds a number.",
        arguments: &[("number", ArgumentKind::Number { min: 0, max: 9, default: 1 })],
    }];
    const KINDS: &'static [MessageKind] =
        &[MessageKind { name: "number", short: "n", tone: Tone::Neutral, reply: false, help: "A number." }];

    fn blank_disk(_: &Env<'_>) -> u32 {
        0
    }
    fn on_start(boots: &mut u32, cx: &mut Context<'_, Self>) -> Hand {
        *boots += 1;
        cx.set_timer_between(Throw::Soon, 100, 200);
        cx.set_timer_between(Throw::Late, 200, 300);
        Hand::default()
    }
    fn on_message(node: &mut Node<'_, Self>, _: NodeId, message: &u32, cx: &mut Context<'_, Self>) {
        if cx.choose(2) == 1 {
            node.volatile.sum += message;
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, throw: Throw, cx: &mut Context<'_, Self>) {
        node.volatile.threw.push(throw);
        let first = cx.choose(3);
        // Only whoever throws a two throws again.
        let second = if first == 2 { cx.choose(2) } else { 0 };
        cx.send(NodeId((cx.me().0 + 1) % cx.nodes()), first + second);
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, number: &u32, cx: &mut Context<'_, Self>) {
        node.volatile.sum += number;
        cx.reply(id, Outcome::Done(i64::from(node.volatile.sum)));
    }
    fn command(call: &CommandCall) -> Result<u32, String> {
        match call.arguments.as_slice() {
            [Argument::Number(number)] => u32::try_from(*number).map_err(|_| "It adds numbers from 0 on.".to_owned()),
            _ => Err("It takes one number.".to_owned()),
        }
    }
    fn kind(_: &u32) -> u16 {
        0
    }
    fn describe(message: &u32) -> String {
        message.to_string()
    }
    fn observe(most: &mut u32, cluster: &Cluster<'_, Self>, _: &Step<'_>) {
        *most = cluster.up().map(|(_, _, hand)| hand.sum).max().unwrap_or(0).max(*most);
    }
    fn invariants() -> &'static [Invariant<Self>] {
        &[Invariant {
            name: "low",
            sentence: "No node ever held six.",
            check: |_, most| if *most < 6 { Ok(()) } else { Err(Broken { nodes: Vec::new(), says: "one did".to_owned() }) },
        }]
    }
    fn facts() -> &'static [Fact<Self>] {
        &[Fact {
            name: "three",
            sentence: "{node} was told three",
            mark: false,
            test: |_, _, step| step.delivered::<Dice>().filter(|(_, message)| **message == 3).map(|(id, _)| Bindings::nodes([id.to])),
        }]
    }
    fn role(_: &u32, _: &Hand) -> Role {
        Role::default()
    }
    fn view(_: &Cluster<'_, Self>, _: NodeId) -> NodeView {
        NodeView::default()
    }
    fn exhibits(_: &Cluster<'_, Self>, _: &u32, _: &Trace) -> Vec<Exhibit> {
        Vec::new()
    }
}
