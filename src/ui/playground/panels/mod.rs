//! The panels beside the stage: inspector, log, invariants, exhibits, cost, settings, share.

use crate::ui::action::{Action, Look};
use crate::ui::run::Run;
use yew::prelude::*;

/// Properties of [`Panels`].
#[derive(Properties, PartialEq)]
pub struct PanelsProps {
    /// The run, equal to itself until the next event.
    pub run: Run,
    /// Which panel is shown, and what is selected.
    pub look: Look,
    /// Where actions go.
    pub act: Callback<Action>,
}

/// The tabs and the panel that is shown.
#[component]
pub fn Panels(props: &PanelsProps) -> Html {
    let _ = props;
    html! { <div class="pg-tabs"></div> }
}
