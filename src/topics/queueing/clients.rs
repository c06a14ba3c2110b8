//! Where customers come from: gaps between arrivals, drawn one at a time. Knows no server.

use super::law::exponential;
use super::params::{self, Arrivals};
use super::state::{Clients, DISPATCHER, Message, Timer};
use super::{Cx, unit};

/// Parts of a gap in bursts: silences that follow each other without an arrival in between, at most.
const SILENCES_MAX: u32 = 64;

/// The clients start: the first customer is on the way.
pub fn start(cx: &mut Cx<'_>) -> Clients {
    let mut clients = Clients::default();
    expect_next(&mut clients, cx);
    clients
}

/// A customer comes, and the next is expected.
pub fn arrive(clients: &mut Clients, cx: &mut Cx<'_>) {
    send(clients, cx);
    expect_next(clients, cx);
}

/// So many come at once.
pub fn burst(clients: &mut Clients, customers: u32, cx: &mut Cx<'_>) {
    cx.say(|| format!("{customers} customers come at once."));
    (0..customers).for_each(|_| send(clients, cx));
}

fn send(clients: &mut Clients, cx: &mut Cx<'_>) {
    clients.sent = clients.sent.wrapping_add(1);
    cx.send(DISPATCHER, Message::Arrival { number: clients.sent });
}

fn expect_next(clients: &mut Clients, cx: &mut Cx<'_>) {
    let per_min = cx.params().get_u64(params::ARRIVALS_PER_MIN).max(1);
    let mean_us = 60_000_000 / per_min;
    let gap_us = match params::arrivals(cx.params()) {
        Arrivals::Poisson => (exponential(&mut unit(cx)) * mean_us as f64 + 0.5) as u64,
        Arrivals::Even => mean_us,
        Arrivals::Bursts => gap_in_bursts(clients, mean_us as f64, cx),
    };
    cx.set_timer(Timer::Arrival, gap_us);
}

/// The gap of an interrupted Poisson process (Kuczura, "The Interrupted Poisson Process as an Overflow Process", Bell System Technical
/// Journal 52(3), 1973): bursts and silences of exponential length by turns, and arrivals in bursts only.
fn gap_in_bursts(clients: &mut Clients, mean_us: f64, cx: &mut Cx<'_>) -> u64 {
    let times = cx.params().get_u64(params::BURST_TIMES).max(1) as f64;
    let burst_us = cx.params().get_u64(params::BURST_MS) as f64 * 1e3;
    let mut draw = unit(cx);
    let mut gap_us = 0.0;
    for _ in 0..SILENCES_MAX {
        let next_us = exponential(&mut draw) * mean_us / times;
        if next_us <= clients.burst_left_us as f64 {
            clients.burst_left_us -= next_us as u64;
            return (gap_us + next_us + 0.5) as u64;
        }
        gap_us += clients.burst_left_us as f64 + exponential(&mut draw) * burst_us * (times - 1.0);
        clients.burst_left_us = (exponential(&mut draw) * burst_us) as u64;
    }
    gap_us as u64
}
