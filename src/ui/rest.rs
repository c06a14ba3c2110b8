//! The rest of a lesson's program: what its page needs only once the reader does something. Knows where that begins, not how it is fetched.
//!
//! A program comes in two files. The first opens the lesson's first run and draws it. This is the way into the second, which is fetched
//! at the reader's first touch of the playground: a table of functions. Nothing else leads there, so the linker's graph of who calls
//! whom decides what is in which file (`src/bin/pages/programs.rs`). What is called or named anywhere outside of these functions is
//! in the first file, whatever its module.

use crate::topics::{Entry, Topic};
use crate::ui::ahead::Ahead;
use crate::ui::exhibits::{self, Drawers};
use crate::ui::playground::brief::{self, BriefProps};
use crate::ui::playground::halves::{self, Halves};
use crate::ui::playground::panels::{self, PanelsProps};
use crate::ui::playground::stage::{self, Hands};
use crate::ui::playground::{self, Msg, Playground};
use crate::ui::run::Run;
use std::future::Future;
use std::pin::Pin;
use yew::prelude::*;

/// The rest on its way: `None` if it could not be had.
pub type Coming = Pin<Box<dyn Future<Output = Option<&'static Rest>>>>;

/// What the program of a page can run and draw at first, and how it gets the rest. Two are the same if they are of the same lesson.
pub struct Program {
    /// The lesson's topic, with the first of its algorithms.
    pub topic: Topic,
    /// What all of its algorithms are called.
    pub names: &'static [&'static str],
    /// What draws the exhibits with which a page may begin, and the panel that shows them, if there are any.
    pub drawers: Drawers,
    /// See [`drawers`](Program::drawers).
    pub exhibit: Option<fn(&PanelsProps, u8, &Ahead) -> Html>,
    /// Fetches the rest, or gives what was fetched before.
    pub fetch: fn() -> Coming,
}

impl Program {
    /// That of a topic whose algorithms are called `names`, of which `first` is the first.
    pub const fn new(topic: &Topic, first: &'static [Entry], names: &'static [&'static str], fetch: fn() -> Coming) -> Self {
        let drawers = Drawers::at_first(topic);
        let exhibit: Option<fn(&PanelsProps, u8, &Ahead) -> Html> = if drawers.is_empty() { None } else { Some(exhibits::exhibit_at) };
        Program { topic: Topic { algorithms: first, ..*topic }, names, drawers, exhibit, fetch }
    }
}

impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.topic == other.topic
    }
}

/// What the algorithms of a topic are called.
pub const fn names<const COUNT: usize>(algorithms: &[Entry]) -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut index = 0;
    while index < COUNT {
        names[index] = algorithms[index].name;
        index += 1;
    }
    names
}

/// The way into the second file.
pub struct Rest {
    /// All of the lesson's topic.
    pub topic: Topic,
    /// What draws its exhibits.
    pub drawers: Drawers,
    /// Reads what the browser remembers of the reader.
    pub recall: fn(&mut Playground),
    /// Opens what a page begins with if its address asks for a run.
    pub begin: fn(&mut Playground),
    /// Whatever the reader asks of the playground, and all that moves.
    pub update: fn(&mut Playground, Msg),
    /// What follows from a change of the run: goals.
    pub watch: fn(&mut Playground),
    /// What the reader does on the stage.
    pub hands: &'static Hands,
    /// Lets a link to the run's own page lead to its present moment.
    pub leave: fn(&Run, &MouseEvent),
    /// What came with a run that was sent.
    pub brief: fn(&BriefProps) -> Html,
    /// What is drawn where two runs stand side by side.
    pub halves: &'static Halves,
    /// Any panel.
    pub panel: fn(PanelsProps, &Ahead) -> Html,
}

impl Rest {
    /// That of a topic.
    pub const fn of(topic: Topic) -> Self {
        Rest {
            drawers: Drawers::of(&topic),
            topic,
            recall: Playground::recall,
            begin: Playground::begin,
            update: Playground::carry_on,
            watch: Playground::watch,
            hands: &stage::HANDS,
            leave: playground::leave,
            brief: brief::brief,
            halves: &halves::HALVES,
            panel: panels::any,
        }
    }
}

/// There is one of a lesson's, so two are the same if they are of the same lesson.
impl PartialEq for Rest {
    fn eq(&self, other: &Self) -> bool {
        self.topic == other.topic
    }
}
