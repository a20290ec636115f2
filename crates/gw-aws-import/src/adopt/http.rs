//! An HTTP API's export as a document for the catalog.
//!
//! It refuses to manage HTTP APIs: their routes, authorizers and integrations are of another kind than REST APIs'.

use serde_json::{Value, json};

use super::{Adopted, text};

/// Takes what is a fact of one deployment out of an export, and says what does not carry over. `None` for what is no JSON
/// mapping.
pub fn http_api(export: &str) -> Option<Adopted> {
    let mut root: Value = serde_json::from_str(export).ok()?;
    let fields = root.as_object_mut()?;
    fields.remove("servers");
    fields.remove("x-amazon-apigateway-importexport-version");
    let mut notes = Vec::new();
    if let Some(cors) = fields.remove("x-amazon-apigateway-cors") {
        let origins: Vec<&str> = super::list(&cors, "allowOrigins")
            .filter_map(Value::as_str)
            .collect();
        notes.push(format!(
            "The HTTP API answers browsers of {} itself (CORS); set a CORS policy for that",
            if origins.is_empty() {
                "some origins".to_owned()
            } else {
                origins.join(", ")
            }
        ));
    }
    let schemes = &root["components"]["securitySchemes"];
    for (name, scheme) in schemes.as_object().into_iter().flatten() {
        let authorizer = &scheme["x-amazon-apigateway-authorizer"];
        let jwt = &authorizer["jwtConfiguration"];
        if text(authorizer, "type").eq_ignore_ascii_case("jwt") {
            let audience: Vec<&str> = super::list(jwt, "audience")
                .filter_map(Value::as_str)
                .collect();
            notes.push(format!(
                "'{name}' checks JWTs of {} for {}; REST APIs cannot: register that issuer as a key manager and attach an \
                 OAuth policy",
                text(jwt, "issuer"),
                audience.join(", ")
            ));
        }
    }
    let mut protected = 0;
    let mut second_version = 0;
    for operations in root["paths"].as_object_mut()?.values_mut() {
        for operation in operations
            .as_object_mut()
            .into_iter()
            .flat_map(|it| it.values_mut())
        {
            let asks = operation["security"]
                .as_array()
                .is_some_and(|security| !security.is_empty());
            protected += u32::from(asks);
            let key = "x-amazon-apigateway-integration";
            let Some(integration) = operation.get_mut(key).and_then(Value::as_object_mut) else {
                continue;
            };
            // REST APIs send events of the first version only.
            if integration.get("payloadFormatVersion") == Some(&json!("2.0")) {
                integration.insert("payloadFormatVersion".to_owned(), json!("1.0"));
                second_version += 1;
            }
        }
    }
    if second_version > 0 {
        notes.push(format!(
            "{second_version} functions get events of payload format 2.0 there, and would get 1.0 from a REST API"
        ));
    }
    notes.push(
        "It is kept as a document: Gatewright publishes it as a REST API and leaves the HTTP API as it is".to_owned(),
    );
    let mut document = serde_json::to_string_pretty(&root).ok()?;
    document.push('\n');
    Some(Adopted {
        document,
        protected,
        notes,
    })
}
