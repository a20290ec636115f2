//! Ruleset files: which rules are on, and how much their findings matter.
//!
//! It refuses a file with a mistake in it: a rule that is misspelt would stay on or off without a word.

use gw_model::{Code, Diagnostic, Fault};
use gw_openapi::{Document, Ruleset, lint_with};

use super::import;

/// Reads a ruleset file.
///
/// Fails with `request.invalid` and the place of the first mistake.
pub(super) async fn read(path: &str) -> Result<Ruleset, Fault> {
    let text = import::read_file(path).await?.text;
    let ids: Vec<&str> = gw_aws_import::rules::all().map(|rule| rule.id).collect();
    let (ruleset, mistakes) = Ruleset::parse_with(&text, &ids);
    let Some(first) = mistakes.first() else {
        return Ok(ruleset);
    };
    let (line, column) = (first.place.line, first.place.column);
    let advice = if first.fix.is_empty() {
        "Mend the ruleset"
    } else {
        &first.fix
    };
    Err(Fault::new(
        Code::RequestInvalid,
        format!("{path}, line {line}, column {column}: {}", first.message),
        advice,
    )
    .fact("file", path)
    .fact("line", line.to_string())
    .fact("column", column.to_string()))
}

/// Finds by a ruleset what general rules find, in place of what the recommended ones found, and gives every finding the
/// severity it says.
pub(super) fn judge(
    ruleset: &Ruleset,
    document: &Document,
    mut diagnostics: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let general = |finding: &Diagnostic| {
        finding.rule.starts_with("oas-") || finding.rule.starts_with("owasp-")
    };
    diagnostics.retain(|finding| !general(finding));
    diagnostics.extend(lint_with(document, ruleset));
    ruleset.apply(diagnostics)
}
