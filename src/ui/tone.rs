//! Colour by meaning, as the style sheet names it in its data attributes. Knows no algorithm.

use crate::sim::{MessageKind, Role, Status, Tone};

/// `data-role` of a role: the sign and the colour of a node or of its band.
pub fn role_name(role: Role) -> &'static str {
    match role.tone {
        Tone::Leader => "leader",
        Tone::Candidate => "candidate",
        Tone::Follower | Tone::Good => "follower",
        Tone::Neutral | Tone::Pending | Tone::Bad | Tone::Series(_) => "neutral",
    }
}

/// `data-state` of a node.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Up => "up",
        Status::Paused => "paused",
        Status::Down => "down",
    }
}

/// `data-tone` of a message: the colour of its mark and of its arrow.
pub fn tone_name(tone: Tone, reply: bool) -> &'static str {
    match (tone, reply) {
        (Tone::Bad, _) => "no",
        (_, true) => "yes",
        (Tone::Candidate | Tone::Pending, false) => "ask",
        (Tone::Leader | Tone::Follower | Tone::Good, false) => "data",
        (Tone::Neutral | Tone::Series(_), false) => "neutral",
    }
}

/// `data-shape` of a message: a request and its answer share it, and the colour tells them apart.
pub fn shape_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Candidate | Tone::Pending => "pill",
        Tone::Leader | Tone::Follower => "slant",
        Tone::Good => "hex",
        Tone::Bad => "diamond",
        Tone::Neutral | Tone::Series(_) => "box",
    }
}

/// [`tone_name`] of a kind of message.
pub fn kind_tone(kind: Option<&MessageKind>) -> &'static str {
    kind.map_or("neutral", |kind| tone_name(kind.tone, kind.reply))
}
