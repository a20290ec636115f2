//! What API Gateway ignores about a parameter (GW030): told by the linter and by the fidelity report, from one list.
//!
//! It refuses to say where: who tells it knows the place.

use gw_openapi::{Document, Parameter};

/// Words of a parameter's schema that API Gateway ignores; it reads name, place, type, description and whether the
/// parameter is required.
const IGNORED: [&str; 20] = [
    "enum",
    "const",
    DEFAULT,
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
];

const DEFAULT: &str = "default";

/// The words of a parameter that nobody on AWS acts on, in the order of the list.
pub(crate) fn ignored(document: &Document, parameter: &Parameter) -> Vec<&'static str> {
    let schema = parameter.schema.map(|id| document.node(id));
    let Some(schema) = schema.and_then(|node| document.resolve(node).ok()) else {
        return Vec::new();
    };
    IGNORED
        .into_iter()
        .filter(|word| schema.get(word).is_some())
        .collect()
}

/// Whether callers can notice that these words are ignored: a value the document forbids reaches the backend. A default
/// is filled in by the backend, with AWS or without.
pub(crate) fn noticed(ignored: &[&str]) -> bool {
    ignored.iter().any(|word| *word != DEFAULT)
}
