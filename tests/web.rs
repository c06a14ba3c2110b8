//! In a real browser: that runs go there as they go natively, and that the playground does what its controls say.
//!
//! `scripts/test web` runs this in headless Chromium. Nothing here waits for time to pass: `flush` returns when all is rendered,
//! and animation frames are handed to the playground by the tests.

#![cfg(test)]
#![cfg(target_arch = "wasm32")]

mod runs;

use faultline::lessons::progress::{Backup, Progress};
use faultline::lessons::{LessonData, ScenarioData};
use faultline::scenario::link::Source;
use faultline::scenario::{Scenario, link};
use faultline::sim::timeline::Entry;
use faultline::sim::{At, Choice, Intervention, NodeId};
use faultline::topics::{TOPICS, Topic, leader_election};
use faultline::ui::action::Action;
use faultline::ui::playground::{Msg, Playground, PlaygroundProps};
use faultline::ui::rest::{Program, Rest, names};
use faultline::ui::{memory, page};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlElement, KeyboardEvent, KeyboardEventInit};
use yew::AppHandle;
use yew::scheduler::flush;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn runs_with_random_faults_end_as_they_do_natively() {
    let lines = runs::algorithms().flat_map(|entry| (0..runs::SEEDS).map(move |seed| runs::line(entry, seed)));
    let golden: Vec<&str> = runs::GOLDEN.lines().skip(1).collect();
    let mut count = 0;
    for (here, there) in lines.zip(&golden) {
        assert_eq!(here, *there);
        count += 1;
    }
    assert_eq!(count, golden.len());
}

/// What progress of a lesson is read from a text that is stored, and what is stored if that is saved.
fn stored(text: &str) -> (Progress, Option<String>) {
    const NAME: &str = "faultline.progress.08-leader-election";
    let storage = web_sys::window().unwrap().local_storage().unwrap().unwrap();
    storage.set_item(NAME, text).unwrap();
    let progress = memory::load("08-leader-election");
    assert!(memory::save("08-leader-election", &progress));
    let saved = storage.get_item(NAME).unwrap();
    storage.clear().unwrap();
    (progress, saved)
}

#[wasm_bindgen_test]
fn progress_that_is_stored_is_read_and_written_as_it_was() {
    let golden = include_str!("golden/progress-v1.json").trim();
    let (progress, saved) = stored(golden);
    assert_eq!(progress.reached.keys().collect::<Vec<_>>(), ["crash", "two-leaders"]);
    assert_eq!((progress.bets.get("two-leaders"), progress.answers.get("two-of-five")), (Some(&1), Some(&1)));
    assert_eq!(saved.as_deref(), Some(golden));
    let file = include_str!("golden/progress-file-v1.json").trim();
    let backup = memory::from_json::<Backup>(file).expect("it is a file of progress");
    assert_eq!((backup.refusal(), backup.lessons.get("08-leader-election")), (None, Some(&progress)));
    assert_eq!(memory::to_json(&backup).as_deref(), Some(file));
    // What is not there yet is empty, and what a later version adds is left alone.
    assert_eq!(stored(r#"{"version":1,"bets":{"a":255},"more":[1]}"#).0.bets.get("a"), Some(&255));
}

#[wasm_bindgen_test]
fn what_is_no_progress_is_not_taken_for_any() {
    let wholes = ["", "3", "[]", "null", "{}", r#"{"version":"1"}"#, r#"{"version":1.5}"#, r#"{"version":-1}"#, r#"{"version":9}"#];
    let fields = [r#""reached":[true]"#, r#""reached":{"a":1}"#, r#""reached":null"#, r#""bets":{"a":256}"#, r#""bets":{"a":-1}"#]
        .into_iter()
        .chain([r#""bets":{"a":1.5}"#, r#""answers":{"a":"1"}"#, r#""answers":"abc""#, r#""answers":{"a":null}"#]);
    for text in wholes.into_iter().map(str::to_owned).chain(fields.map(|field| format!(r#"{{"version":1,{field}}}"#))) {
        assert_eq!(stored(&text).0, Progress::default(), "{text}");
        let file = format!(r#"{{"kind":"faultline progress","version":1,"lessons":{{"a":{text}}}}}"#);
        assert!(memory::from_json::<Backup>(&file).is_none_or(|file| file.refusal().is_some()), "{file}");
    }
    assert_eq!(memory::from_json::<Backup>(r#"{"kind":"faultline progress","version":1}"#), None);
}

/// A playground in the page, gone again when it is dropped.
struct Mounted {
    root: Element,
    handle: Option<AppHandle<Playground>>,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            handle.destroy();
        }
        self.root.remove();
    }
}

/// Leader election, in whose runs no two of the first events are at the same moment.
static REST: Rest = Rest::of(leader_election::TOPIC);
static NAMES: [&str; leader_election::TOPIC.algorithms.len()] = names(leader_election::TOPIC.algorithms);
static PROGRAM: Program = Program::new(&REST.topic, REST.topic.algorithms, &NAMES, || Box::pin(async { Some(&REST) }));

fn topic() -> &'static Topic {
    &REST.topic
}

/// A run that somebody made: a node crashed after a second, and its reader stands a second later.
fn shared() -> Scenario {
    let mut scenario = Scenario::new(topic(), 0, 11).expect("the algorithm is there");
    let crash = Intervention::Do(Choice::Crash(NodeId(1)));
    scenario.journal.push(Entry { at: At { time_us: 1_000_000, after: 0 }, what: crash });
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.play_to(2_000_000, u32::MAX).expect("it plays");
    scenario.capture(&timeline)
}

fn lesson() -> LessonData {
    let first = Scenario::new(topic(), 0, 3).expect("the algorithm is there");
    let scenario = |id: &str, scenario: &Scenario| ScenarioData {
        id: id.to_owned(),
        title: format!("The {id} run"),
        link: link::encode(scenario).expect("it is valid"),
        ..ScenarioData::default()
    };
    LessonData {
        number: topic().number,
        slug: "a-test".to_owned(),
        title: "A test".to_owned(),
        scenarios: vec![scenario("first", &first), scenario("shared", &shared())],
        ..LessonData::default()
    }
}

async fn mounted() -> Mounted {
    let document = page::document().expect("there is a page");
    let root = document.create_element("div").expect("it can be made");
    root.set_id("playground");
    document.body().expect("the page has a body").append_child(&root).expect("it can be added");
    let props = PlaygroundProps { lesson: Rc::new(lesson()), program: &PROGRAM, rest: Some(&REST) };
    let handle = yew::Renderer::<Playground>::with_root_and_props(root.clone(), props).render();
    flush().await;
    Mounted { root, handle: Some(handle) }
}

impl Mounted {
    async fn tell(&self, message: Msg) {
        self.handle.as_ref().expect("it is mounted").send_message(message);
        flush().await;
    }

    /// Hands on frames until a run that is being opened has got to its moment.
    async fn opened(&self, action: Action) {
        self.tell(Msg::Act(action)).await;
        let mut now_ms = 0.0;
        while self.find(".pg-wait").is_some() {
            now_ms += 16.0;
            self.tell(Msg::Frame(now_ms)).await;
        }
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).expect("it is a selector")?.dyn_into().ok()
    }

    fn found(&self, selector: &str) -> Element {
        let found = self.root.query_selector(selector).expect("it is a selector");
        found.unwrap_or_else(|| panic!("nothing is {selector} in {}", self.root.inner_html()))
    }

    fn text(&self, selector: &str) -> String {
        self.found(selector).text_content().unwrap_or_default()
    }

    async fn click(&self, selector: &str) {
        self.found(selector).dyn_into::<HtmlElement>().expect("it can be clicked").click();
        flush().await;
    }

    /// Presses a key where the focus would be.
    async fn press(&self, selector: &str, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("it can be made");
        self.found(selector).dispatch_event(&event).expect("it can be sent");
        flush().await;
    }

    /// "step 3", "step 2 of 3".
    fn step(&self) -> String {
        self.text(".readout span")
    }

    /// What the main button of the transport would do.
    fn main_button(&self) -> String {
        self.found(".pg-transport .btn-main").get_attribute("aria-label").unwrap_or_default()
    }
}

const STEP: &str = ".pg-transport [aria-label=Step]";
const STEP_BACK: &str = ".pg-transport [aria-label='Step back']";
const SCRUBBER: &str = ".pg-transport input[type=range]";

#[wasm_bindgen_test]
async fn a_lesson_opens_with_its_first_run_at_its_beginning() {
    let page = mounted().await;
    assert_eq!(page.text(".pg-scenario"), "The first run");
    assert_eq!(page.step(), "step 0");
    assert_eq!(page.main_button(), "Play");
    assert!(page.find(".pg-notice").is_none());
}

#[wasm_bindgen_test]
async fn the_transport_steps_and_steps_back() {
    let page = mounted().await;
    for _ in 0..3 {
        page.click(STEP).await;
    }
    assert_eq!(page.step(), "step 3");
    page.click(STEP_BACK).await;
    assert_eq!(page.step(), "step 2 of 3");
    page.click(STEP).await;
    assert_eq!(page.step(), "step 3");
}

#[wasm_bindgen_test]
async fn time_passes_only_while_the_run_plays() {
    let page = mounted().await;
    page.tell(Msg::Act(Action::Speed(7))).await;
    page.click(".pg-transport .btn-main").await;
    assert_eq!(page.main_button(), "Pause");
    for frame in 0..40 {
        page.tell(Msg::Frame(1e6 + f64::from(frame) * 50.0)).await;
    }
    page.click(".pg-transport .btn-main").await;
    assert_eq!(page.main_button(), "Play");
    let (step, moment) = (page.step(), page.text(".readout b"));
    assert_ne!(step, "step 0");
    assert!(moment.ends_with(" s"), "about two seconds, and not {moment}");
    page.click(STEP_BACK).await;
    page.click(STEP).await;
    assert_eq!(page.step(), step);
}

#[wasm_bindgen_test]
async fn the_keyboard_steps_rewinds_and_plays() {
    let page = mounted().await;
    for _ in 0..8 {
        page.press(SCRUBBER, "ArrowRight").await;
    }
    assert_eq!(page.step(), "step 8");
    page.press(SCRUBBER, "ArrowLeft").await;
    assert_eq!(page.step(), "step 7 of 8");
    page.press(SCRUBBER, "Home").await;
    assert_eq!(page.step(), "step 0 of 8");
    page.press(SCRUBBER, "End").await;
    assert_eq!(page.step(), "step 8");
    page.press(SCRUBBER, " ").await;
    assert_eq!(page.main_button(), "Pause");
    page.press(SCRUBBER, " ").await;
    assert_eq!(page.main_button(), "Play");
}

#[wasm_bindgen_test]
async fn a_node_is_crashed_by_keyboard_from_its_menu() {
    let page = mounted().await;
    page.tell(Msg::Act(Action::SeekStep(40))).await;
    let node = ".layer-nodes [data-id]";
    assert_ne!(page.found(node).get_attribute("data-state").as_deref(), Some("down"));
    page.press(node, "Enter").await;
    let buttons = page.found(".menu[role=dialog]").query_selector_all("button").expect("it is a selector");
    let crash = (0..buttons.length())
        .filter_map(|at| buttons.item(at)?.dyn_into::<HtmlElement>().ok())
        .find(|button| button.text_content().is_some_and(|text| text.trim_start().starts_with("Crash")))
        .expect("a node that runs can be crashed");
    crash.click();
    flush().await;
    assert!(page.find(".menu[role=dialog]").is_none(), "the menu closes");
    assert_eq!(page.found(node).get_attribute("data-state").as_deref(), Some("down"));
}

#[wasm_bindgen_test]
async fn a_link_opens_where_its_reader_stood() {
    let page = mounted().await;
    let scenario = shared();
    let mut timeline = scenario.timeline().expect("it is valid");
    timeline.seek_at(scenario.moment.at).expect("it plays");
    let text = link::encode(&scenario).expect("it is valid");
    page.opened(Action::OpenText(format!("https://example.org/lessons/a-test/#s={text}"), Source::Link)).await;
    assert_eq!(page.step(), format!("step {}", timeline.step_count()));
    assert_eq!(page.text(".readout b"), "2.000 s");
    assert!(page.find(".pg-notice").is_none(), "it ends as it ended: {}", page.text(".pg-notice"));
}

#[wasm_bindgen_test]
async fn a_link_that_no_longer_ends_where_it_ended_says_so() {
    let page = mounted().await;
    let mut scenario = shared();
    scenario.moment.fingerprint = scenario.moment.fingerprint.map(|(version, fingerprint)| (version, fingerprint ^ 1));
    page.opened(Action::OpenText(link::encode(&scenario).expect("it is valid"), Source::Link)).await;
    assert!(page.text(".pg-notice p").starts_with("This run does not end as it did when it was shared."));
}

#[wasm_bindgen_test]
async fn a_bad_link_is_explained_and_takes_nothing_away() {
    let page = mounted().await;
    page.click(STEP).await;
    page.click(STEP).await;
    for text in ["", "#s=", "no such thing!", "AQ", "#s=AgAAAAAA"] {
        page.tell(Msg::Act(Action::OpenText(text.to_owned(), Source::Link))).await;
        let sentence = link::decode(text, TOPICS).expect_err("it is broken").to_string();
        assert_eq!(page.text(".pg-notice p"), sentence);
        assert_eq!((page.text(".pg-scenario").as_str(), page.step().as_str()), ("The first run", "step 2"));
    }
    page.click(".pg-notice button").await;
    assert!(page.find(".pg-notice").is_none());
}

#[wasm_bindgen_test]
async fn every_panel_opens_on_every_algorithm() {
    let page = mounted().await;
    for algorithm in 0..topic().algorithms.len() {
        page.tell(Msg::Act(Action::Algorithm(u8::try_from(algorithm).expect("there are few")))).await;
        page.tell(Msg::Act(Action::SeekStep(60))).await;
        let tabs = page.root.query_selector_all("[role=tab]").expect("it is a selector");
        assert!(tabs.length() >= 6);
        for at in 0..tabs.length() {
            let tab: HtmlElement = tabs.item(at).and_then(|tab| tab.dyn_into().ok()).expect("it is an element");
            tab.click();
            flush().await;
            assert_eq!(tab.get_attribute("aria-selected").as_deref(), Some("true"));
            assert!(!page.text("[role=tabpanel]").trim().is_empty(), "{:?} shows nothing", tab.text_content());
        }
    }
}
