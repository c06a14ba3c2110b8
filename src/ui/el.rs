//! Elements made by calls and not by the `html!` macro. Knows nothing of what they show.
//!
//! The macro writes out each element in place, which is quick to draw and long in the program. What is drawn seldom is a fraction of it as
//! calls of a few functions.

use crate::ui::action::Action;
use std::rc::Rc;
use yew::html::{onchange, onclick, onkeydown};
use yew::prelude::*;
use yew::virtual_dom::{Listener, VTag, VText};

/// An element that is being made. It is passed on from call to call, so it is a pointer.
pub struct El(Box<VTag>);

/// What an element says, or an attribute is.
pub trait Words {
    /// As the page takes it.
    fn words(self) -> AttrValue;
}

impl Words for &'static str {
    fn words(self) -> AttrValue {
        AttrValue::Static(self)
    }
}

impl Words for AttrValue {
    fn words(self) -> AttrValue {
        self
    }
}

impl Words for String {
    #[inline(never)]
    fn words(self) -> AttrValue {
        self.into()
    }
}

/// An element of that tag and class; without a class if that is empty.
#[inline(never)]
pub fn el(tag: &'static str, class: &'static str) -> El {
    let made = El(Box::new(VTag::new(tag)));
    if class.is_empty() { made } else { made.set("class", class) }
}

#[inline(never)]
fn text(words: AttrValue) -> Html {
    VText::new(words).into()
}

/// A paragraph.
pub fn p(class: &'static str, words: impl Words) -> Html {
    el("p", class).say(words).done()
}

/// A button that asks for something.
pub fn button(class: &'static str, words: impl Words, act: &Callback<Action>, action: Action) -> El {
    el("button", class).set("type", "button").say(words).press(act, action)
}

impl El {
    #[inline(never)]
    fn put(mut self, name: &'static str, value: AttrValue) -> El {
        self.0.add_attribute(name, value);
        self
    }

    #[inline(never)]
    fn hear(mut self, listener: Rc<dyn Listener>) -> El {
        self.0.add_listener(listener);
        self
    }

    /// With an attribute.
    pub fn set(self, name: &'static str, value: impl Words) -> El {
        self.put(name, value.words())
    }

    /// With an attribute if there is a reason for it.
    pub fn mark(self, name: &'static str, is_set: bool) -> El {
        if is_set { self.put(name, AttrValue::Static("")) } else { self }
    }

    /// With this in it.
    #[inline(never)]
    pub fn hold(mut self, child: Html) -> El {
        self.0.add_child(child);
        self
    }

    /// With all of these in it.
    #[inline(never)]
    pub fn hold_all(self, children: Vec<Html>) -> El {
        children.into_iter().fold(self, El::hold)
    }

    /// With these words in it.
    pub fn say(self, words: impl Words) -> El {
        self.hold(text(words.words()))
    }

    /// A click asks for that.
    #[inline(never)]
    pub fn press(self, act: &Callback<Action>, action: Action) -> El {
        let pressed = act.reform(move |_: MouseEvent| action.clone());
        self.hear(Rc::new(onclick::Wrapper::new(pressed)))
    }

    /// What a key does.
    pub fn keyed(self, pressed: Callback<KeyboardEvent>) -> El {
        self.hear(Rc::new(onkeydown::Wrapper::new(pressed)))
    }

    /// What another choice does.
    pub fn changed(self, changed: Callback<Event>) -> El {
        self.hear(Rc::new(onchange::Wrapper::new(changed)))
    }

    /// The element.
    #[inline(never)]
    pub fn done(self) -> Html {
        (*self.0).into()
    }

    /// The element, which keeps its place among its neighbours by a key.
    pub fn done_as(mut self, key: &'static str) -> Html {
        self.0.key = Some(key.into());
        self.done()
    }
}
