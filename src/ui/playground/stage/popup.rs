//! A small dialog on the stage: placed where it can be seen, focused when it opens, moved through by arrow keys, closed by
//! Escape or a click elsewhere. Knows nothing of what is in it.

use super::thing;
use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Properties of [`Popup`].
#[derive(Properties, PartialEq)]
pub struct PopupProps {
    /// What a screen reader calls it.
    pub label: AttrValue,
    /// Its heading.
    pub title: AttrValue,
    /// What there is to know, under the heading.
    #[prop_or_default]
    pub words: Html,
    /// Where, in CSS pixels of the stage.
    pub at: (i32, i32),
    /// Which of its pages is shown: a new one takes the focus.
    #[prop_or_default]
    pub page: u32,
    /// Asks for it to be closed.
    pub close: Callback<()>,
    /// What can be done.
    pub children: Html,
}

/// Space that is left around it, in CSS pixels.
const MARGIN: i32 = 8;
/// What can take the focus in it.
const FOCUSABLE: &str = "button:not([disabled]), input:not([disabled])";

/// A small dialog on the stage.
#[component]
pub fn Popup(props: &PopupProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((props.at, props.page), move |((x, y), _)| {
            if let Some(element) = node.cast::<HtmlElement>() {
                place(&element, *x, *y);
            }
        });
    }
    {
        let node = node.clone();
        use_effect_with(props.page, move |_| {
            if let Some(element) = node.cast::<Element>() {
                let first = element.query_selector(".popup-body :is(button:not([disabled]), input:checked, input:not([type=radio]))").ok().flatten();
                thing::focus(first.as_ref().unwrap_or(&element));
            }
        });
    }
    {
        let (node, close) = (node.clone(), props.close.clone());
        use_effect_with((), move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let listener = document.map(|document| {
                EventListener::new(&document, "pointerdown", move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
                    if !node.get().is_some_and(|popup| popup.contains(target.as_ref())) {
                        close.emit(());
                    }
                })
            });
            move || drop(listener)
        });
    }
    let onkeydown = {
        let (node, close) = (node.clone(), props.close.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                // The playground has a use of its own for Escape.
                event.stop_propagation();
                event.prevent_default();
                close.emit(());
            } else if let Some(popup) = node.cast::<Element>() {
                walk(&popup, &event);
            }
        })
    };
    let close = props.close.reform(|_: MouseEvent| ());
    html! {
        <div class="menu" role="dialog" tabindex="-1" aria-label={props.label.clone()} ref={node} {onkeydown}>
            <div class="menu-head">
                <p class="menu-title">
                    { props.title.clone() }
                    <button class="btn btn-quiet btn-icon" type="button" aria-label="Close" onclick={close}>
                        <svg class="icon" aria-hidden="true"><use href="#i-close"/></svg>
                    </button>
                </p>
                { props.words.clone() }
            </div>
            <div class="popup-body">{ props.children.clone() }</div>
        </div>
    }
}

/// Puts it at `x`, `y` of the stage, or as near to it as it can be seen whole.
fn place(element: &HtmlElement, x: i32, y: i32) {
    let (Some(stage), Some(window)) = (element.parent_element(), web_sys::window()) else { return };
    let height = window.inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0) as i32;
    let stage_top = stage.get_bounding_client_rect().top() as i32;
    let x = x.min(stage.client_width() - element.offset_width() - MARGIN).max(MARGIN);
    let lowest = height - stage_top - element.offset_height() - MARGIN;
    let y = y.min(lowest).max(MARGIN - stage_top.max(0));
    let style = element.style();
    // A custom property takes any value.
    let _ = style.set_property("--x", &format!("{x}px"));
    let _ = style.set_property("--y", &format!("{y}px"));
}

/// Moves the focus: by arrow keys from one thing to the next, by Tab round and round.
fn walk(popup: &Element, event: &KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let in_field = target.as_ref().is_some_and(|target| target.tag_name().eq_ignore_ascii_case("input"));
    let step: i64 = match (event.key().as_str(), event.shift_key(), in_field) {
        ("ArrowDown" | "ArrowRight", _, false) => 1,
        ("ArrowUp" | "ArrowLeft", _, false) => -1,
        ("Tab", false, _) => 1,
        ("Tab", true, _) => -1,
        _ => return,
    };
    // The selector is a valid one.
    let Ok(stops) = popup.query_selector_all(FOCUSABLE) else { return };
    let stops: Vec<Element> = (0..stops.length()).filter_map(|i| stops.get(i)?.dyn_into().ok()).collect();
    let here = stops.iter().position(|stop| stop.is_same_node(target.as_ref().map(AsRef::as_ref)));
    let count = i64::try_from(stops.len()).unwrap_or(0).max(1);
    let here = here.and_then(|here| i64::try_from(here).ok()).unwrap_or(-step.max(0));
    let next = here + step;
    // Inside, Tab goes its own way: a row of radio buttons is one stop.
    if event.key() == "Tab" && (0..count).contains(&next) {
        return;
    }
    let next = usize::try_from(next.rem_euclid(count)).ok().and_then(|next| stops.get(next));
    if let Some(next) = next {
        event.prevent_default();
        thing::focus(next);
    }
}
