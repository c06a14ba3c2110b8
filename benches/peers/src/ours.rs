//! The models of `tests/models`, searched by the Explorer.

use crate::Counts;
use faultline::check::explorer::{Explorer, Goal, Limits, Network, Property, Pruning, Query, Stop, Test, Verdict, started};
use faultline::sim::{Params, Protocol};
use models::{paxos, two_phase};
use std::rc::Rc;

#[path = "../../../tests/models/mod.rs"]
mod models;

/// Searches all of a model.
pub fn run(model: &str, size: u16) -> Counts {
    let unlimited = Limits { states_max: u64::MAX, memory_bytes_max: u64::MAX, ..Limits::default() };
    let (world, query) = if model == "paxos" {
        let chosen = Property::Sometimes(Goal::State(Test::new("a value is chosen", paxos::value_is_chosen)));
        let query = Query::new(vec![Property::Always(0), chosen]);
        (started(&paxos::PAXOS, 3 + size, Params::defaults(paxos::Paxos::PARAMS), 0), query)
    } else {
        let all = |state| Property::Sometimes(Goal::State(Test::new("all are", move |world| two_phase::all_resources_are(world, state))));
        let query = Query::new(vec![Property::Always(0), all(two_phase::Resource::Aborted), all(two_phase::Resource::Committed)]);
        let symmetry = two_phase::symmetry(size, false);
        let symmetry = (model == "2pc-symmetric").then(|| Rc::new(symmetry) as Rc<_>);
        (started(&two_phase::TWO_PHASE, size + 1, Params::default(), 0), Query { network: Network::Growing, symmetry, ..query })
    };
    let query = Query { pruning: Pruning::Idle, stop: Stop::Never, limits: unlimited, ..query };
    let mut explorer = Explorer::new(&world.expect("a valid world"), &query).expect("a valid query");
    let progress = explorer.finish();
    assert_eq!(explorer.verdict(), Verdict::Exhausted);
    Counts { distinct: progress.distinct, generated: progress.generated, depth: u64::from(progress.depth) }
}
