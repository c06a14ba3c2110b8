//! The states that there are and the steps between them.
//!
//! What a step does to its node and what it sends depends on that node, on the input and on the answers to its handler's questions, and on
//! nothing else: handlers see no more. So it is worked out once, by [`World::apply`], and remembered; the same step from any other state
//! is a look-up. What an observer sees is never remembered: it sees the whole world.

use super::parts::{Parts, armed_after, armed_at_start, progress_term, spent_term};
use super::query::{Budget, Client, Network, Pruning, Query, Timers};
use super::scene::Scene;
use super::state::{Layout, Row, Spending, at, put};
use super::table::{NONE, Numbers};
use crate::sim::erased::{Answers, Effects, Part};
use crate::sim::hash::{finish, fold};
use crate::sim::script::Recorded;
use crate::sim::world::exchange::Links;
use crate::sim::{Choice, CommandId, Error, Flight, MessageId, NodeId, Status, Step, TimerId, World};
use std::rc::Rc;

/// One thing that can happen next in a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Move {
    Deliver(u32),
    Fire(NodeId, u32),
    /// A client's next request, to a node.
    Command {
        client: u16,
        position: u32,
        node: NodeId,
    },
    Crash(NodeId),
    Restart(NodeId),
    Pause(NodeId),
    Resume(NodeId),
    Jump(NodeId),
    Drop(u32),
    Duplicate(u32),
    /// To a state of the links; `bool`: whether that counts as a fault.
    Rewire(u32, bool),
}

impl Move {
    /// The node whose part it changes.
    fn node(self, parts: &Parts) -> Option<NodeId> {
        match self {
            Move::Deliver(letter) => parts.letters.get(letter as usize).map(|letter| letter.to),
            Move::Fire(node, _) | Move::Command { node, .. } => Some(node),
            Move::Crash(node) | Move::Restart(node) | Move::Pause(node) | Move::Resume(node) | Move::Jump(node) => Some(node),
            Move::Drop(_) | Move::Duplicate(_) | Move::Rewire(..) => None,
        }
    }

    /// A number for the input that its node gets, different for different inputs: 4 bits of kind and 32 of content.
    fn input(self) -> u64 {
        let (kind, content) = match self {
            Move::Deliver(letter) => (0, letter),
            Move::Fire(_, code) => (1, code),
            Move::Command { client, position, .. } => (2, (u32::from(client) << 16) | position),
            Move::Crash(_) => (3, 0),
            Move::Restart(_) => (4, 0),
            Move::Pause(_) => (5, 0),
            Move::Resume(_) => (6, 0),
            Move::Jump(_) => (7, 0),
            Move::Drop(letter) => (8, letter),
            Move::Duplicate(letter) => (9, letter),
            Move::Rewire(wiring, _) => (10, wiring),
        };
        (kind << 32) | u64::from(content)
    }

    /// What it takes from the budget.
    fn costs(self, counts_fires: bool) -> Option<Spending> {
        match self {
            Move::Crash(_) => Some(Spending::Crash),
            Move::Pause(_) => Some(Spending::Pause),
            Move::Jump(_) => Some(Spending::Jump),
            Move::Drop(_) => Some(Spending::Drop),
            Move::Duplicate(_) => Some(Spending::Duplicate),
            Move::Rewire(_, true) => Some(Spending::Partition),
            Move::Fire(..) if counts_fires => Some(Spending::Fire),
            _ => None,
        }
    }

    /// Whether it is a fault, or the repair of one.
    pub fn is_fault(self) -> bool {
        !matches!(self, Move::Deliver(_) | Move::Fire(..) | Move::Command { .. })
    }
}

/// What a step does to its node, and what it sends. One for each way of answering the handler's questions.
#[derive(Clone, Copy)]
struct Outcome {
    /// The node's part afterwards.
    local: u32,
    /// Its term less that of the part before.
    shift: u64,
    /// What it sends: a range of [`Space::sends`], in order of sending, and the sum of their terms.
    sends: (u32, u32),
    sends_term: u64,
    /// The answers: a range of [`Space::answers`].
    answers: (u32, u32),
    /// Whether it answers clients.
    replies: bool,
    /// Whether the node is as before and nothing was sent or answered.
    unchanged: bool,
    /// Whether the handler asked for nothing at all.
    idle: bool,
    /// Whether this is the last of the ways.
    last: bool,
}

/// A way from one state to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    pub step: Move,
    /// Which way of answering the handler's questions; [`NONE`] for a step that runs no node.
    outcome: u32,
}

/// The states and steps of one search.
pub struct Space {
    start: World,
    pub parts: Parts,
    pub layout: Layout,
    network: Network,
    timers: Timers,
    pruning: Pruning,
    budget: Budget,
    clients: Vec<Client>,
    /// Number of the first request of each client.
    first_k: Vec<u32>,
    /// Partitions beside the cuts of the start, and without them.
    partitions: [Vec<u32>; 2],
    healed: u32,
    outcomes: Vec<Outcome>,
    /// First outcome of a part and an input.
    known: Numbers,
    /// What operations become by a request or an answer.
    known_books: Numbers,
    sends: Vec<u32>,
    answers: Vec<u32>,
    scene: Scene,
    observes: bool,
    /// A ghost to work on.
    draft: Option<Box<dyn Part>>,
    /// Why some step could not be taken, if one could not.
    pub refused: Option<Error>,
    moves: Vec<Move>,
}

/// Parts are numbered below this, so that a part and an input make one key.
const LOCALS_MAX: u32 = 1 << 28;
/// Most ways in which the questions of one handler are answered.
const OUTCOMES_OF_A_STEP_MAX: u32 = 4_096;

impl Space {
    /// The space that begins with `start`, and its first state.
    pub fn new(start: &World, query: &Query) -> Result<(Self, Row), Error> {
        let nodes = usize::from(start.nodes());
        let layout = Layout::new(nodes, query.clients.len());
        for request in query.clients.iter().flat_map(|client| &client.requests) {
            start.algorithm().parse(&request.call).map_err(Error::Command)?;
            if let Some(node) = request.node.filter(|node| node.0 >= start.nodes()) {
                return Err(Error::NoNode(node));
            }
        }
        let too_few = query.partitions.iter().find(|groups| groups.len() != nodes);
        if let Some(groups) = too_few {
            return Err(Error::Groups { nodes: start.nodes(), groups: groups.len() });
        }
        let mut parts = Parts::new();
        let mut row: Row = Vec::new();
        for node in (0..start.nodes()).map(NodeId) {
            let slot = start.shared_slot(node).ok_or(Error::NoNode(node))?;
            let armed = armed_at_start(&slot, query.timers);
            row.push(parts.local(node, &slot, armed));
        }
        let observes = start.ghost_handle().is_some_and(|ghost| size_of_val(&**ghost) > 0);
        row.push(parts.shadow(start.ghost_handle()));
        row.push(parts.book(&start.operations_handle()));
        let links = start.links_handle();
        row.push(parts.wiring(&links, nodes));
        row.extend([0, 0]);
        row.extend(query.clients.iter().map(|_| 0));
        let mut letters: Vec<u32> = start.in_flight().map(|flight| parts.letter(flight.id.from, flight.id.to, &flight.payload)).collect();
        match query.network {
            Network::Unordered => letters.sort_unstable(),
            Network::Growing => {
                letters.sort_unstable();
                letters.dedup();
            }
            // In flight they are by link, and on a link in order of sending.
            Network::Fifo => {}
        }
        row.extend(letters);

        let divisions = if query.partitions.is_empty() { divisions_in_two(nodes) } else { query.partitions.clone() };
        let divisions = if query.budget.partitions == 0 { Vec::new() } else { divisions };
        let partitions = [Rc::clone(&links.cuts), Rc::default()].map(|cuts| {
            let divide = |groups: &Vec<u8>| parts.wiring(&Links { cuts: Rc::clone(&cuts), groups: Rc::new(groups.clone()) }, nodes);
            divisions.iter().map(divide).collect()
        });
        let healed = parts.wiring(&Links::default(), nodes);
        let space = Space {
            scene: Scene::new(start, layout, query.network),
            start: start.clone(),
            layout,
            network: query.network,
            timers: query.timers,
            pruning: query.pruning,
            budget: query.budget,
            first_k: query.clients.iter().map(|client| start.next_command(client.id).k).collect(),
            clients: query.clients.clone(),
            partitions,
            healed,
            outcomes: Vec::new(),
            known: Numbers::new(),
            known_books: Numbers::new(),
            sends: Vec::new(),
            answers: Vec::new(),
            observes,
            draft: None,
            parts,
            refused: None,
            moves: Vec::new(),
        };
        Ok((space, row))
    }

    /// Whether a ghost watches the steps.
    pub fn observes(&self) -> bool {
        self.observes
    }

    /// A state as a world.
    pub fn show(&mut self, row: &[u32]) -> &World {
        self.scene.show(row, &self.parts, true)
    }

    /// What the tables take, in bytes.
    pub fn bytes(&self) -> usize {
        self.parts.bytes()
            + self.known.bytes()
            + self.known_books.bytes()
            + self.outcomes.capacity() * size_of::<Outcome>()
            + (self.sends.capacity() + self.answers.capacity()) * size_of::<u32>()
    }

    /// Number of parts and messages told apart by a 64-bit hash, for the odds that two of them share one.
    pub fn hashed(&self) -> usize {
        self.parts.locals.len() + self.parts.letters.len() + self.parts.shadows.len() + self.parts.books.len()
    }

    /// The sum of the terms of a state.
    pub fn sum(&self, row: &[u32]) -> u64 {
        let layout = self.layout;
        let local = |number: &u32| self.parts.locals.get(*number as usize).map_or(0, |local| local.term);
        let letter = |number: &u32| self.parts.letters.get(*number as usize).map_or(0, |letter| letter.term);
        let mut sum: u64 = layout.nodes_of(row).iter().map(local).fold(0, u64::wrapping_add);
        for term in [
            self.parts.shadows.get(layout.shadow_of(row)).map_or(0, |shadow| shadow.term),
            self.parts.books.get(layout.book_of(row)).map_or(0, |book| book.term),
            self.parts.wirings.get(layout.wiring_of(row)).map_or(0, |wiring| wiring.term),
            spent_term(layout.spent_of(row)),
        ] {
            sum = sum.wrapping_add(term);
        }
        for client in 0..layout.clients() {
            sum = sum.wrapping_add(progress_term(client, at(row, layout.progress(client))));
        }
        let messages = layout.messages_of(row);
        match self.network {
            Network::Unordered | Network::Growing => messages.iter().map(letter).fold(sum, u64::wrapping_add),
            Network::Fifo => {
                // Links add up; along a link the order counts.
                let mut rest = messages;
                while let Some(first) = rest.first() {
                    let link = self.link(*first);
                    let length = rest.iter().take_while(|other| self.link(**other) == link).count();
                    let (queue, after) = rest.split_at(length);
                    sum = sum.wrapping_add(finish(queue.iter().fold(0, |hash, number| fold(hash, letter(number)))));
                    rest = after;
                }
                sum
            }
        }
    }

    fn link(&self, letter: u32) -> (NodeId, NodeId) {
        self.parts.letters.get(letter as usize).map_or_else(Default::default, |letter| (letter.from, letter.to))
    }

    fn status(&self, row: &[u32], node: NodeId) -> Status {
        let number = at(self.layout.nodes_of(row), node.index());
        self.parts.locals.get(number as usize).map_or(Status::Down, |local| local.status)
    }

    /// All that can happen next.
    pub fn moves(&self, row: &[u32], moves: &mut Vec<Move>) {
        moves.clear();
        let layout = self.layout;
        let Some(wiring) = self.parts.wirings.get(layout.wiring_of(row)) else { return };
        let messages = layout.messages_of(row);
        for (position, number) in messages.iter().enumerate() {
            let before = position.checked_sub(1).and_then(|before| messages.get(before));
            let Some(letter) = self.parts.letters.get(*number as usize) else { continue };
            let waits = match self.network {
                // Equal messages are interchangeable.
                Network::Unordered | Network::Growing => before == Some(number),
                Network::Fifo => before.is_some_and(|before| self.link(*before) == (letter.from, letter.to)),
            };
            if !waits && self.status(row, letter.to) == Status::Up && wiring.is_open(letter.from, letter.to) {
                moves.push(Move::Deliver(*number));
            }
        }
        let left = |kind: Spending, allowed: u8| self.layout.count(row, kind) < allowed;
        let locals = layout.nodes_of(row).iter().filter_map(|number| self.parts.locals.get(*number as usize));
        if self.budget.fires.is_none_or(|allowed| left(Spending::Fire, allowed)) {
            for local in locals.clone().filter(|local| local.status == Status::Up) {
                moves.extend(local.may_fire().map(|code| Move::Fire(local.node, code)));
            }
        }
        for (client, asked) in (0u16..).zip(row.get(layout.progress(0)..layout.messages()).unwrap_or(&[])) {
            let request = self.clients.get(usize::from(client)).and_then(|client| client.requests.get(*asked as usize));
            let Some(request) = request else { continue };
            for local in locals.clone().filter(|local| local.status == Status::Up && request.node.is_none_or(|node| node == local.node)) {
                moves.push(Move::Command { client, position: *asked, node: local.node });
            }
        }
        for local in locals.clone() {
            match local.status {
                Status::Up | Status::Paused if left(Spending::Crash, self.budget.crashes) => moves.push(Move::Crash(local.node)),
                Status::Down => moves.push(Move::Restart(local.node)),
                _ => {}
            }
            match local.status {
                Status::Up if left(Spending::Pause, self.budget.pauses) => moves.push(Move::Pause(local.node)),
                Status::Paused => moves.push(Move::Resume(local.node)),
                _ => {}
            }
            if left(Spending::Jump, self.budget.jumps) {
                moves.push(Move::Jump(local.node));
            }
        }
        let here = at(row, layout.wiring());
        if left(Spending::Partition, self.budget.partitions) {
            let [with_cuts, without] = &self.partitions;
            let partitions = if wiring.links.cuts.is_empty() { without } else { with_cuts };
            moves.extend(partitions.iter().filter(|wiring| **wiring != here).map(|wiring| Move::Rewire(*wiring, true)));
        }
        if !wiring.is_whole() {
            moves.push(Move::Rewire(self.healed, false));
        }
        let each = |allowed: bool| {
            messages
                .iter()
                .enumerate()
                .filter(move |(position, number)| allowed && (*position == 0 || messages.get(position - 1) != Some(number)))
        };
        moves.extend(each(left(Spending::Drop, self.budget.drops)).map(|(_, number)| Move::Drop(*number)));
        let may_copy = self.network != Network::Growing && left(Spending::Duplicate, self.budget.duplicates);
        moves.extend(each(may_copy).map(|(_, number)| Move::Duplicate(*number)));
    }

    /// All ways to next states, in an order that depends on nothing but the state.
    pub fn edges(&mut self, row: &[u32], edges: &mut Vec<Edge>) {
        edges.clear();
        let mut moves = std::mem::take(&mut self.moves);
        self.moves(row, &mut moves);
        for step in &moves {
            self.edges_of(row, *step, edges);
        }
        self.moves = moves;
    }

    /// The ways that one step may go, added to `edges`.
    pub fn edges_of(&mut self, row: &[u32], step: Move, edges: &mut Vec<Edge>) {
        let Some(node) = step.node(&self.parts) else {
            edges.push(Edge { step, outcome: NONE });
            return;
        };
        let local = at(self.layout.nodes_of(row), node.index());
        let key = (u64::from(local) << 36) | step.input();
        let mut outcome = self.known.get(key);
        if outcome == NONE {
            outcome = match self.learn(row, step, node, local) {
                Ok(first) => first,
                Err(error) => {
                    self.refused.get_or_insert(error);
                    return;
                }
            };
            self.known.insert(key, outcome);
        }
        while let Some(found) = self.outcomes.get(outcome as usize) {
            edges.push(Edge { step, outcome });
            if found.last {
                break;
            }
            outcome += 1;
        }
    }

    /// The step as a choice in the scene that shows `row`.
    pub fn choice(&self, row: &[u32], step: Move) -> Option<Choice> {
        let name = |number: u32| {
            let position = self.layout.messages_of(row).iter().position(|other| *other == number)?;
            self.scene.message_id(row, position, &self.parts)
        };
        Some(match step {
            Move::Deliver(number) => Choice::Deliver(name(number)?),
            Move::Drop(number) => Choice::Drop(name(number)?),
            Move::Duplicate(number) => Choice::Duplicate(name(number)?),
            Move::Fire(node, code) => {
                let local = self.parts.locals.get(at(row, node.index()) as usize)?;
                let timer = local.slot.timers().find(|timer| timer.code == code)?;
                Choice::Fire(TimerId { node, code, generation: timer.generation })
            }
            Move::Command { .. }
            | Move::Crash(_)
            | Move::Restart(_)
            | Move::Pause(_)
            | Move::Resume(_)
            | Move::Jump(_)
            | Move::Rewire(..) => self.plain_choice(step)?,
        })
    }

    /// A step whose choice is the same in every world.
    fn plain_choice(&self, step: Move) -> Option<Choice> {
        Some(match step {
            Move::Command { client, position, node } => {
                let (asks, first_k) = (self.clients.get(usize::from(client))?, self.first_k.get(usize::from(client))?);
                let request = asks.requests.get(position as usize)?;
                Choice::Command { id: CommandId { client: asks.id, k: first_k + position }, node, call: request.call.clone() }
            }
            Move::Crash(node) => Choice::Crash(node),
            Move::Restart(node) => Choice::Restart(node),
            Move::Pause(node) => Choice::Pause(node),
            Move::Resume(node) => Choice::Resume(node),
            Move::Jump(node) => Choice::ClockJump { node, by_us: self.budget.jump_us },
            Move::Rewire(wiring, true) => Choice::Partition(self.parts.wirings.get(wiring as usize)?.links.groups.to_vec()),
            Move::Rewire(_, false) => Choice::Heal,
            Move::Deliver(_) | Move::Drop(_) | Move::Duplicate(_) | Move::Fire(..) => return None,
        })
    }

    /// Works out all ways in which a step may go, and gives the number of the first.
    fn learn(&mut self, row: &[u32], step: Move, node: NodeId, local: u32) -> Result<u32, Error> {
        let first = u32::try_from(self.outcomes.len()).unwrap_or(NONE);
        if local >= LOCALS_MAX {
            return Err(Error::Limit { what: "states of a node", max: u64::from(LOCALS_MAX) });
        }
        let choice = self.choice(row, step).ok_or(Error::NoNode(node))?;
        self.scene.show(row, &self.parts, false);
        let mut answers: Vec<u32> = Vec::new();
        for _ in 0..OUTCOMES_OF_A_STEP_MAX {
            let mut effects = Effects::answering(Answers::Given(answers.clone()));
            let mut world = self.scene.world().clone();
            world.apply(&choice, &mut effects)?;
            let outcome = self.outcome(&world, &effects, node, local)?;
            self.outcomes.push(outcome);
            // The next answers: the last that can be raised is, and what came after it starts anew.
            let asked = effects.asked();
            let Some(raised) = asked.iter().rposition(|(range, answer)| answer + 1 < *range) else {
                if let Some(outcome) = self.outcomes.last_mut() {
                    outcome.last = true;
                }
                return Ok(first);
            };
            answers = asked.iter().take(raised + 1).map(|(_, answer)| *answer).collect();
            if let Some(answer) = answers.last_mut() {
                *answer += 1;
            }
        }
        self.outcomes.truncate(first as usize);
        Err(Error::Limit { what: "ways in which one step may go", max: u64::from(OUTCOMES_OF_A_STEP_MAX) })
    }

    fn outcome(&mut self, world: &World, effects: &Effects, node: NodeId, before: u32) -> Result<Outcome, Error> {
        let slot = world.shared_slot(node).ok_or(Error::NoNode(node))?;
        let set: Vec<u32> = effects.armed().iter().map(|(id, _)| id.code).collect();
        let armed_before = self.parts.locals.get(before as usize).map_or(&[][..], |local| &local.armed);
        let armed = armed_after(&slot, armed_before, &set, self.timers);
        let local = self.parts.local(node, &slot, armed);
        let term = |number: u32| self.parts.locals.get(number as usize).map_or(0, |local| local.term);
        let shift = term(local).wrapping_sub(term(before));
        let (start, mut sends_term) = (self.sends.len(), 0u64);
        for id in effects.sent() {
            let Some(flight) = world.flight(*id) else { continue };
            let number = self.parts.letter(id.from, id.to, &flight.payload);
            sends_term = sends_term.wrapping_add(self.parts.letters.get(number as usize).map_or(0, |letter| letter.term));
            self.sends.push(number);
        }
        if self.network != Network::Fifo {
            self.sends.get_mut(start..).unwrap_or(&mut []).sort_unstable();
        }
        let answers_start = self.answers.len();
        self.answers.extend(effects.asked().iter().map(|(_, answer)| *answer));
        let range = |start: usize, end: usize| (u32::try_from(start).unwrap_or(NONE), u32::try_from(end).unwrap_or(NONE));
        let requested = effects.requested();
        Ok(Outcome {
            local,
            shift,
            sends: range(start, self.sends.len()),
            sends_term,
            answers: range(answers_start, self.answers.len()),
            replies: requested.replies,
            unchanged: local == before && !requested.messages && !requested.replies,
            idle: !requested.messages && !requested.timers && !requested.replies,
            last: false,
        })
    }

    /// Which of the ways of a step an edge is, from 0.
    pub fn way(&self, row: &[u32], edge: Edge) -> u32 {
        let Some(node) = edge.step.node(&self.parts) else { return 0 };
        let local = at(self.layout.nodes_of(row), node.index());
        edge.outcome.saturating_sub(self.known.get((u64::from(local) << 36) | edge.step.input()))
    }

    fn outcome_of(&self, edge: Edge) -> Option<&Outcome> {
        self.outcomes.get(edge.outcome as usize)
    }

    fn sends_of(&self, outcome: &Outcome) -> &[u32] {
        self.sends.get(outcome.sends.0 as usize..outcome.sends.1 as usize).unwrap_or(&[])
    }

    /// Whether a step may be left out, if the ghost is as before too.
    pub fn may_be_pruned(&self, edge: Edge) -> bool {
        let Some(outcome) = self.outcome_of(edge) else { return false };
        let repeats = outcome.unchanged && matches!(edge.step, Move::Deliver(_) | Move::Fire(..));
        repeats
            && match self.pruning {
                Pruning::Nothing => false,
                Pruning::Idle => outcome.idle,
                Pruning::Unchanged => true,
            }
    }

    /// The sum of the terms of the state that an edge leads to, from that of the state that it starts from, where that is quickly told: the
    /// ghost is taken to be as before.
    pub fn sum_after(&self, row: &[u32], sum: u64, edge: Edge) -> Option<u64> {
        let outcome = self.outcome_of(edge)?;
        let is_simple = match edge.step {
            Move::Deliver(_) => true,
            Move::Fire(..) => self.budget.fires.is_none(),
            _ => false,
        };
        if !is_simple || outcome.replies || self.network == Network::Fifo {
            return None;
        }
        let mut sum = sum.wrapping_add(outcome.shift);
        match self.network {
            Network::Growing => {
                let messages = self.layout.messages_of(row);
                for number in self.sends_of(outcome) {
                    if messages.binary_search(number).is_err() {
                        sum = sum.wrapping_add(self.parts.letters.get(*number as usize).map_or(0, |letter| letter.term));
                    }
                }
            }
            Network::Unordered | Network::Fifo => {
                sum = sum.wrapping_add(outcome.sends_term);
                if let Move::Deliver(number) = edge.step {
                    sum = sum.wrapping_sub(self.parts.letters.get(number as usize).map_or(0, |letter| letter.term));
                }
            }
        }
        Some(sum)
    }

    /// What a change of the ghost adds to the sum.
    pub fn ghost_shift(&self, row: &[u32], child: &[u32]) -> u64 {
        let term = |row: &[u32]| self.parts.shadows.get(self.layout.shadow_of(row)).map_or(0, |shadow| shadow.term);
        term(child).wrapping_sub(term(row))
    }

    /// Writes the state that an edge leads to into `child`, all but its ghost: that is still the one of `row`.
    pub fn build(&mut self, row: &[u32], edge: Edge, child: &mut Row) -> Result<(), Error> {
        let layout = self.layout;
        child.clear();
        child.extend_from_slice(row.get(..layout.messages()).unwrap_or(row));
        if let Some(kind) = edge.step.costs(self.budget.fires.is_some()) {
            layout.spend(child, kind);
        }
        if let Move::Command { client, position, .. } = edge.step {
            put(child, layout.progress(usize::from(client)), position + 1);
        }
        if let Move::Rewire(wiring, _) = edge.step {
            put(child, layout.wiring(), wiring);
        }
        let outcome = self.outcome_of(edge).copied();
        if let (Some(outcome), Some(node)) = (outcome, edge.step.node(&self.parts)) {
            put(child, node.index(), outcome.local);
            if outcome.replies || matches!(edge.step, Move::Command { .. }) {
                let book = self.book_after(row, edge, node)?;
                put(child, layout.book(), book);
            }
        }
        let copied;
        let (taken, added): (Option<u32>, &[u32]) = match edge.step {
            Move::Deliver(number) if self.network != Network::Growing => (Some(number), outcome.as_ref().map_or(&[], |o| self.sends_of(o))),
            Move::Drop(number) => (Some(number), &[]),
            Move::Duplicate(number) => {
                copied = [number];
                (None, &copied)
            }
            _ => (None, outcome.as_ref().map_or(&[], |o| self.sends_of(o))),
        };
        let messages = layout.messages_of(row);
        match self.network {
            Network::Unordered => merge(messages, taken, added, false, child),
            Network::Growing => merge(messages, taken, added, true, child),
            Network::Fifo => self.queue(messages, taken, added, child),
        }
        Ok(())
    }

    /// Messages by link, and on a link in order: takes the first `taken` out, and puts each of `added` at the end of its link.
    fn queue(&self, messages: &[u32], taken: Option<u32>, added: &[u32], child: &mut Row) {
        let from = child.len();
        let out = taken.and_then(|taken| messages.iter().position(|number| *number == taken));
        child.extend(messages.iter().enumerate().filter(|(position, _)| Some(*position) != out).map(|(_, number)| *number));
        for number in added {
            let link = self.link(*number);
            let after = child.get(from..).unwrap_or(&[]).partition_point(|other| self.link(*other) <= link);
            child.insert(from + after, *number);
        }
    }

    /// What the clients' operations become by a step that asks or answers.
    fn book_after(&mut self, row: &[u32], edge: Edge, node: NodeId) -> Result<u32, Error> {
        let (book, local) = (at(row, self.layout.book()), at(row, node.index()));
        let key = fold(fold(u64::from(book), u64::from(local)), fold(edge.step.input(), u64::from(edge.outcome)));
        let known = self.known_books.get(key);
        if known != NONE {
            return Ok(known);
        }
        let choice = self.choice(row, edge.step).ok_or(Error::NoNode(node))?;
        let mut effects = Effects::answering(Answers::Given(self.answers_of(edge)));
        self.scene.show(row, &self.parts, false);
        let mut world = self.scene.world().clone();
        world.apply(&choice, &mut effects)?;
        let book = self.parts.book(&world.operations_handle());
        self.known_books.insert(key, book);
        Ok(book)
    }

    fn answers_of(&self, edge: Edge) -> Vec<u32> {
        let range = self.outcome_of(edge).map_or((0, 0), |outcome| outcome.answers);
        self.answers.get(range.0 as usize..range.1 as usize).unwrap_or(&[]).to_vec()
    }

    /// Lets the ghost see a step, and puts the ghost that it becomes into `child`.
    pub fn observe(&mut self, row: &[u32], edge: Edge, child: &mut Row) {
        let Some(before) = self.parts.shadows.get(self.layout.shadow_of(row)).and_then(|shadow| shadow.ghost.clone()) else { return };
        let mut ghost = self.draft.take().unwrap_or_else(|| (*before).clone());
        ghost.copy_from(&**before);
        self.scene.show(child, &self.parts, false);
        self.with_step(row, edge, child, |world, step| world.algorithm().observe(&mut *ghost, world, step));
        // Most steps are no news to the ghost, and to see that is quicker than to hash it.
        if !ghost.equals(&**before) {
            let shadow = self.parts.shadow_like(&*ghost);
            put(child, self.layout.shadow(), shadow);
        }
        self.draft = Some(ghost);
    }

    /// Whether the algorithm's fact of that index is true with a step.
    pub fn fact(&mut self, fact: u16, row: &[u32], edge: Edge, child: &[u32]) -> bool {
        self.tell(row, edge, child, |world, step| world.algorithm().fact(usize::from(fact), world, step).is_some()).unwrap_or(false)
    }

    /// Tells of a step, and of the world after it.
    pub fn tell<R>(&mut self, row: &[u32], edge: Edge, child: &[u32], tell: impl FnOnce(&World, &Step<'_>) -> R) -> Option<R> {
        self.scene.show(child, &self.parts, true);
        self.with_step(row, edge, child, tell)
    }

    /// Tells of the step that led from `row` to the state that the scene shows.
    fn with_step<R>(&self, row: &[u32], edge: Edge, child: &[u32], tell: impl FnOnce(&World, &Step<'_>) -> R) -> Option<R> {
        let choice = self.choice(row, edge.step)?;
        let message: Option<Flight> = match (edge.step, &choice) {
            (
                Move::Deliver(number) | Move::Drop(number) | Move::Duplicate(number),
                Choice::Deliver(id) | Choice::Drop(id) | Choice::Duplicate(id),
            ) => self.parts.letters.get(number as usize).map(|letter| Flight { id: *id, ..letter.flight(0, 0) }),
            _ => None,
        };
        let sends = self.outcome_of(edge).map_or(&[][..], |outcome| self.sends_of(outcome));
        // Of equal messages, those sent now are taken for the last ones.
        let name = |(index, number): (usize, &u32)| {
            let later = sends.iter().skip(index + 1).filter(|other| *other == number).count();
            let messages = self.layout.messages_of(child).iter().enumerate().rev();
            let (position, _) = messages.filter(|(_, other)| *other == number).nth(later)?;
            self.scene.message_id(child, position, &self.parts)
        };
        let sent: Vec<_> = sends.iter().enumerate().filter_map(name).collect();
        let before = edge.step.node(&self.parts).and_then(|node| self.parts.locals.get(at(row, node.index()) as usize));
        let world = self.scene.world();
        let step = Step {
            number: world.steps(),
            time_us: world.now_us(),
            choice: &choice,
            message: message.as_ref(),
            sent: &sent,
            before: before.map(|local| &*local.slot),
        };
        Some(tell(world, &step))
    }

    /// The run along `edges` as a script for the world that the search began with.
    pub fn script(&self, edges: &[Edge]) -> Result<Vec<Recorded>, Error> {
        let mut writer = Writer { world: self.start.clone(), script: Vec::new() };
        for (index, edge) in edges.iter().enumerate() {
            let choice = match edge.step {
                Move::Deliver(number) => {
                    // Of what only one is left but two are needed, the network makes a copy first.
                    let needed_later = edges.iter().skip(index + 1).any(|later| later.step == edge.step);
                    let found = self.find(&writer.world, number);
                    let first = *found.first().ok_or(Error::Range(LOST.to_owned()))?;
                    if self.network == Network::Growing && needed_later && found.len() == 1 {
                        writer.take(Choice::Duplicate(first), Vec::new())?;
                    }
                    Choice::Deliver(first)
                }
                Move::Drop(number) => Choice::Drop(*self.find(&writer.world, number).first().ok_or(Error::Range(LOST.to_owned()))?),
                Move::Duplicate(number) => {
                    Choice::Duplicate(*self.find(&writer.world, number).first().ok_or(Error::Range(LOST.to_owned()))?)
                }
                Move::Fire(node, code) => {
                    let timer = writer.world.slot(node).and_then(|slot| slot.timers().find(|timer| timer.code == code));
                    Choice::Fire(TimerId { node, code, generation: timer.ok_or(Error::NoTimer(node))?.generation })
                }
                other => self.plain_choice(other).ok_or(Error::Range(LOST.to_owned()))?,
            };
            writer.take(choice, self.answers_of(*edge))?;
        }
        Ok(writer.script)
    }

    /// Messages of a content that are in flight in a real world, the first sent first.
    fn find(&self, world: &World, number: u32) -> Vec<MessageId> {
        let Some(letter) = self.parts.letters.get(number as usize) else { return Vec::new() };
        let content = letter.payload.fingerprint();
        let is_it =
            |flight: &&Flight| (flight.id.from, flight.id.to) == (letter.from, letter.to) && flight.payload.fingerprint() == content;
        world.in_flight().filter(is_it).map(|flight| flight.id).collect()
    }
}

/// A path of a search that a world does not follow: some handler looks at more than its node, its input and its answers.
const LOST: &str = "The run that was found cannot be played. This is a mistake in the algorithm's code: please report it.";

/// Writes a script while it is played.
struct Writer {
    world: World,
    script: Vec<Recorded>,
}

impl Writer {
    fn take(&mut self, choice: Choice, answers: Vec<u32>) -> Result<(), Error> {
        let mut effects = Effects::answering(Answers::Given(answers.clone()));
        self.world.apply(&choice, &mut effects)?;
        self.script.push(Recorded { choice, answers });
        Ok(())
    }
}

/// Sorted messages: takes the first `taken` out and puts `added`, sorted too, in. In a set each is there once.
fn merge(messages: &[u32], taken: Option<u32>, added: &[u32], is_set: bool, child: &mut Row) {
    let from = child.len();
    let mut added = added.iter().copied().peekable();
    let mut taken = taken;
    let mut push = |number: u32| {
        if !(is_set && child.len() > from && child.last() == Some(&number)) {
            child.push(number);
        }
    };
    for number in messages {
        if taken == Some(*number) {
            taken = None;
            continue;
        }
        while let Some(new) = added.next_if(|new| new < number) {
            push(new);
        }
        push(*number);
    }
    added.for_each(push);
}

/// Every division of the nodes into two groups; beyond [`DIVIDED_NODES_MAX`] nodes only those that cut one node off.
fn divisions_in_two(nodes: usize) -> Vec<Vec<u8>> {
    if nodes < 2 {
        return Vec::new();
    }
    if nodes > DIVIDED_NODES_MAX {
        return (0..nodes).map(|alone| (0..nodes).map(|node| u8::from(node == alone)).collect()).collect();
    }
    // Node 0 is in group 0: the groups have no order.
    (1u32..1 << (nodes - 1)).map(|members| (0..nodes).map(|node| u8::from((members << 1) >> node & 1 == 1)).collect()).collect()
}

/// Most nodes whose every division in two is tried: 15 divisions.
const DIVIDED_NODES_MAX: usize = 5;
