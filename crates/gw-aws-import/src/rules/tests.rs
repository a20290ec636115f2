//! What every rule's text keeps, and notes as diagnostics.

use std::collections::BTreeSet;

use gw_model::Severity;
use gw_openapi::Document;

use super::{MOST_OF_A_KIND, Teller, all, diagnose, findings, rule};
use crate::note::{Fidelity, Note, Subject};
use crate::samples::{aws, plan_of};

/// Every row of the table of AWS import rules.
const ROWS: &[(u32, u32)] = &[(1, 9), (10, 17), (20, 29), (30, 35), (40, 60), (70, 79)];

fn note(rule: &'static str, fidelity: Fidelity, source: &str) -> Note {
    Note {
        rule,
        fidelity,
        subject: Subject::Api,
        source: source.to_owned(),
        result: String::new(),
        message: format!("{rule} at {source}"),
    }
}

#[test]
fn every_row_of_the_table_is_a_rule_once() {
    let ids: Vec<&str> = all().map(|rule| rule.id).collect();
    let wanted = ROWS.iter().flat_map(|&(first, last)| first..=last);
    let numbered: Vec<String> = wanted.map(|number| format!("GW{number:03}")).collect();
    let known: Vec<&&str> = ids.iter().filter(|id| id.starts_with("GW")).collect();
    assert_eq!(known.len(), numbered.len());
    assert!(
        known
            .iter()
            .zip(&numbered)
            .all(|(id, number)| **id == number.as_str())
    );
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!(
        rule("GW012").unwrap().title,
        "Two variable names at one place"
    );
    assert_eq!(rule("GW018"), None);
}

#[test]
fn texts_say_may_where_nothing_is_shown_and_what_to_do_where_something_stops() {
    for rule in all() {
        if rule.is_unverified() {
            let text = format!("{} {}", rule.title, rule.why);
            assert!(text.contains(" may "), "{}: {text}", rule.id);
        }
        if rule.severity == Severity::Error {
            assert!(!rule.fix.is_empty(), "{}", rule.id);
        }
        assert!(
            !rule.title.ends_with('.') && rule.why.ends_with('.'),
            "{}",
            rule.id
        );
        assert!(
            rule.fix.is_empty() || rule.fix.ends_with(['.', '}', '"']),
            "{}",
            rule.id
        );
    }
}

#[test]
fn aws_s_own_words_lead_back_to_the_rule() {
    for rule in all() {
        for said in rule.said {
            let message = said.replace('…', "x");
            let known = crate::explain(&message).unwrap_or_else(|| panic!("{message}"));
            assert!(
                known.rules.contains(&rule.id),
                "{}: {message} is {:?}",
                rule.id,
                known.rules
            );
            assert!(rule.reason().contains(rule.said[0]));
        }
    }
}

#[test]
fn how_much_a_note_matters_follows_from_its_fidelity() {
    let cases = [
        ("GW012", Fidelity::Refused, Severity::Error),
        ("GW012", Fidelity::Lost, Severity::Warning),
        ("GW012", Fidelity::Changed, Severity::Warning),
        ("GW040", Fidelity::Changed, Severity::Info),
        ("GW040", Fidelity::Exact, Severity::Info),
        ("GW040", Fidelity::Lost, Severity::Warning),
    ];
    for (rule, fidelity, severity) in cases {
        let made = &diagnose(&[note(rule, fidelity, "/paths")], None)[0];
        assert_eq!(made.severity, severity, "{rule} {fidelity:?}");
        assert_eq!(
            (made.place.pointer.as_str(), made.place.line),
            ("/paths", 0)
        );
        assert!(!made.why.is_empty());
    }
}

#[test]
fn notes_stand_where_their_source_is_or_would_be() {
    let text = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n    get: {}\n";
    let (document, _) = Document::parse(text);
    let notes = [
        note("GW020", Fidelity::Changed, "/paths/~1a/get"),
        note("GW020", Fidelity::Changed, "/paths/~1a/get/responses/200"),
        note("GW020", Fidelity::Changed, "/components/x"),
    ];
    let places: Vec<(String, u32)> = diagnose(&notes, Some(&document))
        .into_iter()
        .map(|finding| (finding.place.pointer, finding.place.line))
        .collect();
    let expected = [("/paths/~1a/get", 5), ("/paths/~1a/get", 5), ("", 1)];
    assert_eq!(
        places,
        expected.map(|(pointer, line)| (pointer.to_owned(), line))
    );
}

#[test]
fn notes_of_a_kind_are_limited_and_counted() {
    let many: Vec<Note> = (0..250)
        .map(|index| note("GW044", Fidelity::Lost, &format!("/x/{index}")))
        .chain([note("GW044", Fidelity::Exact, "/y")])
        .collect();
    let made = diagnose(&many, None);
    assert_eq!(made.len(), MOST_OF_A_KIND + 2);
    assert_eq!(
        made.last().unwrap().message,
        "Nullable schemas: 150 more places are not listed"
    );
}

#[test]
fn what_the_compiler_tells_is_told_once() {
    let text = "openapi: 3.0.3\ninfo: {title: pets, version: '1'}\npaths:\n  /u/{id}: {get: {responses: {200: {$ref: '#/components/responses/E'}}}}\n  /u/{name}: {trace: {}}\n";
    let (document, _) = Document::parse(text);
    let notes = [
        note("GW012", Fidelity::Changed, "/paths/~1u~1{name}"),
        note(
            "GW071",
            Fidelity::Exact,
            "/paths/~1u~1{id}/get/responses/200",
        ),
    ];
    let found = findings(&notes, &document, &plan_of(&document), &aws());
    let of = |rule: &str| found.iter().filter(|finding| finding.rule == rule).count();
    assert_eq!(
        (of("GW012"), of("GW071"), of("GW021"), of("GW074")),
        (1, 1, 0, 1)
    );
    assert_eq!(rule("GW012").unwrap().teller, Teller::Compiler);
}
