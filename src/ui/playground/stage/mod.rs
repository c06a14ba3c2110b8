//! The stage: nodes, links, messages on their way. Everything on it can be clicked, focused and acted upon.
//!
//! What it shows is a [`Picture`], made once an event; what moves in between is written to the elements once a frame
//! ([`motion`]). One listener on the drawing serves all things on it ([`thing`], [`hands`]).

mod cut;
mod flights;
mod geometry;
mod hands;
mod link;
mod link_menu;
mod menu;
mod message;
mod message_menu;
mod motion;
mod node;
mod node_menu;
mod partition;
mod picture;
mod popup;
mod thing;
mod tools;

use crate::ui::action::{Action, Look, SPEEDS, Selected, Tool};
use crate::ui::measure::use_size;
use crate::ui::run::Run;
use cut::CutLine;
use flights::Flights;
use geometry::{Frame, Point};
use hands::{Gesture, Hands, Moved};
use link::Links;
use menu::StageMenu;
use message::MessageMark;
use node::NodeMark;
use partition::PartitionDialog;
use picture::{Key, Picture, paint};
use std::rc::Rc;
use tools::Tools;
use web_sys::Element;
use yew::prelude::*;

/// Properties of [`Stage`].
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// The run, at the present moment.
    pub run: Run,
    /// What is selected, which tool is in hand, which menu is open.
    pub look: Look,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The stage with its tools, menu and tray of held messages.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let StageProps { run, look, act } = props;
    let (root, svg, messages, nodes) = (use_node_ref(), use_node_ref(), use_node_ref(), use_node_ref());
    let moved = use_state(Moved::default);
    let draft = use_state_eq(AttrValue::default);
    let (dialog, listing) = (use_state_eq(|| false), use_state_eq(|| false));
    let (gesture, opener, watched) = (use_mut_ref(Gesture::default), use_mut_ref(|| None), use_mut_ref(|| None));
    let (width, height) = use_size(&root);

    let count = run.timeline().clock().world().nodes();
    let places = use_memo((width, height, count, (*moved).clone()), |(width, height, count, moved)| places(&Frame::new(*width, *height, *count), moved));
    let frame = Frame::new(width, height, count);
    let picture = use_picture(run, *look, frame, &places);
    let now_us = run.timeline().now_us();

    let hands = Rc::new(Hands {
        look: *look,
        act: act.clone(),
        picture: Rc::clone(&picture),
        now_us,
        svg: svg.clone(),
        gesture,
        moved: moved.clone(),
        draft: draft.clone(),
        opener,
        watched,
    });
    {
        let (picture, messages, nodes, hands) = (Rc::clone(&picture), messages.clone(), nodes.clone(), Rc::clone(&hands));
        use_effect(move || {
            if let (Some(messages), Some(nodes)) = (messages.cast::<Element>(), nodes.cast::<Element>()) {
                motion::show(&picture, now_us, &messages, &nodes);
            }
            hands.follow_focus();
        });
    }
    use_menu_upkeep(run, *look, &hands);

    let listen = Listeners::new(&hands);
    html! {
        <div class="pg-stage" ref={root}>
            <svg class="stage" viewBox={format!("0 0 {width} {height}")} role="group" aria-label={format!("The cluster: {count} nodes")} ref={svg}
                data-tool={(look.tool == Tool::Cut).then_some("cut")} onclick={listen.click} onkeydown={listen.key}
                onpointerdown={listen.down} onpointermove={listen.moves} onpointerup={listen.up} onpointercancel={listen.cancel}
                onfocusin={listen.focus_in} onfocusout={listen.focus_out}>
                <rect class="stage-ground" width="100%" height="100%"/>
                <Layers picture={Rc::clone(&picture)} {messages} {nodes}/>
                if !draft.is_empty() {
                    <path class="cut-draft" d={(*draft).clone()}/>
                }
            </svg>
            <Tools picture={Rc::clone(&picture)} tool={look.tool} moved={moved.clone()} act={act.clone()} choose={setter(&dialog, true)}/>
            <Flights picture={Rc::clone(&picture)} open={*listing} toggle={setter(&listing, !*listing)} choose={choose(&hands)}/>
            if let Some(menu) = look.menu {
                <StageMenu key={thing::name(menu.about)} run={run.clone()} {menu} act={act.clone()}/>
            }
            if *dialog {
                <PartitionDialog picture={Rc::clone(&picture)} at={(width as i32, 48)} act={act.clone()} close={setter(&dialog, false)}/>
            }
        </div>
    }
}

/// Where all nodes stand.
fn places(frame: &Frame, moved: &Moved) -> Vec<Point> {
    let moved = |node: u16| moved.get(usize::from(node)).copied().flatten();
    (0..frame.nodes)
        .map(|node| match moved(node) {
            Some(at) => frame.clamp(Point::new(at.x * frame.width, at.y * frame.height)),
            None => frame.rest(node),
        })
        .collect()
}

fn setter(handle: &UseStateHandle<bool>, to: bool) -> Callback<()> {
    let handle = handle.clone();
    Callback::from(move |()| handle.set(to))
}

fn choose(hands: &Rc<Hands>) -> Callback<Selected> {
    let hands = Rc::clone(hands);
    Callback::from(move |thing| hands.open(thing, None))
}

/// The picture of the present moment, made anew only when something in it has changed.
#[hook]
fn use_picture(run: &Run, look: Look, frame: Frame, places: &Rc<Vec<Point>>) -> Rc<Picture> {
    let cache = use_mut_ref(|| None::<Rc<Picture>>);
    let speed = SPEEDS.get(usize::from(look.speed)).map_or((1, 1), |(times, per, _)| (*times, *per));
    let timeline = run.timeline();
    let key = Key::new(run, &timeline, frame, places, look.selected, speed);
    let mut cache = cache.borrow_mut();
    match cache.as_ref().filter(|picture| picture.key == key) {
        Some(picture) => Rc::clone(picture),
        None => {
            let picture = Rc::new(paint(key, &timeline, cache.as_deref()));
            *cache = Some(Rc::clone(&picture));
            picture
        }
    }
}

/// Closes the menu of a message that has gone, and gives the focus back when a menu has closed.
#[hook]
fn use_menu_upkeep(run: &Run, look: Look, hands: &Rc<Hands>) {
    let about = look.menu.map(|menu| menu.about);
    let gone = about.is_some_and(|about| !super::still_there(&run.timeline(), about));
    {
        let act = hands.act.clone();
        use_effect_with(gone, move |gone| {
            if *gone {
                act.emit(Action::Menu(None));
            }
        });
    }
    let open = use_mut_ref(|| None::<Selected>);
    let hands = Rc::clone(hands);
    use_effect_with(about, move |about| {
        let before = std::mem::replace(&mut *open.borrow_mut(), *about);
        if let (Some(before), None) = (before, about) {
            hands.return_focus(before);
        }
    });
}

/// The callbacks of the drawing.
struct Listeners {
    click: Callback<MouseEvent>,
    key: Callback<KeyboardEvent>,
    down: Callback<PointerEvent>,
    moves: Callback<PointerEvent>,
    up: Callback<PointerEvent>,
    cancel: Callback<PointerEvent>,
    focus_in: Callback<FocusEvent>,
    focus_out: Callback<FocusEvent>,
}

impl Listeners {
    fn new(hands: &Rc<Hands>) -> Self {
        fn to<E: 'static>(hands: &Rc<Hands>, answer: fn(&Hands, &E)) -> Callback<E> {
            let hands = Rc::clone(hands);
            Callback::from(move |event: E| answer(&hands, &event))
        }
        Listeners {
            click: to(hands, Hands::click),
            key: to(hands, Hands::key),
            down: to(hands, Hands::down),
            moves: to(hands, Hands::moves),
            up: to(hands, |hands, _| hands.up()),
            cancel: to(hands, |hands, _| hands.cancel()),
            focus_in: to(hands, Hands::focus_in),
            focus_out: to(hands, Hands::focus_out),
        }
    }
}

/// Properties of [`Layers`].
#[derive(Properties)]
struct LayersProps {
    picture: Rc<Picture>,
    messages: NodeRef,
    nodes: NodeRef,
}

impl PartialEq for LayersProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.picture, &other.picture)
    }
}

/// All that the picture shows, from the back to the front.
#[component]
fn Layers(props: &LayersProps) -> Html {
    let picture = &props.picture;
    html! {
        <>
            <Links links={Rc::clone(&picture.links)}/>
            <CutLine groups={picture.groups.clone()} places={Rc::clone(&picture.key.places)} frame={picture.key.frame}/>
            <g class="layer-messages" ref={props.messages.clone()}>
                { for picture.messages.iter().map(|message| html! { <MessageMark key={message::key(&message.mark)} mark={Rc::clone(&message.mark)}/> }) }
            </g>
            <g class="layer-nodes" ref={props.nodes.clone()}>
                { for picture.nodes.iter().map(|node| html! { <NodeMark key={node.id.0} node={Rc::clone(node)}/> }) }
            </g>
        </>
    }
}
