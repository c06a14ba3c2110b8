//! What is no message: spikes for events at a node, flags for what was done to the run, shades for partitions.

use super::lanes::Lanes;
use super::projection::{LEFT_PX, Plot, RIGHT_PX, Scale, TOP_PX};
use crate::sim::sorted::SortedSet;
use crate::sim::{Choice, Event, NodeId, Timeline};
use crate::ui::svg::{Path, path, px, rect};
use crate::ui::tone::deed_name;
use std::rc::Rc;
use yew::prelude::*;

/// Flags drawn at most.
const FLAGS_MAX: usize = 120;

/// Something that happened at a node by itself, in pixels of the scale.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spike {
    /// Where.
    pub at: (f64, f64),
    /// `fault`, `act`, or nothing.
    pub tone: Option<&'static str>,
    /// Whether it belongs to the cone that is lit.
    pub lit: bool,
}

impl Spike {
    /// The spike of `event`, if it is one.
    pub fn of(event: &Event, lanes: &Lanes, scale: Scale) -> Option<Spike> {
        let tone = match event.choice()? {
            Choice::Fire(_) if event.by_hand => Some("act"),
            Choice::Fire(_) | Choice::Resume(_) => None,
            Choice::Restart(_) if event.by_hand => None,
            Choice::Command { .. } => Some("act"),
            Choice::Crash(_) | Choice::Wipe(_) | Choice::Pause(_) | Choice::ClockJump { .. } | Choice::ClockDrift { .. } => Some("fault"),
            _ => return None,
        };
        Some(Spike { at: (scale.px_from_time_us(event.time_us), lanes.y(event.actor?)?), tone, lit: false })
    }
}

/// Something done to the run, or an invariant that broke.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flag {
    /// Where, in pixels of the scale.
    pub x: f64,
    /// `fault`, `fix`, `act` or `violation`.
    pub kind: &'static str,
}

/// The flags that can come into the window.
pub fn flags(timeline: &Timeline, from_us: u64, scale: Scale) -> Vec<Flag> {
    let (journal, until_us) = (&timeline.branch().journal, scale.end_us());
    let first = journal.partition_point(|entry| entry.at.time_us < from_us);
    let deeds = journal.iter().skip(first).take_while(|entry| entry.at.time_us <= until_us);
    let deeds = deeds.map(|entry| Flag { x: scale.px_from_time_us(entry.at.time_us), kind: deed_name(&entry.what) });
    let broken = timeline.record().violations.iter().filter(|violation| (from_us..=until_us).contains(&violation.time_us));
    let broken = broken.map(|violation| Flag { x: scale.px_from_time_us(violation.time_us), kind: "violation" });
    deeds.take(FLAGS_MAX).chain(broken).collect()
}

/// The stretches of time in which the cluster was in parts that could not talk to each other, in pixels of the scale. A cut that leaves a way
/// round has its flag and no shade.
pub fn cuts<'a>(timeline: &Timeline, events: impl Iterator<Item = &'a Rc<Event>>, scale: Scale) -> Vec<(f64, f64)> {
    let nodes = timeline.clock().world().nodes();
    let (mut links, mut parted): (SortedSet<(NodeId, NodeId)>, bool) = (SortedSet::new(), false);
    let mut spans = Vec::new();
    let mut since = None;
    let mut told = false;
    for event in events {
        let Some(choice) = event.choice() else { continue };
        match choice {
            Choice::Cut { from, to } => _ = links.insert((*from, *to)),
            Choice::Partition(groups) => parted = groups.windows(2).any(|pair| pair.first() != pair.last()),
            Choice::Mend { .. } | Choice::Heal if !told => since = Some(0.0_f64.min(scale.px_from_time_us(0))),
            Choice::Mend { from, to } => _ = links.remove(&(*from, *to)),
            Choice::Heal => {
                links.clear();
                parted = false;
            }
            _ => continue,
        }
        told = true;
        let at = scale.px_from_time_us(event.time_us);
        if parted || is_split(nodes, |from, to| links.contains(&(from, to))) {
            since = since.or(Some(at));
        } else if let Some(from) = since.take() {
            spans.push((from, at));
        }
    }
    if !told && is_cut(timeline) {
        since = Some(scale.px_from_time_us(0));
    }
    spans.extend(since.map(|from| (from, scale.px_from_time_us(scale.end_us()))));
    spans
}

/// Whether the cluster is in parts at present.
fn is_cut(timeline: &Timeline) -> bool {
    let world = timeline.clock().world();
    world.groups().windows(2).any(|pair| pair.first() != pair.last()) || is_split(world.nodes(), |from, to| world.is_cut(from, to))
}

/// Whether some nodes cannot be reached from node 0 by links that work both ways.
fn is_split(nodes: u16, is_cut: impl Fn(NodeId, NodeId) -> bool) -> bool {
    if nodes > CUTS_ASKED_NODES_MAX {
        return false;
    }
    let (mut reached, mut ahead) = (vec![NodeId(0)], vec![NodeId(0)]);
    while let Some(from) = ahead.pop() {
        for to in (0..nodes).map(NodeId) {
            if !reached.contains(&to) && !is_cut(from, to) && !is_cut(to, from) {
                reached.push(to);
                ahead.push(to);
            }
        }
    }
    reached.len() < usize::from(nodes)
}

/// With more nodes, single links are too many to ask after.
const CUTS_ASKED_NODES_MAX: u16 = 50;

/// What [`marks`] shows.
#[derive(PartialEq)]
pub struct MarksProps {
    /// The picture's size.
    pub plot: Plot,
    /// Spikes.
    pub spikes: Rc<Vec<Spike>>,
    /// Flags.
    pub flags: Rc<Vec<Flag>>,
}

/// Spikes and flags.
pub fn marks(props: &MarksProps) -> Html {
    html! {
        <>
            <g class="layer-events">{ for props.spikes.iter().map(view_spike) }</g>
            <g class="layer-faults">{ for props.flags.iter().map(|flag| view_flag(flag, props.plot.bottom())) }</g>
        </>
    }
}

fn view_spike(spike: &Spike) -> Html {
    let (x, y) = spike.at;
    let d = Path::new().to(x - 6.0, y).by(3.0, -3.0).by(3.0, -9.0).by(3.0, 19.0).by(3.0, -7.0).data();
    html! { <path class="spike" data-tone={spike.tone} data-in={spike.lit.then_some("")} {d}/> }
}

fn view_flag(flag: &Flag, bottom: f64) -> Html {
    let staff = Path::new().to(flag.x, TOP_PX - 4.0).line(flag.x, bottom).data();
    let (x, y) = (flag.x, TOP_PX - 13.0);
    let cloth = match flag.kind {
        "violation" => Path::new().to(x - 5.0, y + 9.0).line(x, y).line(x + 5.0, y + 9.0),
        _ => Path::new().to(x, y).line(x + 8.0, y + 4.5).line(x, y + 9.0),
    };
    html! { <g data-kind={flag.kind}>{ path("fault-mark", staff) }{ path("fault-flag", cloth.close().data()) }</g> }
}

/// The line at which two runs part, at `x` in the picture; nothing if that is not in it.
pub fn parting(plot: &Plot, x: f64) -> Html {
    if x < LEFT_PX || x > plot.width - RIGHT_PX {
        return Html::default();
    }
    let staff = Path::new().to(x, TOP_PX - 8.0).line(x, plot.bottom()).data();
    let fork = Path::new().to(x - 7.0, TOP_PX - 15.0).line(x, TOP_PX - 8.0).line(x + 7.0, TOP_PX - 15.0).data();
    html! { <g class="parting-mark"><path d={staff}/><path d={fork}/></g> }
}

/// What [`shades`] shows.
#[derive(PartialEq)]
pub struct CutsProps {
    /// The picture's size.
    pub plot: Plot,
    /// Where.
    pub spans: Rc<Vec<(f64, f64)>>,
}

/// The shades of partitions.
pub fn shades(props: &CutsProps) -> Html {
    html! { <>{ for props.spans.iter().map(|(from, to)| html! {
        { rect("cut-span", [px(*from), px(TOP_PX), px(to - from), px((props.plot.bottom() - TOP_PX).max(0.0))]) }
    }) }</> }
}
