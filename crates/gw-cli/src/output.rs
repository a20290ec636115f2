//! Answers on standard output, faults on standard error, exit statuses.
//!
//! It refuses a second JSON value: with `--json` standard output holds exactly one.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use gw_model::code::ExitClass;
use gw_model::{Diagnostic, Fault, Severity, UnixMillis};
use serde::Serialize;
use serde_json::{Value, json};

/// What a command answers, in both forms.
#[derive(Debug, Default)]
pub struct Reply {
    /// For `--json`.
    pub json: Value,
    /// For people; written as it is.
    pub text: String,
    /// Exit status when it is not 0: some answers tell of a refusal or of gateways that failed.
    pub exit: u8,
    /// Whether the text is a file's: then nothing is added to it, not even an end of its last line.
    pub exact: bool,
}

impl Reply {
    /// An answer with status 0.
    pub fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        Self {
            json: serde_json::to_value(json).unwrap_or_default(),
            text: text.into(),
            exit: 0,
            exact: false,
        }
    }

    /// The same answer with its text to the byte.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// The same answer with another exit status.
    pub fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }
}

/// The exit status of a fault.
pub fn exit_status(fault: &Fault) -> u8 {
    match fault.code.exit_class() {
        ExitClass::Usage => 2,
        ExitClass::Refused => 3,
        ExitClass::Remote => 4,
    }
}

/// Writes an answer. One that is null was written when it was known, by a verb that went on.
pub fn print(json: bool, reply: &Reply) -> ExitCode {
    if json && reply.json.is_null() {
        return ExitCode::from(reply.exit);
    }
    if json {
        write_out(&format!("{}\n", pretty(&reply.json)));
    } else {
        let line_end = if reply.exact || reply.text.is_empty() || reply.text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        write_out(&format!("{}{line_end}", reply.text));
    }
    ExitCode::from(reply.exit)
}

/// Writes a fault.
pub fn fail(json: bool, fault: &Fault) -> ExitCode {
    if json {
        write_out(&format!("{}\n", pretty(&json!({ "fault": fault }))));
    } else {
        note(&fault_text(fault));
    }
    ExitCode::from(exit_status(fault))
}

/// A fault for people: what, where, what to do.
pub fn fault_text(fault: &Fault) -> String {
    let mut text = format!("{} [{}]", fault.summary, fault.code);
    for (name, value) in &fault.facts {
        text.push_str(&format!("\n  {name}: {}", value.replace('\n', "\n    ")));
    }
    if !fault.advice.is_empty() {
        text.push_str(&format!("\nhint: {}", fault.advice));
    }
    text
}

/// A moment in universal time, to the second: `2026-11-28T05:40:00Z`.
pub fn time(at: UnixMillis) -> String {
    time::OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000))
        .ok()
        .and_then(|at| {
            at.format(&time::format_description::well_known::Rfc3339)
                .ok()
        })
        .unwrap_or_default()
}

/// Writes to standard output now; a closed pipe is not an error.
pub fn write_out(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}

/// Tells a person something beside the answer.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The same, ended already or empty.
pub fn note_some(text: &str) {
    if !text.is_empty() {
        note(text.trim_end_matches('\n'));
    }
}

/// Whether a person watches standard error.
pub fn watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether a person can answer.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && watched()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Columns without lines, for people; an empty list says so.
pub fn table<const N: usize>(heads: [&str; N], rows: Vec<[String; N]>, none: &str) -> String {
    if rows.is_empty() {
        return format!("{none}\n");
    }
    let mut table = Table::new();
    table
        .load_preset(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    let text = table.to_string();
    text.lines()
        .map(|line| line.trim_end().strip_prefix(' ').unwrap_or(line).to_owned() + "\n")
        .collect()
}

/// `name  value` lines.
pub fn facts(facts: &[(&str, String)]) -> String {
    let width = facts
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    facts
        .iter()
        .map(|(name, value)| format!("{name:width$}  {value}\n"))
        .collect()
}

/// Findings with their place, worst first.
pub fn diagnostics(source: &str, found: &[Diagnostic]) -> String {
    found
        .iter()
        .map(|finding| one(source, finding, ""))
        .collect()
}

/// The same, and why each matters: for words of a gateway's own.
pub fn diagnostics_with_reasons<'a>(
    source: &str,
    found: impl Iterator<Item = &'a Diagnostic>,
) -> String {
    found
        .map(|finding| one(source, finding, &finding.why))
        .collect()
}

fn one(source: &str, finding: &Diagnostic, why: &str) -> String {
    let word = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let place = match finding.place.line {
        0 => source.to_owned(),
        line => format!("{source}:{line}:{}", finding.place.column),
    };
    let mut text = format!("{place}: {word} {}: {}\n", finding.rule, finding.message);
    if !why.is_empty() {
        text.push_str(&format!("    {why}\n"));
    }
    if !finding.fix.is_empty() {
        text.push_str(&format!("    hint: {}\n", finding.fix));
    }
    text
}
