//! A server: one customer at a time, the others wait here in a queue.

use super::state::{Customer, DISPATCHER, Message, Stable, Station, Timer};
use super::{Cx, params, unit};

/// A customer is sent here.
pub fn handle_serve(station: &mut Station, stable: &Stable, number: u32, came_us: i64, waited_us: u64, cx: &mut Cx<'_>) {
    let room = cx.params().get_u64(params::ROOM);
    // With a shared queue the room is the dispatcher's.
    let is_shared = params::dispatch(cx.params()) == params::Dispatch::Shared;
    if room > 0 && !is_shared && u64::from(station.present()) >= room {
        if cx.params().on(params::REFUSE) {
            station.refused += 1;
            cx.say(|| format!("{room} customers are here: customer {number} is turned away."));
            return cx.send(DISPATCHER, Message::Full { number });
        }
        station.beyond_room = Some(number);
    }
    station.came = station.came.wrapping_add(1);
    let customer = Customer { number, came_us, joined_us: cx.clock_us(), order: station.came, waited_us };
    if station.serving.is_some() {
        cx.say(|| format!("Customer {number} waits behind {} others.", station.queue.len() + 1));
        station.queue.push_back(customer);
    } else {
        serve(station, stable, customer, cx);
    }
}

fn serve(station: &mut Station, stable: &Stable, customer: Customer, cx: &mut Cx<'_>) {
    let mean_us = cx.params().get_u64(params::SERVICE_MS) * 1_000 * 100 / u64::from(stable.percent.max(1));
    let service_us = params::law(cx.params()).draw_us(mean_us, unit(cx));
    cx.say(|| format!("Customer {} is served; it will take {}.{} ms.", customer.number, service_us / 1_000, service_us / 100 % 10));
    station.serving = Some((customer, cx.clock_us()));
    cx.set_timer(Timer::Service, service_us);
}

/// The service ends; who is next?
pub fn finish(station: &mut Station, stable: &Stable, cx: &mut Cx<'_>) {
    let Some((customer, since_us)) = station.serving.take() else { return };
    station.served += 1;
    let between_us = |from_us: i64, to_us: i64| u64::try_from(to_us - from_us).unwrap_or(0);
    let waited_us = customer.waited_us + between_us(customer.joined_us, since_us);
    let served_us = between_us(since_us, cx.clock_us());
    cx.send(DISPATCHER, Message::Done { number: customer.number, came_us: customer.came_us, waited_us, served_us });
    let in_order = cx.params().on(params::IN_ORDER);
    let next = if in_order { station.queue.pop_front() } else { station.queue.pop_back() };
    let Some(customer) = next else { return };
    station.overtook = station.queue.front().filter(|first| first.order < customer.order).map(|first| (customer.number, first.number));
    serve(station, stable, customer, cx);
}
