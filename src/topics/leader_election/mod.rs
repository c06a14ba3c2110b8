//! Lesson 8, leader election: Raft, Bully, Chang–Roberts, and ephemeral sequential nodes.

use super::Topic;

/// The algorithms of the lesson.
pub const TOPIC: Topic = Topic { number: 8, algorithms: &[] };
