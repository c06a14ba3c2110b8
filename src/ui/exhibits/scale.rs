//! Axes of charts: where a value lies, which values are marked, what a curve says between its points. Pure: knows no component.

use crate::sim::series::{Curve, Drawn, Point, Scale};
use crate::ui::maths;

/// An axis has about so many marks.
const TICKS: f64 = 5.0;
/// A logarithmic axis reaches over at most so many decades, the upper ones.
const DECADES_MAX: f64 = 12.0;

/// An axis: which values lie where.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// Its ends, in the unit of its values; logarithms of them if it is logarithmic.
    from: f64,
    to: f64,
    log: bool,
    /// Its ends, in CSS pixels.
    pub ends_px: (f64, f64),
}

impl Axis {
    /// One on which all of `values` that are finite find room, between these pixels.
    pub fn of(scale: &Scale, values: impl Iterator<Item = f64>, ends_px: (f64, f64)) -> Self {
        let log = scale.log;
        let is_drawable = |value: &f64| value.is_finite() && (!log || *value > 0.0);
        let least = scale.least.map(|(low, high)| [low, high]).unwrap_or([f64::NAN; 2]);
        let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.chain(least).filter(is_drawable) {
            from = from.min(value);
            to = to.max(value);
        }
        if from > to {
            (from, to) = (1.0, 10.0);
        }
        if log {
            // Whole decades, unless it is less than one.
            let (low, high) = (maths::log10(from), maths::log10(to));
            let is_short = high - low < 1.0;
            from = if is_short { low - 0.05 } else { f64::floor(low + 1e-9) };
            to = if is_short { high + 0.05 } else { f64::ceil(high - 1e-9) };
            from = from.max(to - DECADES_MAX);
        } else if to - from < 1e-12 * to.abs().max(1.0) {
            to = from + 1.0;
        }
        Axis { from, to, log, ends_px }
    }

    /// Where a value lies, in CSS pixels; `None` if it lies nowhere on the axis.
    pub fn px(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.log && value <= 0.0) {
            return None;
        }
        let value = if self.log { maths::log10(value) } else { value };
        let share = (value - self.from) / (self.to - self.from);
        let (start, end) = self.ends_px;
        (-1e-6..=1.0 + 1e-6).contains(&share).then_some(start + share * (end - start))
    }

    /// Round values along it.
    pub fn ticks(&self) -> Vec<f64> {
        if !self.log || self.to - self.from < 1.2 {
            let (from, to) = if self.log { (maths::pow(10.0, self.from), maths::pow(10.0, self.to)) } else { (self.from, self.to) };
            let step = round_step((to - from) / TICKS);
            let first = f64::ceil(from / step - 1e-9);
            let count = f64::floor((to - first * step) / step + 1e-9).clamp(0.0, 20.0) as u32;
            return (0..=count).map(|index| (first + f64::from(index)) * step).collect();
        }
        let apart = f64::ceil((self.to - self.from) / (TICKS + 1.0)).max(1.0);
        let first = f64::ceil(self.from / apart) * apart;
        let count = f64::floor((self.to - first) / apart + 1e-9).clamp(0.0, 20.0) as u32;
        (0..=count).map(|index| maths::pow(10.0, first + f64::from(index) * apart)).collect()
    }
}

/// The next of 1, 2, 5, 10, 20 … that is not smaller.
fn round_step(least: f64) -> f64 {
    let decade = maths::pow(10.0, f64::floor(maths::log10(least)));
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * decade).find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(decade)
}

/// What a curve says at `x`: along a line between its points, on a step or in a bar the value that stays, of single points only where one is.
pub fn value_at(curve: &Curve, x: f64) -> Option<Point> {
    let after = curve.points.partition_point(|point| point.x <= x);
    let before = curve.points.get(after.checked_sub(1)?)?;
    if before.x == x && curve.drawn != Drawn::Bars {
        return Some(*before);
    }
    let next = curve.points.get(after);
    match curve.drawn {
        Drawn::Points => None,
        Drawn::Steps | Drawn::Bars => next.map(|_| Point { x, ..*before }),
        Drawn::Theory | Drawn::Line => {
            let next = next?;
            let share = (x - before.x) / (next.x - before.x);
            Some(Point::new(x, before.y + share * (next.y - before.y)))
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn axis(log: bool, values: &[f64]) -> Axis {
        Axis::of(&Scale { log, ..Scale::default() }, values.iter().copied(), (0.0, 100.0))
    }

    #[wasm_bindgen_test]
    fn marks_are_round_and_few() {
        assert_eq!(axis(false, &[0.0, 1.0]).ticks().len(), 6);
        assert_eq!(axis(false, &[3.0, 17.0]).ticks(), [5.0, 10.0, 15.0]);
        let decades = axis(true, &[0.002, 40.0]).ticks();
        assert_eq!(decades.len(), 6);
        assert!((decades[0] - 0.001).abs() < 1e-12 && (decades[5] - 100.0).abs() < 1e-9, "{decades:?}");
        for power in 0..30 {
            let count = axis(false, &[0.0, maths::pow(1.7, f64::from(power)) / 1e4]).ticks().len();
            assert!((2..=8).contains(&count), "{count}");
        }
    }

    #[wasm_bindgen_test]
    fn a_value_that_has_no_place_is_not_drawn() {
        let log = axis(true, &[1.0, 100.0]);
        assert_eq!([log.px(0.0), log.px(-1.0), log.px(f64::NAN), log.px(1e9)], [None; 4]);
        assert!((log.px(10.0).unwrap() - 50.0).abs() < 1e-9);
        assert!(axis(false, &[]).px(5.0).is_some(), "an empty chart has axes");
    }

    #[wasm_bindgen_test]
    fn values_between_points_follow_what_is_drawn() {
        let points = vec![Point::new(0.0, 1.0), Point::new(2.0, 3.0)];
        let at = |drawn, x| value_at(&Curve { drawn, points: points.clone(), ..Curve::default() }, x).map(|point| point.y);
        assert_eq!(
            [Drawn::Line, Drawn::Theory, Drawn::Steps, Drawn::Points].map(|drawn| at(drawn, 1.0)),
            [Some(2.0), Some(2.0), Some(1.0), None]
        );
        assert_eq!(
            [at(Drawn::Points, 2.0), at(Drawn::Bars, 2.0), at(Drawn::Line, 5.0), at(Drawn::Line, -1.0)],
            [Some(3.0), None, None, None]
        );
    }
}
