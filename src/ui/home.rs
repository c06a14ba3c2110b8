//! The home page brought alive: what was reached in each lesson, on the path and on the map; where to go on; and progress to save as a
//! file, to load from one, and to forget. The page is whole without it.

use crate::lessons::progress::{Backup, NOT_A_BACKUP, Outline, Progress, next};
use crate::sim::sorted::SortedMap;
use crate::ui::{files, memory, page};
use gloo::events::EventListener;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, HtmlInputElement};

/// The file that progress is saved as.
const FILE: &str = "faultline-progress.json";
/// Width of a topic's box on the map, in its own units.
const MAP_BOX: usize = 208;

/// Shows what this browser remembers, and lets the reader save, load and forget it.
pub fn start() {
    match page::data::<Vec<Outline>>() {
        Ok(Some(outlines)) => Home { outlines, forgotten: RefCell::new(None) }.start(),
        Ok(None) => {}
        Err(cause) => page::show_panic(&cause),
    }
}

struct Home {
    outlines: Vec<Outline>,
    /// What was forgotten last, for as long as the page is open.
    forgotten: RefCell<Option<SortedMap<String, Progress>>>,
}

impl Home {
    fn start(self) {
        let Some(section) = find("#progress") else { return };
        self.show();
        let home = Rc::new(self);
        let listener = Rc::clone(&home);
        EventListener::new(&section, "click", move |event| {
            let button = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("[data-do]").ok()?);
            if let Some(what) = button.and_then(|button| button.get_attribute("data-do")) {
                listener.carry_out(&what);
            }
        })
        .forget();
        if let Some(chooser) = chooser() {
            let input = chooser.clone();
            EventListener::new(&chooser, "change", move |_| {
                let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
                // So that the same file can be chosen again.
                input.set_value("");
                let home = Rc::clone(&home);
                spawn_local(async move {
                    match files::read(&file).await {
                        Ok(text) => home.load(&text),
                        Err(why) => tell(why),
                    }
                });
            })
            .forget();
        }
        set_hidden(&section, false);
    }

    fn carry_out(&self, what: &str) {
        match what {
            "save" => self.save(),
            "load" => {
                if let Some(chooser) = chooser() {
                    chooser.click();
                }
            }
            "forget" => {
                *self.forgotten.borrow_mut() = Some(memory::load_all());
                memory::forget_progress();
                self.show();
                tell("Forgotten. You can bring it back for as long as this page is open.");
            }
            "undo" => {
                let forgotten = self.forgotten.borrow_mut().take().unwrap_or_default();
                let told = if take_over(forgotten).is_some() { "It is back." } else { NO_STORAGE };
                self.show();
                tell(told);
                // The button that had the focus is gone.
                focus("#progress [data-do=save]");
            }
            _ => {}
        }
    }

    fn save(&self) {
        let text = memory::to_json(&Backup::of(memory::load_all())).unwrap_or_default();
        match files::download(FILE, "application/json", &text) {
            Ok(()) => tell("Saved as a download."),
            Err(why) => tell(why),
        }
    }

    fn load(&self, text: &str) {
        let backup = memory::from_json::<Backup>(text).ok_or(NOT_A_BACKUP);
        let checked = backup.and_then(|backup| backup.refusal().map_or(Ok(backup), Err));
        match checked.map(|backup| take_over(backup.lessons)) {
            Ok(Some(0)) => tell("There was nothing in it that is not here already."),
            Ok(Some(count)) => {
                self.show();
                tell(&format!("Loaded: {count} things were new. What was here is unchanged."));
            }
            Ok(None) => tell(NO_STORAGE),
            Err(why) => tell(why),
        }
    }

    /// Shows on the whole page what was reached.
    fn show(&self) {
        let all = memory::load_all();
        let of = |slug: &str| all.get(slug).cloned().unwrap_or_default();
        let (mut reached, mut right) = ((0, 0), (0, 0));
        for outline in &self.outlines {
            let progress = of(&outline.slug);
            let pips: Vec<bool> = outline.reached(&progress).collect();
            let count = pips.iter().filter(|reached| **reached).count();
            show_lesson(outline, &pips, count);
            reached = (reached.0 + count, reached.1 + pips.len());
            right = (right.0 + outline.right(&progress), right.1 + outline.questions.len());
        }
        let is_empty = all.values().all(|progress| *progress == Progress::default());
        if let Some(says) = find("#progress .progress-says") {
            says.set_text_content(Some(&format!(
                "{} of {} experiments reached, {} of {} questions answered rightly.",
                reached.0, reached.1, right.0, right.1
            )));
        }
        for (name, hidden) in [("save", is_empty), ("forget", is_empty), ("undo", self.forgotten.borrow().is_none())] {
            if let Some(button) = find(&format!("#progress [data-do={name}]")) {
                set_hidden(&button, hidden);
            }
        }
        self.show_way_on(is_empty, of);
    }

    /// The first button of the page: where to begin, or where to go on.
    fn show_way_on(&self, is_empty: bool, of: impl Fn(&str) -> Progress) {
        let last = memory::last();
        let way = if is_empty && last.is_none() { None } else { next(&self.outlines, last.as_deref(), of) };
        let way = way.and_then(|(lesson, experiment)| {
            let outline = self.outlines.get(lesson)?;
            Some((outline, outline.experiments.get(experiment)?))
        });
        for element in page::all("[data-way]") {
            let is_for_way_on = element.get_attribute("data-way").as_deref() == Some("on");
            set_hidden(&element, is_for_way_on != way.is_some());
        }
        let Some((outline, (id, title))) = way else { return };
        if let Some(link) = find("a[data-way=on]") {
            // Addresses are relative to the page, which is at the site's root. The attribute name is a valid one, so this cannot fail.
            let _ = link.set_attribute("href", &format!("./lessons/{}/#experiment-{id}", outline.slug));
            link.set_text_content(Some(&format!("Go on with {}", outline.title)));
        }
        if let Some(line) = find("p[data-way=on]") {
            line.set_text_content(Some(&format!("Next: \u{201c}{title}\u{201d}")));
        }
    }
}

const NO_STORAGE: &str = "This browser stores nothing for this site, so there is nowhere to load it to. Allow storage and try again.";

/// Adds progress to what is stored; returns how much of it was new, or nothing where it cannot be stored.
fn take_over(lessons: SortedMap<String, Progress>) -> Option<usize> {
    let mut count = 0;
    for (slug, progress) in lessons.iter() {
        let mut here = memory::load(slug);
        let new = here.absorb(progress.clone());
        if new > 0 && !memory::save(slug, &here) {
            return None;
        }
        count += new;
    }
    Some(count)
}

/// What was reached in a lesson, on the path and on the map.
fn show_lesson(outline: &Outline, pips: &[bool], count: usize) {
    let words = format!("{count} of {} experiments reached", pips.len());
    // Attribute names here are valid ones, so none of this can fail.
    if let Some(drawing) = find(&format!(".topic-progress[data-lesson=\"{}\"]", outline.slug)) {
        for (index, reached) in pips.iter().enumerate() {
            let Ok(Some(pip)) = drawing.query_selector(&format!(".pip:nth-child({})", index + 1)) else { continue };
            let _ = if *reached { pip.set_attribute("data-on", "") } else { pip.remove_attribute("data-on") };
        }
        let _ = drawing.set_attribute("aria-label", &words);
    }
    if let Some(bar) = find(&format!(".map-reached[data-lesson=\"{}\"]", outline.slug)) {
        let _ = bar.set_attribute("width", &(MAP_BOX * count / pips.len().max(1)).to_string());
        if let Ok(Some(topic)) = bar.closest(".map-topic") {
            let _ = topic.set_attribute("aria-label", &format!("{}, {words}", outline.title));
        }
    }
}

fn find(selector: &str) -> Option<Element> {
    page::document()?.query_selector(selector).ok()?
}

fn chooser() -> Option<HtmlInputElement> {
    find("#progress input[type=file]")?.dyn_into().ok()
}

fn focus(selector: &str) {
    if let Some(element) = find(selector).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

fn set_hidden(element: &Element, hidden: bool) {
    // The attribute name is a valid one, so this cannot fail.
    let _ = if hidden { element.set_attribute("hidden", "") } else { element.remove_attribute("hidden") };
}

fn tell(sentence: &str) {
    if let Some(place) = find("#progress .progress-news") {
        place.set_text_content(Some(sentence));
    }
}
