//! Colour by meaning, as the style sheet names it in its data attributes. Knows no algorithm.

use crate::sim::{Choice, Intervention, Status, Tone};

/// Number of colours that a series has before they come round again.
const SERIES_COLOURS: u8 = 6;

/// `data-tone`, or `data-role` on a node and its band.
pub fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "neutral",
        Tone::Leader => "leader",
        Tone::Candidate => "candidate",
        Tone::Follower => "follower",
        Tone::Good => "good",
        Tone::Pending => "pending",
        Tone::Bad => "bad",
        Tone::Series(number) => match number % SERIES_COLOURS {
            0 => "series-0",
            1 => "series-1",
            2 => "series-2",
            3 => "series-3",
            4 => "series-4",
            _ => "series-5",
        },
    }
}

/// The sign on a node's badge, as in `#role-leader`: what it is if it runs, else that it does not.
pub fn sign_name(tone: Tone, status: Status) -> &'static str {
    match (status, tone) {
        (Status::Down, _) => "down",
        (Status::Paused, _) => "paused",
        (Status::Up, Tone::Series(_)) => "neutral",
        (Status::Up, tone) => tone_name(tone),
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

/// `data-shape` of a message, as in `#msg-pill`.
pub fn shape_name(tone: Tone, reply: bool) -> &'static str {
    match (reply, tone) {
        (true, _) => "pill",
        (false, Tone::Leader) => "slant",
        (false, Tone::Candidate) => "hex",
        (false, Tone::Pending) => "diamond",
        (false, _) => "box",
    }
}

/// What a deed does to the cluster: `fault`, `fix` if it takes one back, `act` if it is neither.
pub fn deed_name(deed: &Intervention) -> &'static str {
    match deed {
        Intervention::Do(choice) | Intervention::Scripted(choice, _) => match choice {
            Choice::Restart(_) | Choice::Resume(_) | Choice::Mend { .. } | Choice::Heal => "fix",
            choice if choice.is_fault() => "fault",
            _ => "act",
        },
        Intervention::Release(_) | Intervention::Network { conditions: None, .. } => "fix",
        Intervention::Delay { .. } | Intervention::Hold(_) | Intervention::Network { .. } => "fault",
        Intervention::Manual(_) => "act",
    }
}
