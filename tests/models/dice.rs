//! Nodes that throw dice and pass on what they threw: handlers that ask questions, timers with an order, clients, a ghost.

use faultline::sim::{
    Argument, ArgumentKind, Bindings, Broken, Cluster, CommandCall, CommandId, CommandSpec, Commands, Context, Env, Erased, Exhibit, Fact,
    Invariant, MessageKind, Messages, Node, NodeId, NodeView, Outcome, ParamSpec, Protocol, Role, Step, TimerInfo, Timers, Tone, Trace,
    Watched,
};

pub struct Dice;
pub static DICE: Erased<Dice> = Erased::new();

/// `Soon` always ends before `Late`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Throw {
    Soon,
    Late,
}

impl Timers for Throw {
    const PLAIN: &'static [(Self, TimerInfo)] =
        &[(Throw::Soon, TimerInfo { name: "throw", action: "throw now" }), (Throw::Late, TimerInfo { name: "throw", action: "throw now" })];

    fn code(self) -> u32 {
        self as u32
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

#[derive(Clone, PartialEq, Hash, Debug)]
pub struct Told(u32);

impl Messages for Told {
    const KINDS: &'static [MessageKind] = &[MessageKind::request("number", "n", Tone::Neutral, "A number.")];

    fn kind(&self) -> u16 {
        0
    }
    fn describe(&self) -> String {
        self.0.to_string()
    }
}

#[derive(Clone, PartialEq, Hash, Debug)]
pub struct Add(u32);

impl Commands for Add {
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec {
        name: "add",
        label: "Add",
        help: "Adds a number.",
        arguments: &[("number", ArgumentKind::Number { min: 0, max: 9, default: 1 })],
    }];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        match call.arguments.as_slice() {
            [Argument::Number(number)] => u32::try_from(*number).map(Add).map_err(|_| "It adds numbers from 0 on.".to_owned()),
            _ => Err("It takes one number.".to_owned()),
        }
    }
}

impl Protocol for Dice {
    type Stable = u32;
    type Volatile = Hand;
    type Message = Told;
    type Timer = Throw;
    type Command = Add;
    type Ghost = u32;

    const PARAMS: &'static [ParamSpec] = &[];

    fn blank_disk(_: &Env<'_>) -> u32 {
        0
    }
    fn on_start(boots: &mut u32, cx: &mut Context<'_, Self>) -> Hand {
        *boots += 1;
        cx.set_timer_between(Throw::Soon, 100, 200);
        cx.set_timer_between(Throw::Late, 200, 300);
        Hand::default()
    }
    fn on_message(node: &mut Node<'_, Self>, _: NodeId, Told(number): &Told, cx: &mut Context<'_, Self>) {
        if cx.choose(2) == 1 {
            node.volatile.sum += number;
        }
    }
    fn on_timer(node: &mut Node<'_, Self>, throw: Throw, cx: &mut Context<'_, Self>) {
        node.volatile.threw.push(throw);
        let first = cx.choose(3);
        // Only whoever throws a two throws again.
        let second = if first == 2 { cx.choose(2) } else { 0 };
        cx.send(NodeId((cx.me().0 + 1) % cx.nodes()), Told(first + second));
    }
    fn on_command(node: &mut Node<'_, Self>, id: CommandId, Add(number): &Add, cx: &mut Context<'_, Self>) {
        node.volatile.sum += number;
        cx.reply(id, Outcome::Done(i64::from(node.volatile.sum)));
    }
}

impl Watched for Dice {
    const INVARIANTS: &'static [Invariant<Self>] = &[Invariant {
        name: "low",
        sentence: "No node ever held six.",
        check: |_, most| if *most < 6 { Ok(()) } else { Err(Broken { nodes: Vec::new(), says: "one did".to_owned() }) },
    }];
    const FACTS: &'static [Fact<Self>] = &[Fact::detail("three", "{node} was told three", |_, _, step| {
        step.delivered::<Dice>().filter(|(_, message)| message.0 == 3).map(|(id, _)| Bindings::nodes([id.to]))
    })];

    fn observe(most: &mut u32, cluster: &Cluster<'_, Self>, _: &Step<'_>) {
        *most = cluster.up().map(|(_, _, hand)| hand.sum).max().unwrap_or(0).max(*most);
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
