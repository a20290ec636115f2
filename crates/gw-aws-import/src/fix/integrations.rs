//! Fixes of integrations and authorizers that the document writes by hand.
//!
//! It refuses to touch templates it does not understand.

use gw_openapi::edit::Edit;
use gw_openapi::pointer::{escape, unescape};
use gw_openapi::{Document, Kind, Node, SpecVersion};
use serde_json::{Value, json};

use crate::lint::integrations::{KEY, field};

/// Writes a mapping's value as a fixed text (GW023).
pub(super) fn quoted(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let node = document.at(pointer)?;
    let text = match node.kind() {
        Kind::Bool | Kind::Number => node.scalar_text()?,
        _ => return None,
    };
    Some(vec![Edit::Set {
        at: pointer.to_owned(),
        value: format!("'{text}'").into(),
    }])
}

/// Declares the header a mapping fills on the answer it is for (GW024).
pub(super) fn declared_header(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let (operation, inside) = pointer.split_once(&format!("/{KEY}/"))?;
    let steps: Vec<&str> = inside.split('/').collect();
    let &[responses, key, _, mapping] = steps.as_slice() else {
        return None;
    };
    let mapping = unescape(mapping);
    let header = mapping.strip_prefix("method.response.header.")?;
    let answer = document.at(&format!("{operation}/{KEY}/{responses}/{key}"))?;
    let status = field(answer, "statusCode")?.scalar_text()?;
    let declared = match document.version()? {
        SpecVersion::V2 => json!({"type": "string"}),
        _ => json!({"schema": {"type": "string"}}),
    };
    let at = format!("{operation}/responses/{}", escape(status));
    let edit = match document.at(&at) {
        Some(response) if response.get("$ref").is_some() => return None,
        Some(_) => Edit::Set {
            at: format!("{at}/headers/{}", escape(header)),
            value: declared,
        },
        None => Edit::Set {
            at,
            value: json!({"description": "As mapped", "headers": {header: declared}}),
        },
    };
    Some(vec![edit])
}

/// Writes a scheme with several identity sources as AWS wants it (GW078).
pub(super) fn unused_name(document: &Document, pointer: &str) -> Option<Vec<Edit>> {
    let scheme = document.at(pointer)?;
    let set = |key: &str, value: &str| Edit::Set {
        at: format!("{pointer}/{key}"),
        value: Value::from(value),
    };
    scheme.get("x-amazon-apigateway-authorizer")?;
    Some(vec![set("name", "Unused"), set("in", "header")])
}

/// What renaming a path variable changes in an integration; `None` when a template names it in a way not understood.
pub(super) fn renamed_variable(
    integration: Node<'_>,
    at: &str,
    old: &str,
    new: &str,
) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for (key, value) in integration.entries() {
        let at = format!("{at}/{}", escape(key.text));
        match key.text.to_ascii_lowercase().as_str() {
            "uri" => {
                let uri = value.as_str().unwrap_or_default();
                let renamed = uri.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
                if renamed != uri {
                    edits.push(Edit::Set {
                        at,
                        value: renamed.into(),
                    });
                }
            }
            "requestparameters" => edits.extend(mappings(value, &at, old, new)),
            "requesttemplates" => {
                for (media_type, node) in value.entries() {
                    let text = node.as_str().unwrap_or_default();
                    let renamed = template(text, old, new)?;
                    if renamed != text {
                        edits.push(Edit::Set {
                            at: format!("{at}/{}", escape(media_type.text)),
                            value: renamed.into(),
                        });
                    }
                }
            }
            _ => {}
        }
    }
    Some(edits)
}

fn mappings(value: Node<'_>, at: &str, old: &str, new: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (to, from) in value.entries() {
        let entry = format!("{at}/{}", escape(to.text));
        if from.as_str() == Some(&format!("method.request.path.{old}")) {
            edits.push(Edit::Set {
                at: entry.clone(),
                value: format!("method.request.path.{new}").into(),
            });
        }
        if to.text == format!("integration.request.path.{old}") {
            edits.push(Edit::Rename {
                at: entry,
                to: format!("integration.request.path.{new}"),
            });
        }
    }
    edits
}

/// A template with the variable's new name.
fn template(text: &str, old: &str, new: &str) -> Option<String> {
    let renamed = text
        .replace(&format!("params('{old}')"), &format!("params('{new}')"))
        .replace(&format!("params(\"{old}\")"), &format!("params(\"{new}\")"));
    let still = [format!("'{old}'"), format!("\"{old}\""), format!(".{old}")];
    (!still.iter().any(|name| renamed.contains(name))).then_some(renamed)
}
