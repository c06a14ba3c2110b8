//! The stage: nodes, links, messages on their way. Everything on it can be clicked, focused and acted upon.

use crate::ui::action::{Action, Look};
use crate::ui::run::Run;
use yew::prelude::*;

/// Properties of [`Stage`].
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// The run, at the present moment.
    pub run: Run,
    /// What is selected, which tool is in hand, which menu is open.
    pub look: Look,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The stage with its tools, menu and tray of held messages.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let _ = props;
    html! { <div class="pg-stage"></div> }
}
