//! The axis of virtual time: the edge of a map, black and white by turns.

use super::projection::{Plot, Scale, tick_label};
use crate::ui::svg::{px, rect, text};
use yew::prelude::*;

/// Properties of [`Axis`].
#[derive(PartialEq)]
pub struct AxisProps {
    /// The picture's size.
    pub plot: Plot,
    /// The scale.
    pub scale: Scale,
}

impl AxisProps {
    fn ticks(&self) -> (u64, impl Iterator<Item = (u64, f64)> + use<>) {
        let (scale, tick_us) = (self.scale, self.scale.tick_us());
        let ticks =
            (scale.base_us / tick_us..=scale.end_us() / tick_us).map(move |tick| (tick * tick_us, scale.px_from_time_us(tick * tick_us)));
        (tick_us, ticks)
    }
}

/// The bars, in pixels of the scale; they move with the window.
pub fn bars(props: &AxisProps) -> Html {
    let (tick_us, ticks) = props.ticks();
    let (y, width) = (px(props.plot.bottom() + 1.0), px(tick_us as f64 / props.scale.us_per_px / 2.0));
    html! { <>{ for ticks.map(|(_, x)| rect("axis-bar", [px(x), y.clone(), width.clone(), "6".into()])) }</> }
}

/// The labels, in pixels of the scale; they move with the window.
pub fn labels(props: &AxisProps) -> Html {
    let (tick_us, ticks) = props.ticks();
    let y = px(props.plot.height - 4.0);
    html! { <>{ for ticks.map(|(time_us, x)| text("axis-text", px(x), y.clone(), tick_label(time_us, tick_us))) }</> }
}
