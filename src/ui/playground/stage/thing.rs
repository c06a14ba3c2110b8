//! Names of things on the stage as its elements carry them (`data-id`), so that one listener serves all of them.

use crate::sim::{MessageId, NodeId};
use crate::ui::action::Selected;
use crate::ui::page;
pub use crate::ui::page::focus;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

/// The name of a thing: `n3`, `l0-2`, `m0-2-5-0`. Events have none.
pub fn name(thing: Selected) -> String {
    match thing {
        Selected::Node(node) => format!("n{node}"),
        Selected::Link(a, b) => format!("l{a}-{b}"),
        Selected::Message(MessageId { from, to, k, copy }) => format!("m{from}-{to}-{k}-{copy}"),
        Selected::Step(step) => format!("s{step}"),
    }
}

/// The thing of that name.
pub fn parse(name: &str) -> Option<Selected> {
    let mut numbers = name.get(1..)?.split('-').map(str::parse::<u32>);
    let mut node = || Some(NodeId(u16::try_from(numbers.next()?.ok()?).ok()?));
    match name.chars().next()? {
        'n' => node().map(Selected::Node),
        'l' => Some(Selected::Link(node()?, node()?)),
        'm' => {
            let (from, to) = (node()?, node()?);
            let (k, copy) = (numbers.next()?.ok()?, u8::try_from(numbers.next()?.ok()?).ok()?);
            Some(Selected::Message(MessageId { from, to, k, copy }))
        }
        _ => None,
    }
}

/// The thing that an event happened to.
pub fn under(event: &Event) -> Option<Selected> {
    let target: Element = event.target()?.dyn_into().ok()?;
    // The selector is a valid one.
    let element = target.closest("[data-id]").ok()??;
    parse(&element.get_attribute("data-id")?)
}

/// The element of a thing within `root`.
pub fn element(root: &Element, thing: Selected) -> Option<Element> {
    root.query_selector(&format!("[data-id='{}']", name(thing))).ok()?
}

/// Whether nothing has the focus that the reader has put there: what had it is gone, and at most something stands in for it (`assets/focus.js`).
pub fn is_focus_lost() -> bool {
    focused().is_none_or(|element| element.has_attribute("data-stand-in"))
}

/// The element that has the focus; `None` if it is nowhere.
pub fn focused() -> Option<Element> {
    let document = page::document()?;
    let element = document.active_element()?;
    let nowhere = document.body().is_some_and(|body| element.is_same_node(Some(&body)));
    (!nowhere).then_some(element)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_name_finds_its_thing_again() {
        let message = MessageId { from: NodeId(4), to: NodeId(0), k: 17, copy: 2 };
        for thing in [Selected::Node(NodeId(12)), Selected::Link(NodeId(0), NodeId(3)), Selected::Message(message)] {
            assert_eq!(parse(&name(thing)), Some(thing));
        }
        assert_eq!([parse(""), parse("n"), parse("m1-2"), parse("é3"), parse("n99999")], [None; 5]);
    }
}
