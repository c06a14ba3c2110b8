//! The menu of a link: cut and mend it, slow it down, make it lose messages; one direction or both.

use super::menu::{StageMenuProps, fault, item};
use super::picture::{conditions_in_short, is_parted};
use super::popup::Popup;
use crate::sim::{Choice, Conditions, Intervention, Latency, NodeId, Scope, World};
use yew::prelude::*;

/// Properties of [`LinkMenu`].
#[derive(Properties, PartialEq, Clone)]
pub struct LinkMenuProps {
    /// The smaller node.
    pub a: NodeId,
    /// The other node.
    pub b: NodeId,
    /// What all menus have.
    pub base: StageMenuProps,
}

/// How much slower a slow link is, in microseconds.
const SLOWER_US: u64 = 200_000;
/// How much a bad link loses, in parts per million.
const LOSS_PPM: u32 = 500_000;
/// What a trickle lets through.
const TRICKLE_BYTES_PER_S: u32 = 200;

/// Which directions of a link an action is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Both,
    There,
    Back,
}

/// The menu of a link.
#[component]
pub fn LinkMenu(props: &LinkMenuProps) -> Html {
    let LinkMenuProps { a, b, base } = props;
    let way = use_state_eq(|| Way::Both);
    let timeline = base.run.timeline();
    let (world, network) = (timeline.clock().world(), timeline.clock().network());
    let ends: Vec<(NodeId, NodeId)> = match *way {
        Way::Both => vec![(*a, *b), (*b, *a)],
        Way::There => vec![(*a, *b)],
        Way::Back => vec![(*b, *a)],
    };
    let each = |what: &dyn Fn(NodeId, NodeId) -> Intervention| ends.iter().map(|(from, to)| what(*from, *to)).collect::<Vec<_>>();
    let network_with = |change: &dyn Fn(&mut Conditions)| {
        each(&|from, to| {
            let mut conditions = *network.conditions(from, to);
            change(&mut conditions);
            Intervention::Network { scope: Scope::Link(from, to), conditions: Some(conditions) }
        })
    };
    let cut = each(&|from, to| Intervention::Do(Choice::Cut { from, to }));
    let mend = each(&|from, to| Intervention::Do(Choice::Mend { from, to }));
    let usual = each(&|from, to| Intervention::Network { scope: Scope::Link(from, to), conditions: None });
    let is_cut = ends.iter().any(|(from, to)| world.is_cut(*from, *to));
    let is_open = ends.iter().any(|(from, to)| !world.is_cut(*from, *to));
    let is_special = ends.iter().any(|(from, to)| network.is_special(*from, *to));
    let parted = is_parted(world, *a, *b);
    let words = html! {
        <>
            <p class="menu-words">{ state_words(world, network.conditions(*a, *b), *a, *b) }</p>
            <p class="menu-words">{ state_words(world, network.conditions(*b, *a), *b, *a) }</p>
        </>
    };
    let choose = |to: Way, label: String| {
        let (handle, checked) = (way.clone(), *way == to);
        let onchange = Callback::from(move |_: Event| handle.set(to));
        html! { <label class="menu-choice"><input type="radio" name="way" {checked} {onchange}/>{ label }</label> }
    };
    let title = format!("Link {a} – {b}");
    html! {
        <Popup label={title.clone()} {title} {words} at={base.at()} close={base.close()}>
            <div class="menu-list">
                if is_open {
                    { fault("cut", "Cut", base.doing(cut)) }
                }
                if is_cut && parted {
                    { item("heal", "Heal the partition", base.doing(vec![Intervention::Do(Choice::Heal)])) }
                } else if is_cut {
                    { item("heal", "Mend", base.doing(mend)) }
                }
                { item("delay", "Slow: +200 ms", base.doing(network_with(&|c| c.latency = slower(c.latency)))) }
                { item("drop", "Lossy: 50 %", base.doing(network_with(&|c| c.loss_ppm = LOSS_PPM))) }
                { item("timeout", "Trickle: 200 bytes/s", base.doing(network_with(&|c| c.bytes_per_s = TRICKLE_BYTES_PER_S))) }
                if is_special {
                    { item("reset", "Back to normal", base.doing(usual)) }
                }
            </div>
            <fieldset class="menu-way">
                <legend class="sr-only">{ "Which direction" }</legend>
                { choose(Way::Both, "Both ways".to_owned()) }
                { choose(Way::There, format!("{a} → {b}")) }
                { choose(Way::Back, format!("{b} → {a}")) }
            </fieldset>
        </Popup>
    }
}

fn slower(latency: Latency) -> Latency {
    match latency {
        Latency::Fixed(us) => Latency::Fixed(us + SLOWER_US),
        Latency::Uniform(low_us, high_us) => Latency::Uniform(low_us + SLOWER_US, high_us + SLOWER_US),
        Latency::Exponential(least_us, mean_us) => Latency::Exponential(least_us + SLOWER_US, mean_us),
    }
}

fn state_words(world: &World, conditions: &Conditions, from: NodeId, to: NodeId) -> String {
    if is_parted(world, from, to) {
        return format!("{from} → {to}: cut by the partition.");
    }
    if world.is_cut(from, to) {
        return format!("{from} → {to}: cut.");
    }
    let latency = conditions_in_short(&Conditions { loss_ppm: 0, bytes_per_s: 0, ..*conditions });
    match (conditions.loss_ppm, conditions.bytes_per_s) {
        (0, 0) => format!("{from} → {to}: {latency}."),
        _ => format!("{from} → {to}: {latency}, {}.", conditions_in_short(conditions)),
    }
}
