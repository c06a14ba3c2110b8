//! The outer shape of a lesson's text: front matter, prose, and blocks between `:::` lines. Knows no Markdown.

use super::mistake::{Mistake, Mistakes, Source, unknown};

/// A part of a file, and where it begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Part<'a> {
    /// The text.
    pub text: &'a str,
    /// Its first byte in the file.
    pub offset: usize,
}

/// What stands between `:::` lines, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Something to try.
    Experiment,
    /// A question of the check at the end.
    Question,
    /// What the lesson leaves out.
    Simplification,
    /// A remark.
    Note,
    /// Real systems, by name and setting.
    Where,
    /// Papers.
    References,
    /// Lessons in which it goes on.
    Onward,
    /// A small demonstration.
    Demo,
}

const KINDS: &[(&str, Kind)] = &[
    ("experiment", Kind::Experiment),
    ("question", Kind::Question),
    ("simplification", Kind::Simplification),
    ("note", Kind::Note),
    ("where", Kind::Where),
    ("references", Kind::References),
    ("onward", Kind::Onward),
    ("demo", Kind::Demo),
];

/// A piece of a lesson, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// Plain Markdown.
    Prose(Part<'a>),
    /// `::: kind name`, parts divided by `---` lines, `:::`.
    Block {
        /// What it is.
        kind: Kind,
        /// The word after it; empty if there is none.
        name: &'a str,
        /// First byte of its first line.
        offset: usize,
        /// What stands in it.
        parts: Vec<Part<'a>>,
    },
}

/// Divides a file into its front matter and its pieces.
pub fn divide<'a>(source: Source<'a>, mistakes: &mut Mistakes) -> Result<(Part<'a>, Vec<Piece<'a>>), Mistake> {
    let mut lines = lines(source.text).peekable();
    let front = front_matter(source, &mut lines)?;
    let mut pieces = Vec::new();
    let mut prose: Option<Part<'a>> = None;
    while let Some(line) = lines.next() {
        let Some(head) = line.text.strip_prefix(":::") else {
            prose = Some(join(source.text, prose.unwrap_or(line), line));
            continue;
        };
        pieces.extend(prose.take().map(Piece::Prose));
        let (word, name) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
        let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == word) else {
            let known: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
            let says = if word.is_empty() {
                "there is no block open that this line could end.".to_owned()
            } else {
                unknown("block", word, &known)
            };
            mistakes.add(source.mistake(line.offset, says));
            continue;
        };
        let parts = block(source, line, &mut lines)?;
        pieces.push(Piece::Block { kind: *kind, name: name.trim(), offset: line.offset, parts });
    }
    pieces.extend(prose.map(Piece::Prose));
    Ok((front, pieces))
}

/// Lines with their ends, as parts.
fn lines(text: &str) -> impl Iterator<Item = Part<'_>> {
    text.split_inclusive('\n').scan(0, |offset, line| {
        let part = Part { text: line, offset: *offset };
        *offset += line.len();
        Some(part)
    })
}

/// The part from the beginning of one to the end of the other.
fn join<'a>(text: &'a str, first: Part<'a>, last: Part<'a>) -> Part<'a> {
    Part { text: text.get(first.offset..last.offset + last.text.len()).unwrap_or_default(), offset: first.offset }
}

fn front_matter<'a>(source: Source<'a>, lines: &mut impl Iterator<Item = Part<'a>>) -> Result<Part<'a>, Mistake> {
    match lines.next() {
        Some(line) if line.text.trim_end() == "+++" => {}
        _ => return Err(source.mistake(0, "a lesson begins with front matter: a line +++, then TOML, then a line +++.")),
    }
    let mut front = Part { text: "", offset: "+++\n".len() };
    for line in lines {
        if line.text.trim_end() == "+++" {
            return Ok(front);
        }
        front = join(source.text, Part { text: "", offset: front.offset }, line);
    }
    Err(source.mistake(0, "the front matter has no end: a second line +++ is missing."))
}

fn block<'a>(source: Source<'a>, head: Part<'a>, lines: &mut impl Iterator<Item = Part<'a>>) -> Result<Vec<Part<'a>>, Mistake> {
    let begin = head.offset + head.text.len();
    let mut parts = vec![Part { text: "", offset: begin }];
    for line in lines {
        match line.text.trim_end() {
            ":::" => return Ok(parts),
            "---" => parts.push(Part { text: "", offset: line.offset + line.text.len() }),
            inner if inner.starts_with(":::") => {
                return Err(source.mistake(line.offset, "a block begins inside another; a line ::: that ends the first is missing."));
            }
            _ => {
                if let Some(last) = parts.last_mut() {
                    *last = join(source.text, *last, line);
                }
            }
        }
    }
    Err(source.mistake(head.offset, "this block has no end: a line ::: is missing."))
}
