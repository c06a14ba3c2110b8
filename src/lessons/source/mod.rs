//! Reading what authors write: `lessons/<slug>/lesson.md` and `scenarios/*.toml`. Native only: for the page writer and the tests.
//!
//! [`read_lesson`] gives a lesson in which every name was found and every scenario was played, or all the mistakes in it, each with
//! file, line and what was expected. The format is described in `lessons/README.md`.

mod blocks;
mod demo;
pub mod document;
mod fields;
pub mod figure;
mod front;
mod history;
pub mod markdown;
pub mod mistake;
pub mod script;
mod search;
pub mod trial;
mod units;

use self::blocks::Writer;
use self::document::{Kind, Piece};
use self::fields::Fields;
use self::figure::Figure;
use self::markdown::Names;
use self::mistake::{Mistake, Mistakes, Source, unknown};
use self::script::Script;
use self::trial::Trial;
use super::demo::Demo;
use super::{LessonData, ScenarioData, path};
use crate::scenario::{Scenario, link};
use crate::topics;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A lesson as the page writer needs it.
pub struct Lesson {
    /// What the playground is given.
    pub data: LessonData,
    /// One sentence for search engines and previews.
    pub description: String,
    /// The question that it begins with.
    pub hook: String,
    /// How long it takes.
    pub minutes: u32,
    /// The text, in order.
    pub blocks: Vec<Block>,
    /// Address and title of its sections.
    pub contents: Vec<(String, String)>,
    /// Its runs as they were written.
    pub scripts: BTreeMap<String, Script>,
    /// Its runs.
    pub scenarios: BTreeMap<String, Scenario>,
    /// The numbers in its text that come from runs.
    pub figures: Vec<Figure>,
    /// What was tried under random faults.
    pub trials: Vec<Trial>,
    /// Its small demonstrations.
    pub demos: Vec<Demo>,
}

/// A piece of a lesson's text, rendered. All strings are HTML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// Prose.
    Prose(String),
    /// The experiment of that index.
    Experiment {
        /// Index into [`LessonData::experiments`].
        index: usize,
        /// What to do.
        body: String,
        /// The goal in words.
        aim: String,
        /// A hint.
        hint: String,
        /// What happened, and why.
        happened: String,
    },
    /// The question of that index.
    Question {
        /// Index into [`LessonData::questions`].
        index: usize,
        /// The question.
        asks: String,
        /// Its answers in order.
        options: Vec<String>,
        /// Why the right one is right.
        why: String,
    },
    /// What the lesson leaves out.
    Simplification(String),
    /// A remark.
    Note(String),
    /// Real systems.
    Where(String),
    /// Papers.
    References(String),
    /// Folders of the lessons in which it goes on, written or to come.
    Onward(Vec<&'static str>),
    /// The demonstration of that index.
    Demo(usize),
}

/// What the figures of a lesson measure: of each measure one, whatever is made of it.
fn measures(figures: &[Figure], scripts: &BTreeMap<String, Script>) -> Vec<String> {
    let mut texts = Vec::new();
    for figure in figures {
        let Some(script) = scripts.get(&figure.scenario) else { continue };
        let text = figure.measure.to_text(script.algorithm);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// The folders of the lessons of the path in `root`, by name.
pub fn folders(root: &Path) -> Result<Vec<String>, Mistakes> {
    let fail = |says: String| Mistakes(vec![Mistake { file: root.display().to_string(), line: 0, says }]);
    let mut slugs = Vec::new();
    for entry in std::fs::read_dir(root).map_err(|error| fail(format!("cannot be read: {error}")))? {
        let entry = entry.map_err(|error| fail(format!("cannot be read: {error}")))?;
        if entry.path().is_dir() && entry.file_name() != path::FALLACIES.slug {
            slugs.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    slugs.sort();
    Ok(slugs)
}

/// Reads the lesson in the folder `root/slug`. `root` is the folder `lessons`.
pub fn read_lesson(root: &Path, slug: &str) -> Result<Lesson, Mistakes> {
    let house = root.parent().unwrap_or(root);
    let folder = root.join(slug);
    let mut mistakes = Mistakes::default();
    let files = mistakes.keep(files(house, &folder)).unwrap_or_default();
    let text = mistakes.keep(mistake::read(house, &folder.join("lesson.md")));
    let lessons = folders(root)?;
    let Some((file, text)) = text else { return Err(mistakes) };
    read(slug, &lessons, Source { file: &file, text: &text }, &files)
        .map_err(|found| Mistakes(mistakes.0.into_iter().chain(found.0).collect()))
}

/// Reads the scenarios of a lesson and no more, and the mistakes in them.
pub fn read_scripts(root: &Path, slug: &str) -> Result<(BTreeMap<String, Script>, Mistakes), Mistakes> {
    let files = files(root.parent().unwrap_or(root), &root.join(slug)).map_err(|mistake| Mistakes(vec![mistake]))?;
    let fail = |says: String| Mistakes(vec![Mistake { file: slug.to_owned(), line: 0, says }]);
    let stop = path::stop_in(slug).ok_or_else(|| fail("is not on the path.".to_owned()))?;
    let topic = topics::topic(stop.number).ok_or_else(|| fail("has no algorithms yet.".to_owned()))?;
    let mut mistakes = Mistakes::default();
    Ok((script::read_all(topic, &files, &mut mistakes), mistakes))
}

/// The scenario files of a folder: name without ending, path, text.
fn files(house: &Path, folder: &Path) -> Result<Vec<(String, String, String)>, Mistake> {
    let scenarios = folder.join("scenarios");
    let place = scenarios.strip_prefix(house).unwrap_or(&scenarios).display().to_string();
    let fail = |says: String| Mistake { file: place.clone(), line: 0, says };
    let listing = std::fs::read_dir(&scenarios).map_err(|error| fail(format!("cannot be read: {error}")))?;
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in listing {
        paths.push(entry.map_err(|error| fail(format!("cannot be read: {error}")))?.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        let (file, text) = mistake::read(house, path)?;
        let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        files.push((id, file, text));
    }
    Ok(files)
}

/// Reads a lesson from texts. `lessons` are the lessons that exist, `files` the scenarios: name without ending, path, text.
pub fn read(slug: &str, lessons: &[String], source: Source<'_>, files: &[(String, String, String)]) -> Result<Lesson, Mistakes> {
    let mut mistakes = Mistakes::default();
    let whole = |says: String| Mistakes(vec![source.mistake(0, says)]);
    let Some(stop) = path::stop_in(slug) else {
        let known: Vec<&str> = path::PATH.iter().flat_map(|part| part.stops).map(|stop| stop.slug).collect();
        return Err(whole(unknown("lesson on the path", slug, &known)));
    };
    let Some(topic) = topics::topic(stop.number) else {
        return Err(whole(format!("lesson {} has no algorithms yet: src/topics has none of that number.", stop.number)));
    };
    let scripts = script::read_all(topic, files, &mut mistakes);
    let scenarios: BTreeMap<String, Scenario> =
        scripts.iter().filter_map(|(id, script)| Some((id.clone(), mistakes.keep(script.play(script.seed()))?))).collect();
    let (front, pieces) = document::divide(source, &mut mistakes).map_err(|mistake| Mistakes(vec![mistake]))?;
    let front = Fields::parse(source, front.text, front.offset, "the front matter").map_err(|mistake| Mistakes(vec![mistake]))?;
    let read = front::read(front, source, topic, &scripts, &mut mistakes);
    let Some(front) = mistakes.keep(read) else { return Err(mistakes) };

    let blocks_of = |name: Kind| pieces.iter().filter(move |piece| matches!(piece, Piece::Block { kind, .. } if *kind == name));
    let name_of = |piece: &Piece<'_>| match piece {
        Piece::Block { name, .. } => (*name).to_owned(),
        Piece::Prose(_) => String::new(),
    };
    let links = scenario_data(&scripts, &scenarios, &front.order, &mut mistakes);
    let names = Names {
        figures: front.figures.iter().map(|figure| (figure.name.clone(), figure.said())).collect(),
        scenarios: links.iter().map(|scenario| (scenario.id.clone(), scenario.link.clone())).collect(),
        experiments: blocks_of(Kind::Experiment).map(name_of).collect(),
        lessons: lessons.to_vec(),
    };
    let mut writer = Writer::new(source, &scripts, &names, mistakes);
    let blocks: Vec<Block> = pieces.iter().filter_map(|piece| writer.piece(piece)).collect();
    let Writer { renderer, experiments, questions, demos, mut mistakes, .. } = writer;
    renderer.finish(&mut mistakes);
    for figure in front.figures.iter().filter(|figure| !renderer.used.contains(&figure.name)) {
        mistakes.add(source.mistake(0, format!("the text never says {{{{{}}}}}: use the figure, or take it out.", figure.name)));
    }
    if !mistakes.0.is_empty() {
        return Err(mistakes);
    }
    Ok(Lesson {
        data: LessonData {
            number: stop.number,
            slug: slug.to_owned(),
            title: stop.title.to_owned(),
            scenarios: links,
            experiments,
            captions: front.captions,
            questions,
            measures: measures(&front.figures, &scripts),
        },
        description: front.description,
        hook: front.hook,
        minutes: front.minutes,
        blocks,
        contents: renderer.contents,
        scripts,
        scenarios,
        figures: front.figures,
        trials: front.trials,
        demos,
    })
}

/// The runs as the playground gets them: those that the front matter lists, in its order, then the rest.
fn scenario_data(
    scripts: &BTreeMap<String, Script>,
    scenarios: &BTreeMap<String, Scenario>,
    order: &[String],
    mistakes: &mut Mistakes,
) -> Vec<ScenarioData> {
    let rest = scripts.keys().filter(|id| !order.contains(id));
    let mut all = Vec::new();
    for id in order.iter().chain(rest) {
        let (Some(script), Some(scenario)) = (scripts.get(id), scenarios.get(id)) else { continue };
        let fail = |why: String| Mistake { file: format!("{id}.toml"), line: 0, says: why };
        let text = mistakes.keep(link::encode(scenario).map_err(|why| fail(why.to_string())));
        if let Some(link) = text {
            all.push(ScenarioData { id: id.clone(), title: script.title.clone(), note: script.note.clone(), link });
        }
    }
    all
}
