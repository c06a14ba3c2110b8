//! Reading what authors write: `lessons/<slug>/lesson.md` and `scenarios/*.toml`. Native only: for the page writer and the tests.
//!
//! [`read_lesson`] gives a lesson in which every name was found and every scenario was played, or all the mistakes in it, each with
//! file, line and what was expected. The format is described in `lessons/README.md`.

pub mod document;
mod fields;
pub mod figure;
pub mod markdown;
pub mod mistake;
pub mod script;
mod units;

use self::document::{Kind, Part, Piece};
use self::fields::Fields;
use self::figure::Figure;
use self::markdown::{Names, Renderer};
use self::mistake::{Mistake, Mistakes, Source, unknown};
use self::script::Script;
use super::goal::{DEEDS, Goal, unknown_condition};
use super::{Bet, BetOption, Caption, Experiment, LessonData, Question, ScenarioData, path};
use crate::scenario::{Scenario, link};
use crate::sim::Algorithm;
use crate::topics::{self, Topic};
use std::collections::{BTreeMap, BTreeSet};
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
}

/// The folders of lessons in `root`, by name.
pub fn folders(root: &Path) -> Result<Vec<String>, Mistakes> {
    let fail = |says: String| Mistakes(vec![Mistake { file: root.display().to_string(), line: 0, says }]);
    let mut slugs = Vec::new();
    for entry in std::fs::read_dir(root).map_err(|error| fail(format!("cannot be read: {error}")))? {
        let entry = entry.map_err(|error| fail(format!("cannot be read: {error}")))?;
        if entry.path().is_dir() {
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
    let (_, _, stop) = path::find(slug).ok_or_else(|| fail("is not on the path.".to_owned()))?;
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
    let Some((_, _, stop)) = path::find(slug) else {
        let known: Vec<&str> = path::PATH.iter().flat_map(|part| part.stops).map(|stop| stop.slug).collect();
        return Err(whole(unknown("lesson on the path", slug, &known)));
    };
    let Some(topic) = topics::topic(stop.number) else {
        return Err(whole(format!("lesson {} has no algorithms yet: src/topics has none of that number.", stop.number)));
    };
    let scripts = script::read_all(topic, files, &mut mistakes);
    let scenarios: BTreeMap<String, Scenario> = scripts
        .iter()
        .filter_map(|(id, script)| Some((id.clone(), mistakes.keep(script.play(script.seed()))?)))
        .collect();
    let (front, pieces) = document::divide(source, &mut mistakes).map_err(|mistake| Mistakes(vec![mistake]))?;
    let front = Fields::parse(source, front.text, front.offset, "the front matter").map_err(|mistake| Mistakes(vec![mistake]))?;
    let read = Reader { source, topic, scripts: &scripts, scenarios: &scenarios, mistakes };
    let (front, mut mistakes) = read.front(front);
    let Some(front) = front else { return Err(mistakes) };

    let blocks_of = |name: Kind| pieces.iter().filter(move |piece| matches!(piece, Piece::Block { kind, .. } if *kind == name));
    let name_of = |piece: &Piece<'_>| match piece {
        Piece::Block { name, .. } => (*name).to_owned(),
        Piece::Prose(_) => String::new(),
    };
    let links = scenario_data(&scripts, &scenarios, &front.order, &mut mistakes);
    let names = Names {
        figures: front.figures.iter().map(|figure| (figure.name.clone(), figure.value.clone())).collect(),
        scenarios: links.iter().map(|scenario| (scenario.id.clone(), scenario.link.clone())).collect(),
        experiments: blocks_of(Kind::Experiment).map(name_of).collect(),
        lessons: lessons.to_vec(),
    };
    let mut writer = Writer {
        source,
        scripts: &scripts,
        renderer: Renderer::new(source, &names),
        experiments: Vec::new(),
        questions: Vec::new(),
        mistakes,
    };
    let blocks: Vec<Block> = pieces.iter().filter_map(|piece| writer.piece(piece)).collect();
    let Writer { renderer, experiments, questions, mut mistakes, .. } = writer;
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
        },
        description: front.description,
        hook: front.hook,
        minutes: front.minutes,
        blocks,
        contents: renderer.contents,
        scripts,
        scenarios,
        figures: front.figures,
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

struct Front {
    description: String,
    hook: String,
    minutes: u32,
    order: Vec<String>,
    captions: Vec<Caption>,
    figures: Vec<Figure>,
}

struct Reader<'a> {
    source: Source<'a>,
    topic: &'static Topic,
    scripts: &'a BTreeMap<String, Script>,
    scenarios: &'a BTreeMap<String, Scenario>,
    mistakes: Mistakes,
}

impl Reader<'_> {
    fn front(mut self, fields: Fields<'_>) -> (Option<Front>, Mistakes) {
        let result = self.read_front(fields);
        let front = self.mistakes.keep(result);
        (front, self.mistakes)
    }

    fn read_front(&mut self, mut fields: Fields<'_>) -> Result<Front, Mistake> {
        let description = fields.need_text("description", "\"One sentence for search engines.\"")?;
        let hook = fields.need_text("hook", "\"The question that the lesson begins with?\"")?;
        let minutes = fields.need("minutes", "25")?.number("a number of minutes")?;
        let scenarios = fields.need("scenarios", "[\"steady\", \"crash\"]")?;
        let known: Vec<&String> = self.scripts.keys().collect();
        let mut order = Vec::new();
        for (name, offset) in scenarios.texts("the names of scenarios, the first of which the page opens with")? {
            if !self.scripts.contains_key(&name) && !self.scenarios.contains_key(&name) {
                self.mistakes.add(self.source.mistake(offset, unknown("scenario", &name, &known)));
            }
            order.push(name);
        }
        let mut captions = Vec::new();
        for caption in fields.tables("caption", "a caption")? {
            let read = self.caption(caption);
            captions.extend(self.mistakes.keep(read));
        }
        let mut figures: Vec<Figure> = Vec::new();
        for figure in fields.tables("figure", "a figure")? {
            let place = figure.mistake("");
            let read = Figure::read(figure, self.scripts, &mut self.mistakes);
            let Some(figure) = self.mistakes.keep(read) else { continue };
            if figures.iter().any(|other| other.name == figure.name) {
                self.mistakes.add(Mistake { says: format!("there are two figures \u{201c}{}\u{201d}.", figure.name), ..place });
            }
            figures.push(figure);
        }
        fields.finish(&mut self.mistakes);
        Ok(Front { description, hook, minutes, order, captions, figures })
    }

    fn caption(&mut self, mut fields: Fields<'_>) -> Result<Caption, Mistake> {
        let when = fields.need("when", "\"leader-elected\"")?;
        let condition = when.parsed("a condition", |text| Some(text.to_owned()))?;
        if condition.starts_with("broken:") {
            return Err(when.mistake("a broken invariant speaks for itself: the page shows its sentence, so it takes no caption."));
        }
        let meaning: Vec<&'static dyn Algorithm> = self
            .topic
            .algorithms
            .iter()
            .map(|entry| entry.algorithm)
            .filter(|algorithm| unknown_condition(&condition, *algorithm).is_none())
            .collect();
        if meaning.is_empty() {
            return Err(when.mistake(unknown("condition", &condition, &conditions(self.topic))));
        }
        let say = fields.need("say", "\"Node {node} leads.\"")?;
        let text = say.parsed("a text", |text| Some(text.to_owned()))?;
        // Algorithms may bind different things to a fact of the same name: it is enough to fit one of them.
        let missing = |algorithm: &dyn Algorithm| {
            let known = bindings(&condition, algorithm);
            let name = placeholders(&text).find(|name| !known.iter().any(|known| known == name))?;
            Some(unknown("binding", name, &known))
        };
        let wrong: Vec<Option<String>> = meaning.into_iter().map(missing).collect();
        if let (true, Some(Some(says))) = (wrong.iter().all(Option::is_some), wrong.first()) {
            return Err(say.mistake(says.clone()));
        }
        let slow = match fields.take("slow") {
            None => false,
            Some(value) => value.as_bool().ok_or_else(|| value.mistake("expected true or false."))?,
        };
        fields.finish(&mut self.mistakes);
        Ok(Caption { when: condition, say: text, slow })
    }
}

/// Everything that a caption may wait for, in any algorithm of the topic.
fn conditions(topic: &Topic) -> Vec<String> {
    let mut all: BTreeSet<String> = DEEDS.iter().map(|deed| format!("do:{deed}")).collect();
    for entry in topic.algorithms {
        all.extend(entry.algorithm.facts().iter().map(|fact| fact.name.to_owned()));
    }
    all.into_iter().collect()
}

/// Names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

/// What a caption may put in braces: what the fact's sentence has there, and its first node. A deed has nothing to fill in.
fn bindings(condition: &str, algorithm: &dyn Algorithm) -> Vec<String> {
    let facts = algorithm.facts();
    let sentence = facts.iter().find(|fact| fact.name == condition).map(|fact| fact.sentence);
    let names: BTreeSet<&str> = sentence.into_iter().flat_map(|sentence| placeholders(sentence).chain(["node"])).collect();
    names.into_iter().map(str::to_owned).collect()
}

struct Writer<'a> {
    source: Source<'a>,
    scripts: &'a BTreeMap<String, Script>,
    renderer: Renderer<'a>,
    experiments: Vec<Experiment>,
    questions: Vec<Question>,
    mistakes: Mistakes,
}

impl Writer<'_> {
    fn piece(&mut self, piece: &Piece<'_>) -> Option<Block> {
        match piece {
            Piece::Prose(part) if part.text.trim().is_empty() => None,
            Piece::Prose(part) => Some(Block::Prose(self.renderer.render(*part, &mut self.mistakes))),
            Piece::Block { kind, name, offset, parts } => {
                let read = match kind {
                    Kind::Experiment => self.experiment(name, *offset, parts),
                    Kind::Question => self.question(name, *offset, parts),
                    Kind::Simplification => self.single(*offset, parts).map(Block::Simplification),
                    Kind::Note => self.single(*offset, parts).map(Block::Note),
                    Kind::Where => self.single(*offset, parts).map(|html| Block::Where(html.replace("<dl>", "<dl class=\"meet\">"))),
                    Kind::References => self.single(*offset, parts).map(|html| {
                        let html = html.replace("<ul>", "<ul class=\"refs\">");
                        Block::References(html.replace("<em>", "<cite>").replace("</em>", "</cite>"))
                    }),
                };
                self.mistakes.keep(read)
            }
        }
    }

    /// A block without a head.
    fn single(&mut self, offset: usize, parts: &[Part<'_>]) -> Result<String, Mistake> {
        match parts {
            [part] => Ok(self.renderer.render(*part, &mut self.mistakes)),
            _ => Err(self.source.mistake(offset, "this block has no head: no line --- belongs in it.")),
        }
    }

    /// A text of TOML, rendered as one paragraph's inside.
    fn inline(&mut self, text: &str, offset: usize) -> String {
        let html = self.renderer.render(Part { text, offset }, &mut self.mistakes);
        html.trim().strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")).unwrap_or(html.trim()).to_owned()
    }

    fn id(&mut self, name: &str, offset: usize, prefix: &str, what: &str) -> Result<String, Mistake> {
        if name.is_empty() || markdown::slug(name) != name {
            let says = format!("{what} needs a name in small letters and hyphens, found \u{201c}{name}\u{201d}.");
            return Err(self.source.mistake(offset, says));
        }
        if !self.renderer.claim(&format!("{prefix}-{name}")) {
            return Err(self.source.mistake(offset, format!("there are two blocks of the name \u{201c}{name}\u{201d}.")));
        }
        Ok(name.to_owned())
    }

    fn script(&self, value: &fields::Value<'_>) -> Result<String, Mistake> {
        let name = value.parsed("the name of a scenario", |text| Some(text.to_owned()))?;
        let known: Vec<&String> = self.scripts.keys().collect();
        if self.scripts.contains_key(&name) { Ok(name) } else { Err(value.mistake(unknown("scenario", &name, &known))) }
    }

    fn experiment(&mut self, name: &str, offset: usize, parts: &[Part<'_>]) -> Result<Block, Mistake> {
        let id = self.id(name, offset, "experiment", "an experiment")?;
        let [head, body, happened] = parts else {
            let says = "an experiment has three parts divided by lines ---: its head, what to do, and what happened.";
            return Err(self.source.mistake(offset, says));
        };
        let mut fields = Fields::parse(self.source, head.text, head.offset, "an experiment")?;
        let title = fields.need_text("title", "\"Crash the leader\"")?;
        let scenario = fields.need("scenario", "\"steady\"")?;
        let start_value = scenario;
        let scenario = self.script(&start_value)?;
        if self.scripts.get(&scenario).is_some_and(|script| !script.ends_where_it_opens()) {
            let says = "this scenario does things after its `open`, which the reader's first deed would undo. Open it after its last step.";
            return Err(start_value.mistake(says));
        }
        let solution_value = fields.need("solution", "\"crash-the-leader\"")?;
        let solution = self.script(&solution_value)?;
        let algorithm = match (self.scripts.get(&scenario), self.scripts.get(&solution)) {
            (Some(start), Some(end)) if end.goes_on_from(start) => start.entry.algorithm,
            _ => {
                let says = format!(
                    "the solution must go on from \u{201c}{scenario}\u{201d}: write `from = \"{scenario}\"` in it, and steps that come after \
                     its opening moment."
                );
                return Err(solution_value.mistake(says));
            }
        };
        let goal = fields.need("goal", "[\"do:crash\", \"leader-elected\"]")?;
        let goal = self.goal(goal, fields.table("goal_params", "[goal_params]")?, algorithm)?;
        let aim = fields.need("aim", "\"A new leader in a later term.\"")?;
        let (aim, aim_at) = (aim.parsed("a text", |text| Some(text.to_owned()))?, aim.offset());
        let hint = fields.need("hint", "\"Click the node with the triangle.\"")?;
        let (hint, hint_at) = (hint.parsed("a text", |text| Some(text.to_owned()))?, hint.offset());
        let bet = match fields.table("bet", "[bet]")? {
            Some(bet) => Some(self.bet(bet, algorithm)?),
            None => None,
        };
        fields.finish(&mut self.mistakes);
        let index = self.experiments.len();
        self.experiments.push(Experiment { id, title, scenario, goal, bet, solution });
        Ok(Block::Experiment {
            index,
            body: self.renderer.render(*body, &mut self.mistakes),
            aim: self.inline(&aim, aim_at),
            hint: self.inline(&hint, hint_at),
            happened: self.renderer.render(*happened, &mut self.mistakes),
        })
    }

    fn goal(&mut self, steps: fields::Value<'_>, params: Option<Fields<'_>>, algorithm: &dyn Algorithm) -> Result<Goal, Mistake> {
        let mut goal = Goal::default();
        for (step, offset) in steps.texts("a list of conditions")? {
            if let Some((name, known)) = unknown_condition(&step, algorithm) {
                let known: Vec<&str> = known.split(", ").collect();
                self.mistakes.add(self.source.mistake(offset, unknown("condition", &name, &known)));
            }
            goal.steps.push(step);
        }
        for (name, value) in params.map(|mut table| table.take_rest()).unwrap_or_default() {
            let known: Vec<&str> = algorithm.params().iter().map(|spec| spec.name).collect();
            let wanted = value.as_number().or_else(|| value.as_bool().map(i64::from));
            match wanted {
                Some(wanted) if known.contains(&name.as_str()) => goal.params.push((name, wanted)),
                Some(_) => self.mistakes.add(value.mistake(unknown("param", &name, &known))),
                None => self.mistakes.add(value.mistake("expected a number, true or false.")),
            }
        }
        Ok(goal)
    }

    fn bet(&mut self, mut fields: Fields<'_>, algorithm: &dyn Algorithm) -> Result<Bet, Mistake> {
        let question = fields.need_text("question", "\"Can the old leader still commit?\"")?;
        let settles_us = fields.need("settles", "\"2 s\"")?.duration_us()?;
        let options = fields.need("options", "[{ text = \"Yes\", when = [\"committed\"] }, { text = \"No\" }]")?;
        let place = options.mistake("");
        let mut bet = Bet { question, options: Vec::new(), settles_us };
        for option in options.list("a list of options")? {
            let mut option = option.table("an option")?;
            let text = option.need_text("text", "\"Yes\"")?;
            let when = match option.take("when") {
                Some(when) => self.goal(when, None, algorithm)?,
                None => Goal::default(),
            };
            option.finish(&mut self.mistakes);
            bet.options.push(BetOption { text, when });
        }
        let open = bet.options.iter().filter(|option| option.when.is_empty()).count();
        if bet.options.len() < 2 || open > 1 {
            return Err(Mistake { says: "a bet has two options or more, of which at most one has no `when`.".to_owned(), ..place });
        }
        fields.finish(&mut self.mistakes);
        Ok(bet)
    }

    fn question(&mut self, name: &str, offset: usize, parts: &[Part<'_>]) -> Result<Block, Mistake> {
        let id = self.id(name, offset, "question", "a question")?;
        let (head, body) = match parts {
            [body] => (None, *body),
            [head, body] => (Some(*head), *body),
            _ => return Err(self.source.mistake(offset, "a question has a body, and before it a head at most.")),
        };
        let mut scenario = String::new();
        if let Some(head) = head {
            let mut fields = Fields::parse(self.source, head.text, head.offset, "a question")?;
            if let Some(value) = fields.take("scenario") {
                scenario = self.script(&value)?;
            }
            fields.finish(&mut self.mistakes);
        }
        let mut asks = Part { text: "", offset: body.offset };
        let mut why = asks;
        let mut options: Vec<(bool, Part<'_>)> = Vec::new();
        let mut at = 0;
        for line in body.text.split_inclusive('\n') {
            let part = |text, skip: usize| Part { text, offset: body.offset + at + skip };
            let option = line.strip_prefix("- [x] ").map(|text| (true, text)).or(line.strip_prefix("- [ ] ").map(|text| (false, text)));
            match option {
                Some((right, text)) => options.push((right, part(text, "- [ ] ".len()))),
                None => {
                    let so_far = if options.is_empty() { &mut asks } else { &mut why };
                    let begin = if so_far.text.is_empty() { at } else { so_far.offset - body.offset };
                    *so_far = Part { text: body.text.get(begin..at + line.len()).unwrap_or_default(), offset: body.offset + begin };
                }
            }
            at += line.len();
        }
        let right: Vec<usize> = options.iter().enumerate().filter(|(_, (right, _))| *right).map(|(index, _)| index).collect();
        let ([right], true, false) = (right.as_slice(), options.len() > 1, why.text.trim().is_empty()) else {
            let says = "a question is followed by two answers or more, `- [ ] wrong` or `- [x] right` with exactly one right, and then by why.";
            return Err(self.source.mistake(offset, says));
        };
        let index = self.questions.len();
        self.questions.push(Question { id, right: u8::try_from(*right).unwrap_or(u8::MAX), scenario });
        Ok(Block::Question {
            index,
            asks: self.inline(asks.text, asks.offset),
            options: options.iter().map(|(_, part)| self.inline(part.text, part.offset)).collect(),
            why: self.renderer.render(why, &mut self.mistakes),
        })
    }
}
