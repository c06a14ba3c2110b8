//! Mistakes of authors: where, and what was expected. Knows files and lines, not what is in them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// Letters of a complaint. What an author wrote stands in it, and may be a whole file.
const SAYS_CHARS_MAX: usize = 1_200;
/// Bytes of a name for which others like it are looked for.
const NAME_BYTES_MAX: usize = 80;

/// Something in a lesson's files that the build cannot accept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// Path of the file, as the author knows it.
    pub file: String,
    /// Line from 1; 0 when it is about the file as a whole.
    pub line: u32,
    /// A sentence: what is wrong, and what was expected.
    pub says: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says = shortened(&self.says);
        match self.line {
            0 => write!(f, "{}: {says}", self.file),
            line => write!(f, "{}:{line}: {says}", self.file),
        }
    }
}

/// The text of a file, for saying where in it something is.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Its path.
    pub file: &'a str,
    /// Its whole text.
    pub text: &'a str,
}

impl Source<'_> {
    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> u32 {
        let before = self.text.as_bytes().get(..offset.min(self.text.len())).unwrap_or_default();
        u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).map_or(u32::MAX, |lines| lines.saturating_add(1))
    }

    /// A mistake at a byte offset.
    pub fn mistake(&self, offset: usize, says: impl Into<String>) -> Mistake {
        Mistake { file: self.file.to_owned(), line: self.line(offset), says: says.into() }
    }
}

/// Without its middle, if it is too long to read.
fn shortened(says: &str) -> Cow<'_, str> {
    let letters: Vec<char> = says.chars().collect();
    if letters.len() <= SAYS_CHARS_MAX {
        return Cow::Borrowed(says);
    }
    let (head, tail) = (letters.iter().take(SAYS_CHARS_MAX / 2), letters.iter().skip(letters.len() - SAYS_CHARS_MAX / 2));
    head.chain(&['\u{2026}']).chain(tail).copied().collect()
}

/// The mistakes found so far: authors want them all at once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// Notes a mistake.
    pub fn add(&mut self, mistake: Mistake) {
        self.0.push(mistake);
    }

    /// Notes the mistake, if it is one, and goes on without the value.
    pub fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.add(mistake)).ok()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|mistake| writeln!(f, "{mistake}"))
    }
}

/// What a file's byte range is after `base` bytes that come before it.
pub fn shifted(span: Range<usize>, base: usize) -> Range<usize> {
    span.start + base..span.end + base
}

/// Reads a text file; its path relative to `root` is what mistakes name.
pub fn read(root: &Path, path: &Path) -> Result<(String, String), Mistake> {
    let file = path.strip_prefix(root).unwrap_or(path).display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((file, text)),
        Err(error) => Err(Mistake { file, line: 0, says: format!("cannot be read: {error}") }),
    }
}

/// "there is no X; there are A, B and C", with the nearest name first if one is near.
pub fn unknown(what: &str, name: &str, known: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    let comparable = names.iter().filter(|_| name.len() <= NAME_BYTES_MAX);
    let typed = comparable.map(|known| (distance(name, known), *known)).min().filter(|(far, known)| *far * 3 <= known.len().max(3));
    let part = || names.iter().find(|known| name.len() >= 4 && known.contains(name)).copied();
    let near = typed.map(|(_, known)| known).or_else(part);
    let suggestion = near.map_or(String::new(), |known| format!(" Did you mean \u{201c}{known}\u{201d}?"));
    let list = if names.is_empty() { "nothing to choose from here".to_owned() } else { names.join(", ") };
    format!("there is no {what} \u{201c}{name}\u{201d}.{suggestion} Known: {list}.")
}

/// Letters to insert, delete, replace or swap with their neighbour to get from one word to another.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for (i, letter) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in b.iter().enumerate() {
            let same = usize::from(letter != other);
            let mut least = (rows[i][j] + same).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == b[j - 1] && a[i - 1] == *other {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
