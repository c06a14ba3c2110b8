//! A message on the stage: its shape says the kind, its letters name it, its nose points where it goes. Where it is, is set by
//! [`motion`](super::motion).

use super::picture::{Going, MarkPicture};
use super::thing;
use crate::ui::action::Selected;
use crate::ui::svg::path;
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::Key;

/// What [`message_mark`] shows.
#[derive(PartialEq)]
pub struct MessageMarkProps {
    /// The message.
    pub mark: Rc<MarkPicture>,
}

/// The key of a message's element: it stays the same element for as long as it flies.
pub fn key(mark: &MarkPicture) -> Key {
    let name = thing::name(Selected::Message(mark.id));
    // One that was lost a moment ago is another element than the same message before, which the reader may be pointing at.
    Key::from(if mark.going == Going::Dropped { name + " lost" } else { name })
}

/// A message.
pub fn message_mark(props: &MessageMarkProps) -> Html {
    let mark = &*props.mark;
    let dropped = mark.going == Going::Dropped;
    let (angle, distance) = mark.nose;
    let href = format!("#msg-{}", mark.shape);
    html! {
        <g class="msg" transform="translate(0 0)" data-id={(!dropped).then(|| thing::name(Selected::Message(mark.id)))} data-shape={mark.shape} data-tone={mark.tone}
            data-reply={mark.reply.then_some("")} data-state={mark.going.name()} data-selected={mark.selected.then_some("")}
            tabindex={(!dropped).then_some(if mark.tab_stop { "0" } else { "-1" })} role={(!dropped).then_some("button")}
            aria-haspopup={(!dropped).then_some("dialog")} aria-hidden={dropped.then_some("true")} aria-label={(!dropped).then(|| mark.words.clone())}>
            if !dropped {
                <circle class="msg-hit" r="22"/>
                <use class="msg-halo" href={href.clone()} transform="scale(1.32)"/>
            }
            <path class="msg-nose" d="M7 0L-1-6V6Z" transform={format!("rotate({angle}) translate({} 0)", distance as i32)}/>
            <use class="msg-shape" {href}/>
            <text class="msg-label" y="4.5">{ mark.letters }</text>
            if mark.going == Going::Held {
                { path("msg-hold", "M-3-20v8M3-20v8") }
            }
            if dropped {
                { path("msg-cross", "M-8-8L8 8M8-8L-8 8") }
            }
        </g>
    }
}
