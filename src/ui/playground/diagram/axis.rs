//! The axis of virtual time: the edge of a map, black and white by turns.

use super::projection::{Plot, Scale, tick_label};
use crate::ui::svg::px;
use yew::prelude::*;

/// Properties of [`Axis`].
#[derive(Properties, PartialEq)]
pub struct AxisProps {
    /// The picture's size.
    pub plot: Plot,
    /// The scale.
    pub scale: Scale,
}

/// Bars and labels, in pixels of the scale; they move with the window.
#[component]
pub fn Axis(props: &AxisProps) -> Html {
    let scale = props.scale;
    let tick_us = scale.tick_us();
    let width = tick_us as f64 / scale.us_per_px / 2.0;
    let first = scale.base_us / tick_us;
    let ticks = (first..=scale.end_us() / tick_us).map(|tick| tick * tick_us);
    html! { <g class="axis">{ for ticks.map(|time_us| {
        let x = scale.px_from_time_us(time_us);
        html! {
            <>
                <rect class="axis-bar" x={px(x)} y={px(props.plot.bottom() + 1.0)} width={px(width)} height="6"/>
                <text class="axis-text" x={px(x)} y={px(props.plot.height - 4.0)}>{ tick_label(time_us, tick_us) }</text>
            </>
        }
    }) }</g> }
}
