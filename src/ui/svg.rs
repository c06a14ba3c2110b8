//! Numbers and path data for SVG attributes, written without the formatting machinery: some of this runs in every frame. And the elements of
//! which pictures have most, made by calls: each `html!` of one writes out some 200 bytes in place.

use yew::virtual_dom::{AttributeOrProperty, Attributes, VTag, VText};
use yew::{AttrValue, Html};

/// Appends a whole number.
pub fn push_whole(out: &mut String, value: u64) {
    if value >= 10 {
        push_whole(out, value / 10);
    }
    // A digit is at most 9.
    out.push(char::from(b'0' + (value % 10) as u8));
}

/// Appends `value`, in CSS pixels, rounded to a tenth.
pub fn push_px(out: &mut String, value: f64) {
    let tenths = (value * 10.0).round() as i64;
    if tenths < 0 {
        out.push('-');
    }
    let tenths = tenths.unsigned_abs();
    push_whole(out, tenths / 10);
    if !tenths.is_multiple_of(10) {
        out.push('.');
        push_whole(out, tenths % 10);
    }
}

/// `value`, in CSS pixels, as an attribute.
pub fn px(value: f64) -> AttrValue {
    let mut out = String::with_capacity(8);
    push_px(&mut out, value);
    out.into()
}

/// `translate(x y)`.
pub fn translate(x: f64, y: f64) -> AttrValue {
    let mut out = String::with_capacity(28);
    out.push_str("translate(");
    push_px(&mut out, x);
    out.push(' ');
    push_px(&mut out, y);
    out.push(')');
    out.into()
}

/// The data of a path, command by command.
#[derive(Default)]
pub struct Path(String);

impl Path {
    /// Nothing yet.
    pub fn new() -> Self {
        Path(String::with_capacity(48))
    }
    /// Moves the pen.
    pub fn to(self, x: f64, y: f64) -> Self {
        self.command('M', x, y)
    }
    /// Draws a straight line.
    pub fn line(self, x: f64, y: f64) -> Self {
        self.command('L', x, y)
    }
    /// Draws a straight line to a place that is given relative to the pen.
    pub fn by(self, dx: f64, dy: f64) -> Self {
        self.command('l', dx, dy)
    }
    /// Goes back to where the line began.
    pub fn close(mut self) -> Self {
        self.0.push('Z');
        self
    }
    /// Adds a line from one place to another.
    pub fn append(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.push('M', from.0, from.1);
        self.push('L', to.0, to.1);
    }
    /// As an attribute.
    pub fn data(self) -> AttrValue {
        self.0.into()
    }

    fn command(mut self, letter: char, x: f64, y: f64) -> Self {
        self.push(letter, x, y);
        self
    }

    fn push(&mut self, letter: char, x: f64, y: f64) {
        self.0.push(letter);
        push_px(&mut self.0, x);
        self.0.push(' ');
        push_px(&mut self.0, y);
    }
}

/// An element of a picture, as `html!` makes it: its attributes stay comparable one by one.
#[inline(never)]
fn element(tag: &'static str, names: &'static [&'static str], values: Vec<AttrValue>, child: Option<Html>) -> Html {
    let mut tag = VTag::new(tag);
    tag.set_attributes(Attributes::Dynamic {
        keys: names,
        values: values.into_iter().map(|value| Some(AttributeOrProperty::Attribute(value))).collect(),
    });
    tag.add_children(child);
    tag.into()
}

/// A path of that class.
pub fn path(class: &'static str, data: impl Into<AttrValue>) -> Html {
    path_of(class, data.into())
}

#[inline(never)]
fn path_of(class: &'static str, data: AttrValue) -> Html {
    element("path", &["class", "d"], vec![class.into(), data], None)
}

/// A circle of that class around the origin.
#[inline(never)]
pub fn circle(class: &'static str, radius: AttrValue) -> Html {
    element("circle", &["class", "r"], vec![class.into(), radius], None)
}

/// A rectangle of that class: left, top, width, height.
#[inline(never)]
pub fn rect(class: &'static str, [x, y, width, height]: [AttrValue; 4]) -> Html {
    element("rect", &["class", "x", "y", "width", "height"], vec![class.into(), x, y, width, height], None)
}

/// Words of that class at a place.
pub fn text(class: &'static str, x: AttrValue, y: AttrValue, words: impl Into<AttrValue>) -> Html {
    text_of(class, x, y, words.into())
}

#[inline(never)]
fn text_of(class: &'static str, x: AttrValue, y: AttrValue, words: AttrValue) -> Html {
    element("text", &["class", "x", "y"], vec![class.into(), x, y], Some(VText::new(words).into()))
}

/// A sign of the page's sheet: `#i-disk`. What it is beside says the same in words.
#[inline(never)]
pub fn icon(href: &'static str) -> Html {
    let sign = element("use", &["href"], vec![href.into()], None);
    element("svg", &["class", "aria-hidden"], vec!["icon".into(), "true".into()], Some(sign))
}
