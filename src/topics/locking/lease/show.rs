//! What the lock service shows: invariants, facts, node views.

use super::message::Message;
use super::{Holding, JobTimer, Lease, Lending, SERVICE, Service, Stable, Timer, Volatile};
use crate::sim::{Bindings, Choice, Cluster, Exhibit, Fact, Field, Invariant, NodeId, NodeView, Role, Step, Timer as _, Trace};
use crate::topics::locking::job::Phase;
use crate::topics::locking::show::{self, FREE};

pub const INVARIANTS: &[Invariant<Lease>] = &[
    show::no_lost_update(),
    show::token_order(),
    Invariant {
        name: "lease-honoured",
        sentence: "The service takes a lock back only when its time is over or its holder releases it.",
        check: |_, lending: &Lending| lending.check(),
    },
];

pub const FACTS: &[Fact<Lease>] = &[
    show::lock_acquired_fact(),
    show::two_holders_fact(),
    show::one_holder_again_fact(),
    show::about_to_write_fact(),
    show::gave_up_fact(),
    show::holder_crashed_fact(),
    show::holder_paused_fact(),
    show::write_taken_fact(),
    show::write_refused_fact(),
    show::lost_update_fact(),
    Fact { name: "lease-expired", sentence: "The lease of node {node} runs out.", mark: true, test: lease_expired },
    Fact { name: "lease-renewed", sentence: "The lease of node {node} starts over.", mark: false, test: lease_renewed },
    Fact { name: "lock-released", sentence: "Node {node} releases its lock.", mark: false, test: lock_released },
    Fact { name: "lock-given-away", sentence: "Node {node} releases the lock of node {other}.", mark: true, test: lock_given_away },
    Fact {
        name: "release-ignored",
        sentence: "A release of node {node} is not for the lock of node {other}, and counts for nothing.",
        mark: true,
        test: release_ignored,
    },
    Fact { name: "release-lost", sentence: "The release of node {node} is lost.", mark: true, test: release_lost },
];

fn about(node: NodeId) -> Bindings {
    Bindings::nodes([node]).with("node", node)
}

fn service<'a>(cluster: &Cluster<'a, Lease>) -> Option<&'a Service> {
    match cluster.stable(SERVICE)? {
        Stable::Service(service) => Some(service),
        _ => None,
    }
}

/// Who had the lock before a step of the service.
fn holding_before(step: &Step<'_>) -> Option<Holding> {
    match &step.before::<Lease>()?.stable {
        Stable::Service(service) => service.holding,
        _ => None,
    }
}

fn lease_expired(_: &Cluster<'_, Lease>, _: &Lending, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Fire(id) = step.choice else { return None };
    let holding = holding_before(step)?;
    (id.code == Timer::Expiry.code()).then(|| about(holding.client).with("token", holding.token))
}

fn lease_renewed(_: &Cluster<'_, Lease>, _: &Lending, step: &Step<'_>) -> Option<Bindings> {
    let (id, Message::Renew { request, .. }) = step.delivered::<Lease>()? else { return None };
    let holding = holding_before(step)?;
    ((holding.client, holding.request) == (id.from, *request)).then(|| about(id.from))
}

/// A release that reached the service: whose it was, whose lock it found, and whether that is free now.
fn release(cluster: &Cluster<'_, Lease>, step: &Step<'_>) -> Option<(NodeId, Holding, bool, bool)> {
    let (id, Message::Release { request }) = step.delivered::<Lease>()? else { return None };
    let holding = holding_before(step)?;
    let is_own = (holding.client, holding.request) == (id.from, *request);
    Some((id.from, holding, is_own, service(cluster)?.holding.is_none()))
}

fn lock_released(cluster: &Cluster<'_, Lease>, _: &Lending, step: &Step<'_>) -> Option<Bindings> {
    let (from, _, is_own, _) = release(cluster, step)?;
    is_own.then(|| about(from))
}

fn lock_given_away(cluster: &Cluster<'_, Lease>, _: &Lending, step: &Step<'_>) -> Option<Bindings> {
    let (from, holding, is_own, is_free) = release(cluster, step)?;
    let bindings = Bindings::nodes([from, holding.client]).with("node", from).with("other", holding.client);
    (!is_own && is_free).then_some(bindings)
}

fn release_ignored(cluster: &Cluster<'_, Lease>, _: &Lending, step: &Step<'_>) -> Option<Bindings> {
    let (from, holding, is_own, is_free) = release(cluster, step)?;
    (!is_own && !is_free).then(|| about(from).with("other", holding.client))
}

fn release_lost(_: &Cluster<'_, Lease>, _: &Lending, step: &Step<'_>) -> Option<Bindings> {
    let Choice::Drop(id) = step.choice else { return None };
    let message = step.message?.payload.as_any().downcast_ref::<Message>()?;
    matches!(message, Message::Release { .. }).then(|| about(id.from))
}

pub fn role(stable: &Stable, volatile: &Volatile) -> Role {
    match (stable, volatile) {
        (Stable::Service(service), _) => service.holding.map_or(FREE, |holding| show::held_by(holding.client)),
        (_, Volatile::Client(job)) => show::client_role(job),
        _ => show::STORAGE,
    }
}

pub fn view(cluster: &Cluster<'_, Lease>, id: NodeId) -> NodeView {
    let Some(stable) = cluster.stable(id) else { return NodeView::default() };
    let role = cluster.volatile(id).map(|volatile| role(stable, volatile)).unwrap_or_default();
    match (stable, cluster.volatile(id)) {
        (Stable::Service(service), _) => service_view(role, service),
        (Stable::Storage(storage), _) => show::storage_view(role, storage, true),
        (Stable::Client(_), Some(Volatile::Client(job))) => {
            let ring = match job.phase {
                Phase::Idle | Phase::Locking => None,
                _ => Some(Timer::Job(JobTimer::Validity).code()),
            };
            show::client_view(role, job, format!("token {}", job.token), ring)
        }
        (Stable::Client(_), _) => NodeView { role, ..NodeView::default() },
    }
}

fn service_view(role: Role, service: &Service) -> NodeView {
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
    NodeView { role, badge: format!("token {}", service.token), fields, ring: Some(Timer::Expiry.code()), points_at }
}

pub fn exhibits(cluster: &Cluster<'_, Lease>, trace: &Trace) -> Vec<Exhibit> {
    let caption = "Above, to whom the service has lent the lock. Below, when each client believed that it had it. Belief beyond the truth is \
                   where harm is done.";
    show::exhibits(cluster, trace, caption, "service")
}
