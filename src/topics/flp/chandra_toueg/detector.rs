//! The failure detector (Chandra & Toueg 1996, figure 10): heartbeats, and time-outs that grow with each mistake. Knows nothing of consensus.
//!
//! It is complete: who crashed is silent, and suspected in the end. It is accurate only from the moment on at which Δ is longer than any silence
//! of a node that is up; if delays have no bound there may be no such moment.

use super::{ChandraToueg, Message, Timer, param};
use crate::sim::{Context, Node, NodeId};

type Cx<'a> = Context<'a, ChandraToueg>;

const US_PER_MS: u64 = 1_000;

/// What a node thinks of another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Opinion {
    /// Whether it is in D.
    pub suspected: bool,
    /// How often it was suspected and turned out to be alive.
    pub mistakes: u32,
}

/// The node's detector. A crash takes it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Detector {
    /// By the number of the other node.
    pub opinions: Vec<Opinion>,
}

impl Detector {
    /// "For all q: Δ(q) := the default time-out interval", and nobody is suspected.
    pub fn start(cx: &mut Cx<'_>) -> Self {
        let detector = Detector { opinions: vec![Opinion::default(); usize::from(cx.nodes())] };
        cx.set_timer(Timer::Heartbeat, period_us(cx));
        for other in cx.peers() {
            detector.listen(other, cx);
        }
        detector
    }

    /// Whether a node is in D.
    pub fn suspects(&self, other: NodeId) -> bool {
        self.opinions.get(other.index()).is_some_and(|opinion| opinion.suspected)
    }

    /// D.
    pub fn suspected(&self) -> impl Iterator<Item = NodeId> {
        (0u16..).zip(&self.opinions).filter(|(_, opinion)| opinion.suspected).map(|(node, _)| NodeId(node))
    }

    fn listen(&self, other: NodeId, cx: &mut Cx<'_>) {
        let mistakes = self.opinions.get(other.index()).map_or(0, |opinion| u64::from(opinion.mistakes));
        let patience_ms = cx.params().get_u64(param::PATIENCE_MS) + mistakes * cx.params().get_u64(param::PATIENCE_STEP_MS);
        cx.set_timer(Timer::Silence(other), patience_ms * US_PER_MS);
    }
}

fn period_us(cx: &Cx<'_>) -> u64 {
    cx.params().get_u64(param::HEARTBEAT_MS) * US_PER_MS
}

/// "Task 1: repeat periodically: send p-is-alive to all."
pub fn say_alive(cx: &mut Cx<'_>) {
    cx.broadcast(Message::Alive);
    cx.set_timer(Timer::Heartbeat, period_us(cx));
}

/// "Task 2: if p did not receive q-is-alive during the last Δ(q) ticks: p starts to suspect q."
pub fn suspect(node: &mut Node<'_, ChandraToueg>, silent: NodeId, cx: &mut Cx<'_>) {
    if let Some(opinion) = node.volatile.opinions.get_mut(silent.index()) {
        opinion.suspected = true;
        cx.say(|| format!("Not a word from node {silent} for too long: I suspect it."));
    }
}

/// "Task 3: when q-is-alive is received from q in D: p removes q from D and increases its time-out period Δ(q)."
pub fn handle_alive(node: &mut Node<'_, ChandraToueg>, from: NodeId, cx: &mut Cx<'_>) {
    if let Some(opinion) = node.volatile.opinions.get_mut(from.index()).filter(|opinion| opinion.suspected) {
        *opinion = Opinion { suspected: false, mistakes: opinion.mistakes.saturating_add(1) };
        cx.say(|| format!("Node {from} is alive after all. Next time I wait longer for it."));
    }
    node.volatile.listen(from, cx);
}
