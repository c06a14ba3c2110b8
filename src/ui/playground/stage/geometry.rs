//! Where things stand on the stage, in CSS pixels: pure functions. Knows no run and no screen.

use crate::ui::maths;
use crate::ui::svg::push_px;

/// A place on the stage, or a distance.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl Point {
    /// A place.
    pub const fn new(x: f32, y: f32) -> Self {
        Point { x, y }
    }
    /// So far on from here.
    pub fn plus(self, dx: f32, dy: f32) -> Self {
        Point::new(self.x + dx, self.y + dy)
    }
    /// The way from `self` to `to`, by fraction.
    pub fn toward(self, to: Point, t: f32) -> Self {
        Point::new(self.x + (to.x - self.x) * t, self.y + (to.y - self.y) * t)
    }
    /// How far it is to `to`.
    pub fn distance(self, to: Point) -> f32 {
        (to.x - self.x).hypot(to.y - self.y)
    }
    /// The direction to `to`, of length one; to the right if both are the same place.
    pub fn direction(self, to: Point) -> Point {
        let length = self.distance(to);
        if length < 0.01 { Point::new(1.0, 0.0) } else { Point::new((to.x - self.x) / length, (to.y - self.y) / length) }
    }
}

/// Where a node's words stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// To its right.
    Right,
    /// To its left.
    Left,
    /// Under it, where there is no room beside it.
    Below,
}

impl Side {
    /// As the style sheet names it.
    pub fn name(self) -> &'static str {
        match self {
            Side::Right => "right",
            Side::Left => "left",
            Side::Below => "below",
        }
    }
}

/// Up to so many nodes stand on an ellipse; more stand in rows.
pub const ELLIPSE_NODES_MAX: u16 = 60;
/// A smaller disc has no room for signs and words.
pub const SIGNS_RADIUS_MIN: f32 = 14.0;
/// From this width on, words stand beside the nodes.
const BESIDE_WIDTH_MIN: f32 = 480.0;
/// And from this one on if the stage is so flat, a height over a width, that they would stand on other nodes below theirs.
const BESIDE_FLAT_WIDTH_MIN: f32 = 300.0;
const FLAT: f32 = 0.62;
const RADIUS_WIDE: f32 = 26.0;
const RADIUS_NARROW: f32 = 22.0;
/// How far a message runs beside the line, so that the way there and the way back do not cover each other.
const LANE: f32 = 11.0;

/// The stage's size and what follows from it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Frame {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Size of the membership.
    pub nodes: u16,
    /// Radius of a node's disc.
    pub radius: f32,
}

impl Frame {
    /// The frame of a stage of that size.
    pub fn new(width: f32, height: f32, nodes: u16) -> Self {
        let mut frame = Frame { width, height, nodes, radius: if width >= BESIDE_WIDTH_MIN { RADIUS_WIDE } else { RADIUS_NARROW } };
        let room = if nodes > ELLIPSE_NODES_MAX {
            frame.cell() * 0.3
        } else {
            let (_, rx, ry) = frame.ellipse();
            // Circumference of the ellipse, close enough, shared out among the nodes.
            std::f32::consts::PI * (rx + ry) / f32::from(nodes.max(1)) * 0.34
        };
        frame.radius = frame.radius.min(room).max(2.0);
        frame
    }

    /// Whether words stand beside the nodes.
    pub fn is_wide(&self) -> bool {
        self.width >= BESIDE_WIDTH_MIN || (self.width >= BESIDE_FLAT_WIDTH_MIN && self.height < FLAT * self.width)
    }

    /// Whether discs are big enough for signs and words.
    pub fn has_signs(&self) -> bool {
        self.radius >= SIGNS_RADIUS_MIN
    }

    fn cell(&self) -> f32 {
        (self.width * self.height / f32::from(self.nodes.max(1))).sqrt() * 0.92
    }

    /// Middle and half axes.
    fn ellipse(&self) -> (Point, f32, f32) {
        let r = self.radius;
        let top = r + 18.0;
        let bottom = if self.is_wide() { r + 18.0 } else { r + 46.0 };
        let middle = Point::new(self.width / 2.0, (top + self.height - bottom) / 2.0);
        let ry = ((self.height - top - bottom) / 2.0).max(1.0);
        let (beside, stretch) = match self.is_wide() {
            true if self.width >= BESIDE_WIDTH_MIN => (104.0, 2.1),
            true => (78.0, 2.1),
            false => (26.0, 1.6),
        };
        let rx = (self.width / 2.0 - r - beside).min(ry * stretch).max(1.0);
        (middle, rx, ry)
    }

    /// The resting place of a node.
    pub fn rest(&self, node: u16) -> Point {
        if self.nodes > ELLIPSE_NODES_MAX {
            let cell = self.cell();
            let columns = (self.width / cell).floor().max(1.0);
            let rows = (f32::from(self.nodes) / columns).ceil();
            let (column, row) = (f32::from(node) % columns, (f32::from(node) / columns).floor());
            let (left, top) = ((self.width - columns * cell) / 2.0, (self.height - rows * cell) / 2.0);
            return Point::new(left + (column + 0.5) * cell, top + (row + 0.5) * cell);
        }
        let (middle, rx, ry) = self.ellipse();
        let angle = (f32::from(node) / f32::from(self.nodes.max(1)) - 0.25) * std::f32::consts::TAU;
        middle.plus(rx * cos(angle), ry * sin(angle))
    }

    /// Where the words of a node at `at` stand.
    pub fn side(&self, at: Point) -> Side {
        match () {
            () if !self.is_wide() => Side::Below,
            () if at.x < self.width / 2.0 - 2.0 => Side::Left,
            () => Side::Right,
        }
    }

    /// The nearest place to `at` at which a whole disc can be seen.
    pub fn clamp(&self, at: Point) -> Point {
        let edge = self.radius + 4.0;
        Point::new(at.x.min(self.width - edge).max(edge), at.y.min(self.height - edge).max(edge))
    }

    /// The piece of the line between two nodes that can be seen.
    pub fn line(&self, a: Point, b: Point) -> (Point, Point) {
        let (way, s) = (a.direction(b), self.radius + 8.0);
        (a.plus(way.x * s, way.y * s), b.plus(-way.x * s, -way.y * s))
    }

    /// The way of a message, from its first to its last place.
    pub fn track(&self, from: Point, to: Point) -> Track {
        if from.distance(to) < 1.0 {
            return Track { start: from, end: to, loop_radius: self.radius + 16.0, angle: 0 };
        }
        let (way, s) = (from.direction(to), self.radius + 10.0);
        let aside = Point::new(-way.y * LANE, way.x * LANE);
        let start = from.plus(way.x * s + aside.x, way.y * s + aside.y);
        let end = to.plus(-way.x * s + aside.x, -way.y * s + aside.y);
        Track { start, end, loop_radius: 0.0, angle: degrees(way) }
    }
}

fn cos(angle: f32) -> f32 {
    maths::cos(angle.into()) as f32
}

fn sin(angle: f32) -> f32 {
    maths::sin(angle.into()) as f32
}

/// The direction in whole degrees, clockwise from the right.
pub fn degrees(way: Point) -> i16 {
    maths::atan2(way.y.into(), way.x.into()).to_degrees().round() as i16
}

/// The way of a message across the stage.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Track {
    /// Where it starts.
    pub start: Point,
    /// Where it ends.
    pub end: Point,
    /// Radius of its round, for a message to oneself; else 0.
    pub loop_radius: f32,
    /// Its direction, in degrees.
    pub angle: i16,
}

impl Track {
    /// The place after a fraction of the way.
    pub fn at(&self, t: f32) -> Point {
        if self.loop_radius > 0.0 {
            let angle = (t - 0.25) * std::f32::consts::TAU;
            return self.start.plus(self.loop_radius * cos(angle), self.loop_radius * sin(angle));
        }
        self.start.toward(self.end, t)
    }

    /// How far from the middle of a message's mark its nose sits.
    pub fn nose(&self) -> f32 {
        let angle = f32::from(self.angle).to_radians();
        let (x, y) = (cos(angle) / 20.0, sin(angle) / 13.5);
        1.0 / (x * x + y * y).sqrt()
    }
}

/// Writes a number with at most one decimal.
pub fn push_tenths(out: &mut String, value: f32) {
    push_px(out, value.into());
}

fn push_point(out: &mut String, command: char, at: Point) {
    out.push(command);
    push_tenths(out, at.x);
    out.push(' ');
    push_tenths(out, at.y);
}

/// `translate(x y)`.
pub fn translate(at: Point) -> String {
    let mut out = String::with_capacity(28);
    out.push_str("translate(");
    push_tenths(&mut out, at.x);
    out.push(' ');
    push_tenths(&mut out, at.y);
    out.push(')');
    out
}

/// The path through some points.
pub fn polyline(points: impl IntoIterator<Item = Point>) -> String {
    let mut out = String::new();
    for at in points {
        let command = if out.is_empty() { 'M' } else { 'L' };
        push_point(&mut out, command, at);
    }
    out
}

/// A torn line from `a` to `b`: a zigzag that is the same every time.
pub fn jag(a: Point, b: Point, amplitude: f32, step: f32) -> String {
    const KINKS: [f32; 10] = [0.0, 1.0, -0.7, 0.5, -1.0, 0.8, -0.4, 0.9, -0.8, 0.6];
    let kink = |i: usize| KINKS.get(i % KINKS.len()).copied().unwrap_or(0.0);
    let (way, length) = (a.direction(b), a.distance(b));
    let count = ((length / step).round() as usize).clamp(1, 200);
    let mut out = String::new();
    for i in 0..=count {
        let inner = i > 0 && i < count;
        let t = (i as f32 + if inner { kink(i * 3) * 0.25 } else { 0.0 }) / count as f32;
        let aside = if inner { amplitude * kink(i) } else { 0.0 };
        let at = a.toward(b, t).plus(-way.y * aside, way.x * aside);
        push_point(&mut out, if i == 0 { 'M' } else { 'L' }, at);
    }
    out
}

/// A piece of the border between two groups of nodes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Border {
    /// One end.
    pub a: Point,
    /// The other end.
    pub b: Point,
    /// The two nodes between which it runs, by index.
    pub nodes: (usize, usize),
}

/// The borders between groups: where one stands as near to a node of one group as to a node of another, and no third node is
/// nearer. Together they divide the stage, wherever the nodes stand. Cubic in the number of nodes.
pub fn borders(places: &[Point], groups: &[u8], width: f32, height: f32) -> Vec<Border> {
    let mut borders = Vec::new();
    for (i, (p, group_p)) in places.iter().zip(groups).enumerate() {
        for (j, (q, group_q)) in places.iter().zip(groups).enumerate().skip(i + 1) {
            if group_p != group_q && p.distance(*q) > 1.0 {
                let ends = bisector(*p, *q, width, height).and_then(|ends| {
                    places.iter().enumerate().filter(|(k, _)| *k != i && *k != j).try_fold(ends, |ends, (_, k)| nearer(ends, *p, *k))
                });
                borders.extend(ends.filter(|(a, b)| a.distance(*b) > 0.5).map(|(a, b)| Border { a, b, nodes: (i, j) }));
            }
        }
    }
    borders
}

/// The line of equal distance to `p` and `q`, as far as it is on the stage.
fn bisector(p: Point, q: Point, width: f32, height: f32) -> Option<(Point, Point)> {
    let (middle, way, reach) = (p.toward(q, 0.5), p.direction(q), width + height);
    let ends = (middle.plus(way.y * reach, -way.x * reach), middle.plus(-way.y * reach, way.x * reach));
    let sides = [
        |at: Point, _: Point| at.x,
        |at: Point, _: Point| at.y,
        |at: Point, size: Point| size.x - at.x,
        |at: Point, size: Point| size.y - at.y,
    ];
    sides.iter().try_fold(ends, |ends, inside| clip(ends, |at| inside(at, Point::new(width, height))))
}

/// The piece on which `p` is nearer than `other`.
fn nearer(ends: (Point, Point), p: Point, other: Point) -> Option<(Point, Point)> {
    let square = |at: Point, to: Point| (at.x - to.x) * (at.x - to.x) + (at.y - to.y) * (at.y - to.y);
    clip(ends, |at| square(at, other) - square(at, p))
}

/// The piece on which `inside`, linear along the line, is positive.
fn clip((a, b): (Point, Point), inside: impl Fn(Point) -> f32) -> Option<(Point, Point)> {
    let (of_a, of_b) = (inside(a), inside(b));
    match (of_a >= 0.0, of_b >= 0.0) {
        (true, true) => Some((a, b)),
        (false, false) => None,
        (true, false) => Some((a, a.toward(b, of_a / (of_a - of_b)))),
        (false, true) => Some((a.toward(b, of_a / (of_a - of_b)), b)),
    }
}

/// On which side of a drawn line each place lies. A line that nearly closes is a loop; any other one runs on to infinity at
/// both ends, in the direction from its one end to its other.
pub fn sides(line: &[Point], places: &[Point]) -> Vec<bool> {
    const FAR: f32 = 100_000.0;
    let (Some(first), Some(last), Some(reference)) = (line.first(), line.last(), places.first()) else {
        return vec![false; places.len()];
    };
    let length: f32 = line.iter().zip(line.iter().skip(1)).map(|(a, b)| a.distance(*b)).sum();
    let is_loop = first.distance(*last) < length * 0.2;
    let way = first.direction(*last);
    let mut whole = Vec::with_capacity(line.len() + 2);
    if !is_loop {
        whole.push(first.plus(-way.x * FAR, -way.y * FAR));
    }
    whole.extend_from_slice(line);
    whole.push(if is_loop { *first } else { last.plus(way.x * FAR, way.y * FAR) });
    places
        .iter()
        .map(|place| whole.iter().zip(whole.iter().skip(1)).filter(|(a, b)| cross(*reference, *place, **a, **b)).count() % 2 == 1)
        .collect()
}

/// Whether the piece from `p` to `q` and the piece from `a` to `b` cross.
fn cross(p: Point, q: Point, a: Point, b: Point) -> bool {
    let left =
        |o: Point, d: Point, at: Point| f64::from(d.x - o.x) * f64::from(at.y - o.y) - f64::from(d.y - o.y) * f64::from(at.x - o.x) > 0.0;
    left(p, q, a) != left(p, q, b) && left(a, b, p) != left(a, b, q)
}

/// The groups that nodes form by where they stand: apart are those with a clear gap between them. `None` if it is all one group.
pub fn clusters(places: &[Point], radius: f32) -> Option<Vec<u8>> {
    // A gap is clear if it is so many times as wide as the widest distance of neighbours within a group.
    const CLEAR: f32 = 1.5;
    let tree = spanning_tree(places);
    let shorter = |than: f32| tree.iter().map(|edge| edge.2).filter(|length| *length < than).fold(0.0, f32::max);
    let steps = tree.iter().map(|edge| (shorter(edge.2), edge.2)).filter(|(near, _)| *near > 0.0);
    let clear = steps.filter(|(near, far)| *far >= near * CLEAR && *far > radius * 4.0);
    let (_, gap) = clear.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
    let mut groups: Vec<usize> = (0..places.len()).collect();
    for (i, j, distance) in tree {
        if distance < gap {
            let (keep, lose) = (groups.get(i).copied()?, groups.get(j).copied()?);
            groups.iter_mut().filter(|group| **group == lose).for_each(|group| *group = keep);
        }
    }
    let groups = renumber(&groups);
    groups.iter().any(|group| *group != 0).then_some(groups)
}

/// The shortest edges that connect all places (Prim).
fn spanning_tree(places: &[Point]) -> Vec<(usize, usize, f32)> {
    let mut outside: Vec<(usize, usize, f32)> = (1..places.len()).map(|i| (0, i, f32::INFINITY)).collect();
    let mut tree = Vec::with_capacity(outside.len());
    let mut newest = 0;
    while !outside.is_empty() {
        let Some(at) = places.get(newest) else { break };
        for edge in &mut outside {
            let distance = places.get(edge.1).map_or(f32::INFINITY, |place| place.distance(*at));
            if distance < edge.2 {
                *edge = (newest, edge.1, distance);
            }
        }
        let Some(shortest) = (0..outside.len()).min_by(|a, b| {
            let length = |i: &usize| outside.get(*i).map_or(f32::INFINITY, |edge| edge.2);
            length(a).total_cmp(&length(b))
        }) else {
            break;
        };
        let edge = outside.swap_remove(shortest);
        newest = edge.1;
        tree.push(edge);
    }
    tree
}

/// Groups with numbers from 0 in the order in which they appear.
pub fn renumber<T: PartialEq + Copy>(groups: &[T]) -> Vec<u8> {
    let mut seen: Vec<T> = Vec::new();
    groups
        .iter()
        .map(|group| {
            let at = seen.iter().position(|other| other == group).unwrap_or_else(|| {
                seen.push(*group);
                seen.len() - 1
            });
            u8::try_from(at).unwrap_or(u8::MAX)
        })
        .collect()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn square() -> Vec<Point> {
        vec![Point::new(10.0, 10.0), Point::new(90.0, 10.0), Point::new(10.0, 90.0), Point::new(90.0, 90.0)]
    }

    #[wasm_bindgen_test]
    fn a_drawn_line_parts_the_nodes_on_its_two_sides() {
        let line = [Point::new(50.0, 20.0), Point::new(52.0, 80.0)];
        assert_eq!(sides(&line, &square()), [false, true, false, true]);
    }

    #[wasm_bindgen_test]
    fn a_loop_parts_what_is_inside() {
        let line = [Point::new(80.0, 2.0), Point::new(80.0, 20.0), Point::new(98.0, 20.0), Point::new(98.0, 2.0), Point::new(82.0, 2.0)];
        assert_eq!(sides(&line, &square()), [false, true, false, false]);
    }

    #[wasm_bindgen_test]
    fn nodes_with_a_wide_gap_between_them_are_groups() {
        let places = [Point::new(0.0, 0.0), Point::new(30.0, 0.0), Point::new(300.0, 0.0), Point::new(330.0, 0.0), Point::new(300.0, 30.0)];
        assert_eq!(clusters(&places, 10.0), Some(vec![0, 0, 1, 1, 1]));
        assert_eq!(clusters(&square(), 10.0), None);
    }

    #[wasm_bindgen_test]
    fn the_border_of_two_groups_runs_from_edge_to_edge() {
        let borders = borders(&square(), &[0, 1, 0, 1], 100.0, 100.0);
        let length: f32 = borders.iter().map(|border| border.a.distance(border.b)).sum();
        assert!((length - 100.0).abs() < 0.1, "{borders:?}");
        assert!(borders.iter().all(|border| (border.a.x - 50.0).abs() < 0.1));
    }

    #[wasm_bindgen_test]
    fn numbers_have_at_most_one_decimal() {
        let mut out = String::new();
        push_tenths(&mut out, -3.24);
        push_point(&mut out, 'L', Point::new(0.0, 12.96));
        assert_eq!(out, "-3.2L0 13");
    }
}
