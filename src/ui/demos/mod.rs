//! Small demonstrations in a page's text, each a run of its own under settings that the reader chooses between. Knows no algorithm.
//!
//! A demonstration plays while it is in sight, from the beginning to the moment at which its runs end. What its algorithm shows as a table
//! are its figures: they are kept for each setting, side by side.

mod sight;
mod view;

use crate::lessons::Caption;
use crate::lessons::demo::{self, Demo as Data, DemoPage};
use crate::scenario::{Scenario, link};
use crate::sim::{Error, Intervention, Ledger, Timeline};
use crate::topics::Topic;
use crate::ui::action::{Action, Look, SPEED_USUAL, SPEEDS, Tab, Tool};
use crate::ui::page;
use crate::ui::playground::caption::{Said, latest};
use crate::ui::run::Run;
use gloo::render::{AnimationFrame, request_animation_frame};
use sight::SightWatch;
use std::cell::RefCell;
use std::rc::Rc;
use std::slice;
use web_sys::Element;
use yew::prelude::*;

/// Events that one frame plays at most.
const EVENTS_PER_FRAME_MAX: u32 = 1_000;
/// A frame that comes later than this counts as one of this length.
const FRAME_MS_MAX: f64 = 100.0;

/// Mounts the demonstrations of a page, by the page's program.
pub fn mount(topic: &'static Topic) {
    yew::set_custom_panic_hook(Box::new(|info| page::show_panic(&info.to_string())));
    match page::data::<DemoPage>() {
        Ok(Some(data)) if data.number != topic.number => page::show_panic(page::OTHER_VERSION),
        Ok(Some(DemoPage { slug, demos, captions, .. })) => {
            let (slug, captions): (Rc<str>, Rc<[Caption]>) = (slug.into(), captions.into());
            for demo in demos {
                let Some(root) = page::document().and_then(|document| document.get_element_by_id(&format!("demo-{}", demo.id))) else {
                    continue;
                };
                root.set_text_content(None);
                let props = DemoProps { slug: Rc::clone(&slug), demo: Rc::new(demo), captions: Rc::clone(&captions), topic };
                yew::Renderer::<Demo>::with_root_and_props(root, props).render();
            }
        }
        Ok(None) => {}
        Err(cause) => page::show_panic(&cause),
    }
}

/// Properties of [`Demo`].
#[derive(Properties, PartialEq)]
pub struct DemoProps {
    /// The folder of the page of the sandbox on which its runs open.
    pub slug: Rc<str>,
    /// What it shows.
    pub demo: Rc<Data>,
    /// What it says when something happens.
    pub captions: Rc<[Caption]>,
    /// The algorithms that it can run.
    pub topic: &'static Topic,
}

/// What a demonstration is told.
pub enum Msg {
    /// The reader asks for something on the stage.
    Act(Action),
    /// An animation frame, with its time in milliseconds.
    Frame(f64),
    /// It has come into sight, or gone out of it.
    Sight(bool),
    /// Play, or pause; from the beginning if the run is over.
    Toggle,
    /// The run again, from its beginning.
    Restart,
    /// The run of another setting, from its beginning.
    Choose(usize),
}

/// A demonstration.
pub struct Demo {
    stage: NodeRef,
    watch: Option<SightWatch>,
    act: Callback<Action>,
    run: Option<Loaded>,
    /// The setting that is shown.
    chosen: usize,
    /// The figures of each setting, as far as it was last played.
    figures: Vec<Option<Ledger>>,
    look: Look,
    /// Whether it plays whenever it is in sight.
    wanted: bool,
    in_sight: bool,
    /// Whether the reader has used it: then it speaks to screen readers, and before it does not.
    used: bool,
    notice: Option<AttrValue>,
    frame: Option<AnimationFrame>,
    last_frame_ms: Option<f64>,
    carry_us: f64,
}

/// The run of the chosen setting.
struct Loaded {
    scenario: Rc<Scenario>,
    timeline: Rc<RefCell<Timeline>>,
    edits: u64,
    said: Option<Said>,
    /// The run as it stands, as the text of a link.
    link: AttrValue,
}

impl Component for Demo {
    type Message = Msg;
    type Properties = DemoProps;

    fn create(ctx: &Context<Self>) -> Self {
        let demo = &ctx.props().demo;
        let speed = SPEEDS.iter().position(|(times, per, _)| (*times, *per) == (1, demo.slowdown));
        let speed = speed.and_then(|speed| u8::try_from(speed).ok()).unwrap_or(SPEED_USUAL);
        let mut this = Demo {
            stage: NodeRef::default(),
            watch: None,
            act: ctx.link().callback(Msg::Act),
            run: None,
            chosen: 0,
            figures: vec![None; demo.settings.len()],
            look: Look { speed, ..Look::default() },
            wanted: !page::reduced_motion(),
            in_sight: false,
            used: false,
            notice: None,
            frame: None,
            last_frame_ms: None,
            carry_us: 0.0,
        };
        this.open(ctx, 0);
        this
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Act(action) => self.carry_out(ctx, action),
            Msg::Frame(now_ms) => self.pass(ctx, now_ms),
            Msg::Sight(in_sight) => self.in_sight = in_sight,
            Msg::Toggle => {
                self.used = true;
                self.wanted = !self.wanted || self.is_over(ctx);
                if self.wanted && self.is_over(ctx) {
                    self.open(ctx, self.chosen);
                }
            }
            Msg::Restart | Msg::Choose(_) => {
                (self.used, self.wanted) = (true, true);
                self.open(ctx, if let Msg::Choose(setting) = msg { setting } else { self.chosen });
            }
        }
        self.keep_frames(ctx);
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        view::demo(self, ctx)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let Some(stage) = self.stage.cast::<Element>().filter(|_| first) {
            self.watch = SightWatch::new(&stage, ctx.link().callback(Msg::Sight));
        }
    }
}

impl Demo {
    /// Whether the run has come to its end.
    fn is_over(&self, ctx: &Context<Self>) -> bool {
        self.run.as_ref().is_some_and(|run| run.timeline.borrow().now_us() >= ctx.props().demo.until_us)
    }

    /// Puts the run of a setting in place, at its beginning.
    fn open(&mut self, ctx: &Context<Self>, setting: usize) {
        let DemoProps { demo, topic, .. } = ctx.props();
        let Some(chosen) = demo.settings.get(setting) else { return };
        let opened = link::decode(&chosen.link, slice::from_ref(*topic)).map_err(|error| error.to_string());
        let opened = opened.and_then(|scenario| Ok((scenario.timeline().map_err(|error| error.to_string())?, scenario)));
        self.chosen = setting;
        self.carry_us = 0.0;
        self.look = Look { speed: self.look.speed, playing: self.look.playing, ..Look::default() };
        self.notice = None;
        match opened {
            Ok((timeline, scenario)) => {
                let link = AttrValue::from(chosen.link.clone());
                self.run =
                    Some(Loaded { scenario: Rc::new(scenario), timeline: Rc::new(RefCell::new(timeline)), edits: 0, said: None, link });
                self.after_change(ctx);
            }
            Err(why) => self.notice = Some(why.into()),
        }
    }

    fn carry_out(&mut self, ctx: &Context<Self>, action: Action) {
        self.used = true;
        match action {
            Action::Play => self.wanted = true,
            Action::Pause => self.wanted = false,
            Action::Do(what) => self.intervene(ctx, vec![what]),
            Action::DoAll(what) => self.intervene(ctx, what),
            Action::Select(selected) => self.look.selected = selected,
            Action::Menu(menu) => self.look.menu = menu,
            Action::Tool(tool) => self.look.tool = tool,
            // The only panel that there is shows what is selected.
            Action::Tab(Tab::Inspector) => self.look.tab = Tab::Inspector,
            Action::Notice(notice) => self.notice = notice.map(AttrValue::from),
            _ => {}
        }
    }

    fn intervene(&mut self, ctx: &Context<Self>, what: Vec<Intervention>) {
        self.look.menu = None;
        self.look.tool = Tool::Point;
        let Some(run) = &mut self.run else { return };
        run.edits += 1;
        let done = what.into_iter().try_for_each(|what| intervene(&mut run.timeline.borrow_mut(), what));
        self.report(done);
        self.after_change(ctx);
    }

    fn report(&mut self, done: Result<(), Error>) {
        if let Err(error) = done {
            self.notice = Some(error.to_string().into());
        }
    }

    /// Asks for the next frame while there is something to do in it.
    fn keep_frames(&mut self, ctx: &Context<Self>) {
        if self.is_over(ctx) {
            self.wanted = false;
        }
        self.look.playing = self.wanted && self.in_sight;
        if !self.look.playing {
            (self.frame, self.last_frame_ms) = (None, None);
        } else if self.frame.is_none() {
            let link = ctx.link().clone();
            self.frame = Some(request_animation_frame(move |now_ms| link.send_message(Msg::Frame(now_ms))));
        }
    }

    /// Time passes.
    fn pass(&mut self, ctx: &Context<Self>, now_ms: f64) {
        self.frame = None;
        let passed_ms = self.last_frame_ms.map_or(0.0, |last_ms| (now_ms - last_ms).clamp(0.0, FRAME_MS_MAX));
        self.last_frame_ms = Some(now_ms);
        self.carry_us += passed_ms * 1_000.0 / f64::from(ctx.props().demo.slowdown.max(1));
        let whole_us = self.carry_us as u64;
        self.carry_us -= whole_us as f64;
        let Some(run) = &self.run else { return };
        let (steps, played) = {
            let mut timeline = run.timeline.borrow_mut();
            let target_us = (timeline.now_us() + whole_us).min(ctx.props().demo.until_us);
            let steps = timeline.step_count();
            let played = timeline.play_to(target_us, EVENTS_PER_FRAME_MAX).map(|_| ());
            (timeline.step_count() - steps, played)
        };
        self.report(played);
        if steps > 0 {
            self.after_change(ctx);
        }
    }

    /// What follows from the run's new state: caption, figures, link.
    fn after_change(&mut self, ctx: &Context<Self>) {
        let Some(run) = &mut self.run else { return };
        let timeline = run.timeline.borrow();
        run.said = latest(&timeline, &ctx.props().captions);
        if let Some(figures) = self.figures.get_mut(self.chosen) {
            *figures = demo::figures(&timeline);
        }
        if let Ok(link) = link::encode(&run.scenario.capture(&timeline)) {
            run.link = link.into();
        }
    }
}

/// Does something to a run now. What its scenario has still to do is done nevertheless, when its time comes.
fn intervene(timeline: &mut Timeline, what: Intervention) -> Result<(), Error> {
    let rest = timeline.branch().journal.get(timeline.journal().len()..).unwrap_or(&[]).to_vec();
    timeline.intervene(what)?;
    if !rest.is_empty() {
        let journal = timeline.journal().iter().cloned().chain(rest).collect();
        let at = timeline.at();
        let mut again = Timeline::new(timeline.setup().clone(), journal)?;
        again.seek_at(at)?;
        *timeline = again;
    }
    Ok(())
}

impl Loaded {
    fn handle(&self) -> Run {
        Run::new(&self.timeline, &self.scenario, self.edits, None, &Rc::default())
    }
}
