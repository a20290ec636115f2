//! A plan to the one document AWS imports, with a note for everything that is otherwise than the API's own document says.
//!
//! It refuses to write a document AWS would not take: then there are notes that say why, and no text.
//!
//! Invariant: equal plans and targets give equal text. Invariant: every operation says who may call it; nothing rests on
//! a root-level default (GW074).

use std::collections::{BTreeMap, BTreeSet};

use gw_model::{AwsTarget, HttpMethod, OperationKey};
use gw_plan::{Plan, Route, RouteBackend, RouteSecurity};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::models::{Built, Models};
use crate::note::{Fidelity, Note, Subject};
use crate::operation::{self, Bodies};
use crate::paths::{self, Placed, Served};
use crate::{authorizer, cors, integration, names, own};

/// Largest document AWS imports, in bytes (aws-facts 3.2).
pub const MAX_DOCUMENT_BYTES: usize = 6 * 1024 * 1024;

/// Most bytes all models of a REST API may have together (aws-facts 3.2).
pub const MAX_MODEL_BYTES: usize = 400 * 1024;

/// A plan as AWS imports it.
#[derive(Debug)]
pub struct Compiled {
    /// The document as compact JSON; `None` when AWS would refuse it. A provisioned authorizer's function stands in it as
    /// [`names::FUNCTION_PLACEHOLDER`].
    pub document: Option<String>,
    /// Where each route is served, in the plan's order; those that are not are left out.
    pub served: Vec<Served>,
    /// Everything that is otherwise than the document says.
    pub notes: Vec<Note>,
    /// Resources of the REST API, the root not counted.
    pub resources: u32,
    /// Paths with a preflight answer, as AWS has them.
    pub preflights: Vec<String>,
    pub(crate) bodies: Vec<Bodies>,
    pub(crate) models: Built,
}

/// Compiles a plan for AWS.
pub fn compile(plan: &Plan, target: &AwsTarget) -> Compiled {
    compile_described(plan, target, &plan.description)
}

/// The same with the run's mark in the description, so that a run can find its own import:
/// [`names::MARK_PLACEHOLDER`] stands for it.
pub fn compile_signed(plan: &Plan, target: &AwsTarget) -> Compiled {
    let signature = names::signature(names::MARK_PLACEHOLDER);
    let description = format!("{}\n\n{signature}", plan.description);
    compile_described(plan, target, description.trim_start())
}

fn compile_described(plan: &Plan, target: &AwsTarget, description: &str) -> Compiled {
    let Placed {
        served,
        mut notes,
        resources,
    } = paths::place(plan);
    notes.extend(integration::refusals(plan));
    let mut models = Models::new(&plan.schemas);
    let bodies: Vec<Bodies> = served
        .iter()
        .map(|served| operation::bodies(plan, served, &mut models))
        .collect();
    let models = models.finish(MAX_MODEL_BYTES);
    notes.extend(models.notes().iter().cloned());

    let preflights = preflights(plan, &served);
    let mut compiled = Compiled {
        document: None,
        served,
        notes,
        resources,
        preflights: preflights.keys().cloned().collect(),
        bodies,
        models,
    };
    let writer = Writer {
        plan,
        target,
        description,
        compiled: &compiled,
        preflights: &preflights,
        refused: compiled.is_refused(),
    };
    let (mut text, found) = writer.write(true);
    let mut further = found;
    if text.len() > MAX_DOCUMENT_BYTES {
        let (shorter, _) = writer.write(false);
        further.push(of_api(
            Fidelity::Exact,
            format!(
                "Descriptions are left out, because the document for AWS would have {} MB with them",
                megabytes(text.len())
            ),
        ));
        text = shorter;
    }
    if text.len() > MAX_DOCUMENT_BYTES {
        further.push(of_api(
            Fidelity::Refused,
            format!(
                "The document for AWS has {} MB, and 6 MB is the most AWS imports",
                megabytes(text.len())
            ),
        ));
    }
    compiled.notes.append(&mut further);
    if !compiled.is_refused() {
        compiled.document = Some(text);
    }
    compiled
}

impl Compiled {
    /// Whether AWS would refuse it.
    pub fn is_refused(&self) -> bool {
        self.notes
            .iter()
            .any(|note| note.fidelity == Fidelity::Refused)
    }

    /// The path on AWS of a route of the plan; `None` when it is not served.
    pub fn path_of(&self, route: usize) -> Option<&str> {
        let at = self
            .served
            .binary_search_by_key(&route, |served| served.route)
            .ok()?;
        self.served.get(at).map(|served| served.path.as_str())
    }

    /// An operation of the document as it is on AWS; `None` when it is not served there.
    pub fn operation_there(&self, plan: &Plan, operation: &OperationKey) -> Option<OperationKey> {
        let is_it = |route: &Route| route.operation == *operation;
        let route = plan.routes.iter().position(is_it)?;
        let served = self.served.iter().find(|it| it.route == route)?;
        Some(OperationKey::new(served.method, served.path.clone()))
    }
}

/// The methods of every path on AWS that gets a preflight answer. Paths that are one resource there share it; one with an
/// OPTIONS operation of its own gets none.
fn preflights(plan: &Plan, served: &[Served]) -> BTreeMap<String, BTreeSet<HttpMethod>> {
    let Some(cors) = &plan.cors else {
        return BTreeMap::new();
    };
    let mut on_aws: BTreeMap<&str, &str> = BTreeMap::new();
    let mut own: BTreeSet<&str> = BTreeSet::new();
    for one in served {
        if let Some(route) = plan.routes.get(one.route) {
            on_aws.insert(&route.operation.path, &one.path);
        }
        if one.method == HttpMethod::Options {
            own.insert(&one.path);
        }
    }
    let mut methods: BTreeMap<String, BTreeSet<HttpMethod>> = BTreeMap::new();
    for (path, of_path) in &cors.methods {
        let Some(path) = on_aws
            .get(path.as_str())
            .filter(|path| !own.contains(*path))
        else {
            continue;
        };
        methods
            .entry((*path).to_owned())
            .or_default()
            .extend(of_path);
    }
    methods
}

struct Writer<'c> {
    plan: &'c Plan,
    target: &'c AwsTarget,
    description: &'c str,
    compiled: &'c Compiled,
    preflights: &'c BTreeMap<String, BTreeSet<HttpMethod>>,
    /// Whether AWS would refuse it already.
    refused: bool,
}

impl Writer<'_> {
    /// The document, with or without words for people. Written piece by piece: documents of many megabytes are not held
    /// as values.
    fn write(&self, described: bool) -> (String, Vec<Note>) {
        let plan = self.plan;
        let mut notes = Vec::new();
        let mut paths: IndexMap<&str, Vec<(&str, String)>> = IndexMap::new();
        let merged: BTreeSet<usize> = self
            .compiled
            .served
            .iter()
            .filter(|served| served.primary != served.route)
            .map(|served| served.primary)
            .collect();
        for (served, bodies) in self.compiled.served.iter().zip(&self.compiled.bodies) {
            if served.primary != served.route {
                continue;
            }
            let Some(route) = plan.routes.get(served.route) else {
                continue;
            };
            let mut writing = operation::Writing {
                target: self.target,
                route,
                served,
                bodies,
                models: &self.compiled.models,
                merged: merged.contains(&served.route),
                described,
                notes: &mut notes,
            };
            let value = writing.operation();
            // What is refused has notes and no text.
            if !self.refused {
                paths
                    .entry(&served.path)
                    .or_default()
                    .push((served.method.document_key(), value.to_string()));
            }
        }
        if let Some(plan_cors) = &plan.cors {
            for (path, methods) in self.preflights {
                let methods: Vec<HttpMethod> = methods.iter().copied().collect();
                let mut preflight = cors::preflight(&plan_cors.policy, &methods);
                let variables = operation::path_parameters(path);
                if let (false, Some(fields)) = (variables.is_empty(), preflight.as_object_mut()) {
                    fields.insert("parameters".to_owned(), Value::Array(variables));
                }
                paths
                    .entry(path)
                    .or_default()
                    .push(("options", preflight.to_string()));
            }
        }

        let mut info = json!({"title": plan.name, "version": plan.version});
        if let Some(fields) = info.as_object_mut() {
            fields.insert("description".to_owned(), json!(self.description));
        }
        let mut text = format!("{{\"openapi\":\"3.0.1\",\"info\":{info},\"paths\":{{");
        for (at, (path, methods)) in paths.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "," });
            text.push_str(&Value::from(*path).to_string());
            text.push_str(":{");
            for (at, (method, operation)) in methods.iter().enumerate() {
                text.push_str(if at == 0 { "\"" } else { ",\"" });
                text.push_str(method);
                text.push_str("\":");
                text.push_str(operation);
            }
            text.push('}');
        }
        text.push('}');
        self.write_components(described, &mut text);
        for (key, value) in self.extensions() {
            text.push_str(&format!(",\"{key}\":{value}"));
        }
        text.push('}');
        (text, notes)
    }

    fn write_components(&self, described: bool, text: &mut String) {
        let plan = self.plan;
        let bare;
        let models = if described {
            self.compiled.models.text()
        } else {
            bare = self.compiled.models.without_descriptions();
            &bare
        };
        let mut schemes = own::schemes(plan);
        if let Some(check) = plan.token_check.as_ref().filter(|_| is_protected(plan)) {
            let ours = authorizer::scheme(check, self.target);
            schemes.insert(authorizer::SCHEME.to_owned(), ours);
        }
        let mut parts = Vec::new();
        if models != "{}" {
            parts.push(format!("\"schemas\":{models}"));
        }
        if !schemes.is_empty() {
            let schemes = Value::Object(schemes);
            parts.push(format!("\"securitySchemes\":{schemes}"));
        }
        if !parts.is_empty() {
            text.push_str(",\"components\":{");
            text.push_str(&parts.join(","));
            text.push('}');
        }
    }

    fn extensions(&self) -> Vec<(&str, Value)> {
        let plan = self.plan;
        let mut extensions = own::settings(plan);
        if let Some(plan_cors) = &plan.cors {
            let responses = cors::gateway_responses(&plan_cors.policy);
            own::add_gateway_responses(&mut extensions, responses);
        }
        let validators = operation::validators(plan);
        if !validators.is_empty() {
            extensions.push((
                "x-amazon-apigateway-request-validators",
                Value::Object(validators),
            ));
        }
        let says_itself = plan.own.settings.contains_key(own::BINARY_TYPES);
        let binary = binary_types(plan);
        if !binary.is_empty() && !says_itself {
            extensions.push((own::BINARY_TYPES, json!(binary)));
        }
        extensions
    }
}

/// Whether any route asks for a token.
pub fn is_protected(plan: &Plan) -> bool {
    plan.routes
        .iter()
        .any(|route| matches!(route.security, RouteSecurity::Token { .. }))
}

/// Media types whose bodies pass as bytes. Without them API Gateway reads bodies as UTF-8 text and breaks others. With HTTP
/// backends only that is every type. A Lambda backend would get every body in base64 then, and hand-written integrations
/// count on text. A body that is bytes is not checked against its model, so where bodies are checked it is the types the
/// document declares that are no text.
fn binary_types(plan: &Plan) -> Vec<String> {
    let backend =
        |wanted: fn(&RouteBackend) -> bool| plan.routes.iter().any(|route| wanted(&route.backend));
    let http = backend(|backend| matches!(backend, RouteBackend::Http { .. }));
    let text = backend(|backend| {
        matches!(
            backend,
            RouteBackend::Lambda { .. } | RouteBackend::Verbatim { .. }
        )
    });
    let checked = plan.routes.iter().any(|route| route.contract.checks.body);
    if !http || text {
        return Vec::new();
    }
    if !checked {
        return vec!["*/*".to_owned()];
    }
    let mut types = BTreeSet::new();
    for media in plan.routes.iter().flat_map(media_types) {
        let essence = media
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if is_binary(&essence) {
            types.insert(essence);
        }
    }
    types.into_iter().collect()
}

fn media_types(route: &Route) -> impl Iterator<Item = &str> {
    let sent = route.contract.body.iter().flat_map(|body| &body.content);
    let got = route
        .contract
        .answers
        .iter()
        .flat_map(|answer| &answer.content);
    sent.chain(got).map(|media| media.media_type.as_str())
}

fn is_binary(essence: &str) -> bool {
    let Some((family, kind)) = essence.split_once('/') else {
        return false;
    };
    match family {
        "image" => kind != "svg+xml",
        "audio" | "video" | "font" => true,
        "multipart" => kind == "form-data",
        "application" => {
            matches!(
                kind,
                "octet-stream"
                    | "pdf"
                    | "zip"
                    | "gzip"
                    | "x-gzip"
                    | "x-tar"
                    | "x-protobuf"
                    | "protobuf"
                    | "msgpack"
                    | "x-msgpack"
                    | "cbor"
                    | "wasm"
            ) || kind.starts_with("vnd.openxmlformats")
                || kind.starts_with("vnd.ms-")
                || kind.ends_with("+zip")
                || kind.ends_with("+gzip")
                || kind.ends_with("+cbor")
        }
        _ => false,
    }
}

fn of_api(fidelity: Fidelity, message: String) -> Note {
    Note {
        rule: "GW003",
        fidelity,
        subject: Subject::Api,
        source: String::new(),
        result: String::new(),
        message,
    }
}

fn megabytes(bytes: usize) -> String {
    let tenths = bytes * 10 / (1024 * 1024);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A map as JSON needs it.
pub(crate) fn object(fields: impl IntoIterator<Item = (String, Value)>) -> Map<String, Value> {
    fields.into_iter().collect()
}
