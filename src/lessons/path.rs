//! The learning path: seven parts, twenty-one lessons, in order.

use crate::topics::fallacies;

/// One lesson of the path, written or to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stop {
    /// From 1.
    pub number: u8,
    /// Folder of its page, and its folder in `lessons/`: `08-leader-election`.
    pub slug: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it answers.
    pub question: &'static str,
}

/// One part of the path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its title.
    pub title: &'static str,
    /// What it is about, in one line.
    pub about: &'static str,
    /// Its lessons in order.
    pub stops: &'static [Stop],
}

const fn stop(number: u8, slug: &'static str, title: &'static str, question: &'static str) -> Stop {
    Stop { number, slug, title, question }
}

/// The path. A lesson is on the site when its folder in `lessons/` exists.
pub static PATH: &[Part] = &[
    Part {
        title: "Foundations",
        about: "What cannot be had, and what that leaves.",
        stops: &[
            stop(1, "01-cap-theorem", "CAP theorem", "When the network splits, do you answer or do you stay right?"),
            stop(2, "02-consistency-models", "Consistency models", "What may a read return?"),
            stop(3, "03-flp-impossibility", "FLP impossibility", "Why can no algorithm promise to decide?"),
        ],
    },
    Part {
        title: "Data distribution",
        about: "Where the copies are, and who has the latest.",
        stops: &[
            stop(4, "04-replication", "Replication", "Which copies must know of a write before it counts?"),
            stop(5, "05-consistent-hashing", "Consistent hashing", "Who keeps which key when nodes come and go?"),
        ],
    },
    Part {
        title: "Consensus and coordination",
        about: "How many machines come to one decision.",
        stops: &[
            stop(6, "06-distributed-transactions", "Distributed transactions", "How do several databases commit as one?"),
            stop(7, "07-paxos", "Paxos", "How do nodes agree on one value while some of them fail?"),
            stop(8, "08-leader-election", "Leader election", "Who is in charge, and how does everybody know?"),
            stop(9, "09-distributed-locking", "Distributed locking", "How can you be sure that you still hold the lock?"),
        ],
    },
    Part {
        title: "Time and order",
        about: "No clock is right. What to use instead.",
        stops: &[
            stop(10, "10-clock-synchronisation", "Clock synchronisation", "How far apart are two clocks, and how would you know?"),
            stop(11, "11-vector-clocks", "Vector clocks and Lamport timestamps", "Which of two events came first, if either did?"),
            stop(12, "12-exactly-once", "Exactly-once delivery", "How do you charge an account once when every message may come twice?"),
        ],
    },
    Part {
        title: "Failure and recovery",
        about: "Telling the dead from the slow.",
        stops: &[
            stop(13, "13-failure-detectors", "Failure detectors", "Is it dead, or is it slow?"),
            stop(14, "14-gossip", "Gossip protocols", "How does everyone hear of it when nobody tells everyone?"),
            stop(15, "15-distributed-snapshots", "Distributed snapshots", "How do you photograph a system that does not stop?"),
        ],
    },
    Part {
        title: "Advanced theory",
        about: "Merging without asking, and deciding among liars.",
        stops: &[
            stop(16, "16-crdts", "CRDTs", "How can two people edit offline and both be right?"),
            stop(17, "17-byzantine-faults", "Byzantine faults", "What if some of the nodes lie?"),
        ],
    },
    Part {
        title: "Practical tools",
        about: "What keeps a service standing.",
        stops: &[
            stop(18, "18-rate-limiting", "Rate limiting", "How many requests do you let through, and who counts?"),
            stop(19, "19-circuit-breaker", "Circuit breakers", "How do you keep one slow service from taking down the rest?"),
            stop(20, "20-bloom-filters", "Bloom filters", "How can ten bits a key spare 99 of 100 useless reads?"),
            stop(21, "21-queueing-theory", "Queueing theory", "Why is a server at 95 % so much slower than one at 80 %?"),
        ],
    },
];

/// What every lesson takes for granted, before the first of them: a page of its own, beside the path.
pub static FALLACIES: Stop =
    stop(fallacies::NUMBER, "00-eight-fallacies", "The eight fallacies", "What does everybody believe of a network, once?");

/// What that folder in `lessons/` holds: a lesson of the path, or the page beside it.
pub fn stop_in(slug: &str) -> Option<&'static Stop> {
    if slug == FALLACIES.slug { Some(&FALLACIES) } else { find(slug).map(|(_, _, stop)| stop) }
}

/// The part that a lesson belongs to, numbered from 1, and the lesson.
pub fn find(slug: &str) -> Option<(usize, &'static Part, &'static Stop)> {
    PATH.iter().enumerate().find_map(|(index, part)| {
        let stop = part.stops.iter().find(|stop| stop.slug == slug)?;
        Some((index + 1, part, stop))
    })
}
