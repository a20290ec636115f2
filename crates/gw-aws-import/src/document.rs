//! The whole API as one OpenAPI 3.0.1 document with AWS's extensions.
//!
//! It refuses to leave security to a root-level default: every operation says who may call it (GW074).

use gw_model::AwsTarget;
use gw_plan::{Plan, Route, RouteBackend, RouteSecurity};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::{authorizer, cors, integration, names};

/// The whole API as AWS imports it, as compact JSON. A provisioned authorizer's function stands in it as
/// [`names::FUNCTION_PLACEHOLDER`].
///
/// Invariant: equal plans and targets give equal text.
pub fn document(plan: &Plan, target: &AwsTarget) -> String {
    described(plan, target, &plan.description)
}

/// The same for PutRestApi, signed with [`names::MARK_PLACEHOLDER`] in its description.
pub fn import_document(plan: &Plan, target: &AwsTarget) -> String {
    let signature = names::signature(names::MARK_PLACEHOLDER);
    let description = format!("{}\n\n{signature}", plan.description);
    described(plan, target, description.trim_start())
}

fn described(plan: &Plan, target: &AwsTarget, description: &str) -> String {
    let mut paths: IndexMap<&str, Map<String, Value>> = IndexMap::new();
    for route in &plan.routes {
        let item = paths.entry(path_on_aws(&route.operation.path)).or_default();
        item.insert(
            route.operation.method.document_key().to_owned(),
            operation(route, target),
        );
    }
    if let Some(plan_cors) = &plan.cors {
        for (path, methods) in &plan_cors.methods {
            let mut preflight = cors::preflight(&plan_cors.policy, methods);
            add_parameters(&mut preflight, path);
            paths
                .entry(path_on_aws(path))
                .or_default()
                .insert("options".to_owned(), preflight);
        }
    }

    let mut document = json!({
        "openapi": "3.0.1",
        "info": {"title": plan.name, "version": plan.version, "description": description},
        "paths": paths,
    });
    if let Some(fields) = document.as_object_mut() {
        if let Some(check) = plan.token_check.as_ref().filter(|_| is_protected(plan)) {
            let schemes = json!({authorizer::SCHEME: authorizer::scheme(check, target)});
            fields.insert("components".to_owned(), json!({"securitySchemes": schemes}));
        }
        if let Some(plan_cors) = &plan.cors {
            let responses = cors::gateway_responses(&plan_cors.policy);
            fields.insert(
                "x-amazon-apigateway-gateway-responses".to_owned(),
                responses,
            );
        }
        if passes_bytes(plan) {
            fields.insert(
                "x-amazon-apigateway-binary-media-types".to_owned(),
                json!(["*/*"]),
            );
        }
    }
    document.to_string()
}

/// Whether any route asks for a token.
pub fn is_protected(plan: &Plan) -> bool {
    plan.routes
        .iter()
        .any(|route| matches!(route.security, RouteSecurity::Token { .. }))
}

/// A path as API Gateway knows it: a slash at its end makes no resource of its own (GW017).
pub fn path_on_aws(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed }
}

/// Names of a path's variables.
pub fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.trim_end_matches('+'))
}

fn operation(route: &Route, target: &AwsTarget) -> Value {
    let security = match route.security {
        RouteSecurity::Token { .. } => json!([{authorizer::SCHEME: []}]),
        RouteSecurity::Open { .. } => json!([]),
    };
    let mut operation = json!({
        "security": security,
        "responses": integration::responses(route),
        "x-amazon-apigateway-integration": integration::integration(route, target),
    });
    if let Some(fields) = operation.as_object_mut() {
        for (name, text) in [
            ("operationId", &route.operation_id),
            ("summary", &route.summary),
        ] {
            if !text.is_empty() {
                fields.insert(name.to_owned(), json!(text));
            }
        }
    }
    add_parameters(&mut operation, &route.operation.path);
    operation
}

/// Path variables must be declared to be mapped; everything else passes through a proxy undeclared.
fn add_parameters(operation: &mut Value, path: &str) {
    let declared: Vec<Value> = variables(path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if let (false, Some(fields)) = (declared.is_empty(), operation.as_object_mut()) {
        fields.insert("parameters".to_owned(), Value::Array(declared));
    }
}

/// Whether every body can pass as bytes. Without it API Gateway reads bodies as UTF-8 text and breaks others. A Lambda
/// backend would get every body in base64 then, and hand-written integrations count on text.
fn passes_bytes(plan: &Plan) -> bool {
    let bytes = |route: &Route| matches!(route.backend, RouteBackend::Http { .. });
    let text = |route: &Route| {
        matches!(
            route.backend,
            RouteBackend::Lambda { .. } | RouteBackend::Verbatim { .. }
        )
    };
    plan.routes.iter().any(bytes) && !plan.routes.iter().any(text)
}
