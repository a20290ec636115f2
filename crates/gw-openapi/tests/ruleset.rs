//! Rulesets: what they turn on and off, and what is said of those that cannot be understood.

use gw_model::{Diagnostic, Place, Severity};
use gw_openapi::lint::{Set, rules};
use gw_openapi::{Document, Ruleset, lint, lint_with};

fn told(text: &str, further: &[&str]) -> Vec<String> {
    let (_, found) = Ruleset::parse_with(text, further);
    found
        .iter()
        .map(|found| {
            format!(
                "{} {}:{} {} {}",
                found.rule, found.place.line, found.place.column, found.message, found.fix
            )
        })
        .collect()
}

fn rule_ids(text: &str, ruleset: &Ruleset) -> Vec<(String, Severity)> {
    let (document, _) = Document::parse(text);
    lint_with(&document, ruleset)
        .into_iter()
        .map(|found| (found.rule, found.severity))
        .collect()
}

const OPEN: &str = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths: { /a/: { post: { responses: { '200': { description: x } } } } }\n";

#[test]
fn severities_are_changed_rule_by_rule() {
    let text = "extends: recommended\nrules:\n  oas-path-trailing-slash: error\n  oas-operation-summary: off\n  owasp-response-429: warn\n";
    let (ruleset, found) = Ruleset::parse(text);
    assert_eq!(found, []);
    let ids = rule_ids(OPEN, &ruleset);
    assert!(ids.contains(&("oas-path-trailing-slash".to_owned(), Severity::Error)));
    assert!(ids.contains(&("owasp-response-429".to_owned(), Severity::Warning)));
    assert!(!ids.iter().any(|(id, _)| id == "oas-operation-summary"));
    assert!(ids.contains(&("oas-info-license".to_owned(), Severity::Info)));
    assert_eq!(
        ruleset.severity("oas-path-trailing-slash"),
        Some(Severity::Error)
    );
    assert_eq!(ruleset.severity("oas-operation-summary"), None);
}

#[test]
fn what_is_said_of_nothing_is_recommended() {
    for text in [
        "",
        "rules: {}",
        "{\"extends\": [\"recommended\"]}",
        "rules:\n",
    ] {
        let (ruleset, found) = Ruleset::parse(text);
        assert_eq!(found, [], "{text}");
        assert_eq!(ruleset, Ruleset::recommended(), "{text}");
    }
    let (document, _) = Document::parse(OPEN);
    assert_eq!(lint(&document), lint_with(&document, &Ruleset::default()));
}

#[test]
fn rulesets_extend_each_other() {
    let parse = |text: &str| Ruleset::parse(text).0;
    assert_eq!(parse("extends: all"), Ruleset::all());
    assert_eq!(parse("extends: [minimal, owasp]"), Ruleset::owasp());
    assert_eq!(rule_ids(OPEN, &parse("extends: off")), []);
    assert_eq!(rule_ids(OPEN, &parse("extends: minimal")), []);
    let one = parse("extends: off\nrules: { oas-path-trailing-slash: on }");
    assert_eq!(
        rule_ids(OPEN, &one),
        [("oas-path-trailing-slash".to_owned(), Severity::Warning)]
    );
    for rule in rules() {
        let on = |ruleset: &Ruleset| ruleset.severity(rule.id).is_some();
        assert!(on(&Ruleset::all()), "{}", rule.id);
        assert_eq!(
            on(&Ruleset::minimal()),
            rule.set == Set::Minimal,
            "{}",
            rule.id
        );
        assert_eq!(
            on(&Ruleset::recommended()),
            rule.set != Set::Extra,
            "{}",
            rule.id
        );
        assert_eq!(
            on(&Ruleset::owasp()),
            rule.set != Set::Extra || rule.is_security()
        );
    }
}

#[test]
fn severities_are_understood_as_others_write_them() {
    for (written, meant) in [
        ("off", None),
        ("false", None),
        ("warn", Some(Severity::Warning)),
        ("warning", Some(Severity::Warning)),
        ("1", Some(Severity::Warning)),
        ("error", Some(Severity::Error)),
        ("0", Some(Severity::Error)),
        ("info", Some(Severity::Info)),
        ("hint", Some(Severity::Info)),
        ("{ severity: error }", Some(Severity::Error)),
        ("on", Some(Severity::Info)),
    ] {
        let (ruleset, found) =
            Ruleset::parse(&format!("rules: {{ oas-tag-description: {written} }}"));
        assert_eq!(found, [], "{written}");
        assert_eq!(ruleset.severity("oas-tag-description"), meant, "{written}");
    }
}

#[test]
fn ids_of_other_programs_are_understood() {
    let (ruleset, found) = Ruleset::parse(
        "rules:\n  operation-4xx-response: off\n  'owasp:api4:2023-array-limit': error\n  no-unresolved-refs: warn\n",
    );
    assert_eq!(found, []);
    assert_eq!(ruleset.severity("oas-response-client-error"), None);
    assert_eq!(ruleset.severity("owasp-array-limit"), Some(Severity::Error));
    assert_eq!(
        ruleset.severity("oas-ref-external"),
        Some(Severity::Warning)
    );
}

#[test]
fn what_cannot_be_understood_is_told_with_its_place_and_the_nearest_name() {
    assert_eq!(
        told(
            "extends: recomended\nrules:\n  oas-operation-sumary: off\n  oas-path: loud\n  GW001: off\n  GW02: off\nrule: {}\n",
            &["GW001", "GW002"]
        ),
        [
            "ruleset-extends 1:1 There is no ruleset 'recomended' Write 'recommended' if that is meant.",
            "ruleset-unknown-rule 3:3 There is no rule 'oas-operation-sumary' Write 'oas-operation-summary' if that is meant.",
            "ruleset-severity 4:3 'loud' is no severity Write one of: off, info, warn, error.",
            "ruleset-unknown-rule 6:3 There is no rule 'GW02' Write 'GW002' if that is meant.",
            "ruleset-form 7:1 'rule' means nothing in a ruleset Write 'rules' if that is meant.",
        ]
    );
    assert!(told("- a", &[])[0].starts_with("ruleset-form 1:1"));
    assert!(told("rules: { a: b", &[])[0].starts_with("doc-malformed"));
    assert!(
        told("rules: { oas-path: off, oas-path: warn }", &[])[0].starts_with("doc-duplicate-key")
    );
}

#[test]
fn findings_of_other_rules_get_their_severities_too() {
    let finding = |rule: &str| Diagnostic {
        rule: rule.to_owned(),
        severity: Severity::Error,
        place: Place::default(),
        message: String::new(),
        why: String::new(),
        fix: String::new(),
        fixable: false,
    };
    let (ruleset, found) = Ruleset::parse_with(
        "rules: { GW001: off, GW002: info, oas-path: warn, GW004: on }",
        &["GW001", "GW002", "GW003", "GW004"],
    );
    assert_eq!(found, []);
    let all = [
        "GW001",
        "GW002",
        "GW003",
        "GW004",
        "oas-path",
        "doc-malformed",
    ];
    let applied = ruleset.apply(all.into_iter().map(finding).collect());
    let kept: Vec<_> = applied
        .iter()
        .map(|found| (found.rule.as_str(), found.severity))
        .collect();
    assert_eq!(
        kept,
        [
            ("GW002", Severity::Info),
            ("GW003", Severity::Error),
            ("GW004", Severity::Error),
            ("oas-path", Severity::Warning),
            ("doc-malformed", Severity::Error),
        ]
    );
    assert_eq!(ruleset.apply(applied.clone()), applied);
    assert_eq!(Ruleset::minimal().apply(applied.clone()), applied);
}
