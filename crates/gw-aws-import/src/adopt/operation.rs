//! One method of a resource as an operation.
//!
//! It refuses to leave a part of its integration out, but for what AWS sets anyway.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{list, text, texts};
use crate::operation::variables;

/// How long AWS waits for a backend when nobody says otherwise, in milliseconds.
const USUAL_TIMEOUT: u64 = 29_000;

/// One method, and what it refers to.
pub(super) struct Reading<'r> {
    pub(super) path: &'r str,
    /// The resource's id.
    pub(super) resource: &'r str,
    /// `GET`.
    pub(super) name: &'r str,
    pub(super) method: &'r Value,
    pub(super) models: &'r BTreeMap<String, Value>,
    pub(super) validators: &'r [Value],
}

impl Reading<'_> {
    pub(super) fn write(&self, security: Value, notes: &mut Vec<String>) -> Value {
        let mut fields = Map::new();
        let id = text(self.method, "operationName");
        if !id.is_empty() {
            fields.insert("operationId".to_owned(), json!(id));
        }
        let parameters = self.parameters();
        if !parameters.is_empty() {
            fields.insert("parameters".to_owned(), Value::Array(parameters));
        }
        let content = self.content(&self.method["requestModels"]);
        if !content.is_empty() {
            // As AWS's own exports have it: a model is checked always or never.
            let body = json!({"required": true, "content": content});
            fields.insert("requestBody".to_owned(), body);
        }
        fields.insert("responses".to_owned(), self.responses());
        fields.insert("security".to_owned(), security);
        let validator = text(self.method, "requestValidatorId");
        let known = self
            .validators
            .iter()
            .find(|known| !validator.is_empty() && text(known, "id") == validator);
        if let Some(known) = known {
            fields.insert(
                "x-amazon-apigateway-request-validator".to_owned(),
                json!(text(known, "name")),
            );
        }
        match &self.method["methodIntegration"] {
            Value::Object(_) => {
                fields.insert(
                    "x-amazon-apigateway-integration".to_owned(),
                    self.integration(notes),
                );
            }
            _ => notes.push(format!(
                "{} {} has no integration, so AWS cannot deploy it",
                self.name, self.path
            )),
        }
        Value::Object(fields)
    }

    fn parameters(&self) -> Vec<Value> {
        let mut found: BTreeMap<(usize, String), bool> = BTreeMap::new();
        let declared = self.method["requestParameters"].as_object();
        for (expression, required) in declared.into_iter().flatten() {
            let Some((place, name)) = expression
                .strip_prefix("method.request.")
                .and_then(|rest| rest.split_once('.'))
            else {
                continue;
            };
            let place = match place {
                "path" => 0,
                "querystring" | "multivaluequerystring" => 1,
                "header" | "multivalueheader" => 2,
                _ => continue,
            };
            let required = place == 0 || *required == true;
            let known = found.entry((place, name.to_owned())).or_default();
            *known |= required;
        }
        for name in variables(self.path) {
            found.insert((0, name.to_owned()), true);
        }
        found
            .into_iter()
            .map(|((place, name), required)| {
                let place = ["path", "query", "header"].get(place).copied();
                json!({"name": name, "in": place, "required": required, "schema": {"type": "string"}})
            })
            .collect()
    }

    fn content(&self, models: &Value) -> Map<String, Value> {
        texts(models)
            .into_iter()
            .map(|(media_type, name)| {
                let media = if self.models.contains_key(name) {
                    json!({"schema": {"$ref": format!("#/components/schemas/{name}")}})
                } else {
                    json!({})
                };
                (media_type.to_owned(), media)
            })
            .collect()
    }

    fn responses(&self) -> Value {
        let declared = self.method["methodResponses"].as_object();
        let mut responses: BTreeMap<&str, Value> = BTreeMap::new();
        for (status, response) in declared.into_iter().flatten() {
            let mut fields = Map::new();
            fields.insert(
                "description".to_owned(),
                json!(format!("{status} response")),
            );
            let headers: BTreeMap<&str, Value> = response["responseParameters"]
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
                .filter_map(|key| key.strip_prefix("method.response.header."))
                .map(|name| (name, json!({"schema": {"type": "string"}})))
                .collect();
            if !headers.is_empty() {
                fields.insert("headers".to_owned(), json!(headers));
            }
            let content = self.content(&response["responseModels"]);
            if !content.is_empty() {
                fields.insert("content".to_owned(), Value::Object(content));
            }
            responses.insert(status, Value::Object(fields));
        }
        if responses.is_empty() {
            return json!({"default": {"description": "As the backend answers"}});
        }
        json!(responses)
    }

    fn integration(&self, notes: &mut Vec<String>) -> Value {
        let integration = &self.method["methodIntegration"];
        let kind = text(integration, "type").to_ascii_lowercase();
        let mut fields = Map::new();
        fields.insert("type".to_owned(), json!(kind));
        let mut put = |key: &str, value: Value| {
            fields.insert(key.to_owned(), value);
        };
        // A mock asks nobody; emulators name a method all the same.
        let asks = kind != "mock";
        for key in ["httpMethod", "uri"] {
            let value = text(integration, key);
            if asks && !value.is_empty() {
                put(key, json!(value));
            }
        }
        let connection = text(integration, "connectionType");
        if asks && !connection.is_empty() && connection != "INTERNET" {
            put("connectionType", json!(connection));
        }
        for key in [
            "connectionId",
            "credentials",
            "contentHandling",
            "responseTransferMode",
            "integrationTarget",
        ] {
            let value = text(integration, key);
            // Whole answers are what AWS passes anyway.
            if !value.is_empty() && value != "BUFFERED" {
                put(key, json!(value));
            }
        }
        let passthrough = text(integration, "passthroughBehavior");
        if !passthrough.is_empty() {
            put(
                "passthroughBehavior",
                json!(passthrough.to_ascii_lowercase()),
            );
        }
        match integration["timeoutInMillis"].as_u64() {
            Some(millis) if asks && millis != USUAL_TIMEOUT => {
                put("timeoutInMillis", json!(millis));
            }
            _ => {}
        }
        for key in ["requestParameters", "requestTemplates"] {
            let map = texts(&integration[key]);
            if !map.is_empty() {
                put(key, json!(map));
            }
        }
        let mut keys: Vec<&str> = list(integration, "cacheKeyParameters")
            .filter_map(Value::as_str)
            .collect();
        keys.sort_unstable();
        if !keys.is_empty() {
            put("cacheKeyParameters", json!(keys));
        }
        let namespace = text(integration, "cacheNamespace");
        // A resource's own id is what AWS takes when nobody says otherwise.
        if !namespace.is_empty() && namespace != self.resource {
            put("cacheNamespace", json!(namespace));
        }
        if integration["tlsConfig"]["insecureSkipVerification"] == true {
            put("tlsConfig", json!({"insecureSkipVerification": true}));
        }
        let responses = self.integration_responses(notes);
        if !responses.is_empty() {
            put("responses", json!(responses));
        }
        Value::Object(fields)
    }

    /// By the pattern that chooses them; the one without a pattern is the default.
    fn integration_responses(&self, notes: &mut Vec<String>) -> BTreeMap<String, Value> {
        let responses = self.method["methodIntegration"]["integrationResponses"].as_object();
        let sorted: BTreeMap<&String, &Value> = responses.into_iter().flatten().collect();
        let mut written = BTreeMap::new();
        for (status, response) in sorted {
            let mut fields = Map::new();
            let code = match text(response, "statusCode") {
                "" => status.as_str(),
                code => code,
            };
            fields.insert("statusCode".to_owned(), json!(code));
            for key in ["responseParameters", "responseTemplates"] {
                let map = texts(&response[key]);
                if !map.is_empty() {
                    fields.insert(key.to_owned(), json!(map));
                }
            }
            let handling = text(response, "contentHandling");
            if !handling.is_empty() {
                fields.insert("contentHandling".to_owned(), json!(handling));
            }
            let pattern = match text(response, "selectionPattern") {
                "" => "default",
                pattern => pattern,
            };
            if written
                .insert(pattern.to_owned(), Value::Object(fields))
                .is_some()
            {
                notes.push(format!(
                    "{} {} maps the pattern '{pattern}' to several statuses; {code} is kept",
                    self.name, self.path
                ));
            }
        }
        written
    }
}
