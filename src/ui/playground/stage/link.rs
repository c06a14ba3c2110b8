//! The links between nodes: lines with what is unusual about them.

use super::geometry::{Point, jag, polyline};
use super::picture::LinkPicture;
use super::thing;
use crate::ui::action::Selected;
use crate::ui::svg::path;
use yew::prelude::*;

/// All links.
pub fn view(links: &[LinkPicture]) -> Html {
    html! { <g class="layer-links">{ for links.iter().enumerate().map(|(index, link)| mark(link, index == 0)) }</g> }
}

fn mark(link: &LinkPicture, tab_stop: bool) -> Html {
    let (start, end) = link.line;
    let line = AttrValue::from(polyline([start, end]));
    let middle = start.toward(end, 0.5);
    let name = AttrValue::from(thing::name(Selected::Link(link.a, link.b)));
    let state = match link.state {
        "cut" => "cut",
        _ => link.note.as_str(),
    };
    let label = format!("Link between {} and {}{}{state}", link.a, link.b, if state.is_empty() { "" } else { ", " });
    html! {
        <g key={name.as_str()} class="link" data-id={name.clone()} data-state={link.state} data-selected={link.selected.then_some("")}
            tabindex={if tab_stop { "0" } else { "-1" }} role="button" aria-haspopup="dialog" aria-label={label}>
            { path("link-hit", line.clone()) }
            { path("link-line", line) }
            if link.cracked {
                { path("link-crack", crack(start, end)) }
            }
            if !link.note.is_empty() {
                <text class="link-note" text-anchor="middle" x={(middle.x as i32).to_string()} y={(middle.y as i32 - 8).to_string()}>{ link.note.clone() }</text>
            }
        </g>
    }
}

/// A short crack across the middle of the line.
fn crack(start: Point, end: Point) -> String {
    let (middle, way) = (start.toward(end, 0.5), start.direction(end));
    jag(middle.plus(-way.y * 13.0, way.x * 13.0), middle.plus(way.y * 13.0, -way.x * 13.0), 5.0, 7.0)
}
