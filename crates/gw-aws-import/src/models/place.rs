//! Where the compiler is, in the document and in what it makes of it, and what it has found out there.
//!
//! It refuses to tell one thing twice: a schema that is written out in several models has each note once.

use std::borrow::Cow;
use std::collections::HashMap;

/// What a note weighs where models are checked. Where they are only shown, every note is about documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Callers notice nothing.
    Documentation,
    /// A check may do otherwise than the document says.
    Otherwise,
    /// A check is lost.
    Check,
}

/// A note before it is known who relies on it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub rule: &'static str,
    pub weight: Weight,
    pub subject: String,
    pub source: String,
    pub result: String,
    pub message: Cow<'static, str>,
}

/// Everything found, and what of it belongs to the model at hand.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub all: Vec<Found>,
    index: HashMap<String, Vec<usize>>,
    /// Of the model at hand, by index; may repeat.
    pub here: Vec<usize>,
}

impl Notes {
    pub(super) fn add(&mut self, found: Found) -> usize {
        let known = self.index.entry(found.source.clone()).or_default();
        let same = known.iter().copied().find(|at| {
            self.all.get(*at).is_some_and(|other| {
                other.rule == found.rule
                    && other.weight == found.weight
                    && other.message == found.message
            })
        });
        let at = same.unwrap_or_else(|| {
            known.push(self.all.len());
            self.all.push(found);
            self.all.len() - 1
        });
        self.here.push(at);
        at
    }
}

/// Two JSON pointers that move together.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// In the document.
    pub source: String,
    /// In the compiled document: the nearest schema that is certain to stand there.
    pub result: String,
    /// Above zero where what is compiled may end up elsewhere in the result.
    frozen: usize,
}

/// What [`Place::leave`] needs.
pub(super) struct Mark {
    source: usize,
    result: usize,
}

impl Place {
    pub(super) fn new(source: &str, result: String) -> Self {
        Self {
            source: source.to_owned(),
            result,
            frozen: 0,
        }
    }

    /// Goes down into a word of the schema.
    pub(super) fn enter(&mut self, word: &str) -> Mark {
        let mark = Mark {
            source: self.source.len(),
            result: self.result.len(),
        };
        push(&mut self.source, word);
        if self.frozen == 0 {
            push(&mut self.result, word);
        }
        mark
    }

    /// One more segment after [`Self::enter`]; the same mark leaves both.
    pub(super) fn further(&mut self, segment: &str) {
        push(&mut self.source, segment);
        if self.frozen == 0 {
            push(&mut self.result, segment);
        }
    }

    pub(super) fn leave(&mut self, mark: &Mark) {
        self.source.truncate(mark.source);
        self.result.truncate(mark.result);
    }

    pub(super) fn freeze(&mut self) {
        self.frozen += 1;
    }

    pub(super) fn thaw(&mut self) {
        self.frozen = self.frozen.saturating_sub(1);
    }

    /// The pointer of a word of the schema at hand.
    pub(super) fn of(&self, word: &str) -> String {
        let mut pointer = String::with_capacity(self.source.len() + word.len() + 1);
        pointer.push_str(&self.source);
        if !word.is_empty() {
            push(&mut pointer, word);
        }
        pointer
    }
}

/// Appends a segment to a JSON pointer.
pub(super) fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    if segment.contains(['~', '/']) {
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(segment);
    }
}
