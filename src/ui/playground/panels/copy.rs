//! A text to take along: a field, a button that copies it, and what came of it. Knows no text.

use crate::ui::files;
use crate::ui::svg::icon;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`CopyRow`].
#[derive(Properties, PartialEq)]
pub struct CopyRowProps {
    /// Id of its field.
    pub id: &'static str,
    /// What it is.
    pub label: &'static str,
    /// Words of its button.
    pub button: &'static str,
    /// The text.
    pub text: AttrValue,
}

/// A text to take along, and the button that copies it.
#[component]
pub fn CopyRow(props: &CopyRowProps) -> Html {
    let field = use_node_ref();
    let copied = use_state(|| None::<bool>);
    let onclick = {
        let (field, text, copied) = (field.clone(), props.text.clone(), copied.setter());
        Callback::from(move |_: MouseEvent| {
            let (field, text, copied) = (field.clone(), text.clone(), copied.clone());
            spawn_local(async move {
                let is_copied = files::copy(text.to_string()).await;
                if let Some(input) = field.cast::<HtmlInputElement>().filter(|_| !is_copied) {
                    // Where selecting fails the reader can still do it by hand.
                    let _ = input.focus();
                    input.select();
                }
                copied.set(Some(is_copied));
            });
        })
    };
    html! {
        <div>
            <label class="label" for={props.id}>{ props.label }</label>
            <div class="share-row">
                <input class="field" id={props.id} ref={field} readonly=true value={props.text.clone()}/>
                <button class="btn btn-main" type="button" {onclick}>{ icon("#i-copy") }{ props.button }</button>
            </div>
            <div role="status">
                { match *copied {
                    None => Html::default(),
                    Some(true) => html! { <p class="share-ok">{ "Copied." }</p> },
                    Some(false) => html! {
                        <p class="notice" data-tone="fault">{ "Your browser keeps its clipboard to itself. The text is selected: copy it by hand." }</p>
                    },
                } }
            </div>
        </div>
    }
}
