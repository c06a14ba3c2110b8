//! What a reader does on the stage with pointer and keyboard, and what actions come of it.

use super::cut::divide;
use super::geometry::{Point, polyline};
use super::picture::Picture;
use super::thing;
use crate::sim::NodeId;
use crate::ui::action::{Action, Look, Menu, Selected, Tool};
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// How far the pointer goes before a press becomes a drag, in CSS pixels.
const DRAG_MIN: f32 = 6.0;
/// How far apart the points of a drawn line are at least.
const DRAW_STEP: f32 = 5.0;
/// Points of a drawn line at most.
const DRAW_POINTS_MAX: usize = 2_000;
/// How far a key moves a node.
const NUDGE: f32 = 16.0;

/// What the pointer is doing.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Gesture {
    /// Nothing that lasts.
    #[default]
    None,
    /// It went down on a node and has not moved yet.
    Press(NodeId, Point),
    /// It carries a node.
    Drag(NodeId),
    /// It draws a line.
    Draw(Vec<Point>),
}

/// Where nodes were put by hand, in fractions of the stage; the others rest where the layout has them.
pub type Moved = Rc<Vec<Option<Point>>>;

/// All that is needed to answer an event, as of the last render.
pub struct Hands {
    /// What the page shows.
    pub look: Look,
    /// Where actions go.
    pub act: Callback<Action>,
    /// What is on the stage.
    pub picture: Rc<Picture>,
    /// The moment that it shows, in virtual microseconds.
    pub now_us: u64,
    /// The drawing.
    pub svg: NodeRef,
    /// What the pointer is doing.
    pub gesture: Rc<RefCell<Gesture>>,
    /// Where nodes were put by hand.
    pub moved: UseStateHandle<Moved>,
    /// The line that is being drawn.
    pub draft: UseStateHandle<AttrValue>,
    /// What had the focus when a menu opened.
    pub opener: Rc<RefCell<Option<Element>>>,
    /// The message that has the focus.
    pub watched: Rc<RefCell<Option<Selected>>>,
}

impl Hands {
    fn place_of(&self, event: &MouseEvent) -> Option<Point> {
        let rect = self.svg.cast::<Element>()?.get_bounding_client_rect();
        Some(Point::new(event.client_x() as f32 - rect.left() as f32, event.client_y() as f32 - rect.top() as f32))
    }

    fn capture(&self, event: &PointerEvent) {
        if let Some(svg) = self.svg.cast::<Element>() {
            // Without it the gesture only ends at the stage's edge.
            let _ = svg.set_pointer_capture(event.pointer_id());
        }
    }

    /// Opens the menu of a thing, and stops time for it. `near`: where the reader pointed.
    pub fn open(&self, thing: Selected, near: Option<Point>) {
        if self.look.playing {
            self.act.emit(Action::Pause);
        }
        *self.opener.borrow_mut() = thing::focused();
        self.act.emit(Action::Select(Some(thing)));
        let Point { x, y } = self.menu_place(thing, near);
        self.act.emit(Action::Menu(Some(Menu { about: thing, x: x as i32, y: y as i32 })));
    }

    fn menu_place(&self, thing: Selected, near: Option<Point>) -> Point {
        let radius = self.picture.key.frame.radius;
        match thing {
            Selected::Node(id) => self.picture.nodes.get(id.index()).map_or(Point::default(), |node| node.at.plus(radius + 18.0, -24.0)),
            Selected::Message(id) => self.picture.message(id).map_or(Point::default(), |message| message.motion.place(self.now_us).plus(20.0, 16.0)),
            Selected::Link(a, b) => near.unwrap_or_else(|| {
                let link = self.picture.links.iter().find(|link| (link.a, link.b) == (a, b));
                link.map_or(Point::default(), |link| link.line.0.toward(link.line.1, 0.5))
            }),
            Selected::Step(_) => near.unwrap_or_default(),
        }
    }

    /// The pointer goes down.
    pub fn down(&self, event: &PointerEvent) {
        let Some(at) = self.place_of(event).filter(|_| event.button() == 0 && event.is_primary()) else { return };
        *self.gesture.borrow_mut() = match (self.look.tool, thing::under(event)) {
            (Tool::Cut, _) => {
                self.capture(event);
                Gesture::Draw(vec![at])
            }
            (Tool::Point, Some(Selected::Node(id))) => Gesture::Press(id, at),
            _ => Gesture::None,
        };
    }

    /// The pointer moves.
    pub fn moves(&self, event: &PointerEvent) {
        let mut gesture = self.gesture.borrow_mut();
        if *gesture == Gesture::None {
            return;
        }
        let Some(at) = self.place_of(event) else { return };
        match &mut *gesture {
            Gesture::Draw(points) => {
                if points.len() < DRAW_POINTS_MAX && points.last().is_none_or(|last| last.distance(at) >= DRAW_STEP) {
                    points.push(at);
                    self.draft.set(polyline(points.iter().copied()).into());
                }
            }
            Gesture::Press(id, start) if start.distance(at) >= DRAG_MIN => {
                let id = *id;
                self.capture(event);
                *gesture = Gesture::Drag(id);
                self.put(id, at);
            }
            Gesture::Drag(id) => self.put(*id, at),
            Gesture::Press(..) | Gesture::None => {}
        }
    }

    /// The pointer goes up.
    pub fn up(&self) {
        if let Gesture::Draw(points) = self.gesture.take() {
            self.draft.set(AttrValue::default());
            if points.len() < 2 {
                return;
            }
            match divide(&points, &self.picture.key.places, &self.picture.groups) {
                Some(partition) => {
                    self.act.emit(Action::Do(partition));
                    self.act.emit(Action::Tool(Tool::Point));
                }
                None => self.act.emit(Action::Notice(Some("All nodes are on one side of that line. Draw it between them.".to_owned()))),
            }
        }
    }

    /// The gesture is broken off.
    pub fn cancel(&self) {
        *self.gesture.borrow_mut() = Gesture::None;
        self.draft.set(AttrValue::default());
    }

    /// A click, or a tap.
    pub fn click(&self, event: &MouseEvent) {
        if self.look.tool == Tool::Cut {
            return;
        }
        match thing::under(event) {
            Some(thing) => self.open(thing, self.place_of(event)),
            None if self.look.selected.is_some() => self.act.emit(Action::Select(None)),
            None => {}
        }
    }

    /// A key.
    pub fn key(&self, event: &KeyboardEvent) {
        let key = event.key();
        if key == "Escape" && self.look.tool == Tool::Cut {
            event.stop_propagation();
            self.cancel();
            self.act.emit(Action::Tool(Tool::Point));
            return;
        }
        let Some(thing) = thing::under(event) else { return };
        let (dx, dy) = match key.as_str() {
            "Enter" | " " => {
                event.prevent_default();
                self.open(thing, None);
                return;
            }
            "ArrowRight" => (1.0, 0.0),
            "ArrowDown" => (0.0, 1.0),
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowUp" => (0.0, -1.0),
            _ => return,
        };
        event.prevent_default();
        match thing {
            Selected::Node(id) if event.shift_key() => {
                if let Some(node) = self.picture.nodes.get(id.index()) {
                    self.put(id, node.at.plus(dx * NUDGE, dy * NUDGE));
                }
            }
            _ => self.walk(thing, dx + dy > 0.0),
        }
    }

    /// Moves the focus to the next thing of the same kind: nodes and links by number, messages as they arrive.
    fn walk(&self, from: Selected, forward: bool) {
        let picture = &self.picture;
        let things: Vec<Selected> = match from {
            Selected::Node(_) => picture.nodes.iter().map(|node| Selected::Node(node.id)).collect(),
            Selected::Link(..) => picture.links.iter().map(|link| Selected::Link(link.a, link.b)).collect(),
            Selected::Message(_) => picture.arriving().map(|message| Selected::Message(message.mark.id)).collect(),
            Selected::Step(_) => return,
        };
        let Some(here) = things.iter().position(|thing| *thing == from) else { return };
        let next = if forward { here + 1 } else { here + things.len() - 1 } % things.len();
        if let Some(next) = things.get(next) {
            self.focus(*next);
        }
    }

    /// Puts the focus on a thing; says whether it is there.
    pub fn focus(&self, thing: Selected) -> bool {
        let element = self.svg.cast::<Element>().and_then(|svg| thing::element(&svg, thing));
        element.as_ref().map(thing::focus).is_some()
    }

    fn put(&self, id: NodeId, at: Point) {
        let frame = self.picture.key.frame;
        let at = frame.clamp(at);
        let mut moved: Vec<Option<Point>> = (**self.moved).clone();
        moved.resize(usize::from(frame.nodes), None);
        if let Some(place) = moved.get_mut(id.index()) {
            *place = Some(Point::new(at.x / frame.width, at.y / frame.height));
        }
        self.moved.set(Rc::new(moved));
    }

    /// Something on the stage has taken the focus.
    pub fn focus_in(&self, event: &FocusEvent) {
        *self.watched.borrow_mut() = thing::under(event).filter(|thing| matches!(thing, Selected::Message(_)));
    }

    /// Something has lost the focus; one that went from the stage with it is remembered.
    pub fn focus_out(&self, event: &FocusEvent) {
        let still_there = event.target_dyn_into::<Element>().is_some_and(|element| element.is_connected());
        if still_there {
            *self.watched.borrow_mut() = None;
        }
    }

    /// A message that had the focus has gone: the focus goes on to the node that it was for.
    pub fn follow_focus(&self) {
        let watched = *self.watched.borrow();
        if let Some(Selected::Message(id)) = watched {
            let gone = self.picture.messages.iter().take(self.picture.arrivals.len()).all(|message| message.mark.id != id);
            if gone {
                *self.watched.borrow_mut() = None;
                if thing::focused().is_none() {
                    self.focus(Selected::Node(id.to));
                }
            }
        }
    }

    /// A menu has closed: the focus goes back to where it was, unless it is elsewhere by now.
    pub fn return_focus(&self, about: Selected) {
        let opener = self.opener.take();
        if thing::focused().is_some() {
            return;
        }
        match (opener.filter(|element| element.is_connected()), about) {
            (Some(element), _) => thing::focus(&element),
            (None, Selected::Message(id)) => {
                self.focus(Selected::Node(id.to));
            }
            (None, about) => {
                self.focus(about);
            }
        }
    }
}
