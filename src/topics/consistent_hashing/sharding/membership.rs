//! Node 0: who keeps keys. It makes one view after the other, and the next only when the keys are where the last one wants them.
//!
//! It is one node here; a real one is replicated by consensus, or spread by gossip.

use super::message::{Command, Message};
use super::params::{self, param};
use super::state::{Membership, Timer, View};
use super::{Cx, retry_us};
use crate::sim::{CommandId, NodeId, Outcome};
use crate::topics::consistent_hashing::placement::{Member, Placement, equal_members};
use std::rc::Rc;

/// The first view, or after a crash whatever was under way.
pub fn start(membership: &mut Membership, cx: &mut Cx<'_>) {
    if membership.view.is_none() {
        let count = u16::try_from(cx.params().get(param::MEMBERS)).unwrap_or(1).min(cx.nodes().saturating_sub(1));
        let now = Placement::new(params::rules(cx.params()), equal_members((1..=count).map(NodeId)));
        membership.view = Some(Rc::new(View { version: 1, was: now.clone(), now, dead: None }));
    }
    if !membership.is_settled() {
        cx.set_timer(Timer::Retry, retry_us(cx));
    }
}

pub fn on_message(membership: &mut Membership, from: NodeId, message: &Message, cx: &mut Cx<'_>) {
    let Some(view) = membership.view.clone() else { return };
    match message {
        Message::Hello => {
            let is_new = !membership.known.contains(&from);
            cx.send(from, Message::Welcome { view, is_new });
        }
        Message::Change(id, command) => on_command(membership, *id, *command, cx),
        Message::Moved(version) if *version == view.version => {
            membership.known.insert(from);
            membership.moved.insert(from);
            if membership.is_settled() {
                cx.cancel_timer(Timer::Retry);
                cx.say(|| format!("All keys are where view {version} wants them."));
            }
        }
        _ => {}
    }
}

/// Who has not reported is told again.
pub fn on_timer(membership: &Membership, cx: &mut Cx<'_>) {
    let Some(view) = &membership.view else { return };
    for node in membership.missing(view) {
        cx.send(node, Message::ViewIs(Rc::clone(view)));
    }
    if !membership.is_settled() {
        cx.set_timer(Timer::Retry, retry_us(cx));
    }
}

/// Joins, leaves, and nodes that are declared dead.
pub fn on_command(membership: &mut Membership, id: CommandId, command: Command, cx: &mut Cx<'_>) {
    let Some(view) = membership.view.clone() else { return };
    match next_view(membership, &view, command, cx) {
        Err(why) => cx.reply(id, Outcome::Refused(why)),
        Ok(next) => {
            cx.say(|| format!("From now on it is {}.", next.in_words()));
            cx.reply(id, Outcome::Done(next.version.into()));
            let next = Rc::new(next);
            membership.view = Some(Rc::clone(&next));
            membership.moved.clear();
            cx.broadcast(Message::ViewIs(next));
            cx.set_timer(Timer::Retry, retry_us(cx));
        }
    }
}

fn next_view(membership: &Membership, view: &View, command: Command, cx: &Cx<'_>) -> Result<View, &'static str> {
    let node = match command {
        Command::Join { node, .. } | Command::Leave(node) | Command::Remove(node) => node,
        Command::Client { .. } => return Err("this is the membership, which keeps no keys: ask a storage node"),
    };
    if !membership.is_settled() {
        return Err("keys are still on the move: one change at a time");
    }
    let mut members = view.now.members().to_vec();
    let mut dead = None;
    match command {
        Command::Join { .. } if view.now.has(node) => return Err("that node is a member already"),
        Command::Join { .. } if node.0 == 0 || node.0 >= cx.nodes() => return Err("there is no such storage node"),
        Command::Join { weight, .. } => members.push(Member { node, weight }),
        _ if !view.now.has(node) => return Err("that node is no member"),
        _ if members.len() == 1 => return Err("the last member cannot go"),
        Command::Remove(_) => dead = Some(node),
        Command::Leave(_) | Command::Client { .. } => {}
    }
    members.retain(|member| matches!(command, Command::Join { .. }) || member.node != node);
    // The number of copies stays: a change of it would need copies to move on their own.
    let rules = super::Rules { replicas: view.now.rules().replicas, keys: view.now.rules().keys, ..params::rules(cx.params()) };
    Ok(View { version: view.version + 1, now: Placement::new(rules, members), was: view.now.clone(), dead })
}
