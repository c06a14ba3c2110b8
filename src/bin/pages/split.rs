//! A lesson's program in two files: what its page begins with, and the rest. Knows where the split is marked (`src/main.rs`), not what it is for.
//!
//! The linker leaves in the program who refers to whom. What nothing but the marked function leads to, code and data, goes into the
//! second file. It shares memory and table with the first, and is compiled with it: no other second file fits, and loading one fails.

use std::fs;
use std::path::{Path, PathBuf};
use wasm_split_cli_support::{Options, transform};

/// What the compiler must be told for a program that can be split.
pub const LINK: [&str; 2] = ["--", "-Clink-arg=--emit-relocs"];
/// The first file before it is bound to JavaScript.
pub const FIRST: &str = "split/first.wasm";
/// The second file.
pub const REST: &str = "split/split_rest.wasm";
/// The import by which the first file asks for the second, as `wasm-bindgen` writes it, and what stands there instead: one request fewer.
const IMPORT: &str = "import * as import1 from \"./rest.js\"\n";
const LOADER: &str = include_str!("rest.js");

/// Writes the two files of `compiled` into its folder.
pub fn split(folder: &Path, compiled: &[u8]) -> Result<(), String> {
    let (first, into) = (folder.join(FIRST), folder.join("split"));
    let mut options = Options::new(compiled);
    (options.output_dir, options.main_out_path, options.link_name) = (&into, &first, "./rest.js");
    let parts =
        transform(options).map_err(|error| format!("The program in {} cannot be split: {error:?}", folder.display()))?.split_modules;
    if parts != [folder.join(REST)] {
        return Err(format!("The program in {} has been split into {parts:?}; expected {REST}.", folder.display()));
    }
    Ok(())
}

/// Lets the module of the first file fetch the second by itself.
pub fn link(module: &PathBuf) -> Result<(), String> {
    let text = fs::read_to_string(module).map_err(|error| format!("{} cannot be read: {error}", module.display()))?;
    if text.matches(IMPORT).count() != 1 {
        return Err(format!("{} does not import the rest of its program as expected: {IMPORT}", module.display()));
    }
    fs::write(module, text.replace(IMPORT, LOADER)).map_err(|error| format!("{} cannot be written: {error}", module.display()))
}
