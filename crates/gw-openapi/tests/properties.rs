//! What holds for every text and every edit.

use gw_openapi::{Document, Format, edit, lint, sample};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Text made of the pieces JSON, YAML and OpenAPI are made of.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "openapi: 3.0.3", "swagger: '2.0'", "paths:", "/a/{b}:", "get:", "responses:", "'200':", "$ref: '#/paths'", "parameters:",
            "- name: b", "in: path", "schema:", "allOf:", "<<: *a", "&a ", "*a", "{", "}", "[", "]", ":", ",", "\"", "'", "\\u00", "#", "|",
            ">-", "? ", "- ", "---", "...", "!!str ", "%YAML 1.2", "\n", "\n  ", "\n    ", "\r\n", "\t", "\u{feff}", "é", "😀", "null",
            "true", "-1e5", "\"get\":", "\"/a\":", "\"paths\":",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~\n]{0,6}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("finite", |number| number.is_finite())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z :#\n'-]{0,12}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((prop_oneof![any::<String>(), "[a-z]{1,3}"], inner), 0..5)
                .prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

fn use_all(document: &Document) {
    let _ = lint(document);
    for operation in document.operations() {
        let _ = sample::answer(document, operation);
        let _ = sample::request(document, operation);
        assert!(document.operation(&operation.key).is_some());
    }
    let _ = (
        document.title(),
        document.servers(),
        document.to_value(document.root()),
    );
    for line in 1..5 {
        let _ = document.pointer_at(line, line);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 700, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_kept_and_nothing_panics(text in soup()) {
        for format in [None, Some(Format::Json), Some(Format::Yaml)] {
            let (document, diagnostics) = match format {
                None => Document::parse(&text),
                Some(format) => Document::parse_as(&text, format),
            };
            prop_assert_eq!(document.text(), &text);
            for found in diagnostics {
                prop_assert!(found.place.line as usize <= text.matches('\n').count() + 1);
            }
            use_all(&document);
        }
    }

    #[test]
    fn any_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        use_all(&Document::parse_bytes(&bytes).0);
    }

    #[test]
    fn json_reads_as_what_it_was_written_from(value in json()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let (document, _) = Document::parse_as(&text, Format::Json);
            prop_assert!(document.is_sound());
            prop_assert_eq!(document.to_value(document.root()), value.clone());
        }
    }

    #[test]
    fn any_value_can_be_set_and_removed_in_both_formats(first in json(), second in json(), key in any::<String>()) {
        for start in ["# head\nopenapi: 3.0.3\n# before\nx-tree: {}\n# after\npaths: {} # end\n", "{\n\t\"openapi\": \"3.0.3\",\n\t\"x-tree\": {},\n\t\"paths\": {}\n}\n"] {
            let read = |text: &str| Document::parse(text).0;
            let pointer = format!("/x-tree/{}", gw_openapi::pointer::escape(&key));
            let once = edit::set(&read(start), &pointer, &first);
            prop_assert!(once.is_ok(), "{:?}: {:?}", once, first);
            let twice = edit::set(&read(&once.unwrap()), &pointer, &second);
            prop_assert!(twice.is_ok(), "{:?}: {:?} then {:?}", twice, first, second);
            let twice = twice.unwrap();
            let sound = read(&twice);
            prop_assert_eq!(sound.at(&pointer).map(|node| sound.to_value(node)), Some(second.clone()));
            for line in start.lines().filter(|line| !line.contains("x-tree") && !line.contains("paths")) {
                prop_assert!(twice.lines().any(|kept| kept == line), "{:?} is gone from {}", line, twice);
            }
            let back = edit::remove(&sound, &pointer);
            prop_assert_eq!(back.as_deref(), Ok(start));
        }
    }
}
