//! Work off the page's thread: the page's side of a worker, and the worker's own. Knows what a task is, not what is asked.
//!
//! A worker is made for one task and ends with it. So stopping it is ending it, at once and whatever it is about; and what it held of
//! memory is gone with it.

use crate::scenario::search::task::{News, Work};
use crate::topics::Topic;
use crate::ui::page;
use gloo::events::EventListener;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, Worker, WorkerOptions, WorkerType};
use yew::Callback;

/// How often a worker tells how far it is, in real milliseconds.
const NEWS_MS: f64 = 100.0;

/// A task that a worker is at. Dropping it ends the worker.
pub struct Job {
    worker: Worker,
    _heard: [EventListener; 2],
}

impl Drop for Job {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Job {
    /// Gives a worker the task of that text. `tell` hears what comes of it, with the real milliseconds since it began.
    pub fn new(order: &str, tell: Callback<(News, f64)>) -> Result<Self, String> {
        Job::start(order, tell).map_err(|_| "This browser starts no worker for this page, so it cannot do this here.".to_owned())
    }

    fn start(order: &str, tell: Callback<(News, f64)>) -> Result<Self, JsValue> {
        let [script, module, program] = page::searcher().ok_or(JsValue::NULL)?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&script, &options)?;
        let failed = tell.clone();
        let heard = [
            EventListener::new(&worker, "message", move |event| {
                if let Some(event) = event.dyn_ref::<MessageEvent>() {
                    tell.emit(read(&event.data()));
                }
            }),
            EventListener::new(&worker, "error", move |_| {
                failed.emit((News::Refused("The search could not be started. Reload the page and try again.".to_owned()), 0.0));
            }),
        ];
        let message = Object::new();
        for (name, value) in [("module", module), ("program", program), ("order", order.to_owned())] {
            Reflect::set(&message, &name.into(), &value.into())?;
        }
        worker.post_message(&message)?;
        Ok(Job { worker, _heard: heard })
    }
}

/// What a message of a worker says.
fn read(data: &JsValue) -> (News, f64) {
    let told = data.dyn_ref::<Array>().and_then(|parts| {
        let bytes = parts.get(0).dyn_into::<Uint8Array>().ok()?.to_vec();
        Some((postcard::from_bytes(&bytes).ok()?, parts.get(1).as_f64()?))
    });
    let broke = || News::Refused(format!("The search broke off: {}.", data.as_string().unwrap_or_else(|| "no reason is known".to_owned())));
    told.unwrap_or_else(|| (broke(), 0.0))
}

/// In a worker: does what it was made for, with the algorithms of `topics`. Elsewhere it does nothing.
pub fn serve(topics: &'static [Topic]) {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let order = Reflect::get(&scope, &"order".into()).ok().and_then(|order| order.as_string()).unwrap_or_default();
    let began_ms = js_sys::Date::now();
    let tell = |news: &News| {
        // Writing into memory cannot fail, and a page that does not listen is gone.
        let bytes = Uint8Array::from(postcard::to_allocvec(news).unwrap_or_default().as_slice());
        let _ = scope.post_message(&Array::of2(&bytes, &(js_sys::Date::now() - began_ms).into()));
    };
    let mut work = match Work::new(&order, topics) {
        Ok(work) => work,
        Err(why) => return tell(&News::Refused(why)),
    };
    let mut told_ms = began_ms;
    loop {
        let (news, is_over) = work.go_on();
        let now_ms = js_sys::Date::now();
        if is_over || now_ms - told_ms >= NEWS_MS {
            told_ms = now_ms;
            tell(&news);
        }
        if is_over {
            return;
        }
    }
}
