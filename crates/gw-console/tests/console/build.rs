//! Drafts become requests.

use gw_console::{Draft, Pair, build, prefill};
use gw_http::Body;
use gw_model::{Code, HttpMethod, OperationKey, Secret};
use gw_openapi::Document;
use gw_plan::ParameterLocation;

pub fn draft(method: HttpMethod, path: &str) -> Draft {
    Draft {
        method,
        path: path.to_owned(),
        path_parameters: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: String::new(),
    }
}

pub fn pairs(pairs: &[(&str, &str)]) -> Vec<Pair> {
    pairs
        .iter()
        .map(|(name, value)| Pair::new(*name, *value))
        .collect()
}

fn url(path: &str, parameters: &[(&str, &str)], query: &[(&str, &str)]) -> Result<String, String> {
    let mut draft = draft(HttpMethod::Get, path);
    draft.path_parameters = pairs(parameters);
    draft.query = pairs(query);
    match build("https://api.example/prod/", &draft, None) {
        Ok(request) => Ok(request.url.to_string()),
        Err(fault) => {
            assert_eq!(fault.code, Code::RequestInvalid);
            Err(fault.summary)
        }
    }
}

#[test]
fn values_are_put_into_the_path_and_encoded_once() {
    let cases = [
        ("/pets/{id}", "a b/c?d#e", "/pets/a%20b%2Fc%3Fd%23e"),
        ("/pets/{id}", "50%", "/pets/50%25"),
        ("/pets/{id}", "é", "/pets/%C3%A9"),
        ("/pets/{id}.json", "7", "/pets/7.json"),
        ("/files/{id+}", "a b/c", "/files/a%20b/c"),
        ("/v1/{id}/x", "a{b}", "/v1/a%7Bb%7D/x"),
        ("/pets/{id}", "+a", "/pets/%2Ba"),
    ];
    for (path, value, expected) in cases {
        assert_eq!(
            url(path, &[("id", value)], &[]).unwrap(),
            format!("https://api.example/prod{expected}")
        );
    }
}

#[test]
fn a_path_that_was_typed_whole_is_left_as_it_is() {
    let typed = url("/pets/a%20b/c d?limit=1&q=x y", &[], &[("more", "a&b=c")]).unwrap();
    assert_eq!(
        typed,
        "https://api.example/prod/pets/a%20b/c%20d?limit=1&q=x%20y&more=a%26b%3Dc"
    );
}

#[test]
fn query_parameters_keep_their_order_and_doubles() {
    let made = url("/p", &[], &[("b", "2"), ("a", ""), ("b", "1 + 1")]).unwrap();
    assert_eq!(made, "https://api.example/prod/p?b=2&a=&b=1%20%2B%201");
}

#[test]
fn what_would_call_another_path_is_refused() {
    for (path, parameters) in [
        ("/pets/{id}", vec![]),
        ("/pets/{id}", vec![("id", "")]),
        ("/pets/{id}", vec![("id", "..")]),
        ("/pets/{id}/x", vec![("id", ".")]),
        ("/pets/{a}{b}", vec![("a", "."), ("b", ".")]),
        ("/files/{id+}", vec![("id", "a/../b")]),
        ("/pets/%2e%2E/x", vec![]),
        ("pets", vec![]),
        ("", vec![]),
    ] {
        let made = url(path, &parameters, &[]);
        assert!(made.is_err(), "{path} with {parameters:?} became {made:?}");
    }
}

#[test]
fn the_token_is_attached_and_not_shown() {
    let token = Secret::new("s3cret-token".to_owned());
    let request = build("http://x", &draft(HttpMethod::Get, "/"), Some(&token)).unwrap();
    assert_eq!(request.headers["authorization"], "Bearer s3cret-token");
    assert!(
        !format!("{request:?}").contains("s3cret-token"),
        "{request:?}"
    );
}

#[test]
fn two_authorizations_broken_headers_and_any_are_refused() {
    let token = Secret::new("t".to_owned());
    let mut both = draft(HttpMethod::Get, "/");
    both.headers = pairs(&[("authorization", "Basic x")]);
    assert!(build("http://x", &both, Some(&token)).is_err());
    assert!(build("http://x", &both, None).is_ok());
    for header in [
        ("a b", "x"),
        ("", "x"),
        ("x", "a\r\nb: c"),
        ("Content-Length", "3"),
        ("X", "[redacted]"),
    ] {
        let mut broken = draft(HttpMethod::Get, "/");
        broken.headers = pairs(&[header]);
        assert!(
            build("http://x", &broken, None).is_err(),
            "{header:?} was taken"
        );
    }
    assert!(build("http://x", &draft(HttpMethod::Any, "/"), None).is_err());
    assert!(
        build(
            "http://x",
            &draft(HttpMethod::Get, "/"),
            Some(&Secret::new("a\nb".to_owned()))
        )
        .is_err()
    );
    assert!(build("not a url", &draft(HttpMethod::Get, "/"), None).is_err());
}

#[test]
fn the_body_goes_as_it_is() {
    let mut posted = draft(HttpMethod::Post, "/");
    posted.body = "{\"a\": \"é\"}\n".to_owned();
    let request = build("http://x", &posted, None).unwrap();
    let Body::Bytes(bytes) = request.body else {
        panic!("no body")
    };
    assert_eq!(bytes, posted.body.as_bytes());
}

#[test]
fn a_form_is_filled_from_the_schema() {
    let (document, _) = Document::parse(
        r"
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /pets/{id}:
    post:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, example: 7}}
        - {name: kind, in: query, description: Which, schema: {$ref: '#/components/schemas/Kind'}}
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string, example: Rex}}}
      responses: {'200': {description: ok}}
components:
  schemas:
    Kind: {type: string, enum: [cat, dog]}
",
    );
    let form = prefill(
        &document,
        &OperationKey::new(HttpMethod::Post, "/pets/{id}"),
    )
    .unwrap();
    assert_eq!(form.content_type, "application/json");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&form.body).unwrap(),
        serde_json::json!({"name": "Rex"})
    );
    let id = form
        .parameters
        .iter()
        .find(|parameter| parameter.name == "id")
        .unwrap();
    assert_eq!(
        (id.location, id.required, id.value.as_str()),
        (ParameterLocation::Path, true, "7")
    );
    let kind = form
        .parameters
        .iter()
        .find(|parameter| parameter.name == "kind")
        .unwrap();
    assert_eq!(kind.allowed, ["cat", "dog"]);
    assert_eq!(
        (kind.description.as_str(), kind.value.as_str()),
        ("Which", "cat")
    );
    assert!(prefill(&document, &OperationKey::new(HttpMethod::Get, "/pets/{id}")).is_none());
}
