//! The stage's buttons: partition by a drawn line, by chosen groups or as the nodes were placed; heal; tidy up.

use super::geometry::clusters;
use super::hands::Moved;
use super::picture::Picture;
use crate::sim::{Choice, Intervention};
use crate::ui::action::{Action, Tool};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Tools`].
#[derive(Properties)]
pub struct ToolsProps {
    /// The stage.
    pub picture: Rc<Picture>,
    /// The tool in hand.
    pub tool: Tool,
    /// Where nodes were put by hand.
    pub moved: UseStateHandle<Moved>,
    /// Where actions go.
    pub act: Callback<Action>,
    /// Opens the dialog that lists the nodes.
    pub choose: Callback<()>,
}

impl PartialEq for ToolsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.picture, &other.picture) && self.tool == other.tool && self.moved == other.moved
    }
}

/// The stage's buttons.
#[component]
pub fn Tools(props: &ToolsProps) -> Html {
    let ToolsProps { picture, tool, moved, act, choose } = props;
    let cutting = *tool == Tool::Cut;
    let any_moved = moved.iter().any(Option::is_some);
    let as_placed = any_moved.then(|| clusters(&picture.key.places, picture.key.frame.radius)).flatten().filter(|groups| *groups != picture.groups);
    let partition = {
        let (act, choose) = (act.clone(), choose.clone());
        Callback::from(move |event: MouseEvent| {
            // A line cannot be drawn with keys: a press that is no click opens the list instead.
            if event.detail() == 0 && !cutting {
                choose.emit(());
            } else {
                act.emit(Action::Tool(if cutting { Tool::Point } else { Tool::Cut }));
            }
        })
    };
    let tidy = {
        let moved = moved.clone();
        Callback::from(move |_: MouseEvent| moved.set(Moved::default()))
    };
    let heal = act.reform(|_: MouseEvent| Action::Do(Intervention::Do(Choice::Heal)));
    let place = |groups: Vec<u8>| act.reform(move |_: MouseEvent| Action::Do(Intervention::Do(Choice::Partition(groups.clone()))));
    html! {
        <div class="stage-tools">
            if any_moved {
                <button class="btn" type="button" onclick={tidy}>{ "Tidy up" }</button>
            }
            if let Some(groups) = as_placed {
                <button class="btn btn-fault" type="button" onclick={place(groups)}>{ "Partition as placed" }</button>
            }
            if picture.is_cut() {
                <button class="btn" type="button" onclick={heal}><svg class="icon" aria-hidden="true"><use href="#i-heal"/></svg>{ "Heal" }</button>
            }
            if cutting {
                <span class="stage-hint">{ "Draw a line between the nodes, or" }</span>
                <button class="btn" type="button" onclick={choose.reform(|_: MouseEvent| ())}>{ "choose groups" }</button>
            }
            <button class="btn" type="button" aria-pressed={cutting.to_string()} onclick={partition}>
                <svg class="icon" aria-hidden="true"><use href="#i-cut"/></svg>{ "Partition" }
            </button>
        </div>
    }
}
