//! The procedures of the paper's §III, one function each, named as there. Knows no screen.

use super::{Bully, Call, Command, Message, Procedure, Stable, Status, Timer, Volatile, is_coordinator, param};
use crate::sim::{CommandId, Context, Node, NodeId, Outcome};

type Cx<'a> = Context<'a, Bully>;
type This<'a> = Node<'a, Bully>;

/// RECOVERY: a node that comes up forgets who halted it and runs ELECTION.
pub fn recovery(stable: &mut Stable, cx: &mut Cx<'_>) -> Volatile {
    let mut volatile = Volatile {
        i: cx.me(),
        s: Status::Election,
        c: None,
        h: None,
        d: None,
        up: Vec::new(),
        procedure: Procedure::Idle,
        awaiting: Vec::new(),
        work: 0,
    };
    cx.say(|| "RECOVERY: it has just come up and knows of no coordinator.".to_owned());
    election(&mut Node { stable, volatile: &mut volatile }, cx);
    volatile
}

/// ELECTION, first step: "check if any higher priority nodes are up".
pub fn election(node: &mut This<'_>, cx: &mut Cx<'_>) {
    let me = cx.me();
    let higher: Vec<NodeId> = cx.peers().filter(|id| *id > me).collect();
    if higher.is_empty() || !cx.params().on(param::ASK_HIGHER) {
        cx.say(|| "ELECTION: it asks nobody, since no node counts as higher.".to_owned());
        return halt_lower_nodes(node, cx);
    }
    cx.say(|| format!("ELECTION: are higher nodes there? It asks {}.", names(&higher)));
    call(node, Procedure::AskHigher, higher, Call::AreYouThere, cx);
}

/// ELECTION, second step: "halt all lower priority nodes, starting with this node".
fn halt_lower_nodes(node: &mut This<'_>, cx: &mut Cx<'_>) {
    let me = cx.me();
    if !cx.params().on(param::HALT_FIRST) {
        node.volatile.up = cx.peers().filter(|id| *id < me).collect();
        return reach_election_point(node, cx);
    }
    stop(node, cx);
    cx.cancel_timer(Timer::Silence);
    node.volatile.s = Status::Election;
    node.volatile.h = Some(me);
    node.volatile.up.clear();
    let lower: Vec<NodeId> = cx.peers().filter(|id| *id < me).collect();
    cx.say(|| "Nobody above it is there: it halts itself, then all below it.".to_owned());
    if cx.params().on(param::HALT_IN_ORDER) {
        halt_next(node, lower, cx);
    } else {
        call(node, Procedure::HaltLower(Vec::new()), lower, Call::Halt, cx);
    }
}

/// Calls HALT on the highest of those that are left.
fn halt_next(node: &mut This<'_>, mut left: Vec<NodeId>, cx: &mut Cx<'_>) {
    let next = left.pop().into_iter().collect();
    call(node, Procedure::HaltLower(left), next, Call::Halt, cx);
}

/// "Now node i has reached its election point."
fn reach_election_point(node: &mut This<'_>, cx: &mut Cx<'_>) {
    let (me, has_task) = (cx.me(), cx.params().on(param::HALT_FIRST));
    node.volatile.c = Some(me);
    node.volatile.d = has_task.then_some((me, node.stable.calls));
    node.volatile.s = Status::Reorganization;
    cx.cancel_timer(Timer::Silence);
    cx.say(|| format!("It reaches its election point: it is the coordinator now, and tells {}.", names(&node.volatile.up)));
    let up = node.volatile.up.clone();
    call(node, Procedure::Announce, up, Call::NewCoordinator, cx);
    if !has_task {
        // The textbooks' form: told, and done. It waits for no answer.
        become_normal(node, cx);
    }
}

/// The last call of ELECTION went through.
fn become_normal(node: &mut This<'_>, cx: &mut Cx<'_>) {
    stop(node, cx);
    node.volatile.s = Status::Normal;
    cx.set_timer(Timer::Check, ms(cx, param::CHECK_MS));
    cx.say(|| "Everybody knows its coordinator and its task: status Normal.".to_owned());
}

/// CHECK, run by the coordinator at intervals: a node that is up and not normal needs an election.
pub fn check(node: &mut This<'_>, cx: &mut Cx<'_>) {
    if node.volatile.s != Status::Normal || node.volatile.c != Some(cx.me()) {
        return;
    }
    cx.set_timer(Timer::Check, ms(cx, param::CHECK_MS));
    if node.volatile.procedure == Procedure::Idle {
        let all = cx.peers().collect();
        cx.say(|| "CHECK: is everybody at work? It asks all.".to_owned());
        call(node, Procedure::Check, all, Call::AreYouNormal, cx);
    }
}

/// TIMEOUT: nothing was heard from the coordinator for long.
pub fn timeout(node: &mut This<'_>, cx: &mut Cx<'_>) {
    if node.volatile.procedure != Procedure::Idle {
        return expect_coordinator(cx);
    }
    match node.volatile.c {
        Some(coordinator) if node.volatile.s != Status::Election && coordinator != cx.me() => {
            cx.say(|| format!("TIMEOUT: long silence, so it asks whether coordinator {coordinator} is there."));
            call(node, Procedure::AskCoordinator, vec![coordinator], Call::AreYouThere, cx);
        }
        _ => {
            cx.say(|| "TIMEOUT: still no coordinator.".to_owned());
            election(node, cx);
        }
    }
}

/// Carries a call out and answers it.
pub fn handle_call(node: &mut This<'_>, from: NodeId, round: u32, call: Call, cx: &mut Cx<'_>) {
    let mut yes = true;
    match call {
        Call::AreYouThere => cx.say(|| format!("It is there, and tells node {from} so.")),
        Call::AreYouNormal => {
            yes = node.volatile.s == Status::Normal;
            if node.volatile.c == Some(from) && from != cx.me() {
                expect_coordinator(cx);
                cx.say(|| "A sign of life from its coordinator.".to_owned());
            }
        }
        Call::Halt => halt(node, from, cx),
        Call::NewCoordinator => new_coordinator(node, from, cx),
        Call::Ready(task) => {
            if node.volatile.c == Some(from) && node.volatile.s == Status::Reorganization {
                node.volatile.d = Some(task);
                node.volatile.s = Status::Normal;
                expect_coordinator(cx);
                cx.say(|| format!("READY: it goes to work under coordinator {from}."));
            } else {
                cx.say(|| format!("It ignores READY from {from}, which is not the coordinator that it awaits."));
            }
        }
    }
    cx.send(from, Message::Answer { round, yes });
}

/// HALT: stop everything, an election of one's own too.
fn halt(node: &mut This<'_>, from: NodeId, cx: &mut Cx<'_>) {
    stop(node, cx);
    node.volatile.s = Status::Election;
    node.volatile.h = Some(from);
    expect_coordinator(cx);
    cx.say(|| format!("HALT: node {from} is higher and takes over, so it stops all that it does."));
}

/// NEW-COORDINATOR: accepted from the node that halted this one last.
fn new_coordinator(node: &mut This<'_>, from: NodeId, cx: &mut Cx<'_>) {
    if !cx.params().on(param::HALT_FIRST) {
        stop(node, cx);
        node.volatile.c = Some(from);
        node.volatile.d = None;
        node.volatile.s = Status::Normal;
        expect_coordinator(cx);
        return cx.say(|| format!("It follows coordinator {from} from now on."));
    }
    let halted_by_it = node.volatile.h == Some(from) || !cx.params().on(param::REMEMBER_HALTER);
    if halted_by_it && node.volatile.s == Status::Election {
        node.volatile.c = Some(from);
        node.volatile.s = Status::Reorganization;
        expect_coordinator(cx);
        cx.say(|| format!("NEW-COORDINATOR: it will follow node {from}, and waits for its task."));
    } else {
        cx.say(|| format!("It ignores NEW-COORDINATOR from {from}, which is not the node that halted it last."));
    }
}

/// An answer to the present call; one to an earlier call comes too late and says nothing.
pub fn handle_answer(node: &mut This<'_>, from: NodeId, round: u32, yes: bool, cx: &mut Cx<'_>) {
    let awaited = node.volatile.awaiting.iter().position(|id| *id == from);
    let Some(at) = awaited.filter(|_| round == node.stable.calls) else {
        return cx.say(|| format!("Nobody waits for the answer of node {from} any more."));
    };
    node.volatile.awaiting.remove(at);
    cx.say(|| format!("Node {from} has answered. Still awaited: {}.", names(&node.volatile.awaiting)));
    match node.volatile.procedure {
        Procedure::AskCoordinator | Procedure::AskHigher => {
            idle(node, cx);
            if !is_coordinator(node.volatile) {
                expect_coordinator(cx);
            }
            cx.say(|| format!("Node {from} is there, so it leaves the matter to that one."));
        }
        Procedure::Check if !yes => {
            cx.say(|| format!("CHECK: node {from} is up but not normal, so a new election is due."));
            election(node, cx);
        }
        Procedure::HaltLower(_) => {
            node.volatile.up.push(from);
            if node.volatile.awaiting.is_empty() {
                proceed(node, cx);
            }
        }
        _ if node.volatile.awaiting.is_empty() => proceed(node, cx),
        _ => {}
    }
}

/// All calls of a step went through, or may be passed over: the next step.
fn proceed(node: &mut This<'_>, cx: &mut Cx<'_>) {
    match &node.volatile.procedure {
        Procedure::AskHigher => halt_lower_nodes(node, cx),
        Procedure::HaltLower(left) if left.is_empty() => reach_election_point(node, cx),
        Procedure::HaltLower(left) => halt_next(node, left.clone(), cx),
        Procedure::Announce => match node.volatile.d {
            Some(task) => call(node, Procedure::Distribute, node.volatile.up.clone(), Call::Ready(task), cx),
            // The textbooks' form has no task: `reach_election_point` goes on, also where there was nobody to tell.
            None => idle(node, cx),
        },
        Procedure::Distribute => become_normal(node, cx),
        Procedure::AskCoordinator | Procedure::Check | Procedure::Idle => idle(node, cx),
    }
}

/// ONTIMEOUT(T): whoever has not answered counts as down.
pub fn on_time_limit(node: &mut This<'_>, cx: &mut Cx<'_>) {
    let silent = std::mem::take(&mut node.volatile.awaiting);
    match node.volatile.procedure {
        Procedure::AskCoordinator => {
            cx.say(|| "The coordinator does not answer within T: it counts as down.".to_owned());
            election(node, cx);
        }
        Procedure::Announce | Procedure::Distribute => {
            cx.say(|| format!("No answer within T from {}, so the election begins anew.", names(&silent)));
            election(node, cx);
        }
        _ => {
            cx.say(|| format!("No answer within T from {}: counted as down.", names(&silent)));
            proceed(node, cx);
        }
    }
}

/// Calls all of `to` at once, with the time limit T. With nobody to call the step is done already.
fn call(node: &mut This<'_>, procedure: Procedure, to: Vec<NodeId>, call: Call, cx: &mut Cx<'_>) {
    node.stable.calls += 1;
    node.volatile.procedure = procedure;
    node.volatile.awaiting = to;
    if node.volatile.awaiting.is_empty() {
        return proceed(node, cx);
    }
    for to in &node.volatile.awaiting {
        cx.send(*to, Message::Call { round: node.stable.calls, call });
    }
    cx.set_timer(Timer::CallLimit, ms(cx, param::CALL_LIMIT_MS));
}

/// STOP: whatever this node does is abandoned, a coordinator's checks too.
fn stop(node: &mut This<'_>, cx: &mut Cx<'_>) {
    idle(node, cx);
    cx.cancel_timer(Timer::Check);
}

/// The procedure that was under way is over.
fn idle(node: &mut This<'_>, cx: &mut Cx<'_>) {
    node.volatile.procedure = Procedure::Idle;
    node.volatile.awaiting.clear();
    cx.cancel_timer(Timer::CallLimit);
}

/// From now on the coordinator should be heard of again.
fn expect_coordinator(cx: &mut Cx<'_>) {
    cx.set_timer(Timer::Silence, ms(cx, param::SILENCE_MS));
}

/// A client's question is answered at once, from what this node believes.
pub fn handle_command(node: &mut This<'_>, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    match command {
        Command::StartElection => {
            cx.reply(id, Outcome::Done(i64::from(cx.me().0)));
            election(node, cx);
        }
        Command::WhoLeads => match node.volatile.c.filter(|_| node.volatile.s != Status::Election) {
            Some(coordinator) => cx.reply(id, Outcome::Done(i64::from(coordinator.0))),
            None => cx.reply(id, Outcome::Refused("no coordinator is known: an election is under way")),
        },
        Command::Work if is_coordinator(node.volatile) && node.volatile.s == Status::Normal => {
            node.volatile.work += 1;
            cx.reply(id, Outcome::Done(i64::from(node.volatile.work)));
            cx.say(|| "It believes to be coordinator, so it does the work without asking anyone.".to_owned());
        }
        Command::Work => cx.reply(id, Outcome::Refused("this node is not the coordinator")),
    }
}

fn ms(cx: &Cx<'_>, index: u16) -> u64 {
    cx.params().get_u64(index) * 1_000
}

fn names(nodes: &[NodeId]) -> String {
    match nodes {
        [] => "nobody".to_owned(),
        [one] => format!("node {one}"),
        _ => format!("nodes {}", nodes.iter().map(ToString::to_string).collect::<Vec<String>>().join(", ")),
    }
}
