//! A picture of the page as a file of its own: its styles written into the elements, and what it refers to carried along.

use crate::sim::sorted::SortedSet;
use crate::ui::page;
use wasm_bindgen::JsCast;
use web_sys::{CssStyleDeclaration, Document, Element, XmlSerializer};

const SVG: &str = "http://www.w3.org/2000/svg";
/// The properties that make a picture look as it does; each is also a presentation attribute of SVG. All but opacity are inherited.
const PROPERTIES: &[&str] = &[
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "opacity",
    "paint-order",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
];
/// Attributes that mean something on the page only; so do all of `data-` and `aria-`.
const DROPPED: &[&str] = &["class", "tabindex", "role", "style"];

/// The picture that `selector` names, as the text of an SVG file.
pub fn svg_file(selector: &str) -> Option<String> {
    let document = page::document()?;
    let source = document.query_selector(selector).ok()??;
    let copy = styled_copy(&source, None)?;
    copy.set_attribute("xmlns", SVG).ok()?;
    if let Some(view_box) = source.get_attribute("viewBox") {
        let mut numbers = view_box.split_whitespace().skip(2);
        copy.set_attribute("width", numbers.next()?).ok()?;
        copy.set_attribute("height", numbers.next()?).ok()?;
    }
    let definitions = document.create_element_ns(Some(SVG), "defs").ok()?;
    for id in references(&copy) {
        if let Some(definition) = document.get_element_by_id(&id).and_then(|element| definition(&element)) {
            definition.set_attribute("id", &id).ok()?;
            definitions.append_child(&definition).ok()?;
        }
    }
    let ground = ground(&document, &source)?;
    copy.prepend_with_node_2(&definitions, &ground).ok()?;
    XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()
}

/// What lies behind the picture on the page.
fn ground(document: &Document, source: &Element) -> Option<Element> {
    let style = style_of(&source.parent_element()?)?;
    let ground = document.create_element_ns(Some(SVG), "rect").ok()?;
    for (name, value) in [("width", "100%"), ("height", "100%"), ("fill", &style.get_property_value("background-color").ok()?)] {
        ground.set_attribute(name, value).ok()?;
    }
    Some(ground)
}

fn style_of(element: &Element) -> Option<CssStyleDeclaration> {
    page::window()?.get_computed_style(element).ok()?
}

/// A deep copy with the computed styles as attributes, without what is not seen, and without what `around` it has already.
fn styled_copy(source: &Element, around: Option<&CssStyleDeclaration>) -> Option<Element> {
    let style = style_of(source)?;
    if style.get_property_value("display").ok()? == "none" {
        return None;
    }
    let copy: Element = source.clone_node().ok()?.dyn_into().ok()?;
    for name in copy.get_attribute_names().iter().filter_map(|name| name.as_string()) {
        if DROPPED.contains(&name.as_str()) || name.starts_with("data-") || name.starts_with("aria-") {
            copy.remove_attribute(&name).ok()?;
        }
    }
    for property in PROPERTIES {
        let value = style.get_property_value(property).ok()?;
        let usual = match around {
            _ if *property == "opacity" => "1".to_owned(),
            Some(around) => around.get_property_value(property).ok()?,
            None => String::new(),
        };
        if value != usual {
            // A reference comes back with the page's own address in front of it.
            copy.set_attribute(property, &local_reference(&value)).ok()?;
        }
    }
    let nodes = source.child_nodes();
    for node in (0..nodes.length()).filter_map(|index| nodes.item(index)) {
        let child = match node.dyn_ref::<Element>() {
            Some(element) => styled_copy(element, Some(&style)).map(|element| element.unchecked_into()),
            None if node.node_type() == web_sys::Node::TEXT_NODE => node.clone_node().ok(),
            None => None,
        };
        if let Some(child) = child {
            copy.append_child(&child).ok()?;
        }
    }
    Some(copy)
}

/// Something that the picture refers to. A pattern brings its own looks; a shape takes those of the place where it is used.
fn definition(element: &Element) -> Option<Element> {
    if element.tag_name() == "pattern" { styled_copy(element, None) } else { element.clone_node_with_deep(true).ok()?.dyn_into().ok() }
}

/// `url("https://…#p-grid")` as `url(#p-grid)`.
fn local_reference(value: &str) -> String {
    match value.strip_prefix("url(").and_then(|rest| rest.split_once('#')) {
        Some((_, rest)) => format!("url(#{}", rest.replace(['"', '\''], "")),
        None => value.to_owned(),
    }
}

/// The ids that a picture refers to.
fn references(copy: &Element) -> SortedSet<String> {
    let mut ids = SortedSet::new();
    let Ok(elements) = copy.query_selector_all("*") else { return ids };
    let elements = (0..elements.length()).filter_map(|index| elements.item(index)?.dyn_into::<Element>().ok());
    for element in elements {
        let values = ["href", "fill", "stroke"].map(|name| element.get_attribute(name).unwrap_or_default());
        for value in values {
            if let Some(id) = value.strip_prefix('#') {
                ids.insert(id.to_owned());
            } else if let Some((id, _)) = value.strip_prefix("url(#").and_then(|rest| rest.split_once(')')) {
                ids.insert(id.to_owned());
            }
        }
    }
    ids
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_reference_loses_the_address_of_the_page() {
        assert_eq!(local_reference("url(\"http://a.example/b/#p-grid\")"), "url(#p-grid)");
        assert_eq!(local_reference("url(\"#p-grid\") none"), "url(#p-grid) none");
        assert_eq!(local_reference("rgb(1, 2, 3)"), "rgb(1, 2, 3)");
    }
}
