//! Samples of every operation of any document: bounded, the same each time, and JSON where they say so.
//!
//! It refuses to judge whether a sample fits its schema.
#![no_main]

use gw_openapi::{Document, sample};
use libfuzzer_sys::fuzz_target;

/// Far above what a sample made of some kilobytes of document may be.
const MOST: usize = 4 * 1024 * 1024;

fuzz_target!(|bytes: &[u8]| {
    let (document, _) = Document::parse_bytes(bytes);
    for operation in document.operations() {
        let answer = sample::answer(&document, &operation);
        let request = sample::request(&document, &operation);
        assert!(answer.body.len() < MOST && request.body.len() < MOST);
        assert!((100..600).contains(&answer.status), "{}", answer.status);
        for (kind, body) in [
            (&answer.content_type, &answer.body),
            (&request.content_type, &request.body),
        ] {
            if kind == "application/json" && !body.is_empty() {
                let read = serde_json::from_str::<serde_json::Value>(body);
                assert!(read.is_ok(), "{read:?}: {body}");
            }
        }
        let found = document.operation(&operation.key);
        assert!(found.is_some(), "{} is not found again", operation.key);
        let again = sample::answer(&document, &operation);
        assert_eq!((again.status, again.body), (answer.status, answer.body));
    }
});
