//! The panels beside the stage, behind tabs. Knows which panels there are, not what they show.

mod compare;
mod controls;
pub mod copy;
mod cost;
mod explore;
mod inspector;
mod invariants;
mod log;
mod picture;
mod settings;
pub mod share;
pub mod teach;
mod thousand;
pub mod words;

use crate::lessons::LessonData;
use crate::sim::Exhibit;
use crate::ui::action::{Action, Look, Tab};
use crate::ui::ahead::{Ahead, use_ahead};
use crate::ui::exhibits::{self, Drawers};
use crate::ui::page;
use crate::ui::playground::compare::{Both, Compare};
use crate::ui::playground::explore::Explore;
use crate::ui::rest::{Program, Rest};
use crate::ui::run::Run;
use std::rc::Rc;
use teach::Teach;
use yew::prelude::*;

/// Properties of [`Panels`], and of each panel.
#[derive(Properties, Clone)]
pub struct PanelsProps {
    /// The run, equal to itself until the next event.
    pub run: Run,
    /// Which panel is shown, and what is selected.
    pub look: Look,
    /// What is asked of the Explorer.
    pub explore: Rc<Explore>,
    /// What is to be said beside the run.
    pub teach: Rc<Teach>,
    /// What is compared.
    pub compare: Rc<Compare>,
    /// Both runs, if there are two; the run is one of them.
    pub both: Option<Both>,
    /// The lesson around it.
    pub lesson: Rc<LessonData>,
    /// What this page can run and draw at first.
    pub program: &'static Program,
    /// The rest of it, once that is here.
    pub rest: Option<&'static Rest>,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// What is changed is made anew, so handles are compared and not what they lead to: that would be 2 KB of code.
impl PartialEq for PanelsProps {
    fn eq(&self, other: &Self) -> bool {
        self.run == other.run
            && self.look == other.look
            && self.both == other.both
            && Rc::ptr_eq(&self.explore, &other.explore)
            && Rc::ptr_eq(&self.teach, &other.teach)
            && Rc::ptr_eq(&self.compare, &other.compare)
            && Rc::ptr_eq(&self.lesson, &other.lesson)
            && self.rest == other.rest
            && self.act == other.act
    }
}

impl PanelsProps {
    /// What draws exhibits.
    pub fn drawers(&self) -> Drawers {
        self.rest.map_or(self.program.drawers, |rest| rest.drawers)
    }
}

/// A tab: what it opens, its id in the page, its words, and a short state behind them.
struct Head {
    tab: Tab,
    id: AttrValue,
    words: AttrValue,
    count: Option<AttrValue>,
    alarm: bool,
}

impl Head {
    fn new(tab: Tab, id: &'static str, words: &'static str) -> Self {
        Head { tab, id: AttrValue::Static(id), words: AttrValue::Static(words), count: None, alarm: false }
    }
}

/// The tabs and the panel that is shown.
#[component]
pub fn Panels(props: &PanelsProps) -> Html {
    let PanelsProps { run, look, act, .. } = props;
    let is_there = props.both.as_ref().is_some_and(|both| both.is_there);
    let titles = use_titles(run, is_there);
    let ahead = use_ahead();
    let heads = heads(props, &titles);
    // Another algorithm may have fewer exhibits: then the tab that was open is gone.
    let shown = heads.iter().position(|head| head.tab == look.tab).unwrap_or(0);
    let onkeydown = {
        let (act, order): (_, Vec<(Tab, AttrValue)>) = (act.clone(), heads.iter().map(|head| (head.tab, head.id.clone())).collect());
        Callback::from(move |event: KeyboardEvent| {
            let last = order.len().saturating_sub(1);
            let next = match event.key().as_str() {
                "ArrowRight" => {
                    if shown == last {
                        0
                    } else {
                        shown + 1
                    }
                }
                "ArrowLeft" => shown.checked_sub(1).unwrap_or(last),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            let Some((tab, id)) = order.get(next) else { return };
            event.prevent_default();
            act.emit(Action::Tab(*tab));
            focus(id);
        })
    };
    let tab = heads.get(shown).map_or(Tab::Inspector, |head| head.tab);
    let labelled_by = heads.get(shown).map(|head| head.id.clone());
    let panel = PanelsProps { look: Look { tab, ..*look }, ..props.clone() };
    html! {
        <div class="pg-tabs">
            <div class="tablist" role="tablist" aria-label="What to look at" {onkeydown}>
                { for heads.iter().map(|head| view_head(head, head.tab == tab, act)) }
            </div>
            // Keyed, so that each panel starts at its own top.
            <div class="panel" role="tabpanel" id="panel" tabindex="0" key={labelled_by.as_deref().unwrap_or_default()} aria-labelledby={labelled_by.clone()}>
                { match props.rest {
                    Some(rest) => (rest.panel)(panel, &ahead),
                    None => at_first(&panel, &ahead),
                } }
            </div>
        </div>
    }
}

/// What a page begins with: all nodes at a glance, or an exhibit to be worked in.
fn at_first(panel: &PanelsProps, ahead: &Ahead) -> Html {
    match (panel.look.tab, panel.program.exhibit) {
        (Tab::Exhibit(index), Some(exhibit)) => exhibit(panel, index, ahead),
        _ => inspector::at_first(panel),
    }
}

/// Whatever is chosen.
pub fn any(panel: PanelsProps, ahead: &Ahead) -> Html {
    match panel.look.tab {
        Tab::Inspector => inspector::panel(&panel),
        Tab::Log => html! { <log::Log ..panel/> },
        Tab::Invariants => invariants::panel(&panel),
        Tab::Exhibit(index) => exhibits::exhibit_at(&panel, index, ahead),
        Tab::Cost => cost::panel(&panel),
        Tab::Explore => explore::view(&panel),
        Tab::Compare => compare::view(&panel),
        Tab::Settings => settings::panel(&panel),
        Tab::Share => html! { <share::Share ..panel/> },
    }
}

fn view_head(head: &Head, selected: bool, act: &Callback<Action>) -> Html {
    let tab = head.tab;
    html! {
        <button class="tab" role="tab" type="button" id={head.id.clone()} key={&*head.id} aria-controls="panel"
            aria-selected={if selected { "true" } else { "false" }} tabindex={if selected { "0" } else { "-1" }}
            data-alarm={head.alarm.then_some("")} onclick={act.reform(move |_: MouseEvent| Action::Tab(tab))}>
            { &head.words }
            if let Some(count) = &head.count {
                // The space parts the words from the count for those who hear them.
                { " " }<span class="count">{ count }</span>
            }
        </button>
    }
}

/// The titles of the algorithm's exhibits. They stay the same during a run, so they are asked for once all nodes have started
/// and not at each event.
#[hook]
fn use_titles(run: &Run, is_there: bool) -> std::rc::Rc<Vec<&'static str>> {
    let started = run.timeline().step_count() >= u64::from(run.scenario.nodes);
    use_memo((run.scenario.topic.number, run.scenario.algorithm, started, is_there), |_| {
        let timeline = run.timeline();
        let world = timeline.clock().world();
        world.algorithm().exhibits(world, &timeline.record().trace).iter().map(Exhibit::title).collect()
    })
}

fn heads(props: &PanelsProps, titles: &[&'static str]) -> Vec<Head> {
    let PanelsProps { run, explore, compare, both, .. } = props;
    // What is searched and what is set is the reader's own run.
    let is_there = both.as_ref().is_some_and(|both| both.is_there);
    let timeline = run.timeline();
    let steps = timeline.step_count();
    let broken = timeline.record().violations.iter().filter(|violation| violation.step < steps).count();
    let all = timeline.setup().algorithm.invariants().len();
    let mut heads = vec![
        Head::new(Tab::Inspector, "tab-inspector", "Inspector"),
        Head { count: Some(words::thousands(steps).into()), ..Head::new(Tab::Log, "tab-log", "Log") },
        Head {
            count: Some(if broken > 0 { format!("{broken} violated") } else { format!("{all} hold") }.into()),
            alarm: broken > 0,
            ..Head::new(Tab::Invariants, "tab-invariants", "Invariants")
        },
    ];
    heads.extend(
        (0u8..)
            .zip(titles)
            .map(|(index, title)| Head { id: format!("tab-exhibit-{index}").into(), ..Head::new(Tab::Exhibit(index), "", title) }),
    );
    let is_running = explore.asked.as_ref().is_some_and(|asked| asked.is_running);
    if !is_there {
        heads.push(Head { count: is_running.then_some("searching".into()), ..Head::new(Tab::Explore, "tab-explore", "Explore") });
    }
    let is_counting = compare.asked.as_ref().is_some_and(|asked| asked.is_running);
    heads.push(Head { count: is_counting.then_some("counting".into()), ..Head::new(Tab::Compare, "tab-compare", "Compare") });
    heads.push(Head::new(Tab::Cost, "tab-cost", "Cost"));
    if !is_there {
        heads.push(Head::new(Tab::Settings, "tab-settings", "Settings"));
    }
    heads.push(Head::new(Tab::Share, "tab-share", "Share"));
    heads
}

/// Gives the focus to the element of that id, if it can take it.
pub fn focus(id: &str) {
    if let Some(element) = page::document().and_then(|document| document.get_element_by_id(id)) {
        page::focus(&element);
    }
}
