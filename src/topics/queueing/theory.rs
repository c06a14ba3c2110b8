//! What queueing theory says of a model: formulas in closed form, by their names in the literature. Knows no run.
//!
//! Symbols are the field's: λ arrivals a second, S mean service in seconds, μ = 1/S, c servers, a = λS offered load in erlangs,
//! ρ = a/c utilisation, C² squared coefficient of variation of the service times.
//!
//! Kleinrock, *Queueing Systems, Volume 1*, 1975, §3 and §5; Harchol-Balter, *Performance Modeling and Design of Computer Systems*, 2013,
//! §13 to §14 and §23; Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001, §2.

use super::law::Law;
use super::params::{Arrivals, Dispatch};

/// A system, as theory sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Model {
    /// λ, in customers a second.
    pub arrivals_per_s: f64,
    /// How they arrive.
    pub arrivals: Arrivals,
    /// S, in seconds.
    pub service_s: f64,
    /// How service times vary.
    pub law: Law,
    /// c.
    pub servers: u32,
    /// Where a customer goes.
    pub dispatch: Dispatch,
    /// d, where that many are compared.
    pub compared: u32,
    /// K, customers that find room at a station, the one in service included; 0 is without limit.
    pub room: u32,
    /// For how long a server stands idle between two customers of a shared queue, in seconds: the way there and back.
    pub handover_s: f64,
    /// Whether customers are served in order of arrival.
    pub in_order: bool,
}

/// How sure a formula is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It holds for this model.
    Exact,
    /// It is close, most of all under high load.
    Approximate,
    /// It holds in the limit of many servers.
    Limit,
    /// Nothing can be better than this.
    Bound,
}

/// What theory says of a model in the steady state.
#[derive(Clone, PartialEq, Debug)]
pub struct Theory {
    /// "M/M/1".
    pub name: String,
    /// How sure it is.
    pub kind: Kind,
    /// The formula of the mean wait, for the reader.
    pub formula: &'static str,
    /// Mean wait before service, in seconds.
    pub wait_s: f64,
    /// Mean time in the system, in seconds.
    pub stay_s: f64,
    /// Share of customers that are refused.
    pub refused: f64,
    /// How the wait is distributed.
    pub wait: Wait,
    /// Whether that is as sure as the mean; otherwise it is an exponential that has this mean.
    pub is_wait_sure: bool,
}

/// The distribution of the wait before service.
#[derive(Clone, PartialEq, Debug)]
pub enum Wait {
    /// With this probability there is one, and it is exponential with this rate a second.
    Exponential {
        /// The probability of having to wait.
        waits: f64,
        /// A second.
        rate: f64,
    },
    /// With the n-th weight it is n times an exponential of this rate, one after the other; with the first there is none.
    Erlangs {
        /// A second.
        rate: f64,
        /// Probabilities of finding so many before one's turn.
        weights: Vec<f64>,
    },
    /// No closed form.
    Unknown,
}

/// B(c, a), the probability that an arrival finds all c servers busy where nobody waits (Erlang 1917; Kleinrock §3.6), by the recursion
/// B(n) = aB(n−1) / (n + aB(n−1)).
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |before, n| offered * before / (f64::from(n) + offered * before))
}

/// C(c, a), the probability that an arrival has to wait in M/M/c (Erlang 1917; Kleinrock §3.5). 1 where the load is 1 or more.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let load = offered / f64::from(servers);
    if load >= 1.0 {
        return 1.0;
    }
    let blocked = erlang_b(servers, offered);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// Mean wait in M/G/1, in services: ρ/(1−ρ) · (1+C²)/2 (Pollaczek 1930, Khinchine 1932; Kleinrock §5.6).
pub fn pollaczek_khinchine(load: f64, variability: f64) -> f64 {
    load / (1.0 - load) * (1.0 + variability) / 2.0
}

/// The probabilities of 0 to K customers in M/M/c/K (Kleinrock §3.6 for c = 1): a birth–death chain cut off at K.
pub fn finite_room(servers: u32, offered: f64, room: u32) -> Vec<f64> {
    let mut weights = vec![1.0];
    let mut last = 1.0;
    for n in 1..=room {
        last *= offered / f64::from(n.min(servers));
        weights.push(last);
        // Kept in range: only ratios count.
        if last > 1e200 {
            weights.iter_mut().for_each(|weight| *weight /= last);
            last = 1.0;
        }
    }
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// s(i) = ρ^((d^i − 1)/(d − 1)), the share of queues of at least i customers when each joins the shorter of d (Mitzenmacher 2001, §2.2).
pub fn share_of_queues_at_least(queue: u32, load: f64, compared: u32) -> f64 {
    let exponent = (0..queue).fold(0.0, |sum, _| sum * f64::from(compared) + 1.0);
    libm::pow(load, exponent)
}

/// σ of E_c/M/1: the root below 1 of σ = (cρ / (cρ + 1 − σ))^c, the probability of waiting when every c-th customer comes here
/// (Kleinrock §6.4, GI/M/1 with Erlang arrivals).
pub fn every_nth(servers: u32, load: f64) -> f64 {
    let phase_rate = f64::from(servers) * load;
    let next = |sigma: f64| libm::pow(phase_rate / (phase_rate + 1.0 - sigma), f64::from(servers));
    // 1 is a root too; below the other one the map rises above its argument.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if next(middle) > middle { low = middle } else { high = middle }
    }
    low
}

impl Model {
    /// a = λS, in erlangs; of a shared queue with the time in which a server waits for its next customer.
    pub fn offered(&self) -> f64 {
        self.arrivals_per_s * self.occupied_s()
    }
    /// ρ = a/c.
    pub fn load(&self) -> f64 {
        self.offered() / f64::from(self.servers.max(1))
    }
    fn occupied_s(&self) -> f64 {
        self.service_s + if self.dispatch == Dispatch::Shared { self.handover_s } else { 0.0 }
    }

    /// What theory says; the error is a sentence that says why it says nothing.
    pub fn theory(&self) -> Result<Theory, &'static str> {
        if self.arrivals != Arrivals::Poisson {
            return Err("Arrivals are not Poisson: these formulas do not hold, and the measurement alone counts.");
        }
        if self.arrivals_per_s <= 0.0 || self.service_s <= 0.0 || self.servers == 0 {
            return Err("Nobody comes, or nobody serves.");
        }
        if self.room == 0 && self.load() >= 1.0 {
            return Err("More work arrives than is done: there is no steady state, and the queue grows without end.");
        }
        let mut theory = if self.room > 0 { self.lossy()? } else { self.lossless() };
        if !self.in_order {
            // Whoever is served first, the server works as much: the mean stays, the distribution does not.
            theory.wait = Wait::Unknown;
        }
        Ok(theory)
    }

    fn lossless(&self) -> Theory {
        let (load, service_s, variability) = (self.load(), self.service_s, self.law.variability());
        let (is_exponential, mu, letter) = (self.law == Law::Exponential, 1.0 / self.service_s, self.law.letter());
        let servers = f64::from(self.servers);
        // An exponential tail with the right chance of waiting and the right mean.
        let of = |name: String, kind, formula, wait_s: f64, waits: f64| Theory {
            name,
            kind,
            formula,
            wait_s,
            stay_s: wait_s + service_s,
            refused: 0.0,
            wait: Wait::Exponential { waits, rate: waits / wait_s },
            is_wait_sure: is_exponential,
        };
        match self.dispatch {
            Dispatch::Shared if self.servers > 1 => {
                let waits = erlang_c(self.servers, self.offered());
                let exact_s = waits / (servers / self.occupied_s() - self.arrivals_per_s);
                let name = format!("M/{letter}/{}", self.servers);
                if is_exponential {
                    let kind = if self.handover_s < 1e-3 * service_s { Kind::Exact } else { Kind::Approximate };
                    of(name, kind, "C(c, a) / (cμ − λ)", exact_s, waits)
                } else {
                    let wait_s = exact_s * (1.0 + variability) / 2.0;
                    of(name, Kind::Approximate, "C(c, a) / (cμ − λ) · (1 + C²)/2", wait_s, waits)
                }
            }
            Dispatch::RoundRobin if self.servers > 1 => {
                let name = format!("{} × E{}/{letter}/1", self.servers, self.servers);
                if is_exponential {
                    let sigma = every_nth(self.servers, load);
                    of(name, Kind::Exact, "σS / (1 − σ), σ = A*(μ − μσ)", sigma * service_s / (1.0 - sigma), sigma)
                } else {
                    // Kingman 1961: the arrivals at one server are 1/c as variable as Poisson's.
                    let wait_s = load / (1.0 - load) * (1.0 / servers + variability) / 2.0 * service_s;
                    of(name, Kind::Approximate, "ρS/(1 − ρ) · (1/c + C²)/2", wait_s, load)
                }
            }
            Dispatch::BestOf if self.servers > 1 && is_exponential && self.compared > 1 && self.compared < self.servers => {
                let joins = |queue| libm::pow(share_of_queues_at_least(queue, load, self.compared), f64::from(self.compared));
                let weights: Vec<f64> = (0..QUEUE_MAX).map(|n| joins(n) - joins(n + 1)).take_while(|weight| *weight > 1e-15).collect();
                let wait_s = service_s * (1..QUEUE_MAX).map(joins).sum::<f64>();
                let name = format!("{} × M/M/1, best of {}", self.servers, self.compared);
                let limit = of(name, Kind::Limit, "S · Σ ρ^((dⁱ − d)/(d − 1)), i ≥ 2", wait_s, load);
                Theory { wait: Wait::Erlangs { rate: mu, weights }, ..limit }
            }
            Dispatch::Shortest | Dispatch::BestOf if self.servers > 1 => {
                let waits = erlang_c(self.servers, self.offered());
                let wait_s = waits / (servers * mu - self.arrivals_per_s) * (1.0 + variability) / 2.0;
                let bound = of(format!("M/{letter}/{}", self.servers), Kind::Bound, "C(c, a) / (cμ − λ) · (1 + C²)/2", wait_s, waits);
                Theory { is_wait_sure: false, ..bound }
            }
            // One server, or a split at random, which leaves each server Poisson arrivals of its own.
            Dispatch::Random | Dispatch::RoundRobin | Dispatch::Shortest | Dispatch::BestOf | Dispatch::Shared => {
                let times = if self.servers > 1 { format!("{} × ", self.servers) } else { String::new() };
                let formula = if is_exponential { "ρS / (1 − ρ)" } else { "ρS/(1 − ρ) · (1 + C²)/2" };
                of(format!("{times}M/{letter}/1"), Kind::Exact, formula, pollaczek_khinchine(load, variability) * service_s, load)
            }
        }
    }

    fn lossy(&self) -> Result<Theory, &'static str> {
        if self.law != Law::Exponential {
            return Err("With little room and these service times there is no simple formula.");
        }
        let (servers, offered, times) = match self.dispatch {
            Dispatch::Shared => (self.servers, self.offered(), String::new()),
            _ if self.servers == 1 => (1, self.offered(), String::new()),
            Dispatch::Random => (1, self.load(), format!("{} × ", self.servers)),
            _ => return Err("For this way to choose a server with little room there is no simple formula."),
        };
        let states = finite_room(servers, offered, self.room);
        let refused = states.last().copied().unwrap_or(0.0);
        // What an arrival that is let in finds (Wolff 1982: Poisson arrivals see time averages).
        let found: Vec<f64> = states.iter().take(states.len() - 1).map(|share| share / (1.0 - refused)).collect();
        let none = found.iter().take(servers as usize).sum();
        let weights: Vec<f64> = [none].into_iter().chain(found.iter().skip(servers as usize).copied()).collect();
        let rate = f64::from(servers) / self.occupied_s();
        let wait_s = (0u32..).zip(&weights).map(|(n, weight)| f64::from(n) * weight).sum::<f64>() / rate;
        Ok(Theory {
            name: format!("{times}M/M/{servers}/{}", self.room),
            kind: Kind::Exact,
            formula: "Σ n·π(n + c − 1) / cμ",
            wait_s,
            stay_s: wait_s + self.service_s,
            refused,
            wait: Wait::Erlangs { rate, weights },
            is_wait_sure: true,
        })
    }
}

/// Longest queue whose share is worked out.
const QUEUE_MAX: u32 = 64;

impl Wait {
    /// The share of customers that wait longer than `seconds`; `None` where there is no closed form.
    pub fn over(&self, seconds: f64) -> Option<f64> {
        match self {
            Wait::Exponential { waits, rate } => Some(waits * libm::exp(-rate * seconds)),
            Wait::Erlangs { rate, weights } => {
                // n in a row take longer than t if fewer than n end by t, which is Poisson.
                let ended = rate * seconds;
                let (mut term, mut fewer, mut share) = (libm::exp(-ended), 0.0, 0.0);
                for (n, weight) in (1u32..).zip(weights.iter().skip(1)) {
                    fewer += term;
                    share += weight * fewer;
                    term *= ended / f64::from(n);
                }
                Some(share)
            }
            Wait::Unknown => None,
        }
    }

    /// The wait, in seconds, that a share of customers does not exceed: `0.99` for the 99th percentile.
    pub fn quantile_s(&self, share: f64) -> Option<f64> {
        let beyond = 1.0 - share;
        if self.over(0.0)? <= beyond {
            return Some(0.0);
        }
        if let Wait::Exponential { waits, rate } = self {
            return Some(libm::log(waits / beyond) / rate);
        }
        let (mut low, mut high) = (0.0, 1e-3);
        while self.over(high)? > beyond && high < 1e9 {
            high *= 2.0;
        }
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if self.over(middle)? > beyond { low = middle } else { high = middle }
        }
        Some(high)
    }
}
