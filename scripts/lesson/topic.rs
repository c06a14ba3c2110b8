//! Lesson @number@, @title@. So far it has the elections of lesson 8, so that a page can be written, built and tested around them.

use super::{Topic, leader_election};

/// The algorithms of the lesson. Put its own in their place before the first link of this lesson is shared: links name them by index.
pub const TOPIC: Topic = Topic { number: @number@, ..leader_election::TOPIC };
