//! The stage: nodes, links, messages on their way. Everything on it can be clicked, focused and acted upon.
//!
//! What it shows is a [`Picture`], made once an event; what moves in between is written to the elements once a frame
//! ([`motion`]), and a frame without an event renders nothing. One listener on the drawing serves all things on it ([`thing`],
//! [`hands`]).

mod cut;
mod flights;
mod geometry;
mod hands;
mod link;
mod menu;
mod message;
mod motion;
mod node;
mod picture;
mod sheet;
mod thing;
mod tools;

use crate::sim::NodeId;
use crate::ui::action::{Action, Look, SPEEDS, Selected, Tool};
use crate::ui::measure::{STAGE_AT_FIRST, SizeWatch};
use crate::ui::part::keyed;
use crate::ui::run::Run;
use crate::ui::svg::path;
use geometry::{Frame, Point};
use hands::{Gesture, Moved};
pub use menu::CLIENT;
use message::MessageMarkProps;
use node::NodeMarkProps;
use picture::{Key, Picture, paint};
use sheet::SheetProps;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// Properties of [`Stage`].
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// The run, at the present moment.
    pub run: Run,
    /// What is selected, which tool is in hand, which menu is open.
    pub look: Look,
    /// What the reader's hands do, once that is here.
    pub hands: Option<&'static Hands>,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// What the reader's hands do on a stage: named in one place, so that a program may fetch it later than what draws.
pub struct Hands {
    /// Does what the stage is told; says whether it renders.
    hand: fn(&mut Stage, &Context<Stage>, Told) -> bool,
    /// Puts the focus where it belongs, once the stage is drawn.
    settle: fn(&mut Stage, &Context<Stage>),
    /// The small dialog.
    sheet: fn(SheetProps) -> Html,
}

/// Those of every stage.
pub static HANDS: Hands = Hands { hand: Stage::hand, settle: Stage::settle, sheet: sheet::view };

/// There are no others.
impl PartialEq for Hands {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What the stage is told.
#[derive(Clone)]
pub enum Told {
    /// Its size in CSS pixels.
    Size((f32, f32)),
    /// The pointer went down on the drawing.
    Down(PointerEvent),
    /// The pointer moved.
    Move(PointerEvent),
    /// The pointer went up.
    Up,
    /// The gesture was broken off.
    Cancel,
    /// A click on the drawing.
    Click(MouseEvent),
    /// A key on the drawing.
    Key(KeyboardEvent),
    /// Something on the drawing has the focus.
    FocusIn(FocusEvent),
    /// Something on the drawing has lost the focus.
    FocusOut(FocusEvent),
    /// The menu of a thing is asked for, from elsewhere than the drawing.
    Choose(Selected),
    /// The list of messages opens or closes.
    List,
    /// The list of nodes opens or closes.
    Dialog(bool),
    /// A node is moved by so many steps to the right and down.
    Nudge(NodeId, i8, i8),
    /// Nodes go back to where they rest.
    Tidy,
    /// Something for the playground to do.
    Ask(Action),
}

/// The stage with its tools, menu and tray of held messages.
pub struct Stage {
    root: NodeRef,
    svg: NodeRef,
    messages: NodeRef,
    nodes: NodeRef,
    size: (f32, f32),
    watch: Option<SizeWatch>,
    moved: Moved,
    places: Rc<Vec<Point>>,
    picture: Rc<Picture>,
    /// The moment that is shown, in virtual microseconds.
    now_us: u64,
    gesture: Gesture,
    /// The line that is being drawn.
    draft: AttrValue,
    /// Whether the list of messages is open, and the list of nodes.
    listing: bool,
    dialog: bool,
    /// What had the focus when a menu opened, and what the menu was about.
    opener: Option<Element>,
    menu_before: Option<Selected>,
    /// The message that has the focus.
    watched: Option<Selected>,
    /// Selects the button that takes the focus if the one that had it goes with what it did.
    stand_in: Option<&'static str>,
    /// What the reader did before the hands were here.
    early: Vec<Told>,
}

impl Component for Stage {
    type Message = Told;
    type Properties = StageProps;

    fn create(ctx: &Context<Self>) -> Self {
        let frame = frame(ctx, STAGE_AT_FIRST);
        let places: Rc<Vec<Point>> = Rc::new((0..frame.nodes).map(|node| frame.rest(node)).collect());
        let (picture, now_us) = look_at(ctx.props(), frame, &places, None);
        Stage {
            root: NodeRef::default(),
            svg: NodeRef::default(),
            messages: NodeRef::default(),
            nodes: NodeRef::default(),
            size: STAGE_AT_FIRST,
            watch: None,
            moved: Moved::new(),
            places,
            picture,
            now_us,
            gesture: Gesture::None,
            draft: AttrValue::default(),
            listing: false,
            dialog: false,
            opener: None,
            menu_before: None,
            watched: None,
            stand_in: None,
            early: Vec::new(),
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &StageProps) -> bool {
        let before = Rc::clone(&self.picture);
        if frame(ctx, self.size).nodes != before.key.frame.nodes {
            self.moved.clear();
            self.lay_out(ctx);
        } else {
            self.look(ctx);
        }
        let early = ctx.props().hands.map_or_else(Vec::new, |_| std::mem::take(&mut self.early));
        let is_late = !early.is_empty();
        for told in early {
            Component::update(self, ctx, told);
        }
        let same = !is_late && Rc::ptr_eq(&before, &self.picture) && old.look == ctx.props().look && ctx.props().look.menu.is_none();
        if same {
            self.show();
        }
        !same
    }

    fn update(&mut self, ctx: &Context<Self>, told: Told) -> bool {
        match (told, ctx.props().hands) {
            (Told::Size(size), _) => {
                let changed = self.size != size;
                self.size = size;
                self.lay_out(ctx);
                changed
            }
            (told, Some(hands)) => (hands.hand)(self, ctx, told),
            // Without hands there is no gesture for it to be part of.
            (Told::Move(_), None) => false,
            (told, None) => {
                self.early.push(told);
                false
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let StageProps { run, look, hands, act } = ctx.props();
        let (link, picture) = (ctx.link(), &*self.picture);
        let (width, height) = (self.size.0 as i32, self.size.1 as i32);
        let cutting = look.tool == Tool::Cut;
        let onkeydown = link.batch_callback(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" if cutting => {
                // The playground has a use of its own for Escape.
                event.stop_propagation();
                vec![Told::Cancel, Told::Ask(Action::Tool(Tool::Point))]
            }
            _ if hands::is_ours(&event) => {
                event.prevent_default();
                vec![Told::Key(event)]
            }
            _ => Vec::new(),
        });
        let sheet = |at, close| {
            let nudge = link.callback(|(node, right, down)| Told::Nudge(node, right, down));
            hands.map_or_else(Html::default, |hands| {
                (hands.sheet)(SheetProps { run: run.clone(), menu: look.menu, at, act: act.clone(), close, nudge })
            })
        };
        let sheet = match look.menu {
            Some(menu) => sheet((menu.x, menu.y), act.reform(|()| Action::Menu(None))),
            None if self.dialog => sheet((width, 48), link.callback(|()| Told::Dialog(false))),
            None => Html::default(),
        };
        let over = look.menu.is_some() || self.dialog || self.listing;
        html! {
            <div class="pg-stage" data-over={over.then_some("")} ref={self.root.clone()}>
                <svg class="stage" viewBox={format!("0 0 {width} {height}")} role="group" aria-label={cut::cluster_in_words(&picture.groups, picture.nodes.len())}
                    ref={self.svg.clone()} data-tool={cutting.then_some("cut")} onclick={link.callback(Told::Click)} {onkeydown}
                    onpointerdown={link.callback(Told::Down)} onpointermove={link.callback(Told::Move)}
                    onpointerup={link.callback(|_: PointerEvent| Told::Up)} onpointercancel={link.callback(|_: PointerEvent| Told::Cancel)}
                    onfocusin={link.callback(Told::FocusIn)} onfocusout={link.callback(Told::FocusOut)}>
                    <rect class="stage-ground" width="100%" height="100%"/>
                    { link::view(&picture.links) }
                    { cut::view(&picture.groups, &picture.key.places, picture.key.frame) }
                    <g class="layer-messages" ref={self.messages.clone()}>
                        { for picture.messages.iter().map(|message| {
                            let mark = keyed(message::key(&message.mark), MessageMarkProps { mark: Rc::clone(&message.mark) }, message::message_mark);
                            motion::placed(mark, message.motion.place(self.now_us))
                        }) }
                    </g>
                    <g class="layer-nodes" ref={self.nodes.clone()}>
                        { for picture.nodes.iter().map(|node| keyed(node.id.0, NodeMarkProps { node: Rc::clone(node) }, node::node_mark)) }
                    </g>
                    if !self.draft.is_empty() {
                        { path("cut-draft", self.draft.clone()) }
                    }
                </svg>
                { tools::view(ctx, picture, self.moved.iter().any(Option::is_some)) }
                { flights::view(ctx, picture, self.listing) }
                { sheet }
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if let Some(element) = self.root.cast::<Element>().filter(|_| first) {
            self.watch = SizeWatch::new(element, ctx.link().callback(Told::Size));
        }
        self.show();
        if let Some(hands) = ctx.props().hands {
            (hands.settle)(self, ctx);
        }
    }
}

fn frame(ctx: &Context<Stage>, (width, height): (f32, f32)) -> Frame {
    Frame::new(width, height, ctx.props().run.timeline().clock().world().nodes())
}

/// The picture of the present moment, made anew only when something in it has changed.
fn look_at(props: &StageProps, frame: Frame, places: &Rc<Vec<Point>>, before: Option<&Rc<Picture>>) -> (Rc<Picture>, u64) {
    let speed = SPEEDS.get(usize::from(props.look.speed)).map_or((1, 1), |(times, per, _)| (*times, *per));
    let timeline = props.run.timeline();
    let key = Key::new(&props.run, &timeline, frame, places, props.look.selected, speed);
    let picture = match before.filter(|picture| picture.key == key) {
        Some(picture) => Rc::clone(picture),
        None => Rc::new(paint(key, &timeline, before.map(|picture| &**picture))),
    };
    (picture, timeline.now_us())
}

impl Stage {
    fn look(&mut self, ctx: &Context<Self>) {
        (self.picture, self.now_us) = look_at(ctx.props(), frame(ctx, self.size), &self.places, Some(&self.picture));
    }

    /// Places all nodes anew.
    fn lay_out(&mut self, ctx: &Context<Self>) {
        self.places = self.places(frame(ctx, self.size));
        self.look(ctx);
    }

    /// Puts what moves where it is now.
    fn show(&self) {
        if let (Some(messages), Some(nodes)) = (self.messages.cast::<Element>(), self.nodes.cast::<Element>()) {
            motion::show(&self.picture, self.now_us, &messages, &nodes);
        }
    }
}
