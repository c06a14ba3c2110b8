//! A part of the page that is drawn again only when what it shows has changed. Knows nothing of what that is.
//!
//! Yew compiles some four kilobytes for every type of component. So all parts without a state of their own are one component, and
//! differ by the function that draws them.

use std::any::Any;
use std::rc::Rc;
use yew::prelude::*;
use yew::virtual_dom::Key;

/// What a part shows, and how.
trait Shown {
    fn as_any(&self) -> &dyn Any;
    fn is_same(&self, other: &dyn Shown) -> bool;
    fn view(&self) -> Html;
}

struct Of<T> {
    shown: T,
    view: fn(&T) -> Html,
}

impl<T: PartialEq + 'static> Shown for Of<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn is_same(&self, other: &dyn Shown) -> bool {
        let other = other.as_any().downcast_ref::<Self>();
        other.is_some_and(|other| std::ptr::fn_addr_eq(self.view, other.view) && self.shown == other.shown)
    }
    fn view(&self) -> Html {
        (self.view)(&self.shown)
    }
}

#[derive(Properties)]
struct PartProps {
    shown: Rc<dyn Shown>,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &Self) -> bool {
        self.shown.is_same(&*other.shown)
    }
}

#[component]
fn Part(props: &PartProps) -> Html {
    props.shown.view()
}

/// What `view` draws of `shown`; drawn again when `shown` differs from what it was.
pub fn part<T: PartialEq + 'static>(shown: T, view: fn(&T) -> Html) -> Html {
    made(Rc::new(Of { shown, view }), None)
}

/// A [`part`] that keeps its place among its neighbours by a key.
pub fn keyed<T: PartialEq + 'static>(key: impl Into<Key>, shown: T, view: fn(&T) -> Html) -> Html {
    made(Rc::new(Of { shown, view }), Some(key.into()))
}

fn made(shown: Rc<dyn Shown>, key: Option<Key>) -> Html {
    match key {
        Some(key) => html! { <Part {key} {shown}/> },
        None => html! { <Part {shown}/> },
    }
}
