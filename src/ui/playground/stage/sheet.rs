//! The small dialog on the stage: the menu of a thing, or the list of nodes from which a partition is made. Placed where it can
//! be seen, focused when it opens, moved through by arrow keys, closed by Escape or a click elsewhere.

use super::geometry::renumber;
use super::menu::{CLIENT, Content, Does, Entry, content, lock};
use super::picture::note;
use super::thing;
use crate::sim::{Argument, ArgumentKind, Choice, CommandCall, CommandSpec, Intervention, NodeId, World, limits};
use crate::ui::action::{Action, Menu, Selected, Tool};
use crate::ui::page;
use crate::ui::run::Run;
use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};
use yew::prelude::*;

/// Properties of [`Sheet`].
#[derive(Properties, PartialEq)]
pub struct SheetProps {
    /// The run, at the present moment.
    pub run: Run,
    /// The menu that it is; `None` for the list of nodes.
    pub menu: Option<Menu>,
    /// Where, in CSS pixels of the stage.
    pub at: (i32, i32),
    /// Where actions go.
    pub act: Callback<Action>,
    /// Asks for it to be closed.
    pub close: Callback<()>,
    /// Moves a node on the stage, by so many steps to the right and down.
    pub nudge: Callback<(NodeId, i8, i8)>,
}

/// What the sheet is told.
pub enum Told {
    /// An entry was chosen.
    Chosen(Does),
    /// An entry was chosen that cannot be, with the reason.
    Refused(String),
    /// Something was typed as an argument of a command.
    Typed(usize, String),
    /// The command is to be sent.
    Send,
    /// A node is put into a group.
    Grouped(usize, u8),
    /// The groups are to be cut apart.
    Cut,
}

/// The small dialog on the stage.
pub struct Sheet {
    node: NodeRef,
    page: u16,
    page_shown: Option<u16>,
    /// What was typed, by argument of the command asked for.
    typed: Vec<String>,
    refusal: Option<String>,
    /// The group of each node.
    groups: Vec<u8>,
    outside: Option<EventListener>,
}

/// Space that is left around it, in CSS pixels.
const MARGIN: i32 = 8;
/// Names of the groups that the list of nodes offers.
const GROUPS: [&str; 3] = ["A", "B", "C"];

/// The dialog, anew for each thing that it is about.
pub fn view(props: SheetProps) -> Html {
    let key = props.menu.map_or_else(|| "partition".to_owned(), |menu| thing::name(menu.about));
    html! { <Sheet {key} ..props/> }
}

impl Component for Sheet {
    type Message = Told;
    type Properties = SheetProps;

    fn create(ctx: &Context<Self>) -> Self {
        let timeline = ctx.props().run.timeline();
        let world = timeline.clock().world();
        let last = u8::try_from(GROUPS.len() - 1).unwrap_or(0);
        let groups = (0..usize::from(world.nodes())).map(|node| world.groups().get(node).copied().unwrap_or(0).min(last)).collect();
        Sheet { node: NodeRef::default(), page: 0, page_shown: None, typed: Vec::new(), refusal: None, groups, outside: None }
    }

    fn update(&mut self, ctx: &Context<Self>, told: Told) -> bool {
        let SheetProps { menu, act, close, nudge, .. } = ctx.props();
        match told {
            Told::Refused(why) => self.refusal = Some(why),
            Told::Chosen(Does::All(what)) => act.emit(Action::DoAll(what)),
            Told::Chosen(Does::More(what)) => {
                act.emit(Action::Do(what));
                act.emit(Action::Menu(*menu));
            }
            Told::Chosen(Does::Nudge(node, right, down)) => nudge.emit((node, right, down)),
            Told::Chosen(Does::Page(page)) => self.turn(ctx, page),
            Told::Chosen(Does::Ask(actions)) => actions.into_iter().for_each(|action| act.emit(action)),
            Told::Typed(at, value) => {
                if let Some(place) = self.typed.get_mut(at) {
                    *place = value;
                }
            }
            Told::Send => match self.command(ctx) {
                Ok(choice) => act.emit(Action::Do(Intervention::Do(choice))),
                Err(why) => self.refusal = Some(why),
            },
            Told::Grouped(at, group) => {
                if let Some(place) = self.groups.get_mut(at) {
                    *place = group;
                }
            }
            Told::Cut => {
                act.emit(Action::Do(Intervention::Do(Choice::Partition(renumber(&self.groups)))));
                act.emit(Action::Tool(Tool::Point));
                close.emit(());
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let timeline = ctx.props().run.timeline();
        let world = timeline.clock().world();
        let (content, body) = match ctx.props().menu {
            Some(menu) => {
                let Some(mut content) = content(&timeline, menu.about, self.page) else { return Html::default() };
                lock(&mut content, &ctx.props().run, menu.about);
                let body = match content.command.and_then(|index| world.algorithm().commands().get(usize::from(index))) {
                    Some(spec) => self.view_form(ctx, spec),
                    None => self.view_entries(ctx, &content.entries),
                };
                (content, body)
            }
            None => {
                let words = vec!["Nodes of different groups cannot hear each other.".to_owned()];
                (Content { title: "Partition".to_owned(), words, ..Content::default() }, self.view_groups(ctx, world))
            }
        };
        let (node, close) = (self.node.clone(), ctx.props().close.clone());
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                // The playground has a use of its own for Escape.
                event.stop_propagation();
                event.prevent_default();
                close.emit(());
            } else if let Some(sheet) = node.cast::<Element>() {
                walk(&sheet, &event);
            }
        });
        let close = ctx.props().close.reform(|_: MouseEvent| ());
        html! {
            <div class="menu" role="dialog" tabindex="-1" aria-label={content.title.clone()} ref={self.node.clone()} {onkeydown}>
                <div class="menu-head">
                    <p class="menu-title">
                        { content.title }
                        <button class="btn btn-quiet btn-icon" type="button" aria-label="Close" onclick={close}>{ icon("close") }</button>
                    </p>
                    { for content.words.into_iter().map(|words| html! { <p class="menu-words">{ words }</p> }) }
                    if content.entries.iter().any(|entry| entry.locked) {
                        <p class="menu-words locked-why" id="menu-locked">{ icon("lock") }{ "Locked in this challenge." }</p>
                    }
                </div>
                <div class="menu-body">{ body }</div>
            </div>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        let Some(element) = self.node.cast::<HtmlElement>() else { return };
        place(&element, ctx.props().at);
        if self.page_shown != Some(self.page) {
            self.page_shown = Some(self.page);
            let start = element
                .query_selector(".menu-body :is(button:not([disabled], [aria-disabled]), input:checked, input:not([type=radio]))")
                .ok()
                .flatten();
            thing::focus(start.as_ref().unwrap_or(&element));
        }
        if let Some(document) = page::document().filter(|_| first) {
            let (node, close) = (self.node.clone(), ctx.props().close.clone());
            self.outside = Some(EventListener::new(&document, "pointerdown", move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
                if !node.get().is_some_and(|sheet| sheet.contains(target.as_ref())) {
                    close.emit(());
                }
            }));
        }
    }
}

impl Sheet {
    fn turn(&mut self, ctx: &Context<Self>, page: u16) {
        self.page = page;
        self.refusal = None;
        self.typed = self.asked(ctx, |_, spec| spec.arguments.iter().map(|(_, kind)| suggested(*kind)).collect()).unwrap_or_default();
    }

    /// Something about the command whose arguments are asked for.
    fn asked<T>(&self, ctx: &Context<Self>, of: impl FnOnce((u16, &World), &CommandSpec) -> T) -> Option<T> {
        let timeline = ctx.props().run.timeline();
        let index = content(&timeline, ctx.props().menu?.about, self.page)?.command?;
        let world = timeline.clock().world();
        Some(of((index, world), world.algorithm().commands().get(usize::from(index))?))
    }

    /// The command as it was typed, or what is wrong with it.
    fn command(&self, ctx: &Context<Self>) -> Result<Choice, String> {
        let Some(Selected::Node(node)) = ctx.props().menu.map(|menu| menu.about) else { return Err(String::new()) };
        let made = self.asked(ctx, |(command, world), spec| {
            let call = CommandCall { command, arguments: read(spec, &self.typed)? };
            let choice = Choice::Command { id: world.next_command(CLIENT), node, call };
            world.enabled(&choice).map(|()| choice).map_err(|why| why.to_string())
        });
        made.unwrap_or_else(|| Err(String::new()))
    }

    fn view_form(&self, ctx: &Context<Self>, spec: &'static CommandSpec) -> Html {
        let onsubmit = ctx.link().callback(|event: SubmitEvent| {
            event.prevent_default();
            Told::Send
        });
        let fields = spec.arguments.iter().enumerate().map(|(at, (name, kind))| {
            let oninput = ctx.link().callback(move |event: InputEvent| {
                let value = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
                Told::Typed(at, value.unwrap_or_default())
            });
            let value = self.typed.get(at).cloned().unwrap_or_default();
            let inputmode = if matches!(kind, ArgumentKind::Number { .. }) { "numeric" } else { "text" };
            html! {
                <label class="menu-field">
                    { *name }
                    <input class="field" type="text" {inputmode} autocomplete="off" spellcheck="false" maxlength={limits::TEXT_ARGUMENT_BYTES_MAX.to_string()} {value} {oninput}/>
                </label>
            }
        });
        html! {
            <form class="menu-form" {onsubmit}>
                { for fields }
                { self.view_refusal() }
                <div class="menu-acts">
                    <button class="btn btn-main" type="submit">{ spec.label }</button>
                    <button class="btn btn-quiet" type="button" onclick={ctx.link().callback(|_: MouseEvent| Told::Chosen(Does::Page(0)))}>{ "Back" }</button>
                </div>
            </form>
        }
    }

    /// One that cannot be chosen says why when it is.
    fn view_entries(&self, ctx: &Context<Self>, entries: &[Entry]) -> Html {
        let entry = |entry: &Entry| {
            let does = entry.does.clone();
            let onclick = match entry.refusal.clone() {
                Some(why) => ctx.link().callback(move |_: MouseEvent| Told::Refused(why.clone())),
                None => ctx.link().callback(move |_: MouseEvent| Told::Chosen(does.clone())),
            };
            let is_off = entry.locked || entry.refusal.is_some();
            html! {
                <button class={classes!("menu-item", entry.small.as_ref().map(|_| "menu-wide"))} type="button" data-tone={entry.fault.then_some("fault")} title={entry.refusal.clone()}
                    aria-disabled={is_off.then_some("true")} aria-describedby={entry.locked.then_some("menu-locked")} {onclick}>
                    { icon(entry.icon) }
                    <span>{ entry.label.clone() }{ for entry.small.iter().map(|small| html! { <small>{ small.clone() }</small> }) }</span>
                </button>
            }
        };
        html! {
            <>
                <div class="menu-list">{ for entries.iter().map(entry) }</div>
                { self.view_refusal() }
            </>
        }
    }

    fn view_refusal(&self) -> Html {
        html! { if let Some(why) = &self.refusal { <p class="menu-refusal" role="alert">{ why.clone() }</p> } }
    }

    fn view_groups(&self, ctx: &Context<Self>, world: &World) -> Html {
        let is_one = self.groups.iter().all(|group| Some(group) == self.groups.first());
        let row = |(at, chosen): (usize, &u8)| {
            let id = NodeId(u16::try_from(at).unwrap_or(u16::MAX));
            let cells = (0u8..).zip(GROUPS).map(|(group, name)| {
                let onchange = ctx.link().callback(move |_: Event| Told::Grouped(at, group));
                let label = format!("Node {at} in group {name}");
                html! {
                    <td><label class="menu-choice"><input type="radio" name={format!("group-{at}")} aria-label={label} checked={*chosen == group} {onchange}/></label></td>
                }
            });
            let note = note(world, id, world.algorithm().role(world, id).unwrap_or_default());
            html! { <tr><th scope="row">{ format!("Node {at}") }<small>{ note }</small></th>{ for cells }</tr> }
        };
        html! {
            <>
                <table class="partition">
                    <thead><tr><th scope="col">{ "Group" }</th>{ for GROUPS.iter().map(|name| html! { <th scope="col">{ *name }</th> }) }</tr></thead>
                    <tbody>{ for self.groups.iter().enumerate().map(row) }</tbody>
                </table>
                <div class="menu-acts">
                    <button class="btn btn-fault" type="button" disabled={is_one} onclick={ctx.link().callback(|_: MouseEvent| Told::Cut)}>{ "Cut" }</button>
                </div>
            </>
        }
    }
}

fn icon(name: &str) -> Html {
    html! { <svg class="icon" aria-hidden="true"><use href={format!("#i-{name}")}/></svg> }
}

fn suggested(kind: ArgumentKind) -> String {
    match kind {
        ArgumentKind::Number { default, .. } => default.to_string(),
        ArgumentKind::Text { default } => default.to_owned(),
    }
}

/// The arguments that were typed, or what is wrong with them.
fn read(spec: &CommandSpec, typed: &[String]) -> Result<Vec<Argument>, String> {
    spec.arguments
        .iter()
        .zip(typed)
        .map(|((name, kind), value)| match kind {
            ArgumentKind::Number { min, max, .. } => match value.trim().parse() {
                Ok(number) if (*min..=*max).contains(&number) => Ok(Argument::Number(number)),
                _ => Err(format!("\u{201c}{name}\u{201d} is a number from {min} to {max}.")),
            },
            ArgumentKind::Text { .. } => Ok(Argument::Text(value.trim().to_owned())),
        })
        .collect()
}

/// Puts it where it was asked for, or as near to that as it can be seen whole.
fn place(element: &HtmlElement, (x, y): (i32, i32)) {
    let scale = page::scale();
    let (x, y) = ((f64::from(x) * scale) as i32, (f64::from(y) * scale) as i32);
    let (Some(stage), Some(window)) = (element.parent_element(), page::window()) else { return };
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
fn walk(sheet: &Element, event: &KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let in_field = target.as_ref().is_some_and(|target| target.tag_name().eq_ignore_ascii_case("input"));
    let (step, tab) = match (event.key().as_str(), event.shift_key(), in_field) {
        ("ArrowDown" | "ArrowRight", _, false) => (1, false),
        ("ArrowUp" | "ArrowLeft", _, false) => (-1, false),
        ("Tab", false, _) => (1, true),
        ("Tab", true, _) => (-1, true),
        _ => return,
    };
    // The selector is a valid one.
    let Ok(stops) = sheet.query_selector_all("button:not([disabled]), input:not([disabled])") else { return };
    let count = i64::from(stops.length());
    let target = target.as_ref().map(AsRef::as_ref);
    let here = (0..stops.length()).find(|at| stops.get(*at).is_some_and(|stop| stop.is_same_node(target))).map(i64::from);
    let next = here.map_or(if step > 0 { 0 } else { count - 1 }, |here| here + step);
    // Inside, Tab goes its own way: a row of radio buttons is one stop.
    if count == 0 || (tab && (0..count).contains(&next)) {
        return;
    }
    let next = u32::try_from(next.rem_euclid(count)).ok().and_then(|next| stops.get(next)?.dyn_into::<Element>().ok());
    if let Some(next) = next {
        event.prevent_default();
        thing::focus(&next);
    }
}
