//! Schemas compiled to the models AWS imports: at once OpenAPI 3.0 and JSON Schema draft 4.
//!
//! It refuses to make a model stricter than the document: what AWS cannot say is left out, and told. Where leaving out
//! would refuse more (below `not` and `oneOf`), the whole of it goes.

mod bounds;
mod built;
mod compile;
mod compose;
mod json;
mod merge;
mod name;
mod place;
mod shape;
mod size;
mod values;
mod words;

use std::collections::HashMap;

use gw_plan::{SchemaText, Schemas};

pub use built::Built;
use compile::Compiler;

/// What a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// What callers send.
    Request {
        /// Whether the gateway refuses bodies that are otherwise.
        checked: bool,
    },
    /// What they get; nothing checks it.
    Answer,
}

impl Purpose {
    /// Higher is more needed.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Answer => 1,
            Self::Request { checked: false } => 2,
            Self::Request { checked: true } => 3,
        }
    }
}

/// A schema that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModelId(pub(crate) usize);

/// Collects the schemas a document is compiled with. Names depend on the order they are asked for in.
pub struct Models<'p> {
    compiler: Compiler<'p>,
    /// By text: equal schemas share a model.
    inline: HashMap<&'p str, Option<usize>>,
    asked: Vec<Asked>,
}

/// One schema asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// The model; `None` when the schema says nothing.
    pub model: Option<usize>,
    pub purpose: Purpose,
}

impl<'p> Models<'p> {
    /// For the schemas of one plan.
    pub fn new(schemas: &'p Schemas) -> Self {
        Self {
            compiler: Compiler::new(schemas),
            inline: HashMap::new(),
            asked: Vec::new(),
        }
    }

    /// Asks for the model of a body. `hint` names it when the document has no name for it, as `createPetRequest`. A body
    /// that only refers to a shared schema gets that schema's model.
    pub fn ask(&mut self, schema: &'p SchemaText, hint: &str, purpose: Purpose) -> ModelId {
        let text = schema.text.as_str();
        let model = match self.inline.get(text) {
            Some(known) => *known,
            None => {
                let model = self.compiler.body(&schema.pointer, text, hint);
                self.inline.insert(text, model);
                model
            }
        };
        self.asked.push(Asked { model, purpose });
        ModelId(self.asked.len() - 1)
    }

    /// Compiles everything asked for and what it refers to. `max_bytes` is how much AWS takes of models in one API; over
    /// it descriptions go first, then models only answers use, then those of requests nobody checks, then the largest.
    ///
    /// Invariant: equal schemas, asked for in the same order, give equal text.
    pub fn finish(self, max_bytes: usize) -> Built {
        Built::new(self.compiler.finish(), self.asked, max_bytes)
    }
}
