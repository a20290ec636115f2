//! Examples made from a document: a value for a schema, an answer for a mock, a request to start from.
//!
//! It refuses chance: the same document gives the same sample. It refuses to follow schemas that hold themselves, and to
//! grow beyond a thousand values.

mod body;
mod schema;

pub use schema::Allowance;

use serde_json::Value;

use crate::document::{Document, SpecVersion};
use crate::operation::{Content, Operation, Parameter, ParameterLocation, Response};
use crate::tree::{Node, NodeId};

/// Who sends the value: read-only properties are left out of requests, write-only ones out of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The caller.
    Request,
    /// The API.
    Answer,
}

/// An answer for a mock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleAnswer {
    /// HTTP status.
    pub status: u16,
    /// Media type; empty when there is no body.
    pub content_type: String,
    /// Header names with values, in document order, without `Content-Type`.
    pub headers: Vec<(String, String)>,
    /// Body text; empty for none.
    pub body: String,
}

/// A request to start from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRequest {
    /// A value for every parameter, in document order.
    pub parameters: Vec<SampleParameter>,
    /// Media type; empty when the operation takes no body.
    pub content_type: String,
    /// Body text; JSON is indented.
    pub body: String,
}

/// A value for a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleParameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether callers must send it.
    pub required: bool,
    /// As it is written in a request, before any encoding; lists are joined with commas.
    pub value: String,
    /// For people; may be empty.
    pub description: String,
}

/// A value that fits a schema: its own examples first, then its default, an allowed value, or one made up by its type.
pub fn schema(document: &Document, schema: NodeId, direction: Direction) -> Value {
    let mut allowance = Allowance::of_one();
    schema::sample(document, document.node(schema), direction, &mut allowance)
}

/// What a mock answers: the lowest 2xx response, JSON if there is a choice, with the document's example or a made-up body.
pub fn answer(document: &Document, operation: &Operation) -> SampleAnswer {
    answer_within(document, operation, &mut Allowance::of_one())
}

/// The same, where answers to many operations share what may be spent on them.
pub fn answer_within(
    document: &Document,
    operation: &Operation,
    allowance: &mut Allowance,
) -> SampleAnswer {
    let share = allowance.share();
    let mut left = share;
    let made = make_answer(document, operation, &mut left);
    allowance.settle(share, left);
    made
}

fn make_answer(
    document: &Document,
    operation: &Operation,
    allowance: &mut Allowance,
) -> SampleAnswer {
    let Some((status, response)) = choose_response(&operation.responses) else {
        return SampleAnswer {
            status: 200,
            content_type: String::new(),
            headers: Vec::new(),
            body: String::new(),
        };
    };
    let headers = response
        .headers
        .iter()
        .filter(|(name, _)| {
            !name.eq_ignore_ascii_case("content-type")
                && !name.eq_ignore_ascii_case("content-length")
        })
        .filter_map(|(name, node)| {
            let value = plain_text(&declared_value(
                document,
                *node,
                Direction::Answer,
                allowance,
            ));
            // A header cannot hold control characters, and one that is empty says nothing.
            (!value.is_empty() && !value.chars().any(char::is_control))
                .then(|| (name.clone(), value))
        })
        .collect();
    let content = choose_content(&response.content).filter(|_| status != 204 && status != 304);
    let (content_type, body) = content.map_or_else(Default::default, |content| {
        let media_type = concrete(&content.media_type);
        let value = content_value(document, content, Direction::Answer, allowance);
        (
            media_type.clone(),
            body::write(&value, &media_type, &root_name(document, content), false),
        )
    });
    let content_type = if body.is_empty() {
        String::new()
    } else {
        content_type
    };
    SampleAnswer {
        status,
        content_type,
        headers,
        body,
    }
}

/// A request with every parameter and the body filled in.
pub fn request(document: &Document, operation: &Operation) -> SampleRequest {
    let allowance = &mut Allowance::of_one();
    let parameters = operation
        .parameters
        .iter()
        .map(|parameter| SampleParameter {
            name: parameter.name.clone(),
            location: parameter.location,
            required: parameter.required,
            value: plain_text(&parameter_value(document, parameter, allowance)),
            description: parameter.description.clone().unwrap_or_default(),
        })
        .collect();
    let Some(wanted) = &operation.request_body else {
        return SampleRequest {
            parameters,
            content_type: String::new(),
            body: String::new(),
        };
    };
    let Some(content) = choose_content(&wanted.content) else {
        return SampleRequest {
            parameters,
            content_type: String::new(),
            body: String::new(),
        };
    };
    let value = if wanted.form.is_empty() {
        content_value(document, content, Direction::Request, allowance)
    } else {
        wanted
            .form
            .iter()
            .map(|field| {
                (
                    field.name.clone(),
                    parameter_value(document, field, allowance),
                )
            })
            .collect()
    };
    let content_type = concrete(&content.media_type);
    let body = body::write(&value, &content_type, &root_name(document, content), true);
    SampleRequest {
        parameters,
        content_type,
        body,
    }
}

fn parameter_value(document: &Document, parameter: &Parameter, allowance: &mut Allowance) -> Value {
    declared_value(document, parameter.node, Direction::Request, allowance)
}

/// The value of a parameter or header object.
fn declared_value(
    document: &Document,
    node: NodeId,
    direction: Direction,
    allowance: &mut Allowance,
) -> Value {
    let node = document.node(node);
    if let Some(value) = example_of(document, node, allowance) {
        return value;
    }
    let in_content = || {
        node.get("content")
            .and_then(|content| content.entries().next()?.1.get("schema"))
    };
    // In 2.0 the object itself is the schema.
    let schema = node.get("schema").or_else(in_content).unwrap_or(node);
    schema::sample(document, schema, direction, allowance)
}

fn content_value(
    document: &Document,
    content: &Content,
    direction: Direction,
    allowance: &mut Allowance,
) -> Value {
    let node = content.node.map(|id| document.node(id));
    if document.version() == Some(SpecVersion::V2) {
        let examples = node.and_then(|node| node.get("examples"));
        if let Some(example) = examples.and_then(|examples| examples.get(&content.media_type)) {
            return schema::copy(example, allowance);
        }
    } else if let Some(value) = node.and_then(|node| example_of(document, node, allowance)) {
        return value;
    }
    content.schema.map_or(Value::Null, |schema| {
        schema::sample(document, document.node(schema), direction, allowance)
    })
}

/// `example`, else the first of `examples`.
fn example_of(document: &Document, node: Node<'_>, allowance: &mut Allowance) -> Option<Value> {
    if let Some(example) = node.get("example") {
        return Some(schema::copy(example, allowance));
    }
    let examples = node
        .get("examples")
        .filter(|examples| examples.is_mapping())?;
    let value = examples
        .entries()
        .take_while(|_| allowance.step())
        .find_map(|(_, example)| {
            let example = document.resolve(example).ok()?;
            example.get("value").or_else(|| example.get("dataValue"))
        })?;
    Some(schema::copy(value, allowance))
}

/// The lowest 2xx; without one the lowest 3xx; without that whatever is said of other statuses, as 200.
fn choose_response(responses: &[Response]) -> Option<(u16, &Response)> {
    let status = |response: &Response| match response.status.to_ascii_uppercase().as_str() {
        "2XX" => Some(200),
        "3XX" => Some(302),
        other => other
            .parse::<u16>()
            .ok()
            .filter(|status| (100..600).contains(status)),
    };
    let lowest = |from: u16, below: u16| {
        let known = responses
            .iter()
            .filter_map(|response| Some((status(response)?, response)));
        known
            .filter(|(status, _)| (from..below).contains(status))
            .min_by_key(|(status, _)| *status)
    };
    lowest(200, 300).or_else(|| lowest(300, 400)).or_else(|| {
        responses
            .iter()
            .find(|response| response.status == "default")
            .map(|response| (200, response))
    })
}

fn choose_content(content: &[Content]) -> Option<&Content> {
    content
        .iter()
        .find(|content| body::is_json(&content.media_type))
        .or_else(|| content.first())
}

/// A media type that can stand in a header: ranges become JSON or plain text.
fn concrete(media_type: &str) -> String {
    match media_type {
        "*/*" | "application/*" | "" => "application/json".to_owned(),
        other => other
            .strip_suffix("/*")
            .map_or_else(|| other.to_owned(), |family| format!("{family}/plain")),
    }
}

/// What the outermost XML element is called.
fn root_name(document: &Document, content: &Content) -> String {
    let Some(schema) = content.schema.map(|id| document.node(id)) else {
        return "root".to_owned();
    };
    let reference = schema.get("$ref").and_then(Node::as_str);
    let resolved = document.resolve(schema).unwrap_or(schema);
    let named = resolved
        .get("xml")
        .and_then(|xml| xml.get("name"))
        .and_then(Node::as_str);
    let name = named
        .or_else(|| reference.and_then(|target| target.rsplit('/').next()))
        .unwrap_or("root");
    name.to_owned()
}

/// A value as it is written outside JSON.
fn plain_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
