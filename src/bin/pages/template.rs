//! The template of every page, and what a page puts into it. Knows no lesson.

use crate::programs::{Program, Programs, Workers};
use faultline::lessons::packed::pack;
use faultline::lessons::source::markdown::escape;
use serde::Serialize;

/// The tokens of the template, each of which stands in it once.
const TOKENS: [&str; 5] = ["title", "meta", "csp", "body", "data"];
/// What a page may load and run: itself and WebAssembly. No inline script, no inline style.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";
/// The picture of previews, relative to the site's root.
const PREVIEW: &str = "icons/preview.png";

/// A page to be written. Addresses in it are relative to the site's root and begin with `./`.
pub struct Page {
    /// Its file, relative to the site's root.
    pub file: String,
    /// Text of its title.
    pub title: String,
    /// One sentence on it.
    pub description: String,
    /// Whether search engines should know of it.
    pub indexed: bool,
    /// HTML between header and footer.
    pub body: String,
    /// JSON for the page's program.
    pub data: Option<String>,
    /// Its own program, and the searcher's if it has a playground.
    pub programs: Option<Programs>,
}

impl Page {
    /// Its address, relative to the site's root.
    pub fn address(&self) -> &str {
        self.file.strip_suffix("index.html").unwrap_or(&self.file)
    }

    /// What leads from its folder to the site's root. A page that hosts show at any address needs the site's own, if it is known.
    fn to_root(&self, site: Option<&str>) -> String {
        match (self.file.matches('/').count(), site) {
            (_, Some(site)) if !self.indexed => site.to_owned(),
            (0, _) => "./".to_owned(),
            (depth, _) => "../".repeat(depth),
        }
    }
}

/// `index.html` as Trunk left it, without Trunk's own loader: `assets/start.js` decides when the program starts.
pub struct Template<'a> {
    text: String,
    site: Option<&'a str>,
    /// The program that Trunk built: that of pages without their own.
    program: Program,
}

impl<'a> Template<'a> {
    /// Checks that every token is there, once. `site` is the address at which the site will be served, if that is known.
    pub fn new(text: &'a str, site: Option<&'a str>) -> Result<Self, String> {
        for token in TOKENS {
            let count = text.matches(&mark(token)).count();
            if count != 1 {
                return Err(format!("index.html has the token {} {count} times; expected it once.", mark(token)));
            }
        }
        let (text, program) = without_loader(text)?;
        Ok(Template { text, site, program })
    }

    /// The whole page.
    pub fn fill(&self, page: &Page) -> Result<String, String> {
        let root = page.to_root(self.site);
        let rooted = |text: &str| text.replace("\"./", &format!("\"{root}")).replace("'./", &format!("'{root}"));
        let program = page.programs.as_ref().map_or(&self.program, |programs| &programs.page);
        let mut body = format!("<body data-module=\"{}\" data-wasm=\"{}\"", program.module, program.wasm);
        if let Some(rest) = &program.rest {
            body.push_str(&format!(" data-rest=\"{rest}\""));
        }
        if let Some(Programs { workers: Some(Workers { searcher, script }), .. }) = &page.programs {
            let (module, wasm) = (&searcher.module, &searcher.wasm);
            body.push_str(&format!(" data-worker=\"{script}\" data-searcher=\"{module}\" data-searcher-wasm=\"{wasm}\""));
        }
        body.push('>');
        // assets/start.js finds the program there, and decides when it starts.
        let frame = rooted(&without_comments(&self.text).replacen("<body>", &body, 1));
        let policy = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
        let filled = frame
            .replace(&mark("csp"), &policy)
            .replace(&mark("title"), &escape(&page.title))
            .replace(&mark("meta"), &self.meta(page))
            .replace(&mark("data"), &data_block(page))
            .replace(&mark("body"), &page.body.replace("href=\"./", &format!("href=\"{root}")));
        Ok(filled)
    }

    fn meta(&self, page: &Page) -> String {
        let (title, description) = (escape(&page.title), escape(&page.description));
        let mut meta = format!(
            "<meta name=\"description\" content=\"{description}\">\n  <meta property=\"og:title\" content=\"{title}\">\n  \
             <meta property=\"og:description\" content=\"{description}\">\n  <meta property=\"og:type\" content=\"{}\">\n  \
             <meta property=\"og:site_name\" content=\"{}\">\n  <meta name=\"twitter:card\" content=\"summary_large_image\">",
            if page.programs.is_some() { "article" } else { "website" },
            crate::SITE,
        );
        match (page.indexed, self.site) {
            (false, _) => meta.push_str("\n  <meta name=\"robots\" content=\"noindex\">"),
            // Both must be whole addresses, so they are left out where the site's is not known.
            (true, Some(site)) => {
                let address = escape(&format!("{site}{}", page.address()));
                meta.push_str(&format!(
                    "\n  <link rel=\"canonical\" href=\"{address}\">\n  <meta property=\"og:url\" content=\"{address}\">\n  \
                     <meta property=\"og:image\" content=\"{}{PREVIEW}\">",
                    escape(site)
                ));
            }
            (true, None) => {}
        }
        meta
    }
}

fn mark(token: &str) -> String {
    format!("<!--{{{token}}}-->")
}

/// Notes for whoever works on the template are not for readers.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        let (comment, after) = after.split_once("-->").unwrap_or((after, ""));
        kept.push_str(before);
        if TOKENS.iter().any(|token| mark(token) == format!("<!--{comment}-->")) {
            kept.push_str(&format!("<!--{comment}-->"));
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// What a page gives its program, as JSON.
pub fn data<T: Serialize>(value: &T) -> Option<String> {
    serde_json::to_string(&pack(value)?).ok()
}

fn data_block(page: &Page) -> String {
    match &page.data {
        None => String::new(),
        // An end tag in a text must not end the block.
        Some(json) => format!("<script type=\"application/json\" id=\"page-data\">{}</script>", json.replace('<', "\\u003c")),
    }
}

/// Takes out Trunk's loader and its preloads, which would fetch the program before the text is there; returns the program's files.
fn without_loader(text: &str) -> Result<(String, Program), String> {
    let missing = |what: &str| format!("index.html, as Trunk left it, has no {what}.");
    let (before, after) = text.split_once("<script type=\"module\">").ok_or_else(|| missing("inline module script"))?;
    let (loader, after) = after.split_once("</script>").ok_or_else(|| missing("end of its module script"))?;
    let quoted = |ending: &str| loader.split(['\'', '"']).find(|part| part.starts_with("./") && part.ends_with(ending));
    let module = quoted(".js").ok_or_else(|| missing("name of the program's module"))?;
    let wasm = quoted(".wasm").ok_or_else(|| missing("name of the program's WebAssembly"))?;
    let mut kept = String::new();
    let mut rest = format!("{before}{after}");
    while let Some((ahead, tag)) = rest.split_once("<link ") {
        let (tag, behind) = tag.split_once('>').ok_or_else(|| missing("end of a link"))?;
        kept.push_str(ahead);
        if !tag.contains(module) && !tag.contains(wasm) {
            kept.push_str(&format!("<link {tag}>"));
        }
        rest = behind.to_owned();
    }
    kept.push_str(&rest);
    if !kept.contains("<body>") {
        return Err(missing("plain <body>"));
    }
    Ok((kept, Program { module: module.to_owned(), wasm: wasm.to_owned(), rest: None }))
}
