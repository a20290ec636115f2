//! What API Gateway ignores about a parameter (GW030): told by the linter and by the fidelity report, from one list.
//!
//! It refuses to say where: who tells it knows the place.

use gw_openapi::{Document, Node, Parameter};

/// Words of a parameter's schema that API Gateway ignores, with the types of values they are about (all where none is
/// named); it reads name, place, type, description and whether the parameter is required.
const IGNORED: [(&str, &[&str]); 20] = [
    ("enum", &[]),
    ("const", &[]),
    (DEFAULT, &[]),
    ("format", &[]),
    ("pattern", TEXT),
    ("minimum", NUMBER),
    ("maximum", NUMBER),
    ("exclusiveMinimum", NUMBER),
    ("exclusiveMaximum", NUMBER),
    ("multipleOf", NUMBER),
    ("minLength", TEXT),
    ("maxLength", TEXT),
    ("minItems", ARRAY),
    ("maxItems", ARRAY),
    ("uniqueItems", ARRAY),
    ("items", ARRAY),
    ("allOf", &[]),
    ("oneOf", &[]),
    ("anyOf", &[]),
    ("not", &[]),
];

const DEFAULT: &str = "default";
const TEXT: &[&str] = &["string"];
const NUMBER: &[&str] = &["number", "integer"];
const ARRAY: &[&str] = &["array"];

/// The words of a parameter that nobody on AWS acts on, in the order of the list. A word about values of another type
/// than the parameter's asks nothing (JSON Schema, validation 6.1), so nothing of it is ignored.
pub(crate) fn ignored(document: &Document, parameter: &Parameter) -> Vec<&'static str> {
    let schema = parameter.schema.map(|id| document.node(id));
    let Some(schema) = schema.and_then(|node| document.resolve(node).ok()) else {
        return Vec::new();
    };
    let about = |types: &[&str]| types.is_empty() || may_be(schema, types);
    IGNORED
        .into_iter()
        .filter(|(word, types)| schema.get(word).is_some() && about(types))
        .map(|(word, _)| word)
        .collect()
}

/// Whether a schema's `type` lets a value be of one of these types.
fn may_be(schema: Node<'_>, types: &[&str]) -> bool {
    let Some(named) = schema.get("type") else {
        return true;
    };
    let is_one = |node: Node<'_>| node.as_str().is_none_or(|name| types.contains(&name));
    if named.items().len() > 0 {
        named.items().any(is_one)
    } else {
        is_one(named)
    }
}

/// Whether callers can notice that these words are ignored: a value the document forbids reaches the backend. A default
/// is filled in by the backend, with AWS or without.
pub(crate) fn noticed(ignored: &[&str]) -> bool {
    ignored.iter().any(|word| *word != DEFAULT)
}
