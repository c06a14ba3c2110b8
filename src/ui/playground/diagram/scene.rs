//! What the diagram shows at a step, as plain data: between two steps only the window over it moves.

use super::arrows::{Arrow, State};
use super::cone::Cone;
use super::known::Known;
use super::lanes::{Band, Lanes, bands};
use super::marks::{Flag, Spike, cuts, flags};
use super::projection::{Plot, Scale, TOP_PX, window_start_us};
use crate::sim::sorted::{SortedSet, sort_by_key};
use crate::sim::{Event, Flight, MessageId, NodeId, Timeline};
use std::rc::Rc;
use yew::AttrValue;

/// Arrows drawn at most, messages on their way included.
pub const ARROWS_MAX: usize = 400;
/// Of these, messages on their way.
const FLIGHTS_MAX: usize = 240;
/// Spikes drawn at most.
const SPIKES_MAX: usize = 300;
/// Events looked at in the window, and after the present.
const EVENTS_MAX: usize = 3_000;
/// Events looked at before the window, for what each node was when it began.
const EVENTS_BEFORE_MAX: usize = 600;
/// Arrows are drawn in bundles of so many steps: a new event makes one bundle new and leaves the others.
const BUNDLE_STEPS: u64 = 32;
/// How near a pointer must be: to an event, to an arrow, to an arrowhead that can be dragged, in pixels.
const NEAR_EVENT_PX: f64 = 9.0;
const NEAR_ARROW_PX: f64 = 6.0;
const NEAR_HEAD_PX: f64 = 16.0;

/// Something in the diagram that can be pointed at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// An event, by its step.
    Event(u64),
    /// A message on its way.
    Flight(MessageId),
}

/// An event's place, in pixels of the scale.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Stop {
    /// Its step.
    pub step: u64,
    /// Where it is.
    pub at: (f64, f64),
}

/// The picture.
pub struct Scene {
    /// Where the lanes are.
    pub lanes: Lanes,
    /// The bands of each lane shown.
    pub bands: Vec<(NodeId, Rc<Vec<Band>>)>,
    /// Arrows of messages that have arrived or were lost, in bundles with the step of their first.
    pub bundles: Vec<(u64, Rc<Vec<Arrow>>)>,
    /// Arrows of messages on their way.
    pub flights: Rc<Vec<Arrow>>,
    /// Arrows of messages that are held back; they end at the present.
    pub held: Vec<Arrow>,
    /// Spikes.
    pub spikes: Rc<Vec<Spike>>,
    /// Flags.
    pub flags: Rc<Vec<Flag>>,
    /// Shades of partitions.
    pub cuts: Rc<Vec<(f64, f64)>>,
    /// Events in order of time.
    pub stops: Vec<Stop>,
    /// How far the future is known, in pixels of the scale, after a rewind.
    pub known_until: Option<f64>,
    /// What is not shown, in words.
    pub note: Option<AttrValue>,
}

/// Everything that the picture depends on, besides the run.
#[derive(Clone, Copy, PartialEq)]
pub struct Angle {
    /// The picture's size.
    pub plot: Plot,
    /// The scale of time.
    pub scale: Scale,
    /// A node whose lane must be shown.
    pub wanted: Option<NodeId>,
    /// The step whose cone is lit.
    pub cone: Option<u64>,
}

impl Scene {
    /// The picture of a run at the present step.
    pub fn new(timeline: &Timeline, known: &Known, angle: &Angle) -> Scene {
        let (scale, now_us, present) = (angle.scale, timeline.now_us(), timeline.step_count());
        let algorithm = timeline.setup().algorithm;
        let lanes = Lanes::new(angle.plot, timeline, angle.wanted);
        let from_us = window_start_us(now_us, scale.span_us);
        let seen = Seen::collect(timeline, known, &lanes, from_us, scale.end_us());
        let cone = angle.cone.and_then(|step| Cone::of(&timeline.record().trace, step));

        let kinds = algorithm.kinds();
        let kind = |flight: &Flight| algorithm.kind(&*flight.payload);
        let mut capped = seen.capped;
        let mut flights = Vec::new();
        for flight in timeline.clock().world().in_flight() {
            if flights.len() == FLIGHTS_MAX {
                capped = true;
                break;
            }
            let Some(arrow) = Arrow::flying(flight, &lanes, scale, kinds, kind(flight), now_us) else { continue };
            flights.push(Arrow { lit: cone.as_ref().is_some_and(|cone| cone.holds(flight.cause)), ..arrow });
        }
        let held = flights.extract_if(.., |arrow| arrow.state == State::Held).collect();

        let mut ended = Vec::new();
        for event in seen.nearest_first() {
            let Some(arrow) = Arrow::ended(event, &lanes, scale, kinds, kind) else { continue };
            if flights.len() + ended.len() == ARROWS_MAX {
                capped = true;
                break;
            }
            ended.push(Arrow { lit: cone.as_ref().is_some_and(|cone| cone.carries(event)), ..arrow });
        }
        sort_by_key(&mut ended, |arrow| arrow.step);

        let spikes = seen.nearest_first().filter_map(|event| {
            let spike = Spike::of(event, &lanes, scale)?;
            Some(Spike { lit: cone.as_ref().is_some_and(|cone| cone.holds(event.step)), ..spike })
        });
        let spikes = spikes.take(SPIKES_MAX).collect();
        let bands = lanes.shown().iter().map(|node| {
            let lit = cone.as_ref().and_then(|cone| extent(&seen, cone, *node, scale));
            (*node, Rc::new(bands(timeline, *node, seen.all(), scale, lit)))
        });
        let bands = bands.collect();
        let stops = seen.in_window().filter_map(|event| stop(event, &lanes, scale, &ended)).collect();
        let known_until = (present < timeline.end().0).then(|| {
            let last = seen.future.last().map_or(now_us, |event| event.time_us);
            scale.px_from_time_us(if seen.future_ends { timeline.end().1.max(last) } else { last })
        });
        Scene {
            flags: Rc::new(flags(timeline, from_us, scale)),
            cuts: Rc::new(cuts(timeline, seen.all(), scale)),
            bundles: bundle(ended),
            flights: Rc::new(flights),
            spikes: Rc::new(spikes),
            note: note(&lanes, capped),
            lanes,
            bands,
            held,
            stops,
            known_until,
        }
    }

    /// The place of an event.
    pub fn place(&self, step: u64) -> Option<(f64, f64)> {
        let index = self.stops.binary_search_by_key(&step, |stop| stop.step).ok()?;
        self.stops.get(index).map(|stop| stop.at)
    }

    /// All arrows.
    pub fn arrows(&self) -> impl Iterator<Item = &Arrow> {
        self.bundles.iter().flat_map(|(_, bundle)| bundle.iter()).chain(self.flights.iter())
    }

    /// What is at a place, if anything: an event before an arrow, the nearest of them.
    pub fn find(&self, at: (f64, f64)) -> Option<Target> {
        let events = self.stops.iter().map(|stop| (distance(stop.at, at), stop.step));
        let event = events.filter(|(far, _)| *far <= NEAR_EVENT_PX).min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, step)) = event {
            return Some(Target::Event(step));
        }
        let arrows = self.arrows().map(|arrow| (arrow.distance(at), arrow));
        let arrow = arrows.filter(|(far, _)| *far <= NEAR_ARROW_PX).min_by(|a, b| a.0.total_cmp(&b.0));
        arrow.map(|(_, arrow)| arrow.step.map_or(Target::Flight(arrow.message), Target::Event))
    }

    /// The message on its way whose arrowhead is at a place.
    pub fn find_head(&self, at: (f64, f64)) -> Option<&Arrow> {
        let heads = self.flights.iter().map(|arrow| (distance(arrow.to, at), arrow));
        heads.filter(|(far, _)| *far <= NEAR_HEAD_PX).min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, arrow)| arrow)
    }
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (a.0 - b.0, a.1 - b.1);
    (dx * dx + dy * dy).sqrt()
}

/// The events that matter: before the window, in it, and after the present; each in order.
struct Seen<'a> {
    before: Vec<&'a Rc<Event>>,
    past: Vec<&'a Rc<Event>>,
    future: Vec<&'a Rc<Event>>,
    /// Whether the known future reaches to the end of the branch.
    future_ends: bool,
    capped: bool,
}

impl<'a> Seen<'a> {
    fn collect(timeline: &Timeline, known: &'a Known, lanes: &Lanes, from_us: u64, until_us: u64) -> Self {
        let present = timeline.step_count();
        let mut back = known.before(present);
        let (mut past, mut before): (Vec<&Rc<Event>>, Vec<&Rc<Event>>) = (Vec::new(), Vec::new());
        let mut silent: SortedSet<NodeId> = lanes.shown().iter().copied().collect();
        for event in back.by_ref() {
            if event.time_us < from_us || past.len() == EVENTS_MAX {
                before.push(event);
                break;
            }
            past.push(event);
        }
        let capped = past.len() == EVENTS_MAX;
        for event in &before {
            event.actor.map(|node| silent.remove(&node));
        }
        before.extend(back.take(EVENTS_BEFORE_MAX).take_while(|event| {
            let wanted = !silent.is_empty();
            event.actor.map(|node| silent.remove(&node));
            wanted
        }));
        past.reverse();
        before.reverse();
        let future: Vec<_> = known.from(present).take_while(|event| event.time_us <= until_us).take(EVENTS_MAX).collect();
        let future_ends = present + future.len() as u64 == timeline.end().0;
        Seen { before, past, future, future_ends, capped }
    }

    fn all(&self) -> impl Iterator<Item = &'a Rc<Event>> {
        self.before.iter().chain(&self.past).chain(&self.future).copied()
    }

    fn in_window(&self) -> impl Iterator<Item = &'a Rc<Event>> {
        self.past.iter().chain(&self.future).copied()
    }

    /// The past from the present back and the future from the present on, by turns.
    fn nearest_first(&self) -> impl Iterator<Item = &'a Rc<Event>> {
        let (mut past, mut future) = (self.past.iter().rev().copied(), self.future.iter().copied());
        let mut turn = false;
        std::iter::from_fn(move || {
            turn = !turn;
            if turn { past.next().or_else(|| future.next()) } else { future.next().or_else(|| past.next()) }
        })
    }
}

/// From the first to the last event of a cone on a lane.
fn extent(seen: &Seen<'_>, cone: &Cone, node: NodeId, scale: Scale) -> Option<(f64, f64)> {
    let mut times = seen.in_window().filter(|event| event.actor == Some(node) && cone.holds(event.step)).map(|event| event.time_us);
    let first = times.next()?;
    Some((scale.px_from_time_us(first), scale.px_from_time_us(times.last().unwrap_or(first))))
}

/// Where an event is: on its lane, where its message was lost, or above the lanes.
fn stop(event: &Rc<Event>, lanes: &Lanes, scale: Scale, ended: &[Arrow]) -> Option<Stop> {
    let x = scale.px_from_time_us(event.time_us);
    let at = match (event.actor, &event.message) {
        (Some(node), _) => (x, lanes.y(node)?),
        (None, Some(_)) if event.choice().is_some_and(|choice| choice.is_fault()) => {
            let index = ended.binary_search_by_key(&Some(event.step), |arrow| arrow.step);
            index.ok().and_then(|index| ended.get(index)).map_or((x, TOP_PX - 8.0), |arrow| arrow.to)
        }
        (None, _) => (x, TOP_PX - 8.0),
    };
    Some(Stop { step: event.step, at })
}

fn bundle(ended: Vec<Arrow>) -> Vec<(u64, Rc<Vec<Arrow>>)> {
    let number = |arrow: &Arrow| arrow.step.unwrap_or(0) / BUNDLE_STEPS;
    let bundles = ended.chunk_by(|a, b| number(a) == number(b));
    bundles.filter_map(|bundle| Some((number(bundle.first()?), Rc::new(bundle.to_vec())))).collect()
}

fn note(lanes: &Lanes, capped: bool) -> Option<AttrValue> {
    let some = (lanes.shown().len() < usize::from(lanes.nodes)).then(|| format!("{} of {} nodes", lanes.shown().len(), lanes.nodes));
    let most = capped.then(|| format!("the {ARROWS_MAX} messages nearest to now"));
    match (some, most) {
        (None, None) => None,
        (Some(only), None) | (None, Some(only)) => Some(format!("Shown: {only}.").into()),
        (Some(some), Some(most)) => Some(format!("Shown: {some}; {most}.").into()),
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::sim::{Choice, Intervention};
    use crate::topics;
    use crate::ui::playground::diagram::lanes::Being;
    use wasm_bindgen_test::wasm_bindgen_test;

    const PLOT: Plot = Plot { width: 738.0, height: 168.0 };

    fn run() -> Timeline {
        let scenario = Scenario::new(topics::topic(8).unwrap(), 0, 1).unwrap();
        let mut timeline = scenario.timeline().unwrap();
        timeline.play_to(1_200_000, 100_000).unwrap();
        timeline
    }

    fn scene(timeline: &Timeline, known: &mut Known) -> Scene {
        known.note(0, timeline);
        let scale = Scale::new(timeline.now_us(), PLOT.span_us(0), PLOT.inner_width());
        Scene::new(timeline, known, &Angle { plot: PLOT, scale, wanted: None, cone: None })
    }

    #[wasm_bindgen_test]
    fn every_message_that_arrived_in_the_window_has_an_arrow_between_its_lanes() {
        let timeline = run();
        let scene = scene(&timeline, &mut Known::default());
        let from_us = window_start_us(timeline.now_us(), PLOT.span_us(0));
        let arrived =
            timeline.record().trace.events().filter(|event| event.time_us >= from_us && matches!(event.choice(), Some(Choice::Deliver(_))));
        let arrived: Vec<_> = arrived.collect();
        assert!(arrived.len() > 10);
        for event in arrived {
            let arrow = scene.arrows().find(|arrow| arrow.step == Some(event.step)).unwrap();
            let flight = event.message.as_ref().unwrap();
            assert_eq!((arrow.from.1, arrow.to.1), (scene.lanes.y(flight.id.from).unwrap(), scene.lanes.y(flight.id.to).unwrap()));
            assert!(arrow.from.0 < arrow.to.0, "an arrow must not point back in time");
            assert_eq!(scene.find(arrow.to), Some(Target::Event(event.step)));
        }
    }

    #[wasm_bindgen_test]
    fn after_a_rewind_the_future_is_known_until_something_else_is_done() {
        let (mut timeline, mut known) = (run(), Known::default());
        let after = |scene: &Scene, step: u64| scene.arrows().filter(|arrow| arrow.step.is_some_and(|at| at >= step)).count();
        scene(&timeline, &mut known);
        timeline.seek_time(1_000_000).unwrap();
        let step = timeline.step_count();
        assert!(after(&scene(&timeline, &mut known), step) > 0);
        timeline.intervene(Intervention::Do(Choice::Crash(NodeId(0)))).unwrap();
        assert_eq!(after(&scene(&timeline, &mut known), step + 1), 0);
    }

    #[wasm_bindgen_test]
    fn a_crash_ends_a_band() {
        let mut timeline = run();
        let crash_us = timeline.now_us();
        timeline.intervene(Intervention::Do(Choice::Crash(NodeId(3)))).unwrap();
        timeline.play_to(crash_us + 50_000, 100_000).unwrap();
        let scene = scene(&timeline, &mut Known::default());
        let (_, bands) = scene.bands.iter().find(|(node, _)| *node == NodeId(3)).unwrap();
        let [.., before, after] = bands.as_slice() else { panic!("two bands expected: {bands:?}") };
        assert!(matches!(before.being, Being::Up(..)) && after.being == Being::Down);
        assert_eq!(before.to, after.from);
    }
}
