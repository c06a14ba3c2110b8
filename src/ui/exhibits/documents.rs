//! Texts that the reader edits, one a replica. What is typed becomes commands like any other, so it is rewound and is in links. Knows no algorithm.
//!
//! The browser owns what is in a text field and where its caret is. After each render a field gets the text of its replica, if that is another,
//! and the caret stays between the letters where it was.

use crate::sim::{Choice, CommandId, Document, Documents, Edit, Intervention, Offer, Stretch};
use crate::ui::action::Action;
use crate::ui::playground::stage::CLIENT;
use crate::ui::run::Run;
use crate::ui::tone::tone_name;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// Properties of [`DocumentsChart`].
#[derive(Properties, PartialEq)]
pub struct DocumentsChartProps {
    /// What it shows.
    pub documents: Documents,
    /// The run, for the names of commands.
    pub run: Run,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// What the chart is told.
pub enum Msg {
    /// The text field of that position has changed.
    Typed(usize),
    /// Letters are being composed there: an accent, a syllable.
    Composing(usize),
    /// If letters were being composed there, they are done.
    Composed(usize),
}

/// Text fields side by side.
#[derive(Default)]
pub struct DocumentsChart {
    fields: Vec<NodeRef>,
    /// What each field showed last: what is typed is a change of that.
    shown: Vec<String>,
    /// The field in which letters are being composed. It must not be touched meanwhile.
    composing: Option<usize>,
}

impl Component for DocumentsChart {
    type Message = Msg;
    type Properties = DocumentsChartProps;

    fn create(ctx: &Context<Self>) -> Self {
        let mut chart = DocumentsChart::default();
        chart.make_room(ctx);
        chart
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &DocumentsChartProps) -> bool {
        self.make_room(ctx);
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Composing(at) => self.composing = Some(at),
            Msg::Composed(at) if self.composing != Some(at) => {}
            Msg::Typed(at) | Msg::Composed(at) => {
                self.composing = None;
                self.send(ctx, at);
            }
        }
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let DocumentsChartProps { documents, .. } = ctx.props();
        html! {
            <>
                <p class="exhibit-note">{ documents.caption }</p>
                <div class="documents" role="group" aria-label={documents.title}>
                    { for documents.documents.iter().zip(&self.fields).enumerate().map(|(at, (document, field))| view_document(ctx, at, document, field)) }
                </div>
                <div class="documents-tools">{ for documents.offers.iter().map(|offer| view_offer(offer, ctx.props())) }</div>
            </>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let documents = &ctx.props().documents.documents;
        for (at, (document, (field, shown))) in documents.iter().zip(self.fields.iter().zip(&mut self.shown)).enumerate() {
            if self.composing == Some(at) {
                continue;
            }
            if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                show(&field, &document.text);
            }
            shown.clone_from(&document.text);
        }
    }
}

impl DocumentsChart {
    fn make_room(&mut self, ctx: &Context<Self>) {
        let count = ctx.props().documents.documents.len();
        self.fields.resize_with(count, NodeRef::default);
        self.shown.resize_with(count, String::new);
    }

    /// Turns what has become of a text field into commands.
    fn send(&mut self, ctx: &Context<Self>, at: usize) {
        let DocumentsChartProps { documents, run, act } = ctx.props();
        let field = self.fields.get(at).and_then(|field| field.cast::<HtmlTextAreaElement>());
        let (Some(field), Some(shown), Some(document)) = (field, self.shown.get_mut(at), documents.documents.get(at)) else { return };
        let new = field.value();
        let caret = letters(&new, caret_of(field.selection_end()));
        let calls = Edit::between(shown, &new, caret).calls(documents.insert, documents.delete);
        if calls.is_empty() {
            return;
        }
        *shown = new;
        let first = run.timeline().clock().world().next_command(CLIENT);
        let commands = (first.k..).zip(calls).map(|(k, call)| Choice::Command { id: CommandId { k, ..first }, node: document.node, call });
        act.emit(Action::DoAll(commands.map(Intervention::Do).collect()));
    }
}

/// Puts a text into a field and leaves the caret between the letters where it was.
fn show(field: &HtmlTextAreaElement, text: &str) {
    let before = field.value();
    if before == text {
        return;
    }
    let edit = Edit::between(&before, text, usize::MAX);
    let carried = |position| units(text, edit.carry(letters(&before, caret_of(position))));
    let (start, end) = (carried(field.selection_start()), carried(field.selection_end()));
    field.set_value(text);
    // A field always has a selection.
    let _ = field.set_selection_range(start, end);
}

fn caret_of(position: Result<Option<u32>, wasm_bindgen::JsValue>) -> u32 {
    position.ok().flatten().unwrap_or(0)
}

/// Letters before a position that is counted in UTF-16 units, as the browser counts.
fn letters(text: &str, units: u32) -> usize {
    let mut rest = units as usize;
    let is_before = |letter: &char| {
        let is_before = rest >= letter.len_utf16();
        rest = rest.saturating_sub(letter.len_utf16());
        is_before
    };
    text.chars().take_while(is_before).count()
}

/// The position after so many letters in UTF-16 units.
fn units(text: &str, letters: usize) -> u32 {
    text.chars().take(letters).map(|letter| letter.len_utf16() as u32).sum()
}

fn view_document(ctx: &Context<DocumentsChart>, at: usize, document: &Document, field: &NodeRef) -> Html {
    let link = ctx.link();
    let is_locked = ctx.props().run.challenge().is_some_and(|challenge| challenge.locks_deed("command").is_some());
    let (id, state_id) = (format!("document-{at}"), format!("document-state-{at}"));
    html! {
        <div class="document" key={at}>
            <div class="document-head">
                <label for={id.clone()}>{ &document.label }</label>
                <span class="document-state" id={state_id.clone()} role="status" data-tone={tone_name(document.tone)}>{ &document.state }</span>
                { for document.offers.iter().map(|offer| view_offer(offer, ctx.props())) }
            </div>
            <textarea class="field" {id} rows="3" spellcheck="false" autocomplete="off" aria-describedby={state_id} readonly={!document.is_writable || is_locked} ref={field.clone()}
                oninput={link.callback(move |event: InputEvent| if event.is_composing() { Msg::Composing(at) } else { Msg::Typed(at) })}
                onkeyup={link.batch_callback(move |event: KeyboardEvent| (!event.is_composing()).then_some(Msg::Composed(at)))}
                onblur={link.callback(move |_: FocusEvent| Msg::Composed(at))}/>
            <p class="document-stretches">
                <span class="sr-only">{ "Who typed it: " }</span>
                { for document.stretches.iter().map(view_stretch) }
            </p>
        </div>
    }
}

fn view_stretch(stretch: &Stretch) -> Html {
    let Stretch { text, by, tone, is_removed } = stretch;
    let words = if *is_removed { format!("typed by {by}, deleted") } else { format!("typed by {by}") };
    let inner = html! { <>{ text }<sub aria-hidden="true">{ by }</sub><span class="sr-only">{ format!(" {words}; ") }</span></> };
    match is_removed {
        true => html! { <del data-tone={tone_name(*tone)} title={words}>{ inner }</del> },
        false => html! { <span class="stretch" data-tone={tone_name(*tone)} title={words}>{ inner }</span> },
    }
}

fn view_offer(offer: &Offer, DocumentsChartProps { run, act, .. }: &DocumentsChartProps) -> Html {
    let choices = offer.choices.clone();
    let off = choices.iter().any(|choice| run.locks(&Intervention::Do(choice.clone())).is_some()).then_some("true");
    let onclick = act.reform(move |_: MouseEvent| Action::DoAll(choices.iter().cloned().map(Intervention::Do).collect()));
    html! { <button class="btn btn-quiet" type="button" aria-disabled={off} {onclick}>{ &offer.label }</button> }
}
