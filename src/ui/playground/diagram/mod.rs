//! The space-time diagram: a lane a node, an arrow a message, and the happens-before cone of an event.
//!
//! What is drawn changes with each event ([`scene`]); between two events only the window over it moves, which costs a frame a
//! handful of attributes.

mod arrows;
mod axis;
mod cone;
mod known;
mod lanes;
mod marks;
mod projection;
mod scene;

use super::format_time;
use crate::scenario::export::sentence;
use crate::sim::{Intervention, MessageId, Timeline};
use crate::ui::action::{Action, Look, Selected};
use crate::ui::measure::{place_in, use_size};
use crate::ui::part::{keyed, part};
use crate::ui::run::Run;
use crate::ui::svg::{Path, path, push_px, px, rect, text, translate};
use arrows::{Arrow, ArrowsProps};
use axis::AxisProps;
use known::Known;
use lanes::LaneProps;
use marks::{CutsProps, MarksProps};
use projection::{LEFT_PX, Plot, RIGHT_PX, Scale, TOP_PX, window_start_us};
use scene::{Angle, Scene, Target};
use std::rc::Rc;
use yew::prelude::*;

/// What the keys do.
const WALK: &str = "The left and right arrow keys walk along them, Enter goes to the moment, plus and minus zoom.";
/// A drag shorter than this delays nothing, in pixels.
const DRAG_PX_MIN: f64 = 3.0;

/// Properties of [`Diagram`].
#[derive(Properties, PartialEq)]
pub struct DiagramProps {
    /// The run, at the present moment.
    pub run: Run,
    /// What is selected, and whose cone is lit.
    pub look: Look,
    /// Whether it is the run beside the reader's: its names in the page are others.
    pub is_there: bool,
    /// When this run and the one beside it part, in virtual microseconds.
    pub parted_us: Option<u64>,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// An arrowhead that is being dragged, in pixels of the scale.
#[derive(Clone, Copy, PartialEq)]
struct Drag {
    message: MessageId,
    from: (f64, f64),
    head: (f64, f64),
    x: f64,
    playing: bool,
}

impl Drag {
    fn by_us(&self, scale: Scale) -> Option<u64> {
        let by = self.x - self.head.0;
        (by >= DRAG_PX_MIN).then_some((by * scale.us_per_px) as u64)
    }
}

/// The window on the scene at the present moment.
#[derive(Clone, Copy, PartialEq)]
struct Window {
    plot: Plot,
    scale: Scale,
    now_us: u64,
}

impl Window {
    fn new(plot: Plot, span_us: u64, now_us: u64) -> Self {
        Window { plot, scale: Scale::new(now_us, span_us, plot.inner_width()), now_us }
    }
    /// What is to be added to pixels of the scale for pixels of the picture.
    fn shift(&self) -> f64 {
        LEFT_PX - self.scale.px_from_time_us(window_start_us(self.now_us, self.scale.span_us))
    }
    fn now_px(&self) -> f64 {
        self.scale.px_from_time_us(self.now_us)
    }
}

/// What the reader does in the diagram.
#[derive(Clone, Copy, PartialEq, Default)]
struct Hand {
    /// Steps of zoom out from the usual span.
    zoom: i8,
    /// Under the pointer.
    hover: Option<Target>,
    /// The event that the arrow keys have walked to.
    focus: Option<u64>,
    drag: Option<Drag>,
    /// A drag has just ended: the click that follows is part of it.
    dragged: bool,
}

/// The diagram of the last while.
#[component]
pub fn Diagram(props: &DiagramProps) -> Html {
    let node = use_node_ref();
    let (width, height) = use_size(&node);
    let hand = use_state_eq(Hand::default);
    let known = use_mut_ref(Known::default);
    let plot = Plot { width: f64::from(width), height: f64::from(height) };
    let window = Window::new(plot, plot.span_us(hand.zoom), props.run.timeline().now_us());
    let wanted = match props.look.selected {
        Some(Selected::Node(node)) => Some(node),
        _ => None,
    };
    let angle = Angle { plot, scale: window.scale, wanted, cone: props.look.cone };
    let scene = use_memo((props.run.at_step(), angle), |(run, angle)| {
        let timeline = run.timeline();
        let mut known = known.borrow_mut();
        known.note(Rc::as_ptr(&run.scenario) as usize, &timeline);
        Scene::new(&timeline, &known, angle)
    });
    let told = hand.hover.or(hand.focus.map(Target::Event));
    let words = use_memo((props.run.at_step(), told), |(run, told)| told.map(|target| words(&run.timeline(), &known.borrow(), target)));
    let latest = props.run.timeline().step_count().checked_sub(1);
    let active = hand.focus.or(latest);
    let active_words = use_memo((props.run.at_step(), active), |(run, active)| {
        active.map_or_else(|| "Nothing has happened yet.".to_owned(), |step| words_of_event(&run.timeline(), &known.borrow(), step))
    });

    let side = if props.is_there { "there" } else { "diagram" };
    let event_id = format!("{side}-event-{}", active.map_or(0, |step| step + 1));

    let told_arrow = told.and_then(|target| scene.arrows().find(|arrow| is_of(arrow, target)).copied());
    let chosen = match props.look.selected {
        Some(Selected::Message(id)) => scene.flights.iter().find(|arrow| arrow.message == id).copied(),
        Some(Selected::Step(step)) => scene.arrows().find(|arrow| arrow.step == Some(step)).copied(),
        _ => None,
    };
    let ring = told.and_then(|target| match target {
        Target::Event(step) => scene.place(step),
        Target::Flight(_) => None,
    });
    let selected = match props.look.selected {
        Some(Selected::Step(step)) => Some(step),
        _ => None,
    };
    let ring = ring.or_else(|| props.look.cone.or(selected).and_then(|step| scene.place(step)));

    let pointing = Pointing {
        node: node.clone(),
        hand: hand.clone(),
        scene: Rc::clone(&scene),
        window,
        look: props.look,
        run: props.run.clone(),
        act: props.act.clone(),
    };
    let told_y = ring.map(|at| at.1).or(told_arrow.map(|arrow| arrow.to.1)).unwrap_or(0.0);
    let id = |of: &str| AttrValue::from(format!("{side}-{of}"));
    let grabbing = matches!(hand.hover, Some(Target::Flight(_))) || hand.drag.is_some();
    html! {
        <div class="pg-diagram" ref={node}>
            <svg class="diagram" viewBox={view_box(plot)} data-cone={(props.look.cone.is_some() && ring.is_some()).then_some("on")}
                data-grab={grabbing.then_some("")}
                role="listbox" tabindex="0" aria-activedescendant={event_id.clone()}
                aria-label={format!("Space-time diagram{}: events. {WALK}", if props.is_there { " of the other run" } else { "" })}
                onpointermove={pointing.on(Pointing::moved)} onpointerleave={pointing.on(Pointing::left)}
                onpointerdown={pointing.on(Pointing::pressed)} onpointerup={pointing.on(Pointing::released)}
                onpointercancel={pointing.on(Pointing::cancelled)} onclick={pointing.clicked()}
                onkeydown={pointing.keyed()} onblur={pointing.blurred()}>
                <g aria-hidden="true">
                    { view(&scene, &window, &id, told_arrow, chosen, ring, hand.drag) }
                    if let Some(parted_us) = props.parted_us { { marks::parting(&plot, window.scale.px_from_time_us(parted_us) + window.shift()) } }
                </g>
                // Another event is another element, so that it is read out.
                <g key={event_id.clone()} id={event_id} role="option" aria-selected="true" aria-label={(*active_words).clone()}
                    aria-posinset={active.map(|step| (step + 1).to_string())} aria-setsize={active.and(latest).map(|step| (step + 1).to_string())}/>
            </svg>
            <div class="diagram-tools">
                if let Some(note) = &scene.note {
                    <p class="diagram-note">{ note.clone() }</p>
                }
                { pointing.zoom_button(-1, "+", "Show a shorter time") }
                { pointing.zoom_button(1, "−", "Show a longer time") }
            </div>
            if let Some(words) = &*words {
                <p class="diagram-words" data-at={if told_y < plot.height / 2.0 { "foot" } else { "head" }} aria-hidden="true">{ words.clone() }</p>
            }
        </div>
    }
}

fn is_of(arrow: &Arrow, target: Target) -> bool {
    match target {
        Target::Event(step) => arrow.step == Some(step),
        Target::Flight(id) => arrow.step.is_none() && arrow.message == id,
    }
}

fn view_box(plot: Plot) -> AttrValue {
    let mut text = String::from("0 0 ");
    push_px(&mut text, plot.width);
    text.push(' ');
    push_px(&mut text, plot.height);
    text.into()
}

/// All of the picture. What is in a group that moves is drawn anew only when it changed.
fn view(
    scene: &Scene,
    window: &Window,
    id: &dyn Fn(&str) -> AttrValue,
    told: Option<Arrow>,
    chosen: Option<Arrow>,
    ring: Option<(f64, f64)>,
    drag: Option<Drag>,
) -> Html {
    let (plot, shift, now_px) = (window.plot, window.shift(), window.now_px());
    let moves = translate(shift, 0.0);
    let within = |of: &str| format!("url(#{})", id(of));
    let seen_to = scene.known_until.map_or(now_px, |known| known.max(now_px)) + shift;
    let now_x = now_px + shift;
    let (left, right, bottom) = (LEFT_PX, plot.width - RIGHT_PX, plot.bottom());
    let wide = |to: f64| px((to - left).max(0.0));
    html! {
        <>
            <defs>
                { for [("plot", right + RIGHT_PX), ("axis", right), ("seen", seen_to.min(right)), ("past", now_x)].map(|(of, to)| html! {
                    <clipPath id={id(of)}>{ rect("clip", [px(left), "0".into(), wide(to), px(plot.height)]) }</clipPath>
                }) }
            </defs>
            { for scene.lanes.named().map(|(node, y)| text("lane-id", "14".into(), px(y + 4.5), node.0.to_string())) }
            { for scene.lanes.shown().iter().filter_map(|node| scene.lanes.y(*node)).map(|y| html! {
                { path("lane-line", Path::new().to(LEFT_PX, y).line(right, y).data()) }
            }) }
            <g clip-path={within("seen")}>
                <g transform={moves.clone()}>
                    { part(CutsProps { plot, spans: Rc::clone(&scene.cuts) }, marks::shades) }
                    { for scene.bands.iter().map(|(node, bands)| {
                        let (y, pitch) = (scene.lanes.y(*node).unwrap_or(0.0), scene.lanes.pitch);
                        keyed(u64::from(node.0), LaneProps { y, pitch, bands: Rc::clone(bands) }, lanes::lane)
                    }) }
                </g>
                { for scene.bands.iter().filter_map(|(node, bands)| view_labels(scene.lanes.y(*node)?, bands, shift)) }
            </g>
            <g clip-path={within("past")}>
                <g transform={moves.clone()}>{ part(ArrowsProps { arrows: Rc::clone(&scene.flights) }, arrows::trails) }</g>
            </g>
            <g clip-path={within("plot")}>
                <g transform={moves.clone()}>
                    <g class="layer-arrows">
                        { for scene.bundles.iter().map(|(first, bundle)| keyed(*first, ArrowsProps { arrows: Rc::clone(bundle) }, arrows::arrows)) }
                    </g>
                    { part(MarksProps { plot, spikes: Rc::clone(&scene.spikes), flags: Rc::clone(&scene.flags) }, marks::marks) }
                </g>
                { rect("future", [px(now_x), px(TOP_PX), px((plot.width - now_x).max(0.0)), px((bottom - TOP_PX).max(0.0))]) }
                <g class="now" transform={translate(now_x, 0.0)}>
                    { path("now-line", Path::new().to(0.0, 12.0).line(0.0, bottom).data()) }
                    { path("now-nib", "M0 14l-5-9 5-4 5 4z") }
                </g>
                <g class="layer-flights" transform={moves.clone()}>
                    { part(ArrowsProps { arrows: Rc::clone(&scene.flights) }, arrows::arrows) }
                    { for scene.held.iter().map(|arrow| Arrow { to: (now_px, arrow.to.1), ..*arrow }.view(false)) }
                </g>
                <g transform={moves.clone()}>
                    if let Some(arrow) = chosen { { arrow.view(true) } }
                    if let Some(arrow) = told { { Arrow { lit: true, ..arrow }.view(true) } }
                    if let Some((x, y)) = ring { <circle class="cone-origin" cx={px(x)} cy={px(y)} r="6"/> }
                    if let Some(drag) = drag { { view_drag(&drag, window.scale) } }
                </g>
            </g>
            <g class="axis">
                { rect("axis-frame", [px(left), px(bottom + 1.0), wide(right), "6".into()]) }
                <g clip-path={within("axis")}><g transform={moves.clone()}>{ part(AxisProps { plot, scale: window.scale }, axis::bars) }</g></g>
                <g transform={moves}>{ part(AxisProps { plot, scale: window.scale }, axis::labels) }</g>
            </g>
        </>
    }
}

/// The words on the bands of a lane; those of a band that began before the window stay at its edge.
fn view_labels(y: f64, bands: &[lanes::Band], shift: f64) -> Option<Html> {
    let labels: Html = bands
        .iter()
        .filter_map(|band| {
            let from = (band.from + shift).max(LEFT_PX);
            let label = band.label_after(from - shift)?;
            Some(text("lane-term", px(from + 4.0), px(y + 4.0), label))
        })
        .collect();
    Some(labels)
}

fn view_drag(drag: &Drag, scale: Scale) -> Html {
    let (x, y) = (drag.x.max(drag.head.0), drag.head.1);
    let words = drag.by_us(scale).map_or_else(String::new, |by_us| format!("+{}", format_time(by_us)));
    html! {
        <g class="arrow" data-tone="neutral" data-state="draft" data-in="">
            { path("arrow-line", Path::new().to(drag.from.0, drag.from.1).line(x, y).data()) }
            { text("arrow-delay", px(x), px(y - 8.0), words) }
        </g>
    }
}

/// What a thing in the diagram is, in words.
fn words(timeline: &Timeline, known: &Known, target: Target) -> String {
    match target {
        Target::Event(step) => words_of_event(timeline, known, step),
        Target::Flight(id) => {
            let Some(flight) = timeline.clock().world().flight(id) else { return String::new() };
            let content = timeline.setup().algorithm.describe(&*flight.payload);
            format!("On its way from {} to {}: {content}. Drag its head to delay it.", id.from, id.to)
        }
    }
}

fn words_of_event(timeline: &Timeline, known: &Known, step: u64) -> String {
    let Some(event) = known.event(step) else { return String::new() };
    let mut words = format!("{}: {}", format_time(event.time_us), sentence(timeline, event));
    for said in &event.said {
        words.push_str("; ");
        words.push_str(said);
    }
    words
}

/// What pointer and keys do. Made anew in every render, so it never acts on an old picture.
#[derive(Clone)]
struct Pointing {
    node: NodeRef,
    hand: UseStateHandle<Hand>,
    scene: Rc<Scene>,
    window: Window,
    look: Look,
    run: Run,
    act: Callback<Action>,
}

impl Pointing {
    fn on(&self, then: fn(&Pointing, &PointerEvent)) -> Callback<PointerEvent> {
        let this = self.clone();
        Callback::from(move |event: PointerEvent| then(&this, &event))
    }

    /// A pointer's place in pixels of the scale.
    fn place(&self, event: &MouseEvent) -> Option<(f64, f64)> {
        let (x, y) = place_in(&self.node, event)?;
        Some((x - self.window.shift(), y))
    }

    fn moved(&self, event: &PointerEvent) {
        let Some(at) = self.place(event) else { return };
        if let Some(drag) = self.hand.drag {
            self.hand.set(Hand { drag: Some(Drag { x: at.0, ..drag }), ..*self.hand });
            return;
        }
        let head = self.scene.find_head(at).map(|arrow| Target::Flight(arrow.message));
        self.point_at(head.or_else(|| self.scene.find(at)));
    }

    fn point_at(&self, hover: Option<Target>) {
        if hover == self.hand.hover {
            return;
        }
        self.hand.set(Hand { hover, dragged: false, ..*self.hand });
        let cone = match hover {
            Some(Target::Event(step)) => Some(step),
            // Of a message on its way, the cone of its sending.
            Some(Target::Flight(id)) => self.scene.flights.iter().find(|arrow| arrow.message == id).map(|arrow| arrow.cause),
            None => None,
        };
        if cone != self.look.cone {
            self.act.emit(Action::Cone(cone));
        }
    }

    fn left(&self, _: &PointerEvent) {
        if self.hand.drag.is_none() {
            self.point_at(None);
        }
    }

    fn pressed(&self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let Some(at) = self.place(event) else { return };
        let Some(arrow) = self.scene.find_head(at) else { return };
        if let Some(element) = event.target_dyn_into::<web_sys::Element>() {
            // Without capture the drag ends at the diagram's edge, which is no harm.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        let drag = Drag { message: arrow.message, from: arrow.from, head: arrow.to, x: arrow.to.0, playing: self.look.playing };
        self.hand.set(Hand { drag: Some(drag), hover: Some(Target::Flight(arrow.message)), ..*self.hand });
        // The message must not arrive while it is in the reader's hand.
        if drag.playing {
            self.act.emit(Action::Pause);
        }
    }

    fn released(&self, _: &PointerEvent) {
        let Some(drag) = self.hand.drag else { return };
        let by_us = drag.by_us(self.window.scale);
        self.hand.set(Hand { drag: None, dragged: by_us.is_some(), ..*self.hand });
        if let Some(by_us) = by_us {
            self.act.emit(Action::Do(Intervention::Delay { message: drag.message, by_us }));
        }
        if drag.playing {
            self.act.emit(Action::Play);
        }
    }

    fn cancelled(&self, _: &PointerEvent) {
        self.hand.set(Hand { drag: None, ..*self.hand });
    }

    fn clicked(&self) -> Callback<MouseEvent> {
        let this = self.clone();
        Callback::from(move |event: MouseEvent| {
            if this.hand.dragged {
                this.hand.set(Hand { dragged: false, ..*this.hand });
                return;
            }
            let Some(at) = this.place(&event) else { return };
            match this.scene.find_head(at).map(|arrow| Target::Flight(arrow.message)).or_else(|| this.scene.find(at)) {
                Some(Target::Event(step)) => this.go(step),
                Some(Target::Flight(id)) => this.act.emit(Action::Select(Some(Selected::Message(id)))),
                None => {
                    let end_us = this.run.timeline().end().1;
                    this.act.emit(Action::SeekTime(this.window.scale.time_us_from_px(at.0).min(end_us)));
                }
            }
        })
    }

    fn go(&self, step: u64) {
        self.act.emit(Action::SeekStep(step + 1));
        self.act.emit(Action::Select(Some(Selected::Step(step))));
    }

    fn keyed(&self) -> Callback<KeyboardEvent> {
        let this = self.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.ctrl_key() || event.meta_key() || event.alt_key() {
                return;
            }
            match event.key().as_str() {
                "ArrowLeft" => this.walk(|stops, here| stops.partition_point(|stop| stop.step < here).checked_sub(1)),
                "ArrowRight" => this.walk(|stops, here| Some(stops.partition_point(|stop| stop.step <= here))),
                "Home" => this.walk(|_, _| Some(0)),
                "End" => this.walk(|stops, _| stops.len().checked_sub(1)),
                "Enter" | " " => {
                    if let Some(step) = this.hand.focus {
                        this.go(step);
                    }
                }
                "Escape" if this.hand.focus.is_some() => this.let_go(),
                "+" | "=" => this.zoom(-1),
                "-" => this.zoom(1),
                _ => return,
            }
            event.prevent_default();
        })
    }

    /// Walks to the event at an index that `find` finds from the present one.
    fn walk(&self, find: impl FnOnce(&[scene::Stop], u64) -> Option<usize>) {
        let stops = &self.scene.stops;
        let here = self.hand.focus.unwrap_or_else(|| self.run.timeline().step_count());
        let Some(stop) = find(stops, here).and_then(|index| stops.get(index)) else { return };
        self.hand.set(Hand { focus: Some(stop.step), hover: None, ..*self.hand });
        self.act.emit(Action::Cone(Some(stop.step)));
    }

    fn let_go(&self) {
        if self.hand.focus.is_some() {
            self.hand.set(Hand { focus: None, ..*self.hand });
            self.act.emit(Action::Cone(None));
        }
    }

    fn blurred(&self) -> Callback<FocusEvent> {
        let this = self.clone();
        Callback::from(move |_: FocusEvent| this.let_go())
    }

    fn zoom(&self, by: i8) {
        self.hand.set(Hand { zoom: self.window.plot.zoom(self.hand.zoom, by), ..*self.hand });
    }

    fn zoom_button(&self, by: i8, sign: &'static str, label: &'static str) -> Html {
        let this = self.clone();
        let last = self.window.plot.zoom(self.hand.zoom, by) == self.hand.zoom;
        let onclick = Callback::from(move |_: MouseEvent| this.zoom(by));
        html! { <button class="btn btn-quiet btn-icon" type="button" aria-label={label} title={label} aria-disabled={last.then_some("true")} {onclick}>{ sign }</button> }
    }
}
