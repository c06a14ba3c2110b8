//! What a reader does on the stage with pointer and keyboard, and what actions come of it.

use super::cut::divide;
use super::geometry::{Point, polyline};
use super::picture::MessagePicture;
use super::{Stage, Told, thing};
use crate::sim::NodeId;
use crate::ui::action::{Action, Menu, Selected, Tool};
use crate::ui::measure::place_in;
use crate::ui::playground::still_there;
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
pub type Moved = Vec<Option<Point>>;

/// Keys that do something to a thing on the stage, and that must not scroll the page meanwhile.
pub fn is_ours(event: &KeyboardEvent) -> bool {
    matches!(event.key().as_str(), "Enter" | " " | "ArrowRight" | "ArrowDown" | "ArrowLeft" | "ArrowUp") && thing::under(event).is_some()
}

impl Stage {
    /// What the reader does; says whether the stage renders.
    pub(super) fn hand(&mut self, ctx: &Context<Self>, told: Told) -> bool {
        let renders = matches!(told, Told::List | Told::Dialog(_) | Told::Tidy);
        match told {
            Told::Dialog(false) | Told::Tidy | Told::Ask(_) => self.stand_in = Some(".stage-tools [aria-pressed]"),
            Told::List => self.stand_in = Some(".stage-held [aria-expanded]"),
            _ => {}
        }
        match told {
            Told::Size(_) => {}
            Told::Down(event) => self.down(ctx, &event),
            Told::Move(event) => return self.moves(ctx, &event),
            Told::Up => return self.up(ctx),
            Told::Cancel => return self.cancel(),
            Told::Click(event) => self.click(ctx, &event),
            Told::Key(event) => return self.key(ctx, &event),
            Told::FocusIn(event) => self.focus_in(&event),
            Told::FocusOut(event) => self.focus_out(&event),
            Told::Nudge(id, right, down) => return self.nudge(ctx, id, f32::from(right), f32::from(down)),
            Told::Choose(thing) => self.open(ctx, thing, None),
            Told::List => self.listing = !self.listing,
            Told::Dialog(open) => self.dialog = open,
            Told::Tidy => {
                self.moved.clear();
                self.lay_out(ctx);
            }
            Told::Ask(action) => ctx.props().act.emit(action),
        }
        renders
    }

    /// Where the focus goes once the stage is drawn.
    pub(super) fn settle(&mut self, ctx: &Context<Self>) {
        self.follow_focus();
        self.keep_focus();
        let about = ctx.props().look.menu.map(|menu| menu.about);
        let before = std::mem::replace(&mut self.menu_before, about);
        match (before, about) {
            (Some(before), None) => self.return_focus(before),
            // The menu of a message that has gone has nothing to say.
            (_, Some(about)) if !still_there(&ctx.props().run.timeline(), about) => ctx.props().act.emit(Action::Menu(None)),
            _ => {}
        }
    }

    fn place_of(&self, event: &MouseEvent) -> Option<Point> {
        place_in(&self.svg, event).map(|(x, y)| Point::new(x as f32, y as f32))
    }

    fn capture(&self, event: &PointerEvent) {
        if let Some(svg) = self.svg.cast::<Element>() {
            // Without it the gesture only ends at the stage's edge.
            let _ = svg.set_pointer_capture(event.pointer_id());
        }
    }

    /// Opens the menu of a thing, and stops time for it. `near`: where the reader pointed.
    pub(super) fn open(&mut self, ctx: &Context<Self>, thing: Selected, near: Option<Point>) {
        let act = &ctx.props().act;
        if ctx.props().look.playing {
            act.emit(Action::Pause);
        }
        self.opener = thing::focused();
        act.emit(Action::Select(Some(thing)));
        let Point { x, y } = self.menu_place(thing, near);
        act.emit(Action::Menu(Some(Menu { about: thing, x: x as i32, y: y as i32 })));
    }

    fn menu_place(&self, thing: Selected, near: Option<Point>) -> Point {
        let picture = &self.picture;
        match thing {
            Selected::Node(id) => picture.nodes.get(id.index()).map_or(Point::default(), |node| node.at.plus(node.radius + 18.0, -24.0)),
            Selected::Message(id) => {
                picture.message(id).map_or(Point::default(), |message| message.motion.place(self.now_us).plus(20.0, 16.0))
            }
            Selected::Link(a, b) => near.unwrap_or_else(|| {
                let link = picture.links.iter().find(|link| (link.a, link.b) == (a, b));
                link.map_or(Point::default(), |link| link.line.0.toward(link.line.1, 0.5))
            }),
            Selected::Step(_) => near.unwrap_or_default(),
        }
    }

    /// The pointer goes down.
    pub(super) fn down(&mut self, ctx: &Context<Self>, event: &PointerEvent) {
        let Some(at) = self.place_of(event).filter(|_| event.button() == 0 && event.is_primary()) else { return };
        self.gesture = match (ctx.props().look.tool, thing::under(event)) {
            (Tool::Cut, _) => {
                self.capture(event);
                Gesture::Draw(vec![at])
            }
            (Tool::Point, Some(Selected::Node(id))) => Gesture::Press(id, at),
            _ => Gesture::None,
        };
    }

    /// The pointer moves.
    pub(super) fn moves(&mut self, ctx: &Context<Self>, event: &PointerEvent) -> bool {
        let Some(at) = self.place_of(event) else { return false };
        match &mut self.gesture {
            Gesture::Draw(points) => {
                let farther = points.len() < DRAW_POINTS_MAX && points.last().is_none_or(|last| last.distance(at) >= DRAW_STEP);
                if farther {
                    points.push(at);
                    self.draft = polyline(points.iter().copied()).into();
                }
                farther
            }
            Gesture::Press(id, start) if start.distance(at) >= DRAG_MIN => {
                let id = *id;
                self.capture(event);
                self.gesture = Gesture::Drag(id);
                self.put(ctx, id, at)
            }
            Gesture::Drag(id) => {
                let id = *id;
                self.put(ctx, id, at)
            }
            Gesture::Press(..) | Gesture::None => false,
        }
    }

    /// The pointer goes up.
    pub(super) fn up(&mut self, ctx: &Context<Self>) -> bool {
        let Gesture::Draw(points) = std::mem::take(&mut self.gesture) else { return false };
        self.draft = AttrValue::default();
        let act = &ctx.props().act;
        match divide(&points, &self.picture.key.places, &self.picture.groups) {
            _ if points.len() < 2 => {}
            Some(partition) => {
                act.emit(Action::Do(partition));
                act.emit(Action::Tool(Tool::Point));
            }
            None => act.emit(Action::Notice(Some("All nodes are on one side of that line. Draw it between them.".to_owned()))),
        }
        true
    }

    /// The gesture is broken off.
    pub(super) fn cancel(&mut self) -> bool {
        self.gesture = Gesture::None;
        self.draft = AttrValue::default();
        true
    }

    /// What a click means: the margins of messages cover each other where they fly close together, so of them the nearest.
    fn meant(&self, event: &MouseEvent) -> Option<Selected> {
        let thing = thing::under(event)?;
        let (Selected::Message(_), Some(at)) = (thing, self.place_of(event)) else { return Some(thing) };
        let far = |message: &MessagePicture| message.motion.place(self.now_us).distance(at);
        let nearest = self.picture.arriving().min_by(|a, b| far(a).total_cmp(&far(b)));
        nearest.map_or(Some(thing), |message| Some(Selected::Message(message.mark.id)))
    }

    /// A click, or a tap.
    pub(super) fn click(&mut self, ctx: &Context<Self>, event: &MouseEvent) {
        let look = ctx.props().look;
        match self.meant(event) {
            _ if look.tool == Tool::Cut => {}
            Some(thing) => self.open(ctx, thing, self.place_of(event)),
            None if look.selected.is_some() => ctx.props().act.emit(Action::Select(None)),
            None => {}
        }
    }

    /// A key.
    pub(super) fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let Some(thing) = thing::under(event) else { return false };
        let (dx, dy) = match event.key().as_str() {
            "Enter" | " " => {
                self.open(ctx, thing, None);
                return false;
            }
            "ArrowRight" => (1.0, 0.0),
            "ArrowDown" => (0.0, 1.0),
            "ArrowLeft" => (-1.0, 0.0),
            "ArrowUp" => (0.0, -1.0),
            _ => return false,
        };
        match thing {
            Selected::Node(id) if event.shift_key() => self.nudge(ctx, id, dx, dy),
            _ => {
                self.walk(thing, dx + dy > 0.0);
                false
            }
        }
    }

    /// Moves a node by so many steps to the right and down.
    pub(super) fn nudge(&mut self, ctx: &Context<Self>, id: NodeId, right: f32, down: f32) -> bool {
        let at = self.picture.nodes.get(id.index()).map_or(Point::default(), |node| node.at);
        self.put(ctx, id, at.plus(right * NUDGE, down * NUDGE))
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

    fn focus(&self, thing: Selected) {
        if let Some(element) = self.svg.cast::<Element>().and_then(|svg| thing::element(&svg, thing)) {
            thing::focus(&element);
        }
    }

    fn put(&mut self, ctx: &Context<Self>, id: NodeId, at: Point) -> bool {
        let frame = self.picture.key.frame;
        let at = frame.clamp(at);
        self.moved.resize(usize::from(frame.nodes), None);
        if let Some(place) = self.moved.get_mut(id.index()) {
            *place = Some(Point::new(at.x / frame.width, at.y / frame.height));
        }
        self.lay_out(ctx);
        true
    }

    /// Something on the stage has taken the focus.
    pub(super) fn focus_in(&mut self, event: &FocusEvent) {
        self.watched = thing::under(event).filter(|thing| matches!(thing, Selected::Message(_)));
    }

    /// Something has lost the focus; one that went from the stage with it is remembered.
    pub(super) fn focus_out(&mut self, event: &FocusEvent) {
        if event.target_dyn_into::<Element>().is_some_and(|element| element.is_connected()) {
            self.watched = None;
        }
    }

    /// A message that had the focus has gone: the focus goes on to the node that it was for.
    pub(super) fn follow_focus(&mut self) {
        let Some(Selected::Message(id)) = self.watched else { return };
        if !self.picture.arriving().any(|message| message.mark.id == id) {
            self.watched = None;
            if thing::is_focus_lost() {
                self.focus(Selected::Node(id.to));
            }
        }
    }

    /// A button that had the focus may have gone with what it did: then one that stays takes it.
    pub(super) fn keep_focus(&mut self) {
        let Some(selector) = self.stand_in.take().filter(|_| thing::is_focus_lost()) else { return };
        // The selector is a valid one.
        if let Some(button) = self.root.cast::<Element>().and_then(|root| root.query_selector(selector).ok().flatten()) {
            thing::focus(&button);
        }
    }

    /// A menu has closed: the focus goes back to where it was, unless it is elsewhere by now.
    pub(super) fn return_focus(&mut self, about: Selected) {
        let opener = self.opener.take().filter(|element| element.is_connected());
        if !thing::is_focus_lost() {
            return;
        }
        match (opener, about) {
            (Some(element), _) => thing::focus(&element),
            (None, Selected::Message(id)) => self.focus(Selected::Node(id.to)),
            (None, about) => self.focus(about),
        }
    }

    /// Where all nodes stand.
    pub(super) fn places(&self, frame: super::geometry::Frame) -> Rc<Vec<Point>> {
        let moved = |node: u16| self.moved.get(usize::from(node)).copied().flatten();
        let place = |node: u16| match moved(node) {
            Some(at) => frame.clamp(Point::new(at.x * frame.width, at.y * frame.height)),
            None => frame.rest(node),
        };
        Rc::new((0..frame.nodes).map(place).collect())
    }
}
