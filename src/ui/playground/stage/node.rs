//! A node on the stage: disc, sign, words, disk, and the timer around it. The timer's ring is moved by [`motion`](super::motion).

use super::geometry::{Point, SIGNS_RADIUS_MIN, Side};
use super::geometry::{push_tenths, translate};
use super::picture::{Disk, NodePicture};
use super::thing;
use crate::ui::action::Selected;
use crate::ui::svg::{self, path, text};
use std::rc::Rc;
use yew::prelude::*;

/// Radius of the disc that the signs were drawn for.
const RADIUS_DRAWN: f32 = 26.0;

/// What [`node_mark`] shows.
#[derive(PartialEq)]
pub struct NodeMarkProps {
    /// The node.
    pub node: Rc<NodePicture>,
}

fn tenths(value: f32) -> String {
    let mut out = String::new();
    push_tenths(&mut out, value);
    out
}

fn circle(class: &'static str, radius: f32) -> Html {
    svg::circle(class, tenths(radius).into())
}

/// A node.
pub fn node_mark(props: &NodeMarkProps) -> Html {
    let node = &*props.node;
    let r = node.radius;
    let has_signs = r >= SIGNS_RADIUS_MIN;
    html! {
        <g class="node" data-id={thing::name(Selected::Node(node.id))} data-role={node.role} data-state={node.state}
            data-selected={node.selected.then_some("")} data-witness={node.witness.then_some("")}
            data-just={node.just_crashed.then_some("crash")} transform={translate(node.at)}
            tabindex={if node.tab_stop { "0" } else { "-1" }} role="button" aria-haspopup="dialog" aria-label={node.words.clone()}>
            { circle("node-hit", if has_signs { r + 8.0 } else { r + 2.0 }) }
            { circle("node-halo", if has_signs { r + 11.0 } else { r + 2.0 }) }
            if node.has_ring {
                { circle("node-track", r + 6.0) }
                <circle class="node-timer" r={tenths(r + 6.0)} pathLength="100" transform="rotate(-90)"/>
            }
            { circle("node-disc", r) }
            if has_signs {
                { signs(node) }
            }
        </g>
    }
}

fn signs(node: &NodePicture) -> Html {
    let r = node.radius;
    let scale = (r < RADIUS_DRAWN).then(|| format!("scale(.{:02})", (r / RADIUS_DRAWN * 100.0) as u8));
    html! {
        <>
            // A new role is a new element, so that its arrival is seen.
            <circle key={node.role} class="node-pulse" r={tenths(r)}/>
            { circle("node-inner", r - 4.5) }
            { circle("node-hatch", r - 1.0) }
            <use class="node-crack" href="#crack" transform={scale}/>
            <text class="node-id" y={tenths(r * 0.29)}>{ node.id.0 }</text>
            if let Some(angle) = node.points {
                <path class="node-points" d="M0-5L8 0L0 5Z" transform={format!("rotate({angle}) translate({} 0)", tenths(r + 9.0))}/>
            }
            <g transform={translate(Point::new(r * 0.82, -r * 0.82))}>
                <use class="node-badge" href={format!("#role-{}", node.sign)}/>
                <text class="node-letter" y={if node.sign == "leader" { "6" } else { "4" }}>{ node.letter }</text>
            </g>
            { label(node) }
            if let Some(disk) = &node.disk {
                { drum(disk, r) }
            }
            if let Some((count, at)) = node.waiting {
                { text("node-waiting", tenths(at.x - node.at.x).into(), tenths(at.y - node.at.y + 4.0).into(), format!("{count} unread")) }
            }
        </>
    }
}

fn label(node: &NodePicture) -> Html {
    let at = match node.side {
        Side::Right => Point::new(node.radius + 16.0, 0.0),
        Side::Left => Point::new(-node.radius - 16.0, 0.0),
        Side::Below => Point::new(0.0, node.radius + 21.0),
    };
    html! {
        <g class="node-label" data-side={node.side.name()} transform={translate(at)}>
            <text class="node-note">{ node.note.clone() }</text>
            <text class="node-term" y="15">{ node.badge.clone() }</text>
        </g>
    }
}

/// The disk, filled as far as something stands on it.
fn drum(disk: &Disk, r: f32) -> Html {
    let top = tenths(6.0 - f32::from(disk.level) * 1.2);
    html! {
        <g class="node-store" transform={translate(Point::new(-r * 0.78, r * 0.82))}>
            <title>{ disk.words.clone() }</title>
            { path("node-disk-halo", "M-6-5c0-4 12-4 12 0V6c0 4-12 4-12 0Z") }
            { path("node-disk", "M-6-5c0-4 12-4 12 0V6c0 4-12 4-12 0ZM-6-5c0 4 12 4 12 0") }
            // What is written is a new element, so that the write is seen.
            <path key={disk.words.to_string()} class="node-disk-fill" d={format!("M-6 {top}V6c0 4 12 4 12 0V{top}Z")}/>
        </g>
    }
}
