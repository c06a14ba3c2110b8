//! The messages in flight as a list, in the order in which they arrive, and the tray of those that are held back: for the
//! keyboard, for screen readers, and for fingers that miss a small moving mark.

use super::message::key;
use super::picture::{Going, MessagePicture, Picture};
use super::{Stage, Told};
use crate::ui::action::Selected;
use crate::ui::playground::format_time;
use yew::prelude::*;

/// Rows of the list at most.
const ROWS_MAX: usize = 60;
/// Held messages that the tray shows one by one.
const TRAY_MAX: usize = 6;

/// The list and the tray.
pub fn view(ctx: &Context<Stage>, picture: &Picture, open: bool) -> Html {
    let held = picture.arriving().filter(|message| message.motion.going == Going::Held).take(TRAY_MAX);
    let chips: Vec<Html> = held.map(|message| chip(ctx, message)).collect();
    let onkeydown = ctx.link().batch_callback(move |event: KeyboardEvent| {
        let closes = open && event.key() == "Escape";
        if closes {
            // The playground has a use of its own for Escape.
            event.stop_propagation();
        }
        closes.then_some(Told::List)
    });
    html! {
        <div class="stage-held" {onkeydown}>
            if open {
                { list(ctx, picture) }
            }
            <button class="btn" type="button" aria-expanded={open.to_string()} onclick={ctx.link().callback(|_: MouseEvent| Told::List)}>
                { format!("{} in flight", picture.in_flight) }
            </button>
            if !chips.is_empty() {
                <span class="label">{ "Held" }</span>
                { for chips }
            }
        </div>
    }
}

fn chosen(ctx: &Context<Stage>, message: &MessagePicture) -> Callback<MouseEvent> {
    let thing = Selected::Message(message.mark.id);
    ctx.link().callback(move |_| Told::Choose(thing))
}

fn chip(ctx: &Context<Stage>, message: &MessagePicture) -> Html {
    let mark = &message.mark;
    html! {
        <button key={key(mark)} class="btn stage-chip" type="button" aria-label={format!("{}, held", mark.words)} onclick={chosen(ctx, message)}>
            { format!("{} {}→{}", mark.letters, mark.id.from, mark.id.to) }
        </button>
    }
}

fn list(ctx: &Context<Stage>, picture: &Picture) -> Html {
    let row = |message: &MessagePicture| {
        let when = match (message.arrives_us(), message.motion.going) {
            (Some(us), _) => format_time(us),
            (None, Going::Held) => "held".to_owned(),
            (None, _) => "unread".to_owned(),
        };
        html! {
            <li key={key(&message.mark)}>
                <button class="flight" type="button" onclick={chosen(ctx, message)}>
                    <span class="flight-words">{ message.mark.words.clone() }</span><span class="flight-when num">{ when }</span>
                </button>
            </li>
        }
    };
    let note = match picture.in_flight.checked_sub(ROWS_MAX) {
        None if picture.in_flight == 0 => "No message is in flight.".to_owned(),
        None | Some(0) => String::new(),
        Some(more) => format!("and {more} more"),
    };
    html! {
        <div class="flights" role="region" aria-label="Messages in flight, in the order in which they arrive">
            <ol>{ for picture.arriving().take(ROWS_MAX).map(row) }</ol>
            if !note.is_empty() {
                <p>{ note }</p>
            }
        </div>
    }
}
