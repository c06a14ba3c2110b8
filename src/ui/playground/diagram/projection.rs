//! From virtual time to pixels and back. Pure functions; knows no run.

/// Left of the plot, for the names of the lanes, in pixels.
pub const LEFT_PX: f64 = 30.0;
/// Right of the plot.
pub const RIGHT_PX: f64 = 20.0;
/// Above the plot, for the flags.
pub const TOP_PX: f64 = 16.0;
/// Below the plot, for the axis.
pub const BOTTOM_PX: f64 = 24.0;

/// How much time may be shown at once, in virtual microseconds.
pub const SPANS_US: &[u64] = &[20_000, 50_000, 100_000, 200_000, 400_000, 800_000, 1_600_000, 3_200_000, 8_000_000, 20_000_000, 60_000_000];
/// Index of the span that a narrow diagram starts with; a wide one starts with the next.
const SPAN_NARROW: usize = 4;
/// From this width on a diagram is wide, in pixels.
const WIDE_PX: f64 = 480.0;
/// Labels of the axis are at least so far apart, in pixels.
const TICK_PX_MIN: f64 = 66.0;

/// The measured size of the picture, in CSS pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plot {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Plot {
    /// Width of what shows time.
    pub fn inner_width(self) -> f64 {
        (self.width - LEFT_PX - RIGHT_PX).max(1.0)
    }
    /// Lower edge of what shows time.
    pub fn bottom(self) -> f64 {
        self.height - BOTTOM_PX
    }
    /// The span shown at a zoom of so many steps out from the usual one, in virtual microseconds.
    pub fn span_us(self, zoom: i8) -> u64 {
        let usual = if self.width < WIDE_PX { SPAN_NARROW } else { SPAN_NARROW + 1 };
        let index = usual.saturating_add_signed(isize::from(zoom)).min(SPANS_US.len() - 1);
        SPANS_US.get(index).copied().unwrap_or(1)
    }
    /// A zoom that is kept within what there is.
    pub fn zoom(self, zoom: i8, by: i8) -> i8 {
        let next = zoom.saturating_add(by);
        if self.span_us(next) == self.span_us(zoom) { zoom } else { next }
    }
}

/// Where the window on time begins: the present stands at four fifths of it.
pub fn window_start_us(now_us: u64, span_us: u64) -> u64 {
    now_us.saturating_sub(span_us / 5 * 4)
}

/// A scale on which things keep their place while the window moves over them: pixels count from `base_us`, and the base moves
/// on only once in a span.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    /// The moment at pixel 0.
    pub base_us: u64,
    /// Time shown at once.
    pub span_us: u64,
    /// Virtual microseconds in a pixel.
    pub us_per_px: f64,
}

impl Scale {
    /// The scale for a window of `span_us` at `now_us` on a plot `inner_width` pixels wide.
    pub fn new(now_us: u64, span_us: u64, inner_width: f64) -> Self {
        let span_us = span_us.max(1);
        let base_us = window_start_us(now_us, span_us) / span_us * span_us;
        Scale { base_us, span_us, us_per_px: span_us as f64 / inner_width }
    }
    /// Pixels from the base.
    pub fn px_from_time_us(self, time_us: u64) -> f64 {
        (time_us as f64 - self.base_us as f64) / self.us_per_px
    }
    /// Pixels from the base back to a moment.
    pub fn time_us_from_px(self, px: f64) -> u64 {
        (px * self.us_per_px + self.base_us as f64).max(0.0) as u64
    }
    /// The last moment that can come into the window before the base moves on.
    pub fn end_us(self) -> u64 {
        self.base_us + 2 * self.span_us
    }
    /// Time between two labels of the axis: 1, 2 or 5 times a power of ten, in virtual microseconds.
    pub fn tick_us(self) -> u64 {
        let least = TICK_PX_MIN * self.us_per_px;
        let mut power = 100;
        loop {
            for factor in [1, 2, 5] {
                if (power * factor) as f64 >= least {
                    return power * factor;
                }
            }
            power *= 10;
        }
    }
}

/// A label of the axis: `400 ms`, `12.4 s`; as many decimals as a step of `tick_us` needs.
pub fn tick_label(time_us: u64, tick_us: u64) -> String {
    let (unit_us, unit) = if time_us < 10_000_000 && tick_us < 1_000_000 { (1_000, "ms") } else { (1_000_000, "s") };
    let (mut decimals, mut step) = (0usize, unit_us);
    while !tick_us.is_multiple_of(step) && step > 1 {
        step /= 10;
        decimals += 1;
    }
    let (whole, rest) = (time_us / unit_us, time_us % unit_us / step);
    if decimals == 0 { format!("{whole} {unit}") } else { format!("{whole}.{rest:0decimals$} {unit}") }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_moment_comes_back_from_its_pixel() {
        let scale = Scale::new(3_141_592, 800_000, 640.0);
        for time_us in [scale.base_us, 2_000_000, 3_141_592] {
            let back = scale.time_us_from_px(scale.px_from_time_us(time_us));
            assert!(back.abs_diff(time_us.max(scale.base_us)) <= 1 || time_us < scale.base_us, "{time_us} came back as {back}");
        }
    }

    #[wasm_bindgen_test]
    fn the_base_stays_while_the_window_moves_within_a_span() {
        let (a, b) = (Scale::new(2_300_000, 800_000, 640.0), Scale::new(2_390_000, 800_000, 640.0));
        assert_eq!(a, b);
        assert!(window_start_us(2_390_000, 800_000) + 800_000 <= a.end_us());
    }

    #[wasm_bindgen_test]
    fn an_axis_is_labelled_in_round_steps() {
        assert_eq!(Scale::new(0, 800_000, 688.0).tick_us(), 100_000);
        assert_eq!(tick_label(400_000, 100_000), "400 ms");
        assert_eq!(tick_label(62_300_000, 100_000), "62.3 s");
        assert_eq!(tick_label(1_500, 500), "1.5 ms");
        assert_eq!(tick_label(40_000_000, 10_000_000), "40 s");
    }
}
