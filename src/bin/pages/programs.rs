//! The program of each lesson, that of the demonstrations, and the searcher: compiled, bound to JavaScript, shrunk, and named after their content. Knows no algorithm.
//!
//! Trunk builds one program, that of pages without a playground. Those of the lessons are the page writer's, because each is the
//! same source compiled with another lesson in it; and so is the searcher, which none of them loads before it is asked to search. What a
//! program was made of is kept beside it, and a program of which nothing
//! has changed is not made again. In a draft (`FAULTLINE_DRAFT`) nothing is shrunk: that takes a minute a program.

use crate::press;
use crate::split;
use faultline::lessons::source::Lesson;
use faultline::sim::hash::stable_hash;
use std::collections::BTreeMap;
use std::fs;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, mpsc};
use std::thread;

/// What wasm-opt is told: small before fast; and then once more, which finds 1 KB of a first file that the first time left, of functions that
/// have been named after the places that they are to have.
const WASM_OPT: [&str; 4] = ["-Oz", "--low-memory-unused", "--strip-debug", "--strip-producers"];
const WASM_ORDER: [&str; 5] = ["-Oz", "--low-memory-unused", "--reorder-functions-by-name", "--strip-debug", "--strip-target-features"];
/// What cargo builds, and how.
const CARGO: [&str; 5] = ["--quiet", "--locked", "--release", "--target", "wasm32-unknown-unknown"];
/// How the standard library is compiled for programs that are published: for size, and without the words of a panic. Both want the source
/// of the standard library and options that a stable compiler has but does not offer.
const STD: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
const STD_ENV: [(&str, &str); 2] =
    [("RUSTC_BOOTSTRAP", "1"), ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort")];
/// How programs are made: what is made otherwise is made again.
const MAKER: [&str; 4] = [include_str!("programs.rs"), include_str!("press.rs"), include_str!("split.rs"), include_str!("rest.js")];
/// The file of a program's folder that says what it was made of.
const MADE_OF: &str = "made-of";
const MODULE: &str = "program.js";
const WASM: &str = "program_bg.wasm";
/// What a lesson's program fetches later.
const REST: &str = "program_rest.wasm";

/// The files of a program, relative to the site's root: `./lesson-08-….js`.
#[derive(Clone)]
pub struct Program {
    /// The JavaScript module.
    pub module: String,
    /// What it instantiates.
    pub wasm: String,
    /// What it fetches later, if it does.
    pub rest: Option<String>,
}

/// The programs of a page with a playground, or with demonstrations.
#[derive(Clone)]
pub struct Programs {
    /// That of the page itself.
    pub page: Program,
    /// What its workers run, if it has any.
    pub workers: Option<Workers>,
}

/// What the workers of a page run.
#[derive(Clone)]
pub struct Workers {
    /// The program.
    pub searcher: Program,
    /// The script that begins it.
    pub script: String,
}

/// What the searcher and the demonstrations' program are called, which are binaries of their own, among the lessons' folders.
const SEARCHER: &str = "searcher";
pub const DEMOS: &str = "demos";
/// The binary of a lesson's program.
const OF_LESSON: &str = "faultline";

/// Makes the programs of `lessons`, and the two of the page that is `beside` the path if there is one: its demonstrations', and that of its
/// algorithms in the sandbox. Puts them into `site`; returns them by the lessons' folders, and as [`DEMOS`].
pub fn build<'a>(
    lessons: &'a BTreeMap<String, Lesson>,
    beside: Option<&'a Lesson>,
    site: &Path,
) -> Result<BTreeMap<&'a str, Programs>, String> {
    let workshop = Workshop::open()?;
    let (give, take) = mpsc::channel::<(&str, PathBuf)>();
    let (take, made) = (Mutex::new(take), Mutex::new(BTreeMap::new()));
    let finish = || {
        while let Some((slug, folder)) = take.lock().ok().and_then(|take| take.recv().ok()) {
            let program = workshop.shrink(&folder).and_then(|()| publish(&folder, site));
            if let Ok(mut made) = made.lock() {
                made.insert(slug, program);
            }
        }
    };
    thread::scope(|scope| {
        // The tools take about as long as the compiler does, which is busy meanwhile.
        for _ in 0..thread::available_parallelism().map_or(1, |processors| processors.get().saturating_sub(1).max(1)) {
            scope.spawn(finish);
        }
        let of_lessons = lessons.values().chain(beside).map(|lesson| (lesson.data.slug.as_str(), OF_LESSON, Some(lesson.data.number)));
        let others = iter::once((SEARCHER, SEARCHER, None)).chain(beside.map(|_| (DEMOS, DEMOS, None)));
        for (slug, bin, lesson) in others.chain(of_lessons) {
            let folder = workshop.compile(bin, lesson)?;
            // Nobody takes it only if all of them have panicked, and that ends the scope.
            let _ = give.send((slug, folder));
        }
        drop(give);
        Ok::<_, String>(())
    })?;
    let made = made.into_inner().map_err(|_| "The programs could not be made: a tool's thread stopped.".to_owned())?;
    let mut made: BTreeMap<&str, Program> = made.into_iter().map(|(slug, program)| Ok((slug, program?))).collect::<Result<_, String>>()?;
    let searcher = made.remove(SEARCHER).ok_or("The searcher was not made: a tool's thread stopped.")?;
    let workers = Workers { searcher, script: worker(site)? };
    Ok(made.into_iter().map(|(slug, page)| (slug, Programs { page, workers: (slug != DEMOS).then(|| workers.clone()) })).collect())
}

/// Whether the site is to be built quickly, and not to be small.
pub fn is_draft() -> bool {
    std::env::var_os("FAULTLINE_DRAFT").is_some_and(|value| !value.is_empty())
}

/// Where programs are made, and of what.
struct Workshop {
    /// Cargo's folder for what it builds, which is where this very program is: `target/debug/pages`.
    target: PathBuf,
    draft: bool,
    /// Whether the standard library is compiled for size.
    sized: bool,
    /// All that the programs have in common.
    made_of: String,
}

impl Workshop {
    fn open() -> Result<Self, String> {
        let here = std::env::current_exe().map_err(|error| format!("The page writer does not know where it is: {error}"))?;
        let target = here.parent().and_then(Path::parent).ok_or_else(|| format!("{} is not in a target folder.", here.display()))?;
        let mut workshop = Workshop { target: target.to_owned(), draft: is_draft(), sized: false, made_of: String::new() };
        // The library first: it is the same for all lessons. A draft keeps the words of a panic.
        workshop.sized = !workshop.draft;
        let mut built = run(workshop.cargo("build").arg("--lib"));
        if let Err(why) = &built
            && workshop.sized
        {
            eprintln!("{why}\nSo programs are built with the standard library as it comes: larger than they should be.");
            workshop.sized = false;
            built = run(workshop.cargo("build").arg("--lib"));
        }
        built?;
        let mut made_of = format!("draft: {}, sized: {}, {:016x}", workshop.draft, workshop.sized, stable_hash(&MAKER));
        for file in [
            workshop.compiled("libfaultline.rlib"),
            "src/main.rs".into(),
            "src/bin/searcher.rs".into(),
            "src/bin/demos.rs".into(),
            "Cargo.toml".into(),
        ] {
            made_of.push_str(&format!(", {:016x}", stable_hash(&read(&file)?)));
        }
        for tool in ["wasm-bindgen", "wasm-opt"] {
            let told = Command::new(tool).arg("--version").output().map_err(|error| no_tool(tool, &error))?;
            made_of.push_str(&format!(", {}", String::from_utf8_lossy(&told.stdout).trim()));
        }
        workshop.made_of = made_of;
        Ok(workshop)
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.arg(command).args(CARGO).env("CARGO_TARGET_DIR", &self.target);
        if self.sized {
            cargo.args(STD).envs(STD_ENV);
        }
        cargo
    }

    fn compiled(&self, file: &str) -> PathBuf {
        self.target.join("wasm32-unknown-unknown/release").join(file)
    }

    fn is_made(&self, folder: &Path) -> bool {
        fs::read_to_string(folder.join(MADE_OF)).is_ok_and(|made_of| made_of == self.made_of)
    }

    /// Compiles a binary, with the lesson of that number in it if one is named, unless it is there; returns its folder.
    fn compile(&self, bin: &str, lesson: Option<u8>) -> Result<PathBuf, String> {
        let name = lesson.map_or(bin.to_owned(), |number| format!("lesson-{number:02}"));
        let folder = self.target.join("programs").join(name);
        if self.is_made(&folder) {
            return Ok(folder);
        }
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| not_written(&folder, &error))?;
        }
        let mut cargo = self.cargo("rustc");
        cargo.args(["--bin", bin]);
        if let Some(number) = lesson {
            cargo.env("FAULTLINE_LESSON", number.to_string()).args(split::LINK);
        }
        run(&mut cargo)?;
        write(&folder.join("compiled.wasm"), &read(&self.compiled(&format!("{bin}.wasm")))?)?;
        Ok(folder)
    }

    /// Makes the finished program of the compiled one.
    fn shrink(&self, folder: &Path) -> Result<(), String> {
        if self.is_made(folder) {
            return Ok(());
        }
        let compiled = folder.join("compiled.wasm");
        let mut bind = Command::new("wasm-bindgen");
        bind.args(["--target", "web", "--no-typescript", "--out-name", "program", "--out-dir"]).arg(folder);
        if self.draft {
            bind.arg("--remove-name-section");
        }
        if is_whole(folder) {
            run(bind.arg(compiled))?;
        } else {
            split::split(folder, &read(&compiled)?)?;
            // The second file needs what the linker exports of the first.
            run(bind.arg("--keep-lld-exports").arg(folder.join(split::FIRST)))?;
            split::link(&folder.join(MODULE))?;
        }
        if !self.draft {
            press(folder)?;
        }
        // The second file as it was stays there, with names, for scripts/crates.mjs.
        let files = [(WASM, WASM), (split::REST, REST)];
        for (from, to) in files.iter().take(if is_whole(folder) { 1 } else { 2 }) {
            let (from, to) = (folder.join(from), folder.join(to));
            if !self.draft {
                run(Command::new("wasm-opt").args(WASM_OPT).arg(&from).arg("-o").arg(&to))?;
                let named = press::name_by_likeness(&read(&to)?).ok_or_else(|| no_module(&to))?;
                write(&to, &named)?;
                run(Command::new("wasm-opt").args(WASM_ORDER).arg(&to).arg("-o").arg(&to))?;
            } else if from != to {
                write(&to, &read(&from)?)?;
            }
        }
        // Last, so that what was interrupted is done again.
        write(&folder.join(MADE_OF), self.made_of.as_bytes())
    }
}

/// Gives module and first file of a program short names for what they say to each other, and the module no layout.
fn press(folder: &Path) -> Result<(), String> {
    let (module, wasm) = (folder.join(MODULE), folder.join(WASM));
    let text = String::from_utf8(read(&module)?).map_err(|_| no_module(&module))?;
    let (text, shortened) = press::shorten(&text, &read(&wasm)?).ok_or_else(|| no_module(&module))?;
    write(&module, press::without_layout(&text).as_bytes())?;
    write(&wasm, &shortened)
}

/// Puts a program into the site under names that change with what is in it, so that browsers may keep it for ever.
fn publish(folder: &Path, site: &Path) -> Result<Program, String> {
    let program = folder.file_name().unwrap_or_default().to_string_lossy();
    let put = |file: &str, ending: &str| named(&program, ending, &read(&folder.join(file))?, site);
    let rest = if is_whole(folder) { None } else { Some(put(REST, "_rest.wasm")?) };
    Ok(Program { module: put(MODULE, ".js")?, wasm: put(WASM, "_bg.wasm")?, rest })
}

/// The searcher and the demonstrations are needed whole.
fn is_whole(folder: &Path) -> bool {
    folder.ends_with(SEARCHER) || folder.ends_with(DEMOS)
}

/// Gives the script that Trunk copied such a name too: a page must not begin a worker with the script of another version.
fn worker(site: &Path) -> Result<String, String> {
    let copied = site.join("worker.js");
    let script = named("worker", ".js", &read(&copied)?, site)?;
    fs::remove_file(&copied).map_err(|error| not_written(&copied, &error))?;
    Ok(script)
}

/// Writes a file whose name has a hash of what is in it; returns its address.
fn named(name: &str, ending: &str, bytes: &[u8], site: &Path) -> Result<String, String> {
    let name = format!("{name}-{:016x}{ending}", stable_hash(bytes));
    write(&site.join(&name), bytes)?;
    Ok(format!("./{name}"))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(path, bytes)).map_err(|error| not_written(path, &error))
}

fn not_written(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}", path.display())
}

fn no_module(path: &Path) -> String {
    format!("{} is not as wasm-bindgen and wasm-opt have written such files so far.", path.display())
}

fn no_tool(name: &str, error: &std::io::Error) -> String {
    format!("{name} cannot be run: {error}. scripts/build gets it.")
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.output().map_err(|error| no_tool(&name, &error))?;
    if done.status.success() { Ok(()) } else { Err(format!("{name} failed:\n{}", String::from_utf8_lossy(&done.stderr))) }
}
