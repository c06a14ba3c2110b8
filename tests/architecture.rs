//! The house's own rules, read off its source: who imports whom, what stays out of where. Knows file names and text, no types.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

use faultline::topics::TOPICS;
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up. A module imports only from its own layer and those before it.
const LAYERS: [&str; 6] = ["sim", "check", "topics", "scenario", "lessons", "ui"];
/// The layers in which the same input must give the same run on every machine.
const DETERMINISTIC: [&str; 3] = ["sim", "check", "topics"];
/// Crates that only a page can use.
const WEB_CRATES: [&str; 8] =
    ["yew", "web_sys", "js_sys", "wasm_bindgen", "wasm_bindgen_futures", "gloo", "getrandom", "serde_wasm_bindgen"];
/// What differs from run to run or from machine to machine.
const UNSTEADY: [&str; 6] = ["HashMap", "HashSet", "RandomState", "Instant", "SystemTime", "StdRng"];
/// Float functions whose last bits differ between targets; `libm` has the same on all.
const FLOAT_FUNCTIONS: [&str; 24] = [
    "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "powi", "cbrt", "hypot", "sin", "cos", "sin_cos", "tan",
    "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "gamma",
];
/// Names of algorithms and of their modules that are also names of things on a page.
const ALSO_SOMETHING_ELSE: [&str; 3] = ["ring", "roles", "store"];

/// A source file, its path relative to the house.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Source { path: PathBuf::from(path), text: text.to_owned() }
    }
    /// `src/sim/clock.rs` → `["sim", "clock"]`; `src/sim/mod.rs` → `["sim"]`.
    fn module(&self) -> Vec<String> {
        let inside = self.path.strip_prefix("src").expect("only files of src have a module").with_extension("");
        let mut names: Vec<String> = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
        if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            names.pop();
        }
        names
    }
    fn is_in(&self, layers: &[&str]) -> bool {
        self.module().first().is_some_and(|first| layers.contains(&first.as_str()))
    }
    /// The words of the code in order, comments and texts left out; every other sign is a word of its own.
    fn words(&self) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut rest = self.text.chars().peekable();
        while let Some(sign) = rest.next() {
            if sign.is_alphanumeric() || sign == '_' {
                words.last_mut().expect("there is always one").push(sign);
                continue;
            }
            words.push(String::new());
            match sign {
                '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|next| next != '\n') {},
                '"' => {
                    while let Some(next) = rest.next() {
                        match next {
                            '\\' => drop(rest.next()),
                            '"' => break,
                            _ => {}
                        }
                    }
                }
                _ if sign.is_whitespace() => {}
                _ => words.extend([sign.to_string(), String::new()]),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }
    fn complaint(&self, what: impl std::fmt::Display) -> String {
        format!("{} {what}", self.path.display())
    }
}

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Source { path: path.strip_prefix(house()).expect("it is in the house").to_owned(), text }
}

/// All Rust files of a folder.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![house().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it can be read").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                found.push(read(&entry));
            }
        }
    }
    assert!(!found.is_empty(), "no Rust file in {folder}");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Applies a rule to every file of `src`.
fn hold(rule: fn(&Source) -> Vec<String>) {
    let complaints: Vec<String> = sources("src").iter().flat_map(rule).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// The modules at the root of the crate that a file's paths lead to: `crate::sim::…`, `super::…` up to the root, groups included.
fn roots_named(source: &Source) -> Vec<String> {
    let words = source.words();
    let depth = source.module().len();
    let is_path = |at: usize| words.get(at).is_some_and(|word| word == ":") && words.get(at + 1).is_some_and(|word| word == ":");
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let mut next = at;
        let continues_a_path = at >= 2 && is_path(at - 2);
        if word == "crate" && is_path(at + 1) {
            next = at + 3;
        } else if word == "super" && !continues_a_path {
            let mut supers = 0;
            while words.get(next).is_some_and(|word| word == "super") && is_path(next + 1) {
                (supers, next) = (supers + 1, next + 3);
            }
            if supers < depth {
                continue;
            }
        } else {
            continue;
        }
        if words.get(next).is_some_and(|word| word == "{") {
            // A group: its names at the first level.
            let mut level = 0;
            let mut first = true;
            for word in words.iter().skip(next) {
                match word.as_str() {
                    "{" => level += 1,
                    "}" => level -= 1,
                    "," if level == 1 => first = true,
                    name if level == 1 && first => {
                        found.push(name.to_owned());
                        first = false;
                    }
                    _ => {}
                }
                if level == 0 {
                    break;
                }
            }
        } else {
            found.extend(words.get(next).cloned());
        }
    }
    found
}

fn imports_run_downward(source: &Source) -> Vec<String> {
    let module = source.module();
    let layer = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    let Some(own) = module.first().and_then(|first| layer(first)) else { return Vec::new() };
    let upward = roots_named(source).into_iter().filter(|root| layer(root).is_some_and(|other| other > own));
    upward.map(|root| source.complaint(format!("is of {} and imports {root}, which is above it", LAYERS[own]))).collect()
}

fn web_crates_stay_in_the_page(source: &Source) -> Vec<String> {
    if source.is_in(&["ui"]) || source.path == Path::new("src/main.rs") {
        return Vec::new();
    }
    let named = source.words().into_iter().filter(|word| WEB_CRATES.contains(&word.as_str()));
    named.map(|word| source.complaint(format!("names the web crate {word}"))).collect()
}

/// Identifiers and names of all algorithms, and the modules in which they are.
fn algorithm_names() -> Vec<String> {
    let mut names: Vec<String> = TOPICS.iter().flat_map(|topic| topic.algorithms).map(|entry| entry.id.to_lowercase()).collect();
    names.extend(sources("src/topics").iter().filter_map(|source| source.module().get(1).cloned()));
    let folders = sources("src/topics").into_iter().filter(|source| source.path.ends_with("mod.rs"));
    names.extend(folders.filter_map(|source| source.module().get(2).cloned()));
    names.retain(|name| !ALSO_SOMETHING_ELSE.contains(&name.as_str()));
    names.sort();
    names.dedup();
    names
}

fn the_page_names_no_algorithm(source: &Source) -> Vec<String> {
    if !source.is_in(&["ui"]) {
        return Vec::new();
    }
    // In texts and comments too: what the page says of an algorithm comes from its topic and its lesson.
    let text = source.text.to_lowercase();
    let words: Vec<&str> = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').collect();
    let names = algorithm_names().into_iter().filter(|name| words.contains(&name.as_str()));
    names.map(|name| source.complaint(format!("names the algorithm {name}"))).collect()
}

/// A program has the algorithms of its own lesson. What looks into the catalogue takes all of them into it.
fn programs_carry_one_topic(source: &Source) -> Vec<String> {
    let is_for_authors = source.path.starts_with("src/lessons/source") || source.path.starts_with("src/bin/pages");
    if !source.is_in(&["scenario", "lessons", "ui"]) || is_for_authors {
        return Vec::new();
    }
    // What tests do with it is not in a program.
    let code = Source { path: source.path.clone(), text: source.text.split("\nmod tests {").next().unwrap_or_default().to_owned() };
    let words = code.words();
    let looks_up = |at: usize| words[at] == "topics" && words.get(at + 3).is_some_and(|word| word == "topic");
    let taken = (0..words.len()).filter(|at| words[*at] == "TOPICS" || looks_up(*at));
    taken.map(|_| source.complaint("looks into the catalogue, so every program would carry every algorithm")).collect()
}

fn files_say_what_they_are_for(source: &Source) -> Vec<String> {
    let says = source.text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.trim_end().len() > 10);
    if says { Vec::new() } else { vec![source.complaint("does not open with a `//!` line of purpose")] }
}

fn runs_depend_on_nothing_outside(source: &Source) -> Vec<String> {
    if !source.is_in(&DETERMINISTIC) {
        return Vec::new();
    }
    let named = source.words().into_iter().filter(|word| UNSTEADY.contains(&word.as_str()));
    named.map(|word| source.complaint(format!("names {word}, which is not the same in every run"))).collect()
}

fn floats_are_the_same_everywhere(source: &Source) -> Vec<String> {
    if !source.is_in(&DETERMINISTIC) {
        return Vec::new();
    }
    let words = source.words();
    let is_method = |at: usize| at >= 1 && words[at - 1] == ".";
    let is_of_float = |at: usize| at >= 3 && words[at - 1] == ":" && matches!(words[at - 3].as_str(), "f64" | "f32");
    let called = words.iter().enumerate().filter(|(at, word)| {
        FLOAT_FUNCTIONS.contains(&word.as_str())
            && words.get(at + 1).is_some_and(|next| next == "(")
            && (is_method(*at) || is_of_float(*at))
    });
    called.map(|(_, word)| source.complaint(format!("calls {word} of std, whose last bits differ between targets"))).collect()
}

/// The site's content security policy refuses them.
fn styles_are_in_sheets(source: &Source) -> Vec<String> {
    let before_is_free =
        |at: usize| source.text[..at].chars().next_back().is_none_or(|sign| !sign.is_alphanumeric() && sign != '-' && sign != '_');
    let attributes = source.text.match_indices("style=").filter(|(at, _)| before_is_free(*at)).count();
    let set = source.text.matches("set_attribute(\"style\"").count();
    if attributes + set == 0 { Vec::new() } else { vec![source.complaint("has an inline style, which the page's security policy refuses")] }
}

#[test]
fn imports_only_run_downward() {
    hold(imports_run_downward);
}

#[test]
fn web_crates_are_used_by_the_page_only() {
    hold(web_crates_stay_in_the_page);
}

#[test]
fn the_user_interface_knows_no_algorithm_by_name() {
    hold(the_page_names_no_algorithm);
}

#[test]
fn a_program_carries_the_algorithms_of_one_lesson() {
    hold(programs_carry_one_topic);
}

#[test]
fn every_source_file_opens_with_its_purpose() {
    hold(files_say_what_they_are_for);
    for source in ["tests", "benches"].into_iter().flat_map(sources) {
        assert_eq!(files_say_what_they_are_for(&source), Vec::<String>::new());
    }
}

#[test]
fn nothing_unsteady_is_named_where_runs_are_made() {
    hold(runs_depend_on_nothing_outside);
}

#[test]
fn no_float_function_of_std_is_called_where_runs_are_made() {
    hold(floats_are_the_same_everywhere);
}

/// Where a style asks for just anything that stands before, a browser looks at all neighbours anew whenever one comes or goes: on the stage that
/// is every message, in every frame.
#[test]
fn no_style_depends_on_whatever_stands_before() {
    for sheet in ["base", "page", "playground"] {
        let text = std::fs::read_to_string(house().join(format!("assets/styles/{sheet}.css"))).unwrap();
        let asks = |line: &&str| line.contains("+ *") || line.contains("~ *");
        assert_eq!(text.lines().find(asks), None, "{sheet}.css: say what the element is, or :where(:not(:first-child))");
    }
}

#[test]
fn no_style_is_inline() {
    hold(styles_are_in_sheets);
    assert_eq!(styles_are_in_sheets(&read(&house().join("index.html"))), Vec::<String>::new());
}

// A rule that cannot be broken is no rule.

#[test]
fn each_way_to_import_upward_is_noticed() {
    for (path, text) in [
        ("src/sim/clock.rs", "use crate::topics::TOPICS;"),
        ("src/sim/clock.rs", "use super::super::check::explorer;"),
        ("src/sim/mod.rs", "use super::check;"),
        ("src/check/schedule.rs", "use crate::{sim::{self, At}, topics};"),
        ("src/topics/mod.rs", "fn f() { crate::lessons::g() }"),
        ("src/lessons/source/mod.rs", "pub use crate::ui;"),
    ] {
        assert_eq!(imports_run_downward(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }
}

#[test]
fn imports_downward_and_sideways_are_let_through() {
    for (path, text) in [
        ("src/ui/page.rs", "use crate::lessons::path; use crate::{sim, topics};"),
        ("src/sim/clock.rs", "use super::check_delay; use super::error::check; // crate::ui"),
        ("src/topics/leader_election/mod.rs", "use super::Entry; const A: &str = \"crate::ui\";"),
        ("src/sim/world/exchange.rs", "use super::{Flight, World}; use super::super::trace;"),
    ] {
        assert_eq!(imports_run_downward(&Source::new(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn each_other_rule_notices_what_it_is_there_for() {
    type Rule = fn(&Source) -> Vec<String>;
    let cases: [(Rule, &str, &str); 14] = [
        (web_crates_stay_in_the_page, "src/scenario/link.rs", "use web_sys::Window;"),
        (web_crates_stay_in_the_page, "src/sim/rng.rs", "fn f() { getrandom::fill(&mut []); }"),
        (the_page_names_no_algorithm, "src/ui/page.rs", "let s = \"Raft\";"),
        (the_page_names_no_algorithm, "src/ui/page.rs", "use crate::topics::leader_election::TOPIC;"),
        (programs_carry_one_topic, "src/scenario/link.rs", "use crate::topics::TOPICS;"),
        (programs_carry_one_topic, "src/ui/playground/mod.rs", "let topic = topics::topic(8);"),
        (files_say_what_they_are_for, "src/sim/new.rs", "use std::fmt;\n//! Late."),
        (files_say_what_they_are_for, "src/sim/new.rs", ""),
        (runs_depend_on_nothing_outside, "src/sim/world.rs", "use std::collections::HashMap;"),
        (runs_depend_on_nothing_outside, "src/check/schedule.rs", "let t = std::time::Instant::now();"),
        (floats_are_the_same_everywhere, "src/sim/rng.rs", "let x = y.ln();"),
        (floats_are_the_same_everywhere, "src/topics/x.rs", "let x = f64::powf(2.0, y);"),
        (styles_are_in_sheets, "src/ui/page.rs", "html! { <p style={s}/> }"),
        (styles_are_in_sheets, "src/ui/page.rs", "e.set_attribute(\"style\", \"\")"),
    ];
    for (rule, path, text) in cases {
        assert!(!rule(&Source::new(path, text)).is_empty(), "{path}: {text}");
    }
    for (rule, path, text) in [
        (web_crates_stay_in_the_page as Rule, "src/ui/page.rs", "use web_sys::Window;"),
        (programs_carry_one_topic, "src/lessons/source/mod.rs", "topics::topic(1)"),
        (programs_carry_one_topic, "src/ui/page.rs", "use crate::topics::Topic;"),
        (floats_are_the_same_everywhere, "src/sim/rng.rs", "let x = libm::log(y).sqrt() + log(1);"),
        (floats_are_the_same_everywhere, "src/ui/x.rs", "let x = y.sin();"),
        (styles_are_in_sheets, "src/ui/page.rs", "html! { <p font-style=\"italic\"/> }"),
    ] {
        assert_eq!(rule(&Source::new(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}
