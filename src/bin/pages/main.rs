//! The page writer: turns `index.html`, as Trunk left it, and the lessons into every page of the site. Knows no algorithm.
//!
//! Trunk runs it as its `post_build` hook and tells it by environment variables where things are. An author asks it with words what
//! happens in a run ([`run`]); `pages worker <folder>` writes the worker of a site that was changed by hand ([`offline`]). With `FAULTLINE_SITE` set to
//! the address at which the site will be served, pages name their own address, and there is a map of the site.

mod demo;
mod drawing;
mod fallacies;
mod home;
mod joined;
mod lesson;
mod map;
mod offline;
mod press;
mod programs;
mod run;
mod sandbox;
mod split;
mod template;

use faultline::lessons::path;
use faultline::lessons::source::{self, Lesson};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use template::{Page, Template};

/// The site's name, as titles end.
const SITE: &str = "Faultline";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [] => write_site(),
        [word, site] if word == "worker" => offline::write(Path::new(site)),
        words => run::answer(Path::new("lessons"), words).map(|text| println!("{text}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn write_site() -> Result<(), String> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let staging = PathBuf::from(var("TRUNK_STAGING_DIR").ok_or("TRUNK_STAGING_DIR is not set: run `trunk build`, which runs this.")?);
    let house = PathBuf::from(var("TRUNK_SOURCE_DIR").unwrap_or_else(|| ".".to_owned()));
    let site = var("FAULTLINE_SITE").map(|address| format!("{}/", address.trim_end_matches('/')));

    let only = var("FAULTLINE_LESSONS").unwrap_or_default();
    let only: Vec<&str> = only.split_whitespace().collect();
    let lessons = read_lessons(&house.join("lessons"), &only)?;
    let beside = fallacies::read(&house.join("lessons"), &only)?;
    let index = staging.join("index.html");
    let text = std::fs::read_to_string(&index).map_err(|error| format!("{} cannot be read: {error}", index.display()))?;
    if !programs::is_draft() {
        press::press_site(&staging)?;
    }
    let text = joined::join(&text, &staging)?;
    let template = Template::new(&text, site.as_deref())?;

    let mut programs = programs::build(&lessons, beside.as_ref(), &staging)?;
    let mut pages = vec![home::page(&lessons)?, sandbox::list(lessons.values().chain(&beside)), lost()];
    if let Some(beside) = &beside {
        pages.push(fallacies::page(beside, &lessons, programs.remove(programs::DEMOS))?);
        pages.push(sandbox::page(beside, programs.remove(beside.data.slug.as_str()))?);
    }
    for (slug, lesson) in &lessons {
        let program = programs.remove(slug.as_str());
        pages.push(sandbox::page(lesson, program.clone())?);
        pages.push(lesson::page(lesson, &lessons, program)?);
    }
    for page in &pages {
        write(&staging.join(&page.file), &template.fill(page)?)?;
    }
    write(&staging.join("robots.txt"), &robots(site.as_deref()))?;
    if let Some(site) = &site {
        write(&staging.join("sitemap.xml"), &sitemap(site, &pages))?;
    }
    offline::write(&staging)
}

/// The lessons, or `only` those.
fn read_lessons(root: &Path, only: &[&str]) -> Result<BTreeMap<String, Lesson>, String> {
    let mut lessons = BTreeMap::new();
    let mut wrong = String::new();
    let mut slugs = source::folders(root).map_err(|mistakes| mistakes.to_string())?;
    slugs.retain(|slug| only.is_empty() || only.contains(&slug.as_str()));
    for slug in slugs {
        match source::read_lesson(root, &slug) {
            Ok(lesson) => {
                lessons.insert(slug, lesson);
            }
            Err(mistakes) => wrong.push_str(&mistakes.to_string()),
        }
    }
    if wrong.is_empty() { Ok(lessons) } else { Err(format!("The lessons have mistakes:\n{wrong}")) }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, text).map_err(fail)
}

/// What a host shows where there is no page.
fn lost() -> Page {
    Page {
        file: "404.html".to_owned(),
        title: format!("Not found · {SITE}"),
        description: "There is no page at this address.".to_owned(),
        indexed: false,
        body: format!(
            "<main class=\"lost\" id=\"main\"><h1>Nothing was ever recorded here.</h1>{}<p>The address may be mistyped, or the page may \
             have moved. Links to runs begin with the address of a lesson.</p><a class=\"btn btn-main\" href=\"./\">To the path</a></main>",
            drawing::LOST
        ),
        data: None,
        programs: None,
    }
}

fn robots(site: Option<&str>) -> String {
    let map = site.map_or(String::new(), |site| format!("Sitemap: {site}sitemap.xml\n"));
    format!("User-agent: *\nAllow: /\n{map}")
}

fn sitemap(site: &str, pages: &[Page]) -> String {
    let addresses = pages.iter().filter(|page| page.indexed).map(|page| format!("<url><loc>{site}{}</loc></url>\n", page.address()));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n{}</urlset>\n",
        addresses.collect::<String>()
    )
}

/// The part of the path that a lesson belongs to, from 1; for its colour and its sign.
fn part_of(slug: &str) -> usize {
    path::find(slug).map_or(1, |(part, _, _)| part)
}
