//! The messages in flight as a list, in the order in which they arrive, and the tray of those that are held back: for the
//! keyboard, for screen readers, and for fingers that miss a small moving mark.

use super::picture::{Going, MessagePicture, Picture};
use crate::ui::action::Selected;
use crate::ui::playground::format_time;
use std::rc::Rc;
use yew::prelude::*;

/// Rows of the list at most.
const ROWS_MAX: usize = 60;
/// Held messages that the tray shows one by one.
const TRAY_MAX: usize = 6;

/// Properties of [`Flights`].
#[derive(Properties)]
pub struct FlightsProps {
    /// The stage.
    pub picture: Rc<Picture>,
    /// Whether the list is open.
    pub open: bool,
    /// Opens and closes the list.
    pub toggle: Callback<()>,
    /// Opens the menu of a message.
    pub choose: Callback<Selected>,
}

impl PartialEq for FlightsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.picture, &other.picture) && self.open == other.open
    }
}

/// The list and the tray.
#[component]
pub fn Flights(props: &FlightsProps) -> Html {
    let picture = &props.picture;
    let onkeydown = {
        let (open, toggle) = (props.open, props.toggle.clone());
        Callback::from(move |event: KeyboardEvent| {
            if open && event.key() == "Escape" {
                event.stop_propagation();
                toggle.emit(());
            }
        })
    };
    let held: Vec<&MessagePicture> = picture.arriving().filter(|message| message.motion.going == Going::Held).take(TRAY_MAX).collect();
    html! {
        <div class="stage-held" {onkeydown}>
            if props.open {
                { list(props) }
            }
            <button class="btn" type="button" aria-expanded={props.open.to_string()} onclick={props.toggle.reform(|_: MouseEvent| ())}>
                { format!("{} in flight", picture.in_flight) }
            </button>
            if !held.is_empty() {
                <span class="label">{ "Held" }</span>
                { for held.into_iter().map(|message| chip(message, &props.choose)) }
            }
        </div>
    }
}

fn chip(message: &MessagePicture, choose: &Callback<Selected>) -> Html {
    let mark = &message.mark;
    let onclick = choose.reform({
        let id = mark.id;
        move |_: MouseEvent| Selected::Message(id)
    });
    html! {
        <button key={super::message::key(mark)} class="btn stage-chip" type="button" aria-label={format!("{}, held", mark.words)} {onclick}>
            { format!("{} {}→{}", mark.letters, mark.id.from, mark.id.to) }
        </button>
    }
}

fn list(props: &FlightsProps) -> Html {
    let picture = &props.picture;
    let row = |message: &MessagePicture| {
        let (mark, id) = (&message.mark, message.mark.id);
        let when = match (message.arrives_us(), mark.going) {
            (Some(us), _) => format_time(us),
            (None, Going::Held) => "held".to_owned(),
            (None, _) => "unread".to_owned(),
        };
        html! {
            <li key={super::message::key(mark)}>
                <button class="flight" type="button" onclick={props.choose.reform(move |_: MouseEvent| Selected::Message(id))}>
                    <span class="flight-words">{ mark.words.clone() }</span><span class="flight-when num">{ when }</span>
                </button>
            </li>
        }
    };
    let more = picture.in_flight.saturating_sub(ROWS_MAX);
    html! {
        <div class="flights" role="region" aria-label="Messages in flight, in the order in which they arrive">
            <ol>{ for picture.arriving().take(ROWS_MAX).map(row) }</ol>
            if picture.in_flight == 0 {
                <p>{ "No message is in flight." }</p>
            }
            if more > 0 {
                <p>{ format!("and {more} more") }</p>
            }
        </div>
    }
}
