//! The form for an operation, filled from its schema.
//!
//! It refuses chance: the same document gives the same form.

use gw_model::OperationKey;
use gw_openapi::{Document, Node, Parameter, sample};
use gw_plan::ParameterLocation;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Most allowed values offered for one parameter.
const OFFERED: usize = 200;

/// A form to start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Form {
    /// Parameters with example values, in document order.
    pub parameters: Vec<FormParameter>,
    /// Media type of the body; empty for none.
    pub content_type: String,
    /// Example body; JSON is indented.
    pub body: String,
}

/// A parameter of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FormParameter {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether it must be sent.
    pub required: bool,
    /// Example value.
    pub value: String,
    /// From the document; may be empty.
    pub description: String,
    /// Allowed values; empty for any.
    pub allowed: Vec<String>,
}

/// The form of an operation; `None` when the document has no such operation.
pub fn prefill(document: &Document, operation: &OperationKey) -> Option<Form> {
    let operation = document.operation(operation)?;
    let sample = sample::request(document, &operation);
    let parameters = operation
        .parameters
        .iter()
        .zip(sample.parameters)
        .map(|(declared, sample)| FormParameter {
            name: sample.name,
            location: location(sample.location),
            required: sample.required,
            value: sample.value,
            description: sample.description,
            allowed: allowed(document, declared),
        })
        .collect();
    Some(Form {
        parameters,
        content_type: sample.content_type,
        body: sample.body,
    })
}

fn allowed(document: &Document, parameter: &Parameter) -> Vec<String> {
    let schema = parameter.schema.map(|id| document.node(id));
    let values = schema
        .and_then(|schema| document.resolve(schema).ok())
        .and_then(|schema| schema.get("enum"));
    values
        .into_iter()
        .flat_map(Node::items)
        .filter_map(Node::scalar_text)
        .take(OFFERED)
        .map(str::to_owned)
        .collect()
}

fn location(location: gw_openapi::ParameterLocation) -> ParameterLocation {
    match location {
        gw_openapi::ParameterLocation::Path => ParameterLocation::Path,
        gw_openapi::ParameterLocation::Query => ParameterLocation::Query,
        gw_openapi::ParameterLocation::Header => ParameterLocation::Header,
        gw_openapi::ParameterLocation::Cookie => ParameterLocation::Cookie,
    }
}
