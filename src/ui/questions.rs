//! The questions at the end of a lesson: an answer is judged at once, and a wrong one offers the run that shows why.
//!
//! The form is static and works without this module; the answer is then there to open.

use crate::lessons::progress::Progress;
use crate::lessons::{LessonData, Question};
use crate::ui::action::Action;
use crate::ui::page;
use crate::ui::playground::experiments::to_playground;
use crate::ui::svg::icon;
use gloo::events::EventListener;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};
use yew::prelude::*;

fn form(question: &Question) -> Option<Element> {
    page::document()?.get_element_by_id(&format!("question-{}", question.id))
}

/// Shows what was answered in an earlier visit.
pub fn show(lesson: &LessonData, progress: &Progress) {
    for question in &lesson.questions {
        if let (Some(form), Some(answer)) = (form(question), progress.answers.get(&question.id)) {
            check(&form, *answer);
            judge(question, *answer);
        }
    }
}

/// Listens to the forms of the page.
pub fn listen(lesson: &Rc<LessonData>, act: &Callback<Action>) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    for question in &lesson.questions {
        let Some(form) = form(question) else { continue };
        let (question, act) = (question.clone(), act.clone());
        listeners.push(EventListener::new(&form, "change", move |event| {
            let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(answer) = input.and_then(|input| input.value().parse().ok()) {
                judge(&question, answer);
                say(&question, answer);
                act.emit(Action::Answer(question.id.clone(), answer));
            }
        }));
    }
    listeners
}

fn check(form: &Element, answer: u8) {
    let input = form.query_selector(&format!("input[value=\"{answer}\"]")).ok().flatten();
    if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
        input.set_checked(true);
    }
}

/// Marks the chosen answer as right or wrong, and opens the explanation.
fn judge(question: &Question, answer: u8) {
    let Some(form) = form(question) else { return };
    let Ok(labels) = form.query_selector_all("label.choice") else { return };
    for index in 0..labels.length() {
        let Some(label) = labels.item(index).and_then(|label| label.dyn_into::<Element>().ok()) else { continue };
        if let Ok(Some(old)) = label.query_selector(".choice-verdict") {
            old.remove();
        }
        // Attribute and element names here are valid ones, so none of this can fail.
        let _ = label.remove_attribute("data-verdict");
        if index == u32::from(answer) {
            let right = answer == question.right;
            let _ = label.set_attribute("data-verdict", if right { "right" } else { "wrong" });
            if let Some(verdict) = page::document().and_then(|document| document.create_element("span").ok()) {
                verdict.set_class_name("choice-verdict");
                verdict.set_text_content(Some(if right { "✓ right" } else { "✗ no" }));
                let _ = label.append_child(&verdict);
            }
        }
    }
    if let Ok(Some(why)) = form.query_selector("details") {
        let _ = why.set_attribute("open", "");
    }
}

/// Says whether an answer is right, for who cannot see the mark beside it.
fn say(question: &Question, answer: u8) {
    let Some(says) = form(question).and_then(|form| form.query_selector(".quiz-says").ok().flatten()) else { return };
    let verdict = if answer == question.right { "That is right." } else { "That is not it." };
    says.set_text_content(Some(&format!("{verdict} The explanation is open below.")));
}

/// Under each question that was answered wrongly: the run that shows why.
pub fn shows(lesson: &LessonData, progress: &Progress, act: &Callback<Action>) -> Html {
    let wrong = lesson.questions.iter().filter(|question| {
        !question.scenario.is_empty() && progress.answers.get(&question.id).is_some_and(|answer| *answer != question.right)
    });
    html! { { for wrong.filter_map(|question| {
        let id = question.scenario.clone();
        let show = act.reform(move |_: MouseEvent| Action::OpenNamed(id.clone()));
        Some(create_portal(
            html! {
                <p class="quiz-shows"><button class="btn" type="button" onclick={show}>
                    { icon("#i-play") }{ "Open the run that shows why" }
                </button>{ to_playground() }</p>
            },
            form(question)?,
        ))
    }) } }
}
