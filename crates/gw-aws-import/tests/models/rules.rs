//! What schemas become, rule by rule.

use gw_aws_import::models::{Models, Purpose};
use gw_aws_import::{Fidelity, Subject};
use gw_plan::Dialect::{self, JsonSchema2020, Openapi2, Openapi30};
use serde_json::{Value, json};

use crate::support::{CHECKED, built, check, source};

/// A body's model, and what is lost of it: rules with the words at their sources.
fn compiled(dialect: Dialect, body: Value, purpose: Purpose) -> (Value, Vec<String>) {
    let source = source(
        dialect,
        &body,
        &json!({
            "Pet": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "owner": {"$ref": "#/components/schemas/Owner"}}},
            "Owner": {"type": "object", "properties": {"pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}}},
            "Odd.name": {"type": "string", "maxLength": 3},
        }),
    );
    let (models, id) = built(&source, purpose);
    check(&models);
    let all: Value = serde_json::from_str(models.text()).unwrap();
    let model = models
        .name(id)
        .map_or(Value::Null, |name| all[name].clone());
    let notes = models
        .notes()
        .iter()
        .filter(|note| note.rule != "GW053")
        .map(|note| {
            let end = note
                .source
                .strip_prefix(&source.body.pointer)
                .unwrap_or(&note.source);
            format!("{} {:?} {end}", note.rule, note.fidelity)
        })
        .collect();
    (model, notes)
}

#[test]
fn each_rule_has_its_model_and_its_notes() {
    let cases: Vec<(Dialect, Value, Value, &[&str])> = vec![
        // Nothing to do.
        (
            Openapi30,
            json!({"type": "object"}),
            json!({"type": "object"}),
            &[],
        ),
        (
            Openapi30,
            json!({"type": "array"}),
            json!({"type": "array", "items": {}}),
            &[],
        ),
        // GW041: words of 2020-12.
        (
            JsonSchema2020,
            json!({"const": 1}),
            json!({"enum": [1]}),
            &["GW041 Exact /const"],
        ),
        (
            JsonSchema2020,
            json!({"type": ["string", "integer"]}),
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            &["GW041 Exact /type"],
        ),
        (
            JsonSchema2020,
            json!({"type": "object", "patternProperties": {"^x": {}}, "additionalProperties": false}),
            json!({"type": "object"}),
            &[
                "GW041 Lost /patternProperties",
                "GW041 Lost /additionalProperties",
            ],
        ),
        (
            JsonSchema2020,
            json!({"type": "array", "prefixItems": [true], "items": false}),
            json!({"type": "array", "items": {}}),
            &["GW041 Lost /prefixItems", "GW041 Lost /items"],
        ),
        (
            JsonSchema2020,
            json!({"type": "object", "unevaluatedProperties": false}),
            json!({"type": "object", "additionalProperties": false}),
            &[],
        ),
        (
            JsonSchema2020,
            json!({"type": "object", "properties": {"a": false}}),
            json!({"type": "object", "properties": {"a": {}}}),
            &["GW041 Lost /properties/a"],
        ),
        (
            Openapi30,
            json!({"type": "object", "required": true, "minimum": "5"}),
            json!({"type": "object"}),
            &["GW041 Lost /minimum", "GW041 Exact /required"],
        ),
        (
            Openapi30,
            json!({"type": "object", "required": []}),
            json!({"type": "object"}),
            &[],
        ),
        (
            Openapi30,
            json!({"type": "object", "required": ["a", "a"]}),
            json!({"type": "object", "required": ["a"]}),
            &[],
        ),
        (
            Openapi2,
            json!({"type": "file"}),
            Value::Null,
            &["GW041 Lost /type"],
        ),
        // GW042, GW046, GW047: words for the other side and for tools.
        (
            Openapi30,
            json!({"type": "object", "default": {}, "discriminator": {"propertyName": "a"}}),
            json!({"type": "object"}),
            &["GW047 Exact /default", "GW042 Exact /discriminator"],
        ),
        (
            Openapi30,
            json!({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string", "readOnly": true}}}),
            json!({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}}}),
            &[
                "GW046 Exact /properties/a/readOnly",
                "GW046 Exact /required",
            ],
        ),
        // GW044: null.
        (
            Openapi30,
            json!({"type": "string", "nullable": true, "maxLength": 2}),
            json!({"maxLength": 2}),
            &["GW044 Lost /nullable"],
        ),
        (
            Openapi30,
            json!({"type": "string", "nullable": true, "enum": ["a"]}),
            json!({"type": "string", "enum": ["a"]}),
            &[],
        ),
        (
            Openapi30,
            json!({"type": "string", "nullable": true, "enum": ["a", null]}),
            json!({"enum": ["a", null]}),
            &["GW044 Exact /nullable"],
        ),
        (
            JsonSchema2020,
            json!({"type": ["integer", "null"], "exclusiveMinimum": 0}),
            json!({"minimum": 1}),
            &["GW045 Exact /exclusiveMinimum", "GW044 Lost /type"],
        ),
        (
            JsonSchema2020,
            json!({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "null"}]}),
            json!({"maxLength": 1}),
            &["GW044 Lost /anyOf"],
        ),
        (
            JsonSchema2020,
            json!({"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#/components/schemas/Odd.name"}, {"type": "null"}]}}}),
            json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/OddNameOrNull"}}}),
            &["GW044 Lost /properties/a/anyOf"],
        ),
        // GW045: bounds.
        (
            Openapi30,
            json!({"type": "integer", "minimum": 1, "exclusiveMinimum": true}),
            json!({"type": "integer", "minimum": 2}),
            &["GW045 Exact /exclusiveMinimum"],
        ),
        (
            Openapi30,
            json!({"type": "number", "maximum": 1, "exclusiveMaximum": true}),
            json!({"type": "number", "maximum": 1}),
            &["GW045 Lost /exclusiveMaximum"],
        ),
        (
            JsonSchema2020,
            json!({"type": "number", "minimum": 5, "exclusiveMinimum": 3}),
            json!({"type": "number", "minimum": 5}),
            &[],
        ),
        (
            JsonSchema2020,
            json!({"type": "integer", "exclusiveMaximum": 2.5}),
            json!({"type": "integer", "maximum": 2}),
            &["GW045 Exact /exclusiveMaximum"],
        ),
        // GW048: compositions.
        (
            Openapi30,
            json!({"allOf": [{"$ref": "#/components/schemas/Owner"}, {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}]}),
            json!({"type": "object", "required": ["x"], "properties": {"pets": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}, "x": {"type": "integer"}}}),
            &["GW048 Exact /allOf"],
        ),
        (
            Openapi30,
            json!({"allOf": [{"type": "object", "properties": {"a": {}}, "additionalProperties": false}, {"type": "object", "properties": {"b": {}}}]}),
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false, "allOf": [{"type": "object", "properties": {"b": {}}}]}),
            &[],
        ),
        (
            Openapi30,
            json!({"oneOf": [{"$ref": "#/components/schemas/Odd.name"}, {"type": "integer"}]}),
            json!({"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]}),
            &["GW048 Exact /oneOf"],
        ),
        (
            Openapi30,
            json!({"oneOf": [{"type": "string", "nullable": true}, {"type": "integer"}]}),
            Value::Null,
            &["GW044 Lost /oneOf/0/nullable", "GW048 Lost /oneOf"],
        ),
        (
            Openapi30,
            json!({"not": {"type": "array", "minItems": 1}}),
            Value::Null,
            &["GW050 Lost /not/minItems", "GW048 Lost /not"],
        ),
        (
            Openapi30,
            json!({"not": {"type": "string"}}),
            json!({"not": {"type": "string"}}),
            &[],
        ),
        (
            Openapi2,
            json!({"type": "object", "oneOf": [{}]}),
            json!({"type": "object"}),
            &["GW049 Exact /oneOf"],
        ),
        (
            JsonSchema2020,
            json!({"$ref": "#/components/schemas/Odd.name", "minLength": 1}),
            json!({"type": "string", "minLength": 1, "maxLength": 3}),
            &["GW048 Exact /$ref"],
        ),
        // GW050: what AWS leaves out by itself.
        (
            Openapi30,
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 3}),
            json!({"type": "array", "maxItems": 3, "items": {"type": "string"}}),
            &["GW050 Lost /maxItems"],
        ),
        // GW051, GW052: formats.
        (
            Openapi30,
            json!({"type": "number", "format": "int64"}),
            json!({"type": "number"}),
            &["GW051 Exact /format"],
        ),
        (
            Openapi30,
            json!({"type": "string", "format": "decimal"}),
            json!({"type": "string"}),
            &["GW052 Exact /format"],
        ),
        // GW059: patterns.
        (
            Openapi30,
            json!({"type": "string", "pattern": "^(?!a)"}),
            json!({"type": "string", "pattern": "^(?!a)"}),
            &["GW059 Changed /pattern"],
        ),
    ];
    for (dialect, body, model, notes) in cases {
        let (got, found) = compiled(dialect, body.clone(), CHECKED);
        assert_eq!(
            (got, found),
            (model, notes.iter().map(ToString::to_string).collect()),
            "{body}"
        );
    }
}

#[test]
fn what_nobody_checks_loses_documentation_only() {
    for purpose in [Purpose::Answer, Purpose::Request { checked: false }] {
        let body = json!({"type": "number", "maximum": 1, "exclusiveMaximum": true});
        let (_, notes) = compiled(Openapi30, body, purpose);
        assert_eq!(notes, ["GW045 Exact /exclusiveMaximum"]);
    }
}

#[test]
fn a_shared_schema_keeps_its_name_and_others_are_named_after_what_they_are() {
    let named = json!({"petKind": {"type": "string"}, "pet.kind": {"type": "integer", "minLength": 2}, "Any": {"description": "x"}});
    let body = json!({"type": "object", "properties": {
        "a": {"$ref": "#/components/schemas/pet.kind"}, "b": {"$ref": "#/components/schemas/petKind"},
        "c": {"$ref": "#/components/schemas/Any"}, "d": {"$ref": "#/paths/~1b/post/requestBody/content/application~1json/schema/properties/e"},
        "e": {"type": "object", "properties": {"x": {"type": "string"}}}}});
    let source = source(Openapi30, &body, &named);
    let (models, id) = built(&source, CHECKED);
    check(&models);
    assert_eq!(models.name(id), Some("createBRequest"));
    let all: Value = serde_json::from_str(models.text()).unwrap();
    let names: Vec<&String> = all.as_object().unwrap().keys().collect();
    assert_eq!(names, ["bPostE", "createBRequest", "petKind", "petKind2"]);
    assert_eq!(all["createBRequest"]["properties"]["c"], json!({}));
    let renamed = models
        .notes()
        .iter()
        .find(|note| note.rule == "GW040")
        .unwrap();
    assert_eq!(renamed.source, "/components/schemas/pet.kind");
    assert_eq!(renamed.result, "/components/schemas/petKind2");
    assert_eq!(
        renamed.subject,
        Subject::Schema("/components/schemas/pet.kind".to_owned())
    );
    assert_eq!(models.fidelity(id), Fidelity::Exact);
}

#[test]
fn fidelity_and_reasons_reach_through_cycles() {
    let named = json!({
        "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "n": {"type": "number", "minimum": 0, "exclusiveMinimum": true}}},
    });
    let source = source(
        Openapi30,
        &json!({"$ref": "#/components/schemas/A"}),
        &named,
    );
    let (models, id) = built(&source, CHECKED);
    assert_eq!(models.reference(id).unwrap(), "#/components/schemas/A");
    assert_eq!(models.fidelity(id), Fidelity::Lost);
    let reasons = models.reasons(id, 1);
    let note = &models.notes()[reasons[0]];
    assert_eq!(
        note.source,
        "/components/schemas/B/properties/n/exclusiveMinimum"
    );
    assert_eq!(note.result, "/components/schemas/B/properties/n");
}

#[test]
fn one_of_over_models_that_accept_more_becomes_any_of() {
    let named = json!({"Loose": {"type": "object", "properties": {"n": {"type": "string", "nullable": true}}}});
    let body = json!({"oneOf": [
        {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Loose"}}, "additionalProperties": false},
        {"type": "object", "description": "d", "properties": {"x": {"type": "integer"}}, "not": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Loose"}}}},
    ]});
    let source = source(Openapi30, &body, &named);
    let (models, id) = built(&source, CHECKED);
    check(&models);
    let all: Value = serde_json::from_str(models.text()).unwrap();
    let model = &all[models.name(id).unwrap()];
    assert!(model.get("oneOf").is_none(), "{model}");
    assert!(model["anyOf"][1].get("not").is_none(), "{model}");
    assert_eq!(models.fidelity(id), Fidelity::Lost);
    assert!(!models.without_descriptions().contains("\"d\""));
}

#[test]
fn over_the_limit_what_is_needed_least_goes_first() {
    let long = "x".repeat(300);
    let named = json!({
        "Sent": {"type": "object", "description": long, "properties": {"s": {"type": "string", "maxLength": 9}}},
        "Got": {"type": "object", "description": long, "properties": {"g": {"$ref": "#/components/schemas/Part"}}},
        "Part": {"type": "object", "properties": {"p": {"type": "string"}}},
    });
    let sent = source(
        Openapi30,
        &json!({"allOf": [{"$ref": "#/components/schemas/Sent"}, {"$ref": "#/components/schemas/Got"}]}),
        &named,
    );
    let texts = &sent.schemas;
    let body = |name: &str| gw_plan::SchemaText {
        pointer: "/x".to_owned(),
        text: format!(r##"{{"$ref":"#/components/schemas/{name}"}}"##),
    };
    let (a, b) = (body("Sent"), body("Got"));
    let at = |limit: usize| {
        let mut models = Models::new(texts);
        let sent = models.ask(&a, "a", CHECKED);
        let got = models.ask(&b, "b", Purpose::Answer);
        let built = models.finish(limit);
        check(&built);
        assert!(
            built.text().len() <= limit.max(60),
            "{limit}: {}",
            built.text()
        );
        let is_left = (
            built.reference(sent).is_some(),
            built.reference(got).is_some(),
        );
        (
            is_left,
            built.text().contains("description"),
            built.fidelity(sent),
        )
    };
    assert_eq!(at(2000), ((true, true), true, Fidelity::Exact));
    assert_eq!(at(300), ((true, true), false, Fidelity::Exact));
    assert_eq!(at(120), ((true, false), false, Fidelity::Exact));
    assert_eq!(at(20), ((false, false), false, Fidelity::Lost));
}

#[test]
fn hostile_schemas_end() {
    let mut deep = json!({"type": "string"});
    for _ in 0..80 {
        deep = json!({"not": {"items": deep}});
    }
    let (model, _) = compiled(JsonSchema2020, deep, CHECKED);
    assert!(model.is_object() || model.is_null());
    // Each names two of the next: written out in place they would be 2^30.
    let mut named = serde_json::Map::new();
    for at in 0..30 {
        let next = json!({"$ref": format!("#/components/schemas/S{}", at + 1)});
        named.insert(
            format!("S{at}"),
            json!({"allOf": [next, {"anyOf": [next, {"type": "integer"}]}]}),
        );
    }
    named.insert("S30".to_owned(), json!({"type": "object"}));
    named.insert(
        "Self".to_owned(),
        json!({"allOf": [{"$ref": "#/components/schemas/Self"}, {"maxLength": 2}]}),
    );
    named.insert(
        "Ring".to_owned(),
        json!({"$ref": "#/components/schemas/Ring"}),
    );
    let body = json!({"type": "array", "items": {"type": "object", "properties": {"s": {"$ref": "#/components/schemas/S0"}, "self": {"$ref": "#/components/schemas/Self"}, "ring": {"$ref": "#/components/schemas/Ring"}}}});
    let source = source(Openapi30, &body, &Value::Object(named));
    let (models, id) = built(&source, CHECKED);
    check(&models);
    assert_eq!(models.fidelity(id), Fidelity::Lost);
    assert!(models.text().len() < 200_000);
}
