//! Whole documents compiled for AWS: the sample, and documents that meet several rules at once.

use std::path::{Path, PathBuf};

use gw_aws_import::{Compiled, Fidelity, compile, report};
use gw_model::{
    ApiId, AwsCredentials, AwsTarget, Backend, EndpointType, Policies, Revision, ValidationPolicy,
};
use gw_openapi::Document;
use gw_plan::Plan;
use serde_json::{Value, json};

fn revision(document: &str, validation: Option<ValidationPolicy>) -> Revision {
    Revision {
        api: ApiId::new("api_1"),
        name: "n".to_owned(),
        version: "1".to_owned(),
        base_path: "/".to_owned(),
        backend: Backend::Http {
            url: "https://backend.example.test/base".to_owned(),
        },
        policies: Policies {
            validation,
            ..Policies::default()
        },
        key_manager: None,
        document: document.to_owned(),
    }
}

fn aws() -> AwsTarget {
    AwsTarget {
        region: "eu-west-1".to_owned(),
        stage: "live".to_owned(),
        endpoint_type: EndpointType::Regional,
        credentials: AwsCredentials::Profile {
            profile: "test".to_owned(),
        },
        endpoint_url: None,
    }
}

fn compiled(document: &str, validation: Option<ValidationPolicy>) -> (Plan, Compiled, Value) {
    let (plan, _) = gw_plan::compile(&revision(document, validation));
    let compiled = compile(&plan, &aws());
    let text = compiled.document.clone().unwrap_or_default();
    let value = serde_json::from_str(&text).unwrap_or_default();
    (plan, compiled, value)
}

const MIXED: &str = r"
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /users/{id}:
    get:
      operationId: getUser
      parameters:
        - { name: id, in: path, required: true, schema: { type: string } }
        - { name: id, in: query, schema: { type: string } }
        - { name: session, in: cookie, schema: { type: string } }
        - { name: limit, in: query, required: true, schema: { type: integer, maximum: 100 } }
        - { name: 'filter[x]', in: query, schema: { type: string } }
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/user_v2' } } } }
        4XX: { description: bad }
        default: { description: other }
  /users/@me:
    get: { responses: { '200': { description: ok } } }
  /users/{userId}/pets:
    post:
      operationId: addPet
      parameters: [{ name: userId, in: path, required: true, schema: { type: string } }]
      requestBody:
        required: true
        content: { application/json: { schema: { type: [object, 'null'], properties: { name: { const: a } } } } }
      responses: { '201': { description: made } }
components:
  schemas:
    user_v2: { type: object, properties: { next: { $ref: '#/components/schemas/user_v2' } } }
";

#[test]
fn everything_is_served_and_every_difference_is_a_note() {
    let (plan, compiled, document) = compiled(MIXED, None);
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/users/{id}", "/users/{id}/pets"]);
    let get = &document["paths"]["/users/{id}"]["get"];
    let parameters: Vec<(&str, &str)> = get["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["in"].as_str().unwrap(), it["name"].as_str().unwrap()))
        .collect();
    assert_eq!(parameters, [("path", "id"), ("query", "limit")]);
    let statuses: Vec<&String> = get["responses"].as_object().unwrap().keys().collect();
    assert_eq!(statuses, ["200", "400", "500"]);
    assert_eq!(
        get["responses"]["200"]["content"]["application/json"]["schema"],
        json!({"$ref": "#/components/schemas/userV2"})
    );
    assert_eq!(
        document["components"]["schemas"]["userV2"]["properties"]["next"],
        json!({"$ref": "#/components/schemas/userV2"})
    );
    let post = &document["paths"]["/users/{id}/pets"]["post"];
    assert_eq!(
        post["x-amazon-apigateway-integration"]["uri"],
        "https://backend.example.test/base/users/{id}/pets"
    );
    assert_eq!(
        post["x-amazon-apigateway-integration"]["requestParameters"],
        json!({"integration.request.path.id": "method.request.path.id"})
    );
    assert_eq!(post.get("x-amazon-apigateway-request-validator"), None);

    let (source, _) = Document::parse(MIXED);
    let report = report(&source, &plan, &compiled);
    let rules = |at: usize| -> Vec<(&str, Fidelity)> {
        report.operations[at]
            .notes
            .iter()
            .map(|note| (note.rule.as_str(), note.fidelity))
            .collect()
    };
    assert_eq!(report.operations[0].fidelity, Fidelity::Lost);
    for expected in [
        ("GW030", Fidelity::Lost),
        ("GW031", Fidelity::Changed),
        ("GW032", Fidelity::Changed),
        ("GW022", Fidelity::Changed),
        ("GW070", Fidelity::Exact),
        ("GW040", Fidelity::Exact),
    ] {
        assert!(
            rules(0).contains(&expected),
            "{expected:?} in {:?}",
            rules(0)
        );
    }
    assert_eq!(report.operations[1].fidelity, Fidelity::Changed);
    assert_eq!(report.operations[1].path, "/users/{id}");
    let places: Vec<u32> = report.operations[0]
        .notes
        .iter()
        .map(|note| note.place.line)
        .collect();
    assert!(
        places.iter().all(|line| *line > 0),
        "every note has a place: {places:?}"
    );
}

#[test]
fn the_report_and_the_linter_tell_the_same_of_parameters() {
    let words = [
        ("{ type: integer, maximum: 3 }", Fidelity::Lost),
        ("{ type: array, items: { type: string } }", Fidelity::Lost),
        ("{ type: array, uniqueItems: true }", Fidelity::Lost),
        (
            "{ oneOf: [{ type: string }, { type: integer }] }",
            Fidelity::Lost,
        ),
        ("{ type: integer, default: 20 }", Fidelity::Exact),
        ("{ type: string }", Fidelity::Exact),
    ];
    for (schema, expected) in words {
        let text = format!(
            "openapi: 3.0.3\ninfo: {{ title: pets, version: '1' }}\npaths:\n  /a:\n    get:\n      parameters: [{{ name: q, in: query, schema: {schema} }}]\n      responses: {{ '200': {{ description: ok }} }}\n"
        );
        let (plan, compiled, _) = compiled(&text, None);
        let (document, _) = Document::parse(&text);
        let report = report(&document, &plan, &compiled);
        let linted = gw_aws_import::lint(&document, &plan, &aws());
        let of_report: Vec<&str> = report.operations[0]
            .notes
            .iter()
            .map(|note| note.rule.as_str())
            .filter(|rule| *rule == "GW030")
            .collect();
        let of_linter = linted.iter().filter(|it| it.rule == "GW030").count();
        assert_eq!(of_report.len(), of_linter, "{schema}");
        assert_eq!(report.operations[0].fidelity, expected, "{schema}");
    }
}

#[test]
fn requests_are_checked_where_the_policy_says_so_and_what_is_not_checked_is_lost() {
    let both = ValidationPolicy {
        parameters: true,
        body: true,
    };
    let (plan, compiled, document) = compiled(MIXED, Some(both));
    assert_eq!(
        document["x-amazon-apigateway-request-validators"],
        json!({
            "body": {"validateRequestBody": true, "validateRequestParameters": false},
            "parameters": {"validateRequestBody": false, "validateRequestParameters": true},
        })
    );
    let post = &document["paths"]["/users/{id}/pets"]["post"];
    assert_eq!(post["x-amazon-apigateway-request-validator"], "body");
    // With bodies checked, not every body is taken for bytes.
    assert_eq!(document.get("x-amazon-apigateway-binary-media-types"), None);
    let (source, _) = Document::parse(MIXED);
    let report = report(&source, &plan, &compiled);
    // null is allowed by the document, and the model cannot say so: its type is not checked.
    assert_eq!(report.operations[2].fidelity, Fidelity::Lost);
}

#[test]
fn a_document_too_large_for_aws_loses_its_words_first() {
    let words = "w".repeat(30_000);
    let paths: String = (0..250)
        .map(|i| format!("  /p{i}:\n    get: {{ summary: '{words}', responses: {{ '200': {{ description: ok }} }} }}\n"))
        .collect();
    let document = format!("openapi: 3.0.3\ninfo: {{ title: T, version: '1' }}\npaths:\n{paths}");
    let (_, compiled, value) = compiled(&document, None);
    assert!(compiled.document.unwrap().len() < 1_000_000);
    assert!(value["paths"]["/p1"]["get"].get("summary").is_none());
    assert!(
        compiled
            .notes
            .iter()
            .any(|note| note.rule == "GW003" && note.fidelity == Fidelity::Exact)
    );
}

#[test]
fn what_aws_cannot_serve_has_no_document_and_says_why() {
    let document = "openapi: 3.0.3\ninfo: { title: T, version: '1' }\npaths:\n  /a/{b+}/c: { get: { responses: {} } }\n";
    let (_, compiled, _) = compiled(document, None);
    assert!(compiled.document.is_none());
    assert!(
        compiled
            .notes
            .iter()
            .any(|note| note.rule == "GW013" && note.fidelity == Fidelity::Refused)
    );
}

/// OpenAPI 3.2 has methods that nothing else has: the plan cannot hold them, and the report must.
#[test]
fn operations_of_methods_aws_does_not_have_are_lost_and_told() {
    let text = "openapi: 3.2.0\ninfo: { title: T, version: '1' }\npaths:\n  /a:\n    get: { responses: { '200': { description: ok } } }\n    query: { responses: { '200': { description: ok } } }\n  /b: { $ref: '#/components/pathItems/B' }\ncomponents:\n  pathItems:\n    B: { additionalOperations: { COPY: { responses: { '200': { description: ok } } } } }\n";
    let (plan, compiled, _) = compiled(text, None);
    let (source, _) = Document::parse(text);
    let report = report(&source, &plan, &compiled);
    let told: Vec<_> = report
        .api
        .iter()
        .map(|note| (note.fidelity, note.place.line, note.message.as_str()))
        .collect();
    let lost = |line, method| {
        (
            Fidelity::Lost,
            line,
            ["AWS has no method ", method, "; it is left out"].concat(),
        )
    };
    let expected = [lost(6, "QUERY for /a"), lost(10, "COPY for /b")];
    let expected: Vec<_> = expected
        .iter()
        .map(|(fidelity, line, message)| (*fidelity, *line, message.as_str()))
        .collect();
    assert_eq!(told, expected);
    assert_eq!((report.exact, report.operations.len()), (1, 1));
}

/// Whoever follows a note into what AWS imports must find something there.
#[test]
fn every_note_leads_into_the_document_that_is_imported() {
    let shared = std::env::var_os("GATEWRIGHT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let public = std::fs::read_dir(shared.join("specs"))
        .into_iter()
        .flatten();
    let public = public.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok());
    let both = ValidationPolicy {
        parameters: true,
        body: true,
    };
    let mut followed = 0;
    for text in [MIXED.to_owned()].into_iter().chain(public) {
        let (_, compiled, value) = compiled(&text, Some(both));
        if compiled.document.is_none() {
            continue;
        }
        let title = &value["info"]["title"];
        for note in compiled.notes.iter().filter(|note| !note.result.is_empty()) {
            assert!(value.pointer(&note.result).is_some(), "{title}: {note:?}");
            followed += 1;
        }
    }
    assert!(followed >= 5, "{followed}");
}

#[test]
fn equal_plans_give_equal_text() {
    let sample = include_str!("../../../assets/samples/petstore.yaml");
    let (_, one, _) = compiled(sample, None);
    let (_, other, _) = compiled(sample, None);
    assert_eq!(one.document, other.document);
    assert!(one.document.is_some());
}
