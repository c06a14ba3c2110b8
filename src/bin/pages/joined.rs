//! Stylesheets and deferred scripts, which are files of their own to work on and one file each on the site: a page waits once for its look.
//! Knows nothing of what they say.

use faultline::sim::hash::stable_hash;
use std::fs;
use std::path::Path;

/// The page `text`, as Trunk left it in the folder `site`, with one stylesheet and one deferred script in place of all. Their parts go from the
/// folder.
pub fn join(text: &str, site: &Path) -> Result<String, String> {
    let text = joined(text, site, ("<link rel=\"stylesheet\" href=\"./", "/>"), "look.css")?;
    joined(&text, site, ("<script src=\"./", " defer></script>"), "page.js")
}

/// Joins the files of all tags that begin and end so, in their order, into one in the place of the first.
fn joined(text: &str, site: &Path, (begin, end): (&str, &str), name: &str) -> Result<String, String> {
    let (mut kept, mut rest) = (String::new(), text);
    let (mut parts, mut place) = (String::new(), None);
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        match after.split_once('"').and_then(|(file, after)| Some((file, after.strip_prefix(end)?))) {
            Some((file, after)) => {
                let path = site.join(file);
                let part = fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
                fs::remove_file(&path).map_err(|error| format!("{} cannot be removed: {error}", path.display()))?;
                parts.push_str(part.trim_end());
                parts.push('\n');
                place.get_or_insert(kept.len());
                rest = after;
            }
            // Of another kind: it stays.
            None => {
                kept.push_str(begin);
                rest = after;
            }
        }
    }
    kept.push_str(rest);
    let place =
        place.ok_or_else(|| format!("index.html, as Trunk left it, names nothing that could be in {name}: expected {begin}…\"{end}"))?;
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    let file = format!("{stem}-{:016x}.{ending}", stable_hash(parts.as_bytes()));
    fs::write(site.join(&file), parts).map_err(|error| format!("{file} cannot be written: {error}"))?;
    kept.insert_str(place, &format!("{begin}{file}\"{end}"));
    Ok(kept)
}
