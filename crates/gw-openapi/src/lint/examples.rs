//! Examples: where they stand, and whether their schema allows them.
//!
//! It refuses to read values that are text standing for something else: XML, forms, files.

use super::rules::Id;
use super::walk::Slots;
use super::words::Word;
use super::{At, Lint};
use crate::document::SpecVersion;
use crate::tree::{Kind, Node};

impl<'d> Lint<'d> {
    pub(super) fn media_type(&mut self, media_type: Node<'d>) {
        let key = media_type.key().map(|key| key.text);
        self.examples_of(Id::ExampleMediaType, media_type, key);
        if let Some(encoding) = self.get(media_type, Word::Encoding) {
            let others = [Word::PrefixEncoding, Word::ItemEncoding];
            if others
                .iter()
                .any(|word| self.get(media_type, *word).is_some())
            {
                self.report(Id::EncodingMixed, At::Key(encoding), || {
                    "'encoding' goes by names, and what stands beside it by places".to_owned()
                });
            }
        }
    }

    /// The examples of a media type, parameter or header. `media_type` is what the value is written as.
    pub(super) fn examples_of(&mut self, id: Id, holder: Node<'d>, media_type: Option<&str>) {
        if !self.is_on(id) {
            return;
        }
        let Some(schema) = self.get(holder, Word::BareSchema) else {
            return;
        };
        // Without a name it is a component, or not of a body.
        let plain = media_type.is_none_or(|name| name.contains("json") || name.contains('*'));
        if let Some(example) = self.get(holder, Word::Example) {
            self.example(id, example, schema, plain);
            return;
        }
        let examples = self.get(holder, Word::Examples);
        for (_, written) in examples.into_iter().flat_map(Node::entries) {
            let Some(example) = self.resolve(written).filter(|node| node.is_mapping()) else {
                continue;
            };
            let value = self
                .get(example, Word::DataValue)
                .filter(|_| self.version >= SpecVersion::V3_2)
                .or_else(|| self.get(example, Word::Value));
            if let Some(value) = value {
                self.example(id, value, schema, plain);
            }
        }
    }

    pub(super) fn schema_examples(&mut self, schema: Node<'d>, slots: &Slots) {
        if !self.is_on(Id::ExampleSchema) {
            return;
        }
        if let Some(id) = slots.id(Word::Example) {
            self.example(Id::ExampleSchema, self.node(id), schema, true);
        }
        if let Some(id) = slots.id(Word::Examples).filter(|_| self.is_new()) {
            for example in self.node(id).items() {
                self.example(Id::ExampleSchema, example, schema, true);
            }
        }
    }

    fn example(&mut self, id: Id, value: Node<'d>, schema: Node<'d>, plain: bool) {
        // Text of another format stands for what the schema describes.
        if !plain && value.kind() == Kind::String {
            return;
        }
        for trouble in self.judge(value, schema) {
            self.report(id, At::Key(trouble.at), || {
                format!("The example is not of its schema: {}", trouble.message)
            });
        }
    }

    /// An example that gives its value more than once.
    pub(super) fn example_object(&mut self, example: Node<'d>) {
        let has = |word: Word| self.get(example, word).is_some();
        let (value, address) = (has(Word::Value), has(Word::ExternalValue));
        let (data, written) = (has(Word::DataValue), has(Word::SerializedValue));
        let newer = self.version >= SpecVersion::V3_2;
        let twice =
            (value && address) || (newer && ((value && (data || written)) || (written && address)));
        if twice {
            self.report(Id::ExampleSources, At::Key(example), || {
                "This example gives its value twice".to_owned()
            });
        }
    }
}
