//! The rules of Chang and Roberts, one function each, and the extra that skips dead successors.

use super::{Command, Message, Ring, Timer, Token, param};
use crate::sim::{CommandId, Context, Node, NodeId, Outcome};

type Cx<'a> = Context<'a, Ring>;
type This<'a> = Node<'a, Ring>;

const INITIATORS_ALL: i64 = 0;
const INITIATORS_FIRST: i64 = 1;

/// An initiator will start by itself.
pub fn wait_to_begin(cx: &mut Cx<'_>) {
    let initiators = cx.params().get(param::INITIATORS);
    if initiators == INITIATORS_ALL || (initiators == INITIATORS_FIRST && cx.me().0 == 0) {
        cx.set_timer(Timer::Begin, cx.params().get_u64(param::BEGIN_MS) * 1_000);
    }
}

/// A process that takes no part yet becomes a candidate and sends its number round.
pub fn start_election(node: &mut This<'_>, cx: &mut Cx<'_>) {
    if node.volatile.participant {
        return cx.say(|| "It takes part in an election already.".to_owned());
    }
    let number = node.stable.number;
    node.volatile.participant = true;
    cx.say(|| format!("It becomes a candidate and sends its number {number} round."));
    send_on(node, Token::Election(number), cx);
}

/// A larger number is passed on, a smaller one swallowed, one's own is the victory.
pub fn handle_election(node: &mut This<'_>, number: u32, cx: &mut Cx<'_>) {
    let mine = node.stable.number;
    if number == mine {
        be_elected(node, cx);
    } else if number > mine || !cx.params().on(param::SWALLOW) {
        node.volatile.participant = true;
        cx.say(|| format!("It passes {number} on; its own number is {mine}."));
        send_on(node, Token::Election(number), cx);
    } else {
        cx.say(|| format!("It swallows {number}, since its own number {mine} is larger."));
        if !node.volatile.participant {
            start_election(node, cx);
        }
    }
}

/// The number came home: no process on the way round had a larger one.
fn be_elected(node: &mut This<'_>, cx: &mut Cx<'_>) {
    let mine = node.stable.number;
    node.volatile.participant = false;
    node.volatile.elected = Some(mine);
    node.volatile.leads = true;
    cx.say(|| format!("Its number {mine} came all the way round: it is elected, and tells everybody."));
    send_on(node, Token::Elected(mine), cx);
}

/// The news goes round once: it stops where it is no news.
pub fn handle_elected(node: &mut This<'_>, number: u32, cx: &mut Cx<'_>) {
    if !node.volatile.participant && node.volatile.elected == Some(number) {
        return cx.say(|| format!("It knows that {number} is elected; the news has been all the way round."));
    }
    node.volatile.participant = false;
    node.volatile.elected = Some(number);
    node.volatile.leads = number == node.stable.number;
    cx.say(|| format!("It learns that {number} is elected, and passes the news on."));
    send_on(node, Token::Elected(number), cx);
}

/// Sends a token to the next node on the ring.
fn send_on(node: &mut This<'_>, token: Token, cx: &mut Cx<'_>) {
    send_ahead(node, token, 1, cx);
}

fn send_ahead(node: &mut This<'_>, token: Token, distance: u16, cx: &mut Cx<'_>) {
    let to = NodeId((cx.me().0 + distance) % cx.nodes());
    cx.send(to, Message::Token(token));
    if cx.params().on(param::SKIP_DEAD) {
        node.volatile.unacknowledged.retain(|(other, _)| *other != token);
        node.volatile.unacknowledged.push((token, distance));
        cx.set_timer(Timer::Ack(token), cx.params().get_u64(param::ACK_LIMIT_MS) * 1_000);
    }
}

/// Extra: tells the sender that a token has arrived.
pub fn acknowledge(from: NodeId, token: Token, cx: &mut Cx<'_>) {
    if cx.params().on(param::SKIP_DEAD) {
        cx.send(from, Message::Ack(token));
    }
}

/// Extra: the successor is alive.
pub fn handle_ack(node: &mut This<'_>, token: Token, cx: &mut Cx<'_>) {
    node.volatile.unacknowledged.retain(|(other, _)| *other != token);
    cx.cancel_timer(Timer::Ack(token));
}

/// Extra: the successor did not acknowledge, so the token goes to the one after it; in the end to oneself.
pub fn skip_successor(node: &mut This<'_>, token: Token, cx: &mut Cx<'_>) {
    let Some(at) = node.volatile.unacknowledged.iter().position(|(other, _)| *other == token) else { return };
    let (_, distance) = node.volatile.unacknowledged.remove(at);
    if distance < cx.nodes() {
        let skipped = (cx.me().0 + distance) % cx.nodes();
        cx.say(|| format!("Node {skipped} does not acknowledge: it is skipped as dead."));
        send_ahead(node, token, distance + 1, cx);
    }
}

/// A client's question is answered at once, from what this process knows.
pub fn handle_command(node: &mut This<'_>, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    match command {
        Command::StartElection => {
            cx.reply(id, Outcome::Done(i64::from(node.stable.number)));
            start_election(node, cx);
        }
        Command::WhoLeads => match node.volatile.elected {
            Some(number) => cx.reply(id, Outcome::Done(i64::from(number))),
            None => cx.reply(id, Outcome::Refused("this process knows of no elected one")),
        },
    }
}
