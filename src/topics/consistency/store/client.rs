//! A client: one session, which asks one replica at a time and may move.

use super::params::{Kind, param};
use super::state::{Message, Session, Timer, Vector, join};
use super::{Command, Store};
use crate::sim::{CommandId, Context, Outcome};

type Cx<'a> = Context<'a, Store>;
type Waiting = Option<(CommandId, u32)>;

/// A client is asked for something.
pub fn on_command(session: &mut Session, waiting: &mut Waiting, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    if let Command::Move(replica) = command {
        let is_bound = cx.params().on(param::STICKY) && !matches!(Kind::of(cx.params()), Kind::Quorum | Kind::Sessions);
        if is_bound {
            return cx.reply(id, Outcome::Refused("it stays with its replica: the rule on sticky sessions is on"));
        }
        session.replica = replica;
        return cx.reply(id, Outcome::Done(i64::from(replica.0)));
    }
    if waiting.is_some() {
        return cx.reply(id, Outcome::Refused("it still waits for an answer, and a session does one thing after another"));
    }
    session.requests += 1;
    let request = session.requests;
    *waiting = Some((id, request));
    cx.set_timer(Timer::Patience, cx.params().get_u64(param::PATIENCE_MS) * 1_000);
    let message = match command {
        Command::Write { key, value } => {
            Message::Write { request, key, value, needs: needs(session, (param::MONOTONIC_WRITES, param::WRITES_FOLLOW_READS), cx) }
        }
        Command::Read { key } => {
            Message::Read { request, key, needs: needs(session, (param::READ_YOUR_WRITES, param::MONOTONIC_READS), cx) }
        }
        Command::Move(_) => return,
    };
    cx.send(session.replica, message);
}

/// "Session Guarantees", table 2: the copy must have the session's writes for the first rule, and what it read for the second.
fn needs(session: &Session, (own_writes, reads): (u16, u16), cx: &Cx<'_>) -> Vector {
    let mut needs = Vector::default();
    if Kind::of(cx.params()) == Kind::Sessions {
        if cx.params().on(own_writes) {
            join(&mut needs, &session.written);
        }
        if cx.params().on(reads) {
            join(&mut needs, &session.read);
        }
    }
    needs
}

/// An answer, if it is the one that is waited for.
pub fn on_message(session: &mut Session, waiting: &mut Waiting, message: &Message, cx: &mut Cx<'_>) {
    let (request, outcome) = match message {
        Message::Wrote { request, .. } => (request, Outcome::Done(0)),
        Message::Value { request, value, .. } => (request, Outcome::Done(*value)),
        _ => return,
    };
    let Some((id, _)) = waiting.take_if(|(_, waiting)| waiting == request) else {
        return cx.say(|| "It no longer waits for this.".to_owned());
    };
    cx.cancel_timer(Timer::Patience);
    match message {
        Message::Wrote { has, .. } => join(&mut session.written, has),
        Message::Value { has, .. } => join(&mut session.read, has),
        _ => {}
    }
    cx.reply(id, outcome);
}

/// It goes on without an answer: whether what it asked for has happened, it does not know.
pub fn give_up(waiting: &mut Waiting, cx: &mut Cx<'_>) {
    if waiting.take().is_some() {
        cx.say(|| "It gives up waiting. What it asked for may still happen.".to_owned());
    }
}
