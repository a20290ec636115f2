//! Reads YAML 1.2 into the positioned tree.
//!
//! It refuses to write aliases out: they stay pointers to their anchors.

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};
use gw_model::Severity;

use crate::builder::Builder;
use crate::json::Broken;
use crate::scalar::{Plain, plain};
use crate::tree::Shape;

/// Reads the first document of the text; what came before an error is in the builder.
pub(crate) fn read(text: &str, builder: &mut Builder) -> Result<(), Broken> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: 255,
        block_nesting_limit: 255,
    };
    let mut reader = Reader {
        text,
        builder,
        flow: Vec::new(),
        complex: 0,
        documents: 0,
        tags_told: 0,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                if !reader.take(event, &span)? {
                    return Ok(());
                }
            }
            Err(error) => {
                let at = error
                    .marker()
                    .byte_offset()
                    .unwrap_or(text.len())
                    .min(text.len());
                let words = error.to_string();
                // Its own words end with a place of their own, in other numbers than ours.
                let words = words.split(" at char").next().unwrap_or_default();
                return Err(Broken::Malformed {
                    at,
                    message: format!("This YAML is malformed: {words}"),
                });
            }
        }
    }
    Ok(())
}

struct Reader<'t, 'b> {
    text: &'t str,
    builder: &'b mut Builder,
    /// For every open node whether it is in flow style, which ends where its bracket does.
    flow: Vec<bool>,
    /// How deep the reader is inside a key that is itself a list or mapping, which no OpenAPI document has.
    complex: usize,
    documents: usize,
    tags_told: usize,
}

impl Reader<'_, '_> {
    /// `false` when the first document is over.
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<bool, Broken> {
        let start = span.start.byte_offset().unwrap_or(0).min(self.text.len());
        let end = span
            .end
            .byte_offset()
            .unwrap_or(start)
            .clamp(start, self.text.len());
        if let Event::Scalar(_, _, anchor, _)
        | Event::SequenceStart(_, anchor, _)
        | Event::MappingStart(_, anchor, _) = event
            && anchor != 0
        {
            self.builder.anchor();
        }
        if self.complex > 0 {
            self.skip_complex(&event);
            return Ok(true);
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.builder.report(
                        "doc-unsupported",
                        Severity::Warning,
                        start,
                        "This file holds more than one YAML document; only the first is read"
                            .to_owned(),
                        "An OpenAPI description is one document.",
                        "Keep one document a file.",
                    );
                    return Ok(false);
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(&value, style, anchor, tag.as_deref(), start, end)?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.open(false, style, anchor, tag.as_deref(), start)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(true, style, anchor, tag.as_deref(), start)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let flow = self.flow.pop().unwrap_or(false);
                self.builder.close(flow.then_some(end));
            }
            Event::Alias(anchor) => {
                if self.builder.expects_key() {
                    let text = self.builder.anchored_text(anchor).unwrap_or_default();
                    self.builder.key(&text, start, end)?;
                } else {
                    self.builder.alias(anchor, start, end)?;
                }
            }
            _ => {}
        }
        Ok(true)
    }

    fn open(
        &mut self,
        mapping: bool,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
    ) -> Result<(), Broken> {
        if self.builder.expects_key() {
            self.complex = 1;
            self.builder.report(
                "doc-unsupported",
                Severity::Error,
                start,
                "A key of this mapping is itself a list or a mapping".to_owned(),
                "OpenAPI knows only text as keys, as JSON does.",
                "Put quotes around the key if it is meant as text.",
            );
            self.builder.key("?", start, start)?;
            return Ok(());
        }
        self.tell_tag(tag, start);
        self.builder.open(mapping, start, anchor)?;
        self.flow.push(style == StructureStyle::Flow);
        Ok(())
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        start: usize,
        end: usize,
    ) -> Result<(), Broken> {
        let end = self.trim(style, start, end);
        if self.builder.expects_key() {
            self.builder.key(value, start, end)?;
            return Ok(());
        }
        let (start, end) = if start == end {
            self.after_colon(start)
        } else {
            (start, end)
        };
        self.tell_tag(tag, start);
        let text = match self.text.get(start..end) {
            Some(source) if source == value => Builder::slice(start, end),
            Some(source)
                if source.len() == value.len() + 2
                    && source.get(1..=value.len()) == Some(value) =>
            {
                Builder::slice(start + 1, end - 1)
            }
            _ => self.builder.keep(value),
        };
        let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(Tag::suffix);
        let meaning = match core {
            Some("str") => Plain::String,
            Some("int" | "float" | "bool" | "null") => plain(value),
            _ if style != ScalarStyle::Plain => Plain::String,
            _ => plain(value),
        };
        let shape = match meaning {
            Plain::Null => Shape::Null,
            Plain::Bool(value) => Shape::Bool(value),
            Plain::Number => Shape::Number(text),
            Plain::String => Shape::String(text),
        };
        Ok(self.builder.scalar(shape, start, end, anchor)?)
    }

    /// A value that is not there stands right behind its key's colon, whatever the reader says.
    fn after_colon(&self, start: usize) -> (usize, usize) {
        let Some(key_end) = self.builder.key_end() else {
            return (start, start);
        };
        let rest = self.text.get(key_end..).unwrap_or_default();
        let colon = rest.trim_start_matches([' ', '\t']);
        let at = if colon.starts_with(':') {
            key_end + rest.len() - colon.len() + 1
        } else {
            key_end
        };
        (at, at)
    }

    /// The end of a scalar without the line breaks and indentation a block scalar's span may take in.
    fn trim(&self, style: ScalarStyle, start: usize, end: usize) -> usize {
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => end,
            _ => {
                start
                    + self
                        .text
                        .get(start..end)
                        .map_or(end - start, |source| source.trim_end().len())
            }
        }
    }

    fn tell_tag(&mut self, tag: Option<&Tag>, at: usize) {
        if tag.is_some_and(|tag| !tag.is_yaml_core_schema())
            && self.tags_told < crate::finding::MOST_OF_A_KIND
        {
            self.tags_told += 1;
            self.builder.report(
                "doc-unsupported",
                Severity::Info,
                at,
                "This value has a YAML tag, which is not acted on".to_owned(),
                "The value is read as if the tag were not there.",
                "",
            );
        }
    }

    fn skip_complex(&mut self, event: &Event<'_>) {
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => self.complex += 1,
            Event::SequenceEnd | Event::MappingEnd => self.complex -= 1,
            _ => {}
        }
    }
}
