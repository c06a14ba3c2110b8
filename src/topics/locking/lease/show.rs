//! What the lock service shows: invariants, facts, node views.

use super::message::Message;
use super::{Holding, Lease, SERVICE, Service, Timer};
use crate::sim::{Bindings, Choice, Cluster, Fact, Field, Invariant, NodeId, NodeView, Role, Step, Timers as _};
use crate::topics::locking::protocol::{Ghost, Locked, Shows, delivered, dropped};
use crate::topics::locking::show::{self, FREE};

const INVARIANTS: &[Invariant<Locked<Lease>>] = &[Invariant {
    name: "lease-honoured",
    sentence: "The service takes a lock back only when its time is over or its holder releases it.",
    check: |_, ghost| ghost.lock.check(),
}];

const FACTS: &[Fact<Locked<Lease>>] = &[
    Fact::milestone("lease-expired", "The lease of node {node} runs out.", lease_expired),
    Fact::detail("lease-renewed", "The lease of node {node} starts over.", lease_renewed),
    Fact::detail("lock-released", "Node {node} releases its lock.", lock_released),
    Fact::milestone("lock-given-away", "Node {node} releases the lock of node {other}.", lock_given_away),
    Fact::milestone(
        "release-ignored",
        "A release of node {node} is not for the lock of node {other}, and counts for nothing.",
        release_ignored,
    ),
    Fact::milestone("release-lost", "The release of node {node} is lost.", release_lost),
];

/// Who had the lock before a step of the service.
fn holding_before(step: &Step<'_>) -> Option<Holding> {
    step.before::<Locked<Lease>>()?.stable.keeper()?.holding
}

fn lease_expired(_: &Cluster<'_, Locked<Lease>>, _: &Ghost<Lease>, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Fire(id) = step.choice else { return None };
    let holding = holding_before(step)?;
    (id.code == Timer::Expiry.code()).then(|| Bindings::node(holding.client).with("token", holding.token))
}

fn lease_renewed(_: &Cluster<'_, Locked<Lease>>, _: &Ghost<Lease>, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Renew { request, .. }) = delivered::<Lease>(step)? else { return None };
    let holding = holding_before(step)?;
    ((holding.client, holding.request) == (id.from, *request)).then(|| Bindings::node(id.from))
}

/// A release that reached the service: whose it was, whose lock it found, and whether that is free now.
fn release(cluster: &Cluster<'_, Locked<Lease>>, step: &Step<'_>) -> Option<(NodeId, Holding, bool, bool)> {
    let (id, Message::Release { request }) = delivered::<Lease>(step)? else { return None };
    let holding = holding_before(step)?;
    let is_own = (holding.client, holding.request) == (id.from, *request);
    Some((id.from, holding, is_own, cluster.stable(SERVICE)?.keeper()?.holding.is_none()))
}

fn lock_released(cluster: &Cluster<'_, Locked<Lease>>, _: &Ghost<Lease>, step: &Step<'_>) -> Option<Bindings> {
    let (from, _, is_own, _) = release(cluster, step)?;
    is_own.then(|| Bindings::node(from))
}

fn lock_given_away(cluster: &Cluster<'_, Locked<Lease>>, _: &Ghost<Lease>, step: &Step<'_>) -> Option<Bindings> {
    let (from, holding, is_own, is_free) = release(cluster, step)?;
    let bindings = Bindings::nodes([from, holding.client]).with("node", from).with("other", holding.client);
    (!is_own && is_free).then_some(bindings)
}

fn release_ignored(cluster: &Cluster<'_, Locked<Lease>>, _: &Ghost<Lease>, step: &Step<'_>) -> Option<Bindings> {
    let (from, holding, is_own, is_free) = release(cluster, step)?;
    (!is_own && !is_free).then(|| Bindings::node(from).with("other", holding.client))
}

fn release_lost(_: &Cluster<'_, Locked<Lease>>, _: &Ghost<Lease>, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Release { .. }) = dropped::<Lease>(step)? else { return None };
    Some(Bindings::node(id.from))
}

impl Shows<Lease> for Lease {
    const INVARIANTS: &'static [Invariant<Locked<Lease>>] = INVARIANTS;
    const FACTS: &'static [Fact<Locked<Lease>>] = FACTS;
    const KEEPER: &'static str = "service";
    const CAPTION: &'static str = "Above, to whom the service has lent the lock. Below, when each client believed that it had it. Belief beyond \
                                   the truth is where harm is done.";

    fn role(service: &Service, (): &()) -> Role {
        service.holding.map_or(FREE, |holding| show::held_by(holding.client))
    }

    fn view(_: &Cluster<'_, Locked<Lease>>, _: NodeId, service: &Service, _: Option<&()>) -> NodeView {
        let field = |name, value, help| Field { name, value, stable: true, help };
        let holder = service.holding.map_or("nobody".to_owned(), |holding| format!("node {}", holding.client));
        let turn = service.holding.map_or("–".to_owned(), |holding| format!("{} of node {}", holding.request, holding.client));
        let fields = vec![
            field("holder", holder.clone(), "Who has the lock. This is the truth; what clients believe may differ."),
            field("turn", turn, "The value by which the service knows whose release it is: like no other."),
            field("token", service.token.to_string(), "The number of the last grant. It only rises."),
            field("delayed", service.delayed.to_string(), "Whether nobody gets the lock, because a lease has just run out."),
        ];
        let points_at = service.holding.map(|holding| holding.client);
        NodeView { badge: format!("token {}", service.token), fields, ring: Some(Timer::Expiry.code()), points_at }
    }
}
