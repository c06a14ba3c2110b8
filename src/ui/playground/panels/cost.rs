//! What a run has cost so far: messages and bytes by kind, for each operation and each second. Knows no algorithm.

use super::{PanelsProps, words};
use crate::sim::{MessageKind, Outcome, Tally, Timeline};
use crate::ui::tone::tone_name;
use yew::prelude::*;

/// The table of costs, and what they come to.
pub fn panel(props: &PanelsProps) -> Html {
    let timeline = props.run.timeline();
    let clock = timeline.clock();
    let (tallies, kinds) = (clock.tallies(), timeline.setup().algorithm.kinds());
    let total = tallies.iter().fold(Tally::default(), |sum, tally| Tally {
        sent: sum.sent + tally.sent,
        delivered: sum.delivered + tally.delivered,
        lost: sum.lost + tally.lost,
        bytes: sum.bytes + tally.bytes,
    });
    if total.sent == 0 {
        return html! { <p class="exhibit-note">{ "No message has been sent yet. Press play." }</p> };
    }
    let most = tallies.iter().map(|tally| tally.sent).max().unwrap_or(0);
    let unused: Vec<&str> = kinds.iter().zip(tallies).filter(|(_, tally)| tally.sent == 0).map(|(kind, _)| kind.name).collect();
    html! {
        <>
            <table>
                <caption class="sr-only">{ "Messages by kind, up to this moment" }</caption>
                <thead><tr>
                    <th scope="col">{ "Message" }</th><th class="n" scope="col">{ "Sent" }</th><th class="n" scope="col">{ "Arrived" }</th>
                    <th class="n" scope="col">{ "Lost" }</th><th class="n" scope="col">{ "Bytes" }</th>
                    <th><span class="sr-only">{ "Share" }</span></th>
                </tr></thead>
                <tbody>{ for kinds.iter().zip(tallies).filter(|(_, tally)| tally.sent > 0).map(|(kind, tally)| row(kind, tally, most)) }</tbody>
                <tfoot><tr><th scope="row">{ "All" }</th>{ numbers(&total) }<td></td></tr></tfoot>
            </table>
            if !unused.is_empty() {
                <p class="exhibit-note">{ format!("Not sent so far: {}.", unused.join(", ")) }</p>
            }
            { for sentences(&timeline, &total).into_iter().map(|sentence| html! { <p class="exhibit-note">{ sentence }</p> }) }
        </>
    }
}

fn row(kind: &MessageKind, tally: &Tally, most: u64) -> Html {
    let percent = tally.sent.saturating_mul(100).checked_div(most).unwrap_or(0);
    html! {
        <tr key={kind.name}>
            <th scope="row" title={kind.help}>{ kind.name }</th>
            { numbers(tally) }
            <td>
                <svg class="bar-svg" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar-back" width="100" height="10"/>
                    <rect class="bar" data-tone={tone_name(kind.tone)} width={percent.to_string()} height="10"/>
                </svg>
            </td>
        </tr>
    }
}

fn numbers(tally: &Tally) -> Html {
    html! { { for [tally.sent, tally.delivered, tally.lost, tally.bytes].map(|number| html! { <td class="n">{ words::thousands(number) }</td> }) } }
}

/// What the numbers come to, a sentence each.
fn sentences(timeline: &Timeline, total: &Tally) -> Vec<String> {
    let operations = timeline.clock().world().operations();
    let completed = operations.iter().filter(|operation| matches!(operation.done, Some((_, Outcome::Done(_))))).count();
    let (asked, completed) = (u64::try_from(operations.len()).unwrap_or(u64::MAX), u64::try_from(completed).unwrap_or(u64::MAX));
    let mut sentences = Vec::new();
    match words::ratio(total.sent, completed) {
        Some(each) => sentences.push(format!(
            "{} for {} of {asked} asked for: {each} for each.",
            words::count(total.sent, "message"),
            words::count(completed, "completed operation"),
        )),
        None if asked > 0 => sentences.push(format!("No operation of {asked} asked for is completed yet.")),
        None => sentences.push("No client has asked for anything yet: all of this is the price of staying organised.".to_owned()),
    }
    let now_us = timeline.now_us();
    let per_second = |amount: u64| words::ratio(amount.saturating_mul(1_000), now_us / 1_000);
    if let (Some(messages), Some(bytes)) = (per_second(total.sent), per_second(total.bytes)) {
        sentences.push(format!("{messages} messages and {bytes} bytes for each second of virtual time."));
    }
    let flying = total.sent.saturating_sub(total.delivered + total.lost);
    if flying > 0 {
        sentences.push(format!("{} under way.", words::count(flying, "message")));
    }
    sentences
}
