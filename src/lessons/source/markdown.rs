//! Markdown to HTML. Raw HTML is refused, so all markup of a page comes from the build. Knows no algorithm.

use super::document::Part;
use super::mistake::{Mistakes, Source, unknown};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeWithOffset};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What the text of a lesson may refer to by name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Figures, with the value that the text states.
    pub figures: Vec<(String, String)>,
    /// Scenarios, with the text of their link.
    pub scenarios: Vec<(String, String)>,
    /// Experiments.
    pub experiments: Vec<String>,
    /// Lessons that exist.
    pub lessons: Vec<String>,
}

/// Roles that a sign may show: those that the page has a picture of.
const SIGNS: &[&str] = &["leader", "candidate", "follower", "down", "paused", "neutral"];

/// Renders the parts of one lesson, and remembers what it saw.
pub struct Renderer<'a> {
    source: Source<'a>,
    /// What it may refer to.
    pub names: &'a Names,
    /// Ids and titles of headings of the second level, in order.
    pub contents: Vec<(String, String)>,
    /// Names of figures that the text used.
    pub used: BTreeSet<String>,
    ids: BTreeSet<String>,
    /// Tables so far: each is a landmark, with a name of its own.
    tables: usize,
    /// Links within the page, checked at the end.
    anchors: Vec<(String, usize)>,
}

/// Text as HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A word for an address: "Two leaders, two terms" is `two-leaders-two-terms`.
pub fn slug(title: &str) -> String {
    let words: Vec<String> = title
        .to_lowercase()
        .replace(['\u{2019}', '\''], "")
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.join("-")
}

impl<'a> Renderer<'a> {
    /// For the text of one file.
    pub fn new(source: Source<'a>, names: &'a Names) -> Self {
        Renderer { source, names, contents: Vec::new(), used: BTreeSet::new(), ids: BTreeSet::new(), tables: 0, anchors: Vec::new() }
    }

    /// Takes an id for something of the page, and says whether it was free.
    pub fn claim(&mut self, id: &str) -> bool {
        self.ids.insert(id.to_owned())
    }

    /// The HTML of a part of the file.
    pub fn render(&mut self, part: Part<'_>, mistakes: &mut Mistakes) -> String {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_SMART_PUNCTUATION
            | Options::ENABLE_DEFINITION_LIST
            | Options::ENABLE_SUPERSCRIPT
            | Options::ENABLE_SUBSCRIPT;
        let mut out: Vec<Event<'_>> = Vec::new();
        // Where the current heading and the current link began in `out`, and what is to stand after the link.
        let mut heading = None;
        let mut link_ends: Vec<&'static str> = Vec::new();
        let mut in_code = false;
        let mut names_row = false;
        let html = |text: &'static str| Event::Html(CowStr::Borrowed(text));
        // Merged, since the parser cuts a text at every character that might have been markup, also inside {{…}}.
        for (event, range) in TextMergeWithOffset::new(Parser::new_ext(part.text, options).into_offset_iter()) {
            let offset = part.offset + range.start;
            match event {
                Event::Html(_) | Event::InlineHtml(_) => {
                    mistakes.add(self.source.mistake(offset, "HTML is not for lessons: say it in Markdown, or ask for a new block."));
                }
                Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
                Event::Start(Tag::Image { .. }) => {
                    mistakes.add(self.source.mistake(offset, "pictures are not for lessons yet: the playground is the picture."));
                }
                Event::End(TagEnd::Image) => {}
                Event::Start(Tag::Heading { level, .. }) => {
                    if !matches!(level, HeadingLevel::H2 | HeadingLevel::H3 | HeadingLevel::H4) {
                        mistakes.add(self.source.mistake(offset, "headings of a lesson go from ## to ####; # is its title."));
                    }
                    heading = Some((level, out.len()));
                }
                Event::End(TagEnd::Heading(_)) => {
                    if let Some((level, start)) = heading.take() {
                        let inner = out.split_off(start.min(out.len()));
                        out.push(Event::Html(self.heading(level, inner, offset, mistakes).into()));
                    }
                }
                // Alignment would become a style attribute, which the page's policy refuses.
                Event::Start(Tag::Table(columns)) => {
                    self.tables += 1;
                    let number = self.tables;
                    let wrap = format!("<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"Table {number}\">");
                    out.push(Event::Html(wrap.into()));
                    out.push(Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()])));
                }
                Event::End(TagEnd::Table) => {
                    out.push(Event::End(TagEnd::Table));
                    out.push(html("</div>\n"));
                }
                // The first cell of a row is what the row is about.
                Event::Start(Tag::TableRow) => {
                    names_row = true;
                    out.push(Event::Start(Tag::TableRow));
                }
                Event::Start(Tag::TableCell) if names_row => out.push(html("<th scope=\"row\">")),
                Event::End(TagEnd::TableCell) if names_row => {
                    names_row = false;
                    out.push(html("</th>"));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    in_code = true;
                    let language = match &kind {
                        CodeBlockKind::Fenced(language) if !language.is_empty() => format!(" data-language=\"{}\"", escape(language)),
                        _ => String::new(),
                    };
                    out.push(Event::Html(format!("<pre tabindex=\"0\"{language}><code>").into()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    in_code = false;
                    out.push(html("</code></pre>\n"));
                }
                Event::Start(Tag::Strong) => out.push(html("<dfn>")),
                Event::End(TagEnd::Strong) => out.push(html("</dfn>")),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    let (begin, end) = self.link(&dest_url, offset, mistakes);
                    out.push(Event::Html(begin.into()));
                    link_ends.push(end);
                }
                Event::End(TagEnd::Link) => out.push(html(link_ends.pop().unwrap_or_default())),
                Event::Text(text) if !in_code => {
                    let text = self.figures(&text, offset, mistakes);
                    out.push(Event::Text(text.into()));
                }
                other => out.push(other),
            }
        }
        let mut text = String::new();
        pulldown_cmark::html::push_html(&mut text, out.into_iter());
        text.replace("<th></th>", "<td></td>").replace("<th>", "<th scope=\"col\">")
    }

    fn heading(&mut self, level: HeadingLevel, inner: Vec<Event<'_>>, offset: usize, mistakes: &mut Mistakes) -> String {
        let title: String = inner
            .iter()
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        let id = slug(&title);
        if !self.claim(&id) {
            mistakes.add(self.source.mistake(offset, format!("two headings have the address #{id}: change one of them.")));
        }
        let mut text = String::new();
        pulldown_cmark::html::push_html(&mut text, inner.into_iter());
        if level == HeadingLevel::H2 {
            self.contents.push((id.clone(), title));
        }
        // The heading's name is its words alone: who goes from heading to heading would else hear of a link at each.
        format!(
            "<{level} id=\"{id}\" aria-labelledby=\"{id}-title\"><span id=\"{id}-title\">{text}</span>\
             <a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this section\">#</a></{level}>\n"
        )
    }

    /// What stands before and after the words of a link.
    fn link(&mut self, to: &str, offset: usize, mistakes: &mut Mistakes) -> (String, &'static str) {
        let mut wrong = |says: String| mistakes.add(self.source.mistake(offset, says));
        if let Some(role) = to.strip_prefix("sign:") {
            if !SIGNS.contains(&role) {
                wrong(unknown("sign", role, SIGNS));
            }
            let sign = format!("<svg viewBox=\"-14 -14 28 28\" aria-hidden=\"true\"><use href=\"#role-{role}\"/></svg>");
            return (format!("<span class=\"sign\" data-role=\"{role}\">{sign}"), "</span>");
        }
        let address = if let Some(name) = to.strip_prefix("scenario:") {
            match self.names.scenarios.iter().find(|(id, _)| id == name) {
                Some((_, link)) => return (format!("<a href=\"#s={link}\" data-scenario=\"{}\">", escape(name)), "</a>"),
                None => wrong(unknown("scenario", name, &firsts(&self.names.scenarios))),
            }
            String::new()
        } else if let Some(name) = to.strip_prefix("experiment:") {
            if !self.names.experiments.iter().any(|known| known == name) {
                wrong(unknown("experiment", name, &self.names.experiments));
            }
            format!("#experiment-{name}")
        } else if let Some(name) = to.strip_prefix("lesson:") {
            if !self.names.lessons.iter().any(|known| known == name) {
                wrong(unknown("lesson", name, &self.names.lessons));
            }
            format!("../{name}/")
        } else {
            if let Some(anchor) = to.strip_prefix('#') {
                self.anchors.push((anchor.to_owned(), offset));
            } else if !to.starts_with("https://") {
                wrong(format!(
                    "this link goes to \u{201c}{to}\u{201d}; a link begins with https://, #, scenario:, experiment:, lesson: or sign:."
                ));
            }
            to.to_owned()
        };
        (format!("<a href=\"{}\">", escape(&address)), "</a>")
    }

    /// The text with `{{name}}` replaced by what the figure states.
    fn figures(&mut self, text: &str, offset: usize, mistakes: &mut Mistakes) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            let (name, after) = after.split_once("}}").unwrap_or((after, ""));
            let name = name.trim();
            match self.names.figures.iter().find(|(known, _)| known == name) {
                Some((_, value)) => {
                    self.used.insert(name.to_owned());
                    // A number and its unit stay on one line.
                    let _ = write!(out, "{}", value.replace(' ', "\u{a0}"));
                }
                None => mistakes.add(self.source.mistake(offset, unknown("figure", name, &firsts(&self.names.figures)))),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// Complains about links to places that the page does not have.
    pub fn finish(&self, mistakes: &mut Mistakes) {
        let ids: Vec<&String> = self.ids.iter().collect();
        for (anchor, offset) in &self.anchors {
            if !self.ids.contains(anchor) {
                mistakes.add(self.source.mistake(*offset, unknown("heading with the address", anchor, &ids)));
            }
        }
    }
}

fn firsts(pairs: &[(String, String)]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}
