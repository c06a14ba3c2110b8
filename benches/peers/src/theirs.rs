//! stateright's own examples, searched breadth-first on one thread.

use crate::Counts;
use stateright::{Checker, Model};

/// stateright's `examples/2pc.rs`.
#[allow(dead_code, unused_imports)] // It is its authors' text, of which this uses a part.
mod two_phase {
    include!(concat!(env!("OUT_DIR"), "/2pc.rs"));

    pub fn search(managers: usize, symmetric: bool) -> crate::Counts {
        let checker = TwoPhaseSys { rms: 0..managers }.checker();
        // Its breadth-first search has no symmetry.
        if symmetric { super::counts(checker.symmetry().spawn_dfs().join()) } else { super::counts(checker.spawn_bfs().join()) }
    }
}

/// stateright's `examples/paxos.rs`.
#[allow(dead_code, unused_imports)] // As above.
mod paxos {
    include!(concat!(env!("OUT_DIR"), "/paxos.rs"));

    pub fn search(clients: usize) -> crate::Counts {
        let config = PaxosModelCfg { client_count: clients, server_count: 3, network: Network::new_unordered_nonduplicating([]) };
        super::counts(config.into_model().checker().spawn_bfs().join())
    }
}

fn counts<M: Model>(checker: impl Checker<M>) -> Counts
where
    M::State: std::fmt::Debug + std::hash::Hash + Clone + PartialEq,
    M::Action: std::fmt::Debug + Clone + PartialEq,
{
    Counts { distinct: checker.unique_state_count() as u64, generated: checker.state_count() as u64, depth: checker.max_depth() as u64 }
}

/// Searches all of a model.
pub fn run(model: &str, size: u16) -> Counts {
    match model {
        "paxos" => paxos::search(usize::from(size)),
        "2pc" => two_phase::search(usize::from(size), false),
        _ => two_phase::search(usize::from(size), true),
    }
}
