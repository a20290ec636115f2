//! General rules every OpenAPI document should keep, whatever gateway it is for.
//!
//! It refuses to know vendors: what AWS refuses or loses is told by its connector. It refuses to judge a text that could
//! not be read whole: that it could not is the finding then. It refuses to be endless: of each rule a hundred findings are
//! told and the rest is counted, and examples are checked within a budget.

mod components;
mod compositions;
mod conform;
mod examples;
mod frame;
mod markdown;
mod nearest;
mod operations;
mod owasp;
mod parameters;
mod part;
mod paths;
mod references;
mod responses;
mod rules;
mod ruleset;
mod schemas;
mod security;
mod servers;
mod shapes;
mod tags;
mod walk;
mod words;

use std::borrow::Cow;
use std::collections::HashSet;

use gw_model::{Diagnostic, Severity};

pub(crate) use part::{Part, lint_part, part_around};
pub use rules::{Rule, Set, rules};
pub use ruleset::Ruleset;

use crate::builder::start_of_document;
use crate::document::{Document, SpecVersion};
use crate::finding::{self, MOST_OF_A_KIND};
use crate::tree::{Node, NodeId, Symbol, Tree};
use references::References;
use rules::Id;
use shapes::{Layout, Versions};
use words::Word;

/// What the recommended rules find, in the order of the text. Rule ids begin with `oas-` or `owasp-`.
pub fn lint(document: &Document) -> Vec<Diagnostic> {
    lint_with(document, &Ruleset::recommended())
}

/// What the rules of a ruleset find, in the order of the text; of each rule at most a hundred, and then one more that says
/// how many there are.
pub fn lint_with(document: &Document, ruleset: &Ruleset) -> Vec<Diagnostic> {
    let (true, Some(version)) = (document.is_sound(), document.version()) else {
        return Vec::new();
    };
    let mut lint = Lint::new(document, version, ruleset);
    lint.document();
    lint.finish()
}

/// Everything rules read, and where they report.
struct Lint<'d> {
    document: &'d Document,
    tree: &'d Tree,
    version: SpecVersion,
    /// The same, as a bit.
    versions: Versions,
    layout: &'static Layout,
    /// For every symbol of the document the word it is.
    words: Vec<Word>,
    /// For every word its symbol in this document.
    symbols: Vec<Option<Symbol>>,
    ruleset: &'d Ruleset,
    on: [bool; rules::COUNT],
    counts: [usize; rules::COUNT],
    found: Vec<Diagnostic>,
    references: References<'d>,
    security: security::Declared<'d>,
    operations: operations::Seen<'d>,
    /// Schemes that some requirement names.
    used_schemes: HashSet<&'d str>,
    direction: conform::Direction,
    /// Steps that may still be spent on examples.
    example_steps: u32,
}

/// Where a finding is.
#[derive(Clone, Copy)]
enum At<'d> {
    /// The whole document.
    Start,
    Node(Node<'d>),
    /// At its key.
    Key(Node<'d>),
    /// At a byte of the text, about a node.
    Offset(u32, Node<'d>),
}

/// What a finding says; what is left out is told by the table.
struct Said {
    message: String,
    severity: Option<Severity>,
    why: Option<&'static str>,
    fix: Option<Cow<'static, str>>,
}

impl From<String> for Said {
    fn from(message: String) -> Self {
        Self {
            message,
            severity: None,
            why: None,
            fix: None,
        }
    }
}

impl Said {
    fn fix(self, fix: impl Into<Cow<'static, str>>) -> Self {
        Self {
            fix: Some(fix.into()),
            ..self
        }
    }

    fn why(self, why: &'static str) -> Self {
        Self {
            why: Some(why),
            ..self
        }
    }

    /// A severity of its own, unless the ruleset names one.
    fn severity(self, severity: Severity) -> Self {
        Self {
            severity: Some(severity),
            ..self
        }
    }
}

impl<'d> Lint<'d> {
    fn new(document: &'d Document, version: SpecVersion, ruleset: &'d Ruleset) -> Self {
        let tree = &document.tree;
        let words = words::of(tree);
        let mut symbols = vec![None; words::COUNT];
        for (at, &word) in words.iter().enumerate() {
            if word > Word::Extension
                && let Some(symbol) = symbols.get_mut(word as usize)
            {
                *symbol = u32::try_from(at).ok().map(Symbol);
            }
        }
        let versions = shapes::bit(version);
        let mut on = [false; rules::COUNT];
        for rule in rules() {
            if let Some(cell) = on.get_mut(rule.number as usize) {
                *cell = rule.versions & versions != 0 && ruleset.of(rule.number).is_some();
            }
        }
        Self {
            document,
            tree,
            version,
            versions,
            layout: Layout::of(version),
            words,
            symbols,
            ruleset,
            on,
            counts: [0; rules::COUNT],
            found: Vec::new(),
            references: References::new(tree.cells.len()),
            security: security::Declared::default(),
            operations: operations::Seen::default(),
            used_schemes: HashSet::new(),
            direction: conform::Direction::Either,
            example_steps: conform::MAX_STEPS,
        }
    }

    fn is_new(&self) -> bool {
        self.version >= SpecVersion::V3_1
    }

    fn is_on(&self, id: Id) -> bool {
        self.on.get(id as usize).copied().unwrap_or_default()
    }

    /// Tells a finding. What it says is asked for only when it is told.
    fn report<S: Into<Said>>(&mut self, id: Id, at: At<'d>, say: impl FnOnce() -> S) {
        if !self.is_on(id) {
            return;
        }
        let Some(count) = self.counts.get_mut(id as usize) else {
            return;
        };
        *count += 1;
        if *count > MOST_OF_A_KIND {
            return;
        }
        let rule = rules::rule(id);
        let said: Said = say().into();
        let place = match at {
            At::Start => start_of_document(),
            At::Node(node) => node.place(),
            At::Key(node) => node.key_place(),
            At::Offset(offset, node) => self.tree.place_at(offset as usize, node.pointer()),
        };
        let severity = match (said.severity, self.ruleset.of(id)) {
            (Some(own), _) if !self.ruleset.names(id) => own,
            (_, Some(severity)) => severity,
            (own, None) => own.unwrap_or(rule.severity),
        };
        self.found.push(finding::new(
            rule.id,
            severity,
            place,
            said.message,
            said.why.unwrap_or(rule.why),
            said.fix.as_deref().unwrap_or(rule.fix),
        ));
    }

    fn finish(self) -> Vec<Diagnostic> {
        let mut found = self.found;
        crate::fix::mark(self.document, &mut found);
        found.sort_by(|a, b| {
            (a.place.line, a.place.column, &a.rule).cmp(&(b.place.line, b.place.column, &b.rule))
        });
        for (rule, count) in rules().zip(self.counts) {
            let Some(rest) = count.checked_sub(MOST_OF_A_KIND).filter(|rest| *rest > 0) else {
                continue;
            };
            found.push(finding::new(
                rule.id,
                self.ruleset.of(rule.number).unwrap_or(rule.severity),
                start_of_document(),
                format!(
                    "{rest} more findings of the rule '{}' are not listed",
                    rule.id
                ),
                rule.why,
                "Mend those that are listed, and the next ones are told.",
            ));
        }
        found
    }

    /// The value of a word in a mapping.
    fn get(&self, node: Node<'d>, word: Word) -> Option<Node<'d>> {
        let symbol = self.symbols.get(word as usize).copied().flatten()?;
        node.by_symbol(symbol).map(|(_, value)| value)
    }

    /// The text of a word in a mapping, when it is a string.
    fn text(&self, node: Node<'d>, word: Word) -> Option<&'d str> {
        self.get(node, word).and_then(Node::as_str)
    }

    fn node(&self, id: NodeId) -> Node<'d> {
        Node::new(self.tree, id)
    }
}
