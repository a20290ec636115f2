//! A ruleset: which general rules are on, and how much their findings matter; of other rules only the latter.
//!
//! It refuses to make rules: it only names those there are. A ruleset that cannot be read is the recommended one, with
//! findings that say why.

use std::collections::HashMap;

use gw_model::{Diagnostic, Severity};

use super::nearest::nearest;
use super::rules::{self, COUNT, Id, Set, rules};
use crate::builder::start_of_document;
use crate::document::Document;
use crate::finding::{self, MOST_OF_A_KIND, shorten};
use crate::tree::{Kind, Node};

/// Names `extends` knows.
const BASES: [&str; 5] = ["recommended", "minimal", "all", "owasp", "off"];

/// Severities of rules.
///
/// Invariant: a rule it does not name has the severity of the rulesets it extends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruleset {
    /// For every general rule its severity; `None` is off.
    severities: [Option<Severity>; COUNT],
    /// Rules named one by one, of the general ones and of others.
    named: HashMap<String, Option<Severity>>,
}

impl Default for Ruleset {
    fn default() -> Self {
        Self::recommended()
    }
}

impl Ruleset {
    /// What is checked when nothing is said.
    pub fn recommended() -> Self {
        Self::of_rules(|rule| rule.set <= Set::Recommended)
    }

    /// Only what makes a document unusable.
    pub fn minimal() -> Self {
        Self::of_rules(|rule| rule.set == Set::Minimal)
    }

    /// The recommended rules, and every security rule.
    pub fn owasp() -> Self {
        Self::of_rules(|rule| rule.set <= Set::Recommended || rule.is_security())
    }

    /// Every rule there is.
    pub fn all() -> Self {
        Self::of_rules(|_| true)
    }

    fn none() -> Self {
        Self::of_rules(|_| false)
    }

    fn of_rules(has: impl Fn(&rules::Rule) -> bool) -> Self {
        let mut severities = [None; COUNT];
        for (cell, rule) in severities.iter_mut().zip(rules()) {
            *cell = has(rule).then_some(rule.severity);
        }
        Self {
            severities,
            named: HashMap::new(),
        }
    }

    /// Reads a ruleset of the general rules, in YAML or JSON:
    ///
    /// ```yaml
    /// extends: recommended   # or minimal, owasp, all, off; or a list of them
    /// rules:
    ///   oas-operation-summary: off
    ///   owasp-array-limit: warn
    /// ```
    ///
    /// Severities are `off`, `info`, `warn` and `error`. What Redocly and Spectral call a rule is understood too.
    pub fn parse(text: &str) -> (Self, Vec<Diagnostic>) {
        Self::parse_with(text, &[])
    }

    /// The same, with the ids of rules that others check.
    pub fn parse_with(text: &str, further_ids: &[&str]) -> (Self, Vec<Diagnostic>) {
        let (document, diagnostics) = Document::parse(text);
        let mut reader = Reader {
            further_ids,
            // That a ruleset is no OpenAPI document is as it should be.
            found: diagnostics
                .into_iter()
                .filter(|found| !matches!(&*found.rule, "doc-unsupported" | "doc-empty"))
                .collect(),
        };
        let ruleset = if document.is_sound() {
            reader.read(document.root())
        } else {
            Self::recommended()
        };
        reader.found.truncate(MOST_OF_A_KIND);
        (ruleset, reader.found)
    }

    /// Findings with the severities of the rules that are named one by one; those of rules that are off are left out.
    /// Doing it twice equals doing it once.
    pub fn apply(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        if self.named.is_empty() {
            return diagnostics;
        }
        diagnostics
            .into_iter()
            .filter_map(|mut found| {
                if let Some(severity) = self.named.get(&found.rule) {
                    found.severity = (*severity)?;
                }
                Some(found)
            })
            .collect()
    }

    /// How much findings of a rule matter; `None` when it is off, or no rule that is known here.
    pub fn severity(&self, id: &str) -> Option<Severity> {
        match (self.named.get(id), rules::named(id)) {
            (Some(severity), _) => *severity,
            (None, [first, ..]) => self.of(*first),
            (None, []) => None,
        }
    }

    pub(super) fn of(&self, id: Id) -> Option<Severity> {
        self.severities.get(id as usize).copied().flatten()
    }

    /// Whether a rule is named one by one.
    pub(super) fn names(&self, id: Id) -> bool {
        !self.named.is_empty() && self.named.contains_key(rules::rule(id).id)
    }
}

struct Reader<'i> {
    further_ids: &'i [&'i str],
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn tell(
        &mut self,
        rule: &str,
        severity: Severity,
        node: Option<Node<'_>>,
        message: String,
        fix: &str,
    ) {
        let place = node.map_or_else(start_of_document, Node::key_place);
        let why = "What cannot be understood is left out, and the rest of the ruleset counts.";
        self.found
            .push(finding::new(rule, severity, place, message, why, fix));
    }

    fn read(&mut self, root: Node<'_>) -> Ruleset {
        if root.kind() == Kind::Null {
            return Ruleset::recommended();
        }
        if !root.is_mapping() {
            let message = "A ruleset must be a mapping".to_owned();
            let fix = "Write 'extends' and 'rules'.";
            self.tell("ruleset-form", Severity::Error, Some(root), message, fix);
            return Ruleset::recommended();
        }
        let mut ruleset = match root.get("extends") {
            None => Ruleset::recommended(),
            Some(extends) => self.extends(extends),
        };
        if let Some(list) = root.get("rules") {
            if list.is_mapping() {
                for (name, value) in list.entries() {
                    self.rule(&mut ruleset, name.text, value);
                }
            } else if list.kind() != Kind::Null {
                let message = "'rules' must be a mapping of rules to severities".to_owned();
                let fix = "Write it as in 'oas-operation-summary: off'.";
                self.tell("ruleset-form", Severity::Error, Some(list), message, fix);
            }
        }
        for (key, value) in root.entries() {
            if !matches!(key.text, "extends" | "rules") && !key.text.starts_with("x-") {
                let message = format!("'{}' means nothing in a ruleset", shorten(key.text));
                let fix = match nearest(key.text, ["extends", "rules"]) {
                    Some(meant) => format!("Write '{meant}' if that is meant."),
                    None => "Remove it.".to_owned(),
                };
                self.tell(
                    "ruleset-form",
                    Severity::Warning,
                    Some(value),
                    message,
                    &fix,
                );
            }
        }
        ruleset
    }

    fn extends(&mut self, extends: Node<'_>) -> Ruleset {
        let mut ruleset = Ruleset::none();
        let names: Vec<Node<'_>> = if extends.kind() == Kind::Sequence {
            extends.items().collect()
        } else {
            vec![extends]
        };
        let mut known = false;
        for node in names {
            // YAML reads `off` as text; other writers make it false.
            let name = if node.as_bool() == Some(false) {
                "off"
            } else {
                node.as_str().unwrap_or_default()
            };
            let base = match name {
                "recommended" => Ruleset::recommended(),
                "minimal" => Ruleset::minimal(),
                "all" => Ruleset::all(),
                "owasp" => Ruleset::owasp(),
                "off" => Ruleset::none(),
                _ => {
                    let message = format!("There is no ruleset '{}'", shorten(name));
                    let fix = match nearest(name, BASES) {
                        Some(meant) => format!("Write '{meant}' if that is meant."),
                        None => format!("Write one of: {}.", BASES.join(", ")),
                    };
                    self.tell(
                        "ruleset-extends",
                        Severity::Warning,
                        Some(node),
                        message,
                        &fix,
                    );
                    continue;
                }
            };
            known = true;
            for (cell, severity) in ruleset.severities.iter_mut().zip(base.severities) {
                *cell = cell.or(severity);
            }
        }
        if known {
            ruleset
        } else {
            Ruleset::recommended()
        }
    }

    fn rule(&mut self, ruleset: &mut Ruleset, name: &str, value: Node<'_>) {
        let ids = rules::named(name);
        let further = self.further_ids.contains(&name);
        if ids.is_empty() && !further {
            let message = format!("There is no rule '{}'", shorten(name));
            let all = rules().map(|rule| rule.id);
            let known_as = rules().flat_map(|rule| rule.known_as.iter().copied());
            let known = all.chain(self.further_ids.iter().copied()).chain(known_as);
            let fix = match nearest(name, known) {
                Some(meant) => format!("Write '{meant}' if that is meant."),
                None => "Remove it.".to_owned(),
            };
            self.tell(
                "ruleset-unknown-rule",
                Severity::Warning,
                Some(value),
                message,
                &fix,
            );
            return;
        }
        let meant = match value.get("severity") {
            Some(severity) => read_severity(severity),
            None => read_severity(value),
        };
        let Some(meant) = meant else {
            let text = value.scalar_text().unwrap_or("a list or mapping");
            let message = format!("'{}' is no severity", shorten(text));
            let fix = "Write one of: off, info, warn, error.";
            self.tell(
                "ruleset-severity",
                Severity::Warning,
                Some(value),
                message,
                fix,
            );
            return;
        };
        if further && meant != Meant::On {
            ruleset
                .named
                .insert(name.to_owned(), meant.of(Severity::Warning));
        }
        for id in ids {
            let rule = rules::rule(*id);
            let severity = meant.of(rule.severity);
            if let Some(cell) = ruleset.severities.get_mut(*id as usize) {
                *cell = severity;
            }
            if meant != Meant::On {
                ruleset.named.insert(rule.id.to_owned(), severity);
            }
        }
    }
}

/// What a ruleset says about one rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    Off,
    /// On, with the severity of its own.
    On,
    As(Severity),
}

impl Meant {
    fn of(self, own: Severity) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::On => Some(own),
            Self::As(severity) => Some(severity),
        }
    }
}

/// As Redocly writes severities (`warn`), and Spectral (`hint`, `true`, `0`).
fn read_severity(node: Node<'_>) -> Option<Meant> {
    Some(match node.scalar_text()? {
        "off" | "false" => Meant::Off,
        "on" | "true" => Meant::On,
        "error" | "0" => Meant::As(Severity::Error),
        "warn" | "warning" | "1" => Meant::As(Severity::Warning),
        "info" | "hint" | "2" | "3" => Meant::As(Severity::Info),
        _ => return None,
    })
}
