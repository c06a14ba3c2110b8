//! What an animated frame of the playground costs in script: the page's own component, in the page's looks, played by the browser's frames.
//! Layout and painting are not in it.

mod crowd;

use faultline::lessons::LessonData;
use faultline::topics::leader_election;
use faultline::ui::action::Action;
use faultline::ui::page;
use faultline::ui::playground::{Msg, Playground, PlaygroundProps};
use faultline::ui::rest::{Program, Rest};
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};
use web_sys::Element;
use yew::scheduler::flush;

/// Frames that are measured, after those in which a run gets under way.
const FRAMES: usize = 300;
const FRAMES_BEFORE: usize = 60;
/// The moment from which a run is played: Raft has a leader, and as many events are known as the diagram ever looks at.
const BEGIN_US: u64 = 1_000_000;
/// The looks of the page. The playground is as large as in a window of 1440 by 900.
const LOOKS: [&str; 4] = [
    include_str!("../../assets/styles/base.css"),
    include_str!("../../assets/styles/page.css"),
    include_str!("../../assets/styles/playground.css"),
    "#playground { position: static; width: 742px; height: 812px; }",
];

/// The template of every page, of which the signs are needed that pictures refer to.
const TEMPLATE: &str = include_str!("../../index.html");

/// What stands in the page for the number of messages in flight, and of events.
const IN_FLIGHT: &str = ".stage-held > .btn";
const STEPS: &str = ".readout span";

#[wasm_bindgen(module = "/benches/frames/watch.js")]
extern "C" {
    /// Resolves to what so many frames took, and to the script of each, in milliseconds.
    async fn watch(frames: usize) -> JsValue;
}

/// Raft is the first of leader election's.
static RAFT_REST: Rest = Rest::of(leader_election::TOPIC);
static RAFT_PROGRAM: Program =
    Program::new(&RAFT_REST.topic, RAFT_REST.topic.algorithms, &["Raft"], || Box::pin(async { Some(&RAFT_REST) }));

static CROWD_REST: Rest = Rest::of(crowd::TOPIC);
static CROWD_PROGRAM: Program =
    Program::new(&CROWD_REST.topic, CROWD_REST.topic.algorithms, &["Crowd"], || Box::pin(async { Some(&CROWD_REST) }));

#[wasm_bindgen_test]
async fn frames() {
    played("five-node Raft", &RAFT_PROGRAM, &RAFT_REST).await;
    played("50 nodes, 200 messages in flight", &CROWD_PROGRAM, &CROWD_REST).await;
}

/// Plays a topic's first algorithm as a reader would, at the speed with which a page begins.
async fn played(name: &str, program: &'static Program, rest: &'static Rest) {
    let document = page::document().expect("there is a page");
    let body = document.body().expect("it has a body");
    let made = |tag: &str, id: &str, parent: &Element| {
        let made = document.create_element(tag).expect("it can be made");
        made.set_id(id);
        parent.append_child(&made).expect("it can be added");
        made
    };
    let looks = made("style", "", &body);
    looks.set_text_content(Some(&LOOKS.concat()));
    let signs = made("div", "", &body);
    signs.set_inner_html(sprite().expect("the template has signs"));
    let root = made("section", "playground", &body);
    root.set_class_name("pg");
    let lesson = LessonData { number: program.topic.number, ..LessonData::default() };
    let props = PlaygroundProps { lesson: Rc::new(lesson), program, rest: Some(rest) };
    let playground = yew::Renderer::<Playground>::with_root_and_props(root.clone(), props).render();
    flush().await;

    playground.send_message(Msg::Act(Action::SeekTime(BEGIN_US)));
    playground.send_message(Msg::Act(Action::Play));
    flush().await;
    watch(FRAMES_BEFORE).await;
    let text = |selector: &str| root.query_selector(selector).ok().flatten().and_then(|element| element.text_content()).unwrap_or_default();
    let before = text(STEPS);
    let frames = Array::from(&watch(FRAMES).await);
    let name = format!("{name} ({}, from {before} to {})", text(IN_FLIGHT), text(STEPS));
    tell(&name, frames.iter().filter_map(|figure| figure.as_f64()).collect());
    playground.destroy();
    for element in [root, signs, looks] {
        element.remove();
    }
}

fn sprite() -> Option<&'static str> {
    const END: &str = "</svg>";
    let (_, from) = TEMPLATE.split_at_checked(TEMPLATE.find("<svg class=\"sprite\"")?)?;
    from.get(..from.find(END)? + END.len())
}

/// `took_ms`: what all frames took, then the script of each.
fn tell(name: &str, mut took_ms: Vec<f64>) {
    let all_ms = took_ms.remove(0);
    took_ms.sort_by(f64::total_cmp);
    let (median, slow, fastest) = (took_ms[FRAMES / 2], took_ms[FRAMES * 95 / 100], took_ms[FRAMES / 20]);
    let rate = FRAMES as f64 * 1e3 / all_ms;
    console_log!(
        "script of a frame, {name}: median {median:.1} ms, 5 of 100 within {fastest:.1} ms, 95 within {slow:.1} ms; {rate:.0} frames/s"
    );
}
