//! The menu of a thing on the stage: what it is, in words, and what can be done with it.

use super::link_menu::LinkMenu;
use super::message_menu::MessageMenu;
use super::node_menu::NodeMenu;
use crate::sim::{Choice, Intervention, World};
use crate::ui::action::{Action, Menu, Selected};
use crate::ui::run::Run;
use yew::prelude::*;

/// Properties of [`StageMenu`] and of the menus for each kind of thing.
#[derive(Properties, PartialEq, Clone)]
pub struct StageMenuProps {
    /// The run, at the present moment.
    pub run: Run,
    /// What it is about, and where.
    pub menu: Menu,
    /// Where actions go.
    pub act: Callback<Action>,
}

impl StageMenuProps {
    /// Closes the menu.
    pub fn close(&self) -> Callback<()> {
        self.act.reform(|()| Action::Menu(None))
    }

    /// Does something; the menu closes.
    pub fn doing(&self, what: Vec<Intervention>) -> Callback<MouseEvent> {
        self.act.reform(move |_| Action::DoAll(what.clone()))
    }

    /// Does something and leaves the menu open, for more of it.
    pub fn doing_more(&self, what: Intervention) -> Callback<MouseEvent> {
        let (act, menu) = (self.act.clone(), self.menu);
        Callback::from(move |_| {
            act.emit(Action::Do(what.clone()));
            act.emit(Action::Menu(Some(menu)));
        })
    }

    /// The place of the menu.
    pub fn at(&self) -> (i32, i32) {
        (self.menu.x, self.menu.y)
    }
}

/// The menu of a thing.
#[component]
pub fn StageMenu(props: &StageMenuProps) -> Html {
    let base = props.clone();
    match props.menu.about {
        Selected::Message(id) => html! { <MessageMenu {id} {base}/> },
        Selected::Node(id) => html! { <NodeMenu {id} {base}/> },
        Selected::Link(a, b) => html! { <LinkMenu {a} {b} {base}/> },
        Selected::Step(_) => Html::default(),
    }
}

/// One thing that can be done.
pub fn item(icon: &'static str, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Html {
    entry(icon, label.into(), None, None, onclick)
}

/// One fault that can be made.
pub fn fault(icon: &'static str, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Html {
    entry(icon, label.into(), Some("fault"), None, onclick)
}

/// One thing that can be done if the world allows it; else the entry says why not.
pub fn item_if(world: &World, choice: &Choice, icon: &'static str, label: impl Into<AttrValue>, onclick: Callback<MouseEvent>) -> Html {
    entry(icon, label.into(), None, world.enabled(choice).err().map(|why| why.to_string()), onclick)
}

fn entry(icon: &'static str, label: AttrValue, tone: Option<&'static str>, refusal: Option<String>, onclick: Callback<MouseEvent>) -> Html {
    let disabled = refusal.is_some();
    html! {
        <button class="menu-item" type="button" data-tone={tone} {disabled} title={refusal} {onclick}>
            <svg class="icon" aria-hidden="true"><use href={format!("#i-{icon}")}/></svg>{ label }
        </button>
    }
}

/// Milliseconds with a decimal where it matters.
pub fn milliseconds(us: u64) -> String {
    match us {
        0..10_000 if us % 1_000 >= 100 => format!("{}.{} ms", us / 1_000, us / 100 % 10),
        _ => format!("{} ms", us / 1_000),
    }
}
