//! A run that can be rewound: what it starts from, what was done to it, and sparse snapshots of how it went.
//!
//! The future is deterministic, so the past need not be stored: a seek takes the nearest snapshot and plays on from there.
//! Snapshots are at even distances; when there are too many, every other one goes, so memory is bounded whatever the length.
//! Something done in the past forks: the old future stays as a branch.

use super::clock::{Clock, Intervention, Setup};
use super::trace::Record;
use super::{Choice, Error, limits};
use serde::{Deserialize, Serialize};

/// A position in a run: the moment `time_us`, after `after` events of exactly that moment. Unlike a count of events it still
/// means the same when an earlier part of the run is edited.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct At {
    /// Virtual microseconds.
    pub time_us: u64,
    /// Events of exactly that moment that come before.
    pub after: u32,
}

/// Something done to a run, and when.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: At,
    /// What.
    pub what: Intervention,
}

/// One way in which the run went, from the beginning.
#[derive(Clone, Debug)]
pub struct Branch {
    /// Number, from 0, never reused.
    pub id: u32,
    /// The branch from which it forked, and the step at which it did.
    pub parent: Option<(u32, u64)>,
    /// Everything done in it, in order.
    pub journal: Vec<Entry>,
    /// How far it has been played: steps, and the moment.
    pub end: (u64, u64),
}

struct Snapshot {
    clock: Clock,
    /// Entries of the journal done by then.
    done: usize,
}

/// A run, its past, and its other futures.
pub struct Timeline {
    setup: Setup,
    clock: Clock,
    record: Record,
    /// Entries of the active branch's journal done so far.
    done: usize,
    branches: Vec<Branch>,
    active: usize,
    snapshots: Vec<Snapshot>,
    /// Steps between snapshots; doubles when they are thinned.
    spacing: u64,
    /// Entries of the journal that could not be done when their time came; they are skipped.
    skipped: u32,
}

/// Where playing stopped.
#[derive(PartialEq)]
enum Stop {
    /// At the moment that it was to reach.
    Moment,
    /// After as many events as it was to play.
    Events,
    /// After a step that somebody waited for.
    Wanted,
}

/// Steps between the first snapshots.
const SPACING: u64 = 128;
/// Steps of the trace that a seek replays at least, so that the diagram has a past to show.
const TRACE_STEPS_AFTER_SEEK: u64 = 600;

/// Applies the next event of `clock` or entry of `journal` that is due by `until_us`; says whether there was one. `done` counts entries whose
/// time has come, `skipped` those among them that could not be done then.
pub fn step(
    clock: &mut Clock,
    journal: &[Entry],
    done: &mut usize,
    skipped: &mut u32,
    until_us: u64,
    mut record: Option<&mut Record>,
) -> Result<bool, Error> {
    while let Some(entry) = journal.get(*done) {
        let at = entry.at;
        let here = if clock.world().now_us() == at.time_us { clock.at_this_instant() } else { 0 };
        // What comes before the entry: all up to its moment, and at that moment so many events as it says.
        let before_us = if here < at.after { Some(at.time_us) } else { at.time_us.checked_sub(1) };
        if let Some(before_us) = before_us
            && clock.step(until_us.min(before_us), record.as_deref_mut())?
        {
            return Ok(true);
        }
        if at.time_us > until_us {
            return Ok(false);
        }
        clock.advance(at.time_us);
        *done += 1;
        if clock.intervene(&entry.what, record.as_deref_mut()).is_ok() {
            return Ok(true);
        }
        // Nothing happened, and it is not tried again: on to the next.
        *skipped += 1;
    }
    clock.step(until_us, record)
}

impl Timeline {
    /// A run at its beginning, with what is to be done to it.
    pub fn new(setup: Setup, journal: Vec<Entry>) -> Result<Self, Error> {
        if journal.len() > limits::INTERVENTIONS_MAX {
            return Err(Error::limit("interventions", limits::INTERVENTIONS_MAX));
        }
        let clock = Clock::new(&setup)?;
        let snapshots = vec![Snapshot { clock: clock.clone(), done: 0 }];
        let branch = Branch { id: 0, parent: None, journal, end: (0, 0) };
        Ok(Timeline {
            setup,
            clock,
            record: Record::default(),
            done: 0,
            branches: vec![branch],
            active: 0,
            snapshots,
            spacing: SPACING,
            skipped: 0,
        })
    }

    /// What the run starts from.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }
    /// The run at the present moment.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    /// What is written down. Facts, violations and marks reach to the end of the branch; cut them at [`step`](Self::step_count).
    pub fn record(&self) -> &Record {
        &self.record
    }
    /// Steps so far.
    pub fn step_count(&self) -> u64 {
        self.clock.world().steps()
    }
    /// The present moment, in virtual microseconds.
    pub fn now_us(&self) -> u64 {
        self.clock.world().now_us()
    }
    /// The present position.
    pub fn at(&self) -> At {
        At { time_us: self.now_us(), after: self.clock.at_this_instant() }
    }
    /// All branches, the oldest first.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }
    /// The branch on which the run is.
    pub fn branch(&self) -> &Branch {
        // `active` always names a branch; the first one exists from the start.
        &self.branches[self.active.min(self.branches.len() - 1)]
    }
    /// How far the active branch has been played: steps, and the moment in virtual microseconds.
    pub fn end(&self) -> (u64, u64) {
        self.branch().end
    }
    /// What has been done to the run up to now.
    pub fn journal(&self) -> &[Entry] {
        self.branch().journal.get(..self.done).unwrap_or(&[])
    }
    /// Entries of the journal that could not be done when their time came.
    pub fn skipped(&self) -> u32 {
        self.skipped
    }
    /// Snapshots kept now: memory grows with them and not with the length of the run.
    pub fn snapshot_count(&self) -> usize {
        self.snapshots.len()
    }

    /// When the next event or entry of the journal is due, in virtual microseconds; `None` if nothing is.
    pub fn next_us(&mut self) -> Option<u64> {
        let told_us = self.branch().journal.get(self.done).map(|entry| entry.at.time_us.max(self.now_us()));
        self.clock.next_us().into_iter().chain(told_us).min()
    }

    /// Applies the next event or entry of the journal that is due by `until_us`; says whether there was one.
    fn one(&mut self, until_us: u64) -> Result<bool, Error> {
        let branch = self.active.min(self.branches.len() - 1);
        let journal = &self.branches[branch].journal;
        let stepped = step(&mut self.clock, journal, &mut self.done, &mut self.skipped, until_us, Some(&mut self.record))?;
        if stepped {
            self.foretell();
            self.after_step();
        }
        Ok(stepped)
    }

    /// Where nothing happens by itself, the rest of the journal tells where messages go.
    fn foretell(&mut self) {
        if !self.clock.is_manual() {
            return;
        }
        let branch = self.active.min(self.branches.len() - 1);
        let rest = self.branches[branch].journal.get(self.done..).unwrap_or(&[]);
        let end = |entry: &Entry| match &entry.what {
            Intervention::Do(choice) | Intervention::Scripted(choice, _) => match choice {
                Choice::Deliver(id) => Some((*id, entry.at.time_us, false)),
                Choice::Drop(id) => Some((*id, entry.at.time_us, true)),
                _ => None,
            },
            _ => None,
        };
        self.clock.foretell(rest.iter().take_while(|entry| entry.what != Intervention::Manual(false)).filter_map(end));
    }

    fn after_step(&mut self) {
        let steps = self.step_count();
        if steps.is_multiple_of(self.spacing) && self.snapshots.last().is_none_or(|last| last.clock.world().steps() < steps) {
            self.snapshots.push(Snapshot { clock: self.clock.clone(), done: self.done });
            if self.snapshots.len() > limits::SNAPSHOTS_MAX {
                self.spacing *= 2;
                let spacing = self.spacing;
                self.snapshots.retain(|snapshot| snapshot.clock.world().steps() % spacing == 0);
            }
        }
        self.note_end();
    }

    fn note_end(&mut self) {
        let here = (self.step_count(), self.now_us());
        let branch = self.active.min(self.branches.len() - 1);
        let end = &mut self.branches[branch].end;
        *end = (end.0.max(here.0), end.1.max(here.1));
    }

    /// Plays up to the moment `time_us` or for `events_max` events, whichever comes first. Says whether it got there.
    pub fn play_to(&mut self, time_us: u64, events_max: u32) -> Result<bool, Error> {
        self.play(time_us, events_max, |_| false).map(|stop| stop == Stop::Moment)
    }

    /// As [`play_to`](Self::play_to), but no further than the next step that breaks an invariant. Says whether there was one.
    pub fn play_until_broken(&mut self, time_us: u64, events_max: u32) -> Result<bool, Error> {
        self.play(time_us, events_max, Self::broke_now).map(|stop| stop == Stop::Wanted)
    }

    fn play(&mut self, time_us: u64, events_max: u32, wanted: fn(&Self) -> bool) -> Result<Stop, Error> {
        let time_us = time_us.min(limits::TIME_US_MAX);
        for _ in 0..events_max {
            if !self.one(time_us)? {
                self.clock.advance(time_us);
                self.note_end();
                return Ok(Stop::Moment);
            }
            if wanted(self) {
                return Ok(Stop::Wanted);
            }
        }
        Ok(Stop::Events)
    }

    /// Whether the last step broke an invariant. Violations are kept in the order of their steps.
    pub fn broke_now(&self) -> bool {
        let Some(last) = self.step_count().checked_sub(1) else { return false };
        self.record.violations.binary_search_by_key(&last, |violation| violation.step).is_ok()
    }

    /// Plays one event; says whether there was one within the time that a run may take.
    pub fn step(&mut self) -> Result<bool, Error> {
        self.one(limits::TIME_US_MAX)
    }

    /// Goes to the state after `steps` steps: back, or forward as far as there is something to play.
    pub fn seek_step(&mut self, steps: u64) -> Result<(), Error> {
        self.restore(|snapshot| snapshot.clock.world().steps() <= steps.saturating_sub(TRACE_STEPS_AFTER_SEEK), steps);
        while self.step_count() < steps && self.step()? {}
        Ok(())
    }

    /// Goes to the moment `time_us`, after all events of it.
    pub fn seek_time(&mut self, time_us: u64) -> Result<(), Error> {
        let time_us = time_us.min(limits::TIME_US_MAX);
        if time_us < self.now_us() {
            // Two restores: to the moment, for the count of steps there, then back by the trace that the diagram needs.
            self.restore(|snapshot| snapshot.clock.world().now_us() <= time_us, 0);
            let reached = self.step_count().saturating_sub(TRACE_STEPS_AFTER_SEEK);
            self.restore(|snapshot| snapshot.clock.world().steps() <= reached, 0);
        }
        while self.one(time_us)? {}
        self.clock.advance(time_us);
        self.note_end();
        Ok(())
    }

    /// Goes to a position, as a link names it.
    pub fn seek_at(&mut self, at: At) -> Result<(), Error> {
        if at.time_us > 0 {
            self.seek_time(at.time_us - 1)?;
            self.clock.advance(at.time_us);
        } else {
            self.seek_step(0)?;
        }
        while self.clock.at_this_instant() < at.after && self.one(at.time_us)? {}
        self.note_end();
        Ok(())
    }

    /// Puts the latest snapshot in place for which `wanted` holds, unless the present is between it and `target` steps already.
    fn restore(&mut self, wanted: impl Fn(&Snapshot) -> bool, target_steps: u64) {
        let found = self.snapshots.partition_point(wanted).saturating_sub(1);
        let Some(snapshot) = self.snapshots.get(found) else { return };
        if self.step_count() <= target_steps && snapshot.clock.world().steps() <= self.step_count() {
            return;
        }
        self.clock = snapshot.clock.clone();
        self.done = snapshot.done;
        self.record.trace.clear();
        self.foretell();
    }

    /// Does something to the run at the present moment. In the past of the branch this forks: the future that was is kept as a
    /// branch of its own. An error means that nothing changed.
    pub fn intervene(&mut self, what: Intervention) -> Result<(), Error> {
        if self.done >= limits::INTERVENTIONS_MAX {
            return Err(Error::limit("interventions", limits::INTERVENTIONS_MAX));
        }
        // Tried on a copy first: a refused intervention must not fork.
        self.clock.clone().intervene(&what, None)?;
        let (at, steps) = (self.at(), self.step_count());
        let active = self.active.min(self.branches.len() - 1);
        let is_past = steps < self.branches[active].end.0 || self.done < self.branches[active].journal.len();
        if is_past {
            if self.branches.len() >= limits::BRANCHES_MAX {
                return Err(Error::limit("branches", limits::BRANCHES_MAX));
            }
            let parent = &self.branches[active];
            let journal = parent.journal.get(..self.done).unwrap_or(&[]).to_vec();
            let id = u32::try_from(self.branches.len()).unwrap_or(u32::MAX);
            let branch = Branch { id, parent: Some((parent.id, steps)), journal, end: (steps, self.now_us()) };
            self.branches.push(branch);
            self.active = self.branches.len() - 1;
            self.snapshots.retain(|snapshot| snapshot.clock.world().steps() <= steps);
            self.record.truncate_future(steps);
        }
        let active = self.active;
        self.branches[active].journal.push(Entry { at, what: what.clone() });
        self.done += 1;
        self.clock.intervene(&what, Some(&mut self.record))?;
        self.foretell();
        self.after_step();
        Ok(())
    }

    /// Adds a branch in which this is done, and goes to a position of it. The branch that the run was on stays as it is.
    pub fn graft(&mut self, journal: Vec<Entry>, at: At) -> Result<(), Error> {
        if journal.len() > limits::INTERVENTIONS_MAX {
            return Err(Error::limit("interventions", limits::INTERVENTIONS_MAX));
        }
        if self.branches.len() >= limits::BRANCHES_MAX {
            return Err(Error::limit("branches", limits::BRANCHES_MAX));
        }
        let id = u32::try_from(self.branches.len()).unwrap_or(u32::MAX);
        let parent = self.branch().id;
        self.branches.push(Branch { id, parent: Some((parent, 0)), journal, end: (0, 0) });
        self.switch(id)?;
        self.seek_at(at)?;
        let fork = Some((parent, self.step_count()));
        if let Some(branch) = self.branches.last_mut() {
            branch.parent = fork;
        }
        Ok(())
    }

    /// Goes over to another branch, to its end.
    pub fn switch(&mut self, id: u32) -> Result<(), Error> {
        let Some(index) = self.branches.iter().position(|branch| branch.id == id) else {
            return Err(Error::Range(format!("There is no branch {id} of this run.")));
        };
        let (here, there) = (&self.branches[self.active.min(self.branches.len() - 1)].journal, &self.branches[index].journal);
        let common = here.iter().zip(there).take_while(|(a, b)| a == b).count();
        let (end_steps, end_us) = self.branches[index].end;
        self.snapshots.retain(|snapshot| snapshot.done <= common);
        // A snapshot in which a differing entry was overdue but not done would be of the wrong branch.
        let fork_us = here.get(common).into_iter().chain(there.get(common)).map(|entry| entry.at.time_us).min();
        self.snapshots.retain(|snapshot| {
            fork_us.is_none_or(|fork_us| snapshot.clock.world().now_us() < fork_us) || snapshot.clock.world().steps() == 0
        });
        self.active = index;
        let kept = self.snapshots.last().map_or(0, |snapshot| snapshot.clock.world().steps());
        self.record.truncate(kept);
        if let Some(snapshot) = self.snapshots.last() {
            self.clock = snapshot.clock.clone();
            self.done = snapshot.done;
        }
        while self.step_count() < end_steps && self.step()? {}
        self.clock.advance(end_us);
        self.note_end();
        Ok(())
    }
}
