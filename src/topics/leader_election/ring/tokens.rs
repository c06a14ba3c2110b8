//! What an observer of the ring keeps: how far each number travelled, who swallowed it, and whether a victory was deserved.

use super::{Message, Ring, Token, Volatile};
use crate::sim::sorted::{SortedMap, SortedSet};
use crate::sim::{Broken, Choice, Cluster, MessageId, NodeId, Step};

/// One candidate's number on its way.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Journey {
    /// Election messages that carried it.
    pub messages: u32,
    /// The node that swallowed it.
    pub swallowed_by: Option<NodeId>,
    /// Nodes that have been up ever since it set out.
    witnesses: SortedSet<NodeId>,
}

/// The journeys of the present election, and its cost.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Tokens {
    /// By the candidate's number.
    pub journeys: SortedMap<u32, Journey>,
    /// Messages that announced a victory.
    pub elected_messages: u32,
    /// An undeserved victory: the winner, and a larger process that was up all the time.
    pub undeserved: Option<(NodeId, NodeId)>,
}

impl Tokens {
    /// Election messages of all journeys.
    pub fn election_messages(&self) -> u32 {
        self.journeys.values().map(|journey| journey.messages).sum()
    }

    /// Takes one step in.
    pub fn observe(&mut self, cluster: &Cluster<'_, Ring>, step: &Step<'_>) {
        if let Choice::Crash(node) = step.choice {
            for journey in self.journeys.values_mut() {
                journey.witnesses.remove(node);
            }
        }
        let arrived = step.delivered::<Ring>().map(|(id, message)| (id.to, *message));
        if let Some((node, Message::Token(Token::Election(number)))) = arrived {
            self.arrive(cluster, node, number);
        }
        // All that a step sent is still in flight. Copies by the network are nobody's sending.
        let sent: Vec<(MessageId, Message)> =
            cluster.messages().filter(|(id, _)| id.copy == 0 && step.sent.contains(id)).map(|(id, message)| (id, *message)).collect();
        let is_decided = self.elected_messages > 0;
        if is_decided && sent.iter().any(|(id, message)| sets_out(cluster, *id, *message)) {
            *self = Tokens { undeserved: self.undeserved, ..Tokens::default() };
        }
        for (id, message) in sent {
            self.depart(cluster, id, message);
        }
    }

    fn depart(&mut self, cluster: &Cluster<'_, Ring>, id: MessageId, message: Message) {
        match message {
            Message::Token(Token::Election(number)) => {
                let is_new = sets_out(cluster, id, message) && !self.journeys.contains_key(&number);
                let journey = self.journeys.get_or_insert_with(number, Journey::default);
                journey.messages += 1;
                if is_new {
                    journey.witnesses = cluster.up().map(|(id, ..)| id).collect();
                }
            }
            Message::Token(Token::Elected(_)) => self.elected_messages += 1,
            Message::Ack(_) => {}
        }
    }

    fn arrive(&mut self, cluster: &Cluster<'_, Ring>, node: NodeId, number: u32) {
        let Some(mine) = cluster.stable(node).map(|disk| disk.number) else { return };
        let Some(journey) = self.journeys.get_mut(&number) else { return };
        if mine > number {
            journey.swallowed_by = Some(node);
        }
        if mine == number && cluster.volatile(node).is_some_and(|state: &Volatile| state.leads) {
            let is_larger = |id: &&NodeId| cluster.stable(**id).is_some_and(|disk| disk.number > number);
            let larger = journey.witnesses.iter().find(is_larger).copied();
            self.undeserved = self.undeserved.or(larger.map(|larger| (node, larger)));
        }
    }

    /// The invariant `largest-elected`.
    pub fn check_deserved(&self) -> Result<(), Broken> {
        match self.undeserved {
            None => Ok(()),
            Some((winner, larger)) => Err(Broken {
                nodes: vec![winner, larger],
                says: format!("Node {winner} was elected, though node {larger} has a larger number and was up all the while."),
            }),
        }
    }
}

/// Whether this is a candidate's number leaving home.
fn sets_out(cluster: &Cluster<'_, Ring>, id: MessageId, message: Message) -> bool {
    let is_next = id.to.0 == (id.from.0 + 1) % cluster.nodes();
    let is_own = |number| cluster.stable(id.from).is_some_and(|disk| disk.number == number);
    matches!(message, Message::Token(Token::Election(number)) if is_next && is_own(number))
}
