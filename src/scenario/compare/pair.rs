//! Two runs in step: one clock for both, event by event, and the first event in which they are not alike. Knows no page.

use crate::scenario::export::sentence;
use crate::sim::{At, Choice, Error, Event, Flight, Intervention, NodeId, Timeline, limits};
use std::cmp::Ordering;

/// Where two runs part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parting {
    /// When, in virtual microseconds.
    pub time_us: u64,
    /// What happens in both, if they differ only in what comes of it; empty otherwise.
    pub both: String,
    /// What happens in the first, or comes of it; empty if nothing does.
    pub here: String,
    /// The same of the other.
    pub there: String,
}

/// Watches two runs for the event in which they part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// A param that only one of them is told of.
    ignored: Option<u16>,
    /// Whether states of the one can be compared with those of the other.
    alike: bool,
    /// Where they part, once that is known.
    pub parting: Option<Parting>,
}

impl Watch {
    /// Of two runs of one algorithm (`alike`) or of two. That the param `ignored` is turned in one of them is no parting.
    pub fn new(ignored: Option<u16>, alike: bool) -> Self {
        Watch { ignored, alike, parting: None }
    }

    fn is_ignored(&self, event: &Event) -> bool {
        matches!(&event.what, Intervention::Do(Choice::Param { index, .. }) if Some(*index) == self.ignored)
    }

    /// Compares what has just happened in both, or in one of them.
    fn compare(&mut self, (here, stepped_here): (&Timeline, bool), (there, stepped_there): (&Timeline, bool)) {
        if self.parting.is_some() || !(stepped_here || stepped_there) {
            return;
        }
        let last = |timeline: &Timeline, stepped: bool| timeline.record().trace.last().filter(|_| stepped).cloned();
        match (last(here, stepped_here), last(there, stepped_there)) {
            (Some(a), Some(b)) if is_same_event(&a, &b) => {
                if let Some((says_here, says_there)) = self.outcomes((here, &a), (there, &b)) {
                    self.parting = Some(Parting { time_us: a.time_us, both: sentence(here, &a), here: says_here, there: says_there });
                }
            }
            (a, b) => {
                let says = |timeline: &Timeline, event: Option<&Event>| event.map_or_else(String::new, |event| sentence(timeline, event));
                let (says_here, says_there) = (says(here, a.as_deref()), says(there, b.as_deref()));
                self.parting = Some(Parting { time_us: here.now_us(), both: String::new(), here: says_here, there: says_there });
            }
        }
    }

    /// What came of the same event in both, if that is not the same.
    fn outcomes(&self, (here, a): (&Timeline, &Event), (there, b): (&Timeline, &Event)) -> Option<(String, String)> {
        let state = |timeline: &Timeline, node: NodeId| timeline.clock().world().slot(node).map(|slot| slot.fingerprint());
        let is_same_state = !self.alike || a.actor.is_none_or(|node| state(here, node) == state(there, node));
        let is_same = a.said == b.said && a.reason == b.reason && is_same_state && sent(here, a).eq(sent(there, b));
        (!is_same).then(|| {
            let ways: [fn(&Timeline, &Event, &Timeline) -> String; 3] = [|_, event, _| event.said.join("; "), sends, becomes];
            let mut words = ways.iter().map(|way| (way(here, a, there), way(there, b, here)));
            words.find(|(here, there)| here != there).unwrap_or_else(|| {
                // What it keeps has no field that shows it.
                ("it keeps something else than there".to_owned(), "it keeps something else than here".to_owned())
            })
        })
    }
}

/// Whether the same happens, at the same moment.
fn is_same_event(a: &Event, b: &Event) -> bool {
    let says = |message: &Option<Flight>| message.as_ref().map(|flight| flight.payload.fingerprint());
    a.time_us == b.time_us && a.what == b.what && a.actor == b.actor && says(&a.message) == says(&b.message)
}

/// The messages that the last event of a run sent, by what they say.
fn sent<'a>(timeline: &'a Timeline, event: &Event) -> impl Iterator<Item = (NodeId, u64)> + use<'a> {
    // What is no choice sends nothing.
    let count = if event.sent == 0 { 0 } else { usize::MAX };
    timeline.clock().sent().take(count).map(|flight| (flight.id.to, flight.payload.fingerprint()))
}

/// The same in words.
fn sends(timeline: &Timeline, event: &Event, _: &Timeline) -> String {
    if event.sent == 0 {
        return "sends nothing".to_owned();
    }
    let algorithm = timeline.setup().algorithm;
    let words = timeline.clock().sent().map(|flight| format!("to {} {}", flight.id.to, algorithm.describe(&*flight.payload)));
    format!("sends {}", words.collect::<Vec<_>>().join(", "))
}

/// The fields of the event's node that are not as they are in the other run.
fn becomes(timeline: &Timeline, event: &Event, other: &Timeline) -> String {
    let Some(node) = event.actor else { return String::new() };
    let fields = |timeline: &Timeline| timeline.setup().algorithm.view(timeline.clock().world(), node).fields;
    let theirs = fields(other);
    let mine = fields(timeline).into_iter().filter(|field| !theirs.contains(field));
    mine.map(|field| format!("{} {}", field.name, field.value)).collect::<Vec<_>>().join(", ")
}

/// Two runs at the same moment, and what watches them.
pub struct Pair<'a> {
    /// The first.
    pub here: &'a mut Timeline,
    /// The other.
    pub there: &'a mut Timeline,
    /// Where they part.
    pub watch: &'a mut Watch,
}

/// How far both were played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Played {
    /// To the moment that was asked for.
    There,
    /// For as many events as they might take.
    Events,
    /// To an event that broke an invariant in one of them.
    Broken,
}

impl Pair<'_> {
    /// When the next thing happens in either.
    fn next_us(&mut self) -> Option<u64> {
        self.here.next_us().into_iter().chain(self.there.next_us()).min().filter(|next_us| *next_us <= limits::TIME_US_MAX)
    }

    /// Plays the next event of each that is due at `time_us`, at which nothing is overdue. Says whether one broke an invariant.
    fn one(&mut self, time_us: u64) -> Result<bool, Error> {
        let step = |timeline: &mut Timeline| loop {
            let steps = timeline.step_count();
            timeline.play_to(time_us, 1)?;
            if timeline.step_count() == steps {
                return Ok(false);
            }
            if !timeline.record().trace.last().is_some_and(|event| self.watch.is_ignored(event)) {
                return Ok::<bool, Error>(true);
            }
        };
        let (here, there) = (step(self.here)?, step(self.there)?);
        self.watch.compare((self.here, here), (self.there, there));
        Ok((here && self.here.broke_now()) || (there && self.there.broke_now()))
    }

    /// The next event of either; says whether there was one.
    pub fn step(&mut self) -> Result<bool, Error> {
        let steps = |pair: &Self| (pair.here.step_count(), pair.there.step_count());
        let before = steps(self);
        while let Some(next_us) = self.next_us() {
            self.one(next_us)?;
            // What was to be done then may have been impossible.
            if steps(self) != before {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Plays both up to a moment, for so many events at most, and no further than what breaks an invariant if that is wanted.
    pub fn play(&mut self, to_us: u64, events_max: u32, until_broken: bool) -> Result<Played, Error> {
        for _ in 0..events_max {
            match self.next_us().filter(|next_us| *next_us <= to_us) {
                Some(next_us) => {
                    if self.one(next_us)? && until_broken {
                        return Ok(Played::Broken);
                    }
                }
                None => {
                    // Nothing is due: time passes.
                    self.here.play_to(to_us, 1)?;
                    self.there.play_to(to_us, 1)?;
                    return Ok(Played::There);
                }
            }
        }
        Ok(Played::Events)
    }

    /// Takes back the last event, in whichever it was, or in both.
    pub fn step_back(&mut self) -> Result<(), Error> {
        let last = |timeline: &Timeline| timeline.record().trace.last().map(|event| event.time_us);
        let Some(last_us) = last(self.here).max(last(self.there)) else { return Ok(()) };
        // Of one moment, the first events of both came together, and the second ones, and so on.
        let count = |timeline: &Timeline| timeline.record().trace.events().rev().take_while(|event| event.time_us == last_us).count();
        let most = count(self.here).max(count(self.there));
        for timeline in [&mut *self.here, &mut *self.there] {
            if count(timeline) == most {
                timeline.seek_step(timeline.step_count().saturating_sub(1))?;
            }
        }
        // The one that is left where it was may have had an event since.
        let before_us = last(self.here).max(last(self.there)).unwrap_or(0);
        for timeline in [&mut *self.here, &mut *self.there] {
            match timeline.now_us().cmp(&before_us) {
                Ordering::Less => timeline.seek_at(At { time_us: before_us, after: 0 })?,
                Ordering::Equal => {}
                Ordering::Greater => timeline.seek_time(before_us)?,
            }
        }
        Ok(())
    }

    /// Both have just been told the same; whether the other did it.
    pub fn told(&mut self, there: bool) {
        self.watch.compare((self.here, true), (self.there, there));
    }

    /// The other goes to where the first is.
    pub fn follow(&mut self) -> Result<(), Error> {
        self.there.seek_at(self.here.at())
    }

    /// The first goes to where the other is.
    pub fn lead(&mut self) -> Result<(), Error> {
        self.here.seek_at(self.there.at())
    }
}
