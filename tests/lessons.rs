//! The lessons do what their text says: every run plays, every goal can be reached, every number holds. And every mistake that an
//! author can make is found, with its line.

#![cfg(test)]
#![cfg(not(target_arch = "wasm32"))]

use faultline::check::history::text::{parse, print};
use faultline::lessons::goal::Progress;
use faultline::lessons::history;
use faultline::lessons::path;
use faultline::lessons::source::mistake::{Mistakes, Source};
use faultline::lessons::source::{self, Lesson};
use faultline::lessons::{Bet, Experiment, SearchGoal};
use faultline::scenario::search::{Aim, Inquiry, Report, Search};
use faultline::scenario::{Scenario, link};
use faultline::sim::{History, Params, Timeline};
use faultline::topics::TOPICS;
use std::path::Path;

/// Events that a run of a lesson may take.
const EVENTS_MAX: u32 = 1_000_000;
/// How long a solution may take to reach its goal, after its opening moment.
const SOLUTION_US_MAX: u64 = 200_000_000;
/// How finely the moment is found at which a goal is reached.
const STEP_US: u64 = 10_000;

/// The lessons of the path, and the page beside it.
fn lessons() -> Vec<Lesson> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    let mut slugs = source::folders(&root).unwrap();
    assert!(!slugs.is_empty() && !slugs.iter().any(|slug| slug == path::FALLACIES.slug));
    slugs.push(path::FALLACIES.slug.to_owned());
    slugs.iter().map(|slug| source::read_lesson(&root, slug).unwrap_or_else(|mistakes| panic!("{mistakes}"))).collect()
}

/// Whether it is a lesson: the page beside the path has neither experiments nor questions.
fn is_on_path(lesson: &Lesson) -> bool {
    lesson.data.slug != path::FALLACIES.slug
}

/// The run at the moment at which the page opens it.
fn opened(scenario: &Scenario) -> Timeline {
    let mut timeline = scenario.timeline().unwrap();
    timeline.seek_at(scenario.moment.at).unwrap();
    timeline
}

#[test]
fn every_scenario_opens_where_its_link_says() {
    for lesson in lessons() {
        for data in &lesson.data.scenarios {
            let scenario = link::decode(&data.link, TOPICS).unwrap();
            assert_eq!(scenario, lesson.scenarios[&data.id], "{}", data.id);
            assert!(data.link.len() <= link::LINK_CHARS_COMFORTABLE, "{} has a link of {} characters", data.id, data.link.len());
            let timeline = opened(&scenario);
            let (_, fingerprint) = scenario.moment.fingerprint.unwrap();
            assert_eq!(timeline.clock().fingerprint(), fingerprint, "{}", data.id);
        }
    }
}

#[test]
fn every_step_of_every_scenario_can_be_done() {
    for lesson in lessons() {
        for (id, scenario) in &lesson.scenarios {
            let mut timeline = scenario.timeline().unwrap();
            let last_us = scenario.journal.last().map_or(0, |entry| entry.at.time_us);
            assert!(timeline.play_to(last_us + 10_000_000, EVENTS_MAX).unwrap(), "{id}");
            assert_eq!(timeline.journal().len(), scenario.journal.len(), "{id}");
            assert_eq!(timeline.skipped(), 0, "{id}");
        }
    }
}

/// Plays the solution from its opening moment until the goal is reached.
fn solve(lesson: &Lesson, experiment: &Experiment) -> (Timeline, u64, Progress) {
    let scenario = &lesson.scenarios[&experiment.solution];
    let mut timeline = opened(scenario);
    let since_us = timeline.now_us();
    loop {
        let progress = experiment.goal.progress(&timeline, since_us);
        if progress.reached_us.is_some() || timeline.now_us() > since_us + SOLUTION_US_MAX {
            return (timeline, since_us, progress);
        }
        let next_us = timeline.now_us() + STEP_US;
        timeline.play_to(next_us, EVENTS_MAX).unwrap();
    }
}

#[test]
fn every_solution_reaches_its_goal_and_the_untouched_run_does_not() {
    for lesson in lessons() {
        assert!(lesson.data.experiments.len() >= 5 || !is_on_path(&lesson));
        for experiment in lesson.data.experiments.iter().filter(|experiment| experiment.search.is_none() && experiment.history.is_none()) {
            let (solved, since_us, progress) = solve(&lesson, experiment);
            assert!(
                progress.reached_us.is_some(),
                "{}: the solution came to {} of {:?}",
                experiment.id,
                progress.done,
                experiment.goal.steps
            );
            let mut untouched = opened(&lesson.scenarios[&experiment.scenario]);
            assert_eq!(untouched.now_us(), since_us, "{}", experiment.id);
            untouched.play_to(solved.now_us(), EVENTS_MAX).unwrap();
            assert_eq!(experiment.goal.progress(&untouched, since_us).reached_us, None, "{}", experiment.id);
        }
    }
}

#[test]
fn every_lesson_ends_with_three_to_five_questions_each_with_a_run_that_shows_why() {
    for lesson in lessons().into_iter().filter(is_on_path) {
        let questions = &lesson.data.questions;
        assert!((3..=5).contains(&questions.len()), "{} has {} questions", lesson.data.slug, questions.len());
        for question in questions {
            assert!(!question.scenario.is_empty(), "{}: nothing shows why of {}", lesson.data.slug, question.id);
        }
    }
}

#[test]
fn every_history_of_an_experiment_reaches_its_goal_and_the_runs_own_does_not() {
    for lesson in lessons() {
        for experiment in &lesson.data.experiments {
            let Some(goal) = &experiment.history else { continue };
            let run = history::of_run(&opened(&lesson.scenarios[&experiment.scenario])).unwrap();
            let solution = parse(&goal.solution).unwrap();
            assert!(goal.is_reached_by(&solution, &run), "{}: the run's own history is\n{}", experiment.id, print(&run));
            assert!(!goal.is_reached_by(&run, &run), "{}", experiment.id);
            // Neither is one in which more is changed than may be.
            let more = History { calls: solution.calls[1..].to_vec(), ..solution.clone() };
            assert!(!goal.is_reached_by(&more, &run), "{}", experiment.id);
        }
    }
}

/// The search of an experiment's goal, from the start that it asks for: the params there, and what came of it.
fn search(lesson: &Lesson, experiment: &Experiment, goal: &SearchGoal) -> (Params, Search, Report) {
    let start = goal.start(&lesson.scenarios[&experiment.scenario]);
    let search = Search::from_text(&goal.search).unwrap();
    let report = Inquiry::new(&start, &search).and_then(|mut inquiry| inquiry.finish());
    let report = report.unwrap_or_else(|why| panic!("{}: {why}", experiment.id));
    (opened(&start).clock().world().params().clone(), search, report)
}

#[test]
fn every_search_of_an_experiment_comes_to_its_verdict_and_without_its_params_to_another() {
    for lesson in lessons() {
        for experiment in &lesson.data.experiments {
            let Some(goal) = &experiment.search else { continue };
            let (params, asked, report) = search(&lesson, experiment, goal);
            let came = format!("{}: {:?} after {} states", experiment.id, report.verdict, report.progress.distinct);
            assert!(goal.is_reached_by(&params, &asked, &report), "{came}");
            if let Some(witness) = &report.witness {
                let mut replay = witness.scenario(&goal.start(&lesson.scenarios[&experiment.scenario])).timeline().unwrap();
                replay.seek_time(witness.journal.last().unwrap().at.time_us).unwrap();
                assert_eq!(replay.skipped(), 0, "{}", experiment.id);
                let broken = replay.record().violations.first().map(|violation| violation.invariant);
                assert_eq!(broken, witness.invariant, "{}", experiment.id);
            }
            if !goal.params.is_empty() {
                let untouched = SearchGoal { params: Vec::new(), ..goal.clone() };
                let (params, asked, report) = search(&lesson, experiment, &untouched);
                assert!(!untouched.is_reached_by(&params, &asked, &report), "{} needs no `with`", experiment.id);
            }
        }
    }
}

/// Answers that come true first, or the open one if none does in time.
fn answers(bet: &Bet, timeline: &Timeline, since_us: u64) -> Vec<usize> {
    let when = |index: usize| bet.options[index].when.progress(timeline, since_us).reached_us;
    let (open, closed): (Vec<usize>, Vec<usize>) = (0..bet.options.len()).partition(|index| bet.options[*index].when.is_empty());
    let deadline_us = since_us + bet.settles_us;
    match closed.iter().filter_map(|index| when(*index)).filter(|time_us| *time_us <= deadline_us).min() {
        Some(first_us) => closed.into_iter().filter(|index| when(*index) == Some(first_us)).collect(),
        None => open,
    }
}

#[test]
fn every_bet_has_exactly_one_right_answer_when_its_solution_is_played() {
    for lesson in lessons() {
        for experiment in &lesson.data.experiments {
            let Some(bet) = &experiment.bet else { continue };
            let (mut timeline, since_us, _) = solve(&lesson, experiment);
            timeline.play_to(since_us + bet.settles_us, EVENTS_MAX).unwrap();
            assert_eq!(answers(bet, &timeline, since_us).len(), 1, "{}: {}", experiment.id, bet.question);
        }
    }
}

#[test]
fn every_number_of_the_text_is_what_the_runs_say() {
    for lesson in lessons() {
        let mut wrong = Mistakes::default();
        for figure in &lesson.figures {
            wrong.keep(figure.check(&lesson.scripts));
        }
        assert_eq!(wrong, Mistakes::default(), "\n{wrong}");
    }
}

#[test]
fn every_trial_comes_out_as_the_text_says() {
    for lesson in lessons() {
        let mut wrong = Mistakes::default();
        for trial in &lesson.trials {
            wrong.keep(trial.run(&lesson.scripts));
        }
        assert_eq!(wrong, Mistakes::default(), "\n{wrong}");
    }
}

#[test]
fn every_setting_of_a_demonstration_is_the_same_run_under_another_rule() {
    for lesson in lessons() {
        for demo in &lesson.demos {
            let runs: Vec<Scenario> = demo.settings.iter().map(|setting| link::decode(&setting.link, TOPICS).unwrap()).collect();
            assert!(runs.len() >= 2, "{}", demo.id);
            for run in &runs {
                let of = |run: &Scenario| (run.topic.number, run.algorithm, run.nodes, run.seed, run.network);
                assert_eq!(of(run), of(&runs[0]), "{}", demo.id);
                assert_eq!(run.moment.at.time_us, 0, "{}", demo.id);
            }
        }
    }
}

#[test]
fn a_trial_that_does_not_come_out_is_named_with_its_line() {
    let trial = |rest: &str| {
        let text = format!("\n[[trial]]\nsays = \"It holds.\"\nscenario = \"fresh\"\nseeds = \"1..40\"\n{rest}\n+++\n\n## A heading");
        let text = format!("{LESSON}{SEARCH}").replacen("\n+++\n\n## A heading", &text, 1);
        let file = |id: &str, text: &str| (id.to_owned(), format!("scenarios/{id}.toml"), text.to_owned());
        let files = [file("end", END), file("fresh", FRESH), file("start", START)];
        let read = source::read(SLUG, &[SLUG.to_owned()], Source { file: "lesson.md", text: &text }, &files);
        read.map_err(|mistakes| mistakes.to_string()).and_then(|lesson| {
            let run = lesson.trials[0].run(&lesson.scripts);
            run.map_err(|mistake| mistake.to_string())
        })
    };
    assert_eq!(trial(""), Ok(0));
    let off = "with = { votes_persisted = false, vote_once_a_term = false }";
    assert!(trial(off).unwrap_err().starts_with("lesson.md:18: the run of seed "), "{:?}", trial(off));
    assert!(trial(&format!("{off}\nbreaks = \"election-safety\"")).unwrap() > 0);
    assert_eq!(trial("breaks = \"election-safety\"").unwrap_err(), "lesson.md:18: none of these runs breaks it.");
    assert!(trial("breaks = \"election-safty\"").unwrap_err().contains("lesson.md:22: there is no invariant “election-safty”."));
}

#[test]
fn every_caption_that_a_run_calls_for_can_be_filled_in() {
    for lesson in lessons() {
        for (id, scenario) in &lesson.scenarios {
            let mut timeline = scenario.timeline().unwrap();
            timeline.play_to(10_000_000, EVENTS_MAX).unwrap();
            let facts = timeline.setup().algorithm.facts();
            for fired in &timeline.record().fired {
                let name = facts[usize::from(fired.fact)].name;
                let mut captions = lesson.data.captions.iter().filter(|caption| caption.when == name).peekable();
                if captions.peek().is_some() {
                    assert!(
                        captions.any(|caption| caption.filled(&fired.bindings).is_some()),
                        "{id}: no caption for {name} fits {:?}",
                        fired.bindings
                    );
                }
            }
        }
    }
}

const SLUG: &str = "08-leader-election";

const START: &str = r#"
title = "Start"
note = "A run."
algorithm = "raft"
seed = 1
open = "1 s"
"#;

const END: &str = r#"
title = "End"
note = "Its end."
from = "start"

[[do]]
at = "1.2 s"
crash = "leader"
"#;

const LESSON: &str = r#"+++
description = "A lesson."
hook = "Why?"
minutes = 5
scenarios = ["start"]

[[caption]]
when = "leader-elected"
say = "Node {node} leads term {term}."

[[figure]]
name = "failover"
value = "1 s"
says = "Time to the next leader"
scenario = "end"
from = "leader-crashed"
to = "leader-elected"
+++

## A heading

Text with [a sign](sign:leader), [a run](scenario:start), [a heading](#a-heading) and {{failover}}.

::: experiment crash
title = "Crash"
scenario = "start"
solution = "end"
goal = ["leader-crashed"]
aim = "A crash."
hint = "Crash it."
[bet]
question = "Will it hold?"
settles = "2 s"
options = [{ text = "Yes", when = ["leader-elected"] }, { text = "No" }]
---
Do it.
---
It happened.
:::

::: question why
Why?

- [ ] Not so
- [x] So

Because.
:::
"#;

fn read(lesson: &str, start: &str, end: &str) -> Result<Lesson, Mistakes> {
    let file = |id: &str, text: &str| (id.to_owned(), format!("scenarios/{id}.toml"), text.to_owned());
    source::read(SLUG, &[SLUG.to_owned()], Source { file: "lesson.md", text: lesson }, &[file("end", end), file("start", start)])
}

/// Reads the small lesson above with one replacement in one of its files, and looks for the expected complaint: place and words.
fn check(file: &str, replace: (&str, &str), expect: &str) {
    let mut texts = [("lesson.md", LESSON.to_owned()), ("start", START.to_owned()), ("end", END.to_owned())];
    for (name, text) in &mut texts {
        if *name == file {
            assert!(text.contains(replace.0), "{file} has no {:?}", replace.0);
            *text = text.replacen(replace.0, replace.1, 1);
        }
    }
    let [(_, lesson), (_, start), (_, end)] = &texts;
    let said = match read(lesson, start, end) {
        Ok(_) => "nothing".to_owned(),
        Err(mistakes) => mistakes.to_string(),
    };
    assert!(said.contains(expect), "{replace:?}\nexpected: {expect}\nsaid: {said}");
}

#[test]
fn a_lesson_without_mistakes_is_read() {
    let lesson = read(LESSON, START, END).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(lesson.data.experiments.len(), 1);
    assert_eq!(lesson.data.questions[0].right, 1);
    assert_eq!(lesson.contents, [("a-heading".to_owned(), "A heading".to_owned())]);
}

#[test]
fn a_mistake_in_a_scenario_is_named_with_its_line() {
    for (replace, expect) in [
        (("title = \"Start\"", "title = Start"), "scenarios/start.toml:2: this is not TOML"),
        (("note = \"A run.\"\n", ""), "a scenario needs `note`, for example"),
        (("\"raft\"", "\"raff\""), "scenarios/start.toml:4: there is no algorithm “raff”. Did you mean “raft”?"),
        (("seed = 1", "sead = 1"), "scenarios/start.toml:5: in a scenario, there is no field “sead”. Did you mean “seed”?"),
        (("seed = 1", "seed = -1"), "scenarios/start.toml:5: expected a seed, which is a whole number from 0, found -1."),
        (("\"1 s\"", "\"1 sec\""), "scenarios/start.toml:6: expected a duration like \"300 ms\" or \"1.2 s\", found \"1 sec\"."),
        (("seed = 1", "nodes = 40"), "scenarios/start.toml:5: Raft runs with 1 to 9 nodes, not 40."),
        (("seed = 1", "params = { heartbeet_ms = 100 }"), "there is no param “heartbeet_ms”. Did you mean “heartbeat_ms”?"),
        (("seed = 1", "params = { heartbeat_ms = 5 }"), "`heartbeat_ms` expects a number from 10 to 20000 in steps of 10 ms, found 5."),
        (("seed = 1", "params = { pre_vote = 1 }"), "`pre_vote` expects true or false, found 1."),
        (("seed = 1", "params = { start = \"full\" }"), "`start` expects one of \"empty\", \"figure 7\", found \"full\"."),
        (("seed = 1", "network = { loss = \"200 %\" }"), "expected a rate like \"2 %\", from 0 to 100 %, found \"200 %\"."),
        (("seed = 1", "network = { latency = \"fast\" }"), "expected a latency like"),
        (("seed = 1", "network = { latency = \"40..20 ms\" }"), "The shortest latency is longer than the longest."),
    ] {
        check("start", replace, expect);
    }
}

#[test]
fn a_mistake_in_a_step_is_named_with_its_line() {
    let step = "crash = \"leader\"";
    for (replace, expect) in [
        (("from = \"start\"", "from = \"strat\""), "scenarios/end.toml:4: there is no scenario “strat”. Did you mean “start”?"),
        (("from = \"start\"", "from = \"end\""), "scenarios/end.toml:4: “end” goes on from this scenario itself."),
        (("at = \"1.2 s\"\n", ""), "scenarios/end.toml:6: a step needs `at`, for example `at = \"1.2 s\"`."),
        ((step, ""), "scenarios/end.toml:6: this step does nothing. It needs one of: crash, restart"),
        ((step, "crush = 0"), "scenarios/end.toml:8: in a step, there is no action “crush”. Did you mean “crash”?"),
        ((step, "crash = 0\nheal = true"), "a step does one thing, but this one has `crash` and `heal`."),
        ((step, "crash = 9"), "scenarios/end.toml:8: there is no node 9: this run has nodes 0 to 4."),
        ((step, "crash = \"boss\""), "scenarios/end.toml:6: no node is “boss” at this moment; the roles are: 0 leader, 1 follower"),
        ((step, "crash = \"follower\""), "several nodes are “follower” at this moment: 1 and 2 and 3 and 4."),
        ((step, "restart = 0"), "scenarios/end.toml:6: Node 0 "),
        ((step, "heal = false"), "expected `heal = true`."),
        ((step, "partition = \"0 1\""), "expected groups such as \"0 1 | 2 3 4\""),
        ((step, "partition = \"0 1 | 2 3\""), "node 4 is in no group of this partition."),
        ((step, "partition = \"0 1 | 1 rest\""), "is in two groups of this partition."),
        ((step, "cut = \"0-1\""), "expected a link such as \"0>2\" (one direction)"),
        ((step, "drop = \"0>1 Vote\""), "there is no kind of message “Vote”. Did you mean “vote”?"),
        ((step, "drop = \"0>1 RequestVote\""), "no message \"0>1 RequestVote\" is in flight at this moment; in flight:"),
        ((step, "delay = { message = \"0>1 heartbeat\" }"), "delay needs `by`, for example `by = \"50 ms\"`."),
        ((step, "timeout = { node = 1, timer = \"lunch\" }"), "node 1 has no such timer armed at this moment; armed: election timeout."),
        ((step, "command = { node = 0, name = \"wriet\" }"), "there is no command “wriet”. Did you mean “write”?"),
        ((step, "command = { node = 0, name = \"write\", value = 1000 }"), "expected a number from 0 to 999."),
        ((step, "clock = { node = 0 }"), "a clock step needs either `jump"),
        ((step, "set = { vote_once = false }"), "there is no param “vote_once”. Did you mean “vote_once_a_term”?"),
        ((step, "network = { on = \"0>7\", loss = \"2 %\" }"), "there is no node 7"),
    ] {
        check("end", replace, expect);
    }
    let step = "crash = \"leader\"\n";
    check(
        "end",
        (step, "crash = \"leader\"\n[[do]]\nat = \"1 s\"\nheal = true\n"),
        "scenarios/end.toml:9: this step comes before the one above it",
    );
}

#[test]
fn a_mistake_in_a_lesson_is_named_with_its_line() {
    for (replace, expect) in [
        (("+++\n", "\n"), "lesson.md:1: a lesson begins with front matter"),
        (("minutes = 5\n", ""), "the front matter needs `minutes`, for example `minutes = 25`."),
        (("[\"start\"]", "[\"strat\"]"), "lesson.md:5: there is no scenario “strat”. Did you mean “start”?"),
        (
            ("when = \"leader-elected\"", "when = \"leader-electd\""),
            "lesson.md:8: there is no condition “leader-electd”. Did you mean “leader-elected”?",
        ),
        (("when = \"leader-elected\"", "when = \"broken:log-matching\""), "a broken invariant speaks for itself"),
        (("{term}", "{trem}"), "lesson.md:9: there is no binding “trem”. Did you mean “term”?"),
        (("value = \"1 s\"", "value = \"one second\""), "lesson.md:13: expected a number with its unit"),
        (("to = \"leader-elected\"", "seeds = \"1..9\""), "a figure over many seeds needs both `seeds` and `statistic`"),
        (("to = \"leader-elected\"", ""), "this figure needs `to`, the condition at which the measurement ends."),
        (("and {{failover}}", ""), "the text never says {{failover}}"),
        (("{{failover}}", "{{failure}}"), "lesson.md:22: there is no figure “failure”."),
        (("## A heading", "# A heading"), "lesson.md:20: headings of a lesson go from ## to ####"),
        (("Text with", "<b>Text</b> with"), "lesson.md:22: HTML is not for lessons"),
        (("sign:leader", "sign:boss"), "there is no sign “boss”."),
        (("scenario:start", "scenario:stop"), "there is no scenario “stop”."),
        (("(#a-heading)", "(#a-header)"), "there is no heading with the address “a-header”. Did you mean “a-heading”?"),
        (("(#a-heading)", "(http://x.org)"), "a link begins with https://"),
        (("::: experiment", "::: experimant"), "lesson.md:24: there is no block “experimant”. Did you mean “experiment”?"),
        (("aim = ", "shows = \"Logz\"\naim = "), "there is no exhibit “Logz”. Did you mean “Logs”?"),
        (("goal = [\"leader-crashed\"]", "goal = [\"leader-crashd\"]"), "lesson.md:28: there is no condition “leader-crashd”."),
        (("hint = \"Crash it.\"\n", ""), "an experiment needs `hint`"),
        (("---\nIt happened.\n", ""), "an experiment has three parts divided by lines ---"),
        (("{ text = \"No\" }", "{ text = \"No\", wen = [] }"), "in an option, there is no field “wen”. Did you mean “when”?"),
        ((", { text = \"No\" }", ""), "a bet has two options or more"),
        (("It happened.\n:::", "It happened."), "a block begins inside another"),
        (("- [x] So", "- [ ] So"), "lesson.md:41: a question is followed by two answers or more"),
    ] {
        check("lesson.md", replace, expect);
    }
}

const SEARCH: &str = r#"
::: experiment double
title = "Two leaders of a term"
scenario = "fresh"
aim = "The search finds two leaders of one term."
hint = "Press Search."
[search]
property = "election-safety"
verdict = "found"
timeouts = 2
crashes = 1
timers = "in order"
clients = [[{ name = "write", value = 7 }, { node = 2, name = "write", value = 8 }], []]
partitions = 1
groups = ["0 | rest", "0 1 | 2"]
states = 500_000
steps = 20
with = { vote_once_a_term = false }
---
Search.
---
Found.
:::
"#;

const FRESH: &str = r#"
title = "Fresh"
note = "Three nodes."
algorithm = "raft"
nodes = 3
"#;

/// The small lesson with an experiment whose goal is a search, with one replacement in it.
fn read_search(replace: (&str, &str)) -> Result<Lesson, Mistakes> {
    assert!(SEARCH.contains(replace.0), "{:?} is not there", replace.0);
    let text = format!("{LESSON}{}", SEARCH.replacen(replace.0, replace.1, 1));
    let file = |id: &str, text: &str| (id.to_owned(), format!("scenarios/{id}.toml"), text.to_owned());
    let files = [file("end", END), file("fresh", FRESH), file("start", START)];
    source::read(SLUG, &[SLUG.to_owned()], Source { file: "lesson.md", text: &text }, &files)
}

#[test]
fn a_search_that_is_a_goal_is_read_as_it_was_written() {
    let lesson = read_search(("", "")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let experiment = &lesson.data.experiments[1];
    assert!(experiment.goal.is_empty() && experiment.solution.is_empty());
    let goal = experiment.search.as_ref().unwrap();
    let asked = Search::from_text(&goal.search).unwrap();
    assert_eq!((goal.finds, asked.aim), (true, Aim::Invariant(0)));
    assert_eq!((asked.budget.fires, asked.budget.crashes, asked.budget.drops), (Some(2), 1, 0));
    assert_eq!((asked.limits.states_max, asked.limits.depth_max), (500_000, 21));
    assert_eq!(asked.partitions, [vec![0, 1, 1], vec![0, 0, 1]]);
    assert_eq!(asked.clients.iter().map(|client| client.requests.len()).collect::<Vec<_>>(), [2, 0]);
    let start = goal.start(&lesson.scenarios["fresh"]);
    assert_eq!(start.journal.len(), 1);
    let (params, asked, report) = search(&lesson, experiment, goal);
    assert!(goal.is_reached_by(&params, &asked, &report), "{:?} {:?}", report.progress, report.verdict);
    // What looks at more counts too; what looks at something else does not.
    let any = Search { aim: Aim::AnyInvariant, ..asked.clone() };
    assert!(goal.is_reached_by(&params, &any, &report));
    assert!(!goal.is_reached_by(&params, &Search { aim: Aim::Reach(0), ..asked.clone() }, &report));
    assert!(!goal.is_reached_by(&lesson.scenarios["fresh"].params, &asked, &report));
}

#[test]
fn a_mistake_in_a_search_is_named_with_its_line() {
    for (replace, expect) in [
        (("\"election-safety\"", "\"election-safty\""), "lesson.md:56: there is no invariant “election-safty”. Did you mean"),
        (("property = \"election-safety\"\n", ""), "a search has exactly one aim"),
        (("property =", "reach = \"two-leaders\"\nproperty ="), "a search has exactly one aim"),
        (("property = \"election-safety\"", "reach = \"two-leader\""), "there is no fact “two-leader”. Did you mean “two-leaders”?"),
        (("property = \"election-safety\"", "avoid = \"two-leaders\""), "a search needs `within`, for example `within = 12`."),
        (("verdict = \"found\"\n", ""), "a search needs `verdict`, for example `verdict = \"found\"`."),
        (("\"found\"", "\"proved\""), "lesson.md:57: there is no verdict “proved”."),
        (("crashes = 1", "crashes = 1000"), "lesson.md:59: expected a number of faults, at most 255, found 1000."),
        (("crashes = 1", "crashs = 1"), "in a search, there is no field “crashs”. Did you mean “crashes”?"),
        (("crashes = 1", "jumps = 1"), "clocks that jump need `jump`"),
        (("\"in order\"", "\"ordered\""), "there is no order of timers “ordered”."),
        (("value = 7", "valu = 7"), "in a request, there is no field “valu”. Did you mean “value”?"),
        (("node = 2", "node = 3"), "there is no node 3 in this run."),
        (("0 1 | 2", "0 1"), "some node is in no group of “0 1”."),
        (("0 1 | 2", "0 1 | 1 2"), "“1” is not a node of this run that is in no group yet."),
        (("partitions = 1\n", ""), "`groups` are the groups of partitions, but there are none"),
        (("vote_once_a_term", "vote_once"), "there is no param “vote_once”. Did you mean “vote_once_a_term”?"),
        (("aim = ", "goal = [\"two-leaders\"]\naim = "), "in an experiment, there is no field “goal”."),
    ] {
        let said = read_search(replace).err().map_or_else(|| "nothing".to_owned(), |mistakes| mistakes.to_string());
        assert!(said.contains(expect), "{replace:?}\nexpected: {expect}\nsaid: {said}");
    }
}

#[test]
fn a_solution_must_go_on_from_its_experiment() {
    check("end", ("from = \"start\"", "algorithm = \"raft\"\nseed = 2\nopen = \"1 s\""), "the solution must go on from “start”");
    check("start", ("open = \"1 s\"", "open = \"1 s\"\n[[do]]\nat = \"2 s\"\ncrash = 1"), "this scenario does things after its `open`");
}

#[test]
fn a_mistake_in_a_demonstration_is_named_with_its_line() {
    const DEMO: &str = r#"
::: demo one
title = "One"
slowdown = 5
until = "2 s"
settings = [{ name = "Start", scenario = "start" }, { name = "End", scenario = "end" }]
:::

::: onward
09-distributed-locking
:::
"#;
    let read_demo = |replace: (&str, &str)| {
        assert!(DEMO.contains(replace.0), "{:?} is not there", replace.0);
        read(&format!("{LESSON}{}", DEMO.replacen(replace.0, replace.1, 1)), START, END)
    };
    let lesson = read_demo(("", "")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!((lesson.demos[0].until_us, lesson.demos[0].settings.len()), (2_000_000, 2));
    for (replace, expect) in [
        (("slowdown = 5\n", ""), "a demonstration needs `slowdown`, for example `slowdown = 5`."),
        (("\"2 s\"", "\"2 sec\""), "lesson.md:53: expected a duration like"),
        (("scenario = \"end\"", "scenario = \"and\""), "lesson.md:54: there is no scenario “and”. Did you mean “end”?"),
        (("name = \"End\", ", ""), "a setting needs `name`"),
        (("title = ", "tilte = \"\"\ntitle = "), "in a demonstration, there is no field “tilte”. Did you mean “title”?"),
        (("09-distributed-locking", "09-locking"), "lesson.md:57: there is no lesson on the path “09-locking”."),
    ] {
        let said = read_demo(replace).err().map_or_else(|| "nothing".to_owned(), |mistakes| mistakes.to_string());
        assert!(said.contains(expect), "{replace:?}\nexpected: {expect}\nsaid: {said}");
    }
}

#[test]
fn a_wrong_number_is_named_with_what_should_stand_there() {
    let lesson = read(LESSON, START, END).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let said = lesson.figures[0].check(&lesson.scripts).unwrap_err().to_string();
    assert!(said.starts_with("lesson.md:11: figure “failover” states 1 s, but the runs say 0 s."), "{said}");
}

#[test]
fn all_mistakes_are_named_at_once() {
    let mistakes =
        read(&LESSON.replace("sign:leader", "sign:boss"), &START.replace("seed", "sead"), &END.replace("1.2 s", "1.2")).err().unwrap();
    assert!(mistakes.0.len() >= 3, "{mistakes}");
}
