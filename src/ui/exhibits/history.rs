//! A history that can be edited: lanes of operations, the models that admit it, and why. Knows no algorithm.
//!
//! The reader edits a copy, which the playground keeps; the run is not touched. Places along the axis are percentages of its length, and the
//! axis shows the order of moments, not how long anything took: only that counts for the models.

use crate::check::history::judge::{Verdict, View, judge};
use crate::check::history::model::{IMPLIES, MODELS, Model};
use crate::check::history::text;
use crate::sim::{Access, Call, History, HistoryView};
use crate::ui::action::Action;
use crate::ui::measure::place_in;
use crate::ui::page;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

/// Operations that the page draws and judges.
pub const CALLS_MAX: usize = 60;
/// An operation's ends move in steps of this, half of what lies between two moments of a run.
const STEP: i64 = 5;
/// Room behind the last moment.
const ROOM: u64 = 20;
/// Beyond so many units the axis is scrolled, at so many pixels for each.
const FITTING_MAX: u64 = 180;
const PX_PER_UNIT: f64 = 3.4;
/// Height of a lane, and of a bar in it.
const LANE_PX: u64 = 46;
const BAR_PX: u64 = 26;

/// Properties of [`HistoryChart`].
#[derive(Properties, PartialEq)]
pub struct HistoryChartProps {
    /// The run's history.
    pub view: HistoryView,
    /// The reader's copy, if there is one.
    pub edited: Option<Rc<History>>,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// What the chart is told.
pub enum Msg {
    /// The pointer went down, moved, or went up.
    Down(PointerEvent),
    Move(PointerEvent),
    Up,
    /// A key on an operation.
    Key(KeyboardEvent),
    /// Points at an operation.
    Pick(usize),
    /// Changes the operation that is pointed at, or the history.
    Edit(Edit),
    /// Asks about a model.
    Ask(Model),
    /// Takes the history from the text field.
    Paste,
}

/// A change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Earlier or later, so many steps: all of it, its call, its return.
    Shift(i64),
    Call(i64),
    Return(i64),
    /// Another value.
    Value(i64),
    /// A read becomes a write and the other way round; another register; another process.
    Kind,
    Key,
    Process,
    /// It returns, or it never does.
    Open,
    Add,
    Delete,
}

#[derive(Clone, Copy)]
enum Part {
    Whole,
    Call,
    Return,
}

struct Drag {
    part: Part,
    from: f64,
    call: Call,
}

/// The chart.
pub struct HistoryChart {
    picked: Option<usize>,
    model: Model,
    drag: Option<Drag>,
    /// Length of the axis while something is dragged along it.
    length: u64,
    svg: NodeRef,
    field: NodeRef,
    mistake: Option<String>,
    judged: (History, Vec<Verdict>),
}

impl Component for HistoryChart {
    type Message = Msg;
    type Properties = HistoryChartProps;

    fn create(ctx: &Context<Self>) -> Self {
        let mut chart = HistoryChart {
            picked: None,
            model: Model::Linearizable,
            drag: None,
            length: 0,
            svg: NodeRef::default(),
            field: NodeRef::default(),
            mistake: None,
            judged: (History::default(), Vec::new()),
        };
        chart.refresh(ctx);
        chart
    }

    fn changed(&mut self, ctx: &Context<Self>, _: &Self::Properties) -> bool {
        self.refresh(ctx);
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Pick(index) => self.picked = Some(index),
            Msg::Ask(model) => self.model = model,
            Msg::Edit(edit) => self.edit(ctx, edit),
            Msg::Down(event) => return self.down(ctx, &event),
            Msg::Move(event) => return self.moves(ctx, &event),
            Msg::Up => {
                if self.drag.take().is_none() {
                    return false;
                }
                self.refresh(ctx);
            }
            Msg::Key(event) => return self.key(ctx, &event),
            Msg::Paste => {
                let Some(field) = self.field.cast::<HtmlTextAreaElement>() else { return false };
                match text::parse(&field.value()) {
                    Ok(history) => {
                        self.mistake = None;
                        self.picked = None;
                        ctx.props().act.emit(Action::History(Some(Rc::new(history))));
                    }
                    Err(mistake) => self.mistake = Some(mistake.to_string()),
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let history = shown(props);
        let link = ctx.link();
        html! {
            <div class="history">
                <p class="exhibit-note">{ props.view.caption }{ " Drag an operation or its ends, or point at it: all verdicts follow." }</p>
                if props.edited.is_some() {
                    <p class="history-copy" role="status">
                        <span>{ "This is your copy. The run is as it was." }</span>
                        <button class="btn" type="button" onclick={props.act.reform(|_: MouseEvent| Action::History(None))}>{ "Back to the run\u{2019}s history" }</button>
                    </p>
                }
                { self.view_lanes(ctx, history) }
                { self.view_tools(ctx, history) }
                { self.view_lattice(link) }
                { self.view_verdict(history) }
                { self.view_text(ctx, history) }
            </div>
        }
    }
}

fn shown(props: &HistoryChartProps) -> &History {
    props.edited.as_deref().unwrap_or(&props.view.history)
}

/// The operation under a pointer, and which part of it.
fn under(event: &Event) -> Option<(usize, Part)> {
    let target: Element = event.target()?.dyn_into().ok()?;
    // The selectors are valid.
    let index = target.closest("[data-call]").ok()??.get_attribute("data-call")?.parse().ok()?;
    let part = match target.get_attribute("data-end").as_deref() {
        Some("call") => Part::Call,
        Some("return") => Part::Return,
        _ => Part::Whole,
    };
    Some((index, part))
}

fn moved(moment: u64, by: i64) -> u64 {
    moment.saturating_add_signed(by).min(text::MOMENT_MAX)
}

/// A call with its ends elsewhere. It never returns before it is called, and takes a step at least.
fn placed(call: Call, part: Part, by: i64) -> Call {
    let step = STEP.unsigned_abs();
    match part {
        Part::Whole => {
            let by = by.max(-i64::try_from(call.called).unwrap_or(0));
            Call { called: moved(call.called, by), returned: call.returned.map(|returned| moved(returned, by)), ..call }
        }
        Part::Call => {
            let latest = call.returned.map_or(u64::MAX, |returned| returned.saturating_sub(step));
            Call { called: moved(call.called, by).min(latest), ..call }
        }
        Part::Return => Call { returned: call.returned.map(|returned| moved(returned, by).max(call.called + step)), ..call },
    }
}

impl HistoryChart {
    /// The history may be another one now.
    fn refresh(&mut self, ctx: &Context<Self>) {
        let history = shown(ctx.props());
        if self.drag.is_none() {
            self.length = history.calls.iter().map(|call| call.returned.unwrap_or(call.called + ROOM)).max().unwrap_or(0) + ROOM;
        }
        if self.judged.0 != *history || self.judged.1.is_empty() {
            let says = || Verdict::CannotSay(format!("The page judges at most {CALLS_MAX} operations."));
            let verdict = |model: &Model| if history.calls.len() > CALLS_MAX { says() } else { judge(history, *model) };
            self.judged = (history.clone(), MODELS.iter().map(verdict).collect());
        }
        self.picked = self.picked.filter(|picked| *picked < history.calls.len());
    }

    fn down(&mut self, ctx: &Context<Self>, event: &PointerEvent) -> bool {
        let Some((index, part)) = under(event).filter(|_| event.button() == 0 && event.is_primary()) else { return false };
        let Some(call) = shown(ctx.props()).calls.get(index).copied() else { return false };
        let Some(from) = self.place(event) else { return false };
        if let Some(svg) = self.svg.cast::<Element>() {
            // Without it the gesture only ends at the chart's edge.
            let _ = svg.set_pointer_capture(event.pointer_id());
        }
        self.picked = Some(index);
        self.drag = Some(Drag { part, from, call });
        true
    }

    /// Where the pointer is on the axis, in its units.
    fn place(&self, event: &PointerEvent) -> Option<f64> {
        let width = self.svg.cast::<Element>()?.get_bounding_client_rect().width() / page::scale();
        Some(place_in(&self.svg, event)?.0 / width.max(1.0) * self.length as f64)
    }

    fn moves(&mut self, ctx: &Context<Self>, event: &PointerEvent) -> bool {
        let (Some(at), Some(drag), Some(index)) = (self.place(event), &self.drag, self.picked) else { return false };
        let steps = ((at - drag.from) / STEP as f64).round() as i64;
        let call = placed(drag.call, drag.part, steps * STEP);
        if shown(ctx.props()).calls.get(index) != Some(&call) {
            self.change(ctx, |history| {
                if let Some(slot) = history.calls.get_mut(index) {
                    *slot = call;
                }
            });
        }
        false
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let Some((index, _)) = under(event) else { return false };
        let shift = |by: i64| {
            if event.shift_key() {
                Edit::Return(by)
            } else if event.alt_key() {
                Edit::Call(by)
            } else {
                Edit::Shift(by)
            }
        };
        let edit = match event.key().as_str() {
            "ArrowLeft" => shift(-1),
            "ArrowRight" => shift(1),
            "ArrowUp" => Edit::Value(1),
            "ArrowDown" => Edit::Value(-1),
            "Delete" | "Backspace" => Edit::Delete,
            _ => return false,
        };
        event.prevent_default();
        self.picked = Some(index);
        self.edit(ctx, edit);
        true
    }

    fn change(&mut self, ctx: &Context<Self>, change: impl FnOnce(&mut History)) {
        let mut history = shown(ctx.props()).clone();
        change(&mut history);
        ctx.props().act.emit(Action::History(Some(Rc::new(history))));
    }

    fn edit(&mut self, ctx: &Context<Self>, edit: Edit) {
        if edit == Edit::Add {
            let end = self.length.saturating_sub(ROOM);
            self.picked = Some(shown(ctx.props()).calls.len());
            return self.change(ctx, |history| {
                if history.processes.is_empty() {
                    history.processes.push("A".to_owned());
                }
                if history.keys.is_empty() {
                    history.keys.push("x".to_owned());
                }
                history.calls.push(Call { process: 0, key: 0, access: Access::Read(Some(0)), called: end, returned: Some(end + 10) });
            });
        }
        let Some(index) = self.picked else { return };
        self.change(ctx, |history| {
            let (processes, keys) = (history.processes.len().max(1) as u16, history.keys.len().max(1) as u16);
            if edit == Edit::Delete {
                history.calls.remove(index);
                return;
            }
            let Some(call) = history.calls.get_mut(index) else { return };
            match edit {
                Edit::Shift(by) => *call = placed(*call, Part::Whole, by * STEP),
                Edit::Call(by) => *call = placed(*call, Part::Call, by * STEP),
                Edit::Return(by) => *call = placed(*call, Part::Return, by * STEP),
                Edit::Value(by) => {
                    call.access = match call.access {
                        Access::Write(value) => Access::Write((value + by).clamp(-text::VALUE_MAX, text::VALUE_MAX)),
                        Access::Read(value) => Access::Read(value.map(|value| (value + by).clamp(-text::VALUE_MAX, text::VALUE_MAX))),
                    }
                }
                Edit::Kind => {
                    call.access = match call.access {
                        Access::Write(value) => Access::Read(call.returned.map(|_| value)),
                        Access::Read(value) => Access::Write(value.unwrap_or(1)),
                    }
                }
                Edit::Key => call.key = (call.key + 1) % keys,
                Edit::Process => call.process = (call.process + 1) % processes,
                Edit::Open => match call.returned {
                    Some(_) => {
                        call.returned = None;
                        if let Access::Read(_) = call.access {
                            call.access = Access::Read(None);
                        }
                    }
                    None => {
                        call.returned = Some(call.called + 10);
                        if let Access::Read(_) = call.access {
                            call.access = Access::Read(Some(0));
                        }
                    }
                },
                Edit::Add | Edit::Delete => {}
            }
        });
    }

    fn verdict(&self) -> Option<&Verdict> {
        self.judged.1.get(MODELS.iter().position(|model| *model == self.model)?)
    }

    fn percent(&self, moment: u64) -> String {
        let permyriad = moment.saturating_mul(10_000) / self.length.max(1);
        format!("{}.{:02}%", permyriad / 100, permyriad % 100)
    }

    fn view_lanes(&self, ctx: &Context<Self>, history: &History) -> Html {
        if history.calls.is_empty() {
            return html! { <p class="exhibit-note">{ "There is nothing in it yet. Press play, ask a client for something, or add an operation." }</p> };
        }
        let link = ctx.link();
        let lanes = history.processes.len() as u64;
        let width = if self.length > FITTING_MAX { format!("{}", (self.length as f64 * PX_PER_UNIT) as u64) } else { "100%".to_owned() };
        let height = (lanes * LANE_PX).to_string();
        // What offends is marked; what is admitted bears its place in the order, if there is one order of all of a register.
        let offends = |index: usize| matches!(self.verdict(), Some(Verdict::Refused(refusal)) if refusal.calls.contains(&index));
        let place = |index: usize| match self.verdict() {
            Some(Verdict::Admitted(views)) => {
                let mut places =
                    views.iter().filter(|view| view.process.is_none()).filter_map(|view| view.order.iter().position(|call| *call == index));
                places.next().map(|at| at + 1)
            }
            _ => None,
        };
        html! {
            <div class="history-chart">
                <div class="history-names" aria-hidden="true">{ for history.processes.iter().map(|name| html! { <span>{ name }</span> }) }</div>
                <div class="history-scroll" role="region" tabindex="0" aria-label="Operations">
                    <svg class="history-lanes" {width} {height} ref={self.svg.clone()} role="group" aria-label="The operations, a lane for each process"
                        onpointerdown={link.callback(Msg::Down)} onpointermove={link.callback(Msg::Move)} onpointerup={link.callback(|_: PointerEvent| Msg::Up)}
                        onpointercancel={link.callback(|_: PointerEvent| Msg::Up)} onkeydown={link.callback(Msg::Key)}>
                        { for (0..lanes).map(|lane| {
                            let y = (lane * LANE_PX + LANE_PX / 2).to_string();
                            html! { <line class="grid-line" x1="0" x2="100%" y1={y.clone()} y2={y}/> }
                        }) }
                        { for history.calls.iter().enumerate().map(|(index, call)| self.view_call(link, history, (index, call), offends(index), place(index))) }
                    </svg>
                </div>
            </div>
        }
    }

    fn view_call(
        &self,
        link: &yew::html::Scope<Self>,
        history: &History,
        (index, call): (usize, &Call),
        offends: bool,
        place: Option<usize>,
    ) -> Html {
        let end = call.returned.unwrap_or(self.length);
        let key = history.keys.get(usize::from(call.key)).cloned().unwrap_or_default();
        let label = match call.access {
            Access::Write(value) => format!("w {key} {value}"),
            Access::Read(Some(value)) => format!("r {key} {value}"),
            Access::Read(None) => format!("r {key} ?"),
        };
        let returns = call.returned.map_or("never returned".to_owned(), |returned| format!("returned at {returned}"));
        let offence = if offends { ", offends" } else { "" };
        let words = format!("{}, called at {}, {returns}{offence}", history.words(index), call.called);
        let y = (u64::from(call.process) * LANE_PX + (LANE_PX - BAR_PX) / 2).to_string();
        html! {
            <svg class="call" x={self.percent(call.called)} {y} width={self.percent(end.saturating_sub(call.called))} height={BAR_PX.to_string()}
                tabindex="0" role="button" aria-label={words} data-call={index.to_string()} key={index}
                data-kind={if call.is_write() { "write" } else { "read" }} data-offends={offends.then_some("")}
                data-picked={(self.picked == Some(index)).then_some("")} data-open={call.returned.is_none().then_some("")}
                onfocus={link.callback(move |_: FocusEvent| Msg::Pick(index))}>
                <rect class="call-bar" x="1" y="1" width="100%" height={(BAR_PX - 2).to_string()}/>
                <rect class="call-end" data-end="call" x="0" y="0" width="9" height={BAR_PX.to_string()}/>
                if call.returned.is_some() {
                    <svg x="100%" overflow="visible"><rect class="call-end" data-end="return" x="-9" y="0" width="10" height={BAR_PX.to_string()}/></svg>
                }
                <text class="call-text" x="50%" y="17">{ if offends { format!("✗ {label}") } else { label } }</text>
                if let Some(place) = place { <text class="call-place" x="50%" y="-2">{ place }</text> }
            </svg>
        }
    }

    fn view_tools(&self, ctx: &Context<Self>, history: &History) -> Html {
        let link = ctx.link();
        let tool = |label: &'static str, sign: &'static str, edit: Edit| {
            html! { <button class="btn btn-quiet" type="button" aria-label={label} title={label} onclick={link.callback(move |_: MouseEvent| Msg::Edit(edit))}>{ sign }</button> }
        };
        html! {
            <div class="history-tools" role="group" aria-label="Change the history">
                if let Some(index) = self.picked {
                    <strong>{ history.words(index) }</strong>
                    <span>{ "move" }{ tool("Earlier", "←", Edit::Shift(-1)) }{ tool("Later", "→", Edit::Shift(1)) }</span>
                    <span>{ "call" }{ tool("Call earlier", "←", Edit::Call(-1)) }{ tool("Call later", "→", Edit::Call(1)) }</span>
                    <span>{ "return" }{ tool("Return earlier", "←", Edit::Return(-1)) }{ tool("Return later", "→", Edit::Return(1)) }{ tool("It returns, or never does", "?", Edit::Open) }</span>
                    <span>{ "value" }{ tool("Smaller value", "−", Edit::Value(-1)) }{ tool("Larger value", "+", Edit::Value(1)) }</span>
                    { tool("Write or read", "write ↔ read", Edit::Kind) }
                    if history.keys.len() > 1 { { tool("Other register", "register", Edit::Key) } }
                    if history.processes.len() > 1 { { tool("Other process", "process", Edit::Process) } }
                    { tool("Delete it", "delete", Edit::Delete) }
                }
                <button class="btn" type="button" onclick={link.callback(|_: MouseEvent| Msg::Edit(Edit::Add))}>{ "Add an operation" }</button>
            </div>
        }
    }

    fn view_lattice(&self, link: &yew::html::Scope<Self>) -> Html {
        html! {
            <svg class="lattice" viewBox="0 0 420 262" role="group" aria-label="The models, strong above weak">
                { for IMPLIES.iter().map(|(strong, weak)| {
                    let ((x1, y1), (x2, y2)) = (corner(*strong), corner(*weak));
                    html! { <line class="lattice-line" x1={x1.to_string()} y1={(y1 + 14).to_string()} x2={x2.to_string()} y2={(y2 - 14).to_string()}/> }
                }) }
                { for MODELS.iter().zip(&self.judged.1).map(|(model, verdict)| self.view_model(link, *model, verdict)) }
            </svg>
        }
    }

    fn view_model(&self, link: &yew::html::Scope<Self>, model: Model, verdict: &Verdict) -> Html {
        let (state, sign, words) = match verdict {
            Verdict::Admitted(_) => ("admitted", "✓", "admits it"),
            Verdict::Refused(_) => ("refused", "✗", "refuses it"),
            Verdict::CannotSay(_) => ("unknown", "?", "cannot say"),
        };
        let (x, y) = corner(model);
        let ask = move |event: KeyboardEvent| {
            matches!(event.key().as_str(), "Enter" | " ").then(|| {
                event.prevent_default();
                Msg::Ask(model)
            })
        };
        html! {
            <g class="lattice-model" data-state={state} data-name={model.name()} role="button" tabindex="0" aria-pressed={(self.model == model).to_string()}
                aria-label={format!("{}: {words}", model.label())} onclick={link.callback(move |_: MouseEvent| Msg::Ask(model))} onkeydown={link.batch_callback(ask)}>
                <rect x={(x - 66).to_string()} y={(y - 14).to_string()} width="132" height="28"/>
                <text x={x.to_string()} y={(y + 4).to_string()}>{ format!("{sign} {}", model.label()) }</text>
            </g>
        }
    }

    fn view_verdict(&self, history: &History) -> Html {
        let Some(verdict) = self.verdict() else { return Html::default() };
        let orders = |views: &[View]| {
            html! { <ul class="history-views">{ for views.iter().map(|view| view_order(history, view)) }</ul> }
        };
        html! {
            <div class="history-verdict" role="status">
                <p><strong>{ self.model.label() }</strong>{ ": " }{ self.model.promise() }</p>
                { match verdict {
                    Verdict::Admitted(views) if views.is_empty() => html! { <p>{ "✓ Admitted." }</p> },
                    Verdict::Admitted(views) => html! { <><p>{ "✓ Admitted. This order shows it:" }</p>{ orders(views) }</> },
                    Verdict::Refused(refusal) => html! { <p>{ "✗ Refused. " }{ &refusal.says }</p> },
                    Verdict::CannotSay(says) => html! { <p>{ "? It cannot be said. " }{ says }</p> },
                } }
            </div>
        }
    }

    fn view_text(&self, ctx: &Context<Self>, history: &History) -> Html {
        html! {
            <details class="history-text">
                <summary>{ "As text, to copy and to paste" }</summary>
                <p class="exhibit-note">{ "One operation a line, such as “A: write x 1 @ 0..20”. A question mark in place of the return: it never returned." }</p>
                <textarea class="field" rows="8" spellcheck="false" aria-label="The history as text" ref={self.field.clone()} value={text::print(history)}/>
                if let Some(mistake) = &self.mistake { <p role="alert">{ mistake }</p> }
                <button class="btn" type="button" onclick={ctx.link().callback(|_: MouseEvent| Msg::Paste)}>{ "Judge this text" }</button>
            </details>
        }
    }
}

/// The middle of a model's box.
fn corner(model: Model) -> (i32, i32) {
    match model {
        Model::Linearizable => (210, 18),
        Model::Sequential => (140, 62),
        Model::Eventual => (330, 62),
        Model::Causal => (140, 106),
        Model::Pram => (140, 150),
        Model::WritesFollowReads => (330, 150),
        Model::ReadYourWrites => (70, 196),
        Model::MonotonicWrites => (240, 196),
        Model::MonotonicReads => (280, 242),
    }
}

fn view_order(history: &History, view: &View) -> Html {
    let name = |names: &[String], index: u16| names.get(usize::from(index)).cloned().unwrap_or_default();
    let whose = match (view.process, view.key) {
        (Some(process), _) => format!("for {} ", name(&history.processes, process)),
        (_, Some(key)) => format!("of {} ", name(&history.keys, key)),
        _ => String::new(),
    };
    let words: Vec<String> = view.order.iter().map(|call| history.words(*call)).collect();
    html! { <li><span class="history-whose">{ whose }</span>{ words.join(" → ") }</li> }
}
