//! One operation of the document for AWS: parameters, body, answers, security and integration.
//!
//! It refuses to declare what AWS would refuse: it is left out with a note, and passes through to the backend undeclared.

use std::collections::BTreeSet;

use gw_model::AwsTarget;
use gw_plan::{
    Checks, Media, Parameter, ParameterLocation, Plan, Route, RouteBackend, RouteSecurity,
};
use serde_json::{Map, Value, json};

use crate::models::{Built, ModelId, Models, Purpose};
use crate::note::{Fidelity, Note, Subject};
use crate::paths::{Served, pointer, result_pointer};
use crate::{authorizer, integration};

/// The models of one operation's bodies.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    /// By media type; of JSON only.
    pub(crate) request: Vec<(String, ModelId)>,
    /// By the answer's index in the contract and media type.
    pub(crate) answers: Vec<(usize, String, ModelId)>,
}

impl Bodies {
    /// Every model, request first.
    pub(crate) fn models(&self) -> impl Iterator<Item = ModelId> {
        let request = self.request.iter().map(|(_, model)| *model);
        request.chain(self.answers.iter().map(|(_, _, model)| *model))
    }
}

/// Asks for the models of a served route's bodies.
pub(crate) fn bodies<'p>(plan: &'p Plan, served: &Served, models: &mut Models<'p>) -> Bodies {
    let Some(route) = plan.routes.get(served.route) else {
        return Bodies::default();
    };
    let name = base_name(route);
    let contract = &route.contract;
    let mut bodies = Bodies::default();
    if let Some(body) = &contract.body {
        let checked = checks_of(plan, route, served).body && body.required;
        for (media, schema) in json_schemas(&body.content) {
            let model = models.ask(
                schema,
                &format!("{name}Request"),
                Purpose::Request { checked },
            );
            bodies.request.push((media.media_type.clone(), model));
        }
    }
    for (at, answer) in contract.answers.iter().enumerate() {
        for (media, schema) in json_schemas(&answer.content) {
            let hint = format!("{name}Response{}", answer.status);
            let model = models.ask(schema, &hint, Purpose::Answer);
            bodies.answers.push((at, media.media_type.clone(), model));
        }
    }
    bodies
}

fn json_schemas(content: &[Media]) -> impl Iterator<Item = (&Media, &gw_plan::SchemaText)> {
    content
        .iter()
        .filter(|media| is_json(&media.media_type))
        .filter_map(|media| Some((media, media.schema.as_ref()?)))
}

/// A name for inline schemas: the operation's id, or its method and path.
fn base_name(route: &Route) -> String {
    if route.operation_id.is_empty() {
        format!(
            "{} {}",
            route.operation.method.document_key(),
            route.operation.path
        )
    } else {
        route.operation_id.clone()
    }
}

/// AWS takes models of this type; others have been refused as `Invalid format for model application/vnd.api+json`
/// (GW055).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json"
}

/// What AWS checks of a route: what every route served by the same operation asks for.
fn checks_of(plan: &Plan, route: &Route, served: &Served) -> Checks {
    if served.primary == served.route {
        return route.contract.checks;
    }
    let first = plan
        .routes
        .get(served.primary)
        .map(|first| first.contract.checks)
        .unwrap_or_default();
    Checks {
        parameters: first.parameters && route.contract.checks.parameters,
        body: first.body && route.contract.checks.body,
    }
}

/// Validators by the name operations refer to them by; those that are used.
pub(crate) fn validators(plan: &Plan) -> Map<String, Value> {
    let mut used = BTreeSet::new();
    for route in &plan.routes {
        if let Some(name) = validator(route.contract.checks) {
            used.insert((
                name,
                route.contract.checks.body,
                route.contract.checks.parameters,
            ));
        }
    }
    crate::compile::object(used.into_iter().map(|(name, body, parameters)| {
        (
            name.to_owned(),
            json!({"validateRequestBody": body, "validateRequestParameters": parameters}),
        )
    }))
}

fn validator(checks: Checks) -> Option<&'static str> {
    match (checks.parameters, checks.body) {
        (false, false) => None,
        (true, false) => Some("parameters"),
        (false, true) => Some("body"),
        (true, true) => Some("all"),
    }
}

/// Declared path variables of a path on AWS.
pub(crate) fn path_parameters(path: &str) -> Vec<Value> {
    variables(path)
        .map(|name| declared(name, "path", true))
        .collect()
}

/// Names of a path's variables.
pub(crate) fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_end_matches('+'))
}

fn declared(name: &str, location: &str, required: bool) -> Value {
    json!({"name": name, "in": location, "required": required, "schema": {"type": "string"}})
}

/// One operation as it is written.
pub(crate) struct Writing<'w> {
    pub(crate) target: &'w AwsTarget,
    pub(crate) route: &'w Route,
    pub(crate) served: &'w Served,
    pub(crate) bodies: &'w Bodies,
    pub(crate) models: &'w Built,
    /// Whether this operation serves other routes of the document too.
    pub(crate) merged: bool,
    /// Whether words for people are written.
    pub(crate) described: bool,
    pub(crate) notes: &'w mut Vec<Note>,
}

impl Writing<'_> {
    /// The operation object.
    pub(crate) fn operation(&mut self) -> Value {
        let route = self.route;
        let mut fields = Map::new();
        if !route.operation_id.is_empty() {
            fields.insert("operationId".to_owned(), json!(route.operation_id));
        }
        if self.described && !route.summary.is_empty() {
            fields.insert("summary".to_owned(), json!(route.summary));
        }
        let security = match route.security {
            RouteSecurity::Token { .. } => json!([{authorizer::SCHEME: []}]),
            RouteSecurity::Open { .. } => json!([]),
            // One requirement each, as AWS's own exports have them; AWS asks for all.
            RouteSecurity::Own { ref schemes } => schemes
                .iter()
                .map(|scheme| json!({&scheme.name: scheme.scopes}))
                .collect(),
        };
        fields.insert("security".to_owned(), security);
        let parameters = self.parameters();
        if !parameters.is_empty() {
            fields.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(body) = self.request_body() {
            fields.insert("requestBody".to_owned(), body);
        }
        fields.insert("responses".to_owned(), self.responses());
        if let Some(name) = validator(route.contract.checks) {
            fields.insert(
                "x-amazon-apigateway-request-validator".to_owned(),
                json!(name),
            );
        }
        let integration = integration::integration(route, self.served, self.target);
        fields.insert("x-amazon-apigateway-integration".to_owned(), integration);
        Value::Object(fields)
    }

    fn note(&mut self, rule: &'static str, fidelity: Fidelity, at: &str, message: String) {
        let source = format!("{}{at}", pointer(self.route));
        let result = result_pointer(&self.served.path, self.served.method);
        self.notes.push(Note {
            rule,
            fidelity,
            subject: Subject::Route(self.served.route),
            source,
            result,
            message,
        });
    }

    /// Path variables as the path on AWS has them; query and header parameters whose names AWS takes.
    fn parameters(&mut self) -> Vec<Value> {
        let route = self.route;
        let mut names: BTreeSet<String> = variables(&self.served.path).map(str::to_owned).collect();
        let mut list = path_parameters(&self.served.path);
        for (location, word) in [
            (ParameterLocation::Query, "query"),
            (ParameterLocation::Header, "header"),
        ] {
            for parameter in route
                .parameters
                .iter()
                .filter(|parameter| parameter.location == location)
            {
                let required = parameter.required && !self.merged;
                if names.contains(&parameter.name) {
                    self.undeclared(
                        "GW031",
                        parameter,
                        word,
                        "AWS wants one name to stand in one place",
                    );
                } else if self.is_mapped(word, &parameter.name) {
                    // A mapping of the document's own reads it: AWS refuses one it is not told of (GW022).
                    names.insert(parameter.name.clone());
                    list.push(declared(&parameter.name, word, required));
                } else if !is_mapped_name(&parameter.name) {
                    self.undeclared(
                        "GW022",
                        parameter,
                        word,
                        "AWS does not take its name in mappings",
                    );
                } else if location == ParameterLocation::Header && is_reserved(&parameter.name) {
                    self.undeclared(
                        "GW034",
                        parameter,
                        word,
                        "API Gateway handles this header itself",
                    );
                } else {
                    names.insert(parameter.name.clone());
                    list.push(declared(&parameter.name, word, required));
                }
            }
        }
        for parameter in route
            .parameters
            .iter()
            .filter(|parameter| parameter.location == ParameterLocation::Cookie)
        {
            self.undeclared(
                "GW032",
                parameter,
                "cookie",
                "API Gateway knows no cookie parameters",
            );
        }
        list
    }

    /// Whether an integration of the document's own reads a parameter.
    fn is_mapped(&self, word: &str, name: &str) -> bool {
        let RouteBackend::Verbatim { integration } = &self.route.backend else {
            return false;
        };
        let place = if word == "query" { "querystring" } else { word };
        integration.contains(&format!("\"method.request.{place}.{name}\""))
    }

    fn undeclared(&mut self, rule: &'static str, parameter: &Parameter, place: &str, why: &str) {
        let checked = self.route.contract.checks.parameters && parameter.required;
        let (fidelity, then) = if checked {
            (Fidelity::Lost, "nobody checks that it is there")
        } else {
            (Fidelity::Changed, "it passes to the backend")
        };
        let message = format!(
            "The parameter '{}' ({place}) of {} is not declared on AWS, because {why}; {then}",
            parameter.name, self.route.operation
        );
        self.note(rule, fidelity, "", message);
    }

    fn request_body(&mut self) -> Option<Value> {
        let body = self.route.contract.body.as_ref()?;
        let checks = self.route.contract.checks.body;
        let mut content = Map::new();
        let mut models = 0;
        for (media_type, model) in &self.bodies.request {
            let Some(reference) = self.models.reference(*model) else {
                continue;
            };
            models += 1;
            content.insert(media_type.clone(), json!({"schema": {"$ref": reference}}));
        }
        if checks && !body.required {
            let message = format!(
                "The body of {} may be left out, and AWS checks a body always or never; it is not checked",
                self.route.operation
            );
            self.note(
                "aws-body-unchecked",
                Fidelity::Lost,
                "/requestBody",
                message,
            );
        } else if checks && models < body.content.len() {
            let message = format!(
                "AWS checks JSON bodies with a schema only; other bodies of {} are not checked",
                self.route.operation
            );
            self.note("GW055", Fidelity::Lost, "/requestBody", message);
        }
        if content.is_empty() {
            return None;
        }
        Some(json!({"required": body.required, "content": content}))
    }

    /// Answers by status, each once, as AWS can write them.
    fn responses(&mut self) -> Value {
        match self.route.backend {
            RouteBackend::Http { .. } | RouteBackend::Lambda { .. } => self.declared_responses(),
            RouteBackend::Mock { .. } => integration::responses(self.route),
            RouteBackend::Verbatim { .. } => self.mapped_responses(),
        }
    }

    /// What the document declares, and what its own integration maps beyond that: AWS refuses to map what is not declared.
    fn mapped_responses(&mut self) -> Value {
        let mapped = integration::responses(self.route);
        let declares = |answer: &gw_plan::Answer| is_status(&answer.status);
        if !self.route.contract.answers.iter().any(declares) {
            return mapped;
        }
        let mut responses = self.declared_responses();
        let Some(declared) = responses.as_object_mut() else {
            return mapped;
        };
        for (status, of_mapping) in mapped.as_object().into_iter().flatten() {
            let Some(known) = declared.get_mut(status).and_then(Value::as_object_mut) else {
                declared.insert(status.clone(), of_mapping.clone());
                continue;
            };
            let Some(headers) = of_mapping.get("headers").and_then(Value::as_object) else {
                continue;
            };
            if headers.is_empty() {
                continue;
            }
            let of_answer = known.entry("headers").or_insert_with(|| json!({}));
            if let Some(of_answer) = of_answer.as_object_mut() {
                for (name, header) in headers {
                    of_answer
                        .entry(name.clone())
                        .or_insert_with(|| header.clone());
                }
            }
        }
        responses
    }

    fn declared_responses(&mut self) -> Value {
        let route = self.route;
        let explicit: BTreeSet<&str> = route
            .contract
            .answers
            .iter()
            .map(|answer| answer.status.as_str())
            .filter(|status| is_status(status))
            .collect();
        let mut responses = Map::new();
        for (at, answer) in route.contract.answers.iter().enumerate() {
            let status = match written_status(&answer.status, &explicit) {
                Some(status) if !responses.contains_key(&status) => status,
                _ => {
                    let message = format!(
                        "The answer '{}' of {} is not written on AWS, which wants a status of its own for each; the backend's answers pass as they are",
                        answer.status, route.operation
                    );
                    self.note(
                        "GW070",
                        Fidelity::Exact,
                        &format!("/responses/{}", answer.status),
                        message,
                    );
                    continue;
                }
            };
            if status != answer.status {
                let message = format!(
                    "The answer '{}' of {} is written as {status} on AWS; the backend's answers pass as they are",
                    answer.status, route.operation
                );
                self.note(
                    "GW070",
                    Fidelity::Exact,
                    &format!("/responses/{}", answer.status),
                    message,
                );
            }
            responses.insert(status, self.response(at));
        }
        if responses.is_empty() {
            return integration::responses(route);
        }
        Value::Object(responses)
    }

    fn response(&self, at: usize) -> Value {
        let Some(answer) = self.route.contract.answers.get(at) else {
            return Value::Null;
        };
        let mut fields = Map::new();
        let description = if self.described {
            answer.description.as_str()
        } else {
            ""
        };
        fields.insert("description".to_owned(), json!(description));
        let headers: Map<String, Value> = answer
            .headers
            .iter()
            .filter(|name| is_mapped_name(name) && !is_reserved(name))
            .map(|name| (name.clone(), json!({"schema": {"type": "string"}})))
            .collect();
        if !headers.is_empty() {
            fields.insert("headers".to_owned(), Value::Object(headers));
        }
        let content: Map<String, Value> = self
            .bodies
            .answers
            .iter()
            .filter(|(of, _, _)| *of == at)
            .filter_map(|(_, media_type, model)| {
                let reference = self.models.reference(*model)?;
                Some((media_type.clone(), json!({"schema": {"$ref": reference}})))
            })
            .collect();
        if !content.is_empty() {
            fields.insert("content".to_owned(), Value::Object(content));
        }
        Value::Object(fields)
    }
}

/// Names AWS takes in mapping expressions (`method.request.querystring.…`).
fn is_mapped_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || "._$-".contains(char))
}

/// Headers that API Gateway sets, drops or reads itself, so that declaring them means nothing or is refused (API Gateway
/// important notes).
fn is_reserved(name: &str) -> bool {
    [
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "max-forwards",
        "proxy-authenticate",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "www-authenticate",
    ]
    .contains(&name.to_ascii_lowercase().as_str())
}

fn is_status(status: &str) -> bool {
    matches!(status.as_bytes(), [b'1'..=b'5', tens, ones] if tens.is_ascii_digit() && ones.is_ascii_digit())
}

/// The status an answer is written under; `None` for one that has no place left.
fn written_status(status: &str, explicit: &BTreeSet<&str>) -> Option<String> {
    if is_status(status) {
        return Some(status.to_owned());
    }
    if status == "default" {
        let success = explicit
            .iter()
            .any(|known| known.starts_with(['1', '2', '3']));
        let stands_for = if success { "500" } else { "200" };
        return (!explicit.contains(stands_for)).then(|| stands_for.to_owned());
    }
    match status.as_bytes() {
        [class @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => (0..100)
            .map(|rest| format!("{}{rest:02}", char::from(*class)))
            .find(|code| !explicit.contains(code.as_str())),
        _ => None,
    }
}
