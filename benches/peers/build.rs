//! Takes stateright's own examples, as its package has them, so that its models run as their authors wrote them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Where cargo keeps the sources of stateright.
fn stateright() -> PathBuf {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).args(["metadata", "--format-version", "1", "--locked", "--offline"]).output().expect("cargo runs");
    let metadata = String::from_utf8(output.stdout).expect("metadata is text");
    let manifest = metadata
        .split("\"manifest_path\":\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|path| path.contains("stateright-0.31.0"))
        .expect("stateright is a dependency");
    Path::new(manifest).parent().expect("a manifest is in a directory").to_owned()
}

fn main() {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    for example in ["2pc.rs", "paxos.rs"] {
        let text = fs::read_to_string(stateright().join("examples").join(example)).expect("the package has its examples");
        // Without the module's documentation, which an included file cannot have, and without its command line.
        let model = text.split("\nfn main()").next().unwrap_or_default();
        let lines: Vec<&str> = model.lines().filter(|line| !line.starts_with("//!")).collect();
        fs::write(out.join(example), lines.join("\n")).expect("the build directory can be written");
    }
}
