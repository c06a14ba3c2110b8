//! The playground: owns a run, carries out actions, and draws stage, diagram, transport and panels.

pub mod brief;
pub mod caption;
pub mod compare;
pub mod diagram;
pub mod experiments;
pub mod explore;
pub mod halves;
mod opening;
pub mod panels;
pub mod stage;
pub mod transport;

use crate::check::explorer::replay::PACE_US;
use crate::check::history::parse;
use crate::lessons::LessonData;
use crate::lessons::progress::Progress;
use crate::scenario::challenge::Extras;
use crate::scenario::compare::Difference;
use crate::scenario::link::Source;
use crate::scenario::search::Search;
use crate::scenario::search::task::{News, Task};
use crate::scenario::{Moment, Scenario, link};
use crate::sim::timeline::Entry;
use crate::sim::{At, Choice, Error, ExhibitKind, History, Intervention, Timeline};
use crate::topics::Topic;
use crate::ui::action::{Action, Dock, Exploring, Look, SPEED_USUAL, SPEEDS, Selected, Tab, Tool};
use crate::ui::memory;
use crate::ui::part::keyed;
use crate::ui::rest::{Program, Rest};
use crate::ui::run::Run;
use crate::ui::svg::{self, icon};
use crate::ui::worker::Job;
use crate::ui::{page, questions};
use brief::BriefProps;
use caption::{CaptionStripProps, Said};
use compare::{Beside, Both, Compare};
use experiments::Attempt;
use explore::{Asked, Explore};
use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use opening::Opening;
use panels::teach::Teach;
use stage::Hands;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::slice;
use yew::prelude::*;

/// Events that one frame plays at most: what is left is played in the next.
const EVENTS_PER_FRAME_MAX: u32 = 4_000;
/// A frame that comes later than this (a hidden tab, a long pause) counts as one of this length.
const FRAME_MS_MAX: f64 = 100.0;
/// How long a caption slows time down, in real milliseconds, and by how much.
const SLOW_MS: f64 = 1_400.0;
const SLOW_FACTOR: f64 = 0.25;
/// Seed of the runs that no scenario names.
const SEED_USUAL: u64 = 1;

/// Properties of [`Playground`].
#[derive(Properties)]
pub struct PlaygroundProps {
    /// The lesson around it.
    pub lesson: Rc<LessonData>,
    /// What the page can run and draw at first.
    pub program: &'static Program,
    /// The rest of it, where the page cannot begin without.
    pub rest: Option<&'static Rest>,
}

/// There is one of a page's, so two are the same if they are of the same lesson.
impl PartialEq for PlaygroundProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lesson, &other.lesson) && self.rest == other.rest
    }
}

/// What the playground is told.
pub enum Msg {
    /// A reader asks for something.
    Act(Action),
    /// An animation frame, with its time in milliseconds.
    Frame(f64),
    /// The address names another run.
    Hash,
    /// What the worker tells, with the real milliseconds since it began.
    Told(News, f64),
    /// What the worker tells that plays a thousand runs.
    Counted(News),
    /// The reader touches the playground: the rest of the program will be needed.
    Touched,
    /// It has come, or could not be had.
    Came(Option<&'static Rest>),
}

/// The playground of a page.
pub struct Playground {
    lesson: Rc<LessonData>,
    program: &'static Program,
    rest: Option<&'static Rest>,
    /// Whether the rest is on its way.
    is_fetching: bool,
    /// What the reader asked for before the rest was here.
    early: Vec<Msg>,
    progress: Progress,
    /// Whether the browser has noted that the reader does something in this lesson.
    visited: bool,
    run: Option<Loaded>,
    look: Look,
    opening: Option<Opening>,
    attempt: Option<Attempt>,
    explore: Rc<Explore>,
    /// What is to be said beside the run when it is sent.
    teach: Rc<Teach>,
    /// The worker that answers, while it does.
    job: Option<Job>,
    /// An experiment whose search begins once its run is open.
    goal_waiting: Option<String>,
    told: Callback<(News, f64)>,
    compare: Rc<Compare>,
    /// The run beside the reader's.
    beside: Option<Beside>,
    /// Put beside the run once that is open.
    difference_waiting: Option<Difference>,
    /// The worker that plays a thousand runs, while it does.
    counting: Option<Job>,
    counted: Callback<(News, f64)>,
    notice: Option<AttrValue>,
    frame: Option<AnimationFrame>,
    last_frame_ms: Option<f64>,
    slow_until_ms: f64,
    now_ms: f64,
    /// Virtual microseconds that the last frames left over.
    carry_us: f64,
    act: Callback<Action>,
    /// The same, for what shows the other run.
    act_there: Callback<Action>,
    /// Kept for as long as the playground lives.
    listeners: Vec<EventListener>,
}

/// An open run.
struct Loaded {
    scenario: Rc<Scenario>,
    /// Its name in the lesson, found once: what is watched for goals depends on it at every step. See [`name_in`](Loaded::name_in).
    name: OnceCell<Option<String>>,
    title: AttrValue,
    note: Rc<str>,
    timeline: Rc<RefCell<Timeline>>,
    /// Counts what the page did to the run, so that handles on it tell moments apart.
    edits: u64,
    /// The reader's copy of its history.
    edited: Option<Rc<History>>,
    /// What its sender said beside it.
    sent: Rc<Extras>,
    said: Option<Said>,
}

impl Loaded {
    fn handle(&self) -> Run {
        Run::new(&self.timeline, &self.scenario, self.edits, self.edited.clone(), &self.sent)
    }

    fn name_in(&self, lesson: &LessonData) -> Option<&str> {
        self.name.get_or_init(|| experiments::name_of(lesson, &self.scenario)).as_deref()
    }
}

/// `412.0 ms`, `1.250 s`.
pub fn format_time(time_us: u64) -> String {
    if time_us < 1_000_000 {
        format!("{}.{} ms", time_us / 1_000, time_us / 100 % 10)
    } else {
        format!("{}.{:03} s", time_us / 1_000_000, time_us / 1_000 % 1_000)
    }
}

impl Component for Playground {
    type Message = Msg;
    type Properties = PlaygroundProps;

    fn create(ctx: &Context<Self>) -> Self {
        let lesson = Rc::clone(&ctx.props().lesson);
        let link = ctx.link().clone();
        let mut listeners = opening::file_listeners(ctx.link().callback(Msg::Act));
        listeners.extend(opening::touch_listeners(&ctx.link().callback(|()| Msg::Touched)));
        if let Some(window) = page::window() {
            listeners.push(EventListener::new(&window, "hashchange", move |_| link.send_message(Msg::Hash)));
            let act = ctx.link().callback(Msg::Act);
            listeners.push(EventListener::new(&window, "keydown", move |event| {
                if page::is_escape_in_playground(event) {
                    act.emit(Action::Dock(Dock::Bar));
                }
            }));
        }
        let mut playground = Playground {
            program: ctx.props().program,
            rest: ctx.props().rest,
            is_fetching: false,
            early: Vec::new(),
            progress: Progress::default(),
            // Where there is nothing to reach, there is nothing to go on with.
            visited: lesson.experiments.is_empty(),
            run: None,
            look: Look { speed: SPEED_USUAL, dock: page::first_dock(), ..Look::default() },
            opening: None,
            attempt: None,
            explore: Rc::default(),
            teach: Rc::default(),
            job: None,
            goal_waiting: None,
            told: ctx.link().callback(|(news, elapsed_ms)| Msg::Told(news, elapsed_ms)),
            compare: Rc::default(),
            beside: None,
            difference_waiting: None,
            counting: None,
            counted: ctx.link().callback(|(news, _)| Msg::Counted(news)),
            notice: None,
            frame: None,
            last_frame_ms: None,
            slow_until_ms: 0.0,
            now_ms: 0.0,
            carry_us: 0.0,
            act: ctx.link().callback(Msg::Act),
            act_there: ctx.link().callback(|action| Msg::Act(Action::There(Box::new(action)))),
            listeners,
            lesson,
        };
        playground.listeners.extend(questions::listen(&playground.lesson, &playground.act));
        match playground.rest {
            Some(rest) => {
                (rest.recall)(&mut playground);
                (rest.begin)(&mut playground);
            }
            None => {
                // Reading that is the rest's.
                if memory::has_progress(&playground.lesson.slug) {
                    playground.fetch(ctx);
                }
                let scenario = first_run(&playground.lesson, playground.program);
                scenario.into_iter().for_each(|scenario| playground.open_first(scenario));
            }
        }
        playground
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match (msg, self.rest) {
            (Msg::Frame(now_ms), _) if self.opening.is_some() => {
                (self.frame, self.now_ms) = (None, now_ms);
                self.go_on_opening();
            }
            (Msg::Touched, rest) => {
                if rest.is_none() {
                    self.fetch(ctx);
                }
                return false;
            }
            (Msg::Came(rest), _) => self.came(rest),
            (msg, Some(rest)) => (rest.update)(self, msg),
            (msg, None) => {
                self.early.push(msg);
                page::show_waiting(true);
                self.fetch(ctx);
                // What the reader has ticked stays ticked until it is known what came of it.
                return false;
            }
        }
        self.keep_frames(ctx);
        true
    }

    fn view(&self, _ctx: &Context<Self>) -> Html {
        html! {
            <>
                <h2 class="sr-only">{ "Playground" }</h2>
                <a class="to-text" href="#main">{ "Back to the text (Escape)" }</a>
                { self.view_dock() }
                <div class="pg-body" id="pg-body" data-pair={self.beside.is_some().then_some("")}>
                    { self.view_title() }
                    { self.view_notice() }
                    { self.view_run() }
                </div>
                { self.view_experiments() }
                { questions::shows(&self.lesson, &self.progress, &self.act) }
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let Some(root) = page::playground() {
            let dock = match self.look.dock {
                Dock::Bar => "bar",
                Dock::Half => "half",
                Dock::Full => "full",
            };
            // The attribute names are valid ones, so this cannot fail. What stays as it is is not written: this is every frame, and
            // `assets/focus.js` looks at the page anew when the dock is another.
            if root.get_attribute("data-dock").as_deref() != Some(dock) {
                let _ = root.set_attribute("data-dock", dock);
            }
            if first {
                // What the reader did to the first picture is done now (`assets/start.js`).
                let _ = root.set_attribute("data-live", "");
            }
            if self.rest.is_some() && !root.has_attribute("data-whole") {
                let _ = root.set_attribute("data-whole", "");
            }
        }
        experiments::show_states(&self.lesson, &self.progress, self.attempt.as_ref());
        self.keep_frames(ctx);
    }
}

impl Playground {
    // ---- the rest of the program ----

    fn fetch(&mut self, ctx: &Context<Self>) {
        if !self.is_fetching {
            self.is_fetching = true;
            let (link, coming) = (ctx.link().clone(), (self.program.fetch)());
            wasm_bindgen_futures::spawn_local(async move { link.send_message(Msg::Came(coming.await)) });
        }
    }

    /// What waited for the rest is done. If that could not be had, the next touch tries again.
    fn came(&mut self, rest: Option<&'static Rest>) {
        (self.is_fetching, self.rest) = (false, rest);
        page::show_waiting(false);
        let early = std::mem::take(&mut self.early);
        match rest {
            Some(rest) => {
                // The run goes on in all of its topic: other algorithms can be put beside it.
                if let Some(run) = &mut self.run {
                    run.scenario = Rc::new(Scenario { topic: &rest.topic, ..(*run.scenario).clone() });
                }
                (rest.recall)(self);
                early.into_iter().for_each(|msg| (rest.update)(self, msg));
            }
            None if early.is_empty() => {}
            None => self.notice = Some(page::NO_REST.into()),
        }
    }

    /// Shows how far the reader has come in earlier visits.
    pub(super) fn recall(&mut self) {
        self.progress = memory::load(&self.lesson.slug);
        questions::show(&self.lesson, &self.progress);
    }

    /// Does what the playground is told.
    pub(super) fn carry_on(&mut self, msg: Msg) {
        match msg {
            Msg::Act(action) => self.carry_out(action),
            Msg::Frame(now_ms) => self.frame(now_ms),
            Msg::Told(news, elapsed_ms) => self.hear(news, elapsed_ms),
            Msg::Hash => self.open_asked(),
            Msg::Counted(news) => self.hear_count(news),
            Msg::Touched | Msg::Came(_) => {}
        }
    }

    /// The lesson's topic, as much of it as is here.
    fn topic(&self) -> &'static Topic {
        self.rest.map_or(&self.program.topic, |rest| &rest.topic)
    }

    // ---- opening runs ----

    /// Opens what a page begins with.
    fn open_first(&mut self, scenario: Scenario) {
        match self.lesson.scenarios.first() {
            Some(data) => {
                let (title, note) = (data.title.clone(), data.note.clone());
                self.open(scenario, title.into(), note.into());
            }
            None => self.open_untouched(scenario),
        }
    }

    /// The same in a page that has all of its program, and then what the address asks for.
    pub(super) fn begin(&mut self) {
        match self.lesson.scenarios.first().map(|first| first.id.clone()) {
            Some(id) => self.open_named(&id),
            None => self.open_algorithm(0),
        }
        self.open_asked();
    }

    /// What the address asks for: a run, or an algorithm.
    fn open_asked(&mut self) {
        // Not carried out as the reader's own doing: who follows a link has done nothing here yet.
        if let Some(text) = page::shared_run() {
            if !self.is_refused(&Action::OpenText(text.clone(), Source::Link)) {
                self.open_text(&text, Source::Link);
            }
        } else if let Some((index, _)) = page::asked_algorithm().and_then(|id| self.topic().by_id(&id))
            && !self.is_refused(&Action::Algorithm(index))
        {
            self.open_algorithm(index);
        }
    }

    fn open_named(&mut self, id: &str) {
        let Some(data) = self.lesson.scenarios.iter().find(|data| data.id == id) else { return };
        match link::decode_plain(&data.link, slice::from_ref(self.topic())) {
            Ok(scenario) => {
                let (title, note) = (data.title.clone(), data.note.clone());
                self.open(scenario, title.into(), note.into());
            }
            Err(error) => self.notice = Some(error.to_string().into()),
        }
    }

    fn open_text(&mut self, text: &str, source: Source) {
        match link::decode_with(text, slice::from_ref(self.topic())) {
            Ok((scenario, sent)) => {
                self.attempt = None;
                self.open_with(
                    scenario,
                    "A run that was sent to you".into(),
                    "Press play to go on from here, or rewind to see how it came to this.".into(),
                    Rc::new(sent),
                );
                self.raise_dock();
            }
            // What the page shows now stays: a bad link takes nothing away.
            Err(error) => self.notice = Some(error.sentence(source).into()),
        }
    }

    /// An algorithm of the lesson with everything at its default.
    fn open_algorithm(&mut self, algorithm: u8) {
        match Scenario::new(self.topic(), algorithm, SEED_USUAL) {
            Ok(scenario) => self.open_untouched(scenario),
            Err(error) => self.notice = Some(error.to_string().into()),
        }
    }

    fn open_untouched(&mut self, scenario: Scenario) {
        let note = scenario.entry().map_or("", |entry| entry.summary).into();
        // What the algorithm is called stands beside it already.
        self.open(scenario, "".into(), note);
    }

    fn open(&mut self, scenario: Scenario, title: AttrValue, note: Rc<str>) {
        self.open_with(scenario, title, note, Rc::default());
    }

    fn open_with(&mut self, scenario: Scenario, title: AttrValue, note: Rc<str>, sent: Rc<Extras>) {
        match scenario.timeline() {
            Ok(timeline) => {
                self.notice = None;
                self.look = Look { playing: false, selected: None, menu: None, tool: Tool::Point, cone: None, ..self.look };
                self.carry_us = 0.0;
                self.opening = Opening::new(&scenario);
                self.goal_waiting = None;
                (self.beside, self.difference_waiting) = (None, None);
                if self.run.as_ref().is_none_or(|run| (run.scenario.topic, run.scenario.algorithm) != (scenario.topic, scenario.algorithm))
                {
                    // Another algorithm has other properties.
                    (self.job, self.counting) = (None, None);
                    self.explore = Rc::default();
                    self.compare = Rc::default();
                    if is_worked_in(&timeline) {
                        self.look.tab = Tab::Exhibit(0);
                    }
                }
                self.run = Some(Loaded {
                    name: OnceCell::new(),
                    scenario: Rc::new(scenario),
                    title,
                    note,
                    timeline: Rc::new(RefCell::new(timeline)),
                    edits: 0,
                    edited: None,
                    sent,
                    said: None,
                });
                self.go_on_opening();
            }
            Err(error) => self.notice = Some(error.to_string().into()),
        }
    }

    /// Replays a part of what the opened run holds; the rest in the next frame.
    fn go_on_opening(&mut self) {
        let (Some(opening), Some(run)) = (self.opening.as_mut(), self.run.as_mut()) else { return };
        let progressed = opening.go_on(&mut run.timeline.borrow_mut());
        run.edits += 1;
        match progressed {
            Ok(false) => return,
            Ok(true) => {
                if let Some(sentence) = opening.verdict(&run.timeline.borrow()) {
                    self.notice = Some(sentence.into());
                }
            }
            Err(error) => self.notice = Some(error.to_string().into()),
        }
        self.opening = None;
        self.after_change();
    }

    // ---- actions ----

    fn carry_out(&mut self, action: Action) {
        if self.is_refused(&action) {
            return;
        }
        if !self.visited {
            memory::visit(&self.lesson.slug);
            self.visited = true;
        }
        match action {
            Action::Play => self.look.playing = self.opening.is_none(),
            Action::Pause => self.look.playing = false,
            Action::TogglePlay => self.look.playing = !self.look.playing && self.opening.is_none(),
            Action::Step | Action::StepBack if self.step_both(action == Action::StepBack) => {}
            Action::Step => self.travel(|timeline| timeline.step().map(|_| ())),
            Action::StepBack => self.travel(|timeline| {
                let steps = timeline.step_count();
                timeline.seek_step(steps.saturating_sub(1))
            }),
            Action::SeekStep(steps) => self.travel(|timeline| timeline.seek_step(steps)),
            Action::SeekTime(time_us) => self.travel(|timeline| timeline.seek_time(time_us)),
            Action::Branch(id) => self.travel(|timeline| timeline.switch(id)),
            Action::Speed(speed) => self.look.speed = speed.min(u8::try_from(SPEEDS.len() - 1).unwrap_or(0)),
            Action::Do(intervention) => self.intervene(vec![intervention]),
            Action::DoAll(interventions) => self.intervene(interventions),
            Action::Reset => self.reset(),
            Action::Algorithm(index) => {
                self.attempt = None;
                self.open_algorithm(index);
            }
            Action::Nodes(nodes) => self.reopen(|scenario| scenario.nodes = nodes),
            Action::Seed(seed) => self.reopen(|scenario| scenario.seed = seed),
            Action::Open(scenario, title) => self.open(*scenario, title.into(), "".into()),
            Action::OpenNamed(id) => {
                self.attempt = None;
                self.open_named(&id);
                self.raise_dock();
            }
            Action::OpenText(text, source) => self.open_text(&text, source),
            Action::Select(selected) => {
                self.look.selected = selected;
                self.point_there(selected);
            }
            Action::Menu(menu) => {
                self.look.menu = menu;
                self.close_menu_there();
            }
            Action::Tool(tool) => self.look.tool = tool,
            Action::Tab(tab) => self.look.tab = tab,
            Action::Cone(step) => self.look.cone = step,
            Action::Dock(dock) => self.look.dock = dock,
            Action::Notice(notice) => self.notice = notice.map(AttrValue::from),
            Action::SetUp(id) => self.set_up(&id),
            Action::Solution(id) => self.play_solution(&id),
            Action::Explore(exploring) => self.explore(exploring),
            Action::Compare(comparing) => self.compare(comparing),
            Action::There(action) => self.act_there(*action),
            Action::History(history) => {
                if let Some(run) = &mut self.run {
                    run.edits += 1;
                    run.edited = history;
                }
                self.after_change();
            }
            Action::Teach(teaching) => Rc::make_mut(&mut self.teach).hear(teaching, &self.lesson),
            Action::CloseNote => self.put_away(|sent| sent.note.clear()),
            Action::LeaveChallenge => {
                self.put_away(|sent| sent.challenge = None);
                self.notice = Some("You have left the challenge: nothing is locked any more. Its link brings you back to it.".into());
            }
            Action::Bet(id, option) => {
                self.progress.bets.insert(id, option);
                self.remember();
            }
            Action::Answer(id, answer) => {
                self.progress.answers.insert(id, answer);
                self.remember();
            }
        }
    }

    /// Whether the challenge that the run is in does not let this be done; then the page says why.
    fn is_refused(&mut self, action: &Action) -> bool {
        let Some(run) = &mut self.run else { return false };
        let why = run.sent.challenge.as_ref().and_then(|challenge| brief::refuses(challenge, &run.timeline.borrow(), action));
        let Some(why) = why else { return false };
        // What was typed into the run, or chosen of its settings, is shown as it is.
        run.edits += 1;
        self.notice = Some(why.into());
        true
    }

    /// Takes away something of what was said beside the run.
    fn put_away(&mut self, what: impl FnOnce(&mut Extras)) {
        let Some(run) = &mut self.run else { return };
        run.edits += 1;
        what(Rc::make_mut(&mut run.sent));
        // The button that had the focus goes with it. One of these is there: on a phone the first, and the other if all is open.
        panels::focus("dock-open");
        panels::focus("reset");
    }

    /// Goes elsewhere in the run. Time stops there: the reader wants to look.
    fn travel(&mut self, go: impl FnOnce(&mut Timeline) -> Result<(), Error>) {
        self.look.playing = false;
        self.look.menu = None;
        let Some(run) = &mut self.run else { return };
        run.edits += 1;
        let result = go(&mut run.timeline.borrow_mut());
        self.report(result);
        self.follow();
        self.after_change();
    }

    fn intervene(&mut self, interventions: Vec<Intervention>) {
        self.look.menu = None;
        if self.refuses(&interventions) {
            return;
        }
        let Some(run) = &mut self.run else { return };
        if self.opening.is_some() {
            return;
        }
        run.edits += 1;
        let branches = run.timeline.borrow().branches().len();
        pace(&mut run.timeline.borrow_mut());
        let mut done = Vec::new();
        let result = interventions.into_iter().try_for_each(|intervention| {
            done.push(intervention.clone());
            run.timeline.borrow_mut().intervene(intervention).inspect_err(|_| _ = done.pop())
        });
        if run.timeline.borrow().branches().len() > branches {
            self.notice = Some("You changed the past. What came after it before is kept as a branch: choose it beside the speed.".into());
        }
        self.report(result);
        self.tell_other(&done);
        self.after_change();
    }

    fn report(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.look.playing = false;
            self.notice = Some(error.to_string().into());
        }
    }

    /// The same scenario from its beginning. What the reader did is gone; what the scenario does is done again.
    fn reset(&mut self) {
        let Some(run) = &self.run else { return };
        let (title, note, sent) = (run.title.clone(), Rc::clone(&run.note), Rc::clone(&run.sent));
        let scenario = sent.challenge.as_ref().map_or_else(|| (*run.scenario).clone(), |challenge| challenge.start(&run.scenario));
        self.open_again(scenario, title, note, sent);
    }

    /// A new run of the same algorithm with something else to start from, and nothing done to it.
    fn reopen(&mut self, change: impl FnOnce(&mut Scenario)) {
        let Some(run) = &self.run else { return };
        let mut scenario = (*run.scenario).clone();
        scenario.params = run.timeline.borrow().clock().world().params().clone();
        scenario.journal = Vec::<Entry>::new();
        scenario.moment = crate::scenario::Moment::default();
        change(&mut scenario);
        self.attempt = None;
        self.open_again(scenario, "".into(), "A new run. Press play.".into(), Rc::default());
    }

    fn set_up(&mut self, id: &str) {
        let Some(experiment) = self.lesson.experiments.iter().find(|experiment| experiment.id == id).cloned() else { return };
        self.open_named(&experiment.scenario);
        let since_us = self.opened_at_us();
        self.attempt = Some(Attempt::new(experiment.id, since_us, false));
        self.show_exhibit();
        self.raise_dock();
        if let Some(search) = experiment.search.and_then(|goal| Search::from_text(&goal.search)) {
            self.ask(|explore| (explore.search, explore.from_here) = (search, since_us > 0));
            self.show_explore();
        }
    }

    fn play_solution(&mut self, id: &str) {
        let Some(experiment) = self.lesson.experiments.iter().find(|experiment| experiment.id == id).cloned() else { return };
        // What the solution does as it opens is not the reader's doing.
        self.attempt = None;
        self.open_named(if experiment.solution.is_empty() { &experiment.scenario } else { &experiment.solution });
        self.attempt = Some(Attempt::new(experiment.id, self.opened_at_us(), true));
        match experiment.history.map(|goal| parse(&goal.solution)) {
            None => self.look.playing = self.opening.is_none(),
            Some(copy) => self.carry_out(Action::History(copy.ok().map(Rc::new))),
        }
        self.show_exhibit();
        self.raise_dock();
    }

    /// Shows the exhibit that the experiment is about, if it names one.
    fn show_exhibit(&mut self) {
        let Some(attempt) = &self.attempt else { return };
        let experiment = self.lesson.experiments.iter().find(|experiment| attempt.is_at(&experiment.id));
        if let Some(index) = experiment.and_then(|experiment| experiment.shows) {
            (self.look.tab, self.look.dock) = (Tab::Exhibit(index), Dock::Full);
        }
    }

    /// On a phone: shows stage and transport, so that what the reader asked for is in sight.
    fn raise_dock(&mut self) {
        if self.look.dock == Dock::Bar {
            self.look.dock = Dock::Half;
        }
    }

    /// The moment at which the run was opened: what a scenario did before it is not the reader's doing.
    fn opened_at_us(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.scenario.moment.at.time_us)
    }

    fn remember(&mut self) {
        if !memory::save(&self.lesson.slug, &self.progress) {
            self.notice = Some("This browser stores nothing for this site, so your progress lasts until you close the page.".into());
        }
    }

    // ---- the Explorer ----

    fn explore(&mut self, exploring: Exploring) {
        match exploring {
            Exploring::Ask(search) => self.ask(|explore| explore.search = *search),
            Exploring::FromHere(from_here) => self.ask(|explore| explore.from_here = from_here),
            Exploring::Start => {
                let from_here = self.explore.from_here;
                self.give(Task::Search(self.explore.search.clone()), |scenario, timeline| explore::start(scenario, timeline, from_here));
            }
            Exploring::Stop => {
                self.job = None;
                self.ask(|explore| explore.asked.iter_mut().for_each(|asked| asked.is_running = false));
            }
            Exploring::Open => self.open_found(),
            Exploring::OpenPlace(place) => self.open_place(place),
            Exploring::Shrink(invariant) => {
                self.show_explore();
                let until_us = self.run.as_ref().map_or(0, |run| run.timeline.borrow().now_us());
                self.give(Task::Shrink { invariant, until_us }, |scenario, timeline| explore::start(scenario, timeline, true));
            }
            Exploring::Goal(id) => {
                self.set_up(&id);
                match self.opening {
                    Some(_) => self.goal_waiting = Some(id),
                    None => self.search_for(&id),
                }
            }
        }
    }

    fn ask(&mut self, change: impl FnOnce(&mut Explore)) {
        change(Rc::make_mut(&mut self.explore));
    }

    fn show_explore(&mut self) {
        (self.look.tab, self.look.playing) = (Tab::Explore, false);
        if self.look.dock != Dock::Bar {
            self.look.dock = Dock::Full;
        }
    }

    /// Begins the search of an experiment's goal in its run, which is open.
    fn search_for(&mut self, id: &str) {
        let experiment = self.lesson.experiments.iter().find(|experiment| experiment.id == id);
        let Some(goal) = experiment.and_then(|experiment| experiment.search.clone()) else { return };
        let params = goal.params.iter().map(|(index, value)| Intervention::Do(Choice::Param { index: *index, value: *value }));
        self.intervene(params.collect());
        self.explore(Exploring::Start);
    }

    /// Gives a worker something to do with the run. What another one was at is given up.
    fn give(&mut self, task: Task, began: impl FnOnce(&Scenario, &Timeline) -> Scenario) {
        let Some(run) = self.run.as_ref().filter(|_| self.opening.is_none()) else { return };
        let timeline = run.timeline.borrow();
        let began = began(&run.scenario, &timeline);
        let job = task.to_text(&began).and_then(|order| Job::new(&order, self.told.clone()));
        let mut asked = Asked::new(task, began, timeline.clock().world().params().clone());
        drop(timeline);
        match job {
            Ok(job) => self.job = Some(job),
            Err(why) => (asked.news, asked.is_running, self.job) = (Some(News::Refused(why)), false, None),
        }
        self.ask(|explore| explore.asked = Some(asked));
    }

    /// The worker tells how far it is.
    fn hear(&mut self, news: News, elapsed_ms: f64) {
        if self.job.is_none() {
            // What it said before it was stopped may arrive after.
            return;
        }
        let is_over = match &news {
            News::Search(report) => report.is_over(),
            News::Shrink(shrunk) => shrunk.is_over,
            News::Thousand(_) | News::Refused(_) => true,
        };
        self.ask(|explore| {
            if let Some(asked) = &mut explore.asked {
                (asked.news, asked.elapsed_ms, asked.is_running) = (Some(news), elapsed_ms, !is_over);
            }
        });
        if is_over {
            self.job = None;
            self.watch_search();
        }
    }

    /// Whether the search that has ended reaches an experiment's goal.
    fn watch_search(&mut self) {
        let Some(asked) = &self.explore.asked else { return };
        let (Task::Search(search), Some(News::Search(report))) = (&asked.task, &asked.news) else { return };
        let name = self.run.as_ref().and_then(|run| run.name_in(&self.lesson));
        let mut news = false;
        for experiment in &self.lesson.experiments {
            let is_open = match &self.attempt {
                Some(attempt) => attempt.is_at(&experiment.id),
                None => name == Some(experiment.scenario.as_str()),
            };
            if is_open && experiment.search.as_ref().is_some_and(|goal| goal.is_reached_by(&asked.params, search, report)) {
                news |= self.progress.reached.insert(experiment.id.clone(), true).is_none();
            }
        }
        if news {
            self.remember();
        }
    }

    /// Plays what the worker found.
    fn open_found(&mut self) {
        let explore = Rc::clone(&self.explore);
        let Some((asked, (journal, at))) = explore.asked.as_ref().and_then(|asked| Some((asked, asked.found()?))) else { return };
        self.open_branch(asked, journal.to_vec(), at);
        (self.look.speed, self.look.playing) = (SPEED_USUAL, self.opening.is_none());
    }

    /// Goes to a state of the map of a search.
    fn open_place(&mut self, place: usize) {
        let explore = Rc::clone(&self.explore);
        let Some((asked, run)) = explore.asked.as_ref().and_then(|asked| Some((asked, asked.map()?.run_to(place)?))) else { return };
        match run {
            Ok((journal, at)) => self.open_branch(asked, journal, at),
            Err(error) => self.report(Err(error)),
        }
    }

    /// Opens a run of the worker's: in the run at hand as another branch, if that begins as the worker's did, and else as a run of its own.
    fn open_branch(&mut self, asked: &Asked, journal: Vec<Entry>, at: At) {
        let alike = self.run.as_mut().filter(|run| self.opening.is_none() && explore::begin_alike(&run.scenario, &asked.began));
        let Some(run) = alike else {
            let scenario = Scenario { journal, moment: Moment { at, fingerprint: None }, ..(*asked.began).clone() };
            return self.open(scenario, "A run that was found".into(), "Press play to see it, step by step.".into());
        };
        run.edits += 1;
        let grafted = run.timeline.borrow_mut().graft(journal, at);
        if grafted.is_err() {
            return self.report(grafted);
        }
        self.notice = Some("This is the run that was found. Yours is kept as a branch: choose it beside the speed.".into());
        self.look = Look { selected: None, menu: None, cone: None, playing: false, ..self.look };
        self.follow();
        self.after_change();
    }

    // ---- time ----

    /// Asks for the next frame while there is something to do in it.
    fn keep_frames(&mut self, ctx: &Context<Self>) {
        if !self.look.playing && self.opening.is_none() && !self.is_catching_up() {
            self.frame = None;
            self.last_frame_ms = None;
        } else if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |now_ms| link.send_message(Msg::Frame(now_ms))));
        }
    }

    fn frame(&mut self, now_ms: f64) {
        self.frame = None;
        self.now_ms = now_ms;
        if self.is_catching_up() {
            self.catch_up();
            return;
        }
        let passed_ms = self.last_frame_ms.map_or(0.0, |last_ms| (now_ms - last_ms).clamp(0.0, FRAME_MS_MAX));
        self.last_frame_ms = Some(now_ms);
        let (times, per) = SPEEDS.get(usize::from(self.look.speed)).map_or((1, 1), |(times, per, _)| (*times, *per));
        let slowed = if now_ms < self.slow_until_ms { SLOW_FACTOR } else { 1.0 };
        self.carry_us += passed_ms * 1_000.0 * slowed * f64::from(times) / f64::from(per);
        let whole_us = self.carry_us as u64;
        self.carry_us -= whole_us as f64;
        let Some(run) = &self.run else { return };
        let steps = run.timeline.borrow().step_count();
        let target_us = run.timeline.borrow().now_us() + whole_us;
        // A violation is worth a stop, unless it is a solution that plays: it may have further to go.
        let shown = self.attempt.as_ref().is_some_and(Attempt::is_shown);
        let timeline = Rc::clone(&run.timeline);
        let result = match self.play_both(target_us, EVENTS_PER_FRAME_MAX, !shown) {
            Some(result) => result,
            None if shown => timeline.borrow_mut().play_to(target_us, EVENTS_PER_FRAME_MAX).map(|_| false),
            None => timeline.borrow_mut().play_until_broken(target_us, EVENTS_PER_FRAME_MAX),
        };
        let Some(run) = &self.run else { return };
        let stepped = run.timeline.borrow().step_count() != steps;
        let ended = run.timeline.borrow().now_us() >= crate::sim::limits::TIME_US_MAX;
        if result == Ok(true) || ended {
            self.look.playing = false;
        }
        if ended {
            self.notice = Some("This run has lasted an hour of its own time, which is as long as a run may be.".into());
        }
        self.report(result.map(|_| ()));
        if stepped {
            self.after_change();
        }
    }

    /// What follows from a step or a seek: the caption, slow motion, goals.
    fn after_change(&mut self) {
        let Some(run) = &mut self.run else { return };
        let timeline = run.timeline.borrow();
        let said = caption::latest(&timeline, &self.lesson.captions);
        if said != run.said && said.as_ref().is_some_and(|said| said.slow) && self.look.playing && !page::reduced_motion() {
            self.slow_until_ms = self.now_ms + SLOW_MS;
        }
        run.said = said;
        drop(timeline);
        if let Some(rest) = self.rest {
            (rest.watch)(self);
        }
    }

    /// Goals, once the reader may have had a hand in them.
    pub(super) fn watch(&mut self) {
        let Some(run) = &self.run else { return };
        let timeline = run.timeline.borrow();
        let news = experiments::watch(
            &self.lesson,
            (run.name_in(&self.lesson), run.scenario.moment.at.time_us),
            (&timeline, run.edited.as_deref()),
            &mut self.attempt,
            &mut self.progress,
        );
        drop(timeline);
        if news {
            self.remember();
        }
        if self.opening.is_none()
            && let Some(id) = self.goal_waiting.take()
        {
            self.search_for(&id);
        }
        if self.opening.is_none()
            && let Some(difference) = self.difference_waiting.take()
        {
            self.compare_with(difference);
        }
    }

    // ---- views ----

    fn view_dock(&self) -> Html {
        let (icon, next, label) = match self.look.dock {
            Dock::Bar => ("#i-up", Dock::Half, "Open the playground"),
            Dock::Half => ("#i-up", Dock::Full, "Show all of the playground"),
            Dock::Full => ("#i-down", Dock::Bar, "Close the playground"),
        };
        let words = match self.run.as_ref().and_then(|run| run.said.as_ref()) {
            Some(said) => said.text.clone(),
            None => "The playground: break a real cluster".into(),
        };
        let open = self.act.reform(move |_: MouseEvent| Action::Dock(next));
        html! {
            <div class="dock">
                <button class="dock-open" id="dock-open" type="button" aria-expanded={(self.look.dock != Dock::Bar).to_string()} aria-controls="pg-body" onclick={open}>
                    { svg::icon(icon) }
                    <span class="sr-only">{ label }{ ": " }</span>
                    <span class="dock-words">{ words }</span>
                </button>
                { self.view_play() }
            </div>
        }
    }

    fn view_play(&self) -> Html {
        let (label, icon) = if self.look.playing { ("Pause", "#i-pause") } else { ("Play", "#i-play") };
        html! {
            <button class="btn btn-main btn-icon" type="button" aria-label={label} onclick={self.act.reform(|_: MouseEvent| Action::TogglePlay)}>
                { svg::icon(icon) }
            </button>
        }
    }

    fn view_title(&self) -> Html {
        let Some(run) = &self.run else { return Html::default() };
        let chosen = self.act.reform(|event: Event| {
            let select: web_sys::HtmlSelectElement = event.target_unchecked_into();
            Action::Algorithm(select.value().parse().unwrap_or(0))
        });
        let timeline = run.timeline.borrow();
        let values = timeline.clock().world().params();
        let specs = timeline.setup().algorithm.params();
        let off = (0u16..).zip(specs).filter(|(index, spec)| spec.kind == crate::sim::ParamKind::Rule && !values.on(*index)).count();
        html! {
            <div class="pg-title">
                // Where there is no text around it, the headings of panels follow this one.
                <label class="sr-only" for="algorithm">{ "Algorithm" }</label>
                <select class="select" id="algorithm" disabled={run.sent.challenge.is_some()} onchange={chosen}>
                    { for (0u8..).zip(self.program.names).map(|(index, name)| html! {
                        <option value={index.to_string()} selected={index == run.scenario.algorithm}>{ *name }</option>
                    }) }
                </select>
                <span class="pg-scenario">{ run.title.clone() }</span>
                if off > 0 {
                    <span class="rule-off">{ if off == 1 { "1 rule off".to_owned() } else { format!("{off} rules off") } }</span>
                }
                if timeline.clock().is_manual() {
                    <button class="btn" type="button" aria-disabled={run.handle().locks(&Intervention::Manual(false)).map(|_| "true")}
                        onclick={self.act.reform(|_: MouseEvent| Action::Do(Intervention::Manual(false)))}>
                        { "Let the clock deliver" }
                    </button>
                }
                <button class="btn btn-quiet" id="reset" type="button" onclick={self.act.reform(|_: MouseEvent| Action::Reset)}>
                    { icon("#i-reset") }{ "Reset" }
                </button>
                { outside(&run.handle(), self.rest) }
            </div>
        }
    }

    fn view_notice(&self) -> Html {
        let Some(notice) = &self.notice else { return Html::default() };
        html! {
            <div class="pg-notice" role="alert">
                <p>{ notice.clone() }</p>
                <button class="btn btn-quiet btn-icon" type="button" aria-label="Close this message" onclick={self.act.reform(|_: MouseEvent| Action::Notice(None))}>
                    { icon("#i-close") }
                </button>
            </div>
        }
    }

    fn view_run(&self) -> Html {
        let Some(run) = &self.run else { return Html::default() };
        if let Some(opening) = &self.opening {
            let percent = opening.percent(&run.timeline.borrow());
            return html! { <p class="pg-wait" role="status">{ format!("Replaying the run up to its moment: {percent} %") }</p> };
        }
        let (handle, look, act) = (run.handle(), self.look, &self.act);
        let halves = self.rest.map(|rest| rest.halves);
        let both = halves.and_then(|halves| Some((halves, (halves.both)(self)?)));
        let caption = CaptionStripProps { said: run.said.clone(), note: Rc::clone(&run.note), step: self.step_in_words(run), speaks: true };
        let parted_us = both.as_ref().and_then(|(_, both)| both.parted_us());
        let hands = self.rest.map(|rest| rest.hands);
        // Keyed, so that what is there already stays when the other run comes or goes.
        let mut parts = Vec::new();
        // Who was sent something has all of the program.
        parts.extend(self.rest.map(|rest| keyed("brief", BriefProps { run: handle.at_step(), act: act.clone() }, rest.brief)));
        parts.extend(both.as_ref().map(|(halves, both)| (halves.head)(both, false, act)));
        parts.push(view_stage(handle.clone(), look, hands, act));
        parts.push(keyed("caption", caption, caption::strip));
        if let Some((halves, both)) = &both {
            let stage = view_stage(both.there.clone(), both.look_there(look), hands, &self.act_there);
            parts.push((halves.head)(both, true, act));
            parts.push((halves.there)("there there-stage", stage));
            parts.push((halves.there)("there there-caption", (halves.caption)(both)));
            parts.push((halves.strip)(both, act));
        }
        parts.push(view_diagram(handle.clone(), look, (false, parted_us), act));
        if let Some((halves, both)) = &both {
            let diagram = view_diagram(both.there.clone(), both.look_there(look), (true, parted_us), &self.act_there);
            parts.push((halves.there)("there there-diagram", diagram));
        }
        parts.push(html! { <transport::Transport key="transport" run={handle.clone()} {look} {parted_us} act={act.clone()}/> });
        parts.push(self.view_panels(handle, both.map(|(_, both)| both)));
        html! { <>{ for parts }</> }
    }

    fn view_panels(&self, here: Run, both: Option<Both>) -> Html {
        let (run, look, act) = match both.as_ref().filter(|both| both.is_there) {
            Some(both) => (both.there.clone(), both.look_there(self.look), &self.act_there),
            None => (here, self.look, &self.act),
        };
        html! {
            <panels::Panels key="panels" run={run.at_step()} look={panel_look(look)} explore={Rc::clone(&self.explore)} compare={Rc::clone(&self.compare)}
                both={both.as_ref().map(Both::at_step)} teach={Rc::clone(&self.teach)} lesson={Rc::clone(&self.lesson)} program={self.program} rest={self.rest} act={act.clone()}/>
        }
    }

    /// The event before this moment, while the reader goes from one to the next and no caption tells of it.
    fn step_in_words(&self, run: &Loaded) -> AttrValue {
        let timeline = run.timeline.borrow();
        if self.look.playing || run.said.as_ref().is_some_and(|said| said.time_us == timeline.now_us()) {
            return AttrValue::default();
        }
        caption::event_in_words(&timeline).into()
    }

    fn view_experiments(&self) -> Html {
        html! { { for self.lesson.experiments.iter().filter_map(|experiment| {
            let place = experiments::place(experiment)?;
            Some(create_portal(experiments::controls(experiment, self.attempt.as_ref(), &self.progress, &self.act), place))
        }) } }
    }
}

// Each is shown twice where two runs stand side by side.

#[inline(never)]
fn view_stage(run: Run, look: Look, hands: Option<&'static Hands>, act: &Callback<Action>) -> Html {
    html! { <stage::Stage key="stage" {run} {look} {hands} act={act.clone()}/> }
}

#[inline(never)]
fn view_diagram(run: Run, look: Look, (is_there, parted_us): (bool, Option<u64>), act: &Callback<Action>) -> Html {
    html! { <diagram::Diagram key="diagram" {run} {look} {is_there} {parted_us} act={act.clone()}/> }
}

/// Whether the first exhibit is there to be worked in: documents, or steps to choose from where nothing happens by itself. Then the page opens
/// with it.
fn is_worked_in(timeline: &Timeline) -> bool {
    let world = timeline.clock().world();
    let exhibits = world.algorithm().exhibits(world, &timeline.record().trace);
    exhibits.first().is_some_and(|exhibit| match exhibit.kind() {
        ExhibitKind::Documents => true,
        ExhibitKind::Tree => timeline.branch().journal.iter().any(|entry| entry.what == Intervention::Manual(true)),
        _ => false,
    })
}

/// The ways from a page with prose to one without, and from another's page to this one. Which of them show, the page's look decides.
fn outside(run: &Run, rest: Option<&'static Rest>) -> Html {
    let here = run.clone();
    // Made when it is wanted: the moment is another in every frame. Before the rest of the program is here the run is the lesson's own.
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(rest) = rest {
            (rest.leave)(&here, &event);
        }
    });
    html! {
        <>
            <button class="btn btn-quiet pg-panels" type="button" data-switch="panels">{ "Panels" }</button>
            <button class="btn btn-quiet pg-present" type="button" data-switch="present">
                <span class="present-in">{ "Present" }</span><span class="present-out">{ "Back to the lesson" }</span>
            </button>
            <a class="btn btn-quiet pg-out" href="./" target="_blank" rel="noopener" {onclick}>{ "Open in Faultline" }</a>
        </>
    }
}

/// Lets a link that is pressed lead to the run at its present moment.
pub fn leave(here: &Run, event: &MouseEvent) {
    let link = event.target_dyn_into::<web_sys::Element>().and_then(|element| element.closest("a").ok().flatten());
    if let (Some(link), Ok(address)) = (link, panels::share::Link::of_now(here, here.sent.note.clone())) {
        // The attribute name is a valid one.
        let _ = link.set_attribute("href", &address.address());
    }
}

/// What of the look the panels show: they need not render because a menu opened.
fn panel_look(look: Look) -> Look {
    let Look { tab, selected, cone, playing, .. } = look;
    Look { tab, selected, cone, playing, ..Look::default() }
}

/// Where nothing happens by itself no time would pass between the reader's steps, and they would lie on top of each other.
fn pace(timeline: &mut Timeline) {
    let is_at_end = timeline.step_count() >= timeline.end().0 && timeline.journal().len() == timeline.branch().journal.len();
    if timeline.clock().is_manual() && is_at_end {
        let next_us = timeline.now_us().saturating_add(PACE_US);
        // Nothing is due, so there is nothing to refuse.
        let _ = timeline.play_to(next_us, 1);
    }
}

/// What the page of a lesson begins with, if its program can run that before its rest is here.
pub fn first_run(lesson: &LessonData, program: &'static Program) -> Option<Scenario> {
    let topics = slice::from_ref(&program.topic);
    match lesson.scenarios.first() {
        Some(first) => link::decode_plain(&first.link, topics).ok(),
        None => Scenario::new(&program.topic, 0, SEED_USUAL).ok(),
    }
}

/// Whether a thing that was selected is still there.
pub fn still_there(timeline: &Timeline, selected: Selected) -> bool {
    match selected {
        Selected::Message(id) => timeline.clock().world().flight(id).is_some(),
        Selected::Node(_) | Selected::Link(..) | Selected::Step(_) => true,
    }
}
