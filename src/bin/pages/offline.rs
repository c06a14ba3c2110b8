//! The worker that makes the site work offline: `assets/service-worker.js`, after a list of the build's files. Knows no lesson.
//!
//! A file is named with its digest, so that the worker can tell this build's from any other's. What only some pages load (a program,
//! named on `<body>`) is listed by the page, and is kept when that page is visited. The version is a hash of all this.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use faultline::sim::hash::stable_hash;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What the worker does.
const WORKER: &str = include_str!("../../../assets/service-worker.js");
/// Its file. The name stays for ever: browsers look there for a newer one.
const FILE: &str = "service-worker.js";
/// Files that no page loads.
const NOT_OF_PAGES: [&str; 4] = [FILE, "robots.txt", "sitemap.xml", "icons/preview.png"];
/// The page whose program is kept at once.
const HOME: &str = "index.html";

/// Writes the worker of the site in that folder, which must be whole but for it.
pub fn write(site: &Path) -> Result<(), String> {
    let mut files = BTreeMap::new();
    read(site, "", &mut files)?;
    let text = worker(&files);
    let place = site.join(FILE);
    fs::write(&place, text).map_err(|error| format!("{} cannot be written: {error}", place.display()))
}

/// All files that pages load, by their path in the site.
fn read(site: &Path, folder: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let fail = |what: &str, error: std::io::Error| format!("{}/{what} cannot be read: {error}", site.display());
    for entry in fs::read_dir(site.join(folder)).map_err(|error| fail(folder, error))? {
        let entry = entry.map_err(|error| fail(folder, error))?;
        let path = format!("{folder}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(site, &format!("{path}/"), files)?;
        } else if !NOT_OF_PAGES.contains(&path.as_str()) {
            let bytes = fs::read(entry.path()).map_err(|error| fail(&path, error))?;
            files.insert(path, bytes);
        }
    }
    Ok(())
}

/// The text of the worker for these files.
fn worker(files: &BTreeMap<String, Vec<u8>>) -> String {
    let list: BTreeMap<&String, Value> = files
        .iter()
        .map(|(path, bytes)| (path, json!([bytes.len(), format!("sha256-{}", STANDARD.encode(Sha256::digest(bytes)))])))
        .collect();
    let lists = format!("const FILES = {};\nconst PROGRAMS = {};\n", json!(list), json!(programs(files)));
    format!("const VERSION = \"{:016x}\";\n{lists}\n{WORKER}", stable_hash(format!("{lists}{WORKER}").as_bytes()))
}

/// What pages name on `<body>` and the home page does not, by the pages' addresses.
fn programs(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, BTreeSet<String>> {
    let named = |page: &str| -> BTreeSet<String> {
        let text = files.get(page).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        let tag = text.split_once("<body").and_then(|(_, after)| after.split_once('>')).map_or("", |(tag, _)| tag);
        let root = "../".repeat(page.matches('/').count());
        let paths = tag.split('"').filter_map(|value| value.strip_prefix(if root.is_empty() { "./" } else { &root }));
        paths.filter(|path| files.contains_key(*path)).map(str::to_owned).collect()
    };
    let at_once = named(HOME);
    let pages = files.keys().filter(|path| path.ends_with(HOME));
    let later = pages.map(|page| (page.trim_end_matches(HOME).to_owned(), named(page).difference(&at_once).cloned().collect()));
    later.filter(|(_, files): &(String, BTreeSet<String>)| !files.is_empty()).collect()
}
