//! How a demonstration looks: stage, caption, keys, and the figures of all its settings. Decides nothing.

use super::{Demo, Loaded, Msg};
use crate::lessons::demo::Setting;
use crate::sim::{Ledger, LedgerRow, Tone};
use crate::ui::action::Selected;
use crate::ui::part::part;
use crate::ui::playground::caption::{CaptionStripProps, strip};
use crate::ui::playground::stage::{HANDS, Stage};
use crate::ui::svg;
use std::rc::Rc;
use yew::prelude::*;

/// What stands where nothing has been measured yet.
const NOTHING: &str = "–";

/// All of it.
pub fn demo(demo: &Demo, ctx: &Context<Demo>) -> Html {
    let settings = &ctx.props().demo.settings;
    let note = demo.notice.clone().or_else(|| settings.get(demo.chosen).map(|setting| setting.note.clone().into()));
    let said = demo.run.as_ref().and_then(|run| run.said.clone()).filter(|_| demo.notice.is_none());
    let note = Rc::from(note.as_deref().unwrap_or_default());
    let caption = CaptionStripProps { said, note, step: AttrValue::default(), speaks: demo.used };
    html! {
        <>
            <div class="demo-stage" ref={demo.stage.clone()}>
                if let Some(run) = &demo.run {
                    <Stage run={run.handle()} look={demo.look} hands={Some(&HANDS)} act={demo.act.clone()}/>
                }
            </div>
            { part(caption, strip) }
            { keys(demo, ctx) }
            { figures(demo, ctx, settings) }
            { for demo.run.iter().map(|run| inspected(demo, run)) }
        </>
    }
}

fn keys(demo: &Demo, ctx: &Context<Demo>) -> Html {
    let (link, until_us) = (ctx.link(), ctx.props().demo.until_us);
    let now_us = demo.run.as_ref().map_or(0, |run| run.timeline.borrow().now_us());
    let (label, icon) = match (demo.wanted, demo.is_over(ctx)) {
        (_, true) => ("Play again", "#i-play"),
        (true, false) => ("Pause", "#i-pause"),
        (false, false) => ("Play", "#i-play"),
    };
    let seconds = |us: u64| format!("{}.{} s", us / 1_000_000, us / 100_000 % 10);
    let text = demo.run.as_ref().map_or("", |run| &*run.link);
    let sandbox = format!("../sandbox/{}/#s={text}", ctx.props().slug);
    html! {
        <div class="demo-keys" role="group" aria-label="Time">
            <button class="btn btn-main btn-icon" type="button" aria-label={label} title={label} onclick={link.callback(|_: MouseEvent| Msg::Toggle)}>
                { svg::icon(icon) }
            </button>
            <button class="btn btn-icon" type="button" aria-label="From the beginning" title="From the beginning" onclick={link.callback(|_: MouseEvent| Msg::Restart)}>
                { svg::icon("#i-reset") }
            </button>
            <p class="demo-time num"><b>{ seconds(now_us) }</b>{ format!(" of {}", seconds(until_us)) }</p>
            <a class="demo-open" href={sandbox}>{ "Open it in the sandbox" }</a>
        </div>
    }
}

fn figures(demo: &Demo, ctx: &Context<Demo>, settings: &[Setting]) -> Html {
    let Some(shown) = demo.figures.get(demo.chosen).and_then(Option::as_ref) else { return Html::default() };
    let heads = settings.iter().enumerate().map(|(at, setting)| {
        let is_shown = at == demo.chosen;
        html! {
            <th scope="col" data-shown={is_shown.then_some("")}>
                <button class="demo-setting" type="button" aria-pressed={is_shown.to_string()} title={setting.note.clone()}
                    onclick={ctx.link().callback(move |_: MouseEvent| Msg::Choose(at))}>{ setting.name.clone() }</button>
            </th>
        }
    });
    html! {
        <table class="demo-figures">
            <thead><tr><td>{ "Play it:" }</td>{ for heads }</tr></thead>
            <tbody>{ for (0..shown.rows.len()).map(|at| row(demo, shown, at)) }</tbody>
        </table>
    }
}

/// One figure, in all settings that were played.
fn row(demo: &Demo, shown: &Ledger, at: usize) -> Html {
    let label = shown.rows.get(at);
    let cells = demo.figures.iter().enumerate().map(|(setting, figures)| {
        let cell = figures.as_ref().and_then(|ledger| ledger.rows.get(at)?.cells.first());
        let is_trouble = cell.is_some_and(|cell| cell.tone == Tone::Bad);
        html! {
            <td data-shown={(setting == demo.chosen).then_some("")} data-trouble={is_trouble.then_some("")}>
                { cell.map_or(NOTHING, |cell| cell.text.as_str()) }
            </td>
        }
    });
    html! { <tr><th scope="row" title={label.map(|row: &LedgerRow| row.note.clone())}>{ label.map(|row| row.label.clone()) }</th>{ for cells }</tr> }
}

/// What a node that the reader has chosen holds.
fn inspected(demo: &Demo, run: &Loaded) -> Html {
    let Some(Selected::Node(node)) = demo.look.selected else { return Html::default() };
    let timeline = run.timeline.borrow();
    let world = timeline.clock().world();
    let fields = world.algorithm().view(world, node).fields;
    if fields.is_empty() {
        return Html::default();
    }
    html! {
        <div class="demo-node">
            <p>{ format!("Node {node}") }</p>
            <dl>{ for fields.into_iter().map(|field| html! { <div title={field.help}><dt>{ field.name }</dt><dd>{ field.value }</dd></div> }) }</dl>
        </div>
    }
}
