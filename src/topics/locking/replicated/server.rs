//! A server of the replicated lock service: Raft, and on top of it what the leader does for clients.

use super::message::Message;
use super::table::{self, Holding, Operation};
use super::{RaftStable, RaftVolatile, Replicated, SERVERS, Timer};
use crate::sim::{CommandId, Context, Env, Node, NodeId, Outcome, Params, Protocol};
use crate::topics::leader_election::raft::{self, Raft};
use crate::topics::locking::job::param;
use crate::topics::locking::protocol::{self, Keeps};
use crate::topics::locking::storage::Request;

type Cx<'a> = protocol::Cx<'a, Replicated>;
type Keeper<'a> = protocol::Keeper<'a, Replicated>;

/// In place of a client, where nobody waits for an entry.
const NOBODY: u16 = u16::MAX;

/// Raft's own params: its defaults, an empty entry at the start of each term, and a leader that steps down when it has lost its majority.
fn raft_params() -> Params {
    let mut params = Params::defaults(Raft::PARAMS);
    params.set(raft::NOOP_ON_ELECTION, 1);
    params.set(raft::CHECK_QUORUM, 1);
    params
}

/// A server's handler runs Raft's first. What is said and sent is Raft's; clients are answered here.
fn with_raft<T>(cx: &mut Cx<'_>, handler: impl FnOnce(&mut Context<'_, Raft>) -> T) -> (Option<T>, Vec<(CommandId, Outcome)>) {
    let mut result = None;
    let replies = cx.within(SERVERS, &raft_params(), |message| Message::Raft(message).into(), |cx| result = Some(handler(cx)));
    (result, replies)
}

/// Who has the lock, as far as this server knows.
pub fn holding(stable: &RaftStable, volatile: &RaftVolatile) -> Option<Holding> {
    table::holding(&stable.log, volatile.commit_index)
}

impl Keeps<Replicated> for Replicated {
    fn blank_disk(env: &Env<'_>) -> RaftStable {
        Raft::blank_disk(&Env { params: &Params::defaults(Raft::PARAMS), ..*env })
    }

    fn start(disk: &mut RaftStable, cx: &mut Cx<'_>) -> RaftVolatile {
        with_raft(cx, |cx| Raft::on_restart(disk, cx)).0.unwrap_or_default()
    }

    fn on_message(server: &mut Keeper<'_>, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
        match *message {
            Message::Raft(ref message) => server.step(cx, |node, cx| Raft::on_message(node, from, message, cx)),
            Message::Acquire { request } => server.acquire(from, request, cx),
            Message::Renew { request, .. } => server.ask(from, request, Operation::Renew(from, request), cx),
            Message::Release { request } => server.ask(from, request, Operation::Release(from, request), cx),
            _ => {}
        }
    }

    fn on_timer(server: &mut Keeper<'_>, timer: Timer, cx: &mut Cx<'_>) {
        match timer {
            Timer::Raft(timer) => server.step(cx, |node, cx| Raft::on_timer(node, timer, cx)),
            Timer::Expiry => {
                if let Some(held) = holding(server.disk, server.memory) {
                    cx.say(|| format!("Node {} has not renewed in time, so its lock is to end.", held.client));
                    server.append(held.client, held.turn, Operation::Expire(held.client, held.turn), cx);
                }
            }
            Timer::Renew => {}
        }
    }
}

impl Keeper<'_> {
    /// A step of Raft, and what follows from it for the lock.
    fn step(&mut self, cx: &mut Cx<'_>, handler: impl FnOnce(&mut Node<'_, Raft>, &mut Context<'_, Raft>)) {
        let (held, led) = (holding(self.disk, self.memory), self.memory.is_leader());
        let mut node = Node { stable: &mut *self.disk, volatile: &mut *self.memory };
        let (_, replies) = with_raft(cx, |cx| handler(&mut node, cx));
        let (holds, leads) = (holding(self.disk, self.memory), self.memory.is_leader());
        if leads && (!led || held != holds) {
            self.watch(holds, cx);
        } else if led && !leads {
            cx.cancel_timer(Timer::Expiry);
        }
        for (id, outcome) in replies {
            if matches!(outcome, Outcome::Done(_)) && id.client != NOBODY {
                self.committed(NodeId(id.client), id.k, holds, cx);
            }
        }
    }

    /// The leader counts the holder's time in its memory. A new leader cannot know how much has passed, and counts from the beginning.
    fn watch(&self, held: Option<Holding>, cx: &mut Cx<'_>) {
        match held {
            Some(_) => cx.set_timer(Timer::Expiry, cx.params().get_u64(param::TTL_MS) * 1_000),
            None => cx.cancel_timer(Timer::Expiry),
        }
    }

    /// An entry is committed for which this client waits.
    fn committed(&mut self, client: NodeId, request: Request, held: Option<Holding>, cx: &mut Cx<'_>) {
        let Some(held) = held.filter(|held| held.is_of(client, request)) else {
            return cx.send(client, Message::Busy { request });
        };
        self.watch(Some(held), cx);
        cx.send(client, Message::Granted { request, token: held.token });
    }

    fn acquire(&mut self, client: NodeId, request: Request, cx: &mut Cx<'_>) {
        match holding(self.disk, self.memory) {
            Some(held) if self.memory.is_leader() && !held.is_of(client, request) => {
                cx.say(|| format!("Node {} has the lock, so node {client} must wait.", held.client));
                cx.send(client, Message::Busy { request });
            }
            _ => self.ask(client, request, Operation::Acquire(client, request), cx),
        }
    }

    /// A client's wish goes into the log, if this server leads.
    fn ask(&mut self, client: NodeId, request: Request, operation: Operation, cx: &mut Cx<'_>) {
        if self.memory.is_leader() {
            return self.append(client, request, operation, cx);
        }
        let leader = self.memory.leader;
        cx.say(|| "It does not lead, so it cannot say who has the lock.".to_owned());
        cx.send(client, Message::NotLeader { request, leader });
    }

    fn append(&mut self, client: NodeId, request: Request, operation: Operation, cx: &mut Cx<'_>) {
        let waits = matches!(operation, Operation::Acquire(..) | Operation::Renew(..));
        let id = CommandId { client: if waits { client.0 } else { NOBODY }, k: request };
        let command = raft::Command::Write(operation.encode());
        self.step(cx, |node, cx| Raft::on_command(node, id, &command, cx));
    }
}
