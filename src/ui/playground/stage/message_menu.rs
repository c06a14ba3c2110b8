//! The menu of a message: what it says, when it arrives, and all that can be done to it.

use super::menu::{StageMenuProps, fault, item, item_if, milliseconds};
use super::popup::Popup;
use crate::sim::{Choice, Flight, Intervention, MessageId, Status, World};
use yew::prelude::*;

/// Properties of [`MessageMenu`].
#[derive(Properties, PartialEq, Clone)]
pub struct MessageMenuProps {
    /// The message.
    pub id: MessageId,
    /// What all menus have.
    pub base: StageMenuProps,
}

/// Delays that the menu offers, in microseconds.
const DELAYS_US: [u64; 2] = [50_000, 500_000];

/// The menu of a message.
#[component]
pub fn MessageMenu(props: &MessageMenuProps) -> Html {
    let MessageMenuProps { id, base } = props;
    let timeline = base.run.timeline();
    let world = timeline.clock().world();
    let Some(flight) = world.flight(*id) else { return Html::default() };
    let algorithm = world.algorithm();
    let kind = algorithm.kinds().get(usize::from(algorithm.kind(&*flight.payload)));
    let title = format!("{} → {} · {}", id.from, id.to, kind.map_or("message", |kind| kind.name));
    let words = html! {
        <>
            <p class="menu-words">{ format!("\u{201c}{}\u{201d}", algorithm.describe(&*flight.payload)) }</p>
            <p class="menu-words">{ fate(world, flight) }</p>
        </>
    };
    let held = flight.ends_us == u64::MAX;
    let hold = if held {
        item("play", "Release", base.doing(vec![Intervention::Release(*id)]))
    } else {
        item("pause", "Hold", base.doing(vec![Intervention::Hold(*id)]))
    };
    let delay = |by_us: u64| item("delay", format!("Delay {}", milliseconds(by_us)), base.doing_more(Intervention::Delay { message: *id, by_us }));
    html! {
        <Popup label={title.clone()} {title} {words} at={base.at()} close={base.close()}>
            <div class="menu-list">
                { item_if(world, &Choice::Deliver(*id), "deliver", "Deliver now", base.doing(vec![Intervention::Do(Choice::Deliver(*id))])) }
                { hold }
                if !held {
                    { for DELAYS_US.into_iter().map(delay) }
                }
                { item("duplicate", "Duplicate", base.doing(vec![Intervention::Do(Choice::Duplicate(*id))])) }
                { fault("drop", "Drop it", base.doing(vec![Intervention::Do(Choice::Drop(*id))])) }
            </div>
        </Popup>
    }
}

/// What will become of a message, as things stand.
fn fate(world: &World, flight: &Flight) -> String {
    let id = flight.id;
    if flight.ends_us == u64::MAX {
        return "Held back until you release it.".to_owned();
    }
    let left = milliseconds(flight.ends_us.saturating_sub(world.now_us()));
    match world.status(id.to) {
        _ if flight.doomed => format!("The network will lose it in {left}."),
        _ if world.is_cut(id.from, id.to) => format!("Would arrive in {left}, but the link is cut."),
        Status::Up => format!("Arrives in {left}."),
        Status::Paused if flight.ends_us <= world.now_us() => format!("Waits to be read: node {} is paused.", id.to),
        Status::Paused => format!("Arrives in {left}, and waits: node {} is paused.", id.to),
        Status::Down => format!("Would arrive in {left}, but node {} is down.", id.to),
    }
}
