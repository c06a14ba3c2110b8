//! Reading TOML by hand, so that every complaint names a line and what was expected. Knows no lesson.

use super::mistake::{Mistake, Mistakes, Source, shifted, unknown};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A table whose keys are taken one by one; what is left over was not expected.
pub struct Fields<'a> {
    source: Source<'a>,
    base: usize,
    what: &'static str,
    span: Range<usize>,
    rest: Vec<(Spanned<DeString<'a>>, Spanned<DeValue<'a>>)>,
    /// Names that were asked for: what could have stood where something unknown does.
    asked: Vec<&'static str>,
}

/// A value and where it stands in the file.
pub struct Value<'a> {
    source: Source<'a>,
    base: usize,
    span: Range<usize>,
    value: DeValue<'a>,
}

impl<'a> Fields<'a> {
    /// Reads `text`, which is the part of the file from byte `base` on. `what` says what it describes: "a scenario".
    pub fn parse(source: Source<'a>, text: &'a str, base: usize, what: &'static str) -> Result<Self, Mistake> {
        match DeTable::parse(text) {
            Ok(table) => {
                let span = shifted(table.span(), base);
                Ok(Fields::new(source, base, what, span, table.into_inner()))
            }
            Err(error) => {
                let at = error.span().map_or(base, |span| span.start + base);
                Err(source.mistake(at, format!("this is not TOML: {}.", error.message().trim_end_matches('.'))))
            }
        }
    }

    fn new(source: Source<'a>, base: usize, what: &'static str, span: Range<usize>, table: DeTable<'a>) -> Self {
        Fields { source, base, what, span, rest: table.into_iter().collect(), asked: Vec::new() }
    }

    /// A mistake about the table as a whole.
    pub fn mistake(&self, says: impl Into<String>) -> Mistake {
        self.source.mistake(self.span.start, says)
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<Value<'a>> {
        self.asked.push(key);
        let index = self.rest.iter().position(|(name, _)| name.get_ref() == key)?;
        let (_, value) = self.rest.remove(index);
        Some(self.value(value))
    }

    /// All keys that are left, with their values: for tables whose keys are names from elsewhere.
    pub fn take_rest(&mut self) -> Vec<(String, Value<'a>)> {
        std::mem::take(&mut self.rest).into_iter().map(|(key, value)| (key.into_inner().into_owned(), self.value(value))).collect()
    }

    fn value(&self, value: Spanned<DeValue<'a>>) -> Value<'a> {
        Value { source: self.source, base: self.base, span: shifted(value.span(), self.base), value: value.into_inner() }
    }

    /// The value of a key that must be there.
    pub fn need(&mut self, key: &'static str, example: &str) -> Result<Value<'a>, Mistake> {
        self.take(key).ok_or_else(|| self.mistake(format!("{} needs `{key}`, for example `{key} = {example}`.", self.what)))
    }

    /// A text that must be there.
    pub fn need_text(&mut self, key: &'static str, example: &str) -> Result<String, Mistake> {
        self.need(key, example)?.text()
    }

    /// A text that may be there.
    pub fn text(&mut self, key: &'static str) -> Result<Option<String>, Mistake> {
        self.take(key).map(Value::text).transpose()
    }

    /// The tables of `[[key]]`, in order.
    pub fn tables(&mut self, key: &'static str, what: &'static str) -> Result<Vec<Fields<'a>>, Mistake> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(value) => value.list("tables, each begun with [[…]]")?.into_iter().map(|item| item.table(what)).collect(),
        }
    }

    /// The table of `[key]`, if it is there.
    pub fn table(&mut self, key: &'static str, what: &'static str) -> Result<Option<Fields<'a>>, Mistake> {
        self.take(key).map(|value| value.table(what)).transpose()
    }

    /// Complains about every key that nobody asked for.
    pub fn finish(self, mistakes: &mut Mistakes) {
        for (key, _) in &self.rest {
            let says = format!("in {}, {}", self.what, unknown("field", key.get_ref(), &self.asked));
            mistakes.add(self.source.mistake(key.span().start + self.base, says));
        }
    }
}

impl<'a> Value<'a> {
    /// A mistake at this value.
    pub fn mistake(&self, says: impl Into<String>) -> Mistake {
        self.source.mistake(self.span.start, says)
    }

    /// Byte offset in the file.
    pub fn offset(&self) -> usize {
        self.span.start
    }

    fn expected(&self, what: &str) -> Mistake {
        self.mistake(format!("expected {what}, found {}.", self.words()))
    }

    /// The value as the author wrote it.
    pub fn words(&self) -> String {
        self.source.text.get(self.span.clone()).unwrap_or_default().to_owned()
    }

    /// A text.
    pub fn text(self) -> Result<String, Mistake> {
        match &self.value {
            DeValue::String(text) => Ok(text.clone().into_owned()),
            _ => Err(self.expected("a text in quotes")),
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// The whole number, if it is one.
    pub fn as_number(&self) -> Option<i64> {
        let integer = self.value.as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// A whole number of a type.
    pub fn number<T: TryFrom<i64>>(&self, what: &str) -> Result<T, Mistake> {
        self.as_number().and_then(|number| T::try_from(number).ok()).ok_or_else(|| self.expected(what))
    }

    /// A text that `parse` understands.
    pub fn parsed<T>(&self, what: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Mistake> {
        self.as_text().and_then(parse).ok_or_else(|| self.expected(what))
    }

    /// A duration in microseconds.
    pub fn duration_us(&self) -> Result<u64, Mistake> {
        self.parsed("a duration like \"300 ms\" or \"1.2 s\"", super::units::duration_us)
    }

    /// A list.
    pub fn list(self, what: &str) -> Result<Vec<Value<'a>>, Mistake> {
        let expected = self.expected(what);
        match self.value {
            DeValue::Array(items) => Ok(items
                .into_iter()
                .map(|item| Value { source: self.source, base: self.base, span: shifted(item.span(), self.base), value: item.into_inner() })
                .collect()),
            _ => Err(expected),
        }
    }

    /// One text, or a list of them, each with its place.
    pub fn texts(self, what: &str) -> Result<Vec<(String, usize)>, Mistake> {
        if let Some(text) = self.as_text() {
            return Ok(vec![(text.to_owned(), self.offset())]);
        }
        self.list(what)?
            .into_iter()
            .map(|item| {
                let offset = item.offset();
                item.text().map(|text| (text, offset))
            })
            .collect()
    }

    /// A table.
    pub fn table(self, what: &'static str) -> Result<Fields<'a>, Mistake> {
        let expected = self.expected("a table like { name = value }");
        match self.value {
            DeValue::Table(table) => Ok(Fields::new(self.source, self.base, what, self.span, table)),
            _ => Err(expected),
        }
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }
}
