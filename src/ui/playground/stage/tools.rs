//! The stage's buttons: partition by a drawn line, by chosen groups or as the nodes were placed; heal; tidy up.

use super::cut::in_words;
use super::geometry::clusters;
use super::picture::Picture;
use super::{Stage, Told};
use crate::sim::{Choice, Intervention};
use crate::ui::action::{Action, Tool};
use yew::prelude::*;

/// The stage's buttons. `moved`: whether a node was put somewhere by hand.
pub fn view(ctx: &Context<Stage>, picture: &Picture, moved: bool) -> Html {
    let cutting = ctx.props().look.tool == Tool::Cut;
    let as_placed =
        if moved { clusters(&picture.key.places, picture.key.frame.radius).filter(|groups| *groups != picture.groups) } else { None };
    let partition = ctx.link().callback(move |event: MouseEvent| match cutting {
        true => Told::Ask(Action::Tool(Tool::Point)),
        // A line cannot be drawn with keys: a press that is no click opens the list instead.
        false if event.detail() == 0 => Told::Dialog(true),
        false => Told::Ask(Action::Tool(Tool::Cut)),
    });
    let cut = |choice: Choice| Told::Ask(Action::Do(Intervention::Do(choice)));
    html! {
        <>
            <div class="stage-tools">
                if moved {
                    { button(ctx, "", "Tidy up".to_owned(), Told::Tidy) }
                }
                if let Some(groups) = as_placed {
                    { button(ctx, "", format!("Cut {}", in_words(&groups)), cut(Choice::Partition(groups))) }
                }
                if picture.is_cut() {
                    { button(ctx, "#i-heal", "Heal".to_owned(), cut(Choice::Heal)) }
                }
                if cutting {
                    { button(ctx, "", "Choose groups\u{2026}".to_owned(), Told::Dialog(true)) }
                }
                <button class="btn" type="button" aria-pressed={cutting.to_string()} onclick={partition}>
                    <svg class="icon" aria-hidden="true"><use href="#i-cut"/></svg><span class="btn-words">{ "Partition" }</span>
                </button>
            </div>
            if cutting {
                <p class="stage-hint">{ "Draw a line between the nodes." }</p>
            }
        </>
    }
}

fn button(ctx: &Context<Stage>, icon: &'static str, label: String, told: Told) -> Html {
    let onclick = ctx.link().callback(move |_: MouseEvent| told.clone());
    html! {
        <button key={label.as_str()} class="btn" type="button" {onclick}>
            if !icon.is_empty() {
                <svg class="icon" aria-hidden="true"><use href={icon}/></svg>
            }
            <span class="btn-words">{ label }</span>
        </button>
    }
}
