//! The program of a lesson's page: the page, the engine, and the algorithms of that lesson alone. Empty on native targets.
//!
//! It is compiled once for each lesson, by the page writer, which says in `FAULTLINE_LESSON` for which. Compiled without that, by a
//! lint or by hand, it is the program of the catalogue's first lesson.

#[cfg(target_arch = "wasm32")]
mod program {
    use faultline::topics::{Entry, TOPICS, Topic, topic};
    use faultline::ui::rest::{Coming, Program, Rest, names};
    use wasm_split_helpers::{SplitLoaderError, wasm_split};

    /// What this program carries of the catalogue: evaluated by the compiler, so that nothing else is linked.
    const TOPIC: Topic = match topic(number(option_env!("FAULTLINE_LESSON"))) {
        Some(topic) => *topic,
        None => TOPICS[0],
    };
    static FIRST: [Entry; 1] = [TOPIC.algorithms[0]];
    static NAMES: [&str; TOPIC.algorithms.len()] = names(TOPIC.algorithms);

    /// What the page begins with.
    pub static PROGRAM: Program = Program::new(&TOPIC, &FIRST, &NAMES, fetch);
    /// What it needs only once its reader does something: in a file of its own, because nothing but [`rest`] leads to it.
    static REST: Rest = Rest::of(TOPIC);

    fn fetch() -> Coming {
        Box::pin(async { rest().await.ok() })
    }

    #[wasm_split(rest, fallible)]
    fn rest() -> Result<&'static Rest, SplitLoaderError> {
        Ok(&REST)
    }

    const fn number(text: Option<&str>) -> u8 {
        let mut number = 0;
        let mut digits = match text {
            Some(text) => text.as_bytes(),
            None => &[],
        };
        while let [digit, rest @ ..] = digits {
            number = number * 10 + (*digit - b'0');
            digits = rest;
        }
        number
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    faultline::ui::mount(&program::PROGRAM);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
