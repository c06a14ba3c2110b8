//! A run played on without being shown or written down, a slice in each frame: for averages over more events than a reader watches.
//! The run itself stays where it is. Knows no algorithm.

use crate::scenario::Scenario;
use crate::sim::Clock;
use crate::ui::page;
use crate::ui::playground::format_time;
use crate::ui::playground::panels::words::thousands;
use crate::ui::run::Run;
use gloo::render::request_animation_frame;
use std::cell::{Ref, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// How long a slice takes: half of a frame, so that the page stays quick.
const SLICE_MS: f64 = 8.0;
/// Events between two looks at the real clock.
const EVENTS_PER_LOOK: u32 = 1_000;

/// A run that is played on.
pub struct Flight {
    /// As far as it is played.
    pub clock: Clock,
    /// Which run it is of.
    scenario: Rc<Scenario>,
    from_steps: u64,
    to_steps: u64,
    is_going: bool,
}

impl Flight {
    fn done(&self) -> u64 {
        self.clock.world().steps().saturating_sub(self.from_steps)
    }

    /// Plays a slice. A run in which nothing happens any more, or that has met a limit, has come to its end.
    fn slice(&mut self) {
        let Some(performance) = page::window().and_then(|window| window.performance()) else { return self.is_going = false };
        let until_ms = performance.now() + SLICE_MS;
        while self.is_going && performance.now() < until_ms {
            for _ in 0..EVENTS_PER_LOOK {
                self.is_going = self.clock.world().steps() < self.to_steps && self.clock.step(u64::MAX, None) == Ok(true);
                if !self.is_going {
                    break;
                }
            }
        }
    }
}

/// The page's handle on it. Two are equal when they show the same slice.
#[derive(Clone)]
pub struct Ahead {
    flight: Rc<RefCell<Option<Flight>>>,
    /// Its value when this handle was made: a state's own handle reads what the state is by now, and would equal every other.
    turn: u64,
    next: UseStateSetter<u64>,
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.flight, &other.flight) && self.turn == other.turn
    }
}

impl Ahead {
    /// What has been played ahead of `run`, if anything has.
    pub fn of(&self, run: &Run) -> Option<Ref<'_, Flight>> {
        Ref::filter_map(self.flight.borrow(), |flight| flight.as_ref().filter(|flight| Rc::ptr_eq(&flight.scenario, &run.scenario))).ok()
    }

    fn change(&self, change: impl FnOnce(&mut Option<Flight>)) {
        change(&mut self.flight.borrow_mut());
        self.next.set(self.turn + 1);
    }

    fn is_going(&self) -> bool {
        self.flight.borrow().as_ref().is_some_and(|flight| flight.is_going)
    }
}

/// A handle that plays its slices as long as the component lives.
#[hook]
pub fn use_ahead() -> Ahead {
    let turn = use_state(|| 0);
    let ahead = Ahead { flight: use_mut_ref(|| None), turn: *turn, next: turn.setter() };
    {
        let ahead = ahead.clone();
        use_effect_with((ahead.turn, ahead.is_going()), move |(_, is_going)| {
            let play = move |_| ahead.change(|flight| flight.iter_mut().for_each(Flight::slice));
            let frame = is_going.then(|| request_animation_frame(play));
            move || drop(frame)
        });
    }
    ahead
}

/// What a button does to the flight.
type Change = Rc<dyn Fn(&mut Option<Flight>)>;

/// What a reader may ask of it, and how far it is; nothing if the algorithm has no use for it.
pub fn view(ahead: &Ahead, run: &Run) -> Html {
    let Some(offer) = run.timeline().clock().world().algorithm().ahead() else { return Html::default() };
    let on = |change: Change| {
        let ahead = ahead.clone();
        Callback::from(move |_: MouseEvent| ahead.change(&*change))
    };
    let button = |words: String, onclick| html! { <button class="btn" type="button" {onclick}>{ words }</button> };
    let Some(flight) = ahead.of(run) else {
        let run = run.clone();
        let start = move |flight: &mut Option<Flight>| {
            let clock = run.timeline().clock().clone();
            let from_steps = clock.world().steps();
            let scenario = Rc::clone(&run.scenario);
            *flight = Some(Flight { clock, scenario, from_steps, to_steps: from_steps + offer.events, is_going: true });
        };
        return html! { <div class="ahead">{ button(format!("Play {} ahead", offer.what), on(Rc::new(start))) }</div> };
    };
    let moment = format_time(flight.clock.world().now_us());
    let says = if flight.is_going {
        format!("{} of {} events.", thousands(flight.done()), thousands(offer.events))
    } else {
        format!("This is {} events ahead of the run, at {moment}.", thousands(flight.done()))
    };
    html! {
        <div class="ahead">
            if flight.is_going { { button("Stop here".to_owned(), on(Rc::new(|flight| flight.iter_mut().for_each(|flight| flight.is_going = false)))) } }
            { button("Back to the run".to_owned(), on(Rc::new(|flight| *flight = None))) }
            <span role={(!flight.is_going).then_some("status")}>{ says }</span>
        </div>
    }
}
