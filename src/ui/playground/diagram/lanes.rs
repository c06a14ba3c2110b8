//! A lane a node: where it lies, and what the node was, when.

use super::projection::{Plot, Scale, TOP_PX};
use crate::sim::sorted::sort_by_key;
use crate::sim::{Choice, Event, NodeId, Role, Status, Timeline, Tone};
use crate::ui::svg::{Path, path, px, rect};
use crate::ui::tone::tone_name;
use std::rc::Rc;
use yew::prelude::*;

/// Lanes are at least so far apart, in pixels; where they would be closer, fewer are shown.
const PITCH_PX_MIN: f64 = 10.0;
/// Names of lanes are at least so far apart.
const NAME_PX_MIN: f64 = 13.0;
/// From this distance on bands have their full height.
const PITCH_PX_FULL: f64 = 16.0;
/// Between the plot's edges and the outer lanes.
const MARGIN_PX: f64 = 14.0;
/// Width of a letter of a band's label, roughly.
const LETTER_PX: f64 = 6.5;

/// Which nodes have a lane, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct Lanes {
    /// The nodes shown, from the top, in order.
    shown: Vec<NodeId>,
    /// Number of nodes.
    pub nodes: u16,
    /// Distance of lanes.
    pub pitch: f64,
    top: f64,
}

impl Lanes {
    /// The lanes of the nodes of a run. Where not all fit: `wanted`, then those that are not as most are, then the first.
    pub fn new(plot: Plot, timeline: &Timeline, wanted: Option<NodeId>) -> Self {
        let nodes = timeline.clock().world().nodes();
        let room = (plot.bottom() - TOP_PX - 2.0 * MARGIN_PX).max(0.0);
        let fit = usize::from((room / PITCH_PX_MIN) as u16) + 1;
        let mut shown: Vec<NodeId> = (0..nodes).map(NodeId).collect();
        if shown.len() > fit {
            // A stable sort: those of one rank stay in order.
            sort_by_key(&mut shown, |node| (wanted != Some(*node), Being::now(timeline, *node).is_none_or(Being::is_usual)));
            shown.truncate(fit);
            sort_by_key(&mut shown, |node| *node);
        }
        let (top, pitch) = match shown.len().checked_sub(1).filter(|gaps| *gaps > 0) {
            Some(gaps) => (TOP_PX + MARGIN_PX, room / gaps as f64),
            None => (TOP_PX + MARGIN_PX + room / 2.0, PITCH_PX_FULL),
        };
        Lanes { shown, nodes, pitch, top }
    }
    /// The middle of a node's lane, if it has one.
    pub fn y(&self, node: NodeId) -> Option<f64> {
        let lane = self.shown.binary_search(&node).ok()?;
        Some(self.top + self.pitch * lane as f64)
    }
    /// The nodes shown, from the top.
    pub fn shown(&self) -> &[NodeId] {
        &self.shown
    }
    /// The nodes whose names have room beside their lanes, with the lanes' middles.
    pub fn named(&self) -> impl Iterator<Item = (NodeId, f64)> {
        let every = (NAME_PX_MIN / self.pitch.max(1.0)).ceil().max(1.0) as usize;
        self.shown.iter().step_by(every).filter_map(|node| Some((*node, self.y(*node)?)))
    }
}

/// What a node is for a while.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Being {
    /// It runs, in this role; where it stands in the algorithm's count of time, if the lane says so.
    Up(Role, Option<(&'static str, u64)>),
    /// It is frozen.
    Paused,
    /// It does not run.
    Down,
}

impl Being {
    /// What the actor of `event` is after it; `None` if the event does not say.
    fn after(event: &Event) -> Option<Being> {
        match event.choice()? {
            Choice::Crash(_) | Choice::Wipe(_) => Some(Being::Down),
            Choice::Pause(_) => Some(Being::Paused),
            Choice::ClockJump { .. } | Choice::ClockDrift { .. } => None,
            _ => event.role.map(|role| Being::up(role, event.era)),
        }
    }
    /// What the actor of `event` was before it, as far as the event says: the first known event of a node.
    fn before(event: &Event) -> Option<Being> {
        match event.choice()? {
            Choice::Restart(_) | Choice::Wipe(_) => Some(Being::Down),
            Choice::Resume(_) => Some(Being::Paused),
            _ => Being::after(event).filter(|being| matches!(being, Being::Up(..))),
        }
    }
    /// What a node is now.
    fn now(timeline: &Timeline, node: NodeId) -> Option<Being> {
        let world = timeline.clock().world();
        match world.status(node) {
            Status::Down => Some(Being::Down),
            Status::Paused => Some(Being::Paused),
            Status::Up => world.algorithm().role(world, node).map(|role| Being::up(role, world.algorithm().era(world, node))),
        }
    }
    /// Whether most nodes are so most of the time.
    fn is_usual(self) -> bool {
        matches!(self, Being::Up(Role { tone: Tone::Follower | Tone::Neutral, .. }, _))
    }
    /// What nodes are most of the time needs no words, so there the era makes no difference.
    fn up(role: Role, era: Option<(&'static str, u64)>) -> Being {
        let at_rest = matches!(role.tone, Tone::Follower | Tone::Neutral);
        Being::Up(role, era.filter(|_| !at_rest))
    }
    fn name(self) -> &'static str {
        match self {
            Being::Up(role, _) => tone_name(role.tone),
            Being::Paused => "paused",
            Being::Down => "down",
        }
    }
    /// What is written on the band.
    fn label(self) -> AttrValue {
        match self {
            Being::Up(Role { tone: Tone::Follower | Tone::Neutral, .. }, _) | Being::Down => AttrValue::Static(""),
            Being::Up(_, Some((name, number))) => format!("{name} {number}").into(),
            Being::Up(role, None) => AttrValue::Static(role.label),
            Being::Paused => AttrValue::Static("paused"),
        }
    }
    fn height(self) -> f64 {
        match self {
            Being::Up(Role { tone: Tone::Leader | Tone::Good, .. }, _) => 10.0,
            Being::Up(Role { tone: Tone::Follower | Tone::Neutral, .. }, _) => 4.0,
            Being::Up(..) | Being::Paused | Being::Down => 8.0,
        }
    }
}

/// A stretch of a lane in which the node is one thing, in pixels of the scale.
#[derive(Clone, PartialEq, Debug)]
pub struct Band {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What the node is.
    pub being: Being,
    /// Whether it belongs to the cone that is lit.
    pub lit: bool,
    label: AttrValue,
}

impl Band {
    fn new(from: f64, to: f64, being: Being, lit: Option<(f64, f64)>) -> Self {
        let lit = lit.is_some_and(|(first, last)| from <= last && to >= first);
        Band { from, to, being, lit, label: being.label() }
    }

    /// The words for it, where they have room right of `from`.
    pub fn label_after(&self, from: f64) -> Option<AttrValue> {
        let room = self.to - from > LETTER_PX * self.label.len() as f64 + 8.0;
        (!self.label.is_empty() && room).then(|| self.label.clone())
    }
}

/// The bands of one node. `events` are all known ones from before the window to its end; `lit` is the cone's extent on this lane.
pub fn bands<'a>(
    timeline: &Timeline,
    node: NodeId,
    events: impl Iterator<Item = &'a Rc<Event>>,
    scale: Scale,
    lit: Option<(f64, f64)>,
) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let mut current: Option<(f64, Being)> = None;
    let mut silent = true;
    for event in events.filter(|event| event.actor == Some(node)) {
        if silent {
            silent = false;
            current = Being::before(event).map(|being| (LEFTMOST_PX, being));
        }
        let Some(being) = Being::after(event) else { continue };
        let at = scale.px_from_time_us(event.time_us);
        match current {
            Some((_, same)) if same == being => {}
            Some((from, old)) => {
                bands.push(Band::new(from, at, old, lit));
                current = Some((at, being));
            }
            None => current = Some((at, being)),
        }
    }
    if silent {
        current = Being::now(timeline, node).map(|being| (LEFTMOST_PX, being));
    }
    if let Some((from, being)) = current {
        let to = scale.px_from_time_us(scale.end_us());
        bands.push(Band::new(from, to, being, lit));
    }
    bands
}

/// Left of everything that can be in the window.
const LEFTMOST_PX: f64 = -10_000.0;

/// What [`lane`] shows.
#[derive(PartialEq)]
pub struct LaneProps {
    /// Its middle.
    pub y: f64,
    /// Distance of lanes.
    pub pitch: f64,
    /// Its bands.
    pub bands: Rc<Vec<Band>>,
}

/// The bands of a lane.
pub fn lane(props: &LaneProps) -> Html {
    let thin = (props.pitch / PITCH_PX_FULL).min(1.0);
    html! { <g class="lane">{ for props.bands.iter().map(|band| view(band, props.y, thin)) }</g> }
}

fn view(band: &Band, y: f64, thin: f64) -> Html {
    let height = band.being.height() * thin;
    let (x, width) = (px(band.from), px((band.to - band.from).max(1.0)));
    let (top, high) = (px(y - height / 2.0), px(height));
    let body = html! {
        <rect class="lane-band" data-role={band.being.name()} data-in={band.lit.then_some("")}
            x={x.clone()} y={top.clone()} width={width.clone()} height={high.clone()}/>
    };
    match band.being {
        Being::Down => html! {
            <>
                { body }
                { path("lane-void", Path::new().to(band.from, y).line(band.to, y).data()) }
                if band.from > LEFTMOST_PX {
                    { path("lane-crack", Path::new().to(band.from + 3.0, y - 11.0 * thin).by(-5.0, 7.0 * thin).by(6.0, 3.0 * thin).by(-7.0, 9.0 * thin).data()) }
                }
            </>
        },
        Being::Up(Role { tone: Tone::Candidate, .. }, _) => {
            html! { <>{ body }{ rect("lane-hatch", [x, top, width, high]) }</> }
        }
        Being::Up(..) | Being::Paused => body,
    }
}
