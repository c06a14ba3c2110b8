//! Every bound of the engine, by name. Reaching one is an [`Error`](super::Error) with a sentence, never a hang.

/// Nodes in a world.
pub const NODES_MAX: u16 = 2_000;
/// Messages in flight at once; further ones are refused and the run stops with a sentence.
pub const IN_FLIGHT_MAX: usize = 50_000;
/// Events applied in one run.
pub const EVENTS_MAX: u64 = 5_000_000;
/// Events of a run that is played on without being written down: it takes no memory.
pub const EVENTS_UNWATCHED_MAX: u64 = 100_000_000;
/// Interventions in one run.
pub const INTERVENTIONS_MAX: usize = 2_000;
/// Client operations in one run.
pub const OPERATIONS_MAX: usize = 20_000;
/// Duplicates of one message.
pub const COPIES_MAX: u8 = 250;
/// Longest run, in virtual time: an hour.
pub const TIME_US_MAX: u64 = 3_600_000_000;
/// Longest delay, timer or latency that may be asked for: ten minutes.
pub const DELAY_US_MAX: u64 = 600_000_000;
/// Events of the trace kept in memory around the present moment.
pub const TRACE_EVENTS_MAX: usize = 4_000;
/// Snapshots kept by a timeline; when full, every other one goes.
pub const SNAPSHOTS_MAX: usize = 160;
/// Marks (faults, violations, milestones) kept for the scrubber.
pub const MARKS_MAX: usize = 2_000;
/// Branches kept by a timeline.
pub const BRANCHES_MAX: usize = 64;
/// Largest argument of type text of a command, in bytes.
pub const TEXT_ARGUMENT_BYTES_MAX: usize = 256;
