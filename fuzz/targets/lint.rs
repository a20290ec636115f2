//! The rules over any document: the same findings each time, in the order of the text, each with a place and words.
//!
//! It refuses to judge whether a finding is right: the tests of the rules do.
#![no_main]

use gw_openapi::{Document, lint};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (document, diagnostics) = Document::parse_bytes(bytes);
    // The second of two entries with one key is not read, but an alias elsewhere may stand for something in it.
    let repeated = diagnostics
        .iter()
        .any(|found| found.rule == "doc-duplicate-key");
    let found = lint(&document);
    let lines = document.text().matches('\n').count() + 1;
    for finding in &found {
        assert!(
            !finding.rule.is_empty() && !finding.message.is_empty(),
            "{finding:?}"
        );
        assert!(!finding.message.contains('\n'), "{finding:?}");
        assert!(finding.place.line as usize <= lines, "{finding:?}");
        let there = document.at(&finding.place.pointer).is_some();
        assert!(there || repeated, "{finding:?} is nowhere");
    }
    for pair in found.windows(2) {
        let place = |at: usize| {
            pair.get(at)
                .map(|found| (found.place.line, found.place.column))
        };
        assert!(place(0) <= place(1), "out of order: {pair:?}");
    }
    assert_eq!(
        lint(&document),
        found,
        "it finds other things the second time"
    );
});
