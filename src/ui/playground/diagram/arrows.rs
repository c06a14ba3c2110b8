//! An arrow a message: from its sender when it was sent to its addressee when it arrives, or to where it was lost.

use super::lanes::Lanes;
use super::projection::Scale;
use crate::sim::{Choice, Event, Flight, MessageId, MessageKind};
use crate::ui::svg::{Path, path};
use crate::ui::tone::tone_name;
use std::rc::Rc;
use yew::prelude::*;

/// A message that is lost just at its addressee's is drawn lost so far along its way.
const LOST_SHARE_MAX: f64 = 0.93;
/// Length and half the width of an arrow's head, in pixels.
const HEAD_PX: (f64, f64) = (8.0, 3.2);
/// A held message has no arrival; it is drawn with its head at this part of its way.
const HELD_SHARE: f64 = 0.5;

/// How far a message has got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It has arrived.
    Delivered,
    /// It was lost.
    Dropped,
    /// It is on its way.
    Flying,
    /// It is held back.
    Held,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Delivered => "delivered",
            State::Dropped => "dropped",
            State::Flying => "flying",
            State::Held => "held",
        }
    }
}

/// An arrow, in pixels of the scale.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arrow {
    /// Which message.
    pub message: MessageId,
    /// The step that ended its flight.
    pub step: Option<u64>,
    /// The step that sent it.
    pub cause: u64,
    /// Where it starts.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
    /// How far it has got.
    pub state: State,
    /// Colour by meaning.
    pub tone: &'static str,
    /// Whether it is an answer.
    pub reply: bool,
    /// Whether it belongs to the cone that is lit.
    pub lit: bool,
}

/// When a message arrives if nothing comes between; `None` while it is held back.
///
/// The network loses a message half way. That it will is not shown before it does.
fn arrival_us(flight: &Flight) -> Option<u64> {
    let travels_us = flight.ends_us.saturating_sub(flight.sent_us);
    (flight.ends_us < u64::MAX).then(|| flight.sent_us + if flight.doomed { travels_us * 2 } else { travels_us })
}

impl Arrow {
    /// The arrow of a message whose flight `event` ended; `None` if it ended none, or a lane is not shown.
    pub fn ended(event: &Event, lanes: &Lanes, scale: Scale, kinds: &[MessageKind], kind: impl Fn(&Flight) -> u16) -> Option<Arrow> {
        let flight = event.message.as_ref()?;
        let (y_from, y_to) = (lanes.y(flight.id.from)?, lanes.y(flight.id.to)?);
        let (state, share) = match event.choice()? {
            Choice::Deliver(_) => (State::Delivered, 1.0),
            Choice::Drop(_) => (State::Dropped, lost_share(flight, event.time_us)),
            _ => return None,
        };
        let kind = kinds.get(usize::from(kind(flight)));
        Some(Arrow {
            message: flight.id,
            step: Some(event.step),
            cause: flight.cause,
            from: (scale.px_from_time_us(flight.sent_us), y_from),
            to: (scale.px_from_time_us(event.time_us), y_from + (y_to - y_from) * share),
            state,
            tone: kind.map_or("neutral", |kind| tone_name(kind.tone)),
            reply: kind.is_some_and(|kind| kind.reply),
            lit: false,
        })
    }

    /// The arrow of a message on its way; one that is held ends at the present.
    pub fn flying(flight: &Flight, lanes: &Lanes, scale: Scale, kinds: &[MessageKind], kind: u16, now_us: u64) -> Option<Arrow> {
        let (y_from, y_to) = (lanes.y(flight.id.from)?, lanes.y(flight.id.to)?);
        let kind = kinds.get(usize::from(kind));
        let (state, ends_us, share) = match arrival_us(flight) {
            Some(arrival_us) => (State::Flying, arrival_us, 1.0),
            None => (State::Held, now_us, HELD_SHARE),
        };
        Some(Arrow {
            message: flight.id,
            step: None,
            cause: flight.cause,
            from: (scale.px_from_time_us(flight.sent_us), y_from),
            to: (scale.px_from_time_us(ends_us), y_from + (y_to - y_from) * share),
            state,
            tone: kind.map_or("neutral", |kind| tone_name(kind.tone)),
            reply: kind.is_some_and(|kind| kind.reply),
            lit: false,
        })
    }

    /// How far a place is from the arrow, in pixels.
    pub fn distance(&self, (x, y): (f64, f64)) -> f64 {
        let (dx, dy) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let length2 = dx * dx + dy * dy;
        let along = if length2 > 0.0 { (((x - self.from.0) * dx + (y - self.from.1) * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
        let (near_x, near_y) = (self.from.0 + along * dx - x, self.from.1 + along * dy - y);
        (near_x * near_x + near_y * near_y).sqrt()
    }

    fn line(&self) -> AttrValue {
        Path::new().to(self.from.0, self.from.1).line(self.to.0, self.to.1).data()
    }

    fn head(&self) -> AttrValue {
        let (dx, dy) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let length = (dx * dx + dy * dy).sqrt().max(0.1);
        let (ux, uy) = (dx / length, dy / length);
        let (x, y) = (self.to.0 - ux * HEAD_PX.0, self.to.1 - uy * HEAD_PX.0);
        Path::new()
            .to(self.to.0, self.to.1)
            .line(x - uy * HEAD_PX.1, y + ux * HEAD_PX.1)
            .line(x + uy * HEAD_PX.1, y - ux * HEAD_PX.1)
            .close()
            .data()
    }

    fn end(&self) -> Html {
        let (x, y) = self.to;
        match self.state {
            State::Dropped => path("arrow-cross", Path::new().to(x - 4.0, y - 4.0).by(8.0, 8.0).to(x + 4.0, y - 4.0).by(-8.0, 8.0).data()),
            State::Held => path("arrow-hold", Path::new().to(x + 3.0, y - 5.0).by(0.0, 10.0).to(x + 7.0, y - 5.0).by(0.0, 10.0).data()),
            State::Delivered | State::Flying => path("arrow-head", self.head()),
        }
    }

    /// The arrow as it is drawn.
    pub fn view(&self, selected: bool) -> Html {
        html! {
            <g class="arrow" data-tone={self.tone} data-reply={self.reply.then_some("")} data-state={self.state.name()}
                data-in={self.lit.then_some("")} data-selected={selected.then_some("")}>
                { path("arrow-line", self.line()) }
                { self.end() }
            </g>
        }
    }
}

/// The part of its way that a message went before it was lost at `lost_us`.
fn lost_share(flight: &Flight, lost_us: u64) -> f64 {
    let Some(arrival_us) = arrival_us(flight) else { return HELD_SHARE };
    let travels_us = arrival_us.saturating_sub(flight.sent_us).max(1);
    (lost_us.saturating_sub(flight.sent_us) as f64 / travels_us as f64).min(LOST_SHARE_MAX)
}

/// What [`arrows`] shows.
#[derive(PartialEq)]
pub struct ArrowsProps {
    /// What to draw.
    pub arrows: Rc<Vec<Arrow>>,
}

/// A bundle of arrows; it is drawn again only when one of them changed.
pub fn arrows(props: &ArrowsProps) -> Html {
    html! { <g>{ for props.arrows.iter().map(|arrow| arrow.view(false)) }</g> }
}

/// What messages on their way have gone of it: the same lines, solid, for the part of the picture that is past. Few elements,
/// whatever the number of messages.
pub fn trails(props: &ArrowsProps) -> Html {
    let mut trails: Vec<(&'static str, bool, Path)> = Vec::new();
    for arrow in props.arrows.iter().filter(|arrow| arrow.state == State::Flying) {
        let found = match trails.iter().position(|(tone, lit, _)| *tone == arrow.tone && *lit == arrow.lit) {
            Some(found) => found,
            None => {
                trails.push((arrow.tone, arrow.lit, Path::new()));
                trails.len() - 1
            }
        };
        if let Some((_, _, path)) = trails.get_mut(found) {
            path.append(arrow.from, arrow.to);
        }
    }
    html! {
        <g>{ for trails.into_iter().map(|(tone, lit, line)| html! {
            <g class="arrow" data-tone={tone} data-state="trail" data-in={lit.then_some("")}>{ path("arrow-line", line.data()) }</g>
        }) }</g>
    }
}
