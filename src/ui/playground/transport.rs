//! The transport: play, step, rewind, speed, branches, and the scrubber with its marks.

use crate::ui::action::{Action, Look};
use crate::ui::run::Run;
use yew::prelude::*;

/// Properties of [`Transport`].
#[derive(Properties, PartialEq)]
pub struct TransportProps {
    /// The run, at the present moment.
    pub run: Run,
    /// Whether time passes, and how fast.
    pub look: Look,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The transport.
#[component]
pub fn Transport(props: &TransportProps) -> Html {
    let _ = props;
    html! { <div class="pg-transport"></div> }
}
