//! The blocks of a lesson's text: prose, experiments, questions, rendered and with every name in them looked up.

use super::Block;
use super::demo;
use super::document::{Kind, Part, Piece};
use super::fields::{Fields, Value};
use super::history;
use super::markdown::{Names, Renderer, slug};
use super::mistake::{Mistake, Mistakes, Source, unknown};
use super::script::Script;
use super::search;
use crate::lessons::demo::Demo;
use crate::lessons::goal::{Goal, unknown_condition};
use crate::lessons::{Bet, BetOption, Experiment, Question};
use crate::sim::Algorithm;
use std::collections::BTreeMap;

/// Renders piece by piece, and gathers what the playground needs.
pub struct Writer<'a> {
    source: Source<'a>,
    scripts: &'a BTreeMap<String, Script>,
    /// Renders the Markdown.
    pub renderer: Renderer<'a>,
    /// The experiments so far.
    pub experiments: Vec<Experiment>,
    /// The questions so far.
    pub questions: Vec<Question>,
    /// The demonstrations so far.
    pub demos: Vec<Demo>,
    /// The mistakes so far.
    pub mistakes: Mistakes,
}

impl<'a> Writer<'a> {
    /// For the text of one file. `mistakes` are those found in other files.
    pub fn new(source: Source<'a>, scripts: &'a BTreeMap<String, Script>, names: &'a Names, mistakes: Mistakes) -> Self {
        let renderer = Renderer::new(source, names);
        Writer { source, scripts, renderer, experiments: Vec::new(), questions: Vec::new(), demos: Vec::new(), mistakes }
    }

    /// A piece of the text; nothing if there is nothing in it, or only mistakes.
    pub fn piece(&mut self, piece: &Piece<'_>) -> Option<Block> {
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
                    Kind::Onward => demo::onward(self.source, *offset, parts).map(Block::Onward),
                    Kind::Demo => self.demo(name, *offset, parts),
                };
                self.mistakes.keep(read)
            }
        }
    }

    /// A small demonstration: a head and nothing else.
    fn demo(&mut self, name: &str, offset: usize, parts: &[Part<'_>]) -> Result<Block, Mistake> {
        let id = self.id(name, offset, "demo", "a demonstration")?;
        let [head] = parts else { return Err(self.source.mistake(offset, "a demonstration is a head: no line --- belongs in it.")) };
        let fields = Fields::parse(self.source, head.text, head.offset, "a demonstration")?;
        let demo = demo::read(id, fields, self.renderer.names, self.scripts, &mut self.mistakes)?;
        self.demos.push(demo);
        Ok(Block::Demo(self.demos.len() - 1))
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
        if name.is_empty() || slug(name) != name {
            let says = format!("{what} needs a name in small letters and hyphens, found \u{201c}{name}\u{201d}.");
            return Err(self.source.mistake(offset, says));
        }
        if !self.renderer.claim(&format!("{prefix}-{name}")) {
            return Err(self.source.mistake(offset, format!("there are two blocks of the name \u{201c}{name}\u{201d}.")));
        }
        Ok(name.to_owned())
    }

    fn script(&self, value: &Value<'_>) -> Result<String, Mistake> {
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
        let search = fields.table("search", "a search")?;
        let history = fields.table("history", "a history")?.map(|table| history::read(table, &mut self.mistakes)).transpose()?;
        let (goal, solution, search) = match (search, self.scripts.get(&scenario)) {
            (None, _) if history.is_some() => (Goal::default(), String::new(), None),
            (Some(table), Some(script)) => (Goal::default(), String::new(), Some(search::read(table, script, &mut self.mistakes)?)),
            _ => {
                let (goal, solution) = self.goal_and_solution(&mut fields, &scenario)?;
                (goal, solution, None)
            }
        };
        let shows = fields.take("shows").map(|title| self.exhibit(title, &scenario)).transpose()?;
        // A history is edited where it is shown.
        let shows = shows.or(history.is_some().then_some(0));
        let aim = fields.need("aim", "\"A new leader in a later term.\"")?;
        let (aim, aim_at) = (aim.parsed("a text", |text| Some(text.to_owned()))?, aim.offset());
        let hint = fields.need("hint", "\"Click the node with the triangle.\"")?;
        let (hint, hint_at) = (hint.parsed("a text", |text| Some(text.to_owned()))?, hint.offset());
        let bet = match fields.table("bet", "[bet]")? {
            Some(bet) if search.is_some() || history.is_some() => {
                return Err(bet.mistake("a bet is decided by a run, and the goal of this experiment is not one: leave the bet out."));
            }
            Some(bet) => self.scripts.get(&scenario).map(|script| self.bet(bet, script.entry.algorithm)).transpose()?,
            None => None,
        };
        fields.finish(&mut self.mistakes);
        let index = self.experiments.len();
        self.experiments.push(Experiment { id, title, scenario, goal, search, history, bet, shows, solution });
        Ok(Block::Experiment {
            index,
            body: self.renderer.render(*body, &mut self.mistakes),
            aim: self.inline(&aim, aim_at),
            hint: self.inline(&hint, hint_at),
            happened: self.renderer.render(*happened, &mut self.mistakes),
        })
    }

    /// An exhibit of a scenario's algorithm, by its title.
    fn exhibit(&self, title: Value<'_>, scenario: &str) -> Result<u8, Mistake> {
        let name = title.parsed("the title of an exhibit", |text| Some(text.to_owned()))?;
        let Some(script) = self.scripts.get(scenario) else { return Err(title.mistake("its scenario is missing.")) };
        let scenario = script.play(script.seed())?;
        let mut timeline = scenario.timeline().map_err(|why| title.mistake(why.to_string()))?;
        timeline.seek_at(scenario.moment.at).map_err(|why| title.mistake(why.to_string()))?;
        let world = timeline.clock().world();
        let titles: Vec<&str> = world.algorithm().exhibits(world, &timeline.record().trace).iter().map(|exhibit| exhibit.title()).collect();
        let place = titles.iter().position(|known| *known == name).and_then(|place| u8::try_from(place).ok());
        place.ok_or_else(|| title.mistake(unknown("exhibit", &name, &titles)))
    }

    /// What must happen in a run that goes on from `scenario`, and the run in which it does.
    fn goal_and_solution(&mut self, fields: &mut Fields<'_>, scenario: &str) -> Result<(Goal, String), Mistake> {
        let solution_value = fields.need("solution", "\"crash-the-leader\"")?;
        let solution = self.script(&solution_value)?;
        let algorithm = match (self.scripts.get(scenario), self.scripts.get(&solution)) {
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
        Ok((goal, solution))
    }

    fn goal(&mut self, steps: Value<'_>, params: Option<Fields<'_>>, algorithm: &dyn Algorithm) -> Result<Goal, Mistake> {
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
            let says =
                "a question is followed by two answers or more, `- [ ] wrong` or `- [x] right` with exactly one right, and then by why.";
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
