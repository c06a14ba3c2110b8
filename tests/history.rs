//! The checkers of histories against another that tries every order, on all small histories; the models against each other; long
//! histories; the line format.

#![cfg(test)]

use faultline::check::history::judge::{self, Verdict, judge};
use faultline::check::history::model::{IMPLIES, MODELS, Model};
use faultline::check::history::text::{parse, print};
use faultline::check::history::{Access, Call, History};
use faultline::sim::rng;

/// The other checker: written from the definitions alone, it tries every order of every subset of what may be left out.
mod plain {
    use super::{Access, Call, History, Model};

    pub fn admits(history: &History, model: Model) -> bool {
        if model == Model::Eventual {
            return agrees(history);
        }
        // A read that has not returned demands nothing.
        let calls: Vec<usize> = (0..history.calls.len()).filter(|i| history.calls[*i].access != Access::Read(None)).collect();
        let open: Vec<usize> = calls.iter().copied().filter(|i| history.calls[*i].returned.is_none()).collect();
        (0..1 << open.len()).any(|left_out: usize| {
            let kept = |i: &usize| open.iter().position(|o| o == i).is_none_or(|at| left_out >> at & 1 == 0);
            let calls: Vec<usize> = calls.iter().copied().filter(kept).collect();
            by_sources(history, model, &calls)
        })
    }

    /// Tries every way to join reads with writes.
    fn by_sources(history: &History, model: Model, calls: &[usize]) -> bool {
        let reads: Vec<usize> = calls.iter().copied().filter(|i| is_read(&history.calls[*i])).collect();
        let mut ways: Vec<Vec<(usize, Option<usize>)>> = vec![Vec::new()];
        for read in reads {
            let Access::Read(Some(value)) = history.calls[read].access else { continue };
            let mut from: Vec<Option<usize>> = calls
                .iter()
                .filter(|w| history.calls[**w].key == history.calls[read].key && history.calls[**w].access == Access::Write(value))
                .map(|w| Some(*w))
                .collect();
            if value == 0 {
                from.push(None);
            }
            ways = ways.iter().flat_map(|way| from.iter().map(move |w| [way.clone(), vec![(read, *w)]].concat())).collect();
        }
        ways.iter().any(|sources| with_sources(history, model, calls, sources))
    }

    fn with_sources(history: &History, model: Model, calls: &[usize], sources: &[(usize, Option<usize>)]) -> bool {
        let all = &history.calls;
        let po = |a: usize, b: usize| all[a].process == all[b].process && before(history, a, b);
        // What must come before what, for the view of `p`.
        let mut must = vec![vec![false; all.len()]; all.len()];
        for a in calls {
            for b in calls {
                let (first, second) = (is_read(&all[*a]), is_read(&all[*b]));
                // A read of what its own process writes only later.
                let later_own = all[*a].key == all[*b].key
                    && matches!((all[*a].access, all[*b].access), (Access::Read(Some(x)), Access::Write(y)) if x == y);
                must[*a][*b] = match model {
                    Model::Linearizable => before(history, *a, *b),
                    Model::Sequential | Model::Causal | Model::Pram => po(*a, *b),
                    Model::ReadYourWrites => po(*a, *b) && (!first && second || later_own),
                    Model::MonotonicReads | Model::WritesFollowReads => po(*a, *b) && (first && second || later_own),
                    Model::MonotonicWrites => po(*a, *b) && (first == second || later_own),
                    Model::Eventual => false,
                };
            }
        }
        for (read, write) in sources {
            let Some(write) = write else { continue };
            match model {
                Model::Causal => must[*write][*read] = true,
                Model::WritesFollowReads => {
                    for later in calls.iter().filter(|later| !is_read(&all[**later]) && po(*read, **later)) {
                        must[*write][*later] = true;
                    }
                }
                _ => {}
            }
        }
        if matches!(model, Model::Causal | Model::WritesFollowReads) {
            for k in 0..all.len() {
                for a in 0..all.len() {
                    for b in 0..all.len() {
                        must[a][b] |= must[a][k] && must[k][b];
                    }
                }
            }
            if (0..all.len()).any(|i| must[i][i]) {
                return false;
            }
        }
        let view = |of: &dyn Fn(&Call) -> bool| {
            let calls: Vec<usize> = calls.iter().copied().filter(|i| of(&all[*i])).collect();
            some_order(history, &must, &calls, &mut Vec::new())
        };
        match model {
            // Herlihy and Wing's theorem says that registers may be taken one by one; here they are not.
            Model::Linearizable | Model::Sequential => view(&|_| true),
            _ => (0..u16::try_from(history.processes.len()).unwrap()).all(|p| view(&|call| !is_read(call) || call.process == p)),
        }
    }

    fn some_order(history: &History, must: &[Vec<bool>], calls: &[usize], placed: &mut Vec<usize>) -> bool {
        if placed.len() == calls.len() {
            return placed.iter().enumerate().all(|(at, i)| {
                let Access::Read(Some(value)) = history.calls[*i].access else { return true };
                let written = placed[..at].iter().rev().find_map(|w| match history.calls[*w].access {
                    Access::Write(value) if history.calls[*w].key == history.calls[*i].key => Some(value),
                    _ => None,
                });
                written.unwrap_or(0) == value
            });
        }
        calls.iter().any(|next| {
            if placed.contains(next) || calls.iter().any(|other| must[*other][*next] && !placed.contains(other)) {
                return false;
            }
            placed.push(*next);
            let found = some_order(history, must, calls, placed);
            placed.pop();
            found
        })
    }

    fn before(history: &History, a: usize, b: usize) -> bool {
        history.calls[a].returned.is_some_and(|returned| returned <= history.calls[b].called) && a != b
    }

    fn is_read(call: &Call) -> bool {
        matches!(call.access, Access::Read(_))
    }

    fn agrees(history: &History) -> bool {
        let calls = || history.calls.iter();
        let was_written = |read: &Call, value: i64| value == 0 || calls().any(|w| w.key == read.key && w.access == Access::Write(value));
        if calls().any(|call| matches!(call.access, Access::Read(Some(value)) if !was_written(call, value))) {
            return false;
        }
        (0..u16::try_from(history.keys.len()).unwrap()).all(|key| {
            let writes = || calls().filter(|call| call.key == key && !is_read(call));
            if writes().any(|write| write.returned.is_none()) {
                return true;
            }
            let last = (0..u16::try_from(history.processes.len()).unwrap()).filter_map(|p| {
                let late = calls().filter(|call| {
                    call.key == key
                        && call.process == p
                        && matches!(call.access, Access::Read(Some(_)))
                        && writes().all(|write| write.returned.unwrap() <= call.called)
                });
                late.max_by_key(|call| call.called).map(|call| call.access)
            });
            let last: Vec<Access> = last.collect();
            last.iter().all(|access| *access == last[0])
        })
    }
}

fn history(calls: Vec<Call>, processes: u16) -> History {
    let processes = ["A", "B", "C", "D"].into_iter().take(usize::from(processes)).map(str::to_owned).collect();
    History { processes, keys: vec!["x".to_owned(), "y".to_owned()], calls }
}

fn admits(history: &History, model: Model) -> Option<bool> {
    match judge(history, model) {
        Verdict::Admitted(views) => {
            for view in &views {
                check_view(history, model, view);
            }
            Some(true)
        }
        Verdict::Refused(refusal) => {
            let only: Vec<Call> = refusal.calls.iter().map(|i| history.calls[*i]).collect();
            let only = History { calls: only, ..history.clone() };
            assert!(judge::refuses(&only, model), "{model:?} refuses {:?} of\n{}", refusal.calls, print(history));
            assert!(refusal.says.ends_with('.'));
            Some(false)
        }
        Verdict::CannotSay(_) => None,
    }
}

/// A witness is an order in which every read returns what was written last, and every process comes in its order where that is promised.
fn check_view(history: &History, model: Model, view: &judge::View) {
    let mut holds = [0; 2];
    for index in &view.order {
        let call = history.calls[*index];
        match call.access {
            Access::Write(value) => holds[usize::from(call.key)] = value,
            Access::Read(value) => assert_eq!(value, Some(holds[usize::from(call.key)])),
        }
    }
    for (at, b) in view.order.iter().enumerate() {
        for a in &view.order[at..] {
            let is_process = history.calls[*a].process == history.calls[*b].process;
            let keeps = match model {
                Model::Linearizable => true,
                Model::Sequential | Model::Causal | Model::Pram => is_process,
                _ => false,
            };
            assert!(!(keeps && history.precedes(*a, *b)), "{model:?} puts call {a} after {b} in\n{}", print(history));
        }
    }
}

fn assert_as_by_trying_all_orders(history: &History, counts: &mut [[u32; 2]]) {
    for (at, model) in MODELS.iter().enumerate() {
        let expected = plain::admits(history, *model);
        assert_eq!(admits(history, *model), Some(expected), "{model:?} of\n{}", print(history));
        counts[at][usize::from(expected)] += 1;
    }
}

/// Every read and write of `keys` registers with values up to 2.
fn accesses(keys: u16) -> Vec<(u16, Access)> {
    let of_key = |key| {
        [Access::Write(1), Access::Write(2), Access::Read(Some(0)), Access::Read(Some(1)), Access::Read(Some(2))]
            .map(|access| (key, access))
    };
    (0..keys).flat_map(of_key).collect()
}

#[test]
fn all_histories_of_up_to_four_calls_one_after_another_are_judged_as_by_trying_all_orders() {
    let kinds: Vec<(u16, u16, Access)> = (0..2).flat_map(|p| accesses(2).into_iter().map(move |(key, access)| (p, key, access))).collect();
    let mut counts = [[0; 2]; 9];
    for length in 1..=4u32 {
        // By the symmetry of names the first call is of A and x.
        for code in 0..5 * kinds.len().pow(length - 1) {
            let mut code = code;
            let mut digit = |base: usize| {
                let digit = code % base;
                code /= base;
                digit
            };
            let call = |at: u64, (process, key, access): (u16, u16, Access)| Call {
                process,
                key,
                access,
                called: 2 * at,
                returned: Some(2 * at + 1),
            };
            let mut calls = vec![call(0, kinds[digit(5)])];
            calls.extend((1..u64::from(length)).map(|at| call(at, kinds[digit(kinds.len())])));
            assert_as_by_trying_all_orders(&history(calls, 2), &mut counts);
        }
    }
    for (model, [refused, admitted]) in MODELS.iter().zip(counts) {
        assert!(refused > 200 && admitted > 200, "{model:?}: {refused} refused, {admitted} admitted");
    }
}

#[test]
fn all_histories_of_three_calls_that_overlap_or_never_return_are_judged_as_by_trying_all_orders() {
    let mut counts = [[0; 2]; 9];
    let spans: Vec<(u64, Option<u64>)> = (0..5u64).flat_map(|a| (a + 1..6).map(move |b| (a, Some(b))).chain([(a, None)])).collect();
    for code in 0..spans.len().pow(3) * 125 {
        // All orders of moments are among them; of the values, those that go with each other are drawn.
        let bits = faultline::sim::hash::finish(code as u64);
        if !bits.is_multiple_of(5) {
            continue;
        }
        let calls = (0..3u32).map(|at| {
            let (called, returned) = spans[code / spans.len().pow(at) % spans.len()];
            let access = accesses(1)[code / spans.len().pow(3) / 5usize.pow(at) % 5].1;
            let access = if matches!(access, Access::Read(_)) && returned.is_none() { Access::Read(None) } else { access };
            Call { process: u16::try_from(bits >> (8 + at) & 1).unwrap(), key: 0, access, called, returned }
        });
        assert_as_by_trying_all_orders(&history(calls.collect(), 2), &mut counts);
    }
    assert!(counts.iter().all(|[refused, admitted]| *refused > 200 && *admitted > 200), "{counts:?}");
}

/// A history of three processes in which reads return something near the truth.
fn random(seed: u64, calls: u64, repeats: bool) -> History {
    let mut luck = rng::stream(seed);
    let mut draw = |n: u64| rng::pick(&mut luck, n);
    let (mut written, mut free) = (vec![vec![0], vec![0]], [0u64; 3]);
    let calls = (0..calls).map(|at| {
        let process = usize::try_from(draw(3)).unwrap();
        let key = usize::try_from(draw(2)).unwrap();
        let called = free[process].max(at * 2) + draw(3);
        let returned = (draw(10) > 0).then(|| called + 1 + draw(8));
        free[process] = returned.unwrap_or(called) + draw(2);
        let access = if draw(2) == 0 {
            let value = if repeats { 1 + draw(2) } else { 1 + at };
            written[key].push(i64::try_from(value).unwrap());
            Access::Write(*written[key].last().unwrap())
        } else {
            let back = usize::try_from(draw(3)).unwrap().min(written[key].len() - 1);
            Access::Read(returned.map(|_| written[key][written[key].len() - 1 - back]))
        };
        Call { process: u16::try_from(process).unwrap(), key: u16::try_from(key).unwrap(), access, called, returned }
    });
    history(calls.collect(), 3)
}

#[test]
fn random_histories_of_five_calls_are_judged_as_by_trying_all_orders() {
    let mut counts = [[0; 2]; 9];
    for seed in 0..1_500 {
        assert_as_by_trying_all_orders(&random(seed, 5, seed % 2 == 0), &mut counts);
    }
    assert!(counts.iter().all(|[refused, admitted]| *refused > 20 && *admitted > 20), "{counts:?}");
}

#[test]
fn a_history_that_a_model_admits_is_admitted_by_all_that_it_implies() {
    let mut told_apart = [0; IMPLIES.len()];
    for seed in 0..3_000 {
        let history = random(seed, 4 + seed % 9, seed % 3 == 0);
        for ((strong, weak), apart) in IMPLIES.iter().zip(&mut told_apart) {
            match (admits(&history, *strong), admits(&history, *weak)) {
                (Some(true), Some(false)) => panic!("{strong:?} admits and {weak:?} refuses\n{}", print(&history)),
                (Some(false), Some(true)) => *apart += 1,
                _ => {}
            }
        }
    }
    assert!(told_apart.iter().all(|count| *count > 0), "{told_apart:?}");
}

#[test]
fn monotonic_reads_and_writes_with_own_writes_read_are_pram_and_with_writes_after_reads_causal() {
    // The theorem of Brzeziński, Sobaniec and Wawrzyniak needs one view that keeps all of them; separate views are weaker, so only one
    // direction is left of it here.
    for seed in 0..2_000 {
        let history = random(seed, 8, false);
        let all = |models: &[Model]| models.iter().all(|model| admits(&history, *model) == Some(true));
        if all(&[Model::Pram]) {
            assert!(all(&[Model::ReadYourWrites, Model::MonotonicReads, Model::MonotonicWrites]), "{}", print(&history));
        }
        if all(&[Model::Causal]) {
            assert!(all(&[Model::Pram, Model::WritesFollowReads]), "{}", print(&history));
        }
    }
}

/// Each well-known anomaly, with the models that refuse it.
#[test]
fn each_anomaly_is_refused_by_the_models_that_forbid_it_and_by_no_other() {
    use Model::*;
    for (text, refused) in [
        // A stale read.
        ("A: write x 1 @ 0..1\nB: read x 0 @ 2..3", vec![Linearizable]),
        // A lost own write.
        ("A: write x 1 @ 0..1\nA: read x 0 @ 2..3", vec![Linearizable, Sequential, Causal, Pram, ReadYourWrites]),
        // Reads that go back.
        (
            "A: write x 1 @ 0..1\nB: read x 1 @ 2..3\nB: read x 0 @ 4..5",
            vec![Linearizable, Sequential, Causal, Pram, MonotonicWrites, WritesFollowReads, MonotonicReads],
        ),
        // One process's writes out of order.
        (
            "A: write x 1 @ 0..1\nA: write x 2 @ 2..3\nB: read x 2 @ 4..5\nB: read x 1 @ 6..7",
            vec![Linearizable, Sequential, Causal, Pram, MonotonicWrites],
        ),
        // An answer without its question.
        (
            "A: write x 1 @ 0..1\nB: read x 1 @ 2..3\nB: write y 2 @ 4..5\nC: read y 2 @ 6..7\nC: read x 0 @ 8..9",
            vec![Linearizable, Sequential, Causal, WritesFollowReads, Eventual],
        ),
        // Two observers see two writes in different orders.
        (
            "A: write x 1 @ 0..9\nB: write x 2 @ 0..9\nC: read x 1 @ 10..11\nC: read x 2 @ 12..13\nD: read x 2 @ 10..11\nD: read x 1 @ 12..13",
            vec![Linearizable, Sequential, Eventual],
        ),
        // A value from nowhere.
        ("A: read x 7 @ 0..1", MODELS.to_vec()),
        // A write of unknown outcome is read, and not read, and read.
        ("A: write x 1 @ 0..?\nB: read x 1 @ 2..3", vec![]),
        ("A: write x 1 @ 0..?\nB: read x 0 @ 2..3\nB: read x 1 @ 4..5", vec![]),
        (
            "A: write x 1 @ 0..?\nB: read x 1 @ 2..3\nB: read x 0 @ 4..5",
            vec![Linearizable, Sequential, Causal, Pram, MonotonicWrites, WritesFollowReads, MonotonicReads],
        ),
    ] {
        let history = parse(text).unwrap();
        for model in MODELS {
            assert_eq!(admits(&history, *model), Some(!refused.contains(model)), "{model:?} of\n{text}");
        }
    }
}

#[test]
fn a_refusal_names_the_operations_that_offend_and_no_other() {
    let history = parse("B: write y 5 @ 0..1\nA: write x 1 @ 0..1\nB: read y 5 @ 2..3\nB: read x 0 @ 4..5\nA: read x 1 @ 6..7").unwrap();
    let Verdict::Refused(refusal) = judge(&history, Model::Linearizable) else { panic!("it is refused") };
    assert_eq!(refusal.calls, [1, 3]);
    assert_eq!(refusal.says, "No order of these has each take effect between its call and its return: A: write x 1; B: read x 0.");
}

#[test]
fn a_bound_that_is_reached_is_said_and_no_verdict_is_made_up() {
    // Every value is written so often that there are more ways to join reads with writes than are tried.
    let mut text = String::new();
    for at in 0..24 {
        text += &format!("A: write x 1 @ {}..{}\nB: read x 1 @ {}..{}\n", 4 * at, 4 * at + 1, 4 * at + 2, 4 * at + 3);
    }
    assert!(matches!(judge(&parse(&text).unwrap(), Model::Causal), Verdict::CannotSay(says) if says.contains("too often")));
    assert_eq!(admits(&parse(&text).unwrap(), Model::Linearizable), Some(true));
}

/// A history of `calls` operations of `processes` clients of one memory: each takes effect at a moment between its call and its return.
fn of_one_memory(seed: u64, calls: u64, processes: u64) -> History {
    let mut luck = rng::stream(seed);
    let mut draw = |n: u64| rng::pick(&mut luck, n);
    let mut planned: Vec<(u64, Call)> = Vec::new();
    let mut free = vec![0u64; usize::try_from(processes).unwrap()];
    for at in 0..calls {
        let process = usize::try_from(at % processes).unwrap();
        let (called, lasts) = (free[process] + draw(20), 2 + draw(40));
        free[process] = called + lasts;
        let access = if draw(2) == 0 { Access::Write(i64::try_from(at + 1).unwrap()) } else { Access::Read(None) };
        let key = u16::try_from(draw(2)).unwrap();
        planned.push((
            called + 1 + draw(lasts - 1),
            Call { process: u16::try_from(process).unwrap(), key, access, called, returned: Some(called + lasts) },
        ));
    }
    planned.sort_by_key(|(effect, _)| *effect);
    let mut holds = [0; 2];
    for (_, call) in &mut planned {
        match &mut call.access {
            Access::Write(value) => holds[usize::from(call.key)] = *value,
            Access::Read(value) => *value = Some(holds[usize::from(call.key)]),
        }
    }
    planned.sort_by_key(|(_, call)| call.called);
    history(planned.into_iter().map(|(_, call)| call).collect(), u16::try_from(processes).unwrap())
}

#[test]
fn long_histories_of_one_memory_are_admitted_and_one_stale_read_is_found() {
    for calls in [300, 1_000, 3_000] {
        let good = of_one_memory(calls, calls, 4);
        let mut bad = good.clone();
        let last = bad.calls.iter().rposition(|call| call.read().is_some()).unwrap();
        bad.calls[last].access = Access::Read(Some(0));
        for model in MODELS {
            // Printed and not asserted: `cargo test --release --test history long -- --nocapture` shows it.
            #[allow(clippy::disallowed_types, reason = "it measures how long a verdict takes in real time")]
            let begun = std::time::Instant::now();
            let verdict = admits(&good, *model);
            let took = begun.elapsed();
            println!("{calls} operations, {}: {verdict:?} in {took:?}", model.name());
            assert_eq!(verdict, Some(true), "{model:?} of {calls}");
        }
        assert!(judge::refuses(&bad, Model::Linearizable));
    }
}

#[test]
fn a_text_is_read_and_written_and_read_again() {
    let text = "A: write x 1 @ 0..20\nB: read x 1 @ 10..30\nA: write x 2 @ 40..?\nB: read x ? @ 50..?\n";
    let history = parse(&format!("# a remark\n\n{text}")).unwrap();
    assert_eq!(print(&history), text);
    assert_eq!(history.processes, ["A", "B"]);
    assert_eq!(history.calls[2], Call { process: 0, key: 0, access: Access::Write(2), called: 40, returned: None });
    assert_eq!(parse(" A :write x -3@5..5 # none").unwrap().calls[0].access, Access::Write(-3));
}

#[test]
fn a_mistake_in_a_text_is_told_with_its_line_and_what_was_expected() {
    for (line, expect) in [
        ("A write x 1 @ 0..1", "found no colon after the process"),
        ("A: write x 1", "found no @ before the times"),
        ("A: write x @ 0..1", "between colon and @"),
        ("A: erase x 1 @ 0..1", "expected `read` or `write`, found “erase”"),
        ("A: write x one @ 0..1", "expected a whole number"),
        ("A: write x -9223372036854775808 @ 0..1", "expected a whole number"),
        ("A: write x 1 @ 0-1", "expected times such as 0..20 or 40..?, found “0-1”"),
        ("A: write x 1 @ 0..z", "expected a time"),
        ("A: write x 1 @ 5..1", "it returns before it is called"),
        ("A: read x 1 @ 5..?", "a read that has not returned has read nothing"),
        ("A: read x ? @ 5..6", "a read that has returned has read something"),
        ("Process number one: read x 1 @ 5..6", "expected a name"),
    ] {
        let mistake = parse(&format!("A: write x 1 @ 0..1\n{line}")).unwrap_err().to_string();
        assert!(mistake.starts_with("Line 2: ") && mistake.contains(expect), "{line}: {mistake}");
    }
}
