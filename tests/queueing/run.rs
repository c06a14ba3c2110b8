//! Runs against formulas: the same protocol, played on without a trace.

use faultline::check::statistics::Estimate;
use faultline::sim::{Clock, Conditions, Latency, NodeId, Params, Setup};
use faultline::topics::queueing::params::{self, model};
use faultline::topics::queueing::{Desk, TOPIC, Volatile};

/// A run of so many servers with these params, without latency.
pub fn setup(servers: u16, settings: &[(u16, i64)]) -> Setup {
    let entry = &TOPIC.algorithms[0];
    let mut params = Params::defaults(entry.algorithm.params());
    for (index, value) in settings {
        assert!(entry.algorithm.params()[usize::from(*index)].admits(*value), "param {index} = {value}");
        params.set(*index, *value);
    }
    let network = Conditions { latency: Latency::Fixed(0), ..entry.network };
    Setup { algorithm: entry.algorithm, nodes: servers + 2, seed: 7, params, network, checked: false }
}

pub fn desk(clock: &Clock) -> Desk {
    match clock.world().parts::<faultline::topics::queueing::Queueing>(NodeId(1)).and_then(|parts| parts.volatile.as_ref()) {
        Some(Volatile::Dispatcher(desk)) => (**desk).clone(),
        _ => panic!("the dispatcher is up"),
    }
}

/// Plays until so many customers were served.
pub fn play(setup: &Setup, customers: u64) -> Desk {
    let mut clock = Clock::new(setup).unwrap();
    loop {
        for _ in 0..50_000 {
            assert!(clock.step(u64::MAX, None).unwrap());
        }
        let desk = desk(&clock);
        if desk.meter.served >= customers {
            return desk;
        }
    }
}

/// Whether a measurement, or its interval made half as wide again, holds what theory says.
fn agrees(name: &str, measured: Option<Estimate>, expect_s: f64, slack: f64) {
    let measured = measured.unwrap().scaled(1e-6);
    let half = measured.half.unwrap() * 1.5 + slack * expect_s;
    assert!((measured.value - expect_s).abs() <= half, "{name}: {measured:?} instead of {expect_s}");
}

fn check(name: &str, servers: u16, settings: &[(u16, i64)], slack: f64) {
    let setup = setup(servers, settings);
    let desk = play(&setup, 100_000);
    let theory = model(&setup.params, u32::from(servers), 0.0).theory().unwrap();
    let settled = desk.meter.waits.settled();
    agrees(name, settled.mean(), theory.wait_s, slack);
    if theory.is_wait_sure {
        agrees(&format!("{name}, p99"), settled.quantile(0.99), theory.wait.quantile_s(0.99).unwrap(), slack + 0.02);
    }
    let refused = desk.meter.refused as f64 / desk.meter.arrived as f64;
    assert!((refused - theory.refused).abs() < 0.005, "{name}: {refused} refused instead of {}", theory.refused);
}

const ARRIVALS: u16 = params::ARRIVALS_PER_MIN;

#[test]
fn one_server_waits_as_kleinrock_says() {
    check("M/M/1 at 80 %", 1, &[(ARRIVALS, 480)], 0.0);
    check("M/M/1 at 50 %", 1, &[(ARRIVALS, 300)], 0.0);
}

#[test]
fn the_wait_follows_the_variability_of_service_as_pollaczek_and_khinchine_say() {
    for (value, name) in [(1, "constant"), (2, "Erlang"), (3, "hyperexponential 4"), (5, "lognormal")] {
        check(name, 1, &[(ARRIVALS, 480), (params::LAW, value)], 0.02);
    }
    check("hyperexponential 16", 1, &[(ARRIVALS, 360), (params::LAW, 4)], 0.03);
}

#[test]
fn many_servers_wait_as_erlang_says() {
    check("M/M/4", 4, &[(ARRIVALS, 1_920), (params::DISPATCH, 4)], 0.0);
    check("4 × M/M/1", 4, &[(ARRIVALS, 1_920), (params::DISPATCH, 0)], 0.0);
    check("4 × E4/M/1", 4, &[(ARRIVALS, 1_920), (params::DISPATCH, 1)], 0.0);
}

#[test]
fn sixteen_servers_with_two_choices_are_near_mitzenmachers_limit() {
    check("best of two of 16", 16, &[(ARRIVALS, 7_680), (params::DISPATCH, 3)], 0.06);
}

#[test]
fn little_room_turns_away_as_many_as_the_formula_says() {
    check("M/M/1/5", 1, &[(ARRIVALS, 600), (params::ROOM, 5)], 0.0);
    check("M/M/3/6", 3, &[(ARRIVALS, 2_100), (params::ROOM, 6), (params::DISPATCH, 4)], 0.0);
}

#[test]
fn littles_law_holds_however_customers_arrive_and_are_served() {
    for settings in [
        vec![(ARRIVALS, 480)],
        vec![(ARRIVALS, 300), (params::ARRIVALS, 1), (params::LAW, 3)],
        vec![(ARRIVALS, 900), (params::ROOM, 20)],
        vec![(ARRIVALS, 480), (params::IN_ORDER, 0)],
    ] {
        let meter = play(&setup(1, &settings), 50_000).meter;
        let entered = (meter.arrived - meter.refused) as f64 / meter.elapsed_s();
        let (counted, multiplied) = (meter.inside_mean(), entered * meter.inside_s().unwrap());
        assert!((counted / multiplied - 1.0).abs() < 0.01, "{settings:?}: {counted} and {multiplied}");
    }
}

#[test]
fn the_order_of_service_changes_the_tail_and_not_the_mean() {
    let wait = |in_order| play(&setup(1, &[(ARRIVALS, 480), (params::IN_ORDER, in_order)]), 200_000).meter.waits.settled();
    let (fair, last_first) = (wait(1), wait(0));
    let (mean, p99) = (
        |s: &faultline::check::statistics::Settled| s.mean().unwrap().value,
        |s: &faultline::check::statistics::Settled| s.quantile(0.99).unwrap().value,
    );
    assert!((mean(&last_first) / mean(&fair) - 1.0).abs() < 0.1, "{} and {}", mean(&fair), mean(&last_first));
    assert!(p99(&last_first) > 1.8 * p99(&fair), "{} and {}", p99(&fair), p99(&last_first));
}

#[test]
fn a_change_of_settings_begins_a_new_measurement() {
    use faultline::sim::{Choice, Intervention};
    let mut clock = Clock::new(&setup(1, &[(ARRIVALS, 480)])).unwrap();
    while clock.step(60_000_000, None).unwrap() {}
    assert!(desk(&clock).meter.served > 300);
    clock.intervene(&Intervention::Do(Choice::Param { index: ARRIVALS, value: 540 }), None).unwrap();
    while clock.step(62_000_000, None).unwrap() {}
    assert!(desk(&clock).meter.served < 60, "{}", desk(&clock).meter.served);
}
