//! Makes files smaller where the tools leave something: names that only files of a program say to each other, the order of its functions, and
//! the layout of scripts and style sheets. Knows the form of a wasm module, not what is in one.
//!
//! Of lesson 8, gzipped: short names take 4.4 KB from the first file and 3.1 from its module; the order 4.1 from the first file and 3.7 from the
//! second; the layout 1.1 from the module, 3.9 from the style sheets and 1.9 from the other scripts.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// What wasm-bindgen calls the module in the wasm.
const MODULE: &[u8] = b"./program_bg.js";
/// Sections of a wasm module: <https://webassembly.github.io/spec/core/binary/modules.html>.
const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
/// Kinds of imports.
const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;
/// Functions in the section of names.
const FUNCTIONS: u8 = 1;
/// The length of the pieces by which two functions are told to be alike, in bytes.
const PIECE: usize = 8;
/// What gzip looks back over, less what it is about to read.
const WINDOW: usize = 30_000;
/// Short functions are never much like anything: this is added to the count of their pieces.
const SHORT: usize = 16;

/// Reads a wasm module, or a part of one.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    /// The least size of a table or a memory, and perhaps the largest.
    fn limits(&mut self) -> Option<()> {
        let has_most = self.byte()? & 1 == 1;
        self.number()?;
        if has_most { self.number().map(drop) } else { Some(()) }
    }

    /// What has its length before it.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let sized = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(sized)
    }
}

fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn push_sized(bytes: &mut Vec<u8>, sized: &[u8]) {
    push_number(bytes, sized.len());
    bytes.extend(sized);
}

/// Where the section of that kind is, from its kind to its end, and what is in it.
fn section(wasm: &[u8], wanted: u8) -> Option<(Range<usize>, &[u8])> {
    let mut reader = Reader { bytes: wasm, at: 8 };
    while reader.at < wasm.len() {
        let from = reader.at;
        let kind = reader.byte()?;
        let content = reader.sized()?;
        if kind == wanted {
            return Some((from..reader.at, content));
        }
    }
    None
}

/// The `index`-th shortest name: `a`, …, `z`, `aa`, ….
fn short(index: usize) -> String {
    let before = index.checked_sub(26).map_or(String::new(), |beyond| short(beyond / 26));
    format!("{before}{}", char::from(b'a' + (index % 26) as u8))
}

/// Gives what `wasm` imports from its `module` short names in both.
pub fn shorten(module: &str, wasm: &[u8]) -> Option<(String, Vec<u8>)> {
    let (place, imports) = section(wasm, IMPORT)?;
    let mut reader = Reader { bytes: imports, at: 0 };
    let count = reader.number()?;
    let (mut names, mut made) = (BTreeMap::new(), Vec::new());
    push_number(&mut made, count);
    for _ in 0..count {
        let (from, name) = (reader.sized()?, reader.sized()?);
        push_sized(&mut made, from);
        if from == MODULE {
            let short = short(names.len());
            push_sized(&mut made, short.as_bytes());
            names.insert(std::str::from_utf8(name).ok()?, short);
        } else {
            push_sized(&mut made, name);
        }
        // Functions only: wasm-bindgen's modules import nothing else.
        let kind = reader.byte().filter(|kind| *kind == FUNCTION)?;
        made.push(kind);
        push_number(&mut made, reader.number()?);
    }
    let mut shortened = wasm.get(..place.start)?.to_vec();
    shortened.push(IMPORT);
    push_sized(&mut shortened, &made);
    shortened.extend(wasm.get(place.end..)?);
    let mut renamed = String::new();
    for line in module.lines() {
        let named = line.trim_start().split_once(": ").and_then(|(name, rest)| Some((names.remove(name)?, rest)));
        match named {
            Some((short, rest)) => renamed.extend([&*short, ": ", rest, "\n"]),
            None => renamed.extend([line, "\n"]),
        }
    }
    // All of them, each once.
    names.is_empty().then_some((renamed, shortened))
}

/// A script or a style sheet without what only its reader needs: indents, empty lines, comments that begin a line. One that has a text over
/// several lines stays as it is.
pub fn without_layout(text: &str) -> String {
    if text.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut is_comment = false;
    for line in text.lines().map(str::trim) {
        is_comment |= line.starts_with("/*");
        let code = if !is_comment {
            line
        } else if let Some((_, after)) = line.split_once("*/") {
            is_comment = false;
            after.trim_start()
        } else {
            continue;
        };
        if !code.is_empty() && !code.starts_with("//") {
            kept.extend([code, "\n"]);
        }
    }
    kept
}

/// Takes the layout from all scripts and style sheets that Trunk has put into the folder of a site.
pub fn press_site(site: &Path) -> Result<(), String> {
    let fail = |path: &Path, error: std::io::Error| format!("{} cannot be pressed: {error}", path.display());
    for entry in fs::read_dir(site).map_err(|error| fail(site, error))? {
        let path = entry.map_err(|error| fail(site, error))?.path();
        if path.extension().is_some_and(|ending| ending == "css" || ending == "js") {
            let text = fs::read_to_string(&path).map_err(|error| fail(&path, error))?;
            fs::write(&path, without_layout(&text)).map_err(|error| fail(&path, error))?;
        }
    }
    Ok(())
}

/// A module whose functions have names in whose order those that are alike are neighbours, for `wasm-opt --reorder-functions-by-name`:
/// gzip looks back over 32 KB, and the linker's order is by crate.
pub fn name_by_likeness(wasm: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes: section(wasm, CODE)?.1, at: 0 };
    let bodies: Vec<&[u8]> = (0..reader.number()?).map(|_| reader.sized()).collect::<Option<_>>()?;
    let imported = imported_functions(wasm)?;
    let mut places = vec![0; bodies.len()];
    for (place, function) in by_likeness(&bodies).into_iter().enumerate() {
        *places.get_mut(function)? = place;
    }
    let mut names = Vec::new();
    push_number(&mut names, places.len());
    for (function, place) in places.iter().enumerate() {
        push_number(&mut names, imported + function);
        push_sized(&mut names, format!("{place:06}").as_bytes());
    }
    let mut content = Vec::new();
    push_sized(&mut content, b"name");
    content.push(FUNCTIONS);
    push_sized(&mut content, &names);
    let mut named = wasm.to_vec();
    named.push(CUSTOM);
    push_sized(&mut named, &content);
    Some(named)
}

/// How many functions a module imports: they are numbered before its own.
fn imported_functions(wasm: &[u8]) -> Option<usize> {
    let Some((_, imports)) = section(wasm, IMPORT) else { return Some(0) };
    let mut reader = Reader { bytes: imports, at: 0 };
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.sized()?;
        reader.sized()?;
        match reader.byte()? {
            FUNCTION => {
                reader.number()?;
                functions += 1;
            }
            TABLE => {
                reader.byte()?;
                reader.limits()?;
            }
            MEMORY => reader.limits()?,
            GLOBAL => {
                reader.byte()?;
                reader.byte()?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

/// An order in which each follows what it has most in common with: the next is always the one of whose pieces the largest part has been in
/// the window before it.
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let mut holders: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (function, body) in bodies.iter().enumerate() {
        for piece in body.windows(PIECE) {
            let holders = holders.entry(piece).or_default();
            if holders.last() != Some(&function) {
                holders.push(function);
            }
        }
    }
    let holders: Vec<Vec<usize>> = holders.into_values().collect();
    let mut pieces: Vec<Vec<usize>> = vec![Vec::new(); bodies.len()];
    for (piece, functions) in holders.iter().enumerate() {
        for function in functions {
            pieces[*function].push(piece);
        }
    }
    let mut in_window = vec![0u32; holders.len()];
    let mut shared = vec![0usize; bodies.len()];
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let (mut order, mut oldest, mut held) = (Vec::new(), 0, 0);
    let mut next = left.first().copied();
    while let Some(function) = next {
        left.retain(|other| *other != function);
        order.push(function);
        held += bodies[function].len();
        for piece in &pieces[function] {
            in_window[*piece] += 1;
            if in_window[*piece] == 1 {
                holders[*piece].iter().for_each(|other| shared[*other] += 1);
            }
        }
        while held > WINDOW && oldest + 1 < order.len() {
            let gone = order[oldest];
            (oldest, held) = (oldest + 1, held - bodies[gone].len());
            for piece in &pieces[gone] {
                in_window[*piece] -= 1;
                if in_window[*piece] == 0 {
                    holders[*piece].iter().for_each(|other| shared[*other] -= 1);
                }
            }
        }
        next = left.iter().copied().max_by(|one, other| likeness(&shared, &pieces, *one, *other).then(other.cmp(one)));
    }
    order
}

/// Compares the parts of their pieces that two functions share with the window.
fn likeness(shared: &[usize], pieces: &[Vec<usize>], one: usize, other: usize) -> Ordering {
    let whole = |function: usize| pieces[function].len() + SHORT;
    (shared[one] * whole(other)).cmp(&(shared[other] * whole(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module of these sections.
    fn wasm(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (kind, content) in sections {
            wasm.push(*kind);
            push_sized(&mut wasm, content);
        }
        wasm
    }

    fn imports(names: &[(&str, &str)]) -> Vec<u8> {
        let mut content = Vec::new();
        push_number(&mut content, names.len());
        for (from, name) in names {
            push_sized(&mut content, from.as_bytes());
            push_sized(&mut content, name.as_bytes());
            content.extend([FUNCTION, 3]);
        }
        content
    }

    #[test]
    fn what_is_imported_is_called_the_same_in_both_files() {
        let long = imports(&[("./program_bg.js", "__wbg_now_1"), ("./rest.js", "load"), ("./program_bg.js", "__wbg_log_2")]);
        let short = imports(&[("./program_bg.js", "a"), ("./rest.js", "load"), ("./program_bg.js", "b")]);
        let module = "x = {\n    __wbg_log_2: f,\n    __wbg_now_1: function() { return a ? b: c; },\n};\n";
        let others = |imports| wasm(&[(1, vec![0]), (IMPORT, imports), (CODE, vec![0])]);
        let made = shorten(module, &others(long.clone()));
        let expected = "x = {\nb: f,\na: function() { return a ? b: c; },\n};\n";
        assert_eq!(made, Some((expected.to_owned(), others(short))));
        assert_eq!(shorten("x = {\n    __wbg_now_1: f,\n};\n", &others(long)), None, "one of the names is not in the module");
    }

    #[test]
    fn names_are_short_and_all_different() {
        let names: Vec<String> = (0..1_000).map(short).collect();
        assert_eq!([&*names[0], &*names[25], &*names[26], &*names[701], &*names[702]], ["a", "z", "aa", "zz", "aaa"]);
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn a_text_loses_its_layout_and_nothing_else() {
        assert_eq!(without_layout("  // says\n\n  if (a) {\n    b(`//`); // c\n  }\n"), "if (a) {\nb(`//`); // c\n}\n");
        assert_eq!(without_layout("/* one */\n/* two\n   lines */ a { b: \"/*\"; } /* c */\n\nd {}"), "a { b: \"/*\"; } /* c */\nd {}\n");
        let text = "a = `\n  kept\n`;\n";
        assert_eq!(without_layout(text), text);
    }

    #[test]
    fn functions_that_are_alike_are_named_as_neighbours() {
        let (one, other): (Vec<u8>, Vec<u8>) = ((0..60).collect(), (100..160).collect());
        let mut like_one = one.clone();
        like_one[30] = 99;
        let mut code = vec![4];
        for body in [&one, &other, &like_one, &other[..40].to_vec()] {
            push_sized(&mut code, body);
        }
        // A memory is imported too: it is no function, and must not be numbered as one.
        let mut memory = imports(&[("./program_bg.js", "a")]);
        memory[0] = 2;
        push_sized(&mut memory, b"env");
        push_sized(&mut memory, b"memory");
        memory.extend([MEMORY, 0, 17]);
        let plain = wasm(&[(IMPORT, memory), (CODE, code)]);
        let named = name_by_likeness(&plain).expect("it is a module");
        let (place, content) = section(&named, CUSTOM).expect("it has names");
        assert_eq!((&named[..place.start], place.end), (&*plain, named.len()));
        let names = [(1, "000000"), (2, "000002"), (3, "000001"), (4, "000003")];
        let mut expected = vec![names.len() as u8];
        for (function, name) in names {
            expected.push(function);
            push_sized(&mut expected, name.as_bytes());
        }
        let mut whole = Vec::new();
        push_sized(&mut whole, b"name");
        whole.push(FUNCTIONS);
        push_sized(&mut whole, &expected);
        assert_eq!(content, whole);
    }
}
