//! The space-time diagram: a lane a node, an arrow a message, and the happens-before cone of an event.

use crate::ui::action::{Action, Look};
use crate::ui::run::Run;
use yew::prelude::*;

/// Properties of [`Diagram`].
#[derive(Properties, PartialEq)]
pub struct DiagramProps {
    /// The run, at the present moment.
    pub run: Run,
    /// What is selected, and whose cone is lit.
    pub look: Look,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The diagram of the last while.
#[component]
pub fn Diagram(props: &DiagramProps) -> Html {
    let _ = props;
    html! { <div class="pg-diagram"></div> }
}
