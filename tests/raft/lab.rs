//! Runs of Raft: by a random schedule, or by hand.

use faultline::check::schedule::{Shape, random_schedule};
use faultline::sim::timeline::Entry;
use faultline::sim::{
    Argument, Choice, CommandCall, CommandId, Conditions, Fired, Intervention, NodeId, Outcome, Params, Setup, Timeline, TimerId, World,
};
use faultline::topics::topic;

/// Codes of the timers, as links and lesson files name them.
pub const ELECTION: u32 = 0;

pub fn setup(nodes: u16, seed: u64, params: &[(&str, i64)]) -> Setup {
    let (_, entry) = topic(8).unwrap().by_id("raft").unwrap();
    let specs = entry.algorithm.params();
    let mut values = Params::defaults(specs);
    for (name, value) in params {
        let index = specs.iter().position(|spec| spec.name == *name).unwrap_or_else(|| panic!("no param {name}"));
        assert!(specs[index].admits(*value), "{name} does not admit {value}");
        values.set(u16::try_from(index).unwrap(), *value);
    }
    Setup { algorithm: entry.algorithm, nodes, seed, params: values, network: entry.network, checked: true }
}

pub fn schedule(setup: &Setup, seed: u64, shape: &Shape) -> Vec<Entry> {
    random_schedule(seed, setup.nodes, setup.algorithm.commands(), shape)
}

pub fn invariant(setup: &Setup, index: usize) -> &'static str {
    setup.algorithm.invariants()[index].name
}

/// Nodes that take themselves for leaders.
pub fn leaders(world: &World) -> Vec<NodeId> {
    (0..world.nodes()).map(NodeId).filter(|node| world.algorithm().role(world, *node).is_some_and(|role| role.glyph == "L")).collect()
}

/// A field of a node as the inspector shows it.
pub fn field(world: &World, node: u16, name: &str) -> String {
    let view = world.algorithm().view(world, NodeId(node));
    view.fields.iter().find(|field| field.name == name).map_or_else(String::new, |field| field.value.clone())
}

pub fn write(value: i64) -> CommandCall {
    CommandCall { command: 0, arguments: vec![Argument::Number(value)] }
}

/// A run by hand.
pub struct Lab(pub Timeline);

impl Lab {
    pub fn new(nodes: u16, seed: u64, params: &[(&str, i64)]) -> Self {
        Lab::on(nodes, seed, params, None)
    }
    pub fn on(nodes: u16, seed: u64, params: &[(&str, i64)], network: Option<Conditions>) -> Self {
        let mut setup = setup(nodes, seed, params);
        setup.network = network.unwrap_or(setup.network);
        let mut timeline = Timeline::new(setup, Vec::new()).unwrap();
        timeline.seek_time(0).unwrap();
        Lab(timeline)
    }
    pub fn world(&self) -> &World {
        self.0.clock().world()
    }
    /// Lets so many milliseconds pass.
    pub fn run(&mut self, ms: u64) -> &mut Self {
        let until_us = self.0.now_us() + ms * 1_000;
        self.0.seek_time(until_us).unwrap();
        self
    }
    /// Plays event by event until `wanted` holds.
    pub fn until(&mut self, what: &str, wanted: impl Fn(&World) -> bool) -> &mut Self {
        let until_us = self.0.now_us() + 60_000_000;
        while !wanted(self.world()) {
            assert!(self.0.step().unwrap() && self.0.now_us() < until_us, "it never came to: {what}");
        }
        self
    }
    /// Plays until the last event of the run is one of which `name` tells.
    pub fn until_fact(&mut self, name: &str) -> Fired {
        let (from, until_us) = (self.0.step_count(), self.0.now_us() + 60_000_000);
        loop {
            if let Some(fired) = self.fired(name).into_iter().find(|fired| fired.step >= from) {
                return fired;
            }
            assert!(self.0.step().unwrap() && self.0.now_us() < until_us, "{name} never became true; facts: {:?}", self.facts());
        }
    }
    pub fn do_(&mut self, choice: Choice) -> &mut Self {
        self.0.intervene(Intervention::Do(choice.clone())).unwrap_or_else(|error| panic!("{choice:?}: {error}"));
        self
    }
    pub fn crash(&mut self, node: u16) -> &mut Self {
        self.do_(Choice::Crash(NodeId(node)))
    }
    pub fn restart(&mut self, node: u16) -> &mut Self {
        self.do_(Choice::Restart(NodeId(node)))
    }
    pub fn partition(&mut self, groups: &[u8]) -> &mut Self {
        self.do_(Choice::Partition(groups.to_vec()))
    }
    pub fn heal(&mut self) -> &mut Self {
        self.do_(Choice::Heal)
    }
    /// Fires a timer that is armed.
    pub fn fire(&mut self, node: u16, code: u32) -> &mut Self {
        let node = NodeId(node);
        let slot = self.world().slot(node).unwrap();
        let generation =
            slot.timers().find(|timer| timer.code == code).unwrap_or_else(|| panic!("timer {code} of {node} is not armed")).generation;
        self.do_(Choice::Fire(TimerId { node, code, generation }))
    }
    pub fn call(&mut self, node: u16, call: CommandCall) -> CommandId {
        let id = self.world().next_command(0);
        self.do_(Choice::Command { id, node: NodeId(node), call });
        id
    }
    pub fn write(&mut self, node: u16, value: i64) -> CommandId {
        self.call(node, write(value))
    }
    pub fn outcome(&self, id: CommandId) -> Option<Outcome> {
        self.world().operations().iter().find(|op| op.id == id).and_then(|op| op.done.clone()).map(|(_, outcome)| outcome)
    }
    /// Elects a node by its timer and waits until it leads.
    pub fn elect(&mut self, node: u16) -> &mut Self {
        self.fire(node, ELECTION);
        self.until(&format!("node {node} leads"), |world| leaders(world).contains(&NodeId(node)))
    }
    /// The only leader.
    pub fn leader(&mut self) -> u16 {
        self.until("one leader", |world| leaders(world).len() == 1);
        leaders(self.world())[0].0
    }
    pub fn fired(&self, name: &str) -> Vec<Fired> {
        let facts = self.0.setup().algorithm.facts();
        let index = facts.iter().position(|fact| fact.name == name).unwrap_or_else(|| panic!("no fact {name}"));
        let steps = self.0.step_count();
        self.0.record().fired.iter().filter(|fired| usize::from(fired.fact) == index && fired.step < steps).cloned().collect()
    }
    /// Names of all that became true, in order.
    pub fn facts(&self) -> Vec<&'static str> {
        let facts = self.0.setup().algorithm.facts();
        self.0.record().fired.iter().map(|fired| facts[usize::from(fired.fact)].name).collect()
    }
    /// Names of the invariants that broke, in order.
    pub fn broken(&self) -> Vec<&'static str> {
        let invariants = self.0.setup().algorithm.invariants();
        self.0.record().violations.iter().map(|violation| invariants[usize::from(violation.invariant)].name).collect()
    }
    pub fn log(&self, node: u16) -> String {
        field(self.world(), node, "log")
    }
}

/// What a fact binds a name to.
pub fn bound(fired: &Fired, name: &str) -> String {
    fired.bindings.values.iter().find(|(key, _)| *key == name).map_or_else(|| panic!("no {name} in {fired:?}"), |(_, value)| value.clone())
}
