//! Messages recorded from AWS, what they mean and where they lead.

use std::collections::BTreeMap;

use gw_model::{Diagnostic, Severity};
use gw_openapi::Document;

use super::table::TABLE;
use super::{Message, Origins, explain, finding, lists_errors, locate, matches, messages};
use crate::lint::tests::whole;
use crate::rules;
use crate::samples::plan_of;

/// Recorded from AWS; one in quotes a line.
const RECORDED: &str = include_str!("../../tests/data/aws-messages.txt");

/// Parts of recorded messages that neither an import nor a deployment nor a call of the API brings: API keys, usage
/// plans, changes of single objects, exports of documentation, and texts of tests.
const ELSEWHERE: &[&str] = &[
    "API Key",
    "Access Log value must not be empty",
    "Cannot remove method setting",
    "Description cannot be an empty string",
    "Invalid API Key",
    "Invalid API Stage",
    "Invalid Usage Plan",
    "Invalid accessLogSettings path",
    "Invalid add operation with path",
    "Invalid copy operation with path",
    "Resources cannot be cyclical",
    "Root resource cannot update",
    "The specified key does not exist",
    "canary deployment",
    "default deployment",
    "great success!",
    "hello world",
];

#[test]
fn every_recorded_message_of_an_import_is_explained() {
    for line in RECORDED.lines() {
        let message = line.trim_matches('"');
        let elsewhere = ELSEWHERE.iter().any(|part| message.starts_with(part));
        assert_eq!(explain(message).is_none(), elsewhere, "{message}");
    }
}

#[test]
fn known_messages_are_explained_wherever_they_stand() {
    let cases = [
        (
            "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed",
            "GW012",
            "Two paths have",
        ),
        (
            "Unable to build importer with provided input. Unable to determine OAS version from '3.1.0'",
            "GW001",
            "AWS imports OpenAPI 2.0",
        ),
        (
            "BadRequestException: Invalid HTTP endpoint specified for URI",
            "GW025",
            "A backend's address",
        ),
        (
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
            "GW026",
            "A proxy integration",
        ),
        (
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]",
            "GW023",
            "A mapping's value",
        ),
        (
            "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.querystring.q]",
            "GW022",
            "A mapping names",
        ),
    ];
    for (message, rule, start) in cases {
        let known = explain(message).unwrap();
        assert!(known.sentence.starts_with(start), "{message}");
        assert_eq!(known.rules.first(), Some(&rule));
    }
    let denied = "User: arn:aws:iam::1:user/u is not authorized to perform: apigateway:POST on resource: x with an explicit deny in an identity-based policy";
    assert!(
        explain(denied)
            .unwrap()
            .sentence
            .starts_with("A policy of the account denies")
    );
    assert_eq!(explain("great success!"), None);
}

#[test]
fn every_row_can_be_reached_names_rules_and_says_what_to_do() {
    for (index, row) in TABLE.iter().enumerate() {
        let message = row.message.replace('…', " x ");
        let first = TABLE.iter().position(|row| matches(row.message, &message));
        assert_eq!(first, Some(index), "{}", row.message);
        assert!(
            row.message.chars().all(|c| !c.is_uppercase()),
            "{}",
            row.message
        );
        for rule in row.rules {
            assert!(rules::rule(rule).is_some(), "{rule}");
        }
        assert!(
            !explain(&message).unwrap().advice.is_empty(),
            "{}",
            row.message
        );
    }
}

#[test]
fn a_failed_import_is_taken_apart() {
    let answer = "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/a': Invalid HTTP endpoint specified for URI\n\tUnable to create resource at path '/u/{b}': A sibling ({a}) of this resource already has a variable path part -- only one is allowed\nAdditionally, these warnings were found:\n\tReference to model 'X' not found. Ignoring.\n";
    let found: Vec<(bool, &str)> = messages(answer)
        .iter()
        .map(|each| (each.warning, each.text.split(' ').next().unwrap()))
        .collect();
    assert_eq!(
        found,
        [(false, "Unable"), (false, "Unable"), (true, "Reference")]
    );
    assert!(lists_errors(answer) && !lists_errors("Rate exceeded"));
    let one = Message {
        text: "Rate exceeded",
        warning: false,
    };
    assert_eq!(messages("Rate exceeded"), [one]);
}

#[test]
fn a_message_is_a_finding_under_its_rule() {
    let known = finding(Message {
        text: "Reference to model 'Pet' not found. Ignoring.",
        warning: true,
    });
    assert_eq!(
        (known.rule.as_str(), known.severity),
        ("GW060", Severity::Warning)
    );
    assert!(known.why.starts_with("A schema refers to another") && !known.fix.is_empty());
    let of = |warning| {
        finding(Message {
            text: "Something new",
            warning,
        })
    };
    let told = |warning| {
        let found: Diagnostic = of(warning);
        (found.rule, found.severity, found.why)
    };
    let nothing = String::new();
    assert_eq!(
        told(true),
        (
            "aws-import-warning".to_owned(),
            Severity::Warning,
            nothing.clone()
        )
    );
    assert_eq!(
        told(false),
        ("aws-import-error".to_owned(), Severity::Error, nothing)
    );
    assert_eq!(of(true).message, "Something new");
}

const DOCUMENT: &str = "openapi: 3.1.0
info: {title: pets, version: '1'}
x-amazon-apigateway-minimum-compression-size: -1
paths:
  /pets:
    get:
      parameters:
        - {name: limit, in: query}
      x-amazon-apigateway-integration:
        type: http
        uri: nowhere
        requestParameters:
          integration.request.header.x: true
          integration.request.querystring.q: method.request.querystring.q
        responses:
          default:
            statusCode: '200'
            responseParameters:
              method.response.header.Kind: integration.response.header.Kind
  /u/{id}:
    get: {}
  /u/{name}/x:
    get: {}
  /files/{proxy+}/more:
    get: {}
  /same: {get: {}}
  /same/: {get: {}}
components:
  schemas:
    Pet: {type: object}
    a_b: {type: object}
";

#[test]
fn messages_lead_to_their_place() {
    let (document, _) = Document::parse(DOCUMENT);
    let plan = plan_of(&document);
    let origins = Origins {
        paths: BTreeMap::from([("/v/{id}/x".to_owned(), vec!["/u/{name}/x".to_owned()])]),
        models: BTreeMap::from([("aB".to_owned(), "/components/schemas/a_b".to_owned())]),
    };
    let integration = "/paths/~1pets/get/x-amazon-apigateway-integration";
    let cases = [
        (
            "Invalid format for 'requestParameters'. Expected type string for property 'integration.request.header.x' of resource '/pets' and method 'GET' but got 'true'",
            format!("{integration}/requestParameters/integration.request.header.x"),
        ),
        (
            "Unable to put integration on 'GET' for resource at path '/pets': Invalid HTTP endpoint specified for URI",
            format!("{integration}/uri"),
        ),
        (
            "Unable to put method 'GET' on resource at path '/pets': Invalid parameter 'limit'",
            "/paths/~1pets/get/parameters/0".to_owned(),
        ),
        (
            "Unable to put method 'GET' on resource at path '/v/{id}/x': x",
            "/paths/~1u~1{name}~1x/get".to_owned(),
        ),
        (
            "No integration for resource '/u/{other}/x/' and method 'GET'",
            "/paths/~1u~1{name}~1x/get".to_owned(),
        ),
        (
            "Unable to create resource at path '/files': x",
            "/paths/~1files~1{proxy+}~1more".to_owned(),
        ),
        (
            "Invalid mapping expression parameter specified: method.request.querystring.q",
            format!("{integration}/requestParameters/integration.request.querystring.q"),
        ),
        (
            "Invalid mapping expression parameter specified: method.response.header.Kind",
            format!(
                "{integration}/responses/default/responseParameters/method.response.header.Kind"
            ),
        ),
        (
            "Cannot delete model 'Pet', is referenced in method request: /pets/GET",
            "/paths/~1pets/get".to_owned(),
        ),
        (
            "Reference to model 'Pet' not found. Ignoring.",
            "/components/schemas/Pet".to_owned(),
        ),
        (
            "Model name must be alphanumeric: a_b",
            "/components/schemas/a_b".to_owned(),
        ),
        (
            "Invalid model specified: aB, Validation Result: [Invalid model schema specified]",
            "/components/schemas/a_b".to_owned(),
        ),
        (
            "A sibling ({id}) of this resource already has a variable path part -- only one is allowed",
            "/paths/~1u~1{name}~1x".to_owned(),
        ),
        (
            "Cannot create a child of a resource with a greedy path variable: {proxy+}",
            "/paths/~1files~1{proxy+}~1more".to_owned(),
        ),
        (
            "Another resource with the same parent already has this name: same",
            "/paths/~1same~1".to_owned(),
        ),
        (
            "Unable to build importer with provided input. Unable to determine OAS version from '3.1.0'",
            "/openapi".to_owned(),
        ),
        (
            "Invalid minimum compression size, must be between 0 and 10485760",
            "/x-amazon-apigateway-minimum-compression-size".to_owned(),
        ),
    ];
    for (message, pointer) in cases {
        let place = locate(message, &document, &plan, &origins);
        let place = place.unwrap_or_else(|| panic!("{message} leads nowhere"));
        assert_eq!(place.pointer, pointer, "{message}");
        assert!(place.line > 0);
    }
    for message in [
        "No integration defined for method",
        "Reference to model 'Gone' not found. Ignoring.",
        "Rate exceeded",
        "resource '/gone' and method 'GET'",
        "'",
        "model",
        "{",
        "a sibling } of { variable path part",
    ] {
        assert_eq!(
            locate(message, &document, &plan, &origins),
            None,
            "{message}"
        );
    }
}

#[test]
fn names_of_a_compiled_document_lead_back() {
    let text = whole(
        "paths: {'/u/{id}': {get: {}}, '/u/{name}/x': {get: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/a_b'}}}}}}}}\ncomponents: {schemas: {a_b: {type: object, properties: {x: {type: string}}}}}\n",
    );
    let (document, _) = Document::parse(&text);
    let plan = plan_of(&document);
    let compiled = crate::compile(&plan, &crate::samples::aws());
    let origins = Origins::of(&plan, &compiled);
    assert_eq!(origins.paths["/u/{id}/x"], ["/u/{name}/x"]);
    let (model, pointer) = origins.models.first_key_value().unwrap();
    assert_eq!(pointer, "/components/schemas/a_b");
    let message = format!("Invalid model specified: {model}, Validation Result: []");
    let place = locate(&message, &document, &plan, &origins).unwrap();
    assert_eq!(place.pointer, *pointer);
}

#[test]
fn any_text_is_borne() {
    let (document, _) = Document::parse(&whole("paths: {'/é/{ü}': {get: {}}}\n"));
    let plan = plan_of(&document);
    for message in [
        "",
        "''''",
        "model 'é'",
        "method request: ",
        "method request: é",
        "sibling (é{ü}) variable path part",
        "on 'GET' for resource at path '/é/{x}'",
    ] {
        let _ = (explain(message), messages(message));
        let _ = locate(message, &document, &plan, &Origins::default());
    }
}
