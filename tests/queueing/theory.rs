//! Formulas against published values.

use faultline::topics::queueing::law::Law;
use faultline::topics::queueing::params::{Arrivals, Dispatch};
use faultline::topics::queueing::theory::{
    Model, erlang_b, erlang_c, every_nth, finite_room, pollaczek_khinchine, share_of_queues_at_least,
};
use faultline::topics::queueing::{Demand, plan, servers_needed};

fn close(is: f64, expect: f64, within: f64) {
    assert!((is - expect).abs() <= within, "{is} instead of {expect}");
}

fn model(servers: u32, load: f64, dispatch: Dispatch) -> Model {
    Model {
        arrivals_per_s: load * f64::from(servers),
        arrivals: Arrivals::Poisson,
        service_s: 1.0,
        law: Law::Exponential,
        servers,
        dispatch,
        compared: 2,
        room: 0,
        handover_s: 0.0,
        in_order: true,
    }
}

#[test]
fn erlangs_formulas_give_the_values_of_the_tables() {
    // Erlang B tables.
    close(erlang_b(10, 10.0), 0.2146, 5e-5);
    close(erlang_b(5, 2.0), 0.0367, 5e-5);
    close(erlang_b(2, 1.0), 0.2, 1e-12);
    // The textbook call centre: 10 erlangs, 14 agents, services of 180 s: 17.4 % wait, 7.8 s on average.
    close(erlang_c(14, 10.0), 0.174, 5e-4);
    close(erlang_c(14, 10.0) * 180.0 / 4.0, 7.8, 0.05);
    // With one server whoever finds it busy waits.
    close(erlang_c(1, 0.7), 0.7, 1e-12);
    // M/M/2: 2ρ²/(1+ρ).
    close(erlang_c(2, 1.6), 2.0 * 0.64 / 1.8, 1e-12);
}

#[test]
fn constant_service_halves_the_wait_and_variable_service_multiplies_it() {
    close(pollaczek_khinchine(0.8, 1.0), 4.0, 1e-12);
    close(pollaczek_khinchine(0.8, 0.0), 2.0, 1e-12);
    close(pollaczek_khinchine(0.8, 16.0), 34.0, 1e-12);
}

#[test]
fn little_room_loses_customers_as_the_formula_says() {
    // M/M/1/K at ρ = 1: all states alike.
    finite_room(1, 1.0, 4).into_iter().for_each(|share| close(share, 0.2, 1e-12));
    // (1 − ρ)ρ^K / (1 − ρ^(K+1)).
    close(finite_room(1, 0.5, 3)[3], 0.0625 / 0.9375, 1e-12);
    // M/M/c/c is Erlang B.
    close(finite_room(5, 2.0, 5)[5], erlang_b(5, 2.0), 1e-12);
    // Far beyond the load it stays in range.
    close(finite_room(1, 50.0, 1_000)[1_000], 0.98, 1e-9);
}

#[test]
fn two_choices_give_the_times_that_mitzenmacher_published() {
    // The predicted mean times in the system with two choices, which he sets beside his simulations.
    for (load, two) in [(0.5, 1.2657), (0.7, 1.6145), (0.8, 1.9475), (0.9, 2.6141), (0.95, 3.3830), (0.99, 5.4320)] {
        close(model(100, load, Dispatch::BestOf).theory().unwrap().stay_s, two, 2e-4);
    }
    close(share_of_queues_at_least(3, 0.9, 2), libm::pow(0.9, 7.0), 1e-12);
}

#[test]
fn turns_are_better_than_luck_and_worse_than_a_shared_queue() {
    // D/M/1 is the limit of many servers in turn: σ = e^(−(1−σ)/ρ); at ρ = 0.8, σ = 0.6286.
    close(every_nth(100_000, 0.8), 0.6286, 2e-4);
    // One server in turn is M/M/1.
    close(every_nth(1, 0.8), 0.8, 1e-9);
    let wait = |dispatch| model(4, 0.8, dispatch).theory().unwrap().wait_s;
    let (random, turns, two, shared) = (wait(Dispatch::Random), wait(Dispatch::RoundRobin), wait(Dispatch::BestOf), wait(Dispatch::Shared));
    assert!(random > turns && turns > two && two > shared, "{random} {turns} {two} {shared}");
    close(random, 4.0, 1e-12);
    close(shared, erlang_c(4, 3.2) / 0.8, 1e-12);
}

#[test]
fn the_tail_of_a_wait_agrees_with_its_mean() {
    let lossy = Model { room: 12, ..model(1, 1.1, Dispatch::Random) };
    let lossy_shared = Model { room: 20, ..model(3, 1.1, Dispatch::Shared) };
    for model in [model(1, 0.9, Dispatch::Random), model(4, 0.9, Dispatch::Shared), model(8, 0.9, Dispatch::BestOf), lossy, lossy_shared] {
        let theory = model.theory().unwrap();
        // ∫ P(W > t) dt = E W.
        let step = theory.wait_s.max(0.1) / 500.0;
        let area: f64 = (0..200_000).map(|i| theory.wait.over((f64::from(i) + 0.5) * step).unwrap() * step).sum();
        close(area / theory.wait_s, 1.0, 1e-3);
        let p99 = theory.wait.quantile_s(0.99).unwrap();
        close(theory.wait.over(p99).unwrap(), 0.01, 1e-6);
    }
}

#[test]
fn from_80_to_95_percent_the_99th_percentile_grows_fourfold() {
    let p99 = |load| model(1, load, Dispatch::Random).theory().unwrap().wait.quantile_s(0.99).unwrap();
    close(p99(0.8), 21.91, 0.01);
    close(p99(0.95), 91.08, 0.01);
}

#[test]
fn where_there_is_no_formula_theory_says_why() {
    let why = |model: Model| model.theory().unwrap_err();
    assert!(why(model(1, 1.0, Dispatch::Random)).contains("steady state"));
    assert!(why(Model { arrivals: Arrivals::Bursts, ..model(1, 0.5, Dispatch::Random) }).contains("Poisson"));
    assert!(why(Model { law: Law::Constant, room: 5, ..model(1, 0.5, Dispatch::Random) }).contains("no simple formula"));
}

#[test]
fn the_calculator_finds_the_fewest_servers_that_meet_the_target() {
    // The call centre again: 80 % answered within 20 s takes 14 agents (the usual example of Erlang C).
    let demand = Demand { arrivals_per_s: 10.0 / 180.0, service_s: 180.0, variability: 1.0, share: 0.8, target_s: 20.0 };
    let plans = servers_needed(&demand);
    assert_eq!(plans.last().map(|plan| plan.servers), Some(14));
    assert!(plans.iter().rev().skip(1).all(|plan| !plan.is_enough));
    assert!(plan(&demand, 10).wait_s.is_infinite());
    // More variable service takes more servers; a target that none can meet ends all the same.
    let servers = |variability| servers_needed(&Demand { variability, share: 0.99, ..demand }).last().unwrap().servers;
    assert!(servers(0.0) < servers(1.0) && servers(1.0) < servers(16.0));
    assert!(servers_needed(&Demand { arrivals_per_s: 1e6, service_s: 1.0, ..demand }).last().is_some());
}
