//! The first picture of a playground, drawn where there is no browser: what a page shows until its reader does something. It is drawn by the
//! same components as what the program draws in its place, so that nothing moves when it does. Knows no algorithm by name.

use crate::lessons::LessonData;
use crate::lessons::progress::Progress;
use crate::topics::Topic;
use crate::ui::playground::{Playground, PlaygroundProps, experiments};
use crate::ui::rest::Program;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use yew::prelude::*;
use yew::{BaseComponent, LocalServerRenderer};

/// How often a drawing may ask to be looked at again before it is given up: it has nothing to wait for.
const LOOKS_MAX: u32 = 1_000;

/// HTML of what a page shows before its program runs.
#[derive(Default)]
pub struct Still {
    /// What is in the playground.
    pub playground: String,
    /// What is in the place for the controls of each experiment, in their order.
    pub controls: Vec<String>,
}

/// The first picture of a lesson on `topic`; `None` if it cannot be drawn.
///
/// What it is drawn of is kept until this process ends.
pub fn of(lesson: LessonData, topic: &'static Topic) -> Option<Still> {
    let names: Vec<&str> = topic.algorithms.iter().map(|entry| entry.name).collect();
    let program = Program::new(topic, topic.algorithms, names.leak(), || Box::pin(async { None }));
    let progress = Progress::default();
    let act = Callback::noop();
    let controls = lesson.experiments.iter().map(|experiment| experiments::controls(experiment, None, &progress, &act));
    let controls = controls.map(|html| draw::<Whole>(WholeProps { html })).collect::<Option<_>>()?;
    let playground = draw::<Playground>(PlaygroundProps { lesson: Rc::new(lesson), program: Box::leak(Box::new(program)), rest: None })?;
    Some(Still { playground, controls })
}

#[derive(Properties, PartialEq)]
struct WholeProps {
    html: Html,
}

#[component]
fn Whole(props: &WholeProps) -> Html {
    props.html.clone()
}

fn draw<C: BaseComponent>(props: C::Properties) -> Option<String> {
    let mut drawing = pin!(LocalServerRenderer::<C>::with_props(props).hydratable(false).render());
    let mut context = Context::from_waker(Waker::noop());
    (0..LOOKS_MAX).find_map(|_| match drawing.as_mut().poll(&mut context) {
        Poll::Ready(html) => Some(html),
        Poll::Pending => None,
    })
}
