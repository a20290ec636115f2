//! Each fix: the finding is there before and gone after, and nothing else is said otherwise.

use gw_model::{Diagnostic, Place, Severity};
use gw_openapi::edit::{self, Edit};
use gw_openapi::{Document, pointer};
use serde_json::Value;

use super::{FIXABLE, fix, fix_all, is_fixable};
use crate::lint::tests::{found_in, whole};
use crate::note::{Fidelity, Note, Subject};
use crate::rules;

/// The first finding of a rule: of `lint`, or as the compiler would note it at a pointer.
fn finding(rule: &'static str, text: &str, at: &str) -> Option<Diagnostic> {
    if at.is_empty() {
        return found_in(text)
            .into_iter()
            .find(|finding| finding.rule == rule);
    }
    let (document, _) = Document::parse(&whole(text));
    let note = Note {
        rule,
        fidelity: Fidelity::Changed,
        subject: Subject::Api,
        source: at.to_owned(),
        result: String::new(),
        message: String::new(),
    };
    rules::diagnose(&[note], Some(&document)).pop()
}

/// What the document says after the edits; their pointers are of the document before.
fn after(document: &Document, edits: &[Edit]) -> Value {
    let mut value = document.to_value(document.root());
    let (renames, others): (Vec<&Edit>, Vec<&Edit>) = edits
        .iter()
        .partition(|edit| matches!(edit, Edit::Rename { .. }));
    for edit in others {
        match edit {
            Edit::Set { at, value: new } => {
                let (parent, key) = split(at);
                let holder = pointer_mut(&mut value, &parent);
                match holder {
                    Value::Array(items) => items[key.parse::<usize>().unwrap()] = new.clone(),
                    holder => holder[key.as_str()] = new.clone(),
                }
            }
            Edit::Remove { at } => {
                let (parent, key) = split(at);
                let holder = pointer_mut(&mut value, &parent);
                assert!(holder.as_object_mut().unwrap().shift_remove(&key).is_some());
            }
            _ => unreachable!(),
        }
    }
    let mut renames: Vec<(&str, &str)> = renames
        .into_iter()
        .map(|edit| match edit {
            Edit::Rename { at, to } => (at.as_str(), to.as_str()),
            _ => unreachable!(),
        })
        .collect();
    renames.sort_by_key(|(at, _)| std::cmp::Reverse(at.len()));
    for (at, to) in renames {
        let (parent, key) = split(at);
        let holder = pointer_mut(&mut value, &parent).as_object_mut().unwrap();
        assert!(!holder.contains_key(to), "{to} is taken");
        *holder = std::mem::take(holder)
            .into_iter()
            .map(|(name, value)| (if name == key { to.to_owned() } else { name }, value))
            .collect();
    }
    value
}

/// Makes the mappings on the way.
fn pointer_mut<'v>(value: &'v mut Value, at: &str) -> &'v mut Value {
    let steps = at.split('/').skip(1).map(pointer::unescape);
    steps.fold(value, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
        Value::Object(fields) => fields
            .entry(step)
            .or_insert_with(|| Value::Object(serde_json::Map::new())),
        _ => panic!("nothing at {at}"),
    })
}

fn split(at: &str) -> (String, String) {
    let (parent, key) = at.rsplit_once('/').unwrap();
    (parent.to_owned(), pointer::unescape(key))
}

/// Rule, document, where the compiler notes it (or empty for what `lint` finds), and parts of the text afterwards.
const CASES: &[(&str, &str, &str, &[&str])] = &[
    (
        "GW011",
        "paths: {'/files/{name}.pdf/x': {get: {parameters: [{name: name, in: path, required: true, schema: {type: string}}]}}}\n",
        "",
        &["\"/files/{name}/x\""],
    ),
    (
        "GW012",
        "paths: {'/u/{id}': {get: {}}, '/u/{name}/x': {parameters: [{$ref: '#/components/parameters/Name'}], get: {parameters: [{name: name, in: query}], x-amazon-apigateway-integration: {type: http_proxy, httpMethod: POST, uri: 'https://b.example/{name}', requestParameters: {integration.request.path.name: method.request.path.name}, requestTemplates: {application/json: \"$input.params('name')\"}}}}, '/u/{name}/y': {get: {parameters: [{name: name, in: path, required: true}]}}}\ncomponents: {parameters: {Name: {name: name, in: path, required: true, description: d}}}\n",
        "",
        &[
            "\"/u/{id}/x\"",
            "\"/u/{id}/y\"",
            "{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"description\":\"d\"}",
            "{\"name\":\"name\",\"in\":\"query\"}",
            "\"integration.request.path.id\":\"method.request.path.id\"",
            "https://b.example/{id}",
            "$input.params('id')",
            "\"Name\":{\"name\":\"name\"",
        ],
    ),
    (
        "GW017",
        "paths: {/a: {get: {responses: {}}}, /a/: {get: {responses: {}}}}\n",
        "",
        &["\"/a\""],
    ),
    (
        "GW021",
        "paths: {/a: {get: {}, trace: {}}}\n",
        "",
        &["\"get\""],
    ),
    (
        "GW021",
        "paths: {/a: {trace: {}}, /b: {get: {}}}\n",
        "",
        &["{\"/b\""],
    ),
    (
        "GW023",
        "paths: {/a: {get: {x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', requestParameters: {integration.request.header.x: 1.50}}}}}\n",
        "",
        &["\"integration.request.header.x\":\"'1.50'\""],
    ),
    (
        "GW024",
        "paths: {/a: {get: {responses: {'200': {description: d}}, x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', responses: {default: {statusCode: 200, responseParameters: {method.response.header.X-Kind: \"'a'\"}}}}}}}\n",
        "",
        &[
            "\"200\":{\"description\":\"d\",\"headers\":{\"X-Kind\":{\"schema\":{\"type\":\"string\"}}}}",
        ],
    ),
    (
        "GW024",
        "swagger: '2.0'\ninfo: {title: pets, version: '1'}\npaths: {/a: {get: {responses: {}, x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', responses: {default: {statusCode: '404', responseParameters: {method.response.header.X-Kind: \"'a'\"}}}}}}}\n",
        "",
        &["\"404\":{\"description\":\"As mapped\",\"headers\":{\"X-Kind\":{\"type\":\"string\"}}}"],
    ),
    (
        "GW040",
        "components: {schemas: {inline_response_200: {type: object, example: {$ref: '#/components/schemas/inline_response_200'}, properties: {next: {$ref: '#/components/schemas/inline_response_200'}, part: {$ref: '#/components/schemas/inline_response_200/properties/next'}}}, inlineResponse200: {type: object}, U: {oneOf: [{$ref: '#/components/schemas/inline%5Fresponse_200'}], discriminator: {propertyName: k, mapping: {a: inline_response_200, b: '#/components/schemas/inline_response_200'}}}}}\n",
        "/components/schemas/inline_response_200",
        &[
            "\"inlineResponse2002\":{\"type\":\"object\",\"example\":{\"$ref\":\"#/components/schemas/inline_response_200\"}",
            "\"next\":{\"$ref\":\"#/components/schemas/inlineResponse2002\"}",
            "\"part\":{\"$ref\":\"#/components/schemas/inlineResponse2002/properties/next\"}",
            "\"oneOf\":[{\"$ref\":\"#/components/schemas/inlineResponse2002\"}]",
            "{\"a\":\"inlineResponse2002\",\"b\":\"#/components/schemas/inlineResponse2002\"}",
        ],
    ),
    (
        "GW045",
        "components: {schemas: {A: {type: integer, minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false}}}\n",
        "/components/schemas/A/exclusiveMinimum",
        &["{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}"],
    ),
    (
        "GW045",
        "components: {schemas: {A: {type: integer, minimum: 5, exclusiveMinimum: 0, exclusiveMaximum: 9}}}\n",
        "/components/schemas/A",
        &["{\"type\":\"integer\",\"minimum\":5,\"maximum\":8}"],
    ),
    (
        "GW051",
        "components: {schemas: {A: {properties: {n: {type: number, format: int64}}}}}\n",
        "/components/schemas/A/properties/n",
        &["\"n\":{\"type\":\"integer\",\"format\":\"int64\"}"],
    ),
    (
        "GW052",
        "components: {schemas: {A: {type: number, format: decimal}}}\n",
        "/components/schemas/A/format",
        &["\"A\":{\"type\":\"number\"}"],
    ),
    (
        "GW078",
        "components: {securitySchemes: {r: {type: apiKey, name: Authorization, in: query, x-amazon-apigateway-authorizer: {type: request, identitySource: 'method.request.header.A, context.identity.sourceIp'}}}}\n",
        "",
        &["{\"type\":\"apiKey\",\"name\":\"Unused\",\"in\":\"header\""],
    ),
];

#[test]
fn each_fix_mends_what_was_found() {
    for (rule, text, at, expected) in CASES {
        let found = finding(rule, text, at).unwrap_or_else(|| panic!("{rule} missed {text}"));
        assert!(found.fixable, "{rule} in {text}");
        let (document, _) = Document::parse(&whole(text));
        let edits = fix(&document, &found).unwrap_or_else(|| panic!("{rule} has no fix in {text}"));
        let mended = after(&document, &edits).to_string();
        for part in *expected {
            assert!(mended.contains(part), "{rule}: no {part} in {mended}");
        }
        if at.is_empty() {
            let left = finding(rule, &mended, "");
            assert_eq!(left, None, "{rule} is still there");
        } else {
            let (mended, _) = Document::parse(&mended);
            let again = fix(&mended, &found);
            assert_eq!(again, None, "{rule} is still there");
        }
    }
}

#[test]
fn plain_edits_can_be_made_in_the_text() {
    for (rule, text, at, _) in CASES {
        let (document, _) = Document::parse(&whole(text));
        let found = finding(rule, text, at).unwrap();
        let edits = fix(&document, &found).unwrap();
        for edit in edits {
            let edited = match &edit {
                Edit::Set { at, value } => edit::set(&document, at, value),
                Edit::Remove { at } => edit::remove(&document, at),
                Edit::Rename { .. } | Edit::Append { .. } => continue,
            };
            assert!(edited.is_ok(), "{rule}: {edit:?} {edited:?}");
        }
    }
}

#[test]
fn every_fixable_rule_has_a_case_and_no_other() {
    for rule in FIXABLE {
        assert!(rules::rule(rule).is_some() && is_fixable(rule));
        assert!(CASES.iter().any(|(tested, ..)| tested == rule), "{rule}");
    }
    assert!(!is_fixable("GW079") && !is_fixable("GW010"));
}

#[test]
fn what_is_not_surely_right_is_not_offered() {
    let cases = [
        (
            "GW011",
            "paths: {'/a.{ext}': {get: {parameters: [{name: ext, in: path, schema: {type: string, enum: [pdf]}}]}}}\n",
            "",
        ),
        ("GW011", "paths: {'/{a}-{b}': {get: {}}}\n", ""),
        (
            "GW011",
            "paths: {'/x.{a}': {get: {}}, '/{b}': {get: {}}}\n",
            "",
        ),
        (
            "GW011",
            "paths: {'/x.{a}': {get: {}}, '/{a}': {get: {}}}\n",
            "",
        ),
        (
            "GW012",
            "paths: {'/u/{id}': {get: {}}, '/u/{p+}': {get: {}}}\n",
            "",
        ),
        (
            "GW012",
            "paths: {'/u/{id}': {get: {}}, '/u/{name}': {get: {}}}\n",
            "",
        ),
        (
            "GW012",
            "paths: {'/u/{id}': {get: {}}, '/u/{name}/{id}': {get: {}}}\n",
            "",
        ),
        (
            "GW012",
            "paths: {'/u/{id}': {get: {}}, '/u/{name}/x': {get: {x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', requestTemplates: {application/json: '$input.params().path.name'}}}}}\n",
            "",
        ),
        (
            "GW017",
            "paths: {/a: {get: {}}, /a/: {get: {summary: other}}}\n",
            "",
        ),
        (
            "GW024",
            "paths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/R'}}, x-amazon-apigateway-integration: {type: http, uri: 'https://b.example', responses: {default: {statusCode: 200, responseParameters: {method.response.header.X: \"'a'\"}}}}}}}\ncomponents: {responses: {R: {description: d}}}\n",
            "",
        ),
        (
            "GW040",
            "components: {schemas: {a_b: {type: object}, U: {oneOf: [{$ref: '#/components/schemas/a_b'}], discriminator: {propertyName: k}}}}\n",
            "/components/schemas/a_b",
        ),
        (
            "GW045",
            "components: {schemas: {A: {type: number, minimum: 0, exclusiveMinimum: true}}}\n",
            "/components/schemas/A",
        ),
        (
            "GW045",
            "components: {schemas: {A: {type: integer, minimum: 9223372036854775807, exclusiveMinimum: true}}}\n",
            "/components/schemas/A",
        ),
        (
            "GW051",
            "components: {schemas: {A: {type: [number, 'null'], format: int32}}}\n",
            "/components/schemas/A",
        ),
    ];
    for (rule, text, at) in cases {
        let found = finding(rule, text, at).unwrap_or_else(|| panic!("{rule} missed {text}"));
        assert!(!found.fixable, "{rule} in {text}");
        let (document, _) = Document::parse(&whole(text));
        assert_eq!(fix(&document, &found), None, "{rule} in {text}");
    }
}

#[test]
fn all_of_a_kind_go_together_or_wait() {
    let text = whole(
        "components: {schemas: {a_b: {properties: {x: {$ref: '#/components/schemas/a-b'}}}, a-b: {type: object}, a.b: {type: object}}}\n",
    );
    let (document, _) = Document::parse(&text);
    let found: Vec<Diagnostic> = ["a_b", "a-b", "a.b"]
        .map(|name| Diagnostic {
            rule: "GW040".to_owned(),
            severity: Severity::Info,
            place: Place {
                pointer: format!("/components/schemas/{name}"),
                ..Place::default()
            },
            message: String::new(),
            why: String::new(),
            fix: String::new(),
            fixable: true,
        })
        .into();
    let mended = after(&document, &fix_all(&document, &found)).to_string();
    assert!(
        mended.contains("{\"aB\":{\"properties\":{\"x\":{\"$ref\":\"#/components/schemas/aB2\"}}},\"aB2\":{\"type\":\"object\"},\"aB3\""),
        "{mended}"
    );

    // Two levels of one path: the second waits until the first is made.
    let text = "paths: {'/u/{id}': {get: {}}, '/u/{id}/{a}': {get: {}}, '/u/{name}/{b}': {get: {}}, '/v/{id}': {get: {}}, '/v/{x}/{y}': {get: {}}}\n";
    let (document, _) = Document::parse(&whole(text));
    let found: Vec<Diagnostic> = found_in(text)
        .into_iter()
        .filter(|finding| finding.rule == "GW012")
        .collect();
    assert!(found.len() >= 2);
    let mended = after(&document, &fix_all(&document, &found));
    let (mended, _) = Document::parse(&mended.to_string());
    assert!(
        mended.at("/paths/~1u~1{id}~1{b}").is_some()
            && mended.at("/paths/~1v~1{id}~1{y}").is_some()
    );
}
