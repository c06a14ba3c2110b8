//! What a client wants a lock for: lock, read the counter, work, write it back, unlock. The same for every lock of this lesson; how a lock is
//! asked for and given back is each lock's own.
//!
//! ```text
//!   Idle ─▶ Locking ─▶ Reading ─▶ Working ─▶ check ─▶ Sending ─▶ Writing ─▶ Idle
//!             lock       Read                 still     20 ms      Write    unlock
//!                                             mine?
//! ```
//!
//! Between the check and the departure of the write lie 20 ms, as there always is some time: whatever freezes the client just then makes the
//! check worthless.

use super::protocol::{Cx, Lock, storage_at};
use super::storage::{Fencing, Request, Storage, StoreMessage, Token};
use crate::sim::{ArgumentKind, CommandCall, CommandId, CommandSpec, Commands, NodeId, Outcome, ParamKind, ParamSpec, TimerInfo, Timers};

/// Time from the check of the lock to the departure of the write, in microseconds.
const SENDING_US: u64 = 20_000;

/// Indices of the params that the locks of the lesson have in common.
pub mod param {
    /// How long a lock lasts without renewal, in milliseconds.
    pub const TTL_MS: u16 = 0;
    /// Shortest work between reading and writing, in milliseconds.
    pub const WORK_MIN_MS: u16 = 1;
    /// Longest work, in milliseconds.
    pub const WORK_MAX_MS: u16 = 2;
    /// About how long a client waits before it asks again, in milliseconds.
    pub const RETRY_MS: u16 = 3;
    /// Clients come back for more by themselves.
    pub const REPEAT: u16 = 4;
    /// Rule: a client gives up when its lock has run out by its own clock.
    pub const VALIDITY_CHECK: u16 = 5;
    /// Where a lock's own begin, if it hands out no tokens.
    pub const OWN: u16 = 6;
    /// Rule: the storage refuses writes with a lower token than one that wrote. Of locks with tokens.
    pub const FENCE: u16 = 6;
    /// Rule: reads raise the fence too. Of locks with tokens.
    pub const FENCE_READS: u16 = 7;
    /// Where a lock's own begin, if it hands out tokens.
    pub const OWN_WITH_TOKENS: u16 = 8;
}

const fn ms(name: &'static str, label: &'static str, help: &'static str, (min, max, default): (i64, i64, i64)) -> ParamSpec {
    ParamSpec { name, label, help, kind: ParamKind::Range { min, max, step: 50, unit: "ms" }, default }
}

/// What the reader may set of every lock.
pub const PARAMS: &[ParamSpec] = &[
    ms(
        "ttl_ms",
        "Time to live of a lock",
        "A lock that is neither renewed nor given back for so long runs out, and another client may have it.",
        (200, 10_000, 1_500),
    ),
    ms("work_min_ms", "Shortest work", "Time between reading and writing, at least.", (0, 10_000, 400)),
    ms("work_max_ms", "Longest work", "Time between reading and writing, at most.", (0, 10_000, 400)),
    ms(
        "retry_ms",
        "Pause before the next try",
        "A client that got no lock, or no answer, asks again after about so long. Half of it is drawn by chance.",
        (100, 5_000, 400),
    ),
    ParamSpec {
        name: "repeat",
        label: "Clients come back for more",
        help: "Each client begins the next addition by itself, a while after the last.",
        kind: ParamKind::Toggle,
        default: 0,
    },
    ParamSpec::rule(
        "validity_check",
        "Clients watch their own time",
        "A client gives up once its lock has run out by its own clock, counted from when it asked. Without this rule it writes however \
         late it is.",
    ),
];

/// And of one that hands out tokens.
pub const FENCING: &[ParamSpec] = &[
    ParamSpec::rule(
        "fence",
        "The storage checks tokens",
        "The storage remembers the highest token and refuses lower ones. Without this rule a client that is late overwrites its \
         successor's work.",
    ),
    ParamSpec::rule(
        "fence_reads",
        "Reads raise the fence too",
        "A read tells the storage that a later holder is at work. Without this rule an earlier holder may still write between its \
         successor's read and write.",
    ),
];

/// What a client may be told to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Add so much to the counter, under the lock.
    Add(i64),
}

/// What a node that is no client answers.
pub const NOT_A_CLIENT: Outcome = Outcome::Refused("this node is no client of the lock");

impl Commands for Command {
    const COMMANDS: &'static [CommandSpec] = &[CommandSpec {
        name: "add",
        label: "Lock, add, unlock",
        help: "The client gets the lock, reads the counter, works, writes the sum back, and gives the lock back.",
        arguments: &[("amount", ArgumentKind::Number { min: 1, max: 99, default: 1 })],
    }];

    fn parse(call: &CommandCall) -> Result<Self, String> {
        match (call.command, call.number(0)) {
            (0, Some(amount)) => Ok(Command::Add(amount)),
            (0, None) => Err("How much to add is missing: a number.".to_owned()),
            (other, _) => Err(format!("This lock has no command number {other}.")),
        }
    }
}

/// What every client waits for, whatever its lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobTimer {
    /// No answer came, or the lock was taken.
    Retry,
    /// Its lock runs out by its own clock.
    Validity,
    /// Its work is done.
    Work,
    /// Its write leaves.
    Send,
}

/// Codes below this are those of [`JobTimer`].
pub const TIMER_CODES: u32 = 4;

impl Timers for JobTimer {
    const PLAIN: &'static [(Self, TimerInfo)] = &[
        (JobTimer::Retry, TimerInfo { name: "next try", action: "try again now" }),
        (JobTimer::Validity, TimerInfo { name: "validity of its lock", action: "let its lock run out" }),
        (JobTimer::Work, TimerInfo { name: "end of its work", action: "finish the work now" }),
        (JobTimer::Send, TimerInfo { name: "departure of its write", action: "send the write now" }),
    ];

    fn code(self) -> u32 {
        self as u32
    }
}

/// Where a client is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Phase {
    /// It wants nothing.
    #[default]
    Idle,
    /// It asks for the lock.
    Locking,
    /// It has it, and asks for the counter.
    Reading,
    /// It works on what it read.
    Working,
    /// It has made sure that the lock is its own, and its write is about to leave.
    Sending,
    /// Its write is on the way.
    Writing,
}

/// A client's job.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Job {
    /// Where it is.
    pub phase: Phase,
    /// Who asked for it; nobody if the client came back by itself.
    pub asked_by: Option<CommandId>,
    /// How much to add.
    pub amount: i64,
    /// The token of its lock.
    pub token: Token,
    /// When its lock runs out, by its own clock.
    pub until_us: i64,
    /// The counter as it read it.
    pub value: i64,
    /// How many writes there had been then.
    pub seen: u32,
}

impl Job {
    /// Whether the client believes that the lock is its own.
    pub fn believes(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Locking)
    }
}

/// What a lock has to do after a step of its client's job.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// Nothing.
    Wait,
    /// Get the lock: a new attempt.
    Lock,
    /// Ask for it again: no answer came, or it was taken.
    LockAgain,
    /// Give it back: the job is over, done or not.
    Unlock,
}

fn us<L: Lock>(cx: &Cx<'_, L>, index: u16) -> u64 {
    cx.params().get_u64(index) * 1_000
}

/// Arms the next try: from half to one and a half times the pause, so that two clients do not keep step.
pub fn retry_later<L: Lock>(cx: &mut Cx<'_, L>) {
    let pause_us = us(cx, param::RETRY_MS);
    cx.set_timer_between(JobTimer::Retry, pause_us / 2, pause_us + pause_us / 2);
}

/// A client starts. One that comes back for more begins after a while.
pub fn start<L: Lock>(cx: &mut Cx<'_, L>) -> Job {
    if cx.params().on(param::REPEAT) {
        retry_later(cx);
    }
    Job::default()
}

/// A request of the reader's.
pub fn on_command<L: Lock>(job: &mut Job, id: CommandId, Command::Add(amount): Command, cx: &mut Cx<'_, L>) -> Next {
    if job.phase != Phase::Idle {
        cx.reply(id, Outcome::Refused("this client is busy with another addition"));
        return Next::Wait;
    }
    begin(job, Some(id), amount)
}

fn begin(job: &mut Job, asked_by: Option<CommandId>, amount: i64) -> Next {
    *job = Job { phase: Phase::Locking, asked_by, amount, ..Job::default() };
    Next::Lock
}

/// The lock is the client's, until `until_us` by its own clock.
pub fn locked<L: Lock>(job: &mut Job, request: Request, token: Token, until_us: i64, cx: &mut Cx<'_, L>) -> Next {
    job.phase = Phase::Reading;
    job.token = token;
    if !valid_until(job, until_us, cx) {
        return give_up(job, "the lock ran out before the work began", cx);
    }
    read(job, request, cx);
    Next::Wait
}

/// Its lock lasts until then, by its own clock. Says whether that is still to come.
pub fn valid_until<L: Lock>(job: &mut Job, until_us: i64, cx: &mut Cx<'_, L>) -> bool {
    job.until_us = until_us;
    if !cx.params().on(param::VALIDITY_CHECK) {
        return true;
    }
    let left_us = u64::try_from(until_us.saturating_sub(cx.clock_us())).unwrap_or(0);
    if left_us > 0 {
        cx.set_timer(JobTimer::Validity, left_us);
    }
    left_us > 0
}

fn read<L: Lock>(job: &Job, request: Request, cx: &mut Cx<'_, L>) {
    cx.send(storage_at::<L>(cx.nodes()), StoreMessage::Read { request, token: job.token });
    retry_later(cx);
}

fn write<L: Lock>(job: &mut Job, request: Request, cx: &mut Cx<'_, L>) {
    job.phase = Phase::Writing;
    let message = StoreMessage::Write { request, token: job.token, value: job.value + job.amount, seen: job.seen };
    cx.send(storage_at::<L>(cx.nodes()), message);
    retry_later(cx);
}

/// An answer of the storage to the present request.
pub fn on_answer<L: Lock>(job: &mut Job, request: Request, message: &StoreMessage, cx: &mut Cx<'_, L>) -> Next {
    match (*message, job.phase) {
        (StoreMessage::Value { request: of, value, version }, Phase::Reading) if of == request => {
            (job.value, job.seen, job.phase) = (value, version, Phase::Working);
            cx.say(|| format!("It has read {value} and works on it."));
            cx.cancel_timer(JobTimer::Retry);
            let (low_us, high_us) = (us(cx, param::WORK_MIN_MS), us(cx, param::WORK_MAX_MS));
            cx.set_timer_between(JobTimer::Work, low_us, high_us);
            Next::Wait
        }
        (StoreMessage::Written { request: of }, Phase::Writing) if of == request => {
            let sum = job.value + job.amount;
            cx.say(|| format!("Its write of {sum} is done, so it gives the lock back."));
            end(job, Outcome::Done(sum), cx)
        }
        (StoreMessage::Stale { request: of }, Phase::Reading | Phase::Writing) if of == request => {
            give_up(job, "the storage has seen a later holder of the lock", cx)
        }
        _ => {
            cx.say(|| "It no longer waits for this.".to_owned());
            Next::Wait
        }
    }
}

/// A timer of the job.
pub fn on_timer<L: Lock>(job: &mut Job, request: Request, timer: JobTimer, cx: &mut Cx<'_, L>) -> Next {
    match (timer, job.phase) {
        (JobTimer::Retry, Phase::Idle) => return begin(job, None, 1),
        (JobTimer::Retry, Phase::Locking) => return Next::LockAgain,
        (JobTimer::Retry, Phase::Reading) => read(job, request, cx),
        (JobTimer::Retry, Phase::Writing) if is_valid(job, cx) => write(job, request, cx),
        (JobTimer::Retry, Phase::Writing) => {
            cx.say(|| "No answer, and the lock has run out: whether its write was taken it cannot tell.".to_owned());
            job.asked_by = None;
            return give_up(job, "its fate is unknown", cx);
        }
        // A write that is on its way cannot be called back.
        (JobTimer::Validity, Phase::Reading | Phase::Working) => return give_up(job, "the lock ran out before the write", cx),
        (JobTimer::Work, Phase::Working) => return check(job, cx),
        (JobTimer::Send, Phase::Sending) => {
            cx.say(|| "Its write leaves. It does not look at the clock again.".to_owned());
            write(job, request, cx);
        }
        _ => {}
    }
    Next::Wait
}

/// Whether the lock has not run out by its own clock, or the client does not ask.
fn is_valid<L: Lock>(job: &Job, cx: &Cx<'_, L>) -> bool {
    job.until_us > cx.clock_us() || !cx.params().on(param::VALIDITY_CHECK)
}

/// Is the lock still its own, as far as it can tell?
fn check<L: Lock>(job: &mut Job, cx: &mut Cx<'_, L>) -> Next {
    if !is_valid(job, cx) {
        return give_up(job, "the lock ran out before the write", cx);
    }
    if cx.params().on(param::VALIDITY_CHECK) {
        let left_us = job.until_us.saturating_sub(cx.clock_us());
        cx.say(|| format!("Its lock is good for another {} ms by its own clock, so it will write.", left_us / 1_000));
    } else {
        cx.say(|| "Its work is done. It does not ask whether the lock is still its own.".to_owned());
    }
    job.phase = Phase::Sending;
    cx.set_timer(JobTimer::Send, SENDING_US);
    Next::Wait
}

/// The lock is lost: nothing is written, or nothing more.
pub fn give_up<L: Lock>(job: &mut Job, why: &'static str, cx: &mut Cx<'_, L>) -> Next {
    cx.say(|| format!("It gives up: {why}."));
    end(job, Outcome::Refused(why), cx)
}

fn end<L: Lock>(job: &mut Job, outcome: Outcome, cx: &mut Cx<'_, L>) -> Next {
    if let Some(id) = job.asked_by {
        cx.reply(id, outcome);
    }
    *job = Job::default();
    for timer in [JobTimer::Validity, JobTimer::Work, JobTimer::Send, JobTimer::Retry] {
        cx.cancel_timer(timer);
    }
    if cx.params().on(param::REPEAT) {
        retry_later(cx);
    }
    Next::Unlock
}

/// A message for the storage.
pub fn serve<L: Lock>(storage: &mut Storage, from: NodeId, message: &StoreMessage, cx: &mut Cx<'_, L>) {
    let on = |rule: u16| L::TOKENS && cx.params().on(rule);
    let fencing = Fencing { writes: on(param::FENCE), reads: on(param::FENCE_READS) };
    let fence = storage.fence;
    let Some(answer) = storage.answer(from, message, fencing) else { return };
    match (message, answer) {
        (StoreMessage::Write { value, .. }, StoreMessage::Written { .. }) => cx.say(|| format!("It takes {value} from node {from}.")),
        (StoreMessage::Write { token, .. } | StoreMessage::Read { token, .. }, StoreMessage::Stale { .. }) => {
            cx.say(|| format!("It refuses node {from}: its token is {token}, and {fence} was here already."));
        }
        _ => {}
    }
    cx.send(from, answer);
}
