//! Fixes: what to edit so that a finding of a general rule is gone.
//!
//! It refuses to guess: a finding that can be mended in more than one way has no fix here. It refuses to take away what
//! somebody wrote, unless the same stands elsewhere or nothing can ever read it.

mod document;
mod ids;
mod parameters;
mod repeat;
mod responses;
mod unified;

use std::cell::OnceCell;

use gw_model::Diagnostic;

use crate::document::Document;
use crate::edit::Edit;
use ids::Ids;

pub use repeat::{Fixed, Left, fix_all, repeat};
pub use unified::unified;

/// Rules some of whose findings can be fixed.
const FIXABLE: [&str; 25] = [
    "oas-field-type",
    "oas-info-title",
    "oas-info-version",
    "oas-operation-id",
    "oas-operation-id-characters",
    "oas-operation-id-missing",
    "oas-parameter",
    "oas-parameter-duplicate",
    "oas-path",
    "oas-path-parameter-required",
    "oas-path-parameter-undeclared",
    "oas-path-parameter-unused",
    "oas-paths",
    "oas-ref-unresolved",
    "oas-response-description",
    "oas-response-status",
    "oas-responses",
    "oas-schema-enum-duplicate",
    "oas-security-undeclared",
    "oas-server-trailing-slash",
    "oas-server-variable-enum",
    "oas-structure",
    "oas-tag-duplicate",
    "oas-tag-undefined",
    "oas-unknown-method",
];

/// Whether findings of a rule can be fixed, if what they are about is plain enough.
pub fn is_fixable(rule: &str) -> bool {
    FIXABLE.contains(&rule)
}

/// The edits that mend a finding; `None` when there is no sure way.
pub fn fix(document: &Document, finding: &Diagnostic) -> Option<Vec<Edit>> {
    fixes(document, [finding]).pop().flatten()
}

/// The same for many findings of one document, which is looked through once.
pub fn fixes<'f>(
    document: &Document,
    findings: impl IntoIterator<Item = &'f Diagnostic>,
) -> Vec<Option<Vec<Edit>>> {
    let context = Context::of(document);
    findings
        .into_iter()
        .map(|finding| context.fix(finding))
        .collect()
}

/// Says of each finding whether it can be fixed.
pub fn mark(document: &Document, findings: &mut [Diagnostic]) {
    let context = Context::of(document);
    for finding in findings {
        finding.fixable |= context.fix(finding).is_some();
    }
}

/// Longest place something is fixed at: each edit names it, and a path of thousands of variables asks for as many.
const MAX_POINTER: usize = 4096;

/// What fixes of one document look things up in.
struct Context<'d> {
    document: &'d Document,
    ids: OnceCell<Ids>,
}

impl<'d> Context<'d> {
    fn of(document: &'d Document) -> Self {
        Self {
            document,
            ids: OnceCell::new(),
        }
    }

    /// The edits that mend a finding, at least one.
    fn fix(&self, finding: &Diagnostic) -> Option<Vec<Edit>> {
        self.edits(finding).filter(|edits| !edits.is_empty())
    }

    fn edits(&self, finding: &Diagnostic) -> Option<Vec<Edit>> {
        let at = finding.place.pointer.as_str();
        if !self.document.is_sound() || at.len() > MAX_POINTER {
            return None;
        }
        match finding.rule.as_str() {
            "oas-field-type" => document::field_type(self.document, at, &finding.message),
            "oas-info-title" => document::info(self.document, "title", "Untitled API"),
            "oas-info-version" => document::info(self.document, "version", "1.0.0"),
            "oas-operation-id" | "oas-operation-id-characters" => {
                self.ids().of_id(self.document, at)
            }
            "oas-operation-id-missing" => self.ids().of_operation(self.document, at),
            "oas-parameter" => parameters::location(self.document, at),
            "oas-parameter-duplicate" => parameters::duplicate(self.document, at),
            "oas-path" => document::path(self.document, at),
            "oas-path-parameter-required" => parameters::required(self.document, at),
            "oas-path-parameter-undeclared" => parameters::undeclared(self.document, at),
            "oas-path-parameter-unused" => parameters::unused(self.document, at),
            "oas-paths" => document::paths(self.document),
            "oas-ref-unresolved" => document::reference(self.document, at),
            "oas-response-description" => responses::description(self.document, at),
            "oas-response-status" => responses::status(self.document, at),
            "oas-responses" => responses::responses(self.document, at),
            "oas-schema-enum-duplicate" => document::repeated_value(self.document, at),
            "oas-security-undeclared" => document::security_scheme(self.document, at),
            "oas-server-trailing-slash" => document::server(self.document, at),
            "oas-server-variable-enum" => document::empty_enum(self.document, at),
            "oas-structure" => document::nothing(self.document, at),
            "oas-tag-duplicate" => document::repeated_tag(self.document, at),
            "oas-tag-undefined" => document::undeclared_tag(self.document, at),
            "oas-unknown-method" => document::method(self.document, at),
            _ => None,
        }
    }

    fn ids(&self) -> &Ids {
        self.ids.get_or_init(|| Ids::new(self.document))
    }
}

fn set(at: impl Into<String>, value: impl Into<serde_json::Value>) -> Edit {
    Edit::Set {
        at: at.into(),
        value: value.into(),
    }
}

fn remove(at: impl Into<String>) -> Edit {
    Edit::Remove { at: at.into() }
}

fn rename(at: impl Into<String>, to: impl Into<String>) -> Edit {
    Edit::Rename {
        at: at.into(),
        to: to.into(),
    }
}

fn append(at: impl Into<String>, value: impl Into<serde_json::Value>) -> Edit {
    Edit::Append {
        at: at.into(),
        value: value.into(),
    }
}

/// A pointer's holder and its last step, unescaped.
fn split(at: &str) -> Option<(&str, String)> {
    let (holder, step) = at.rsplit_once('/')?;
    Some((holder, crate::pointer::unescape(step)))
}
