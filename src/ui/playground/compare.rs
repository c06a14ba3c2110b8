//! Comparing: the other run beside the reader's, in step with it, and the thousand runs that a worker plays. Carries out what is asked of
//! both; draws nothing and knows no algorithm.

use super::panels::focus;
use super::{Loaded, Playground, caption, pace};
use crate::lessons::Caption;
use crate::scenario::challenge::Extras;
use crate::scenario::compare::Difference;
use crate::scenario::compare::pair::{Pair, Parting, Played, Watch};
use crate::scenario::measure::{Measure, Sample};
use crate::scenario::search::task::{News, Task};
use crate::scenario::thousand::{Distribution, Sampled, Sampling};
use crate::scenario::{Moment, Scenario};
use crate::sim::{At, Choice, Error, Intervention, ParamKind, Timeline};
use crate::ui::action::{Action, Comparing, Look, Selected};
use crate::ui::page;
use crate::ui::run::Run;
use crate::ui::worker::Job;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use yew::AttrValue;

/// Runs that are played beside the reader's.
const RUNS: u16 = 1_000;
/// Events of both runs that one frame catches up with.
const EVENTS_PER_SLICE: u32 = 5_000;

/// What the reader has chosen to compare, and what came of it.
#[derive(Clone, PartialEq, Default)]
pub struct Compare {
    /// In what the other run is to differ; the page's own choice if the reader made none.
    pub difference: Option<Difference>,
    /// Which of the figures on offer.
    pub figure: usize,
    /// What was measured last.
    pub asked: Option<Rc<Asked>>,
}

/// A thousand runs that a worker was asked for.
#[derive(Clone, PartialEq)]
pub struct Asked {
    /// Of which run.
    pub began: Scenario,
    /// What.
    pub measure: Measure,
    /// In words.
    pub label: String,
    /// What came of it so far.
    pub sampled: Sampled,
    /// Why there is nothing.
    pub refused: Option<String>,
    /// Whether the worker is still at it.
    pub is_running: bool,
}

impl Asked {
    /// Their distribution.
    pub fn distribution(&self) -> Option<Distribution> {
        Distribution::of(&self.sampled.runs, self.measure.is_count())
    }

    /// What a run measures, if it is one of these, or the one that they stand beside.
    pub fn of(&self, run: &Run) -> Option<Option<Sample>> {
        let timeline = run.timeline();
        let is_same = is_like(&run.scenario, &self.began) && timeline.branch().journal == self.began.journal;
        let index = usize::try_from(run.scenario.seed.checked_sub(1)?).ok()?;
        match (is_same, run.scenario.seed == self.began.seed) {
            (false, _) => None,
            (true, true) => Some(self.sampled.own),
            (true, false) => self.sampled.runs.get(index).copied(),
        }
    }
}

/// Whether two runs differ in nothing but their seed and in what is done to them.
fn is_like(one: &Scenario, other: &Scenario) -> bool {
    let bare = |scenario: &Scenario| Scenario { journal: Vec::new(), moment: Moment::default(), seed: 0, ..scenario.clone() };
    bare(one) == bare(other)
}

/// The other run.
pub struct Beside {
    difference: Difference,
    loaded: Loaded,
    /// What of the reader's run means nothing in it.
    left_out: Vec<Intervention>,
    /// How many things were not possible when their time came.
    refused: u32,
    watch: Watch,
    /// The reader's run from its beginning, while both are played up to the present.
    scout: Option<Timeline>,
    /// The branch of the reader's run that it goes along with.
    branch: u32,
    /// What the reader points at in it.
    look: Look,
    /// Whether the panels show it.
    has_panels: bool,
}

/// Both runs as components see them.
#[derive(Clone)]
pub struct Both {
    /// The reader's.
    pub here: Run,
    /// The other.
    pub there: Run,
    /// In what it differs.
    pub difference: Difference,
    /// Where they part, if that is known.
    pub parting: Option<Rc<Parting>>,
    /// What of the reader's run means nothing in the other.
    pub left_out: Rc<Vec<Intervention>>,
    /// How many things were not possible there.
    pub refused: u32,
    /// Whether the other is still being played up to the present.
    pub is_behind: bool,
    /// Whether the panels show the other.
    pub is_there: bool,
    /// What just happened in the other.
    pub said: Option<caption::Said>,
    /// What the reader points at in the other.
    pub look: Look,
}

impl Beside {
    fn new(run: &Loaded, difference: Difference) -> Result<Beside, String> {
        let timeline = run.timeline.borrow();
        let other = difference.other(&run.scenario, &timeline.branch().journal).map_err(|why| why.to_string())?;
        let beginning = Scenario { journal: timeline.branch().journal.clone(), ..(*run.scenario).clone() };
        let scout = beginning.timeline().map_err(|why| why.to_string())?;
        let there = other.scenario.timeline().map_err(|why| why.to_string())?;
        let loaded = Loaded {
            scenario: Rc::new(other.scenario),
            name: OnceCell::from(None),
            title: AttrValue::default(),
            note: Rc::from(""),
            timeline: Rc::new(RefCell::new(there)),
            edits: 0,
            edited: None,
            sent: Rc::default(),
            said: None,
        };
        Ok(Beside {
            difference,
            loaded,
            left_out: other.left_out,
            refused: 0,
            watch: difference.watch(),
            scout: Some(scout),
            branch: timeline.branch().id,
            look: Look::default(),
            has_panels: false,
        })
    }

    /// Does something with both runs.
    fn pair<T>(&mut self, here: &RefCell<Timeline>, does: impl FnOnce(&mut Pair<'_>) -> T) -> T {
        self.loaded.edits += 1;
        let (mut here, mut there) = (here.borrow_mut(), self.loaded.timeline.borrow_mut());
        does(&mut Pair { here: &mut here, there: &mut there, watch: &mut self.watch })
    }

    /// Plays the other on to where the reader's run is, a slice of it.
    fn catch_up(&mut self, here: &Timeline) -> Result<(), Error> {
        let Some(scout) = &mut self.scout else { return Ok(()) };
        let mut there = self.loaded.timeline.borrow_mut();
        self.loaded.edits += 1;
        let played = Pair { here: scout, there: &mut there, watch: &mut self.watch }.play(here.now_us(), EVENTS_PER_SLICE, false)?;
        if played == Played::There {
            self.scout = None;
            self.refused = there.skipped();
            there.seek_at(here.at())?;
        }
        Ok(())
    }

    /// Does in the other what was done in the reader's run; says why it could not be done there.
    fn tell(&mut self, here: &Loaded, what: &Intervention) -> Result<(), String> {
        let translated = self.difference.translate(&here.scenario, &self.loaded.scenario, what);
        let told = match translated {
            Some(what) => self.loaded.timeline.borrow_mut().intervene(what).map_err(|error| error.to_string()),
            None => Err("It means nothing there.".to_owned()),
        };
        self.refused += u32::from(told.is_err());
        self.pair(&here.timeline, |pair| pair.told(told.is_ok()));
        told
    }

    fn both(&self, here: &Loaded) -> Both {
        Both {
            here: here.handle(),
            there: self.loaded.handle(),
            difference: self.difference,
            parting: self.watch.parting.clone().map(Rc::new),
            left_out: Rc::new(self.left_out.clone()),
            refused: self.refused,
            is_behind: self.scout.is_some(),
            is_there: self.has_panels,
            said: self.loaded.said.clone(),
            look: self.look,
        }
    }
}

/// Where they part and what is left out changes only with one of the runs, so these are told apart by little.
impl PartialEq for Both {
    fn eq(&self, other: &Self) -> bool {
        let little = |both: &Both| (both.parted_us(), both.left_out.len(), both.refused, both.is_behind, both.is_there, both.difference);
        self.here == other.here
            && self.there == other.there
            && self.look == other.look
            && self.said == other.said
            && little(self) == little(other)
    }
}

impl Both {
    /// The look of the other's side: time and tools are those of both, what is pointed at is its own.
    pub fn look_there(&self, look: Look) -> Look {
        let Look { selected, menu, cone, .. } = self.look;
        Look { selected, menu, cone, ..look }
    }

    /// When both part, if that is known.
    pub fn parted_us(&self) -> Option<u64> {
        self.parting.as_ref().map(|parting| parting.time_us)
    }

    /// The same, equal to itself until the next event.
    pub fn at_step(&self) -> Both {
        Both { here: self.here.at_step(), there: self.there.at_step(), ..self.clone() }
    }
}

/// The difference that the page offers first: a rule switched, or whatever there is to switch, or another seed.
pub fn first_difference(run: &Run) -> Difference {
    let timeline = run.timeline();
    let specs = timeline.setup().algorithm.params();
    let rule = (0u16..).zip(specs).find(|(_, spec)| spec.kind == ParamKind::Rule);
    let switch = rule.or_else(|| (0u16..).zip(specs).find(|(_, spec)| spec.kind == ParamKind::Toggle));
    match switch {
        Some((index, _)) => Difference::Param { index, value: 1 - last_value(&timeline, index) },
        None => Difference::Seed(run.scenario.seed.wrapping_add(1)),
    }
}

/// The value that a param has at the end of all that is done to a run, which may lie ahead.
pub fn last_value(timeline: &Timeline, index: u16) -> i64 {
    let set = timeline.branch().journal.iter().rev().find_map(|entry| match &entry.what {
        Intervention::Do(Choice::Param { index: set, value }) if *set == index => Some(*value),
        _ => None,
    });
    set.unwrap_or_else(|| timeline.clock().world().params().get(index))
}

impl Playground {
    /// Both runs, if there are two.
    pub(super) fn both(&self) -> Option<Both> {
        self.beside.as_ref().zip(self.run.as_ref()).map(|(beside, run)| beside.both(run))
    }

    /// Whether the other run is still being played up to the present.
    pub(super) fn is_catching_up(&self) -> bool {
        self.beside.as_ref().is_some_and(|beside| beside.scout.is_some())
    }

    pub(super) fn compare(&mut self, comparing: Comparing) {
        if matches!(comparing, Comparing::Begin(_) | Comparing::End | Comparing::OpenOther) {
            // The button that was pressed goes with what it did.
            focus("tab-compare");
        }
        match comparing {
            Comparing::Differ(difference) => Rc::make_mut(&mut self.compare).difference = Some(difference),
            Comparing::Begin(difference) => {
                self.compare_with(difference);
                page::show_top_of("pg-body");
            }
            Comparing::End => self.beside = None,
            Comparing::Panels(there) => self.beside.iter_mut().for_each(|beside| beside.has_panels = there),
            Comparing::OpenOther => {
                let Some(beside) = self.beside.take() else { return };
                let mut scenario = beside.loaded.scenario.capture(&beside.loaded.timeline.borrow());
                scenario.moment.fingerprint = None;
                self.attempt = None;
                self.open(scenario, "The other run".into(), "This is the run that stood beside yours.".into());
            }
            Comparing::GoToParting => {
                let parting = self.beside.as_ref().and_then(|beside| beside.watch.parting.as_ref());
                if let Some(time_us) = parting.map(|parting| parting.time_us) {
                    self.travel(|timeline| timeline.seek_time(time_us));
                }
            }
            Comparing::Figure(figure) => Rc::make_mut(&mut self.compare).figure = figure,
            Comparing::Measure(measure, label) => self.measure(measure, label),
            Comparing::Stop => {
                self.counting = None;
                self.asked(|asked| asked.is_running = false);
            }
            Comparing::OpenBar(bar) => self.open_bar(bar),
        }
    }

    /// Puts another run beside the reader's.
    pub(super) fn compare_with(&mut self, difference: Difference) {
        let Some(run) = self.run.as_ref().filter(|_| self.opening.is_none()) else { return };
        let before = self.beside.take();
        match Beside::new(run, difference) {
            Ok(beside) => {
                let (look, has_panels) = before.map_or((Look::default(), false), |before| (before.look, before.has_panels));
                self.beside = Some(Beside { look, has_panels, ..beside });
                self.catch_up();
            }
            Err(why) => self.notice = Some(why.into()),
        }
    }

    /// Opens a run that differs from the one at hand in little: what stands beside that stands beside this.
    pub(super) fn open_again(&mut self, scenario: Scenario, title: AttrValue, note: Rc<str>, sent: Rc<Extras>) {
        let difference = self.beside.as_ref().map(|beside| beside.difference);
        self.open_with(scenario, title, note, sent);
        match (difference, &self.opening) {
            (Some(difference), None) => self.compare_with(difference),
            (difference, _) => self.difference_waiting = difference,
        }
    }

    /// Plays the other run on to the present, a slice of it.
    pub(super) fn catch_up(&mut self) {
        let (Some(beside), Some(run)) = (&mut self.beside, &self.run) else { return };
        let caught = beside.catch_up(&run.timeline.borrow());
        if caught.is_err() {
            self.beside = None;
        }
        self.report(caught);
        self.after_other();
    }

    /// After the reader's run went somewhere else, or `step` moves both: the other goes along.
    pub(super) fn follow(&mut self) {
        let (Some(beside), Some(run)) = (&mut self.beside, &self.run) else { return };
        if beside.scout.is_some() || run.timeline.borrow().branch().id != beside.branch {
            // It went another way from some moment on: so does the other, and they may part elsewhere.
            let difference = beside.difference;
            return self.compare_with(difference);
        }
        let followed = beside.pair(&run.timeline, |pair| pair.follow());
        self.report(followed);
        self.after_other();
    }

    /// Moves both runs by one event, if there are two; says whether there are.
    pub(super) fn step_both(&mut self, back: bool) -> bool {
        let (Some(beside), Some(run)) = (&mut self.beside, &mut self.run) else { return false };
        if beside.scout.is_some() {
            return true;
        }
        run.edits += 1;
        self.look.playing = false;
        let stepped = beside.pair(&run.timeline, |pair| if back { pair.step_back() } else { pair.step().map(|_| ()) });
        self.report(stepped);
        self.after_change();
        self.after_other();
        true
    }

    /// Plays both runs in step, if there are two.
    pub(super) fn play_both(&mut self, to_us: u64, events_max: u32, until_broken: bool) -> Option<Result<bool, Error>> {
        let (beside, run) = (self.beside.as_mut()?, self.run.as_ref()?);
        let played = beside.pair(&run.timeline, |pair| pair.play(to_us, events_max, until_broken));
        self.after_other();
        Some(played.map(|played| played == Played::Broken))
    }

    /// Whether something may be done to both runs. The one thing in which they differ may not.
    pub(super) fn refuses(&mut self, interventions: &[Intervention]) -> bool {
        self.close_menu_there();
        let Some(beside) = &self.beside else { return false };
        let is_about = interventions.iter().any(|what| beside.difference.is_about(what));
        if is_about {
            self.notice = Some("This is what the two runs differ in. End the comparison to change it.".into());
        }
        is_about
    }

    /// What was done in the reader's run is done in the other.
    pub(super) fn tell_other(&mut self, done: &[Intervention]) {
        let (Some(beside), Some(run)) = (&mut self.beside, &self.run) else { return };
        if beside.scout.is_some() || run.timeline.borrow().branch().id != beside.branch {
            return self.follow();
        }
        pace(&mut beside.loaded.timeline.borrow_mut());
        let refused: Vec<String> = done.iter().filter_map(|what| beside.tell(run, what).err()).collect();
        if let Some(why) = refused.first() {
            self.notice = Some(format!("It is done here, but not in the other run. {why}").into());
        }
        self.after_other();
    }

    /// What the reader does on the other's side.
    pub(super) fn act_there(&mut self, action: Action) {
        let Some(beside) = &mut self.beside else { return };
        match action {
            Action::Menu(menu) => (beside.look.menu, self.look.menu) = (menu, None),
            Action::Cone(step) => beside.look.cone = step,
            Action::Select(selected) => {
                beside.look.selected = selected;
                self.look.selected = in_both(selected);
            }
            Action::History(history) => {
                beside.loaded.edited = history;
                beside.loaded.edits += 1;
            }
            Action::SeekStep(steps) => {
                let Some(run) = self.run.as_mut().filter(|_| beside.scout.is_none()) else { return };
                run.edits += 1;
                (self.look.playing, beside.look.menu) = (false, None);
                let sought = beside.pair(&run.timeline, |pair| pair.there.seek_step(steps).and_then(|()| pair.lead()));
                self.report(sought);
                self.after_change();
                self.after_other();
            }
            action => self.carry_out(action),
        }
    }

    /// What the reader points at here is pointed at there too, if it has the same name there.
    pub(super) fn point_there(&mut self, selected: Option<Selected>) {
        if let Some(beside) = &mut self.beside {
            beside.look.selected = in_both(selected);
        }
    }

    /// A menu has opened or closed on this side.
    pub(super) fn close_menu_there(&mut self) {
        self.beside.iter_mut().for_each(|beside| beside.look.menu = None);
    }

    /// The caption of the other run.
    fn after_other(&mut self) {
        let captions: &[Caption] = &self.lesson.captions;
        if let Some(beside) = &mut self.beside {
            beside.loaded.said = caption::latest(&beside.loaded.timeline.borrow(), captions);
        }
    }

    // ---- a thousand runs ----

    fn asked(&mut self, change: impl FnOnce(&mut Asked)) {
        if let Some(asked) = &mut Rc::make_mut(&mut self.compare).asked {
            change(Rc::make_mut(asked));
        }
    }

    fn measure(&mut self, measure: Measure, label: String) {
        let Some(run) = self.run.as_ref().filter(|_| self.opening.is_none()) else { return };
        let journal = run.timeline.borrow().branch().journal.clone();
        let began = Scenario { journal, moment: Moment::default(), ..(*run.scenario).clone() };
        let order = Task::Thousand(Sampling { measure: measure.clone(), runs: RUNS }).to_text(&began);
        let job = order.and_then(|order| Job::new(&order, self.counted.clone()));
        let refused = job.as_ref().err().cloned();
        self.counting = job.ok();
        let is_running = refused.is_none();
        let asked = Asked { began, measure, label, sampled: Sampled::default(), refused, is_running };
        Rc::make_mut(&mut self.compare).asked = Some(Rc::new(asked));
    }

    /// The worker tells what the runs have measured so far.
    pub(super) fn hear_count(&mut self, news: News) {
        if self.counting.is_none() {
            // What it said before it was stopped may arrive after.
            return;
        }
        match news {
            News::Thousand(sampled) => self.asked(|asked| (asked.is_running, asked.sampled) = (!sampled.is_over, sampled)),
            News::Refused(why) => self.asked(|asked| (asked.is_running, asked.refused) = (false, Some(why))),
            News::Search(_) | News::Shrink(_) => {}
        }
        if self.compare.asked.as_ref().is_none_or(|asked| !asked.is_running) {
            self.counting = None;
        }
    }

    /// Opens a run of a bar: its first, or the next after the one at hand.
    fn open_bar(&mut self, bar: usize) {
        let Some((asked, run)) = self.compare.asked.clone().zip(self.run.as_ref()) else { return };
        let Some(distribution) = asked.distribution() else { return };
        let is_in = |sample: &Sample| distribution.bar_of(sample.value) == Some(bar);
        let seeds = (1u64..).zip(&asked.sampled.runs).filter_map(|(seed, sample)| sample.filter(is_in).map(|sample| (seed, sample)));
        let seeds: Vec<(u64, Sample)> = seeds.collect();
        let now = run.scenario.seed;
        let Some((seed, sample)) = seeds.iter().find(|(seed, _)| *seed > now).or(seeds.first()).copied() else { return };
        // All that happens at that moment has happened.
        let moment = Moment { at: At { time_us: sample.at_us, after: u32::MAX }, fingerprint: None };
        self.attempt = None;
        let title = format!("Seed {seed}");
        self.open(
            Scenario { seed, moment, ..asked.began.clone() },
            title.into(),
            "One of the thousand runs. Rewind to see how it came to this.".into(),
        );
    }
}

/// A thing that has the same name in both runs; the number of an event has not.
fn in_both(selected: Option<Selected>) -> Option<Selected> {
    selected.filter(|selected| !matches!(selected, Selected::Step(_)))
}
