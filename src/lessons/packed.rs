//! What a page is given of a lesson, as one text: bytes, each of them a character from U+0000 to U+00FF. Knows no page.
//!
//! Of all texts this one is read with the least code, and what authors wrote stands in it as it is, so that it is compressed as text.
//! It names no fields: only a program of the same build reads it right.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The text of a value; nothing if it cannot be had, which is a mistake in the value's type.
pub fn pack<T: Serialize>(value: &T) -> Option<String> {
    let bytes = postcard::to_allocvec(value).ok()?;
    Some(bytes.into_iter().map(char::from).collect())
}

/// The value of a text, if it is the text of such a value and of no more.
pub fn unpack<T: DeserializeOwned>(text: &str) -> Option<T> {
    let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<_>>()?;
    let (value, rest) = postcard::take_from_bytes(&bytes).ok()?;
    rest.is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::{LessonData, Question};

    #[test]
    fn a_value_comes_back_from_its_text_and_from_no_other() {
        let question = Question { id: "two-of-five".to_owned(), right: 200, scenario: "“é” 漢".to_owned() };
        let data = LessonData { number: 8, questions: vec![question], ..LessonData::default() };
        let text = pack(&data).unwrap();
        assert!(text.contains("two-of-five"));
        assert_eq!(unpack(&text), Some(data));
        for other in [String::new(), format!("{text}\0"), text.replace('e', "\u{100}"), text[..text.len() - 1].to_owned()] {
            assert_eq!(unpack::<LessonData>(&other), None, "{other:?}");
        }
    }
}
