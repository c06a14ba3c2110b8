//! A run for others: as a link with a note, as embed code, as files; and the way back, from a link or a file. Knows no algorithm.

use super::copy::CopyRow;
use super::{PanelsProps, picture, teach, words};
use crate::scenario::challenge::Extras;
use crate::scenario::link::Source;
use crate::scenario::{Invalid, Scenario, export, link};
use crate::topics::Topic;
use crate::ui::action::Action;
use crate::ui::files;
use crate::ui::page;
use crate::ui::run::Run;
use crate::ui::svg::icon;
use std::slice;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Height of an embedded run, in CSS pixels.
const EMBED_HEIGHT_PX: u32 = 720;

/// What came of the last thing that was asked for.
#[derive(Clone, PartialEq)]
enum Said {
    Nothing,
    Well(&'static str),
    Badly(AttrValue),
}

/// The link of a run.
pub struct Link {
    /// After `#s=`.
    text: String,
    /// The address of the page, without a fragment.
    page: String,
}

impl Link {
    /// That of a scenario, and of what is said beside it.
    pub fn of(scenario: &Scenario, extras: &Extras) -> Result<Self, Invalid> {
        let text = link::encode_with(scenario, extras)?;
        let location = page::window().map(|window| window.location());
        let page = location.and_then(|location| Some(location.origin().ok()? + &location.pathname().ok()?));
        Ok(Link { text, page: page.unwrap_or_default() })
    }
    /// That of the present moment of a run, with its challenge if there is one.
    pub fn of_now(run: &Run, note: String) -> Result<Self, Invalid> {
        Link::of(&run.scenario.capture(&run.timeline()), &Extras { note, challenge: run.challenge().cloned() })
    }
    /// Its address.
    pub fn address(&self) -> String {
        format!("{}#s={}", self.page, self.text)
    }
    fn embed(&self) -> String {
        format!(
            "<iframe src=\"{}?embed#s={}\" title=\"A run in Faultline\" width=\"100%\" height=\"{EMBED_HEIGHT_PX}\" loading=\"lazy\"></iframe>",
            self.page, self.text
        )
    }
}

/// Everything that leaves the page, and what comes back.
#[component]
pub fn Share(props: &PanelsProps) -> Html {
    let said = use_state(|| Said::Nothing);
    let link = match Link::of_now(&props.run, props.teach.plain_note()) {
        Ok(link) => link,
        Err(error) => return html! { <p class="notice" data-tone="fault">{ error.to_string() }</p> },
    };
    let deeds = props.run.timeline().branch().journal.len() as u64;
    let length = link.address().len();
    html! {
        <>
            <CopyRow id="share-link" label="A link to this moment" button="Copy the link" text={link.address()}/>
            <p class="exhibit-note">
                { format!("{} characters. It holds the seed, the settings and {}. Whoever opens it sees this run, step for step.",
                    words::thousands(length as u64), words::count(deeds, "thing") + " done to the run") }
            </p>
            if length > link::LINK_CHARS_COMFORTABLE {
                <p class="notice">{ "This link is long for mail and chat. Download it as a file instead." }</p>
            }
            { teach::note(&props.teach, &props.act) }
            <CopyRow id="share-embed" label="Embed it in a page" button="Copy the code" text={link.embed()}/>
            if props.run.challenge().is_none() {
                { teach::form(props) }
            }
            <div role="group" aria-labelledby="share-save">
                <p class="label" id="share-save">{ "Save it" }</p>
                { downloads(props, &said) }
            </div>
            <Open topic={props.run.scenario.topic} act={props.act.clone()} said={said.clone()}/>
            <div role="status">
                { match &*said {
                    Said::Nothing => Html::default(),
                    Said::Well(words) => html! { <p class="share-ok">{ words }</p> },
                    Said::Badly(words) => html! { <p class="notice" data-tone="fault">{ words }</p> },
                } }
            </div>
        </>
    }
}

/// Makes the text of a file; the error is a sentence.
type Make = fn(&PanelsProps) -> Result<String, String>;

/// The files on offer: button, name, type, and how to make it.
const FILES: &[(&str, &str, &str, Make)] = &[
    ("Scenario file", "run.faultline", "text/plain", |panel| scenario_file(&panel.run)),
    ("Events as JSON", "run.json", "application/json", |panel| exported(&panel.run).map(|export| export::json(&export))),
    ("ShiViz log", "run.shiviz.log", "text/plain", |panel| shiviz_file(&panel.run)),
    ("Diagram as SVG", "diagram.svg", "image/svg+xml", |panel| picture_file(panel, "svg.diagram", ".there svg.diagram")),
    ("Stage as SVG", "stage.svg", "image/svg+xml", |panel| picture_file(panel, "svg.stage", ".there svg.stage")),
];

fn downloads(panel: &PanelsProps, said: &UseStateHandle<Said>) -> Html {
    html! {
        <div class="share-row">
            { for FILES.iter().map(|(button, name, mime, make)| {
                let (panel, said) = (panel.clone(), said.clone());
                let onclick = Callback::from(move |_: MouseEvent| {
                    let saved = make(&panel).and_then(|text| files::download(name, mime, &text).map_err(str::to_owned));
                    said.set(saved.map_or_else(|why| Said::Badly(why.into()), |()| Said::Well("Saved as a download.")));
                });
                html! { <button class="btn" type="button" {onclick}>{ icon("#i-download") }{ *button }</button> }
            }) }
        </div>
    }
}

fn scenario_file(run: &Run) -> Result<String, String> {
    let link = Link::of_now(run, String::new()).map_err(|error| error.to_string())?;
    Ok(format!("{}{}\n", link::FILE_PREFIX, link.text))
}

fn exported(run: &Run) -> Result<export::Export, String> {
    let scenario = run.scenario.capture(&run.timeline());
    export::export(&scenario).map_err(|error| error.to_string())
}

/// ShiViz takes the expression for its own fields from the reader, so it stands above the log.
fn shiviz_file(run: &Run) -> Result<String, String> {
    exported(run).map(|export| format!("{}\n\n{}", export::SHIVIZ_PATTERN, export::shiviz_log(&export)))
}

/// Of two runs, the picture of the one that the panels show.
fn picture_file(panel: &PanelsProps, here: &str, there: &str) -> Result<String, String> {
    let selector = if panel.both.as_ref().is_some_and(|both| both.is_there) { there } else { here };
    picture::svg_file(selector).ok_or_else(|| "There is nothing to draw yet. Press play first.".to_owned())
}

#[derive(Properties, PartialEq)]
struct OpenProps {
    topic: &'static Topic,
    act: Callback<Action>,
    said: UseStateHandle<Said>,
}

/// Opens what somebody sent: a pasted link, or a file.
#[component]
fn Open(props: &OpenProps) -> Html {
    let (pasted, chooser) = (use_node_ref(), use_node_ref());
    let open = {
        let (act, said, topics) = (props.act.clone(), props.said.clone(), slice::from_ref(props.topic));
        Callback::from(move |(text, source): (String, Source)| match link::decode(&text, topics) {
            Ok(_) => act.emit(Action::OpenText(text, source)),
            Err(error) => said.set(Said::Badly(error.sentence(source).into())),
        })
    };
    let onsubmit = {
        let (open, pasted) = (open.clone(), pasted.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            open.emit((pasted.cast::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default(), Source::Link));
        })
    };
    let onchange = {
        let said = props.said.clone();
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
            // So that the same file can be chosen again.
            input.set_value("");
            let (open, said) = (open.clone(), said.clone());
            spawn_local(async move {
                match files::read(&file).await {
                    Ok(text) => open.emit((text, Source::File)),
                    Err(why) => said.set(Said::Badly(why.into())),
                }
            });
        })
    };
    let onclick = {
        let chooser = chooser.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = chooser.cast::<HtmlInputElement>() {
                input.click();
            }
        })
    };
    html! {
        <form {onsubmit}>
            <label class="label" for="share-open">{ "Open a run" }</label>
            <div class="share-row">
                <input class="field" id="share-open" ref={pasted} autocomplete="off" placeholder="paste a link"/>
                <button class="btn" type="submit">{ icon("#i-open") }{ "Open" }</button>
                <button class="btn" type="button" {onclick}>{ "Choose a file" }</button>
                <input type="file" hidden=true ref={chooser} accept=".faultline,.txt,text/plain" aria-label="A scenario file" {onchange}/>
            </div>
        </form>
    }
}
