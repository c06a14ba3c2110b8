//! Changes to texts that keep much of their structure: lines, words and numbers moved, doubled, exchanged and broken. Knows no format.

use faultline::sim::rng::pick;
use rand_pcg::Pcg64Mcg;

/// What has broken parsers before: signs of these formats, ends of ranges, letters of more than one byte, and nothing.
const NASTY: &[&str] = &[
    "",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{1f9e8}",
    "e\u{301}",
    "ß",
    ":::",
    "::: ",
    "::: experiment",
    "::: question",
    "+++",
    "---",
    "{{",
    "}}",
    "{{x}}",
    "{node}",
    "{",
    "}",
    "[",
    "]",
    "[[",
    "]]",
    "[x](",
    "](scenario:",
    "](sign:leader)",
    "](#",
    "](lesson:",
    "](javascript:alert(1))",
    "- [x] ",
    "- [ ] ",
    "<b>",
    "<script>alert(1)</script>",
    "<!--",
    "-->",
    "&",
    "&#0;",
    "&lt;",
    "`",
    "```",
    "**",
    "__",
    "~",
    "^",
    "|",
    "> ",
    "# ",
    "\\",
    "\"",
    "\"\"\"",
    "'",
    "'''",
    "=",
    "#",
    ",",
    ".",
    "..",
    "@",
    ":",
    "?",
    "*",
    "<>",
    ">",
    "leader",
    "rest",
    "true",
    "false",
    "inf",
    "nan",
    "1979-05-27",
    "0x10",
    "1_000",
];
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "7",
    "9",
    "10",
    "12",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "999999",
    "1000000",
    "2147483648",
    "4294967296",
    "3600000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e9",
    "1e999",
    "0.1",
    "1.5",
    "0.0000001",
    "99999999999999999999999999",
    "1000000000000",
    "1000000000001",
];
/// How often something small is said again, at most.
const REPEATS_MAX: u64 = 3_000;
/// No input is longer, in bytes: none that somebody wrote is.
const BYTES_MAX: usize = 200_000;

/// Chance that is the same on every machine.
pub struct Luck(Pcg64Mcg);

impl Luck {
    pub fn new(stream: Pcg64Mcg) -> Self {
        Luck(stream)
    }

    /// A number below `n`; 0 if there is none.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { usize::try_from(pick(&mut self.0, n as u64)).unwrap() }
    }

    pub fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    /// A text of `corpus`, changed a few times; now and then with a part of another.
    pub fn text(&mut self, corpus: &[String]) -> String {
        let mut text = corpus[self.below(corpus.len())].clone();
        let times = 1 + self.below(5);
        for _ in 0..times {
            let other = &corpus[self.below(corpus.len())];
            text = self.changed(&text, other);
            if text.len() > BYTES_MAX {
                text.truncate(text.floor_char_boundary(BYTES_MAX));
            }
        }
        text
    }

    fn changed(&mut self, text: &str, other: &str) -> String {
        match self.below(12) {
            0 => self.line(text, |_, _| Vec::new()),
            1 => self.line(text, |_, line| vec![line.to_owned(), line.to_owned()]),
            2 => self.line(text, |luck, line| vec![line.to_owned(), luck.any_line(other)]),
            3 => self.line(text, |luck, _| vec![luck.any_line(other)]),
            4 => self.moved_line(text),
            5 | 6 => self.exchanged(text, |sign| sign.is_ascii_digit(), NUMBERS),
            7 => self.exchanged(text, |sign| sign.is_alphanumeric() || sign == '-', NASTY),
            8 => {
                let word = self.word(other);
                self.exchanged(text, |sign| sign.is_alphanumeric() || sign == '-' || sign == '_', &[&word])
            }
            9 => {
                let nasty = self.of(NASTY);
                let count = if self.below(40) == 0 { self.below(usize::try_from(REPEATS_MAX).unwrap()) } else { 1 };
                self.with(text, 0, &nasty.repeat(count))
            }
            10 => {
                let cut = self.below(30);
                self.with(text, cut, "")
            }
            _ => {
                let end = self.place(text);
                text[..end].to_owned()
            }
        }
    }

    /// A place between two letters.
    fn place(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        text.floor_char_boundary(at)
    }

    /// With `new` in place of about `cut` bytes somewhere.
    fn with(&mut self, text: &str, cut: usize, new: &str) -> String {
        let from = self.place(text);
        let to = text.ceil_char_boundary((from + cut).min(text.len()));
        [&text[..from], new, &text[to..]].concat()
    }

    /// With something in place of one of the longest stretches of such letters.
    fn exchanged(&mut self, text: &str, is_part: impl Fn(char) -> bool, new: &[&str]) -> String {
        let from = self.place(text);
        let Some(start) = text[from..].find(&is_part).map(|at| at + from) else { return text.to_owned() };
        let end = text[start..].find(|sign| !is_part(sign)).map_or(text.len(), |at| at + start);
        [&text[..start], self.of(new), &text[end..]].concat()
    }

    fn word(&mut self, text: &str) -> String {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() { String::new() } else { self.of(&words).to_owned() }
    }

    fn any_line(&mut self, text: &str) -> String {
        let lines: Vec<&str> = text.split('\n').collect();
        self.of(&lines).to_owned()
    }

    /// With what `change` makes of one line.
    fn line(&mut self, text: &str, change: impl Fn(&mut Self, &str) -> Vec<String>) -> String {
        let lines: Vec<&str> = text.split('\n').collect();
        let chosen = self.below(lines.len());
        let mut out = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            if index == chosen { out.extend(change(self, line)) } else { out.push(line.to_owned()) }
        }
        out.join("\n")
    }

    fn moved_line(&mut self, text: &str) -> String {
        let mut lines: Vec<&str> = text.split('\n').collect();
        let line = lines.remove(self.below(lines.len()));
        let to = self.below(lines.len() + 1);
        lines.insert(to, line);
        lines.join("\n")
    }
}
