//! Cutting the cluster without drawing: a dialog that puts each node into a group.

use super::geometry::renumber;
use super::picture::Picture;
use super::popup::Popup;
use crate::sim::{Choice, Intervention};
use crate::ui::action::{Action, Tool};
use std::rc::Rc;
use yew::prelude::*;

/// Names of the groups that the dialog offers.
const GROUPS: [&str; 3] = ["A", "B", "C"];

/// Properties of [`PartitionDialog`].
#[derive(Properties)]
pub struct PartitionDialogProps {
    /// The stage, for the nodes and their present groups.
    pub picture: Rc<Picture>,
    /// Where, in CSS pixels of the stage.
    pub at: (i32, i32),
    /// Where actions go.
    pub act: Callback<Action>,
    /// Asks for it to be closed.
    pub close: Callback<()>,
}

impl PartialEq for PartitionDialogProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.picture, &other.picture) && self.at == other.at
    }
}

/// A dialog that puts each node into a group.
#[component]
pub fn PartitionDialog(props: &PartitionDialogProps) -> Html {
    let picture = &props.picture;
    let groups = use_state(|| {
        let last = u8::try_from(GROUPS.len() - 1).unwrap_or(0);
        (0..picture.nodes.len()).map(|node| picture.groups.get(node).copied().unwrap_or(0).min(last)).collect::<Vec<u8>>()
    });
    let is_one = groups.iter().all(|group| Some(group) == groups.first());
    let cut = {
        let (act, close, groups) = (props.act.clone(), props.close.clone(), groups.clone());
        Callback::from(move |_: MouseEvent| {
            act.emit(Action::Do(Intervention::Do(Choice::Partition(renumber(&groups)))));
            act.emit(Action::Tool(Tool::Point));
            close.emit(());
        })
    };
    let row = |(at, node): (usize, &Rc<super::picture::NodePicture>)| {
        let chosen = groups.get(at).copied().unwrap_or(0);
        let cells = (0u8..).zip(GROUPS).map(|(group, name)| {
            let handle = groups.clone();
            let onchange = Callback::from(move |_: Event| {
                let mut groups = (*handle).clone();
                if let Some(place) = groups.get_mut(at) {
                    *place = group;
                }
                handle.set(groups);
            });
            html! {
                <td><label class="menu-choice"><input type="radio" name={format!("group-{at}")} aria-label={format!("Node {} in group {name}", node.id)} checked={chosen == group} {onchange}/></label></td>
            }
        });
        html! { <tr><th scope="row">{ format!("Node {}", node.id) }<small>{ node.note.clone() }</small></th>{ for cells }</tr> }
    };
    let words = html! { <p class="menu-words">{ "Nodes of different groups cannot hear each other." }</p> };
    html! {
        <Popup label="Partition the cluster" title="Partition" {words} at={props.at} close={props.close.clone()}>
            <table class="partition">
                <thead><tr><th scope="col">{ "Group" }</th>{ for GROUPS.map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                <tbody>{ for picture.nodes.iter().enumerate().map(row) }</tbody>
            </table>
            <div class="menu-acts">
                <button class="btn btn-fault" type="button" disabled={is_one} onclick={cut}>{ "Cut" }</button>
            </div>
        </Popup>
    }
}
