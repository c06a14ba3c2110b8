//! How the topics hang together: what needs, works around or weakens what, and why. Knows the path, and no lesson's text.

use super::path::{PATH, Stop};

/// How one topic stands to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tie {
    /// It is built on the other.
    Needs,
    /// It gets what the other says cannot be had, or does without it.
    WorksAround,
    /// The other takes something away from it.
    WeakenedBy,
}

impl Tie {
    /// All kinds, in the order in which a page lists them.
    pub const ALL: [Tie; 3] = [Tie::Needs, Tie::WorksAround, Tie::WeakenedBy];

    /// "needs", between the two topics.
    pub fn words(self) -> &'static str {
        match self {
            Tie::Needs => "needs",
            Tie::WorksAround => "works around",
            Tie::WeakenedBy => "is weakened by",
        }
    }
}

/// One line of the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Number of the topic that it is about.
    pub from: u8,
    /// How it stands to the other.
    pub tie: Tie,
    /// Number of the other topic.
    pub to: u8,
    /// Why, in a sentence.
    pub why: &'static str,
}

const fn edge(from: u8, tie: Tie, to: u8, why: &'static str) -> Edge {
    Edge { from, tie, to, why }
}

/// The map, by topic.
pub static MAP: &[Edge] = &[
    edge(1, Tie::Needs, 2, "Its C is linearizability, one model among many."),
    edge(4, Tie::WeakenedBy, 1, "Behind a partition a replica answers, or is right: not both."),
    edge(4, Tie::Needs, 8, "Somebody has to take over when the leader of the copies dies."),
    edge(4, Tie::Needs, 11, "Versions tell a later write from a concurrent one."),
    edge(5, Tie::Needs, 4, "A key lives on several nodes, so that one may fail."),
    edge(5, Tie::Needs, 14, "Every node has to hear who is in the ring."),
    edge(6, Tie::WeakenedBy, 3, "A participant that has voted can wait for ever for a coordinator that died."),
    edge(6, Tie::Needs, 7, "A coordinator whose decision survives it is a consensus."),
    edge(7, Tie::WorksAround, 3, "It is never wrong, and decides as soon as the network lets it."),
    edge(7, Tie::Needs, 8, "With one stable leader a decision takes one round."),
    edge(8, Tie::WorksAround, 3, "Random timeouts make the endless tie unlikely, not impossible."),
    edge(8, Tie::Needs, 13, "An election begins when somebody suspects the leader."),
    edge(9, Tie::Needs, 8, "Whoever grants the lock must be one, and survive."),
    edge(9, Tie::WeakenedBy, 10, "A lease is a bet on clocks."),
    edge(9, Tie::WeakenedBy, 13, "A holder that pauses looks dead, and is not."),
    edge(11, Tie::WorksAround, 10, "It orders by who heard of what, and asks no clock."),
    edge(12, Tie::Needs, 6, "The effect and the note that it happened are committed together."),
    edge(12, Tie::Needs, 9, "A zombie is kept out by a number that only grows."),
    edge(12, Tie::WeakenedBy, 20, "A filter that remembers what was seen swallows a new message now and then."),
    edge(13, Tie::WorksAround, 3, "A detector that is right in the end is enough to decide."),
    edge(14, Tie::Needs, 13, "Membership by gossip is rumours of who is suspected."),
    edge(15, Tie::Needs, 11, "A cut is consistent when it follows happens-before."),
    edge(16, Tie::WorksAround, 1, "Every replica answers, and all of them merge to the same."),
    edge(16, Tie::Needs, 11, "What was concurrent is told by what each had seen."),
    edge(17, Tie::Needs, 7, "It is agreement again, with liars among the voters."),
    edge(17, Tie::WeakenedBy, 3, "It is safe always, and live only when messages arrive in time."),
    edge(18, Tie::WorksAround, 21, "What is refused at the door does not wait in the queue."),
    edge(18, Tie::WeakenedBy, 10, "A window is a stretch of somebody's clock."),
    edge(19, Tie::Needs, 13, "It opens on errors and silence, which may both be wrong."),
    edge(19, Tie::WorksAround, 21, "A caller that gives up early keeps the queue short."),
    edge(20, Tie::WorksAround, 4, "A digest of what a node has saves the question to it."),
];

/// The lines from and to a topic, its own first.
pub fn of(number: u8) -> impl Iterator<Item = &'static Edge> {
    let own = MAP.iter().filter(move |edge| edge.from == number);
    own.chain(MAP.iter().filter(move |edge| edge.to == number))
}

/// The topic of that number.
pub fn stop(number: u8) -> Option<&'static Stop> {
    PATH.iter().flat_map(|part| part.stops).find(|stop| stop.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_on_the_map_and_every_line_joins_two_of_them_once() {
        for stop in PATH.iter().flat_map(|part| part.stops) {
            assert!(of(stop.number).next().is_some(), "{} hangs together with nothing", stop.title);
        }
        for (index, edge) in MAP.iter().enumerate() {
            assert!(stop(edge.from).is_some() && stop(edge.to).is_some() && edge.from != edge.to, "{edge:?}");
            let again = MAP.iter().skip(index + 1).find(|other| (other.from, other.to) == (edge.from, edge.to));
            assert_eq!(again, None, "said twice");
        }
    }

    #[test]
    fn nothing_needs_itself_by_way_of_others() {
        let needs = |number: u8| MAP.iter().filter(move |edge| edge.from == number && edge.tie == Tie::Needs).map(|edge| edge.to);
        for start in PATH.iter().flat_map(|part| part.stops) {
            let (mut seen, mut ahead): (Vec<u8>, Vec<u8>) = (Vec::new(), needs(start.number).collect());
            while let Some(number) = ahead.pop() {
                assert_ne!(number, start.number, "{} needs itself", start.title);
                if !seen.contains(&number) {
                    seen.push(number);
                    ahead.extend(needs(number));
                }
            }
        }
    }
}
