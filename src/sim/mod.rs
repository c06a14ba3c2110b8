//! The engine: a world of nodes, messages and timers, and the drivers that make choices in it. Knows no algorithm, no screen.
//!
//! ```text
//!   Clock ─┐   time, latencies and losses drawn from a seed
//!   Script ─┼─▶ World::apply(Choice) ─▶ handlers of a Protocol
//!   Explorer ┘  every choice, each distinct state once (in `check`)
//! ```
//!
//! - [`world`]: what there is, and the one way in which it changes.
//! - [`protocol`]: the traits that an algorithm implements; [`view`]: what it shows; [`series`], [`cells`], [`ring`], [`documents`]: its charts, arrays,
//!   circles and texts.
//! - [`clock`], [`script`]: drivers. `agenda`: what is due when. [`network`], [`rng`]: what the clock draws.
//! - [`trace`]: what happened. [`timeline`]: rewind, branches, marks.
//! - [`erased`]: why the engine is compiled once for all algorithms.
//!
//! A program is compiled for size, in which even a function of one line is called. Those that every event goes through are `inline(always)`: an event
//! takes a twelfth less, and a program grows by half a kilobyte.

mod agenda;
pub mod cells;
mod choice;
pub mod clock;
pub mod documents;
pub mod erased;
mod error;
mod flights;
pub mod hash;
mod history;
mod id;
pub mod limits;
pub mod network;
mod params;
pub mod protocol;
mod queue;
pub mod ring;
pub mod rng;
pub mod script;
pub mod series;
pub mod sorted;
pub mod timeline;
pub mod trace;
pub mod view;
pub mod world;

pub use cells::{Cells, Packed, Probe};
pub use choice::{Argument, ArgumentKind, Choice, CommandCall, CommandSpec, Operation, Outcome};
pub use clock::{Clock, Intervention, Setup, Tally};
pub use documents::{Document, Documents, Edit, Offer, Stretch};
pub use erased::{Algorithm, Env, Erased, FactInfo, InvariantInfo};
pub use error::Error;
pub use history::{Access, Call, History};
pub use id::{CommandId, MessageId, NodeId, TimerId};
pub use network::{Conditions, Latency, Scope};
pub use params::{ParamKind, ParamSpec, Params};
pub use protocol::{Bindings, Broken, Cluster, Commands, Context, Fact, Invariant, Messages, Never, Node, Protocol, Timers, Watched};
pub use ring::{Ring, RingKey, RingOwner, RingPlace};
pub use series::{Curve, Drawn, Guide, GuideKind, Point, Scale, Series};
pub use timeline::{At, Timeline};
pub use trace::{Event, Fired, Mark, MarkKind, Record, Trace, Violation};
pub use view::{
    Ahead, Cell, Exhibit, ExhibitKind, Field, HistoryView, Intervals, Lane, Ledger, LedgerRow, MessageKind, NodeView, Role, Span,
    TimerInfo, Tone, Tree, TreeEdge, TreeNode, capital,
};
pub use world::{Flight, Status, Step, TimerSlot, World};
