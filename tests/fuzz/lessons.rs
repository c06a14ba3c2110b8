//! The text of lessons: those that there are, changed. What comes out is HTML of the page writer's own, whatever went in.

use crate::mutate::Luck;
use crate::{fuzz, is_sentence};
use faultline::lessons::source::mistake::{Mistakes, Source};
use faultline::lessons::source::{Block, Lesson, folders, read};
use std::path::Path;

/// Scenarios that a lesson is read with. Each is played every time, so they are few, and open at once.
const SCENARIOS: usize = 3;
/// Tags and attributes that a lesson's HTML never has, however its text was written.
const FORBIDDEN: [&str; 6] = ["<script", "<style", "<iframe", "<img", "style=", "on"];

/// A lesson of the house, as its author wrote it.
pub struct Real {
    pub slug: String,
    pub text: String,
    /// Names and texts.
    pub scenarios: Vec<(String, String)>,
}

pub fn real() -> Vec<Real> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let of = |slug: String| {
        let text = std::fs::read_to_string(root.join(&slug).join("lesson.md")).unwrap();
        let mut scenarios: Vec<(String, String)> = std::fs::read_dir(root.join(&slug).join("scenarios"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
            .collect();
        scenarios.sort();
        Real { slug, text, scenarios }
    };
    folders(&root).unwrap().into_iter().map(of).collect()
}

/// What must hold of all complaints about a file.
pub fn are_sentences(mistakes: &Mistakes, text: &str) {
    let lines = text.matches('\n').count() + 1;
    for mistake in &mistakes.0 {
        assert!(mistake.line as usize <= lines, "line {} of {lines}", mistake.line);
        is_sentence(&mistake.to_string());
    }
}

/// Up to its first step, and opened at the beginning: it plays in no time.
fn beginning(text: &str) -> String {
    let head = text.split("[[do]]").next().unwrap();
    head.lines().filter(|line| !line.starts_with("open")).map(|line| format!("{line}\n")).collect()
}

fn html(lesson: &Lesson) -> String {
    let mut html = String::new();
    for block in &lesson.blocks {
        match block {
            Block::Prose(text) | Block::Simplification(text) | Block::Note(text) | Block::Where(text) | Block::References(text) => {
                html.push_str(text)
            }
            Block::Experiment { body, aim, hint, happened, .. } => {
                [body, aim, hint, happened].into_iter().for_each(|text| html.push_str(text))
            }
            Block::Question { asks, options, why, .. } => {
                [asks, why].into_iter().chain(options).for_each(|text| html.push_str(text));
            }
            // No text of an author's is in these.
            Block::Onward(_) | Block::Demo(_) => {}
        }
    }
    html
}

/// Reads that text as the lesson of that folder, with the beginnings of some of its scenarios.
fn check(of: &Real, text: &str) -> bool {
    let slugs = [of.slug.clone()];
    let files: Vec<(String, String, String)> =
        of.scenarios.iter().take(SCENARIOS).map(|(id, text)| (id.clone(), format!("scenarios/{id}.toml"), beginning(text))).collect();
    match read(&of.slug, &slugs, Source { file: "lesson.md", text }, &files) {
        Ok(lesson) => {
            let html = html(&lesson).to_lowercase();
            for tag in html.split('<').skip(1).map(|rest| rest.split_once('>').unwrap_or((rest, "")).0) {
                // Names of tag and attributes outside quotes, values inside.
                for (index, part) in tag.split('"').enumerate() {
                    let is_value = index % 2 == 1;
                    let mut names = part.split_whitespace();
                    let is_bad = |name: &str| FORBIDDEN.iter().any(|bad| format!("<{name}").starts_with(bad) || name.starts_with(bad));
                    assert!(if is_value { !part.starts_with("javascript:") } else { !names.any(is_bad) }, "{part:?} in <{tag}>");
                }
            }
            true
        }
        Err(mistakes) => {
            assert!(!mistakes.0.is_empty());
            let longest =
                files.iter().map(|(_, _, text)| text).chain([&text.to_owned()]).max_by_key(|text| text.matches('\n').count()).cloned();
            are_sentences(&mistakes, &longest.unwrap());
            false
        }
    }
}

/// The sections of a lesson, each behind its front matter: a whole lesson would be slow to read a million times.
fn sections(lesson: &Real) -> Vec<String> {
    let (front, text) = lesson.text.split_once("\n+++\n").unwrap();
    text.split("\n## ").map(|section| format!("{front}\n+++\n\n## {section}")).collect()
}

/// A lesson without mistakes, in which little is written: most of its changes come through to the end.
const SMALL: &str = r#"+++
description = "A lesson."
hook = "Why?"
minutes = 5
scenarios = ["start"]
+++

## A heading

Text with [a sign](sign:leader), [a run](scenario:start), [a heading](#a-heading), `code` and H~2~O.

| a | b |
|---|---|
| 1 | [out](https://example.org/?a=1&b=2) |

::: question why
scenario = "start"
---
Why?

- [ ] Not so
- [x] So

Because.
:::

::: where
Something
: uses it.
:::

::: note
A > b & c < d "so".
:::
"#;

#[test]
fn any_text_is_a_lesson_with_no_markup_but_the_page_writers_or_sentences_with_their_lines() {
    let scenarios = vec![("start".to_owned(), "title = \"Start\"\nnote = \"A run.\"\nalgorithm = \"raft\"\n".to_owned())];
    let mut lessons = real();
    let mut corpora: Vec<Vec<String>> = lessons.iter().map(sections).collect();
    lessons.push(Real { slug: "08-leader-election".to_owned(), text: String::new(), scenarios });
    corpora.push(vec![SMALL.to_owned()]);
    let small = corpora.len() - 1;
    // Before the text stands as which lesson it is read; every other time as the small one.
    let input = |luck: &mut Luck| {
        let index = if luck.below(2) == 0 { small } else { luck.below(small) };
        format!("{index}\n{}", luck.text(&corpora[index]))
    };
    fuzz("lesson", input, |input| {
        let (index, text) = input.split_once('\n').unwrap();
        check(&lessons[index.parse::<usize>().unwrap()], text)
    });
}
