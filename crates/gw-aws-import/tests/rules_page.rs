//! The page of AWS rules says what the table says. Made anew with `UPDATE_DOCS=1`.

use std::fmt::Write as _;
use std::path::Path;

use gw_aws_import::fix::is_fixable;
use gw_aws_import::rules::{self, RuleText, Teller};
use gw_model::Severity;

#[test]
fn the_page_of_rules_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/aws-rules.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/aws-rules.md is stale: run UPDATE_DOCS=1 cargo test -p gw-aws-import --test rules_page"
    );
}

fn page() -> String {
    let mut page = "# AWS rules\n\n\
        What AWS API Gateway accepts of a REST API, and what Gatewright does about it. `gatewright api lint API --for aws` \
        finds these; `gatewright explain 'MESSAGE'` leads from AWS's words to them. This page is made from \
        `crates/gw-aws-import/src/rules`; a test fails when it is stale.\n\n\
        A rule that the compiler tells is written otherwise or left out, and how much it matters depends on what was lost. \
        What rests on unverified evidence says \"may\".\n"
        .to_owned();
    for rule in rules::all() {
        entry(&mut page, rule);
    }
    page
}

fn entry(page: &mut String, rule: &RuleText) {
    let severity = match rule.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let teller = match rule.teller {
        Teller::Compiler => "told when the document is compiled".to_owned(),
        Teller::Lint => format!("told by lint, {severity}"),
        Teller::Connector => "told when AWS answers".to_owned(),
        Teller::Nobody => "not told".to_owned(),
    };
    let evidence: Vec<&str> = rule.evidence.iter().map(|mark| mark.word()).collect();
    let fixable = if is_fixable(rule.id) {
        "; can be fixed for you"
    } else {
        ""
    };
    let _ = write!(page, "\n## {}: {}\n\n{}\n", rule.id, rule.title, rule.why);
    for said in rule.said {
        let _ = write!(page, "\n> {said}\n");
    }
    if !rule.fix.is_empty() {
        let _ = write!(page, "\nWhat to do: {}\n", rule.fix);
    }
    let _ = write!(
        page,
        "\n{teller}{fixable}. Evidence: {}.\n",
        evidence.join(", ")
    );
}
