//! The program of a lesson's page: the page, the engine, and the algorithms of that lesson alone. Empty on native targets.
//!
//! It is compiled once for each lesson, by the page writer, which says in `FAULTLINE_LESSON` for which. Compiled without that, by a
//! lint or by hand, it is the program of the catalogue's first lesson.

#[cfg(target_arch = "wasm32")]
mod program {
    use faultline::topics::{TOPICS, topic};
    use faultline::ui::Program;

    /// What this program carries of the catalogue and of what draws: evaluated by the compiler, so that nothing else is linked.
    pub static PROGRAM: Program = Program::of(match topic(number(option_env!("FAULTLINE_LESSON"))) {
        Some(topic) => *topic,
        None => TOPICS[0],
    });

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
