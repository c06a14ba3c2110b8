//! The stage's buttons: partition by a drawn line, by chosen groups or as the nodes were placed; heal; tidy up.

use super::cut::in_words;
use super::geometry::clusters;
use super::picture::Picture;
use super::{Stage, Told};
use crate::sim::{Choice, Intervention};
use crate::ui::action::{Action, Tool};
use crate::ui::svg::{self, icon};
use yew::prelude::*;

/// The stage's buttons. `moved`: whether a node was put somewhere by hand.
pub fn view(ctx: &Context<Stage>, picture: &Picture, moved: bool) -> Html {
    let cutting = ctx.props().look.tool == Tool::Cut;
    let as_placed =
        if moved { clusters(&picture.key.places, picture.key.frame.radius).filter(|groups| *groups != picture.groups) } else { None };
    let locked = ctx.props().run.challenge().and_then(|challenge| challenge.locks_deed("partition"));
    let off = locked.is_some();
    let partition = ctx.link().callback(move |event: MouseEvent| match cutting {
        _ if locked.is_some() => Told::Ask(Action::Notice(locked.clone())),
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
                    { button(ctx, "", "Tidy up".to_owned(), Told::Tidy, false) }
                }
                if let Some(groups) = as_placed {
                    { button(ctx, "", format!("Cut {}", in_words(&groups)), cut(Choice::Partition(groups)), off) }
                }
                if picture.is_cut() {
                    { button(ctx, "#i-heal", "Heal".to_owned(), cut(Choice::Heal), off) }
                }
                if cutting {
                    { button(ctx, "", "Choose groups\u{2026}".to_owned(), Told::Dialog(true), off) }
                }
                <button class="btn" type="button" aria-pressed={cutting.to_string()} aria-disabled={off.then_some("true")} onclick={partition}>
                    { icon(if off { "#i-lock" } else { "#i-cut" }) }<span class="btn-words">{ "Partition" }</span>
                </button>
            </div>
            if cutting {
                <p class="stage-hint">{ "Draw a line between the nodes." }</p>
            }
        </>
    }
}

/// A button. `off`: the challenge locks it; the playground says so when it is pressed.
fn button(ctx: &Context<Stage>, icon: &'static str, label: String, told: Told, off: bool) -> Html {
    let onclick = ctx.link().callback(move |_: MouseEvent| told.clone());
    html! {
        <button key={label.as_str()} class="btn" type="button" aria-disabled={off.then_some("true")} {onclick}>
            if !icon.is_empty() {
                { svg::icon(icon) }
            }
            <span class="btn-words">{ label }</span>
        </button>
    }
}
