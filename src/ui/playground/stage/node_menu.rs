//! The menu of a node: crash and restart, pause, its clock, its timers, and what a client may ask of it.

use super::cut::isolate;
use super::menu::{StageMenuProps, fault, item, item_if, milliseconds};
use super::picture::note;
use super::popup::Popup;
use crate::sim::{Argument, ArgumentKind, Choice, CommandCall, CommandSpec, Intervention, NodeId, Status, TimerId, World, limits};
use crate::ui::action::{Action, Selected, Tab};
use crate::ui::run::Run;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Properties of [`NodeMenu`].
#[derive(Properties, PartialEq, Clone)]
pub struct NodeMenuProps {
    /// The node.
    pub id: NodeId,
    /// What all menus have.
    pub base: StageMenuProps,
}

/// How far the menu lets a clock jump, in microseconds.
const JUMP_US: i64 = 100_000;
/// How fast or slow it lets a clock run, in parts per million.
const DRIFT_PPM: i32 = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Main,
    Clock,
    Command(u16),
}

/// The menu of a node.
#[component]
pub fn NodeMenu(props: &NodeMenuProps) -> Html {
    let NodeMenuProps { id, base } = props;
    let page = use_state_eq(|| Page::Main);
    let go = |to: Page| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.set(to))
    };
    let timeline = base.run.timeline();
    let world = timeline.clock().world();
    let (number, body) = match *page {
        Page::Main => (0, main_page(base, world, *id, &go)),
        Page::Clock => (1, clock_page(base, world, *id, go(Page::Main))),
        Page::Command(index) => (2 + u32::from(index), html! { <CommandForm node={*id} {index} run={base.run.clone()} act={base.act.clone()} back={go(Page::Main)}/> }),
    };
    let title = format!("Node {id}");
    html! {
        <Popup label={title.clone()} {title} words={words(world, *id)} at={base.at()} page={number} close={base.close()}>
            { body }
        </Popup>
    }
}

/// What a node is at present.
fn words(world: &World, id: NodeId) -> Html {
    let view = world.algorithm().view(world, id);
    let mut state = note(world, id, view.role);
    if !view.badge.is_empty() {
        state.push_str(", ");
        state.push_str(&view.badge);
    }
    let drift = world.slot(id).map_or(0, |slot| slot.clock.drift_ppm) / 10_000;
    html! {
        <>
            <p class="menu-words">{ format!("It is {state}.") }</p>
            if drift != 0 {
                <p class="menu-words">{ format!("Its clock runs {} % {}.", drift.abs(), if drift > 0 { "fast" } else { "slow" }) }</p>
            }
        </>
    }
}

fn main_page(base: &StageMenuProps, world: &World, id: NodeId, go: &dyn Fn(Page) -> Callback<MouseEvent>) -> Html {
    let doing = |choice: Choice| base.doing(vec![Intervention::Do(choice)]);
    let status = world.status(id);
    let act = base.act.clone();
    let inspect = Callback::from(move |_: MouseEvent| {
        act.emit(Action::Select(Some(Selected::Node(id))));
        act.emit(Action::Tab(Tab::Inspector));
        act.emit(Action::Menu(None));
    });
    let cut_off = isolate(id, world.nodes(), world.groups());
    let is_alone = matches!(&cut_off, Intervention::Do(Choice::Partition(groups)) if world.groups() == groups.as_slice());
    html! {
        <div class="menu-list">
            if status == Status::Down {
                { item("restart", "Restart", doing(Choice::Restart(id))) }
                { fault("disk", "Wipe its disk", doing(Choice::Wipe(id))) }
            } else {
                { fault("crash", "Crash", doing(Choice::Crash(id))) }
                if status == Status::Paused {
                    { item("play", "Resume", doing(Choice::Resume(id))) }
                } else {
                    { item("freeze", "Pause", doing(Choice::Pause(id))) }
                }
            }
            { for timers(base, world, id) }
            if status == Status::Up {
                { for (0u16..).zip(world.algorithm().commands()).map(|(index, spec)| command(base, world, id, index, spec, go)) }
            }
            { item("clock", "Clock\u{2026}", go(Page::Clock)) }
            if is_alone {
                { item("heal", "Heal all", doing(Choice::Heal)) }
            } else {
                { fault("cut", "Cut it off", base.doing(vec![cut_off])) }
            }
            { item("search", "Inspect", inspect) }
        </div>
    }
}

/// One entry for each armed timer: it fires now.
fn timers(base: &StageMenuProps, world: &World, id: NodeId) -> Vec<Html> {
    let Some(slot) = world.slot(id) else { return Vec::new() };
    slot.timers()
        .map(|timer| {
            let info = world.algorithm().timer(timer.code);
            let name = info.map_or("timer", |info| info.name);
            let left = milliseconds(timer.due_us.saturating_sub(world.now_us()));
            let label = html! { <>{ capital(info.map_or("fire its timer", |info| info.action)) }<small>{ format!("{name}: {left} left") }</small></> };
            let choice = Choice::Fire(TimerId { node: id, code: timer.code, generation: timer.generation });
            let refusal = world.enabled(&choice).err().map(|why| why.to_string());
            let disabled = refusal.is_some();
            html! {
                <button class="menu-item menu-wide" type="button" {disabled} title={refusal} onclick={base.doing(vec![Intervention::Do(choice)])}>
                    <svg class="icon" aria-hidden="true"><use href="#i-timeout"/></svg><span class="menu-two">{ label }</span>
                </button>
            }
        })
        .collect()
}

/// With a capital letter, as an entry of a menu begins.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn command(base: &StageMenuProps, world: &World, id: NodeId, index: u16, spec: &'static CommandSpec, go: &dyn Fn(Page) -> Callback<MouseEvent>) -> Html {
    if !spec.arguments.is_empty() {
        return item("command", format!("{}\u{2026}", spec.label), go(Page::Command(index)));
    }
    let call = CommandCall { command: index, arguments: Vec::new() };
    let choice = Choice::Command { id: world.next_command(CLIENT), node: id, call };
    item_if(world, &choice, "command", spec.label, base.doing(vec![Intervention::Do(choice.clone())]))
}

/// The client as which the reader asks.
const CLIENT: u16 = 0;

fn clock_page(base: &StageMenuProps, world: &World, id: NodeId, back: Callback<MouseEvent>) -> Html {
    let jump = |by_us: i64| base.doing(vec![Intervention::Do(Choice::ClockJump { node: id, by_us })]);
    let drift = |ppm: i32| base.doing(vec![Intervention::Do(Choice::ClockDrift { node: id, ppm })]);
    let off_ms = (world.clock_us(id) - i64::try_from(world.now_us()).unwrap_or(0)) / 1_000;
    let off = match off_ms {
        0 => "It shows the true time.".to_owned(),
        ahead @ 1.. => format!("It is {ahead} ms ahead of the true time."),
        behind => format!("It is {} ms behind the true time.", -behind),
    };
    html! {
        <>
            <p class="menu-words menu-note">{ off }</p>
            <div class="menu-list">
                { item("next", "Jump 100 ms on", jump(JUMP_US)) }
                { item("prev", "Jump 100 ms back", jump(-JUMP_US)) }
                { item("up", "Run 10 % fast", drift(DRIFT_PPM)) }
                { item("down", "Run 10 % slow", drift(-DRIFT_PPM)) }
                { item("clock", "Run true", drift(0)) }
                { item("back", "Back", back) }
            </div>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct CommandFormProps {
    node: NodeId,
    index: u16,
    run: Run,
    act: Callback<Action>,
    back: Callback<MouseEvent>,
}

/// The arguments of a command.
#[component]
fn CommandForm(props: &CommandFormProps) -> Html {
    let timeline = props.run.timeline();
    let world = timeline.clock().world();
    let spec = world.algorithm().commands().get(usize::from(props.index));
    let values = use_state(|| spec.map_or_else(Vec::new, |spec| spec.arguments.iter().map(|(_, kind)| suggested(*kind)).collect::<Vec<String>>()));
    let refusal = use_state(|| None::<String>);
    let Some(spec) = spec else { return Html::default() };
    let onsubmit = {
        let (run, act, node, index) = (props.run.clone(), props.act.clone(), props.node, props.index);
        let (values, refusal) = (values.clone(), refusal.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let choice = read(spec, &values).and_then(|arguments| {
                let timeline = run.timeline();
                let world = timeline.clock().world();
                let choice = Choice::Command { id: world.next_command(CLIENT), node, call: CommandCall { command: index, arguments } };
                world.enabled(&choice).map(|()| choice).map_err(|why| why.to_string())
            });
            match choice {
                Ok(choice) => act.emit(Action::Do(Intervention::Do(choice))),
                Err(why) => refusal.set(Some(why)),
            }
        })
    };
    let fields = spec.arguments.iter().enumerate().map(|(at, (name, kind))| {
        let handle = values.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
            let mut values = (*handle).clone();
            if let Some(value) = values.get_mut(at) {
                *value = input.value();
            }
            handle.set(values);
        });
        let value = values.get(at).cloned().unwrap_or_default();
        html! { <label class="menu-field">{ *name }{ field(*kind, value, oninput) }</label> }
    });
    html! {
        <form class="menu-form" {onsubmit}>
            <p class="menu-words">{ spec.help }</p>
            { for fields }
            if let Some(why) = &*refusal {
                <p class="menu-refusal" role="alert">{ why.clone() }</p>
            }
            <div class="menu-acts">
                <button class="btn btn-main" type="submit">{ spec.label }</button>
                <button class="btn btn-quiet" type="button" onclick={props.back.clone()}>{ "Back" }</button>
            </div>
        </form>
    }
}

fn field(kind: ArgumentKind, value: String, oninput: Callback<InputEvent>) -> Html {
    match kind {
        ArgumentKind::Number { min, max, .. } => html! {
            <input class="field" type="number" required=true min={min.to_string()} max={max.to_string()} {value} {oninput}/>
        },
        ArgumentKind::Text { .. } => html! {
            <input class="field" type="text" required=true autocomplete="off" spellcheck="false" maxlength={limits::TEXT_ARGUMENT_BYTES_MAX.to_string()} {value} {oninput}/>
        },
    }
}

fn suggested(kind: ArgumentKind) -> String {
    match kind {
        ArgumentKind::Number { default, .. } => default.to_string(),
        ArgumentKind::Text { default } => default.to_owned(),
    }
}

/// The arguments that were typed, or what is wrong with them.
fn read(spec: &CommandSpec, values: &[String]) -> Result<Vec<Argument>, String> {
    spec.arguments
        .iter()
        .zip(values)
        .map(|((name, kind), value)| match kind {
            ArgumentKind::Number { min, max, .. } => match value.trim().parse() {
                Ok(number) if (*min..=*max).contains(&number) => Ok(Argument::Number(number)),
                _ => Err(format!("\u{201c}{name}\u{201d} is a number from {min} to {max}.")),
            },
            ArgumentKind::Text { .. } => Ok(Argument::Text(value.trim().to_owned())),
        })
        .collect()
}
