//! Takes public documents through the pure part of the product, one after the other: read, lint, compile for AWS. Reads
//! `name TAB path` lines, writes one JSON line a document, and the compiled documents into a folder. `.ci/corpus` runs it.
//!
//! It refuses to judge what comes out: tests/corpus does, and shares no code with the compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gw_aws_import::{Subject, samples};
use gw_model::{
    AwsAuthorizer, AwsCredentials, AwsTarget, Diagnostic, EndpointType, Revision, Severity,
};
use gw_openapi::Document;
use serde_json::{Map, Value, json};

/// What the compiler made of a document.
struct Compiled {
    /// `None` when AWS would refuse it.
    document: Option<String>,
    /// Operations that are not in it, or that share one with another, each told in a note.
    left_out: usize,
    findings: Vec<Diagnostic>,
    /// How many operations are exact, changed, lost and refused.
    fidelity: [u32; 4],
}

/// The one place to change when the compiler does.
fn compile(revision: &Revision) -> Compiled {
    let target = AwsTarget {
        region: "us-east-1".to_owned(),
        stage: "prod".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "default".to_owned(),
        },
        endpoint_url: None,
    };
    let (plan, mut findings) = gw_plan::compile(revision);
    let compiled = gw_aws_import::compile(&plan, &target);
    let (document, _) = Document::parse(&revision.document);
    let report = gw_aws_import::report(&document, &plan, &compiled);
    findings.extend(gw_aws_import::rules::findings(
        &compiled.notes,
        &document,
        &plan,
        &target,
    ));
    let served: BTreeSet<usize> = compiled
        .served
        .iter()
        .filter(|served| served.route == served.primary)
        .map(|served| served.route)
        .collect();
    let told = |route: &usize| {
        let about = Subject::Route(*route);
        compiled.notes.iter().any(|note| note.subject == about)
    };
    Compiled {
        left_out: (0..plan.routes.len())
            .filter(|route| !served.contains(route) && told(route))
            .count(),
        document: compiled.document,
        findings,
        fidelity: [report.exact, report.changed, report.lost, report.refused],
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os()
        .nth(1)
        .ok_or("usage: corpus FOLDER < list")?;
    let folder = PathBuf::from(folder);
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (name, path) = line.split_once('\t').ok_or("a line without a tab")?;
        let told = document(&folder, name, path)?;
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{told}")?;
        stdout.flush()?;
    }
    Ok(())
}

/// One document, all the way.
fn document(folder: &Path, name: &str, path: &str) -> io::Result<Value> {
    let bytes = std::fs::read(path)?;
    let began = Clock::start();
    let (document, mut findings) = Document::parse_bytes(&bytes);
    let parse = began.seconds();
    // As an import refuses: what cannot be read to its end, is no OpenAPI, or was made to fill memory.
    let hostile = findings.iter().any(|finding| finding.rule == "doc-hostile");
    if !document.is_sound() || document.version().is_none() || hostile {
        let first = findings
            .iter()
            .find(|finding| finding.severity == Severity::Error);
        let (rule, message) = first.map_or(("", ""), |finding| (&finding.rule, &finding.message));
        return Ok(json!({"name": name, "fault": {"code": rule, "summary": message}}));
    }
    let began = Clock::start();
    findings.extend(gw_openapi::lint(&document));
    let lint = began.seconds();
    let operations = document.operations().len();
    let title = document.title().unwrap_or("Untitled").to_owned();
    let text = document.text().to_owned();
    let revision = samples::protected(title, text, AwsAuthorizer::Provision);
    drop(document);

    let began = Clock::start();
    let compiled = compile(&revision);
    let compile = began.seconds();
    findings.extend(compiled.findings);
    if let Some(text) = &compiled.document {
        let file = format!("{}.json", name.replace('/', "~"));
        std::fs::write(folder.join("compiled").join(file), text)?;
    }
    Ok(json!({
        "name": name,
        "operations": operations,
        "rules": count(&findings),
        "errors": errors(&findings),
        "compiled": compiled.document.map_or(0, |text| text.len()),
        "left_out": compiled.left_out,
        "fidelity": compiled.fidelity,
        "seconds": {"parse": parse, "lint": lint, "compile": compile},
    }))
}

/// How often each rule found something, and how bad that was.
fn count(findings: &[Diagnostic]) -> Value {
    let mut rules: BTreeMap<&str, (Severity, usize)> = BTreeMap::new();
    for finding in findings {
        let entry = rules.entry(&finding.rule).or_insert((finding.severity, 0));
        entry.0 = entry.0.max(finding.severity);
        entry.1 += 1;
    }
    rules
        .into_iter()
        .map(|(rule, (severity, count))| {
            (
                rule.to_owned(),
                json!({"severity": severity, "count": count}),
            )
        })
        .collect::<Map<String, Value>>()
        .into()
}

/// What is told of AWS's rules: rule, where, and whether there is a fix.
fn errors(findings: &[Diagnostic]) -> Value {
    findings
        .iter()
        .filter(|finding| finding.rule.starts_with("GW01") || finding.severity == Severity::Error)
        .map(|finding| {
            json!({
                "rule": finding.rule,
                "severity": finding.severity,
                "pointer": finding.place.pointer,
                "line": finding.place.line,
                "message": finding.message,
                "fix": !finding.fix.is_empty(),
            })
        })
        .collect()
}

/// Processor time of this thread where the system tells it, else time.
struct Clock(Instant, Option<u64>);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), Self::on_processor())
    }

    fn seconds(&self) -> f64 {
        let elapsed = match (self.1, Self::on_processor()) {
            (Some(from), Some(to)) => Duration::from_nanos(to.saturating_sub(from)),
            _ => self.0.elapsed(),
        };
        (elapsed.as_secs_f64() * 10_000.0).round() / 10_000.0
    }

    fn on_processor() -> Option<u64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse().ok()
    }
}
